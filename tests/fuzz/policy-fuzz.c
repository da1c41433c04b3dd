/* SPDX-License-Identifier: BSD-3-Clause */
/* Any bytes as a policy: loaded or refused, and what is loaded holds together. A form
   feed, which XML does not have, parts the policy from a document that it may include, or
   name as a secret. */
#include "config.h"

#include <stdint.h>
#include <string.h>

#include "policy/policy.h"
#include "tests/fuzz/fuzz.h"

/* Sets that are longer cost more than they find. */
#define CLIENTS_TRIED 5000u

struct input {
	const uint8_t *bytes;
	size_t size;   /* of the policy */
	size_t before; /* where the include begins; size of all: none */
	size_t all;
};

static bool
give(const void *from, size_t length, uint8_t **bytes, size_t *size)
{
	*bytes = malloc(length + 1);
	REQUIRE(*bytes != NULL);
	if (length > 0)
		memcpy(*bytes, from, length);
	*size = length;
	return true;
}

static bool
read_input(void *context, const char *path, bool secret, uint8_t **bytes, size_t *size,
	   char *why, size_t why_size)
{
	const struct input *input = context;

	(void)why;
	(void)why_size;
	if (secret && input->before == input->all)
		return give("secret\n", 7, bytes, size);
	if (strcmp(path, "policy.xml") == 0)
		return give(input->bytes, input->size, bytes, size);
	return give(input->bytes + input->before, input->all - input->before, bytes,
		    size);
}

static bool
match_input(void *context, const char *href,
	    void (*emit)(void *emit_context, const char *path), void *emit_context,
	    char *why, size_t why_size)
{
	const struct input *input = context;

	if (href[0] == '/') {
		snprintf(why, why_size, "leaves the folder");
		return false;
	}
	if (input->before < input->all)
		emit(emit_context, "include.xml");
	return true;
}

static void
check_sets(const struct policy *policy, const struct policy_set *set, size_t sets)
{
	for (size_t i = 0; i < sets; i++)
		for (uint32_t j = 0; j < set[i].members; j++) {
			REQUIRE(set[i].member[j] < policy->clients);
			REQUIRE(j == 0 || set[i].member[j - 1] < set[i].member[j]);
		}
}

static void
check_selection(const struct policy *policy, const struct selection *select)
{
	uint8_t *state = calloc(policy->clients + 1, 1);
	uint32_t *out = calloc(policy->clients + 1, sizeof(*out));
	char text[200];
	size_t count;

	REQUIRE(state != NULL && out != NULL);
	for (size_t i = 0; i < policy->clients; i++)
		state[i] = (uint8_t)(i % 3);
	count = policy_select(policy, select, state, 1, out);
	REQUIRE(count <= policy->clients);
	for (size_t i = 0; i < count; i++)
		REQUIRE(out[i] < policy->clients && state[out[i]] == SELECT_FREE);
	policy_describe(select, text, sizeof(text));
	free(out);
	free(state);
}

/* What everybody downstream takes for granted. */
static void
check_policy(const struct policy *policy)
{
	REQUIRE(policy->server[0] != '\0' && policy->keys > 0);
	REQUIRE(policy->performance != NULL && policy->performance_text[0] != '\0');
	REQUIRE(policy->connection.threshold > policy->failover.threshold);
	REQUIRE(policy->timeout <= policy->interval);
	for (size_t i = 0; i < policy->failover.whens; i++)
		REQUIRE(policy->failover.when[i].test != NULL);
	for (size_t i = 0; i < policy->probes; i++) {
		const struct probe *probe = &policy->probe[i];

		REQUIRE(probe->outputs > 0 && probe->timeout <= probe->interval);
		for (size_t j = 0; j < probe->outputs; j++)
			REQUIRE(probe->output[j].input < policy->inputs);
		REQUIRE(probe->kind != PROBE_EXEC || probe->exec.argument[0][0] == '/');
		REQUIRE(probe->kind != PROBE_SNMP || probe->snmp.access != NULL);
	}
	for (uint32_t i = 0; i < policy->clients; i++) {
		const struct policy_client *client = &policy->client[i];

		REQUIRE(policy_find_client(policy, client->name,
					   strlen(client->name)) == i);
		REQUIRE(client->site == POLICY_NONE || client->site < policy->sites);
		REQUIRE(client->file < policy->files);
	}
	for (uint32_t i = 0; i < policy->sites; i++)
		REQUIRE(policy->site[i].parent == POLICY_NONE ||
			policy->site[i].parent < i);
	check_sets(policy, policy->list, policy->lists);
	check_sets(policy, policy->group, policy->groups);
	if (policy->clients < CLIENTS_TRIED)
		REQUIRE(policy->failover.steps > 0 &&
			policy->failover.steps <= POLICY_STEPS_MAX);
	for (size_t i = 0; i < policy->failover.steps; i++)
		check_selection(policy, &policy->failover.step[i].select);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool started;
	const uint8_t *feed = size > 0 ? memchr(data, '\f', size) : NULL;
	struct input input = { data, size, size, size };
	struct policy_source source = { &input, read_input, match_input };
	struct faults *faults = faults_new(100);
	struct policy *policy;

	if (!started)
		REQUIRE(policy_start());
	started = true;
	REQUIRE(faults != NULL);
	if (feed != NULL) {
		input.size = (size_t)(feed - data);
		input.before = input.size + 1;
	}
	policy = policy_load(&source, "policy.xml", faults);
	REQUIRE((policy == NULL) == (faults_errors(faults) > 0));
	for (size_t i = 0; i < faults_count(faults); i++)
		REQUIRE(faults_at(faults, i)->text[0] != '\0');
	if (policy != NULL)
		check_policy(policy);
	policy_free(policy);
	faults_free(faults);
	return 0;
}
