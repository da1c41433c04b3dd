/* SPDX-License-Identifier: BSD-3-Clause */
/* What reading a policy of 100,000 clients costs: time against SAX2 plus XSD alone,
   memory at most while reading, and memory kept. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <libxml/parser.h>
#include <libxml/xmlschemas.h>

#include "common/clock.h"
#include "policy/policy.h"
#include "policy/schema.inc"

#define CLIENTS 100000u
#define SITES   1000u
#define ROUNDS  5
#define CHUNK   32768u

#define HEAD                                                                          \
	"<?xml version=\"1.0\"?>\n<policy xmlns=\"urn:bellwether:policy:1\">\n"       \
	"<server name=\"aaa1\" address=\"192.0.2.10\">"                               \
	"<key id=\"1\" file=\"aaa1.key\"/></server>\n"                                \
	"<failover threshold=\"30\"><step><select group=\"g1\"/></step></failover>\n" \
	"<connection threshold=\"60\"/>\n<clients>\n"

/* Clients with all attributes, two groups each, in sites. */
static uint8_t *
make_document(size_t *size)
{
	size_t room = sizeof(HEAD) + CLIENTS * 128 + SITES * 64 + 64, used;
	char *text = malloc(room);

	if (text == NULL)
		exit(1);
	used = (size_t)snprintf(text, room, "%s", HEAD);
	for (unsigned i = 0; i < CLIENTS; i++) {
		if (i % (CLIENTS / SITES) == 0)
			used += (size_t)snprintf(
			    text + used, room - used, "%s<site name=\"site%u\">\n",
			    i > 0 ? "</site>\n" : "", i / (CLIENTS / SITES));
		used += (size_t)snprintf(
		    text + used, room - used,
		    "<client name=\"nas%06u\" address=\"10.%u.%u.%u\" "
		    "groups=\"g%u wireless\" priority=\"%u\"/>\n",
		    i, i >> 16, i >> 8 & 255, i & 255, i % 20, i % 100);
	}
	used += (size_t)snprintf(text + used, room - used,
				 "</site>\n</clients>\n</policy>\n");
	*size = used;
	return (uint8_t *)text;
}

/* The loader gets what a file reader would give it: bytes of its own. */
static bool
read_document(void *context, const char *path, bool secret, uint8_t **bytes,
	      size_t *size, char *why, size_t why_size)
{
	(void)context;
	(void)path;
	(void)secret;
	(void)why;
	(void)why_size;
	*bytes = make_document(size);
	return true;
}

static bool
match_nothing(void *context, const char *href,
	      void (*emit)(void *emit_context, const char *path), void *emit_context,
	      char *why, size_t why_size)
{
	(void)context;
	(void)href;
	(void)emit;
	(void)emit_context;
	(void)why;
	(void)why_size;
	return true;
}

static struct policy *
load(void)
{
	const struct policy_source source = { NULL, read_document, match_nothing };
	struct faults *faults = faults_new(10);
	struct policy *policy = policy_load(&source, "policy.xml", faults);

	faults_print(faults, stderr);
	faults_free(faults);
	if (policy == NULL || policy->clients != CLIENTS)
		exit(1);
	return policy;
}

/* In a process of its own, whose peak is that of one load. */
static void
bench_memory(void)
{
	struct rusage usage;
	int status;
	pid_t child = fork();

	if (child == 0) {
		struct policy *policy = load();

		printf("bench: policy-client-bytes ratio %.1f goal <=400 (bytes kept a "
		       "client, names, groups and index included)\n",
		       (double)policy_client_bytes(policy) / CLIENTS);
		fflush(stdout);
		policy_free(policy);
		_exit(0);
	}
	if (child < 0 || wait4(child, &status, 0, &usage) != child || status != 0)
		return;
	printf("bench: policy-peak ratio %.1f goal <=80 (MB at most while a process "
	       "reads %u clients)\n",
	       (double)usage.ru_maxrss / 1024, CLIENTS);
}

static void
ignore_start(void *context, const xmlChar *name, const xmlChar *prefix,
	     const xmlChar *uri, int namespaces, const xmlChar **namespace, int count,
	     int defaulted, const xmlChar **attributes)
{
	(void)context;
	(void)name;
	(void)prefix;
	(void)uri;
	(void)namespaces;
	(void)namespace;
	(void)count;
	(void)defaulted;
	(void)attributes;
}

/* SAX2 and the schema, and nobody to hear what they find. */
static bool
parse_alone(xmlSchemaPtr schema, const uint8_t *bytes, size_t size)
{
	xmlSAXHandler handler = { .initialized = XML_SAX2_MAGIC,
				  .startElementNs = ignore_start };
	xmlSchemaValidCtxtPtr validator = xmlSchemaNewValidCtxt(schema);
	xmlParserCtxtPtr xml = xmlCreatePushParserCtxt(&handler, NULL, NULL, 0, NULL);
	xmlSchemaSAXPlugPtr plug =
	    xmlSchemaSAXPlug(validator, &xml->sax, &xml->userData);
	bool ok;

	for (size_t at = 0; at < size; at += CHUNK)
		xmlParseChunk(xml, (const char *)bytes + at,
			      (int)(size - at < CHUNK ? size - at : CHUNK), 0);
	xmlParseChunk(xml, NULL, 0, 1);
	ok = xml->wellFormed && xmlSchemaIsValid(validator);
	xmlSchemaSAXUnplug(plug);
	xmlFreeParserCtxt(xml);
	xmlSchemaFreeValidCtxt(validator);
	return ok;
}

static int64_t
boot(void)
{
	return clock_now().boot;
}

/* The best of some rounds each, one after the other: noise only adds. */
static void
bench_time(void)
{
	xmlSchemaParserCtxtPtr parser = xmlSchemaNewMemParserCtxt(
	    (const char *)policy_schema, sizeof(policy_schema));
	xmlSchemaPtr schema = xmlSchemaParse(parser);
	int64_t best = NEVER, alone = NEVER;

	xmlSchemaFreeParserCtxt(parser);
	for (int round = 0; round < ROUNDS; round++) {
		size_t size;
		uint8_t *bytes = make_document(&size);
		int64_t start = boot(), middle, made, end;

		if (!parse_alone(schema, bytes, size))
			exit(1);
		middle = boot();
		free(bytes);
		bytes = make_document(&size);
		free(bytes);
		made = boot();
		policy_free(load());
		end = boot();
		alone = middle - start < alone ? middle - start : alone;
		/* The loader's source makes the document: take that off again. */
		end -= made - middle;
		best = end - made < best ? end - made : best;
	}
	xmlSchemaFree(schema);
	printf("bench: policy-load ratio %.2f goal <=3 (%" PRId64
	       " ms to read %u clients "
	       "and free them, %" PRId64 " ms by SAX2 and XSD alone)\n",
	       (double)best / (double)alone, best / MILLISECOND, CLIENTS,
	       alone / MILLISECOND);
}

int
main(void)
{
	if (!policy_start())
		return 1;
	bench_memory(); /* first: a child inherits its parent's peak */
	bench_time();
	return 0;
}
