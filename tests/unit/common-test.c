/* SPDX-License-Identifier: BSD-3-Clause */
/* The common room: addresses, bytes, clocks, faults, log, tables, randomness. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/address.h"
#include "common/bytes.h"
#include "common/clock.h"
#include "common/fault.h"
#include "common/log.h"
#include "common/probe.h"
#include "common/random.h"
#include "common/sample.h"
#include "tests/unit/unit.h"

static struct address
address_of(const char *text)
{
	struct address address = { { 0 } };
	CU_ASSERT_FATAL(address_parse(text, &address));
	return address;
}

static void
test_address(void)
{
	static const struct {
		const char *in, *out;
		bool v4, unicast;
	} good[] = {
		{ "192.0.2.1", "192.0.2.1", true, true },
		{ "::ffff:192.0.2.1", "192.0.2.1", true, true },
		{ "127.0.0.1", "127.0.0.1", true, true },
		{ "0.0.0.0", "0.0.0.0", true, false },
		{ "223.255.255.255", "223.255.255.255", true, true },
		{ "224.0.0.1", "224.0.0.1", true, false },
		{ "255.255.255.255", "255.255.255.255", true, false },
		{ "::", "none", false, false },
		{ "::1", "::1", false, true },
		{ "2001:DB8:0:0:0:0:0:1", "2001:db8::1", false, true },
		{ "fe80::1", "fe80::1", false, true },
		{ "ff02::1", "ff02::1", false, false },
	};
	static const char *const bad[] = { "",         "localhost",  "1.2.3",
					   "1.2.3.4 ", "1.2.3.256",  "::1%lo",
					   "[::1]",    "1.2.3.4/32", "0x7f.1" };
	char text[ADDRESS_TEXT];
	struct address address;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		CU_ASSERT_FATAL(address_parse(good[i].in, &address));
		CU_ASSERT_STRING_EQUAL(address_format(&address, text), good[i].out);
		CU_ASSERT_EQUAL(address_is_v4(&address), good[i].v4);
		CU_ASSERT_EQUAL(address_is_unicast(&address), good[i].unicast);
	}
	address = address_of("192.0.2.1");
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		CU_ASSERT_FALSE(address_parse(bad[i], &address));
	CU_ASSERT_STRING_EQUAL(address_format(&address, text), "192.0.2.1");
	struct address next = address_of("192.0.2.2");
	CU_ASSERT(address_compare(&address, &next) < 0);
	CU_ASSERT_FALSE(address_equal(&address, &next));
}

static void
test_prefix(void)
{
	static const char *const bad[] = { "",
					   "192.0.2.1/24",
					   "192.0.2.0/33",
					   "192.0.2.0/",
					   "192.0.2.0/-1",
					   "fd00::1/64",
					   "fd00::/129",
					   "fd00::/x",
					   "/24",
					   "192.0.2.0/24 " };
	struct prefix prefix;
	struct address inside = address_of("192.0.2.255"),
		       outside = address_of("192.0.3.0");
	CU_ASSERT(prefix_parse("192.0.2.0/24", &prefix));
	CU_ASSERT_EQUAL(prefix.bits, 120);
	CU_ASSERT(prefix_contains(&prefix, &inside));
	CU_ASSERT_FALSE(prefix_contains(&prefix, &outside));
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		CU_ASSERT_FALSE(prefix_parse(bad[i], &prefix));
	CU_ASSERT_EQUAL(prefix.bits, 120);
	CU_ASSERT(prefix_parse("192.0.2.7", &prefix));
	CU_ASSERT_EQUAL(prefix.bits, 128);
	CU_ASSERT(prefix_parse("0.0.0.0/0", &prefix));
	CU_ASSERT(prefix_contains(&prefix, &outside));
	inside = address_of("::1");
	CU_ASSERT_FALSE(prefix_contains(&prefix, &inside));
	CU_ASSERT(prefix_parse("::/0", &prefix));
	CU_ASSERT(prefix_contains(&prefix, &inside));
	CU_ASSERT(prefix_parse("10.0.0.128/25", &prefix));
	outside = address_of("10.0.0.127");
	CU_ASSERT_FALSE(prefix_contains(&prefix, &outside));
}

static void
test_prefix_of(void)
{
	static const struct {
		const char *address;
		unsigned bits;
		const char *text;
	} table[] = {
		{ "192.0.2.255", 120, "192.0.2.0/24" },
		{ "192.0.2.255", 128, "192.0.2.255/32" },
		{ "11.255.0.1", 103, "10.0.0.0/7" },
		{ "192.0.2.255", 96, "0.0.0.0/0" },
		{ "2001:db8:1:2::3", 64, "2001:db8:1:2::/64" },
		{ "2001:db8:1:2::3", 33, "2001:db8::/33" },
	};
	char text[PREFIX_TEXT];
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct address address = address_of(table[i].address);
		struct prefix prefix = prefix_of(&address, table[i].bits);
		CU_ASSERT_STRING_EQUAL(prefix_format(&prefix, text), table[i].text);
		CU_ASSERT(prefix_contains(&prefix, &address));
	}
}

static void
check_range(const char *text, uint64_t usable, const char *first, const char *last)
{
	struct prefix prefix;
	struct address address;
	char formatted[ADDRESS_TEXT];
	CU_ASSERT_FATAL(prefix_parse(text, &prefix));
	CU_ASSERT_EQUAL(prefix_usable(&prefix), usable);
	CU_ASSERT_FALSE(prefix_nth(&prefix, 0, &address));
	CU_ASSERT(prefix_nth(&prefix, 1, &address));
	CU_ASSERT_STRING_EQUAL(address_format(&address, formatted), first);
	CU_ASSERT(prefix_nth(&prefix, usable, &address));
	CU_ASSERT_STRING_EQUAL(address_format(&address, formatted), last);
	if (usable < UINT64_MAX)
		CU_ASSERT_FALSE(prefix_nth(&prefix, usable + 1, &address));
}

static void
test_ranges(void)
{
	check_range("192.0.2.0/24", 254, "192.0.2.1", "192.0.2.254");
	check_range("192.0.2.128/25", 126, "192.0.2.129", "192.0.2.254");
	check_range("192.0.2.4/30", 2, "192.0.2.5", "192.0.2.6");
	check_range("192.0.2.4/31", 2, "192.0.2.4", "192.0.2.5");
	check_range("192.0.2.4/32", 1, "192.0.2.4", "192.0.2.4");
	check_range("127.0.0.0/8", 16777214, "127.0.0.1", "127.255.255.254");
	check_range("fd00::/112", 65535, "fd00::1", "fd00::ffff");
	check_range("fd00::/127", 2, "fd00::", "fd00::1");
	check_range("fd00::1/128", 1, "fd00::1", "fd00::1");
	check_range("fd00::/64", UINT64_MAX, "fd00::1", "fd00::ffff:ffff:ffff:ffff");
	check_range("fd00::/8", UINT64_MAX, "fd00::1", "fd00::ffff:ffff:ffff:ffff");
}

static void
test_endpoint(void)
{
	static const char *const good[] = { "127.0.0.1:18121", "[::1]:1",
					    "[fd00::2]:65535" };
	static const char *const bad[] = { "",
					   "127.0.0.1",
					   "127.0.0.1:0",
					   "127.0.0.1:65536",
					   "::1:1812",
					   "[::1]",
					   "[::1]1812",
					   ":1812",
					   "[127.0.0.1]:1812",
					   "1.2.3.4:+5",
					   "1.2.3.4:5 ",
					   "host:1812",
					   "[::1:1812",
					   "1.2.3.4:" };
	char text[ENDPOINT_TEXT];
	struct endpoint endpoint, back;
	struct sockaddr_storage storage;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		CU_ASSERT_FATAL(endpoint_parse(good[i], &endpoint));
		CU_ASSERT_STRING_EQUAL(endpoint_format(&endpoint, text), good[i]);
		CU_ASSERT(endpoint_to_sockaddr(&endpoint, &storage) > 0);
		CU_ASSERT(endpoint_from_sockaddr((struct sockaddr *)&storage, &back));
		CU_ASSERT(address_equal(&back.address, &endpoint.address));
		CU_ASSERT_EQUAL(back.port, endpoint.port);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		CU_ASSERT_FALSE(endpoint_parse(bad[i], &endpoint));
	storage.ss_family = AF_UNIX;
	CU_ASSERT_FALSE(endpoint_from_sockaddr((struct sockaddr *)&storage, &back));
}

static void
test_bytes(void)
{
	uint8_t bytes[9] = { 0 };
	char text[19];
	size_t size = 99;
	put_u64(bytes + 1, UINT64_C(0x0123456789abcdef));
	CU_ASSERT_EQUAL(bytes[1], 0x01);
	CU_ASSERT_EQUAL(get_u64(bytes + 1), UINT64_C(0x0123456789abcdef));
	CU_ASSERT_EQUAL(get_u32(bytes + 1), 0x01234567);
	CU_ASSERT_EQUAL(get_u16(bytes + 7), 0xcdef);
	hex_encode(bytes, 9, text);
	CU_ASSERT_STRING_EQUAL(text, "000123456789abcdef");
	memset(bytes, 0, sizeof(bytes));
	CU_ASSERT_FALSE(hex_decode("012", 3, bytes, 9, &size));
	CU_ASSERT_FALSE(hex_decode("01 2", 4, bytes, 9, &size));
	CU_ASSERT_FALSE(hex_decode("0123", 4, bytes, 1, &size));
	CU_ASSERT_EQUAL(size, 99);
	CU_ASSERT(hex_decode("00Ff", 4, bytes, 2, &size));
	CU_ASSERT_EQUAL(size, 2);
	CU_ASSERT_EQUAL(bytes[1], 0xff);
}

static void
test_names(void)
{
	char longest[NAME_MAX_LENGTH + 2];
	memset(longest, 'a', sizeof(longest));
	CU_ASSERT(name_valid(longest, NAME_MAX_LENGTH));
	CU_ASSERT_FALSE(name_valid(longest, NAME_MAX_LENGTH + 1));
	CU_ASSERT_FALSE(name_valid("", 0));
	CU_ASSERT(name_valid("_a.b-9", 6));
	CU_ASSERT_FALSE(name_valid("9a", 2));
	CU_ASSERT_FALSE(name_valid("-a", 2));
	CU_ASSERT_FALSE(name_valid("a b", 3));
	CU_ASSERT_FALSE(name_valid("a\0b", 3));
	CU_ASSERT_FALSE(name_valid("\xc3\xa9", 2));
	char out[4];
	CU_ASSERT_STRING_EQUAL(slice_copy(slice_of("nas17"), out, sizeof(out)), "nas");
	CU_ASSERT(slice_equal(slice_of("nas"), "nas"));
	CU_ASSERT_FALSE(slice_equal(slice_of("nas1"), "nas"));
	CU_ASSERT(slice_equal((struct slice){ NULL, 0 }, ""));
}

static void
test_text(void)
{
	static const struct {
		const char *in, *clean;
	} refused[] = {
		{ "a\nb", "a?b" },
		{ "\x7f", "?" },
		{ "\xc2\x9b", "??" },
		{ "\xc0\xaf", "??" },
		{ "\xed\xa0\x80", "???" },
		{ "\xf4\x90\x80\x80", "????" },
		{ "\xe2\x82", "??" },
		{ "\x80", "?" },
		{ "\xc3\xa9\x1b[2J", "\xc3\xa9?[2J" },
		{ "\xe0\x80\xaf", "???" },
		{ "\xf8\x88\x80\x80\x80", "?????" },
	};
	char out[64];
	CU_ASSERT(text_printable("", 0));
	CU_ASSERT(text_printable("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\x91", 14));
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		const char *in = refused[i].in;
		CU_ASSERT_FALSE(text_printable(in, strlen(in)));
		text_clean(in, strlen(in), out, sizeof(out));
		CU_ASSERT_STRING_EQUAL(out, refused[i].clean);
		CU_ASSERT(text_printable(out, strlen(out)));
	}
	/* Never half a character. */
	CU_ASSERT_STRING_EQUAL(text_clean("a\xe2\x82\xac", 4, out, 4), "a");
	CU_ASSERT_STRING_EQUAL(text_clean("a\xe2\x82\xac", 4, out, 5), "a\xe2\x82\xac");
}

