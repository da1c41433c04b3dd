/* SPDX-License-Identifier: BSD-3-Clause */
/* The SNMP manager: libnetsnmp in a thread of its own, asked and answered by values. */
#include "config.h"

#include "tui/manager-inside.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"

#define LESS_THAN_THE_SCREEN 5
#define FIRST_ROUND          (50 * MILLISECOND)
/* How often a knock is listened for: nobody else waits meanwhile. */
#define KNOCK_LOOK (50 * MILLISECOND)
/* What an agent is asked for the screen: less than five times a second in the long run,
   and a little ahead for somebody who turns pages. */
#define REQUEST_EVERY (220 * MILLISECOND)
#define AHEAD         (3 * SECOND)
/* But nobody waits longer than that, whatever was asked before. */
#define AHEAD_WAIT     SECOND
#define PAID_MOST      (6 * SECOND)
#define BACK_OFF_FIRST (500 * MILLISECOND)
#define BACK_OFF_MOST  (15 * SECOND)
/* A path that loses packets spoils a round now and then: what is shown tells its age. */
#define SPOILT_MOST  (6 * SECOND)
#define SPOILT_AGAIN (100 * MILLISECOND)

static const struct {
	const char *name;
	const char *advice;
} agent_states[] = {
	[AGENT_CONNECTING] = { "connecting", "Asking the agent for the first time." },
	[AGENT_OK] = { "ok", "The agent answers." },
	[AGENT_SILENT] = { "silent",
			   "No answer: check that the agent runs and is not frozen, "
			   "its "
			   "address and port (--agent), and firewalls between." },
	[AGENT_REFUSED] = { "refused",
			    "Nothing listens there: start the agent, or name another "
			    "with "
			    "--agent (snmpd: udp:HOST:161; bellwetherd's own: "
			    "--master)." },
	[AGENT_WRONG_USER] = { "wrong-user", "The agent does not know this user or "
					     "community: check -u, "
					     "-l, -c and the agent's createUser and "
					     "rocommunity lines." },
	[AGENT_WRONG_PASSWORD] = { "wrong-password",
				   "The agent knows the user, but the keys differ: "
				   "check "
				   "-a -A -x -X, or defAuthPassphrase and "
				   "defPrivPassphrase in snmp.conf." },
	[AGENT_NO_VIEW] = { "no-view", "The user is let in, but sees nothing of "
				       "BELLWETHER-MIB: unless the agent has only just "
				       "started, add "
				       "1.3.6.1.4.1.8072.9999.9999 to its read view." },
	[AGENT_NO_MIB] = { "no-mib",
			   "An SNMP agent without a Bellwether: is bellwetherd running "
			   "there, and connected to snmpd's AgentX socket?" },
	[AGENT_OTHER] = { "other-mib",
			  "Another program answers below 1.3.6.1.4.1.8072.9999.9999, "
			  "which "
			  "is BELLWETHER-MIB's: look for it in snmpd.conf (pass, "
			  "extend, "
			  "dlmod) and among snmpd's subagents; bellwetherd is refused "
			  "until it has gone." },
	[AGENT_STALE] = { "stale", "The agent shows what the engine last said: "
				   "bellwetherd's engine "
				   "has ended or is stuck." },
	[AGENT_VERSION] = { "version", "Ask in another version of SNMP: -v2c or -v3." },
};

const char *
agent_state_name(enum agent_state state)
{
	return state >= AGENT_CONNECTING && state <= AGENT_VERSION
		   ? agent_states[state].name
		   : "?";
}

const char *
agent_state_advice(enum agent_state state)
{
	return state >= AGENT_CONNECTING && state <= AGENT_VERSION
		   ? agent_states[state].advice
		   : "?";
}

/* ---- queues, under the lock ---- */

static void
queue_put(struct queue *queue, struct pending *pending)
{
	pending->next = NULL;
	*queue->end = pending;
	queue->end = &pending->next;
}

static struct pending *
queue_take(struct queue *queue)
{
	struct pending *pending = queue->first;
	if (!pending)
		return NULL;
	queue->first = pending->next;
	if (!queue->first)
		queue->end = &queue->first;
	return pending;
}

static void
queue_clear(struct queue *queue)
{
	struct pending *pending;
	while ((pending = queue_take(queue)))
		free(pending);
}

