/* SPDX-License-Identifier: BSD-3-Clause */
/* Elements and attributes against the tables, with all that is wrong with them. */
#include "config.h"

#include "policy/loader.h"

#include <string.h>

#define VALUE_SHOWN   64 /* bytes of a wrong value */
#define XSI_NAMESPACE "http://www.w3.org/2001/XMLSchema-instance"

/* Kinds of all elements that may be inside such a one, at any depth: an unknown element
   may have been any of them, with what it holds. */
uint64_t
element_below(enum element_kind parent)
{
	uint64_t found = 0, before, above = E_BIT(parent);

	do {
		before = found;
		for (unsigned kind = 0; kind < E_COUNT; kind++)
			if ((vocabulary[kind].parents & (above | found)) != 0)
				found |= E_BIT(kind);
	} while (found != before);
	return found;
}

static void
unknown_element(struct loader *loader, enum element_kind parent, const char *name)
{
	struct guess guess = guess_of(slice_of(name));
	char expected[512], hint[GUESS_TEXT];
	bool elsewhere = false;

	loader->told_structure = true;
	loader->spoiled |= element_below(parent);
	for (unsigned kind = 0; kind < E_COUNT; kind++) {
		elsewhere |= strcmp(vocabulary[kind].name, name) == 0;
		if (parent != E_NONE && (vocabulary[kind].parents & E_BIT(parent)) != 0)
			guess_try(&guess, vocabulary[kind].name);
	}
	vocabulary_children(parent, expected, sizeof(expected));
	loader_fault(loader, loader->line, "<%s> %s <%s>: expected %s%s", name,
		     elsewhere ? "does not belong in" : "is not known in",
		     vocabulary[parent].name, expected,
		     guess_say(&guess, hint, sizeof(hint)));
}

/* The first element of a document. */
static enum element_kind
identify_root(struct loader *loader, const char *name)
{
	enum element_kind wanted = loader->file == 0 ? E_POLICY : E_CLIENTS;

	if (vocabulary_find(E_NONE, name) == wanted)
		return wanted;
	loader->told_structure = true;
	loader->spoiled = ~UINT64_C(0);
	loader_fault(loader, loader->line, "the first element is <%s>: expected <%s>",
		     name, vocabulary[wanted].name);
	return E_NONE;
}

static void
count_child(struct loader *loader, struct frame *parent, enum element_kind kind)
{
	bool second = (parent->seen & E_BIT(kind)) != 0;

	parent->seen |= E_BIT(kind);
	parent->children++;
	if (second && (vocabulary[kind].flags & ELEMENT_ONCE) != 0) {
		loader->told_structure = true;
		loader->spoiled |= E_BIT(kind);
		loader_fault(loader, loader->line,
			     "a second <%s> in <%s>: expected one at most",
			     vocabulary[kind].name, vocabulary[parent->kind].name);
	} else if (parent->children == 2 &&
		   (vocabulary[parent->kind].flags & ELEMENT_ONE_CHILD) != 0) {
		loader->told_structure = true;
		loader_fault(loader, loader->line,
			     "<%s> holds more than one element: expected one, what it "
			     "asks",
			     vocabulary[parent->kind].name);
	}
}

enum element_kind
element_identify(struct loader *loader, const char *name, const char *prefix,
		 const char *uri)
{
	struct frame *parent =
	    loader->depth > 0 ? &loader->stack[loader->depth - 1] : NULL;
	enum element_kind kind;

	if (parent != NULL && parent->kind == E_NONE) {
		loader->told_structure = true;
		return E_NONE;
	}
	if (uri == NULL || strcmp(uri, POLICY_NAMESPACE) != 0) {
		loader->told_structure = true;
		loader->spoiled = ~UINT64_C(0);
		if (uri == NULL && prefix != NULL)
			return E_NONE; /* the parser knows no such prefix, and said so */
		loader_fault(loader, loader->line,
			     "<%s> is in %s%s: expected xmlns=\"" POLICY_NAMESPACE "\"",
			     name, uri == NULL ? "no namespace" : "the namespace ",
			     uri == NULL ? "" : uri);
		return E_NONE;
	}
	if (parent == NULL)
		return identify_root(loader, name);
	kind = vocabulary_find(parent->kind, name);
	if (kind == E_NONE)
		unknown_element(loader, parent->kind, name);
	else
		count_child(loader, parent, kind);
	return kind;
}

/* ---- attributes ---- */

static void
attribute_told(struct loader *loader, enum element_kind kind)
{
	loader->told_attributes = true;
	loader->spoiled |= E_BIT(kind);
}

