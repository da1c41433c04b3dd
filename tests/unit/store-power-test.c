/* SPDX-License-Identifier: BSD-3-Clause */
/* The store on a disk that forgets what was not synced when the power fails: it is never
   damaged, and has all that it said it has, batch by batch. At KILL_POINTS moments (50),
   the same for the same KILL_SEED (1). */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/random.h"
#include "subagent/store-database.h"
#include "tests/unit/power.h"
#include "tests/unit/shim-vfs.h"
#include "tests/unit/store-rig.h"
#include "tests/unit/unit.h"

#define CLIENTS 400u
/* Enough for the log to be copied into the database in between. */
#define BATCHES 28u
/* Calls of a whole life, about. */
#define CALLS 1500u
/* After so many failures a new database, so that its making is among the moments. */
#define LIVES 12u

static uint64_t seed = 1, points = 50;

static uint64_t
number_of(const char *name, uint64_t usual)
{
	const char *text = getenv(name);
	return text && *text ? strtoull(text, NULL, 10) : usual;
}

/* ---- what is written ---- */

/* Every third client, each time others. */
static bool
changes(uint32_t client, uint32_t batch)
{
	return random_mix(client, batch) % 3 == 0;
}

/* The last batch up to that one in which it changed; 0 none. */
static uint32_t
changed_last(uint32_t client, uint32_t batch)
{
	while (batch > 0 && !changes(client, batch))
		batch--;
	return batch;
}

static enum action
action_of(uint32_t batch)
{
	return batch % 2 ? ACTION_FAILOVER : ACTION_RECONNECT;
}

static void
put_batch(struct store *store, uint32_t batch)
{
	for (uint32_t i = 1; i <= CLIENTS; i++) {
		if (!changes(i, batch))
			continue;
		struct store_item *item = store_put(store, STORE_CLIENT, "aaa1");
		item->client = rig_record(i);
		item->client.transitions = batch;
	}
	struct store_item *item = store_put(store, STORE_OPERATION, "aaa1");
	item->operation = (struct operation){
		.number = batch,
		.action = action_of(batch),
		.initiator = INITIATOR_POLICY,
		.state = OPERATION_DONE,
		.share = 1,
	};
	item = store_put(store, STORE_BLOCK, "aaa1");
	item->block = (struct fleet_block){ action_of(batch), batch, CLIENTS };
	item = store_put(store, STORE_EVENT, "aaa1");
	item->event.number = batch;
	item->event.kind = EVENT_STATE;
	item->event.severity = SEVERITY_OK;
}

/* ---- what is there ---- */

struct found {
	uint32_t clients[CLIENTS + 1]; /* the batch that each comes from */
	uint64_t block[2];
	struct store_numbers numbers;
};

static bool
take(void *context, const struct store_item *item)
{
	struct found *found = context;
	if (item->kind == STORE_CLIENT && item->client.index <= CLIENTS)
		found->clients[item->client.index] = item->client.transitions;
	if (item->kind == STORE_BLOCK)
		found->block[item->block.action == ACTION_FAILOVER] = item->block.base;
	return true;
}

/* All of its batches up to one, and nothing of later ones. */
static bool
is_whole(const struct found *found, uint32_t batch)
{
	bool whole = found->numbers.operation == batch;
	for (uint32_t i = 1; i <= CLIENTS; i++)
		whole &= found->clients[i] == changed_last(i, batch);
	for (uint32_t i = 0; i < 2; i++)
		if (batch > i)
			whole &=
			    found->block[action_of(batch - i) == ACTION_FAILOVER] ==
			    batch - i;
	return whole;
}

/* The last batch that is there; says what is wrong. closed: it says that nothing is
   missing. */
static bool
look(const char *path, uint32_t *batch, bool *closed, char why[STORE_WHY])
{
	struct found found = { .clients = { 0 } };
	enum database_end end;
	struct database *database =
	    database_open(path, NULL, DATABASE_WRITE, &end, why);
	if (!database)
		return false;
	bool good = database_check(database, why) == DATABASE_OK &&
		    database_read(database, "aaa1", take, &found, &found.numbers,
				  why) == DATABASE_OK;
	*batch = (uint32_t)found.numbers.event;
	*closed = database_closed(database);
	database_close(database);
	if (good && !is_whole(&found, *batch)) {
		snprintf(why, STORE_WHY, "batch %u is there in part", *batch);
		good = false;
	}
	return good;
}

