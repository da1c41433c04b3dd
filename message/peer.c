/* SPDX-License-Identifier: BSD-3-Clause */
/* Ids, freshness and replay of one pair, and how it finds back after clocks jumped. */
#include "config.h"

#include "message/peer.h"

#include <stddef.h>
#include <string.h>

/* Ids are never 0, and what an absurd clock adds up to stays a number. */
static uint64_t
shifted(int64_t time, int64_t offset)
{
	int64_t sum;
	if (__builtin_add_overflow(time, offset, &sum))
		return time < 0 ? 1 : INT64_MAX;
	return sum < 1 ? 1 : (uint64_t)sum;
}

static uint64_t
remember_sent(struct peer *peer, uint64_t wanted)
{
	if (wanted <= peer->sent)
		wanted = peer->sent < UINT64_MAX ? peer->sent + 1 : UINT64_MAX;
	peer->sent = wanted;
	return wanted;
}

uint64_t
peer_next(struct peer *peer, int64_t wall)
{
	return remember_sent(peer, shifted(wall, peer->offset));
}

uint64_t
peer_block(struct peer *peer, uint64_t base, uint32_t row)
{
	uint64_t id = base < INT64_MAX - (uint64_t)row ? base + row : INT64_MAX;
	return remember_sent(peer, shifted((int64_t)id, peer->offset));
}

uint64_t
peer_clock(const struct peer *peer, int64_t wall)
{
	uint64_t time = wall > 0 ? (uint64_t)wall : 0;
	return time > peer->mark ? time : peer->mark;
}

enum message_check
peer_check(const struct peer *peer, uint64_t id, int64_t wall, bool freshness,
	   unsigned *slot)
{
	uint64_t now = peer_clock(peer, wall);
	uint64_t apart = id > now ? id - now : now - id;
	/* Before freshness: an order that is repeated after a long outage is still the
	   one that was acted on. As stale it would come again under a new id, and be
	   acted on twice. */
	for (unsigned i = 0; i < PEER_RECENT; i++) {
		if (peer->recent[i] != id || id == 0)
			continue;
		if (slot)
			*slot = i;
		return CHECK_DUPLICATE;
	}
	/* Also from the future: accepted, it would put the mark where no honest id
	   gets for as long as that clock was ahead. */
	if (freshness && apart > (uint64_t)PEER_FRESHNESS)
		return CHECK_STALE;
	return id > peer->mark ? CHECK_OK : CHECK_SUPERSEDED;
}

void
peer_accept(struct peer *peer, uint64_t id)
{
	memmove(peer->recent + 1, peer->recent,
		(PEER_RECENT - 1) * sizeof(peer->recent[0]));
	peer->recent[0] = id;
	if (id > peer->mark)
		peer->mark = id;
}

void
peer_correct(struct peer *peer, uint64_t clock, uint64_t mark, int64_t wall)
{
	if (clock > 0) {
		int64_t theirs = clock < INT64_MAX ? (int64_t)clock : INT64_MAX;
		if (__builtin_sub_overflow(theirs, wall, &peer->offset))
			peer->offset = INT64_MAX;
	}
	peer->sent = mark;
}
