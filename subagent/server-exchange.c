/* SPDX-License-Identifier: BSD-3-Clause */
/* A server's exchange: orders, answers and events out, messages in, changes kept. */
#include "config.h"

#include "subagent/server-inside.h"

#include "common/log.h"
#include "subagent/operate.h"

/* Orders before the loop may do something else; and while what arrives waits: their
   answers come on top of it, and the kernel keeps only so many. */
#define ORDERS_A_TURN   (4 * CHANNEL_BATCH)
#define ORDERS_BEHIND   (CHANNEL_BATCH / 2)
#define BLOCKED_WAIT_MS 10

/* ---- out: orders, events, the store ---- */

static struct endpoint
endpoint_at(const struct server *server, const struct address *address)
{
	return (struct endpoint){ *address, server->loaded.policy->port };
}

/* The order path: from the fleet's row to the kernel, without an allocation. */
static void
send_orders(struct server *server, struct moment now)
{
	const struct policy *policy = server->loaded.policy;
	struct endpoint from = endpoint_at(server, &policy->address);
	int most = wire_behind(server->wire) ? ORDERS_BEHIND : ORDERS_A_TURN;
	for (int i = 0; i < most; i++) {
		struct message order;
		uint32_t row;
		if (!wire_takes_order(server->wire)) {
			wire_flush(server->wire);
			if (!wire_takes_order(server->wire))
				return;
		}
		if (!fleet_order(server->fleet, now, &row, &order))
			break;
		const struct address *client = fleet_client_address(server->fleet, row);
		struct endpoint to = endpoint_at(server, client);
		struct pair pair = { server->loaded.keys, &policy->address, client };
		uint8_t attempts = fleet_row(server->fleet, row)->attempts;
		order.key_id = keys_turn(pair.keys, order.key_id, attempts - 1u);
		if (!outbox_put(wire_outbox(server->wire), &pair, &order, &from, &to))
			server->unsent++;
	}
	wire_flush(server->wire);
}

/* What goes well for one client is for the store: thousands of lines would bury the one
   that says why. */
static void
log_event(const struct server *server, const struct fleet_event *event)
{
	const char *name = server_name(server), *kind = fleet_event_name(event->kind);
	if (event->severity >= SEVERITY_WARNING)
		log_warning("fleet", "%s %s: %s", name, kind, event->text);
	else if (event->client == 0)
		log_info("fleet", "%s %s: %s", name, kind, event->text);
	else
		log_debug("fleet", "%s %s: %s", name, kind, event->text);
}

static bool
keep_event(struct server *server, const struct fleet_event *event, const char *detail)
{
	struct store *store = server->surroundings->store;
	if (!store_takes(store, STORE_EVENT)) {
		server->unkept++;
		return false;
	}
	struct store_item *item = store_put(store, STORE_EVENT, server_name(server));
	item->event = *event;
	slice_copy(slice_of(detail), item->detail, sizeof(item->detail));
	return true;
}

static void
take_events(struct server *server)
{
	const struct surroundings *around = server->surroundings;
	struct fleet_event event;
	struct server_view view;
	bool kept = false, decided = false;
	server_view(server, &view);
	while (fleet_event(server->fleet, &event)) {
		char detail[EVENT_DETAIL];
		log_event(server, &event);
		decided |= event.kind == EVENT_STATE;
		server_account(server, &event, clock_now(), detail);
		kept |= keep_event(server, &event, detail);
		around->event(around->context, server->slot, &view, &event, detail,
			      false);
	}
	if (kept)
		around->save_soon(around->context);
	if (decided)
		server_decided(server, clock_now());
}

static void
save_client(struct server *server, const struct fleet_record *record)
{
	const struct policy *policy = server->loaded.policy;
	struct store_item *item =
	    store_put(server->surroundings->store, STORE_CLIENT, server_name(server));
	item->client = *record;
	if (record->alternate < policy->alternates)
		slice_copy(slice_of(policy->alternate[record->alternate].name),
			   item->alternate, sizeof(item->alternate));
}

/* Operations before the rows that name them, and before blocks for the next. */
static size_t
save_operations(struct server *server, struct moment now)
{
	struct store *store = server->surroundings->store;
	struct operation operation;
	struct fleet_block block;
	size_t put = 0;
	while (store_takes(store, STORE_OPERATION) &&
	       fleet_dirty_operation(server->fleet, &operation)) {
		store_put(store, STORE_OPERATION, server_name(server))->operation =
		    operation;
		put++;
	}
	while (store_takes(store, STORE_BLOCK) &&
	       fleet_block(server->fleet, now, &block)) {
		store_put(store, STORE_BLOCK, server_name(server))->block = block;
		put++;
	}
	return put;
}

size_t
server_save(struct server *server, bool all)
{
	struct store *store = server->surroundings->store;
	struct moment now = clock_now();
	struct fleet_record record;
	size_t put = save_operations(server, now);
	if (put == 0 && !all) {
		if (fleet_unsaved(server->fleet) || !store_takes(store, STORE_CLIENT))
			server->surroundings->save_soon(server->surroundings->context);
		return 0;
	}
	for (; store_takes(store, STORE_CLIENT) &&
	       fleet_dirty(server->fleet, now, &record);
	     put++)
		save_client(server, &record);
	store_submit(store);
	return put;
}

void
server_reserved(struct server *server, const struct fleet_block *block)
{
	fleet_reserved(server->fleet, block);
}

void
server_unstored(struct server *server)
{
	fleet_unstored(server->fleet, clock_now());
}

static void
on_fleet_timer(uv_timer_t *timer)
{
	server_turn(timer->data);
}

static void
on_fleet_more(uv_idle_t *idle)
{
	server_turn(idle->data);
}

