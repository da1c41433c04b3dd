/* SPDX-License-Identifier: BSD-3-Clause */
/* What a policy document may say: every element, every attribute, once. */
#include "config.h"

#include "policy/vocabulary.h"

#include <stdio.h>
#include <string.h>

#include "common/bytes.h"
#include "common/clock.h"
#include "common/probe.h"
#include "policy/expression.h"
#include "policy/policy.h"

#define PORT_WORDS  "a port, 1 to 65535"
#define SHARE_WORDS "a share above 0% up to 100%, like 25%"
#define NAME_WORDS \
	"a name: a letter or _, then up to 63 letters, digits, '.', '_' or '-'"
#define ADDRESS_WORDS "a numeric IPv4 or IPv6 address of a host"
#define COUNT_MAX     INT64_C(1000000)

static const struct word modes[] = { { "automatic", MODE_AUTOMATIC },
				     { "advise", MODE_ADVISE },
				     { "paused", MODE_PAUSED },
				     { NULL, 0 } };
/* Numbers of DESIGN.md section 5, and of message/channel.h. */
static const struct word transports[] = { { "icmp", 1 }, { "udp", 2 }, { NULL, 0 } };
static const struct word algorithms[] = { { "hmac-sha256", 1 },
					  { "sha3-256", 2 },
					  { NULL, 0 } };
static const struct word roles[] = { { "mandatory", ROLE_MANDATORY },
				     { "dependent", ROLE_DEPENDENT },
				     { NULL, 0 } };
static const struct word backlogs[] = { { "queue", VALUE_QUEUE },
					{ "drops", VALUE_DROPS },
					{ NULL, 0 } };
static const struct word exec_values[] = { { "exit", VALUE_EXIT },
					   { "elapsed", VALUE_ELAPSED },
					   { NULL, 0 } };
static const struct word orders[] = {
	{ "priority", ORDER_PRIORITY }, { "nearest", ORDER_NEAREST },
	{ "farthest", ORDER_FARTHEST }, { "name", ORDER_NAME },
	{ "random", ORDER_RANDOM },     { NULL, 0 }
};
static const struct word timeouts[] = { { "worst", TIMEOUT_WORST },
					{ "unknown", TIMEOUT_UNKNOWN },
					{ NULL, 0 } };
static const struct word logins[] = { { "rtt", VALUE_ELAPSED },
				      { "verdict", VALUE_LOGIN },
				      { NULL, 0 } };
static const struct word thread_counts[] = {
	{ "threads-available", COUNT_AVAILABLE }, { "threads-max", COUNT_MAX_THREADS },
	{ "threads-total", COUNT_TOTAL },         { "threads-busy", COUNT_BUSY },
	{ "threads-idle", COUNT_IDLE },           { NULL, 0 }
};
static const struct word requests[] = { { "all", REQUESTS_ALL },
					{ "logins", REQUESTS_LOGINS },
					{ "accounting", REQUESTS_ACCOUNTING },
					{ NULL, 0 } };
static const struct word distributions[] = { { "weight", DISTRIBUTE_WEIGHT },
					     { "headroom", DISTRIBUTE_HEADROOM },
					     { NULL, 0 } };
static const struct word when_nones[] = { { "hold", WHEN_NONE_HOLD },
					  { "send", WHEN_NONE_SEND },
					  { NULL, 0 } };
static const struct word yes[] = { { "yes", 1 }, { NULL, 0 } };
static const struct word yes_or_no[] = { { "yes", 1 }, { "no", 0 }, { NULL, 0 } };

