/* SPDX-License-Identifier: BSD-3-Clause */
/* One document: parsed by SAX2 with the schema plugged in, every fault with its line. */
#include "config.h"

#include "policy/loader.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlschemas.h>

#include "policy/phrase.h"
#include "policy/schema.inc"

#define CHUNK      32768u
#define FAULT_TEXT 2048
/* Errors after which a document is not read on: more help nobody. */
#define ERRORS_MAX 1000u

#if LIBXML_VERSION >= 21200
#define XML_ERROR_ARGUMENT const xmlError *
#else
#define XML_ERROR_ARGUMENT xmlErrorPtr
#endif

struct parse {
	struct loader *loader;
	xmlParserCtxtPtr xml;
	bool stopped;
	bool malformed; /* and that was told */
	bool rooted;    /* the first element was seen */
	size_t errors_before;
};

/* Shared by all threads and never changed once parsed. */
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
document_start(void)
{
	xmlSchemaParserCtxtPtr parser;

	if (schema != NULL)
		return true;
	xmlInitParser();
	xmlSetExternalEntityLoader(refuse_entity);
	parser = xmlSchemaNewMemParserCtxt((const char *)policy_schema,
					   sizeof(policy_schema));
	if (parser == NULL)
		return false;
	schema = xmlSchemaParse(parser);
	xmlSchemaFreeParserCtxt(parser);
	return schema != NULL;
}

static void __attribute__((format(printf, 4, 0)))
add_fault(struct loader *loader, enum fault_kind kind, uint32_t line,
	  const char *format, va_list arguments)
{
	char text[FAULT_TEXT];

	vsnprintf(text, sizeof(text), format, arguments);
	faults_add(loader->faults, kind, loader->policy->file[loader->file], line, "%s",
		   text);
}

void
loader_fault(struct loader *loader, uint32_t line, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	add_fault(loader, FAULT_ERROR, line, format, arguments);
	va_end(arguments);
}

void
loader_warning(struct loader *loader, uint32_t line, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	add_fault(loader, FAULT_WARNING, line, format, arguments);
	va_end(arguments);
}

/* Nothing more is taken from this document. Not xmlStopParser(): it frees the buffer
   that the attributes at hand point into, and the schema looks at them after us. */
static void
stop(struct parse *parse)
{
	parse->stopped = true;
	parse->loader->broken = true;
}

/* The line where the start tag at hand begins. The parser has read it up to its '>', so
   looking back for '<', which no attribute holds, finds where it began. */
static uint32_t
tag_line(xmlParserCtxtPtr xml)
{
	const xmlChar *at = xml->input->cur;
	int line = xml->input->line;

	while (at > xml->input->base) {
		at--;
		if (*at == '<')
			break;
		if (*at == '\n')
			line--;
	}
	return line > 0 ? (uint32_t)line : 1;
}

static bool
already_told(const struct parse *parse, int code)
{
	const struct loader *loader = parse->loader;

	switch (code) {
	case XML_SCHEMAV_ELEMENT_CONTENT:
	case XML_SCHEMAV_CVC_ELT_1:
		return loader->told_structure;
	case XML_SCHEMAV_CVC_COMPLEX_TYPE_2_1:
	case XML_SCHEMAV_CVC_COMPLEX_TYPE_2_3:
		return loader->depth > 0 && loader->stack[loader->depth - 1].text;
	default:
		return loader->told_attributes;
	}
}

/* What the parser's own words leave out. */
static const char *
explain(const struct parse *parse, int code, const char *text)
{
	if (code == XML_ERR_LT_IN_ATTRIBUTE)
		return "an unescaped \"<\" in an attribute: write &lt;, or turn the "
		       "comparison, 3 > $x for $x < 3";
	if (code != XML_ERR_DOCUMENT_END)
		return text;
	if (parse->loader->depth > 0)
		return "the document ends inside an element: expected all end tags";
	return parse->rooted ? text : "the document is empty: expected an element";
}

static void
on_error(void *context, XML_ERROR_ARGUMENT error)
{
	struct parse *parse = context;
	struct loader *loader = parse->loader;
	const char *message = error->message != NULL ? error->message : "unknown error";
	char text[PHRASE_TEXT];

	if (parse->stopped)
		return;
	if (error->domain == XML_FROM_SCHEMASV) {
		if (already_told(parse, error->code))
			return;
		if (loader->depth > 0)
			loader->spoiled |= E_BIT(loader->stack[loader->depth - 1].kind);
		loader_fault(loader, loader->line, "%s",
			     phrase_schema(error->code, message, text, sizeof(text)));
		return;
	}
	if (parse->malformed)
		return; /* what follows the first is noise about the rest */
	if (error->level == XML_ERR_FATAL) {
		parse->malformed = true;
		loader->broken = true;
	}
	loader_fault(
	    loader, error->line > 0 ? (uint32_t)error->line : 1,
	    "not well-formed XML: %s",
	    explain(parse, error->code, phrase_parser(message, text, sizeof(text))));
}

static void
on_doctype(void *context, const xmlChar *name, const xmlChar *external,
	   const xmlChar *system)
{
	struct parse *parse = context;

	(void)name;
	(void)external;
	(void)system;
	loader_fault(parse->loader, tag_line(parse->xml),
		     "a document type (<!DOCTYPE ...>) is refused: remove it; policies "
		     "have no entities");
	stop(parse);
	/* Here nobody comes after us, and no declaration is to be read. */
	xmlStopParser(parse->xml);
}

/* ---- the parser's calls ---- */

