/* SPDX-License-Identifier: BSD-3-Clause */
/* The validator's messages as sentences a person can act on. Private to policy/. */
#ifndef BELLWETHER_POLICY_PHRASE_H
#define BELLWETHER_POLICY_PHRASE_H

#include <stddef.h>

#define PHRASE_TEXT 640

/* message and code as libxml2's XML Schema validator reports them: without namespaces,
   elements in angle brackets, what was expected behind a colon. What is not recognised
   is kept as it is. Returns out. */
const char *phrase_schema(int code, const char *message, char *out, size_t size);
/* The parser's: one line, no full stop. Returns out. */
const char *phrase_parser(const char *message, char *out, size_t size);

#endif