/* Columns: name, type, required, least, most, what is expected, words. */
static const struct attribute policy_attributes[] = {
	[POLICY_MODE] = { "mode", TYPE_WORD, false, 0, 0, NULL, modes },
};
static const struct attribute server_attributes[] = {
	[SERVER_NAME] = { "name", TYPE_NAME, true, 0, 0, NAME_WORDS, NULL },
	[SERVER_ADDRESS] = { "address", TYPE_ADDRESS, true, 0, 0, ADDRESS_WORDS, NULL },
	[SERVER_TRANSPORT] = { "transport", TYPE_WORD, false, 0, 0, NULL, transports },
	[SERVER_PORT] = { "port", TYPE_NUMBER, false, 1, 65535, PORT_WORDS, NULL },
};
static const struct attribute key_attributes[] = {
	[KEY_ID] = { "id", TYPE_NUMBER, true, 1, 255, "a number, 1 to 255", NULL },
	[KEY_FILE] = { "file", TYPE_TEXT, true, 1, 1024, "the name of a key file",
		       NULL },
	[KEY_ALGORITHM] = { "algorithm", TYPE_WORD, false, 0, 0, NULL, algorithms },
};
static const struct attribute alternates_attributes[] = {
	[ALTERNATES_DISTRIBUTE] = { "distribute", TYPE_WORD, false, 0, 0, NULL,
				    distributions },
	[ALTERNATES_WHEN_NONE] = { "when-none", TYPE_WORD, false, 0, 0, NULL,
				   when_nones },
};
static const struct attribute alternate_attributes[] = {
	[ALTERNATE_NAME] = { "name", TYPE_NAME, true, 0, 0, NAME_WORDS, NULL },
	[ALTERNATE_ADDRESS] = { "address", TYPE_ADDRESS, true, 0, 0, ADDRESS_WORDS,
				NULL },
	[ALTERNATE_PORT] = { "port", TYPE_NUMBER, false, 1, 65535, PORT_WORDS, NULL },
	[ALTERNATE_PRIORITY] = { "priority", TYPE_NUMBER, false, 0, 65535,
				 "a number, 0 to 65535 (lower is better)", NULL },
	[ALTERNATE_WEIGHT] = { "weight", TYPE_NUMBER, false, 1, 65535,
			       "a number, 1 to 65535", NULL },
	[ALTERNATE_CAPACITY] = { "capacity", TYPE_NUMBER, false, 1, COUNT_MAX,
				 "a number of clients, 1 to 1000000", NULL },
};
#define EVERY(required)                                                   \
	{                                                                 \
		"every", TYPE_DURATION, required, 100 * MILLISECOND, DAY, \
		    "a duration from 100ms to 1d", NULL                   \
	}
#define ON_TIMEOUT                                                   \
	{                                                            \
		"on-timeout", TYPE_WORD, false, 0, 0, NULL, timeouts \
	}
#define FOR(required)                                     \
	{                                                 \
		"for", TYPE_DURATION, required, 0, DAY,   \
		    "a duration up to 1d, like 10s", NULL \
	}
#define TIMEOUT                                                         \
	{                                                               \
		"timeout", TYPE_DURATION, false, 10 * MILLISECOND, DAY, \
		    "a duration from 10ms up to the interval", NULL     \
	}
#define AGENT                                                                \
	{                                                                    \
		"agent", TYPE_AGENT, true, 0, 0,                             \
		    "udp: and a numeric address, like udp:127.0.0.1:161 or " \
		    "udp6:[::1]:161",                                        \
		    NULL                                                     \
	}
#define ACCESS                                                    \
	{                                                         \
		"access", TYPE_TEXT, true, 1, 1024,               \
		    "the name of a file of snmp.conf words", NULL \
	}
