/* SPDX-License-Identifier: BSD-3-Clause */
/* The options of the commands that talk to an agent: Net-SNMP's, and ours. */
#include "config.h"

#include "tui/options.h"

#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "common/clock.h"

#define SNMP_OPTIONS "v:u:l:a:A:x:X:c:t:r:"
/* As top has them; Net-SNMP's -n and -d mean what nobody needs here. */
#define BATCH_OPTIONS  "bn:d:"
#define HOLD_USUAL     3600u
#define INTERVAL_USUAL SECOND
#define INTERVAL_LEAST (200 * MILLISECOND)

const char options_help[] =
    "Commands that ask an agent take\n"
    "  --agent ADDRESS    which, again for several (" AGENT_STANDARD ")\n"
    "  --server NAME      one protected server, where an agent has several\n"
    "  --json             an object an agent, as bellwether(1) says\n"
    "  --plain            no colour, no lines that change\n"
    "  -v -u -l -a -A -x -X -c -t -r   as Net-SNMP's tools; snmp.conf has the rest\n"
    "and what moves clients or stops the policy\n"
    "  --reason TEXT      why (mandatory)\n"
    "  --requester NAME   who; the SNMPv3 user or the login name\n"
    "  --for DURATION     how long the policy leaves them alone: 1h; 0 until release\n"
    "  --share N%  --limit N   so much of the selection, at most so many\n"
    "  --force            over what else would be kept back\n"
    "  --preview          only say what would be done\n"
    "  --yes              do not ask\n"
    "  --detach           do not wait until it is done\n"
    "and the console, beside --requester and --for\n"
    "  --interval TIME, -d TIME   between two looks: 1s\n"
    "  -b                 without a terminal: its screens as text\n"
    "  -n COUNT           so many of them, else until interrupted\n"
    "  --read-only        nothing can be changed from it\n"
    "  --no-settings      nothing remembered from the last time, nor for the next\n"
    "  --theme NAME       colours for a dark or a light background, or mono: none\n";

enum {
	OPTION_AGENT = 256,
	OPTION_SERVER,
	OPTION_JSON,
	OPTION_PLAIN,
	OPTION_WHY,
	OPTION_INTERVAL,
	OPTION_READ_ONLY,
	OPTION_NO_SETTINGS,
	OPTION_THEME,
	OPTION_REQUESTER,
	OPTION_FOR,
	OPTION_REASON,
	OPTION_SHARE,
	OPTION_LIMIT,
	OPTION_FORCE,
	OPTION_PREVIEW,
	OPTION_YES,
	OPTION_DETACH
};

/* What the console asks for itself, or must not be spared. */
static bool
is_for(int option, enum options_use use)
{
	switch (option) {
	case 'b':
	case 'n':
	case 'd':
	case OPTION_INTERVAL:
	case OPTION_READ_ONLY:
	case OPTION_NO_SETTINGS:
	case OPTION_THEME:
		return use == OPTIONS_CONSOLE;
	case OPTION_REQUESTER:
	case OPTION_FOR:
		return use != OPTIONS_LOOK;
	case OPTION_JSON:
	case OPTION_PLAIN:
	case OPTION_WHY:
		return use != OPTIONS_CONSOLE;
	default:
		return option < OPTION_REASON || use == OPTIONS_ACT;
	}
}

static const struct option table[] = {
	{ "agent", required_argument, NULL, OPTION_AGENT },
	{ "server", required_argument, NULL, OPTION_SERVER },
	{ "json", no_argument, NULL, OPTION_JSON },
	{ "plain", no_argument, NULL, OPTION_PLAIN },
	{ "why", required_argument, NULL, OPTION_WHY },
	{ "interval", required_argument, NULL, OPTION_INTERVAL },
	{ "read-only", no_argument, NULL, OPTION_READ_ONLY },
	{ "no-settings", no_argument, NULL, OPTION_NO_SETTINGS },
	{ "theme", required_argument, NULL, OPTION_THEME },
	{ "reason", required_argument, NULL, OPTION_REASON },
	{ "requester", required_argument, NULL, OPTION_REQUESTER },
	{ "for", required_argument, NULL, OPTION_FOR },
	{ "share", required_argument, NULL, OPTION_SHARE },
	{ "limit", required_argument, NULL, OPTION_LIMIT },
	{ "force", no_argument, NULL, OPTION_FORCE },
	{ "preview", no_argument, NULL, OPTION_PREVIEW },
	{ "yes", no_argument, NULL, OPTION_YES },
	{ "detach", no_argument, NULL, OPTION_DETACH },
	{ 0 }
};

