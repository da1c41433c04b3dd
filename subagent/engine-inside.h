/* SPDX-License-Identifier: BSD-3-Clause */
/* What the engine's files share: its body, and the calls between them. */
#ifndef BELLWETHER_SUBAGENT_ENGINE_INSIDE_H
#define BELLWETHER_SUBAGENT_ENGINE_INSIDE_H

#include "monitor/poller.h"
#include "subagent/keeper.h"
#include "subagent/load.h"
#include "subagent/operate.h"
#include "subagent/options.h"
#include "subagent/pause.h"
#include "subagent/publish.h"
#include "subagent/server.h"
#include "subagent/start.h"
#include "subagent/tracer.h"
#include "subagent/turns.h"

enum { ON_HUP, ON_USR1, ON_TERM, ON_INT, ON_CHLD, SIGNALS };

struct engine;

/* What SNMP shows of the engine, and the process that shows it. */
struct engine_agent {
	bool on; /* SNMP is wanted: all below is there */
	struct publisher *publisher;
	struct indexes *indexes;
	struct operate operate;
	struct keeper *keeper;
	const char *words[12];
	char state[PATH_MAX];
	uv_timer_t timer;
	uint64_t turned; /* when the last turn was, ms of the loop's clock */
	uv_work_t work;
	/* The last reload, as the scalars show it. */
	enum { RELOAD_NEVER = 1, RELOAD_OK, RELOAD_REFUSED, RELOAD_RUNNING } reload;
	int64_t reloaded; /* wall */
	uint32_t reloads;
	char reload_error[MIB_TEXT];
	char homeless[MIB_TEXT]; /* a refused policy that has no server to show it at */
	char homeless_file[MIB_NAME];
	char store_why[STORE_WHY];
	char switched_off[MIB_TEXT]; /* which notifications */
	int64_t started;             /* wall */
	void (*ended)(struct engine *engine);
};

/* The process that asks SNMP agents, while a policy has any. */
struct engine_poller {
	struct engine *engine;
	struct poller *poller;
	struct keeper *keeper; /* NULL: nobody wants it */
	bool wanted;
	bool closing; /* the keeper is */
	bool killed;  /* it did not answer, and has not ended yet */
	bool lost;    /* until a successor answers */
	char why[POLLER_WHY];
	uv_timer_t unwanted;
	void (*ended)(struct engine *engine);
};

struct engine {
	const struct options *options;
	struct start start;
	struct starter *starter;
	uv_loop_t loop;
	struct surroundings around;
	struct store *store;
	struct tracer *tracer; /* NULL: nothing is traced */
	struct pause *pause;
	bool paused;
	char pause_reason[PAUSE_REASON];
	struct server *server[PORTS_SERVERS]; /* by slot; NULL: free */
	uv_signal_t signal[SIGNALS];
	uv_timer_t save_timer;
	uv_timer_t refusals_timer;
	bool runner_lost;
	bool loading, load_again;
	unsigned joining; /* new servers whose past is being read */
	bool stopping;
	struct engine_agent agent;
	struct engine_poller poller;
	struct lateness lateness;       /* since the last status */
	struct turns turns;             /* the same */
	uint64_t refused[CHECK_COUNT];  /* that no server could be found for */
	uint64_t reported[CHECK_COUNT]; /* in sum, at the last warning */
	uint64_t reported_lost;         /* messages, likewise */
	uint64_t elsewhere;             /* ours by form, for no server of ours */
	struct message_alternate alternate[MESSAGE_ALTERNATES];
};

/* By name, and, unless that is NULL, by address. */
struct server *engine_find(const struct engine *engine, struct slice name,
			   const struct address *address);

/* Of a file in the state folder, without links on the way there. */
bool
engine_state_path(const struct engine *engine, const char *name, char path[PATH_MAX]);

/* surroundings.moved: lets through to the wires what is for the servers there are. */
void engine_narrow(void *context);

/* ---- engine-load.c ---- */

/* Before the loop runs: loads and opens all servers, waiting for the disk. False when
   there is none to protect; logged. */
bool engine_load_first(struct engine *engine);
/* Loads again, off the loop; once more when one is under way. */
void engine_load(struct engine *engine);
/* A retired server has called the last of its clients. */
void engine_retired(void *context, struct server *server);
/* ---- engine-agent.c ---- */

/* Before the servers are loaded: what SNMP will show has a place. False: logged. */
bool agent_prepare(struct engine *engine);
/* Starts the agent's process, and showing. */
void agent_start(struct engine *engine);
/* surroundings.judged */
void agent_judged(void *context);
/* surroundings.event */
void agent_event(void *context, size_t slot, const struct server_view *view,
		 const struct fleet_event *event, const char *detail, bool past);
/* Policies are being loaded again; they were (load: as it was before it is taken apart). */
void agent_loading(struct engine *engine);
void agent_loaded(struct engine *engine, const struct load *load, bool again);
/* Numbers that the store does not have yet. */
void agent_save(struct engine *engine);
/* It has none any more. */
void agent_unstored(struct engine *engine);
/* Ends the process; ended is called once it is gone. After the loop: agent_free(). */
void agent_stop(struct engine *engine, void (*ended)(struct engine *engine));
void agent_free(struct engine *engine);
/* At info, a line. */
void agent_report(const struct engine *engine);

/* ---- engine-poller.c ---- */

/* Before the servers are loaded: their probes ask through it. False: logged. */
bool poller_prepare(struct engine *engine);
/* After the monitors were closed; ended is called once its process is gone. */
void poller_stop(struct engine *engine, void (*ended)(struct engine *engine));
/* True when it is lost: *raise is the alarm. */
bool poller_trouble(const struct engine *engine, struct alarm_raise *raise);
/* At info, a line; nothing when nobody wants it. */
void poller_report(const struct engine *engine);

/* --check: prints all faults; returns the exit status. */
int engine_check(const struct options *options);

#endif
