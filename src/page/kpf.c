/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "page/kpf.h"

#include "util/addr.h"

static const char *const kpf_names[64] = {
	[KPF_LOCKED] = "LOCKED",
	[KPF_ERROR] = "ERROR",
	[KPF_REFERENCED] = "REFERENCED",
	[KPF_UPTODATE] = "UPTODATE",
	[KPF_DIRTY] = "DIRTY",
	[KPF_LRU] = "LRU",
	[KPF_ACTIVE] = "ACTIVE",
	[KPF_SLAB] = "SLAB",
	[KPF_WRITEBACK] = "WRITEBACK",
	[KPF_RECLAIM] = "RECLAIM",
	[KPF_BUDDY] = "BUDDY",
	[KPF_MMAP] = "MMAP",
	[KPF_ANON] = "ANON",
	[KPF_SWAPCACHE] = "SWAPCACHE",
	[KPF_SWAPBACKED] = "SWAPBACKED",
	[KPF_COMPOUND_HEAD] = "COMPOUND_HEAD",
	[KPF_COMPOUND_TAIL] = "COMPOUND_TAIL",
	[KPF_HUGE] = "HUGE",
	[KPF_UNEVICTABLE] = "UNEVICTABLE",
	[KPF_HWPOISON] = "HWPOISON",
	[KPF_NOPAGE] = "NOPAGE",
	[KPF_KSM] = "KSM",
	[KPF_THP] = "THP",
	[KPF_OFFLINE] = "OFFLINE",
	[KPF_ZERO_PAGE] = "ZERO_PAGE",
	[KPF_IDLE] = "IDLE",
	[KPF_PGTABLE] = "PGTABLE",
	[KPF_RESERVED] = "RESERVED",
	[KPF_MLOCKED] = "MLOCKED",
	[KPF_MAPPEDTODISK] = "MAPPEDTODISK",
	[KPF_PRIVATE] = "PRIVATE",
	[KPF_PRIVATE_2] = "PRIVATE_2",
	[KPF_OWNER_PRIVATE] = "OWNER_PRIVATE",
	[KPF_ARCH] = "ARCH",
	[KPF_ARCH_2] = "ARCH_2",
};

const char *kpf_name(unsigned int bit, bool owner_2)
{
	if (bit == KPF_MAPPEDTODISK && owner_2)
		return "OWNER_2";
	return bit < 64 ? kpf_names[bit] : NULL;
}

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
	const struct page_view *page;
	const struct folio *folio; /* NULL where not known */
	bool is_tail;
	struct kpf *kpf;
};

static enum tri head_flag(const struct subject *s, enum flag flag)
{
	if (!s->folio || !(s->folio->head.fields.known & VMW_FIELD_FLAGS))
		return TRI_UNKNOWN;
	return flag_test(s->model->flags, flag, s->folio->head.fields.flags);
}

static enum tri own_flag(const struct subject *s, enum flag flag)
{
	if (!(s->page->fields.known & VMW_FIELD_FLAGS))
		return TRI_UNKNOWN;
	return flag_test(s->model->flags, flag, s->page->fields.flags);
}

/* Whether page->mapping of the head has all of @bits. */
static enum tri head_mapping(const struct subject *s, uint64_t bits)
{
	if (!s->folio || !(s->folio->head.fields.known & VMW_FIELD_MAPPING))
		return TRI_UNKNOWN;
	return tri_of((s->folio->head.fields.mapping & bits) == bits);
}

static enum tri folio_slab(const struct subject *s)
{
	return s->folio ? page_is_slab(s->model, &s->folio->head) : TRI_UNKNOWN;
}

