/* SPDX-License-Identifier: BSD-3-Clause */
/* What the commands print: values in words, aligned tables, JSON, a plugin's line. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "tests/unit/unit.h"
#include "tui/command.h"
#include "tui/snmp.h"
#include "tui/text.h"

static const struct moment now = { .boot = 10000 * SECOND,
				   .wall = INT64_C(1795426215) * SECOND };

static const char *
value(enum mib_table table, const char *name, const void *row)
{
	static char out[MIB_TEXT];
	return text_value(mib_column_find(mib_describe(table), name), row, now, out);
}

static void
test_ages(void)
{
	char text[16];
	CU_ASSERT_STRING_EQUAL(text_age(-5, text), "0s");
	CU_ASSERT_STRING_EQUAL(text_age(45 * SECOND, text), "45s");
	CU_ASSERT_STRING_EQUAL(text_age(192 * SECOND, text), "3m12s");
	CU_ASSERT_STRING_EQUAL(text_age(2 * HOUR + 5 * MINUTE, text), "2h05m");
	CU_ASSERT_STRING_EQUAL(text_age(3 * DAY + 4 * HOUR, text), "3d04h");
}

static void
test_values(void)
{
	struct mib_server row = { .state = 2,
				  .performance = UINT32_MAX,
				  .performance_exact = 97250,
				  .performance_at = now.boot - 3 * SECOND,
				  .failover_threshold = 30000 };
	CU_ASSERT_STRING_EQUAL(value(MIB_SERVER, "bwServerState", &row), "returning");
	CU_ASSERT_STRING_EQUAL(value(MIB_SERVER, "bwServerMode", &row), "-");
	CU_ASSERT_STRING_EQUAL(value(MIB_SERVER, "bwServerPerformance", &row), "-");
	CU_ASSERT_STRING_EQUAL(value(MIB_SERVER, "bwServerPerformanceExact", &row),
			       "97.25");
	CU_ASSERT_STRING_EQUAL(value(MIB_SERVER, "bwServerFailoverThreshold", &row),
			       "30");
	CU_ASSERT_STRING_EQUAL(value(MIB_SERVER, "bwServerPerformanceAge", &row), "3s");
	CU_ASSERT_STRING_EQUAL(value(MIB_SERVER, "bwServerReason", &row), "-");
	row.performance = 0;
	CU_ASSERT_STRING_EQUAL(value(MIB_SERVER, "bwServerPerformance", &row), "0%");
}

/* ---- tables ---- */

static void
check_table(const struct text_table *table, size_t width, const char *wanted)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	text_table_print(table, width, out);
	fclose(out);
	CU_ASSERT_STRING_EQUAL(text, wanted);
	free(text);
}

static void
test_table(void)
{
	static const char *const heading[] = { "NAME", "N", "REASON" };
	struct text_table *table = text_table_new(heading, 3);
	check_table(table, 0, "NAME  N  REASON\n");
	text_table_add(table, "a", false);
	text_table_add(table, "7", true);
	text_table_add(table, "it is so because it is", false);
	text_table_add(table, "zürich", false);
	text_table_add(table, "1234", true);
	text_table_add(table, "", false);
	check_table(table, 0,
		    "NAME       N  REASON\n"
		    "a          7  it is so because it is\n"
		    "zürich  1234  \n");
	check_table(table, 30,
		    "NAME       N  REASON\n"
		    "a          7  it is so beca...\n"
		    "zürich  1234  \n");
	text_table_free(table);
}

/* ---- JSON ---- */

static void
test_json(void)
{
	struct mib_parameter row = { .index = { 2, 5 },
				     .name = "a\"b\\c\n",
				     .state = 1,
				     .changed = now.boot - SECOND,
				     .value = 97200,
				     .ending = 0,
				     .at = now.boot - 2 * SECOND };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	json_row(mib_describe(MIB_PARAMETER), &row, "aaa1", now, out);
	fclose(out);
	CU_ASSERT_STRING_EQUAL(
	    text, "{\"serverIndex\":2,\"serverName\":\"aaa1\",\"parameterIndex\":5,"
		  "\"parameterName\":\"a\\\"b\\\\c\\u000a\",\"parameterUnit\":\"\","
		  "\"parameterState\":\"fresh\","
		  "\"parameterChanged\":\"2026-11-23T09:30:14.000Z\","
		  "\"parameterTransitions\":0,\"parameterValue\":97.2,"
		  "\"parameterText\":\"\",\"parameterEnding\":null,"
		  "\"parameterDetail\":\"\",\"parameterAge\":2}");
	free(text);
}

