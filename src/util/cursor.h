/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes from a file or from the dump's memory, and a cursor that reads numbers from them.
 *
 * A read past the end yields 0, moves nothing and is remembered; cursor_check() reports it once. No
 * value sizes, seeks or indexes anything before that check.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/error.h"
#include "util/order.h"

/* Borrowed bytes. */
struct span {
	const unsigned char *data;
	size_t size;
};

struct cursor {
	const unsigned char *position;
	const unsigned char *end;
	struct vmw_where where; /* of @position */
	enum order order;
	bool overrun; /* a read went past the end */
};

static inline struct cursor cursor_new(struct span bytes, struct vmw_where where, enum order order)
{
	return (struct cursor){ .position = bytes.data,
				.end = bytes.data + bytes.size,
				.where = where,
				.order = order };
}

static inline size_t cursor_left(const struct cursor *c)
{
	return (size_t)(c->end - c->position);
}

/* @size bytes and on; NULL, and the overrun is remembered, when fewer are left. */
static inline const unsigned char *cursor_bytes(struct cursor *c, size_t size)
{
	const unsigned char *bytes = c->position;

	if (size > cursor_left(c)) {
		c->overrun = true;
		return NULL;
	}
	c->position += size;
	c->where.address += size;
	return bytes;
}

static inline void cursor_skip(struct cursor *c, size_t size)
{
	(void)cursor_bytes(c, size);
}

static inline uint32_t cursor_u32(struct cursor *c)
{
	const unsigned char *bytes = cursor_bytes(c, 4);
	return bytes ? load_u32(bytes, c->order) : 0;
}

static inline uint64_t cursor_u64(struct cursor *c)
{
	const unsigned char *bytes = cursor_bytes(c, 8);
	return bytes ? load_u64(bytes, c->order) : 0;
}

/* TRUNCATED, naming @what, if any read so far went past the end. */
NODISCARD static inline struct vmw_error *cursor_check(const struct cursor *c, const char *what)
{
	if (!c->overrun)
		return NULL;
	return error_new(VMW_ERROR_TRUNCATED, c->where, "%s: only %zu bytes are left", what,
			 cursor_left(c));
}
