/* SPDX-License-Identifier: BSD-3-Clause */
/* One loop, one socket a family, a heap of members: each gets its turn when it is due
   or spoken to. */
#include "config.h"

#include "client/flock-run.h"

#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

#include "client/drop.h"
#include "client/flock-members.h"
#include "client/flock-report.h"
#include "client/line.h"
#include "client/state.h"
#include "common/log.h"
#include "common/random.h"

/* A whole flock starts within this many members a second, not in one moment. */
#define START_RATE 20000
/* Members served before the sockets are looked at again. */
#define TURNS_A_ROUND 2048
#define READS_A_ROUND 16
#define BUSY_PAUSE    10 /* ms, when the system has no buffers left */
#define BUFFER        (64 << 20)

/* One family's socket. */
struct family {
	struct herd *flock;
	struct line line;
	uv_poll_t poll;
};

struct herd {
	uv_loop_t loop;
	uv_timer_t timer, second;
	uv_idle_t more; /* active while a member's turn has come already */
	uv_signal_t term, interrupt;
	const struct policy *policy;
	const struct keys *keys;
	const struct flock_options *options;
	struct random random;
	struct members members;
	struct core_alternate *alternate;
	size_t alternates;
	struct family family[2];
	struct datagram in[CHANNEL_BATCH];
	struct flock_report report;
};

/* ---- simulated hooks ---- */

static bool
chance(struct herd *flock, double share)
{
	return share > 0 &&
	       (double)(random_next(&flock->random) >> 11) < share * 0x1p53;
}

static void
end_hook(struct herd *flock, struct member *member, struct moment now)
{
	enum hook_event event = member->running;
	member->running = 0;
	member->hook_ends = NEVER;
	if (chance(flock, flock->options->fail)) {
		core_hook_done(member->core, 1, "simulated failure", now);
		return;
	}
	enum place place = event == HOOK_FAILOVER ? PLACE_AWAY : PLACE_HERE;
	report_move(&flock->report, member->place, place);
	member->place = place;
	core_hook_done(member->core, 0, "", now);
}

static void
start_hook(struct herd *flock, struct member *member, const struct core_hook *hook,
	   struct moment now)
{
	if (hook->event == HOOK_VERIFY) {
		core_hook_done(member->core, member->place == PLACE_AWAY ? 10 : 0, "",
			       now);
		return;
	}
	member->running = hook->event;
	member->hook_ends = now.boot + flock->options->hook;
}

/* ---- turns ---- */

static struct line *
line_of(struct herd *flock, const struct address *address)
{
	return &flock->family[address_is_v4(address) ? 0 : 1].line;
}

static void
save(struct herd *flock, const struct member *member, const struct core_state *state)
{
	char why[FILE_WHY];
	if (flock->options->state &&
	    !state_save(flock->options->state, member->name, state, why))
		log_warning("flock", "state of %s in %s: %s", member->name,
			    flock->options->state, why);
}

/* All that a member has to do now. False when its messages found no room. */
static bool
serve(struct herd *flock, struct member *member, struct moment now)
{
	struct line *line = line_of(flock, &member->address);
	struct core_state state;
	struct core_hook hook;
	bool more = true;
	if (member->hook_ends <= now.boot)
		end_hook(flock, member, now);
	while (more) {
		core_tick(member->core, now);
		if (core_changed(member->core, now, &state))
			save(flock, member, &state);
		while (line_room(line)) {
			struct datagram *datagram = &line->out[line->waiting];
			if (!core_send(member->core, now, datagram))
				break;
			if (!chance(flock, flock->options->loss))
				line->waiting++;
		}
		more = core_hook(member->core, now, &hook);
		if (more)
			start_hook(flock, member, &hook, now);
	}
	return line->waiting < CHANNEL_BATCH;
}

static bool
turn(struct herd *flock, uint32_t i, struct moment now)
{
	struct member *member = &flock->members.member[i];
	bool served = serve(flock, member, now);
	int64_t wake = core_next(member->core);
	if (member->hook_ends < wake)
		wake = member->hook_ends;
	members_wake(&flock->members, i, served ? wake : now.boot);
	return served;
}

static void on_timer(uv_timer_t *timer);
static void on_more(uv_idle_t *idle);
static void on_ready(uv_poll_t *poll, int status, int events);

