/* SPDX-License-Identifier: BSD-3-Clause */
/* Where a policy's bytes come from in real programs: files, behind fences. */
#ifndef BELLWETHER_SUBAGENT_SOURCE_H
#define BELLWETHER_SUBAGENT_SOURCE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/file.h"
#include "policy/policy.h"

/* The policy that was named may be a link to anywhere, as long as it is guarded;
   what it includes lies below its folder, links resolved. Secrets may lie anywhere
   that keeps them secret. */
struct source {
	char path[PATH_MAX];
	char folder[PATH_MAX];
};

/* False when path is too long to name a file. */
bool source_open(struct source *source, const char *path);
/* Reads a secret by FILE_SECRET's rules; root reads with the eyes of the file's owner,
   so that it can use what belongs to the daemon's user. Changes the process's user for
   a moment then: only while there is one thread. */
bool source_secret(const char *path, size_t max, uint8_t **bytes, size_t *size,
		   char why[FILE_WHY]);
/* The callbacks for policy_load(source->path); *source must outlive their use. */
struct policy_source source_files(struct source *source);

#endif
