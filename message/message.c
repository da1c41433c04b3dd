/* SPDX-License-Identifier: BSD-3-Clause */
/* Encoding and decoding of messages: one table of attributes, both ways. */
#include "config.h"

#include "message/message.h"

#include <string.h>

/* Where the fields of the fixed part are. */
enum {
	AT_MAGIC = 0,
	AT_VERSION = 4,
	AT_TYPE = 5,
	AT_ALGORITHM = 6,
	AT_KEY_ID = 7,
	AT_ID = 8,
	AT_REPLY_TO = 16,
	AT_VALIDITY = 24,
	AT_LENGTH = 28,
	AT_RESERVED = 30
};

#define ATTRIBUTE_HEADER 4
/* Priority, weight, port and family, before the address. */
#define ALTERNATE_FIXED 7
#define FAMILY_V4       1
#define FAMILY_V6       2

/* Reads a value, or writes it; both say false for one that is out of range. A writer
   is only called with a value of at most the greatest length ahead of it, and returns
   the length written through *length. */
struct attribute {
	uint16_t min, max; /* length of the value */
	bool (*read)(const uint8_t *value, size_t length, struct message *message);
	bool (*write)(const struct message *message, uint8_t *value, size_t *length);
};

static bool
read_spread(const uint8_t *value, size_t length, struct message *message)
{
	(void)length;
	message->spread = get_u32(value);
	return true;
}

static bool
write_spread(const struct message *message, uint8_t *value, size_t *length)
{
	put_u32(value, message->spread);
	*length = 4;
	return true;
}

/* Reasons to come are let through: they only inform. */
static bool
read_reason(const uint8_t *value, size_t length, struct message *message)
{
	(void)length;
	message->reason = (enum message_reason)get_u16(value);
	return true;
}

static bool
write_reason(const struct message *message, uint8_t *value, size_t *length)
{
	put_u16(value, (uint16_t)message->reason);
	*length = 2;
	return (unsigned)message->reason <= UINT16_MAX;
}

static bool
write_slice(struct slice slice, uint8_t *value, size_t *length)
{
	if (slice.length > 0)
		memcpy(value, slice.start, slice.length);
	*length = slice.length;
	return true;
}

static bool
read_text(const uint8_t *value, size_t length, struct message *message)
{
	message->text = (struct slice){ (const char *)value, length };
	return text_printable((const char *)value, length);
}

static bool
write_text(const struct message *message, uint8_t *value, size_t *length)
{
	return message->text.length <= MESSAGE_TEXT_MAX &&
	       text_printable(message->text.start, message->text.length) &&
	       write_slice(message->text, value, length);
}

static bool
read_server(const uint8_t *value, size_t length, struct message *message)
{
	message->server = (struct slice){ (const char *)value, length };
	return name_valid((const char *)value, length);
}

static bool
write_server(const struct message *message, uint8_t *value, size_t *length)
{
	return name_valid(message->server.start, message->server.length) &&
	       write_slice(message->server, value, length);
}

static bool
read_client(const uint8_t *value, size_t length, struct message *message)
{
	message->client = (struct slice){ (const char *)value, length };
	return name_valid((const char *)value, length);
}

static bool
write_client(const struct message *message, uint8_t *value, size_t *length)
{
	return name_valid(message->client.start, message->client.length) &&
	       write_slice(message->client, value, length);
}

static bool
read_retry_after(const uint8_t *value, size_t length, struct message *message)
{
	(void)length;
	message->retry_after = get_u32(value);
	return true;
}

static bool
write_retry_after(const struct message *message, uint8_t *value, size_t *length)
{
	put_u32(value, message->retry_after);
	*length = 4;
	return true;
}

static bool
read_mark(const uint8_t *value, size_t length, struct message *message)
{
	(void)length;
	message->mark = get_u64(value);
	return true;
}

static bool
write_mark(const struct message *message, uint8_t *value, size_t *length)
{
	put_u64(value, message->mark);
	*length = 8;
	return true;
}

static bool
read_clock(const uint8_t *value, size_t length, struct message *message)
{
	(void)length;
	message->clock = get_u64(value);
	return true;
}

static bool
write_clock(const struct message *message, uint8_t *value, size_t *length)
{
	put_u64(value, message->clock);
	*length = 8;
	return true;
}

static bool
read_stage(const uint8_t *value, size_t length, struct message *message)
{
	(void)length;
	message->stage = (enum message_stage)value[0];
	return value[0] == STAGE_RECEIVED || value[0] == STAGE_DONE;
}

