/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The vmemmap of the crashed kernel: its mappings from whichever record the kernel keeps, and the
 * translation of addresses.
 */
#pragma once

#include "kernel/kernel.h"
#include "vmemmap/bound.h"
#include "vmemmap/list.h"
#include "vmemmap/radix.h"
#include "vmemmap/table.h"

struct vmemmap {
	const struct kernel *kernel; /* borrowed */
	enum vmw_source source;      /* LIST, RADIX or BLOCKS: the record that is believed */
	const char *source_from;     /* why that one */
	/*
	 * Virtual address of the struct page of frame 0: kernel->vmemmap_base, or, where that is
	 * not known, the lowest entry of a whole list: RAM starts at frame 0 on every ppc64
	 * machine. To be used in place of kernel->vmemmap_base wherever there is a struct vmemmap.
	 */
	struct known base;
	struct table table;  /* for RADIX filled by vmemmap_walk() only */
	bool walked;         /* the table is filled */
	bool checked;        /* vmemmap_walk() is done */
	bool complete;       /* the table holds all that the record says, and mem_section wants */
	size_t list_count;   /* entries of the list that were read; for RADIX by vmemmap_walk() */
	bool list_complete;  /* the list's end was reached */
	uint64_t block_size; /* of the list; 0 when not known */
	const char *block_size_from; /* or why it is not known; NULL when there was no list */
	char *owned;                 /* what block_size_from points at, unless a literal */

	/* vmemmap_blocks, of patched radix kernels; from vmemmap_load_blocks() on. */
	bool blocks_loaded;
	struct table blocks;  /* what it maps; empty where it is the source, or damaged at its head
			       */
	size_t blocks_count;  /* its entries */
	bool blocks_complete; /* its end was reached, and all entries can be blocks */
	bool blocks_compared; /* vmemmap_walk() held it against the page tables: */
	size_t blocks_differ; /* ranges in which they differ */
	uint64_t blocks_filled; /* bytes of the table that stand in for lost page tables */
};

/* "vmemmap_list", ...: what the record is called. */
const char *source_name(enum vmw_source source);

/*
 * Choose the record (@source, AUTO for the best one) and read the list where it is that. MISSING or
 * BAD_DATA when there is no usable record: the message says what was found and what would help. A
 * list that breaks midway is no error: complete is false, and @problems say where ("list-broken",
 * partial). A base that the lowest entry of a whole list contradicts is a problem "base-differs",
 * partial. @kernel is borrowed until vmemmap_close().
 *
 * On AUTO the page tables come first on a radix kernel. Where they cannot be entered at all
 * ("table-bad", partial), and the kernel keeps vmemmap_blocks, that is taken.
 */
NODISCARD struct vmw_error *vmemmap_open(const struct kernel *kernel, struct reader *reader,
					 enum vmw_source source, struct problems *problems,
					 struct vmemmap **ret);
void vmemmap_close(struct vmemmap *vmemmap);
DEFINE_CLEANUP(struct vmemmap, vmemmap_close)

/*
 * Fill the table from the page tables if they are the record, and hold it against the list where
 * the kernel has both: each difference is a problem "list-radix-differ", partial; a list that is
 * damaged there is a warning only, since no answer rests on it. vmemmap_blocks is held against them
 * in the same way ("blocks-radix-differ", partial), and its mappings join the table where page
 * tables are damaged or not in the dump ("blocks-used", a warning). Then hold a whole record, of
 * either kind, against mem_section (vmemmap/coverage.h): struct pages that it does not map make it
 * incomplete. Done at most once. MISSING when the base is not known. Writes to @vmemmap: not while
 * other threads look up.
 */
NODISCARD struct vmw_error *vmemmap_walk(struct vmemmap *vmemmap, struct reader *reader,
					 struct problems *problems);

/*
 * Read vmemmap_blocks, if the kernel has it and the page tables are the source: from then on
 * lookups that meet lost page tables go by it. Done at most once; vmemmap_walk() does it, too. What
 * is damaged in it is a warning ("blocks-broken", "block-bad"). OS and NO_MEMORY only. Writes to
 * @vmemmap.
 */
NODISCARD struct vmw_error *vmemmap_load_blocks(struct vmemmap *vmemmap, struct reader *reader,
						struct problems *problems);

/* The outcome of a lookup. */
enum lookup {
	LOOKUP_MAPPED,
	LOOKUP_UNMAPPED, /* the record is whole and has nothing there */
	LOOKUP_UNKNOWN,  /* the record is damaged there */
};

/*
 * The mapping that holds @virt; @ret_mapping is set for MAPPED only. What lies outside the vmemmap
 * is UNMAPPED. *@hint belongs to the caller's thread, 0 at first. OS and NO_MEMORY only.
 */
NODISCARD struct vmw_error *vmemmap_find(const struct vmemmap *vmemmap, struct reader *reader,
					 vmw_virt virt, size_t *hint, enum lookup *ret,
					 struct vmw_mapping *ret_mapping);

/* ---- vmemmap/translate.c ---- */

/*
 * Translate any kernel virtual address that this dump can tell of: linear map, vmemmap, and on
 * radix kernels all the rest. As vmw_translate() of include/vmemwalk.h. @vmemmap may be NULL where
 * vmemmap_open() failed.
 */
NODISCARD struct vmw_error *
vmemmap_translate(const struct kernel *kernel, const struct vmemmap *vmemmap, struct reader *reader,
		  vmw_virt virt, size_t *hint, struct vmw_translation *ret, bool *ret_mapped);
