/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "page/folio.h"

#include "util/addr.h"

static void keep_block(struct folio_reader *folios, const struct page_view *head)
{
	uint64_t order = head->fields.private_;

	/* A block of this order that does not start aligned is none; its head is still a head. */
	if (!(head->fields.known & VMW_FIELD_PRIVATE) || order >= folios->model->orders ||
	    head->pfn.value % (UINT64_C(1) << order) != 0)
		order = 0;
	folios->block_start = head->pfn.value;
	folios->block_count = UINT64_C(1) << order;
	folios->block_order = (unsigned int)order;
}

static bool in_last_block(const struct folio_reader *folios, vmw_pfn pfn)
{
	return pfn.value >= folios->block_start &&
	       pfn.value - folios->block_start < folios->block_count;
}

/* is_free_buddy_page(): look where a block that holds the page would start, for each order. */
static struct vmw_error *in_free_block(struct folio_reader *folios, vmw_pfn pfn, enum tri *ret)
{
	const struct model *model = folios->model;

	*ret = model->orders ? TRI_NO : TRI_UNKNOWN;
	if (in_last_block(folios, pfn)) {
		*ret = TRI_YES;
		return NULL;
	}
	uint64_t before = UINT64_MAX;
	for (unsigned int order = 0; order < model->orders; order++) {
		uint64_t start = pfn.value & ~((UINT64_C(1) << order) - 1);
		struct page_view head;

		/* The same page again, at a higher order: it was not one for less. */
		if (start == before)
			continue;
		before = start;
		TRY(folio_read_page(folios, pfn_at(start), 1, &head));
		if (head.data == VMW_NO_PAGE)
			continue;
		enum tri buddy = head.data == VMW_PRESENT ? page_is_buddy(model, &head)
							  : TRI_UNKNOWN;
		if (buddy == TRI_YES)
			buddy = head.fields.known & VMW_FIELD_PRIVATE
					? tri_of(head.fields.private_ >= order)
					: TRI_UNKNOWN;
		*ret = tri_or(*ret, buddy);
		if (*ret == TRI_YES) {
			keep_block(folios, &head);
			return NULL;
		}
	}
	return NULL;
}

struct vmw_error *folio_is_free(struct folio_reader *folios, const struct page_view *page,
				const struct folio *folio, enum tri *ret)
{
	*ret = page_is_buddy(folios->model, page);
	if (*ret == TRI_YES) {
		keep_block(folios, page);
		return NULL;
	}
	/* page_count() is that of the folio. */
	if (!folio || !(folio->head.fields.known & VMW_FIELD_REFCOUNT)) {
		*ret = TRI_UNKNOWN;
		return NULL;
	}
	if (folio->head.fields.refcount != 0)
		return NULL;
	enum tri inside;
	TRY(in_free_block(folios, page->pfn, &inside));
	*ret = tri_or(*ret, inside);
	return NULL;
}
