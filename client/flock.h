/* SPDX-License-Identifier: BSD-3-Clause */
/* bellwether-flock: thousands of simulated clients of one policy, on this host. */
#ifndef BELLWETHER_CLIENT_FLOCK_H
#define BELLWETHER_CLIENT_FLOCK_H

/* The whole program; returns its exit status: 0 ended by a signal, 1 could not start,
   2 wrong usage. */
int flock_main(int argc, char **argv);

#endif
