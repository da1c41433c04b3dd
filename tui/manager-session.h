/* SPDX-License-Identifier: BSD-3-Clause */
/* One SNMP session: a request, a response, and what a failure means. */
#ifndef BELLWETHER_TUI_MANAGER_SESSION_H
#define BELLWETHER_TUI_MANAGER_SESSION_H

#include "tui/manager-decode.h"
#include "tui/manager.h"

struct session {
	void *handle; /* Net-SNMP's; NULL: not open */
	netsnmp_session pattern;
	const char *agent;
	/* Of the last request that failed. */
	enum agent_state state;
	bool silent; /* not even a knock was answered, and nothing since */
	bool alive;  /* silent to that request, but an SNMP agent is there */
	char detail[256];
	/* A knock under way: 1 + its socket, 0 none; since when. */
	int knocking;
	int64_t knocked;
};

/* Reads the options into *pattern by Net-SNMP's own parser; nothing of it reaches the
   terminal but what is wrong with them. False with why. Once a process. */
bool session_options(int argc, char **argv, netsnmp_session *pattern, char why[256]);
/* "me" for SNMPv3, else "". */
const char *session_user(const netsnmp_session *pattern);

/* Sends the request, which it takes, and waits for the response, which is the caller's
   to free: NULL after the session's timeouts or when the agent refuses, with state and
   detail. once: no repetition, for SETs, which must not be taken twice. */
netsnmp_pdu *session_ask(struct session *session, netsnmp_pdu *request, bool once);
void session_close(struct session *session);
/* Of an agent that was silent: knocks without waiting. True when it is worth asking;
   *later: it is not known yet. */
bool session_knock(struct session *session, bool *later);
void session_knock_end(struct session *session);

/* Adds the object <base>.arm... .0 or any other name to a request. */
void session_add(netsnmp_pdu *request, const uint32_t *name, size_t length);

#endif
