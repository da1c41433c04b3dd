/* SPDX-License-Identifier: BSD-3-Clause */
/* How to ask an SNMP agent: files of snmp.conf words that policies name. */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/file.h"
#include "policy/loader.h"

#define PATH_SIZE      4096
#define VALUE_MAX      255 /* bytes of a community, a name, a passphrase */
#define PASSPHRASE_MIN 8   /* RFC 3414, 11.2 */

enum access_word {
	WORD_VERSION,
	WORD_COMMUNITY,
	WORD_USER,
	WORD_LEVEL,
	WORD_AUTH_TYPE,
	WORD_AUTH_PASSPHRASE,
	WORD_PRIVACY_TYPE,
	WORD_PRIVACY_PASSPHRASE,
	WORDS
};

static const struct word versions[] = {
	{ "1", ACCESS_V1 }, { "2c", ACCESS_V2C }, { "3", ACCESS_V3 }, { NULL, 0 }
};
static const struct word levels[] = { { "noAuthNoPriv", ACCESS_NO_AUTH },
				      { "authNoPriv", ACCESS_AUTH },
				      { "authPriv", ACCESS_PRIVACY },
				      { NULL, 0 } };
static const struct word auth_types[] = { { "MD5", 1 },     { "SHA", 1 },
					  { "SHA-224", 1 }, { "SHA-256", 1 },
					  { "SHA-384", 1 }, { "SHA-512", 1 },
					  { NULL, 0 } };
static const struct word privacy_types[] = {
	{ "DES", 1 }, { "AES", 1 }, { "AES-192", 1 }, { "AES-256", 1 }, { NULL, 0 }
};

/* Columns: the word, shortest value, what it may be (NULL: any text), what is expected
   then. As vocabulary.c has them. */
static const struct attribute words[WORDS] = {
	[WORD_VERSION] = { "defVersion", TYPE_WORD, false, 0, 0, NULL, versions },
	[WORD_COMMUNITY] = { "defCommunity", TYPE_TEXT, false, 1, VALUE_MAX,
			     "a community of up to 255 bytes", NULL },
	[WORD_USER] = { "defSecurityName", TYPE_TEXT, false, 1, 32,
			"a user's name of up to 32 bytes", NULL },
	[WORD_LEVEL] = { "defSecurityLevel", TYPE_WORD, false, 0, 0, NULL, levels },
	[WORD_AUTH_TYPE] = { "defAuthType", TYPE_WORD, false, 0, 0, NULL, auth_types },
	[WORD_AUTH_PASSPHRASE] = { "defAuthPassphrase", TYPE_TEXT, false,
				   PASSPHRASE_MIN, VALUE_MAX,
				   "a passphrase of 8 to 255 bytes", NULL },
	[WORD_PRIVACY_TYPE] = { "defPrivType", TYPE_WORD, false, 0, 0, NULL,
				privacy_types },
	[WORD_PRIVACY_PASSPHRASE] = { "defPrivPassphrase", TYPE_TEXT, false,
				      PASSPHRASE_MIN, VALUE_MAX,
				      "a passphrase of 8 to 255 bytes", NULL },
};

/* One file while it is read. */
struct reading_file {
	struct loader *loader;
	const char *path;
	uint32_t line;
	const char *value[WORDS]; /* NULL: not there */
	int number[WORDS];        /* of those that are words themselves */
	bool wrong;
};

