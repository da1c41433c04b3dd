/* SPDX-License-Identifier: BSD-3-Clause */
/* The document is small, so it is held as a tree: the vocabulary speaks first, in words
   that say what was expected; the schema then says what is left. */
#include "config.h"

#include "client/config-document.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/xmlschemas.h>

#include "client/config-build.h"
#include "client/schema.inc"

#define VALUE_SHOWN 64
#define LIST_TEXT   256
#define NOISE       "{" CONFIG_NAMESPACE "}"

#if LIBXML_VERSION >= 21200
#define XML_ERROR_ARGUMENT const xmlError *
#else
#define XML_ERROR_ARGUMENT xmlErrorPtr
#endif

struct reading {
	struct config *config;
	struct faults *faults;
	xmlParserCtxtPtr parser;
	bool doctype;
};

/* Never changed once parsed. */
static xmlSchemaPtr schema;

static xmlParserInputPtr
refuse_entity(const char *url, const char *id, xmlParserCtxtPtr context)
{
	(void)url;
	(void)id;
	(void)context;
	return NULL;
}

bool
config_document_start(void)
{
	if (schema)
		return true;
	xmlInitParser();
	xmlSetExternalEntityLoader(refuse_entity);
	xmlSchemaParserCtxtPtr parser = xmlSchemaNewMemParserCtxt(
	    (const char *)client_schema, sizeof client_schema);
	if (!parser)
		return false;
	schema = xmlSchemaParse(parser);
	xmlSchemaFreeParserCtxt(parser);
	return schema != NULL;
}

static void __attribute__((format(printf, 3, 4)))
fault(struct reading *reading, long line, const char *format, ...)
{
	char text[640];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	faults_add(reading->faults, FAULT_ERROR, reading->config->file,
		   line > 0 ? (uint32_t)line : 1, "%s", text);
}

/* libxml2 keeps sixteen bits of a line, and that of the start tag's end. So each node's
   _private holds the line where its tag begins, and a flag: everything was said about it,
   the schema need not repeat it. */
#define TOLD ((uintptr_t)1)

static uintptr_t
note_of(const xmlNode *node)
{
	return (uintptr_t)node->_private;
}

static long
line_of(const xmlNode *node)
{
	return (long)(note_of(node) >> 1);
}

static void
tell(xmlNodePtr node)
{
	node->_private = (void *)(note_of(node) | TOLD);
}

static bool
told(const xmlNode *node)
{
	return note_of(node) & TOLD;
}

static bool
told_above(const xmlNode *node)
{
	for (; node && node->type == XML_ELEMENT_NODE; node = node->parent)
		if (told(node))
			return true;
	return false;
}

/* The parser has read the tag up to its '>'; no attribute holds a '<', so looking back
   for one finds where it began. */
static long
tag_line(const xmlParserCtxt *parser)
{
	const xmlChar *at = parser->input->cur;
	long line = parser->input->line;
	while (at > parser->input->base) {
		at--;
		if (*at == '<')
			break;
		if (*at == '\n')
			line--;
	}
	return line > 0 ? line : 1;
}

static void
on_start(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
	 int namespaces, const xmlChar **namespace, int count, int defaulted,
	 const xmlChar **attributes)
{
	xmlParserCtxtPtr parser = context;
	uintptr_t line = (uintptr_t)tag_line(parser);
	xmlSAX2StartElementNs(context, name, prefix, uri, namespaces, namespace, count,
			      defaulted, attributes);
	if (parser->node)
		parser->node->_private = (void *)(line << 1);
}

/* ---- messages of libxml2 ---- */

/* One line, without our namespace and the last full stop. */
static void
without_noise(const char *message, char *out, size_t size)
{
	size_t used = 0;
	while (message && *message != '\0' && used + 1 < size) {
		if (strncmp(message, NOISE, sizeof NOISE - 1) == 0) {
			message += sizeof NOISE - 1;
			continue;
		}
		out[used++] = *message == '\n' ? ' ' : *message;
		message++;
	}
	while (used > 0 && (out[used - 1] == ' ' || out[used - 1] == '.'))
		used--;
	out[used] = '\0';
}

static void
on_parser_error(void *context, XML_ERROR_ARGUMENT error)
{
	struct reading *reading = context;
	char text[512];
	if (reading->doctype)
		return;
	without_noise(error->message, text, sizeof text);
	fault(reading, error->line, "not well-formed XML: %s", text);
}

static void
on_schema_error(void *context, XML_ERROR_ARGUMENT error)
{
	struct reading *reading = context;
	xmlNodePtr node = error->node;
	char text[512];
	if (node && told_above(node))
		return;
	without_noise(error->message, text, sizeof text);
	fault(reading,
	      node && node->type == XML_ELEMENT_NODE ? line_of(node) : error->line,
	      "%s", text);
	if (node && node->type == XML_ELEMENT_NODE)
		tell(node);
}

