/* SPDX-License-Identifier: BSD-3-Clause */
/* Any bytes as a client.xml, and as a state file: loaded or refused, and what is loaded
   holds together. */
#include "config.h"

#include <stdint.h>
#include <string.h>

#include "client/configuration.h"
#include "client/state.h"
#include "tests/fuzz/fuzz.h"

static void
check_server(const struct config_server *server)
{
	const struct core_config *core = &server->core;
	REQUIRE(name_valid(core->server, strlen(core->server)));
	REQUIRE(server->keys > 0);
	REQUIRE(address_is_v4(&core->address) == address_is_v4(&core->server_address));
	REQUIRE((core->port != 0) == (server->transport == TRANSPORT_UDP));
	REQUIRE(!core->hook || server->command[0][0] == '/');
	REQUIRE(core->after > 0 && core->retry > 0 && core->verify >= 0);
	REQUIRE(core->jitter >= 0 && core->jitter <= 1);
	for (size_t i = 0; i < core->alternates; i++)
		REQUIRE(address_is_unicast(&core->alternate[i].address));
	for (size_t i = 0; i < server->keys; i++)
		REQUIRE(server->key[i].id != 0 && server->key[i].file[0] != '\0');
}

static void
try_config(const uint8_t *bytes, size_t size)
{
	struct faults *faults = faults_new(20);
	REQUIRE(faults != NULL);
	struct config *config = config_parse("client.xml", bytes, size, faults);
	REQUIRE((config == NULL) == (faults_errors(faults) > 0));
	for (size_t i = 0; i < faults_count(faults); i++)
		REQUIRE(faults_at(faults, i)->line > 0 && *faults_at(faults, i)->text);
	if (config) {
		REQUIRE(config->servers > 0 && config->servers <= CONFIG_SERVERS_MAX);
		for (size_t i = 0; i < config->servers; i++)
			check_server(&config->server[i]);
	}
	config_free(config);
	faults_free(faults);
}

/* What is read is written the same way. */
static void
try_state(const uint8_t *bytes, size_t size)
{
	struct core_state state, again;
	char text[STATE_TEXT];
	size_t length;
	if (!state_decode((const char *)bytes, size, &state))
		return;
	REQUIRE(state_encode(&state, text, &length));
	REQUIRE(state_decode(text, length, &again));
	REQUIRE(memcmp(&state, &again, sizeof state) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	REQUIRE(config_start());
	try_config(bytes, size);
	try_state(bytes, size);
	return 0;
}
