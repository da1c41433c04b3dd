/* SPDX-License-Identifier: BSD-3-Clause */
/* Numbers that are given once, alarms in their order, notifications in their pace. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "common/random.h"
#include "fleet/fleet.h"
#include "subagent/alarm.h"
#include "subagent/notices.h"
#include "tests/unit/unit.h"

#define NAMES 3000u

static const char *
name_of(unsigned i, char name[INDEX_NAME])
{
	snprintf(name, INDEX_NAME, "n%u", i);
	return name;
}

/* ---- indexes ---- */

static void
numbers_are_given_once(void)
{
	struct indexes *indexes = indexes_new();
	char name[INDEX_NAME];
	CU_ASSERT_PTR_NOT_NULL_FATAL(indexes);
	for (unsigned round = 0; round < 2; round++)
		for (unsigned i = 0; i < NAMES; i++) {
			name_of(i, name);
			CU_ASSERT_EQUAL(
			    indexes_number(indexes, "a", INDEX_PARAMETER, name), i + 1);
			/* Another kind, another server: each counts by itself. */
			if (i % 2 == 0)
				CU_ASSERT_EQUAL(
				    indexes_number(indexes, "b", INDEX_PARAMETER, name),
				    i / 2 + 1);
			if (i % 3 == 0)
				CU_ASSERT_EQUAL(
				    indexes_number(indexes, "a", INDEX_ALARM, name),
				    i / 3 + 1);
		}
	/* A server and a name are not one text. */
	CU_ASSERT_EQUAL(indexes_number(indexes, "", INDEX_SERVER, "ab"), 1);
	CU_ASSERT_EQUAL(indexes_number(indexes, "ab", INDEX_SERVER, "c"), 1);
	CU_ASSERT_EQUAL(indexes_number(indexes, "a", INDEX_SERVER, "bc"), 1);
	indexes_free(indexes);
}

/* Saved in bits, restored in any order: nothing is given twice. */
static void
numbers_survive(void)
{
	static struct index_record kept[4 * NAMES];
	struct random random;
	size_t keeps = 0;
	char name[INDEX_NAME];
	random_seed(&random, 9);
	for (unsigned life = 0; life < 6; life++) {
		struct indexes *indexes = indexes_new();
		uint32_t greatest = 0;
		CU_ASSERT_PTR_NOT_NULL_FATAL(indexes);
		for (size_t i = keeps; i > 1; i--) {
			size_t j = (size_t)random_below(&random, i);
			struct index_record swapped = kept[i - 1];
			kept[i - 1] = kept[j];
			kept[j] = swapped;
		}
		for (size_t i = 0; i < keeps; i++) {
			CU_ASSERT(indexes_restore(indexes, &kept[i]));
			if (kept[i].number > greatest)
				greatest = (uint32_t)kept[i].number;
		}
		/* What was restored is saved already. */
		struct index_record record;
		CU_ASSERT(!indexes_unsaved(indexes, &record));
		for (size_t i = 0; i < keeps; i++)
			CU_ASSERT_EQUAL(indexes_number(indexes, kept[i].server,
						       kept[i].kind, kept[i].name),
					kept[i].number);
		for (unsigned i = 0; i < 400; i++) {
			name_of(life * 400 + i, name);
			CU_ASSERT_EQUAL(indexes_number(indexes, "a", INDEX_GROUP, name),
					greatest + i + 1);
			while (i % 7 == 0 && indexes_unsaved(indexes, &record))
				kept[keeps++] = record;
		}
		while (indexes_unsaved(indexes, &record))
			kept[keeps++] = record;
		CU_ASSERT_EQUAL(keeps, 400 * (life + 1));
		indexes_free(indexes);
	}
}

static void
damaged_records(void)
{
	struct indexes *indexes = indexes_new();
	struct index_record record = { .kind = INDEX_GROUP, .server = "a" };
	CU_ASSERT_PTR_NOT_NULL_FATAL(indexes);
	CU_ASSERT(indexes_restore(indexes, &record)); /* no name, no number */
	snprintf(record.name, sizeof(record.name), "x");
	CU_ASSERT(indexes_restore(indexes, &record));
	record.number = UINT64_C(1) << 32;
	CU_ASSERT(indexes_restore(indexes, &record));
	CU_ASSERT_EQUAL(indexes_number(indexes, "a", INDEX_GROUP, "x"), 1);
	record.number = UINT32_MAX;
	snprintf(record.name, sizeof(record.name), "y");
	CU_ASSERT(indexes_restore(indexes, &record));
	CU_ASSERT_EQUAL(indexes_number(indexes, "a", INDEX_GROUP, "y"), UINT32_MAX);
	/* There is no number after that. */
	CU_ASSERT_EQUAL(indexes_number(indexes, "a", INDEX_GROUP, "z"), 0);
	indexes_free(indexes);
}

