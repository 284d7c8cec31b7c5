/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dump/reader.h"

#include <inttypes.h>
#include <string.h>

#include "util/addr.h"
#include "util/checked.h"

enum {
	/* Lists, tables and descriptors are read a few bytes at a time, in several places at once.
	 * 16 KiB holds 682 page descriptors, and costs little where only one of them is wanted. */
	WINDOW_COUNT = 16,
	WINDOW_SIZE = 16384,

	/* Decoded blocks: 64 of 64 KiB, 1024 of 4 KiB. A block has 8 places it may be in, so that a
	 * look-up stays short. */
	PAGE_CACHE_SIZE = 4 << 20,
	PAGE_WAYS = 8,
	PAGE_SETS_MIN = 8,
};

struct window {
	const struct file *file; /* NULL: nothing read yet */
	uint64_t start;
	size_t size; /* bytes there are; fewer than WINDOW_SIZE where the file ends */
	uint64_t used;
	unsigned char *bytes;
};

struct cached_page {
	struct page_slot slot;
	uint64_t used;
};

struct reader {
	const struct dump *dump;
	const struct image *image;
	struct codec_context *codecs;
	uint64_t clock; /* counts uses, for the least recently used */
	struct window windows[WINDOW_COUNT];
	struct cached_page *pages; /* sets of PAGE_WAYS */
	uint64_t set_count;
	unsigned char *block;
	unsigned char *scratch;
	size_t scratch_size;
};

struct vmw_error *reader_new(const struct dump *dump, struct reader **ret)
{
	_cleanup_(reader_freep) struct reader *reader = calloc(1, sizeof(*reader));

	if (!reader)
		return error_no_memory();
	reader->dump = dump;
	reader->image = dump_image(dump);
	TRY(codec_context_new(&reader->codecs));

	/* Only kdump has blocks to cache; bytes are allocated on first use. */
	if (reader->image->block_size > 0) {
		reader->set_count = max_u64(PAGE_CACHE_SIZE / reader->image->block_size / PAGE_WAYS,
					    PAGE_SETS_MIN);
		reader->pages = calloc((size_t)reader->set_count * PAGE_WAYS,
				       sizeof(*reader->pages));
		if (!reader->pages)
			return error_no_memory();
	}
	*ret = TAKE(reader);
	return NULL;
}

void reader_free(struct reader *reader)
{
	if (!reader)
		return;
	for (size_t i = 0; i < WINDOW_COUNT; i++)
		free(reader->windows[i].bytes);
	for (uint64_t i = 0; i < reader->set_count * PAGE_WAYS && reader->pages; i++)
		free(reader->pages[i].slot.bytes);
	free(reader->pages);
	free(reader->block);
	free(reader->scratch);
	codec_context_free(reader->codecs);
	free(reader);
}

const struct dump *reader_dump(const struct reader *reader)
{
	return reader->dump;
}

/* ---- memory ---- */

NODISCARD static struct vmw_error *check_range(vmw_phys phys, uint64_t size)
{
	uint64_t end;

	if (size == 0)
		return error_new(VMW_ERROR_MISUSE, where_phys(phys), "read: a size of 0");
	/* One that ends at 2^64 exactly is refused with the rest, so that every end is a number. */
	if (!checked_add(phys.value, size, &end))
		return error_new(VMW_ERROR_MISUSE, where_phys(phys),
				 "read: 0x%" PRIx64 " bytes from 0x%" PRIx64 " on reach 2^64", size,
				 phys.value);
	return NULL;
}

struct vmw_error *reader_read(struct reader *reader, vmw_phys phys, void *buffer, uint64_t size,
			      struct run *ret)
{
	TRY(check_range(phys, size));
	return reader->image->format->read(reader->image, reader, phys, buffer, size, ret);
}

struct vmw_error *reader_read_whole(struct reader *reader, vmw_phys phys, void *buffer,
				    uint64_t size, struct run *ret)
{
	unsigned char *bytes = buffer;
	uint64_t done = 0;

	TRY(check_range(phys, size));
	while (done < size) {
		struct run run;

		TRY(reader_read(reader, phys_at(phys.value + done), bytes + done, size - done,
				&run));
		if (run.data != VMW_PRESENT) {
			*ret = (struct run){ .size = done, .data = run.data, .reason = run.reason };
			return NULL;
		}
		done += run.size;
	}
	*ret = (struct run){ .size = size, .data = VMW_PRESENT, .reason = REASON_NONE };
	return NULL;
}

