/* SPDX-License-Identifier: BSD-3-Clause */
/* Encoding and decoding: what goes in comes out, and every rule refuses. */
#include "config.h"

#include "message/message.h"

#include <string.h>

#include "tests/unit/samples.h"
#include "tests/unit/unit.h"

static struct message_alternate decoded_alternate[MESSAGE_ALTERNATES];

static bool
same_slice(struct slice a, struct slice b)
{
	return a.length == b.length &&
	       (a.length == 0 || memcmp(a.start, b.start, a.length) == 0);
}

static bool
same_alternate(const struct message_alternate *a, const struct message_alternate *b)
{
	return a->priority == b->priority && a->weight == b->weight &&
	       a->port == b->port && address_equal(&a->address, &b->address) &&
	       same_slice(a->name, b->name);
}

/* Every attribute that a message has; the others read as zero. */
static void
check_same(const struct message *in, const struct message *out)
{
	uint32_t has = in->has;
	CU_ASSERT_EQUAL(out->has, has);
	CU_ASSERT_EQUAL(out->type, in->type);
	CU_ASSERT_EQUAL(out->algorithm, in->algorithm);
	CU_ASSERT_EQUAL(out->key_id, in->key_id);
	CU_ASSERT_EQUAL(out->id, in->id);
	CU_ASSERT_EQUAL(out->reply_to, in->reply_to);
	CU_ASSERT_EQUAL(out->validity, in->validity);
	CU_ASSERT(same_slice(out->server, in->server));
	CU_ASSERT(same_slice(out->client, in->client));
	CU_ASSERT_EQUAL(out->spread, has & HAS(ATTRIBUTE_SPREAD) ? in->spread : 0);
	CU_ASSERT_EQUAL(out->reason,
			has & HAS(ATTRIBUTE_REASON) ? in->reason : REASON_NONE);
	CU_ASSERT(!(has & HAS(ATTRIBUTE_TEXT)) || same_slice(out->text, in->text));
	CU_ASSERT_EQUAL(out->retry_after,
			has & HAS(ATTRIBUTE_RETRY_AFTER) ? in->retry_after : 0);
	CU_ASSERT_EQUAL(out->mark, has & HAS(ATTRIBUTE_MARK) ? in->mark : 0);
	CU_ASSERT_EQUAL(out->clock, has & HAS(ATTRIBUTE_CLOCK) ? in->clock : 0);
	CU_ASSERT_EQUAL(out->stage,
			has & HAS(ATTRIBUTE_STAGE) ? in->stage : STAGE_NONE);
	CU_ASSERT_EQUAL(out->place, has & HAS(ATTRIBUTE_PLACE) ? in->place : 0);
}

static void
test_round_trip(void)
{
	struct sample_message sample;
	struct random random;
	random_seed(&random, 1);
	for (int i = 0; i < 2000; i++) {
		uint8_t bytes[MESSAGE_MAX], again[MESSAGE_MAX];
		struct message out;
		sample_message_make(&sample, &random, 8);
		size_t size = message_encode(&sample.message, bytes);
		CU_ASSERT_FATAL(size >= MESSAGE_MIN && size <= MESSAGE_MAX);
		CU_ASSERT_EQUAL_FATAL(
		    message_decode(bytes, size, &out, decoded_alternate), CHECK_OK);
		check_same(&sample.message, &out);
		CU_ASSERT_EQUAL(out.alternates, sample.message.alternates);
		for (size_t k = 0; k < out.alternates; k++)
			CU_ASSERT(
			    same_alternate(&out.alternate[k], &sample.alternate[k]));
		/* One form on the wire for one message. */
		CU_ASSERT_EQUAL(message_encode(&out, again), size);
		CU_ASSERT_EQUAL(memcmp(bytes, again, size), 0);
	}
}

