/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "page/special.h"

#include <string.h>

#include "page/release.h"
#include "util/addr.h"
#include "util/checked.h"

/* Read the variable @name, eight bytes. False when it has no known address, or is not in the dump.
 */
static struct vmw_error *read_variable(const struct kernel *kernel, struct reader *reader,
				       const char *name, uint64_t *ret, const char **ret_from,
				       bool *ret_found)
{
	vmw_virt virt;

	*ret_found = false;
	if (!kernel_symbol(kernel, name, &virt, ret_from))
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

	TRY(read_variable(kernel, reader, "zero_pfn", &value, NULL, &found));
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
		TRY(read_variable(context->kernel, reader, pointers[i], &value, NULL, &found));
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

/*
 * max_pfn only ever grows, with each piece of memory (arch/powerpc/mm/mem.c,
 * update_end_of_memory_vars(), from add_pages()): no node and no section reaches beyond.
 */
static void check_max_pfn(const struct page_context *context, const struct zones *zones,
			  const struct sections_extent *extent, uint64_t max_pfn,
			  struct special *special)
{
	const struct known *bits = &context->kernel->section_size_bits;
	uint64_t mask = bits->is_known ? (UINT64_C(1) << (bits->value - context->page_shift)) - 1
				       : 0;

	if (max_pfn == 0 || max_pfn > context->frames_end)
		special->end_fault = "what stands at its address is no number of a frame";
	else if (zones->has_nodes && zones->frames_end > max_pfn)
		special->end_fault = "a node spans frames beyond what stands at its address";
	else if (extent->used > ((max_pfn + mask) & ~mask))
		special->end_fault = "a memory section lies beyond what stands at its address";
	else if (zones->has_nodes && context->kernel->sections)
		special->end_note = "no node and no memory section lies behind it";
}

struct vmw_error *special_find_end(const struct page_context *context, struct reader *reader,
				   const struct zones *zones, struct special *special)
{
	struct sections_extent extent = { .used = 0 };
	const char *from = NULL;
	uint64_t value;
	bool found;

	TRY(read_variable(context->kernel, reader, "max_pfn", &value, &from, &found));
	if (context->kernel->sections)
		TRY(sections_extent(context->kernel, reader, &extent));
	if (found)
		check_max_pfn(context, zones, &extent, value, special);
	if (found && !special->end_fault) {
		special->end_known = true;
		special->end = value;
		special->end_from = strcmp(from, "VMCOREINFO") == 0
					    ? "max_pfn, at SYMBOL(max_pfn) of VMCOREINFO"
					    : "max_pfn";
	} else if (zones->has_nodes) {
		/* A node's span does not reach over memory that was never put online, or is offline
		 * again, or removed. */
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
