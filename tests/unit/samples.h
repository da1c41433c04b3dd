/* SPDX-License-Identifier: BSD-3-Clause */
/* Random, valid messages for tests, reproducible from a seed. */
#ifndef BELLWETHER_TESTS_SAMPLES_H
#define BELLWETHER_TESTS_SAMPLES_H

#include "common/random.h"
#include "message/message.h"

/* A message and what its slices point to; not to be copied. */
struct sample_message {
	struct message message;
	struct message_alternate alternate[MESSAGE_ALTERNATES];
	char names[MESSAGE_ALTERNATES + 2][NAME_TEXT];
	char text[MESSAGE_TEXT_MAX + 1];
};

/* Any type, any attributes, up to most alternates; id, key id and algorithm are 1. */
void
sample_message_make(struct sample_message *sample, struct random *random, size_t most);
/* A unicast address, IPv4 or IPv6. */
struct address sample_address(struct random *random);

#endif
