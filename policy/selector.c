/* SPDX-License-Identifier: BSD-3-Clause */
/* SELECTION: read in one pass from left to right, each term marking rows at once. */
#include "config.h"

#include "policy/selector.h"

#include <stdio.h>
#include <string.h>

#include "common/bytes.h"
#include "policy/value.h"

/* Of a policy with more clients, only so many are looked at for "did you mean": the
   engine's loop reads selections. */
#define CANDIDATES 10000u

struct reader {
	const struct policy *policy; /* NULL: only the syntax */
	const char *text;
	size_t at;
	bool minus; /* terms are taken away from now on */
	uint8_t *marks;
	char *why;
};

static const struct keyword {
	const char *name; /* with its colon */
	enum select_kind kind;
} keywords[] = {
	{ "client:", SELECT_CLIENT },
	{ "list:", SELECT_LIST },
	{ "group:", SELECT_GROUP },
	{ "site:", SELECT_SITE },
};
#define TERMS "all, client:NAME, list:NAME, group:NAME or site:NAME"

/* ---- characters ---- */

static bool
blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool
letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

static bool
name_byte(char c)
{
	return letter(c) || (c >= '0' && c <= '9') || c == '.' || c == '-';
}

static void
skip_blanks(struct reader *reader)
{
	while (blank(reader->text[reader->at]))
		reader->at++;
}

static const struct keyword *
keyword_at(const char *text)
{
	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++)
		if (strncmp(text, keywords[i].name, strlen(keywords[i].name)) == 0)
			return &keywords[i];
	return NULL;
}

/* What stands at the reader's place, for people: up to the next blank. */
static struct slice
word_here(const struct reader *reader)
{
	const char *start = reader->text + reader->at;
	size_t length = 0;

	while (start[length] != '\0' && !blank(start[length]) && length < 32)
		length++;
	return (struct slice){ start, length };
}

static bool
fail(const struct reader *reader, const char *expected)
{
	struct slice word = word_here(reader);
	char clean[33];

	text_clean(word.start, word.length, clean, sizeof(clean));
	if (word.length == 0)
		(void)snprintf(reader->why, SELECTOR_WHY,
			       "selection ends at character %zu: expected %s",
			       reader->at + 1, expected);
	else
		(void)snprintf(reader->why, SELECTOR_WHY,
			       "\"%s\" at character %zu of the selection: expected %s",
			       clean, reader->at + 1, expected);
	return false;
}

/* ---- names ---- */

static void
guess_clients(const struct policy *policy, struct guess *guess)
{
	for (size_t i = 0; i < policy->clients && i < CANDIDATES; i++)
		guess_try(guess, policy->client[i].name);
}

static uint32_t
name_find(const struct policy *policy, enum select_kind kind, const char *name,
	  struct guess *guess)
{
	const struct policy_set *set =
	    kind == SELECT_LIST ? policy->list : policy->group;
	size_t sets = kind == SELECT_LIST ? policy->lists : policy->groups;
	uint32_t found;

	if (kind == SELECT_CLIENT) {
		found = policy_find_client(policy, name, strlen(name));
		if (found == POLICY_NONE && guess != NULL)
			guess_clients(policy, guess);
		return found;
	}
	if (kind == SELECT_SITE) {
		found = policy_find_site(policy, name);
		for (size_t i = 0; i < policy->sites && guess != NULL; i++)
			guess_try(guess, policy->site[i].name);
		return found;
	}
	found = policy_find_set(set, sets, name);
	for (size_t i = 0; i < sets && guess != NULL; i++)
		guess_try(guess, set[i].name);
	return found;
}

/* There is no such one: another kind's of that name, or one with a name alike. */
static bool
name_unknown(const struct reader *reader, const struct keyword *keyword,
	     const char *name, size_t at)
{
	struct guess guess = guess_of(slice_of(name));
	char meant[GUESS_TEXT] = "";

	for (size_t i = 0; i < ARRAY_SIZE(keywords) && meant[0] == '\0'; i++)
		if (keywords[i].kind != keyword->kind &&
		    name_find(reader->policy, keywords[i].kind, name, NULL) !=
			POLICY_NONE)
			(void)snprintf(meant, sizeof(meant), "; there is %s%s",
				       keywords[i].name, name);
	if (meant[0] == '\0') {
		(void)name_find(reader->policy, keyword->kind, name, &guess);
		(void)guess_say(&guess, meant, sizeof(meant));
	}
	(void)snprintf(reader->why, SELECTOR_WHY,
		       "there is no %.*s %s (character %zu of the selection)%s",
		       (int)strlen(keyword->name) - 1, keyword->name, name, at + 1,
		       meant);
	return false;
}

