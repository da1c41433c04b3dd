/* SPDX-License-Identifier: BSD-3-Clause */
/* What SNMP is shown, without processes: real policies, judges, fleets and a publisher
   in virtual time, and the board as the agent's end reads it. */
#ifndef BELLWETHER_TESTS_STAGE_H
#define BELLWETHER_TESTS_STAGE_H

#include <pthread.h>

#include "subagent/operate.h"
#include "subagent/publish.h"

#define STAGE_NOTICES 4096u
#define STAGE_VALUES  24u

/* Parts of a document; NULL: the part's default. */
struct stage_words {
	const char *name;        /* aaa1 */
	const char *mode;        /* automatic */
	const char *performance; /* $p */
	const char *monitor;     /* parameter p, service radiusd */
	const char *failover; /* attributes of <failover> besides threshold= and for= */
	const char *whens;    /* none */
	const char *alternates; /* aaa2 and aaa3 */
	const char *order;      /* attributes of <order> besides rate= */
	const char *batch;      /* attributes of <batch> */
	const char *hello;      /* 5m */
	const char *clients;    /* c1 to c4 */
};

/* What an input is sampled as, once a second. */
struct stage_value {
	char name[NAME_TEXT];
	enum ending ending;
	double value;
	char text[SAMPLE_TEXT];
};

struct stage_server {
	bool there;
	struct policy *policy;
	struct judge *judge;
	struct fleet *fleet;
	struct verdict verdict;
	uint64_t refused[CHECK_COUNT];
	uint64_t generation;
	char path[64];
	struct stage_value value[STAGE_VALUES];
	size_t values;
	uint64_t events; /* that the publisher was told */
	bool mute;       /* its clients answer no order */
	uint64_t lost;   /* messages, for want of room */
};

enum stage_work {
	STAGE_AT_ONCE, /* the work is done inside the turn that asks for it */
	STAGE_THREAD,  /* in a thread, while everything else goes on */
	STAGE_HELD     /* not before stage_work() */
};

struct stage {
	struct stage_server server[PORTS_SERVERS];
	struct publisher *publisher;
	struct indexes *indexes;
	struct operate operate;
	struct moment now;
	uint64_t id; /* of messages from clients */
	enum stage_work work;
	bool asked; /* for work that was not done yet */
	pthread_t thread;
	unsigned waited;           /* steps since */
	struct index_record *kept; /* what the store has */
	size_t keeps;
	bool deaf;           /* the agent takes nothing */
	struct board *board; /* the last one it got */
	unsigned boards;
	uint32_t event_client; /* index of whom stage_event() is about; 0 none */
	struct link_notify notice[STAGE_NOTICES];
	unsigned notices;
	struct alarm_raise trouble[PUBLISH_TROUBLES];
	size_t troubles;
	uint32_t reload;
};

struct stage *stage_new(void);
void stage_free(struct stage *stage);
/* A daemon that is killed and starts again, having saved all numbers: with no servers. */
void stage_restart(struct stage *stage);

/* Document and policy; a fault in it ends the test. */
struct policy *stage_policy(const struct stage_words *words);
void stage_open(struct stage *stage, size_t slot, const struct stage_words *words);
void stage_reload(struct stage *stage, size_t slot, const struct stage_words *words);
void stage_close(struct stage *stage, size_t slot);

/* From now on the input's samples. */
void stage_value(struct stage *stage, size_t slot, const char *name, double value);
void stage_ending(struct stage *stage, size_t slot, const char *name,
		  enum ending ending, const char *text);
/* A hello of that client. alternate may be NULL. */
void stage_hello(struct stage *stage, size_t slot, const char *client, enum place place,
		 const char *alternate);
void stage_hello_all(struct stage *stage, size_t slot);
/* An event as if the fleet had told it. */
void stage_event(struct stage *stage, size_t slot, enum fleet_event_kind kind,
		 enum severity severity, const char *text, bool past);

/* One turn of the publisher, and the work when that is due. */
void stage_turn(struct stage *stage);
/* The work that is held, or the thread's end. */
void stage_work(struct stage *stage);
/* Time passes in steps of 100 ms: fleets, samples and judges each second, turns. */
void stage_run(struct stage *stage, int64_t duration);

/* ---- what is shown ---- */

/* The row of that number; false when there is none. */
bool stage_row(const struct stage *stage, enum mib_table table, uint32_t server,
	       uint32_t index, void *row);
/* The row with that name (for groups "list:core", for alarms "kind:subject"): row must
   hold it; its number, 0 when there is none. */
uint32_t stage_named(const struct stage *stage, enum mib_table table, uint32_t server,
		     const char *name, void *row);
uint32_t stage_number(const struct stage *stage, size_t slot);
struct mib_server stage_server_row(const struct stage *stage, size_t slot);
unsigned stage_rows(const struct stage *stage, enum mib_table table, uint32_t server);
/* How many notifications of that kind there were, for that server (0: any). */
unsigned stage_told(const struct stage *stage, enum notification kind, uint32_t server);
const struct link_notify *
stage_notice(const struct stage *stage, enum notification kind, unsigned i);

/* Compares every row of every table with what fleets, judges and policies say; prints
   what differs and returns how many did. Let a second pass before. */
unsigned stage_differs(const struct stage *stage);

#endif
