/* SPDX-License-Identifier: BSD-3-Clause */
/* One SNMP session: a request, a response, and what a failure means. */
#include "config.h"

#include "tui/manager-session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "tui/manager-knock.h"

/* Unless the user says otherwise: an agent answers within milliseconds or is in
   trouble, and a person waits. */
#define TIMEOUT  SECOND
#define RETRIES  1
#define KNOCK_MS 300
/* What is said of passwords must not rest on a packet or two that were lost. */
#define PROOF_RETRIES 4
/* A machine that drowns is slow: a little longer when nothing else is tried. */
#define KNOCK_AGAIN_MS 1000

/* ---- options ---- */

static int
swallow(int major, int minor, void *server, void *client)
{
	(void)major;
	(void)minor;
	(void)server;
	(void)client;
	return 0;
}

/* No texts of MIBs, nothing read from or written to the persistent folder, no log. */
static void
quiet_library(void)
{
	setenv("MIBS", "", 1);
	snmp_disable_log();
	netsnmp_register_loghandler(NETSNMP_LOGHANDLER_CALLBACK, LOG_DEBUG);
	snmp_register_callback(SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_LOGGING, swallow,
			       NULL);
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID,
			       NETSNMP_DS_LIB_DISABLE_PERSISTENT_LOAD, 1);
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID,
			       NETSNMP_DS_LIB_DISABLE_PERSISTENT_SAVE, 1);
}

static void
ignore_option(int argc, char *const *argv, int option)
{
	(void)argc;
	(void)argv;
	(void)option;
}

bool
session_options(int argc, char **argv, netsnmp_session *pattern, char why[256])
{
	char **words = calloc((size_t)argc + 3, sizeof(*words));
	char program[] = "bellwether";
	char nowhere[] = "udp:127.0.0.1";
	if (!words) {
		snprintf(why, 256, "out of memory");
		return false;
	}
	words[0] = program;
	for (int i = 0; i < argc; i++)
		words[i + 1] = argv[i];
	words[argc + 1] = nowhere; /* the parser wants an agent's name behind options */
	quiet_library();
	int parsed = netsnmp_parse_args(argc + 2, words, pattern, "", ignore_option,
					NETSNMP_PARSE_ARGS_NOLOGGING |
					    NETSNMP_PARSE_ARGS_NOZERO);
	free(words);
	if (parsed < 0) {
		snprintf(
		    why, 256,
		    "these SNMP options cannot be used; -v -u -l -a -A -x -X -c "
		    "or snmp.conf (defVersion, defSecurityName, ...) say who asks");
		return false;
	}
	if (pattern->version == SNMP_VERSION_1) {
		snprintf(why, 256, "SNMPv1 cannot carry these tables: use -v2c or -v3");
		return false;
	}
	if (pattern->timeout < 0 &&
	    netsnmp_ds_get_int(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_TIMEOUT) <= 0)
		pattern->timeout = TIMEOUT;
	if (pattern->retries < 0)
		pattern->retries = RETRIES;
	return true;
}

const char *
session_user(const netsnmp_session *pattern)
{
	const char *name = pattern->securityName;
	if (pattern->version != SNMP_VERSION_3)
		return "";
	/* snmp.conf's goes into a session only when that is opened. */
	if (!name)
		name = netsnmp_ds_get_string(NETSNMP_DS_LIBRARY_ID,
					     NETSNMP_DS_LIB_SECNAME);
	return name ? name : "";
}

/* ---- what a failure means ---- */

static void
fail(struct session *session, enum agent_state state, const char *detail)
{
	session->state = state;
	slice_copy(slice_of(detail), session->detail, sizeof(session->detail));
}

/* Forgets the engine's boots and time: an agent that lost count of its starts is heard
   again, the user's keys prove it as before. */
static void
forget_engine(struct session *session)
{
	netsnmp_session *open =
	    session->handle ? snmp_sess_session(session->handle) : NULL;
	if (open && open->securityEngineIDLen)
		free_enginetime(open->securityEngineID, open->securityEngineIDLen);
	session_close(session);
}

