/* SPDX-License-Identifier: BSD-3-Clause */
/* The columns of BELLWETHER-MIB, a table each; the numbers are the MIB text's. */
#include "config.h"

#include "mib/tables.h"

#include <string.h>

#include "common/bytes.h"

static const char *const server_transport_label[] = { "icmp", "udp", NULL };
static const char *const server_mode_label[] = { "automatic", "advise", "paused",
						 NULL };
static const char *const server_state_label[] = { "serving", "returning", "shedding",
						  "away",    "unknown",   NULL };
static const char *const severity_label[] = { "ok", "notice", "warning", "critical",
					      NULL };
static const char *const met_label[] = { "no", "pending", "yes", NULL };
static const char *const parameter_state_label[] = { "fresh", "stale", "unknown",
						     NULL };
static const char *const ending_label[] = { "value", "timeout", "absent", "failed",
					    NULL };
static const char *const service_role_label[] = { "mandatory", "dependent", NULL };
static const char *const service_state_label[] = { "up", "unknown", "down", NULL };
static const char *const condition_kind_label[] = { "threshold", "when", "connection",
						    NULL };
static const char *const condition_truth_label[] = { "true", "false", "unknown", NULL };
static const char *const alternate_state_label[] = { "usable", "assumed", "unusable",
						     NULL };
static const char *const group_kind_label[] = { "list", "group", "site", NULL };
static const char *const operation_action_label[] = { "failover", "reconnect",
						      "release",  "pause",
						      "resume",   NULL };
static const char *const operation_initiator_label[] = { "client", "policy", "operator",
							 "safety", NULL };
static const char *const operation_state_label[] = { "planned", "running",   "paused",
						     "done",    "cancelled", "refused",
						     NULL };
static const char *const event_label[] = {
	"state",       "operationStart", "operationEnd", "advised",
	"batch",       "place",          "silent",       "heard",
	"unreachable", "reachable",      "rejected",     "admitted",
	"refused",     "paused",         "resumed",      "duplicateIdentity",
	"reloaded",    "other",          "stillComing",  "staysAway",
	"activity",    "alternate",      "holdDown",     NULL
};
static const char *const client_place_label[] = { "here", "away", "unknown", NULL };
static const char *const client_order_label[] = { "none",     "done",   "received",
						  "sent",     "echoed", "unreachable",
						  "rejected", NULL };
static const char *const client_network_label[] = { "none",           "portClosed",
						    "messageTooLong", "hostUnreachable",
						    "noRoute",        "prohibited",
						    "other",          NULL };
static const char *const client_activity_label[] = { "unknown", "quiet", "coming",
						     NULL };
static const char *const refusal_label[] = {
	"threshold",   "condition",     "operator",
	"maintenance", "admission",     "hookFailed",
	"superseded",  "unknownServer", "alternateNotAllowed",
	"noAlternate", "other",         "stale",
	NULL
};
static const char *const switch_label[] = { "enabled", "disabled", NULL };
static const char *const reload_label[] = { "never", "ok", "refused", "running", NULL };

#define MEMBER(type, member) \
	offsetof(struct type, member), sizeof(((struct type *)0)->member)

