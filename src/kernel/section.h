/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mem_section: which frames have a struct page.
 *
 * Source: Linux include/linux/mmzone.h: struct mem_section, SECTION_* bits of section_mem_map,
 * pfn_valid(), pfn_section_valid(); SECTIONS_PER_ROOT. SYMBOL(mem_section) is the address of the
 * root array (SPARSEMEM_EXTREME: before 4.15 the static array of pointers, since then the content
 * of the pointer), of the pointer to it (between 83e3c48729d9 and a0b1280368d1), or of the static
 * array of sections: told apart by what stands there.
 */
#pragma once

#include "dump/reader.h"
#include "kernel/kernel.h"

/* How mem_section is laid out. */
enum sections_form {
	SECTIONS_EXTREME,         /* an array of pointers to pages of sections */
	SECTIONS_EXTREME_POINTER, /* the symbol is the address of the pointer to that array */
	SECTIONS_STATIC,          /* one array of sections */
};

struct sections {
	enum sections_form form;
	vmw_virt array;            /* the root array, or the array of sections */
	uint64_t count;            /* sections that the arrays have room for */
	uint64_t per_root;         /* sections in a root; 1 for SECTIONS_STATIC */
	uint64_t section_size;     /* sizeof(struct mem_section): 16 or 32 */
	uint64_t map_offset;       /* of section_mem_map in it */
	unsigned int frames_shift; /* log2 of the frames in a section */
	unsigned int subsections;  /* in a section: 8, of 2 MiB */
	bool has_early;            /* since 5.3: SECTION_IS_EARLY, and subsections in the others */
	/* has_early is certain: one was seen early, or section 0 was not (it holds the kernel, so
	 * it was there at boot). */
	bool early_known;
	bool has_online;       /* since 4.13: SECTION_IS_ONLINE */
	uint64_t usage_offset; /* of mem_section.usage */
	/*
	 * Where struct mem_section_usage has its subsection_map: at 0, or at 16 behind an rcu_head
	 * (5ec8e8ea8b77, 6.8, and stable releases). Unknown: told for each section by what stands
	 * there.
	 */
	bool usage_known;
	uint64_t usage_map_offset;
	/* Since 5.12 pfn_to_online_page() goes by the subsection map in early sections, too
	 * (9f9b02e5b346). No symbol or bit tells, only the release. */
	bool online_by_subsection;
	uint64_t vmemmap_base; /* section_mem_map without its flags, of the first present section */
	uint64_t first;        /* the number of that section */
	/* Where !early_known: what of mem_section is not in the dump, and would have told. */
	struct run undecided;
	vmw_phys undecided_phys;
};

/*
 * Find mem_section and its form. Needs page_shift and section_size_bits of @kernel, and the
 * VMCOREINFO lines of mem_section. MISSING when VMCOREINFO or memory lack it, BAD_DATA when no form
 * fits what stands there. Does not change @kernel.
 */
NODISCARD struct vmw_error *sections_open(const struct kernel *kernel, struct reader *reader,
					  struct sections **ret);
void sections_free(struct sections *sections);
DEFINE_CLEANUP(struct sections, sections_free)

/*
 * Take over what @types, which may be NULL, know of struct mem_section and struct
 * mem_section_usage. Where the sections themselves say otherwise that is a problem
 * "section-types-differ", and the sections are believed. @sections may be NULL.
 */
void sections_use_types(struct sections *sections, const struct btf_types *types,
			struct problems *problems);

/* What mem_section says of a frame. */
enum frame_state {
	FRAME_VALID,   /* it has a struct page: pfn_valid() */
	FRAME_NONE,    /* it has none */
	FRAME_UNKNOWN, /* the section or its subsection map is not in the dump */
};

/* A run of frames of one state. */
struct frame_run {
	uint64_t count; /* at least 1 */
	enum frame_state state;
	/*
	 * VALID: pfn_to_online_page() (mm/memory_hotplug.c) as far as mem_section tells:
	 * SECTION_IS_ONLINE and the bit in the subsection map, which pfn_valid() passes over in
	 * sections of boot time; true in kernels before 4.13, which have no such bit. Where @device
	 * is set as well, frames of ZONE_DEVICE are not online, whatever this says.
	 */
	bool online;
	/* VALID and not @online: it would be, but the subsection map that tells is not in the dump.
	 */
	bool online_unknown;
	bool device;              /* VALID: SECTION_TAINT_ZONE_DEVICE */
	uint64_t section_mem_map; /* VALID: as stored */
	struct run missing;       /* UNKNOWN: why; its data is never PRESENT */
	vmw_phys missing_phys;    /* UNKNOWN: what would have told */
	/* UNKNOWN, where the bytes are there and make no sense: how; then missing is LOST without a
	 * reason. Else NULL. A literal. */
	const char *damage;
};

/* The run of frames from @pfn on, at most @limit (> 0); it may be shorter than the state holds on.
 * OS and NO_MEMORY only. */
NODISCARD struct vmw_error *sections_find(const struct kernel *kernel, struct reader *reader,
					  vmw_pfn pfn, uint64_t limit, struct frame_run *ret);

/* How far mem_section goes, in frames. */
struct sections_extent {
	/*
	 * The end of the last section of which a trace is there: one that has memory, or that had
	 * some at boot and keeps the address of its usage (section_deactivate(), mm/sparse.c). One
	 * that was added later and is gone leaves none. 0: no section was found.
	 */
	uint64_t used;
	/*
	 * The end of what the last root has room for. A root is made when the first of its sections
	 * gets memory, and is kept (sparse_index_init()): no section behind it ever had any. 0: not
	 * known.
	 */
	uint64_t room;
};

/* kernel->sections must be there. OS and NO_MEMORY only. */
NODISCARD struct vmw_error *sections_extent(const struct kernel *kernel, struct reader *reader,
					    struct sections_extent *ret);
