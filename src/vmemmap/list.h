/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Read vmemmap_list: which physical block backs which piece of the vmemmap, on kernels that keep
 * it.
 *
 * Source: struct vmemmap_backing { list, phys, virt_addr },
 * arch/powerpc/include/asm/book3s/64/pgalloc.h; filled by vmemmap_list_populate(),
 * arch/powerpc/mm/init_64.c, which prepends: the list is newest first, NULL-terminated, not sorted.
 * Entries are carved from whole pages of the linear map, 24 bytes each (vmemmap_list_alloc()).
 * Since 2.6.35 (91eea67c6d87); exported since about 3.14 (8ff812719ac7); on radix kernels filled
 * from 4.7 to 6.5 only (368a0590d954).
 */
#pragma once

#include "kernel/kernel.h"
#include "vmemmap/table.h"

/* One element, as stored. */
struct list_entry {
	vmw_virt address; /* of the entry */
	vmw_phys phys;
	vmw_virt virt;
	const char *doubt; /* why it is not believed, a literal; set by list_check() */
};

struct list {
	struct list_entry *entries; /* newest first, as the kernel keeps them; each address once */
	size_t count, capacity;
	bool complete; /* NULL was reached */
};

void list_free(struct list *list);
DEFINE_CLEANUP(struct list, list_free)

/*
 * Follow the list from its head. @ret is always set, but for NO_MEMORY where it may be NULL: what
 * was read before a fault stays useful. NULL with an empty, complete list means that the kernel
 * keeps none (radix since 6.6). BAD_DATA (a pointer that is no entry's address, a cycle, a list
 * longer than the memmap can need, a layout of entries that no kernel has) or MISSING (an entry
 * that is not in the dump) where it breaks, MISSING with no entry when no source has the head's
 * address: the message says which entry (the newest is entry 1), at which address, what was found,
 * after how many.
 */
NODISCARD struct vmw_error *list_read(const struct kernel *kernel, struct reader *reader,
				      struct list **ret);

/*
 * Add the entries to @table as blocks of @block_size, in the order of the list; table_finish() is
 * left to the caller. Entries that cannot be blocks (not aligned, outside the vmemmap, beyond 2^53)
 * are told to @problems ("list-entry-bad", partial) and left out; *@ret_refused is how many.
 */
NODISCARD struct vmw_error *list_fill(const struct list *list, const struct kernel *kernel,
				      uint64_t block_size, struct problems *problems,
				      struct table *table, size_t *ret_refused);

/*
 * Why @entry cannot be a block of @block_size, or of unknown size for 0: in words, or NULL where it
 * can.
 */
const char *list_entry_fault(const struct list_entry *entry, const struct kernel *kernel,
			     uint64_t block_size);

/* ---- vmemmap/list_check.c ---- */

/*
 * Doubt the entries that cannot be true together with what else the dump says: different pieces of
 * the vmemmap at one physical block (each has a block of its own; which of them is wrong cannot be
 * told), and blocks in memory that has no struct pages by mem_section (a block is memory like any
 * other: vmemmap_alloc_block(), mm/sparse-vmemmap.c). list_fill() leaves them out. OS and NO_MEMORY
 * only.
 */
NODISCARD struct vmw_error *list_check(struct list *list, const struct kernel *kernel,
				       struct reader *reader, uint64_t block_size);

/* ---- vmemmap/block_size.c ---- */

/*
 * The size of a block, in bytes: NUMBER(VMEMMAP_BLOCK_SHIFT), else the content of
 * mmu_psize_defs[mmu_vmemmap_psize].shift; both, where both are there, and they must agree; held
 * against the entries (their alignment and distances). MISSING or BAD_DATA when it cannot be told;
 * never guessed. *@ret_from says where it was found, a literal.
 *
 * Source: arch/powerpc/include/asm/mmu.h, struct mmu_psize_def in asm/book3s/64/mmu-hash.h;
 * mmu_vmemmap_psize is an index, whose numbering changed over time. On hash it is set by
 * htab_init_page_sizes(), on radix by radix__early_init_mmu() until 6.5; from 6.6 on radix kernels
 * leave it as it was compiled, and have no list that it could be of.
 */
NODISCARD struct vmw_error *list_block_size(const struct kernel *kernel, struct reader *reader,
					    const struct list *list, uint64_t *ret,
					    const char **ret_from);