static bool
write_stage(const struct message *message, uint8_t *value, size_t *length)
{
	value[0] = (uint8_t)message->stage;
	*length = 1;
	return message->stage == STAGE_RECEIVED || message->stage == STAGE_DONE;
}

static bool
read_place(const uint8_t *value, size_t length, struct message *message)
{
	(void)length;
	message->place = (enum place)value[0];
	return value[0] >= PLACE_HERE && value[0] <= PLACE_UNKNOWN;
}

static bool
write_place(const struct message *message, uint8_t *value, size_t *length)
{
	value[0] = (uint8_t)message->place;
	*length = 1;
	return message->place >= PLACE_HERE && message->place <= PLACE_UNKNOWN;
}

/* By type, which is also the order on the wire. Alternates come first there, are
   several, and are cut to what fits: they have functions of their own. */
static const struct attribute attributes[] = {
	[ATTRIBUTE_SPREAD] = { 4, 4, read_spread, write_spread },
	[ATTRIBUTE_REASON] = { 2, 2, read_reason, write_reason },
	[ATTRIBUTE_TEXT] = { 0, MESSAGE_TEXT_MAX, read_text, write_text },
	[ATTRIBUTE_SERVER] = { 1, NAME_MAX_LENGTH, read_server, write_server },
	[ATTRIBUTE_CLIENT] = { 1, NAME_MAX_LENGTH, read_client, write_client },
	[ATTRIBUTE_RETRY_AFTER] = { 4, 4, read_retry_after, write_retry_after },
	[ATTRIBUTE_MARK] = { 8, 8, read_mark, write_mark },
	[ATTRIBUTE_CLOCK] = { 8, 8, read_clock, write_clock },
	[ATTRIBUTE_STAGE] = { 1, 1, read_stage, write_stage },
	[ATTRIBUTE_PLACE] = { 1, 1, read_place, write_place },
};

static size_t
alternate_length(const struct message_alternate *alternate)
{
	return ALTERNATE_FIXED + (address_is_v4(&alternate->address) ? 4u : 16u) +
	       alternate->name.length;
}

static size_t
write_alternate(const struct message_alternate *alternate, uint8_t *to)
{
	bool v4 = address_is_v4(&alternate->address);
	size_t address = v4 ? 4 : 16, length = alternate_length(alternate);
	put_u16(to, ATTRIBUTE_ALTERNATE);
	put_u16(to + 2, (uint16_t)length);
	to += ATTRIBUTE_HEADER;
	put_u16(to, alternate->priority);
	put_u16(to + 2, alternate->weight);
	put_u16(to + 4, alternate->port);
	to[6] = v4 ? FAMILY_V4 : FAMILY_V6;
	memcpy(to + ALTERNATE_FIXED, alternate->address.byte + (16 - address), address);
	memcpy(to + ALTERNATE_FIXED + address, alternate->name.start,
	       alternate->name.length);
	return ATTRIBUTE_HEADER + length;
}

static bool
read_alternate(const uint8_t *value, size_t length, struct message_alternate *alternate)
{
	if (length < ALTERNATE_FIXED)
		return false;
	size_t address = value[6] == FAMILY_V4 ? 4 : 16;
	if ((value[6] != FAMILY_V4 && value[6] != FAMILY_V6) ||
	    length < ALTERNATE_FIXED + address)
		return false;
	alternate->priority = get_u16(value);
	alternate->weight = get_u16(value + 2);
	alternate->port = get_u16(value + 4);
	memset(alternate->address.byte, 0, 10);
	memset(alternate->address.byte + 10, 0xff, 2);
	memcpy(alternate->address.byte + (16 - address), value + ALTERNATE_FIXED,
	       address);
	/* IPv4 has one form on the wire: mapped under family 2 would be a second. */
	if (address == 16 && address_is_v4(&alternate->address))
		return false;
	size_t name = ALTERNATE_FIXED + address;
	alternate->name = (struct slice){ (const char *)value + name, length - name };
	return address_is_unicast(&alternate->address) &&
	       name_valid(alternate->name.start, alternate->name.length);
}

/* Everything but the alternates, into a place of its own because it must fit. False
   when a value is out of range. */
#define SINGLES_MAX 512

static bool
write_singles(const struct message *message, uint8_t out[SINGLES_MAX], size_t *size)
{
	uint32_t has = message->has | HAS(ATTRIBUTE_SERVER) | HAS(ATTRIBUTE_CLIENT);
	size_t used = 0;
	for (unsigned type = 0; type < ARRAY_SIZE(attributes); type++) {
		const struct attribute *attribute = &attributes[type];
		size_t length;
		if (!(has & HAS(type)) || !attribute->write)
			continue;
		uint8_t *header = out + used;
		if (!attribute->write(message, header + ATTRIBUTE_HEADER, &length))
			return false;
		put_u16(header, (uint16_t)type);
		put_u16(header + 2, (uint16_t)length);
		used += ATTRIBUTE_HEADER + length;
	}
	*size = used;
	return true;
}

