/* SPDX-License-Identifier: BSD-3-Clause */
/* What a client costs: bytes in memory after loading, and time on the order path against
   sealing the same orders. */
#include "config.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fleet/fleet.h"
#include "message/keys.h"
#include "tests/bench/bench-policy.h"

#define CLIENTS    100000u
#define GOAL_BYTES 400
#define GOAL_PATH  1.0
#define GOAL_LATE  (20.0 * MILLISECOND)
#define ROUNDS     7

static char *
document(void)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	if (to == NULL)
		return NULL;
	fprintf(
	    to,
	    "<policy xmlns=\"" POLICY_NAMESPACE "\">\n"
	    "<server name=\"aaa1\" address=\"192.0.2.10\">"
	    "<key id=\"1\" file=\"aaa1.key\"/></server>\n"
	    "<alternates><alternate name=\"aaa2\" address=\"192.0.2.11\"/>"
	    "<alternate name=\"aaa3\" address=\"192.0.2.12\"/></alternates>\n"
	    "<failover threshold=\"30\" for=\"10s\"><step><select all=\"yes\"/></step>"
	    "<order rate=\"1000000/s\"/></failover>\n"
	    "<connection threshold=\"60\" for=\"60s\"><batch size=\"100000\" "
	    "every=\"1s\"/></connection>\n<control snmp=\"yes\" "
	    "max-share=\"100%%\"/>\n<clients>\n");
	for (unsigned i = 1; i <= CLIENTS; i++)
		fprintf(to,
			"<client name=\"nas-%u\" address=\"10.%u.%u.%u\" "
			"groups=\"wireless vpn\" priority=\"%u\"/>\n",
			i, i >> 16, i >> 8 & 255, i & 255, i % 100);
	fprintf(to, "</clients></policy>\n");
	fclose(to);
	return text;
}

static size_t
in_use(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

static struct verdict
verdict_of(enum met failover, enum met connection)
{
	return (struct verdict){ .performance_known = true,
				 .failover = failover,
				 .connection = connection,
				 .deciding = failover == MET_YES ? CONDITION_FAILOVER
								 : POLICY_NONE };
}

/* Time that all first orders of a failover take, from the choice to the last message;
   sealed: encoded and authenticated too. */
static int64_t
order_all(const struct policy *policy, const struct keys *keys, bool sealed,
	  size_t *count)
{
	struct moment now = { .boot = 1000 * SECOND, .wall = 1790000000 * SECOND };
	struct verdict verdict = verdict_of(MET_YES, MET_NO);
	struct fleet *fleet = fleet_new(policy, 1, now);
	uint8_t bytes[MESSAGE_MAX];
	struct message order;
	uint32_t row;
	int64_t from, took = 0;

	if (fleet == NULL)
		return 0;
	fleet_judge(fleet, &verdict, "performance 12.4 < 30 for 10s", now);
	*count = 0;
	while (*count < CLIENTS) {
		now.boot += 50 * MILLISECOND;
		from = clock_now().boot;
		while (fleet_operation(fleet, 0)->ordered < CLIENTS)
			fleet_tick(fleet, now);
		while (fleet_order(fleet, now, &row, &order)) {
			++*count;
			if (!sealed)
				continue;
			order.key_id = 1;
			order.algorithm = ALGORITHM_HMAC_SHA256;
			if (!keys_seal(keys, &policy->address,
				       fleet_client_address(fleet, row), bytes,
				       message_encode(&order, bytes)))
				abort();
		}
		took += clock_now().boot - from;
	}
	fleet_free(fleet);
	return took;
}

static void
order_path(const struct policy *policy)
{
	const uint8_t secret[32] = { 1, 2, 3 };
	struct keys *keys = keys_new();
	int64_t bare = INT64_MAX, sealed = INT64_MAX;
	size_t count = 0;

	if (keys == NULL ||
	    !keys_add_master(keys, 1, ALGORITHM_HMAC_SHA256, secret, sizeof(secret)))
		abort();
	for (unsigned i = 0; i < ROUNDS; i++) {
		int64_t a = order_all(policy, keys, false, &count);
		int64_t b = order_all(policy, keys, true, &count);

		bare = a < bare ? a : bare;
		sealed = b < sealed ? b : sealed;
	}
	printf(
	    "bench: order-path ratio %.2f goal <=%.0f (%.0f ns an order in the fleet "
	    "of %zu, %.0f ns to encode and seal it)\n",
	    (double)bare / (double)(sealed - bare), GOAL_PATH,
	    (double)bare * 1e3 / (double)count, count,
	    (double)(sealed - bare) * 1e3 / (double)count);
	keys_free(keys);
}

/* What the engine's loop stands still for: each is one call of it. */
static void
operate_all(const struct policy *policy)
{
	struct moment now = { .boot = 1000 * SECOND, .wall = 1790000000 * SECOND };
	static const char *const what[] = { "preview", "failover", "release",
					    "reconnect", "cancel" };
	int64_t least[ARRAY_SIZE(what)];
	char why[FLEET_WHY];

	for (unsigned i = 0; i < ARRAY_SIZE(what); i++)
		least[i] = INT64_MAX;
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct fleet *fleet = fleet_new(policy, 1, now);
		struct fleet_wish wish = { .action = ACTION_FAILOVER,
					   .selection = "group:wireless",
					   .requester = "bench",
					   .reason = "how long it takes",
					   .hold = HOUR };
		struct fleet_plan plan;
		uint32_t number = 0;

		if (fleet == NULL)
			abort();
		for (unsigned i = 0; i < ARRAY_SIZE(what); i++) {
			int64_t from = bench_time(), took;
			bool right = true;

			if (i == 0) {
				right = fleet_plan(fleet, &wish, now, &plan, why);
			} else if (i == 4) {
				right = fleet_cancel(fleet, number, now, why);
			} else {
				wish.action = i == 1   ? ACTION_FAILOVER
					      : i == 2 ? ACTION_RELEASE
						       : ACTION_RECONNECT;
				number = fleet_operate(fleet, &wish, now, why);
				right = number != 0;
			}
			took = bench_time() - from;
			if (!right) {
				printf("bench: operator %s: %s\n", what[i], why);
				abort();
			}
			least[i] = took < least[i] ? took : least[i];
		}
		fleet_free(fleet);
	}
	for (unsigned i = 0; i < ARRAY_SIZE(what); i++)
		printf("bench: operator-%s ratio %.2f goal <=1 (%.1f of %.0f ms that "
		       "the loop may be late, for %u clients at once)\n",
		       what[i], (double)least[i] / GOAL_LATE, (double)least[i] / 1e3,
		       GOAL_LATE / 1e3, CLIENTS);
}

