/* SPDX-License-Identifier: BSD-3-Clause */
/* The commands of the program bellwether. */
#ifndef BELLWETHER_TUI_COMMAND_H
#define BELLWETHER_TUI_COMMAND_H

#include <stdio.h>

/* Runs what argv says; returns the exit status. */
int command_main(int argc, char **argv, FILE *out, FILE *err);

#endif
