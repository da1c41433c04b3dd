/* SPDX-License-Identifier: BSD-3-Clause */
/* What the console remembers: as text, as a file, and as what is looked at. */
#include "config.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/console-stage.h"

static char folder[] = "/tmp/bellwether-settings-XXXXXX";

static size_t
view_of(const char *command)
{
	return (size_t)(list_find(command) - lists);
}

static size_t
column_of(const char *command, const char *heading)
{
	const struct list *list = list_find(command);
	for (size_t i = 0; i < LIST_COLUMNS && list->column[i].heading; i++)
		if (strcmp(list->column[i].heading, heading) == 0)
			return i + 1;
	return 0;
}

/* ---- as text ---- */

static void
test_parse(void)
{
	struct settings settings;
	char why[MIB_TEXT];
	CU_ASSERT_TRUE(settings_parse("", &settings, why));
	CU_ASSERT_EQUAL(settings.view, 0);
	CU_ASSERT_FALSE(settings.mouse);
	CU_ASSERT_EQUAL(settings.interval, 0);
	CU_ASSERT_TRUE(settings_parse(
	    "# mine\n\nview=clients\n  sort.clients =  heard reversed \n"
	    "sort.groups = AWAY\nsort.events = reversed\nmouse = yes\n"
	    "interval = 2s\ntheme = mono\nsort.hills = high\nfuture = 1\n"
	    "sort. = x\nno equal sign",
	    &settings, why));
	CU_ASSERT_EQUAL(settings.view, view_of("clients"));
	CU_ASSERT_EQUAL(settings.sort[view_of("clients")].column,
			column_of("clients", "HEARD"));
	CU_ASSERT_TRUE(settings.sort[view_of("clients")].reverse);
	CU_ASSERT_EQUAL(settings.sort[view_of("groups")].column,
			column_of("groups", "AWAY"));
	CU_ASSERT_FALSE(settings.sort[view_of("groups")].reverse);
	CU_ASSERT_EQUAL(settings.sort[view_of("events")].column, 0);
	CU_ASSERT_TRUE(settings.sort[view_of("events")].reverse);
	CU_ASSERT_TRUE(settings.mouse);
	CU_ASSERT_EQUAL(settings.interval, 2 * SECOND);
	CU_ASSERT_STRING_EQUAL(settings.theme, "mono");
}

/* The first that is wrong is named, and the others count all the same. */
static void
test_parse_wrong(void)
{
	static const struct {
		const char *text, *why;
	} wrong[] = {
		{ "\nview = hills\nmouse = no\n",
		  "line 2: view = hills: expected a view's name" },
		{ "sort.clients = HEIGHT", "line 1: sort.clients = HEIGHT: expected" },
		{ "sort.clients = HEARD up", "line 1: sort.clients = HEARD up" },
		{ "sort.servers = 0%    F  C  100%", "line 1: sort.servers" },
		{ "mouse = perhaps\nview = x",
		  "line 1: mouse = perhaps: expected yes" },
		{ "interval = 1ms", "line 1: interval = 1ms: expected a duration" },
		{ "theme = pink", "line 1: theme = pink: expected auto, dark" },
		{ "mouse = \033[2J", "line 1: mouse = ?[2J: expected yes" },
	};
	struct settings settings;
	char why[MIB_TEXT];
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		CU_ASSERT_FALSE(settings_parse(wrong[i].text, &settings, why));
		CU_ASSERT_NSTRING_EQUAL(why, wrong[i].why, strlen(wrong[i].why));
		CU_ASSERT_EQUAL(settings.view, 0);
		CU_ASSERT_FALSE(settings.mouse);
	}
	CU_ASSERT_FALSE(settings_parse("view = x\nmouse = yes", &settings, why));
	CU_ASSERT_TRUE(settings.mouse);
}

static void
expect_merged(const char *text, const struct settings *now, const char *wanted)
{
	struct settings was;
	char why[MIB_TEXT];
	settings_parse(text, &was, why);
	char *merged = settings_merge(text, &was, now);
	CU_ASSERT_PTR_NOT_NULL_FATAL(merged);
	CU_ASSERT_STRING_EQUAL(merged, wanted);
	if (strcmp(merged, wanted) != 0)
		printf("\n%s", merged);
	free(merged);
}

