/* SPDX-License-Identifier: BSD-3-Clause */
/* failover, reconnect, release, pause and resume: preview, consent, progress. */
#include "config.h"

#include "tui/snmp.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/bytes.h"
#include "tui/refusal.h"
#include "tui/text.h"

/* More than so many, or than so large a part of all: the count is typed. */
#define WIDE_CLIENTS 100u
#define WIDE_PERCENT 10u
#define LOOK_EVERY   (500 * MILLISECOND)
/* A machine that drowns may miss a question or two: that is no reason to stop looking. */
#define LOST_AFTER (30 * SECOND)

struct act {
	struct ask ask;
	const struct mib_column *action; /* its column, for the labels */
	struct mib_operation operation;
	uint32_t clients; /* of the server */
	char server[MIB_NAME];
	char error[256]; /* what the agent said last, when it refused */
};

/* ---- words ---- */

void
act_preview(const struct mib_operation *operation, char text[MIB_TEXT])
{
	snprintf(text, MIB_TEXT, "moves %u of %u; held %u; kept %u",
		 (unsigned)operation->planned, (unsigned)operation->matched,
		 (unsigned)operation->held, (unsigned)operation->kept);
}

bool
act_load(const struct mib_operation *operation, size_t i, char text[MIB_TEXT])
{
	const char *part = operation->loads, *end;
	for (; i > 0 && part; i--) {
		part = strstr(part, ", ");
		part = part ? part + 2 : NULL;
	}
	if (!part || !part[0])
		return false;
	end = strstr(part, ", ");
	snprintf(text, MIB_TEXT, "%.*s",
		 (int)(end ? (size_t)(end - part) : strlen(part)), part);
	return true;
}

static void
print_plan(const struct act *act)
{
	char text[MIB_TEXT];
	act_preview(&act->operation, text);
	fprintf(act->ask.out, "%s of %s at %s: %s\n",
		mib_label(act->action, act->operation.action), act->operation.selection,
		act->server, text);
	for (size_t i = 0; act_load(&act->operation, i, text); i++)
		fprintf(act->ask.out, "  %s\n", text);
}

bool
act_is_wide(uint32_t planned, uint32_t clients)
{
	return planned > WIDE_CLIENTS ||
	       (uint64_t)planned * 100 > (uint64_t)clients * WIDE_PERCENT;
}

bool
act_moves_clients(const struct mib_operation *operation)
{
	return operation->action <= ACTION_RELEASE;
}

void
act_progress(const struct mib_operation *operation, char text[MIB_TEXT])
{
	const struct mib_column *state =
	    mib_column_find(mib_describe(MIB_OPERATION), "bwOperationState");
	snprintf(text, MIB_TEXT,
		 "%s: %u of %u done, %u received, %u rejected, %u unreachable",
		 mib_label(state, operation->state), (unsigned)operation->done,
		 (unsigned)operation->planned, (unsigned)operation->received,
		 (unsigned)operation->rejected, (unsigned)operation->unreachable);
}

bool
act_is_over(const struct mib_operation *operation)
{
	return operation->state >= STATE_DONE;
}

struct manager_request
act_probe(uint32_t server)
{
	return (struct manager_request){ .verb = VERB_CANCEL,
					 .operation.index = { server, UINT32_MAX } };
}

static void
print_operation(struct act *act)
{
	struct view view;
	view_begin(&act->ask, 0, &view);
	if (act->error[0])
		slice_copy(slice_of(act->error), view.detail, sizeof(view.detail));
	envelope_begin(&act->ask, 0, &view);
	if (act->operation.state != 0) {
		fputc('\n', act->ask.out);
		json_row(mib_describe(MIB_OPERATION), &act->operation, act->server,
			 view.now, act->ask.out);
	}
	envelope_end(&act->ask);
	view_end(&act->ask, &view);
}

/* ---- what is asked of the agent ---- */

/* False after saying why; *status then. */
static bool
send_request(struct act *act, enum manager_verb verb, int *status)
{
	struct manager_request request = { verb, act->operation };
	struct manager_answer answer;
	if (manager_operate(act->ask.manager, 0, &request) == 0) {
		fputs("bellwether: out of memory\n", act->ask.err);
		*status = EXIT_NOT_DONE;
		return false;
	}
	while (!manager_answer(act->ask.manager, &answer))
		ask_wait(&act->ask, SECOND);
	act->operation = answer.operation;
	if (answer.ok)
		return true;
	slice_copy(slice_of(answer.text), act->error, sizeof(act->error));
	fprintf(act->ask.err, "bellwether: %s: %s\n",
		mib_label(act->action, act->operation.action), answer.text);
	if (answer.failure == FAILURE_REFUSED && refusal_advice(answer.text)[0])
		fprintf(act->ask.err, "bellwether: %s\n", refusal_advice(answer.text));
	*status = answer.failure == FAILURE_NO_WRITE     ? EXIT_NOT_LET_IN
		  : answer.failure == FAILURE_UNANSWERED ? EXIT_UNANSWERED
							 : EXIT_NOT_DONE;
	return false;
}

