/* SPDX-License-Identifier: BSD-3-Clause */
/* Loading: policy files, their key files, and what is looked up by address. */
#include "config.h"

#include "subagent/load.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/bytes.h"
#include "common/file.h"
#include "common/log.h"
#include "common/random.h"
#include "message/channel.h"
#include "subagent/source.h"

#define FAULTS_MAX 1000
#define FILES_MAX  256
#define DIGEST_MAX (64 * 1024 * 1024)

/* ---- keys ---- */

static bool
add_key(struct keys *keys, const struct policy_key *key, const char *path,
	struct faults *faults, const char *document)
{
	char why[FILE_WHY];
	uint8_t secret[KEY_FILE_MAX / 2];
	uint8_t *bytes;
	size_t size;
	if (!source_secret(path, KEY_FILE_MAX, &bytes, &size, why)) {
		faults_add(faults, FAULT_ERROR, document, key->line, "key file %s: %s",
			   path, why);
		return false;
	}
	size_t length;
	char wrong[128];
	bool parsed = keys_parse(bytes, size, secret, &length, wrong);
	keys_cleanse(bytes, size);
	free(bytes);
	if (!parsed)
		faults_add(faults, FAULT_ERROR, document, key->line, "key file %s: %s",
			   path, wrong);
	bool added = parsed && keys_add_master(keys, key->id,
					       (enum message_algorithm)key->algorithm,
					       secret, length);
	if (parsed && !added)
		faults_add(faults, FAULT_ERROR, document, key->line,
			   "key file %s: cannot be used as key %u", path, key->id);
	keys_cleanse(secret, sizeof(secret));
	uint8_t twin = added ? keys_twin(keys, key->id, keys) : 0;
	if (twin)
		faults_add(
		    faults, FAULT_ERROR, document, key->line,
		    "key file %s: holds the secret of key %u once more: a new id "
		    "needs a new one (openssl rand -hex 32)",
		    path, twin);
	return added && !twin;
}

static bool
add_keys(struct loaded *loaded)
{
	const struct policy *policy = loaded->policy;
	char folder[PATH_MAX];
	loaded->keys = keys_new();
	bool good = loaded->keys && path_folder(loaded->path, folder, sizeof(folder));
	for (size_t i = 0; i < policy->keys && loaded->keys; i++) {
		char path[PATH_MAX];
		if (path_join(folder, policy->key[i].file, path, sizeof(path))) {
			good &= add_key(loaded->keys, &policy->key[i], path,
					loaded->faults, loaded->path);
			continue;
		}
		good = false;
		faults_add(loaded->faults, FAULT_ERROR, loaded->path,
			   policy->key[i].line, "key file: the path is too long");
	}
	return good;
}

/* ---- rows by address ---- */

static size_t
address_slot(const struct loaded *loaded, const struct address *address)
{
	uint64_t hash = random_mix(get_u64(address->byte), get_u64(address->byte + 8));
	return (size_t)hash & (loaded->slots - 1);
}

static bool
index_addresses(struct loaded *loaded)
{
	const struct policy *policy = loaded->policy;
	loaded->slots = 16;
	while (loaded->slots < 2 * policy->clients)
		loaded->slots *= 2;
	loaded->slot = calloc(loaded->slots, sizeof(loaded->slot[0]));
	if (!loaded->slot)
		return false;
	for (uint32_t row = 0; row < policy->clients; row++) {
		size_t at = address_slot(loaded, &policy->client[row].address);
		while (loaded->slot[at])
			at = (at + 1) & (loaded->slots - 1);
		loaded->slot[at] = row + 1;
	}
	return true;
}

uint32_t
loaded_row(const struct loaded *loaded, const struct address *address)
{
	size_t at = address_slot(loaded, address);
	for (; loaded->slot[at]; at = (at + 1) & (loaded->slots - 1)) {
		uint32_t row = loaded->slot[at] - 1;
		if (address_equal(&loaded->policy->client[row].address, address))
			return row;
	}
	return POLICY_NONE;
}

/* ---- one policy ---- */

void
loaded_free(struct loaded *loaded)
{
	free(loaded->slot);
	if (loaded->keys)
		keys_free(loaded->keys);
	if (loaded->policy)
		policy_free(loaded->policy);
	if (loaded->faults)
		faults_free(loaded->faults);
	memset(loaded, 0, sizeof(*loaded));
}

void
load_take(struct loaded *from, struct loaded *to)
{
	*to = *from;
	memset(from, 0, sizeof(*from));
}

/* Everything or nothing: a policy without its keys is no policy. */
static void
finish(struct loaded *loaded)
{
	if (loaded->policy && add_keys(loaded) && index_addresses(loaded))
		return;
	if (loaded->policy)
		policy_free(loaded->policy);
	loaded->policy = NULL;
	if (faults_errors(loaded->faults) == 0)
		faults_add(loaded->faults, FAULT_ERROR, loaded->path, 0,
			   "there is not enough memory to load it");
}

