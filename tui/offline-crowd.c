/* SPDX-License-Identifier: BSD-3-Clause */
/* Simulated clients: one heap of their turns, one of the datagrams on their way. */
#include "config.h"

#include "tui/offline-crowd.h"

#include <stdlib.h>
#include <string.h>

#include "client/flock-members.h"
#include "common/random.h"
#include "message/keys.h"

#define START_SPREAD (2 * SECOND)
#define HOOK_LEAST   (50 * MILLISECOND)
#define HOOK_SPREAD  (100 * MILLISECOND)
#define DEAD         MINUTE
#define REFUSAL      "simulated refusal"
/* An agent that does not die within so many hours never does. */
#define HOURS_AHEAD 10000

enum way { TO_CLIENT = 1, TO_SERVER, ECHO };

/* A datagram on its way. */
struct letter {
	int64_t at;
	uint64_t number; /* of those that arrive together the first sent is first */
	bool to_client;
	char name[NAME_TEXT]; /* of the alternate that a client tells */
	struct crowd_letter content;
	struct message_alternate alternate[];
};

struct person {
	enum manner manner;
	bool refuses; /* whatever its manner */
	double loss;
	int64_t delay, skew;
	int64_t crash; /* when its agent dies next; NEVER */
	int64_t start; /* when a dead one is started again; NEVER */
	bool has_kept;
	struct core_state kept;
};

struct crowd {
	const struct policy *policy;
	struct crowd_options options;
	struct crowd_calls calls;
	struct random random;
	struct keys *keys; /* none in it: nothing is sealed */
	struct members members;
	struct person *person;
	struct core_alternate *alternate;
	size_t alternates;
	struct prefix everywhere[2];
	int64_t began;
	struct letter **letter;
	size_t letters, room;
	uint64_t number;
	struct letter *arrived; /* what crowd_turn() gave last */
};

static bool
chance(struct crowd *crowd, double share)
{
	return share > 0 &&
	       (double)(random_next(&crowd->random) >> 11) < share * 0x1p53;
}

static struct moment
own_time(const struct person *person, struct moment now)
{
	now.wall += person->skew;
	return now;
}

bool
manner_parse(const char *text, size_t length, enum manner *manner)
{
	static const char *const name[] = {
		[MANNER_OBEY] = "obey",
		[MANNER_REFUSE] = "refuse",
		[MANNER_MUTE] = "mute",
		[MANNER_DOWN] = "down",
	};
	for (size_t i = 1; i < ARRAY_SIZE(name); i++)
		if (slice_equal((struct slice){ text, length }, name[i])) {
			*manner = (enum manner)i;
			return true;
		}
	return false;
}

/* ---- the network ---- */

static bool
before(const struct letter *a, const struct letter *b)
{
	return a->at != b->at ? a->at < b->at : a->number < b->number;
}

