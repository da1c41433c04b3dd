/* SPDX-License-Identifier: BSD-3-Clause */
/* Network links: which are up, from the kernel's own flags. */
#ifndef BELLWETHER_MONITOR_LINKS_H
#define BELLWETHER_MONITOR_LINKS_H

#include <stdbool.h>
#include <stddef.h>

#include <net/if.h>

struct link_state {
	char name[IFNAMSIZ];
	unsigned flags;  /* IFF_... */
	bool configured; /* has an IPv4 or IPv6 address */
};

/* All links of our network namespace, sorted by name; the caller frees *links. /sys is
   not asked, as it shows the namespace that it was mounted in. */
bool links_read(struct link_state **links, size_t *count);

struct links_up {
	size_t up, total;
	char down[IFNAMSIZ]; /* one that is down, or "" */
};
/* Named links, where a missing one is down; without names all that are up by the
   administrator and configured, loopback left out. Up is: up, with carrier, and
   operational or unknown to be (as "lo" is). */
void links_count(const struct link_state *links, size_t count, const char *const *name,
		 size_t names, struct links_up *result);

#endif
