/* SPDX-License-Identifier: BSD-3-Clause */
/* Parameters and services, and the probes that they make. */
#include "config.h"

#include <string.h>

#include "common/bytes.h"
#include "common/clock.h"
#include "tests/unit/policy-tests.h"
#include "tests/unit/unit.h"

/* name, unit, service, role, rise, fall, interval ms, timeout ms, server, worst. */
static const struct {
	const char *name, *unit;
	bool service;
	enum policy_role role;
	uint32_t rise, fall;
	int64_t interval, timeout;
	bool server;
	enum probe_worst worst;
} inputs[] = {
	{ "rtt", "msec", false, 0, 0, 0, 1000, 700, true, WORST_TIMEOUT },
	{ "threads-available", "", false, 0, 0, 0, 1000, 700, true, WORST_ZERO },
	{ "home", "", false, 0, 0, 0, 2000, 700, true, WORST_NONE },
	{ "login", "ms", false, 0, 0, 0, 2000, 700, true, WORST_TIMEOUT },
	{ "verdict", "", false, 0, 0, 0, 2000, 700, true, WORST_ZERO },
	{ "busy", "", false, 0, 0, 0, 2000, 700, true, WORST_NONE },
	{ "available", "", false, 0, 0, 0, 2000, 700, true, WORST_ZERO },
	{ "backlog", "B", false, 0, 0, 0, 2000, 700, false, WORST_NONE },
	{ "drops", "/s", false, 0, 0, 0, 2000, 700, false, WORST_NONE },
	{ "sessions", "", false, 0, 0, 0, 30000, 10000, false, WORST_NONE },
	{ "exit", "", false, 0, 0, 0, 30000, 10000, false, WORST_NONE },
	{ "took", "ms", false, 0, 0, 0, 30000, 10000, true, WORST_TIMEOUT },
	{ "said", "", false, 0, 0, 0, 30000, 10000, false, WORST_NONE },
	{ "raid", "", false, 0, 0, 0, 2000, 700, false, WORST_NONE },
	{ "first", "", false, 0, 0, 0, 2000, 700, false, WORST_NONE },
	{ "ifload", "", false, 0, 0, 0, 2000, 700, false, WORST_NONE },
	{ "uptime", "cs", false, 0, 0, 0, 2000, 700, false, WORST_NONE },
	{ "elsewhere", "", false, 0, 0, 0, 2000, 700, false, WORST_NONE },
	{ "door", "ms", false, 0, 0, 0, 2000, 700, true, WORST_TIMEOUT },
	{ "tacacs-login", "ms", false, 0, 0, 0, 2000, 700, true, WORST_TIMEOUT },
	{ "login-of-nobody", "ms", false, 0, 0, 0, 2000, 700, true, WORST_TIMEOUT },
	{ "peer", "ms", false, 0, 0, 0, 2000, 700, true, WORST_TIMEOUT },
	{ "other-peer", "ms", false, 0, 0, 0, 2000, 700, true, WORST_TIMEOUT },
	{ "other-realm", "ms", false, 0, 0, 0, 2000, 700, true, WORST_TIMEOUT },
	{ "diameterd", "", true, ROLE_NONE, 2, 3, 2000, 700, true, WORST_ZERO },
	{ "tacacsd", "", true, ROLE_NONE, 2, 3, 2000, 700, true, WORST_ZERO },
	{ "workers", "", false, 0, 0, 0, 2000, 700, true, WORST_ZERO },
	{ "radiusd", "", true, ROLE_MANDATORY, 4, 5, 3000, 700, true, WORST_ZERO },
	{ "syslog", "", true, ROLE_DEPENDENT, 2, 3, 2000, 700, true, WORST_ZERO },
	{ "answers", "", true, ROLE_NONE, 2, 3, 2000, 700, true, WORST_ZERO },
	{ "logins", "", true, ROLE_NONE, 2, 3, 2000, 700, true, WORST_ZERO },
	{ "backup", "", true, ROLE_NONE, 2, 3, 2000, 100, false, WORST_ZERO },
};

