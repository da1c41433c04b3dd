/* SPDX-License-Identifier: BSD-3-Clause */
/* Seen to move: whether the server still gets requests from clients that are away by an
   order done, and gets some again from those who came back, from what its own statistics
   say of each. */
#include "config.h"

#include "fleet/internal.h"

#include <inttypes.h>
#include <stdlib.h>

/* A server has one counter for all addresses of one of its clients ("section"). Whether
   that is one address or a network is learnt only when somebody's counter grows: asking
   for every section takes long where each client has its own, and a server that drowns
   has something better to do. Nobody is accused for what another may have sent. */

/* After a question without an answer: the server may be drowning. */
#define PAUSE (5 * SECOND)
/* So many in a row are told. */
#define SILENCES 3u
/* Sections that expired leave numbers out; after so many in a row there are no more. */
#define MISSES   8u
#define SECTIONS UINT32_C(1000000)
/* That a section is shared is no news again for so long. */
#define NOTED (1 * HOUR)
#define WHOLE 128u /* a prefix that is one address */

/* By an order done: what it said is to be seen. */
static bool
stays_away(const struct row *row)
{
	return row->pub.place == PLACE_AWAY && row->pub.order == ORDER_STATE_DONE;
}

bool
activity_watched(const struct fleet *fleet, const struct row *row)
{
	return fleet->policy->activity.on && (row->back || stays_away(row));
}

void
activity_follow(const struct fleet *fleet, struct row *row)
{
	if (row->pub.place != PLACE_AWAY || activity_watched(fleet, row))
		return;
	row->pub.coming = false;
	row->pub.activity = ACTIVITY_UNKNOWN;
}

static bool
same_source(const struct policy_activity *a, const struct policy_activity *b)
{
	return a->on && b->on && a->requests == b->requests &&
	       a->server.port == b->server.port &&
	       address_equal(&a->server.address, &b->server.address);
}

/* ---- what is known of each ---- */

/* NULL: nothing yet. Good until the next is made. */
static struct activity *
activity_of(const struct fleet *fleet, const struct row *row)
{
	return row->activity != 0 ? &fleet->activity[row->activity - 1] : NULL;
}

void
activity_begin(const struct fleet *fleet, struct row *row, enum place before)
{
	struct activity *activity = activity_of(fleet, row);

	row->back = row->pub.place == PLACE_HERE && before == PLACE_AWAY &&
		    fleet->policy->activity.on;
	row->called = row->pub.type == MESSAGE_RECONNECT ? row->pub.operation : 0;
	row->pub.activity = ACTIVITY_UNKNOWN;
	row->pub.missed = false;
	/* What was counted while it was away tells who is back; nothing older does. */
	if (activity != NULL && !row->back)
		activity->looked = 0;
}

/* Made when there is none. NULL without memory. */
static struct activity *
activity_made(struct fleet *fleet, struct row *row)
{
	size_t count = fleet->activities;
	struct activity *more;

	if (row->activity != 0)
		return activity_of(fleet, row);
	/* Doubled when it is full: room for a power of two. */
	if ((count & (count - 1)) == 0) {
		more = reallocarray(fleet->activity, count > 0 ? 2 * count : 1,
				    sizeof(*more));
		if (more == NULL)
			return NULL;
		fleet->activity = more;
	}
	fleet->activity[count] = (struct activity){ .since = 0 };
	row->activity = (uint32_t)++fleet->activities;
	return &fleet->activity[count];
}

/* Only those of rows that are left; without memory nobody's, and all begin anew. */
static void
activity_pack(struct fleet *fleet, bool keep)
{
	struct activity *old = fleet->activity;

	fleet->activity = NULL;
	fleet->activities = 0;
	for (size_t i = 0; i < fleet->rows; i++) {
		struct row *row = &fleet->row[i];
		uint32_t place = row->activity;
		struct activity *kept = NULL;

		row->activity = 0;
		if (keep && place != 0)
			kept = activity_made(fleet, row);
		if (kept != NULL)
			*kept = old[place - 1];
		if (kept != NULL || (keep && place == 0))
			continue;
		row->pub.coming = row->pub.missed = row->back = false;
		row->pub.activity = ACTIVITY_UNKNOWN;
	}
	free(old);
}

void
activity_reload(struct fleet *fleet, const struct policy *before)
{
	fleet->rounds = (struct rounds){ .noted = fleet->rounds.noted };
	activity_pack(fleet, same_source(&before->activity, &fleet->policy->activity));
}

/* ---- questions ---- */

/* Away: what was on its way when it moved has arrived. */
static bool
ready(const struct fleet *fleet, const struct row *row, struct moment now)
{
	return activity_watched(fleet, row) &&
	       (row->back ||
		now.boot >= row->pub.changed + fleet->policy->activity.grace);
}

