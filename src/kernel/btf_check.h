/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A BTF blob while it is proven: what btf_validate.c, which finds and reads its types, shares with
 * btf_sizes.c. */
#pragma once

#include <linux/btf.h>

#include "kernel/btf.h"

enum { BTF_TYPE_SIZE = 12 }; /* struct btf_type */

/* Whether the size of a type is known, and what a walk through it has found. */
enum btf_state {
	STATE_NEW,
	STATE_OPEN, /* a walk is inside it */
	STATE_SIZED,
	STATE_SIZELESS, /* void, functions, what is declared only */
};

struct btf_check {
	struct span types;
	struct span strings;
	enum order order;
	struct vmw_where where; /* of the first type */
	uint32_t *offsets;      /* of each type, in types; [0] is void and has none */
	size_t count, capacity; /* void included */
	uint8_t *states;
	uint32_t *sizes; /* of what is STATE_SIZED */
};

/* A type's fixed part. */
struct btf_checked_type {
	uint32_t id;
	uint32_t name;
	uint32_t kind, vlen;
	bool flag;
	uint32_t word; /* size, or the type that it refers to */
	const unsigned char *rest;
};

static inline struct btf_checked_type btf_type_load(const struct btf_check *check, uint32_t id)
{
	const unsigned char *bytes = check->types.data + check->offsets[id];
	uint32_t info = load_u32(bytes + 4, check->order);

	return (struct btf_checked_type){
		.id = id,
		.name = load_u32(bytes, check->order),
		.kind = BTF_INFO_KIND(info),
		.vlen = BTF_INFO_VLEN(info),
		.flag = BTF_INFO_KFLAG(info),
		.word = load_u32(bytes + 8, check->order),
		.rest = bytes + BTF_TYPE_SIZE,
	};
}

/* BTF_KIND_UNKN for void. */
static inline uint32_t btf_kind_of(const struct btf_check *check, uint32_t id)
{
	return id == 0 ? BTF_KIND_UNKN
		       : BTF_INFO_KIND(load_u32(check->types.data + check->offsets[id] + 4,
						check->order));
}

/* BAD_DATA about type @id. Slow: for when nothing is left to do for the blob. */
NODISCARD struct vmw_error *btf_bad_type(const struct btf_check *check, uint32_t id,
					 const char *format, ...) PRINTF_LIKE(3, 4);

/*
 * The last pass, over types that have been found good one by one: know the size of each, and refuse
 * what has none but needs one, what is larger than what contains it, and what contains, or is made
 * of nothing but, itself. Linear, and without recursion.
 */
NODISCARD struct vmw_error *btf_sizes_check(struct btf_check *check);
