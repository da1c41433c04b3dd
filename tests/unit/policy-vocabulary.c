/* SPDX-License-Identifier: BSD-3-Clause */
/* The schema that ships and the loader's tables name the same elements, attributes and
   words, in the same places. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "common/probe.h"
#include "policy/vocabulary.h"
#include "tests/unit/policy-schema.h"
#include "tests/unit/policy-tests.h"
#include "tests/unit/unit.h"

#define LINES_MAX 1000
#define LINE_TEXT SCHEMA_TEXT

/* "parent/element", "parent/element@attribute!" (required), "...@attribute=word". */
struct lines {
	char text[LINES_MAX][LINE_TEXT];
	size_t count;
};

static void __attribute__((format(printf, 2, 3)))
say(struct lines *lines, const char *format, ...)
{
	char text[LINE_TEXT];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	for (size_t i = 0; i < lines->count; i++)
		if (strcmp(lines->text[i], text) == 0)
			return;
	CU_ASSERT_FATAL(lines->count < LINES_MAX);
	memcpy(lines->text[lines->count++], text, sizeof(text));
}

/* ---- the loader's tables ---- */

static void
say_attributes(struct lines *lines, const char *parent, const struct element *element)
{
	for (size_t i = 0; i < element->attributes; i++) {
		const struct attribute *attribute = &element->attribute[i];

		say(lines, "%s/%s@%s%s", parent, element->name, attribute->name,
		    attribute->required ? "!" : "");
		if (attribute->type == TYPE_RADIUS)
			for (size_t j = 0; j < probe_radius_value_count; j++)
				say(lines, "%s/%s@%s=%s", parent, element->name,
				    attribute->name, probe_radius_values[j].name);
		if (attribute->type == TYPE_WORD)
			for (const struct word *word = attribute->words; word->text;
			     word++)
				say(lines, "%s/%s@%s=%s", parent, element->name,
				    attribute->name, word->text);
	}
}

static void
say_tables(struct lines *lines)
{
	for (unsigned kind = 0; kind < E_COUNT; kind++) {
		const struct element *element = &vocabulary[kind];

		CU_ASSERT_PTR_NOT_NULL_FATAL(element->name);
		if ((element->flags & ELEMENT_ROOT) != 0) {
			say(lines, "/%s", element->name);
			say_attributes(lines, "", element);
		}
		for (unsigned parent = 0; parent < E_COUNT; parent++) {
			if ((element->parents & E_BIT(parent)) == 0)
				continue;
			say(lines, "%s/%s", vocabulary[parent].name, element->name);
			say_attributes(lines, vocabulary[parent].name, element);
		}
	}
}

/* ---- the schema ---- */

static void
say_words(struct lines *lines, xmlNode *schema, const char *type, const char *where)
{
	xmlNode *node = schema_type(schema, type);
	char text[LINE_TEXT];

	if (node == NULL)
		return;
	for (node = xmlFirstElementChild(node)->children; node; node = node->next)
		if (schema_is(node, "enumeration"))
			say(lines, "%s=%s", where, schema_get(node, "value", text));
}

/* Declarations still to be walked, each with the element it is in. */
struct walk {
	struct {
		xmlNode *node;
		char parent[64];
	} item[LINES_MAX];
	size_t count, done;
};

static void
walk_later(struct walk *walk, xmlNode *node, const char *parent)
{
	for (size_t i = 0; i < walk->count; i++)
		if (walk->item[i].node == node &&
		    strcmp(walk->item[i].parent, parent) == 0)
			return;
	CU_ASSERT_FATAL(walk->count < LINES_MAX);
	walk->item[walk->count].node = node;
	snprintf(walk->item[walk->count].parent, sizeof(walk->item[0].parent), "%s",
		 parent);
	walk->count++;
}

static void
say_declaration(struct lines *lines, struct walk *walk, xmlNode *schema, xmlNode *node,
		const char *parent)
{
	char name[LINE_TEXT], text[LINE_TEXT], where[LINE_TEXT];
	xmlNode *part = schema_content(schema, node)->children;

	schema_get(node, "name", name);
	say(lines, "%s/%s", parent, name);
	for (; part; part = part->next) {
		if (schema_is(part, "attribute")) {
			schema_get(part, "name", text);
			snprintf(where, sizeof(where), "%.40s/%.40s@%.40s", parent,
				 name, text);
			say(lines, "%s%s", where,
			    strcmp(schema_get(part, "use", text), "required") == 0
				? "!"
				: "");
			say_words(lines, schema, schema_get(part, "type", text), where);
		}
		if (schema_is_group(part))
			for (xmlNode *child = part->children; child;
			     child = child->next)
				if (schema_is(child, "element"))
					walk_later(walk, child, name);
	}
}

