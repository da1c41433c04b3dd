/* SPDX-License-Identifier: BSD-3-Clause */
/* Strings that live as long as their policy, packed; and arrays that grow by doubling.
   Private to policy/. */
#ifndef BELLWETHER_POLICY_ARENA_H
#define BELLWETHER_POLICY_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/bytes.h"

struct arena_block;

/* All zero is an empty arena. Once memory ran out, failed stays true and everything
   asked for is "": callers look once, at the end. */
struct arena {
	struct arena_block *block;
	size_t used;  /* of the newest block */
	size_t bytes; /* of all blocks */
	bool failed;
};

/* A terminated copy that never moves. */
const char *arena_text(struct arena *arena, struct slice text);
/* size bytes, zeroed, aligned for pointers; NULL when failed. */
void *arena_take(struct arena *arena, size_t size);
/* Overwrites everything: secrets are kept here too. */
void arena_free(struct arena *arena);

/* Room for one more after count items: returns where it goes (zeroed) and counts it, or
   NULL with arena->failed. The room follows from count alone. */
void *array_more(struct arena *arena, void *items, size_t *count, size_t size);
/* For struct t *items; size_t count: struct t *new = ARRAY_MORE(arena, items, count). */
#define ARRAY_MORE(arena, items, count) \
	array_more((arena), &(items), &(count), sizeof(*(items)))

#endif
