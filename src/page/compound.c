/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "page/compound.h"

#include "kernel/btf.h"
#include "page/release.h"
#include "util/checked.h"

/* The field at @offset of the second struct page, if it fits. */
static struct second_field field_at(const struct layout *layout, uint64_t offset, uint64_t size)
{
	struct second_field field = { .offset = offset, .size = (unsigned int)size };

	field.known = is_power_of_two(size) && size <= 8 && offset % size == 0 &&
		      range_within(offset, size, layout->size);
	return field;
}

/* A member of struct folio that lies in its second struct page. */
static struct second_field folio_member(const struct kernel *kernel, const struct layout *layout,
					const char *member)
{
	uint64_t offset, size;

	if (!kernel->types || !btf_member(kernel->types, "folio", member, &offset, &size) ||
	    offset < layout->size)
		return (struct second_field){ .known = false };
	return field_at(layout, offset - layout->size, size);
}

/* OFFSET(folio.x) counts from the head. */
static bool exported_folio_member(const struct kernel *kernel, const struct layout *layout,
				  const char *member, struct second_field *ret)
{
	uint64_t offset;

	if (!vmcoreinfo_offset(kernel->vmcoreinfo, member, &offset) || offset < layout->size)
		return false;
	*ret = field_at(layout, offset - layout->size, 1);
	return ret->known;
}

static void find_order(const struct kernel *kernel, const struct layout *layout,
		       struct compound *compound)
{
	const struct vmcoreinfo *info = kernel->vmcoreinfo;
	uint64_t order, dtor;
	int64_t number;

	if (vmcoreinfo_offset(info, "page.compound_order", &order)) {
		/* They stand side by side, and were a short each before they were a byte each. */
		uint64_t size = vmcoreinfo_offset(info, "page.compound_dtor", &dtor) && order > dtor
					? order - dtor
					: 0;

		if (size <= 4) {
			compound->order = field_at(layout, order, size);
			compound->dtor = field_at(layout, dtor, size);
		}
	} else if (exported_folio_member(kernel, layout, "folio._folio_order", &compound->order)) {
		exported_folio_member(kernel, layout, "folio._folio_dtor", &compound->dtor);
	} else if (layout->has[LAYOUT_FLAGS] &&
		   (vmcoreinfo_number(info, "PAGE_HUGETLB_MAPCOUNT_VALUE", &number) ||
		    vmcoreinfo_number(info, "PG_hugetlb", &number))) {
		compound->order = field_at(layout, layout->offset[LAYOUT_FLAGS], 8);
	} else if (!layout->has[LAYOUT_COMPOUND_HEAD] && layout->has[LAYOUT_LRU] &&
		   layout->flags->places[FLAG_TAIL].known &&
		   layout->flags->places[FLAG_TAIL].mask) {
		/* set_compound_page_dtor(), set_compound_order() of kernels with PG_tail. */
		compound->dtor = field_at(layout, layout->offset[LAYOUT_LRU], 8);
		compound->order = field_at(layout, layout->offset[LAYOUT_LRU] + 8, 8);
	}
}

static void find_hugetlb(const struct kernel *kernel, struct compound *compound)
{
	const struct vmcoreinfo *info = kernel->vmcoreinfo;
	int64_t number;
	vmw_virt destructor;

	if (vmcoreinfo_number(info, "PAGE_HUGETLB_MAPCOUNT_VALUE", &number)) {
		compound->hugetlb = HUGETLB_TYPE;
	} else if (vmcoreinfo_number(info, "PG_hugetlb", &number) && number >= 0 && number < 64) {
		compound->hugetlb = HUGETLB_FLAG;
		compound->hugetlb_flag = (unsigned int)number;
	} else if (compound->dtor.known && vmcoreinfo_number(info, "HUGETLB_PAGE_DTOR", &number) &&
		   number > 0) {
		compound->hugetlb = HUGETLB_DTOR;
		compound->dtor_value = (uint64_t)number;
	} else if (compound->dtor.known && compound->dtor.size == 8 &&
		   kernel_symbol(kernel, "free_huge_page", &destructor, NULL)) {
		/*
		 * In VMCOREINFO since 3.17. As a function's symbol is a pointer to it: the address
		 * of its descriptor with the first ABI.
		 */
		compound->hugetlb = HUGETLB_DTOR;
		compound->dtor_value = destructor.value;
	}
}

