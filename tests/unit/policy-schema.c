/* SPDX-License-Identifier: BSD-3-Clause */
/* Reading the schema that ships. */
#include "config.h"

#include "tests/unit/policy-schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/parser.h>

#include "tests/unit/policy-tests.h"
#include "tests/unit/unit.h"

xmlDoc *
schema_read(void)
{
	char path[4096], *text;
	xmlDoc *document;

	snprintf(path, sizeof(path), "%s/policy/policy.xsd", getenv("top_srcdir"));
	/* From memory: policy_start() refuses to let libxml2 open anything. */
	text = file_text(path);
	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	document = xmlReadMemory(text, (int)strlen(text), "policy.xsd", NULL,
				 XML_PARSE_NONET | XML_PARSE_NOBLANKS);
	free(text);
	CU_ASSERT_PTR_NOT_NULL_FATAL(document);
	return document;
}

bool
schema_is(const xmlNode *node, const char *name)
{
	return node->type == XML_ELEMENT_NODE &&
	       strcmp((const char *)node->name, name) == 0;
}

const char *
schema_get(const xmlNode *node, const char *name, char text[SCHEMA_TEXT])
{
	xmlChar *value = xmlGetProp(node, BAD_CAST name);

	snprintf(text, SCHEMA_TEXT, "%s", value != NULL ? (const char *)value : "");
	xmlFree(value);
	return text;
}

xmlNode *
schema_type(xmlNode *schema, const char *name)
{
	char text[SCHEMA_TEXT];

	for (xmlNode *node = schema->children; node; node = node->next)
		if ((schema_is(node, "complexType") || schema_is(node, "simpleType")) &&
		    strcmp(schema_get(node, "name", text), name) == 0)
			return node;
	return NULL;
}

xmlNode *
schema_content(xmlNode *schema, xmlNode *declaration)
{
	char name[SCHEMA_TEXT];
	xmlNode *type = schema_type(schema, schema_get(declaration, "type", name));

	return type != NULL ? type : xmlFirstElementChild(declaration);
}

bool
schema_is_group(const xmlNode *node)
{
	return schema_is(node, "sequence") || schema_is(node, "choice") ||
	       schema_is(node, "all");
}
