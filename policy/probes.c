/* SPDX-License-Identifier: BSD-3-Clause */
/* What parameters and services ask: drafts while reading, which join.c makes probes of. */
#include "config.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "policy/loader.h"

#define PATTERN_NUMBER "(-?[0-9]+(\\.[0-9]+)?)" /* the first number in a file */
/* Repetitions that a pattern's {m,n} may multiply to: regcomp() spells them out. */
#define PATTERN_REPEATS 1000u
/* What a test login says of where it comes from: a request has to say something. */
#define DEFAULT_NAS "bellwether"

#define DIAMETER_USUAL_PORT 3868
#define TACACS_USUAL_PORT   49

/* The parameter or service whose element is open. */
static struct policy_input *
present_input(struct loader *loader)
{
	return &loader->policy->input[loader->policy->inputs - 1];
}

static struct draft *
add_draft(struct loader *loader, enum probe_kind kind, enum probe_value value)
{
	struct draft *draft = ARRAY_MORE(loader->arena, loader->draft, loader->drafts);
	struct policy_input *input = present_input(loader);

	if (draft == NULL)
		return NULL;
	draft->input = (uint32_t)loader->policy->inputs - 1;
	draft->line = loader->line;
	draft->probe.kind = kind;
	draft->probe.name = input->name;
	draft->probe.interval = input->interval;
	draft->probe.timeout = input->timeout;
	draft->output.input = draft->input;
	draft->output.value = input->service ? VALUE_STATE : value;
	return draft;
}

/* Probes of the protected server: a timeout or absence measures. */
static void
measures(struct loader *loader, enum probe_worst worst, const char *unit)
{
	struct policy_input *input = present_input(loader);

	input->server = true;
	if (input->service)
		return;
	input->worst = worst;
	if (input->rate && worst != WORST_NONE)
		loader_fault(
		    loader, loader->line,
		    "rate= of <parameter> \"%s\", which is no counter: expected "
		    "it with a number that only grows",
		    input->name);
	if (input->unit[0] == '\0')
		input->unit = unit;
}

/* Values of a home server, and no others, need to be told which. */
static void
keep_home(struct loader *loader, struct draft *draft,
	  const struct probe_radius_value *row, const struct value *home)
{
	bool needed = strncmp(row->name, "home-server-", 12) == 0;

	if (home->set)
		draft->probe.radius_status.home = home->endpoint;
	if (home->set && !needed)
		loader_fault(loader, loader->line,
			     "home-server= of <radius-status> with value=\"%s\": "
			     "expected home-server-state or home-server-outstanding",
			     row->name);
	else if (needed && !home->set && home->text.start == NULL)
		loader_fault(loader, loader->line,
			     "value=\"%s\" of <radius-status> lacks home-server=: "
			     "expected the address and port that the proxy passes "
			     "requests on to",
			     row->name);
}

void
probes_radius(struct loader *loader, const struct value *value)
{
	struct policy_input *input = present_input(loader);
	struct draft *draft = add_draft(loader, PROBE_RADIUS_STATUS, VALUE_STATE);
	const struct probe_radius_value *row = &probe_radius_values[0];

	if (draft == NULL)
		return;
	draft->probe.radius_status.server = value[RADIUS_SERVER].endpoint;
	draft->secret_file = value[RADIUS_SECRET].set
				 ? arena_text(loader->arena, value[RADIUS_SECRET].text)
				 : NULL;
	if (!input->service && value[RADIUS_VALUE].set) {
		row = &probe_radius_values[value[RADIUS_VALUE].number];
		draft->output.value = row->value;
		draft->output.selector = row->selector;
		keep_home(loader, draft, row, &value[RADIUS_HOME]);
	}
	measures(loader, row->worst, row->unit);
}

static const char *
kept(struct loader *loader, const struct value *value)
{
	return value->set ? arena_text(loader->arena, value->text) : NULL;
}

