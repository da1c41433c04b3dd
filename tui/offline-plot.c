/* SPDX-License-Identifier: BSD-3-Clause */
/* SVG by hand: three panels over one axis of time. */
#include "config.h"

#include "tui/offline-plot.h"

#include <inttypes.h>
#include <math.h>

#include "common/bytes.h"

#define LEFT          96
#define WIDTH         (LEFT + TALLY_COLUMNS + 104)
#define TOP           44 /* of the performance */
#define TALL          180
#define LANES         (TOP + TALL + 26) /* of the states */
#define LANE          16
#define AWAY          (LANES + 5 * LANE + 22) /* of the clients away */
#define AWAY_TALL     80
#define BOTTOM        (AWAY + AWAY_TALL)
#define HEIGHT        (BOTTOM + 38)
#define TICKS_AT_MOST 10

/* Where performance has its place, a scale that takes in all of it. */
struct scale {
	double least, most;
};

static double
y_of(const struct scale *scale, double value)
{
	return TOP + TALL * (scale->most - value) / (scale->most - scale->least);
}

static void
text_escaped(const char *text, FILE *out)
{
	for (; *text; text++)
		switch (*text) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		default:
			fputc(*text, out);
		}
}

static void
head(const char *title, FILE *out)
{
	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
		"width=\"%d\" height=\"%d\" role=\"img\" aria-labelledby=\"title\">\n"
		"<title id=\"title\">",
		WIDTH, HEIGHT, WIDTH, HEIGHT);
	text_escaped(title, out);
	fputs("</title>\n"
	      "<style>\n"
	      "text { font: 12px sans-serif; fill: #1b1b1b }\n"
	      "text.title { font: bold 14px sans-serif }\n"
	      "path { fill: none; stroke: #d4d4d4 }\n"
	      ".paper { fill: #fff }\n"
	      ".performance { stroke: #0b5cad; stroke-width: 1.2 }\n"
	      ".failover { stroke: #b3261e; stroke-dasharray: 6 3 }\n"
	      ".connection { stroke: #1a6e33; stroke-dasharray: 2 3 }\n"
	      ".serving { fill: #1a6e33 }\n"
	      ".shedding { fill: #b3261e }\n"
	      ".away { fill: #8a5300; stroke: none }\n"
	      ".returning { fill: #0b5cad }\n"
	      ".unknown { fill: #1b1b1b }\n"
	      "@media (prefers-color-scheme: dark) {\n"
	      "  text { fill: #e8e8e8 }\n"
	      "  path { stroke: #44484d }\n"
	      "  .paper { fill: #16181b }\n"
	      "  .performance { stroke: #7db8f5 }\n"
	      "  .failover { stroke: #ff8f85 }\n"
	      "  .connection { stroke: #7fd39a }\n"
	      "  .serving { fill: #7fd39a }\n"
	      "  .shedding { fill: #ff8f85 }\n"
	      "  .away { fill: #f0b35c }\n"
	      "  .returning { fill: #7db8f5 }\n"
	      "  .unknown { fill: #e8e8e8 }\n"
	      "}\n"
	      "</style>\n",
	      out);
	fprintf(out,
		"<rect class=\"paper\" width=\"%d\" height=\"%d\"/>\n"
		"<text class=\"title\" x=\"%d\" y=\"22\">",
		WIDTH, HEIGHT, LEFT);
	text_escaped(title, out);
	fputs("</text>\n", out);
}

/* ---- the axis of time ---- */

static int64_t
tick_width(int64_t end)
{
	static const int64_t widths[] = {
		SECOND,     5 * SECOND,  10 * SECOND, 30 * SECOND, MINUTE,   2 * MINUTE,
		5 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR,        2 * HOUR, 3 * HOUR,
		6 * HOUR,   12 * HOUR,   DAY,         2 * DAY,     7 * DAY,  30 * DAY,
	};
	for (size_t i = 0; i < ARRAY_SIZE(widths); i++)
		if (end / widths[i] <= TICKS_AT_MOST)
			return widths[i];
	return 365 * DAY;
}

/* "1d", "2h", "1h30m", "45s": what a tick needs. */
static const char *
tick_text(int64_t at, char text[40])
{
	static const struct {
		int64_t us;
		char letter;
	} unit[] = { { DAY, 'd' }, { HOUR, 'h' }, { MINUTE, 'm' }, { SECOND, 's' } };
	size_t used = 0;
	snprintf(text, 40, "0");
	for (size_t i = 0; i < ARRAY_SIZE(unit); at %= unit[i++].us)
		if (at >= unit[i].us)
			used +=
			    (size_t)snprintf(text + used, 40 - used, "%d%c",
					     (int)(at / unit[i].us), unit[i].letter);
	return text;
}

static void
time_axis(const struct tally *tally, FILE *out)
{
	int64_t width = tick_width(tally->end);
	char text[40];
	for (int64_t at = 0; at <= tally->end; at += width) {
		double x = LEFT + TALLY_COLUMNS * ((double)at / (double)tally->end);
		fprintf(out, "<path d=\"M%.1f %dV%d\"/>\n", x, TOP, BOTTOM);
		fprintf(out,
			"<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>\n",
			x, BOTTOM + 18, tick_text(at, text));
	}
}

/* ---- performance ---- */

static struct scale
scale_of(const struct tally *tally)
{
	struct scale scale = { 0, 100 };
	for (size_t i = 0; i < tally->columns; i++) {
		const struct tally_column *column = &tally->column[i];
		if (!column->known)
			continue;
		scale.least = fmin(scale.least, column->least);
		scale.most = fmax(scale.most, column->most);
	}
	return scale;
}

