/* SPDX-License-Identifier: BSD-3-Clause */
/* A core's status in words, for --status and the log. */
#ifndef BELLWETHER_CLIENT_REPORT_H
#define BELLWETHER_CLIENT_REPORT_H

#include <stddef.h>

#include "client/configuration.h"

/* "away at aaa2", "here". Returns text. */
#define REPORT_PLACE 128
const char *report_place(const struct core_status *status, char text[REPORT_PLACE]);

/* A few lines about one server; returns how many bytes, cut at size - 1. */
size_t
report_server(const struct config_server *server, const struct core_status *status,
	      struct moment now, char *text, size_t size);

#endif
