/* SPDX-License-Identifier: BSD-3-Clause */
/* The kernel's figures: parsers fed with text, and once with the kernel itself. */
#include "config.h"

#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/bytes.h"
#include "monitor/links.h"
#include "monitor/number.h"
#include "monitor/proc.h"
#include "monitor/process.h"
#include "tests/unit/unit.h"

#define NEAR(a, b) CU_ASSERT(fabs((a) - (b)) < 1e-9)

static void
test_number(void)
{
	static const struct {
		const char *text;
		size_t used;
		double value;
	} good[] = {
		{ "12", 2, 12 },     { "-1.5", 4, -1.5 },
		{ "+3", 2, 3 },      { "0.000295s", 8, 0.000295 },
		{ ".5", 2, .5 },     { "5.", 2, 5 },
		{ "1e3", 3, 1000 },  { "1e", 1, 1 },
		{ "2E-2x", 4, .02 }, { "18957205504B", 11, 18957205504.0 },
		{ "0x10", 1, 0 },
	};
	static const char *const bad[] = { "",    "-",  ".",  "U",   "inf",  "nan",
					   "1,5", "e3", " 1", "+-1", "1e999" };
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		double value = NAN;
		CU_ASSERT_EQUAL(number_scan(good[i].text, strlen(good[i].text), &value),
				good[i].used);
		NEAR(value, good[i].value);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		double value = -7;
		CU_ASSERT_EQUAL(number_scan(bad[i], strlen(bad[i]), &value), 0);
		CU_ASSERT_EQUAL(value, -7);
	}
	/* Not past the length it was given. */
	double value;
	CU_ASSERT_EQUAL(number_scan("1234", 2, &value), 2);
	NEAR(value, 12);
	char digits[200];
	memset(digits, '9', sizeof(digits));
	CU_ASSERT_EQUAL(number_scan(digits, sizeof(digits), &value), 0);
}

static void
test_cpu(void)
{
	static const char before[] = "cpu  100 10 50 800 40 0 0 0 5 0\n"
				     "cpu0 50 5 25 400 20 0 0 0 5 0\n"
				     "cpu1 50 5 25 400 20 0 0 0 0 0\n"
				     "intr 123 0 cpu\nctxt 5\n";
	static const char after[] = "cpu  150 10 70 820 50 0 0 0 9 0\n"
				    "cpu0 50 5 25 400 20 0 0 0 5 0\n"
				    "cpu1 50 5 25 400 20 0 0 0 0 0\n";
	struct cpu_ticks one, other;
	double percent = NAN;
	CU_ASSERT_FATAL(cpu_ticks_parse(before, strlen(before), &one));
	CU_ASSERT_FATAL(cpu_ticks_parse(after, strlen(after), &other));
	CU_ASSERT_EQUAL(one.processors, 2);
	CU_ASSERT_EQUAL(one.total, 1000);
	CU_ASSERT_EQUAL(one.idle, 840);
	/* 100 passed, 30 of them idle or waiting. */
	CU_ASSERT(cpu_busy(&one, &other, &percent));
	NEAR(percent, 70);
	/* Nothing passed; and counters that went back. */
	CU_ASSERT_FALSE(cpu_busy(&one, &one, &percent));
	CU_ASSERT_FALSE(cpu_busy(&other, &one, &percent));
	struct cpu_ticks odd = { .total = 1010, .idle = 900, .processors = 2 };
	CU_ASSERT(cpu_busy(&one, &odd, &percent));
	NEAR(percent, 0);
	CU_ASSERT_FALSE(cpu_ticks_parse("cpu  1 2 3\ncpu0 1\n", 18, &odd));
	CU_ASSERT_FALSE(cpu_ticks_parse("cpu  1 2 3 x\ncpu0 1\n", 20, &odd));
	CU_ASSERT_FALSE(cpu_ticks_parse("cpu  1 2 3 4\n", 13, &odd));
	CU_ASSERT_FALSE(cpu_ticks_parse("", 0, &odd));
}

