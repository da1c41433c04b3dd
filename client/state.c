/* SPDX-License-Identifier: BSD-3-Clause */
/* The state file: a table of fields, written and read by one walker. */
#include "config.h"

#include "client/state.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HEAD "bellwether-client state 1\n"

enum kind { KIND_CHOICE, KIND_ID, KIND_TIME, KIND_ALTERNATE };

/* Every field of struct core_state; greatest bounds what a choice may be. */
static const struct field {
	const char *name;
	enum kind kind;
	size_t at;
	unsigned least, greatest;
} fields[] = {
#define AT(member) offsetof(struct core_state, member)
	{ "place", KIND_CHOICE, AT(place), PLACE_HERE, PLACE_UNKNOWN },
	{ "order-id", KIND_ID, AT(order_id), 0, 0 },
	{ "order-type", KIND_CHOICE, AT(type), 0, MESSAGE_RECONNECT },
	{ "order-stage", KIND_CHOICE, AT(stage), 0, STAGE_DONE },
	{ "order-reason", KIND_CHOICE, AT(reason), 0, UINT16_MAX },
	{ "order-refusal", KIND_CHOICE, AT(refusal), 0, UINT16_MAX },
	{ "order-until", KIND_TIME, AT(order_until), 0, 0 },
	{ "order-validity", KIND_TIME, AT(order_validity), 0, 0 },
	{ "chosen", KIND_ALTERNATE, AT(chosen), 0, 0 },
	{ "force-id", KIND_ID, AT(force_id), 0, 0 },
	{ "in-force", KIND_TIME, AT(in_force), 0, 0 },
	{ "validity", KIND_TIME, AT(validity), 0, 0 },
	{ "ask", KIND_TIME, AT(ask), 0, 0 },
	{ "alternate", KIND_ALTERNATE, AT(alternate), 0, 0 },
	{ "sent", KIND_ID, AT(peer.sent), 0, 0 },
	{ "mark", KIND_ID, AT(peer.mark), 0, 0 },
	{ "offset", KIND_TIME, AT(peer.offset), 0, 0 },
	{ "recent-1", KIND_ID, AT(peer.recent[0]), 0, 0 },
	{ "recent-2", KIND_ID, AT(peer.recent[1]), 0, 0 },
	{ "recent-3", KIND_ID, AT(peer.recent[2]), 0, 0 },
	{ "recent-4", KIND_ID, AT(peer.recent[3]), 0, 0 },
	{ "recent-5", KIND_ID, AT(peer.recent[4]), 0, 0 },
	{ "recent-6", KIND_ID, AT(peer.recent[5]), 0, 0 },
	{ "recent-7", KIND_ID, AT(peer.recent[6]), 0, 0 },
	{ "recent-8", KIND_ID, AT(peer.recent[7]), 0, 0 },
#undef AT
};
_Static_assert(PEER_RECENT == 8, "the table has a field for each recent id");
/* Choices are written and read as unsigned ints in place. */
_Static_assert(sizeof(enum place) == sizeof(unsigned) &&
		   sizeof(enum message_type) == sizeof(unsigned) &&
		   sizeof(enum message_stage) == sizeof(unsigned) &&
		   sizeof(enum message_reason) == sizeof(unsigned),
	       "enums of this compiler are no unsigned ints");

/* ---- writing ---- */

static bool
alternate_valid(const struct core_alternate *alternate)
{
	size_t length = strnlen(alternate->name, sizeof alternate->name);
	return length < sizeof alternate->name &&
	       (length == 0 || (name_valid(alternate->name, length) &&
				address_is_unicast(&alternate->address)));
}

/* The value as text; false when no core has such a one. */
static bool
write_value(const struct field *field, const struct core_state *state, char *text,
	    size_t room)
{
	const char *from = (const char *)state + field->at;
	struct core_alternate alternate;
	char address[ADDRESS_TEXT];
	unsigned choice;
	uint64_t id;
	int64_t time;
	switch (field->kind) {
	case KIND_CHOICE:
		memcpy(&choice, from, sizeof choice);
		snprintf(text, room, "%u", choice);
		return choice >= field->least && choice <= field->greatest;
	case KIND_ID:
		memcpy(&id, from, sizeof id);
		snprintf(text, room, "%" PRIu64, id);
		return true;
	case KIND_TIME:
		memcpy(&time, from, sizeof time);
		snprintf(text, room, "%" PRId64, time);
		return true;
	case KIND_ALTERNATE:
		memcpy(&alternate, from, sizeof alternate);
		if (!alternate_valid(&alternate))
			return false;
		if (alternate.name[0] == '\0')
			snprintf(text, room, "none");
		else
			snprintf(text, room, "%s %s %u", alternate.name,
				 address_format(&alternate.address, address),
				 (unsigned)alternate.port);
		return true;
	}
	return false;
}