static void
threshold(const struct scale *scale, double value, const char *name, FILE *out)
{
	double y = y_of(scale, value);
	if (value < scale->least || value > scale->most)
		return;
	fprintf(out,
		"<path class=\"%s\" d=\"M%d %.1fH%d\"/>\n"
		"<text x=\"%d\" y=\"%.1f\">%s %g</text>\n",
		name, LEFT, y, LEFT + TALLY_COLUMNS, LEFT + TALLY_COLUMNS + 4, y + 4,
		name, value);
}

/* From the most to the least of each column: what lasted less than one is seen too. A
   level stretch is one line. */
static void
performance(const struct tally *tally, const struct scale *scale, FILE *out)
{
	bool level = false;
	double last = 0;
	size_t i;
	fputs("<path class=\"performance\" d=\"", out);
	for (i = 0; i < tally->columns; i++) {
		const struct tally_column *column = &tally->column[i];
		bool drawn = i > 0 && tally->column[i - 1].known;
		bool flat = column->known && !(column->least < column->most);
		if (drawn && flat && !(fabs(column->most - last) > 0)) {
			level = true;
			continue;
		}
		if (level)
			fprintf(out, "H%zu.5", LEFT + i - 1);
		level = false;
		if (!column->known)
			continue;
		fprintf(out, "%s%zu.5 %.1f", drawn ? "L" : "M", LEFT + i,
			y_of(scale, column->most));
		if (!flat)
			fprintf(out, "V%.1f", y_of(scale, column->least));
		last = column->least;
	}
	if (level)
		fprintf(out, "H%zu.5", LEFT + i - 1);
	fputs("\"/>\n", out);
}

static void
performance_panel(const struct tally *tally, const struct policy *policy, FILE *out)
{
	struct scale scale = scale_of(tally);
	fprintf(out,
		"<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%g</text>\n"
		"<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%g</text>\n"
		"<text x=\"%d\" y=\"%d\" text-anchor=\"end\">performance</text>\n"
		"<path d=\"M%d %dH%dV%dH%dZ\"/>\n",
		LEFT - 6, TOP + 4, scale.most, LEFT - 6, TOP + TALL + 4, scale.least,
		LEFT - 6, TOP + TALL / 2, LEFT, TOP, LEFT + TALLY_COLUMNS, TOP + TALL,
		LEFT);
	threshold(&scale, policy->failover.threshold, "failover", out);
	threshold(&scale, policy->connection.threshold, "connection", out);
	performance(tally, &scale, out);
}

/* ---- states ---- */

/* A lane each, named at its left: the place says which, colour only repeats it. */
static void
lane(const struct tally *tally, enum server_state state, int y, FILE *out)
{
	const char *name = server_state_name(state);
	fprintf(out,
		"<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>\n"
		"<path d=\"M%d %d.5H%d\"/>\n",
		LEFT - 6, y + LANE - 4, name, LEFT, y + LANE - 1, LEFT + TALLY_COLUMNS);
	for (size_t i = 0; i < tally->columns; i++) {
		size_t from = i;
		while (i < tally->columns && tally->column[i].states & 1u << state)
			i++;
		if (i > from)
			fprintf(out,
				"<rect class=\"%s\" x=\"%zu\" y=\"%d\" width=\"%zu\" "
				"height=\"%d\"/>\n",
				name, LEFT + from, y + 3, i - from, LANE - 5);
	}
}

static void
states_panel(const struct tally *tally, FILE *out)
{
	static const enum server_state order[] = { SERVER_SERVING, SERVER_SHEDDING,
						   SERVER_AWAY, SERVER_RETURNING,
						   SERVER_UNKNOWN };
	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		lane(tally, order[i], LANES + (int)i * LANE, out);
}

/* ---- clients away ---- */

static void
away_panel(const struct tally *tally, FILE *out)
{
	uint32_t most = tally->clients > 0 ? tally->clients : 1;
	fprintf(out,
		"<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%" PRIu32 "</text>\n"
		"<text x=\"%d\" y=\"%d\" text-anchor=\"end\">0</text>\n"
		"<text x=\"%d\" y=\"%d\" text-anchor=\"end\">clients away</text>\n"
		"<path d=\"M%d %dH%dV%dH%dZ\"/>\n"
		"<path class=\"away\" d=\"M%d %d",
		LEFT - 6, AWAY + 4, most, LEFT - 6, BOTTOM + 4, LEFT - 6,
		AWAY + AWAY_TALL / 2 + 4, LEFT, AWAY, LEFT + TALLY_COLUMNS, BOTTOM,
		LEFT, LEFT, BOTTOM);
	for (size_t i = 0; i < tally->columns; i++) {
		double tall = AWAY_TALL * (double)tally->column[i].away / most;
		/* What hardly anybody is, is seen too. */
		if (tally->column[i].away > 0 && tall < 1)
			tall = 1;
		if (i > 0 && tally->column[i].away == tally->column[i - 1].away)
			continue;
		fprintf(out, "H%zuV%.1f", LEFT + i, BOTTOM - tall);
	}
	fprintf(out, "H%zuV%dZ\"/>\n", LEFT + tally->columns, BOTTOM);
}

void
plot_write(const struct tally *tally, const struct policy *policy, const char *title,
	   FILE *out)
{
	head(title, out);
	time_axis(tally, out);
	performance_panel(tally, policy, out);
	states_panel(tally, out);
	away_panel(tally, out);
	fputs("</svg>\n", out);
}
