/* SPDX-License-Identifier: BSD-3-Clause */
/* The commands without a daemon: what they print, where, and their exit status. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/bytes.h"
#include "message/keys.h"
#include "tests/unit/offline-rig.h"
#include "tests/unit/unit.h"

#define MASTER "00112233445566778899aabbccddeeff0123456789abcdef0123456789abcdef"

static char policy[96];

static void
start(const char *failover)
{
	char text[1024];
	folder_make("offline");
	snprintf(policy, sizeof(policy), "%s/aaa1.xml", folder);
	snprintf(text, sizeof(text),
		 "<policy xmlns=\"urn:bellwether:policy:1\">\n"
		 "<server name=\"aaa1\" address=\"192.0.2.10\" transport=\"icmp\">\n"
		 "<key id=\"2\" file=\"two.key\"/><key id=\"1\" file=\"one.key\"/>"
		 "</server>\n"
		 "<alternates><alternate name=\"aaa2\" address=\"192.0.2.11\"/>"
		 "</alternates>\n"
		 "<failover threshold=\"%s\" for=\"1s\" hold-down=\"5m\"><step>"
		 "<select group=\"wlan\" share=\"50%%\"/></step><step after=\"1m\">"
		 "<select all=\"yes\"/></step></failover>\n"
		 "<connection threshold=\"60\" for=\"1s\"/>\n"
		 "<clients><client name=\"nas1\" address=\"198.51.100.1\""
		 " groups=\"wlan\"/></clients></policy>\n",
		 failover);
	write_file("aaa1.xml", text, 0644);
	write_file("one.key", MASTER "\n", 0600);
	write_file("two.key", "ff" MASTER "\n", 0600);
}

static void
test_check(void)
{
	start("30");
	CU_ASSERT_EQUAL(RUN("check", policy), 0);
	OUT("server       aaa1, 192.0.2.10 by icmp, mode automatic\n");
	OUT("alternate    aaa2, 192.0.2.11");
	OUT("failover     below 30 for 1s\n");
	OUT("moves        group wlan, share 50%\n"
	    "then         all, 1m after that\n"
	    "orders       hold for 1h, at most 500 a second\n"
	    "hold-down    5m after a failover, doubled up to 40m by returns that lead "
	    "to the next\n");
	OUT("clients      1, 0 lists, 1 group, 0 sites\n");
	OUT("group        wlan, 1 client\n");
	ERR("aaa1.xml:");
	ERR(": warning: <alternate> \"aaa2\" has no <health>");
	folder_remove();
}

static void
test_check_faults(void)
{
	start("70");
	CU_ASSERT_EQUAL(RUN("check", policy), 1);
	ERR("aaa1.xml:");
	ERR("cannot be used");
	OUT_NONE();
	CU_ASSERT_EQUAL(RUN("check", "/nonexistent/policy.xml"), 1);
	ERR("/nonexistent/policy.xml");
	CU_ASSERT_EQUAL(RUN("check"), 2);
	ERR("usage: bellwether check POLICY");
	CU_ASSERT_EQUAL(RUN("check", policy, policy), 2);
	folder_remove();
}

static void
pair_key(uint8_t id, const char *master, char out[2 * PAIR_KEY + 2])
{
	uint8_t secret[64];
	uint8_t pair[PAIR_KEY];
	size_t size;
	struct address server;
	struct address client;
	struct keys *keys = keys_new();
	address_parse("192.0.2.10", &server);
	address_parse("198.51.100.1", &client);
	CU_ASSERT_TRUE(
	    hex_decode(master, strlen(master), secret, sizeof(secret), &size));
	CU_ASSERT_TRUE(keys_add_master(keys, id, ALGORITHM_HMAC_SHA256, secret, size));
	CU_ASSERT_TRUE(keys_derive(keys, id, &server, &client, pair));
	hex_encode(pair, sizeof(pair), out);
	memcpy(out + 2 * sizeof(pair), "\n", 2);
	keys_free(keys);
}

static void
test_key(void)
{
	char want[2 * PAIR_KEY + 2];
	start("30");
	/* Without --id the lowest, which messages are sealed with. */
	pair_key(1, MASTER, want);
	CU_ASSERT_EQUAL(RUN("key", policy, "nas1"), 0);
	CU_ASSERT_STRING_EQUAL(out_text, want);
	CU_ASSERT_STRING_EQUAL(err_text, "");
	pair_key(2, "ff" MASTER, want);
	CU_ASSERT_EQUAL(RUN("key", policy, "nas1", "--id", "2"), 0);
	CU_ASSERT_STRING_EQUAL(out_text, want);
	CU_ASSERT_EQUAL(RUN("key", "--id", "2", policy, "nas1"), 0);
	CU_ASSERT_STRING_EQUAL(out_text, want);
	folder_remove();
}

static void
test_key_refused(void)
{
	start("30");
	CU_ASSERT_EQUAL(RUN("key", policy, "nsa1"), 1);
	ERR("no client nsa1; did you mean nas1?");
	OUT_NONE();
	CU_ASSERT_EQUAL(RUN("key", policy, "nas1", "--id", "7"), 1);
	ERR("no key 7; it has");
	OUT_NONE();
	for (const char *const *id =
		 (const char *const[]){ "0", "256", "-1", "1x", "", NULL };
	     *id; id++)
		CU_ASSERT_EQUAL(RUN("key", policy, "nas1", "--id", *id), 2);
	CU_ASSERT_EQUAL(RUN("key", policy), 2);
	ERR("usage: bellwether key");
	write_file("one.key", MASTER "\n", 0644);
	CU_ASSERT_EQUAL(RUN("key", policy, "nas1"), 1);
	ERR("one.key");
	ERR("chmod 600");
	OUT_NONE();
	folder_remove();
}

static void
test_commands(void)
{
	CU_ASSERT_EQUAL(RUN("--version"), 0);
	CU_ASSERT_STRING_EQUAL(out_text, "bellwether " PACKAGE_VERSION "\n");
	CU_ASSERT_EQUAL(RUN("--help"), 0);
	OUT("check POLICY");
	CU_ASSERT_EQUAL(RUN("explode"), 2);
	ERR("no such command: explode");
	CU_ASSERT_EQUAL(run((const char *const[]){ NULL }), 2);
	ERR("no command given");
}

static const struct unit_test tests[] = {
	{ "check", test_check },       { "check: faults", test_check_faults },
	{ "key", test_key },           { "key: refused", test_key_refused },
	{ "commands", test_commands },
};

int
main(void)
{
	keys_start();
	int status = unit_run("offline", tests, ARRAY_SIZE(tests));
	run_forget();
	return status;
}
