/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dump/bitmap.h"

#include <string.h>

#include "util/checked.h"

enum {
	/* One read of a window (dump/reader.c) and half a microsecond of counting find a rank. */
	CHUNK_SIZE = 4096,
	CHUNK_BITS = CHUNK_SIZE * 8,
	/* While counting: large enough that system calls do not show, small enough for the cache.
	 */
	COUNT_SIZE = 64 * CHUNK_SIZE,
};

struct ranks {
	struct bitmap bitmap;
	uint64_t first, known;
	uint64_t set_count;
	uint64_t first_chunk, chunk_count;
	uint64_t *before; /* for each chunk from first_chunk on: set bits of [first, its start) */
};

/* Read bytes [@start, @start + @size) of @bitmap. */
NODISCARD static struct vmw_error *bitmap_read(const struct bitmap *bitmap, struct reader *reader,
					       uint64_t start, void *buffer, size_t size,
					       size_t *ret_got)
{
	if (reader)
		return reader_file_read(reader, bitmap->file, bitmap->offset + start, buffer, size,
					ret_got);
	return file_read(bitmap->file, bitmap->offset + start, buffer, size, ret_got);
}

/* How many bits from @index on, at most @limit, of the @size bytes at @bytes equal bit @index. */
static uint64_t run_length(const unsigned char *bytes, size_t size, uint64_t index, uint64_t limit,
			   bool *ret_set)
{
	bool set = bytes[index / 8] >> (index % 8) & 1;
	uint64_t end = min_u64(index + limit, (uint64_t)size * 8);
	uint64_t bit = index;

	*ret_set = set;
	while (bit < end) {
		uint64_t left = size - bit / 8;
		uint64_t word = 0;

		/* Bits in the order of their numbers, from the least significant on. */
		if (left >= sizeof(word))
			word = load_u64(bytes + bit / 8, ORDER_LITTLE);
		else
			for (size_t i = 0; i < left; i++)
				word |= (uint64_t)bytes[bit / 8 + i] << (8 * i);
		if (set)
			word = ~word;
		word >>= bit % 8;
		if (word)
			return min_u64(bit + (unsigned int)__builtin_ctzll(word), end) - index;
		bit += 64 - bit % 8;
	}
	return end - index;
}

struct vmw_error *bitmap_run(const struct bitmap *bitmap, struct reader *reader, uint64_t index,
			     uint64_t limit, enum bit_state *ret_state, uint64_t *ret_count)
{
	unsigned char bytes[CHUNK_SIZE];
	uint64_t end = index + min_u64(limit, bitmap->count - index);
	/* A short run is the common case: grow the reads to what long ones need. */
	size_t piece = 64;
	bool set = false;

	for (uint64_t bit = index; bit < end;) {
		uint64_t start = align_down(bit / 8, piece);
		uint64_t last = div_round_up(end, 8);
		size_t size = (size_t)min_u64(piece, last - start);
		size_t got;

		TRY(bitmap_read(bitmap, reader, start, bytes, size, &got));
		if (bit / 8 >= start + got) {
			/* A flattened file that was cut may lack a piece before this byte, and have
			 * the byte. */
			start = bit / 8;
			size = (size_t)min_u64(piece, last - start);
			TRY(bitmap_read(bitmap, reader, start, bytes, size, &got));
		}
		uint64_t known = min_u64((start + got) * 8, end);
		if (bit >= known) {
			if (bit > index)
				break;
			/* Past the end of the file all is unknown, however far the header says that
			 * it goes. */
			uint64_t missing = file_missing(bitmap->file, bitmap->offset + start);
			uint64_t unknown = missing && missing < last - start ? (start + missing) * 8
									     : end;
			*ret_state = BIT_UNKNOWN;
			*ret_count = unknown - index;
			return NULL;
		}

		bool piece_set;
		uint64_t count = run_length(bytes, got, bit - start * 8, known - bit, &piece_set);
		if (bit == index)
			set = piece_set;
		else if (piece_set != set)
			break;
		bit += count;
		*ret_count = bit - index;
		if (bit < known || got < size)
			break;
		piece = CHUNK_SIZE;
		if (!set && bit % CHUNK_BITS == 0) {
			uint64_t hole = file_hole(bitmap->file, bitmap->offset + bit / 8);

			bit += min_u64(align_down(hole, CHUNK_SIZE) * 8, end - bit);
			*ret_count = bit - index;
		}
	}
	*ret_state = set ? BIT_SET : BIT_CLEAR;
	return NULL;
}

