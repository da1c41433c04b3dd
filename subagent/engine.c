/* SPDX-License-Identifier: BSD-3-Clause */
/* The engine: protected servers in one loop that never waits. */
#include "config.h"

#include "subagent/engine.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include "common/bytes.h"
#include "common/file.h"
#include "common/log.h"
#include "subagent/daemon.h"
#include "subagent/engine-inside.h"
#include "subagent/report.h"

/* Arrays from this size on have pages of their own, which their end gives back at once,
   however large others were before: what does not come back stays locked in memory. */
#define OWN_PAGES (256 * 1024)

/* Rows that change together are written together. */
#define SAVE_MS 100
/* Refused messages are summed up no more often. */
#define REFUSALS_MS 60000

static const int signal_numbers[SIGNALS] = { SIGHUP, SIGUSR1, SIGTERM, SIGINT,
					     SIGCHLD };

/* ---- wires ---- */

static bool
serves(const struct engine *engine, const struct address *address)
{
	for (size_t i = 0; i < PORTS_SERVERS; i++) {
		struct server_view view;
		if (!engine->server[i])
			continue;
		server_view(engine->server[i], &view);
		if (address_equal(&view.policy->address, address))
			return true;
	}
	return false;
}

struct server *
engine_find(const struct engine *engine, struct slice name,
	    const struct address *address)
{
	for (size_t i = 0; i < PORTS_SERVERS; i++) {
		struct server_view view;
		if (!engine->server[i])
			continue;
		server_view(engine->server[i], &view);
		if (slice_equal(name, view.policy->server) &&
		    (!address || address_equal(&view.policy->address, address)))
			return engine->server[i];
	}
	return NULL;
}

static void
on_received(void *context, struct wire *wire, const struct datagram *datagram)
{
	struct engine *engine = context;
	struct message message;
	/* On loopback our own orders to others pass by here as well. */
	if (!serves(engine, &datagram->to.address)) {
		engine->elsewhere++;
		return;
	}
	enum message_check check = message_decode(datagram->bytes, datagram->size,
						  &message, engine->alternate);
	struct server *server = NULL;
	if (check == CHECK_OK)
		server = engine_find(engine, message.server, &datagram->to.address);
	if (server)
		check = server_receive(server, wire, datagram, &message);
	else
		engine->refused[check == CHECK_OK ? CHECK_PEER : check]++;
	if (check != CHECK_OK) {
		char from[ADDRESS_TEXT];
		log_debug("message", "refused from %s: %s",
			  address_format(&datagram->from.address, from),
			  message_check_name(check));
	}
}

static void
on_turn(void *context, struct wire *wire)
{
	struct engine *engine = context;
	(void)wire;
	for (size_t i = 0; i < PORTS_SERVERS; i++)
		if (engine->server[i])
			server_turn(engine->server[i]);
}

static void
on_error(void *context, const struct address *to, int error)
{
	struct engine *engine = context;
	for (size_t i = 0; i < PORTS_SERVERS; i++)
		if (engine->server[i])
			server_unreachable(engine->server[i], to, error);
}

/* On loopback and bridges much passes by that is for others, the answers to their kernel's
   pings among it: nobody needs to be woken for that. */
void
engine_narrow(void *context)
{
	struct engine *engine = context;
	for (int f = 0; f < 2; f++) {
		struct address address[PORTS_SERVERS];
		size_t count = 0;
		for (size_t i = 0; i < PORTS_SERVERS; i++) {
			struct server_view view;
			if (!engine->server[i])
				continue;
			server_view(engine->server[i], &view);
			if (address_is_v4(&view.policy->address) == (f == 0))
				address[count++] = view.policy->address;
		}
		if (engine->around.icmp[f])
			wire_narrow(engine->around.icmp[f], address, count);
	}
}

static void
open_wires(struct engine *engine)
{
	for (int f = 0; f < 2; f++) {
		struct channel *channel = engine->start.ports.channel[f];
		/* The wire owns it from here. */
		engine->start.ports.channel[f] = NULL;
		if (channel)
			engine->around.icmp[f] =
			    wire_open(&engine->loop, channel, &engine->around.calls);
	}
}

/* ---- the store ---- */