/* Alternates that do not fit: the last are left out, the rest is whole. */
static void
test_overflow(void)
{
	struct sample_message sample;
	struct random random;
	random_seed(&random, 2);
	size_t cut = 0;
	for (int i = 0; i < 500; i++) {
		uint8_t bytes[MESSAGE_MAX];
		struct message out;
		sample_message_make(&sample, &random, MESSAGE_ALTERNATES);
		size_t size = message_encode(&sample.message, bytes);
		CU_ASSERT_FATAL(size >= MESSAGE_MIN && size <= MESSAGE_MAX);
		CU_ASSERT_EQUAL_FATAL(
		    message_decode(bytes, size, &out, decoded_alternate), CHECK_OK);
		check_same(&sample.message, &out);
		CU_ASSERT(out.alternates <= sample.message.alternates);
		for (size_t k = 0; k < out.alternates; k++)
			CU_ASSERT(
			    same_alternate(&out.alternate[k], &sample.alternate[k]));
		if (out.alternates == sample.message.alternates)
			continue;
		cut++;
		const struct message_alternate *next =
		    &sample.alternate[out.alternates];
		size_t needed =
		    11 + next->name.length + (address_is_v4(&next->address) ? 4 : 16);
		CU_ASSERT(size + needed > MESSAGE_MAX);
	}
	CU_ASSERT(cut > 100);
}

/* A small valid message, and the attributes of it as a caller's errors need them. */
static struct message
plain(void)
{
	return (struct message){ .type = MESSAGE_FAILOVER,
				 .algorithm = ALGORITHM_HMAC_SHA256,
				 .key_id = 1,
				 .id = 7,
				 .server = slice_of("aaa1"),
				 .client = slice_of("nas1") };
}

static void
test_encode_refuses(void)
{
	uint8_t bytes[MESSAGE_MAX];
	char long_text[MESSAGE_TEXT_MAX + 1];
	struct message_alternate alternate = { .name = slice_of("aaa2") };
	memset(long_text, 'x', sizeof(long_text));
	struct message bad[16], good = plain();
	CU_ASSERT(message_encode(&good, bytes) > 0);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		bad[i] = good;
	bad[0].type = (enum message_type)0;
	bad[1].type = (enum message_type)9;
	bad[2].algorithm = (enum message_algorithm)3;
	bad[3].key_id = 0;
	bad[4].id = 0;
	bad[5].server = slice_of("");
	bad[6].client = slice_of("9lives");
	bad[7].text = (struct slice){ long_text, sizeof(long_text) };
	bad[8].text = slice_of("two\nlines");
	bad[7].has = bad[8].has = HAS(ATTRIBUTE_TEXT);
	bad[9].has = HAS(ATTRIBUTE_STAGE);
	bad[10].has = HAS(ATTRIBUTE_PLACE);
	bad[11].has = HAS(ATTRIBUTE_REASON);
	bad[11].reason = (enum message_reason)65536;
	bad[12].alternate = &alternate; /* no address */
	bad[12].alternates = 1;
	bad[13].server = (struct slice){ NULL, 0 };
	bad[14].type = (enum message_type)256 + 1;
	bad[15].stage = (enum message_stage)3;
	bad[15].has = HAS(ATTRIBUTE_STAGE);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		CU_ASSERT_EQUAL(message_encode(&bad[i], bytes), 0);
}

/* Builds messages by hand, so that any rule can be broken. */
struct builder {
	uint8_t bytes[2048];
	size_t size;
};

static void
build_start(struct builder *builder)
{
	memset(builder, 0, sizeof(*builder));
	put_u32(builder->bytes, MESSAGE_MAGIC);
	builder->bytes[4] = MESSAGE_VERSION;
	builder->bytes[5] = MESSAGE_FAILOVER;
	builder->bytes[6] = ALGORITHM_HMAC_SHA256;
	builder->bytes[7] = 1;
	put_u64(builder->bytes + 8, 99);
	builder->size = MESSAGE_HEADER;
}

static void
build_add(struct builder *builder, unsigned type, const void *value, size_t length)
{
	put_u16(builder->bytes + builder->size, (uint16_t)type);
	put_u16(builder->bytes + builder->size + 2, (uint16_t)length);
	if (length > 0)
		memcpy(builder->bytes + builder->size + 4, value, length);
	builder->size += 4 + length;
}

