/* SPDX-License-Identifier: BSD-3-Clause */
/* What the console asks before it acts, as a state machine. */
#include "config.h"

#include "tui/dialogue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "tui/keys.h"
#include "tui/snmp.h"

/* A plan needs a reason; the operator's comes when he has seen what he would do. */
#define LOOKING_REASON "preview, the reason is not given yet"

/* ---- lines ---- */

static size_t
encode(uint32_t code, char out[4])
{
	static const uint8_t lead[] = { 0, 0xc0, 0xe0, 0xf0 };
	size_t more = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
	for (size_t i = more; i > 0; i--) {
		out[i] = (char)(0x80 | (code & 0x3f));
		code >>= 6;
	}
	out[0] = (char)(lead[more] | code);
	return more + 1;
}

void
line_key(char *line, size_t size, uint32_t code)
{
	size_t length = strlen(line);
	char bytes[4];
	if (code == KEY_RUBOUT || code == '\b') {
		while (length > 0 && ((unsigned char)line[length - 1] & 0xc0) == 0x80)
			length--;
		line[length > 0 ? length - 1 : 0] = '\0';
	} else if (code == KEY_WIPE) {
		line[0] = '\0';
	} else if (code >= ' ' && code < KEY_BEYOND) {
		size_t more = encode(code, bytes);
		if (length + more >= size || !text_printable(bytes, more))
			return;
		memcpy(line + length, bytes, more);
		line[length + more] = '\0';
	}
}

/* ---- steps ---- */

static void
ask(struct dialogue *dialogue, enum manager_verb verb, enum dialogue_step step)
{
	if (dialogue->requests == DIALOGUE_REQUESTS)
		return;
	struct manager_request *request = &dialogue->request[dialogue->requests++];
	request->verb = verb;
	request->operation = dialogue->operation;
	/* A withdrawn plan is past; nobody waits to hear of it. */
	if (verb == VERB_CANCEL)
		return;
	dialogue->step = step;
	dialogue->asked = true;
}

static void
withdraw(struct dialogue *dialogue)
{
	ask(dialogue, VERB_CANCEL, dialogue->step);
	dialogue->operation.index.row = 0;
}

static void
over(struct dialogue *dialogue, const char *said)
{
	dialogue->step = DIALOGUE_OVER;
	slice_copy(slice_of(said), dialogue->said, sizeof(dialogue->said));
}

bool
dialogue_open(struct dialogue *dialogue, size_t agent, const char *server,
	      uint32_t clients, const struct mib_operation *operation)
{
	if (dialogue->asked)
		return false;
	*dialogue = (struct dialogue){ .agent = agent,
				       .clients = clients,
				       .operation = *operation };
	slice_copy(slice_of(server), dialogue->server, sizeof(dialogue->server));
	if (act_moves_clients(operation)) {
		slice_copy(slice_of(LOOKING_REASON), dialogue->operation.reason,
			   MIB_TEXT);
		ask(dialogue, VERB_PLAN, DIALOGUE_LOOKING);
	} else {
		dialogue->step = DIALOGUE_REASON;
	}
	return true;
}

bool
dialogue_is_open(const struct dialogue *dialogue)
{
	return dialogue->step != DIALOGUE_CLOSED;
}

static void
close_dialogue(struct dialogue *dialogue)
{
	if (dialogue->step == DIALOGUE_CONSENT &&
	    act_moves_clients(&dialogue->operation))
		withdraw(dialogue);
	dialogue->left = dialogue->asked;
	dialogue->step = DIALOGUE_CLOSED;
}

static void
take_reason(struct dialogue *dialogue)
{
	const char *text = dialogue->line + strspn(dialogue->line, " ");
	if (!*text) {
		slice_copy(slice_of("the reason is mandatory: it stands in the events"),
			   dialogue->said, sizeof(dialogue->said));
		return;
	}
	slice_copy(slice_of(text), dialogue->operation.reason, MIB_TEXT);
	dialogue->line[0] = dialogue->said[0] = '\0';
	if (act_moves_clients(&dialogue->operation))
		ask(dialogue, VERB_PLAN, DIALOGUE_PLANNING);
	else
		dialogue->step = DIALOGUE_CONSENT;
}

static void
take_consent(struct dialogue *dialogue, uint32_t code)
{
	bool enter = code == KEY_RETURN || code == '\n';
	char wanted[16];
	if (!dialogue->wide) {
		if (code == 'y' || code == 'Y')
			ask(dialogue,
			    act_moves_clients(&dialogue->operation) ? VERB_RUN
								    : VERB_GO,
			    DIALOGUE_STARTING);
		else if (code == 'n' || code == 'N')
			close_dialogue(dialogue);
		return;
	}
	if (!enter) {
		dialogue->said[0] = '\0';
		line_key(dialogue->line, sizeof(wanted), code);
		return;
	}
	snprintf(wanted, sizeof(wanted), "%u", (unsigned)dialogue->operation.planned);
	if (strcmp(dialogue->line, wanted) == 0)
		ask(dialogue, VERB_RUN, DIALOGUE_STARTING);
	else
		snprintf(dialogue->said, sizeof(dialogue->said),
			 "not %.16s: nothing was done. Type %s, or Esc", dialogue->line,
			 wanted);
	dialogue->line[0] = '\0';
}

