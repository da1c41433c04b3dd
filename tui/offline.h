/* SPDX-License-Identifier: BSD-3-Clause */
/* The commands that need no daemon: they read a policy and say what is in it. */
#ifndef BELLWETHER_TUI_OFFLINE_H
#define BELLWETHER_TUI_OFFLINE_H

#include <stdio.h>

/* Each returns the program's exit status: 0 good, 1 not (said on err), 2 misused.
   argv[0] is the command's name. */

/* check POLICY [--json]: all faults and warnings, and what the policy amounts to. */
int offline_check(int argc, char **argv, FILE *out, FILE *err);
int offline_check_json(const char *path, FILE *out, FILE *err);
/* key POLICY CLIENT [--id N]: the pair's key, as the client's key file wants it. */
int offline_key(int argc, char **argv, FILE *out, FILE *err);
/* record [-s STATE] [--server NAME] [--since TIME] [--until TIME] [-o FILE]: the daemon's
   trace of a server, both halves as one. */
int offline_record(int argc, char **argv, FILE *out, FILE *err);
/* explain POLICY [--set NAME=VALUE,...] ...: what the policy would decide, whom it would
   move, and where to. */
int offline_explain(int argc, char **argv, FILE *out, FILE *err);
/* simulate POLICY --trace FILE: what the policy does over a trace, in virtual time. */
int offline_simulate(int argc, char **argv, FILE *out, FILE *err);

#endif
