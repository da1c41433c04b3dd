/* SPDX-License-Identifier: BSD-3-Clause */
/* Authenticated orders a second against a bare sendmmsg() loop of the same bytes. */
#include "config.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/clock.h"
#include "message/channel.h"
#include "message/icmp.h"
#include "message/keys.h"
#include "message/peer.h"

#define GOAL    0.85
#define STRETCH 512  /* orders in one go, before the other side has its turn */
#define SAMPLES 2048 /* stretches measured, at most */

/* What every order of an operation says; only client, id and authenticator differ. */
struct fleet {
	struct keys *keys;
	struct address server;
	size_t clients;
	struct client {
		struct address address;
		struct peer peer;
		char name[NAME_TEXT];
	} * client;
	struct message_alternate alternate[3];
	struct message order;
	uint8_t (*packet)[ICMP_HEADER + MESSAGE_MAX]; /* the bare loop's */
	size_t packet_size;
};

/* A loopback device that nobody else uses. */
static bool
isolate(void)
{
	struct ifreq request = { 0 };
	if (unshare(CLONE_NEWNET) != 0)
		return false;
	memcpy(request.ifr_name, "lo", 3);
	request.ifr_flags = IFF_UP | IFF_RUNNING;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool up = fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &request) == 0;
	if (fd >= 0)
		close(fd);
	return up;
}

static bool
fill_fleet(struct fleet *fleet, size_t clients)
{
	static const char *const at[] = { "192.0.2.11", "192.0.2.12", "192.0.2.13" };
	static const char *const name[] = { "aaa2", "aaa3", "aaa4" };
	static const uint8_t secret[32] = { 1, 2, 3 };
	memset(fleet, 0, sizeof(*fleet));
	fleet->keys = keys_new();
	fleet->clients = clients;
	fleet->client = calloc(clients, sizeof(*fleet->client));
	fleet->packet = calloc(clients, sizeof(*fleet->packet));
	if (!fleet->keys || !fleet->client || !fleet->packet ||
	    !address_parse("127.0.0.1", &fleet->server) ||
	    !keys_add_master(fleet->keys, 1, ALGORITHM_HMAC_SHA256, secret, 32))
		return false;
	for (size_t i = 0; i < clients; i++) {
		struct client *client = &fleet->client[i];
		client->address = fleet->server;
		put_u32(client->address.byte + 12, 0x7f010000u + (uint32_t)i);
		snprintf(client->name, sizeof(client->name), "nas-%06zu", i);
	}
	for (size_t i = 0; i < ARRAY_SIZE(at); i++) {
		fleet->alternate[i].priority = (uint16_t)(i + 1);
		fleet->alternate[i].weight = 100;
		fleet->alternate[i].name = slice_of(name[i]);
		if (!address_parse(at[i], &fleet->alternate[i].address))
			return false;
	}
	fleet->order =
	    (struct message){ .type = MESSAGE_FAILOVER,
			      .algorithm = ALGORITHM_HMAC_SHA256,
			      .key_id = 1,
			      .validity = 3600,
			      .has = HAS(ATTRIBUTE_SPREAD) | HAS(ATTRIBUTE_REASON) |
				     HAS(ATTRIBUTE_TEXT),
			      .spread = 5000,
			      .reason = REASON_THRESHOLD,
			      .text = slice_of("performance 12 below 30"),
			      .server = slice_of("aaa1"),
			      .alternate = fleet->alternate,
			      .alternates = ARRAY_SIZE(at) };
	return true;
}

static void
empty_fleet(struct fleet *fleet)
{
	keys_free(fleet->keys);
	free(fleet->client);
	free(fleet->packet);
}

static void
wait_writable(int fd)
{
	struct pollfd ready = { fd, POLLOUT, 0 };
	poll(&ready, 1, 100);
}

/* A stretch of clients, the same for both sides. */
struct stretch {
	size_t first, end;
};

/* One order after another through the whole path; us, or less than 0. */
static double
run_orders(struct fleet *fleet, struct channel *channel, struct stretch stretch,
	   bool keep)
{
	static struct datagram batch[CHANNEL_BATCH];
	struct moment begin = clock_now();
	struct message order = fleet->order;
	for (size_t done = stretch.first; done < stretch.end;) {
		size_t count = 0;
		for (; count < CHANNEL_BATCH && done + count < stretch.end; count++) {
			struct client *client = &fleet->client[done + count];
			struct datagram *datagram = &batch[count];
			order.id = peer_block(&client->peer, (uint64_t)begin.wall,
					      (uint32_t)(done + count));
			order.client = slice_of(client->name);
			datagram->from.address = fleet->server;
			datagram->to.address = client->address;
			datagram->size = message_encode(&order, datagram->bytes);
			if (!keys_seal(fleet->keys, &fleet->server, &client->address,
				       datagram->bytes, datagram->size))
				return -1;
		}
		for (size_t i = 0; keep && i < count; i++) {
			uint8_t *packet = fleet->packet[done + i];
			fleet->packet_size = ICMP_HEADER + batch[i].size;
			memcpy(packet + ICMP_HEADER, batch[i].bytes, batch[i].size);
			icmp_write_request(true, 1, (uint16_t)i, batch[i].bytes,
					   batch[i].size, packet);
		}
		for (size_t sent = 0; sent < count;) {
			int error;
			sent +=
			    channel_send(channel, batch + sent, count - sent, &error);
			if (error != 0)
				wait_writable(channel_fd(channel));
		}
		done += count;
	}
	return (double)(clock_now().boot - begin.boot);
}

