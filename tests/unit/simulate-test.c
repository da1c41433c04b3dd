/* SPDX-License-Identifier: BSD-3-Clause */
/* bellwether simulate: what a policy does over a trace, told in words and as JSON; with
   clients that lose, refuse, die and have wrong clocks. */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "policy/policy.h"
#include "tests/unit/offline-rig.h"
#include "tests/unit/unit.h"

#define CLIENTS 40

static char policy[96], other[96], trace[96];

__attribute__((format(printf, 2, 3))) static void
print_file(const char *path, const char *format, ...)
{
	va_list arguments;
	FILE *file = fopen(path, "w");

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	va_start(arguments, format);
	vfprintf(file, format, arguments);
	va_end(arguments);
	fclose(file);
}

static void
write_policy(const char *path, const char *failover)
{
	print_file(path,
		   "<policy xmlns=\"" POLICY_NAMESPACE "\">\n"
		   "<server name=\"aaa1\" address=\"192.0.2.10\">"
		   "<key id=\"1\" file=\"k\"/></server>\n"
		   "<alternates><alternate name=\"aaa2\" address=\"192.0.2.11\"/>"
		   "<alternate name=\"aaa3\" address=\"192.0.2.12\"/></alternates>\n"
		   "<monitor interval=\"1s\"><parameter name=\"work\">"
		   "<file path=\"/x\"/></parameter><parameter name=\"drops\" "
		   "rate=\"yes\"><file path=\"/y\"/></parameter>"
		   "<service name=\"radiusd\" role=\"mandatory\">"
		   "<process name=\"radiusd\"/></service></monitor>\n"
		   "<performance function=\"(100 - $work) * mandatory()\"/>\n"
		   "<failover %s><step><select all=\"yes\"/></step>"
		   "<order validity=\"30m\"/></failover>\n"
		   "<connection threshold=\"60\" for=\"30s\"><batch size=\"10\" "
		   "every=\"10s\"/></connection><control snmp=\"yes\"/>\n"
		   "<clients hello=\"1m\"><range name=\"ap-%%d\" "
		   "prefix=\"10.0.0.0/24\" count=\"%d\" groups=\"wlan\"/></clients>"
		   "</policy>\n",
		   failover, CLIENTS);
}

static void
start(const char *text)
{
	folder_make("simulate");
	snprintf(policy, sizeof(policy), "%s/aaa1.xml", folder);
	snprintf(other, sizeof(other), "%s/other.xml", folder);
	snprintf(trace, sizeof(trace), "%s/day.trace", folder);
	write_policy(policy, "threshold=\"30\" for=\"10s\"");
	write_policy(other, "threshold=\"30\" for=\"10s\" hold-down=\"10m\"");
	print_file(trace, "bellwether-trace 1\n%s", text);
}

static void
end(void)
{
	folder_remove();
	run_forget();
}

#define SIMULATE(...) RUN("simulate", __VA_ARGS__)
#define PLAY(...)     SIMULATE(policy, "--trace", trace, __VA_ARGS__)

/* Of the summary as JSON; -1: it is not there. */
static double
figure(const char *name)
{
	char key[64];
	const char *at;

	snprintf(key, sizeof(key), "\"%s\":", name);
	at = out_text != NULL ? strstr(out_text, key) : NULL;
	return at != NULL ? strtod(at + strlen(key), NULL) : -1;
}

#define FIGURE(name, value)                                                            \
	do {                                                                           \
		if (figure(name) != (value))                                           \
			printf("\n  line %d: %s is %g", __LINE__, name, figure(name)); \
		CU_ASSERT_EQUAL(figure(name), value);                                  \
	} while (0)

/* Twenty minutes too busy, and then well again. */
#define BUSY "0 work=10 radiusd=up drops=0\n5m work=90\n25m work=10\n40m work=10\n"

/* ---- what is told ---- */

