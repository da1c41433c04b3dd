/* SPDX-License-Identifier: BSD-3-Clause */
/* Alternates: which can be used, how many clients each has room for, and who goes to
   which. */
#include "config.h"

#include "fleet/internal.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of not being heard: so many of its own polls, and half of one for their jitter. */
#define POLLS_MISSED 3

/* ---- from new to free ---- */

static struct station
station_fresh(const struct policy_alternate *alternate, struct moment now)
{
	struct station station = {
		.pub = { .state = ALTERNATE_ASSUMED, .since = now.boot },
		.from = now.boot,
		.ordered = NEVER,
		.budget = alternate->capacity / 2 + alternate->capacity % 2,
	};

	(void)snprintf(station.pub.why, sizeof(station.pub.why), "%s",
		       alternate->health.on ? "its Bellwether has not been heard yet"
					    : "nobody asks it: it is taken to be well");
	return station;
}

struct stations *
stations_new(const struct policy *policy, struct moment now)
{
	struct stations *stations = calloc(1, sizeof(*stations));
	size_t room = policy->alternates + 1;

	if (stations == NULL)
		return NULL;
	stations->station = calloc(room, sizeof(*stations->station));
	stations->target = calloc(room, sizeof(*stations->target));
	stations->rank = calloc(room, sizeof(*stations->rank));
	stations->planned = calloc(room, sizeof(*stations->planned));
	stations->leaving = calloc(room, sizeof(*stations->leaving));
	stations->message = calloc(room, sizeof(*stations->message));
	if (stations->station == NULL || stations->target == NULL ||
	    stations->rank == NULL || stations->planned == NULL ||
	    stations->leaving == NULL || stations->message == NULL) {
		stations_free(stations);
		return NULL;
	}
	for (size_t i = 0; i < policy->alternates; i++) {
		const struct policy_alternate *alternate = &policy->alternate[i];

		stations->station[i] = station_fresh(alternate, now);
		stations->target[i] = (struct distribute_target){
			.key = distribute_key(slice_of(alternate->name)),
			.weight = alternate->weight,
			.priority = alternate->priority,
		};
	}
	return stations;
}

void
stations_free(struct stations *stations)
{
	if (stations == NULL)
		return;
	free(stations->station);
	free(stations->target);
	free(stations->rank);
	free(stations->planned);
	free(stations->leaving);
	free(stations->message);
	free(stations);
}

static bool
same_health(const struct policy_health *a, const struct policy_health *b)
{
	return a->on == b->on &&
	       (!a->on ||
		(address_equal(&a->agent.address, &b->agent.address) &&
		 a->agent.port == b->agent.port && strcmp(a->server, b->server) == 0));
}

/* What was heard of an alternate that is asked as before goes on. */
void
stations_carry(const struct fleet *fleet, const struct policy *to,
	       struct stations *stations)
{
	for (size_t i = 0; i < fleet->policy->alternates; i++) {
		const struct policy_alternate *old = &fleet->policy->alternate[i];
		uint16_t at = alternate_carry(fleet->policy, to, (uint16_t)i);

		if (at == NO_CHOICE ||
		    !same_health(&old->health, &to->alternate[at].health) ||
		    !address_equal(&old->address, &to->alternate[at].address))
			continue;
		stations->station[at] = fleet->stations->station[i];
	}
}

uint16_t
alternate_carry(const struct policy *from, const struct policy *to, uint16_t at)
{
	if (at >= from->alternates)
		return NO_CHOICE;
	for (size_t i = 0; i < to->alternates && i < NO_CHOICE; i++)
		if (strcmp(from->alternate[at].name, to->alternate[i].name) == 0)
			return (uint16_t)i;
	return NO_CHOICE;
}

/* ---- what is known of one ---- */

const struct fleet_alternate *
fleet_alternate(const struct fleet *fleet, uint32_t alternate)
{
	return &fleet->stations->station[alternate].pub;
}

static int64_t
patience(const struct policy_alternate *alternate)
{
	return POLLS_MISSED * alternate->health.every + alternate->health.every / 2;
}

/* Boot time from which silence counts. */
static int64_t
silent_at(const struct policy_alternate *alternate, const struct station *station)
{
	int64_t from =
	    station->pub.heard > station->from ? station->pub.heard : station->from;

	return alternate->health.on ? from + patience(alternate) : NEVER;
}

struct opinion {
	enum alternate_state state;
	bool lost;
	char why[ALTERNATE_WHY];
};

static void think(struct opinion *opinion, enum alternate_state state, bool lost,
		  const char *format, ...) __attribute__((format(printf, 4, 5)));

