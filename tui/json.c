/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows of the MIB as JSON, from the tables of columns. */
#include "config.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "common/bytes.h"
#include "tui/text.h"

#define HISTORY_UNKNOWN 255

/* Of the character there; 0: it is none, as in a file's name, which can be anything. */
static size_t
utf8_length(const char *text)
{
	size_t length = 1, left = strnlen(text, 4);
	if ((unsigned char)*text < 0x80)
		return 1;
	while (length <= left && !text_printable(text, length))
		length++;
	return length <= left ? length : 0;
}

void
json_string(const char *text, FILE *out)
{
	fputc('"', out);
	for (; *text; text++) {
		size_t length = utf8_length(text);
		unsigned char byte = (unsigned char)*text;
		if (byte == '"' || byte == '\\')
			fprintf(out, "\\%c", byte);
		else if (byte < 0x20 || byte == 0x7f)
			fprintf(out, "\\u%04x", byte);
		else if (length == 0)
			fputc('?', out);
		else
			fwrite(text, 1, length, out);
		text += length > 1 ? length - 1 : 0;
	}
	fputc('"', out);
}

const char *
json_name(const char *column, char out[64])
{
	if (strncmp(column, "bw", 2) == 0)
		column += 2;
	slice_copy(slice_of(column), out, 64);
	out[0] = (char)tolower((unsigned char)out[0]);
	return out;
}

static void
instant(int64_t wall, FILE *out)
{
	char text[WALL_TEXT];
	fprintf(out, "\"%s\"", wall_format(wall, text));
}

/* Percentages of seconds gone by; null where it was unknown. */
static void
octets(const uint8_t *byte, size_t size, FILE *out)
{
	for (size_t i = 0; i < size; i++)
		if (byte[i] == HISTORY_UNKNOWN)
			fprintf(out, "%snull", i ? "," : "[");
		else
			fprintf(out, "%s%u", i ? "," : "[", byte[i]);
	fputc(']', out);
}

static void
value(const struct mib_column *column, const void *row, struct moment now, FILE *out)
{
	const uint8_t *member = (const uint8_t *)row + column->offset;
	char text[MIB_TEXT];
	int64_t time = 0;
	if (text_is_absent(column, row)) {
		fputs("null", out);
		return;
	}
	if (column->size == sizeof(time))
		memcpy(&time, member, sizeof(time));
	switch (column->kind) {
	case MIB_STRING:
		json_string((const char *)member, out);
		break;
	case MIB_TRUTH:
		fputs(*(const bool *)(const void *)member ? "true" : "false", out);
		break;
	case MIB_PERCENT:
		text_value(column, row, now, text);
		fprintf(out, "%.*s", (int)strcspn(text, "%"), text);
		break;
	case MIB_STAMP:
		instant(now.wall - (now.boot - time), out);
		break;
	case MIB_DATE:
		instant(time, out);
		break;
	case MIB_AGE:
		fprintf(out, "%" PRId64,
			time < now.boot ? (now.boot - time) / SECOND : 0);
		break;
	case MIB_LEFT:
		fprintf(out, "%" PRId64,
			time > now.boot ? (time - now.boot) / SECOND : 0);
		break;
	case MIB_GAUGE:
		/* Also where people read "any". */
		fprintf(out, "%" PRIu32, *(const uint32_t *)(const void *)member);
		break;
	case MIB_OCTETS:
		octets(member, column->size, out);
		break;
	case MIB_ENUM:
	case MIB_ADDRESS:
	case MIB_ADDRESS_TYPE:
		json_string(text_value(column, row, now, text), out);
		break;
	default:
		fputs(text_value(column, row, now, text), out);
		break;
	}
}

const char *
json_index(const struct mib_description *description, char out[64])
{
	static const char suffix[] = "Index";
	json_name(description->name, out);
	char *end = strstr(out, "Table");
	if (end)
		slice_copy(slice_of(suffix), end, (size_t)(out + 64 - end));
	return out;
}

void
json_row(const struct mib_description *description, const void *row, const char *server,
	 struct moment now, FILE *out)
{
	const struct mib_row *index = row;
	char name[64];
	fprintf(out, "{\"serverIndex\":%" PRIu32, index->server);
	if (description->indexes == 2) {
		fputs(",\"serverName\":", out);
		json_string(server, out);
		fprintf(out, ",\"%s\":%" PRIu32, json_index(description, name),
			index->row);
	}
	for (size_t i = 0; i < description->columns; i++) {
		fprintf(out, ",\"%s\":", json_name(description->column[i].name, name));
		value(&description->column[i], row, now, out);
	}
	fputc('}', out);
}
