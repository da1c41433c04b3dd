/* SPDX-License-Identifier: BSD-3-Clause */
/* One question of the engine's: asked, asked again, doubted, and answered in time. */
#include "config.h"

#include "subagent/poller-inside.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/oid.h"

/* The library's callbacks get a number of a flight, nothing more: a round may have ended
   before they come. */
static struct polling *answering;

/* ---- endings ---- */

static void
end_object(struct round *round, size_t i, enum ending ending, const char *text)
{
	struct poll_finding *finding = &round->answer.finding[i];
	if (round->ended[i])
		return;
	*finding = (struct poll_finding){ .ending = ending };
	snprintf(finding->text, sizeof(finding->text), "%s", text);
	round->ended[i] = true;
	round->pending--;
}

static void end_rest(struct round *round, enum ending ending, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void
end_rest(struct round *round, enum ending ending, const char *format, ...)
{
	char text[SAMPLE_TEXT];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	for (size_t i = 0; i < round->question.objects; i++)
		end_object(round, i, ending, text);
}

/* Refused is absent; what keeps us from asking is failed. As monitor/kind.h has it. */
static void
end_error(struct round *round, int error)
{
	switch (error) {
	case ECONNREFUSED:
		end_rest(round, ENDING_ABSENT, "nothing listens at this port");
		break;
	case EHOSTUNREACH:
	case EHOSTDOWN:
		end_rest(round, ENDING_ABSENT, "%s", strerror(error));
		break;
	default:
		end_rest(round, ENDING_FAILED, "%s", strerror(error));
		break;
	}
}

/* What was learnt of an SNMPv3 agent may be wrong by now. */
static void
retire_peer(struct round *round)
{
	if (round->peer && round->question.access.version == ACCESS_V3)
		round->peer->retired = true;
}

/* ---- what agents answer ---- */

static const struct {
	int error;
	const char *text;
} refusals[] = {
	{ SNMPERR_UNKNOWN_USER_NAME,
	  "the agent knows no such user: see defSecurityName" },
	{ SNMPERR_USM_UNKNOWNSECURITYNAME,
	  "the agent knows no such user: see defSecurityName" },
	{ SNMPERR_UNSUPPORTED_SEC_LEVEL,
	  "the agent does not know this user with that level: see defSecurityLevel" },
	{ SNMPERR_USM_UNSUPPORTEDSECURITYLEVEL,
	  "the agent does not know this user with that level: see defSecurityLevel" },
	{ SNMPERR_AUTHENTICATION_FAILURE,
	  "authentication is refused: see defAuthPassphrase and defAuthType" },
	{ SNMPERR_USM_AUTHENTICATIONFAILURE,
	  "authentication is refused: see defAuthPassphrase and defAuthType" },
	{ SNMPERR_DECRYPTION_ERR,
	  "the agent cannot decrypt: see defPrivPassphrase and defPrivType" },
	{ SNMPERR_USM_DECRYPTIONERROR,
	  "the agent cannot decrypt: see defPrivPassphrase and defPrivType" },
};

static void
take_report(struct round *round, int type)
{
	const char *text = "the agent refuses, and is asked for its engine anew";
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		if (refusals[i].error == type)
			text = refusals[i].text;
	retire_peer(round);
	end_rest(round, ENDING_FAILED, "%s", text);
}

static bool
is_of(const netsnmp_variable_list *variable, const char *object)
{
	uint32_t arc[OID_ARCS];
	size_t arcs;
	if (!oid_parse(object, arc, &arcs) || variable->name_length != arcs)
		return false;
	for (size_t i = 0; i < arcs; i++)
		if (variable->name[i] != arc[i])
			return false;
	return true;
}

static void
take_values(struct round *round, const netsnmp_pdu *pdu)
{
	const netsnmp_variable_list *variable = pdu->variables;
	for (size_t i = 0; i < round->asks; i++) {
		size_t object = round->asked[i];
		struct poll_finding finding = { .ending = ENDING_FAILED };
		if (!variable || !is_of(variable, round->question.object[object])) {
			end_object(round, object, ENDING_FAILED,
				   "the agent answers something else");
			continue;
		}
		value_find(variable, round->question.texts, &finding);
		end_object(round, object, finding.ending, finding.text);
		round->answer.finding[object].value = finding.value;
		variable = variable->next_variable;
	}
}

static void
take_error(struct round *round, const netsnmp_pdu *pdu)
{
	char text[SAMPLE_TEXT];
	if (pdu->errstat == SNMP_ERR_TOOBIG && round->asks > 1) {
		round->most = round->asks / 2;
		return;
	}
	if (pdu->errstat == SNMP_ERR_NOSUCHNAME)
		snprintf(text, sizeof(text),
			 "the agent has no such object, or does not show it to us");
	else if (pdu->errstat == SNMP_ERR_AUTHORIZATIONERROR ||
		 pdu->errstat == SNMP_ERR_NOACCESS)
		snprintf(text, sizeof(text),
			 "the agent does not let us read this: see its access control");
	else
		snprintf(text, sizeof(text), "the agent answers with an error: %s",
			 snmp_errstring((int)pdu->errstat));
	/* One of them, or all: what is left is asked without it. */
	for (size_t i = 0; i < round->asks; i++)
		if (pdu->errindex < 1 || (size_t)pdu->errindex > round->asks ||
		    (size_t)pdu->errindex == i + 1)
			end_object(round, round->asked[i], ENDING_FAILED, text);
}

static void
take_answer(struct round *round, const netsnmp_pdu *pdu)
{
	round->flight[FLIGHT_ASKED] = 0;
	round->flight[FLIGHT_AGAIN] = 0;
	if (pdu->command == SNMP_MSG_REPORT) {
		take_report(round,
			    snmpv3_get_report_type((netsnmp_pdu *)(uintptr_t)pdu));
		return;
	}
	if (pdu->errstat == SNMP_ERR_NOERROR)
		take_values(round, pdu);
	else
		take_error(round, pdu);
	round->came = true;
}

/* ---- flights ---- */

static struct round *
find_flight(uintptr_t number, enum flight *flight)
{
	for (struct round *round = answering->rounds; round; round = round->next)
		for (unsigned i = 0; i < FLIGHTS; i++)
			if (round->flight[i] == number) {
				*flight = (enum flight)i;
				return round;
			}
	return NULL;
}

static int
on_message(int operation, netsnmp_session *session, int reqid, netsnmp_pdu *pdu,
	   void *magic)
{
	enum flight flight;
	(void)session;
	(void)reqid;
	if (operation != NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE || !answering)
		return 1;
	/* The agent's clock is learnt from it; the library asks once more by itself. */
	if (pdu->command == SNMP_MSG_REPORT &&
	    snmpv3_get_report_type(pdu) == SNMPERR_NOT_IN_TIME_WINDOW)
		return 1;
	struct round *round = find_flight((uintptr_t)magic, &flight);
	if (!round)
		return 1;
	if (flight == FLIGHT_ASKED || flight == FLIGHT_AGAIN)
		take_answer(round, pdu);
	else if (flight == FLIGHT_ALIVE && pdu->command != SNMP_MSG_REPORT)
		round->alive = true;
	else if (flight == FLIGHT_PLAIN && pdu->command != SNMP_MSG_REPORT)
		round->plain = true;
	return 1;
}

static bool
add_object(netsnmp_pdu *pdu, const char *object)
{
	uint32_t arc[OID_ARCS];
	oid name[MAX_OID_LEN];
	size_t arcs;
	if (!oid_parse(object, arc, &arcs))
		return false;
	for (size_t i = 0; i < arcs; i++)
		name[i] = arc[i];
	return snmp_add_null_var(pdu, name, arcs) != NULL;
}

static netsnmp_pdu *
make_request(const struct round *round, enum flight flight)
{
	netsnmp_pdu *pdu = snmp_pdu_create(SNMP_MSG_GET);
	bool whole = pdu != NULL;
	if (flight == FLIGHT_ASKED || flight == FLIGHT_AGAIN)
		for (size_t i = 0; whole && i < round->asks; i++)
			whole =
			    add_object(pdu, round->question.object[round->asked[i]]);
	else
		whole = whole && add_object(pdu, "1.3.6.1.2.1.1.3.0");
	if (whole && flight == FLIGHT_PLAIN)
		pdu->securityLevel = SNMP_SEC_LEVEL_AUTHNOPRIV;
	if (!whole && pdu) {
		snmp_free_pdu(pdu);
		pdu = NULL;
	}
	return pdu;
}

/* False when it cannot be sent; *error is then errno's, or 0 and text says more. */
static bool
send_request(struct polling *polling, struct round *round, enum flight flight,
	     int64_t now, int *error, char text[SAMPLE_TEXT])
{
	netsnmp_pdu *pdu = make_request(round, flight);
	netsnmp_session *session = snmp_sess_session(round->peer->session);
	*error = ENOMEM;
	if (!pdu)
		return false;
	/* Not before our own deadline, and then it is forgotten there too. */
	session->timeout = round->deadline > now ? round->deadline - now : 1;
	round->flight[flight] = ++polling->flights;
	if (snmp_sess_async_send(round->peer->session, pdu, on_message,
				 (void *)round->flight[flight]) != 0)
		return true;
	char *words = NULL;
	int library;
	snmp_sess_error(round->peer->session, error, &library, &words);
	if (library != SNMPERR_BAD_SENDTO)
		*error = 0;
	snprintf(text, SAMPLE_TEXT, "%s", words ? words : "cannot be asked");
	free(words);
	snmp_free_pdu(pdu);
	round->flight[flight] = 0;
	return false;
}

/* The next objects that have not ended. */
static void
ask(struct polling *polling, struct round *round, int64_t now)
{
	char text[SAMPLE_TEXT] = "";
	int error;
	round->asks = 0;
	for (size_t i = 0; i < round->question.objects && round->asks < round->most;
	     i++)
		if (!round->ended[i])
			round->asked[round->asks++] = (uint8_t)i;
	if (send_request(polling, round, FLIGHT_ASKED, now, &error, text))
		return;
	retire_peer(round);
	if (error)
		end_error(round, error);
	else
		end_rest(round, ENDING_FAILED, "%s", text);
}

/* ---- knocking ---- */

static bool
knock(struct round *round)
{
	uint8_t packet[DISCOVERY_QUESTION];
	struct sockaddr_storage to;
	socklen_t length = endpoint_to_sockaddr(&round->question.agent, &to);
	if (round->knock < 0) {
		/* Connected: it hears that a port is closed, and nobody but the agent. */
		round->knock =
		    socket(to.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		if (round->knock < 0 ||
		    connect(round->knock, (struct sockaddr *)&to, length) != 0)
			return false;
		if (getrandom(&round->number, sizeof(round->number), GRND_NONBLOCK) !=
		    sizeof(round->number))
			return false;
	}
	size_t size = discovery_question(round->number, packet);
	return send(round->knock, packet, size, MSG_NOSIGNAL) >= 0 || errno == EAGAIN ||
	       errno == EWOULDBLOCK;
}

static void
use_peer(struct polling *polling, struct round *round, struct peer *peer, int64_t now)
{
	round->peer = peer;
	peer->uses++;
	ask(polling, round, now);
}

static void
take_engine(struct polling *polling, struct round *round,
	    const struct engine_found *engine)
{
	char why[SAMPLE_TEXT];
	struct peer *peer = peer_find(polling, &round->question);
	if (!peer)
		peer = peer_open(polling, &round->question, engine, why);
	if (peer)
		use_peer(polling, round, peer, clock_now().boot);
	else
		end_rest(round, ENDING_FAILED, "%s", why);
}

void
round_knocked(struct polling *polling, struct round *round)
{
	uint8_t packet[1500];
	struct engine_found engine;
	ssize_t got = recv(round->knock, packet, sizeof(packet), MSG_DONTWAIT);
	if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return;
	if (got < 0) {
		end_error(round, errno);
		return;
	}
	if (!discovery_report(packet, (size_t)got, round->number, &engine))
		return;
	round->lives = true;
	if (!round->peer && round->question.access.version == ACCESS_V3)
		take_engine(polling, round, &engine);
}

/* ---- a round's course ---- */

static void
start(struct polling *polling, struct round *round, int64_t now)
{
	char why[SAMPLE_TEXT];
	struct peer *peer = peer_find(polling, &round->question);
	if (!peer && round->question.access.version == ACCESS_V3) {
		if (!knock(round))
			end_error(round, errno);
		return;
	}
	if (!peer)
		peer = peer_open(polling, &round->question, NULL, why);
	if (peer)
		use_peer(polling, round, peer, now);
	else
		end_rest(round, ENDING_FAILED, "%s", why);
}

/* Half of the time has gone: once more, and is it us, or the agent? Nothing that fails
   here ends the round, but a closed port. */
static void
doubt(struct polling *polling, struct round *round, int64_t now)
{
	char text[SAMPLE_TEXT];
	int error;
	round->doubted = true;
	if (!knock(round) && errno == ECONNREFUSED) {
		end_error(round, ECONNREFUSED);
		return;
	}
	if (!round->peer)
		return;
	send_request(polling, round, FLIGHT_AGAIN, now, &error, text);
	send_request(polling, round, FLIGHT_ALIVE, now, &error, text);
	if (round->question.access.version == ACCESS_V3 &&
	    round->question.access.level == ACCESS_PRIVACY)
		send_request(polling, round, FLIGHT_PLAIN, now, &error, text);
}

static void
conclude(struct round *round)
{
	long long ms = round->question.timeout / MILLISECOND;
	retire_peer(round);
	if (round->alive)
		end_rest(round, ENDING_TIMEOUT,
			 "the agent answers, but not for this within %lld ms", ms);
	else if (round->plain)
		/* To another passphrase's noise an agent says nothing. */
		end_rest(round, ENDING_FAILED,
			 "the agent cannot decrypt: see defPrivPassphrase and "
			 "defPrivType");
	else if (round->lives && round->question.access.version != ACCESS_V3)
		end_rest(round, ENDING_FAILED,
			 "an SNMP agent is there, but ignores this community and "
			 "version: see defCommunity and defVersion");
	else if (round->lives)
		end_rest(round, ENDING_TIMEOUT,
			 "an SNMP agent is there, but did not answer within %lld ms",
			 ms);
	else
		end_rest(round, ENDING_TIMEOUT, "no answer within %lld ms", ms);
}

bool
round_turn(struct polling *polling, struct round *round, int64_t now)
{
	if (round->came && round->pending > 0) {
		round->came = false;
		ask(polling, round, now);
	}
	if (round->pending > 0 && !round->doubted && now >= round->doubt)
		doubt(polling, round, now);
	if (round->pending > 0 && now >= round->deadline)
		conclude(round);
	return round->pending == 0;
}

int64_t
round_due(const struct round *round)
{
	return round->pending == 0 || round->came ? 0
	       : round->doubted                   ? round->deadline
						  : round->doubt;
}

bool
round_begin(struct polling *polling, uint8_t *packet, size_t size, int64_t now)
{
	struct round *round = calloc(1, sizeof(*round));
	uint8_t *copy = malloc(size);
	bool good = round && copy;
	if (good) {
		memcpy(copy, packet, size);
		good = poll_question_decode(copy, size, &round->question);
	}
	explicit_bzero(packet, size);
	if (!good) {
		free(round);
		free(copy);
		return false;
	}
	round->packet = copy;
	round->size = size;
	round->knock = -1;
	round->pending = round->most = round->question.objects;
	round->answer.id = round->question.id;
	round->answer.findings = round->question.objects;
	round->doubt = now + round->question.timeout / 2;
	round->deadline = now + round->question.timeout;
	round->next = polling->rounds;
	polling->rounds = round;
	polling->count++;
	answering = polling;
	start(polling, round, now);
	return true;
}

void
round_free(struct round *round, int64_t now)
{
	if (round->peer)
		peer_release(round->peer, now);
	if (round->knock >= 0)
		close(round->knock);
	explicit_bzero(round->packet, round->size);
	free(round->packet);
	free(round);
}
