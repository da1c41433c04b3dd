/* SPDX-License-Identifier: BSD-3-Clause */
/* The log: a level, a subsystem token, one line. Replaceable sink. */
#ifndef BELLWETHER_COMMON_LOG_H
#define BELLWETHER_COMMON_LOG_H

#include <stdarg.h>
#include <stdbool.h>

enum log_level {
	LOG_LEVEL_ERROR = 1,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG
};

/* "error" "warning" "info" "debug". */
bool log_level_parse(const char *text, enum log_level *level);
const char *log_level_name(enum log_level level);

/* Foreground: lines to stderr with UTC time, else syslog(3), facility daemon.
   Until called, everything goes to stderr at info. */
void log_open(const char *program, bool foreground, enum log_level level);
void log_close(void);

/* Takes the place of stderr and syslog; NULL puts them back. Tests and fuzzers use it. */
typedef void
log_sink(void *context, enum log_level level, const char *token, const char *text);
void log_redirect(log_sink *sink, void *context);

/* Lines are cut at 1,024 bytes and cleaned of control characters. token names the
   subsystem: "policy", "fleet", "probe", "message", "store", "hook", "engine". */
void log_error(const char *token, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void log_warning(const char *token, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void log_info(const char *token, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void log_debug(const char *token, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
