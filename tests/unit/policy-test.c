/* SPDX-License-Identifier: BSD-3-Clause */
/* What a policy holds after loading: every element, every default. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "common/clock.h"
#include "policy/expression.h"
#include "tests/unit/policy-source.h"
#include "tests/unit/policy-tests.h"
#include "tests/unit/unit.h"

char *
faults_text(const struct faults *faults)
{
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	faults_print(faults, file);
	fclose(file);
	return text;
}

static struct policy *
load_memory(const char *text, struct faults *faults)
{
	const struct test_document documents[] = {
		{ "policy.xml", text, 0 },
		{ "status.key", "secret\r\n", 0 },
	};
	struct memory_source memory = { documents, ARRAY_SIZE(documents) };
	struct policy_source source = memory_source(&memory);

	return policy_load(&source, "policy.xml", faults);
}

struct policy *
load_text(const char *text)
{
	struct faults *faults = faults_new(20);
	struct policy *policy = load_memory(text, faults);

	faults_print(faults, stdout);
	CU_ASSERT_EQUAL(faults_count(faults), 0);
	faults_free(faults);
	CU_ASSERT_PTR_NOT_NULL_FATAL(policy);
	return policy;
}

void
compare_text(const char *found, const char *expected)
{
	CU_ASSERT_STRING_EQUAL(found, expected);
	if (strcmp(found, expected) != 0)
		printf("\nexpected:\n%sfound:\n%s", expected, found);
}

void
refuse_text(const char *text, const char *expected)
{
	struct faults *faults = faults_new(100);
	struct policy *policy = load_memory(text, faults);
	char *found = faults_text(faults);

	CU_ASSERT_PTR_NULL(policy);
	compare_text(found, expected);
	policy_free(policy);
	faults_free(faults);
	free(found);
}

struct policy *
load_file(const char *folder, const char *path, struct faults *faults)
{
	char full[4096];
	struct folder_source context = { full };
	struct policy_source source = folder_source(&context);

	snprintf(full, sizeof(full), "%s/%s", getenv("top_srcdir"), folder);
	return policy_load(&source, path, faults);
}

static void
test_defaults(void)
{
	struct policy *policy = load_text(POLICY("", "", NAS1));

	CU_ASSERT_EQUAL(policy->mode, MODE_AUTOMATIC);
	CU_ASSERT_EQUAL(policy->transport, 1);
	CU_ASSERT_EQUAL(policy->port, 0);
	CU_ASSERT_EQUAL(policy->keys, 1);
	CU_ASSERT_EQUAL(policy->key[0].algorithm, 1);
	CU_ASSERT_STRING_EQUAL(policy->key[0].file, "aaa1.key");
	CU_ASSERT_EQUAL(policy->key[0].line, 2);
	CU_ASSERT_EQUAL(policy->alternates, 0);
	CU_ASSERT_EQUAL(policy->interval, SECOND);
	CU_ASSERT_EQUAL(policy->timeout, 800 * MILLISECOND);
	CU_ASSERT_EQUAL(policy->inputs, SYSTEM_COUNT);
	CU_ASSERT_EQUAL(policy->probes, 1);
	CU_ASSERT_EQUAL(policy->failover.threshold, 30);
	CU_ASSERT_EQUAL(policy->failover.duration, 10 * SECOND);
	CU_ASSERT_EQUAL(policy->failover.whens, 0);
	CU_ASSERT_EQUAL(policy->failover.hold_down, 0);
	CU_ASSERT_EQUAL(policy->failover.hold_down_max, 0);
	CU_ASSERT_EQUAL_FATAL(policy->failover.steps, 1);
	CU_ASSERT_EQUAL(policy->failover.step[0].after, 0);
	CU_ASSERT_EQUAL_FATAL(policy->failover.step[0].select.terms, 1);
	CU_ASSERT_EQUAL(policy->failover.step[0].select.term->kind, SELECT_ALL);
	CU_ASSERT_PTR_NULL(policy->failover.step[0].select.row);
	CU_ASSERT_EQUAL(policy->failover.step[0].select.share, 1);
	CU_ASSERT_EQUAL(policy->failover.step[0].select.limit, 0);
	CU_ASSERT_EQUAL(policy->failover.step[0].select.order, ORDER_PRIORITY);
	CU_ASSERT_EQUAL(policy->failover.validity, HOUR);
	CU_ASSERT_EQUAL(policy->failover.spread, 0);
	CU_ASSERT_EQUAL(policy->failover.retry, SECOND);
	CU_ASSERT_EQUAL(policy->failover.attempts, 5);
	CU_ASSERT_EQUAL(policy->failover.rate, 500);
	CU_ASSERT_EQUAL(policy->connection.threshold, 60);
	CU_ASSERT_EQUAL(policy->connection.duration, MINUTE);
	CU_ASSERT_EQUAL(policy->connection.batch, 50);
	CU_ASSERT_EQUAL(policy->connection.every, 10 * SECOND);
	CU_ASSERT_EQUAL(policy->connection.order, ORDER_PRIORITY);
	CU_ASSERT_EQUAL(policy->connection.admit, 20);
	CU_ASSERT(!policy->control);
	CU_ASSERT_EQUAL(policy->control_share, 0.5);
	CU_ASSERT_EQUAL(policy->hello, 5 * MINUTE);
	CU_ASSERT_FALSE(policy->activity.on);
	CU_ASSERT_EQUAL(policy->clients, 1);
	CU_ASSERT_EQUAL(policy->client[0].site, POLICY_NONE);
	CU_ASSERT_EQUAL(policy->client[0].priority, 0);
	CU_ASSERT_EQUAL(policy->client[0].line, 5);
	CU_ASSERT_PTR_NOT_NULL(policy->performance);
	policy_free(policy);
}

static void
test_built_in(void)
{
	struct policy *policy =
	    load_text(POLICY("<monitor interval=\"500ms\"/>", "", NAS1));

	for (uint32_t i = 0; i < SYSTEM_COUNT; i++) {
		const struct policy_input *input = &policy->input[i];

		CU_ASSERT_STRING_EQUAL(input->name, probe_system_name[i]);
		CU_ASSERT_STRING_EQUAL(input->unit, probe_system_unit[i]);
		CU_ASSERT(!input->service && !input->server);
		CU_ASSERT_EQUAL(input->interval, 500 * MILLISECOND);
		CU_ASSERT_EQUAL(input->timeout, 500 * MILLISECOND);
		CU_ASSERT_EQUAL(policy->probe[0].output[i].input, i);
		CU_ASSERT_EQUAL(policy->probe[0].output[i].value, VALUE_SYSTEM);
		CU_ASSERT_EQUAL(policy->probe[0].output[i].selector, i);
	}
	CU_ASSERT_EQUAL(policy->probe[0].kind, PROBE_SYSTEM);
	CU_ASSERT_EQUAL(policy->probe[0].outputs, SYSTEM_COUNT);
	CU_ASSERT_EQUAL(policy->probe[0].interval, 500 * MILLISECOND);
	CU_ASSERT_EQUAL(policy->probe[0].timeout, 500 * MILLISECOND);
	policy_free(policy);
}

/* ---- the document that says everything ---- */

