/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmemmap/compare.h"

#include <inttypes.h>

#include "util/checked.h"

/* Differences that are told one by one. */
enum { DIFFERENCES_TOLD = 8 };

/* A walk along a table. */
struct side {
	const struct table *table;
	size_t index;
};

/* The row that holds @at, or NULL; *@next is lowered to where that changes. */
static const struct vmw_mapping *side_at(struct side *side, uint64_t at, uint64_t *next)
{
	const struct table *table = side->table;

	while (side->index < table->count &&
	       table->rows[side->index].virt.value + table->rows[side->index].size <= at)
		side->index++;
	if (side->index == table->count)
		return NULL;
	const struct vmw_mapping *row = &table->rows[side->index];
	if (row->virt.value > at) {
		*next = min_u64(*next, row->virt.value);
		return NULL;
	}
	*next = min_u64(*next, row->virt.value + row->size);
	return row;
}

size_t compare_tables(const struct table *list, bool list_complete, const struct table *radix,
		      bool radix_complete, struct problems *problems)
{
	struct side left = { .table = list }, right = { .table = radix };
	size_t differences = 0;

	/* Each turn moves on to where a row of either table begins or ends. */
	for (uint64_t at = 0, next; at != UINT64_MAX; at = next) {
		next = UINT64_MAX;
		const struct vmw_mapping *in_list = side_at(&left, at, &next);
		const struct vmw_mapping *in_radix = side_at(&right, at, &next);
		if (!in_list && !in_radix)
			continue;

		uint64_t list_phys = in_list ? in_list->phys.value + (at - in_list->virt.value) : 0;
		uint64_t radix_phys = in_radix ? in_radix->phys.value + (at - in_radix->virt.value)
					       : 0;
		struct vmw_where where = { .space = VMW_SPACE_VIRT, .address = at };
		if (in_list && in_radix && list_phys != radix_phys) {
			if (differences++ < DIFFERENCES_TOLD)
				problem_add(problems, "list-radix-differ", VMW_PARTIAL, where, NULL,
					    "0x%" PRIx64 " bytes at 0x%" PRIx64
					    " are at phys 0x%" PRIx64
					    " by the page tables, at 0x%" PRIx64 " by vmemmap_list",
					    next - at, at, radix_phys, list_phys);
		} else if (!in_radix && radix_complete) {
			if (differences++ < DIFFERENCES_TOLD)
				problem_add(problems, "list-radix-differ", VMW_PARTIAL, where, NULL,
					    "0x%" PRIx64 " bytes at 0x%" PRIx64
					    " are at phys 0x%" PRIx64
					    " by vmemmap_list, but not in the page tables",
					    next - at, at, list_phys);
		} else if (!in_list && list_complete) {
			if (differences++ < DIFFERENCES_TOLD)
				problem_add(problems, "list-radix-differ", VMW_PARTIAL, where, NULL,
					    "0x%" PRIx64 " bytes at 0x%" PRIx64
					    " are at phys 0x%" PRIx64
					    " by the page tables, but not in vmemmap_list",
					    next - at, at, radix_phys);
		}
	}
	if (differences > DIFFERENCES_TOLD)
		problem_add(problems, "list-radix-differ", VMW_PARTIAL,
			    (struct vmw_where){ .space = VMW_SPACE_NONE }, NULL,
			    "%zu more ranges differ between vmemmap_list and the page tables",
			    differences - DIFFERENCES_TOLD);
	return differences;
}
