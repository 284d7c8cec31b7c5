/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmemmap/blocks.h"

#include <inttypes.h>
#include <stdlib.h>

#include "kernel/section.h"
#include "util/addr.h"
#include "util/array.h"
#include "util/checked.h"
#include "vmemmap/bound.h"
#include "vmemmap/chain.h"

enum {
	BLOCK_SIZE_MIN = 32, /* of an entry: four members */
	BLOCKS_TOLD = 16,    /* bad blocks that are told one by one */
	PHYS_BITS_MAX = 53,  /* _PAGE_PA_MAX since 4.11 (2f18d533757d) */
	PAGE_SHIFT_MIN = 12,
	MEMBERS = 4,
};

void blocks_free(struct blocks *blocks)
{
	if (!blocks)
		return;
	free(blocks->list);
	free(blocks);
}

bool blocks_exported(const struct kernel *kernel)
{
	uint64_t head;

	return vmcoreinfo_symbol(kernel->vmcoreinfo, "vmemmap_blocks", &head);
}

/* ---- the list ---- */

/* Where the members of struct vmemmap_block are. */
struct form {
	uint64_t size, list, virt, phys, bytes;
};

NODISCARD static struct vmw_error *form_read(const struct kernel *kernel, struct form *ret)
{
	struct {
		const char *name;
		uint64_t *ret;
	} members[MEMBERS] = {
		{ "vmemmap_block.list", &ret->list },
		{ "vmemmap_block.virt", &ret->virt },
		{ "vmemmap_block.phys", &ret->phys },
		{ "vmemmap_block.size", &ret->bytes },
	};

	if (!vmcoreinfo_size(kernel->vmcoreinfo, "vmemmap_block", &ret->size))
		return error_new(VMW_ERROR_MISSING, where_none(),
				 "vmemmap_blocks: VMCOREINFO has no SIZE(vmemmap_block)");
	if (ret->size < BLOCK_SIZE_MIN || ret->size > CHAIN_ENTRY_SIZE_MAX || ret->size % 8 != 0)
		return error_new(VMW_ERROR_BAD_DATA, where_none(),
				 "VMCOREINFO: SIZE(vmemmap_block) is %" PRIu64
				 ", not a multiple of 8 from %d to %d",
				 ret->size, BLOCK_SIZE_MIN, CHAIN_ENTRY_SIZE_MAX);
	for (size_t i = 0; i < MEMBERS; i++) {
		uint64_t *offset = members[i].ret;

		if (!vmcoreinfo_offset(kernel->vmcoreinfo, members[i].name, offset))
			return error_new(VMW_ERROR_MISSING, where_none(),
					 "vmemmap_blocks: VMCOREINFO has no OFFSET(%s)",
					 members[i].name);
		TRY(chain_check_member(members[i].name, *offset, ret->size));
		for (size_t j = 0; j < i; j++) {
			if (*members[j].ret == *offset)
				return error_new(
					VMW_ERROR_BAD_DATA, where_none(),
					"VMCOREINFO: two members of vmemmap_block have one offset");
		}
	}
	return NULL;
}

/* They are allocated by the kernel's page or slab allocators: aligned as their members are. */
static const char *address_fault(const struct kernel *kernel, vmw_virt address, uint64_t size)
{
	return address.value % 8 == 0 ? NULL : "not a multiple of 8";
}

struct walk {
	struct blocks *blocks;
	struct form form;
};

static bool walk_add(void *arg, vmw_virt address, const unsigned char *bytes, enum order order)
{
	struct walk *walk = arg;
	struct blocks *blocks = walk->blocks;
	struct block block = {
		.address = address,
		.virt = virt_at(load_u64(bytes + walk->form.virt, order)),
		.phys = phys_at(load_u64(bytes + walk->form.phys, order)),
		.size = load_u64(bytes + walk->form.bytes, order),
	};

	return ARRAY_PUSH(blocks->list, blocks->count, blocks->capacity, block);
}