static void
test_durations(void)
{
	static const struct {
		const char *in;
		int64_t us;
		const char *out;
	} good[] = {
		{ "0", 0, "0" },
		{ "0s", 0, "0" },
		{ "800ms", 800 * MILLISECOND, "800ms" },
		{ "1500ms", 1500 * MILLISECOND, "1500ms" },
		{ "90s", 90 * SECOND, "90s" },
		{ "60s", MINUTE, "1m" },
		{ "5m", 5 * MINUTE, "5m" },
		{ "24h", DAY, "1d" },
		{ "3650d", 3650 * DAY, "3650d" },
	};
	static const char *const bad[] = { "",      "5",      "s",
					   "-5s",   "5 s",    "1.5s",
					   "5S",    "5m ",    "+5s",
					   "3651d", "87601h", "99999999999999999999s" };
	char text[DURATION_TEXT];
	int64_t us = 77;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		CU_ASSERT(duration_parse(good[i].in, &us));
		CU_ASSERT_EQUAL(us, good[i].us);
		CU_ASSERT_STRING_EQUAL(duration_format(us, text), good[i].out);
	}
	us = 77;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		CU_ASSERT_FALSE(duration_parse(bad[i], &us));
	CU_ASSERT_EQUAL(us, 77);
	CU_ASSERT_STRING_EQUAL(duration_format(1499, text), "1ms");
	CU_ASSERT_STRING_EQUAL(duration_format(1500, text), "2ms");
	CU_ASSERT_STRING_EQUAL(duration_format(-30 * SECOND, text), "-30s");
	CU_ASSERT_STRING_EQUAL(duration_format(-1, text), "0");
	duration_format(INT64_MIN, text);
	duration_format(INT64_MAX, text);
}

