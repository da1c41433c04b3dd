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
/* Lets in what was sent to one of at most CHANNEL_ADDRESSES; count 0: to options->local.
   False: what it let in before. */
bool socket_filter(int fd, const struct channel_options *options,
		   const struct address *address, size_t count);

#endif
