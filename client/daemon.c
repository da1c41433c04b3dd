/* SPDX-License-Identifier: BSD-3-Clause */
/* bellwether-client's command line, and how one program becomes two processes. */
#include "config.h"

#include "client/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client/control.h"
#include "client/link.h"
#include "common/log.h"

#define FAULTS_MAX     100
#define DEFAULT_CONFIG SYSCONFDIR "/bellwether/client.xml"
#define DEFAULT_STATE  LOCALSTATEDIR "/lib/bellwether-client"

static const char usage[] =
    "usage: bellwether-client [-f] [-c client.xml] [-s DIR] [-u USER] [-l LEVEL]\n"
    "       bellwether-client [-s DIR] --status | --ask\n"
    "       bellwether-client [-c client.xml] --check\n"
    "  -f, --foreground   stay in the foreground, log to standard error\n"
    "  -c, --config FILE  what this client knows of its servers\n"
    "                     (" DEFAULT_CONFIG ")\n"
    "  -s, --state DIR    what is kept over a restart\n"
    "                     (" DEFAULT_STATE ")\n"
    "  -u, --user USER    who the network process becomes (bellwether, else nobody)\n"
    "  -l, --level LEVEL  error, warning, info or debug\n"
    "      --status       print what the running client knows\n"
    "      --ask          let it ask now whether it may come back\n"
    "      --check        check the configuration and its keys, and end\n"
    "      --help\n";

struct options {
	const char *config, *state, *user, *word;
	bool foreground, check, help;
	enum log_level level;
};

enum { OPTION_STATUS = 256, OPTION_ASK, OPTION_CHECK, OPTION_HELP };

static const struct option long_options[] = {
	{ "foreground", no_argument, NULL, 'f' },
	{ "config", required_argument, NULL, 'c' },
	{ "state", required_argument, NULL, 's' },
	{ "user", required_argument, NULL, 'u' },
	{ "level", required_argument, NULL, 'l' },
	{ "status", no_argument, NULL, OPTION_STATUS },
	{ "ask", no_argument, NULL, OPTION_ASK },
	{ "check", no_argument, NULL, OPTION_CHECK },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ NULL, 0, NULL, 0 },
};

static bool
take_option(struct options *options, int option, const char *text)
{
	switch (option) {
	case 'f':
		options->foreground = true;
		return true;
	case 'c':
		options->config = text;
		return true;
	case 's':
		options->state = text;
		return true;
	case 'u':
		options->user = text;
		return true;
	case 'l':
		return log_level_parse(text, &options->level);
	case OPTION_STATUS:
		options->word = "status";
		return true;
	case OPTION_ASK:
		options->word = "ask";
		return true;
	case OPTION_CHECK:
		options->check = true;
		return true;
	case OPTION_HELP:
		options->help = true;
		return true;
	default:
		return false;
	}
}

static bool
read_options(struct options *options, int argc, char **argv)
{
	int option;
	*options = (struct options){
		.config = DEFAULT_CONFIG,
		.state = DEFAULT_STATE,
		.level = LOG_LEVEL_INFO,
	};
	while ((option = getopt_long(argc, argv, "fc:s:u:l:", long_options, NULL)) !=
	       -1)
		if (!take_option(options, option, optarg))
			return false;
	return optind == argc;
}

/* ---- one-shot runs ---- */

static int
run_word(const struct options *options)
{
	char why[CONTROL_WHY];
	if (control_ask(options->state, options->word, why))
		return 0;
	fprintf(stderr, "bellwether-client: %s\n", why);
	return 1;
}

/* With keys: only the network process keeps them, so here they are read for --check. */
static struct config *
load(const struct options *options, bool keys)
{
	struct faults *faults = faults_new(FAULTS_MAX);
	struct config *config = NULL;
	if (faults && config_start())
		config = config_load(options->config, faults);
	for (size_t i = 0; keys && config && i < config->servers; i++)
		keys_free(config_keys(config, &config->server[i], faults));
	if (faults) {
		faults_print(faults, stderr);
		if (faults_errors(faults) > 0) {
			config_free(config);
			config = NULL;
		}
	}
	faults_free(faults);
	return config;
}

/* ---- two processes ---- */

/* It has nothing to finish: what it knows is kept here already. */
static void
end_child(pid_t child)
{
	int status = 0;
	kill(child, SIGKILL);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		continue;
	if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
		log_error("client", "the network process was ended by signal %d",
			  WTERMSIG(status));
}

static int
run_both(struct start *start, int lock, int ready)
{
	int ends[2];
	if (!link_open(ends)) {
		log_error("client", "no socket pair: %s", strerror(errno));
		return 1;
	}
	pid_t child = fork();
	if (child < 0) {
		log_error("client", "cannot fork: %s", strerror(errno));
		return 1;
	}
	if (child == 0) {
		close(ends[0]);
		close(lock); /* held as long as the parent lives */
		if (ready >= 0)
			close(ready);
		start->link = ends[1];
		return network_run(start);
	}
	close(ends[1]);
	close(start->control);
	start->link = ends[0];
	int status = parent_run(start, ready);
	close(ends[0]);
	end_child(child);
	return status;
}

/* Goes on in the background; the process that was started waits until it is ready, so
   that its exit status means something. */
static int
into_background(int *ready)
{
	int ends[2];
	char byte;
	if (pipe2(ends, O_CLOEXEC) != 0)
		return 1;
	pid_t child = fork();
	if (child < 0)
		return 1;
	if (child > 0) {
		close(ends[1]);
		_exit(read(ends[0], &byte, 1) == 1 ? 0 : 1);
	}
	close(ends[0]);
	*ready = ends[1];
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0 || setsid() < 0 || chdir("/") != 0)
		return 1;
	for (int fd = 0; fd <= 2; fd++)
		if (dup2(null, fd) < 0)
			return 1;
	if (null > 2)
		close(null);
	return 0;
}

/* "/" is where hooks and the daemon live: what was named from elsewhere is made whole. */
static char *
absolute(const char *path)
{
	char *whole = realpath(path, NULL);
	return whole ? whole : strdup(path);
}

static int
run_daemon(const struct options *options, const struct config *config)
{
	char why[CONTROL_WHY];
	int lock, ready = -1;
	struct start start = { .config = config, .user = options->user };
	start.control = control_listen(options->state, &lock, why);
	if (start.control < 0) {
		fprintf(stderr, "bellwether-client: %s\n", why);
		return 1;
	}
	char *folder = absolute(options->state);
	start.folder = folder;
	log_open("bellwether-client", options->foreground, options->level);
	int status = folder ? 0 : 1;
	if (status == 0 && !options->foreground)
		status = into_background(&ready);
	if (status == 0)
		status = run_both(&start, lock, ready);
	log_close();
	free(folder);
	return status;
}

int
client_main(int argc, char **argv)
{
	struct options options;
	if (!read_options(&options, argc, argv)) {
		fputs(usage, stderr);
		return 2;
	}
	if (options.help) {
		fputs(usage, stdout);
		return 0;
	}
	if (options.word)
		return run_word(&options);
	/* Keys are read beside it, in the background from "/"; faults name it as given. */
	char *path = options.check ? strdup(options.config) : absolute(options.config);
	if (!path)
		return 1;
	options.config = path;
	struct config *config = load(&options, options.check);
	int status = config ? 0 : 1;
	if (config && !options.check)
		status = run_daemon(&options, config);
	config_free(config);
	free(path);
	return status;
}
