/* SPDX-License-Identifier: BSD-3-Clause */
/* The tables of built-in parameters and of RADIUS status values. */
#include "config.h"

#include "common/probe.h"

#include "common/bytes.h"

const char *const probe_system_name[SYSTEM_COUNT] = {
	[SYSTEM_CPU] = "cpu",
	[SYSTEM_MEMORY] = "memory",
	[SYSTEM_SWAP] = "swap",
	[SYSTEM_PROCESSES] = "processes",
	[SYSTEM_LOAD] = "load",
	[SYSTEM_NETWORK] = "network",
	[SYSTEM_PRESSURE_CPU] = "pressure-cpu",
	[SYSTEM_PRESSURE_MEMORY] = "pressure-memory",
	[SYSTEM_PRESSURE_IO] = "pressure-io",
};

const char *const probe_system_unit[SYSTEM_COUNT] = {
	[SYSTEM_CPU] = "%",          [SYSTEM_MEMORY] = "%",
	[SYSTEM_SWAP] = "%",         [SYSTEM_PROCESSES] = "",
	[SYSTEM_LOAD] = "%",         [SYSTEM_NETWORK] = "%",
	[SYSTEM_PRESSURE_CPU] = "%", [SYSTEM_PRESSURE_MEMORY] = "%",
	[SYSTEM_PRESSURE_IO] = "%",
};

#define COUNTER(name_, number, meaning_)                                     \
	{                                                                    \
		.name = name_, .value = VALUE_ATTRIBUTE, .selector = number, \
		.worst = WORST_NONE, .unit = "", .meaning = meaning_         \
	}

/* The numbers are FreeRADIUS's vendor attributes (vendor 11344). Queue lengths and packet
   rates (162 to 166, 181, 182) are left out: servers built with C11 atomics publish a
   constant 0. So is the start time (176): later versions tell a wrong one. */
const struct probe_radius_value probe_radius_values[] = {
	{ "rtt", VALUE_ELAPSED, 0, WORST_TIMEOUT, "ms",
	  "time from the status request to its answer" },
	{ "threads-available", VALUE_THREADS_AVAILABLE, 0, WORST_ZERO, "",
	  "threads not busy, of the most there may be, the poll's own not counted "
	  "(FreeRADIUS 3.2.2 or later)" },
	COUNTER("threads-max", 195, "most threads there may be (3.2.2 or later)"),
	COUNTER("threads-active", 193,
		"threads at work, the poll's own included (3.2.2 or later)"),
	COUNTER("threads-total", 194, "threads started (3.2.2 or later)"),
	COUNTER("access-requests", 128, "Access-Requests received"),
	COUNTER("access-accepts", 129, "Access-Accepts sent"),
	COUNTER("access-rejects", 130, "Access-Rejects sent"),
	COUNTER("access-challenges", 131, "Access-Challenges sent"),
	COUNTER("auth-responses", 132, "answers of any kind to Access-Requests"),
	COUNTER("auth-duplicate-requests", 133, "Access-Requests repeated by clients"),
	COUNTER("auth-malformed-requests", 134, "Access-Requests that were malformed"),
	COUNTER("auth-invalid-requests", 135, "Access-Requests that were invalid"),
	COUNTER("auth-dropped-requests", 136, "Access-Requests dropped"),
	COUNTER("auth-unknown-types", 137, "packets of unknown type, authentication"),
	COUNTER("auth-conflicts", 191, "Access-Requests that conflicted with another"),
	COUNTER("accounting-requests", 148, "Accounting-Requests received"),
	COUNTER("accounting-responses", 149, "Accounting-Responses sent"),
	COUNTER("acct-duplicate-requests", 150,
		"Accounting-Requests repeated by clients"),
	COUNTER("acct-malformed-requests", 151,
		"Accounting-Requests that were malformed"),
	COUNTER("acct-invalid-requests", 152, "Accounting-Requests that were invalid"),
	COUNTER("acct-dropped-requests", 153, "Accounting-Requests dropped"),
	COUNTER("acct-unknown-types", 154, "packets of unknown type, accounting"),
	COUNTER("acct-conflicts", 192,
		"Accounting-Requests that conflicted with another"),
	COUNTER("proxy-access-requests", 138,
		"Access-Requests passed on to other servers"),
	COUNTER("proxy-access-accepts", 139, "Access-Accepts that came back"),
	COUNTER("proxy-access-rejects", 140, "Access-Rejects that came back"),
	COUNTER("proxy-access-challenges", 141, "Access-Challenges that came back"),
	COUNTER("proxy-auth-responses", 142, "answers of any kind to those passed on"),
	COUNTER("proxy-auth-duplicate-requests", 143,
		"Access-Requests passed on again"),
	COUNTER("proxy-auth-malformed-requests", 144,
		"malformed answers to Access-Requests"),
	COUNTER("proxy-auth-invalid-requests", 145,
		"invalid answers to Access-Requests"),
	COUNTER("proxy-auth-dropped-requests", 146,
		"answers to Access-Requests dropped"),
	COUNTER("proxy-auth-unknown-types", 147,
		"answers of unknown type, authentication"),
	COUNTER("proxy-accounting-requests", 155,
		"Accounting-Requests passed on to other servers"),
	COUNTER("proxy-accounting-responses", 156,
		"Accounting-Responses that came back"),
	COUNTER("proxy-acct-duplicate-requests", 157,
		"Accounting-Requests passed on again"),
	COUNTER("proxy-acct-malformed-requests", 158,
		"malformed answers to Accounting-Requests"),
	COUNTER("proxy-acct-invalid-requests", 159,
		"invalid answers to Accounting-Requests"),
	COUNTER("proxy-acct-dropped-requests", 160,
		"answers to Accounting-Requests dropped"),
	COUNTER("proxy-acct-unknown-types", 161, "answers of unknown type, accounting"),
	COUNTER("home-server-outstanding", 172,
		"requests passed on to the home server and not answered yet"),
	COUNTER(
	    "home-server-state", 173,
	    "what a proxy thinks of the home server: 0 unknown, 1 alive, 2 zombie, 3 "
	    "dead, 4 connection failed, 5 down by radmin"),
};

const size_t probe_radius_value_count = ARRAY_SIZE(probe_radius_values);
