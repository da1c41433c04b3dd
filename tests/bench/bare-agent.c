/* SPDX-License-Identifier: BSD-3-Clause */
/* The least that can answer for a table over AgentX: a raw handler over a sorted array. */
#include "config.h"

#include "tests/bench/bare-agent.h"

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/agent/net-snmp-agent-includes.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mib/tables.h"

static struct mib_client *rows;
static uint32_t row_count;
static const oid entry[] = { BARE_BASE, MIB_CLIENTS, 1, 1 };
#define ENTRY        (sizeof(entry) / sizeof(entry[0]))
#define COLUMN_FIRST 2
#define COLUMN_LAST  16

/* The first row whose number is above; NULL past the last. */
static const struct mib_client *
row_above(oid number)
{
	uint32_t low = 0, high = row_count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (rows[middle].index.row <= number)
			low = middle + 1;
		else
			high = middle;
	}
	return low < row_count ? &rows[low] : NULL;
}

static void
fill_text(netsnmp_variable_list *vb, const char *text)
{
	snmp_set_var_typed_value(vb, ASN_OCTET_STR, text, strlen(text));
}

static void
fill(netsnmp_variable_list *vb, const struct mib_client *row, oid column)
{
	switch (column) {
	case 2:
		fill_text(vb, row->name);
		break;
	case 3:
		snmp_set_var_typed_integer(vb, ASN_INTEGER, 1);
		break;
	case 4:
		snmp_set_var_typed_value(vb, ASN_OCTET_STR, row->address.byte + 12, 4);
		break;
	case 5:
		snmp_set_var_typed_integer(vb, ASN_INTEGER, row->place);
		break;
	case 6:
		snmp_set_var_typed_integer(vb, ASN_INTEGER, row->order);
		break;
	case 7:
		snmp_set_var_typed_integer(vb, ASN_INTEGER, row->refusal);
		break;
	case 8:
		snmp_set_var_typed_integer(vb, ASN_GAUGE, row->operation);
		break;
	case 9:
		fill_text(vb, row->alternate);
		break;
	case 10:
		fill_text(vb, row->site);
		break;
	case 11:
		snmp_set_var_typed_integer(vb, ASN_INTEGER, row->silent ? 1 : 2);
		break;
	case 12:
		snmp_set_var_typed_integer(vb, ASN_INTEGER, row->held ? 1 : 2);
		break;
	case 13:
		snmp_set_var_typed_integer(vb, ASN_GAUGE, row->heard);
		break;
	case 14:
		snmp_set_var_typed_integer(vb, ASN_GAUGE, row->in_force);
		break;
	case 15:
		snmp_set_var_typed_integer(vb, ASN_TIMETICKS, row->changed);
		break;
	default:
		snmp_set_var_typed_integer(vb, ASN_COUNTER, row->transitions);
		break;
	}
}

static void
next(netsnmp_variable_list *vb)
{
	oid name[ENTRY + 3], column = COLUMN_FIRST, number = 0;
	int side = snmp_oidtree_compare(vb->name, vb->name_length, entry, ENTRY);
	if (side > 0)
		return;
	if (side == 0 && vb->name_length > ENTRY && vb->name[ENTRY] >= COLUMN_FIRST)
		column = vb->name[ENTRY];
	if (side == 0 && vb->name_length > ENTRY + 2 && column == vb->name[ENTRY])
		number = vb->name[ENTRY + 2];
	const struct mib_client *row = row_above(number);
	if (!row) {
		column++;
		row = row_above(0);
	}
	if (!row || column > COLUMN_LAST)
		return;
	memcpy(name, entry, sizeof(entry));
	name[ENTRY] = column;
	name[ENTRY + 1] = 1;
	name[ENTRY + 2] = row->index.row;
	fill(vb, row, column);
	snmp_set_var_objid(vb, name, ENTRY + 3);
}

static int
handle(netsnmp_mib_handler *handler, netsnmp_handler_registration *registration,
       netsnmp_agent_request_info *info, netsnmp_request_info *requests)
{
	(void)handler, (void)registration;
	for (; requests && info->mode == MODE_GETNEXT; requests = requests->next)
		next(requests->requestvb);
	return SNMP_ERR_NOERROR;
}

static bool
make_rows(uint32_t count)
{
	rows = calloc(count, sizeof(*rows));
	for (uint32_t i = 0; rows && i < count; i++) {
		struct mib_client *row = &rows[i];
		uint32_t n = i + 1;
		row->index = (struct mib_row){ 1, n };
		/* As long as those of board-demo. */
		snprintf(row->name, sizeof(row->name), "bwClientName %u", n);
		snprintf(row->alternate, sizeof(row->alternate), "bwClientAlternate %u",
			 n);
		snprintf(row->site, sizeof(row->site), "bwClientSite %u", n);
		row->place = row->order = row->refusal = 1 + n % 3;
		row->operation = row->transitions = n * 3;
		row->heard = row->changed = 100;
		row->in_force = 1000000;
	}
	row_count = rows ? count : 0;
	return rows != NULL;
}

void
bare_agent(const char *socket, uint32_t count)
{
	signal(SIGPIPE, SIG_IGN);
	snmp_disable_log();
	netsnmp_ds_set_boolean(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_ROLE, 1);
	netsnmp_ds_set_string(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_X_SOCKET,
			      socket);
	if (!make_rows(count) || init_agent("bare") != 0)
		return;
	netsnmp_register_handler(netsnmp_create_handler_registration(
	    "bare", handle, entry, ENTRY - 1, HANDLER_CAN_RONLY));
	init_snmp("bare");
	for (;;)
		agent_check_and_process(1);
}
