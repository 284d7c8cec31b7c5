/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "page/folio.h"

#include <string.h>

#include "util/addr.h"
#include "util/checked.h"

/* The largest page of ppc64 is 16 GiB (MMU_PAGE_16G). */
enum { FOLIO_SHIFT_MAX = 34 };

void folio_reader_init(struct folio_reader *folios, const struct model *model,
		       struct reader *reader)
{
	*folios = (struct folio_reader){ .model = model, .reader = reader };
}

struct vmw_error *folio_read_page(struct folio_reader *folios, vmw_pfn pfn, uint64_t limit,
				  struct page_view *ret)
{
	const struct page_context *context = folios->model->context;
	struct vmw_page page;

	TRY(page_read(context, folios->reader, pfn, limit, &folios->hint, &page));
	ret->pfn = pfn;
	ret->count = page.count;
	ret->data = page.data;
	ret->why = page.why;
	ret->online = true;
	ret->online_unknown = false;
	ret->device = false;
	if (page.data == VMW_NO_PAGE)
		return NULL;
	/* Without mem_section nothing says that it is not; that is told when it is opened. */
	const struct frame_run *frames = page_hint_frames(&folios->hint, pfn);
	if (frames) {
		ret->online = frames->online;
		ret->online_unknown = frames->online_unknown;
		ret->device = frames->device;
	}
	ret->fields = page.fields;
	memcpy(ret->words, page.words, sizeof(ret->words));
	return NULL;
}

/* ---- one page ---- */

enum tri page_is_type(const struct model *model, const struct page_view *page, enum page_type type)
{
	if (!(page->fields.known & VMW_FIELD_MAPCOUNT))
		return TRI_UNKNOWN;
	return types_test(&model->types, type, page->fields.mapcount);
}

enum tri page_is_slab(const struct model *model, const struct page_view *page)
{
	const struct flag_place *place = &model->flags->places[FLAG_SLAB];

	/* A type since 6.10, a flag before. */
	if (model->types.has[TYPE_SLAB])
		return page_is_type(model, page, TYPE_SLAB);
	if (!(page->fields.known & VMW_FIELD_FLAGS) || (place->known && !place->mask))
		return TRI_UNKNOWN;
	return flag_test(model->flags, FLAG_SLAB, page->fields.flags);
}

enum tri page_is_buddy(const struct model *model, const struct page_view *page)
{
	const struct flag_place *place = &model->flags->places[FLAG_BUDDY];

	/* A flag until 2.6.37. */
	if (place->known && place->mask && (page->fields.known & VMW_FIELD_FLAGS))
		return flag_test(model->flags, FLAG_BUDDY, page->fields.flags);
	return page_is_type(model, page, TYPE_BUDDY);
}

/* ---- the folio ---- */

static void decode_hugetlb(const struct model *model, struct folio *folio)
{
	const struct compound *compound = &model->compound;
	enum order order = model->context->kernel->order;
	bool has_second = folio->second.data == VMW_PRESENT;

	folio->is_hugetlb = TRI_UNKNOWN;
	switch (compound->hugetlb) {
	case HUGETLB_DTOR:
		if (has_second)
			folio->is_hugetlb = tri_of(
				second_field_get(&compound->dtor, order, folio->second.words) ==
				compound->dtor_value);
		break;
	case HUGETLB_FLAG:
		if (has_second && (folio->second.fields.known & VMW_FIELD_FLAGS))
			folio->is_hugetlb = tri_of(
				folio->second.fields.flags >> compound->hugetlb_flag & 1);
		break;
	case HUGETLB_TYPE:
		folio->is_hugetlb = page_is_type(model, &folio->head, TYPE_HUGETLB);
		break;
	case HUGETLB_UNKNOWN:
		break;
	}
	/* On no LRU list, and no slab, in any kernel. */
	if (folio->is_hugetlb == TRI_UNKNOWN && (folio->head.fields.known & VMW_FIELD_FLAGS) &&
	    (flag_test(model->flags, FLAG_LRU, folio->head.fields.flags) == TRI_YES ||
	     page_is_slab(model, &folio->head) == TRI_YES))
		folio->is_hugetlb = TRI_NO;
}

static void decode_order(const struct model *model, struct folio *folio)
{
	const struct second_field *field = &model->compound.order;

	if (folio->second.data != VMW_PRESENT || !field->known)
		return;
	uint64_t order =
		second_field_get(field, model->context->kernel->order, folio->second.words) & 0xff;
	if (order == 0 || order > FOLIO_SHIFT_MAX - model->context->page_shift ||
	    folio->pfn.value % (UINT64_C(1) << order) != 0)
		return;
	folio->order_known = true;
	folio->order = (unsigned int)order;
}

static struct vmw_error *read_folio(struct folio_reader *folios, const struct page_view *head)
{
	const struct model *model = folios->model;
	struct folio *folio = &folios->folio;

	folio->valid = false;
	folio->pfn = head->pfn;
	folio->head = *head;
	folio->order_known = false;
	folio->mapped_done = 0;
	folio->order = 0;
	folio->is_large = folio->is_hugetlb = TRI_NO;
	if (!(head->fields.known & VMW_FIELD_COMPOUND)) {
		folio->is_large = folio->is_hugetlb = TRI_UNKNOWN;
	} else if (head->fields.compound == VMW_COMPOUND_HEAD) {
		folio->is_large = TRI_YES;
		TRY(folio_read_page(folios, pfn_at(head->pfn.value + 1), 1, &folio->second));
		decode_order(model, folio);
		decode_hugetlb(model, folio);
	} else {
		folio->order_known = true;
	}
	folio->valid = true;
	return NULL;
}

struct vmw_error *folio_of(struct folio_reader *folios, const struct page_view *page,
			   struct folio **ret)
{
	struct page_view head;

	*ret = NULL;
	if (!(page->fields.known & VMW_FIELD_COMPOUND))
		return NULL;
	if (page->fields.compound != VMW_COMPOUND_TAIL) {
		TRY(read_folio(folios, page));
		*ret = &folios->folio;
		return NULL;
	}
	if (!page->fields.head_known)
		return NULL;
	if (!folios->folio.valid || folios->folio.pfn.value != page->fields.head_pfn.value) {
		TRY(folio_read_page(folios, page->fields.head_pfn, 1, &head));
		/* A tail of a tail is none. */
		if (head.data != VMW_PRESENT || head.fields.compound == VMW_COMPOUND_TAIL)
			return NULL;
		TRY(read_folio(folios, &head));
	}
	*ret = &folios->folio;
	return NULL;
}