/* A plan that nobody wants would be forgotten anyway, in a minute. */
static void
withdraw(struct act *act)
{
	struct mib_operation plan = act->operation;
	int status;
	send_request(act, VERB_CANCEL, &status);
	act->operation = plan;
	act->error[0] = '\0';
}

/* The one server that is meant. */
static bool
choose_server(struct act *act, int *status)
{
	struct view view;
	view_begin(&act->ask, 0, &view);
	const struct snapshot_table *servers = &view.snapshot->table[MIB_SERVER];
	const struct mib_server *server = servers->row;
	*status = view_explain(&act->ask, 0, &view);
	if (*status == EXIT_DONE && !view.server && servers->count == 1)
		view.server = server[0].index.server;
	if (*status == EXIT_DONE && !view.server) {
		fprintf(act->ask.err, "bellwether: --server NAME has to say which of");
		for (size_t i = 0; i < servers->count; i++)
			fprintf(act->ask.err, "%s %s", i ? "," : "", server[i].name);
		fputc('\n', act->ask.err);
		*status = EXIT_MISUSED;
	}
	const struct mib_server *chosen = view_server(&view, view.server);
	if (*status == EXIT_DONE && chosen) {
		act->operation.index.server = view.server;
		act->clients = chosen->clients;
		slice_copy(slice_of(chosen->name), act->server, sizeof(act->server));
	}
	view_end(&act->ask, &view);
	return *status == EXIT_DONE;
}

/* ---- consent ---- */

static bool
read_line(char *line, size_t size)
{
	if (!fgets(line, (int)size, stdin))
		return false;
	line[strcspn(line, "\n")] = '\0';
	return true;
}

static bool
consent(struct act *act, int *status)
{
	const struct options *options = act->ask.options;
	unsigned planned = act->operation.planned;
	char line[64];
	char wanted[16];
	*status = EXIT_DONE;
	if (options->yes)
		return true;
	if (!isatty(STDIN_FILENO)) {
		fputs("bellwether: nobody can be asked here; --yes says that it is "
		      "meant\n",
		      act->ask.err);
		*status = EXIT_MISUSED;
		return false;
	}
	bool wide = act_is_wide(planned, act->clients);
	fflush(act->ask.out); /* the preview comes before the question */
	if (wide)
		fprintf(act->ask.err, "This is wide. Type %u to go on: ", planned);
	else
		fprintf(act->ask.err, "Go on? [y/N] ");
	fflush(act->ask.err);
	snprintf(wanted, sizeof(wanted), "%u", planned);
	if (read_line(line, sizeof(line)) &&
	    (wide ? strcmp(line, wanted) == 0
		  : strcmp(line, "y") == 0 || strcmp(line, "yes") == 0))
		return true;
	fputs("bellwether: nothing was done\n", act->ask.err);
	*status = EXIT_NOT_DONE;
	return false;
}

static bool
ask_reason(struct act *act)
{
	const struct options *options = act->ask.options;
	char line[MIB_TEXT] = "";
	if (options->reason) {
		slice_copy(slice_of(options->reason), act->operation.reason, MIB_TEXT);
		return true;
	}
	if (isatty(STDIN_FILENO) && !options->yes) {
		fputs("Reason: ", act->ask.err);
		fflush(act->ask.err);
		if (read_line(line, sizeof(line)))
			text_clean(line, strlen(line), act->operation.reason, MIB_TEXT);
	}
	if (!act->operation.reason[0])
		fputs("bellwether: --reason TEXT has to say why\n", act->ask.err);
	return act->operation.reason[0] != '\0';
}

/* ---- progress ---- */

static bool
find_operation(struct act *act)
{
	struct view view;
	bool good;
	view_begin(&act->ask, 0, &view);
	good = view_is_good(&view) || view.now.boot - view.since < LOST_AFTER;
	const struct snapshot_table *table = &view.snapshot->table[MIB_OPERATION];
	const struct mib_operation *row = table->row;
	for (size_t i = 0; i < table->count; i++)
		if (row[i].index.server == act->operation.index.server &&
		    row[i].index.row == act->operation.index.row)
			act->operation = row[i];
	if (!good)
		fprintf(
		    act->ask.err,
		    "bellwether: %s: %s. Operation %u goes on without being watched\n",
		    manager_agent_name(act->ask.manager, 0), view.detail,
		    (unsigned)act->operation.index.row);
	view_end(&act->ask, &view);
	return good;
}