/* Sends what is left and sleeps until the next member, or until there is room again. */
static void
settle(struct herd *flock, struct moment now)
{
	bool blocked = false;
	for (size_t i = 0; i < ARRAY_SIZE(flock->family); i++) {
		struct line *line = &flock->family[i].line;
		if (!line->channel)
			continue;
		line_flush(line);
		uv_poll_start(&flock->family[i].poll,
			      UV_READABLE | (line->blocked ? UV_WRITABLE : 0),
			      on_ready);
		blocked = blocked || line->blocked;
	}
	uint32_t first = members_first(&flock->members);
	int64_t wait =
	    first == MEMBER_NONE ? HOUR : flock->members.member[first].wake - now.boot;
	if (wait > HOUR)
		wait = HOUR;
	uint64_t ms =
	    wait <= 0 ? 0 : (uint64_t)((wait + MILLISECOND - 1) / MILLISECOND);
	if (blocked && ms < BUSY_PAUSE)
		ms = BUSY_PAUSE;
	/* A timer that is due at once would keep the loop from what arrives. */
	if (ms == 0)
		uv_idle_start(&flock->more, on_more);
	else
		uv_idle_stop(&flock->more);
	uv_timer_start(&flock->timer, on_timer, ms > 0 ? ms : BUSY_PAUSE, 0);
}

static void
round_of_turns(struct herd *flock)
{
	struct moment now = clock_now();
	for (unsigned turns = 0; turns < TURNS_A_ROUND; turns++) {
		uint32_t i = members_first(&flock->members);
		if (i == MEMBER_NONE || flock->members.member[i].wake > now.boot ||
		    !turn(flock, i, now))
			break;
	}
	settle(flock, now);
}

static void
on_timer(uv_timer_t *timer)
{
	struct herd *flock = timer->data;
	for (size_t i = 0; i < ARRAY_SIZE(flock->family); i++)
		flock->family[i].line.blocked = false;
	round_of_turns(flock);
}

static void
on_more(uv_idle_t *idle)
{
	round_of_turns(idle->data);
}

/* ---- the network ---- */

static void
take(struct herd *flock, const struct datagram *datagram, struct moment now)
{
	uint32_t i = members_find(&flock->members, &datagram->to.address);
	if (i == MEMBER_NONE || chance(flock, flock->options->loss))
		return;
	struct member *member = &flock->members.member[i];
	enum message_check check = core_receive(member->core, datagram->bytes,
						datagram->size, &datagram->from, now);
	report_check(&flock->report, check);
	turn(flock, i, now);
}

static void
on_ready(uv_poll_t *poll, int status, int events)
{
	struct family *family = poll->data;
	struct herd *flock = family->flock;
	struct line *line = &family->line;
	struct moment now = clock_now();
	struct address to;
	int error;
	(void)status;
	if (events & UV_WRITABLE)
		line->blocked = false;
	for (unsigned reads = 0; reads < READS_A_ROUND; reads++) {
		size_t count = channel_receive(line->channel, flock->in, CHANNEL_BATCH);
		for (size_t i = 0; i < count; i++)
			take(flock, &flock->in[i], now);
		if (count < CHANNEL_BATCH)
			break;
	}
	while (channel_error(line->channel, &to, &error))
		report_error(&flock->report);
	round_of_turns(flock);
}

/* The longest prefix that covers them all: the socket sees no more than it must. */
static struct prefix
cover(const struct members *members, bool v4, size_t *count)
{
	struct prefix prefix = { .bits = 128 };
	*count = 0;
	for (size_t i = 0; i < members->count; i++) {
		const struct address *address = &members->member[i].address;
		if (address_is_v4(address) != v4)
			continue;
		if ((*count)++ == 0)
			prefix.address = *address;
		while (!prefix_contains(&prefix, address)) {
			prefix.bits--;
			prefix.address.byte[prefix.bits / 8] &=
			    (uint8_t) ~(0x80u >> prefix.bits % 8);
		}
	}
	return prefix;
}

static bool
open_line(struct herd *flock, bool v4)
{
	struct family *family = &flock->family[v4 ? 0 : 1];
	char why[CHANNEL_WHY];
	size_t count;
	const struct channel_options options = {
		.transport = (enum transport)flock->policy->transport,
		.family = v4 ? AF_INET : AF_INET6,
		.port = flock->policy->port,
		.local = cover(&flock->members, v4, &count),
		.receive_buffer = BUFFER,
	};
	family->flock = flock;
	if (count == 0)
		return true;
	family->line.channel = channel_open(&options, why);
	if (!family->line.channel) {
		log_error("flock", "%s", why);
		return false;
	}
	uv_poll_init(&flock->loop, &family->poll, channel_fd(family->line.channel));
	family->poll.data = family;
	return true;
}

/* ---- members ---- */

