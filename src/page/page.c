/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "page/page.h"

#include <inttypes.h>

#include "page/decode.h"
#include "util/addr.h"
#include "util/checked.h"

struct vmw_error *page_context_init(const struct kernel *kernel, const struct vmemmap *vmemmap,
				    const struct layout *layout, struct page_context *ret)
{
	struct page_context context = { .kernel = kernel, .vmemmap = vmemmap, .layout = layout };
	const struct known *base = vmemmap ? &vmemmap->base : &kernel->vmemmap_base;
	uint64_t page_shift, end;

	TRY(known_require(&kernel->page_shift, "page size", &page_shift));
	TRY(known_require(base, "the vmemmap's base", &context.base));
	context.page_shift = (unsigned int)page_shift;
	context.frames_end = vmemmap_span(kernel) / layout->size;
	if (!checked_add(context.base, context.frames_end * layout->size, &end))
		return error_new(VMW_ERROR_BAD_DATA, where_virt(virt_at(context.base)),
				 "the vmemmap's base: behind 0x%" PRIx64
				 " there is no room for %" PRIu64 " struct pages of %" PRIu64
				 " bytes",
				 context.base, context.frames_end, layout->size);
	*ret = context;
	return NULL;
}

/* Make @ret stand for @count frames without a struct page. */
static void set_no_page(struct vmw_page *ret, uint64_t count, const char *why)
{
	*ret = (struct vmw_page){
		.pfn = ret->pfn, .count = count, .data = VMW_NO_PAGE, .why = why
	};
}

/*
 * The run of frames from @pfn on, at most @limit, that mem_section says the same of; of those that
 * it has none for, all of them.
 */
static struct vmw_error *find_frames(const struct page_context *context, struct reader *reader,
				     vmw_pfn pfn, uint64_t limit, struct page_hint *hint,
				     struct frame_run *ret)
{
	uint64_t in_section = UINT64_C(1) << context->kernel->sections->frames_shift;
	struct frame_run *frames = &hint->frames;

	if (pfn.value < hint->first || pfn.value - hint->first >= frames->count) {
		/* What tells of one frame tells of its section too: for those that come next. */
		uint64_t wanted = max_u64(limit, in_section - pfn.value % in_section);

		frames->count = 0;
		TRY(sections_find(context->kernel, reader, pfn, wanted, ret));
		if (ret->state == FRAME_VALID) {
			hint->first = pfn.value;
			*frames = *ret;
		}
	} else {
		*ret = *frames;
		ret->count -= pfn.value - hint->first;
	}
	while (ret->state == FRAME_NONE && ret->count < limit) {
		struct frame_run next;

		TRY(sections_find(context->kernel, reader, pfn_at(pfn.value + ret->count),
				  limit - ret->count, &next));
		if (next.state != FRAME_NONE)
			break;
		ret->count += next.count;
	}
	ret->count = min_u64(ret->count, limit);
	return NULL;
}

/* vmemmap_find(), but for the block that was found last. */
static struct vmw_error *find_block(const struct page_context *context, struct reader *reader,
				    vmw_virt at, struct page_hint *hint, enum lookup *ret,
				    struct vmw_mapping *ret_block)
{
	*ret = LOOKUP_MAPPED;
	if (at.value < hint->block.virt.value ||
	    at.value - hint->block.virt.value >= hint->block.size) {
		struct vmw_mapping block;

		TRY(vmemmap_find(context->vmemmap, reader, at, &hint->row, ret, &block));
		if (*ret == LOOKUP_MAPPED)
			hint->block = block;
	}
	*ret_block = hint->block;
	return NULL;
}

/*
 * Find what maps the struct page at @page->virt. Where the answer is not MAPPED it is that of the
 * first byte that is not, at *@ret_at.
 */
static struct vmw_error *find_pieces(const struct page_context *context, struct reader *reader,
				     struct page_hint *hint, struct vmw_page *page,
				     enum lookup *ret, vmw_virt *ret_at)
{
	uint64_t left = context->layout->size;
	vmw_virt at = page->virt;

	while (left > 0) {
		struct vmw_page_piece piece;

		*ret_at = at;
		TRY(find_block(context, reader, at, hint, ret, &piece.block));
		if (*ret != LOOKUP_MAPPED)
			return NULL;
		uint64_t offset = at.value - piece.block.virt.value;
		piece.size = min_u64(left, piece.block.size - offset);
		/* No kernel maps less than 4 KiB, so a struct page lies in two blocks at most. */
		if (page->piece_count == 2 ||
		    !checked_add(piece.block.phys.value, offset, &piece.phys.value)) {
			*ret = LOOKUP_UNKNOWN;
			return NULL;
		}
		page->pieces[page->piece_count++] = piece;
		at.value += piece.size;
		left -= piece.size;
	}
	return NULL;
}

