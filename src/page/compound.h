/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a compound page keeps what concerns all of it: mostly in its second struct page.
 *
 * Source: Linux include/linux/mm_types.h, struct page and, since 5.16, struct folio;
 * include/linux/mm.h, compound_order(), folio_order(), PageHuge(). What held when:
 * - order: until 4.3 the second word of the second page's lru; OFFSET(page.compound_order) (4.4 to
 *   6.2), OFFSET(folio._folio_order) (6.3 to 6.5), since 6.6 the low byte of the second page's
 * flags;
 * - hugetlb: until 4.3 the first word of the second page's lru points to free_huge_page();
 *   compound_dtor or folio._folio_dtor is NUMBER(HUGETLB_PAGE_DTOR), 6.6 to 6.8 the flag
 *   NUMBER(PG_hugetlb) of the second page, since 6.9 the type of the head;
 * - map counts: nothing of them is exported.
 */
#pragma once

#include "page/layout.h"

/* A field of the second struct page. */
struct second_field {
	bool known;
	uint64_t offset;   /* in the second struct page, with room for it */
	unsigned int size; /* 1, 2, 4 or 8 */
};

enum hugetlb_form {
	HUGETLB_UNKNOWN,
	HUGETLB_DTOR, /* @dtor is @dtor_value */
	HUGETLB_FLAG, /* bit @hugetlb_flag of the second page's flags */
	HUGETLB_TYPE, /* TYPE_HUGETLB of the head */
};

struct compound {
	struct second_field order; /* of flags: the low byte of the word */
	struct second_field dtor;
	enum hugetlb_form hugetlb;
	uint64_t dtor_value;
	unsigned int hugetlb_flag;
	/* Each starts at -1. */
	struct second_field entire_mapcount; /* of the whole; compound_mapcount before 6.2 */
	struct second_field large_mapcount;  /* since 6.10: of all mappings of any part */
	struct second_field pages_mapped;    /* since 6.2: how many pages are mapped; starts at 0 */
};

void compound_init(const struct kernel *kernel, const struct layout *layout, struct compound *ret);

/* The value of @field, which must be known, in the words of a second struct page. */
uint64_t second_field_get(const struct second_field *field, enum order order,
			  const uint64_t *words);
