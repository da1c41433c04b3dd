/* SPDX-License-Identifier: BSD-3-Clause */
/* The poller process, kept while a policy has SNMP agents to ask. */
#include "config.h"

#include "subagent/engine-inside.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "common/bytes.h"
#include "common/log.h"

#define ROLE "poller"
/* A reload lets go of all probes before it has new ones. */
#define UNWANTED_MS 5000

/* ---- its process ---- */

static void
lose(struct engine_poller *poller, const char *why)
{
	snprintf(poller->why, sizeof(poller->why), "the poller is lost: %.80s", why);
	poller->lost = true;
	poller_detach(poller->poller, poller->why);
}

static void
on_started(void *context)
{
	struct engine_poller *poller = context;
	poller->killed = false;
	poller_attach(poller->poller, keeper_fd(poller->keeper));
}

static bool
on_readable(void *context)
{
	struct engine_poller *poller = context;
	/* What the engine's end is closing for may be gone by then. */
	return !poller->closing && poller_readable(poller->poller);
}

/* Called when it has ended, before our end of the socket is closed. */
static const char *
on_end(void *context, int status)
{
	struct engine_poller *poller = context;
	char text[64];
	if (poller->killed)
		return "it did not answer";
	if (status == -1)
		snprintf(text, sizeof(text), "it cannot be started");
	else if (WIFSIGNALED(status))
		snprintf(text, sizeof(text), "it died of signal %d", WTERMSIG(status));
	else
		snprintf(text, sizeof(text), "it ended with status %d",
			 WEXITSTATUS(status));
	lose(poller, text);
	return "SNMP parameters become unknown";
}

static void
on_silent(void *context)
{
	struct engine_poller *poller = context;
	poller->killed = true;
	lose(poller, "it does not answer");
	starter_signal(poller->engine->starter, ROLE, SIGKILL);
}

static void
on_answers(void *context)
{
	struct engine_poller *poller = context;
	if (poller->lost)
		log_info("engine", "the poller process answers again");
	poller->lost = false;
}

/* ---- wanted, or not ---- */

static void
start(struct engine_poller *poller)
{
	const struct keeper_options options = {
		.loop = &poller->engine->loop,
		.starter = poller->engine->starter,
		.role = ROLE,
		.extra = -1,
		.context = poller,
		.started = on_started,
		.readable = on_readable,
		.explain = on_end,
	};
	poller->keeper = keeper_open(&options);
	if (!poller->keeper)
		lose(poller, "there is not enough memory to start it");
}

static void
on_closed(void *context)
{
	struct engine_poller *poller = context;
	poller->keeper = NULL;
	poller->closing = false;
	if (poller->ended)
		poller->ended(poller->engine);
	else if (poller->wanted)
		start(poller);
}

static void
end(struct engine_poller *poller)
{
	if (!poller->keeper || poller->closing)
		return;
	poller->closing = true;
	poller->lost = false;
	poller_detach(poller->poller, "the poller is being ended");
	keeper_close(poller->keeper, on_closed, poller);
}

static void
on_unwanted(uv_timer_t *timer)
{
	end(timer->data);
}

static void
on_wanted(void *context, bool wanted)
{
	struct engine_poller *poller = context;
	poller->wanted = wanted;
	if (poller->engine->stopping)
		return;
	if (!wanted)
		uv_timer_start(&poller->unwanted, on_unwanted, UNWANTED_MS, 0);
	else
		uv_timer_stop(&poller->unwanted);
	if (wanted && !poller->keeper)
		start(poller);
}

/* ---- for the engine ---- */

bool
poller_prepare(struct engine *engine)
{
	struct engine_poller *poller = &engine->poller;
	const struct poller_calls calls = { .context = poller,
					    .wanted = on_wanted,
					    .silent = on_silent,
					    .answers = on_answers };
	poller->engine = engine;
	uv_timer_init(&engine->loop, &poller->unwanted);
	poller->unwanted.data = poller;
	poller->poller = poller_open(&engine->loop, &calls);
	engine->around.poller = poller->poller;
	if (!poller->poller)
		log_error("engine", "there is not enough memory");
	return poller->poller != NULL;
}

void
poller_stop(struct engine *engine, void (*ended)(struct engine *engine))
{
	struct engine_poller *poller = &engine->poller;
	poller->ended = ended;
	uv_close((uv_handle_t *)&poller->unwanted, NULL);
	end(poller);
	poller_close(poller->poller, NULL, NULL);
	if (!poller->keeper)
		ended(engine);
}

bool
poller_trouble(const struct engine *engine, struct alarm_raise *raise)
{
	const struct engine_poller *poller = &engine->poller;
	if (!poller->lost || !poller->wanted)
		return false;
	*raise = (struct alarm_raise){ .kind = "poller-lost",
				       .subject = "",
				       .severity = SEVERITY_WARNING,
				       .text = poller->why };
	return true;
}

void
poller_report(const struct engine *engine)
{
	const struct engine_poller *poller = &engine->poller;
	struct keeper_status status = { 0 };
	char since[DURATION_TEXT];
	if (!poller->keeper)
		return;
	keeper_status(poller->keeper, &status);
	log_info(
	    "status", "SNMP parameters: the poller %s since %s, started %u times%s%s",
	    status.running ? "runs" : "does not run",
	    duration_format((clock_now().boot - status.since) / SECOND * SECOND, since),
	    status.starts, poller->lost ? "; " : "", poller->lost ? poller->why : "");
}
