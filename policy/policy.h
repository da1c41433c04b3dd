/* SPDX-License-Identifier: BSD-3-Clause */
/* A policy document, loaded: immutable, shared read-only, no I/O of its own. */
#ifndef BELLWETHER_POLICY_POLICY_H
#define BELLWETHER_POLICY_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/address.h"
#include "common/fault.h"
#include "common/probe.h"

#define POLICY_NAMESPACE   "urn:bellwether:policy:1"
#define POLICY_FILE_MAX    (256u << 20) /* bytes of one document */
#define POLICY_CLIENTS_MAX 1000000u
#define POLICY_INPUTS_MAX  512u
#define POLICY_WHENS_MAX   256u
#define POLICY_STEPS_MAX   16u
#define POLICY_NONE        UINT32_MAX /* no index */

enum policy_mode { MODE_AUTOMATIC = 1, MODE_ADVISE, MODE_PAUSED };
enum policy_role { ROLE_NONE = 0, ROLE_MANDATORY = 1, ROLE_DEPENDENT };
enum policy_timeout { TIMEOUT_USUAL = 0, TIMEOUT_WORST, TIMEOUT_UNKNOWN };
enum policy_order {
	ORDER_PRIORITY = 1,
	ORDER_NEAREST, /* by the cheapest path from the home site */
	ORDER_FARTHEST,
	ORDER_NAME,
	ORDER_RANDOM
};
const char *policy_mode_name(enum policy_mode mode);
const char *policy_order_name(enum policy_order order);
const char *policy_role_name(enum policy_role role);

struct policy_key {
	uint8_t id;       /* 1 to 255 */
	int algorithm;    /* numbers of DESIGN.md section 5: 1 or 2 */
	const char *file; /* as written; relative to the policy's folder */
	uint32_t line;
};

/* How clients are shared out among alternates of one priority. */
enum policy_distribute {
	DISTRIBUTE_WEIGHT = 1, /* by their weights; the default */
	DISTRIBUTE_HEADROOM /* by how many clients each has room for, times its weight */
};
/* When no alternate is usable: nobody is ordered away, or all the same. */
enum policy_when_none { WHEN_NONE_HOLD = 1, WHEN_NONE_SEND };

/* An alternate's own Bellwether, which says how it is. */
struct policy_health {
	bool on; /* the policy has one */
	struct endpoint agent;
	const char *access_file; /* as written */
	const struct snmp_access *access;
	const char *server; /* what it is called there; default the alternate's name */
	int64_t every;      /* default 5 s */
	uint32_t line;
};

struct policy_alternate {
	const char *name;
	struct address address;
	uint16_t port;     /* 0: the usual one */
	uint16_t priority; /* lower is better, default 1 */
	uint16_t weight;   /* default 100 */
	uint32_t
	    capacity; /* clients that it can serve, its own included; 0: no limit */
	struct policy_health health;
	uint32_t line;
};

/* A parameter or service: what the judge remembers samples of. The first SYSTEM_COUNT
   inputs are the built-in parameters in the order of enum probe_system. */
struct policy_input {
	const char *name; /* the variable's name; services share the name space */
	const char *unit; /* "" when none */
	bool rate;        /* a counter: its value is the growth a second */
	bool service;
	enum policy_role role; /* services only */
	uint32_t rise, fall;   /* services: samples in a row, default 2 and 3 */
	int64_t interval;      /* us */
	int64_t timeout;
	bool server; /* asks the protected server: timeout and absence measure */
	enum policy_timeout on_timeout; /* what a timeout says, whomever it asks */
	enum probe_worst worst;
	uint32_t line;
};

/* Compiled XPath with its text; private to policy/expression.c. */
struct expression;

struct policy_when {
	const char *name;
	struct expression *test;
	const char *text;
	int64_t duration; /* for=, us */
	uint32_t line;
};

enum select_kind {
	SELECT_ALL = 1,
	SELECT_LIST,
	SELECT_GROUP,
	SELECT_SITE, /* and all below it */
	SELECT_CLIENT,
	SELECT_WITHIN, /* sites whose cheapest path from the home site costs at most `of` */
	SELECT_BEYOND /* more than `of`; also sites without a path, and clients in none */
};

