/* SPDX-License-Identifier: BSD-3-Clause */
/* A fleet core, a thousand client cores, and a bad network between them, in virtual
   time: sealed datagrams are lost, doubled, delayed and overtaken; stores lag. */
#ifndef BELLWETHER_TESTS_WORLD_H
#define BELLWETHER_TESTS_WORLD_H

#include "client/core.h"
#include "common/random.h"
#include "fleet/fleet.h"
#include "tests/unit/fleet-rig.h"

#define WORLD_ORDERS 16u

/* What one client did about one order. */
struct deed {
	uint64_t order;
	enum hook_event event;
	unsigned times;
};

struct node {
	struct core *core;
	char name[NAME_TEXT];
	struct address address;
	struct core_state saved;
	bool has_saved;
	enum place really; /* what its hook would find */
	enum node_life {
		NODE_UP,
		NODE_FROZEN,
		NODE_DOWN
	} life;       /* frozen: its host lives */
	bool fails;   /* its hook does, and changes nothing */
	int64_t skew; /* of its wall clock */
	struct core_hook hook;
	bool hooking;
	int64_t hook_ends;
	int64_t next;
	struct deed deed[WORLD_ORDERS];
	unsigned deeds;
};

struct packet;
struct write;
struct world;

/* A test that looks on; each may be NULL. */
struct onlooker {
	void *context;
	void (*order)(void *context, uint32_t row, const struct message *order);
	void (*answer)(void *context, uint32_t row, const struct message *answer);
	void (*event)(void *context, const struct fleet_event *event);
	/* After every input, and when everything due was done. */
	void (*look)(void *context);
	void (*rested)(void *context);
};

struct world {
	struct policy *policy;
	struct fleet *fleet;
	struct keys *keys;
	struct node *node;
	unsigned nodes, room;
	struct random random;
	int64_t boot;
	int64_t skew;       /* of the server's wall clock */
	int64_t turn;       /* how long one takes that is followed by another at once */
	double loss, twice; /* of each direction */
	int64_t latency;    /* at least, of each datagram */
	int64_t delay;      /* and at most so much more */
	int64_t store_delay; /* at most, until a write is durable */
	bool rows_last;      /* the store gets operations and blocks before rows */
	struct packet **packet;
	size_t packets, packet_room;
	struct write *first, *last; /* given to the store, not yet durable */
	struct store store;
	uint64_t event; /* number of the last one stored */
	bool complete;  /* and the server was stopped then */
	bool echoes;    /* hosts answer pings */
	struct onlooker onlooker;
	enum rig_verdict verdict;
	unsigned duplicate_identities;
	uint64_t lost, delivered;
};

struct world *world_new(const struct rig_options *options, uint64_t seed);
/* Takes the policy. Room for so many nodes. */
struct world *world_of(struct policy *policy, unsigned room, uint64_t seed);
void world_free(struct world *world);
/* Takes the policy. New clients are started; those that it no longer has live on. */
void world_reload(struct world *world, struct policy *policy);
/* The node of that address; NULL. */
struct node *world_node(const struct world *world, const struct address *address);
/* Lets it live or not from now on. */
void world_life(struct world *world, struct node *node, enum node_life life);
struct moment world_server_now(const struct world *world);
struct moment world_node_now(const struct world *world, const struct node *node);
void world_run(struct world *world, int64_t duration);
/* Runs until done() or for at most limit; returns done(). */
bool world_until(struct world *world, bool (*done)(const struct world *world),
		 int64_t limit);
/* The verdict from now on, also after a restart. */
void world_judge(struct world *world, enum rig_verdict verdict);
/* kill -9: what was not durable is gone. */
void world_kill_server(struct world *world);
/* Stopped in an orderly way: the store has everything. */
void world_stop_server(struct world *world);
void world_start_server(struct world *world);
void world_forget_server(struct world *world);
/* Clients save before they send, so a restart loses nothing, unless told to. */
void world_restart_client(struct world *world, unsigned n, bool forget);

bool world_all_away(const struct world *world);
bool world_all_here(const struct world *world);
unsigned world_really(const struct world *world, enum place place);
/* Hook runs of one order beyond the first, over all clients. */
unsigned world_acted_twice(const struct world *world);
/* Most ids of orders with that hook that one client acted on. */
unsigned world_most(const struct world *world, enum hook_event event);
/* Forgets what was done so far. */
void world_forget_deeds(struct world *world);

#endif