static enum message_check
build_check(struct builder *builder)
{
	struct message out;
	put_u16(builder->bytes + 28, (uint16_t)(builder->size - MESSAGE_HEADER));
	builder->size += MESSAGE_AUTHENTICATOR;
	return message_decode(builder->bytes, builder->size, &out, decoded_alternate);
}

static enum message_check
check_attribute(unsigned type, const void *value, size_t length)
{
	struct builder builder;
	build_start(&builder);
	build_add(&builder, ATTRIBUTE_SERVER, "aaa1", 4);
	build_add(&builder, ATTRIBUTE_CLIENT, "nas1", 4);
	build_add(&builder, type, value, length);
	return build_check(&builder);
}

static void
test_attribute_lengths(void)
{
	/* Lengths that are right; one less and one more are not. */
	static const struct {
		unsigned type;
		size_t length;
	} fixed[] = {
		{ ATTRIBUTE_SPREAD, 4 },      { ATTRIBUTE_REASON, 2 },
		{ ATTRIBUTE_RETRY_AFTER, 4 }, { ATTRIBUTE_MARK, 8 },
		{ ATTRIBUTE_CLOCK, 8 },       { ATTRIBUTE_STAGE, 1 },
		{ ATTRIBUTE_PLACE, 1 },
	};
	uint8_t value[16];
	memset(value, 1, sizeof(value));
	for (size_t i = 0; i < ARRAY_SIZE(fixed); i++) {
		unsigned type = fixed[i].type;
		size_t length = fixed[i].length;
		CU_ASSERT_EQUAL(check_attribute(type, value, length), CHECK_OK);
		CU_ASSERT_EQUAL(check_attribute(type, value, length - 1), CHECK_FORMAT);
		CU_ASSERT_EQUAL(check_attribute(type, value, length + 1), CHECK_FORMAT);
	}
}

static void
test_attribute_values(void)
{
	char text[MESSAGE_TEXT_MAX + 1];
	memset(text, 'x', sizeof(text));
	CU_ASSERT_EQUAL(check_attribute(ATTRIBUTE_TEXT, text, 0), CHECK_OK);
	CU_ASSERT_EQUAL(check_attribute(ATTRIBUTE_TEXT, text, 120), CHECK_OK);
	CU_ASSERT_EQUAL(check_attribute(ATTRIBUTE_TEXT, text, 121), CHECK_FORMAT);
	CU_ASSERT_EQUAL(check_attribute(ATTRIBUTE_TEXT, "\x1b[2J", 4), CHECK_FORMAT);
	CU_ASSERT_EQUAL(check_attribute(ATTRIBUTE_TEXT, "\xc0\x80", 2), CHECK_FORMAT);
	CU_ASSERT_EQUAL(check_attribute(ATTRIBUTE_STAGE, "\0", 1), CHECK_FORMAT);
	CU_ASSERT_EQUAL(check_attribute(ATTRIBUTE_STAGE, "\3", 1), CHECK_FORMAT);
	CU_ASSERT_EQUAL(check_attribute(ATTRIBUTE_PLACE, "\0", 1), CHECK_FORMAT);
	CU_ASSERT_EQUAL(check_attribute(ATTRIBUTE_PLACE, "\4", 1), CHECK_FORMAT);
	/* Reasons to come inform only. */
	CU_ASSERT_EQUAL(check_attribute(ATTRIBUTE_REASON, "\1\0", 2), CHECK_OK);
	/* Single ones come once. */
	CU_ASSERT_EQUAL(check_attribute(ATTRIBUTE_CLIENT, "nas1", 4), CHECK_FORMAT);
	/* Unknown and reserved ones are skipped, of any length. */
	CU_ASSERT_EQUAL(check_attribute(0, "", 0), CHECK_OK);
	CU_ASSERT_EQUAL(check_attribute(2, "x", 1), CHECK_OK);
	CU_ASSERT_EQUAL(check_attribute(4, "xyz", 3), CHECK_OK);
	CU_ASSERT_EQUAL(check_attribute(14, text, 100), CHECK_OK);
	CU_ASSERT_EQUAL(check_attribute(65535, text, 100), CHECK_OK);
}

