/* SPDX-License-Identifier: BSD-3-Clause */
/* bellwether explain and record: what they print of a policy, of values and of traces. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/bytes.h"
#include "common/clock.h"
#include "message/keys.h"
#include "policy/judge.h"
#include "policy/policy.h"
#include "subagent/source.h"
#include "tests/unit/offline-rig.h"
#include "tests/unit/unit.h"

static char policy[96];

static const char document[] =
    "<policy xmlns=\"urn:bellwether:policy:1\">\n"
    "<server name=\"aaa1\" address=\"192.0.2.10\"><key id=\"1\" file=\"k\"/></server>\n"
    "<alternates><alternate name=\"aaa2\" address=\"192.0.2.11\" capacity=\"100\">"
    "<health agent=\"udp:192.0.2.11:161\" access=\"peers\"/></alternate></alternates>\n"
    "<monitor interval=\"1s\" timeout=\"800ms\">"
    "<parameter name=\"work\"><file path=\"/none\" pattern=\"(.)\"/></parameter>"
    "<parameter name=\"hits\" rate=\"yes\"><file path=\"/none\" pattern=\"(.)\"/>"
    "</parameter><service name=\"daemon\" role=\"mandatory\"><process name=\"d\"/>"
    "</service></monitor>\n"
    "<performance function=\"100 - average('work', '5s')\"/>\n"
    "<failover threshold=\"30\" for=\"10s\" keep=\"10%\">"
    "<when name=\"gone\" test=\"not(up('daemon'))\" for=\"3s\"/>"
    "<when name=\"flood\" test=\"$hits &gt; 50\"/>"
    "<step><select group=\"wlan\" share=\"50%\" order=\"name\"/></step>"
    "<step after=\"30s\"><select all=\"yes\"/></step></failover>\n"
    "<connection threshold=\"60\" for=\"20s\"><batch size=\"4\" every=\"10s\"/>"
    "</connection>\n"
    "<clients><range name=\"a-%d\" prefix=\"198.51.100.0/24\" count=\"10\""
    " groups=\"wlan\"/><range name=\"b-%d\" prefix=\"198.51.101.0/24\""
    " count=\"10\"/></clients></policy>\n";

static void
start(void)
{
	folder_make("explain");
	snprintf(policy, sizeof(policy), "%s/aaa1.xml", folder);
	write_file("aaa1.xml", document, 0644);
	write_file("peers", "defVersion 2c\ndefCommunity public\n", 0600);
}

#define EXPLAIN(...) RUN("explain", policy, __VA_ARGS__)

#define WELL "daemon=up,hits=0"

/* ---- values by hand ---- */

static void
test_unknown(void)
{
	start();
	CU_ASSERT_EQUAL(RUN("explain", policy), 0);
	OUT("value        work unknown (no sample yet); not given\n");
	OUT("value        daemon unknown (no sample yet); not given\n");
	OUT("hint         --set work=N gives it a value, and so on\n");
	OUT("performance  unknown; failover below 30, connection above 60\n");
	OUT("decision     none: failover is unknown, connection is not met\n");
	OUT("moves        nobody now; once failover is met");
	/* What nothing looks at is no value of it. */
	OUT_NOT("value        cpu");
	CU_ASSERT_EQUAL(EXPLAIN("--set", "cpu=3," WELL, "--set", "work=50"), 0);
	OUT("value        cpu 3%; given, and nothing looks at it\n");
	OUT("decision     none: failover is not met, connection is not met\n");
	OUT_NOT("hint");
	folder_remove();
}

