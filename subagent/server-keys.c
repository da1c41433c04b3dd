/* SPDX-License-Identifier: BSD-3-Clause */
/* Keys that two ends do not share: which client, which key, and what to do about it. */
#include "config.h"

#include "subagent/server.h"

#include <stdio.h>

/* "key 2", "keys 2, 3": those of the policy, or the first of them. */
static void
say_keys(const struct policy *policy, char *out, size_t size)
{
	int used = snprintf(out, size, policy->keys == 1 ? "key" : "keys");
	for (size_t i = 0; i < policy->keys && (size_t)used + 8 < size; i++)
		used += snprintf(out + used, size - (size_t)used, "%s %u",
				 i > 0 ? "," : "", policy->key[i].id);
}

void
server_key_trouble(const struct server_view *view, uint32_t row,
		   char text[SERVER_KEY_TEXT])
{
	const struct fleet_client *client = fleet_row(view->fleet, row);
	const char *name = fleet_client_name(view->fleet, row);
	unsigned id = client->unproven_key;
	char keys[40];
	say_keys(view->policy, keys, sizeof(keys));
	switch ((enum message_check)client->unproven_check) {
	case CHECK_KEY:
		snprintf(text, SERVER_KEY_TEXT,
			 "client %s uses key %u, the policy has %s: give that client a "
			 "key of the policy (bellwether key), and key %u back to the "
			 "policy until it has it",
			 name, id, keys, id);
		break;
	case CHECK_ALGORITHM:
		snprintf(
		    text, SERVER_KEY_TEXT,
		    "client %s uses key %u with another algorithm than the policy: "
		    "set algorithm= in its client.xml",
		    name, id);
		break;
	default:
		snprintf(text, SERVER_KEY_TEXT,
			 "client %s has another secret or address for key %u than the "
			 "policy: make its key file anew (bellwether key --id %u)",
			 name, id, id);
		break;
	}
}
