/* SPDX-License-Identifier: BSD-3-Clause */
/* What the console takes from its settings, and what it leaves for the next time. */
#include "config.h"

#include "tui/console.h"

void
console_set(struct console *console, const struct settings *settings)
{
	console->view = settings->view;
	console->mouse = settings->mouse;
	for (size_t i = 0; i < LISTS; i++) {
		console->looked[i].sort = settings->sort[i].column;
		console->looked[i].reverse = settings->sort[i].reverse;
	}
	console->stale = true;
}

void
console_settings(const struct console *console, struct settings *settings)
{
	settings->view = console->view;
	settings->mouse = console->mouse;
	for (size_t i = 0; i < LISTS; i++) {
		settings->sort[i].column = console->looked[i].sort;
		settings->sort[i].reverse = console->looked[i].reverse;
	}
}
