/* SPDX-License-Identifier: BSD-3-Clause */
/* Colours: that they can be read on the background they are for, and told apart by people
   who see red and green, or blue and yellow, alike. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/unit.h"
#include "tui/colour.h"

#define READABLE 4.5 /* contrast, as WCAG 2 counts it; 3 is its least for large text */
#define LEAST    3.0
#define APART    15.0 /* CIE 1976; 2.3 is what an eye notices side by side */

static const int depths[] = { 8, 16, 256 };

struct rgb {
	double part[3]; /* linear light, 0 to 1 */
};

/* ---- what a terminal shows ---- */

static double
linear(unsigned byte)
{
	double value = byte / 255.0;
	return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4);
}

/* xterm's sixteen, and the cube that all have. */
static struct rgb
shown(int number)
{
	static const uint32_t names[16] = { 0x000000, 0xcd0000, 0x00cd00, 0xcdcd00,
					    0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5,
					    0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00,
					    0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff };
	static const uint8_t level[] = { 0, 95, 135, 175, 215, 255 };
	uint32_t all;
	CU_ASSERT_TRUE_FATAL(number >= 0 && number < 232);
	if (number < 16) {
		all = names[number];
	} else {
		unsigned cube = (unsigned)number - 16;
		all = (uint32_t)level[cube / 36] << 16 |
		      (uint32_t)level[cube / 6 % 6] << 8 | level[cube % 6];
	}
	return (struct rgb){ { linear(all >> 16), linear(all >> 8 & 0xff),
			       linear(all & 0xff) } };
}

static double
luminance(struct rgb colour)
{
	return 0.2126 * colour.part[0] + 0.7152 * colour.part[1] +
	       0.0722 * colour.part[2];
}

static double
contrast(struct rgb a, struct rgb b)
{
	double light = luminance(a);
	double dark = luminance(b);
	if (light < dark) {
		double other = light;
		light = dark;
		dark = other;
	}
	return (light + 0.05) / (dark + 0.05);
}

/* ---- what an eye sees ---- */

/* Machado, Oliveira and Fernandes 2009: cones that are not there at all. */
static const double eyes[][3][3] = {
	{ { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } },
	{ { 0.152286, 1.052583, -0.204868 },
	  { 0.114503, 0.786281, 0.099216 },
	  { -0.003882, -0.048116, 1.051998 } },
	{ { 0.367322, 0.860646, -0.227968 },
	  { 0.280085, 0.672501, 0.047413 },
	  { -0.011820, 0.042940, 0.968881 } },
	{ { 1.255528, -0.076749, -0.178779 },
	  { -0.078411, 0.930809, 0.147602 },
	  { 0.004733, 0.691367, 0.303900 } },
};

static struct rgb
seen(struct rgb colour, const double eye[3][3])
{
	struct rgb out;
	for (int i = 0; i < 3; i++) {
		double sum = 0;
		for (int j = 0; j < 3; j++)
			sum += eye[i][j] * colour.part[j];
		out.part[i] = sum < 0 ? 0 : sum > 1 ? 1 : sum;
	}
	return out;
}

static double
root(double t)
{
	return t > 216.0 / 24389 ? cbrt(t) : (24389.0 / 27 * t + 16) / 116;
}

static void
lab(struct rgb c, double out[3])
{
	double x = root((0.4124 * c.part[0] + 0.3576 * c.part[1] + 0.1805 * c.part[2]) /
			0.9505);
	double y = root(luminance(c));
	double z = root((0.0193 * c.part[0] + 0.1192 * c.part[1] + 0.9505 * c.part[2]) /
			1.0891);
	out[0] = 116 * y - 16;
	out[1] = 500 * (x - y);
	out[2] = 200 * (y - z);
}

static double
distance(struct rgb a, struct rgb b)
{
	double first[3], second[3];
	lab(a, first);
	lab(b, second);
	return sqrt(pow(first[0] - second[0], 2) + pow(first[1] - second[1], 2) +
		    pow(first[2] - second[2], 2));
}

/* ---- the tests ---- */

static void
test_themes(void)
{
	enum colour_theme theme = THEME_DARK;
	for (int i = 0; i < THEMES; i++) {
		CU_ASSERT_TRUE(colour_theme_parse(colour_theme_names[i], &theme));
		CU_ASSERT_EQUAL(theme, (enum colour_theme)i);
	}
	CU_ASSERT_FALSE(colour_theme_parse("Dark", &theme));
	CU_ASSERT_FALSE(colour_theme_parse("", &theme));
}

