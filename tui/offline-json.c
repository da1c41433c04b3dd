/* SPDX-License-Identifier: BSD-3-Clause */
/* bellwether check --json: a policy's faults and what it is about, for programs. */
#include "config.h"

#include "tui/offline.h"

#include <inttypes.h>

#include "common/fault.h"
#include "policy/policy.h"
#include "subagent/source.h"
#include "tui/text.h"

#define FAULTS_MAX 1000

static void
print_fault(const struct fault *fault, bool first, FILE *out)
{
	fputs(first ? "\n{\"file\":" : ",\n{\"file\":", out);
	json_string(fault->file ? fault->file : "", out);
	if (fault->line)
		fprintf(out, ",\"line\":%" PRIu32, fault->line);
	else
		fputs(",\"line\":null", out);
	fprintf(out, ",\"severity\":\"%s\",\"text\":",
		fault->kind == FAULT_ERROR ? "error" : "warning");
	json_string(fault->text, out);
	fputc('}', out);
}

static void
print_all(const char *path, const struct policy *policy, const struct faults *faults,
	  FILE *out)
{
	fputs("{\"version\":1,\"policy\":", out);
	json_string(path, out);
	fprintf(out, ",\"usable\":%s,\"serverName\":", policy ? "true" : "false");
	if (policy)
		json_string(policy->server, out);
	else
		fputs("null", out);
	if (policy)
		fprintf(out, ",\"alternates\":%zu,\"clients\":%zu",
			(size_t)policy->alternates, (size_t)policy->clients);
	fputs(",\"rows\":[", out);
	for (size_t i = 0; i < faults_count(faults); i++)
		print_fault(faults_at(faults, i), i == 0, out);
	fputs("]}\n", out);
}

int
offline_check_json(const char *path, FILE *out, FILE *err)
{
	struct source source;
	struct policy *policy = NULL;
	struct faults *faults = faults_new(FAULTS_MAX);
	bool opened = faults && policy_start() && source_open(&source, path);
	if (opened) {
		struct policy_source files = source_files(&source);
		policy = policy_load(&files, path, faults);
	} else {
		fprintf(err, "bellwether: cannot load %s\n", path);
	}
	if (faults)
		print_all(path, policy, faults, out);
	int status = policy ? 0 : 1;
	if (policy)
		policy_free(policy);
	if (faults)
		faults_free(faults);
	return status;
}