static bool
letter_put(struct crowd *crowd, struct letter *letter)
{
	if (crowd->letters == crowd->room) {
		size_t room = crowd->room ? 2 * crowd->room : 256;
		struct letter **more =
		    realloc(crowd->letter, room * sizeof(struct letter *));
		if (!more)
			return false;
		crowd->letter = more;
		crowd->room = room;
	}
	size_t at = crowd->letters++;
	while (at > 0 && before(letter, crowd->letter[(at - 1) / 2])) {
		crowd->letter[at] = crowd->letter[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	crowd->letter[at] = letter;
	return true;
}

static struct letter *
letter_take(struct crowd *crowd)
{
	struct letter *top = crowd->letter[0];
	struct letter *last = crowd->letter[--crowd->letters];
	size_t at = 0;
	for (;;) {
		size_t child = 2 * at + 1;
		if (child >= crowd->letters)
			break;
		if (child + 1 < crowd->letters &&
		    before(crowd->letter[child + 1], crowd->letter[child]))
			child++;
		if (!before(crowd->letter[child], last))
			break;
		crowd->letter[at] = crowd->letter[child];
		at = child;
	}
	crowd->letter[at] = last;
	return top;
}

/* A copy that stands by itself: texts of orders are the policy's, and names of alternates
   too; a client's alternate is its core's, and its only text is REFUSAL. */
static bool
post(struct crowd *crowd, uint32_t row, enum way way, const struct message *message,
     struct moment now)
{
	const struct person *person = &crowd->person[row];
	if (chance(crowd, person->loss))
		return true;
	size_t alternates = message->alternates * sizeof(struct message_alternate);
	struct letter *letter = malloc(sizeof *letter + alternates);
	if (!letter)
		return false;
	int64_t least = person->delay / 2;
	letter->at = now.boot + least +
		     (int64_t)random_below(&crowd->random,
					   (uint64_t)(person->delay - least) + 1);
	letter->number = crowd->number++;
	letter->to_client = way == TO_CLIENT;
	letter->content = (struct crowd_letter){ .row = row,
						 .echo = way == ECHO,
						 .message = *message };
	struct message *copy = &letter->content.message;
	copy->text = slice_of(letter->to_client ? "" : REFUSAL);
	copy->alternate = letter->alternate;
	if (alternates)
		memcpy(letter->alternate, message->alternate, alternates);
	if (!letter->to_client && alternates) {
		slice_copy(message->alternate[0].name, letter->name,
			   sizeof letter->name);
		letter->alternate[0].name = slice_of(letter->name);
	}
	if (letter_put(crowd, letter))
		return true;
	free(letter);
	return false;
}

bool
crowd_tell(struct crowd *crowd, uint32_t row, const struct message *message,
	   struct moment now)
{
	return post(crowd, row, TO_CLIENT, message, now);
}

/* ---- hooks that are only said to run ---- */

static void
end_hook(struct crowd *crowd, uint32_t row, struct moment now)
{
	struct member *member = &crowd->members.member[row];
	const struct person *person = &crowd->person[row];
	enum hook_event event = member->running;
	member->running = 0;
	member->hook_ends = NEVER;
	/* Coming home by itself takes no hook's leave: nobody is stranded by it. */
	if (event != HOOK_RETURN &&
	    (person->refuses || person->manner == MANNER_REFUSE)) {
		core_hook_done(member->core, 1, REFUSAL, own_time(person, now));
		return;
	}
	enum place to = event == HOOK_FAILOVER ? PLACE_AWAY : PLACE_HERE;
	if (to != member->place && crowd->calls.moved)
		crowd->calls.moved(crowd->calls.context, row, to, now);
	member->place = to;
	core_hook_done(member->core, 0, "", own_time(person, now));
}

static void
start_hook(struct crowd *crowd, uint32_t row, const struct core_hook *hook,
	   struct moment now)
{
	struct member *member = &crowd->members.member[row];
	if (hook->event == HOOK_VERIFY) {
		core_hook_done(member->core, member->place == PLACE_AWAY ? 10 : 0, "",
			       own_time(&crowd->person[row], now));
		return;
	}
	member->running = hook->event;
	member->hook_ends =
	    now.boot + HOOK_LEAST + (int64_t)random_below(&crowd->random, HOOK_SPREAD);
}

/* ---- lives ---- */

static bool
lives(const struct crowd *crowd, uint32_t row)
{
	return crowd->members.member[row].core != NULL;
}

static void
die(struct crowd *crowd, uint32_t row)
{
	struct member *member = &crowd->members.member[row];
	core_free(member->core);
	member->core = NULL;
	member->running = 0;
	member->hook_ends = NEVER;
}

static bool
start(struct crowd *crowd, uint32_t row, struct moment now)
{
	struct member *member = &crowd->members.member[row];
	struct person *person = &crowd->person[row];
	struct core_config config =
	    members_config(crowd->policy, &crowd->policy->client[row], crowd->alternate,
			   crowd->alternates);
	config.allow = crowd->everywhere;
	config.allows = ARRAY_SIZE(crowd->everywhere);
	member->core = core_new(&config, crowd->keys, random_next(&crowd->random),
				own_time(person, now));
	person->start = NEVER;
	if (member->core && person->has_kept)
		core_restore(member->core, &person->kept, own_time(person, now));
	return member->core != NULL;
}

/* Hour by hour from the start, each with the same chance. */
static void
plan_crash(struct crowd *crowd, uint32_t row, struct moment now)
{
	struct person *person = &crowd->person[row];
	int64_t hour = (now.boot - crowd->began) / HOUR;
	person->crash = NEVER;
	if (!(crowd->options.crash > 0))
		return;
	for (int64_t i = hour; i < hour + HOURS_AHEAD; i++) {
		int64_t at = crowd->began + i * HOUR +
			     (int64_t)random_below(&crowd->random, HOUR);
		if (chance(crowd, crowd->options.crash) && at > now.boot) {
			person->crash = at;
			return;
		}
	}
}

static void
live_on(struct crowd *crowd, uint32_t row, struct moment now)
{
	struct person *person = &crowd->person[row];
	if (person->crash <= now.boot) {
		if (lives(crowd, row)) {
			die(crowd, row);
			person->start = now.boot + DEAD;
		}
		plan_crash(crowd, row, now);
	}
	if (person->start <= now.boot)
		(void)start(crowd, row, now);
}

/* ---- turns ---- */

static void
say_all(struct crowd *crowd, uint32_t row, struct moment now)
{
	struct core *core = crowd->members.member[row].core;
	struct core_word word;
	while (core_say(core, own_time(&crowd->person[row], now), &word))
		(void)post(crowd, row, TO_SERVER, &word.message, now);
}

static void
serve(struct crowd *crowd, uint32_t row, struct moment now)
{
	struct member *member = &crowd->members.member[row];
	struct person *person = &crowd->person[row];
	struct moment own = own_time(person, now);
	struct core_hook hook;
	bool more = true;
	if (member->hook_ends <= now.boot)
		end_hook(crowd, row, now);
	while (more) {
		core_tick(member->core, own);
		if (core_changed(member->core, own, &person->kept))
			person->has_kept = true;
		say_all(crowd, row, now);
		more = core_hook(member->core, own, &hook);
		if (more)
			start_hook(crowd, row, &hook, now);
	}
}

static int64_t
earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static void
arm(struct crowd *crowd, uint32_t row)
{
	const struct member *member = &crowd->members.member[row];
	const struct person *person = &crowd->person[row];
	int64_t wake = earlier(person->crash, person->start);
	if (lives(crowd, row)) {
		wake = earlier(wake, core_next(member->core));
		wake = earlier(wake, member->hook_ends);
	}
	members_wake(&crowd->members, row, wake);
}

static void
turn(struct crowd *crowd, uint32_t row, struct moment now)
{
	live_on(crowd, row, now);
	if (lives(crowd, row))
		serve(crowd, row, now);
	arm(crowd, row);
}

/* The host answers a ping whose agent is dead: the server learns that it lives. */
static void
echo(struct crowd *crowd, const struct letter *letter, struct moment now)
{
	uint32_t row = letter->content.row;
	if (crowd->policy->transport != TRANSPORT_ICMP ||
	    crowd->person[row].manner == MANNER_DOWN)
		return;
	struct message message = { .id = letter->content.message.id };
	(void)post(crowd, row, ECHO, &message, now);
}

static void
deliver(struct crowd *crowd, const struct letter *letter, struct moment now)
{
	uint32_t row = letter->content.row;
	struct endpoint from = { crowd->policy->address, crowd->policy->port };
	if (!lives(crowd, row)) {
		echo(crowd, letter, now);
		return;
	}
	(void)core_take(crowd->members.member[row].core, &letter->content.message,
			&from, own_time(&crowd->person[row], now));
	turn(crowd, row, now);
}

const struct crowd_letter *
crowd_turn(struct crowd *crowd, struct moment now)
{
	free(crowd->arrived);
	crowd->arrived = NULL;
	for (;;) {
		uint32_t first = members_first(&crowd->members);
		if (crowd->letters > 0 && crowd->letter[0]->at <= now.boot) {
			struct letter *letter = letter_take(crowd);
			if (!letter->to_client) {
				crowd->arrived = letter;
				return &letter->content;
			}
			deliver(crowd, letter, now);
			free(letter);
		} else if (first != MEMBER_NONE &&
			   crowd->members.member[first].wake <= now.boot) {
			turn(crowd, first, now);
		} else {
			return NULL;
		}
	}
}

int64_t
crowd_next(const struct crowd *crowd)
{
	uint32_t first = members_first(&crowd->members);
	int64_t next = first == MEMBER_NONE ? NEVER : crowd->members.member[first].wake;
	return crowd->letters > 0 ? earlier(next, crowd->letter[0]->at) : next;
}

/* ---- changes ---- */

void
crowd_manner(struct crowd *crowd, const uint8_t *marks, enum manner manner,
	     struct moment now)
{
	for (uint32_t row = 0; row < crowd->members.count; row++) {
		if (!marks[row])
			continue;
		bool agent = manner == MANNER_OBEY || manner == MANNER_REFUSE;
		crowd->person[row].manner = manner;
		crowd->person[row].start = NEVER;
		if (!agent && lives(crowd, row))
			die(crowd, row);
		else if (agent && !lives(crowd, row))
			(void)start(crowd, row, now);
		turn(crowd, row, now);
	}
}

void
crowd_restart(struct crowd *crowd, const uint8_t *marks, struct moment now)
{
	for (uint32_t row = 0; row < crowd->members.count; row++)
		if (marks[row] && lives(crowd, row)) {
			die(crowd, row);
			(void)start(crowd, row, now);
			turn(crowd, row, now);
		}
}

void
crowd_loss(struct crowd *crowd, const uint8_t *marks, double loss)
{
	for (uint32_t row = 0; row < crowd->members.count; row++)
		if (marks[row])
			crowd->person[row].loss = loss;
}

void
crowd_delay(struct crowd *crowd, const uint8_t *marks, int64_t delay)
{
	for (uint32_t row = 0; row < crowd->members.count; row++)
		if (marks[row])
			crowd->person[row].delay = delay;
}

void
crowd_skew(struct crowd *crowd, const uint8_t *marks, int64_t skew)
{
	for (uint32_t row = 0; row < crowd->members.count; row++)
		if (marks[row])
			crowd->person[row].skew = skew;
}

enum place
crowd_place(const struct crowd *crowd, uint32_t row)
{
	return crowd->members.member[row].place;
}

/* ---- beginning and end ---- */

static bool
add(struct crowd *crowd, uint32_t row, struct moment now)
{
	const struct crowd_options *options = &crowd->options;
	struct person *person = &crowd->person[row];
	struct member member = {
		.address = crowd->policy->client[row].address,
		.name = crowd->policy->client[row].name,
		.place = PLACE_HERE,
		.hook_ends = NEVER,
	};
	*person = (struct person){
		.manner = MANNER_OBEY,
		.refuses = chance(crowd, options->refuse),
		.loss = options->loss,
		.delay = options->delay,
		.skew = (int64_t)random_below(&crowd->random,
					      2 * (uint64_t)options->skew + 1) -
			options->skew,
	};
	plan_crash(crowd, row, now);
	person->start = now.boot + (int64_t)random_below(&crowd->random, START_SPREAD);
	member.wake = person->start;
	return members_add(&crowd->members, &member);
}

struct crowd *
crowd_new(const struct policy *policy, const struct crowd_options *options,
	  const struct crowd_calls *calls, struct moment now)
{
	struct crowd *crowd = calloc(1, sizeof *crowd);
	if (!crowd)
		return NULL;
	crowd->policy = policy;
	crowd->options = *options;
	crowd->calls = *calls;
	crowd->began = now.boot;
	random_seed(&crowd->random, options->seed);
	(void)prefix_parse("0.0.0.0/0", &crowd->everywhere[0]);
	(void)prefix_parse("::/0", &crowd->everywhere[1]);
	crowd->keys = keys_new();
	crowd->alternate = members_alternates(policy, &crowd->alternates);
	crowd->person = calloc(policy->clients + 1, sizeof *crowd->person);
	bool good = crowd->keys && crowd->alternate && crowd->person &&
		    members_start(&crowd->members, policy->clients);
	for (uint32_t row = 0; good && row < policy->clients; row++)
		good = add(crowd, row, now);
	if (good)
		return crowd;
	crowd_free(crowd);
	return NULL;
}

void
crowd_free(struct crowd *crowd)
{
	if (!crowd)
		return;
	for (size_t i = 0; i < crowd->letters; i++)
		free(crowd->letter[i]);
	free(crowd->letter);
	free(crowd->arrived);
	members_end(&crowd->members);
	free(crowd->person);
	free(crowd->alternate);
	if (crowd->keys)
		keys_free(crowd->keys);
	free(crowd);
}
