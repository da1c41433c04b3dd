/* SPDX-License-Identifier: BSD-3-Clause */
/* The box of an action: what would be done, what is asked, how far it is. */
#include "config.h"

#include "tui/dialogue.h"

#include <stdio.h>
#include <string.h>

#include "common/bytes.h"
#include "common/clock.h"
#include "tui/refusal.h"
#include "tui/snmp.h"
#include "tui/text.h"

#define BOX_WIDTH  76
#define BOX_HEIGHT 13
#define WRAP_LINES 4
#define LOADS      3 /* alternates: the box has no room for more */

/* Where the next line goes. */
struct pen {
	struct cells *cells;
	int y, x, width, bottom;
};

static void
say(struct pen *pen, unsigned look, const char *text)
{
	int lines =
	    pen->bottom - pen->y < WRAP_LINES ? pen->bottom - pen->y : WRAP_LINES;
	pen->y += cells_wrap(pen->cells, pen->y, pen->x, pen->width, lines, look, text);
}

static void
say_typing(struct pen *pen, const char *prompt, const char *line)
{
	int used =
	    cells_text(pen->cells, pen->y, pen->x, pen->width, LOOK_BOLD, prompt);
	int room = pen->width - used - 1;
	/* The end of a long line is what is being typed. */
	while (cells_width(line) > room)
		do
			line++;
		while (((unsigned char)*line & 0xc0) == 0x80);
	used += cells_text(pen->cells, pen->y, pen->x + used, room, LOOK_PLAIN, line);
	cells_set(pen->cells, pen->y, pen->x + used, '_', LOOK_BOLD);
	pen->y++;
}

/* ---- the parts ---- */

static void
say_parts(struct pen *pen, const struct dialogue *dialogue)
{
	char text[2 * MIB_TEXT];
	if (dialogue->parts == 1)
		return;
	snprintf(text, sizeof(text),
		 "in %zu operations, as one selection does not hold all names%s%s",
		 dialogue->parts, dialogue->refused[0] ? "; not all of them: " : "",
		 dialogue->refused);
	say(pen, dialogue->refused[0] ? LOOK_WARN : LOOK_PLAIN, text);
}

/* "Asking ... (3 of 8)" */
static void
say_waiting(struct pen *pen, const struct dialogue *dialogue, const char *what)
{
	char text[MIB_TEXT];
	if (dialogue->parts == 1)
		snprintf(text, sizeof(text), "%s ...", what);
	else
		snprintf(text, sizeof(text), "%s (%zu of %zu) ...", what,
			 dialogue->at + 1, dialogue->parts);
	say(pen, LOOK_PLAIN, text);
}

static void
say_preview(struct pen *pen, const struct dialogue *dialogue)
{
	const struct mib_operation *operation = &dialogue->operation;
	char text[MIB_TEXT];
	char hold[DURATION_TEXT];
	act_preview(operation, text);
	say(pen, LOOK_BOLD, text);
	if (operation->action == ACTION_FAILOVER ||
	    operation->action == ACTION_RECONNECT) {
		if (operation->hold)
			snprintf(text, sizeof(text),
				 "the policy leaves them alone for %s after that",
				 duration_format(operation->hold * SECOND, hold));
		else
			snprintf(
			    text, sizeof(text),
			    "the policy leaves them alone until they are released");
		say(pen, LOOK_PLAIN, text);
	}
	if (dialogue->step >= DIALOGUE_STARTING)
		return;
	if (operation->answer[0])
		say(pen, LOOK_PLAIN, operation->answer);
	for (size_t i = 0; i < LOADS && act_load(operation, i, text); i++)
		say(pen, LOOK_PLAIN, text);
	say_parts(pen, dialogue);
	if (dialogue->note[0])
		say(pen, LOOK_WARN, dialogue->note);
}

static void
say_bar(struct pen *pen, const struct mib_operation *operation)
{
	int width = pen->width - 2;
	uint32_t of = operation->planned ? operation->planned : 1;
	uint32_t done = operation->done < of ? operation->done : of;
	int full = (int)((uint64_t)done * (uint64_t)width / of);
	cells_set(pen->cells, pen->y, pen->x, '[', LOOK_PLAIN);
	for (int i = 0; i < width; i++)
		cells_set(pen->cells, pen->y, pen->x + 1 + i, i < full ? 0x2588 : 0xb7,
			  i < full ? LOOK_GOOD : LOOK_PLAIN);
	cells_set(pen->cells, pen->y, pen->x + 1 + width, ']', LOOK_PLAIN);
	pen->y++;
}

static void
say_progress(struct pen *pen, const struct dialogue *dialogue)
{
	const struct mib_operation *operation = &dialogue->operation;
	char text[MIB_TEXT];
	if (!act_moves_clients(operation))
		return;
	say_bar(pen, operation);
	act_progress(operation, text);
	say(pen, LOOK_PLAIN, text);
}

