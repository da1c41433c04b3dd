/* SPDX-License-Identifier: BSD-3-Clause */
/* What a list is narrowed by: words that all have to be in a line, or must not be. */
#include "config.h"

#include "tui/filter.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "tui/text.h"

const struct filter_help filter_help[] = {
	{ "place:away", "one column, by its heading; name: is a list's first" },
	{ "state:away", "of clients, their place or order" },
	{ "site:paris", "of clients, at that site or one in it" },
	{ "group:wireless, list:", "of clients, who is in it" },
	{ "server:aaa1, agent:", "whose line it is" },
	{ "operation:21", "of clients, whose order belongs to it" },
	{ "name:=nas-1", "all of it, not a part" },
	{ "clients:>100", "an amount; <, <=, >= too, and for ages heard:>1h" },
	{ "-word, !word", "lines that it is not so of" },
};
const size_t filter_helps = ARRAY_SIZE(filter_help);

/* ---- the names of columns ---- */

/* What a column goes by beside its heading; two: either of them. */
static const struct {
	const char *name;
	enum mib_table table;
	const char *column[2];
} other_names[] = {
	{ "state", MIB_CLIENT, { "bwClientPlace", "bwClientOrder" } },
	{ "operation", MIB_CLIENT, { "bwClientOperation", NULL } },
	{ "refusal", MIB_CLIENT, { "bwClientRefusal", NULL } },
	{ "state", MIB_CONDITION, { "bwConditionMet", "bwConditionTruth" } },
	{ "state", MIB_EVENT, { "bwEventSeverity", NULL } },
	{ "state", MIB_ALARM, { "bwAlarmSeverity", NULL } },
	{ "operation", MIB_EVENT, { "bwEventOperation", NULL } },
	{ "detail", MIB_EVENT, { "bwEventDetail", NULL } },
	{ "site", MIB_GROUP, { "bwGroupName", "bwGroupParent" } },
	{ "list", MIB_GROUP, { "bwGroupName", NULL } },
	{ "severity", MIB_SERVER, { "bwServerSeverity", NULL } },
	{ "severity", MIB_SERVICE, { "bwServiceSeverity", NULL } },
};

static const struct mib_column *
find_column(const struct list *list, const char *name)
{
	return mib_column_find(mib_describe(list->table), name);
}

static const struct mib_column *
column_of(const struct list *list, size_t i)
{
	return find_column(list, list->column[i].column);
}

static bool
is_named(const char *name, struct slice word)
{
	return strlen(name) == word.length &&
	       strncasecmp(name, word.start, word.length) == 0;
}

static bool
find_columns(const struct list *list, struct slice name,
	     const struct mib_column *column[2])
{
	for (size_t i = 0; i < LIST_COLUMNS && list->column[i].heading; i++)
		if (list->column[i].drawn == LIST_TEXT &&
		    is_named(list->column[i].heading, name)) {
			column[0] = column_of(list, i);
			return true;
		}
	for (size_t i = 0; i < ARRAY_SIZE(other_names); i++)
		if (other_names[i].table == list->table &&
		    is_named(other_names[i].name, name)) {
			column[0] = find_column(list, other_names[i].column[0]);
			if (other_names[i].column[1])
				column[1] = find_column(list, other_names[i].column[1]);
			return true;
		}
	if (is_named("name", name))
		column[0] = column_of(list, 0);
	return column[0];
}

static void
say_unknown(const struct list *list, struct slice name, char said[MIB_TEXT])
{
	size_t used = (size_t)snprintf(said, MIB_TEXT, "no column %.*s; there are",
				       (int)name.length, name.start);
	for (size_t i = 0; i < LIST_COLUMNS && list->column[i].heading; i++) {
		size_t from = used;
		if (list->column[i].drawn == LIST_TEXT && used < MIB_TEXT)
			used += (size_t)snprintf(said + used, MIB_TEXT - used, " %s",
						 list->column[i].heading);
		for (size_t j = from; j < used && j < MIB_TEXT; j++)
			said[j] = (char)tolower((unsigned char)said[j]);
	}
}