static void
test_timeline(void)
{
	start(BUSY);
	CU_ASSERT_EQUAL(PLAY("--timeline"), 0);
	CU_ASSERT_STRING_EQUAL(err_text, "");
	OUT("seed 1\n");
	OUT("0:05:10.001  condition        failover is met: performance 10 < 30 for "
	    "10s; work 90");
	OUT("operation-start  failover ordered for 40 of 40 clients (all): "
	    "performance");
	OUT("state            server aaa1 is shedding (was serving)");
	OUT("operation-end    failover done: 40 ordered, 40 done, 0 rejected");
	OUT("0:25:30.001  operation-start  calling back 40 clients, 10 every 10s");
	OUT("batch            batch 4: 10 clients invited, 0 to go");
	OUT("state            server aaa1 is serving (was returning)");
	OUT_NOT("failovers ");
	CU_ASSERT_EQUAL(PLAY("--quiet"), 0);
	OUT("seed 1\n");
	OUT_NOT("batch ");
	OUT("moves away             40\n");
	OUT("most returns           10/s\n");
	OUT("alternates at the end: aaa2 0, aaa3 0\n");
	end();
}

static void
test_summary(void)
{
	start(BUSY);
	CU_ASSERT_EQUAL(PLAY("--json"), 0);
	OUT("{\"version\":1,\"trace\":\"");
	OUT("\"start\":\"2026-01-01T00:00:00.000Z\",\"seconds\":2400.000000,"
	    "\"looksFromTrace\":false,\"seed\":1,");
	OUT("{\"time\":310.001000,\"kind\":\"condition\",\"text\":\"failover is met: ");
	FIGURE("failovers", 1);
	FIGURE("firstFailoverAt", 310.001);
	FIGURE("returns", 1);
	FIGURE("flaps", 0);
	FIGURE("movesAway", CLIENTS);
	FIGURE("movesBack", CLIENTS);
	FIGURE("ordersSent", 2 * CLIENTS);
	FIGURE("ordersPeakPerSecond", CLIENTS);
	FIGURE("returnsPeakPerSecond", 10);
	FIGURE("here", CLIENTS);
	FIGURE("knownHere", CLIENTS);
	FIGURE("decided", 0);
	/* 20 minutes and a half, less the 10 s, and the batches. */
	CU_ASSERT_DOUBLE_EQUAL(figure("awayClientHours"), CLIENTS * 1235 / 3600.0, 0.1);
	CU_ASSERT_DOUBLE_EQUAL(figure("servingSeconds") + figure("sheddingSeconds") +
				   figure("awaySeconds") + figure("returningSeconds") +
				   figure("unknownSeconds"),
			       2400, 1e-3);
	OUT("\"longestState\":\"away\"");
	CU_ASSERT_EQUAL(PLAY("--json", "--until", "6m"), 0);
	FIGURE("away", CLIENTS);
	FIGURE("knownAway", CLIENTS);
	CU_ASSERT_EQUAL(PLAY("--json", "--until", "2026-01-01T00:06:00Z"), 0);
	OUT("\"seconds\":360.000000");
	CU_ASSERT_EQUAL(PLAY("--json", "--until", "2025-01-01T00:06:00Z"), 1);
	ERR("--until is before ");
	CU_ASSERT_EQUAL(PLAY("--json", "--until", "6m"), 0);
	OUT("\"alternates\":[{\"name\":\"aaa2\",\"clients\":");
	end();
}

static void
test_same_bytes(void)
{
	char *first;

	start(BUSY);
	CU_ASSERT_EQUAL(PLAY("--loss", "20%", "--crash", "50%", "--refuse", "10%",
			     "--skew", "1m", "--seed", "7"),
			0);
	OUT("loss 20%, delay 20ms, refuse 10%, crash 50%, skew 1m, seed 7\n");
	first = strdup(out_text);
	CU_ASSERT_EQUAL(PLAY("--loss", "20%", "--crash", "50%", "--refuse", "10%",
			     "--skew", "1m", "--seed", "7"),
			0);
	CU_ASSERT_STRING_EQUAL(out_text, first);
	CU_ASSERT_EQUAL(PLAY("--loss", "20%", "--crash", "50%", "--refuse", "10%",
			     "--skew", "1m", "--seed", "8"),
			0);
	CU_ASSERT_STRING_NOT_EQUAL(out_text, first);
	free(first);
	end();
}

