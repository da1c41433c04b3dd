/* SPDX-License-Identifier: BSD-3-Clause */
/* What the agent costs: walks of the client table by the product's own manager, through
   a real snmpd and without, side by side with a subagent that does next to nothing. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "tests/bench/bare-agent.h"
#include "tests/bench/snmp-stand.h"
#include "tui/manager-walk.h"

#define ROWS        10000u
#define SMALL       1000u
#define LARGE       100000u
#define STRETCHES   20u
#define ROUNDS      5u
#define TARGETS_MAX 3
#define CURSORS     10u
#define REPETITIONS 10u
#define COLUMNS     9u /* as many as an NMS takes of a client */
/* So many walks of a stretch so long, by ten cursors; memory counts from SETTLED on. */
#define WALKS       1000u
#define SETTLED     100u
#define WALK_ROWS   300u
#define GOAL_BARE   0.9
#define GOAL_ROW    1.15
#define GOAL_ALONE  5.0
#define GOAL_CURSOR 1.7
#define GOAL_MEMORY 1.01

static void
start_bare(void)
{
	char socket[128];
	if (stand_start("bare") != 0)
		return;
	snprintf(socket, sizeof(socket), "unix:%s/agentx", stand_folder());
	bare_agent(socket, ROWS);
	_exit(1);
}

/* ---- walking ---- */

/* One agent to be walked. */
struct target {
	void *handle;
	oid base; /* the last sub-identifier of its base, in place of the MIB's */
	uint32_t cursors; /* how many rows are asked for side by side */
	struct mib_description table;
	struct bulk bulk;
	bool answered;
	netsnmp_pdu *response;
};

#define BASE_LAST (MIB_BASE_LENGTH - 1)

static void
rename_all(netsnmp_pdu *pdu, oid from, oid to)
{
	for (netsnmp_variable_list *vb = pdu->variables; vb; vb = vb->next_variable)
		if (vb->name_length > BASE_LAST && vb->name[BASE_LAST] == from)
			vb->name[BASE_LAST] = to;
}

/* Takes the values as they are: to copy them would cost a fifth of all that we do. */
static int
take(int operation, netsnmp_session *session, int id, netsnmp_pdu *pdu, void *context)
{
	struct target *target = context;
	(void)session, (void)id;
	if (operation == NETSNMP_CALLBACK_OP_CONNECT ||
	    operation == NETSNMP_CALLBACK_OP_RESEND)
		return 1;
	target->answered = true;
	if (operation != NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE)
		return 1;
	target->response = snmp_pdu_create(SNMP_MSG_RESPONSE);
	target->response->errstat = pdu->errstat;
	target->response->variables = pdu->variables;
	pdu->variables = NULL;
	return 1;
}

/* The same for all, so that all pay the same for it. */
static netsnmp_pdu *
ask(void *context, netsnmp_pdu *request)
{
	static const oid base[] = MIB_BASE;
	struct target *target = context;
	rename_all(request, base[BASE_LAST], target->base);
	target->response = NULL;
	target->answered = false;
	if (!snmp_sess_async_send(target->handle, request, take, target)) {
		snmp_free_pdu(request);
		return NULL;
	}
	while (!target->answered) {
		struct timeval wait = { .tv_sec = 1 };
		int limit = 0, block = 0;
		fd_set set;
		FD_ZERO(&set);
		snmp_sess_select_info(target->handle, &limit, &set, &wait, &block);
		if (select(limit, &set, NULL, NULL, &wait) > 0)
			snmp_sess_read(target->handle, &set);
		else
			snmp_sess_timeout(target->handle);
	}
	if (target->response)
		rename_all(target->response, target->base, base[BASE_LAST]);
	return target->response;
}

static bool
open_target(struct target *target, unsigned port, oid base)
{
	static char community[] = "public";
	char peer[64];
	netsnmp_session pattern;
	snmp_sess_init(&pattern);
	snprintf(peer, sizeof(peer), "udp:127.0.0.1:%u", port);
	pattern.version = SNMP_VERSION_2c;
	pattern.peername = peer;
	pattern.community = (u_char *)community;
	pattern.community_len = strlen(community);
	pattern.timeout = 3000000;
	pattern.retries = 1;
	*target = (struct target){ .base = base,
				   .cursors = 1,
				   .table = *mib_describe(MIB_CLIENT) };
	target->handle = snmp_sess_open(&pattern);
	return target->handle != NULL;
}

