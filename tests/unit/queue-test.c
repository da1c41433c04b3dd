/* SPDX-License-Identifier: BSD-3-Clause */
/* Orders leave in the order in which they were decided: by the policy's order, batch by
   batch, and over a reload. */
#include "config.h"

#include "fleet/internal.h"
#include "tests/unit/fleet-rig.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#define CLIENTS 30u

/* Which clients got a first order, in that order. */
struct departures {
	unsigned client[4 * CLIENTS];
	unsigned count;
};

static void
note(struct rig *rig, uint32_t row, const struct message *message)
{
	struct departures *departures = rig->context;
	const char *name = fleet_client_name(rig->fleet, row);
	unsigned n;

	/* Who left the policy is called back besides. */
	if (row >= rig->policy->clients ||
	    fleet_row(rig->fleet, row)->order_id != message->id)
		return;
	CU_ASSERT_FATAL(departures->count < ARRAY_SIZE(departures->client));
	CU_ASSERT_EQUAL(sscanf(name, "c%u", &n), 1);
	departures->client[departures->count++] = n;
}

/* Slowly, so that most of them still wait; after some seconds a reload. */
static void
play(const char *words, const char *reload, enum rig_verdict verdict,
     struct departures *departures)
{
	struct rig *rig =
	    verdict == RIG_FAILOVER ? rig_serving(words) : rig_away(words);
	char words_left[64], *rest = words_left, *word;

	*departures = (struct departures){ .count = 0 };
	rig_run(rig, MINUTE);
	rig->quiet = true;
	rig->order = note;
	rig->context = departures;
	rig_judge(rig, verdict);
	rig_run(rig, 3 * SECOND);
	CU_ASSERT(departures->count >= 3 && departures->count < CLIENTS / 2);
	if (reload != NULL) {
		snprintf(words_left, sizeof(words_left), "%s", reload);
		while ((word = strsep(&rest, " ")) != NULL)
			CU_ASSERT(rig_option(&rig->options, word));
		rig_reload(rig);
	}
	rig_run(rig, MINUTE);
	rig_free(rig);
}

/* The same but for those who are not there any more. */
static void
check_same(const struct departures *a, const struct departures *b, unsigned first)
{
	unsigned at = 0;

	for (unsigned i = 0; i < a->count; i++) {
		if (a->client[i] < first &&
		    (at == b->count || b->client[at] != a->client[i]))
			continue; /* it had not left yet */
		CU_ASSERT_FATAL(at < b->count);
		CU_ASSERT_EQUAL(a->client[i], b->client[at]);
		at++;
	}
	CU_ASSERT_EQUAL(at, b->count);
}

static void
over_a_reload(void)
{
	static const char words[] = "clients=30 rate=2 retry=10m batch=30 every=1h";
	static const enum rig_verdict verdicts[] = { RIG_FAILOVER, RIG_CONNECTION };

	for (size_t i = 0; i < ARRAY_SIZE(verdicts); i++) {
		struct departures plain, reloaded, fewer;
		bool by_row = true;

		play(words, NULL, verdicts[i], &plain);
		CU_ASSERT_EQUAL(plain.count, CLIENTS);
		/* Priorities are no order of rows, or nothing would be tested. */
		for (unsigned j = 1; j < plain.count; j++)
			by_row &= plain.client[j] > plain.client[j - 1];
		CU_ASSERT_FALSE(by_row);
		play(words, "rate=2", verdicts[i], &reloaded);
		check_same(&plain, &reloaded, 1);
		play(words, "clients=21 first=10", verdicts[i], &fewer);
		CU_ASSERT(fewer.count < CLIENTS);
		check_same(&plain, &fewer, 10);
		/* Others come too, after them. */
		play(words, "clients=35", verdicts[i], &reloaded);
		reloaded.count = CLIENTS;
		check_same(&plain, &reloaded, 1);
	}
}

int
main(void)
{
	static const struct unit_test test[] = {
		{ "over a reload", over_a_reload },
	};

	return unit_run("queue", test, ARRAY_SIZE(test));
}
