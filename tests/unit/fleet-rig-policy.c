/* SPDX-License-Identifier: BSD-3-Clause */
/* The policy of a rig, from words. */
#include "config.h"

#include "tests/unit/fleet-rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct rig_options rig_defaults = {
	.clients = 10,
	.batch = 3,
	.max = 1000000,
	.admit = 20,
	.attempts = 5,
	.rate = 500,
	.alternates = 2,
	.share = "100%",
	.every = "10s",
	.validity = "1h",
	.spread = "0",
	.retry = "1s",
	.hello = "5m",
	.mode = "automatic",
	.order = "priority",
	.growth = "1",
	.keep = "",
	.most = "50%",
	.asks = 10,
	.source = 18121,
	.first = 1,
	.lead = 2,
	.distribute = "weight",
	.none = "hold",
};

bool
rig_option(struct rig_options *options, const char *word)
{
	const struct {
		const char *name;
		unsigned *number;
		char *text;
	} table[] = {
		{ "clients", &options->clients, NULL },
		{ "group", &options->group, NULL },
		{ "batch", &options->batch, NULL },
		{ "max", &options->max, NULL },
		{ "admit", &options->admit, NULL },
		{ "attempts", &options->attempts, NULL },
		{ "rate", &options->rate, NULL },
		{ "alternates", &options->alternates, NULL },
		{ "first", &options->first, NULL },
		{ "moved", &options->moved, NULL },
		{ "share", NULL, options->share },
		{ "every", NULL, options->every },
		{ "validity", NULL, options->validity },
		{ "spread", NULL, options->spread },
		{ "retry", NULL, options->retry },
		{ "hello", NULL, options->hello },
		{ "mode", NULL, options->mode },
		{ "order", NULL, options->order },
		{ "growth", NULL, options->growth },
		{ "keep", NULL, options->keep },
		{ "most", NULL, options->most },
		{ "watch", NULL, options->watch },
		{ "after", NULL, options->after },
		{ "down", NULL, options->down },
		{ "down-max", NULL, options->down_max },
		{ "asks", &options->asks, NULL },
		{ "capacity", &options->capacity, NULL },
		{ "level", &options->level, NULL },
		{ "lead", &options->lead, NULL },
		{ "distribute", NULL, options->distribute },
		{ "none", NULL, options->none },
		{ "health", NULL, options->health },
	};
	const char *value = strchr(word, '=');

	if (strncmp(word, "then=", 5) == 0) {
		snprintf(options->then, sizeof(options->then), "%s", value + 1);
		return true;
	}
	for (size_t i = 0; value != NULL && i < ARRAY_SIZE(table); i++) {
		size_t length = strlen(table[i].name);

		if ((size_t)(value - word) != length ||
		    strncmp(word, table[i].name, length) != 0)
			continue;
		if (table[i].number != NULL)
			*table[i].number = (unsigned)strtoul(value + 1, NULL, 10);
		else
			snprintf(table[i].text, 16, "%s", value + 1);
		return true;
	}
	return false;
}

/* ---- the policy ---- */

static void
document_alternates(const struct rig_options *o, FILE *to)
{
	if (o->alternates == 0)
		return;
	fprintf(to, "<alternates distribute=\"%s\" when-none=\"%s\">\n", o->distribute,
		o->none);
	for (unsigned i = 0; i < o->alternates; i++) {
		fprintf(to,
			"<alternate name=\"aaa%u\" address=\"192.0.2.%u\" "
			"priority=\"%u\"",
			i + o->lead, i + o->lead + 9, o->level > 0 ? o->level : i + 1);
		if (o->capacity > 0)
			fprintf(to, " capacity=\"%u\"", o->capacity);
		fprintf(to, ">");
		if (o->health[0] != '\0')
			fprintf(to,
				"<health agent=\"192.0.2.%u\" access=\"peers\" "
				"every=\"%s\"/>",
				i + o->lead + 9, o->health);
		fprintf(to, "</alternate>\n");
	}
	fprintf(to, "</alternates>\n");
}

static void
attribute(FILE *to, const char *name, const char *value)
{
	if (value[0] != '\0')
		fprintf(to, " %s=\"%s\"", name, value);
}

static void
step(const struct rig_options *o, FILE *to, bool all, const char *share,
     const char *after)
{
	fputs("<step", to);
	attribute(to, "after", after);
	fprintf(to, "><select %s share=\"%s\" order=\"%s\"/></step>",
		all ? "all=\"yes\"" : "group=\"g\"", share, o->order);
}

