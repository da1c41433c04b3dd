/* SPDX-License-Identifier: BSD-3-Clause */
/* The commands that need no daemon: they read a policy and say what is in it. */
#include "config.h"

#include "tui/offline.h"

#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "common/clock.h"
#include "common/file.h"
#include "message/channel.h"
#include "message/keys.h"
#include "policy/nearest.h"
#include "policy/policy.h"
#include "subagent/source.h"
#include "tui/offline-inside.h"

#define FAULTS_MAX 1000

int
offline_misused(FILE *err, const char *usage)
{
	fprintf(err, "usage: bellwether %s\n", usage);
	return 2;
}

struct policy *
offline_policy(const char *path, bool quiet, FILE *err)
{
	struct source source;
	struct policy *policy = NULL;
	struct faults *faults = faults_new(FAULTS_MAX);
	if (!faults || !policy_start() || !source_open(&source, path)) {
		fprintf(err, "bellwether: cannot load %s\n", path);
	} else {
		struct policy_source files = source_files(&source);
		policy = policy_load(&files, path, faults);
		if (!quiet || !policy)
			faults_print(faults, err);
	}
	if (faults)
		faults_free(faults);
	return policy;
}

/* ---- check ---- */

static const char *
plural(size_t count)
{
	return count == 1 ? "" : "s";
}

static void
print_server(const struct policy *policy, FILE *out)
{
	char address[ADDRESS_TEXT];
	fprintf(out, "server       %s, %s by %s", policy->server,
		address_format(&policy->address, address),
		transport_name((enum transport)policy->transport));
	if (policy->transport == TRANSPORT_UDP)
		fprintf(out, " port %u", policy->port);
	fprintf(out, ", mode %s\n", policy_mode_name(policy->mode));
	for (size_t i = 0; i < policy->keys; i++)
		fprintf(out, "key          %u: %s, %s\n", policy->key[i].id,
			message_algorithm_name(
			    (enum message_algorithm)policy->key[i].algorithm),
			policy->key[i].file);
}

static void
print_alternates(const struct policy *policy, FILE *out)
{
	char address[ADDRESS_TEXT], every[DURATION_TEXT];
	for (size_t i = 0; i < policy->alternates; i++) {
		const struct policy_alternate *alternate = &policy->alternate[i];
		fprintf(out, "alternate    %s, %s, priority %u, weight %u",
			alternate->name, address_format(&alternate->address, address),
			alternate->priority, alternate->weight);
		if (alternate->capacity > 0)
			fprintf(out, ", capacity %u", alternate->capacity);
		if (alternate->health.on)
			fprintf(out, ", asked every %s",
				duration_format(alternate->health.every, every));
		fputc('\n', out);
	}
	if (policy->alternates > 1)
		fprintf(out, "distributed  by %s\n",
			policy->distribute == DISTRIBUTE_HEADROOM ? "headroom"
								  : "weight");
	if (policy->alternates == 0)
		fputs("alternate    none: clients use their own lists\n", out);
}

static void
print_inputs(const struct policy *policy, FILE *out)
{
	size_t services = 0;
	for (size_t i = SYSTEM_COUNT; i < policy->inputs; i++)
		services += policy->input[i].service;
	size_t parameters = policy->inputs - SYSTEM_COUNT - services;
	fprintf(out,
		"monitor      %zu probe%s for %d built-in parameters, %zu more, "
		"%zu service%s\n",
		policy->probes, plural(policy->probes), SYSTEM_COUNT, parameters,
		services, plural(services));
	for (size_t i = SYSTEM_COUNT; i < policy->inputs; i++) {
		const struct policy_input *input = &policy->input[i];
		char interval[DURATION_TEXT];
		fprintf(out, "%-12s %s%s%s, every %s\n",
			input->service ? "service" : "parameter", input->name,
			input->service ? ", " : "",
			input->service ? policy_role_name(input->role) : "",
			duration_format(input->interval, interval));
	}
}