/* A name's bytes up to what cannot be one: a minus with a term and its colon after it
   is an operator. */
static bool
name_read(struct reader *reader, char name[NAME_TEXT])
{
	const char *start = reader->text + reader->at;
	size_t length = 0;

	while (name_byte(start[length]) &&
	       !(start[length] == '-' && keyword_at(start + length + 1) != NULL))
		length++;
	if (!name_valid(start, length))
		return fail(reader, "a name of up to 64 letters, digits, . _ and -");
	slice_copy((struct slice){ start, length }, name, NAME_TEXT);
	reader->at += length;
	return true;
}

/* ---- terms ---- */

static void
mark_all(struct reader *reader)
{
	if (reader->policy != NULL)
		memset(reader->marks, !reader->minus, reader->policy->clients);
}

static void
mark_site(struct reader *reader, uint32_t site)
{
	const struct policy *policy = reader->policy;

	for (size_t i = 0; i < policy->clients; i++)
		if (policy_site_within(policy, policy->client[i].site, site))
			reader->marks[i] = !reader->minus;
}

static void
mark(struct reader *reader, enum select_kind kind, uint32_t of)
{
	const struct policy_set *set;

	if (kind == SELECT_CLIENT) {
		reader->marks[of] = !reader->minus;
		return;
	}
	if (kind == SELECT_SITE) {
		mark_site(reader, of);
		return;
	}
	set = kind == SELECT_LIST ? &reader->policy->list[of]
				  : &reader->policy->group[of];
	for (uint32_t i = 0; i < set->members; i++)
		reader->marks[set->member[i]] = !reader->minus;
}

static bool
read_names(struct reader *reader, const struct keyword *keyword)
{
	for (;;) {
		char name[NAME_TEXT];
		size_t at = reader->at;
		uint32_t of;

		if (!name_read(reader, name))
			return false;
		if (reader->policy != NULL) {
			of = name_find(reader->policy, keyword->kind, name, NULL);
			if (of == POLICY_NONE)
				return name_unknown(reader, keyword, name, at);
			mark(reader, keyword->kind, of);
		}
		if (keyword->kind != SELECT_CLIENT || reader->text[reader->at] != ',')
			return true;
		reader->at++;
	}
}

static bool
read_term(struct reader *reader)
{
	const char *here = reader->text + reader->at;
	const struct keyword *keyword = keyword_at(here);

	if (keyword != NULL) {
		reader->at += strlen(keyword->name);
		return read_names(reader, keyword);
	}
	/* "all-list:core" ends after "all"; "all-x" and "allx" are no terms. */
	if (strncmp(here, "all", 3) == 0 &&
	    (!name_byte(here[3]) || (here[3] == '-' && keyword_at(here + 4) != NULL))) {
		reader->at += 3;
		mark_all(reader);
		return true;
	}
	return fail(reader, TERMS);
}

static bool
read_operator(struct reader *reader)
{
	char here = reader->text[reader->at];

	if (here == '+' && reader->minus)
		return fail(reader, "every term with + before the first with -");
	if (here != '+' && here != '-')
		return fail(reader, "+ or - before another term");
	reader->minus = here == '-';
	reader->at++;
	skip_blanks(reader);
	return true;
}

static bool
read_selection(struct reader *reader)
{
	if (strnlen(reader->text, SELECTOR_TEXT) == SELECTOR_TEXT) {
		(void)snprintf(reader->why, SELECTOR_WHY,
			       "selection is longer than %u bytes: expected a list or "
			       "group of the policy in place of many names",
			       SELECTOR_TEXT - 1);
		return false;
	}
	skip_blanks(reader);
	for (;;) {
		if (!read_term(reader))
			return false;
		skip_blanks(reader);
		if (reader->text[reader->at] == '\0')
			return true;
		if (!read_operator(reader))
			return false;
	}
}

bool
selector_syntax(const char *text, char why[SELECTOR_WHY])
{
	struct reader reader = { .text = text, .why = why };

	why[0] = '\0';
	return read_selection(&reader);
}

bool
selector_parse(const struct policy *policy, const char *text, uint8_t *marks,
	       size_t *count, char why[SELECTOR_WHY])
{
	struct reader reader = {
		.policy = policy, .text = text, .marks = marks, .why = why
	};

	why[0] = '\0';
	*count = 0;
	memset(marks, 0, policy->clients);
	if (!read_selection(&reader))
		return false;
	for (size_t i = 0; i < policy->clients; i++)
		*count += marks[i];
	return true;
}
