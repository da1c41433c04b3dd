/* SPDX-License-Identifier: BSD-3-Clause */
/* One load of one policy: what its stages share. Private to policy/.

   document.c parses and validates, one document at a time; element.c checks each
   element against the tables, build.c takes what it says; inventory.c keeps the clients; when every document is read, check.c resolves
   what refers to something else, and join.c joins the probes. */
#ifndef BELLWETHER_POLICY_LOADER_H
#define BELLWETHER_POLICY_LOADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/fault.h"
#include "policy/arena.h"
#include "policy/inventory.h"
#include "policy/policy.h"
#include "policy/value.h"
#include "policy/vocabulary.h"

/* Whoever mends so many reads the rest anew; what is no policy at all has millions. */
#define FAULTS_ENOUGH 10000u
/* Elements inside each other: sites may nest, nothing needs more. */
#define DEPTH_MAX 64

/* What the public struct leaves private. */
struct policy_store {
	struct arena arena;
	struct names clients; /* rows by name */
	/* Behind select.row of each step of the failover, or NULL. */
	uint32_t *selected[POLICY_STEPS_MAX];
};

/* An element that is open. */
struct frame {
	enum element_kind kind; /* E_NONE: unknown, nothing below it is looked at */
	uint32_t line;
	uint32_t site;     /* clients inside belong to it */
	uint64_t seen;     /* kinds of its children so far */
	unsigned children; /* how many */
	bool text;         /* it holds text, and that was told */
};

/* A parameter's or service's probe, before join.c joins equal ones. */
struct draft {
	uint32_t input;
	uint32_t line;
	struct probe probe; /* without outputs */
	struct probe_output output;
	const char *secret_file;   /* radius-status, radius-login, tacacs, else NULL */
	const char *password_file; /* radius-login, else NULL */
	const char *access_file;   /* snmp, else NULL */
};

/* A file of snmp.conf words, read once however many name it. */
struct access_file {
	const char *name;
	const struct snmp_access *access; /* NULL: it had faults */
};

/* A <link> of a site, resolved when all sites are known. */
struct site_link {
	uint32_t site;
	const char *to;
	uint32_t cost;
	uint32_t line;
	uint16_t file;
};

struct include {
	const char *href;
	uint32_t line;
};

struct loader {
	const struct policy_source *source;
	struct faults *faults;
	struct policy *policy;
	struct arena *arena;
	struct inventory inventory;

	/* The document being read, and where. */
	uint16_t file;
	uint32_t line; /* of the present element's start tag */
	struct frame stack[DEPTH_MAX];
	size_t depth;
	/* Kinds of elements that had a fault: what refers to them is not judged, so that
	   one mistake is one fault. */
	uint64_t spoiled;
	bool broken; /* a document could not be read to its end */
	/* The tables have spoken on the element at hand: the schema need not say it again
	   in its words. Structure: unknown, misplaced, too many, incomplete. */
	bool told_structure, told_attributes;

	struct include *include; /* of the first document */
	size_t includes;
	struct draft *draft;
	size_t drafts;
	struct access_file *access;
	size_t accesses;
	struct draft
	    activity;        /* of <activity>: a radius-status probe without outputs */
	struct probe system; /* built in; <network> adds links and addresses */
	struct site_link *link;
	size_t links;
	struct selection *selecting; /* the present step's; NULL: it is not kept */
	/* Lines of its <select> that says each; 0: none does. */
	uint32_t share_line, limit_line;
};

/* A fault in the present document. */
void loader_fault(struct loader *loader, uint32_t line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void loader_warning(struct loader *loader, uint32_t line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* What an attribute says, or what holds when it is left out. */
static inline int64_t
number_or(const struct value *value, int64_t fallback)
{
	return value->set ? value->number : fallback;
}

static inline const char *
keep(struct loader *loader, const struct value *value)
{
	return value->set ? arena_text(loader->arena, value->text) : "";
}

/* document.c: parses bytes as document number loader->file; false when memory ran out
   or the parser could not start. */
bool document_start(void);
bool document_parse(struct loader *loader, const uint8_t *bytes, size_t size);

/* element.c: what an element that begins is (E_NONE: nothing we know), its attributes,
   and when it ends what it should have held. attributes is the parser's: count times
   name, prefix, namespace, value, end of the value. */
enum element_kind element_identify(struct loader *loader, const char *name,
				   const char *prefix, const char *uri);
void element_attributes(struct loader *loader, enum element_kind kind, int count,
			const unsigned char **attributes, struct value *value);
void element_check(struct loader *loader, const struct frame *frame);
/* Kinds of all elements that may be inside such a one, at any depth. */
uint64_t element_below(enum element_kind parent);

/* build.c: an element begins. Values that were missing or wrong are not set. */
void
build_start(struct loader *loader, enum element_kind kind, const struct value *value);
/* Before the first document: the built-in parameters, and what optional elements
   default to. */
bool build_inputs(struct loader *loader);
void build_defaults(struct loader *loader);

/* alternates.c: where clients go; at the end, whether that can be, and is meant. */
void alternates_all(struct loader *loader, const struct value *value);
void alternates_one(struct loader *loader, const struct value *value);
void alternates_health(struct loader *loader, const struct value *value);
void alternates_check(struct loader *loader);
void alternates_warn(struct loader *loader);

/* probes.c: what the parameter or service at hand asks. */
void probes_radius(struct loader *loader, const struct value *value);
void probes_login(struct loader *loader, const struct value *value);
void probes_threads(struct loader *loader, const struct value *value);
void probes_backlog(struct loader *loader, const struct value *value);
void probes_exec(struct loader *loader, const struct value *value);
void probes_file(struct loader *loader, const struct value *value);
void probes_snmp(struct loader *loader, const struct value *value);
void probes_diameter(struct loader *loader, const struct value *value);
void probes_tacacs(struct loader *loader, const struct value *value);
void probes_activity(struct loader *loader, const struct value *value);
void probes_tcp(struct loader *loader, const struct value *value);
void probes_process(struct loader *loader, const struct value *value);

/* join.c: at the end, the probes. */
void probes_join(struct loader *loader);

/* access.c: the words of a file that a probe at that line names; NULL with faults. */
const struct snmp_access *
access_find(struct loader *loader, const char *name, uint32_t line);

/* who.c: steps, and the terms of their selections; at the end, whom they mean. */
void who_step(struct loader *loader, const struct value *value);
void who_select(struct loader *loader, const struct value *value);
void who_except(struct loader *loader, const struct value *value);
void who_resolve(struct loader *loader);
/* Steps that move nobody. */
void who_warn(struct loader *loader);

/* sites.c: a link of the site that is open; when all sites are known, how far each is. */
void sites_link(struct loader *loader, const struct value *value);
void sites_resolve(struct loader *loader);

/* check.c: when all documents are read. */
void check_policy(struct loader *loader);
/* About a policy without faults: what is allowed, and yet hardly meant. */
void check_warnings(struct loader *loader);
/* The default performance function for these inputs, in the arena. */
const char *default_performance(struct policy *policy, struct arena *arena);

#endif
