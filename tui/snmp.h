/* SPDX-License-Identifier: BSD-3-Clause */
/* The commands that ask agents over SNMP; each returns the program's exit status. */
#ifndef BELLWETHER_TUI_SNMP_H
#define BELLWETHER_TUI_SNMP_H

#include <stdbool.h>
#include <stdio.h>

#include "tui/ask.h"
#include "tui/lists.h"

/* servers parameters services conditions alternates groups clients operations events
   alarms: argv[0] says which. */
int snmp_list(int argc, char **argv, FILE *out, FILE *err);
/* A monitoring plugin: 0 ok, 1 warning, 2 critical, 3 unknown. */
int snmp_status(int argc, char **argv, FILE *out, FILE *err);
/* failover reconnect release pause resume. */
int snmp_act(int argc, char **argv, FILE *out, FILE *err);
/* Events as they come, until it is interrupted. */
int snmp_watch(int argc, char **argv, FILE *out, FILE *err);
/* The console, until it is left; with -b its screens, one after the other, as text. */
int snmp_console(int argc, char **argv, FILE *out, FILE *err);
int snmp_batch(const struct options *options, const struct list *list, FILE *out,
	       FILE *err);
/* What stands between here and a Bellwether, step by step, with lines to paste. */
int snmp_doctor(int argc, char **argv, FILE *out, FILE *err);

/* bwOperationAction. */
enum {
	ACTION_FAILOVER = 1,
	ACTION_RECONNECT,
	ACTION_RELEASE,
	ACTION_PAUSE,
	ACTION_RESUME
};
/* bwOperationState. */
enum {
	STATE_PLANNED = 1,
	STATE_RUNNING,
	STATE_PAUSED,
	STATE_DONE,
	STATE_CANCELLED,
	STATE_REFUSED
};
/* False for pause and resume: they have no plan and no progress. */
bool act_moves_clients(const struct mib_operation *operation);
/* "moves 120 of 200; held 0; kept 80": a plan in words. */
void act_preview(const struct mib_operation *operation, char text[MIB_TEXT]);
/* Of a plan, the i-th alternate's load before and after: "aaa2 61% to 83% (61 to 83 of
   100)"; false past the last. */
bool act_load(const struct mib_operation *operation, size_t i, char text[MIB_TEXT]);
/* True when so many of so many clients must be typed to be believed. */
bool act_is_wide(uint32_t planned, uint32_t clients);
/* "running: 12 of 120 done, ..." */
void act_progress(const struct mib_operation *operation, char text[MIB_TEXT]);
/* Done, cancelled or refused. */
bool act_is_over(const struct mib_operation *operation);
/* Withdraws an operation that cannot be there: changes nothing, and FAILURE_NO_WRITE
   shows that this user may not act. */
struct manager_request act_probe(uint32_t server);

/* A table of one agent, aligned. */
void
show_table(const struct ask *ask, const struct view *view, const struct list *list);
/* The plugin's line on the servers of a view, and its status. */
int status_line(const struct view *view, char *text, size_t size, FILE *perfdata);

#endif
