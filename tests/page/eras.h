/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Struct pages of all versions, as words: what a case says of a page, and where its version has it.
 */
#pragma once

#include "meaning.h"

/* Where the cases of 3.17 to 4.3 have free_huge_page(). */
#define FREE_HUGE_PAGE UINT64_C(0xc000000000345678)

/* What VMCOREINFO says, by the version that last changed it. */
#define LINES_2_6_35                                                             \
	"OFFSET(page.flags)=0\nOFFSET(page._count)=8\nOFFSET(page.mapping)=24\n" \
	"OFFSET(page.lru)=40\nLENGTH(zone.free_area)=9\nNUMBER(PG_lru)=5\n"      \
	"NUMBER(PG_private)=11\nNUMBER(PG_swapcache)=16\n"
#define LINES_3_1                                                                \
	"OFFSET(page.flags)=0\nOFFSET(page._count)=28\nOFFSET(page.mapping)=8\n" \
	"OFFSET(page.lru)=32\nLENGTH(zone.free_area)=9\nNUMBER(PG_lru)=5\n"      \
	"NUMBER(PG_private)=11\nNUMBER(PG_swapcache)=16\n"
/* free_huge_page since 3.17; before, a System.map would tell. */
#define LINES_3_9                                                               \
	LINES_3_1 "OFFSET(page._mapcount)=24\nOFFSET(page.private)=48\n"        \
		  "NUMBER(PG_slab)=7\nNUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-128\n" \
		  "SYMBOL(free_huge_page)=c000000000345678\n"
#define LINES_LAYOUT_4_4                                                            \
	"OFFSET(page.flags)=0\nOFFSET(page._count)=28\nOFFSET(page.mapping)=8\n"    \
	"OFFSET(page.lru)=32\nOFFSET(page._mapcount)=24\nOFFSET(page.private)=48\n" \
	"OFFSET(page.compound_head)=32\nOFFSET(page.compound_dtor)=40\n"            \
	"OFFSET(page.compound_order)=44\nLENGTH(zone.free_area)=9\n"                \
	"NUMBER(HUGETLB_PAGE_DTOR)=2\nNUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-128\n"
#define LINES_4_4                                                              \
	LINES_LAYOUT_4_4 "NUMBER(PG_lru)=5\nNUMBER(PG_private)=11\n"           \
			 "NUMBER(PG_swapcache)=15\nNUMBER(PG_swapbacked)=18\n" \
			 "NUMBER(PG_slab)=7\nNUMBER(PG_head_mask)=16384\n"
#define LINES_FLAGS_4_10                                                    \
	"NUMBER(PG_lru)=5\nNUMBER(PG_private)=12\nNUMBER(PG_swapcache)=9\n" \
	"NUMBER(PG_swapbacked)=18\nNUMBER(PG_slab)=8\nNUMBER(PG_head_mask)=32768\n"
#define LINES_4_10 LINES_LAYOUT_4_4 LINES_FLAGS_4_10
#define LINES_4_18_WHOLE                                                        \
	LINES_4_18 LINES_FLAGS_4_10                                             \
		"OFFSET(page.compound_head)=8\nOFFSET(page.compound_dtor)=16\n" \
		"OFFSET(page.compound_order)=17\nNUMBER(HUGETLB_PAGE_DTOR)=2\n" \
		"NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-129\n"
#define LINES_FLAGS_4_20                                                        \
	"NUMBER(PG_lru)=4\nNUMBER(PG_private)=13\nNUMBER(PG_swapcache)=10\n"    \
	"NUMBER(PG_swapbacked)=19\nNUMBER(PG_slab)=9\nNUMBER(PG_hwpoison)=22\n" \
	"NUMBER(PG_head_mask)=65536\nNUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-129\n"  \
	"NUMBER(PAGE_OFFLINE_MAPCOUNT_VALUE)=-257\n"
