/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "page/kpf.h"

#include "util/addr.h"
#include "util/checked.h"

static void set(struct kpf *kpf, enum kpf_bit bit, enum tri value)
{
	if (value == TRI_YES)
		kpf->flags |= UINT64_C(1) << bit;
	else if (value == TRI_UNKNOWN)
		kpf->unknown |= UINT64_C(1) << bit;
}

/* The flags that are copied as they are. */
static const struct copy {
	enum kpf_bit bit;
	enum flag flag;
} copies[] = {
	{ KPF_LOCKED, FLAG_LOCKED },
	{ KPF_DIRTY, FLAG_DIRTY },
	{ KPF_UPTODATE, FLAG_UPTODATE },
	{ KPF_WRITEBACK, FLAG_WRITEBACK },
	{ KPF_LRU, FLAG_LRU },
	{ KPF_REFERENCED, FLAG_REFERENCED },
	{ KPF_ACTIVE, FLAG_ACTIVE },
	{ KPF_RECLAIM, FLAG_RECLAIM },
	{ KPF_SWAPBACKED, FLAG_SWAPBACKED },
	{ KPF_UNEVICTABLE, FLAG_UNEVICTABLE },
	{ KPF_MLOCKED, FLAG_MLOCKED },
	{ KPF_RESERVED, FLAG_RESERVED },
	{ KPF_PRIVATE, FLAG_PRIVATE },
	{ KPF_PRIVATE_2, FLAG_PRIVATE_2 },
	{ KPF_OWNER_PRIVATE, FLAG_OWNER_PRIV_1 },
	{ KPF_ARCH, FLAG_ARCH_1 },
};

/* What a page is a part of, in the words of stable_page_flags(). */
struct subject {
	const struct model *model;
	const struct kpf_rules *rules;
	const struct page_view *page;
	struct folio *folio; /* NULL where not known */
	bool is_tail;
	struct kpf *kpf;
};

static const struct page_view *head_of(const struct subject *s)
{
	return s->folio ? &s->folio->head : NULL;
}

static enum tri flag_of(const struct subject *s, const struct page_view *page, enum flag flag)
{
	if (!page || !(page->fields.known & VMW_FIELD_FLAGS))
		return TRI_UNKNOWN;
	return flag_test(s->model->flags, flag, page->fields.flags);
}

static enum tri head_flag(const struct subject *s, enum flag flag)
{
	return flag_of(s, head_of(s), flag);
}

static enum tri own_flag(const struct subject *s, enum flag flag)
{
	return flag_of(s, s->page, flag);
}

/* Whether page->mapping of @page has all of @bits. */
static enum tri mapping_has(const struct page_view *page, uint64_t bits)
{
	if (!page || !(page->fields.known & VMW_FIELD_MAPPING))
		return TRI_UNKNOWN;
	return tri_of((page->fields.mapping & bits) == bits);
}

static enum tri is_slab(const struct subject *s, const struct page_view *page)
{
	return page ? page_is_slab(s->model, page) : TRI_UNKNOWN;
}

static enum tri is_hugetlb(const struct subject *s)
{
	return s->folio ? s->folio->is_hugetlb : TRI_UNKNOWN;
}

static enum tri is_swapcache(const struct subject *s)
{
	switch (s->rules->swapcache) {
	case SWAPCACHE_FLAG:
		return own_flag(s, FLAG_SWAPCACHE);
	case SWAPCACHE_BACKED:
		return tri_and(head_flag(s, FLAG_SWAPBACKED), own_flag(s, FLAG_SWAPCACHE));
	case SWAPCACHE_HEAD_BACKED:
		break;
	}
	return tri_and(head_flag(s, FLAG_SWAPBACKED), head_flag(s, FLAG_SWAPCACHE));
}