/* Stops before a single entity is declared. */
static void
on_doctype(void *context, const xmlChar *name, const xmlChar *external,
	   const xmlChar *system)
{
	xmlParserCtxtPtr parser = context;
	struct reading *reading = parser->_private;
	(void)name;
	(void)external;
	(void)system;
	if (!reading->doctype)
		fault(reading, parser->input ? tag_line(parser) : 1,
		      "a document type (<!DOCTYPE ...>) is refused: remove it; "
		      "client.xml "
		      "has no entities");
	reading->doctype = true;
	xmlStopParser(parser);
}

/* ---- the vocabulary ---- */

static enum config_element
element_of(xmlNodePtr node, enum config_element parent)
{
	unsigned i = 0;
	while (i < ELEMENT_COUNT &&
	       (config_word[i].parent != parent ||
		strcmp(config_word[i].name, (const char *)node->name) != 0))
		i++;
	return (enum config_element)i;
}

static bool
ours(xmlNodePtr node)
{
	return node->ns && strcmp((const char *)node->ns->href, CONFIG_NAMESPACE) == 0;
}

static const char *
children_of(enum config_element parent, char out[LIST_TEXT])
{
	size_t used = 0;
	out[0] = '\0';
	for (unsigned i = 1; i < ELEMENT_COUNT; i++)
		if (config_word[i].parent == parent)
			used += (size_t)snprintf(out + used, LIST_TEXT - used, "%s<%s>",
						 used ? ", " : "", config_word[i].name);
	return used ? out : "nothing";
}

static const char *
attributes_of(enum config_element element, char out[LIST_TEXT])
{
	size_t used = 0;
	const struct config_attribute *attribute = config_word[element].attribute;
	for (; attribute->name; attribute++)
		used += (size_t)snprintf(out + used, LIST_TEXT - used,
					 "%s%s=", used ? ", " : "", attribute->name);
	return out;
}

static void
read_attribute(struct reading *reading, xmlNodePtr node, enum config_element element,
	       xmlAttrPtr from, struct config_value value[CONFIG_ATTRIBUTES])
{
	const struct config_word *word = &config_word[element];
	char list[LIST_TEXT], shown[VALUE_SHOWN + 1];
	size_t i = 0;
	while (word->attribute[i].name &&
	       (from->ns || strcmp(word->attribute[i].name, (const char *)from->name)))
		i++;
	if (!word->attribute[i].name) {
		tell(node);
		fault(reading, line_of(node), "%s= is not known in <%s>: expected %s",
		      (const char *)from->name, word->name,
		      attributes_of(element, list));
		return;
	}
	const char *text = from->children && from->children->content
			       ? (const char *)from->children->content
			       : "";
	if (!(from->children && from->children->next) &&
	    config_value(word->attribute[i].type, text, &value[i]))
		return;
	value[i].text = text;
	tell(node);
	text_clean(text, strlen(text), shown, sizeof shown);
	fault(reading, line_of(node), "%s=\"%s%s\" of <%s>: expected %s",
	      word->attribute[i].name, shown, strlen(text) > VALUE_SHOWN ? "..." : "",
	      word->name, config_expected(word->attribute[i].type));
}

/* True when the element and all its attributes are right. */
static bool
read_attributes(struct reading *reading, xmlNodePtr node, enum config_element element,
		struct config_value value[CONFIG_ATTRIBUTES])
{
	const struct config_word *word = &config_word[element];
	for (xmlAttrPtr from = node->properties; from; from = from->next)
		read_attribute(reading, node, element, from, value);
	for (size_t i = 0; word->attribute[i].name; i++) {
		if (!word->attribute[i].required || value[i].text)
			continue;
		tell(node);
		fault(reading, line_of(node), "<%s> lacks %s=: expected it", word->name,
		      word->attribute[i].name);
	}
	return !told(node);
}

/* What is in an element besides elements: nothing but space and comments may be. */
static void
check_text(struct reading *reading, xmlNodePtr child, const struct config_word *word)
{
	bool text = child->type == XML_TEXT_NODE ||
		    child->type == XML_CDATA_SECTION_NODE ||
		    child->type == XML_ENTITY_REF_NODE;
	if (!text || told(child->parent) || xmlIsBlankNode(child))
		return;
	fault(reading, line_of(child->parent), "<%s> holds text: expected none in it",
	      word->name);
	tell(child->parent);
}

/* Which of its children these are; unknown ones are told of and left out. */
static void
count_children(struct reading *reading, xmlNodePtr node, enum config_element element,
	       size_t count[ELEMENT_COUNT])
{
	char list[LIST_TEXT];
	memset(count, 0, ELEMENT_COUNT * sizeof *count);
	for (xmlNodePtr child = node->children; child; child = child->next) {
		if (child->type != XML_ELEMENT_NODE) {
			check_text(reading, child, &config_word[element]);
			continue;
		}
		enum config_element kind =
		    ours(child) ? element_of(child, element) : ELEMENT_COUNT;
		if (kind == ELEMENT_COUNT || kind == element) {
			tell(child);
			tell(node);
			fault(reading, line_of(child),
			      "<%s> does not belong in <%s>: expected %s",
			      (const char *)child->name, config_word[element].name,
			      children_of(element, list));
		} else if (++count[kind] > 1 && config_word[kind].single) {
			tell(child);
			fault(reading, line_of(child),
			      "a second <%s> in <%s>: expected one at most",
			      config_word[kind].name, config_word[element].name);
		}
	}
	for (unsigned i = 1; i < ELEMENT_COUNT; i++) {
		if (config_word[i].parent != element || !config_word[i].required ||
		    count[i] > 0)
			continue;
		fault(reading, line_of(node), "<%s> holds no <%s>: expected one",
		      config_word[element].name, config_word[i].name);
		/* The schema would say it again; its children have been looked at. */
		tell(node);
	}
}

