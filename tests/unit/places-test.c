/* SPDX-License-Identifier: BSD-3-Clause */
/* Every short story that one client and one server can have together: moved by hand,
   restarted, memories lost on either side or on both, killed, cut off, asked, told too
   late. Once messages flow again, what the server says of the client is where it is, and
   it goes where it is wanted.

   PLACES=N in the environment makes the stories so long (3; 1 under memcheck). Each that
   ends otherwise is printed as words; PLACES_TELL=WORDS plays that one and tells all. */
#include "config.h"

#include "fleet/internal.h"
#include "tests/unit/world.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONG  6u
#define WORDS 256

static struct node *
client(struct world *world)
{
	return &world->node[0];
}

/* ---- what may happen ---- */

static void
do_failover(struct world *world)
{
	world_judge(world, RIG_FAILOVER);
}

static void
do_connection(struct world *world)
{
	world_judge(world, RIG_CONNECTION);
}

static void
do_neither(struct world *world)
{
	world_judge(world, RIG_NEITHER);
}

/* Somebody moves it, past the hook. */
static void
do_hand(struct world *world)
{
	struct node *node = client(world);

	node->really = node->really == PLACE_HERE ? PLACE_AWAY : PLACE_HERE;
}

static void
do_restart(struct world *world)
{
	world_restart_client(world, 0, false);
}

static void
do_forget(struct world *world)
{
	world_restart_client(world, 0, true);
}

static void
server_again(struct world *world)
{
	world_start_server(world);
	world_judge(world, world->verdict);
}

static void
do_stop(struct world *world)
{
	world_stop_server(world);
	server_again(world);
}

static void
do_kill(struct world *world)
{
	world_kill_server(world);
	server_again(world);
}

static void
do_lose(struct world *world)
{
	world_kill_server(world);
	world_forget_server(world);
	server_again(world);
}

static void
do_cut(struct world *world)
{
	world->loss = world->loss > 0 ? 0 : 1;
}

/* Answers come late, and out of their order. */
static void
do_slow(struct world *world)
{
	world->delay = world->delay > SECOND ? 50 * MILLISECOND : 20 * SECOND;
}

static void
do_ask(struct world *world)
{
	struct node *node = client(world);

	(void)core_ask(node->core, world_node_now(world, node));
	node->next = world->boot;
}

static void
do_fail(struct world *world)
{
	client(world)->fails = !client(world)->fails;
}

/* Longer than a validity, and its fifth. */
static void
do_wait(struct world *world)
{
	world_run(world, 7 * MINUTE);
}

static const struct turn {
	const char *name;
	void (*act)(struct world *world);
} actions[] = {
	{ "failover", do_failover },
	{ "connection", do_connection },
	{ "neither", do_neither },
	{ "moved by hand", do_hand },
	{ "client restarts", do_restart },
	{ "client forgets", do_forget },
	{ "server stops", do_stop },
	{ "server is killed", do_kill },
	{ "server forgets", do_lose },
	{ "cut", do_cut },
	{ "slow", do_slow },
	{ "asks", do_ask },
	{ "hook fails", do_fail },
	{ "long", do_wait },
};

/* ---- what must come of it ---- */

static bool
rests(const struct world *world)
{
	const struct row *row = &world->fleet->row[0];

	return !row->pending && !row->asks && !world->node[0].hooking;
}

/* An order that is over is no order; one of which the client knows is there. */
static bool
truthful(const struct world *world)
{
	const struct fleet_client *is = &world->fleet->row[0].pub;

	if (!rests(world) || is->place != world->node[0].really)
		return false;
	if (is->place == PLACE_HERE)
		return is->type == 0;
	return is->type == 0 ||
	       (is->type == MESSAGE_FAILOVER && is->order == ORDER_STATE_DONE);
}

static bool
home(const struct world *world)
{
	return truthful(world) && world->node[0].really == PLACE_HERE &&
	       world->fleet->state == SERVER_SERVING;
}

static bool
away(const struct world *world)
{
	return truthful(world) && world->node[0].really == PLACE_AWAY &&
	       world->fleet->state == SERVER_AWAY;
}

struct story {
	const struct turn *action[LONG];
	unsigned length;
	bool begins_away;
	int64_t pause; /* after each */
};

static void
words_of(const struct story *story, char *out, size_t size)
{
	int used =
	    snprintf(out, size, "%s, each %.2f s", story->begins_away ? "away" : "here",
		     (double)story->pause / 1e6);

	for (unsigned i = 0; i < story->length; i++)
		used += snprintf(out + used, size - (size_t)used, ", %s",
				 story->action[i]->name);
}

