/* SPDX-License-Identifier: BSD-3-Clause */
/* bellwether schema, of what commands print that ask no agent: one object, in tables. */
#include "config.h"

#include "tui/schema.h"

#include <string.h>

#include "common/bytes.h"
#include "tui/text.h"

enum kind {
	KIND_TEXT,
	KIND_WORD, /* one of words */
	KIND_NUMBER,
	KIND_COUNT,
	KIND_TRUTH,
	KIND_DATE,
	KIND_VERSION,
	KIND_OBJECT, /* the fields behind it that lie deeper */
	KIND_LIST    /* of such objects */
};

/* Whether it may be null, or missing. */
enum presence { ALWAYS, NULLABLE, OPTIONAL };

struct field {
	unsigned depth;
	const char *name;
	enum kind kind;
	enum presence presence;
	const char *words; /* with spaces between */
};

static const struct field check[] = {
	{ 0, "version", KIND_VERSION, ALWAYS, NULL },
	{ 0, "policy", KIND_TEXT, ALWAYS, NULL },
	{ 0, "usable", KIND_TRUTH, ALWAYS, NULL },
	{ 0, "serverName", KIND_TEXT, NULLABLE, NULL },
	{ 0, "alternates", KIND_COUNT, OPTIONAL, NULL },
	{ 0, "clients", KIND_COUNT, OPTIONAL, NULL },
	{ 0, "rows", KIND_LIST, ALWAYS, NULL },
	{ 1, "file", KIND_TEXT, ALWAYS, NULL },
	{ 1, "line", KIND_COUNT, NULLABLE, NULL },
	{ 1, "severity", KIND_WORD, ALWAYS, "error warning" },
	{ 1, "text", KIND_TEXT, ALWAYS, NULL },
};

static const struct field explain[] = {
	{ 0, "version", KIND_VERSION, ALWAYS, NULL },
	{ 0, "server", KIND_TEXT, ALWAYS, NULL },
	{ 0, "mode", KIND_WORD, ALWAYS, "automatic advise paused" },
	{ 0, "paused", KIND_TEXT, NULLABLE, NULL },
	{ 0, "held", KIND_NUMBER, ALWAYS, NULL },
	{ 0, "values", KIND_LIST, ALWAYS, NULL },
	{ 1, "name", KIND_TEXT, ALWAYS, NULL },
	{ 1, "kind", KIND_WORD, ALWAYS, "parameter service" },
	{ 1, "source", KIND_WORD, ALWAYS, "given trace unknown" },
	{ 1, "state", KIND_WORD, ALWAYS, "unknown stale fresh" },
	{ 1, "value", KIND_NUMBER, NULLABLE, NULL },
	{ 1, "service", KIND_WORD, OPTIONAL, "up down unknown" },
	{ 1, "text", KIND_TEXT, ALWAYS, NULL },
	{ 0, "performance", KIND_NUMBER, NULLABLE, NULL },
	{ 0, "failoverThreshold", KIND_NUMBER, ALWAYS, NULL },
	{ 0, "connectionThreshold", KIND_NUMBER, ALWAYS, NULL },
	{ 0, "conditions", KIND_LIST, ALWAYS, NULL },
	{ 1, "name", KIND_TEXT, ALWAYS, NULL },
	{ 1, "met", KIND_WORD, ALWAYS, "no pending yes" },
	{ 1, "truth", KIND_WORD, ALWAYS, "false true unknown" },
	{ 1, "held", KIND_TRUTH, ALWAYS, NULL },
	{ 1, "since", KIND_NUMBER, ALWAYS, NULL },
	{ 1, "why", KIND_TEXT, ALWAYS, NULL },
	{ 0, "failover", KIND_WORD, ALWAYS, "no pending yes" },
	{ 0, "failoverUnknown", KIND_TRUTH, ALWAYS, NULL },
	{ 0, "connection", KIND_WORD, ALWAYS, "no pending yes" },
	{ 0, "deciding", KIND_TEXT, NULLABLE, NULL },
	{ 0, "moves", KIND_OBJECT, ALWAYS, NULL },
	{ 1, "action", KIND_WORD, ALWAYS, "failover reconnect" },
	{ 1, "now", KIND_TRUTH, ALWAYS, NULL },
	{ 1, "clients", KIND_COUNT, ALWAYS, NULL },
	{ 1, "keep", KIND_COUNT, ALWAYS, NULL },
	{ 1, "stay", KIND_COUNT, ALWAYS, NULL },
	{ 1, "batches", KIND_COUNT, OPTIONAL, NULL },
	{ 1, "trouble", KIND_TEXT, NULLABLE, NULL },
	{ 1, "steps", KIND_LIST, ALWAYS, NULL },
	{ 2, "step", KIND_COUNT, ALWAYS, NULL },
	{ 2, "after", KIND_NUMBER, ALWAYS, NULL },
	{ 2, "selection", KIND_TEXT, ALWAYS, NULL },
	{ 2, "order", KIND_WORD, ALWAYS, "priority nearest farthest name random" },
	{ 2, "selected", KIND_COUNT, ALWAYS, NULL },
	{ 2, "moved", KIND_COUNT, ALWAYS, NULL },
	{ 2, "roomless", KIND_COUNT, ALWAYS, NULL },
	{ 2, "alternates", KIND_LIST, OPTIONAL, NULL },
	{ 3, "name", KIND_TEXT, ALWAYS, NULL },
	{ 3, "moved", KIND_COUNT, ALWAYS, NULL },
	{ 3, "own", KIND_COUNT, ALWAYS, NULL },
	{ 3, "capacity", KIND_COUNT, NULLABLE, NULL },
	{ 3, "text", KIND_TEXT, ALWAYS, NULL },
	{ 2, "clients", KIND_LIST, OPTIONAL, NULL },
	{ 3, "name", KIND_TEXT, ALWAYS, NULL },
	{ 3, "alternate", KIND_TEXT, NULLABLE, NULL },
};

