/* SPDX-License-Identifier: BSD-3-Clause */
/* A fleet core, a thousand client cores, and a bad network between them. */
#include "config.h"

#include "tests/unit/world-inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EPOCH (INT64_C(1790000000) * SECOND)

struct packet {
	int64_t at;
	uint32_t to; /* node, or UINT32_MAX: the server */
	size_t size;
	uint8_t bytes[];
};

struct moment
world_server_now(const struct world *world)
{
	return (struct moment){ .boot = world->boot,
				.wall = EPOCH + world->boot + world->skew };
}

struct moment
world_node_now(const struct world *world, const struct node *node)
{
	return (struct moment){ .boot = world->boot,
				.wall = EPOCH + world->boot + node->skew };
}

static bool
chance(struct world *world, double p)
{
	return (double)random_below(&world->random, 1000000) < p * 1e6;
}

/* ---- the network ---- */

static void
packet_put(struct world *world, struct packet *packet)
{
	size_t at = world->packets++;

	if (world->packets > world->packet_room) {
		world->packet_room = world->packets * 2;
		world->packet = must(realloc(
		    world->packet, world->packet_room * sizeof(struct packet *)));
	}
	while (at > 0 && world->packet[(at - 1) / 2]->at > packet->at) {
		world->packet[at] = world->packet[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	world->packet[at] = packet;
}

static struct packet *
packet_take(struct world *world)
{
	struct packet *top = world->packet[0];
	struct packet *last = world->packet[--world->packets];
	size_t at = 0;

	for (;;) {
		size_t child = 2 * at + 1;

		if (child >= world->packets)
			break;
		if (child + 1 < world->packets &&
		    world->packet[child + 1]->at < world->packet[child]->at)
			child++;
		if (world->packet[child]->at >= last->at)
			break;
		world->packet[at] = world->packet[child];
		at = child;
	}
	world->packet[at] = last;
	return top;
}

void
network_send(struct world *world, uint32_t to, const uint8_t *bytes, size_t size)
{
	unsigned copies = chance(world, world->twice) ? 2 : 1;

	while (copies-- > 0) {
		struct packet *packet;

		if (chance(world, world->loss)) {
			world->lost++;
			continue;
		}
		packet = must(malloc(sizeof(*packet) + size));
		packet->at =
		    world->boot + MILLISECOND + world->latency +
		    (int64_t)random_below(&world->random, (uint64_t)world->delay);
		packet->to = to;
		packet->size = size;
		memcpy(packet->bytes, bytes, size);
		packet_put(world, packet);
	}
}

/* ---- clients ---- */

static void
deed_note(struct node *node)
{
	struct deed *deed = NULL;

	if (node->hook.event == HOOK_VERIFY || node->hook.event == HOOK_RETURN)
		return;
	for (unsigned i = 0; i < node->deeds; i++)
		if (node->deed[i].order == node->hook.order &&
		    node->deed[i].event == node->hook.event)
			deed = &node->deed[i];
	if (deed == NULL && node->deeds == WORLD_ORDERS) {
		/* Long stories lose their beginning. */
		memmove(node->deed, node->deed + 1,
			(WORLD_ORDERS - 1) * sizeof(*node->deed));
		node->deeds--;
	}
	if (deed == NULL) {
		deed = &node->deed[node->deeds++];
		deed->times = 0;
	}
	deed->order = node->hook.order;
	deed->event = node->hook.event;
	deed->times++;
}

static void
node_hook_end(struct world *world, struct node *node)
{
	int status = 0;

	node->hooking = false;
	if (node->hook.event == HOOK_VERIFY)
		status = node->really == PLACE_HERE ? 0 : 10;
	else if (node->fails)
		status = 1;
	else
		node->really =
		    node->hook.event == HOOK_FAILOVER ? PLACE_AWAY : PLACE_HERE;
	core_hook_done(node->core, status, "done", world_node_now(world, node));
}

static void
node_turn(struct world *world, struct node *node)
{
	struct moment now = world_node_now(world, node);
	struct datagram datagram;

	if (node->hooking && node->hook_ends <= world->boot)
		node_hook_end(world, node);
	core_tick(node->core, now);
	if (core_changed(node->core, now, &node->saved))
		node->has_saved = true;
	while (core_send(node->core, now, &datagram))
		network_send(world, SERVER, datagram.bytes, datagram.size);
	if (core_hook(node->core, now, &node->hook)) {
		node->hooking = true;
		node->hook_ends =
		    world->boot + 20 * MILLISECOND +
		    (int64_t)random_below(&world->random, 100 * MILLISECOND);
		deed_note(node);
	}
	node->next = core_next(node->core);
	if (node->hooking && node->hook_ends < node->next)
		node->next = node->hook_ends;
}

static const struct prefix *
fence(void)
{
	static struct prefix prefix;

	if (prefix.bits == 0 && !prefix_parse("192.0.2.0/24", &prefix))
		abort();
	return &prefix;
}

static void
node_start(struct world *world, struct node *node)
{
	struct core_config config = {
		.client = node->name,
		.address = node->address,
		.server = "aaa1", /* policies come and go */
		.server_address = world->policy->address,
		.allow = fence(),
		.allows = 1,
		.after = 10 * MINUTE,
		.jitter = 0.2,
		.retry = MINUTE,
		.verify = 10 * MINUTE,
		.freshness = true,
		.hook = true,
	};

	node->core = must(core_new(&config, world->keys, random_next(&world->random),
				   world_node_now(world, node)));
	node->hooking = false;
	if (node->has_saved)
		core_restore(node->core, &node->saved, world_node_now(world, node));
	node->next = world->boot;
}

void
world_restart_client(struct world *world, unsigned n, bool forget)
{
	struct node *node = &world->node[n];

	core_free(node->core);
	if (forget)
		node->has_saved = false;
	node_start(world, node);
}

/* ---- time ---- */

static int64_t
world_next(const struct world *world)
{
	int64_t next = world->packets > 0 ? world->packet[0]->at : NEVER;

	if (world->fleet != NULL && fleet_next(world->fleet) < next)
		next = fleet_next(world->fleet);
	if (server_writes(world) < next)
		next = server_writes(world);
	for (unsigned i = 0; i < world->nodes; i++)
		if (world->node[i].next < next)
			next = world->node[i].next;
	return next > world->boot ? next : world->boot + world->turn;
}

static void
node_receive(struct world *world, struct node *node, const struct packet *packet)
{
	struct endpoint from = { .address = world->policy->address };

	if (node->life == NODE_DOWN)
		return;
	if (world->echoes)
		server_echo(world, packet->bytes, packet->size);
	if (node->life == NODE_FROZEN)
		return;
	(void)core_receive(node->core, packet->bytes, packet->size, &from,
			   world_node_now(world, node));
	node_turn(world, node);
}

static void
world_turn(struct world *world)
{
	server_turn(world);
	for (unsigned i = 0; i < world->nodes; i++)
		if (world->node[i].next <= world->boot)
			node_turn(world, &world->node[i]);
	while (world->packets > 0 && world->packet[0]->at <= world->boot) {
		struct packet *packet = packet_take(world);

		world->delivered++;
		if (packet->to == SERVER)
			server_receive(world, packet->bytes, packet->size);
		else
			node_receive(world, &world->node[packet->to], packet);
		free(packet);
	}
	server_turn(world);
	if (world->onlooker.rested != NULL && world->fleet != NULL)
		world->onlooker.rested(world->onlooker.context);
}

bool
world_until(struct world *world, bool (*done)(const struct world *world), int64_t limit)
{
	int64_t end = world->boot + limit;

	for (;;) {
		int64_t next;

		world_turn(world);
		if (done != NULL && done(world))
			return true;
		next = world_next(world);
		if (next >= end)
			break;
		world->boot = next;
	}
	world->boot = end;
	world_turn(world);
	return done == NULL || done(world);
}

void
world_run(struct world *world, int64_t duration)
{
	(void)world_until(world, NULL, duration);
}

/* ---- beginning and end ---- */

struct node *
world_node(const struct world *world, const struct address *address)
{
	for (unsigned i = 0; i < world->nodes; i++)
		if (address_equal(&world->node[i].address, address))
			return &world->node[i];
	return NULL;
}

/* Cores keep pointers to their nodes' names: nodes do not move. */
static void
nodes_start(struct world *world)
{
	for (size_t i = 0; i < world->policy->clients; i++) {
		const struct policy_client *client = &world->policy->client[i];
		struct node *node;

		if (world_node(world, &client->address) != NULL)
			continue;
		if (world->nodes == world->room)
			abort();
		node = &world->node[world->nodes++];
		snprintf(node->name, sizeof(node->name), "%s", client->name);
		node->address = client->address;
		node->really = PLACE_HERE;
		node_start(world, node);
	}
}

struct world *
world_of(struct policy *policy, unsigned room, uint64_t seed)
{
	struct world *world = must(calloc(1, sizeof(*world)));
	uint8_t secret[32];

	world->policy = policy;
	world->room = room;
	world->node = must(calloc(room, sizeof(*world->node)));
	random_seed(&world->random, seed);
	world->boot = 1000 * SECOND;
	world->delay = 50 * MILLISECOND;
	world->store_delay = 20 * MILLISECOND;
	world->keys = must(keys_new());
	for (size_t i = 0; i < sizeof(secret); i++)
		secret[i] = (uint8_t)(i * 7 + 1);
	if (!keys_add_master(world->keys, 1, ALGORITHM_HMAC_SHA256, secret,
			     sizeof(secret)))
		abort();
	nodes_start(world);
	world_start_server(world);
	return world;
}

struct world *
world_new(const struct rig_options *options, uint64_t seed)
{
	return world_of(rig_policy(options), options->clients, seed);
}

void
world_reload(struct world *world, struct policy *policy)
{
	struct policy *before = world->policy;

	if (world->fleet != NULL &&
	    !fleet_reload(world->fleet, policy, world_server_now(world)))
		abort();
	world->policy = policy;
	policy_free(before);
	nodes_start(world);
}

void
world_life(struct world *world, struct node *node, enum node_life life)
{
	node->life = life;
	node->next = life == NODE_UP ? world->boot : NEVER;
}

void
world_free(struct world *world)
{
	world_kill_server(world);
	for (unsigned i = 0; i < world->nodes; i++)
		core_free(world->node[i].core);
	while (world->packets > 0)
		free(packet_take(world));
	free(world->packet);
	free(world->node);
	keys_free(world->keys);
	policy_free(world->policy);
	free(world);
}

/* ---- what came of it ---- */

unsigned
world_really(const struct world *world, enum place place)
{
	unsigned count = 0;

	for (unsigned i = 0; i < world->nodes; i++)
		count += world->node[i].really == place;
	return count;
}

static bool
all_at(const struct world *world, enum place place, enum server_state state)
{
	struct fleet_summary summary;

	if (world->fleet == NULL)
		return false;
	fleet_summary(world->fleet, &summary);
	return summary.state == state && summary.place[place] == world->nodes &&
	       world_really(world, place) == world->nodes;
}

bool
world_all_away(const struct world *world)
{
	return all_at(world, PLACE_AWAY, SERVER_AWAY);
}

bool
world_all_here(const struct world *world)
{
	return all_at(world, PLACE_HERE, SERVER_SERVING);
}

unsigned
world_acted_twice(const struct world *world)
{
	unsigned count = 0;

	for (unsigned i = 0; i < world->nodes; i++)
		for (unsigned j = 0; j < world->node[i].deeds; j++)
			count += world->node[i].deed[j].times - 1;
	return count;
}

unsigned
world_most(const struct world *world, enum hook_event event)
{
	unsigned most = 0;

	for (unsigned i = 0; i < world->nodes; i++) {
		unsigned count = 0;

		for (unsigned j = 0; j < world->node[i].deeds; j++)
			count += world->node[i].deed[j].event == event;
		if (count > most)
			most = count;
	}
	return most;
}

void
world_forget_deeds(struct world *world)
{
	for (unsigned i = 0; i < world->nodes; i++)
		world->node[i].deeds = 0;
}