static const struct attribute health_attributes[] = {
	[HEALTH_AGENT] = AGENT,
	[HEALTH_ACCESS] = ACCESS,
	[HEALTH_SERVER] = { "server", TYPE_NAME, false, 0, 0, NAME_WORDS, NULL },
	[HEALTH_EVERY] = EVERY(false),
};
static const struct attribute monitor_attributes[] = {
	[MONITOR_INTERVAL] = { "interval", TYPE_DURATION, false, 100 * MILLISECOND, DAY,
			       "a duration from 100ms to 1d", NULL },
	[MONITOR_TIMEOUT] = TIMEOUT,
};
static const struct attribute link_attributes[] = {
	[LINK_NAME] = { "name", TYPE_TEXT, true, 1, 15,
			"a network interface's name, up to 15 bytes", NULL },
};
static const struct attribute reach_attributes[] = {
	[REACH_ADDRESS] = { "address", TYPE_ADDRESS, true, 0, 0, ADDRESS_WORDS, NULL },
};
static const struct attribute parameter_attributes[] = {
	[PARAMETER_NAME] = { "name", TYPE_NAME, true, 0, 0, NAME_WORDS, NULL },
	[PARAMETER_UNIT] = { "unit", TYPE_TEXT, false, 1, 16, "a unit, up to 16 bytes",
			     NULL },
	[PARAMETER_RATE] = { "rate", TYPE_WORD, false, 0, 0, NULL, yes_or_no },
	[PARAMETER_EVERY] = EVERY(false),
	[PARAMETER_ON_TIMEOUT] = ON_TIMEOUT,
};
static const struct attribute service_attributes[] = {
	[SERVICE_NAME] = { "name", TYPE_NAME, true, 0, 0, NAME_WORDS, NULL },
	[SERVICE_ROLE] = { "role", TYPE_WORD, false, 0, 0, NULL, roles },
	[SERVICE_EVERY] = EVERY(false),
	[SERVICE_RISE] = { "rise", TYPE_NUMBER, false, 1, 1000, "a number, 1 to 1000",
			   NULL },
	[SERVICE_FALL] = { "fall", TYPE_NUMBER, false, 1, 1000, "a number, 1 to 1000",
			   NULL },
	[SERVICE_ON_TIMEOUT] = ON_TIMEOUT,
};
/* A service has the first two, and so has <activity>. */
static const struct attribute radius_attributes[] = {
	[RADIUS_SERVER] = { "server", TYPE_ENDPOINT, true, 0, 0,
			    "address:port, like 127.0.0.1:18121", NULL },
	[RADIUS_SECRET] = { "secret-file", TYPE_TEXT, true, 1, 1024,
			    "the name of a file with the shared secret", NULL },
	[RADIUS_VALUE] = { "value", TYPE_RADIUS, true, 0, 0,
			   "a statistic that bellwether-policy(5) lists, like rtt",
			   NULL },
	[RADIUS_HOME] = { "home-server", TYPE_ENDPOINT, false, 0, 0,
			  "address:port, like 192.0.2.7:1812", NULL },
};
/* A service has all but the last. */
static const struct attribute login_attributes[] = {
	[LOGIN_SERVER] = { "server", TYPE_ENDPOINT, true, 0, 0,
			   "address:port, like 127.0.0.1:1812", NULL },
	[LOGIN_SECRET] = { "secret-file", TYPE_TEXT, true, 1, 1024,
			   "the name of a file with the shared secret", NULL },
	[LOGIN_USER] = { "user", TYPE_TEXT, true, 1, 253,
			 "a user's name, up to 253 bytes", NULL },
	[LOGIN_PASSWORD] = { "password-file", TYPE_TEXT, true, 1, 1024,
			     "the name of a file with the user's password", NULL },
	[LOGIN_NAS] = { "nas-identifier", TYPE_TEXT, false, 1, 253,
			"a name of the client that asks, up to 253 bytes", NULL },
	[LOGIN_VALUE] = { "value", TYPE_WORD, false, 0, 0, NULL, logins },
};
static const struct attribute threads_attributes[] = {
	[THREADS_PROCESS] = { "process", TYPE_TEXT, true, 1, 255,
			      "the server's process, like freeradius", NULL },
	[THREADS_MAX] = { "max", TYPE_NUMBER, false, 1, 65535,
			  "thread.max_servers of the server, 1 to 65535", NULL },
	[THREADS_VALUE] = { "value", TYPE_WORD, true, 0, 0, NULL, thread_counts },
};
static const struct attribute backlog_attributes[] = {
	[BACKLOG_PORT] = { "port", TYPE_NUMBER, true, 1, 65535, PORT_WORDS, NULL },
	[BACKLOG_VALUE] = { "value", TYPE_WORD, false, 0, 0, NULL, backlogs },
};
/* A service has the first three. */
static const struct attribute exec_attributes[] = {
	[EXEC_COMMAND] = { "command", TYPE_TEXT, true, 1, 4096,
			   "a command that begins with an absolute path", NULL },
	[EXEC_USER] = { "user", TYPE_TEXT, false, 1, 32, "a user's name", NULL },
	[EXEC_TIMEOUT] = TIMEOUT,
	[EXEC_PERFDATA] = { "perfdata", TYPE_TEXT, false, 1, 128,
			    "a label of the command's performance data", NULL },
	[EXEC_VALUE] = { "value", TYPE_WORD, false, 0, 0, NULL, exec_values },
};
static const struct attribute file_attributes[] = {
	[FILE_PATH] = { "path", TYPE_TEXT, true, 1, 1024, "an absolute path", NULL },
	[FILE_PATTERN] = { "pattern", TYPE_TEXT, false, 1, 1024,
			   "a POSIX extended regular expression with a (group)", NULL },
};
static const struct attribute snmp_attributes[] = {
	[SNMP_AGENT] = AGENT,
	[SNMP_ACCESS] = ACCESS,
	[SNMP_OID] = { "oid", TYPE_OID, true, 0, 0,
		       "an object's number with its instance, like "
		       "1.3.6.1.4.1.2021.10.1.5.1",
		       NULL },
};
static const struct attribute diameter_attributes[] = {
	[DIAMETER_PEER] = { "address", TYPE_ADDRESS, true, 0, 0, ADDRESS_WORDS, NULL },
	[DIAMETER_PORT] = { "port", TYPE_NUMBER, false, 1, 65535, PORT_WORDS, NULL },
	[DIAMETER_HOST] = { "origin-host", TYPE_TEXT, true, 1, 255,
			    "a Diameter identity, like probe.example.net", NULL },
	[DIAMETER_REALM] = { "origin-realm", TYPE_TEXT, true, 1, 255,
			     "a Diameter realm, like example.net", NULL },
};
static const struct attribute tacacs_attributes[] = {
	[TACACS_SERVER] = { "address", TYPE_ADDRESS, true, 0, 0, ADDRESS_WORDS, NULL },
	[TACACS_PORT] = { "port", TYPE_NUMBER, false, 1, 65535, PORT_WORDS, NULL },
	[TACACS_SECRET] = { "secret-file", TYPE_TEXT, true, 1, 1024,
			    "the name of a file with the shared secret", NULL },
	[TACACS_USER] = { "user", TYPE_TEXT, false, 1, 255,
			  "a user's name, up to 255 bytes", NULL },
};
static const struct attribute tcp_attributes[] = {
	[TCP_ADDRESS] = { "address", TYPE_ADDRESS, true, 0, 0, ADDRESS_WORDS, NULL },
	[TCP_PORT] = { "port", TYPE_NUMBER, true, 1, 65535, PORT_WORDS, NULL },
};
static const struct attribute process_attributes[] = {
	[PROCESS_NAME] = { "name", TYPE_TEXT, true, 1, 255, "a process's name", NULL },
};
static const struct attribute performance_attributes[] = {
	[PERFORMANCE_FUNCTION] = { "function", TYPE_TEXT, true, 1, EXPRESSION_MAX,
				   "an expression", NULL },
};
#define THRESHOLD                                                            \
	{                                                                    \
		"threshold", TYPE_REAL, true, 0, 0, "a number like 30", NULL \
	}
