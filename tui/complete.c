/* SPDX-License-Identifier: BSD-3-Clause */
/* bellwether complete: what a shell offers for the word that is being typed. All comes
   from the table of commands and from the agent; a line is a candidate, a tab, and what it
   is; the line "@file" means that files are wanted. */
#include "config.h"

#include "tui/command.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/bytes.h"
#include "tui/lists.h"
#include "tui/snmp.h"

/* A person waits with a finger on a key: what comes later comes too late. */
#define WAIT_SECONDS 3
#define WORDS_MOST   256

struct completion {
	const struct command *command;
	char *const *word; /* behind the command; the last is being typed */
	int words;
	const char *typed;
	FILE *out, *nowhere;
};

/* ---- offering ---- */

static void
offer(const struct completion *completion, const char *prefix, const char *word,
      const char *what)
{
	size_t length = strlen(prefix);
	if (strncmp(completion->typed, prefix, length) == 0 &&
	    strncmp(completion->typed + length, word,
		    strlen(completion->typed + length)) == 0)
		fprintf(completion->out, "%s%s\t%s\n", prefix, word, what);
}

static void
offer_words(const struct completion *completion, const char *words)
{
	char word[64];
	while (*words) {
		size_t length = strcspn(words, " ");
		struct slice one = { words, length };
		offer(completion, "", slice_copy(one, word, sizeof(word)), "");
		words += length + strspn(words + length, " ");
	}
}

/* ---- the agent ---- */

static void
give_up(int number)
{
	(void)number;
	_exit(0);
}

/* Asks the agents that the words before name, shortly, for the servers and tables. */
static bool
open_agents(const struct completion *completion, uint32_t tables,
	    struct options *options, struct ask *ask)
{
	static char short_wait[] = "1", never_again[] = "0";
	static char timeout[] = "-t", retries[] = "-r";
	static char *argv[WORDS_MOST + 2];
	struct sigaction action = { .sa_handler = give_up };
	int argc = 1;
	argv[0] = (char *)(uintptr_t)completion->command->name;
	for (int i = 0; i + 1 < completion->words && argc < WORDS_MOST; i++)
		argv[argc++] = completion->word[i];
	/* An option whose value is being typed has none yet. */
	if (argc > 1 && options_has_value(argv[argc - 1]))
		argc--;
	argv[argc] = NULL;
	if (!options_parse(argc, argv, command_options(completion->command), options,
			   completion->nowhere))
		return false;
	if (options->snmps + 4 <= OPTION_SNMP) {
		options->snmp[options->snmps++] = timeout;
		options->snmp[options->snmps++] = short_wait;
		options->snmp[options->snmps++] = retries;
		options->snmp[options->snmps++] = never_again;
	}
	fflush(completion->out);
	sigaction(SIGALRM, &action, NULL);
	alarm(WAIT_SECONDS);
	if (!ask_open(ask, options, NEVER / 2, completion->out, completion->nowhere))
		return false;
	ask_tables(ask, tables);
	return true;
}

static void
offer_servers(const struct completion *completion, const char *prefix)
{
	struct options options;
	struct ask ask;
	if (!open_agents(completion, 0, &options, &ask))
		return;
	options.server = NULL;
	for (size_t i = 0; i < manager_agents(ask.manager); i++) {
		struct view view;
		view_begin(&ask, i, &view);
		const struct snapshot_table *table = &view.snapshot->table[MIB_SERVER];
		const struct mib_server *server = table->row;
		for (size_t j = 0; j < table->count; j++)
			offer(completion, prefix, server[j].name, "server");
		view_end(&ask, &view);
	}
	ask_close(&ask);
}

/* bwGroupKind. */
static const char *const kinds[] = { "list", "group", "site" };

static void
offer_group_rows(const struct completion *completion, const struct view *view,
		 uint32_t kind)
{
	const struct snapshot_table *table = &view->snapshot->table[MIB_GROUP];
	const struct mib_group *group = table->row;
	char prefix[16];
	snprintf(prefix, sizeof(prefix), "%s:", kinds[kind - 1]);
	for (size_t i = 0; i < table->count; i++)
		if (group[i].kind == kind &&
		    (!view->server || group[i].index.server == view->server))
			offer(completion, prefix, group[i].name, kinds[kind - 1]);
}

