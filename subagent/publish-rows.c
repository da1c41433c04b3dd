/* SPDX-License-Identifier: BSD-3-Clause */
/* From what the engine knows to what SNMP shows: one row at a time, nothing else. */
#include "config.h"

#include "subagent/publish-rows.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/bytes.h"

#define TEXT(member, from) rows_text(from, member, sizeof(member))

void
rows_text(const char *text, char *out, size_t size)
{
	size_t length = strlen(text);
	if (length >= size) {
		length = size - 1;
		while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
			length--;
	}
	memcpy(out, text, length);
	memset(out + length, 0, size - length);
}

int64_t
rows_thousandths(double value)
{
	/* The greatest double below 2^63, in thousandths. */
	if (!isfinite(value) || value < 0 || value > 9.2e15)
		return INT64_MIN;
	return (int64_t)floor(value * 1000 + 0.5);
}

/* ---- the server ---- */

static uint32_t
percent(bool known, double performance)
{
	if (!known)
		return UINT32_MAX;
	double value = floor(performance);
	return value < 0 ? 0 : value > 100 ? 100 : (uint32_t)value;
}

static int64_t
exactly(const struct verdict *verdict)
{
	if (!verdict->performance_known)
		return INT64_MIN;
	return verdict->performance < 0 ? 0 : rows_thousandths(verdict->performance);
}

static uint32_t
mode_of(const struct server_view *view, const struct fleet_summary *summary)
{
	if (fleet_paused(view->fleet))
		return MODE_PAUSED;
	return summary->mode;
}

static void
count_orders(const struct fleet_summary *summary, struct mib_server *row)
{
	row->here = summary->place[PLACE_HERE];
	row->away = summary->place[PLACE_AWAY];
	row->unknown = summary->place[PLACE_UNKNOWN];
	row->none = summary->order[ORDER_STATE_NONE];
	row->done = summary->order[ORDER_STATE_DONE];
	row->received = summary->order[ORDER_STATE_RECEIVED];
	row->sent = summary->order[ORDER_STATE_SENT];
	row->echoed = summary->order[ORDER_STATE_ECHOED];
	row->unreachable = summary->order[ORDER_STATE_UNREACHABLE];
	row->rejected = summary->order[ORDER_STATE_REJECTED];
	row->silent = summary->silent;
	row->moved = summary->moved;
	row->coming = summary->coming;
	row->missed = summary->missed;
}

/* What the engine refused before the fleet saw it, and what the fleet refused. */
static void
count_messages(const struct server_view *view, const struct fleet_summary *summary,
	       struct mib_server *row)
{
	uint64_t sum[CHECK_COUNT];
	for (unsigned i = CHECK_OK + 1; i < CHECK_COUNT; i++) {
		sum[i] = view->refused[i] + summary->check[i];
		row->messages_refused += sum[i];
	}
	row->messages_lost = view->lost;
	row->forged = sum[CHECK_AUTHENTICATOR] + sum[CHECK_KEY] + sum[CHECK_ALGORITHM];
	row->stale = sum[CHECK_STALE];
	row->replayed = sum[CHECK_DUPLICATE] + sum[CHECK_SUPERSEDED];
	row->orders = summary->orders;
	row->answers = summary->answers;
	row->requests = summary->requests;
	row->accepted = summary->accepted;
	row->refused = summary->refused;
}

static uint32_t
running(const struct fleet *fleet)
{
	for (size_t i = 0;; i++) {
		const struct operation *operation = fleet_operation(fleet, i);
		if (!operation)
			return 0;
		if (operation->initiator == INITIATOR_POLICY &&
		    operation->ended.boot == 0)
			return operation->number;
	}
}

