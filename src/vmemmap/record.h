/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What vmemmap.c is made of: choosing the record, and vmemmap_blocks beside the page tables. */
#pragma once

#include "vmemmap/vmemmap.h"

/* ---- vmemmap/record.c ---- */

/* Choose the record, and read it where it is a list: vmemmap_open() but for the object. */
NODISCARD struct vmw_error *record_use(struct vmemmap *vmemmap, struct reader *reader,
				       enum vmw_source source, struct problems *problems);

/* Errors that say something about this process, not about the dump. @error may be NULL. */
static inline bool record_is_fatal(const struct vmw_error *error)
{
	return error && (error->kind == VMW_ERROR_NO_MEMORY || error->kind == VMW_ERROR_OS);
}

/* ---- vmemmap/stand_in.c ---- */

/*
 * Load vmemmap_blocks, hold it against the table, which is that of the page tables, and add what
 * they lost.
 */
NODISCARD struct vmw_error *blocks_join(struct vmemmap *vmemmap, struct reader *reader,
					struct problems *problems);

/* What vmemmap_blocks has for @virt of the range that @leaf lost; false for nothing. */
bool blocks_stand_in(const struct vmemmap *vmemmap, const struct radix_leaf *leaf, vmw_virt virt,
		     struct vmw_mapping *ret);
