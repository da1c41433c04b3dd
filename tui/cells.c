/* SPDX-License-Identifier: BSD-3-Clause */
/* A screen in memory: what stands in each cell and how it looks. */
#include "config.h"

#include "tui/cells.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "common/bytes.h"

#define TEXT_MOST 1024

/* Lines and blocks, and what stands for them where there are only letters. */
static const struct {
	uint32_t character;
	char ascii;
} stand_ins[] = {
	{ 0x2500, '-' }, { 0x2502, '|' }, { 0x250c, '+' }, { 0x2510, '+' },
	{ 0x251c, '|' }, { 0x2514, '+' }, { 0x2518, '+' }, { 0x2026, '~' },
	{ 0x2588, '#' }, { 0x2591, '.' }, { 0x00b7, '.' },
};

/* ---- characters ---- */

/* The next character of a text; what is no UTF-8 is taken byte by byte as '?'. */
static uint32_t
take(const char **text)
{
	const unsigned char *byte = (const unsigned char *)*text;
	static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
	unsigned more = byte[0] < 0x80   ? 0
			: byte[0] < 0xc2 ? 4
			: byte[0] < 0xe0 ? 1
			: byte[0] < 0xf0 ? 2
			: byte[0] < 0xf5 ? 3
					 : 4;
	uint32_t character = more == 0 ? byte[0] : byte[0] & (0x3fu >> more);
	(*text)++;
	if (more == 4)
		return '?';
	for (unsigned i = 1; i <= more; i++) {
		if ((byte[i] & 0xc0) != 0x80)
			return '?';
		character = character << 6 | (byte[i] & 0x3fu);
	}
	if (character < least[more])
		return '?';
	*text += more;
	return character;
}

/* What a terminal takes in its place, and its columns: 0 for what joins the one before. */
static int
shown(const struct cells *cells, uint32_t *character)
{
	for (size_t i = 0; i < ARRAY_SIZE(stand_ins); i++)
		if (stand_ins[i].character == *character) {
			if (cells && cells->ascii)
				*character = (unsigned char)stand_ins[i].ascii;
			return 1;
		}
	if (*character >= 0x2581 && *character <= 0x2588)
		return 1;
	int width = *character < 0x20 || *character == 0x7f ? -1
		    : *character < 0x7f                     ? 1
					: wcwidth((wchar_t)*character);
	if (width < 0 || (width > 0 && cells && cells->ascii && *character > 0x7e)) {
		*character = '?';
		width = 1;
	}
	return width;
}

int
cells_width(const char *text)
{
	int width = 0;
	while (*text) {
		uint32_t character = take(&text);
		width += shown(NULL, &character);
	}
	return width;
}

/* ---- the screen ---- */

bool
cells_resize(struct cells *cells, int width, int height)
{
	size_t count =
	    (size_t)(width > 0 ? width : 1) * (size_t)(height > 0 ? height : 1);
	struct cell *cell = reallocarray(cells->cell, count, sizeof(*cell));
	if (!cell)
		return false;
	cells->cell = cell;
	cells->width = width > 0 ? width : 1;
	cells->height = height > 0 ? height : 1;
	cells->resized++;
	cells_clear(cells);
	return true;
}

void
cells_free(struct cells *cells)
{
	free(cells->cell);
	cells->cell = NULL;
	cells->width = cells->height = 0;
}

void
cells_clear(struct cells *cells)
{
	for (int y = 0; y < cells->height; y++)
		cells_fill(cells, y, 0, cells->width, LOOK_PLAIN);
}

static struct cell *
at(const struct cells *cells, int y, int x)
{
	if (y < 0 || x < 0 || y >= cells->height || x >= cells->width)
		return NULL;
	return &cells->cell[(size_t)y * (size_t)cells->width + (size_t)x];
}

void
cells_set(struct cells *cells, int y, int x, uint32_t character, unsigned look)
{
	struct cell *cell = at(cells, y, x);
	if (cell && shown(cells, &character) == 1)
		*cell = (struct cell){ character, look };
}

void
cells_fill(struct cells *cells, int y, int x, int width, unsigned look)
{
	for (int i = 0; i < width; i++)
		cells_set(cells, y, x + i, ' ', look);
}

void
cells_add_look(struct cells *cells, int y, int x, int width, unsigned look)
{
	for (int i = 0; i < width; i++) {
		struct cell *cell = at(cells, y, x + i);
		if (cell)
			cell->look |= look;
	}
}