static void
tell(const struct manager *manager)
{
	uint64_t one = 1;
	/* Full means that the reader has been told often enough. */
	ssize_t written = write(manager->fd, &one, sizeof(one));
	(void)written;
}

/* ---- the thread ---- */

bool
manager_serve(struct manager *manager)
{
	pthread_mutex_lock(&manager->lock);
	while (!manager->stop && !manager->operating && manager->requests.first) {
		struct pending *pending = queue_take(&manager->requests);
		struct agent *agent = &manager->agent[pending->agent];
		manager->operating = true;
		pthread_mutex_unlock(&manager->lock);
		operate(agent, &pending->request, &pending->answer);
		pthread_mutex_lock(&manager->lock);
		manager->operating = false;
		agent->next = 0; /* what it changed is to be seen */
		queue_put(&manager->answers, pending);
		tell(manager);
	}
	bool going = !manager->stop;
	pthread_mutex_unlock(&manager->lock);
	return going;
}

/* The condition's clock stands still while the machine sleeps; nobody minds. */
static void
wait_until(struct manager *manager, int64_t us)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	int64_t nanoseconds = until.tv_nsec + us % SECOND * 1000;
	until.tv_sec += (time_t)(us / SECOND + nanoseconds / 1000000000);
	until.tv_nsec = (long)(nanoseconds % 1000000000);
	pthread_cond_timedwait(&manager->wake, &manager->lock, &until);
}

bool
manager_pause(struct manager *manager, int64_t us)
{
	int64_t until = clock_now().boot + us;
	pthread_mutex_lock(&manager->lock);
	for (int64_t left = us; !manager->stop && left > 0;
	     left = until - clock_now().boot)
		wait_until(manager, left);
	bool going = !manager->stop;
	pthread_mutex_unlock(&manager->lock);
	return going;
}

/* True when the round's failure says nothing yet: the agent was well a moment ago, and
   something of it still answers. */
static bool
is_spoilt(const struct agent *agent, enum agent_state state, int64_t now)
{
	return state == AGENT_SILENT && agent->session.alive && !agent->half &&
	       agent->state == AGENT_OK && now - agent->good < SPOILT_MOST;
}

/* Under the lock: as soon as the agent can be asked to. */
static void
hurry(struct agent *agent)
{
	int64_t latest = clock_now().boot + AHEAD_WAIT;
	int64_t soonest = agent->paid - AHEAD;
	if (soonest > latest)
		soonest = latest;
	if (agent->next > soonest)
		agent->next = soonest;
}

static void
finish_round(struct agent *agent, struct held *held, int64_t began,
	     enum agent_state state, const char *detail)
{
	struct manager *manager = agent->manager;
	int64_t now = clock_now().boot;
	if (!held && is_spoilt(agent, state, now)) {
		agent->next = now + SPOILT_AGAIN;
		return;
	}
	if (held) {
		held_release(agent->last);
		agent->last = held;
		agent->good = now;
	}
	if (agent->state != state) {
		agent->state = state;
		agent->since = now;
	}
	slice_copy(slice_of(detail), agent->detail, sizeof(agent->detail));
	agent->bulk_most = agent->bulk.most;
	agent->bulk_cut = agent->bulk.cut;
	agent->paid =
	    (agent->paid > began ? agent->paid : began) + agent->asked * REQUEST_EVERY;
	if (agent->paid > now + PAID_MOST)
		agent->paid = now + PAID_MOST;
	agent->asked = 0;
	if (held) {
		/* A long round is followed by as long a rest: the agent has others to
		   answer, too. */
		int64_t busy = now - (agent->reading.every ? began : agent->busy);
		int64_t rest = busy > manager->interval ? busy : manager->interval;
		agent->failures = 0;
		agent->next = agent->more                ? 0
			      : agent->paid > now + rest ? agent->paid
							 : now + rest;
	} else {
		int64_t delay = BACK_OFF_FIRST
				<< (agent->failures < 6 ? agent->failures : 6);
		agent->failures++;
		agent->next = now + (delay < BACK_OFF_MOST ? delay : BACK_OFF_MOST);
	}
	tell(manager);
}

