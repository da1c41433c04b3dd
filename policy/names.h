/* SPDX-License-Identifier: BSD-3-Clause */
/* Finding items by name: a hash table of their numbers, four bytes a slot. */
#ifndef BELLWETHER_POLICY_NAMES_H
#define BELLWETHER_POLICY_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/bytes.h"

/* All zero is an empty table. Items' names stay with the caller. */
struct names {
	uint32_t *slot; /* UINT32_MAX: empty */
	uint32_t mask;  /* slots less one */
};
typedef const char *names_name(const void *context, uint32_t item);

/* The item of that name, UINT32_MAX when there is none. */
uint32_t names_find(const struct names *names, struct slice wanted, names_name *name,
		    const void *context);
/* Adds item; count is how many there are with it. The first of two equal names keeps
   being found. False without memory. */
bool names_add(struct names *names, uint32_t item, size_t count, names_name *name,
	       const void *context);
size_t names_bytes(const struct names *names);
void names_free(struct names *names);

/* Well-mixed number of a text's bytes. */
uint64_t text_hash(const void *bytes, size_t size);

#endif
