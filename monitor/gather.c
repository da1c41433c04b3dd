/* SPDX-License-Identifier: BSD-3-Clause */
/* The host's own figures at one moment. */
#include "config.h"

#include "monitor/gather.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

/* The lines of 500 processors in /proc/stat. */
#define GATHER_BUFFER ((size_t)64 * 1024)

void
gather_free(void *context)
{
	struct gather *gather = context;
	if (!gather)
		return;
	for (size_t i = 0; i < gather->links; i++)
		free(gather->link[i]);
	free(gather->link);
	free(gather->buffer);
	free(gather);
}

static bool
read_ticks(struct gather *gather, struct cpu_ticks *ticks)
{
	ssize_t size = proc_read(AT_FDCWD, "/proc/stat", gather->buffer, GATHER_BUFFER);
	return size > 0 && cpu_ticks_parse(gather->buffer, (size_t)size, ticks);
}

struct gather *
gather_new(const struct probe *probe)
{
	struct gather *gather = calloc(1, sizeof(*gather));
	if (!gather)
		return NULL;
	gather->buffer = malloc(GATHER_BUFFER);
	gather->link = calloc(probe->system.links + 1, sizeof(*gather->link));
	bool whole = gather->buffer && gather->link;
	for (size_t i = 0; whole && i < probe->system.links; i++) {
		gather->link[i] = strdup(probe->system.link[i]);
		whole = gather->link[i] != NULL;
		gather->links += whole;
	}
	if (!whole) {
		gather_free(gather);
		return NULL;
	}
	for (size_t i = 0; i < probe->outputs; i++)
		if (probe->output[i].selector < SYSTEM_COUNT)
			gather->wanted[probe->output[i].selector] = true;
	read_ticks(gather, &gather->ticks);
	return gather;
}

/* Says what went wrong with a file of /proc; 0 is one that does not read as it should. */
static void
fail(struct reading *reading, const char *path, int error)
{
	reading_end(reading, ENDING_FAILED, "%s: %s", path,
		    error ? strerror(error) : "not as expected");
}

static void
gather_processor(struct gather *gather)
{
	struct reading *cpu = &gather->reading[SYSTEM_CPU];
	struct reading *load = &gather->reading[SYSTEM_LOAD];
	struct cpu_ticks now;
	double percent, average;
	errno = 0;
	if (!read_ticks(gather, &now)) {
		fail(cpu, "/proc/stat", errno);
		fail(load, "/proc/stat", errno);
		return;
	}
	if (cpu_busy(&gather->ticks, &now, &percent))
		reading_value(cpu, percent);
	else
		reading_end(cpu, ENDING_FAILED,
			    "no processor time has passed since the sample before");
	gather->ticks = now;
	ssize_t size =
	    proc_read(AT_FDCWD, "/proc/loadavg", gather->buffer, GATHER_BUFFER);
	if (size > 0 && load_parse(gather->buffer, (size_t)size, &average))
		reading_value(load, 100 * average / now.processors);
	else
		fail(load, "/proc/loadavg", size < 0 ? errno : 0);
}

static double
used_percent(uint64_t total, uint64_t unused)
{
	if (total == 0 || unused >= total)
		return 0;
	return 100 * ((double)(total - unused) / (double)total);
}

static void
gather_memory(struct gather *gather)
{
	struct memory_kb memory;
	ssize_t size =
	    proc_read(AT_FDCWD, "/proc/meminfo", gather->buffer, GATHER_BUFFER);
	if (size <= 0 || !memory_parse(gather->buffer, (size_t)size, &memory)) {
		fail(&gather->reading[SYSTEM_MEMORY], "/proc/meminfo",
		     size < 0 ? errno : 0);
		gather->reading[SYSTEM_SWAP] = gather->reading[SYSTEM_MEMORY];
		return;
	}
	reading_value(&gather->reading[SYSTEM_MEMORY],
		      used_percent(memory.total, memory.available));
	reading_value(&gather->reading[SYSTEM_SWAP],
		      used_percent(memory.swap_total, memory.swap_free));
}

static void
gather_processes(struct reading *reading)
{
	DIR *folder = opendir("/proc");
	if (!folder) {
		fail(reading, "/proc", errno);
		return;
	}
	size_t count = 0;
	for (struct dirent *entry; (entry = readdir(folder));)
		count += entry->d_name[0] >= '1' && entry->d_name[0] <= '9';
	closedir(folder);
	reading_value(reading, (double)count);
}

static void
gather_pressure(struct gather *gather, enum probe_system which, const char *path)
{
	struct reading *reading = &gather->reading[which];
	double percent;
	if (!gather->wanted[which])
		return;
	ssize_t size = proc_read(AT_FDCWD, path, gather->buffer, GATHER_BUFFER);
	if (size > 0 && pressure_parse(gather->buffer, (size_t)size, &percent))
		reading_value(reading, percent);
	else if (size < 0 && (errno == ENOENT || errno == EOPNOTSUPP))
		reading_end(reading, ENDING_FAILED,
			    "the kernel has no pressure figures (CONFIG_PSI, psi=1)");
	else
		fail(reading, path, size < 0 ? errno : 0);
}

static void
gather_links(struct gather *gather)
{
	struct reading *reading = &gather->reading[SYSTEM_NETWORK];
	struct link_state *links = NULL;
	size_t count = 0;
	if (!links_read(&links, &count)) {
		fail(reading, "the links", errno);
		return;
	}
	links_count(links, count, (const char *const *)gather->link, gather->links,
		    &gather->network);
	free(links);
	reading_value(reading, 0);
}

void
gather_run(void *context)
{
	struct gather *gather = context;
	const bool *wanted = gather->wanted;
	if (wanted[SYSTEM_CPU] || wanted[SYSTEM_LOAD])
		gather_processor(gather);
	if (wanted[SYSTEM_MEMORY] || wanted[SYSTEM_SWAP])
		gather_memory(gather);
	if (wanted[SYSTEM_PROCESSES])
		gather_processes(&gather->reading[SYSTEM_PROCESSES]);
	gather_pressure(gather, SYSTEM_PRESSURE_CPU, "/proc/pressure/cpu");
	gather_pressure(gather, SYSTEM_PRESSURE_MEMORY, "/proc/pressure/memory");
	gather_pressure(gather, SYSTEM_PRESSURE_IO, "/proc/pressure/io");
	if (wanted[SYSTEM_NETWORK])
		gather_links(gather);
}