static struct core *
make_core(struct herd *flock, const struct policy_client *client, struct moment now,
	  enum place *place)
{
	struct core_config config =
	    members_config(flock->policy, client, flock->alternate, flock->alternates);
	config.after = flock->options->after;
	config.retry = flock->options->retry;
	char why[FILE_WHY];
	struct core_state state;
	struct core *core =
	    core_new(&config, flock->keys, random_next(&flock->random), now);
	*place = PLACE_HERE;
	if (!core || !flock->options->state)
		return core;
	if (state_load(flock->options->state, client->name, &state, why)) {
		core_restore(core, &state, now);
		*place = state.place == PLACE_AWAY ? PLACE_AWAY : PLACE_HERE;
	} else if (why[0] != '\0') {
		log_warning("flock", "state of %s in %s %s", client->name,
			    flock->options->state, why);
	}
	return core;
}

static bool
add_member(struct herd *flock, const struct policy_client *client, size_t rows,
	   struct moment now)
{
	struct member member = {
		.address = client->address,
		.name = client->name,
		.hook_ends = NEVER,
	};
	uint64_t spread = 1 + rows * (uint64_t)SECOND / START_RATE;
	if (members_find(&flock->members, &client->address) != MEMBER_NONE) {
		log_warning("flock", "%s has another client's address and is left out",
			    client->name);
		return true;
	}
	member.core = make_core(flock, client, now, &member.place);
	if (!member.core)
		return false;
	member.wake = now.boot + (int64_t)random_below(&flock->random, spread);
	report_move(&flock->report, 0, member.place);
	return members_add(&flock->members, &member);
}

/* ---- the whole ---- */

static void
on_second(uv_timer_t *timer)
{
	struct herd *flock = timer->data;
	report_print(&flock->report, flock->options->status, false);
}

static void
on_signal(uv_signal_t *handle, int number)
{
	(void)number;
	uv_stop(handle->loop);
}

static bool
set_up(struct herd *flock, const uint32_t *row, size_t rows)
{
	struct moment now = clock_now();
	char why[DROP_WHY];
	flock->alternate = members_alternates(flock->policy, &flock->alternates);
	if (!flock->alternate || !members_start(&flock->members, rows)) {
		log_error("flock", "out of memory");
		return false;
	}
	for (size_t i = 0; i < rows; i++)
		if (!add_member(flock, &flock->policy->client[row[i]], rows, now)) {
			log_error("flock", "out of memory");
			return false;
		}
	uv_timer_init(&flock->loop, &flock->timer);
	uv_timer_init(&flock->loop, &flock->second);
	uv_idle_init(&flock->loop, &flock->more);
	uv_signal_init(&flock->loop, &flock->term);
	uv_signal_init(&flock->loop, &flock->interrupt);
	flock->timer.data = flock->second.data = flock->more.data = flock;
	if (!open_line(flock, true) || !open_line(flock, false))
		return false;
	/* States are written with the rights it was started with. */
	if (!flock->options->state && !drop_privileges(NULL, why)) {
		log_error("flock", "%s", why);
		return false;
	}
	uv_signal_start(&flock->term, on_signal, SIGTERM);
	uv_signal_start(&flock->interrupt, on_signal, SIGINT);
	uv_timer_start(&flock->second, on_second, 1000, 1000);
	return true;
}

static void
close_handle(uv_handle_t *handle, void *context)
{
	(void)context;
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

static void
tear_down(struct herd *flock)
{
	uv_walk(&flock->loop, close_handle, NULL);
	uv_run(&flock->loop, UV_RUN_DEFAULT);
	uv_loop_close(&flock->loop);
	for (size_t i = 0; i < ARRAY_SIZE(flock->family); i++)
		channel_close(flock->family[i].line.channel);
	members_end(&flock->members);
	free(flock->alternate);
	free(flock);
}

bool
flock_run(const struct policy *policy, const struct keys *keys, const uint32_t *row,
	  size_t rows, const struct flock_options *options)
{
	struct herd *flock = calloc(1, sizeof *flock);
	if (!flock || uv_loop_init(&flock->loop) != 0) {
		free(flock);
		log_error("flock", "out of memory");
		return false;
	}
	flock->policy = policy;
	flock->keys = keys;
	flock->options = options;
	random_seed(&flock->random, options->seed);
	bool ready = set_up(flock, row, rows);
	if (ready) {
		log_info("flock", "%zu clients of %s", flock->members.count,
			 policy->server);
		round_of_turns(flock);
		uv_run(&flock->loop, UV_RUN_DEFAULT);
		report_print(&flock->report, options->status, true);
	}
	tear_down(flock);
	return ready;
}