static void
print_steps(const struct policy_failover *failover, FILE *out)
{
	for (size_t i = 0; i < failover->steps; i++) {
		const struct policy_step *step = &failover->step[i];
		char who[256];
		char after[DURATION_TEXT];
		policy_describe(&step->select, who, sizeof(who));
		fprintf(out, "%-12s %s", i == 0 ? "moves" : "then", who);
		if (step->after > 0)
			fprintf(out, ", %s after %s",
				duration_format(step->after, after),
				i == 0 ? "failover is met" : "that");
		fputc('\n', out);
	}
}

static void
print_rules(const struct policy *policy, FILE *out)
{
	const struct policy_failover *failover = &policy->failover;
	const struct policy_connection *connection = &policy->connection;
	char duration[DURATION_TEXT];
	char every[DURATION_TEXT];
	fprintf(out, "performance  %s\n", policy->performance_text);
	fprintf(out, "failover     below %g for %s\n", failover->threshold,
		duration_format(failover->duration, duration));
	for (size_t i = 0; i < failover->whens; i++)
		fprintf(out, "when         %s: %s for %s\n", failover->when[i].name,
			failover->when[i].text,
			duration_format(failover->when[i].duration, duration));
	print_steps(failover, out);
	fprintf(out, "orders       hold for %s, at most %u a second\n",
		duration_format(failover->validity, duration), failover->rate);
	if (failover->hold_down > 0)
		fprintf(out,
			"hold-down    %s after a failover, doubled up to %s by returns "
			"that lead to the next\n",
			duration_format(failover->hold_down, duration),
			duration_format(failover->hold_down_max, every));
	fprintf(out,
		"connection   %s%sabove %g for %s; batches of %u every %s, %u a second "
		"when clients ask\n",
		connection->function_text ? connection->function_text : "",
		connection->function_text ? " " : "", connection->threshold,
		duration_format(connection->duration, duration), connection->batch,
		duration_format(connection->every, every), connection->admit);
}

static void
print_clients(const struct policy *policy, FILE *out)
{
	fprintf(out, "clients      %zu, %zu list%s, %zu group%s, %zu site%s\n",
		policy->clients, policy->lists, plural(policy->lists), policy->groups,
		plural(policy->groups), policy->sites, plural(policy->sites));
	for (size_t i = 0; i < policy->groups; i++)
		fprintf(out, "group        %s, %u client%s\n", policy->group[i].name,
			policy->group[i].members, plural(policy->group[i].members));
	for (size_t i = 0; i < policy->lists; i++)
		fprintf(out, "list         %s, %u client%s\n", policy->list[i].name,
			policy->list[i].members, plural(policy->list[i].members));
}

int
offline_check(int argc, char **argv, FILE *out, FILE *err)
{
	if (argc == 3 && strcmp(argv[2], "--json") == 0 && argv[1][0] != '-')
		return offline_check_json(argv[1], out, err);
	if (argc != 2 || argv[1][0] == '-')
		return offline_misused(err, "check POLICY [--json]");
	struct policy *policy = offline_policy(argv[1], false, err);
	if (!policy) {
		fprintf(err, "bellwether: %s cannot be used\n", argv[1]);
		return 1;
	}
	print_server(policy, out);
	print_alternates(policy, out);
	print_inputs(policy, out);
	print_rules(policy, out);
	print_clients(policy, out);
	policy_free(policy);
	return 0;
}

/* ---- key ---- */

static void
say_unknown_client(const struct policy *policy, const char *wanted, FILE *err)
{
	struct nearest nearest = { .distance = NEAREST_FAR };
	for (size_t i = 0; i < policy->clients; i++)
		nearest_consider(&nearest, slice_of(wanted), policy->client[i].name);
	fprintf(err, "bellwether: the policy has no client %s", wanted);
	if (nearest.name)
		fprintf(err, "; did you mean %s?\n", nearest.name);
	else
		fprintf(err, " among its %zu\n", policy->clients);
}

/* The lowest id when none is asked for: the one that new messages are sealed with. */
static const struct policy_key *
find_key(const struct policy *policy, unsigned id)
{
	const struct policy_key *found = NULL;
	for (size_t i = 0; i < policy->keys; i++) {
		const struct policy_key *key = &policy->key[i];
		if (id ? key->id == id : !found || key->id < found->id)
			found = key;
	}
	return found;
}

