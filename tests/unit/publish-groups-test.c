/* SPDX-License-Identifier: BSD-3-Clause */
/* The lists and groups that clients' rows name. */
#include "config.h"

#include <string.h>

#include "tests/unit/stage.h"
#include "tests/unit/unit.h"

#define CLIENTS                                                     \
	"<list name=\"core\" clients=\"c1 c4\"/>"                   \
	"<client name=\"c1\" address=\"10.0.0.1\" groups=\"g h\"/>" \
	"<client name=\"c2\" address=\"10.0.0.2\"/>"                \
	"<client name=\"c3\" address=\"10.0.0.3\" groups=\"g\"/>"   \
	"<client name=\"c4\" address=\"10.0.0.4\" groups=\"h\"/>"   \
	"<client name=\"c5\" address=\"10.0.0.5\"/>"

static struct stage *
staged(const struct stage_words *words)
{
	struct stage *stage = stage_new();
	stage_open(stage, 0, words);
	stage_run(stage, 2 * SECOND);
	return stage;
}

static const char *
groups_of(const struct stage *stage, const char *client)
{
	static struct mib_client row;
	CU_ASSERT_NOT_EQUAL(stage_named(stage, MIB_CLIENT, 1, client, &row), 0);
	return row.groups;
}

static void
clients_tell_their_groups(void)
{
	struct stage *stage = staged(&(struct stage_words){ .clients = CLIENTS });
	CU_ASSERT_STRING_EQUAL(groups_of(stage, "c1"), "core g h");
	CU_ASSERT_STRING_EQUAL(groups_of(stage, "c2"), "");
	CU_ASSERT_STRING_EQUAL(groups_of(stage, "c3"), "g");
	CU_ASSERT_STRING_EQUAL(groups_of(stage, "c4"), "core h");
	CU_ASSERT_STRING_EQUAL(groups_of(stage, "c5"), "");
	CU_ASSERT_EQUAL(stage_differs(stage), 0);
	/* New ones have later numbers, wherever the policy has them. c1 leaves g, c5
	   comes to it; c4 leaves the policy, but not the fleet. */
	stage_hello(stage, 0, "c4", PLACE_AWAY, "aaa2");
	stage_run(stage, 2 * SECOND);
	stage->server[0].mute = true;
	stage_reload(stage, 0,
		     &(struct stage_words){
			 .clients =
			     "<list name=\"a\" clients=\"c1 c5\"/>"
			     "<list name=\"core\" clients=\"c5 c1\"/>"
			     "<client name=\"c5\" address=\"10.0.0.5\" groups=\"b g\"/>"
			     "<client name=\"c1\" address=\"10.0.0.1\" groups=\"h\"/>"
			     "<client name=\"c2\" address=\"10.0.0.2\"/>" });
	stage_run(stage, 2 * SECOND);
	CU_ASSERT_STRING_EQUAL(groups_of(stage, "c1"), "core h a");
	CU_ASSERT_STRING_EQUAL(groups_of(stage, "c5"), "core g a b");
	CU_ASSERT_STRING_EQUAL(groups_of(stage, "c2"), "");
	CU_ASSERT_STRING_EQUAL(groups_of(stage, "c4"), "");
	CU_ASSERT_EQUAL(stage_differs(stage), 0);
	stage_free(stage);
}

/* Names of 9 letters and a space: seven fit, and one that has 1 letter. */
#define NAMED(letter) letter "23456789"
#define SEVEN                                                                  \
	NAMED("a")                                                             \
	" " NAMED("b") " " NAMED("c") " " NAMED("d") " " NAMED("e") " " NAMED( \
	    "f") " " NAMED("g")
#define LONG "n123456789012345678901234567890123456789012345678901234567890123"

static void
what_does_not_fit_is_told(void)
{
	struct stage *stage = staged(&(struct stage_words){
	    .clients =
		"<client name=\"c1\" address=\"10.0.0.1\" groups=\"" SEVEN " h\"/>"
		"<client name=\"c2\" address=\"10.0.0.2\" groups=\"" SEVEN " h i\"/>"
		"<client name=\"c3\" address=\"10.0.0.3\" groups=\"" SEVEN "\"/>"
		"<client name=\"c4\" address=\"10.0.0.4\" groups=\"" LONG "\"/>"
		"<client name=\"c5\" address=\"10.0.0.5\" groups=\"" LONG
		" zzzzzzz\"/>" });
	CU_ASSERT_STRING_EQUAL(groups_of(stage, "c1"), SEVEN " h");
	CU_ASSERT_EQUAL(strlen(groups_of(stage, "c1")), MIB_GROUPS - 1);
	CU_ASSERT_STRING_EQUAL(groups_of(stage, "c2"),
			       NAMED("a") " " NAMED("b") " " NAMED("c") " " NAMED(
				   "d") " " NAMED("e") " " NAMED("f") MIB_MORE);
	CU_ASSERT_STRING_EQUAL(groups_of(stage, "c3"), SEVEN);
	CU_ASSERT_STRING_EQUAL(groups_of(stage, "c4"), LONG);
	CU_ASSERT_STRING_EQUAL(groups_of(stage, "c5"), LONG MIB_MORE);
	stage_free(stage);
}

static const struct unit_test tests[] = {
	{ "clients tell their groups", clients_tell_their_groups },
	{ "what does not fit is told", what_does_not_fit_is_told },
};

int
main(void)
{
	return unit_run("publish-groups", tests, ARRAY_SIZE(tests));
}
