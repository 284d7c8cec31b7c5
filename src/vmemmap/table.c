/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmemmap/table.h"

#include <inttypes.h>
#include <stdlib.h>

#include "util/addr.h"
#include "util/array.h"
#include "util/checked.h"

/* Overlaps that are told one by one; the rest is told as a number. */
enum { OVERLAPS_TOLD = 16 };

void table_deinit(struct table *table)
{
	free(table->rows);
	*table = (struct table){ 0 };
}

static uint64_t row_end(const struct vmw_mapping *row)
{
	return row->virt.value + row->size;
}

/* The same for all addresses of a row: rows that overlap agree if and only if theirs are equal. */
static uint64_t row_offset(const struct vmw_mapping *row)
{
	return row->phys.value - row->virt.value;
}

struct vmw_error *table_add(struct table *table, const struct vmw_mapping *row)
{
	uint64_t end;

	if (row->size == 0 || !checked_add(row->virt.value, row->size, &end) ||
	    !checked_add(row->phys.value, row->size, &end))
		return error_new(VMW_ERROR_MISUSE, where_virt(row->virt),
				 "mapping of 0x%" PRIx64 " bytes at 0x%" PRIx64 " to 0x%" PRIx64
				 " is empty or ends beyond 64 bits",
				 row->size, row->virt.value, row->phys.value);
	if (!ARRAY_PUSH(table->rows, table->count, table->capacity, *row))
		return error_no_memory();
	return NULL;
}

static bool is_sorted_apart(const struct vmw_mapping *rows, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		if (rows[i].virt.value < row_end(&rows[i - 1]))
			return false;
	}
	return true;
}

/* Where a row starts, and how many were added before it: its rank, the lowest wins. */
struct start {
	uint64_t virt;
	size_t rank;
};

static int start_compare(const void *a, const void *b)
{
	const struct start *left = a, *right = b;

	if (left->virt != right->virt)
		return left->virt < right->virt ? -1 : 1;
	return left->rank < right->rank ? -1 : left->rank > right->rank;
}

/* ---- the rows that cover the place where the sweep stands, the lowest rank on top ---- */

struct heap {
	size_t *ranks;
	size_t count; /* room for all rows: each is pushed once */
};

