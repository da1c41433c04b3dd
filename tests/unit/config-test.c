/* SPDX-License-Identifier: BSD-3-Clause */
/* client.xml: what good documents mean, and what is said of bad ones, with the line. */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/config-vocabulary.h"
#include "client/configuration.h"
#include "tests/unit/unit.h"

#define HEAD                                                       \
	"<client xmlns=\"urn:bellwether:client:1\" name=\"nas1\" " \
	"address=\"192.0.2.1\">\n"
#define SERVER                                                             \
	" <server name=\"aaa1\" address=\"192.0.2.10\">\n  <key id=\"1\" " \
	"file=\"nas1.key\"/>\n"
#define TAIL " </server>\n</client>\n"

static struct config *
parse(const char *text, struct faults *faults)
{
	return config_parse("client.xml", (const uint8_t *)text, strlen(text), faults);
}

static void
test_whole(void)
{
	struct faults *faults = faults_new(10);
	struct config *config =
	    parse("<?xml version=\"1.0\"?>\n" HEAD
		  " <server name=\"aaa1\" address=\"192.0.2.10\" transport=\"udp\" "
		  "port=\"4711\" freshness=\"off\">\n"
		  "  <hook command=\"/usr/lib/hook &quot;a b&quot;  c\" timeout=\"3s\" "
		  "verify=\"0\"/>\n"
		  "  <return after=\"5m\" jitter=\"12.5%\" retry=\"30s\"/>\n"
		  "  <allow prefix=\"198.51.100.0/24\"/>\n"
		  "  <alternate name=\"aaa2\" address=\"192.0.2.11\" port=\"1812\"/>\n"
		  "  <alternate name=\"aaa3\" address=\"192.0.2.12\"/>\n"
		  "  <key id=\"7\" file=\"new.key\" algorithm=\"sha3-256\"/>\n"
		  "  <key id=\"3\" file=\"old.key\"/>\n" TAIL,
		  faults);
	faults_print(faults, stdout);
	CU_ASSERT_PTR_NOT_NULL_FATAL(config);
	CU_ASSERT_STRING_EQUAL(config->name, "nas1");
	CU_ASSERT_EQUAL_FATAL(config->servers, 1);
	const struct config_server *server = &config->server[0];
	CU_ASSERT_EQUAL(server->transport, TRANSPORT_UDP);
	CU_ASSERT_EQUAL(server->core.port, 4711);
	CU_ASSERT_FALSE(server->core.freshness);
	CU_ASSERT_STRING_EQUAL(server->command[0], "/usr/lib/hook");
	CU_ASSERT_STRING_EQUAL(server->command[1], "a b");
	CU_ASSERT_STRING_EQUAL(server->command[2], "c");
	CU_ASSERT_PTR_NULL(server->command[3]);
	CU_ASSERT_EQUAL(server->timeout, 3 * SECOND);
	CU_ASSERT_EQUAL(server->core.verify, 0);
	CU_ASSERT_EQUAL(server->core.after, 5 * MINUTE);
	CU_ASSERT_DOUBLE_EQUAL(server->core.jitter, 0.125, 1e-9);
	CU_ASSERT_EQUAL(server->core.retry, 30 * SECOND);
	CU_ASSERT_EQUAL(server->core.allows, 1);
	CU_ASSERT_EQUAL(server->core.alternates, 2);
	CU_ASSERT_STRING_EQUAL(server->core.alternate[1].name, "aaa3");
	CU_ASSERT_EQUAL(server->core.alternate[0].port, 1812);
	CU_ASSERT_EQUAL(server->keys, 2);
	CU_ASSERT_EQUAL(server->key[0].algorithm, ALGORITHM_SHA3_256);
	CU_ASSERT_EQUAL(server->key[1].algorithm, ALGORITHM_HMAC_SHA256);
	config_free(config);
	faults_free(faults);
}

static void
test_defaults(void)
{
	struct faults *faults = faults_new(10);
	struct config *config = parse(HEAD SERVER TAIL, faults);
	CU_ASSERT_PTR_NOT_NULL_FATAL(config);
	const struct core_config *core = &config->server[0].core;
	CU_ASSERT_EQUAL(config->server[0].transport, TRANSPORT_ICMP);
	CU_ASSERT_EQUAL(core->port, 0);
	CU_ASSERT(core->freshness);
	CU_ASSERT_FALSE(core->hook);
	CU_ASSERT_EQUAL(core->after, 10 * MINUTE);
	CU_ASSERT_EQUAL(core->retry, MINUTE);
	CU_ASSERT_STRING_EQUAL(core->server, "aaa1");
	CU_ASSERT_STRING_EQUAL(core->client, "nas1");
	config_free(config);
	faults_free(faults);
}

