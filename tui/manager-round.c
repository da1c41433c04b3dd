/* SPDX-License-Identifier: BSD-3-Clause */
/* One round at one agent: the scalars, the servers and what else is wanted. */
#include "config.h"

#include "tui/manager-inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"

/* The engine publishes once a second. */
#define STALE_AFTER (5 * SECOND)
#define EVENTS_KEPT 1024u
/* So long after its start an agent may have yet to hear from the engine. */
#define JUST_STARTED (MINUTE / SECOND * 100)

/* ---- snapshots ---- */

void
held_release(struct held *held)
{
	if (!held || --held->references > 0)
		return;
	for (size_t i = MIB_SERVER; i < MIB_TABLE_END; i++)
		rows_release(held->rows[i]);
	clients_release(held->clients);
	free(held);
}

/* Everything that the last one knew; under the lock, for the counts of its tables. */
static struct held *
held_copy(struct manager *manager, const struct held *before)
{
	struct held *held = calloc(1, sizeof(*held));
	if (!held)
		return NULL;
	held->references = 1;
	if (!before)
		return held;
	held->shown = before->shown;
	pthread_mutex_lock(&manager->lock);
	for (size_t i = MIB_SERVER; i < MIB_TABLE_END; i++) {
		held->rows[i] = before->rows[i];
		if (held->rows[i])
			held->rows[i]->references++;
	}
	held->clients = before->clients;
	if (held->clients)
		held->clients->references++;
	pthread_mutex_unlock(&manager->lock);
	return held;
}

static void
held_put(struct manager *manager, struct held *held, enum mib_table table,
	 struct rows *rows)
{
	pthread_mutex_lock(&manager->lock);
	rows_release(held->rows[table]);
	pthread_mutex_unlock(&manager->lock);
	held->rows[table] = rows;
	held->shown.table[table].row = rows->row;
	held->shown.table[table].count = rows->count;
	held->shown.table[table].at = held->shown.table[table].whole = clock_now().boot;
}

/* ---- scalars ---- */

netsnmp_pdu *
round_ask(void *context, netsnmp_pdu *request)
{
	struct agent *agent = context;
	agent->asked++;
	netsnmp_pdu *response = session_ask(&agent->session, request, false);
	if (response && !manager_serve(agent->manager)) {
		snmp_free_pdu(response);
		return NULL;
	}
	return response;
}

static const uint32_t uptime_name[] = { 1, 3, 6, 1, 2, 1, 1, 3, 0 };

static netsnmp_pdu *
scalars_request(void)
{
	static const uint32_t base[] = MIB_BASE;
	uint32_t name[MIB_BASE_LENGTH + 3];
	netsnmp_pdu *request = snmp_pdu_create(SNMP_MSG_GET);
	if (!request)
		return NULL;
	session_add(request, uptime_name, ARRAY_SIZE(uptime_name));
	memcpy(name, base, sizeof(base));
	name[MIB_BASE_LENGTH] = MIB_OBJECTS;
	/* Scalars hang below objects.1. */
	for (size_t i = 0; i < mib_scalars_count; i++) {
		uint32_t scalar[] = { 1, mib_scalar[i].number, 0 };
		uint32_t whole[ARRAY_SIZE(name) + 1];
		memcpy(whole, name, (MIB_BASE_LENGTH + 1) * sizeof(*name));
		memcpy(whole + MIB_BASE_LENGTH + 1, scalar, sizeof(scalar));
		session_add(request, whole, MIB_BASE_LENGTH + 1 + ARRAY_SIZE(scalar));
	}
	return request;
}

