/* SPDX-License-Identifier: BSD-3-Clause */
/* Policies, judges, fleets and a publisher in virtual time. */
#include "config.h"

#include "tests/unit/stage.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/policy-source.h"

#define STEP       (100 * MILLISECOND)
#define WAIT_STEPS 4u

static void *
must(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

/* ---- policies ---- */

static const char * or (const char *text, const char *instead)
{
	return text ? text : instead;
}

static const char monitor[] =
    "<parameter name=\"p\" unit=\"%\"><file path=\"/p\"/></parameter>"
    "<service name=\"radiusd\" role=\"mandatory\" every=\"1s\" rise=\"1\" "
    "fall=\"1\"><process name=\"x\"/></service>";
static const char alternates[] =
    "<alternates><alternate name=\"aaa2\" address=\"192.0.2.11\" priority=\"1\"/>"
    "<alternate name=\"aaa3\" address=\"192.0.2.12\" priority=\"2\"/></alternates>";
static const char clients[] = "<client name=\"c1\" address=\"10.0.0.1\"/>"
			      "<client name=\"c2\" address=\"10.0.0.2\"/>"
			      "<client name=\"c3\" address=\"10.0.0.3\"/>"
			      "<client name=\"c4\" address=\"10.0.0.4\"/>";

static char *
document(const struct stage_words *words)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = must(open_memstream(&text, &size));
	fprintf(to,
		"<policy xmlns=\"" POLICY_NAMESPACE "\" mode=\"%s\">"
		"<server name=\"%s\" address=\"192.0.2.10\">"
		"<key id=\"1\" file=\"k\"/></server>%s<monitor interval=\"1s\">%s"
		"</monitor><performance function=\"%s\"/>",
		or (words->mode, "automatic"), or (words->name, "aaa1"),
		or (words->alternates, alternates), or (words->monitor, monitor),
		or (words->performance, "$p"));
	fprintf(to,
		"<failover threshold=\"30\" for=\"1s\" %s>%s<step><select all=\"yes\"/>"
		"</step><order rate=\"1000000/s\" %s/></failover>"
		"<connection threshold=\"60\" for=\"1s\"><batch %s/></connection>"
		"<control snmp=\"yes\" max-share=\"100%%\"/>"
		"<clients hello=\"%s\">%s</clients></policy>",
		or (words->failover, ""), or (words->whens, ""), or (words->order, ""),
		or (words->batch, ""), or (words->hello, "5m"),
		or (words->clients, clients));
	fclose(to);
	return text;
}

struct policy *
stage_policy(const struct stage_words *words)
{
	char *text = document(words);
	struct test_document files[] = {
		{ "policy.xml", text, 0 },
		{ "peers", "defVersion 2c\ndefCommunity public\n", 0 },
	};
	struct memory_source memory = { files, ARRAY_SIZE(files) };
	struct policy_source source = memory_source(&memory);
	struct faults *faults = must(faults_new(20));
	if (!policy_start())
		abort();
	struct policy *policy = policy_load(&source, "policy.xml", faults);
	if (!policy) {
		faults_print(faults, stderr);
		fprintf(stderr, "%s\n", text);
		abort();
	}
	faults_free(faults);
	free(text);
	return policy;
}

/* ---- what the publisher asks ---- */

static bool
view(void *context, size_t slot, struct server_view *out)
{
	struct stage *stage = context;
	struct stage_server *server = &stage->server[slot];
	if (!server->there)
		return false;
	*out = (struct server_view){
		.policy = server->policy,
		.judge = server->judge,
		.fleet = server->fleet,
		.verdict = &server->verdict,
		.refused = server->refused,
		.lost = server->lost,
		.path = server->path,
		.generation = server->generation,
	};
	return true;
}

