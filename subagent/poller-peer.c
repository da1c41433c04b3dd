/* SPDX-License-Identifier: BSD-3-Clause */
/* Sessions with agents: opened without waiting, shared by rounds, closed when they age. */
#include "config.h"

#include "subagent/poller-inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "common/clock.h"

/* Longer than most intervals; opening one anew costs milliseconds of hashing. */
#define IDLE (2 * MINUTE)

/* ---- the same? ---- */

static bool
same_access(const struct snmp_access *a, const struct snmp_access *b)
{
	return a->version == b->version && a->level == b->level &&
	       strcmp(a->community, b->community) == 0 &&
	       strcmp(a->user, b->user) == 0 &&
	       strcmp(a->auth_type, b->auth_type) == 0 &&
	       strcmp(a->auth_passphrase, b->auth_passphrase) == 0 &&
	       strcmp(a->privacy_type, b->privacy_type) == 0 &&
	       strcmp(a->privacy_passphrase, b->privacy_passphrase) == 0;
}

struct peer *
peer_find(struct polling *polling, const struct poll_question *question)
{
	for (struct peer *peer = polling->peers; peer; peer = peer->next)
		if (!peer->retired && peer->agent.port == question->agent.port &&
		    address_equal(&peer->agent.address, &question->agent.address) &&
		    same_access(&peer->access, &question->access))
			return peer;
	return NULL;
}

static bool
same_engine(const struct peer *a, const struct peer *b)
{
	return a->engine_length > 0 && a->engine_length == b->engine_length &&
	       memcmp(a->engine, b->engine, a->engine_length) == 0;
}

/* ---- closing ---- */

/* The library keeps users and clocks of engines by themselves: what nobody else needs is
   made anew the next time, with the passphrases and the boots of then. */
static void
forget_engine(const struct polling *polling, struct peer *gone)
{
	bool engine = false, user = false;
	for (const struct peer *peer = polling->peers; peer; peer = peer->next) {
		if (!same_engine(peer, gone))
			continue;
		engine = true;
		user |= strcmp(peer->access.user, gone->access.user) == 0;
	}
	struct usmUser *known =
	    user ? NULL
		 : usm_get_user(gone->engine, gone->engine_length, gone->access.user);
	if (known) {
		usm_remove_user(known);
		usm_free_user(known);
	}
	if (!engine)
		free_enginetime(gone->engine, gone->engine_length);
}

/* It is in no list any more. */
static void
peer_free(const struct polling *polling, struct peer *peer)
{
	if (peer->session)
		snmp_sess_close(peer->session);
	if (peer->engine_length)
		forget_engine(polling, peer);
	explicit_bzero(peer, sizeof(*peer));
	free(peer);
}

void
peers_tidy(struct polling *polling, int64_t now, bool all)
{
	struct peer **link = &polling->peers;
	while (*link) {
		struct peer *peer = *link;
		if (all ||
		    (peer->uses == 0 && (peer->retired || now - peer->since > IDLE))) {
			*link = peer->next;
			peer_free(polling, peer);
		} else {
			link = &peer->next;
		}
	}
}

void
peer_release(struct peer *peer, int64_t now)
{
	peer->uses--;
	peer->since = now;
}

/* ---- opening ---- */

static void
keep_access(struct peer *peer, const struct snmp_access *access)
{
	const char **const to[] = {
		&peer->access.community,    &peer->access.user,
		&peer->access.auth_type,    &peer->access.auth_passphrase,
		&peer->access.privacy_type, &peer->access.privacy_passphrase
	};
	peer->access = *access;
	for (size_t i = 0; i < ARRAY_SIZE(to); i++)
		*to[i] =
		    slice_copy(slice_of(*to[i]), peer->text[i], sizeof(peer->text[i]));
}

/* A user of an engine has one pair of passphrases in the library: two that differ would
   take turns at being wrong. */
static bool
is_contested(struct polling *polling, const struct peer *new)
{
	for (struct peer *peer = polling->peers; peer; peer = peer->next) {
		if (!same_engine(peer, new) ||
		    strcmp(peer->access.user, new->access.user) != 0 ||
		    same_access(&peer->access, &new->access))
			continue;
		if (peer->uses > 0)
			return true;
		peer->retired = true;
	}
	peers_tidy(polling, clock_now().boot, false);
	return false;
}

static bool
set_auth(netsnmp_session *pattern, const struct snmp_access *access)
{
	int type = usm_lookup_auth_type(access->auth_type);
	oid *name =
	    type < 0 ? NULL : sc_get_auth_oid(type, &pattern->securityAuthProtoLen);
	if (!name)
		return false;
	pattern->securityAuthProto = name;
	pattern->securityAuthKeyLen = USM_AUTH_KU_LEN;
	return generate_Ku(name, (u_int)pattern->securityAuthProtoLen,
			   (const u_char *)access->auth_passphrase,
			   strlen(access->auth_passphrase), pattern->securityAuthKey,
			   &pattern->securityAuthKeyLen) == SNMPERR_SUCCESS;
}

