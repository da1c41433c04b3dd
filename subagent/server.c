/* SPDX-License-Identifier: BSD-3-Clause */
/* One protected server in the loop: its parts, from opening over reloads to closing. */
#include "config.h"

#include "subagent/server-inside.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/log.h"
#include "common/random.h"

void
server_view(const struct server *server, struct server_view *view)
{
	struct wire_counters counters;
	wire_counters(server->wire, &counters);
	*view = (struct server_view){
		.policy = server->loaded.policy,
		.judge = server->judge,
		.fleet = server->fleet,
		.verdict = &server->verdict,
		.wire = server->wire,
		.refused = server->refused,
		.unsent = server->unsent,
		.lost = counters.channel.overflowed,
		.unkept = server->unkept,
		.retired = server->retired,
		.path = server->loaded.path,
		.generation = server->generation,
	};
}

/* ---- opening and closing ---- */

static void
free_parts(struct server *server)
{
	if (server->fleet)
		fleet_free(server->fleet);
	if (server->judge)
		judge_free(server->judge);
	loaded_free(&server->next);
	loaded_free(&server->loaded);
	free(server);
}

static void
init_timer(struct server *server, uv_timer_t *timer)
{
	uv_timer_init(server->surroundings->loop, timer);
	timer->data = server;
	server->open_handles++;
}

static void
init_handles(struct server *server)
{
	init_timer(server, &server->judge_timer);
	init_timer(server, &server->fleet_timer);
	init_timer(server, &server->activity_timer);
	init_timer(server, &server->health_timer);
	uv_idle_init(server->surroundings->loop, &server->fleet_more);
	server->fleet_more.data = server;
	server->open_handles++;
}

struct server *
server_open(const struct surroundings *surroundings, size_t slot, struct loaded *loaded,
	    const struct store_kept *kept, struct moment now, char why[SERVER_WHY])
{
	struct server *server = calloc(1, sizeof(*server));
	bool own = false;
	if (!server) {
		snprintf(why, SERVER_WHY, "there is not enough memory");
		return NULL;
	}
	struct wire *wire = server_wire(surroundings, loaded->policy, &own, why);
	if (!wire) {
		free(server);
		return NULL;
	}
	server->surroundings = surroundings;
	server->slot = slot;
	server->wire = wire;
	server->own_wire = own;
	server->judge = judge_new(loaded->policy);
	server->fleet = fleet_new(loaded->policy, random_entropy(), now);
	if (!server->judge || !server->fleet) {
		snprintf(why, SERVER_WHY, "there is not enough memory");
		if (own)
			wire_close(wire);
		free_parts(server);
		return NULL;
	}
	load_take(loaded, &server->loaded);
	server_restore(server, kept, now);
	init_handles(server);
	server_watch(server, now);
	server_activity_start(server, now);
	server_health_start(server, now);
	server_arm(server, now);
	return server;
}

void
server_trace(struct server *server, struct trace *trace, struct moment now)
{
	unsigned paused = fleet_paused(server->fleet);
	server->trace = trace;
	trace_begin(trace, now);
	trace_put_policy(trace, now.boot, server->loaded.path, server->loaded.digest);
	if (paused & PAUSED_POLICY)
		trace_put_pause(trace, now.boot, true, "policy", "");
	if (paused & PAUSED_OPERATOR)
		trace_put_pause(trace, now.boot, true, "operator", "");
}

static void
let_go(struct server *server)
{
	if (--server->open_handles == 0)
		free_parts(server);
}

static void
on_handle_closed(uv_handle_t *handle)
{
	let_go(handle->data);
}

static void
on_monitor_gone(void *context)
{
	let_go(context);
}

