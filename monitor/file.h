/* SPDX-License-Identifier: BSD-3-Clause */
/* The file probe's work, apart from its thread: a pattern's first group is a number. */
#ifndef BELLWETHER_MONITOR_FILE_H
#define BELLWETHER_MONITOR_FILE_H

#include <regex.h>
#include <stddef.h>

#include "monitor/worker.h"

#define FILE_PROBE_MAX ((size_t)256 * 1024)
/* Up to this size none of the heap is needed for it. */
#define FILE_PROBE_SMALL ((size_t)8 * 1024)

/* Regular files only, at most FILE_PROBE_MAX bytes; a missing one, or one in which the
   pattern matches nothing, is absent. The pattern sees lines (REG_NEWLINE).
   text has a NUL after its size, and may have others inside. */
void
file_match(const regex_t *pattern, char *text, size_t size, struct reading *reading);
void file_probe(const char *path, const regex_t *pattern, struct reading *reading);

#endif