/* For whoever wants to know which one it was. Read once more, it may be another already:
   then the reload is on its way. */
static void
note_digest(struct loaded *loaded)
{
	char why[FILE_WHY];
	uint8_t *bytes;
	size_t size;
	if (!file_read(loaded->path, NULL, 0, DIGEST_MAX, &bytes, &size, why))
		return;
	keys_digest(bytes, size, loaded->digest);
	free(bytes);
}

static bool
load_file(const char *path, struct loaded *loaded)
{
	struct source source;
	memset(loaded, 0, sizeof(*loaded));
	loaded->faults = faults_new(FAULTS_MAX);
	if (!loaded->faults)
		return false;
	slice_copy(slice_of(path), loaded->path, sizeof(loaded->path));
	if (source_open(&source, path)) {
		struct policy_source files = source_files(&source);
		loaded->policy = policy_load(&files, path, loaded->faults);
		finish(loaded);
		if (loaded->policy)
			note_digest(loaded);
	} else {
		faults_add(loaded->faults, FAULT_ERROR, path, 0,
			   "the path is too long");
	}
	return true;
}

/* ---- paths ---- */

struct names {
	char *name[FILES_MAX];
	size_t count;
	size_t left_out;
};

static void
names_add(struct names *names, const char *path)
{
	char *copy = names->count < FILES_MAX ? strdup(path) : NULL;
	if (copy)
		names->name[names->count++] = copy;
	else
		names->left_out++;
}

static int
is_policy_file(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);
	return entry->d_name[0] != '.' && length > 4 &&
	       strcmp(entry->d_name + length - 4, ".xml") == 0;
}

static void
names_of_folder(struct names *names, const char *folder, struct faults *faults)
{
	struct dirent **entry;
	int count = scandir(folder, &entry, is_policy_file, alphasort);
	if (count < 0) {
		faults_add(faults, FAULT_ERROR, folder, 0, "cannot be read: %s",
			   strerror(errno));
		return;
	}
	for (int i = 0; i < count; i++) {
		char path[PATH_MAX];
		if (path_join(folder, entry[i]->d_name, path, sizeof(path)))
			names_add(names, path);
		free(entry[i]);
	}
	if (count == 0)
		faults_add(faults, FAULT_WARNING, folder, 0,
			   "no policy is in this folder (*.xml)");
	free(entry);
}

static void
names_of_path(struct names *names, const char *path, struct faults *faults)
{
	struct stat status;
	if (stat(path, &status) != 0)
		faults_add(faults, errno == ENOENT ? FAULT_WARNING : FAULT_ERROR, path,
			   0, "%s",
			   errno == ENOENT ? "there is no such file or folder"
					   : strerror(errno));
	else if (S_ISDIR(status.st_mode))
		names_of_folder(names, path, faults);
	else
		names_add(names, path);
}

/* Two documents for one server would give its clients two masters. */
static void
refuse_doubles(struct load *load)
{
	for (size_t i = 1; i < load->items; i++) {
		struct loaded *item = &load->item[i];
		for (size_t j = 0; j < i && item->policy; j++) {
			const struct loaded *other = &load->item[j];
			if (!other->policy ||
			    strcmp(other->policy->server, item->policy->server) != 0)
				continue;
			faults_add(item->faults, FAULT_ERROR, item->path, 0,
				   "the server %s is protected by %s already: one "
				   "policy a server",
				   item->policy->server, other->path);
			policy_free(item->policy);
			item->policy = NULL;
		}
	}
}

/* A server each whose secret is known is another one's too. */
static void
warn_of_twins(struct load *load)
{
	for (size_t i = 1; i < load->items; i++) {
		const struct loaded *item = &load->item[i];
		for (size_t k = 0; item->policy && k < item->policy->keys; k++) {
			const struct policy_key *key = &item->policy->key[k];
			for (size_t j = 0; j < i; j++) {
				const struct loaded *other = &load->item[j];
				if (other->policy &&
				    keys_twin(item->keys, key->id, other->keys))
					faults_add(item->faults, FAULT_WARNING,
						   item->path, key->line,
						   "key %u has the secret of a key of "
						   "%s: give each server its own",
						   key->id, other->path);
			}
		}
	}
}

struct load *
load_paths(const char *const *path, size_t paths)
{
	struct names names = { .count = 0 };
	struct load *load = calloc(1, sizeof(*load));
	if (!load)
		return NULL;
	load->faults = faults_new(FAULTS_MAX);
	if (!load->faults) {
		free(load);
		return NULL;
	}
	for (size_t i = 0; i < paths; i++)
		names_of_path(&names, path[i], load->faults);
	if (names.left_out > 0)
		faults_add(load->faults, FAULT_ERROR, "-p", 0,
			   "more than %d policy files: %zu were left out", FILES_MAX,
			   names.left_out);
	load->item = calloc(names.count + 1, sizeof(load->item[0]));
	for (size_t i = 0; i < names.count; i++) {
		if (load->item && load_file(names.name[i], &load->item[load->items]))
			load->items++;
		free(names.name[i]);
	}
	refuse_doubles(load);
	warn_of_twins(load);
	load->errors = faults_errors(load->faults);
	for (size_t i = 0; i < load->items; i++)
		load->errors += faults_errors(load->item[i].faults);
	return load;
}

