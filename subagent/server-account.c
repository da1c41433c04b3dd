/* SPDX-License-Identifier: BSD-3-Clause */
/* On what a decision rested: the judge's account, or what is known of the alternates. */
#include "config.h"

#include "subagent/server-inside.h"

#include <stdio.h>
#include <string.h>

#define WHOLE 2000

/* Whose decisions rest on the verdict. */
static bool
by_verdict(enum fleet_event_kind kind)
{
	return kind == EVENT_STATE || kind == EVENT_OPERATION_START ||
	       kind == EVENT_OPERATION_END || kind == EVENT_ADMITTED ||
	       kind == EVENT_ADVISED || kind == EVENT_HOLD_DOWN ||
	       kind == EVENT_BATCH || kind == EVENT_REFUSED;
}

static size_t
say_alternate(const struct server *server, uint32_t i, struct moment now, char *out,
	      size_t size)
{
	const struct policy_alternate *alternate = &server->loaded.policy->alternate[i];
	const struct fleet_alternate *known = fleet_alternate(server->fleet, i);
	char room[80] = "", heard[DURATION_TEXT + 16] = "", age[DURATION_TEXT];
	if (alternate->capacity > 0)
		snprintf(room, sizeof(room), " and %u of its own, of %u",
			 known->health.clients, alternate->capacity);
	if (known->heard != 0)
		snprintf(
		    heard, sizeof(heard), ", asked %s ago",
		    duration_format((now.boot - known->heard) / SECOND * SECOND, age));
	int length =
	    snprintf(out, size, "%s%s %s: %s; %u of ours%s%s", i > 0 ? "; " : "",
		     alternate->name, alternate_state_name(known->state), known->why,
		     known->load, room, heard);
	return length < 0 ? 0 : (size_t)length < size ? (size_t)length : size - 1;
}

/* What does not fit is cut, and one sees that it is. */
static void
cut(const char *whole, char detail[EVENT_DETAIL])
{
	static const char more[] = "...";
	size_t length = strlen(whole);
	if (length < EVENT_DETAIL) {
		memcpy(detail, whole, length + 1);
		return;
	}
	text_clean(whole, length, detail, EVENT_DETAIL - sizeof(more) + 1);
	memcpy(detail + strlen(detail), more, sizeof(more));
}

/* Thousands of clients may be refused by one verdict. */
static const char *
account_of_verdict(struct server *server)
{
	uint32_t deciding = server->verdict.deciding;
	char whole[WHOLE];
	if (server->account_at == server->verdict.at) /* 0: there was no verdict yet */
		return server->account;
	judge_account(server->judge,
		      deciding == POLICY_NONE ? CONDITION_FAILOVER : deciding, whole,
		      sizeof(whole));
	cut(whole, server->account);
	server->account_at = server->verdict.at;
	return server->account;
}

void
server_account(struct server *server, const struct fleet_event *event,
	       struct moment now, char detail[EVENT_DETAIL])
{
	const struct policy *policy = server->loaded.policy;
	char whole[WHOLE] = "";
	size_t used = 0;
	if (by_verdict(event->kind)) {
		memcpy(detail, account_of_verdict(server), EVENT_DETAIL);
		return;
	}
	if (event->kind == EVENT_ALTERNATE)
		for (uint32_t i = 0; i < policy->alternates; i++)
			used += say_alternate(server, i, now, whole + used,
					      sizeof(whole) - used);
	cut(whole, detail);
}
