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
	}
}

static void find_hugetlb(const struct kernel *kernel, struct compound *compound)
{
	const struct vmcoreinfo *info = kernel->vmcoreinfo;
	int64_t number;

	if (vmcoreinfo_number(info, "PAGE_HUGETLB_MAPCOUNT_VALUE", &number)) {
		compound->hugetlb = HUGETLB_TYPE;
	} else if (vmcoreinfo_number(info, "PG_hugetlb", &number) && number >= 0 && number < 64) {
		compound->hugetlb = HUGETLB_FLAG;
		compound->hugetlb_flag = (unsigned int)number;
	} else if (compound->dtor.known && vmcoreinfo_number(info, "HUGETLB_PAGE_DTOR", &number) &&
		   number > 0) {
		compound->hugetlb = HUGETLB_DTOR;
		compound->dtor_value = (uint64_t)number;
	}
}

/*
 * Where the dump has no types, from the sources: 6.1 has compound_mapcount behind compound_dtor,
 * compound_order, aligned to 4; so has 4.18 on (before, it shared the place of mapping). 6.12:
 * _large_mapcount 16, _entire_mapcount 20, _nr_pages_mapped 24. 7.2: _large_mapcount 16,
 * _nr_pages_mapped 20, _entire_mapcount 24, since 6.15, where the map counts of two owners came in
 * (_mm_id_mapcount).
 */
static void find_mapcounts(const struct kernel *kernel, const struct layout *layout,
			   struct compound *compound)
{
	uint32_t release = release_of(kernel);
	bool is_4_18 = layout->has[LAYOUT_MAPCOUNT] && layout->offset[LAYOUT_MAPCOUNT] == 48;

	compound->entire_mapcount = folio_member(kernel, layout, "_entire_mapcount");
	compound->large_mapcount = folio_member(kernel, layout, "_large_mapcount");
	if (compound->entire_mapcount.known || !is_4_18)
		return;
	if (compound->order.known && compound->order.size == 1 && release < RELEASE(6, 2, 0)) {
		compound->entire_mapcount = field_at(
			layout, (compound->order.offset + 4) & ~UINT64_C(3), 4);
	} else if (release >= RELEASE(6, 12, 0) && release < RELEASE(6, 15, 0)) {
		compound->large_mapcount = field_at(layout, 16, 4);
		compound->entire_mapcount = field_at(layout, 20, 4);
	} else if (release >= RELEASE(6, 15, 0)) {
		compound->large_mapcount = field_at(layout, 16, 4);
		compound->entire_mapcount = field_at(layout, 24, 4);
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