/* Documents, and every line that is said of them. */
static const struct bad {
	const char *document;
	const char *said;
} bad[] = {
	{ "", "client.xml:1: not well-formed XML: Document is empty\n" },
	{ HEAD SERVER "</client>\n",
	  "client.xml:4: not well-formed XML: Opening and ending tag mismatch: server "
	  "line 2 and client\n"
	  "client.xml:5: not well-formed XML: Premature end of data in tag client line "
	  "1\n" },
	{ "<!DOCTYPE client [<!ENTITY a \"b\">]>\n" HEAD SERVER TAIL,
	  "client.xml:1: a document type (<!DOCTYPE ...>) is refused: remove it; "
	  "client.xml has no entities\n" },
	{ "<policy xmlns=\"urn:bellwether:policy:1\"/>\n",
	  "client.xml:1: the first element is <policy>: expected <client "
	  "xmlns=\"urn:bellwether:client:1\">\n" },
	{ "<client name=\"nas1\" address=\"192.0.2.1\"/>\n",
	  "client.xml:1: the first element is <client>: expected <client "
	  "xmlns=\"urn:bellwether:client:1\">\n" },
	{ "<client xmlns=\"urn:bellwether:client:1\">\n" SERVER TAIL,
	  "client.xml:1: <client> lacks name=: expected it\n"
	  "client.xml:1: <client> lacks address=: expected it\n" },
	{ HEAD "</client>\n",
	  "client.xml:1: <client> holds no <server>: expected one\n" },
	{ HEAD " <server name=\"1a\" address=\"192.0.2.10\" transport=\"tcp\">\n"
	       "  <key id=\"1\" file=\"k\"/>\n" TAIL,
	  "client.xml:2: name=\"1a\" of <server>: expected a name: a letter or _, then "
	  "up to 63 of letters, digits, \".\", \"_\", \"-\"\n"
	  "client.xml:2: transport=\"tcp\" of <server>: expected icmp or udp\n" },
	{ HEAD " <server name=\"a\" address=\"localhost\">\n  <key id=\"1\" "
	       "file=\"k\"/>\n" TAIL,
	  "client.xml:2: address=\"localhost\" of <server>: expected a host's IPv4 or "
	  "IPv6 address\n" },
	{ HEAD " <server name=\"a\" address=\"224.0.0.1\">\n  <key id=\"1\" "
	       "file=\"k\"/>\n" TAIL,
	  "client.xml:2: address=\"224.0.0.1\" of <server>: expected a host's IPv4 or "
	  "IPv6 address\n" },
	{ HEAD " <server name=\"a\" address=\"2001:db8::1\">\n  <key id=\"1\" "
	       "file=\"k\"/>\n" TAIL,
	  "client.xml:2: address=\"2001:db8::1\": expected one of the client's own "
	  "family\n" },
	{ HEAD " <server name=\"a\" address=\"192.0.2.10\" transport=\"udp\">\n"
	       "  <key id=\"1\" file=\"k\"/>\n" TAIL,
	  "client.xml:2: <server> lacks port=: transport=\"udp\" needs it\n" },
	{ HEAD " <server name=\"a\" address=\"192.0.2.10\" port=\"9\">\n"
	       "  <key id=\"1\" file=\"k\"/>\n" TAIL,
	  "client.xml:2: port= is for transport=\"udp\": remove it\n" },
	{ HEAD " <server name=\"a\" address=\"192.0.2.10\"/>\n</client>\n",
	  "client.xml:2: <server> holds no <key>: expected one\n" },
	{ HEAD SERVER "  <key id=\"1\" file=\"k\"/>\n  <key id=\"0\" file=\"k\"/>\n"
		      "  <key id=\"256\"/>\n" TAIL,
	  "client.xml:4: id=\"1\": the key of line 3 has it already\n"
	  "client.xml:5: id=\"0\" of <key>: expected a number, 1 to 255\n"
	  "client.xml:6: id=\"256\" of <key>: expected a number, 1 to 255\n"
	  "client.xml:6: <key> lacks file=: expected it\n" },
	{ HEAD SERVER "  <key id=\"2\" file=\"k\" algorithm=\"md5\"/>\n" TAIL,
	  "client.xml:4: algorithm=\"md5\" of <key>: expected hmac-sha256 or "
	  "sha3-256\n" },
	{ HEAD SERVER "  <altrenate name=\"b\" address=\"192.0.2.11\"/>\n" TAIL,
	  "client.xml:4: <altrenate> does not belong in <server>: expected <key>, "
	  "<alternate>, <allow>, <return>, <hook>\n" },
	{ HEAD SERVER "  <alternate nane=\"b\" address=\"192.0.2.11\"/>\n" TAIL,
	  "client.xml:4: nane= is not known in <alternate>: expected name=, address=, "
	  "port=\n"
	  "client.xml:4: <alternate> lacks name=: expected it\n" },
	{ HEAD SERVER "  <alternate name=\"b\" address=\"192.0.2.10\"/>\n"
		      "  <alternate name=\"b\" address=\"2001:db8::1\" port=\"0\"/>\n"
		      "  <alternate name=\"b\" address=\"2001:db8::1\"/>\n" TAIL,
	  "client.xml:4: address=\"192.0.2.10\" is the server's own: expected another\n"
	  "client.xml:5: port=\"0\" of <alternate>: expected a port, 1 to 65535\n"
	  "client.xml:6: name=\"b\": another alternate of this server has it\n"
	  "client.xml:6: address=\"2001:db8::1\": expected one of the server's "
	  "family\n" },
	{ HEAD SERVER "  <allow prefix=\"192.0.2.1/24\"/>\n" TAIL,
	  "client.xml:4: prefix=\"192.0.2.1/24\" of <allow>: expected a prefix such as "
	  "192.0.2.0/24, no host bits set\n" },
	{ HEAD SERVER "  <return after=\"10\" jitter=\"120%\" retry=\"1ms\"/>\n" TAIL,
	  "client.xml:4: after=\"10\" of <return>: expected a duration of 1s to 7d, "
	  "such as 10m\n"
	  "client.xml:4: jitter=\"120%\" of <return>: expected a percentage, 0% to "
	  "100%\n"
	  "client.xml:4: retry=\"1ms\" of <return>: expected a duration of 1s to 7d, "
	  "such as 10m\n" },
	{ HEAD SERVER "  <return/>\n  <return/>\n" TAIL,
	  "client.xml:5: a second <return> in <server>: expected one at most\n" },
	{ HEAD SERVER "  <hook command=\"hook\" timeout=\"0\" verify=\"10ms\"/>\n" TAIL,
	  "client.xml:4: command=\"hook\" of <hook>: expected an absolute path and "
	  "arguments; double quotes group, there is no shell\n"
	  "client.xml:4: timeout=\"0\" of <hook>: expected a duration of 100ms to 10m, "
	  "such as 5s\n"
	  "client.xml:4: verify=\"10ms\" of <hook>: expected 0, or a duration of 1s to "
	  "1d, such as 1m\n" },
	{ HEAD SERVER "  <hook command='/a \"b'/>\n" TAIL,
	  "client.xml:4: command=\"/a \"b\": expected at most 32 words, and quotes in "
	  "pairs\n" },
	{ HEAD SERVER "  hello\n" TAIL,
	  "client.xml:2: <server> holds text: expected none in it\n" },
	{ HEAD SERVER " </server>\n <server name=\"aaa1\" address=\"192.0.2.11\">\n"
		      "  <key id=\"1\" file=\"k\"/>\n" TAIL,
	  "client.xml:5: name=\"aaa1\": the server of line 2 has it already\n" },
	{ HEAD SERVER "  <allow\n\n   prefix=\"x\"/>\n" TAIL,
	  "client.xml:4: prefix=\"x\" of <allow>: expected a prefix such as "
	  "192.0.2.0/24, no host bits set\n" },
	{ HEAD SERVER "  <key id=\"2\" file=\"k\"><x/></key>\n" TAIL,
	  "client.xml:4: <x> does not belong in <key>: expected nothing\n" },
};

