/* SPDX-License-Identifier: BSD-3-Clause */
/* Cuts an expression into words, and says what people of other languages meant. */
#include "config.h"

#include "policy/token.h"

#include <string.h>

/* What is no part of an expression here, and what to write instead. */
static const struct {
	const char *start;
	const char *fault;
} foreign[] = {
	{ "==", "equality is written with one =" },
	{ "<>", "inequality is written !=" },
	{ "=<", "at most is written <=" },
	{ "=>", "at least is written >=" },
	{ "&", "a conjunction is written with the word and" },
	{ "||", "a disjunction is written with the word or" },
	{ "!", "a negation is written not(...)" },
	{ "//", "paths lead into a document, and an expression has none: it looks at "
		"parameters, as $name" },
	{ "/", "a division is written with the word div" },
	{ "%", "a remainder is written with the word mod, and percentages are plain "
	       "numbers" },
	{ "::", "axes lead through a document, and an expression has none" },
	{ "|",
	  "there are no node-sets to unite; a disjunction is written with the word "
	  "or" },
	{ "@", "there are no attributes to look at; a parameter is written $name" },
	{ "[", "there are no nodes to filter with brackets" },
	{ "]", "there are no nodes to filter with brackets" },
	{ ".", "there is no current node; a parameter is written $name" },
	{ ":", "names have no prefix" },
	{ "{", "braces mean nothing here" },
	{ "}", "braces mean nothing here" },
	{ "^", "powers do not exist; multiply" },
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_name_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool
is_name_part(char c)
{
	return is_name_start(c) || is_digit(c) || c == '-' || c == '.';
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static struct token
make(enum token_kind kind, const char *start, const char *end)
{
	return (struct token){ .kind = kind,
			       .text = { start, (size_t)(end - start) },
			       .start = start,
			       .end = end };
}

static struct token
bad(const char *start, const char *end, const char *fault)
{
	struct token token = make(TOKEN_BAD, start, end);
	token.fault = fault;
	return token;
}

static const char *
name_end(const char *at)
{
	while (is_name_part(*at))
		at++;
	return at;
}

static struct token
number(const char *start)
{
	const char *end = start;
	while (is_digit(*end))
		end++;
	if (*end == '.')
		end++;
	while (is_digit(*end))
		end++;
	/* libxml2 would read 1e3 as a thousand and 5x as 5 followed by x. */
	if (is_name_start(*end) || *end == '.')
		return bad(start, name_end(end),
			   "numbers are digits with at most one point, without unit or "
			   "exponent");
	return make(TOKEN_NUMBER, start, end);
}

static struct token
literal(const char *start)
{
	const char *end = strchr(start + 1, *start);
	if (!end)
		return bad(start, start + strlen(start),
			   "the closing quote is missing");
	struct token token = make(TOKEN_LITERAL, start, end + 1);
	token.text = (struct slice){ start + 1, (size_t)(end - start - 1) };
	if (!text_printable(token.text.start, token.text.length))
		return bad(start, end + 1,
			   "quoted text is UTF-8 without control characters");
	return token;
}

static struct token
variable(const char *start)
{
	if (!is_name_start(start[1]))
		return bad(
		    start, start + 1,
		    "a name follows the dollar sign at once, and begins with a letter "
		    "or _");
	struct token token = make(TOKEN_VARIABLE, start, name_end(start + 1));
	token.text.start++;
	token.text.length--;
	return token;
}

static struct token
symbol(const char *start)
{
	/* The foreign ones first: "==" begins like "=". */
	for (size_t i = 0; i < ARRAY_SIZE(foreign); i++) {
		size_t length = strlen(foreign[i].start);
		if (strncmp(start, foreign[i].start, length) == 0 &&
		    strncmp(start, "!=", 2) != 0)
			return bad(start, start + length, foreign[i].fault);
	}
	switch (*start) {
	case '(':
		return make(TOKEN_OPEN, start, start + 1);
	case ')':
		return make(TOKEN_CLOSE, start, start + 1);
	case ',':
		return make(TOKEN_COMMA, start, start + 1);
	case '-':
		return make(TOKEN_MINUS, start, start + 1);
	case '+':
	case '*':
	case '=':
		return make(TOKEN_OPERATOR, start, start + 1);
	case '!':
		return make(TOKEN_OPERATOR, start, start + 2);
	case '<':
	case '>':
		return make(TOKEN_OPERATOR, start, start + (start[1] == '=' ? 2 : 1));
	default:
		return bad(start, start + 1,
			   "this character has no meaning outside quotes");
	}
}

struct token
token_read(const char *at)
{
	while (is_space(*at))
		at++;
	if (*at == '\0')
		return make(TOKEN_END, at, at);
	if (is_digit(*at) || (*at == '.' && is_digit(at[1])))
		return number(at);
	if (*at == '\'' || *at == '"')
		return literal(at);
	if (*at == '$')
		return variable(at);
	if (is_name_start(*at))
		return make(TOKEN_NAME, at, name_end(at));
	return symbol(at);
}

bool
token_is_word_operator(const struct token *token)
{
	return token->kind == TOKEN_NAME &&
	       (slice_equal(token->text, "and") || slice_equal(token->text, "or") ||
		slice_equal(token->text, "div") || slice_equal(token->text, "mod"));
}
