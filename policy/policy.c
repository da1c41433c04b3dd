/* SPDX-License-Identifier: BSD-3-Clause */
/* A policy's life: loading all its documents, finding things in it, freeing it. */
#include "config.h"

#include "policy/policy.h"

#include <stdlib.h>
#include <string.h>

#include "policy/expression.h"
#include "policy/loader.h"

/* Documents of one policy: each is compared with those before. */
#define FILES_MAX 10000u
#define WHY_SIZE  512

const char *
policy_mode_name(enum policy_mode mode)
{
	static const char *const names[] = { [MODE_AUTOMATIC] = "automatic",
					     [MODE_ADVISE] = "advise",
					     [MODE_PAUSED] = "paused" };

	return mode >= MODE_AUTOMATIC && mode <= MODE_PAUSED ? names[mode] : "?";
}

const char *
policy_order_name(enum policy_order order)
{
	static const char *const names[] = {
		[ORDER_PRIORITY] = "priority", [ORDER_NEAREST] = "nearest",
		[ORDER_FARTHEST] = "farthest", [ORDER_NAME] = "name",
		[ORDER_RANDOM] = "random",
	};

	return order >= ORDER_PRIORITY && order <= ORDER_RANDOM ? names[order] : "?";
}

const char *
policy_role_name(enum policy_role role)
{
	static const char *const names[] = { [ROLE_NONE] = "none",
					     [ROLE_MANDATORY] = "mandatory",
					     [ROLE_DEPENDENT] = "dependent" };

	return (unsigned)role <= ROLE_DEPENDENT ? names[role] : "?";
}

bool
policy_start(void)
{
	return document_start();
}

/* ---- finding ---- */

static const char *
client_name(const void *context, uint32_t row)
{
	const struct policy *policy = context;

	return policy->client[row].name;
}

uint32_t
policy_find_client(const struct policy *policy, const char *name, size_t length)
{
	return names_find(&policy->store->clients, (struct slice){ name, length },
			  client_name, policy);
}

uint32_t
policy_find_input(const struct policy *policy, const char *name, size_t length)
{
	for (size_t i = 0; i < policy->inputs; i++)
		if (slice_equal((struct slice){ name, length }, policy->input[i].name))
			return (uint32_t)i;
	return POLICY_NONE;
}

uint32_t
policy_find_set(const struct policy_set *set, size_t sets, const char *name)
{
	for (size_t i = 0; i < sets; i++)
		if (strcmp(set[i].name, name) == 0)
			return (uint32_t)i;
	return POLICY_NONE;
}

uint32_t
policy_find_site(const struct policy *policy, const char *name)
{
	for (size_t i = 0; i < policy->sites; i++)
		if (strcmp(policy->site[i].name, name) == 0)
			return (uint32_t)i;
	return POLICY_NONE;
}

size_t
policy_client_bytes(const struct policy *policy)
{
	size_t bytes = policy->clients * sizeof(*policy->client) +
		       policy->clients * sizeof(*policy->name_rank) +
		       names_bytes(&policy->store->clients) +
		       policy->store->arena.bytes;

	for (size_t i = 0; i < policy->lists; i++)
		bytes += sizeof(policy->list[i]) +
			 policy->list[i].members * sizeof(*policy->list[i].member);
	for (size_t i = 0; i < policy->groups; i++)
		bytes += sizeof(policy->group[i]) +
			 policy->group[i].members * sizeof(*policy->group[i].member);
	return bytes + policy->sites * sizeof(*policy->site);
}

/* ---- loading ---- */

static struct policy *
policy_new(void)
{
	struct policy *policy = calloc(1, sizeof(*policy));

	if (policy == NULL)
		return NULL;
	policy->store = calloc(1, sizeof(*policy->store));
	if (policy->store == NULL) {
		free(policy);
		return NULL;
	}
	return policy;
}

/* Reads, parses, and forgets the bytes. line is that of the include, 0 for the first. */
static void
load_document(struct loader *loader, const char *path, uint32_t line)
{
	struct policy *policy = loader->policy;
	char why[WHY_SIZE] = "";
	uint8_t *bytes = NULL;
	size_t size = 0;
	const char **file;

	if (policy->files == FILES_MAX) {
		loader_fault(loader, line, "more than %u documents: expected fewer",
			     FILES_MAX);
		return;
	}
	file = ARRAY_MORE(loader->arena, policy->file, policy->files);
	if (file == NULL)
		return;
	*file = arena_text(loader->arena, slice_of(path));
	loader->file = (uint16_t)(policy->files - 1);
	if (!loader->source->read(loader->source->context, path, false, &bytes, &size,
				  why, sizeof(why))) {
		loader_fault(loader, 0, "%s", why);
		loader->broken = loader->broken || line == 0;
		loader->spoiled |= E_BIT(E_INCLUDE);
		return;
	}
	if (size > POLICY_FILE_MAX)
		loader_fault(loader, 0, "larger than %u bytes: expected less",
			     POLICY_FILE_MAX);
	else if (!document_parse(loader, bytes, size))
		loader->arena->failed = true;
	free(bytes);
}

