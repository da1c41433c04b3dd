/* SPDX-License-Identifier: BSD-3-Clause */
/* A probe, as the policy describes it and the monitor runs it. Pure data. */
#ifndef BELLWETHER_COMMON_PROBE_H
#define BELLWETHER_COMMON_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/address.h"

enum probe_kind {
	PROBE_SYSTEM = 1,    /* the built-in parameters; one probe reads them all */
	PROBE_PROCESS,       /* processes of a name */
	PROBE_TCP,           /* connect */
	PROBE_EXEC,          /* a monitoring plugin: exit status, perfdata */
	PROBE_FILE,          /* a number in a file, by a pattern */
	PROBE_UDP_BACKLOG,   /* receive queues of a local UDP port */
	PROBE_RADIUS_STATUS, /* Status-Server, RFC 5997 */
	PROBE_SNMP,          /* a GET of an SNMP agent's objects */
	PROBE_RADIUS_LOGIN, /* a test login: Access-Request with a password, RFC 2865 */
	PROBE_RADIUS_THREADS, /* threads of a local FreeRADIUS, counted by a helper */
	PROBE_TACACS,         /* the beginning of a login, RFC 8907 */
	PROBE_DIAMETER        /* the capabilities exchange of peers, RFC 6733 */
};

/* What an input takes from a probe. The unit of a value is in the comment. */
enum probe_value {
	VALUE_STATE = 1, /* a service: 1 up, 0 down (exec: 0 and 1 are up, 2 is down,
	                     3 and others end as failed) */
	VALUE_ELAPSED,   /* ms from asking to the answer: tcp, tacacs, diameter, exec,
	                  radius-status "rtt" */
	VALUE_COUNT,     /* number of processes of the name */
	VALUE_EXIT,      /* exec without perfdata=: the exit status, 0 to 3 */
	VALUE_PERFDATA, /* exec, radius-threads: the number labelled `label`, as printed,
	                   unit dropped */
	VALUE_MATCH,    /* file: the first group of the pattern */
	VALUE_QUEUE,    /* udp-backlog: bytes waiting, the largest socket of the port */
	VALUE_DROPS,    /* udp-backlog: packets dropped since the socket was opened */
	VALUE_ATTRIBUTE, /* radius-status: vendor 11344's attribute number `selector` */
	VALUE_THREADS_AVAILABLE, /* radius-status: max - (active - 1); absent attributes
	                            (servers before 3.2.2) end as failed */
	VALUE_SYSTEM, /* built-in parameter number `selector`, enum probe_system */
	VALUE_OBJECT, /* snmp: the object whose identifier is `label`, as it stands */
	VALUE_LOGIN   /* radius-login: 1 accepted, 0 rejected, 2 challenged */
};

/* The built-in parameters, always there, in this order the policy's first inputs. */
enum probe_system {
	SYSTEM_CPU,          /* % busy of all processors since the sample before */
	SYSTEM_MEMORY,       /* % used: 100 * (1 - MemAvailable / MemTotal) */
	SYSTEM_SWAP,         /* % used; 0 without swap */
	SYSTEM_PROCESSES,    /* count */
	SYSTEM_LOAD,         /* 1 min load average divided by processors, in % */
	SYSTEM_NETWORK,      /* % of the named links up and addresses reachable; none
	                           named: % of configured non-loopback links with carrier,
	                           100 when there are none */
	SYSTEM_PRESSURE_CPU, /* % "some", 10 s average; failed where the kernel has none */
	SYSTEM_PRESSURE_MEMORY,
	SYSTEM_PRESSURE_IO,
	SYSTEM_COUNT
};
/* "cpu" "memory" ... "pressure-io", and "%", "" for processes. */
extern const char *const probe_system_name[SYSTEM_COUNT];
extern const char *const probe_system_unit[SYSTEM_COUNT];

/* What a timeout or an absence of the protected server reads as. */
enum probe_worst {
	WORST_NONE,   /* nothing sensible: unknown */
	WORST_ZERO,   /* a count of free things; a service is down */
	WORST_TIMEOUT /* a latency: the probe's own timeout in ms */
};

/* Values of <radius-status value="...">: the policy's vocabulary, the monitor's
   decoder and the manual are made from this one table. */
struct probe_radius_value {
	const char *name; /* "rtt" "threads-available" "access-requests" ... */
	enum probe_value value;
	uint32_t selector; /* attribute number for VALUE_ATTRIBUTE */
	enum probe_worst worst;
	const char *unit;
	const char *meaning; /* one line for the manual */
};
extern const struct probe_radius_value probe_radius_values[];
extern const size_t probe_radius_value_count;

struct probe_output {
	uint32_t input; /* index among the policy's inputs: goes into the sample */
	enum probe_value value;
	uint32_t selector;
	const char *label; /* perfdata label, object identifier, else NULL */
};

/* How to ask an SNMP agent, in snmp.conf's words. What is not used is "". */
enum access_version { ACCESS_V1 = 1, ACCESS_V2C, ACCESS_V3 };
enum access_level { ACCESS_NO_AUTH = 1, ACCESS_AUTH, ACCESS_PRIVACY };
struct snmp_access {
	enum access_version version;
	enum access_level level; /* SNMPv3 */
	const char *community;   /* SNMPv1 and v2c */
	const char *user;
	const char *auth_type, *auth_passphrase; /* "SHA-256" and its like */
	const char *privacy_type, *privacy_passphrase;
};

#define PROBE_ARGUMENTS    32
#define PROBE_PASSWORD_MAX 128 /* bytes that RADIUS carries */

/* Strings belong to the policy that made it and live as long. */
struct probe {
	enum probe_kind kind;
	const char *name; /* of its first input, for the log */
	int64_t interval; /* us, 100 ms to 1 day */
	int64_t timeout;  /* us, at most the interval */
	struct probe_output *output;
	size_t outputs; /* 1 or more */
	union {
		struct {
			const char **link; /* interface names */
			size_t links;
			struct address *reach; /* asked by ICMP Echo */
			size_t reaches;
		} system;
		struct {
			const char *name;
		} process; /* comm, or base name of argv[0] */
		struct {
			struct endpoint to;
		} tcp;
		struct {
			const char *
			    argument[PROBE_ARGUMENTS + 1]; /* [0] absolute; NULL ends */
			const char *user;                  /* NULL: the daemon's own */
		} exec;
		struct {
			const char *path;
			const char *pattern; /* POSIX extended, one group or more */
		} file;
		struct {
			uint16_t port;
		} udp_backlog;
		struct {
			struct endpoint server;
			const uint8_t *
			    secret; /* read by the loader's caller; may be empty bytes */
			size_t secret_size;
			struct endpoint home; /* a proxy's, of "home-server-..." values;
			                         port 0: none */
		} radius_status;
		struct {
			struct endpoint server;
			const uint8_t *secret; /* as of radius_status */
			size_t secret_size;
			const uint8_t *password;
			size_t password_size; /* at most PROBE_PASSWORD_MAX */
			const char *user, *nas_identifier;
		} radius_login;
		struct {
			const char *process; /* as of process */
			uint32_t max;        /* thread.max_servers; 0: not given */
		} radius_threads;
		struct {
			struct endpoint agent;
			/* Read by the loader, as secrets are; shared by probes. */
			const struct snmp_access *access;
		} snmp;
		struct {
			struct endpoint to;
			const uint8_t *secret; /* as of radius_status */
			size_t secret_size;
			const char *user; /* "": the server asks for one */
		} tacacs;
		struct {
			struct endpoint to;
			const char *origin_host, *origin_realm; /* who asks */
		} diameter;
	};
};

#endif
