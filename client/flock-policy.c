/* SPDX-License-Identifier: BSD-3-Clause */
/* Reading a policy for the flock: documents, master keys, and the selection's terms. */
#include "config.h"

#include "client/flock-policy.h"

#include <stdlib.h>
#include <string.h>

#include "common/file.h"
#include "subagent/source.h"

#define FAULTS_MAX 100

/* ---- documents and keys ---- */

static bool
add_key(struct keys *keys, struct source *source, const struct policy_key *key,
	char why[FILE_WHY])
{
	char path[PATH_MAX];
	uint8_t *text, secret[KEY_FILE_MAX / 2];
	size_t length, size;
	char reason[128];
	if (!path_join(source->folder, key->file, path, sizeof path)) {
		snprintf(why, FILE_WHY, "its path is too long");
		return false;
	}
	if (!source_secret(path, KEY_FILE_MAX, &text, &length, why))
		return false;
	bool parsed = keys_parse(text, length, secret, &size, reason);
	keys_cleanse(text, length);
	free(text);
	if (!parsed) {
		snprintf(why, FILE_WHY, "%s", reason);
		return false;
	}
	bool added = keys_add_master(
	    keys, key->id, (enum message_algorithm)key->algorithm, secret, size);
	keys_cleanse(secret, sizeof secret);
	if (!added)
		snprintf(why, FILE_WHY, "it cannot be used as a master key");
	return added;
}

static struct keys *
load_keys(const struct policy *policy, struct source *source, FILE *faults)
{
	char why[FILE_WHY];
	struct keys *keys = keys_new();
	for (size_t i = 0; keys && i < policy->keys; i++) {
		if (add_key(keys, source, &policy->key[i], why))
			continue;
		fprintf(faults, "%s:%u: key file %s %s\n", source->path,
			policy->key[i].line, policy->key[i].file, why);
		keys_free(keys);
		return NULL;
	}
	return keys;
}

static struct policy *
load_policy(struct source *source, FILE *to)
{
	struct faults *faults = faults_new(FAULTS_MAX);
	if (!faults)
		return NULL;
	struct policy_source files = source_files(source);
	struct policy *policy = policy_load(&files, source->path, faults);
	if (!policy)
		faults_print(faults, to);
	faults_free(faults);
	return policy;
}

bool
flock_policy_load(const char *path, const char *server, FILE *faults,
		  struct policy **policy, struct keys **keys)
{
	struct source source;
	*policy = NULL;
	*keys = NULL;
	if (!policy_start() || !source_open(&source, path)) {
		fprintf(faults, "%s: cannot be read\n", path);
		return false;
	}
	*policy = load_policy(&source, faults);
	if (!*policy)
		return false;
	if (server && strcmp(server, (*policy)->server) != 0)
		fprintf(faults, "%s: its server is %s, not %s\n", path,
			(*policy)->server, server);
	else
		*keys = load_keys(*policy, &source, faults);
	if (*keys)
		return true;
	policy_free(*policy);
	*policy = NULL;
	return false;
}

/* ---- the selection ---- */

uint32_t *
flock_select(const struct policy *policy, const char *text, size_t *rows,
	     char why[SELECTOR_WHY])
{
	size_t room = policy->clients ? policy->clients : 1, count;
	uint8_t *marks = calloc(room, sizeof *marks);
	uint32_t *row = calloc(room, sizeof *row);
	*rows = 0;
	if (!marks || !row)
		snprintf(why, SELECTOR_WHY, "out of memory");
	else if (selector_parse(policy, text[0] ? text : "all", marks, &count, why))
		for (size_t i = 0; i < policy->clients; i++)
			if (marks[i])
				row[(*rows)++] = (uint32_t)i;
	if (marks && row && *rows == 0 && why[0] == '\0')
		snprintf(why, SELECTOR_WHY, "no client is selected");
	free(marks);
	if (*rows > 0)
		return row;
	free(row);
	return NULL;
}
