/* SPDX-License-Identifier: BSD-3-Clause */
/* Records of a trace go into a replay; what it does goes into a timeline and a tally. */
#include "config.h"

#include "tui/offline-play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/trace.h"
#include "policy/look.h"
#include "tui/offline-deeds.h"
#include "tui/offline-input.h"

/* Where a trace does not say when it began. */
#define SOME_DAY (INT64_C(1767225600) * SECOND) /* 2026-01-01T00:00:00Z */

struct player {
	const struct play *play;
	struct run *run;
	struct timeline *timeline;
	struct replay *replay;
	uint8_t *marks;
	struct verdict verdict; /* of the last look */
	bool good;
};

int64_t
play_start(const struct play *play)
{
	return play->survey.started ? play->survey.start : SOME_DAY;
}

/* The tally's time is ours: to be called before it is told of anything. */
static int64_t
keep_time(struct player *player)
{
	int64_t time = replay_time(player->replay, replay_now(player->replay).boot);
	if (time > player->play->end)
		time = player->play->end;
	tally_until(&player->run->tally, time);
	return time;
}

/* ---- what the replay does ---- */

static void
on_looked(void *context, const struct verdict *verdict, const char *why)
{
	struct player *player = context;
	int64_t time = keep_time(player);
	player->verdict = *verdict;
	tally_performance(&player->run->tally, verdict->performance_known,
			  verdict->performance);
	timeline_verdict(player->timeline, time, verdict, why);
}

static const struct operation *
find_operation(const struct fleet *fleet, uint32_t number)
{
	const struct operation *operation;
	for (size_t i = 0; (operation = fleet_operation(fleet, i)) != NULL; i++)
		if (operation->number == number)
			return operation;
	return NULL;
}

static void
on_event(void *context, const struct fleet_event *event)
{
	struct player *player = context;
	const struct fleet *fleet = replay_fleet(player->replay);
	struct fleet_summary summary;
	int64_t time = keep_time(player);
	timeline_event(player->timeline, time, event);
	tally_event(&player->run->tally, event,
		    event->kind == EVENT_OPERATION_START
			? find_operation(fleet, event->operation)
			: NULL);
	if (event->kind != EVENT_STATE)
		return;
	fleet_summary(fleet, &summary);
	tally_state(&player->run->tally, summary.state);
}

static void
on_ordered(void *context, uint32_t row, enum message_type type, struct moment now)
{
	struct player *player = context;
	(void)row;
	(void)type;
	(void)now;
	(void)keep_time(player);
	tally_ordered(&player->run->tally);
}

static void
on_moved(void *context, uint32_t row, enum place to, struct moment now)
{
	struct player *player = context;
	(void)row;
	(void)now;
	(void)keep_time(player);
	tally_moved(&player->run->tally, to);
}

/* ---- what the trace says ---- */

static void
take_samples(struct player *player, const struct trace_record *record)
{
	const struct policy *policy = player->run->policy;
	for (size_t i = 0; i < record->samples; i++) {
		const struct trace_sample *from = &record->sample[i];
		struct sample sample = {
			.input = policy_find_input(policy, from->name.start,
						   from->name.length),
			.ending = from->ending,
			.value = from->value,
			.asked = record->at - from->took,
			.at = record->at,
		};
		if (sample.input == POLICY_NONE)
			continue;
		slice_copy(from->text, sample.text, sizeof sample.text);
		replay_sample(player->replay, &sample);
	}
}

static bool
says(const struct trace_record *record, const char *key, enum met met)
{
	struct slice value;
	return !trace_option(record, key, &value) || slice_equal(value, met_name(met));
}

/* It is the last word, where there is one. */
static bool
says_why(const struct trace_record *record)
{
	struct slice option, last = record->word[record->words - 1];
	const char *end = last.start + last.length;
	return record->words > 1 &&
	       !(trace_option(record, "failover", &option) &&
		 option.start + option.length == end) &&
	       !(trace_option(record, "connection", &option) &&
		 option.start + option.length == end);
}

