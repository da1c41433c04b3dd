/* SPDX-License-Identifier: BSD-3-Clause */
/* A policy's clients in virtual time: the client's own core for each, hooks that are only
   said to run, and the network between them and the server. */
#ifndef BELLWETHER_TUI_OFFLINE_CROWD_H
#define BELLWETHER_TUI_OFFLINE_CROWD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/core.h"
#include "common/clock.h"
#include "message/message.h"
#include "policy/policy.h"

/* How a client is, from some moment on. */
enum manner {
	MANNER_OBEY = 1,
	MANNER_REFUSE, /* its hook fails */
	MANNER_MUTE,   /* its agent is dead; the host lives, and answers pings */
	MANNER_DOWN    /* so is the host */
};
/* "obey" and so on; false for other words. */
bool manner_parse(const char *text, size_t length, enum manner *manner);

struct crowd_options {
	uint64_t seed; /* of every choice */
	double loss;   /* share of the datagrams, each way */
	double refuse; /* share of the clients whose hooks fail */
	double crash;  /* share of the agents that die in each hour, for a minute */
	int64_t delay; /* of a datagram at most, and half of it at least */
	int64_t skew;  /* of a client's clock, at most, either way */
};
#define CROWD_DELAY (20 * MILLISECOND)

struct crowd_calls {
	void *context;
	/* A client has moved: its hook, or its own return, has ended. */
	void (*moved)(void *context, uint32_t row, enum place to, struct moment now);
};

/* Rows are the policy's, which outlives it. All start here, within two seconds from now.
   NULL without memory. */
struct crowd;
struct crowd *
crowd_new(const struct policy *policy, const struct crowd_options *options,
	  const struct crowd_calls *calls, struct moment now);
void crowd_free(struct crowd *crowd);

/* What the server says to that row; copied. False without memory. */
bool crowd_tell(struct crowd *crowd, uint32_t row, const struct message *message,
		struct moment now);

/* What has arrived at the server. */
struct crowd_letter {
	uint32_t row;
	bool echo; /* its own message came back: only message.id is said */
	struct message message;
};
/* Does all that is due, until something has arrived at the server: good until the next
   call. NULL when nothing more is due. */
const struct crowd_letter *crowd_turn(struct crowd *crowd, struct moment now);
/* Boot time at which something is due; NEVER. */
int64_t crowd_next(const struct crowd *crowd);

/* Changes of the rows that are marked (a byte each). */
void crowd_manner(struct crowd *crowd, const uint8_t *marks, enum manner manner,
		  struct moment now);
/* Their agents die, and are started again at once with what they kept. */
void crowd_restart(struct crowd *crowd, const uint8_t *marks, struct moment now);
/* Share of their datagrams; how late those are; how wrong their clocks. */
void crowd_loss(struct crowd *crowd, const uint8_t *marks, double loss);
void crowd_delay(struct crowd *crowd, const uint8_t *marks, int64_t delay);
void crowd_skew(struct crowd *crowd, const uint8_t *marks, int64_t skew);

/* Where it really is, whatever the server knows. */
enum place crowd_place(const struct crowd *crowd, uint32_t row);

#endif
