/* SPDX-License-Identifier: BSD-3-Clause */
/* What the console asks before it acts: preview, reason, consent, then progress. A state
   machine of values; requests leave through a queue, answers come back by number. */
#ifndef BELLWETHER_TUI_DIALOGUE_H
#define BELLWETHER_TUI_DIALOGUE_H

#include "tui/cells.h"
#include "tui/manager.h"

/*	step		what ends it			then
	LOOKING		the plan			REASON, its plan withdrawn
	REASON		Enter, not empty		PLANNING; CONSENT of pause, resume
	PLANNING	the plan with its reason	CONSENT
	CONSENT		y, or the count and Enter	STARTING
	STARTING	the agent took it		RUNNING; OVER of pause, resume
	RUNNING		the operation's end		OVER
	any		refused				OVER
	any		Esc				CLOSED; a plan is withdrawn, what
							runs goes on

   What one selection cannot hold is done in parts, an operation each, one after the other:
   the plans are added up, consent is to all of them. A part that is refused leaves the
   others be. */
enum dialogue_step {
	DIALOGUE_CLOSED,
	DIALOGUE_LOOKING,
	DIALOGUE_REASON,
	DIALOGUE_PLANNING,
	DIALOGUE_CONSENT,
	DIALOGUE_STARTING,
	DIALOGUE_RUNNING,
	DIALOGUE_OVER
};

#define DIALOGUE_PARTS    16
#define DIALOGUE_REQUESTS (DIALOGUE_PARTS + 2)

struct dialogue {
	enum dialogue_step step;
	size_t agent;
	char server[MIB_NAME];
	uint32_t clients; /* of the server */
	/* Asked for, planned, then as it runs; of several parts their sum. */
	struct mib_operation operation;
	struct mib_operation part[DIALOGUE_PARTS];
	size_t parts, at;       /* at: the one that is being asked about */
	char refused[MIB_TEXT]; /* why a part of several was; "" none */
	char note[MIB_TEXT]; /* what else is to be known of the selection; "" nothing */
	uint32_t looked;     /* what the first plan would have moved */
	bool wide;           /* the count has to be typed */
	bool asked;          /* an answer is to come */
	bool left;           /* closed before that answer came */
	char line[MIB_TEXT]; /* being typed */
	char said[MIB_TEXT]; /* refusal, outcome, or what is wrong with line */
	enum manager_failure failure;
	struct manager_request request[DIALOGUE_REQUESTS]; /* to be sent, in order */
	size_t requests;
};

/* Begins; the operation has its server, action, selection, requester, hold and share.
   False when the last one's answer is still to come, or a request of its to be sent. */
bool dialogue_open(struct dialogue *dialogue, size_t agent, const char *server,
		   uint32_t clients, const struct mib_operation *operation);
/* Before anything was asked for: further selections, an operation each. False when there
   are too many. */
bool dialogue_add(struct dialogue *dialogue, const char *selection);
/* True when keys go to it. */
bool dialogue_is_open(const struct dialogue *dialogue);
/* A key while it is open: a code of tui/keys.h. */
void dialogue_key(struct dialogue *dialogue, uint32_t code);
/* Takes the next request to be sent; *answered: its answer is waited for (others' are
   not). False when there is none. */
bool dialogue_request(struct dialogue *dialogue, struct manager_request *request,
		      bool *answered);
void dialogue_answer(struct dialogue *dialogue, const struct manager_answer *answer);
/* The operation as a snapshot shows it. */
void dialogue_see(struct dialogue *dialogue, const struct mib_operation *operation);
/* "failover of group:wireless at aaa1" */
void dialogue_title(const struct dialogue *dialogue, char text[MIB_TEXT]);
/* Over what stands there, in the middle. */
void dialogue_draw(const struct dialogue *dialogue, struct cells *cells);

/* Typing a line: adds a character or takes one back. */
void line_key(char *line, size_t size, uint32_t code);

#endif
