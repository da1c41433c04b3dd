/* SPDX-License-Identifier: BSD-3-Clause */
/* Attribute values: from text to numbers, addresses, durations. Private to policy/. */
#ifndef BELLWETHER_POLICY_VALUE_H
#define BELLWETHER_POLICY_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/address.h"
#include "common/bytes.h"
#include "policy/nearest.h"
#include "policy/vocabulary.h"

/* What an attribute says. text points into the parser's memory: copy what is kept. */
struct value {
	bool set;          /* there, and right */
	struct slice text; /* without spaces around it */
	int64_t number;    /* durations, numbers, rates, words, places in tables */
	double real;       /* reals; shares as 0 to 1 */
	struct endpoint endpoint; /* addresses too */
	struct prefix prefix;
};

/* False leaves value->set false; what was expected is the table's to say. */
bool
value_parse(const struct attribute *attribute, struct slice text, struct value *value);
/* Takes the next of the words in *rest, which have spaces between. */
bool value_next(struct slice *rest, struct slice *word);

/* What a name that was not found may have been meant to be. */
struct guess {
	struct slice wanted;
	struct nearest nearest;
};
struct guess guess_of(struct slice wanted);
void guess_try(struct guess *guess, const char *candidate);
/* "; did you mean \"x\"?" or "". Returns out. */
const char *guess_say(const struct guess *guess, char *out, size_t size);
#define GUESS_TEXT 96

#endif