struct policy *
load_everything(void)
{
	struct faults *faults = faults_new(20);
	struct policy *policy =
	    load_file("tests/policy/good", "everything.xml", faults);

	faults_print(faults, stdout);
	CU_ASSERT_EQUAL(faults_count(faults), 0);
	faults_free(faults);
	CU_ASSERT_PTR_NOT_NULL_FATAL(policy);
	return policy;
}

bool
has_address(const struct address *address, const char *text)
{
	struct address other;

	return address_parse(text, &other) && address_equal(address, &other);
}

static void
test_server(void)
{
	struct policy *policy = load_everything();

	CU_ASSERT_EQUAL(policy->mode, MODE_ADVISE);
	CU_ASSERT_STRING_EQUAL(policy->server, "aaa1");
	CU_ASSERT(has_address(&policy->address, "192.0.2.10"));
	CU_ASSERT_EQUAL(policy->transport, 2);
	CU_ASSERT_EQUAL(policy->port, 4242);
	CU_ASSERT_EQUAL_FATAL(policy->keys, 2);
	CU_ASSERT_EQUAL(policy->key[0].id, 2);
	CU_ASSERT_EQUAL(policy->key[0].algorithm, 2);
	CU_ASSERT_STRING_EQUAL(policy->key[1].file, "/etc/one.key");
	CU_ASSERT_EQUAL(policy->key[1].algorithm, 1);

	CU_ASSERT_EQUAL_FATAL(policy->alternates, 3);
	CU_ASSERT_STRING_EQUAL(policy->alternate[0].name, "aaa2"); /* best first */
	CU_ASSERT_STRING_EQUAL(policy->alternate[1].name, "aaa4");
	CU_ASSERT_STRING_EQUAL(policy->alternate[2].name, "aaa3");
	CU_ASSERT_EQUAL(policy->alternate[0].priority, 1);
	CU_ASSERT_EQUAL(policy->alternate[0].weight, 100);
	CU_ASSERT_EQUAL(policy->alternate[0].port, 0);
	CU_ASSERT_EQUAL(policy->alternate[2].port, 1645);
	CU_ASSERT_EQUAL(policy->alternate[2].weight, 50);
	CU_ASSERT(has_address(&policy->alternate[2].address, "192.0.2.12"));
	policy_free(policy);
}

