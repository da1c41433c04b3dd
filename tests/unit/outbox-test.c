/* SPDX-License-Identifier: BSD-3-Clause */
/* The engine's order path, from the verdict over the fleet and the seal to the kernel:
   1,000 clients, and not one allocation. And an outbox that keeps what is not taken. */
#include "config.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "fleet/fleet.h"
#include "subagent/outbox.h"
#include "tests/unit/fleet-rig.h"
#include "tests/unit/unit.h"

static size_t ours, openssl;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);

void *
__wrap_malloc(size_t size)
{
	ours++;
	return __real_malloc(size);
}

void *
__wrap_calloc(size_t count, size_t size)
{
	ours++;
	return __real_calloc(count, size);
}

void *
__wrap_realloc(void *old, size_t size)
{
	ours++;
	return __real_realloc(old, size);
}

static void *
openssl_malloc(size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	openssl++;
	return __real_malloc(size);
}

static void *
openssl_realloc(void *old, size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	openssl++;
	return __real_realloc(old, size);
}

static void
openssl_free(void *old, const char *file, int line)
{
	(void)file;
	(void)line;
	free(old);
}

/* A kernel that takes so many more datagrams and then says no. */
static size_t taken_still = SIZE_MAX;
static int refusal;

size_t __real_channel_send(struct channel *channel, const struct datagram *datagram,
			   size_t count, int *error);
size_t __wrap_channel_send(struct channel *channel, const struct datagram *datagram,
			   size_t count, int *error);

size_t
__wrap_channel_send(struct channel *channel, const struct datagram *datagram,
		    size_t count, int *error)
{
	size_t allowed = count < taken_still ? count : taken_still;
	size_t sent = __real_channel_send(channel, datagram, allowed, error);
	if (taken_still != SIZE_MAX)
		taken_still -= sent;
	if (sent < count)
		*error = refusal;
	return sent;
}

/* ---- a fleet, its keys, a channel ---- */

struct path {
	struct policy *policy;
	struct fleet *fleet;
	struct keys *keys;
	struct outbox *outbox;
	struct moment now;
	int sink; /* takes what is sent to any of this host's addresses */
	struct endpoint from;
	uint16_t port;
};

static void
sink_open(struct path *path)
{
	struct sockaddr_in name = { .sin_family = AF_INET };
	socklen_t size = sizeof(name);
	path->sink = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	CU_ASSERT_EQUAL_FATAL(bind(path->sink, (struct sockaddr *)&name, size), 0);
	getsockname(path->sink, (struct sockaddr *)&name, &size);
	path->port = ntohs(name.sin_port);
}

static void
path_open(struct path *path, unsigned clients)
{
	struct rig_options options = rig_defaults;
	struct channel_options channel = { .transport = TRANSPORT_UDP,
					   .family = AF_INET };
	uint8_t secret[32] = { 1, 2, 3 };
	char why[CHANNEL_WHY];
	memset(path, 0, sizeof(*path));
	options.clients = clients;
	options.rate = 1000;
	path->policy = rig_policy(&options);
	path->now = (struct moment){ HOUR, 1700000000 * SECOND };
	path->fleet = fleet_new(path->policy, 1, path->now);
	path->keys = keys_new();
	CU_ASSERT_TRUE(keys_add_master(path->keys, 1, ALGORITHM_HMAC_SHA256, secret,
				       sizeof(secret)));
	address_parse("127.0.0.1", &path->from.address);
	channel.local = (struct prefix){ path->from.address, 128 };
	path->outbox = calloc(1, sizeof(*path->outbox));
	outbox_init(path->outbox, channel_open(&channel, why));
	CU_ASSERT_PTR_NOT_NULL_FATAL(path->outbox->channel);
	sink_open(path);
}

static void
path_close(struct path *path)
{
	close(path->sink);
	channel_close(path->outbox->channel);
	free(path->outbox);
	keys_free(path->keys);
	fleet_free(path->fleet);
	policy_free(path->policy);
}

static bool
put(struct path *path, uint32_t row, struct message *order)
{
	/* The rig's clients live elsewhere; what is sent is sent here, sealed for them. */
	struct endpoint to = { path->from.address, path->port };
	struct pair pair = { path->keys, &path->policy->address,
			     fleet_client_address(path->fleet, row) };
	return outbox_put(path->outbox, &pair, order, &path->from, &to);
}

static size_t
drain(struct path *path)
{
	uint8_t bytes[MESSAGE_MAX];
	size_t count = 0;
	while (recv(path->sink, bytes, sizeof(bytes), 0) > 0)
		count++;
	return count;
}

/* Sends what is due for so long, as the engine does; returns how many arrived. */
static size_t
run_path(struct path *path, int64_t duration)
{
	int64_t end = path->now.boot + duration;
	size_t arrived = 0;
	for (; path->now.boot < end; path->now.boot += 10 * MILLISECOND) {
		struct message order;
		uint32_t row;
		path->now.wall += 10 * MILLISECOND;
		fleet_tick(path->fleet, path->now);
		while (outbox_takes_order(path->outbox) &&
		       fleet_order(path->fleet, path->now, &row, &order))
			CU_ASSERT_TRUE(put(path, row, &order));
		CU_ASSERT_EQUAL(outbox_flush(path->outbox), 0);
		arrived += drain(path);
	}
	return arrived;
}

