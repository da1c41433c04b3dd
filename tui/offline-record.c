/* SPDX-License-Identifier: BSD-3-Clause */
/* bellwether record: the daemon's trace of a server, both halves as one. */
#include "config.h"

#include "tui/offline.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "tui/offline-inside.h"
#include "tui/offline-input.h"

/* Of what was said before the part that is wanted, and holds in it. */
#define STANDING 80

struct copy {
	const char *state, *server, *path;
	int64_t since, until; /* wall */
	FILE *out, *err;
	bool begun;
	int64_t start; /* wall, of the copy */
	int64_t last;  /* time of its last record */
	char *standing[STANDING];
	char key[STANDING][NAME_TEXT + 16];
	size_t standings;
	uint32_t records, faults;
};

/* "policy", "pause file", "alternate aaa2": what a later one of the same takes over from. */
static bool
standing_key(const struct trace_record *record, char key[NAME_TEXT + 16])
{
	char word[NAME_TEXT] = "";
	enum trace_kind kind =
	    record->kind == TRACE_RESUME ? TRACE_PAUSE : record->kind;
	if (kind != TRACE_POLICY && kind != TRACE_PAUSE && kind != TRACE_ALTERNATE)
		return false;
	if (kind != TRACE_POLICY && record->words > 0)
		slice_copy(record->word[0], word, sizeof(word));
	snprintf(key, NAME_TEXT + 16, "%s %s", trace_kind_name(kind), word);
	return true;
}

static void
note_standing(struct copy *copy, const struct trace_record *record)
{
	char key[NAME_TEXT + 16];
	size_t i = 0;
	if (!standing_key(record, key))
		return;
	while (i < copy->standings && strcmp(copy->key[i], key) != 0)
		i++;
	if (i == STANDING)
		return;
	if (i == copy->standings) {
		memcpy(copy->key[i], key, sizeof(key));
		copy->standings++;
	}
	free(copy->standing[i]);
	copy->standing[i] = record->kind == TRACE_RESUME
				? NULL
				: strndup(record->rest.start, record->rest.length);
}

static void
put(struct copy *copy, int64_t at, struct slice rest)
{
	struct trace_line line;
	if (at > copy->last)
		copy->last = at;
	trace_write_rest(&line, copy->last, rest);
	trace_write_end(&line);
	fwrite(line.text, 1, line.length, copy->out);
}

static void
begin(struct copy *copy, const struct trace_head *head)
{
	struct trace_line line;
	copy->begun = true;
	/* Of the time before there is nothing. */
	copy->start = head->start < copy->since ? copy->since : head->start;
	trace_write_head(&line, head->server[0] ? head->server : "unknown",
			 copy->start);
	trace_write_end(&line);
	fwrite(line.text, 1, line.length, copy->out);
	for (size_t i = 0; i < copy->standings; i++)
		if (copy->standing[i])
			put(copy, 0, slice_of(copy->standing[i]));
}

static void
copy_part(struct copy *copy, struct trace_input *input)
{
	const struct trace_record *record;
	while ((record = trace_input_next(input, copy->err)) != NULL) {
		const struct trace_head *head = trace_input_head(input);
		int64_t wall = head->start + record->at;
		if (wall < copy->since) {
			note_standing(copy, record);
			continue;
		}
		if (wall > copy->until)
			break;
		if (!copy->begun)
			begin(copy, head);
		put(copy, wall - copy->start, record->rest);
		copy->records++;
	}
	copy->faults += trace_input_faults(input);
}

static int
run(struct copy *copy)
{
	struct trace_pair pair;
	if (!trace_pair_open(copy->state, copy->server, &pair, copy->err))
		return 1;
	FILE *file = copy->path ? fopen(copy->path, "we") : NULL;
	if (copy->path && !file) {
		fprintf(copy->err, "bellwether: %s: %s\n", copy->path, strerror(errno));
		trace_pair_close(&pair);
		return 1;
	}
	if (file)
		copy->out = file;
	for (int i = 0; i < 2; i++)
		if (pair.part[i])
			copy_part(copy, pair.part[i]);
	trace_pair_close(&pair);
	for (size_t i = 0; i < copy->standings; i++)
		free(copy->standing[i]);
	bool written = fflush(copy->out) == 0 && !ferror(copy->out);
	if (file)
		written = fclose(file) == 0 && written;
	if (!written)
		fprintf(copy->err, "bellwether: %s: it could not be written\n",
			copy->path ? copy->path : "standard output");
	if (copy->records == 0)
		fputs("bellwether: nothing was traced then\n", copy->err);
	return written && copy->records > 0 && copy->faults == 0 ? 0 : 1;
}

int
offline_record(int argc, char **argv, FILE *out, FILE *err)
{
	static const struct option options[] = {
		{ "state", required_argument, NULL, 's' },
		{ "server", required_argument, NULL, 'n' },
		{ "since", required_argument, NULL, 'a' },
		{ "until", required_argument, NULL, 'b' },
		{ "output", required_argument, NULL, 'o' },
		{ 0 },
	};
	struct copy copy = { .state = LOCALSTATEDIR "/lib/bellwether",
			     .since = INT64_MIN,
			     .until = INT64_MAX,
			     .out = out,
			     .err = err };
	int64_t now = clock_now().wall;
	bool good = true;
	int key;
	optind = 0;
	opterr = 0;
	while (good && (key = getopt_long(argc, argv, "s:o:", options, NULL)) != -1) {
		if (key == 's')
			copy.state = optarg;
		else if (key == 'n')
			copy.server = optarg;
		else if (key == 'o')
			copy.path = optarg;
		else if (key == 'a' || key == 'b')
			good = trace_wall(optarg, now,
					  key == 'a' ? &copy.since : &copy.until);
		else
			good = false;
	}
	if (good && optind == argc &&
	    (!copy.server || name_valid(copy.server, strlen(copy.server))))
		return run(&copy);
	return offline_misused(err, "record [-s STATE] [--server NAME] [--since TIME] "
				    "[--until TIME] [-o FILE]   (TIME: 2h ago as 2h, "
				    "or 2026-11-30T01:02:03Z)");
}
