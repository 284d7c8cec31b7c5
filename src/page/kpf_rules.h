/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a kernel's own fs/proc/page.c computes /proc/kpageflags and /proc/kpagecount: what has
 * changed from version to version.
 *
 * Source: Linux fs/proc/page.c and what it calls (include/linux/mm.h, page-flags.h, mm/util.c),
 * read of 2.6.32, of two trees between that and 3.4, of 3.6, 3.10, 3.18, 4.2, 4.14, 4.19, one
 * between 5.1 and 5.3, of 5.4, 5.10, 6.1, 6.10, 6.12, 7.2 and 7.3-rc7, and the changes between them
 * as they were posted. From 6.1 to 6.9 the file changed twice: its blobs f2273b164535, 6249c347809a
 * (6.2) and 195b077c0fac (6.5 to 6.9) follow from each other by CONFIG_ARCH_USES_PG_ARCH_X, and by
 * comments.
 */
#pragma once

#include "page/type.h"

/* page_mapped(): what tells that a page is mapped. */
enum mapped_rule {
	MAPPED_OWN,     /* its own _mapcount */
	MAPPED_HUGE,    /* as many _mapcounts from the head on as a huge page has */
	MAPPED_ANY,     /* those of the whole compound page */
	MAPPED_COUNTED, /* _nr_pages_mapped and _entire_mapcount */
	MAPPED_LARGE,   /* _large_mapcount */
	MAPPED_RULES,
};

/* page_mapcount() of a page of a compound page: what is added to its own _mapcount. */
enum count_rule {
	COUNT_OWN,    /* nothing */
	COUNT_DOUBLE, /* compound_mapcount, less one where PG_double_map is set */
	COUNT_FILE,   /* the same, but nothing where it is a file's */
	COUNT_ENTIRE, /* _entire_mapcount */
};

/* What makes a compound page that is no hugetlb page a THP. */
enum thp_rule {
	THP_NONE,
	THP_LRU,         /* its head is on an LRU list */
	THP_LRU_OR_ANON, /* or anonymous */
	THP_LRU_NUMBER,  /* so meant, but the flags are masked with the number of PG_lru */
	THP_RMAPPABLE,   /* PG_large_rmappable */
};

/* What makes a page one of the swap cache. */
enum swapcache_rule {
	SWAPCACHE_FLAG,        /* PG_swapcache */
	SWAPCACHE_BACKED,      /* and PG_swapbacked of the head: it has a bit that means more */
	SWAPCACHE_HEAD_BACKED, /* both of the head */
};

struct kpf_rules {
	bool folio;   /* most bits are those of the folio; else the page's own */
	bool by_head; /* mapped, slab, anonymous, KSM are asked of the head; else of the page */
	bool online;  /* pages of offline memory are not shown */
	bool no_page_is_zero; /* a frame without a page reads 0; else NOPAGE */
	enum mapped_rule mapped;
	bool slab_maps;      /* a slab's _mapcount is one, or a type; else it is not looked at */
	bool slab_has_count; /* so in kpagecount */
	bool type_counts;    /* a page of a type counts as one that nobody maps by itself */
	bool type_is_zero;   /* and its whole count is 0 */
	enum count_rule count;
	bool double_map_workingset; /* PG_double_map is PG_workingset; else PG_private_2 */
	enum thp_rule thp;
	bool zero_page;    /* ZERO_PAGE */
	bool ksm_on_anon;  /* KSM is set on every anonymous page */
	bool inside_buddy; /* BUDDY in a free block behind its head, too */
	bool slab_tails;   /* SLAB on tails, too */
	bool offline;      /* OFFLINE; BALLOON until 5.0 */
	bool balloon;      /* so called */
	bool pgtable;      /* PGTABLE */
	bool folio_types;  /* both are the folio's type; else the page's own */
	bool idle;         /* IDLE */
	bool idle_of_head;
	enum swapcache_rule swapcache;
	bool poison_by_bits; /* HWPOISON is the head's where LOCKED or DIRTY is set; else where HUGE
			      */
	bool arch_2;         /* ARCH_2 */
	bool error;          /* ERROR, until 6.12 took the flag away */
	bool owner_2;        /* bit 34 is OWNER_2; else MAPPEDTODISK */
	bool whole_sections; /* the files go on to the end of max_pfn's section */
};

/* Up to four changes may each have been made in a kernel or not, and there are vendors' kernels. */
enum { KPF_RULES_MAX = 32 };

/*
 * All the rules that a kernel may have: more than one where its version does not tell whether a
 * change was made. What they differ in is not known.
 */
struct kpf_rule_set {
	bool known; /* else @why */
	const char *why;
	unsigned int count; /* >= 1 if known */
	struct kpf_rules rules[KPF_RULES_MAX];
};

void kpf_rules_init(const struct kernel *kernel, const struct types *types,
		    struct kpf_rule_set *ret);