static const struct attribute failover_attributes[] = {
	[FAILOVER_THRESHOLD] = THRESHOLD,
	[FAILOVER_FOR] = FOR(false),
	[FAILOVER_HOLD] = { "hold", TYPE_DURATION, false, 100 * MILLISECOND, DAY,
			    "a duration from 100ms to 1d", NULL },
	[FAILOVER_KEEP] = { "keep", TYPE_SHARE, false, 0, 0, SHARE_WORDS, NULL },
	[FAILOVER_HOLD_DOWN] = { "hold-down", TYPE_DURATION, false, SECOND, DAY,
				 "a duration from 1s to 1d, like 5m", NULL },
	[FAILOVER_HOLD_DOWN_MAX] = { "hold-down-max", TYPE_DURATION, false, SECOND,
				     7 * DAY, "a duration from 1s to 7d", NULL },
};
static const struct attribute when_attributes[] = {
	[WHEN_NAME] = { "name", TYPE_NAME, true, 0, 0, NAME_WORDS, NULL },
	[WHEN_TEST] = { "test", TYPE_TEXT, true, 1, EXPRESSION_MAX, "an expression",
			NULL },
	[WHEN_FOR] = FOR(false),
};
static const struct attribute step_attributes[] = {
	[STEP_AFTER] = { "after", TYPE_DURATION, false, 0, DAY,
			 "a duration up to 1d, like 30s", NULL },
};
static const struct attribute select_attributes[] = {
	[SELECT_BY_ALL] = { "all", TYPE_WORD, false, 0, 0, NULL, yes },
	[SELECT_BY_LIST] = { "list", TYPE_NAME, false, 0, 0, NAME_WORDS, NULL },
	[SELECT_BY_GROUP] = { "group", TYPE_NAME, false, 0, 0, NAME_WORDS, NULL },
	[SELECT_BY_SITE] = { "site", TYPE_NAME, false, 0, 0, NAME_WORDS, NULL },
	[SELECT_BY_CLIENT] = { "client", TYPE_NAME, false, 0, 0, NAME_WORDS, NULL },
	[SELECT_BY_WITHIN] = { "within-cost", TYPE_NUMBER, false, 0, COUNT_MAX,
			       "a cost, 0 to 1000000", NULL },
	[SELECT_BY_BEYOND] = { "beyond-cost", TYPE_NUMBER, false, 0, COUNT_MAX,
			       "a cost, 0 to 1000000", NULL },
	[SELECT_SHARE] = { "share", TYPE_SHARE, false, 0, 0, SHARE_WORDS, NULL },
	[SELECT_LIMIT] = { "limit", TYPE_NUMBER, false, 1, COUNT_MAX,
			   "a number, 1 to 1000000", NULL },
	[SELECT_SORT] = { "order", TYPE_WORD, false, 0, 0, NULL, orders },
};
static const struct attribute order_attributes[] = {
	[ORDER_VALIDITY] = { "validity", TYPE_DURATION, false, MINUTE, 7 * DAY,
			     "a duration from 1m to 7d", NULL },
	[ORDER_SPREAD] = { "spread", TYPE_DURATION, false, 0, HOUR,
			   "a duration up to 1h", NULL },
	[ORDER_RETRY] = { "retry", TYPE_DURATION, false, 100 * MILLISECOND, HOUR,
			  "a duration from 100ms to 1h", NULL },
	[ORDER_ATTEMPTS] = { "attempts", TYPE_NUMBER, false, 1, 100,
			     "a number, 1 to 100", NULL },
	[ORDER_RATE] = { "rate", TYPE_RATE, false, 1, COUNT_MAX,
			 "orders a second, 1/s to 1000000/s", NULL },
};
static const struct attribute connection_attributes[] = {
	[CONNECTION_THRESHOLD] = THRESHOLD,
	[CONNECTION_FOR] = FOR(false),
	[CONNECTION_FUNCTION] = { "function", TYPE_TEXT, false, 1, EXPRESSION_MAX,
				  "an expression", NULL },
};
static const struct attribute batch_attributes[] = {
	[BATCH_SIZE] = { "size", TYPE_NUMBER, false, 1, COUNT_MAX,
			 "a number of clients, 1 to 1000000", NULL },
	[BATCH_EVERY] = EVERY(false),
	[BATCH_SORT] = { "order", TYPE_WORD, false, 0, 0, NULL, orders },
	[BATCH_GROWTH] = { "growth", TYPE_REAL, false, 0, 0, "a number like 1.5",
			   NULL },
	[BATCH_MAX] = { "max", TYPE_NUMBER, false, 1, COUNT_MAX,
			"a number of clients, 1 to 1000000", NULL },
};
static const struct attribute admit_attributes[] = {
	[ADMIT_RATE] = { "rate", TYPE_RATE, true, 1, COUNT_MAX,
			 "returns a second, 1/s to 1000000/s", NULL },
};
static const struct attribute control_attributes[] = {
	[CONTROL_SNMP] = { "snmp", TYPE_WORD, false, 0, 0, NULL, yes_or_no },
	[CONTROL_SHARE] = { "max-share", TYPE_SHARE, false, 0, 0, SHARE_WORDS, NULL },
};
static const struct attribute clients_attributes[] = {
	[CLIENTS_HELLO] = { "hello", TYPE_DURATION, false, SECOND, DAY,
			    "a duration from 1s to 1d", NULL },
};
static const struct attribute activity_attributes[] = {
	[ACTIVITY_EVERY] = { "every", TYPE_DURATION, false, SECOND, HOUR,
			     "a duration from 1s to 1h", NULL },
	[ACTIVITY_GRACE] = { "grace", TYPE_DURATION, false, 0, DAY,
			     "a duration up to 1d, like 1m", NULL },
	[ACTIVITY_QUIET] = { "quiet", TYPE_DURATION, false, SECOND, DAY,
			     "a duration from 1s to 1d", NULL },
	[ACTIVITY_BACK] = { "back", TYPE_DURATION, false, 0, DAY,
			    "a duration up to 1d, like 1h", NULL },
	[ACTIVITY_RATE] = { "rate", TYPE_RATE, false, 1, 1000,
			    "questions a second, 1/s to 1000/s", NULL },
	[ACTIVITY_REQUESTS] = { "requests", TYPE_WORD, false, 0, 0, NULL, requests },
};
static const struct attribute list_attributes[] = {
	[LIST_NAME] = { "name", TYPE_NAME, true, 0, 0, NAME_WORDS, NULL },
	[LIST_CLIENTS] = { "clients", TYPE_NAMES, true, 0, 0,
			   "names of clients, with spaces between", NULL },
};
static const struct attribute site_attributes[] = {
	[SITE_NAME] = { "name", TYPE_NAME, true, 0, 0, NAME_WORDS, NULL },
	[SITE_HOME] = { "home", TYPE_WORD, false, 0, 0, NULL, yes_or_no },
};
static const struct attribute site_link_attributes[] = {
	[SITE_LINK_TO] = { "to", TYPE_NAME, true, 0, 0, NAME_WORDS, NULL },
	[SITE_LINK_COST] = { "cost", TYPE_NUMBER, true, 1, COUNT_MAX,
			     "a cost, 1 to 1000000", NULL },
};
#define GROUPS                                                   \
	{                                                        \
		"groups", TYPE_NAMES, false, 0, 0,               \
		    "names of groups, with spaces between", NULL \
	}
