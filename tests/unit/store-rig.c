/* SPDX-License-Identifier: BSD-3-Clause */
/* A store in a folder of its own, and a loop that turns until something is so. */
#include "config.h"

#include "tests/unit/store-rig.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "tests/unit/shim-vfs.h"
#include "tests/unit/unit.h"

unsigned rig_errors;

static void
on_log(void *context, enum log_level level, const char *token, const char *text)
{
	(void)context;
	(void)token;
	(void)text;
	rig_errors += level == LOG_LEVEL_ERROR;
}

static void
on_durable(void *context, const char *server, const struct fleet_block *block)
{
	struct rig *rig = context;
	CU_ASSERT_STRING_EQUAL(server, "aaa1");
	rig->durable++;
	rig->block = *block;
}

static void
on_idle(void *context)
{
	((struct rig *)context)->idle++;
}

static void
on_anew(void *context)
{
	((struct rig *)context)->anew++;
}

static void
on_failing(void *context, const char *why)
{
	struct rig *rig = context;
	if (why)
		rig->failed++;
	else
		rig->recovered++;
}

void
rig_make(struct rig *rig)
{
	memset(rig, 0, sizeof(*rig));
	snprintf(rig->folder, sizeof(rig->folder), "/tmp/bellwether-store-XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(rig->folder));
	snprintf(rig->path, sizeof(rig->path), "%s/state.db", rig->folder);
	rig->vfs = SHIM_VFS;
	rig_errors = 0;
}

bool
rig_open(struct rig *rig, char why[STORE_WHY])
{
	struct store_options options = {
		.path = rig->path,
		.vfs = rig->vfs,
		.retry = 5 * MILLISECOND,
		.context = rig,
		.durable = on_durable,
		.idle = on_idle,
		.anew = on_anew,
		.failing = on_failing,
	};
	uv_loop_init(&rig->loop);
	rig->store = store_open(&options, why);
	return rig->store != NULL;
}

void
rig_start(struct rig *rig)
{
	char why[STORE_WHY];
	CU_ASSERT_TRUE_FATAL(rig_open(rig, why));
	CU_ASSERT_TRUE_FATAL(store_start(rig->store, &rig->loop));
}

void
rig_close(struct rig *rig)
{
	if (rig->store) {
		store_stop(rig->store);
		store_close(rig->store);
	}
	uv_run(&rig->loop, UV_RUN_DEFAULT);
	CU_ASSERT_EQUAL(uv_loop_close(&rig->loop), 0);
	rig->store = NULL;
}

void
rig_remove(struct rig *rig)
{
	char command[128];
	snprintf(command, sizeof(command), "rm -rf '%s'", rig->folder);
	CU_ASSERT_EQUAL(system(command), 0);
}

/* Runs the loop until *counter reaches value. */
bool
rig_reach(struct rig *rig, const unsigned *counter, unsigned value)
{
	int64_t deadline = clock_now().boot + DEADLINE;
	while (*counter < value && clock_now().boot < deadline) {
		uv_run(&rig->loop, UV_RUN_NOWAIT);
		usleep(500);
	}
	return *counter >= value;
}

struct fleet_record
rig_record(uint32_t index)
{
	struct fleet_record record = {
		.index = index,
		.place = PLACE_AWAY,
		.order = ORDER_STATE_DONE,
		.type = MESSAGE_FAILOVER,
		.refusal = REASON_STALE,
		.order_id = UINT64_C(1700000000000000) + index,
		.operation = 3,
		.alternate = 1,
		.in_force = 1700000000 * SECOND,
		.heard = 1600000000 * SECOND,
		.transitions = 7,
		.holder = 3,
		.hold = ACTION_FAILOVER,
		.held_until = NEVER,
		.peer = { .sent = 11, .mark = 12, .offset = -13 },
	};
	snprintf(record.name, sizeof(record.name), "nas%u", index);
	address_parse("198.51.100.7", &record.address);
	record.address.byte[15] = (uint8_t)index;
	for (unsigned i = 0; i < PEER_RECENT; i++)
		record.peer.recent[i] = 100 + i;
	return record;
}

void
rig_put(struct store *store, uint32_t index)
{
	struct store_item *item = store_put(store, STORE_CLIENT, "aaa1");
	item->client = rig_record(index);
	slice_copy(slice_of("aaa2"), item->alternate, sizeof(item->alternate));
}

bool
rig_complete(struct store *store)
{
	struct store_kept kept;
	store_fetch(store, "aaa1", &kept);
	bool complete = kept.complete;
	store_kept_free(&kept);
	return complete;
}

void
rig_sql(const char *path, const char *sql)
{
	sqlite3 *handle;
	sqlite3_open(path, &handle);
	CU_ASSERT_EQUAL(sqlite3_exec(handle, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(handle);
}

void
rig_listen(void)
{
	log_redirect(on_log, NULL);
}