#define LINES_6_3                                                                                  \
	LINES_4_18 LINES_FLAGS_4_20 "OFFSET(page.compound_head)=8\nOFFSET(folio._folio_dtor)=80\n" \
				    "OFFSET(folio._folio_order)=81\nNUMBER(HUGETLB_PAGE_DTOR)=2\n"
#define LINES_FLAGS_6_6                                                          \
	"NUMBER(PG_lru)=5\nNUMBER(PG_private)=15\nNUMBER(PG_swapcache)=12\n"     \
	"NUMBER(PG_swapbacked)=19\nNUMBER(PG_slab)=11\nNUMBER(PG_hwpoison)=22\n" \
	"NUMBER(PG_head_mask)=64\nNUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-129\n"      \
	"NUMBER(PAGE_OFFLINE_MAPCOUNT_VALUE)=-257\n"
#define LINES_6_9                                                   \
	LINES_4_18 LINES_FLAGS_6_6 "OFFSET(page.compound_head)=8\n" \
				   "NUMBER(PAGE_HUGETLB_MAPCOUNT_VALUE)=-2049\n"
#define LINES_6_6 LINES_4_18 LINES_FLAGS_6_6 "OFFSET(page.compound_head)=8\nNUMBER(PG_hugetlb)=8\n"
#define LINES_FLAGS_6_10                                                              \
	"NUMBER(PG_lru)=5\nNUMBER(PG_private)=14\nNUMBER(PG_swapcache)=11\n"          \
	"NUMBER(PG_swapbacked)=18\nNUMBER(PG_hwpoison)=21\nNUMBER(PG_head_mask)=64\n" \
	"OFFSET(page.compound_head)=8\n"
#define LINES_6_10                                                                \
	LINES_4_18 LINES_FLAGS_6_10 "NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-129\n"    \
				    "NUMBER(PAGE_OFFLINE_MAPCOUNT_VALUE)=-257\n"  \
				    "NUMBER(PAGE_HUGETLB_MAPCOUNT_VALUE)=-2049\n" \
				    "NUMBER(PAGE_SLAB_MAPCOUNT_VALUE)=-4097\n"
#define LINES_6_11                                                                     \
	LINES_4_18 LINES_FLAGS_6_10 "NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-1073741825\n"  \
				    "NUMBER(PAGE_OFFLINE_MAPCOUNT_VALUE)=-536870913\n" \
				    "NUMBER(PAGE_HUGETLB_MAPCOUNT_VALUE)=-67108865\n"  \
				    "NUMBER(PAGE_SLAB_MAPCOUNT_VALUE)=-33554433\n"

/* How a version has its struct page, and the numbers of the flags that the cases use. */
struct era {
	const char *release; /* the first */
	const char *lines;
	enum { PAGE_2_6, PAGE_3_1, PAGE_4_18 } layout;
	unsigned int lru, slab, head, tail, swapbacked, swapcache, workingset, private_2, dirty;
};

