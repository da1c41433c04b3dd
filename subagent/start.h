/* SPDX-License-Identifier: BSD-3-Clause */
/* The start: what is done with rights, giving them up, and only then the rest. */
#ifndef BELLWETHER_SUBAGENT_START_H
#define BELLWETHER_SUBAGENT_START_H

#include <stdbool.h>
#include <sys/types.h>

#include "subagent/options.h"
#include "subagent/ports.h"

struct start {
	struct ports ports;
	int runner_fd; /* -1: no runner, commands are our own children */
	pid_t runner;
	int starter_fd; /* -1: no starter, processes are our own children */
	pid_t starter;
	int lock;
	const char *master; /* own SNMP master: its address, else NULL */
	int snmp_conf;      /* memfd with its configuration, -1: none */
};

/* In this order: raw sockets, the SNMP configuration, runner and starter, memory and priority, the state folder, the
   end of all rights, the folder's lock. Not a byte of input is read before that end.
   False when it was logged why not. */
bool start_prepare(const struct options *options, struct start *start);
void start_end(struct start *start);

#endif
