/* SPDX-License-Identifier: BSD-3-Clause */
/* A power cut for a database over the shim: what was not synced is lost, kept, or torn,
   sector by sector, in any order. */
#ifndef BELLWETHER_TESTS_POWER_H
#define BELLWETHER_TESTS_POWER_H

#include <stdbool.h>
#include <stdint.h>

/* From now on, for the database at that path, as it lies there: all of it is on the disk.
   The power fails at the nth call that changes the disk, which is under way then; who
   runs does not notice, and goes on in vain. */
void power_on(const char *path, uint64_t nth, uint64_t seed);
/* It has failed. Any thread. */
bool power_failed(void);
/* Nobody listens any more. What is on the disk, after a failure or not, at that path. */
void power_off(const char *path);

#endif
