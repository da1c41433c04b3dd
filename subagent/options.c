/* SPDX-License-Identifier: BSD-3-Clause */
/* bellwetherd's command line: one table makes the parser's input and the help. */
#include "config.h"

#include "subagent/options.h"

#include <getopt.h>
#include <string.h>

#include "common/bytes.h"

/* Those from OPTION_MASTER on have no letter. */
enum {
	OPTION_MASTER = 256,
	OPTION_CONF,
	OPTION_TRACE,
	OPTION_CHECK,
	OPTION_VERSION,
	OPTION_HELP
};

/* short is 0 for options that have a long name only. */
struct option_row {
	int key;
	const char *name;
	const char *argument;
	const char *help;
};

static const struct option_row table[] = {
	{ 'p', "policy", "PATH",
	  "a policy file, or a folder of them (*.xml); may be repeated\n"
	  "                        (default " SYSCONFDIR "/bellwether/policy.d)" },
	{ 's', "state", "DIR",
	  "where state is kept\n"
	  "                        (default " LOCALSTATEDIR "/lib/bellwether)" },
	{ 'x', "agentx", "SOCKET", "answer SNMP through snmpd: its AgentX socket" },
	{ OPTION_MASTER, "master", "ADDRESS",
	  "answer SNMP without snmpd, there\n"
	  "                        (default " OPTIONS_MASTER ", if there is a\n"
	  "                        --snmp-conf)" },
	{ OPTION_CONF, "snmp-conf", "FILE",
	  "who may ask, in snmpd.conf's words\n"
	  "                        (default " SYSCONFDIR "/bellwether/snmp.conf)" },
	{ 'u', "user", "USER",
	  "who to become when started as root (default bellwether)" },
	{ 'l', "level", "LEVEL", "error, warning, info or debug (default info)" },
	{ 'f', "foreground", NULL, "stay in the foreground, log to standard error" },
	{ OPTION_TRACE, "trace", "SIZE",
	  "of a server's trace, in DIR/trace: bytes, or as 16M;\n"
	  "                        0 keeps none (default 64M)" },
	{ OPTION_CHECK, "check", NULL,
	  "load the policies, print all faults, and exit" },
	{ OPTION_VERSION, "version", NULL, "print the version, and exit" },
	{ OPTION_HELP, "help", NULL, "print this, and exit" },
};

static void
print_help(FILE *out)
{
	fputs("usage: bellwetherd [OPTION]...\n"
	      "Watches the servers that its policies protect, and tells their clients\n"
	      "where to go and when to come back.\n\n",
	      out);
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		const struct option_row *row = &table[i];
		char name[32];
		snprintf(name, sizeof(name), "--%s%s%s", row->name,
			 row->argument ? " " : "", row->argument ? row->argument : "");
		if (row->key < OPTION_MASTER)
			fprintf(out, "  -%c, %-17s %s\n", row->key, name, row->help);
		else
			fprintf(out, "      %-17s %s\n", name, row->help);
	}
	fputs(
	    "\nSignals: HUP reloads the policies, USR1 logs a full status, TERM stops\n"
	    "and keeps all state. While the file DIR/pause exists nothing is "
	    "started.\n",
	    out);
}

/* What getopt_long() wants to see of the table. */
struct spelling {
	char brief[2 * ARRAY_SIZE(table) + 2];
	struct option full[ARRAY_SIZE(table) + 1];
};

static void
spell(struct spelling *spelling)
{
	memset(spelling, 0, sizeof(*spelling));
	char *brief = spelling->brief;
	*brief++ = ':'; /* missing arguments are ours to report */
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		const struct option_row *row = &table[i];
		spelling->full[i] = (struct option){
			.name = row->name,
			.has_arg = row->argument ? required_argument : no_argument,
			.val = row->key,
		};
		if (row->key >= OPTION_MASTER)
			continue;
		*brief++ = (char)row->key;
		if (row->argument)
			*brief++ = ':';
	}
}

/* "1048576" "16M" "1G". Less than 1M would be put aside with each batch. */
static bool
parse_size(const char *text, int64_t *size)
{
	static const char units[] = "KMG";
	int64_t value = 0;
	const char *p = text;
	for (; *p >= '0' && *p <= '9'; p++)
		if ((value = value * 10 + (*p - '0')) > INT64_C(1) << 40)
			return false;
	const char *unit = *p ? strchr(units, *p) : NULL;
	if (p == text || (*p && (!unit || p[1])))
		return false;
	value <<= unit ? 10 * (unit - units + 1) : 0;
	if (value != 0 && (value < 1 << 20 || value > INT64_C(1) << 40))
		return false;
	*size = value;
	return true;
}