static void
test_clock(void)
{
	char text[WALL_TEXT];
	CU_ASSERT_STRING_EQUAL(wall_format(INT64_C(1795421848) * SECOND + 123999, text),
			       "2026-11-23T08:17:28.123Z");
	CU_ASSERT_STRING_EQUAL(wall_format(0, text), "1970-01-01T00:00:00.000Z");
	CU_ASSERT_STRING_EQUAL(wall_format(-1, text), "1969-12-31T23:59:59.999Z");
	int64_t wall = 0;
	CU_ASSERT(wall_parse("2026-11-23T08:17:28.123456Z", &wall));
	CU_ASSERT_EQUAL(wall, INT64_C(1795421848) * SECOND + 123456);
	CU_ASSERT(wall_parse("2026-11-23T09:47:28+01:30", &wall));
	CU_ASSERT_EQUAL(wall, INT64_C(1795421848) * SECOND);
	static const char *const bad[] = { "",
					   "2026-11-23",
					   "2026-11-23 08:17:28Z",
					   "2026-11-31T08:17:28Z",
					   "2026-11-23T24:00:00Z",
					   "2026-11-23T08:17:28",
					   "2026-11-23T08:17:28.Z",
					   "2026-11-23T08:17:28.1234567Z",
					   "2026-11-23T08:17:28+1:30",
					   "2026-11-23T08:17:28Zx" };
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		CU_ASSERT_FALSE(wall_parse(bad[i], &wall));
	wall_format(INT64_MAX, text);
	wall_format(INT64_MIN, text);
	struct moment first = clock_now(), second = clock_now();
	CU_ASSERT(first.boot > 0 && second.boot >= first.boot);
	CU_ASSERT(first.wall > INT64_C(1700000000) * SECOND);
}