static void
test_failover(void)
{
	start();
	CU_ASSERT_EQUAL(EXPLAIN("--set", "work=90," WELL), 0);
	OUT("value        work 90; given\n");
	OUT("performance  10; failover below 30, connection above 60\n");
	OUT("performance 10 < 30 for 10s; work 90 (average of 5s)\n");
	OUT("when         gone not met since");
	OUT("decision     failover, by condition failover for ");
	OUT("alternate    aaa2: assumed to be serving, without clients of its own\n");
	OUT("step 1 of 2  5 of 10 clients (group wlan, share 50%; by name)\n");
	OUT("             a-1, a-2, a-3, a-4, a-10\n");
	OUT("             aaa2 then has 5 of these: 5% of its capacity of 100\n");
	OUT("step 2 of 2  after 30s, if it still holds, 13 of 20 clients (all; by "
	    "priority)\n");
	OUT("... (--clients lists them)\n");
	OUT("aaa2 then has 18 of these: 18% of its capacity of 100\n");
	OUT("stay         2 clients, 2 of them by keep, whatever is selected\n");
	CU_ASSERT_EQUAL(EXPLAIN("--set", "work=90," WELL, "--clients"), 0);
	OUT("client       a-10 to aaa2\n");
	OUT_NOT("--clients lists them");
	folder_remove();
}

/* However many: also where the fleet begins their orders by portions. */
static void
test_many(void)
{
	static const char few[] = "count=\"10\"/></clients>";
	char text[sizeof(document) + 32];
	start();
	const char *end_of = strstr(document, few);
	CU_ASSERT_PTR_NOT_NULL_FATAL(end_of);
	snprintf(text, sizeof(text), "%.*scount=\"50000\"/></clients></policy>\n",
		 (int)(end_of - document), document);
	char *prefix = strstr(text, "198.51.101.0/24");
	CU_ASSERT_PTR_NOT_NULL_FATAL(prefix);
	memcpy(prefix, "10.128.0.0/16\"  ", 16);
	memcpy(strstr(text, "capacity=\"100\""), "priority=\"1\"  ", 14);
	write_file("aaa1.xml", text, 0644);
	CU_ASSERT_EQUAL(EXPLAIN("--set", "work=90," WELL), 0);
	OUT("step 1 of 2  5 of 10 clients");
	OUT("step 2 of 2  after 30s, if it still holds, 45004 of 50010 clients (all; "
	    "by "
	    "priority)\n");
	OUT("stay         5001 clients, 5001 of them by keep");
	folder_remove();
}

/* How long it holds is what makes the difference. */
static void
test_held(void)
{
	start();
	CU_ASSERT_EQUAL(EXPLAIN("--set", "work=90," WELL, "--held", "0"), 0);
	OUT("failover     pending since 0: performance 10 < 30, 0 of 10s; work 90");
	OUT("decision     none yet: failover is pending by condition failover for 0\n");
	OUT("moves        nobody now; once failover is met");
	CU_ASSERT_EQUAL(
	    EXPLAIN("--set", "work=90,daemon=absent,hits=0", "--held", "4s"), 0);
	OUT("when         gone met since 4s: when gone (not(up('daemon'))) for 3s; "
	    "daemon down (absent)\n");
	OUT("performance 10 < 30, 4s of 10s");
	OUT("decision     failover, by condition gone for 4s\n");
	/* A counter's value is its growth a second. */
	CU_ASSERT_EQUAL(EXPLAIN("--set", "work=50,daemon=up,hits=60"), 0);
	OUT("value        hits 60 /s; given\n");
	OUT("decision     failover, by condition flood for ");
	CU_ASSERT_EQUAL(EXPLAIN("--set", "work=unknown," WELL), 0);
	OUT("decision     none: failover is unknown");
	folder_remove();
}

static void
test_connection(void)
{
	start();
	CU_ASSERT_EQUAL(EXPLAIN("--set", "work=10," WELL), 0);
	OUT("decision     connection, for ");
	OUT("a batch every 10s; of all 20 that were 5 batches, the last after 40s\n");
	OUT("batch 1      4 clients, by priority\n             a-1, a-2, a-3, a-4\n");
	folder_remove();
}

