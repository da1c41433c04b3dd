/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of the agent process share. */
#ifndef BELLWETHER_SUBAGENT_AGENT_INSIDE_H
#define BELLWETHER_SUBAGENT_AGENT_INSIDE_H

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/agent/net-snmp-agent-includes.h>

#include "common/clock.h"
#include "mib/tables.h"
#include "subagent/agent.h"
#include "subagent/board.h"
#include "subagent/link.h"

/* Where to look for a row: after (server, row), or also at it. */
struct agent_cursor {
	uint32_t server;
	uint32_t row;
	bool inclusive;
};

/* ---- pending operations (agent-operation.c) ---- */

#define AGENT_PENDING  32u
#define AGENT_OUTGOING 64u
#define AGENT_PLAN     (60 * SECOND)

/* A row that somebody creates; the engine's row on the board takes its place. */
struct agent_pending {
	struct mib_operation row;
	uint32_t set;    /* columns that were written: bit number */
	int64_t touched; /* boot */
	bool planned;    /* the engine knows it as it is */
	bool sent;       /* it is to run: nothing may be changed any more */
};

/* Ascending by (server, row). */
struct agent_operations {
	struct agent_pending list[AGENT_PENDING];
	size_t count;
};

/* ---- notifications (agent-notify.c) ---- */

#define AGENT_QUEUE 5000u
/* What was sent so shortly before a master or an agent went away may have gone with it. */
#define AGENT_AGAIN (10 * SECOND)

struct agent_notice {
	struct link_notify notify;
	int64_t sent; /* boot; 0: not yet */
};

/* The numbers of notifications: the engine's, moved up by those that agents gave to their
   own. Kept over our end (agent-sequence.c). */
struct agent_sequence {
	int fd;              /* -1: cannot be kept */
	uint64_t own;        /* the difference to the engine's numbers */
	uint64_t own_at;     /* the number up to which it was another */
	uint64_t given;      /* the last number */
	uint64_t sent;       /* the last number that a master got */
	uint64_t suppressed; /* numbers below that no master got */
	uint64_t dropped; /* and those above that none will get; forgotten at our end */
	/* Of all that were suppressed or withheld, so many were told of (agent-missing.c). */
	uint64_t told, withheld;
};

/* A ring: some that were sent, in case that the master goes away, then those that wait. */
struct agent_notices {
	struct agent_notice ring[AGENT_QUEUE];
	size_t first; /* of those kept */
	size_t kept;
	size_t waiting;
	double tokens;
	int64_t refilled;
	int64_t parted; /* when the master went away */
	struct agent_sequence sequence;
};

/* What the engine has not sent is said once there is room for it (agent-missing.c). */
struct agent_missing {
	uint32_t notify[MIB_SWITCHES]; /* as seen last; 0: never */
	bool on_again;        /* a switch is on again, and that is to be told */
	int64_t looked, told; /* boot */
};

/* ---- switches (agent-switch.c) ---- */

/* What was set and is not on the board yet: MIB_ENABLED, MIB_DISABLED, or 0. */
struct agent_switches {
	uint32_t wanted[MIB_SWITCHES];
	uint32_t unsent; /* of them: bit number */
	int64_t touched; /* boot */
};

/* ---- the agent ---- */

struct agent_table {
	struct agent *agent;
	const struct mib_description *description; /* NULL: the scalars */
	const struct mib_column *column;
	size_t columns;
	oid root[16]; /* columns are root.number, rows below */
	size_t length;
};

struct agent {
	struct agent_options options;
	struct board *board; /* NULL before the first */
	bool linked;         /* the engine's end is open */
	bool connected;      /* to the master; always, as our own master */
	bool lost;           /* the engine, and we said so */
	int64_t lost_at;
	bool back; /* that it is back is still to be said, from a life before */
	int64_t started;
	struct agent_table table[MIB_TABLE_END]; /* [0]: the scalars */

	struct agent_operations operations;
	/* One SET at a time: what it would make of them, what they were before. */
	struct agent_operations after, before;
	struct link_operate operate[AGENT_OUTGOING];
	size_t operates;
	struct link_operate outgoing[AGENT_OUTGOING];
	size_t outgoings;

	struct agent_notices notices;
	struct agent_missing missing;
	struct agent_switches switches, switches_before, switches_after;
};

/* ---- values (agent-value.c) ---- */

/* The moment of an answer on the clocks that values need. */
struct agent_instant {
	int64_t boot;
	uint32_t uptime; /* sysUpTime, hundredths of a second */
};
struct agent_instant agent_instant(void);