void
server_close(struct server *server)
{
	if (server->closing)
		return;
	server->closing = true;
	trace_end(server->trace);
	server->trace = NULL;
	ports_echo_use(server->surroundings->ports, server->slot, false);
	if (server->own_wire)
		wire_close(server->wire);
	server->wire = NULL;
	server_activity_stop(server);
	server_health_stop(server);
	uv_close((uv_handle_t *)&server->health_timer, on_handle_closed);
	uv_close((uv_handle_t *)&server->activity_timer, on_handle_closed);
	uv_close((uv_handle_t *)&server->fleet_timer, on_handle_closed);
	uv_close((uv_handle_t *)&server->fleet_more, on_handle_closed);
	uv_close((uv_handle_t *)&server->judge_timer, on_handle_closed);
	/* While a reload waits for the old monitor, that one holds us already. */
	if (server->monitor) {
		server->open_handles++;
		monitor_close(server->monitor, on_monitor_gone, server);
		server->monitor = NULL;
	}
}

/* ---- reloading ---- */

static bool
same_wire(const struct policy *a, const struct policy *b)
{
	return a->transport == b->transport && a->port == b->port &&
	       address_equal(&a->address, &b->address);
}

/* The new policy's wire first: when that cannot be had, the old policy stays. */
static bool
change_wire(struct server *server, const struct policy *policy)
{
	char why[SERVER_WHY];
	bool own;
	if (same_wire(server->loaded.policy, policy))
		return true;
	struct wire *wire = server_wire(server->surroundings, policy, &own, why);
	if (!wire) {
		log_error("policy", "%s: %s", server->next.path, why);
		return false;
	}
	if (server->own_wire)
		wire_close(server->wire);
	server->wire = wire;
	server->own_wire = own;
	return true;
}

static bool
change_policy(struct server *server, struct moment now)
{
	struct loaded *next = &server->next;
	struct judge *judge = judge_new(next->policy);
	if (!judge) {
		log_error("policy",
			  "%s: there is not enough memory to take it into use",
			  next->path);
		return false;
	}
	if (!change_wire(server, next->policy) ||
	    !fleet_reload(server->fleet, next->policy, now)) {
		judge_free(judge);
		return false;
	}
	judge_carry(judge, server->judge);
	judge_free(server->judge);
	server->judge = judge;
	/* A retired server goes on with its keys. */
	if (!next->keys) {
		next->keys = server->loaded.keys;
		server->loaded.keys = NULL;
	}
	loaded_free(&server->loaded);
	load_take(next, &server->loaded);
	server->generation++;
	trace_put_policy(server->trace, now.boot, server->loaded.path,
			 server->loaded.digest);
	server->surroundings->moved(server->surroundings->context);
	return true;
}

static void
take_next(struct server *server)
{
	struct moment now = clock_now();
	server_activity_stop(server);
	server_health_stop(server);
	if (change_policy(server, now)) {
		log_info("policy", "%s: %s is in effect, %zu clients",
			 server_name(server), server->loaded.path,
			 server->loaded.policy->clients);
	} else {
		log_error("policy", "%s: the old policy stays in effect",
			  server_name(server));
		server->retired = false;
	}
	loaded_free(&server->next);
	server_watch(server, now);
	server_activity_start(server, now);
	server_health_start(server, now);
	server_turn(server);
}

static void
on_monitor_ended(void *context)
{
	struct server *server = context;
	server->ending = false;
	if (!server->closing)
		take_next(server);
	let_go(server);
}

/* The old probes belong to the old policy: it goes when they have ended. */
static void
change_soon(struct server *server, struct loaded *loaded)
{
	struct monitor *monitor = server->monitor;
	loaded_free(&server->next);
	load_take(loaded, &server->next);
	if (server->ending)
		return;
	if (!monitor) {
		take_next(server);
		return;
	}
	server->monitor = NULL;
	server->ending = true;
	server->open_handles++;
	monitor_close(monitor, on_monitor_ended, server);
}

void
server_reload(struct server *server, struct loaded *loaded)
{
	server->retired = false;
	change_soon(server, loaded);
}

void
server_retire(struct server *server)
{
	struct loaded retired;
	if (server->retired)
		return;
	if (!load_retired(&server->loaded, &retired)) {
		log_error("policy",
			  "%s: its policy is gone, and its clients cannot be called "
			  "back now; the old policy stays in effect",
			  server_name(server));
		return;
	}
	log_warning("policy",
		    "%s: its policy %s is gone: calling back the clients that are away",
		    server_name(server), server->loaded.path);
	server->retired = true;
	change_soon(server, &retired);
}
