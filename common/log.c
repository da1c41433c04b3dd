/* SPDX-License-Identifier: BSD-3-Clause */
/* The log's one state and its three outlets: stderr, syslog, a sink. */
#include "config.h"

#include "common/log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "common/bytes.h"
#include "common/clock.h"

#define LINE_MAX_BYTES 1024

/* Set in main before other threads start, read-only afterwards. */
static struct {
	enum log_level level;
	bool to_syslog;
	log_sink *sink;
	void *context;
	char program[NAME_TEXT]; /* openlog() keeps the pointer */
} state = { .level = LOG_LEVEL_INFO };

static const struct {
	const char *name;
	int priority;
} levels[] = {
	[LOG_LEVEL_ERROR] = { "error", LOG_ERR },
	[LOG_LEVEL_WARNING] = { "warning", LOG_WARNING },
	[LOG_LEVEL_INFO] = { "info", LOG_INFO },
	[LOG_LEVEL_DEBUG] = { "debug", LOG_DEBUG },
};

bool
log_level_parse(const char *text, enum log_level *level)
{
	for (unsigned i = LOG_LEVEL_ERROR; i < ARRAY_SIZE(levels); i++) {
		if (strcmp(levels[i].name, text) != 0)
			continue;
		*level = (enum log_level)i;
		return true;
	}
	return false;
}

const char *
log_level_name(enum log_level level)
{
	return level >= LOG_LEVEL_ERROR && level <= LOG_LEVEL_DEBUG ? levels[level].name
								    : "?";
}

void
log_open(const char *program, bool foreground, enum log_level level)
{
	log_close();
	state.level = level;
	state.to_syslog = !foreground;
	slice_copy(slice_of(program), state.program, sizeof(state.program));
	if (state.to_syslog)
		openlog(state.program, LOG_PID | LOG_NDELAY, LOG_DAEMON);
}

void
log_close(void)
{
	if (state.to_syslog)
		closelog();
	state.to_syslog = false;
}

void
log_redirect(log_sink *sink, void *context)
{
	state.sink = sink;
	state.context = context;
}

/* One write a line, so that lines of several threads and processes do not mix. */
static void
write_line(enum log_level level, const char *token, const char *text)
{
	char line[LINE_MAX_BYTES + 128], time[WALL_TEXT];
	int length = snprintf(line, sizeof(line), "%s %s %s: %s\n",
			      wall_format(clock_now().wall, time), levels[level].name,
			      token, text);
	if (length < 0)
		return;
	size_t size = (size_t)length;
	if (size >= sizeof(line)) {
		size = sizeof(line) - 1;
		line[size - 1] = '\n';
	}
	/* A log that cannot be written has nobody left to tell. */
	while (write(STDERR_FILENO, line, size) < 0 && errno == EINTR)
		;
}

static void emit(enum log_level level, const char *token, const char *format,
		 va_list arguments) __attribute__((format(printf, 3, 0)));

static void
emit(enum log_level level, const char *token, const char *format, va_list arguments)
{
	char raw[LINE_MAX_BYTES], text[LINE_MAX_BYTES];
	if (level > state.level)
		return;
	int error = errno;
	if (vsnprintf(raw, sizeof(raw), format, arguments) >= 0) {
		text_clean(raw, strlen(raw), text, sizeof(text));
		if (state.sink)
			state.sink(state.context, level, token, text);
		else if (state.to_syslog)
			syslog(levels[level].priority, "%s: %s", token, text);
		else
			write_line(level, token, text);
	}
	errno = error;
}

void
log_error(const char *token, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	emit(LOG_LEVEL_ERROR, token, format, arguments);
	va_end(arguments);
}

void
log_warning(const char *token, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	emit(LOG_LEVEL_WARNING, token, format, arguments);
	va_end(arguments);
}

void
log_info(const char *token, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	emit(LOG_LEVEL_INFO, token, format, arguments);
	va_end(arguments);
}

void
log_debug(const char *token, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	emit(LOG_LEVEL_DEBUG, token, format, arguments);
	va_end(arguments);
}
