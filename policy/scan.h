/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads an expression's text before libxml2 does, checks all of it, and rewrites it.

   libxml2 finds unknown variables and functions only when it evaluates them, which
   short-circuiting hides, says little about where, and has paths into a document that
   expressions here do not have. So the whole grammar is checked here, every name is
   resolved, and whatever looks at a live value becomes a variable "$r0", "$r1"...: the
   numbers of the looks. What evaluation then costs is one look-up by number. */
#ifndef BELLWETHER_POLICY_SCAN_H
#define BELLWETHER_POLICY_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/expression.h"

struct scan {
	char *text; /* what libxml2 compiles; malloc'ed */
	struct expression_look look[EXPRESSION_LOOKS_MAX];
	size_t looks;
};

/* False with why, and nothing to free. */
bool scan_expression(const char *text, const struct expression_scope *scope,
		     struct scan *scan, char *why, size_t why_size);

#endif
