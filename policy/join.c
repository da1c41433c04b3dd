/* SPDX-License-Identifier: BSD-3-Clause */
/* From drafts to probes: what asks the same is asked once; secrets are read. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "common/file.h"
#include "policy/loader.h"

#define PATH_SIZE 4096

static bool
equal_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool
equal_command(const struct probe *a, const struct probe *b)
{
	size_t i = 0;

	while (i < PROBE_ARGUMENTS && a->exec.argument[i] != NULL &&
	       equal_text(a->exec.argument[i], b->exec.argument[i]))
		i++;
	return equal_text(a->exec.argument[i], b->exec.argument[i]) &&
	       equal_text(a->exec.user, b->exec.user);
}

static bool
equal_endpoint(const struct endpoint *a, const struct endpoint *b)
{
	return address_equal(&a->address, &b->address) && a->port == b->port;
}

/* True when one run answers both: only what is taken from the answer differs. */
static bool
equal_question(const struct draft *a, const struct draft *b)
{
	const struct probe *x = &a->probe, *y = &b->probe;

	if (x->kind != y->kind || x->interval != y->interval ||
	    x->timeout != y->timeout)
		return false;
	switch (x->kind) {
	case PROBE_PROCESS:
		return equal_text(x->process.name, y->process.name);
	case PROBE_TCP:
		return equal_endpoint(&x->tcp.to, &y->tcp.to);
	case PROBE_EXEC:
		return equal_command(x, y);
	case PROBE_FILE:
		return equal_text(x->file.path, y->file.path) &&
		       equal_text(x->file.pattern, y->file.pattern);
	case PROBE_UDP_BACKLOG:
		return x->udp_backlog.port == y->udp_backlog.port;
	case PROBE_RADIUS_STATUS:
		return equal_text(a->secret_file, b->secret_file) &&
		       equal_endpoint(&x->radius_status.server,
				      &y->radius_status.server) &&
		       equal_endpoint(&x->radius_status.home, &y->radius_status.home);
	case PROBE_RADIUS_LOGIN:
		return equal_text(a->secret_file, b->secret_file) &&
		       equal_text(a->password_file, b->password_file) &&
		       equal_text(x->radius_login.user, y->radius_login.user) &&
		       equal_text(x->radius_login.nas_identifier,
				  y->radius_login.nas_identifier) &&
		       equal_endpoint(&x->radius_login.server, &y->radius_login.server);
	case PROBE_RADIUS_THREADS:
		return equal_text(x->radius_threads.process,
				  y->radius_threads.process) &&
		       x->radius_threads.max == y->radius_threads.max;
	case PROBE_SNMP:
		return equal_text(a->access_file, b->access_file) &&
		       equal_endpoint(&x->snmp.agent, &y->snmp.agent);
	case PROBE_DIAMETER:
		return equal_endpoint(&x->diameter.to, &y->diameter.to) &&
		       equal_text(x->diameter.origin_host, y->diameter.origin_host) &&
		       equal_text(x->diameter.origin_realm, y->diameter.origin_realm);
	case PROBE_TACACS:
		return equal_text(a->secret_file, b->secret_file) &&
		       equal_endpoint(&x->tacacs.to, &y->tacacs.to) &&
		       equal_text(x->tacacs.user, y->tacacs.user);
	case PROBE_SYSTEM:
		break;
	}
	return false;
}

/* What a file of one line holds, in the arena; NULL with a fault. */
static const uint8_t *
keep_secret(struct loader *loader, uint8_t *bytes, size_t size, size_t *length)
{
	uint8_t *copy;

	*length = size;
	if (*length > 0 && bytes[*length - 1] == '\n')
		--*length;
	if (*length > 0 && bytes[*length - 1] == '\r')
		--*length;
	copy = arena_take(loader->arena, *length + 1);
	if (copy != NULL)
		memcpy(copy, bytes, *length);
	else
		*length = 0;
	explicit_bzero(bytes, size);
	free(bytes);
	return copy;
}