/* How many of our scalars are there. */
static size_t
take_scalars(struct round *round, const netsnmp_pdu *response)
{
	const netsnmp_variable_list *value = response->variables;
	struct mib_scalars *scalars = &round->held->shown.scalars;
	size_t there = 0;
	round->clock.boot = clock_now().boot;
	round->clock.known = value && value->type == ASN_TIMETICKS;
	if (round->clock.known)
		round->clock.uptime = (uint32_t)*value->val.integer;
	memset(scalars, 0, sizeof(*scalars));
	decode_blank(mib_scalar, mib_scalars_count, scalars);
	for (size_t i = 0; i < mib_scalars_count && value; i++) {
		value = value->next_variable;
		there += value &&
			 decode_value(&mib_scalar[i], value, &round->clock, scalars);
	}
	round->held->shown.scalars_at = round->clock.boot;
	return there;
}

static bool
is_answered(struct agent *agent, netsnmp_pdu *request)
{
	netsnmp_pdu *response =
	    request ? session_ask(&agent->session, request, true) : NULL;
	if (response)
		snmp_free_pdu(response);
	return response != NULL;
}

/* An agent whose own sysUpTime comes at once but whose Bellwether part does not: the
   master is well, what hangs behind it is not. */
static void
explain_half(struct agent *agent, enum agent_state *state, char detail[256])
{
	*state = agent->session.state;
	slice_copy(slice_of(agent->session.detail), detail, 256);
	if (*state != AGENT_SILENT || !agent->session.alive)
		return;
	netsnmp_pdu *request = snmp_pdu_create(SNMP_MSG_GET);
	if (!request)
		return;
	session_add(request, uptime_name, ARRAY_SIZE(uptime_name));
	/* Once more, before snmpd gives it up and shows nothing of it: packets get lost. */
	agent->half =
	    is_answered(agent, request) && !is_answered(agent, scalars_request());
	if (!agent->half)
		return;
	snprintf(
	    detail, 256,
	    "snmpd answers, but Bellwether's agent behind it does not: it is frozen "
	    "or overloaded");
}

static enum agent_state
explain_error(long error, char detail[256])
{
	if (error == SNMP_ERR_AUTHORIZATIONERROR || error == SNMP_ERR_NOACCESS) {
		snprintf(
		    detail, 256,
		    "this user may read nothing, not with this security level (-l)");
		return AGENT_NO_VIEW;
	}
	snprintf(detail, 256,
		 "snmpd answers, but Bellwether's agent behind it failed (%s)",
		 snmp_errstring((int)error));
	return AGENT_SILENT;
}

/* True when something stands below the name; *table: the arm that it is in. */
static bool
has_below(struct session *session, const uint32_t *name, size_t length, oid arm[2])
{
	netsnmp_pdu *request = snmp_pdu_create(SNMP_MSG_GETNEXT);
	bool below = false;
	if (!request)
		return false;
	session_add(request, name, length);
	netsnmp_pdu *response = session_ask(session, request, false);
	if (!response)
		return false;
	const netsnmp_variable_list *value = response->variables;
	if (response->errstat == SNMP_ERR_NOERROR && value &&
	    !decode_is_exception(value) && value->name_length > length + 2) {
		below = true;
		for (size_t i = 0; i < length; i++)
			below = below && value->name[i] == name[i];
		arm[0] = value->name[length];
		arm[1] = value->name[length + 1];
	}
	snmp_free_pdu(response);
	return below;
}

/* Why an agent that answered shows nothing of our scalars: AGENT_NO_VIEW, AGENT_NO_MIB or
   AGENT_OTHER. Every Net-SNMP agent has objects of its own below 8072: who sees those sees what there
   is; who does not is shown nothing. */
static enum agent_state
why_nothing(struct session *session)
{
	static const uint32_t net_snmp[] = { 1, 3, 6, 1, 4, 1, 8072, 1 };
	static const uint32_t base[] = MIB_BASE;
	oid arm[2];
	session->state = AGENT_OK;
	if (has_below(session, base, ARRAY_SIZE(base), arm))
		/* A table of ours without the scalars is a view that holds no more. */
		return (arm[0] == MIB_OBJECTS && arm[1] >= MIB_SERVER &&
			arm[1] < MIB_TABLE_END) ||
			       arm[0] == MIB_CLIENTS
			   ? AGENT_NO_VIEW
			   : AGENT_OTHER;
	if (session->state != AGENT_OK)
		return session->state;
	if (has_below(session, net_snmp, ARRAY_SIZE(net_snmp), arm))
		return AGENT_NO_MIB;
	return session->state == AGENT_OK ? AGENT_NO_VIEW : session->state;
}

