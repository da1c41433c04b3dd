/* SPDX-License-Identifier: BSD-3-Clause */
/* The grammar of expressions: two states (a value or an operator comes next) and a
   stack of open parentheses, in one pass, without recursion. */
#include "config.h"

#include "policy/scan.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "common/clock.h"
#include "policy/function.h"
#include "policy/nearest.h"
#include "policy/token.h"

/* Values and operators of one expression; libxml2 recurses once for each of a chain. */
#define TERMS_MAX 1000u
/* The longest window: its slots grow coarser with length, not its memory. */
#define WINDOW_MAX DAY

/* An open parenthesis. */
struct frame {
	const struct function *function; /* NULL: only groups */
	const char *start;
	uint32_t commas;
};

struct scanner {
	const struct expression_scope *scope;
	struct scan *scan;
	struct token token; /* the one to be dealt with */
	bool want_value;
	bool just_opened; /* the token before was an open parenthesis */
	struct frame frame[EXPRESSION_DEPTH_MAX];
	size_t depth;
	uint32_t terms;
	char *out; /* end of scan->text */
	char *why;
	size_t why_size;
};

/* Quoted pieces of the text in messages. */
#define PLACE_TEXT 32

static const char *
place(const char *at, char out[PLACE_TEXT])
{
	size_t length = strlen(at);
	bool cut = length > PLACE_TEXT - 4;
	if (cut)
		length = PLACE_TEXT - 4;
	text_clean(at, length, out, PLACE_TEXT);
	if (cut)
		memcpy(out + length, "...", 4);
	return out;
}

__attribute__((format(printf, 2, 3))) static bool
refuse(struct scanner *s, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(s->why, s->why_size, format, arguments);
	va_end(arguments);
	return false;
}

/* "expected WHAT", and where. */
static bool
expected(struct scanner *s, const char *what)
{
	char quoted[PLACE_TEXT];
	if (s->token.kind == TOKEN_BAD)
		return refuse(s, "%s, at \"%s\"", s->token.fault,
			      place(s->token.start, quoted));
	if (s->token.kind == TOKEN_END)
		return refuse(s, "expected %s, but the expression ends", what);
	return refuse(s, "expected %s at \"%s\"", what, place(s->token.start, quoted));
}

static void
advance(struct scanner *s)
{
	s->just_opened = s->token.kind == TOKEN_OPEN;
	s->token = token_read(s->token.end);
}

/* Tokens are set apart by one space, so that none grows into the next. */
static void
emit(struct scanner *s, const char *text, size_t length)
{
	memcpy(s->out, text, length);
	s->out += length;
	*s->out++ = ' ';
}

static void
emit_token(struct scanner *s)
{
	emit(s, s->token.start, (size_t)(s->token.end - s->token.start));
}

static bool
same_look(const struct expression_look *a, const struct expression_look *b)
{
	return a->kind == b->kind && a->function == b->function &&
	       a->input == b->input && a->length == b->length &&
	       a->otherwise == b->otherwise && a->fallback == b->fallback;
}

/* Equal looks share a number. */
static bool
emit_look(struct scanner *s, struct expression_look look)
{
	struct scan *scan = s->scan;
	size_t i = 0;

	if (look.kind != LOOK_MANDATORY && look.kind != LOOK_DEPENDENT)
		look.service = s->scope->is_service(s->scope->context, look.input);
	while (i < scan->looks && !same_look(&scan->look[i], &look))
		i++;
	if (i == EXPRESSION_LOOKS_MAX)
		return refuse(s, "an expression looks at %u things at most",
			      EXPRESSION_LOOKS_MAX);
	if (i == scan->looks)
		scan->look[scan->looks++] = look;
	char text[24];
	int length = snprintf(text, sizeof(text), "$r%zu", i);
	emit(s, text, (size_t)length);
	return true;
}

static uint32_t
find(const struct scanner *s, struct slice name)
{
	return s->scope->find(s->scope->context, name.start, name.length);
}

static const char *
nearest_input(const struct scanner *s, struct slice name)
{
	struct nearest nearest = { .distance = NEAREST_FAR };
	const char *candidate;

	if (!s->scope->name)
		return NULL;
	for (uint32_t i = 0; (candidate = s->scope->name(s->scope->context, i)); i++)
		nearest_consider(&nearest, name, candidate);
	return nearest.name;
}

