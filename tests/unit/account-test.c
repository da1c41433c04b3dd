/* SPDX-License-Identifier: BSD-3-Clause */
/* On what a server's events say that they rested. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "subagent/server-inside.h"
#include "tests/unit/unit.h"

#define NOW HOUR

static char text[8000];

static bool
read_document(void *context, const char *path, bool secret, uint8_t **bytes,
	      size_t *size, char *why, size_t why_size)
{
	(void)context;
	(void)path;
	(void)secret;
	(void)why;
	(void)why_size;
	*bytes = (uint8_t *)strdup(text);
	*size = strlen(text);
	return *bytes != NULL;
}

/* So many parameters, all of which performance looks at. */
static struct policy *
policy_of(unsigned parameters)
{
	static const struct policy_source source = { NULL, read_document, NULL };
	struct faults *faults = faults_new(5);
	size_t used = 0;
	CU_ASSERT_FATAL(faults && policy_start());
#define ADD(...) used += (size_t)snprintf(text + used, sizeof(text) - used, __VA_ARGS__)
	ADD("<policy xmlns=\"" POLICY_NAMESPACE "\"><server name=\"s\" "
	    "address=\"192.0.2.1\"><key id=\"1\" file=\"k\"/></server><alternates>"
	    "<alternate name=\"aaa2\" address=\"192.0.2.2\" capacity=\"50\"/>"
	    "<alternate name=\"aaa3\" address=\"192.0.2.3\"/></alternates><monitor>");
	for (unsigned i = 0; i < parameters; i++)
		ADD("<parameter name=\"parameter-%u\"><file path=\"/x\" "
		    "pattern=\"(.)\"/></parameter>",
		    i);
	ADD("</monitor><performance function=\"0");
	for (unsigned i = 0; i < parameters; i++)
		ADD(" + $parameter-%u", i);
	ADD("\"/><failover threshold=\"1\" for=\"5s\"><step><select "
	    "all=\"yes\"/></step>"
	    "</failover><connection threshold=\"2\"/><clients><client name=\"a\" "
	    "address=\"10.0.0.1\"/></clients></policy>");
#undef ADD
	struct policy *policy = policy_load(&source, "policy.xml", faults);
	if (!policy)
		faults_print(faults, stdout);
	faults_free(faults);
	CU_ASSERT_PTR_NOT_NULL_FATAL(policy);
	return policy;
}

static struct server *
server_of(unsigned parameters)
{
	struct server *server = calloc(1, sizeof(*server));
	struct moment now = { NOW, NOW };
	CU_ASSERT_PTR_NOT_NULL_FATAL(server);
	server->loaded.policy = policy_of(parameters);
	server->judge = judge_new(server->loaded.policy);
	server->fleet = fleet_new(server->loaded.policy, 1, now);
	CU_ASSERT_FATAL(server->judge && server->fleet);
	return server;
}

static void
server_done(struct server *server)
{
	fleet_free(server->fleet);
	judge_free(server->judge);
	policy_free(server->loaded.policy);
	free(server);
}

static const char *
account(struct server *server, enum fleet_event_kind kind)
{
	static char detail[EVENT_DETAIL];
	struct fleet_event event = { .kind = kind };
	struct moment now = { NOW + 9 * SECOND, NOW + 9 * SECOND };
	memset(detail, 'x', sizeof(detail));
	server_account(server, &event, now, detail);
	CU_ASSERT(memchr(detail, '\0', sizeof(detail)) != NULL);
	return detail;
}

static void
measure(struct server *server, unsigned parameters, int64_t at)
{
	for (unsigned i = 0; i < parameters; i++) {
		struct sample sample = { .input = SYSTEM_COUNT + i,
					 .ending = ENDING_VALUE,
					 .at = at };
		judge_sample(server->judge, &sample);
	}
	judge_decide(server->judge, at, &server->verdict);
}

static void
test_kinds(void)
{
	static const enum fleet_event_kind decisions[] = {
		EVENT_STATE,     EVENT_OPERATION_START, EVENT_ADVISED,
		EVENT_HOLD_DOWN, EVENT_BATCH,           EVENT_REFUSED
	};
	static const enum fleet_event_kind others[] = { EVENT_PLACE, EVENT_RELOADED,
							EVENT_PAUSED, EVENT_HEARD };
	struct server *server = server_of(1);
	/* Nothing was judged yet. */
	CU_ASSERT_STRING_EQUAL(account(server, EVENT_STATE), "");
	measure(server, 1, NOW);
	for (size_t i = 0; i < ARRAY_SIZE(decisions); i++)
		CU_ASSERT_STRING_EQUAL(
		    account(server, decisions[i]),
		    "performance 0 < 1, 0 of 5s; parameter-0 0; connection not met "
		    "since 0");
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		CU_ASSERT_STRING_EQUAL(account(server, others[i]), "");
	/* The next verdict has its own. */
	measure(server, 1, NOW + 3 * SECOND);
	CU_ASSERT_PTR_NOT_NULL(strstr(account(server, EVENT_STATE), "3s of 5s"));
	server_done(server);
}

static void
test_alternates(void)
{
	struct server *server = server_of(1);
	CU_ASSERT_STRING_EQUAL(
	    account(server, EVENT_ALTERNATE),
	    "aaa2 assumed: nobody asks it: it is taken to be well; 0 of ours and 0 of "
	    "its own, of 50; aaa3 assumed: nobody asks it: it is taken to be well; 0 "
	    "of "
	    "ours");
	server_done(server);
}

static void
test_cut(void)
{
	struct server *server = server_of(30);
	measure(server, 30, NOW);
	const char *said = account(server, EVENT_STATE);
	CU_ASSERT_EQUAL(strlen(said), EVENT_DETAIL - 1);
	CU_ASSERT_STRING_EQUAL(said + strlen(said) - 3, "...");
	CU_ASSERT_EQUAL(
	    strncmp(said, "performance 0 < 1, 0 of 5s; parameter-0 0, ", 43), 0);
	server_done(server);
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "kinds of events", test_kinds },
		{ "alternates", test_alternates },
		{ "cut", test_cut },
	};
	return unit_run("account", tests, ARRAY_SIZE(tests));
}
