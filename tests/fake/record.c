/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a kernel with the patches of producer/ keeps beside what others do: vmemmap_blocks.
 *
 * Source: producer/, struct vmemmap_block { list, virt, phys, size }.
 */
#include <string.h>

#include "fake/builder.h"

enum { ENTRY_SIZE = 32 };

/* What the page tables map, newest first, merged as the kernel does it; the caller frees it. */
static struct fake_block *merged(const struct builder *b, size_t *ret_count)
{
	const struct fake_kernel *k = b->kernel;
	struct fake_block *list = fake_alloc(k->block_count, sizeof(*list));
	size_t count = 0;

	for (size_t i = 0; i < k->block_count; i++) {
		const struct vmw_mapping *block = &k->blocks[i];
		struct fake_block *last = count ? &list[count - 1] : NULL;

		if (last && last->virt + last->size == block->virt.value &&
		    last->phys + last->size == block->phys.value)
			last->size += block->size;
		else
			list[count++] = (struct fake_block){ .virt = block->virt.value,
							     .phys = block->phys.value,
							     .size = block->size };
	}
	for (size_t i = 0; i < count / 2; i++) {
		struct fake_block swap = list[i];

		list[i] = list[count - 1 - i];
		list[count - 1 - i] = swap;
	}
	*ret_count = count;
	return list;
}

static uint64_t memory_end(const struct builder *b)
{
	uint64_t end = 0;

	for (size_t i = 0; i < b->spec.range_count; i++) {
		const struct fake_memory_range *range = &b->spec.ranges[i];

		if (range->start + range->size > end)
			end = range->start + range->size;
	}
	return end ? end : ram_size(b->ram);
}

void record_put(struct builder *b)
{
	struct fake_kernel *k = b->kernel;
	_cleanup_(freep) struct fake_block *own = NULL;
	const struct fake_block *list = b->spec.record;
	size_t count = b->spec.record_count;

	if (b->spec.exports) {
		k->max_pfn = builder_alloc(b, 8, 8);
		ram_put_u64(b->ram, k->max_pfn, memory_end(b) / b->spec.page_size);
	}
	if (!b->spec.keeps_blocks)
		return;
	if (!list && b->spec.mmu == FAKE_RADIX)
		list = own = merged(b, &count);
	k->record_head = builder_alloc(b, 8, 8);
	k->record = fake_alloc(count, sizeof(*k->record));
	k->record_count = count;
	for (size_t i = count; i-- > 0;)
		k->record[i] = list[i].address ? list[i].address
					       : builder_alloc(b, ENTRY_SIZE, ENTRY_SIZE);
	for (size_t i = 0; i < count; i++) {
		uint64_t next = i + 1 < count ? FAKE_LINEAR | k->record[i + 1] : 0;

		ram_put_u64(b->ram, k->record[i], list[i].has_next ? list[i].next : next);
		ram_put_u64(b->ram, k->record[i] + 8, list[i].virt);
		ram_put_u64(b->ram, k->record[i] + 16, list[i].phys);
		ram_put_u64(b->ram, k->record[i] + 24, list[i].size);
	}
	ram_put_u64(b->ram, k->record_head, count ? FAKE_LINEAR | k->record[0] : 0);
}