static size_t
save_all(struct engine *engine)
{
	size_t put = 0;
	for (size_t i = 0; i < PORTS_SERVERS; i++)
		if (engine->server[i])
			put += server_save(engine->server[i], true);
	return put;
}

static void
on_save_timer(uv_timer_t *timer)
{
	save_all(timer->data);
}

static void
save_soon(void *context)
{
	struct engine *engine = context;
	if (!engine->stopping && !uv_is_active((uv_handle_t *)&engine->save_timer))
		uv_timer_start(&engine->save_timer, on_save_timer, SAVE_MS, 0);
}

static void
on_durable(void *context, const char *server, const struct fleet_block *block)
{
	struct server *found = engine_find(context, slice_of(server), NULL);
	if (found)
		server_reserved(found, block);
}

static void
on_store_idle(void *context)
{
	struct engine *engine = context;
	for (size_t i = 0; i < PORTS_SERVERS; i++)
		if (engine->server[i])
			server_save(engine->server[i], false);
}

static void
on_anew(void *context)
{
	struct engine *engine = context;
	for (size_t i = 0; i < PORTS_SERVERS; i++)
		if (engine->server[i])
			server_unstored(engine->server[i]);
	agent_unstored(engine);
	save_soon(engine);
}

/* The folder may be a link, to another disk for one. Its own files may not, and SQLite takes
   none on the whole way; Net-SNMP makes folders of a relative path at the root. */
bool
engine_state_path(const struct engine *engine, const char *name, char path[PATH_MAX])
{
	char folder[PATH_MAX];
	return realpath(engine->options->state, folder) &&
	       path_join(folder, name, path, PATH_MAX);
}

static bool
open_store(struct engine *engine)
{
	char path[PATH_MAX];
	char why[STORE_WHY] = "the state folder has no path, or one too long";
	struct store_options options = {
		.path = path,
		.context = engine,
		.durable = on_durable,
		.idle = on_store_idle,
		.anew = on_anew,
	};
	if (engine_state_path(engine, "state.db", path))
		engine->store = store_open(&options, why);
	if (!engine->store)
		log_error("store", "%s", why);
	engine->around.store = engine->store;
	return engine->store != NULL;
}

/* ---- signals ---- */

static void
log_status(struct engine *engine)
{
	char refused[400], late[400];
	report_refused(engine->refused, refused, sizeof(refused));
	log_info("status", "bellwetherd %s%s%s%s; refused for no known server: %s",
		 PACKAGE_VERSION, engine->paused ? ", paused by file" : "",
		 engine->pause_reason[0] ? ": " : "", engine->pause_reason, refused);
	for (size_t i = 0; i < PORTS_SERVERS; i++) {
		struct server_view view;
		if (!engine->server[i])
			continue;
		server_view(engine->server[i], &view);
		report_status(&view);
		if (view.policy->transport == TRANSPORT_UDP)
			report_wire(view.policy->server, view.wire);
	}
	if (engine->around.icmp[0])
		report_wire("icmp", engine->around.icmp[0]);
	if (engine->around.icmp[1])
		report_wire("icmpv6", engine->around.icmp[1]);
	log_info("status", "loop: judged %s",
		 lateness_format(&engine->lateness, "late", late, sizeof(late)));
	lateness_restart(&engine->lateness);
	log_info("status", "loop: turned %s; most work %.1fms",
		 lateness_format(&engine->turns.length, "long", late, sizeof(late)),
		 (double)engine->turns.work / (double)MILLISECOND);
	turns_restart(&engine->turns);
	report_store(engine->store);
	agent_report(engine);
	poller_report(engine);
}

/* Messages that found no room to wait in, on all sockets. */
static uint64_t
lost_messages(const struct engine *engine)
{
	struct wire_counters counters;
	uint64_t sum = 0;
	for (size_t i = 0; i < PORTS_SERVERS; i++) {
		struct server_view view;
		if (!engine->server[i])
			continue;
		server_view(engine->server[i], &view);
		if (view.policy->transport == TRANSPORT_UDP)
			sum += view.lost;
	}
	for (int f = 0; f < 2; f++) {
		if (!engine->around.icmp[f])
			continue;
		wire_counters(engine->around.icmp[f], &counters);
		sum += counters.channel.overflowed;
	}
	return sum;
}

