/* SPDX-License-Identifier: BSD-3-Clause */
/* Answers as a RADIUS server makes them; OpenSSL is used in another way than by the prober. */
#include "config.h"

#include "tests/unit/radius-server.h"

#include <string.h>

#include <openssl/evp.h>

#include "common/bytes.h"
#include "tests/unit/unit.h"

const uint8_t radius_server_secret[RADIUS_SERVER_SECRET + 1] = "xyzzy5461";

void
radius_server_begin(struct radius_server *server, uint8_t identifier, uint8_t code)
{
	memset(server, 0, sizeof(*server));
	server->packet[0] = code;
	server->packet[1] = identifier;
	server->size = 20;
}

void
radius_server_add(struct radius_server *server, uint8_t type, const void *value,
		  size_t size)
{
	server->packet[server->size] = type;
	server->packet[server->size + 1] = (uint8_t)(size + 2);
	if (type == 80)
		server->message = server->size + 2;
	memcpy(server->packet + server->size + 2, value, size);
	server->size += size + 2;
}

void
radius_server_add_vendor(struct radius_server *server, uint8_t number, uint32_t value)
{
	uint8_t attribute[10] = { 0, 0, 0x2c, 0x50, number, 6 };
	put_u32(attribute + 6, value);
	radius_server_add(server, 26, attribute, sizeof(attribute));
}

void
radius_server_sign(struct radius_server *server, const uint8_t question[16])
{
	uint8_t whole[4400];
	size_t size;
	put_u16(server->packet + 2, (uint16_t)server->size);
	memcpy(server->packet + 4, question, 16);
	if (server->message) {
		uint8_t *mac = server->packet + server->message;
		memset(mac, 0, 16);
		CU_ASSERT_PTR_NOT_NULL(EVP_Q_mac(NULL, "HMAC", NULL, "MD5", NULL,
						 radius_server_secret,
						 RADIUS_SERVER_SECRET, server->packet,
						 server->size, mac, 16, &size));
	}
	memcpy(whole, server->packet, server->size);
	memcpy(whole + server->size, radius_server_secret, RADIUS_SERVER_SECRET);
	CU_ASSERT(EVP_Q_digest(NULL, "MD5", NULL, whole,
			       server->size + RADIUS_SERVER_SECRET, server->packet + 4,
			       &size));
}
