/* SPDX-License-Identifier: BSD-3-Clause */
/* Where tests' policies come from: texts in memory, or files of a folder without the
   fences of subagent/source.c, whose owners and modes a checkout does not keep. */
#ifndef BELLWETHER_TESTS_POLICY_SOURCE_H
#define BELLWETHER_TESTS_POLICY_SOURCE_H

#include <stddef.h>

#include "policy/policy.h"

struct test_document {
	const char *path;
	const char *text;
	size_t size; /* 0: as long as text */
};

/* Documents and secrets by path; an include matches by prefix up to its first '*'. */
struct memory_source {
	const struct test_document *document;
	size_t documents;
};
struct policy_source memory_source(struct memory_source *memory);

/* Files of a folder; paths given to policy_load() are relative to it. Every secret-file
   that is not there holds "secret", but names that begin with "none" are missing. */
struct folder_source {
	const char *folder;
};
struct policy_source folder_source(struct folder_source *folder);

#endif
