/* SPDX-License-Identifier: BSD-3-Clause */
/* The process probe: how many processes of a name are alive. */
#include "config.h"

#include "monitor/process.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/bytes.h"
#include "monitor/kind.h"
#include "monitor/proc.h"
#include "monitor/worker.h"

static bool
still_there(int proc, const char *name, const struct process_search *search)
{
	char pid[24];
	snprintf(pid, sizeof(pid), "%ld", search->known);
	return search->known > 0 && process_is(proc, pid, name);
}

static size_t
search_all(DIR *folder, const char *name, bool any, struct process_search *search)
{
	size_t count = 0;
	search->known = 0;
	for (struct dirent *entry; (entry = readdir(folder));) {
		if (entry->d_name[0] < '1' || entry->d_name[0] > '9' ||
		    !process_is(dirfd(folder), entry->d_name, name))
			continue;
		search->known = strtol(entry->d_name, NULL, 10);
		count++;
		if (any)
			break;
	}
	return count;
}

bool
process_count(const char *name, bool any, struct process_search *search, size_t *count,
	      const char **why)
{
	DIR *folder = opendir("/proc");
	/* Process 1 is always there; not to see it is to see too few. */
	if (!folder || faccessat(dirfd(folder), "1/stat", R_OK, 0) != 0) {
		*why = folder ? "/proc hides other users' processes (hidepid)"
			      : "/proc cannot be read";
		if (folder)
			closedir(folder);
		return false;
	}
	*count = any && still_there(dirfd(folder), name, search)
		     ? 1
		     : search_all(folder, name, any, search);
	closedir(folder);
	return true;
}

/* The kind */

struct process_job {
	char *name;
	bool any; /* nobody wants the number */
	struct process_search search;
	bool counted;
	size_t count;
	const char *why;
};

struct process {
	struct worker *worker;
	struct process_job *job;
};

static void
job_run(void *context)
{
	struct process_job *job = context;
	job->counted =
	    process_count(job->name, job->any, &job->search, &job->count, &job->why);
}

static void
job_release(void *context)
{
	struct process_job *job = context;
	free(job->name);
	free(job);
}

static void
process_done(struct task *task)
{
	struct process *process = task->state;
	struct process_job job = *process->job;
	if (!job.counted) {
		task_end_rest(task, ENDING_FAILED, "%s", job.why);
		return;
	}
	char text[SAMPLE_TEXT] = "no such process";
	if (job.count > 0 && job.any)
		snprintf(text, sizeof(text), "running as %ld", job.search.known);
	else if (job.count > 0)
		snprintf(text, sizeof(text), "%zu running", job.count);
	for (size_t i = 0; i < task->probe->outputs; i++) {
		/* None is a count too; for a service it is an absence. */
		if (task->probe->output[i].value == VALUE_COUNT)
			task_end(task, i, ENDING_VALUE, (double)job.count, text);
		else
			task_end(task, i, job.count ? ENDING_VALUE : ENDING_ABSENT, 1,
				 text);
	}
}

static void
process_open(struct task *task)
{
	struct process *process = task->state;
	struct process_job *job = calloc(1, sizeof(*job));
	char *name = strdup(task->probe->process.name);
	if (!job || !name) {
		free(job);
		free(name);
		task_refuse(task, "out of memory");
		return;
	}
	job->name = name;
	job->any = true;
	for (size_t i = 0; i < task->probe->outputs; i++)
		if (task->probe->output[i].value == VALUE_COUNT)
			job->any = false;
	process->job = job;
	struct worker_job work = { job_run, job_release, job };
	process->worker = worker_new(task, &work, process_done);
	if (!process->worker)
		task_refuse(task, "no thread to read /proc");
}

static bool
process_busy(struct task *task)
{
	struct process *process = task->state;
	return worker_busy(process->worker);
}

static void
process_ask(struct task *task)
{
	struct process *process = task->state;
	worker_ask(process->worker);
}

static void
process_close(struct task *task)
{
	struct process *process = task->state;
	worker_close(process->worker);
}

const struct kind kind_process = {
	.local = true,
	.size = sizeof(struct process),
	.open = process_open,
	.busy = process_busy,
	.ask = process_ask,
	.close = process_close,
};
