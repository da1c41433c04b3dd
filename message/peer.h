/* SPDX-License-Identifier: BSD-3-Clause */
/* What one end remembers of a pair: ids sent, ids seen, the other clock's offset. */
#ifndef BELLWETHER_MESSAGE_PEER_H
#define BELLWETHER_MESSAGE_PEER_H

#include <stdbool.h>
#include <stdint.h>

#include "common/clock.h"
#include "message/message.h"

#define PEER_RECENT    8
#define PEER_FRESHNESS (300 * SECOND)

/* One end's memory of one pair; pure, embedded in the row of its owner. Two kinds of
   message: initiatives (failover, reconnect; hello, request) carry ids that must be
   fresh and above the mark; answers (accept, refuse, acknowledge, reject) are let in
   by naming an id that is outstanding, so that a pair whose clocks disagree can still
   find out (they never move the mark). The owner knows what is outstanding. */
struct peer {
	uint64_t sent;  /* greatest id sent, 0: none */
	uint64_t mark;  /* greatest initiative accepted, 0: none */
	int64_t offset; /* us to add to our clock to get the other's, learnt */
	uint64_t recent[PEER_RECENT]; /* the last accepted initiatives, newest first */
};

/* The next id: the greatest of wall clock + offset and sent + 1; remembered. */
uint64_t peer_next(struct peer *peer, int64_t wall);
/* The id of a block's order for this pair: base + row + offset, or sent + 1 when that
   is greater; remembered. Calling again with what it returned in *sent gives a new id:
   a retry repeats the id it kept, it does not ask again. */
uint64_t peer_block(struct peer *peer, uint64_t base, uint32_t row);

/* Replay and freshness of an initiative. One of the last 8 is a duplicate however old
   it is: repeated after a long outage it must not come again under a new id. Time here
   is the greatest of the wall clock and the mark, so that a clock set back cannot lock a
   pair out. freshness false skips that check only (clients without a clock). CHECK_OK, _STALE, _DUPLICATE, _SUPERSEDED;
   changes nothing: call peer_accept() once the message is to be acted on, only after
   the authenticator holds. Which of recent[] a duplicate was goes to *slot. */
enum message_check peer_check(const struct peer *peer, uint64_t id, int64_t wall,
			      bool freshness, unsigned *slot);
/* Moves the mark and pushes id on recent. */
void peer_accept(struct peer *peer, uint64_t id);

/* What a stale or superseded reject tells the other end: our clock (never behind our
   mark) for attribute 11. Attribute 10 is peer->mark. */
uint64_t peer_clock(const struct peer *peer, int64_t wall);
/* Learns from such a reject that answered one of our outstanding ids: takes the offset
   from clock when given (0: keep), and lets the next id be greater than mark only, also
   when sent was beyond it (ids from a clock that ran ahead). */
void peer_correct(struct peer *peer, uint64_t clock, uint64_t mark, int64_t wall);

#endif