static vmw_virt walk_address(const void *arg, size_t index)
{
	return ((const struct walk *)arg)->blocks->list[index].address;
}

struct vmw_error *blocks_read(const struct kernel *kernel, struct reader *reader,
			      struct blocks **ret)
{
	struct walk walk = { 0 };
	uint64_t head;

	*ret = walk.blocks = calloc(1, sizeof(**ret));
	if (!walk.blocks)
		return error_no_memory();
	if (!vmcoreinfo_symbol(kernel->vmcoreinfo, "vmemmap_blocks", &head))
		return error_new(VMW_ERROR_MISSING, where_none(),
				 "vmemmap_blocks: VMCOREINFO has no SYMBOL(vmemmap_blocks): the "
				 "kernel does not keep this record; use --source auto");
	TRY(form_read(kernel, &walk.form));

	struct chain chain = {
		.name = "vmemmap_blocks",
		.entry_size = walk.form.size,
		.next = walk.form.list,
		.address_fault = address_fault,
		.add = walk_add,
		.address = walk_address,
		.list = &walk,
	};
	struct vmw_error *broken = chain_walk(&chain, kernel, reader, virt_at(head));
	walk.blocks->count = chain.count;
	walk.blocks->complete = chain.complete;
	return broken;
}

/* ---- which can be true ---- */

static uint64_t page_size_of(const struct kernel *kernel)
{
	return UINT64_C(1) << (kernel->page_shift.is_known ? kernel->page_shift.value
							   : PAGE_SHIFT_MIN);
}

const char *block_fault(const struct block *block, const struct kernel *kernel)
{
	uint64_t page_mask = page_size_of(kernel) - 1;
	const struct known *base = &kernel->vmemmap_base;

	if (block->size == 0)
		return "its size is 0";
	if ((block->virt.value | block->phys.value | block->size) & page_mask)
		return "not whole pages";
	if (!range_within(block->phys.value, block->size, UINT64_C(1) << PHYS_BITS_MAX))
		return "phys is beyond any memory";
	if (block->virt.value >> 60 != 0xc)
		return "virt is no address of the vmemmap";
	if (base->is_known &&
	    (block->virt.value < base->value ||
	     !range_within(block->virt.value - base->value, block->size, vmemmap_span(kernel))))
		return "not within the vmemmap";
	/* Where the base is not known, too: no region reaches over its nibble. */
	if (!range_within(block->virt.value & ADDR_LINEAR_MASK, block->size, ADDR_LINEAR_MASK + 1))
		return "not within the vmemmap";
	return block->doubt;
}

static int virt_compare(const void *a, const void *b)
{
	const struct block *left = *(struct block *const *)a;
	const struct block *right = *(struct block *const *)b;

	return left->virt.value < right->virt.value ? -1 : left->virt.value > right->virt.value;
}

static int phys_compare(const void *a, const void *b)
{
	const struct block *left = *(struct block *const *)a;
	const struct block *right = *(struct block *const *)b;

	return left->phys.value < right->phys.value ? -1 : left->phys.value > right->phys.value;
}

/*
 * Doubt every group of blocks that overlap in the space they are @sorted by and do not all say the
 * same of it: they do if and only if the distance between the two spaces is that of all.
 */
static void doubt_overlaps(struct block *const *sorted, size_t count, bool by_phys,
			   const char *doubt)
{
	size_t end;

	for (size_t first = 0; first < count; first = end) {
		uint64_t distance = sorted[first]->phys.value - sorted[first]->virt.value;
		uint64_t reach = 0;
		bool differ = false;

		for (end = first; end < count; end++) {
			const struct block *block = sorted[end];
			uint64_t start = by_phys ? block->phys.value : block->virt.value;

			if (end > first && start >= reach)
				break;
			reach = max_u64(reach, start + block->size);
			differ |= block->phys.value - block->virt.value != distance;
		}
		for (size_t i = first; differ && i < end; i++)
			sorted[i]->doubt = doubt;
	}
}

