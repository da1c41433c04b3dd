/* SPDX-License-Identifier: BSD-3-Clause */
/* A UDP socket for one question: whoever asks has one a question, so that late answers to
   the one before meet a closed port, and a forger has to guess the port too. */
#ifndef BELLWETHER_MONITOR_DATAGRAM_H
#define BELLWETHER_MONITOR_DATAGRAM_H

#include "common/address.h"

/* Connected, so that it also tells of a port that nobody listens on; never blocks. -1 with
   errno. */
int connected_socket(const struct endpoint *server);

#endif