static void
test_alternates(void)
{
	start();
	CU_ASSERT_EQUAL(EXPLAIN("--set", "work=90," WELL, "--set", "aaa2.clients=94"),
			0);
	OUT("aaa2: serving, performance 100, threshold 60, 94 clients of its own\n");
	/* Half of its headroom at a time. */
	OUT("step 1 of 2  3 of 10 clients");
	OUT("2 more have to wait: the alternates have no room for them at once\n");
	OUT("aaa2 then has 3 of these and 94 of its own: 97% of its capacity of 100\n");
	CU_ASSERT_EQUAL(EXPLAIN("--set", "work=90," WELL ",aaa2.performance=20"), 0);
	OUT("step 1 of 2  0 of 10 clients");
	OUT("trouble      alternate aaa2 is unusable (was assumed): its performance 20 "
	    "is not above its connection threshold 60\n");
	OUT("stay         20 clients");
	CU_ASSERT_EQUAL(EXPLAIN("--set", "work=90," WELL ",aaa2.state=away"), 0);
	OUT("it is away: it orders its own clients away");
	CU_ASSERT_EQUAL(EXPLAIN("--set", "work=90," WELL ",aaa2=silent"), 0);
	OUT("alternate    aaa2: silent\n");
	OUT("step 1 of 2  0 of 10 clients");
	folder_remove();
}

/* What it would do is said also where it may not. */
static void
test_modes(void)
{
	static const char *const modes[] = { "advise", "paused" };
	start();
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		char text[sizeof(document) + 32], said[80];
		snprintf(text, sizeof(text), "<policy mode=\"%s\"%s", modes[i],
			 document + sizeof("<policy") - 1);
		write_file("aaa1.xml", text, 0644);
		CU_ASSERT_EQUAL(EXPLAIN("--set", "work=90," WELL), 0);
		snprintf(said, sizeof(said), "mode %s: it is not acted on\n", modes[i]);
		OUT(said);
		OUT("step 1 of 2  5 of 10 clients");
	}
	folder_remove();
}

static void
test_misused(void)
{
	start();
	CU_ASSERT_EQUAL(EXPLAIN("--set", "wrok=1"), 2);
	ERR("the policy has no parameter, service or alternate wrok; did you mean "
	    "work?");
	CU_ASSERT_EQUAL(EXPLAIN("--set", "work=up"), 2);
	ERR("--set work=up: expected a number, timeout, absent, failed or unknown");
	CU_ASSERT_EQUAL(EXPLAIN("--set", "daemon=gone"), 2);
	ERR("--set daemon=gone: expected up, down, a number");
	CU_ASSERT_EQUAL(EXPLAIN("--set", "work"), 2);
	ERR("--set work: expected NAME=VALUE");
	CU_ASSERT_EQUAL(EXPLAIN("--set", "aaa2.clients=-1"), 2);
	ERR("of an alternate there are NAME.performance=N");
	CU_ASSERT_EQUAL(EXPLAIN("--set", "aaa2=5"), 2);
	CU_ASSERT_EQUAL(EXPLAIN("--held", "soon"), 2);
	ERR("usage: bellwether explain POLICY");
	CU_ASSERT_EQUAL(EXPLAIN("--at", "5"), 2);
	CU_ASSERT_EQUAL(RUN("explain"), 2);
	CU_ASSERT_EQUAL(RUN("explain", in_folder("none.xml")), 1);
	ERR("none.xml cannot be used");
	folder_remove();
}

