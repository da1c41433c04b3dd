/* SPDX-License-Identifier: BSD-3-Clause */
/* Any text as a SELECTION: refused with a sentence, or the same rows each time; and what
   is said without a policy goes with what is said with one. */
#include "config.h"

#include <string.h>

#include "common/bytes.h"
#include "policy/selector.h"
#include "tests/fuzz/fuzz.h"

#define CLIENTS 6u

static const char document[] =
    "<policy xmlns=\"" POLICY_NAMESPACE "\"><server name=\"s\" address=\"192.0.2.1\">"
    "<key id=\"1\" file=\"k\"/></server><failover threshold=\"1\"><step>"
    "<select all=\"yes\"/></step></failover><connection threshold=\"2\"/><clients>"
    "<list name=\"core\" clients=\"a b-list\"/><list name=\"all\" clients=\"a\"/>"
    "<site name=\"north\"><client name=\"a\" address=\"10.0.0.1\" groups=\"g a-b\"/>"
    "<site name=\"n.1\"><client name=\"b-list\" address=\"10.0.0.2\" groups=\"g\"/>"
    "</site></site><client name=\"all\" address=\"10.0.0.3\"/>"
    "<client name=\"_c\" address=\"10.0.0.4\" groups=\"a-all\"/>"
    "<range name=\"r%d\" prefix=\"10.0.1.0/30\"/></clients></policy>";

static bool
read_document(void *context, const char *path, bool secret, uint8_t **bytes,
	      size_t *size, char *why, size_t why_size)
{
	(void)context;
	(void)path;
	(void)secret;
	(void)why;
	(void)why_size;
	*bytes = (uint8_t *)strdup(document);
	*size = strlen(document);
	return *bytes != NULL;
}

static bool
match_nothing(void *context, const char *href,
	      void (*emit)(void *emit_context, const char *path), void *emit_context,
	      char *why, size_t why_size)
{
	(void)context;
	(void)href;
	(void)emit;
	(void)emit_context;
	(void)why;
	(void)why_size;
	return false;
}

static const struct policy *
the_policy(void)
{
	static const struct policy_source source = { NULL, read_document,
						     match_nothing };
	static const struct policy *policy;

	if (policy)
		return policy;
	struct faults *faults = faults_new(10);
	REQUIRE(faults && policy_start());
	policy = policy_load(&source, "policy.xml", faults);
	if (!policy)
		faults_print(faults, stderr);
	faults_free(faults);
	REQUIRE(policy && policy->clients == CLIENTS);
	return policy;
}

static void
check_why(const char *why)
{
	REQUIRE(*why != '\0' && strlen(why) < SELECTOR_WHY);
	REQUIRE(text_printable(why, strlen(why)));
}

/* One term more, of those whom nobody is left of after it. */
static void
check_less_all(const struct policy *policy, const char *text)
{
	char less[SELECTOR_TEXT + 8], why[SELECTOR_WHY];
	uint8_t marks[CLIENTS];
	size_t count;

	if (strlen(text) + 6 >= SELECTOR_TEXT)
		return;
	snprintf(less, sizeof(less), "%s - all", text);
	REQUIRE(selector_parse(policy, less, marks, &count, why) && count == 0);
	/* Nothing is added after a minus. */
	snprintf(less, sizeof(less), "%s + all", text);
	if (selector_parse(policy, less, marks, &count, why))
		REQUIRE(count == CLIENTS);
	else
		check_why(why);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct policy *policy = the_policy();
	char why[SELECTOR_WHY], syntax[SELECTOR_WHY];
	uint8_t marks[CLIENTS], again[CLIENTS];
	char *text = malloc(size + 1);
	size_t count, same, marked = 0;

	REQUIRE(text);
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	memset(marks, 0xff, sizeof(marks));
	bool right = selector_parse(policy, text, marks, &count, why);
	bool formed = selector_syntax(text, syntax);
	if (right) {
		REQUIRE(formed && *why == '\0' && *syntax == '\0');
		for (size_t i = 0; i < CLIENTS; i++) {
			REQUIRE(marks[i] <= 1);
			marked += marks[i];
		}
		REQUIRE(marked == count);
		REQUIRE(selector_parse(policy, text, again, &same, why));
		REQUIRE(same == count && memcmp(marks, again, sizeof(marks)) == 0);
		check_less_all(policy, text);
	} else {
		check_why(why);
		/* An unknown name is all that a policy adds. */
		REQUIRE(formed || strcmp(why, syntax) == 0 ||
			strncmp(why, "there is no ", 12) == 0);
		if (!formed)
			check_why(syntax);
	}
	free(text);
	return 0;
}
