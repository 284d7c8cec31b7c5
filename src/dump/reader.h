/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Read a dump's physical memory: one reader for each thread, without a lock.
 *
 * A reader keeps what a random read would otherwise fetch again: windows of the file, decompressed
 * pages, codec contexts.
 */
#pragma once

#include "dump/codec.h"
#include "dump/dump.h"
#include "dump/range.h"

struct reader;

/* @dump is borrowed until reader_free(). */
NODISCARD struct vmw_error *reader_new(const struct dump *dump, struct reader **ret);
void reader_free(struct reader *reader);
DEFINE_CLEANUP(struct reader, reader_free)

const struct dump *reader_dump(const struct reader *reader);

/*
 * Read up to @size bytes at @phys and stop where their kind changes: @ret->size bytes are of
 * @ret->data; only present ones are written to @buffer. @size > 0. Bytes that are not there are no
 * error; OS for a read error, NO_MEMORY; MISUSE where
 * @phys + @size wraps.
 */
NODISCARD struct vmw_error *reader_read(struct reader *reader, vmw_phys phys, void *buffer,
					uint64_t size, struct run *ret);

/*
 * Read @size bytes that are of use only together. @ret->data is PRESENT if all are there; else it
 * tells of the first byte that is not, and @ret->size is how many stand before it.
 */
NODISCARD struct vmw_error *reader_read_whole(struct reader *reader, vmw_phys phys, void *buffer,
					      uint64_t size, struct run *ret);

/*
 * The first range at or after @from whose bytes the file should hold (they may prove lost when
 * read); ranges come in ascending order and are not merged, and the first may start before @from.
 * *@ret_found is false behind the last.
 */
NODISCARD struct vmw_error *reader_next(struct reader *reader, vmw_phys from,
					struct phys_range *ret, bool *ret_found);

/* ---- for the formats ---- */

/*
 * Read from a file of the dump through the reader's windows: for small reads near each other
 * (tables, descriptors). As file_read() otherwise.
 */
NODISCARD struct vmw_error *reader_file_read(struct reader *reader, const struct file *file,
					     uint64_t offset, void *buffer, size_t size,
					     size_t *ret_got);

/* A slot of the page cache: the decoded file block @key, or why there is none. */
struct page_slot {
	uint64_t key;
	bool valid;
	enum reason reason;   /* REASON_NONE: bytes are set */
	unsigned char *bytes; /* of the image's block_size; the reader's */
};

/* The slot of block @key: one that holds it (->valid), else one to fill, the least recently used.
 * NULL without memory. */
struct page_slot *reader_page_slot(struct reader *reader, uint64_t key);

/* The slot that holds block @key, or NULL: for who would not fill one. */
struct page_slot *reader_page_find(struct reader *reader, uint64_t key);

/*
 * A buffer of the image's block_size outside the cache, good until the next call: a long read
 * decodes here what it will not need again, and so leaves the cache as it is. NULL without memory.
 */
unsigned char *reader_block_buffer(struct reader *reader);

/* @size bytes of scratch, good until the next call; NULL without memory. */
unsigned char *reader_scratch(struct reader *reader, size_t size);

struct codec_context *reader_codecs(struct reader *reader);