static void
test_compare(void)
{
	/* It is bad again as soon as they are back. */
	start("0 work=10 radiusd=up drops=0\n5m work=90\n7m work=10\n10m work=90\n"
	      "12m work=10\n30m work=10\n");
	CU_ASSERT_EQUAL(PLAY("--compare", other, "--json", "--quiet"), 0);
	FIGURE("failovers", 2);
	FIGURE("flaps", 1);
	OUT("\n {\"policy\":\"");
	CU_ASSERT_PTR_NOT_NULL(strstr(out_text, "},\n {\"policy\":\""));
	CU_ASSERT_EQUAL(PLAY("--compare", other), 0);
	OUT("* failovers              2                          1\n");
	OUT("* flaps                  1                          0\n");
	OUT("  clients not reached    0                          0\n");
	OUT("                         aaa1.xml                   other.xml\n");
	OUT("alternates at the end, other.xml: aaa2 ");
	OUT_NOT("condition ");
	CU_ASSERT_EQUAL(PLAY("--compare", other, "--timeline"), 0);
	OUT("condition ");
	OUT_NOT("* failovers");
	end();
}

static void
test_plot(void)
{
	char path[96], *text;
	FILE *file;
	size_t size;

	start(BUSY);
	snprintf(path, sizeof(path), "%s/day.svg", folder);
	CU_ASSERT_EQUAL(PLAY("--quiet", "--plot", path), 0);
	text = calloc(1, 65536);
	file = fopen(path, "r");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	size = fread(text, 1, 65535, file);
	fclose(file);
	CU_ASSERT_TRUE(size > 1000);
	has(text, "<title id=\"title\">aaa1 by aaa1.xml over day.trace, seed 1</title>",
	    true, __LINE__);
	has(text, ">failover 30</text>", true, __LINE__);
	has(text, ">connection 60</text>", true, __LINE__);
	has(text, "<rect class=\"shedding\"", true, __LINE__);
	has(text, "<path class=\"away\"", true, __LINE__);
	has(text, "prefers-color-scheme: dark", true, __LINE__);
	has(text, "</svg>\n", true, __LINE__);
	/* The name of the space it is in, and nothing from anywhere else. */
	CU_ASSERT_PTR_NULL(strstr(strstr(text, "http") + 4, "http"));
	free(text);
	CU_ASSERT_EQUAL(PLAY("--quiet", "--plot", "/nonexistent/day.svg"), 1);
	ERR("/nonexistent/day.svg: ");
	end();
}

/* ---- what is wrong ---- */

static void
test_options(void)
{
	start(BUSY);
	CU_ASSERT_EQUAL(SIMULATE(policy), 2);
	ERR("usage: bellwether simulate POLICY --trace FILE");
	CU_ASSERT_EQUAL(SIMULATE("--trace", trace), 2);
	CU_ASSERT_EQUAL(PLAY("--timeline", "--quiet"), 2);
	CU_ASSERT_EQUAL(PLAY("--nothing"), 2);
	CU_ASSERT_EQUAL(PLAY("--loss", "101%"), 2);
	ERR("--loss 101%: expected a percentage, 0% to 100%");
	CU_ASSERT_EQUAL(PLAY("--delay", "1m"), 2);
	ERR("--delay 1m: expected a duration such as 30s or 10m, at most 10s");
	CU_ASSERT_EQUAL(PLAY("--until", "soon"), 2);
	ERR("--until soon: expected a duration since the start");
	CU_ASSERT_EQUAL(PLAY("--seed", "-1"), 2);
	ERR("--seed -1: expected a whole number");
	CU_ASSERT_EQUAL(PLAY("--mode", "paused"), 2);
	ERR("--mode paused: expected automatic or advise");
	CU_ASSERT_EQUAL(SIMULATE(policy, "--trace", "-"), 2);
	ERR("--trace -: expected a file: it is read twice");
	CU_ASSERT_EQUAL(SIMULATE(policy, "--trace", "/nonexistent/day.trace"), 1);
	ERR("/nonexistent/day.trace: ");
	CU_ASSERT_EQUAL(SIMULATE("/nonexistent/aaa1.xml", "--trace", trace), 1);
	ERR("/nonexistent/aaa1.xml cannot be used");
	end();
}

