/* SPDX-License-Identifier: BSD-3-Clause */
/* bellwether explain: what a policy would decide of values that are given, whom it would
   move, and where to. Asks nothing and nobody: no probe, no hook, no agent. */
#include "config.h"

#include "tui/offline-explain.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/file.h"
#include "message/keys.h"
#include "tui/offline-inside.h"
#include "tui/offline.h"

#define SETS       64
#define POLICY_MAX (64 * 1024 * 1024)

static const char usage[] =
    "explain POLICY [--set NAME=VALUE,...] [--trace FILE [--at TIME]] "
    "[--held DURATION] [--clients] [--json]";

struct question {
	const char *policy, *trace, *at;
	const char *set[SETS];
	size_t sets;
	int64_t held;
	bool held_given, all, json;
};

static bool
parse(int argc, char **argv, struct question *question)
{
	static const struct option options[] = {
		{ "set", required_argument, NULL, 's' },
		{ "trace", required_argument, NULL, 't' },
		{ "at", required_argument, NULL, 'a' },
		{ "held", required_argument, NULL, 'h' },
		{ "clients", no_argument, NULL, 'c' },
		{ "json", no_argument, NULL, 'j' },
		{ 0 },
	};
	int key;
	optind = 0;
	opterr = 0;
	*question = (struct question){ .at = "" };
	while ((key = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (key == 's' && question->sets < SETS)
			question->set[question->sets++] = optarg;
		else if (key == 't')
			question->trace = optarg;
		else if (key == 'a')
			question->at = optarg;
		else if (key == 'h' && duration_parse(optarg, &question->held) &&
			 question->held <= DAY)
			question->held_given = true;
		else if (key == 'c')
			question->all = true;
		else if (key == 'j')
			question->json = true;
		else
			return false;
	}
	question->policy = argv[optind];
	return argc - optind == 1 && (question->trace || !*question->at);
}

/* 0, or the exit status. */
static int
suppose_all(struct suppose *suppose, const struct question *question, FILE *err)
{
	for (size_t i = 0; i < question->sets; i++)
		if (!suppose_set(suppose, question->set[i], err))
			return 2;
	if (!suppose_at(question->at, err))
		return 2;
	if (question->trace &&
	    !suppose_trace(suppose, question->trace, question->at, err))
		return 1;
	/* What was set by hand holds against what the trace had. */
	for (size_t i = 0; question->trace && i < question->sets; i++)
		suppose_set(suppose, question->set[i], err);
	suppose->held = question->held;
	suppose->held_given = question->held_given;
	suppose_judge(suppose);
	return 0;
}

/* What the daemon decided then is no other policy's decision. */
static void
compare_policy(const struct suppose *suppose, const struct question *question,
	       FILE *err)
{
	char digest[DIGEST_TEXT], why[FILE_WHY];
	uint8_t *bytes;
	size_t size;
	if (strlen(suppose->traced) != DIGEST_TEXT - 1 ||
	    !file_read(question->policy, NULL, 0, POLICY_MAX, &bytes, &size, why))
		return;
	keys_digest(bytes, size, digest);
	free(bytes);
	if (strcmp(digest, suppose->traced) != 0)
		fprintf(err,
			"bellwether explain: note: %s was recorded under another "
			"document than %s\n",
			question->trace, question->policy);
}

static int
explain(struct policy *policy, const struct question *question, FILE *out, FILE *err)
{
	struct suppose suppose;
	struct moves moves;
	if (!suppose_new(&suppose, policy, err))
		return 1;
	int status = suppose_all(&suppose, question, err);
	if (status != 0) {
		/* It is said. */
	} else if (!moves_find(&moves, policy, &suppose,
			       suppose.verdict.connection == MET_YES)) {
		fputs("bellwether: out of memory\n", err);
		status = 1;
	} else {
		compare_policy(&suppose, question, err);
		struct explained explained = { policy, &suppose, &moves,
					       question->all };
		if (question->json)
			explained_json(&explained, out);
		else
			explained_print(&explained, out);
		moves_free(&moves);
	}
	suppose_free(&suppose);
	return status;
}

int
offline_explain(int argc, char **argv, FILE *out, FILE *err)
{
	struct question question;
	if (!parse(argc, argv, &question))
		return offline_misused(err, usage);
	struct policy *policy = offline_policy(question.policy, true, err);
	if (!policy) {
		fprintf(err, "bellwether: %s cannot be used\n", question.policy);
		return 1;
	}
	int status = explain(policy, &question, out, err);
	policy_free(policy);
	return status;
}