void
test_inputs(void)
{
	struct policy *policy = load_everything();

	CU_ASSERT_EQUAL_FATAL(policy->inputs, SYSTEM_COUNT + ARRAY_SIZE(inputs));
	for (size_t i = 0; i < ARRAY_SIZE(inputs); i++) {
		const struct policy_input *input = &policy->input[SYSTEM_COUNT + i];

		CU_ASSERT_STRING_EQUAL(input->name, inputs[i].name);
		CU_ASSERT_STRING_EQUAL(input->unit, inputs[i].unit);
		CU_ASSERT_EQUAL(input->service, inputs[i].service);
		CU_ASSERT_EQUAL(input->rate, strcmp(input->name, "drops") == 0);
		CU_ASSERT_EQUAL(input->role, inputs[i].role);
		CU_ASSERT_EQUAL(input->rise, inputs[i].rise);
		CU_ASSERT_EQUAL(input->fall, inputs[i].fall);
		CU_ASSERT_EQUAL(input->interval, inputs[i].interval * MILLISECOND);
		CU_ASSERT_EQUAL(input->timeout, inputs[i].timeout * MILLISECOND);
		CU_ASSERT_EQUAL(input->server, inputs[i].server);
		CU_ASSERT_EQUAL(input->worst, inputs[i].worst);
		CU_ASSERT_EQUAL(
		    policy_find_input(policy, input->name, strlen(input->name)),
		    SYSTEM_COUNT + i);
	}
	CU_ASSERT_EQUAL(policy_find_input(policy, "nothing", 7), POLICY_NONE);
	policy_free(policy);
}

static const struct probe *
find_probe(const struct policy *policy, const char *input, uint32_t *output)
{
	uint32_t number = policy_find_input(policy, input, strlen(input));

	for (size_t i = 0; i < policy->probes; i++)
		for (*output = 0; *output < policy->probe[i].outputs; ++*output)
			if (policy->probe[i].output[*output].input == number)
				return &policy->probe[i];
	CU_FAIL_FATAL("an input without a probe");
	return NULL;
}

void
test_radius_probes(void)
{
	struct policy *policy = load_everything();
	char text[ENDPOINT_TEXT];
	uint32_t output;
	const struct probe *probe = find_probe(policy, "rtt", &output);

	CU_ASSERT_EQUAL(probe->kind, PROBE_RADIUS_STATUS);
	CU_ASSERT_STRING_EQUAL(probe->name, "rtt");
	CU_ASSERT_EQUAL(probe->outputs,
			2); /* threads-available is in the same answer */
	CU_ASSERT_EQUAL(probe->output[output].value, VALUE_ELAPSED);
	CU_ASSERT_PTR_EQUAL(find_probe(policy, "threads-available", &output), probe);
	CU_ASSERT_EQUAL(probe->output[output].value, VALUE_THREADS_AVAILABLE);
	CU_ASSERT_STRING_EQUAL(endpoint_format(&probe->radius_status.server, text),
			       "127.0.0.1:18121");
	CU_ASSERT_EQUAL(probe->radius_status.secret_size, 6);
	CU_ASSERT_EQUAL(memcmp(probe->radius_status.secret, "secret", 6), 0);
	CU_ASSERT_EQUAL(probe->interval, SECOND);
	CU_ASSERT_EQUAL(probe->timeout, 700 * MILLISECOND);

	probe = find_probe(policy, "answers", &output);
	CU_ASSERT_EQUAL(probe->kind, PROBE_RADIUS_STATUS);
	CU_ASSERT_EQUAL(probe->output[output].value, VALUE_STATE);
	CU_ASSERT_STRING_EQUAL(endpoint_format(&probe->radius_status.server, text),
			       "[::1]:18121");

	CU_ASSERT_EQUAL(probe->radius_status.home.port, 0);

	probe = find_probe(policy, "home", &output);
	CU_ASSERT_EQUAL(probe->output[output].selector, 173);
	CU_ASSERT_STRING_EQUAL(endpoint_format(&probe->radius_status.home, text),
			       "[2001:db8::7]:1812");

	probe = find_probe(policy, "login", &output);
	CU_ASSERT_EQUAL(probe->kind, PROBE_RADIUS_LOGIN);
	CU_ASSERT_EQUAL(probe->output[output].value, VALUE_ELAPSED);
	/* The default said out loud is the same question. */
	CU_ASSERT_PTR_EQUAL(find_probe(policy, "verdict", &output), probe);
	CU_ASSERT_EQUAL(probe->output[output].value, VALUE_LOGIN);
	CU_ASSERT_STRING_EQUAL(endpoint_format(&probe->radius_login.server, text),
			       "127.0.0.1:1812");
	CU_ASSERT_STRING_EQUAL(probe->radius_login.user, "probe");
	CU_ASSERT_STRING_EQUAL(probe->radius_login.nas_identifier, "bellwether");
	CU_ASSERT_EQUAL(probe->radius_login.secret_size, 6);
	CU_ASSERT_EQUAL(probe->radius_login.password_size, 11);
	CU_ASSERT_EQUAL(memcmp(probe->radius_login.password, "pass  word ", 11), 0);
	probe = find_probe(policy, "available", &output);
	CU_ASSERT_EQUAL(probe->kind, PROBE_RADIUS_THREADS);
	CU_ASSERT_STRING_EQUAL(probe->radius_threads.process, "freeradius");
	CU_ASSERT_EQUAL(probe->radius_threads.max, 32);
	CU_ASSERT_STRING_EQUAL(probe->output[output].label, "threads-available");
	CU_ASSERT_PTR_EQUAL(find_probe(policy, "busy", &output), probe);
	CU_ASSERT_STRING_EQUAL(probe->output[output].label, "threads-busy");
	probe = find_probe(policy, "logins", &output);
	CU_ASSERT_EQUAL(probe->output[output].value, VALUE_STATE);
	CU_ASSERT_STRING_EQUAL(probe->radius_login.user, "an other");
	policy_free(policy);
}

