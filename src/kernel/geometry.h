/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sizes and places that locate struct pages: page size, sections, the base of the vmemmap, the
 * ends of the linear map and of physical memory. Steps of kernel_open(), in this order.
 *
 * Source: Linux arch/powerpc/include/asm/book3s/64/radix-4k.h, radix-64k.h, hash-4k.h, hash-64k.h,
 * nohash/64/pgtable-4k.h (index sizes); arch/powerpc/include/asm/sparsemem.h (SECTION_SIZE_BITS),
 * book3s/64/pgtable.h and mmu.h (MAX_PHYSMEM_BITS), hash-4k.h, hash-64k.h, radix.h,
 * nohash/64/pgtable.h (regions); include/linux/ioport.h (struct resource).
 */
#pragma once

#include "kernel/kernel.h"

/* page_shift, section_size_bits, page_struct_size: what sections_open() needs. */
void geometry_find_sizes(struct kernel *kernel, struct problems *problems);

/* vmemmap_base, max_physmem_bits; after sections_open(). */
void geometry_find_memmap(struct kernel *kernel, struct problems *problems);

/*
 * The index sizes of the kernel page tables, the binary logarithms of the entries in a table: of
 * the page directory first, then PUD, PMD, PTE.
 */
enum { INDEX_LEVELS = 4 };

struct index_sizes {
	unsigned int bits[INDEX_LEVELS];
};

/* What kernels with this MMU and page size have: radix since 4.7, hash since 4.17, Book3E; false
 * where that is not known. */
bool geometry_usual_index_sizes(const struct kernel *kernel, enum mmu mmu, struct index_sizes *ret);

/*
 * What VMCOREINFO says of them (NUMBER(PGD_INDEX_SIZE), ..., of patched kernels: producer/). @ret
 * has a bit for each level that is there: 1 for the page directory, 2, 4, 8. A number that cannot
 * be one counts as 0.
 */
unsigned int geometry_stated_index_sizes(const struct kernel *kernel, struct index_sizes *ret);

/*
 * Hold what VMCOREINFO says of them against what the kernel's MMU has: "index-sizes-differ",
 * partial on a radix kernel, whose page tables are not walked then. After mmu_find().
 */
void geometry_check_index_sizes(struct kernel *kernel, struct problems *problems);

/* crash_start, crash_size: the range that crashk_res reserves. Again, when there are types: they
 * tell where struct resource has it. OS and NO_MEMORY only. */
NODISCARD struct vmw_error *geometry_find_reservation(struct kernel *kernel, struct reader *reader);

/* kernel->linear_end; after all other facts. */
uint64_t geometry_linear_end(const struct kernel *kernel);

/*
 * Whether @base can be where the vmemmap starts: a kernel address, not that of RAM in the linear
 * map, and aligned to 16 MiB, the largest block; every kernel's so far is a multiple of 2^42.
 */
bool geometry_is_vmemmap_base(const struct kernel *kernel, uint64_t base);