static bool
wrong(FILE *err, const char *command, const char *what, const char *value,
      const char *expected)
{
	fprintf(err, "bellwether %s: %s %s: expected %s\n", command, what, value,
		expected);
	return false;
}

static bool
parse_number(const char *text, uint32_t least, uint32_t most, uint32_t *number)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end != '\0' || value < least || value > most)
		return false;
	*number = (uint32_t)value;
	return true;
}

/* "25%" or "25". */
static bool
parse_share(const char *text, uint32_t *share)
{
	char digits[8];
	size_t length = strlen(text);
	if (length > 0 && text[length - 1] == '%')
		length--;
	if (length == 0 || length >= sizeof(digits))
		return false;
	struct slice number = { text, length };
	return parse_number(slice_copy(number, digits, sizeof(digits)), 1, 100, share);
}

/* "5" is seconds, as top takes them. */
bool
options_interval(const char *text, int64_t *us)
{
	char seconds[12];
	size_t digits = strspn(text, "0123456789");
	if (digits > 0 && digits < sizeof(seconds) - 1 && text[digits] == '\0') {
		snprintf(seconds, sizeof(seconds), "%ss", text);
		text = seconds;
	}
	return duration_parse(text, us) && *us >= INTERVAL_LEAST && *us <= HOUR;
}

static bool
parse_hold(const char *text, uint32_t *seconds)
{
	int64_t us;
	if (!duration_parse(text, &us) || us / SECOND > UINT32_MAX)
		return false;
	*seconds = (uint32_t)((us + SECOND - 1) / SECOND);
	return true;
}

/* What fits a column of the MIB, and a terminal. */
static bool
fits(const char *text, size_t size)
{
	return text[0] && strlen(text) < size && text_printable(text, strlen(text));
}

static bool
add_snmp(struct options *options, int option)
{
	static const char *const letters[] = { "-v", "-u", "-l", "-a", "-A",
					       "-x", "-X", "-c", "-t", "-r" };
	if (options->snmps + 2 > OPTION_SNMP)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(letters); i++)
		if (letters[i][1] == option) {
			options->snmp[options->snmps++] = (char *)(uintptr_t)letters[i];
			options->snmp[options->snmps++] = optarg;
		}
	return true;
}

static bool
take_action(int option, const char *command, struct options *options, FILE *err)
{
	switch (option) {
	case OPTION_REASON:
		options->reason = optarg;
		return fits(optarg, MIB_TEXT) ||
		       wrong(err, command, "--reason", optarg,
			     "1 to 255 bytes of text on one line");
	case OPTION_REQUESTER:
		options->requester = optarg;
		return fits(optarg, MIB_NAME) || wrong(err, command, "--requester",
						       optarg, "1 to 64 bytes of text");
	case OPTION_FOR:
		return parse_hold(optarg, &options->hold) ||
		       wrong(err, command, "--for", optarg,
			     "a duration like 90m, or 0");
	case OPTION_SHARE:
		return parse_share(optarg, &options->share) ||
		       wrong(err, command, "--share", optarg, "1% to 100%");
	case OPTION_LIMIT:
		return parse_number(optarg, 1, UINT32_MAX, &options->limit) ||
		       wrong(err, command, "--limit", optarg, "a number of clients");
	case OPTION_FORCE:
		return options->force = true;
	case OPTION_PREVIEW:
		return options->preview = true;
	case OPTION_YES:
		return options->yes = true;
	default:
		return options->detach = true;
	}
}

