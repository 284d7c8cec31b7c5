/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "page/state.h"

#include "util/addr.h"

/* The kinds of page that the type in _mapcount alone tells. */
static const struct {
	enum page_type type;
	enum vmw_state state;
} typed_states[] = {
	{ TYPE_OFFLINE, VMW_STATE_OFFLINE },       { TYPE_TABLE, VMW_STATE_TABLE },
	{ TYPE_GUARD, VMW_STATE_GUARD },           { TYPE_ZSMALLOC, VMW_STATE_ZSMALLOC },
	{ TYPE_UNACCEPTED, VMW_STATE_UNACCEPTED }, { TYPE_LARGE_KMALLOC, VMW_STATE_KERNEL },
};

/* What is known so far; a question without an answer ends it. */
struct inquiry {
	const struct model *model;
	const struct page_view *page;
	const struct folio *folio;
	struct vmw_page_state *ret;
	bool done;
};

static void decide(struct inquiry *q, enum vmw_state state, enum tri is_so)
{
	if (q->done || is_so == TRI_NO)
		return;
	q->done = true;
	q->ret->state = is_so == TRI_YES ? state : VMW_STATE_UNKNOWN;
}

static enum tri flag_of(const struct inquiry *q, const struct page_view *page, enum flag flag)
{
	if (!page || !(page->fields.known & VMW_FIELD_FLAGS))
		return TRI_UNKNOWN;
	return flag_test(q->model->flags, flag, page->fields.flags);
}

static enum tri is_zero(const struct inquiry *q)
{
	const struct special *special = &q->model->special;
	vmw_pfn pfn = q->page->pfn;

	if (special->zero_known && special->zero.value == pfn.value)
		return TRI_YES;
	return tri_of(special->huge_zero_known && special->has_huge_zero && q->folio &&
		      q->folio->is_large == TRI_YES &&
		      special->huge_zero.value == q->folio->pfn.value);
}

static void decide_by_mapping(struct inquiry *q)
{
	const struct page_view *head = q->folio ? &q->folio->head : NULL;

	if (!head || !(head->fields.known & VMW_FIELD_MAPPING)) {
		decide(q, VMW_STATE_UNKNOWN, TRI_UNKNOWN);
		return;
	}
	switch (head->fields.mapping_kind) {
	case VMW_MAPPING_ANON:
		decide(q, VMW_STATE_ANON, TRI_YES);
		break;
	case VMW_MAPPING_KSM:
		decide(q, VMW_STATE_KSM, TRI_YES);
		break;
	case VMW_MAPPING_MOVABLE:
		decide(q, VMW_STATE_MOVABLE, TRI_YES);
		break;
	case VMW_MAPPING_FILE:
		/* The kernel's own use of the word is never a pointer to a mapping. */
		decide(q, VMW_STATE_FILE,
		       tri_of(kernel_is_linear(q->model->context->kernel,
					       virt_at(head->fields.mapping))));
		break;
	case VMW_MAPPING_NONE:
		break;
	}
}

static void decide_state(struct inquiry *q, enum tri is_free)
{
	const struct model *model = q->model;
	const struct folio *folio = q->folio;
	const struct page_view *head = folio ? &folio->head : NULL;

	decide(q, VMW_STATE_FREE, is_free);
	for (size_t i = 0; i < sizeof(typed_states) / sizeof(typed_states[0]); i++)
		decide(q, typed_states[i].state,
		       page_is_type(model, q->page, typed_states[i].type));
	decide(q, VMW_STATE_SLAB, head ? page_is_slab(model, head) : TRI_UNKNOWN);
	decide(q, VMW_STATE_HUGETLB, folio ? folio->is_hugetlb : TRI_UNKNOWN);
	decide(q, VMW_STATE_ZERO, is_zero(q));
	decide_by_mapping(q);
	decide(q, VMW_STATE_RESERVED, flag_of(q, q->page, FLAG_RESERVED));
	if (!head || !(head->fields.known & VMW_FIELD_REFCOUNT))
		decide(q, VMW_STATE_UNKNOWN, TRI_UNKNOWN);
	else
		decide(q, head->fields.refcount == 0 ? VMW_STATE_UNUSED : VMW_STATE_KERNEL,
		       TRI_YES);
}

