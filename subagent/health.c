/* SPDX-License-Identifier: BSD-3-Clause */
/* How alternates are: first which row of their MIB they are, then what that says. */
#include "config.h"

#include "subagent/health.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "common/clock.h"
#include "mib/tables.h"

/* Rows of an agent that are looked through for a server's name: numbers are given once,
   from 1, and most daemons protect one server. */
#define ROWS_LOOKED 32u
/* An answer is waited for no longer. */
#define WAIT_MOST (2 * SECOND)
#define THOUSAND  1000.0

/* What is asked of the row, in this order. */
enum word {
	WORD_NAME,
	WORD_STATE,
	WORD_PERFORMANCE,
	WORD_THRESHOLD,
	WORD_CLIENTS,
	WORD_AWAY,
	WORD_AGE, /* of the engine's last word, s */
	WORDS
};
static const char *const columns[WORD_AGE] = {
	[WORD_NAME] = "bwServerName",
	[WORD_STATE] = "bwServerState",
	[WORD_PERFORMANCE] = "bwServerPerformanceExact",
	[WORD_THRESHOLD] = "bwServerConnectionThreshold",
	[WORD_CLIENTS] = "bwServerClients",
	[WORD_AWAY] = "bwServerClientsAway",
};

#define OBJECT_TEXT 96

struct peer_of {
	struct healths *healths;
	uint32_t alternate;
	const struct policy_health *health;
	uint32_t row;    /* of its agent's server table; 0: not known */
	int64_t due;     /* boot time of the next question */
	int64_t asked;   /* and of the one on its way */
	uint64_t handle; /* of that; 0: none */
};

struct healths {
	struct poller *poller;
	healths_done *done;
	void *context;
	size_t peers;
	struct peer_of peer[];
};

/* ---- objects ---- */

static void
object_text(const uint32_t *arc, size_t arcs, char out[OBJECT_TEXT])
{
	size_t used = 0;
	out[0] = '\0';
	for (size_t i = 0; i < arcs; i++)
		used += (size_t)snprintf(out + used, OBJECT_TEXT - used, "%s%" PRIu32,
					 i > 0 ? "." : "", arc[i]);
}

static void
object_of(const char *column, uint32_t row, char out[OBJECT_TEXT])
{
	uint32_t arc[18];
	size_t arcs = mib_entry(MIB_SERVER, arc);
	arc[arcs++] = mib_column_find(mib_describe(MIB_SERVER), column)->number;
	arc[arcs++] = row;
	object_text(arc, arcs, out);
}

static void
object_of_age(char out[OBJECT_TEXT])
{
	uint32_t arc[MIB_BASE_LENGTH + 4] = MIB_BASE;
	size_t arcs = MIB_BASE_LENGTH;
	arc[arcs++] = MIB_OBJECTS;
	arc[arcs++] = 1;
	for (size_t i = 0; i < mib_scalars_count; i++)
		if (strcmp(mib_scalar[i].name, "bwBoardAge") == 0)
			arc[arcs++] = mib_scalar[i].number;
	arc[arcs++] = 0;
	object_text(arc, arcs, out);
}

static void ask(struct peer_of *peer, int64_t now);

/* ---- answers ---- */

static void
tell(struct peer_of *peer, const struct fleet_health *health, const char *why)
{
	const struct healths *healths = peer->healths;
	healths->done(healths->context, peer->alternate, health, why);
}

static bool
found(const struct poll_finding *finding)
{
	return finding->ending == ENDING_VALUE;
}

/* Which row has its name. It is asked for the rest at once. */
static void
take_rows(struct peer_of *peer, const struct poll_answer *answer)
{
	char why[POLLER_WHY];
	const char *first = NULL;
	for (uint32_t i = 0; i < answer->findings; i++) {
		const struct poll_finding *finding = &answer->finding[i];
		if (!found(finding))
			continue;
		if (strcmp(finding->text, peer->health->server) == 0) {
			peer->row = i + 1;
			ask(peer, clock_now().boot);
			return;
		}
		if (!first)
			first = finding->text;
	}
	if (first)
		snprintf(why, sizeof(why),
			 "its agent knows no server \"%.30s\", but \"%.30s\"",
			 peer->health->server, first);
	else
		snprintf(why, sizeof(why), "%.100s", answer->finding[0].text);
	tell(peer, NULL, why);
}