/* number, name, kind, offset and size, writable, labels */
static const struct mib_column server_column[] = {
	{ 2, "bwServerName", MIB_STRING, MEMBER(mib_server, name), false, NULL },
	{ 3, "bwServerAddressType", MIB_ADDRESS_TYPE, MEMBER(mib_server, address),
	  false, NULL },
	{ 4, "bwServerAddress", MIB_ADDRESS, MEMBER(mib_server, address), false, NULL },
	{ 5, "bwServerTransport", MIB_ENUM, MEMBER(mib_server, transport), false,
	  server_transport_label },
	{ 6, "bwServerMode", MIB_ENUM, MEMBER(mib_server, mode), false,
	  server_mode_label },
	{ 7, "bwServerModeReason", MIB_STRING, MEMBER(mib_server, mode_reason), false,
	  NULL },
	{ 8, "bwServerState", MIB_ENUM, MEMBER(mib_server, state), false,
	  server_state_label },
	{ 9, "bwServerStateChanged", MIB_STAMP, MEMBER(mib_server, state_changed),
	  false, NULL },
	{ 10, "bwServerStateTransitions", MIB_COUNTER,
	  MEMBER(mib_server, state_transitions), false, NULL },
	{ 11, "bwServerSeverity", MIB_ENUM, MEMBER(mib_server, severity), false,
	  severity_label },
	{ 12, "bwServerPerformance", MIB_PERCENT, MEMBER(mib_server, performance),
	  false, NULL },
	{ 13, "bwServerPerformanceExact", MIB_THOUSANDTH,
	  MEMBER(mib_server, performance_exact), false, NULL },
	{ 14, "bwServerPerformanceAge", MIB_AGE, MEMBER(mib_server, performance_at),
	  false, NULL },
	{ 15, "bwServerFailoverThreshold", MIB_THOUSANDTH,
	  MEMBER(mib_server, failover_threshold), false, NULL },
	{ 16, "bwServerConnectionThreshold", MIB_THOUSANDTH,
	  MEMBER(mib_server, connection_threshold), false, NULL },
	{ 17, "bwServerFailover", MIB_ENUM, MEMBER(mib_server, failover), false,
	  met_label },
	{ 18, "bwServerConnection", MIB_ENUM, MEMBER(mib_server, connection), false,
	  met_label },
	{ 19, "bwServerDeciding", MIB_STRING, MEMBER(mib_server, deciding), false,
	  NULL },
	{ 20, "bwServerReason", MIB_STRING, MEMBER(mib_server, reason), false, NULL },
	{ 21, "bwServerClients", MIB_GAUGE, MEMBER(mib_server, clients), false, NULL },
	{ 22, "bwServerClientsHere", MIB_GAUGE, MEMBER(mib_server, here), false, NULL },
	{ 23, "bwServerClientsAway", MIB_GAUGE, MEMBER(mib_server, away), false, NULL },
	{ 24, "bwServerClientsUnknown", MIB_GAUGE, MEMBER(mib_server, unknown), false,
	  NULL },
	{ 25, "bwServerOrdersNone", MIB_GAUGE, MEMBER(mib_server, none), false, NULL },
	{ 26, "bwServerOrdersDone", MIB_GAUGE, MEMBER(mib_server, done), false, NULL },
	{ 27, "bwServerOrdersReceived", MIB_GAUGE, MEMBER(mib_server, received), false,
	  NULL },
	{ 28, "bwServerOrdersSent", MIB_GAUGE, MEMBER(mib_server, sent), false, NULL },
	{ 29, "bwServerOrdersEchoed", MIB_GAUGE, MEMBER(mib_server, echoed), false,
	  NULL },
	{ 30, "bwServerOrdersUnreachable", MIB_GAUGE, MEMBER(mib_server, unreachable),
	  false, NULL },
	{ 31, "bwServerOrdersRejected", MIB_GAUGE, MEMBER(mib_server, rejected), false,
	  NULL },
	{ 32, "bwServerClientsSilent", MIB_GAUGE, MEMBER(mib_server, silent), false,
	  NULL },
	{ 33, "bwServerOperation", MIB_UNSIGNED, MEMBER(mib_server, operation), false,
	  NULL },
	{ 34, "bwServerOrders", MIB_COUNTER64, MEMBER(mib_server, orders), false,
	  NULL },
	{ 35, "bwServerAnswers", MIB_COUNTER64, MEMBER(mib_server, answers), false,
	  NULL },
	{ 36, "bwServerRequests", MIB_COUNTER64, MEMBER(mib_server, requests), false,
	  NULL },
	{ 37, "bwServerAccepted", MIB_COUNTER64, MEMBER(mib_server, accepted), false,
	  NULL },
	{ 38, "bwServerRefused", MIB_COUNTER64, MEMBER(mib_server, refused), false,
	  NULL },
	{ 39, "bwServerMessagesRefused", MIB_COUNTER64,
	  MEMBER(mib_server, messages_refused), false, NULL },
	{ 40, "bwServerMessagesForged", MIB_COUNTER64, MEMBER(mib_server, forged),
	  false, NULL },
	{ 41, "bwServerMessagesStale", MIB_COUNTER64, MEMBER(mib_server, stale), false,
	  NULL },
	{ 42, "bwServerMessagesReplayed", MIB_COUNTER64, MEMBER(mib_server, replayed),
	  false, NULL },
	{ 43, "bwServerPolicy", MIB_STRING, MEMBER(mib_server, policy), false, NULL },
	{ 44, "bwServerPolicyLoaded", MIB_DATE, MEMBER(mib_server, policy_loaded),
	  false, NULL },
	{ 45, "bwServerHistoryAge", MIB_AGE, MEMBER(mib_server, history_at), false,
	  NULL },
	{ 46, "bwServerHistory", MIB_OCTETS, MEMBER(mib_server, history), false, NULL },
	{ 47, "bwServerMessagesLost", MIB_COUNTER64, MEMBER(mib_server, messages_lost),
	  false, NULL },
	{ 48, "bwServerClientsMoved", MIB_GAUGE, MEMBER(mib_server, moved), false,
	  NULL },
	{ 49, "bwServerClientsComing", MIB_GAUGE, MEMBER(mib_server, coming), false,
	  NULL },
	{ 50, "bwServerClientsMissed", MIB_GAUGE, MEMBER(mib_server, missed), false,
	  NULL },
	{ 51, "bwServerModeChanged", MIB_STAMP, MEMBER(mib_server, mode_changed), false,
	  NULL },
	{ 52, "bwServerModeTransitions", MIB_COUNTER,
	  MEMBER(mib_server, mode_transitions), false, NULL },
	{ 53, "bwServerEvent", MIB_UNSIGNED, MEMBER(mib_server, event), false, NULL },
	{ 54, "bwServerEventsLost", MIB_COUNTER64, MEMBER(mib_server, events_lost),
	  false, NULL },
};

