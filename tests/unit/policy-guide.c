/* SPDX-License-Identifier: BSD-3-Clause */
/* The guide of doc/policy and its policies: each can be used, is played by a scenario, and
   is quoted as it is. */
#include "config.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/policy-tests.h"
#include "tests/unit/unit.h"

#define GUIDE  "doc/policy/README.md"
#define CASES  8
#define BLOCKS 64

/* A code block of the guide: "```LANGUAGE [FILE]", its lines, "```". */
struct block {
	char language[16], file[64];
	char *text;
};

static struct block blocks[BLOCKS];
static size_t block_count;

/* Blocks of a list's item are indented as far as their fence. */
static char *
block_text(const char *from, const char *end, size_t indent)
{
	char *text = calloc(1, (size_t)(end - from) + 1), *to = text;

	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	while (from < end) {
		size_t length = strcspn(from, "\n") + 1;

		if (length > indent)
			memcpy(to, from + indent, length - indent);
		to += length > indent ? length - indent : 0;
		from += length;
	}
	return text;
}

static void
read_blocks(const char *guide)
{
	const char *line = guide, *begin = NULL;
	struct block *block = NULL;

	for (; *line != '\0'; line += strcspn(line, "\n"), line += *line == '\n') {
		size_t indent = strspn(line, " ");

		if (strncmp(line + indent, "```", 3) != 0)
			continue;
		if (block != NULL) {
			block->text = block_text(begin, line, indent);
			block = NULL;
			continue;
		}
		CU_ASSERT_FATAL(block_count < BLOCKS);
		block = &blocks[block_count++];
		CU_ASSERT_FATAL(sscanf(line + indent, "```%15[a-z]%*[ ]%63[^ \n]",
				       block->language, block->file) >= 1);
		begin = line + strcspn(line, "\n") + 1;
	}
	CU_ASSERT_PTR_NULL_FATAL(block);
}

static bool
is_quoted(const char *file, const char *language, const char *text)
{
	for (size_t i = 0; i < block_count; i++)
		if (strcmp(blocks[i].language, language) == 0 &&
		    (file == NULL || strcmp(blocks[i].file, file) == 0) &&
		    (text == NULL || strcmp(blocks[i].text, text) == 0))
			return true;
	return false;
}

static void
check_case(const char *guide, const char *name)
{
	char path[4096];
	struct faults *faults = faults_new(20);
	struct policy *policy = load_file("doc/policy", name, faults);
	char *said = faults_text(faults);

	CU_ASSERT_PTR_NOT_NULL(policy);
	/* What check warns of, the guide shows. */
	if (*said != '\0' && !is_quoted(NULL, "text", said)) {
		printf("\n%s%s: not in the guide", said, name);
		CU_FAIL("a warning that is not explained");
	}
	snprintf(path, sizeof(path), "](%s)", name);
	CU_ASSERT_PTR_NOT_NULL(strstr(guide, path));
	CU_ASSERT_TRUE(is_quoted(name, "xml", NULL));
	snprintf(path, sizeof(path), "%s/tests/scenarios/guide-%.*s.txt",
		 getenv("top_srcdir"), (int)(strlen(name) - 4), name);
	if (access(path, R_OK) != 0)
		printf("\n  %s: no such scenario", path);
	CU_ASSERT_EQUAL(access(path, R_OK), 0);
	free(said);
	policy_free(policy);
	faults_free(faults);
}

static void
check_quote(const struct block *block)
{
	char path[4096], *text;

	snprintf(path, sizeof(path), "%s/doc/policy/%s", getenv("top_srcdir"),
		 block->file);
	text = file_text(path);
	if (text == NULL || strstr(text, block->text) == NULL)
		printf("\n  %s has not:\n%s", block->file, block->text);
	CU_ASSERT_FALSE(text == NULL || strstr(text, block->text) == NULL);
	free(text);
}

/* Links to files beside the guide. */
static void
check_links(const char *guide)
{
	char name[64], path[4096];

	while ((guide = strstr(guide, "](")) != NULL) {
		guide += 2;
		CU_ASSERT_EQUAL(sscanf(guide, "%63[^)]", name), 1);
		snprintf(path, sizeof(path), "%s/doc/policy/%s", getenv("top_srcdir"),
			 name);
		if (access(path, R_OK) != 0)
			printf("\n  the guide links to %s, which is not there", name);
		CU_ASSERT_EQUAL(access(path, R_OK), 0);
	}
}

void
test_guide(void)
{
	char path[4096], *guide;
	struct dirent **entry = NULL;
	int entries, cases = 0;

	snprintf(path, sizeof(path), "%s/" GUIDE, getenv("top_srcdir"));
	guide = file_text(path);
	CU_ASSERT_PTR_NOT_NULL_FATAL(guide);
	read_blocks(guide);
	check_links(guide);
	for (size_t i = 0; i < block_count; i++)
		if (strcmp(blocks[i].language, "xml") == 0)
			check_quote(&blocks[i]);
	*strrchr(path, '/') = '\0';
	entries = scandir(path, &entry, NULL, alphasort);
	for (int i = 0; i < entries; i++) {
		const char *end = strstr(entry[i]->d_name, ".xml");

		if (end != NULL && end[4] == '\0') {
			check_case(guide, entry[i]->d_name);
			cases++;
		}
		free(entry[i]);
	}
	free(entry);
	CU_ASSERT_EQUAL(cases, CASES);
	for (size_t i = 0; i < block_count; i++)
		free(blocks[i].text);
	free(guide);
}
