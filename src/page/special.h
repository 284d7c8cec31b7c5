/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages that are like no others, found by the kernel's variables: the zero page, the huge zero
 * page, and the end of memory.
 *
 * Source: Linux mm/memory.c zero_pfn (4.0 to 7.0), arch/powerpc/mm/mem.c empty_zero_page (now
 * mm/mm_init.c); mm/huge_memory.c huge_zero_page (to 6.9), huge_zero_folio (since), NULL until one
 * is needed, and huge_zero_pfn, ~0 until then (5.10 on); mm/memblock.c max_pfn.
 */
#pragma once

#include "page/page.h"
#include "page/zone.h"

struct special {
	bool zero_known;
	vmw_pfn zero;
	const char *zero_from; /* or why it is not known */

	bool huge_zero_known; /* whether there is one, and which */
	bool has_huge_zero;
	vmw_pfn huge_zero; /* its first frame */
	const char *huge_zero_from;

	/* @end is max_pfn itself; else what the nodes span, or memory sections that are or were, or
	 * 0: max_pfn is no less. */
	bool end_known;
	uint64_t end;
	uint64_t end_limit; /* not @end_known: what max_pfn is at most; 0 where that is not known */
	const char *end_from;
	const char *end_note;  /* what agrees with max_pfn, or NULL; a literal */
	const char *end_fault; /* why a max_pfn that is there is not believed, or NULL; a literal */
};

/* What is missing is no error. OS and NO_MEMORY only. The end is left for special_find_end(). */
NODISCARD struct vmw_error *special_init(const struct page_context *context, struct reader *reader,
					 struct special *ret);

/*
 * Find the end, which special_init() leaves unknown: it takes a look at mem_section from its end.
 * OS and NO_MEMORY only.
 */
NODISCARD struct vmw_error *special_find_end(const struct page_context *context,
					     struct reader *reader, const struct zones *zones,
					     struct special *special);
