/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The mapping table: which physical memory is behind which piece of the vmemmap. Sorted by virt,
 * ranges do not overlap; a lookup is a binary search, or none where the last hit serves.
 *
 * What fills it (vmemmap/list.c, vmemmap/radix.c) adds rows in the order in which the kernel would
 * find them; where two overlap, the first added wins, as in the kernel's own search from the list's
 * head.
 */
#pragma once

#include <stddef.h>

#include "util/problem.h"

struct table {
	struct vmw_mapping *rows;
	size_t count, capacity;
};

void table_deinit(struct table *table);

/*
 * Append a row. MISUSE when its virtual or physical range is empty or ends at 2^64 or beyond.
 * Lookups are good again after table_finish().
 */
NODISCARD struct vmw_error *table_add(struct table *table, const struct vmw_mapping *row);

/* What table_finish() found; a row is counted once, however many others it overlaps. */
struct table_overlaps {
	size_t agreeing;    /* rows of which all or a part says again what earlier ones say: that
			       part is dropped */
	size_t conflicting; /* rows that give another phys for memory that an earlier one maps: cut
			       to what is left */
};

/*
 * Sort the rows and resolve overlaps; each of the first few is told to @problems
 * ("mapping-duplicate", a warning; "mapping-conflict", partial), the others as a number. A row that
 * earlier ones split becomes several; there are fewer than twice as many rows afterwards. Takes
 * O(n log n), whatever the rows are.
 */
NODISCARD struct vmw_error *table_finish(struct table *table, struct problems *problems,
					 struct table_overlaps *ret);

/*
 * The row that holds @virt, or NULL. *@hint is the last hit, 0 at first; each thread has one of its
 * own. The table is not written to.
 */
const struct vmw_mapping *table_find(const struct table *table, vmw_virt virt, size_t *hint);
