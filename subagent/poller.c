/* SPDX-License-Identifier: BSD-3-Clause */
/* The poller process: one loop over the engine's socket and every agent's. */
#include "config.h"

#include "subagent/poller.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/library/large_fd_set.h>

#include "common/clock.h"
#include "common/log.h"
#include "subagent/poller-inside.h"

/* Questions at once, each with a socket at most and a session. */
#define ROUNDS_MAX 400u
#define BATCH      32
#define WAIT       (60 * SECOND)

/* ---- the library ---- */

static int
swallow(int major, int minor, void *server, void *client)
{
	(void)major;
	(void)minor;
	(void)server;
	(void)client;
	return 0;
}

/* Nothing of the system's SNMP is read: no configuration, no texts of MIBs, no state. */
static void
library_start(void)
{
	setenv("MIBS", "", 1);
	snmp_disable_log();
	netsnmp_register_loghandler(NETSNMP_LOGHANDLER_CALLBACK, LOG_DEBUG);
	snmp_register_callback(SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_LOGGING, swallow,
			       NULL);
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_READ_CONFIGS,
			       1);
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_PERSIST_STATE,
			       1);
	init_snmp("bellwether-poller");
}

/* ---- the engine ---- */

/* False when there is nothing more to read now. */
static bool
serve_one(struct polling *polling, int64_t now)
{
	uint8_t packet[POLL_QUESTION_MAX];
	ssize_t got = recv(polling->fd, packet, sizeof(packet), MSG_DONTWAIT);
	if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return false;
	if (got <= 0)
		polling->over = true;
	else if (!round_begin(polling, packet, (size_t)got, now))
		log_error("probe", "the poller got a question that it does not know");
	return !polling->over;
}

/* False when there is no room. */
static bool
send_answer(struct polling *polling, const struct round *round)
{
	uint8_t packet[POLL_ANSWER_MAX];
	size_t size = poll_answer_encode(&round->answer, packet);
	ssize_t sent;
	do
		sent = send(polling->fd, packet, size, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return false;
	polling->over |= sent < 0;
	return true;
}

/* What has ended is answered, as long as the engine takes it. */
static void
turn_rounds(struct polling *polling)
{
	int64_t now = clock_now().boot;
	polling->full = false;
	struct round **link = &polling->rounds;
	while (*link) {
		struct round *round = *link;
		bool ended = round_turn(polling, round, now);
		if (ended && !polling->full)
			polling->full = !send_answer(polling, round);
		if (!ended || polling->full) {
			link = &round->next;
			continue;
		}
		*link = round->next;
		polling->count--;
		round_free(round, now);
	}
}

/* ---- the loop ---- */

struct sets {
	netsnmp_large_fd_set read, write;
	int end;
};

static void
watch(struct sets *sets, netsnmp_large_fd_set *set, int fd)
{
	netsnmp_large_fd_setfd(fd, set);
	if (fd >= sets->end)
		sets->end = fd + 1;
}

static int
socket_of(const struct peer *peer)
{
	return snmp_sess_transport(peer->session)->sock;
}

/* Anew each turn: a number may be another socket's by then. */
static void
watch_all(const struct polling *polling, struct sets *sets)
{
	netsnmp_large_fd_set_init(&sets->read, FD_SETSIZE);
	netsnmp_large_fd_set_init(&sets->write, FD_SETSIZE);
	NETSNMP_LARGE_FD_ZERO(&sets->read);
	NETSNMP_LARGE_FD_ZERO(&sets->write);
	sets->end = 0;
	/* An engine that does not read its answers is not asked for more questions. */
	if (polling->full)
		watch(sets, &sets->write, polling->fd);
	else if (polling->count < ROUNDS_MAX)
		watch(sets, &sets->read, polling->fd);
	for (const struct peer *peer = polling->peers; peer; peer = peer->next)
		watch(sets, &sets->read, socket_of(peer));
	for (const struct round *round = polling->rounds; round; round = round->next)
		if (round->knock >= 0 && round->pending > 0)
			watch(sets, &sets->read, round->knock);
}

static struct timeval
wait_of(const struct polling *polling)
{
	int64_t now = clock_now().boot, due = now + WAIT;
	for (const struct round *round = polling->rounds; round; round = round->next) {
		int64_t its = round_due(round);
		/* An answer that the engine has no room for waits for that. */
		if (its < due && !(polling->full && round->pending == 0))
			due = its;
	}
	int64_t wait = due > now ? due - now : 0;
	return (struct timeval){ wait / SECOND, wait % SECOND };
}

static void
read_agents(struct polling *polling, struct sets *sets)
{
	for (struct peer *peer = polling->peers; peer; peer = peer->next)
		if (netsnmp_large_fd_is_set(socket_of(peer), &sets->read))
			snmp_sess_read2(peer->session, &sets->read);
	/* A round's discovery may put another peer in front: that has nothing to read. */
	for (struct round *round = polling->rounds; round; round = round->next)
		if (round->knock >= 0 && round->pending > 0 &&
		    netsnmp_large_fd_is_set(round->knock, &sets->read))
			round_knocked(polling, round);
}

static void
turn(struct polling *polling)
{
	struct sets sets;
	watch_all(polling, &sets);
	struct timeval wait = wait_of(polling);
	int ready =
	    netsnmp_large_fd_set_select(sets.end, &sets.read, &sets.write, NULL, &wait);
	if (ready > 0) {
		read_agents(polling, &sets);
		if (netsnmp_large_fd_is_set(polling->fd, &sets.read))
			for (int i = 0; i < BATCH; i++)
				if (!serve_one(polling, clock_now().boot))
					break;
	}
	turn_rounds(polling);
	for (struct peer *peer = polling->peers; peer; peer = peer->next)
		snmp_sess_timeout(peer->session);
	peers_tidy(polling, clock_now().boot, false);
	netsnmp_large_fd_set_cleanup(&sets.read);
	netsnmp_large_fd_set_cleanup(&sets.write);
}

/* ---- from start to end ---- */

int
poller_main(int fd)
{
	struct polling polling = { .fd = fd };
	signal(SIGPIPE, SIG_IGN);
	/* Meant for the engine: whoever signals all by the program's name. */
	signal(SIGHUP, SIG_IGN);
	signal(SIGUSR1, SIG_IGN);
	library_start();
	cage_close();
	while (!polling.over)
		turn(&polling);
	while (polling.rounds) {
		struct round *round = polling.rounds;
		polling.rounds = round->next;
		round_free(round, 0);
	}
	peers_tidy(&polling, 0, true);
	snmp_shutdown("bellwether-poller");
	close(fd);
	return 0;
}