static void
say_unknown_key(const struct policy *policy, unsigned id, FILE *err)
{
	fprintf(err, "bellwether: the policy has no key %u; it has", id);
	for (size_t i = 0; i < policy->keys; i++)
		fprintf(err, "%s %u", i ? "," : "", policy->key[i].id);
	fputc('\n', err);
}

static bool
key_path(const char *policy, const struct policy_key *key, char path[PATH_MAX])
{
	char folder[PATH_MAX];
	return path_folder(policy, folder, sizeof(folder)) &&
	       path_join(folder, key->file, path, PATH_MAX);
}

/* The master secret into keys; it stays nowhere else. */
static bool
read_master(struct keys *keys, const struct policy_key *key, const char *path,
	    FILE *err)
{
	uint8_t secret[KEY_FILE_MAX / 2];
	uint8_t *bytes;
	size_t size;
	size_t length = 0;
	char why[FILE_WHY] = "it cannot be used as a key";
	if (!source_secret(path, KEY_FILE_MAX, &bytes, &size, why)) {
		fprintf(err, "bellwether: %s: %s\n", path, why);
		return false;
	}
	char wrong[128];
	bool good = keys_parse(bytes, size, secret, &length, wrong);
	if (!good)
		slice_copy(slice_of(wrong), why, sizeof(why));
	good = good &&
	       keys_add_master(keys, key->id, (enum message_algorithm)key->algorithm,
			       secret, length);
	keys_cleanse(secret, sizeof(secret));
	keys_cleanse(bytes, size);
	free(bytes);
	if (!good)
		fprintf(err, "bellwether: %s: %s\n", path, why);
	return good;
}

static bool
print_pair(const struct policy *policy, const struct policy_key *key, uint32_t row,
	   const char *path, FILE *out, FILE *err)
{
	uint8_t pair[PAIR_KEY];
	char text[2 * PAIR_KEY + 1];
	struct keys *keys = keys_new();
	bool good = keys && read_master(keys, key, path, err);
	if (good && !keys_derive(keys, key->id, &policy->address,
				 &policy->client[row].address, pair)) {
		fprintf(err, "bellwether: the key cannot be derived\n");
		good = false;
	}
	if (good) {
		hex_encode(pair, sizeof(pair), text);
		fprintf(out, "%s\n", text);
		keys_cleanse(text, sizeof(text));
	}
	keys_cleanse(pair, sizeof(pair));
	if (keys)
		keys_free(keys);
	return good;
}

static bool
parse_id(const char *text, unsigned *id)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end != '\0' || value < 1 || value > 255)
		return false;
	*id = (unsigned)value;
	return true;
}

/* POLICY, CLIENT and --id N, in any order. */
static bool
parse_key_arguments(int argc, char **argv, const char **policy, const char **client,
		    unsigned *id)
{
	static const struct option options[] = { { "id", required_argument, NULL, 'i' },
						 { 0 } };
	int key;
	optind = 0;
	opterr = 0;
	*id = 0;
	while ((key = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (key != 'i' || !parse_id(optarg, id))
			return false;
	if (argc - optind != 2)
		return false;
	*policy = argv[optind];
	*client = argv[optind + 1];
	return true;
}

int
offline_key(int argc, char **argv, FILE *out, FILE *err)
{
	const char *policy_path;
	const char *client;
	unsigned id;
	if (!parse_key_arguments(argc, argv, &policy_path, &client, &id))
		return offline_misused(
		    err, "key POLICY CLIENT [--id N]   (N from 1 to 255)");
	struct policy *policy = offline_policy(policy_path, true, err);
	if (!policy) {
		fprintf(err, "bellwether: %s cannot be used\n", policy_path);
		return 1;
	}
	keys_start();
	uint32_t row = policy_find_client(policy, client, strlen(client));
	const struct policy_key *key = find_key(policy, id);
	char path[PATH_MAX];
	bool good = false;
	if (row == POLICY_NONE)
		say_unknown_client(policy, client, err);
	else if (!key)
		say_unknown_key(policy, id, err);
	else if (!key_path(policy_path, key, path))
		fprintf(err, "bellwether: %s: the path is too long\n", key->file);
	else
		good = print_pair(policy, key, row, path, out, err);
	policy_free(policy);
	return good ? 0 : 1;
}
