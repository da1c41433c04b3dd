/* SPDX-License-Identifier: BSD-3-Clause */
/* Numbers of what SNMP shows: given once to a name, kept for ever, never to another. */
#include "config.h"

#include "subagent/index.h"

#include <stdlib.h>
#include <string.h>

#include "mib/tables.h"

#define SLOTS_FIRST 256u /* a power of two */

struct entry {
	struct index_record record;
	bool unsaved;
};

/* Entries in the order in which they came, and an open table of their places + 1. The
   name "" of a kind, which no thing has, remembers the greatest number given. */
struct indexes {
	struct entry *entry;
	size_t count, room;
	uint32_t *slot;
	size_t slots;
	size_t unsaved; /* how many are */
	size_t look_at; /* where the next unsaved one is looked for */
	uint64_t sequence;
	bool sequence_unsaved;
};

struct indexes *
indexes_new(void)
{
	struct indexes *indexes = calloc(1, sizeof(*indexes));
	if (!indexes)
		return NULL;
	indexes->slots = SLOTS_FIRST;
	indexes->slot = calloc(indexes->slots, sizeof(*indexes->slot));
	if (indexes->slot)
		return indexes;
	free(indexes);
	return NULL;
}

void
indexes_free(struct indexes *indexes)
{
	if (!indexes)
		return;
	free(indexes->slot);
	free(indexes->entry);
	free(indexes);
}

/* FNV-1a. */
static uint64_t
hash_text(uint64_t hash, const char *text)
{
	do
		hash = (hash ^ (uint8_t)*text) * UINT64_C(1099511628211);
	while (*text++);
	return hash;
}

static uint64_t
hash_of(const char *server, enum index_kind kind, const char *name)
{
	uint64_t hash = UINT64_C(14695981039346656037) ^ (uint64_t)kind;
	return hash_text(hash_text(hash, server), name);
}

/* The slot that holds it, or the free one where it belongs. */
static uint32_t *
find_slot(const struct indexes *indexes, const char *server, enum index_kind kind,
	  const char *name)
{
	size_t at = hash_of(server, kind, name) & (indexes->slots - 1);
	for (; indexes->slot[at]; at = (at + 1) & (indexes->slots - 1)) {
		const struct index_record *record =
		    &indexes->entry[indexes->slot[at] - 1].record;
		if (record->kind == kind && strcmp(record->name, name) == 0 &&
		    strcmp(record->server, server) == 0)
			break;
	}
	return &indexes->slot[at];
}

/* Room for one entry more, at most three quarters of the slots used. */
static bool
make_room(struct indexes *indexes)
{
	if (indexes->count == indexes->room) {
		size_t room = indexes->room ? 2 * indexes->room : SLOTS_FIRST / 2;
		struct entry *entry =
		    reallocarray(indexes->entry, room, sizeof(*entry));
		if (!entry)
			return false;
		indexes->entry = entry;
		indexes->room = room;
	}
	if (4 * (indexes->count + 1) <= 3 * indexes->slots)
		return true;
	uint32_t *slot = calloc(2 * indexes->slots, sizeof(*slot));
	if (!slot)
		return false;
	free(indexes->slot);
	indexes->slot = slot;
	indexes->slots *= 2;
	for (size_t i = 0; i < indexes->count; i++) {
		const struct index_record *record = &indexes->entry[i].record;
		*find_slot(indexes, record->server, record->kind, record->name) =
		    (uint32_t)i + 1;
	}
	return true;
}

/* The entry, made with number 0 when it is new; NULL without memory. Valid until the
   next call. */
static struct entry *
entry_of(struct indexes *indexes, const char *server, enum index_kind kind,
	 const char *name)
{
	uint32_t at = *find_slot(indexes, server, kind, name);
	if (at)
		return &indexes->entry[at - 1];
	if (!make_room(indexes))
		return NULL;
	struct entry *entry = &indexes->entry[indexes->count];
	memset(entry, 0, sizeof(*entry));
	entry->record.kind = kind;
	slice_copy(slice_of(server), entry->record.server,
		   sizeof(entry->record.server));
	slice_copy(slice_of(name), entry->record.name, sizeof(entry->record.name));
	*find_slot(indexes, server, kind, name) = (uint32_t)++indexes->count;
	return entry;
}

