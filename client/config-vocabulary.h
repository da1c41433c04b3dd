/* SPDX-License-Identifier: BSD-3-Clause */
/* The words of client.xml: what belongs where, and what a value looks like. Private to
   client/config*.c. */
#ifndef BELLWETHER_CLIENT_CONFIG_VOCABULARY_H
#define BELLWETHER_CLIENT_CONFIG_VOCABULARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/core.h"

enum config_element {
	ELEMENT_CLIENT,
	ELEMENT_SERVER,
	ELEMENT_KEY,
	ELEMENT_ALTERNATE,
	ELEMENT_ALLOW,
	ELEMENT_RETURN,
	ELEMENT_HOOK,
	ELEMENT_COUNT
};

enum config_type {
	VALUE_NAME,
	VALUE_ADDRESS, /* of one host */
	VALUE_PREFIX,
	VALUE_PORT,
	VALUE_KEY_ID,
	VALUE_FILE,
	VALUE_COMMAND,
	VALUE_TRANSPORT,
	VALUE_ALGORITHM,
	VALUE_SWITCH,
	VALUE_SHARE,
	VALUE_WAIT,    /* 1 s to 7 days */
	VALUE_TIMEOUT, /* 100 ms to 10 min */
	VALUE_EVERY    /* 0, or 1 s to 1 day */
};

#define CONFIG_ATTRIBUTES 5

struct config_attribute {
	const char *name;
	enum config_type type;
	bool required;
};

struct config_word {
	const char *name;
	enum config_element parent; /* itself: the first element */
	bool required;              /* one at least in its parent */
	bool single;                /* one at most */
	struct config_attribute attribute[CONFIG_ATTRIBUTES + 1]; /* NULL name ends */
};
extern const struct config_word config_word[ELEMENT_COUNT];

/* A value read; text is the attribute's own, NULL when it is absent. */
struct config_value {
	const char *text;
	struct address address;
	struct prefix prefix;
	int64_t number; /* port, id, duration, enumeration, switch (0, 1) */
	double share;
};
bool config_value(enum config_type type, const char *text, struct config_value *value);
/* "a duration of 1s to 7d, such as 10m". */
const char *config_expected(enum config_type type);

#endif
