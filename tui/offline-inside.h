/* SPDX-License-Identifier: BSD-3-Clause */
/* What the offline commands share. */
#ifndef BELLWETHER_TUI_OFFLINE_INSIDE_H
#define BELLWETHER_TUI_OFFLINE_INSIDE_H

#include <stdbool.h>
#include <stdio.h>

#include "policy/policy.h"

/* Says how it is used, and returns the exit status for that. */
int offline_misused(FILE *err, const char *usage);
/* Loads and prints the faults. quiet: only errors, and only when there are some. */
struct policy *offline_policy(const char *path, bool quiet, FILE *err);

#endif