static void
think(struct opinion *opinion, enum alternate_state state, bool lost,
      const char *format, ...)
{
	va_list arguments;

	opinion->state = state;
	opinion->lost = lost;
	va_start(arguments, format);
	(void)vsnprintf(opinion->why, sizeof(opinion->why), format, arguments);
	va_end(arguments);
}

/* By what it said last, which is not too old. */
static void
think_of_word(const struct fleet_health *health, struct opinion *opinion)
{
	bool gives_up =
	    health->state == SERVER_SHEDDING || health->state == SERVER_AWAY;

	if (health->state != SERVER_SERVING)
		think(opinion, ALTERNATE_UNUSABLE, gives_up,
		      gives_up ? "it is %s: it orders its own clients away"
			       : "it is %s, not serving",
		      server_state_name(health->state));
	else if (!health->known)
		think(opinion, ALTERNATE_UNUSABLE, false,
		      "its performance is not known");
	else if (health->performance <= health->threshold)
		think(opinion, ALTERNATE_UNUSABLE, false,
		      "its performance %.4g is not above its connection threshold %.4g",
		      health->performance, health->threshold);
	else
		think(opinion, ALTERNATE_USABLE, false,
		      "serving, performance %.4g above its connection threshold %.4g",
		      health->performance, health->threshold);
}

static void
think_of(const struct policy_alternate *alternate, const struct station *station,
	 struct moment now, struct opinion *opinion)
{
	char every[DURATION_TEXT];

	if (!alternate->health.on)
		think(opinion, ALTERNATE_ASSUMED, false,
		      "nobody asks it: it is taken to be well");
	else if (now.boot >= silent_at(alternate, station))
		think(opinion, ALTERNATE_UNUSABLE, true,
		      "its Bellwether was not heard in %d polls of %s%s%s",
		      POLLS_MISSED, duration_format(alternate->health.every, every),
		      station->trouble[0] != '\0' ? ": " : "", station->trouble);
	else if (station->pub.heard == 0)
		think(opinion, ALTERNATE_ASSUMED, false,
		      "its Bellwether has not been heard yet%s%s",
		      station->trouble[0] != '\0' ? ": " : "", station->trouble);
	else
		think_of_word(&station->pub.health, opinion);
}

static enum severity
alternate_severity(enum alternate_state state)
{
	return state == ALTERNATE_UNUSABLE ? SEVERITY_WARNING : SEVERITY_OK;
}

static void
station_look(struct fleet *fleet, size_t i, struct moment now)
{
	const struct policy_alternate *alternate = &fleet->policy->alternate[i];
	struct station *station = &fleet->stations->station[i];
	enum alternate_state before = station->pub.state;
	struct opinion opinion;

	think_of(alternate, station, now, &opinion);
	text_clean(opinion.why, strlen(opinion.why), station->pub.why,
		   sizeof(station->pub.why));
	station->pub.lost = opinion.lost;
	if (opinion.state == before)
		return;
	station->pub.state = opinion.state;
	station->pub.since = now.boot;
	station->pub.transitions++;
	if (before == ALTERNATE_UNUSABLE)
		fleet->reselect = true;
	event_add(fleet, EVENT_ALTERNATE, alternate_severity(opinion.state), 0, NULL,
		  station->pub.load, now, "alternate %s is %s (was %s): %s",
		  alternate->name, alternate_state_name(opinion.state),
		  alternate_state_name(before), station->pub.why);
}

void
alternates_look(struct fleet *fleet, struct moment now)
{
	for (size_t i = 0; i < fleet->policy->alternates; i++) {
		const struct station *station = &fleet->stations->station[i];

		if (station->pub.state != ALTERNATE_UNUSABLE &&
		    now.boot >= silent_at(&fleet->policy->alternate[i], station))
			station_look(fleet, i, now);
	}
}

int64_t
alternates_next(const struct fleet *fleet)
{
	int64_t next = NEVER;

	for (size_t i = 0; i < fleet->policy->alternates; i++) {
		const struct station *station = &fleet->stations->station[i];
		int64_t at = silent_at(&fleet->policy->alternate[i], station);

		if (station->pub.state != ALTERNATE_UNUSABLE && at < next)
			next = at;
	}
	return next;
}

/* ---- room ---- */

/* Of a limited one: places that nobody has, whatever its state. */
static uint32_t
station_free(const struct policy_alternate *alternate, const struct station *station)
{
	uint64_t used = station->pub.load;

	if (station->pub.heard != 0)
		used += station->pub.health.clients;
	return used < alternate->capacity ? alternate->capacity - (uint32_t)used : 0;
}