/* On what the way back begins: the line under the cursor is one client. */
static void
say_undo(struct pen *pen, const struct dialogue *dialogue)
{
	static const char *const undo[] = {
		[ACTION_FAILOVER] = "To undo: R on the same %s calls them back.",
		[ACTION_RECONNECT] = "To undo: F on the same %s sends them away again.",
		[ACTION_RELEASE] = "To undo: F or R takes hold of these clients again.",
		[ACTION_PAUSE] = "To undo: P again lets the policy go on.",
		[ACTION_RESUME] = "To undo: P again pauses the policy."
	};
	uint32_t action = dialogue->operation.action;
	bool named = dialogue->parts > 1 || strchr(dialogue->part[0].selection, ',');
	char text[MIB_TEXT];
	if (action >= ARRAY_SIZE(undo) || !undo[action])
		return;
	const char *gap = strstr(undo[action], "%s");
	if (gap)
		snprintf(text, sizeof(text), "%.*s%s%s", (int)(gap - undo[action]),
			 undo[action], named ? "clients" : "line", gap + 2);
	else
		snprintf(text, sizeof(text), "%s", undo[action]);
	say(pen, LOOK_PLAIN, text);
}

static const char *
failure_word(enum manager_failure failure)
{
	switch (failure) {
	case FAILURE_NO_WRITE:
		return "Not let in: ";
	case FAILURE_UNANSWERED:
		return "No answer: ";
	case FAILURE_REFUSED:
		return "Refused: ";
	default:
		return "";
	}
}

static void
say_over(struct pen *pen, const struct dialogue *dialogue)
{
	bool failed = dialogue->failure != FAILURE_NONE;
	bool ran = dialogue->operation.row_status == 1;
	char text[2 * MIB_TEXT];
	if (ran)
		say_progress(pen, dialogue);
	snprintf(text, sizeof(text), "%s%s", failure_word(dialogue->failure),
		 dialogue->said);
	say(pen, failed ? LOOK_BAD | LOOK_BOLD : LOOK_BOLD, text);
	if (dialogue->failure == FAILURE_REFUSED || dialogue->refused[0])
		say(pen, LOOK_PLAIN, refusal_advice(dialogue->said));
	if (ran && !failed)
		say_undo(pen, dialogue);
}

static void
say_consent(struct pen *pen, const struct dialogue *dialogue)
{
	char text[MIB_TEXT];
	snprintf(text, sizeof(text), "Reason: %.*s", 200, dialogue->operation.reason);
	say(pen, LOOK_PLAIN, text);
	if (dialogue->wide) {
		snprintf(text, sizeof(text), "This is wide. Type %u to go on: ",
			 (unsigned)dialogue->operation.planned);
		say_typing(pen, text, dialogue->line);
	} else {
		say_typing(pen, "Go on? y or n: ", "");
	}
	say(pen, LOOK_WARN | LOOK_BOLD, dialogue->said);
}

static void
say_step(struct pen *pen, const struct dialogue *dialogue)
{
	bool moves = act_moves_clients(&dialogue->operation);
	if (moves && dialogue->step >= DIALOGUE_REASON &&
	    dialogue->step < DIALOGUE_OVER)
		say_preview(pen, dialogue);
	switch (dialogue->step) {
	case DIALOGUE_LOOKING:
		say_waiting(pen, dialogue, "Asking the engine what that would do");
		say_typing(pen, "Reason: ", dialogue->line);
		break;
	case DIALOGUE_REASON:
		say_typing(pen, "Reason: ", dialogue->line);
		say(pen, LOOK_WARN | LOOK_BOLD, dialogue->said);
		break;
	case DIALOGUE_PLANNING:
		say_waiting(pen, dialogue, "Planning it with this reason");
		break;
	case DIALOGUE_CONSENT:
		say_consent(pen, dialogue);
		break;
	case DIALOGUE_STARTING:
		say_waiting(pen, dialogue, "Handing it to the engine");
		break;
	case DIALOGUE_RUNNING:
		say_progress(pen, dialogue);
		say_undo(pen, dialogue);
		break;
	default:
		say_over(pen, dialogue);
		break;
	}
}

static const char *
hint_of(const struct dialogue *dialogue)
{
	switch (dialogue->step) {
	case DIALOGUE_REASON:
		return " Enter goes on, Esc leaves everything as it is ";
	case DIALOGUE_RUNNING:
		return " Esc closes this, it goes on; view 4 lists it ";
	case DIALOGUE_STARTING:
		return dialogue->at + 1 < dialogue->parts
			   ? " all of it is on its way "
			   : " Esc closes this, it is on its way ";
	case DIALOGUE_OVER:
		return " Esc closes ";
	default:
		return " Esc leaves everything as it is ";
	}
}

void
dialogue_draw(const struct dialogue *dialogue, struct cells *cells)
{
	int width = cells->width - 4 < BOX_WIDTH ? cells->width - 4 : BOX_WIDTH;
	int height = cells->height - 2 < BOX_HEIGHT ? cells->height - 2 : BOX_HEIGHT;
	int x = (cells->width - width) / 2;
	int y = (cells->height - height) / 2;
	struct pen pen = { cells, y + 2, x + 2, width - 4, y + height - 1 };
	char title[MIB_TEXT];
	char text[MIB_TEXT + 2];
	if (!dialogue_is_open(dialogue))
		return;
	cells_box(cells, y, x, height, width);
	dialogue_title(dialogue, title);
	snprintf(text, sizeof(text), " %s ", title);
	cells_text(cells, y, x + 2, width - 4, LOOK_BOLD | LOOK_REVERSE, text);
	say_step(&pen, dialogue);
	cells_text(cells, y + height - 1, x + 2, width - 4, LOOK_PLAIN,
		   hint_of(dialogue));
}
