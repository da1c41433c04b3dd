/* SPDX-License-Identifier: BSD-3-Clause */
/* What benches of the agent stand on: a real snmpd, and agents with an engine that only
   pretends. Everything is ended and removed by stand_close(). */
#ifndef BELLWETHER_BENCH_SNMP_STAND_H
#define BELLWETHER_BENCH_SNMP_STAND_H

#include <stdbool.h>
#include <sys/types.h>

/* The first of many ports that are likely to be free. */
unsigned stand_port(void);
/* Makes the folder; false when the engine that pretends is not built. program is argv[0].
   lines, the caller's, go into every snmpd.conf, be it snmpd's or that of an agent alone,
   as they are when that is started. */
bool stand_open(const char *program, const char *lines);
/* In the child: 0, with its output in a file of that name. */
pid_t stand_start(const char *log);
const char *stand_folder(void);

void stand_snmpd(unsigned port);
/* With so many clients: behind snmpd when port is 0, or alone at the port. input, unless it
   is NULL, is what the engine reads (board-demo.c). Returns the engine's process. */
pid_t stand_agent(const char *name, unsigned count, unsigned port, int *input);
/* Its agent; 0 while there is none. */
pid_t stand_agent_of(pid_t engine);

void stand_close(void);

#endif