void
server_arm(struct server *server, struct moment now)
{
	int64_t due = fleet_next(server->fleet);
	uint64_t wait = SERVER_WAIT_MS;
	if (due - now.boot < SERVER_WAIT_MS * MILLISECOND)
		wait =
		    due <= now.boot
			? 0
			: (uint64_t)((due - now.boot + MILLISECOND - 1) / MILLISECOND);
	/* An order that is due and cannot leave: the wire calls when it can. */
	if (!wire_takes_order(server->wire) && wait < BLOCKED_WAIT_MS)
		wait = BLOCKED_WAIT_MS;
	/* Not by a timer: one that is due at once is run again and again before the loop
	   looks at anything else. */
	if (wait == 0)
		uv_idle_start(&server->fleet_more, on_fleet_more);
	else
		uv_idle_stop(&server->fleet_more);
	uv_timer_start(&server->fleet_timer, on_fleet_timer,
		       wait > 0 ? wait : SERVER_WAIT_MS, 0);
	server_activity_arm(server, now);
}

void
server_turn(struct server *server)
{
	if (server->closing)
		return;
	struct moment now = clock_now();
	fleet_tick(server->fleet, now);
	send_orders(server, now);
	take_events(server);
	server_save(server, false);
	server_arm(server, now);
	if (server->retired && fleet_rows(server->fleet) == 0)
		server->surroundings->retired(server->surroundings->context, server);
}

/* ---- in: messages ---- */

static void
answer(struct server *server, struct wire *wire, const struct datagram *received,
       const struct pair *pair, uint8_t key_id, struct message *message)
{
	/* Under the key the client used: it may not have got the newest yet. */
	message->key_id = key_id;
	if (!outbox_put(wire_outbox(wire), pair, message, &received->to,
			&received->from))
		server->unsent++;
	wire_flush(wire);
}

/* The client's kernel returns whatever we sent; only orders tell us something by it. */
static enum message_check
receive_echo(struct server *server, uint32_t row, const struct pair *pair,
	     const struct datagram *datagram, const struct message *message)
{
	if (message->type != MESSAGE_FAILOVER && message->type != MESSAGE_RECONNECT)
		return CHECK_OK;
	enum message_check check = keys_verify(pair->keys, pair->server, pair->client,
					       datagram->bytes, datagram->size);
	if (check == CHECK_OK)
		fleet_echo(server->fleet, row, message->id, clock_now());
	return check;
}

/* Logged when a client begins to be refused, of many just one a second. */
static void
unproven(struct server *server, uint32_t row, uint8_t key_id, enum message_check check)
{
	struct moment now = clock_now();
	struct server_view view;
	char text[SERVER_KEY_TEXT];
	fleet_unproven(server->fleet, row, key_id, check, now);
	if (fleet_row(server->fleet, row)->unproven != FLEET_UNPROVEN ||
	    now.boot < server->key_told + SECOND)
		return;
	server->key_told = now.boot;
	server_view(server, &view);
	server_key_trouble(&view, row, text);
	log_warning("message", "%s: %s", server_name(server), text);
}

static bool
for_servers(enum message_type type)
{
	return type == MESSAGE_REQUEST || type == MESSAGE_ACKNOWLEDGE ||
	       type == MESSAGE_REJECT || type == MESSAGE_HELLO;
}

static enum message_check
receive(struct server *server, struct wire *wire, const struct datagram *datagram,
	const struct message *message)
{
	uint32_t row =
	    fleet_find(server->fleet, message->client.start, message->client.length);
	if (row == POLICY_NONE)
		return CHECK_PEER;
	struct pair pair = { server->loaded.keys, &server->loaded.policy->address,
			     fleet_client_address(server->fleet, row) };
	if (datagram->echo_reply)
		return receive_echo(server, row, &pair, datagram, message);
	if (!for_servers(message->type))
		return CHECK_TYPE;
	enum message_check check = keys_verify(pair.keys, pair.server, pair.client,
					       datagram->bytes, datagram->size);
	if (check != CHECK_OK) {
		unproven(server, row, message->key_id, check);
		return check;
	}
	/* From here on the fleet counts. */
	struct message reply;
	fleet_receive(server->fleet, row, message, clock_now(), &reply);
	if (reply.type != 0)
		answer(server, wire, datagram, &pair, message->key_id, &reply);
	return CHECK_OK;
}

enum message_check
server_receive(struct server *server, struct wire *wire,
	       const struct datagram *datagram, const struct message *message)
{
	if (server->closing)
		return CHECK_PEER;
	enum message_check check = receive(server, wire, datagram, message);
	server->refused[check]++;
	return check;
}

bool
server_unreachable(struct server *server, const struct address *address, int error)
{
	if (server->closing)
		return false;
	uint32_t row = loaded_row(&server->loaded, address);
	if (row == POLICY_NONE)
		return false;
	fleet_unreachable(server->fleet, row, error, clock_now());
	return true;
}

void
server_operate(struct server *server, struct operate *operate,
	       const struct link_operate *wanted, struct link_answer *answer)
{
	struct moment now = clock_now();
	bool acts = wanted->kind == OPERATE_RUN || wanted->kind == OPERATE_GO;
	struct fleet_wish wish = operate_wish(wanted);
	operate_take(operate, server->fleet, wanted, now, answer);
	if (acts && answer->accepted)
		trace_put_operate(server->trace, now.boot, &wish);
	server_turn(server);
}

void
server_note(struct server *server, const char *text)
{
	fleet_note(server->fleet, text, clock_now());
	server_turn(server);
}

void
server_pause(struct server *server, bool paused, const char *reason)
{
	struct moment now = clock_now();
	trace_put_pause(server->trace, now.boot, paused, "file", reason);
	fleet_pause(server->fleet, PAUSED_FILE, paused, reason, now);
	server_turn(server);
}
