/* SPDX-License-Identifier: BSD-3-Clause */
/* The console in front of two agents that only pretend. */
#include "config.h"

#include "tests/unit/console-stage.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tui/filter.h"

const struct moment start = { .boot = 100000 * SECOND,
			      .wall = INT64_C(1795426215) * SECOND };

/* Two servers behind one agent, a third behind another. */
struct mib_server server[3];
struct mib_client client[CLIENTS];
struct mib_group group[3];
struct mib_operation operation[2];
struct mib_event event[EVENTS];
struct snapshot shown[2];
struct console console;
struct cells screen;

/* ---- what the agents show ---- */

void
fill_server(struct mib_server *row, uint32_t index, const char *name)
{
	*row = (struct mib_server){ .index = { index, index },
				    .mode = 1,
				    .state = 1,
				    .state_changed = start.boot - 192 * SECOND,
				    .severity = 1,
				    .performance = 72,
				    .performance_at = start.boot,
				    .failover_threshold = 30000,
				    .connection_threshold = 60000,
				    .clients = 120,
				    .here = 100,
				    .away = 20,
				    .none = 100,
				    .done = 18,
				    .unreachable = 2,
				    .silent = 1,
				    .moved = 17,
				    .missed = 1 };
	snprintf(row->name, MIB_NAME, "%s", name);
	snprintf(row->reason, MIB_TEXT, "performance 72 above 60");
	memset(row->history, 255, 30);
	for (size_t i = 30; i < sizeof(row->history); i++)
		row->history[i] = (uint8_t)(i * 100 / 300);
	row->history[295] = 5; /* one bad second */
}

static void
fill_client(struct mib_client *row, uint32_t n)
{
	static const char *const site[] = { "paris", "lyon" };
	*row = (struct mib_client){ .index = { 1, n },
				    .place = n % 6 ? 1 : 2,
				    .order = n % 6 ? 1 : 2,
				    .silent = n == 5,
				    .heard = n == 9 ? 0 : start.boot - n * SECOND };
	snprintf(row->name, MIB_NAME, "nas-%u", n);
	snprintf(row->site, MIB_NAME, "%s", site[n % 2]);
	memcpy(row->address.byte, "\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\0\0", 15);
	row->address.byte[15] = (uint8_t)n;
}

static void
fill_others(void)
{
	static const char *const name[] = { "wireless", "core", "paris" };
	for (uint32_t i = 0; i < ARRAY_SIZE(group); i++) {
		group[i] = (struct mib_group){ .index = { 1, i + 1 }, .clients = 10 };
		group[i].kind = i == 0 ? 2 : i == 1 ? 1 : 3;
		snprintf(group[i].name, MIB_NAME, "%s", name[i]);
	}
	for (uint32_t i = 0; i < EVENTS; i++) {
		event[i] = (struct mib_event){ .index = { 1, i + 1 },
					       .kind = 1,
					       .severity = 1,
					       .date = start.wall + i / 2 * SECOND };
		snprintf(event[i].text, MIB_TEXT, "event %u", i + 1);
	}
	operation[0] =
	    (struct mib_operation){ .index = { 1, 21 }, .action = 1, .state = 4 };
	operation[1] = (struct mib_operation){
		.index = { 2, 20 }, .action = 1, .state = 2, .planned = 40, .done = 10
	};
	snprintf(operation[0].selection, MIB_TEXT, "group:wireless");
	snprintf(operation[1].selection, MIB_TEXT, "all");
}

void
show(struct snapshot *snapshot, enum mib_table table, void *row, size_t count)
{
	snapshot->table[table] = (struct snapshot_table){
		.row = row, .count = count, .at = start.boot, .whole = start.boot
	};
}

void
see(size_t agent, enum agent_state state, const char *detail)
{
	static struct snapshot next[2][2];
	static unsigned turn;
	/* Another address, as of another round. */
	struct snapshot *snapshot = &next[agent][turn++ % 2];
	*snapshot = shown[agent];
	console_see(&console, agent, snapshot, state, start.boot - 25 * SECOND, detail);
}

void
begin(size_t agents, int width, int height, bool ascii)
{
	static const struct options empty;
	struct options options = empty;
	options.agents = agents;
	options.agent[0] = "udp:aaa1";
	options.agent[1] = "udp:aaa3";
	options.hold = 3600;
	fill_server(&server[0], 1, "aaa1");
	fill_server(&server[1], 2, "aaa2");
	fill_server(&server[2], 1, "aaa3");
	for (uint32_t i = 0; i < CLIENTS; i++)
		fill_client(&client[i], i + 1);
	fill_others();
	memset(shown, 0, sizeof(shown));
	show(&shown[0], MIB_SERVER, &server[0], 2);
	show(&shown[0], MIB_CLIENT, client, CLIENTS);
	show(&shown[0], MIB_GROUP, group, ARRAY_SIZE(group));
	show(&shown[0], MIB_OPERATION, operation, ARRAY_SIZE(operation));
	show(&shown[0], MIB_EVENT, event, EVENTS);
	show(&shown[1], MIB_SERVER, &server[2], 1);
	shown[0].scalars_at = shown[1].scalars_at = start.boot;
	shown[0].scalars.published = shown[1].scalars.published = start.boot;
	console_free(&console);
	console_init(&console, &options);
	console.now = start;
	screen.ascii = ascii;
	CU_ASSERT_TRUE_FATAL(cells_resize(&screen, width, height));
	for (size_t i = 0; i < agents; i++)
		see(i, AGENT_OK, "");
	console_draw(&console, &screen);
}

/* ---- what the operator does and sees ---- */

void
press(const char *typed)
{
	for (; *typed; typed++)
		CU_ASSERT_TRUE(console_key(&console, (unsigned char)*typed));
	console_draw(&console, &screen);
}

void
press_code(uint32_t code)
{
	console_key(&console, code);
	console_draw(&console, &screen);
}

const char *
line(int y)
{
	static char out[1024];
	return cells_line(&screen, y, out, sizeof(out));
}

bool
shows(const char *text)
{
	for (int y = 0; y < screen.height; y++)
		if (strstr(line(y), text))
			return true;
	return false;
}

int
find_line(const char *text)
{
	for (int y = 0; y < screen.height; y++)
		if (strncmp(line(y), text, strlen(text)) == 0)
			return y;
	return -1;
}

void
expect_screen(const char *const *wanted, int lines)
{
	for (int y = 0; y < lines; y++) {
		CU_ASSERT_STRING_EQUAL(line(y), wanted[y]);
		if (strcmp(line(y), wanted[y]) != 0)
			printf("\nline %d wanted: %s\nline %d    was: %s\n", y,
			       wanted[y], y, line(y));
	}
}

const char *
chosen_name(void)
{
	const struct entry *entry = console_chosen(&console);
	return entry ? ((const struct mib_client *)(const void *)entry->row)->name
		     : "none";
}

bool
matches_row(const char *command, const void *row, const char *text)
{
	struct filter filter;
	filter_make(&filter, list_find(command), text);
	filter.servers = true;
	filter_begin(&filter, "udp:aaa1", &shown[0].table[MIB_GROUP]);
	bool result = filter_matches(&filter, row, "server-a", start);
	filter_free(&filter);
	return result;
}

bool
matches(uint32_t n, const char *filter)
{
	return matches_row("clients", &client[n - 1], filter);
}

int
console_stage_run(const char *name, const struct unit_test *tests, size_t count)
{
	setenv("TZ", "UTC", 1);
	tzset();
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		return 77;
	int status = unit_run(name, tests, count);
	console_free(&console);
	cells_free(&screen);
	return status;
}