/* Builds what is right. A server that is wrong is passed over with all it holds, for
   there is nothing to hold it; its children are still checked for themselves. */
static void
walk(struct reading *reading, struct config_build *build, xmlNodePtr node,
     enum config_element element)
{
	struct config_value value[CONFIG_ATTRIBUTES];
	size_t count[ELEMENT_COUNT];
	memset(value, 0, sizeof value);
	bool right = read_attributes(reading, node, element, value);
	count_children(reading, node, element, count);
	if (element == ELEMENT_CLIENT)
		build->servers = count[ELEMENT_SERVER];
	if (element == ELEMENT_SERVER) {
		build->server = NULL;
		build->keys = count[ELEMENT_KEY];
		build->alternates = count[ELEMENT_ALTERNATE];
		build->allows = count[ELEMENT_ALLOW];
	}
	bool held = element == ELEMENT_CLIENT ||
		    (element == ELEMENT_SERVER ? build->config->server != NULL
					       : build->server != NULL);
	if (right && held)
		config_build(build, element, (uint32_t)line_of(node), value);
}

/* Two levels below the first element, so two loops and no recursion. */
static void
walk_all(struct reading *reading, xmlNodePtr root)
{
	struct config_build build = { .config = reading->config,
				      .faults = reading->faults };
	if (!ours(root) || strcmp((const char *)root->name, "client") != 0) {
		tell(root);
		fault(reading, line_of(root),
		      "the first element is <%s>: expected <client "
		      "xmlns=\"" CONFIG_NAMESPACE "\">",
		      (const char *)root->name);
		return;
	}
	walk(reading, &build, root, ELEMENT_CLIENT);
	if (build.servers > CONFIG_SERVERS_MAX)
		fault(reading, line_of(root), "more than %d servers",
		      CONFIG_SERVERS_MAX);
	for (xmlNodePtr node = root->children; node; node = node->next) {
		if (node->type != XML_ELEMENT_NODE || told(node))
			continue;
		walk(reading, &build, node, ELEMENT_SERVER);
		for (xmlNodePtr child = node->children; child; child = child->next)
			if (child->type == XML_ELEMENT_NODE && !told(child))
				walk(reading, &build, child,
				     element_of(child, ELEMENT_SERVER));
	}
}

/* ---- the whole ---- */

static xmlDocPtr
parse(struct reading *reading, const uint8_t *bytes, size_t size)
{
	xmlDocPtr document = NULL;
	xmlParserCtxtPtr parser = xmlNewParserCtxt();
	if (!parser) {
		fault(reading, 1, "out of memory");
		return NULL;
	}
	reading->parser = parser;
	parser->_private = reading;
	parser->sax->internalSubset = on_doctype;
	parser->sax->startElementNs = on_start;
	xmlSetStructuredErrorFunc(reading, on_parser_error);
	document = xmlCtxtReadMemory(parser, (const char *)bytes, (int)size, NULL, NULL,
				     XML_PARSE_NONET | XML_PARSE_BIG_LINES |
					 XML_PARSE_COMPACT);
	xmlSetStructuredErrorFunc(NULL, NULL);
	if (!document && faults_errors(reading->faults) == 0)
		fault(reading, 1, "it cannot be read as XML");
	xmlFreeParserCtxt(parser);
	return document;
}

static void
validate(struct reading *reading, xmlDocPtr document)
{
	xmlSchemaValidCtxtPtr context = xmlSchemaNewValidCtxt(schema);
	if (!context) {
		fault(reading, 1, "out of memory");
		return;
	}
	xmlSchemaSetValidStructuredErrors(context, on_schema_error, reading);
	if (xmlSchemaValidateDoc(context, document) < 0)
		fault(reading, 1, "it cannot be validated");
	xmlSchemaFreeValidCtxt(context);
}

void
config_document_read(struct config *config, const uint8_t *bytes, size_t size,
		     struct faults *faults)
{
	struct reading reading = { .config = config, .faults = faults };
	if (size > CONFIG_FILE_MAX || !schema) {
		fault(&reading, 1,
		      schema ? "more than a megabyte" : "the schema was not loaded");
		return;
	}
	xmlDocPtr document = parse(&reading, bytes, size);
	xmlNodePtr root = document ? xmlDocGetRootElement(document) : NULL;
	if (root) {
		walk_all(&reading, root);
		validate(&reading, document);
	}
	xmlFreeDoc(document);
}
