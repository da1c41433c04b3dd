/* SPDX-License-Identifier: BSD-3-Clause */
/* A disk that does what a test says: syncs that hang, writes that find it full. */
#include "config.h"

#include "tests/unit/shim-vfs.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

/* The real file lies behind ours in the same memory. */
struct shim_file {
	sqlite3_file base;
	sqlite3_file *real;
	const char *name; /* SQLite's, as long as it is open; NULL: a temporary one */
};

static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool open;
	unsigned waiting;
} gate = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, true, 0 };

static atomic_bool full;
static atomic_uint left = UINT_MAX; /* calls that do not fail */
static atomic_uint delay;
static atomic_uint syncs;
static const struct shim_recorder *_Atomic recorder;
static sqlite3_vfs *real_vfs;
static sqlite3_vfs vfs;
static sqlite3_io_methods methods;

static sqlite3_file *
real(sqlite3_file *file)
{
	return ((struct shim_file *)file)->real;
}

/* NULL when nobody records, or the file has no name. */
static const struct shim_recorder *
recorder_of(sqlite3_file *file)
{
	return ((struct shim_file *)file)->name ? atomic_load(&recorder) : NULL;
}

static const char *
name_of(sqlite3_file *file)
{
	return ((struct shim_file *)file)->name;
}

/* ---- what differs ---- */

static bool
fails(void)
{
	unsigned calls = atomic_load(&left);
	if (calls != UINT_MAX && calls > 0)
		atomic_store(&left, calls - 1);
	return calls == 0;
}

static int
shim_sync(sqlite3_file *file, int flags)
{
	unsigned milliseconds = atomic_load(&delay);
	struct timespec wait = { milliseconds / 1000,
				 (long)(milliseconds % 1000) * 1000000 };
	atomic_fetch_add(&syncs, 1);
	nanosleep(&wait, NULL);
	pthread_mutex_lock(&gate.lock);
	gate.waiting++;
	while (!gate.open)
		pthread_cond_wait(&gate.changed, &gate.lock);
	gate.waiting--;
	pthread_mutex_unlock(&gate.lock);
	if (fails())
		return SQLITE_IOERR_FSYNC;
	const struct shim_recorder *to = recorder_of(file);
	if (to) {
		to->synced(name_of(file));
		return SQLITE_OK;
	}
	return real(file)->pMethods->xSync(real(file), flags);
}

static int
shim_write(sqlite3_file *file, const void *bytes, int size, sqlite3_int64 offset)
{
	if (atomic_load(&full))
		return SQLITE_FULL;
	if (fails())
		return SQLITE_IOERR_WRITE;
	const struct shim_recorder *to = recorder_of(file);
	if (to)
		to->written(name_of(file), bytes, (size_t)size, (uint64_t)offset);
	return real(file)->pMethods->xWrite(real(file), bytes, size, offset);
}

static int
shim_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	const struct shim_recorder *to = recorder_of(file);
	if (to)
		to->truncated(name_of(file), (uint64_t)size);
	return real(file)->pMethods->xTruncate(real(file), size);
}

static int
shim_delete(sqlite3_vfs *self, const char *name, int sync)
{
	const struct shim_recorder *to = atomic_load(&recorder);
	(void)self;
	if (to)
		to->removed(name, sync != 0);
	return real_vfs->xDelete(real_vfs, name, to ? 0 : sync);
}

/* ---- what is passed on ---- */

static int
shim_close(sqlite3_file *file)
{
	return real(file)->pMethods->xClose(real(file));
}

static int
shim_read(sqlite3_file *file, void *bytes, int size, sqlite3_int64 offset)
{
	return real(file)->pMethods->xRead(real(file), bytes, size, offset);
}

static int
shim_size(sqlite3_file *file, sqlite3_int64 *size)
{
	return real(file)->pMethods->xFileSize(real(file), size);
}

static int
shim_lock(sqlite3_file *file, int lock)
{
	return real(file)->pMethods->xLock(real(file), lock);
}

