/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How large the vmemmap can be: what bounds the walks over records that a dump may have made up.
 *
 * Source: Linux arch/powerpc/include/asm/book3s/64/hash.h, hash-4k.h, radix.h and
 * nohash/64/pgtable.h for the size of the region; mm/sparse-vmemmap.c for one struct page for each
 * frame.
 */
#pragma once

#include <stdint.h>

#include "kernel/kernel.h"

/*
 * The bytes that the vmemmap can span at most: a struct page for each frame below
 * 2^MAX_PHYSMEM_BITS, and no more than its region of the address space has. Facts that are unknown
 * count with their largest value.
 */
uint64_t vmemmap_span(const struct kernel *kernel);

/* The bytes of struct pages that the memory known to the dump needs: frames below image.end. */
uint64_t vmemmap_need(const struct kernel *kernel);

/*
 * How many list entries or page-table leaves there can be: one for each page of vmemmap_need()
 * (radix kernels 4.7 to 5.3 had that), twice, and 2^20 for memory that the dump does not know of.
 */
uint64_t vmemmap_rows_max(const struct kernel *kernel);