int64_t
fleet_looked(const struct fleet *fleet, uint32_t number)
{
	const struct row *row = &fleet->row[number];
	const struct activity *activity = activity_of(fleet, row);

	return activity != NULL && activity->looked >= row->pub.changed
		   ? activity->looked
		   : 0;
}

/* The next row of the round; NO_ROW: it is over, or goes on in another turn. */
static uint32_t
round_next(struct fleet *fleet, struct moment now)
{
	struct rounds *rounds = &fleet->rounds;

	if (rounds->at == 0)
		rounds->began = now.boot;
	for (unsigned i = 0; i < TICK_ROWS; i++) {
		uint32_t at = rounds->at;

		if (at >= fleet->policy->clients) {
			rounds->at = 0;
			rounds->due = rounds->began + fleet->policy->activity.every;
			return NO_ROW;
		}
		rounds->at++;
		if (ready(fleet, &fleet->row[at], now))
			return at;
	}
	return NO_ROW;
}

int64_t
fleet_inquiry_next(const struct fleet *fleet)
{
	const struct rounds *rounds = &fleet->rounds;

	if (!fleet->policy->activity.on || fleet->watched == 0 || rounds->asked)
		return NEVER;
	if (rounds->learning || rounds->due < rounds->open)
		return rounds->open;
	return rounds->due;
}

bool
fleet_inquiry(struct fleet *fleet, struct moment now, struct fleet_inquiry *inquiry)
{
	struct rounds *rounds = &fleet->rounds;

	fleet_settle(fleet, now);
	if (fleet_inquiry_next(fleet) > now.boot)
		return false;
	if (rounds->learning && (!rounds->turn || rounds->due > now.boot)) {
		rounds->turn = true;
		*inquiry = (struct fleet_inquiry){ .kind = INQUIRY_SECTION,
						   .row = NO_ROW,
						   .number = rounds->number };
	} else {
		uint32_t row = round_next(fleet, now);

		rounds->turn = false;
		if (row == NO_ROW)
			return false;
		/* Spread over the round: never is all asked at once. */
		rounds->due = now.boot + fleet->policy->activity.every / fleet->watched;
		*inquiry = (struct fleet_inquiry){ .kind = INQUIRY_CLIENT, .row = row };
	}
	rounds->open = now.boot + SECOND / fleet->policy->activity.rate;
	rounds->asked = true;
	return true;
}

void
fleet_inquiry_drop(struct fleet *fleet)
{
	fleet->rounds.asked = false;
}

/* ---- who is seen to have moved ---- */

/* Whole seconds are enough for people. */
static const char *
about(int64_t us, char text[DURATION_TEXT])
{
	return duration_format((us + SECOND / 2) / SECOND * SECOND, text);
}

/* Taken back when it turns out to come after all: an operation's figure may go back. */
static void
moved(struct fleet *fleet, struct activity *activity, uint32_t operation)
{
	struct task *before = task_find(fleet, activity->moved);
	struct task *task = task_find(fleet, operation);

	if (activity->moved == operation)
		return;
	if (before != NULL)
		before->pub.moved--;
	if (task != NULL)
		task->pub.moved++;
	activity->moved = task != NULL ? operation : 0;
}

static void
stays_quiet(struct fleet *fleet, struct row *row)
{
	if (row->pub.operation != 0)
		moved(fleet, activity_of(fleet, row), row->pub.operation);
	if (row->pub.activity == ACTIVITY_QUIET)
		return;
	row_open(fleet, row);
	row->pub.activity = ACTIVITY_QUIET;
	row_close(fleet, row);
}

static void
comes_again(struct fleet *fleet, struct row *row, struct moment now)
{
	struct activity *activity = activity_of(fleet, row);
	/* Who shares a counter may be another. */
	bool known = !activity->known || activity->section == WHOLE;

	row_open(fleet, row);
	row->pub.activity = known ? ACTIVITY_COMING : ACTIVITY_UNKNOWN;
	if (known) {
		activity->moved = 0; /* by the operation that sent it away */
		moved(fleet, activity, row->called);
	}
	if (row->pub.missed)
		event_add(fleet, EVENT_ACTIVITY, SEVERITY_OK, row->called, row, 1, now,
			  "client %s comes again",
			  fleet_client_name(fleet, row_number(fleet, row)));
	row->pub.missed = row->back = false;
	row_close(fleet, row);
}

static void
comes_not(struct fleet *fleet, struct row *row, struct moment now)
{
	int64_t back = fleet->policy->activity.back;
	char text[DURATION_TEXT];
	bool missed = back != 0 && now.boot - row->pub.changed >= back;

	if (row->pub.activity == ACTIVITY_QUIET && row->pub.missed == missed)
		return;
	row_open(fleet, row);
	row->pub.activity = ACTIVITY_QUIET;
	row->pub.missed = missed;
	row_close(fleet, row);
	if (!missed)
		return;
	event_add(fleet, EVENT_ACTIVITY, SEVERITY_WARNING, row->called, row, 1, now,
		  "client %s has been back for %s, and the server has no request of it "
		  "since",
		  fleet_client_name(fleet, row_number(fleet, row)),
		  duration_format(back, text));
}

