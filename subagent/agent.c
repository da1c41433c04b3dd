/* SPDX-License-Identifier: BSD-3-Clause */
/* The agent process: start-up in the one order that works, the loop, the engine's end. */
#include "config.h"

#include "subagent/agent.h"
#include "subagent/agent-inside.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <net-snmp/agent/agent_callbacks.h>
#include <net-snmp/library/large_fd_set.h>

#include "common/bytes.h"
#include "common/clock.h"
#include "common/file.h"
#include "common/log.h"

#define APPLICATION "bellwether"
/* How long the engine may be silent before it counts as lost, and how long its last board
   is served then. */
#define SILENT (3 * SECOND)
#define SERVED (30 * SECOND)
/* Between attempts to reach the master, s. */
#define PING 3
/* No turn is longer, whatever the library's timers say. */
#define TURN (500 * MILLISECOND)
/* A master that is frozen fills its queue of connections, and connect() would wait until
   it thaws: a signal ends that wait, s. */
#define STALL 2
/* Octets. */
#define HEAP_KEPT (4 << 20)

static volatile sig_atomic_t told_to_stop;

/* ---- signals ---- */

static void
on_stop(int number)
{
	(void)number;
	told_to_stop = 1;
}

/* Only there to interrupt. */
static void
on_alarm(int number)
{
	(void)number;
}

static void
take_signals(void)
{
	struct sigaction stop = { .sa_handler = on_stop };
	struct sigaction stall = { .sa_handler = on_alarm };
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGALRM, &stall, NULL);
	/* The library writes to sockets that the master has closed. */
	signal(SIGPIPE, SIG_IGN);
}

/* ---- the library's log ---- */

/* The same line again and again (no master to connect to) is said once. */
static char last_said[256];

/* Of every notification: our numbers are 64 bits, and SNMPv1 cannot carry them. */
static bool
of_no_use(const char *text)
{
	return strstr(text, "v1 traps can't carry Counter64") ||
	       strstr(text, "failed to convert v2->v1");
}

static void
say(int priority, const char *text)
{
	bool again =
	    strncmp(last_said, text, sizeof(last_said) - 1) == 0 || of_no_use(text);
	slice_copy(slice_of(text), last_said, sizeof(last_said));
	if (again || priority > LOG_NOTICE)
		log_debug("agent", "%s", text);
	else if (priority <= LOG_ERR)
		log_error("agent", "%s", text);
	else if (priority == LOG_WARNING)
		log_warning("agent", "%s", text);
	else
		log_info("agent", "%s", text);
}

static int
on_log(int major, int minor, void *message, void *context)
{
	const struct snmp_log_message *said = message;
	char text[512];
	(void)major, (void)minor, (void)context;
	slice_copy(slice_of(said->msg), text, sizeof(text));
	text[strcspn(text, "\n")] = 0;
	say(said->priority, text);
	if (!strstr(text, "registering pdu failed: 263"))
		return SNMPERR_SUCCESS;
	/* duplicateRegistration has no other sign. At once and without a word to the
	   master: an Unregister would take the tree from the one who holds it, and going
	   on would take of it what is free just then. */
	log_error("agent",
		  "another daemon's agent answers for Bellwether at this "
		  "master: stop one of the two, or give one its own (--master)");
	log_close();
	_exit(AGENT_REFUSED);
}

/* ---- the master's end ---- */

/* Calls to the master wait for it: not long. */
static int
on_session(int major, int minor, void *session, void *context)
{
	netsnmp_session *opened = session;
	(void)major, (void)minor, (void)context;
	opened->timeout = ONE_SEC / 3;
	opened->retries = 0;
	return SNMPERR_SUCCESS;
}

/* snmp_shutdown() frees what callbacks were registered with, so they get nothing. */
static struct agent *listener;

static int
on_connected(int major, int minor, void *session, void *context)
{
	struct agent *agent = listener;
	(void)major, (void)minor, (void)session, (void)context;
	log_info("agent", "connected to the SNMP master");
	agent->connected = true;
	agent_notices_joined(agent);
	return SNMPERR_SUCCESS;
}