static void
test_faults(void)
{
	struct faults *faults = faults_new(4);
	char *printed = NULL;
	size_t size;
	CU_ASSERT_PTR_NOT_NULL_FATAL(faults);
	faults_add(faults, FAULT_ERROR, "b.xml", 9, "nine %d", 9);
	faults_add(faults, FAULT_WARNING, "a.xml", 70000, "far");
	faults_add(faults, FAULT_ERROR, "b.xml", 2, "two");
	faults_add(faults, FAULT_ERROR, "b.xml", 9, "nine again");
	CU_ASSERT_EQUAL(faults_errors(faults), 3);
	faults_add(faults, FAULT_ERROR, "c.xml", 0, "too much");
	CU_ASSERT_EQUAL(faults_errors(faults), 4);
	CU_ASSERT_EQUAL(faults_count(faults), 4);
	CU_ASSERT_PTR_NULL(faults_at(faults, 4));
	CU_ASSERT_EQUAL(faults_at(faults, 0)->line, 2);
	FILE *to = open_memstream(&printed, &size);
	faults_print(faults, to);
	fclose(to);
	CU_ASSERT_STRING_EQUAL(printed, "b.xml:2: two\n"
					"b.xml:9: nine 9\n"
					"b.xml:9: nine again\n"
					"a.xml:70000: warning: far\n"
					"and 1 more, not shown: mend these first\n");
	free(printed);
	faults_free(faults);
	faults_free(NULL);
	faults = faults_new(8);
	faults_add(faults, FAULT_ERROR, "p.xml", 0, "is empty");
	to = open_memstream(&printed, &size);
	faults_print(faults, to);
	fclose(to);
	CU_ASSERT_STRING_EQUAL(printed, "p.xml: is empty\n");
	free(printed);
	faults_free(faults);
}

