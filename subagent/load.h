/* SPDX-License-Identifier: BSD-3-Clause */
/* Loading: policy files, their key files, and what is looked up by address; all of it on
   a worker thread, so that the loop takes finished results. */
#ifndef BELLWETHER_SUBAGENT_LOAD_H
#define BELLWETHER_SUBAGENT_LOAD_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <uv.h>

#include "common/fault.h"
#include "message/keys.h"
#include "policy/policy.h"

/* A policy with all that comes with it. */
struct loaded {
	char path[PATH_MAX];
	struct policy *policy;    /* NULL: refused, faults say why */
	char digest[DIGEST_TEXT]; /* of that file; "": not known */
	struct keys *keys;
	/* Rows by address: an open table of rows + 1, 0 free; slots is a power of two. */
	uint32_t *slot;
	size_t slots;
	struct faults *faults;
};

struct load {
	struct loaded *item;
	size_t items;
	size_t errors;         /* in all files, with those of the paths themselves */
	struct faults *faults; /* of the paths: nothing there, unreadable */
};

/* Loads everything that the paths (files, or folders of *.xml) name. A path or file that
   is not there any more makes no item. Blocks; any thread. NULL only without memory. */
struct load *load_paths(const char *const *path, size_t paths);
/* The same on a worker thread; done is called from the loop and owns the result. */
void load_later(uv_loop_t *loop, const char *const *path, size_t paths,
		void (*done)(void *context, struct load *load), void *context);
void load_free(struct load *load);

/* Takes item out of the load, which forgets it. */
void load_take(struct loaded *from, struct loaded *to);
void loaded_free(struct loaded *loaded);

/* Row of the client with that address; POLICY_NONE. */
uint32_t loaded_row(const struct loaded *loaded, const struct address *address);

/* A policy of the same server, keys and wire with nobody in it: what a server whose
   policy file has vanished runs on until its clients were called back. Takes over
   nothing; false without memory. */
bool load_retired(const struct loaded *from, struct loaded *to);

/* All faults, those of the paths first: to a stream, or to the log. */
void load_print(const struct load *load, FILE *to);
void load_log(const struct load *load);

#endif
