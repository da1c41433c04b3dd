/* SPDX-License-Identifier: BSD-3-Clause */
/* Random policies of walks: all that the schema allows and the fleet looks at. */
#include "config.h"

#include "tests/unit/walk.h"

#include <stdio.h>
#include <stdlib.h>

unsigned
walk_below(struct walk *walk, unsigned bound)
{
	return (unsigned)random_below(&walk->random, bound);
}

bool
walk_once(struct walk *walk, unsigned in)
{
	return walk_below(walk, in) == 0;
}

static const char *
one_of(struct walk *walk, const char *const *words, unsigned count)
{
	return words[walk_below(walk, count)];
}

static const char *
some_share(struct walk *walk, char out[16])
{
	snprintf(out, 16, "%u%%", 1 + walk_below(walk, 100));
	return out;
}

/* Which clients, where, and in which of three groups (a bit each). */
struct cast {
	bool in[WALK_CLIENTS + 1];
	bool moved[WALK_CLIENTS + 1];
	unsigned groups[WALK_CLIENTS + 1];
	unsigned count;
	bool sites;
};

/* Distance needs sites. */
static const char *
some_order(struct walk *walk, const struct cast *cast)
{
	static const char *const words[] = { "priority", "name", "random", "nearest",
					     "farthest" };

	return one_of(walk, words, cast->sites ? 5 : 3);
}

static void
cast_choose(struct walk *walk, struct cast *cast)
{
	unsigned size = 1 + walk_below(walk, walk_once(walk, 4) ? WALK_CLIENTS : 12);
	unsigned share = 50 + walk_below(walk, 51);

	*cast = (struct cast){ .sites = walk_once(walk, 2) };
	for (unsigned n = 1; n <= size; n++) {
		cast->in[n] = walk_below(walk, 100) < share;
		cast->moved[n] = walk_once(walk, 12);
		cast->groups[n] = walk_below(walk, 8);
		cast->count += cast->in[n];
	}
	if (cast->count == 0) {
		cast->in[1] = true;
		cast->count = 1;
	}
	/* Groups are there when somebody is in them: the policy names all three. */
	for (unsigned n = 1; n <= size; n++)
		if (cast->in[n]) {
			cast->groups[n] = 7;
			break;
		}
}

static void
put_client(FILE *to, struct walk *walk, const struct cast *cast, unsigned n)
{
	const char *words[3] = { "g0", "g1", "g2" };

	fprintf(to, "<client name=\"c%u\" address=\"10.%u.0.%u\" priority=\"%u\"", n,
		cast->moved[n] ? 9 : 0, n, walk_below(walk, 5));
	if (cast->groups[n] != 0) {
		fprintf(to, " groups=\"");
		for (unsigned i = 0; i < 3; i++)
			if (cast->groups[n] & 1u << i)
				fprintf(to, "%s ", words[i]);
		fprintf(to, "\"");
	}
	fprintf(to, "/>\n");
}

/* Every third client is in the one site, every third in the other. */
static void
put_clients(FILE *to, struct walk *walk, const struct cast *cast)
{
	fprintf(to, "<clients hello=\"%us\">\n<list name=\"l\" clients=\"",
		20 + walk_below(walk, 280));
	for (unsigned n = 1, listed = 0; n <= WALK_CLIENTS; n++)
		if (cast->in[n] && (listed == 0 || walk_once(walk, 3)))
			fprintf(to, "%sc%u", listed++ > 0 ? " " : "", n);
	fprintf(to, "\"/>\n");
	for (unsigned site = 0; site < 3; site++) {
		if (cast->sites && site < 2)
			fprintf(to, "<site name=\"s%u\"%s>\n%s", site,
				site == 0 ? " home=\"yes\"" : "",
				site == 1 ? "<link to=\"s0\" cost=\"5\"/>" : "");
		for (unsigned n = 1; n <= WALK_CLIENTS; n++)
			if (cast->in[n] && n % 3 == site)
				put_client(to, walk, cast, n);
		if (cast->sites && site < 2)
			fprintf(to, "</site>\n");
	}
	fprintf(to, "</clients>\n");
}

static void
put_step(FILE *to, struct walk *walk, const struct cast *cast, unsigned after)
{
	static const char *const terms[] = { "group=\"g0\"", "group=\"g1\"",
					     "group=\"g2\"", "list=\"l\"",
					     "site=\"s0\"",  "site=\"s1\"" };
	unsigned count = cast->sites ? 6 : 4;
	char share[16];

	fprintf(to, "<step after=\"%us\"><select %s share=\"%s\" order=\"%s\"", after,
		walk_once(walk, 2) ? "all=\"yes\"" : one_of(walk, terms, count),
		walk_once(walk, 2) ? "100%" : some_share(walk, share),
		some_order(walk, cast));
	if (walk_once(walk, 6))
		fprintf(to, " limit=\"%u\"", 1 + walk_below(walk, 10));
	fprintf(to, "/>\n");
	if (walk_once(walk, 4))
		fprintf(to, "<except %s/>\n", one_of(walk, terms, count));
	fprintf(to, "</step>\n");
}