/* us a row, of the rows from first on; negative when they are not all there. */
static double
walk(struct target *target, uint32_t first, uint32_t count)
{
	struct stretch stretch[CURSORS];
	uint32_t end = first;
	for (uint32_t i = 0; i < target->cursors; i++) {
		uint32_t from = end;
		end = first + count * (i + 1) / target->cursors;
		stretch[i] = (struct stretch){ { 1, from - 1 }, { 1, end } };
	}
	struct decode_clock clock = { .boot = clock_now().boot };
	struct walk how = { .description = &target->table,
			    .stretch = stretch,
			    .stretches = target->cursors,
			    .clock = &clock,
			    .bulk = &target->bulk,
			    .ask = ask,
			    .context = target };
	int64_t before = clock_now().boot;
	struct rows *rows = walk_table(&how);
	int64_t spent = clock_now().boot - before;
	size_t got = rows ? rows->count : 0;
	rows_free(rows);
	return got == count ? (double)spent / count : -1;
}

/* Until its last row is there. */
static bool
wait_for(struct target *target, uint32_t count)
{
	int64_t end = clock_now().boot + 30 * SECOND;
	while (walk(target, count, 1) < 0) {
		if (clock_now().boot > end)
			return false;
		nanosleep(&(struct timespec){ .tv_nsec = 100000000 }, NULL);
	}
	/* Once over all of it: how much a response holds is learnt, pages are mapped. */
	return walk(target, 1, count) > 0;
}

/* ---- figures ---- */

/* us a row of each target, that are walked stretch by stretch, one after the other, so that
   what else the machine does meets them all; and again: of each stretch its quickest time
   counts. far: how much farther on in the second target the next stretch begins. */
static bool
measure_stretches(struct target *const target[], size_t targets, uint32_t rows,
		  uint32_t far, double us[])
{
	static double best[TARGETS_MAX][STRETCHES];
	for (unsigned round = 0; round < ROUNDS; round++)
		for (uint32_t i = 0; i < STRETCHES; i++)
			for (size_t t = 0; t < targets; t++) {
				uint32_t step = far && t == 1 ? far : far ? 0 : rows;
				double spent = walk(target[t], 1 + i * step, rows);
				if (spent < 0)
					return false;
				if (round == 0 || spent < best[t][i])
					best[t][i] = spent;
			}
	for (size_t t = 0; t < targets; t++) {
		us[t] = 0;
		for (uint32_t i = 0; i < STRETCHES; i++)
			us[t] += best[t][i] / STRETCHES;
	}
	return true;
}

static bool
measure_walks(struct target *behind, struct target *bare, struct target *alone)
{
	struct target *target[] = { behind, bare, alone };
	double us[3];
	if (!measure_stretches(target, 3, ROWS / STRETCHES, 0, us))
		return false;
	printf("bench: agent-walk ratio %.2f goal >=%.1f (%u client rows through "
	       "AgentX, columns side by side: %.0f rows/s, a bare subagent %.0f)\n",
	       us[1] / us[0], GOAL_BARE, ROWS, 1e6 / us[0], 1e6 / us[1]);
	printf(
	    "bench: agent-own-master ratio %.2f goal >=%.0f (the same rows without a "
	    "master between: %.0f rows/s)\n",
	    us[0] / us[2], GOAL_ALONE, 1e6 / us[2]);
	return true;
}

/* One cursor against ten: the same rows and columns of the same agent. */
static bool
measure_cursors(const char *name, double goal, unsigned columns, struct target *one,
		struct target *ten)
{
	struct target *target[] = { one, ten };
	double us[2];
	for (size_t t = 0; t < 2; t++) {
		target[t]->table.columns = columns;
		target[t]->cursors = t == 0 ? 1 : CURSORS;
		target[t]->bulk =
		    (struct bulk){ .most = REPETITIONS * columns * target[t]->cursors,
				   .cut = true };
		if (walk(target[t], 1, ROWS) < 0)
			return false;
	}
	if (!measure_stretches(target, 2, ROWS / STRETCHES, 0, us))
		return false;
	printf(
	    "bench: %s ratio %.2f goal >=%.1f (%u rows of %u columns through AgentX, "
	    "columns side by side, from %u rows on at once: %.0f rows/s, from one "
	    "%.0f)\n",
	    name, us[0] / us[1], goal, ROWS, columns, CURSORS, 1e6 / us[1],
	    1e6 / us[0]);
	return true;
}

