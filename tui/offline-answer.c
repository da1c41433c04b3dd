/* SPDX-License-Identifier: BSD-3-Clause */
/* What bellwether explain found out, for people. */
#include "config.h"

#include <string.h>

#include "common/clock.h"
#include "tui/offline-explain.h"
#include "tui/text.h"

#define NAMES_SHOWN 5

static const char *
plural(size_t count)
{
	return count == 1 ? "" : "s";
}

const char *
explained_deciding(const struct explained *explained)
{
	uint32_t deciding = explained->suppose->verdict.deciding;
	return deciding == POLICY_NONE
		   ? NULL
		   : judge_condition_name(explained->suppose->judge, deciding);
}

const char *
explained_source(const struct explained *explained, uint32_t input)
{
	const struct supposed_input *supposed = &explained->suppose->input[input];
	return supposed->given ? "given" : supposed->traced ? "trace" : "unknown";
}

void
explained_alternate(const struct explained *explained, uint32_t i,
		    char text[EXPLAINED_TEXT])
{
	const struct supposed_alternate *alternate = &explained->suppose->alternate[i];
	const struct fleet_health *health = &alternate->health;
	if (!explained->policy->alternate[i].health.on)
		snprintf(text, EXPLAINED_TEXT,
			 "nobody asks it: it is taken to be well%s",
			 alternate->given ? ", whatever is set" : "");
	else if (alternate->silent)
		snprintf(text, EXPLAINED_TEXT, "silent");
	else if (!alternate->heard)
		snprintf(text, EXPLAINED_TEXT,
			 "assumed to be serving, without clients of its own");
	else if (health->known)
		snprintf(text, EXPLAINED_TEXT,
			 "%s, performance %g, threshold %g, %u client%s of its own",
			 server_state_name(health->state), health->performance,
			 health->threshold, health->clients, plural(health->clients));
	else
		snprintf(text, EXPLAINED_TEXT, "%s, performance unknown",
			 server_state_name(health->state));
}

/* ---- what was judged ---- */

static void
print_values(const struct explained *explained, FILE *out)
{
	const struct policy *policy = explained->policy;
	size_t missing = 0;
	for (uint32_t i = 0; i < policy->inputs; i++) {
		const char *source = explained_source(explained, i);
		bool looked_at = judge_looks_at(explained->suppose->judge, i);
		char text[256];
		if (!looked_at && !explained->suppose->input[i].given)
			continue;
		judge_explain_input(explained->suppose->judge, i, text, sizeof(text));
		missing += strcmp(source, "unknown") == 0;
		fprintf(out, "value        %s; %s%s\n", text,
			strcmp(source, "unknown") == 0 ? "not given" : source,
			looked_at ? "" : ", and nothing looks at it");
	}
	for (uint32_t i = 0; i < policy->inputs && missing > 0; i++) {
		if (!judge_looks_at(explained->suppose->judge, i) ||
		    strcmp(explained_source(explained, i), "unknown") != 0)
			continue;
		fprintf(out, "hint         --set %s=%s gives it a value%s\n",
			policy->input[i].name, policy->input[i].service ? "up" : "N",
			missing > 1 ? ", and so on" : "");
		break;
	}
}

static void
print_conditions(const struct explained *explained, FILE *out)
{
	const struct judge *judge = explained->suppose->judge;
	uint32_t count = (uint32_t)judge_conditions(judge);
	for (uint32_t i = 0; i < count; i++) {
		const struct condition *condition = judge_condition(judge, i);
		bool when = i != CONDITION_FAILOVER && i + 1 < count;
		char why[512], age[DURATION_TEXT];
		judge_explain(judge, i, why, sizeof(why));
		duration_format(explained->suppose->now - condition->since, age);
		fprintf(out, "%-12s %s%s%s%s since %s: %s\n",
			when ? "when" : judge_condition_name(judge, i),
			when ? judge_condition_name(judge, i) : "", when ? " " : "",
			condition->met == MET_YES           ? "met"
			: condition->met == MET_PENDING     ? "pending"
			: condition->truth == TRUTH_UNKNOWN ? "unknown"
							    : "not met",
			condition->holding ? ", held" : "", age, why);
	}
}

static void
print_decision(const struct explained *explained, FILE *out)
{
	const struct suppose *suppose = explained->suppose;
	const struct verdict *verdict = &suppose->verdict;
	const char *deciding = explained_deciding(explained);
	char age[DURATION_TEXT] = "";
	if (deciding)
		duration_format(
		    suppose->now -
			judge_condition(suppose->judge, verdict->deciding)->since,
		    age);
	fprintf(out, "decision     ");
	if (verdict->failover == MET_YES)
		fprintf(out, "failover, by condition %s for %s\n", deciding, age);
	else if (verdict->failover == MET_PENDING)
		fprintf(out, "none yet: failover is pending by condition %s for %s\n",
			deciding, age);
	else if (verdict->connection == MET_YES)
		fprintf(out, "connection, for %s: who is away is called back\n", age);
	else
		fprintf(out, "none: failover is %s, connection is %s\n",
			verdict->failover_unknown ? "unknown" : "not met",
			verdict->connection == MET_PENDING ? "pending" : "not met");
	if (explained->policy->mode != MODE_AUTOMATIC)
		fprintf(out, "             mode %s: it is not acted on\n",
			policy_mode_name(explained->policy->mode));
	if (suppose->paused[0])
		fprintf(out, "             paused, so it is not acted on: %s\n",
			suppose->paused);
}