static void
test_wrong_lines(void)
{
	start("0 work=much\n1 dance\n2 clients group:lan mute\n3 operate jump all\n"
	      "4 clients all sing\n5 alternate aaa2 busy\n6 operate failover all "
	      "for=ever\n7 clients all\n");
	CU_ASSERT_EQUAL(PLAY("--quiet"), 1);
	ERR("day.trace:2: work=much: expected a number");
	ERR("day.trace:3: dance is nothing that a trace has");
	ERR("day.trace:4: ");
	ERR("wlan");
	ERR("day.trace:5: jump: expected failover, reconnect, release, pause or "
	    "resume");
	ERR("day.trace:6: sing: expected obey, refuse, mute, down, crash, loss=N%");
	ERR("day.trace:7: busy: expected silent, serving, returning");
	ERR("day.trace:8: for=ever: expected for=DURATION");
	ERR("day.trace:9: ");
	CU_ASSERT_STRING_EQUAL(out_text, "");
	end();
}

static void
test_names(void)
{
	start("server aaa7\n0 work=10 fun=3\n1 work=10 fun=4\n2m work=10 sun=1\n");
	CU_ASSERT_EQUAL(PLAY("--quiet", "--json"), 0);
	ERR("day.trace has no samples of radiusd, which ");
	ERR("a line like \"0 radiusd=up\" makes it known\n");
	ERR("day.trace is of server aaa7, and ");
	ERR("aaa1.xml measures no fun, sun: left out of ");
	CU_ASSERT_PTR_EQUAL(strstr(err_text, "fun"), strstr(err_text, "fun, sun"));
	/* Nothing is known, so nothing is served for sure. */
	FIGURE("unknownSeconds", 120);
	end();
}

static void
test_modes(void)
{
	start(BUSY);
	CU_ASSERT_EQUAL(PLAY("--mode", "advise", "--json"), 0);
	ERR("nothing is sent by itself; --mode automatic plays it as if it were");
	OUT("\"kind\":\"advised\"");
	OUT("\"mode\":\"advise\"");
	FIGURE("movesAway", 0);
	end();
}

/* ---- clients ---- */

static void
test_deaf(void)
{
	start("0 work=10 radiusd=up drops=0\n1m clients client:ap-1,ap-2 mute\n"
	      "1m clients client:ap-3 down\n1m clients client:ap-4 refuse\n"
	      "5m work=90\n10m work=90\n");
	CU_ASSERT_EQUAL(PLAY("--json"), 0);
	FIGURE("clientsNotReached", 3);
	FIGURE("clientsRefused", 1);
	FIGURE("away", CLIENTS - 4);
	OUT("failover done: 40 ordered, 36 done, 1 rejected, 3 unreachable");
	end();
	/* Once they are started again they hear of it. */
	start(
	    "0 work=10 radiusd=up drops=0\n1m clients client:ap-1 + client:ap-2 mute\n"
	    "5m work=90\n10m clients all obey\n20m work=90\n");
	CU_ASSERT_EQUAL(PLAY("--json"), 0);
	FIGURE("away", CLIENTS);
	end();
}

static void
test_bad_network(void)
{
	start(BUSY);
	CU_ASSERT_EQUAL(PLAY("--json", "--loss", "30%", "--delay", "2s"), 0);
	FIGURE("movesAway", CLIENTS);
	FIGURE("here", CLIENTS);
	CU_ASSERT_TRUE(figure("ordersSent") > 2 * CLIENTS);
	CU_ASSERT_EQUAL(PLAY("--json", "--loss", "100%"), 0);
	FIGURE("movesAway", 0);
	FIGURE("clientsNotReached", CLIENTS);
	end();
}

