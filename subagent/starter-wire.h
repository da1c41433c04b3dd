/* SPDX-License-Identifier: BSD-3-Clause */
/* What engine and starter say to each other: one message a packet, of one fixed size. */
#ifndef BELLWETHER_SUBAGENT_STARTER_WIRE_H
#define BELLWETHER_SUBAGENT_STARTER_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#define STARTER_ROLE  16u
#define STARTER_WORDS 8192u /* addresses and paths */

enum starter_kind {
	STARTER_START = 1, /* to it: with one descriptor or two beside */
	STARTER_SIGNAL,    /* to it */
	STARTER_ENDED      /* from it */
};

struct starter_message {
	enum starter_kind kind;
	int number;              /* signal to send, or status as of wait(2) */
	char role[STARTER_ROLE]; /* ends within */
	uint32_t size;           /* of words: texts one after the other, each ended */
	char words[STARTER_WORDS];
};

#define STARTER_DESCRIPTORS 2

/* False when it could not be sent (errno). */
bool
starter_send(int socket, const struct starter_message *message, const int *fd, int fds);
/* 1: a message that is well-formed, with *fds descriptors; 0: none now, or one that was
   dropped; -1: the other end is gone. */
int starter_receive(int socket, struct starter_message *message,
		    int fd[STARTER_DESCRIPTORS], int *fds);

#endif