void
probes_login(struct loader *loader, const struct value *value)
{
	bool service = present_input(loader)->service;
	enum probe_value kind = !service && value[LOGIN_VALUE].set
				    ? (enum probe_value)value[LOGIN_VALUE].number
				    : VALUE_ELAPSED;
	struct draft *draft = add_draft(loader, PROBE_RADIUS_LOGIN, kind);
	bool latency = kind == VALUE_ELAPSED;

	if (draft == NULL)
		return;
	draft->probe.radius_login.server = value[LOGIN_SERVER].endpoint;
	draft->secret_file = kept(loader, &value[LOGIN_SECRET]);
	draft->password_file = kept(loader, &value[LOGIN_PASSWORD]);
	draft->probe.radius_login.user =
	    value[LOGIN_USER].set ? kept(loader, &value[LOGIN_USER]) : "";
	draft->probe.radius_login.nas_identifier =
	    value[LOGIN_NAS].set ? kept(loader, &value[LOGIN_NAS]) : DEFAULT_NAS;
	measures(loader, latency ? WORST_TIMEOUT : WORST_ZERO, latency ? "ms" : "");
}

/* What the helper labels its counts with, and what each reads as without a server. */
static const struct {
	const char *label;
	enum probe_worst worst;
	bool needs_max;
} thread_counts[] = {
	[COUNT_AVAILABLE] = { "threads-available", WORST_ZERO, true },
	[COUNT_MAX_THREADS] = { "threads-max", WORST_NONE, true },
	[COUNT_TOTAL] = { "threads-total", WORST_NONE, false },
	[COUNT_BUSY] = { "threads-busy", WORST_NONE, false },
	[COUNT_IDLE] = { "threads-idle", WORST_ZERO, false },
};

void
probes_threads(struct loader *loader, const struct value *value)
{
	struct draft *draft = add_draft(loader, PROBE_RADIUS_THREADS, VALUE_PERFDATA);
	int64_t count = value[THREADS_VALUE].number;

	if (draft == NULL)
		return;
	draft->probe.radius_threads.process =
	    value[THREADS_PROCESS].set ? kept(loader, &value[THREADS_PROCESS]) : "";
	draft->probe.radius_threads.max =
	    value[THREADS_MAX].set ? (uint32_t)value[THREADS_MAX].number : 0;
	if (!value[THREADS_VALUE].set)
		return;
	draft->output.label = thread_counts[count].label;
	measures(loader, thread_counts[count].worst, "");
	if (thread_counts[count].needs_max && !value[THREADS_MAX].set &&
	    !loader->told_attributes)
		loader_fault(loader, loader->line,
			     "value=\"%s\" of <radius-threads> lacks max=: expected "
			     "thread.max_servers of the server, as radmin -e \"show "
			     "config thread.max_servers\" tells it",
			     thread_counts[count].label);
}

void
probes_activity(struct loader *loader, const struct value *value)
{
	struct draft *draft = &loader->activity;

	if (loader->file > 0)
		return; /* told of <activity> */
	draft->line = loader->line;
	draft->probe.kind = PROBE_RADIUS_STATUS;
	draft->probe.radius_status.server = value[RADIUS_SERVER].endpoint;
	draft->secret_file = value[RADIUS_SECRET].set
				 ? arena_text(loader->arena, value[RADIUS_SECRET].text)
				 : NULL;
}

void
probes_backlog(struct loader *loader, const struct value *value)
{
	enum probe_value kind = value[BACKLOG_VALUE].set
				    ? (enum probe_value)value[BACKLOG_VALUE].number
				    : VALUE_QUEUE;
	struct draft *draft = add_draft(loader, PROBE_UDP_BACKLOG, kind);
	struct policy_input *input = present_input(loader);

	if (draft == NULL)
		return;
	draft->probe.udp_backlog.port = (uint16_t)value[BACKLOG_PORT].number;
	if (input->unit[0] == '\0' && kind == VALUE_QUEUE)
		input->unit = "B";
}