/* The store lost them: each is given out again, once. */
static void
unstored(void)
{
	struct indexes *indexes = indexes_new(), *after = indexes_new();
	struct index_record record;
	char name[INDEX_NAME];
	unsigned given = 0;
	CU_ASSERT_FATAL(indexes != NULL && after != NULL);
	for (unsigned i = 0; i < 10; i++)
		indexes_number(indexes, "a", INDEX_GROUP, name_of(i, name));
	indexes_sequence_next(indexes);
	for (unsigned i = 0; i < 8; i++)
		CU_ASSERT(indexes_unsaved(indexes, &record));
	indexes_unstored(indexes);
	for (; indexes_unsaved(indexes, &record); given++)
		CU_ASSERT(indexes_restore(after, &record));
	CU_ASSERT_EQUAL(given, 11);
	for (unsigned i = 0; i < 10; i++)
		CU_ASSERT_EQUAL(
		    indexes_number(after, "a", INDEX_GROUP, name_of(9 - i, name)),
		    10 - i);
	CU_ASSERT_EQUAL(indexes_sequence(after), 1);
	indexes_free(indexes);
	indexes_free(after);
}

static void
sequence(void)
{
	struct indexes *indexes = indexes_new(), *after = indexes_new();
	struct index_record record;
	CU_ASSERT_FATAL(indexes != NULL && after != NULL);
	for (unsigned i = 1; i <= 5; i++)
		CU_ASSERT_EQUAL(indexes_sequence_next(indexes), i);
	CU_ASSERT(indexes_unsaved(indexes, &record));
	CU_ASSERT_EQUAL(record.kind, INDEX_SEQUENCE);
	CU_ASSERT(!indexes_unsaved(indexes, &record));
	CU_ASSERT(indexes_restore(after, &record));
	CU_ASSERT_EQUAL(indexes_sequence(after), 5);
	CU_ASSERT_EQUAL(indexes_sequence_next(after), 6);
	indexes_free(indexes);
	indexes_free(after);
}

/* What is off stays off over a restart, and takes no number of anything else. */
static void
switches(void)
{
	struct indexes *indexes = indexes_new(), *after = indexes_new();
	struct index_record record;
	CU_ASSERT_FATAL(indexes != NULL && after != NULL);
	for (unsigned i = 0; i < MIB_SWITCHES; i++)
		CU_ASSERT(indexes_enabled(indexes, i));
	CU_ASSERT(!indexes_unsaved(indexes, &record));
	CU_ASSERT(indexes_enable(indexes, 3, false));
	CU_ASSERT(indexes_enable(indexes, 5, false));
	CU_ASSERT(indexes_enable(indexes, 5, true));
	while (indexes_unsaved(indexes, &record)) {
		CU_ASSERT_EQUAL(record.kind, INDEX_SWITCH);
		CU_ASSERT(indexes_restore(after, &record));
	}
	for (unsigned i = 0; i < MIB_SWITCHES; i++)
		CU_ASSERT_EQUAL(indexes_enabled(after, i), i != 3);
	/* Kept again when it changes, and when the store lost it. */
	CU_ASSERT(indexes_enable(after, 3, true));
	CU_ASSERT(indexes_unsaved(after, &record));
	CU_ASSERT_EQUAL(record.number, MIB_ENABLED);
	CU_ASSERT(!indexes_unsaved(after, &record));
	indexes_unstored(indexes);
	CU_ASSERT(indexes_unsaved(indexes, &record));
	CU_ASSERT(indexes_unsaved(indexes, &record));
	CU_ASSERT(!indexes_unsaved(indexes, &record));
	CU_ASSERT_EQUAL(indexes_number(after, "", INDEX_SERVER, "silent"), 1);
	indexes_free(indexes);
	indexes_free(after);
}

/* ---- alarms ---- */

static const struct moment start = { .boot = 1000 * SECOND, .wall = 2000 * SECOND };

static void
raise_alarm(struct alarms *alarms, struct indexes *indexes, unsigned n, int64_t after)
{
	char subject[INDEX_NAME];
	struct alarm_raise raise = { "kind", name_of(n, subject), SEVERITY_WARNING, n,
				     "why" };
	struct moment now = start;
	now.boot += after;
	alarms_raise(alarms, indexes, "a", 4, &raise, now);
}