static void
test_json(void)
{
	start();
	CU_ASSERT_EQUAL(EXPLAIN("--json", "--set", "work=90," WELL), 0);
	OUT("{\"version\":1,\"server\":\"aaa1\",\"mode\":\"automatic\",\"paused\":"
	    "null,");
	OUT("{\"name\":\"work\",\"kind\":\"parameter\",\"source\":\"given\","
	    "\"state\":\"fresh\",\"value\":90,\"text\":\"work 90\"}");
	OUT("\"performance\":10,\"failoverThreshold\":30,\"connectionThreshold\":60");
	OUT("{\"name\":\"failover\",\"met\":\"yes\",\"truth\":\"true\",\"held\":"
	    "false,");
	OUT("\"failover\":\"yes\",\"failoverUnknown\":false,\"connection\":\"no\","
	    "\"deciding\":\"failover\"");
	OUT("\"moves\":{\"action\":\"failover\",\"now\":true,\"clients\":20,\"keep\":2,"
	    "\"stay\":2");
	OUT("{\"step\":1,\"after\":0,\"selection\":\"group wlan, share 50%\","
	    "\"order\":\"name\",\"selected\":10,\"moved\":5,\"roomless\":0");
	OUT("{\"name\":\"aaa2\",\"moved\":5,\"own\":0,\"capacity\":100");
	OUT_NOT("\"clients\":[");
	CU_ASSERT_EQUAL(EXPLAIN("--json", "--clients", "--set", "work=90," WELL), 0);
	OUT("\"clients\":[{\"name\":\"a-1\",\"alternate\":\"aaa2\"}");
	CU_ASSERT_EQUAL(EXPLAIN("--json", "--set", "work=10," WELL), 0);
	OUT("\"action\":\"reconnect\",\"now\":true");
	OUT("\"batches\":5");
	CU_ASSERT_EQUAL(EXPLAIN("--json"), 0);
	OUT("\"source\":\"unknown\",\"state\":\"unknown\",\"value\":null");
	OUT("\"performance\":null");
	folder_remove();
}

/* ---- values of a trace ---- */

static void
test_trace(void)
{
	start();
	write_file("day",
		   "bellwether-trace 1\nstart 2026-11-30T01:00:00Z\n"
		   "0 work=90 daemon=up hits=10 unheard-of=3\n1 work=90 hits=20\n"
		   "2 work=90 hits=30\n3 work=90 hits=40\n4 work=90 daemon=down\n"
		   "5 alternate aaa2 serving performance=80 threshold=60 clients=7\n"
		   "6 pause operator \"of today\"\n7 work=90\n8 work=90\n"
		   "9 work=90\n10 work=90\n11 work=20\n",
		   0644);
	CU_ASSERT_EQUAL(EXPLAIN("--trace", in_folder("day"), "--at", "3"), 0);
	OUT("value        work 90; trace\n");
	OUT("value        hits 10 /s; trace\n");
	/* The daemon would have looked a millisecond after the first sample. */
	OUT("performance 10 < 30, 2999ms of 10s");
	OUT("decision     none yet: failover is pending");
	OUT("alternate    aaa2: assumed");
	CU_ASSERT_EQUAL(
	    EXPLAIN("--trace", in_folder("day"), "--at", "2026-11-30T01:00:10.001Z"),
	    0);
	OUT("decision     failover, by condition failover for 10s\n");
	OUT("paused, so it is not acted on: of today\n");
	OUT("aaa2: serving, performance 80, threshold 60, 7 clients of its own\n");
	/* The rest holds on while something else is tried. */
	CU_ASSERT_EQUAL(EXPLAIN("--trace", in_folder("day"), "--at", "3", "--set",
				"hits=99", "--held", "8s"),
			0);
	OUT("value        work 90; trace\n");
	OUT("value        hits 99 /s; given\n");
	OUT("failover     met since 10999ms");
	CU_ASSERT_EQUAL(EXPLAIN("--trace", in_folder("day"), "--at", "soon"), 2);
	ERR("--at soon: expected seconds");
	CU_ASSERT_EQUAL(
	    EXPLAIN("--trace", in_folder("day"), "--at", "2026-11-30T00:59:59Z"), 1);
	ERR("day begins later\n");
	CU_ASSERT_EQUAL(
	    EXPLAIN("--trace", in_folder("day"), "--at", "2626-11-30T00:59:59Z"), 1);
	ERR("day began more than ten years before\n");
	write_file("day", "bellwether-trace 1\n0 work=90\n", 0644);
	CU_ASSERT_EQUAL(
	    EXPLAIN("--trace", in_folder("day"), "--at", "2026-11-30T01:00:00Z"), 1);
	ERR("day does not say when it began: expected seconds since then\n");
	write_file("day", "bellwether-trace 1\n0 work=90\n1 work=x\n", 0644);
	CU_ASSERT_EQUAL(EXPLAIN("--trace", in_folder("day")), 1);
	ERR("day:3: work=x: expected a number");
	CU_ASSERT_EQUAL(EXPLAIN("--trace", in_folder("none")), 1);
	ERR("No such file");
	folder_remove();
}

