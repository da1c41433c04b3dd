/* SPDX-License-Identifier: BSD-3-Clause */
/* bellwether console: joins the console with a terminal and with the agents. */
#include "config.h"

#include "tui/snmp.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/bytes.h"
#include "tui/console.h"
#include "tui/pace.h"
#include "tui/screen.h"

/* A request on its way: the dialogue's, or whether an agent lets us write. */
#define PROBE_TICKETS OPTION_AGENTS

struct run {
	struct ask ask;
	struct options options;
	struct console console;
	struct cells cells;
	uint64_t dialogue; /* ticket; 0 none */
	uint64_t probe[PROBE_TICKETS];
	enum agent_state before[OPTION_AGENTS];
	struct settings_file file;
	sigset_t waiting; /* the mask while the screen waits */
	struct pace pace;
};

static volatile sig_atomic_t ending, continued, stopping;

/* ---- signals ---- */

static void
note_end(int number)
{
	ending = number;
}

static void
note_continue(int number)
{
	(void)number;
	continued = 1;
}

static void
note_stop(int number)
{
	(void)number;
	stopping = 1;
}

/* A way to stop of our own: ncurses ignores the signal while it draws, which loses one
   that waits, and with it the operator's key. A shell without jobs has it ignored. */
static void
take_stops(void (*handler)(int))
{
	struct sigaction action = { .sa_handler = handler }, before;
	if (sigaction(SIGTSTP, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
		sigaction(SIGTSTP, &action, NULL);
}

/* All signals are taken where the screen waits, by this thread alone: the manager's must
   neither be stopped in the middle by one nor draw. */
static void
block_signals(sigset_t *before)
{
	static const int ends[] = { SIGTERM, SIGHUP, SIGINT, SIGQUIT };
	struct sigaction action = { .sa_handler = note_end };
	sigset_t all;
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, before);
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		sigaction(ends[i], &action, NULL);
		sigdelset(before, ends[i]);
	}
	action.sa_handler = note_continue;
	sigaction(SIGCONT, &action, NULL);
	take_stops(note_stop);
	action.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &action, NULL);
}

/* ---- the agents' side ---- */

static void
probe(struct run *run, size_t agent, const struct snapshot *snapshot)
{
	const struct snapshot_table *servers = &snapshot->table[MIB_SERVER];
	const struct mib_server *server = servers->row;
	struct manager_request request;
	if (run->options.read_only || servers->count == 0)
		return;
	request = act_probe(server[0].index.server);
	run->probe[agent] = manager_operate(run->ask.manager, agent, &request);
}

static void
take_snapshots(struct run *run)
{
	for (size_t i = 0; i < run->console.agents; i++) {
		struct console_agent *agent = &run->console.agent[i];
		const struct snapshot *old = agent->snapshot;
		enum agent_state state;
		int64_t since;
		char detail[256];
		const struct snapshot *snapshot =
		    manager_snapshot(run->ask.manager, i, &state, &since, detail);
		if (state == AGENT_OK && run->before[i] != AGENT_OK) {
			agent->may_not_write = false;
			probe(run, i, snapshot);
		}
		run->before[i] = state;
		console_see(&run->console, i, snapshot, state, since, detail);
		if (old)
			manager_release(run->ask.manager, old);
	}
}

static void
take_answers(struct run *run)
{
	struct manager_answer answer;
	while (manager_answer(run->ask.manager, &answer)) {
		if (answer.ticket == run->dialogue) {
			run->dialogue = 0;
			console_answer(&run->console, &answer);
		}
		for (size_t i = 0; i < PROBE_TICKETS; i++)
			if (answer.ticket == run->probe[i])
				run->console.agent[i].may_not_write =
				    answer.failure == FAILURE_NO_WRITE;
	}
}

static void
send_requests(struct run *run)
{
	struct dialogue *dialogue = &run->console.dialogue;
	struct manager_request request;
	bool answered;
	while (dialogue_request(dialogue, &request, &answered)) {
		uint64_t ticket =
		    manager_operate(run->ask.manager, dialogue->agent, &request);
		if (answered)
			run->dialogue = ticket;
	}
	for (size_t i = 0; i < run->console.agents; i++) {
		uint32_t server;
		uint32_t tables = console_wants(&run->console, i, &server);
		const struct console_window *window = console_window(&run->console, i);
		manager_window(run->ask.manager, i, window->from, window->until,
			       window->every);
		manager_want(run->ask.manager, i, tables, server);
	}
}

/* ---- the terminal's side ---- */

/* Until a key, news, a signal, or the next second of the clock. */
static void
wait_for_news(struct run *run)
{
	int64_t left = SECOND - run->console.now.wall % SECOND;
	struct timespec timeout = { .tv_nsec = (long)(left % SECOND) * 1000,
				    .tv_sec = left / SECOND };
	struct pollfd watch[] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = manager_fd(run->ask.manager), .events = POLLIN },
	};
	uint64_t count;
	if (ppoll(watch, ARRAY_SIZE(watch), &timeout, &run->waiting) <= 0)
		return;
	if (watch[1].revents & POLLIN) {
		ssize_t got = read(watch[1].fd, &count, sizeof(count));
		(void)got;
	}
	/* The terminal went away without a word. */
	if (watch[0].revents & (POLLHUP | POLLERR | POLLNVAL))
		ending = SIGHUP;
}

