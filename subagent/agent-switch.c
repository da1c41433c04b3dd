/* SPDX-License-Identifier: BSD-3-Clause */
/* The switches of notifications by SET: checked, remembered, handed to the engine. */
#include "config.h"

#include "subagent/agent-inside.h"

#include "common/clock.h"
#include "common/log.h"

/* For so long what was set is shown, whether the engine shows it or not. */
#define SHOWN (5 * SECOND)

/* One varbind; *which and *value are set when it is good. */
static int
check(const struct agent_table *table, const netsnmp_variable_list *vb, unsigned *which,
      uint32_t *value)
{
	const struct mib_column *column = agent_column(table, vb);
	struct mib_row index;
	if (!column || !column->writable)
		return SNMP_ERR_NOTWRITABLE;
	int error = agent_number_of(vb, ASN_INTEGER, MIB_ENABLED, MIB_DISABLED, value);
	if (error != SNMP_ERR_NOERROR)
		return error;
	if (!agent_index(table, vb, &index) || index.server != 0)
		return SNMP_ERR_NOCREATION;
	*which = mib_switch_of(column);
	return SNMP_ERR_NOERROR;
}

/* Who may write is the master's to say; that anybody may, the policies'. */
static int
permitted(const struct agent *agent)
{
	struct mib_scalars scalars;
	if (!agent->linked || !agent_scalars(agent, &scalars))
		return SNMP_ERR_RESOURCEUNAVAILABLE;
	return scalars.control ? SNMP_ERR_NOERROR : SNMP_ERR_NOTWRITABLE;
}

static void
reserve(struct agent *agent, const struct agent_table *table,
	netsnmp_agent_request_info *info, netsnmp_request_info *requests)
{
	struct agent_switches *after = &agent->switches_after;
	int permit = permitted(agent);
	*after = agent->switches;
	for (netsnmp_request_info *request = requests; request;
	     request = request->next) {
		unsigned which;
		uint32_t value;
		int error = check(table, request->requestvb, &which, &value);
		if (error == SNMP_ERR_NOERROR)
			error = permit;
		if (error != SNMP_ERR_NOERROR) {
			netsnmp_set_request_error(info, request, error);
			return;
		}
		after->wanted[which] = value;
		after->unsent |= UINT32_C(1) << which;
		after->touched = clock_now().boot;
	}
}

void
agent_switches_set(struct agent *agent, const struct agent_table *table,
		   netsnmp_agent_request_info *info, netsnmp_request_info *requests)
{
	switch (info->mode) {
	case MODE_SET_RESERVE2:
		reserve(agent, table, info, requests);
		break;
	case MODE_SET_ACTION:
		agent->switches_before = agent->switches;
		agent->switches = agent->switches_after;
		break;
	case MODE_SET_COMMIT:
		agent_switches_turn(agent, clock_now().boot);
		break;
	case MODE_SET_UNDO:
		agent->switches = agent->switches_before;
		break;
	default:
		break;
	}
}

void
agent_switches_show(const struct agent *agent, struct mib_scalars *scalars)
{
	for (unsigned i = 0; i < MIB_SWITCHES; i++)
		if (agent->switches.wanted[i] != 0)
			scalars->notify[i] = agent->switches.wanted[i];
}

void
agent_switches_turn(struct agent *agent, int64_t now)
{
	struct agent_switches *switches = &agent->switches;
	struct mib_scalars scalars;
	if (switches->touched == 0)
		return;
	for (unsigned i = 0; i < MIB_SWITCHES && switches->unsent != 0; i++) {
		struct link_message message = { .kind = LINK_SWITCH };
		message.set = (struct link_switch){ i, switches->wanted[i] };
		if (!(switches->unsent & UINT32_C(1) << i))
			continue;
		if (!link_send(agent->options.link, &message, -1))
			break;
		switches->unsent &= ~(UINT32_C(1) << i);
	}
	bool late = now - switches->touched > SHOWN;
	bool shown = agent->board && board_scalars_read(agent->board, &scalars);
	for (unsigned i = 0; shown && i < MIB_SWITCHES; i++)
		shown = switches->wanted[i] == 0 ||
			scalars.notify[i] == switches->wanted[i];
	bool taken = shown && switches->unsent == 0;
	if (late && !taken)
		log_warning(
		    "agent",
		    "the engine has not taken within 5 s how notifications were "
		    "switched: look at bwNotifyAll and its like, and set them "
		    "again if need be");
	if (late || taken)
		*switches = (struct agent_switches){ .touched = 0 };
}