static void
say_schema(struct lines *lines)
{
	static struct walk walk;
	xmlDoc *document = schema_read();
	xmlNode *schema;

	schema = xmlDocGetRootElement(document);
	for (xmlNode *node = schema->children; node; node = node->next)
		if (schema_is(node, "element"))
			walk_later(&walk, node, "");
	while (walk.done < walk.count) {
		size_t i = walk.done++;

		say_declaration(lines, &walk, schema, walk.item[i].node,
				walk.item[i].parent);
	}
	xmlFreeDoc(document);
}

static size_t
missing(const struct lines *here, const struct lines *there, const char *what)
{
	size_t count = 0;

	for (size_t i = 0; i < here->count; i++) {
		size_t j = 0;

		while (j < there->count && strcmp(here->text[i], there->text[j]) != 0)
			j++;
		if (j < there->count)
			continue;
		printf("\n  %s lacks %s", what, here->text[i]);
		count++;
	}
	return count;
}

void
test_vocabulary(void)
{
	static struct lines tables, schema;

	say_tables(&tables);
	say_schema(&schema);
	CU_ASSERT(tables.count > 150);
	CU_ASSERT_EQUAL(missing(&tables, &schema, "policy.xsd"), 0);
	CU_ASSERT_EQUAL(missing(&schema, &tables, "vocabulary.c"), 0);
}

/* ---- the manual ---- */

static char *
source_text(const char *name)
{
	char path[4096], *text;

	snprintf(path, sizeof(path), "%s/%s", getenv("top_srcdir"), name);
	text = file_text(path);
	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	return text;
}

/* True when section, up to the next heading, has an item of that name. */
static bool
has_item(const char *section, const char *name, const char *after)
{
	char item[LINE_TEXT];
	const char *end = strstr(section + 1, "\n.Ss "), *found;

	snprintf(item, sizeof(item), "\n.It Cm %s%s\n", name, after);
	found = strstr(section, item);
	return found != NULL && (end == NULL || found < end);
}

/* Elements of one name in different places have a section each: one of them has it. */
static bool
has_attribute(const char *section, const char *heading, const char *name)
{
	while (section != NULL && !has_item(section, name, "="))
		section = strstr(section + 1, heading);
	return section != NULL;
}

static void
check_section(const char *manual, const struct element *element)
{
	char heading[LINE_TEXT];
	const char *section;

	snprintf(heading, sizeof(heading), "\n.Ss <%s%s", element->name,
		 element->attributes > 0 ? " " : ">");
	section = strstr(manual, heading);
	if (section == NULL)
		printf("\n  bellwether-policy.5 lacks <%s>", element->name);
	CU_ASSERT_PTR_NOT_NULL_FATAL(section);
	for (size_t i = 0; i < element->attributes; i++) {
		bool has = has_attribute(section, heading, element->attribute[i].name);

		if (!has)
			printf("\n  bellwether-policy.5 lacks %s= of <%s>",
			       element->attribute[i].name, element->name);
		CU_ASSERT(has);
	}
}

void
test_manual(void)
{
	char *manual = source_text("doc/bellwether-policy.5");
	const char *section = strstr(manual, "\n.Ss RADIUS statistics\n");

	for (unsigned kind = 0; kind < E_COUNT; kind++)
		check_section(manual, &vocabulary[kind]);
	CU_ASSERT_PTR_NOT_NULL_FATAL(section);
	for (size_t i = 0; i < probe_radius_value_count; i++)
		CU_ASSERT(has_item(section, probe_radius_values[i].name, ""));
	section = strstr(manual, "\n.Ss Built-in parameters\n");
	CU_ASSERT_PTR_NOT_NULL_FATAL(section);
	for (size_t i = 0; i < SYSTEM_COUNT; i++)
		CU_ASSERT_PTR_NOT_NULL(strstr(section, probe_system_name[i]));
	free(manual);
}

/* The manual's policies, word for word: one loads as it stands, the other is the
   example that ships. */
void
test_manual_examples(void)
{
	static const char opening[] = ".Bd -literal -offset indent\n<policy";
	char *manual = source_text("doc/bellwether-policy.5");
	char *example = source_text("doc/policy/radius-threads.xml");
	char *start = strstr(manual, opening), *end;

	CU_ASSERT_PTR_NOT_NULL_FATAL(start);
	start += strlen(opening) - strlen("<policy");
	end = strstr(start, ".Ed\n");
	CU_ASSERT_PTR_NOT_NULL_FATAL(end);
	*end = '\0';
	policy_free(load_text(start));

	start = strstr(end + 1, opening);
	CU_ASSERT_PTR_NOT_NULL_FATAL(start);
	start += strlen(opening) - strlen("<policy");
	end = strstr(start, ".Ed\n");
	CU_ASSERT_PTR_NOT_NULL_FATAL(end);
	*end = '\0';
	CU_ASSERT_STRING_EQUAL(start, strstr(example, "<policy"));
	free(example);
	free(manual);
}
