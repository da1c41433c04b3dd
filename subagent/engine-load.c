/* SPDX-License-Identifier: BSD-3-Clause */
/* Which servers the engine has: those of the policies that load, as they come and go. */
#include "config.h"

#include "subagent/engine-inside.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "common/log.h"

/* ---- servers ---- */

static bool
server_add(struct engine *engine, struct loaded *loaded, const struct store_kept *kept,
	   struct trace *trace)
{
	char why[SERVER_WHY] = "";
	struct moment now = clock_now();
	size_t slot = 0;
	while (slot < PORTS_SERVERS && engine->server[slot])
		slot++;
	if (slot == PORTS_SERVERS) {
		trace_drop(trace);
		log_error("policy",
			  "%s: a daemon protects at most %d servers: run another with "
			  "its own state",
			  loaded->path, PORTS_SERVERS);
		return false;
	}
	const char *path = loaded->path;
	struct server *server =
	    server_open(&engine->around, slot, loaded, kept, now, why);
	if (!server) {
		log_error("policy", "%s: %s", path, why);
		trace_drop(trace);
		return false;
	}
	engine->server[slot] = server;
	server_trace(server, trace, now);
	engine_narrow(engine);
	struct server_view view;
	server_view(server, &view);
	log_info("policy", "%s: %s is in effect, %zu clients", view.policy->server,
		 view.path, view.policy->clients);
	if (engine->paused)
		server_pause(server, true, engine->pause_reason);
	return true;
}

void
engine_retired(void *context, struct server *server)
{
	struct engine *engine = context;
	/* What it knew last has to be kept; until the store is idle it waits. */
	if (!store_takes(engine->store, STORE_CLIENT))
		return;
	server_save(server, true);
	for (size_t i = 0; i < PORTS_SERVERS; i++) {
		if (engine->server[i] != server)
			continue;
		struct server_view view;
		server_view(server, &view);
		log_info("policy",
			 "%s: all its clients were called back; no longer "
			 "protected",
			 view.policy->server);
		engine->server[i] = NULL;
	}
	server_close(server);
}

/* ---- loading ---- */

/* A policy that was refused is no reason to let its server go. */
static bool
is_kept(const struct load *load, const struct server_view *view)
{
	for (size_t i = 0; i < load->items; i++) {
		const struct loaded *item = &load->item[i];
		if (!item->policy && strcmp(item->path, view->path) == 0)
			return true;
		if (item->policy &&
		    strcmp(item->policy->server, view->policy->server) == 0)
			return true;
	}
	return faults_errors(load->faults) > 0;
}

static void
retire_vanished(struct engine *engine, const struct load *load)
{
	for (size_t i = 0; i < PORTS_SERVERS; i++) {
		struct server_view view;
		if (!engine->server[i])
			continue;
		server_view(engine->server[i], &view);
		if (!is_kept(load, &view))
			server_retire(engine->server[i]);
	}
}

/* ---- a server that a reload brings ---- */

struct joining {
	uv_work_t work;
	struct engine *engine;
	struct loaded loaded;
	struct store_kept kept;
	struct trace *trace;
};

static void
on_join_work(uv_work_t *work)
{
	struct joining *joining = work->data;
	store_fetch(joining->engine->store, joining->loaded.policy->server,
		    &joining->kept);
	joining->trace = trace_open(joining->engine->tracer,
				    joining->loaded.policy->server, clock_now());
}

static void
on_joined(uv_work_t *work, int status)
{
	struct joining *joining = work->data;
	struct engine *engine = joining->engine;
	(void)status;
	engine->joining--;
	if (!engine->stopping)
		server_add(engine, &joining->loaded, &joining->kept, joining->trace);
	else
		trace_drop(joining->trace);
	if (engine->stopping && engine->joining == 0) {
		store_close(engine->store);
		tracer_close(engine->tracer);
	}
	store_kept_free(&joining->kept);
	loaded_free(&joining->loaded);
	free(joining);
	if (engine->load_again && !engine->stopping)
		engine_load(engine);
}

/* What the store kept of it is read on a worker first. */
static void
server_join(struct engine *engine, struct loaded *loaded)
{
	struct joining *joining = calloc(1, sizeof(*joining));
	if (!joining) {
		log_error("policy", "%s: there is not enough memory", loaded->path);
		return;
	}
	joining->work.data = joining;
	joining->engine = engine;
	load_take(loaded, &joining->loaded);
	engine->joining++;
	if (uv_queue_work(&engine->loop, &joining->work, on_join_work, on_joined) != 0)
		on_joined(&joining->work, 0);
}

/* ---- taking what was loaded ---- */

static void
take_load(struct engine *engine, struct load *load)
{
	size_t refused = 0;
	load_log(load);
	agent_loaded(engine, load, true);
	retire_vanished(engine, load);
	for (size_t i = 0; i < load->items; i++) {
		struct loaded *item = &load->item[i];
		struct server *server = NULL;
		if (item->policy)
			server =
			    engine_find(engine, slice_of(item->policy->server), NULL);
		if (server)
			server_reload(server, item);
		else if (item->policy)
			server_join(engine, item);
		else
			refused++;
	}
	if (refused > 0)
		log_error("policy",
			  "%zu of %zu policies refused; what was in effect "
			  "of them stays",
			  refused, load->items);
}

static void
on_loaded(void *context, struct load *load)
{
	struct engine *engine = context;
	engine->loading = false;
	if (!load)
		log_error("policy", "there is not enough memory to load policies");
	else if (!engine->stopping)
		take_load(engine, load);
	load_free(load);
	if (engine->load_again && !engine->stopping)
		engine_load(engine);
}

void
engine_load(struct engine *engine)
{
	engine->load_again = engine->loading || engine->joining > 0;
	if (engine->load_again)
		return;
	engine->loading = true;
	agent_loading(engine);
	log_info("policy", "loading policies");
	load_later(&engine->loop, engine->options->policy, engine->options->policies,
		   on_loaded, engine);
}

static bool
open_first(struct engine *engine, struct loaded *loaded)
{
	struct store_kept kept;
	store_fetch(engine->store, loaded->policy->server, &kept);
	struct trace *trace =
	    trace_open(engine->tracer, loaded->policy->server, clock_now());
	bool added = server_add(engine, loaded, &kept, trace);
	store_kept_free(&kept);
	return added;
}

bool
engine_load_first(struct engine *engine)
{
	struct load *load =
	    load_paths(engine->options->policy, engine->options->policies);
	size_t servers = 0;
	if (load) {
		load_log(load);
		agent_loaded(engine, load, false);
	}
	for (size_t i = 0; load && i < load->items; i++)
		if (load->item[i].policy)
			servers += open_first(engine, &load->item[i]);
	load_free(load);
	/* What reading took would stay locked in memory for good. */
	malloc_trim(0);
	if (servers == 0)
		log_error("engine", "there is no server to protect: no policy could be "
				    "taken into use");
	return servers > 0;
}

int
engine_check(const struct options *options)
{
	struct load *load = load_paths(options->policy, options->policies);
	if (!load)
		return 1;
	load_print(load, stdout);
	size_t good = 0;
	for (size_t i = 0; i < load->items; i++)
		good += load->item[i].policy != NULL;
	printf("%zu of %zu policies are good\n", good, load->items);
	int status = load->errors > 0 || load->items == 0 ? 1 : 0;
	load_free(load);
	return status;
}
