/* SPDX-License-Identifier: BSD-3-Clause */
/* Expressions: XPath 1.0 with three values, compiled once (DESIGN.md section 3). */
#ifndef BELLWETHER_POLICY_EXPRESSION_H
#define BELLWETHER_POLICY_EXPRESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct expression;

#define EXPRESSION_MAX       4096u /* bytes of one expression */
#define EXPRESSION_DEPTH_MAX 64u   /* parentheses in parentheses */
#define EXPRESSION_LOOKS_MAX 256u  /* different things it looks at */
#define EXPRESSION_WHY       256u  /* room that every sentence of why fits in */

/* What an expression may look at; the judge answers. */
struct expression_scope {
	const void *context;
	/* Number of the input of that name, or UINT32_MAX. Used at compile time. */
	uint32_t (*find)(const void *context, const char *name, size_t length);
	bool (*is_service)(const void *context, uint32_t input);
	/* The input's name, NULL past the last; for "did you mean". NULL: no suggestions. */
	const char *(*name)(const void *context, uint32_t input);
};

enum window_function { WINDOW_AVERAGE = 1, WINDOW_MAXIMUM, WINDOW_MINIMUM };
/* One thing that an expression looks at, as written. */
enum look_kind {
	LOOK_VALUE = 1, /* $name */
	LOOK_WINDOW,    /* average('name', '30s') and so on */
	LOOK_UP,        /* up('service') */
	LOOK_KNOWN,     /* known('name') */
	LOOK_MANDATORY, /* mandatory() */
	LOOK_DEPENDENT  /* dependent() */
};
struct expression_look {
	enum look_kind kind;
	enum window_function function; /* LOOK_WINDOW */
	uint32_t input;                /* 0 for mandatory() and dependent() */
	bool service;                  /* what the input is */
	int64_t length;                /* LOOK_WINDOW: us */
	bool otherwise;                /* LOOK_WINDOW: not unknown but fallback then */
	double fallback;
};
/* A window that an expression needs kept: the judge allots its memory from these. */
struct expression_window {
	uint32_t input;
	int64_t length; /* us */
};

/* The live values. Each returns false when unknown. */
struct expression_values {
	void *context;
	bool (*value)(void *context, uint32_t input, double *out);
	bool (*window)(void *context, enum window_function function, uint32_t input,
		       int64_t length, double *out);
	bool (*up)(void *context, uint32_t service, bool *out);
	/* role is an enum policy_role. mandatory(): 1 when every mandatory service is up,
	   0 when one is down; dependent(): the share of dependent services that are up,
	   1 when there are none. */
	bool (*role)(void *context, int role, double *out);
};

/* NULL with why (what is wrong and, where it can be guessed, what was meant: a variable
   like $a-10 suggests a space) for syntax, unknown variables, functions, arities,
   arguments that are no quoted literal. */
struct expression *
expression_compile(const char *text, const struct expression_scope *scope, char *why,
		   size_t why_size);
void expression_free(struct expression *expression);

/* Windows it needs; count through *count. */
const struct expression_window *
expression_windows(const struct expression *expression, size_t *count);
/* Inputs it looks at by name, ascending. */
const uint32_t *expression_inputs(const struct expression *expression, size_t *count);
/* All it looks at, each once, in the order of the text. */
const struct expression_look *
expression_looks(const struct expression *expression, size_t *count);

/* A thread's evaluator: owns the XPath context. Compiled expressions hold caches that
   evaluation writes, so one expression is evaluated by one thread at a time. */
struct evaluator;
struct evaluator *evaluator_new(const struct expression_values *values);
void evaluator_free(struct evaluator *evaluator);

enum truth { TRUTH_FALSE = 0, TRUTH_TRUE = 1, TRUTH_UNKNOWN = 2 };

/* Looking at an unknown value (except by known()) makes the result unknown, whatever
   surrounds it; what short-circuit leaves unread does not. NaN is unknown, as is
   passing the operation limit. */
enum truth evaluate_truth(struct evaluator *evaluator, struct expression *expression);
bool evaluate_number(struct evaluator *evaluator, struct expression *expression,
		     double *out);

#endif