static void
test_memory(void)
{
	static const char text[] = "MemTotal:       24000 kB\nMemFree:  1 kB\n"
				   "MemAvailable:   18000 kB\nSwapCached: 0 kB\n"
				   "SwapTotal:      100 kB\nSwapFree:       60 kB\n";
	struct memory_kb memory;
	CU_ASSERT_FATAL(memory_parse(text, strlen(text), &memory));
	CU_ASSERT_EQUAL(memory.total, 24000);
	CU_ASSERT_EQUAL(memory.available, 18000);
	CU_ASSERT_EQUAL(memory.swap_total, 100);
	CU_ASSERT_EQUAL(memory.swap_free, 60);
	/* Kernels without MemAvailable, and a torn file. */
	CU_ASSERT_FALSE(memory_parse(text + 25, strlen(text) - 25, &memory));
	CU_ASSERT_FALSE(memory_parse(text, 60, &memory));
	CU_ASSERT_FALSE(memory_parse("", 0, &memory));
}

static void
test_load_and_pressure(void)
{
	static const char pressure[] =
	    "some avg10=12.34 avg60=0.25 avg300=0.20 total=7875291\n"
	    "full avg10=99.00 avg60=0.00 avg300=0.00 total=0\n";
	double value = NAN;
	CU_ASSERT(load_parse("0.24 0.17 0.11 1/101 4242\n", 26, &value));
	NEAR(value, 0.24);
	CU_ASSERT_FALSE(load_parse("load 0.17", 9, &value));
	CU_ASSERT_FALSE(load_parse("0.24", 4, &value));
	CU_ASSERT(pressure_parse(pressure, strlen(pressure), &value));
	NEAR(value, 12.34);
	/* "full" alone is another figure. */
	CU_ASSERT_FALSE(pressure_parse(pressure + 54, strlen(pressure) - 54, &value));
	CU_ASSERT_FALSE(pressure_parse("some avg60=1.0\n", 15, &value));
	CU_ASSERT_FALSE(pressure_parse("some avg10=\n", 12, &value));
}

static void
test_backlog(void)
{
	static const char text[] =
	    "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when "
	    "retrnsmt   uid  timeout inode ref pointer drops\n"
	    "  345: 0B00007F:0714 00000000:0000 07 00000000:00028A00 00:00000000 "
	    "00000000     0        0 12345 2 0000000000000000 7\n"
	    "  346: 0C00007F:0714 00000000:0000 07 00000000:00000100 00:00000000 "
	    "00000000     0        0 12346 2 0000000000000000 5\n"
	    "  347: 0B00007F:0715 00000000:0000 07 00000000:FFFFFFFF 00:00000000 "
	    "00000000     0        0 12347 2 0000000000000000 9\n"
	    "   12: 00000000000000000000000001000000:0714 "
	    "00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 "
	    "00000000     0        0 9 2 0000000000000000 1\n";
	struct backlog backlog = { 0 };
	CU_ASSERT_EQUAL(backlog_parse(text, strlen(text), 1812, &backlog),
			strlen(text));
	CU_ASSERT_EQUAL(backlog.sockets, 3);
	CU_ASSERT_EQUAL(backlog.queue, 166400);
	CU_ASSERT_EQUAL(backlog.drops, 13);
	/* In two pieces, cut anywhere, the same is found. */
	for (size_t cut = 0; cut <= strlen(text); cut++) {
		struct backlog pieces = { 0 };
		size_t used = backlog_parse(text, cut, 1812, &pieces);
		CU_ASSERT_FATAL(used <= cut);
		backlog_parse(text + used, strlen(text) - used, 1812, &pieces);
		if (memcmp(&pieces, &backlog, sizeof(backlog)) != 0)
			CU_FAIL("a cut changes what is found");
	}
	struct backlog none = { 0 };
	backlog_parse(text, strlen(text), 99, &none);
	CU_ASSERT_EQUAL(none.sockets, 0);
	static const char torn[] = " 1: 0B00007F:0714 0:0 07 0:00028A00\n";
	backlog_parse(torn, strlen(torn), 1812, &none);
	CU_ASSERT_EQUAL(none.sockets, 0);
}