void
test_exec_probes(void)
{
	struct policy *policy = load_everything();
	uint32_t output;
	const struct probe *probe = find_probe(policy, "sessions", &output);

	CU_ASSERT_EQUAL(probe->kind, PROBE_EXEC);
	CU_ASSERT_STRING_EQUAL(probe->exec.argument[0], "/usr/lib/x/check_x");
	CU_ASSERT_STRING_EQUAL(probe->exec.argument[1], "-p");
	CU_ASSERT_STRING_EQUAL(probe->exec.argument[2], "a  b");
	CU_ASSERT_STRING_EQUAL(probe->exec.argument[3], "-q");
	CU_ASSERT_PTR_NULL(probe->exec.argument[4]);
	CU_ASSERT_STRING_EQUAL(probe->exec.user, "nobody");
	CU_ASSERT_EQUAL(probe->timeout, 10 * SECOND);
	CU_ASSERT_EQUAL(probe->output[output].value, VALUE_PERFDATA);
	CU_ASSERT_STRING_EQUAL(probe->output[output].label, "sessions");
	/* The same words, other quotes: one run for both. */
	CU_ASSERT_PTR_EQUAL(find_probe(policy, "exit", &output), probe);
	CU_ASSERT_EQUAL(probe->output[output].value, VALUE_EXIT);
	CU_ASSERT_PTR_NULL(probe->output[output].label);

	CU_ASSERT_PTR_EQUAL(find_probe(policy, "took", &output), probe);
	CU_ASSERT_EQUAL(probe->output[output].value, VALUE_ELAPSED);
	CU_ASSERT_PTR_EQUAL(find_probe(policy, "said", &output), probe);
	CU_ASSERT_EQUAL(probe->output[output].value, VALUE_EXIT);

	probe = find_probe(policy, "backup", &output);
	CU_ASSERT_EQUAL(probe->output[output].value, VALUE_STATE);
	CU_ASSERT_STRING_EQUAL(probe->exec.user, "backup");
	CU_ASSERT_EQUAL(probe->timeout, 100 * MILLISECOND);
	policy_free(policy);
}

