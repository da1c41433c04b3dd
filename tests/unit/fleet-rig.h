/* SPDX-License-Identifier: BSD-3-Clause */
/* A fleet in virtual time: a policy made to measure, scripted agents, a store. */
#ifndef BELLWETHER_TESTS_FLEET_RIG_H
#define BELLWETHER_TESTS_FLEET_RIG_H

#include "fleet/fleet.h"

#define RIG_CLIENTS 2048u
#define RIG_MOVED   1024u /* number of a moved client, less its name's */

/* Words of the document; clients are named c1 to cN, and the first `group` of them are
   in group g (0: the selection is "all"). More steps than one are "WHO:SHARE@AFTER" with
   commas between, as in "g:50%@30s,all:100%"; @AFTER may be left out. */
struct rig_options {
	unsigned clients, group, batch, max, admit, attempts, rate, alternates;
	char share[16], every[16], validity[16], spread[16], retry[16], hello[16];
	char mode[16], order[16], growth[16], keep[16],
	    most[16];             /* most: max-share= of operators */
	char after[16], then[64]; /* of the first step; the others */
	char down[16], down_max[16];
	char watch[16];  /* every= of <activity>; "": there is none */
	unsigned asks;   /* its rate= */
	unsigned source; /* its server's port */
	unsigned first;  /* of the clients: cF to c(F+N-1) */
	unsigned moved;  /* this client's address is another one; 0 none */
	char distribute[16], none[16]; /* of <alternates>; none: its when-none= */
	char health[16];   /* every= of each alternate's <health>; "": there is none */
	unsigned capacity; /* of each alternate; 0: no limit */
	unsigned level;    /* their priority; 0: 1, 2, ... */
	unsigned lead;     /* number of the first: aaa2 */
};
extern const struct rig_options rig_defaults;
/* "batch=3" and so on. False for an unknown word. */
bool rig_option(struct rig_options *options, const char *word);
/* Never NULL: what is wrong with a document ends the test. */
struct policy *rig_load(char *text);
struct policy *rig_policy(const struct rig_options *options);

/* How an agent answers orders. */
enum manner {
	MANNER_OBEY,     /* received at once, done after its hook's time */
	MANNER_MUTE,     /* nothing at all */
	MANNER_RECEIVED, /* received, never done */
	MANNER_ECHO,     /* its host answers, it does not */
	MANNER_REJECT    /* hook failed */
};

/* A client as its server should come to know it. By policy number, c1 is 1. */
struct agent {
	enum manner manner;
	enum place place;
	uint64_t sent;      /* its own ids */
	uint64_t following; /* failover in force; 0 */
	uint64_t newest;    /* order acted on last */
	int64_t done_at;    /* when its hook ends; NEVER */
	enum message_type hook;
	unsigned failovers, reconnects; /* acted on, each under its own id */
	unsigned copies;                /* order datagrams that reached it */
	char alternate[NAME_TEXT];      /* that it was told to take; "": none */
};

/* What an alternate's own Bellwether says when it is asked. */
struct peer_says {
	bool answers;
	struct fleet_health health;
};
#define RIG_ALTERNATES 8u

struct store {
	struct fleet_record record[2 * RIG_CLIENTS]; /* by index */
	struct operation operation[64];              /* by number % 64 */
	struct fleet_block block[2];
};

struct rig {
	struct rig_options options;
	struct policy *policy;
	bool loaded; /* a document of its own: agents are numbered by row, from 1 */
	struct fleet *fleet;
	struct moment now;
	uint64_t seed;
	bool quiet;   /* agents do not answer by themselves: the test does */
	bool stopped; /* crashes are none: the store has everything */
	int64_t hook; /* time that a hook takes */
	struct agent agent[RIG_CLIENTS + 1];
	struct peer_says peer[RIG_ALTERNATES]; /* asked every options.health */
	int64_t ask_at;
	struct store store;
	struct message answer; /* of the last rig_say() */
	enum message_check check;
	unsigned sent[9], answers[9]; /* by type, since the test last cleared them */
	unsigned questions; /* no orders: not among those sent, nor an agent's copies */
	struct fleet_event event[4096];
	unsigned events;
	/* Called for each order that leaves; NULL. */
	void (*order)(struct rig *rig, uint32_t row, const struct message *message);
	void *context;
};

struct rig *rig_new(const struct rig_options *options, uint64_t seed);
/* Of a policy that the rig then owns; alternates with <health> are asked at its pace. */
struct rig *rig_of(struct policy *policy, uint64_t seed);
/* The same, with agents by the numbers in their clients' names. */
struct rig *rig_named(struct policy *policy, uint64_t seed);
/* The defaults but for some words: "clients=20 share=25%". */
struct rig *rig_with(const char *words);
/* Everybody says hello from here, and the server serves. */
struct rig *rig_serving(const char *words);
/* And then failover is met, and was carried out. */
struct rig *rig_away(const char *words);
struct fleet_summary rig_summary(const struct rig *rig);
void rig_free(struct rig *rig);
/* Lets time pass: ticks, orders and agents' hooks, each at its moment. */
void rig_run(struct rig *rig, int64_t duration);
/* What is due at this very moment. */
void rig_settle(struct rig *rig);
enum rig_verdict {
	RIG_NEITHER,
	RIG_FAILOVER,
	RIG_PENDING,
	RIG_CONNECTION,
	RIG_UNKNOWN
};
#define RIG_WHY "performance 12.4 < 30 for 10s"
struct verdict rig_verdict(enum rig_verdict verdict, int64_t boot);
void rig_judge(struct rig *rig, enum rig_verdict verdict);
/* A hello or request from agent n; the answer is in rig->answer, and is acted on. */
void rig_say(struct rig *rig, unsigned n, enum message_type type);
/* What alternate aaaN says from now on, at once and whenever it is asked; of a policy of
   its own, the alternate at place N - 2. */
void rig_health(struct rig *rig, unsigned n, const struct peer_says *says);
/* Takes what changed to the store. */
void rig_store(struct rig *rig);
/* Ends the fleet without a word; a new one gets what the store has. */
void rig_crash(struct rig *rig);
void rig_reload(struct rig *rig);
void rig_reload_to(struct rig *rig, struct policy *policy);
const struct agent *rig_agent(const struct rig *rig, uint32_t row);
/* An order too old to be obeyed, by which a client is asked for its last. */
bool rig_is_question(const struct message *order);
/* Row of agent n, or of its leaving namesake when last. */
const struct fleet_client *rig_client(const struct rig *rig, unsigned n);
/* Last event of that kind whose text contains part; NULL. */
const struct fleet_event *
rig_event(const struct rig *rig, enum fleet_event_kind kind, const char *part);
/* True when every count of the summary is what the rows say. */
bool rig_counts_true(const struct rig *rig);

#endif
