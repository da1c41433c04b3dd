/* SPDX-License-Identifier: BSD-3-Clause */
/* One pair's ids: freshness, replay, and finding back after clocks and stores jumped. */
#include "config.h"

#include "message/peer.h"

#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "common/random.h"
#include "tests/unit/unit.h"

#define START (INT64_C(1795000000) * SECOND)

static void
test_next(void)
{
	struct peer peer = { 0 };
	CU_ASSERT_EQUAL(peer_next(&peer, 1000), 1000);
	CU_ASSERT_EQUAL(peer_next(&peer, 1000), 1001);
	CU_ASSERT_EQUAL(peer_next(&peer, 10), 1002);
	CU_ASSERT_EQUAL(peer_next(&peer, 5000), 5000);
	peer.offset = -4000;
	CU_ASSERT_EQUAL(peer_next(&peer, 5500), 5001);
	CU_ASSERT_EQUAL(peer_next(&peer, 9500), 5500);
	/* Absurd clocks still give ids, and never 0. */
	memset(&peer, 0, sizeof(peer));
	CU_ASSERT_EQUAL(peer_next(&peer, -5), 1);
	CU_ASSERT_EQUAL(peer_next(&peer, INT64_MIN), 2);
	peer.offset = INT64_MAX;
	CU_ASSERT_EQUAL(peer_next(&peer, INT64_MAX), INT64_MAX);
	peer.offset = INT64_MIN;
	CU_ASSERT_EQUAL(peer_next(&peer, INT64_MIN), (uint64_t)INT64_MAX + 1);
	peer.sent = UINT64_MAX;
	CU_ASSERT_EQUAL(peer_next(&peer, START), UINT64_MAX);
}

static void
test_block(void)
{
	struct peer peer = { .offset = 50 };
	CU_ASSERT_EQUAL(peer_block(&peer, 1000, 7), 1057);
	CU_ASSERT_EQUAL(peer.sent, 1057);
	CU_ASSERT_EQUAL(peer_block(&peer, 1000, 7), 1058);
	peer.sent = 9999;
	CU_ASSERT_EQUAL(peer_block(&peer, 1000, 7), 10000);
	CU_ASSERT_EQUAL(peer_block(&peer, UINT64_MAX, UINT32_MAX), INT64_MAX);
}

/* The sender was away for a day and repeats what it kept: it was acted on then. */
static void
test_old_duplicate(void)
{
	struct peer peer = { 0 };
	unsigned slot = PEER_RECENT;
	uint64_t id = (uint64_t)START;
	peer_accept(&peer, id);
	peer_accept(&peer, id + 1);
	CU_ASSERT_EQUAL(peer_check(&peer, id, START + DAY, true, &slot),
			CHECK_DUPLICATE);
	CU_ASSERT_EQUAL(slot, 1);
	CU_ASSERT_EQUAL(peer_check(&peer, id - 1, START + DAY, true, NULL),
			CHECK_STALE);
}

static void
test_freshness(void)
{
	struct peer peer = { .mark = (uint64_t)START - 5 };
	const int64_t edge = PEER_FRESHNESS;
	uint64_t now = (uint64_t)START;
	CU_ASSERT_EQUAL(peer_check(&peer, now, START, true, NULL), CHECK_OK);
	CU_ASSERT_EQUAL(peer_check(&peer, now + (uint64_t)edge, START, true, NULL),
			CHECK_OK);
	CU_ASSERT_EQUAL(peer_check(&peer, now + (uint64_t)edge + 1, START, true, NULL),
			CHECK_STALE);
	CU_ASSERT_EQUAL(peer_check(&peer, now, START + edge, true, NULL), CHECK_OK);
	CU_ASSERT_EQUAL(peer_check(&peer, now, START + edge + 1, true, NULL),
			CHECK_STALE);
	/* Off: only replay counts. */
	CU_ASSERT_EQUAL(peer_check(&peer, now, START + HOUR, false, NULL), CHECK_OK);
	CU_ASSERT_EQUAL(peer_check(&peer, UINT64_MAX, START, false, NULL), CHECK_OK);
	CU_ASSERT_EQUAL(peer_check(&peer, UINT64_MAX, START, true, NULL), CHECK_STALE);
	CU_ASSERT_EQUAL(peer_check(&peer, 1, -1, true, NULL), CHECK_STALE);
	/* A clock set back: time is the mark. */
	CU_ASSERT_EQUAL(peer_check(&peer, now, START - DAY, true, NULL), CHECK_OK);
	CU_ASSERT_EQUAL(peer_clock(&peer, START - DAY), peer.mark);
	CU_ASSERT_EQUAL(peer_clock(&peer, START), START);
}