/* The first answer tells too, when it was asked about while it was away. */
static void
back_found(struct fleet *fleet, struct row *row, uint64_t requests, struct moment now)
{
	struct activity *activity = activity_made(fleet, row);
	bool grown;

	if (activity == NULL)
		return;
	grown = activity->looked != 0 && requests > activity->last;
	if (requests < activity->last) {
		activity->section = 0;
		activity->known = false;
	}
	activity->looked = now.boot;
	activity->last = requests;
	if (grown)
		comes_again(fleet, row, now);
	else
		comes_not(fleet, row, now);
}

/* ---- who comes, and who no longer does ---- */

static void
accuse(struct fleet *fleet, struct row *row, struct moment now)
{
	const struct activity *activity = activity_of(fleet, row);
	char within[DURATION_TEXT], away[DURATION_TEXT];

	row_open(fleet, row);
	row->pub.coming = true;
	row->pub.activity = ACTIVITY_COMING;
	row_close(fleet, row);
	event_add(fleet, EVENT_COMING, SEVERITY_WARNING, row->pub.operation, row, 1,
		  now,
		  "client %s still comes: %" PRIu64 " requests within %s, %s after it "
		  "said that it is away",
		  fleet_client_name(fleet, row_number(fleet, row)),
		  activity->last - activity->first,
		  about(activity->grew - activity->from, within),
		  about(now.boot - row->pub.changed, away));
}

static void
acquit(struct fleet *fleet, struct row *row, struct moment now)
{
	char quiet[DURATION_TEXT];

	row_open(fleet, row);
	row->pub.coming = false;
	row_close(fleet, row);
	event_add(fleet, EVENT_STOPPED, SEVERITY_OK, row->pub.operation, row, 1, now,
		  "client %s no longer comes: no request within %s",
		  fleet_client_name(fleet, row_number(fleet, row)),
		  about(now.boot - activity_of(fleet, row)->grew, quiet));
}

/* Somebody comes, but it cannot be known who: row is one of those it may be. */
static void
note_shared(struct fleet *fleet, const struct row *row, struct moment now)
{
	const char *name = fleet_client_name(fleet, row_number(fleet, row));
	struct prefix section =
	    prefix_of(fleet_client_address(fleet, row_number(fleet, row)),
		      activity_of(fleet, row)->section);
	char text[PREFIX_TEXT];

	if (fleet->rounds.noted != 0 && now.boot < fleet->rounds.noted + NOTED)
		return;
	fleet->rounds.noted = now.boot;
	if (activity_of(fleet, row)->section == 0)
		event_add(fleet, EVENT_ACTIVITY, SEVERITY_NOTICE, 0, NULL, 1, now,
			  "requests counted for client %s still come, but the server "
			  "does not say whose counter that is: not known who comes",
			  name);
	else
		event_add(fleet, EVENT_ACTIVITY, SEVERITY_NOTICE, 0, NULL, 1, now,
			  "requests from %s still come, where client %s is away: the "
			  "server counts all of that network together, so it is not "
			  "known who comes",
			  prefix_format(&section, text), name);
}

/* A suspect whose section is known. */
static void
judge(struct fleet *fleet, struct row *row, struct moment now)
{
	if (activity_of(fleet, row)->section != WHOLE)
		note_shared(fleet, row, now);
	else if (!row->pub.coming)
		accuse(fleet, row, now);
}

/* ---- sections ---- */

static void
learn(struct fleet *fleet)
{
	struct rounds *rounds = &fleet->rounds;

	if (rounds->learning)
		return;
	rounds->learning = true;
	rounds->number = rounds->misses = 0;
	for (size_t i = 0; i < fleet->activities; i++)
		if (!fleet->activity[i].known)
			fleet->activity[i].section = 0;
}

/* The longest prefix has the counter. */
static void
learn_section(struct activity *activity, const struct address *address,
	      const struct prefix *section)
{
	if (activity->known || activity->section >= section->bits ||
	    !prefix_contains(section, address))
		return;
	activity->section = section->bits;
	activity->known = section->bits == WHOLE;
}