/* Length of the longest known name that a - ends within an unknown one, else 0. */
static size_t
known_prefix(const struct scanner *s, struct slice name)
{
	for (size_t length = name.length; length-- > 1;)
		if (name.start[length] == '-' &&
		    find(s, (struct slice){ name.start, length }) != UINT32_MAX)
			return length;
	return 0;
}

/* "$a-10" is one name to XPath: who wrote it meant to subtract. */
static bool
meant_to_subtract(struct scanner *s, struct slice name, size_t prefix)
{
	const char *rest = name.start + prefix + 1;
	size_t length = name.length - prefix - 1;
	bool digit = length > 0 && rest[0] >= '0' && rest[0] <= '9';
	bool input = find(s, (struct slice){ rest, length }) != UINT32_MAX;

	if (prefix == 0 || (!digit && !input))
		return false;
	refuse(
	    s,
	    "$%.*s is no parameter; names may hold -, so a subtraction needs a space: "
	    "$%.*s - %s%.*s",
	    (int)name.length, name.start, (int)prefix, name.start, input ? "$" : "",
	    (int)length, rest);
	return true;
}

/* Longest part of a wrong name that messages repeat. */
static int
shown(struct slice name)
{
	return (int)(name.length < NAME_MAX_LENGTH ? name.length : NAME_MAX_LENGTH);
}

static bool
refuse_name(struct scanner *s, const char *before, struct slice name, const char *after,
	    const char *kind)
{
	char cleaned[NAME_TEXT];
	text_clean(name.start, (size_t)shown(name), cleaned, sizeof(cleaned));
	const char *near = nearest_input(s, name);
	if (near)
		return refuse(s, "%s%s%s is no %s; did you mean %s%s%s?", before,
			      cleaned, after, kind, before, near, after);
	return refuse(s, "%s%s%s is no %s of this policy", before, cleaned, after,
		      kind);
}

static bool
scan_variable(struct scanner *s)
{
	struct slice name = s->token.text;
	uint32_t input = find(s, name);

	if (input == UINT32_MAX) {
		if (name.length <= NAME_MAX_LENGTH &&
		    meant_to_subtract(s, name, known_prefix(s, name)))
			return false;
		return refuse_name(s, "$", name, "", "parameter");
	}
	if (s->scope->is_service(s->scope->context, input))
		return refuse(
		    s, "$%.*s is a service, which has no value; write up('%.*s')",
		    shown(name), name.start, shown(name), name.start);
	s->want_value = false;
	advance(s);
	return emit_look(
	    s, (struct expression_look){ .kind = LOOK_VALUE, .input = input });
}

static bool
refuse_function(struct scanner *s)
{
	struct slice name = s->token.text;
	const char *near = function_nearest(name);

	if (near)
		return refuse(s, "there is no function %.*s(); did you mean %s()?",
			      shown(name), name.start, near);
	return refuse(
	    s,
	    "there is no function %.*s(); there are min, max, clamp, average, "
	    "maximum, minimum, up, known, mandatory, dependent, and those of "
	    "XPath 1.0 for numbers and texts",
	    shown(name), name.start);
}

/* A name without parentheses, where a value is expected. */
static bool
refuse_bare_name(struct scanner *s)
{
	struct slice name = s->token.text;
	uint32_t input = find(s, name);

	if (token_is_word_operator(&s->token))
		return expected(s, "a value");
	if (input != UINT32_MAX && s->scope->is_service(s->scope->context, input))
		return refuse(s, "%.*s is a service: write up('%.*s')", shown(name),
			      name.start, shown(name), name.start);
	if (input != UINT32_MAX)
		return refuse(s, "a parameter is written with a dollar sign: $%.*s",
			      shown(name), name.start);
	if (function_find(name))
		return refuse(s, "parentheses are missing after the function %.*s",
			      shown(name), name.start);
	return refuse(
	    s,
	    "%.*s is neither a function nor a parameter; parameters are written "
	    "$name",
	    shown(name), name.start);
}

/* Takes a quoted literal, an argument of function. */
static bool
take_literal(struct scanner *s, const struct function *function, struct slice *literal)
{
	char quoted[PLACE_TEXT];
	if (s->token.kind == TOKEN_BAD)
		return expected(s, "a quoted name");
	if (s->token.kind != TOKEN_LITERAL)
		return refuse(s, "%s() takes quoted text: write %s, at \"%s\"",
			      function->name, function->usage,
			      place(s->token.start, quoted));
	*literal = s->token.text;
	advance(s);
	return true;
}