/*
 * Sums of 1, 2, 4, then 8 bits side by side. Not __builtin_popcountll(): where the oldest processor
 * that is built for lacks the instruction, that is a function call and thrice as slow; this becomes
 * vector code.
 */
static inline uint64_t count_word(uint64_t word)
{
	word -= word >> 1 & UINT64_C(0x5555555555555555);
	word = (word & UINT64_C(0x3333333333333333)) + (word >> 2 & UINT64_C(0x3333333333333333));
	word = (word + (word >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
	return word * UINT64_C(0x0101010101010101) >> 56;
}

/* How many of the bits [@from, @to) at @bytes are set. */
static uint64_t count_bits(const unsigned char *bytes, uint64_t from, uint64_t to)
{
	uint64_t count = 0;

	if (from >= to)
		return 0;
	uint64_t byte = from / 8, last = to / 8;
	unsigned int head = bytes[byte] & (0xffU << (from % 8));
	unsigned int tail_mask = (1U << (to % 8)) - 1;
	if (byte == last)
		return (uint64_t)__builtin_popcount(head & tail_mask);
	count += (uint64_t)__builtin_popcount(head & 0xffU);
	byte++;
	for (; last - byte >= sizeof(uint64_t); byte += sizeof(uint64_t)) {
		uint64_t word;

		memcpy(&word, bytes + byte, sizeof(word));
		count += count_word(word);
	}
	for (; byte < last; byte++)
		count += (uint64_t)__builtin_popcount(bytes[byte]);
	if (tail_mask)
		count += (uint64_t)__builtin_popcount(bytes[last] & tail_mask);
	return count;
}

/* Fill @ranks->before for bits up to @end, or to where the file ends. */
NODISCARD static struct vmw_error *ranks_count(struct ranks *ranks, uint64_t end)
{
	_cleanup_(freep) unsigned char *bytes = malloc(COUNT_SIZE);

	if (!bytes)
		return error_no_memory();
	uint64_t chunk = ranks->first_chunk;
	while (ranks->known < end) {
		uint64_t start = chunk * CHUNK_SIZE;
		/* A machine with little memory far apart has a sparse bitmap; and a file of a few
		 * bytes may claim one of 64 GiB. */
		uint64_t hole = file_hole(ranks->bitmap.file, ranks->bitmap.offset + start);
		uint64_t last = min_u64(chunk + hole / CHUNK_SIZE, div_round_up(end, CHUNK_BITS));
		for (; chunk < last; chunk++)
			ranks->before[chunk - ranks->first_chunk] = ranks->set_count;
		ranks->known = max_u64(ranks->known, min_u64(chunk * CHUNK_BITS, end));
		if (ranks->known == end)
			break;
		start = chunk * CHUNK_SIZE;
		size_t size = (size_t)min_u64(COUNT_SIZE, div_round_up(end, 8) - start);
		size_t got;

		TRY(bitmap_read(&ranks->bitmap, NULL, start, bytes, size, &got));
		for (size_t done = 0; done < got; done += CHUNK_SIZE, chunk++) {
			uint64_t chunk_start = chunk * CHUNK_BITS;
			uint64_t in_file = min_u64(got - done, CHUNK_SIZE) * 8;
			uint64_t from = max_u64(ranks->first, chunk_start) - chunk_start;
			uint64_t to = min_u64(in_file, end - chunk_start);

			ranks->before[chunk - ranks->first_chunk] = ranks->set_count;
			ranks->set_count += count_bits(bytes + done, from, to);
			ranks->known = max_u64(ranks->known, chunk_start + to);
		}
		if (got < size)
			break;
	}
	return NULL;
}

struct vmw_error *ranks_new(const struct bitmap *bitmap, uint64_t first, uint64_t count,
			    struct ranks **ret)
{
	_cleanup_(ranks_freep) struct ranks *ranks = calloc(1, sizeof(*ranks));

	if (!ranks)
		return error_no_memory();
	ranks->bitmap = *bitmap;
	ranks->first = ranks->known = first;
	ranks->first_chunk = first / CHUNK_BITS;

	/* No counts for what the file cannot hold, whatever its header says. */
	uint64_t size = file_size(bitmap->file);
	uint64_t in_file = bitmap->offset < size ? size - bitmap->offset : 0;
	uint64_t end = first + count;
	if (in_file < div_round_up(end, 8))
		end = in_file * 8;
	if (end > first) {
		ranks->chunk_count = div_round_up(end, CHUNK_BITS) - ranks->first_chunk;
		ranks->before = calloc((size_t)ranks->chunk_count, sizeof(*ranks->before));
		if (!ranks->before)
			return error_no_memory();
		TRY(ranks_count(ranks, end));
	}
	*ret = TAKE(ranks);
	return NULL;
}

void ranks_free(struct ranks *ranks)
{
	if (!ranks)
		return;
	free(ranks->before);
	free(ranks);
}

uint64_t ranks_known(const struct ranks *ranks)
{
	return ranks->known;
}

uint64_t ranks_set_count(const struct ranks *ranks)
{
	return ranks->set_count;
}

struct vmw_error *ranks_find(const struct ranks *ranks, struct reader *reader, uint64_t index,
			     uint64_t *ret)
{
	unsigned char bytes[CHUNK_SIZE];
	uint64_t chunk = index / CHUNK_BITS;
	uint64_t from = chunk == ranks->first_chunk ? ranks->first % CHUNK_BITS : 0;
	uint64_t to = index % CHUNK_BITS;
	size_t size = (size_t)div_round_up(to, 8);
	size_t got;

	*ret = ranks->before[chunk - ranks->first_chunk];
	if (size == 0)
		return NULL;
	TRY(bitmap_read(&ranks->bitmap, reader, chunk * CHUNK_SIZE, bytes, size, &got));
	if (got < size)
		return error_new(
			VMW_ERROR_TRUNCATED, where_file(ranks->bitmap.offset + chunk * CHUNK_SIZE),
			"bitmap: only %zu of %zu bytes are left: the file has shrunk", got, size);
	*ret += count_bits(bytes, from, to);
	return NULL;
}

struct vmw_error *ranks_next(const struct ranks *ranks, struct reader *reader, uint64_t index,
			     uint64_t *ret)
{
	uint64_t rank;

	*ret = ranks->known;
	if (index >= ranks->known)
		return NULL;
	TRY(ranks_find(ranks, reader, index, &rank));
	if (rank == ranks->set_count)
		return NULL;

	/* The last chunk with no more than @rank bits before it has the next one. */
	uint64_t low = index / CHUNK_BITS - ranks->first_chunk, high = ranks->chunk_count;
	while (high - low > 1) {
		uint64_t middle = low + (high - low) / 2;

		if (ranks->before[middle] <= rank)
			low = middle;
		else
			high = middle;
	}

	uint64_t from = max_u64(index, (low + ranks->first_chunk) * CHUNK_BITS);
	enum bit_state state;
	uint64_t count;
	TRY(bitmap_run(&ranks->bitmap, reader, from, ranks->known - from, &state, &count));
	if (state != BIT_SET)
		from += count;
	*ret = from;
	return NULL;
}