static void
steps(const struct rig_options *o, FILE *to)
{
	char then[sizeof(o->then)], *rest = then, *word;

	step(o, to, o->group == 0, o->share, o->after);
	snprintf(then, sizeof(then), "%s", o->then);
	while ((word = strsep(&rest, ",")) != NULL) {
		const char *after = strchr(word, '@');
		char *share = strsep(&word, ":");

		if (word == NULL)
			break;
		word[strcspn(word, "@")] = '\0';
		step(o, to, strcmp(share, "all") == 0, word,
		     after != NULL ? after + 1 : "");
	}
}

static char *
document(const struct rig_options *o)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	if (to == NULL)
		abort();
	fprintf(to,
		"<policy xmlns=\"" POLICY_NAMESPACE "\" mode=\"%s\">\n"
		"<server name=\"aaa1\" address=\"192.0.2.10\">"
		"<key id=\"1\" file=\"aaa1.key\"/></server>\n",
		o->mode);
	document_alternates(o, to);
	fprintf(to, "<failover threshold=\"30\" for=\"10s\"");
	attribute(to, "keep", o->keep);
	attribute(to, "hold-down", o->down);
	attribute(to, "hold-down-max", o->down_max);
	fputs(">", to);
	steps(o, to);
	fprintf(to,
		"\n<order validity=\"%s\" spread=\"%s\" "
		"retry=\"%s\" attempts=\"%u\" rate=\"%u/s\"/></failover>\n",
		o->validity, o->spread, o->retry, o->attempts, o->rate);
	fprintf(to,
		"<connection threshold=\"60\" for=\"60s\"><batch size=\"%u\" "
		"every=\"%s\" order=\"%s\" growth=\"%s\" max=\"%u\"/><admit "
		"rate=\"%u/s\"/></connection>\n"
		"<control snmp=\"yes\" max-share=\"%s\"/>\n<clients hello=\"%s\">\n",
		o->batch, o->every, o->order, o->growth, o->max, o->admit, o->most,
		o->hello);
	if (o->watch[0] != '\0')
		fprintf(to,
			"<activity every=\"%s\" grace=\"1m\" quiet=\"5m\" "
			"rate=\"%u/s\"><radius-status server=\"127.0.0.1:%u\" "
			"secret-file=\"status.key\"/></activity>\n",
			o->watch, o->asks, o->source);
	for (unsigned i = o->first; i < o->first + o->clients; i++)
		fprintf(to,
			"<client name=\"c%u\" address=\"10.%u.%u.%u\" "
			"priority=\"%u\"%s/>\n",
			i, i == o->moved ? 9 : 0, i / 250, i % 250 + 1,
			1 + (i * 7919 + 13) % 1000,
			i - o->first < o->group ? " groups=\"g\"" : "");
	fprintf(to, "</clients></policy>\n");
	fclose(to);
	return text;
}

static bool
source_read(void *context, const char *path, bool secret, uint8_t **bytes, size_t *size,
	    char *why, size_t why_size)
{
	const char *text = strstr(path, "peers") != NULL
			       ? "defVersion 2c\ndefCommunity public\n"
			       : context;

	(void)secret;
	(void)why;
	(void)why_size;
	*bytes = (uint8_t *)strdup(text);
	*size = strlen(text);
	return *bytes != NULL;
}

static bool
source_match(void *context, const char *href, void (*emit)(void *, const char *),
	     void *emit_context, char *why, size_t why_size)
{
	(void)context;
	(void)href;
	(void)emit;
	(void)emit_context;
	snprintf(why, why_size, "the test has one document only");
	return false;
}

struct policy *
rig_load(char *text)
{
	const struct policy_source source = { .context = text,
					      .read = source_read,
					      .match = source_match };
	struct faults *faults = faults_new(20);
	struct policy *policy;

	if (faults == NULL || !policy_start())
		abort();
	policy = policy_load(&source, "policy.xml", faults);
	if (policy == NULL) {
		faults_print(faults, stderr);
		abort();
	}
	faults_free(faults);
	return policy;
}

struct policy *
rig_policy(const struct rig_options *options)
{
	char *text = document(options);
	struct policy *policy = rig_load(text);

	free(text);
	return policy;
}
