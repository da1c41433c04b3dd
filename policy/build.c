/* SPDX-License-Identifier: BSD-3-Clause */
/* From elements to the policy's fields: one small builder an element. */
#include "config.h"

#include <string.h>

#include "common/clock.h"
#include "policy/loader.h"

/* Defaults, as bellwether-policy(5) lists them. */
#define DEFAULT_INTERVAL SECOND
#define DEFAULT_TIMEOUT  (800 * MILLISECOND)
#define DEFAULT_RISE     2
#define DEFAULT_FALL     3
#define DEFAULT_DOUBLED  8 /* times hold-down=: its hold-down-max= */

#define BATCH_GROWTH_MAX 10
#define NETWORK_MAX      64u /* links, and hosts to reach */

typedef void builder(struct loader *loader, const struct value *value);

static void
build_policy(struct loader *loader, const struct value *value)
{
	loader->policy->mode =
	    (enum policy_mode)number_or(&value[POLICY_MODE], MODE_AUTOMATIC);
}

static void
build_server(struct loader *loader, const struct value *value)
{
	struct policy *policy = loader->policy;

	policy->server = keep(loader, &value[SERVER_NAME]);
	policy->address = value[SERVER_ADDRESS].endpoint.address;
	policy->transport = (int)number_or(&value[SERVER_TRANSPORT], 1);
	policy->port = (uint16_t)value[SERVER_PORT].number;
	if (policy->transport == 2 && !value[SERVER_PORT].set &&
	    (loader->spoiled & E_BIT(E_SERVER)) == 0)
		loader_fault(
		    loader, loader->line,
		    "transport=\"udp\" of <server> needs port=: expected the UDP "
		    "port that clients send to");
	if (policy->transport == 1 && value[SERVER_PORT].set &&
	    (loader->spoiled & E_BIT(E_SERVER)) == 0)
		loader_fault(loader, loader->line,
			     "port= of <server>: ICMP has no ports; expected "
			     "transport=\"udp\" too, or no port=");
}

static void
build_key(struct loader *loader, const struct value *value)
{
	struct policy *policy = loader->policy;
	struct policy_key *key;

	for (size_t i = 0; value[KEY_ID].set && i < policy->keys; i++)
		if (policy->key[i].id == value[KEY_ID].number)
			loader_fault(
			    loader, loader->line,
			    "a second <key> with id=\"%u\": the first is at line "
			    "%u; expected another id",
			    policy->key[i].id, policy->key[i].line);
	if (policy->keys == 255)
		return; /* more than ids: at least one was told twice */
	key = ARRAY_MORE(loader->arena, policy->key, policy->keys);
	if (key == NULL)
		return;
	key->id = (uint8_t)value[KEY_ID].number;
	key->algorithm = (int)number_or(&value[KEY_ALGORITHM], 1);
	key->file = keep(loader, &value[KEY_FILE]);
	key->line = loader->line;
}

/* ---- monitor ---- */

bool
build_inputs(struct loader *loader)
{
	struct policy *policy = loader->policy;

	policy->interval = DEFAULT_INTERVAL;
	policy->timeout = DEFAULT_TIMEOUT;
	for (unsigned i = 0; i < SYSTEM_COUNT; i++) {
		struct policy_input *input =
		    ARRAY_MORE(loader->arena, policy->input, policy->inputs);

		if (input == NULL)
			return false;
		input->name = probe_system_name[i];
		input->unit = probe_system_unit[i];
		input->interval = policy->interval;
		input->timeout = policy->timeout;
	}
	loader->system.kind = PROBE_SYSTEM;
	loader->system.name = "system";
	return true;
}

