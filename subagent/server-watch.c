/* SPDX-License-Identifier: BSD-3-Clause */
/* A server under watch: samples in, a verdict each interval and when one may change. */
#include "config.h"

#include "subagent/server-inside.h"

#include "common/log.h"
#include "common/random.h"
#include "subagent/report.h"

/* ---- judging ---- */

static void on_judge_timer(uv_timer_t *timer);

static void
arm_judge_timer(struct server *server, int64_t now)
{
	uv_timer_start(
	    &server->judge_timer, on_judge_timer,
	    (uint64_t)((server->look.due - now + MILLISECOND - 1) / MILLISECOND), 0);
}

static void
on_sample(void *context, const struct sample *sample)
{
	struct server *server = context;
	int64_t now = clock_now().boot;
	struct sample taken = *sample;
	/* A probe's come one behind the other: of one moment, they are one line. */
	if (taken.at - server->sampled_at < LOOK_TOGETHER / 10)
		taken.at = server->sampled_at;
	server->sampled_at = taken.at;
	judge_sample(server->judge, &taken);
	trace_put_sample(server->trace, &server->loaded.policy->input[taken.input],
			 &taken);
	if (look_sample(&server->look, now))
		arm_judge_timer(server, now);
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
	struct fleet_summary summary;
	char why[OPERATION_TEXT];
	fleet_summary(server->fleet, &summary);
	if (!server->judged ||
	    !trace_decides(server->trace, summary.state, &server->verdict))
		return;
	look_explain(server->judge, &server->verdict, why, sizeof(why));
	trace_put_decided(server->trace, now.boot, summary.state, &server->verdict,
			  why);
}

static void
on_judge_timer(uv_timer_t *timer)
{
	struct server *server = timer->data;
	struct moment now = clock_now();
	struct verdict verdict;
	char why[OPERATION_TEXT];
	lateness_note(server->surroundings->lateness, server->look.due, now.boot);
	server->sampled_at = 0;
	trace_put_look(server->trace, now.boot);
	bool by_interval = look_judge(&server->look, server->judge, now.boot, &verdict,
				      why, sizeof(why));
	bool changed = verdict_changed(server, &verdict);
	server->verdict = verdict;
	server->judged = true;
	struct server_view view;
	server_view(server, &view);
	if (changed)
		report_verdict(&view);
	fleet_judge(server->fleet, &verdict, why, now);
	server_decided(server, now);
	if (by_interval)
		report_interval(&view);
	arm_judge_timer(server, now.boot);
	/* To choose among many is work enough for one turn of the loop: what it left to be
	   done at once is done in the next. */
	if (fleet_next(server->fleet) <= now.boot)
		server_arm(server, now);
	else
		server_turn(server);
	server->surroundings->judged(server->surroundings->context);
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
	look_start(&server->look, server->loaded.policy, server->judge, now.boot);
	arm_judge_timer(server, now.boot);
}
