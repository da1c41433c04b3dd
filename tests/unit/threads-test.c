/* SPDX-License-Identifier: BSD-3-Clause */
/* Where threads sleep, from texts of /proc as they were recorded. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "common/bytes.h"
#include "monitor/threads.h"
#include "tests/unit/unit.h"

/* The number of the call, as this machine has it. */
#define TEXT_OF(number) #number
#define TEXT(number)    TEXT_OF(number)
#define FUTEX           TEXT(SYS_futex)
#define EXE             "/usr/sbin/freeradius"

/* FreeRADIUS 3.2.1 of Debian 12; its bss is the mapping without a name. */
static const char maps[] =
    "55c7246f9000-55c724710000 r--p 00000000 fd:00 5374218                    " EXE "\n"
    "55c724710000-55c72475a000 r-xp 00017000 fd:00 5374218                    " EXE "\n"
    "55c72475a000-55c724775000 r--p 00061000 fd:00 5374218                    " EXE "\n"
    "55c724775000-55c724778000 r--p 0007b000 fd:00 5374218                    " EXE "\n"
    "55c724778000-55c724779000 rw-p 0007e000 fd:00 5374218                    " EXE "\n"
    "55c724779000-55c72477b000 rw-p 00000000 00:00 0 \n"
    "55c725c3c000-55c7265ea000 rw-p 00000000 00:00 0                          [heap]\n"
    "7f0a54000000-7f0a54021000 rw-p 00000000 00:00 0 \n"
    "7f0a8ce00000-7f0a8ce04000 r--p 00000000 fd:00 5374003                    "
    "/usr/lib/freeradius/rlm_pap.so\n";

static void
test_program(void)
{
	struct span span = { 0 };
	CU_ASSERT(threads_program(maps, strlen(maps), EXE, &span));
	CU_ASSERT_EQUAL(span.start, 0x55c7246f9000);
	CU_ASSERT_EQUAL(span.end, 0x55c72477b000);
	/* A gap: what follows is no bss. */
	static const char gap[] = "400000-401000 r-xp 0 fd:00 1 /s/a b (deleted)\n"
				  "403000-404000 rw-p 0 00:00 0 \n";
	CU_ASSERT(threads_program(gap, strlen(gap), "/s/a b (deleted)", &span));
	CU_ASSERT_EQUAL(span.start, 0x400000);
	CU_ASSERT_EQUAL(span.end, 0x401000);
	CU_ASSERT_FALSE(threads_program(maps, strlen(maps), "/usr/sbin/free", &span));
	CU_ASSERT_FALSE(threads_program("", 0, EXE, &span));
	/* Cut anywhere it never reads on. */
	for (size_t size = 0; size < strlen(maps); size++) {
		char *cut = malloc(size + 1);
		CU_ASSERT_PTR_NOT_NULL_FATAL(cut);
		memcpy(cut, maps, size);
		threads_program(cut, size, EXE, &span);
		free(cut);
	}
}

static void
test_idle(void)
{
	static const struct {
		const char *text;
		bool idle;
	} threads[] = {
		/* Recorded: an idle worker, one that waits for a program it runs, one in
		   a library's lock, the main thread, one on a processor. */
		{ FUTEX " 0x55c7247783e8 0x189 0x0 0x0 0x0 0xffffffff 0x7f0a8b7fdd10 "
			"0x7f0a8fca6f16\n",
		  true },
		{ "61 0x12e6 0x7f0a8affc3dc 0x0 0x0 0x0 0x0 0x7f0a8affc2f0 "
		  "0x7f0a8fcfa0b7\n",
		  false },
		{ FUTEX " 0x7f0a8e4e1c40 0x80 0x2 0x0 0x0 0x0 0x7f0a8affc2f0 0x7f0a\n",
		  false },
		{ "23 0x7 0x7ffd1b0b7d90 0x0 0x0 0x0 0x0 0x7ffd1b0b7d10 0x7f0a\n",
		  false },
		{ "running\n", false },
		{ "-1 0x7f0a8b7fdd10 0x7f0a8fca6f16\n", false },
		/* The edges of the program. */
		{ FUTEX " 0x55c7246f9000 0x189", true },
		{ FUTEX " 0x55c7246f8fff 0x189", false },
		{ FUTEX " 0x55c72477afff", true },
		{ FUTEX " 0x55c72477b000", false },
		{ "2020 0x55c7247783e8 0x189", false },
		{ FUTEX " 55c7247783e8", false },
		{ FUTEX " 0x155c7247783e855c7", false },
		{ FUTEX, false },
		{ "", false },
	};
	struct span span = { 0x55c7246f9000, 0x55c72477b000 };
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		CU_ASSERT_EQUAL(
		    threads_idle(threads[i].text, strlen(threads[i].text), &span),
		    threads[i].idle);
}

static void
test_parent(void)
{
	static const char stat[] = "4711 (free) 1 (x) S 815 4711 4711 0 -1 4194304";
	long parent = 0;
	CU_ASSERT(threads_parent(stat, strlen(stat), &parent));
	CU_ASSERT_EQUAL(parent, 815);
	CU_ASSERT_FALSE(threads_parent("1 (x", 4, &parent));
	CU_ASSERT_FALSE(threads_parent("1 (x) S", 7, &parent));
	CU_ASSERT_FALSE(threads_parent("1 (x) S y", 9, &parent));
}

/* Without a process there is nothing to look at, and so no right is needed. */
static void
test_absent(void)
{
	struct threads threads = { .pid = 1 };
	char why[THREADS_WHY] = "";
	CU_ASSERT_EQUAL(threads_count("no-such-process", &threads, why),
			THREADS_ABSENT);
	CU_ASSERT_STRING_EQUAL(why, "no process is named no-such-process");
	CU_ASSERT_EQUAL(threads.total, 0);
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "the program's span", test_program },
		{ "idle or busy", test_idle },
		{ "parent", test_parent },
		{ "absent", test_absent },
	};
	return unit_run("threads", tests, ARRAY_SIZE(tests));
}
