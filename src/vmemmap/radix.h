/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walk the kernel's radix page tables under swapper_pg_dir.
 *
 * Source: Linux arch/powerpc/include/asm/book3s/64/radix-4k.h, radix-64k.h (geometry, the same
 * since 4.7), pgtable.h
 * (_PAGE_PRESENT, _PAGE_PTE, RPN), asm/pgtable-be-types.h (entries are big-endian on both byte
 * orders, since 4.7). The page directory has 8192 entries, 64 KiB, on both page sizes. Four fixed
 * levels: no entry can make the walk longer.
 */
#pragma once

#include "kernel/kernel.h"
#include "vmemmap/table.h"

/* What the page tables say of an address. */
enum radix_state {
	RADIX_MAPPED,
	RADIX_UNMAPPED, /* no entry */
	RADIX_MISSING,  /* a table page is not in the dump */
	RADIX_BAD,      /* an entry that no kernel writes */
};

struct radix_leaf {
	enum radix_state state;
	vmw_virt virt;      /* start of the leaf, or of the range that the entry is for */
	uint64_t size;      /* of that range */
	vmw_phys phys;      /* MAPPED: of virt */
	vmw_phys entry;     /* where the entry stands; MISSING: where the bytes of it are not */
	uint64_t value;     /* the entry; not of MISSING */
	struct run missing; /* MISSING: why */
	const char *fault;  /* BAD: what is wrong with it, a literal */
};

/*
 * Find the leaf for @virt, 52 bits of it (the top nibble is not translated); what is beyond 2^52 is
 * UNMAPPED. MISSING when swapper_pg_dir or the page size is unknown, BAD_DATA when swapper_pg_dir
 * is no linear address, or VMCOREINFO says that the tables are not those of a radix kernel.
 */
NODISCARD struct vmw_error *radix_find(const struct kernel *kernel, struct reader *reader,
				       vmw_virt virt, struct radix_leaf *ret);

/*
 * Add every leaf that begins in [@start, @start + @size) to @table, in ascending order; @start is
 * rounded down to, the end up to, what one entry of the lowest level maps. *@ret_complete is false
 * where a table page is missing ("table-missing", partial), an entry is bad ("table-bad",
 * partial), or the tables hold more than the struct pages of the dump's memory can need
 * ("table-endless", partial): each of the first few is told to @problems, the rest is still read.
 */
NODISCARD struct vmw_error *radix_fill(const struct kernel *kernel, struct reader *reader,
				       vmw_virt start, uint64_t size, struct problems *problems,
				       struct table *table, bool *ret_complete);
