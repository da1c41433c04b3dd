/* SPDX-License-Identifier: BSD-3-Clause */
/* How far apart two names are, for "did you mean". */
#ifndef BELLWETHER_POLICY_NEAREST_H
#define BELLWETHER_POLICY_NEAREST_H

#include <stddef.h>

#include "common/bytes.h"

/* Further apart than any two names that a person would mix up. */
#define NEAREST_FAR SIZE_MAX

/* Edits (insert, remove, replace, swap neighbours; case does not count) that turn a
   into b; NEAREST_FAR when that is more than a slip for names of this length, or when
   either is longer than NAME_MAX_LENGTH. 0 for names that differ in case only. */
size_t nearest_distance(struct slice a, struct slice b);

/* Keeps the better of what was found and one more candidate. Start with
   { .distance = NEAREST_FAR }; name stays NULL while nothing is near. */
struct nearest {
	const char *name;
	size_t distance;
};
void nearest_consider(struct nearest *nearest, struct slice wanted, const char *name);

#endif