bool
state_encode(const struct core_state *state, char text[STATE_TEXT], size_t *size)
{
	char value[NAME_TEXT + ADDRESS_TEXT + 16];
	size_t used = (size_t)snprintf(text, STATE_TEXT, HEAD);
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		if (!write_value(&fields[i], state, value, sizeof value))
			return false;
		int wrote = snprintf(text + used, STATE_TEXT - used, "%s %s\n",
				     fields[i].name, value);
		if (wrote < 0 || (size_t)wrote >= STATE_TEXT - used)
			return false;
		used += (size_t)wrote;
	}
	*size = used;
	return true;
}

/* ---- reading ---- */

/* Decimal, as printf() writes it and nothing else. */
static bool
read_number(const char *text, bool negative, uint64_t *value)
{
	char *end;
	size_t digits = strspn(text + (negative ? 1 : 0), "0123456789");
	if (digits == 0 || text[digits + (negative ? 1 : 0)] != '\0')
		return false;
	errno = 0;
	*value =
	    negative ? (uint64_t)strtoll(text, &end, 10) : strtoull(text, &end, 10);
	return errno == 0;
}

static bool
read_alternate(char *text, struct core_alternate *alternate)
{
	memset(alternate, 0, sizeof *alternate);
	if (strcmp(text, "none") == 0)
		return true;
	char *address = strchr(text, ' ');
	char *port = address ? strchr(address + 1, ' ') : NULL;
	uint64_t number;
	if (!port)
		return false;
	*address++ = '\0';
	*port++ = '\0';
	if (!name_valid(text, strlen(text)) ||
	    !address_parse(address, &alternate->address) ||
	    !read_number(port, false, &number) || number > UINT16_MAX)
		return false;
	slice_copy(slice_of(text), alternate->name, sizeof alternate->name);
	alternate->port = (uint16_t)number;
	return alternate_valid(alternate);
}

static bool
read_value(const struct field *field, char *text, struct core_state *state)
{
	char *to = (char *)state + field->at;
	struct core_alternate alternate;
	uint64_t number;
	if (field->kind == KIND_ALTERNATE) {
		if (!read_alternate(text, &alternate))
			return false;
		memcpy(to, &alternate, sizeof alternate);
		return true;
	}
	bool negative = field->kind == KIND_TIME && text[0] == '-';
	if (!read_number(text, negative, &number))
		return false;
	if (field->kind == KIND_CHOICE) {
		unsigned choice = (unsigned)number;
		if (number < field->least || number > field->greatest)
			return false;
		memcpy(to, &choice, sizeof choice);
		return true;
	}
	if (field->kind == KIND_TIME && !negative && number > INT64_MAX)
		return false;
	memcpy(to, &number, sizeof number);
	return true;
}

bool
state_decode(const char *text, size_t size, struct core_state *state)
{
	struct core_state read;
	char line[256];
	size_t at = sizeof HEAD - 1;
	memset(&read, 0, sizeof read);
	if (size < at || memcmp(text, HEAD, at) != 0)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		const char *end = memchr(text + at, '\n', size - at);
		size_t length = end ? (size_t)(end - (text + at)) : sizeof line;
		size_t name = strlen(fields[i].name);
		if (length >= sizeof line || length <= name)
			return false;
		memcpy(line, text + at, length);
		line[length] = '\0';
		if (memcmp(line, fields[i].name, name) != 0 || line[name] != ' ' ||
		    !read_value(&fields[i], line + name + 1, &read))
			return false;
		at += length + 1;
	}
	if (at != size || read.order_validity < 0 || read.validity < 0)
		return false;
	*state = read;
	return true;
}

/* ---- files ---- */

static bool
path_of(const char *folder, const char *name, char path[PATH_MAX], char why[FILE_WHY])
{
	char file[NAME_TEXT + 8];
	snprintf(file, sizeof file, "%.*s.state", NAME_MAX_LENGTH, name);
	if (path_join(folder, file, path, PATH_MAX))
		return true;
	snprintf(why, FILE_WHY, "its path is too long");
	return false;
}

bool
state_save(const char *folder, const char *name, const struct core_state *state,
	   char why[FILE_WHY])
{
	char path[PATH_MAX], text[STATE_TEXT];
	size_t size;
	if (!path_of(folder, name, path, why))
		return false;
	if (!state_encode(state, text, &size)) {
		snprintf(why, FILE_WHY, "a field of it is out of range");
		return false;
	}
	return file_replace(path, text, size, 0600, why);
}

bool
state_load(const char *folder, const char *name, struct core_state *state,
	   char why[FILE_WHY])
{
	char path[PATH_MAX];
	uint8_t *bytes;
	size_t size;
	why[0] = '\0';
	if (!path_of(folder, name, path, why))
		return false;
	if (access(path, F_OK) != 0 && errno == ENOENT)
		return false;
	if (!file_read(path, folder, FILE_SECRET, STATE_TEXT, &bytes, &size, why))
		return false;
	bool decoded = state_decode((const char *)bytes, size, state);
	free(bytes);
	if (!decoded)
		snprintf(why, FILE_WHY, "is damaged: remove it to start anew");
	return decoded;
}
