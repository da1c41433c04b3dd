/* SPDX-License-Identifier: BSD-3-Clause */
/* Fills struct config, and finds the faults that take more than one value to see. */
#include "config.h"

#include "client/config-build.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define DEFAULT_AFTER   (10 * MINUTE)
#define DEFAULT_JITTER  0.2
#define DEFAULT_RETRY   MINUTE
#define DEFAULT_TIMEOUT (5 * SECOND)
#define DEFAULT_VERIFY  MINUTE

static void __attribute__((format(printf, 3, 4)))
fault(struct config_build *build, uint32_t line, const char *format, ...)
{
	char text[512];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	faults_add(build->faults, FAULT_ERROR, build->config->file, line, "%s", text);
}

static int64_t
number_or(const struct config_value *value, int64_t otherwise)
{
	return value->text ? value->number : otherwise;
}

static void
build_client(struct config_build *build, uint32_t line,
	     const struct config_value *value)
{
	struct config *config = build->config;
	config->name = config_keep_text(config, value[0].text);
	config->address = value[1].address;
	config->server = config_keep(config, build->servers * sizeof *config->server);
	if (!config->name || !config->server)
		fault(build, line, "out of memory");
}

static void
check_server(struct config_build *build, uint32_t line,
	     const struct config_value *value)
{
	const struct config *config = build->config;
	bool udp = build->server->transport == TRANSPORT_UDP;
	for (size_t i = 0; i < config->servers; i++)
		if (strcmp(config->server[i].core.server, value[0].text) == 0)
			fault(build, line,
			      "name=\"%s\": the server of line %u has it already",
			      value[0].text, config->server[i].line);
	if (address_is_v4(&value[1].address) != address_is_v4(&config->address))
		fault(build, line,
		      "address=\"%s\": expected one of the client's own family",
		      value[1].text);
	else if (address_equal(&value[1].address, &config->address) && udp)
		fault(build, line,
		      "address=\"%s\" is the client's own: both ends need the port",
		      value[1].text);
	if (udp && !value[3].text)
		fault(build, line, "<server> lacks port=: transport=\"udp\" needs it");
	if (!udp && value[3].text)
		fault(build, line, "port= is for transport=\"udp\": remove it");
}

static void
build_server(struct config_build *build, uint32_t line,
	     const struct config_value *value)
{
	struct config *config = build->config;
	struct config_server *server = &config->server[config->servers];
	build->server = server;
	server->line = line;
	server->transport = (enum transport)number_or(&value[2], TRANSPORT_ICMP);
	check_server(build, line, value);
	server->core = (struct core_config){
		.client = config->name,
		.address = config->address,
		.server = config_keep_text(config, value[0].text),
		.server_address = value[1].address,
		.port = (uint16_t)number_or(&value[3], 0),
		.after = DEFAULT_AFTER,
		.jitter = DEFAULT_JITTER,
		.retry = DEFAULT_RETRY,
		.freshness = number_or(&value[4], 1) != 0,
	};
	server->key = config_keep(config, build->keys * sizeof *server->key);
	server->core.alternate =
	    config_keep(config, build->alternates * sizeof(struct core_alternate));
	server->core.allow = config_keep(config, build->allows * sizeof(struct prefix));
	if (!server->core.server || !server->key || !server->core.alternate ||
	    !server->core.allow)
		fault(build, line, "out of memory");
	config->servers++;
}

static void
build_key(struct config_build *build, uint32_t line, const struct config_value *value)
{
	struct config_server *server = build->server;
	struct config_key *key = &server->key[server->keys];
	for (size_t i = 0; i < server->keys; i++)
		if (server->key[i].id == value[0].number)
			fault(build, line,
			      "id=\"%s\": the key of line %u has it already",
			      value[0].text, server->key[i].line);
	key->id = (uint8_t)value[0].number;
	key->file = config_keep_text(build->config, value[1].text);
	key->algorithm =
	    (enum message_algorithm)number_or(&value[2], ALGORITHM_HMAC_SHA256);
	key->line = line;
	if (!key->file)
		fault(build, line, "out of memory");
	server->keys++;
}