static bool
take(int option, const char *command, struct options *options, FILE *err)
{
	switch (option) {
	case OPTION_AGENT:
		if (options->agents == OPTION_AGENTS)
			return wrong(err, command, "--agent", optarg,
				     "16 agents at most");
		options->agent[options->agents++] = optarg;
		return true;
	case OPTION_SERVER:
		options->server = optarg;
		return fits(optarg, MIB_NAME) ||
		       wrong(err, command, "--server", optarg, "a name");
	case OPTION_JSON:
		return options->json = true;
	case OPTION_PLAIN:
		return options->plain = true;
	case OPTION_WHY:
		return parse_number(optarg, 1, UINT32_MAX, &options->why) ||
		       wrong(err, command, "--why", optarg, "an event's number");
	case 'b':
		return options->batch = true;
	case 'n':
		return parse_number(optarg, 1, UINT32_MAX, &options->rounds) ||
		       wrong(err, command, "-n", optarg, "a number of screens");
	case 'd':
	case OPTION_INTERVAL:
		options->interval_given = true;
		return options_interval(optarg, &options->interval) ||
		       wrong(err, command, option == 'd' ? "-d" : "--interval", optarg,
			     "a duration from 200ms to 1h");
	case OPTION_READ_ONLY:
		return options->read_only = true;
	case OPTION_NO_SETTINGS:
		return options->no_settings = true;
	case OPTION_THEME:
		options->theme_given = true;
		return colour_theme_parse(optarg, &options->theme) ||
		       wrong(err, command, "--theme", optarg,
			     "auto, dark, light or mono");
	default:
		return option < OPTION_AGENT
			   ? add_snmp(options, option) ||
				 wrong(err, command, "-", "", "fewer SNMP options")
			   : take_action(option, command, options, err);
	}
}

static bool
join(char *const *word, const char *command, char out[MIB_TEXT], FILE *err)
{
	size_t used = 0;
	for (; *word; word++) {
		int wrote = snprintf(out + used, MIB_TEXT - used, "%s%s",
				     used ? " " : "", *word);
		if (wrote < 0 || (size_t)wrote >= MIB_TEXT - used)
			return wrong(err, command, "SELECTION", "",
				     "at most 255 bytes; make it a list of the policy");
		used += (size_t)wrote;
	}
	return used == 0 || text_printable(out, used) ||
	       wrong(err, command, "SELECTION", "", "printable text");
}

bool
options_parse(int argc, char **argv, enum options_use use, struct options *options,
	      FILE *err)
{
	int option;
	*options = (struct options){ .hold = HOLD_USUAL,
				     .share = 100,
				     .interval = INTERVAL_USUAL };
	optind = 0;
	opterr = 0;
	while ((option = getopt_long(argc, argv, ":" SNMP_OPTIONS BATCH_OPTIONS, table,
				     NULL)) != -1) {
		if (option == '?' || option == ':' || !is_for(option, use)) {
			fprintf(err, "bellwether %s: %s: %s (--help tells more)\n",
				argv[0], argv[optind - 1],
				option == ':'                 ? "a value has to follow"
				: option == '?'               ? "no such option"
				: use == OPTIONS_CONSOLE      ? "not for the console"
				: is_for(option, OPTIONS_ACT) ? "only for actions"
							      : "only for the console");
			return false;
		}
		if (!take(option, argv[0], options, err))
			return false;
	}
	if (options->agents == 0)
		options->agent[options->agents++] = AGENT_STANDARD;
	return join(argv + optind, argv[0], options->words, err);
}

/* ---- for completion ---- */

static const char letters[] = SNMP_OPTIONS BATCH_OPTIONS;

const char *
options_name(enum options_use use, size_t i, char out[32])
{
	if (use == OPTIONS_NONE)
		return NULL;
	for (size_t j = 0; table[j].name; j++)
		if (is_for(table[j].val, use) && i-- == 0) {
			snprintf(out, 32, "--%s", table[j].name);
			return out;
		}
	for (const char *letter = letters; *letter; letter++)
		if (*letter != ':' && is_for(*letter, use) && i-- == 0) {
			snprintf(out, 32, "-%c", *letter);
			return out;
		}
	return NULL;
}

bool
options_has_value(const char *word)
{
	if (word[0] != '-')
		return false;
	for (size_t i = 0; word[1] == '-' && table[i].name; i++)
		if (strcmp(table[i].name, word + 2) == 0)
			return table[i].has_arg == required_argument;
	if (word[1] == '-' || word[1] == '\0' || word[2] != '\0')
		return false;
	const char *letter = strchr(letters, word[1]);
	return letter && word[1] != ':' && letter[1] == ':';
}