static void set_copies(struct subject *s)
{
	const struct page_view *from = s->rules->folio ? head_of(s) : s->page;

	for (size_t i = 0; i < sizeof(copies) / sizeof(copies[0]); i++)
		set(s->kpf, copies[i].bit, flag_of(s, from, copies[i].flag));
	set(s->kpf, KPF_MAPPEDTODISK,
	    flag_of(s, from, s->rules->owner_2 ? FLAG_OWNER_2 : FLAG_MAPPEDTODISK));
	if (s->rules->error)
		set(s->kpf, KPF_ERROR, flag_of(s, from, FLAG_ERROR));
	if (s->rules->arch_2)
		set(s->kpf, KPF_ARCH_2, own_flag(s, FLAG_ARCH_2));
	set(s->kpf, KPF_SWAPCACHE, is_swapcache(s));
}

NODISCARD static struct vmw_error *set_mapping(struct folio_reader *folios, struct subject *s)
{
	const struct kpf_rules *rules = s->rules;
	const struct page_view *asked = rules->by_head ? head_of(s) : s->page;
	enum tri mapped = TRI_UNKNOWN;
	enum tri anon = mapping_has(asked, 1);
	enum tri ksm = mapping_has(asked, 3);

	if (rules->mapped != MAPPED_OWN) {
		if (s->folio)
			TRY(folio_mapped(folios, s->folio, rules->mapped, &mapped));
	} else if (s->page->fields.known & VMW_FIELD_MAPCOUNT) {
		mapped = tri_of(s->page->fields.mapcount >= 0);
	}
	if (!rules->slab_maps)
		mapped = tri_and(mapped, tri_not(is_slab(s, asked)));
	set(s->kpf, KPF_MMAP, mapped);
	set(s->kpf, KPF_ANON, anon);
	set(s->kpf, KPF_KSM, rules->ksm_on_anon ? anon : ksm);
	return NULL;
}

static enum tri is_zero_page(const struct subject *s, vmw_pfn pfn)
{
	const struct special *special = &s->model->special;
	/* It is the kernel's, reserved at boot. */
	enum tri reserved = own_flag(s, FLAG_RESERVED);

	if (special->zero_known)
		return tri_of(special->zero.value == pfn.value);
	return reserved == TRI_NO ? TRI_NO : TRI_UNKNOWN;
}

/* Of a folio that is large, and no hugetlb page. */
static enum tri is_huge_zero(const struct subject *s)
{
	const struct special *special = &s->model->special;

	if (special->huge_zero_known && !special->has_huge_zero)
		return TRI_NO;
	if (special->huge_zero_known)
		return s->folio ? tri_of(special->huge_zero.value == s->folio->pfn.value)
				: TRI_UNKNOWN;
	/* It is on no list, belongs to nobody, and is no slab. */
	if (is_slab(s, head_of(s)) == TRI_YES || head_flag(s, FLAG_LRU) == TRI_YES ||
	    mapping_has(head_of(s), 1) == TRI_YES)
		return TRI_NO;
	/*
	 * It is as large as a page-middle entry maps: 2 MiB with radix, 16 MiB with hash; it is
	 * allocated as a THP, but is no part of any address space.
	 */
	const struct known *mmu = &s->model->context->kernel->mmu;
	if (s->folio && s->folio->order_known && mmu->is_known && mmu->value != MMU_BOOK3E) {
		unsigned int shift = mmu->value == MMU_RADIX ? 21 : 24;

		if (s->folio->order + s->model->context->page_shift != shift)
			return TRI_NO;
	}
	return TRI_UNKNOWN;
}

/* Whether a compound page that is no hugetlb page is a THP, but for the huge zero page. */
static enum tri is_thp(const struct subject *s)
{
	const struct flags *flags = s->model->flags;
	const struct flag_place *lru = &flags->places[FLAG_LRU];
	const struct folio *folio = s->folio;
	enum tri anon = mapping_has(head_of(s), 1);

