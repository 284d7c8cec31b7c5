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

size_t compare_tables(const struct compared *record, const struct table *radix, bool radix_complete,
		      struct problems *problems)
{
	struct side left = { .table = record->table }, right = { .table = radix };
	const char *code = record->code, *name = record->name;
	size_t differences = 0;

	/* Each turn moves on to where a row of either table begins or ends. */
	for (uint64_t at = 0, next; at != UINT64_MAX; at = next) {
		next = UINT64_MAX;
		const struct vmw_mapping *in_record = side_at(&left, at, &next);
		const struct vmw_mapping *in_radix = side_at(&right, at, &next);
		if (!in_record && !in_radix)
			continue;

		uint64_t record_phys = in_record ? in_record->phys.value +
							   (at - in_record->virt.value)
						 : 0;
		uint64_t radix_phys = in_radix ? in_radix->phys.value + (at - in_radix->virt.value)
					       : 0;
		struct vmw_where where = { .space = VMW_SPACE_VIRT, .address = at };
		if (in_record && in_radix && record_phys != radix_phys) {
			if (differences++ < DIFFERENCES_TOLD)
				problem_add(problems, code, VMW_PARTIAL, where, NULL,
					    "0x%" PRIx64 " bytes at 0x%" PRIx64
					    " are at phys 0x%" PRIx64
					    " by the page tables, at 0x%" PRIx64 " by %s",
					    next - at, at, radix_phys, record_phys, name);
		} else if (!in_radix && radix_complete) {
			if (differences++ < DIFFERENCES_TOLD)
				problem_add(problems, code, VMW_PARTIAL, where, NULL,
					    "0x%" PRIx64 " bytes at 0x%" PRIx64
					    " are at phys 0x%" PRIx64
					    " by %s, but not in the page tables",
					    next - at, at, record_phys, name);
		} else if (!in_record && record->complete) {
			if (differences++ < DIFFERENCES_TOLD)
				problem_add(problems, code, VMW_PARTIAL, where, NULL,
					    "0x%" PRIx64 " bytes at 0x%" PRIx64
					    " are at phys 0x%" PRIx64
					    " by the page tables, but not in %s",
					    next - at, at, radix_phys, name);
		}
	}
	if (differences > DIFFERENCES_TOLD)
		problem_add(problems, code, VMW_PARTIAL,
			    (struct vmw_where){ .space = VMW_SPACE_NONE }, NULL,
			    "%zu more ranges differ between %s and the page tables",
			    differences - DIFFERENCES_TOLD, name);
	return differences;
}
