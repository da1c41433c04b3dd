/* SPDX-License-Identifier: BSD-3-Clause */
/* The kernel's figures in /proc: decimal and hexadecimal fields, line by line. */
#include "config.h"

#include "monitor/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "common/bytes.h"
#include "monitor/number.h"

ssize_t
proc_read(int folder, const char *path, char *buffer, size_t size)
{
	int fd = openat(folder, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return -1;
	size_t filled = 0;
	ssize_t got = 0;
	while (filled < size) {
		got = read(fd, buffer + filled, size - filled);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		filled += (size_t)got;
	}
	int error = errno;
	close(fd);
	errno = error;
	return got < 0 ? -1 : (ssize_t)filled;
}

/* What is left of a text; takers move its start. */
static bool
take_line(struct slice *rest, struct slice *line)
{
	if (rest->length == 0)
		return false;
	const char *end = memchr(rest->start, '\n', rest->length);
	line->start = rest->start;
	line->length = end ? (size_t)(end - rest->start) : rest->length;
	size_t used = line->length + (end ? 1 : 0);
	rest->start += used;
	rest->length -= used;
	return true;
}

static bool
take_word(struct slice *rest, struct slice *word)
{
	while (rest->length > 0 && *rest->start == ' ') {
		rest->start++;
		rest->length--;
	}
	word->start = rest->start;
	word->length = 0;
	while (word->length < rest->length && word->start[word->length] != ' ')
		word->length++;
	rest->start += word->length;
	rest->length -= word->length;
	return word->length > 0;
}

static bool
starts(struct slice slice, const char *prefix)
{
	size_t length = strlen(prefix);
	return slice.length >= length && memcmp(slice.start, prefix, length) == 0;
}

static bool
decimal(struct slice word, uint64_t *value)
{
	*value = 0;
	for (size_t i = 0; i < word.length; i++) {
		unsigned digit = (unsigned char)word.start[i] - (unsigned)'0';
		if (digit > 9 || *value > (UINT64_MAX - digit) / 10)
			return false;
		*value = *value * 10 + digit;
	}
	return word.length > 0;
}

static bool
hexadecimal(struct slice word, uint64_t *value)
{
	static const char digits[] = "0123456789ABCDEF";
	*value = 0;
	for (size_t i = 0; i < word.length; i++) {
		const char *digit = memchr(digits, word.start[i], 16);
		if (!digit || *value >> 60)
			return false;
		*value = *value << 4 | (uint64_t)(digit - digits);
	}
	return word.length > 0;
}

/* user nice system idle iowait irq softirq steal; guest times are in user already. */
enum { TICKS_IDLE = 3, TICKS_IOWAIT = 4, TICKS_FIELDS = 8 };

static bool
ticks_of_line(struct slice line, struct cpu_ticks *ticks)
{
	struct slice word;
	take_word(&line, &word);
	int fields = 0;
	while (fields < TICKS_FIELDS && take_word(&line, &word)) {
		uint64_t value;
		if (!decimal(word, &value))
			return false;
		ticks->total += value;
		if (fields == TICKS_IDLE || fields == TICKS_IOWAIT)
			ticks->idle += value;
		fields++;
	}
	return fields > TICKS_IDLE;
}

bool
cpu_ticks_parse(const char *text, size_t size, struct cpu_ticks *ticks)
{
	struct slice rest = { text, size }, line;
	struct cpu_ticks found = { 0 };
	bool whole = false;
	while (take_line(&rest, &line) && starts(line, "cpu")) {
		if (starts(line, "cpu "))
			whole = ticks_of_line(line, &found);
		else
			found.processors++;
	}
	if (!whole || found.processors == 0)
		return false;
	*ticks = found;
	return true;
}

static uint64_t
grown(uint64_t before, uint64_t now)
{
	return now > before ? now - before : 0;
}

bool
cpu_busy(const struct cpu_ticks *before, const struct cpu_ticks *now, double *percent)
{
	uint64_t total = grown(before->total, now->total);
	uint64_t idle = grown(before->idle, now->idle);
	if (total == 0)
		return false;
	/* In this order it never rounds to more than 100. */
	*percent = idle >= total ? 0 : 100 * ((double)(total - idle) / (double)total);
	return true;
}

bool
memory_parse(const char *text, size_t size, struct memory_kb *memory)
{
	struct memory_kb found = { 0 };
	const struct {
		const char *name;
		uint64_t *value;
	} wanted[] = {
		{ "MemTotal:", &found.total },
		{ "MemAvailable:", &found.available },
		{ "SwapTotal:", &found.swap_total },
		{ "SwapFree:", &found.swap_free },
	};
	struct slice rest = { text, size }, line, word;
	size_t got = 0;
	while (take_line(&rest, &line)) {
		take_word(&line, &word);
		for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
			if (!slice_equal(word, wanted[i].name))
				continue;
			if (take_word(&line, &word) && decimal(word, wanted[i].value))
				got++;
			break;
		}
	}
	if (got != ARRAY_SIZE(wanted) || found.total == 0)
		return false;
	*memory = found;
	return true;
}

bool
load_parse(const char *text, size_t size, double *load)
{
	size_t used = number_scan(text, size, load);
	return used > 0 && used < size && text[used] == ' ';
}

bool
pressure_parse(const char *text, size_t size, double *percent)
{
	static const char average[] = "avg10=";
	struct slice rest = { text, size }, line, word;
	while (take_line(&rest, &line)) {
		if (!starts(line, "some "))
			continue;
		while (take_word(&line, &word))
			if (starts(word, average))
				return number_scan(word.start + sizeof(average) - 1,
						   word.length - sizeof(average) + 1,
						   percent) > 0;
	}
	return false;
}

static bool
split_at_colon(struct slice word, struct slice *left, struct slice *right)
{
	const char *colon = memchr(word.start, ':', word.length);
	if (!colon)
		return false;
	*left = (struct slice){ word.start, (size_t)(colon - word.start) };
	*right = (struct slice){ colon + 1, word.length - left->length - 1 };
	return true;
}

/* sl local:port remote:port st tx:rx ... drops; drops is the last column. */
enum { COLUMN_LOCAL = 1, COLUMN_QUEUES = 4, COLUMN_DROPS = 12 };

static void
backlog_line(struct slice line, uint16_t port, struct backlog *backlog)
{
	struct slice word, left, right;
	uint64_t queue = 0, drops = 0;
	int column = 0;
	for (; take_word(&line, &word); column++) {
		uint64_t value;
		if (column == COLUMN_LOCAL &&
		    (!split_at_colon(word, &left, &right) ||
		     !hexadecimal(right, &value) || value != port))
			return;
		if (column == COLUMN_QUEUES && (!split_at_colon(word, &left, &right) ||
						!hexadecimal(right, &queue)))
			return;
		if (column == COLUMN_DROPS && !decimal(word, &drops))
			return;
	}
	if (column <= COLUMN_DROPS)
		return;
	backlog->sockets++;
	backlog->drops += drops;
	if (queue > backlog->queue)
		backlog->queue = queue;
}

size_t
backlog_parse(const char *text, size_t size, uint16_t port, struct backlog *backlog)
{
	const char *end = size ? memrchr(text, '\n', size) : NULL;
	size_t whole = end ? (size_t)(end - text) + 1 : 0;
	struct slice rest = { text, whole }, line;
	while (take_line(&rest, &line))
		backlog_line(line, port, backlog);
	return whole;
}