int
cells_text(struct cells *cells, int y, int x, int width, unsigned look,
	   const char *text)
{
	bool cut = cells_width(text) > width;
	int most = cut ? width - 1 : width;
	int used = 0;
	while (*text && width > 0) {
		uint32_t character = take(&text);
		int columns = shown(cells, &character);
		if (columns == 0)
			continue;
		if (used + columns > most)
			break;
		struct cell *cell = at(cells, y, x + used);
		struct cell *right = at(cells, y, x + used + columns - 1);
		if (cell && right) {
			*cell = (struct cell){ character, look };
			if (columns == 2)
				*right = (struct cell){ 0, look };
		}
		used += columns;
	}
	if (cut && width > 0)
		cells_set(cells, y, x + used++, 0x2026, look);
	return used;
}

void
cells_right(struct cells *cells, int y, int x, int width, unsigned look,
	    const char *text)
{
	int used = cells_width(text);
	int space = used < width ? width - used : 0;
	cells_text(cells, y, x + space, width - space, look, text);
}

int
cells_format(struct cells *cells, int y, int x, int width, unsigned look,
	     const char *format, ...)
{
	char text[TEXT_MOST];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	return cells_text(cells, y, x, width, look, text);
}

void
cells_box(struct cells *cells, int y, int x, int height, int width)
{
	int bottom = y + height - 1;
	int right = x + width - 1;
	for (int line = y; line <= bottom; line++) {
		cells_fill(cells, line, x, width, LOOK_PLAIN);
		cells_set(cells, line, x, 0x2502, LOOK_BOLD);
		cells_set(cells, line, right, 0x2502, LOOK_BOLD);
	}
	for (int column = x; column <= right; column++) {
		cells_set(cells, y, column, 0x2500, LOOK_BOLD);
		cells_set(cells, bottom, column, 0x2500, LOOK_BOLD);
	}
	cells_set(cells, y, x, 0x250c, LOOK_BOLD);
	cells_set(cells, y, right, 0x2510, LOOK_BOLD);
	cells_set(cells, bottom, x, 0x2514, LOOK_BOLD);
	cells_set(cells, bottom, right, 0x2518, LOOK_BOLD);
}

/* ---- several lines ---- */

/* How many bytes of the text fit into width columns, broken at a space if there is one. */
static size_t
fitting(const char *text, int width)
{
	const char *next = text;
	const char *space = NULL;
	int used = 0;
	while (*next) {
		const char *before = next;
		uint32_t character = take(&next);
		if (character == ' ')
			space = before;
		used += shown(NULL, &character);
		if (used > width)
			return (size_t)((space && space > text ? space
					 : before > text       ? before
							       : next) -
					text);
	}
	return (size_t)(next - text);
}

int
cells_wrap(struct cells *cells, int y, int x, int width, int lines, unsigned look,
	   const char *text)
{
	int line = 0;
	while (*text && line < lines) {
		char part[TEXT_MOST];
		size_t length = fitting(text, width);
		if (length >= sizeof(part))
			length = sizeof(part) - 1;
		/* The last line shows by its cut that there is more. */
		struct slice slice = { text, line + 1 < lines ? length : strlen(text) };
		slice_copy(slice, part, sizeof(part));
		if (cells)
			cells_text(cells, y + line, x, width, look, part);
		text += length;
		while (*text == ' ')
			text++;
		line++;
	}
	return line;
}

/* ---- reading it ---- */

static size_t
encode(uint32_t character, char out[4])
{
	if (character < 0x80) {
		out[0] = (char)character;
		return 1;
	}
	size_t more = character < 0x800 ? 1 : character < 0x10000 ? 2 : 3;
	static const uint8_t lead[] = { 0, 0xc0, 0xe0, 0xf0 };
	for (size_t i = more; i > 0; i--) {
		out[i] = (char)(0x80 | (character & 0x3f));
		character >>= 6;
	}
	out[0] = (char)(lead[more] | character);
	return more + 1;
}

const char *
cells_line(const struct cells *cells, int y, char *out, size_t size)
{
	size_t used = 0;
	for (int x = 0; x < cells->width && used + 5 < size; x++) {
		const struct cell *cell = at(cells, y, x);
		if (cell && cell->character)
			used += encode(cell->character, out + used);
	}
	while (used > 0 && out[used - 1] == ' ')
		used--;
	out[used] = '\0';
	return out;
}
