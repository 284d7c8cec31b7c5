/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmemmap/coverage.h"

#include <inttypes.h>

#include "kernel/section.h"
#include "util/addr.h"
#include "util/checked.h"
#include "vmemmap/bound.h"

/* Gaps that are told one by one. */
enum { GAPS_TOLD = 8 };

struct coverage {
	const struct table *table;
	struct problems *problems;
	size_t row; /* rows before it end at or before what was checked */
	size_t gaps;
	uint64_t gap_start, gap_end; /* the gap that may still go on; empty: none */
};

static void tell_gap(struct coverage *c)
{
	if (c->gap_end > c->gap_start && c->gaps++ < GAPS_TOLD)
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

/* Find what of [@start, @end) no row holds; ranges come in ascending order. */
static void check_range(struct coverage *c, uint64_t start, uint64_t end)
{
	while (start < end) {
		while (c->row < c->table->count &&
		       c->table->rows[c->row].virt.value + c->table->rows[c->row].size <= start)
			c->row++;
		const struct vmw_mapping *row = c->row < c->table->count ? &c->table->rows[c->row]
									 : NULL;
		if (row && row->virt.value <= start) {
			start = row->virt.value + row->size;
			continue;
		}
		uint64_t mapped = row ? min_u64(row->virt.value, end) : end;
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
		if (run.state == FRAME_VALID)
			check_range(&c, base + pfn * size, base + (pfn + run.count) * size);
		pfn += run.count;
	}
	tell_gap(&c);
	if (c.gaps > GAPS_TOLD)
		problem_add(problems, "memmap-unmapped", VMW_PARTIAL, where_none(), NULL,
			    "%zu more ranges of struct pages are mapped by nothing",
			    c.gaps - GAPS_TOLD);
	*ret_gaps = c.gaps;
	return NULL;
}
