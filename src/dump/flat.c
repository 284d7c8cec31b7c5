/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dump/flat.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "util/array.h"
#include "util/checked.h"

/* makedumpfile.h: TYPE_FLAT_HEADER, VERSION_FLAT_HEADER. */
enum { FLAT_TYPE = 1, FLAT_VERSION = 1 };

enum { RECORD_HEADER_SIZE = 16 };

/* Bytes of one record: the rearranged file has them at @offset, the flattened one at @position. */
struct piece {
	uint64_t offset;
	uint64_t size;
	uint64_t position;
};

struct flat_index {
	struct piece *pieces; /* sorted by offset, not overlapping */
	size_t count, capacity;
	uint64_t end;
	bool whole; /* its end record was found */
};

static const char signature[FLAT_SIGNATURE_SIZE] = "makedumpfile";

bool flat_matches(struct span head)
{
	/* makedumpfile compares it as a string: what stands behind the NUL is free. */
	return head.size >= FLAT_SIGNATURE_SIZE &&
	       memcmp(head.data, signature, strlen(signature) + 1) == 0;
}

/* ---- the records, one after another ---- */

/*
 * What was last read of the file. It starts small, as headers of large records lie far apart, and
 * grows while one window holds several: a file of tiny records is not a system call for each.
 */
enum { WINDOW_MIN = 512, WINDOW_MAX = 65536 };

struct window {
	int fd;
	uint64_t start;
	size_t size;  /* valid bytes */
	size_t limit; /* bytes to read next time */
	unsigned int uses;
	unsigned char bytes[WINDOW_MAX];
};

/* @size bytes at @position, which are in the file; fewer are a file that shrank: NULL in @ret. */
NODISCARD static struct vmw_error *window_find(struct window *w, uint64_t position, size_t size,
					       const unsigned char **ret)
{
	if (position >= w->start && range_within(position - w->start, size, w->size)) {
		w->uses++;
		*ret = w->bytes + (position - w->start);
		return NULL;
	}

	w->limit = w->uses > 1 ? (size_t)min_u64(w->limit * 4, WINDOW_MAX) : WINDOW_MIN;
	w->start = position;
	w->size = 0;
	w->uses = 1;
	*ret = NULL;
	while (w->size < w->limit) {
		ssize_t part = pread(w->fd, w->bytes + w->size, w->limit - w->size,
				     (off_t)(position + w->size));
		if (part < 0 && errno == EINTR)
			continue;
		if (part < 0)
			return error_os(errno, where_file(position),
					"cannot read a record header at offset %" PRIu64, position);
		if (part == 0)
			break;
		w->size += (size_t)part;
	}
	if (w->size >= size)
		*ret = w->bytes;
	return NULL;
}

/* How the walk over the records ended. */
enum walk_end { WALK_WHOLE, WALK_CUT, WALK_BAD };

struct walk {
	struct window window;
	uint64_t file_size;
	uint64_t position; /* of the next record header; after the walk, of the last one seen */
	enum walk_end end;
	int64_t offset, size; /* the last record header */
};

/* One record; false at the end, and walk->end tells which. */
NODISCARD static struct vmw_error *walk_record(struct walk *walk, struct piece *ret, bool *ret_more)
{
	const unsigned char *bytes;

	*ret_more = false;
	walk->end = WALK_CUT;
	if (!range_within(walk->position, RECORD_HEADER_SIZE, walk->file_size))
		return NULL;
	TRY(window_find(&walk->window, walk->position, RECORD_HEADER_SIZE, &bytes));
	if (!bytes)
		return NULL;
	walk->offset = (int64_t)load_u64(bytes, ORDER_BIG);
	walk->size = (int64_t)load_u64(bytes + 8, ORDER_BIG);

	/* END_FLAG_FLAT_HEADER; makedumpfile and QEMU write it in both fields, the offset alone is
	 * plain enough. */
	if (walk->offset == -1) {
		walk->end = WALK_WHOLE;
		return NULL;
	}
	/* rearrange_dumpdata() stops at these too. */
	if (walk->offset < 0 || walk->size <= 0 || walk->offset > INT64_MAX - walk->size) {
		walk->end = WALK_BAD;
		return NULL;
	}

	uint64_t content = walk->position + RECORD_HEADER_SIZE;
	uint64_t left = walk->file_size - content;
	ret->offset = (uint64_t)walk->offset;
	ret->size = min_u64((uint64_t)walk->size, left);
	ret->position = content;
	*ret_more = ret->size > 0;
	if (*ret_more)
		walk->position = content + ret->size;
	return NULL;
}

