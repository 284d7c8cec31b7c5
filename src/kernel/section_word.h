/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words of mem_section, as they are read by what finds it (kernel/section_form.c) and by what
 * looks up in it (kernel/section.c).
 */
#pragma once

#include "kernel/section.h"
#include "util/checked.h"

/* Bits of section_mem_map (include/linux/mmzone.h). */
#define SECTION_PRESENT UINT64_C(0x01)
#define SECTION_HAS_MEM_MAP UINT64_C(0x02)
#define SECTION_ONLINE UINT64_C(0x04) /* since 4.13 */
#define SECTION_EARLY UINT64_C(0x08)  /* since 5.3 */
#define SECTION_DEVICE UINT64_C(0x10) /* since 5.12, where ZONE_DEVICE is configured */
#define SECTION_FLAGS UINT64_C(0x3f)

enum {
	SUBSECTION_SHIFT = 21,
	SECTION_CHUNK = 8192, /* bytes of mem_section read at once */
};

/*
 * Read up to @size bytes at @virt and stop where their kind changes. The first @unit bytes are of
 * use only together: @ret is PRESENT with at least as many, or tells of what is missing among them,
 * at *@ret_phys.
 */
NODISCARD struct vmw_error *section_read_run(struct reader *reader, vmw_virt virt, void *buffer,
					     size_t size, size_t unit, struct run *ret,
					     vmw_phys *ret_phys);

/* Whether @virt can be where words of 8 bytes start, @size bytes of them. */
static inline bool section_is_word_place(const struct kernel *kernel, uint64_t virt, uint64_t size)
{
	uint64_t last;

	return virt % 8 == 0 && size > 0 && checked_add(virt, size - 1, &last) &&
	       kernel_is_linear(kernel, virt_at(virt)) && kernel_is_linear(kernel, virt_at(last));
}