static void describe_block(struct inquiry *q, const struct folio_reader *folios)
{
	struct vmw_page_state *ret = q->ret;
	const struct folio *folio = q->folio;

	if (ret->state == VMW_STATE_FREE) {
		ret->known |= VMW_KNOWN_ORDER;
		ret->order = folios->block_order;
		ret->block = pfn_at(folios->block_start);
	} else if (folio && folio->order_known) {
		ret->known |= VMW_KNOWN_ORDER;
		ret->order = folio->order;
		ret->block = folio->pfn;
	}
}

static void describe_traits(struct inquiry *q)
{
	struct vmw_page_state *ret = q->ret;
	bool thp = q->folio && q->folio->is_large == TRI_YES &&
		   (ret->state == VMW_STATE_ANON || ret->state == VMW_STATE_FILE ||
		    ret->state == VMW_STATE_KSM || ret->state == VMW_STATE_ZERO);
	enum tri poisoned = flag_of(q, q->page, FLAG_HWPOISON);

	ret->thp = thp;
	if (poisoned != TRI_UNKNOWN) {
		ret->known |= VMW_KNOWN_POISON;
		ret->poisoned = poisoned == TRI_YES;
	}
}

static void describe_place(struct inquiry *q)
{
	const struct zones *zones = q->model->zones;
	struct vmw_page_state *ret = q->ret;

	if (!(q->page->fields.known & VMW_FIELD_FLAGS) ||
	    !zones_decode(zones, q->page->pfn, q->page->fields.flags, &ret->node, &ret->zone))
		return;
	ret->known |= VMW_KNOWN_ZONE;
	ret->zone_name = zones->names[ret->zone];
	if (zones->device_known && ret->zone == zones->device)
		decide(q, VMW_STATE_DEVICE, TRI_YES);
}

/* All but what the /proc files said. */
NODISCARD static struct vmw_error *describe(struct folio_reader *folios, struct inquiry *q)
{
	const struct page_view *view = q->page;
	struct vmw_page_state *ret = q->ret;
	enum tri is_free;

	describe_place(q);
	if (!view->online)
		decide(q, VMW_STATE_OFFLINE, view->online_unknown ? TRI_UNKNOWN : TRI_YES);
	/* The struct pages of memory that was never put online are not initialised. */
	if (!view->online && ret->state == VMW_STATE_OFFLINE) {
		*ret = (struct vmw_page_state){ .state = VMW_STATE_OFFLINE,
						.known = VMW_KNOWN_STATE };
		return NULL;
	}
	/* Reads other pages, but no other folio: what was borrowed stays. */
	TRY(folio_is_free(folios, view, q->folio, &is_free));
	decide_state(q, is_free);
	ret->known |= ret->state == VMW_STATE_UNKNOWN ? 0 : VMW_KNOWN_STATE;
	describe_block(q, folios);
	describe_traits(q);
	return NULL;
}

/* What the /proc files said. */
NODISCARD static struct vmw_error *describe_kpf(struct folio_reader *folios, vmw_pfn pfn,
						struct vmw_page_state *ret)
{
	struct kpf kpf;

	if (!folios->model->rules.known)
		return NULL;
	TRY(kpf_read(folios, pfn, 1, &kpf));
	ret->known |= VMW_KNOWN_KPF;
	ret->kpf = kpf.flags;
	ret->kpf_unknown = kpf.unknown;
	if (kpf.mapcount_known) {
		ret->known |= VMW_KNOWN_MAP_COUNT;
		ret->map_count = kpf.mapcount;
	}
	return NULL;
}

struct vmw_error *state_describe(struct folio_reader *folios, const struct vmw_page *page,
				 struct vmw_page_state *ret)
{
	const struct model *model = folios->model;
	struct page_view view;
	struct folio *folio;

	*ret = (struct vmw_page_state){ .state = VMW_STATE_UNKNOWN };
	if (page->data == VMW_NO_PAGE) {
		ret->state = VMW_STATE_NONE;
		ret->known = VMW_KNOWN_STATE;
		return describe_kpf(folios, page->pfn, ret);
	}
	if (page->data != VMW_PRESENT)
		return NULL;
	TRY(folio_read_page(folios, page->pfn, 1, &view));
	if (view.data != VMW_PRESENT)
		return NULL;
	TRY(folio_of(folios, &view, &folio));
	struct inquiry q = { .model = model, .page = &view, .folio = folio, .ret = ret };
	TRY(describe(folios, &q));
	return describe_kpf(folios, page->pfn, ret);
}
