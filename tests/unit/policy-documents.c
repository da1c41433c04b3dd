/* SPDX-License-Identifier: BSD-3-Clause */
/* Documents that are refused, each with its exact faults; and how far faults may go. */
#include "config.h"

#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "tests/unit/policy-source.h"
#include "tests/unit/policy-tests.h"
#include "tests/unit/unit.h"

#define DOCUMENTS_MIN 40 /* fewer found means that the folder was not */

char *
file_text(const char *path)
{
	FILE *file = fopen(path, "rb");
	char *text = calloc(1, 1 << 16);

	if (file == NULL || text == NULL) {
		free(text);
		return NULL;
	}
	if (fread(text, 1, (1 << 16) - 1, file) == 0)
		text[0] = '\0';
	fclose(file);
	return text;
}

static void
write_expected(const char *path, const char *found)
{
	FILE *file = fopen(path, "wb");

	if (file == NULL)
		return;
	fputs(found, file);
	fclose(file);
}

void
compare_file(const char *name, const char *found)
{
	char path[4096], *expected;

	snprintf(path, sizeof(path), "%s/%s", getenv("top_srcdir"), name);
	if (getenv("POLICY_EXPECT") != NULL)
		write_expected(path, found);
	expected = file_text(path);
	if (expected == NULL || strcmp(found, expected) != 0) {
		printf("\n%s: expected:\n%sfound:\n%s", name,
		       expected != NULL ? expected : "(no such file)\n", found);
		CU_FAIL("it differs");
	}
	free(expected);
}

static void
compare(const char *folder, const char *name)
{
	char expected[4096];
	struct faults *faults = faults_new(100);
	struct policy *policy = load_file(folder, name, faults);
	char *found = faults_text(faults);

	snprintf(expected, sizeof(expected), "%s/%.*s.expected", folder,
		 (int)(strlen(name) - 4), name);
	compare_file(expected, found);
	CU_ASSERT_PTR_NULL(policy);
	free(found);
	policy_free(policy);
	faults_free(faults);
}

void
test_bad_documents(void)
{
	char path[4096];
	struct dirent **entry = NULL;
	int entries, compared = 0;

	snprintf(path, sizeof(path), "%s/tests/policy/bad", getenv("top_srcdir"));
	entries = scandir(path, &entry, NULL, alphasort);
	for (int i = 0; i < entries; i++) {
		const char *name = entry[i]->d_name;
		size_t length = strlen(name);

		if (length > 4 && strcmp(name + length - 4, ".xml") == 0) {
			compare("tests/policy/bad", name);
			compared++;
		}
		free(entry[i]);
	}
	free(entry);
	CU_ASSERT(compared >= DOCUMENTS_MIN);
}

/* ---- lines beyond what 16 bits count ---- */

#define HEAD                                                    \
	"<policy xmlns=\"urn:bellwether:policy:1\">"            \
	"<server name=\"a\" address=\"192.0.2.1\">"             \
	"<key id=\"1\" file=\"k\"/></server>"                   \
	"<failover threshold=\"1\"><step><select all=\"yes\"/>" \
	"</step></failover><connection threshold=\"2\"/><clients>"
#define TAIL "</clients></policy>\n"

/* first, count empty lines, last. */
static char *
far_text(const char *first, size_t count, const char *last)
{
	size_t a = strlen(first), b = strlen(last);
	char *text = malloc(a + count + b + 1);

	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	memcpy(text, first, a);
	memset(text + a, '\n', count);
	memcpy(text + a + count, last, b + 1);
	return text;
}

#define FAULTY                                                                \
	"<client name=\"n1\" address=\"198.51.100.1\"/>\n"                    \
	"<client name=\"n2\"\n address=\"198.51.100.1\"/>\n"                  \
	"<client nam=\"n3\" address=\"198.51.100.3\"/>\n"                     \
	"<site name=\"s\"><client name=\"n4\" address=\"198.51.100.4\">\n \n" \
	"</client></site>\n"

