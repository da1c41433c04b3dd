/* SPDX-License-Identifier: BSD-3-Clause */
/* JSON Schema of what commands print with --json. */
#ifndef BELLWETHER_TUI_SCHEMA_H
#define BELLWETHER_TUI_SCHEMA_H

#include <stdbool.h>
#include <stdio.h>

/* How each schema begins, up to its type. */
void schema_head(const char *command, FILE *out);
/* Of a command that asks no agent; false for any other. */
bool schema_offline(const char *command, FILE *out);

#endif