/* With the lock held, which it gives up while asking. */
static void
run_round(struct agent *agent)
{
	struct manager *manager = agent->manager;
	uint32_t wanted = agent->wanted;
	uint32_t server = agent->server;
	enum agent_state state = AGENT_SILENT;
	char detail[256] = "";
	int64_t began = clock_now().boot;
	struct held *held = NULL;
	bool later;
	agent->next = NEVER; /* unless somebody refreshes meanwhile */
	agent->reading = agent->window;
	if (!agent->more)
		agent->busy = began;
	pthread_mutex_unlock(&manager->lock);
	if (session_knock(&agent->session, &later))
		held = round_read(agent, wanted, server, &state, detail);
	else
		slice_copy(slice_of(agent->session.detail), detail, sizeof(detail));
	pthread_mutex_lock(&manager->lock);
	if (later) {
		agent->next = began + KNOCK_LOOK;
		return;
	}
	bool again = agent->next != NEVER;
	if (manager->stop)
		held_release(held);
	else
		finish_round(agent, held, began, state, detail);
	if (again)
		hurry(agent);
}

static void *
run(void *context)
{
	struct manager *manager = context;
	/* The screen goes before: on Linux this is of the thread alone. */
	if (nice(LESS_THAN_THE_SCREEN) == -1)
		errno = 0;
	for (;;) {
		if (!manager_serve(manager))
			break;
		pthread_mutex_lock(&manager->lock);
		struct agent *first = &manager->agent[0];
		for (size_t i = 1; i < manager->agents; i++)
			if (manager->agent[i].next < first->next)
				first = &manager->agent[i];
		int64_t left = first->next - clock_now().boot;
		if (manager->stop || manager->requests.first) {
			/* Nothing: the top of the loop sees to it. */
		} else if (left > 0) {
			wait_until(manager, left);
		} else {
			run_round(first);
		}
		pthread_mutex_unlock(&manager->lock);
	}
	for (size_t i = 0; i < manager->agents; i++) {
		session_knock_end(&manager->agent[i].session);
		session_close(&manager->agent[i].session);
	}
	return NULL;
}

/* ---- start and stop ---- */

static void
manager_free(struct manager *manager)
{
	queue_clear(&manager->requests);
	queue_clear(&manager->answers);
	for (size_t i = 0; i < manager->agents; i++) {
		held_release(manager->agent[i].last);
		free(manager->agent[i].name);
	}
	free(manager->agent);
	if (manager->fd >= 0)
		close(manager->fd);
	free(manager);
}

static bool
add_agents(struct manager *manager, const char *const *names)
{
	size_t count = 0;
	while (names[count])
		count++;
	manager->agent = calloc(count, sizeof(*manager->agent));
	if (!manager->agent)
		return false;
	for (size_t i = 0; i < count; i++) {
		struct agent *agent = &manager->agent[i];
		agent->manager = manager;
		agent->name = strdup(names[i]);
		agent->last = calloc(1, sizeof(*agent->last));
		manager->agents++;
		if (!agent->name || !agent->last)
			return false;
		agent->last->references = 1;
		agent->session.agent = agent->name;
		agent->session.pattern = manager->pattern;
		agent->state = AGENT_CONNECTING;
		agent->since = clock_now().boot;
		/* What is wanted comes right after the start. */
		agent->next = agent->since + FIRST_ROUND;
	}
	return count > 0;
}

static bool
start_thread(struct manager *manager)
{
	pthread_condattr_t attributes;
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_mutex_init(&manager->lock, NULL);
	pthread_cond_init(&manager->wake, &attributes);
	pthread_condattr_destroy(&attributes);
	return pthread_create(&manager->thread, NULL, run, manager) == 0;
}

struct manager *
manager_start(const struct manager_options *options, char why[256])
{
	struct manager *manager = calloc(1, sizeof(*manager));
	snprintf(why, 256, "out of memory");
	if (!manager)
		return NULL;
	manager->fd = -1;
	manager->interval = options->interval;
	manager->requests.end = &manager->requests.first;
	manager->answers.end = &manager->answers.first;
	if (!session_options(options->argc, options->argv, &manager->pattern, why)) {
		manager_free(manager);
		return NULL;
	}
	manager->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (manager->fd < 0 || !add_agents(manager, options->agent) ||
	    !start_thread(manager)) {
		snprintf(why, 256, "the manager's thread cannot be started");
		manager_free(manager);
		return NULL;
	}
	return manager;
}

