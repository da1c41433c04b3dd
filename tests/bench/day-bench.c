/* SPDX-License-Identifier: BSD-3-Clause */
/* A day of virtual time: 10,000 clients that say hello and obey, a sample a second, and
   four hours of it too bad to stay. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/clock.h"
#include "common/random.h"
#include "fleet/fleet.h"
#include "policy/judge.h"
#include "tests/bench/bench-day.h"
#include "tests/bench/bench-policy.h"

#define CLIENTS 10000u
#define SECONDS 86400u
#define GOAL    20.0 /* s of processor time */
#define HELLO   300u
#define BAD     4u /* spells a day */
#define SPELL   3600u

struct agent {
	enum place place;
	uint64_t sent, newest, following;
	enum message_type hook; /* runs until the next second; 0: none */
};

struct day {
	struct policy *policy;
	struct judge *judge;
	struct fleet *fleet;
	struct moment now;
	struct agent agent[CLIENTS];
	uint32_t work; /* the input */
	size_t orders, messages, events, verdicts;
};

static char *
document(void)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	if (to == NULL)
		exit(1);
	fputs(day_policy, to);
	for (unsigned i = 0; i < CLIENTS; i++)
		fprintf(to,
			"<client name=\"nas%u\" address=\"10.0.%u.%u\" "
			"groups=\"wireless\" priority=\"%u\"/>\n",
			i, i >> 8, i & 255, i % 100);
	fprintf(to, "</clients></policy>\n");
	fclose(to);
	return text;
}

static void
say(struct day *day, uint32_t row, struct message *message)
{
	struct agent *agent = &day->agent[row];
	uint64_t wall = (uint64_t)day->now.wall;
	struct message answer;

	agent->sent = agent->sent >= wall ? agent->sent + 1 : wall;
	message->id = agent->sent;
	day->messages++;
	(void)fleet_receive(day->fleet, row, message, day->now, &answer);
}

static void
say_hello(struct day *day, uint32_t row)
{
	const struct agent *agent = &day->agent[row];
	struct message_alternate aaa2 = { .name = slice_of("aaa2") };
	struct message hello = { .type = MESSAGE_HELLO,
				 .has = HAS(ATTRIBUTE_PLACE),
				 .place = agent->place };

	if (agent->following != 0) {
		hello.has |= HAS(ATTRIBUTE_MARK) | HAS(ATTRIBUTE_ALTERNATE);
		hello.mark = agent->following;
		hello.alternate = &aaa2;
		hello.alternates = 1;
	}
	say(day, row, &hello);
}

static void
acknowledge(struct day *day, uint32_t row, enum message_stage stage)
{
	const struct agent *agent = &day->agent[row];
	struct message_alternate aaa2 = { .name = slice_of("aaa2") };
	struct message answer = { .type = MESSAGE_ACKNOWLEDGE,
				  .reply_to = agent->newest,
				  .has = HAS(ATTRIBUTE_STAGE),
				  .stage = stage };

	if (stage == STAGE_DONE && agent->place == PLACE_AWAY) {
		answer.has |= HAS(ATTRIBUTE_ALTERNATE);
		answer.alternate = &aaa2;
		answer.alternates = 1;
	}
	say(day, row, &answer);
}

/* Hooks that began in the second before. */
static void
end_hooks(struct day *day)
{
	for (uint32_t row = 0; row < CLIENTS; row++) {
		struct agent *agent = &day->agent[row];

		if (agent->hook == 0)
			continue;
		agent->place =
		    agent->hook == MESSAGE_FAILOVER ? PLACE_AWAY : PLACE_HERE;
		agent->following = agent->hook == MESSAGE_FAILOVER ? agent->newest : 0;
		agent->hook = 0;
		acknowledge(day, row, STAGE_DONE);
	}
}

/* Everything that is due before then. */
static void
run(struct day *day, int64_t until)
{
	struct fleet_event event;

	for (;;) {
		int64_t next = fleet_next(day->fleet);
		struct message order;
		uint32_t row;

		if (next >= until)
			break;
		if (next > day->now.boot) {
			day->now.wall += next - day->now.boot;
			day->now.boot = next;
		}
		fleet_tick(day->fleet, day->now);
		while (fleet_order(day->fleet, day->now, &row, &order)) {
			day->orders++;
			if (order.id <= day->agent[row].newest)
				continue;
			day->agent[row].newest = order.id;
			day->agent[row].hook = order.type;
			acknowledge(day, row, STAGE_RECEIVED);
		}
		while (fleet_event(day->fleet, &event))
			day->events++;
	}
	day->now.wall += until - day->now.boot;
	day->now.boot = until;
}

static void
judge(struct day *day, unsigned second)
{
	bool bad = second % (SECONDS / BAD) >= SECONDS / BAD - SPELL;
	struct sample sample = { .input = day->work,
				 .ending = ENDING_VALUE,
				 .value = (bad ? 85 : 10) + (double)(second % 7),
				 .asked = day->now.boot,
				 .at = day->now.boot };
	char why[OPERATION_TEXT] = "";
	struct verdict verdict;

	judge_sample(day->judge, &sample);
	judge_decide(day->judge, day->now.boot, &verdict);
	if (verdict.deciding != POLICY_NONE)
		judge_explain(day->judge, verdict.deciding, why, sizeof(why));
	fleet_judge(day->fleet, &verdict, why, day->now);
	day->verdicts++;
}

int
main(void)
{
	static struct day day = { .now = { .boot = 1000 * SECOND,
					   .wall = INT64_C(1790000000) * SECOND } };
	char *text = document();
	struct fleet_summary summary;
	int64_t from, took;

	day.policy = bench_policy(text);
	if (day.policy == NULL)
		return 1;
	day.judge = judge_new(day.policy);
	day.fleet = fleet_new(day.policy, 1, day.now);
	if (day.judge == NULL || day.fleet == NULL)
		return 1;
	day.work = policy_find_input(day.policy, "work", 4);
	for (uint32_t row = 0; row < CLIENTS; row++)
		day.agent[row].place = PLACE_HERE;
	from = bench_time();
	for (unsigned second = 0; second < SECONDS; second++) {
		judge(&day, second);
		for (uint32_t row = second % HELLO; row < CLIENTS; row += HELLO)
			say_hello(&day, row);
		end_hooks(&day);
		run(&day, day.now.boot + SECOND);
	}
	took = bench_time() - from;
	fleet_summary(day.fleet, &summary);
	/* It has to have been a day with something in it. */
	if (day.orders < 2 * (BAD - 1) * CLIENTS * 9 / 10 ||
	    summary.place[PLACE_UNKNOWN] > 0)
		puts("bench: virtual-day did not move its clients");
	printf(
	    "bench: virtual-day ratio %.2f goal <=1 (%.1f of %.0f s of processor time "
	    "for %u clients: %zu verdicts, %zu orders, %zu messages, %zu events; at "
	    "its end %u here, %u away)\n",
	    (double)took / 1e6 / GOAL, (double)took / 1e6, GOAL, CLIENTS, day.verdicts,
	    day.orders, day.messages, day.events, summary.place[PLACE_HERE],
	    summary.place[PLACE_AWAY]);
	fleet_free(day.fleet);
	judge_free(day.judge);
	policy_free(day.policy);
	free(text);
	return 0;
}