static bool
take(struct scanner *s, enum token_kind kind, const struct function *function)
{
	char quoted[PLACE_TEXT];
	if (s->token.kind != kind)
		return refuse(s, "write %s, at \"%s\"", function->usage,
			      place(s->token.start, quoted));
	advance(s);
	return true;
}

static bool
check_window(struct scanner *s, const struct function *function, struct slice duration,
	     struct expression_look *look)
{
	char text[DURATION_TEXT];
	char cleaned[DURATION_TEXT];

	slice_copy(duration, text, sizeof(text));
	text_clean(text, strlen(text), cleaned, sizeof(cleaned));
	if (look->service)
		return refuse(s, "%s() looks at parameters, not at services",
			      function->name);
	if (duration.length >= sizeof(text) || !duration_parse(text, &look->length) ||
	    look->length <= 0)
		return refuse(
		    s,
		    "'%s' is no duration of %s(): write a whole number and ms, s, "
		    "m or h, as in %s",
		    cleaned, function->name, function->usage);
	if (look->length > WINDOW_MAX)
		return refuse(s, "'%s' is too long for %s(): a window is 24h at most",
			      cleaned, function->name);
	return true;
}

/* ", 100" or ", -1": what a window of nothing known reads as, so that a part that this
   host lacks does not make the whole unknown. The digits are read here: strtod() would
   follow the locale. */
static bool
take_fallback(struct scanner *s, const struct function *function,
	      struct expression_look *look)
{
	double value = 0, scale = 1;
	bool negative = false, fraction = false;

	advance(s);
	if (s->token.kind == TOKEN_MINUS) {
		negative = true;
		advance(s);
	}
	if (s->token.kind != TOKEN_NUMBER)
		return take(s, TOKEN_NUMBER, function);
	for (size_t i = 0; i < s->token.text.length; i++) {
		char digit = s->token.text.start[i];
		if (digit == '.') {
			fraction = true;
			continue;
		}
		value = 10 * value + (digit - '0');
		scale = fraction ? 10 * scale : scale;
	}
	if (!isfinite(value) || !isfinite(scale))
		return expected(s, "a smaller number");
	look->otherwise = true;
	look->fallback = (negative ? -value : value) / scale;
	advance(s);
	return true;
}

/* up('x'), known('x'), average('x', '30s'): the token is the first argument. */
static bool
scan_named(struct scanner *s, const struct function *function)
{
	struct slice name, duration = { "", 0 };
	bool window = function->kind == FUNCTION_WINDOW;
	const char *kind = function->kind == FUNCTION_UP      ? "service"
			   : function->kind == FUNCTION_KNOWN ? "parameter or service"
							      : "parameter";
	struct expression_look look = {
		.kind = window ? LOOK_WINDOW : (enum look_kind)function->detail,
		.function = window ? (enum window_function)function->detail : 0,
	};

	if (!take_literal(s, function, &name))
		return false;
	if (window &&
	    (!take(s, TOKEN_COMMA, function) || !take_literal(s, function, &duration)))
		return false;
	if (window && s->token.kind == TOKEN_COMMA &&
	    !take_fallback(s, function, &look))
		return false;
	if (!take(s, TOKEN_CLOSE, function))
		return false;
	look.input = find(s, name);
	if (look.input == UINT32_MAX)
		return refuse_name(s, "'", name, "'", kind);
	look.service = s->scope->is_service(s->scope->context, look.input);
	if (function->kind == FUNCTION_UP && !look.service)
		return refuse(s, "up() asks about services, and %.*s is a parameter",
			      shown(name), name.start);
	if (window && !check_window(s, function, duration, &look))
		return false;
	s->want_value = false;
	return emit_look(s, look);
}

static bool
push(struct scanner *s, const struct function *function, const char *start)
{
	if (s->depth == EXPRESSION_DEPTH_MAX)
		return refuse(s, "more than %u parentheses are open at once",
			      EXPRESSION_DEPTH_MAX);
	s->frame[s->depth++] = (struct frame){ function, start, 0 };
	return true;
}