/* ---- its words ---- */

static bool
is_searched(const struct mib_column *column)
{
	return column->kind == MIB_STRING || column->kind == MIB_ENUM ||
	       column->kind == MIB_ADDRESS;
}

static bool
is_word_of(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!isalpha((unsigned char)text[i]))
			return false;
	return length > 0;
}

/* What stands before the colon says what the word is about. */
static void
find_about(const struct list *list, struct filter_word *word, char said[MIB_TEXT])
{
	struct slice name = { word->text, strcspn(word->text, ":") };
	bool client = list->table == MIB_CLIENT;
	if (word->text[name.length] != ':' || !is_word_of(name.start, name.length))
		return;
	if (is_named("server", name) && list->table != MIB_SERVER) {
		word->about = FILTER_SERVER;
	} else if (is_named("agent", name)) {
		word->about = FILTER_AGENT;
	} else if (client && is_named("site", name)) {
		word->about = FILTER_SITE;
	} else if (client && (is_named("group", name) || is_named("list", name) ||
			      is_named("groups", name))) {
		word->about = FILTER_GROUP;
	} else if (find_columns(list, name, word->column)) {
		word->about = FILTER_COLUMN;
	} else {
		/* Perhaps an address, or text that has a colon. */
		if (!word->address)
			say_unknown(list, name, said);
		return;
	}
	word->text += name.length + 1;
}

static void
add_word(struct filter *filter, const struct list *list, const char *text)
{
	struct filter_word *word = &filter->word[filter->words];
	*word = (struct filter_word){ .text = text };
	if (*text == '-' || *text == '!') {
		word->negated = true;
		word->text++;
	}
	word->address =
	    word->text[strspn(word->text, "0123456789abcdefABCDEF.:")] == '\0';
	find_about(list, word, filter->said);
	/* What is not typed yet excludes nothing. */
	if (word->text[strspn(word->text, "<>=")])
		filter->words++;
}

void
filter_make(struct filter *filter, const struct list *list, const char *text)
{
	char *rest = filter->text;
	char *word;
	*filter = (struct filter){ .agent = "" };
	slice_copy(slice_of(text), filter->text, sizeof(filter->text));
	while ((word = strsep(&rest, " ")))
		if (*word && filter->words < FILTER_WORDS)
			add_word(filter, list, word);
	for (size_t i = 0; i < LIST_COLUMNS && list->column[i].heading; i++)
		if (list->column[i].drawn == LIST_TEXT &&
		    is_searched(column_of(list, i)))
			filter->searched[filter->columns++] = column_of(list, i);
}

/* ---- sites, lists and groups ---- */

bool
filter_wants_groups(const struct filter *filter)
{
	for (size_t i = 0; i < filter->words; i++)
		if (filter->word[i].about == FILTER_SITE ||
		    filter->word[i].about == FILTER_GROUP)
			return true;
	return false;
}

static int
compare_sites(const void *a, const void *b)
{
	const struct mib_group *first = *(const struct mib_group *const *)a;
	const struct mib_group *second = *(const struct mib_group *const *)b;
	if (first->index.server != second->index.server)
		return first->index.server < second->index.server ? -1 : 1;
	return strcmp(first->name, second->name);
}

static const struct mib_group *
find_site(const struct mib_group **site, size_t sites, uint32_t server,
	  const char *name)
{
	struct mib_group wanted = { .index.server = server };
	const struct mib_group *key = &wanted;
	slice_copy(slice_of(name), wanted.name, sizeof(wanted.name));
	const struct mib_group **found =
	    bsearch(&key, site, sites, sizeof(*site), compare_sites);
	return found ? *found : NULL;
}

/* "=paris" is all of it, other words may be a part. */
static bool
is_found(const char *text, const char *word)
{
	return *word == '=' ? strcasecmp(text, word + 1) == 0
			    : strcasestr(text, word) != NULL;
}

/* A name that is whole means that one alone, not others that it is a part of. */
static bool
is_named_so(const struct filter_word *word, const char *name)
{
	return word->whole ? strcasecmp(name, word->text) == 0
			   : is_found(name, word->text);
}

