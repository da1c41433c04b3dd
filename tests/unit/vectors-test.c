/* SPDX-License-Identifier: BSD-3-Clause */
/* The published test vectors: made again from their fields, and read back into them. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/file.h"
#include "message/keys.h"
#include "tests/unit/unit.h"

#define VALUE_MAX 4096

/* A paragraph of the file; values point into its line buffers. */
struct vector {
	char name[NAME_TEXT];
	uint8_t secret[VALUE_MAX / 2], pair_key[PAIR_KEY], bytes[MESSAGE_MAX];
	size_t secret_size, size;
	struct address server, client;
	struct message message;
	struct message_alternate alternate[MESSAGE_ALTERNATES];
	char alternate_name[MESSAGE_ALTERNATES][NAME_TEXT];
	char text[MESSAGE_TEXT_MAX + 1], server_name[NAME_TEXT], client_name[NAME_TEXT];
};

static uint64_t
number(const char *value, uint64_t max)
{
	char *end;
	errno = 0;
	unsigned long long parsed = strtoull(value, &end, 10);
	CU_ASSERT(errno == 0 && end != value && *end == '\0' && parsed <= max);
	return parsed;
}

static struct slice
text_of(const char *value, char *copy, size_t size)
{
	slice_copy(slice_of(value), copy, size);
	CU_ASSERT_EQUAL(strlen(copy), strlen(value));
	return slice_of(copy);
}

static void
read_bytes(const char *value, uint8_t *bytes, size_t max, size_t *size)
{
	CU_ASSERT(hex_decode(value, strlen(value), bytes, max, size));
}

static void
read_address(const char *value, struct address *address)
{
	CU_ASSERT(address_parse(value, address));
}

static void
read_alternate(struct vector *vector, const char *value)
{
	char address[ADDRESS_TEXT], name[NAME_TEXT];
	unsigned priority, weight, port;
	size_t i = vector->message.alternates;
	CU_ASSERT_FATAL(i < MESSAGE_ALTERNATES);
	CU_ASSERT_EQUAL_FATAL(sscanf(value, "%u %u %u %45s %64s", &priority, &weight,
				     &port, address, name),
			      5);
	vector->alternate[i].priority = (uint16_t)priority;
	vector->alternate[i].weight = (uint16_t)weight;
	vector->alternate[i].port = (uint16_t)port;
	CU_ASSERT(address_parse(address, &vector->alternate[i].address));
	vector->alternate[i].name = text_of(name, vector->alternate_name[i], NAME_TEXT);
	vector->message.alternate = vector->alternate;
	vector->message.alternates++;
	vector->message.has |= HAS(ATTRIBUTE_ALTERNATE);
}

/* What must be there. False for another name. */
static bool
read_fixed(struct vector *vector, const char *name, const char *value)
{
	struct message *message = &vector->message;
	size_t size;
	if (strcmp(name, "vector") == 0)
		text_of(value, vector->name, sizeof(vector->name));
	else if (strcmp(name, "secret") == 0)
		read_bytes(value, vector->secret, sizeof(vector->secret),
			   &vector->secret_size);
	else if (strcmp(name, "server-address") == 0)
		read_address(value, &vector->server);
	else if (strcmp(name, "client-address") == 0)
		read_address(value, &vector->client);
	else if (strcmp(name, "type") == 0)
		message->type = (enum message_type)number(value, 255);
	else if (strcmp(name, "algorithm") == 0)
		message->algorithm = (enum message_algorithm)number(value, 255);
	else if (strcmp(name, "key-id") == 0)
		message->key_id = (uint8_t)number(value, 255);
	else if (strcmp(name, "id") == 0)
		message->id = number(value, UINT64_MAX);
	else if (strcmp(name, "reply-to") == 0)
		message->reply_to = number(value, UINT64_MAX);
	else if (strcmp(name, "validity") == 0)
		message->validity = (uint32_t)number(value, UINT32_MAX);
	else if (strcmp(name, "pair-key") == 0)
		read_bytes(value, vector->pair_key, PAIR_KEY, &size);
	else if (strcmp(name, "message") == 0)
		read_bytes(value, vector->bytes, MESSAGE_MAX, &vector->size);
	else
		return false;
	return true;
}