/* A number also where people read "any". */
static void
test_json_no_limit(void)
{
	struct mib_alternate row = { .index = { 1, 1 }, .room = UINT32_MAX };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	CU_ASSERT_PTR_NOT_NULL_FATAL(out);
	json_row(mib_describe(MIB_ALTERNATE), &row, "aaa1", now, out);
	fclose(out);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, ",\"alternateRoom\":4294967295,"));
	free(text);
}

/* ---- status ---- */

static void
check_status(const struct mib_server *server, size_t count, int status,
	     const char *wanted, const char *perfdata)
{
	static const struct mib_alarm alarm[] = {
		{ .index = { 2, 1 },
		  .name = "clients-silent",
		  .severity = 3,
		  .text = "1 of 200 clients" },
		{ .index = { 2, 2 },
		  .name = "service-down",
		  .subject = "syslog",
		  .severity = 3,
		  .text = "refused" },
		{ .index = { 2, 3 }, .name = "note", .severity = 2, .text = "no" },
		{ .index = { 3, 1 }, .name = "other", .severity = 4, .text = "no" },
	};
	struct snapshot snapshot = { .scalars_at = now.boot };
	char text[1024];
	char *data = NULL;
	size_t size;
	FILE *out = open_memstream(&data, &size);
	snapshot.table[MIB_SERVER].row = (void *)(uintptr_t)server;
	snapshot.table[MIB_SERVER].count = count;
	snapshot.table[MIB_ALARM].row = (void *)(uintptr_t)alarm;
	snapshot.table[MIB_ALARM].count = ARRAY_SIZE(alarm);
	struct view view = { .snapshot = &snapshot, .state = AGENT_OK, .now = now };
	CU_ASSERT_EQUAL(status_line(&view, text, sizeof(text), out), status);
	fclose(out);
	CU_ASSERT_STRING_EQUAL(text, wanted);
	CU_ASSERT_STRING_EQUAL(data, perfdata);
	free(data);
}

static void
test_status(void)
{
	struct mib_server server[] = { { .index = { 1, 1 },
					 .name = "aaa1",
					 .mode = 1,
					 .state = 1,
					 .severity = 1,
					 .performance = 99,
					 .failover_threshold = 30000,
					 .connection_threshold = 60000,
					 .clients = 200,
					 .here = 200 },
				       { .index = { 2, 2 },
					 .name = "aaa2",
					 .mode = 3,
					 .mode_reason = "work",
					 .state = 2,
					 .severity = 3,
					 .performance = UINT32_MAX,
					 .failover_threshold = INT64_MIN,
					 .connection_threshold = INT64_MIN,
					 .reason = "below 30",
					 .clients = 200,
					 .away = 50,
					 .moved = 40,
					 .silent = 1 } };
	static const char first[] = " aaa1_performance=99%;60:;30:;0;100 "
				    "aaa1_away=0;;;0;200 aaa1_silent=0;;;0;200";
	static const char both[] =
	    " aaa1_performance=99%;60:;30:;0;100 aaa1_away=0;;;0;200 "
	    "aaa1_silent=0;;;0;200 aaa2_performance=U;;;0;100 aaa2_away=50;;;0;200 "
	    "aaa2_silent=1;;;0;200";
	check_status(server, 1, 0, "aaa1 serving: 200 clients here", first);
	check_status(server, 2, 1,
		     "aaa2 returning: 50 of 200 away, 40 seen to move, 1 silent, "
		     "paused (work), below 30, "
		     "service-down syslog: refused; aaa1 serving: 200 clients here",
		     both);
	server[0].severity = 4;
	check_status(server, 1, 2, "aaa1 serving: 200 clients here", first);
	check_status(server, 0, 3, "no server is watched", "");
}

/* ---- actions and arguments ---- */

static void
test_wide(void)
{
	struct mib_operation plan = {
		.planned = 120, .matched = 200, .held = 0, .kept = 80
	};
	char text[MIB_TEXT];
	act_preview(&plan, text);
	CU_ASSERT_STRING_EQUAL(text, "moves 120 of 200; held 0; kept 80");
	CU_ASSERT_FALSE(act_is_wide(10, 100));
	CU_ASSERT_TRUE(act_is_wide(11, 100));
	CU_ASSERT_FALSE(act_is_wide(100, 10000));
	CU_ASSERT_TRUE(act_is_wide(101, 10000));
}

