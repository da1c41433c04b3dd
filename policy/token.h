/* SPDX-License-Identifier: BSD-3-Clause */
/* The words of an expression: XPath 1.0's, less what only documents need. */
#ifndef BELLWETHER_POLICY_TOKEN_H
#define BELLWETHER_POLICY_TOKEN_H

#include "common/bytes.h"

enum token_kind {
	TOKEN_END = 1,
	TOKEN_NUMBER,
	TOKEN_LITERAL,  /* text without its quotes */
	TOKEN_VARIABLE, /* text without its dollar sign */
	TOKEN_NAME,     /* a function, or and, or, div, mod */
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_COMMA,
	TOKEN_MINUS, /* apart from the others because it also stands before a value */
	TOKEN_OPERATOR,
	TOKEN_BAD /* fault says why */
};

struct token {
	enum token_kind kind;
	struct slice text;
	const char *start; /* in the expression, quotes and dollar sign included */
	const char *end;
	const char *fault; /* TOKEN_BAD: a whole sentence */
};

/* The token at or after `at`, a NUL-terminated text. Names are cut as long as they
   can be, as XPath does: "a-10" is one. */
struct token token_read(const char *at);
/* Is this NAME one of and, or, div, mod? */
bool token_is_word_operator(const struct token *token);

#endif