void
manager_stop(struct manager *manager)
{
	pthread_mutex_lock(&manager->lock);
	manager->stop = true;
	pthread_cond_signal(&manager->wake);
	pthread_mutex_unlock(&manager->lock);
	/* A silent agent keeps the thread for its timeouts at most. */
	pthread_join(manager->thread, NULL);
	pthread_cond_destroy(&manager->wake);
	pthread_mutex_destroy(&manager->lock);
	manager_free(manager);
}

/* ---- asking the manager ---- */

size_t
manager_agents(const struct manager *manager)
{
	return manager->agents;
}

const char *
manager_agent_name(const struct manager *manager, size_t agent)
{
	return manager->agent[agent].name;
}

const char *
manager_user(const struct manager *manager)
{
	return session_user(&manager->pattern);
}

size_t
manager_bulk(struct manager *manager, size_t agent, bool *cut)
{
	pthread_mutex_lock(&manager->lock);
	size_t most = manager->agent[agent].bulk_most;
	*cut = manager->agent[agent].bulk_cut;
	pthread_mutex_unlock(&manager->lock);
	return most;
}

int
manager_fd(const struct manager *manager)
{
	return manager->fd;
}

void
manager_want(struct manager *manager, size_t agent, uint32_t tables, uint32_t server)
{
	struct agent *who = &manager->agent[agent];
	pthread_mutex_lock(&manager->lock);
	/* More than before is wanted at once. */
	if ((tables & ~who->wanted) != 0 || server != who->server)
		hurry(who);
	who->wanted = tables;
	who->server = server;
	pthread_cond_signal(&manager->wake);
	pthread_mutex_unlock(&manager->lock);
}

static bool
is_before(struct mib_row a, struct mib_row b)
{
	return a.server != b.server ? a.server < b.server : a.row < b.row;
}

void
manager_window(struct manager *manager, size_t agent, struct mib_row from,
	       struct mib_row until, int64_t every)
{
	struct agent *who = &manager->agent[agent];
	pthread_mutex_lock(&manager->lock);
	const struct window *old = &who->window;
	bool seen = old->every == 0 ||
		    (!is_before(from, old->from) && !is_before(old->until, until));
	/* All of it is wanted more often than before, or rows that nobody looked at. */
	if (every < old->every || !seen) {
		hurry(who);
		pthread_cond_signal(&manager->wake);
	}
	who->window = (struct window){ from, until, every };
	pthread_mutex_unlock(&manager->lock);
}

void
manager_refresh(struct manager *manager, size_t agent)
{
	pthread_mutex_lock(&manager->lock);
	manager->agent[agent].next = 0;
	pthread_cond_signal(&manager->wake);
	pthread_mutex_unlock(&manager->lock);
}

const struct snapshot *
manager_snapshot(struct manager *manager, size_t agent, enum agent_state *state,
		 int64_t *since, char detail[256])
{
	struct agent *who = &manager->agent[agent];
	pthread_mutex_lock(&manager->lock);
	who->last->references++;
	const struct snapshot *snapshot = &who->last->shown;
	*state = who->state;
	*since = who->since;
	slice_copy(slice_of(who->detail), detail, 256);
	pthread_mutex_unlock(&manager->lock);
	return snapshot;
}

void
manager_release(struct manager *manager, const struct snapshot *snapshot)
{
	pthread_mutex_lock(&manager->lock);
	held_release((struct held *)(uintptr_t)snapshot);
	pthread_mutex_unlock(&manager->lock);
}

uint64_t
manager_operate(struct manager *manager, size_t agent,
		const struct manager_request *request)
{
	struct pending *pending = calloc(1, sizeof(*pending));
	if (!pending)
		return 0;
	pending->agent = agent;
	pending->request = *request;
	pthread_mutex_lock(&manager->lock);
	uint64_t ticket = ++manager->tickets;
	pending->ticket = ticket;
	pending->answer.ticket = ticket;
	queue_put(&manager->requests, pending);
	pthread_cond_signal(&manager->wake);
	pthread_mutex_unlock(&manager->lock);
	return ticket;
}

bool
manager_answer(struct manager *manager, struct manager_answer *answer)
{
	pthread_mutex_lock(&manager->lock);
	struct pending *pending = queue_take(&manager->answers);
	pthread_mutex_unlock(&manager->lock);
	if (!pending)
		return false;
	*answer = pending->answer;
	free(pending);
	return true;
}
