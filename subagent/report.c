/* SPDX-License-Identifier: BSD-3-Clause */
/* What the log says of a server: each interval, at each change, and in full. */
#include "config.h"

#include "subagent/report.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"

/* A line that grows by pieces and is cut at its end. */
struct line {
	char text[1000];
	size_t used;
};

static void
add(struct line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void
add(struct line *line, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	int length = vsnprintf(line->text + line->used, sizeof(line->text) - line->used,
			       format, arguments);
	va_end(arguments);
	if (length > 0)
		line->used += (size_t)length;
	if (line->used >= sizeof(line->text))
		line->used = sizeof(line->text) - 1;
}

/* Whole units: nobody reads milliseconds of an age. */
static const char *
age(int64_t since, int64_t now, char text[DURATION_TEXT])
{
	int64_t duration = now > since ? now - since : 0;
	duration_format(duration / SECOND * SECOND, text);
	return duration < SECOND ? "0s" : text;
}

/* Rounded down, as everywhere: 29.96 below a threshold of 30 is not shown as 30. */
static double
tenths(double value)
{
	return floor(value * 10) / 10;
}

static void
add_performance(struct line *line, const struct server_view *view)
{
	const struct policy *policy = view->policy;
	if (view->verdict->performance_known)
		add(line, "performance %.1f", tenths(view->verdict->performance));
	else
		add(line, "performance unknown");
	add(line, " (threshold %g/%g)", policy->failover.threshold,
	    policy->connection.threshold);
}

static void
add_verdicts(struct line *line, const struct server_view *view)
{
	const struct verdict *verdict = view->verdict;
	char since[DURATION_TEXT];
	uint32_t last = (uint32_t)judge_conditions(view->judge) - 1;
	const struct condition *connection = judge_condition(view->judge, last);
	add(line, ", failover %s%s", met_name(verdict->failover),
	    verdict->failover_unknown ? " (unknown)" : "");
	add(line, ", connection %s since %s", met_name(verdict->connection),
	    age(connection->since, verdict->at, since));
}

static void
add_clients(struct line *line, const struct fleet_summary *summary)
{
	add(line, "clients here %u away %u unknown %u, orders",
	    summary->place[PLACE_HERE], summary->place[PLACE_AWAY],
	    summary->place[PLACE_UNKNOWN]);
	for (unsigned i = ORDER_STATE_DONE; i < ORDER_STATE_COUNT; i++)
		add(line, " %s %u", order_state_name((enum order_state)i),
		    summary->order[i]);
	add(line, ", asked %u", summary->asked);
}

void
report_interval(const struct server_view *view)
{
	struct line line = { .used = 0 };
	struct fleet_summary summary;
	fleet_summary(view->fleet, &summary);
	add_performance(&line, view);
	add_verdicts(&line, view);
	add(&line, "; state %s, ", server_state_name(summary.state));
	add_clients(&line, &summary);
	log_debug("policy", "%s %s", view->policy->server, line.text);
}

void
report_verdict(const struct server_view *view)
{
	const struct verdict *verdict = view->verdict;
	char why[512] = "";
	uint32_t condition = verdict->deciding;
	if (condition == POLICY_NONE)
		condition = CONDITION_FAILOVER;
	judge_explain(view->judge, condition, why, sizeof(why));
	log_info("policy", "%s verdict: failover %s%s, connection %s: %s",
		 view->policy->server, met_name(verdict->failover),
		 verdict->failover_unknown ? " (unknown)" : "",
		 met_name(verdict->connection), why);
}

void
report_refused(const uint64_t count[CHECK_COUNT], char *out, size_t size)
{
	size_t used = 0;
	slice_copy(slice_of("none"), out, size);
	for (unsigned i = CHECK_OK + 1; i < CHECK_COUNT && used < size; i++) {
		if (count[i] == 0)
			continue;
		int length =
		    snprintf(out + used, size - used, "%s%s %" PRIu64, used ? ", " : "",
			     message_check_name((enum message_check)i), count[i]);
		used += length > 0 ? (size_t)length : 0;
	}
}

/* ---- in full ---- */

static void
report_state(const struct server_view *view, int64_t now)
{
	struct line line = { .used = 0 };
	struct fleet_summary summary;
	char since[DURATION_TEXT];
	unsigned paused = fleet_paused(view->fleet);
	fleet_summary(view->fleet, &summary);
	log_info("status", "%s: %s%s, state %s for %s%s%s%s%s", view->policy->server,
		 view->path, view->retired ? " (gone)" : "",
		 server_state_name(summary.state), age(summary.since.boot, now, since),
		 paused ? ", paused by" : "", paused & PAUSED_POLICY ? " policy" : "",
		 paused & PAUSED_FILE ? " file" : "",
		 paused & PAUSED_OPERATOR ? " operator" : "");
	add_performance(&line, view);
	add_verdicts(&line, view);
	log_info("status", "%s: %s", view->policy->server, line.text);
	line.used = 0;
	add_clients(&line, &summary);
	log_info("status", "%s: %u clients, %s, silent %u, still coming %u",
		 view->policy->server, summary.clients, line.text, summary.silent,
		 summary.coming);
}

static void
report_counters(const struct server_view *view)
{
	struct fleet_summary summary;
	char early[400];
	char late[400];
	fleet_summary(view->fleet, &summary);
	report_refused(view->refused, early, sizeof(early));
	report_refused(summary.check, late, sizeof(late));
	log_info("status",
		 "%s: orders %" PRIu64 ", answers %" PRIu64 ", requests %" PRIu64
		 " (accepted %" PRIu64 ", refused %" PRIu64 "), unsent %" PRIu64
		 ", events dropped %" PRIu64 ", not kept %" PRIu64,
		 view->policy->server, summary.orders, summary.answers,
		 summary.requests, summary.accepted, summary.refused, view->unsent,
		 summary.events_dropped, view->unkept);
	log_info("status", "%s: messages refused: %s; not taken: %s",
		 view->policy->server, early, late);
}

static void
report_conditions(const struct server_view *view, int64_t now)
{
	for (uint32_t i = 0; i < judge_conditions(view->judge); i++) {
		const struct condition *condition = judge_condition(view->judge, i);
		char since[DURATION_TEXT];
		char why[512] = "";
		judge_explain(view->judge, i, why, sizeof(why));
		log_info("status", "%s: condition %s %s%s for %s, changed %u times: %s",
			 view->policy->server, judge_condition_name(view->judge, i),
			 met_name(condition->met),
			 condition->holding ? " (unknown, held)" : "",
			 age(condition->since, now, since), condition->transitions,
			 why);
	}
}

static void
report_input(const struct server_view *view, uint32_t i, int64_t now)
{
	static const char *const states[] = { "?", "unknown", "stale", "fresh" };
	static const char *const services[] = { "?", "unknown", "up", "down" };
	const struct policy_input *input = &view->policy->input[i];
	const struct reading *reading = judge_reading(view->judge, i);
	char text[DURATION_TEXT];
	const char *at = reading->at ? age(reading->at, now, text) : "never";
	char value[64];
	if (input->service)
		snprintf(value, sizeof(value), "%s, %s", policy_role_name(input->role),
			 services[reading->service]);
	else
		snprintf(value, sizeof(value), "%g%s%s", reading->value,
			 input->unit[0] ? " " : "", input->unit);
	log_info("status", "%s: %s %s: %s, %s, last known %s%s, last ended as %s%s%s",
		 view->policy->server, input->service ? "service" : "parameter",
		 input->name, value, states[reading->state], at,
		 reading->at ? " ago" : "",
		 reading->ending ? ending_name(reading->ending) : "nothing yet",
		 reading->text[0] ? ": " : "", reading->text);
}

static void
report_alternates(const struct server_view *view, int64_t now)
{
	for (uint32_t i = 0; i < view->policy->alternates; i++) {
		const struct fleet_alternate *alternate =
		    fleet_alternate(view->fleet, i);
		struct line line = { .used = 0 };
		char since[DURATION_TEXT];
		uint32_t capacity = view->policy->alternate[i].capacity;
		add(&line, "%s: alternate %s: %s for %s, load %u", view->policy->server,
		    view->policy->alternate[i].name,
		    alternate_state_name(alternate->state),
		    age(alternate->since, now, since), alternate->load);
		if (capacity > 0)
			add(&line, ", its own clients %u, capacity %u, room now %u",
			    alternate->health.clients, capacity,
			    fleet_alternate_room(view->fleet, i));
		log_info("status", "%s: %s", line.text, alternate->why);
	}
}

static void
report_operations(const struct server_view *view)
{
	for (size_t i = 0; i < 3; i++) {
		const struct operation *operation = fleet_operation(view->fleet, i);
		if (!operation)
			break;
		log_info("status",
			 "%s: operation %u %s by %s %s: %s; ordered %u received %u "
			 "done %u rejected %u unreachable %u, batches %u; %s",
			 view->policy->server, operation->number,
			 action_name(operation->action),
			 initiator_name(operation->initiator),
			 operation_state_name(operation->state), operation->target,
			 operation->ordered, operation->received, operation->done,
			 operation->rejected, operation->unreachable,
			 operation->batches, operation->why);
	}
}

void
report_status(const struct server_view *view)
{
	int64_t now = clock_now().boot;
	report_state(view, now);
	report_conditions(view, now);
	for (uint32_t i = 0; i < view->policy->inputs; i++)
		report_input(view, i, now);
	report_alternates(view, now);
	report_operations(view);
	report_counters(view);
}

void
report_store(struct store *store)
{
	struct store_status status;
	char slowest[DURATION_TEXT];
	store_status(store, &status);
	log_info("status",
		 "store: %s%s, %" PRIu64 " batches of %" PRIu64
		 " changes, slowest %s, failures %" PRIu64 ", waiting %zu",
		 status.failing ? "failing: " : "works",
		 status.failing ? status.why : "", status.batches, status.items,
		 duration_format(status.slowest, slowest), status.failures,
		 status.waiting);
}

void
report_wire(const char *name, const struct wire *wire)
{
	struct wire_counters counters;
	wire_counters(wire, &counters);
	log_info("status",
		 "%s: received %" PRIu64 ", sent %" PRIu64 ", oversized %" PRIu64
		 ", overflowed %" PRIu64 ", errors %" PRIu64 ", buffer full %" PRIu64
		 " times, queue full %" PRIu64 " times, waiting %zu, room %" PRIu64
		 " KiB",
		 name, counters.channel.received, counters.channel.sent,
		 counters.channel.oversized, counters.channel.overflowed,
		 counters.channel.errors, counters.waits, counters.backoffs,
		 counters.waiting, wire_room(wire) / 1024);
}
