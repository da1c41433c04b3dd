/* SPDX-License-Identifier: BSD-3-Clause */
/* Turns "Element '{urn:...}a', attribute 'b': ..." into plain words. */
#include "config.h"

#include "policy/phrase.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <libxml/xmlerror.h>

#include "common/bytes.h"
#include "policy/policy.h"

#define NAMESPACE_NOISE "{" POLICY_NAMESPACE "}"

/* A copy without our namespace, line ends and the last full stop. */
static void
without_noise(const char *message, char *out, size_t size)
{
	size_t used = 0;

	while (*message != '\0' && used + 1 < size) {
		if (strncmp(message, NAMESPACE_NOISE, strlen(NAMESPACE_NOISE)) == 0) {
			message += strlen(NAMESPACE_NOISE);
			continue;
		}
		out[used++] = *message == '\n' ? ' ' : *message;
		message++;
	}
	while (used > 0 && (out[used - 1] == ' ' || out[used - 1] == '.'))
		used--;
	out[used] = '\0';
}

/* Takes "Element 'a'[, attribute 'b']: " off the front of *text. */
static bool
take_subject(const char **text, struct slice *element, struct slice *attribute)
{
	static const char opening[] = "Element '", middle[] = "', attribute '";
	const char *end, *at = *text;

	attribute->length = 0;
	if (strncmp(at, opening, strlen(opening)) != 0)
		return false;
	at += strlen(opening);
	end = strchr(at, '\'');
	if (end == NULL)
		return false;
	*element = (struct slice){ at, (size_t)(end - at) };
	at = end;
	if (strncmp(at, middle, strlen(middle)) == 0) {
		at += strlen(middle);
		end = strchr(at, '\'');
		if (end == NULL)
			return false;
		*attribute = (struct slice){ at, (size_t)(end - at) };
		at = end;
	}
	if (strncmp(at, "': ", 3) != 0)
		return false;
	*text = at + 3;
	return true;
}

/* "Expected is one of ( a, b )" as "<a> or <b>". */
static bool
take_expected(const char *text, char *out, size_t size)
{
	const char *at = strstr(text, "Expected is ");
	size_t used = 0;

	if (at == NULL || (at = strchr(at, '(')) == NULL)
		return false;
	at++;
	out[0] = '\0';
	while (*at != '\0' && *at != ')' && used < size) {
		size_t length;
		const char *join;

		at += strspn(at, " ,");
		length = strcspn(at, " ,)");
		join = strchr(at, ',') == NULL ? " or " : ", ";
		if (length > 0)
			used += (size_t)snprintf(out + used, size - used, "%s<%.*s>",
						 used > 0 ? join : "", (int)length, at);
		at += length;
	}
	return used > 0;
}

static void
say_content(struct slice element, const char *text, char *out, size_t size)
{
	char expected[PHRASE_TEXT];
	bool known = take_expected(text, expected, sizeof(expected));
	bool missing = strncmp(text, "Missing", 7) == 0;

	if (missing && known)
		snprintf(out, size, "<%.*s> is incomplete: expected %s too",
			 (int)element.length, element.start, expected);
	else if (known)
		snprintf(out, size, "<%.*s> is not expected here: expected %s",
			 (int)element.length, element.start, expected);
	else
		snprintf(
		    out, size,
		    "<%.*s> is not expected here: expected the end of what it is in",
		    (int)element.length, element.start);
}

const char *
phrase_schema(int code, const char *message, char *out, size_t size)
{
	char plain[PHRASE_TEXT];
	const char *text = plain;
	struct slice element, attribute;

	without_noise(message, plain, sizeof(plain));
	if (!take_subject(&text, &element, &attribute)) {
		snprintf(out, size, "%s", plain);
		return out;
	}
	if (code == XML_SCHEMAV_ELEMENT_CONTENT)
		say_content(element, text, out, size);
	else if (code == XML_SCHEMAV_CVC_COMPLEX_TYPE_2_1)
		snprintf(out, size,
			 "<%.*s> is not empty: expected nothing in it, not even space",
			 (int)element.length, element.start);
	else if (attribute.length > 0)
		snprintf(out, size, "%.*s= of <%.*s>: %s", (int)attribute.length,
			 attribute.start, (int)element.length, element.start, text);
	else
		snprintf(out, size, "<%.*s>: %s", (int)element.length, element.start,
			 text);
	return out;
}

const char *
phrase_parser(const char *message, char *out, size_t size)
{
	without_noise(message, out, size);
	return out;
}