static const struct field simulate[] = {
	{ 0, "version", KIND_VERSION, ALWAYS, NULL },
	{ 0, "trace", KIND_TEXT, ALWAYS, NULL },
	{ 0, "start", KIND_DATE, ALWAYS, NULL },
	{ 0, "seconds", KIND_NUMBER, ALWAYS, NULL },
	{ 0, "looksFromTrace", KIND_TRUTH, ALWAYS, NULL },
	{ 0, "seed", KIND_COUNT, ALWAYS, NULL },
	{ 0, "loss", KIND_NUMBER, ALWAYS, NULL },
	{ 0, "delay", KIND_NUMBER, ALWAYS, NULL },
	{ 0, "refuse", KIND_NUMBER, ALWAYS, NULL },
	{ 0, "crash", KIND_NUMBER, ALWAYS, NULL },
	{ 0, "skew", KIND_NUMBER, ALWAYS, NULL },
	{ 0, "runs", KIND_LIST, ALWAYS, NULL },
	{ 1, "policy", KIND_TEXT, ALWAYS, NULL },
	{ 1, "server", KIND_TEXT, ALWAYS, NULL },
	{ 1, "clients", KIND_COUNT, ALWAYS, NULL },
	{ 1, "mode", KIND_WORD, ALWAYS, "automatic advise paused" },
	{ 1, "timeline", KIND_LIST, ALWAYS, NULL },
	{ 2, "time", KIND_NUMBER, ALWAYS, NULL },
	{ 2, "kind", KIND_TEXT, ALWAYS, NULL },
	{ 2, "text", KIND_TEXT, ALWAYS, NULL },
	{ 1, "summary", KIND_OBJECT, ALWAYS, NULL },
	{ 2, "failovers", KIND_COUNT, ALWAYS, NULL },
	{ 2, "firstFailoverAt", KIND_NUMBER, NULLABLE, NULL },
	{ 2, "returns", KIND_COUNT, ALWAYS, NULL },
	{ 2, "flaps", KIND_COUNT, ALWAYS, NULL },
	{ 2, "movesAway", KIND_COUNT, ALWAYS, NULL },
	{ 2, "movesBack", KIND_COUNT, ALWAYS, NULL },
	{ 2, "awayClientHours", KIND_NUMBER, ALWAYS, NULL },
	{ 2, "ordersSent", KIND_COUNT, ALWAYS, NULL },
	{ 2, "ordersPeakPerSecond", KIND_COUNT, ALWAYS, NULL },
	{ 2, "returnsPeakPerSecond", KIND_COUNT, ALWAYS, NULL },
	{ 2, "servingSeconds", KIND_NUMBER, ALWAYS, NULL },
	{ 2, "sheddingSeconds", KIND_NUMBER, ALWAYS, NULL },
	{ 2, "awaySeconds", KIND_NUMBER, ALWAYS, NULL },
	{ 2, "returningSeconds", KIND_NUMBER, ALWAYS, NULL },
	{ 2, "unknownSeconds", KIND_NUMBER, ALWAYS, NULL },
	{ 2, "longestSeconds", KIND_NUMBER, ALWAYS, NULL },
	{ 2, "longestState", KIND_TEXT, ALWAYS, NULL },
	{ 2, "clientsNotReached", KIND_COUNT, ALWAYS, NULL },
	{ 2, "clientsRefused", KIND_COUNT, ALWAYS, NULL },
	{ 2, "here", KIND_COUNT, ALWAYS, NULL },
	{ 2, "away", KIND_COUNT, ALWAYS, NULL },
	{ 2, "knownHere", KIND_COUNT, ALWAYS, NULL },
	{ 2, "knownAway", KIND_COUNT, ALWAYS, NULL },
	{ 2, "decided", KIND_COUNT, ALWAYS, NULL },
	{ 2, "decidedAlike", KIND_COUNT, OPTIONAL, NULL },
	{ 2, "statedAlike", KIND_COUNT, OPTIONAL, NULL },
	{ 2, "alternates", KIND_LIST, ALWAYS, NULL },
	{ 3, "name", KIND_TEXT, ALWAYS, NULL },
	{ 3, "clients", KIND_COUNT, ALWAYS, NULL },
};

