/* SPDX-License-Identifier: BSD-3-Clause */
/* The console's keys. What moves clients or stops the policy is a capital
   letter, and the same letter without Shift does nothing. */
#include "config.h"

#include "tui/keys.h"

#include <string.h>

#include "common/bytes.h"

const struct key keys[] = {
	{ REQUEST_VIEW,
	  "1 ... 9, 0",
	  NULL,
	  "the view of that number",
	  { '1', '2', '3', '4', '5', '6', '7', '8', '9', '0' } },
	{ REQUEST_NEXT_VIEW, "Tab", NULL, "the next view", { KEY_TAB } },
	{ REQUEST_PREVIOUS_VIEW,
	  "Shift-Tab",
	  NULL,
	  "the view before",
	  { KEY_BACK_TAB } },
	{ REQUEST_UP, "Up, k", NULL, "a line up", { KEY_UPWARD, 'k' } },
	{ REQUEST_DOWN, "Down, j", NULL, "a line down", { KEY_DOWNWARD, 'j' } },
	{ REQUEST_PAGE_UP, "PgUp, b", NULL, "a page up", { KEY_PAGE_UP, 'b' } },
	{ REQUEST_PAGE_DOWN,
	  "PgDn, Space",
	  NULL,
	  "a page down",
	  { KEY_PAGE_DOWN, ' ' } },
	{ REQUEST_FIRST, "Home, g", NULL, "to the first line", { KEY_FIRST, 'g' } },
	{ REQUEST_LAST, "End, e", NULL, "to the last line", { KEY_LAST, 'e' } },
	{ REQUEST_INTO,
	  "Enter",
	  NULL,
	  "into: of a server, group, site or alternate its clients, else all that is "
	  "known of the line",
	  { KEY_RETURN, '\n' } },
	{ REQUEST_BACK,
	  "Esc",
	  "back",
	  "back; out of a filter, out of a server",
	  { KEY_ESCAPE } },
	{ REQUEST_DETAIL, "i", NULL, "all that is known of the line", { 'i' } },
	{ REQUEST_FOLD,
	  "Left, -",
	  NULL,
	  "fold the site's sites away, or go to the site around it",
	  { KEY_LEFTWARD, '-' } },
	{ REQUEST_UNFOLD,
	  "Right, +",
	  NULL,
	  "unfold them",
	  { KEY_RIGHTWARD, '+', '=' } },
	{ REQUEST_FILTER,
	  "/",
	  "filter",
	  "show lines that hold every word typed; place:away asks one column, -word "
	  "leaves out",
	  { '/' } },
	{ REQUEST_JUMP,
	  ":",
	  NULL,
	  "jump to a line by its number, or to a name as it is typed",
	  { ':' } },
	{ REQUEST_SORT, "s, >", "sort", "sort by the next column", { 's', '>' } },
	{ REQUEST_SORT_BACK, "<", NULL, "sort by the column before", { '<' } },
	{ REQUEST_REVERSE, "o", NULL, "turn the order round", { 'o' } },
	{ REQUEST_MARK,
	  "m",
	  NULL,
	  "mark the client, or take its mark away; F, R and X are for all that are "
	  "marked",
	  { 'm' } },
	{ REQUEST_MARK_ALL,
	  "a",
	  NULL,
	  "mark all clients that the filter shows",
	  { 'a' } },
	{ REQUEST_UNMARK, "u", NULL, "take all marks away", { 'u' } },
	{ REQUEST_FAILOVER,
	  "F",
	  "failover",
	  "failover: tell the line's clients to use their alternates",
	  { 'F' } },
	{ REQUEST_RECONNECT,
	  "R",
	  "reconnect",
	  "reconnect: call the line's clients back, in batches",
	  { 'R' } },
	{ REQUEST_RELEASE,
	  "X",
	  "release",
	  "release: give up an operator's hold on the line's clients",
	  { 'X' } },
	{ REQUEST_PAUSE,
	  "P",
	  "pause",
	  "pause the server's policy, or let it go on",
	  { 'P' } },
	{ REQUEST_PLAIN,
	  "c",
	  NULL,
	  "the text alone, to be copied; it stands still until a key",
	  { 'c' } },
	{ REQUEST_MOUSE,
	  "w",
	  NULL,
	  "mouse on or off: a click chooses a line, a view or a column to sort by, the "
	  "wheel scrolls",
	  { 'w' } },
	{ REQUEST_HELP, "?, h", "help", "this help", { '?', 'h' } },
	{ REQUEST_REDRAW, "Ctrl-L", NULL, "draw the screen anew", { KEY_REDRAW } },
	{ REQUEST_QUIT, "q", "quit", "quit", { 'q' } },
};
const size_t keys_count = ARRAY_SIZE(keys);

/* Where it is takes twelve bits each. */
uint32_t
key_click(int y, int x)
{
	return KEY_CLICK | ((uint32_t)y & 0xfff) << 12 | ((uint32_t)x & 0xfff);
}

bool
key_is_click(uint32_t code, int *y, int *x)
{
	*y = (int)(code >> 12 & 0xfff);
	*x = (int)(code & 0xfff);
	return code >= KEY_CLICK;
}

bool
key_is_mouse(uint32_t code)
{
	return code == KEY_WHEEL_UP || code == KEY_WHEEL_DOWN || code >= KEY_CLICK;
}

const struct key *
key_find(uint32_t code)
{
	for (size_t i = 0; i < keys_count; i++)
		for (size_t j = 0; j < KEY_CODES && keys[i].code[j]; j++)
			if (keys[i].code[j] == code)
				return &keys[i];
	return NULL;
}

enum key_request
key_request(uint32_t code)
{
	const struct key *key = key_find(code);
	return key ? key->request : REQUEST_NONE;
}

void
keys_manual(FILE *out)
{
	fputs(".Bl -tag -width \"PgDn, Space\" -compact\n", out);
	for (size_t i = 0; i < keys_count; i++) {
		const char *label = keys[i].label;
		/* mdoc takes a lone point or colon for punctuation. */
		bool lone = strchr(".,:;?!", label[0]) && !label[1];
		fprintf(out, ".It Sy \"%s%s\"\n%s\n", lone ? "\\&" : "", label,
			keys[i].help);
	}
	fputs(".El\n", out);
}
