/* SPDX-License-Identifier: BSD-3-Clause */
/* Answers as a RADIUS server makes them, for tests of who asks. */
#ifndef BELLWETHER_TESTS_RADIUS_SERVER_H
#define BELLWETHER_TESTS_RADIUS_SERVER_H

#include <stddef.h>
#include <stdint.h>

#define RADIUS_SERVER_SECRET 9 /* bytes */
extern const uint8_t radius_server_secret[RADIUS_SERVER_SECRET + 1];

struct radius_server {
	uint8_t packet[4200];
	size_t size;
	size_t message; /* offset of the Message-Authenticator's value; 0: none */
};

void
radius_server_begin(struct radius_server *server, uint8_t identifier, uint8_t code);
void radius_server_add(struct radius_server *server, uint8_t type, const void *value,
		       size_t size);
/* An integer of FreeRADIUS's vendor. */
void
radius_server_add_vendor(struct radius_server *server, uint8_t number, uint32_t value);
/* Puts length and authenticators in, for the question with this one. */
void radius_server_sign(struct radius_server *server, const uint8_t question[16]);

#endif