static void
test_alternates(void)
{
	static const uint8_t v4[] = { 0, 1, 0, 2, 0, 3, 1, 192, 0, 2, 1, 'a' };
	uint8_t v6[24] = { 0, 1, 0, 2, 0, 3, 2, 0xfd, [22] = 1, [23] = 'a' };
	uint8_t bad[24];
	CU_ASSERT_EQUAL(check_attribute(1, v4, sizeof(v4)), CHECK_OK);
	CU_ASSERT_EQUAL(check_attribute(1, v6, sizeof(v6)), CHECK_OK);
	for (size_t length = 0; length < sizeof(v4); length++)
		CU_ASSERT_EQUAL(check_attribute(1, v4, length), CHECK_FORMAT);
	for (size_t length = 0; length < sizeof(v6); length++)
		CU_ASSERT_EQUAL(check_attribute(1, v6, length), CHECK_FORMAT);
	memcpy(bad, v4, sizeof(v4));
	bad[6] = 3; /* no such family */
	CU_ASSERT_EQUAL(check_attribute(1, bad, sizeof(v4)), CHECK_FORMAT);
	memcpy(bad, v4, sizeof(v4));
	bad[7] = 224; /* multicast */
	CU_ASSERT_EQUAL(check_attribute(1, bad, sizeof(v4)), CHECK_FORMAT);
	memcpy(bad, v4, sizeof(v4));
	bad[11] = '/'; /* no name */
	CU_ASSERT_EQUAL(check_attribute(1, bad, sizeof(v4)), CHECK_FORMAT);
	memcpy(bad, v6, sizeof(v6));
	memset(bad + 7, 0, 10);
	bad[19] = 192;
	memset(bad + 17, 0xff, 2); /* IPv4 in IPv6's clothes */
	CU_ASSERT_EQUAL(check_attribute(1, bad, sizeof(v6)), CHECK_FORMAT);
}

static void
test_many_alternates(void)
{
	static const uint8_t v4[] = { 0, 1, 0, 2, 0, 3, 1, 192, 0, 2, 1, 'a' };
	for (size_t count = MESSAGE_ALTERNATES; count <= MESSAGE_ALTERNATES + 1;
	     count++) {
		struct builder builder;
		build_start(&builder);
		for (size_t i = 0; i < count; i++)
			build_add(&builder, ATTRIBUTE_ALTERNATE, v4, sizeof(v4));
		build_add(&builder, ATTRIBUTE_SERVER, "aaa1", 4);
		build_add(&builder, ATTRIBUTE_CLIENT, "nas1", 4);
		CU_ASSERT_EQUAL(build_check(&builder),
				count == MESSAGE_ALTERNATES ? CHECK_OK : CHECK_FORMAT);
	}
}

static void
test_names_needed(void)
{
	struct builder builder;
	build_start(&builder);
	CU_ASSERT_EQUAL(build_check(&builder), CHECK_FORMAT);
	build_start(&builder);
	build_add(&builder, ATTRIBUTE_SERVER, "aaa1", 4);
	CU_ASSERT_EQUAL(build_check(&builder), CHECK_FORMAT);
	build_start(&builder);
	build_add(&builder, ATTRIBUTE_CLIENT, "nas1", 4);
	CU_ASSERT_EQUAL(build_check(&builder), CHECK_FORMAT);
	build_start(&builder);
	build_add(&builder, ATTRIBUTE_SERVER, "aaa1", 4);
	build_add(&builder, ATTRIBUTE_CLIENT, "-x", 2);
	CU_ASSERT_EQUAL(build_check(&builder), CHECK_FORMAT);
	/* Any order is read. */
	build_start(&builder);
	build_add(&builder, ATTRIBUTE_CLIENT, "nas1", 4);
	build_add(&builder, ATTRIBUTE_SERVER, "aaa1", 4);
	CU_ASSERT_EQUAL(build_check(&builder), CHECK_OK);
}

