/* SPDX-License-Identifier: BSD-3-Clause */
/* Files: what is read and what is refused, replacing, and paths. */
#include "config.h"

#include "common/file.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/bytes.h"
#include "tests/unit/unit.h"

/* A folder of our own; everything made in it is removed with it. */
static char folder[] = "/tmp/bellwether-file-XXXXXX";

static const char *
in_folder(const char *name)
{
	static char path[4][PATH_MAX];
	static unsigned next;
	char *out = path[next++ % 4];
	CU_ASSERT_FATAL(path_join(folder, name, out, PATH_MAX));
	return out;
}

static void
write_file(const char *path, const char *text, mode_t mode)
{
	char why[FILE_WHY];
	CU_ASSERT_FATAL(file_replace(path, text, strlen(text), mode, why));
}

static bool
reads(const char *path, const char *fence, unsigned rules, const char *expected)
{
	char why[FILE_WHY] = "";
	uint8_t *bytes = NULL;
	size_t size = 0;
	if (!file_read(path, fence, rules, 100, &bytes, &size, why)) {
		CU_ASSERT(why[0] != '\0');
		CU_ASSERT_PTR_NOT_NULL(strstr(why, expected));
		return false;
	}
	CU_ASSERT_EQUAL(size, strlen(expected));
	CU_ASSERT_EQUAL(bytes[size], 0);
	CU_ASSERT_STRING_EQUAL((char *)bytes, expected);
	free(bytes);
	return true;
}

static void
test_file_rules(void)
{
	const char *path = in_folder("file");
	write_file(path, "content", 0600);
	CU_ASSERT(reads(path, NULL, 0, "content"));
	CU_ASSERT(reads(path, folder, FILE_SECRET, "content"));
	chmod(path, 0640);
	CU_ASSERT_FALSE(reads(path, NULL, FILE_SECRET, "chmod 600"));
	CU_ASSERT(reads(path, NULL, FILE_GUARDED, "content"));
	chmod(path, 0620);
	CU_ASSERT_FALSE(reads(path, NULL, FILE_GUARDED, "go-w"));
	CU_ASSERT(reads(path, NULL, 0, "content"));
	CU_ASSERT_FALSE(reads(in_folder("none"), NULL, 0, "No such file"));
	CU_ASSERT_FALSE(reads(folder, NULL, 0, "not a regular file"));
	CU_ASSERT_EQUAL(mkfifo(in_folder("fifo"), 0600), 0);
	CU_ASSERT_FALSE(reads(in_folder("fifo"), NULL, 0, "not a regular file"));
	if (geteuid() == 0) {
		chmod(path, 0600);
		CU_ASSERT_EQUAL(chown(path, 12345, 0), 0);
		CU_ASSERT_FALSE(
		    reads(path, NULL, FILE_SECRET, "belongs to user 12345"));
		CU_ASSERT_FALSE(reads(path, NULL, FILE_GUARDED, "chown"));
		CU_ASSERT(reads(path, NULL, 0, "content"));
	}
}

/* Secrets: whoever could put another file in its place makes it none. */
static void
test_file_ways(void)
{
	char path[PATH_MAX], link[PATH_MAX];
	CU_ASSERT_FATAL(path_join(folder, "ways/key", path, PATH_MAX));
	CU_ASSERT_FATAL(path_join(folder, "linked", link, PATH_MAX));
	CU_ASSERT_EQUAL(mkdir(in_folder("ways"), 0700), 0);
	write_file(path, "content", 0600);
	CU_ASSERT_EQUAL(symlink("ways/key", link), 0);
	CU_ASSERT(reads(path, NULL, FILE_SECRET, "content"));
	CU_ASSERT(reads(link, NULL, FILE_SECRET, "content"));
	static const mode_t open[] = { 0720, 0702, 0777 };
	for (size_t i = 0; i < ARRAY_SIZE(open); i++) {
		CU_ASSERT_EQUAL(chmod(in_folder("ways"), open[i]), 0);
		CU_ASSERT_FALSE(
		    reads(path, NULL, FILE_SECRET, "chmod go-w the folder"));
		CU_ASSERT_FALSE(
		    reads(link, NULL, FILE_SECRET, "chmod go-w the folder"));
		CU_ASSERT(reads(path, NULL, FILE_GUARDED, "content"));
	}
	CU_ASSERT_EQUAL(chmod(in_folder("ways"), 01777), 0); /* as /tmp */
	CU_ASSERT(reads(path, NULL, FILE_SECRET, "content"));
	CU_ASSERT_EQUAL(chmod(in_folder("ways"), 0755), 0);
	/* The folder that the link is in counts too. */
	CU_ASSERT_EQUAL(chmod(folder, 0770), 0);
	CU_ASSERT_FALSE(reads(link, NULL, FILE_SECRET, "chmod go-w the folder"));
	CU_ASSERT(reads(path, NULL, FILE_SECRET, "content"));
	CU_ASSERT_EQUAL(chmod(folder, 0700), 0);
	if (geteuid() != 0)
		return;
	CU_ASSERT_EQUAL(chown(in_folder("ways"), 12345, 0), 0);
	CU_ASSERT_FALSE(reads(path, NULL, FILE_SECRET, "of user 12345, who could"));
	CU_ASSERT_EQUAL(chown(in_folder("ways"), 0, 0), 0);
	CU_ASSERT_EQUAL(lchown(link, 12345, 0), 0);
	CU_ASSERT_FALSE(reads(link, NULL, FILE_SECRET, "is a link of user 12345"));
	CU_ASSERT(reads(link, NULL, FILE_GUARDED, "content"));
}