void
test_far_lines(void)
{
	char *text = far_text(HEAD, 70000, FAULTY "<include href=\"more.xml\"/>" TAIL);
	char *more = far_text("<clients xmlns=\"urn:bellwether:policy:1\">", 99999,
			      FAULTY "</client>\n");
	const struct test_document documents[] = {
		{ "main.xml", text, 0 },
		{ "more.xml", more, 0 },
	};
	struct memory_source memory = { documents, ARRAY_SIZE(documents) };
	struct policy_source source = memory_source(&memory);
	struct faults *faults = faults_new(100);
	char *found;

	CU_ASSERT_PTR_NULL(policy_load(&source, "main.xml", faults));
	found = faults_text(faults);
	compare_text(
	    found,
	    "main.xml:70004: nam= is not known in <client>: expected name, address, "
	    "groups or priority; did you mean \"name\"?\n"
	    "main.xml:70004: <client> lacks name=: expected a name: a letter or _, "
	    "then "
	    "up to 63 letters, digits, '.', '_' or '-'\n"
	    "main.xml:70005: <client> is not empty: expected nothing in it, not even "
	    "space\n"
	    "more.xml:100003: nam= is not known in <client>: expected name, address, "
	    "groups or priority; did you mean \"name\"?\n"
	    "more.xml:100003: <client> lacks name=: expected a name: a letter or _, "
	    "then "
	    "up to 63 letters, digits, '.', '_' or '-'\n"
	    "more.xml:100004: <client> is not empty: expected nothing in it, not even "
	    "space\n"
	    "more.xml:100007: not well-formed XML: Opening and ending tag mismatch: "
	    "clients line 1 and client\n");
	free(found);
	faults_free(faults);
	free(more);
	free(text);

	/* And what is known only when all is read. */
	text = far_text(HEAD, 70000,
			"<client name=\"n1\" address=\"198.51.100.1\"/>\n"
			"<client name=\"n2\"\n address=\"198.51.100.1\"/>\n"
			"<list name=\"l\" clients=\"n3\"/>" TAIL);
	refuse_text(
	    text, "policy.xml:70002: address 198.51.100.1 of client \"n2\" is that of "
		  "\"n1\" at policy.xml:70001: expected one client an address\n"
		  "policy.xml:70004: <list> \"l\" names \"n3\", and there is no such "
		  "client: expected names of clients\n");
	free(text);
}

/* ---- bounds ---- */

/* first, piece so many times with its number for each '#', last. */
static char *
repeat(const char *first, const char *piece, size_t times, const char *last)
{
	size_t a = strlen(first), b = strlen(piece) + 16, used;
	char *text = malloc(a + times * b + strlen(last) + 1);

	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	memcpy(text, first, a);
	used = a;
	for (size_t i = 0; i < times; i++) {
		for (const char *at = piece; *at != '\0'; at++) {
			if (*at == '#')
				used += (size_t)snprintf(text + used, 8, "%zu", i);
			else
				text[used++] = *at;
		}
	}
	memcpy(text + used, last, strlen(last) + 1);
	return text;
}

static void
refuse_repeated(const char *first, const char *piece, size_t times, const char *last,
		const char *expected)
{
	char *text = repeat(first, piece, times, last);

	refuse_text(text, expected);
	free(text);
}

void
test_bounds(void)
{
	char *text;
	struct faults *faults = faults_new(3);
	struct test_document document = { "policy.xml", NULL, 0 };
	struct memory_source memory = { &document, 1 };
	struct policy_source source = memory_source(&memory);

	refuse_repeated(
	    HEAD "</clients><monitor>\n",
	    "<parameter name=\"p#\"><udp-backlog port=\"1\"/></parameter>\n", 504,
	    "</monitor></policy>",
	    "policy.xml:505: more than 512 parameters and services, the "
	    "built-in ones counted: expected fewer\n");
	refuse_repeated(
	    "<policy xmlns=\"urn:bellwether:policy:1\">"
	    "<server name=\"a\" address=\"192.0.2.1\">"
	    "<key id=\"1\" file=\"k\"/></server><connection threshold=\"2\"/>"
	    "<clients><client name=\"n\" address=\"198.51.100.1\"/></clients>"
	    "<failover threshold=\"1\">\n",
	    "<when name=\"w#\" test=\"$cpu &gt; 1\"/>\n", 257,
	    "<step><select all=\"yes\"/></step></failover></policy>",
	    "policy.xml:258: more than 256 <when>: expected fewer\n");
	refuse_repeated(HEAD NAS1 "</clients><monitor><network>\n",
			"<link name=\"eth#\"/>\n", 65, "</network></monitor></policy>",
			"policy.xml:66: more than 64 <link> in <network>: expected "
			"fewer\n");
	if (getenv("VALGRIND") == NULL)
		refuse_repeated(
		    HEAD "\n",
		    "<range name=\"r#-%d\" prefix=\"2001:db8:#::/64\" "
		    "count=\"65536\"/>\n",
		    16, TAIL,
		    "policy.xml:17: more than 1000000 clients: expected fewer "
		    "in one policy\n");

	/* Kept faults are bounded, reading stops, and the count is honest. */
	text = repeat(HEAD "\n", "<client/>\n", 3000, TAIL);
	document.text = text;
	CU_ASSERT_PTR_NULL(policy_load(&source, "policy.xml", faults));
	CU_ASSERT_EQUAL(faults_count(faults), 3);
	CU_ASSERT(faults_errors(faults) > 1000 && faults_errors(faults) < 1100);
	faults_free(faults);
	free(text);
}