static void
test_clocks(void)
{
	start(BUSY);
	/* Beyond what is fresh: each pair learns how the other's clock goes. */
	CU_ASSERT_EQUAL(PLAY("--json", "--skew", "2d"), 0);
	FIGURE("movesAway", CLIENTS);
	FIGURE("movesBack", CLIENTS);
	FIGURE("clientsNotReached", 0);
	end();
	start("0 work=10 radiusd=up drops=0\n1m clients all skew=-1d\n5m work=90\n"
	      "10m work=90\n");
	CU_ASSERT_EQUAL(PLAY("--json"), 0);
	FIGURE("away", CLIENTS);
	/* What is stale by a client's clock is sent again by it. */
	FIGURE("ordersSent", 2 * CLIENTS);
	end();
}

static void
test_deaths(void)
{
	/* Each agent dies once in the hour, and comes back as it was. */
	start("0 work=10 radiusd=up drops=0\n5m work=90\n55m work=10\n2h work=10\n");
	CU_ASSERT_EQUAL(PLAY("--json", "--crash", "100%"), 0);
	FIGURE("failovers", 1);
	FIGURE("here", CLIENTS);
	CU_ASSERT_TRUE(figure("movesAway") >= CLIENTS);
	end();
	start("0 work=10 radiusd=up drops=0\n5m work=90\n6m clients all crash\n"
	      "10m work=90\n");
	CU_ASSERT_EQUAL(PLAY("--json"), 0);
	FIGURE("away", CLIENTS);
	FIGURE("knownAway", CLIENTS);
	/* They know by what order they are away: none is sent again. */
	FIGURE("ordersSent", CLIENTS);
	end();
}

/* A server that answers nobody strands nobody. */
static void
test_refusals(void)
{
	start(BUSY);
	CU_ASSERT_EQUAL(PLAY("--json", "--refuse", "100%"), 0);
	FIGURE("movesAway", 0);
	FIGURE("clientsRefused", CLIENTS);
	end();
}

/* ---- what else a trace has ---- */

static void
test_operators(void)
{
	start("0 work=10 radiusd=up drops=0\n5m operate failover client:ap-1,ap-2 + "
	      "client:ap-3 by=anna for=1h limit=2 \"disk swap\"\n10m pause operator "
	      "\"wait\"\n11m work=90\n15m resume operator\n20m work=90\n");
	CU_ASSERT_EQUAL(PLAY("--json"), 0);
	OUT("failover by anna (disk swap) ordered for 2 of 40 clients (");
	OUT("failover by anna (disk swap) done: 2 ordered, 2 done");
	OUT("\"kind\":\"paused\"");
	OUT("\"kind\":\"resumed\"");
	/* The operator's are moved already, and the policy's after the pause. */
	FIGURE("movesAway", CLIENTS);
	FIGURE("firstFailoverAt", 900);
	end();
}

static void
test_alternates(void)
{
	start("0 work=10 radiusd=up drops=0\n"
	      "1 alternate aaa9 serving performance=50 threshold=60 clients=3\n"
	      "2 alternate aaa2 silent \"no answer\"\n5m work=90\n6m work=90\n");
	CU_ASSERT_EQUAL(PLAY("--json"), 0);
	OUT("{\"name\":\"aaa2\",\"clients\":");
	FIGURE("away", CLIENTS);
	end();
}

static void
test_gap(void)
{
	start("0 work=10 radiusd=up drops=0\n5m work=90\n5m5s gap \"restarted\"\n"
	      "5m10s work=90 radiusd=up\n6m work=90\n");
	CU_ASSERT_EQUAL(PLAY("--json"), 0);
	OUT("\"kind\":\"gap\"");
	/* The 10 s begin anew. */
	FIGURE("firstFailoverAt", 320.001);
	end();
}