static void
test_merge(void)
{
	struct settings now = { .view = view_of("events"), .mouse = true };
	now.sort[view_of("clients")].column = column_of("clients", "HEARD");
	now.sort[view_of("clients")].reverse = true;
	expect_merged(
	    "", &now,
	    "# What bellwether's console remembers; bellwether(1) tells of it.\n"
	    "view = events\nsort.clients = HEARD reversed\nmouse = yes\n");
	/* What is somebody else's stays where it is; so does what did not change. */
	expect_merged("# mine\nmouse=yes\nfuture = 1\n\nview = groups\ninterval = 5s",
		      &now,
		      "# mine\nmouse=yes\nfuture = 1\n\nview = events\ninterval = 5s\n"
		      "sort.clients = HEARD reversed\n");
	/* The last one counts: none may say otherwise after it. */
	expect_merged("view = groups\nview = alarms\nmouse = yes\n"
		      "sort.clients = HEARD reversed\n",
		      &now,
		      "view = events\nview = events\nmouse = yes\n"
		      "sort.clients = HEARD reversed\n");
	now = (struct settings){ .view = 0 };
	expect_merged("sort.clients = HEARD reversed\nmouse = yes\n", &now,
		      "sort.clients = none\nmouse = no\n");
}

/* ---- as a file ---- */

static const char *
path_of(const char *name)
{
	static char path[PATH_MAX];
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void
put(const char *name, const char *text)
{
	FILE *out = fopen(path_of(name), "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(out);
	fputs(text, out);
	fclose(out);
}

static const char *
get(const char *name)
{
	static char text[1024];
	FILE *in = fopen(path_of(name), "r");
	size_t length = in ? fread(text, 1, sizeof(text) - 1, in) : 0;
	text[length] = '\0';
	if (in)
		fclose(in);
	return text;
}

static ino_t
inode_of(const char *name)
{
	struct stat status;
	return stat(path_of(name), &status) == 0 ? status.st_ino : 0;
}

static void
test_file(void)
{
	struct settings_file file;
	struct settings now;
	struct stat status;
	char why[MIB_TEXT];
	setenv("XDG_CONFIG_HOME", path_of("config"), 1);
	/* Nothing is there, and nothing comes to be while nothing changes. */
	CU_ASSERT_TRUE(settings_load(&file, why));
	now = file.was;
	CU_ASSERT_TRUE(settings_save(&file, &now, why));
	CU_ASSERT_EQUAL(inode_of("config"), 0);
	now.mouse = true;
	CU_ASSERT_TRUE(settings_save(&file, &now, why));
	CU_ASSERT_PTR_NOT_NULL(strstr(get("config/bellwether/console"), "mouse = yes"));
	CU_ASSERT_EQUAL(stat(path_of("config/bellwether/console"), &status), 0);
	CU_ASSERT_EQUAL(status.st_mode & 0777, 0600);
	/* Read again it is the same, and stays the same file. */
	CU_ASSERT_TRUE(settings_load(&file, why));
	CU_ASSERT_TRUE(file.was.mouse);
	ino_t inode = inode_of("config/bellwether/console");
	CU_ASSERT_TRUE(settings_save(&file, &file.was, why));
	CU_ASSERT_EQUAL(inode_of("config/bellwether/console"), inode);
	/* Another console wrote meanwhile: only what we changed is ours. */
	put("config/bellwether/console", "view = alarms\nmouse = yes\nfuture = 1\n");
	now = file.was;
	now.mouse = false;
	CU_ASSERT_TRUE(settings_save(&file, &now, why));
	CU_ASSERT_STRING_EQUAL(get("config/bellwether/console"),
			       "view = alarms\nmouse = no\nfuture = 1\n");
}

static void
test_link(void)
{
	struct settings_file file;
	struct stat status;
	char why[MIB_TEXT];
	char there[PATH_MAX];
	put("kept", "mouse = no\n");
	chmod(path_of("kept"), 0644);
	snprintf(there, sizeof(there), "%s", path_of("kept"));
	unlink(path_of("config/bellwether/console"));
	CU_ASSERT_EQUAL(symlink(there, path_of("config/bellwether/console")), 0);
	CU_ASSERT_TRUE(settings_load(&file, why));
	struct settings now = file.was;
	now.mouse = true;
	CU_ASSERT_TRUE(settings_save(&file, &now, why));
	CU_ASSERT_STRING_EQUAL(get("kept"), "mouse = yes\n");
	CU_ASSERT_EQUAL(stat(path_of("kept"), &status), 0);
	CU_ASSERT_EQUAL(status.st_mode & 0777, 0644);
	CU_ASSERT_EQUAL(lstat(path_of("config/bellwether/console"), &status), 0);
	CU_ASSERT_TRUE(S_ISLNK(status.st_mode));
	unlink(path_of("config/bellwether/console"));
}

static void
test_no_file(void)
{
	struct settings_file file;
	struct settings now = { .mouse = true };
	char why[MIB_TEXT];
	/* No folder can be made below a file. */
	put("wall", "");
	setenv("XDG_CONFIG_HOME", path_of("wall"), 1);
	CU_ASSERT_TRUE(settings_load(&file, why));
	CU_ASSERT_FALSE(settings_save(&file, &now, why));
	CU_ASSERT_PTR_NOT_NULL(strstr(why, "wall/bellwether/console: Not a directory"));
	/* A folder is no file. */
	setenv("XDG_CONFIG_HOME", path_of("config"), 1);
	CU_ASSERT_EQUAL(mkdir(path_of("config/bellwether/console"), 0700), 0);
	CU_ASSERT_FALSE(settings_load(&file, why));
	CU_ASSERT_FALSE(settings_save(&file, &now, why));
	rmdir(path_of("config/bellwether/console"));
	/* What is wrong in it is said with where it is. */
	put("config/bellwether/console", "mouse = often\n");
	CU_ASSERT_FALSE(settings_load(&file, why));
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(why, "settings, line 1: mouse = often: expected"));
	/* Without a home nothing is kept, and nobody complains. A relative one is none. */
	setenv("XDG_CONFIG_HOME", "relative", 1);
	setenv("HOME", "", 1);
	CU_ASSERT_TRUE(settings_load(&file, why));
	CU_ASSERT_TRUE(settings_save(&file, &now, why));
	setenv("HOME", folder, 1);
	CU_ASSERT_TRUE(settings_load(&file, why));
	CU_ASSERT_TRUE(settings_save(&file, &now, why));
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(get(".config/bellwether/console"), "mouse = yes"));
}

