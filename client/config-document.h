/* SPDX-License-Identifier: BSD-3-Clause */
/* client.xml's XML: parsed, walked by the vocabulary, validated by the schema. Private to
   client/config*.c. */
#ifndef BELLWETHER_CLIENT_CONFIG_DOCUMENT_H
#define BELLWETHER_CLIENT_CONFIG_DOCUMENT_H

#include "client/configuration.h"

bool config_document_start(void);
/* Fills config as far as the document is right, and faults with what is not. */
void config_document_read(struct config *config, const uint8_t *bytes, size_t size,
			  struct faults *faults);

#endif
