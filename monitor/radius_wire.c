/* SPDX-License-Identifier: BSD-3-Clause */
/* A RADIUS question and its answer on a socket of their own. */
#include "config.h"

#include "monitor/radius_wire.h"

#include <errno.h>
#include <sys/socket.h>

#include "monitor/kind.h"

/* Datagrams read at one go, so that a flood of forgeries leaves the loop its turn. */
#define BATCH 32

size_t
radius_ask_anew(struct radius_question *question, uint8_t packet[RADIUS_QUESTION_SIZE])
{
	if (!monitor_nonce(&question->identifier, sizeof(question->identifier)) ||
	    !monitor_nonce(question->authenticator, sizeof(question->authenticator)))
		return 0;
	return radius_ask(question, packet);
}

enum radius_heard
radius_hear(int fd, const struct radius_question *question,
	    uint8_t packet[RADIUS_PACKET_MAX], struct radius_answer *answer,
	    enum radius_verdict *verdict, unsigned *forged)
{
	for (int i = 0; i < BATCH; i++) {
		ssize_t got = recv(fd, packet, RADIUS_PACKET_MAX, MSG_DONTWAIT);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return errno == EAGAIN || errno == EWOULDBLOCK ? RADIUS_NOTHING
								       : RADIUS_ERROR;
		*verdict = radius_accept(question, packet, (size_t)got, answer);
		*forged += *verdict == RADIUS_FORGED;
		if (*verdict != RADIUS_FORGED && *verdict != RADIUS_SHORT &&
		    *verdict != RADIUS_OTHER)
			return RADIUS_HEARD;
	}
	return RADIUS_NOTHING;
}