static void
check_alarms(const struct alarms *alarms, struct indexes *indexes)
{
	for (uint32_t i = 0; i < alarms->count; i++) {
		const struct mib_alarm *alarm = &alarms->alarm[i];
		char key[INDEX_NAME];
		snprintf(key, sizeof(key), "kind:%s", alarm->subject);
		CU_ASSERT_EQUAL(alarm->index.server, 4);
		CU_ASSERT_EQUAL(alarm->index.row,
				indexes_number(indexes, "a", INDEX_ALARM, key));
		CU_ASSERT(i == 0 || alarm[-1].index.row < alarm->index.row);
	}
}

/* Random ones between begin and end: those and no others stay, since they began. */
static void
alarms_in_order(void)
{
	static struct alarms alarms;
	struct indexes *indexes = indexes_new();
	int64_t since[100];
	struct random random;
	uint32_t before = 0;
	CU_ASSERT_PTR_NOT_NULL_FATAL(indexes);
	random_seed(&random, 3);
	memset(since, 0xff, sizeof(since));
	for (unsigned round = 1; round <= 200; round++) {
		bool raised[100] = { false };
		unsigned count = 0;
		alarms_begin(&alarms);
		for (unsigned i = (unsigned)random_below(&random, 60); i > 0; i--) {
			unsigned n = (unsigned)random_below(&random, 100);
			raise_alarm(&alarms, indexes, n, round * SECOND);
			raised[n] = true;
		}
		alarms_end(&alarms);
		check_alarms(&alarms, indexes);
		CU_ASSERT_EQUAL(alarms.raised - alarms.cleared, alarms.count);
		CU_ASSERT(alarms.raised >= before);
		before = alarms.raised;
		for (unsigned n = 0; n < 100; n++) {
			count += raised[n];
			if (raised[n] && since[n] < 0)
				since[n] = start.boot + round * SECOND;
			else if (!raised[n])
				since[n] = -1;
		}
		CU_ASSERT_EQUAL(alarms.count, count);
		for (uint32_t i = 0; i < alarms.count; i++)
			CU_ASSERT_EQUAL(alarms.alarm[i].since,
					since[alarms.alarm[i].count]);
	}
	CU_ASSERT_EQUAL(alarms_worst(&alarms), SEVERITY_WARNING);
	alarms_begin(&alarms);
	alarms.changed = false;
	alarms_end(&alarms);
	CU_ASSERT(alarms.changed);
	CU_ASSERT_EQUAL(alarms.count, 0);
	CU_ASSERT_EQUAL(alarms_worst(&alarms), SEVERITY_OK);
	indexes_free(indexes);
}

static void
more_alarms_than_fit(void)
{
	static struct alarms alarms;
	struct indexes *indexes = indexes_new();
	CU_ASSERT_PTR_NOT_NULL_FATAL(indexes);
	alarms_begin(&alarms);
	for (unsigned n = 0; n < ALARMS + 50; n++)
		raise_alarm(&alarms, indexes, n, 0);
	alarms_end(&alarms);
	CU_ASSERT_EQUAL(alarms.count, ALARMS);
	check_alarms(&alarms, indexes);
	/* Those that did not fit come in as others end; the same again is no change. */
	for (unsigned round = 0; round < 3; round++) {
		alarms.changed = false;
		alarms_begin(&alarms);
		for (unsigned n = 100; n < ALARMS + 50; n++)
			raise_alarm(&alarms, indexes, n, SECOND);
		alarms_end(&alarms);
		CU_ASSERT_EQUAL(alarms.changed, round < 2);
	}
	check_alarms(&alarms, indexes);
	CU_ASSERT_EQUAL(alarms.count, ALARMS + 50 - 100);
	indexes_free(indexes);
}

/* ---- notices ---- */

struct taken {
	uint64_t sequence[1000];
	unsigned count, room; /* takes no more than room at a time */
};

static bool
take(void *context, const struct link_message *message, int fd)
{
	struct taken *taken = context;
	CU_ASSERT_EQUAL(message->kind, LINK_NOTIFY);
	CU_ASSERT_EQUAL(fd, -1);
	if (taken->room == 0)
		return false;
	taken->room--;
	taken->sequence[taken->count++] = message->notify.sequence;
	return true;
}

