/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "page/decode.h"

#include "util/addr.h"

/* The largest page of ppc64 is 16 GiB (MMU_PAGE_16G): no head is farther from a tail. */
enum { COMPOUND_SHIFT_MAX = 34 };

static uint64_t word_at(const struct page_context *context, const uint64_t *words,
			enum layout_field field)
{
	return words[context->layout->offset[field] / 8];
}

/* A 32-bit field: the half of its word that lies lower in memory is the high one on big-endian. */
static int32_t half_at(const struct page_context *context, const uint64_t *words,
		       enum layout_field field)
{
	uint64_t word = word_at(context, words, field);
	bool lower = context->layout->offset[field] % 8 == 0;
	bool high_half = lower == (context->kernel->order == ORDER_BIG);

	return (int32_t)(uint32_t)(high_half ? word >> 32 : word);
}

static enum vmw_mapping_kind mapping_kind(uint64_t mapping)
{
	static const enum vmw_mapping_kind kinds[] = {
		VMW_MAPPING_FILE,
		VMW_MAPPING_ANON,
		VMW_MAPPING_MOVABLE,
		VMW_MAPPING_KSM,
	};

	return mapping == 0 ? VMW_MAPPING_NONE : kinds[mapping & 3];
}

static void find_head(const struct page_context *context, vmw_pfn pfn, uint64_t address,
		      struct vmw_page_fields *ret)
{
	uint64_t size = context->layout->size;

	/*
	 * Since 7.1 the word may hold a mask of the address instead (compound_info_has_mask()),
	 * where HugeTLB pages share their tails' struct pages; no ppc64 kernel is built so. No
	 * pointer has these bits.
	 */
	if (address >> 40 == 0xffffff)
		return;
	ret->head_virt = virt_at(address);
	if (ret->head_virt.value < context->base ||
	    (ret->head_virt.value - context->base) % size != 0)
		return;
	uint64_t head = (ret->head_virt.value - context->base) / size;
	if (head >= pfn.value ||
	    pfn.value - head >= UINT64_C(1) << (COMPOUND_SHIFT_MAX - context->page_shift))
		return;
	ret->head_pfn = pfn_at(head);
	ret->head_known = true;
}

/*
 * Before 4.4 a tail has PG_tail, and its first_page, which shares the place of private (3.1 to 4.3:
 * 48, before: 16), points at the head.
 */
static bool has_tail_flag(const struct layout *layout, uint64_t *ret_mask)
{
	const struct flag_place *tail = layout->flags ? &layout->flags->places[FLAG_TAIL] : NULL;

	if (!tail || !tail->known || !tail->mask || !layout->has[LAYOUT_FLAGS] ||
	    !layout->has[LAYOUT_PRIVATE])
		return false;
	*ret_mask = tail->mask;
	return true;
}

static void decode_compound(const struct page_context *context, vmw_pfn pfn, const uint64_t *words,
			    struct vmw_page_fields *ret)
{
	const struct layout *layout = context->layout;
	bool has_info = layout->has[LAYOUT_COMPOUND_HEAD];
	uint64_t info = has_info ? word_at(context, words, LAYOUT_COMPOUND_HEAD) : 0;
	bool head_known = layout->has_head_flag && layout->has[LAYOUT_FLAGS];
	uint64_t tail_mask = 0;
	bool has_flag = !has_info && has_tail_flag(layout, &tail_mask);

	/* The tail first: since 6.6 flags of a tail hold other things than flags. */
	if (info & 1) {
		ret->compound = VMW_COMPOUND_TAIL;
		find_head(context, pfn, info - 1, ret);
	} else if (has_flag && (ret->flags & tail_mask)) {
		ret->compound = VMW_COMPOUND_TAIL;
		find_head(context, pfn, ret->private_, ret);
	} else if (head_known && (ret->flags >> layout->head_flag & 1)) {
		ret->compound = VMW_COMPOUND_HEAD;
	} else if ((!has_info && !has_flag) || !head_known) {
		/* A tail, or a head, cannot be told from a page that is neither. */
		return;
	}
	ret->known |= VMW_FIELD_COMPOUND;
}

void page_decode(const struct page_context *context, vmw_pfn pfn, const uint64_t *words,
		 struct vmw_page_fields *ret)
{
	const struct layout *layout = context->layout;

	*ret = (struct vmw_page_fields){ .known = 0 };
	if (layout->has[LAYOUT_FLAGS]) {
		ret->known |= VMW_FIELD_FLAGS;
		ret->flags = word_at(context, words, LAYOUT_FLAGS);
	}
	if (layout->has[LAYOUT_REFCOUNT]) {
		ret->known |= VMW_FIELD_REFCOUNT;
		ret->refcount = half_at(context, words, LAYOUT_REFCOUNT);
	}
	if (layout->has[LAYOUT_MAPCOUNT]) {
		ret->known |= VMW_FIELD_MAPCOUNT;
		ret->mapcount = half_at(context, words, LAYOUT_MAPCOUNT);
	}
	if (layout->has[LAYOUT_MAPPING]) {
		ret->known |= VMW_FIELD_MAPPING;
		ret->mapping = word_at(context, words, LAYOUT_MAPPING);
		ret->mapping_kind = mapping_kind(ret->mapping);
	}
	if (layout->has[LAYOUT_INDEX]) {
		ret->known |= VMW_FIELD_INDEX;
		ret->index = word_at(context, words, LAYOUT_INDEX);
	}
	if (layout->has[LAYOUT_PRIVATE]) {
		ret->known |= VMW_FIELD_PRIVATE;
		ret->private_ = word_at(context, words, LAYOUT_PRIVATE);
	}
	if (layout->has[LAYOUT_LRU]) {
		/* struct list_head { next, prev }, as since 2.1.45. */
		size_t word = layout->offset[LAYOUT_LRU] / 8;

		ret->known |= VMW_FIELD_LRU;
		ret->lru_next = words[word];
		ret->lru_prev = words[word + 1];
	}
	decode_compound(context, pfn, words, ret);
}