void
rows_server(const struct server_view *view, struct mib_server *row)
{
	const struct policy *policy = view->policy;
	struct fleet_summary summary;
	memset(row, 0, sizeof(*row));
	fleet_summary(view->fleet, &summary);
	TEXT(row->name, policy->server);
	row->address = policy->address;
	row->transport = (uint32_t)policy->transport;
	row->mode = mode_of(view, &summary);
	row->state = summary.state;
	row->state_changed = summary.since.boot;
	row->state_transitions = summary.transitions;
	row->performance =
	    percent(view->verdict->performance_known, view->verdict->performance);
	row->performance_exact = exactly(view->verdict);
	row->failover_threshold = rows_thousandths(policy->failover.threshold);
	row->connection_threshold = rows_thousandths(policy->connection.threshold);
	/* Before the first verdict nothing is met. */
	row->failover = view->verdict->failover ? view->verdict->failover : MET_NO;
	row->connection =
	    view->verdict->connection ? view->verdict->connection : MET_NO;
	row->clients = summary.clients;
	count_orders(&summary, row);
	row->operation = running(view->fleet);
	count_messages(view, &summary, row);
	row->events_lost = summary.events_dropped;
	TEXT(row->policy, view->path);
}

/* ---- what the policy looks at ---- */

void
rows_parameter(const struct server_view *view, uint32_t input,
	       struct mib_parameter *row)
{
	const struct policy_input *from = &view->policy->input[input];
	const struct reading *reading = judge_reading(view->judge, input);
	memset(row, 0, sizeof(*row));
	TEXT(row->name, from->name);
	TEXT(row->unit, from->unit);
	/* Theirs grows with what is known, ours with badness. */
	row->state = READING_FRESH + 1 - reading->state;
	row->changed = reading->changed;
	row->transitions = reading->transitions;
	row->value = INT64_MIN;
	if (reading->at == 0) {
		TEXT(row->text, "unknown");
	} else {
		snprintf(row->text, sizeof(row->text), "%.6g%s%s", reading->value,
			 from->unit[0] ? " " : "", from->unit);
		if (reading->state != READING_UNKNOWN)
			row->value = rows_thousandths(reading->value);
	}
	row->ending = reading->ending;
	TEXT(row->detail, reading->text);
	row->at = reading->at;
}

void
rows_service(const struct server_view *view, uint32_t input, struct mib_service *row)
{
	static const uint32_t states[] = {
		[SERVICE_UNKNOWN] = 2, [SERVICE_UP] = 1, [SERVICE_DOWN] = 3
	};
	const struct policy_input *from = &view->policy->input[input];
	const struct reading *reading = judge_reading(view->judge, input);
	memset(row, 0, sizeof(*row));
	TEXT(row->name, from->name);
	row->role = from->role;
	row->state = states[reading->service];
	row->severity = SEVERITY_OK;
	if (reading->service == SERVICE_UNKNOWN)
		row->severity = SEVERITY_NOTICE;
	else if (reading->service == SERVICE_DOWN)
		row->severity =
		    from->role == ROLE_MANDATORY ? SEVERITY_CRITICAL : SEVERITY_WARNING;
	row->changed = reading->changed;
	row->transitions = reading->transitions;
	row->ending = reading->ending;
	TEXT(row->detail, reading->text);
	row->at = reading->at;
}

static uint32_t
seconds_up(int64_t duration)
{
	return (uint32_t)((duration + SECOND - 1) / SECOND);
}

void
rows_condition(const struct server_view *view, uint32_t condition,
	       struct mib_condition *row)
{
	enum { KIND_THRESHOLD = 1, KIND_WHEN, KIND_CONNECTION };
	static const uint32_t truths[] = {
		[TRUTH_TRUE] = 1, [TRUTH_FALSE] = 2, [TRUTH_UNKNOWN] = 3
	};
	const struct policy *policy = view->policy;
	const struct condition *from = judge_condition(view->judge, condition);
	memset(row, 0, sizeof(*row));
	TEXT(row->name, judge_condition_name(view->judge, condition));
	if (condition == CONDITION_FAILOVER) {
		row->kind = KIND_THRESHOLD;
		row->duration = seconds_up(policy->failover.duration);
		snprintf(row->expression, sizeof(row->expression), "performance < %g",
			 policy->failover.threshold);
	} else if (condition <= policy->failover.whens) {
		const struct policy_when *when = &policy->failover.when[condition - 1];
		row->kind = KIND_WHEN;
		row->duration = seconds_up(when->duration);
		TEXT(row->expression, when->text);
	} else {
		row->kind = KIND_CONNECTION;
		row->duration = seconds_up(policy->connection.duration);
		snprintf(row->expression, sizeof(row->expression), "performance > %g",
			 policy->connection.threshold);
	}
	row->met = from->met ? from->met : MET_NO;
	row->truth = truths[from->truth];
	row->holding = from->holding;
	row->changed = from->since;
	row->transitions = from->transitions;
	row->at = view->verdict->at;
}

