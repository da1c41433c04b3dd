/* SPDX-License-Identifier: BSD-3-Clause */
/* Who goes where: weighted rendezvous hashing, so that a client's order of targets is its
   own, and a target that comes, goes or changes its weight moves only its own clients. */
#ifndef BELLWETHER_POLICY_DISTRIBUTE_H
#define BELLWETHER_POLICY_DISTRIBUTE_H

#include <stddef.h>
#include <stdint.h>

#include "common/address.h"
#include "common/bytes.h"

#define DISTRIBUTE_MAX 64u

struct distribute_target {
	uint64_t key;      /* distribute_key() of its name */
	double weight;     /* above 0; shares are in proportion to it */
	uint16_t priority; /* lower is better: before all of a higher one */
};

/* A number for a target's name; the same in every process and on every machine. */
uint64_t distribute_key(struct slice name);
/* And for a client, whose name lies further away in memory. */
uint64_t distribute_client(const struct address *address);
/* Writes to order the positions of all targets, best first for the client of that key:
   (distribute_client()): by priority, then by lot in proportion to the weights. Equal arguments, whatever the
   order of the targets, give the same targets in the same order. A target with weight 0
   or less comes after the others of its priority. No allocation; at most DISTRIBUTE_MAX
   targets. */
void distribute_rank(uint64_t client, const struct distribute_target *target,
		     size_t count, uint16_t *order);

#endif