/* The secret in the file that an attribute names, "secret-file" or "password-file". */
static const uint8_t *
read_secret(struct loader *loader, const struct draft *draft, const char *attribute,
	    const char *what, const char *file, size_t *length)
{
	char folder[PATH_SIZE], path[PATH_SIZE], why[FILE_WHY] = "the path is too long";
	const uint8_t *secret = NULL;
	uint8_t *bytes = NULL;
	size_t size = 0;

	*length = 0;
	if (file == NULL)
		return NULL;
	if (path_folder(loader->policy->file[0], folder, sizeof(folder)) &&
	    path_join(folder, file, path, sizeof(path)) &&
	    loader->source->read(loader->source->context, path, true, &bytes, &size,
				 why, sizeof(why))) {
		secret = keep_secret(loader, bytes, size, length);
		if (*length == 0)
			loader_fault(loader, draft->line,
				     "%s=\"%s\" is empty: expected one line, %s",
				     attribute, file, what);
	} else {
		loader_fault(loader, draft->line, "%s=\"%s\": %s", attribute, file,
			     why);
	}
	return secret;
}

static void
read_secrets(struct loader *loader, struct draft *draft)
{
	struct probe *probe = &draft->probe;
	size_t size;
	const uint8_t *secret =
	    read_secret(loader, draft, "secret-file", "the shared secret",
			draft->secret_file, &size);

	if (probe->kind == PROBE_RADIUS_STATUS) {
		probe->radius_status.secret = secret;
		probe->radius_status.secret_size = size;
	}
	if (probe->kind == PROBE_TACACS) {
		probe->tacacs.secret = secret;
		probe->tacacs.secret_size = size;
	}
	if (probe->kind != PROBE_RADIUS_LOGIN)
		return;
	probe->radius_login.secret = secret;
	probe->radius_login.secret_size = size;
	probe->radius_login.password =
	    read_secret(loader, draft, "password-file", "the user's password",
			draft->password_file, &size);
	probe->radius_login.password_size = size;
	if (size > PROBE_PASSWORD_MAX)
		loader_fault(loader, draft->line,
			     "password-file=\"%s\" holds %zu bytes: expected up to "
			     "%d, RADIUS carries no more",
			     draft->password_file, size, PROBE_PASSWORD_MAX);
}

/* A probe for this draft and all later ones that ask the same. */
static void
join(struct loader *loader, size_t first, bool *joined)
{
	struct policy *policy = loader->policy;
	struct draft *draft = &loader->draft[first];
	struct probe *probe;
	size_t outputs = 0;

	read_secrets(loader, draft);
	if (draft->access_file != NULL)
		draft->probe.snmp.access =
		    access_find(loader, draft->access_file, draft->line);
	probe = &policy->probe[policy->probes++];
	*probe = draft->probe;
	for (size_t i = first; i < loader->drafts; i++)
		if (!joined[i] && equal_question(draft, &loader->draft[i]))
			outputs++;
	probe->output = arena_take(loader->arena, outputs * sizeof(*probe->output));
	for (size_t i = first; probe->output != NULL && i < loader->drafts; i++) {
		if (joined[i] || !equal_question(draft, &loader->draft[i]))
			continue;
		joined[i] = true;
		probe->output[probe->outputs++] = loader->draft[i].output;
	}
}

/* The built-in parameters' probe is the first. */
static void
join_system(struct loader *loader)
{
	struct policy *policy = loader->policy;
	struct probe *probe = &policy->probe[policy->probes++];

	*probe = loader->system;
	memset(&loader->system, 0, sizeof(loader->system));
	probe->interval = policy->interval;
	probe->timeout = policy->timeout;
	probe->output =
	    arena_take(loader->arena, SYSTEM_COUNT * sizeof(*probe->output));
	for (uint32_t i = 0; probe->output != NULL && i < SYSTEM_COUNT; i++)
		probe->output[probe->outputs++] = (struct probe_output){
			.input = i, .value = VALUE_SYSTEM, .selector = i
		};
}

/* Its secret is read as any probe's. */
static void
join_activity(struct loader *loader)
{
	struct policy_activity *activity = &loader->policy->activity;
	struct draft *draft = &loader->activity;

	if (draft->probe.kind == 0)
		return;
	read_secrets(loader, draft);
	activity->server = draft->probe.radius_status.server;
	activity->secret = draft->probe.radius_status.secret;
	activity->secret_size = draft->probe.radius_status.secret_size;
}

void
probes_join(struct loader *loader)
{
	struct policy *policy = loader->policy;
	bool *joined = calloc(loader->drafts + 1, sizeof(*joined));

	policy->probe = calloc(loader->drafts + 1, sizeof(*policy->probe));
	if (joined == NULL || policy->probe == NULL) {
		loader->arena->failed = true;
		free(joined);
		return;
	}
	join_system(loader);
	loader->file = 0;
	for (size_t i = 0; i < loader->drafts; i++)
		if (!joined[i])
			join(loader, i, joined);
	join_activity(loader);
	free(joined);
}
