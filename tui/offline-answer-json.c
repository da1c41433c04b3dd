/* SPDX-License-Identifier: BSD-3-Clause */
/* What bellwether explain found out, as JSON. */
#include "config.h"

#include <inttypes.h>
#include <math.h>

#include "common/clock.h"
#include "common/trace.h"
#include "tui/offline-explain.h"
#include "tui/text.h"

/* "NAME":"TEXT", and the comma before it. */
static void
text(const char *name, const char *value, FILE *out)
{
	fprintf(out, ",\"%s\":", name);
	if (value)
		json_string(value, out);
	else
		fputs("null", out);
}

static void
number(const char *name, bool known, double value, FILE *out)
{
	char digits[TRACE_NUMBER];
	fprintf(out, ",\"%s\":%s", name,
		known && isfinite(value) ? trace_format_number(value, digits) : "null");
}

static void
values(const struct explained *explained, FILE *out)
{
	static const char *const states[] = { [READING_UNKNOWN] = "unknown",
					      [READING_STALE] = "stale",
					      [READING_FRESH] = "fresh" };
	const char *comma = "";
	fputs(",\"values\":[", out);
	for (uint32_t i = 0; i < explained->policy->inputs; i++) {
		const struct policy_input *input = &explained->policy->input[i];
		const struct judge *judge = explained->suppose->judge;
		const struct reading *reading = judge_reading(judge, i);
		char why[256];
		if (!judge_looks_at(judge, i) && !explained->suppose->input[i].given)
			continue;
		judge_explain_input(judge, i, why, sizeof(why));
		fprintf(out, "%s{\"name\":", comma);
		json_string(input->name, out);
		text("kind", input->service ? "service" : "parameter", out);
		text("source", explained_source(explained, i), out);
		text("state", states[reading->state], out);
		number("value", reading->state != READING_UNKNOWN, reading->value, out);
		if (input->service)
			text("service",
			     reading->service == SERVICE_UP     ? "up"
			     : reading->service == SERVICE_DOWN ? "down"
								: "unknown",
			     out);
		text("text", why, out);
		fputc('}', out);
		comma = ",";
	}
	fputc(']', out);
}

static void
conditions(const struct explained *explained, FILE *out)
{
	static const char *const truths[] = { [TRUTH_FALSE] = "false",
					      [TRUTH_TRUE] = "true",
					      [TRUTH_UNKNOWN] = "unknown" };
	const struct judge *judge = explained->suppose->judge;
	fputs(",\"conditions\":[", out);
	for (uint32_t i = 0; i < judge_conditions(judge); i++) {
		const struct condition *condition = judge_condition(judge, i);
		char why[512];
		judge_explain(judge, i, why, sizeof(why));
		fprintf(out, "%s{\"name\":", i ? "," : "");
		json_string(judge_condition_name(judge, i), out);
		text("met", met_name(condition->met), out);
		text("truth", truths[condition->truth], out);
		fprintf(out, ",\"held\":%s", condition->holding ? "true" : "false");
		number("since", true,
		       (double)(explained->suppose->now - condition->since) / SECOND,
		       out);
		text("why", why, out);
		fputc('}', out);
	}
	fputc(']', out);
}

static void
clients(const struct explained *explained, const struct moves_step *step, FILE *out)
{
	const struct policy *policy = explained->policy;
	fputs(",\"clients\":[", out);
	for (size_t i = 0; i < step->rows; i++) {
		fprintf(out, "%s{\"name\":", i ? "," : "");
		json_string(policy->client[step->row[i]].name, out);
		text("alternate",
		     step->to[i] < policy->alternates
			 ? policy->alternate[step->to[i]].name
			 : NULL,
		     out);
		fputc('}', out);
	}
	fputc(']', out);
}

static void
loads(const struct explained *explained, const struct moves_step *step, FILE *out)
{
	const struct policy *policy = explained->policy;
	fputs(",\"alternates\":[", out);
	for (uint32_t i = 0; i < policy->alternates; i++) {
		const struct supposed_alternate *supposed =
		    &explained->suppose->alternate[i];
		char why[EXPLAINED_TEXT];
		explained_alternate(explained, i, why);
		fprintf(out, "%s{\"name\":", i ? "," : "");
		json_string(policy->alternate[i].name, out);
		fprintf(out, ",\"moved\":%" PRIu32 ",\"own\":%" PRIu32, step->load[i],
			supposed->heard ? supposed->health.clients : 0);
		number("capacity", policy->alternate[i].capacity > 0,
		       policy->alternate[i].capacity, out);
		text("text", why, out);
		fputc('}', out);
	}
	fputc(']', out);
}

static void
moves_json(const struct explained *explained, FILE *out)
{
	const struct moves *moves = explained->moves;
	const struct verdict *verdict = &explained->suppose->verdict;
	fprintf(out, ",\"moves\":{\"action\":\"%s\",\"now\":%s",
		moves->back ? "reconnect" : "failover",
		moves->back || verdict->failover == MET_YES ? "true" : "false");
	fprintf(out, ",\"clients\":%zu,\"keep\":%" PRIu32 ",\"stay\":%" PRIu32,
		explained->policy->clients, moves->kept, moves->stay);
	if (moves->back)
		fprintf(out, ",\"batches\":%zu", moves->batches);
	text("trouble", moves->trouble[0] ? moves->trouble : NULL, out);
	fputs(",\"steps\":[", out);
	for (size_t i = 0; i < moves->steps; i++) {
		const struct moves_step *step = &moves->step[i];
		char who[256] = "all who are away";
		if (!moves->back)
			policy_describe(&explained->policy->failover.step[i].select,
					who, sizeof(who));
		fprintf(out, "%s{\"step\":%zu", i ? "," : "", i + 1);
		number("after", true, (double)step->after / SECOND, out);
		text("selection", who, out);
		text("order",
		     policy_order_name(
			 moves->back
			     ? explained->policy->connection.order
			     : explained->policy->failover.step[i].select.order),
		     out);
		fprintf(out, ",\"selected\":%" PRIu32 ",\"moved\":%zu", step->in,
			step->rows);
		fprintf(out, ",\"roomless\":%" PRIu32, step->roomless);
		if (!moves->back)
			loads(explained, step, out);
		if (explained->all)
			clients(explained, step, out);
		fputc('}', out);
	}
	fputs("]}", out);
}

void
explained_json(const struct explained *explained, FILE *out)
{
	const struct suppose *suppose = explained->suppose;
	const struct policy *policy = explained->policy;
	const struct verdict *verdict = &suppose->verdict;
	fputs("{\"version\":1,\"server\":", out);
	json_string(policy->server, out);
	text("mode", policy_mode_name(policy->mode), out);
	text("paused", suppose->paused[0] ? suppose->paused : NULL, out);
	number("held", true, (double)suppose->held / SECOND, out);
	values(explained, out);
	number("performance", verdict->performance_known, verdict->performance, out);
	number("failoverThreshold", true, policy->failover.threshold, out);
	number("connectionThreshold", true, policy->connection.threshold, out);
	conditions(explained, out);
	text("failover", met_name(verdict->failover), out);
	fprintf(out, ",\"failoverUnknown\":%s",
		verdict->failover_unknown ? "true" : "false");
	text("connection", met_name(verdict->connection), out);
	text("deciding", explained_deciding(explained), out);
	moves_json(explained, out);
	fputs("}\n", out);
}