static int
on_parted(int major, int minor, void *session, void *context)
{
	struct agent *agent = listener;
	(void)major, (void)minor, (void)session, (void)context;
	if (agent->connected)
		log_warning("agent", "the SNMP master is gone: trying again every %d s",
			    PING);
	agent->connected = false;
	agent_notices_parted(agent, clock_now().boot);
	return SNMPERR_SUCCESS;
}

static void
choose_role(const struct agent_options *options)
{
	char socket[512];
	netsnmp_ds_set_boolean(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_ROLE,
			       options->master ? 0 : 1);
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_ALARM_DONT_USE_SIG,
			       1);
	if (options->master) {
		/* Else it listens on every address for SMUX. */
		char smux[] = "-smux";
		add_to_init_list(smux);
		netsnmp_ds_set_string(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_PORTS,
				      options->master);
		/* A line a request. */
		netsnmp_ds_set_boolean(NETSNMP_DS_APPLICATION_ID,
				       NETSNMP_DS_AGENT_DONT_LOG_TCPWRAPPERS_CONNECTS,
				       1);
	} else if (options->socket) {
		snprintf(socket, sizeof(socket), "%s%s",
			 options->socket[0] == '/' ? "unix:" : "", options->socket);
		netsnmp_ds_set_string(NETSNMP_DS_APPLICATION_ID,
				      NETSNMP_DS_AGENT_X_SOCKET, socket);
	}
}

/* What init_agent() would have reset. */
static void
bound_waits(struct agent *agent)
{
	if (agent->options.master)
		return;
	netsnmp_ds_set_int(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_TIMEOUT, 1);
	netsnmp_ds_set_int(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_RETRIES, 0);
	netsnmp_ds_set_int(NETSNMP_DS_APPLICATION_ID,
			   NETSNMP_DS_AGENT_AGENTX_PING_INTERVAL, PING);
	listener = agent;
	snmp_register_callback(SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_SESSION_INIT,
			       on_session, NULL);
	snmp_register_callback(SNMP_CALLBACK_APPLICATION, SNMPD_CALLBACK_INDEX_START,
			       on_connected, NULL);
	snmp_register_callback(SNMP_CALLBACK_APPLICATION, SNMPD_CALLBACK_INDEX_STOP,
			       on_parted, NULL);
}

/* Takes conf over. The order is the library's; see each step's reason there. */
static bool
start_library(struct agent *agent, uint8_t *conf)
{
	/* Nothing of the system's: its snmp.conf would win over what is set here. */
	setenv("MIBS", "", 1);
	setenv("SNMPCONFPATH", agent->options.state, 1);
	setenv("SNMP_PERSISTENT_DIR", agent->options.state, 1);
	snmp_disable_log();
	netsnmp_register_loghandler(NETSNMP_LOGHANDLER_CALLBACK, LOG_DEBUG);
	snmp_register_callback(SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_LOGGING, on_log,
			       NULL);
	choose_role(&agent->options);
	if (init_agent(APPLICATION) != 0) {
		free(conf);
		return false;
	}
	bound_waits(agent);
	if (!agent_tables_register(agent) ||
	    (agent->options.master && !agent_system_register())) {
		free(conf);
		return false;
	}
	agent_conf_give(conf);
	init_snmp(APPLICATION);
	if (!agent->options.master)
		return true;
	agent->connected = true;
	if (init_master_agent() != 0)
		return false;
	/* Kept now: engine boots have to grow also when we are killed. */
	snmp_store(APPLICATION);
	log_info("agent", "answers SNMP on %s", agent->options.master);
	return true;
}

/* ---- the engine's end ---- */

/* That the engine was lost is remembered over our own end: who comes after us says that it
   is back. */
static bool
lost_file(const struct agent *agent, char path[512])
{
	return path_join(agent->options.state, "engine-lost", path, 512);
}

static void
remember_lost(const struct agent *agent)
{
	char path[512], why[FILE_WHY] = "its name is too long";
	if (!lost_file(agent, path) || !file_replace(path, "", 0, 0600, why))
		log_warning("agent", "cannot note that the engine is lost: %s", why);
}

static bool
forget_lost(const struct agent *agent)
{
	char path[512];
	return lost_file(agent, path) && unlink(path) == 0;
}

