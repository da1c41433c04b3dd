/* SPDX-License-Identifier: BSD-3-Clause */
/* The tables that people look at, as data. */
#include "config.h"

#include "tui/lists.h"

#include <string.h>

/* heading, column, width, rank, drawn */
const struct list lists[LISTS] = {
	{ "servers",
	  "servers",
	  MIB_SERVER,
	  false,
	  NULL,
	  LIST_INTO_CLIENTS,
	  { { "SERVER", "bwServerName", 0, 0, LIST_TEXT },
	    { "STATE", "bwServerState", 9, 0, LIST_TEXT },
	    { "MODE", "bwServerMode", 9, 2, LIST_TEXT },
	    { "PERF", "bwServerPerformance", 4, 0, LIST_TEXT },
	    { "0%    F  C  100%", "bwServerPerformance", 20, 8, LIST_PERFORMANCE },
	    { "CLIENTS", "bwServerClients", 7, 0, LIST_TEXT },
	    { "HERE", "bwServerClientsHere", 6, 1, LIST_TEXT },
	    { "AWAY", "bwServerClientsAway", 6, 0, LIST_TEXT },
	    { "UNKNOWN", "bwServerClientsUnknown", 7, 3, LIST_TEXT },
	    { "SILENT", "bwServerClientsSilent", 6, 3, LIST_TEXT },
	    { "REASON", "bwServerReason", 16, 4, LIST_TEXT } } },
	{ "clients",
	  "clients",
	  MIB_CLIENT,
	  false,
	  NULL,
	  LIST_INTO_DETAIL,
	  { { "CLIENT", "bwClientName", 0, 0, LIST_TEXT },
	    { "ADDRESS", "bwClientAddress", 15, 1, LIST_TEXT },
	    { "PLACE", "bwClientPlace", 7, 0, LIST_TEXT },
	    { "ORDER", "bwClientOrder", 11, 0, LIST_TEXT },
	    { "ALTERNATE", "bwClientAlternate", 0, 2, LIST_TEXT },
	    { "HEARD", "bwClientAge", 6, 3, LIST_TEXT },
	    { "LEFT", "bwClientOrderLeft", 6, 5, LIST_TEXT },
	    { "SILENT", "bwClientSilent", 6, 4, LIST_TEXT },
	    { "HELD", "bwClientHeld", 4, 4, LIST_TEXT },
	    { "NETWORK", "bwClientNetwork", 15, 7, LIST_TEXT },
	    { "SITE", "bwClientSite", 6, 6, LIST_TEXT },
	    { "REQUESTS", "bwClientActivity", 8, 8, LIST_TEXT },
	    { "GROUPS", "bwClientGroups", 8, 9, LIST_TEXT } } },
	{ "groups",
	  "groups",
	  MIB_GROUP,
	  false,
	  NULL,
	  LIST_INTO_GROUP,
	  { { "GROUP", "bwGroupName", 0, 0, LIST_TEXT },
	    { "KIND", "bwGroupKind", 5, 0, LIST_TEXT },
	    { "CLIENTS", "bwGroupClients", 7, 0, LIST_TEXT },
	    { "HERE", "bwGroupClientsHere", 6, 1, LIST_TEXT },
	    { "AWAY", "bwGroupClientsAway", 6, 0, LIST_TEXT },
	    { "UNKNOWN", "bwGroupClientsUnknown", 7, 2, LIST_TEXT },
	    { "ORDERED", "bwGroupClientsOrdered", 7, 2, LIST_TEXT },
	    { "SILENT", "bwGroupClientsSilent", 6, 3, LIST_TEXT },
	    { "PARENT", "bwGroupParent", 6, 4, LIST_TEXT } } },
	{ "operations",
	  "ops",
	  MIB_OPERATION,
	  true,
	  "",
	  LIST_INTO_DETAIL,
	  { { "ACTION", "bwOperationAction", 9, 0, LIST_TEXT },
	    { "BY", "bwOperationRequester", 0, 3, LIST_TEXT },
	    { "STATE", "bwOperationState", 9, 0, LIST_TEXT },
	    { "PLANNED", "bwOperationPlanned", 7, 1, LIST_TEXT },
	    { "DONE", "bwOperationDone", 6, 1, LIST_TEXT },
	    { "PROGRESS", "bwOperationDone", 15, 2, LIST_PROGRESS },
	    { "MOVED", "bwOperationMoved", 6, 6, LIST_TEXT },
	    { "STARTED", "bwOperationStarted", 19, 5, LIST_TEXT },
	    { "SELECTION", "bwOperationSelection", 0, 0, LIST_TEXT },
	    { "REASON", "bwOperationReason", 8, 4, LIST_TEXT } } },
	{ "events",
	  "events",
	  MIB_EVENT,
	  true,
	  "bwEventDate",
	  LIST_INTO_DETAIL,
	  { { "DATE", "bwEventDate", 19, 1, LIST_TEXT },
	    { "SEVERITY", "bwEventSeverity", 8, 0, LIST_TEXT },
	    { "EVENT", "bwEventKind", 17, 3, LIST_TEXT },
	    { "CLIENT", "bwEventClient", 0, 2, LIST_TEXT },
	    { "TEXT", "bwEventText", 16, 0, LIST_TEXT } } },
	{ "alarms",
	  "alarms",
	  MIB_ALARM,
	  false,
	  NULL,
	  LIST_INTO_DETAIL,
	  { { "ALARM", "bwAlarmName", 0, 0, LIST_TEXT },
	    { "SUBJECT", "bwAlarmSubject", 0, 1, LIST_TEXT },
	    { "SEVERITY", "bwAlarmSeverity", 8, 0, LIST_TEXT },
	    { "SINCE", "bwAlarmSince", 6, 2, LIST_TEXT },
	    { "COUNT", "bwAlarmCount", 6, 3, LIST_TEXT },
	    { "TEXT", "bwAlarmText", 16, 0, LIST_TEXT } } },
	{ "parameters",
	  "params",
	  MIB_PARAMETER,
	  false,
	  NULL,
	  LIST_INTO_DETAIL,
	  { { "PARAMETER", "bwParameterName", 0, 0, LIST_TEXT },
	    { "VALUE", "bwParameterText", 0, 0, LIST_TEXT },
	    { "STATE", "bwParameterState", 7, 0, LIST_TEXT },
	    { "AGE", "bwParameterAge", 6, 1, LIST_TEXT },
	    { "ENDING", "bwParameterEnding", 7, 2, LIST_TEXT },
	    { "DETAIL", "bwParameterDetail", 8, 3, LIST_TEXT } } },
	{ "services",
	  "services",
	  MIB_SERVICE,
	  false,
	  NULL,
	  LIST_INTO_DETAIL,
	  { { "SERVICE", "bwServiceName", 0, 0, LIST_TEXT },
	    { "ROLE", "bwServiceRole", 9, 0, LIST_TEXT },
	    { "STATE", "bwServiceState", 7, 0, LIST_TEXT },
	    { "SINCE", "bwServiceChanged", 6, 1, LIST_TEXT },
	    { "AGE", "bwServiceAge", 6, 2, LIST_TEXT },
	    { "DETAIL", "bwServiceDetail", 8, 3, LIST_TEXT } } },
	{ "conditions",
	  "conds",
	  MIB_CONDITION,
	  false,
	  NULL,
	  LIST_INTO_DETAIL,
	  { { "CONDITION", "bwConditionName", 0, 0, LIST_TEXT },
	    { "KIND", "bwConditionKind", 10, 2, LIST_TEXT },
	    { "MET", "bwConditionMet", 7, 0, LIST_TEXT },
	    { "TRUTH", "bwConditionTruth", 7, 0, LIST_TEXT },
	    { "SINCE", "bwConditionChanged", 6, 1, LIST_TEXT },
	    { "EXPRESSION", "bwConditionExpression", 0, 4, LIST_TEXT },
	    { "REASON", "bwConditionReason", 8, 3, LIST_TEXT } } },
	{ "alternates",
	  "alts",
	  MIB_ALTERNATE,
	  false,
	  NULL,
	  LIST_INTO_ALTERNATE,
	  { { "ALTERNATE", "bwAlternateName", 0, 0, LIST_TEXT },
	    { "ADDRESS", "bwAlternateAddress", 15, 6, LIST_TEXT },
	    { "PRIORITY", "bwAlternatePriority", 8, 5, LIST_TEXT },
	    { "WEIGHT", "bwAlternateWeight", 6, 5, LIST_TEXT },
	    { "STATE", "bwAlternateState", 8, 0, LIST_TEXT },
	    { "CLIENTS", "bwAlternateClients", 7, 0, LIST_TEXT },
	    { "LOAD", "bwAlternateLoad", 7, 2, LIST_TEXT },
	    { "OF CAPACITY", "bwAlternateLoad", 17, 1, LIST_LOAD },
	    { "ROOM", "bwAlternateRoom", 6, 1, LIST_TEXT },
	    { "CAPACITY", "bwAlternateCapacity", 8, 3, LIST_TEXT },
	    { "PERF", "bwAlternatePerformance", 4, 3, LIST_TEXT },
	    { "REASON", "bwAlternateReason", 8, 4, LIST_TEXT } } },
};

const struct list *
list_find(const char *command)
{
	for (size_t i = 0; i < LISTS; i++)
		if (strcmp(lists[i].command, command) == 0)
			return &lists[i];
	return NULL;
}

bool
list_is_number(const struct mib_column *column)
{
	switch (column->kind) {
	case MIB_ENUM:
	case MIB_STRING:
	case MIB_TRUTH:
	case MIB_DATE:
	case MIB_ADDRESS:
	case MIB_ADDRESS_TYPE:
	case MIB_OCTETS:
		return false;
	default:
		return true;
	}
}