/* "client:nas1,na": the names before stay. */
static void
offer_client_rows(const struct completion *completion, const struct view *view)
{
	const struct snapshot_table *table = &view->snapshot->table[MIB_CLIENT];
	char prefix[MIB_TEXT];
	const char *comma = strrchr(completion->typed, ',');
	const char *end = comma ? comma : strchr(completion->typed, ':');
	struct slice before = { completion->typed,
				(size_t)(end + 1 - completion->typed) };
	slice_copy(before, prefix, sizeof(prefix));
	for (size_t i = 0; i < table->count; i++) {
		const struct mib_client *client =
		    snapshot_row(table, sizeof(*client), i);
		if (!view->server || client->index.server == view->server)
			offer(completion, prefix, client->name, "client");
	}
}

static void
offer_selection(const struct completion *completion)
{
	struct options options;
	struct ask ask;
	bool clients = strncmp(completion->typed, "client:", 7) == 0;
	uint32_t kind = 0;
	for (uint32_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (strncmp(completion->typed, kinds[i], strlen(kinds[i])) == 0 &&
		    completion->typed[strlen(kinds[i])] == ':')
			kind = i + 1;
	if (!clients && kind == 0) {
		offer_words(completion, "all client: list: group: site: + -");
		return;
	}
	if (!open_agents(completion, 1u << (clients ? MIB_CLIENT : MIB_GROUP), &options,
			 &ask))
		return;
	for (size_t i = 0; i < manager_agents(ask.manager); i++) {
		struct view view;
		if (view_begin(&ask, i, &view) || !options.server) {
			if (clients)
				offer_client_rows(completion, &view);
			else
				offer_group_rows(completion, &view, kind);
		}
		view_end(&ask, &view);
	}
	ask_close(&ask);
}

/* ---- what can follow ---- */

/* What has few values; the rest is the user's own. */
static const struct {
	const char *option;
	const char *words;
} values[] = {
	{ "-v", "2c 3" },
	{ "-l", "noAuthNoPriv authNoPriv authPriv" },
	{ "-a", "MD5 SHA SHA-224 SHA-256 SHA-384 SHA-512" },
	{ "-x", "DES AES AES-192 AES-256" },
	{ "-d", "1s 5s 1m" },
	{ "--interval", "1s 5s 1m" },
	{ "--for", "15m 1h 4h 1d 0" },
	{ "--share", "10% 25% 50% 100%" },
};

static bool
is_capital(const char *word)
{
	return *word >= 'A' && *word <= 'Z';
}

/* By a word of the arguments: "SELECTION", "POLICY", "lines". */
static void
offer_argument(const struct completion *completion, const char *argument)
{
	if (strcmp(argument, "SELECTION") == 0) {
		offer_selection(completion);
	} else if (strcmp(argument, "COMMAND") == 0) {
		for (size_t i = 0; i < commands_count; i++)
			offer(completion, "", commands[i].name, commands[i].help);
	} else if (strcmp(argument, "VIEW") == 0) {
		for (size_t i = 0; i < LISTS; i++)
			offer(completion, "", lists[i].command, "view");
	} else if (strcmp(argument, "POLICY") == 0 || strcmp(argument, "FILE") == 0) {
		fputs("@file\n", completion->out);
	} else if (!is_capital(argument)) {
		offer(completion, "", argument, "");
	}
}

/* The next word of the arguments, without brackets and dots; false at the end. */
static bool
next_argument(const char **at, char word[64])
{
	*at += strspn(*at, "[] |.");
	size_t length = strcspn(*at, "[] |.");
	struct slice one = { *at, length };
	slice_copy(one, word, 64);
	*at += length;
	return length > 0;
}

/* What stands for the value of the command's own option; false when it has none. */
static bool
own_value(const struct command *command, const char *option, char word[64])
{
	const char *at = command->arguments;
	char last[64] = "";
	while (next_argument(&at, word)) {
		if (strcmp(last, option) == 0 && is_capital(word))
			return true;
		slice_copy(slice_of(word), last, sizeof(last));
	}
	return false;
}

static bool
takes_value(const struct command *command, const char *option)
{
	char word[64];
	return own_value(command, option, word) ||
	       (command_options(command) != OPTIONS_NONE && options_has_value(option));
}

static bool
offer_value(const struct completion *completion, const char *option, const char *prefix)
{
	char word[64];
	if (!takes_value(completion->command, option))
		return false;
	if (own_value(completion->command, option, word)) {
		offer_argument(completion, word);
		return true;
	}
	if (strcmp(option, "--server") == 0)
		offer_servers(completion, prefix);
	for (size_t i = 0; i < ARRAY_SIZE(values); i++)
		if (strcmp(values[i].option, option) == 0)
			offer_words(completion, values[i].words);
	return true;
}

/* True when the options of its kind have it, too. */
static bool
is_offered(enum options_use use, const char *word)
{
	char other[32];
	for (size_t i = 0; options_name(use, i, other); i++)
		if (strcmp(other, word) == 0)
			return true;
	return false;
}

static void
offer_options(const struct completion *completion)
{
	enum options_use use = command_options(completion->command);
	const char *at = completion->command->arguments;
	char word[64];
	const char *name;
	while (next_argument(&at, word))
		if (word[0] == '-' && word[2] && !is_offered(use, word))
			offer(completion, "", word, "");
	for (size_t i = 0; (name = options_name(use, i, word)); i++)
		offer(completion, "", name, "");
}

/* The arguments that are no options' values: as many as were typed are past, but the last
   may come again. */
static void
offer_positional(const struct completion *completion)
{
	const char *at = completion->command->arguments;
	char word[64];
	char last[64] = "";
	bool value = false;
	int past = 0;
	for (int i = 0; i + 1 < completion->words; i++) {
		bool option = completion->word[i][0] == '-' && completion->word[i][1];
		past += !option && !value;
		value = option && takes_value(completion->command, completion->word[i]);
	}
	while (next_argument(&at, word)) {
		if (word[0] == '-') {
			value = true;
			continue;
		}
		if (value && is_capital(word)) {
			value = false;
			continue;
		}
		value = false;
		slice_copy(slice_of(word), last, sizeof(last));
		if (past-- == 0)
			break;
	}
	if (past <= 0 || strcmp(last, "SELECTION") == 0)
		offer_argument(completion, last);
}

static void
offer_commands(const struct completion *completion)
{
	for (size_t i = 0; i < commands_count; i++)
		offer(completion, "", commands[i].name, commands[i].help);
	offer_words(completion, "--help --version");
}

static void
complete(struct completion *completion)
{
	const char *equals = strchr(completion->typed, '=');
	char option[64];
	char prefix[64];
	if (completion->words > 1 &&
	    offer_value(completion, completion->word[completion->words - 2], ""))
		return;
	if (strncmp(completion->typed, "--", 2) == 0 && equals) {
		struct slice name = { completion->typed,
				      (size_t)(equals - completion->typed) };
		struct slice whole = { name.start, name.length + 1 };
		slice_copy(name, option, sizeof(option));
		slice_copy(whole, prefix, sizeof(prefix));
		offer_value(completion, option, prefix);
	} else if (completion->typed[0] == '-') {
		offer_options(completion);
	} else {
		offer_positional(completion);
	}
}

int
complete_words(int argc, char **argv, FILE *out, FILE *err)
{
	struct completion completion = { .typed = "", .out = out };
	int first = argc > 1 && strcmp(argv[1], "--") == 0 ? 2 : 1;
	(void)err;
	if (argc > first)
		completion.typed = argv[argc - 1];
	if (argc <= first + 1) {
		offer_commands(&completion);
		/* Without a command it is the console. */
		if (completion.typed[0] != '-')
			return 0;
	}
	completion.command = &commands[0];
	completion.word = argv + first;
	completion.words = argc - first;
	for (size_t i = 0; i < commands_count && argc > first + 1; i++)
		if (strcmp(argv[first], commands[i].name) == 0) {
			completion.command = &commands[i];
			completion.word++;
			completion.words--;
			break;
		}
	completion.nowhere = fopen("/dev/null", "w");
	if (!completion.nowhere)
		return 1;
	if (completion.words > 0)
		complete(&completion);
	fclose(completion.nowhere);
	return 0;
}
