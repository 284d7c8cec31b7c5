/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bits of page->flags: which bit a flag is, and what a bit is called.
 *
 * Source: enum pageflags of Linux include/linux/page-flags.h. Its numbers depend on the version and
 * on the configuration (PG_hwpoison, PG_young and PG_idle, ... are there or not), so they are taken
 * from BTF, which has the enum as it was built. Without BTF every enum that some version and
 * configuration has had on ppc64 (flags_era.c) is held against the NUMBER(PG_*) lines of
 * VMCOREINFO; what all that agree with them have in common is known, the rest is not.
 */
#pragma once

#include "kernel/kernel.h"

/* "Is it so?", where the dump may not tell. */
enum tri {
	TRI_NO,
	TRI_YES,
	TRI_UNKNOWN,
};

static inline enum tri tri_of(bool value)
{
	return value ? TRI_YES : TRI_NO;
}

static inline enum tri tri_or(enum tri a, enum tri b)
{
	if (a == TRI_YES || b == TRI_YES)
		return TRI_YES;
	return a == TRI_UNKNOWN || b == TRI_UNKNOWN ? TRI_UNKNOWN : TRI_NO;
}

static inline enum tri tri_and(enum tri a, enum tri b)
{
	if (a == TRI_NO || b == TRI_NO)
		return TRI_NO;
	return a == TRI_UNKNOWN || b == TRI_UNKNOWN ? TRI_UNKNOWN : TRI_YES;
}

static inline enum tri tri_not(enum tri a)
{
	return a == TRI_UNKNOWN ? TRI_UNKNOWN : tri_of(a == TRI_NO);
}

enum flag {
	FLAG_LOCKED,
	FLAG_ERROR,
	FLAG_REFERENCED,
	FLAG_UPTODATE,
	FLAG_DIRTY,
	FLAG_LRU,
	FLAG_ACTIVE,
	FLAG_WORKINGSET,
	FLAG_WAITERS,
	FLAG_SLAB,
	FLAG_OWNER_PRIV_1,
	FLAG_OWNER_2,
	FLAG_ARCH_1,
	FLAG_RESERVED,
	FLAG_PRIVATE,
	FLAG_PRIVATE_2,
	FLAG_WRITEBACK,
	FLAG_HEAD,
	FLAG_TAIL,
	FLAG_SWAPCACHE,    /* since 4.10 the bit of OWNER_PRIV_1 */
	FLAG_MAPPEDTODISK, /* since 6.12 the bit of OWNER_2 */
	FLAG_RECLAIM,
	FLAG_BUDDY,
	FLAG_SWAPBACKED,
	FLAG_UNEVICTABLE,
	FLAG_DROPBEHIND,
	FLAG_MLOCKED,
	FLAG_UNCACHED,
	FLAG_HWPOISON,
	FLAG_COMPOUND_LOCK,
	FLAG_YOUNG,
	FLAG_IDLE,
	FLAG_ARCH_2,
	FLAG_ARCH_3,
	FLAG_COUNT,
};

/* Where a flag is. */
struct flag_place {
	bool known;    /* @mask is its bit, or 0: this kernel has no such flag */
	uint64_t mask; /* else all the bits that it may be */
};

struct flags {
	struct flag_place places[FLAG_COUNT];
	/*
	 * What a bit is called, in lower case and without PG_; NULL where the dump does not tell.
	 * Of several names for a bit the first that the enum has, and "owner_priv_1|swapcache" for
	 * the one that means the one or the other by PG_swapbacked (since 4.10). Owned.
	 */
	char *names[64];
	const char *from; /* a literal */
};

/* One way in which enum pageflags may have been built: the bit of each flag, -1 for none. */
struct flags_variant {
	int bits[FLAG_COUNT];
	uint32_t since, before; /* the versions that have it: RELEASE() */
};

enum { FLAGS_VARIANTS_MAX = 64 };

/* All of them, for 64-bit powerpc; how many. */
size_t flags_variants(struct flags_variant ret[FLAGS_VARIANTS_MAX]);

/*
 * Find out from kernel->types, if they are loaded, else as said above. A NUMBER line that is no bit
 * is told to @problems ("flag-bad"), and so is one that differs from BTF ("flag-differs"), after
 * which the flag counts as unknown. NO_MEMORY only.
 */
NODISCARD struct vmw_error *flags_open(const struct kernel *kernel, struct problems *problems,
				       struct flags **ret);
void flags_free(struct flags *flags);
DEFINE_CLEANUP(struct flags, flags_free)

/* Whether @flag is set in @word. */
static inline enum tri flag_test(const struct flags *flags, enum flag flag, uint64_t word)
{
	const struct flag_place *place = &flags->places[flag];

	if ((word & place->mask) == 0)
		return TRI_NO;
	return place->known ? TRI_YES : TRI_UNKNOWN;
}
