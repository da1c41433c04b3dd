/* SPDX-License-Identifier: BSD-3-Clause */
/* What the console remembers, as text. */
#include "config.h"

#include "tui/settings.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "common/clock.h"
#include "tui/colour.h"
#include "tui/options.h"

#define KEY_TEXT 64
#define SORT     "sort."
#define BEGINS   "# What bellwether's console remembers; bellwether(1) tells of it.\n"

/* ---- one value ---- */

static bool
parse_view(const char *text, struct settings *settings, size_t i)
{
	const struct list *list = list_find(text);
	(void)i;
	if (list)
		settings->view = (size_t)(list - lists);
	return list;
}

static void
format_view(const struct settings *settings, size_t i, char out[MIB_TEXT])
{
	(void)i;
	slice_copy(slice_of(lists[settings->view].command), out, MIB_TEXT);
}

static bool
find_heading(const struct list *list, struct slice name, size_t *column)
{
	for (size_t i = 0; i < LIST_COLUMNS && list->column[i].heading; i++)
		if (list->column[i].drawn == LIST_TEXT &&
		    strlen(list->column[i].heading) == name.length &&
		    strncasecmp(list->column[i].heading, name.start, name.length) ==
			0) {
			*column = i + 1;
			return true;
		}
	return false;
}

static bool
parse_sort(const char *text, struct settings *settings, size_t i)
{
	struct slice name = { text, strcspn(text, " \t") };
	const char *rest = text + name.length + strspn(text + name.length, " \t");
	size_t column = 0;
	bool reverse = strcmp(rest, "reversed") == 0;
	if (slice_equal(name, "reversed") && !*rest)
		reverse = true;
	else if ((!slice_equal(name, "none") &&
		  !find_heading(&lists[i], name, &column)) ||
		 (*rest && !reverse))
		return false;
	settings->sort[i].column = column;
	settings->sort[i].reverse = reverse;
	return true;
}

static void
format_sort(const struct settings *settings, size_t i, char out[MIB_TEXT])
{
	size_t column = settings->sort[i].column;
	snprintf(out, MIB_TEXT, "%s%s",
		 column ? lists[i].column[column - 1].heading : "none",
		 settings->sort[i].reverse ? " reversed" : "");
}

static bool
parse_mouse(const char *text, struct settings *settings, size_t i)
{
	(void)i;
	settings->mouse = strcmp(text, "yes") == 0;
	return settings->mouse || strcmp(text, "no") == 0;
}

static void
format_mouse(const struct settings *settings, size_t i, char out[MIB_TEXT])
{
	(void)i;
	slice_copy(slice_of(settings->mouse ? "yes" : "no"), out, MIB_TEXT);
}

static bool
parse_interval(const char *text, struct settings *settings, size_t i)
{
	(void)i;
	return options_interval(text, &settings->interval);
}

static bool
parse_theme(const char *text, struct settings *settings, size_t i)
{
	enum colour_theme theme;
	(void)i;
	if (!colour_theme_parse(text, &theme))
		return false;
	slice_copy(slice_of(text), settings->theme, SETTINGS_THEME);
	return true;
}

/* ---- all of them ---- */

/* No format: no key of the console's changes it. */
static const struct {
	const char *key; /* SORT: of each list one */
	const char *expected;
	bool (*parse)(const char *text, struct settings *settings, size_t i);
	void (*format)(const struct settings *settings, size_t i, char out[MIB_TEXT]);
} kinds[] = {
	{ "view", "a view's name", parse_view, format_view },
	{ SORT, "a heading of that view, reversed, or none", parse_sort, format_sort },
	{ "mouse", "yes or no", parse_mouse, format_mouse },
	{ "interval", "a duration from 200ms to 1h", parse_interval, NULL },
	{ "theme", "auto, dark, light or mono", parse_theme, NULL },
};

/* The kind of a key, and which list it is about; false for somebody else's. */
static bool
find_kind(struct slice key, size_t *kind, size_t *i)
{
	*i = 0;
	for (*kind = 0; *kind < ARRAY_SIZE(kinds); (*kind)++) {
		if (slice_equal(key, kinds[*kind].key))
			return kinds[*kind].parse != parse_sort;
		if (kinds[*kind].parse != parse_sort || key.length <= strlen(SORT) ||
		    strncmp(key.start, SORT, strlen(SORT)) != 0)
			continue;
		struct slice name = { key.start + strlen(SORT),
				      key.length - strlen(SORT) };
		for (*i = 0; *i < LISTS; (*i)++)
			if (slice_equal(name, lists[*i].command))
				return true;
	}
	return false;
}

