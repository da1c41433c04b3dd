/* SPDX-License-Identifier: BSD-3-Clause */
/* Timelines and summaries, in words and as JSON. */
#include "config.h"

#include "tui/offline-report.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "common/bytes.h"
#include "tui/text.h"

const char *
report_time(int64_t time, char out[REPORT_TIME])
{
	int64_t ms = time / MILLISECOND, seconds = ms / 1000, days = seconds / 86400;
	int used = days ? snprintf(out, REPORT_TIME, "%" PRId64 "d ", days) : 0;
	snprintf(out + used, REPORT_TIME - (size_t)used, "%d:%02d:%02d.%03d",
		 (int)(seconds / 3600 % 24), (int)(seconds / 60 % 60),
		 (int)(seconds % 60), (int)(ms % 1000));
	return out;
}

const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

/* ---- a timeline ---- */

void
timeline_say(struct timeline *timeline, int64_t time, const char *kind,
	     const char *text)
{
	char clock[REPORT_TIME];
	if (!timeline->on)
		return;
	if (!timeline->json) {
		fprintf(timeline->out, "%11s  %-15s  %s\n", report_time(time, clock),
			kind, text);
		return;
	}
	fprintf(timeline->out,
		"%s\n  {\"time\":%.6f,\"kind\":", timeline->begun ? "," : "",
		(double)time / (double)SECOND);
	json_string(kind, timeline->out);
	fputs(",\"text\":", timeline->out);
	json_string(text, timeline->out);
	fputc('}', timeline->out);
	timeline->begun = true;
}

static void
say_met(struct timeline *timeline, int64_t time, const char *condition, bool met,
	const char *why)
{
	char text[OPERATION_TEXT + 64];
	snprintf(text, sizeof text, "%s is %smet%s%s", condition, met ? "" : "not ",
		 met ? ": " : " any more", met ? why : "");
	timeline_say(timeline, time, "condition", text);
}

void
timeline_verdict(struct timeline *timeline, int64_t time, const struct verdict *verdict,
		 const char *why)
{
	bool failover = verdict->failover == MET_YES;
	bool connection = verdict->connection == MET_YES;
	if (failover != (timeline->failover == MET_YES))
		say_met(timeline, time, "failover", failover, why);
	if (connection != (timeline->connection == MET_YES))
		say_met(timeline, time, "connection", connection, why);
	if (verdict->failover_unknown != timeline->unknown)
		timeline_say(timeline, time, "condition",
			     verdict->failover_unknown
				 ? "what failover depends on is unknown"
				 : "all that failover depends on is known");
	timeline->failover = verdict->failover;
	timeline->connection = verdict->connection;
	timeline->unknown = verdict->failover_unknown;
}

void
timeline_event(struct timeline *timeline, int64_t time, const struct fleet_event *event)
{
	static const bool left_out[EVENT_KINDS] = {
		[EVENT_PLACE] = true,     [EVENT_SILENT] = true,
		[EVENT_HEARD] = true,     [EVENT_UNREACHABLE] = true,
		[EVENT_REACHABLE] = true, [EVENT_REJECTED] = true,
		[EVENT_ADMITTED] = true,  [EVENT_REFUSED] = true,
	};
	if (!left_out[event->kind])
		timeline_say(timeline, time, fleet_event_name(event->kind),
			     event->text);
}

/* ---- the figures of a summary: one table makes the text and the JSON ---- */

enum form {
	FORM_COUNT = 1,
	FORM_HOURS,   /* clients for so long */
	FORM_RATE,    /* a second */
	FORM_TIME,    /* us */
	FORM_WHEN,    /* us since the start; 0 never */
	FORM_LONGEST, /* of the state it was */
	FORM_DECIDED  /* so many of those that the trace has; not without any */
};

static double
counted(const struct run *run, size_t offset)
{
	uint32_t count;
	memcpy(&count, (const char *)run + offset, sizeof count);
	return count;
}

static double
counted_long(const struct run *run, size_t offset)
{
	uint64_t count;
	memcpy(&count, (const char *)run + offset, sizeof count);
	return (double)count;
}

static double
real(const struct run *run, size_t offset)
{
	double value;
	memcpy(&value, (const char *)run + offset, sizeof value);
	return value;
}