static bool
set_privacy(netsnmp_session *pattern, const struct snmp_access *access)
{
	int type = usm_lookup_priv_type(access->privacy_type);
	oid *name =
	    type < 0 ? NULL : sc_get_priv_oid(type, &pattern->securityPrivProtoLen);
	if (!name)
		return false;
	pattern->securityPrivProto = name;
	pattern->securityPrivKeyLen = USM_PRIV_KU_LEN;
	/* By the hash of authentication, as everywhere. */
	return generate_Ku(pattern->securityAuthProto,
			   (u_int)pattern->securityAuthProtoLen,
			   (const u_char *)access->privacy_passphrase,
			   strlen(access->privacy_passphrase), pattern->securityPrivKey,
			   &pattern->securityPrivKeyLen) == SNMPERR_SUCCESS;
}

static bool
set_user(netsnmp_session *pattern, struct peer *peer, const struct engine_found *engine,
	 char why[SAMPLE_TEXT])
{
	const struct snmp_access *access = &peer->access;
	pattern->securityName = peer->text[1];
	pattern->securityNameLen = strlen(access->user);
	pattern->securityLevel = (int)access->level;
	pattern->securityModel = SNMP_SEC_MODEL_USM;
	pattern->securityEngineID = peer->engine;
	pattern->securityEngineIDLen = peer->engine_length;
	pattern->engineBoots = engine->boots;
	pattern->engineTime = engine->time;
	/* Known already: else opening or sending would wait for it. */
	pattern->flags |= SNMP_FLAGS_DONT_PROBE;
	if (access->level >= ACCESS_AUTH && !set_auth(pattern, access)) {
		snprintf(why, SAMPLE_TEXT, "this Net-SNMP has no defAuthType %s",
			 access->auth_type);
		return false;
	}
	if (access->level >= ACCESS_PRIVACY && !set_privacy(pattern, access)) {
		snprintf(why, SAMPLE_TEXT, "this Net-SNMP has no defPrivType %s",
			 access->privacy_type);
		return false;
	}
	return true;
}

static bool
open_session(struct peer *peer, const struct engine_found *engine,
	     char why[SAMPLE_TEXT])
{
	netsnmp_session pattern;
	char name[ENDPOINT_TEXT], address[ENDPOINT_TEXT + 8];
	snprintf(address, sizeof(address), "%s:%s",
		 address_is_v4(&peer->agent.address) ? "udp" : "udp6",
		 endpoint_format(&peer->agent, name));
	snmp_sess_init(&pattern);
	pattern.peername = address;
	pattern.retries = 0;
	if (peer->access.version == ACCESS_V3) {
		pattern.version = SNMP_VERSION_3;
		if (!set_user(&pattern, peer, engine, why))
			return false;
	} else {
		pattern.version = peer->access.version == ACCESS_V1 ? SNMP_VERSION_1
								    : SNMP_VERSION_2c;
		pattern.community = (u_char *)peer->text[0];
		pattern.community_len = strlen(peer->text[0]);
	}
	peer->session = snmp_sess_open(&pattern);
	if (!peer->session) {
		char *text = NULL;
		snmp_error(&pattern, NULL, NULL, &text);
		snprintf(why, SAMPLE_TEXT, "%s", text ? text : "no session");
		free(text);
	}
	explicit_bzero(pattern.securityAuthKey, sizeof(pattern.securityAuthKey));
	explicit_bzero(pattern.securityPrivKey, sizeof(pattern.securityPrivKey));
	return peer->session != NULL;
}

struct peer *
peer_open(struct polling *polling, const struct poll_question *question,
	  const struct engine_found *engine, char why[SAMPLE_TEXT])
{
	struct peer *peer = calloc(1, sizeof(*peer));
	snprintf(why, SAMPLE_TEXT, "out of memory");
	if (!peer)
		return NULL;
	peer->agent = question->agent;
	keep_access(peer, &question->access);
	if (engine) {
		memcpy(peer->engine, engine->id, engine->id_length);
		peer->engine_length = engine->id_length;
		if (is_contested(polling, peer)) {
			snprintf(why, SAMPLE_TEXT,
				 "two access= files have different words for user "
				 "%.32s of this agent",
				 peer->access.user);
			explicit_bzero(peer, sizeof(*peer));
			free(peer);
			return NULL;
		}
	}
	if (!open_session(peer, engine, why)) {
		peer_free(polling, peer);
		return NULL;
	}
	peer->next = polling->peers;
	polling->peers = peer;
	return peer;
}