/* Paused until nobody pauses it any more; and what cannot be meant is said. */
static void
test_trace_deeds(void)
{
	start();
	write_file("day",
		   "bellwether-trace 1\n0 pause file \"disks\"\n1 pause operator\n"
		   "2 resume operator\n3 alternate aaa9 serving\n"
		   "4 alternate aaa2 serving performance=61\n5 resume file\n",
		   0644);
	CU_ASSERT_EQUAL(EXPLAIN("--trace", in_folder("day"), "--at", "4"), 0);
	OUT("paused, so it is not acted on: disks\n");
	OUT("aaa2: serving, performance 61, threshold 60, 0 clients of its own\n");
	CU_ASSERT_EQUAL(EXPLAIN("--trace", in_folder("day")), 0);
	OUT_NOT("paused");
	write_file("day",
		   "bellwether-trace 1\n0 alternate aaa2 serving clients=-1e300\n",
		   0644);
	CU_ASSERT_EQUAL(EXPLAIN("--trace", in_folder("day")), 1);
	ERR("day:2: clients=-1e300: expected clients=N\n");
	write_file("day", "bellwether-trace 1\n0 alternate aaa2 busy\n", 0644);
	CU_ASSERT_EQUAL(EXPLAIN("--trace", in_folder("day")), 1);
	ERR("day:2: busy: expected silent, serving, ");
	folder_remove();
}

/* It is said when the trace is of another policy, and not when it is of this one. */
static void
test_other_policy(void)
{
	char text[200], digest[DIGEST_TEXT];
	start();
	keys_digest(document, strlen(document), digest);
	snprintf(text, sizeof(text), "bellwether-trace 1\n0 policy %s\n", digest);
	write_file("day", text, 0644);
	CU_ASSERT_EQUAL(EXPLAIN("--trace", in_folder("day")), 0);
	CU_ASSERT_STRING_EQUAL(err_text, "");
	text[strlen(text) - 2] ^= 1;
	write_file("day", text, 0644);
	CU_ASSERT_EQUAL(EXPLAIN("--trace", in_folder("day")), 0);
	ERR("day was recorded under another document than ");
	folder_remove();
}

/* The daemon's own looks count, and no others; after a gap all begins anew. */
static void
test_looks(void)
{
	start();
	write_file("day",
		   "bellwether-trace 1\n0 work=90 daemon=up hits=1\n0.01 look\n"
		   "9 work=90 daemon=up hits=2\n9.9 look\n10.009 look\n10.01 look\n"
		   "11 gap \"the daemon was started again\"\n12 work=90\n12.1 look\n",
		   0644);
	CU_ASSERT_EQUAL(EXPLAIN("--trace", in_folder("day"), "--at", "10.009"), 0);
	OUT("9999ms of 10s");
	CU_ASSERT_EQUAL(EXPLAIN("--trace", in_folder("day"), "--at", "10.01"), 0);
	OUT("performance 10 < 30 for 10s");
	CU_ASSERT_EQUAL(EXPLAIN("--trace", in_folder("day")), 0);
	OUT("performance 10 < 30, 0 of 10s");
	OUT("daemon unknown (no sample yet)");
	folder_remove();
}

/* ---- the account of a decision ---- */

static void
sample(struct judge *judge, const struct policy *loaded, const char *name, double value,
       int64_t at)
{
	struct sample taken = { .ending = ENDING_VALUE, .value = value };
	taken.input = policy_find_input(loaded, name, strlen(name));
	taken.asked = taken.at = at;
	judge_sample(judge, &taken);
}

