/* SPDX-License-Identifier: BSD-3-Clause */
/* A server under watch: samples in, a verdict each interval and when one may change. */
#include "config.h"

#include "subagent/server-inside.h"

#include "common/log.h"
#include "common/random.h"
#include "subagent/report.h"

/* Between two judgements, however many samples come. */
#define TOGETHER (10 * MILLISECOND)

/* ---- judging ---- */

static void on_judge_timer(uv_timer_t *timer);

static void
judge_by(struct server *server, int64_t due, int64_t now)
{
	/* What is due already, and stays so, is no reason to do nothing else. */
	if (due < now + MILLISECOND)
		due = now + MILLISECOND;
	if (due - now > SERVER_WAIT_MS * MILLISECOND)
		due = now + SERVER_WAIT_MS * MILLISECOND;
	server->judge_due = due;
	uv_timer_start(&server->judge_timer, on_judge_timer,
		       (uint64_t)((due - now + MILLISECOND - 1) / MILLISECOND), 0);
}

static void
arm_judge_timer(struct server *server, int64_t now)
{
	int64_t due = server->interval_at + server->loaded.policy->interval;
	int64_t earlier = judge_next(server->judge);
	judge_by(server, earlier < due ? earlier : due, now);
}

/* What it says is looked at now, not at the end of an interval: an overload would cost
   two of them. Samples come by themselves, each at its own moment: some are taken
   together. */
static void
on_sample(void *context, const struct sample *sample)
{
	struct server *server = context;
	int64_t now = clock_now().boot;
	struct sample taken = *sample;
	/* A probe's come one behind the other: of one moment, they are one line. */
	if (taken.at - server->sampled_at < TOGETHER / 10)
		taken.at = server->sampled_at;
	server->sampled_at = taken.at;
	judge_sample(server->judge, &taken);
	trace_put_sample(server->trace, &server->loaded.policy->input[taken.input],
			 &taken);
	int64_t due = server->judged_at + TOGETHER;
	if (due < server->judge_due)
		judge_by(server, due, now);
}

static bool
verdict_changed(const struct server *server, const struct verdict *verdict)
{
	const struct verdict *old = &server->verdict;
	return !server->judged || verdict->failover != old->failover ||
	       verdict->connection != old->connection ||
	       verdict->performance_known != old->performance_known ||
	       verdict->failover_unknown != old->failover_unknown;
}

void
server_decided(struct server *server, struct moment now)
{
	uint32_t deciding = server->verdict.deciding;
	struct fleet_summary summary;
	char why[OPERATION_TEXT];
	fleet_summary(server->fleet, &summary);
	if (!server->judged ||
	    !trace_decides(server->trace, summary.state, &server->verdict))
		return;
	judge_explain(server->judge,
		      deciding == POLICY_NONE ? CONDITION_FAILOVER : deciding, why,
		      sizeof(why));
	trace_put_decided(server->trace, now.boot, summary.state, &server->verdict,
			  why);
}

static void
on_judge_timer(uv_timer_t *timer)
{
	struct server *server = timer->data;
	struct moment now = clock_now();
	lateness_note(server->surroundings->lateness, server->judge_due, now.boot);
	server->judged_at = now.boot;
	server->sampled_at = 0;
	trace_put_look(server->trace, now.boot);
	bool by_interval =
	    now.boot >= server->interval_at + server->loaded.policy->interval;
	struct verdict verdict;
	char why[OPERATION_TEXT] = "";
	judge_decide(server->judge, now.boot, &verdict);
	if (verdict.deciding != POLICY_NONE)
		judge_explain(server->judge, verdict.deciding, why, sizeof(why));
	bool changed = verdict_changed(server, &verdict);
	server->verdict = verdict;
	server->judged = true;
	struct server_view view;
	server_view(server, &view);
	if (changed)
		report_verdict(&view);
	fleet_judge(server->fleet, &verdict, why, now);
	server_decided(server, now);
	if (by_interval) {
		/* In step with the interval, but not running after what was missed. */
		server->interval_at += server->loaded.policy->interval;
		if (server->interval_at + server->loaded.policy->interval <= now.boot)
			server->interval_at = now.boot;
		report_interval(&view);
	}
	arm_judge_timer(server, now.boot);
	server_turn(server);
}

/* ---- watching ---- */

static bool
watch_start(struct server *server)
{
	const struct surroundings *around = server->surroundings;
	struct monitor_options options = {
		.loop = around->loop,
		.probe = server->loaded.policy->probe,
		.probes = server->loaded.policy->probes,
		.spawner = around->spawner,
		.poller = around->poller,
		.echo_socket = around->ports->echo[server->slot][0],
		.echo_socket6 = around->ports->echo[server->slot][1],
		.seed = random_entropy(),
		.sample = on_sample,
		.context = server,
	};
	ports_echo_use(around->ports, server->slot, true);
	server->monitor = monitor_start(&options);
	return server->monitor != NULL;
}

void
server_watch(struct server *server, struct moment now)
{
	if (!watch_start(server))
		log_error("probe", "%s: there is not enough memory to watch it",
			  server_name(server));
	server->judged = false;
	server->interval_at = now.boot;
	arm_judge_timer(server, now.boot);
}