static void
test_replay(void)
{
	struct peer peer = { 0 };
	for (uint64_t i = 1; i <= 20; i++) {
		uint64_t id = (uint64_t)START + i * 10;
		CU_ASSERT_EQUAL(peer_check(&peer, id, START, true, NULL), CHECK_OK);
		peer_accept(&peer, id);
		CU_ASSERT_EQUAL(peer.mark, id);
	}
	for (uint64_t i = 1; i <= 20; i++) {
		unsigned slot = 99;
		uint64_t id = (uint64_t)START + i * 10;
		enum message_check expected =
		    i > 20 - PEER_RECENT ? CHECK_DUPLICATE : CHECK_SUPERSEDED;
		CU_ASSERT_EQUAL(peer_check(&peer, id, START, true, &slot), expected);
		CU_ASSERT_EQUAL(slot, expected == CHECK_DUPLICATE ? 20 - i : 99);
		/* Between two accepted ones, never seen: a newer one has come. */
		CU_ASSERT_EQUAL(peer_check(&peer, id - 5, START, true, NULL),
				CHECK_SUPERSEDED);
	}
	/* Nothing takes the mark back. */
	peer_accept(&peer, (uint64_t)START);
	CU_ASSERT_EQUAL(peer.mark, (uint64_t)START + 200);
	/* An empty place among the recent is no id. */
	struct peer fresh = { 0 };
	CU_ASSERT_EQUAL(peer_check(&fresh, 0, START, false, NULL), CHECK_SUPERSEDED);
}

static void
test_correct(void)
{
	struct peer peer = { .sent = (uint64_t)START, .offset = 77 };
	peer_correct(&peer, 0, 500, START);
	CU_ASSERT_EQUAL(peer.offset, 77);
	CU_ASSERT_EQUAL(peer.sent, 500);
	peer_correct(&peer, (uint64_t)(START - HOUR), 600, START);
	CU_ASSERT_EQUAL(peer.offset, -HOUR);
	CU_ASSERT_EQUAL(peer_next(&peer, START), (uint64_t)(START - HOUR));
	/* No clock on the wire is too absurd to compute with. */
	peer_correct(&peer, UINT64_MAX, UINT64_MAX, INT64_MIN);
	CU_ASSERT(peer_next(&peer, START) > 0);
	peer_correct(&peer, UINT64_MAX, 1, START);
	CU_ASSERT(peer_next(&peer, START) > 0);
	peer_correct(&peer, 1, 1, INT64_MAX);
	CU_ASSERT(peer_next(&peer, START) > 0);
}

/* Two ends, each with its clock, exchanging initiatives that the other answers. */
struct end {
	struct peer peer;
	int64_t skew; /* of its clock, from true time */
};

struct pair {
	struct end end[2];
	int64_t time; /* true */
	struct random random;
};

/* One initiative and its answer; true when it was accepted. */
static bool
exchange(struct end *from, struct end *to, int64_t time, uint64_t id)
{
	unsigned slot;
	switch (peer_check(&to->peer, id, time + to->skew, true, &slot)) {
	case CHECK_OK:
		peer_accept(&to->peer, id);
		return true;
	case CHECK_DUPLICATE:
		/* Only when it was accepted before. */
		CU_ASSERT_EQUAL(to->peer.recent[slot], id);
		return true;
	case CHECK_STALE:
		peer_correct(&from->peer, peer_clock(&to->peer, time + to->skew),
			     to->peer.mark, time + from->skew);
		return false;
	case CHECK_SUPERSEDED:
		peer_correct(&from->peer, 0, to->peer.mark, time + from->skew);
		return false;
	default:
		CU_FAIL("unexpected check");
		return false;
	}
}

/* Exchanges until one is accepted under a new id; how many it took. */
static unsigned
converse(struct pair *pair, unsigned direction)
{
	struct end *from = &pair->end[direction], *to = &pair->end[!direction];
	for (unsigned tries = 1; tries <= 10; tries++) {
		uint64_t id = peer_next(&from->peer, pair->time + from->skew);
		uint64_t mark = to->peer.mark;
		bool accepted = exchange(from, to, pair->time, id);
		pair->time += (int64_t)random_below(&pair->random, SECOND);
		if (!accepted)
			continue;
		CU_ASSERT(to->peer.mark > mark);
		return tries;
	}
	return 11;
}