static void
test_health(void)
{
	struct policy *policy = load_everything();
	const struct policy_health *aaa2 = &policy->alternate[0].health;
	const struct policy_health *aaa4 = &policy->alternate[1].health;

	CU_ASSERT_EQUAL(policy->distribute, DISTRIBUTE_HEADROOM);
	CU_ASSERT_EQUAL(policy->when_none, WHEN_NONE_SEND);
	CU_ASSERT_EQUAL(policy->alternate[0].capacity, 1000000);
	CU_ASSERT_EQUAL(policy->alternate[1].capacity, 1);
	CU_ASSERT_EQUAL(policy->alternate[2].capacity, 7000);
	CU_ASSERT(aaa2->on && aaa4->on && policy->alternate[2].health.on);
	CU_ASSERT(has_address(&aaa2->agent.address, "192.0.2.11"));
	CU_ASSERT_EQUAL(aaa2->agent.port, 1161);
	CU_ASSERT_EQUAL(aaa2->every, 5 * SECOND);
	CU_ASSERT_STRING_EQUAL(aaa2->server, "aaa2");
	CU_ASSERT_STRING_EQUAL(aaa4->server, "radius4");
	CU_ASSERT_EQUAL(aaa4->every, 250 * MILLISECOND);
	CU_ASSERT_EQUAL(policy->alternate[2].health.agent.port, 161);
	/* The words of their files, read once for all who name one. */
	CU_ASSERT_PTR_NOT_NULL_FATAL(aaa2->access);
	CU_ASSERT_PTR_EQUAL(aaa2->access, policy->alternate[2].health.access);
	CU_ASSERT_PTR_NOT_EQUAL(aaa2->access, aaa4->access);
	policy_free(policy);

	policy = load_text(POLICY("", "", NAS1));
	CU_ASSERT_EQUAL(policy->distribute, DISTRIBUTE_WEIGHT);
	CU_ASSERT_EQUAL(policy->when_none, WHEN_NONE_HOLD);
	policy_free(policy);
}

