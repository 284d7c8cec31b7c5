/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "page/special.h"

#include <string.h>

#include "page/release.h"
#include "util/addr.h"
#include "util/checked.h"

/* Read the variable @name, eight bytes. False when it has no known address, or is not in the dump.
 */
static struct vmw_error *read_variable(const struct kernel *kernel, struct reader *reader,
				       const char *name, uint64_t *ret, bool *ret_found)
{
	vmw_virt virt;

	*ret_found = false;
	if (!kernel_symbol(kernel, name, &virt, NULL))
		return NULL;
	struct vmw_error *error = kernel_read_u64(kernel, reader, virt, name, ret);
	*ret_found = !error;
	if (error && (error->kind == VMW_ERROR_OS || error->kind == VMW_ERROR_NO_MEMORY))
		return error;
	vmw_error_free(error);
	return NULL;
}

/*
 * Without symbols of data (Debian 6.1 has none) the zero page of a 64K kernel is still where the
 * linker puts it: arch/powerpc/mm/Makefile lists mem.o, whose one page-aligned object is
 * empty_zero_page, right before pgtable.o, whose one is swapper_pg_dir, aligned to 64K as all page
 * tables of the top are; checked in the sources of 6.1 and 6.12. On 4K kernels the gap between them
 * is not known.
 */
static bool zero_by_link_order(const struct page_context *context, vmw_pfn *ret)
{
	uint32_t release = release_of(context->kernel);
	vmw_virt directory;

	if (release < RELEASE(6, 1, 0) || release >= RELEASE(6, 13, 0) ||
	    context->page_shift != 16 ||
	    !kernel_symbol(context->kernel, "swapper_pg_dir", &directory, NULL) ||
	    !kernel_is_linear(context->kernel, directory) || directory.value % 65536 != 0)
		return false;
	uint64_t frame = phys_to_pfn(virt_to_phys(directory), 16).value;
	if (frame == 0)
		return false;
	*ret = pfn_at(frame - 1);
	return true;
}

static struct vmw_error *find_zero(const struct page_context *context, struct reader *reader,
				   struct special *special)
{
	const struct kernel *kernel = context->kernel;
	uint64_t value;
	vmw_virt virt;
	bool found;

	TRY(read_variable(kernel, reader, "zero_pfn", &value, &found));
	if (found && value < context->frames_end) {
		special->zero = pfn_at(value);
		special->zero_from = "zero_pfn";
	} else if (kernel_symbol(kernel, "empty_zero_page", &virt, NULL) &&
		   kernel_is_linear(kernel, virt)) {
		special->zero = phys_to_pfn(virt_to_phys(virt), context->page_shift);
		special->zero_from = "the address of empty_zero_page";
	} else if (zero_by_link_order(context, &special->zero)) {
		special->zero_from = "the page before swapper_pg_dir, where 6.1 to 6.12 link it";
	} else {
		special->zero_from = "no symbol zero_pfn or empty_zero_page";
		return NULL;
	}
	special->zero_known = true;
	return NULL;
}

/* The frame of a struct page, by its address. */
static bool page_frame(const struct page_context *context, uint64_t address, vmw_pfn *ret)
{
	uint64_t size = context->layout->size;

	if (address < context->base || (address - context->base) % size != 0 ||
	    (address - context->base) / size >= context->frames_end)
		return false;
	*ret = pfn_at((address - context->base) / size);
	return true;
}

static struct vmw_error *find_huge_zero(const struct page_context *context, struct reader *reader,
					struct special *special)
{
	static const char *const pointers[] = { "huge_zero_folio", "huge_zero_page" };
	uint64_t value;
	bool found;

	special->huge_zero_from = "no symbol huge_zero_folio or huge_zero_page";
	for (size_t i = 0; i < sizeof(pointers) / sizeof(pointers[0]); i++) {
		TRY(read_variable(context->kernel, reader, pointers[i], &value, &found));
		if (!found)
			continue;
		special->has_huge_zero = value != 0;
		special->huge_zero_known = value == 0 ||
					   page_frame(context, value, &special->huge_zero);
		special->huge_zero_from = pointers[i];
		return NULL;
	}
	return NULL;
}

struct vmw_error *special_find_end(const struct page_context *context, struct reader *reader,
				   const struct zones *zones, struct special *special)
{
	uint64_t value;
	bool found;

	TRY(read_variable(context->kernel, reader, "max_pfn", &value, &found));
	if (found && value > 0 && value <= context->frames_end) {
		special->end_known = true;
		special->end = value;
		special->end_from = "max_pfn";
	} else if (zones->has_nodes) {
		struct sections_extent extent = { .used = 0 };

		/* A node's span does not reach over memory that was never put online, or is offline
		 * again, or removed. */
		if (context->kernel->sections)
			TRY(sections_extent(context->kernel, reader, &extent));
		special->end = min_u64(max_u64(zones->frames_end, extent.used),
				       context->frames_end);
		special->end_limit = min_u64(extent.room, context->frames_end);
		special->end_from = "the last node or memory section";
	} else {
		special->end_from = zones->nodes_missing;
	}
	return NULL;
}

struct vmw_error *special_init(const struct page_context *context, struct reader *reader,
			       struct special *ret)
{
	*ret = (struct special){ .zero_known = false };
	TRY(find_zero(context, reader, ret));
	return find_huge_zero(context, reader, ret);
}