/* Sorted by phys, so that most blocks are in the run of frames that the one before was in. */
NODISCARD static struct vmw_error *doubt_no_memory(struct block *const *sorted, size_t count,
						   const struct kernel *kernel,
						   struct reader *reader)
{
	unsigned int page_shift = (unsigned int)kernel->page_shift.value;
	struct frame_run run = { .count = 0 };
	uint64_t first = 0;

	for (size_t i = 0; i < 2 * count; i++) {
		struct block *block = sorted[i / 2];
		uint64_t phys = block->phys.value + (i % 2 ? block->size - 1 : 0);
		vmw_pfn pfn = phys_to_pfn(phys_at(phys), page_shift);

		if (pfn.value - first >= run.count) {
			TRY(sections_find(kernel, reader, pfn, UINT64_MAX >> page_shift, &run));
			first = pfn.value;
		}
		if (run.state == FRAME_NONE && !block->doubt)
			block->doubt = "by mem_section there is no memory at its phys";
	}
	return NULL;
}

struct vmw_error *blocks_check(struct blocks *blocks, const struct kernel *kernel,
			       struct reader *reader)
{
	uint64_t page_size = page_size_of(kernel);
	size_t count = 0, larger = 0;

	if (blocks->count == 0)
		return NULL;
	_cleanup_(freep) struct block **sorted = calloc(blocks->count, sizeof(struct block *));
	_cleanup_(freep) struct block **large = calloc(blocks->count, sizeof(struct block *));
	if (!sorted || !large)
		return error_no_memory();
	for (size_t i = 0; i < blocks->count; i++) {
		struct block *block = &blocks->list[i];

		if (block_fault(block, kernel))
			continue;
		sorted[count++] = block;
		if (block->size > page_size)
			large[larger++] = block;
	}
	qsort(sorted, count, sizeof(struct block *), virt_compare);
	doubt_overlaps(sorted, count, false, "another block maps some of it elsewhere");
	qsort(large, larger, sizeof(struct block *), phys_compare);
	doubt_overlaps(large, larger, true, "another block is in the same memory");
	if (!kernel->sections || !kernel->page_shift.is_known)
		return NULL;
	qsort(sorted, count, sizeof(struct block *), phys_compare);
	return doubt_no_memory(sorted, count, kernel, reader);
}

struct vmw_error *blocks_fill(const struct blocks *blocks, const struct kernel *kernel,
			      struct problems *problems, struct table *table, size_t *ret_refused)
{
	size_t refused = 0;

	*ret_refused = 0;
	TRY(known_require(&kernel->page_shift, "the page size", &(uint64_t){ 0 }));
	for (size_t i = 0; i < blocks->count; i++) {
		const struct block *block = &blocks->list[i];
		const char *fault = block_fault(block, kernel);

		if (!fault) {
			TRY(table_add(table, &(struct vmw_mapping){ .virt = block->virt,
								    .phys = block->phys,
								    .size = block->size,
								    .source = VMW_SOURCE_BLOCKS }));
		} else if (refused++ < BLOCKS_TOLD) {
			problem_add(problems, "block-bad", VMW_PARTIAL, where_virt(block->address),
				    NULL,
				    "vmemmap_blocks: entry %zu at 0x%" PRIx64
				    " is left out: virt 0x%" PRIx64 ", phys 0x%" PRIx64
				    ", size 0x%" PRIx64 ": %s",
				    i + 1, block->address.value, block->virt.value,
				    block->phys.value, block->size, fault);
		}
	}
	if (refused > BLOCKS_TOLD)
		problem_add(problems, "block-bad", VMW_PARTIAL, where_none(), NULL,
			    "vmemmap_blocks: %zu more entries are left out", refused - BLOCKS_TOLD);
	*ret_refused = refused;
	return NULL;
}