/* Newest first. */
static const struct era eras[] = {
	{ "6.12", LINES_6_12, PAGE_4_18, 5, 99, 6, 99, 17, 10, 9, 15, 4 },
	{ "6.11", LINES_6_11, PAGE_4_18, 5, 99, 6, 99, 18, 11, 9, 15, 4 },
	{ "6.10", LINES_6_10, PAGE_4_18, 5, 99, 6, 99, 18, 11, 9, 15, 4 },
	{ "6.9", LINES_6_9, PAGE_4_18, 5, 11, 6, 99, 19, 12, 9, 16, 4 },
	{ "6.6", LINES_6_6, PAGE_4_18, 5, 11, 6, 99, 19, 12, 9, 16, 4 },
	{ "6.3", LINES_6_3, PAGE_4_18, 4, 9, 16, 99, 19, 10, 6, 14, 3 },
	{ "4.20", LINES_6_1, PAGE_4_18, 4, 9, 16, 99, 19, 10, 6, 14, 3 },
	{ "4.18", LINES_4_18_WHOLE, PAGE_4_18, 5, 8, 15, 99, 18, 9, 99, 13, 4 },
	{ "4.10", LINES_4_10, PAGE_3_1, 5, 8, 15, 99, 18, 9, 99, 13, 4 },
	{ "4.4", LINES_4_4, PAGE_3_1, 5, 7, 14, 99, 18, 15, 99, 12, 4 },
	{ "3.9", LINES_3_9, PAGE_3_1, 5, 7, 14, 15, 19, 16, 99, 12, 4 },
	{ "3.1", LINES_3_1, PAGE_3_1, 5, 7, 14, 15, 19, 16, 99, 12, 4 },
	{ "2.6.38", LINES_2_6_35, PAGE_2_6, 5, 7, 14, 15, 19, 16, 99, 12, 4 },
	{ "2.6.35", LINES_2_6_35, PAGE_2_6, 5, 7, 14, 15, 20, 16, 99, 12, 4 },
};

/* Flags as a case names them. */
enum page_bits {
	P_LRU = 1 << 0,
	P_SLAB = 1 << 1,
	P_HEAD = 1 << 2,
	P_SWAPBACKED = 1 << 3,
	P_SWAPCACHE = 1 << 4,
	P_WORKINGSET = 1 << 5,
	P_PRIVATE_2 = 1 << 6,
	P_DIRTY = 1 << 7,
	P_LOCKED = 1 << 8, /* bit 0 in all versions */
};

/* A page as a case describes it. */
struct era_page {
	unsigned int bits;
	uint64_t more_flags; /* as they are in the word */
	uint64_t mapping, private_;
	int32_t mapcount, refcount;
	uint64_t lru_next, lru_prev;
};

static inline const struct era *era_of(const char *release)
{
	unsigned int want[3] = { 0 }, have[3];

	assert_true(sscanf(release, "%u.%u.%u", &want[0], &want[1], &want[2]) >= 2);
	for (size_t i = 0; i < sizeof(eras) / sizeof(eras[0]); i++) {
		memset(have, 0, sizeof(have));
		assert_true(sscanf(eras[i].release, "%u.%u.%u", &have[0], &have[1], &have[2]) >= 2);
		if (have[0] < want[0] ||
		    (have[0] == want[0] &&
		     (have[1] < want[1] || (have[1] == want[1] && have[2] <= want[2]))))
			return &eras[i];
	}
	fail_msg("no era of %s", release);
	return NULL;
}

static inline struct machine era_machine(enum order order, const char *release)
{
	const struct era *era = era_of(release);

	return machine_of(order, release, era->lines, era->layout == PAGE_4_18 ? 64 : 56, NULL, 0);
}

static inline uint64_t era_flags(const struct era *era, unsigned int bits)
{
	const unsigned int numbers[] = { era->lru,        era->slab,      era->head,
					 era->swapbacked, era->swapcache, era->workingset,
					 era->private_2,  era->dirty,     0 };
	uint64_t word = 0;

	for (unsigned int i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (!(bits >> i & 1))
			continue;
		assert_true(numbers[i] < 64);
		word |= UINT64_C(1) << numbers[i];
	}
	return word;
}

static inline void put_words(struct machine *m, uint64_t pfn, const uint64_t *words, size_t count)
{
	for (unsigned int i = 0; i < count; i++)
		fake_page_put(m->ram, &m->fake, pfn, i, words[i]);
}

static inline void put_era(struct machine *m, const struct era *era, uint64_t pfn,
			   struct era_page page)
{
	uint64_t flags = era_flags(era, page.bits) | page.more_flags;
	uint32_t mapcount = (uint32_t)page.mapcount, refcount = (uint32_t)page.refcount;

