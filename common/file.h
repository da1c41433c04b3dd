/* SPDX-License-Identifier: BSD-3-Clause */
/* Reading whole files with fences: folder, kind, size, owner, mode. */
#ifndef BELLWETHER_COMMON_FILE_H
#define BELLWETHER_COMMON_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Not writable by group or others, owned by root or by our effective user. */
#define FILE_GUARDED 1u
/* FILE_GUARDED, and nothing at all for group and others: secrets. Nor may others be able
   to put another file in its place: by its folder, or by a link of theirs to it. */
#define FILE_SECRET 2u

#define FILE_WHY 256

/* Reads a regular file whole. With a fence (a folder, else NULL) the canonical path
   must lie below the fence's canonical path, symbolic links resolved first.
   On true *bytes is malloc'ed (one NUL past the end, not counted) and the caller's;
   on false why says what is wrong and what to do, without the path. */
bool file_read(const char *path, const char *fence, unsigned rules, size_t max,
	       uint8_t **bytes, size_t *size, char why[FILE_WHY]);

/* Writes beside, syncs, renames: the old content or the new, never half of one. */
bool file_replace(const char *path, const void *bytes, size_t size, unsigned mode,
		  char why[FILE_WHY]);

/* Joins folder and name unless name is absolute; false when it does not fit. */
bool path_join(const char *folder, const char *name, char *out, size_t size);
/* The folder part of path ("." when there is none); false when it does not fit. */
bool path_folder(const char *path, char *out, size_t size);

#endif
