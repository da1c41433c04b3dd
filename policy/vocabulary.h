/* SPDX-License-Identifier: BSD-3-Clause */
/* The policy's elements and attributes as tables; policy.xsd says the same in the
   schema's words, and a test compares the two. Private to policy/. */
#ifndef BELLWETHER_POLICY_VOCABULARY_H
#define BELLWETHER_POLICY_VOCABULARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum element_kind {
	E_POLICY,
	E_SERVER,
	E_KEY,
	E_ALTERNATES,
	E_ALTERNATE,
	E_HEALTH,
	E_MONITOR,
	E_NETWORK,
	E_LINK,
	E_REACH,
	E_PARAMETER,
	E_SERVICE,
	E_RADIUS_VALUE,   /* radius-status of a parameter */
	E_RADIUS_SERVICE, /* radius-status of a service */
	E_LOGIN_VALUE,    /* radius-login of a parameter */
	E_LOGIN_SERVICE,  /* radius-login of a service */
	E_THREADS,
	E_UDP_BACKLOG,
	E_EXEC_VALUE,
	E_EXEC_SERVICE,
	E_FILE,
	E_SNMP,
	E_DIAMETER,
	E_TACACS,
	E_TCP,
	E_PROCESS,
	E_PERFORMANCE,
	E_FAILOVER,
	E_WHEN,
	E_STEP,
	E_SELECT,
	E_EXCEPT,
	E_ORDER,
	E_CONNECTION,
	E_BATCH,
	E_ADMIT,
	E_CONTROL,
	E_CLIENTS,
	E_ACTIVITY,
	E_RADIUS_ACTIVITY, /* radius-status of <activity> */
	E_LIST,
	E_SITE,
	E_SITE_LINK, /* link of a site */
	E_CLIENT,
	E_RANGE,
	E_INCLUDE,
	E_COUNT,
	E_NONE = E_COUNT /* the document itself, and elements we do not know */
};
#define E_BIT(kind) (UINT64_C(1) << (kind))

enum value_type {
	TYPE_TEXT,     /* printable, min to max bytes */
	TYPE_NAME,     /* DESIGN.md section 2 */
	TYPE_NAMES,    /* names with spaces between */
	TYPE_PATTERN,  /* of a range's names: one %d */
	TYPE_ADDRESS,  /* a host's */
	TYPE_ENDPOINT, /* address:port */
	TYPE_AGENT,    /* an SNMP agent's address */
	TYPE_OID,      /* an object identifier */
	TYPE_PREFIX,
	TYPE_DURATION, /* us, min to max */
	TYPE_NUMBER,   /* whole, min to max */
	TYPE_REAL,     /* with an optional sign and decimals */
	TYPE_SHARE,    /* "25%" */
	TYPE_RATE,     /* "20/s", min to max */
	TYPE_WORD,     /* one of words */
	TYPE_RADIUS    /* one of probe_radius_values */
};

struct word {
	const char *text;
	int number;
};

struct attribute {
	const char *name;
	enum value_type type;
	bool required;
	int64_t min, max;
	const char *expected;     /* in words, after "expected " */
	const struct word *words; /* TYPE_WORD; ends with a NULL text */
};

enum {
	ELEMENT_ROOT = 1u,     /* may be a document's first element */
	ELEMENT_ONCE = 2u,     /* at most one in its parent */
	ELEMENT_REQUIRED = 4u, /* at least one in its parent */
	ELEMENT_ONE_CHILD = 8u /* holds exactly one element */
};

struct element {
	const char *name;
	uint64_t parents; /* E_BIT of each kind that may hold it */
	unsigned flags;
	const struct attribute *attribute; /* position is the builder's number */
	size_t attributes;
};
extern const struct element vocabulary[E_COUNT];

/* More than any element has. */
#define ATTRIBUTES_MAX 10

