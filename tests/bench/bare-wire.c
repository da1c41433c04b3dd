/* SPDX-License-Identifier: BSD-3-Clause */
/* What a failover of so many clients puts on the wire, and nothing else: orders out,
   "received" and "done" back, by bare sendmmsg() and recvmmsg() between two processes.
   Prints "US LOST BYTES": how long, how many did not come back, bytes of the three. */
#include "config.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "message/channel.h"
#include "message/icmp.h"
#include "message/message.h"

#define SERVER  0x7f00000bu /* 127.0.0.11 */
#define CLIENTS 0x7f040000u /* 127.4.0.0/15, 50,000 in each half */
#define HALF    50000u
#define BUFFER  (64 << 20)
#define QUIET   2000 /* ms without any: the rest is lost */
/* As bellwetherd does: who could not run would measure the machine's other work. */
#define NICENESS (-10)

/* A message of one kind behind its ICMP header: all clients get the same bytes. */
struct packet {
	uint8_t bytes[ICMP_HEADER + MESSAGE_MAX];
	size_t size;
};

struct batch {
	struct mmsghdr message[CHANNEL_BATCH];
	struct iovec part[CHANNEL_BATCH];
	struct sockaddr_in name[CHANNEL_BATCH];
	union {
		struct cmsghdr header;
		uint8_t bytes[128];
	} control[CHANNEL_BATCH];
	uint8_t in[CHANNEL_BATCH][ICMP_HEADER + MESSAGE_MAX + 64];
};

static uint32_t
client_address(uint32_t i)
{
	return CLIENTS + (i / HALF << 16) + i % HALF + 1;
}

static struct address
address_of(uint32_t v4)
{
	struct address address = { { 0 } };
	memset(address.byte + 10, 0xff, 2);
	put_u32(address.byte + 12, v4);
	return address;
}

static void
pack(const struct message *message, struct packet *packet)
{
	size_t size = message_encode(message, packet->bytes + ICMP_HEADER);
	if (size == 0)
		abort();
	icmp_write_request(true, 1, 1, packet->bytes + ICMP_HEADER, size,
			   packet->bytes);
	packet->size = ICMP_HEADER + size;
}

/* With the attributes that the daemon and the flock give them in fleet-wire-bench.sh. */
static void
pack_all(struct packet *order, struct packet *received, struct packet *done)
{
	struct message_alternate alternate = { .address = address_of(SERVER + 1),
					       .name = slice_of("aaa2") };
	struct message message = {
		.algorithm = ALGORITHM_HMAC_SHA256,
		.key_id = 1,
		.id = 1,
		.has = HAS(ATTRIBUTE_SERVER) | HAS(ATTRIBUTE_CLIENT),
		.server = slice_of("aaa1"),
		.client = slice_of("ap-12345"),
	};
	struct message first = message, second = message;
	first.type = MESSAGE_FAILOVER;
	first.has |=
	    HAS(ATTRIBUTE_ALTERNATE) | HAS(ATTRIBUTE_REASON) | HAS(ATTRIBUTE_TEXT);
	first.alternate = &alternate;
	first.alternates = 1;
	first.reason = REASON_THRESHOLD;
	first.text = slice_of("performance 10 < 30 for 200ms; work 90");
	pack(&first, order);
	second.type = MESSAGE_ACKNOWLEDGE;
	second.has |= HAS(ATTRIBUTE_STAGE);
	second.stage = STAGE_RECEIVED;
	pack(&second, received);
	second.has |= HAS(ATTRIBUTE_ALTERNATE);
	second.alternate = &alternate;
	second.alternates = 1;
	second.stage = STAGE_DONE;
	pack(&second, done);
}

/* Its socket with the filters that the programs' have, so that both get the same. */
static int
open_socket(uint32_t local, uint8_t bits)
{
	char why[CHANNEL_WHY];
	const struct channel_options options = {
		.transport = TRANSPORT_ICMP,
		.family = AF_INET,
		.local = { address_of(local), bits },
		.receive_buffer = BUFFER,
	};
	struct channel *channel = channel_open(&options, why);
	if (channel)
		return channel_fd(channel);
	fprintf(stderr, "%s\n", why);
	exit(1);
}

static bool
wait_for(int fd, short events)
{
	struct pollfd ready = { fd, events, 0 };
	return poll(&ready, 1, QUIET) > 0;
}

