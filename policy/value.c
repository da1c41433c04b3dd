/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads attribute values, and guesses what a misspelt name was meant to be. */
#include "config.h"

#include "policy/value.h"

#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/oid.h"
#include "common/probe.h"

/* Longer than any value that is not free text. */
#define SHORT_TEXT 128

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static struct slice
trim(struct slice text)
{
	while (text.length > 0 && is_space(text.start[0])) {
		text.start++;
		text.length--;
	}
	while (text.length > 0 && is_space(text.start[text.length - 1]))
		text.length--;
	return text;
}

bool
value_next(struct slice *rest, struct slice *word)
{
	*rest = trim(*rest);
	word->start = rest->start;
	word->length = 0;
	while (word->length < rest->length && !is_space(rest->start[word->length]))
		word->length++;
	rest->start += word->length;
	rest->length -= word->length;
	return word->length > 0;
}

/* Digits only: strtol() would also take a sign, spaces and octal. */
static bool
parse_number(struct slice text, int64_t min, int64_t max, int64_t *number)
{
	int64_t value = 0;

	if (text.length == 0 || text.length > 18)
		return false;
	for (size_t i = 0; i < text.length; i++) {
		if (text.start[i] < '0' || text.start[i] > '9')
			return false;
		value = 10 * value + (text.start[i] - '0');
	}
	if (value < min || value > max)
		return false;
	*number = value;
	return true;
}

/* A sign, digits, a point and digits; not strtod(), whose point follows the locale. */
static bool
parse_real(struct slice text, double *real)
{
	double scale = 1, value = 0;
	size_t i = 0, digits = 0;
	bool negative = text.length > 0 && text.start[0] == '-', fraction = false;

	if (negative)
		i++;
	for (; i < text.length; i++) {
		if (text.start[i] == '.' && !fraction && digits > 0) {
			fraction = true;
			continue;
		}
		if (text.start[i] < '0' || text.start[i] > '9' || ++digits > 15)
			return false;
		value = 10 * value + (text.start[i] - '0');
		if (fraction)
			scale *= 10;
	}
	if (digits == 0 || text.start[text.length - 1] == '.')
		return false;
	*real = (negative ? -value : value) / scale;
	return true;
}

static bool
parse_share(struct slice text, double *share)
{
	if (text.length == 0 || text.start[text.length - 1] != '%')
		return false;
	text.length--;
	if (!parse_real(text, share) || *share <= 0 || *share > 100)
		return false;
	*share /= 100;
	return true;
}

static bool
parse_rate(struct slice text, const struct attribute *attribute, int64_t *number)
{
	if (text.length < 3 || memcmp(text.start + text.length - 2, "/s", 2) != 0)
		return false;
	text.length -= 2;
	return parse_number(text, attribute->min, attribute->max, number);
}

static bool
parse_names(struct slice text)
{
	struct slice name;

	while (value_next(&text, &name))
		if (!name_valid(name.start, name.length))
			return false;
	return true;
}

/* One %d and nothing else after a %, and a name with a digit in its place. The number's
   length is checked when it is known. */
static bool
parse_pattern(struct slice text)
{
	char name[NAME_TEXT];
	const char *percent;
	size_t at;

	if (text.length < 3 || text.length > NAME_MAX_LENGTH + 1)
		return false;
	percent = memchr(text.start, '%', text.length);
	if (percent == NULL)
		return false;
	at = (size_t)(percent - text.start);
	if (at + 1 >= text.length || text.start[at + 1] != 'd')
		return false;
	memcpy(name, text.start, at);
	name[at] = '1';
	memcpy(name + at + 1, text.start + at + 2, text.length - at - 2);
	return name_valid(name, text.length - 1);
}

static bool
parse_word(struct slice text, const struct word *word, int64_t *number)
{
	for (; word->text != NULL; word++) {
		if (slice_equal(text, word->text)) {
			*number = word->number;
			return true;
		}
	}
	return false;
}

static bool
parse_radius(struct slice text, int64_t *number)
{
	for (size_t i = 0; i < probe_radius_value_count; i++) {
		if (slice_equal(text, probe_radius_values[i].name)) {
			*number = (int64_t)i;
			return true;
		}
	}
	return false;
}