/* An agent could tell of a ring: no way up is longer than there are sites. */
static bool
lies_in(const struct mib_group **site, size_t sites, const struct mib_group *group,
	const struct filter_word *word)
{
	for (size_t up = 0; group && up <= sites; up++) {
		if (is_named_so(word, group->name))
			return true;
		if (!group->parent[0])
			return false;
		group = find_site(site, sites, group->index.server, group->parent);
	}
	return false;
}

static void
choose_sites(struct filter_word *word, const struct mib_group **site, size_t sites)
{
	word->site = calloc(sites, sizeof(*word->site));
	for (size_t i = 0; i < sites; i++)
		word->whole |= strcasecmp(site[i]->name, word->text) == 0;
	for (size_t i = 0; word->site && i < sites; i++)
		if (lies_in(site, sites, site[i], word))
			word->site[word->sites++] = site[i];
}

static void
look_for_whole(struct filter_word *word, const struct snapshot_table *groups)
{
	const struct mib_group *group = groups->row;
	for (size_t i = 0; i < groups->count && !word->whole; i++)
		word->whole = group[i].kind != GROUP_SITE &&
			      strcasecmp(group[i].name, word->text) == 0;
}

static void
forget_sites(struct filter *filter)
{
	for (size_t i = 0; i < filter->words; i++) {
		free(filter->word[i].site);
		filter->word[i].site = NULL;
		filter->word[i].sites = 0;
		filter->word[i].whole = false;
	}
}

void
filter_begin(struct filter *filter, const char *agent,
	     const struct snapshot_table *groups)
{
	const struct mib_group *group = groups->row;
	const struct mib_group **site = NULL;
	size_t sites = 0;
	filter->agent = agent;
	forget_sites(filter);
	if (groups->count == 0 || !filter_wants_groups(filter))
		return;
	site = calloc(groups->count, sizeof(*site));
	for (size_t i = 0; site && i < groups->count; i++)
		if (group[i].kind == GROUP_SITE)
			site[sites++] = &group[i];
	if (sites)
		qsort(site, sites, sizeof(*site), compare_sites);
	for (size_t i = 0; i < filter->words; i++)
		if (sites && filter->word[i].about == FILTER_SITE)
			choose_sites(&filter->word[i], site, sites);
		else if (filter->word[i].about == FILTER_GROUP)
			look_for_whole(&filter->word[i], groups);
	free(site);
}

void
filter_free(struct filter *filter)
{
	forget_sites(filter);
	filter->words = 0;
}

static bool
is_at_site(const struct filter_word *word, const struct mib_client *client)
{
	return is_named_so(word, client->site) ||
	       (word->sites &&
		find_site(word->site, word->sites, client->index.server, client->site));
}

/* Untold: it is in more than the agent tells, and in none of those. */
static bool
is_in_group(const struct filter_word *word, const struct mib_client *client,
	    bool *untold)
{
	char text[MIB_GROUPS];
	char *rest = text, *name;
	slice_copy(slice_of(client->groups), text, sizeof(text));
	while ((name = strsep(&rest, " "))) {
		if (!rest && strcmp(name, &MIB_MORE[1]) == 0)
			*untold = true;
		else if (*name && is_named_so(word, name))
			return true;
	}
	return false;
}

/* ---- rows ---- */

static bool
is_time(const struct mib_column *column)
{
	return column->kind == MIB_AGE || column->kind == MIB_STAMP ||
	       column->kind == MIB_LEFT;
}

/* A number as it is read from the screen, an age as 90s or 2h. */
static bool
read_amount(const struct mib_column *column, const char *text, double *amount)
{
	int64_t us;
	char *end;
	if (is_time(column)) {
		bool good = duration_parse(text, &us);
		*amount = good ? (double)us / SECOND : 0;
		return good;
	}
	*amount = strtod(text, &end);
	return end != text && (!*end || strcmp(end, "%") == 0);
}