/*
 * Where the dump has no types, from include/linux/mm_types.h: where a version has the fields of
 * struct page 4.18 to 7.3, in the second of a folio. 6.6 to 6.9 have a word to spare, _folio_avail,
 * where 6.10 put _large_mapcount (05c5323b2a34); two owners' counts moved the others in 6.15
 * (_mm_id_mapcount).
 */
static const struct folio_counts {
	uint32_t since;
	/* Where that has the order, which VMCOREINFO tells: a vendor's kernel may be newer. */
	uint64_t order;
	int entire, large, pages; /* offsets, or -1 */
} folio_counts[] = {
	{ RELEASE(6, 15, 0), 0, 24, 16, 20 },
	{ RELEASE(6, 10, 0), 0, 20, 16, 24 },
	{ RELEASE(6, 6, 0), 0, 24, -1, 28 },
	/* Behind the bytes for the destructor and the order. */
	{ RELEASE(6, 2, 0), 17, 20, -1, 24 },
	{ RELEASE(4, 18, 0), 17, 20, -1, -1 },
};

static struct second_field count_at(const struct layout *layout, int offset)
{
	if (offset < 0)
		return (struct second_field){ .known = false };
	return field_at(layout, (uint64_t)offset, 4);
}

static void find_mapcounts(const struct kernel *kernel, const struct layout *layout,
			   struct compound *compound)
{
	uint32_t release = release_of(kernel);
	uint64_t mapcount = layout->has[LAYOUT_MAPCOUNT] ? layout->offset[LAYOUT_MAPCOUNT] : 0;

	compound->entire_mapcount = folio_member(kernel, layout, "_entire_mapcount");
	compound->large_mapcount = folio_member(kernel, layout, "_large_mapcount");
	compound->pages_mapped = folio_member(kernel, layout, "_nr_pages_mapped");
	if (compound->entire_mapcount.known)
		return;
	/* 4.5 to 4.17: compound_mapcount shares the place of mapping. */
	if (mapcount == 24 && release >= RELEASE(4, 5, 0) && release < RELEASE(4, 18, 0) &&
	    layout->has[LAYOUT_MAPPING])
		compound->entire_mapcount = field_at(layout, layout->offset[LAYOUT_MAPPING], 4);
	if (mapcount != 48)
		return;
	for (size_t i = 0; i < sizeof(folio_counts) / sizeof(folio_counts[0]); i++) {
		const struct folio_counts *counts = &folio_counts[i];

		if (release < counts->since)
			continue;
		if (!compound->order.known || compound->order.offset != counts->order)
			return;
		compound->entire_mapcount = count_at(layout, counts->entire);
		compound->large_mapcount = count_at(layout, counts->large);
		compound->pages_mapped = count_at(layout, counts->pages);
		return;
	}
}

void compound_init(const struct kernel *kernel, const struct layout *layout, struct compound *ret)
{
	*ret = (struct compound){ .hugetlb = HUGETLB_UNKNOWN };
	find_order(kernel, layout, ret);
	find_hugetlb(kernel, ret);
	find_mapcounts(kernel, layout, ret);
}

uint64_t second_field_get(const struct second_field *field, enum order order, const uint64_t *words)
{
	uint64_t word = words[field->offset / 8];
	unsigned int bytes = (unsigned int)(field->offset % 8);
	unsigned int shift = 8 * (order == ORDER_BIG ? 8 - field->size - bytes : bytes);

	if (field->size == 8)
		return word;
	return word >> shift & ((UINT64_C(1) << 8 * field->size) - 1);
}
