/* SPDX-License-Identifier: BSD-3-Clause */
/* The bytes of a column in a row, made into an SNMP value. */
#include "config.h"

#include "subagent/agent-inside.h"

#include <string.h>
#include <time.h>

#include "common/address.h"
#include "common/bytes.h"
#include "common/clock.h"

#define TICK (SECOND / 100)

struct agent_instant
agent_instant(void)
{
	return (struct agent_instant){
		.boot = clock_now().boot,
		.uptime = (uint32_t)netsnmp_get_agent_uptime(),
	};
}

/* ---- members, copied out: rows of a forged board may hold anything ---- */

static uint32_t
u32_of(const struct mib_column *column, const void *row)
{
	uint32_t value;
	memcpy(&value, (const uint8_t *)row + column->offset, sizeof(value));
	return value;
}

static uint64_t
u64_of(const struct mib_column *column, const void *row)
{
	uint64_t value;
	memcpy(&value, (const uint8_t *)row + column->offset, sizeof(value));
	return value;
}

/* ---- values ---- */

static bool
integer(struct agent_value *value, long number)
{
	value->type = ASN_INTEGER;
	value->room.integer = number;
	value->data = &value->room.integer;
	value->size = sizeof(value->room.integer);
	return true;
}

static bool
unsigned_of(struct agent_value *value, u_char type, uint64_t number)
{
	value->type = type;
	value->room.number = number > UINT32_MAX ? UINT32_MAX : (uint32_t)number;
	value->data = &value->room.number;
	value->size = sizeof(value->room.number);
	return true;
}

static bool
wide(struct agent_value *value, uint64_t number)
{
	value->type = ASN_COUNTER64;
	value->room.wide.high = number >> 32;
	value->room.wide.low = number & UINT32_MAX;
	value->data = &value->room.wide;
	value->size = sizeof(value->room.wide);
	return true;
}

static bool
octets(struct agent_value *value, const void *data, size_t size)
{
	value->type = ASN_OCTET_STR;
	value->data = data;
	value->size = size;
	return true;
}

/* sysUpTime at that boot time; what happened before the master started reads 0. */
static bool
stamp(struct agent_value *value, int64_t then, const struct agent_instant *now)
{
	int64_t ticks = then == 0 ? 0 : now->uptime - (now->boot - then) / TICK;
	return unsigned_of(value, ASN_TIMETICKS, ticks < 0 ? 0 : (uint64_t)ticks);
}

/* DateAndTime in UTC. */
static bool
date(struct agent_value *value, int64_t wall)
{
	time_t seconds = (time_t)(wall / SECOND);
	uint8_t *out = value->room.octets;
	struct tm utc;
	if (wall <= 0 || !gmtime_r(&seconds, &utc))
		return false;
	put_u16(out, (uint16_t)(utc.tm_year + 1900));
	out[2] = (uint8_t)(utc.tm_mon + 1);
	out[3] = (uint8_t)utc.tm_mday;
	out[4] = (uint8_t)utc.tm_hour;
	out[5] = (uint8_t)utc.tm_min;
	out[6] = (uint8_t)utc.tm_sec;
	out[7] = (uint8_t)(wall % SECOND / (SECOND / 10));
	out[8] = '+';
	out[9] = 0;
	out[10] = 0;
	return octets(value, out, 11);
}

static bool
age(struct agent_value *value, int64_t then, const struct agent_instant *now)
{
	int64_t since = now->boot - then;
	return then != 0 && unsigned_of(value, ASN_GAUGE,
					since < 0 ? 0 : (uint64_t)(since / SECOND));
}

/* Rounded up: 0 only when it is over. */
static bool
left(struct agent_value *value, int64_t then, const struct agent_instant *now)
{
	int64_t until = then - now->boot;
	return unsigned_of(
	    value, ASN_GAUGE,
	    then == 0 || until <= 0 ? 0 : (uint64_t)((until - 1) / SECOND + 1));
}

static bool
address_type(struct agent_value *value, const struct address *address)
{
	if (address_is_none(address))
		return integer(value, 0);
	return integer(value, address_is_v4(address) ? 1 : 2);
}

static bool
address_octets(struct agent_value *value, const struct address *address)
{
	size_t skip = address_is_v4(address) ? 12 : 0;
	if (address_is_none(address))
		return octets(value, value->room.octets, 0);
	memcpy(value->room.octets, address->byte + skip, sizeof(address->byte) - skip);
	return octets(value, value->room.octets, sizeof(address->byte) - skip);
}

static bool
text(struct agent_value *value, const struct mib_column *column, const uint8_t *at)
{
	return octets(value, at, strnlen((const char *)at, column->size));
}

bool
agent_value_of(const struct mib_column *column, const void *row,
	       const struct agent_instant *now, struct agent_value *value)
{
	const uint8_t *at = (const uint8_t *)row + column->offset;
	struct address address;
	switch (column->kind) {
	case MIB_ENUM:
	case MIB_ROW_STATUS:
		return u32_of(column, row) != 0 && integer(value, u32_of(column, row));
	case MIB_UNSIGNED:
	case MIB_GAUGE:
		return unsigned_of(value, ASN_GAUGE, u32_of(column, row));
	case MIB_PERCENT:
		return u32_of(column, row) != UINT32_MAX &&
		       unsigned_of(value, ASN_GAUGE, u32_of(column, row));
	case MIB_COUNTER:
		return unsigned_of(value, ASN_COUNTER, u32_of(column, row));
	case MIB_COUNTER64:
		return wide(value, u64_of(column, row));
	case MIB_THOUSANDTH:
		return (int64_t)u64_of(column, row) >= 0 &&
		       wide(value, u64_of(column, row));
	case MIB_STRING:
		return text(value, column, at);
	case MIB_TRUTH:
		return integer(value, *at != 0 ? 1 : 2);
	case MIB_STAMP:
		return stamp(value, (int64_t)u64_of(column, row), now);
	case MIB_DATE:
		return date(value, (int64_t)u64_of(column, row));
	case MIB_AGE:
		return age(value, (int64_t)u64_of(column, row), now);
	case MIB_LEFT:
		return left(value, (int64_t)u64_of(column, row), now);
	case MIB_ADDRESS_TYPE:
		memcpy(&address, at, sizeof(address));
		return address_type(value, &address);
	case MIB_ADDRESS:
		memcpy(&address, at, sizeof(address));
		return address_octets(value, &address);
	case MIB_OCTETS:
		return octets(value, at, column->size);
	}
	return false;
}

/* ---- values that are set ---- */

/* All its octets: 257 is not 1. */
int
agent_number_of(const netsnmp_variable_list *vb, u_char type, uint64_t low,
		uint64_t high, uint32_t *number)
{
	if (vb->type != type)
		return SNMP_ERR_WRONGTYPE;
	if (vb->val_len != sizeof(long))
		return SNMP_ERR_WRONGLENGTH;
	long value = *vb->val.integer;
	if (value < 0 || (uint64_t)value < low || (uint64_t)value > high)
		return SNMP_ERR_WRONGVALUE;
	*number = (uint32_t)value;
	return SNMP_ERR_NOERROR;
}