/* The longest call of all that begin, or end, a move of everybody. */
static int64_t
longest(struct fleet *fleet, const struct verdict *verdict, struct moment now)
{
	int64_t from = bench_time(), most;
	uint32_t ordered = 0;

	fleet_judge(fleet, verdict, "performance 12.4 < 30 for 10s", now);
	most = bench_time() - from;
	while (ordered < CLIENTS) {
		int64_t took;

		from = bench_time();
		fleet_tick(fleet, now);
		took = bench_time() - from;
		most = took > most ? took : most;
		ordered = fleet_operation(fleet, 0)->ordered;
	}
	return most;
}

/* All are ordered away, and called back when those orders are on their way. */
static void
policy_once(const struct policy *policy, int64_t took[2])
{
	struct moment now = { .boot = 1000 * SECOND, .wall = 1790000000 * SECOND };
	struct verdict away = verdict_of(MET_YES, MET_NO);
	struct verdict back = verdict_of(MET_NO, MET_YES);
	struct fleet *fleet = fleet_new(policy, 1, now);
	struct message order;
	uint32_t row, orders = 0;

	if (fleet == NULL)
		abort();
	took[0] = longest(fleet, &away, now);
	while (orders < CLIENTS) {
		now.boot += 50 * MILLISECOND;
		while (fleet_order(fleet, now, &row, &order))
			orders++;
	}
	took[1] = longest(fleet, &back, now);
	fleet_free(fleet);
}

static void
policy_all(const struct policy *policy)
{
	static const char *const what[] = { "failover", "return" };
	int64_t least[2] = { INT64_MAX, INT64_MAX }, took[2];

	for (unsigned round = 0; round < ROUNDS; round++) {
		policy_once(policy, took);
		for (unsigned i = 0; i < ARRAY_SIZE(what); i++)
			least[i] = took[i] < least[i] ? took[i] : least[i];
	}
	for (unsigned i = 0; i < ARRAY_SIZE(what); i++)
		printf("bench: policy-%s ratio %.2f goal <=1 (%.1f of %.0f ms that "
		       "the loop may be late: the longest call for %u clients at "
		       "once)\n",
		       what[i], (double)least[i] / GOAL_LATE, (double)least[i] / 1e3,
		       GOAL_LATE / 1e3, CLIENTS);
}

int
main(void)
{
	struct moment now = { .boot = 1000 * SECOND, .wall = 1790000000 * SECOND };
	char *text = document();
	size_t before, after_policy, after_fleet;
	struct policy *policy;
	struct fleet *fleet;

	if (text == NULL)
		return 1;
	/* Whatever libxml2 keeps for itself is no client's. */
	policy_start();
	before = in_use();
	policy = bench_policy(text);
	after_policy = in_use();
	fleet = policy != NULL ? fleet_new(policy, 1, now) : NULL;
	after_fleet = in_use();
	if (fleet == NULL) {
		puts("bench: client-bytes could not load its policy");
		return 0;
	}
	printf("bench: client-bytes ratio %.0f goal <=%d (bytes a client of %u after "
	       "loading: policy %.0f, fleet %.0f)\n",
	       (double)(after_fleet - before) / CLIENTS, GOAL_BYTES, CLIENTS,
	       (double)(after_policy - before) / CLIENTS,
	       (double)(after_fleet - after_policy) / CLIENTS);
	fleet_free(fleet);
	order_path(policy);
	policy_all(policy);
	operate_all(policy);
	policy_free(policy);
	free(text);
	return 0;
}
