/* SPDX-License-Identifier: BSD-3-Clause */
/* Variable bindings into the structs of mib/tables.h, by the tables of columns. */
#include "config.h"

#include "tui/manager-decode.h"

#include <string.h>
#include <time.h>

#include "common/clock.h"

/* Columns that are nothing but zero bytes when absent need no line here. */
static void
blank_member(const struct mib_column *column, void *member)
{
	static const uint32_t no_percent = UINT32_MAX;
	static const int64_t no_thousandth = INT64_MIN;
	switch (column->kind) {
	case MIB_PERCENT:
		memcpy(member, &no_percent, sizeof(no_percent));
		break;
	case MIB_THOUSANDTH:
		memcpy(member, &no_thousandth, sizeof(no_thousandth));
		break;
	case MIB_OCTETS:
		memset(member, 0xff, column->size);
		break;
	default:
		memset(member, 0, column->size);
		break;
	}
}

void
decode_blank(const struct mib_column *column, size_t columns, void *row)
{
	for (size_t i = 0; i < columns; i++)
		blank_member(&column[i], (uint8_t *)row + column[i].offset);
}

bool
decode_is_exception(const netsnmp_variable_list *value)
{
	return value->type == SNMP_NOSUCHOBJECT || value->type == SNMP_NOSUCHINSTANCE ||
	       value->type == SNMP_ENDOFMIBVIEW;
}

static bool
number_of(const netsnmp_variable_list *value, uint64_t *number)
{
	switch (value->type) {
	case ASN_INTEGER:
		if (!value->val.integer || *value->val.integer < 0)
			return false;
		*number = (uint64_t)*value->val.integer;
		return true;
	case ASN_GAUGE: /* and ASN_UNSIGNED */
	case ASN_COUNTER:
	case ASN_TIMETICKS:
		if (!value->val.integer)
			return false;
		*number = (uint32_t)*value->val.integer;
		return true;
	case ASN_COUNTER64:
		if (!value->val.counter64)
			return false;
		*number = (uint64_t)value->val.counter64->high << 32 |
			  (uint32_t)value->val.counter64->low;
		return true;
	default:
		return false;
	}
}

static bool
date_fits(const struct tm *tm, uint8_t tenths)
{
	return tm->tm_year >= 70 && tm->tm_mon >= 0 && tm->tm_mon < 12 &&
	       tm->tm_mday >= 1 && tm->tm_mday <= 31 && tm->tm_hour < 24 &&
	       tm->tm_min < 60 && tm->tm_sec <= 60 && tenths <= 9;
}

int64_t
decode_date(const uint8_t *octets, size_t length)
{
	if (length != 8 && length != 11)
		return 0;
	struct tm tm = { .tm_year = get_u16(octets) - 1900,
			 .tm_mon = octets[2] - 1,
			 .tm_mday = octets[3],
			 .tm_hour = octets[4],
			 .tm_min = octets[5],
			 .tm_sec = octets[6] };
	if (!date_fits(&tm, octets[7]))
		return 0;
	int64_t wall = (int64_t)timegm(&tm) * SECOND + octets[7] * (SECOND / 10);
	if (length == 11) {
		int64_t east = octets[9] * HOUR + octets[10] * MINUTE;
		if (octets[9] > 13 || octets[10] > 59 ||
		    (octets[8] != '+' && octets[8] != '-'))
			return 0;
		wall -= octets[8] == '+' ? east : -east;
	}
	return wall;
}

static bool
put_time(int64_t time, void *member)
{
	memcpy(member, &time, sizeof(time));
	return true;
}

/* What counts from the agent's clock becomes an instant of ours. A TimeStamp that lies
   after the agent's present wrapped or came late: it is now. */
static bool
time_value(enum mib_kind kind, uint64_t number, const struct decode_clock *clock,
	   void *member)
{
	int64_t ago;
	switch (kind) {
	case MIB_STAMP:
		if (number == 0 || !clock->known)
			return put_time(0, member);
		ago = ((int64_t)clock->uptime - (int64_t)number) * (SECOND / 100);
		return put_time(clock->boot - (ago > 0 ? ago : 0), member);
	case MIB_AGE:
		return put_time(clock->boot - (int64_t)number * SECOND, member);
	default:
		return put_time(number ? clock->boot + (int64_t)number * SECOND : 0,
				member);
	}
}

static bool
number_value(const struct mib_column *column, const netsnmp_variable_list *value,
	     const struct decode_clock *clock, void *member)
{
	uint64_t number;
	if (!number_of(value, &number))
		return false;
	uint32_t narrow = (uint32_t)number;
	bool truth = number == 1;
	switch (column->kind) {
	case MIB_COUNTER64:
		memcpy(member, &number, sizeof(number));
		return true;
	case MIB_THOUSANDTH:
		if (number > INT64_MAX)
			return false;
		memcpy(member, &number, sizeof(number));
		return true;
	case MIB_TRUTH:
		memcpy(member, &truth, sizeof(truth));
		return number == 1 || number == 2;
	case MIB_STAMP:
	case MIB_AGE:
	case MIB_LEFT:
		return number <= UINT32_MAX &&
		       time_value(column->kind, number, clock, member);
	default:
		if (number > UINT32_MAX)
			return false;
		memcpy(member, &narrow, sizeof(narrow));
		return true;
	}
}

static bool
address_value(const uint8_t *octets, size_t length, void *member)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	struct address address = { { 0 } };
	if (length == 4) {
		memcpy(address.byte, mapped, sizeof(mapped));
		memcpy(address.byte + sizeof(mapped), octets, 4);
	} else if (length == sizeof(address.byte)) {
		memcpy(address.byte, octets, length);
	} else if (length != 0) {
		return false;
	}
	memcpy(member, &address, sizeof(address));
	return true;
}

static bool
octets_value(const struct mib_column *column, const netsnmp_variable_list *value,
	     void *member)
{
	const uint8_t *octets = value->val.string;
	size_t length = octets ? value->val_len : 0;
	int64_t wall;
	if (value->type != ASN_OCTET_STR)
		return false;
	switch (column->kind) {
	case MIB_STRING:
		/* It is going to a terminal: no control characters. */
		text_clean((const char *)octets, length, member, column->size);
		return true;
	case MIB_ADDRESS:
		return address_value(octets, length, member);
	case MIB_DATE:
		wall = octets ? decode_date(octets, length) : 0;
		memcpy(member, &wall, sizeof(wall));
		return wall != 0;
	default: /* MIB_OCTETS */
		if (length != column->size)
			return false;
		memcpy(member, octets, length);
		return true;
	}
}

bool
decode_value(const struct mib_column *column, const netsnmp_variable_list *value,
	     const struct decode_clock *clock, void *row)
{
	void *member = (uint8_t *)row + column->offset;
	if (decode_is_exception(value))
		return false;
	switch (column->kind) {
	case MIB_ADDRESS_TYPE:
		return true; /* the address's own length says it */
	case MIB_STRING:
	case MIB_ADDRESS:
	case MIB_DATE:
	case MIB_OCTETS:
		return octets_value(column, value, member);
	default:
		return number_value(column, value, clock, member);
	}
}
