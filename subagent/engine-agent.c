/* SPDX-License-Identifier: BSD-3-Clause */
/* What SNMP shows of the engine: the publisher in the loop, the agent's process, and what
   operators ask of it. */
#include "config.h"

#include "subagent/engine-inside.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/file.h"
#include "common/log.h"
#include "subagent/agent.h"

#define TURN_MS 100
/* While it is calm a turn comes with what happens, and otherwise after so long. */
#define CALM_MS 500
/* While a new board is being filled nobody waits for the next turn. */
#define BUSY_MS 1
/* Nor does a notification. Others of the same moment still come along. */
#define NEWS_MS 5
/* Operations a turn: one that asks on and on is no reason to do nothing else. */
#define ASKED_A_TURN 16

/* ---- what the publisher asks ---- */

static bool
view(void *context, size_t slot, struct server_view *out)
{
	const struct engine *engine = context;
	if (!engine->server[slot])
		return false;
	server_view(engine->server[slot], out);
	return true;
}

/* Whether anybody may write at all. */
static bool
controlled(const struct engine *engine)
{
	struct server_view server;
	for (size_t i = 0; i < PORTS_SERVERS; i++)
		if (engine->server[i]) {
			server_view(engine->server[i], &server);
			if (server.policy->control)
				return true;
		}
	return false;
}

static void
scalars(void *context, struct mib_scalars *out)
{
	const struct engine *engine = context;
	const struct engine_agent *agent = &engine->agent;
	struct server_view server;
	slice_copy(slice_of(PACKAGE_VERSION), out->version, sizeof(out->version));
	out->started = agent->started;
	out->reload = (uint32_t)agent->reload;
	out->reloaded = agent->reloaded;
	out->reloads = agent->reloads;
	slice_copy(slice_of(agent->reload_error), out->reload_error,
		   sizeof(out->reload_error));
	/* One number that is free at each of them. */
	out->operation_next = 1;
	for (size_t i = 0; i < PORTS_SERVERS; i++)
		if (view(context, i, &server) &&
		    fleet_number(server.fleet) > out->operation_next)
			out->operation_next = fleet_number(server.fleet);
	out->operation_next = operate_next(&agent->operate, out->operation_next);
	out->control = controlled(engine);
}

/* Which notifications nobody gets, in words; false when all are sent. */
static bool
say_switched_off(const struct indexes *indexes, char out[MIB_TEXT])
{
	size_t used =
	    (size_t)snprintf(out, MIB_TEXT, "notifications are switched off:");
	size_t none = used;
	if (!indexes_enabled(indexes, 0)) {
		snprintf(out, MIB_TEXT, "all notifications are switched off");
		return true;
	}
	for (unsigned i = 1; i < MIB_SWITCHES; i++)
		if (!indexes_enabled(indexes, i))
			used += (size_t)snprintf(out + used, MIB_TEXT - used, "%s %s",
						 used > none ? "," : "",
						 mib_switch_name(i));
	return used > none;
}

static size_t
troubles(void *context, struct alarm_raise out[PUBLISH_TROUBLES])
{
	struct engine *engine = context;
	struct engine_agent *agent = &engine->agent;
	struct store_status store;
	size_t count = 0;
	store_status(engine->store, &store);
	if (store.failing) {
		slice_copy(slice_of(store.why), agent->store_why,
			   sizeof(agent->store_why));
		out[count++] = (struct alarm_raise){
			.kind = "store-failing",
			.subject = "",
			.severity = SEVERITY_WARNING,
			.text = agent->store_why,
		};
	}
	if (engine->runner_lost)
		out[count++] = (struct alarm_raise){
			.kind = "runner-lost",
			.subject = "",
			.severity = SEVERITY_WARNING,
			.text = "commands of probes cannot be run: restart bellwetherd",
		};
	if (starter_lost(engine->starter))
		out[count++] = (struct alarm_raise){
			.kind = "starter-lost",
			.subject = "",
			.severity = SEVERITY_WARNING,
			.text = "a process that ends is not started again: restart "
				"bellwetherd",
		};
	if (poller_trouble(engine, &out[count]))
		count++;
	if (say_switched_off(agent->indexes, agent->switched_off))
		out[count++] = (struct alarm_raise){
			.kind = "notifications-off",
			.subject = "",
			.severity = indexes_enabled(agent->indexes, 0)
					? SEVERITY_NOTICE
					: SEVERITY_WARNING,
			.text = agent->switched_off,
		};
	if (agent->homeless[0])
		out[count++] = (struct alarm_raise){
			.kind = "policy-rejected",
			.subject = agent->homeless_file,
			.severity = SEVERITY_WARNING,
			.text = agent->homeless,
		};
	return count;
}

