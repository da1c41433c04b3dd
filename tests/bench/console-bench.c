/* SPDX-License-Identifier: BSD-3-Clause */
/* What a key costs on the console: from its code to the cells of the next screen, with
   10,000 clients and with 100,000. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/clock.h"
#include "tui/console.h"

#define GOAL_MS 16.0
#define ROUNDS  30

static struct console console;
static struct cells screen;

static struct mib_client *
make_clients(uint32_t count)
{
	struct mib_client *client = calloc(count, sizeof(*client));
	for (uint32_t n = 1; client && n <= count; n++) {
		struct mib_client *row = &client[n - 1];
		row->index = (struct mib_row){ 1, n };
		row->place = 1 + n % 3;
		row->order = 1 + n % 7;
		row->address = (struct address){ .byte = { 0x20, 0x01, 0x0d, 0xb8 } };
		put_u32(row->address.byte + 12, n);
		snprintf(row->name, sizeof(row->name), "nas-%u", (unsigned)n);
		snprintf(row->site, sizeof(row->site), "site-%u", (unsigned)n % 100);
	}
	return client;
}

/* Of the processor: what others do beside us is not the console's cost. */
static double
now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static double
press(uint32_t code)
{
	double before = now_ms();
	console_key(&console, code);
	console_draw(&console, &screen);
	return now_ms() - before;
}

/* The worst of several, with something in between that undoes it. */
static double
worst(uint32_t code, uint32_t undo)
{
	double most = 0;
	for (int i = 0; i < ROUNDS; i++) {
		double took = press(code);
		if (took > most)
			most = took;
		if (undo)
			press(undo);
	}
	return most;
}

static void
say(const char *what, unsigned clients, double took)
{
	printf("bench: console-key %.2f goal <=%g (ms of processor, %s, %u clients)\n",
	       took, GOAL_MS, what, clients);
}

static bool
measure(uint32_t clients)
{
	struct mib_server server = { .index = { 1, 1 }, .name = "aaa1" };
	struct snapshot snapshot = { .scalars_at = clock_now().boot };
	struct options options = { .agents = 1, .agent = { "udp:127.0.0.1:161" } };
	struct mib_client *client = make_clients(clients);
	if (!client)
		return false;
	server.clients = clients;
	snapshot.table[MIB_SERVER] =
	    (struct snapshot_table){ .row = &server, .count = 1 };
	snapshot.table[MIB_CLIENT] =
	    (struct snapshot_table){ .row = client, .count = clients };
	console_init(&console, &options);
	console_see(&console, 0, &snapshot, AGENT_OK, 0, "");
	press('2');
	say("a line down", clients, worst(KEY_DOWNWARD, KEY_NONE));
	say("to the end", clients, worst(KEY_LAST, KEY_FIRST));
	press('/');
	say("a letter of a filter", clients, worst('9', KEY_RUBOUT));
	press(KEY_ESCAPE);
	press('s');
	say("turning names round", clients, worst('o', KEY_NONE));
	console_free(&console);
	free(client);
	return true;
}

int
main(void)
{
	bool good = cells_resize(&screen, 132, 43) && measure(10000) && measure(100000);
	cells_free(&screen);
	return good ? 0 : 1;
}