struct logged {
	unsigned lines;
	enum log_level level;
	char token[32], text[2048];
};

static void
keep(void *context, enum log_level level, const char *token, const char *text)
{
	struct logged *logged = context;
	logged->lines++;
	logged->level = level;
	slice_copy(slice_of(token), logged->token, sizeof(logged->token));
	slice_copy(slice_of(text), logged->text, sizeof(logged->text));
}

static void
test_log(void)
{
	static struct logged logged;
	char large[3000];
	enum log_level level = LOG_LEVEL_ERROR;
	memset(large, 'x', sizeof(large));
	large[sizeof(large) - 1] = '\0';
	log_redirect(keep, &logged);
	log_debug("policy", "not at this level");
	CU_ASSERT_EQUAL(logged.lines, 0);
	log_warning("policy", "client %s\n\x1b[2J", "nas1");
	CU_ASSERT_EQUAL(logged.lines, 1);
	CU_ASSERT_EQUAL(logged.level, LOG_LEVEL_WARNING);
	CU_ASSERT_STRING_EQUAL(logged.token, "policy");
	CU_ASSERT_STRING_EQUAL(logged.text, "client nas1??[2J");
	log_error("fleet", "%s", large);
	CU_ASSERT_EQUAL(strlen(logged.text), 1023);
	log_open("test", true, LOG_LEVEL_DEBUG);
	errno = 42;
	log_debug("policy", "now");
	CU_ASSERT_EQUAL(errno, 42);
	CU_ASSERT_EQUAL(logged.lines, 3);
	log_close();
	log_redirect(NULL, NULL);
	CU_ASSERT(log_level_parse("debug", &level));
	CU_ASSERT_EQUAL(level, LOG_LEVEL_DEBUG);
	CU_ASSERT_FALSE(log_level_parse("loud", &level));
}