/* section is NULL: there is none of that number. */
static void
section_found(struct fleet *fleet, const struct prefix *section, struct moment now)
{
	struct rounds *rounds = &fleet->rounds;
	uint32_t unresolved = 0;

	if (!rounds->learning)
		return;
	rounds->number++;
	rounds->misses = section != NULL ? 0 : rounds->misses + 1;
	bool last = rounds->misses == MISSES || rounds->number == SECTIONS;

	for (uint32_t i = 0; i < fleet->policy->clients; i++) {
		struct row *row = &fleet->row[i];
		struct activity *activity = activity_of(fleet, row);
		bool before;

		if (activity == NULL)
			continue;
		before = activity->known;
		if (section != NULL)
			learn_section(activity, fleet_client_address(fleet, i),
				      section);
		activity->known |= last;
		if (!activity->suspect || !activity_watched(fleet, row))
			continue;
		unresolved += !activity->known;
		if (activity->known && !before)
			judge(fleet, row, now);
	}
	if (last || unresolved == 0)
		rounds->learning = false;
}

/* ---- answers ---- */

/* The server began to count anew: it was restarted, and may have other sections. */
static void
begin_anew(struct activity *activity, uint64_t requests, struct moment now)
{
	activity->from = now.boot;
	activity->first = requests;
	activity->again = activity->suspect = activity->known = false;
	activity->section = 0;
}

static void
suspect(struct fleet *fleet, struct row *row, struct moment now)
{
	struct activity *activity = activity_of(fleet, row);

	activity->suspect = true;
	moved(fleet, activity, 0);
	row_open(fleet, row);
	row->pub.activity = ACTIVITY_UNKNOWN;
	row_close(fleet, row);
	if (activity->known)
		judge(fleet, row, now);
	else
		learn(fleet);
}

static void
requests_found(struct fleet *fleet, struct row *row, uint64_t requests,
	       struct moment now)
{
	struct activity *activity = activity_made(fleet, row);
	int64_t quiet = fleet->policy->activity.quiet;
	bool first, grown;

	if (activity == NULL)
		return; /* the next round may find memory */
	first = activity->since != row->pub.changed || activity->looked == 0;
	grown = !first && requests > activity->last;
	if (first)
		*activity = (struct activity){ .since = row->pub.changed,
					       .from = now.boot,
					       .first = requests,
					       .section = activity->section,
					       .known = activity->known };
	else if (requests < activity->last)
		begin_anew(activity, requests, now);
	activity->looked = now.boot;
	activity->last = requests;
	if (grown) {
		/* Once may be chance: a retransmission from long ago, a check. */
		bool twice = activity->again || (activity->grew != 0 &&
						 now.boot - activity->grew <= quiet);

		activity->again = true;
		activity->grew = now.boot;
		if (twice && !row->pub.coming)
			suspect(fleet, row, now);
		return;
	}
	activity->again = false;
	if (now.boot - activity->grew < quiet)
		return;
	activity->suspect = false;
	if (row->pub.coming)
		acquit(fleet, row, now);
	if (now.boot - activity->from >= quiet)
		stays_quiet(fleet, row);
}

static void
nobody_found(struct fleet *fleet, struct row *row, struct moment now)
{
	if (row->back) {
		row_open(fleet, row);
		row->back = false;
		row_close(fleet, row);
	}
	if (fleet->rounds.unknown_told)
		return;
	fleet->rounds.unknown_told = true;
	event_add(fleet, EVENT_ACTIVITY, SEVERITY_NOTICE, 0, row, 1, now,
		  "the server has no statistics of client %s, and maybe of others: "
		  "whether it still comes is not known",
		  fleet_client_name(fleet, row_number(fleet, row)));
}

static void
silence_found(struct fleet *fleet, const char *why, struct moment now)
{
	fleet->rounds.open = now.boot + PAUSE;
	if (++fleet->rounds.silences == SILENCES)
		event_add(fleet, EVENT_ACTIVITY, SEVERITY_NOTICE, 0, NULL, 0, now,
			  "the server does not say who still comes: %s", why);
}

void
fleet_finding(struct fleet *fleet, const struct fleet_inquiry *inquiry,
	      const struct fleet_finding *finding, struct moment now)
{
	struct rounds *rounds = &fleet->rounds;
	struct row *row;

	fleet_settle(fleet, now);
	rounds->asked = false;
	if (finding->kind == FINDING_SILENCE) {
		silence_found(fleet, finding->why, now);
		return;
	}
	if (rounds->silences >= SILENCES)
		event_add(fleet, EVENT_ACTIVITY, SEVERITY_OK, 0, NULL, 0, now,
			  "the server says again who still comes");
	rounds->silences = 0;
	if (inquiry->kind == INQUIRY_SECTION) {
		section_found(
		    fleet, finding->kind == FINDING_SECTION ? &finding->section : NULL,
		    now);
		return;
	}
	row = &fleet->row[inquiry->row];
	if (!activity_watched(fleet, row))
		return;
	if (finding->kind == FINDING_REQUESTS && row->back)
		back_found(fleet, row, finding->requests, now);
	else if (finding->kind == FINDING_REQUESTS)
		requests_found(fleet, row, finding->requests, now);
	else
		nobody_found(fleet, row, now);
}
