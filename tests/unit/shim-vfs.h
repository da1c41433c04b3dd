/* SPDX-License-Identifier: BSD-3-Clause */
/* A disk that does what a test says: syncs that hang, writes that find it full. */
#ifndef BELLWETHER_TESTS_SHIM_VFS_H
#define BELLWETHER_TESTS_SHIM_VFS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

/* Somebody who writes down what is asked of the disk, each before it is done. From any
   thread; name is the file's whole path. What is synced really is left out then: the
   recorder knows what would be. NULL: nobody. */
struct shim_recorder {
	void (*opened)(const char *name);
	void (*written)(const char *name, const void *bytes, size_t size,
			uint64_t offset);
	void (*truncated)(const char *name, uint64_t size);
	void (*synced)(const char *name);
	void (*removed)(const char *name, bool synced);
};
void shim_record(const struct shim_recorder *recorder);

#endif
