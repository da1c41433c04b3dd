/* SPDX-License-Identifier: BSD-3-Clause */
/* The world's server: the fleet core, its end of the network, its lagging store. */
#include "config.h"

#include "tests/unit/world-inside.h"

#include <string.h>

struct write {
	struct write *next;
	int64_t at; /* durable then */
	enum write_kind {
		WRITE_CLIENT,
		WRITE_OPERATION,
		WRITE_BLOCK,
		WRITE_EVENT
	} kind;
	union {
		struct fleet_record record;
		struct operation operation;
		struct fleet_block block;
		uint64_t event;
	};
};

static void
look(const struct world *world)
{
	if (world->onlooker.look != NULL)
		world->onlooker.look(world->onlooker.context);
}

static void
server_send(struct world *world, uint32_t row, struct message *message)
{
	const struct address *to = fleet_client_address(world->fleet, row);
	uint8_t bytes[MESSAGE_MAX];
	size_t size;

	message->key_id = keys_current(world->keys);
	message->algorithm = keys_algorithm(world->keys, message->key_id);
	size = message_encode(message, bytes);
	if (size == 0 ||
	    !keys_seal(world->keys, &world->policy->address, to, bytes, size))
		abort();
	for (uint32_t i = 0; i < world->nodes; i++) {
		uint32_t n = (row + i) % world->nodes; /* its own number, as a rule */

		if (address_equal(&world->node[n].address, to)) {
			network_send(world, n, bytes, size);
			break;
		}
	}
}

void
server_receive(struct world *world, const uint8_t *bytes, size_t size)
{
	struct message_alternate alternate[MESSAGE_ALTERNATES];
	struct message message, answer;
	uint32_t row;

	if (world->fleet == NULL)
		return;
	if (message_decode(bytes, size, &message, alternate) != CHECK_OK)
		abort();
	row = fleet_find(world->fleet, message.client.start, message.client.length);
	if (row == POLICY_NONE)
		return;
	/* Not of one that has another address now. */
	if (keys_verify(world->keys, &world->policy->address,
			fleet_client_address(world->fleet, row), bytes,
			size) != CHECK_OK)
		return;
	(void)fleet_receive(world->fleet, row, &message, world_server_now(world),
			    &answer);
	if (answer.type != 0 && world->onlooker.answer != NULL)
		world->onlooker.answer(world->onlooker.context, row, &answer);
	look(world);
	if (answer.type != 0)
		server_send(world, row, &answer);
}

void
server_echo(struct world *world, const uint8_t *bytes, size_t size)
{
	struct message_alternate alternate[MESSAGE_ALTERNATES];
	struct message message;
	uint32_t row;

	if (world->fleet == NULL)
		return;
	if (message_decode(bytes, size, &message, alternate) != CHECK_OK)
		abort();
	row = fleet_find(world->fleet, message.client.start, message.client.length);
	if (row == POLICY_NONE ||
	    (message.type != MESSAGE_FAILOVER && message.type != MESSAGE_RECONNECT))
		return;
	fleet_echo(world->fleet, row, message.id, world_server_now(world));
	look(world);
}

static struct write *
write_new(struct world *world, enum write_kind kind)
{
	struct write *write = must(calloc(1, sizeof(*write)));

	write->kind = kind;
	write->at = world->boot +
		    (int64_t)random_below(&world->random, (uint64_t)world->store_delay);
	/* One writer, in order. */
	if (world->last != NULL && write->at < world->last->at)
		write->at = world->last->at;
	if (world->last != NULL)
		world->last->next = write;
	else
		world->first = write;
	world->last = write;
	return write;
}

static void
store_take(struct world *world)
{
	struct moment now = world_server_now(world);
	struct fleet_record record;
	struct operation operation;
	struct fleet_block block;

	if (!world->rows_last)
		while (fleet_dirty(world->fleet, now, &record))
			write_new(world, WRITE_CLIENT)->record = record;
	while (fleet_dirty_operation(world->fleet, &operation))
		write_new(world, WRITE_OPERATION)->operation = operation;
	while (fleet_block(world->fleet, now, &block))
		write_new(world, WRITE_BLOCK)->block = block;
	while (fleet_dirty(world->fleet, now, &record))
		write_new(world, WRITE_CLIENT)->record = record;
}