/* ---- a life ---- */

/* From power on to its failure, or to the end: batches after first, each when the one
   before is durable. Returns the last that was said to be. */
static uint32_t
live(struct rig *rig, uint32_t first, uint32_t *submitted)
{
	char why[STORE_WHY];
	uint32_t durable = first;
	*submitted = first;
	CU_ASSERT_TRUE_FATAL(rig_open(rig, why));
	CU_ASSERT_TRUE_FATAL(store_start(rig->store, &rig->loop));
	rig->durable = 0;
	while (!power_failed() && *submitted < first + BATCHES) {
		put_batch(rig->store, ++*submitted);
		store_submit(rig->store);
		unsigned count = rig->durable;
		CU_ASSERT_TRUE_FATAL(rig_reach(rig, &rig->durable, count + 1));
		/* Said before the failure, or after, when nobody heard it. */
		if (!power_failed())
			durable = (uint32_t)rig->block.base;
	}
	rig_close(rig);
	return durable;
}

/* Into another folder, where the power is on again. */
static void
move_on(struct rig *rig)
{
	struct rig next;
	rig_make(&next);
	power_off(next.path);
	rig_remove(rig);
	*rig = next;
}

struct tally {
	uint64_t failures, lost;
};

/* One moment; false: it was not reached, for the life was shorter. */
static bool
fail_once(struct rig *rig, uint32_t *batch, uint64_t nth, struct tally *tally)
{
	char why[STORE_WHY] = "";
	uint32_t submitted, found = 0;
	bool closed = false;
	power_on(rig->path, nth, random_mix(seed, tally->failures));
	uint32_t durable = live(rig, *batch, &submitted);
	bool failed = power_failed();
	move_on(rig);
	bool good = look(rig->path, &found, &closed, why);
	if (good && (found < durable || found > submitted)) {
		snprintf(why, sizeof(why), "it has batch %u: %u were durable, %u given",
			 found, durable, submitted);
		good = false;
	}
	/* What says that nothing is missing has all. */
	if (good && closed && submitted > 0 && found != submitted) {
		snprintf(why, sizeof(why), "it is closed with batch %u of %u", found,
			 submitted);
		good = false;
	}
	if (!good)
		printf("# KILL_SEED=%llu, failure %llu, at call %llu: %s\n",
		       (unsigned long long)seed, (unsigned long long)tally->failures,
		       (unsigned long long)nth, why);
	CU_ASSERT_TRUE(good);
	CU_ASSERT_EQUAL(rig_errors, 0);
	tally->lost += submitted - found;
	*batch = good ? found : 0;
	return failed;
}

static void
test_power_fails(void)
{
	struct tally tally = { .failures = 0 };
	struct random random;
	uint32_t batch = 0;
	struct rig rig;
	random_seed(&random, seed);
	rig_make(&rig);
	while (tally.failures < points) {
		if (tally.failures % LIVES == 0) {
			rig_remove(&rig);
			rig_make(&rig);
			batch = 0;
		}
		/* Half of them early, where it is opened, made and recovered. */
		uint64_t nth =
		    1 + random_below(&random, random_below(&random, 2) ? 60 : CALLS);
		tally.failures += fail_once(&rig, &batch, nth, &tally);
	}
	rig_remove(&rig);
	printf("# KILL_SEED=%llu: the power failed %llu times, %llu batches of no "
	       "promise were lost\n",
	       (unsigned long long)seed, (unsigned long long)tally.failures,
	       (unsigned long long)tally.lost);
}

static const struct unit_test tests[] = {
	{ "the power fails", test_power_fails },
};

int
main(void)
{
	seed = number_of("KILL_SEED", seed);
	points = number_of("KILL_POINTS", getenv("VALGRIND") ? 4 : points);
	shim_register();
	rig_listen();
	return unit_run("store-power", tests, ARRAY_SIZE(tests));
}
