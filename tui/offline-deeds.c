/* SPDX-License-Identifier: BSD-3-Clause */
/* Records that are neither samples nor looks: read, and done. */
#include "config.h"

#include "tui/offline-deeds.h"

#include <stdio.h>
#include <string.h>

#include "common/clock.h"

#define SHORT 64

struct reading_of {
	const struct policy *policy;
	const struct trace_record *record;
	uint8_t *marks;
	struct deed *deed;
	char *why;
};

static bool
bad(const struct reading_of *of, const char *what, struct slice word,
    const char *expected)
{
	snprintf(of->why, DEED_WHY, "%s%s%.*s: expected %s", what, *what ? " " : "",
		 (int)(word.length < SHORT ? word.length : SHORT), word.start,
		 expected);
	return false;
}

/* ---- words ---- */

static bool
starts(struct slice word, const char *key, struct slice *value)
{
	size_t length = strlen(key);
	if (word.length < length || memcmp(word.start, key, length) != 0)
		return false;
	*value = (struct slice){ word.start + length, word.length - length };
	return true;
}

static bool
read_duration(struct slice text, int64_t *us)
{
	char copy[32];
	return text.length < sizeof copy &&
	       duration_parse(slice_copy(text, copy, sizeof copy), us);
}

/* "25%" or "25". */
static bool
read_share(struct slice text, double *share)
{
	double percent;
	if (text.length > 0 && text.start[text.length - 1] == '%')
		text.length--;
	if (!trace_number(text, &percent) || !(percent >= 0 && percent <= 100))
		return false;
	*share = percent / 100;
	return true;
}

static bool
read_count(struct slice text, uint32_t *count)
{
	double number;
	if (!trace_number(text, &number) || !(number >= 0 && number <= 1e9) ||
	    number != (double)(uint32_t)number)
		return false;
	*count = (uint32_t)number;
	return true;
}

/* A SELECTION begins at word i, in one word or with blanks around + and -; returns where
   it has ended. */
static size_t
read_selection(const struct trace_record *record, size_t i,
	       char selection[SELECTOR_TEXT])
{
	size_t used = 0;
	bool more = true;
	selection[0] = '\0';
	for (; more && i < record->words; i++) {
		const struct slice *word = &record->word[i];
		bool sign = slice_equal(*word, "+") || slice_equal(*word, "-");
		if (used + word->length + 2 > SELECTOR_TEXT)
			break;
		if (used > 0)
			selection[used++] = ' ';
		slice_copy(*word, selection + used, SELECTOR_TEXT - used);
		used += word->length;
		more = sign || (i + 1 < record->words &&
				(slice_equal(record->word[i + 1], "+") ||
				 slice_equal(record->word[i + 1], "-")));
	}
	return i;
}

static bool
check_selection(const struct reading_of *of, const char *selection)
{
	char why[SELECTOR_WHY];
	size_t count;
	if (selector_parse(of->policy, selection, of->marks, &count, why))
		return true;
	snprintf(of->why, DEED_WHY, "%s", why);
	return false;
}

/* ---- pauses ---- */

static bool
read_pause(const struct reading_of *of)
{
	const struct trace_record *record = of->record;
	static const struct {
		const char *word;
		unsigned bit;
	} who[] = { { "policy", PAUSED_POLICY },
		    { "file", PAUSED_FILE },
		    { "operator", PAUSED_OPERATOR } };
	size_t reason = 0;
	of->deed->pause = PAUSED_OPERATOR;
	for (size_t i = 0; i < ARRAY_SIZE(who) && record->words > 0; i++)
		if (slice_equal(record->word[0], who[i].word)) {
			of->deed->pause = who[i].bit;
			reason = 1;
		}
	if (reason < record->words)
		slice_copy(record->word[reason], of->deed->reason,
			   sizeof of->deed->reason);
	return true;
}

/* ---- operations ---- */

/* What may stand behind an operation's selection, or in its place. */
static bool
is_wish_word(struct slice word)
{
	static const char *const key[] = { "by=", "for=", "share=", "limit=" };
	struct slice value;
	for (size_t i = 0; i < ARRAY_SIZE(key); i++)
		if (starts(word, key[i], &value))
			return true;
	return slice_equal(word, "force") || slice_equal(word, "verified");
}