static struct slice
trimmed(struct slice slice)
{
	while (slice.length && isspace((unsigned char)*slice.start)) {
		slice.start++;
		slice.length--;
	}
	while (slice.length && isspace((unsigned char)slice.start[slice.length - 1]))
		slice.length--;
	return slice;
}

/* "key = value" of a line; false for one that has neither: a remark, nothing. */
static bool
split(struct slice line, struct slice *key, struct slice *value)
{
	const char *equal = memchr(line.start, '=', line.length);
	struct slice whole = trimmed(line);
	size_t before = equal ? (size_t)(equal - line.start) : line.length;
	*key = trimmed((struct slice){ line.start, before });
	*value = equal ? trimmed((struct slice){ equal + 1, line.length - before - 1 })
		       : (struct slice){ line.start, 0 };
	return whole.length && *whole.start != '#';
}

static bool
parse_line(struct slice line, struct settings *settings, unsigned number,
	   char why[MIB_TEXT])
{
	struct slice key;
	struct slice value;
	char text[MIB_TEXT];
	size_t kind;
	size_t i;
	if (!split(line, &key, &value) || !find_kind(key, &kind, &i))
		return true;
	text_clean(value.start, value.length < MIB_TEXT ? value.length : MIB_TEXT - 1,
		   text, sizeof(text));
	struct settings with = *settings;
	if (kinds[kind].parse(text, &with, i)) {
		*settings = with;
		return true;
	}
	if (!why[0])
		snprintf(why, MIB_TEXT, "line %u: %.*s = %.80s: expected %s", number,
			 (int)(key.length < KEY_TEXT ? key.length : KEY_TEXT),
			 key.start, text, kinds[kind].expected);
	return false;
}

/* The next line of a text, which goes on behind it; false at its end. */
static bool
next_line(const char **text, struct slice *line)
{
	const char *end = strchrnul(*text, '\n');
	*line = (struct slice){ *text, (size_t)(end - *text) };
	bool any = **text != '\0';
	*text = *end ? end + 1 : end;
	return any;
}

bool
settings_parse(const char *text, struct settings *settings, char why[MIB_TEXT])
{
	struct slice line;
	bool good = true;
	why[0] = '\0';
	*settings = (struct settings){ .view = 0 };
	for (unsigned number = 1; next_line(&text, &line); number++)
		good &= parse_line(line, settings, number, why);
	return good;
}

/* ---- what changed ---- */

static bool
has_changed(const struct settings *was, const struct settings *now, size_t kind,
	    size_t i, char out[MIB_TEXT])
{
	char before[MIB_TEXT];
	if (!kinds[kind].format)
		return false;
	kinds[kind].format(was, i, before);
	kinds[kind].format(now, i, out);
	return strcmp(before, out) != 0;
}

static void
put_line(FILE *out, size_t kind, size_t i, const char *value)
{
	bool sort = kinds[kind].parse == parse_sort;
	fprintf(out, "%s%s = %s\n", kinds[kind].key, sort ? lists[i].command : "",
		value);
}

/* Lines whose values changed are written anew; which they were stands in written. */
static void
put_old_lines(FILE *out, const char *text, const struct settings *was,
	      const struct settings *now, bool written[ARRAY_SIZE(kinds)][LISTS])
{
	struct slice line;
	while (next_line(&text, &line)) {
		struct slice key;
		struct slice ignored;
		char value[MIB_TEXT];
		size_t kind;
		size_t i;
		if (split(line, &key, &ignored) && find_kind(key, &kind, &i) &&
		    has_changed(was, now, kind, i, value)) {
			put_line(out, kind, i, value);
			written[kind][i] = true;
		} else {
			fprintf(out, "%.*s\n", (int)line.length, line.start);
		}
	}
}

char *
settings_merge(const char *text, const struct settings *was, const struct settings *now)
{
	bool written[ARRAY_SIZE(kinds)][LISTS] = { { false } };
	char value[MIB_TEXT];
	char *merged = NULL;
	size_t size;
	FILE *out = open_memstream(&merged, &size);
	if (!out)
		return NULL;
	if (!*text)
		fputs(BEGINS, out);
	put_old_lines(out, text, was, now, written);
	for (size_t kind = 0; kind < ARRAY_SIZE(kinds); kind++)
		for (size_t i = 0; i < (kinds[kind].parse == parse_sort ? LISTS : 1);
		     i++)
			if (!written[kind][i] && has_changed(was, now, kind, i, value))
				put_line(out, kind, i, value);
	bool good = !ferror(out);
	if (fclose(out) == 0 && good)
		return merged;
	free(merged);
	return NULL;
}