/* True when sysUpTime is answered to this user at this level. */
static bool
answers_at(const struct session *session, int level)
{
	static const oid uptime[] = { 1, 3, 6, 1, 2, 1, 1, 3, 0 };
	netsnmp_session pattern = session->pattern;
	netsnmp_pdu *response = NULL;
	char *peer = strdup(session->agent);
	pattern.peername = peer;
	pattern.securityLevel = level;
	pattern.retries = PROOF_RETRIES;
	void *handle = peer ? snmp_sess_open(&pattern) : NULL;
	netsnmp_pdu *request = handle ? snmp_pdu_create(SNMP_MSG_GET) : NULL;
	bool answered = false;
	if (request) {
		snmp_add_null_var(request, uptime, ARRAY_SIZE(uptime));
		answered = snmp_sess_synch_response(handle, request, &response) ==
			   STAT_SUCCESS;
	}
	if (response)
		snmp_free_pdu(response);
	if (handle)
		snmp_sess_close(handle);
	free(peer);
	return answered;
}

/* What is sealed with another privacy key is noise to the agent, which says nothing: it
   answers only when the same question comes without. */
static bool
is_privacy_wrong(const struct session *session)
{
	return session->pattern.version == SNMP_VERSION_3 &&
	       session->pattern.securityLevel == SNMP_SEC_LEVEL_AUTHPRIV &&
	       !answers_at(session, SNMP_SEC_LEVEL_AUTHPRIV) &&
	       answers_at(session, SNMP_SEC_LEVEL_AUTHNOPRIV);
}

static void
explain_answered(struct session *session)
{
	forget_engine(session);
	session->alive = true;
	if (session->pattern.version != SNMP_VERSION_3 &&
	    !answers_at(session, session->pattern.securityLevel))
		fail(session, AGENT_WRONG_USER,
		     "an SNMP agent is there, but does not answer this community, or "
		     "nobody in SNMPv2c (it speaks SNMPv3)");
	else if (is_privacy_wrong(session))
		fail(session, AGENT_WRONG_PASSWORD,
		     "the privacy password or protocol is wrong");
	else
		fail(session, AGENT_SILENT,
		     "an SNMP agent is there, but did not answer this request in time");
}

static void
explain_silence(struct session *session)
{
	enum knock there = knock(session->agent, KNOCK_MS);
	if (there == KNOCK_SILENT)
		there = knock(session->agent, KNOCK_MS);
	session->alive = false;
	switch (there) {
	case KNOCK_REFUSED:
		fail(session, AGENT_REFUSED, "nothing listens at this port");
		session_close(session);
		break;
	case KNOCK_ANSWERED:
		explain_answered(session);
		break;
	case KNOCK_UNKNOWN:
	case KNOCK_SILENT:
		session->silent = true;
		fail(session, AGENT_SILENT, "no answer in time");
		session_close(session);
		break;
	}
}

static const struct {
	int error;
	enum agent_state state;
	const char *detail;
} meaning[] = {
	{ SNMPERR_UNKNOWN_USER_NAME, AGENT_WRONG_USER, "the agent knows no such user" },
	{ SNMPERR_USM_UNKNOWNSECURITYNAME, AGENT_WRONG_USER,
	  "the agent knows no such user" },
	{ SNMPERR_BAD_SEC_NAME, AGENT_WRONG_USER, "no user name is given" },
	{ SNMPERR_UNKNOWN_ENG_ID, AGENT_WRONG_USER, "the agent has another engine id" },
	{ SNMPERR_UNSUPPORTED_SEC_LEVEL, AGENT_WRONG_USER,
	  "the agent does not know this user with that security level (-l)" },
	{ SNMPERR_USM_UNSUPPORTEDSECURITYLEVEL, AGENT_WRONG_USER,
	  "this security level (-l) needs passwords that are not given" },
	{ SNMPERR_BAD_SEC_LEVEL, AGENT_WRONG_USER, "no such security level" },
	{ SNMPERR_AUTHENTICATION_FAILURE, AGENT_WRONG_PASSWORD,
	  "the authentication password or protocol is wrong" },
	{ SNMPERR_USM_AUTHENTICATIONFAILURE, AGENT_WRONG_PASSWORD,
	  "the authentication password or protocol is wrong" },
	{ SNMPERR_DECRYPTION_ERR, AGENT_WRONG_PASSWORD,
	  "the privacy password or protocol is wrong" },
	{ SNMPERR_USM_DECRYPTIONERROR, AGENT_WRONG_PASSWORD,
	  "the privacy password or protocol is wrong" },
	{ SNMPERR_BAD_VERSION, AGENT_VERSION, "it answers in another version of SNMP" },
};

