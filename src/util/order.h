/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers as they lie in a dump, in the byte order of whoever wrote them. */
#pragma once

#include <endian.h>
#include <stdint.h>
#include <string.h>

/* The byte order of a record. A file's headers and its kernel's memory may differ. */
enum order {
	ORDER_LITTLE,
	ORDER_BIG,
};

static inline const char *order_name(enum order order)
{
	return order == ORDER_BIG ? "big" : "little";
}

static inline enum order order_other(enum order order)
{
	return order == ORDER_BIG ? ORDER_LITTLE : ORDER_BIG;
}

/* Load from @bytes, which need not be aligned. */
static inline uint16_t load_u16(const void *bytes, enum order order)
{
	uint16_t value;

	memcpy(&value, bytes, sizeof(value));
	return order == ORDER_BIG ? be16toh(value) : le16toh(value);
}

static inline uint32_t load_u32(const void *bytes, enum order order)
{
	uint32_t value;

	memcpy(&value, bytes, sizeof(value));
	return order == ORDER_BIG ? be32toh(value) : le32toh(value);
}

static inline uint64_t load_u64(const void *bytes, enum order order)
{
	uint64_t value;

	memcpy(&value, bytes, sizeof(value));
	return order == ORDER_BIG ? be64toh(value) : le64toh(value);
}