static void
send_all(int fd, struct batch *batch, size_t count)
{
	for (size_t sent = 0; sent < count;) {
		int taken = sendmmsg(fd, batch->message + sent,
				     (unsigned)(count - sent), MSG_DONTWAIT);
		if (taken > 0)
			sent += (size_t)taken;
		else if (errno == EAGAIN || errno == ENOBUFS)
			wait_for(fd, POLLOUT);
		else
			exit(1);
	}
}

static void
aim(struct batch *batch, size_t i, struct packet *packet, uint32_t from, uint32_t to)
{
	struct msghdr *header = &batch->message[i].msg_hdr;
	batch->part[i] = (struct iovec){ packet->bytes, packet->size };
	batch->name[i].sin_family = AF_INET;
	batch->name[i].sin_addr.s_addr = htonl(to);
	*header = (struct msghdr){ .msg_name = &batch->name[i],
				   .msg_namelen = sizeof(batch->name[i]),
				   .msg_iov = &batch->part[i],
				   .msg_iovlen = 1 };
	if (from == 0)
		return;
	struct in_pktinfo info = { .ipi_spec_dst.s_addr = htonl(from) };
	struct cmsghdr *control = &batch->control[i].header;
	*control = (struct cmsghdr){ .cmsg_level = IPPROTO_IP,
				     .cmsg_type = IP_PKTINFO,
				     .cmsg_len = CMSG_LEN(sizeof(info)) };
	memcpy(CMSG_DATA(control), &info, sizeof(info));
	header->msg_control = control;
	header->msg_controllen = CMSG_SPACE(sizeof(info));
}

static size_t
receive(int fd, struct batch *batch)
{
	for (size_t i = 0; i < CHANNEL_BATCH; i++) {
		batch->part[i] = (struct iovec){ batch->in[i], sizeof(batch->in[i]) };
		batch->message[i].msg_hdr = (struct msghdr){
			.msg_name = &batch->name[i],
			.msg_namelen = sizeof(batch->name[i]),
			.msg_iov = &batch->part[i],
			.msg_iovlen = 1,
			.msg_control = &batch->control[i],
			.msg_controllen = sizeof(batch->control[i]),
		};
	}
	int got = recvmmsg(fd, batch->message, CHANNEL_BATCH, MSG_DONTWAIT, NULL);
	return got > 0 ? (size_t)got : 0;
}

/* The clients: each order is answered twice. */
static void
answer(int fd, uint32_t clients, struct packet *received, struct packet *done)
{
	static struct batch in, out;
	for (uint32_t answered = 0; answered < clients;) {
		size_t got = receive(fd, &in);
		if (got == 0 && !wait_for(fd, POLLIN))
			return;
		for (unsigned kind = 0; kind < 2; kind++) {
			for (size_t i = 0; i < got; i++) {
				uint32_t client;
				memcpy(&client, in.in[i] + 16, sizeof(client));
				aim(&out, i, kind == 0 ? received : done, ntohl(client),
				    SERVER);
			}
			send_all(fd, &out, got);
		}
		answered += (uint32_t)got;
	}
}

int
main(int argc, char **argv)
{
	static struct batch in, out;
	static struct packet order, received, done;
	uint32_t clients = argc > 1 ? (uint32_t)atol(argv[1]) : 2 * HALF, back = 0;
	int server = open_socket(SERVER, 128), peers = open_socket(CLIENTS, 96 + 15);

	pack_all(&order, &received, &done);
	setpriority(PRIO_PROCESS, 0, NICENESS);
	pid_t child = fork();
	if (child == 0) {
		answer(peers, clients, &received, &done);
		_exit(0);
	}
	close(peers);
	int64_t begin = clock_now().boot, end = begin;
	for (uint32_t sent = 0; sent < clients || back < 2 * clients;) {
		size_t count = 0, got;
		for (; count < CHANNEL_BATCH && sent < clients; count++, sent++)
			aim(&out, count, &order, 0, client_address(sent));
		send_all(server, &out, count);
		got = receive(server, &in);
		back += (uint32_t)got;
		if (got > 0)
			end = clock_now().boot;
		else if (sent == clients && !wait_for(server, POLLIN))
			break;
	}
	waitpid(child, NULL, 0);
	printf("%lld %u %zu\n", (long long)(end - begin), 2 * clients - back,
	       order.size + received.size + done.size - 3 * ICMP_HEADER);
	return child < 0;
}
