/* SPDX-License-Identifier: BSD-3-Clause */
/* A server's own word on who still comes: the fleet's questions to it, and its answers. */
#include "config.h"

#include "subagent/server-inside.h"

#include "common/log.h"

/* Longer than any probe waits: a late answer is one all the same. */
#define ANSWER_WAIT (5 * SECOND)

static void
answered(void *context, const struct counters_answer *answer)
{
	static const enum fleet_finding_kind kinds[] = {
		[COUNTERS_NONE] = FINDING_SILENCE,
		[COUNTERS_NOBODY] = FINDING_NOBODY,
		[COUNTERS_REQUESTS] = FINDING_REQUESTS,
		[COUNTERS_SECTION] = FINDING_SECTION,
	};
	struct server *server = context;
	struct fleet_finding finding = {
		.kind = kinds[answer->ending],
		.requests = answer->requests,
		.section = answer->section,
		.why = answer->why,
	};
	fleet_finding(server->fleet, &server->inquiry, &finding, clock_now());
	server_turn(server);
}

static void
on_activity_timer(uv_timer_t *timer)
{
	struct server *server = timer->data;
	struct moment now = clock_now();
	if (fleet_inquiry(server->fleet, now, &server->inquiry)) {
		if (server->inquiry.kind == INQUIRY_CLIENT)
			counters_ask_client(
			    server->counters,
			    fleet_client_address(server->fleet, server->inquiry.row));
		else
			counters_ask_section(server->counters, server->inquiry.number);
	}
	server_activity_arm(server, now);
}

void
server_activity_arm(struct server *server, struct moment now)
{
	if (!server->counters)
		return;
	int64_t due = fleet_inquiry_next(server->fleet);
	uint64_t wait = SERVER_WAIT_MS;
	if (due == NEVER) {
		uv_timer_stop(&server->activity_timer);
		return;
	}
	/* Never at once: what it has to look through may be long. */
	if (due - now.boot < SERVER_WAIT_MS * MILLISECOND)
		wait =
		    due <= now.boot
			? 1
			: (uint64_t)((due - now.boot + MILLISECOND - 1) / MILLISECOND);
	uv_timer_start(&server->activity_timer, on_activity_timer, wait, 0);
}

void
server_activity_start(struct server *server, struct moment now)
{
	const struct policy_activity *activity = &server->loaded.policy->activity;
	struct counters_options options = {
		.loop = server->surroundings->loop,
		.server = activity->server,
		.secret = activity->secret,
		.secret_size = activity->secret_size,
		.statistics = (uint32_t)activity->requests,
		.timeout = ANSWER_WAIT,
		.answered = answered,
		.context = server,
	};
	if (!activity->on)
		return;
	server->counters = counters_open(&options);
	if (!server->counters)
		log_error("fleet", "%s: there is not enough memory to see who comes",
			  server_name(server));
	server_activity_arm(server, now);
}

void
server_activity_stop(struct server *server)
{
	counters_close(server->counters);
	server->counters = NULL;
	fleet_inquiry_drop(server->fleet);
	uv_timer_stop(&server->activity_timer);
}