#define PRIORITY                                                               \
	{                                                                      \
		"priority", TYPE_NUMBER, false, 0, UINT32_MAX,                 \
		    "a number, 0 to 4294967295 (higher is called first)", NULL \
	}
static const struct attribute client_attributes[] = {
	[CLIENT_NAME] = { "name", TYPE_NAME, true, 0, 0, NAME_WORDS, NULL },
	[CLIENT_ADDRESS] = { "address", TYPE_ADDRESS, true, 0, 0, ADDRESS_WORDS, NULL },
	[CLIENT_GROUPS] = GROUPS,
	[CLIENT_PRIORITY] = PRIORITY,
};
static const struct attribute range_attributes[] = {
	[RANGE_NAME] = { "name", TYPE_PATTERN, true, 0, 0,
			 "a name of up to 64 bytes with one %d, like ap-%d", NULL },
	[RANGE_PREFIX] = { "prefix", TYPE_PREFIX, true, 0, 0,
			   "a prefix without host bits, like 192.0.2.0/24", NULL },
	[RANGE_GROUPS] = GROUPS,
	[RANGE_PRIORITY] = PRIORITY,
	[RANGE_COUNT] = { "count", TYPE_NUMBER, false, 1, 65536, "a number, 1 to 65536",
			  NULL },
};
static const struct attribute include_attributes[] = {
	[INCLUDE_HREF] = { "href", TYPE_TEXT, true, 1, 1024,
			   "the name of a file below the policy's folder, or a pattern "
			   "like clients/*.xml",
			   NULL },
};