static void
build_monitor(struct loader *loader, const struct value *value)
{
	struct policy *policy = loader->policy;

	policy->interval = number_or(&value[MONITOR_INTERVAL], DEFAULT_INTERVAL);
	policy->timeout =
	    DEFAULT_TIMEOUT < policy->interval ? DEFAULT_TIMEOUT : policy->interval;
	policy->timeout = number_or(&value[MONITOR_TIMEOUT], policy->timeout);
	if (policy->timeout > policy->interval) {
		loader_fault(
		    loader, loader->line,
		    "timeout=\"%.*s\" of <monitor> is longer than the interval: "
		    "expected at most interval=",
		    (int)value[MONITOR_TIMEOUT].text.length,
		    value[MONITOR_TIMEOUT].text.start);
		policy->timeout = policy->interval;
	}
	for (unsigned i = 0; i < SYSTEM_COUNT; i++) {
		policy->input[i].interval = policy->interval;
		policy->input[i].timeout = policy->timeout;
	}
}

/* Every round asks all of them. */
static bool
network_full(struct loader *loader, size_t count, const char *name)
{
	if (count < NETWORK_MAX)
		return false;
	loader_fault(loader, loader->line,
		     "more than %u <%s> in <network>: expected fewer", NETWORK_MAX,
		     name);
	return true;
}

static void
build_link(struct loader *loader, const struct value *value)
{
	struct probe *system = &loader->system;
	const char **link;

	if (!value[LINK_NAME].set || network_full(loader, system->system.links, "link"))
		return;
	link = ARRAY_MORE(loader->arena, system->system.link, system->system.links);
	if (link != NULL)
		*link = keep(loader, &value[LINK_NAME]);
}

static void
build_reach(struct loader *loader, const struct value *value)
{
	struct probe *system = &loader->system;
	struct address *reach;

	if (!value[REACH_ADDRESS].set ||
	    network_full(loader, system->system.reaches, "reach"))
		return;
	reach = ARRAY_MORE(loader->arena, system->system.reach, system->system.reaches);
	if (reach != NULL)
		*reach = value[REACH_ADDRESS].endpoint.address;
}

/* Says it when a parameter or service of that name is there already. */
static void
check_input_name(struct loader *loader, struct slice name)
{
	const struct policy *policy = loader->policy;

	for (size_t i = 0; i + 1 < policy->inputs; i++) {
		const struct policy_input *input = &policy->input[i];

		if (!slice_equal(name, input->name))
			continue;
		if (i < SYSTEM_COUNT)
			loader_fault(loader, loader->line,
				     "name=\"%s\" is a built-in parameter's: expected "
				     "another name",
				     input->name);
		else
			loader_fault(
			    loader, loader->line,
			    "a second parameter or service \"%s\": the first is "
			    "at line %u; expected another name",
			    input->name, input->line);
		return;
	}
}

static struct policy_input *
add_input(struct loader *loader, const struct value *name, const struct value *every)
{
	struct policy *policy = loader->policy;
	struct policy_input *input;

	if (policy->inputs == POLICY_INPUTS_MAX) {
		loader_fault(loader, loader->line,
			     "more than %u parameters and services, the built-in ones "
			     "counted: expected fewer",
			     POLICY_INPUTS_MAX);
		return NULL;
	}
	input = ARRAY_MORE(loader->arena, policy->input, policy->inputs);
	if (input == NULL)
		return NULL;
	input->name = keep(loader, name);
	input->unit = "";
	input->line = loader->line;
	input->interval = number_or(every, policy->interval);
	input->timeout =
	    policy->timeout < input->interval ? policy->timeout : input->interval;
	if (name->set)
		check_input_name(loader, name->text);
	return input;
}

static void
build_parameter(struct loader *loader, const struct value *value)
{
	struct policy_input *input =
	    add_input(loader, &value[PARAMETER_NAME], &value[PARAMETER_EVERY]);

	if (input == NULL)
		return;
	input->rate = number_or(&value[PARAMETER_RATE], 0) != 0;
	if (value[PARAMETER_UNIT].set)
		input->unit = keep(loader, &value[PARAMETER_UNIT]);
	else if (input->rate)
		input->unit = "/s";
	input->on_timeout = (enum policy_timeout)value[PARAMETER_ON_TIMEOUT].number;
}

