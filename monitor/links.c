/* SPDX-License-Identifier: BSD-3-Clause */
/* Network links: which are up. */
#include "config.h"

#include "monitor/links.h"

#include <ifaddrs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "common/bytes.h"

static int
compare_names(const void *a, const void *b)
{
	const struct link_state *one = a, *other = b;
	return strcmp(one->name, other->name);
}

static bool
is_link(const struct ifaddrs *entry)
{
	/* A tunnel has no hardware address: its entry has none at all. */
	return !entry->ifa_addr || entry->ifa_addr->sa_family == AF_PACKET;
}

/* Its index; count when there is none. */
static size_t
find(const struct link_state *links, size_t count, const char *name)
{
	struct link_state wanted = { 0 };
	slice_copy(slice_of(name), wanted.name, sizeof(wanted.name));
	if (strlen(name) >= IFNAMSIZ || count == 0)
		return count;
	const struct link_state *found =
	    bsearch(&wanted, links, count, sizeof(*links), compare_names);
	return found ? (size_t)(found - links) : count;
}

static void
mark_configured(struct link_state *links, size_t count, const struct ifaddrs *entries)
{
	for (const struct ifaddrs *entry = entries; entry; entry = entry->ifa_next) {
		if (is_link(entry))
			continue;
		size_t i = find(links, count, entry->ifa_name);
		if (i < count)
			links[i].configured = true;
	}
}

bool
links_read(struct link_state **links, size_t *count)
{
	struct ifaddrs *entries = NULL;
	size_t entry_count = 0;
	if (getifaddrs(&entries) != 0)
		return false;
	for (struct ifaddrs *entry = entries; entry; entry = entry->ifa_next)
		entry_count++;
	*links = calloc(entry_count + 1, sizeof(**links));
	*count = 0;
	for (struct ifaddrs *entry = entries; *links && entry;
	     entry = entry->ifa_next) {
		if (!is_link(entry))
			continue;
		struct link_state *link = &(*links)[(*count)++];
		slice_copy(slice_of(entry->ifa_name), link->name, sizeof(link->name));
		link->flags = entry->ifa_flags;
	}
	if (*links) {
		qsort(*links, *count, sizeof(**links), compare_names);
		mark_configured(*links, *count, entries);
	}
	freeifaddrs(entries);
	return *links != NULL;
}

/* IFF_RUNNING is the kernel's word for "operationally up, or unknown". */
static bool
is_up(const struct link_state *link)
{
	const unsigned wanted = IFF_UP | IFF_RUNNING;
	return (link->flags & wanted) == wanted;
}

static void
count_one(const char *name, bool up, struct links_up *result)
{
	result->total++;
	if (up)
		result->up++;
	else if (!result->down[0])
		slice_copy(slice_of(name), result->down, sizeof(result->down));
}

void
links_count(const struct link_state *links, size_t count, const char *const *name,
	    size_t names, struct links_up *result)
{
	memset(result, 0, sizeof(*result));
	for (size_t i = 0; i < names; i++) {
		size_t at = find(links, count, name[i]);
		count_one(name[i], at < count && is_up(&links[at]), result);
	}
	for (size_t i = 0; names == 0 && i < count; i++)
		if ((links[i].flags & IFF_UP) && !(links[i].flags & IFF_LOOPBACK) &&
		    links[i].configured)
			count_one(links[i].name, is_up(&links[i]), result);
}