/* Beside what was decided here, by the same look. */
static void
compare(struct player *player, const struct trace_record *record)
{
	struct tally *tally = &player->run->tally;
	const struct verdict *verdict = &player->verdict;
	struct fleet_summary summary;
	char why[OPERATION_TEXT], text[OPERATION_TEXT + 2 * TRACE_WHY];
	fleet_summary(replay_fleet(player->replay), &summary);
	look_explain(replay_judge(player->replay), verdict, why, sizeof why);
	bool same =
	    verdict->at != 0 && says(record, "failover", verdict->failover) &&
	    says(record, "connection", verdict->connection) &&
	    (!says_why(record) || slice_equal(record->word[record->words - 1], why));
	tally->decided++;
	tally->decided_so += same;
	tally->stated_so +=
	    slice_equal(record->word[0], server_state_name(summary.state));
	if (same)
		return;
	snprintf(
	    text, sizeof text, "the daemon %.*s; here failover=%s connection=%s \"%s\"",
	    (int)(record->rest.length < TRACE_WHY ? record->rest.length : TRACE_WHY),
	    record->rest.start, met_name(verdict->failover),
	    met_name(verdict->connection), why);
	timeline_say(player->timeline, record->at, "differs", text);
}

static void
take_deed(struct player *player, const struct trace_record *record)
{
	struct deed deed;
	char why[DEED_WHY];
	/* The survey has found it good. */
	if (deed_parse(player->run->policy, record, player->marks, &deed, why))
		deed_do(&deed, player->replay, player->marks);
}

static void
take_record(struct player *player, const struct trace_record *record)
{
	replay_until(player->replay, record->at);
	switch (record->kind) {
	case TRACE_SAMPLE:
		take_samples(player, record);
		break;
	case TRACE_LOOK:
		replay_look(player->replay);
		break;
	case TRACE_DECIDED:
		compare(player, record);
		break;
	case TRACE_GAP:
		timeline_say(player->timeline, record->at, "gap",
			     "what was measured before counts no more");
		player->good = player->good && replay_gap(player->replay);
		break;
	case TRACE_POLICY:
		break;
	default:
		take_deed(player, record);
		break;
	}
}

/* What the survey has seen; a daemon may have written more since. */
static bool
take_all(struct player *player, FILE *err)
{
	const struct play *play = player->play;
	struct trace_input *input = trace_input_open(play->trace, err);
	const struct trace_record *record = NULL;
	uint64_t left = play->survey.records;
	if (!input)
		return false;
	while (player->good && left-- > 0) {
		record = trace_input_next(input, err);
		if (!record || record->at > play->end)
			break;
		take_record(player, record);
	}
	bool good = trace_input_faults(input) == 0 && player->good;
	trace_input_close(input);
	return good;
}

/* ---- beginning and end ---- */

static void
take_end(struct player *player)
{
	struct run *run = player->run;
	struct fleet *fleet = replay_fleet(player->replay);
	fleet_summary(fleet, &run->summary);
	run->here = run->away = 0;
	for (uint32_t row = 0; row < run->policy->clients; row++) {
		bool away =
		    crowd_place(replay_crowd(player->replay), row) == PLACE_AWAY;
		run->away += away;
		run->here += !away;
	}
	for (uint32_t i = 0; i < run->policy->alternates; i++)
		run->load[i] = fleet_alternate(fleet, i)->load;
}

bool
play_run(const struct play *play, struct run *run, struct timeline *timeline, FILE *err)
{
	struct player player = {
		.play = play,
		.run = run,
		.timeline = timeline,
		.good = true,
	};
	const struct replay_calls calls = { &player, on_looked, on_event, on_ordered,
					    on_moved };
	player.marks = calloc(run->policy->clients + 1, 1);
	run->load = calloc(run->policy->alternates + 1, sizeof *run->load);
	bool good =
	    tally_start(&run->tally, (uint32_t)run->policy->clients, play->end) &&
	    player.marks && run->load;
	if (good)
		player.replay = replay_new(run->policy, &play->options, &calls,
					   play_start(play), !play->survey.looks);
	good = player.replay && take_all(&player, err);
	if (good) {
		/* What is due at the end is done, too. */
		replay_until(player.replay, play->end + 1);
		(void)keep_time(&player);
		take_end(&player);
	}
	replay_free(player.replay);
	free(player.marks);
	return good;
}

void
run_free(struct run *run)
{
	tally_free(&run->tally);
	free(run->load);
	run->load = NULL;
}