static void
on_start(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
	 int namespaces, const xmlChar **namespace, int count, int defaulted,
	 const xmlChar **attributes)
{
	struct parse *parse = context;
	struct loader *loader = parse->loader;
	struct value value[ATTRIBUTES_MAX];
	struct frame *frame;
	uint32_t site;

	(void)namespaces;
	(void)namespace;
	(void)defaulted;
	if (parse->stopped)
		return;
	if (faults_errors(loader->faults) >= FAULTS_ENOUGH) {
		stop(parse);
		return;
	}
	parse->rooted = true;
	loader->line = tag_line(parse->xml);
	loader->told_structure = false;
	loader->told_attributes = false;
	if (loader->depth == DEPTH_MAX) {
		loader_fault(loader, loader->line,
			     "<%s> is more than %d elements deep: expected fewer",
			     (const char *)name, DEPTH_MAX);
		stop(parse);
		return;
	}
	site = loader->depth > 0 ? loader->stack[loader->depth - 1].site : POLICY_NONE;
	frame = &loader->stack[loader->depth];
	*frame = (struct frame){ .kind = element_identify(loader, (const char *)name,
							  (const char *)prefix,
							  (const char *)uri),
				 .line = loader->line,
				 .site = site };
	loader->depth++;
	if (frame->kind == E_NONE) {
		loader->told_attributes = true;
		return;
	}
	memset(value, 0, sizeof(value));
	element_attributes(loader, frame->kind, count, attributes, value);
	build_start(loader, frame->kind, value);
	if (faults_errors(loader->faults) - parse->errors_before > ERRORS_MAX) {
		loader_fault(loader, loader->line,
			     "more than %u faults: the rest is not read", ERRORS_MAX);
		stop(parse);
	}
}

static void
on_end(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	struct parse *parse = context;
	struct loader *loader = parse->loader;
	struct frame *frame;

	(void)name;
	(void)prefix;
	(void)uri;
	if (parse->stopped || loader->depth == 0)
		return;
	frame = &loader->stack[--loader->depth];
	loader->line = frame->line;
	loader->told_structure = frame->kind == E_NONE;
	loader->told_attributes = frame->kind == E_NONE || frame->text;
	if (frame->kind == E_NONE)
		return;
	element_check(loader, frame);
}

/* No element holds text. Told once an element, at its line. */
static void
on_text(void *context, const xmlChar *text, int length)
{
	struct parse *parse = context;
	struct loader *loader = parse->loader;
	struct frame *frame;
	int i = 0;

	if (parse->stopped || loader->depth == 0)
		return;
	frame = &loader->stack[loader->depth - 1];
	while (i < length && strchr(" \t\r\n", text[i]) != NULL)
		i++;
	if (i == length || frame->kind == E_NONE || frame->text)
		return;
	frame->text = true;
	loader->spoiled |= E_BIT(frame->kind);
	loader_fault(loader, frame->line, "<%s> holds text: expected %s",
		     vocabulary[frame->kind].name,
		     element_below(frame->kind) == 0 ? "nothing in it"
						     : "elements only");
}

static const xmlSAXHandler handler = {
	.internalSubset = on_doctype,
	.initialized = XML_SAX2_MAGIC,
	.characters = on_text,
	.cdataBlock = on_text,
	.startElementNs = on_start,
	.endElementNs = on_end,
};

static bool
feed(struct parse *parse, const uint8_t *bytes, size_t size)
{
	size_t at = 0;

	while (at < size && !parse->stopped) {
		size_t chunk = size - at < CHUNK ? size - at : CHUNK;

		/* Errors have been told to on_error(); a fatal one stops the parser. */
		xmlParseChunk(parse->xml, (const char *)bytes + at, (int)chunk, 0);
		at += chunk;
		if (parse->xml->disableSAX)
			break;
	}
	xmlParseChunk(parse->xml, NULL, 0, 1);
	if (!parse->xml->wellFormed)
		parse->loader->broken = true;
	return true;
}

/* With the schema between the parser and our handlers. Only the thread's own error
   function hears the parser and the validator alike, each fault once. */
static bool
validate(struct parse *parse, xmlSchemaValidCtxtPtr validator, const uint8_t *bytes,
	 size_t size)
{
	xmlStructuredErrorFunc old = xmlStructuredError;
	void *old_context = xmlStructuredErrorContext;
	xmlSchemaSAXPlugPtr plug;
	bool done = false;

	plug = xmlSchemaSAXPlug(validator, &parse->xml->sax, &parse->xml->userData);
	if (plug == NULL)
		return false;
	xmlSetStructuredErrorFunc(parse, on_error);
	done = feed(parse, bytes, size);
	xmlSetStructuredErrorFunc(old_context, old);
	xmlSchemaSAXUnplug(plug);
	return done;
}

bool
document_parse(struct loader *loader, const uint8_t *bytes, size_t size)
{
	struct parse parse = {
		.loader = loader,
		.errors_before = faults_errors(loader->faults),
	};
	xmlSAXHandler copy = handler;
	xmlSchemaValidCtxtPtr validator;
	bool done = false;

	loader->depth = 0;
	validator = xmlSchemaNewValidCtxt(schema);
	parse.xml = xmlCreatePushParserCtxt(&copy, &parse, NULL, 0, NULL);
	if (validator != NULL && parse.xml != NULL) {
		xmlCtxtUseOptions(parse.xml, XML_PARSE_NONET | XML_PARSE_BIG_LINES);
		done = validate(&parse, validator, bytes, size);
	}
	if (parse.xml != NULL)
		xmlFreeParserCtxt(parse.xml);
	if (validator != NULL)
		xmlSchemaFreeValidCtxt(validator);
	return done && !loader->arena->failed;
}