/* The least that sends the same bytes to the same addresses. */
static double
run_bare(const struct fleet *fleet, int fd, struct stretch stretch)
{
	static struct mmsghdr message[CHANNEL_BATCH];
	static struct iovec part[CHANNEL_BATCH];
	static struct sockaddr_in to[CHANNEL_BATCH];
	struct moment begin = clock_now();
	for (size_t i = 0; i < CHANNEL_BATCH; i++) {
		to[i].sin_family = AF_INET;
		message[i].msg_hdr = (struct msghdr){ .msg_name = &to[i],
						      .msg_namelen = sizeof(to[i]),
						      .msg_iov = &part[i],
						      .msg_iovlen = 1 };
	}
	for (size_t done = stretch.first; done < stretch.end;) {
		size_t count = 0;
		for (; count < CHANNEL_BATCH && done + count < stretch.end; count++) {
			part[count] = (struct iovec){ fleet->packet[done + count],
						      fleet->packet_size };
			memcpy(&to[count].sin_addr,
			       fleet->client[done + count].address.byte + 12, 4);
		}
		for (size_t sent = 0; sent < count;) {
			int taken = sendmmsg(fd, message + sent,
					     (unsigned)(count - sent), MSG_DONTWAIT);
			if (taken > 0)
				sent += (size_t)taken;
			else if (errno == EAGAIN || errno == ENOBUFS)
				wait_writable(fd);
			else
				return -1;
		}
		done += count;
	}
	return (double)(clock_now().boot - begin.boot);
}

static int
open_bare(void)
{
	uint32_t none = UINT32_MAX; /* ICMP_FILTER: blocks every type */
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);
	if (fd >= 0)
		setsockopt(fd, SOL_RAW, 1, &none, sizeof(none));
	return fd;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double
median(double *value, size_t count)
{
	qsort(value, count, sizeof(*value), compare);
	return value[count / 2];
}

static struct channel *
open_orders(const struct fleet *fleet)
{
	char why[CHANNEL_WHY];
	struct channel_options options = { .transport = TRANSPORT_ICMP,
					   .family = AF_INET,
					   .local = { fleet->server, 128 } };
	return channel_open(&options, why);
}

struct samples {
	double orders[SAMPLES], bare[SAMPLES]; /* us an order */
	size_t count;
};

/* Through all clients, both sides in turn over each stretch: what else the machine does
   falls on both, and the medians leave it out. */
static bool
walk(struct fleet *fleet, struct channel *channel, int fd, struct samples *samples)
{
	for (size_t first = 0; first < fleet->clients; first += STRETCH) {
		struct stretch stretch = { first, first + STRETCH };
		if (stretch.end > fleet->clients)
			stretch.end = fleet->clients;
		double size = (double)(stretch.end - stretch.first);
		double orders = run_orders(fleet, channel, stretch, !samples);
		double bare = run_bare(fleet, fd, stretch);
		if (orders < 0 || bare < 0)
			return false;
		if (!samples || samples->count == SAMPLES)
			continue;
		samples->orders[samples->count] = orders / size;
		samples->bare[samples->count++] = bare / size;
	}
	return true;
}

static void
report(const struct fleet *fleet, struct samples *samples)
{
	double orders = median(samples->orders, samples->count);
	double bare = median(samples->bare, samples->count);
	printf("bench: orders-%zu ratio %.3f goal >=%.2f (%.0f authenticated orders a "
	       "second, %.0f by bare sendmmsg, messages of %zu bytes, medians of %zu "
	       "stretches of %d in turn)\n",
	       fleet->clients, bare / orders, GOAL, SECOND / orders, SECOND / bare,
	       fleet->packet_size - ICMP_HEADER, samples->count, STRETCH);
}

static void
measure(size_t clients, unsigned rounds)
{
	static struct samples samples;
	struct fleet fleet;
	bool ok = fill_fleet(&fleet, clients);
	struct channel *channel = open_orders(&fleet);
	int fd = open_bare();
	ok = ok && channel && fd >= 0 && walk(&fleet, channel, fd, NULL);
	samples.count = 0;
	for (unsigned i = 0; ok && i < rounds; i++)
		ok = walk(&fleet, channel, fd, &samples);
	if (ok)
		report(&fleet, &samples);
	else
		printf("bench: orders-%zu not measured: %s\n", clients,
		       geteuid() == 0 ? strerror(errno) : "needs root");
	if (fd >= 0)
		close(fd);
	channel_close(channel);
	empty_fleet(&fleet);
}

int
main(void)
{
	keys_start();
	/* Else on the host's own loopback: 127/8 leads nowhere from there either. */
	isolate();
	measure(10000, 20);
	measure(100000, 5);
	return 0;
}
