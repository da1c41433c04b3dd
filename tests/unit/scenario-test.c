/* SPDX-License-Identifier: BSD-3-Clause */
/* Plays scenarios: text files of timed inputs and expected decisions of the fleet.

   A line is empty, a comment (#), or a time and a command; the first are set-up and have
   no time:
     policy WORD=VALUE ...        see rig_option(): clients= group= share= batch= ...
     load FILE [MODE]             instead: a policy of doc/policy with its own judge; its
                                  clients and alternates then go by their names
     hook DURATION                how long a client's hook takes (default 100ms)
   A time is since the start and never goes back. Everything due up to it happens first.
   CLIENTS is all, cN, or cN-cM; with load, SELECTION of bellwether(1) without blanks.
     TIME samples NAME=VALUE ...             with load: see rehearsal_set()
     TIME judge failover|pending|neither|connection|unknown
     TIME agents CLIENTS obey|mute|received|echo|reject
     TIME at CLIENTS here|away|unknown       where clients really are, order or not
     TIME network CLIENTS "REPORT"           network_name() of a message to them
     TIME hello CLIENTS · request CLIENTS
     TIME pause policy|file|operator REASON · resume policy|file|operator
     TIME reload WORD=VALUE ...
     TIME store · crash                      save what changed; start again from that
     TIME wall DURATION · wall -DURATION     the server's wall clock jumps
     TIME operate ACTION SELECTION [by=WHO] [for=DURATION] [share=N] [limit=N] [force]
     TIME cancel NUMBER                      of an operation; SELECTION is one word
     TIME health aaaN STATE PERFORMANCE CLIENTS · health aaaN silent
                                             what it says from now on (with health=);
                                             at first serving 90 0, threshold 60
     TIME expect ...
   Expectations, with what was sent and what events came since the last line of the same
   kind, if so marked:
     state STATE · mode automatic|advise · rows N · silent N
     place PLACE N [CLIENTS] · order STATE N   how many clients
     client cN PLACE ORDER · network cN "REPORT"
     sent failover|reconnect N               datagrams, repetitions too (since)
     asked N                                 questions for the last order (since)
     answers accept|refuse|acknowledge|reject N   (since)
     reason REASON · retry-after N           of the last answer
     operation I ACTION STATE [ordered=N received=N done=N rejected=N unreachable=N
       batches=N step=N]                     the I-th newest, from 0
     operations N
     event KIND "PART" · no-event KIND       (since the last `forget`)
     held N · paused yes|no · answer "PART" · refused "PART"    (of the last operate)
     alternate aaaN STATE LOAD               load: of our clients
     copies cN N · acted cN failovers N · acted cN reconnects N
     TIME forget                             counts and events so far */
#include "config.h"

#include "tests/unit/scenario.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/selector.h"

const char *
scenario_word(const struct scenario *s, unsigned i)
{
	return i < s->words ? s->word[i] : "";
}

bool
scenario_bad(struct scenario *s, const char *what)
{
	snprintf(s->why, sizeof(s->why), "cannot read this line: %s", what);
	return false;
}

static bool
selected(struct scenario *s, const char *text, uint8_t mark[RIG_CLIENTS])
{
	const struct policy *policy = s->rig->policy;
	char why[SELECTOR_WHY];
	size_t count;

	if (!selector_parse(policy, text, mark + 1, &count, why))
		return scenario_bad(s, why);
	return true;
}

bool
scenario_clients(struct scenario *s, unsigned i, uint8_t mark[RIG_CLIENTS])
{
	const char *text = scenario_word(s, i);
	unsigned first = s->rig->options.first, last = first;

	memset(mark, 0, RIG_CLIENTS);
	if (s->rehearsal != NULL)
		return selected(s, text, mark);
	if (strcmp(text, "all") == 0)
		last = first + s->rig->options.clients - 1;
	else if (sscanf(text, "c%u-c%u", &first, &last) == 2)
		;
	else if (sscanf(text, "c%u", &first) == 1)
		last = first;
	else
		return scenario_bad(s, "clients are all, c1 or c1-c5");
	for (unsigned n = first; n <= last && n < RIG_CLIENTS; n++)
		mark[n] = 1;
	return true;
}

/* ---- inputs ---- */

static bool
do_judge(struct scenario *s)
{
	static const char *const names[] = {
		[RIG_NEITHER] = "neither", [RIG_FAILOVER] = "failover",
		[RIG_PENDING] = "pending", [RIG_CONNECTION] = "connection",
		[RIG_UNKNOWN] = "unknown",
	};

	if (s->rehearsal != NULL)
		return scenario_bad(s, "the policy judges by itself");
	for (unsigned i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(scenario_word(s, 2), names[i]) == 0) {
			rig_judge(s->rig, (enum rig_verdict)i);
			return true;
		}
	return scenario_bad(s, "no such verdict");
}