static enum options_end
take(int key, struct options *options, FILE *out, FILE *err)
{
	switch (key) {
	case 'p':
		if (options->policies == OPTIONS_POLICIES) {
			fprintf(err, "bellwetherd: more than %d -p; name a folder\n",
				OPTIONS_POLICIES);
			return OPTIONS_BAD;
		}
		options->policy[options->policies++] = optarg;
		return OPTIONS_RUN;
	case 's':
		options->state = optarg;
		return OPTIONS_RUN;
	case 'x':
		options->socket = optarg;
		return OPTIONS_RUN;
	case OPTION_MASTER:
		options->master = optarg;
		return OPTIONS_RUN;
	case OPTION_CONF:
		options->conf = optarg;
		options->conf_given = true;
		return OPTIONS_RUN;
	case 'u':
		options->user = optarg;
		options->user_given = true;
		return OPTIONS_RUN;
	case 'l':
		if (log_level_parse(optarg, &options->level))
			return OPTIONS_RUN;
		fprintf(err,
			"bellwetherd: no such level: %s (expected error, warning, "
			"info or debug)\n",
			optarg);
		return OPTIONS_BAD;
	case 'f':
		options->foreground = true;
		return OPTIONS_RUN;
	case OPTION_TRACE:
		if (parse_size(optarg, &options->trace))
			return OPTIONS_RUN;
		fprintf(err,
			"bellwetherd: no such size: %s (expected 0, or 1M to 1024G)\n",
			optarg);
		return OPTIONS_BAD;
	case OPTION_CHECK:
		options->check = true;
		return OPTIONS_RUN;
	case OPTION_VERSION:
		fprintf(out, "bellwetherd %s\n", PACKAGE_VERSION);
		return OPTIONS_DONE;
	case OPTION_HELP:
		print_help(out);
		return OPTIONS_DONE;
	default:
		return OPTIONS_BAD;
	}
}

static void
report_unknown(int key, char **argv, FILE *err)
{
	const char *wrong = argv[optind - 1];
	if (key == ':')
		fprintf(err, "bellwetherd: %s needs an argument\n", wrong);
	else if (optopt && optopt < OPTION_MASTER)
		fprintf(err, "bellwetherd: no such option: -%c\n", optopt);
	else
		fprintf(err, "bellwetherd: no such option: %s\n", wrong);
}

/* Options that are good one by one and contradict each other. */
static enum options_end
agree(const struct options *options, FILE *err)
{
	if (options->socket && options->master) {
		fputs("bellwetherd: -x answers through snmpd, --master without: give "
		      "one of them\n",
		      err);
		return OPTIONS_BAD;
	}
	if (options->socket && options->conf_given) {
		fputs("bellwetherd: with -x snmpd.conf says who may ask: leave out "
		      "--snmp-conf\n",
		      err);
		return OPTIONS_BAD;
	}
	return OPTIONS_RUN;
}

enum options_end
options_parse(int argc, char **argv, FILE *out, FILE *err, struct options *options)
{
	struct spelling spelling;
	spell(&spelling);
	*options = (struct options){
		.state = LOCALSTATEDIR "/lib/bellwether",
		.conf = SYSCONFDIR "/bellwether/snmp.conf",
		.user = "bellwether",
		.level = LOG_LEVEL_INFO,
		.trace = OPTIONS_TRACE,
	};
	optind = 0; /* glibc: start over, also in a test's second call */
	opterr = 0;
	enum options_end end = OPTIONS_RUN;
	int key;
	while (end == OPTIONS_RUN && (key = getopt_long(argc, argv, spelling.brief,
							spelling.full, NULL)) != -1) {
		end = take(key, options, out, err);
		if (key == ':' || key == '?')
			report_unknown(key, argv, err);
	}
	if (end == OPTIONS_RUN && optind < argc) {
		fprintf(err, "bellwetherd: unexpected argument: %s\n", argv[optind]);
		end = OPTIONS_BAD;
	}
	if (end == OPTIONS_RUN)
		end = agree(options, err);
	if (end == OPTIONS_BAD)
		fputs("bellwetherd: --help tells how it is used\n", err);
	if (options->policies == 0)
		options->policy[options->policies++] =
		    SYSCONFDIR "/bellwether/policy.d";
	return end;
}
