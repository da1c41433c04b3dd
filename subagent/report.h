/* SPDX-License-Identifier: BSD-3-Clause */
/* What the log says of a server: each interval, at each change of the verdict, and in
   full when asked. */
#ifndef BELLWETHER_SUBAGENT_REPORT_H
#define BELLWETHER_SUBAGENT_REPORT_H

#include "subagent/server.h"
#include "subagent/store.h"
#include "subagent/wire.h"

/* At debug: "NAME performance 83.2 (threshold 30/60), failover no, connection yes since
   12s; state serving, clients here 180 away 20 unknown 0, orders done 20 sent 0 ...". */
void report_interval(const struct server_view *view);
/* At info: "NAME verdict: failover yes, connection no: EXPLANATION". */
void report_verdict(const struct server_view *view);
/* At info, several lines: everything there is to know. */
void report_status(const struct server_view *view);
void report_store(struct store *store);
void report_wire(const char *name, const struct wire *wire);

/* "authenticator 12, stale 3", or "none". */
void report_refused(const uint64_t count[CHECK_COUNT], char *out, size_t size);

#endif
