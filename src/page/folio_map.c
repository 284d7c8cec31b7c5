/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "page/folio.h"

#include "util/addr.h"

static int32_t second_count(const struct model *model, const struct second_field *field,
			    const struct folio *folio)
{
	return (int32_t)(uint32_t)second_field_get(field, model->context->kernel->order,
						   folio->second.words);
}

/* Whether a count of the second page is @least or more. */
static enum tri second_at_least(const struct model *model, const struct second_field *field,
				const struct folio *folio, int32_t least)
{
	if (folio->second.data != VMW_PRESENT || !field->known)
		return TRI_UNKNOWN;
	return tri_of(second_count(model, field, folio) >= least);
}

/* ---- mapped ---- */

/* Whether any of @count pages from the head of @folio on has a _mapcount of 0 or more. */
static struct vmw_error *any_page_mapped(struct folio_reader *folios, const struct folio *folio,
					 uint64_t count, enum tri *ret)
{
	enum tri any = TRI_NO;

	for (uint64_t i = 0; i < count && any != TRI_YES; i++) {
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

static struct vmw_error *any_of_compound(struct folio_reader *folios, const struct folio *folio,
					 enum tri *ret)
{
	*ret = TRI_UNKNOWN;
	if (!folio->order_known)
		return NULL;
	return any_page_mapped(folios, folio, UINT64_C(1) << folio->order, ret);
}

/*
 * hpage_nr_pages(): HPAGE_PMD_NR for every head where huge pages are built in, else 1; what a
 * page-middle entry spans is 2 MiB but with 64K pages on hash, where it is 16 MiB (H_PTE_INDEX_SIZE
 * 9 and 8, arch/powerpc/include/asm/book3s/64/hash-4k.h, hash-64k.h; radix-4k.h, radix-64k.h: 9,
 * 5).
 */
static struct vmw_error *any_of_huge(struct folio_reader *folios, const struct folio *folio,
				     enum tri *ret)
{
	const struct model *model = folios->model;
	const struct known *mmu = &model->context->kernel->mmu;
	unsigned int page_shift = model->context->page_shift;
	enum tri first, all;

	*ret = TRI_UNKNOWN;
	if (!mmu->is_known || mmu->value == MMU_BOOK3E)
		return NULL;
	unsigned int shift = mmu->value == MMU_HASH && page_shift == 16 ? 24 : 21;
	TRY(any_page_mapped(folios, folio, 1, &first));
	TRY(any_page_mapped(folios, folio, UINT64_C(1) << (shift - page_shift), &all));
	/*
	 * The pages behind a smaller one are another's. Whether they are asked is not certain:
	 * 5.0 mended it ("mm: page_mapped: don't assume compound page is huge or THP"), and so did
	 * stable kernels.
	 */
	if (first != all && (!folio->order_known || folio->order + page_shift < shift))
		all = TRI_UNKNOWN;
	/* Since some version none of them are asked for a hugetlb page. */
	if (all != TRI_NO && folio->is_hugetlb != TRI_NO)
		all = TRI_UNKNOWN;
	*ret = all;
	return NULL;
}

static struct vmw_error *find_mapped(struct folio_reader *folios, const struct folio *folio,
				     enum mapped_rule rule, enum tri *ret)
{
	const struct model *model = folios->model;
	const struct compound *compound = &model->compound;
	enum tri pages = TRI_NO;

	*ret = TRI_UNKNOWN;
	if (folio->is_large == TRI_UNKNOWN || !(folio->head.fields.known & VMW_FIELD_MAPCOUNT))
		return NULL;
	if (folio->is_large == TRI_NO || rule == MAPPED_OWN) {
		/* Negative numbers are types, or none: mapped by no process. */
		*ret = tri_of(folio->head.fields.mapcount >= 0);
		return NULL;
	}
	if (rule == MAPPED_LARGE) {
		*ret = second_at_least(model, &compound->large_mapcount, folio, 0);
		return NULL;
	}
	*ret = second_at_least(model, &compound->entire_mapcount, folio, 0);
	if (*ret == TRI_YES)
		return NULL;
	if (rule == MAPPED_COUNTED)
		pages = second_at_least(model, &compound->pages_mapped, folio, 1);
	else if (rule == MAPPED_HUGE)
		TRY(any_of_huge(folios, folio, &pages));
	else if (folio->is_hugetlb != TRI_YES)
		TRY(any_of_compound(folios, folio, &pages));
	if (rule == MAPPED_ANY && folio->is_hugetlb == TRI_UNKNOWN && pages == TRI_YES)
		pages = TRI_UNKNOWN;
	*ret = tri_or(*ret, pages);
	return NULL;
}

struct vmw_error *folio_mapped(struct folio_reader *folios, struct folio *folio,
			       enum mapped_rule rule, enum tri *ret)
{
	unsigned int done = 1U << rule;

	if (!(folio->mapped_done & done)) {
		TRY(find_mapped(folios, folio, rule, &folio->mapped[rule]));
		folio->mapped_done |= done;
	}
	*ret = folio->mapped[rule];
	return NULL;
}

/* ---- map count ---- */

/* Whether kpagecount says 0 without looking at the counts. */
static enum tri counts_as_zero(const struct model *model, const struct kpf_rules *rules,
			       const struct page_view *page, const struct folio *folio)
{
	enum tri zero = TRI_NO;

	if (rules->type_counts && rules->type_is_zero)
		zero = types_any(&model->types, page->fields.mapcount);
	if (!rules->slab_has_count)
		zero = tri_or(zero, page_is_slab(model, rules->by_head ? &folio->head : page));
	return zero;
}

/* What a page of a compound page has of mappings of the whole; false when not known. */
static bool count_of_whole(const struct model *model, const struct kpf_rules *rules,
			   const struct folio *folio, uint32_t *ret)
{
	const struct second_field *entire = &model->compound.entire_mapcount;
	uint32_t twice = 0;

	*ret = 0;
	if (rules->count == COUNT_OWN)
		return true;
	if (rules->count == COUNT_FILE) {
		/* __page_mapcount(): of a file's large page _mapcount has it all. */
		bool is_anon = folio->head.fields.mapping & 1;

		if (!(folio->head.fields.known & VMW_FIELD_MAPPING) ||
		    (!is_anon && folio->is_hugetlb == TRI_UNKNOWN))
			return false;
		if (!is_anon && folio->is_hugetlb == TRI_NO)
			return true;
	}
	if (folio->second.data != VMW_PRESENT || !entire->known)
		return false;
	if (rules->count != COUNT_ENTIRE) {
		/* PG_double_map is another name of these, in the second page. */
		enum flag flag = rules->double_map_workingset ? FLAG_WORKINGSET : FLAG_PRIVATE_2;
		enum tri is_double = folio->second.fields.known & VMW_FIELD_FLAGS
					     ? flag_test(model->flags, flag,
							 folio->second.fields.flags)
					     : TRI_UNKNOWN;

		if (is_double == TRI_UNKNOWN)
			return false;
		twice = is_double == TRI_YES;
	}
	*ret = (uint32_t)second_count(model, entire, folio) + 1 - twice;
	return true;
}

bool folio_page_mapcount(const struct model *model, const struct kpf_rules *rules,
			 const struct page_view *page, const struct folio *folio, int64_t *ret)
{
	uint32_t count, whole = 0;

	if (!folio || !(page->fields.known & VMW_FIELD_MAPCOUNT) || folio->is_large == TRI_UNKNOWN)
		return false;
	enum tri zero = counts_as_zero(model, rules, page, folio);
	if (zero == TRI_YES)
		*ret = 0;
	if (zero != TRI_NO)
		return zero == TRI_YES;
	/* The kernel adds as int does. */
	count = (uint32_t)page->fields.mapcount + 1;
	if (rules->type_counts && !rules->type_is_zero) {
		enum tri typed = types_any(&model->types, page->fields.mapcount);

		if (typed == TRI_UNKNOWN)
			return false;
		if (typed == TRI_YES)
			count = 0;
	}
	if (folio->is_large == TRI_YES && !count_of_whole(model, rules, folio, &whole))
		return false;
	*ret = (int32_t)(count + whole);
	return true;
}
