/* SPDX-License-Identifier: BSD-3-Clause */
/* BELLWETHER-MIB as data: rows as plain structs, columns as tables. One description
   serves the agent (which answers from it), the console (which reads into it) and the
   test that compares it with the MIB's text. */
#ifndef BELLWETHER_MIB_TABLES_H
#define BELLWETHER_MIB_TABLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/address.h"
#include "common/bytes.h"

/* 1.3.6.1.4.1.8072.9999.9999: the one place that says where the module hangs. */
#define MIB_BASE                                   \
	{                                          \
		1, 3, 6, 1, 4, 1, 8072, 9999, 9999 \
	}
#define MIB_BASE_LENGTH 9u
/* Arms below the base. */
enum { MIB_NOTIFICATIONS = 0, MIB_OBJECTS = 1, MIB_CONFORMANCE = 2, MIB_CLIENTS = 3 };
/* Below MIB_OBJECTS: the scalars are objects.1.N.0, then one arm a table. The client
   table hangs below MIB_CLIENTS, after everything else. */

enum mib_table {
	MIB_SERVER = 2, /* objects.2: bwServerTable */
	MIB_PARAMETER,
	MIB_SERVICE,
	MIB_CONDITION,
	MIB_ALTERNATE,
	MIB_GROUP,
	MIB_OPERATION,
	MIB_EVENT,
	MIB_ALARM,
	MIB_CLIENT, /* clients.1: bwClientTable */
	MIB_TABLE_END
};

#define MIB_TEXT   256    /* SnmpAdminString's 255 and the NUL */
#define MIB_NAME   65     /* names of DESIGN.md section 2 */
#define MIB_GROUPS 72     /* one name and MIB_MORE always fit; the NUL as well */
#define MIB_MORE   " ..." /* names that did not fit */

/* Every row begins with these two, so that generic code finds them. server is
   bwServerIndex; row the table's own index (the server table: equal to server). Rows of a
   table are kept in ascending order of (server, row). */
struct mib_row {
	uint32_t server;
	uint32_t row;
};

/* How a column's bytes at `offset` of the row become an SNMP value. Times are the boot
   clock's microseconds; wall times microseconds since 1970. */
enum mib_kind {
	MIB_ENUM = 1,   /* uint32_t: INTEGER of named numbers; 0 = no such instance */
	MIB_UNSIGNED,   /* uint32_t: Unsigned32 */
	MIB_GAUGE,      /* uint32_t: Gauge32 */
	MIB_PERCENT,    /* uint32_t: Gauge32, 0 to 100; UINT32_MAX = no such instance */
	MIB_COUNTER,    /* uint32_t: Counter32 */
	MIB_COUNTER64,  /* uint64_t: Counter64 */
	MIB_THOUSANDTH, /* int64_t: BwGauge64, never below 0;
	                  INT64_MIN = no such instance */
	MIB_STRING,     /* char[]: SnmpAdminString, NUL-terminated */
	MIB_TRUTH,      /* bool: TruthValue */
	MIB_STAMP,      /* int64_t boot time: TimeStamp (sysUpTime then; 0 when 0) */
	MIB_DATE, /* int64_t wall time: DateAndTime, 11 octets; 0: no such instance */
	MIB_AGE,  /* int64_t boot time: Gauge32, s since then; 0 = no such instance */
	MIB_ADDRESS_TYPE, /* struct address: InetAddressType */
	MIB_ADDRESS,      /* struct address: InetAddress */
	MIB_ROW_STATUS,   /* uint32_t: RowStatus */
	MIB_OCTETS,       /* uint8_t[]: OCTET STRING of the member's whole size */
	MIB_LEFT /* int64_t boot time: Gauge32, s until then, 0 when past or none */
};

struct mib_column {
	uint32_t number;  /* of the column: table.1.number */
	const char *name; /* "bwServerState" */
	enum mib_kind kind;
	size_t offset; /* in the row's struct */
	size_t size;   /* of the member */
	bool writable; /* read-create, the operation table's; a scalar: read-write */
	const char *const *label; /* MIB_ENUM: label[n - 1] names n, NULL ends */
};

struct mib_description {
	enum mib_table table;
	const char *name; /* "bwServerTable" */
	size_t row_size;
	unsigned indexes; /* 1: server; 2: server, row. Index columns are 1 (and 2) and
	                         not-accessible, so they are not among the columns */
	const struct mib_column *column; /* ascending by number */
	size_t columns;
};
/* NULL for a number that is no table. */
const struct mib_description *mib_describe(enum mib_table table);
/* The table's entry OID (table.1) below MIB_BASE; returns its length. */
size_t mib_entry(enum mib_table table, uint32_t out[16]);
const struct mib_column *
mib_column_find(const struct mib_description *description, const char *name);
/* "serving" for MIB_ENUM; "?" outside. */
const char *mib_label(const struct mib_column *column, uint32_t value);

/* ---- rows ---- */

/* Severity everywhere: ok(1) notice(2) warning(3) critical(4). */