/* whole: for an operator, who has seen what it comes to; not half of it at a time. */
static uint32_t
room_at(const struct fleet *fleet, uint32_t i, bool whole)
{
	const struct policy_alternate *alternate = &fleet->policy->alternate[i];
	const struct station *station = &fleet->stations->station[i];
	uint32_t left;

	if (station->pub.state == ALTERNATE_UNUSABLE)
		return 0;
	if (alternate->capacity == 0)
		return UINT32_MAX;
	left = station_free(alternate, station);
	return alternate->health.on && !whole && station->budget < left
		   ? station->budget
		   : left;
}

uint32_t
fleet_alternate_room(const struct fleet *fleet, uint32_t i)
{
	return room_at(fleet, i, false);
}

size_t
alternates_room(const struct fleet *fleet, bool whole)
{
	const struct policy *policy = fleet->policy;
	size_t room = 0;

	if (policy->alternates == 0 || policy->when_none == WHEN_NONE_SEND)
		return SIZE_MAX;
	for (uint32_t i = 0; i < policy->alternates; i++) {
		uint32_t more = room_at(fleet, i, whole);

		if (more == UINT32_MAX)
			return SIZE_MAX;
		room += more;
	}
	return room;
}

size_t
alternates_limit(struct fleet *fleet, size_t wanted)
{
	size_t room = alternates_room(fleet, false);

	fleet->short_of_room = wanted > room ? (uint32_t)(wanted - room) : 0;
	return wanted > room ? room : wanted;
}

void
fleet_health(struct fleet *fleet, uint32_t i, const struct fleet_health *health,
	     const char *why, struct moment now)
{
	const struct policy_alternate *alternate;
	struct station *station;

	fleet_settle(fleet, now);
	if (i >= fleet->policy->alternates)
		return;
	alternate = &fleet->policy->alternate[i];
	station = &fleet->stations->station[i];
	text_clean(why, strlen(why), station->trouble, sizeof(station->trouble));
	if (health != NULL && health->asked >= station->pub.heard) {
		station->pub.health = *health;
		station->pub.heard = health->asked > 0 ? health->asked : 1;
		/* It knows of those who were sent there before it was asked. */
		if (station->ordered == NEVER || health->asked > station->ordered) {
			uint32_t left = station_free(alternate, station);

			station->budget = left / 2 + left % 2;
			if (fleet->short_of_room > 0 && station->budget > 0)
				fleet->reselect = true;
		}
	}
	station_look(fleet, i, now);
	rescue_step(fleet, now);
	state_step(fleet, now);
}

/* ---- who goes where ---- */

/* For everybody who is chosen from here on: an order more does not change it. */
void
alternates_weigh(struct fleet *fleet)
{
	for (uint32_t i = 0; i < fleet->policy->alternates; i++) {
		const struct policy_alternate *alternate = &fleet->policy->alternate[i];
		const struct station *station = &fleet->stations->station[i];
		double weight = alternate->weight;

		if (fleet->policy->distribute == DISTRIBUTE_HEADROOM)
			weight *= alternate->capacity == 0
				      ? (double)fleet->policy->clients
				      : station_free(alternate, station);
		fleet->stations->target[i].weight = weight;
	}
}

static void
rank(const struct fleet *fleet, const struct row *row)
{
	struct stations *stations = fleet->stations;

	distribute_rank(
	    distribute_client(fleet_client_address(fleet, row_number(fleet, row))),
	    stations->target, fleet->policy->alternates, stations->rank);
}

static bool
usable(const struct fleet *fleet, uint16_t i)
{
	return fleet->stations->station[i].pub.state != ALTERNATE_UNUSABLE;
}

/* The best for it that has room; or, where it has to go all the same, the best that is
   usable, or the best. */
static uint16_t
best_for(const struct fleet *fleet, const struct row *row, bool whole)
{
	uint16_t fallback = NO_CHOICE;

	rank(fleet, row);
	for (size_t i = 0; i < fleet->policy->alternates; i++) {
		uint16_t at = fleet->stations->rank[i];

		if (room_at(fleet, at, whole) > fleet->stations->planned[at])
			return at;
		if (fallback == NO_CHOICE && usable(fleet, at))
			fallback = at;
	}
	return fallback != NO_CHOICE ? fallback : fleet->stations->rank[0];
}

uint16_t
fleet_assigned(const struct fleet *fleet, uint32_t row)
{
	return fleet->row[row].assigned;
}

static bool
is_there(const struct row *row, uint16_t at)
{
	return row->pub.place == PLACE_AWAY && row->pub.alternate == at;
}

/* Who is at a usable one stays there, and takes no room that it has not. */
static uint16_t
place_for(const struct fleet *fleet, const struct row *row, bool whole)
{
	uint16_t there = row->pub.alternate;

	if (there != NO_CHOICE && is_there(row, there) && usable(fleet, there))
		return there;
	return best_for(fleet, row, whole);
}