static void
report_lost(struct engine *engine)
{
	uint64_t sum = lost_messages(engine);
	if (sum > engine->reported_lost)
		log_warning("message",
			    "lost in the last minute for want of room in a receive "
			    "buffer: %" PRIu64 " messages (SIGUSR1 says which)",
			    sum - engine->reported_lost);
	engine->reported_lost = sum;
}

static void
on_refusals_timer(uv_timer_t *timer)
{
	struct engine *engine = timer->data;
	report_lost(engine);
	uint64_t fresh[CHECK_COUNT];
	char text[400];
	bool any = false;
	for (unsigned check = CHECK_OK + 1; check < CHECK_COUNT; check++) {
		uint64_t sum = engine->refused[check];
		for (size_t i = 0; i < PORTS_SERVERS; i++) {
			struct server_view view;
			if (!engine->server[i])
				continue;
			server_view(engine->server[i], &view);
			sum += view.refused[check];
		}
		/* A server that went away took its count along. */
		fresh[check] =
		    sum > engine->reported[check] ? sum - engine->reported[check] : 0;
		engine->reported[check] = sum;
		any |= fresh[check] > 0;
	}
	fresh[CHECK_OK] = 0;
	report_refused(fresh, text, sizeof(text));
	if (any)
		log_warning("message", "refused in the last minute: %s", text);
}

static void
on_paused(void *context, bool paused, const char *reason)
{
	struct engine *engine = context;
	engine->paused = paused;
	slice_copy(slice_of(reason), engine->pause_reason,
		   sizeof(engine->pause_reason));
	if (paused)
		log_info("engine", "paused by %s/pause%s%s", engine->options->state,
			 reason[0] ? ": " : "", reason);
	else
		log_info("engine", "resumed: %s/pause is gone", engine->options->state);
	for (size_t i = 0; i < PORTS_SERVERS; i++)
		if (engine->server[i])
			server_pause(engine->server[i], paused, engine->pause_reason);
}

static void
on_child(struct engine *engine)
{
	int status;
	starter_reap(engine->starter);
	if (engine->start.runner <= 0 ||
	    waitpid(engine->start.runner, &status, WNOHANG) != engine->start.runner)
		return;
	engine->start.runner = 0;
	engine->runner_lost = !engine->stopping;
	if (engine->runner_lost)
		log_error("engine",
			  "the runner of commands has ended: exec probes fail "
			  "until bellwetherd is restarted");
}

static void stop(struct engine *engine);

static void
on_signal(uv_signal_t *signal, int number)
{
	struct engine *engine = signal->data;
	switch (number) {
	case SIGHUP:
		engine_load(engine);
		break;
	case SIGUSR1:
		log_status(engine);
		break;
	case SIGCHLD:
		on_child(engine);
		break;
	default:
		if (engine->stopping)
			break;
		log_info("engine", "stopping, state is kept");
		stop(engine);
		break;
	}
}

/* ---- from start to end ---- */

/* A failing store loses what is left; a person is waiting for us to end. */
static void
save_rest(struct engine *engine)
{
	store_stop(engine->store);
	agent_save(engine);
	while (save_all(engine) > 0)
		continue;
	for (size_t i = 0; i < PORTS_SERVERS; i++) {
		struct server_view server;
		if (!engine->server[i])
			continue;
		server_view(engine->server[i], &server);
		if (fleet_in_doubt(server.fleet))
			store_doubt(engine->store);
	}
}

/* Until then we have to hear of children that end. */
static void
on_processes_gone(struct engine *engine)
{
	for (int i = 0; i < SIGNALS; i++)
		uv_close((uv_handle_t *)&engine->signal[i], NULL);
	starter_close(engine->starter);
}

static void
on_agent_gone(struct engine *engine)
{
	poller_stop(engine, on_processes_gone);
}

static void
stop(struct engine *engine)
{
	engine->stopping = true;
	save_rest(engine);
	for (size_t i = 0; i < PORTS_SERVERS; i++)
		if (engine->server[i])
			server_close(engine->server[i]);
	pause_close(engine->pause);
	for (int f = 0; f < 2; f++)
		if (engine->around.icmp[f])
			wire_close(engine->around.icmp[f]);
	spawner_close(engine->around.spawner, NULL, NULL);
	agent_stop(engine, on_agent_gone);
	/* A worker that still uses them lets go first: on_joined() closes them then. */
	if (engine->joining == 0) {
		store_close(engine->store);
		tracer_close(engine->tracer);
	}
	turns_close(&engine->turns);
	uv_close((uv_handle_t *)&engine->save_timer, NULL);
	uv_close((uv_handle_t *)&engine->refusals_timer, NULL);
}