static void
start(struct pair *pair, uint64_t seed)
{
	memset(pair, 0, sizeof(*pair));
	pair->time = START;
	random_seed(&pair->random, seed);
	for (int i = 0; i < 20; i++) {
		CU_ASSERT_EQUAL(converse(pair, 0), 1);
		CU_ASSERT_EQUAL(converse(pair, 1), 1);
		pair->time += MINUTE;
	}
}

static void
recovers(struct pair *pair)
{
	for (int round = 0; round < 10; round++) {
		CU_ASSERT(converse(pair, 0) <= (round == 0 ? 3 : 2));
		CU_ASSERT(converse(pair, 1) <= (round == 0 ? 3 : 2));
		/* Longer than freshness: a hello may be that far apart. */
		pair->time += 7 * MINUTE;
	}
}

static void
test_clocks(void)
{
	static const int64_t jumps[] = { HOUR,       -HOUR,       DAY,        -DAY,
					 5 * MINUTE, -5 * MINUTE, 3650 * DAY, SECOND,
					 -START,     301 * SECOND };
	for (unsigned end = 0; end < 2; end++) {
		for (size_t i = 0; i < ARRAY_SIZE(jumps); i++) {
			struct pair pair;
			start(&pair, i);
			pair.end[end].skew += jumps[i];
			recovers(&pair);
			/* And back again. */
			pair.end[end].skew -= jumps[i];
			recovers(&pair);
		}
	}
}

static void
test_stores(void)
{
	for (unsigned what = 0; what < 16; what++) {
		struct pair pair;
		start(&pair, what);
		/* Also while the clocks disagree, so that something was learnt. */
		if (what & 8) {
			pair.end[1].skew = HOUR;
			recovers(&pair);
		}
		struct peer *peer = &pair.end[what & 1].peer;
		if (what & 2) {
			peer->mark = 0;
			memset(peer->recent, 0, sizeof(peer->recent));
		}
		if (what & 4) {
			peer->sent = 0;
			peer->offset = 0;
		}
		recovers(&pair);
	}
}

/* Any clock and any store, at either end, again and again. */
static void
test_chaos(void)
{
	struct pair pair;
	start(&pair, 42);
	for (int i = 0; i < 20000; i++) {
		struct end *end = &pair.end[random_below(&pair.random, 2)];
		switch (random_below(&pair.random, 4)) {
		case 0:
			end->skew = (int64_t)random_below(&pair.random, 2 * DAY) - DAY;
			break;
		case 1:
			memset(&end->peer, 0, sizeof(end->peer));
			break;
		case 2:
			end->peer.offset = 0;
			break;
		default:
			pair.time += (int64_t)random_below(&pair.random, 20 * MINUTE);
			break;
		}
		CU_ASSERT(converse(&pair, (unsigned)random_below(&pair.random, 2)) <=
			  3);
	}
}

/* Loss, duplication and reordering: no id is accepted twice. */
static void
test_once(void)
{
	struct peer sender = { 0 }, receiver = { 0 };
	struct random random;
	uint64_t flying[64] = { 0 }, last = 0;
	int64_t time = START;
	size_t accepted = 0;
	random_seed(&random, 5);
	for (int i = 0; i < 100000; i++) {
		uint64_t *one = &flying[random_below(&random, ARRAY_SIZE(flying))];
		time += (int64_t)random_below(&random, SECOND);
		if (*one == 0 || random_below(&random, 8) == 0) {
			*one = peer_next(&sender, time);
			continue;
		}
		if (peer_check(&receiver, *one, time, true, NULL) == CHECK_OK) {
			/* Ascending only: so none a second time. */
			CU_ASSERT(*one > last);
			last = *one;
			peer_accept(&receiver, *one);
			accepted++;
		}
	}
	CU_ASSERT(accepted > 1000);
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "ids ascend", test_next },
		{ "ids of a block", test_block },
		{ "freshness", test_freshness },
		{ "old duplicates", test_old_duplicate },
		{ "replay", test_replay },
		{ "correction", test_correct },
		{ "clocks that jump", test_clocks },
		{ "stores that are lost", test_stores },
		{ "anything, again and again", test_chaos },
		{ "no id twice", test_once },
	};
	return unit_run("peer", tests, ARRAY_SIZE(tests));
}
