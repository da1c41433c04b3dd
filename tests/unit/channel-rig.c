/* SPDX-License-Identifier: BSD-3-Clause */
/* Channels on a loopback device of our own. */
#include "config.h"

#include "tests/unit/channel-rig.h"

#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/bytes.h"
#include "tests/unit/unit.h"

extern char **environ;

bool isolated;

bool
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

bool
run(const char *const *arguments)
{
	pid_t child;
	int status = 1;
	/* posix_spawn() promises not to change them. */
	if (!isolated || posix_spawnp(&child, arguments[0], NULL, NULL,
				      (char **)arguments, environ) != 0)
		return false;
	return waitpid(child, &status, 0) == child && status == 0;
}

struct channel *
open_channel(enum transport transport, const char *local, uint16_t port, bool replies)
{
	char why[CHANNEL_WHY] = "";
	struct channel_options options = { .transport = transport,
					   .port = port,
					   .echo_replies = replies };
	CU_ASSERT_FATAL(prefix_parse(local, &options.local));
	options.family = address_is_v4(&options.local.address) ? AF_INET : AF_INET6;
	struct channel *channel = channel_open(&options, why);
	if (!channel)
		fprintf(stderr, "%s: %s\n", local, why);
	CU_ASSERT_PTR_NOT_NULL_FATAL(channel);
	return channel;
}

struct datagram
make(const char *from, const char *to, uint16_t port, size_t size, uint8_t seed)
{
	struct datagram datagram;
	memset(&datagram, 0, sizeof(datagram));
	if (from)
		CU_ASSERT_FATAL(address_parse(from, &datagram.from.address));
	CU_ASSERT_FATAL(address_parse(to, &datagram.to.address));
	datagram.to.port = port;
	datagram.size = size;
	for (size_t i = 0; i < size; i++)
		datagram.bytes[i] = (uint8_t)(i * 7 + seed);
	put_u32(datagram.bytes, MESSAGE_MAGIC);
	return datagram;
}

void
send_one(struct channel *channel, const struct datagram *datagram)
{
	int error;
	CU_ASSERT_EQUAL(channel_send(channel, datagram, 1, &error), 1);
	CU_ASSERT_EQUAL(error, 0);
}

bool
wait_ready(const struct channel *channel, int64_t deadline)
{
	struct pollfd ready = { channel_fd(channel), POLLIN, 0 };
	int64_t left = deadline - clock_now().boot;
	if (left <= 0)
		return false;
	return poll(&ready, 1, (int)(left / MILLISECOND) + 1) > 0;
}

size_t
receive(struct channel *channel, struct datagram *datagram, size_t count)
{
	int64_t deadline = clock_now().boot + WAIT;
	size_t got = 0;
	while (got < count && wait_ready(channel, deadline))
		got += channel_receive(channel, datagram + got, count - got);
	return got;
}

void
expect(struct channel *channel, const struct datagram *sent, const char *from)
{
	struct datagram got;
	struct address source;
	CU_ASSERT_FATAL(address_parse(from, &source));
	CU_ASSERT_EQUAL_FATAL(receive(channel, &got, 1), 1);
	CU_ASSERT(address_equal(&got.from.address, &source));
	CU_ASSERT(address_equal(&got.to.address, &sent->to.address));
	CU_ASSERT_EQUAL_FATAL(got.size, sent->size);
	CU_ASSERT_EQUAL(memcmp(got.bytes, sent->bytes, got.size), 0);
	CU_ASSERT_FALSE(got.echo_reply);
}
