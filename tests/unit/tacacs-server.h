/* SPDX-License-Identifier: BSD-3-Clause */
/* Answers as a TACACS+ server makes them, for tests of who asks. */
#ifndef BELLWETHER_TESTS_TACACS_SERVER_H
#define BELLWETHER_TESTS_TACACS_SERVER_H

#include <stddef.h>
#include <stdint.h>

#define TACACS_SERVER_SECRET "trial"
#define TACACS_SERVER_ROOM   512

/* XORs a body of the packet whose header stands before it. */
void tacacs_server_pad(uint8_t *packet, size_t body, const char *secret);
/* The REPLY to a START; returns its size. */
size_t tacacs_server_reply(uint8_t packet[TACACS_SERVER_ROOM], const uint8_t start[12],
			   uint8_t status, const char *message, const char *secret);

#endif