static size_t
operations(void *context, uint32_t server, struct mib_operation *out, size_t room)
{
	struct engine *engine = context;
	return operate_rows(&engine->agent.operate, server, clock_now(), out, room);
}

static bool
send_to_agent(void *context, const struct link_message *message, int fd)
{
	const struct engine *engine = context;
	int link = engine->agent.keeper ? keeper_fd(engine->agent.keeper) : -1;
	return link >= 0 && link_send(link, message, fd);
}

/* ---- turns ---- */

static void
on_work(uv_work_t *work)
{
	struct engine *engine = work->data;
	publisher_work(engine->agent.publisher);
}

static void
on_worked(uv_work_t *work, int status)
{
	struct engine *engine = work->data;
	(void)status;
	publisher_worked(engine->agent.publisher);
}

static void
on_turn(uv_timer_t *timer)
{
	struct engine *engine = timer->data;
	struct publisher *publisher = engine->agent.publisher;
	if (publisher_turn(publisher, clock_now())) {
		engine->agent.work.data = engine;
		/* Without a worker: at once, which is better than never. */
		if (uv_queue_work(&engine->loop, &engine->agent.work, on_work,
				  on_worked) != 0) {
			publisher_work(publisher);
			publisher_worked(publisher);
		}
	}
	agent_save(engine);
	engine->agent.turned = uv_now(&engine->loop);
	uv_timer_start(timer, on_turn,
		       publisher_busy(publisher)   ? BUSY_MS
		       : publisher_calm(publisher) ? CALM_MS
						   : TURN_MS,
		       0);
}

/* The turn that is due is brought forward: for a notification to now, as they are rare, by
   their limits; for anything else to where it would be if it were not calm. */
static void
hurry(struct engine *engine)
{
	struct engine_agent *agent = &engine->agent;
	uint64_t since = uv_now(&engine->loop) - agent->turned;
	uint64_t wait = since < TURN_MS ? TURN_MS - since : 0;
	if (publisher_news(agent->publisher) && wait > NEWS_MS)
		wait = NEWS_MS;
	if (uv_is_active((uv_handle_t *)&agent->timer) &&
	    uv_timer_get_due_in(&agent->timer) > wait)
		uv_timer_start(&agent->timer, on_turn, wait, 0);
}

void
agent_judged(void *context)
{
	struct engine *engine = context;
	if (engine->agent.on)
		hurry(engine);
}

void
agent_save(struct engine *engine)
{
	struct index_record record;
	bool put = false;
	while (engine->agent.on && store_takes(engine->store, STORE_INDEX) &&
	       indexes_unsaved(engine->agent.indexes, &record)) {
		store_put(engine->store, STORE_INDEX, record.server)->index = record;
		put = true;
	}
	if (put)
		engine->around.save_soon(engine);
}

void
agent_unstored(struct engine *engine)
{
	if (engine->agent.on)
		indexes_unstored(engine->agent.indexes);
}

/* ---- the agent's end of the link ---- */

static void
on_started(void *context)
{
	struct engine *engine = context;
	publisher_attached(engine->agent.publisher);
}

static void
take_operate(struct engine *engine, const struct link_operate *wanted)
{
	struct link_message answer = { .kind = LINK_ANSWER };
	size_t slot = publisher_slot(engine->agent.publisher, wanted->server);
	if (slot != SIZE_MAX && engine->server[slot]) {
		server_operate(engine->server[slot], &engine->agent.operate, wanted,
			       &answer.answer);
	} else {
		answer.answer.server = wanted->server;
		answer.answer.number = wanted->number;
		snprintf(answer.answer.text, sizeof(answer.answer.text),
			 "there is no server %u any more", wanted->server);
	}
	log_info("engine", "operation %u by SNMP, asked by %s: %s%s%s", wanted->number,
		 wanted->requester, answer.answer.accepted ? "taken" : "refused",
		 answer.answer.text[0] ? ": " : "", answer.answer.text);
	/* Lost when the agent does not read: the row on the board says the same. */
	send_to_agent(engine, &answer, -1);
	hurry(engine);
}