static void
explain_nothing(const struct round *round, enum agent_state why,
		enum agent_state *state, char detail[256])
{
	const char *text = round->agent->session.detail;
	/* From here the two look the same. */
	if (why == AGENT_NO_VIEW && round->clock.known &&
	    round->clock.uptime < JUST_STARTED)
		text = "the read view does not hold BELLWETHER-MIB, or the agent has "
		       "only just started and shows nothing of it yet";
	else if (why == AGENT_NO_VIEW)
		text = "the read view does not hold BELLWETHER-MIB";
	else if (why == AGENT_NO_MIB)
		text = "SNMP works, nothing of BELLWETHER-MIB is there";
	else if (why == AGENT_OTHER)
		text = "what stands at BELLWETHER-MIB's place is another's";
	*state = why;
	slice_copy(slice_of(text), detail, 256);
}

static bool
read_scalars(struct round *round, enum agent_state *state, char detail[256])
{
	struct agent *agent = round->agent;
	netsnmp_pdu *request = scalars_request();
	netsnmp_pdu *response = request ? round_ask(agent, request) : NULL;
	if (!response) {
		explain_half(agent, state, detail);
		return false;
	}
	long error = response->errstat;
	size_t there = error ? 0 : take_scalars(round, response);
	snmp_free_pdu(response);
	if (error) {
		*state = explain_error(error, detail);
	} else if (there == 0) {
		explain_nothing(round, why_nothing(&agent->session), state, detail);
	} else if (round->held->shown.scalars.version[0] == '\0') {
		/* Numbers of another's, where ours would be. */
		explain_nothing(round, AGENT_OTHER, state, detail);
		there = 0;
	}
	return there > 0;
}

/* ---- tables ---- */

const struct mib_server *
round_servers(const struct round *round, size_t *count)
{
	const struct snapshot_table *table = &round->held->shown.table[MIB_SERVER];
	*count = table->count;
	return table->row;
}

bool
round_is_ours(const struct round *round, uint32_t server)
{
	return round->server == 0 || round->server == server;
}

struct stretch
round_all(const struct round *round)
{
	struct stretch stretch = everything;
	if (round->server) {
		stretch.after = (struct mib_row){ round->server, 0 };
		stretch.before = (struct mib_row){ round->server + 1, 0 };
	}
	return stretch;
}

/* Events never change: only what came after the last one is asked for. */
static size_t
event_stretches(const struct round *round, struct stretch stretch[STRETCHES_MAX])
{
	size_t servers;
	const struct mib_server *server = round_servers(round, &servers);
	const struct rows *old = round->held->rows[MIB_EVENT];
	if (!old || servers > STRETCHES_MAX ||
	    round->before->shown.scalars.started != round->held->shown.scalars.started)
		return 0;
	size_t count = 0;
	for (size_t i = 0; i < servers; i++) {
		uint32_t newest = 0;
		if (!round_is_ours(round, server[i].index.server))
			continue;
		for (size_t j = old->count; j > 0 && newest == 0; j--)
			if (rows_at(old, j - 1)->server == server[i].index.server)
				newest = rows_at(old, j - 1)->row;
		stretch[count++] =
		    (struct stretch){ { server[i].index.server, newest },
				      { server[i].index.server + 1, 0 } };
	}
	return count;
}

