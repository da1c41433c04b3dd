/* SPDX-License-Identifier: BSD-3-Clause */
/* What to do when the engine refuses an operation. */
#ifndef BELLWETHER_TUI_REFUSAL_H
#define BELLWETHER_TUI_REFUSAL_H

#include <stddef.h>

/* Refusals come as text (bwOperationAnswer), of engines of this or another version: each
   is known by a phrase that stays. */
struct refusal {
	const char *phrase;
	const char *advice; /* "": the text says what to do */
};
extern const struct refusal refusals[];
extern const size_t refusals_count;

/* NULL for a text that is not known. */
const struct refusal *refusal_find(const char *text);
/* What to do, beyond what the text says; "" when nothing is known. */
const char *refusal_advice(const char *text);

#endif