/* A file that an include matched. */
struct match {
	struct loader *loader;
	uint32_t line;
	size_t count;
};

static void
load_match(void *context, const char *path)
{
	struct match *match = context;
	struct policy *policy = match->loader->policy;

	match->count++;
	/* "*.xml" also matches the policy itself; and twice is no more than once. */
	for (size_t i = 0; i < policy->files; i++)
		if (strcmp(policy->file[i], path) == 0)
			return;
	load_document(match->loader, path, match->line);
}

static void
load_includes(struct loader *loader)
{
	for (size_t i = 0; i < loader->includes; i++) {
		const struct include *include = &loader->include[i];
		struct match match = { .loader = loader, .line = include->line };
		char why[WHY_SIZE] = "";
		bool matched =
		    loader->source->match(loader->source->context, include->href,
					  load_match, &match, why, sizeof(why));

		loader->file = 0;
		if (!matched) {
			loader->spoiled |= E_BIT(E_INCLUDE);
			loader_fault(loader, include->line,
				     "href=\"%s\" of <include>: %s", include->href,
				     why);
		} else if (match.count == 0) {
			loader_warning(loader, include->line,
				       "href=\"%s\" of <include> matches no file",
				       include->href);
		}
	}
}

static void
loader_free(struct loader *loader)
{
	inventory_free(&loader->inventory);
	free(loader->include);
	free(loader->draft);
	free(loader->access);
	free(loader->link);
	free(loader->system.system.link);
	free(loader->system.system.reach);
}

struct policy *
policy_load(const struct policy_source *source, const char *path, struct faults *faults)
{
	struct loader *loader = calloc(1, sizeof(*loader));
	size_t before = faults_errors(faults);
	struct policy *policy = policy_new();
	bool failed;

	if (loader == NULL || policy == NULL) {
		faults_add(faults, FAULT_ERROR, path, 0, "not enough memory");
		policy_free(policy);
		free(loader);
		return NULL;
	}
	loader->source = source;
	loader->faults = faults;
	loader->policy = policy;
	loader->arena = &policy->store->arena;
	if (build_inputs(loader)) {
		build_defaults(loader);
		load_document(loader, path, 0);
		load_includes(loader);
	}
	/* What follows judges the whole, which half a document is not. */
	if (!loader->broken && !loader->arena->failed) {
		inventory_finish(loader);
		check_policy(loader);
		probes_join(loader);
	}
	if (faults_errors(faults) == before && !loader->arena->failed)
		check_warnings(loader);
	if (policy->clients == 0 && faults_errors(faults) == before)
		faults_add(faults, FAULT_WARNING, path, 0,
			   "there are no clients: nobody will be moved");
	failed = loader->arena->failed;
	loader_free(loader);
	free(loader);
	if (failed)
		faults_add(faults, FAULT_ERROR, path, 0, "not enough memory");
	if (faults_errors(faults) == before)
		return policy;
	policy_free(policy);
	return NULL;
}

static void
free_steps(struct policy *policy)
{
	for (size_t i = 0; i < policy->failover.steps; i++)
		free(policy->failover.step[i].select.term);
	free(policy->failover.step);
	for (size_t i = 0; i < POLICY_STEPS_MAX; i++)
		free(policy->store->selected[i]);
}

static void
free_sets(struct policy_set *set, size_t sets)
{
	for (size_t i = 0; i < sets; i++)
		free((uint32_t *)(uintptr_t)set[i].member);
	free(set);
}

void
policy_free(struct policy *policy)
{
	if (policy == NULL)
		return;
	for (size_t i = 0; i < policy->failover.whens; i++)
		expression_free(policy->failover.when[i].test);
	expression_free(policy->performance);
	expression_free(policy->connection.function);
	free(policy->failover.when);
	if (policy->probes > 0) {
		free(policy->probe[0].system.link);
		free(policy->probe[0].system.reach);
	}
	free(policy->probe);
	free(policy->key);
	free(policy->alternate);
	free(policy->input);
	free(policy->site);
	free_sets(policy->list, policy->lists);
	free_sets(policy->group, policy->groups);
	free(policy->client);
	free(policy->name_rank);
	free_steps(policy);
	free(policy->file);
	names_free(&policy->store->clients);
	arena_free(&policy->store->arena);
	free(policy->store);
	free(policy);
}
