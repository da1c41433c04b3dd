/* SPDX-License-Identifier: BSD-3-Clause */
/* What the agent costs: walks of the client table by the product's own manager, through
   a real snmpd and without, side by side with a subagent that does next to nothing. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/bytes.h"
#include "common/clock.h"
#include "tests/bench/bare-agent.h"
#include "tui/manager-walk.h"

#define ROWS        10000u
#define SMALL       1000u
#define LARGE       100000u
#define STRETCHES   20u
#define ROUNDS      5u
#define TARGETS_MAX 3
#define GOAL_BARE   0.9
#define GOAL_ROW    1.15
#define GOAL_ALONE  5.0

static char folder[] = "/tmp/bellwether-bench.XXXXXX";
static char demo[4096];
static pid_t started[8];
static size_t starts;

/* ---- processes ---- */

static pid_t
start(const char *log)
{
	pid_t child = fork();
	if (child > 0 && starts < ARRAY_SIZE(started))
		started[starts++] = child;
	if (child != 0)
		return child;
	char path[128];
	snprintf(path, sizeof(path), "%s/%s.log", folder, log);
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	return 0;
}

/* snmpd, and what it and agents that are their own master let pass. */
static void
start_snmpd(unsigned port)
{
	char path[128], more[256];
	static const char access[] = "rocommunity public\nmaxGetbulkResponses 2000\n"
				     "dontLogTCPWrappersConnects yes\n"
				     "[snmp] sendMessageMaxSize 65000\n";
	for (int own = 0; own < 2; own++) {
		snprintf(path, sizeof(path), "%s/%s", folder,
			 own ? "own.conf" : "snmpd.conf");
		FILE *conf = fopen(path, "we");
		if (!conf)
			return;
		fchmod(fileno(conf), 0600);
		snprintf(more, sizeof(more),
			 "agentaddress udp:127.0.0.1:%u\nmaster agentx\n"
			 "agentXSocket unix:%s/agentx\n",
			 port, folder);
		fprintf(conf, "%s%s", access, own ? "" : more);
		fclose(conf);
	}
	if (start("snmpd") != 0)
		return;
	execlp("snmpd", "snmpd", "-f", "-Le", "-I", "-smux", (char *)NULL);
	_exit(127);
}

/* An engine that only pretends, with the agent: behind snmpd, or alone at the port. */
static void
start_agent(const char *name, unsigned count, unsigned port)
{
	char state[128], rows[16], where[128], conf[128];
	if (start(name) != 0)
		return;
	/* Its input stays open, and says nothing. */
	int silent[2];
	if (pipe(silent) == 0)
		dup2(silent[0], STDIN_FILENO);
	snprintf(rows, sizeof(rows), "%u", count);
	snprintf(state, sizeof(state), "%s/%s", folder, name);
	snprintf(conf, sizeof(conf), "%s/own.conf", folder);
	if (port == 0) {
		snprintf(where, sizeof(where), "%s/agentx", folder);
		execl(demo, demo, rows, state, "-x", where, (char *)NULL);
	} else {
		snprintf(where, sizeof(where), "udp:127.0.0.1:%u", port);
		execl(demo, demo, rows, state, "--master", where, "--snmp-conf", conf,
		      (char *)NULL);
	}
	_exit(127);
}

static void
start_bare(void)
{
	char socket[128];
	if (start("bare") != 0)
		return;
	snprintf(socket, sizeof(socket), "unix:%s/agentx", folder);
	bare_agent(socket, ROWS);
	_exit(1);
}

static void
stop_all(void)
{
	char command[128];
	while (starts > 0) {
		kill(started[--starts], SIGTERM);
		waitpid(started[starts], NULL, 0);
	}
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	if (system(command) != 0)
		fprintf(stderr, "agent-bench: %s stays\n", folder);
}

/* ---- walking ---- */

/* One agent to be walked. */
struct target {
	void *handle;
	oid base; /* the last sub-identifier of its base, in place of the MIB's */
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
	*target = (struct target){ .base = base };
	target->handle = snmp_sess_open(&pattern);
	return target->handle != NULL;
}

/* us a row, of the rows from first on; negative when they are not all there. */
static double
walk(struct target *target, uint32_t first, uint32_t count)
{
	struct stretch stretch = { { 1, first - 1 }, { 1, first + count } };
	struct decode_clock clock = { .boot = clock_now().boot };
	struct walk how = { .description = mib_describe(MIB_CLIENT),
			    .stretch = &stretch,
			    .stretches = 1,
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
measure(unsigned port)
{
	static const oid base[] = MIB_BASE, other[] = { BARE_BASE };
	struct target behind, bare, alone, small, large;
	setenv("MIBS", "", 1);
	snmp_disable_log();
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_PERSIST_STATE,
			       1);
	init_snmp("agent-bench");
	return open_target(&behind, port, base[BASE_LAST]) &&
	       open_target(&bare, port, other[BASE_LAST]) &&
	       open_target(&alone, port + 1, base[BASE_LAST]) &&
	       open_target(&small, port + 2, base[BASE_LAST]) &&
	       open_target(&large, port + 3, base[BASE_LAST]) &&
	       wait_for(&behind, ROWS) && wait_for(&bare, ROWS) &&
	       wait_for(&alone, ROWS) && measure_walks(&behind, &bare, &alone) &&
	       wait_for(&small, SMALL) && wait_for(&large, LARGE) &&
	       measure_rows(&small, &large);
}

int
main(int argc, char **argv)
{
	char persist[128];
	unsigned port = 20000 + (unsigned)getpid() % 9000 * 4;
	(void)argc;
	snprintf(demo, sizeof(demo), "%s/../system/board-demo", dirname(argv[0]));
	if (access(demo, X_OK) != 0 || !mkdtemp(folder)) {
		printf("bench: agent-walk is not measured: %s: %s\n", demo,
		       strerror(errno));
		return 0;
	}
	setenv("SNMPCONFPATH", folder, 1);
	snprintf(persist, sizeof(persist), "%s/persist", folder);
	setenv("SNMP_PERSISTENT_DIR", persist, 1);
	setenv("MIBS", "", 1);
	start_snmpd(port);
	start_bare();
	start_agent("behind", ROWS, 0);
	start_agent("alone", ROWS, port + 1);
	start_agent("small", SMALL, port + 2);
	start_agent("large", LARGE, port + 3);
	if (!measure(port))
		printf(
		    "bench: agent-bench measured nothing: rows are missing; is snmpd "
		    "installed?\n");
	fflush(stdout);
	stop_all();
	return 0;
}