static bool
encodable(const struct message *message)
{
	if (message->type < MESSAGE_FAILOVER || message->type > MESSAGE_HELLO ||
	    (message->algorithm != ALGORITHM_HMAC_SHA256 &&
	     message->algorithm != ALGORITHM_SHA3_256) ||
	    message->key_id == 0 || message->id == 0)
		return false;
	for (size_t i = 0; i < message->alternates; i++) {
		const struct message_alternate *alternate = &message->alternate[i];
		if (!address_is_unicast(&alternate->address) ||
		    !name_valid(alternate->name.start, alternate->name.length))
			return false;
	}
	return true;
}

static void
write_header(const struct message *message, size_t attributes_size, uint8_t *out)
{
	put_u32(out + AT_MAGIC, MESSAGE_MAGIC);
	out[AT_VERSION] = MESSAGE_VERSION;
	out[AT_TYPE] = (uint8_t)message->type;
	out[AT_ALGORITHM] = (uint8_t)message->algorithm;
	out[AT_KEY_ID] = message->key_id;
	put_u64(out + AT_ID, message->id);
	put_u64(out + AT_REPLY_TO, message->reply_to);
	put_u32(out + AT_VALIDITY, message->validity);
	put_u16(out + AT_LENGTH, (uint16_t)attributes_size);
	put_u16(out + AT_RESERVED, 0);
}

size_t
message_encode(const struct message *message, uint8_t out[MESSAGE_MAX])
{
	uint8_t singles[SINGLES_MAX];
	size_t size;
	if (!encodable(message) || !write_singles(message, singles, &size))
		return 0;
	size_t end = MESSAGE_MAX - MESSAGE_AUTHENTICATOR - size;
	size_t at = MESSAGE_HEADER;
	/* The first that does not fit ends it: a worse one must not jump the queue. */
	for (size_t i = 0; i < message->alternates && i < MESSAGE_ALTERNATES; i++) {
		const struct message_alternate *alternate = &message->alternate[i];
		if (at + ATTRIBUTE_HEADER + alternate_length(alternate) > end)
			break;
		at += write_alternate(alternate, out + at);
	}
	memcpy(out + at, singles, size);
	at += size;
	write_header(message, at - MESSAGE_HEADER, out);
	memset(out + at, 0, MESSAGE_AUTHENTICATOR);
	return at + MESSAGE_AUTHENTICATOR;
}

static bool
read_attribute(unsigned type, const uint8_t *value, size_t length,
	       struct message *message, struct message_alternate *alternate)
{
	if (type == ATTRIBUTE_ALTERNATE) {
		message->has |= HAS(ATTRIBUTE_ALTERNATE);
		return message->alternates < MESSAGE_ALTERNATES &&
		       read_alternate(value, length, &alternate[message->alternates++]);
	}
	if (type >= ARRAY_SIZE(attributes) || !attributes[type].read)
		return true; /* of a later version of this message: skipped */
	if ((message->has & HAS(type)) || length < attributes[type].min ||
	    length > attributes[type].max)
		return false;
	message->has |= HAS(type);
	return attributes[type].read(value, length, message);
}

static bool
read_attributes(const uint8_t *at, size_t left, struct message *message,
		struct message_alternate *alternate)
{
	const uint32_t names = HAS(ATTRIBUTE_SERVER) | HAS(ATTRIBUTE_CLIENT);
	while (left > 0) {
		if (left < ATTRIBUTE_HEADER)
			return false;
		unsigned type = get_u16(at);
		size_t length = get_u16(at + 2);
		if (length > left - ATTRIBUTE_HEADER ||
		    !read_attribute(type, at + ATTRIBUTE_HEADER, length, message,
				    alternate))
			return false;
		at += ATTRIBUTE_HEADER + length;
		left -= ATTRIBUTE_HEADER + length;
	}
	return (message->has & names) == names;
}

