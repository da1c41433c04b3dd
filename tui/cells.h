/* SPDX-License-Identifier: BSD-3-Clause */
/* A screen in memory: what stands in each cell and how it looks. Views draw here, so that
   they can be tested without a terminal; tui/screen.c puts it on one. */
#ifndef BELLWETHER_TUI_CELLS_H
#define BELLWETHER_TUI_CELLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A look is one meaning and any of the styles; screen.c says how a terminal shows them.
   No meaning is told by its look alone. */
enum {
	LOOK_PLAIN = 0,
	LOOK_GOOD,
	LOOK_NOTE,
	LOOK_WARN,
	LOOK_BAD,
	LOOK_MEANINGS,
	LOOK_MEANING = 0x0f,
	LOOK_BOLD = 0x10,
	LOOK_DIM = 0x20,
	LOOK_REVERSE = 0x40,
	LOOK_UNDERLINE = 0x80
};

struct cell {
	uint32_t character; /* 0: the right half of a wide one */
	unsigned look;
};

struct cells {
	struct cell *cell;
	int width, height;
	unsigned resized; /* how often: what stood there is gone */
	bool ascii; /* the terminal shows no more: lines and blocks become letters */
};

/* False without memory, with the old size kept. */
bool cells_resize(struct cells *cells, int width, int height);
void cells_free(struct cells *cells);
void cells_clear(struct cells *cells);

/* Whatever lies outside is left out. Texts are UTF-8; what cannot be shown becomes '?'. */
void cells_set(struct cells *cells, int y, int x, uint32_t character, unsigned look);
/* Cut to width columns, the last of them a sign that there was more; returns the columns
   that were used. */
int cells_text(struct cells *cells, int y, int x, int width, unsigned look,
	       const char *text);
/* The same, at the right end of the width. */
void cells_right(struct cells *cells, int y, int x, int width, unsigned look,
		 const char *text);
int cells_format(struct cells *cells, int y, int x, int width, unsigned look,
		 const char *format, ...) __attribute__((format(printf, 6, 7)));
/* Spaces of this look. */
void cells_fill(struct cells *cells, int y, int x, int width, unsigned look);
/* Adds a style to what stands there. */
void cells_add_look(struct cells *cells, int y, int x, int width, unsigned look);
/* A frame around height x width cells, blank inside. */
void cells_box(struct cells *cells, int y, int x, int height, int width);
/* Breaks the text at spaces into at most lines lines; returns how many it took. With
   cells NULL it only counts. */
int cells_wrap(struct cells *cells, int y, int x, int width, int lines, unsigned look,
	       const char *text);

/* How many columns a text takes. */
int cells_width(const char *text);
/* One line as UTF-8, without the spaces at its end; returns out. */
const char *cells_line(const struct cells *cells, int y, char *out, size_t size);

#endif
