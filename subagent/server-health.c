/* SPDX-License-Identifier: BSD-3-Clause */
/* What a server's alternates say of themselves, for the fleet. */
#include "config.h"

#include "subagent/server-inside.h"

#include "common/log.h"

static void on_health_timer(uv_timer_t *timer);

static void
arm(struct server *server, int64_t now)
{
	int64_t due = healths_next(server->healths);
	uint64_t wait = SERVER_WAIT_MS;
	if (due - now < SERVER_WAIT_MS * MILLISECOND)
		wait = due <= now
			   ? 0
			   : (uint64_t)((due - now + MILLISECOND - 1) / MILLISECOND);
	uv_timer_start(&server->health_timer, on_health_timer, wait, 0);
}

static void
on_health_timer(uv_timer_t *timer)
{
	struct server *server = timer->data;
	int64_t now = clock_now().boot;
	healths_ask(server->healths, now);
	arm(server, now);
}

static void
on_health(void *context, uint32_t alternate, const struct fleet_health *health,
	  const char *why)
{
	struct server *server = context;
	struct moment now = clock_now();
	trace_put_health(server->trace, now.boot,
			 server->loaded.policy->alternate[alternate].name, health, why);
	fleet_health(server->fleet, alternate, health, why, now);
	server_arm(server, now);
}

void
server_health_start(struct server *server, struct moment now)
{
	const struct policy *policy = server->loaded.policy;
	server->healths =
	    healths_open(policy, server->surroundings->poller, on_health, server);
	if (server->healths)
		arm(server, now.boot);
}

void
server_health_stop(struct server *server)
{
	uv_timer_stop(&server->health_timer);
	healths_close(server->healths);
	server->healths = NULL;
}
