/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmemmap/coverage.h"

#include <inttypes.h>

#include "kernel/section.h"
#include "util/addr.h"
#include "util/checked.h"
#include "vmemmap/bound.h"

/* Gaps, and rows that nothing needs, that are told one by one. */
enum { TOLD_MAX = 8 };

struct coverage {
	const struct table *table;
	struct problems *problems;
	size_t row;  /* rows before it end at or before what was checked */
	bool needed; /* a frame's struct page is in that row */
	size_t gaps;
	uint64_t gap_start, gap_end; /* the gap that may still go on; empty: none */
	size_t idle;
	uint64_t idle_start, idle_end; /* the same of rows that nothing needs */
};

static void tell_gap(struct coverage *c)
{
	if (c->gap_end > c->gap_start && c->gaps++ < TOLD_MAX)
		problem_add(c->problems, "memmap-unmapped", VMW_PARTIAL,
			    where_virt(virt_at(c->gap_start)), NULL,
			    "mem_section has struct pages at 0x%" PRIx64 " to 0x%" PRIx64
			    ", but nothing maps them: the record of the mappings is cut",
			    c->gap_start, c->gap_end - 1);
	c->gap_start = c->gap_end = 0;
}

static void add_gap(struct coverage *c, uint64_t start, uint64_t end)
{
	if (c->gap_end != start) {
		tell_gap(c);
		c->gap_start = start;
	}
	c->gap_end = end;
}

static void tell_idle(struct coverage *c)
{
	if (c->idle_end > c->idle_start && c->idle++ < TOLD_MAX)
		problem_add(c->problems, "mapping-idle", VMW_WARNING,
			    where_virt(virt_at(c->idle_start)), NULL,
			    "0x%" PRIx64 " to 0x%" PRIx64
			    " are mapped, but by mem_section no frame has its struct page there: "
			    "left behind by memory that was removed, or mem_section is incomplete",
			    c->idle_start, c->idle_end - 1);
	c->idle_start = c->idle_end = 0;
}

/* Go on to the next row. */
static void leave_row(struct coverage *c)
{
	const struct vmw_mapping *row = &c->table->rows[c->row++];

	if (!c->needed && c->idle_end != row->virt.value) {
		tell_idle(c);
		c->idle_start = row->virt.value;
	}
	if (!c->needed)
		c->idle_end = row->virt.value + row->size;
	c->needed = false;
}

/*
 * Struct pages are at [@start, @end), or, if not @certain, may be: find what of that no row holds.
 * Ranges come in ascending order.
 */
static void check_range(struct coverage *c, uint64_t start, uint64_t end, bool certain)
{
	while (start < end) {
		while (c->row < c->table->count &&
		       c->table->rows[c->row].virt.value + c->table->rows[c->row].size <= start)
			leave_row(c);
		const struct vmw_mapping *row = c->row < c->table->count ? &c->table->rows[c->row]
									 : NULL;
		if (row && row->virt.value <= start) {
			c->needed = true;
			start = row->virt.value + row->size;
			continue;
		}
		uint64_t mapped = row ? min_u64(row->virt.value, end) : end;
		if (certain)
			add_gap(c, start, mapped);
		start = mapped;
	}
}

struct vmw_error *coverage_check(const struct kernel *kernel, struct reader *reader, uint64_t base,
				 const struct table *table, struct problems *problems,
				 size_t *ret_gaps)
{
	struct coverage c = { .table = table, .problems = problems };
	uint64_t size = kernel->page_struct_size.value, pfn = 0;

	*ret_gaps = 0;
	if (!kernel->sections || !kernel->page_struct_size.is_known)
		return NULL;
	uint64_t frames = min_u64(vmemmap_span(kernel), UINT64_MAX - base) / size;
	while (pfn < frames) {
		struct frame_run run;

		TRY(sections_find(kernel, reader, pfn_at(pfn), frames - pfn, &run));
		if (run.state != FRAME_NONE)
			check_range(&c, base + pfn * size, base + (pfn + run.count) * size,
				    run.state == FRAME_VALID);
		pfn += run.count;
	}
	while (c.row < table->count)
		leave_row(&c);
	tell_gap(&c);
	tell_idle(&c);
	if (c.gaps > TOLD_MAX)
		problem_add(problems, "memmap-unmapped", VMW_PARTIAL, where_none(), NULL,
			    "%zu more ranges of struct pages are mapped by nothing",
			    c.gaps - TOLD_MAX);
	if (c.idle > TOLD_MAX)
		problem_add(problems, "mapping-idle", VMW_WARNING, where_none(), NULL,
			    "%zu more ranges are mapped where no frame has its struct page",
			    c.idle - TOLD_MAX);
	*ret_gaps = c.gaps;
	return NULL;
}