static void
check_steps(const struct policy *policy)
{
	const struct policy_step *step = policy->failover.step;
	char text[100];

	CU_ASSERT_EQUAL_FATAL(policy->failover.steps, 3);
	CU_ASSERT_EQUAL(step[0].after, 4 * SECOND);
	CU_ASSERT_EQUAL(step[0].line, 25);
	CU_ASSERT_EQUAL(step[1].after, 45 * SECOND);
	policy_describe(&step[1].select, text, sizeof(text));
	CU_ASSERT_STRING_EQUAL(text, "group vpn - client nas1");
	CU_ASSERT_EQUAL(step[1].select.share, 1);
	CU_ASSERT_EQUAL(step[1].select.limit, 0);
	CU_ASSERT_EQUAL(step[1].select.order, ORDER_PRIORITY);
	CU_ASSERT_EQUAL(step[1].select.rows, 2);
	CU_ASSERT_EQUAL(step[2].after, 30 * SECOND); /* the default */
	CU_ASSERT_EQUAL(step[2].select.limit, 5);
	CU_ASSERT_PTR_NULL(step[2].select.row);
}

static void
test_verdicts(void)
{
	struct policy *policy = load_everything();
	const struct policy_failover *failover = &policy->failover;
	char text[100];

	CU_ASSERT_STRING_EQUAL(policy->performance_text, "100 - $cpu");
	CU_ASSERT_EQUAL(policy->performance_line, 28);
	CU_ASSERT_EQUAL(failover->threshold, -2.25);
	CU_ASSERT_EQUAL(failover->duration, 12 * SECOND);
	CU_ASSERT_EQUAL_FATAL(failover->whens, 2);
	CU_ASSERT_STRING_EQUAL(failover->when[0].name, "out-of-threads");
	CU_ASSERT_STRING_EQUAL(failover->when[0].text, "$threads-available = 0");
	CU_ASSERT_EQUAL(failover->when[0].duration, 3 * SECOND);
	CU_ASSERT_EQUAL(failover->when[0].line, 23);
	CU_ASSERT_PTR_NOT_NULL(failover->when[0].test);
	CU_ASSERT_STRING_EQUAL(failover->when[1].text, "average('rtt', '10s') > 400");
	CU_ASSERT_EQUAL(failover->when[1].duration, 12 * SECOND); /* the failover's */
	CU_ASSERT_EQUAL_FATAL(failover->step[0].select.terms, 1);
	CU_ASSERT_EQUAL(failover->step[0].select.term->kind, SELECT_SITE);
	CU_ASSERT_EQUAL(failover->step[0].select.term->of,
			policy_find_site(policy, "paris"));
	CU_ASSERT_EQUAL(failover->step[0].select.share, 0.125);
	CU_ASSERT_EQUAL(failover->step[0].select.limit, 99);
	CU_ASSERT_EQUAL(failover->step[0].select.order, ORDER_RANDOM);
	CU_ASSERT_EQUAL(failover->hold_down, 7 * MINUTE);
	CU_ASSERT_EQUAL(failover->hold_down_max, 90 * MINUTE);
	check_steps(policy);
	CU_ASSERT_EQUAL(failover->validity, 2 * HOUR);
	CU_ASSERT_EQUAL(failover->spread, 5 * SECOND);
	CU_ASSERT_EQUAL(failover->retry, 1500 * MILLISECOND);
	CU_ASSERT_EQUAL(failover->attempts, 6);
	CU_ASSERT_EQUAL(failover->rate, 250);
	CU_ASSERT_EQUAL(policy->connection.threshold, 60.5);
	CU_ASSERT_EQUAL(policy->connection.duration, 45 * SECOND);
	CU_ASSERT_EQUAL(policy->connection.batch, 11);
	CU_ASSERT_EQUAL(policy->connection.every, 13 * SECOND);
	CU_ASSERT_EQUAL(policy->connection.order, ORDER_NAME);
	CU_ASSERT_EQUAL(policy->connection.admit, 7);
	CU_ASSERT(policy->control);
	CU_ASSERT_EQUAL(policy->control_share, 0.125);
	policy_describe(&failover->step[0].select, text, sizeof(text));
	CU_ASSERT_STRING_EQUAL(text, "site paris, share 12.50%, at most 99");
	policy_free(policy);
}

/* ---- clients ---- */

static bool
is_member(const struct policy *policy, const struct policy_set *set, const char *name)
{
	for (uint32_t i = 0; i < set->members; i++)
		if (strcmp(policy->client[set->member[i]].name, name) == 0)
			return true;
	return false;
}