static void
scalars(void *context, struct mib_scalars *out)
{
	const struct stage *stage = context;
	snprintf(out->version, sizeof(out->version), "test");
	out->started = 1;
	out->reload = stage->reload;
	out->operation_next = 1;
	for (size_t i = 0; i < PORTS_SERVERS; i++)
		if (stage->server[i].there &&
		    fleet_number(stage->server[i].fleet) > out->operation_next)
			out->operation_next = fleet_number(stage->server[i].fleet);
	out->operation_next = operate_next(&stage->operate, out->operation_next);
}

static size_t
troubles(void *context, struct alarm_raise out[PUBLISH_TROUBLES])
{
	const struct stage *stage = context;
	memcpy(out, stage->trouble, sizeof(stage->trouble));
	return stage->troubles;
}

static size_t
operations(void *context, uint32_t server, struct mib_operation *out, size_t room)
{
	struct stage *stage = context;
	return operate_rows(&stage->operate, server, stage->now, out, room);
}

static bool
take_message(void *context, const struct link_message *message, int fd)
{
	struct stage *stage = context;
	char why[128];
	if (stage->deaf)
		return false;
	if (message->kind == LINK_BOARD) {
		board_close(stage->board);
		stage->board = board_open(fcntl(fd, F_DUPFD_CLOEXEC, 0), why);
		if (!stage->board) {
			fprintf(stderr, "%s\n", why);
			abort();
		}
		stage->boards++;
	} else if (message->kind == LINK_NOTIFY) {
		if (!stage->board || stage->notices == STAGE_NOTICES)
			abort();
		stage->notice[stage->notices++] = message->notify;
	} else {
		abort();
	}
	return true;
}

/* ---- beginning and end ---- */

static void
start(struct stage *stage, struct indexes *indexes)
{
	const struct publisher_calls calls = {
		.context = stage,
		.view = view,
		.scalars = scalars,
		.troubles = troubles,
		.operations = operations,
		.send = take_message,
	};
	stage->indexes = indexes;
	stage->publisher = must(publisher_new(&calls, stage->indexes, stage->now));
}

struct stage *
stage_new(void)
{
	struct stage *stage = must(calloc(1, sizeof(*stage)));
	stage->now = (struct moment){ .boot = 1000 * SECOND,
				      .wall = INT64_C(1790000000) * SECOND };
	stage->id = (uint64_t)stage->now.wall;
	stage->reload = 1;
	start(stage, must(indexes_new()));
	return stage;
}

static void
end(struct stage *stage)
{
	stage_work(stage);
	for (size_t i = 0; i < PORTS_SERVERS; i++)
		if (stage->server[i].there)
			stage_close(stage, i);
	publisher_free(stage->publisher);
	if (stage->board)
		board_close(stage->board);
	stage->board = NULL;
}

void
stage_free(struct stage *stage)
{
	end(stage);
	indexes_free(stage->indexes);
	free(stage->kept);
	free(stage);
}

void
stage_restart(struct stage *stage)
{
	struct indexes *after = must(indexes_new());
	struct index_record record;
	end(stage);
	while (indexes_unsaved(stage->indexes, &record)) {
		stage->kept =
		    must(reallocarray(stage->kept, stage->keeps + 1, sizeof(record)));
		stage->kept[stage->keeps++] = record;
	}
	for (size_t i = 0; i < stage->keeps; i++)
		if (!indexes_restore(after, &stage->kept[i]))
			abort();
	indexes_free(stage->indexes);
	memset(&stage->operate, 0, sizeof(stage->operate));
	stage->asked = false;
	start(stage, after);
}

static void
place_policy(struct stage_server *server, const struct stage_words *words)
{
	server->policy = stage_policy(words);
	snprintf(server->path, sizeof(server->path), "/etc/%s.xml",
		 server->policy->server);
}

void
stage_open(struct stage *stage, size_t slot, const struct stage_words *words)
{
	struct stage_server *server = &stage->server[slot];
	memset(server, 0, sizeof(*server));
	place_policy(server, words);
	server->judge = must(judge_new(server->policy));
	server->fleet = must(fleet_new(server->policy, 42, stage->now));
	server->there = true;
}

