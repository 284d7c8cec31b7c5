/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files behind kernel.h share: kernel.c, memmap.c, text.c. */
#pragma once

#include "fake/kernel.h"

#define FAKE_LINEAR UINT64_C(0xc000000000000000)

enum {
	FAKE_SECTION_BYTES = 1 << 24, /* SECTION_SIZE_BITS */
	FAKE_PSIZE_DEF_SIZE = 96,     /* sizeof(struct mmu_psize_def) */
};

/* A kernel that is being put into memory. */
struct builder {
	struct ram *ram;
	struct fake_kernel_spec spec; /* with its defaults filled in */
	struct fake_kernel *kernel;
	uint64_t next;       /* records go here, upwards */
	uint64_t blocks_low; /* blocks were taken down to here */
	uint64_t max_sections;
	/* Of variables in the kernel image; physical. */
	uint64_t mem_section_symbol, cpu_spec_pointer, image;
};

/* @size bytes for a record, aligned and touched. */
uint64_t builder_alloc(struct builder *b, uint64_t size, uint64_t align);

/* memmap.c: which blocks there are (kernel->blocks), mem_section, the content of the struct pages.
 */
void memmap_choose_blocks(struct builder *b);
void memmap_put_sections(struct builder *b);
void memmap_put_pages(struct builder *b);

/* tables.c: the page tables of a radix kernel. */
void tables_put(struct builder *b);

/* record.c: vmemmap_blocks, and max_pfn. */
void record_put(struct builder *b);

/* text.c: the text of VMCOREINFO, cut where the kernel cuts it; the caller frees it. */
char *text_new(const struct builder *b, bool crashtime);