static bool
open_spawner(struct engine *engine)
{
	engine->around.spawner =
	    engine->start.runner_fd >= 0
		? spawner_remote(&engine->loop, engine->start.runner_fd)
		: spawner_local(&engine->loop);
	if (!engine->around.spawner)
		log_error("engine", "there is not enough memory");
	return engine->around.spawner != NULL;
}

static bool
open_starter(struct engine *engine)
{
	engine->starter = starter_open(&engine->loop, engine->start.starter_fd);
	if (!engine->starter)
		log_error("engine", "there is not enough memory");
	return engine->starter != NULL;
}

static void
open_handles(struct engine *engine)
{
	for (int i = 0; i < SIGNALS; i++) {
		uv_signal_init(&engine->loop, &engine->signal[i]);
		engine->signal[i].data = engine;
		uv_signal_start(&engine->signal[i], on_signal, signal_numbers[i]);
	}
	uv_timer_init(&engine->loop, &engine->save_timer);
	engine->save_timer.data = engine;
	uv_timer_init(&engine->loop, &engine->refusals_timer);
	engine->refusals_timer.data = engine;
	uv_timer_start(&engine->refusals_timer, on_refusals_timer, REFUSALS_MS,
		       REFUSALS_MS);
}

static bool
open_all(struct engine *engine)
{
	if (!policy_start()) {
		log_error("engine", "the policy's schema does not load: install "
				    "bellwether again");
		return false;
	}
	keys_start();
	if (uv_loop_init(&engine->loop) != 0 ||
	    !turns_open(&engine->turns, &engine->loop) || !open_store(engine) ||
	    !open_spawner(engine) || !open_starter(engine))
		return false;
	engine->around.loop = &engine->loop;
	engine->around.ports = &engine->start.ports;
	engine->around.context = engine;
	engine->around.lateness = &engine->lateness;
	engine->around.save_soon = save_soon;
	engine->around.retired = engine_retired;
	engine->around.judged = agent_judged;
	engine->around.moved = engine_narrow;
	engine->around.calls = (struct wire_calls){
		.context = engine,
		.received = on_received,
		.turn = on_turn,
		.error = on_error,
	};
	open_wires(engine);
	open_handles(engine);
	engine->tracer =
	    tracer_open(&engine->loop, engine->options->state, engine->options->trace);
	engine->pause =
	    pause_open(&engine->loop, engine->options->state, on_paused, engine);
	if (!agent_prepare(engine) || !poller_prepare(engine) ||
	    !engine_load_first(engine) || !store_start(engine->store, &engine->loop))
		return false;
	agent_start(engine);
	return true;
}

static int
run(struct engine *engine)
{
	const struct options *options = engine->options;
	log_info("engine", "bellwetherd %s begins", PACKAGE_VERSION);
	if (!options->foreground) {
		daemon_ready();
		log_open("bellwetherd", false, options->level);
	}
	uv_run(&engine->loop, UV_RUN_DEFAULT);
	uv_loop_close(&engine->loop);
	agent_free(engine);
	start_end(&engine->start);
	log_info("engine", "ended");
	return 0;
}

int
engine_main(const struct options *options)
{
	/* Static: part of what is locked in memory at the start. */
	static struct engine engine;
	/* Whoever starts us sees what is wrong, in the background as well. */
	log_open("bellwetherd", true, options->level);
	(void)mallopt(M_MMAP_THRESHOLD, OWN_PAGES);
	engine.options = options;
	if (options->check)
		return policy_start() ? engine_check(options) : 1;
	if (!options->foreground && !daemon_fork()) {
		log_error("engine", "cannot go into the background: %s",
			  strerror(errno));
		return 1;
	}
	/* What was begun ends with the process. */
	if (!start_prepare(options, &engine.start) || !open_all(&engine))
		return 1;
	return run(&engine);
}
