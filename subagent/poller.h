/* SPDX-License-Identifier: BSD-3-Clause */
/* The poller process: asks SNMP agents for the engine, which never waits for them. */
#ifndef BELLWETHER_SUBAGENT_POLLER_H
#define BELLWETHER_SUBAGENT_POLLER_H

/* The poller's whole life: serves monitor/poller.h at fd until it closes; returns an exit
   status. It opens no file, keeps no rights, and knows nothing but what it is asked. One
   loop serves all agents and waits for none: what libnetsnmp would wait for (finding an
   SNMPv3 agent's engine, resolving a name, a TCP connection) is done here without it, or
   not at all. SIGTERM ends it at once. Call it in a freshly exec'ed process. */
int poller_main(int fd);
/* The same as a role of bellwetherd: at ROLE_FD. */
int poller_role(int argc, char **argv);

#endif
