/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The memmap of a fake kernel: the blocks behind it, mem_section, the struct pages.
 *
 * Source: Linux include/linux/mmzone.h (struct mem_section, mem_section_usage, SECTION_*),
 * mm/sparse.c sparse_encode_mem_map().
 */
#include <inttypes.h>
#include <string.h>

#include "fake/builder.h"
#include "fake/kernel.h"

enum {
	SECTION_PRESENT = 0x01,
	SECTION_HAS_MEM_MAP = 0x02,
	SECTION_IS_ONLINE = 0x04,   /* since 4.13 */
	SECTION_IS_EARLY = 0x08,    /* since 5.3 */
	SECTION_ZONE_DEVICE = 0x10, /* SECTION_TAINT_ZONE_DEVICE, since 5.12 */
	USAGE_SIZE = 32,            /* sizeof(struct mem_section_usage), rounded up */
	SUBSECTION_MAP_BEHIND_RCU = 16,
};

static int compare_ranges(const void *a, const void *b)
{
	const struct fake_memory_range *left = a, *right = b;

	return (left->start > right->start) - (left->start < right->start);
}

/* The ranges that have struct pages, ascending; the caller frees them. */
static struct fake_memory_range *ranges_new(const struct builder *b, size_t *ret_count)
{
	size_t count = b->spec.ranges ? b->spec.range_count : 1;
	struct fake_memory_range *ranges = fake_alloc(count, sizeof(*ranges));

	if (b->spec.ranges) {
		memcpy(ranges, b->spec.ranges, count * sizeof(*ranges));
	} else {
		uint64_t sections = (ram_size(b->ram) + FAKE_SECTION_BYTES - 1) /
				    FAKE_SECTION_BYTES;

		ranges[0].size = sections * FAKE_SECTION_BYTES;
	}
	qsort(ranges, count, sizeof(*ranges), compare_ranges);
	for (size_t i = 0; i < count; i++) {
		if (ranges[i].start % FAKE_SECTION_BYTES || ranges[i].size % FAKE_SECTION_BYTES)
			fake_fail("memory of 0x%" PRIx64 " bytes at 0x%" PRIx64
				  " is not whole sections",
				  ranges[i].size, ranges[i].start);
	}
	*ret_count = count;
	return ranges;
}

static void block_add(struct builder *b, size_t *capacity, uint64_t virt, uint64_t phys,
		      uint64_t size)
{
	struct fake_kernel *k = b->kernel;

	if (k->block_count == *capacity) {
		*capacity = *capacity ? *capacity * 2 : 64;
		struct vmw_mapping *blocks = fake_alloc(*capacity, sizeof(*blocks));

		if (k->block_count)
			memcpy(blocks, k->blocks, k->block_count * sizeof(*blocks));
		free(k->blocks);
		k->blocks = blocks;
	}
	k->blocks[k->block_count++] = (struct vmw_mapping){
		.virt = { virt },
		.phys = { phys },
		.size = size,
		.source = b->spec.mmu == FAKE_RADIX ? VMW_SOURCE_RADIX : VMW_SOURCE_LIST,
	};
}

static void blocks_of_ranges(struct builder *b)
{
	uint64_t size = b->spec.block_size, done = 0;
	uint64_t bytes_a_page = b->spec.page_struct_size;
	size_t count, capacity = 0;
	_cleanup_(freep) struct fake_memory_range *ranges = ranges_new(b, &count);

	for (size_t i = 0; i < count; i++) {
		uint64_t first = ranges[i].start / b->spec.page_size;
		uint64_t end = (ranges[i].start + ranges[i].size) / b->spec.page_size;
		uint64_t virt = b->spec.vmemmap_base + first * bytes_a_page;

		/* Two ranges may share a block. */
		for (virt -= virt % size; virt < b->spec.vmemmap_base + end * bytes_a_page;
		     virt += size) {
			if (virt < done)
				continue;
			uint64_t top = b->blocks_low - b->blocks_low % size;
			if (top < size || top - size < b->next)
				fake_fail("no room for block 0x%" PRIx64 " of 0x%" PRIx64
					  " bytes; give the ram more memory",
					  virt, size);
			b->blocks_low = top - size;
			ram_touch(b->ram, b->blocks_low, size);
			block_add(b, &capacity, virt, b->blocks_low, size);
			done = virt + size;
		}
	}
}