/* ---- in the console ---- */

static void
test_console(void)
{
	struct settings settings;
	char why[MIB_TEXT];
	begin(1, 80, 24, false);
	settings_parse("view = clients\nsort.clients = CLIENT reversed\nmouse = yes\n",
		       &settings, why);
	console_set(&console, &settings);
	console_draw(&console, &screen);
	CU_ASSERT_TRUE(shows("> aaa1           nas-120"));
	CU_ASSERT_TRUE(shows("sorted by CLIENT"));
	CU_ASSERT_TRUE(console.mouse);
	press("3>w");
	console_settings(&console, &settings);
	CU_ASSERT_EQUAL(settings.view, view_of("groups"));
	CU_ASSERT_EQUAL(settings.sort[view_of("groups")].column, 1);
	CU_ASSERT_FALSE(settings.sort[view_of("groups")].reverse);
	CU_ASSERT_TRUE(settings.sort[view_of("clients")].reverse);
	CU_ASSERT_FALSE(settings.mouse);
}

static void
clean(void)
{
	static const char *const files[] = {
		"config/bellwether/console",
		"config/bellwether",
		"config",
		"kept",
		"wall",
		".config/bellwether/console",
		".config/bellwether",
		".config",
	};
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		if (unlink(path_of(files[i])) != 0)
			rmdir(path_of(files[i]));
	rmdir(folder);
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "what is read", test_parse },
		{ "what is wrong is named", test_parse_wrong },
		{ "only what changed is written", test_merge },
		{ "a file of it", test_file },
		{ "a link stays one", test_link },
		{ "where nothing can be kept", test_no_file },
		{ "in the console", test_console },
	};
	if (!mkdtemp(folder))
		return 99;
	int status = console_stage_run("settings", tests, ARRAY_SIZE(tests));
	clean();
	return status;
}
