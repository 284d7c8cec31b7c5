/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arithmetic on numbers from a dump: each says whether the true result fits. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "util/cleanup.h"

NODISCARD static inline bool checked_add(uint64_t a, uint64_t b, uint64_t *ret)
{
	return !__builtin_add_overflow(a, b, ret);
}

NODISCARD static inline bool checked_mul(uint64_t a, uint64_t b, uint64_t *ret)
{
	return !__builtin_mul_overflow(a, b, ret);
}

/* Whether [start, start + size) lies within [0, limit). An empty range at limit does. */
static inline bool range_within(uint64_t start, uint64_t size, uint64_t limit)
{
	return start <= limit && size <= limit - start;
}

static inline bool is_power_of_two(uint64_t value)
{
	return value != 0 && (value & (value - 1)) == 0;
}

/* The base-2 logarithm of @value, a power of two. */
static inline unsigned int log2_of(uint64_t value)
{
	return (unsigned int)__builtin_ctzll(value);
}

static inline uint64_t align_down(uint64_t value, uint64_t power_of_two)
{
	return value & ~(power_of_two - 1);
}

static inline uint64_t div_round_up(uint64_t value, uint64_t divisor)
{
	return value / divisor + (value % divisor != 0);
}

static inline uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static inline uint64_t max_u64(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}