static const struct mib_column parameter_column[] = {
	{ 2, "bwParameterName", MIB_STRING, MEMBER(mib_parameter, name), false, NULL },
	{ 3, "bwParameterUnit", MIB_STRING, MEMBER(mib_parameter, unit), false, NULL },
	{ 4, "bwParameterState", MIB_ENUM, MEMBER(mib_parameter, state), false,
	  parameter_state_label },
	{ 5, "bwParameterChanged", MIB_STAMP, MEMBER(mib_parameter, changed), false,
	  NULL },
	{ 6, "bwParameterTransitions", MIB_COUNTER, MEMBER(mib_parameter, transitions),
	  false, NULL },
	{ 7, "bwParameterValue", MIB_THOUSANDTH, MEMBER(mib_parameter, value), false,
	  NULL },
	{ 8, "bwParameterText", MIB_STRING, MEMBER(mib_parameter, text), false, NULL },
	{ 9, "bwParameterEnding", MIB_ENUM, MEMBER(mib_parameter, ending), false,
	  ending_label },
	{ 10, "bwParameterDetail", MIB_STRING, MEMBER(mib_parameter, detail), false,
	  NULL },
	{ 11, "bwParameterAge", MIB_AGE, MEMBER(mib_parameter, at), false, NULL },
};

static const struct mib_column service_column[] = {
	{ 2, "bwServiceName", MIB_STRING, MEMBER(mib_service, name), false, NULL },
	{ 3, "bwServiceRole", MIB_ENUM, MEMBER(mib_service, role), false,
	  service_role_label },
	{ 4, "bwServiceState", MIB_ENUM, MEMBER(mib_service, state), false,
	  service_state_label },
	{ 5, "bwServiceSeverity", MIB_ENUM, MEMBER(mib_service, severity), false,
	  severity_label },
	{ 6, "bwServiceChanged", MIB_STAMP, MEMBER(mib_service, changed), false, NULL },
	{ 7, "bwServiceTransitions", MIB_COUNTER, MEMBER(mib_service, transitions),
	  false, NULL },
	{ 8, "bwServiceEnding", MIB_ENUM, MEMBER(mib_service, ending), false,
	  ending_label },
	{ 9, "bwServiceDetail", MIB_STRING, MEMBER(mib_service, detail), false, NULL },
	{ 10, "bwServiceAge", MIB_AGE, MEMBER(mib_service, at), false, NULL },
};

