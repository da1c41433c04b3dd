/* SPDX-License-Identifier: BSD-3-Clause */
/* A disk that does what a test says: syncs that hang, writes that find it full. */
#ifndef BELLWETHER_TESTS_SHIM_VFS_H
#define BELLWETHER_TESTS_SHIM_VFS_H

#include <limits.h>
#include <stdbool.h>

#define SHIM_VFS "shim"

/* Registers the VFS once; over the usual one. */
void shim_register(void);
/* Closed: every xSync waits until the gate is opened. */
void shim_gate(bool open);
/* True when a sync waits at the gate now. */
bool shim_waiting(void);
/* Every write finds the disk full. */
void shim_full(bool full);
/* After so many more writes and syncs they all fail; UINT_MAX: none does. */
void shim_fail_after(unsigned calls);
/* Each sync takes so long at least. */
void shim_delay(unsigned milliseconds);
unsigned shim_syncs(void);

#endif