void
stage_reload(struct stage *stage, size_t slot, const struct stage_words *words)
{
	struct stage_server *server = &stage->server[slot];
	struct policy *old = server->policy;
	place_policy(server, words);
	struct judge *judge = must(judge_new(server->policy));
	if (!fleet_reload(server->fleet, server->policy, stage->now))
		abort();
	judge_carry(judge, server->judge);
	judge_free(server->judge);
	server->judge = judge;
	server->generation++;
	policy_free(old);
}

void
stage_close(struct stage *stage, size_t slot)
{
	struct stage_server *server = &stage->server[slot];
	fleet_free(server->fleet);
	judge_free(server->judge);
	policy_free(server->policy);
	memset(server, 0, sizeof(*server));
}

/* ---- what happens ---- */

static struct stage_value *
value_of(struct stage_server *server, const char *name)
{
	for (size_t i = 0; i < server->values; i++)
		if (strcmp(server->value[i].name, name) == 0)
			return &server->value[i];
	if (server->values == STAGE_VALUES)
		abort();
	struct stage_value *value = &server->value[server->values++];
	snprintf(value->name, sizeof(value->name), "%s", name);
	return value;
}

void
stage_value(struct stage *stage, size_t slot, const char *name, double number)
{
	struct stage_value *value = value_of(&stage->server[slot], name);
	value->ending = ENDING_VALUE;
	value->value = number;
	value->text[0] = '\0';
}

void
stage_ending(struct stage *stage, size_t slot, const char *name, enum ending ending,
	     const char *text)
{
	struct stage_value *value = value_of(&stage->server[slot], name);
	value->ending = ending;
	snprintf(value->text, sizeof(value->text), "%s", text);
}

static void
sample(struct stage *stage, struct stage_server *server)
{
	for (size_t i = 0; i < server->values; i++) {
		const struct stage_value *value = &server->value[i];
		struct sample taken = {
			.input = policy_find_input(server->policy, value->name,
						   strlen(value->name)),
			.ending = value->ending,
			.value = value->value,
			.asked = stage->now.boot - 1,
			.at = stage->now.boot,
		};
		if (taken.input == POLICY_NONE)
			continue;
		memcpy(taken.text, value->text, sizeof(taken.text));
		judge_sample(server->judge, &taken);
	}
}

static void
tell_events(struct stage *stage, size_t slot)
{
	struct stage_server *server = &stage->server[slot];
	struct server_view seen;
	struct fleet_event event;
	view(stage, slot, &seen);
	while (fleet_event(server->fleet, &event)) {
		/* Those of stage_event() are among them. */
		event.number = ++server->events;
		publisher_event(stage->publisher, slot, &seen, &event, "p 12", false,
				stage->now);
	}
}

void
stage_event(struct stage *stage, size_t slot, enum fleet_event_kind kind,
	    enum severity severity, const char *text, bool past)
{
	struct stage_server *server = &stage->server[slot];
	struct fleet_event event = { .number = ++server->events,
				     .at = stage->now,
				     .kind = kind,
				     .severity = severity,
				     .client = stage->event_client };
	struct server_view seen;
	view(stage, slot, &seen);
	snprintf(event.text, sizeof(event.text), "%s", text);
	publisher_event(stage->publisher, slot, &seen, &event, past ? "then" : "now",
			past, stage->now);
}

static void
acknowledge(struct stage *stage, struct stage_server *server, uint32_t row,
	    const struct message *order)
{
	struct message_alternate chosen = { .name = slice_of("aaa2") };
	struct message answer, done = {
		.type = MESSAGE_ACKNOWLEDGE,
		.id = ++stage->id,
		.reply_to = order->id,
		.has = HAS(ATTRIBUTE_STAGE),
		.stage = STAGE_DONE,
	};
	if (order->type == MESSAGE_FAILOVER) {
		done.has |= HAS(ATTRIBUTE_ALTERNATE);
		done.alternate = &chosen;
		done.alternates = 1;
	}
	fleet_receive(server->fleet, row, &done, stage->now, &answer);
}

