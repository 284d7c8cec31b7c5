/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "page/flags.h"
#include "page/release.h"

/*
 * enum pageflags through time, in order of its bits; include/linux/page-flags.h of Linux, as
 * 64-bit powerpc builds it: with CONFIG_MMU and CONFIG_PAGEFLAGS_EXTENDED, without PG_uncached (x86
 * and ia64 only).
 */

/* What a configuration adds; the flags of one bit of these come together. */
enum option {
	ALWAYS = 0,
	MEMORY_FAILURE = 1 << 0,
	PAGE_IDLE = 1 << 1,     /* IDLE_PAGE_TRACKING, since 5.15 PAGE_IDLE_FLAG */
	HUGEPAGE_LOCK = 1 << 2, /* TRANSPARENT_HUGEPAGE, while that had a flag */
	ARCH_FLAG = 1 << 3,     /* since 5.10 on all 64-bit kernels, since 6.2 not on powerpc */
};

struct step {
	enum flag flag;
	enum option option;
};

enum { STEPS_MAX = 32 };

struct era {
	uint32_t since, before;
	size_t count;
	struct step steps[STEPS_MAX];
};

#define ERA(from, to, ...)                                                             \
	{                                                                              \
		.since = (from), .before = (to),                                       \
		.count = sizeof((struct step[]){ __VA_ARGS__ }) / sizeof(struct step), \
		.steps = { __VA_ARGS__ },                                              \
	}