static const struct mib_column condition_column[] = {
	{ 2, "bwConditionName", MIB_STRING, MEMBER(mib_condition, name), false, NULL },
	{ 3, "bwConditionKind", MIB_ENUM, MEMBER(mib_condition, kind), false,
	  condition_kind_label },
	{ 4, "bwConditionMet", MIB_ENUM, MEMBER(mib_condition, met), false, met_label },
	{ 5, "bwConditionTruth", MIB_ENUM, MEMBER(mib_condition, truth), false,
	  condition_truth_label },
	{ 6, "bwConditionHolding", MIB_TRUTH, MEMBER(mib_condition, holding), false,
	  NULL },
	{ 7, "bwConditionChanged", MIB_STAMP, MEMBER(mib_condition, changed), false,
	  NULL },
	{ 8, "bwConditionTransitions", MIB_COUNTER, MEMBER(mib_condition, transitions),
	  false, NULL },
	{ 9, "bwConditionDuration", MIB_UNSIGNED, MEMBER(mib_condition, duration),
	  false, NULL },
	{ 10, "bwConditionExpression", MIB_STRING, MEMBER(mib_condition, expression),
	  false, NULL },
	{ 11, "bwConditionReason", MIB_STRING, MEMBER(mib_condition, reason), false,
	  NULL },
	{ 12, "bwConditionAge", MIB_AGE, MEMBER(mib_condition, at), false, NULL },
};

static const struct mib_column alternate_column[] = {
	{ 2, "bwAlternateName", MIB_STRING, MEMBER(mib_alternate, name), false, NULL },
	{ 3, "bwAlternateAddressType", MIB_ADDRESS_TYPE, MEMBER(mib_alternate, address),
	  false, NULL },
	{ 4, "bwAlternateAddress", MIB_ADDRESS, MEMBER(mib_alternate, address), false,
	  NULL },
	{ 5, "bwAlternatePort", MIB_UNSIGNED, MEMBER(mib_alternate, port), false,
	  NULL },
	{ 6, "bwAlternatePriority", MIB_UNSIGNED, MEMBER(mib_alternate, priority),
	  false, NULL },
	{ 7, "bwAlternateWeight", MIB_UNSIGNED, MEMBER(mib_alternate, weight), false,
	  NULL },
	{ 8, "bwAlternateState", MIB_ENUM, MEMBER(mib_alternate, state), false,
	  alternate_state_label },
	{ 9, "bwAlternateChanged", MIB_STAMP, MEMBER(mib_alternate, changed), false,
	  NULL },
	{ 10, "bwAlternateTransitions", MIB_COUNTER, MEMBER(mib_alternate, transitions),
	  false, NULL },
	{ 11, "bwAlternateClients", MIB_GAUGE, MEMBER(mib_alternate, clients), false,
	  NULL },
	{ 12, "bwAlternateReason", MIB_STRING, MEMBER(mib_alternate, reason), false,
	  NULL },
	{ 13, "bwAlternateCapacity", MIB_UNSIGNED, MEMBER(mib_alternate, capacity),
	  false, NULL },
	{ 14, "bwAlternateLoad", MIB_GAUGE, MEMBER(mib_alternate, load), false, NULL },
	{ 15, "bwAlternateOwnClients", MIB_GAUGE, MEMBER(mib_alternate, own), false,
	  NULL },
	{ 16, "bwAlternateRoom", MIB_GAUGE, MEMBER(mib_alternate, room), false, NULL },
	{ 17, "bwAlternatePerformance", MIB_PERCENT, MEMBER(mib_alternate, performance),
	  false, NULL },
	{ 18, "bwAlternateAge", MIB_AGE, MEMBER(mib_alternate, heard), false, NULL },
};

