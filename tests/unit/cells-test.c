/* SPDX-License-Identifier: BSD-3-Clause */
/* The screen in memory: cutting, wide characters, ASCII, boxes, lines. */
#include "config.h"

#include <locale.h>
#include <string.h>

#include "tests/unit/unit.h"
#include "tui/cells.h"

static struct cells screen;

static const char *
line(int y)
{
	static char out[512];
	return cells_line(&screen, y, out, sizeof(out));
}

static void
begin(int width, int height, bool ascii)
{
	screen.ascii = ascii;
	CU_ASSERT_TRUE_FATAL(cells_resize(&screen, width, height));
}

static void
test_text(void)
{
	begin(20, 2, false);
	CU_ASSERT_EQUAL(cells_text(&screen, 0, 2, 10, LOOK_BOLD, "serving"), 7);
	CU_ASSERT_STRING_EQUAL(line(0), "  serving");
	CU_ASSERT_EQUAL(screen.cell[2].look, LOOK_BOLD);
	CU_ASSERT_EQUAL(screen.cell[9].look, LOOK_PLAIN);
	CU_ASSERT_EQUAL(cells_text(&screen, 1, 0, 4, 0, "serving"), 4);
	CU_ASSERT_STRING_EQUAL(line(1), "ser…");
	CU_ASSERT_EQUAL(cells_text(&screen, 1, 0, 7, 0, "serving"), 7);
	CU_ASSERT_STRING_EQUAL(line(1), "serving");
	cells_right(&screen, 1, 8, 6, 0, "42");
	CU_ASSERT_STRING_EQUAL(line(1), "serving     42");
}

static void
test_outside(void)
{
	begin(5, 2, false);
	cells_text(&screen, 0, 3, 10, 0, "abcdef");
	cells_text(&screen, 2, 0, 5, 0, "below");
	cells_text(&screen, -1, 0, 5, 0, "above");
	cells_text(&screen, 1, -2, 5, 0, "left");
	cells_text(&screen, 1, 0, 0, 0, "nothing");
	cells_set(&screen, 1, 5, 'x', 0);
	CU_ASSERT_STRING_EQUAL(line(0), "   ab");
	CU_ASSERT_STRING_EQUAL(line(1), "ft");
}

static void
test_characters(void)
{
	begin(20, 3, false);
	CU_ASSERT_EQUAL(cells_text(&screen, 0, 0, 20, 0, "zürich 東京"), 11);
	CU_ASSERT_STRING_EQUAL(line(0), "zürich 東京");
	CU_ASSERT_EQUAL(screen.cell[8].character, 0);
	/* Half of a wide one is not shown. */
	CU_ASSERT_EQUAL(cells_text(&screen, 1, 0, 3, 0, "東京"), 3);
	CU_ASSERT_STRING_EQUAL(line(1), "東…");
	cells_text(&screen, 2, 0, 20, 0, "a\x1b[31mb\xff\xc3(");
	CU_ASSERT_STRING_EQUAL(line(2), "a?[31mb?\?(");
}

static void
test_ascii(void)
{
	begin(20, 2, true);
	cells_text(&screen, 0, 0, 20, 0, "zürich│█·");
	CU_ASSERT_STRING_EQUAL(line(0), "z?rich|#.");
	cells_text(&screen, 1, 0, 4, 0, "zurich");
	CU_ASSERT_STRING_EQUAL(line(1), "zur~");
}

static void
test_box(void)
{
	begin(6, 3, false);
	cells_text(&screen, 1, 0, 6, 0, "xxxxxx");
	cells_box(&screen, 0, 1, 3, 4);
	CU_ASSERT_STRING_EQUAL(line(0), " ┌──┐");
	CU_ASSERT_STRING_EQUAL(line(1), "x│  │x");
	CU_ASSERT_STRING_EQUAL(line(2), " └──┘");
	begin(6, 3, true);
	cells_box(&screen, 0, 1, 3, 4);
	CU_ASSERT_STRING_EQUAL(line(0), " +--+");
}

static void
test_wrap(void)
{
	begin(12, 4, false);
	CU_ASSERT_EQUAL(cells_wrap(&screen, 0, 1, 10, 3, 0, "no answer in time"), 2);
	CU_ASSERT_STRING_EQUAL(line(0), " no answer");
	CU_ASSERT_STRING_EQUAL(line(1), " in time");
	/* The last line shows that there was more. */
	CU_ASSERT_EQUAL(cells_wrap(&screen, 2, 1, 10, 2, 0,
				   "check that the agent runs and answers"),
			2);
	CU_ASSERT_STRING_EQUAL(line(2), " check that");
	CU_ASSERT_STRING_EQUAL(line(3), " the agent…");
	/* A word longer than the line is broken; counting draws nothing. */
	CU_ASSERT_EQUAL(cells_wrap(NULL, 0, 0, 4, 9, 0, "abcdefghij"), 3);
	CU_ASSERT_EQUAL(cells_wrap(NULL, 0, 0, 4, 9, 0, ""), 0);
}

static void
test_looks(void)
{
	begin(4, 1, false);
	cells_text(&screen, 0, 0, 4, LOOK_BAD, "down");
	cells_add_look(&screen, 0, 0, 9, LOOK_REVERSE);
	CU_ASSERT_EQUAL(screen.cell[3].look, LOOK_BAD | LOOK_REVERSE);
	cells_free(&screen);
	CU_ASSERT_PTR_NULL(screen.cell);
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "texts are cut and aligned", test_text },
		{ "what is outside is left out", test_outside },
		{ "wide, broken and control characters", test_characters },
		{ "letters for lines where there are no others", test_ascii },
		{ "boxes", test_box },
		{ "long texts are broken at spaces", test_wrap },
		{ "looks are added", test_looks },
	};
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		return 77;
	return unit_run("cells", tests, sizeof(tests) / sizeof(tests[0]));
}