#define HAS(table) table, ARRAY_SIZE(table)
#define PROBED     (E_BIT(E_PARAMETER) | E_BIT(E_SERVICE))
#define PLACES     (E_BIT(E_CLIENTS) | E_BIT(E_SITE))
#define SINGLE     (ELEMENT_ONCE | ELEMENT_REQUIRED)

/* Columns: name, parents, flags, attributes. */
const struct element vocabulary[E_COUNT] = {
	[E_POLICY] = { "policy", 0, ELEMENT_ROOT, HAS(policy_attributes) },
	[E_SERVER] = { "server", E_BIT(E_POLICY), SINGLE, HAS(server_attributes) },
	[E_KEY] = { "key", E_BIT(E_SERVER), ELEMENT_REQUIRED, HAS(key_attributes) },
	[E_ALTERNATES] = { "alternates", E_BIT(E_POLICY), ELEMENT_ONCE,
			   HAS(alternates_attributes) },
	[E_ALTERNATE] = { "alternate", E_BIT(E_ALTERNATES), ELEMENT_REQUIRED,
			  HAS(alternate_attributes) },
	[E_HEALTH] = { "health", E_BIT(E_ALTERNATE), ELEMENT_ONCE,
		       HAS(health_attributes) },
	[E_MONITOR] = { "monitor", E_BIT(E_POLICY), ELEMENT_ONCE,
			HAS(monitor_attributes) },
	[E_NETWORK] = { "network", E_BIT(E_MONITOR), ELEMENT_ONCE, NULL, 0 },
	[E_LINK] = { "link", E_BIT(E_NETWORK), 0, HAS(link_attributes) },
	[E_REACH] = { "reach", E_BIT(E_NETWORK), 0, HAS(reach_attributes) },
	[E_PARAMETER] = { "parameter", E_BIT(E_MONITOR), ELEMENT_ONE_CHILD,
			  HAS(parameter_attributes) },
	[E_SERVICE] = { "service", E_BIT(E_MONITOR), ELEMENT_ONE_CHILD,
			HAS(service_attributes) },
	[E_RADIUS_VALUE] = { "radius-status", E_BIT(E_PARAMETER), 0,
			     HAS(radius_attributes) },
	[E_RADIUS_SERVICE] = { "radius-status", E_BIT(E_SERVICE), 0, radius_attributes,
			       RADIUS_VALUE },
	[E_LOGIN_VALUE] = { "radius-login", E_BIT(E_PARAMETER), 0,
			    HAS(login_attributes) },
	[E_LOGIN_SERVICE] = { "radius-login", E_BIT(E_SERVICE), 0, login_attributes,
			      LOGIN_VALUE },
	[E_THREADS] = { "radius-threads", E_BIT(E_PARAMETER), 0,
			HAS(threads_attributes) },
	[E_UDP_BACKLOG] = { "udp-backlog", E_BIT(E_PARAMETER), 0,
			    HAS(backlog_attributes) },
	[E_EXEC_VALUE] = { "exec", E_BIT(E_PARAMETER), 0, HAS(exec_attributes) },
	[E_EXEC_SERVICE] = { "exec", E_BIT(E_SERVICE), 0, exec_attributes,
			     EXEC_PERFDATA },
	[E_FILE] = { "file", E_BIT(E_PARAMETER), 0, HAS(file_attributes) },
	[E_SNMP] = { "snmp", E_BIT(E_PARAMETER), 0, HAS(snmp_attributes) },
	[E_DIAMETER] = { "diameter", PROBED, 0, HAS(diameter_attributes) },
	[E_TACACS] = { "tacacs", PROBED, 0, HAS(tacacs_attributes) },
	[E_TCP] = { "tcp", PROBED, 0, HAS(tcp_attributes) },
	[E_PROCESS] = { "process", PROBED, 0, HAS(process_attributes) },
	[E_PERFORMANCE] = { "performance", E_BIT(E_POLICY), ELEMENT_ONCE,
			    HAS(performance_attributes) },
	[E_FAILOVER] = { "failover", E_BIT(E_POLICY), SINGLE,
			 HAS(failover_attributes) },
	[E_WHEN] = { "when", E_BIT(E_FAILOVER), 0, HAS(when_attributes) },
	[E_STEP] = { "step", E_BIT(E_FAILOVER), ELEMENT_REQUIRED,
		     HAS(step_attributes) },
	[E_SELECT] = { "select", E_BIT(E_STEP), ELEMENT_REQUIRED,
		       HAS(select_attributes) },
	[E_EXCEPT] = { "except", E_BIT(E_STEP), 0, select_attributes, SELECT_SHARE },
	[E_ORDER] = { "order", E_BIT(E_FAILOVER), ELEMENT_ONCE, HAS(order_attributes) },
	[E_CONNECTION] = { "connection", E_BIT(E_POLICY), SINGLE,
			   HAS(connection_attributes) },
	[E_BATCH] = { "batch", E_BIT(E_CONNECTION), ELEMENT_ONCE,
		      HAS(batch_attributes) },
	[E_ADMIT] = { "admit", E_BIT(E_CONNECTION), ELEMENT_ONCE,
		      HAS(admit_attributes) },
	[E_CONTROL] = { "control", E_BIT(E_POLICY), ELEMENT_ONCE,
			HAS(control_attributes) },
	[E_CLIENTS] = { "clients", E_BIT(E_POLICY), SINGLE | ELEMENT_ROOT,
			HAS(clients_attributes) },
	[E_ACTIVITY] = { "activity", E_BIT(E_CLIENTS), ELEMENT_ONCE | ELEMENT_ONE_CHILD,
			 HAS(activity_attributes) },
	[E_RADIUS_ACTIVITY] = { "radius-status", E_BIT(E_ACTIVITY), 0,
				radius_attributes, RADIUS_VALUE },
	[E_LIST] = { "list", E_BIT(E_CLIENTS), 0, HAS(list_attributes) },
	[E_SITE] = { "site", PLACES, 0, HAS(site_attributes) },
	[E_SITE_LINK] = { "link", E_BIT(E_SITE), 0, HAS(site_link_attributes) },
	[E_CLIENT] = { "client", PLACES, 0, HAS(client_attributes) },
	[E_RANGE] = { "range", PLACES, 0, HAS(range_attributes) },
	[E_INCLUDE] = { "include", E_BIT(E_CLIENTS), 0, HAS(include_attributes) },
};

