/* SPDX-License-Identifier: BSD-3-Clause */
/* bellwether doctor: what stands between here and a Bellwether, step by step. */
#include "config.h"

#include "tui/snmp.h"

#include <string.h>

#include "common/bytes.h"
#include "tui/text.h"

#define BASE_TEXT "1.3.6.1.4.1.8072.9999.9999"

/* What an agent can be found to be at, in the order in which one gets there. */
enum step {
	STEP_REACHABLE,
	STEP_USER,
	STEP_PASSWORD,
	STEP_VIEW,
	STEP_MIB,
	STEP_ENGINE,
	STEPS
};
static const char *const step_name[STEPS] = {
	"an SNMP agent answers",     "it knows the user or community",
	"the passwords are right",   "the read view holds BELLWETHER-MIB",
	"a Bellwether is behind it", "its engine lives"
};

/* The first step that a state does not get past; STEPS: all passed. */
static enum step
failing(enum agent_state state)
{
	switch (state) {
	case AGENT_OK:
		return STEPS;
	case AGENT_WRONG_USER:
		return STEP_USER;
	case AGENT_WRONG_PASSWORD:
		return STEP_PASSWORD;
	case AGENT_NO_VIEW:
		return STEP_VIEW;
	case AGENT_NO_MIB:
	case AGENT_OTHER:
		return STEP_MIB;
	case AGENT_STALE:
		return STEP_ENGINE;
	default:
		return STEP_REACHABLE;
	}
}

static void
say(const struct ask *ask, const char *verdict, const char *what)
{
	fprintf(ask->out, "%-5s %s\n", verdict, what);
}

static void
lines(const struct ask *ask, const char *where)
{
	fprintf(ask->out, "      %s:\n", where);
}

/* ---- lines to paste ---- */

#define MARGIN "        "

static const char *
user(const struct ask *ask)
{
	const char *name = manager_user(ask->manager);
	return name[0] ? name : "bellwether";
}

static void
paste_user(const struct ask *ask)
{
	lines(ask, "snmpd.conf (or --snmp-conf), the passwords your own");
	fprintf(
	    ask->out,
	    "        createUser %s SHA-256 \"AUTH-PASSWORD\" AES \"PRIV-PASSWORD\"\n",
	    user(ask));
	lines(ask, "~/.snmp/snmp.conf here, mode 600");
	fprintf(ask->out,
		"        defVersion 3\n        defSecurityName %s\n"
		"        defSecurityLevel authPriv\n        defAuthType SHA-256\n"
		"        defAuthPassphrase AUTH-PASSWORD\n        defPrivType AES\n"
		"        defPrivPassphrase PRIV-PASSWORD\n",
		user(ask));
}

/* What snmpd.conf(5) needs for Bellwether, and snmp.conf of --snmp-conf all but the
   first: who may look, and who may act as well, which is by bwOperationTable and, among
   the scalars, by the switches of notifications. */
static const char lines_agentx[] = "master agentx\n"
				   "agentXSocket unix:/run/agentx/master\n"
				   "agentXPerms 0660 0755 Debian-snmp bellwether\n";
static const char lines_bulk[] = "maxGetbulkResponses 2000\n"
				 "[snmp] sendMessageMaxSize 65000\n";
static const char lines_views[] = "view bellwether included " BASE_TEXT "\n"
				  "view bellwether included 1.3.6.1.2.1.1\n";
static const char lines_write[] = "view bellwether-write included " BASE_TEXT ".1.8\n"
				  "view bellwether-write included " BASE_TEXT ".1.1\n";

static void
print_lines(const char *lines, const char *margin, FILE *out)
{
	for (const char *end; (end = strchr(lines, '\n')) != NULL; lines = end + 1)
		fprintf(out, "%s%.*s", margin, (int)(end + 1 - lines), lines);
}

static void
print_access(const char *name, bool write, const char *margin, FILE *out)
{
	const char *group = write ? "bellwether-operator" : "bellwether-nms";
	fprintf(out, "%sgroup %s usm %s\n", margin, group, name);
	fprintf(out, "%saccess %s \"\" usm priv exact bellwether %s none\n", margin,
		group, write ? "bellwether-write" : "none");
}

static void
paste_view(const struct ask *ask, bool write)
{
	lines(ask, write ? "snmpd.conf (or --snmp-conf), to look and to act"
			 : "snmpd.conf (or --snmp-conf), to look");
	print_lines(lines_views, MARGIN, ask->out);
	if (write)
		print_lines(lines_write, MARGIN, ask->out);
	print_access(user(ask), write, MARGIN, ask->out);
}

static void
paste_agentx(const struct ask *ask)
{
	lines(ask, "snmpd.conf, then restart snmpd and bellwetherd");
	print_lines(lines_agentx, MARGIN, ask->out);
	fputs("      or bellwetherd --master udp:127.0.0.1:1161 --snmp-conf FILE, and "
	      "--agent udp:127.0.0.1:1161 here\n",
	      ask->out);
}

static void
paste_bulk(const struct ask *ask)
{
	lines(ask, "snmpd.conf, so that long tables come faster");
	print_lines(lines_bulk, MARGIN, ask->out);
}

static void
print_user(const char *name, const char *passwords, FILE *out)
{
	fprintf(out, "createUser %s SHA-256 \"%s-AUTH\" AES \"%s-PRIV\"\n", name,
		passwords, passwords);
}

