/* SPDX-License-Identifier: BSD-3-Clause */
/* A UDP socket for one question. */
#include "config.h"

#include "monitor/datagram.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

int
connected_socket(const struct endpoint *server)
{
	struct sockaddr_storage to;
	socklen_t size = endpoint_to_sockaddr(server, &to);
	int fd = socket(to.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&to, size) != 0) {
		int error = errno;
		close(fd);
		errno = error;
		return -1;
	}
	return fd;
}