	switch (s->rules->thp) {
	case THP_NONE:
		return TRI_NO;
	case THP_LRU:
		return head_flag(s, FLAG_LRU);
	case THP_LRU_OR_ANON:
		return tri_or(head_flag(s, FLAG_LRU), anon);
	case THP_LRU_NUMBER:
		if (!folio || !(folio->head.fields.known & VMW_FIELD_FLAGS) || !lru->known ||
		    !lru->mask)
			return anon == TRI_YES ? TRI_YES : TRI_UNKNOWN;
		return tri_or(tri_of(folio->head.fields.flags & log2_of(lru->mask)), anon);
	case THP_RMAPPABLE:
		break;
	}
	/* Since 6.6 PG_large_rmappable, another name of PG_workingset in the second page. */
	if (!folio || folio->second.data != VMW_PRESENT)
		return TRI_UNKNOWN;
	return flag_of(s, &folio->second, FLAG_WORKINGSET);
}

/* HUGE, THP and ZERO_PAGE: else-if in the kernel. */
static void set_huge(struct subject *s)
{
	enum tri large = s->folio ? s->folio->is_large : TRI_UNKNOWN;
	enum tri huge = is_hugetlb(s);
	enum tri huge_zero = TRI_NO;

	set(s->kpf, KPF_HUGE, huge);
	if (huge == TRI_YES)
		return;
	if (large == TRI_NO) {
		if (s->rules->zero_page)
			set(s->kpf, KPF_ZERO_PAGE, is_zero_page(s, s->page->pfn));
		return;
	}
	enum tri may = tri_and(large, tri_not(huge));
	enum tri thp = is_thp(s);
	if (thp != TRI_YES && s->rules->zero_page) {
		huge_zero = is_huge_zero(s);
		thp = tri_or(thp, huge_zero);
	}
	set(s->kpf, KPF_THP, tri_and(thp, may));
	set(s->kpf, KPF_ZERO_PAGE, tri_and(huge_zero, may));
}

static void set_types(struct subject *s)
{
	const struct model *model = s->model;
	const struct page_view *typed = s->page;
	enum tri slab = is_slab(s, s->rules->folio ? head_of(s) : s->page);

	if (s->rules->folio_types && s->is_tail)
		typed = head_of(s);
	if (s->rules->offline)
		set(s->kpf, KPF_OFFLINE,
		    typed ? page_is_type(model, typed, TYPE_OFFLINE) : TRI_UNKNOWN);
	if (s->rules->pgtable)
		set(s->kpf, KPF_PGTABLE,
		    typed ? page_is_type(model, typed, TYPE_TABLE) : TRI_UNKNOWN);
	if (!s->rules->folio && s->rules->slab_tails && s->is_tail)
		slab = tri_or(slab, is_slab(s, head_of(s)));
	set(s->kpf, KPF_SLAB, slab);
}

static void set_poison(struct subject *s)
{
	enum tri own = own_flag(s, FLAG_HWPOISON), head = head_flag(s, FLAG_HWPOISON);
	enum tri of_head = TRI_NO;

	if (s->rules->poison_by_bits)
		of_head = tri_or(head_flag(s, FLAG_LOCKED), head_flag(s, FLAG_DIRTY));
	else if (s->rules->folio)
		of_head = is_hugetlb(s);
	if (of_head == TRI_NO || own == head)
		set(s->kpf, KPF_HWPOISON, own);
	else
		set(s->kpf, KPF_HWPOISON, of_head == TRI_YES ? head : TRI_UNKNOWN);
}

/* The flags of @page, which is PRESENT, by @rules; @folio is NULL where it is not known. */
NODISCARD static struct vmw_error *
kpf_flags(struct folio_reader *folios, const struct kpf_rules *rules, const struct page_view *page,
	  struct folio *folio, struct kpf *ret)
{
	const struct vmw_page_fields *fields = &page->fields;
	bool known = fields->known & VMW_FIELD_COMPOUND;
	struct subject s = {
		.model = folios->model,
		.rules = rules,
		.page = page,
		.folio = folio,
		.is_tail = known && fields->compound == VMW_COMPOUND_TAIL,
		.kpf = ret,
	};
	enum tri is_free = page_is_buddy(folios->model, page);