static void
put_failover(FILE *to, struct walk *walk, const struct cast *cast)
{
	unsigned minutes = 1 + walk_below(walk, walk_once(walk, 4) ? 60 : 8);

	fprintf(to, "<failover threshold=\"30\" for=\"10s\"");
	if (walk_once(walk, 2))
		fprintf(to, " keep=\"%u%%\"", 1 + walk_below(walk, 80));
	if (walk_once(walk, 3))
		fprintf(to, " hold-down=\"%us\"", 1 + walk_below(walk, 120));
	fprintf(to, ">\n");
	put_step(to, walk, cast, 0);
	for (unsigned more = walk_below(walk, 6); more > 3; more--)
		put_step(to, walk, cast, walk_below(walk, 60));
	fprintf(to,
		"<order validity=\"%um\" spread=\"%us\" retry=\"%ums\" attempts=\"%u\" "
		"rate=\"%u/s\"/></failover>\n",
		minutes, walk_once(walk, 2) ? 0 : walk_below(walk, 6),
		500 + walk_below(walk, 2500), 1 + walk_below(walk, 6),
		walk_once(walk, 3) ? 1 + walk_below(walk, 5) : 500);
}

static void
put_connection(FILE *to, struct walk *walk, const struct cast *cast)
{
	static const char *const growth[] = { "1", "1", "1.5", "2" };

	fprintf(to,
		"<connection threshold=\"60\" for=\"60s\"><batch size=\"%u\" "
		"every=\"%us\" order=\"%s\" growth=\"%s\" max=\"20\"/><admit "
		"rate=\"%u/s\"/></connection>\n",
		1 + walk_below(walk, 8), 1 + walk_below(walk, 20),
		some_order(walk, cast), one_of(walk, growth, ARRAY_SIZE(growth)),
		1 + walk_below(walk, 10));
}

/* Alternates of changing number and order: aaa2 and on. */
static void
put_alternates(FILE *to, struct walk *walk)
{
	unsigned count = 1 + walk_below(walk, 4), first = 2 + walk_below(walk, 3);

	fprintf(to, "<alternates distribute=\"%s\" when-none=\"%s\">\n",
		walk_once(walk, 2) ? "weight" : "headroom",
		walk_once(walk, 4) ? "send" : "hold");
	for (unsigned i = first; i < first + count; i++) {
		fprintf(to,
			"<alternate name=\"aaa%u\" address=\"192.0.2.%u\" "
			"priority=\"%u\"",
			i, 9 + i, 1 + walk_below(walk, 3));
		if (walk_once(walk, 4))
			fprintf(to, " capacity=\"%u\"", 1 + walk_below(walk, 30));
		fprintf(to, ">\n");
		if (walk_once(walk, 2))
			fprintf(to,
				"<health agent=\"192.0.2.%u\" access=\"peers\" "
				"every=\"%us\"/>\n",
				9 + i, 20 + walk_below(walk, 40));
		fprintf(to, "</alternate>\n");
	}
	fprintf(to, "</alternates>\n");
}

struct policy *
walk_policy(struct walk *walk)
{
	static const char *const modes[] = { "automatic", "automatic", "automatic",
					     "advise", "paused" };
	char *text = NULL, share[16];
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);
	struct policy *policy;
	struct cast cast;

	if (to == NULL)
		abort();
	cast_choose(walk, &cast);
	fprintf(to,
		"<policy xmlns=\"" POLICY_NAMESPACE "\" mode=\"%s\">\n<server "
		"name=\"aaa1\" address=\"192.0.2.10\"><key id=\"1\" file=\"aaa1.key\"/>"
		"</server>\n",
		one_of(walk, modes, ARRAY_SIZE(modes)));
	put_alternates(to, walk);
	put_failover(to, walk, &cast);
	put_connection(to, walk, &cast);
	fprintf(to, "<control snmp=\"%s\" max-share=\"%s\"/>\n",
		walk_once(walk, 10) ? "no" : "yes", some_share(walk, share));
	put_clients(to, walk, &cast);
	fprintf(to, "</policy>\n");
	fclose(to);
	if (walk->trace)
		printf("%s", text);
	policy = rig_load(text);
	if (policy->failover.validity > walk->validity_max)
		walk->validity_max = policy->failover.validity;
	free(text);
	return policy;
}
