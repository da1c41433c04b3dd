/* SPDX-License-Identifier: BSD-3-Clause */
/* The console's keys: one table makes the bindings, the help and the manual. */
#ifndef BELLWETHER_TUI_KEYS_H
#define BELLWETHER_TUI_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* A key is the character that it writes, or one of these, beyond all characters. */
enum {
	KEY_NONE = 0,
	KEY_TAB = '\t',
	KEY_RETURN = '\r',
	KEY_ESCAPE = 0x1b,
	KEY_REDRAW = 0x0c, /* Ctrl-L */
	KEY_RUBOUT = 0x7f,
	KEY_WIPE = 0x15, /* Ctrl-U */
	KEY_BEYOND = 0x110000,
	KEY_UPWARD,
	KEY_DOWNWARD,
	KEY_PAGE_UP,
	KEY_PAGE_DOWN,
	KEY_FIRST,
	KEY_LAST,
	KEY_BACK_TAB,
	KEY_LEFTWARD,
	KEY_RIGHTWARD,
	KEY_WHEEL_UP,
	KEY_WHEEL_DOWN,
	KEY_CLICK = 0x1000000 /* and where, key_click() */
};

enum key_request {
	REQUEST_NONE,
	REQUEST_VIEW, /* by its digit */
	REQUEST_NEXT_VIEW,
	REQUEST_PREVIOUS_VIEW,
	REQUEST_UP,
	REQUEST_DOWN,
	REQUEST_PAGE_UP,
	REQUEST_PAGE_DOWN,
	REQUEST_FIRST,
	REQUEST_LAST,
	REQUEST_INTO,
	REQUEST_BACK,
	REQUEST_DETAIL,
	REQUEST_FOLD,
	REQUEST_UNFOLD,
	REQUEST_FILTER,
	REQUEST_JUMP,
	REQUEST_SORT,
	REQUEST_SORT_BACK,
	REQUEST_REVERSE,
	REQUEST_MARK,
	REQUEST_MARK_ALL,
	REQUEST_UNMARK,
	REQUEST_FAILOVER,
	REQUEST_RECONNECT,
	REQUEST_RELEASE,
	REQUEST_PAUSE,
	REQUEST_PLAIN,
	REQUEST_MOUSE,
	REQUEST_HELP,
	REQUEST_REDRAW,
	REQUEST_QUIT
};

#define KEY_CODES 10
struct key {
	enum key_request request;
	const char *label; /* "Up, k" */
	const char *brief; /* for the line at the foot of the screen; NULL: not there */
	const char *help;
	uint32_t code[KEY_CODES + 1]; /* KEY_NONE ends */
};
extern const struct key keys[];
extern const size_t keys_count;

/* A click there, as a code; back from it, false for any other code. */
uint32_t key_click(int y, int x);
bool key_is_click(uint32_t code, int *y, int *x);
bool key_is_mouse(uint32_t code);

/* NULL for a code that no key has. */
const struct key *key_find(uint32_t code);
enum key_request key_request(uint32_t code);
/* The list of keys as mdoc, as it stands in bellwether(1). */
void keys_manual(FILE *out);

#endif