/* ---- where clients go, and what they belong to ---- */

void
rows_alternate(const struct server_view *view, uint32_t alternate,
	       struct mib_alternate *row)
{
	const struct policy_alternate *from = &view->policy->alternate[alternate];
	const struct fleet_alternate *now = fleet_alternate(view->fleet, alternate);
	const struct fleet_health *health = &now->health;
	memset(row, 0, sizeof(*row));
	TEXT(row->name, from->name);
	row->address = from->address;
	row->port = from->port;
	row->priority = from->priority;
	row->weight = from->weight;
	row->state = now->state;
	row->changed = now->since;
	row->transitions = now->transitions;
	TEXT(row->reason, now->why);
	row->capacity = from->capacity;
	row->load = now->load;
	row->own = health->clients;
	row->room = fleet_alternate_room(view->fleet, alternate);
	row->performance = percent(health->known, health->performance);
	row->heard = now->heard;
}

size_t
rows_groups(const struct policy *policy)
{
	return policy->lists + policy->groups + policy->sites;
}

enum { KIND_LIST = 1, KIND_GROUP, KIND_SITE };

static uint32_t
group_kind(const struct policy *policy, size_t group, const char **name)
{
	if (group < policy->lists) {
		*name = policy->list[group].name;
		return KIND_LIST;
	}
	group -= policy->lists;
	if (group < policy->groups) {
		*name = policy->group[group].name;
		return KIND_GROUP;
	}
	*name = policy->site[group - policy->groups].name;
	return KIND_SITE;
}

void
rows_group_key(const struct policy *policy, size_t group, char *out, size_t size)
{
	static const char *const kinds[] = { "?", "list", "group", "site" };
	const char *name;
	uint32_t kind = group_kind(policy, group, &name);
	snprintf(out, size, "%s:%s", kinds[kind], name);
}

void
rows_group(const struct policy *policy, size_t group, struct mib_group *row)
{
	const char *name;
	memset(row, 0, sizeof(*row));
	row->kind = group_kind(policy, group, &name);
	TEXT(row->name, name);
	if (row->kind != KIND_SITE)
		return;
	uint32_t parent = policy->site[group - policy->lists - policy->groups].parent;
	if (parent != POLICY_NONE)
		TEXT(row->parent, policy->site[parent].name);
}

/* ---- what happens ---- */

/* Where the fleet's own states end, those of wishes begin; SNMP has them around. */
static const uint32_t operation_states[] = {
	[OPERATION_PLANNED] = 1, [OPERATION_RUNNING] = 2,   [OPERATION_PAUSED] = 3,
	[OPERATION_DONE] = 4,    [OPERATION_CANCELLED] = 5, [OPERATION_REFUSED] = 6
};

static void
plan_of(const struct operation *operation, struct mib_operation *row)
{
	TEXT(row->selection, operation->selection);
	TEXT(row->requester, operation->requester);
	row->hold = (uint32_t)(operation->hold / SECOND);
	row->share = (uint32_t)lround(operation->share * 100);
	row->limit = operation->limit;
	row->force = operation->force;
	row->verified = operation->verified;
	row->matched = operation->matched;
	row->held = operation->held;
	row->kept = operation->kept;
	row->planned = operation->planned;
}

void
rows_operation_name(struct mib_operation *row)
{
	bool clients = row->action != ACTION_PAUSE && row->action != ACTION_RESUME;
	snprintf(row->name, sizeof(row->name), "%s%s%.200s",
		 action_name((enum action)row->action), clients ? " " : "",
		 clients ? row->selection : "");
}