/* clang-format off */
static const struct era eras[] = {
	ERA(0, RELEASE(2, 6, 38),
		{FLAG_LOCKED, ALWAYS}, {FLAG_ERROR, ALWAYS}, {FLAG_REFERENCED, ALWAYS}, {FLAG_UPTODATE, ALWAYS}, {FLAG_DIRTY, ALWAYS}, {FLAG_LRU, ALWAYS}, {FLAG_ACTIVE, ALWAYS}, {FLAG_SLAB, ALWAYS},
		{FLAG_OWNER_PRIV_1, ALWAYS}, {FLAG_ARCH_1, ALWAYS}, {FLAG_RESERVED, ALWAYS}, {FLAG_PRIVATE, ALWAYS}, {FLAG_PRIVATE_2, ALWAYS}, {FLAG_WRITEBACK, ALWAYS}, {FLAG_HEAD, ALWAYS},
		{FLAG_TAIL, ALWAYS}, {FLAG_SWAPCACHE, ALWAYS}, {FLAG_MAPPEDTODISK, ALWAYS}, {FLAG_RECLAIM, ALWAYS}, {FLAG_BUDDY, ALWAYS}, {FLAG_SWAPBACKED, ALWAYS},
		{FLAG_UNEVICTABLE, ALWAYS}, {FLAG_MLOCKED, ALWAYS}, {FLAG_HWPOISON, MEMORY_FAILURE}),
	/* PG_buddy became a value of _mapcount: 5f24ce5fd34c ("thp: remove PG_buddy"). */
	ERA(RELEASE(2, 6, 38), RELEASE(4, 4, 0),
		{FLAG_LOCKED, ALWAYS}, {FLAG_ERROR, ALWAYS}, {FLAG_REFERENCED, ALWAYS}, {FLAG_UPTODATE, ALWAYS}, {FLAG_DIRTY, ALWAYS}, {FLAG_LRU, ALWAYS}, {FLAG_ACTIVE, ALWAYS}, {FLAG_SLAB, ALWAYS},
		{FLAG_OWNER_PRIV_1, ALWAYS}, {FLAG_ARCH_1, ALWAYS}, {FLAG_RESERVED, ALWAYS}, {FLAG_PRIVATE, ALWAYS}, {FLAG_PRIVATE_2, ALWAYS}, {FLAG_WRITEBACK, ALWAYS}, {FLAG_HEAD, ALWAYS},
		{FLAG_TAIL, ALWAYS}, {FLAG_SWAPCACHE, ALWAYS}, {FLAG_MAPPEDTODISK, ALWAYS}, {FLAG_RECLAIM, ALWAYS}, {FLAG_SWAPBACKED, ALWAYS}, {FLAG_UNEVICTABLE, ALWAYS},
		{FLAG_MLOCKED, ALWAYS}, {FLAG_HWPOISON, MEMORY_FAILURE}, {FLAG_COMPOUND_LOCK, HUGEPAGE_LOCK},
		{FLAG_YOUNG, PAGE_IDLE}, {FLAG_IDLE, PAGE_IDLE}),
	/* PG_tail became bit 0 of compound_head: 1d798ca3f164 ("mm: make compound_head() robust"). */
	ERA(RELEASE(4, 4, 0), RELEASE(4, 10, 0),
		{FLAG_LOCKED, ALWAYS}, {FLAG_ERROR, ALWAYS}, {FLAG_REFERENCED, ALWAYS}, {FLAG_UPTODATE, ALWAYS}, {FLAG_DIRTY, ALWAYS}, {FLAG_LRU, ALWAYS}, {FLAG_ACTIVE, ALWAYS}, {FLAG_SLAB, ALWAYS},
		{FLAG_OWNER_PRIV_1, ALWAYS}, {FLAG_ARCH_1, ALWAYS}, {FLAG_RESERVED, ALWAYS}, {FLAG_PRIVATE, ALWAYS}, {FLAG_PRIVATE_2, ALWAYS}, {FLAG_WRITEBACK, ALWAYS}, {FLAG_HEAD, ALWAYS},
		{FLAG_SWAPCACHE, ALWAYS}, {FLAG_MAPPEDTODISK, ALWAYS}, {FLAG_RECLAIM, ALWAYS}, {FLAG_SWAPBACKED, ALWAYS}, {FLAG_UNEVICTABLE, ALWAYS},
		{FLAG_MLOCKED, ALWAYS}, {FLAG_HWPOISON, MEMORY_FAILURE}, {FLAG_COMPOUND_LOCK, HUGEPAGE_LOCK},
		{FLAG_YOUNG, PAGE_IDLE}, {FLAG_IDLE, PAGE_IDLE}),
	/* PG_waiters came: 62906027091f; PG_swapcache went into owner_priv_1: 6326fec1122c. */
	ERA(RELEASE(4, 10, 0), RELEASE(4, 20, 0),
		{FLAG_LOCKED, ALWAYS}, {FLAG_ERROR, ALWAYS}, {FLAG_REFERENCED, ALWAYS}, {FLAG_UPTODATE, ALWAYS}, {FLAG_DIRTY, ALWAYS}, {FLAG_LRU, ALWAYS}, {FLAG_ACTIVE, ALWAYS},
		{FLAG_WAITERS, ALWAYS}, {FLAG_SLAB, ALWAYS}, {FLAG_OWNER_PRIV_1, ALWAYS}, {FLAG_ARCH_1, ALWAYS}, {FLAG_RESERVED, ALWAYS}, {FLAG_PRIVATE, ALWAYS}, {FLAG_PRIVATE_2, ALWAYS},
		{FLAG_WRITEBACK, ALWAYS}, {FLAG_HEAD, ALWAYS}, {FLAG_MAPPEDTODISK, ALWAYS}, {FLAG_RECLAIM, ALWAYS}, {FLAG_SWAPBACKED, ALWAYS}, {FLAG_UNEVICTABLE, ALWAYS},
		{FLAG_MLOCKED, ALWAYS}, {FLAG_HWPOISON, MEMORY_FAILURE}, {FLAG_YOUNG, PAGE_IDLE}, {FLAG_IDLE, PAGE_IDLE}),
	/* PG_workingset came: 1899ad18c607 ("mm: workingset: tell cache transitions from workingset thrashing"). */
	ERA(RELEASE(4, 20, 0), RELEASE(6, 6, 0),
		{FLAG_LOCKED, ALWAYS}, {FLAG_REFERENCED, ALWAYS}, {FLAG_UPTODATE, ALWAYS}, {FLAG_DIRTY, ALWAYS}, {FLAG_LRU, ALWAYS}, {FLAG_ACTIVE, ALWAYS}, {FLAG_WORKINGSET, ALWAYS},
		{FLAG_WAITERS, ALWAYS}, {FLAG_ERROR, ALWAYS}, {FLAG_SLAB, ALWAYS}, {FLAG_OWNER_PRIV_1, ALWAYS}, {FLAG_ARCH_1, ALWAYS}, {FLAG_RESERVED, ALWAYS}, {FLAG_PRIVATE, ALWAYS},
		{FLAG_PRIVATE_2, ALWAYS}, {FLAG_WRITEBACK, ALWAYS}, {FLAG_HEAD, ALWAYS}, {FLAG_MAPPEDTODISK, ALWAYS}, {FLAG_RECLAIM, ALWAYS}, {FLAG_SWAPBACKED, ALWAYS},
		{FLAG_UNEVICTABLE, ALWAYS}, {FLAG_MLOCKED, ALWAYS}, {FLAG_HWPOISON, MEMORY_FAILURE},
		{FLAG_YOUNG, PAGE_IDLE}, {FLAG_IDLE, PAGE_IDLE}, {FLAG_ARCH_2, ARCH_FLAG}),
	/* PG_writeback and PG_head went into the first byte: c704ae979784 ("mm: rearrange page flags"). */
	ERA(RELEASE(6, 6, 0), RELEASE(6, 10, 0),
		{FLAG_LOCKED, ALWAYS}, {FLAG_WRITEBACK, ALWAYS}, {FLAG_REFERENCED, ALWAYS}, {FLAG_UPTODATE, ALWAYS}, {FLAG_DIRTY, ALWAYS}, {FLAG_LRU, ALWAYS}, {FLAG_HEAD, ALWAYS},
		{FLAG_WAITERS, ALWAYS}, {FLAG_ACTIVE, ALWAYS}, {FLAG_WORKINGSET, ALWAYS}, {FLAG_ERROR, ALWAYS}, {FLAG_SLAB, ALWAYS}, {FLAG_OWNER_PRIV_1, ALWAYS}, {FLAG_ARCH_1, ALWAYS},
		{FLAG_RESERVED, ALWAYS}, {FLAG_PRIVATE, ALWAYS}, {FLAG_PRIVATE_2, ALWAYS}, {FLAG_MAPPEDTODISK, ALWAYS}, {FLAG_RECLAIM, ALWAYS}, {FLAG_SWAPBACKED, ALWAYS},
		{FLAG_UNEVICTABLE, ALWAYS}, {FLAG_MLOCKED, ALWAYS}, {FLAG_HWPOISON, MEMORY_FAILURE},
		{FLAG_YOUNG, PAGE_IDLE}, {FLAG_IDLE, PAGE_IDLE}),
	/* PG_slab became a page type: 46df8e73a4a3 ("mm: free up PG_slab"). */
	ERA(RELEASE(6, 10, 0), RELEASE(6, 12, 0),
		{FLAG_LOCKED, ALWAYS}, {FLAG_WRITEBACK, ALWAYS}, {FLAG_REFERENCED, ALWAYS}, {FLAG_UPTODATE, ALWAYS}, {FLAG_DIRTY, ALWAYS}, {FLAG_LRU, ALWAYS}, {FLAG_HEAD, ALWAYS},
		{FLAG_WAITERS, ALWAYS}, {FLAG_ACTIVE, ALWAYS}, {FLAG_WORKINGSET, ALWAYS}, {FLAG_ERROR, ALWAYS}, {FLAG_OWNER_PRIV_1, ALWAYS}, {FLAG_ARCH_1, ALWAYS},
		{FLAG_RESERVED, ALWAYS}, {FLAG_PRIVATE, ALWAYS}, {FLAG_PRIVATE_2, ALWAYS}, {FLAG_MAPPEDTODISK, ALWAYS}, {FLAG_RECLAIM, ALWAYS}, {FLAG_SWAPBACKED, ALWAYS},
		{FLAG_UNEVICTABLE, ALWAYS}, {FLAG_MLOCKED, ALWAYS}, {FLAG_HWPOISON, MEMORY_FAILURE},
		{FLAG_YOUNG, PAGE_IDLE}, {FLAG_IDLE, PAGE_IDLE}),
	/* PG_error is gone, PG_owner_2 has come (6.12). */
	ERA(RELEASE(6, 12, 0), RELEASE(6, 14, 0),
		{FLAG_LOCKED, ALWAYS}, {FLAG_WRITEBACK, ALWAYS}, {FLAG_REFERENCED, ALWAYS}, {FLAG_UPTODATE, ALWAYS}, {FLAG_DIRTY, ALWAYS}, {FLAG_LRU, ALWAYS}, {FLAG_HEAD, ALWAYS},
		{FLAG_WAITERS, ALWAYS}, {FLAG_ACTIVE, ALWAYS}, {FLAG_WORKINGSET, ALWAYS}, {FLAG_OWNER_PRIV_1, ALWAYS}, {FLAG_OWNER_2, ALWAYS}, {FLAG_ARCH_1, ALWAYS},
		{FLAG_RESERVED, ALWAYS}, {FLAG_PRIVATE, ALWAYS}, {FLAG_PRIVATE_2, ALWAYS}, {FLAG_RECLAIM, ALWAYS}, {FLAG_SWAPBACKED, ALWAYS},
		{FLAG_UNEVICTABLE, ALWAYS}, {FLAG_MLOCKED, ALWAYS}, {FLAG_HWPOISON, MEMORY_FAILURE},
		{FLAG_YOUNG, PAGE_IDLE}, {FLAG_IDLE, PAGE_IDLE}),
	/* PG_dropbehind has come (6.14); so in 7.2. */
	ERA(RELEASE(6, 14, 0), UINT32_MAX,
		{FLAG_LOCKED, ALWAYS}, {FLAG_WRITEBACK, ALWAYS}, {FLAG_REFERENCED, ALWAYS}, {FLAG_UPTODATE, ALWAYS}, {FLAG_DIRTY, ALWAYS}, {FLAG_LRU, ALWAYS}, {FLAG_HEAD, ALWAYS},
		{FLAG_WAITERS, ALWAYS}, {FLAG_ACTIVE, ALWAYS}, {FLAG_WORKINGSET, ALWAYS}, {FLAG_OWNER_PRIV_1, ALWAYS}, {FLAG_OWNER_2, ALWAYS}, {FLAG_ARCH_1, ALWAYS},
		{FLAG_RESERVED, ALWAYS}, {FLAG_PRIVATE, ALWAYS}, {FLAG_PRIVATE_2, ALWAYS}, {FLAG_RECLAIM, ALWAYS}, {FLAG_SWAPBACKED, ALWAYS},
		{FLAG_UNEVICTABLE, ALWAYS}, {FLAG_DROPBEHIND, ALWAYS}, {FLAG_MLOCKED, ALWAYS}, {FLAG_HWPOISON, MEMORY_FAILURE},
		{FLAG_YOUNG, PAGE_IDLE}, {FLAG_IDLE, PAGE_IDLE}),
};
/* clang-format on */

