/* SPDX-License-Identifier: BSD-3-Clause */
/* Variable bindings into the structs of mib/tables.h, by the tables of columns. */
#ifndef BELLWETHER_TUI_MANAGER_DECODE_H
#define BELLWETHER_TUI_MANAGER_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

#include "mib/tables.h"

/* The agent's clock beside ours: what its TimeStamps and ages are counted from. */
struct decode_clock {
	int64_t boot;    /* ours, when the agent was asked */
	uint32_t uptime; /* its sysUpTime then, hundredths of a second */
	bool known;      /* false: the agent shows no sysUpTime, TimeStamps stay 0 */
};

/* Every column as it is when the agent has no such instance. */
void decode_blank(const struct mib_column *column, size_t columns, void *row);
/* Stores one value; false, the member left as it was, when the agent has none or its type
   or size is not the column's. */
bool decode_value(const struct mib_column *column, const netsnmp_variable_list *value,
		  const struct decode_clock *clock, void *row);
/* True for noSuchObject, noSuchInstance and endOfMibView. */
bool decode_is_exception(const netsnmp_variable_list *value);

/* DateAndTime, 8 octets (local time, taken as UTC) or 11, as wall time; 0 when it is
   none. */
int64_t decode_date(const uint8_t *octets, size_t length);

#endif