#define TALLY(member) offsetof(struct run, tally.member)
static const struct figure {
	const char *label, *key;
	enum form form;
	double (*value)(const struct run *run, size_t offset);
	size_t offset;
} figures[] = {
	{ "failovers", "failovers", FORM_COUNT, counted, TALLY(failovers) },
	{ "  the first at", "firstFailoverAt", FORM_WHEN, counted_long,
	  TALLY(first_failover) },
	{ "returns", "returns", FORM_COUNT, counted, TALLY(reconnects) },
	{ "flaps", "flaps", FORM_COUNT, counted, TALLY(flaps) },
	{ "moves away", "movesAway", FORM_COUNT, counted_long, TALLY(moved_away) },
	{ "moves back", "movesBack", FORM_COUNT, counted_long, TALLY(moved_back) },
	{ "time away", "awayClientHours", FORM_HOURS, real, TALLY(away_time) },
	{ "orders sent", "ordersSent", FORM_COUNT, counted_long, TALLY(orders) },
	{ "most orders", "ordersPeakPerSecond", FORM_RATE, counted,
	  TALLY(order_rate.peak) },
	{ "most returns", "returnsPeakPerSecond", FORM_RATE, counted,
	  TALLY(return_rate.peak) },
	{ "serving", "servingSeconds", FORM_TIME, counted_long,
	  TALLY(spent[SERVER_SERVING]) },
	{ "shedding", "sheddingSeconds", FORM_TIME, counted_long,
	  TALLY(spent[SERVER_SHEDDING]) },
	{ "away", "awaySeconds", FORM_TIME, counted_long, TALLY(spent[SERVER_AWAY]) },
	{ "returning", "returningSeconds", FORM_TIME, counted_long,
	  TALLY(spent[SERVER_RETURNING]) },
	{ "unknown", "unknownSeconds", FORM_TIME, counted_long,
	  TALLY(spent[SERVER_UNKNOWN]) },
	{ "longest not serving", "longestSeconds", FORM_LONGEST, counted_long,
	  TALLY(longest_time) },
	{ "clients not reached", "clientsNotReached", FORM_COUNT, counted,
	  TALLY(unreached) },
	{ "clients that refused", "clientsRefused", FORM_COUNT, counted,
	  TALLY(rejected) },
	{ "at the end: here", "here", FORM_COUNT, counted, offsetof(struct run, here) },
	{ "at the end: away", "away", FORM_COUNT, counted, offsetof(struct run, away) },
	{ "  known as here", "knownHere", FORM_COUNT, counted,
	  offsetof(struct run, summary.place[PLACE_HERE]) },
	{ "  known as away", "knownAway", FORM_COUNT, counted,
	  offsetof(struct run, summary.place[PLACE_AWAY]) },
	{ "decided as the daemon", "decidedAlike", FORM_DECIDED, counted_long,
	  TALLY(decided_so) },
	{ "  in the same state", "statedAlike", FORM_DECIDED, counted_long,
	  TALLY(stated_so) },
};

static void
figure_text(const struct figure *figure, const struct run *run, char out[64])
{
	char clock[REPORT_TIME];
	double value = figure->value(run, figure->offset);
	switch (figure->form) {
	case FORM_HOURS:
		snprintf(out, 64, "%.2f client-hours", value / (double)HOUR);
		break;
	case FORM_RATE:
		snprintf(out, 64, "%.0f/s", value);
		break;
	case FORM_WHEN:
		snprintf(out, 64, "%s",
			 value > 0 ? report_time((int64_t)value, clock) : "-");
		break;
	case FORM_TIME:
		report_time((int64_t)value, out);
		break;
	case FORM_LONGEST:
		snprintf(out, 64, "%s%s%s", report_time((int64_t)value, clock),
			 value > 0 ? " " : "",
			 value > 0 ? server_state_name(run->tally.longest) : "");
		break;
	case FORM_DECIDED:
		snprintf(out, 64, "%.0f of %" PRIu64, value, run->tally.decided);
		break;
	case FORM_COUNT:
		snprintf(out, 64, "%.0f", value);
		break;
	}
}

static bool
figure_is_there(const struct figure *figure, const struct run *run)
{
	return figure->form != FORM_DECIDED || run->tally.decided > 0;
}

static void
print_alternates(const struct run *run, bool named, FILE *out)
{
	const struct policy *policy = run->policy;
	fprintf(out, "alternates at the end%s%s:", named ? ", " : "",
		named ? base_name(run->path) : "");
	for (size_t i = 0; i < policy->alternates; i++)
		fprintf(out, "%s %s %u", i ? "," : "", policy->alternate[i].name,
			run->load[i]);
	fputs(policy->alternates ? "\n" : " the clients' own lists\n", out);
}

void
report_summary(const struct run *run, size_t runs, FILE *out)
{
	char text[2][64];
	if (runs > 1)
		fprintf(out, "  %-22s %-26s %s\n", "", base_name(run[0].path),
			base_name(run[1].path));
	for (size_t i = 0; i < ARRAY_SIZE(figures); i++) {
		const struct figure *figure = &figures[i];
		if (!figure_is_there(figure, run))
			continue;
		figure_text(figure, &run[0], text[0]);
		if (runs == 1) {
			fprintf(out, "%-22s %s\n", figure->label, text[0]);
			continue;
		}
		figure_text(figure, &run[1], text[1]);
		fprintf(out, "%c %-22s %-26s %s\n",
			strcmp(text[0], text[1]) == 0 ? ' ' : '*', figure->label,
			text[0], text[1]);
	}
	for (size_t i = 0; i < runs; i++)
		print_alternates(&run[i], runs > 1, out);
}

void
report_json(const struct run *run, FILE *out)
{
	const struct policy *policy = run->policy;
	fputc('{', out);
	for (size_t i = 0; i < ARRAY_SIZE(figures); i++) {
		const struct figure *figure = &figures[i];
		if (!figure_is_there(figure, run))
			continue;
		double value = figure->value(run, figure->offset);
		fprintf(out, "%s\"%s\":", i ? "," : "", figure->key);
		if (figure->form == FORM_WHEN && !(value > 0))
			fputs("null", out);
		else if (figure->form == FORM_TIME || figure->form == FORM_WHEN ||
			 figure->form == FORM_LONGEST)
			fprintf(out, "%.6f", value / (double)SECOND);
		else if (figure->form == FORM_HOURS)
			fprintf(out, "%.6f", value / (double)HOUR);
		else
			fprintf(out, "%.0f", value);
	}
	fprintf(out,
		",\"longestState\":\"%s\",\"decided\":%" PRIu64 ",\"alternates\":[",
		server_state_name(run->tally.longest_time > 0 ? run->tally.longest
							      : SERVER_SERVING),
		run->tally.decided);
	for (size_t i = 0; i < policy->alternates; i++) {
		fprintf(out, "%s{\"name\":", i ? "," : "");
		json_string(policy->alternate[i].name, out);
		fprintf(out, ",\"clients\":%u}", run->load[i]);
	}
	fputs("]}", out);
}
