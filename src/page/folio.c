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
	const struct page_hint *hint = &folios->hint;
	if (hint->frames.count && pfn.value >= hint->first &&
	    pfn.value - hint->first < hint->frames.count) {
		ret->online = hint->frames.online;
		ret->online_unknown = hint->frames.online_unknown;
		ret->device = hint->frames.device;
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

/* PageBuddy(). */
static enum tri page_is_buddy(const struct model *model, const struct page_view *page)
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
	folio->order_known = folio->mapped_done = false;
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
	if (!(page->fields.known & VMW_FIELD_COMPOUND) ||
	    page->fields.compound != VMW_COMPOUND_TAIL) {
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

/* ---- mapped ---- */

/* Whether any of the pages of @folio has a _mapcount of 0 or more. */
static struct vmw_error *any_page_mapped(struct folio_reader *folios, const struct folio *folio,
					 enum tri *ret)
{
	enum tri any = TRI_NO;

	if (!folio->order_known) {
		*ret = TRI_UNKNOWN;
		return NULL;
	}
	for (uint64_t i = 0; i < UINT64_C(1) << folio->order && any != TRI_YES; i++) {
		struct page_view page;

		TRY(folio_read_page(folios, pfn_at(folio->pfn.value + i), 1, &page));
		any = tri_or(any,
			     page.data == VMW_PRESENT && (page.fields.known & VMW_FIELD_MAPCOUNT)
				     ? tri_of(page.fields.mapcount >= 0)
				     : TRI_UNKNOWN);
	}
	*ret = any;
	return NULL;
}

static int32_t second_count(const struct model *model, const struct second_field *field,
			    const struct folio *folio)
{
	return (int32_t)(uint32_t)second_field_get(field, model->context->kernel->order,
						   folio->second.words);
}

static struct vmw_error *find_mapped(struct folio_reader *folios, const struct folio *folio,
				     enum tri *ret)
{
	const struct model *model = folios->model;
	const struct compound *compound = &model->compound;
	const struct second_field *field = model->rules.folio ? &compound->large_mapcount
							      : &compound->entire_mapcount;

	*ret = TRI_UNKNOWN;
	if (folio->is_large == TRI_UNKNOWN || !(folio->head.fields.known & VMW_FIELD_MAPCOUNT))
		return NULL;
	if (folio->is_large == TRI_NO) {
		/* Negative numbers are types, or none: mapped by no process. */
		*ret = tri_of(folio->head.fields.mapcount >= 0);
		return NULL;
	}
	if (folio->second.data != VMW_PRESENT || !field->known)
		return NULL;
	if (second_count(model, field, folio) >= 0)
		*ret = TRI_YES;
	else if (model->rules.folio || folio->is_hugetlb == TRI_YES)
		*ret = TRI_NO;
	else
		TRY(any_page_mapped(folios, folio, ret));
	return NULL;
}

struct vmw_error *folio_mapped(struct folio_reader *folios, struct folio *folio, enum tri *ret)
{
	if (!folio->mapped_done) {
		TRY(find_mapped(folios, folio, &folio->mapped));
		folio->mapped_done = true;
	}
	*ret = folio->mapped;
	return NULL;
}

bool folio_page_mapcount(const struct model *model, const struct page_view *page,
			 const struct folio *folio, int64_t *ret)
{
	const struct second_field *entire = &model->compound.entire_mapcount;
	enum tri typed;
	int32_t count;

	if (!folio || !(page->fields.known & VMW_FIELD_MAPCOUNT) || folio->is_large == TRI_UNKNOWN)
		return false;
	typed = types_any(&model->types, page->fields.mapcount);
	/* The kernel adds as int does. */
	count = (int32_t)((uint32_t)page->fields.mapcount + 1);
	if (!model->rules.folio) {
		typed = tri_or(typed, page_is_slab(model, &folio->head));
		if (typed == TRI_YES)
			count = 0;
		if (typed != TRI_NO || folio->is_large == TRI_NO) {
			*ret = count;
			return typed != TRI_UNKNOWN;
		}
		/* __page_mapcount(): of a file's large page _mapcount has it all. */
		bool is_anon = folio->head.fields.mapping & 1;
		if (!(folio->head.fields.known & VMW_FIELD_MAPPING) ||
		    (!is_anon && folio->is_hugetlb == TRI_UNKNOWN))
			return false;
		if (!is_anon && folio->is_hugetlb == TRI_NO) {
			*ret = count;
			return true;
		}
		/* PG_double_map is another name of PG_workingset, in the second page. */
		enum tri twice = folio->second.data == VMW_PRESENT
					 ? flag_test(model->flags, FLAG_WORKINGSET,
						     folio->second.fields.flags)
					 : TRI_UNKNOWN;
		if (twice == TRI_UNKNOWN)
			return false;
		count -= twice == TRI_YES;
	} else {
		if (typed == TRI_UNKNOWN)
			return false;
		if (typed == TRI_YES)
			count = 0;
		if (folio->is_large == TRI_NO) {
			*ret = count;
			return true;
		}
	}
	if (folio->second.data != VMW_PRESENT || !entire->known)
		return false;
	*ret = (int32_t)((uint32_t)count + (uint32_t)second_count(model, entire, folio) + 1);
	return true;
}

/* ---- free ---- */

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