static void
unknown_attribute(struct loader *loader, enum element_kind kind, const char *prefix,
		  const char *name, const char *uri)
{
	struct guess guess = guess_of(slice_of(name));
	char expected[256], hint[GUESS_TEXT];

	attribute_told(loader, kind);
	if (uri != NULL && strcmp(uri, XSI_NAMESPACE) == 0) {
		loader_fault(
		    loader, loader->line,
		    "%s:%s= is not looked at: remove it; the schema is built in",
		    prefix, name);
		return;
	}
	for (size_t i = 0; i < vocabulary[kind].attributes; i++)
		guess_try(&guess, vocabulary[kind].attribute[i].name);
	vocabulary_attributes(kind, expected, sizeof(expected));
	loader_fault(
	    loader, loader->line, "%s%s%s= is not known in <%s>: expected %s%s",
	    prefix != NULL ? prefix : "", prefix != NULL ? ":" : "", name,
	    vocabulary[kind].name, expected, guess_say(&guess, hint, sizeof(hint)));
}

static void
guess_word(const struct attribute *attribute, struct guess *guess)
{
	if (attribute->type == TYPE_RADIUS)
		for (size_t i = 0; i < probe_radius_value_count; i++)
			guess_try(guess, probe_radius_values[i].name);
	if (attribute->type == TYPE_WORD)
		for (const struct word *word = attribute->words; word->text; word++)
			guess_try(guess, word->text);
}

static void
wrong_value(struct loader *loader, enum element_kind kind,
	    const struct attribute *attribute, struct slice text)
{
	struct guess guess = guess_of(text);
	char expected[512], hint[GUESS_TEXT], shown[VALUE_SHOWN + 1];

	attribute_told(loader, kind);
	guess_word(attribute, &guess);
	vocabulary_words(attribute, expected, sizeof(expected));
	text_clean(text.start, text.length, shown, sizeof(shown));
	loader_fault(loader, loader->line, "%s=\"%s%s\" of <%s>: expected %s%s%s",
		     attribute->name, shown, text.length > VALUE_SHOWN ? "..." : "",
		     vocabulary[kind].name, expected,
		     text_printable(text.start, text.length)
			 ? ""
			 : ", without control characters",
		     guess_say(&guess, hint, sizeof(hint)));
}

/* attributes: count times localname, prefix, namespace, value, value's end. */
void
element_attributes(struct loader *loader, enum element_kind kind, int count,
		   const unsigned char **attributes, struct value *value)
{
	const struct element *element = &vocabulary[kind];
	char expected[512];
	uint32_t present = 0;

	for (int i = 0; i < count; i++, attributes += 5) {
		const char *name = (const char *)attributes[0];
		struct slice text = {
			(const char *)attributes[3],
			(size_t)(attributes[4] - attributes[3]),
		};
		size_t at = vocabulary_attribute(kind, name);

		if (attributes[2] != NULL || at == element->attributes) {
			unknown_attribute(loader, kind, (const char *)attributes[1],
					  name, (const char *)attributes[2]);
			continue;
		}
		present |= 1u << at;
		if (!value_parse(&element->attribute[at], text, &value[at]))
			wrong_value(loader, kind, &element->attribute[at],
				    value[at].text);
	}
	for (size_t at = 0; at < element->attributes; at++) {
		if (!element->attribute[at].required || (present & 1u << at) != 0)
			continue;
		attribute_told(loader, kind);
		vocabulary_words(&element->attribute[at], expected, sizeof(expected));
		loader_fault(loader, loader->line, "<%s> lacks %s=: expected %s",
			     element->name, element->attribute[at].name, expected);
	}
}

/* Says which required elements an element that ends never had. */
void
element_check(struct loader *loader, const struct frame *frame)
{
	const char *name = vocabulary[frame->kind].name;
	char expected[512];

	if ((vocabulary[frame->kind].flags & ELEMENT_ONE_CHILD) != 0 &&
	    frame->children == 0) {
		loader->told_structure = true;
		vocabulary_children(frame->kind, expected, sizeof(expected));
		loader_fault(loader, frame->line, "<%s> is empty: expected %s", name,
			     expected);
	}
	for (unsigned kind = 0; kind < E_COUNT; kind++) {
		const struct element *element = &vocabulary[kind];

		if ((element->flags & ELEMENT_REQUIRED) == 0 ||
		    (element->parents & E_BIT(frame->kind)) == 0 ||
		    (frame->seen & E_BIT(kind)) != 0)
			continue;
		loader->told_structure = true;
		/* A misspelt one has its own fault. */
		if ((loader->spoiled & E_BIT(kind)) == 0)
			loader_fault(loader, frame->line,
				     "<%s> lacks <%s>: expected one", name,
				     element->name);
		loader->spoiled |= E_BIT(kind);
	}
}