/* "udp:127.0.0.1:161", "udp6:[::1]:161", without "udp:" or without ":161": Net-SNMP's
   form, but numeric only, as asking for a name may take longer than the agent. */
static bool
parse_agent(const char *text, struct endpoint *endpoint)
{
	char numbered[SHORT_TEXT + 8];
	bool six = strncmp(text, "udp6:", 5) == 0;
	size_t host;

	if (six)
		text += 5;
	else if (strncmp(text, "udp:", 4) == 0)
		text += 4;
	if (six && text[0] != '[')
		return false;
	host = text[0] == '[' ? strcspn(text, "]") + 1 : strcspn(text, ":");
	if (host >= strlen(text)) {
		snprintf(numbered, sizeof(numbered), "%s:161", text);
		text = numbered;
	}
	return endpoint_parse(text, endpoint) && address_is_unicast(&endpoint->address);
}

static bool
parse_oid(struct slice text)
{
	char copy[OID_TEXT + 1];
	uint32_t arc[OID_ARCS];
	size_t arcs;

	if (text.length >= sizeof(copy))
		return false;
	return oid_parse(slice_copy(text, copy, sizeof(copy)), arc, &arcs);
}

/* Those whose readers want a terminated text. */
static bool
parse_short(const struct attribute *attribute, struct slice text, struct value *value)
{
	char copy[SHORT_TEXT];

	if (text.length >= sizeof(copy))
		return false;
	slice_copy(text, copy, sizeof(copy));
	switch (attribute->type) {
	case TYPE_ADDRESS:
		value->endpoint.port = 0;
		return address_parse(copy, &value->endpoint.address) &&
		       address_is_unicast(&value->endpoint.address);
	case TYPE_ENDPOINT:
		return endpoint_parse(copy, &value->endpoint) &&
		       address_is_unicast(&value->endpoint.address);
	case TYPE_AGENT:
		return parse_agent(copy, &value->endpoint);
	case TYPE_PREFIX:
		return prefix_parse(copy, &value->prefix);
	case TYPE_DURATION:
		return duration_parse(copy, &value->number) &&
		       value->number >= attribute->min &&
		       value->number <= attribute->max;
	default:
		return false;
	}
}

static bool
parse(const struct attribute *attribute, struct slice text, struct value *value)
{
	switch (attribute->type) {
	case TYPE_TEXT:
		return text.length >= (size_t)attribute->min &&
		       text.length <= (size_t)attribute->max &&
		       text_printable(text.start, text.length);
	case TYPE_NAME:
		return name_valid(text.start, text.length);
	case TYPE_NAMES:
		return parse_names(text);
	case TYPE_PATTERN:
		return parse_pattern(text);
	case TYPE_NUMBER:
		return parse_number(text, attribute->min, attribute->max,
				    &value->number);
	case TYPE_REAL:
		return parse_real(text, &value->real);
	case TYPE_SHARE:
		return parse_share(text, &value->real);
	case TYPE_RATE:
		return parse_rate(text, attribute, &value->number);
	case TYPE_WORD:
		return parse_word(text, attribute->words, &value->number);
	case TYPE_RADIUS:
		return parse_radius(text, &value->number);
	case TYPE_OID:
		return parse_oid(text);
	case TYPE_ADDRESS:
	case TYPE_ENDPOINT:
	case TYPE_AGENT:
	case TYPE_PREFIX:
	case TYPE_DURATION:
		return parse_short(attribute, text, value);
	}
	return false;
}

bool
value_parse(const struct attribute *attribute, struct slice text, struct value *value)
{
	value->text = trim(text);
	value->set = parse(attribute, value->text, value);
	return value->set;
}

struct guess
guess_of(struct slice wanted)
{
	return (struct guess){ .wanted = wanted, .nearest.distance = NEAREST_FAR };
}

void
guess_try(struct guess *guess, const char *candidate)
{
	nearest_consider(&guess->nearest, guess->wanted, candidate);
}

const char *
guess_say(const struct guess *guess, char *out, size_t size)
{
	out[0] = '\0';
	if (guess->nearest.name != NULL)
		snprintf(out, size, "; did you mean \"%s\"?", guess->nearest.name);
	return out;
}
