/* SPDX-License-Identifier: BSD-3-Clause */
/* bellwether-flock's command line. */
#include "config.h"

#include "client/flock.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/flock-policy.h"
#include "client/flock-run.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/random.h"

#define SELECTION_MAX SELECTOR_TEXT

static const char usage[] =
    "usage: bellwether-flock -p POLICY [--server NAME] [OPTION...] [SELECTION]\n"
    "Simulates the clients of a policy on this host's own addresses.\n"
    "  -p, --policy FILE   the policy, whose keys must be readable\n"
    "      --server NAME   refuse a policy of another server\n"
    "      --hook-ms N     how long a simulated hook takes, in ms (20)\n"
    "      --loss P%       lose this share of the datagrams, each way\n"
    "      --fail P%       let this share of the hooks fail\n"
    "      --after D       ask to come back after this time away (10m)\n"
    "      --retry D       longest wait before an unanswered message is repeated (1m)\n"
    "      --seed N        make every choice repeatable\n"
    "      --state DIR     keep each client's state there (default: nowhere)\n"
    "      --status        count messages in the summaries too\n"
    "  -l, --level LEVEL   error, warning, info or debug\n"
    "      --help\n"
    "SELECTION = term {+ term} {- term}; term = all, client:A,B, list:NAME, "
    "group:NAME\n"
    "or site:NAME; default all.\n";

struct arguments {
	const char *policy, *server;
	struct flock_options options;
	enum log_level level;
	char selection[SELECTION_MAX];
};

static bool
wrong(const char *option, const char *text, const char *expected)
{
	fprintf(stderr, "bellwether-flock: %s %s: expected %s\n", option, text,
		expected);
	return false;
}

static bool
read_share(const char *option, const char *text, double *share)
{
	char *end;
	double percent = strtod(text, &end);
	if (end == text || (strcmp(end, "%") != 0 && *end != '\0') ||
	    !(percent >= 0 && percent <= 100))
		return wrong(option, text, "a percentage, 0% to 100%");
	*share = percent / 100;
	return true;
}

static bool
read_number(const char *option, const char *text, uint64_t most, uint64_t *number)
{
	char *end;
	size_t digits = strspn(text, "0123456789");
	unsigned long long value = strtoull(text, &end, 10);
	if (digits == 0 || digits > 19 || *end != '\0' || value > most)
		return wrong(option, text, "a number");
	*number = value;
	return true;
}

static bool
read_duration(const char *option, const char *text, int64_t *duration)
{
	if (duration_parse(text, duration) && *duration > 0)
		return true;
	return wrong(option, text, "a duration such as 30s or 10m");
}

enum {
	OPTION_SERVER = 256,
	OPTION_HOOK,
	OPTION_LOSS,
	OPTION_FAIL,
	OPTION_AFTER,
	OPTION_RETRY,
	OPTION_SEED,
	OPTION_STATE,
	OPTION_STATUS,
	OPTION_HELP
};

static const struct option options[] = {
	{ "policy", required_argument, NULL, 'p' },
	{ "server", required_argument, NULL, OPTION_SERVER },
	{ "hook-ms", required_argument, NULL, OPTION_HOOK },
	{ "loss", required_argument, NULL, OPTION_LOSS },
	{ "fail", required_argument, NULL, OPTION_FAIL },
	{ "after", required_argument, NULL, OPTION_AFTER },
	{ "retry", required_argument, NULL, OPTION_RETRY },
	{ "seed", required_argument, NULL, OPTION_SEED },
	{ "state", required_argument, NULL, OPTION_STATE },
	{ "status", no_argument, NULL, OPTION_STATUS },
	{ "level", required_argument, NULL, 'l' },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ NULL, 0, NULL, 0 },
};

static bool
take_option(struct arguments *arguments, int option, const char *text)
{
	struct flock_options *to = &arguments->options;
	uint64_t number;
	switch (option) {
	case 'p':
		arguments->policy = text;
		return true;
	case 'l':
		return log_level_parse(text, &arguments->level) ||
		       wrong("--level", text, "error, warning, info or debug");
	case OPTION_SERVER:
		arguments->server = text;
		return true;
	case OPTION_HOOK:
		if (!read_number("--hook-ms", text, 3600000, &number))
			return false;
		to->hook = (int64_t)number * MILLISECOND;
		return true;
	case OPTION_LOSS:
		return read_share("--loss", text, &to->loss);
	case OPTION_FAIL:
		return read_share("--fail", text, &to->fail);
	case OPTION_AFTER:
		return read_duration("--after", text, &to->after);
	case OPTION_RETRY:
		return read_duration("--retry", text, &to->retry);
	case OPTION_SEED:
		return read_number("--seed", text, UINT64_MAX, &to->seed);
	case OPTION_STATE:
		to->state = text;
		return true;
	case OPTION_STATUS:
		to->status = true;
		return true;
	default:
		return false; /* getopt has said why */
	}
}

/* The words of the selection, whether the shell saw one argument or several. */
static bool
join(char *const *word, char selection[SELECTION_MAX])
{
	size_t used = 0;
	selection[0] = '\0';
	for (; *word; word++) {
		int wrote = snprintf(selection + used, SELECTION_MAX - used, "%s%s",
				     used ? " " : "", *word);
		if (wrote < 0 || (size_t)wrote >= SELECTION_MAX - used)
			return wrong("SELECTION", "", "a shorter one");
		used += (size_t)wrote;
	}
	return true;
}

static int
run(const struct arguments *arguments)
{
	struct policy *policy;
	struct keys *keys;
	char why[SELECTOR_WHY] = "";
	size_t rows;
	bool ran = false;
	if (!flock_policy_load(arguments->policy, arguments->server, stderr, &policy,
			       &keys))
		return 1;
	uint32_t *row = flock_select(policy, arguments->selection, &rows, why);
	if (row)
		ran = flock_run(policy, keys, row, rows, &arguments->options);
	else
		fprintf(stderr, "bellwether-flock: %s\n", why);
	free(row);
	keys_free(keys);
	policy_free(policy);
	return ran ? 0 : 1;
}

int
flock_main(int argc, char **argv)
{
	struct arguments arguments = {
		.options = {
			.hook = 20 * MILLISECOND,
			.after = 10 * MINUTE,
			.retry = MINUTE,
			.seed = random_entropy(),
		},
		.level = LOG_LEVEL_INFO,
	};
	int option;
	while ((option = getopt_long(argc, argv, "p:l:", options, NULL)) != -1) {
		if (option == OPTION_HELP) {
			fputs(usage, stdout);
			return 0;
		}
		if (!take_option(&arguments, option, optarg))
			return 2;
	}
	if (!arguments.policy) {
		fputs(usage, stderr);
		return 2;
	}
	if (!join(argv + optind, arguments.selection))
		return 2;
	log_open("bellwether-flock", true, arguments.level);
	keys_start();
	int status = run(&arguments);
	log_close();
	return status;
}
