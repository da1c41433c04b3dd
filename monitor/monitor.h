/* SPDX-License-Identifier: BSD-3-Clause */
/* The monitor: runs the probes that a policy describes, each at its own pace. */
#ifndef BELLWETHER_MONITOR_MONITOR_H
#define BELLWETHER_MONITOR_MONITOR_H

#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "common/probe.h"
#include "common/sample.h"
#include "monitor/poller.h"
#include "monitor/spawner.h"

struct monitor;

struct monitor_options {
	uv_loop_t *loop;
	/* Copied by reference: must live until the close callback. */
	const struct probe *probe;
	size_t probes;
	struct spawner *spawner; /* runs commands */
	struct poller *poller;   /* asks SNMP agents; NULL: such probes fail */
	/* Raw ICMP sockets for <reach>, opened while privileged; -1: reach addresses end as
	   failed. Kept by the caller. Monitors of one loop may share them, others may not:
	   only answers to our own questions are let through. */
	int echo_socket;
	int echo_socket6;
	uint64_t seed; /* phases: probes do not march in step, but in groups */
	/* One call a sample, from the loop; a probe with several outputs calls several times. */
	void (*sample)(void *context, const struct sample *sample);
	void *context;
};

/* Starts every probe at one of a few random phases of its interval, those that read the
   host's own figures all at one, and keeps it there: the loop wakes once for several, and
   takes their samples together. A round that is still running when the next is due is
   skipped, not stacked; each round ends at its timeout. NULL only without memory; what
   cannot run ends as failed samples with the reason. */
struct monitor *monitor_start(const struct monitor_options *options);
/* Stops asking at once, kills what runs, frees; closed(context) may be NULL. */
void
monitor_close(struct monitor *monitor, void (*closed)(void *context), void *context);

#endif