void
test_other_probes(void)
{
	struct policy *policy = load_everything();
	uint32_t output;
	const struct probe *probe = find_probe(policy, "backlog", &output);

	CU_ASSERT_EQUAL(probe->kind, PROBE_UDP_BACKLOG);
	CU_ASSERT_EQUAL(probe->udp_backlog.port, 1812);
	CU_ASSERT_EQUAL(probe->output[output].value, VALUE_QUEUE);
	CU_ASSERT_PTR_EQUAL(find_probe(policy, "drops", &output), probe);
	CU_ASSERT_EQUAL(probe->output[output].value, VALUE_DROPS);

	probe = find_probe(policy, "raid", &output);
	CU_ASSERT_EQUAL(probe->kind, PROBE_FILE);
	CU_ASSERT_STRING_EQUAL(probe->file.path, "/proc/mdstat");
	CU_ASSERT_STRING_EQUAL(probe->file.pattern, "recovery = *([0-9.]+)");
	probe = find_probe(policy, "first", &output);
	CU_ASSERT_STRING_EQUAL(probe->file.pattern, "(-?[0-9]+(\\.[0-9]+)?)");
	CU_ASSERT_EQUAL(probe->output[output].value, VALUE_MATCH);

	probe = find_probe(policy, "door", &output);
	CU_ASSERT_EQUAL(probe->kind, PROBE_TCP);
	CU_ASSERT_EQUAL(probe->tcp.to.port, 49);
	CU_ASSERT_EQUAL(probe->output[output].value, VALUE_ELAPSED);
	probe = find_probe(policy, "syslog", &output);
	CU_ASSERT_EQUAL(probe->output[output].value, VALUE_STATE);
	CU_ASSERT(has_address(&probe->tcp.to.address, "::1"));

	probe = find_probe(policy, "workers", &output);
	CU_ASSERT_EQUAL(probe->kind, PROBE_PROCESS);
	CU_ASSERT_STRING_EQUAL(probe->process.name, "freeradius");
	CU_ASSERT_EQUAL(probe->output[output].value, VALUE_COUNT);
	/* The service asks for the same processes, at another pace. */
	CU_ASSERT_PTR_NOT_EQUAL(find_probe(policy, "radiusd", &output), probe);

	probe = &policy->probe[0];
	CU_ASSERT_EQUAL_FATAL(probe->system.links, 2);
	CU_ASSERT_STRING_EQUAL(probe->system.link[1], "eth1");
	CU_ASSERT_EQUAL_FATAL(probe->system.reaches, 1);
	CU_ASSERT(has_address(&probe->system.reach[0], "192.0.2.1"));
	CU_ASSERT_EQUAL(policy->probes, 25);
	policy_free(policy);
}

void
test_diameter_probes(void)
{
	struct policy *policy = load_everything();
	char text[ENDPOINT_TEXT];
	uint32_t output;
	const struct probe *probe = find_probe(policy, "peer", &output);

	CU_ASSERT_EQUAL(probe->kind, PROBE_DIAMETER);
	CU_ASSERT_EQUAL(probe->output[output].value, VALUE_ELAPSED);
	CU_ASSERT_STRING_EQUAL(endpoint_format(&probe->diameter.to, text),
			       "192.0.2.10:3869");
	CU_ASSERT_STRING_EQUAL(probe->diameter.origin_host, "probe.test");
	CU_ASSERT_STRING_EQUAL(probe->diameter.origin_realm, "test");
	/* Who asks is part of the question. */
	CU_ASSERT_PTR_NOT_EQUAL(find_probe(policy, "other-peer", &output), probe);
	CU_ASSERT_PTR_NOT_EQUAL(find_probe(policy, "other-realm", &output), probe);

	probe = find_probe(policy, "diameterd", &output);
	CU_ASSERT_EQUAL(probe->output[output].value, VALUE_STATE);
	CU_ASSERT_STRING_EQUAL(endpoint_format(&probe->diameter.to, text),
			       "[::1]:3868");
	policy_free(policy);
}

void
test_tacacs_probes(void)
{
	struct policy *policy = load_everything();
	char text[ENDPOINT_TEXT];
	uint32_t output;
	const struct probe *probe = find_probe(policy, "tacacs-login", &output);

	CU_ASSERT_EQUAL(probe->kind, PROBE_TACACS);
	CU_ASSERT_EQUAL(probe->output[output].value, VALUE_ELAPSED);
	CU_ASSERT_STRING_EQUAL(endpoint_format(&probe->tacacs.to, text),
			       "192.0.2.10:4949");
	CU_ASSERT_STRING_EQUAL(probe->tacacs.user, "probe");
	CU_ASSERT_EQUAL_FATAL(probe->tacacs.secret_size, 6);
	CU_ASSERT_EQUAL(memcmp(probe->tacacs.secret, "secret", 6), 0);
	/* Who logs in is part of the question. */
	CU_ASSERT_PTR_NOT_EQUAL(find_probe(policy, "login-of-nobody", &output), probe);

	probe = find_probe(policy, "tacacsd", &output);
	CU_ASSERT_EQUAL(probe->kind, PROBE_TACACS);
	CU_ASSERT_EQUAL(probe->output[output].value, VALUE_STATE);
	CU_ASSERT_STRING_EQUAL(endpoint_format(&probe->tacacs.to, text), "[::1]:49");
	CU_ASSERT_STRING_EQUAL(probe->tacacs.user, "");
	policy_free(policy);
}