	if (era->layout == PAGE_2_6)
		put_words(m, pfn,
			  (uint64_t[]){ flags, pair(m, refcount, mapcount), page.private_,
					page.mapping, 0, page.lru_next, page.lru_prev },
			  7);
	else if (era->layout == PAGE_3_1)
		put_words(m, pfn,
			  (uint64_t[]){ flags, page.mapping, 0, pair(m, mapcount, refcount),
					page.lru_next, page.lru_prev, page.private_ },
			  7);
	else
		put_words(m, pfn,
			  (uint64_t[]){ flags, page.lru_next, page.lru_prev, page.mapping, 0,
					page.private_, pair(m, mapcount, refcount), 0 },
			  8);
}

/* What makes a page a tail of @head. */
static inline struct era_page era_tail(const struct machine *m, const struct era *era,
				       uint64_t head, struct era_page page)
{
	uint64_t address = m->fake.vmemmap_base + head * m->fake.page_struct_size;

	if (era->tail < 64) {
		page.more_flags |= UINT64_C(1) << era->tail;
		page.private_ = address;
	} else {
		page.lru_next = address + 1;
	}
	return page;
}

/* Counts of a second page of the folio, by @release; each as it is stored. */
struct era_counts {
	int32_t entire, pages, large;
};

/*
 * Put a compound page of @order at @pfn. What a second page says of it overlays its other words;
 * @hugetlb: it is one. Tails are as @tail.
 */
static inline void put_folio(struct machine *m, const char *release, uint64_t pfn,
			     unsigned int order, bool hugetlb, struct era_page head,
			     struct era_page tail, struct era_counts counts)
{
	const struct era *era = era_of(release);
	unsigned int major = 0, minor = 0, patch = 0;
	struct era_page second = era_tail(m, era, pfn, tail);
	uint32_t entire = (uint32_t)counts.entire, pages = (uint32_t)counts.pages;
	uint32_t large = (uint32_t)counts.large;
	bool big = ram_order(m->ram) == ORDER_BIG;
	unsigned int number;

	assert_true(sscanf(release, "%u.%u.%u", &major, &minor, &patch) >= 2);
	number = major * 1000 + minor;
	head.bits |= P_HEAD;
	/* The bytes { dtor, order, 0, 0 }. */
	uint32_t dtor = hugetlb ? 2 : 1;
	uint32_t bytes = big ? dtor << 24 | order << 16 : order << 8 | dtor;
	if (number < 4004) {
		second.lru_next = hugetlb ? FREE_HUGE_PAGE : FREE_HUGE_PAGE + 8;
		second.lru_prev = order;
	} else if (number < 4018) {
		second.lru_prev = pair(m, dtor, order);
		second.mapping = number < 4005 ? 0 : pair(m, entire, 0);
	} else if (number < 6006) {
		second.lru_prev = pair(m, bytes, entire);
		second.mapping = number < 6002 ? 0 : pair(m, pages, 0);
	} else if (number < 6010) {
		second.bits &= P_WORKINGSET;
		second.more_flags |= order;
		second.mapping = pair(m, entire, pages);
		if (hugetlb && number < 6009)
			second.more_flags |= 1 << 8;
	} else if (number < 6015) {
		second.bits &= P_WORKINGSET;
		second.more_flags |= order;
		second.lru_prev = pair(m, large, entire);
		second.mapping = pair(m, pages, 0);
	} else {
		second.bits &= P_WORKINGSET;
		second.more_flags |= order;
		second.lru_prev = pair(m, large, pages);
		second.mapping = pair(m, entire, 0);
	}
	if (hugetlb && number >= 6009)
		head.mapcount = number < 6011   ? ~0x800
				: number < 6012 ? ~0x04000000
						: (int32_t)0xf4000000;
	put_era(m, era, pfn, head);
	put_era(m, era, pfn + 1, second);
	for (uint64_t i = 2; i < UINT64_C(1) << order; i++)
		put_era(m, era, pfn + i, era_tail(m, era, pfn, tail));
}
