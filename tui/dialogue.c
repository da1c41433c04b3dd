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

enum { ROW_RUNS = 1 }; /* RowStatus active(1) */

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

/* ---- parts ---- */

/* The sum of the parts, as if they were one. */
static void
add_up(struct dialogue *dialogue)
{
	struct mib_operation *sum = &dialogue->operation;
	bool over = true;
	*sum = dialogue->part[0];
	for (size_t i = 1; i < dialogue->parts; i++) {
		const struct mib_operation *part = &dialogue->part[i];
		sum->matched += part->matched;
		sum->held += part->held;
		sum->kept += part->kept;
		sum->planned += part->planned;
		sum->ordered += part->ordered;
		sum->received += part->received;
		sum->done += part->done;
		sum->rejected += part->rejected;
		sum->unreachable += part->unreachable;
		sum->moved += part->moved;
		if (part->row_status == ROW_RUNS)
			sum->row_status = ROW_RUNS;
	}
	if (dialogue->parts == 1)
		return;
	for (size_t i = 0; i < dialogue->parts; i++)
		over = over && act_is_over(&dialogue->part[i]);
	sum->state = over ? STATE_DONE : STATE_RUNNING;
	sum->answer[0] = '\0';
	sum->loads[0] = '\0'; /* the first part's alone */
}

/* Only what is planned can be run or withdrawn. */
static bool
is_planned(const struct mib_operation *part)
{
	return part->index.row != 0 && part->state != STATE_REFUSED;
}

/* ---- steps ---- */

static void
put(struct dialogue *dialogue, enum manager_verb verb,
    const struct mib_operation *operation)
{
	if (dialogue->requests == DIALOGUE_REQUESTS)
		return;
	dialogue->request[dialogue->requests++] =
	    (struct manager_request){ verb, *operation };
}

/* About the part whose turn it is. */
static void
ask(struct dialogue *dialogue, enum manager_verb verb, enum dialogue_step step)
{
	put(dialogue, verb, &dialogue->part[dialogue->at]);
	dialogue->step = step;
	dialogue->asked = true;
}

static void
ask_first(struct dialogue *dialogue, enum manager_verb verb, enum dialogue_step step)
{
	dialogue->at = 0;
	if (verb == VERB_RUN)
		while (dialogue->at + 1 < dialogue->parts &&
		       !is_planned(&dialogue->part[dialogue->at]))
			dialogue->at++;
	ask(dialogue, verb, step);
}

/* A withdrawn plan is past; nobody waits to hear of it. */
static void
withdraw(struct dialogue *dialogue, struct mib_operation *part)
{
	if (part->index.row != 0)
		put(dialogue, VERB_CANCEL, part);
	part->index.row = 0;
}

static void
withdraw_all(struct dialogue *dialogue)
{
	for (size_t i = 0; i < dialogue->parts; i++)
		withdraw(dialogue, &dialogue->part[i]);
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
	/* What is still to be sent is another's. */
	if (dialogue->asked || dialogue->requests)
		return false;
	*dialogue = (struct dialogue){ .agent = agent,
				       .clients = clients,
				       .operation = *operation,
				       .part = { *operation },
				       .parts = 1 };
	slice_copy(slice_of(server), dialogue->server, sizeof(dialogue->server));
	if (act_moves_clients(operation)) {
		slice_copy(slice_of(LOOKING_REASON), dialogue->part[0].reason,
			   MIB_TEXT);
		ask_first(dialogue, VERB_PLAN, DIALOGUE_LOOKING);
	} else {
		dialogue->step = DIALOGUE_REASON;
	}
	return true;
}

bool
dialogue_add(struct dialogue *dialogue, const char *selection)
{
	if (dialogue->parts == DIALOGUE_PARTS)
		return false;
	struct mib_operation *part = &dialogue->part[dialogue->parts++];
	*part = dialogue->part[0];
	slice_copy(slice_of(selection), part->selection, MIB_TEXT);
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
	/* What is on its way goes on, and all of it: it was consented to. */
	if (dialogue->step == DIALOGUE_STARTING && dialogue->at + 1 < dialogue->parts)
		return;
	if (dialogue->step == DIALOGUE_CONSENT || dialogue->step == DIALOGUE_PLANNING)
		withdraw_all(dialogue);
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
	for (size_t i = 0; i < dialogue->parts; i++) {
		struct mib_operation *part = &dialogue->part[i];
		slice_copy(slice_of(text), part->reason, MIB_TEXT);
		/* Planned anew, were it refused a moment ago. */
		part->state = part->index.row = 0;
	}
	dialogue->line[0] = dialogue->said[0] = dialogue->refused[0] = '\0';
	if (act_moves_clients(&dialogue->operation)) {
		ask_first(dialogue, VERB_PLAN, DIALOGUE_PLANNING);
	} else {
		add_up(dialogue);
		dialogue->step = DIALOGUE_CONSENT;
	}
}