struct select_term {
	enum select_kind kind;
	uint32_t of; /* list, group, site or client index, or a cost */
	bool except; /* taken away from the union of those that are not */
	const char *name;
	uint32_t line;
};

/* Who: a union of terms less what is excepted, narrowed once by share and limit. */
struct selection {
	struct select_term *term; /* one or more; in document order */
	size_t terms;
	/* Who that is, ascending. NULL: all clients. */
	const uint32_t *row;
	size_t rows;
	double share;   /* 0 to 1 of those no operator holds, rounded up; 1: all */
	uint32_t limit; /* at most so many; 0: no limit */
	enum policy_order order;
	uint32_t order_line; /* of order=; 0: it is the default */
};

/* A part of a failover, taken while the server is still overloaded. */
struct policy_step {
	/* From the step before; of the first, from when failover was met. */
	int64_t after;
	struct selection select;
	uint32_t line;
};

struct policy_failover {
	double threshold;
	int64_t duration; /* for= */
	/* Of all clients so many are never ordered away, but by force; rounded up. */
	double keep;
	/* A verdict that is unknown is what was known last for so long; 0: five of the
	   monitor's intervals. */
	int64_t hold;
	struct policy_when *when;
	size_t whens;
	struct policy_step *step; /* one or more */
	size_t steps;
	/* From the end of a failover until a call-back may begin: the first time, and at
	   most, however often it was doubled. 0: there is none. */
	int64_t hold_down, hold_down_max;
	int64_t validity;  /* default 1 h; 1 min to 7 days */
	int64_t spread;    /* clients move at a random moment of it; default 0 */
	int64_t retry;     /* default 1 s */
	uint32_t attempts; /* of each stage, default 5 */
	uint32_t rate;     /* orders a second, default 500 */
	uint32_t line;
};

struct policy_connection {
	double threshold;
	int64_t duration;
	struct expression *function; /* in place of performance; NULL: that */
	const char *function_text;
	uint32_t batch; /* clients of the first one, default 50 */
	double growth;  /* each is so many times the one before; 1 or more, default 1 */
	uint32_t most;  /* clients of a batch, however it has grown */
	int64_t every;  /* default 10 s */
	enum policy_order order;
	uint32_t admit; /* returns a second that clients ask for, default 20 */
	uint32_t line;
};

/* What counts as a request of a client: bits, and the words of requests=. */
enum policy_requests { REQUESTS_LOGINS = 1, REQUESTS_ACCOUNTING = 2, REQUESTS_ALL = 3 };

/* Whom a server's own statistics are asked for, to see who comes although it is away, and
   who comes again once it is back. */
struct policy_activity {
	bool on;       /* the policy has one */
	int64_t every; /* default 30 s: of each client, unless rate makes it longer */
	int64_t grace; /* default 1 min: what still comes after "done" was under way */
	int64_t quiet; /* default 5 min: so long without a request, and it stays away */
	int64_t back;  /* default 1 h: who came back sends within it; 0: not told */
	uint32_t rate; /* questions a second at most, default 10 */
	enum policy_requests requests;
	struct endpoint server;
	const uint8_t *secret;
	size_t secret_size;
	uint32_t line;
};

struct policy_site {
	const char *name;
	uint32_t parent; /* POLICY_NONE at the top */
	bool home;
	/* Of the cheapest path from the home site, where a link to the site above costs 1
	   unless <link> says otherwise. POLICY_NONE: there is no path, or no home. */
	uint32_t cost;
	uint32_t line;
};

/* Lists and groups: names and their members, ascending rows. */
struct policy_set {
	const char *name;
	const uint32_t *member;
	uint32_t members;
	uint32_t line;
};

/* One row a client, compact: ranges are already spelled out. */
struct policy_client {
	struct address address;
	const char *name;
	uint32_t site;     /* POLICY_NONE: in none */
	uint32_t priority; /* higher is called first in order="priority"; default 0 */
	uint32_t line;
	uint16_t file; /* index into policy->file */
};