static bool
do_samples(struct scenario *s)
{
	if (s->rehearsal == NULL)
		return scenario_bad(s, "samples are for a policy that was loaded");
	for (unsigned i = 2; i < s->words; i++)
		if (!rehearsal_set(s->rehearsal, s->word[i]))
			return scenario_bad(s, s->word[i]);
	return true;
}

/* Of the last message to them. */
static bool
do_network(struct scenario *s)
{
	static const int errors[NETWORK_COUNT] = {
		[NETWORK_PORT_CLOSED] = ECONNREFUSED,
		[NETWORK_TOO_LONG] = EMSGSIZE,
		[NETWORK_HOST_UNREACHABLE] = EHOSTUNREACH,
		[NETWORK_NO_ROUTE] = ENETUNREACH,
		[NETWORK_PROHIBITED] = EACCES,
		[NETWORK_OTHER] = EPROTO,
	};
	struct rig *rig = s->rig;
	uint8_t mark[RIG_CLIENTS];

	if (!scenario_clients(s, 2, mark))
		return false;
	for (unsigned i = 1; i < NETWORK_COUNT; i++) {
		if (strcmp(scenario_word(s, 3), network_name((enum network)i)) != 0)
			continue;
		for (uint32_t row = 0; row < fleet_rows(rig->fleet); row++)
			if (mark[rig_agent(rig, row) - rig->agent])
				fleet_unreachable(rig->fleet, row, errors[i], rig->now);
		return true;
	}
	return scenario_bad(s, "no such report");
}

static bool
do_agents(struct scenario *s)
{
	static const char *const names[] = {
		[MANNER_OBEY] = "obey",         [MANNER_MUTE] = "mute",
		[MANNER_RECEIVED] = "received", [MANNER_ECHO] = "echo",
		[MANNER_REJECT] = "reject",
	};
	uint8_t mark[RIG_CLIENTS];

	if (!scenario_clients(s, 2, mark))
		return false;
	for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
		if (strcmp(scenario_word(s, 3), names[i]) != 0)
			continue;
		for (unsigned n = 0; n < RIG_CLIENTS; n++)
			if (mark[n])
				s->rig->agent[n].manner = (enum manner)i;
		return true;
	}
	return scenario_bad(s, "no such manner");
}

static bool
do_at(struct scenario *s)
{
	int place;
	uint8_t mark[RIG_CLIENTS];

	FIND(place, place_name, PLACE_UNKNOWN, scenario_word(s, 3));
	if (!scenario_clients(s, 2, mark))
		return false;
	if (place < PLACE_HERE)
		return scenario_bad(s, "no such place");
	for (unsigned n = 0; n < RIG_CLIENTS; n++) {
		if (!mark[n])
			continue;
		s->rig->agent[n].place = (enum place)place;
		s->rig->agent[n].following = 0;
	}
	return true;
}

static bool
do_say(struct scenario *s)
{
	enum message_type type =
	    strcmp(scenario_word(s, 1), "hello") == 0 ? MESSAGE_HELLO : MESSAGE_REQUEST;
	uint8_t mark[RIG_CLIENTS];

	if (!scenario_clients(s, 2, mark))
		return false;
	for (unsigned n = 0; n < RIG_CLIENTS; n++)
		if (mark[n])
			rig_say(s->rig, n, type);
	rig_settle(s->rig);
	return true;
}

static bool
do_pause(struct scenario *s)
{
	const char *who = scenario_word(s, 2);
	unsigned bit = strcmp(who, "policy") == 0     ? PAUSED_POLICY
		       : strcmp(who, "file") == 0     ? PAUSED_FILE
		       : strcmp(who, "operator") == 0 ? PAUSED_OPERATOR
						      : 0;

	if (bit == 0)
		return scenario_bad(s, "policy, file or operator pauses");
	fleet_pause(s->rig->fleet, bit, strcmp(scenario_word(s, 1), "pause") == 0,
		    scenario_word(s, 3), s->rig->now);
	rig_settle(s->rig);
	return true;
}

static bool
do_reload(struct scenario *s)
{
	if (s->rehearsal != NULL)
		return scenario_bad(s, "a policy that was loaded stays");
	for (unsigned i = 2; i < s->words; i++)
		if (!rig_option(&s->rig->options, s->word[i]))
			return scenario_bad(s, "no such word of the policy");
	rig_reload(s->rig);
	return true;
}