/* ---- includes and sources ---- */

void
test_sources(void)
{
	const struct test_document documents[] = {
		{ "main.xml",
		  HEAD "<include href=\"*\"/><include href=\"b.xml\"/>"
		       "<include href=\"none/*\"/>" TAIL,
		  0 },
		{ "b.xml",
		  "<clients xmlns=\"urn:bellwether:policy:1\">"
		  "<client name=\"b\" address=\"198.51.100.2\"/></clients>",
		  0 },
		{ "c.xml",
		  "<clients xmlns=\"urn:bellwether:policy:1\">"
		  "<client name=\"c\" address=\"198.51.100.3\"/></clients>",
		  0 },
	};
	struct memory_source memory = { documents, ARRAY_SIZE(documents) };
	struct policy_source source = memory_source(&memory);
	struct faults *faults = faults_new(10);
	struct policy *policy = policy_load(&source, "main.xml", faults);
	char *found = faults_text(faults);

	CU_ASSERT_STRING_EQUAL(found,
			       "main.xml:1: warning: href=\"none/*\" of <include> "
			       "matches no file\n");
	free(found);
	CU_ASSERT_PTR_NOT_NULL_FATAL(policy);
	CU_ASSERT_EQUAL(policy->files, 3); /* itself and twice: once each */
	CU_ASSERT_EQUAL(policy->clients, 2);
	CU_ASSERT_STRING_EQUAL(policy->file[policy->client[1].file], "c.xml");
	policy_free(policy);
	faults_free(faults);

	faults = faults_new(10);
	CU_ASSERT_PTR_NULL(policy_load(&source, "absent.xml", faults));
	found = faults_text(faults);
	CU_ASSERT_STRING_EQUAL(found, "absent.xml: no such document\n");
	free(found);
	faults_free(faults);
}

/* What is no policy at all is not read to its end, for faults that nobody is shown. */
void
test_faults_enough(void)
{
	const size_t many = 20000, size = many * 4 + 256;
	char *text = malloc(size);
	const struct test_document document = { "p.xml", text, 0 };
	struct memory_source memory = { &document, 1 };
	struct policy_source source = memory_source(&memory);
	struct faults *faults = faults_new(10);
	size_t used;

	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	used = (size_t)snprintf(text, size, "<policy xmlns=\"" POLICY_NAMESPACE "\">");
	for (size_t i = 0; i < many; i++)
		used += (size_t)snprintf(text + used, size - used, "<x/>");
	snprintf(text + used, size - used, "</policy>");
	CU_ASSERT_PTR_NULL(policy_load(&source, "p.xml", faults));
	CU_ASSERT(faults_errors(faults) >= 10000);
	CU_ASSERT(faults_errors(faults) < 10010);
	faults_free(faults);
	free(text);
}

/* ---- what is allowed, and yet hardly meant ---- */

void
check_accepted(const char *text, const char *expected)
{
	const struct test_document documents[] = { { "p.xml", text, 0 },
						   { "status.key", "secret", 0 },
						   { "peers",
						     "defVersion 2c\n"
						     "defCommunity public\n",
						     0 } };
	struct memory_source memory = { documents, ARRAY_SIZE(documents) };
	struct policy_source source = memory_source(&memory);
	struct faults *faults = faults_new(10);
	struct policy *policy = policy_load(&source, "p.xml", faults);
	char *found = faults_text(faults);

	CU_ASSERT_PTR_NOT_NULL(policy);
	CU_ASSERT_STRING_EQUAL(found, expected);
	free(found);
	policy_free(policy);
	faults_free(faults);
}