static void
test_file_sizes(void)
{
	char text[102];
	const char *path = in_folder("size");
	memset(text, 'x', sizeof(text));
	text[100] = '\0';
	write_file(path, text, 0600);
	CU_ASSERT(reads(path, NULL, 0, text));
	text[100] = 'x';
	text[101] = '\0';
	write_file(path, text, 0600);
	CU_ASSERT_FALSE(reads(path, NULL, 0, "larger than 100 bytes"));
	write_file(path, "", 0600);
	CU_ASSERT(reads(path, NULL, 0, ""));
	/* Files that do not know their size. */
	uint8_t *bytes;
	size_t size;
	char why[FILE_WHY];
	CU_ASSERT(file_read("/proc/self/status", NULL, 0, 65536, &bytes, &size, why));
	CU_ASSERT(size > 100);
	CU_ASSERT_EQUAL(memcmp(bytes, "Name:", 5), 0);
	free(bytes);
	CU_ASSERT_FALSE(
	    file_read("/proc/self/status", NULL, 0, 64, &bytes, &size, why));
}

static void
test_file_fence(void)
{
	CU_ASSERT_EQUAL(mkdir(in_folder("in"), 0700), 0);
	CU_ASSERT_EQUAL(mkdir(in_folder("in2"), 0700), 0);
	write_file(in_folder("in/a"), "inside", 0600);
	write_file(in_folder("in2/b"), "outside", 0600);
	CU_ASSERT_EQUAL(symlink("../in2/b", in_folder("in/out")), 0);
	CU_ASSERT_EQUAL(symlink("a", in_folder("in/link")), 0);
	CU_ASSERT_EQUAL(symlink("in", in_folder("folder-link")), 0);
	const char *fence = in_folder("in");
	CU_ASSERT(reads(in_folder("in/a"), fence, 0, "inside"));
	CU_ASSERT(reads(in_folder("in/link"), fence, 0, "inside"));
	CU_ASSERT(reads(in_folder("folder-link/a"), fence, 0, "inside"));
	fence = in_folder("folder-link");
	CU_ASSERT(reads(in_folder("in/a"), fence, 0, "inside"));
	CU_ASSERT_FALSE(reads(in_folder("in/out"), fence, 0, "lies outside"));
	CU_ASSERT_FALSE(reads(in_folder("in/../in2/b"), fence, 0, "lies outside"));
	/* A name that only begins like the fence's. */
	CU_ASSERT_FALSE(reads(in_folder("in2/b"), fence, 0, "lies outside"));
	CU_ASSERT_FALSE(reads(in_folder("in/a"), in_folder("gone"), 0, "resolved"));
	CU_ASSERT(reads(in_folder("in2/b"), "/", 0, "outside"));
}

static void
test_file_replace(void)
{
	char why[FILE_WHY] = "";
	struct stat status;
	const char *path = in_folder("replaced");
	write_file(path, "old", 0644);
	CU_ASSERT(file_replace(path, "new", 3, 0600, why));
	CU_ASSERT(reads(path, NULL, FILE_SECRET, "new"));
	CU_ASSERT_EQUAL(stat(path, &status), 0);
	CU_ASSERT_EQUAL(status.st_mode & 07777, 0600);
	CU_ASSERT_FALSE(file_replace(in_folder("no/such"), "x", 1, 0600, why));
	CU_ASSERT_PTR_NOT_NULL(strstr(why, "No such file"));
	/* A folder in the way: nothing is left beside it. */
	CU_ASSERT_EQUAL(mkdir(in_folder("way"), 0700), 0);
	CU_ASSERT_FALSE(file_replace(in_folder("way"), "x", 1, 0600, why));
}

static void
test_paths(void)
{
	char out[16];
	CU_ASSERT(path_join("/etc", "a", out, sizeof(out)));
	CU_ASSERT_STRING_EQUAL(out, "/etc/a");
	CU_ASSERT(path_join("/etc/", "a", out, sizeof(out)));
	CU_ASSERT_STRING_EQUAL(out, "/etc/a");
	CU_ASSERT(path_join("/etc", "/a", out, sizeof(out)));
	CU_ASSERT_STRING_EQUAL(out, "/a");
	CU_ASSERT_FALSE(path_join("/etc", "0123456789a", out, sizeof(out)));
	CU_ASSERT(path_folder("/etc/a", out, sizeof(out)));
	CU_ASSERT_STRING_EQUAL(out, "/etc");
	CU_ASSERT(path_folder("/a", out, sizeof(out)));
	CU_ASSERT_STRING_EQUAL(out, "/");
	CU_ASSERT(path_folder("a", out, sizeof(out)));
	CU_ASSERT_STRING_EQUAL(out, ".");
	CU_ASSERT(path_folder("b//a", out, sizeof(out)));
	CU_ASSERT_STRING_EQUAL(out, "b");
	CU_ASSERT_FALSE(path_folder("0123456789abcdef/a", out, sizeof(out)));
}

static void
remove_folder(void)
{
	static const char *const files[] = { "in/a",   "in/out",      "in/link",
					     "in2/b",  "folder-link", "file",
					     "fifo",   "size",        "replaced",
					     "linked", "ways/key" };
	static const char *const folders[] = { "in", "in2", "way", "ways" };
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		unlink(in_folder(files[i]));
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++)
		rmdir(in_folder(folders[i]));
	if (rmdir(folder) != 0) /* something was left beside */
		CU_FAIL("the test's folder is not empty");
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "rules", test_file_rules },
		{ "ways to secrets", test_file_ways },
		{ "sizes", test_file_sizes },
		{ "the fence", test_file_fence },
		{ "replacing", test_file_replace },
		{ "nothing is left behind", remove_folder },
		{ "paths", test_paths },
	};
	if (!mkdtemp(folder))
		return 99;
	return unit_run("file", tests, ARRAY_SIZE(tests));
}
