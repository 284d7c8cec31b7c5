/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Read vmemmap_blocks: the record that a patched radix kernel keeps of what its page tables map of
 * the vmemmap, so that a dump without these tables still tells.
 *
 * Source: producer/, struct vmemmap_block { list, virt, phys, size }, arch/powerpc/mm/book3s64/
 * vmemmap_blocks.c; no released kernel has it. NULL-terminated, ascending by virt, which nothing
 * here rests on; blocks that run on in both spaces are one entry, whose size is any number of
 * pages. A crash amid an update may leave a piece in two entries, which then agree.
 * SYMBOL(vmemmap_blocks) is the address of the head, SIZE and OFFSET lines describe an entry:
 * without them nothing is assumed. On a hash kernel the list is empty, or not exported.
 */
#pragma once

#include "kernel/kernel.h"
#include "vmemmap/table.h"

/* One element, as stored. */
struct block {
	vmw_virt address; /* of the entry */
	vmw_virt virt;
	vmw_phys phys;
	uint64_t size;
	const char *doubt; /* why it is not believed, a literal; set by blocks_check() */
};

struct blocks {
	struct block *list; /* as the kernel keeps them */
	size_t count, capacity;
	bool complete; /* NULL was reached */
};

void blocks_free(struct blocks *blocks);
DEFINE_CLEANUP(struct blocks, blocks_free)

/* Whether VMCOREINFO names the record; it may be empty. */
bool blocks_exported(const struct kernel *kernel);

/*
 * Follow the list from its head. @ret is always set, but for NO_MEMORY where it may be NULL: what
 * was read before a fault stays useful. Errors as list_read() (vmemmap/list.h).
 */
NODISCARD struct vmw_error *blocks_read(const struct kernel *kernel, struct reader *reader,
					struct blocks **ret);

/*
 * Why @block cannot be one: in words, or NULL where it can. It must be whole pages, within the
 * vmemmap, in memory below 2^53.
 */
const char *block_fault(const struct block *block, const struct kernel *kernel);

/*
 * Doubt the blocks that cannot be true together, all of those involved, since which one is wrong
 * cannot be told: two that map one address to different places; two that share memory, but for
 * single pages (a device's tail struct pages are one page, mapped many times:
 * vmemmap_populate_compound_pages(), arch/powerpc/mm/book3s64/radix_pgtable.c). And those whose
 * first or last page is in memory that has no struct pages by mem_section. blocks_fill() leaves
 * them out. OS and NO_MEMORY only.
 */
NODISCARD struct vmw_error *blocks_check(struct blocks *blocks, const struct kernel *kernel,
					 struct reader *reader);

/*
 * Add the blocks to @table, in the order of the list; table_finish() is left to the caller. Those
 * that cannot be one, or are doubted, are told to @problems ("block-bad", partial) and left out;
 * *@ret_refused is how many. MISSING when the page size is not known.
 */
NODISCARD struct vmw_error *blocks_fill(const struct blocks *blocks, const struct kernel *kernel,
					struct problems *problems, struct table *table,
					size_t *ret_refused);
