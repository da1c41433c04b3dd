/* SPDX-License-Identifier: BSD-3-Clause */
/* Open addressing with linear probing, at most half full. */
#include "config.h"

#include "policy/names.h"

#include <stdlib.h>
#include <string.h>

#include "common/random.h"

#define EMPTY       UINT32_MAX
#define FIRST_SLOTS 64u

uint64_t
text_hash(const void *bytes, size_t size)
{
	const unsigned char *at = bytes;
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ at[i]) * UINT64_C(0x100000001b3);
	return random_mix(hash, size);
}

/* The slot that holds wanted, or the empty one where it belongs. */
static uint32_t
seek(const struct names *names, struct slice wanted, names_name *name,
     const void *context)
{
	uint32_t at = (uint32_t)text_hash(wanted.start, wanted.length) & names->mask;

	while (names->slot[at] != EMPTY &&
	       !slice_equal(wanted, name(context, names->slot[at])))
		at = (at + 1) & names->mask;
	return at;
}

uint32_t
names_find(const struct names *names, struct slice wanted, names_name *name,
	   const void *context)
{
	if (names->slot == NULL)
		return EMPTY;
	return names->slot[seek(names, wanted, name, context)];
}

static bool
enlarge(struct names *names, size_t count, names_name *name, const void *context)
{
	struct names larger = { NULL, 0 };
	size_t slots = FIRST_SLOTS;

	while (slots < 2 * count)
		slots *= 2;
	larger.slot = malloc(slots * sizeof(*larger.slot));
	if (larger.slot == NULL)
		return false;
	memset(larger.slot, 0xff, slots * sizeof(*larger.slot));
	larger.mask = (uint32_t)(slots - 1);
	for (size_t i = 0; names->slot != NULL && i <= names->mask; i++) {
		uint32_t item = names->slot[i];

		if (item != EMPTY)
			larger.slot[seek(&larger, slice_of(name(context, item)), name,
					 context)] = item;
	}
	free(names->slot);
	*names = larger;
	return true;
}

bool
names_add(struct names *names, uint32_t item, size_t count, names_name *name,
	  const void *context)
{
	uint32_t at;

	if (names->slot == NULL || 2 * count > (size_t)names->mask + 1)
		if (!enlarge(names, count, name, context))
			return false;
	at = seek(names, slice_of(name(context, item)), name, context);
	if (names->slot[at] == EMPTY)
		names->slot[at] = item;
	return true;
}

size_t
names_bytes(const struct names *names)
{
	return names->slot == NULL ? 0
				   : ((size_t)names->mask + 1) * sizeof(*names->slot);
}

void
names_free(struct names *names)
{
	free(names->slot);
	names->slot = NULL;
	names->mask = 0;
}
