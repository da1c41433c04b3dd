/* SPDX-License-Identifier: BSD-3-Clause */
/* Numbers as plugins and files print them. */
#include "config.h"

#include "monitor/number.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS_MAX 64

static size_t
digits(const char *text, size_t length, size_t at)
{
	size_t from = at;
	while (at < length && text[at] >= '0' && text[at] <= '9')
		at++;
	return at - from;
}

static bool
is_sign(char c)
{
	return c == '+' || c == '-';
}

/* "e" alone is no exponent but the start of a unit. */
static size_t
exponent(const char *text, size_t length, size_t at)
{
	size_t from = at;
	if (at >= length || (text[at] != 'e' && text[at] != 'E'))
		return 0;
	at++;
	if (at < length && is_sign(text[at]))
		at++;
	size_t count = digits(text, length, at);
	return count ? at + count - from : 0;
}

size_t
number_scan(const char *text, size_t length, double *value)
{
	size_t at = length > 0 && is_sign(text[0]) ? 1 : 0;
	size_t whole = digits(text, length, at);
	size_t fraction = 0;
	at += whole;
	if (at < length && text[at] == '.') {
		fraction = digits(text, length, at + 1);
		at += 1 + fraction;
	}
	if (whole + fraction == 0)
		return 0;
	at += exponent(text, length, at);
	if (at >= DIGITS_MAX || (at < length && text[at] == ','))
		return 0;
	char copy[DIGITS_MAX];
	memcpy(copy, text, at);
	copy[at] = '\0';
	double number = strtod(copy, NULL);
	if (!isfinite(number))
		return 0;
	*value = number;
	return at;
}