static void
check_warned(const char *failover, const char *connection, const char *clients,
	     const char *expected)
{
	char text[2048];

	snprintf(text, sizeof(text),
		 "<policy xmlns=\"urn:bellwether:policy:1\">"
		 "<server name=\"s\" address=\"192.0.2.1\"><key id=\"1\" file=\"k\"/>"
		 "</server>\n%s\n%s\n<clients>%s</clients></policy>",
		 failover, connection, clients);
	check_accepted(text, expected);
}

#define ALL_BY(order)                                                         \
	"<failover threshold=\"30\"><step><select all=\"yes\"/></step>" order \
	"</failover>"
#define ALL    ALL_BY("")
#define FAR    "<connection threshold=\"60\"/>"
#define CLIENT "<client name=\"c\" address=\"10.0.0.1\"/>"

void
test_warnings(void)
{
	check_warned(ALL, FAR, CLIENT, "");
	check_warned(ALL, "<connection threshold=\"33\"/>", CLIENT,
		     "p.xml:3: warning: threshold= of <connection> is hardly above "
		     "that of <failover>: clients may go and come with every "
		     "fluctuation\n");
	check_warned(ALL, "<connection threshold=\"34\"/>", CLIENT, "");
	check_warned(
	    "<performance function=\"12 * 3\"/><failover threshold=\"30\">"
	    "<when name=\"w\" test=\"1 = 2\"/><when name=\"x\" "
	    "test=\"up('radiusd')\"/><step><select all=\"yes\"/></step>"
	    "</failover><monitor><service name=\"radiusd\"><process name=\"r\"/>"
	    "</service></monitor>",
	    FAR, CLIENT,
	    "p.xml:2: warning: test= of <when> \"w\" looks at nothing: it is "
	    "always met, or never\n"
	    "p.xml:2: warning: function= of <performance> looks at nothing: it "
	    "never changes\n");
	check_warned(
	    ALL,
	    "<connection threshold=\"60\"><batch size=\"1\" "
	    "every=\"1d\"/></connection>",
	    CLIENT "<range name=\"r%d\" prefix=\"10.1.0.0/30\"/>",
	    "p.xml:3: warning: <batch> calls 1 of 3 clients at a time: all are "
	    "back after more than a day only\n");
	check_warned(ALL_BY("<order validity=\"60s\" retry=\"49s\"/>"), FAR, CLIENT,
		     "p.xml:2: warning: retry= of <order> is too long for its "
		     "validity=: an order may end before it is sent a second time\n");
	check_warned(ALL_BY("<order validity=\"60s\" retry=\"48s\"/>"), FAR, CLIENT,
		     "");
	check_warned(ALL_BY("<order validity=\"60s\" retry=\"49s\" attempts=\"1\"/>"),
		     FAR, CLIENT, "");
	check_warned("<failover threshold=\"30\"><step><select client=\"c\"/>"
		     "<except all=\"yes\"/></step></failover>",
		     FAR, CLIENT,
		     "p.xml:2: warning: <step> selects nobody: this failover moves no "
		     "client\n");
}

/* Without health, without a limit where shares follow it, and too few for everybody. */
void
test_alternate_warnings(void)
{
	check_warned(ALL "<alternates distribute=\"headroom\">"
			 "<alternate name=\"a\" address=\"10.9.0.1\"/></alternates>",
		     FAR, CLIENT,
		     "p.xml:2: warning: <alternate> \"a\" has no <health>: it is taken "
		     "to be well, whatever its state\n"
		     "p.xml:2: warning: distribute=\"headroom\", but <alternate> \"a\" "
		     "has no capacity=: it counts as having room for all clients\n");
	check_warned(
	    "<failover threshold=\"30\" keep=\"1%\"><step>"
	    "<select all=\"yes\"/></step></failover><alternates>"
	    "<alternate name=\"a\" address=\"10.9.0.1\" capacity=\"1\">"
	    "<health agent=\"127.0.0.1\" access=\"peers\"/></alternate>"
	    "</alternates>",
	    FAR, CLIENT "<range name=\"r%d\" prefix=\"10.1.0.0/30\"/>",
	    "p.xml:2: warning: all alternates together have room for 1 of the 2 "
	    "clients that may be ordered away: the others stay\n");
}