/* The last word may be the reason: quotes are taken off already. */
static bool
read_wish_word(const struct reading_of *of, size_t i)
{
	struct fleet_wish *wish = &of->deed->wish;
	struct slice word = of->record->word[i], value;
	if (starts(word, "by=", &value)) {
		slice_copy(value, of->deed->requester, sizeof of->deed->requester);
		return true;
	}
	if (starts(word, "for=", &value))
		return read_duration(value, &wish->hold) ||
		       bad(of, "", word, "for=DURATION, as for=1h");
	if (starts(word, "share=", &value))
		return read_share(value, &wish->share) || bad(of, "", word, "share=N%");
	if (starts(word, "limit=", &value))
		return read_count(value, &wish->limit) || bad(of, "", word, "limit=N");
	if (slice_equal(word, "force"))
		wish->force = true;
	else if (slice_equal(word, "verified"))
		wish->verified = true;
	else if (i + 1 == of->record->words)
		slice_copy(word, of->deed->reason, sizeof of->deed->reason);
	else
		return bad(of, "", word,
			   "by= for= share= limit= force or, last, \"REASON\"");
	return true;
}

static bool
read_operation(const struct reading_of *of)
{
	const struct trace_record *record = of->record;
	struct deed *deed = of->deed;
	struct fleet_wish *wish = &deed->wish;
	for (enum action a = ACTION_FAILOVER; a <= ACTION_RESUME; a++)
		if (slice_equal(record->word[0], action_name(a)))
			wish->action = a;
	if (!wish->action)
		return bad(of, "", record->word[0],
			   "failover, reconnect, release, pause or resume");
	wish->hold = HOUR;
	slice_copy(slice_of("operator"), deed->requester, sizeof deed->requester);
	slice_copy(slice_of("as the trace says"), deed->reason, sizeof deed->reason);
	size_t i = 1;
	if (wish->action < ACTION_PAUSE && record->words > 1 &&
	    !is_wish_word(record->word[1]))
		i = read_selection(record, 1, deed->selection);
	for (; i < record->words; i++)
		if (!read_wish_word(of, i))
			return false;
	if (wish->action >= ACTION_PAUSE)
		return true;
	if (!deed->selection[0])
		slice_copy(slice_of("all"), deed->selection, sizeof deed->selection);
	return check_selection(of, deed->selection);
}

/* ---- clients ---- */

static bool
read_client_word(const struct reading_of *of, struct slice word)
{
	struct deed *deed = of->deed;
	struct slice value;
	if (starts(word, "loss=", &value)) {
		deed->has_loss = true;
		return read_share(value, &deed->loss) || bad(of, "", word, "loss=N%");
	}
	if (starts(word, "delay=", &value)) {
		deed->has_delay = true;
		return read_duration(value, &deed->delay) ||
		       bad(of, "", word, "delay=DURATION, as delay=50ms");
	}
	if (starts(word, "skew=", &value)) {
		bool behind = value.length > 0 && value.start[0] == '-';
		deed->has_skew = true;
		value.start += behind;
		value.length -= behind;
		if (!read_duration(value, &deed->skew))
			return bad(of, "", word, "skew=DURATION or skew=-DURATION");
		deed->skew = behind ? -deed->skew : deed->skew;
		return true;
	}
	if (slice_equal(word, "crash"))
		deed->restart = true;
	else if (manner_parse(word.start, word.length, &deed->manner))
		deed->has_manner = true;
	else
		return bad(
		    of, "", word,
		    "obey, refuse, mute, down, crash, loss=N%, delay=DURATION or "
		    "skew=DURATION");
	return true;
}

static bool
read_clients(const struct reading_of *of)
{
	const struct trace_record *record = of->record;
	size_t i = read_selection(record, 0, of->deed->selection);
	if (i == record->words)
		return bad(of, "", record->word[i - 1],
			   "SELECTION and then obey, refuse, mute, down, crash, "
			   "loss=N%, delay=DURATION or skew=DURATION");
	for (; i < record->words; i++)
		if (!read_client_word(of, record->word[i]))
			return false;
	return check_selection(of, of->deed->selection);
}

/* ---- alternates ---- */