static void
take_board(struct agent *agent, int fd)
{
	char why[128];
	struct board *board = board_open(fd, why);
	if (!board) {
		log_error("agent", "%s", why);
		return;
	}
	board_close(agent->board);
	agent->board = board;
	log_debug("agent", "a new board: %u servers", board_rows(board, MIB_SERVER));
}

static void
read_link(struct agent *agent)
{
	struct link_message message;
	int fd, got = 0;
	/* So many a turn at most: the master must not wait for us. */
	for (int i = 0; agent->linked && i < 256; i++) {
		got = link_receive(agent->options.link, &message, &fd);
		if (got <= 0)
			break;
		if (message.kind == LINK_BOARD)
			take_board(agent, fd);
		else if (message.kind == LINK_NOTIFY)
			agent_notify(agent, &message.notify);
		else if (message.kind == LINK_ANSWER)
			agent_operations_answer(agent, &message.answer);
	}
	if (got < 0)
		agent->linked = false;
}

static void
engine_lost(struct agent *agent, int64_t now)
{
	const char *why = agent->linked ? "the engine does not answer any more"
					: "the engine has ended";
	agent->lost = true;
	agent->lost_at = now;
	board_orphaned(agent->board, true);
	log_error("agent", "%s: its last board is served for %d s", why,
		  (int)(SERVED / SECOND));
	agent_notify_own(agent, NOTIFY_ENGINE_LOST, 4, why);
	remember_lost(agent);
}

static void
engine_back(struct agent *agent)
{
	log_info("agent", "the engine is back");
	agent_notify_own(agent, NOTIFY_ENGINE_BACK, 1, "the engine is back");
	agent->lost = false;
	board_orphaned(agent->board, false);
	forget_lost(agent);
}

/* False when it is time to end: the engine was away for too long. */
static bool
watch_engine(struct agent *agent, int64_t now)
{
	bool alive = agent->linked && agent->board &&
		     now - board_published(agent->board) <= SILENT;
	if (!agent->board)
		return agent->linked && now - agent->started < SERVED;
	if (alive && (agent->lost || agent->back))
		engine_back(agent);
	if (alive)
		agent->back = false;
	if (!alive && !agent->lost)
		engine_lost(agent, now);
	return !agent->lost || now - agent->lost_at < SERVED;
}

/* ---- the loop ---- */

/* Waits for SNMP, the link or the time. The set is made anew every turn: the library closes
   and opens descriptors under the same number. */
static void
wait_and_read(struct agent *agent, int64_t most)
{
	netsnmp_large_fd_set set;
	struct timeval wait = { .tv_sec = most / SECOND, .tv_usec = most % SECOND };
	int link = agent->options.link, limit = 0, block = 0;
	netsnmp_large_fd_set_init(&set, FD_SETSIZE);
	NETSNMP_LARGE_FD_ZERO(&set);
	snmp_select_info2(&limit, &set, &wait, &block);
	if (agent->linked) {
		NETSNMP_LARGE_FD_SET(link, &set);
		limit = link >= limit ? link + 1 : limit;
	}
	int ready = netsnmp_large_fd_set_select(limit, &set, NULL, NULL, &wait);
	if (ready > 0) {
		if (agent->linked && NETSNMP_LARGE_FD_ISSET(link, &set)) {
			NETSNMP_LARGE_FD_CLR(link, &set);
			read_link(agent);
		}
		snmp_read2(&set);
	} else if (ready == 0) {
		snmp_timeout();
	}
	netsnmp_large_fd_set_cleanup(&set);
}

/* It is timers that call the master, and wait for it: most turns have none that is due. */
static void
run_timers(void)
{
	struct timeval now, due;
	netsnmp_get_monotonic_clock(&now);
	if (!netsnmp_get_next_alarm_time(&due, &now) || timercmp(&now, &due, <))
		return;
	alarm(STALL);
	run_alarms();
	alarm(0);
}

