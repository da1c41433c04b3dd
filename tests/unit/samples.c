/* SPDX-License-Identifier: BSD-3-Clause */
/* Random, valid messages: every attribute now and then, in all its lengths. */
#include "config.h"

#include "tests/unit/samples.h"

#include <string.h>

static struct slice
random_name(struct random *random, char text[NAME_TEXT])
{
	static const char letter[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789.-";
	size_t length = 1 + (size_t)random_below(random, NAME_MAX_LENGTH);
	text[0] = letter[random_below(random, 53)];
	for (size_t i = 1; i < length; i++)
		text[i] = letter[random_below(random, sizeof(letter) - 1)];
	text[length] = '\0';
	return (struct slice){ text, length };
}

static struct slice
random_text(struct random *random, char text[MESSAGE_TEXT_MAX + 1])
{
	static const char *const piece[] = { "a", " ", "\xc3\xa9", "\xe2\x82\xac",
					     "\xf0\x9f\x90\x91" };
	size_t used = 0, most = (size_t)random_below(random, MESSAGE_TEXT_MAX + 1);
	for (;;) {
		const char *next = piece[random_below(random, ARRAY_SIZE(piece))];
		size_t length = strlen(next);
		if (used + length > most)
			break;
		memcpy(text + used, next, length);
		used += length;
	}
	return (struct slice){ text, used };
}

struct address
sample_address(struct random *random)
{
	struct address address;
	put_u64(address.byte, random_next(random));
	put_u64(address.byte + 8, random_next(random));
	if (random_below(random, 2) == 0) {
		memset(address.byte, 0, 10);
		memset(address.byte + 10, 0xff, 2);
		address.byte[12] = (uint8_t)(1 + random_below(random, 223));
	} else {
		address.byte[0] = 0xfd;
	}
	return address;
}

void
sample_message_make(struct sample_message *sample, struct random *random, size_t most)
{
	struct message *message = &sample->message;
	memset(message, 0, sizeof(*message));
	message->type = (enum message_type)(1 + random_below(random, MESSAGE_HELLO));
	message->algorithm = ALGORITHM_HMAC_SHA256;
	message->key_id = 1;
	message->id = 1;
	message->reply_to = random_below(random, 2) ? random_next(random) : 0;
	message->validity = (uint32_t)random_next(random);
	message->server = random_name(random, sample->names[MESSAGE_ALTERNATES]);
	message->client = random_name(random, sample->names[MESSAGE_ALTERNATES + 1]);
	message->has =
	    (uint32_t)random_next(random) &
	    (HAS(ATTRIBUTE_SPREAD) | HAS(ATTRIBUTE_REASON) | HAS(ATTRIBUTE_TEXT) |
	     HAS(ATTRIBUTE_RETRY_AFTER) | HAS(ATTRIBUTE_MARK) | HAS(ATTRIBUTE_CLOCK) |
	     HAS(ATTRIBUTE_STAGE) | HAS(ATTRIBUTE_PLACE));
	message->has |= HAS(ATTRIBUTE_SERVER) | HAS(ATTRIBUTE_CLIENT);
	message->spread = (uint32_t)random_next(random);
	message->reason = (enum message_reason)random_below(random, 13);
	message->text = random_text(random, sample->text);
	message->retry_after = (uint32_t)random_next(random);
	message->mark = random_next(random);
	message->clock = random_next(random);
	message->stage = (enum message_stage)(1 + random_below(random, 2));
	message->place = (enum place)(1 + random_below(random, 3));
	message->alternate = sample->alternate;
	message->alternates = (size_t)random_below(random, most + 1);
	if (message->alternates > 0)
		message->has |= HAS(ATTRIBUTE_ALTERNATE);
	for (size_t i = 0; i < message->alternates; i++)
		sample->alternate[i] = (struct message_alternate){
			.priority = (uint16_t)random_next(random),
			.weight = (uint16_t)random_next(random),
			.port = (uint16_t)random_next(random),
			.address = sample_address(random),
			.name = random_name(random, sample->names[i]),
		};
}
