/* SPDX-License-Identifier: BSD-3-Clause */
/* Loading: paths, keys with their faults, one policy a server, and one that has gone. */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/bytes.h"
#include "subagent/load.h"
#include "subagent/pause.h"
#include "tests/unit/unit.h"

#define KEY "00112233445566778899aabbccddeeff0123456789abcdef0123456789abcdef\n"

static char folder[64];

static const char *
path_of(const char *name)
{
	static char path[2][128];
	static unsigned turn;
	char *out = path[turn++ % 2];
	snprintf(out, sizeof(path[0]), "%s/%s", folder, name);
	return out;
}

static void
write_file(const char *name, const char *text, mode_t mode)
{
	FILE *file = fopen(path_of(name), "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	fputs(text, file);
	fclose(file);
	CU_ASSERT_EQUAL(chmod(path_of(name), mode), 0);
}

static void
write_policy(const char *name, const char *server, const char *key, unsigned clients)
{
	char text[1024];
	snprintf(text, sizeof(text),
		 "<policy xmlns=\"urn:bellwether:policy:1\">\n"
		 "<server name=\"%s\" address=\"127.0.0.9\" transport=\"udp\" "
		 "port=\"11812\">\n"
		 "<key id=\"3\" file=\"%s\"/></server>\n"
		 "<alternates><alternate name=\"b\" address=\"127.0.0.8\"/>"
		 "</alternates>\n"
		 "<failover threshold=\"30\" for=\"1s\"><step><select all=\"yes\"/>"
		 "</step></failover>\n"
		 "<connection threshold=\"60\" for=\"1s\"/>\n"
		 "<clients><range name=\"c%%d\" prefix=\"127.1.0.0/16\" count=\"%u\"/>"
		 "</clients></policy>\n",
		 server, key, clients);
	write_file(name, text, 0644);
}

static void
start(void)
{
	snprintf(folder, sizeof(folder), "/tmp/bellwether-load-XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
	write_file("good.key", KEY, 0600);
}

static void
end(void)
{
	char command[100];
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	CU_ASSERT_EQUAL(system(command), 0);
}

static struct load *
load_one(const char *path)
{
	const char *paths[] = { path };
	struct load *load = load_paths(paths, 1);
	CU_ASSERT_PTR_NOT_NULL_FATAL(load);
	return load;
}

/* The first fault of an item says this, at that line. */
static bool
first_fault(const struct faults *faults, uint32_t line, const char *part)
{
	if (faults_count(faults) == 0)
		return false;
	const struct fault *fault = faults_at(faults, 0);
	return fault->line == line && strstr(fault->text, part);
}

static void
test_good(void)
{
	struct address address;
	start();
	write_policy("a.xml", "aaa1", "good.key", 1000);
	struct load *load = load_one(path_of("a.xml"));
	CU_ASSERT_EQUAL(load->items, 1);
	CU_ASSERT_EQUAL(load->errors, 0);
	const struct loaded *item = &load->item[0];
	CU_ASSERT_PTR_NOT_NULL_FATAL(item->policy);
	CU_ASSERT_EQUAL(keys_current(item->keys), 3);
	/* Every address leads to its row, and no other to any. */
	for (uint32_t row = 0; row < 1000; row++)
		CU_ASSERT_EQUAL(loaded_row(item, &item->policy->client[row].address),
				row);
	address_parse("127.1.200.1", &address);
	CU_ASSERT_EQUAL(loaded_row(item, &address), POLICY_NONE);
	load_free(load);
	end();
}

static void
test_keys(void)
{
	static const struct {
		const char *text;
		mode_t mode;
		const char *says;
	} cases[] = {
		{ KEY, 0640, "open to group or others" },
		{ "0011\n", 0600, "key" },
		{ "not hexadecimal at all\n", 0600, "key" },
		{ "0000000000000000000000000000000000000000000000000000000000000000\n",
		  0600, "that anybody can guess" },
		{ KEY, 0602, "open to group or others" },
		{ NULL, 0, "" },
	};
	start();
	write_policy("a.xml", "aaa1", "bad.key", 5);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		unlink(path_of("bad.key"));
		if (cases[i].text)
			write_file("bad.key", cases[i].text, cases[i].mode);
		struct load *load = load_one(path_of("a.xml"));
		CU_ASSERT_EQUAL(load->errors, 1);
		/* A policy without its keys is no policy. */
		CU_ASSERT_PTR_NULL(load->item[0].policy);
		CU_ASSERT_TRUE(first_fault(load->item[0].faults, 3, "bad.key"));
		CU_ASSERT_TRUE(first_fault(load->item[0].faults, 3, cases[i].says));
		load_free(load);
	}
	end();
}

/* One secret for two ids is no change of keys; for two servers it is one too few. */
static void
test_same_secret(void)
{
	static const char second[] = "<key id=\"3\" file=\"good.key\"/>\n"
				     "<key id=\"4\" file=\"again.key\"/>";
	char text[1024], *at;
	start();
	write_policy("a.xml", "aaa1", "good.key", 5);
	write_policy("b.xml", "aaa2", "again.key", 5);
	write_file("again.key", KEY, 0600);
	struct load *load = load_one(folder);
	CU_ASSERT_EQUAL_FATAL(load->items, 2);
	CU_ASSERT_EQUAL(load->errors, 0);
	CU_ASSERT_EQUAL(faults_count(load->item[0].faults) + 1,
			faults_count(load->item[1].faults));
	CU_ASSERT_PTR_NOT_NULL(load->item[1].policy);
	CU_ASSERT_TRUE(
	    first_fault(load->item[1].faults, 3, "key 3 has the secret of a key of "));
	load_free(load);
	FILE *file = fopen(path_of("a.xml"), "r");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	text[fread(text, 1, sizeof(text) - sizeof(second), file)] = '\0';
	fclose(file);
	at = strstr(text, "<key");
	memmove(at + strlen(second), strstr(at, "</server>"),
		strlen(strstr(at, "</server>")) + 1);
	memcpy(at, second, strlen(second));
	write_file("a.xml", text, 0644);
	load = load_one(path_of("a.xml"));
	CU_ASSERT_EQUAL(load->errors, 1);
	CU_ASSERT_PTR_NULL(load->item[0].policy);
	CU_ASSERT_TRUE(first_fault(load->item[0].faults, 4,
				   "holds the secret of key 3 once more"));
	load_free(load);
	end();
}

static void
test_folder(void)
{
	start();
	write_policy("b.xml", "aaa2", "good.key", 5);
	write_policy("a.xml", "aaa1", "good.key", 5);
	write_policy("c.xml", "aaa1", "good.key", 5);
	write_file("d.xml", "<nonsense/>", 0644);
	write_file(".hidden.xml", "<nonsense/>", 0644);
	write_file("e.xml.bak", "<nonsense/>", 0644);
	struct load *load = load_one(folder);
	CU_ASSERT_EQUAL_FATAL(load->items, 4);
	CU_ASSERT_STRING_EQUAL(load->item[0].policy->server, "aaa1");
	CU_ASSERT_STRING_EQUAL(load->item[1].policy->server, "aaa2");
	/* One policy a server: the first stands. */
	CU_ASSERT_PTR_NULL(load->item[2].policy);
	CU_ASSERT_TRUE(first_fault(load->item[2].faults, 0, "a.xml already"));
	CU_ASSERT_PTR_NULL(load->item[3].policy);
	CU_ASSERT_EQUAL(load->errors, 1 + faults_errors(load->item[3].faults));
	load_free(load);
	end();
}

static void
test_nothing_there(void)
{
	start();
	/* Vanished is no error: its server is let go. */
	struct load *load = load_one(path_of("nothing.xml"));
	CU_ASSERT_EQUAL(load->items, 0);
	CU_ASSERT_EQUAL(load->errors, 0);
	CU_ASSERT_TRUE(first_fault(load->faults, 0, "no such file"));
	load_free(load);
	unlink(path_of("good.key"));
	load = load_one(folder);
	CU_ASSERT_EQUAL(load->items, 0);
	CU_ASSERT_TRUE(first_fault(load->faults, 0, "no policy is in this folder"));
	load_free(load);
	end();
}

static void
test_retired(void)
{
	struct loaded retired;
	start();
	write_policy("a.xml", "aaa1", "good.key", 5);
	struct load *load = load_one(path_of("a.xml"));
	CU_ASSERT_TRUE_FATAL(load_retired(&load->item[0], &retired));
	const struct policy *old = load->item[0].policy;
	CU_ASSERT_STRING_EQUAL(retired.policy->server, "aaa1");
	CU_ASSERT_TRUE(address_equal(&retired.policy->address, &old->address));
	CU_ASSERT_EQUAL(retired.policy->transport, old->transport);
	CU_ASSERT_EQUAL(retired.policy->port, 11812);
	CU_ASSERT_EQUAL(retired.policy->clients, 0);
	CU_ASSERT_PTR_NULL(retired.keys);
	loaded_free(&retired);
	load_free(load);
	end();
}

/* ---- later, on a worker ---- */

struct waited {
	unsigned called;
	size_t items;
};

static void
on_load(void *context, struct load *load)
{
	struct waited *waited = context;
	waited->called++;
	waited->items = load ? load->items : 0;
	load_free(load);
}

static void
test_later(void)
{
	struct waited waited = { 0, 0 };
	uv_loop_t loop;
	start();
	write_policy("a.xml", "aaa1", "good.key", 5);
	const char *paths[] = { folder };
	uv_loop_init(&loop);
	load_later(&loop, paths, 1, on_load, &waited);
	/* Not before the loop runs, however quick the worker is. */
	CU_ASSERT_EQUAL(waited.called, 0);
	uv_run(&loop, UV_RUN_DEFAULT);
	CU_ASSERT_EQUAL(waited.called, 1);
	CU_ASSERT_EQUAL(waited.items, 1);
	CU_ASSERT_EQUAL(uv_loop_close(&loop), 0);
	end();
}

/* ---- the file that pauses ---- */

static void
test_pause_look(void)
{
	char reason[PAUSE_REASON];
	start();
	CU_ASSERT_FALSE(pause_look(folder, reason));
	write_file("pause", "", 0644);
	CU_ASSERT_TRUE(pause_look(folder, reason));
	CU_ASSERT_STRING_EQUAL(reason, "");
	write_file("pause", "the roof\033 leaks\nand more", 0644);
	CU_ASSERT_TRUE(pause_look(folder, reason));
	CU_ASSERT_STRING_EQUAL(reason, "the roof? leaks");
	/* Whatever it is, it is there. */
	unlink(path_of("pause"));
	CU_ASSERT_EQUAL(mkdir(path_of("pause"), 0700), 0);
	CU_ASSERT_TRUE(pause_look(folder, reason));
	CU_ASSERT_EQUAL(rmdir(path_of("pause")), 0);
	CU_ASSERT_EQUAL(mkfifo(path_of("pause"), 0600), 0);
	CU_ASSERT_TRUE(pause_look(folder, reason));
	CU_ASSERT_STRING_EQUAL(reason, "");
	end();
}

static const struct unit_test tests[] = {
	{ "a good policy", test_good },
	{ "keys and their faults", test_keys },
	{ "one secret twice", test_same_secret },
	{ "a folder", test_folder },
	{ "nothing there", test_nothing_there },
	{ "a policy that has gone", test_retired },
	{ "on a worker", test_later },
	{ "the file that pauses", test_pause_look },
};

int
main(void)
{
	keys_start();
	return policy_start() ? unit_run("load", tests, ARRAY_SIZE(tests)) : 99;
}
