/* SPDX-License-Identifier: BSD-3-Clause */
/* Edit distance between short names, bounded by what counts as a slip. */
#include "config.h"

#include "policy/nearest.h"

#include <stdint.h>
#include <string.h>

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* One slip in four letters, two in seven; short names would be near to everything. */
static size_t
tolerance(size_t length)
{
	return length < 3 ? 0 : length < 7 ? 1 : length < 12 ? 2 : 3;
}

size_t
nearest_distance(struct slice a, struct slice b)
{
	/* Three rows of the matrix: a swap looks two rows up. */
	uint8_t row[3][NAME_MAX_LENGTH + 1];
	uint8_t *before = row[0], *above = row[1], *here = row[2];

	if (a.length > NAME_MAX_LENGTH || b.length > NAME_MAX_LENGTH)
		return NEAREST_FAR;
	memset(row, 0, sizeof(row));
	for (size_t j = 0; j <= b.length; j++)
		here[j] = (uint8_t)j;
	for (size_t i = 1; i <= a.length; i++) {
		uint8_t *oldest = before;
		before = above;
		above = here;
		here = oldest;
		here[0] = (uint8_t)i;
		for (size_t j = 1; j <= b.length; j++) {
			char x = lower(a.start[i - 1]), y = lower(b.start[j - 1]);
			size_t cost = least(above[j] + 1u, here[j - 1] + 1u);
			cost = least(cost, above[j - 1] + (x != y ? 1u : 0u));
			if (i > 1 && j > 1 && x == lower(b.start[j - 2]) &&
			    y == lower(a.start[i - 2]))
				cost = least(cost, before[j - 2] + 1u);
			here[j] = (uint8_t)cost;
		}
	}
	size_t distance = here[b.length];
	return distance <= tolerance(least(a.length, b.length)) ? distance
								: NEAREST_FAR;
}

void
nearest_consider(struct nearest *nearest, struct slice wanted, const char *name)
{
	size_t distance = nearest_distance(wanted, slice_of(name));
	if (distance < nearest->distance) {
		nearest->distance = distance;
		nearest->name = name;
	}
}
