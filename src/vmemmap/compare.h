/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hold the list against the page tables, on kernels that keep both: radix, 4.7 to 6.5. There
 * vmemmap_populate() of arch/powerpc/mm/init_64.c did both for each block, so they must agree.
 */
#pragma once

#include "vmemmap/table.h"

/*
 * Tell each range that only one of the finished tables has, or that they put elsewhere, to
 * @problems: "list-radix-differ", partial; the first few one by one. What a table that is not
 * complete lacks is no difference. Returns how many ranges differ.
 */
size_t compare_tables(const struct table *list, bool list_complete, const struct table *radix,
		      bool radix_complete, struct problems *problems);
