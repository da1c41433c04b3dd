/* SPDX-License-Identifier: BSD-3-Clause */
/* Any sequence of messages with a right seal, hook ends, restarts and time: what no
   outsider can send, but a broken or hostile server can. */
#include "config.h"

#include <stdint.h>
#include <string.h>

#include "client/core.h"
#include "tests/fuzz/fuzz.h"

struct end {
	struct core_config config;
	struct core_alternate own;
	struct prefix allow;
	struct keys *keys;
	struct core *core;
	struct moment now;
	struct core_state state;
	uint64_t last;  /* id of the newest initiative sent */
	uint64_t hello; /* and what an answer may name */
	bool running;
	uint64_t finished; /* the newest order whose hook ended well */
	struct core_hook hook;
};

static void
turn(struct end *end)
{
	struct datagram datagram;
	struct message message;
	struct message_alternate alternate[MESSAGE_ALTERNATES];
	core_tick(end->core, end->now);
	core_changed(end->core, end->now, &end->state);
	while (core_send(end->core, end->now, &datagram)) {
		REQUIRE(message_decode(datagram.bytes, datagram.size, &message,
				       alternate) == CHECK_OK);
		end->hello = message.id;
	}
	if (core_hook(end->core, end->now, &end->hook)) {
		REQUIRE(!end->running);
		end->running = true;
		for (size_t i = 0; i < end->hook.alternates; i++)
			REQUIRE(address_equal(&end->hook.alternate[i].address,
					      &end->own.address) ||
				prefix_contains(&end->allow,
						&end->hook.alternate[i].address));
	}
	REQUIRE(core_next(end->core) > 0);
}

/* Puts right what only a server with the key could: names' place aside, the id near the
   clock (or what it answers), the seal. */
static void
deliver(struct end *end, const uint8_t *from, size_t size)
{
	uint8_t bytes[MESSAGE_MAX];
	if (size < MESSAGE_MIN || size > MESSAGE_MAX)
		return;
	memcpy(bytes, from, size);
	bytes[6] = ALGORITHM_HMAC_SHA256;
	bytes[7] = 1;
	put_u64(bytes + 8, (uint64_t)end->now.wall + bytes[15]);
	if (bytes[23])
		put_u64(bytes + 16, end->hello);
	if (keys_seal(end->keys, &end->config.server_address, &end->config.address,
		      bytes, size)) {
		struct endpoint server = { end->config.server_address, 0 };
		core_receive(end->core, bytes, size, &server, end->now);
	}
}

static void
finish_hook(struct end *end, uint8_t how)
{
	int status = how % 4 == 0 ? 10 : how % 4 - 1;
	if (!end->running)
		return;
	end->running = false;
	if (status == 0 && end->hook.order && end->hook.event != HOOK_VERIFY &&
	    end->hook.event != HOOK_RETURN) {
		/* Never the hook of one order to its end twice. */
		REQUIRE(end->hook.order > end->finished);
		end->finished = end->hook.order;
	}
	core_hook_done(end->core, status, "x", end->now);
}

static void
restart(struct end *end)
{
	core_free(end->core);
	end->running = false;
	end->core = core_new(&end->config, end->keys, 7, end->now);
	REQUIRE(end->core != NULL);
	core_restore(end->core, &end->state, end->now);
}

static void
begin(struct end *end)
{
	uint8_t secret[PAIR_KEY];
	memset(end, 0, sizeof *end);
	for (size_t i = 0; i < sizeof secret; i++)
		secret[i] = (uint8_t)i;
	end->keys = keys_new();
	REQUIRE(keys_add_pair(end->keys, 1, ALGORITHM_HMAC_SHA256, secret, PAIR_KEY));
	end->now = (struct moment){ HOUR, INT64_C(1760000000) * SECOND };
	slice_copy(slice_of("aaa2"), end->own.name, NAME_TEXT);
	address_parse("192.0.2.11", &end->own.address);
	prefix_parse("198.51.100.0/24", &end->allow);
	end->config = (struct core_config){
		.client = "nas1",
		.server = "aaa1",
		.alternate = &end->own,
		.alternates = 1,
		.allow = &end->allow,
		.allows = 1,
		.after = 10 * MINUTE,
		.jitter = 0.2,
		.retry = MINUTE,
		.verify = MINUTE,
		.freshness = true,
		.hook = true,
	};
	address_parse("198.51.100.1", &end->config.address);
	address_parse("192.0.2.10", &end->config.server_address);
	end->core = core_new(&end->config, end->keys, 1, end->now);
	REQUIRE(end->core != NULL);
	core_changed(end->core, end->now, &end->state);
	end->state.place = PLACE_HERE;
}

/* Steps: an operation, a byte, and for messages their length and bytes. */
int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct end end;
	begin(&end);
	for (size_t at = 0; at + 2 <= size;) {
		uint8_t operation = bytes[at] % 5, how = bytes[at + 1];
		at += 2;
		if (operation == 0 && size - at >= 2) {
			size_t length = get_u16(bytes + at);
			at += 2;
			if (length > size - at)
				length = size - at;
			deliver(&end, bytes + at, length);
			at += length;
		} else if (operation == 1) {
			finish_hook(&end, how);
		} else if (operation == 2) {
			end.now.boot += (int64_t)how * how * SECOND;
			end.now.wall += (int64_t)how * how * SECOND;
		} else if (operation == 3) {
			restart(&end);
		} else {
			core_ask(end.core, end.now);
		}
		turn(&end);
	}
	core_free(end.core);
	keys_free(end.keys);
	return 0;
}