/* The greatest message, and one that would be whole but for its size. */
static void
test_greatest(void)
{
	uint8_t filling[MESSAGE_MAX] = { 0 };
	for (size_t size = MESSAGE_MAX - 1; size <= MESSAGE_MAX + 1; size++) {
		struct builder builder;
		build_start(&builder);
		build_add(&builder, ATTRIBUTE_SERVER, "aaa1", 4);
		build_add(&builder, ATTRIBUTE_CLIENT, "nas1", 4);
		build_add(&builder, 99, filling,
			  size - MESSAGE_AUTHENTICATOR - builder.size - 4);
		CU_ASSERT_EQUAL(build_check(&builder),
				size <= MESSAGE_MAX ? CHECK_OK : CHECK_LENGTH);
		CU_ASSERT_EQUAL(builder.size, size);
	}
}

static void
test_fixed_part(void)
{
	static const struct {
		size_t at;
		uint8_t value;
		enum message_check expected;
	} change[] = {
		{ 0, 'b', CHECK_MAGIC },    { 3, 0, CHECK_MAGIC },
		{ 4, 0, CHECK_VERSION },    { 4, 2, CHECK_VERSION },
		{ 5, 0, CHECK_TYPE },       { 5, 9, CHECK_TYPE },
		{ 5, 255, CHECK_TYPE },     { 15, 0, CHECK_FORMAT }, /* id 0 */
		{ 28, 1, CHECK_LENGTH },    { 29, 3, CHECK_LENGTH },
		{ 30, 1, CHECK_FORMAT },    { 31, 1, CHECK_FORMAT },
		{ 33, 0xff, CHECK_FORMAT }, /* the server's name is gone */
		{ 35, 0xff, CHECK_FORMAT }, /* longer than what is left */
	};
	uint8_t bytes[MESSAGE_MAX];
	struct message message = plain(), out;
	size_t size = message_encode(&message, bytes);
	for (size_t i = 0; i < ARRAY_SIZE(change); i++) {
		uint8_t old = bytes[change[i].at];
		bytes[change[i].at] = change[i].value;
		CU_ASSERT_EQUAL(message_decode(bytes, size, &out, decoded_alternate),
				change[i].expected);
		bytes[change[i].at] = old;
	}
	for (size_t shorter = 0; shorter < size; shorter++)
		CU_ASSERT_EQUAL(message_decode(bytes, shorter, &out, decoded_alternate),
				CHECK_LENGTH);
	CU_ASSERT_EQUAL(message_decode(bytes, size + 1, &out, decoded_alternate),
			CHECK_LENGTH);
}

static void
test_names(void)
{
	enum message_algorithm algorithm;
	CU_ASSERT_STRING_EQUAL(message_type_name(MESSAGE_HELLO), "hello");
	CU_ASSERT_STRING_EQUAL(message_type_name((enum message_type)0), "?");
	CU_ASSERT_STRING_EQUAL(message_type_name((enum message_type)9), "?");
	CU_ASSERT(message_algorithm_parse("sha3-256", &algorithm));
	CU_ASSERT_EQUAL(algorithm, ALGORITHM_SHA3_256);
	CU_ASSERT_FALSE(message_algorithm_parse("md5", &algorithm));
	CU_ASSERT_STRING_EQUAL(message_algorithm_name(ALGORITHM_HMAC_SHA256),
			       "hmac-sha256");
	CU_ASSERT_STRING_EQUAL(message_reason_name(REASON_STALE), "stale");
	CU_ASSERT_STRING_EQUAL(message_reason_name((enum message_reason)11), "?");
	CU_ASSERT_STRING_EQUAL(place_name(PLACE_AWAY), "away");
	for (unsigned i = 0; i < CHECK_COUNT; i++)
		CU_ASSERT_STRING_NOT_EQUAL(message_check_name((enum message_check)i),
					   "?");
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "round trip", test_round_trip },
		{ "alternates that do not fit", test_overflow },
		{ "encode refuses a caller's errors", test_encode_refuses },
		{ "lengths of attributes", test_attribute_lengths },
		{ "values of attributes", test_attribute_values },
		{ "alternates", test_alternates },
		{ "too many alternates", test_many_alternates },
		{ "both names are needed", test_names_needed },
		{ "the greatest size", test_greatest },
		{ "the fixed part", test_fixed_part },
		{ "names of things", test_names },
	};
	return unit_run("message", tests, ARRAY_SIZE(tests));
}