#define STEP(select) "<step>" select "</step>\n"
#define NOTHING                                                                \
	"<step> adds nobody to those before it: expected other clients, or a " \
	"larger share of them\n"

/* Steps that can move nobody, whatever happens; and some that look alike, and can. */
void
test_useless_steps(void)
{
	static const char clients[] =
	    "<client name=\"a\" address=\"10.0.0.1\" groups=\"g\"/>"
	    "<client name=\"b\" address=\"10.0.0.2\" groups=\"g h\"/>"
	    "<client name=\"c\" address=\"10.0.0.3\"/>"
	    "<list name=\"l\" clients=\"a b\"/>";
	static const struct {
		const char *steps, *expected;
	} cases[] = {
		/* Everybody has gone. */
		{ STEP("<select all=\"yes\"/>") STEP("<select group=\"g\"/>"),
		  "p.xml:3: warning: " NOTHING },
		{ STEP("<select group=\"g\"/>") STEP("<select client=\"c\"/>")
		      STEP("<select all=\"yes\" share=\"90%\"/>"),
		  "p.xml:4: warning: " NOTHING },
		/* The same clients by another name, and no more of them. */
		{ STEP("<select group=\"g\" share=\"50%\" limit=\"9\"/>")
		      STEP("<select list=\"l\" share=\"50%\" limit=\"8\"/>"),
		  "p.xml:3: warning: " NOTHING },
		{ STEP("<select all=\"yes\" share=\"50%\"/>")
		      STEP("<select all=\"yes\" share=\"40%\"/>")
			  STEP("<select all=\"yes\" share=\"60%\"/>"),
		  "p.xml:3: warning: " NOTHING },
		{ STEP("<select list=\"l\"/><except group=\"g\"/>")
		      STEP("<select all=\"yes\"/>"),
		  "p.xml:2: warning: <step> selects nobody: it moves no client\n" },
		/* More of them, or others. */
		{ STEP("<select group=\"g\" share=\"50%\" limit=\"9\"/>")
		      STEP("<select list=\"l\" share=\"50%\"/>"),
		  "" },
		{ STEP("<select group=\"g\" limit=\"1\"/>")
		      STEP("<select group=\"g\" share=\"50%\"/>"),
		  "" },
		{ STEP("<select group=\"g\"/>")
		      STEP("<select all=\"yes\" share=\"10%\"/>"),
		  "" },
		/* Half of all may be others than all of the few. */
		{ STEP("<select all=\"yes\" share=\"50%\"/>")
		      STEP("<select group=\"h\"/>"),
		  "" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char failover[1024];

		snprintf(failover, sizeof(failover),
			 "<failover threshold=\"30\">%s</failover>", cases[i].steps);
		check_warned(failover, FAR, clients, cases[i].expected);
	}
}

/* ---- threads ---- */

static void *
load_many(void *context)
{
	size_t *wrong = context;

	for (int i = 0; i < 20; i++) {
		struct faults *faults = faults_new(100);
		struct policy *policy =
		    load_file("tests/policy/good", "everything.xml", faults);
		struct faults *others = faults_new(100);
		struct policy *refused =
		    load_file("tests/policy/bad", "bad-rates.xml", others);

		*wrong += policy == NULL || policy->clients != 9 ||
			  faults_count(faults) != 0 || refused != NULL ||
			  faults_count(others) != 8;
		policy_free(policy);
		policy_free(refused);
		faults_free(faults);
		faults_free(others);
	}
	return NULL;
}

void
test_threads(void)
{
	pthread_t thread[3];
	size_t wrong[ARRAY_SIZE(thread)] = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(thread); i++)
		CU_ASSERT_EQUAL_FATAL(
		    pthread_create(&thread[i], NULL, load_many, &wrong[i]), 0);
	for (size_t i = 0; i < ARRAY_SIZE(thread); i++) {
		pthread_join(thread[i], NULL);
		CU_ASSERT_EQUAL(wrong[i], 0);
	}
}