static struct flags_variant build(const struct era *era, unsigned int options)
{
	struct flags_variant variant = { .since = era->since, .before = era->before };
	int bit = 0;

	for (enum flag flag = 0; flag < FLAG_COUNT; flag++)
		variant.bits[flag] = -1;
	for (size_t i = 0; i < era->count; i++) {
		const struct step *step = &era->steps[i];

		if ((step->option & options) == (unsigned int)step->option)
			variant.bits[step->flag] = bit++;
	}
	if (variant.bits[FLAG_SWAPCACHE] < 0)
		variant.bits[FLAG_SWAPCACHE] = variant.bits[FLAG_OWNER_PRIV_1];
	if (variant.bits[FLAG_MAPPEDTODISK] < 0)
		variant.bits[FLAG_MAPPEDTODISK] = variant.bits[FLAG_OWNER_2];
	return variant;
}

size_t flags_variants(struct flags_variant ret[FLAGS_VARIANTS_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < sizeof(eras) / sizeof(eras[0]); i++) {
		unsigned int possible = 0;

		for (size_t k = 0; k < eras[i].count; k++)
			possible |= eras[i].steps[k].option;
		/* Each subset of the options that the era has. */
		for (unsigned int options = 0; options <= possible; options++) {
			if ((options & ~possible) == 0 && count < FLAGS_VARIANTS_MAX)
				ret[count++] = build(&eras[i], options);
		}
	}
	return count;
}