static void
test_no_allocation(void)
{
	struct path path;
	struct verdict calm = { .performance_known = true,
				.performance = 90,
				.failover = MET_NO,
				.connection = MET_YES,
				.deciding = POLICY_NONE };
	struct verdict met = calm;
	path_open(&path, 1000);
	fleet_judge(path.fleet, &calm, "", path.now);
	run_path(&path, SECOND);
	met.at = path.now.boot;
	met.performance = 10;
	met.failover = MET_YES;
	met.connection = MET_NO;
	met.deciding = CONDITION_FAILOVER;
	CU_ASSERT_TRUE(ours > 0); /* that counting works */
	ours = openssl = 0;
	fleet_judge(path.fleet, &met, "performance 10 < 30", path.now);
	size_t arrived = run_path(&path, 2 * SECOND);
	CU_ASSERT_EQUAL(ours, 0);
	CU_ASSERT_EQUAL(openssl, 0);
	/* Everybody's order, and the first ones' repetitions. */
	CU_ASSERT_TRUE(arrived >= 1000);
	CU_ASSERT_EQUAL(fleet_operation(path.fleet, 0)->ordered, 1000);
	path_close(&path);
}

/* ---- what is not taken is kept ---- */

static struct message
order_of(uint64_t id)
{
	return (struct message){ .type = MESSAGE_FAILOVER,
				 .id = id,
				 .server = slice_of("aaa1"),
				 .client = slice_of("c1") };
}

static void
check_arrivals(struct path *path, uint64_t *next)
{
	uint8_t bytes[MESSAGE_MAX];
	while (recv(path->sink, bytes, sizeof(bytes), 0) > 0)
		CU_ASSERT_EQUAL(get_u64(bytes + 8), (*next)++);
}

/* Filled and flushed in turns that do not divide its size: nothing is lost, nothing
   overtakes. */
static void
test_order_is_kept(void)
{
	struct path path;
	uint64_t put_id = 1;
	uint64_t next = 1;
	path_open(&path, 10);
	for (int turn = 0; turn < 50; turn++) {
		for (int i = 0; i < 37 + turn; i++) {
			struct message order = order_of(put_id);
			put_id += put(&path, 0, &order);
		}
		CU_ASSERT_EQUAL(outbox_flush(path.outbox), 0);
		check_arrivals(&path, &next);
	}
	CU_ASSERT_EQUAL(next, put_id);
	path_close(&path);
}

static void
test_full_and_refused(void)
{
	struct path path;
	struct message order = order_of(1);
	path_open(&path, 10);
	for (size_t i = 0; i < CHANNEL_BATCH; i++) {
		CU_ASSERT_TRUE(outbox_takes_order(path.outbox));
		CU_ASSERT_TRUE(put(&path, 0, &order));
	}
	/* The other half is for answers. */
	CU_ASSERT_FALSE(outbox_takes_order(path.outbox));
	for (size_t i = CHANNEL_BATCH; i < OUTBOX_SIZE; i++)
		CU_ASSERT_TRUE(put(&path, 0, &order));
	CU_ASSERT_FALSE(put(&path, 0, &order));
	CU_ASSERT_EQUAL(outbox_flush(path.outbox), 0);
	CU_ASSERT_EQUAL(path.outbox->count, 0);
	/* A key that is not there: nothing leaves unsealed. */
	order.key_id = 9;
	CU_ASSERT_FALSE(put(&path, 0, &order));
	CU_ASSERT_EQUAL(path.outbox->count, 0);
	path_close(&path);
}

/* What the kernel does not take waits, and goes later, in order. */
static void
test_kernel_pushes_back(void)
{
	static const struct {
		int refusal;
		int told;
	} cases[] = {
		{ EAGAIN, EAGAIN },
		{ ENOBUFS, ENOBUFS },
		/* Writable all the same: waiting for that would spin. */
		{ ENOMEM, ENOBUFS },
	};
	struct path path;
	uint64_t put_id = 1;
	uint64_t next = 1;
	path_open(&path, 10);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		for (int n = 0; n < 50; n++) {
			struct message order = order_of(put_id);
			put_id += put(&path, 0, &order);
		}
		taken_still = 20;
		refusal = cases[i].refusal;
		CU_ASSERT_EQUAL(outbox_flush(path.outbox), cases[i].told);
		CU_ASSERT_EQUAL(path.outbox->count, 30);
		CU_ASSERT_EQUAL(outbox_flush(path.outbox), cases[i].told);
		taken_still = SIZE_MAX;
		CU_ASSERT_EQUAL(outbox_flush(path.outbox), 0);
		check_arrivals(&path, &next);
	}
	CU_ASSERT_EQUAL(next, put_id);
	CU_ASSERT_EQUAL(next, 151);
	path_close(&path);
}

static const struct unit_test tests[] = {
	{ "1,000 orders without an allocation", test_no_allocation },
	{ "order is kept", test_order_is_kept },
	{ "full, and refused", test_full_and_refused },
	{ "the kernel pushes back", test_kernel_pushes_back },
};

int
main(void)
{
	if (CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc, openssl_free) !=
	    1)
		return 99;
	keys_start();
	return policy_start() ? unit_run("outbox", tests, ARRAY_SIZE(tests)) : 99;
}
