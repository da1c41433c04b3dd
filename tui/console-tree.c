/* SPDX-License-Identifier: BSD-3-Clause */
/* Sites as a tree: each below the site around it, what is folded left out. */
#include "config.h"

#include "tui/console.h"

#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"

/* Deeper ones stand at the end, outside the tree, as do sites around each other. */
#define DEPTH_MOST 20

/* The sites of one server. */
struct wood {
	struct console *console;
	struct entry *site;               /* by the site around, then as the rows are */
	const struct mib_group **by_name; /* the same */
	bool *seen;
	size_t sites;
	struct entry *out;
	struct branch *branch;
	size_t used;
};

/* The sites around which one that is looked at lies, the outermost first. */
struct level {
	size_t next, end;   /* of wood->site */
	bool hidden;        /* below something folded */
	struct branch *top; /* that counts what it hides */
};

static const struct mib_group *
group_of(const struct entry *entry)
{
	return (const struct mib_group *)(const void *)entry->row;
}

/* ---- what is folded ---- */

static struct folded *
find_folded(const struct console *console, const struct entry *entry)
{
	for (size_t i = 0; i < console->folds; i++) {
		struct folded *folded = &console->folded[i];
		if (folded->agent == entry->agent &&
		    folded->server == entry->row->server &&
		    strcmp(folded->name, group_of(entry)->name) == 0)
			return folded;
	}
	return NULL;
}

static void
fold(struct console *console, const struct entry *entry)
{
	struct folded *folded =
	    reallocarray(console->folded, console->folds + 1, sizeof(*console->folded));
	if (!folded)
		return;
	console->folded = folded;
	folded += console->folds++;
	*folded =
	    (struct folded){ .agent = entry->agent, .server = entry->row->server };
	slice_copy(slice_of(group_of(entry)->name), folded->name, MIB_NAME);
}

static void
unfold(struct console *console, struct folded *folded)
{
	*folded = console->folded[--console->folds];
}

/* The site around, on the lines above. */
static void
go_around(struct console *console)
{
	struct looked *looked = &console->looked[console->view];
	unsigned depth = console->branch[looked->cursor].depth;
	while (depth > 0 && looked->cursor > 0 &&
	       console->branch[looked->cursor].depth >= depth)
		looked->cursor--;
}

void
console_fold(struct console *console, bool away)
{
	const struct entry *entry = console_chosen(console);
	size_t i = console->looked[console->view].cursor;
	if (!console->branch) {
		console_say(console, lists[console->view].table == MIB_GROUP
					 ? "the tree of sites is there without a "
					   "filter, in its own order"
					 : "only sites can be folded (3)");
		return;
	}
	struct folded *folded = entry ? find_folded(console, entry) : NULL;
	if (!entry)
		return;
	console->stale = true;
	if (!away && folded) {
		unfold(console, folded);
	} else if (away && !folded && console->branch[i].below) {
		fold(console, entry);
	} else {
		console->stale = false;
		if (away)
			go_around(console);
	}
}

/* ---- the sites of one server ---- */

static int
compare_around(const void *a, const void *b)
{
	const struct entry *first = a;
	const struct entry *second = b;
	int result = strcmp(group_of(first)->parent, group_of(second)->parent);
	if (result == 0)
		result = first->row->row < second->row->row ? -1 : 1;
	return result;
}

static int
compare_names(const void *a, const void *b)
{
	const struct mib_group *const *first = a;
	const struct mib_group *const *second = b;
	return strcmp((*first)->name, (*second)->name);
}

static bool
has_around(const struct wood *wood, const struct mib_group *group)
{
	struct mib_group wanted;
	const struct mib_group *key = &wanted;
	slice_copy(slice_of(group->parent), wanted.name, MIB_NAME);
	return group->parent[0] &&
	       bsearch(&key, wood->by_name, wood->sites, sizeof(key), compare_names);
}

/* The sites directly in one of this name: a part of wood->site, which is sorted so. */
static void
find_inside(const struct wood *wood, const char *name, struct level *level)
{
	size_t from = 0;
	size_t until = wood->sites;
	while (from < until) {
		size_t middle = from + (until - from) / 2;
		if (strcmp(group_of(&wood->site[middle])->parent, name) < 0)
			from = middle + 1;
		else
			until = middle;
	}
	level->next = level->end = from;
	while (level->end < wood->sites &&
	       strcmp(group_of(&wood->site[level->end])->parent, name) == 0)
		level->end++;
}

