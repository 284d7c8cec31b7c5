/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Decode the words of a struct page into fields.
 *
 * Source: Linux include/linux/page-flags.h: PageTail() and _compound_head() (bit 0 of the word that
 * lru.next shares with compound_head, since 1d798ca3f164, 4.4; compound_info since 7.1),
 * PageHead(), PAGE_MAPPING_FLAGS.
 */
#pragma once

#include "page/page.h"

/*
 * Decode the struct page of frame @pfn from its words: layout->size / 8 of them, as values. A field
 * whose place is not known stays out of ->known. Fields are what is stored at their place: a tail,
 * a slab or a page table uses most of them for something else.
 */
void page_decode(const struct page_context *context, vmw_pfn pfn, const uint64_t *words,
		 struct vmw_page_fields *ret);