void
test_snmp_probes(void)
{
	struct policy *policy = load_everything();
	char text[ENDPOINT_TEXT];
	uint32_t output;
	const struct probe *probe = find_probe(policy, "ifload", &output);
	const struct snmp_access *access = probe->snmp.access;

	CU_ASSERT_EQUAL(probe->kind, PROBE_SNMP);
	CU_ASSERT_EQUAL(probe->outputs, 2);
	CU_ASSERT_EQUAL(probe->output[output].value, VALUE_OBJECT);
	CU_ASSERT_STRING_EQUAL(probe->output[output].label,
			       "1.3.6.1.4.1.2021.10.1.5.1");
	CU_ASSERT_STRING_EQUAL(endpoint_format(&probe->snmp.agent, text),
			       "127.0.0.1:161");
	/* In the same GET. */
	CU_ASSERT_PTR_EQUAL(find_probe(policy, "uptime", &output), probe);
	CU_ASSERT_STRING_EQUAL(probe->output[output].label, "1.3.6.1.2.1.1.3.0");
	CU_ASSERT_PTR_NOT_NULL_FATAL(access);
	CU_ASSERT_EQUAL(access->version, ACCESS_V3);
	/* What the passphrases allow. */
	CU_ASSERT_EQUAL(access->level, ACCESS_PRIVACY);
	CU_ASSERT_STRING_EQUAL(access->user, "ann");
	CU_ASSERT_STRING_EQUAL(access->community, "");
	CU_ASSERT_STRING_EQUAL(access->auth_type, "SHA-256");
	CU_ASSERT_STRING_EQUAL(access->auth_passphrase, "with \"quotes\" and \\");
	CU_ASSERT_STRING_EQUAL(access->privacy_type, "AES");
	CU_ASSERT_STRING_EQUAL(access->privacy_passphrase, "not in quotes");

	probe = find_probe(policy, "elsewhere", &output);
	CU_ASSERT_STRING_EQUAL(endpoint_format(&probe->snmp.agent, text),
			       "[2001:db8::1]:1161");
	access = probe->snmp.access;
	CU_ASSERT_PTR_NOT_NULL_FATAL(access);
	CU_ASSERT_EQUAL(access->version, ACCESS_V2C);
	CU_ASSERT_STRING_EQUAL(access->community, "public");
	policy_free(policy);
}

/* What looks alike but is asked otherwise runs by itself. */
void
test_apart(void)
{
#define RUN(name, more)                                                             \
	"<parameter name=\"" name "\" every=\"10s\"><exec command=\"/bin/x\" " more \
	"/></parameter>"
	struct policy *policy = load_text(POLICY(
	    "<monitor>" RUN("a", "") RUN("b", "user=\"u\"") RUN("c", "timeout=\"2s\"")
		RUN("d",
		    "perfdata=\"p\"") "<parameter name=\"e\" every=\"11s\"><exec "
				      "command=\"/bin/x\"/>"
				      "</parameter><parameter name=\"f\" "
				      "every=\"200ms\">"
				      "<udp-backlog port=\"9\"/></parameter></monitor>",
	    "", NAS1));
	uint32_t output;

	CU_ASSERT_EQUAL(policy->probes, 1 + 5);
	CU_ASSERT_PTR_EQUAL(find_probe(policy, "a", &output),
			    find_probe(policy, "d", &output));
	CU_ASSERT_EQUAL(find_probe(policy, "b", &output)->outputs, 1);
	CU_ASSERT_EQUAL(find_probe(policy, "c", &output)->timeout, 2 * SECOND);
	CU_ASSERT_EQUAL(find_probe(policy, "e", &output)->interval, 11 * SECOND);
	/* No answer is waited for beyond the next question. */
	CU_ASSERT_EQUAL(find_probe(policy, "f", &output)->timeout, 200 * MILLISECOND);
	policy_free(policy);
#undef RUN
}