/* A value as Net-SNMP takes it; data points into room or into the row. */
struct agent_value {
	u_char type;
	const void *data;
	size_t size;
	union {
		long integer;
		unsigned long number;
		struct counter64 wide;
		uint8_t octets[16];
	} room;
};
/* A number that is to be set; returns SNMP's word for what is wrong with it. */
int agent_number_of(const netsnmp_variable_list *vb, u_char type, uint64_t low,
		    uint64_t high, uint32_t *number);
/* False: there is no such instance. */
bool agent_value_of(const struct mib_column *column, const void *row,
		    const struct agent_instant *now, struct agent_value *value);

/* ---- tables (agent-table.c) ---- */

/* Registers the scalars and every table; false when the library refuses. */
bool agent_tables_register(struct agent *agent);
/* The first row after the cursor, of the board or pending. BOARD_BUSY: the engine stood
   still amid a change for longer than a master can wait. */
enum board_seen agent_row_next(const struct agent *agent, enum mib_table table,
			       struct agent_cursor cursor, union mib_any *row);
bool agent_row_get(const struct agent *agent, enum mib_table table, uint32_t server,
		   uint32_t index, union mib_any *row);
/* The board's alone. */
bool agent_board_get(const struct agent *agent, enum mib_table table, uint32_t server,
		     uint32_t index, struct mib_row *row);
/* The column that the name lies in; NULL when there is none. */
const struct mib_column *
agent_column(const struct agent_table *table, const netsnmp_variable_list *vb);
/* The index in the name of an instance of such a column; false when it has not the shape
   of one. */
bool agent_index(const struct agent_table *table, const netsnmp_variable_list *vb,
		 struct mib_row *index);
/* With what only the agent knows. */
bool agent_scalars(const struct agent *agent, struct mib_scalars *scalars);

/* ---- operations ---- */

/* All phases of a SET on the operation table. */
void
agent_operations_set(struct agent *agent, const struct agent_table *table,
		     netsnmp_agent_request_info *info, netsnmp_request_info *requests);
/* Sends what waits, drops what is old or on the board. Once a turn. */
void agent_operations_turn(struct agent *agent, int64_t now);
void agent_operations_answer(struct agent *agent, const struct link_answer *answer);
const struct agent_pending *agent_pending_find(const struct agent_operations *list,
					       uint32_t server, uint32_t number);
/* The first one after the cursor; NULL when there is none. */
const struct agent_pending *
agent_pending_next(const struct agent_operations *list, struct agent_cursor cursor);

/* ---- notifications ---- */

/* From the engine, with its sequence number; or our own, which get the next one. */
void agent_notify(struct agent *agent, const struct link_notify *notify);
void agent_notify_own(struct agent *agent, enum notification notification,
		      uint32_t severity, const char *reason);
/* Sends as many as may leave now. Returns how long until more may, us; NEVER. */
int64_t agent_notices_turn(struct agent *agent, int64_t now);
/* The master went away, or is there again: what it may have lost is sent once more. */
void agent_notices_parted(struct agent *agent, int64_t now);
void agent_notices_joined(struct agent *agent);

/* What an agent before us gave. */
void agent_sequence_open(struct agent *agent);
/* The number of the engine's notification; 0: it was sent before, and some time ago. */
uint64_t
agent_sequence_take(struct agent_sequence *sequence, const struct link_notify *notify);
/* The next one, for our own; engine is how many that has given, for when nothing is known. */
uint64_t agent_sequence_own(struct agent_sequence *sequence, uint64_t engine);
void agent_sequence_sent(struct agent_sequence *sequence, uint64_t number);
/* It will not be: the queue is full, or something was missing. */
void agent_sequence_drop(struct agent_sequence *sequence, uint64_t number);
/* How many numbers there are that nobody gets, also for the death of an agent or an engine
   that still had them. */
uint64_t agent_sequence_suppressed(const struct agent_sequence *sequence);

/* Tells of what was suppressed or withheld; once a turn. */
void agent_missing_turn(struct agent *agent, int64_t now);

/* All phases of a SET on the scalars: the switches of notifications can be written. */
void
agent_switches_set(struct agent *agent, const struct agent_table *table,
		   netsnmp_agent_request_info *info, netsnmp_request_info *requests);
/* What was set stands before what the board says. */
void agent_switches_show(const struct agent *agent, struct mib_scalars *scalars);
/* Sends what waits, forgets what is on the board or was not taken. Once a turn. */
void agent_switches_turn(struct agent *agent, int64_t now);

/* ---- being one's own master (agent-master.c) ---- */

/* Reads options.conf and gives it to the library, to be looked at when it starts. Call it
   while we may still read the file. False: the log says why. */
bool agent_conf_read(const struct agent_options *options, uint8_t **conf);
void agent_conf_give(uint8_t *conf);
/* The few objects of the system group that every manager asks for. */
bool agent_system_register(void);

#endif