static void
build_service(struct loader *loader, const struct value *value)
{
	struct policy_input *input =
	    add_input(loader, &value[SERVICE_NAME], &value[SERVICE_EVERY]);

	if (input == NULL)
		return;
	input->service = true;
	input->role = (enum policy_role)number_or(&value[SERVICE_ROLE], ROLE_NONE);
	input->rise = (uint32_t)number_or(&value[SERVICE_RISE], DEFAULT_RISE);
	input->fall = (uint32_t)number_or(&value[SERVICE_FALL], DEFAULT_FALL);
	input->worst = WORST_ZERO;
	input->on_timeout = (enum policy_timeout)value[SERVICE_ON_TIMEOUT].number;
}

/* ---- thresholds ---- */

static void
build_performance(struct loader *loader, const struct value *value)
{
	loader->policy->performance_line = loader->line;
	if (value[PERFORMANCE_FUNCTION].set)
		loader->policy->performance_text =
		    keep(loader, &value[PERFORMANCE_FUNCTION]);
}

static void
build_hold_down(struct loader *loader, const struct value *value)
{
	struct policy_failover *failover = &loader->policy->failover;
	const struct value *first = &value[FAILOVER_HOLD_DOWN];
	const struct value *most = &value[FAILOVER_HOLD_DOWN_MAX];

	failover->hold_down = number_or(first, 0);
	failover->hold_down_max =
	    number_or(most, DEFAULT_DOUBLED * failover->hold_down);
	if (!most->set || (loader->spoiled & E_BIT(E_FAILOVER)) != 0)
		return;
	if (!first->set)
		loader_fault(
		    loader, loader->line,
		    "hold-down-max= of <failover> without hold-down=: expected "
		    "both, or neither");
	else if (most->number < first->number)
		loader_fault(
		    loader, loader->line,
		    "hold-down-max= of <failover> is below hold-down=: expected "
		    "it as long, or longer");
}

static void
build_failover(struct loader *loader, const struct value *value)
{
	struct policy_failover *failover = &loader->policy->failover;

	failover->threshold = value[FAILOVER_THRESHOLD].real;
	failover->duration = number_or(&value[FAILOVER_FOR], 10 * SECOND);
	failover->hold = value[FAILOVER_HOLD].number;
	failover->keep = value[FAILOVER_KEEP].set ? value[FAILOVER_KEEP].real : 0;
	failover->line = loader->line;
	build_hold_down(loader, value);
}

static void
check_when_name(struct loader *loader, struct slice name)
{
	const struct policy_failover *failover = &loader->policy->failover;

	if (slice_equal(name, "failover") || slice_equal(name, "connection"))
		loader_fault(
		    loader, loader->line,
		    "name=\"%.*s\" of <when> is a threshold's: expected another "
		    "name",
		    (int)name.length, name.start);
	for (size_t i = 0; i + 1 < failover->whens; i++)
		if (slice_equal(name, failover->when[i].name)) {
			loader_fault(loader, loader->line,
				     "a second <when> \"%s\": the first is at line %u; "
				     "expected another name",
				     failover->when[i].name, failover->when[i].line);
			break;
		}
}

static void
build_when(struct loader *loader, const struct value *value)
{
	struct policy_failover *failover = &loader->policy->failover;
	struct policy_when *when;

	if (failover->whens == POLICY_WHENS_MAX) {
		loader_fault(loader, loader->line,
			     "more than %u <when>: expected fewer", POLICY_WHENS_MAX);
		return;
	}
	when = ARRAY_MORE(loader->arena, failover->when, failover->whens);
	if (when == NULL)
		return;
	when->name = keep(loader, &value[WHEN_NAME]);
	when->text = keep(loader, &value[WHEN_TEST]);
	when->duration = number_or(&value[WHEN_FOR], failover->duration);
	when->line = loader->line;
	if (value[WHEN_NAME].set)
		check_when_name(loader, value[WHEN_NAME].text);
}