static const struct mib_column group_column[] = {
	{ 2, "bwGroupName", MIB_STRING, MEMBER(mib_group, name), false, NULL },
	{ 3, "bwGroupKind", MIB_ENUM, MEMBER(mib_group, kind), false,
	  group_kind_label },
	{ 4, "bwGroupParent", MIB_STRING, MEMBER(mib_group, parent), false, NULL },
	{ 5, "bwGroupClients", MIB_GAUGE, MEMBER(mib_group, clients), false, NULL },
	{ 6, "bwGroupClientsHere", MIB_GAUGE, MEMBER(mib_group, here), false, NULL },
	{ 7, "bwGroupClientsAway", MIB_GAUGE, MEMBER(mib_group, away), false, NULL },
	{ 8, "bwGroupClientsUnknown", MIB_GAUGE, MEMBER(mib_group, unknown), false,
	  NULL },
	{ 9, "bwGroupClientsOrdered", MIB_GAUGE, MEMBER(mib_group, ordered), false,
	  NULL },
	{ 10, "bwGroupClientsSilent", MIB_GAUGE, MEMBER(mib_group, silent), false,
	  NULL },
};

static const struct mib_column operation_column[] = {
	{ 2, "bwOperationAction", MIB_ENUM, MEMBER(mib_operation, action), true,
	  operation_action_label },
	{ 3, "bwOperationSelection", MIB_STRING, MEMBER(mib_operation, selection), true,
	  NULL },
	{ 4, "bwOperationRequester", MIB_STRING, MEMBER(mib_operation, requester), true,
	  NULL },
	{ 5, "bwOperationReason", MIB_STRING, MEMBER(mib_operation, reason), true,
	  NULL },
	{ 6, "bwOperationHold", MIB_UNSIGNED, MEMBER(mib_operation, hold), true, NULL },
	{ 7, "bwOperationShare", MIB_UNSIGNED, MEMBER(mib_operation, share), true,
	  NULL },
	{ 8, "bwOperationLimit", MIB_UNSIGNED, MEMBER(mib_operation, limit), true,
	  NULL },
	{ 9, "bwOperationForce", MIB_TRUTH, MEMBER(mib_operation, force), true, NULL },
	{ 10, "bwOperationInitiator", MIB_ENUM, MEMBER(mib_operation, initiator), false,
	  operation_initiator_label },
	{ 11, "bwOperationState", MIB_ENUM, MEMBER(mib_operation, state), false,
	  operation_state_label },
	{ 12, "bwOperationAnswer", MIB_STRING, MEMBER(mib_operation, answer), false,
	  NULL },
	{ 13, "bwOperationVerified", MIB_TRUTH, MEMBER(mib_operation, verified), false,
	  NULL },
	{ 14, "bwOperationMatched", MIB_GAUGE, MEMBER(mib_operation, matched), false,
	  NULL },
	{ 15, "bwOperationHeld", MIB_GAUGE, MEMBER(mib_operation, held), false, NULL },
	{ 16, "bwOperationKept", MIB_GAUGE, MEMBER(mib_operation, kept), false, NULL },
	{ 17, "bwOperationPlanned", MIB_GAUGE, MEMBER(mib_operation, planned), false,
	  NULL },
	{ 18, "bwOperationOrdered", MIB_GAUGE, MEMBER(mib_operation, ordered), false,
	  NULL },
	{ 19, "bwOperationReceived", MIB_GAUGE, MEMBER(mib_operation, received), false,
	  NULL },
	{ 20, "bwOperationDone", MIB_GAUGE, MEMBER(mib_operation, done), false, NULL },
	{ 21, "bwOperationRejected", MIB_GAUGE, MEMBER(mib_operation, rejected), false,
	  NULL },
	{ 22, "bwOperationUnreachable", MIB_GAUGE, MEMBER(mib_operation, unreachable),
	  false, NULL },
	{ 23, "bwOperationBatches", MIB_GAUGE, MEMBER(mib_operation, batches), false,
	  NULL },
	{ 24, "bwOperationStarted", MIB_DATE, MEMBER(mib_operation, started), false,
	  NULL },
	{ 25, "bwOperationEnded", MIB_DATE, MEMBER(mib_operation, ended), false, NULL },
	{ 26, "bwOperationChanged", MIB_STAMP, MEMBER(mib_operation, changed), false,
	  NULL },
	{ 27, "bwOperationRowStatus", MIB_ROW_STATUS, MEMBER(mib_operation, row_status),
	  true, NULL },
	{ 28, "bwOperationMoved", MIB_GAUGE, MEMBER(mib_operation, moved), false,
	  NULL },
	{ 29, "bwOperationName", MIB_STRING, MEMBER(mib_operation, name), false, NULL },
	{ 30, "bwOperationLoads", MIB_STRING, MEMBER(mib_operation, loads), false,
	  NULL },
};