static void
explain(struct session *session, int error, const char *text)
{
	for (size_t i = 0; i < ARRAY_SIZE(meaning); i++)
		if (meaning[i].error == error) {
			fail(session, meaning[i].state, meaning[i].detail);
			/* A user is remembered by the library: make it anew. */
			session_close(session);
			return;
		}
	if (error == SNMPERR_TIMEOUT || error == SNMPERR_NOT_IN_TIME_WINDOW ||
	    error == SNMPERR_USM_NOTINTIMEWINDOW) {
		explain_silence(session);
		return;
	}
	char detail[256];
	snprintf(detail, sizeof(detail), "%s", text ? text : "the request failed");
	fail(session, AGENT_SILENT, detail);
	session_close(session);
}

/* ---- asking ---- */

/* Net-SNMP's sockets do not hear that a port is closed: they would wait. And an agent that
   was silent is only waited for again once it answers a knock, as every SNMPv3 agent
   does: other agents wait meanwhile. */
static bool
is_worth_opening(struct session *session)
{
	bool again = session->silent && session->pattern.version == SNMP_VERSION_3;
	enum knock there = knock(session->agent, again ? KNOCK_AGAIN_MS : KNOCK_MS);
	session->alive = there == KNOCK_ANSWERED;
	if (there == KNOCK_REFUSED)
		fail(session, AGENT_REFUSED, "nothing listens at this port");
	else if (there == KNOCK_SILENT && again)
		fail(session, AGENT_SILENT, "no answer in time");
	else
		return true;
	return false;
}

void
session_knock_end(struct session *session)
{
	if (session->knocking)
		close(session->knocking - 1);
	session->knocking = 0;
}

bool
session_knock(struct session *session, bool *later)
{
	enum knock there = KNOCK_SILENT;
	int64_t now = clock_now().boot;
	*later = false;
	if (!session->silent || session->pattern.version != SNMP_VERSION_3)
		return true;
	if (!session->knocking) {
		session->knocking = 1 + knock_begin(session->agent, &there);
		session->knocked = now;
	}
	if (session->knocking)
		there = knock_hear(session->knocking - 1, 0);
	*later = session->knocking && there == KNOCK_SILENT &&
		 now - session->knocked < KNOCK_AGAIN_MS * MILLISECOND;
	if (*later)
		return false;
	session_knock_end(session);
	/* What is refused, or cannot be knocked at, is found out by asking. */
	session->silent = there == KNOCK_SILENT;
	if (session->silent)
		fail(session, AGENT_SILENT, "no answer in time");
	return !session->silent;
}

static bool
session_open(struct session *session)
{
	if (session->handle)
		return true;
	if (!is_worth_opening(session))
		return false;
	netsnmp_session pattern = session->pattern;
	char *peer = strdup(session->agent);
	if (!peer) {
		fail(session, AGENT_SILENT, "out of memory");
		return false;
	}
	pattern.peername = peer;
	session->handle = snmp_sess_open(&pattern);
	if (!session->handle) {
		char *text = NULL;
		snmp_error(&pattern, NULL, NULL, &text);
		explain(session, pattern.s_snmp_errno, text);
		free(text);
	}
	free(peer);
	return session->handle != NULL;
}

void
session_close(struct session *session)
{
	if (session->handle)
		snmp_sess_close(session->handle);
	session->handle = NULL;
}

netsnmp_pdu *
session_ask(struct session *session, netsnmp_pdu *request, bool once)
{
	netsnmp_pdu *response = NULL;
	if (!session_open(session)) {
		snmp_free_pdu(request);
		return NULL;
	}
	netsnmp_session *open = snmp_sess_session(session->handle);
	int retries = open->retries;
	if (once)
		open->retries = 0;
	int status = snmp_sess_synch_response(session->handle, request, &response);
	open->retries = retries;
	if (status == STAT_SUCCESS && response) {
		session->silent = false;
		return response;
	}
	if (response)
		snmp_free_pdu(response);
	if (status == STAT_TIMEOUT) {
		explain_silence(session);
	} else {
		int error = 0;
		char *text = NULL;
		snmp_sess_error(session->handle, NULL, &error, &text);
		explain(session, error, text);
		free(text);
	}
	return NULL;
}

void
session_add(netsnmp_pdu *request, const uint32_t *name, size_t length)
{
	oid wide[MAX_OID_LEN];
	for (size_t i = 0; i < length && i < MAX_OID_LEN; i++)
		wide[i] = name[i];
	snmp_add_null_var(request, wide, length);
}