/* The attribute read, 0 for another name. */
static unsigned
read_attribute(struct vector *vector, const char *name, const char *value)
{
	struct message *message = &vector->message;
	if (strcmp(name, "spread") == 0) {
		message->spread = (uint32_t)number(value, UINT32_MAX);
		return ATTRIBUTE_SPREAD;
	}
	if (strcmp(name, "reason") == 0) {
		message->reason = (enum message_reason)number(value, UINT16_MAX);
		return ATTRIBUTE_REASON;
	}
	if (strcmp(name, "text") == 0) {
		message->text = text_of(value, vector->text, sizeof(vector->text));
		return ATTRIBUTE_TEXT;
	}
	if (strcmp(name, "server") == 0) {
		message->server = text_of(value, vector->server_name, NAME_TEXT);
		return ATTRIBUTE_SERVER;
	}
	if (strcmp(name, "client") == 0) {
		message->client = text_of(value, vector->client_name, NAME_TEXT);
		return ATTRIBUTE_CLIENT;
	}
	if (strcmp(name, "retry-after") == 0) {
		message->retry_after = (uint32_t)number(value, UINT32_MAX);
		return ATTRIBUTE_RETRY_AFTER;
	}
	if (strcmp(name, "mark") == 0) {
		message->mark = number(value, UINT64_MAX);
		return ATTRIBUTE_MARK;
	}
	if (strcmp(name, "clock") == 0) {
		message->clock = number(value, UINT64_MAX);
		return ATTRIBUTE_CLOCK;
	}
	if (strcmp(name, "stage") == 0) {
		message->stage = (enum message_stage)number(value, 255);
		return ATTRIBUTE_STAGE;
	}
	if (strcmp(name, "place") == 0) {
		message->place = (enum place)number(value, 255);
		return ATTRIBUTE_PLACE;
	}
	return 0;
}

static void
read_line(struct vector *vector, char *line)
{
	static char nothing[] = "";
	char *space = strchr(line, ' '), *value = nothing;
	if (space) {
		*space = '\0';
		value = space + 1;
	}
	if (strcmp(line, "alternate") == 0) {
		read_alternate(vector, value);
	} else if (!read_fixed(vector, line, value)) {
		unsigned attribute = read_attribute(vector, line, value);
		CU_ASSERT(attribute > 0);
		vector->message.has |= HAS(attribute);
	}
}

/* Keys of both ends make the file's message out of its fields. */
static void
check_made(const struct vector *vector)
{
	const struct message *message = &vector->message;
	uint8_t pair[PAIR_KEY], bytes[MESSAGE_MAX];
	struct keys *master = keys_new(), *mine = keys_new();
	CU_ASSERT(keys_add_master(master, message->key_id, message->algorithm,
				  vector->secret, vector->secret_size));
	CU_ASSERT(keys_derive(master, message->key_id, &vector->server, &vector->client,
			      pair));
	CU_ASSERT_EQUAL(memcmp(pair, vector->pair_key, PAIR_KEY), 0);
	CU_ASSERT(keys_add_pair(mine, message->key_id, message->algorithm,
				vector->pair_key, PAIR_KEY));
	const struct keys *ends[] = { master, mine };
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		size_t size = message_encode(message, bytes);
		CU_ASSERT_EQUAL_FATAL(size, vector->size);
		CU_ASSERT(
		    keys_seal(ends[i], &vector->server, &vector->client, bytes, size));
		CU_ASSERT_EQUAL(memcmp(bytes, vector->bytes, size), 0);
		CU_ASSERT_EQUAL(keys_verify(ends[i], &vector->server, &vector->client,
					    vector->bytes, size),
				CHECK_OK);
	}
	keys_free(master);
	keys_free(mine);
}

