/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads a trace's file by pieces. */
#include "config.h"

#include "tui/offline-trace.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PIECE      65536
#define WRONG_MOST 20

struct walker {
	const struct trace_walk *walk;
	const char *path;
	FILE *file;
	struct trace_reader *reader;
	struct trace_record record;
	unsigned wrong;
	char piece[PIECE];
};

static void
say(const struct walker *walker, const char *text)
{
	if (walker->walk->err)
		fprintf(walker->walk->err, "%s\n", text);
}

static void
say_system(const struct walker *walker)
{
	if (walker->walk->err)
		fprintf(walker->walk->err, "bellwether: %s: %s\n", walker->path,
			strerror(errno));
}

static bool
feed(struct walker *walker)
{
	size_t size = fread(walker->piece, 1, PIECE, walker->file);
	if (size == 0 && ferror(walker->file)) {
		say_system(walker);
		return false;
	}
	trace_feed(walker->reader, walker->piece, size);
	return true;
}

static bool
walk_on(struct walker *walker)
{
	const struct trace_walk *walk = walker->walk;
	for (;;) {
		switch (trace_read(walker->reader, &walker->record)) {
		case TRACE_RECORD:
			if (!walk->record(walk->context, &walker->record,
					  trace_head(walker->reader)))
				return walker->wrong == 0;
			break;
		case TRACE_MORE:
			if (!feed(walker))
				return false;
			break;
		case TRACE_BAD:
			say(walker, trace_why(walker->reader));
			if (++walker->wrong == WRONG_MOST) {
				say(walker, "and perhaps more");
				return false;
			}
			break;
		case TRACE_END:
			if (trace_note(walker->reader))
				say(walker, trace_note(walker->reader));
			return walker->wrong == 0;
		}
	}
}

bool
trace_walk(const char *path, const struct trace_walk *walk)
{
	struct walker *walker = calloc(1, sizeof *walker);
	bool good = false;
	if (!walker)
		return false;
	walker->walk = walk;
	walker->path = path;
	walker->file = fopen(path, "re");
	walker->reader = trace_reader_new(path);
	if (!walker->file)
		say_system(walker);
	else if (walker->reader)
		good = walk_on(walker);
	if (walker->file)
		fclose(walker->file);
	if (walker->reader)
		trace_reader_free(walker->reader);
	free(walker);
	return good;
}
