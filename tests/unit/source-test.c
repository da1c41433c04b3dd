/* SPDX-License-Identifier: BSD-3-Clause */
/* The fences around a policy's files: folder, links, modes. */
#include "config.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/bytes.h"
#include "subagent/source.h"
#include "tests/unit/unit.h"

static char root[] = "/tmp/source-test-XXXXXX";
static struct source source;
static struct policy_source files;

/* root/name in one of a few buffers, taken in turn. */
static const char *
below(const char *name)
{
	static char path[4][PATH_MAX];
	static unsigned turn;

	turn = (turn + 1) % ARRAY_SIZE(path);
	snprintf(path[turn], sizeof(path[turn]), "%s/%s", root, name);
	return path[turn];
}

static void
put(const char *name, const char *text, mode_t mode)
{
	FILE *file = fopen(below(name), "wb");

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	fputs(text, file);
	fclose(file);
	CU_ASSERT_EQUAL_FATAL(chmod(below(name), mode), 0);
}

/* The folder has characters that mean something to patterns. */
static void
make_files(void)
{
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(root));
	CU_ASSERT_EQUAL_FATAL(mkdir(below("[p]*"), 0755), 0);
	CU_ASSERT_EQUAL_FATAL(mkdir(below("[p]*/more"), 0755), 0);
	put("outside.xml", "outside", 0644);
	put("[p]*/policy.xml", "policy", 0644);
	put("[p]*/more/b.xml", "b", 0644);
	put("[p]*/more/a.xml", "a", 0644);
	put("[p]*/more/open.xml", "open", 0666);
	put("[p]*/secret.key", "secret", 0600);
	put("[p]*/shown.key", "secret", 0640);
	CU_ASSERT_EQUAL(symlink("../../outside.xml", below("[p]*/more/c.xml")), 0);
	CU_ASSERT_EQUAL(symlink("[p]*/policy.xml", below("link.xml")), 0);
	CU_ASSERT(source_open(&source, below("[p]*/policy.xml")));
	files = source_files(&source);
}

static bool
reads(const char *name, bool secret, const char *expected)
{
	uint8_t *bytes = NULL;
	size_t size = 0;
	char why[256] = "";
	bool ok = files.read(files.context, below(name), secret, &bytes, &size, why,
			     sizeof(why));

	if (ok)
		ok = size == strlen(expected) && memcmp(bytes, expected, size) == 0;
	else
		CU_ASSERT(why[0] != '\0');
	free(bytes);
	return ok;
}

static void
test_read(void)
{
	CU_ASSERT(reads("[p]*/policy.xml", false, "policy"));
	CU_ASSERT(reads("[p]*/more/a.xml", false, "a"));
	CU_ASSERT(!reads("[p]*/more/c.xml", false, "outside")); /* a link leads out */
	CU_ASSERT(!reads("outside.xml", false, "outside"));
	CU_ASSERT(!reads("[p]*/more/open.xml", false, "open"));
	CU_ASSERT(!reads("[p]*/none.xml", false, ""));
	CU_ASSERT(!reads("[p]*/more", false, ""));
	CU_ASSERT(reads("[p]*/secret.key", true, "secret"));
	CU_ASSERT(!reads("[p]*/shown.key", true, "secret"));
}

/* The policy that was named may be a link; its folder is where the link is. */
static void
test_link(void)
{
	struct source named;
	uint8_t *bytes = NULL;
	size_t size = 0;
	char why[256];

	CU_ASSERT_FATAL(source_open(&named, below("link.xml")));
	CU_ASSERT_STRING_EQUAL(named.folder, root);
	files = source_files(&named);
	CU_ASSERT(files.read(files.context, named.path, false, &bytes, &size, why,
			     sizeof(why)));
	free(bytes);
	files = source_files(&source);
	CU_ASSERT(!source_open(&named, ""));
}

struct seen {
	char text[PATH_MAX];
};

static void
see(void *context, const char *path)
{
	struct seen *seen = context;
	size_t used = strlen(seen->text);

	CU_ASSERT_EQUAL(strncmp(path, source.folder, strlen(source.folder)), 0);
	snprintf(seen->text + used, sizeof(seen->text) - used, "%s ",
		 path + strlen(source.folder));
}

static void
matches(const char *href, const char *expected)
{
	struct seen seen = { "" };
	char why[PATH_MAX + 64] = "";
	bool ok = files.match(files.context, href, see, &seen, why, sizeof(why));

	if (expected == NULL) {
		CU_ASSERT(!ok && why[0] != '\0' && seen.text[0] == '\0');
		return;
	}
	CU_ASSERT(ok);
	CU_ASSERT_STRING_EQUAL(seen.text, expected);
}

static void
test_match(void)
{
	matches("more/*.xml", "/more/a.xml /more/b.xml /more/c.xml /more/open.xml ");
	matches("more/a.xml", "/more/a.xml ");
	matches("*.xml", "/policy.xml ");
	matches("none/*.xml", "");
	matches("none.xml", NULL);
	matches("../outside.xml", NULL);
	matches("more/../../outside.xml", NULL);
	matches("more/..", NULL);
	matches("/etc/passwd", NULL);
	matches("..more/*", "");
}

static void
remove_files(void)
{
	static const char *const names[] = {
		"outside.xml",        "link.xml",        "[p]*/policy.xml",
		"[p]*/more/a.xml",    "[p]*/more/b.xml", "[p]*/more/c.xml",
		"[p]*/more/open.xml", "[p]*/secret.key", "[p]*/shown.key",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		CU_ASSERT_EQUAL(unlink(below(names[i])), 0);
	CU_ASSERT_EQUAL(rmdir(below("[p]*/more")), 0);
	CU_ASSERT_EQUAL(rmdir(below("[p]*")), 0);
	CU_ASSERT_EQUAL(rmdir(root), 0);
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "files are made", make_files },      { "reading", test_read },
		{ "a policy by its link", test_link }, { "matching", test_match },
		{ "files are removed", remove_files },
	};

	return unit_run("source", tests, ARRAY_SIZE(tests));
}