static void
store_write(struct world *world)
{
	while (world->first != NULL && world->first->at <= world->boot) {
		struct write *write = world->first;

		world->first = write->next;
		if (world->first == NULL)
			world->last = NULL;
		if (write->kind == WRITE_CLIENT) {
			world->store.record[write->record.index] = write->record;
		} else if (write->kind == WRITE_OPERATION) {
			world->store.operation[write->operation.number % 64] =
			    write->operation;
		} else if (write->kind == WRITE_EVENT) {
			world->event = write->event;
		} else {
			world->store
			    .block[write->block.action == ACTION_FAILOVER ? 0 : 1] =
			    write->block;
			if (world->fleet != NULL)
				fleet_reserved(world->fleet, &write->block);
		}
		free(write);
	}
}

static void
server_events(struct world *world)
{
	struct fleet_event event;

	while (fleet_event(world->fleet, &event)) {
		world->duplicate_identities += event.kind == EVENT_DUPLICATE_IDENTITY;
		write_new(world, WRITE_EVENT)->event = event.number;
		if (world->onlooker.event != NULL)
			world->onlooker.event(world->onlooker.context, &event);
	}
}

void
server_turn(struct world *world)
{
	struct message order;
	uint32_t row;

	if (world->fleet == NULL)
		return;
	fleet_tick(world->fleet, world_server_now(world));
	server_events(world);
	look(world);
	while (fleet_order(world->fleet, world_server_now(world), &row, &order)) {
		if (world->onlooker.order != NULL)
			world->onlooker.order(world->onlooker.context, row, &order);
		server_send(world, row, &order);
	}
	store_take(world);
	store_write(world);
}

void
world_kill_server(struct world *world)
{
	fleet_free(world->fleet);
	world->fleet = NULL;
	while (world->first != NULL) {
		struct write *write = world->first;

		world->first = write->next;
		free(write);
	}
	world->last = NULL;
}

void
world_stop_server(struct world *world)
{
	int64_t boot = world->boot;

	store_take(world);
	if (world->last != NULL)
		world->boot = world->last->at;
	store_write(world);
	world->boot = boot;
	world->complete = !fleet_in_doubt(world->fleet);
	world_kill_server(world);
}

void
world_forget_server(struct world *world)
{
	memset(&world->store, 0, sizeof(world->store));
	world->event = 0;
}

void
world_start_server(struct world *world)
{
	struct moment now = world_server_now(world);

	world->fleet = must(fleet_new(world->policy, random_next(&world->random), now));
	for (size_t i = 0; i < ARRAY_SIZE(world->store.record); i++)
		if (world->store.record[i].index != 0)
			fleet_restore(world->fleet, &world->store.record[i], now);
	for (size_t i = 0; i < 64; i++)
		if (world->store.operation[i].number != 0)
			fleet_restore_operation(world->fleet,
						&world->store.operation[i]);
	for (size_t i = 0; i < 2; i++)
		if (world->store.block[i].base != 0)
			fleet_restore_block(world->fleet, &world->store.block[i]);
	if (world->event != 0)
		fleet_restore_numbers(world->fleet, world->event + 1, 0, 0);
	/* A store that has nothing has lost nothing. */
	if (world->store.block[0].base != 0 && !world->complete)
		fleet_restore_behind(world->fleet);
	world->complete = false;
}

void
world_judge(struct world *world, enum rig_verdict verdict)
{
	struct verdict v = rig_verdict(verdict, world->boot);

	world->verdict = verdict;
	if (world->fleet != NULL)
		fleet_judge(world->fleet, &v, RIG_WHY, world_server_now(world));
}

int64_t
server_writes(const struct world *world)
{
	return world->first != NULL ? world->first->at : NEVER;
}