static bool
held_by(const struct element *element, enum element_kind parent)
{
	if (parent == E_NONE)
		return (element->flags & ELEMENT_ROOT) != 0;
	return (element->parents & E_BIT(parent)) != 0;
}

enum element_kind
vocabulary_find(enum element_kind parent, const char *name)
{
	for (unsigned kind = 0; kind < E_COUNT; kind++)
		if (held_by(&vocabulary[kind], parent) &&
		    strcmp(vocabulary[kind].name, name) == 0)
			return (enum element_kind)kind;
	return E_NONE;
}

size_t
vocabulary_attribute(enum element_kind kind, const char *name)
{
	const struct element *element = &vocabulary[kind];
	size_t i = 0;

	while (i < element->attributes && strcmp(element->attribute[i].name, name) != 0)
		i++;
	return i;
}

/* Items of a sentence: "a, b or c". add() is told how many there will be. */
struct enumeration {
	char *out;
	size_t size, used, number, total;
};

static void
add(struct enumeration *list, const char *before, const char *text, const char *after)
{
	const char *join = "";
	int length;

	if (list->number > 0)
		join = list->number + 1 == list->total ? " or " : ", ";
	list->number++;
	if (list->used >= list->size)
		return;
	length = snprintf(list->out + list->used, list->size - list->used, "%s%s%s%s",
			  join, before, text, after);
	if (length > 0)
		list->used += (size_t)length;
}

