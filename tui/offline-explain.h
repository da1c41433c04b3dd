/* SPDX-License-Identifier: BSD-3-Clause */
/* What bellwether explain found out, as it is printed. */
#ifndef BELLWETHER_TUI_OFFLINE_EXPLAIN_H
#define BELLWETHER_TUI_OFFLINE_EXPLAIN_H

#include <stdio.h>

#include "tui/offline-moves.h"
#include "tui/offline-suppose.h"

struct explained {
	const struct policy *policy;
	const struct suppose *suppose;
	const struct moves *moves;
	bool all; /* --clients: each by its name */
};

void explained_print(const struct explained *explained, FILE *out);
void explained_json(const struct explained *explained, FILE *out);

/* "failover", a when's name, or "connection": what the verdict rests on; NULL: nothing. */
const char *explained_deciding(const struct explained *explained);
/* Where a value comes from: "given", "trace", or "unknown" when nobody said. */
const char *explained_source(const struct explained *explained, uint32_t input);
/* "assumed: serving, performance 100, no clients of its own" and its like. */
#define EXPLAINED_TEXT 200
void explained_alternate(const struct explained *explained, uint32_t i,
			 char text[EXPLAINED_TEXT]);

#endif