static void heap_push(struct heap *heap, size_t rank)
{
	size_t at = heap->count++;

	while (at > 0 && heap->ranks[(at - 1) / 2] > rank) {
		heap->ranks[at] = heap->ranks[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	heap->ranks[at] = rank;
}

static void heap_pop(struct heap *heap)
{
	size_t last = heap->ranks[--heap->count];
	size_t at = 0;

	for (;;) {
		size_t child = 2 * at + 1;
		if (child >= heap->count)
			break;
		if (child + 1 < heap->count && heap->ranks[child + 1] < heap->ranks[child])
			child++;
		if (heap->ranks[child] >= last)
			break;
		heap->ranks[at] = heap->ranks[child];
		at = child;
	}
	heap->ranks[at] = last;
}

/* ---- resolving overlaps ---- */

/* A part of a row that no earlier row covers. */
struct piece {
	uint64_t virt, end;
	size_t rank;
	/* The pieces from this one on are adjacent and go to adjacent memory up to here. */
	uint64_t agreed_end;
};

struct pieces {
	struct piece *list; /* sorted, apart */
	size_t count, capacity;
};

static bool pieces_add(struct pieces *pieces, uint64_t virt, uint64_t end, size_t rank)
{
	struct piece *last = pieces->count ? &pieces->list[pieces->count - 1] : NULL;
	struct piece piece = { .virt = virt, .end = end, .rank = rank };

	/* The sweep also stops where a row starts that does not win. */
	if (last && last->rank == rank && last->end == virt) {
		last->end = end;
		return true;
	}
	return ARRAY_PUSH(pieces->list, pieces->count, pieces->capacity, piece);
}

/*
 * Cut the rows into the pieces that win. Every step starts a row or ends one, so there are fewer
 * than twice as many steps as rows, also where all of them overlap.
 */
NODISCARD static struct vmw_error *sweep(const struct vmw_mapping *rows, const struct start *starts,
					 size_t count, struct pieces *ret)
{
	_cleanup_(freep) size_t *ranks = calloc(count, sizeof(*ranks));
	if (!ranks)
		return error_no_memory();
	struct heap heap = { .ranks = ranks };
	size_t next = 0;
	uint64_t at = 0;

	for (;;) {
		while (heap.count && row_end(&rows[heap.ranks[0]]) <= at)
			heap_pop(&heap);
		if (!heap.count) {
			if (next == count)
				return NULL;
			at = starts[next].virt;
		}
		for (; next < count && starts[next].virt <= at; next++)
			heap_push(&heap, starts[next].rank);

		size_t winner = heap.ranks[0];
		uint64_t stop = row_end(&rows[winner]);
		if (next < count && starts[next].virt < stop)
			stop = starts[next].virt;
		if (!pieces_add(ret, at, stop, winner))
			return error_no_memory();
		at = stop;
	}
}

/* The piece that holds @virt; there is one. */
static const struct piece *pieces_find(const struct pieces *pieces, uint64_t virt)
{
	size_t low = 0, high = pieces->count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;
		if (pieces->list[middle].virt <= virt)
			low = middle;
		else
			high = middle;
	}
	return &pieces->list[low];
}

/*
 * Whether some of @row's range went to a piece that maps it elsewhere: *@ret_piece, and where. All
 * of the range is covered, at worst by @row itself, so it agrees if and only if it lies within one
 * run of agreeing pieces.
 */
static bool row_conflicts(const struct vmw_mapping *rows, const struct vmw_mapping *row,
			  const struct pieces *pieces, const struct piece **ret_piece,
			  uint64_t *ret_virt)
{
	const struct piece *piece = pieces_find(pieces, row->virt.value);

	*ret_virt = row->virt.value;
	*ret_piece = piece;
	if (row_offset(&rows[piece->rank]) != row_offset(row))
		return true;
	if (piece->agreed_end >= row_end(row))
		return false;
	*ret_virt = piece->agreed_end;
	*ret_piece = pieces_find(pieces, piece->agreed_end);
	return true;
}

static void report_overlaps(const struct vmw_mapping *rows, size_t count,
			    const struct pieces *pieces, const uint64_t *won,
			    struct problems *problems, struct table_overlaps *ret)
{
	for (size_t rank = 0; rank < count; rank++) {
		const struct vmw_mapping *row = &rows[rank];
		const struct piece *piece;
		uint64_t virt;

		if (row_conflicts(rows, row, pieces, &piece, &virt)) {
			if (ret->conflicting++ < OVERLAPS_TOLD)
				problem_add(problems, "mapping-conflict", VMW_PARTIAL,
					    where_virt(virt_at(virt)), NULL,
					    "mapping of 0x%" PRIx64 " bytes at 0x%" PRIx64
					    " puts 0x%" PRIx64 " at 0x%" PRIx64
					    ", but an earlier one puts it at 0x%" PRIx64
					    ": the earlier is kept",
					    row->size, row->virt.value, virt,
					    virt + row_offset(row),
					    virt + row_offset(&rows[piece->rank]));
		} else if (won[rank] < row->size) {
			if (ret->agreeing++ < OVERLAPS_TOLD)
				problem_add(problems, "mapping-duplicate", VMW_WARNING,
					    where_virt(row->virt), NULL,
					    "mapping of 0x%" PRIx64 " bytes at 0x%" PRIx64
					    " to 0x%" PRIx64 " says again what an earlier one says",
					    row->size, row->virt.value, row->phys.value);
		}
	}
	if (ret->conflicting > OVERLAPS_TOLD)
		problem_add(problems, "mapping-conflict", VMW_PARTIAL, where_none(), NULL,
			    "%zu more mappings conflict with earlier ones",
			    ret->conflicting - OVERLAPS_TOLD);
	if (ret->agreeing > OVERLAPS_TOLD)
		problem_add(problems, "mapping-duplicate", VMW_WARNING, where_none(), NULL,
			    "%zu more mappings say again what earlier ones say",
			    ret->agreeing - OVERLAPS_TOLD);
}

NODISCARD static struct vmw_error *resolve(struct table *table, const struct start *starts,
					   struct problems *problems, struct table_overlaps *ret)
{
	const struct vmw_mapping *rows = table->rows;
	_cleanup_(freep) struct piece *list = NULL;
	struct pieces pieces = { 0 };

	struct vmw_error *error = sweep(rows, starts, table->count, &pieces);
	list = pieces.list;
	if (error)
		return error;

	_cleanup_(freep) uint64_t *won = calloc(table->count, sizeof(*won));
	_cleanup_(freep) struct vmw_mapping *resolved = calloc(pieces.count, sizeof(*resolved));
	if (!won || !resolved)
		return error_no_memory();
	for (size_t i = pieces.count; i-- > 0;) {
		struct piece *piece = &list[i];
		const struct vmw_mapping *row = &rows[piece->rank];

		piece->agreed_end = piece->end;
		if (i + 1 < pieces.count && list[i + 1].virt == piece->end &&
		    row_offset(&rows[list[i + 1].rank]) == row_offset(row))
			piece->agreed_end = list[i + 1].agreed_end;
		won[piece->rank] += piece->end - piece->virt;
		resolved[i] = (struct vmw_mapping){ .virt = virt_at(piece->virt),
						    .phys = phys_at(piece->virt + row_offset(row)),
						    .size = piece->end - piece->virt,
						    .source = row->source };
	}
	report_overlaps(rows, table->count, &pieces, won, problems, ret);

	free(table->rows);
	table->rows = TAKE(resolved);
	table->count = table->capacity = pieces.count;
	return NULL;
}

struct vmw_error *table_finish(struct table *table, struct problems *problems,
			       struct table_overlaps *ret)
{
	*ret = (struct table_overlaps){ 0 };
	if (is_sorted_apart(table->rows, table->count))
		return NULL;

	_cleanup_(freep) struct start *starts = calloc(table->count, sizeof(*starts));
	_cleanup_(freep) struct vmw_mapping *sorted = calloc(table->count, sizeof(*sorted));
	if (!starts || !sorted)
		return error_no_memory();
	for (size_t i = 0; i < table->count; i++)
		starts[i] = (struct start){ .virt = table->rows[i].virt.value, .rank = i };
	qsort(starts, table->count, sizeof(*starts), start_compare);
	for (size_t i = 0; i < table->count; i++)
		sorted[i] = table->rows[starts[i].rank];
	/* A healthy list ends here. */
	if (!is_sorted_apart(sorted, table->count))
		return resolve(table, starts, problems, ret);

	free(table->rows);
	table->rows = TAKE(sorted);
	table->capacity = table->count;
	return NULL;
}

static bool row_holds(const struct vmw_mapping *row, vmw_virt virt)
{
	return virt.value >= row->virt.value && virt.value - row->virt.value < row->size;
}

const struct vmw_mapping *table_find(const struct table *table, vmw_virt virt, size_t *hint)
{
	if (*hint < table->count && row_holds(&table->rows[*hint], virt))
		return &table->rows[*hint];

	/* Mostly the rows are of one size and without a gap: then this is the one. A search through
	 * a million of them waits for memory twenty times. */
	if (table->count > 0 && virt.value >= table->rows[0].virt.value) {
		uint64_t guess = (virt.value - table->rows[0].virt.value) / table->rows[0].size;
		if (guess < table->count && row_holds(&table->rows[guess], virt)) {
			*hint = (size_t)guess;
			return &table->rows[guess];
		}
	}

	/* The first row that starts behind @virt; the one before it may hold it. */
	size_t low = 0, high = table->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (table->rows[middle].virt.value <= virt.value)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0 || !row_holds(&table->rows[low - 1], virt))
		return NULL;
	*hint = low - 1;
	return &table->rows[low - 1];
}
