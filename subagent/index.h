/* SPDX-License-Identifier: BSD-3-Clause */
/* Numbers of what SNMP shows: given once to a name, kept for ever, never to another. */
#ifndef BELLWETHER_SUBAGENT_INDEX_H
#define BELLWETHER_SUBAGENT_INDEX_H

#include <stdbool.h>
#include <stdint.h>

#include "common/bytes.h"

/* Each kind counts by itself, from 1, within its server. Clients have numbers of the
   fleet's. */
enum index_kind {
	INDEX_SERVER = 1, /* their server is "" */
	INDEX_PARAMETER,
	INDEX_SERVICE,
	INDEX_CONDITION,
	INDEX_ALTERNATE,
	INDEX_GROUP,    /* "list:NAME", "group:NAME", "site:NAME" */
	INDEX_ALARM,    /* "KIND:SUBJECT" */
	INDEX_SEQUENCE, /* no index: the number of the last notification */
	INDEX_SWITCH,   /* nor this: by a switch's name, MIB_ENABLED or MIB_DISABLED */
	INDEX_KINDS
};

#define INDEX_NAME 136 /* two names, what is between them, and the NUL */

struct index_record {
	enum index_kind kind;
	char server[NAME_TEXT];
	char name[INDEX_NAME];
	uint64_t number;
};

/* Grows with the names that there ever were: no input but the policy adds one. */
struct indexes;
struct indexes *indexes_new(void);
void indexes_free(struct indexes *indexes);

/* What the store kept; false without memory. */
bool indexes_restore(struct indexes *indexes, const struct index_record *record);

/* Its number, given now when it has none; 0 without memory. Allocates for new names
   only. */
uint32_t indexes_number(struct indexes *indexes, const char *server,
			enum index_kind kind, const char *name);

/* The sequence number of notifications: what it is, and that it is one more. */
uint64_t indexes_sequence(const struct indexes *indexes);
uint64_t indexes_sequence_next(struct indexes *indexes);

/* The switches of notifications (mib/tables.h); setting one is false without memory. */
bool indexes_enabled(const struct indexes *indexes, unsigned which);
bool indexes_enable(struct indexes *indexes, unsigned which, bool on);

/* The next one that the store does not have yet, which is taken to have it from now on;
   false when there is none. */
bool indexes_unsaved(struct indexes *indexes, struct index_record *record);
/* It has none of them any more. */
void indexes_unstored(struct indexes *indexes);

#endif
