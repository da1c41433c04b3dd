/* SPDX-License-Identifier: BSD-3-Clause */
/* Object identifiers, as numbers with points between. */
#include "config.h"

#include "common/oid.h"

#include <string.h>

/* One arc; returns its length, 0 when there is none. */
static size_t
parse_arc(const char *text, uint32_t *arc)
{
	uint64_t value = 0;
	size_t digits = strspn(text, "0123456789");
	if (digits == 0 || digits > 10 || (digits > 1 && text[0] == '0'))
		return 0;
	for (size_t i = 0; i < digits; i++)
		value = 10 * value + (uint64_t)(text[i] - '0');
	if (value > UINT32_MAX)
		return 0;
	*arc = (uint32_t)value;
	return digits;
}

bool
oid_parse(const char *text, uint32_t arc[OID_ARCS], size_t *arcs)
{
	size_t count = 0;
	if (strnlen(text, OID_TEXT + 1) > OID_TEXT)
		return false;
	if (*text == '.')
		text++;
	for (;;) {
		size_t length = count < OID_ARCS ? parse_arc(text, &arc[count]) : 0;
		if (length == 0)
			return false;
		count++;
		text += length;
		if (*text == '\0')
			break;
		if (*text++ != '.')
			return false;
	}
	/* The first two share a number of at most 32 bits. */
	if (count < 2 || arc[0] > 2 || (arc[0] < 2 && arc[1] > 39) ||
	    arc[1] > UINT32_MAX - 80)
		return false;
	*arcs = count;
	return true;
}