/* A block, and its place among the entries. */
struct ranked_block {
	struct vmw_mapping block;
	size_t rank;
};

static int compare_blocks(const void *a, const void *b)
{
	const struct ranked_block *left = a, *right = b;

	if (left->block.virt.value != right->block.virt.value)
		return left->block.virt.value > right->block.virt.value ? 1 : -1;
	return (left->rank > right->rank) - (left->rank < right->rank);
}

static void blocks_of_entries(struct builder *b)
{
	struct fake_kernel *k = b->kernel;
	size_t capacity = 0, count = 0;
	struct ranked_block *ranked = fake_alloc(b->spec.entry_count, sizeof(*ranked));

	for (size_t i = 0; i < b->spec.entry_count; i++) {
		const struct fake_entry *entry = &b->spec.entries[i];

		block_add(b, &capacity, entry->virt, entry->phys,
			  entry->size && b->spec.mmu == FAKE_RADIX ? entry->size
								   : b->spec.block_size);
		ranked[i] = (struct ranked_block){ .block = k->blocks[i], .rank = i };
	}
	qsort(ranked, b->spec.entry_count, sizeof(*ranked), compare_blocks);
	for (size_t i = 0; i < b->spec.entry_count; i++) {
		if (count == 0 || k->blocks[count - 1].virt.value != ranked[i].block.virt.value)
			k->blocks[count++] = ranked[i].block;
	}
	k->block_count = count;
	free(ranked);
}

void memmap_choose_blocks(struct builder *b)
{
	if (b->spec.entries)
		blocks_of_entries(b);
	else
		blocks_of_ranges(b);
}

/* The root array, or the static array, and what SYMBOL(mem_section) says. */
static void put_section_arrays(struct builder *b)
{
	struct fake_kernel *k = b->kernel;
	uint64_t per_root = b->spec.page_size / k->section_size;

	if (k->sections == FAKE_STATIC) {
		k->mem_section = builder_alloc(b, b->max_sections * k->section_size, 128);
		b->mem_section_symbol = k->mem_section;
		return;
	}
	k->mem_section = builder_alloc(b, (b->max_sections + per_root - 1) / per_root * 8, 128);
	b->mem_section_symbol = k->mem_section;
	if (k->sections == FAKE_EXTREME_POINTER) {
		b->mem_section_symbol = builder_alloc(b, 8, 8);
		ram_put_u64(b->ram, b->mem_section_symbol, FAKE_LINEAR | k->mem_section);
	}
}

uint64_t fake_section(const struct ram *ram, const struct fake_kernel *kernel, uint64_t number)
{
	uint64_t per_root = kernel->page_size / kernel->section_size;

	if (kernel->sections == FAKE_STATIC)
		return kernel->mem_section + number * kernel->section_size;
	uint64_t root = ram_get_u64(ram, kernel->mem_section + number / per_root * 8);
	return root ? (root & ~FAKE_LINEAR) + number % per_root * kernel->section_size : 0;
}

static void put_section(struct builder *b, uint64_t number, uint64_t flags, uint64_t usage)
{
	struct fake_kernel *k = b->kernel;
	uint64_t per_root = k->page_size / k->section_size;

	if (number >= b->max_sections)
		fake_fail("section %" PRIu64 " of at most %" PRIu64, number, b->max_sections);
	if (k->sections != FAKE_STATIC && fake_section(b->ram, k, number) == 0) {
		uint64_t root = builder_alloc(b, k->page_size, k->page_size);

		ram_put_u64(b->ram, k->mem_section + number / per_root * 8, FAKE_LINEAR | root);
	}
	uint64_t at = fake_section(b->ram, k, number);
	/* The memmap of a section is coded as if it were of frame 0: with a vmemmap, its base. */
	ram_put_u64(b->ram, at, k->vmemmap_base | flags);
	ram_put_u64(b->ram, at + 8, usage ? FAKE_LINEAR | usage : 0);
}

