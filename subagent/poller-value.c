/* SPDX-License-Identifier: BSD-3-Clause */
/* An SNMP object's value as a number. */
#include "config.h"

#include "subagent/poller-inside.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "common/bytes.h"
#include "monitor/number.h"

static void fail(struct poll_finding *finding, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
fail(struct poll_finding *finding, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(finding->text, sizeof(finding->text), format, arguments);
	va_end(arguments);
	finding->ending = ENDING_FAILED;
	finding->value = 0;
}

static void
succeed(struct poll_finding *finding, double value)
{
	if (!isfinite(value)) {
		fail(finding, "the value is not a finite number");
		return;
	}
	finding->ending = ENDING_VALUE;
	finding->value = value;
	finding->text[0] = '\0';
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* "0.32", with spaces around it or a NUL at its end: agents differ. */
static void
find_text(const char *text, size_t length, struct poll_finding *finding)
{
	double value;
	if (length > 0 && text[length - 1] == '\0')
		length--;
	while (length > 0 && is_space(text[length - 1]))
		length--;
	while (length > 0 && is_space(*text)) {
		text++;
		length--;
	}
	if (length > 0 && number_scan(text, length, &value) == length)
		succeed(finding, value);
	else
		fail(finding, "the text \"%.*s\" is not a number",
		     length > 40 ? 40 : (int)length, text);
}

/* As far as a finding has room for it. */
static void
take_text(const netsnmp_variable_list *variable, struct poll_finding *finding)
{
	const char *text = (const char *)variable->val.string;
	succeed(finding, 0);
	snprintf(finding->text, sizeof(finding->text), "%.*s", (int)variable->val_len,
		 variable->val_len > 0 ? text : "");
}

static double
wide(const struct counter64 *number, bool is_signed)
{
	uint64_t whole = (uint64_t)number->high << 32 | (uint32_t)number->low;
	return is_signed ? (double)(int64_t)whole : (double)whole;
}

static void
find_number(const netsnmp_variable_list *variable, struct poll_finding *finding)
{
	switch (variable->type) {
	case ASN_INTEGER:
		succeed(finding, (double)*variable->val.integer);
		break;
	case ASN_COUNTER:
	case ASN_GAUGE: /* and Unsigned32 */
	case ASN_TIMETICKS:
		succeed(finding, (double)(uint32_t)*variable->val.integer);
		break;
	case ASN_COUNTER64:
	case ASN_OPAQUE_COUNTER64:
	case ASN_OPAQUE_U64:
		succeed(finding, wide(variable->val.counter64, false));
		break;
	case ASN_OPAQUE_I64:
		succeed(finding, wide(variable->val.counter64, true));
		break;
	case ASN_OPAQUE_FLOAT:
		succeed(finding, (double)*variable->val.floatVal);
		break;
	case ASN_OPAQUE_DOUBLE:
		succeed(finding, *variable->val.doubleVal);
		break;
	default:
		fail(finding, "an object of type 0x%02x is no number", variable->type);
		break;
	}
}

void
value_find(const netsnmp_variable_list *variable, bool texts,
	   struct poll_finding *finding)
{
	switch (variable->type) {
	case SNMP_NOSUCHOBJECT:
		fail(finding,
		     "the agent has no such object, or does not show it to us");
		break;
	case SNMP_NOSUCHINSTANCE:
		fail(finding,
		     "the object has no such instance: one that is in no table "
		     "ends in .0");
		break;
	case SNMP_ENDOFMIBVIEW:
		fail(finding, "the agent shows nothing there");
		break;
	case ASN_OCTET_STR:
		if (texts)
			take_text(variable, finding);
		else
			find_text((const char *)variable->val.string, variable->val_len,
				  finding);
		break;
	default:
		if (variable->val.integer)
			find_number(variable, finding);
		else
			fail(finding, "the agent's value is empty");
		break;
	}
}