static void
build_order(struct loader *loader, const struct value *value)
{
	struct policy_failover *failover = &loader->policy->failover;

	failover->validity = number_or(&value[ORDER_VALIDITY], HOUR);
	failover->spread = number_or(&value[ORDER_SPREAD], 0);
	failover->retry = number_or(&value[ORDER_RETRY], SECOND);
	failover->attempts = (uint32_t)number_or(&value[ORDER_ATTEMPTS], 5);
	failover->rate = (uint32_t)number_or(&value[ORDER_RATE], 500);
	/* The first wait may be half longer by chance, and an order ends a fifth after its
	   validity. */
	if (failover->attempts > 1 && failover->retry + failover->retry / 2 >
					  failover->validity + failover->validity / 5)
		loader_warning(loader, loader->line,
			       "retry= of <order> is too long for its validity=: an "
			       "order may end before it is sent a second time");
}

static void
build_connection(struct loader *loader, const struct value *value)
{
	struct policy_connection *connection = &loader->policy->connection;

	connection->threshold = value[CONNECTION_THRESHOLD].real;
	connection->duration = number_or(&value[CONNECTION_FOR], MINUTE);
	if (value[CONNECTION_FUNCTION].set)
		connection->function_text = keep(loader, &value[CONNECTION_FUNCTION]);
	connection->line = loader->line;
}

static void
build_batch(struct loader *loader, const struct value *value)
{
	struct policy_connection *connection = &loader->policy->connection;

	connection->batch = (uint32_t)number_or(&value[BATCH_SIZE], 50);
	connection->every = number_or(&value[BATCH_EVERY], 10 * SECOND);
	connection->order =
	    (enum policy_order)number_or(&value[BATCH_SORT], ORDER_PRIORITY);
	connection->growth = value[BATCH_GROWTH].set ? value[BATCH_GROWTH].real : 1;
	connection->most = (uint32_t)number_or(&value[BATCH_MAX], POLICY_CLIENTS_MAX);
	if (connection->growth < 1 || connection->growth > BATCH_GROWTH_MAX) {
		loader_fault(loader, loader->line,
			     "growth= of <batch>: expected a number from 1 (all alike) "
			     "to %d",
			     BATCH_GROWTH_MAX);
		connection->growth = 1;
	}
	if (connection->most < connection->batch)
		loader_fault(loader, loader->line,
			     "max= of <batch> is below size=: expected it as high, or "
			     "higher");
}

static void
build_admit(struct loader *loader, const struct value *value)
{
	loader->policy->connection.admit = (uint32_t)number_or(&value[ADMIT_RATE], 20);
}

static void
build_control(struct loader *loader, const struct value *value)
{
	loader->policy->control = number_or(&value[CONTROL_SNMP], 0) != 0;
	loader->policy->control_share =
	    value[CONTROL_SHARE].set ? value[CONTROL_SHARE].real : 0.5;
}

/* ---- clients ---- */

static void
build_clients(struct loader *loader, const struct value *value)
{
	if (loader->file > 0 && value[CLIENTS_HELLO].set)
		loader_fault(
		    loader, loader->line,
		    "hello= of <clients> in an included document: expected it in "
		    "the policy itself only");
	else if (loader->file == 0)
		loader->policy->hello = number_or(&value[CLIENTS_HELLO], 5 * MINUTE);
}

static void
build_activity(struct loader *loader, const struct value *value)
{
	struct policy_activity *activity = &loader->policy->activity;

	if (loader->file > 0) {
		loader_fault(loader, loader->line,
			     "<activity> in an included document: expected it in the "
			     "policy itself only");
		return;
	}
	activity->on = true;
	activity->line = loader->line;
	activity->every = number_or(&value[ACTIVITY_EVERY], 30 * SECOND);
	activity->grace = number_or(&value[ACTIVITY_GRACE], MINUTE);
	activity->quiet = number_or(&value[ACTIVITY_QUIET], 5 * MINUTE);
	activity->back = number_or(&value[ACTIVITY_BACK], HOUR);
	activity->rate = (uint32_t)number_or(&value[ACTIVITY_RATE], 10);
	activity->requests =
	    (enum policy_requests)number_or(&value[ACTIVITY_REQUESTS], REQUESTS_ALL);
	/* Two looks that both find requests: less is chance. */
	if (activity->quiet < 2 * activity->every &&
	    (loader->spoiled & E_BIT(E_ACTIVITY)) == 0)
		loader_fault(loader, loader->line,
			     "quiet= of <activity> is less than twice every=: "
			     "expected at least that, 5m and 30s by default");
}

