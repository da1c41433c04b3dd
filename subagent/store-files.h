/* SPDX-License-Identifier: BSD-3-Clause */
/* state.db as files in a folder: whether they are still there, and putting them aside. */
#ifndef BELLWETHER_SUBAGENT_STORE_FILES_H
#define BELLWETHER_SUBAGENT_STORE_FILES_H

#include <stdbool.h>
#include <sys/types.h>

/* An open database, as its folder shows it. */
struct files {
	dev_t device;
	ino_t inode, log; /* of the database, of its -wal; 0: not known */
	off_t size;       /* it never shrinks */
};

enum files_change {
	FILES_SAME,
	FILES_UNLOGGED, /* the -wal is gone: closing it writes what was in there */
	FILES_GONE,
	FILES_OTHER, /* another file in its place */
	FILES_CUT    /* shorter than it was */
};

void files_note(struct files *files, const char *path);
enum files_change files_look(struct files *files, const char *path);
/* "was removed": after the path. */
const char *files_change_text(enum files_change change);

/* There, with nothing in it; logged: but its -wal has something. */
bool files_empty(const char *path, bool *logged);

/* What the system says against writing there; NULL: nothing. */
const char *files_obstacle(const char *path);

/* Renames it and what lies beside it to PATH.WORD-STAMP..., or, when it is not to be
   kept, removes it. True when nothing is left of it, also when there was nothing. */
bool files_put_aside(const char *path, const char *word, long long stamp, bool keep);

#endif