static const struct mib_column event_column[] = {
	{ 2, "bwEventKind", MIB_ENUM, MEMBER(mib_event, kind), false, event_label },
	{ 3, "bwEventSeverity", MIB_ENUM, MEMBER(mib_event, severity), false,
	  severity_label },
	{ 4, "bwEventTime", MIB_STAMP, MEMBER(mib_event, at), false, NULL },
	{ 5, "bwEventDate", MIB_DATE, MEMBER(mib_event, date), false, NULL },
	{ 6, "bwEventOperation", MIB_UNSIGNED, MEMBER(mib_event, operation), false,
	  NULL },
	{ 7, "bwEventClient", MIB_STRING, MEMBER(mib_event, client), false, NULL },
	{ 8, "bwEventCount", MIB_GAUGE, MEMBER(mib_event, count), false, NULL },
	{ 9, "bwEventText", MIB_STRING, MEMBER(mib_event, text), false, NULL },
	{ 10, "bwEventDetail", MIB_STRING, MEMBER(mib_event, detail), false, NULL },
	{ 11, "bwEventName", MIB_STRING, MEMBER(mib_event, name), false, NULL },
};

static const struct mib_column alarm_column[] = {
	{ 2, "bwAlarmName", MIB_STRING, MEMBER(mib_alarm, name), false, NULL },
	{ 3, "bwAlarmSubject", MIB_STRING, MEMBER(mib_alarm, subject), false, NULL },
	{ 4, "bwAlarmSeverity", MIB_ENUM, MEMBER(mib_alarm, severity), false,
	  severity_label },
	{ 5, "bwAlarmSince", MIB_STAMP, MEMBER(mib_alarm, since), false, NULL },
	{ 6, "bwAlarmDate", MIB_DATE, MEMBER(mib_alarm, date), false, NULL },
	{ 7, "bwAlarmCount", MIB_GAUGE, MEMBER(mib_alarm, count), false, NULL },
	{ 8, "bwAlarmText", MIB_STRING, MEMBER(mib_alarm, text), false, NULL },
};