static void
test_process_text(void)
{
	char state;
	static const char odd[] = "42 (a) b (c)) S 1 42 42 0 -1";
	CU_ASSERT_FATAL(process_state_parse(odd, strlen(odd), &state));
	CU_ASSERT_EQUAL(state, 'S');
	CU_ASSERT_FALSE(process_state_parse("42 (a)", 6, &state));
	CU_ASSERT_FALSE(process_state_parse("42 (a) ", 7, &state));
	CU_ASSERT_FALSE(process_state_parse("42 (a)xS", 8, &state));
	CU_ASSERT_FALSE(process_state_parse("", 0, &state));
	CU_ASSERT(process_comm_is("sh\n", 3, "sh"));
	CU_ASSERT_FALSE(process_comm_is("sh\n", 3, "s"));
	CU_ASSERT_FALSE(process_comm_is("sh\n", 3, "sh\n"));
	CU_ASSERT_FALSE(process_comm_is("sh", 2, "sh"));
	CU_ASSERT_FALSE(process_comm_is("", 0, ""));
	static const char line[] = "/usr/sbin/freeradius\0-f\0/bin/other";
	CU_ASSERT(process_argument_is(line, sizeof(line), "freeradius"));
	CU_ASSERT_FALSE(process_argument_is(line, sizeof(line), "radius"));
	CU_ASSERT_FALSE(process_argument_is(line, sizeof(line), "other"));
	CU_ASSERT(process_argument_is("sh", 2, "sh"));
	CU_ASSERT_FALSE(process_argument_is("", 0, ""));
	CU_ASSERT_FALSE(process_argument_is("/bin/", 5, ""));
}

static size_t
count_of(const char *name, bool any, struct process_search *search)
{
	const char *why = "";
	size_t count = 99;
	CU_ASSERT_FATAL(process_count(name, any, search, &count, &why));
	return count;
}

