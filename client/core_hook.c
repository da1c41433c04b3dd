/* SPDX-License-Identifier: BSD-3-Clause */
/* The hook's runs, what their ends mean, and the ways home that no order opens. */
#include "config.h"

#include "client/core_inside.h"

#include <string.h>

#define VERIFY_JITTER 0.1
/* Whoever does not know where it is looks again soon: at a boot the hook's own program
   may start after us, and the server cannot count on a client whose place is unknown. */
#define VERIFY_SOON (10 * SECOND)
/* After validity a client returns at a random moment of its following fifth. */
#define RETURN_SHARE 5

#define STATUS_NOT_APPLICABLE 3
#define STATUS_AWAY           10

static const char *const event_name[] = {
	[HOOK_FAILOVER] = "failover",
	[HOOK_RECONNECT] = "reconnect",
	[HOOK_RETURN] = "return",
	[HOOK_VERIFY] = "verify",
};

const char *
hook_event_name(enum hook_event event)
{
	size_t i = (size_t)event;
	return i < ARRAY_SIZE(event_name) && event_name[i] ? event_name[i] : "?";
}

/* ---- being away ---- */

void
away_ask(struct core *core, int64_t least, int64_t most, struct moment now)
{
	int64_t left = core->until - core->validity / 3 - now.boot;
	if (left < 0)
		left = 0;
	if (most > left) {
		least = (int64_t)((double)left * ((double)least / (double)most));
		most = left;
	}
	int64_t wait = least;
	if (most > least)
		wait += (int64_t)random_below(&core->random, (uint64_t)(most - least));
	core->request = (struct initiative){ .next = now.boot + wait };
}

void
away_begin(struct core *core, uint64_t id, int64_t until, int64_t validity,
	   struct moment now)
{
	core->force_id = id;
	core->until = until;
	core->validity = validity;
	core->comeback = NEVER;
	double after = (double)core->config.after, jitter = core->config.jitter;
	away_ask(core, (int64_t)(after * (1 - jitter)), (int64_t)(after * (1 + jitter)),
		 now);
}

void
away_end(struct core *core)
{
	core->force_id = 0;
	core->until = 0;
	core->validity = 0;
	core->comeback = NEVER;
	core->request = (struct initiative){ .next = NEVER };
	memset(&core->alternate, 0, sizeof core->alternate);
}

static void
came_back(struct core *core, struct moment now)
{
	core->returns++;
	core->place = PLACE_HERE;
	away_end(core);
	core->dirty = true;
	core_hello_now(core, now);
}

void
away_tick(struct core *core, struct moment now)
{
	if (core->order.pending || core->running.event == HOOK_RETURN)
		return;
	if (core->until && core->until <= now.boot && core->comeback == NEVER)
		core->comeback =
		    core->until +
		    (int64_t)random_below(&core->random,
					  (uint64_t)(core->validity / RETURN_SHARE));
	if (!core->config.hook && core->comeback <= now.boot)
		came_back(core, now);
}

/* ---- starting ---- */

static void
start(struct core *core, enum hook_event event, struct core_hook *hook)
{
	core->running = (struct run){ .event = event };
	hook->event = event;
	hook->order = core->force_id;
	hook->reason = REASON_NONE;
	hook->alternates = 0;
	if (event != HOOK_FAILOVER && core->alternate.name[0] != '\0') {
		hook->alternate[0] = core->alternate;
		hook->alternates = 1;
	}
}

static void
start_order(struct core *core, struct core_hook *hook)
{
	const struct order *order = &core->order;
	bool failover = order->type == MESSAGE_FAILOVER;
	start(core, failover ? HOOK_FAILOVER : HOOK_RECONNECT, hook);
	hook->order = order->id;
	hook->reason = order->reason;
	core->running.order = order->id;
	if (!failover)
		return;
	for (size_t i = 0; i < order->alternates; i++)
		hook->alternate[i] = order->alternate[i];
	hook->alternates = order->alternates;
	if (order->alternates > 0)
		core->running.alternate = order->alternate[0];
}

bool
core_hook(struct core *core, struct moment now, struct core_hook *hook)
{
	if (core->dirty || core->running.event || !core->config.hook)
		return false;
	if (core->order.pending && core->order.move <= now.boot)
		start_order(core, hook);
	else if (!core->order.pending && core->comeback <= now.boot)
		start(core, HOOK_RETURN, hook);
	else if (core->verify <= now.boot)
		start(core, HOOK_VERIFY, hook);
	else
		return false;
	return true;
}

/* ---- ending ---- */

/* Found away with no order behind it, as after a lost state: nobody stays away for
   ever, so it counts as a failover of the usual length that began now. */
static void
found_away(struct core *core, struct moment now)
{
	away_begin(core, 0, now.boot + DEFAULT_VALIDITY, DEFAULT_VALIDITY, now);
	int64_t soon = core_backoff(core, 0);
	away_ask(core, soon, soon, now);
}

static void
found(struct core *core, enum place place, struct moment now)
{
	bool news = place != core->place;
	core->place = place;
	if (place == PLACE_AWAY && !core->until && !core->order.pending)
		found_away(core, now);
	/* Here although an order is in force: somebody else moved us. The server will
	   see it in the hello and decide. */
	if (place == PLACE_HERE && news)
		away_end(core);
	if (news)
		core->dirty = true;
	if (news && !core->order.pending)
		core_hello_now(core, now);
}

static int64_t
verify_next(struct core *core, struct moment now)
{
	int64_t wait = core->config.verify;
	if (core->place == PLACE_UNKNOWN && (wait == 0 || wait > VERIFY_SOON))
		wait = VERIFY_SOON;
	if (wait == 0)
		return NEVER;
	return now.boot + random_jitter(&core->random, wait, VERIFY_JITTER);
}

static void
verified(struct core *core, int status, struct moment now)
{
	enum place place = PLACE_UNKNOWN;
	if (status == 0)
		place = PLACE_HERE;
	else if (status == STATUS_AWAY)
		place = PLACE_AWAY;
	else if (status == STATUS_NOT_APPLICABLE)
		place = core->place; /* it cannot tell: what it did stands */
	found(core, place, now);
	if (!core->verified) {
		core->verified = true;
		order_resume(core, place, now);
		if (core->hello.next == NEVER)
			core_hello_now(core, now);
	}
	core->verify = verify_next(core, now);
}

/* An order that was superseded while its hook ran: nobody is told, but we did move. */
static void
moved_late(struct core *core, const struct run *run)
{
	core->dirty = true;
	core->place = run->event == HOOK_FAILOVER ? PLACE_AWAY : PLACE_HERE;
	if (run->event == HOOK_FAILOVER)
		core->alternate = run->alternate;
	else
		away_end(core);
}

void
core_hook_done(struct core *core, int status, const char *line, struct moment now)
{
	struct run run = core->running;
	core->running = (struct run){ .event = 0 };
	if (run.event == 0)
		return;
	if (run.event == HOOK_VERIFY) {
		verified(core, status, now);
		return;
	}
	text_clean(line, strlen(line), core->line, sizeof core->line);
	core->verify = now.boot;
	if (run.event == HOOK_RETURN) {
		if (status == 0)
			came_back(core, now);
		else if (core->until)
			core->comeback = now.boot + core_backoff(core, UINT8_MAX);
		return;
	}
	if (core->order.pending && run.order == core->order.id)
		order_finish(core, status, now);
	else if (status == 0)
		moved_late(core, &run);
}
