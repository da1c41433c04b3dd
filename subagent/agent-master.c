/* SPDX-License-Identifier: BSD-3-Clause */
/* Being one's own SNMP master: access in snmpd.conf's words, the system group. */
#include "config.h"

#include "subagent/agent-inside.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/bytes.h"
#include "common/file.h"
#include "common/log.h"

#define CONF_MAX (256u * 1024u)
/* What the library keeps of one line. */
#define LINE_MAX_LENGTH 1000u

/* ---- access ---- */

/* Another agent may have read it before: offsets are shared. */
static bool
read_given(int fd, uint8_t **conf)
{
	struct stat status;
	uint8_t *bytes = NULL;
	if (fstat(fd, &status) == 0 && status.st_size <= (off_t)CONF_MAX)
		bytes = calloc(1, (size_t)status.st_size + 1);
	if (bytes && pread(fd, bytes, (size_t)status.st_size, 0) == status.st_size) {
		*conf = bytes;
		return true;
	}
	log_error("agent", "the SNMP configuration was not handed over");
	free(bytes);
	return false;
}

bool
agent_conf_read(const struct agent_options *options, uint8_t **conf)
{
	char why[FILE_WHY];
	size_t size;
	*conf = NULL;
	if (!options->master)
		return true;
	if (!options->conf)
		return read_given(options->conf_fd, conf);
	if (file_read(options->conf, NULL, FILE_SECRET, CONF_MAX, conf, &size, why))
		return true;
	log_error("agent", "%s: %s", options->conf, why);
	return false;
}

/* One line, below the "[section]" that was named before it. */
static void
give_line(const char *section, const char *line, unsigned number)
{
	char whole[LINE_MAX_LENGTH + 80];
	if (strlen(line) > LINE_MAX_LENGTH) {
		log_warning("agent", "the SNMP configuration's line %u is too long",
			    number);
		return;
	}
	snprintf(whole, sizeof(whole), "%s%s", section, line);
	netsnmp_config_remember(whole);
}

void
agent_conf_give(uint8_t *conf)
{
	char section[64] = "";
	char *rest = (char *)conf, *line;
	for (unsigned number = 1; rest && (line = strsep(&rest, "\n")); number++) {
		line += strspn(line, " \t\r");
		size_t length = strcspn(line, "\r");
		line[length] = 0;
		if (line[0] == 0 || line[0] == '#')
			continue;
		char *end = line[0] == '[' ? strchr(line, ']') : NULL;
		if (end && end[1 + strspn(end + 1, " \t")] == 0) {
			end[1] = 0;
			snprintf(section, sizeof(section), "%.60s ", line);
			continue;
		}
		give_line(line[0] == '[' ? "" : section, line, number);
	}
	/* Pass phrases. */
	if (conf)
		explicit_bzero(conf, strlen((const char *)conf));
	free(conf);
}

/* ---- system group: no more than every manager asks for ---- */

enum system_object {
	SYSTEM_DESCR = 1,
	SYSTEM_OBJECT_ID = 2,
	SYSTEM_UP_TIME = 3,
	SYSTEM_NAME = 5
};

static void
system_value(oid object, netsnmp_variable_list *vb)
{
	static const oid base[] = MIB_BASE;
	static const char what[] = "Bellwether " PACKAGE_VERSION;
	char host[65] = "";
	switch (object) {
	case SYSTEM_DESCR:
		snmp_set_var_typed_value(vb, ASN_OCTET_STR, what, sizeof(what) - 1);
		break;
	case SYSTEM_OBJECT_ID:
		snmp_set_var_typed_value(vb, ASN_OBJECT_ID, base, sizeof(base));
		break;
	case SYSTEM_UP_TIME:
		snmp_set_var_typed_integer(vb, ASN_TIMETICKS,
					   (long)netsnmp_get_agent_uptime());
		break;
	default:
		gethostname(host, sizeof(host) - 1);
		snmp_set_var_typed_value(vb, ASN_OCTET_STR, host, strlen(host));
		break;
	}
}

static int
handle_system(netsnmp_mib_handler *handler, netsnmp_handler_registration *registration,
	      netsnmp_agent_request_info *info, netsnmp_request_info *requests)
{
	(void)handler;
	if (info->mode == MODE_GET)
		system_value(registration->rootoid[7], requests->requestvb);
	return SNMP_ERR_NOERROR;
}

bool
agent_system_register(void)
{
	static const enum system_object object[] = { SYSTEM_DESCR, SYSTEM_OBJECT_ID,
						     SYSTEM_UP_TIME, SYSTEM_NAME };
	oid name[] = { 1, 3, 6, 1, 2, 1, 1, 0 };
	for (size_t i = 0; i < ARRAY_SIZE(object); i++) {
		name[7] = object[i];
		netsnmp_handler_registration *registration =
		    netsnmp_create_handler_registration("system", handle_system, name,
							ARRAY_SIZE(name),
							HANDLER_CAN_RONLY);
		if (!registration ||
		    netsnmp_register_scalar(registration) != MIB_REGISTERED_OK)
			return false;
	}
	return true;
}