/* Words into argv, as the shell would. */
static bool
parse(const char *line, enum options_use use, struct options *options, char **said)
{
	static char words[512];
	char *argv[32] = { NULL };
	int argc = 0;
	size_t size;
	FILE *err = open_memstream(said, &size);
	slice_copy(slice_of(line), words, sizeof(words));
	for (char *rest = words, *word; (word = strsep(&rest, " "));)
		if (word[0])
			argv[argc++] = word;
	bool good = options_parse(argc, argv, use, options, err);
	fclose(err);
	return good;
}

static void
test_options(void)
{
	struct options options;
	char *said = NULL;
	CU_ASSERT_TRUE(parse("servers -v3 -u me --json --agent udp:h:1 --agent udp:h:2",
			     OPTIONS_LOOK, &options, &said));
	CU_ASSERT_EQUAL(options.agents, 2);
	CU_ASSERT_STRING_EQUAL(options.agent[1], "udp:h:2");
	CU_ASSERT_EQUAL(options.snmps, 4);
	CU_ASSERT_STRING_EQUAL(options.snmp[1], "3");
	CU_ASSERT_TRUE(options.json);
	free(said);
	CU_ASSERT_TRUE(
	    parse("failover group:a + group:b - list:core --reason x --for 90m "
		  "--share 25% --limit 7 --force --yes",
		  OPTIONS_ACT, &options, &said));
	CU_ASSERT_STRING_EQUAL(options.words, "group:a + group:b - list:core");
	CU_ASSERT_STRING_EQUAL(options.agent[0], AGENT_STANDARD);
	CU_ASSERT_EQUAL(options.hold, 5400);
	CU_ASSERT_EQUAL(options.share, 25);
	CU_ASSERT_EQUAL(options.limit, 7);
	CU_ASSERT_TRUE(options.force && options.yes && !options.preview);
	free(said);
}

static void
test_options_wrong(void)
{
	static const struct {
		const char *line, *said;
	} bad[] = {
		{ "failover --share 0", "--share 0: expected 1% to 100%" },
		{ "failover --share 101%", "expected 1% to 100%" },
		{ "failover --for 3", "expected a duration" },
		{ "failover --limit x", "expected a number of clients" },
		{ "failover --reason", "a value has to follow" },
		{ "failover --nonsense", "no such option" },
		{ "failover -z", "no such option" },
	};
	struct options options;
	char *said = NULL;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		CU_ASSERT_FALSE(parse(bad[i].line, OPTIONS_ACT, &options, &said));
		CU_ASSERT_PTR_NOT_NULL(strstr(said, bad[i].said));
		free(said);
	}
	CU_ASSERT_FALSE(parse("servers --yes", OPTIONS_LOOK, &options, &said));
	CU_ASSERT_PTR_NOT_NULL(strstr(said, "only for actions"));
	free(said);
}

static void
test_options_console(void)
{
	static const struct {
		const char *line, *said;
	} bad[] = {
		/* Nobody is spared the questions. */
		{ "console --yes", "not for the console" },
		{ "console --force", "not for the console" },
		{ "console --json", "not for the console" },
		{ "console --interval 100ms", "a duration from 200ms to 1h" },
		{ "console --interval 2h", "a duration from 200ms to 1h" },
		{ "console --interval x", "a duration from 200ms to 1h" },
		{ "console -b -n 0", "-n 0: expected a number of screens" },
		{ "console -b -n -d", "-n -d: expected a number of screens" },
		{ "console -d 0.1", "-d 0.1: expected a duration" },
	};
	struct options options;
	char *said = NULL;
	CU_ASSERT_TRUE(parse("console", OPTIONS_CONSOLE, &options, &said));
	CU_ASSERT_FALSE(options.read_only);
	CU_ASSERT_EQUAL(options.interval, SECOND);
	CU_ASSERT_EQUAL(options.hold, 3600);
	free(said);
	CU_ASSERT_TRUE(parse("console --read-only --interval 2s --for 0 --requester me "
			     "--server aaa1 --no-settings",
			     OPTIONS_CONSOLE, &options, &said));
	CU_ASSERT_TRUE(options.read_only);
	CU_ASSERT_EQUAL(options.interval, 2 * SECOND);
	CU_ASSERT_TRUE(options.interval_given);
	CU_ASSERT_TRUE(options.no_settings);
	CU_ASSERT_EQUAL(options.hold, 0);
	CU_ASSERT_STRING_EQUAL(options.requester, "me");
	CU_ASSERT_FALSE(options.batch);
	free(said);
	CU_ASSERT_TRUE(
	    parse("console -bn 5 -d 5 clients", OPTIONS_CONSOLE, &options, &said));
	CU_ASSERT_TRUE(options.batch);
	CU_ASSERT_EQUAL(options.rounds, 5);
	CU_ASSERT_EQUAL(options.interval, 5 * SECOND);
	CU_ASSERT_STRING_EQUAL(options.words, "clients");
	free(said);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		CU_ASSERT_FALSE(parse(bad[i].line, OPTIONS_CONSOLE, &options, &said));
		CU_ASSERT_PTR_NOT_NULL(strstr(said, bad[i].said));
		free(said);
	}
	CU_ASSERT_FALSE(parse("failover --read-only", OPTIONS_ACT, &options, &said));
	CU_ASSERT_PTR_NOT_NULL(strstr(said, "only for the console"));
	free(said);
	CU_ASSERT_FALSE(parse("servers --interval 2s", OPTIONS_LOOK, &options, &said));
	free(said);
}

