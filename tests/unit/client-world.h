/* SPDX-License-Identifier: BSD-3-Clause */
/* A core in virtual time, with the server's end played by the test. */
#ifndef BELLWETHER_TESTS_CLIENT_WORLD_H
#define BELLWETHER_TESTS_CLIENT_WORLD_H

#include "client/core.h"

/* A message that the core sent, decoded; slices point into its own bytes. */
struct heard {
	struct message message;
	struct message_alternate alternate[MESSAGE_ALTERNATES];
	struct endpoint to;
	uint8_t bytes[MESSAGE_MAX];
};

#define HEARD_MAX 32

struct world {
	struct core_config config;
	struct core_alternate own[4];
	struct prefix allow[2];
	struct core *core;
	struct keys *keys;
	struct moment now;
	uint64_t seed; /* of the next core */
	struct endpoint server;
	uint64_t id;                   /* the last one the server used */
	struct heard heard[HEARD_MAX]; /* since they were last looked at */
	size_t count;
	struct heard taken; /* the one that is looked at */
	bool hook_due;      /* core_hook() gave one that is not answered yet */
	struct core_hook hook;
	bool kept; /* a state was taken */
	struct core_state state;
};

/* A client with a hook, own list aaa2 (192.0.2.11), allow 198.51.100.0/24, no verify of
   its own accord but after changes; not started. */
void world_open(struct world *world);
void world_start(struct world *world);
/* world_start(), verify answered "here", the first hello answered: at rest. */
void world_settle(struct world *world);
void world_close(struct world *world);
/* Lets a core with the state kept take the place of the old one. */
void world_restart(struct world *world);

/* A caller's turn: ticks, keeps the state, collects messages and the hook. */
void world_turn(struct world *world);
/* Time passes, with a turn at each moment that the core asked for. */
void world_pass(struct world *world, int64_t us);
/* Passes until the hook is due or messages wait, at most that long; true when so. */
bool world_until(struct world *world, int64_t us);

/* From the server: completed (names, algorithm, key), sealed, delivered; a turn after. */
enum message_check world_say(struct world *world, struct message *message);
/* A failover or reconnect with a new id, an hour valid; returns the id. */
uint64_t world_order(struct world *world, enum message_type type);
enum message_check
world_answer(struct world *world, enum message_type type, uint64_t reply_to);
/* The hook ends; a turn after. */
void world_hook_ends(struct world *world, int status);
/* Answers verifies until none is due. */
void world_verified(struct world *world, int status);

/* Takes the oldest message not looked at; NULL when there is none. Valid until the next
   turn. */
const struct heard *world_heard(struct world *world);

#endif