static void fault(struct reading_file *file, uint32_t line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void
fault(struct reading_file *file, uint32_t line, const char *format, ...)
{
	char text[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	faults_add(file->loader->faults, FAULT_ERROR, file->path, line, "%s", text);
	file->wrong = true;
}

/* ---- one line ---- */

static size_t
find_word(struct slice name)
{
	size_t i = 0;

	/* snmp.conf's words are read in any case. */
	while (i < WORDS && (strlen(words[i].name) != name.length ||
			     strncasecmp(words[i].name, name.start, name.length) != 0))
		i++;
	return i;
}

static void
unknown_word(struct reading_file *file, struct slice name)
{
	struct guess guess = guess_of(name);
	char hint[GUESS_TEXT], expected[256] = "";
	size_t used = 0;

	for (size_t i = 0; i < WORDS; i++) {
		guess_try(&guess, words[i].name);
		used +=
		    (size_t)snprintf(expected + used, sizeof(expected) - used, "%s%s",
				     i == 0           ? ""
				     : i + 1 == WORDS ? " or "
						      : ", ",
				     words[i].name);
	}
	/* Not shown: a passphrase may stand where the word should. */
	fault(file, file->line, "the first word is none of ours: expected %s%s",
	      expected, guess_say(&guess, hint, sizeof(hint)));
}

/* As Net-SNMP reads it: what begins with a quote goes to the next one, a backslash before
   it and before itself counts as text; anything else is the rest of the line. In place.
   False when the quote has no end, or something follows it. */
static bool
unquote(struct slice *value, char *text)
{
	size_t from = 1, to = 0;

	if (value->length == 0 || text[0] != '"')
		return true;
	for (; from < value->length && text[from] != '"'; from++) {
		if (text[from] == '\\' && from + 1 < value->length)
			from++;
		text[to++] = text[from];
	}
	if (from + 1 != value->length)
		return false;
	value->length = to;
	return true;
}

static bool
fits(const struct attribute *word, struct slice value, int *number)
{
	if (word->type == TYPE_TEXT)
		return value.length >= (size_t)word->min &&
		       value.length <= (size_t)word->max &&
		       text_printable(value.start, value.length);
	for (const struct word *is = word->words; is->text != NULL; is++)
		if (strlen(is->text) == value.length &&
		    strncasecmp(is->text, value.start, value.length) == 0) {
			*number = (int)(is - word->words);
			return true;
		}
	return false;
}

static void
take_value(struct reading_file *file, size_t i, struct slice value, char *text)
{
	const struct attribute *word = &words[i];
	char expected[256];

	if (file->value[i] != NULL) {
		fault(file, file->line, "a second %s: expected one", word->name);
		return;
	}
	file->value[i] = "";
	if (!unquote(&value, text)) {
		fault(file, file->line,
		      "the value of %s begins with a quote and does not end with one: "
		      "expected both",
		      word->name);
		return;
	}
	if (!fits(word, value, &file->number[i])) {
		vocabulary_words(word, expected, sizeof(expected));
		fault(file, file->line, "the value of %s is wrong: expected %s",
		      word->name, expected);
		return;
	}
	file->value[i] = word->type == TYPE_TEXT
			     ? arena_text(file->loader->arena, value)
			     : word->words[file->number[i]].text;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static void
take_line(struct reading_file *file, char *text, size_t length)
{
	struct slice name = { text, 0 };
	size_t i;

	while (length > 0 && is_blank(text[length - 1]))
		length--;
	while (length > 0 && is_blank(*text)) {
		text++;
		length--;
	}
	if (length == 0 || *text == '#')
		return;
	name.start = text;
	while (name.length < length && !is_blank(text[name.length]))
		name.length++;
	i = find_word(name);
	if (i == WORDS) {
		unknown_word(file, name);
		return;
	}
	text += name.length;
	length -= name.length;
	while (length > 0 && is_blank(*text)) {
		text++;
		length--;
	}
	take_value(file, i, (struct slice){ text, length }, text);
}

/* ---- the whole ---- */

static void
need(struct reading_file *file, enum access_word word, const char *why)
{
	if (file->value[word] == NULL)
		fault(file, 0, "%s is missing: %s", words[word].name, why);
}

static const char *
text_of(const struct reading_file *file, enum access_word word)
{
	return file->value[word] != NULL ? file->value[word] : "";
}

static void
check_user(struct reading_file *file, struct snmp_access *access)
{
	access->level = ACCESS_NO_AUTH;
	if (file->value[WORD_AUTH_PASSPHRASE] != NULL)
		access->level = ACCESS_AUTH;
	if (file->value[WORD_PRIVACY_PASSPHRASE] != NULL)
		access->level = ACCESS_PRIVACY;
	if (file->value[WORD_LEVEL] != NULL)
		access->level =
		    (enum access_level)levels[file->number[WORD_LEVEL]].number;
	need(file, WORD_USER, "expected it, as SNMPv3 asks as a user");
	if (access->level >= ACCESS_AUTH) {
		need(file, WORD_AUTH_PASSPHRASE,
		     "expected it, as this user authenticates");
		need(file, WORD_AUTH_TYPE, "expected the one that the agent has");
	}
	if (access->level >= ACCESS_PRIVACY) {
		need(file, WORD_PRIVACY_PASSPHRASE,
		     "expected it, as this user encrypts");
		need(file, WORD_PRIVACY_TYPE, "expected the one that the agent has");
	}
}

static const struct snmp_access *
finish(struct reading_file *file)
{
	struct snmp_access *access = arena_take(file->loader->arena, sizeof(*access));

	if (access == NULL || file->wrong)
		return NULL;
	/* snmp.conf(5): 3 unless it says otherwise. */
	access->version = ACCESS_V3;
	if (file->value[WORD_VERSION] != NULL)
		access->version =
		    (enum access_version)versions[file->number[WORD_VERSION]].number;
	else if (file->value[WORD_COMMUNITY] != NULL) {
		need(file, WORD_VERSION, "expected 1 or 2c beside defCommunity");
		access->version = ACCESS_V2C;
	}
	if (access->version == ACCESS_V3)
		check_user(file, access);
	else
		need(file, WORD_COMMUNITY, "expected it, as this version asks by it");
	access->community = text_of(file, WORD_COMMUNITY);
	access->user = text_of(file, WORD_USER);
	access->auth_type = text_of(file, WORD_AUTH_TYPE);
	access->auth_passphrase = text_of(file, WORD_AUTH_PASSPHRASE);
	access->privacy_type = text_of(file, WORD_PRIVACY_TYPE);
	access->privacy_passphrase = text_of(file, WORD_PRIVACY_PASSPHRASE);
	return file->wrong ? NULL : access;
}

static const struct snmp_access *
read_file(struct loader *loader, const char *name, uint32_t line)
{
	char folder[PATH_SIZE], path[PATH_SIZE], why[FILE_WHY] = "the path is too long";
	struct reading_file file = { .loader = loader, .path = path };
	const struct snmp_access *access;
	uint8_t *bytes = NULL;
	size_t size = 0;

	if (!path_folder(loader->policy->file[0], folder, sizeof(folder)) ||
	    !path_join(folder, name, path, sizeof(path)) ||
	    !loader->source->read(loader->source->context, path, true, &bytes, &size,
				  why, sizeof(why))) {
		loader_fault(loader, line, "access=\"%s\": %s", name, why);
		return NULL;
	}
	for (size_t from = 0; from < size;) {
		char *text = (char *)bytes + from;
		const char *end = memchr(text, '\n', size - from);
		size_t length = end != NULL ? (size_t)(end - text) : size - from;

		file.line++;
		take_line(&file, text, length);
		from += length + 1;
	}
	access = finish(&file);
	explicit_bzero(bytes, size);
	free(bytes);
	return access;
}

const struct snmp_access *
access_find(struct loader *loader, const char *name, uint32_t line)
{
	struct access_file *file;

	for (size_t i = 0; i < loader->accesses; i++)
		if (strcmp(loader->access[i].name, name) == 0)
			return loader->access[i].access;
	file = ARRAY_MORE(loader->arena, loader->access, loader->accesses);
	if (file == NULL)
		return NULL;
	file->name = name;
	file->access = read_file(loader, name, line);
	return file->access;
}