static void
tell(const struct story *story, const struct world *world, const char *what)
{
	const struct fleet_client *is = &world->fleet->row[0].pub;
	char words[WORDS];

	words_of(story, words, sizeof(words));
	printf("BROKEN: %s\n   not %s: %s (really %s), %s %s, server %s\n", words, what,
	       place_name(is->place), place_name(world->node[0].really),
	       message_type_name(is->type), order_state_name(is->order),
	       server_state_name(world->fleet->state));
}

/* ---- all of one ---- */

static void
say(const struct world *world, const char *what, uint64_t id, const char *text)
{
	printf("%10.3f %s %" PRIu64 " %s\n", (double)world->boot / 1e6 - 1000, what, id,
	       text);
}

static void
see_order(void *context, uint32_t row, const struct message *order)
{
	(void)row;
	say(context, message_type_name(order->type), order->id,
	    rig_is_question(order) ? "(question)" : "");
}

static void
see_answer(void *context, uint32_t row, const struct message *answer)
{
	(void)row;
	say(context, message_type_name(answer->type), answer->reply_to, "");
}

static void
see_event(void *context, const struct fleet_event *event)
{
	say(context, fleet_event_name(event->kind), event->operation, event->text);
}

static bool
tells(const struct story *story)
{
	const char *wanted = getenv("PLACES_TELL");
	char words[WORDS];

	words_of(story, words, sizeof(words));
	return wanted != NULL && strcmp(words, wanted) == 0;
}

static bool
ends(const struct story *story, struct world *world)
{
	/* A look each ten minutes, and a hello. */
	int64_t looks = 11 * MINUTE + 2 * MINUTE;

	world->loss = 0;
	world->delay = 50 * MILLISECOND;
	client(world)->fails = false;
	if (tells(story))
		say(world, "----", 0, "all is well");
	world_judge(world, RIG_NEITHER);
	if (!world_until(world, truthful, looks)) {
		tell(story, world, "where it is");
		return false;
	}
	world_judge(world, RIG_CONNECTION);
	if (!world_until(world, home, looks)) {
		tell(story, world, "home");
		return false;
	}
	world_judge(world, RIG_FAILOVER);
	if (!world_until(world, away, MINUTE)) {
		tell(story, world, "away");
		return false;
	}
	return true;
}

static bool
play(const struct story *story)
{
	static struct rig_options options;
	struct world *world;
	bool good, all = tells(story);

	if (!all && getenv("PLACES_TELL") != NULL)
		return true;
	options = rig_defaults;
	options.clients = 1;
	(void)rig_option(&options, "hello=1m");
	(void)rig_option(&options, "validity=5m");
	world = world_new(&options, 1);
	if (all)
		world->onlooker = (struct onlooker){ .context = world,
						     .order = see_order,
						     .answer = see_answer,
						     .event = see_event };
	world_run(world, 5 * SECOND);
	world_judge(world, story->begins_away ? RIG_FAILOVER : RIG_NEITHER);
	world_run(world, 5 * SECOND);
	for (unsigned i = 0; i < story->length; i++) {
		if (all)
			say(world, "----", i, story->action[i]->name);
		story->action[i]->act(world);
		world_run(world, story->pause);
	}
	good = ends(story, world);
	world_free(world);
	return good;
}

static unsigned
all_of(unsigned length, bool begins_away, int64_t pause, unsigned *told)
{
	struct story story = { .length = length,
			       .begins_away = begins_away,
			       .pause = pause };
	unsigned failed = 0, count = 1;

	for (unsigned i = 0; i < length; i++)
		count *= (unsigned)ARRAY_SIZE(actions);
	for (unsigned n = 0; n < count && *told < 20; n++) {
		for (unsigned i = 0, rest = n; i < length;
		     i++, rest /= (unsigned)ARRAY_SIZE(actions))
			story.action[i] = &actions[rest % ARRAY_SIZE(actions)];
		if (!play(&story)) {
			failed++;
			++*told;
		}
	}
	return failed;
}

int
main(void)
{
	/* In the middle of what came before, and after it. */
	static const int64_t pauses[] = { 60 * MILLISECOND, 4 * SECOND };
	const char *text = getenv("PLACES");
	unsigned length = text != NULL ? (unsigned)strtoul(text, NULL, 10)
			  : getenv("VALGRIND") != NULL ? 1
						       : 3;
	unsigned failed = 0, told = 0;

	if (length > LONG)
		length = LONG;
	for (unsigned begins_away = 0; begins_away < 2; begins_away++)
		for (size_t i = 0; i < ARRAY_SIZE(pauses); i++)
			failed += all_of(length, begins_away > 0, pauses[i], &told);
	printf("stories of %u, %u failed\n", length, failed);
	return failed > 0;
}