static bool
scan_call(struct scanner *s)
{
	const struct token name = s->token;
	const struct function *function = function_find(name.text);
	struct token next = token_read(name.end);

	if (next.kind != TOKEN_OPEN)
		return refuse_bare_name(s);
	if (!function)
		return refuse_function(s);
	if (function->kind == FUNCTION_NODES)
		return refuse(
		    s,
		    "%s() is about the nodes of a document, and an expression has "
		    "none: it looks at parameters, as $name",
		    function->name);
	advance(s);
	advance(s);
	if (function->kind == FUNCTION_PLAIN) {
		s->out +=
		    snprintf(s->out, name.text.length + 3, "%s( ", function->name);
		return push(s, function, name.start);
	}
	if (function->kind != FUNCTION_ROLE)
		return scan_named(s, function);
	if (!take(s, TOKEN_CLOSE, function))
		return false;
	s->want_value = false;
	return emit_look(
	    s, (struct expression_look){ .kind = (enum look_kind)function->detail });
}

static bool
scan_close(struct scanner *s)
{
	if (s->depth == 0)
		return expected(s, s->want_value ? "a value" : "an operator");
	const struct frame *frame = &s->frame[--s->depth];
	uint32_t arguments = s->want_value ? 0 : frame->commas + 1;
	/* A close where a value should be is right only in "f()". */
	if (s->want_value && (!frame->function || !s->just_opened))
		return expected(s, "a value");
	if (frame->function &&
	    (arguments < frame->function->least || arguments > frame->function->most))
		return refuse(s, "%s() does not take %" PRIu32 " argument%s: write %s",
			      frame->function->name, arguments,
			      arguments == 1 ? "" : "s", frame->function->usage);
	s->want_value = false;
	emit_token(s);
	advance(s);
	return true;
}

static bool
scan_value(struct scanner *s)
{
	switch (s->token.kind) {
	case TOKEN_NUMBER:
	case TOKEN_LITERAL:
		s->want_value = false;
		break;
	case TOKEN_VARIABLE:
		return scan_variable(s);
	case TOKEN_NAME:
		return scan_call(s);
	case TOKEN_OPEN:
		if (!push(s, NULL, s->token.start))
			return false;
		break;
	case TOKEN_CLOSE:
		return scan_close(s);
	case TOKEN_MINUS:
		break;
	default:
		return expected(s, "a value");
	}
	emit_token(s);
	advance(s);
	return true;
}

static bool
scan_operator(struct scanner *s)
{
	switch (s->token.kind) {
	case TOKEN_MINUS:
	case TOKEN_OPERATOR:
		break;
	case TOKEN_NAME:
		if (!token_is_word_operator(&s->token))
			return expected(s, "an operator");
		break;
	case TOKEN_COMMA:
		if (s->depth == 0 || !s->frame[s->depth - 1].function)
			return expected(s, "an operator");
		s->frame[s->depth - 1].commas++;
		break;
	case TOKEN_CLOSE:
		return scan_close(s);
	default:
		return expected(s, "an operator");
	}
	s->want_value = true;
	emit_token(s);
	advance(s);
	return true;
}

static bool
scan_all(struct scanner *s)
{
	char quoted[PLACE_TEXT];

	while (s->token.kind != TOKEN_END) {
		if (++s->terms > TERMS_MAX)
			return refuse(s, "an expression has %u terms at most",
				      TERMS_MAX);
		if (!(s->want_value ? scan_value(s) : scan_operator(s)))
			return false;
	}
	if (s->want_value)
		return expected(s, "a value");
	if (s->depth > 0)
		return refuse(s, "the parenthesis at \"%s\" is not closed",
			      place(s->frame[s->depth - 1].start, quoted));
	return true;
}

bool
scan_expression(const char *text, const struct expression_scope *scope,
		struct scan *scan, char *why, size_t why_size)
{
	struct scanner scanner = {
		.scope = scope,
		.scan = scan,
		.want_value = true,
		.why = why,
		.why_size = why_size,
	};
	size_t length = strlen(text);

	if (length > EXPRESSION_MAX)
		return refuse(&scanner, "an expression has %u bytes at most",
			      EXPRESSION_MAX);
	scan->looks = 0;
	/* A token of one byte becomes two; a look, at least two bytes, becomes "$r255 ". */
	scan->text = malloc(3 * length + 1);
	if (!scan->text)
		return refuse(&scanner, "no memory");
	scanner.out = scan->text;
	scanner.token = token_read(text);
	bool good = scan_all(&scanner);
	*scanner.out = '\0';
	if (!good) {
		free(scan->text);
		scan->text = NULL;
	}
	return good;
}
