/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A struct page together with what it is a part of: a compound page, or a free block.
 *
 * Source: Linux include/linux/mm.h, page_folio(), folio_mapped(), page_mapcount();
 * mm/page_alloc.c is_free_buddy_page(); mm/hugetlb.c PageHuge().
 */
#pragma once

#include "page/model.h"

/* A struct page as it was read, and what the section says of its frame. */
struct page_view {
	vmw_pfn pfn;
	uint64_t count; /* frames that NO_PAGE stands for */
	enum vmw_data data;
	const char *why;     /* when not PRESENT */
	bool online, device; /* of its section */
	bool online_unknown; /* not @online, but for want of the subsection map that tells */
	struct vmw_page_fields fields;
	uint64_t words[VMW_PAGE_WORDS_MAX];
};

/* A compound page, or a page that is none, as one. */
struct folio {
	bool valid;
	vmw_pfn pfn; /* of the head */
	struct page_view head;
	struct page_view second; /* where is_large */
	enum tri is_large;
	enum tri is_hugetlb;
	bool order_known; /* and sound: the page fits below the largest, and starts aligned */
	unsigned int order;
	unsigned int mapped_done;      /* bit n: by rule n, */
	enum tri mapped[MAPPED_RULES]; /* folio_mapped() */
};

/* What one thread reads struct pages with. The last folio and the last free block are kept: their
 * pages come in a row. */
struct folio_reader {
	const struct model *model;
	struct reader *reader;
	struct page_hint hint;
	struct folio folio;
	uint64_t block_start, block_count; /* frames of the free block that was found last */
	unsigned int block_order;
};

/* Both borrowed. */
void folio_reader_init(struct folio_reader *folios, const struct model *model,
		       struct reader *reader);

/* Read the struct page of frame @pfn; a run of NO_PAGE is cut to @limit (> 0). */
NODISCARD struct vmw_error *folio_read_page(struct folio_reader *folios, vmw_pfn pfn,
					    uint64_t limit, struct page_view *ret);

/*
 * The folio of @page, which is PRESENT; borrowed until the next call. NULL where it is not known:
 * the page does not tell whether it is a tail, or of what, or its head is not in the dump.
 */
NODISCARD struct vmw_error *folio_of(struct folio_reader *folios, const struct page_view *page,
				     struct folio **ret);

/* page_mapped(): whether any part of @folio is mapped into a process, as @rule tells. */
NODISCARD struct vmw_error *folio_mapped(struct folio_reader *folios, struct folio *folio,
					 enum mapped_rule rule, enum tri *ret);

/*
 * Whether @page is free in the buddy system, as PageBuddy() or, without references, as
 * is_free_buddy_page() sees it. For YES the block is in @folios.
 */
NODISCARD struct vmw_error *folio_is_free(struct folio_reader *folios, const struct page_view *page,
					  const struct folio *folio, enum tri *ret);

/* Whether @page is slab memory, by its own word or its type. */
enum tri page_is_slab(const struct model *model, const struct page_view *page);

/* Whether @page is of @type by its own words. */
enum tri page_is_type(const struct model *model, const struct page_view *page, enum page_type type);

/* PageBuddy(): the head of a free block. */
enum tri page_is_buddy(const struct model *model, const struct page_view *page);

/* The map count of @page by itself and its folio: what /proc/kpagecount says by @rules. False when
 * unknown. */
bool folio_page_mapcount(const struct model *model, const struct kpf_rules *rules,
			 const struct page_view *page, const struct folio *folio, int64_t *ret);
