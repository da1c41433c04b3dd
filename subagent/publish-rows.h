/* SPDX-License-Identifier: BSD-3-Clause */
/* From what the engine knows to what SNMP shows: one row at a time, nothing else. */
#ifndef BELLWETHER_SUBAGENT_PUBLISH_ROWS_H
#define BELLWETHER_SUBAGENT_PUBLISH_ROWS_H

#include "mib/tables.h"
#include "subagent/server.h"

/* Every row is zeroed first, and texts are padded with zeros: equal rows have equal
   bytes. Indexes are left to the caller, and what is not named below. */

/* All but mode_reason, severity, performance_at, deciding, reason, policy_loaded and the
   history. */
void rows_server(const struct server_view *view, struct mib_server *row);
void rows_parameter(const struct server_view *view, uint32_t input,
		    struct mib_parameter *row);
void
rows_service(const struct server_view *view, uint32_t input, struct mib_service *row);
/* All but the reason. */
void rows_condition(const struct server_view *view, uint32_t condition,
		    struct mib_condition *row);
/* All but the count of clients. */
void rows_alternate(const struct server_view *view, uint32_t alternate,
		    struct mib_alternate *row);
/* The sets of a policy one after the other: lists, groups, sites. */
size_t rows_groups(const struct policy *policy);
/* "list:core": the name by which its number is kept. */
void rows_group_key(const struct policy *policy, size_t group, char *out, size_t size);
/* All but the counts of clients. */
void rows_group(const struct policy *policy, size_t group, struct mib_group *row);
void rows_operation(const struct operation *operation, struct mib_operation *row);
/* What it is called for people, by its action and selection. */
void rows_operation_name(struct mib_operation *row);
/* All but the client's name and the detail. */
void rows_event(const struct fleet_event *event, struct mib_event *row);
/* All but its lists and groups. */
void
rows_client(const struct server_view *view, uint32_t number, struct mib_client *row);
/* Those, as rows_groups() numbers them, in the order given. */
void rows_client_groups(const struct policy *policy, const uint32_t *group,
			size_t groups, struct mib_client *row);

/* Thousandths of a value; INT64_MIN when it is below 0, or no number that fits. */
int64_t rows_thousandths(double value);
/* Copies a text that may be longer, cut between characters, the rest zero. */
void rows_text(const char *text, char *out, size_t size);

#endif
