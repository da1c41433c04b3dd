/* SPDX-License-Identifier: BSD-3-Clause */
/* Whom a policy would move, found by the fleet itself on an imagined day. */
#include "config.h"

#include "tui/offline-moves.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "fleet/fleet.h"

/* ORDER_RANDOM is by chance; the daemon's will be another. */
#define SEED 1

static void
place_everybody(struct fleet *fleet, const struct policy *policy, bool away,
		struct moment now)
{
	for (uint32_t i = 0; i < policy->clients; i++) {
		struct fleet_record record = {
			.index = i + 1,
			.address = policy->client[i].address,
			.place = away ? PLACE_AWAY : PLACE_HERE,
			.order = away ? ORDER_STATE_DONE : ORDER_STATE_NONE,
			.alternate = away && policy->alternates > 0 ? 0 : UINT16_MAX,
			.heard = now.wall,
		};
		slice_copy(slice_of(policy->client[i].name), record.name,
			   sizeof(record.name));
		fleet_restore(fleet, &record, now);
	}
}

/* Of those that are asked: what was said of them, else that they are well. */
static void
tell_health(struct fleet *fleet, const struct suppose *suppose, struct moment now)
{
	const struct policy *policy = suppose->policy;
	for (uint32_t i = 0; i < policy->alternates; i++) {
		const struct supposed_alternate *alternate = &suppose->alternate[i];
		struct fleet_health health = {
			.state = SERVER_SERVING,
			.known = true,
			.performance = 100,
			.threshold = policy->connection.threshold,
		};
		if (!policy->alternate[i].health.on)
			continue;
		if (alternate->heard)
			health = alternate->health;
		health.asked = now.boot;
		/* Silence makes nobody unusable at once. */
		if (alternate->silent) {
			health.state = SERVER_UNKNOWN;
			health.known = false;
		}
		fleet_health(fleet, i, &health, "", now);
	}
}

static void
note_trouble(struct moves *moves, struct fleet *fleet)
{
	struct fleet_event event;
	while (fleet_event(fleet, &event))
		if (event.kind == EVENT_ALTERNATE &&
		    event.severity >= SEVERITY_WARNING && !moves->trouble[0])
			slice_copy(slice_of(event.text), moves->trouble,
				   sizeof(moves->trouble));
}

/* Of many orders only a portion begins a call. */
static void
let_begin(struct fleet *fleet, const struct policy *policy, struct moment now)
{
	size_t orders = SIZE_MAX, before;
	do {
		before = orders;
		orders = 0;
		fleet_tick(fleet, now);
		for (uint32_t i = 0; i < policy->clients; i++)
			orders += fleet_row(fleet, i)->type != 0;
	} while (orders != before);
}

/* Who has an order now and had none before. */
static bool
note_step(struct moves *moves, const struct fleet *fleet, uint8_t *moved,
	  struct moves_step *step)
{
	const struct policy *policy = moves->policy;
	enum message_type type = moves->back ? MESSAGE_RECONNECT : MESSAGE_FAILOVER;
	step->row = calloc(policy->clients + 1, sizeof(*step->row));
	step->to = calloc(policy->clients + 1, sizeof(*step->to));
	step->load = calloc(policy->alternates + 1, sizeof(*step->load));
	if (!step->row || !step->to || !step->load)
		return false;
	for (uint32_t i = 0; i < policy->clients; i++) {
		if (fleet_row(fleet, i)->type != type || moved[i])
			continue;
		moved[i] = 1;
		step->to[step->rows] =
		    moves->back ? UINT16_MAX : fleet_assigned(fleet, i);
		step->row[step->rows++] = i;
	}
	step->roomless = fleet_roomless(fleet);
	for (uint32_t i = 0; i < policy->alternates; i++)
		step->load[i] = fleet_alternate(fleet, i)->load;
	return true;
}

static uint32_t
selected(const struct policy *policy, size_t step)
{
	const struct selection *select = &policy->failover.step[step].select;
	return (uint32_t)(select->row ? select->rows : policy->clients);
}

static bool
play(struct moves *moves, struct fleet *fleet, const struct suppose *suppose,
     struct moment now, uint8_t *moved)
{
	const struct policy *policy = moves->policy;
	struct verdict verdict = suppose->verdict;
	int64_t begun = now.boot;
	verdict.failover = moves->back ? MET_NO : MET_YES;
	verdict.failover_unknown = false;
	verdict.connection = moves->back ? MET_YES : MET_NO;
	if (verdict.deciding == POLICY_NONE)
		verdict.deciding = CONDITION_FAILOVER;
	for (size_t i = 0; i < moves->steps; i++) {
		struct moves_step *step = &moves->step[i];
		tell_health(fleet, suppose, now);
		verdict.at = now.boot;
		fleet_judge(fleet, &verdict, "supposed", now);
		if (!moves->back) {
			now.boot += policy->failover.step[i].after;
			now.wall += policy->failover.step[i].after;
			verdict.at = now.boot;
			tell_health(fleet, suppose, now);
			fleet_judge(fleet, &verdict, "supposed", now);
			step->in = selected(policy, i);
		} else {
			step->in = (uint32_t)policy->clients;
		}
		let_begin(fleet, policy, now);
		note_trouble(moves, fleet);
		step->after = now.boot - begun;
		if (!note_step(moves, fleet, moved, step))
			return false;
		moves->stay -= (uint32_t)step->rows;
	}
	return true;
}

static size_t
count_batches(const struct policy *policy)
{
	size_t left = policy->clients, batches = 0;
	while (left > 0) {
		size_t batch = policy_batch(&policy->connection, (uint32_t)batches++);
		left -= batch < left ? batch : left;
	}
	return batches;
}

bool
moves_find(struct moves *moves, struct policy *policy, const struct suppose *suppose,
	   bool back)
{
	struct moment now = { .boot = suppose->now, .wall = clock_now().wall };
	enum policy_mode mode = policy->mode;
	*moves = (struct moves){
		.policy = policy,
		.back = back,
		.steps = back ? 1 : policy->failover.steps,
		.kept = (uint32_t)policy_share(policy->failover.keep, policy->clients),
		.stay = (uint32_t)policy->clients,
		.batches = count_batches(policy),
	};
	moves->step = calloc(moves->steps, sizeof(*moves->step));
	uint8_t *moved = calloc(policy->clients + 1, 1);
	/* One that only advises, or is paused, is asked what it would do. */
	policy->mode = MODE_AUTOMATIC;
	struct fleet *fleet = fleet_new(policy, SEED, now);
	bool good = moves->step && moved && fleet;
	if (good) {
		place_everybody(fleet, policy, back, now);
		good = play(moves, fleet, suppose, now, moved);
	}
	if (fleet)
		fleet_free(fleet);
	policy->mode = mode;
	free(moved);
	if (!good)
		moves_free(moves);
	return good;
}

void
moves_free(struct moves *moves)
{
	for (size_t i = 0; moves->step && i < moves->steps; i++) {
		free(moves->step[i].row);
		free(moves->step[i].to);
		free(moves->step[i].load);
	}
	free(moves->step);
	moves->step = NULL;
}
