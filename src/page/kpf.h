/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What /proc/kpageflags and /proc/kpagecount of the crashed kernel said of a frame.
 *
 * Source: Linux fs/proc/page.c, stable_page_flags(), kpageflags_read(), kpagecount_read();
 * include/uapi/linux/kernel-page-flags.h and include/linux/kernel-page-flags.h.
 */
#pragma once

#include "page/folio.h"

/* The bits. */
enum kpf_bit {
	KPF_LOCKED = 0,
	KPF_ERROR = 1,
	KPF_REFERENCED = 2,
	KPF_UPTODATE = 3,
	KPF_DIRTY = 4,
	KPF_LRU = 5,
	KPF_ACTIVE = 6,
	KPF_SLAB = 7,
	KPF_WRITEBACK = 8,
	KPF_RECLAIM = 9,
	KPF_BUDDY = 10,
	KPF_MMAP = 11,
	KPF_ANON = 12,
	KPF_SWAPCACHE = 13,
	KPF_SWAPBACKED = 14,
	KPF_COMPOUND_HEAD = 15,
	KPF_COMPOUND_TAIL = 16,
	KPF_HUGE = 17,
	KPF_UNEVICTABLE = 18,
	KPF_HWPOISON = 19,
	KPF_NOPAGE = 20,
	KPF_KSM = 21,
	KPF_THP = 22,
	KPF_OFFLINE = 23, /* 3.18 to 5.0 BALLOON */
	KPF_ZERO_PAGE = 24,
	KPF_IDLE = 25,
	KPF_PGTABLE = 26,
	KPF_RESERVED = 32,
	KPF_MLOCKED = 33,
	KPF_MAPPEDTODISK = 34, /* since 6.12 OWNER_2 */
	KPF_PRIVATE = 35,
	KPF_PRIVATE_2 = 36,
	KPF_OWNER_PRIVATE = 37,
	KPF_ARCH = 38,
	KPF_ARCH_2 = 41,
};

/* "LRU"; NULL for a bit that has no name. */
const char *kpf_name(unsigned int bit, const struct kpf_rules *rules);

struct kpf {
	uint64_t count; /* frames that this is true of: 1, or the run of a page that is none */
	enum vmw_data
		data; /* of the struct page; NO_PAGE also where /proc says so of one that is */
	const char *why;
	uint64_t flags;   /* bits that are certain to be set */
	uint64_t unknown; /* bits that are not certain */
	bool mapcount_known;
	int64_t mapcount;
};

/*
 * All of frame @pfn; a run of frames without a page is cut to @limit (> 0). model->rules.known must
 * be true.
 */
NODISCARD struct vmw_error *kpf_read(struct folio_reader *folios, vmw_pfn pfn, uint64_t limit,
				     struct kpf *ret);