/* How many bytes from @at on are not mapped, where vmemmap_find() said so; at least 1. */
static struct vmw_error *find_gap(const struct page_context *context, struct reader *reader,
				  vmw_virt at, uint64_t *ret)
{
	const struct table *table = &context->vmemmap->table;
	size_t low = 0, high = table->count;

	if (context->vmemmap->source == VMW_SOURCE_RADIX) {
		struct radix_leaf leaf;

		TRY(radix_find(context->kernel, reader, at, &leaf));
		bool covers = leaf.state == RADIX_UNMAPPED && at.value >= leaf.virt.value &&
			      at.value - leaf.virt.value < leaf.size;
		*ret = covers ? leaf.size - (at.value - leaf.virt.value) : 1;
		return NULL;
	}
	/* A list that is whole is all in the table: the gap ends with the next row. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (table->rows[middle].virt.value > at.value)
			high = middle;
		else
			low = middle + 1;
	}
	*ret = low < table->count ? table->rows[low].virt.value - at.value : UINT64_MAX - at.value;
	return NULL;
}

/* Why the bytes at @phys, of a struct page, are not there. */
static const char *why_missing(const struct kernel *kernel, vmw_phys phys, const struct run *run)
{
	const struct known *start = &kernel->crash_start, *size = &kernel->crash_size;

	if (run->data != VMW_NOT_DUMPED)
		return reason_text(run->reason);
	if (!start->is_known || !size->is_known)
		return "the dump does not cover it: memory of the crash kernel, or not dumped";
	if (phys.value >= start->value && phys.value - start->value < size->value)
		return "it lies in the memory of the crash kernel, which is never dumped";
	return reason_text(run->reason);
}

static struct vmw_error *read_words(const struct page_context *context, struct reader *reader,
				    struct vmw_page *page)
{
	unsigned char bytes[VMW_PAGE_WORDS_MAX * 8];
	uint64_t filled = 0;

	for (unsigned int i = 0; i < page->piece_count; i++) {
		const struct vmw_page_piece *piece = &page->pieces[i];
		struct run run;

		TRY(reader_read_whole(reader, piece->phys, bytes + filled, piece->size, &run));
		if (run.data != VMW_PRESENT) {
			page->data = run.data;
			page->why = why_missing(context->kernel,
						phys_at(piece->phys.value + run.size), &run);
			return NULL;
		}
		filled += piece->size;
	}
	page->data = VMW_PRESENT;
	page->word_count = (unsigned int)(filled / 8);
	for (unsigned int i = 0; i < page->word_count; i++)
		page->words[i] = load_u64(bytes + (size_t)8 * i, context->kernel->order);
	page_decode(context, page->pfn, page->words, &page->fields);
	return NULL;
}

struct vmw_error *page_read(const struct page_context *context, struct reader *reader, vmw_pfn pfn,
			    uint64_t limit, struct page_hint *hint, struct vmw_page *ret)
{
	uint64_t size = context->layout->size;
	bool has_sections = context->kernel->sections;
	struct frame_run frames = { .state = FRAME_VALID };
	enum lookup lookup;

	*ret = (struct vmw_page){ .pfn = pfn, .count = 1 };
	if (pfn.value >= context->frames_end) {
		set_no_page(ret, min_u64(limit - 1, UINT64_MAX - pfn.value) + 1,
			    "its number is beyond the memory that the kernel can have");
		return NULL;
	}
	frames.count = limit = min_u64(limit, context->frames_end - pfn.value);

	if (has_sections)
		TRY(find_frames(context, reader, pfn, limit, hint, &frames));
	if (frames.state == FRAME_NONE) {
		set_no_page(ret, frames.count, "no memory section has it");
		return NULL;
	}

	ret->virt = virt_at(context->base + pfn.value * size);
	vmw_virt at = ret->virt;
	TRY(find_pieces(context, reader, hint, ret, &lookup, &at));
	switch (lookup) {
	case LOOKUP_UNMAPPED: {
		uint64_t gap;

		/* A list that was cut by a NULL looks whole: mem_section knows better. */
		if (has_sections && frames.state == FRAME_VALID) {
			ret->data = VMW_LOST;
			ret->why =
				"mem_section says that it has a struct page, but nothing maps it: the record of the mappings is cut";
			return NULL;
		}
		/* The first byte of the struct pages that follow lies in the same gap. */
		TRY(find_gap(context, reader, at, &gap));
		uint64_t count = at.value == ret->virt.value ? div_round_up(gap, size) : 1;
		/* An absent struct page is mapped nowhere, so this holds also where mem_section is
		 * missing. */
		set_no_page(ret, min_u64(count, frames.count), "nothing maps its struct page");
		return NULL;
	}
	case LOOKUP_UNKNOWN:
		ret->data = VMW_LOST;
		ret->why = "the record of the mappings is damaged";
		return NULL;
	case LOOKUP_MAPPED:
		break;
	}
	if (frames.state == FRAME_UNKNOWN) {
		ret->data = VMW_LOST;
		ret->why =
			"the part of mem_section that tells whether it has a struct page is not in the dump";
		return NULL;
	}
	return read_words(context, reader, ret);
}

const struct frame_run *page_hint_frames(const struct page_hint *hint, vmw_pfn pfn)
{
	if (hint->frames.count == 0 || pfn.value < hint->first ||
	    pfn.value - hint->first >= hint->frames.count)
		return NULL;
	return &hint->frames;
}

struct vmw_error *page_find(const struct page_context *context, vmw_virt virt,
			    struct vmw_page_place *ret)
{
	uint64_t span = context->frames_end * context->layout->size;
	enum layout_field field;

	if (virt.value < context->base || virt.value - context->base >= span)
		return error_new(VMW_ERROR_MISUSE, where_virt(virt),
				 "address 0x%" PRIx64 ": not in the vmemmap, which spans 0x%" PRIx64
				 " to 0x%" PRIx64,
				 virt.value, context->base, context->base + span - 1);
	uint64_t offset = virt.value - context->base;
	*ret = (struct vmw_page_place){
		.pfn = pfn_at(offset / context->layout->size),
		.offset = offset % context->layout->size,
	};
	if (layout_find(context->layout, ret->offset, &field)) {
		ret->field = context->layout->names[field];
		ret->field_offset = ret->offset - context->layout->offset[field];
	}
	return NULL;
}