void
load_free(struct load *load)
{
	if (!load)
		return;
	for (size_t i = 0; i < load->items; i++)
		loaded_free(&load->item[i]);
	free(load->item);
	faults_free(load->faults);
	free(load);
}

/* ---- later ---- */

struct job {
	uv_work_t work;
	const char *const *path;
	size_t paths;
	struct load *result;
	void (*done)(void *context, struct load *load);
	void *context;
};

static void
job_run(uv_work_t *work)
{
	struct job *job = work->data;
	job->result = load_paths(job->path, job->paths);
}

static void
job_done(uv_work_t *work, int status)
{
	struct job *job = work->data;
	(void)status;
	job->done(job->context, job->result);
	free(job);
}

void
load_later(uv_loop_t *loop, const char *const *path, size_t paths,
	   void (*done)(void *context, struct load *load), void *context)
{
	struct job *job = calloc(1, sizeof(*job));
	if (job) {
		*job = (struct job){
			.path = path, .paths = paths, .done = done, .context = context
		};
		job->work.data = job;
	}
	if (!job || uv_queue_work(loop, &job->work, job_run, job_done) != 0) {
		free(job);
		done(context, NULL);
	}
}

/* ---- retired ---- */

static bool
retired_read(void *context, const char *path, bool secret, uint8_t **bytes,
	     size_t *size, char *why, size_t why_size)
{
	const char *document = context;
	(void)path;
	(void)secret;
	*bytes = (uint8_t *)strdup(document);
	*size = strlen(document);
	if (!*bytes)
		snprintf(why, why_size, "there is not enough memory");
	return *bytes != NULL;
}

static bool
retired_match(void *context, const char *href,
	      void (*emit)(void *emit_context, const char *path), void *emit_context,
	      char *why, size_t why_size)
{
	(void)context;
	(void)href;
	(void)emit;
	(void)emit_context;
	snprintf(why, why_size, "includes nothing");
	return false;
}

/* The keys are the old policy's, but a document names at least one key file. */
static void
retired_document(const struct policy *policy, char *out, size_t size)
{
	char address[ADDRESS_TEXT];
	char port[16] = "";
	if (policy->transport == TRANSPORT_UDP)
		snprintf(port, sizeof(port), " port=\"%u\"", policy->port);
	snprintf(out, size,
		 "<policy xmlns=\"" POLICY_NAMESPACE "\">"
		 "<server name=\"%s\" address=\"%s\" transport=\"%s\"%s>"
		 "<key id=\"1\" file=\"unused\"/></server>"
		 "<failover threshold=\"0\" for=\"1s\">"
		 "<step><select all=\"yes\"/></step></failover>"
		 "<connection threshold=\"100\" for=\"1s\"/>"
		 "<clients/></policy>",
		 policy->server, address_format(&policy->address, address),
		 transport_name((enum transport)policy->transport), port);
}

bool
load_retired(const struct loaded *from, struct loaded *to)
{
	char document[1024];
	struct policy_source memory = { document, retired_read, retired_match };
	retired_document(from->policy, document, sizeof(document));
	memset(to, 0, sizeof(*to));
	memcpy(to->path, from->path, sizeof(to->path));
	to->faults = faults_new(FAULTS_MAX);
	if (to->faults)
		to->policy = policy_load(&memory, from->path, to->faults);
	if (to->policy && index_addresses(to))
		return true;
	if (to->faults)
		for (size_t i = 0; i < faults_count(to->faults); i++)
			log_error("policy", "%s", faults_at(to->faults, i)->text);
	loaded_free(to);
	return false;
}

/* ---- faults ---- */

void
load_print(const struct load *load, FILE *to)
{
	faults_print(load->faults, to);
	for (size_t i = 0; i < load->items; i++)
		faults_print(load->item[i].faults, to);
}

static void
log_faults(const struct faults *faults)
{
	for (size_t i = 0; i < faults_count(faults); i++) {
		const struct fault *fault = faults_at(faults, i);
		char line[16] = "";
		if (fault->line)
			snprintf(line, sizeof(line), "%u:", fault->line);
		if (fault->kind == FAULT_ERROR)
			log_error("policy", "%s:%s %s", fault->file, line, fault->text);
		else
			log_warning("policy", "%s:%s %s", fault->file, line,
				    fault->text);
	}
}

void
load_log(const struct load *load)
{
	log_faults(load->faults);
	for (size_t i = 0; i < load->items; i++)
		log_faults(load->item[i].faults);
}