static bool
same(struct slice a, struct slice b)
{
	return a.length == b.length &&
	       (a.length == 0 || memcmp(a.start, b.start, a.length) == 0);
}

/* The file's message is read into its fields. */
static void
check_read(const struct vector *vector)
{
	static struct message_alternate alternate[MESSAGE_ALTERNATES];
	const struct message *in = &vector->message;
	struct message out;
	CU_ASSERT_EQUAL_FATAL(
	    message_decode(vector->bytes, vector->size, &out, alternate), CHECK_OK);
	CU_ASSERT(out.type == in->type && out.algorithm == in->algorithm);
	CU_ASSERT(out.key_id == in->key_id && out.id == in->id);
	CU_ASSERT(out.reply_to == in->reply_to && out.validity == in->validity);
	CU_ASSERT_EQUAL(out.has, in->has);
	CU_ASSERT(out.spread == in->spread && out.reason == in->reason);
	CU_ASSERT(same(out.text, in->text));
	CU_ASSERT(same(out.server, in->server) && same(out.client, in->client));
	CU_ASSERT_EQUAL(out.retry_after, in->retry_after);
	CU_ASSERT(out.mark == in->mark && out.clock == in->clock);
	CU_ASSERT(out.stage == in->stage && out.place == in->place);
	CU_ASSERT_EQUAL_FATAL(out.alternates, in->alternates);
	for (size_t i = 0; i < in->alternates; i++) {
		const struct message_alternate *a = &out.alternate[i];
		const struct message_alternate *b = &in->alternate[i];
		CU_ASSERT(a->priority == b->priority && a->weight == b->weight);
		CU_ASSERT(a->port == b->port && same(a->name, b->name));
		CU_ASSERT(address_equal(&a->address, &b->address));
	}
}

static unsigned types_seen[MESSAGE_HELLO + 1], v4_seen, v6_seen;
static unsigned algorithms_seen[ALGORITHM_SHA3_256 + 1];

static void
check_vector(const struct vector *vector)
{
	unsigned failed = CU_get_number_of_failures();
	check_made(vector);
	check_read(vector);
	if (CU_get_number_of_failures() > failed)
		fprintf(stderr, "vector %s\n", vector->name);
	types_seen[vector->message.type]++;
	algorithms_seen[vector->message.algorithm]++;
	*(address_is_v4(&vector->client) ? &v4_seen : &v6_seen) += 1;
}

static void
test_vectors(void)
{
	static struct vector vector;
	char path[4096], why[FILE_WHY], *line, *rest;
	const char *top = getenv("top_srcdir");
	uint8_t *bytes;
	size_t size;
	CU_ASSERT_FATAL(path_join(top ? top : ".", "tests/vectors/messages.txt", path,
				  sizeof(path)));
	CU_ASSERT_FATAL(file_read(path, NULL, 0, 1 << 20, &bytes, &size, why));
	rest = (char *)bytes;
	while ((line = strsep(&rest, "\n"))) {
		if (line[0] == '#')
			continue;
		if (line[0] != '\0') {
			read_line(&vector, line);
		} else if (vector.name[0] != '\0') {
			check_vector(&vector);
			memset(&vector, 0, sizeof(vector));
		}
	}
	CU_ASSERT_EQUAL(vector.name[0], '\0');
	free(bytes);
	for (unsigned type = MESSAGE_FAILOVER; type <= MESSAGE_HELLO; type++)
		CU_ASSERT(types_seen[type] >= 4);
	CU_ASSERT(algorithms_seen[ALGORITHM_HMAC_SHA256] > 10);
	CU_ASSERT(algorithms_seen[ALGORITHM_SHA3_256] > 10);
	CU_ASSERT(v4_seen > 10 && v6_seen > 10);
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "made from their fields, read into their fields", test_vectors },
	};
	return unit_run("vectors", tests, ARRAY_SIZE(tests));
}
