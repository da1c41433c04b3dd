/* SPDX-License-Identifier: BSD-3-Clause */
/* Weighted rendezvous hashing (Mosko, Schindelhauer): a score for each pair of client and
   target; the greatest wins, with a probability in proportion to the weight. */
#include "config.h"

#include "policy/distribute.h"

#include <math.h>
#include <stdbool.h>

#include "common/random.h"
#include "policy/names.h"

uint64_t
distribute_client(const struct address *address)
{
	return random_mix(get_u64(address->byte), get_u64(address->byte + 8));
}

uint64_t
distribute_key(struct slice name)
{
	return text_hash(name.start, name.length);
}

/* Among equal weights the greatest u wins: no logarithm is needed to see that. */
static bool
even(const struct distribute_target *target, size_t count)
{
	for (size_t i = 1; i < count; i++)
		if (target[i].weight != target[0].weight)
			return false;
	return true;
}

/* -weight / ln(u) for a u between 0 and 1 that is the pair's own. */
static double
score(uint64_t client, const struct distribute_target *target, bool alike)
{
	double u = (double)((random_mix(client, target->key) >> 11) | 1) * 0x1p-53;

	if (alike)
		return u;
	return target->weight > 0 ? -target->weight / log(u) : 0;
}

void
distribute_rank(uint64_t client, const struct distribute_target *target, size_t count,
		uint16_t *order)
{
	double scores[DISTRIBUTE_MAX];
	bool alike = even(target, count);

	if (count > DISTRIBUTE_MAX)
		count = DISTRIBUTE_MAX;
	for (size_t i = 0; i < count; i++) {
		double mine = count > 1 ? score(client, &target[i], alike) : 0;
		size_t at = i;

		/* Few as they are, one is put in its place after the other. */
		for (; at > 0; at--) {
			const struct distribute_target *before = &target[order[at - 1]];

			if (before->priority < target[i].priority)
				break;
			if (before->priority == target[i].priority &&
			    (scores[at - 1] > mine ||
			     (scores[at - 1] == mine && before->key <= target[i].key)))
				break;
			order[at] = order[at - 1];
			scores[at] = scores[at - 1];
		}
		order[at] = (uint16_t)i;
		scores[at] = mine;
	}
}