static void set_copies(struct subject *s)
{
	bool folio = s->model->rules.folio;

	for (size_t i = 0; i < sizeof(copies) / sizeof(copies[0]); i++)
		set(s->kpf, copies[i].bit,
		    folio ? head_flag(s, copies[i].flag) : own_flag(s, copies[i].flag));
	enum flag flag_34 = s->model->rules.owner_2 ? FLAG_OWNER_2 : FLAG_MAPPEDTODISK;
	set(s->kpf, KPF_MAPPEDTODISK, folio ? head_flag(s, flag_34) : own_flag(s, flag_34));
	if (s->model->rules.error)
		set(s->kpf, KPF_ERROR, folio ? head_flag(s, FLAG_ERROR) : own_flag(s, FLAG_ERROR));
	if (s->model->rules.arch_2)
		set(s->kpf, KPF_ARCH_2, own_flag(s, FLAG_ARCH_2));
	/* Both rules ask the folio. */
	set(s->kpf, KPF_SWAPCACHE,
	    tri_and(head_flag(s, FLAG_SWAPBACKED), head_flag(s, FLAG_SWAPCACHE)));
}

static void set_mapping(struct subject *s, enum tri mapped)
{
	const struct kpf_rules *rules = &s->model->rules;
	enum tri anon = head_mapping(s, 1);
	enum tri ksm = head_mapping(s, 3);

	/* Before 6.10 _mapcount of a slab was something else; since then it is a type. */
	if (!rules->folio)
		mapped = tri_and(mapped, tri_not(folio_slab(s)));
	set(s->kpf, KPF_MMAP, mapped);
	set(s->kpf, KPF_ANON, anon);
	set(s->kpf, KPF_KSM, rules->folio ? tri_or(ksm, tri_and(anon, rules->ksm_on_anon)) : ksm);
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

	if (special->huge_zero_known)
		return tri_of(special->has_huge_zero && s->folio &&
			      special->huge_zero.value == s->folio->pfn.value);
	/* It is on no list, belongs to nobody, and is no slab. */
	if (folio_slab(s) == TRI_YES || head_flag(s, FLAG_LRU) == TRI_YES ||
	    head_mapping(s, 1) == TRI_YES)
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

/* HUGE, THP and ZERO_PAGE: else-if in the kernel. */
static void set_huge(struct subject *s)
{
	const struct model *model = s->model;
	const struct folio *folio = s->folio;
	enum tri large = folio ? folio->is_large : TRI_UNKNOWN;
	enum tri huge = folio ? folio->is_hugetlb : TRI_UNKNOWN;
	enum tri thp, huge_zero;

	set(s->kpf, KPF_HUGE, huge);
	if (huge == TRI_YES)
		return;
	if (large == TRI_NO) {
		set(s->kpf, KPF_ZERO_PAGE, is_zero_page(s, s->page->pfn));
		return;
	}
	if (model->rules.folio)
		/* Since 6.6 PG_large_rmappable, another name of PG_workingset in the second page.
		 */
		thp = folio && folio->second.data == VMW_PRESENT &&
				      (folio->second.fields.known & VMW_FIELD_FLAGS)
			      ? flag_test(model->flags, FLAG_WORKINGSET, folio->second.fields.flags)
			      : TRI_UNKNOWN;
	else
		thp = tri_or(head_flag(s, FLAG_LRU), head_mapping(s, 1));
	if (thp == TRI_YES) {
		huge_zero = TRI_NO;
	} else {
		huge_zero = is_huge_zero(s);
		thp = tri_or(thp, huge_zero);
	}
	set(s->kpf, KPF_THP, tri_and(thp, tri_and(large, tri_not(huge))));
	set(s->kpf, KPF_ZERO_PAGE, tri_and(huge_zero, tri_and(large, tri_not(huge))));
}

static void set_types(struct subject *s)
{
	const struct model *model = s->model;
	bool of_folio = model->rules.folio_types;
	const struct page_view *typed = s->page;

	if (of_folio && s->is_tail)
		typed = s->folio ? &s->folio->head : NULL;
	set(s->kpf, KPF_OFFLINE, typed ? page_is_type(model, typed, TYPE_OFFLINE) : TRI_UNKNOWN);
	set(s->kpf, KPF_PGTABLE, typed ? page_is_type(model, typed, TYPE_TABLE) : TRI_UNKNOWN);
	if (model->rules.folio)
		set(s->kpf, KPF_SLAB, folio_slab(s));
	else
		set(s->kpf, KPF_SLAB,
		    tri_or(page_is_slab(model, s->page), s->is_tail ? folio_slab(s) : TRI_NO));
}

static void set_idle_and_poison(struct subject *s)
{
	const struct kpf_rules *rules = &s->model->rules;
	enum tri idle = head_flag(s, FLAG_IDLE);
	enum tri huge = s->folio ? s->folio->is_hugetlb : TRI_UNKNOWN;
	enum tri own = own_flag(s, FLAG_HWPOISON), head = head_flag(s, FLAG_HWPOISON);

	if (!rules->idle_of_folio && s->is_tail)
		idle = idle == own_flag(s, FLAG_IDLE) ? idle : TRI_UNKNOWN;
	set(s->kpf, KPF_IDLE, idle);
	if (!rules->folio || huge == TRI_NO)
		set(s->kpf, KPF_HWPOISON, own);
	else if (huge == TRI_YES || own == head)
		set(s->kpf, KPF_HWPOISON, head);
	else
		set(s->kpf, KPF_HWPOISON, TRI_UNKNOWN);
}

/* The flags of @page, which is PRESENT; @folio is NULL where it is not known. */
NODISCARD static struct vmw_error *kpf_flags(struct folio_reader *folios,
					     const struct page_view *page, struct folio *folio,
					     struct kpf *ret)
{
	const struct vmw_page_fields *fields = &page->fields;
	bool known = fields->known & VMW_FIELD_COMPOUND;
	struct subject s = {
		.model = folios->model,
		.page = page,
		.folio = folio,
		.is_tail = known && fields->compound == VMW_COMPOUND_TAIL,
		.kpf = ret,
	};
	enum tri mapped = TRI_UNKNOWN, is_free;

	ret->flags = ret->unknown = 0;
	if (folio)
		TRY(folio_mapped(folios, folio, &mapped));
	TRY(folio_is_free(folios, page, folio, &is_free));
	/* A tail's own flags are what 6.1 asks for PG_head; none has it. */
	set(ret, KPF_COMPOUND_HEAD,
	    known ? tri_of(fields->compound == VMW_COMPOUND_HEAD) : TRI_UNKNOWN);
	set(ret, KPF_COMPOUND_TAIL, known ? tri_of(s.is_tail) : TRI_UNKNOWN);
	set(ret, KPF_BUDDY, is_free);
	set_mapping(&s, mapped);
	set_huge(&s);
	set_types(&s);
	set_copies(&s);
	set_idle_and_poison(&s);
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

struct vmw_error *kpf_read(struct folio_reader *folios, vmw_pfn pfn, uint64_t limit,
			   struct kpf *ret)
{
	const struct model *model = folios->model;
	struct page_view page;
	struct folio *folio;

	TRY(folio_read_page(folios, pfn, limit, &page));
	*ret = (struct kpf){ .count = page.count, .data = page.data, .why = page.why };
	enum tri online = page.data == VMW_NO_PAGE ? TRI_NO : is_online(model, &page);
	if (online == TRI_NO) {
		ret->data = VMW_NO_PAGE;
		ret->flags = UINT64_C(1) << KPF_NOPAGE;
		ret->mapcount_known = true;
		return NULL;
	}
	if (page.data != VMW_PRESENT) {
		ret->unknown = UINT64_MAX;
		return NULL;
	}
	TRY(folio_of(folios, &page, &folio));
	TRY(kpf_flags(folios, &page, folio, ret));
	ret->mapcount_known = folio_page_mapcount(model, &page, folio, &ret->mapcount);
	if (online == TRI_UNKNOWN) {
		ret->unknown |= UINT64_C(1) << KPF_NOPAGE;
		ret->mapcount_known = false;
	}
	return NULL;
}
