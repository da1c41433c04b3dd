/* SPDX-License-Identifier: BSD-3-Clause */
/* client.xml, loaded: who this client is, its servers, their keys and hooks. */
#ifndef BELLWETHER_CLIENT_CONFIGURATION_H
#define BELLWETHER_CLIENT_CONFIGURATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/core.h"
#include "common/fault.h"

#define CONFIG_NAMESPACE   "urn:bellwether:client:1"
#define CONFIG_FILE_MAX    (1u << 20)
#define CONFIG_SERVERS_MAX 64
#define CONFIG_ARGUMENTS   32

struct config_key {
	uint8_t id;
	enum message_algorithm algorithm;
	const char *file; /* as written; relative to client.xml's folder */
	uint32_t line;
};

struct config_server {
	struct core_config core; /* core.hook tells whether there is a command */
	enum transport transport;
	struct config_key *key;
	size_t keys;
	const char *command[CONFIG_ARGUMENTS + 1]; /* [0] absolute; NULL ends */
	int64_t timeout;                           /* of the hook */
	uint32_t line, hook_line;
};

/* Immutable after loading; everything it points to belongs to it. */
struct config {
	const char *file; /* as it was named */
	const char *name;
	struct address address;
	struct config_server *server;
	size_t servers;
	struct config_piece *pieces; /* its memory; private */
};

/* Once in main: libxml2 and the schema. False when the schema does not load. */
bool config_start(void);

/* Validates by schema, then checks; all faults at once go to faults as file:line. NULL
   when there is an error. Pure: file only names the document. */
struct config *config_parse(const char *file, const uint8_t *bytes, size_t size,
			    struct faults *faults);
/* Reads the file, which others may not write for it holds commands; checks also that
   hooks can be run and that nobody else can change them. */
struct config *config_load(const char *file, struct faults *faults);
void config_free(struct config *config);

/* Reads a server's key files, which must be secret. NULL with faults when one is wrong;
   the caller frees. */
struct keys *config_keys(const struct config *config,
			 const struct config_server *server, struct faults *faults);

#endif
