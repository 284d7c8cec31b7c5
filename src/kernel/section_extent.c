/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/section.h"
#include "kernel/section_word.h"
#include "util/addr.h"
#include "util/checked.h"

/*
 * Roots without a trace of a section that are passed over: those of memory that was added later and
 * is gone. 128 TiB of it with 64K pages, 8 TiB with 4K; more is no kernel's, and would take long.
 */
enum { BLANK_ROOTS_MAX = 4096 };

/* A look for the last of some units of memory that is not all zeros. */
struct last {
	bool found;
	bool missing;   /* some that may be behind it are not in the dump */
	uint64_t index; /* where found */
	uint64_t word;  /* its first that is not 0 */
};

/* The first word of a unit that is not 0; 0 when there is none. */
static uint64_t first_word(const unsigned char *unit, size_t size, enum order order)
{
	for (size_t i = 0; i < size; i += 8) {
		uint64_t word = load_u64(unit + i, order);

		if (word)
			return word;
	}
	return 0;
}

/* Look through units @first to @first + @count, which fit into a chunk. */
static struct vmw_error *find_in_chunk(const struct kernel *kernel, struct reader *reader,
				       vmw_virt array, size_t unit, uint64_t first, uint64_t count,
				       struct last *ret)
{
	unsigned char chunk[SECTION_CHUNK];
	uint64_t found_at = first;

	ret->found = false;
	for (uint64_t at = first; at < first + count;) {
		struct run run;
		vmw_phys phys;

		TRY(section_read_run(reader, virt_at(array.value + at * unit), chunk,
				     (first + count - at) * unit, unit, &run, &phys));
		if (run.data != VMW_PRESENT) {
			ret->missing = true;
			at += div_round_up(run.size, unit);
			continue;
		}
		for (uint64_t i = 0; i < run.size / unit; i++) {
			uint64_t word = first_word(chunk + i * unit, unit, kernel->order);

			if (!word)
				continue;
			ret->found = true;
			ret->word = word;
			found_at = at + i;
		}
		at += run.size / unit;
	}
	ret->index = found_at;
	return NULL;
}

/* Look for the last of @count units of @unit bytes, a multiple of 8, at @array. */
static struct vmw_error *find_last(const struct kernel *kernel, struct reader *reader,
				   vmw_virt array, size_t unit, uint64_t count, struct last *ret)
{
	uint64_t in_chunk = SECTION_CHUNK / unit;

	*ret = (struct last){ .found = false };
	while (count > 0 && !ret->found) {
		uint64_t n = min_u64(count, in_chunk);

		TRY(find_in_chunk(kernel, reader, array, unit, count - n, n, ret));
		count -= n;
	}
	return NULL;
}

struct vmw_error *sections_extent(const struct kernel *kernel, struct reader *reader,
				  struct sections_extent *ret)
{
	const struct sections *s = kernel->sections;
	uint64_t roots = s->count / s->per_root;
	unsigned int blank = 0;
	bool room_known = true;

	*ret = (struct sections_extent){ .used = 0 };
	if (s->form == SECTIONS_STATIC) {
		struct last section;

		TRY(find_last(kernel, reader, s->array, s->section_size, s->count, &section));
		if (section.found)
			ret->used = (section.index + 1) << s->frames_shift;
		return NULL;
	}
	for (; roots > 0 && blank < BLANK_ROOTS_MAX; blank++) {
		struct last root, section;

		TRY(find_last(kernel, reader, s->array, 8, roots, &root));
		if (!root.found)
			return NULL;
		room_known = room_known && !root.missing;
		if (room_known && !ret->room)
			ret->room = ((root.index + 1) * s->per_root) << s->frames_shift;
		roots = root.index;
		if (!section_is_word_place(kernel, root.word, s->per_root * s->section_size))
			continue;
		TRY(find_last(kernel, reader, virt_at(root.word), s->section_size, s->per_root,
			      &section));
		if (!section.found)
			continue;
		ret->used = (root.index * s->per_root + section.index + 1) << s->frames_shift;
		return NULL;
	}
	return NULL;
}
