/* SPDX-License-Identifier: BSD-3-Clause */
/* Words for the fleet's enumerations: logs, the console and the MIB use these. */
#include "config.h"

#include "common/bytes.h"
#include "fleet/fleet.h"

static const char *
name_at(const char *const *table, size_t size, size_t at)
{
	return at < size && table[at] != NULL ? table[at] : "?";
}

const char *
server_state_name(enum server_state state)
{
	static const char *const table[] = {
		[SERVER_SERVING] = "serving",   [SERVER_RETURNING] = "returning",
		[SERVER_SHEDDING] = "shedding", [SERVER_AWAY] = "away",
		[SERVER_UNKNOWN] = "unknown",
	};

	return name_at(table, ARRAY_SIZE(table), (size_t)state);
}

const char *
order_state_name(enum order_state state)
{
	static const char *const table[] = {
		[ORDER_STATE_NONE] = "none",
		[ORDER_STATE_DONE] = "done",
		[ORDER_STATE_RECEIVED] = "received",
		[ORDER_STATE_SENT] = "sent",
		[ORDER_STATE_ECHOED] = "echoed",
		[ORDER_STATE_UNREACHABLE] = "unreachable",
		[ORDER_STATE_REJECTED] = "rejected",
	};

	return name_at(table, ARRAY_SIZE(table), (size_t)state);
}

const char *
network_name(enum network network)
{
	static const char *const table[] = {
		[NETWORK_NONE] = "nothing reported",
		[NETWORK_PORT_CLOSED] = "port closed",
		[NETWORK_TOO_LONG] = "message too long",
		[NETWORK_HOST_UNREACHABLE] = "host unreachable",
		[NETWORK_NO_ROUTE] = "no route",
		[NETWORK_PROHIBITED] = "prohibited",
		[NETWORK_OTHER] = "another error",
	};

	return name_at(table, ARRAY_SIZE(table), (size_t)network);
}

const char *
alternate_state_name(enum alternate_state state)
{
	static const char *const table[] = {
		[ALTERNATE_USABLE] = "usable",
		[ALTERNATE_ASSUMED] = "assumed",
		[ALTERNATE_UNUSABLE] = "unusable",
	};

	return name_at(table, ARRAY_SIZE(table), (size_t)state);
}

const char *
action_name(enum action action)
{
	static const char *const table[] = {
		[ACTION_FAILOVER] = "failover", [ACTION_RECONNECT] = "reconnect",
		[ACTION_RELEASE] = "release",   [ACTION_PAUSE] = "pause",
		[ACTION_RESUME] = "resume",
	};

	return name_at(table, ARRAY_SIZE(table), (size_t)action);
}

const char *
initiator_name(enum initiator initiator)
{
	static const char *const table[] = {
		[INITIATOR_CLIENT] = "client",
		[INITIATOR_POLICY] = "policy",
		[INITIATOR_OPERATOR] = "operator",
		[INITIATOR_SAFETY] = "safety",
	};

	return name_at(table, ARRAY_SIZE(table), (size_t)initiator);
}

const char *
operation_state_name(enum operation_state state)
{
	static const char *const table[] = {
		[OPERATION_RUNNING] = "running", [OPERATION_PAUSED] = "paused",
		[OPERATION_DONE] = "done",       [OPERATION_CANCELLED] = "cancelled",
		[OPERATION_PLANNED] = "planned", [OPERATION_REFUSED] = "refused",
	};

	return name_at(table, ARRAY_SIZE(table), (size_t)state);
}

const char *
fleet_event_name(enum fleet_event_kind kind)
{
	static const char *const table[] = {
		[EVENT_STATE] = "state",
		[EVENT_OPERATION_START] = "operation-start",
		[EVENT_OPERATION_END] = "operation-end",
		[EVENT_ADVISED] = "advised",
		[EVENT_BATCH] = "batch",
		[EVENT_PLACE] = "place",
		[EVENT_SILENT] = "silent",
		[EVENT_HEARD] = "heard",
		[EVENT_UNREACHABLE] = "unreachable",
		[EVENT_REACHABLE] = "reachable",
		[EVENT_REJECTED] = "rejected",
		[EVENT_ADMITTED] = "admitted",
		[EVENT_REFUSED] = "refused",
		[EVENT_PAUSED] = "paused",
		[EVENT_RESUMED] = "resumed",
		[EVENT_DUPLICATE_IDENTITY] = "duplicate-identity",
		[EVENT_RELOADED] = "reloaded",
		[EVENT_OTHER] = "other",
		[EVENT_COMING] = "still-coming",
		[EVENT_STOPPED] = "stays-away",
		[EVENT_ACTIVITY] = "activity",
		[EVENT_ALTERNATE] = "alternate",
		[EVENT_HOLD_DOWN] = "hold-down",
	};

	return name_at(table, ARRAY_SIZE(table), (size_t)kind);
}
