/* SPDX-License-Identifier: BSD-3-Clause */
/* Notifications: queued, paced, whole, and sent again when the master was away. */
#include "config.h"

#include "subagent/agent-inside.h"

#include <stddef.h>
#include <string.h>

#include "common/bytes.h"
#include "common/clock.h"
#include "common/log.h"

/* A unix socket takes some 700 at once before it drops them, and the master must keep up
   with all of its receivers. */
#define BURST 50.0
#define RATE  400.0 /* a second */
/* Of those sent so many are kept. */
#define AGAIN 64u

/* ---- what each one carries ---- */

/* The notification's own objects, below bwNotificationObjects unless they are scalars of
   the others: columns of the message. */
#define OWN(member) \
	offsetof(struct link_notify, member), sizeof(((struct link_notify *)0)->member)
#define SCALARS 1  /* bwObjects.1 */
#define OWN_ARM 11 /* bwObjects.11 */
static const struct {
	oid arm;
	struct mib_column column;
} own_object[] = {
	{ OWN_ARM,
	  { 3, "bwNotificationSeverity", MIB_ENUM, OWN(severity), false, NULL } },
	{ OWN_ARM,
	  { 4, "bwNotificationSubject", MIB_STRING, OWN(subject), false, NULL } },
	{ OWN_ARM, { 5, "bwNotificationClients", MIB_GAUGE, OWN(count), false, NULL } },
	{ OWN_ARM,
	  { 6, "bwNotificationReason", MIB_STRING, OWN(reason), false, NULL } },
	{ OWN_ARM, { 2, "bwNotificationDate", MIB_DATE, OWN(wall), false, NULL } },
	{ SCALARS,
	  { 12, "bwNotificationsSuppressed", MIB_COUNTER64, OWN(suppressed), false,
	    NULL } },
	{ OWN_ARM,
	  { 1, "bwNotificationSequence", MIB_COUNTER64, OWN(sequence), false, NULL } },
};

/* What stands before them: the pair's subject, then its server. */
enum head { HEAD_NONE, HEAD_SERVER, HEAD_SERVICE, HEAD_OPERATION, HEAD_ENGINE };
static const enum head head_of[NOTIFY_END] = {
	[NOTIFY_FAILOVER] = HEAD_SERVER,
	[NOTIFY_RECOVERED] = HEAD_SERVER,
	[NOTIFY_SERVICE_DOWN] = HEAD_SERVICE,
	[NOTIFY_SERVICE_UP] = HEAD_SERVICE,
	[NOTIFY_CLIENTS_SILENT] = HEAD_SERVER,
	[NOTIFY_CLIENTS_HEARD] = HEAD_SERVER,
	[NOTIFY_CLIENTS_UNREACHABLE] = HEAD_SERVER,
	[NOTIFY_CLIENTS_REACHABLE] = HEAD_SERVER,
	[NOTIFY_NO_ALTERNATE] = HEAD_SERVER,
	[NOTIFY_ALTERNATE_AVAILABLE] = HEAD_SERVER,
	[NOTIFY_POLICY_REJECTED] = HEAD_SERVER,
	[NOTIFY_POLICY_ACCEPTED] = HEAD_SERVER,
	[NOTIFY_MESSAGES_REFUSED] = HEAD_SERVER,
	[NOTIFY_MESSAGES_QUIET] = HEAD_SERVER,
	[NOTIFY_PAUSED] = HEAD_SERVER,
	[NOTIFY_RESUMED] = HEAD_SERVER,
	[NOTIFY_ENGINE_LOST] = HEAD_ENGINE,
	[NOTIFY_ENGINE_BACK] = HEAD_ENGINE,
	[NOTIFY_OPERATION_FINISHED] = HEAD_OPERATION,
	[NOTIFY_RESYNCHRONISE] = HEAD_ENGINE,
};

/* ---- one notification as varbinds ---- */

/* The list under way; it is whole only while nothing was missing. */
struct varbinds {
	netsnmp_variable_list *list;
	struct agent_instant now;
	const char *missing;
};

