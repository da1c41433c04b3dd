/* SPDX-License-Identifier: BSD-3-Clause */
/* The commands of the program bellwether: one table makes them and the help. */
#include "config.h"

#include "tui/command.h"

#include <string.h>
#include <unistd.h>

#include "common/bytes.h"
#include "tui/offline.h"
#include "tui/options.h"
#include "tui/snmp.h"

const struct command commands[] = {
	{ "console", "[VIEW]",
	  "look and act on a terminal; so does no command at all there", snmp_console },
	{ "status", "", "one line for a monitoring system, and its exit status",
	  snmp_status },
	{ "servers", "", "the protected servers: state, performance, clients",
	  snmp_list },
	{ "parameters", "", "what is measured", snmp_list },
	{ "services", "", "what has to run", snmp_list },
	{ "conditions", "", "what decides, and how it stands", snmp_list },
	{ "alternates", "", "where clients are sent", snmp_list },
	{ "groups", "", "lists, groups and sites of clients", snmp_list },
	{ "clients", "", "every client: place, order, alternate", snmp_list },
	{ "operations", "", "what moves clients, or did", snmp_list },
	{ "events", "[--why NUMBER]", "what happened; one of them in full", snmp_list },
	{ "alarms", "", "what is wrong now", snmp_list },
	{ "failover", "[SELECTION]", "tell clients to use their alternates", snmp_act },
	{ "reconnect", "[SELECTION]", "call clients back, in batches", snmp_act },
	{ "release", "[SELECTION]", "give up an operator's hold on clients", snmp_act },
	{ "pause", "", "let the policy start nothing", snmp_act },
	{ "resume", "", "let the policy go on", snmp_act },
	{ "watch", "", "print events as they come", snmp_watch },
	{ "doctor", "[lines]", "find what stands between here and an agent",
	  snmp_doctor },
	{ "check", "POLICY [--json]",
	  "print what is wrong in a policy, and what it amounts to", offline_check },
	{ "explain", "POLICY [--set NAME=VALUE,...]",
	  "say what a policy would decide of values, whom it would move, and where to",
	  offline_explain },
	{ "record", "[--since TIME]",
	  "copy a server's trace out of the daemon's state folder", offline_record },
	{ "key", "POLICY CLIENT [--id N]",
	  "print the key of a client, as its key file wants it", offline_key },
	{ "simulate", "POLICY --trace FILE [OPTION]...",
	  "what a policy would do over a trace; without FILE, its options",
	  offline_simulate },
	{ "schema", "COMMAND", "print what its --json prints, as JSON Schema",
	  schema_print },
	{ "complete", "[--] [WORD]...", "print what the last word can be, for shells",
	  complete_words },
};
const size_t commands_count = ARRAY_SIZE(commands);

enum options_use
command_options(const struct command *command)
{
	if (command->run == snmp_act)
		return OPTIONS_ACT;
	if (command->run == snmp_console)
		return OPTIONS_CONSOLE;
	if (command->run == snmp_list || command->run == snmp_status ||
	    command->run == snmp_watch || command->run == snmp_doctor)
		return OPTIONS_LOOK;
	return OPTIONS_NONE;
}

static void
print_help(FILE *out)
{
	fputs("usage: bellwether COMMAND [ARGUMENT]...\n\n", out);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(out, "  %s%s%s\n        %s\n", commands[i].name,
			commands[i].arguments[0] ? " " : "", commands[i].arguments,
			commands[i].help);
	fputs("  --help\n        print this, and exit\n"
	      "  --version\n        print the version, and exit\n\n",
	      out);
	fputs(options_help, out);
}

int
command_main(int argc, char **argv, FILE *out, FILE *err)
{
	const char *name = argc > 1 ? argv[1] : "";
	if (strcmp(name, "--help") == 0) {
		print_help(out);
		return 0;
	}
	if (strcmp(name, "--version") == 0) {
		fprintf(out, "bellwether %s\n", PACKAGE_VERSION);
		return 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (strcmp(name, commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1, out, err);
	if (name[0] == '-' ||
	    (!name[0] && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)))
		return snmp_console(argc, argv, out, err);
	if (name[0])
		fprintf(err, "bellwether: no such command: %s; it knows", name);
	else
		fprintf(err, "bellwether: no command given; it knows");
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(err, "%s %s", i ? "," : "", commands[i].name);
	fputs(" (--help tells more)\n", err);
	return 2;
}
