/* SPDX-License-Identifier: BSD-3-Clause */
/* Virtual time: what is due next of the judge, the fleet and the crowd is done next. */
#include "config.h"

#include "tui/offline-replay.h"

#include <stdlib.h>

#include "policy/look.h"
#include "tui/offline-repeat.h"

/* Boot time of the start: a zero means "never" in many places. */
#define BASE (1000 * SECOND)

struct replay {
	const struct policy *policy;
	struct repeats *repeats; /* NULL: samples are all that there are */
	struct judge *judge;
	struct fleet *fleet;
	struct crowd *crowd;
	struct look look;
	struct replay_calls calls;
	struct moment now;
};

static int64_t
earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static void
on_moved(void *context, uint32_t row, enum place to, struct moment now)
{
	const struct replay *replay = context;
	if (replay->calls.moved)
		replay->calls.moved(replay->calls.context, row, to, now);
}

struct replay *
replay_new(const struct policy *policy, const struct crowd_options *options,
	   const struct replay_calls *calls, int64_t wall, bool by_itself)
{
	struct replay *replay = calloc(1, sizeof *replay);
	if (!replay)
		return NULL;
	const struct crowd_calls crowd = { replay, on_moved };
	replay->policy = policy;
	replay->calls = *calls;
	replay->now = (struct moment){ .boot = BASE, .wall = wall };
	replay->judge = judge_new(policy);
	replay->fleet = fleet_new(policy, options->seed, replay->now);
	replay->crowd = crowd_new(policy, options, &crowd, replay->now);
	if (by_itself)
		replay->repeats = repeat_new(policy);
	if (!replay->judge || !replay->fleet || !replay->crowd ||
	    (by_itself && !replay->repeats)) {
		replay_free(replay);
		return NULL;
	}
	look_start(&replay->look, policy, replay->judge, BASE);
	return replay;
}

void
replay_free(struct replay *replay)
{
	if (!replay)
		return;
	crowd_free(replay->crowd);
	if (replay->fleet)
		fleet_free(replay->fleet);
	judge_free(replay->judge);
	repeat_free(replay->repeats);
	free(replay);
}

/* ---- what the server hears and says ---- */

static void
hear(struct replay *replay, const struct crowd_letter *letter)
{
	struct message answer;
	if (letter->echo) {
		fleet_echo(replay->fleet, letter->row, letter->message.id, replay->now);
		return;
	}
	(void)fleet_receive(replay->fleet, letter->row, &letter->message, replay->now,
			    &answer);
	if (answer.type != 0)
		(void)crowd_tell(replay->crowd, letter->row, &answer, replay->now);
}

static void
say(struct replay *replay)
{
	struct message order;
	uint32_t row;
	while (fleet_order(replay->fleet, replay->now, &row, &order)) {
		if (replay->calls.ordered)
			replay->calls.ordered(replay->calls.context, row, order.type,
					      replay->now);
		(void)crowd_tell(replay->crowd, row, &order, replay->now);
	}
}

static void
tell_events(struct replay *replay)
{
	struct fleet_event event;
	while (fleet_event(replay->fleet, &event))
		if (replay->calls.event)
			replay->calls.event(replay->calls.context, &event);
}

/* As the daemon's turn: a large operation may want several at once. */
void
replay_settle(struct replay *replay)
{
	const struct crowd_letter *letter;
	do {
		fleet_tick(replay->fleet, replay->now);
		tell_events(replay);
		say(replay);
		while ((letter = crowd_turn(replay->crowd, replay->now)) != NULL)
			hear(replay, letter);
	} while (fleet_next(replay->fleet) <= replay->now.boot);
	tell_events(replay);
}

/* ---- looking ---- */

static void
look(struct replay *replay)
{
	struct verdict verdict;
	char why[OPERATION_TEXT];
	(void)look_judge(&replay->look, replay->judge, replay->now.boot, &verdict, why,
			 sizeof(why));
	if (replay->calls.looked)
		replay->calls.looked(replay->calls.context, &verdict, why);
	fleet_judge(replay->fleet, &verdict, why, replay->now);
}

void
replay_look(struct replay *replay)
{
	look(replay);
	replay_settle(replay);
}

static void
take(struct replay *replay, const struct sample *sample)
{
	judge_sample(replay->judge, sample);
	(void)look_sample(&replay->look, replay->now.boot);
}

void
replay_sample(struct replay *replay, const struct sample *sample)
{
	struct sample copy = *sample;
	copy.asked += BASE;
	copy.at += BASE;
	if (replay->repeats)
		repeat_sample(replay->repeats, &copy);
	take(replay, &copy);
}

static void
take_again(struct replay *replay)
{
	struct sample sample;
	while (repeat_again(replay->repeats, replay->now.boot, &sample))
		take(replay, &sample);
}

bool
replay_gap(struct replay *replay)
{
	struct judge *judge = judge_new(replay->policy);
	if (!judge)
		return false;
	judge_free(replay->judge);
	replay->judge = judge;
	if (replay->repeats)
		repeat_forget(replay->repeats);
	look_start(&replay->look, replay->policy, judge, replay->now.boot);
	return true;
}

/* ---- time ---- */

static void
go_to(struct replay *replay, int64_t boot)
{
	if (boot <= replay->now.boot)
		return;
	replay->now.wall += boot - replay->now.boot;
	replay->now.boot = boot;
}

void
replay_until(struct replay *replay, int64_t time)
{
	int64_t end = BASE + time;
	for (;;) {
		int64_t next =
		    earlier(fleet_next(replay->fleet), crowd_next(replay->crowd));
		if (replay->repeats)
			next = earlier(next, earlier(replay->look.due,
						     repeat_next(replay->repeats)));
		if (next >= end)
			break;
		go_to(replay, next);
		if (replay->repeats)
			take_again(replay);
		if (replay->repeats && replay->look.due <= replay->now.boot)
			look(replay);
		replay_settle(replay);
	}
	go_to(replay, end);
}

struct moment
replay_now(const struct replay *replay)
{
	return replay->now;
}

int64_t
replay_time(const struct replay *replay, int64_t boot)
{
	(void)replay;
	return boot - BASE;
}

const struct judge *
replay_judge(const struct replay *replay)
{
	return replay->judge;
}

struct fleet *
replay_fleet(struct replay *replay)
{
	return replay->fleet;
}

struct crowd *
replay_crowd(struct replay *replay)
{
	return replay->crowd;
}