/* By the daemon's looks alone, and beside what it decided. */
static void
test_looks(void)
{
	start("0 work=10 radiusd=up drops=0\n0.1 look\n0.1 decided serving failover=no "
	      "connection=pending\n1 work=90 radiusd=up\n1.2 look\n"
	      "1.2 decided serving failover=pending connection=no\n"
	      "3 work=90 radiusd=up\n3.9 look\n13 work=90 radiusd=up\n13.5 look\n"
	      "13.5 decided shedding failover=yes connection=no \"performance 10 < 30 "
	      "for 10s; work 90, all mandatory services up\"\n14 look\n14 decided away "
	      "failover=no "
	      "connection=no\n");
	CU_ASSERT_EQUAL(PLAY("--json"), 0);
	OUT("\"looksFromTrace\":true");
	/* Met 10 s after the look that saw it, at the first look behind that. */
	FIGURE("firstFailoverAt", 13.5);
	FIGURE("decided", 4);
	FIGURE("decidedAlike", 3);
	OUT("{\"time\":14.000000,\"kind\":\"differs\",\"text\":\"the daemon decided "
	    "away "
	    "failover=no connection=no; here failover=yes");
	CU_ASSERT_EQUAL(PLAY("--quiet"), 0);
	OUT("looked at as the daemon did\n");
	OUT("decided as the daemon  3 of 4\n");
	end();
}

/* A file's name is any bytes: what it is put into stays JSON and SVG. */
static void
test_strange_name(void)
{
	char strange[128], svg[96];

	start(BUSY);
	snprintf(strange, sizeof(strange), "%s/\303\251\377\302\001<&\".trace", folder);
	snprintf(svg, sizeof(svg), "%s/day.svg", folder);
	CU_ASSERT_EQUAL(rename(trace, strange), 0);
	CU_ASSERT_EQUAL(SIMULATE(policy, "--trace", strange, "--json", "--plot", svg),
			0);
	OUT("/\303\251??\\u0001<&\\\".trace\",\"start\":");
	FILE *file = fopen(svg, "r");
	char text[1000] = "";
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	has(text, " over \303\251???&lt;&amp;\".trace, seed 1</title>", true, __LINE__);
	end();
}

/* A pipe is empty the second time: no figures of nothing. */
static void
test_pipe(void)
{
	static const char text[] = "bellwether-trace 1\n" BUSY;
	char path[32];
	int ends[2];

	start("");
	CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
	snprintf(path, sizeof(path), "/dev/fd/%d", ends[0]);
	CU_ASSERT_EQUAL(write(ends[1], text, strlen(text)), (ssize_t)strlen(text));
	close(ends[1]);
	CU_ASSERT_EQUAL(SIMULATE(policy, "--trace", path, "--quiet"), 1);
	ERR("cannot be played: ");
	OUT_NOT("failovers");
	close(ends[0]);
	end();
}

/* Of lines that are wrong some are said, however many there are. */
static void
test_many_wrong_lines(void)
{
	static const char line[] = "1 alternate aaa2 busy\n";
	char text[60 * (sizeof(line) - 1) + 1];

	for (size_t i = 0; i < 60; i++)
		memcpy(text + i * (sizeof(line) - 1), line, sizeof(line));
	start(text);
	CU_ASSERT_EQUAL(PLAY("--quiet"), 1);
	ERR("day.trace:21: busy: expected silent");
	ERR("and perhaps more\n");
	ERR_NOT("day.trace:22:");
	end();
}

static const struct unit_test tests[] = {
	{ "timeline", test_timeline },
	{ "summary", test_summary },
	{ "same bytes", test_same_bytes },
	{ "compare", test_compare },
	{ "plot", test_plot },
	{ "options", test_options },
	{ "wrong lines", test_wrong_lines },
	{ "a pipe", test_pipe },
	{ "many wrong lines", test_many_wrong_lines },
	{ "a strange name", test_strange_name },
	{ "names", test_names },
	{ "modes", test_modes },
	{ "deaf clients", test_deaf },
	{ "bad network", test_bad_network },
	{ "clocks", test_clocks },
	{ "deaths", test_deaths },
	{ "refusals", test_refusals },
	{ "operators", test_operators },
	{ "alternates", test_alternates },
	{ "gap", test_gap },
	{ "looks", test_looks },
};

int
main(void)
{
	return unit_run("simulate", tests, sizeof(tests) / sizeof(tests[0]));
}