struct mib_server {
	struct mib_row index;
	char name[MIB_NAME];
	struct address address;
	uint32_t transport; /* icmp(1) udp(2) */
	uint32_t mode;      /* automatic(1) advise(2) paused(3) */
	char mode_reason[MIB_TEXT];
	uint32_t state; /* serving(1) returning(2) shedding(3) away(4) unknown(5) */
	int64_t state_changed;
	uint32_t state_transitions;
	uint32_t severity;
	uint32_t performance; /* percent, rounded down, 0 to 100; absent when unknown */
	int64_t performance_exact;  /* thousandths; absent when unknown or negative */
	int64_t performance_at;     /* age of what it rests on */
	int64_t failover_threshold; /* thousandths */
	int64_t connection_threshold;
	uint32_t failover; /* no(1) pending(2) yes(3) */
	uint32_t connection;
	char deciding[MIB_NAME]; /* condition's name; "" none */
	char reason[MIB_TEXT];   /* why, with values */
	uint32_t clients;
	uint32_t here, away, unknown; /* by place */
	uint32_t none, done, received, sent, echoed, unreachable,
	    rejected; /* by order */
	uint32_t silent;
	uint32_t operation;       /* running one's index; 0 none */
	uint64_t orders, answers; /* messages sent */
	uint64_t requests, accepted, refused;
	uint64_t messages_refused; /* all checks together */
	uint64_t forged;           /* authenticator, key, algorithm */
	uint64_t stale, replayed;  /* replayed: duplicate and superseded */
	char policy[MIB_TEXT];     /* file */
	int64_t policy_loaded;     /* wall */
	int64_t history_at;        /* boot time of the newest entry of history */
	uint64_t messages_lost;    /* for want of room in the receive buffer */
	uint8_t history[300]; /* performance each second, percent; 255 unknown; newest
	                             last; MIB_OCTETS */
	uint32_t moved, coming, missed; /* seen by the server's own statistics */
	int64_t mode_changed;
	uint32_t mode_transitions;
	uint32_t event;       /* the newest one's number */
	uint64_t events_lost; /* too many at once: they got no number */
};

struct mib_parameter {
	struct mib_row index;
	char name[MIB_NAME];
	char unit[16];
	uint32_t state; /* fresh(1) stale(2) unknown(3) */
	int64_t changed;
	uint32_t transitions;
	int64_t value;         /* thousandths; absent when unknown or negative */
	char text[MIB_TEXT];   /* "97.2 %", "unknown" */
	uint32_t ending;       /* value(1) timeout(2) absent(3) failed(4) */
	char detail[MIB_TEXT]; /* of the last sample */
	int64_t at;            /* age of the value */
};

struct mib_service {
	struct mib_row index;
	char name[MIB_NAME];
	uint32_t role;  /* mandatory(1) dependent(2) */
	uint32_t state; /* up(1) unknown(2) down(3) */
	uint32_t severity;
	int64_t changed;
	uint32_t transitions;
	uint32_t ending;
	char detail[MIB_TEXT];
	int64_t at;
};

struct mib_condition {
	struct mib_row index;
	char name[MIB_NAME];
	uint32_t kind;  /* threshold(1) when(2) connection(3) */
	uint32_t met;   /* no(1) pending(2) yes(3) */
	uint32_t truth; /* true(1) false(2) unknown(3) */
	bool holding;
	int64_t changed;
	uint32_t transitions;
	uint32_t duration; /* s, of `for`, rounded up */
	char expression[MIB_TEXT];
	char reason[MIB_TEXT]; /* why it stands so, with values */
	int64_t at;            /* of the last look */
};

struct mib_alternate {
	struct mib_row index;
	char name[MIB_NAME];
	struct address address;
	uint32_t port;
	uint32_t priority;
	uint32_t weight;
	uint32_t state; /* usable(1) assumed(2) unusable(3): assumed without <health> */
	int64_t changed;
	uint32_t transitions;
	uint32_t clients; /* of ours that are there now */
	char reason[MIB_TEXT];
	uint32_t capacity;    /* clients, its own included; 0: no limit */
	uint32_t load;        /* of ours that are there or ordered there */
	uint32_t own;         /* its own that are not away, as it said last */
	uint32_t room;        /* how many more it may get now */
	uint32_t performance; /* percent, as it said last; absent when unknown */
	int64_t heard;        /* when it was asked what it answered */
};

struct mib_group {
	struct mib_row index;
	char name[MIB_NAME];
	uint32_t kind;         /* list(1) group(2) site(3) */
	char parent[MIB_NAME]; /* sites: the site around it */
	uint32_t clients, here, away, unknown, ordered,
	    silent; /* ordered: order not yet done */
};

