/* SPDX-License-Identifier: BSD-3-Clause */
/* From checked elements to struct config. Private to client/config*.c. */
#ifndef BELLWETHER_CLIENT_CONFIG_BUILD_H
#define BELLWETHER_CLIENT_CONFIG_BUILD_H

#include "client/config-vocabulary.h"
#include "client/configuration.h"

/* Memory that lives as long as the configuration; NULL without memory. */
void *config_keep(struct config *config, size_t size);
const char *config_keep_text(struct config *config, const char *text);

/* Builds element after element, in the document's order; faults that no single value
   shows (names given twice, ports by transport) are found here. */
struct config_build {
	struct config *config;
	struct faults *faults;
	struct config_server *server;    /* the one at hand */
	size_t servers;                  /* room for these, counted before */
	size_t keys, alternates, allows; /* the same, of the server about to begin */
};

void config_build(struct config_build *build, enum config_element element,
		  uint32_t line, const struct config_value *value);

#endif
