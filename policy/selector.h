/* SPDX-License-Identifier: BSD-3-Clause */
/* SELECTION: which clients an operator means. */
#ifndef BELLWETHER_POLICY_SELECTOR_H
#define BELLWETHER_POLICY_SELECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/policy.h"

/*   selection = term { "+" term } { "-" term }
     term      = "all" | "client:" NAME { "," NAME } | "list:" NAME | "group:" NAME
               | "site:" NAME

   Clients of the first terms, less those of the terms after a minus. A site is all
   below it too. Blanks around + and - are optional; none inside a term.

   Names may hold a minus (and dots, but never a plus, a comma, a colon or a blank), so
   a minus directly after a name is an operator only when a term with its colon follows:
   "group:a-list:b" is two terms, "group:a-b" and "group:a-all" are names, and
   "group:a - all" is two terms again. */
#define SELECTOR_TEXT 256 /* one byte more than the longest selection */
#define SELECTOR_WHY  256

/* Marks the clients' rows: marks (one byte a client of the policy) becomes 1 where
   selected, else 0; *count is how many. False with why, which names the place and what
   may have been meant; marks are then undefined. */
bool selector_parse(const struct policy *policy, const char *text, uint8_t *marks,
		    size_t *count, char why[SELECTOR_WHY]);
/* What can be said without a policy: only names are not looked up. */
bool selector_syntax(const char *text, char why[SELECTOR_WHY]);

#endif