static void
add(struct varbinds *out, const oid *name, size_t length,
    const struct mib_column *column, const void *row)
{
	struct agent_value value;
	if (!agent_value_of(column, row, &out->now, &value)) {
		out->missing = column->name;
		return;
	}
	if (!snmp_varlist_add_variable(&out->list, name, length, value.type, value.data,
				       value.size))
		out->missing = "memory";
}

/* A column of the row, with its instance. */
static void
add_column(struct varbinds *out, const struct agent_table *table, const char *wanted,
	   const struct mib_row *row)
{
	const struct mib_column *column = mib_column_find(table->description, wanted);
	oid name[20];
	size_t length = table->length;
	if (row->server == 0 || row->row == 0) {
		out->missing = wanted;
		return;
	}
	memcpy(name, table->root, length * sizeof(oid));
	name[length++] = column->number;
	name[length++] = row->server;
	if (table->description->indexes == 2)
		name[length++] = row->row;
	add(out, name, length, column, row);
}

static void
add_scalar(struct varbinds *out, const struct agent_table *scalars, oid arm,
	   const struct mib_column *column, const void *row)
{
	oid name[20];
	size_t length = scalars->length;
	memcpy(name, scalars->root, length * sizeof(oid));
	name[length - 1] = arm;
	name[length++] = column->number;
	name[length++] = 0;
	add(out, name, length, column, row);
}

/* As it was when it happened, not as it is when the notification leaves. */
static void
add_server(struct varbinds *out, const struct agent *agent,
	   const struct link_notify *notify)
{
	const struct agent_table *table = &agent->table[MIB_SERVER];
	union mib_any row = { .server = { .name = "" } };
	agent_row_get(agent, MIB_SERVER, notify->server, notify->server, &row);
	row.index = (struct mib_row){ notify->server, notify->server };
	if (notify->server_name[0])
		memcpy(row.server.name, notify->server_name, sizeof(row.server.name));
	if (notify->state != 0)
		row.server.state = notify->state;
	if (notify->mode != 0)
		row.server.mode = notify->mode;
	add_column(out, table, "bwServerName", &row.index);
	add_column(out, table, "bwServerState", &row.index);
	add_column(out, table, "bwServerMode", &row.index);
}

static void
add_head(struct varbinds *out, const struct agent *agent,
	 const struct link_notify *notify, enum head head)
{
	union mib_any row;
	struct mib_scalars scalars = { .version = PACKAGE_VERSION };
	memset(&row, 0, sizeof(row));
	row.index = (struct mib_row){ notify->server, notify->row };
	switch (head) {
	case HEAD_ENGINE:
		add_scalar(out, &agent->table[0], SCALARS, &mib_scalar[0], &scalars);
		return;
	case HEAD_SERVICE:
		memcpy(row.service.name, notify->subject, sizeof(row.service.name));
		add_column(out, &agent->table[MIB_SERVICE], "bwServiceName",
			   &row.index);
		break;
	case HEAD_OPERATION:
		agent_row_get(agent, MIB_OPERATION, notify->server, notify->row, &row);
		add_column(out, &agent->table[MIB_OPERATION], "bwOperationAction",
			   &row.index);
		break;
	default:
		break;
	}
	add_server(out, agent, notify);
}

/* NULL when an object is missing: nothing is ever sent half. */
static netsnmp_variable_list *
compose(struct agent *agent, const struct link_notify *notify)
{
	static const oid trap[] = { 1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0 };
	static const oid base[] = MIB_BASE;
	struct varbinds out = { .now = agent_instant() };
	oid which[ARRAY_SIZE(base) + 2];
	memcpy(which, base, sizeof(base));
	which[ARRAY_SIZE(base)] = MIB_NOTIFICATIONS;
	which[ARRAY_SIZE(base) + 1] = notify->notification;
	if (!snmp_varlist_add_variable(&out.list, trap, ARRAY_SIZE(trap), ASN_OBJECT_ID,
				       which, sizeof(which)))
		out.missing = "memory";
	add_head(&out, agent, notify, head_of[notify->notification]);
	for (size_t i = 0; i < ARRAY_SIZE(own_object); i++)
		add_scalar(&out, &agent->table[0], own_object[i].arm,
			   &own_object[i].column, notify);
	if (!out.missing)
		return out.list;
	log_warning(
	    "agent", "notification %d (sequence %llu) is not sent: %s is missing",
	    notify->notification, (unsigned long long)notify->sequence, out.missing);
	snmp_free_varbind(out.list);
	return NULL;
}

