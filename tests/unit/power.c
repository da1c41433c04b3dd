/* SPDX-License-Identifier: BSD-3-Clause */
/* A power cut for a database over the shim. */
#include "config.h"

#include "tests/unit/power.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/bytes.h"
#include "common/random.h"
#include "tests/unit/shim-vfs.h"

#define SECTOR 512u
#define MOST   (64u * 1024 * 1024)

struct change {
	struct change *next;
	bool truncates; /* to offset */
	uint64_t offset;
	size_t size;
	uint8_t bytes[];
};

/* One file: what is on the disk, and what came since. */
struct file {
	bool there; /* for the program */
	bool kept;  /* on the disk */
	uint8_t *bytes;
	size_t size;
	struct change *first, **last;
};

static const char *const suffixes[] = { "", "-wal", "-journal" };

static struct {
	pthread_mutex_t lock;
	char path[128];
	struct file file[3];
	uint64_t calls, fails_at;
	bool failed;
	struct random random;
} power = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* ---- files ---- */

static void
resize(struct file *file, size_t size)
{
	if (size > MOST)
		abort();
	uint8_t *bytes = realloc(file->bytes, size + 1);
	if (!bytes)
		abort();
	if (size > file->size)
		memset(bytes + file->size, 0, size - file->size);
	file->bytes = bytes;
	file->size = size;
}

static void
put(struct file *file, const uint8_t *bytes, size_t size, size_t offset)
{
	if (file->size < offset + size)
		resize(file, offset + size);
	memcpy(file->bytes + offset, bytes, size);
}

static void
apply(struct file *file, const struct change *change)
{
	if (change->truncates)
		resize(file, change->offset);
	else
		put(file, change->bytes, change->size, change->offset);
}

static void
forget(struct file *file)
{
	while (file->first) {
		struct change *change = file->first;
		file->first = change->next;
		free(change);
	}
	file->last = &file->first;
}

static void
sync_all(struct file *file)
{
	for (struct change *change = file->first; change; change = change->next)
		apply(file, change);
	forget(file);
	file->kept = file->there;
}

static void
note(struct file *file, bool truncates, const void *bytes, size_t size, uint64_t offset)
{
	struct change *change = malloc(sizeof(*change) + size);
	if (!change)
		abort();
	*change = (struct change){ .truncates = truncates, .offset = offset };
	change->size = size;
	if (size > 0)
		memcpy(change->bytes, bytes, size);
	*file->last = change;
	file->last = &change->next;
}

/* ---- the failure ---- */

/* Of each change each sector by itself: a disk writes in the order that it likes. */
static void
apply_some(struct file *file, const struct change *change, uint64_t percent)
{
	if (change->truncates) {
		if (random_below(&power.random, 100) < percent)
			apply(file, change);
		return;
	}
	for (size_t at = 0; at < change->size;) {
		size_t left = SECTOR - (change->offset + at) % SECTOR;
		if (left > change->size - at)
			left = change->size - at;
		if (random_below(&power.random, 100) < percent)
			put(file, change->bytes + at, left, change->offset + at);
		at += left;
	}
}

static void
fail_file(struct file *file)
{
	/* All of it, nothing, and whatever is between. */
	uint64_t percent = 25 * random_below(&power.random, 5);
	if (file->there != file->kept && random_below(&power.random, 100) >= percent)
		file->there = file->kept;
	for (struct change *change = file->first; change; change = change->next)
		apply_some(file, change, percent);
	forget(file);
	file->kept = file->there;
}

/* Counts the call, which was noted, and fails. */
static void
count(void)
{
	if (++power.calls != power.fails_at)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++)
		fail_file(&power.file[i]);
	power.failed = true;
}

/* ---- what the shim tells ---- */

/* Locks; NULL, and unlocked, for other files, and after the failure. */
static struct file *
file_of(const char *name)
{
	pthread_mutex_lock(&power.lock);
	size_t length = strlen(power.path);
	for (size_t i = 0; i < ARRAY_SIZE(suffixes) && !power.failed; i++)
		if (strncmp(name, power.path, length) == 0 &&
		    strcmp(name + length, suffixes[i]) == 0)
			return &power.file[i];
	pthread_mutex_unlock(&power.lock);
	return NULL;
}

static void
done(void)
{
	count();
	pthread_mutex_unlock(&power.lock);
}

static void
on_opened(const char *name)
{
	struct file *file = file_of(name);
	if (!file)
		return;
	/* In the place of one that was removed, and perhaps is there yet. */
	if (!file->there && file->kept)
		note(file, true, NULL, 0, 0);
	file->there = true;
	done();
}

static void
on_written(const char *name, const void *bytes, size_t size, uint64_t offset)
{
	struct file *file = file_of(name);
	if (!file)
		return;
	note(file, false, bytes, size, offset);
	done();
}

static void
on_truncated(const char *name, uint64_t size)
{
	struct file *file = file_of(name);
	if (!file)
		return;
	note(file, true, NULL, 0, size);
	done();
}

static void
on_synced(const char *name)
{
	struct file *file = file_of(name);
	if (!file)
		return;
	count();
	if (!power.failed)
		sync_all(file);
	pthread_mutex_unlock(&power.lock);
}

static void
on_removed(const char *name, bool synced)
{
	struct file *file = file_of(name);
	if (!file)
		return;
	file->there = false;
	count();
	if (!power.failed && (synced || !file->kept)) {
		forget(file);
		resize(file, 0);
		file->kept = false;
	}
	pthread_mutex_unlock(&power.lock);
}

/* ---- on and off ---- */

static void
read_file(struct file *file, const char *name)
{
	uint8_t bytes[4096];
	size_t got;
	FILE *in = fopen(name, "rb");
	forget(file);
	resize(file, 0);
	file->kept = file->there = in != NULL;
	while (in && (got = fread(bytes, 1, sizeof(bytes), in)) > 0)
		put(file, bytes, got, file->size);
	if (in)
		fclose(in);
}

void
power_on(const char *path, uint64_t nth, uint64_t seed)
{
	static const struct shim_recorder recorder = {
		on_opened, on_written, on_truncated, on_synced, on_removed,
	};
	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++) {
		char name[160];
		snprintf(name, sizeof(name), "%s%s", path, suffixes[i]);
		read_file(&power.file[i], name);
	}
	snprintf(power.path, sizeof(power.path), "%s", path);
	power.calls = 0;
	power.fails_at = nth;
	power.failed = false;
	random_seed(&power.random, seed);
	shim_record(&recorder);
}

bool
power_failed(void)
{
	pthread_mutex_lock(&power.lock);
	bool failed = power.failed;
	pthread_mutex_unlock(&power.lock);
	return failed;
}

void
power_off(const char *path)
{
	shim_record(NULL);
	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++) {
		struct file *file = &power.file[i];
		char name[160];
		if (!power.failed)
			sync_all(file);
		snprintf(name, sizeof(name), "%s%s", path, suffixes[i]);
		unlink(name);
		FILE *out = file->there ? fopen(name, "wb") : NULL;
		if (out && fwrite(file->bytes, 1, file->size, out) != file->size)
			abort();
		if (out)
			fclose(out);
		forget(file);
		free(file->bytes);
		file->bytes = NULL;
		file->size = 0;
	}
}
