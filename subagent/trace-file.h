/* SPDX-License-Identifier: BSD-3-Clause */
/* A server's trace on the disk: STATE/trace/NAME.trace, and .old, the half before it. */
#ifndef BELLWETHER_SUBAGENT_TRACE_FILE_H
#define BELLWETHER_SUBAGENT_TRACE_FILE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TRACE_FILE_WHY (PATH_MAX + 160)

struct trace_file {
	char path[PATH_MAX];
	int fd;
	int64_t size;  /* bytes, all of them whole lines; 0: it has no head yet */
	int64_t start; /* wall clock of its time 0 */
	int64_t last;  /* its last record's time */
	bool full;     /* to be put aside before anything else is written */
};

/* Opens it to be written on, and takes off a last line that has no end. One that is no
   trace, or has no start, is put aside as .old. Waits for the disk; any thread. False with
   why. */
bool trace_file_open(struct trace_file *file, const char *folder, const char *server,
		     char why[TRACE_FILE_WHY]);
void trace_file_close(struct trace_file *file);
/* Whole lines behind the last ones, times since start; anew: what there is becomes .old
   first, and until it could nothing is written. A file that begins gets its head, also when
   somebody took the last one away, or emptied it; one that was cut becomes .old. Waits for
   the disk. False with why: nothing of it stays. */
bool
trace_file_write(struct trace_file *file, const char *server, int64_t start,
		 const char *text, size_t length, bool anew, char why[TRACE_FILE_WHY]);

#endif