void
rows_operation(const struct operation *operation, struct mib_operation *row)
{
	enum { ROW_ACTIVE = 1 };
	memset(row, 0, sizeof(*row));
	row->index.row = operation->number;
	row->action = operation->action;
	row->initiator = operation->initiator;
	row->state = operation_states[operation->state];
	TEXT(row->reason, operation->why);
	if (operation->initiator == INITIATOR_OPERATOR) {
		plan_of(operation, row);
	} else {
		TEXT(row->selection, operation->target);
		row->share = 100;
		row->matched = row->planned = operation->ordered;
	}
	snprintf(row->answer, sizeof(row->answer),
		 "%s: ordered %u, done %u, rejected %u, unreachable %u",
		 operation_state_name(operation->state), operation->ordered,
		 operation->done, operation->rejected, operation->unreachable);
	if (operation->moved > 0)
		snprintf(row->answer + strlen(row->answer),
			 sizeof(row->answer) - strlen(row->answer), ", seen to move %u",
			 operation->moved);
	row->ordered = operation->ordered;
	row->received = operation->received;
	row->done = operation->done;
	row->rejected = operation->rejected;
	row->unreachable = operation->unreachable;
	row->moved = operation->moved;
	row->batches = operation->batches;
	row->started = operation->started.wall;
	row->changed = operation->started.boot;
	if (operation->ended.boot != 0) {
		row->ended = operation->ended.wall;
		row->changed = operation->ended.boot;
	}
	row->row_status = ROW_ACTIVE;
	rows_operation_name(row);
}

void
rows_event(const struct fleet_event *event, struct mib_event *row)
{
	memset(row, 0, sizeof(*row));
	row->index.row = (uint32_t)event->number;
	row->kind = event->kind;
	if (row->kind >= EVENT_KINDS)
		row->kind = EVENT_OTHER;
	TEXT(row->name, fleet_event_name((enum fleet_event_kind)row->kind));
	row->severity = event->severity;
	row->at = event->at.boot;
	row->date = event->at.wall;
	row->operation = event->operation;
	row->count = event->count;
	TEXT(row->text, event->text);
}

void
rows_client(const struct server_view *view, uint32_t number, struct mib_client *row)
{
	const struct policy *policy = view->policy;
	const struct fleet_client *client = fleet_row(view->fleet, number);
	memset(row, 0, sizeof(*row));
	row->index.row = client->index;
	TEXT(row->name, fleet_client_name(view->fleet, number));
	row->address = *fleet_client_address(view->fleet, number);
	row->place = client->place;
	row->order = client->order;
	if (client->order == ORDER_STATE_REJECTED)
		row->refusal = client->refusal;
	row->operation = client->operation;
	if (client->place == PLACE_AWAY && client->alternate < policy->alternates)
		TEXT(row->alternate, policy->alternate[client->alternate].name);
	if (number < policy->clients && policy->client[number].site != POLICY_NONE)
		TEXT(row->site, policy->site[policy->client[number].site].name);
	row->silent = client->silent;
	row->held = client->hold != 0;
	row->heard = client->heard;
	row->in_force = client->in_force;
	row->changed = client->changed;
	row->transitions = client->transitions;
	row->network = client->network;
	row->activity = client->activity + 1u;
	row->key = client->key_id;
	row->looked = fleet_looked(view->fleet, number);
}

void
rows_client_groups(const struct policy *policy, const uint32_t *group, size_t groups,
		   struct mib_client *row)
{
	size_t whole = 0, used = 0, room = sizeof(row->groups) - 1;
	const char *name;
	for (size_t i = 0; i < groups && whole <= room; i++) {
		(void)group_kind(policy, group[i], &name);
		whole += strlen(name) + (i > 0);
	}
	if (whole > room)
		room -= strlen(MIB_MORE);
	for (size_t i = 0; i < groups; i++) {
		(void)group_kind(policy, group[i], &name);
		size_t length = strlen(name) + (i > 0);
		if (used + length > room) {
			memcpy(row->groups + used, MIB_MORE, sizeof(MIB_MORE));
			return;
		}
		if (i > 0)
			row->groups[used++] = ' ';
		memcpy(row->groups + used, name, strlen(name));
		used += strlen(name);
	}
}