static double
amount_of(const struct mib_column *column, const void *row, struct moment now)
{
	const uint8_t *member = (const uint8_t *)row + column->offset;
	uint32_t narrow;
	int64_t wide;
	if (column->size == sizeof(narrow)) {
		memcpy(&narrow, member, sizeof(narrow));
		return narrow;
	}
	memcpy(&wide, member, sizeof(wide));
	if (column->kind == MIB_LEFT)
		return (double)(wide - now.boot) / SECOND;
	if (is_time(column))
		return (double)(now.boot - wide) / SECOND;
	return column->kind == MIB_THOUSANDTH ? (double)wide / 1000 : (double)wide;
}

/* "12" ">100" "<=5" ">2h"; false: it is no such word, or what the column holds is no
   amount. */
static bool
compare_amounts(const struct mib_column *column, const void *row, const char *word,
		struct moment now, bool *result)
{
	size_t sign = strspn(word, "<>=");
	double wanted;
	if (!list_is_number(column) || (sign == 0 && is_time(column)) ||
	    !read_amount(column, word + sign, &wanted))
		return false;
	double amount = amount_of(column, row, now);
	bool same = amount >= wanted && amount <= wanted;
	*result = !text_is_absent(column, row) &&
		  ((memchr(word, '<', sign) && amount < wanted) ||
		   (memchr(word, '>', sign) && amount > wanted) ||
		   ((sign == 0 || memchr(word, '=', sign)) && same));
	return true;
}

static bool
holds(const struct mib_column *column, const void *row, const char *word,
      struct moment now)
{
	const uint8_t *member = (const uint8_t *)row + column->offset;
	char text[MIB_TEXT];
	bool result;
	if (column->kind == MIB_STRING)
		return is_found((const char *)member, word);
	if (column->kind == MIB_ENUM && !text_is_absent(column, row)) {
		uint32_t value;
		memcpy(&value, member, sizeof(value));
		return is_found(mib_label(column, value), word);
	}
	if (compare_amounts(column, row, word, now, &result))
		return result;
	return is_found(text_value(column, row, now, text), word);
}

static bool
holds_anywhere(const struct filter *filter, const struct filter_word *word,
	       const void *row, const char *server, struct moment now)
{
	for (size_t i = 0; i < filter->columns; i++)
		if ((word->address || filter->searched[i]->kind != MIB_ADDRESS) &&
		    holds(filter->searched[i], row, word->text, now))
			return true;
	return filter->servers && strcasestr(server, word->text);
}

static bool
is_so(const struct filter *filter, const struct filter_word *word, const void *row,
      const char *server, struct moment now, bool *untold)
{
	switch (word->about) {
	case FILTER_COLUMN:
		return holds(word->column[0], row, word->text, now) ||
		       (word->column[1] &&
			holds(word->column[1], row, word->text, now));
	case FILTER_SERVER:
		return is_found(server, word->text);
	case FILTER_AGENT:
		return is_found(filter->agent, word->text);
	case FILTER_SITE:
		return is_at_site(word, row);
	case FILTER_GROUP:
		return is_in_group(word, row, untold);
	default:
		return holds_anywhere(filter, word, row, server, now);
	}
}

bool
filter_matches(struct filter *filter, const void *row, const char *server,
	       struct moment now)
{
	size_t untold = 0;
	for (size_t i = 0; i < filter->words; i++) {
		const struct filter_word *word = &filter->word[i];
		bool is_untold = false;
		bool so = is_so(filter, word, row, server, now, &is_untold);
		if (is_untold)
			untold++;
		else if (so == word->negated)
			return false;
	}
	/* One that may be meant is never shown as if it were, but counted. */
	filter->untold += untold > 0;
	return untold == 0;
}

void
filter_say(const struct filter *filter, char said[MIB_TEXT])
{
	slice_copy(slice_of(filter->said), said, MIB_TEXT);
	if (!said[0] && filter->untold)
		snprintf(said, MIB_TEXT,
			 "cannot be told of %zu more: they are in more groups than "
			 "the agent tells",
			 filter->untold);
}
