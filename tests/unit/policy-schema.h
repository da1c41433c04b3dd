/* SPDX-License-Identifier: BSD-3-Clause */
/* The schema that ships, as a tree to walk. */
#ifndef BELLWETHER_TESTS_POLICY_SCHEMA_H
#define BELLWETHER_TESTS_POLICY_SCHEMA_H

#include <stdbool.h>

#include <libxml/tree.h>

#define SCHEMA_TEXT 160

/* policy.xsd; for xmlFreeDoc(). */
xmlDoc *schema_read(void);
bool schema_is(const xmlNode *node, const char *name);
/* The attribute's text in a buffer; "" when it is not there. */
const char *schema_get(const xmlNode *node, const char *name, char text[SCHEMA_TEXT]);
/* The complexType or simpleType of that name; NULL. */
xmlNode *schema_type(xmlNode *schema, const char *name);
/* Of an element's declaration: the type that it names, or the one inside it. */
xmlNode *schema_content(xmlNode *schema, xmlNode *declaration);
/* Sequences, choices and alls are at most two deep; elements are in them. */
bool schema_is_group(const xmlNode *node);

#endif