/* ---- which record a byte comes from ---- */

static int compare_pieces(const void *left, const void *right)
{
	const struct piece *a = left, *b = right;

	return a->offset < b->offset ? -1 : a->offset > b->offset;
}

/* The pieces over the place where the sweep is, as a heap with the one written last on top. */
struct heap {
	struct piece *list;
	size_t count;
};

static void heap_swap(struct heap *heap, size_t a, size_t b)
{
	struct piece piece = heap->list[a];

	heap->list[a] = heap->list[b];
	heap->list[b] = piece;
}

static void heap_push(struct heap *heap, struct piece piece)
{
	size_t at = heap->count++;

	heap->list[at] = piece;
	while (at > 0 && heap->list[(at - 1) / 2].position < heap->list[at].position) {
		heap_swap(heap, at, (at - 1) / 2);
		at = (at - 1) / 2;
	}
}

static void heap_pop(struct heap *heap)
{
	size_t at = 0;

	heap->list[0] = heap->list[--heap->count];
	for (;;) {
		size_t top = at;
		for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < heap->count;
		     child++) {
			if (heap->list[child].position > heap->list[top].position)
				top = child;
		}
		if (top == at)
			return;
		heap_swap(heap, at, top);
		at = top;
	}
}

/* Add [@start, @end), which @from covers, to @index; it may go on where the last one ended. */
NODISCARD static bool add_part(struct flat_index *index, const struct piece *from, uint64_t start,
			       uint64_t end)
{
	struct piece part = { .offset = start,
			      .size = end - start,
			      .position = from->position + (start - from->offset) };

	if (index->count > 0) {
		struct piece *last = &index->pieces[index->count - 1];
		if (last->offset + last->size == part.offset &&
		    last->position + last->size == part.position) {
			last->size += part.size;
			return true;
		}
	}
	return ARRAY_PUSH(index->pieces, index->count, index->capacity, part);
}

/*
 * Make @count pieces, sorted by offset, into pieces that do not overlap: a later record overwrites
 * an earlier one, and later means further back in the file. Each step of the sweep takes a piece in
 * or puts one away, so it is O(n log n) however they overlap.
 */
NODISCARD static struct vmw_error *resolve(const struct piece *pieces, size_t count,
					   struct flat_index *index)
{
	_cleanup_(freep) struct piece *room = calloc(count, sizeof(*room));
	struct heap heap = { .list = room };
	uint64_t at = 0;
	size_t next = 0;

	if (!room)
		return error_no_memory();
	while (next < count || heap.count > 0) {
		if (heap.count == 0)
			at = pieces[next].offset;
		while (next < count && pieces[next].offset <= at)
			heap_push(&heap, pieces[next++]);

		const struct piece *top = &heap.list[0];
		uint64_t end = top->offset + top->size;
		if (end <= at) {
			heap_pop(&heap);
			continue;
		}
		uint64_t stop = next < count ? min_u64(end, pieces[next].offset) : end;
		if (!add_part(index, top, at, stop))
			return error_no_memory();
		at = stop;
	}
	return NULL;
}

NODISCARD static struct vmw_error *order_pieces(struct flat_index *index)
{
	bool sorted = true, overlap = false;

	for (size_t i = 1; i < index->count; i++)
		sorted = sorted && index->pieces[i - 1].offset <= index->pieces[i].offset;
	if (!sorted)
		qsort(index->pieces, index->count, sizeof(index->pieces[0]), compare_pieces);
	for (size_t i = 1; i < index->count; i++) {
		const struct piece *before = &index->pieces[i - 1];
		overlap = overlap || before->offset + before->size > index->pieces[i].offset;
	}
	if (!overlap)
		return NULL;

	_cleanup_(freep) struct piece *pieces = TAKE(index->pieces);
	size_t count = index->count;
	index->count = index->capacity = 0;
	return resolve(pieces, count, index);
}

