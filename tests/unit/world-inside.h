/* SPDX-License-Identifier: BSD-3-Clause */
/* What the world's two files share: the network, and the server's end of it. */
#ifndef BELLWETHER_TESTS_WORLD_INSIDE_H
#define BELLWETHER_TESTS_WORLD_INSIDE_H

#include "tests/unit/world.h"

#include <stdlib.h>

#define SERVER UINT32_MAX

static inline void *
must(void *memory)
{
	if (memory == NULL)
		abort();
	return memory;
}

/* To a node, or to the SERVER; lost, doubled, delayed. */
void network_send(struct world *world, uint32_t to, const uint8_t *bytes, size_t size);
/* Everything due at the server. */
void server_turn(struct world *world);
void server_receive(struct world *world, const uint8_t *bytes, size_t size);
/* Its own order came back to it. */
void server_echo(struct world *world, const uint8_t *bytes, size_t size);
/* NEVER: nothing is on its way to the store. */
int64_t server_writes(const struct world *world);

#endif