static void
test_account(void)
{
	struct source source;
	struct verdict verdict;
	char text[512], cut[40];
	start();
	struct faults *faults = faults_new(5);
	CU_ASSERT_FATAL(policy_start() && faults && source_open(&source, policy));
	struct policy_source files = source_files(&source);
	struct policy *loaded = policy_load(&files, policy, faults);
	CU_ASSERT_PTR_NOT_NULL_FATAL(loaded);
	struct judge *judge = judge_new(loaded);
	CU_ASSERT_PTR_NOT_NULL_FATAL(judge);
	sample(judge, loaded, "daemon", 1, HOUR);
	sample(judge, loaded, "work", 90, HOUR);
	judge_decide(judge, HOUR, &verdict);
	sample(judge, loaded, "hits", 100, HOUR + SECOND);
	sample(judge, loaded, "hits", 107, HOUR + 2 * SECOND);
	judge_decide(judge, HOUR + 2500 * MILLISECOND, &verdict);
	judge_account(judge, verdict.deciding, text, sizeof(text));
	CU_ASSERT_STRING_EQUAL(
	    text,
	    "performance 10 < 30, 2500ms of 10s; work 90 (average of 5s); "
	    "when gone not met since 2500ms, when flood not met since 2500ms, "
	    "connection not met since 2500ms; also hits 7 /s, daemon up 2500ms ago");
	judge_account(judge, verdict.deciding, cut, sizeof(cut));
	CU_ASSERT_EQUAL(strncmp(cut, text, sizeof(cut) - 1), 0);
	CU_ASSERT_EQUAL(strlen(cut), sizeof(cut) - 1);
	judge_account(judge, 1, text, sizeof(text));
	CU_ASSERT_EQUAL(strncmp(text,
				"when gone (not(up('daemon'))) not met; daemon up; "
				"failover pending since 2500ms, ",
				80),
			0);
	judge_explain_input(judge, SYSTEM_CPU, text, sizeof(text));
	CU_ASSERT_STRING_EQUAL(text, "cpu unknown (no sample yet)");
	CU_ASSERT_FALSE(judge_looks_at(judge, SYSTEM_CPU));
	CU_ASSERT(judge_looks_at(judge, policy_find_input(loaded, "hits", 4)));
	CU_ASSERT(judge_looks_at(judge, policy_find_input(loaded, "daemon", 6)));
	judge_free(judge);
	policy_free(loaded);
	faults_free(faults);
	folder_remove();
}

/* ---- record ---- */

#define RECORD(...) RUN("record", "-s", folder, __VA_ARGS__)

static void
start_traces(void)
{
	start();
	CU_ASSERT_EQUAL(mkdir(in_folder("trace"), 0700), 0);
	write_file("trace/aaa1.trace.old",
		   "bellwether-trace 1\nserver aaa1\nstart 2001-11-30T01:00:00Z\n"
		   "# /etc/p.xml\n0 policy 0a0b\n1.5 cpu=1/0.5 \"a \\\"b\\\"\"\n"
		   "2 pause file \"disks\"\n3 pause policy\n4 resume policy\n"
		   "5 alternate aaa2 serving clients=3\n6 cpu=2\n",
		   0600);
	write_file("trace/aaa1.trace",
		   "bellwether-trace 1\nserver aaa1\n"
		   "start 2001-11-30T01:00:06.5Z\n0 policy 0a0b\n0.25 cpu=3\n1 cpu=4\n"
		   "1.5 cp",
		   0600);
}