/* Splits at spaces, double quotes group; no escapes, no shell. False with a fault. */
static bool
split_command(struct loader *loader, const char *text, struct probe *probe)
{
	size_t arguments = 0, room = strlen(text) + 1;
	char *at = arena_take(loader->arena, room);

	while (at != NULL) {
		bool quoted = false;

		text += strspn(text, " \t");
		if (*text == '\0')
			break;
		if (arguments == PROBE_ARGUMENTS) {
			loader_fault(
			    loader, loader->line,
			    "command= of <exec> has more than %d words: expected "
			    "fewer",
			    PROBE_ARGUMENTS);
			return false;
		}
		probe->exec.argument[arguments++] = at;
		for (; *text != '\0' && (quoted || (*text != ' ' && *text != '\t'));
		     text++) {
			if (*text == '"')
				quoted = !quoted;
			else
				*at++ = *text;
		}
		*at++ = '\0';
		if (quoted) {
			loader_fault(loader, loader->line,
				     "command= of <exec> has a quote without its end: "
				     "expected them in pairs");
			return false;
		}
	}
	probe->exec.argument[arguments] = NULL;
	return arguments > 0;
}

/* What a parameter takes from a command; a service has neither attribute. */
static enum probe_value
exec_value(struct loader *loader, const struct value *value)
{
	bool service = present_input(loader)->service;

	if (service || !value[EXEC_PERFDATA].set)
		return !service && value[EXEC_VALUE].set
			   ? (enum probe_value)value[EXEC_VALUE].number
			   : VALUE_EXIT;
	if (value[EXEC_VALUE].set)
		loader_fault(loader, loader->line,
			     "<exec> has perfdata= and value=: expected one of them");
	return VALUE_PERFDATA;
}

void
probes_exec(struct loader *loader, const struct value *value)
{
	enum probe_value kind = exec_value(loader, value);
	bool label = kind == VALUE_PERFDATA;
	struct draft *draft = add_draft(loader, PROBE_EXEC, kind);
	struct probe *probe;

	if (draft == NULL)
		return;
	/* One that had to be ended has taken at least as long. */
	if (kind == VALUE_ELAPSED)
		measures(loader, WORST_TIMEOUT, "ms");
	probe = &draft->probe;
	if (label)
		draft->output.label =
		    arena_text(loader->arena, value[EXEC_PERFDATA].text);
	if (value[EXEC_USER].set)
		probe->exec.user = arena_text(loader->arena, value[EXEC_USER].text);
	if (value[EXEC_TIMEOUT].set)
		probe->timeout = value[EXEC_TIMEOUT].number;
	if (probe->timeout > probe->interval)
		loader_fault(
		    loader, loader->line,
		    "timeout= of <exec> is longer than the interval: expected at "
		    "most that of <monitor> or every=");
	present_input(loader)->timeout = probe->timeout;
	if (!value[EXEC_COMMAND].set ||
	    !split_command(loader, arena_text(loader->arena, value[EXEC_COMMAND].text),
			   probe))
		return;
	if (probe->exec.argument[0][0] != '/')
		loader_fault(
		    loader, loader->line,
		    "command=\"%s\" of <exec>: expected an absolute path first; "
		    "no shell looks for it",
		    probe->exec.argument[0]);
}

/* What the {m,n} of a pattern multiply to, at most. */
static bool
repeats_bounded(const char *pattern)
{
	unsigned long total = 1, number = 0, most = 1;
	bool inside = false;

	for (const char *at = pattern; *at != '\0'; at++) {
		if (*at == '{') {
			inside = true;
			most = 1;
			number = 0;
		} else if (inside && *at >= '0' && *at <= '9') {
			number = number * 10 + (unsigned long)(*at - '0');
			if (number > PATTERN_REPEATS)
				return false;
		} else if (inside) {
			most = number > most ? number : most;
			number = 0;
			if (*at != '}')
				continue;
			inside = false;
			total *= most;
			if (total > PATTERN_REPEATS)
				return false;
		}
	}
	return true;
}

static void
check_pattern(struct loader *loader, const char *pattern)
{
	char why[128] = "it repeats too often";
	regex_t regex;
	int error;

	if (repeats_bounded(pattern)) {
		error = regcomp(&regex, pattern, REG_EXTENDED);
		if (error == 0) {
			size_t groups = regex.re_nsub;

			regfree(&regex);
			if (groups > 0)
				return;
			snprintf(why, sizeof(why), "it has no group");
		} else {
			regerror(error, &regex, why, sizeof(why));
		}
	}
	loader_fault(loader, loader->line,
		     "pattern=\"%s\" of <file>: %s; expected a POSIX extended regular "
		     "expression with the number in a (group)",
		     pattern, why);
}

