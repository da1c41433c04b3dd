/* SPDX-License-Identifier: BSD-3-Clause */
/* What the publisher's files share: what it has shown of each server. */
#ifndef BELLWETHER_SUBAGENT_PUBLISH_INSIDE_H
#define BELLWETHER_SUBAGENT_PUBLISH_INSIDE_H

#include "subagent/notices.h"
#include "subagent/publish-clients.h"
#include "subagent/publish-rows.h"
#include "subagent/publish.h"

/* The rows of one table of one server: which number each has, and where it lies. */
struct ranks {
	uint32_t count;
	uint32_t *number;   /* by the thing's place in the policy */
	uint32_t *position; /* on the board, by the same */
};

/* What holds as long as a server's policy and its rows of clients stay the same. */
struct layout {
	bool there;
	uint64_t generation; /* of the view it was made from */
	size_t rows;
	struct ranks parameter, service, condition, alternate, group;
	uint32_t *input; /* parameters' and services' places among the inputs */
	uint32_t inputs; /* of them parameters come first */
	bool *looked_at; /* by input: the policy's expressions name it */
	struct shown_clients clients;
	uint32_t at; /* the server's own row on the board */
};

/* Pairs of notifications: what was said last. */
struct told {
	bool started;
	bool failover;
	bool paused;
	bool policy_rejected;
	bool no_alternate;
	bool refusing; /* messages, for either reason: */
	bool flooded;  /* many; else clients' keys */
	uint32_t silent, unreachable;
	int64_t silent_at, unreachable_at;
	uint64_t bad_messages; /* at the last look */
	int64_t bad_at;        /* of that look */
	int64_t quiet_since;
	uint64_t messages_lost; /* at the last look */
	int64_t lost_at;        /* boot: that there were more; 0 never */
};

/* Of each service of the layout, the enum service_state that was told; 0: nothing yet. */
struct told_services {
	uint32_t count;
	uint32_t *number;
	uint8_t *state;
};

/* One server, from its coming to its going. */
struct shown {
	bool there;
	bool seen; /* scratch of a turn */
	char name[NAME_TEXT];
	uint32_t number;
	int64_t since; /* boot: we know it */
	uint64_t generation;
	struct layout layout;
	struct mib_server row;
	int64_t performance_at;
	int64_t policy_loaded;
	char pause_reason[MIB_TEXT];
	char reason[MIB_TEXT];   /* of the last change of state */
	char rejected[MIB_TEXT]; /* why its last policy was refused; "" it was not */
	int64_t paused_since;
	uint32_t mode; /* as last seen; 0: never */
	int64_t mode_changed;
	uint32_t mode_transitions;
	int64_t duplicate_at; /* boot: a second daemon was found out */
	uint8_t history[300];
	int64_t history_at; /* boot, whole seconds */
	struct mib_event *event;
	uint32_t events, events_shown, events_at;
	struct alarms alarms;
	struct told told;
	struct told_services services;
};

enum work {
	WORK_NONE,
	WORK_ASKED, /* publisher_work() is to be called */
	WORK_FILLING
};

struct publisher {
	struct publisher_calls calls;
	struct indexes *indexes;
	struct shown shown[PORTS_SERVERS];
	struct shown *order[PORTS_SERVERS]; /* of the layout, ascending by number */
	size_t servers;
	enum work work;
	bool stale; /* what is being made is out of date already */
	struct board *board, *next;
	struct board_sizes sizes;
	bool sent;     /* the agent has the board */
	uint64_t told; /* the last notification that a turn has seen */
	int64_t second_at, heartbeat_at, planned_at, started;
	struct mib_operation *operation; /* scratch, then what is on the board */
	struct mib_row *operations_shown;
	uint32_t operations;
	struct notices notices;
	uint32_t alarms_raised, alarms_cleared;
	int64_t alarms_changed; /* boot */
	struct mib_scalars scalars;
};

/* ---- publish-layout.c ---- */

/* Lays out what the views show now; false without memory. */
bool layout_plan(struct publisher *publisher, struct moment now);
void layout_free(struct layout *layout);

/* ---- publish-tables.c ---- */

/* The server's row, composed. */
void tables_server(struct publisher *publisher, struct shown *shown,
		   const struct server_view *view, struct moment now);
/* Parameters, services, conditions, alternates, groups. */
void tables_slow(struct publisher *publisher, struct shown *shown,
		 const struct server_view *view, struct moment now);
void tables_operations(struct publisher *publisher);
void tables_events(struct publisher *publisher);
void tables_alarms(struct publisher *publisher);

/* ---- publish-watch.c ---- */

/* Notifications of levels: some times a second. */
void watch_turn(struct publisher *publisher, struct shown *shown,
		const struct server_view *view, struct moment now);
void watch_event(struct publisher *publisher, struct shown *shown,
		 const struct server_view *view, const struct fleet_event *event,
		 struct moment now);
/* Of an event from before the last restart: what it explains. */
void watch_past(struct shown *shown, const struct fleet_event *event);
/* About the server itself; fills what is the same in all of them. */
void watch_notify(struct publisher *publisher, const struct shown *shown,
		  enum notification kind, uint32_t severity, uint32_t count,
		  const char *reason, struct moment now);
/* How many clients are not understood for their keys; of the first of them, what to do. */
uint32_t watch_keys(const struct server_view *view, char text[MIB_TEXT]);
/* Alternates there are, and all of them are unusable: the policy can send nobody. */
bool watch_nowhere(const struct server_view *view);
/* Of that the one sentence, for notification and alarm. */
#define WATCH_NO_ALTERNATE "no alternate is usable: clients cannot be ordered away"

/* ---- publish-alarms.c ---- */

/* Once a second. */
void watch_alarms(struct publisher *publisher, struct shown *shown,
		  const struct server_view *view, const struct alarm_raise *trouble,
		  size_t troubles, struct moment now);

#endif