static void
notices_in_pace(void)
{
	static struct notices notices;
	static struct taken taken;
	struct indexes *indexes = indexes_new();
	struct link_notify notify = { .notification = NOTIFY_FAILOVER };
	struct moment now = start;
	struct random random;
	unsigned added = 0, suppressed = 0;
	CU_ASSERT_PTR_NOT_NULL_FATAL(indexes);
	random_seed(&random, 5);
	notices_init(&notices, now);
	/* 900 s at one a second, and 50 at once on top of it. */
	for (unsigned i = 0; i < 9000; i++) {
		now.boot += 100 * MILLISECOND;
		if (notices_add(&notices, indexes, &notify, now))
			added++;
		else
			suppressed++;
		taken.room = (unsigned)random_below(&random, 3);
		if (i > 4000 && i < 5500)
			taken.room = 0;
		notices_send(&notices, take, &taken);
		CU_ASSERT(notices.count <= NOTICES);
	}
	CU_ASSERT(added >= 949 && added <= 951);
	CU_ASSERT_EQUAL(suppressed, 9000 - added);
	CU_ASSERT_EQUAL(notices.suppressed, suppressed);
	taken.room = NOTICES;
	notices_send(&notices, take, &taken);
	CU_ASSERT_EQUAL(taken.count, added);
	for (unsigned i = 0; i < taken.count; i++)
		CU_ASSERT_EQUAL(taken.sequence[i], i + 1);
	indexes_free(indexes);
}

/* The rest of the ring is for those that were sent. */
#define WAITING (NOTICES - NOTICES_KEPT)

/* What is switched off gets no number, and is counted apart; every notification carries how
   many were suppressed before it. */
static void
notices_switched_off(void)
{
	static struct notices notices;
	struct indexes *indexes = indexes_new();
	struct link_notify silent = { .notification = NOTIFY_CLIENTS_HEARD };
	struct link_notify failover = { .notification = NOTIFY_FAILOVER };
	struct link_notify missing = { .notification = NOTIFY_RESYNCHRONISE };
	struct moment now = start;
	CU_ASSERT_PTR_NOT_NULL_FATAL(indexes);
	notices_init(&notices, now);
	indexes_enable(indexes, 3, false);
	/* The last pair's switch is not that of what is no pair's. */
	indexes_enable(indexes, 10, false);
	CU_ASSERT(!notices_add(&notices, indexes, &silent, now));
	CU_ASSERT(notices_add(&notices, indexes, &failover, now));
	CU_ASSERT(notices_add(&notices, indexes, &missing, now));
	CU_ASSERT_EQUAL(notices.withheld, 1);
	CU_ASSERT_EQUAL(indexes_sequence(indexes), 2);
	indexes_enable(indexes, 0, false);
	CU_ASSERT(!notices_add(&notices, indexes, &failover, now));
	CU_ASSERT(!notices_add(&notices, indexes, &missing, now));
	CU_ASSERT_EQUAL(notices.withheld, 3);
	indexes_enable(indexes, 0, true);
	while (notices_add(&notices, indexes, &failover, now))
		continue;
	notices_add(&notices, indexes, &failover, now);
	CU_ASSERT_EQUAL(notices.suppressed, 2);
	CU_ASSERT_EQUAL(notices.queue[0].notify.suppressed, 0);
	uint32_t last = (uint32_t)notices.count;
	now.boot += SECOND;
	CU_ASSERT(notices_add(&notices, indexes, &failover, now));
	CU_ASSERT_EQUAL(notices.queue[last].notify.suppressed, 2);
	CU_ASSERT_EQUAL(notices.queue[last].notify.sequence, last + 1);
	indexes_free(indexes);
}

static void
more_notices_than_fit(void)
{
	static struct notices notices;
	static struct taken taken;
	struct indexes *indexes = indexes_new();
	struct link_notify notify = { .notification = NOTIFY_FAILOVER };
	struct moment now = start;
	CU_ASSERT_PTR_NOT_NULL_FATAL(indexes);
	notices_init(&notices, now);
	for (unsigned i = 0; i < WAITING + 20; i++) {
		now.boot += 2 * SECOND;
		CU_ASSERT_EQUAL(notices_add(&notices, indexes, &notify, now),
				i < WAITING);
	}
	CU_ASSERT_EQUAL(notices.suppressed, 20);
	taken.room = 1000;
	notices_send(&notices, take, &taken);
	CU_ASSERT(notices_add(&notices, indexes, &notify, now));
	notices_send(&notices, take, &taken);
	CU_ASSERT_EQUAL(taken.count, WAITING + 1);
	CU_ASSERT_EQUAL(taken.sequence[WAITING], WAITING + 1);
	indexes_free(indexes);
}

static const struct unit_test tests[] = {
	{ "numbers are given once", numbers_are_given_once },
	{ "numbers survive", numbers_survive },
	{ "damaged records", damaged_records },
	{ "sequence", sequence },
	{ "switches", switches },
	{ "the store lost them", unstored },
	{ "alarms in order", alarms_in_order },
	{ "more alarms than fit", more_alarms_than_fit },
	{ "notices in pace", notices_in_pace },
	{ "notices switched off", notices_switched_off },
	{ "more notices than fit", more_notices_than_fit },
};

int
main(void)
{
	return unit_run("index", tests, ARRAY_SIZE(tests));
}