static void
build_site(struct loader *loader, const struct value *value)
{
	loader->stack[loader->depth - 1].site = inventory_site(loader, value);
}

static void
build_include(struct loader *loader, const struct value *value)
{
	struct include *include;

	if (loader->file > 0) {
		loader_fault(
		    loader, loader->line,
		    "<include> in an included document: expected all of them in "
		    "the policy itself");
		return;
	}
	if (!value[INCLUDE_HREF].set)
		return;
	include = ARRAY_MORE(loader->arena, loader->include, loader->includes);
	if (include == NULL)
		return;
	include->href = keep(loader, &value[INCLUDE_HREF]);
	include->line = loader->line;
}

/* What happens at an element's start; elements that only hold others have none. */
static builder *const builders[E_COUNT] = {
	[E_POLICY] = build_policy,
	[E_SERVER] = build_server,
	[E_KEY] = build_key,
	[E_ALTERNATES] = alternates_all,
	[E_ALTERNATE] = alternates_one,
	[E_HEALTH] = alternates_health,
	[E_MONITOR] = build_monitor,
	[E_LINK] = build_link,
	[E_REACH] = build_reach,
	[E_PARAMETER] = build_parameter,
	[E_SERVICE] = build_service,
	[E_PERFORMANCE] = build_performance,
	[E_FAILOVER] = build_failover,
	[E_WHEN] = build_when,
	[E_STEP] = who_step,
	[E_SELECT] = who_select,
	[E_EXCEPT] = who_except,
	[E_ORDER] = build_order,
	[E_CONNECTION] = build_connection,
	[E_BATCH] = build_batch,
	[E_ADMIT] = build_admit,
	[E_CONTROL] = build_control,
	[E_CLIENTS] = build_clients,
	[E_ACTIVITY] = build_activity,
	[E_RADIUS_ACTIVITY] = probes_activity,
	[E_LIST] = inventory_list,
	[E_SITE] = build_site,
	[E_SITE_LINK] = sites_link,
	[E_CLIENT] = inventory_client,
	[E_RANGE] = inventory_range,
	[E_INCLUDE] = build_include,
	[E_RADIUS_VALUE] = probes_radius,
	[E_RADIUS_SERVICE] = probes_radius,
	[E_LOGIN_VALUE] = probes_login,
	[E_LOGIN_SERVICE] = probes_login,
	[E_THREADS] = probes_threads,
	[E_UDP_BACKLOG] = probes_backlog,
	[E_EXEC_VALUE] = probes_exec,
	[E_EXEC_SERVICE] = probes_exec,
	[E_FILE] = probes_file,
	[E_SNMP] = probes_snmp,
	[E_DIAMETER] = probes_diameter,
	[E_TACACS] = probes_tacacs,
	[E_TCP] = probes_tcp,
	[E_PROCESS] = probes_process,
};

void
build_start(struct loader *loader, enum element_kind kind, const struct value *value)
{
	if (builders[kind] != NULL)
		builders[kind](loader, value);
}

/* What a document leaves out has its defaults: the same builders fill them in. */
void
build_defaults(struct loader *loader)
{
	static const enum element_kind optional[] = {
		E_ALTERNATES, E_ORDER, E_BATCH, E_ADMIT, E_CONTROL,
	};
	static const struct value nothing[ATTRIBUTES_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(optional); i++)
		builders[optional[i]](loader, nothing);
}
