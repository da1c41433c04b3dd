/* SPDX-License-Identifier: BSD-3-Clause */
/* bellwether simulate: a day of samples a second with 10,000 clients, four bad hours in it;
   and how much more memory a week takes. */
#include "config.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/bench-day.h"

#define CLIENTS 10000u
#define DAY     86400u
#define BAD     21600u /* so often, and for an hour */
#define GOAL    20.0   /* s of processor time */

static char command_path[512];
static char folder[] = "/tmp/simulate-bench-XXXXXX";

static FILE *
create(const char *name)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	if (file == NULL) {
		perror(path);
		exit(1);
	}
	return file;
}

static void
write_policy(void)
{
	FILE *to = create("policy.xml");

	fputs(day_policy, to);
	fprintf(to,
		"<range name=\"nas%%d\" prefix=\"10.0.0.0/16\" count=\"%u\"/>"
		"</clients></policy>\n",
		CLIENTS);
	fclose(to);
}

static void
write_trace(const char *name, unsigned seconds)
{
	FILE *to = create(name);

	fputs("bellwether-trace 1\n", to);
	for (unsigned s = 0; s < seconds; s++)
		fprintf(to, "%u work=%u\n", s,
			(s % BAD >= BAD - 3600 ? 85 : 10) + s % 7);
	fclose(to);
}

struct cost {
	double seconds; /* of processor time */
	long memory;    /* KiB at most */
};

static bool
simulate(const char *trace, struct cost *cost)
{
	struct rusage usage;
	int status;
	char program[PATH_MAX];
	const char *top = getenv("top_builddir");
	pid_t child;

	snprintf(command_path, sizeof(command_path), "%s/bellwether",
		 top != NULL ? top : ".");
	if (realpath(command_path, program) == NULL) {
		perror(command_path);
		return false;
	}
	child = fork();
	if (child == 0) {
		int nowhere = open("/dev/null", O_WRONLY);

		if (chdir(folder) == 0 && dup2(nowhere, 1) == 1)
			execl(program, "bellwether", "simulate", "policy.xml",
			      "--trace", trace, (char *)NULL);
		perror(program);
		_exit(1);
	}
	if (child < 0 || wait4(child, &status, 0, &usage) != child || status != 0)
		return false;
	cost->seconds = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
			(double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
	cost->memory = usage.ru_maxrss;
	return true;
}

int
main(void)
{
	struct cost day, week;
	char command[64];
	bool good;

	if (mkdtemp(folder) == NULL) {
		perror(folder);
		return 1;
	}
	write_policy();
	write_trace("day.trace", DAY);
	write_trace("week.trace", 7 * DAY);
	good = simulate("day.trace", &day) && simulate("week.trace", &week);
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	if (system(command) != 0 || !good)
		return 1;
	printf("bench: simulate-day ratio %.2f goal <=1 (%.1f of %.0f s of processor "
	       "time for %u clients and a sample a second)\n",
	       day.seconds / GOAL, day.seconds, GOAL, CLIENTS);
	printf(
	    "bench: simulate-memory ratio %.2f goal <=1.1 (%.1f MiB for a week, %.1f "
	    "MiB for a day; %.1f s for the week)\n",
	    (double)week.memory / (double)day.memory, (double)week.memory / 1024,
	    (double)day.memory / 1024, week.seconds);
	return 0;
}