static void
test_bad(void)
{
	CU_ASSERT(sizeof bad / sizeof bad[0] >= 15);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		char *said = NULL;
		size_t size = 0;
		struct faults *faults = faults_new(50);
		CU_ASSERT_PTR_NULL(parse(bad[i].document, faults));
		FILE *to = open_memstream(&said, &size);
		CU_ASSERT_PTR_NOT_NULL_FATAL(to);
		faults_print(faults, to);
		fclose(to);
		if (strcmp(said, bad[i].said) != 0)
			printf("document %zu:\n%s--- said:\n%s--- expected:\n%s\n", i,
			       bad[i].document, said, bad[i].said);
		CU_ASSERT_STRING_EQUAL(said, bad[i].said);
		free(said);
		faults_free(faults);
	}
}

/* Beyond what sixteen bits count. */
static void
test_far_line(void)
{
	size_t lines = 70000, size = lines + 1024;
	char *text = malloc(size);
	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	int used = snprintf(text, size, "%s", HEAD SERVER);
	memset(text + used, '\n', lines);
	snprintf(text + (size_t)used + lines, size - (size_t)used - lines,
		 "  <allow prefx=\"1\"/>\n" TAIL);
	struct faults *faults = faults_new(5);
	CU_ASSERT_PTR_NULL(parse(text, faults));
	CU_ASSERT_EQUAL(faults_count(faults), 2);
	CU_ASSERT_EQUAL(faults_at(faults, 0)->line, 70004);
	faults_free(faults);
	free(text);
}

