/* SPDX-License-Identifier: BSD-3-Clause */
/* The clients while a policy is loaded: rows, ranges, groups, lists, sites. Private to
   policy/. Straight from the parser to compact rows: there is no document in memory. */
#ifndef BELLWETHER_POLICY_INVENTORY_H
#define BELLWETHER_POLICY_INVENTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/names.h"
#include "policy/policy.h"
#include "policy/value.h"

/* A set while it grows. */
struct growing {
	const char *name;
	uint32_t line;
	uint16_t file;
	uint32_t *member;
	size_t members;
};

/* Rows that one <range> made. */
struct span {
	uint32_t first, count;
	uint32_t line;
	uint16_t file;
};

/* A <list>: its members are names until all clients are known. */
struct listing {
	const char *name, *clients;
	uint32_t line;
	uint16_t file;
};

struct inventory {
	struct growing *group;
	size_t groups;
	struct names group_names;
	struct span *span;
	size_t spans;
	struct listing *list;
	size_t lists;
	uint16_t *site_file; /* one a site of the policy */
	size_t site_files;
	bool full; /* more clients than may be */
};

struct loader;
void inventory_client(struct loader *loader, const struct value *value);
void inventory_range(struct loader *loader, const struct value *value);
void inventory_list(struct loader *loader, const struct value *value);
/* Number of the new site, POLICY_NONE without memory. */
uint32_t inventory_site(struct loader *loader, const struct value *value);
/* When all documents are read: explicit clients win over ranges, names and addresses are
   unique, lists find their members, everything is packed. */
void inventory_finish(struct loader *loader);
void inventory_free(struct inventory *inventory);

#endif
