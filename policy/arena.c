/* SPDX-License-Identifier: BSD-3-Clause */
/* Packed memory for what a policy keeps. */
#include "config.h"

#include "policy/arena.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE  ((size_t)64 << 10)
#define ARRAY_FIRST 8u

struct arena_block {
	struct arena_block *next;
	size_t size;
	char bytes[];
};

/* A block of its own for what is larger; it goes behind the one in use. */
static struct arena_block *
add_block(struct arena *arena, size_t size)
{
	struct arena_block *block = malloc(sizeof(*block) + size);

	if (block == NULL)
		return NULL;
	block->size = size;
	arena->bytes += sizeof(*block) + size;
	if (size > BLOCK_SIZE && arena->block != NULL) {
		block->next = arena->block->next;
		arena->block->next = block;
	} else {
		block->next = arena->block;
		arena->block = block;
		arena->used = 0;
	}
	return block;
}

static char *
take(struct arena *arena, size_t size, size_t alignment)
{
	size_t at = (arena->used + alignment - 1) & ~(alignment - 1);
	struct arena_block *block = arena->block;

	if (arena->failed)
		return NULL;
	if (block != NULL && at <= block->size && size <= block->size - at) {
		arena->used = at + size;
		return block->bytes + at;
	}
	block = add_block(arena, size > BLOCK_SIZE ? size : BLOCK_SIZE);
	if (block == NULL) {
		arena->failed = true;
		return NULL;
	}
	if (block == arena->block)
		arena->used = size;
	return block->bytes;
}

const char *
arena_text(struct arena *arena, struct slice text)
{
	char *copy = take(arena, text.length + 1, 1);

	if (copy == NULL)
		return "";
	memcpy(copy, text.start, text.length);
	copy[text.length] = '\0';
	return copy;
}

void *
arena_take(struct arena *arena, size_t size)
{
	char *bytes = take(arena, size, sizeof(void *));

	if (bytes != NULL)
		memset(bytes, 0, size);
	return bytes;
}

void
arena_free(struct arena *arena)
{
	struct arena_block *block = arena->block;

	while (block != NULL) {
		struct arena_block *next = block->next;

		explicit_bzero(block->bytes, block->size);
		free(block);
		block = next;
	}
	memset(arena, 0, sizeof(*arena));
}

void *
array_more(struct arena *arena, void *items, size_t *count, size_t size)
{
	char *array;
	size_t room;

	memcpy(&array, items, sizeof(array));
	if (arena->failed)
		return NULL;
	if (*count == 0 || (*count >= ARRAY_FIRST && (*count & (*count - 1)) == 0)) {
		room = *count == 0 ? ARRAY_FIRST : 2 * *count;
		array = reallocarray(array, room, size);
		if (array == NULL) {
			arena->failed = true;
			return NULL;
		}
		memcpy(items, &array, sizeof(array));
	}
	array += *count * size;
	memset(array, 0, size);
	++*count;
	return array;
}
