/* SPDX-License-Identifier: BSD-3-Clause */
/* Opening the sockets of channels: options, buffers and kernel filters. */
#ifndef BELLWETHER_MESSAGE_SOCKET_H
#define BELLWETHER_MESSAGE_SOCKET_H

#include "message/channel.h"

/* A non-blocking, close-on-exec socket that is set up as channel.h promises, or -1 with
   why. Datagrams that came before the filter was in place may still be read. */
int socket_open(const struct channel_options *options, char why[CHANNEL_WHY]);
/* See channel_reserve() and channel_room(). */
int socket_reserve(int family);
int socket_room(int fd);

#endif
