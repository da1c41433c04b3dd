/* SPDX-License-Identifier: BSD-3-Clause */
/* Clients in parts: what a reader sees after parts of them were read again, and that what
   was not is shared. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit.h"
#include "tui/manager-inside.h"

#define SERVERS 3u
#define MOST    20000u
#define TURNS   300

/* What they should be: whether the client is there, and in which turn it was read. */
static struct {
	bool there;
	uint32_t turn;
} model[SERVERS][MOST + 1];

static uint64_t chance = 1;

static uint32_t
any(uint32_t below)
{
	chance = chance * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (uint32_t)((chance >> 33) % below);
}

/* Rows of [from, until), most of them there, that were read in this turn. */
static struct rows *
make_rows(struct mib_row from, struct mib_row until, uint32_t turn, uint32_t gaps)
{
	const struct mib_description *description = mib_describe(MIB_CLIENT);
	struct rows *rows = rows_new(description->row_size);
	for (uint32_t s = from.server; s <= until.server && s <= SERVERS; s++)
		for (uint32_t n = 1; n <= MOST; n++) {
			if ((s == from.server && n < from.row) ||
			    (s == until.server && n >= until.row))
				continue;
			bool there = gaps == 0 || any(gaps) != 0;
			model[s - 1][n].there = there;
			model[s - 1][n].turn = turn;
			if (!there)
				continue;
			struct mib_client *client = rows_get(rows, description, s, n);
			client->transitions = turn;
		}
	return rows;
}

static struct snapshot_table
table_of(const struct clients *clients)
{
	return (struct snapshot_table){ .part = clients->part,
					.parts = clients->parts,
					.count = clients->count };
}

static void
check_all(const struct clients *clients)
{
	struct snapshot_table table = table_of(clients);
	size_t i = 0;
	unsigned wrong = 0;
	for (uint32_t s = 1; s <= SERVERS; s++)
		for (uint32_t n = 1; n <= MOST; n++) {
			if (!model[s - 1][n].there)
				continue;
			CU_ASSERT_TRUE_FATAL(i < table.count);
			const struct mib_client *client =
			    snapshot_row(&table, sizeof(struct mib_client), i++);
			wrong += client->index.server != s || client->index.row != n ||
				 client->transitions != model[s - 1][n].turn;
		}
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT_EQUAL(i, table.count);
	for (size_t part = 0; part < clients->parts; part++) {
		CU_ASSERT_TRUE(clients->rows[part]->count > 0);
		CU_ASSERT_TRUE(clients->rows[part]->count < 2 * CLIENTS_PART);
	}
}

static struct clients *
replace(struct clients *old, struct mib_row from, struct mib_row until, uint32_t turn,
	uint32_t gaps)
{
	struct clients *clients =
	    clients_replace(old, make_rows(from, until, turn, gaps), from, until);
	CU_ASSERT_PTR_NOT_NULL_FATAL(clients);
	clients_release(old);
	return clients;
}

static void
test_replace(void)
{
	struct clients *clients = NULL;
	memset(model, 0, sizeof(model));
	for (uint32_t turn = 1; turn <= TURNS; turn++) {
		struct mib_row from = { 1 + any(SERVERS), any(MOST) };
		struct mib_row until = { from.server, from.row + any(2000) };
		if (any(8) == 0)
			until = (struct mib_row){ from.server + any(2), any(MOST) };
		if (until.server > SERVERS || until.row > MOST ||
		    (until.server == from.server && until.row < from.row))
			until = (struct mib_row){ from.server + 1, 0 };
		clients = replace(clients, from, until, turn,
				  any(20) == 0 ? 1 : 2 + any(100));
		if (turn % 10 == 0)
			check_all(clients);
	}
	/* All of them, slice by slice, and none. */
	for (uint32_t s = 1; s <= SERVERS; s++)
		for (uint32_t n = 0; n < MOST; n += CLIENTS_PART) {
			struct mib_row until = { s, n + CLIENTS_PART };
			if (n + CLIENTS_PART >= MOST)
				until = (struct mib_row){ s + 1, 0 };
			clients =
			    replace(clients, (struct mib_row){ s, n }, until, 1000, 0);
		}
	check_all(clients);
	CU_ASSERT_EQUAL(clients->count, SERVERS * MOST);
	clients = replace(clients, (struct mib_row){ 1, 0 },
			  (struct mib_row){ SERVERS + 1, 0 }, 1001, 1);
	CU_ASSERT_EQUAL(clients->count, 0);
	CU_ASSERT_EQUAL(clients->parts, 0);
	clients_release(clients);
}

/* What was not read again is the same rows; an old snapshot keeps what it had. */
static void
test_share(void)
{
	memset(model, 0, sizeof(model));
	struct clients *before =
	    replace(NULL, (struct mib_row){ 1, 0 }, (struct mib_row){ 2, 0 }, 1, 0);
	struct mib_row from = { 1, 9000 };
	struct mib_row until = { 1, 9040 };
	struct clients *after =
	    clients_replace(before, make_rows(from, until, 2, 0), from, until);
	CU_ASSERT_PTR_NOT_NULL_FATAL(after);
	CU_ASSERT_EQUAL_FATAL(after->parts, before->parts);
	size_t shared = 0;
	for (size_t i = 0; i < after->parts; i++)
		shared += after->rows[i] == before->rows[i];
	CU_ASSERT_EQUAL(shared, after->parts - 1);
	check_all(after);
	struct snapshot_table old = table_of(before);
	const struct mib_client *client =
	    snapshot_row(&old, sizeof(struct mib_client), 9010);
	CU_ASSERT_EQUAL(client->transitions, 1);
	clients_release(before);
	check_all(after);
	clients_release(after);
}

int
main(void)
{
	static const struct unit_test test[] = {
		{ "parts are read again", test_replace },
		{ "the others are shared", test_share },
	};
	return unit_run("clients", test, sizeof(test) / sizeof(test[0]));
}