/* All of it, as a file: an NMS that looks, an operator, and nobody else. */
static void
print_everything(FILE *out)
{
	fputs("# Bellwether's agent at snmpd; not in the file of --snmp-conf\n", out);
	print_lines(lines_agentx, "", out);
	fputs("# who there is; the passwords your own, 8 characters or more\n", out);
	print_user("nms", "NMS-PASSWORD", out);
	print_user("operator", "OPERATOR-PASSWORD", out);
	fputs("# what they see, and what an operator may write: operations, and among "
	      "the\n"
	      "# scalars the switches of notifications\n",
	      out);
	print_lines(lines_views, "", out);
	print_lines(lines_write, "", out);
	print_access("nms", false, "", out);
	print_access("operator", true, "", out);
	fputs("# so that long tables come faster\n", out);
	print_lines(lines_bulk, "", out);
}

/* ---- steps ---- */

static void
explain_step(const struct ask *ask, enum step step, const struct view *view)
{
	fprintf(ask->out, "      %s. %s\n", view->detail,
		agent_state_advice(view->state));
	switch (step) {
	case STEP_USER:
	case STEP_PASSWORD:
		paste_user(ask);
		break;
	case STEP_VIEW:
		paste_view(ask, false);
		paste_view(ask, true);
		break;
	case STEP_MIB:
		if (view->state == AGENT_NO_MIB)
			paste_agentx(ask);
		break;
	default:
		break;
	}
}

static void
check_write(struct ask *ask, const struct view *view)
{
	const struct snapshot_table *servers = &view->snapshot->table[MIB_SERVER];
	const struct mib_server *server = servers->row;
	struct manager_answer answer;
	if (servers->count == 0) {
		say(ask, "note", "no server is watched: bellwetherd has no policy");
		return;
	}
	struct manager_request request = act_probe(server[0].index.server);
	if (manager_operate(ask->manager, 0, &request) == 0)
		return;
	while (!manager_answer(ask->manager, &answer))
		ask_wait(ask, SECOND);
	if (answer.failure == FAILURE_NO_WRITE) {
		say(ask, "note", "this user may look, not act; to let it act:");
		paste_view(ask, true);
	} else if (answer.failure == FAILURE_UNANSWERED) {
		fprintf(ask->out, "FAIL  writing: %s\n", answer.text);
	} else {
		say(ask, "ok",
		    "the write view holds bwOperationTable; the policy's "
		    "<control snmp=\"yes\"/> decides the rest");
	}
}

static void
check_bulk(struct ask *ask)
{
	bool cut;
	size_t most = manager_bulk(ask->manager, 0, &cut);
	char text[128];
	if (!cut) {
		say(ask, "ok", "responses to GETBULK come whole");
		return;
	}
	snprintf(text, sizeof(text), "responses to GETBULK are cut at %zu variables",
		 most);
	say(ask, "note", text);
	paste_bulk(ask);
}

/* Whoever waits for notifications, and gets none, comes here. */
static void
note_switches(const struct ask *ask, const struct view *view)
{
	const uint32_t *notify = view->snapshot->scalars.notify;
	char text[MIB_TEXT] = "notifications are switched off:";
	size_t none = strlen(text), used = none;
	for (unsigned i = 0; i < MIB_SWITCHES && used < sizeof(text); i++)
		if (notify[i] == MIB_DISABLED)
			used += (size_t)snprintf(text + used, sizeof(text) - used,
						 "%s %s", used > none ? "," : "",
						 mib_switch_name(i));
	if (used > none)
		say(ask, "note", text);
}

static int
examine(struct ask *ask)
{
	struct view view;
	view_begin(ask, 0, &view);
	enum step bad = failing(view.state);
	int status = ask_exit_status(view.state);
	fprintf(ask->out, "%s\n", manager_agent_name(ask->manager, 0));
	for (enum step step = STEP_REACHABLE; step < STEPS && step <= bad; step++)
		say(ask, step == bad ? "FAIL" : "ok", step_name[step]);
	if (bad < STEPS)
		explain_step(ask, bad, &view);
	if (bad >= STEP_ENGINE) {
		check_write(ask, &view);
		check_bulk(ask);
		note_switches(ask, &view);
	}
	view_end(ask, &view);
	return status;
}

static int
examine_json(struct ask *ask)
{
	struct view view;
	view_begin(ask, 0, &view);
	enum step bad = failing(view.state);
	envelope_begin(ask, 0, &view);
	for (enum step step = STEP_REACHABLE; step < STEPS && step <= bad; step++) {
		fprintf(ask->out,
			"%s\n{\"ok\":%s,\"step\":", step == STEP_REACHABLE ? "" : ",",
			step == bad ? "false" : "true");
		json_string(step_name[step], ask->out);
		if (step == bad) {
			fputs(",\"advice\":", ask->out);
			json_string(agent_state_advice(view.state), ask->out);
		}
		fputc('}', ask->out);
	}
	envelope_end(ask);
	int status = ask_exit_status(view.state);
	view_end(ask, &view);
	return status;
}

int
snmp_doctor(int argc, char **argv, FILE *out, FILE *err)
{
	struct options options;
	int status = EXIT_DONE;
	if (!options_parse(argc, argv, OPTIONS_LOOK, &options, err))
		return EXIT_MISUSED;
	if (strcmp(options.words, "lines") == 0 && !options.json) {
		print_everything(out);
		return EXIT_DONE;
	}
	if (options.agents > 1 || options.words[0]) {
		fprintf(err, "bellwether doctor: one --agent at a time; no more words, "
			     "but lines\n");
		return EXIT_MISUSED;
	}
	struct ask ask;
	if (!ask_open(&ask, &options, NEVER / 2, out, err)) {
		fputs("bellwether doctor: bellwether(1) has an example of snmp.conf\n",
		      err);
		return EXIT_MISUSED;
	}
	/* The events are what fills a response first. */
	ask_tables(&ask, 1u << MIB_CLIENT | 1u << MIB_EVENT);
	status = options.json ? examine_json(&ask) : examine(&ask);
	ask_close(&ask);
	return status;
}
