/* SPDX-License-Identifier: BSD-3-Clause */
/* The start: what is done with rights, giving them up, and only then the rest. */
#include "config.h"

#include "subagent/start.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/log.h"
#include "subagent/daemon.h"
#include "subagent/privilege.h"
#include "subagent/role.h"
#include "subagent/source.h"
#include "subagent/starter.h"

#define SNMP_CONF_MAX (256u * 1024u)

/* ---- who may ask by SNMP ---- */

/* A file without a name: the agent gets it however often it is started again, also when
   only root may read the one that has a name. */
static int
hand_over(const uint8_t *bytes, size_t size)
{
	int fd = memfd_create("snmp.conf", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd >= 0 && write(fd, bytes, size) == (ssize_t)size &&
	    fcntl(fd, F_ADD_SEALS,
		  F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) == 0)
		return fd;
	log_error("engine", "the SNMP configuration cannot be handed over: %s",
		  strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

/* Before rights are given up: it may be root's. */
static bool
take_snmp_conf(const struct options *options, struct start *start)
{
	char why[FILE_WHY];
	uint8_t *bytes;
	size_t size;
	bool wanted = options->master || options->conf_given;
	if (options->socket)
		return true;
	if (!wanted && access(options->conf, F_OK) != 0) {
		log_info("engine", "SNMP is off: there is neither -x nor %s",
			 options->conf);
		return true;
	}
	if (!source_secret(options->conf, SNMP_CONF_MAX, &bytes, &size, why)) {
		log_error("engine", "%s: %s; it says who may ask by SNMP",
			  options->conf, why);
		return false;
	}
	start->master = options->master ? options->master : OPTIONS_MASTER;
	start->snmp_conf = hand_over(bytes, size);
	explicit_bzero(bytes, size);
	free(bytes);
	return start->snmp_conf >= 0;
}

/* ---- rights ---- */

static bool
as_root(const struct options *options, struct start *start, struct privilege_user *user)
{
	const char *const words[] = { options->user, NULL };
	struct privilege_user agent;
	char why[DAEMON_WHY] = "";
	if (!privilege_find(options->user, user, why)) {
		log_error("engine", "%s", why);
		return false;
	}
	/* Before the priorities change: commands of probes are nothing to be spared. */
	start->runner = role_start(ROLE_RUNNER, "runner", NULL, -1, &start->runner_fd);
	if (start->runner < 0) {
		log_error("engine",
			  "cannot start the runner of commands, %s/%s: %s: install "
			  "bellwether again",
			  PKGLIBEXECDIR, ROLE_RUNNER, strerror(errno));
		return false;
	}
	start->starter = role_start(NULL, "starter", words, -1, &start->starter_fd);
	if (start->starter < 0) {
		log_error("engine", "cannot start the process that starts others: %s",
			  strerror(errno));
		return false;
	}
	privilege_brace();
	if (!starter_user(options->user, "agent", &agent) ||
	    !daemon_folder(options->state, user, &agent, why)) {
		log_error("engine", "%s", why);
		return false;
	}
	return true;
}

static bool
as_other(const struct options *options)
{
	char why[DAEMON_WHY];
	log_info("engine", "not started as root: commands of probes run as we do, and "
			   "the rest is as the system grants it");
	if (options->user_given)
		log_warning("engine", "-u %s is ignored: only root can become another",
			    options->user);
	privilege_brace();
	if (daemon_folder(options->state, NULL, NULL, why))
		return true;
	log_error("engine", "%s", why);
	return false;
}

bool
start_prepare(const struct options *options, struct start *start)
{
	struct privilege_user user;
	char why[DAEMON_WHY];
	bool root = privilege_root();
	memset(start, 0, sizeof(*start));
	start->runner_fd = -1;
	start->lock = -1;
	start->snmp_conf = -1;
	start->starter_fd = -1;
	/* The state folder may be passed through by the agent: its files are ours alone. */
	umask(077);
	signal(SIGPIPE, SIG_IGN);
	ports_open(&start->ports);
	if (!take_snmp_conf(options, start))
		return false;
	if (!(root ? as_root(options, start, &user) : as_other(options)))
		return false;
	if (!privilege_drop(root ? &user : NULL, why)) {
		log_error("engine", "%s", why);
		return false;
	}
	for (int f = 0; f < 2; f++)
		if (!start->ports.channel[f])
			log_info("engine", "no %s: %s", f ? "ICMPv6" : "ICMP",
				 start->ports.why[f]);
	start->lock = daemon_lock(options->state, why);
	if (start->lock < 0)
		log_error("engine", "%s", why);
	return start->lock >= 0;
}

void
start_end(struct start *start)
{
	if (start->lock >= 0)
		close(start->lock);
	if (start->snmp_conf >= 0)
		close(start->snmp_conf);
	ports_close(&start->ports);
}