void memmap_put_sections(struct builder *b)
{
	size_t count;
	_cleanup_(freep) struct fake_memory_range *ranges = ranges_new(b, &count);
	uint64_t hotplugged = 0, next_usage = 0;
	uint64_t map = b->spec.usage_without_rcu ? 0 : SUBSECTION_MAP_BEHIND_RCU;

	put_section_arrays(b);
	for (size_t i = 0; i < count; i++) {
		if (ranges[i].hotplugged)
			hotplugged += ranges[i].size / FAKE_SECTION_BYTES;
	}
	if (!b->spec.no_early) {
		uint64_t early = builder_alloc(b, (hotplugged + 1) * USAGE_SIZE, USAGE_SIZE);

		ram_put_u64(b->ram, early + map, 0xff);
		b->kernel->usage = next_usage = early + USAGE_SIZE;
	}
	for (size_t i = 0; i < count; i++) {
		const struct fake_memory_range *range = &ranges[i];
		uint64_t flags = SECTION_PRESENT | SECTION_HAS_MEM_MAP;

		if (!range->offline)
			flags |= SECTION_IS_ONLINE;
		if (range->device)
			flags |= SECTION_ZONE_DEVICE;
		if (!range->hotplugged && !b->spec.no_early)
			flags |= SECTION_IS_EARLY;
		for (uint64_t at = range->start; at < range->start + range->size;
		     at += FAKE_SECTION_BYTES) {
			uint64_t usage = 0;

			if (!b->spec.no_early)
				usage = b->kernel->usage - USAGE_SIZE;
			if (range->hotplugged && !b->spec.no_early) {
				usage = next_usage;
				next_usage += USAGE_SIZE;
				ram_put_u64(b->ram, usage + map,
					    range->subsections ? range->subsections : 0xff);
			}
			put_section(b, at / FAKE_SECTION_BYTES, flags, usage);
		}
	}
}

/* The block that holds @virt, or NULL. */
static const struct vmw_mapping *block_find(const struct fake_kernel *kernel, uint64_t virt)
{
	size_t low = 0, high = kernel->block_count;

	/* The first block that starts behind virt. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (kernel->blocks[middle].virt.value <= virt)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0)
		return NULL;
	const struct vmw_mapping *block = &kernel->blocks[low - 1];
	return virt - block->virt.value < block->size ? block : NULL;
}

bool fake_translate(const struct fake_kernel *kernel, uint64_t virt, uint64_t *ret)
{
	const struct vmw_mapping *block = block_find(kernel, virt);

	if (!block)
		return false;
	*ret = block->phys.value + (virt - block->virt.value);
	return true;
}

void memmap_put_pages(struct builder *b)
{
	size_t count;
	_cleanup_(freep) struct fake_memory_range *ranges = ranges_new(b, &count);

	for (size_t i = 0; i < count; i++) {
		uint64_t first = ranges[i].start / b->spec.page_size;
		uint64_t end = (ranges[i].start + ranges[i].size) / b->spec.page_size;

		for (uint64_t pfn = first; pfn < end; pfn++) {
			uint64_t virt = b->spec.vmemmap_base + pfn * b->spec.page_struct_size;
			uint64_t phys;

			/* A case may give blocks that are outside of RAM, and too few of them. */
			if (fake_translate(b->kernel, virt, &phys) && phys < ram_size(b->ram) &&
			    ram_size(b->ram) - phys >= 8)
				ram_put_u64(b->ram, phys, pfn << 24);
		}
	}
}

void fake_page_put(struct ram *ram, const struct fake_kernel *kernel, uint64_t pfn,
		   unsigned int word, uint64_t value)
{
	uint64_t virt = kernel->vmemmap_base + pfn * kernel->page_struct_size + word * 8;
	uint64_t phys;

	if (!fake_translate(kernel, virt, &phys))
		fake_fail("the struct page of frame %" PRIu64 " is not mapped", pfn);
	ram_put_u64(ram, phys, value);
}