/* ---- the whole ---- */

NODISCARD static struct vmw_error *check_header(struct walk *walk)
{
	struct span bytes = { NULL, 32 };

	TRY(window_find(&walk->window, 0, bytes.size, &bytes.data));
	if (!bytes.data)
		return NULL;
	struct cursor c = cursor_new(bytes, where_file(0), ORDER_BIG);
	cursor_skip(&c, FLAT_SIGNATURE_SIZE);
	uint64_t type = cursor_u64(&c);
	uint64_t version = cursor_u64(&c);
	if (type == FLAT_TYPE && version == FLAT_VERSION)
		return NULL;
	return error_new(VMW_ERROR_UNSUPPORTED, where_file(FLAT_SIGNATURE_SIZE),
			 "flattened file: type %" PRId64 ", version %" PRId64
			 ", only 1 and 1 are known",
			 (int64_t)type, (int64_t)version);
}

static void report_end(const struct walk *walk, size_t count, const char *path,
		       struct problems *problems)
{
	if (walk->end == WALK_CUT)
		problem_add(problems, "flat-cut", VMW_PARTIAL, where_file(walk->file_size), path,
			    "the flattened file ends at %" PRIu64
			    " bytes without its end record, after %zu records: the rest was never "
			    "received; copy it again",
			    walk->file_size, count);
	if (walk->end == WALK_BAD)
		problem_add(problems, "flat-bad", VMW_PARTIAL, where_file(walk->position), path,
			    "flattened file: record %zu at offset %" PRIu64 " says offset %" PRId64
			    ", size %" PRId64 ": it and all behind it is not used",
			    count + 1, walk->position, walk->offset, walk->size);
}

struct vmw_error *flat_index_read(int fd, uint64_t file_size, const char *path,
				  struct problems *problems, struct flat_index **ret)
{
	_cleanup_(flat_index_freep) struct flat_index *index = calloc(1, sizeof(*index));
	_cleanup_(freep) struct walk *walk = calloc(1, sizeof(*walk));
	struct piece piece;
	bool more;

	if (!index || !walk)
		return error_no_memory();
	walk->window.fd = fd;
	walk->file_size = min_u64(file_size, INT64_MAX);
	walk->position = FLAT_HEADER_SIZE;
	TRY(check_header(walk));
	for (;;) {
		TRY(walk_record(walk, &piece, &more));
		if (!more)
			break;
		if (!ARRAY_PUSH(index->pieces, index->count, index->capacity, piece))
			return error_no_memory();
	}
	report_end(walk, index->count, path, problems);
	index->whole = walk->end == WALK_WHOLE;

	TRY(order_pieces(index));
	if (index->count > 0) {
		const struct piece *last = &index->pieces[index->count - 1];
		index->end = last->offset + last->size;
	}
	*ret = TAKE(index);
	return NULL;
}

void flat_index_free(struct flat_index *index)
{
	if (!index)
		return;
	free(index->pieces);
	free(index);
}

uint64_t flat_index_end(const struct flat_index *index)
{
	return index->end;
}

struct flat_run flat_index_find(const struct flat_index *index, uint64_t offset)
{
	size_t low = 0, high = index->count;

	/* The first piece that ends behind @offset. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct piece *piece = &index->pieces[middle];
		if (piece->offset + piece->size <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	const struct piece *piece = &index->pieces[low];
	if (offset < piece->offset)
		return (struct flat_run){ .size = piece->offset - offset,
					  .kind = index->whole ? FLAT_HOLE : FLAT_MISSING };
	uint64_t into = offset - piece->offset;
	return (struct flat_run){ .size = piece->size - into,
				  .position = piece->position + into,
				  .kind = FLAT_WRITTEN };
}
