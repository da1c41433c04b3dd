/* SPDX-License-Identifier: BSD-3-Clause */
/* Faults found in a document: all of them, each with its file and line. */
#ifndef BELLWETHER_COMMON_FAULT_H
#define BELLWETHER_COMMON_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum fault_kind { FAULT_ERROR = 1, FAULT_WARNING };

struct fault {
	enum fault_kind kind;
	const char *file; /* as the user would name it */
	uint32_t line;    /* from 1; 0 when the fault is of the whole file */
	const char *text; /* what is wrong, and what was expected */
};

struct faults;

/* Keeps at most max faults and counts the rest. NULL only without memory. */
struct faults *faults_new(size_t max);
void faults_free(struct faults *faults);
void
faults_add(struct faults *faults, enum fault_kind kind, const char *file, uint32_t line,
	   const char *format, ...) __attribute__((format(printf, 5, 6)));
/* Number of errors, also those past max; warnings do not count. */
size_t faults_errors(const struct faults *faults);
/* Kept ones, in order of file (first mentioned first), then line. */
size_t faults_count(const struct faults *faults);
const struct fault *faults_at(const struct faults *faults, size_t i);
/* "file:line: text" a line, warnings as "file:line: warning: text", and a last line
   when more were found than kept. */
void faults_print(const struct faults *faults, FILE *to);

#endif