uint16_t
row_station(const struct row *row)
{
	if (row_ordered_away(row) && row->pub.order != ORDER_STATE_DONE &&
	    row->assigned != NO_CHOICE)
		return row->assigned;
	if (row->pub.place == PLACE_AWAY && row->pub.alternate != NO_CHOICE)
		return row->pub.alternate;
	return row_away(row) ? row->assigned : NO_CHOICE;
}

void
station_count(struct fleet *fleet, const struct row *row, uint32_t by)
{
	uint16_t at = row_station(row);

	if (at < fleet->policy->alternates)
		fleet->stations->station[at].pub.load += by;
}

void
alternates_say_short(struct fleet *fleet, const struct task *task, struct moment now)
{
	if (fleet->short_of_room > 0)
		event_add(fleet, EVENT_ALTERNATE, SEVERITY_WARNING, task->pub.number,
			  NULL, fleet->short_of_room, now,
			  "%u clients are not ordered away yet: the alternates have no "
			  "room for them at this moment",
			  fleet->short_of_room);
}

void
stations_recount(struct fleet *fleet)
{
	for (size_t i = 0; i < fleet->policy->alternates; i++)
		fleet->stations->station[i].pub.load = 0;
}

void
row_assign(struct fleet *fleet, struct row *row, struct moment now)
{
	const struct task *task = task_find(fleet, row->pub.operation);
	struct station *station;

	row->assigned = NO_CHOICE;
	if (fleet->policy->alternates == 0)
		return;
	row->assigned = place_for(fleet, row, task != NULL && task_operators(task));
	if (is_there(row, row->assigned))
		return;
	station = &fleet->stations->station[row->assigned];
	station->ordered = now.boot;
	if (station->budget > 0)
		station->budget--;
}

bool
row_has_alternate(struct fleet *fleet, struct row *row, struct moment now)
{
	const struct policy *policy = fleet->policy;
	const struct task *task = task_find(fleet, row->pub.operation);

	if (policy->alternates == 0)
		return true;
	if (row->assigned != NO_CHOICE && usable(fleet, row->assigned))
		return true;
	row_open(fleet, row);
	row_assign(fleet, row, now);
	row_close(fleet, row);
	return usable(fleet, row->assigned) || policy->when_none == WHEN_NONE_SEND ||
	       (task != NULL && task->pub.force);
}

/* ---- beforehand, for operators ---- */

void
alternates_plan(struct fleet *fleet, const uint32_t *rows, size_t count)
{
	uint32_t *planned = fleet->stations->planned;

	for (size_t i = 0; fleet->policy->alternates > 0 && i < count; i++) {
		const struct row *row = &fleet->row[rows[i]];
		uint16_t from = row_station(row), to = place_for(fleet, row, true);

		if (from == to)
			continue;
		planned[to]++;
		if (from < fleet->policy->alternates)
			fleet->stations->leaving[from]++;
	}
}

/* ---- in an order ---- */

static size_t
name_in_order(const struct fleet *fleet, uint16_t i, size_t count)
{
	const struct policy_alternate *from = &fleet->policy->alternate[i];

	/* The client takes the least priority that it may: the order of this list. */
	fleet->stations->message[count] = (struct message_alternate){
		.priority = (uint16_t)(count + 1),
		.weight = from->weight,
		.port = from->port,
		.address = from->address,
		.name = slice_of(from->name),
	};
	return count + 1;
}

/* What an alternate is worth after the one that the client is to take. */
enum worth { WORTH_ROOM, WORTH_USABLE, WORTH_NAMED, WORTHS };

static enum worth
worth(const struct fleet *fleet, uint16_t i)
{
	if (fleet_alternate_room(fleet, i) > 0)
		return WORTH_ROOM;
	return usable(fleet, i) ? WORTH_USABLE : WORTH_NAMED;
}

size_t
alternates_name(const struct fleet *fleet, const struct row *row)
{
	size_t count = 0;
	bool all = fleet->policy->when_none == WHEN_NONE_SEND;

	rank(fleet, row);
	if (row->assigned != NO_CHOICE)
		count = name_in_order(fleet, row->assigned, count);
	for (unsigned kind = 0; kind < WORTHS; kind++)
		for (size_t i = 0; i < fleet->policy->alternates; i++) {
			uint16_t at = fleet->stations->rank[i];

			if (at != row->assigned && worth(fleet, at) == kind &&
			    (kind != WORTH_NAMED || all))
				count = name_in_order(fleet, at, count);
		}
	return count;
}
