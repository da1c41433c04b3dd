/* SPDX-License-Identifier: BSD-3-Clause */
/* bellwether console -b: what the console shows, screen after screen, as plain text. */
#include "config.h"

#include "tui/snmp.h"

#include <langinfo.h>
#include <locale.h>
#include <string.h>
#include <time.h>

#include "common/bytes.h"
#include "tui/console.h"

#define HEAD_WIDTH  132
#define HEAD_HEIGHT 60

struct batch {
	struct ask ask;
	const struct list *list;
	struct console console;
	struct cells cells;
};

static void
print_time(struct batch *batch)
{
	char text[32] = "";
	time_t seconds = (time_t)(batch->console.now.wall / SECOND);
	struct tm tm;
	if (localtime_r(&seconds, &tm))
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S %z", &tm);
	fprintf(batch->ask.out, "bellwether %s", text);
	for (size_t i = 0; i < batch->console.agents; i++)
		fprintf(batch->ask.out, "  %s %s", batch->console.agent[i].name,
			agent_state_name(batch->console.agent[i].state));
	fputc('\n', batch->ask.out);
}

/* The servers' lines and what is wrong with agents, as the console has them. */
static void
print_head(struct batch *batch)
{
	char line[4 * HEAD_WIDTH + 1];
	cells_clear(&batch->cells);
	int end = console_header(&batch->console, &batch->cells, 0);
	end = console_banners(&batch->console, &batch->cells, end);
	for (int y = 0; y < end && y < batch->cells.height; y++)
		fprintf(batch->ask.out, "%s\n",
			cells_line(&batch->cells, y, line, sizeof(line)));
}

/* Takes what the agents show; the views are given back by release(). */
static int
look(struct batch *batch, struct view view[OPTION_AGENTS])
{
	int status = EXIT_DONE;
	batch->console.now = clock_now();
	for (size_t i = 0; i < batch->console.agents; i++) {
		bool found = view_begin(&batch->ask, i, &view[i]);
		int one = ask_exit_status(view[i].state);
		if (one == EXIT_DONE && batch->ask.options->server && !found)
			one = EXIT_NOT_DONE;
		if (one > status)
			status = one;
		console_see(&batch->console, i, view[i].snapshot, view[i].state,
			    view[i].since, view[i].detail);
	}
	return status;
}

static void
print_tables(struct batch *batch, struct view view[OPTION_AGENTS])
{
	for (size_t i = 0; i < batch->console.agents; i++) {
		if (!view_is_good(&view[i]))
			continue;
		fputc('\n', batch->ask.out);
		if (batch->console.agents > 1)
			fprintf(batch->ask.out, "%s:\n",
				manager_agent_name(batch->ask.manager, i));
		show_table(&batch->ask, &view[i], batch->list);
	}
}

static int
print_screen(struct batch *batch)
{
	struct view view[OPTION_AGENTS];
	ask_tables(&batch->ask, 1u << batch->list->table);
	int status = look(batch, view);
	print_time(batch);
	print_head(batch);
	print_tables(batch, view);
	for (size_t i = 0; i < batch->console.agents; i++)
		view_end(&batch->ask, &view[i]);
	fflush(batch->ask.out);
	return status;
}

int
snmp_batch(const struct options *options, const struct list *list, FILE *out, FILE *err)
{
	static struct batch batch;
	int status = EXIT_DONE;
	setlocale(LC_CTYPE, "");
	batch = (struct batch){ .list = list };
	batch.cells.ascii = strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
	if (!cells_resize(&batch.cells, HEAD_WIDTH, HEAD_HEIGHT))
		return EXIT_NOT_DONE;
	if (ask_open(&batch.ask, options, NEVER / 2, out, err)) {
		console_init(&batch.console, options);
		for (uint32_t i = 0; !ferror(out); i++) {
			int64_t due = clock_now().boot + options->interval;
			fputs(i ? "\n" : "", out);
			status = print_screen(&batch);
			if (i + 1 == options->rounds)
				break;
			for (int64_t left = options->interval; left > 0;
			     left = due - clock_now().boot)
				ask_wait(&batch.ask, left);
		}
		ask_close(&batch.ask);
	} else {
		status = EXIT_MISUSED;
	}
	console_free(&batch.console);
	cells_free(&batch.cells);
	return status;
}