static const struct mib_column client_column[] = {
	{ 2, "bwClientName", MIB_STRING, MEMBER(mib_client, name), false, NULL },
	{ 3, "bwClientAddressType", MIB_ADDRESS_TYPE, MEMBER(mib_client, address),
	  false, NULL },
	{ 4, "bwClientAddress", MIB_ADDRESS, MEMBER(mib_client, address), false, NULL },
	{ 5, "bwClientPlace", MIB_ENUM, MEMBER(mib_client, place), false,
	  client_place_label },
	{ 6, "bwClientOrder", MIB_ENUM, MEMBER(mib_client, order), false,
	  client_order_label },
	{ 7, "bwClientRefusal", MIB_ENUM, MEMBER(mib_client, refusal), false,
	  refusal_label },
	{ 8, "bwClientOperation", MIB_UNSIGNED, MEMBER(mib_client, operation), false,
	  NULL },
	{ 9, "bwClientAlternate", MIB_STRING, MEMBER(mib_client, alternate), false,
	  NULL },
	{ 10, "bwClientSite", MIB_STRING, MEMBER(mib_client, site), false, NULL },
	{ 11, "bwClientSilent", MIB_TRUTH, MEMBER(mib_client, silent), false, NULL },
	{ 12, "bwClientHeld", MIB_TRUTH, MEMBER(mib_client, held), false, NULL },
	{ 13, "bwClientAge", MIB_AGE, MEMBER(mib_client, heard), false, NULL },
	{ 14, "bwClientOrderLeft", MIB_LEFT, MEMBER(mib_client, in_force), false,
	  NULL },
	{ 15, "bwClientChanged", MIB_STAMP, MEMBER(mib_client, changed), false, NULL },
	{ 16, "bwClientTransitions", MIB_COUNTER, MEMBER(mib_client, transitions),
	  false, NULL },
	{ 17, "bwClientNetwork", MIB_ENUM, MEMBER(mib_client, network), false,
	  client_network_label },
	{ 18, "bwClientActivityAge", MIB_AGE, MEMBER(mib_client, looked), false, NULL },
	{ 19, "bwClientActivity", MIB_ENUM, MEMBER(mib_client, activity), false,
	  client_activity_label },
	{ 20, "bwClientKey", MIB_UNSIGNED, MEMBER(mib_client, key), false, NULL },
	{ 21, "bwClientGroups", MIB_STRING, MEMBER(mib_client, groups), false, NULL },
};

#define SWITCH_FIRST 13u
#define SWITCH(i, name)                                                             \
	{                                                                           \
		SWITCH_FIRST + (i), name, MIB_ENUM, MEMBER(mib_scalars, notify[i]), \
		    true, switch_label                                              \
	}
const struct mib_column mib_scalar[] = {
	{ 1, "bwVersion", MIB_STRING, MEMBER(mib_scalars, version), false, NULL },
	{ 2, "bwStartTime", MIB_DATE, MEMBER(mib_scalars, started), false, NULL },
	{ 3, "bwDiscontinuityTime", MIB_STAMP, MEMBER(mib_scalars, discontinuity),
	  false, NULL },
	{ 4, "bwBoardAge", MIB_AGE, MEMBER(mib_scalars, published), false, NULL },
	{ 5, "bwWorstSeverity", MIB_ENUM, MEMBER(mib_scalars, severity), false,
	  severity_label },
	{ 6, "bwReloadStatus", MIB_ENUM, MEMBER(mib_scalars, reload), false,
	  reload_label },
	{ 7, "bwReloadTime", MIB_DATE, MEMBER(mib_scalars, reloaded), false, NULL },
	{ 8, "bwReloadCount", MIB_COUNTER, MEMBER(mib_scalars, reloads), false, NULL },
	{ 9, "bwReloadError", MIB_STRING, MEMBER(mib_scalars, reload_error), false,
	  NULL },
	{ 10, "bwOperationNext", MIB_UNSIGNED, MEMBER(mib_scalars, operation_next),
	  false, NULL },
	{ 11, "bwNotificationCount", MIB_COUNTER64, MEMBER(mib_scalars, notifications),
	  false, NULL },
	{ 12, "bwNotificationsSuppressed", MIB_COUNTER64,
	  MEMBER(mib_scalars, suppressed), false, NULL },
	SWITCH(0, "bwNotifyAll"),
	SWITCH(1, "bwNotifyFailover"),
	SWITCH(2, "bwNotifyService"),
	SWITCH(3, "bwNotifySilent"),
	SWITCH(4, "bwNotifyUnreachable"),
	SWITCH(5, "bwNotifyAlternate"),
	SWITCH(6, "bwNotifyPolicy"),
	SWITCH(7, "bwNotifyMessages"),
	SWITCH(8, "bwNotifyPaused"),
	SWITCH(9, "bwNotifyEngine"),
	SWITCH(10, "bwNotifyOperation"),
	{ 24, "bwNotificationsWithheld", MIB_COUNTER64, MEMBER(mib_scalars, withheld),
	  false, NULL },
	{ 25, "bwAlarms", MIB_GAUGE, MEMBER(mib_scalars, alarms), false, NULL },
	{ 26, "bwAlarmsRaised", MIB_COUNTER, MEMBER(mib_scalars, alarms_raised), false,
	  NULL },
	{ 27, "bwAlarmsCleared", MIB_COUNTER, MEMBER(mib_scalars, alarms_cleared),
	  false, NULL },
	{ 28, "bwAlarmsChanged", MIB_STAMP, MEMBER(mib_scalars, alarms_changed), false,
	  NULL },
};
const size_t mib_scalars_count = ARRAY_SIZE(mib_scalar);

