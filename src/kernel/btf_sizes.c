/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How large the types of a BTF blob are: btf_sizes_check() of kernel/btf_check.h. */
#include "kernel/btf_check.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "util/checked.h"

enum { POINTER_SIZE = 8 };

/* Types that are another one, in some way: the one that they are of. 0 for all others, and void. */
static uint32_t link_of(const struct btf_check *check, uint32_t id)
{
	if (id == 0)
		return 0;
	struct btf_checked_type type = btf_type_load(check, id);
	switch (type.kind) {
	case BTF_KIND_PTR:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_TYPE_TAG:
		return type.word;
	case BTF_KIND_ARRAY:
		return load_u32(type.rest, check->order);
	default:
		return 0;
	}
}

/*
 * Refuse what is nothing but pointers to, names and arrays of itself: who strips one after the
 * other would never end. C can name a struct before it is complete, but nothing else.
 */
static struct vmw_error *links_check(struct btf_check *check)
{
	for (uint32_t start = 1; start < check->count; start++) {
		uint32_t id = start;

		for (; id != 0 && check->states[id] == STATE_NEW; id = link_of(check, id))
			check->states[id] = STATE_OPEN;
		if (id != 0 && check->states[id] == STATE_OPEN)
			return btf_bad_type(check, id, "is made of nothing but itself");
		for (id = start; id != 0 && check->states[id] == STATE_OPEN;
		     id = link_of(check, id))
			check->states[id] = STATE_SIZED;
	}
	memset(check->states, STATE_NEW, check->count);
	return NULL;
}

/* The type whose size that of @type depends on next, the @number-th; false behind the last. */
static bool part_of(const struct btf_check *check, const struct btf_checked_type *type,
		    uint32_t number, uint32_t *ret)
{
	switch (type->kind) {
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_TYPE_TAG:
		*ret = type->word;
		return number == 0;
	case BTF_KIND_ARRAY:
		*ret = load_u32(type->rest, check->order);
		return number == 0;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		if (number >= type->vlen)
			return false;
		*ret = load_u32(type->rest + number * 12 + 4, check->order);
		return true;
	default:
		return false;
	}
}

static struct vmw_error *struct_close(const struct btf_check *check,
				      const struct btf_checked_type *type)
{
	uint64_t limit = (uint64_t)type->word * 8;
	const unsigned char *member = type->rest;

	for (uint32_t i = 0; i < type->vlen; i++, member += 12) {
		uint32_t target = load_u32(member + 4, check->order);
		uint32_t place = load_u32(member + 8, check->order);
		uint32_t offset = type->flag ? BTF_MEMBER_BIT_OFFSET(place) : place;
		uint32_t bits = type->flag ? BTF_MEMBER_BITFIELD_SIZE(place) : 0;

		if (check->states[target] != STATE_SIZED)
			return btf_bad_type(check, type->id,
					    "member %" PRIu32 " is of type %" PRIu32
					    ", which has no size",
					    i, target);
		uint64_t size = bits ? bits : (uint64_t)check->sizes[target] * 8;
		/* Before 4.20 a bit field had an INT of its own, narrower than its size. */
		if (!bits && btf_kind_of(check, target) == BTF_KIND_INT)
			size = BTF_INT_BITS(
				load_u32(btf_type_load(check, target).rest, check->order));
		if (!range_within(offset, size, limit))
			return btf_bad_type(check, type->id,
					    "member %" PRIu32 ": %" PRIu64 " bits at %" PRIu32
					    ", but the size is %" PRIu32 " bytes",
					    i, size, offset, type->word);
	}
	return NULL;
}

/* All that @type is made of has been seen. */
static struct vmw_error *type_close(struct btf_check *check, const struct btf_checked_type *type)
{
	uint8_t *state = &check->states[type->id];
	uint32_t *size = &check->sizes[type->id];
	uint32_t part;

	*state = STATE_SIZED;
	switch (type->kind) {
	case BTF_KIND_INT:
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
	case BTF_KIND_FLOAT:
		*size = type->word;
		return NULL;
	case BTF_KIND_PTR:
		*size = POINTER_SIZE;
		return NULL;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		*size = type->word;
		return struct_close(check, type);
	case BTF_KIND_ARRAY:
		(void)part_of(check, type, 0, &part);
		if (check->states[part] != STATE_SIZED)
			return btf_bad_type(check, type->id,
					    "elements are of type %" PRIu32 ", which has no size",
					    part);
		uint32_t elements = load_u32(type->rest + 8, check->order);
		if (__builtin_mul_overflow(check->sizes[part], elements, size))
			return btf_bad_type(check, type->id,
					    "%" PRIu32 " elements of %" PRIu32 " bytes", elements,
					    check->sizes[part]);
		return NULL;
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_TYPE_TAG:
		*state = check->states[type->word];
		*size = check->sizes[type->word];
		return NULL;
	default:
		*state = STATE_SIZELESS;
		return NULL;
	}
}

/* A type that a walk is inside of, and how many of its parts it has seen. */
struct level {
	struct btf_checked_type type;
	uint32_t seen;
};

struct levels {
	struct level *list;
	size_t count, capacity;
};

static struct vmw_error *levels_enter(struct levels *levels, struct btf_check *check, uint32_t id)
{
	struct level level = { .type = btf_type_load(check, id) };
	uint32_t part;

	/* Most have no parts. */
	if (!part_of(check, &level.type, 0, &part))
		return type_close(check, &level.type);
	if (!ARRAY_PUSH(levels->list, levels->count, levels->capacity, level))
		return error_no_memory();
	check->states[id] = STATE_OPEN;
	return NULL;
}

/* Walk through all that @start contains, depth first: every type is entered once. */
static struct vmw_error *type_walk(struct btf_check *check, struct levels *levels, uint32_t start)
{
	if (check->states[start] == STATE_NEW)
		TRY(levels_enter(levels, check, start));
	while (levels->count > 0) {
		struct level *level = &levels->list[levels->count - 1];
		uint32_t part;

		if (!part_of(check, &level->type, level->seen, &part)) {
			TRY(type_close(check, &level->type));
			levels->count--;
			continue;
		}
		level->seen++;
		if (check->states[part] == STATE_OPEN)
			return btf_bad_type(check, part, "contains itself");
		if (check->states[part] == STATE_NEW)
			TRY(levels_enter(levels, check, part));
	}
	return NULL;
}

struct vmw_error *btf_sizes_check(struct btf_check *check)
{
	struct levels levels = { 0 };

	check->states = calloc(check->count, sizeof(*check->states));
	check->sizes = calloc(check->count, sizeof(*check->sizes));
	if (!check->states || !check->sizes)
		return error_no_memory();
	struct vmw_error *error = links_check(check);
	check->states[0] = STATE_SIZELESS;
	for (uint32_t id = 1; id < check->count && !error; id++)
		error = type_walk(check, &levels, id);
	free(levels.list);
	return error;
}