/* ---- who would move ---- */

static void
print_names(const struct explained *explained, const struct moves_step *step, FILE *out)
{
	const struct policy *policy = explained->policy;
	for (size_t i = 0; explained->all && i < step->rows; i++)
		fprintf(out, "client       %s%s%s\n", policy->client[step->row[i]].name,
			step->to[i] < policy->alternates ? " to " : "",
			step->to[i] < policy->alternates
			    ? policy->alternate[step->to[i]].name
			    : "");
	if (explained->all || step->rows == 0)
		return;
	fputs("            ", out);
	for (size_t i = 0; i < step->rows && i < NAMES_SHOWN; i++)
		fprintf(out, "%s %s", i ? "," : "", policy->client[step->row[i]].name);
	fprintf(out, "%s\n",
		step->rows > NAMES_SHOWN ? ", ... (--clients lists them)" : "");
}

static void
print_loads(const struct explained *explained, const struct moves_step *step, FILE *out)
{
	for (uint32_t i = 0; i < explained->policy->alternates; i++) {
		const struct policy_alternate *alternate =
		    &explained->policy->alternate[i];
		const struct supposed_alternate *supposed =
		    &explained->suppose->alternate[i];
		uint32_t own = supposed->heard ? supposed->health.clients : 0;
		uint64_t sum = (uint64_t)own + step->load[i];
		fprintf(out, "             %s then has %u of these", alternate->name,
			step->load[i]);
		if (own > 0)
			fprintf(out, " and %u of its own", own);
		if (alternate->capacity > 0)
			fprintf(out, ": %u%% of its capacity of %u",
				(unsigned)(sum * 100 / alternate->capacity),
				alternate->capacity);
		fputc('\n', out);
	}
}

static void
print_step(const struct explained *explained, size_t i, FILE *out)
{
	const struct moves_step *step = &explained->moves->step[i];
	const struct selection *select = &explained->policy->failover.step[i].select;
	char who[256], after[DURATION_TEXT];
	policy_describe(select, who, sizeof(who));
	fprintf(out, "step %zu of %zu  ", i + 1, explained->moves->steps);
	if (step->after > 0)
		fprintf(out, "after %s, if it still holds, ",
			duration_format(step->after, after));
	fprintf(out, "%zu of %u client%s (%s; by %s)\n", step->rows, step->in,
		plural(step->in), who, policy_order_name(select->order));
	print_names(explained, step, out);
	if (step->roomless > 0)
		fprintf(
		    out,
		    "             %u more have to wait: the alternates have no room "
		    "for them at once\n",
		    step->roomless);
	if (step->rows > 0)
		print_loads(explained, step, out);
}

static void
print_away(const struct explained *explained, FILE *out)
{
	const struct moves *moves = explained->moves;
	char text[EXPLAINED_TEXT];
	fprintf(out, "moves        %s\n",
		explained->suppose->verdict.failover == MET_YES
		    ? "clients, all of which are assumed to be here"
		    : "nobody now; once failover is met, of clients that are all here");
	for (uint32_t i = 0; i < explained->policy->alternates; i++) {
		explained_alternate(explained, i, text);
		fprintf(out, "alternate    %s: %s\n",
			explained->policy->alternate[i].name, text);
	}
	for (size_t i = 0; i < moves->steps; i++)
		print_step(explained, i, out);
	if (moves->trouble[0])
		fprintf(out, "trouble      %s\n", moves->trouble);
	fprintf(out, "stay         %u client%s", moves->stay, plural(moves->stay));
	if (moves->kept > 0)
		fprintf(out, ", %u of them by keep, whatever is selected",
			moves->kept < moves->stay ? moves->kept : moves->stay);
	fputc('\n', out);
}

static void
print_back(const struct explained *explained, FILE *out)
{
	const struct moves *moves = explained->moves;
	const struct policy_connection *connection = &explained->policy->connection;
	int64_t whole =
	    moves->batches > 0 ? (int64_t)(moves->batches - 1) * connection->every : 0;
	char every[DURATION_TEXT], last[DURATION_TEXT];
	fprintf(out,
		"moves        who is away, a batch every %s; of all %zu that were "
		"%zu batch%s, the last after %s\n",
		duration_format(connection->every, every), explained->policy->clients,
		moves->batches, moves->batches == 1 ? "" : "es",
		duration_format(whole, last));
	fprintf(out, "batch 1      %zu client%s, by %s\n", moves->step[0].rows,
		plural(moves->step[0].rows), policy_order_name(connection->order));
	print_names(explained, &moves->step[0], out);
}

void
explained_print(const struct explained *explained, FILE *out)
{
	const struct suppose *suppose = explained->suppose;
	const struct policy *policy = explained->policy;
	char held[DURATION_TEXT];
	fprintf(out, "server       %s, mode %s\n", policy->server,
		policy_mode_name(policy->mode));
	if (suppose->held > 0)
		fprintf(out, "held         for %s\n",
			duration_format(suppose->held, held));
	print_values(explained, out);
	fprintf(out, "performance  ");
	if (suppose->verdict.performance_known)
		fprintf(out, "%.6g", suppose->verdict.performance);
	else
		fputs("unknown", out);
	fprintf(out, "; failover below %g, connection above %g\n",
		policy->failover.threshold, policy->connection.threshold);
	print_conditions(explained, out);
	print_decision(explained, out);
	if (explained->moves->back)
		print_back(explained, out);
	else
		print_away(explained, out);
}
