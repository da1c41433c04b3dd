/* SPDX-License-Identifier: BSD-3-Clause */
/* Answers as a TACACS+ server makes them; the pad is made whole, not as it is needed. */
#include "config.h"

#include "tests/unit/tacacs-server.h"

#include <string.h>

#include <openssl/evp.h>

#include "common/bytes.h"
#include "tests/unit/unit.h"

void
tacacs_server_pad(uint8_t *packet, size_t body, const char *secret)
{
	uint8_t seed[128], pad[1024];
	size_t fixed = strlen(secret) + 6, length;
	memcpy(seed, packet + 4, 4);
	memcpy(seed + 4, secret, fixed - 6);
	seed[fixed - 2] = packet[0];
	seed[fixed - 1] = packet[2];
	for (size_t at = 0; at < body; at += 16) {
		if (at > 0)
			memcpy(seed + fixed, pad + at - 16, 16);
		CU_ASSERT(EVP_Q_digest(NULL, "MD5", NULL, seed,
				       fixed + (at > 0 ? 16 : 0), pad + at, &length));
	}
	for (size_t i = 0; i < body; i++)
		packet[12 + i] ^= pad[i];
}

size_t
tacacs_server_reply(uint8_t packet[TACACS_SERVER_ROOM], const uint8_t start[12],
		    uint8_t status, const char *message, const char *secret)
{
	size_t length = strlen(message);
	memcpy(packet, start, 12);
	packet[2] = 2;
	put_u32(packet + 8, (uint32_t)(6 + length));
	memset(packet + 12, 0, 6);
	packet[12] = status;
	put_u16(packet + 14, (uint16_t)length);
	memcpy(packet + 18, message, length);
	tacacs_server_pad(packet, 6 + length, secret);
	return 18 + length;
}