struct vmw_error *reader_next(struct reader *reader, vmw_phys from, struct phys_range *ret,
			      bool *ret_found)
{
	return reader->image->format->next(reader->image, reader, from, ret, ret_found);
}

/* ---- windows of the files ---- */

/* The window of @file that starts at @start, read if need be. */
NODISCARD static struct vmw_error *window_get(struct reader *reader, const struct file *file,
					      uint64_t start, const struct window **ret)
{
	struct window *oldest = &reader->windows[0];

	for (size_t i = 0; i < WINDOW_COUNT; i++) {
		struct window *window = &reader->windows[i];

		if (window->file == file && window->start == start) {
			window->used = ++reader->clock;
			*ret = window;
			return NULL;
		}
		if (window->used < oldest->used)
			oldest = window;
	}

	if (!oldest->bytes) {
		oldest->bytes = malloc(WINDOW_SIZE);
		if (!oldest->bytes)
			return error_no_memory();
	}
	/* Not to be found again if the read fails. */
	oldest->file = NULL;
	oldest->used = 0;
	TRY(file_read(file, start, oldest->bytes, WINDOW_SIZE, &oldest->size));
	oldest->file = file;
	oldest->start = start;
	oldest->used = ++reader->clock;
	*ret = oldest;
	return NULL;
}

struct vmw_error *reader_file_read(struct reader *reader, const struct file *file, uint64_t offset,
				   void *buffer, size_t size, size_t *ret_got)
{
	unsigned char *bytes = buffer;
	size_t done = 0;

	/* What would fill a window of its own is better read at once. */
	if (size >= WINDOW_SIZE)
		return file_read(file, offset, buffer, size, ret_got);

	while (done < size) {
		const struct window *window = NULL;
		uint64_t position;

		if (!checked_add(offset, done, &position) || position >= file_size(file))
			break;
		uint64_t start = align_down(position, WINDOW_SIZE);
		TRY(window_get(reader, file, start, &window));
		size_t skip = (size_t)(position - start);
		if (skip >= window->size) {
			/* A flattened file that was cut may lack a piece in the middle of a window,
			 * and have more behind it. */
			size_t got;

			TRY(file_read(file, position, bytes + done, size - done, &got));
			done += got;
			break;
		}
		size_t count = (size_t)min_u64(window->size - skip, size - done);
		memcpy(bytes + done, window->bytes + skip, count);
		done += count;
	}
	*ret_got = done;
	return NULL;
}

/* ---- decoded blocks ---- */

static struct cached_page *page_set(struct reader *reader, uint64_t key)
{
	/* Neighbours go to different sets; what is read again and again is often 2^n blocks apart,
	 * so higher bits are mixed in. */
	uint64_t hash = key ^ key >> 7 ^ key >> 17;

	return &reader->pages[hash % reader->set_count * PAGE_WAYS];
}

struct page_slot *reader_page_find(struct reader *reader, uint64_t key)
{
	if (!reader->pages)
		return NULL;
	struct cached_page *set = page_set(reader, key);
	for (size_t i = 0; i < PAGE_WAYS; i++) {
		if (set[i].slot.valid && set[i].slot.key == key) {
			set[i].used = ++reader->clock;
			return &set[i].slot;
		}
	}
	return NULL;
}

struct page_slot *reader_page_slot(struct reader *reader, uint64_t key)
{
	struct page_slot *found = reader_page_find(reader, key);

	if (found || !reader->pages)
		return found;

	struct cached_page *set = page_set(reader, key);
	struct cached_page *oldest = &set[0];
	for (size_t i = 1; i < PAGE_WAYS; i++) {
		if (set[i].used < oldest->used)
			oldest = &set[i];
	}
	oldest->slot.valid = false;
	oldest->slot.key = key;
	if (!oldest->slot.bytes) {
		oldest->slot.bytes = malloc(reader->image->block_size);
		if (!oldest->slot.bytes)
			return NULL;
	}
	oldest->used = ++reader->clock;
	return &oldest->slot;
}

unsigned char *reader_block_buffer(struct reader *reader)
{
	if (!reader->block)
		reader->block = malloc(reader->image->block_size);
	return reader->block;
}

unsigned char *reader_scratch(struct reader *reader, size_t size)
{
	if (size > reader->scratch_size || !reader->scratch) {
		/* Its contents are of no use any more, so nothing is copied. */
		free(reader->scratch);
		reader->scratch = malloc(max_u64(size, 1));
		reader->scratch_size = reader->scratch ? size : 0;
	}
	return reader->scratch;
}

struct codec_context *reader_codecs(struct reader *reader)
{
	return reader->codecs;
}