static void
test_record(void)
{
	start_traces();
	CU_ASSERT_EQUAL(RECORD("--server", "aaa1"), 0);
	CU_ASSERT_STRING_EQUAL(
	    out_text, "bellwether-trace 1\nserver aaa1\n"
		      "start 2001-11-30T01:00:00.000000Z\n"
		      "0 policy 0a0b\n1.5 cpu=1/0.5 \"a \\\"b\\\"\"\n"
		      "2 pause file \"disks\"\n3 pause policy\n4 resume policy\n"
		      "5 alternate aaa2 serving clients=3\n6 cpu=2\n"
		      "6.5 policy 0a0b\n6.75 cpu=3\n7.5 cpu=4\n");
	ERR("aaa1.trace:7: the last line has no end");
	/* What holds at the beginning of a part is said there. */
	CU_ASSERT_EQUAL(RECORD("--since", "2001-11-30T01:00:05.5Z", "--until",
			       "2001-11-30T01:00:06.75Z", "-o", in_folder("out")),
			0);
	CU_ASSERT_STRING_EQUAL(out_text, "");
	FILE *file = fopen(in_folder("out"), "r");
	char text[1000];
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	CU_ASSERT_STRING_EQUAL(
	    text, "bellwether-trace 1\nserver aaa1\n"
		  "start 2001-11-30T01:00:05.500000Z\n0 policy 0a0b\n"
		  "0 pause file \"disks\"\n0 alternate aaa2 serving clients=3\n"
		  "0.5 cpu=2\n1 policy 0a0b\n1.25 cpu=3\n");
	CU_ASSERT_EQUAL(EXPLAIN("--trace", in_folder("out")), 0);
	CU_ASSERT_STRING_EQUAL(err_text, "");
	/* Nothing was traced before the trace began. */
	CU_ASSERT_EQUAL(RECORD("--since", "1971-01-01T00:00:00Z"), 0);
	OUT("start 2001-11-30T01:00:00.000000Z\n0 policy 0a0b\n1.5 cpu=1/0.5 ");
	/* Only one of the two files is there. */
	CU_ASSERT_EQUAL(unlink(in_folder("trace/aaa1.trace")), 0);
	CU_ASSERT_EQUAL(RECORD("--server", "aaa1"), 0);
	OUT("6 cpu=2\n");
	folder_remove();
}

static void
test_record_refused(void)
{
	start_traces();
	CU_ASSERT_EQUAL(RECORD("--since", "0"), 1);
	ERR("nothing was traced then");
	CU_ASSERT_EQUAL(RECORD("--since", "yesterday"), 2);
	ERR("usage: bellwether record");
	CU_ASSERT_EQUAL(RECORD("--server", "../x"), 2);
	CU_ASSERT_EQUAL(RECORD("--server", "aaa7"), 1);
	ERR("aaa7.trace: No such file");
	CU_ASSERT_EQUAL(RECORD("-o", in_folder("none/out")), 1);
	ERR("none/out: No such file");
	CU_ASSERT_EQUAL(RUN("record", "-s", in_folder("none")), 1);
	ERR("none/trace: No such file");
	write_file("trace/bbb.trace", "bellwether-trace 1\nnonsense\n1 look\n", 0600);
	CU_ASSERT_EQUAL(RECORD("--until", "2030-01-01T00:00:00Z"), 1);
	ERR("--server NAME has to say which of aaa1, bbb\n");
	CU_ASSERT_EQUAL(RECORD("--server", "bbb"), 1);
	ERR("bbb.trace:2: nonsense is no time");
	folder_remove();
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "unknown values", test_unknown },
		{ "failover", test_failover },
		{ "many", test_many },
		{ "held", test_held },
		{ "connection", test_connection },
		{ "alternates", test_alternates },
		{ "modes", test_modes },
		{ "misused", test_misused },
		{ "JSON", test_json },
		{ "a trace", test_trace },
		{ "what else a trace has", test_trace_deeds },
		{ "another policy", test_other_policy },
		{ "a daemon's looks", test_looks },
		{ "the account of a decision", test_account },
		{ "record", test_record },
		{ "record refused", test_record_refused },
	};
	int status = unit_run("explain", tests, ARRAY_SIZE(tests));
	run_forget();
	return status;
}