static void
check_sets(const struct policy *policy, const struct policy_set *set, size_t sets)
{
	for (size_t i = 0; i < sets; i++)
		for (uint32_t j = 0; j < set[i].members; j++) {
			CU_ASSERT(set[i].member[j] < policy->clients);
			CU_ASSERT(j == 0 || set[i].member[j - 1] < set[i].member[j]);
		}
}

static void
test_inventory(void)
{
	/* In document order; ap-2-x has the address of special, and gives way. */
	static const struct {
		const char *name, *address, *site;
		uint32_t priority;
	} expected[] = {
		{ "nas1", "198.51.100.1", "paris", 10 },
		{ "ap-1-x", "198.51.100.129", "louvre", 3 },
		{ "ap-3-x", "198.51.100.131", "louvre", 3 },
		{ "ap-4-x", "198.51.100.132", "louvre", 3 },
		{ "nas7", "2001:db8::7", "frankfurt", 0 },
		{ "special", "198.51.100.130", NULL, 0 },
		{ "lab-1", "2001:db8:1::1", "lab", 0 },
		{ "lab-2", "2001:db8:1::2", "lab", 0 },
		{ "lab-3", "2001:db8:1::3", "lab", 0 },
	};
	struct policy *policy = load_everything();

	CU_ASSERT_EQUAL(policy->hello, 90 * SECOND);
	CU_ASSERT(policy->activity.on);
	CU_ASSERT_EQUAL(policy->activity.every, 20 * SECOND);
	CU_ASSERT_EQUAL(policy->activity.grace, 2 * MINUTE);
	CU_ASSERT_EQUAL(policy->activity.quiet, 7 * MINUTE);
	CU_ASSERT_EQUAL(policy->activity.back, 3 * HOUR);
	CU_ASSERT_EQUAL(policy->activity.rate, 9);
	CU_ASSERT_EQUAL(policy->activity.requests, REQUESTS_LOGINS);
	CU_ASSERT_EQUAL(policy->activity.server.port, 18122);
	CU_ASSERT_EQUAL(policy->activity.secret_size, 6);
	CU_ASSERT_EQUAL_FATAL(policy->clients, ARRAY_SIZE(expected));
	for (uint32_t i = 0; i < ARRAY_SIZE(expected); i++) {
		const struct policy_client *client = &policy->client[i];

		CU_ASSERT_STRING_EQUAL(client->name, expected[i].name);
		CU_ASSERT(has_address(&client->address, expected[i].address));
		CU_ASSERT_EQUAL(client->priority, expected[i].priority);
		CU_ASSERT_EQUAL(client->site,
				expected[i].site == NULL
				    ? POLICY_NONE
				    : policy_find_site(policy, expected[i].site));
		CU_ASSERT_EQUAL(
		    policy_find_client(policy, client->name, strlen(client->name)), i);
	}
	CU_ASSERT_EQUAL(policy_find_client(policy, "ap-2-x", 6), POLICY_NONE);
	CU_ASSERT_EQUAL(policy_find_client(policy, "nas", 3), POLICY_NONE);
	CU_ASSERT_EQUAL(policy->files, 2);
	CU_ASSERT_EQUAL(policy->client[0].line, 7);
	CU_ASSERT_EQUAL(policy->client[8].file, 1);
	CU_ASSERT_EQUAL(policy->client[8].line, 4);
	CU_ASSERT(policy_client_bytes(policy) > 0);
	policy_free(policy);
}