struct policy_store;
struct policy {
	enum policy_mode mode;
	const char *server; /* its name */
	struct address address;
	int transport; /* 1 ICMP, 2 UDP */
	uint16_t port; /* UDP */
	struct policy_key *key;
	size_t keys;
	struct policy_alternate
	    *alternate; /* best first: priority, then weight, then name */
	size_t alternates;
	enum policy_distribute distribute;
	enum policy_when_none when_none;
	int64_t interval, timeout; /* of <monitor> */
	struct policy_input *input;
	size_t inputs;
	struct probe *probe;
	size_t probes;
	struct expression *performance; /* given or default, never NULL */
	const char *performance_text;
	uint32_t performance_line;
	struct policy_failover failover;
	struct policy_connection connection;
	bool control;         /* <control snmp=>: operators may move clients by SNMP */
	double control_share; /* of all clients, at most, unless forced; default 1 */
	int64_t hello;        /* default 5 min */
	struct policy_activity activity;
	struct policy_site *site;
	size_t sites;
	struct policy_set *list;
	size_t lists;
	struct policy_set *group;
	size_t groups;
	struct policy_client *client; /* in document order */
	size_t clients;
	uint32_t *name_rank; /* by row: how many names are before its name */
	const char **file;   /* documents it was read from; [0] the first */
	size_t files;
	struct policy_store *store; /* the loader's: strings, the index of names */
};

/* How the loader gets bytes: the caller reads files, with its fences. */
struct policy_source {
	void *context;
	/* The whole content of path (as policy_load() was given it, an include's match, or
	   a secret-file joined to the policy's folder), malloc'ed. secret: FILE_SECRET
	   rules. On false why says what is wrong, without the path. */
	bool (*read)(void *context, const char *path, bool secret, uint8_t **bytes,
		     size_t *size, char *why, size_t why_size);
	/* Calls emit for each file below the policy's folder that href (a relative glob)
	   matches, sorted. False with why when href leaves the folder or cannot be read. */
	bool (*match)(void *context, const char *href,
		      void (*emit)(void *emit_context, const char *path),
		      void *emit_context, char *why, size_t why_size);
};

/* Once in main, before other threads: libxml2 and the schema. False when the schema
   that ships does not load (a broken installation). */
bool policy_start(void);

/* Validates by schema, then loads and checks. All faults at once go to faults, as
   file:line. NULL when there is an error; warnings alone do not refuse. Any thread. */
struct policy *policy_load(const struct policy_source *source, const char *path,
			   struct faults *faults);
void policy_free(struct policy *policy);

/* Row of a client by name; POLICY_NONE when there is none. O(1). */
uint32_t
policy_find_client(const struct policy *policy, const char *name, size_t length);
uint32_t
policy_find_input(const struct policy *policy, const char *name, size_t length);
uint32_t policy_find_set(const struct policy_set *set, size_t sets, const char *name);
uint32_t policy_find_site(const struct policy *policy, const char *name);
/* True when site is above itself, or below it; site may be POLICY_NONE. */
bool policy_site_within(const struct policy *policy, uint32_t site, uint32_t above);
/* Bytes that the clients' part holds in memory. */
size_t policy_client_bytes(const struct policy *policy);

/* Which rows may be chosen, for policy_select(). */
enum select_state {
	SELECT_FREE = 0, /* may be chosen */
	SELECT_MOVED,    /* already moved by the policy: counts toward the share */
	SELECT_HELD      /* an operator holds it: neither chosen nor counted */
};

/* Who the terms mean: the union less the excepted, ascending, to out (room for
   policy->clients). SIZE_MAX without memory. */
size_t policy_union(const struct policy *policy, const struct select_term *term,
		    size_t terms, uint32_t *out);
/* Chooses: rows of the selection, share and limit applied to those not held (moved ones
   counted as chosen already), share rounded up. Writes the FREE rows chosen, best
   first, to out (room for policy->clients) and returns how many. state has one enum
   select_state a row. Equal arguments give equal results. */
size_t policy_select(const struct policy *policy, const struct selection *select,
		     const uint8_t *state, uint64_t seed, uint32_t *out);
/* Clients of the batch of that number, from 0. */
uint32_t policy_batch(const struct policy_connection *connection, uint32_t number);
/* The share of count, rounded up. */
size_t policy_share(double share, size_t count);
/* Sorts rows by order; seed is used by ORDER_RANDOM. */
void policy_sort(const struct policy *policy, enum policy_order order, uint64_t seed,
		 uint32_t *rows, size_t count);
/* "group wireless + site paris - list core, share 50%", for people. */
void policy_describe(const struct selection *select, char *out, size_t size);

#endif
