/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/merge.h"

#include "util/checked.h"

/* Whether @next goes on where @mapping ends; one that ends at 2^64 has nothing behind it. */
static bool runs_on(const struct vmw_mapping *mapping, const struct vmw_mapping *next)
{
	uint64_t virt_end, phys_end;

	return checked_add(mapping->virt.value, mapping->size, &virt_end) &&
	       checked_add(mapping->phys.value, mapping->size, &phys_end) &&
	       next->virt.value == virt_end && next->phys.value == phys_end &&
	       next->source == mapping->source;
}

bool merge_next(const struct vmw_mapping *mappings, size_t count, size_t *position,
		struct merged_mapping *ret)
{
	if (*position >= count)
		return false;
	*ret = (struct merged_mapping){ .mapping = mappings[(*position)++], .blocks = 1 };
	while (*position < count && runs_on(&ret->mapping, &mappings[*position])) {
		ret->mapping.size += mappings[(*position)++].size;
		ret->blocks++;
	}
	return true;
}
