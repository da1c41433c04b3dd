/* SPDX-License-Identifier: BSD-3-Clause */
/* The functions of expressions: one table for the scan, its messages and the manual. */
#ifndef BELLWETHER_POLICY_FUNCTION_H
#define BELLWETHER_POLICY_FUNCTION_H

#include <stddef.h>
#include <stdint.h>

#include "common/bytes.h"

enum function_kind {
	FUNCTION_PLAIN = 1, /* computed from its arguments */
	FUNCTION_WINDOW,    /* (name, duration) */
	FUNCTION_UP,        /* (service) */
	FUNCTION_KNOWN,     /* (name) */
	FUNCTION_ROLE,      /* () */
	FUNCTION_NODES      /* XPath's, about documents */
};

/* `most` of functions that take as many as there are. */
#define FUNCTION_ANY UINT32_MAX

struct function {
	const char *name;
	const char *usage; /* what messages show */
	enum function_kind kind;
	uint32_t least, most; /* arguments */
	int detail;           /* an enum window_function or an enum look_kind */
};
extern const struct function functions[];
extern const size_t function_count;

/* NULL when there is none of that name. */
const struct function *function_find(struct slice name);
/* The one that was probably meant; NULL when none is near. */
const char *function_nearest(struct slice name);

#endif
