/* SPDX-License-Identifier: BSD-3-Clause */
/* doc/policy/reference.md, made from the schema and the loader's tables, and compared with
   the one of the source tree: it cannot say another thing than they do. */
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

#define WORDS_TEXT 1024

struct page {
	FILE *to;
	xmlNode *schema;
};

/* How often an element is in its parent, and what it is declared by. */
struct place {
	xmlNode *declaration;
	bool choice;    /* exactly one of several */
	bool alone;     /* which are one */
	bool any_order; /* of a group that repeats */
	bool required, once;
};

/* ---- where in the schema ---- */

static xmlNode *declaration(const struct page *page, enum element_kind kind);

static bool
is_named(const xmlNode *node, const char *name)
{
	char text[SCHEMA_TEXT];

	return schema_is(node, "element") &&
	       strcmp(schema_get(node, "name", text), name) == 0;
}

static void
place_in_group(const xmlNode *group, const xmlNode *element, struct place *place)
{
	char most[SCHEMA_TEXT], least[SCHEMA_TEXT];
	bool repeats = *schema_get(group, "maxOccurs", most) != '\0';

	place->any_order = schema_is(group, "choice") && repeats;
	place->choice = schema_is(group, "choice") && !repeats;
	place->alone = group->children == group->last;
	if (schema_is(group, "choice"))
		return;
	place->required = strcmp(schema_get(element, "minOccurs", least), "0") != 0;
	place->once = *schema_get(element, "maxOccurs", most) == '\0';
}

static struct place
find_place(const struct page *page, enum element_kind parent, enum element_kind kind)
{
	struct place place = { 0 };
	xmlNode *part =
	    schema_content(page->schema, declaration(page, parent))->children;

	for (; part != NULL; part = part->next)
		for (xmlNode *node = schema_is_group(part) ? part->children : NULL;
		     node != NULL; node = node->next)
			if (is_named(node, vocabulary[kind].name)) {
				place.declaration = node;
				place_in_group(part, node, &place);
			}
	CU_ASSERT_PTR_NOT_NULL_FATAL(place.declaration);
	return place;
}

static xmlNode *
declaration(const struct page *page, enum element_kind kind)
{
	const struct element *element = &vocabulary[kind];

	if ((element->flags & ELEMENT_ROOT) != 0)
		for (xmlNode *node = page->schema->children; node; node = node->next)
			if (is_named(node, element->name))
				return node;
	for (unsigned parent = 0; parent < E_COUNT; parent++)
		if (parent != kind && (element->parents & E_BIT(parent)) != 0)
			return find_place(page, (enum element_kind)parent, kind)
			    .declaration;
	CU_FAIL_FATAL("an element without a declaration");
	return NULL;
}

/* ---- words ---- */

static const char *
occurrence(const struct page *page, enum element_kind parent, enum element_kind kind)
{
	struct place place = find_place(page, parent, kind);
	unsigned flags = vocabulary[kind].flags;
	bool required = (flags & ELEMENT_REQUIRED) != 0;
	bool once = (flags & ELEMENT_ONCE) != 0;

	/* Where the schema says it, the tables say the same. */
	CU_ASSERT_EQUAL(place.choice,
			(vocabulary[parent].flags & ELEMENT_ONE_CHILD) != 0);
	if (!place.choice && !place.any_order) {
		CU_ASSERT_EQUAL(place.required, required);
		CU_ASSERT_EQUAL(place.once, once);
	}
	if (place.choice)
		return place.alone ? "exactly one" : "one of these";
	if (required)
		return once ? "exactly one" : "one or more";
	return once ? "at most one" : "any number";
}

static bool
is_alone(enum element_kind kind)
{
	for (unsigned other = 0; other < E_COUNT; other++)
		if (other != kind &&
		    strcmp(vocabulary[other].name, vocabulary[kind].name) == 0)
			return false;
	return true;
}

static void
print_tree(const struct page *page, enum element_kind parent, int depth)
{
	for (unsigned kind = 0; kind < E_COUNT; kind++) {
		if ((vocabulary[kind].parents & E_BIT(parent)) == 0)
			continue;
		fprintf(page->to, "%*s%-*s  %s\n", 2 * depth, "", 24 - 2 * depth,
			vocabulary[kind].name,
			occurrence(page, parent, (enum element_kind)kind));
		if (kind != parent) /* sites are in sites */
			print_tree(page, (enum element_kind)kind, depth + 1);
	}
}

static void
print_places(const struct page *page, enum element_kind kind)
{
	const struct element *element = &vocabulary[kind];
	char children[WORDS_TEXT];
	const char *join = "";

	if (kind == E_POLICY)
		fprintf(page->to, "The document.");
	else if ((element->flags & ELEMENT_ROOT) != 0)
		fprintf(page->to, "The first element of an included document. ");
	for (unsigned parent = 0; parent < E_COUNT; parent++) {
		if ((element->parents & E_BIT(parent)) == 0)
			continue;
		fprintf(page->to, "%s `<%s>`: %s", *join ? join : "In",
			vocabulary[parent].name,
			occurrence(page, (enum element_kind)parent, kind));
		join = "; in";
	}
	if (*join != '\0')
		fprintf(page->to, ".");
	vocabulary_children(kind, children, sizeof(children));
	/* "nothing" stands in no angle brackets. */
	if (children[0] == '<')
		fprintf(page->to, "%s: `%s`.",
			(element->flags & ELEMENT_ONE_CHILD) != 0 ? " Holds exactly one"
								  : " Holds",
			children);
	fprintf(page->to, "\n\n");
}