/* The agent has looked, but at a board that may be older than the policies. */
static void
take_switch(struct engine *engine, const struct link_switch *wanted)
{
	struct indexes *indexes = engine->agent.indexes;
	bool on = wanted->value == MIB_ENABLED;
	char text[128];
	if (wanted->which >= MIB_SWITCHES || !controlled(engine) ||
	    indexes_enabled(indexes, wanted->which) == on ||
	    !indexes_enable(indexes, wanted->which, on))
		return;
	snprintf(text, sizeof(text), "notifications (%s) are switched %s through SNMP",
		 mib_switch_name(wanted->which), on ? "on" : "off");
	log_info("engine", "%s", text);
	for (size_t i = 0; i < PORTS_SERVERS; i++)
		if (engine->server[i])
			server_note(engine->server[i], text);
}

static bool
on_readable(void *context)
{
	struct engine *engine = context;
	struct link_message message;
	int fd, got = 0;
	for (int i = 0; i < ASKED_A_TURN; i++) {
		got = link_receive(keeper_fd(engine->agent.keeper), &message, &fd);
		if (got <= 0)
			break;
		if (fd >= 0)
			close(fd);
		if (message.kind == LINK_OPERATE && !engine->stopping)
			take_operate(engine, &message.operate);
		else if (message.kind == LINK_SWITCH && !engine->stopping)
			take_switch(engine, &message.set);
	}
	return got >= 0;
}

static const char *
explain(void *context, int status)
{
	(void)context;
	if (status == -1 || !WIFEXITED(status))
		return NULL;
	switch (WEXITSTATUS(status)) {
	case AGENT_REFUSED:
		return "another daemon answers for Bellwether at this snmpd";
	case AGENT_FAILED:
		return "it could not start; its own words are above";
	default:
		return NULL;
	}
}

/* ---- loading ---- */

void
agent_loading(struct engine *engine)
{
	engine->agent.reload = RELOAD_RUNNING;
}

/* "file:line: text" of the first error; false when there is none. */
static bool
first_error(const struct faults *faults, char out[MIB_TEXT])
{
	for (size_t i = 0; faults && i < faults_count(faults); i++) {
		const struct fault *fault = faults_at(faults, i);
		char line[16] = "";
		if (fault->kind != FAULT_ERROR)
			continue;
		if (fault->line > 0)
			snprintf(line, sizeof(line), ":%u", fault->line);
		snprintf(out, MIB_TEXT, "%.120s%s: %.120s", fault->file, line,
			 fault->text);
		return true;
	}
	return false;
}

static bool
has_server(const struct engine *engine, const char *path)
{
	struct server_view server;
	for (size_t i = 0; i < PORTS_SERVERS; i++)
		if (engine->server[i]) {
			server_view(engine->server[i], &server);
			if (strcmp(server.path, path) == 0)
				return true;
		}
	return false;
}

/* One that never was in effect has no row to be told at. */
static void
note_refused(struct engine *engine, const char *path, const char *why)
{
	struct engine_agent *agent = &engine->agent;
	const char *file = strrchr(path, '/');
	if (has_server(engine, path)) {
		publisher_policy(agent->publisher, path, false, why, clock_now());
		return;
	}
	slice_copy(slice_of(why), agent->homeless, sizeof(agent->homeless));
	slice_copy(slice_of(file ? file + 1 : path), agent->homeless_file,
		   sizeof(agent->homeless_file));
}

void
agent_loaded(struct engine *engine, const struct load *load, bool again)
{
	struct engine_agent *agent = &engine->agent;
	char why[MIB_TEXT] = "";
	bool refused = load->errors > 0;
	if (!agent->on)
		return;
	agent->homeless[0] = '\0';
	agent->reload_error[0] = '\0';
	if (first_error(load->faults, why))
		slice_copy(slice_of(why), agent->reload_error,
			   sizeof(agent->reload_error));
	for (size_t i = 0; i < load->items; i++) {
		const struct loaded *item = &load->item[i];
		slice_copy(slice_of("it was refused"), why, sizeof(why));
		if (!item->policy && first_error(item->faults, why) &&
		    !agent->reload_error[0])
			slice_copy(slice_of(why), agent->reload_error,
				   sizeof(agent->reload_error));
		if (item->policy)
			publisher_policy(agent->publisher, item->path, true, "",
					 clock_now());
		else
			note_refused(engine, item->path, why);
	}
	hurry(engine);
	if (!again)
		return;
	agent->reload = refused ? RELOAD_REFUSED : RELOAD_OK;
	agent->reloaded = clock_now().wall;
	agent->reloads++;
}

/* ---- beginning and end ---- */