static void
test_sets(void)
{
	struct policy *policy = load_everything();
	const struct policy_set *set;

	check_sets(policy, policy->list, policy->lists);
	check_sets(policy, policy->group, policy->groups);
	CU_ASSERT_EQUAL_FATAL(policy->lists, 2);
	set = &policy->list[policy_find_set(policy->list, policy->lists, "core")];
	CU_ASSERT_EQUAL(set->members, 2); /* nas7 is named twice */
	CU_ASSERT(is_member(policy, set, "nas1") && is_member(policy, set, "nas7"));
	set = &policy->list[policy_find_set(policy->list, policy->lists, "lab")];
	CU_ASSERT(is_member(policy, set, "lab-2") && is_member(policy, set, "nas1"));
	CU_ASSERT_EQUAL_FATAL(policy->groups, 3);
	set =
	    &policy->group[policy_find_set(policy->group, policy->groups, "wireless")];
	CU_ASSERT_EQUAL(set->members,
			4); /* special is no member: its own groups count */
	CU_ASSERT(is_member(policy, set, "ap-4-x") && is_member(policy, set, "nas1"));
	set = &policy->group[policy_find_set(policy->group, policy->groups, "vpn")];
	CU_ASSERT_EQUAL(set->members, 3);
	CU_ASSERT_EQUAL(policy_find_set(policy->group, policy->groups, "no"),
			POLICY_NONE);

	CU_ASSERT_EQUAL_FATAL(policy->sites, 4);
	CU_ASSERT_EQUAL(policy->site[policy_find_site(policy, "louvre")].parent,
			policy_find_site(policy, "paris"));
	CU_ASSERT_EQUAL(policy->site[policy_find_site(policy, "paris")].parent,
			POLICY_NONE);
	CU_ASSERT(policy->site[policy_find_site(policy, "frankfurt")].home);
	CU_ASSERT(!policy->site[policy_find_site(policy, "paris")].home);
	CU_ASSERT_EQUAL(policy_find_site(policy, "berlin"), POLICY_NONE);
	policy_free(policy);
}

static void
test_ranges(void)
{
	struct policy *policy = load_text(
	    POLICY("", "",
		   "<client name=\"a\" address=\"10.1.0.2\" groups=\"x\"/>"
		   "<range name=\"r%d\" prefix=\"10.1.0.0/16\" groups=\"g g\"/>"
		   "<range name=\"p%d\" prefix=\"10.2.0.0/31\"/>"
		   "<range name=\"h%d\" prefix=\"10.3.0.7/32\"/>"
		   "<client name=\"r9\" address=\"10.1.0.9\"/>"
		   "<list name=\"l\" clients=\"r65534 r1\"/>"));
	uint32_t row = policy_find_client(policy, "r65534", 6);

	/* /16: 65,534 usable, two of them taken by explicit clients. */
	CU_ASSERT_EQUAL(policy->clients, 1 + 65534 - 2 + 2 + 1 + 1);
	CU_ASSERT_EQUAL_FATAL(row, 65532);
	CU_ASSERT(has_address(&policy->client[row].address, "10.1.255.254"));
	CU_ASSERT(has_address(&policy->client[row + 1].address, "10.2.0.0"));
	CU_ASSERT(has_address(&policy->client[row + 2].address, "10.2.0.1"));
	CU_ASSERT(has_address(&policy->client[row + 3].address, "10.3.0.7"));
	CU_ASSERT_STRING_EQUAL(policy->client[1].name, "r1");
	CU_ASSERT_STRING_EQUAL(policy->client[2].name, "r3");
	CU_ASSERT_EQUAL(policy_find_client(policy, "r2", 2), POLICY_NONE);
	CU_ASSERT_EQUAL(policy_find_client(policy, "r9", 2), policy->clients - 1);
	CU_ASSERT_EQUAL(policy->group[1].members, 65532);
	CU_ASSERT_EQUAL(policy->list[0].member[0], 1);
	CU_ASSERT_EQUAL(policy->list[0].member[1], row);
	check_sets(policy, policy->group, policy->groups);
	policy_free(policy);
}

/* ---- the rest ---- */

static void
check_performance(const char *monitor, const char *expected)
{
	char text[2048];
	struct policy *policy;

	snprintf(text, sizeof(text), POLICY("%s", "", NAS1), monitor);
	policy = load_text(text);
	CU_ASSERT_STRING_EQUAL(policy->performance_text, expected);
	CU_ASSERT_PTR_NOT_NULL(policy->performance);
	policy_free(policy);
}