/* What completion offers is what the parser takes, and the other way round. */
static void
test_option_names(void)
{
	static const enum options_use uses[] = { OPTIONS_LOOK, OPTIONS_ACT,
						 OPTIONS_CONSOLE };
	char name[32];
	char line[64];
	char *said = NULL;
	struct options options;
	CU_ASSERT_PTR_NULL(options_name(OPTIONS_NONE, 0, name));
	for (size_t use = 0; use < ARRAY_SIZE(uses); use++) {
		size_t count = 0;
		for (; options_name(uses[use], count, name); count++) {
			bool value = options_has_value(name);
			/* What is wrong is the value, not the option. */
			snprintf(line, sizeof(line), "x %s%s", name,
				 value ? " ~" : " =");
			bool good = parse(line, uses[use], &options, &said);
			CU_ASSERT_TRUE(good || strstr(said, "~: expected"));
			CU_ASSERT_STRING_EQUAL(options.words, value ? "" : "=");
			free(said);
		}
		CU_ASSERT_TRUE(count >= 14 && count < 30);
	}
	CU_ASSERT_FALSE(options_has_value("--nonsense"));
	CU_ASSERT_FALSE(options_has_value("-z"));
	CU_ASSERT_FALSE(options_has_value("-"));
	CU_ASSERT_FALSE(options_has_value("server"));
}

static void
test_progress(void)
{
	struct mib_operation operation = {
		.state = 2, .planned = 40, .done = 10, .received = 20, .rejected = 1
	};
	char text[MIB_TEXT];
	act_progress(&operation, text);
	CU_ASSERT_STRING_EQUAL(text, "running: 10 of 40 done, 20 received, 1 rejected, "
				     "0 unreachable");
	CU_ASSERT_FALSE(act_is_over(&operation));
	operation.state = 4;
	CU_ASSERT_TRUE(act_is_over(&operation));
}

static void
test_exit_statuses(void)
{
	CU_ASSERT_EQUAL(ask_exit_status(AGENT_OK), 0);
	CU_ASSERT_EQUAL(ask_exit_status(AGENT_SILENT), 3);
	CU_ASSERT_EQUAL(ask_exit_status(AGENT_REFUSED), 3);
	CU_ASSERT_EQUAL(ask_exit_status(AGENT_WRONG_USER), 4);
	CU_ASSERT_EQUAL(ask_exit_status(AGENT_WRONG_PASSWORD), 4);
	CU_ASSERT_EQUAL(ask_exit_status(AGENT_NO_VIEW), 4);
	CU_ASSERT_EQUAL(ask_exit_status(AGENT_NO_MIB), 5);
	CU_ASSERT_EQUAL(ask_exit_status(AGENT_OTHER), 5);
	CU_ASSERT_EQUAL(ask_exit_status(AGENT_STALE), 5);
}

int
main(void)
{
	static const struct unit_test test[] = {
		{ "ages", test_ages },
		{ "values in words", test_values },
		{ "aligned tables", test_table },
		{ "JSON", test_json },
		{ "JSON without a limit", test_json_no_limit },
		{ "a plugin's line", test_status },
		{ "wide actions", test_wide },
		{ "options", test_options },
		{ "wrong options", test_options_wrong },
		{ "the console's options", test_options_console },
		{ "options that are offered", test_option_names },
		{ "progress in words", test_progress },
		{ "exit statuses", test_exit_statuses },
	};
	return unit_run("command", test, ARRAY_SIZE(test));
}
