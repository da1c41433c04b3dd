/* SPDX-License-Identifier: BSD-3-Clause */
/* Operations that came by SNMP: planned, begun, refused, and what was answered. */
#ifndef BELLWETHER_SUBAGENT_OPERATE_H
#define BELLWETHER_SUBAGENT_OPERATE_H

#include "common/clock.h"
#include "fleet/fleet.h"
#include "mib/tables.h"
#include "subagent/link.h"

#define OPERATE_ROWS 32u           /* planned and refused ones, of all servers */
#define OPERATE_KEPT (60 * SECOND) /* how long such a row stays */

struct operate {
	struct {
		struct mib_operation row; /* index.row 0: free */
		int64_t until;
	} list[OPERATE_ROWS];
};

/* The same in the fleet's terms; its texts are wanted's. */
struct fleet_wish operate_wish(const struct link_operate *wanted);
/* Does what is asked, with the fleet of the server that it names; answer says how that
   ended. A plan or a refusal stays as a row for a minute. */
void operate_take(struct operate *operate, struct fleet *fleet,
		  const struct link_operate *wanted, struct moment now,
		  struct link_answer *answer);
/* Rows of that server, ascending; forgets what is old. */
size_t operate_rows(struct operate *operate, uint32_t server, struct moment now,
		    struct mib_operation *out, size_t room);
/* At least next, and above every row that is kept here. */
uint32_t operate_next(const struct operate *operate, uint32_t next);

#endif
