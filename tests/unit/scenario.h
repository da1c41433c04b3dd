/* SPDX-License-Identifier: BSD-3-Clause */
/* A scenario as it is played: the line at hand, cut into words, and the rig. */
#ifndef BELLWETHER_TESTS_SCENARIO_H
#define BELLWETHER_TESTS_SCENARIO_H

#include "tests/unit/rehearsal.h"

#define WORDS 24u

struct scenario {
	const char *file;
	unsigned line;
	struct rig_options options;
	struct rig *rig;
	struct rehearsal
	    *rehearsal; /* whose rig it is; NULL: verdicts are the file's */
	int64_t start;
	char *word[WORDS];
	unsigned words;
	char why[300];
	char answer[FLEET_WHY]; /* what an operator was told last */
	bool refused;
};

/* Position of a text among the names of an enumeration; -1. */
#define FIND(position, name_of, last, text)                            \
	do {                                                           \
		(position) = -1;                                       \
		for (unsigned at_ = 0; at_ <= (unsigned)(last); at_++) \
			if (strcmp(name_of(at_), (text)) == 0)         \
				(position) = (int)at_;                 \
	} while (0)

/* "" past the end. */
const char *scenario_word(const struct scenario *s, unsigned i);
/* False, and why says that the line cannot be read. */
bool scenario_bad(struct scenario *s, const char *what);
/* Marks agents, by number, that word i names. */
bool scenario_clients(struct scenario *s, unsigned i, uint8_t mark[RIG_CLIENTS]);
/* What word 2 expects. */
bool scenario_expect(struct scenario *s);

#endif
