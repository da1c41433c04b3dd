/* SPDX-License-Identifier: BSD-3-Clause */
/* What tests of the client's state machine say over and over. Each looks at the oldest
   message that was not looked at yet. */
#ifndef BELLWETHER_TESTS_CORE_EXPECT_H
#define BELLWETHER_TESTS_CORE_EXPECT_H

#include "tests/unit/client-world.h"

void expect_acknowledge(struct world *world, uint64_t id, enum message_stage stage);
const struct heard *
expect_reject(struct world *world, uint64_t id, enum message_reason reason);
const struct heard *expect(struct world *world, enum message_type type);
void expect_hook(struct world *world, enum hook_event event);
struct core_status status_of(const struct world *world);
/* A settled client that is ordered away and goes. */
uint64_t go_away(struct world *world);
/* The server says an order of its own again, under its id. */
void repeat(struct world *world, uint64_t id);
/* Waits for the next message of a type, answering hellos on the way. */
const struct heard *wait_for(struct world *world, enum message_type type, int64_t us);

#endif
