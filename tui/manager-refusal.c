/* SPDX-License-Identifier: BSD-3-Clause */
/* What an agent's refusal of a SET means to an operator, and what to do. */
#include "config.h"

#include "tui/manager-inside.h"

#include <stdio.h>
#include <string.h>

#define PLANNING (1u << VERB_PLAN | 1u << VERB_GO)
#define RUNNING  (1u << VERB_RUN)
#define ANY      0u

/* The first row that fits: its error, its verb, its column. The agent checks in the
   phases of RFC 3416, section 4.2.5, so that an error and its column say what was wrong
   (subagent/agent-operation.c). */
static const struct {
	long error;
	unsigned verbs;     /* bits 1 << enum manager_verb */
	const char *column; /* NULL: any */
	enum manager_failure failure;
	const char *text; /* %s: the column in words */
} meaning[] = {
	{ SNMP_ERR_NOACCESS, ANY, NULL, FAILURE_NO_WRITE,
	  "no write access: the write view of this user does not hold bwOperationTable "
	  "(bellwether doctor prints the lines for snmpd.conf)" },
	{ SNMP_ERR_AUTHORIZATIONERROR, ANY, NULL, FAILURE_NO_WRITE,
	  "no write access: this user may do nothing here (bellwether doctor prints "
	  "the lines for snmpd.conf)" },
	/* snmpd's own word when nobody is registered there. */
	{ SNMP_ERR_NOTWRITABLE, ANY, NULL, FAILURE_REFUSED,
	  "nothing of it can be written: the Bellwether behind this agent has gone, or "
	  "is older than this program; nothing was done" },
	{ SNMP_ERR_NOCREATION, ANY, NULL, FAILURE_REFUSED,
	  "no operation can be of such a server or have such a number; nothing was "
	  "done" },
	{ SNMP_ERR_WRONGVALUE, ANY, "bwOperationSelection", FAILURE_REFUSED,
	  "the selection cannot be read: write all, client:A,B, list:NAME, group:NAME "
	  "or site:NAME, with + and - between terms" },
	{ SNMP_ERR_WRONGLENGTH, ANY, "bwOperationSelection", FAILURE_REFUSED,
	  "the selection is longer than the agent takes: name fewer clients, or a list "
	  "or group of the policy" },
	{ SNMP_ERR_WRONGVALUE, ANY, "bwOperationAction", FAILURE_REFUSED,
	  "the agent knows no such action: it is older than this program" },
	{ SNMP_ERR_WRONGVALUE, ANY, NULL, FAILURE_REFUSED,
	  "%s is none that the agent takes: change it" },
	{ SNMP_ERR_WRONGLENGTH, ANY, NULL, FAILURE_REFUSED,
	  "%s is longer than the agent takes, or empty: change it" },
	{ SNMP_ERR_WRONGTYPE, ANY, NULL, FAILURE_REFUSED,
	  "%s has another type there: agent and console are of different versions" },
	{ SNMP_ERR_WRONGENCODING, ANY, NULL, FAILURE_REFUSED,
	  "%s is encoded wrongly: agent and console are of different versions" },
	{ SNMP_ERR_INCONSISTENTVALUE, RUNNING, NULL, FAILURE_REFUSED,
	  "the plan is gone: plans are forgotten after a minute, and nothing was done; "
	  "ask again" },
	{ SNMP_ERR_INCONSISTENTVALUE, PLANNING, "bwOperationRowStatus", FAILURE_REFUSED,
	  "others took the operation's number each time; nothing was done: try again" },
	{ SNMP_ERR_INCONSISTENTVALUE, ANY, NULL, FAILURE_REFUSED,
	  "%s cannot be changed any more: the operation runs" },
	{ SNMP_ERR_INCONSISTENTNAME, PLANNING, NULL, FAILURE_REFUSED,
	  "the agent has no such server any more: its policy was taken away, or it was "
	  "started anew; look at bellwether servers" },
	{ SNMP_ERR_INCONSISTENTNAME, ANY, NULL, FAILURE_REFUSED,
	  "the operation is not there any more: look at bellwether operations" },
	{ SNMP_ERR_RESOURCEUNAVAILABLE, ANY, NULL, FAILURE_REFUSED,
	  "the engine takes no operations just now (not running, or too many waiting); "
	  "try again" },
	{ SNMP_ERR_COMMITFAILED, ANY, NULL, FAILURE_REFUSED,
	  "the agent could not hand the operation to the engine; nothing was done: try "
	  "again" },
	{ SNMP_ERR_UNDOFAILED, ANY, NULL, FAILURE_REFUSED,
	  "the agent failed half-way: look at bellwether operations before trying "
	  "again" },
	{ SNMP_ERR_GENERR, ANY, NULL, FAILURE_UNANSWERED,
	  "Bellwether's agent did not answer snmpd: look at bellwether operations "
	  "before trying again" },
	{ SNMP_ERR_TOOBIG, ANY, NULL, FAILURE_REFUSED,
	  "the request is too big for the agent: shorten reason and selection" },
};

static const struct {
	const char *column;
	const char *words;
} spoken[] = {
	{ "bwOperationAction", "the action" },
	{ "bwOperationSelection", "the selection" },
	{ "bwOperationRequester", "the requester" },
	{ "bwOperationReason", "the reason" },
	{ "bwOperationHold", "how long it holds (--for)" },
	{ "bwOperationShare", "the share" },
	{ "bwOperationLimit", "the limit" },
	{ "bwOperationForce", "the force" },
	{ "bwOperationRowStatus", "the row's status" },
};

static const char *
in_words(const struct mib_column *column)
{
	for (size_t i = 0; column && i < ARRAY_SIZE(spoken); i++)
		if (strcmp(spoken[i].column, column->name) == 0)
			return spoken[i].words;
	return column ? column->name : "a value";
}

enum manager_failure
operate_error(enum manager_verb verb, long error, const struct mib_column *column,
	      char text[256])
{
	for (size_t i = 0; i < ARRAY_SIZE(meaning); i++) {
		if (meaning[i].error != error ||
		    (meaning[i].verbs && !(meaning[i].verbs & 1u << verb)) ||
		    (meaning[i].column &&
		     (!column || strcmp(column->name, meaning[i].column) != 0)))
			continue;
		const char *gap = strstr(meaning[i].text, "%s");
		if (gap)
			snprintf(text, 256, "%.*s%s%s", (int)(gap - meaning[i].text),
				 meaning[i].text, in_words(column), gap + 2);
		else
			snprintf(text, 256, "%s", meaning[i].text);
		return meaning[i].failure;
	}
	snprintf(text, 256, "the agent refused %s: %s", in_words(column),
		 snmp_errstring((int)error));
	return FAILURE_REFUSED;
}
