/* SPDX-License-Identifier: BSD-3-Clause */
/* A simulation as a picture: performance against both thresholds, the server's states, and
   the clients that are away. */
#ifndef BELLWETHER_TUI_OFFLINE_PLOT_H
#define BELLWETHER_TUI_OFFLINE_PLOT_H

#include <stdio.h>

#include "policy/policy.h"
#include "tui/offline-tally.h"

/* SVG: by itself, text as text, for light and for dark paper. title is one line. */
void plot_write(const struct tally *tally, const struct policy *policy,
		const char *title, FILE *out);

#endif
