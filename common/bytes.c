/* SPDX-License-Identifier: BSD-3-Clause */
/* Big-endian integers, hexadecimal, names and text that is safe to show. */
#include "config.h"

#include "common/bytes.h"

#include <string.h>

uint16_t
get_u16(const uint8_t *from)
{
	return (uint16_t)(from[0] << 8 | from[1]);
}

uint32_t
get_u32(const uint8_t *from)
{
	return (uint32_t)get_u16(from) << 16 | get_u16(from + 2);
}

uint64_t
get_u64(const uint8_t *from)
{
	return (uint64_t)get_u32(from) << 32 | get_u32(from + 4);
}

void
put_u16(uint8_t *to, uint16_t value)
{
	to[0] = (uint8_t)(value >> 8);
	to[1] = (uint8_t)value;
}

void
put_u32(uint8_t *to, uint32_t value)
{
	put_u16(to, (uint16_t)(value >> 16));
	put_u16(to + 2, (uint16_t)value);
}

void
put_u64(uint8_t *to, uint64_t value)
{
	put_u32(to, (uint32_t)(value >> 32));
	put_u32(to + 4, (uint32_t)value);
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool
hex_decode(const char *text, size_t length, uint8_t *out, size_t max, size_t *size)
{
	if (length % 2 != 0 || length / 2 > max)
		return false;
	for (size_t i = 0; i < length; i += 2) {
		int high = hex_digit(text[i]), low = hex_digit(text[i + 1]);
		if (high < 0 || low < 0)
			return false;
		out[i / 2] = (uint8_t)(high << 4 | low);
	}
	*size = length / 2;
	return true;
}

void
hex_encode(const uint8_t *bytes, size_t size, char *out)
{
	static const char digit[] = "0123456789abcdef";
	for (size_t i = 0; i < size; i++) {
		*out++ = digit[bytes[i] >> 4];
		*out++ = digit[bytes[i] & 15];
	}
	*out = '\0';
}

/* Where in a name a byte may stand: 2 anywhere, 1 not at the start. Not isalpha(), names
   must not depend on the locale; a table, because every message has several. */
static const uint8_t name_byte[256] = {
	['A' ... 'Z'] = 2, ['a' ... 'z'] = 2, ['_'] = 2,
	['0' ... '9'] = 1, ['.'] = 1,         ['-'] = 1,
};

bool
name_valid(const char *text, size_t length)
{
	const uint8_t *byte = (const uint8_t *)text;
	if (length == 0 || length > NAME_MAX_LENGTH || name_byte[byte[0]] != 2)
		return false;
	for (size_t i = 1; i < length; i++)
		if (name_byte[byte[i]] == 0)
			return false;
	return true;
}

struct slice
slice_of(const char *text)
{
	return (struct slice){ .start = text, .length = text ? strlen(text) : 0 };
}

bool
slice_equal(struct slice slice, const char *text)
{
	return strlen(text) == slice.length &&
	       (slice.length == 0 || memcmp(slice.start, text, slice.length) == 0);
}

char *
slice_copy(struct slice slice, char *out, size_t size)
{
	if (size == 0)
		return out;
	size_t length = slice.length < size ? slice.length : size - 1;
	if (length > 0)
		memcpy(out, slice.start, length);
	out[length] = '\0';
	return out;
}

/* Length of the printable UTF-8 character at the start of text, 0 when there is none. */
static size_t
character_length(const char *text, size_t length)
{
	const uint8_t *byte = (const uint8_t *)text;
	uint32_t code;
	size_t need;
	if (byte[0] < 0x80)
		return byte[0] >= 0x20 && byte[0] != 0x7f ? 1 : 0;
	if (byte[0] < 0xc2) /* a continuation, or an overlong form */
		return 0;
	if (byte[0] < 0xe0) {
		need = 2;
		code = byte[0] & 0x1fu;
	} else if (byte[0] < 0xf0) {
		need = 3;
		code = byte[0] & 0x0fu;
	} else if (byte[0] < 0xf5) {
		need = 4;
		code = byte[0] & 0x07u;
	} else {
		return 0;
	}
	if (length < need)
		return 0;
	for (size_t i = 1; i < need; i++) {
		if ((byte[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (byte[i] & 0x3fu);
	}
	if ((need == 3 && code < 0x800) || (need == 4 && code < 0x10000))
		return 0; /* overlong */
	if (code < 0xa0 || (code >= 0xd800 && code < 0xe000) || code > 0x10ffff)
		return 0; /* C1, surrogates, beyond Unicode */
	return need;
}

bool
text_printable(const char *text, size_t length)
{
	for (size_t i = 0; i < length;) {
		size_t character = character_length(text + i, length - i);
		if (character == 0)
			return false;
		i += character;
	}
	return true;
}

char *
text_clean(const char *text, size_t length, char *out, size_t size)
{
	size_t used = 0;
	if (size == 0)
		return out;
	for (size_t i = 0; i < length;) {
		size_t character = character_length(text + i, length - i);
		size_t need = character ? character : 1;
		if (used + need >= size) /* never half a character */
			break;
		if (character)
			memcpy(out + used, text + i, character);
		else
			out[used] = '?';
		used += need;
		i += need;
	}
	out[used] = '\0';
	return out;
}