bool
indexes_restore(struct indexes *indexes, const struct index_record *record)
{
	if (record->kind == INDEX_SEQUENCE) {
		indexes->sequence = record->number;
		return true;
	}
	if (record->number == 0 || record->number > UINT32_MAX || !record->name[0])
		return true;
	struct entry *entry =
	    entry_of(indexes, record->server, record->kind, record->name);
	if (!entry)
		return false;
	entry->record.number = record->number;
	struct entry *last = entry_of(indexes, record->server, record->kind, "");
	if (!last)
		return false;
	if (last->record.number < record->number)
		last->record.number = record->number;
	return true;
}

uint32_t
indexes_number(struct indexes *indexes, const char *server, enum index_kind kind,
	       const char *name)
{
	uint32_t at = *find_slot(indexes, server, kind, name);
	if (at)
		return (uint32_t)indexes->entry[at - 1].record.number;
	/* First: a number that is taken and then not used is a number lost. */
	struct entry *last = entry_of(indexes, server, kind, "");
	if (!last || last->record.number >= UINT32_MAX)
		return 0;
	uint64_t number = last->record.number + 1;
	struct entry *entry = entry_of(indexes, server, kind, name);
	if (!entry)
		return 0;
	entry->record.number = number;
	entry->unsaved = true;
	indexes->unsaved++;
	entry_of(indexes, server, kind, "")->record.number = number;
	return (uint32_t)number;
}

bool
indexes_enabled(const struct indexes *indexes, unsigned which)
{
	uint32_t at = *find_slot(indexes, "", INDEX_SWITCH, mib_switch_name(which));
	return !at || indexes->entry[at - 1].record.number != MIB_DISABLED;
}

bool
indexes_enable(struct indexes *indexes, unsigned which, bool on)
{
	struct entry *entry =
	    entry_of(indexes, "", INDEX_SWITCH, mib_switch_name(which));
	if (!entry)
		return false;
	entry->record.number = on ? MIB_ENABLED : MIB_DISABLED;
	indexes->unsaved += !entry->unsaved;
	entry->unsaved = true;
	return true;
}

uint64_t
indexes_sequence(const struct indexes *indexes)
{
	return indexes->sequence;
}

uint64_t
indexes_sequence_next(struct indexes *indexes)
{
	indexes->sequence_unsaved = true;
	return ++indexes->sequence;
}

bool
indexes_unsaved(struct indexes *indexes, struct index_record *record)
{
	if (indexes->sequence_unsaved) {
		memset(record, 0, sizeof(*record));
		record->kind = INDEX_SEQUENCE;
		slice_copy(slice_of("notifications"), record->name,
			   sizeof(record->name));
		record->number = indexes->sequence;
		indexes->sequence_unsaved = false;
		return true;
	}
	for (size_t i = 0; indexes->unsaved > 0 && i < indexes->count; i++) {
		if (indexes->look_at >= indexes->count)
			indexes->look_at = 0;
		struct entry *entry = &indexes->entry[indexes->look_at++];
		if (!entry->unsaved)
			continue;
		entry->unsaved = false;
		indexes->unsaved--;
		*record = entry->record;
		return true;
	}
	return false;
}

void
indexes_unstored(struct indexes *indexes)
{
	indexes->sequence_unsaved = indexes->sequence > 0;
	indexes->unsaved = 0;
	for (size_t i = 0; i < indexes->count; i++) {
		struct entry *entry = &indexes->entry[i];
		/* Entries without a name are ours, and follow from the others. */
		entry->unsaved =
		    entry->record.name[0] != '\0' && entry->record.number > 0;
		indexes->unsaved += entry->unsaved;
	}
}