static void
test_resolve(void)
{
	static const struct {
		enum colour_theme asked;
		const char *fgbg, *no_color;
		enum colour_theme theme;
	} cases[] = {
		{ THEME_AUTO, NULL, NULL, THEME_AUTO },
		{ THEME_AUTO, "15;0", NULL, THEME_DARK },
		{ THEME_AUTO, "0;15", NULL, THEME_LIGHT },
		{ THEME_AUTO, "0;7", NULL, THEME_LIGHT },
		{ THEME_AUTO, "12;default;8", NULL, THEME_DARK },
		{ THEME_AUTO, "0;default", NULL, THEME_AUTO },
		{ THEME_AUTO, "7", NULL, THEME_AUTO },
		{ THEME_AUTO, "0;15", "1", THEME_MONO },
		{ THEME_AUTO, NULL, "", THEME_AUTO },
		/* What is asked for by name stands. */
		{ THEME_DARK, "0;15", "1", THEME_DARK },
		{ THEME_MONO, "0;15", NULL, THEME_MONO },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		CU_ASSERT_EQUAL(colour_theme_resolve(cases[i].asked, cases[i].fgbg,
						     cases[i].no_color),
				cases[i].theme);
}

/* Of eight and sixteen a user may have made what he likes; as xterm has them they can be
   read, and the 256 are the same everywhere. */
static void
test_readable(void)
{
	static const struct rgb black = { { 0, 0, 0 } };
	static const struct rgb white = { { 1, 1, 1 } };
	for (size_t d = 0; d < 3; d++)
		for (unsigned meaning = LOOK_PLAIN; meaning < LOOK_MEANINGS;
		     meaning++) {
			int any = colour_of(meaning, depths[d], THEME_AUTO).number;
			int dark = colour_of(meaning, depths[d], THEME_DARK).number;
			int light = colour_of(meaning, depths[d], THEME_LIGHT).number;
			double good = depths[d] == 256 ? READABLE : LEAST;
			CU_ASSERT_TRUE(any < depths[d] && dark < depths[d] &&
				       light < depths[d]);
			if (any != COLOUR_DEFAULT) {
				CU_ASSERT_TRUE(contrast(shown(any), black) >= LEAST);
				CU_ASSERT_TRUE(contrast(shown(any), white) >= LEAST);
			}
			if (dark != COLOUR_DEFAULT)
				CU_ASSERT_TRUE(contrast(shown(dark), black) >= good);
			if (light != COLOUR_DEFAULT)
				CU_ASSERT_TRUE(contrast(shown(light), white) >= good);
		}
}

static bool
are_apart(struct colour a, struct colour b, const double eye[3][3])
{
	if (a.number == COLOUR_DEFAULT || b.number == COLOUR_DEFAULT)
		return a.number != b.number || a.look != b.look;
	return distance(seen(shown(a.number), eye), seen(shown(b.number), eye)) >=
	       APART;
}

static void
test_apart(void)
{
	static const unsigned meanings[] = { LOOK_GOOD, LOOK_WARN, LOOK_BAD };
	for (size_t d = 0; d < 3; d++)
		for (int theme = THEME_AUTO; theme < THEME_MONO; theme++)
			for (size_t eye = 0; eye < 4; eye++)
				for (size_t i = 0; i < 3; i++)
					for (size_t j = 0; j < i; j++) {
						bool apart = are_apart(
						    colour_of(meanings[i], depths[d],
							      (enum colour_theme)theme),
						    colour_of(meanings[j], depths[d],
							      (enum colour_theme)theme),
						    eyes[eye]);
						if (!apart)
							printf(
							    "%d colours, theme %s, "
							    "eye %zu: %u and %u\n",
							    depths[d],
							    colour_theme_names[theme],
							    eye, meanings[i],
							    meanings[j]);
						CU_ASSERT_TRUE(apart);
					}
}

/* What is bad is heavy, in whatever colour, and in none. */
static void
test_bad_is_heavy(void)
{
	static const int counts[] = { 0, 2, 8, 16, 88, 256, 32767 };
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		for (int theme = THEME_AUTO; theme < THEMES; theme++) {
			enum colour_theme which = (enum colour_theme)theme;
			struct colour bad = colour_of(LOOK_BAD, counts[i], which);
			struct colour warn = colour_of(LOOK_WARN, counts[i], which);
			CU_ASSERT_EQUAL(bad.look, LOOK_BOLD);
			CU_ASSERT_EQUAL(warn.look, 0);
			if (counts[i] < 8 || which == THEME_MONO) {
				CU_ASSERT_EQUAL(bad.number, COLOUR_DEFAULT);
				CU_ASSERT_EQUAL(warn.number, COLOUR_DEFAULT);
			}
		}
	CU_ASSERT_EQUAL(colour_of(LOOK_BAD, 88, THEME_DARK).number,
			colour_of(LOOK_BAD, 16, THEME_DARK).number);
	CU_ASSERT_EQUAL(colour_of(LOOK_BAD, 32767, THEME_DARK).number,
			colour_of(LOOK_BAD, 256, THEME_DARK).number);
}

int
main(void)
{
	static const struct unit_test test[] = {
		{ "themes by name", test_themes },
		{ "what auto comes to", test_resolve },
		{ "colours can be read", test_readable },
		{ "colours are told apart", test_apart },
		{ "what is bad is heavy", test_bad_is_heavy },
	};
	return unit_run("colour", test, sizeof(test) / sizeof(test[0]));
}