static void
take_words(struct peer_of *peer, const struct poll_answer *answer)
{
	const struct poll_finding *word = answer->finding;
	char why[POLLER_WHY];
	if (!found(&word[WORD_NAME]) || !found(&word[WORD_STATE])) {
		/* Its numbers may be others by now: it was set up anew. */
		peer->row = 0;
		tell(peer, NULL,
		     word[found(&word[WORD_NAME]) ? WORD_STATE : WORD_NAME].text);
		return;
	}
	if (strcmp(word[WORD_NAME].text, peer->health->server) != 0) {
		peer->row = 0;
		ask(peer, clock_now().boot);
		return;
	}
	/* An agent serves for a while what an engine said that is no more. */
	if (!found(&word[WORD_AGE]) ||
	    word[WORD_AGE].value > 2 + 2.0 * (double)peer->health->every / SECOND) {
		snprintf(why, sizeof(why), "its daemon's word is %.0f s old",
			 word[WORD_AGE].value);
		tell(peer, NULL, why);
		return;
	}
	double own = word[WORD_CLIENTS].value - word[WORD_AWAY].value;
	const struct fleet_health health = {
		.asked = peer->asked,
		.state = (enum server_state)word[WORD_STATE].value,
		.known = found(&word[WORD_PERFORMANCE]) && found(&word[WORD_THRESHOLD]),
		.performance = word[WORD_PERFORMANCE].value / THOUSAND,
		.threshold = word[WORD_THRESHOLD].value / THOUSAND,
		.clients = own > 0 ? (uint32_t)own : 0,
	};
	tell(peer, &health, "");
}

static void
on_answer(void *context, const struct poll_answer *answer, const char *why)
{
	struct peer_of *peer = context;
	peer->handle = 0;
	if (!answer)
		tell(peer, NULL, why);
	else if (answer->findings == WORDS)
		take_words(peer, answer);
	else
		take_rows(peer, answer);
}

/* ---- questions ---- */

static void
ask(struct peer_of *peer, int64_t now)
{
	char object[ROWS_LOOKED][OBJECT_TEXT];
	const struct policy_health *health = peer->health;
	struct poll_question question = {
		.timeout =
		    health->every / 2 < WAIT_MOST ? health->every / 2 : WAIT_MOST,
		.agent = health->agent,
		.access = *health->access,
		.objects = peer->row > 0 ? WORDS : ROWS_LOOKED,
		.texts = true,
	};
	const char *why;
	for (uint32_t i = 0; i < question.objects; i++) {
		if (peer->row == 0)
			object_of(columns[WORD_NAME], i + 1, object[i]);
		else if (i < WORD_AGE)
			object_of(columns[i], peer->row, object[i]);
		else
			object_of_age(object[i]);
		question.object[i] = object[i];
	}
	peer->asked = now;
	peer->due = now + health->every;
	peer->handle =
	    poller_ask(peer->healths->poller, &question, on_answer, peer, &why);
	if (peer->handle == 0)
		tell(peer, NULL, why);
}

void
healths_ask(struct healths *healths, int64_t now)
{
	for (size_t i = 0; i < healths->peers; i++)
		if (healths->peer[i].handle == 0 && healths->peer[i].due <= now)
			ask(&healths->peer[i], now);
}

int64_t
healths_next(const struct healths *healths)
{
	int64_t next = INT64_MAX;
	for (size_t i = 0; i < healths->peers; i++)
		if (healths->peer[i].handle == 0 && healths->peer[i].due < next)
			next = healths->peer[i].due;
	return next;
}

/* ---- from open to close ---- */

struct healths *
healths_open(const struct policy *policy, struct poller *poller, healths_done *done,
	     void *context)
{
	struct healths *healths;
	size_t peers = 0;
	for (size_t i = 0; i < policy->alternates; i++)
		peers += policy->alternate[i].health.on;
	if (peers == 0 || !poller)
		return NULL;
	healths = calloc(1, sizeof(*healths) + peers * sizeof(healths->peer[0]));
	if (!healths)
		return NULL;
	healths->poller = poller;
	healths->done = done;
	healths->context = context;
	for (uint32_t i = 0; i < policy->alternates; i++)
		if (policy->alternate[i].health.on)
			healths->peer[healths->peers++] =
			    (struct peer_of){ .healths = healths,
					      .alternate = i,
					      .health = &policy->alternate[i].health };
	poller_use(poller, true);
	return healths;
}

void
healths_close(struct healths *healths)
{
	if (!healths)
		return;
	for (size_t i = 0; i < healths->peers; i++)
		if (healths->peer[i].handle != 0)
			poller_forget(healths->poller, healths->peer[i].handle);
	poller_use(healths->poller, false);
	free(healths);
}
