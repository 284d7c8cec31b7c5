/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An opened dump as the library sees it, and the loading of what is known of it, in stages: what no
 * question needs is not read.
 */
#pragma once

#include "dump/dump.h"
#include "dump/reader.h"
#include "kernel/kernel.h"
#include "lib/facts.h"
#include "page/model.h"
#include "util/problem.h"
#include "vmemmap/vmemmap.h"

/* Each stage loads those that it rests on. */
enum stage {
	STAGE_KERNEL,  /* kernel */
	STAGE_VMEMMAP, /* vmemmap; lookups work */
	STAGE_BLOCKS,  /* vmemmap_blocks is read, for lookups that meet lost page tables */
	STAGE_TABLE,   /* the table of all mappings is filled */
	STAGE_TYPES,   /* what kernel_load_types() adds to the kernel: as far as it is there */
	STAGE_PAGES,   /* layout, pages; pages.vmemmap is NULL where STAGE_VMEMMAP failed */
	STAGE_MODEL,   /* model: what struct pages mean */
	STAGE_END,     /* where the frames of the model end */
	STAGE_FACTS,   /* facts */
	STAGE_COUNT,
};

struct vmw_dump {
	struct vmw_options options;
	struct problems *problems;
	struct dump *dump;
	struct reader *reader; /* for loading */

	struct {
		bool done;
		struct vmw_error *error; /* how it failed, for each later call that needs it */
	} stages[STAGE_COUNT];

	/* NULL until their stage has been loaded, and where that failed. */
	struct kernel *kernel;
	struct vmemmap *vmemmap;
	struct layout *layout;
	struct page_context pages;
	struct model *model;
	bool end_told; /* what is not known of the end of memory, and of the zero page */
	struct facts *facts;
};

/*
 * Load @stage, once. A failure that the dump is the reason of is kept: the next call returns a copy
 * of it. OS and NO_MEMORY are not kept; the next call tries again.
 */
NODISCARD struct vmw_error *load_stage(struct vmw_dump *dump, enum stage stage);

/* The same, where the dump may lack it: only OS and NO_MEMORY. */
NODISCARD struct vmw_error *load_if_there(struct vmw_dump *dump, enum stage stage);

/* Why @stage, which load_if_there() tried, is not there; NULL when it is. Borrowed from @dump. */
const struct vmw_error *load_failure(const struct vmw_dump *dump, enum stage stage);