static void
take_consent(struct dialogue *dialogue, uint32_t code)
{
	bool enter = code == KEY_RETURN || code == '\n';
	char wanted[16];
	if (!dialogue->wide) {
		if (code == 'y' || code == 'Y')
			ask_first(dialogue,
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
		ask_first(dialogue, VERB_RUN, DIALOGUE_STARTING);
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
	struct mib_operation plan = answer->operation;
	dialogue->left = false;
	dialogue->operation = plan;
	if (answer->ok && plan.row_status != ROW_RUNS)
		withdraw(dialogue, &plan);
}

static void
take_plan(struct dialogue *dialogue)
{
	uint32_t planned = dialogue->operation.planned;
	char preview[MIB_TEXT];
	char text[MIB_TEXT];
	if (planned == 0) {
		withdraw_all(dialogue);
		act_preview(&dialogue->operation, preview);
		snprintf(text, sizeof(text), "Nothing to do: %.*s", 200,
			 dialogue->refused[0] ? dialogue->refused : preview);
		over(dialogue, text);
	} else if (dialogue->step == DIALOGUE_LOOKING) {
		dialogue->looked = planned;
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

/* The next part that has something to be asked; false when all have been. */
static bool
ask_next(struct dialogue *dialogue)
{
	bool runs = dialogue->step == DIALOGUE_STARTING;
	do
		dialogue->at++;
	while (dialogue->at < dialogue->parts && runs &&
	       !is_planned(&dialogue->part[dialogue->at]));
	if (dialogue->at >= dialogue->parts)
		return false;
	ask(dialogue, runs ? VERB_RUN : VERB_PLAN, dialogue->step);
	return true;
}

static void
see_all(struct dialogue *dialogue)
{
	bool several = dialogue->parts > 1;
	add_up(dialogue);
	dialogue->step = DIALOGUE_RUNNING;
	if (!act_is_over(&dialogue->operation))
		return;
	over(dialogue, several ? dialogue->refused : dialogue->operation.answer);
}

/* Of several one may be refused, as nobody of it is to be moved: it moves nobody then. */
static bool
is_refused_alone(struct dialogue *dialogue, const struct manager_answer *answer)
{
	struct mib_operation *part = &dialogue->part[dialogue->at];
	if (answer->ok || dialogue->parts == 1 || answer->failure != FAILURE_REFUSED)
		return false;
	dialogue->failure = FAILURE_NONE;
	slice_copy(slice_of(answer->text), dialogue->refused, MIB_TEXT);
	part->state = STATE_REFUSED;
	part->index.row = 0;
	part->planned = part->matched = part->held = part->kept = 0;
	return true;
}

void
dialogue_answer(struct dialogue *dialogue, const struct manager_answer *answer)
{
	struct mib_operation *part = &dialogue->part[dialogue->at];
	dialogue->asked = false;
	dialogue->failure = answer->failure;
	if (dialogue->left) {
		answer_left(dialogue, answer);
		return;
	}
	if (answer->ok) {
		*part = answer->operation;
	} else if (!is_refused_alone(dialogue, answer)) {
		/* Of a plan that the agent may have taken nothing is left behind; what
		   runs goes on. */
		if (dialogue->step != DIALOGUE_STARTING)
			withdraw_all(dialogue);
		add_up(dialogue);
		over(dialogue, answer->text);
		return;
	}
	if (dialogue->step == DIALOGUE_LOOKING)
		withdraw(dialogue, part);
	if (ask_next(dialogue))
		return;
	add_up(dialogue);
	if (dialogue->step == DIALOGUE_LOOKING || dialogue->step == DIALOGUE_PLANNING)
		take_plan(dialogue);
	else if (!act_moves_clients(&dialogue->operation))
		over(dialogue, dialogue->operation.answer[0]
				   ? dialogue->operation.answer
				   : "Done.");
	else
		see_all(dialogue);
}

void
dialogue_see(struct dialogue *dialogue, const struct mib_operation *operation)
{
	if (dialogue->step != DIALOGUE_STARTING && dialogue->step != DIALOGUE_RUNNING)
		return;
	for (size_t i = 0; i < dialogue->parts && !dialogue->asked; i++) {
		struct mib_operation *part = &dialogue->part[i];
		if (operation->index.server != part->index.server ||
		    operation->index.row != part->index.row)
			continue;
		*part = *operation;
		see_all(dialogue);
		return;
	}
}

/* "12 clients (nas-1, nas-2 ...)" of client:nas-1,nas-2..., else the selection. */
static void
say_selection(const struct dialogue *dialogue, char text[MIB_TEXT])
{
	static const char client[] = "client:";
	const char *selection = dialogue->part[0].selection;
	size_t names = 0;
	for (size_t i = 0; i < dialogue->parts; i++) {
		names++;
		for (const char *at = dialogue->part[i].selection;
		     (at = strchr(at, ',')); at++)
			names++;
	}
	if (names == 1 || strncmp(selection, client, sizeof(client) - 1) != 0)
		snprintf(text, MIB_TEXT, "%.*s", 150, selection);
	else
		snprintf(text, MIB_TEXT, "%zu clients (%.*s, ...)", names,
			 (int)strcspn(selection + sizeof(client) - 1, ","),
			 selection + sizeof(client) - 1);
}

void
dialogue_title(const struct dialogue *dialogue, char text[MIB_TEXT])
{
	const struct mib_operation *operation = &dialogue->operation;
	const struct mib_column *action =
	    mib_column_find(mib_describe(MIB_OPERATION), "bwOperationAction");
	char selection[MIB_TEXT];
	say_selection(dialogue, selection);
	if (act_moves_clients(operation))
		snprintf(text, MIB_TEXT, "%s of %.*s at %s",
			 mib_label(action, operation->action), 150, selection,
			 dialogue->server);
	else
		snprintf(text, MIB_TEXT, "%s at %s",
			 mib_label(action, operation->action), dialogue->server);
}
