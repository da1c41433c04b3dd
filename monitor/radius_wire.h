/* SPDX-License-Identifier: BSD-3-Clause */
/* A RADIUS question and its answer on a socket of their own: what the probes and the
   questions about clients have in common. */
#ifndef BELLWETHER_MONITOR_RADIUS_WIRE_H
#define BELLWETHER_MONITOR_RADIUS_WIRE_H

#include "monitor/radius_packet.h"

/* radius_ask() under an identifier and an authenticator that nobody can guess; 0 too when
   there is no randomness. */
size_t
radius_ask_anew(struct radius_question *question, uint8_t packet[RADIUS_QUESTION_SIZE]);

enum radius_heard {
	RADIUS_HEARD = 1, /* an answer, of whatever verdict */
	RADIUS_NOTHING,   /* so far */
	RADIUS_ERROR      /* errno: the port is closed, and the like */
};
/* What lies in the socket, without waiting. Packets that do not belong to the question are
   passed by; *forged counts those with a wrong authenticator. The bytes stay in packet,
   into which the answer points. */
enum radius_heard
radius_hear(int fd, const struct radius_question *question,
	    uint8_t packet[RADIUS_PACKET_MAX], struct radius_answer *answer,
	    enum radius_verdict *verdict, unsigned *forged);

#endif