unsigned
mib_switch_of(const struct mib_column *scalar)
{
	unsigned which = scalar->number - SWITCH_FIRST;
	return which < MIB_SWITCHES ? which : MIB_SWITCHES;
}

const char *
mib_switch_name(unsigned which)
{
	static const char *const name[MIB_SWITCHES] = {
		"all",    "failover", "service", "silent", "unreachable", "alternate",
		"policy", "messages", "paused",  "engine", "operation",
	};
	return which < MIB_SWITCHES ? name[which] : "?";
}

static const struct mib_description description[MIB_TABLE_END] = {
	[MIB_SERVER] = { MIB_SERVER, "bwServerTable", sizeof(struct mib_server), 1,
			 server_column, ARRAY_SIZE(server_column) },
	[MIB_PARAMETER] = { MIB_PARAMETER, "bwParameterTable",
			    sizeof(struct mib_parameter), 2, parameter_column,
			    ARRAY_SIZE(parameter_column) },
	[MIB_SERVICE] = { MIB_SERVICE, "bwServiceTable", sizeof(struct mib_service), 2,
			  service_column, ARRAY_SIZE(service_column) },
	[MIB_CONDITION] = { MIB_CONDITION, "bwConditionTable",
			    sizeof(struct mib_condition), 2, condition_column,
			    ARRAY_SIZE(condition_column) },
	[MIB_ALTERNATE] = { MIB_ALTERNATE, "bwAlternateTable",
			    sizeof(struct mib_alternate), 2, alternate_column,
			    ARRAY_SIZE(alternate_column) },
	[MIB_GROUP] = { MIB_GROUP, "bwGroupTable", sizeof(struct mib_group), 2,
			group_column, ARRAY_SIZE(group_column) },
	[MIB_OPERATION] = { MIB_OPERATION, "bwOperationTable",
			    sizeof(struct mib_operation), 2, operation_column,
			    ARRAY_SIZE(operation_column) },
	[MIB_EVENT] = { MIB_EVENT, "bwEventTable", sizeof(struct mib_event), 2,
			event_column, ARRAY_SIZE(event_column) },
	[MIB_ALARM] = { MIB_ALARM, "bwAlarmTable", sizeof(struct mib_alarm), 2,
			alarm_column, ARRAY_SIZE(alarm_column) },
	[MIB_CLIENT] = { MIB_CLIENT, "bwClientTable", sizeof(struct mib_client), 2,
			 client_column, ARRAY_SIZE(client_column) },
};

const struct mib_description *
mib_describe(enum mib_table table)
{
	if (table < MIB_SERVER || table >= MIB_TABLE_END)
		return NULL;
	return &description[table];
}

size_t
mib_entry(enum mib_table table, uint32_t out[16])
{
	static const uint32_t base[] = MIB_BASE;
	size_t length = ARRAY_SIZE(base);

	memcpy(out, base, sizeof(base));
	out[length++] = table == MIB_CLIENT ? MIB_CLIENTS : MIB_OBJECTS;
	out[length++] = table == MIB_CLIENT ? 1 : (uint32_t)table;
	out[length++] = 1;
	return length;
}

const struct mib_column *
mib_column_find(const struct mib_description *wanted, const char *name)
{
	for (size_t i = 0; i < wanted->columns; i++)
		if (strcmp(wanted->column[i].name, name) == 0)
			return &wanted->column[i];
	return NULL;
}

const char *
mib_label(const struct mib_column *column, uint32_t value)
{
	const char *const *label = column->label;

	if (value == 0 || !label)
		return "?";
	while (*label && --value > 0)
		label++;
	return *label ? *label : "?";
}