static bool
do_store(struct scenario *s)
{
	rig_store(s->rig);
	return true;
}

static bool
do_crash(struct scenario *s)
{
	rig_crash(s->rig);
	return true;
}

static bool
do_wall(struct scenario *s)
{
	const char *text = scenario_word(s, 2);
	bool back = *text == '-';
	int64_t jump;

	if (!duration_parse(text + back, &jump))
		return scenario_bad(s, "not a duration");
	s->rig->now.wall += back ? -jump : jump;
	return true;
}

static bool
wish_word(struct scenario *s, const char *text, struct fleet_wish *wish)
{
	if (strcmp(text, "force") == 0)
		wish->force = true;
	else if (strncmp(text, "by=", 3) == 0)
		wish->requester = text + 3;
	else if (strncmp(text, "share=", 6) == 0)
		wish->share = strtod(text + 6, NULL) / 100;
	else if (strncmp(text, "limit=", 6) == 0)
		wish->limit = (uint32_t)strtoul(text + 6, NULL, 10);
	else if (strncmp(text, "for=", 4) != 0 ||
		 !duration_parse(text + 4, &wish->hold))
		return scenario_bad(s, "by= for= share= limit= or force");
	return true;
}

static bool
do_operate(struct scenario *s)
{
	struct fleet_wish wish = { .selection = scenario_word(s, 3),
				   .requester = "anna",
				   .reason = "disk swap",
				   .hold = HOUR };
	int action;

	FIND(action, action_name, ACTION_RESUME, scenario_word(s, 2));
	if (action < ACTION_FAILOVER)
		return scenario_bad(s, "no such action");
	for (unsigned i = 4; i < s->words; i++)
		if (!wish_word(s, s->word[i], &wish))
			return false;
	wish.action = (enum action)action;
	s->refused = fleet_operate(s->rig->fleet, &wish, s->rig->now, s->answer) == 0;
	rig_settle(s->rig);
	return true;
}

static bool
do_cancel(struct scenario *s)
{
	uint32_t number = (uint32_t)strtoul(scenario_word(s, 2), NULL, 10);

	s->refused = !fleet_cancel(s->rig->fleet, number, s->rig->now, s->answer);
	rig_settle(s->rig);
	return true;
}

/* Its place among the policy's, and 2; 0: there is none of that name. */
static unsigned
alternate(const struct scenario *s, const char *name)
{
	const struct policy *policy = s->rig->policy;
	unsigned n = 0;

	if (s->rehearsal == NULL)
		return sscanf(name, "aaa%u", &n) == 1 && n >= 2 &&
			       n - 2 < RIG_ALTERNATES
			   ? n
			   : 0;
	for (unsigned i = 0; i < policy->alternates && i < RIG_ALTERNATES; i++)
		if (strcmp(policy->alternate[i].name, name) == 0)
			n = i + 2;
	return n;
}

static bool
do_health(struct scenario *s)
{
	struct peer_says says = { .answers = strcmp(scenario_word(s, 3), "silent") != 0,
				  .health = { .threshold = 60 } };
	unsigned n = alternate(s, scenario_word(s, 2));
	int state;

	if (n == 0)
		return scenario_bad(s, "alternates are aaa2 and so on");
	FIND(state, server_state_name, SERVER_UNKNOWN, scenario_word(s, 3));
	if (says.answers && state < SERVER_SERVING)
		return scenario_bad(s, "no such state");
	says.health.state = (enum server_state)state;
	says.health.known = strcmp(scenario_word(s, 4), "unknown") != 0;
	says.health.performance = strtod(scenario_word(s, 4), NULL);
	says.health.clients = (uint32_t)strtoul(scenario_word(s, 5), NULL, 10);
	rig_health(s->rig, n, &says);
	return true;
}

static bool
do_forget(struct scenario *s)
{
	memset(s->rig->sent, 0, sizeof(s->rig->sent));
	memset(s->rig->answers, 0, sizeof(s->rig->answers));
	s->rig->questions = s->rig->events = 0;
	return true;
}

/* ---- the player ---- */

struct command {
	const char *name;
	bool (*act)(struct scenario *s);
};

static const struct command commands[] = {
	{ "samples", do_samples }, { "judge", do_judge },     { "agents", do_agents },
	{ "at", do_at },           { "hello", do_say },       { "request", do_say },
	{ "pause", do_pause },     { "resume", do_pause },    { "reload", do_reload },
	{ "store", do_store },     { "crash", do_crash },     { "wall", do_wall },
	{ "forget", do_forget },   { "operate", do_operate }, { "cancel", do_cancel },
	{ "health", do_health },   { "network", do_network },
};

