/* SPDX-License-Identifier: BSD-3-Clause */
/* Loads client.xml: every fault at once, each with its line, in words that help. */
#include "config.h"

#include "client/configuration.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/config-build.h"
#include "client/config-document.h"
#include "common/file.h"

struct config_piece {
	struct config_piece *next;
	max_align_t bytes[];
};

void *
config_keep(struct config *config, size_t size)
{
	struct config_piece *piece = calloc(1, sizeof *piece + size);
	if (!piece)
		return NULL;
	piece->next = config->pieces;
	config->pieces = piece;
	return piece->bytes;
}

const char *
config_keep_text(struct config *config, const char *text)
{
	size_t size = strlen(text) + 1;
	char *kept = config_keep(config, size);
	if (kept)
		memcpy(kept, text, size);
	return kept;
}

void
config_free(struct config *config)
{
	if (!config)
		return;
	for (struct config_piece *piece = config->pieces, *next; piece; piece = next) {
		next = piece->next;
		free(piece);
	}
	free(config);
}

bool
config_start(void)
{
	return config_document_start();
}

struct config *
config_parse(const char *file, const uint8_t *bytes, size_t size, struct faults *faults)
{
	size_t before = faults_errors(faults);
	struct config *config = calloc(1, sizeof *config);
	if (config)
		config->file = config_keep_text(config, file);
	if (config && config->file)
		config_document_read(config, bytes, size, faults);
	else
		faults_add(faults, FAULT_ERROR, file, 0, "out of memory");
	if (faults_errors(faults) == before)
		return config;
	config_free(config);
	return NULL;
}

/* The hook runs with the rights of whoever started us: what others may write, others
   would run. */
static void
check_command(const struct config *config, const struct config_server *server,
	      struct faults *faults)
{
	const char *path = server->command[0];
	struct stat status;
	if (!server->core.hook)
		return;
	if (stat(path, &status) != 0)
		faults_add(faults, FAULT_ERROR, config->file, server->hook_line,
			   "command %s: there is no such file", path);
	else if (!S_ISREG(status.st_mode) || access(path, X_OK) != 0)
		faults_add(faults, FAULT_ERROR, config->file, server->hook_line,
			   "command %s: it cannot be run: chmod +x", path);
	else if (status.st_mode & 022)
		faults_add(faults, FAULT_ERROR, config->file, server->hook_line,
			   "command %s: it is writable by group or others: chmod go-w",
			   path);
	else if (status.st_uid != 0 && status.st_uid != geteuid())
		faults_add(faults, FAULT_ERROR, config->file, server->hook_line,
			   "command %s: it belongs to user %u: chown it to root", path,
			   (unsigned)status.st_uid);
}

struct config *
config_load(const char *file, struct faults *faults)
{
	char why[FILE_WHY];
	uint8_t *bytes;
	size_t size, before = faults_errors(faults);
	if (!file_read(file, NULL, FILE_GUARDED, CONFIG_FILE_MAX, &bytes, &size, why)) {
		faults_add(faults, FAULT_ERROR, file, 0, "%s", why);
		return NULL;
	}
	struct config *config = config_parse(file, bytes, size, faults);
	free(bytes);
	if (!config)
		return NULL;
	for (size_t i = 0; i < config->servers; i++)
		check_command(config, &config->server[i], faults);
	if (faults_errors(faults) == before)
		return config;
	config_free(config);
	return NULL;
}

/* ---- keys ---- */

static bool
add_key(struct keys *keys, const char *folder, const struct config_key *key,
	char why[FILE_WHY])
{
	char path[PATH_MAX], reason[128];
	uint8_t *text, secret[KEY_FILE_MAX / 2];
	size_t length, size;
	if (!path_join(folder, key->file, path, sizeof path)) {
		snprintf(why, FILE_WHY, "its path is too long");
		return false;
	}
	if (!file_read(path, NULL, FILE_SECRET, KEY_FILE_MAX, &text, &length, why))
		return false;
	bool parsed = keys_parse(text, length, secret, &size, reason);
	keys_cleanse(text, length);
	free(text);
	if (!parsed) {
		snprintf(why, FILE_WHY, "%s", reason);
		return false;
	}
	bool added = keys_add_pair(keys, key->id, key->algorithm, secret, size);
	keys_cleanse(secret, sizeof secret);
	uint8_t twin = added ? keys_twin(keys, key->id, keys) : 0;
	if (!added)
		snprintf(why, FILE_WHY, "cannot be used as a key");
	else if (twin)
		snprintf(
		    why, FILE_WHY,
		    "holds the secret of key %u once more: get this one's from the "
		    "server (bellwether key --id %u)",
		    twin, key->id);
	return added && !twin;
}

struct keys *
config_keys(const struct config *config, const struct config_server *server,
	    struct faults *faults)
{
	char why[FILE_WHY], folder[PATH_MAX];
	size_t wrong = 0;
	struct keys *keys = keys_new();
	if (!keys || !path_folder(config->file, folder, sizeof folder)) {
		faults_add(faults, FAULT_ERROR, config->file, server->line,
			   "its keys cannot be read");
		keys_free(keys);
		return NULL;
	}
	for (size_t i = 0; i < server->keys; i++) {
		if (add_key(keys, folder, &server->key[i], why))
			continue;
		faults_add(faults, FAULT_ERROR, config->file, server->key[i].line,
			   "key file %s: %s", server->key[i].file, why);
		wrong++;
	}
	if (wrong == 0)
		return keys;
	keys_free(keys);
	return NULL;
}