static bool
read_health_word(const struct reading_of *of, struct slice word)
{
	struct fleet_health *health = &of->deed->health;
	struct slice value;
	if (starts(word, "performance=", &value)) {
		health->known = true;
		return trace_number(value, &health->performance) ||
		       bad(of, "", word, "performance=N");
	}
	if (starts(word, "threshold=", &value))
		return trace_number(value, &health->threshold) ||
		       bad(of, "", word, "threshold=N");
	if (starts(word, "clients=", &value))
		return read_count(value, &health->clients) ||
		       bad(of, "", word, "clients=N");
	return bad(of, "", word, "performance=N, threshold=N or clients=N");
}

static bool
read_alternate(const struct reading_of *of)
{
	const struct trace_record *record = of->record;
	struct deed *deed = of->deed;
	deed->alternate = POLICY_NONE;
	for (uint32_t i = 0; i < of->policy->alternates; i++)
		if (slice_equal(record->word[0], of->policy->alternate[i].name))
			deed->alternate = i;
	if (slice_equal(record->word[1], "silent")) {
		deed->silent = true;
		slice_copy(record->words > 2 ? record->word[2]
					     : slice_of("it does not answer"),
			   deed->reason, sizeof deed->reason);
		return true;
	}
	/* Where it does not say its own, ours will do. */
	deed->health.threshold = of->policy->connection.threshold;
	for (enum server_state s = SERVER_SERVING; s <= SERVER_UNKNOWN; s++)
		if (slice_equal(record->word[1], server_state_name(s)))
			deed->health.state = s;
	if (!deed->health.state)
		return bad(of, "", record->word[1],
			   "silent, serving, returning, shedding, away or unknown");
	for (size_t i = 2; i < record->words; i++)
		if (!read_health_word(of, record->word[i]))
			return false;
	return true;
}

bool
deed_parse(const struct policy *policy, const struct trace_record *record,
	   uint8_t *marks, struct deed *deed, char why[DEED_WHY])
{
	const struct reading_of of = { policy, record, marks, deed, why };
	memset(deed, 0, sizeof *deed);
	deed->kind = record->kind;
	switch (record->kind) {
	case TRACE_PAUSE:
	case TRACE_RESUME:
		return read_pause(&of);
	case TRACE_OPERATE:
		return read_operation(&of);
	case TRACE_CLIENTS:
		return read_clients(&of);
	case TRACE_ALTERNATE:
		return read_alternate(&of);
	default:
		return true;
	}
}

/* ---- doing ---- */

static void
operate(struct deed *deed, struct replay *replay)
{
	char why[FLEET_WHY];
	deed->wish.selection = deed->selection;
	deed->wish.requester = deed->requester;
	deed->wish.reason = deed->reason;
	/* A refusal is an event of its own. */
	(void)fleet_operate(replay_fleet(replay), &deed->wish, replay_now(replay), why);
}

static void
change_clients(const struct deed *deed, struct replay *replay, const uint8_t *marks)
{
	struct crowd *crowd = replay_crowd(replay);
	if (deed->has_loss)
		crowd_loss(crowd, marks, deed->loss);
	if (deed->has_delay)
		crowd_delay(crowd, marks, deed->delay);
	if (deed->has_skew)
		crowd_skew(crowd, marks, deed->skew);
	if (deed->has_manner)
		crowd_manner(crowd, marks, deed->manner, replay_now(replay));
	if (deed->restart)
		crowd_restart(crowd, marks, replay_now(replay));
}

void
deed_do(struct deed *deed, struct replay *replay, uint8_t *marks)
{
	struct fleet *fleet = replay_fleet(replay);
	struct moment now = replay_now(replay);
	deed->health.asked = now.boot;
	switch (deed->kind) {
	case TRACE_PAUSE:
	case TRACE_RESUME:
		fleet_pause(fleet, deed->pause, deed->kind == TRACE_PAUSE, deed->reason,
			    now);
		break;
	case TRACE_OPERATE:
		operate(deed, replay);
		break;
	case TRACE_CLIENTS:
		change_clients(deed, replay, marks);
		break;
	case TRACE_ALTERNATE:
		if (deed->alternate != POLICY_NONE)
			fleet_health(fleet, deed->alternate,
				     deed->silent ? NULL : &deed->health, deed->reason,
				     now);
		break;
	default:
		break;
	}
	replay_settle(replay);
}