static bool
perform(struct scenario *s)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (strcmp(commands[i].name, scenario_word(s, 1)) == 0)
			return commands[i].act(s);
	return scenario_bad(s, "no such command");
}

/* Cuts a line into words; double quotes group. */
static void
cut(struct scenario *s, char *text)
{
	s->words = 0;
	while (s->words < WORDS) {
		char end = ' ';

		text += strspn(text, " \t\n");
		if (*text == '\0' || *text == '#')
			break;
		if (*text == '"') {
			end = '"';
			text++;
		}
		s->word[s->words++] = text;
		text += end == '"' ? strcspn(text, "\"") : strcspn(text, " \t\n");
		if (*text != '\0')
			*text++ = '\0';
	}
}

static bool
play_set_up(struct scenario *s)
{
	if (s->rig != NULL)
		return scenario_bad(s, "the set-up comes first");
	if (strcmp(scenario_word(s, 0), "load") == 0) {
		s->rehearsal = rehearsal_new(scenario_word(s, 1),
					     s->words > 2 ? s->word[2] : NULL);
		if (s->rehearsal == NULL)
			return scenario_bad(s, "no policy that can be used");
		s->rig = rehearsal_rig(s->rehearsal);
		s->start = s->rig->now.boot;
		return true;
	}
	if (strcmp(scenario_word(s, 0), "policy") != 0)
		return scenario_bad(s, "neither a time, policy nor load");
	for (unsigned i = 1; i < s->words; i++)
		if (!rig_option(&s->options, s->word[i]))
			return scenario_bad(s, "no such word of the policy");
	return true;
}

static bool
play_line(struct scenario *s)
{
	int64_t at, hook;

	if (s->words == 0)
		return true;
	if (!duration_parse(s->word[0], &at) && strcmp(s->word[0], "hook") != 0)
		return play_set_up(s);
	if (s->rig == NULL) {
		s->rig = rig_new(&s->options, 7);
		s->start = s->rig->now.boot;
	}
	if (strcmp(s->word[0], "hook") == 0) {
		if (!duration_parse(scenario_word(s, 1), &hook))
			return scenario_bad(s, "not a duration");
		s->rig->hook = hook;
		return true;
	}
	if (s->start + at < s->rig->now.boot)
		return scenario_bad(s, "time goes back");
	if (s->rehearsal != NULL)
		rehearsal_run(s->rehearsal, s->start + at - s->rig->now.boot);
	else
		rig_run(s->rig, s->start + at - s->rig->now.boot);
	if (strcmp(scenario_word(s, 1), "expect") == 0)
		return scenario_expect(s);
	return perform(s);
}

static bool
play(const char *file)
{
	struct scenario s = { .file = file, .options = rig_defaults };
	FILE *from = fopen(file, "r");
	char text[500], line[500];
	bool right = from != NULL;

	while (right && fgets(text, sizeof(text), from) != NULL) {
		s.line++;
		memcpy(line, text, sizeof(line));
		cut(&s, text);
		right = play_line(&s);
		if (right && s.rig != NULL && !rig_counts_true(s.rig)) {
			snprintf(s.why, sizeof(s.why), "the counts are not the rows'");
			right = false;
		}
	}
	if (right && s.rig == NULL) {
		snprintf(s.why, sizeof(s.why), "nothing happens in it");
		right = false;
	}
	if (!right)
		printf("FAIL %s:%u: %s\n     %s", file, s.line,
		       from != NULL ? s.why : "cannot open it",
		       from != NULL ? line : "\n");
	if (from != NULL)
		fclose(from);
	if (s.rehearsal != NULL)
		rehearsal_free(s.rehearsal);
	else if (s.rig != NULL)
		rig_free(s.rig);
	return right;
}

int
main(int argc, char **argv)
{
	const char *top = getenv("top_srcdir");
	char pattern[4096];
	glob_t found = { 0 };
	unsigned failed = 0, played = 0;

	snprintf(pattern, sizeof(pattern), "%s/tests/scenarios/*.txt",
		 top != NULL ? top : ".");
	if (argc == 1 && glob(pattern, 0, NULL, &found) != 0) {
		fprintf(stderr, "no scenarios at %s\n", pattern);
		return 99;
	}
	for (size_t i = 0; i < (argc > 1 ? (size_t)argc - 1 : found.gl_pathc); i++) {
		failed += !play(argc > 1 ? argv[i + 1] : found.gl_pathv[i]);
		played++;
	}
	globfree(&found);
	printf("%u scenarios, %u failed\n", played, failed);
	return failed > 0;
}