#define THREADS(name)                                                             \
	"<parameter name=\"" name "\"><radius-status server=\"127.0.0.1:18121\" " \
	"secret-file=\"status.key\" value=\"" name "\"/></parameter>"
#define SERVICE(name, role)                             \
	"<service name=\"" name "\" role=\"" role "\">" \
	"<process name=\"" name "\"/></service>"

static void
test_performance(void)
{
	check_performance("", "max(0, min(100 - average('cpu', '30s'), "
			      "100 - average('pressure-memory', '10s', 0)))");
	check_performance("<monitor>" THREADS("threads-available")
			      THREADS("threads-max") "</monitor>",
			  "max(0, min(100 - average('cpu', '30s'), "
			  "100 - average('pressure-memory', '10s', 0), "
			  "100 * minimum('threads-available', '1s', 1) div "
			  "average('threads-max', '1s', 1)))");
	check_performance(
	    "<monitor>" SERVICE("radiusd", "mandatory") SERVICE("a", "dependent")
		SERVICE("b", "dependent") "</monitor>",
	    "max(0, min(100 - average('cpu', '30s'), "
	    "100 - average('pressure-memory', '10s', 0)) - 20 * (1 - dependent())) * "
	    "mandatory()");
}

/* What is said of a monitor whose policy leaves the performance to the default. */
static void
check_warning(const char *monitor, const char *expected)
{
	char text[4096];

	snprintf(text, sizeof(text), POLICY("<monitor>\n%s</monitor>", "", NAS1),
		 monitor);
	check_accepted(text, expected);
}

#define COUNTED(name, value)                                                   \
	"<parameter name=\"" name "\"><radius-threads process=\"freeradius\" " \
	"max=\"8\" value=\"" value "\"/></parameter>"
#define TCP(name)                 \
	"<parameter name=\"" name \
	"\"><tcp address=\"127.0.0.1\" port=\"9\"/></parameter>"

static void
test_threads_warnings(void)
{
	check_warning(COUNTED("threads-available", "threads-available")
			  COUNTED("threads-max", "threads-max"),
		      "");
	check_warning(THREADS("threads-available") THREADS("threads-max"), "");
	check_warning(COUNTED("available", "threads-available"), "");
	check_warning("\n" COUNTED("threads-max", "threads-max"),
		      "p.xml:5: warning: the default performance looks at "
		      "\"threads-max\" only together with \"threads-available\": "
		      "expected both, or neither\n");
	check_warning(
	    COUNTED("threads-available", "threads-busy") "\n" TCP("threads-max"),
	    "p.xml:4: warning: the default performance takes "
	    "\"threads-available\" for a number of threads: expected "
	    "value=\"threads-available\" of <radius-status> or "
	    "<radius-threads>, or another name\n"
	    "p.xml:4: warning: \"threads-available\" and \"threads-max\" are asked "
	    "in two ways: expected one, or the default performance is wrong whenever "
	    "one alone is known\n"
	    "p.xml:5: warning: the default performance takes "
	    "\"threads-max\" for a number of threads: expected "
	    "value=\"threads-max\" of <radius-status> or "
	    "<radius-threads>, or another name\n");
	check_warning(THREADS("threads-available")
			  COUNTED("threads-max", "threads-max"),
		      "p.xml:4: warning: \"threads-available\" and "
		      "\"threads-max\" are asked in two ways: expected one, or the "
		      "default performance is wrong whenever one alone is known\n");
}

static void
test_spaces(void)
{
	struct faults *faults = faults_new(20);
	struct policy *policy = load_file("tests/policy/good", "spaces.xml", faults);

	faults_print(faults, stdout);
	CU_ASSERT_PTR_NOT_NULL_FATAL(policy);
	CU_ASSERT_EQUAL(policy->mode, MODE_ADVISE);
	CU_ASSERT_STRING_EQUAL(policy->server, "aaa1");
	CU_ASSERT_STRING_EQUAL(policy->key[0].file, "aaa1.key");
	CU_ASSERT_EQUAL(policy->failover.duration, MINUTE);
	CU_ASSERT_EQUAL(policy->groups, 2);
	CU_ASSERT_EQUAL(policy->group[0].members, 1);
	policy_free(policy);
	faults_free(faults);
}