	if (rules->inside_buddy)
		TRY(folio_is_free(folios, page, folio, &is_free));
	/* A tail's own flags are what 6.1 asks for PG_head; none has it. */
	set(ret, KPF_COMPOUND_HEAD,
	    known ? tri_of(fields->compound == VMW_COMPOUND_HEAD) : TRI_UNKNOWN);
	set(ret, KPF_COMPOUND_TAIL, known ? tri_of(s.is_tail) : TRI_UNKNOWN);
	set(ret, KPF_BUDDY, is_free);
	TRY(set_mapping(folios, &s));
	set_huge(&s);
	set_types(&s);
	set_copies(&s);
	if (rules->idle)
		set(ret, KPF_IDLE,
		    rules->idle_of_head ? head_flag(&s, FLAG_IDLE) : own_flag(&s, FLAG_IDLE));
	set_poison(&s);
	return NULL;
}

/*
 * pfn_to_online_page(): the section is online, and the frame is not one of a device in a section
 * that has both. There only the zone tells. NO where /proc has no page.
 */
static enum tri is_online(const struct model *model, const struct page_view *page)
{
	unsigned int node, zone;

	if (page->online_unknown)
		return TRI_UNKNOWN;
	if (!page->online)
		return TRI_NO;
	if (!page->device)
		return TRI_YES;
	if (page->data != VMW_PRESENT || !model->zones->device_known ||
	    !(page->fields.known & VMW_FIELD_FLAGS) ||
	    !zones_decode(model->zones, page->pfn, page->fields.flags, &node, &zone))
		return TRI_UNKNOWN;
	return tri_of(zone != model->zones->device);
}

/* What /proc says of a frame that has no page for it. */
static uint64_t no_page_flags(const struct kpf_rules *rules)
{
	return rules->no_page_is_zero ? 0 : UINT64_C(1) << KPF_NOPAGE;
}

/* What /proc says of @page by @rules. */
NODISCARD static struct vmw_error *
read_by_rules(struct folio_reader *folios, const struct kpf_rules *rules,
	      const struct page_view *page, struct folio *folio, enum tri online, struct kpf *ret)
{
	if (page->data == VMW_NO_PAGE || (rules->online && online == TRI_NO)) {
		ret->data = VMW_NO_PAGE;
		ret->flags = no_page_flags(rules);
		ret->mapcount_known = true;
		return NULL;
	}
	if (page->data != VMW_PRESENT) {
		ret->unknown = UINT64_MAX;
		return NULL;
	}
	TRY(kpf_flags(folios, rules, page, folio, ret));
	ret->mapcount_known = folio_page_mapcount(folios->model, rules, page, folio,
						  &ret->mapcount);
	if (rules->online && online == TRI_UNKNOWN) {
		ret->unknown |= ret->flags | no_page_flags(rules);
		ret->flags = 0;
		ret->mapcount_known = ret->mapcount_known && ret->mapcount == 0;
	}
	return NULL;
}

/* What @a and @b do not agree on is not known. */
static void merge(struct kpf *a, const struct kpf *b)
{
	if (a->data == VMW_NO_PAGE)
		a->data = b->data;
	a->unknown |= b->unknown | (a->flags ^ b->flags);
	a->flags &= ~a->unknown;
	a->mapcount_known = a->mapcount_known && b->mapcount_known && a->mapcount == b->mapcount;
}

struct vmw_error *kpf_read(struct folio_reader *folios, vmw_pfn pfn, uint64_t limit,
			   struct kpf *ret)
{
	const struct model *model = folios->model;
	const struct kpf_rule_set *set = &model->rules;
	struct folio *folio = NULL;
	struct page_view page;

	TRY(folio_read_page(folios, pfn, limit, &page));
	struct kpf start = { .count = page.count, .data = page.data, .why = page.why };
	*ret = start;
	enum tri online = page.data == VMW_NO_PAGE ? TRI_NO : is_online(model, &page);
	if (page.data == VMW_PRESENT)
		TRY(folio_of(folios, &page, &folio));
	for (unsigned int i = 0; i < set->count; i++) {
		struct kpf kpf = start;

		TRY(read_by_rules(folios, &set->rules[i], &page, folio, online, &kpf));
		if (i == 0)
			*ret = kpf;
		else
			merge(ret, &kpf);
	}
	return NULL;
}