static void
turn_fleet(struct stage *stage, size_t slot)
{
	struct stage_server *server = &stage->server[slot];
	struct fleet_record record;
	struct operation operation;
	struct fleet_block block;
	struct message order;
	uint32_t row;
	fleet_tick(server->fleet, stage->now);
	while (fleet_order(server->fleet, stage->now, &row, &order))
		if (!server->mute)
			acknowledge(stage, server, row, &order);
	while (fleet_dirty_operation(server->fleet, &operation))
		continue;
	while (fleet_block(server->fleet, stage->now, &block))
		fleet_reserved(server->fleet, &block);
	while (fleet_dirty(server->fleet, stage->now, &record))
		continue;
	tell_events(stage, slot);
}

static void
judge(struct stage *stage, struct stage_server *server)
{
	char why[OPERATION_TEXT] = "";
	sample(stage, server);
	judge_decide(server->judge, stage->now.boot, &server->verdict);
	if (server->verdict.deciding != POLICY_NONE)
		judge_explain(server->judge, server->verdict.deciding, why,
			      sizeof(why));
	fleet_judge(server->fleet, &server->verdict, why, stage->now);
}

void
stage_hello(struct stage *stage, size_t slot, const char *client, enum place place,
	    const char *alternate)
{
	struct stage_server *server = &stage->server[slot];
	struct message_alternate chosen = { .name = slice_of(or (alternate, "")) };
	struct message answer, hello = {
		.type = MESSAGE_HELLO,
		.id = ++stage->id,
		.has = HAS(ATTRIBUTE_PLACE),
		.place = place,
	};
	uint32_t row = fleet_find(server->fleet, client, strlen(client));
	if (row == POLICY_NONE)
		abort();
	if (alternate) {
		hello.has |= HAS(ATTRIBUTE_ALTERNATE);
		hello.alternate = &chosen;
		hello.alternates = 1;
	}
	fleet_receive(server->fleet, row, &hello, stage->now, &answer);
}

void
stage_hello_all(struct stage *stage, size_t slot)
{
	const struct stage_server *server = &stage->server[slot];
	for (uint32_t row = 0; row < server->policy->clients; row++)
		stage_hello(stage, slot, server->policy->client[row].name, PLACE_HERE,
			    NULL);
}

/* ---- time ---- */

static void *
thread(void *context)
{
	publisher_work(context);
	return NULL;
}

void
stage_work(struct stage *stage)
{
	if (!stage->asked)
		return;
	stage->asked = false;
	if (stage->work == STAGE_THREAD)
		pthread_join(stage->thread, NULL);
	else
		publisher_work(stage->publisher);
	publisher_worked(stage->publisher);
}

void
stage_turn(struct stage *stage)
{
	bool asked = publisher_turn(stage->publisher, stage->now);
	if (asked && stage->asked)
		abort(); /* one at a time */
	if (!asked)
		return;
	stage->asked = true;
	stage->waited = 0;
	if (stage->work == STAGE_THREAD &&
	    pthread_create(&stage->thread, NULL, thread, stage->publisher) != 0)
		abort();
	if (stage->work == STAGE_AT_ONCE)
		stage_work(stage);
}

void
stage_run(struct stage *stage, int64_t duration)
{
	for (int64_t until = stage->now.boot + duration; stage->now.boot < until;) {
		bool second = stage->now.boot % SECOND == 0;
		for (size_t i = 0; i < PORTS_SERVERS; i++) {
			if (!stage->server[i].there)
				continue;
			if (second)
				judge(stage, &stage->server[i]);
			turn_fleet(stage, i);
		}
		stage_turn(stage);
		while (publisher_busy(stage->publisher))
			stage_turn(stage);
		stage->now.boot += STEP;
		stage->now.wall += STEP;
		if (stage->id < (uint64_t)stage->now.wall)
			stage->id = (uint64_t)stage->now.wall;
		/* A thread has some steps, in which all other calls go on. */
		if (stage->work == STAGE_THREAD && stage->asked &&
		    ++stage->waited == WAIT_STEPS)
			stage_work(stage);
	}
}