/* Until the shell lets us go on. */
static void
stop(void)
{
	sigset_t stops;
	sigemptyset(&stops);
	sigaddset(&stops, SIGTSTP);
	screen_leave();
	take_stops(SIG_DFL);
	raise(SIGTSTP);
	pthread_sigmask(SIG_UNBLOCK, &stops, NULL);
	/* Here it stands still. */
	pthread_sigmask(SIG_BLOCK, &stops, NULL);
	take_stops(note_stop);
	screen_redraw();
}

/* False: quit. */
static bool
take_keys(struct run *run)
{
	uint32_t code;
	while ((code = screen_key(&run->cells)) != KEY_NONE) {
		if (code == SCREEN_GONE)
			return false;
		if (code == SCREEN_RESIZED)
			continue;
		pace_key(&run->pace, pace_now());
		if (key_request(code) == REQUEST_REDRAW)
			screen_redraw();
		if (!console_key(&run->console, code))
			return false;
	}
	if (stopping) {
		stopping = 0;
		stop();
	}
	if (continued) {
		continued = 0;
		screen_redraw();
	}
	return !ending;
}

static void
loop(struct run *run)
{
	do {
		run->console.now = clock_now();
		take_snapshots(run);
		take_answers(run);
		console_draw(&run->console, &run->cells);
		screen_mouse(run->console.mouse && run->console.mode != CONSOLE_PLAIN);
		screen_put(&run->cells);
		pace_shown(&run->pace, pace_now());
		send_requests(run);
		wait_for_news(run);
	} while (take_keys(run));
}

/* ---- what is remembered ---- */

static void
take_settings(struct run *run, char why[MIB_TEXT])
{
	why[0] = '\0';
	if (run->options.no_settings)
		return;
	settings_load(&run->file, why);
	if (run->file.was.interval && !run->options.interval_given)
		run->options.interval = run->file.was.interval;
	if (run->file.was.theme[0] && !run->options.theme_given)
		colour_theme_parse(run->file.was.theme, &run->options.theme);
}

/* A home that cannot be written to is no reason to complain while it is looked at. */
static void
keep_settings(const struct run *run, FILE *err)
{
	struct settings now = run->file.was;
	char why[MIB_TEXT];
	console_settings(&run->console, &now);
	if (!run->options.no_settings && !settings_save(&run->file, &now, why))
		fprintf(err, "bellwether: settings are not kept: %s\n", why);
}

/* "console clients" begins there; a word without "console" is no command. */
static bool
choose_view(const char *command, const struct options *options,
	    const struct list **list, FILE *err)
{
	*list = options->words[0] ? list_find(options->words) : &lists[0];
	if (options->words[0] && strcmp(command, "console") != 0) {
		fprintf(err, "bellwether: no such command: %s (--help lists them)\n",
			options->words);
		return false;
	}
	if (options->rounds && !options->batch) {
		fputs("bellwether console: -n COUNT is for -b\n", err);
		return false;
	}
	if (!*list) {
		fprintf(err, "bellwether console: no such view: %s; it knows",
			options->words);
		for (size_t i = 0; i < LISTS; i++)
			fprintf(err, "%s %s", i ? "," : "", lists[i].command);
		fputc('\n', err);
	}
	return *list != NULL;
}

/* Where BELLWETHER_PACE says, how quickly keys were answered. */
static void
tell_pace(struct pace *pace)
{
	const char *path = getenv("BELLWETHER_PACE");
	FILE *file = pace->on && path ? fopen(path, "we") : NULL;
	if (!file)
		return;
	pace_write(pace, file);
	fclose(file);
}

int
snmp_console(int argc, char **argv, FILE *out, FILE *err)
{
	static struct run run;
	const struct list *list;
	char why[256];
	char wrong[MIB_TEXT];
	int status = EXIT_DONE;
	if (!options_parse(argc, argv, OPTIONS_CONSOLE, &run.options, err))
		return EXIT_MISUSED;
	if (!choose_view(argv[0], &run.options, &list, err))
		return EXIT_MISUSED;
	if (run.options.batch)
		return snmp_batch(&run.options, list, out, err);
	block_signals(&run.waiting);
	take_settings(&run, wrong);
	if (!ask_open(&run.ask, &run.options, run.options.interval, out, err))
		return EXIT_MISUSED;
	console_init(&run.console, &run.options);
	console_set(&run.console, &run.file.was);
	console_say(&run.console, "%s", wrong);
	if (run.options.words[0])
		run.console.view = (size_t)(list - lists);
	run.pace.on = getenv("BELLWETHER_PACE") != NULL;
	screen_theme(run.options.theme);
	if (screen_open(&run.cells, why)) {
		loop(&run);
		screen_close();
		keep_settings(&run, err);
		tell_pace(&run.pace);
	} else {
		fprintf(err, "bellwether: %s\n", why);
		status = EXIT_MISUSED;
	}
	for (size_t i = 0; i < run.console.agents; i++)
		if (run.console.agent[i].snapshot)
			manager_release(run.ask.manager, run.console.agent[i].snapshot);
	ask_close(&run.ask);
	console_free(&run.console);
	cells_free(&run.cells);
	return status;
}