static bool
measure_both(struct target *one, struct target *ten)
{
	unsigned columns = (unsigned)one->table.columns;
	return measure_cursors("agent-row-cursors", GOAL_CURSOR, COLUMNS, one, ten) &&
	       measure_cursors("agent-row-cursors-all", 1, columns, one, ten);
}

/* Heap and stack, kB: pages of the board are everybody's. */
static long
memory(pid_t pid)
{
	char path[64], line[256];
	long kilobytes = -1;
	snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", (int)pid);
	FILE *file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "Anonymous: %ld", &kilobytes) == 1)
			break;
	if (file)
		fclose(file);
	return kilobytes;
}

/* Of the agent behind snmpd and of the one alone. */
static bool
measure_memory(struct target *behind, struct target *alone, const pid_t agent[2])
{
	long before[2] = { -1, -1 }, after[2];
	for (unsigned i = 0; i < WALKS; i++) {
		if (walk(behind, 1, WALK_ROWS) < 0 || walk(alone, 1, WALK_ROWS) < 0)
			return false;
		for (size_t t = 0; t < 2 && i + 1 == SETTLED; t++)
			before[t] = memory(agent[t]);
	}
	for (size_t t = 0; t < 2; t++) {
		after[t] = memory(agent[t]);
		if (before[t] <= 0 || after[t] <= 0)
			return false;
	}
	double worse[2] = { (double)after[0] / (double)before[0],
			    (double)after[1] / (double)before[1] };
	printf("bench: agent-memory ratio %.3f goal <=%.2f (after %u walks of %u rows "
	       "%ld kB behind snmpd and %ld kB alone, after %u %ld kB and %ld kB)\n",
	       worse[0] > worse[1] ? worse[0] : worse[1], GOAL_MEMORY, WALKS, WALK_ROWS,
	       after[0], after[1], SETTLED, before[0], before[1]);
	return true;
}

static bool
measure_rows(struct target *small, struct target *large)
{
	struct target *target[] = { small, large };
	double us[2];
	if (!measure_stretches(target, 2, SMALL, (LARGE - SMALL) / STRETCHES, us))
		return false;
	printf("bench: agent-row-cost ratio %.2f goal <=%.2f (of %u clients %.1f us a "
	       "row, of %u %.1f us)\n",
	       us[1] / us[0], GOAL_ROW, LARGE, us[1], SMALL, us[0]);
	return true;
}

static bool
measure(unsigned port, const pid_t engine[2])
{
	static const oid base[] = MIB_BASE, other[] = { BARE_BASE };
	struct target behind, ten, bare, alone, small, large;
	setenv("MIBS", "", 1);
	snmp_disable_log();
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_PERSIST_STATE,
			       1);
	init_snmp("agent-bench");
	return open_target(&behind, port, base[BASE_LAST]) &&
	       open_target(&ten, port, base[BASE_LAST]) &&
	       open_target(&bare, port, other[BASE_LAST]) &&
	       open_target(&alone, port + 1, base[BASE_LAST]) &&
	       open_target(&small, port + 2, base[BASE_LAST]) &&
	       open_target(&large, port + 3, base[BASE_LAST]) &&
	       wait_for(&behind, ROWS) && wait_for(&bare, ROWS) &&
	       wait_for(&alone, ROWS) && measure_walks(&behind, &bare, &alone) &&
	       measure_both(&behind, &ten) && wait_for(&small, SMALL) &&
	       wait_for(&large, LARGE) && measure_rows(&small, &large) &&
	       measure_memory(
		   &ten, &alone,
		   (pid_t[]){ stand_agent_of(engine[0]), stand_agent_of(engine[1]) });
}

int
main(int argc, char **argv)
{
	unsigned port = stand_port();
	pid_t engine[2];
	(void)argc;
	if (!stand_open(argv[0], "")) {
		printf("bench: agent-walk is not measured: needs "
		       "tests/system/board-demo\n");
		return 0;
	}
	stand_snmpd(port);
	start_bare();
	engine[0] = stand_agent("behind", ROWS, 0, NULL);
	engine[1] = stand_agent("alone", ROWS, port + 1, NULL);
	stand_agent("small", SMALL, port + 2, NULL);
	stand_agent("large", LARGE, port + 3, NULL);
	if (!measure(port, engine))
		printf(
		    "bench: agent-bench measured nothing: rows are missing; is snmpd "
		    "installed?\n");
	fflush(stdout);
	stand_close();
	return 0;
}