static void
test_tables(void)
{
	CU_ASSERT_STRING_EQUAL(probe_system_name[SYSTEM_CPU], "cpu");
	CU_ASSERT_STRING_EQUAL(probe_system_name[SYSTEM_PRESSURE_IO], "pressure-io");
	for (size_t i = 0; i < SYSTEM_COUNT; i++) {
		CU_ASSERT_PTR_NOT_NULL(probe_system_name[i]);
		CU_ASSERT_PTR_NOT_NULL(probe_system_unit[i]);
	}
	for (size_t i = 0; i < probe_radius_value_count; i++) {
		const struct probe_radius_value *value = &probe_radius_values[i];
		CU_ASSERT(value->meaning[0] != '\0');
		CU_ASSERT_EQUAL(value->value == VALUE_ATTRIBUTE, value->selector != 0);
		for (size_t k = 0; k < i; k++) {
			CU_ASSERT_STRING_NOT_EQUAL(value->name,
						   probe_radius_values[k].name);
			CU_ASSERT(value->selector == 0 ||
				  value->selector != probe_radius_values[k].selector);
		}
	}
	CU_ASSERT_STRING_EQUAL(ending_name(ENDING_ABSENT), "absent");
	CU_ASSERT_STRING_EQUAL(ending_name((enum ending)0), "?");
}

static void
test_random(void)
{
	struct random a, b;
	unsigned seen[7] = { 0 };
	random_seed(&a, 1);
	random_seed(&b, 1);
	CU_ASSERT_EQUAL(random_next(&a), random_next(&b));
	/* The published first number of splitmix64 for seed 0. */
	random_seed(&a, 0);
	CU_ASSERT_EQUAL(random_next(&a), UINT64_C(0xe220a8397b1dcdaf));
	CU_ASSERT_EQUAL(random_below(&a, 0), 0);
	CU_ASSERT_EQUAL(random_below(&a, 1), 0);
	for (int i = 0; i < 70000; i++)
		seen[random_below(&a, 7)]++;
	for (int i = 0; i < 7; i++)
		CU_ASSERT(seen[i] > 9500 && seen[i] < 10500);
	/* A bound that 2^64 holds once and a third: the first third is not likelier. */
	unsigned first = 0;
	for (int i = 0; i < 30000; i++)
		if (random_below(&a, UINT64_C(3) << 62) < UINT64_C(1) << 62)
			first++;
	CU_ASSERT(first > 9500 && first < 10500);
	int64_t least = INT64_MAX, most = 0;
	for (int i = 0; i < 10000; i++) {
		int64_t jittered = random_jitter(&a, SECOND, 0.2);
		least = jittered < least ? jittered : least;
		most = jittered > most ? jittered : most;
	}
	CU_ASSERT(least >= 800000 && least < 802000);
	CU_ASSERT(most <= 1200000 && most > 1198000);
	CU_ASSERT_EQUAL(random_jitter(&a, MINUTE, 0.0), MINUTE);
	CU_ASSERT_EQUAL(random_jitter(&a, NEVER, 0.0), NEVER);
	CU_ASSERT_NOT_EQUAL(random_mix(1, 2), random_mix(2, 1));
	CU_ASSERT_EQUAL(random_mix(1, 2), random_mix(1, 2));
	CU_ASSERT_NOT_EQUAL(random_entropy(), random_entropy());
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "addresses", test_address },
		{ "prefixes", test_prefix },
		{ "the network of an address", test_prefix_of },
		{ "ranges of addresses", test_ranges },
		{ "endpoints", test_endpoint },
		{ "bytes", test_bytes },
		{ "names", test_names },
		{ "text", test_text },
		{ "durations", test_durations },
		{ "clocks", test_clock },
		{ "faults", test_faults },
		{ "the log", test_log },
		{ "tables", test_tables },
		{ "randomness", test_random },
	};
	return unit_run("common", tests, ARRAY_SIZE(tests));
}