struct mib_operation {
	struct mib_row index;
	uint32_t action; /* failover(1) reconnect(2) release(3) pause(4) resume(5) */
	char selection[MIB_TEXT]; /* SELECTION of DESIGN.md section 2 */
	char requester[MIB_NAME]; /* mandatory, as claimed */
	char reason[MIB_TEXT];    /* mandatory */
	uint32_t hold;            /* s; default 3600; 0: until release */
	uint32_t share;           /* percent, 1 to 100; default 100 */
	uint32_t limit;           /* 0: none */
	bool force;
	uint32_t initiator;    /* client(1) policy(2) operator(3) safety(4) */
	uint32_t state;        /* planned(1) running(2) paused(3) done(4) cancelled(5)
	                             refused(6) */
	char answer[MIB_TEXT]; /* in words: what came of it, or why refused */
	bool verified;         /* requester checked by SNMPv3 (own master only) */
	uint32_t matched, held,
	    kept;         /* the plan: in the selection, held by operators, left */
	uint32_t planned; /* would move or be invited */
	uint32_t ordered, received, done, rejected, unreachable;
	uint32_t batches;
	int64_t started, ended; /* wall */
	int64_t changed;        /* boot */
	uint32_t row_status;
	uint32_t moved;       /* of those done, seen to come no more, or again */
	char name[MIB_TEXT];  /* "failover group:wireless" */
	char loads[MIB_TEXT]; /* a plan's: "aaa2 61% to 83% (61 to 83 of 100), ..." */
};

struct mib_event {
	struct mib_row index;
	uint32_t kind; /* enum fleet_event_kind */
	uint32_t severity;
	int64_t at;   /* boot */
	int64_t date; /* wall */
	uint32_t operation;
	char client[MIB_NAME];
	uint32_t count;
	char text[MIB_TEXT];
	char detail[MIB_TEXT]; /* inputs of the decision */
	char name[32];         /* of the kind */
};

struct mib_alarm {
	struct mib_row index;
	char name[MIB_NAME];    /* what kind: "service-down", "clients-silent", ... */
	char subject[MIB_NAME]; /* the service, client or condition */
	uint32_t severity;
	int64_t since;  /* boot */
	int64_t date;   /* wall */
	uint32_t count; /* clients concerned */
	char text[MIB_TEXT];
};

struct mib_client {
	struct mib_row index;
	char name[MIB_NAME];
	struct address address;
	uint32_t place;     /* here(1) away(2) unknown(3) */
	uint32_t order;     /* none(1) ... rejected(7) */
	uint32_t refusal;   /* enum message_reason + 1 */
	uint32_t operation; /* index; 0 none */
	char alternate[MIB_NAME];
	char site[MIB_NAME];
	bool silent;
	bool held;        /* by an operator */
	int64_t heard;    /* age */
	int64_t in_force; /* MIB_LEFT: when the order's validity ends */
	int64_t changed;
	uint32_t transitions;
	uint32_t network;        /* enum network */
	uint32_t activity;       /* enum activity_state + 1 */
	uint32_t key;            /* id of its last message's; 0: none since the start */
	int64_t looked;          /* age of that */
	char groups[MIB_GROUPS]; /* lists and groups: "core wireless ..." */
};

/* A row of whichever table. */
union mib_any {
	struct mib_row index;
	struct mib_server server;
	struct mib_parameter parameter;
	struct mib_service service;
	struct mib_condition condition;
	struct mib_alternate alternate;
	struct mib_group group;
	struct mib_operation operation;
	struct mib_event event;
	struct mib_alarm alarm;
	struct mib_client client;
};

/* ---- scalars: objects.1.N.0 ---- */

/* The switches of notifications, in the order of their scalars: all, then a pair each in
   the order of the notifications' own numbers, 1 and 2, 3 and 4, ... */
#define MIB_SWITCHES 11u
enum { MIB_ENABLED = 1, MIB_DISABLED };

struct mib_scalars {
	char version[MIB_NAME];
	int64_t started;       /* wall: bwStartTime */
	int64_t discontinuity; /* boot: bwDiscontinuityTime */
	int64_t published;     /* boot: bwBoardAge */
	uint32_t severity;     /* worst of all servers */
	uint32_t reload;       /* never(1) ok(2) refused(3) running(4) */
	int64_t reloaded;      /* wall */
	uint32_t reloads;
	char reload_error[MIB_TEXT];
	uint32_t operation_next; /* a number for the next row of bwOperationTable */
	uint64_t notifications;  /* sequence number of the last one */
	uint64_t suppressed;     /* not sent, for whatever reason */
	uint32_t notify[MIB_SWITCHES]; /* enabled(1) disabled(2) */
	uint64_t withheld;             /* by those */
	uint32_t alarms, alarms_raised, alarms_cleared;
	int64_t alarms_changed; /* boot */
	bool control;           /* no object: some policy lets SNMP write */
};

extern const struct mib_column mib_scalar[];
extern const size_t mib_scalars_count;
/* Which switch a scalar is: 0 to MIB_SWITCHES - 1; MIB_SWITCHES when it is none. */
unsigned mib_switch_of(const struct mib_column *scalar);
/* "failover": in the scalar's name, bwNotifyFailover, what is behind bwNotify. */
const char *mib_switch_name(unsigned which);

#endif