enum message_check
message_decode(const uint8_t *bytes, size_t size, struct message *message,
	       struct message_alternate *alternate)
{
	memset(message, 0, sizeof(*message));
	if (size < MESSAGE_MIN || size > MESSAGE_MAX)
		return CHECK_LENGTH;
	/* Only magic and version say that the rest is laid out as here. */
	if (get_u32(bytes + AT_MAGIC) != MESSAGE_MAGIC)
		return CHECK_MAGIC;
	if (bytes[AT_VERSION] != MESSAGE_VERSION)
		return CHECK_VERSION;
	size_t length = get_u16(bytes + AT_LENGTH);
	if (MESSAGE_MIN + length != size)
		return CHECK_LENGTH;
	if (bytes[AT_TYPE] < MESSAGE_FAILOVER || bytes[AT_TYPE] > MESSAGE_HELLO)
		return CHECK_TYPE;
	message->type = (enum message_type)bytes[AT_TYPE];
	message->algorithm = (enum message_algorithm)bytes[AT_ALGORITHM];
	message->key_id = bytes[AT_KEY_ID];
	message->id = get_u64(bytes + AT_ID);
	message->reply_to = get_u64(bytes + AT_REPLY_TO);
	message->validity = get_u32(bytes + AT_VALIDITY);
	message->alternate = alternate;
	if (message->id == 0 || get_u16(bytes + AT_RESERVED) != 0 ||
	    !read_attributes(bytes + MESSAGE_HEADER, length, message, alternate))
		return CHECK_FORMAT;
	return CHECK_OK;
}

static const char *
name_at(const char *const *names, size_t count, unsigned value)
{
	return value < count && names[value] ? names[value] : "?";
}

const char *
message_type_name(enum message_type type)
{
	static const char *const names[] = {
		[MESSAGE_FAILOVER] = "failover", [MESSAGE_RECONNECT] = "reconnect",
		[MESSAGE_REQUEST] = "request",   [MESSAGE_ACCEPT] = "accept",
		[MESSAGE_REFUSE] = "refuse",     [MESSAGE_ACKNOWLEDGE] = "acknowledge",
		[MESSAGE_REJECT] = "reject",     [MESSAGE_HELLO] = "hello",
	};
	return name_at(names, ARRAY_SIZE(names), (unsigned)type);
}

static const char *const algorithm_names[] = {
	[ALGORITHM_HMAC_SHA256] = "hmac-sha256",
	[ALGORITHM_SHA3_256] = "sha3-256",
};

const char *
message_algorithm_name(enum message_algorithm algorithm)
{
	return name_at(algorithm_names, ARRAY_SIZE(algorithm_names),
		       (unsigned)algorithm);
}

bool
message_algorithm_parse(const char *text, enum message_algorithm *algorithm)
{
	for (unsigned i = 1; i < ARRAY_SIZE(algorithm_names); i++) {
		if (strcmp(algorithm_names[i], text) != 0)
			continue;
		*algorithm = (enum message_algorithm)i;
		return true;
	}
	return false;
}

const char *
message_reason_name(enum message_reason reason)
{
	static const char *const names[] = {
		[REASON_NONE] = "none",
		[REASON_THRESHOLD] = "threshold",
		[REASON_CONDITION] = "condition",
		[REASON_OPERATOR] = "operator",
		[REASON_MAINTENANCE] = "maintenance",
		[REASON_ADMISSION] = "admission",
		[REASON_HOOK_FAILED] = "hook failed",
		[REASON_SUPERSEDED] = "superseded",
		[REASON_UNKNOWN_SERVER] = "unknown server",
		[REASON_ALTERNATE_NOT_ALLOWED] = "alternate not allowed",
		[REASON_NO_ALTERNATE] = "no alternate",
		[REASON_STALE] = "stale",
	};
	return name_at(names, ARRAY_SIZE(names), (unsigned)reason);
}

const char *
place_name(enum place place)
{
	static const char *const names[] = {
		[PLACE_HERE] = "here",
		[PLACE_AWAY] = "away",
		[PLACE_UNKNOWN] = "unknown",
	};
	return name_at(names, ARRAY_SIZE(names), (unsigned)place);
}

const char *
message_check_name(enum message_check check)
{
	static const char *const names[] = {
		[CHECK_OK] = "ok",
		[CHECK_LENGTH] = "length",
		[CHECK_MAGIC] = "magic",
		[CHECK_VERSION] = "version",
		[CHECK_FORMAT] = "format",
		[CHECK_TYPE] = "type",
		[CHECK_PEER] = "peer",
		[CHECK_KEY] = "key",
		[CHECK_ALGORITHM] = "algorithm",
		[CHECK_AUTHENTICATOR] = "authenticator",
		[CHECK_STALE] = "stale",
		[CHECK_DUPLICATE] = "duplicate",
		[CHECK_SUPERSEDED] = "superseded",
		[CHECK_UNSOLICITED] = "unsolicited",
	};
	return name_at(names, ARRAY_SIZE(names), (unsigned)check);
}
