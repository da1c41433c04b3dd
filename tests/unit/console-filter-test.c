/* SPDX-License-Identifier: BSD-3-Clause */
/* The console's filter, by lists and groups. */
#include "config.h"

#include <stdio.h>

#include "tests/unit/console-stage.h"
#include "tui/snmp.h"

static void
test_filter_groups(void)
{
	uint32_t which;
	begin(1, 132, 24, false);
	snprintf(client[5].groups, MIB_GROUPS, "wireless core");
	snprintf(client[6].groups, MIB_GROUPS, "wireless-2");
	CU_ASSERT_TRUE(matches(6, "group:wireless"));
	CU_ASSERT_TRUE(matches(6, "list:CORE groups:wireless"));
	CU_ASSERT_TRUE(matches(6, "group:cor"));
	CU_ASSERT_TRUE(matches(6, "state:away group:wireless nas"));
	CU_ASSERT_FALSE(matches(6, "-group:wireless"));
	CU_ASSERT_FALSE(matches(6, "group:paris"));
	CU_ASSERT_FALSE(matches(8, "group:wireless"));
	CU_ASSERT_TRUE(matches(8, "-group:wireless -list:core"));
	CU_ASSERT_TRUE(matches(8, "group:"));
	/* One name, not two. */
	CU_ASSERT_FALSE(matches(6, "group:=wireless-core"));
	CU_ASSERT_FALSE(matches(6, "group:less-c"));
	/* A name that is whole means that one alone; a site's is none. */
	CU_ASSERT_TRUE(matches(7, "group:wireles"));
	CU_ASSERT_FALSE(matches(7, "group:wireless"));
	CU_ASSERT_TRUE(matches(7, "-group:wireless"));
	CU_ASSERT_FALSE(matches(7, "group:=wireles"));
	snprintf(client[6].groups, MIB_GROUPS, "paris-2");
	CU_ASSERT_TRUE(matches(7, "group:paris"));
	/* The names are asked for, and shown where there is room. */
	press("2/group:wireless");
	CU_ASSERT_TRUE(shows("1 of 120"));
	CU_ASSERT_EQUAL(console.entries, 1);
	CU_ASSERT_EQUAL(console_wants(&console, 0, &which),
			1u << MIB_CLIENT | 1u << MIB_GROUP);
}

/* More groups than fit: whether it is in another one is not known, and never shown as if
   it were. */
static void
test_filter_groups_untold(void)
{
	begin(1, 132, 24, false);
	snprintf(client[5].groups, MIB_GROUPS, "wireless" MIB_MORE);
	snprintf(client[6].groups, MIB_GROUPS, "core" MIB_MORE);
	CU_ASSERT_TRUE(matches(6, "group:wireless"));
	CU_ASSERT_FALSE(matches(6, "-group:wireless"));
	CU_ASSERT_FALSE(matches(7, "group:wireless"));
	CU_ASSERT_FALSE(matches(7, "-group:wireless"));
	CU_ASSERT_FALSE(matches(7, "group:."));
	press("2/group:wireless");
	CU_ASSERT_EQUAL(console.entries, 1);
	CU_ASSERT_TRUE(shows("cannot be told of 1 more: they are in more groups than"));
	press("\r");
	CU_ASSERT_TRUE(shows("cannot be told of 1 more"));
	press_code(KEY_ESCAPE);
	press("/-group:zebra nas-7");
	/* 7 is not known to be without, 70 to 79 are. */
	CU_ASSERT_EQUAL(console.entries, 10);
	CU_ASSERT_TRUE(shows("cannot be told of 1 more"));
	press_code(KEY_ESCAPE);
	/* It is no matter where another word excludes them. */
	press("/group:wireless nas-6");
	CU_ASSERT_EQUAL(console.entries, 1);
	CU_ASSERT_FALSE(shows("cannot be told"));
	press_code(KEY_ESCAPE);
	press("/group:zebra");
	CU_ASSERT_EQUAL(console.entries, 0);
	CU_ASSERT_TRUE(shows("cannot be told of 2 more"));
}

static void
test_into_groups(void)
{
	begin(1, 132, 24, false);
	snprintf(client[5].groups, MIB_GROUPS, "wireless core");
	snprintf(client[6].groups, MIB_GROUPS, "wireless-2");
	press("3\r");
	CU_ASSERT_STRING_EQUAL(lists[console.view].command, "clients");
	CU_ASSERT_TRUE(shows("filter: group:=wireless"));
	CU_ASSERT_EQUAL(console.entries, 1);
	CU_ASSERT_STRING_EQUAL(chosen_name(), "nas-6");
	press_code(KEY_ESCAPE);
	CU_ASSERT_STRING_EQUAL(lists[console.view].command, "groups");
	press("j\r");
	CU_ASSERT_TRUE(shows("filter: list:=core"));
	CU_ASSERT_EQUAL(console.entries, 1);
	press_code(KEY_ESCAPE);
	press("i");
	CU_ASSERT_EQUAL(console.mode, CONSOLE_DETAIL);
	CU_ASSERT_TRUE(shows("core"));
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "lists and groups", test_filter_groups },
		{ "groups that are not told", test_filter_groups_untold },
		{ "into a list or group", test_into_groups },
	};
	return console_stage_run("console-filter", tests, ARRAY_SIZE(tests));
}
