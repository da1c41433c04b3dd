/* SPDX-License-Identifier: BSD-3-Clause */
/* The commands of the program bellwether. */
#ifndef BELLWETHER_TUI_COMMAND_H
#define BELLWETHER_TUI_COMMAND_H

#include <stdio.h>

#include "tui/options.h"

struct command {
	const char *name;
	/* "[SELECTION]" "POLICY CLIENT [--id N]" "[lines]": what completion goes by, too.
	   A word in capitals stands for something, others are themselves. */
	const char *arguments;
	const char *help;
	int (*run)(int argc, char **argv, FILE *out, FILE *err);
};
extern const struct command commands[];
extern const size_t commands_count;
/* Which options it takes beside those of its arguments. */
enum options_use command_options(const struct command *command);

/* complete [--] WORD...: what the last word could be. */
int complete_words(int argc, char **argv, FILE *out, FILE *err);
/* schema COMMAND: JSON Schema of what it prints with --json. */
int schema_print(int argc, char **argv, FILE *out, FILE *err);

/* Runs what argv says; returns the exit status. */
int command_main(int argc, char **argv, FILE *out, FILE *err);

#endif
