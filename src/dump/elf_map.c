/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dump/elf_map.h"

#include <stdbool.h>
#include <stdlib.h>

#include "util/array.h"
#include "util/checked.h"

/* No claim: the ends of a list. */
#define NONE SIZE_MAX

struct link {
	size_t before, after;
};

/* Where a sweep over the claims in ascending order is. */
struct sweep {
	const struct elf_claim *claims;
	size_t count;
	size_t *by_end;     /* the claims, sorted by their end */
	struct link *links; /* of each claim of ELF_BYTES that is open */
	size_t newest;      /* the head of the list of these */
	size_t open[3];     /* claims of each kind that are open */
	size_t next_start;  /* claims from here on are not open yet */
	size_t next_by_end; /* by_end from here on are not closed yet */
};

static uint64_t claim_end(const struct elf_claim *claim)
{
	return claim->phys + claim->size;
}

static int compare_starts(const void *left, const void *right)
{
	const struct elf_claim *a = left, *b = right;

	return a->phys < b->phys ? -1 : a->phys > b->phys;
}

static int compare_ends(const void *left, const void *right, void *arg)
{
	const struct elf_claim *claims = arg;
	uint64_t a = claim_end(&claims[*(const size_t *)left]);
	uint64_t b = claim_end(&claims[*(const size_t *)right]);

	return a < b ? -1 : a > b;
}

static void open_claim(struct sweep *s, size_t index)
{
	enum elf_kind kind = s->claims[index].kind;

	s->open[kind]++;
	if (kind != ELF_BYTES)
		return;
	s->links[index] = (struct link){ .before = NONE, .after = s->newest };
	if (s->newest != NONE)
		s->links[s->newest].before = index;
	s->newest = index;
}

static void close_claim(struct sweep *s, size_t index)
{
	enum elf_kind kind = s->claims[index].kind;
	struct link link = s->links[index];

	s->open[kind]--;
	if (kind != ELF_BYTES)
		return;
	if (link.after != NONE)
		s->links[link.after].before = link.before;
	if (link.before != NONE)
		s->links[link.before].after = link.after;
	else
		s->newest = link.after;
}

/* The shifts of the open claims of bytes to @ret, each once; their number. */
static size_t collect_shifts(const struct sweep *s, uint64_t ret[ELF_SOURCES_MAX])
{
	size_t count = 0;

	for (size_t i = s->newest; i != NONE; i = s->links[i].after) {
		uint64_t shift = s->claims[i].shift;
		bool known = false;
		for (size_t k = 0; k < count; k++)
			known = known || ret[k] == shift;
		if (!known)
			ret[count++] = shift;
	}
	return count;
}

/* What is true of [@start, @end), where no claim begins or ends: a piece, or false for nothing. */
static bool describe(const struct sweep *s, uint64_t start, uint64_t end, struct elf_piece *ret,
		     uint64_t shifts[ELF_SOURCES_MAX])
{
	*ret = (struct elf_piece){ .phys = start, .size = end - start };
	if (s->open[ELF_BYTES] > ELF_SOURCES_MAX) {
		ret->kind = ELF_CROWDED;
	} else if (s->open[ELF_BYTES] > 0) {
		ret->kind = ELF_BYTES;
		ret->rival_count = (uint32_t)collect_shifts(s, shifts) - 1;
		ret->shift = shifts[0];
	} else if (s->open[ELF_CUT] > 0) {
		ret->kind = ELF_CUT;
	} else if (s->open[ELF_FILTERED] > 0) {
		ret->kind = ELF_FILTERED;
	} else {
		return false;
	}
	return true;
}

NODISCARD static bool add_piece(struct elf_map *map, struct elf_piece piece,
				const uint64_t shifts[ELF_SOURCES_MAX])
{
	struct elf_piece *last = map->count > 0 ? &map->pieces[map->count - 1] : NULL;

	/* Segments that go on in memory and in the file, or are of one kind, are one run. */
	if (last && last->phys + last->size == piece.phys && last->kind == piece.kind &&
	    last->shift == piece.shift && last->rival_count == 0 && piece.rival_count == 0) {
		last->size += piece.size;
		return true;
	}
	piece.first_rival = map->rival_count;
	for (size_t i = 1; i <= piece.rival_count; i++) {
		if (!ARRAY_PUSH(map->rivals, map->rival_count, map->rival_capacity, shifts[i]))
			return false;
	}
	return ARRAY_PUSH(map->pieces, map->count, map->capacity, piece);
}

/* The next address at which a claim begins or ends; some claim is not closed yet. */
static uint64_t next_edge(const struct sweep *s)
{
	uint64_t end = claim_end(&s->claims[s->by_end[s->next_by_end]]);

	return s->next_start < s->count ? min_u64(end, s->claims[s->next_start].phys) : end;
}

NODISCARD static bool run_sweep(struct sweep *s, struct elf_map *map)
{
	while (s->next_by_end < s->count) {
		uint64_t at = next_edge(s);
		struct elf_piece piece;
		uint64_t shifts[ELF_SOURCES_MAX];

		while (s->next_by_end < s->count &&
		       claim_end(&s->claims[s->by_end[s->next_by_end]]) == at)
			close_claim(s, s->by_end[s->next_by_end++]);
		while (s->next_start < s->count && s->claims[s->next_start].phys == at)
			open_claim(s, s->next_start++);
		if (s->next_by_end == s->count)
			return true;
		if (describe(s, at, next_edge(s), &piece, shifts) && !add_piece(map, piece, shifts))
			return false;
	}
	return true;
}

struct vmw_error *elf_map_init(struct elf_map *ret, struct elf_claim *claims, size_t count)
{
	if (count == 0)
		return NULL;

	_cleanup_(freep) size_t *by_end = calloc(count, sizeof(*by_end));
	_cleanup_(freep) struct link *links = calloc(count, sizeof(*links));
	if (!by_end || !links)
		return error_no_memory();
	qsort(claims, count, sizeof(*claims), compare_starts);
	for (size_t i = 0; i < count; i++)
		by_end[i] = i;
	qsort_r(by_end, count, sizeof(*by_end), compare_ends, claims);

	struct sweep sweep = {
		.claims = claims, .count = count, .by_end = by_end, .links = links, .newest = NONE
	};
	return run_sweep(&sweep, ret) ? NULL : error_no_memory();
}

void elf_map_deinit(struct elf_map *map)
{
	free(map->pieces);
	free(map->rivals);
}

size_t elf_map_find(const struct elf_map *map, uint64_t phys)
{
	size_t low = 0, high = map->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct elf_piece *piece = &map->pieces[middle];
		if (piece->phys + piece->size <= phys)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}
