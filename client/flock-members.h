/* SPDX-License-Identifier: BSD-3-Clause */
/* The members of a flock: a core each, found by address and woken in order of time. */
#ifndef BELLWETHER_CLIENT_FLOCK_MEMBERS_H
#define BELLWETHER_CLIENT_FLOCK_MEMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/core.h"
#include "policy/policy.h"

#define MEMBER_NONE UINT32_MAX

struct member {
	struct core *core;
	struct address address;
	const char *name;
	enum place place; /* what its simulated hook would find */
	enum hook_event running;
	int64_t hook_ends; /* NEVER: none runs */
	int64_t wake;      /* when it wants its turn */
	uint32_t at;       /* in the heap */
};

struct members {
	struct member *member;
	size_t count, room;
	uint32_t *heap;  /* members by wake, soonest first */
	uint32_t *table; /* open addressing, by address */
	size_t slots;    /* a power of two */
};

/* Room for at most that many. False only without memory. */
bool members_start(struct members *members, size_t room);
/* Frees the cores too. */
void members_end(struct members *members);
/* Takes the core over; false when the address is taken or the room is used up. */
bool members_add(struct members *members, const struct member *member);
uint32_t members_find(const struct members *members, const struct address *address);
/* Sets when it wants its turn. */
void members_wake(struct members *members, uint32_t i, int64_t at);
/* Who is due first; MEMBER_NONE when there are none. */
uint32_t members_first(const struct members *members);

/* The own list of each: what the policy names. Where it names none its clients have lists
   of their own, so the simulated ones have a made-up entry. The caller frees; NULL without
   memory. */
struct core_alternate *members_alternates(const struct policy *policy, size_t *count);
/* A client of the policy with that list, and the rest as a client.xml of few words has it;
   its hook is looked at at the start and after each change alone. */
struct core_config
members_config(const struct policy *policy, const struct policy_client *client,
	       const struct core_alternate *alternate, size_t alternates);

#endif