static const struct {
	const char *command;
	const struct field *field;
	size_t fields;
} objects[] = {
	{ "check", check, ARRAY_SIZE(check) },
	{ "explain", explain, ARRAY_SIZE(explain) },
	{ "simulate", simulate, ARRAY_SIZE(simulate) },
};

static void
print_words(const struct field *field, FILE *out)
{
	const char *word = field->words;
	fputs("{\"enum\":[", out);
	while (*word) {
		size_t length = strcspn(word, " ");
		fprintf(out, "%s\"%.*s\"", word > field->words ? "," : "", (int)length,
			word);
		word += length + strspn(word + length, " ");
	}
	fputs(field->presence == NULLABLE ? ",null]}" : "]}", out);
}

static void
print_plain(const struct field *field, FILE *out)
{
	static const struct {
		const char *type, *more;
	} plain[] = {
		[KIND_TEXT] = { "string", "" },
		[KIND_NUMBER] = { "number", "" },
		[KIND_COUNT] = { "integer", ",\"minimum\":0" },
		[KIND_TRUTH] = { "boolean", "" },
		[KIND_DATE] = { "string", ",\"format\":\"date-time\"" },
	};
	const char *type = plain[field->kind].type;
	if (field->presence == NULLABLE)
		fprintf(out, "{\"type\":[\"%s\",\"null\"]%s}", type,
			plain[field->kind].more);
	else
		fprintf(out, "{\"type\":\"%s\"%s}", type, plain[field->kind].more);
}

/* The fields from this one on that lie as deep as it: an object's; those that lie deeper
   are of the one before them. */
static void
print_object(const struct field *field, const struct field *end, FILE *out)
{
	unsigned depth = field->depth;
	const char *comma = "";
	fputs("\"type\":\"object\",\"required\":[", out);
	for (const struct field *at = field; at < end && at->depth >= depth; at++)
		if (at->depth == depth && at->presence != OPTIONAL) {
			fprintf(out, "%s\"%s\"", comma, at->name);
			comma = ",";
		}
	fputs("],\n\"properties\":{", out);
	comma = "";
	for (const struct field *at = field; at < end && at->depth >= depth; at++) {
		if (at->depth > depth)
			continue;
		fprintf(out, "%s\"%s\":", comma, at->name);
		comma = ",\n";
		if (at->kind == KIND_VERSION) {
			fputs("{\"const\":1}", out);
		} else if (at->kind == KIND_WORD) {
			print_words(at, out);
		} else if (at->kind < KIND_OBJECT) {
			print_plain(at, out);
		} else {
			fputs(at->kind == KIND_LIST ? "{\"type\":\"array\",\"items\":{"
						    : "{",
			      out);
			print_object(at + 1, end, out);
			fputs(at->kind == KIND_LIST ? "}}" : "}", out);
		}
	}
	fputc('}', out);
}

bool
schema_offline(const char *command, FILE *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(objects); i++) {
		if (strcmp(objects[i].command, command) != 0)
			continue;
		schema_head(command, out);
		print_object(objects[i].field, objects[i].field + objects[i].fields,
			     out);
		fputs("}\n", out);
		return true;
	}
	return false;
}