static void
print_progress(const struct act *act, char last[MIB_TEXT], bool rewrite)
{
	char line[MIB_TEXT];
	act_progress(&act->operation, line);
	if (strcmp(line, last) == 0)
		return;
	fprintf(act->ask.out, rewrite ? "\r%-78s" : "%s\n", line);
	fflush(act->ask.out);
	slice_copy(slice_of(line), last, MIB_TEXT);
}

/* Until the operation has ended; an interrupt leaves it running. */
static int
follow(struct act *act)
{
	const struct options *options = act->ask.options;
	bool rewrite = !options->plain && isatty(fileno(act->ask.out));
	char last[MIB_TEXT] = "";
	bool good = true;
	manager_want(act->ask.manager, 0, 1u << MIB_OPERATION,
		     act->operation.index.server);
	while (good && !act_is_over(&act->operation)) {
		if (!options->json)
			print_progress(act, last, rewrite);
		ask_wait(&act->ask, LOOK_EVERY);
		good = find_operation(act);
	}
	if (!options->json) {
		print_progress(act, last, rewrite);
		if (rewrite)
			fputc('\n', act->ask.out);
		if (act->operation.answer[0])
			fprintf(act->ask.out, "%s\n", act->operation.answer);
	}
	if (!good)
		return EXIT_UNANSWERED;
	return act->operation.state == STATE_DONE && act->operation.rejected == 0 &&
		       act->operation.unreachable == 0
		   ? EXIT_DONE
		   : EXIT_NOT_DONE;
}

/* ---- the whole ---- */

static int
plan_and_run(struct act *act)
{
	const struct options *options = act->ask.options;
	int status;
	if (!send_request(act, VERB_PLAN, &status))
		return status;
	if (!options->json)
		print_plan(act);
	if (options->preview || !consent(act, &status)) {
		withdraw(act);
		return options->preview ? EXIT_DONE : status;
	}
	if (!send_request(act, VERB_RUN, &status))
		return status;
	return options->detach ? EXIT_DONE : follow(act);
}

static int
run(struct act *act)
{
	int status;
	ask_tables(&act->ask, 0);
	if (!choose_server(act, &status))
		return status;
	if (!ask_reason(act))
		return EXIT_MISUSED;
	if (act_moves_clients(&act->operation)) {
		status = plan_and_run(act);
	} else if (send_request(act, VERB_GO, &status)) {
		if (!act->ask.options->json)
			fprintf(
			    act->ask.out, "%s at %s: %s\n",
			    mib_label(act->action, act->operation.action), act->server,
			    act->operation.answer[0] ? act->operation.answer : "done");
		status = EXIT_DONE;
	}
	if (act->ask.options->json)
		print_operation(act);
	return status;
}

int
snmp_act(int argc, char **argv, FILE *out, FILE *err)
{
	struct options options;
	struct act act = { .clients = 0 };
	act.action = mib_column_find(mib_describe(MIB_OPERATION), "bwOperationAction");
	for (uint32_t i = 1; act.action->label[i - 1]; i++)
		if (strcmp(act.action->label[i - 1], argv[0]) == 0)
			act.operation.action = i;
	if (!options_parse(argc, argv, OPTIONS_ACT, &options, err))
		return EXIT_MISUSED;
	if (options.agents > 1 ||
	    (!act_moves_clients(&act.operation) && options.words[0])) {
		fprintf(err, "bellwether %s: %s\n", argv[0],
			options.agents > 1
			    ? "one --agent at a time"
			    : "it takes no SELECTION: it is of a server");
		return EXIT_MISUSED;
	}
	if (act_moves_clients(&act.operation))
		slice_copy(slice_of(options.words[0] ? options.words : "all"),
			   act.operation.selection, MIB_TEXT);
	if (options.requester)
		slice_copy(slice_of(options.requester), act.operation.requester,
			   MIB_NAME);
	act.operation.hold = options.hold;
	act.operation.share = options.share;
	act.operation.limit = options.limit;
	act.operation.force = options.force;
	if (!ask_open(&act.ask, &options, LOOK_EVERY, out, err))
		return EXIT_MISUSED;
	int status = run(&act);
	ask_close(&act.ask);
	return status;
}