static int
shim_unlock(sqlite3_file *file, int lock)
{
	return real(file)->pMethods->xUnlock(real(file), lock);
}

static int
shim_reserved(sqlite3_file *file, int *out)
{
	return real(file)->pMethods->xCheckReservedLock(real(file), out);
}

static int
shim_control(sqlite3_file *file, int operation, void *argument)
{
	return real(file)->pMethods->xFileControl(real(file), operation, argument);
}

static int
shim_sector(sqlite3_file *file)
{
	return real(file)->pMethods->xSectorSize(real(file));
}

static int
shim_device(sqlite3_file *file)
{
	return real(file)->pMethods->xDeviceCharacteristics(real(file));
}

static int
shim_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **out)
{
	return real(file)->pMethods->xShmMap(real(file), page, size, extend, out);
}

static int
shim_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
	return real(file)->pMethods->xShmLock(real(file), offset, count, flags);
}

static void
shim_shm_barrier(sqlite3_file *file)
{
	real(file)->pMethods->xShmBarrier(real(file));
}

static int
shim_shm_unmap(sqlite3_file *file, int gone)
{
	return real(file)->pMethods->xShmUnmap(real(file), gone);
}

static int
shim_open(sqlite3_vfs *self, sqlite3_filename name, sqlite3_file *file, int flags,
	  int *out)
{
	struct shim_file *shim = (struct shim_file *)file;
	(void)self;
	shim->real = (sqlite3_file *)(shim + 1);
	shim->name = name;
	const struct shim_recorder *to = recorder_of(file);
	if (to && flags & SQLITE_OPEN_CREATE)
		to->opened(name);
	int result = real_vfs->xOpen(real_vfs, name, shim->real, flags, out);
	/* Without methods SQLite does not close what did not open. */
	shim->base.pMethods = shim->real->pMethods ? &methods : NULL;
	return result;
}

void
shim_register(void)
{
	if (real_vfs)
		return;
	real_vfs = sqlite3_vfs_find(NULL);
	vfs = *real_vfs;
	vfs.zName = SHIM_VFS;
	vfs.pNext = NULL;
	vfs.szOsFile = (int)sizeof(struct shim_file) + real_vfs->szOsFile;
	vfs.xOpen = shim_open;
	vfs.xDelete = shim_delete;
	methods = (sqlite3_io_methods){
		.iVersion = 2, /* with shared memory, without memory mapping */
		.xClose = shim_close,
		.xRead = shim_read,
		.xWrite = shim_write,
		.xTruncate = shim_truncate,
		.xSync = shim_sync,
		.xFileSize = shim_size,
		.xLock = shim_lock,
		.xUnlock = shim_unlock,
		.xCheckReservedLock = shim_reserved,
		.xFileControl = shim_control,
		.xSectorSize = shim_sector,
		.xDeviceCharacteristics = shim_device,
		.xShmMap = shim_shm_map,
		.xShmLock = shim_shm_lock,
		.xShmBarrier = shim_shm_barrier,
		.xShmUnmap = shim_shm_unmap,
	};
	sqlite3_vfs_register(&vfs, 0);
}

void
shim_gate(bool open)
{
	pthread_mutex_lock(&gate.lock);
	gate.open = open;
	pthread_cond_broadcast(&gate.changed);
	pthread_mutex_unlock(&gate.lock);
}

bool
shim_waiting(void)
{
	pthread_mutex_lock(&gate.lock);
	bool waiting = gate.waiting > 0;
	pthread_mutex_unlock(&gate.lock);
	return waiting;
}

void
shim_full(bool is_full)
{
	atomic_store(&full, is_full);
}

void
shim_fail_after(unsigned calls)
{
	atomic_store(&left, calls);
}

void
shim_delay(unsigned milliseconds)
{
	atomic_store(&delay, milliseconds);
}

unsigned
shim_syncs(void)
{
	return atomic_load(&syncs);
}

void
shim_record(const struct shim_recorder *to)
{
	atomic_store(&recorder, to);
}
