/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hold the mappings against mem_section: every frame that it says has a struct page must have it
 * mapped. A list that was cut by a NULL in its middle looks whole, but for this. The other way
 * round, what is mapped should be needed by some frame.
 *
 * Source: Linux mm/sparse.c, sparse_init_nid() and section_activate(): a section gets
 * SECTION_HAS_MEM_MAP only after vmemmap_populate() has mapped its struct pages.
 */
#pragma once

#include "kernel/kernel.h"
#include "vmemmap/table.h"

/*
 * Tell each range of the vmemmap at @base that should be mapped and is not in the finished @table
 * to @problems: "memmap-unmapped", partial; the first few one by one. *@ret_gaps is how many there
 * are. Of rows that hold no struct page of any frame tell "mapping-idle", a warning: memory that
 * was removed can leave some, and so can mem_section when it has lost something. Does nothing where
 * mem_section or the size of struct page is not known. OS and NO_MEMORY only.
 */
NODISCARD struct vmw_error *coverage_check(const struct kernel *kernel, struct reader *reader,
					   uint64_t base, const struct table *table,
					   struct problems *problems, size_t *ret_gaps);
