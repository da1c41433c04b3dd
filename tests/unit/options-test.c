/* SPDX-License-Identifier: BSD-3-Clause */
/* bellwetherd's command line: what it takes, and how it refuses the rest. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "subagent/options.h"
#include "tests/unit/unit.h"

struct result {
	enum options_end end;
	struct options options;
	char *out, *err;
};

static struct result
parse(const char *const *words)
{
	struct result result = { .out = NULL };
	char *argv[OPTIONS_POLICIES + 3] = { (char *)(uintptr_t) "bellwetherd" };
	int argc = 1;
	size_t out_size;
	size_t err_size;
	for (; words[argc - 1]; argc++)
		argv[argc] = (char *)(uintptr_t)words[argc - 1];
	FILE *out = open_memstream(&result.out, &out_size);
	FILE *err = open_memstream(&result.err, &err_size);
	result.end = options_parse(argc, argv, out, err, &result.options);
	fclose(out);
	fclose(err);
	return result;
}

#define PARSE(...) parse((const char *const[]){ __VA_ARGS__, NULL })

static void
done(struct result *result)
{
	free(result->out);
	free(result->err);
}

static void
test_defaults(void)
{
	struct result result = PARSE("-f");
	CU_ASSERT_EQUAL(result.end, OPTIONS_RUN);
	CU_ASSERT_TRUE(result.options.foreground);
	CU_ASSERT_FALSE(result.options.check);
	CU_ASSERT_FALSE(result.options.user_given);
	CU_ASSERT_EQUAL(result.options.policies, 1);
	CU_ASSERT_STRING_EQUAL(result.options.policy[0],
			       SYSCONFDIR "/bellwether/policy.d");
	CU_ASSERT_STRING_EQUAL(result.options.state, LOCALSTATEDIR "/lib/bellwether");
	CU_ASSERT_STRING_EQUAL(result.options.user, "bellwether");
	CU_ASSERT_EQUAL(result.options.level, LOG_LEVEL_INFO);
	CU_ASSERT_PTR_NULL(result.options.socket);
	CU_ASSERT_PTR_NULL(result.options.master);
	CU_ASSERT_STRING_EQUAL(result.options.conf, SYSCONFDIR "/bellwether/snmp.conf");
	CU_ASSERT_FALSE(result.options.conf_given);
	done(&result);
}

static void
test_snmp(void)
{
	struct result result = PARSE("-x", "/run/agentx/master");
	CU_ASSERT_EQUAL(result.end, OPTIONS_RUN);
	CU_ASSERT_STRING_EQUAL(result.options.socket, "/run/agentx/master");
	done(&result);
	result = PARSE("--master", "udp:127.0.0.1:1161", "--snmp-conf", "c");
	CU_ASSERT_EQUAL(result.end, OPTIONS_RUN);
	CU_ASSERT_STRING_EQUAL(result.options.master, "udp:127.0.0.1:1161");
	CU_ASSERT_STRING_EQUAL(result.options.conf, "c");
	CU_ASSERT_TRUE(result.options.conf_given);
	done(&result);
}

static void
test_all_given(void)
{
	struct result result = PARSE("-p", "a.xml", "--policy", "b", "-s", "/state",
				     "-u", "nobody", "-l", "debug", "--check");
	CU_ASSERT_EQUAL(result.end, OPTIONS_RUN);
	CU_ASSERT_EQUAL(result.options.policies, 2);
	CU_ASSERT_STRING_EQUAL(result.options.policy[0], "a.xml");
	CU_ASSERT_STRING_EQUAL(result.options.policy[1], "b");
	CU_ASSERT_STRING_EQUAL(result.options.state, "/state");
	CU_ASSERT_STRING_EQUAL(result.options.user, "nobody");
	CU_ASSERT_TRUE(result.options.user_given);
	CU_ASSERT_EQUAL(result.options.level, LOG_LEVEL_DEBUG);
	CU_ASSERT_TRUE(result.options.check);
	CU_ASSERT_FALSE(result.options.foreground);
	done(&result);
}

static void
test_trace(void)
{
	static const struct {
		const char *text;
		int64_t size;
	} good[] = { { "0", 0 },
		     { "1048576", 1 << 20 },
		     { "16M", 16 << 20 },
		     { "2048K", 2 << 20 },
		     { "1024G", INT64_C(1) << 40 } };
	static const char *const bad[] = {
		"",     "M",    "16m",     "1K",    "-1",
		"1.5M", "16MB", "1048575", "1025G", "99999999999999999999"
	};
	struct result result = PARSE("-f");
	CU_ASSERT_EQUAL(result.options.trace, 64 << 20);
	done(&result);
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		result = PARSE("--trace", good[i].text);
		CU_ASSERT_EQUAL(result.end, OPTIONS_RUN);
		CU_ASSERT_EQUAL(result.options.trace, good[i].size);
		done(&result);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		result = PARSE("--trace", bad[i]);
		CU_ASSERT_EQUAL(result.end, OPTIONS_BAD);
		CU_ASSERT_PTR_NOT_NULL(strstr(result.err, "no such size"));
		done(&result);
	}
}

static void
test_help_and_version(void)
{
	struct result result = PARSE("--help");
	CU_ASSERT_EQUAL(result.end, OPTIONS_DONE);
	CU_ASSERT_PTR_NOT_NULL(strstr(result.out, "-p, --policy PATH"));
	CU_ASSERT_PTR_NOT_NULL(strstr(result.out, "--check"));
	CU_ASSERT_STRING_EQUAL(result.err, "");
	done(&result);
	result = PARSE("--version");
	CU_ASSERT_EQUAL(result.end, OPTIONS_DONE);
	CU_ASSERT_STRING_EQUAL(result.out, "bellwetherd " PACKAGE_VERSION "\n");
	done(&result);
}

static void
test_refusals(void)
{
	static const struct {
		const char *word[3];
		const char *says;
	} cases[] = {
		{ { "-z" }, "no such option: -z" },
		{ { "--nothing" }, "no such option: --nothing" },
		{ { "-p" }, "-p needs an argument" },
		{ { "--state" }, "--state needs an argument" },
		{ { "-l", "loud" }, "no such level: loud" },
		{ { "policy.xml" }, "unexpected argument: policy.xml" },
		{ { "-f", "-x" }, "-x needs an argument" },
		{ { "-x/a", "--master=b" }, "give one of them" },
		{ { "-x/a", "--snmp-conf=b" }, "snmpd.conf says who may ask" },
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct result result = PARSE(cases[i].word[0], cases[i].word[1]);
		CU_ASSERT_EQUAL(result.end, OPTIONS_BAD);
		CU_ASSERT_PTR_NOT_NULL(strstr(result.err, cases[i].says));
		CU_ASSERT_PTR_NOT_NULL(strstr(result.err, "--help"));
		CU_ASSERT_STRING_EQUAL(result.out, "");
		done(&result);
	}
}

static void
test_too_many_policies(void)
{
	const char *words[OPTIONS_POLICIES + 2] = { NULL };
	struct result result;
	for (size_t i = 0; i < OPTIONS_POLICIES; i++)
		words[i] = "-pp.xml";
	result = parse(words);
	CU_ASSERT_EQUAL(result.end, OPTIONS_RUN);
	CU_ASSERT_EQUAL(result.options.policies, OPTIONS_POLICIES);
	done(&result);
	words[OPTIONS_POLICIES] = "-pone-more";
	result = parse(words);
	CU_ASSERT_EQUAL(result.end, OPTIONS_BAD);
	CU_ASSERT_PTR_NOT_NULL(strstr(result.err, "name a folder"));
	done(&result);
}

static const struct unit_test tests[] = {
	{ "defaults", test_defaults },
	{ "all given", test_all_given },
	{ "SNMP", test_snmp },
	{ "help and version", test_help_and_version },
	{ "trace", test_trace },
	{ "refusals", test_refusals },
	{ "too many policies", test_too_many_policies },
};

int
main(void)
{
	return unit_run("options", tests, ARRAY_SIZE(tests));
}