/* The schema and the table know the same words. */
static void
test_schema_matches(void)
{
	const char *root = getenv("top_srcdir");
	char path[4096], *text = calloc(1, 65536);
	snprintf(path, sizeof path, "%s/client/client.xsd", root ? root : ".");
	FILE *from = fopen(path, "r");
	CU_ASSERT_PTR_NOT_NULL_FATAL(from);
	CU_ASSERT(fread(text, 1, 65535, from) > 0);
	fclose(from);
	size_t attributes = 0;
	for (unsigned i = 0; i < ELEMENT_COUNT; i++) {
		const struct config_attribute *attribute = config_word[i].attribute;
		char name[64];
		snprintf(name, sizeof name, "<xs:element name=\"%s\"",
			 config_word[i].name);
		CU_ASSERT_PTR_NOT_NULL(strstr(text, name));
		for (; attribute->name; attribute++, attributes++) {
			snprintf(name, sizeof name, "<xs:attribute name=\"%s\"",
				 attribute->name);
			CU_ASSERT_PTR_NOT_NULL(strstr(text, name));
		}
	}
	size_t found = 0;
	for (const char *at = text; (at = strstr(at, "<xs:attribute ")); at++)
		found++;
	CU_ASSERT_EQUAL(found, attributes);
	free(text);
}

/* ---- files ---- */

static char folder[] = "/tmp/config-test.XXXXXX";

static void
write_file(const char *name, const char *text, mode_t mode)
{
	char path[256];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	unlink(path);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, mode);
	CU_ASSERT_FATAL(fd >= 0);
	CU_ASSERT_EQUAL(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	fchmod(fd, mode);
	close(fd);
}

/* One document with this hook; the text of its first fault, "" when it has none. */
static void
load(const char *hook, char said[256])
{
	char path[256], text[2048];
	snprintf(text, sizeof text, HEAD SERVER "  <hook command=\"%s/%s\"/>\n" TAIL,
		 folder, hook);
	write_file("client.xml", text, 0644);
	snprintf(path, sizeof path, "%s/client.xml", folder);
	struct faults *faults = faults_new(5);
	struct config *config = config_load(path, faults);
	if (config)
		keys_free(config_keys(config, &config->server[0], faults));
	snprintf(said, 256, "%s",
		 faults_count(faults) ? faults_at(faults, 0)->text : "");
	config_free(config);
	faults_free(faults);
}

static void
test_files(void)
{
	static const char key[] =
	    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n";
	char said[256], path[256];
	write_file("nas1.key", key, 0600);
	write_file("hook", "#!/bin/sh\n", 0755);
	load("hook", said);
	CU_ASSERT_STRING_EQUAL(said, "");
	load("none", said);
	CU_ASSERT_PTR_NOT_NULL(strstr(said, "there is no such file"));
	write_file("hook", "#!/bin/sh\n", 0644);
	load("hook", said);
	CU_ASSERT_PTR_NOT_NULL(strstr(said, "cannot be run"));
	write_file("hook", "#!/bin/sh\n", 0777);
	load("hook", said);
	CU_ASSERT_PTR_NOT_NULL(strstr(said, "writable by group or others"));
	write_file("hook", "#!/bin/sh\n", 0755);
	write_file("nas1.key", key, 0644);
	load("hook", said);
	CU_ASSERT_PTR_NOT_NULL(strstr(said, "chmod 600"));
	write_file("nas1.key", "0011\n", 0600);
	load("hook", said);
	CU_ASSERT_PTR_NOT_NULL(strstr(said, "key file nas1.key"));
	write_file("nas1.key", key, 0600);
	snprintf(path, sizeof path, "%s", folder);
	chmod(path, 0777);
	load("hook", said);
	CU_ASSERT_PTR_NOT_NULL(strstr(said, "group or others could replace it"));
	chmod(path, 0700);
	load("hook\"/><key id=\"9\" file=\"nas1.key", said);
	CU_ASSERT_STRING_EQUAL(said,
			       "key file nas1.key: holds the secret of key 1 once "
			       "more: get this one's from the server (bellwether key "
			       "--id 9)");
	static const char *const names[] = { "nas1.key", "hook", "client.xml" };
	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof path, "%s/%s", folder, names[i]);
		unlink(path);
	}
}

int
main(void)
{
	static const struct unit_test test[] = {
		{ "whole", test_whole },
		{ "defaults", test_defaults },
		{ "bad documents", test_bad },
		{ "far line", test_far_line },
		{ "schema matches", test_schema_matches },
		{ "files", test_files },
	};
	if (!config_start() || !mkdtemp(folder))
		return 99;
	int status = unit_run("config", test, sizeof test / sizeof test[0]);
	rmdir(folder);
	return status;
}
