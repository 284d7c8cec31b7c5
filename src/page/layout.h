/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the fields of struct page are.
 *
 * Source: OFFSET(page.*) of VMCOREINFO, Linux kernel/vmcore_info.c
 * crash_save_vmcoreinfo_init(). `index` always stands right behind `mapping` (include/linux/
 * mm_types.h, 2.6.35 to 7.2); it is exported by patched kernels only, as folio.index (producer/):
 * struct folio overlays the struct page, FOLIO_MATCH() of mm_types.h. Names differ over time:
 * _count became _refcount in 4.7, compound_head (since 4.4) became compound_info in 7.1.
 */
#pragma once

#include "kernel/kernel.h"
#include "page/flags.h"

enum layout_field {
	LAYOUT_FLAGS,
	LAYOUT_REFCOUNT,
	LAYOUT_MAPCOUNT,
	LAYOUT_MAPPING,
	LAYOUT_INDEX,
	LAYOUT_PRIVATE,
	LAYOUT_LRU,
	LAYOUT_COMPOUND_HEAD, /* absent before 4.4: there a tail is a flag that is not exported */
	LAYOUT_COUNT,
};

struct layout {
	uint64_t size; /* of struct page: 56 to 128, a multiple of 8 */
	bool has[LAYOUT_COUNT];
	uint64_t offset[LAYOUT_COUNT];   /* within size, aligned, with room for the field */
	const char *names[LAYOUT_COUNT]; /* in this kernel's C: "_refcount", before 4.7 "_count" */
	struct flags *flags;             /* owned by the layout */
	const char *index_from;          /* where that of index is from; a literal */
	bool has_head_flag;              /* PG_head is known: */
	unsigned int head_flag;          /* its bit */
};

/*
 * Read the layout from VMCOREINFO; without any, only the size is known. MISSING when SIZE(page) is
 * unknown. An offset that lies outside the struct page, or is not aligned, is told to @problems
 * ("offset-bad") and left out; so is one of index that is not right behind mapping, unless the
 * kernel's types have it there, too. Problems with flags as flags_open() has it.
 *
 * The low bits of a tail page's flags hold other things since 6.6 (in the first tail: the order),
 * which the names of the flags do not fit.
 */
NODISCARD struct vmw_error *layout_open(const struct kernel *kernel, struct problems *problems,
					struct layout **ret);
void layout_free(struct layout *layout);
DEFINE_CLEANUP(struct layout, layout_free)

/* The field at @offset of a struct page; of two that share the place the one that starts last, or
 * is larger. False when none is known there. */
bool layout_find(const struct layout *layout, uint64_t offset, enum layout_field *ret);