static void
build_alternate(struct config_build *build, uint32_t line,
		const struct config_value *value)
{
	struct core_config *core = &build->server->core;
	/* Its own memory: config_keep() gave it to be filled here. */
	struct core_alternate *list = (struct core_alternate *)core->alternate;
	struct core_alternate *alternate = &list[core->alternates];
	for (size_t i = 0; i < core->alternates; i++)
		if (strcmp(list[i].name, value[0].text) == 0)
			fault(build, line,
			      "name=\"%s\": another alternate of this server has it",
			      value[0].text);
	if (address_equal(&value[1].address, &core->server_address))
		fault(build, line,
		      "address=\"%s\" is the server's own: expected another",
		      value[1].text);
	if (address_is_v4(&value[1].address) != address_is_v4(&core->server_address))
		fault(build, line,
		      "address=\"%s\": expected one of the server's family",
		      value[1].text);
	slice_copy(slice_of(value[0].text), alternate->name, sizeof alternate->name);
	alternate->address = value[1].address;
	alternate->port = (uint16_t)number_or(&value[2], 0);
	core->alternates++;
}

static void
build_allow(struct config_build *build, const struct config_value *value)
{
	struct core_config *core = &build->server->core;
	((struct prefix *)core->allow)[core->allows++] = value[0].prefix;
}

static void
build_return(struct config_build *build, const struct config_value *value)
{
	struct core_config *core = &build->server->core;
	core->after = number_or(&value[0], DEFAULT_AFTER);
	core->jitter = value[1].text ? value[1].share : DEFAULT_JITTER;
	core->retry = number_or(&value[2], DEFAULT_RETRY);
}

/* Splits at spaces; double quotes group and are dropped. In place. */
static bool
split(char *text, const char *argument[CONFIG_ARGUMENTS + 1])
{
	size_t count = 0;
	char *to = text;
	const char *from = text;
	for (;;) {
		from += strspn(from, " ");
		if (*from == '\0')
			break;
		if (count == CONFIG_ARGUMENTS)
			return false;
		argument[count++] = to;
		for (bool quoted = false; *from != '\0'; from++) {
			if (*from == '"')
				quoted = !quoted;
			else if (*from == ' ' && !quoted)
				break;
			else
				*to++ = *from;
			if (from[1] == '\0' && quoted)
				return false;
		}
		/* The space that ended it is read before it is written over. */
		from += *from == ' ';
		*to++ = '\0';
	}
	argument[count] = NULL;
	return count > 0;
}

static void
build_hook(struct config_build *build, uint32_t line, const struct config_value *value)
{
	struct config_server *server = build->server;
	char *command = (char *)config_keep_text(build->config, value[0].text);
	if (!command || !split(command, server->command))
		fault(build, line,
		      "command=\"%s\": expected at most %d words, and quotes in pairs",
		      value[0].text, CONFIG_ARGUMENTS);
	server->hook_line = line;
	server->timeout = number_or(&value[1], DEFAULT_TIMEOUT);
	server->core.verify = number_or(&value[2], DEFAULT_VERIFY);
	server->core.hook = true;
}

void
config_build(struct config_build *build, enum config_element element, uint32_t line,
	     const struct config_value *value)
{
	switch (element) {
	case ELEMENT_CLIENT:
		build_client(build, line, value);
		break;
	case ELEMENT_SERVER:
		build_server(build, line, value);
		break;
	case ELEMENT_KEY:
		build_key(build, line, value);
		break;
	case ELEMENT_ALTERNATE:
		build_alternate(build, line, value);
		break;
	case ELEMENT_ALLOW:
		build_allow(build, value);
		break;
	case ELEMENT_RETURN:
		build_return(build, value);
		break;
	case ELEMENT_HOOK:
		build_hook(build, line, value);
		break;
	case ELEMENT_COUNT:
		break;
	}
}