/* ---- attributes ---- */

static xmlNode *
find_attribute(const struct page *page, enum element_kind kind, const char *name)
{
	xmlNode *part = schema_content(page->schema, declaration(page, kind));
	char text[SCHEMA_TEXT];

	for (part = part->children; part != NULL; part = part->next)
		if (schema_is(part, "attribute") &&
		    strcmp(schema_get(part, "name", text), name) == 0)
			return part;
	CU_FAIL_FATAL("an attribute without a declaration");
	return NULL;
}

static void
print_attribute(const struct page *page, enum element_kind kind,
		const struct attribute *attribute)
{
	const xmlNode *node = find_attribute(page, kind, attribute->name);
	char words[WORDS_TEXT], type[SCHEMA_TEXT], standard[SCHEMA_TEXT];

	vocabulary_words(attribute, words, sizeof(words));
	CU_ASSERT_PTR_NULL(strchr(words, '|'));
	schema_get(node, "default", standard);
	fprintf(page->to, "| `%s` | %s | %s | ", attribute->name,
		schema_get(node, "type", type), words);
	if (*standard != '\0')
		fprintf(page->to, "`%s` |\n", standard);
	else
		fprintf(page->to, "%s |\n",
			attribute->required ? "required" : "optional");
}

static void
print_element(const struct page *page, enum element_kind kind)
{
	const struct element *element = &vocabulary[kind];

	fprintf(page->to, "## `<%s>`", element->name);
	if (!is_alone(kind))
		for (unsigned parent = 0; parent < E_COUNT; parent++)
			if ((element->parents & E_BIT(parent)) != 0)
				fprintf(page->to, " in `<%s>`",
					vocabulary[parent].name);
	fprintf(page->to, "\n\n");
	print_places(page, kind);
	if (element->attributes == 0)
		return;
	fprintf(page->to, "| attribute | type | expected | default |\n"
			  "| --- | --- | --- | --- |\n");
	for (size_t i = 0; i < element->attributes; i++)
		print_attribute(page, kind, &element->attribute[i]);
	fprintf(page->to, "\n");
}

/* ---- what attributes refer to ---- */

/* "0|[0-9]+(ms|s|m|h|d)", "1 to 65535"; words stand where they are used. */
static void
print_type(const struct page *page, const xmlNode *type)
{
	xmlNode *base = xmlFirstElementChild((xmlNode *)(uintptr_t)type);
	char name[SCHEMA_TEXT], text[SCHEMA_TEXT];
	const char *join = "";

	schema_get(type, "name", name);
	for (xmlNode *node = base->children; node != NULL; node = node->next) {
		if (schema_is(node, "enumeration"))
			return;
		if (!schema_is(node, "pattern") && !schema_is(node, "minInclusive") &&
		    !schema_is(node, "maxInclusive"))
			continue;
		if (*join == '\0')
			fprintf(page->to, "- %s: ", name);
		fprintf(page->to, "%s`%s`", join, schema_get(node, "value", text));
		join = schema_is(node, "minInclusive") ? " to " : " or ";
	}
	if (*join != '\0')
		fprintf(page->to, "\n");
	else
		fprintf(page->to, "- %s: not empty\n", name);
}

static void
print_rest(const struct page *page)
{
	fprintf(page->to,
		"## Types\n\nSpaces at the ends of a value do not count.\n\n");
	for (xmlNode *node = page->schema->children; node != NULL; node = node->next)
		if (schema_is(node, "simpleType"))
			print_type(page, node);
	fprintf(page->to,
		"\n## Built-in parameters\n\n| name | unit |\n| --- | --- |\n");
	for (size_t i = 0; i < SYSTEM_COUNT; i++)
		fprintf(page->to, "| `%s` | %s |\n", probe_system_name[i],
			probe_system_unit[i]);
	fprintf(page->to, "\n## Statistics of `<radius-status>`\n\n"
			  "| `value=` | unit | meaning |\n| --- | --- | --- |\n");
	for (size_t i = 0; i < probe_radius_value_count; i++)
		fprintf(page->to, "| `%s` | %s | %s |\n", probe_radius_values[i].name,
			probe_radius_values[i].unit, probe_radius_values[i].meaning);
}

void
test_reference(void)
{
	char *text = NULL;
	size_t size = 0;
	xmlDoc *document = schema_read();
	const struct page page = { open_memstream(&text, &size),
				   xmlDocGetRootElement(document) };

	CU_ASSERT_PTR_NOT_NULL_FATAL(page.to);
	fprintf(
	    page.to,
	    "# Policies: every element and attribute\n\n"
	    "Made from policy/policy.xsd and policy/vocabulary.c; not to be edited.\n"
	    "`POLICY_EXPECT=write make check TESTS=tests/unit/policy-test` makes it "
	    "anew.\nWhat each means is in bellwether-policy(5), how they work together "
	    "in\n[the guide](README.md).\n\n```text\npolicy\n");
	print_tree(&page, E_POLICY, 1);
	fprintf(page.to, "```\n\n");
	for (unsigned kind = 0; kind < E_COUNT; kind++)
		print_element(&page, (enum element_kind)kind);
	print_rest(&page);
	fclose(page.to);
	xmlFreeDoc(document);
	compare_file("doc/policy/reference.md", text);
	free(text);
}