void
agent_event(void *context, size_t slot, const struct server_view *server,
	    const struct fleet_event *event, const char *detail, bool past)
{
	struct engine *engine = context;
	if (!engine->agent.on)
		return;
	publisher_event(engine->agent.publisher, slot, server, event, detail, past,
			clock_now());
	hurry(engine);
}

/* Without what the store knows numbers would be given twice: then rather none. */
static bool
restore_indexes(struct engine *engine)
{
	struct store_kept kept;
	bool good = true;
	store_fetch(engine->store, "", &kept);
	if (!kept.known)
		log_error("store",
			  "the numbers that SNMP shows are not known: %s; they begin "
			  "anew",
			  kept.why);
	for (size_t i = 0; kept.known && i < kept.items && good; i++)
		if (kept.item[i].kind == STORE_INDEX)
			good =
			    indexes_restore(engine->agent.indexes, &kept.item[i].index);
	store_kept_free(&kept);
	return good;
}

bool
agent_prepare(struct engine *engine)
{
	struct engine_agent *agent = &engine->agent;
	const struct publisher_calls calls = {
		.context = engine,
		.view = view,
		.scalars = scalars,
		.troubles = troubles,
		.operations = operations,
		.send = send_to_agent,
	};
	engine->around.event = agent_event;
	agent->on = engine->options->socket || engine->start.master;
	agent->reload = RELOAD_NEVER;
	agent->started = clock_now().wall;
	if (!agent->on)
		return true;
	agent->indexes = indexes_new();
	if (agent->indexes && restore_indexes(engine))
		agent->publisher = publisher_new(&calls, agent->indexes, clock_now());
	if (!agent->publisher)
		log_error("engine", "there is not enough memory");
	return agent->publisher != NULL;
}

/* The same words as ours, but for a folder of its own below our state. */
static bool
agent_words(struct engine *engine)
{
	const struct options *options = engine->options;
	struct engine_agent *agent = &engine->agent;
	size_t count = 0;
	if (!engine_state_path(engine, "agent", agent->state))
		return false;
	agent->words[count++] = "-s";
	agent->words[count++] = agent->state;
	agent->words[count++] = "-l";
	agent->words[count++] = log_level_name(options->level);
	agent->words[count++] = options->socket ? "-x" : "--master";
	agent->words[count++] =
	    options->socket ? options->socket : engine->start.master;
	if (options->foreground)
		agent->words[count++] = "-f";
	return true;
}

void
agent_start(struct engine *engine)
{
	struct engine_agent *agent = &engine->agent;
	const struct keeper_options options = {
		.loop = &engine->loop,
		.starter = engine->starter,
		.role = "agent",
		.words = agent->words,
		.extra = engine->start.snmp_conf,
		.context = engine,
		.started = on_started,
		.readable = on_readable,
		.explain = explain,
	};
	if (!agent->on)
		return;
	uv_timer_init(&engine->loop, &agent->timer);
	agent->timer.data = engine;
	uv_timer_start(&agent->timer, on_turn, 0, 0);
	if (agent_words(engine))
		agent->keeper = keeper_open(&options);
	if (!agent->keeper)
		log_error("engine", "the agent cannot be started: SNMP is off");
}

static void
on_ended(void *context)
{
	struct engine *engine = context;
	engine->agent.keeper = NULL;
	engine->agent.ended(engine);
}

void
agent_stop(struct engine *engine, void (*ended)(struct engine *engine))
{
	struct engine_agent *agent = &engine->agent;
	if (agent->on)
		uv_close((uv_handle_t *)&agent->timer, NULL);
	agent->ended = ended;
	if (agent->keeper)
		keeper_close(agent->keeper, on_ended, engine);
	else
		ended(engine);
}

void
agent_free(struct engine *engine)
{
	publisher_free(engine->agent.publisher);
	indexes_free(engine->agent.indexes);
}

void
agent_report(const struct engine *engine)
{
	const struct engine_agent *agent = &engine->agent;
	struct keeper_status status = { 0 };
	char since[DURATION_TEXT];
	int64_t now = clock_now().boot;
	if (!agent->keeper) {
		log_info("status", "SNMP: off");
		return;
	}
	keeper_status(agent->keeper, &status);
	log_info("status", "SNMP: %s %s, the agent %s since %s, started %u times",
		 engine->options->socket ? "through snmpd at" : "own master at",
		 engine->options->socket ? engine->options->socket
					 : engine->start.master,
		 status.running ? "runs" : "does not run",
		 duration_format((now - status.since) / SECOND * SECOND, since),
		 status.starts);
}
