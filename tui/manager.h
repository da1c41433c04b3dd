/* SPDX-License-Identifier: BSD-3-Clause */
/* The SNMP manager: libnetsnmp in a thread of its own, asked and answered by values. */
#ifndef BELLWETHER_TUI_MANAGER_H
#define BELLWETHER_TUI_MANAGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mib/tables.h"

/* What one agent was last heard to say. Immutable once handed out; times inside rows are
   turned into our boot clock where the column is a time or an age (a reader sees when
   something was, not how old it was when it was asked). */
struct snapshot_part {
	const void *row;
	size_t first; /* how many rows stand in the parts before */
};
struct snapshot_table {
	/* count rows of the table's struct, ascending by index; NULL when they are in
	   parts, as many clients are: snapshot_row() finds them wherever they are. */
	void *row;
	const struct snapshot_part *part;
	size_t parts;
	size_t count;
	int64_t at;    /* our boot time when the last of it was read; 0: never */
	int64_t whole; /* when all of it was; else rows outside the window are older */
	uint32_t of;   /* of clients: the one server whose whole is; 0: of all */
};
struct snapshot {
	struct mib_scalars scalars;
	int64_t scalars_at;
	struct snapshot_table table[MIB_TABLE_END];
};

/* Row i of a table whose rows have this size. */
static inline const void *
snapshot_row(const struct snapshot_table *table, size_t size, size_t i)
{
	size_t low = 0;
	if (table->row)
		return (const uint8_t *)table->row + i * size;
	for (size_t high = table->parts; high - low > 1;) {
		size_t middle = low + (high - low) / 2;
		if (table->part[middle].first <= i)
			low = middle;
		else
			high = middle;
	}
	return (const uint8_t *)table->part[low].row +
	       (i - table->part[low].first) * size;
}

/* How things stand with an agent; told apart because the remedies differ. */
enum agent_state {
	AGENT_CONNECTING = 1,
	AGENT_OK,
	AGENT_SILENT,     /* no answer: address, port, firewall, agent frozen or down */
	AGENT_REFUSED,    /* the port is closed */
	AGENT_WRONG_USER, /* unknown user name or engine */
	AGENT_WRONG_PASSWORD, /* digest or decryption failed */
	AGENT_NO_VIEW, /* answers, but shows us nothing of BELLWETHER-MIB by view */
	AGENT_NO_MIB,  /* answers, but no Bellwether is behind it */
	AGENT_OTHER,   /* answers, but somebody else's objects stand where ours do */
	AGENT_STALE,   /* answers, but the engine behind it does not live any more */
	AGENT_VERSION  /* speaks an SNMP version that it was not asked in */
};
const char *agent_state_name(enum agent_state state);
/* A sentence: what it means and what to do. */
const char *agent_state_advice(enum agent_state state);

struct manager;

struct manager_options {
	const char *const *agent; /* "udp:127.0.0.1:1161", as given; NULL ends */
	/* Net-SNMP's options in argv form (-v3 -u me ...), parsed by its own parser; defaults
	   come from snmp.conf. */
	int argc;
	char **argv;
	int64_t interval; /* between rounds of what is wanted, us */
};

/* NULL with why. */
struct manager *manager_start(const struct manager_options *options, char why[256]);
void manager_stop(struct manager *manager);
size_t manager_agents(const struct manager *manager);
const char *manager_agent_name(const struct manager *manager, size_t agent);
/* The SNMPv3 user that asks; "" when a community does. */
const char *manager_user(const struct manager *manager);
/* How many variables a response of the agent held at most; cut: it gave less than was
   asked for, because of its maxGetbulkResponses or its greatest message. */
size_t manager_bulk(struct manager *manager, size_t agent, bool *cut);

/* Readable (eventfd) whenever something new is there; reading it is the caller's. */
int manager_fd(const struct manager *manager);

/* Which tables are read each round: bits 1 << enum mib_table; scalars and the server
   table always. The client table is read column-parallel, all of it. server narrows to
   one server index; 0: all. */
void
manager_want(struct manager *manager, size_t agent, uint32_t tables, uint32_t server);
/* Of the client table only the rows from (on) until (before) are read each round, and all
   of it every so many us, after the window was shown a first time; 0: all each round. A
   window that is not in the last one is read at once. */
void manager_window(struct manager *manager, size_t agent, struct mib_row from,
		    struct mib_row until, int64_t every);
/* Asks for a round now. */
void manager_refresh(struct manager *manager, size_t agent);

/* The last whole snapshot: a reference, given back by manager_release(). Never NULL; empty
   before the first. */
const struct snapshot *
manager_snapshot(struct manager *manager, size_t agent, enum agent_state *state,
		 int64_t *since, char detail[256]);
void manager_release(struct manager *manager, const struct snapshot *snapshot);

/* One operation: createAndWait, then its plan read back; or active; or createAndGo; or
   destroy. Answers through manager_answer() with the same ticket. */
enum manager_verb { VERB_PLAN = 1, VERB_RUN, VERB_GO, VERB_CANCEL };
struct manager_request {
	enum manager_verb verb;
	struct mib_operation
	    operation; /* index.server; index.row 0: the agent's next */
};
/* An empty requester becomes the SNMPv3 user's name (the one that the agent can verify),
   without one the login name; a share of 0 becomes 100. 0 without memory. */
uint64_t manager_operate(struct manager *manager, size_t agent,
			 const struct manager_request *request);
enum manager_failure {
	FAILURE_NONE = 0,
	FAILURE_REFUSED,   /* by the agent, the engine or the policy: text says why */
	FAILURE_NO_WRITE,  /* this user may not write */
	FAILURE_UNANSWERED /* the agent did not answer: see manager_snapshot() */
};
struct manager_answer {
	uint64_t ticket;
	bool ok;
	struct mib_operation operation; /* as the agent shows it now */
	char text
	    [256]; /* not ok: no write view, wrong value (which column), refused by the
	                   policy, no answer: in words, with what to do */
	enum manager_failure failure;
};
/* False when none is waiting. */
bool manager_answer(struct manager *manager, struct manager_answer *answer);

#endif
