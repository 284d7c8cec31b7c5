/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Locate and read the struct page of a frame.
 *
 * page = vmemmap + pfn * sizeof(struct page) (Linux include/asm-generic/memory_model.h). A frame
 * has one only if mem_section says so: a mapping alone proves nothing, since stale blocks stay
 * mapped after memory was removed.
 */
#pragma once

#include "kernel/section.h"
#include "page/layout.h"
#include "vmemmap/vmemmap.h"

/* All that reading struct pages takes; borrowed parts, filled by page_context_init(). */
struct page_context {
	const struct kernel *kernel;
	const struct vmemmap *vmemmap; /* NULL: page_find() only */
	const struct layout *layout;
	uint64_t base;           /* of the vmemmap */
	uint64_t frames_end;     /* no frame can have this number, or a larger one */
	unsigned int page_shift; /* 12 or 16 */
};

/*
 * MISSING when a fact that is needed is unknown; the message says which. BAD_DATA where the array
 * of struct pages would not fit behind the base. @vmemmap may be NULL when there is none: then
 * page_read() must not be called.
 */
NODISCARD struct vmw_error *
page_context_init(const struct kernel *kernel, const struct vmemmap *vmemmap,
		  const struct layout *layout, struct page_context *ret);

/* What a thread knows from its last page_read() of a context, so that a scan asks once for each run
 * and not once for each page. All zero at first. */
struct page_hint {
	uint64_t first;           /* the frame that the run starts with: */
	struct frame_run frames;  /* VALID; or count is 0 */
	struct vmw_mapping block; /* or size is 0 */
	size_t row;               /* vmemmap_find()'s hint */
};

/* What mem_section says of frame @pfn, which page_read() has just read; NULL where there is none.
 */
const struct frame_run *page_hint_frames(const struct page_hint *hint, vmw_pfn pfn);

/*
 * As vmw_page_read(); @hint belongs to the caller's thread. Without mem_section (kernel->sections
 * is NULL) the mappings alone tell which frames have a struct page: the caller must say so. OS and
 * NO_MEMORY only.
 */
NODISCARD struct vmw_error *page_read(const struct page_context *context, struct reader *reader,
				      vmw_pfn pfn, uint64_t limit, struct page_hint *hint,
				      struct vmw_page *ret);

/* As vmw_page_find(). */
NODISCARD struct vmw_error *page_find(const struct page_context *context, vmw_virt virt,
				      struct vmw_page_place *ret);
