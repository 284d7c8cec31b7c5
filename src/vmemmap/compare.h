/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hold another record of the vmemmap against the page tables, on kernels that keep both: the list
 * on radix kernels of 4.7 to 6.5, where vmemmap_populate() of arch/powerpc/mm/init_64.c did both
 * for each block; vmemmap_blocks on patched ones. They must agree.
 */
#pragma once

#include "vmemmap/table.h"

/* The record, as a finished table. */
struct compared {
	const char *code; /* of the problems: "list-radix-differ", "blocks-radix-differ" */
	const char *name; /* "vmemmap_list" */
	const struct table *table;
	bool complete;
};

/*
 * Tell each range that only one of the two has, or that they put elsewhere, to @problems, partial;
 * the first few one by one. What a table that is not complete lacks is no difference. Returns how
 * many ranges differ.
 */
size_t compare_tables(const struct compared *record, const struct table *radix, bool radix_complete,
		      struct problems *problems);