static struct branch *
add_line(struct wood *wood, const struct entry *entry, struct branch branch)
{
	wood->out[wood->used] = *entry;
	wood->branch[wood->used] = branch;
	return &wood->branch[wood->used++];
}

/* A site and all that lie in it. */
static void
add_site(struct wood *wood, size_t site)
{
	struct level level[DEPTH_MOST] = { { .next = site, .end = site + 1 } };
	uint32_t rails = 0;
	size_t depth = 0;
	for (;;) {
		struct level *here = &level[depth];
		if (here->next == here->end) {
			if (depth-- == 0)
				return;
			continue;
		}
		size_t i = here->next++;
		if (wood->seen[i])
			continue;
		wood->seen[i] = true;
		const struct entry *entry = &wood->site[i];
		rails &= ~(UINT32_MAX << depth);
		rails |= here->next < here->end ? 1u << depth : 0;
		struct level inside = { .hidden = here->hidden, .top = here->top };
		if (here->hidden) {
			here->top->hidden++;
		} else {
			inside.top = add_line(
			    wood, entry,
			    (struct branch){ .depth = (uint8_t)depth, .rails = rails });
			inside.hidden = find_folded(wood->console, entry) != NULL;
		}
		find_inside(wood, group_of(entry)->name, &inside);
		inside.top->below |= inside.next < inside.end;
		if (depth + 1 < DEPTH_MOST)
			level[++depth] = inside;
	}
}

static void
add_sites(struct wood *wood)
{
	qsort(wood->site, wood->sites, sizeof(*wood->site), compare_around);
	for (size_t i = 0; i < wood->sites; i++)
		wood->by_name[i] = group_of(&wood->site[i]);
	qsort(wood->by_name, wood->sites, sizeof(*wood->by_name), compare_names);
	for (size_t i = 0; i < wood->sites; i++)
		if (!has_around(wood, group_of(&wood->site[i])))
			add_site(wood, i);
	for (size_t i = 0; i < wood->sites; i++)
		if (!wood->seen[i])
			add_line(wood, &wood->site[i], (struct branch){ .depth = 0 });
}

/* ---- all of them ---- */

/* Lists and groups first, as the rows are; returns where the next server's begin. */
static size_t
add_server(struct wood *wood, size_t i)
{
	const struct console *console = wood->console;
	const struct entry *first = &console->entry[i];
	wood->sites = 0;
	for (; i < console->entries && console->entry[i].agent == first->agent &&
	       console->entry[i].row->server == first->row->server;
	     i++)
		if (group_of(&console->entry[i])->kind == GROUP_SITE)
			wood->site[wood->sites++] = console->entry[i];
		else
			add_line(wood, &console->entry[i],
				 (struct branch){ .depth = 0 });
	memset(wood->seen, 0, wood->sites * sizeof(*wood->seen));
	add_sites(wood);
	return i;
}

void
console_no_tree(struct console *console)
{
	free(console->branch);
	console->branch = NULL;
}

void
console_tree(struct console *console)
{
	size_t count = console->entries ? console->entries : 1;
	struct wood wood = { .console = console,
			     .site = calloc(count, sizeof(*wood.site)),
			     .by_name = calloc(count, sizeof(*wood.by_name)),
			     .seen = calloc(count, sizeof(*wood.seen)),
			     .out = calloc(count, sizeof(*wood.out)),
			     .branch = calloc(count, sizeof(*wood.branch)) };
	if (wood.site && wood.by_name && wood.seen && wood.out && wood.branch) {
		for (size_t i = 0; i < console->entries;)
			i = add_server(&wood, i);
		memcpy(console->entry, wood.out, wood.used * sizeof(*wood.out));
		console->entries = wood.used;
		console->branch = wood.branch;
		wood.branch = NULL;
	}
	free(wood.site);
	free(wood.by_name);
	free(wood.seen);
	free(wood.out);
	free(wood.branch);
}