static enum agent_end
loop(struct agent *agent)
{
	int64_t most = TURN;
	while (!told_to_stop) {
		wait_and_read(agent, most);
		snmp_store_if_needed();
		run_timers();
		netsnmp_check_outstanding_agent_requests();
		int64_t now = clock_now().boot;
		agent_operations_turn(agent, now);
		agent_switches_turn(agent, now);
		if (!watch_engine(agent, now)) {
			log_error("agent", "the engine is gone: this ends");
			return AGENT_ENGINE_GONE;
		}
		agent_missing_turn(agent, now);
		most = agent_notices_turn(agent, now);
		most = most < TURN ? most : TURN;
	}
	return AGENT_STOPPED;
}

/* ---- start ---- */

/* Made by whoever we are, root perhaps, and given to whom we become. */
static bool
make_state(const struct agent_options *options)
{
	const struct privilege_user *user = privilege_root() ? options->user : NULL;
	if (mkdir(options->state, 0700) != 0 && errno != EEXIST) {
		log_error("agent", "%s: %s", options->state, strerror(errno));
		return false;
	}
	int fd = open(options->state, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	bool good = fd >= 0 &&
		    (!user || fchown(fd, user->uid, user->gid) == 0 || errno == EROFS);
	if (!good)
		log_error("agent", "%s: %s", options->state, strerror(errno));
	if (fd >= 0)
		close(fd);
	return good;
}

static bool
lock(int fd, pid_t *holder)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	if (fcntl(fd, F_SETLK, &whole) == 0)
		return true;
	/* One that can only be read can only be looked at. */
	bool alone = errno == EBADF;
	*holder = 0;
	if (fcntl(fd, F_GETLK, &whole) != 0)
		return false;
	if (whole.l_type != F_UNLCK)
		*holder = whole.l_pid;
	return alone && whole.l_type == F_UNLCK;
}

/* A predecessor that still serves a dead engine's board would keep us from our own tree:
   it is told to go, then made to. The lock is held until the process ends. */
static bool
take_place(const struct agent *agent)
{
	char path[512];
	pid_t holder = 0;
	if (!path_join(agent->options.state, "agent.lock", path, sizeof(path)))
		return false;
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0 && errno == EROFS)
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0) {
		log_error("agent", "%s: %s", path, strerror(errno));
		return false;
	}
	for (int i = 0; i < 100 && !told_to_stop; i++) {
		if (lock(fd, &holder))
			return true;
		if (holder > 1 && (i == 0 || i == 60))
			kill(holder, i == 0 ? SIGTERM : SIGKILL);
		nanosleep(&(struct timespec){ .tv_nsec = 50000000 }, NULL);
	}
	log_error("agent", "%s is held by process %d", path, (int)holder);
	close(fd);
	return false;
}

static enum agent_end
run(struct agent *agent, uint8_t *conf)
{
	if (!take_place(agent)) {
		free(conf);
		return AGENT_FAILED;
	}
	agent_sequence_open(agent);
	agent->back = forget_lost(agent);
	/* Values are there before the first who asks. */
	read_link(agent);
	if (!start_library(agent, conf)) {
		log_error("agent", "the SNMP library does not start");
		return AGENT_FAILED;
	}
	enum agent_end end = loop(agent);
	snmp_shutdown(APPLICATION);
	return end;
}

/* A request for ten rows takes some hundred kB for a moment. To give them back to the
   system each time, as the heap does by itself, takes longer than to answer. */
static void
keep_heap(void)
{
	mallopt(M_TRIM_THRESHOLD, HEAP_KEPT);
	mallopt(M_MMAP_THRESHOLD, HEAP_KEPT);
}

int
agent_main(const struct agent_options *options)
{
	char why[PRIVILEGE_WHY] = "";
	uint8_t *conf = NULL;
	enum agent_end end = AGENT_FAILED;
	struct agent *agent = calloc(1, sizeof(*agent));
	if (!agent)
		return (int)end;
	agent->options = *options;
	agent->linked = true;
	agent->started = clock_now().boot;
	log_open("bellwetherd", options->foreground, options->level);
	take_signals();
	keep_heap();
	if (make_state(options) && agent_conf_read(options, &conf)) {
		if (privilege_drop(privilege_root() ? options->user : NULL, why)) {
			end = run(agent, conf);
		} else {
			log_error("agent", "%s", why);
			free(conf);
		}
	}
	board_close(agent->board);
	free(agent);
	log_close();
	return (int)end;
}
