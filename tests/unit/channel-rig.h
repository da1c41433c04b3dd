/* SPDX-License-Identifier: BSD-3-Clause */
/* Channels on a loopback device of our own. */
#ifndef BELLWETHER_TESTS_CHANNEL_RIG_H
#define BELLWETHER_TESTS_CHANNEL_RIG_H

#include "common/clock.h"
#include "message/channel.h"

#define WAIT (5 * SECOND)

/* Without a network of our own nothing may be sent that could leave this host. */
extern bool isolated;
bool isolate(void);
/* A command on our own network; false where there is none. */
bool run(const char *const *arguments);

struct channel *
open_channel(enum transport transport, const char *local, uint16_t port, bool replies);
/* A datagram whose bytes begin with the magic and go on recognisably. */
struct datagram
make(const char *from, const char *to, uint16_t port, size_t size, uint8_t seed);
void send_one(struct channel *channel, const struct datagram *datagram);
bool wait_ready(const struct channel *channel, int64_t deadline);
/* So many, or those that came in time. */
size_t receive(struct channel *channel, struct datagram *datagram, size_t count);
/* The next one is that, from there. */
void expect(struct channel *channel, const struct datagram *sent, const char *from);

#endif
