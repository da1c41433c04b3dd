/* SPDX-License-Identifier: BSD-3-Clause */
/* The socket pair between engine and agent: boards one way, notifications one way,
   operations and their answers. SOCK_SEQPACKET, one message a packet, never blocking. */
#ifndef BELLWETHER_SUBAGENT_LINK_H
#define BELLWETHER_SUBAGENT_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "mib/tables.h"

enum link_kind {
	LINK_BOARD =
	    1,       /* engine to agent, with the memfd: a new board replaces the old */
	LINK_NOTIFY, /* engine to agent: send this notification */
	LINK_OPERATE, /* agent to engine: plan, run or withdraw an operation */
	LINK_ANSWER,  /* engine to agent: how LINK_OPERATE ended (also on the board) */
	LINK_SWITCH   /* agent to engine: notifications of one kind on or off */
};

/* BELLWETHER-MIB's notifications: the number N of <base>.0.N; raise and clear pairs. */
enum notification {
	NOTIFY_FAILOVER = 1,
	NOTIFY_RECOVERED,
	NOTIFY_SERVICE_DOWN,
	NOTIFY_SERVICE_UP,
	NOTIFY_CLIENTS_SILENT,
	NOTIFY_CLIENTS_HEARD,
	NOTIFY_CLIENTS_UNREACHABLE,
	NOTIFY_CLIENTS_REACHABLE,
	NOTIFY_NO_ALTERNATE,
	NOTIFY_ALTERNATE_AVAILABLE,
	NOTIFY_POLICY_REJECTED,
	NOTIFY_POLICY_ACCEPTED,
	NOTIFY_MESSAGES_REFUSED,
	NOTIFY_MESSAGES_QUIET,
	NOTIFY_PAUSED,
	NOTIFY_RESUMED,
	NOTIFY_ENGINE_LOST,
	NOTIFY_ENGINE_BACK,
	NOTIFY_OPERATION_FINISHED,
	NOTIFY_RESYNCHRONISE,
	NOTIFY_END
};

/* Its pair's switch: pairs follow each other, and so do their switches, behind the one for
   all, 0, which is that of what is no pair's. */
unsigned notification_switch(enum notification notification);

/* Everything a notification may carry; which of it is one's varbinds the MIB says. */
struct link_notify {
	enum notification notification;
	uint64_t sequence;
	uint64_t suppressed; /* so many were not sent until it was numbered */
	bool again;          /* an agent before this one may have sent it */
	int64_t wall;
	uint32_t severity;
	uint32_t server; /* index */
	uint32_t row;    /* of its table: service, operation, group */
	char server_name[MIB_NAME];
	char subject[MIB_NAME]; /* service, client or alternate; "" none */
	uint32_t state;         /* server state */
	uint32_t mode;
	uint32_t performance; /* percent; UINT32_MAX unknown */
	uint32_t count;       /* clients concerned */
	char reason[MIB_TEXT];
};

enum link_operate_kind {
	OPERATE_PLAN = 1, /* createAndWait: a preview */
	OPERATE_RUN,      /* active: run that plan */
	OPERATE_GO,       /* createAndGo: both */
	OPERATE_CANCEL    /* destroy: withdraw a plan or stop a running operation */
};

struct link_operate {
	enum link_operate_kind kind;
	uint32_t server; /* index of the row */
	uint32_t number;
	uint32_t action; /* enum action */
	char selection[MIB_TEXT];
	char requester[MIB_NAME];
	char reason[MIB_TEXT];
	uint32_t hold, share, limit;
	bool force, verified;
};

struct link_answer {
	uint32_t server, number;
	bool accepted;
	char text[MIB_TEXT];
};

struct link_switch {
	uint32_t which; /* of MIB_SWITCHES */
	uint32_t value; /* MIB_ENABLED or MIB_DISABLED */
};

struct link_message {
	enum link_kind kind;
	union {
		struct link_notify notify;
		struct link_operate operate;
		struct link_answer answer;
		struct link_switch set;
	};
};

/* False when the socket is full or gone (errno): nothing was sent. fd is -1 but for
   LINK_BOARD. */
bool link_send(int socket, const struct link_message *message, int fd);
/* 1: a message, *fd the descriptor that came along or -1; 0: none now; -1: the other end
   is gone. Messages of a wrong size or kind are dropped. */
int link_receive(int socket, struct link_message *message, int *fd);

#endif
