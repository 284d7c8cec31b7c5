/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a page is, in a word: free, anonymous memory, a page table, ...; vmw_page_describe() of
 * include/vmemwalk.h.
 *
 * Source: Linux include/linux/page-flags.h, mm_types.h; mm/page_alloc.c.
 */
#pragma once

#include "page/kpf.h"

/* Describe @page, which was read by page_read(). OS and NO_MEMORY only. */
NODISCARD struct vmw_error *state_describe(struct folio_reader *folios, const struct vmw_page *page,
					   struct vmw_page_state *ret);