/* Old events, as many as the agent keeps, then the new ones: each server's together. */
static struct rows *
merge_events(const struct rows *old, struct rows *new, const struct stretch *stretch,
	     size_t stretches)
{
	struct rows *all = rows_new(new->row_size);
	bool good = all != NULL;
	for (size_t i = 0; i < stretches && good; i++) {
		uint32_t server = stretch[i].after.server;
		struct mib_row end = stretch[i].before;
		uint32_t newest = stretch[i].after.row;
		for (size_t j = 0; j < new->count; j++)
			if (rows_at(new, j)->server == server)
				newest = rows_at(new, j)->row;
		uint32_t oldest = newest > EVENTS_KEPT ? newest - EVENTS_KEPT + 1 : 1;
		struct mib_row from = { server, oldest };
		good = rows_append(all, old, from, end) &&
		       rows_append(all, new, from, end);
	}
	rows_free(new);
	if (!good)
		rows_free(all);
	return good ? all : NULL;
}

static bool
read_table(struct round *round, enum mib_table table)
{
	struct stretch stretch[STRETCHES_MAX];
	struct agent *agent = round->agent;
	struct walk walk = { .description = mib_describe(table),
			     .stretch = stretch,
			     .clock = &round->clock,
			     .bulk = &agent->bulk,
			     .ask = round_ask,
			     .context = agent };
	bool more = false;
	if (table == MIB_EVENT) {
		walk.stretches = event_stretches(round, stretch);
		more = walk.stretches > 0;
	}
	if (walk.stretches == 0) {
		stretch[0] = table == MIB_SERVER ? everything : round_all(round);
		walk.stretches = 1;
	}
	bool is_new = round->held->shown.table[table].at == 0;
	unsigned asked = agent->asked;
	struct rows *rows = walk_table(&walk);
	/* What is new is waited for. */
	if (is_new)
		agent->asked = asked;
	if (rows && more)
		rows = merge_events(round->held->rows[MIB_EVENT], rows, stretch,
				    walk.stretches);
	if (!rows)
		return false;
	held_put(agent->manager, round->held, table, rows);
	return true;
}

/* ---- the round ---- */

static bool
read_tables(struct round *round, uint32_t wanted)
{
	if (!read_table(round, MIB_SERVER))
		return false;
	for (size_t table = MIB_SERVER + 1; table < MIB_TABLE_END; table++)
		if ((wanted & 1u << table) && table != MIB_CLIENT &&
		    !read_table(round, (enum mib_table)table))
			return false;
	return !(wanted & 1u << MIB_CLIENT) || round_clients(round);
}

static enum agent_state
judge_age(const struct round *round, char detail[256])
{
	int64_t published = round->held->shown.scalars.published;
	int64_t age = round->clock.boot - published;
	char text[DURATION_TEXT];
	detail[0] = '\0';
	if (published != 0 && age <= STALE_AFTER)
		return AGENT_OK;
	if (published == 0)
		snprintf(detail, 256, "bellwetherd's engine was never heard");
	else
		snprintf(detail, 256, "bellwetherd's engine was last heard %s ago",
			 duration_format(age / SECOND * SECOND, text));
	return AGENT_STALE;
}

struct held *
round_read(struct agent *agent, uint32_t wanted, uint32_t server,
	   enum agent_state *state, char detail[256])
{
	struct round round = { .agent = agent,
			       .before = agent->last,
			       .held = held_copy(agent->manager, agent->last),
			       .server = server };
	if (!round.held) {
		*state = AGENT_SILENT;
		snprintf(detail, 256, "out of memory");
		return NULL;
	}
	if (!(wanted & 1u << MIB_CLIENT)) {
		agent->more = false;
		agent->pass = 0;
	}
	agent->session.state = AGENT_SILENT;
	agent->session.alive = true;
	agent->half = false;
	snprintf(agent->session.detail, sizeof(agent->session.detail),
		 "the answers make no sense");
	if (read_scalars(&round, state, detail)) {
		if (read_tables(&round, wanted)) {
			*state = judge_age(&round, detail);
			return round.held;
		}
		explain_half(agent, state, detail);
	}
	pthread_mutex_lock(&agent->manager->lock);
	held_release(round.held);
	pthread_mutex_unlock(&agent->manager->lock);
	return NULL;
}