static void
test_example(void)
{
	struct faults *faults = faults_new(20);
	struct policy *policy = load_file("doc/policy", "radius-threads.xml", faults);

	faults_print(faults, stdout);
	CU_ASSERT_EQUAL(faults_count(faults), 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(policy);
	CU_ASSERT_EQUAL(policy->clients, 2 + 126 + 20);
	policy_free(policy);
	faults_free(faults);
}

/* The other servers' examples, each with its own probe. */
static void
test_other_examples(void)
{
	static const struct {
		const char *name;
		enum probe_kind kind;
		size_t clients;
	} examples[] = {
		{ "tacacs.xml", PROBE_TACACS, 1 + 30 },
		{ "diameter.xml", PROBE_DIAMETER, 2 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(examples); i++) {
		struct faults *faults = faults_new(20);
		struct policy *policy =
		    load_file("doc/policy", examples[i].name, faults);
		size_t probes = 0;

		faults_print(faults, stdout);
		CU_ASSERT_EQUAL(faults_count(faults), 0);
		CU_ASSERT_PTR_NOT_NULL_FATAL(policy);
		CU_ASSERT_EQUAL(policy->clients, examples[i].clients);
		for (size_t j = 0; j < policy->probes; j++)
			probes += policy->probe[j].kind == examples[i].kind;
		/* Parameter and service ask at one pace, so they are one probe. */
		CU_ASSERT_EQUAL(probes, 1);
		policy_free(policy);
		faults_free(faults);
	}
}

static void
test_names(void)
{
	CU_ASSERT_STRING_EQUAL(policy_mode_name(MODE_PAUSED), "paused");
	CU_ASSERT_STRING_EQUAL(policy_mode_name((enum policy_mode)0), "?");
	CU_ASSERT_STRING_EQUAL(policy_role_name(ROLE_DEPENDENT), "dependent");
	CU_ASSERT_STRING_EQUAL(policy_role_name((enum policy_role)9), "?");
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "defaults", test_defaults },
		{ "built-in parameters", test_built_in },
		{ "server, keys, alternates", test_server },
		{ "health of alternates", test_health },
		{ "performance, failover, connection", test_verdicts },
		{ "parameters and services", test_inputs },
		{ "RADIUS probes", test_radius_probes },
		{ "commands", test_exec_probes },
		{ "other probes", test_other_probes },
		{ "snmp probes", test_snmp_probes },
		{ "tacacs probes", test_tacacs_probes },
		{ "diameter probes", test_diameter_probes },
		{ "probes apart", test_apart },
		{ "clients", test_inventory },
		{ "lists, groups, sites", test_sets },
		{ "ranges", test_ranges },
		{ "the default performance function", test_performance },
		{ "threads of the default performance", test_threads_warnings },
		{ "spaces and prefixes", test_spaces },
		{ "the example that ships", test_example },
		{ "examples of other servers", test_other_examples },
		{ "names of modes and roles", test_names },
		{ "bad documents", test_bad_documents },
		{ "lines beyond 65,535", test_far_lines },
		{ "bounds", test_bounds },
		{ "faults enough", test_faults_enough },
		{ "includes and sources", test_sources },
		{ "warnings", test_warnings },
		{ "warnings about alternates", test_alternate_warnings },
		{ "steps that move nobody", test_useless_steps },
		{ "threads", test_threads },
		{ "schema and tables", test_vocabulary },
		{ "the manual's vocabulary", test_manual },
		{ "the manual's policies", test_manual_examples },
		{ "the guide and its policies", test_guide },
		{ "the reference page", test_reference },
	};

	if (!policy_start())
		return 99;
	return unit_run("policy", tests, ARRAY_SIZE(tests));
}