void
dialogue_key(struct dialogue *dialogue, uint32_t code)
{
	bool enter = code == KEY_RETURN || code == '\n';
	if (code == KEY_ESCAPE || (enter && (dialogue->step == DIALOGUE_OVER ||
					     dialogue->step == DIALOGUE_RUNNING))) {
		close_dialogue(dialogue);
		return;
	}
	switch (dialogue->step) {
	case DIALOGUE_LOOKING:
		/* The reason may be begun; to go on one has to see what would be done. */
		line_key(dialogue->line, sizeof(dialogue->line), code);
		break;
	case DIALOGUE_REASON:
		if (enter) {
			take_reason(dialogue);
			break;
		}
		dialogue->said[0] = '\0';
		line_key(dialogue->line, sizeof(dialogue->line), code);
		break;
	case DIALOGUE_CONSENT:
		take_consent(dialogue, code);
		break;
	default:
		break;
	}
}

bool
dialogue_request(struct dialogue *dialogue, struct manager_request *request,
		 bool *answered)
{
	if (dialogue->requests == 0)
		return false;
	*request = dialogue->request[0];
	*answered = request->verb != VERB_CANCEL;
	dialogue->requests--;
	memmove(&dialogue->request[0], &dialogue->request[1],
		dialogue->requests * sizeof(dialogue->request[0]));
	return true;
}

/* ---- what comes back ---- */

/* It was closed while the agent thought: a plan is not wanted any more. */
static void
answer_left(struct dialogue *dialogue, const struct manager_answer *answer)
{
	dialogue->left = false;
	if (answer->ok && answer->operation.row_status != 1) {
		dialogue->operation = answer->operation;
		withdraw(dialogue);
	}
}

static void
take_plan(struct dialogue *dialogue)
{
	uint32_t planned = dialogue->operation.planned;
	char preview[MIB_TEXT];
	char text[MIB_TEXT];
	if (planned == 0) {
		withdraw(dialogue);
		act_preview(&dialogue->operation, preview);
		snprintf(text, sizeof(text), "Nothing to do: %.*s", 200, preview);
		over(dialogue, text);
	} else if (dialogue->step == DIALOGUE_LOOKING) {
		dialogue->looked = planned;
		withdraw(dialogue);
		dialogue->step = DIALOGUE_REASON;
	} else {
		dialogue->wide = act_is_wide(planned, dialogue->clients);
		dialogue->step = DIALOGUE_CONSENT;
		if (planned != dialogue->looked)
			snprintf(dialogue->said, sizeof(dialogue->said),
				 "It would have been %u a moment ago.",
				 (unsigned)dialogue->looked);
	}
}

void
dialogue_answer(struct dialogue *dialogue, const struct manager_answer *answer)
{
	dialogue->asked = false;
	dialogue->failure = answer->failure;
	if (dialogue->left) {
		answer_left(dialogue, answer);
		return;
	}
	if (!answer->ok) {
		/* Of a plan that the agent may have taken nothing is left behind. */
		over(dialogue, answer->text);
		return;
	}
	dialogue->operation = answer->operation;
	if (dialogue->step == DIALOGUE_LOOKING || dialogue->step == DIALOGUE_PLANNING)
		take_plan(dialogue);
	else if (!act_moves_clients(&dialogue->operation))
		over(dialogue, dialogue->operation.answer[0]
				   ? dialogue->operation.answer
				   : "Done.");
	else
		dialogue_see(dialogue, &answer->operation);
}

void
dialogue_see(struct dialogue *dialogue, const struct mib_operation *operation)
{
	if (dialogue->step != DIALOGUE_STARTING && dialogue->step != DIALOGUE_RUNNING)
		return;
	if (dialogue->asked ||
	    operation->index.server != dialogue->operation.index.server ||
	    operation->index.row != dialogue->operation.index.row)
		return;
	dialogue->operation = *operation;
	dialogue->step = DIALOGUE_RUNNING;
	if (act_is_over(operation))
		over(dialogue, operation->answer);
}

void
dialogue_title(const struct dialogue *dialogue, char text[MIB_TEXT])
{
	const struct mib_operation *operation = &dialogue->operation;
	const struct mib_column *action =
	    mib_column_find(mib_describe(MIB_OPERATION), "bwOperationAction");
	if (act_moves_clients(operation))
		snprintf(text, MIB_TEXT, "%s of %.*s at %s",
			 mib_label(action, operation->action), 150,
			 operation->selection, dialogue->server);
	else
		snprintf(text, MIB_TEXT, "%s at %s",
			 mib_label(action, operation->action), dialogue->server);
}