void
vocabulary_children(enum element_kind parent, char *out, size_t size)
{
	struct enumeration list = { .out = out, .size = size };

	for (unsigned kind = 0; kind < E_COUNT; kind++)
		list.total += held_by(&vocabulary[kind], parent) ? 1 : 0;
	snprintf(out, size, "nothing");
	for (unsigned kind = 0; kind < E_COUNT; kind++)
		if (held_by(&vocabulary[kind], parent))
			add(&list, "<", vocabulary[kind].name, ">");
}

void
vocabulary_attributes(enum element_kind kind, char *out, size_t size)
{
	const struct element *element = &vocabulary[kind];
	struct enumeration list = { .out = out,
				    .size = size,
				    .total = element->attributes };

	snprintf(out, size, "none");
	for (size_t i = 0; i < element->attributes; i++)
		add(&list, "", element->attribute[i].name, "");
}

void
vocabulary_words(const struct attribute *attribute, char *out, size_t size)
{
	struct enumeration list = { .out = out, .size = size };

	if (attribute->type != TYPE_WORD) {
		snprintf(out, size, "%s", attribute->expected);
		return;
	}
	while (attribute->words[list.total].text != NULL)
		list.total++;
	for (size_t i = 0; i < list.total; i++)
		add(&list, "", attribute->words[i].text, "");
}