/* Positions in each element's attribute table. */
enum { POLICY_MODE };
enum { SERVER_NAME, SERVER_ADDRESS, SERVER_TRANSPORT, SERVER_PORT };
enum { KEY_ID, KEY_FILE, KEY_ALGORITHM };
enum { ALTERNATES_DISTRIBUTE, ALTERNATES_WHEN_NONE };
enum {
	ALTERNATE_NAME,
	ALTERNATE_ADDRESS,
	ALTERNATE_PORT,
	ALTERNATE_PRIORITY,
	ALTERNATE_WEIGHT,
	ALTERNATE_CAPACITY
};
enum { HEALTH_AGENT, HEALTH_ACCESS, HEALTH_SERVER, HEALTH_EVERY };
enum { MONITOR_INTERVAL, MONITOR_TIMEOUT };
enum { LINK_NAME };
enum { REACH_ADDRESS };
enum {
	PARAMETER_NAME,
	PARAMETER_UNIT,
	PARAMETER_RATE,
	PARAMETER_EVERY,
	PARAMETER_ON_TIMEOUT
};
enum {
	SERVICE_NAME,
	SERVICE_ROLE,
	SERVICE_EVERY,
	SERVICE_RISE,
	SERVICE_FALL,
	SERVICE_ON_TIMEOUT
};
enum { RADIUS_SERVER, RADIUS_SECRET, RADIUS_VALUE, RADIUS_HOME };
enum { LOGIN_SERVER, LOGIN_SECRET, LOGIN_USER, LOGIN_PASSWORD, LOGIN_NAS, LOGIN_VALUE };
/* Values of radius-threads. */
enum { COUNT_AVAILABLE, COUNT_MAX_THREADS, COUNT_TOTAL, COUNT_BUSY, COUNT_IDLE };
enum { THREADS_PROCESS, THREADS_MAX, THREADS_VALUE };
enum { BACKLOG_PORT, BACKLOG_VALUE };
enum { EXEC_COMMAND, EXEC_USER, EXEC_TIMEOUT, EXEC_PERFDATA, EXEC_VALUE };
enum { FILE_PATH, FILE_PATTERN };
enum { SNMP_AGENT, SNMP_ACCESS, SNMP_OID };
enum { DIAMETER_PEER, DIAMETER_PORT, DIAMETER_HOST, DIAMETER_REALM };
enum { TACACS_SERVER, TACACS_PORT, TACACS_SECRET, TACACS_USER };
enum { TCP_ADDRESS, TCP_PORT };
enum { PROCESS_NAME };
enum { PERFORMANCE_FUNCTION };
enum {
	FAILOVER_THRESHOLD,
	FAILOVER_FOR,
	FAILOVER_HOLD,
	FAILOVER_KEEP,
	FAILOVER_HOLD_DOWN,
	FAILOVER_HOLD_DOWN_MAX
};
enum { WHEN_NAME, WHEN_TEST, WHEN_FOR };
enum { STEP_AFTER };
enum {
	SELECT_BY_ALL, /* enum select_kind less one */
	SELECT_BY_LIST,
	SELECT_BY_GROUP,
	SELECT_BY_SITE,
	SELECT_BY_CLIENT,
	SELECT_BY_WITHIN,
	SELECT_BY_BEYOND,
	SELECT_SHARE, /* from here on not of <except> */
	SELECT_LIMIT,
	SELECT_SORT
};
enum { ORDER_VALIDITY, ORDER_SPREAD, ORDER_RETRY, ORDER_ATTEMPTS, ORDER_RATE };
enum { CONNECTION_THRESHOLD, CONNECTION_FOR, CONNECTION_FUNCTION };
enum { BATCH_SIZE, BATCH_EVERY, BATCH_SORT, BATCH_GROWTH, BATCH_MAX };
enum { ADMIT_RATE };
enum { CONTROL_SNMP, CONTROL_SHARE };
enum { CLIENTS_HELLO };
enum {
	ACTIVITY_EVERY,
	ACTIVITY_GRACE,
	ACTIVITY_QUIET,
	ACTIVITY_BACK,
	ACTIVITY_RATE,
	ACTIVITY_REQUESTS
};
enum { LIST_NAME, LIST_CLIENTS };
enum { SITE_NAME, SITE_HOME };
enum { SITE_LINK_TO, SITE_LINK_COST };
enum { CLIENT_NAME, CLIENT_ADDRESS, CLIENT_GROUPS, CLIENT_PRIORITY };
enum { RANGE_NAME, RANGE_PREFIX, RANGE_GROUPS, RANGE_PRIORITY, RANGE_COUNT };
enum { INCLUDE_HREF };

/* The element of that name in such a parent (E_NONE: as a root); E_NONE when unknown. */
enum element_kind vocabulary_find(enum element_kind parent, const char *name);
/* Position of an attribute; vocabulary[kind].attributes when unknown. */
size_t vocabulary_attribute(enum element_kind kind, const char *name);
/* Ways to say what would have been right: "<a>, <b> or <c>", "\"a\" or \"b\"". */
void vocabulary_children(enum element_kind parent, char *out, size_t size);
void vocabulary_attributes(enum element_kind kind, char *out, size_t size);
void vocabulary_words(const struct attribute *attribute, char *out, size_t size);

#endif
