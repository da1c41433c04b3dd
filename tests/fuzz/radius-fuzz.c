/* SPDX-License-Identifier: BSD-3-Clause */
/* Any bytes as a RADIUS server's answer: as a stranger's, and with a true signature. */
#include "config.h"

#include <string.h>

#include <openssl/evp.h>

#include "common/bytes.h"
#include "monitor/radius_packet.h"
#include "tests/fuzz/fuzz.h"

static const struct radius_question question = {
	.identifier = 1,
	.authenticator = "0123456789abcdef",
	.secret = (const uint8_t *)"fuzz",
	.secret_size = 4,
};

/* Makes the packet the answer to the question, but for its Message-Authenticator. */
static void
sign(uint8_t *packet, size_t length)
{
	uint8_t whole[RADIUS_PACKET_MAX + 4];
	size_t size;
	packet[1] = question.identifier;
	memcpy(packet + 4, question.authenticator, RADIUS_AUTHENTICATOR);
	memcpy(whole, packet, length);
	memcpy(whole + length, question.secret, question.secret_size);
	REQUIRE(EVP_Q_digest(NULL, "MD5", NULL, whole, length + question.secret_size,
			     packet + 4, &size));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct radius_answer form, answer;
	uint8_t packet[RADIUS_PACKET_MAX];
	double threads;
	enum radius_verdict verdict = radius_decode(data, size, &form);
	REQUIRE(radius_accept(&question, data, size, &answer) != RADIUS_NO_HASH);
	if (verdict == RADIUS_SHORT)
		return 0;
	size_t length = get_u16(data + 2);
	REQUIRE(length >= 20 && length <= size && length <= sizeof(packet));
	if (verdict != RADIUS_MALFORMED && form.message_authenticator)
		REQUIRE(form.message_authenticator + 16 <= length);
	if (verdict != RADIUS_MALFORMED && form.reply)
		REQUIRE(form.reply + form.reply_size <= length);
	if (verdict != RADIUS_MALFORMED && form.client_named)
		REQUIRE(form.client.bits <= 128 &&
			prefix_contains(&form.client, &form.client.address));
	if (radius_threads_available(&form, &threads))
		REQUIRE(threads >= 0);
	/* Signed, it is judged by its form alone, unless it has a second signature. */
	memcpy(packet, data, length);
	sign(packet, length);
	enum radius_verdict signed_verdict =
	    radius_accept(&question, packet, length, &answer);
	REQUIRE(signed_verdict == verdict ||
		(signed_verdict == RADIUS_CODE && verdict == RADIUS_GOOD) ||
		(signed_verdict == RADIUS_FORGED && form.message_authenticator));
	return 0;
}