/* A child that waits to be killed, with this name. */
static pid_t
named_child(const char *name)
{
	int ready[2];
	char byte;
	CU_ASSERT_FATAL(pipe(ready) == 0);
	pid_t child = fork();
	CU_ASSERT_FATAL(child >= 0);
	if (child == 0) {
		prctl(PR_SET_NAME, name);
		close(ready[0]);
		if (write(ready[1], "x", 1) == 1)
			pause();
		_exit(0);
	}
	close(ready[1]);
	CU_ASSERT_EQUAL(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return child;
}

static void
test_process_count(void)
{
	char name[16];
	struct process_search search = { 0 };
	siginfo_t info;
	pid_t child[3];
	snprintf(name, sizeof(name), "bw%d", (int)getpid());
	CU_ASSERT_EQUAL(count_of(name, false, &search), 0);
	CU_ASSERT_EQUAL(count_of(name, true, &search), 0);
	for (size_t i = 0; i < ARRAY_SIZE(child); i++)
		child[i] = named_child(name);
	CU_ASSERT_EQUAL(count_of(name, false, &search), 3);
	/* One is enough, and it is remembered. */
	search.known = child[1];
	CU_ASSERT_EQUAL(count_of(name, true, &search), 1);
	CU_ASSERT_EQUAL(search.known, child[1]);
	/* Ended and not waited for: no process that serves; another is found. */
	kill(child[1], SIGKILL);
	CU_ASSERT_EQUAL(waitid(P_PID, (id_t)child[1], &info, WEXITED | WNOWAIT), 0);
	CU_ASSERT_EQUAL(count_of(name, true, &search), 1);
	CU_ASSERT(search.known == child[0] || search.known == child[2]);
	CU_ASSERT_EQUAL(count_of(name, false, &search), 2);
	for (size_t i = 0; i < ARRAY_SIZE(child); i++) {
		kill(child[i], SIGKILL);
		CU_ASSERT_EQUAL(waitpid(child[i], NULL, 0), child[i]);
	}
	CU_ASSERT_EQUAL(count_of(name, true, &search), 0);
	/* By the base name of its first argument. */
	char argument[32];
	int gone[2];
	char byte;
	snprintf(argument, sizeof(argument), "/opt/%s", name);
	CU_ASSERT_FATAL(pipe2(gone, O_CLOEXEC) == 0);
	child[0] = fork();
	if (child[0] == 0) {
		execl("/bin/sleep", argument, "60", NULL);
		_exit(127);
	}
	close(gone[1]);
	/* The end: it runs the command now. */
	CU_ASSERT_EQUAL(read(gone[0], &byte, 1), 0);
	close(gone[0]);
	CU_ASSERT_EQUAL(count_of(name, false, &search), 1);
	kill(child[0], SIGKILL);
	CU_ASSERT_EQUAL(waitpid(child[0], NULL, 0), child[0]);
}

static void
test_links(void)
{
	const unsigned up = IFF_UP | IFF_RUNNING;
	const struct link_state links[] = {
		{ "dummy0", up, false },   { "eth0", up, true },
		{ "eth1", IFF_UP, true },  { "eth2", 0, true },
		{ "eth3", IFF_UP, false }, { "lo", up | IFF_LOOPBACK, true },
	};
	struct links_up result;
	/* Configured: eth0 and eth1; the rest has no address, is off, or is the loopback. */
	links_count(links, ARRAY_SIZE(links), NULL, 0, &result);
	CU_ASSERT_EQUAL(result.total, 2);
	CU_ASSERT_EQUAL(result.up, 1);
	CU_ASSERT_STRING_EQUAL(result.down, "eth1");
	const char *const some[] = { "lo", "eth2", "dummy0", "wan7" };
	links_count(links, ARRAY_SIZE(links), some, ARRAY_SIZE(some), &result);
	CU_ASSERT_EQUAL(result.total, 4);
	CU_ASSERT_EQUAL(result.up, 2);
	CU_ASSERT_STRING_EQUAL(result.down, "eth2");
	links_count(NULL, 0, NULL, 0, &result);
	CU_ASSERT_EQUAL(result.total, 0);
	links_count(links, ARRAY_SIZE(links),
		    (const char *const[]){ "a-name-that-no-link-can-have" }, 1,
		    &result);
	CU_ASSERT_EQUAL(result.up, 0);
	CU_ASSERT_EQUAL(result.total, 1);
}

static void
test_this_host(void)
{
	static char buffer[65536];
	struct cpu_ticks ticks;
	struct memory_kb memory;
	struct link_state *links = NULL;
	size_t count = 0;
	double load;
	ssize_t size = proc_read(AT_FDCWD, "/proc/stat", buffer, sizeof(buffer));
	CU_ASSERT(size > 0 && cpu_ticks_parse(buffer, (size_t)size, &ticks));
	CU_ASSERT_EQUAL(ticks.processors, sysconf(_SC_NPROCESSORS_ONLN));
	size = proc_read(AT_FDCWD, "/proc/meminfo", buffer, sizeof(buffer));
	CU_ASSERT(size > 0 && memory_parse(buffer, (size_t)size, &memory));
	CU_ASSERT(memory.available <= memory.total);
	size = proc_read(AT_FDCWD, "/proc/loadavg", buffer, sizeof(buffer));
	CU_ASSERT(size > 0 && load_parse(buffer, (size_t)size, &load));
	CU_ASSERT_EQUAL(proc_read(AT_FDCWD, "/proc/none", buffer, 10), -1);
	CU_ASSERT_FATAL(links_read(&links, &count));
	struct links_up result;
	links_count(links, count, (const char *const[]){ "lo" }, 1, &result);
	CU_ASSERT_EQUAL(result.total, 1);
	free(links);
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "numbers", test_number },
		{ "processor times", test_cpu },
		{ "memory", test_memory },
		{ "load and pressure", test_load_and_pressure },
		{ "backlog", test_backlog },
		{ "process text", test_process_text },
		{ "process count", test_process_count },
		{ "links", test_links },
		{ "this host", test_this_host },
	};
	return unit_run("proc", tests, ARRAY_SIZE(tests));
}