void
probes_file(struct loader *loader, const struct value *value)
{
	struct draft *draft = add_draft(loader, PROBE_FILE, VALUE_MATCH);

	if (draft == NULL)
		return;
	draft->probe.file.path = "";
	draft->probe.file.pattern = PATTERN_NUMBER;
	if (value[FILE_PATTERN].set) {
		draft->probe.file.pattern =
		    arena_text(loader->arena, value[FILE_PATTERN].text);
		check_pattern(loader, draft->probe.file.pattern);
	}
	if (!value[FILE_PATH].set)
		return;
	draft->probe.file.path = arena_text(loader->arena, value[FILE_PATH].text);
	if (draft->probe.file.path[0] != '/')
		loader_fault(loader, loader->line,
			     "path=\"%s\" of <file>: expected an absolute path",
			     draft->probe.file.path);
}

void
probes_snmp(struct loader *loader, const struct value *value)
{
	struct draft *draft = add_draft(loader, PROBE_SNMP, VALUE_OBJECT);
	struct slice oid = value[SNMP_OID].text;

	if (draft == NULL)
		return;
	draft->probe.snmp.agent = value[SNMP_AGENT].endpoint;
	if (value[SNMP_ACCESS].set)
		draft->access_file = arena_text(loader->arena, value[SNMP_ACCESS].text);
	if (!value[SNMP_OID].set)
		return;
	if (oid.start[0] == '.') {
		oid.start++;
		oid.length--;
	}
	draft->output.label = arena_text(loader->arena, oid);
}

void
probes_diameter(struct loader *loader, const struct value *value)
{
	struct draft *draft = add_draft(loader, PROBE_DIAMETER, VALUE_ELAPSED);
	struct probe *probe;

	if (draft == NULL)
		return;
	probe = &draft->probe;
	probe->diameter.to.address = value[DIAMETER_PEER].endpoint.address;
	probe->diameter.to.port = value[DIAMETER_PORT].set
				      ? (uint16_t)value[DIAMETER_PORT].number
				      : DIAMETER_USUAL_PORT;
	probe->diameter.origin_host =
	    value[DIAMETER_HOST].set
		? arena_text(loader->arena, value[DIAMETER_HOST].text)
		: "";
	probe->diameter.origin_realm =
	    value[DIAMETER_REALM].set
		? arena_text(loader->arena, value[DIAMETER_REALM].text)
		: "";
	measures(loader, WORST_TIMEOUT, "ms");
}

void
probes_tacacs(struct loader *loader, const struct value *value)
{
	struct draft *draft = add_draft(loader, PROBE_TACACS, VALUE_ELAPSED);
	struct probe *probe;

	if (draft == NULL)
		return;
	probe = &draft->probe;
	probe->tacacs.to.address = value[TACACS_SERVER].endpoint.address;
	probe->tacacs.to.port = value[TACACS_PORT].set
				    ? (uint16_t)value[TACACS_PORT].number
				    : TACACS_USUAL_PORT;
	probe->tacacs.user = value[TACACS_USER].set
				 ? arena_text(loader->arena, value[TACACS_USER].text)
				 : "";
	if (value[TACACS_SECRET].set)
		draft->secret_file =
		    arena_text(loader->arena, value[TACACS_SECRET].text);
	measures(loader, WORST_TIMEOUT, "ms");
}

void
probes_tcp(struct loader *loader, const struct value *value)
{
	struct draft *draft = add_draft(loader, PROBE_TCP, VALUE_ELAPSED);

	if (draft == NULL)
		return;
	draft->probe.tcp.to.address = value[TCP_ADDRESS].endpoint.address;
	draft->probe.tcp.to.port = (uint16_t)value[TCP_PORT].number;
	measures(loader, WORST_TIMEOUT, "ms");
}

void
probes_process(struct loader *loader, const struct value *value)
{
	struct draft *draft = add_draft(loader, PROBE_PROCESS, VALUE_COUNT);

	if (draft == NULL)
		return;
	draft->probe.process.name =
	    value[PROCESS_NAME].set
		? arena_text(loader->arena, value[PROCESS_NAME].text)
		: "";
	measures(loader, WORST_ZERO, "");
}
