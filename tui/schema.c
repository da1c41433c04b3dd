/* SPDX-License-Identifier: BSD-3-Clause */
/* bellwether schema: JSON Schema of what --json prints, from the tables that print it. */
#include "config.h"

#include "tui/command.h"

#include <string.h>

#include "common/bytes.h"
#include "tui/lists.h"
#include "tui/schema.h"
#include "tui/snmp.h"
#include "tui/text.h"

/* How tui/json.c writes each kind; what may be missing is null then. */
static const struct {
	const char *type; /* of "type"; NULL: an enumeration */
	const char *more;
	bool null;
} kinds[] = {
	[MIB_ENUM] = { NULL, "", true },
	[MIB_UNSIGNED] = { "integer", ",\"minimum\":0", false },
	[MIB_GAUGE] = { "integer", ",\"minimum\":0", false },
	[MIB_PERCENT] = { "integer", ",\"minimum\":0,\"maximum\":100", true },
	[MIB_COUNTER] = { "integer", ",\"minimum\":0", false },
	[MIB_COUNTER64] = { "integer", ",\"minimum\":0", false },
	[MIB_THOUSANDTH] = { "number", "", true },
	[MIB_STRING] = { "string", "", false },
	[MIB_TRUTH] = { "boolean", "", false },
	[MIB_STAMP] = { "string", ",\"format\":\"date-time\"", true },
	[MIB_DATE] = { "string", ",\"format\":\"date-time\"", true },
	[MIB_AGE] = { "integer", ",\"minimum\":0", true },
	[MIB_ADDRESS_TYPE] = { "string", ",\"enum\":[\"ipv4\",\"ipv6\",null]", true },
	[MIB_ADDRESS] = { "string", "", true },
	[MIB_ROW_STATUS] = { "integer", ",\"minimum\":0,\"maximum\":6", false },
	[MIB_OCTETS] = { "array",
			 ",\"items\":{\"type\":[\"integer\",\"null\"],\"minimum\":0,"
			 "\"maximum\":100}",
			 false },
	[MIB_LEFT] = { "integer", ",\"minimum\":0", true },
};

/* Of each command, the table whose rows it prints. */
static const struct {
	const char *command;
	enum mib_table table;
} others[] = {
	{ "status", MIB_SERVER },      { "watch", MIB_EVENT },
	{ "failover", MIB_OPERATION }, { "reconnect", MIB_OPERATION },
	{ "release", MIB_OPERATION },  { "pause", MIB_OPERATION },
	{ "resume", MIB_OPERATION },
};

/* ---- rows ---- */

static void
print_enumeration(const struct mib_column *column, FILE *out)
{
	fputs("{\"enum\":[", out);
	for (size_t i = 0; column->label[i]; i++) {
		json_string(column->label[i], out);
		fputc(',', out);
	}
	/* What a newer agent says and this program has no word for. */
	fputs("\"?\",null]}", out);
}

static void
print_column(const struct mib_column *column, FILE *out)
{
	if (!kinds[column->kind].type)
		print_enumeration(column, out);
	else if (kinds[column->kind].null)
		fprintf(out, "{\"type\":[\"%s\",\"null\"]%s}", kinds[column->kind].type,
			kinds[column->kind].more);
	else
		fprintf(out, "{\"type\":\"%s\"%s}", kinds[column->kind].type,
			kinds[column->kind].more);
}

static void
print_row(enum mib_table table, FILE *out)
{
	const struct mib_description *description = mib_describe(table);
	char name[64];
	fputs("{\"type\":\"object\",\"required\":[\"serverIndex\"", out);
	if (description->indexes == 2)
		fprintf(out, ",\"serverName\",\"%s\"", json_index(description, name));
	for (size_t i = 0; i < description->columns; i++)
		fprintf(out, ",\"%s\"", json_name(description->column[i].name, name));
	fputs("],\n  \"properties\":{\"serverIndex\":{\"type\":\"integer\"}", out);
	if (description->indexes == 2)
		fprintf(out,
			",\n   \"serverName\":{\"type\":\"string\"},\n"
			"   \"%s\":{\"type\":\"integer\"}",
			json_index(description, name));
	for (size_t i = 0; i < description->columns; i++) {
		fprintf(out,
			",\n   \"%s\":", json_name(description->column[i].name, name));
		print_column(&description->column[i], out);
	}
	fputs("}}", out);
}

/* ---- the envelope ---- */

void
schema_head(const char *command, FILE *out)
{
	fprintf(out,
		"{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\n"
		" \"$id\":\"urn:bellwether:json:1:%s\",\n"
		" \"title\":\"bellwether %s --json\",\n ",
		command, command);
}

static void
begin(const char *command, FILE *out)
{
	schema_head(command, out);
	fputs("\"type\":\"object\",\n"
	      " \"required\":[\"version\",\"agent\",\"agentState\",\"rows\"],\n"
	      " \"properties\":{\"version\":{\"const\":1},\n"
	      "  \"agent\":{\"type\":\"string\"},\n"
	      "  \"agentState\":{\"enum\":[",
	      out);
	for (int state = AGENT_CONNECTING;
	     agent_state_name((enum agent_state)state)[0] != '?'; state++)
		fprintf(out, "%s\"%s\"", state > AGENT_CONNECTING ? "," : "",
			agent_state_name((enum agent_state)state));
	fputs("]},\n  \"agentDetail\":{\"type\":\"string\"},\n"
	      "  \"boardAge\":{\"type\":\"integer\",\"minimum\":0},\n"
	      "  \"rows\":{\"type\":\"array\",\"items\":\n  ",
	      out);
}

static const char steps[] = "{\"type\":\"object\",\"required\":[\"ok\",\"step\"],\n"
			    "  \"properties\":{\"ok\":{\"type\":\"boolean\"},\n"
			    "   \"step\":{\"type\":\"string\"},\n"
			    "   \"advice\":{\"type\":\"string\"}}}";

static bool
print_command(const char *command, FILE *out)
{
	const struct list *list = list_find(command);
	enum mib_table table = list ? list->table : MIB_TABLE_END;
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (strcmp(others[i].command, command) == 0)
			table = others[i].table;
	if (schema_offline(command, out))
		return true;
	if (table == MIB_TABLE_END && strcmp(command, "doctor") != 0)
		return false;
	begin(command, out);
	if (table == MIB_TABLE_END)
		fputs(steps, out);
	else
		print_row(table, out);
	fputs("}}}\n", out);
	return true;
}

int
schema_print(int argc, char **argv, FILE *out, FILE *err)
{
	if (argc == 2 && print_command(argv[1], out))
		return EXIT_DONE;
	if (argc == 2)
		fprintf(err, "bellwether schema: %s prints no JSON of this kind; ",
			argv[1]);
	fputs("usage: bellwether schema COMMAND\n", err);
	return EXIT_MISUSED;
}
