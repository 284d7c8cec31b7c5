/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Put the records of a kernel into fake memory: VMCOREINFO, vmemmap_list, mmu_psize_defs,
 * mem_section, page tables, utsname, struct pages. A case states what differs from a healthy
 * kernel; every field that is 0 has a healthy default.
 */
#pragma once

#include <stdbool.h>

#include "fake/ram.h"

enum fake_mmu { FAKE_HASH, FAKE_RADIX };
enum fake_sections { FAKE_EXTREME, FAKE_EXTREME_POINTER, FAKE_STATIC };

/* An element of vmemmap_list; on radix, a leaf of the page table (and an element, if the list is
 * filled there). */
struct fake_entry {
	uint64_t address; /* physical, of the entry; 0: the next free 24 bytes */
	uint64_t next;    /* virtual address that replaces the right one, if has_next */
	bool has_next;
	uint64_t phys, virt;
	uint64_t size; /* radix: of the leaf; 0: block_size */
};

/* An element of vmemmap_blocks. */
struct fake_block {
	uint64_t address; /* physical, of the entry; 0: the next free 32 bytes */
	uint64_t next;    /* virtual address that replaces the right one, if has_next */
	bool has_next;
	uint64_t virt, phys, size;
};

/* A range of physical memory that has struct pages, in bytes; whole sections of 16 MiB. */
struct fake_memory_range {
	uint64_t start, size;
	bool hotplugged;     /* not SECTION_IS_EARLY: goes by its subsection map (all set unless
				.subsections) */
	uint8_t subsections; /* bit n: the 2 MiB from n * 2 MiB on, of each section */
	bool offline;        /* not SECTION_IS_ONLINE */
	bool device;
};

struct fake_kernel_spec {
	uint32_t page_size;        /* default: the ram's frame */
	uint32_t page_struct_size; /* 64 */
	enum fake_mmu mmu;
	uint64_t vmemmap_base; /* 0xc00c000000000000; 4K hash: 0xc0003f0000000000 */
	/* Hash: 65536 (64K pages), 4096 (4K pages). Radix: size of the leaves, 2 MiB; else 1 GiB or
	 * the page size. */
	uint64_t block_size;
	const char *release; /* "6.12.0-fake" */
	const char *machine; /* "ppc64", "ppc64le" by order */
	enum fake_sections sections;
	uint64_t section_size;     /* sizeof(struct mem_section): 16 or 32; 16 */
	bool no_early;             /* a kernel before 5.3: no SECTION_IS_EARLY, no subsections */
	bool usage_without_rcu;    /* subsection_map at the start of mem_section_usage */
	uint64_t max_physmem_bits; /* 51; for FAKE_STATIC 44 */

	/* Which memory has struct pages; none: all of the ram. */
	const struct fake_memory_range *ranges;
	size_t range_count;

	/*
	 * The list, in chain order; none: one entry for each block that the ranges need, newest,
	 * which is highest, first, and blocks taken downwards from blocks_end.
	 */
	const struct fake_entry *entries;
	size_t entry_count;
	uint64_t blocks_end; /* the end of RAM */
	bool blank_pages;    /* leave all struct pages zeros: for a memmap of many GiB */
	uint64_t list_head;  /* virtual address that replaces the right one, if has_list_head */
	bool has_list_head;
	bool empty_list;    /* head NULL */
	bool list_on_radix; /* a kernel before 6.6: radix fills the list too */

	/*
	 * The kernel has the patches of producer/. All that it exports then, but for BTF, of which
	 * there is none; and vmemmap_blocks, in chain order; none: what the page tables map, newest
	 * first, adjacent blocks as one.
	 */
	bool exports;
	bool keeps_blocks; /* empty on hash */
	const struct fake_block *record;
	size_t record_count;

	const char *drop;    /* VMCOREINFO lines to leave out: prefixes separated by spaces,
				"SYMBOL(vmemmap) NUMBER(RADIX_MMU)" */
	const char *add;     /* lines to add at the end, each ended by a newline */
	uint64_t stext;      /* 0xc000000000000000; another for a relocated (capture) kernel, whose
				records then lie above it */
	uint64_t base;       /* physical address from which the records are laid out; 1 MiB behind
				stext */
	bool note_in_memory; /* put the VMCOREINFO note page, */
	bool text_in_memory; /* the bare text page, into memory */
	/* Bytes into their pages at which note and text start: 0; before 4.13 they stood in static
	 * arrays, aligned to 4. */
	uint32_t memory_offset;
	bool crashtime;           /* CRASHTIME in the note (not in the text page) */
	uint64_t uts_name_offset; /* OFFSET(uts_namespace.name): 0; 4 before 5.11 */
};

/* Where things came to lie; addresses are physical unless they say otherwise. */
struct fake_kernel {
	char *vmcoreinfo; /* the note's text, at most a page; freed by fake_kernel_free() */
	uint64_t vmemmap_base, block_size;
	uint32_t page_size, page_struct_size;
	uint64_t list_head; /* of the variable */
	uint64_t *entries;  /* of each entry, in chain order */
	size_t entry_count;
	uint64_t record_head; /* of vmemmap_blocks */
	uint64_t *record;     /* of each of its entries, in chain order */
	size_t record_count;
	uint64_t max_pfn; /* of the variable */
	uint64_t psize_index, psize_defs;
	uint64_t cpu_spec; /* struct cpu_spec; mmu_features is the u32 at 32 */
	enum fake_sections sections;
	uint64_t section_size;
	uint64_t mem_section; /* of the root array, or the static array */
	uint64_t usage;       /* mem_section_usage of hotplugged section n: usage + n * 32, by the
				 order of their numbers; behind the one of all early sections */
	uint64_t swapper_pg_dir;
	uint64_t uts;                  /* init_uts_ns */
	uint64_t note_page, text_page; /* of the note header, of the text; 0 when not put */
	uint64_t end;                  /* behind all records, but for the blocks */
	/*
	 * What --mappings should say: in virt order; of several entries with one virt the first.
	 * Where a case breaks the list, it knows itself what is left of them.
	 */
	struct vmw_mapping *blocks;
	size_t block_count;
};

struct fake_kernel fake_kernel_put(struct ram *ram, const struct fake_kernel_spec *spec);
void fake_kernel_free(struct fake_kernel *kernel);

/* The physical address of the struct mem_section of section @number; 0 when it has no root. */
uint64_t fake_section(const struct ram *ram, const struct fake_kernel *kernel, uint64_t number);

/* The physical address of the page-table entry for @virt on @level: 0 the page directory, 3 the
 * last; 0 when there is no table. */
uint64_t fake_radix_entry(const struct ram *ram, const struct fake_kernel *kernel, uint64_t virt,
			  unsigned int level);

/* The physical address behind @virt by the kernel's blocks; false when there is none. */
bool fake_translate(const struct fake_kernel *kernel, uint64_t virt, uint64_t *ret);

/* Write word @word of the struct page of frame @pfn; the frame must be mapped. All words of all
 * pages are 0 before, but word 0, which fake_kernel_put() sets to pfn << 24 so that pages differ
 * (where the block is RAM).
 */
void fake_page_put(struct ram *ram, const struct fake_kernel *kernel, uint64_t pfn,
		   unsigned int word, uint64_t value);
