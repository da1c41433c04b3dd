/* SPDX-License-Identifier: BSD-3-Clause */
/* The engine's memory of the last hours: what each server's judge was given, when it looked
   and what was decided, as bellwether-trace(5) in STATE/trace.

   The loop only appends to memory that was there before; a worker writes, one at a time
   for all servers. What a slow or full disk does not take in time is left out, and the
   trace says so. */
#ifndef BELLWETHER_SUBAGENT_TRACER_H
#define BELLWETHER_SUBAGENT_TRACER_H

#include <uv.h>

#include "common/sample.h"
#include "fleet/fleet.h"
#include "policy/judge.h"
#include "policy/policy.h"

struct tracer;
/* bound: bytes of a server's two files; 0: nothing is traced, and the tracer is NULL, as
   it is without memory (logged). */
struct tracer *tracer_open(uv_loop_t *loop, const char *state, int64_t bound);
/* Writes what there is; memory goes when the loop has let go. No trace of it is used any
   more. NULL is none. */
void tracer_close(struct tracer *tracer);

/* A worker is writing. */
bool tracer_busy(const struct tracer *tracer);

/* NULL is a trace that takes nothing, everywhere below. */
struct trace;
/* Waits for the disk; any thread. NULL, logged, when it cannot be written. */
struct trace *trace_open(struct tracer *tracer, const char *server, struct moment now);
/* Before the loop takes it into use; nothing was traced yet. */
void trace_drop(struct trace *trace);
/* In the loop, from here on. What could not be handed over is written before it goes. */
void trace_begin(struct trace *trace, struct moment now);
void trace_end(struct trace *trace);

void trace_put_sample(struct trace *trace, const struct policy_input *input,
		      const struct sample *sample);
void trace_put_look(struct trace *trace, int64_t at);
/* True when that is another decision than the one that was put last. */
bool trace_decides(const struct trace *trace, enum server_state state,
		   const struct verdict *verdict);
void trace_put_decided(struct trace *trace, int64_t at, enum server_state state,
		       const struct verdict *verdict, const char *why);
/* digest: of the document, in hexadecimal. */
void
trace_put_policy(struct trace *trace, int64_t at, const char *path, const char *digest);
/* by: "policy", "file" or "operator". */
void trace_put_pause(struct trace *trace, int64_t at, bool on, const char *by,
		     const char *reason);
void trace_put_operate(struct trace *trace, int64_t at, const struct fleet_wish *wish);
void trace_put_health(struct trace *trace, int64_t at, const char *alternate,
		      const struct fleet_health *health, const char *why);

#endif
