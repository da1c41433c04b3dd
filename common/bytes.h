/* SPDX-License-Identifier: BSD-3-Clause */
/* Big-endian integers at explicit offsets, hexadecimal, and names. */
#ifndef BELLWETHER_COMMON_BYTES_H
#define BELLWETHER_COMMON_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* Network order, any alignment. */
uint16_t get_u16(const uint8_t *from);
uint32_t get_u32(const uint8_t *from);
uint64_t get_u64(const uint8_t *from);
void put_u16(uint8_t *to, uint16_t value);
void put_u32(uint8_t *to, uint32_t value);
void put_u64(uint8_t *to, uint64_t value);

/* Decodes an even number of hexadecimal digits. False (and *size untouched) for
   another character, an odd count, or more than max bytes. */
bool
hex_decode(const char *text, size_t length, uint8_t *out, size_t max, size_t *size);
/* out has room for 2 * size + 1. */
void hex_encode(const uint8_t *bytes, size_t size, char *out);

/* Names everywhere: [A-Za-z_][A-Za-z0-9._-]{0,63}. */
#define NAME_MAX_LENGTH 64
#define NAME_TEXT       (NAME_MAX_LENGTH + 1)
bool name_valid(const char *text, size_t length);

/* A piece of text that somebody else owns; not NUL-terminated. */
struct slice {
	const char *start;
	size_t length;
};
struct slice slice_of(const char *text);
bool slice_equal(struct slice slice, const char *text);
/* Copies and terminates, cutting at size - 1; returns out. */
char *slice_copy(struct slice slice, char *out, size_t size);

/* True for valid UTF-8 (no surrogates, no overlong forms) without C0, DEL or C1
   control characters: what may reach a log, a terminal or a hook. */
bool text_printable(const char *text, size_t length);
/* Copies, replacing every byte that text_printable() would refuse by '?'. */
char *text_clean(const char *text, size_t length, char *out, size_t size);

#endif
