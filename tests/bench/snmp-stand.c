/* SPDX-License-Identifier: BSD-3-Clause */
/* What benches of the agent stand on: a real snmpd, and agents with an engine that only
   pretends. */
#include "config.h"

#include "tests/bench/snmp-stand.h"

#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/bytes.h"

static char folder[] = "/tmp/bellwether-bench.XXXXXX";
static char demo[4096];
static const char *conf_lines;
static pid_t started[8];
static size_t starts;

unsigned
stand_port(void)
{
	return 20000 + (unsigned)getpid() % 9000 * 4;
}

const char *
stand_folder(void)
{
	return folder;
}

/* What snmpd and agents that are their own master let pass. */
static bool
write_conf(const char *name, const char *more)
{
	char path[128];
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *conf = fopen(path, "we");
	if (!conf)
		return false;
	fchmod(fileno(conf), 0600);
	fprintf(conf,
		"rocommunity public\nmaxGetbulkResponses 2000\n"
		"dontLogTCPWrappersConnects yes\n[snmp] sendMessageMaxSize 65000\n"
		"%s%s",
		conf_lines, more);
	return fclose(conf) == 0;
}

/* What else the machine does is not what is measured: as alone-lib.sh does it. */
static void
go_before(void)
{
	FILE *share;
	setsid();
	share = fopen("/proc/self/autogroup", "we");
	if (share) {
		fprintf(share, "-15\n");
		fclose(share);
	}
	setpriority(PRIO_PROCESS, 0, -10);
}

bool
stand_open(const char *program, const char *lines)
{
	char persist[128], copy[4000];
	snprintf(copy, sizeof(copy), "%s", program);
	snprintf(demo, sizeof(demo), "%s/../system/board-demo", dirname(copy));
	conf_lines = lines;
	go_before();
	if (access(demo, X_OK) != 0 || !mkdtemp(folder))
		return false;
	setenv("SNMPCONFPATH", folder, 1);
	snprintf(persist, sizeof(persist), "%s/persist", folder);
	setenv("SNMP_PERSISTENT_DIR", persist, 1);
	setenv("MIBS", "", 1);
	return true;
}

pid_t
stand_start(const char *log)
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

void
stand_snmpd(unsigned port)
{
	char more[256];
	snprintf(more, sizeof(more),
		 "agentaddress udp:127.0.0.1:%u\nmaster agentx\n"
		 "agentXSocket unix:%s/agentx\n",
		 port, folder);
	if (!write_conf("snmpd.conf", more) || stand_start("snmpd") != 0)
		return;
	execlp("snmpd", "snmpd", "-f", "-Le", "-I", "-smux", (char *)NULL);
	_exit(127);
}

pid_t
stand_agent(const char *name, unsigned count, unsigned port, int *input)
{
	char state[128], rows[16], where[128], conf[128];
	/* Without input to come it stays open all the same, and says nothing. */
	int words[2];
	if (pipe2(words, O_CLOEXEC) != 0)
		return -1;
	pid_t child = stand_start(name);
	if (child != 0) {
		close(words[0]);
		if (input)
			*input = words[1];
		return child;
	}
	dup2(words[0], STDIN_FILENO);
	if (!input)
		fcntl(words[1], F_SETFD, 0);
	if (port != 0 && !write_conf("own.conf", ""))
		_exit(126);
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

pid_t
stand_agent_of(pid_t engine)
{
	char path[64];
	int child = 0;
	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)engine,
		 (int)engine);
	FILE *file = fopen(path, "re");
	if (file && fscanf(file, "%d", &child) != 1)
		child = 0;
	if (file)
		fclose(file);
	return child;
}

void
stand_close(void)
{
	char command[128];
	while (starts > 0) {
		kill(started[--starts], SIGTERM);
		waitpid(started[starts], NULL, 0);
	}
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	if (system(command) != 0)
		fprintf(stderr, "bench: %s stays\n", folder);
}
