/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bitmaps of a kdump file, read where they lie, and the rank of a bit: how many bits before it
 * are set, which is the number of its page descriptor.
 *
 * A bitmap stays in the file. For ranks, only a count for each chunk of it is held: 64 TiB of RAM
 * in 64K pages is 128 MiB of bitmap and 256 KiB of counts. Bit n is bit n % 8, least significant
 * first, of byte n / 8, on both byte orders (makedumpfile.c, set_bitmap()).
 */
#pragma once

#include "dump/file.h"
#include "dump/reader.h"

/* A bitmap in a file, which is borrowed. */
struct bitmap {
	const struct file *file;
	uint64_t offset;
	uint64_t count; /* of bits; offset + count / 8 does not overflow */
};

enum bit_state {
	BIT_CLEAR,
	BIT_SET,
	BIT_UNKNOWN, /* the file ends before it */
};

/*
 * The state of bit @index, below @bitmap->count, and how many bits from there on share it, at most
 * @limit (at least 1). @reader may be NULL: unbuffered.
 */
NODISCARD struct vmw_error *bitmap_run(const struct bitmap *bitmap, struct reader *reader,
				       uint64_t index, uint64_t limit, enum bit_state *ret_state,
				       uint64_t *ret_count);

/* The ranks of some bits of a bitmap. */
struct ranks; /* owned by the caller, freed with ranks_free() */

/*
 * Count the bits [@first, @first + @count) of @bitmap, which is copied; they must be within it.
 * Where the file ends among them, what stands before is counted: ranks_known() tells. One pass over
 * that piece of the file. OS, NO_MEMORY.
 */
NODISCARD struct vmw_error *ranks_new(const struct bitmap *bitmap, uint64_t first, uint64_t count,
				      struct ranks **ret);
void ranks_free(struct ranks *ranks);
DEFINE_CLEANUP(struct ranks, ranks_free)

/* Bits below this are in the file; it is between first and first + count. */
uint64_t ranks_known(const struct ranks *ranks);

/* How many of the known bits are set. */
uint64_t ranks_set_count(const struct ranks *ranks);

/*
 * How many bits of [first, @index) are set. @index is within [first, ranks_known()); @reader as for
 * bitmap_run(). TRUNCATED when the file has shrunk since.
 */
NODISCARD struct vmw_error *ranks_find(const struct ranks *ranks, struct reader *reader,
				       uint64_t index, uint64_t *ret);

/* The first bit at or after @index, which is at least first, that is set and known; ranks_known()
 * when there is none. Skips what is clear by the counts. */
NODISCARD struct vmw_error *ranks_next(const struct ranks *ranks, struct reader *reader,
				       uint64_t index, uint64_t *ret);