/* ---- the queue ---- */

static struct agent_notice *
at(struct agent_notices *notices, size_t i)
{
	return &notices->ring[(notices->first + i) % AGENT_QUEUE];
}

static void
forget_first(struct agent_notices *notices)
{
	notices->first = (notices->first + 1) % AGENT_QUEUE;
	notices->kept--;
}

static void
queue(struct agent *agent, const struct link_notify *notify)
{
	struct agent_notices *notices = &agent->notices;
	/* The newest is what is lost: what began is told, and the count tells the rest. */
	if (notices->waiting == AGENT_QUEUE) {
		agent_sequence_drop(&notices->sequence, notify->sequence);
		return;
	}
	if (notices->kept + notices->waiting == AGENT_QUEUE)
		forget_first(notices);
	struct agent_notice *last = at(notices, notices->kept + notices->waiting++);
	*last = (struct agent_notice){ .notify = *notify };
	last->notify.suppressed += agent_sequence_suppressed(&notices->sequence);
}

void
agent_notify(struct agent *agent, const struct link_notify *notify)
{
	struct link_notify numbered = *notify;
	numbered.sequence = agent_sequence_take(&agent->notices.sequence, notify);
	if (numbered.sequence != 0)
		queue(agent, &numbered);
}

static bool
switched_off(const struct agent *agent, struct mib_scalars scalars,
	     enum notification notification)
{
	agent_switches_show(agent, &scalars);
	return scalars.notify[0] == MIB_DISABLED ||
	       scalars.notify[notification_switch(notification)] == MIB_DISABLED;
}

void
agent_notify_own(struct agent *agent, enum notification notification, uint32_t severity,
		 const char *reason)
{
	struct mib_scalars scalars = { .notifications = 0 };
	struct link_notify notify = { .notification = notification,
				      .wall = clock_now().wall,
				      .severity = severity };
	if (agent->board)
		board_scalars_read(agent->board, &scalars);
	if (switched_off(agent, scalars, notification))
		return;
	notify.suppressed = scalars.suppressed;
	notify.sequence =
	    agent_sequence_own(&agent->notices.sequence, scalars.notifications);
	slice_copy(slice_of(reason), notify.reason, sizeof(notify.reason));
	queue(agent, &notify);
}

/* Moves the first one that waits over to those kept, whatever comes of it. */
static void
send_first(struct agent *agent, int64_t now)
{
	struct agent_notices *notices = &agent->notices;
	struct agent_notice *notice = at(notices, notices->kept);
	netsnmp_variable_list *list = compose(agent, &notice->notify);
	notices->waiting--;
	notices->kept++;
	notice->sent = now;
	if (list) {
		send_v2trap(list);
		agent_sequence_sent(&notices->sequence, notice->notify.sequence);
	} else {
		agent_sequence_drop(&notices->sequence, notice->notify.sequence);
	}
	snmp_free_varbind(list);
	while (notices->kept > AGAIN)
		forget_first(notices);
}

int64_t
agent_notices_turn(struct agent *agent, int64_t now)
{
	struct agent_notices *notices = &agent->notices;
	double earned = (double)(now - notices->refilled) * RATE / (double)SECOND;
	notices->tokens += earned;
	if (notices->tokens > BURST || notices->refilled == 0)
		notices->tokens = BURST;
	notices->refilled = now;
	if (!agent->connected)
		return NEVER;
	for (; notices->waiting > 0 && notices->tokens >= 1; notices->tokens -= 1)
		send_first(agent, now);
	return notices->waiting > 0 ? SECOND / 20 : NEVER;
}

void
agent_notices_parted(struct agent *agent, int64_t now)
{
	agent->notices.parted = now;
}

void
agent_notices_joined(struct agent *agent)
{
	struct agent_notices *notices = &agent->notices;
	while (notices->parted != 0 && notices->kept > 0 &&
	       notices->parted - at(notices, notices->kept - 1)->sent < AGENT_AGAIN) {
		notices->kept--;
		notices->waiting++;
	}
	notices->parted = 0;
}
