/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "page/kpf_rules.h"

#include <string.h>

#include "page/release.h"

/* ---- what each version has ---- */

static enum mapped_rule mapped_rule(uint32_t release)
{
	/* 05c5323b2a34 ("mm: track mapcount of large folios in single value"), 6.10. */
	if (release >= RELEASE(6, 10, 0))
		return MAPPED_LARGE;
	/* "mm,thp,rmap: subpages_mapcount COMPOUND_MAPPED if PMD-mapped", 6.2. */
	if (release >= RELEASE(6, 2, 0))
		return MAPPED_COUNTED;
	/* "mm: page_mapped: don't assume compound page is huge or THP", 5.0, and stable kernels
	 * before. */
	if (release >= RELEASE(5, 0, 0))
		return MAPPED_ANY;
	/* "mm: rework mapcount accounting to enable 4k mapping of THPs", 4.5. */
	return release >= RELEASE(4, 5, 0) ? MAPPED_HUGE : MAPPED_OWN;
}

static enum count_rule count_rule(uint32_t release)
{
	/* "mm,thp,rmap: simplify compound page mapcount handling", 6.2. */
	if (release >= RELEASE(6, 2, 0))
		return COUNT_ENTIRE;
	/* dd78fedde4b9 ("rmap: support file thp"), 4.8. */
	if (release >= RELEASE(4, 8, 0))
		return COUNT_FILE;
	return release >= RELEASE(4, 5, 0) ? COUNT_DOUBLE : COUNT_OWN;
}

static enum thp_rule thp_rule(uint32_t release)
{
	/* "kpageflags: detect isolated KPF_THP folios", posted for the last time a week before 6.10
	 * was out. */
	if (release >= RELEASE(6, 11, 0))
		return THP_RMAPPABLE;
	/* As dee3d0bef2b0 has it: k & PG_lru. */
	if (release >= RELEASE(6, 10, 0))
		return THP_LRU_NUMBER;
	/* "fs/proc/page.c: add PageAnon check to surely detect thp", 3.14. */
	if (release >= RELEASE(3, 14, 0))
		return THP_LRU_OR_ANON;
	/*
	 * powerpc has huge pages of that kind since 3.11 only. Before 3.7 every compound page was
	 * one to kernels that have them: 7a71932d5676 ("kpageflags: fix wrong KPF_THP on non-huge
	 * compound pages").
	 */
	return release >= RELEASE(3, 11, 0) ? THP_LRU : THP_NONE;
}

static enum swapcache_rule swapcache_rule(uint32_t release)
{
	/* "mm: Add folio flag manipulation functions", 5.16. */
	if (release >= RELEASE(5, 16, 0))
		return SWAPCACHE_HEAD_BACKED;
	/*
	 * 6326fec1122c ("mm: Use owner_priv bit for PageSwapCache, valid when PageSwapBacked"),
	 * 4.10. Since 4.13 the head has the bit where CONFIG_THP_SWAP is set, which powerpc never
	 * selected.
	 */
	return release >= RELEASE(4, 10, 0) ? SWAPCACHE_BACKED : SWAPCACHE_FLAG;
}

static struct kpf_rules rules_of(uint32_t release)
{
	return (struct kpf_rules){
		/* dee3d0bef2b0 ("proc: rewrite stable_page_flags()"), 6.10. */
		.folio = release >= RELEASE(6, 10, 0),
		/*
		 * "page-flags: define behavior SL*B-related flags on compound pages", "page-flags:
		 * look at head page if the flag is encoded in page->mapping", 4.5.
		 */
		.by_head = release >= RELEASE(4, 5, 0),
		/* aad5f69bc161 ("fs/proc/page.c: don't access uninitialized memmaps"), 5.4. */
		.online = release >= RELEASE(5, 4, 0),
		/* kpage_read() of 7.2 and 7.3-rc7 calls stable_page_flags() only where there is a
		 * page; 6.12 has none. Posted as "fs/proc/page: Refactoring to reduce code
		 * duplication" from March 2025 on. */
		.no_page_is_zero = release >= RELEASE(6, 17, 0),
		.mapped = mapped_rule(release),
		/* 53277bcf126d ("mm: support page_mapcount() on page_has_type() pages"), 6.10. */
		.slab_maps = release >= RELEASE(6, 10, 0),
		/* 2.6.32 counts a slab's word, so does one tree after it; 3.6 has PageSlab(). */
		.slab_has_count = release >= RELEASE(6, 10, 0),
		/* 4.19 does not ask for page_has_type(), a tree before 5.4 does. */
		.type_counts = release >= RELEASE(5, 2, 0),
		.type_is_zero = release < RELEASE(6, 10, 0),
		.count = count_rule(release),
		/* 5.10 has it so, 4.14 not. Posted when 5.8 was about to come out. */
		.double_map_workingset = release >= RELEASE(5, 9, 0),
		.thp = thp_rule(release),
		/* 56873f43abdc ("mm:add KPF_ZERO_PAGE flag for /proc/kpageflags"), 4.0. */
		.zero_page = release >= RELEASE(4, 0, 0),
		/* dee3d0bef2b0 again; "fs/proc: fix KPF_KSM reported for all anonymous pages", 7.2.
		 */
		.ksm_on_anon = release >= RELEASE(6, 10, 0) && release < RELEASE(7, 2, 0),
		/* 832fc1de01ae ("/proc/kpageflags: return KPF_BUDDY for "tail" buddy pages"), 4.6.
		 */
		.inside_buddy = release >= RELEASE(4, 6, 0),
		/* "/proc/kpageflags: return KPF_SLAB for slab tail pages", 4.6. */
		.slab_tails = release >= RELEASE(4, 6, 0),
		/* 09316c09dde3 ("mm/balloon_compaction: add vmstat counters and kpageflags bit"),
		 * 3.18; "mm: convert PG_balloon to PG_offline", 5.1. */
		.offline = release >= RELEASE(3, 18, 0),
		.balloon = release < RELEASE(5, 1, 0),
		/* 1d40a5ea01d5 ("mm: mark pages in use for page tables"), 4.18. */
		.pgtable = release >= RELEASE(4, 18, 0),
		/* The snapshot that 7.2 takes of a page; 6.12 takes none. */
		.folio_types = release >= RELEASE(7, 1, 0),
		/* f074a8f49eb8 ("proc: export idle flag via kpageflags"), 4.3. */
		.idle = release >= RELEASE(4, 3, 0),
		/* PageIdle() has PF_ANY in 5.10; 6.1 asks the folio. */
		.idle_of_head = release >= RELEASE(5, 16, 0),
		.swapcache = swapcache_rule(release),
		/* As dee3d0bef2b0 has it: u & KPF_HUGE. */
		.poison_by_bits = release >= RELEASE(6, 10, 0) && release < RELEASE(6, 11, 0),
		/* 4beba9486abd ("mm: Add PG_arch_2 page flag"), 5.10; "mm: Do not enable PG_arch_2
		 * for all 64-bit architectures", 6.2. */
		.arch_2 = release >= RELEASE(5, 10, 0) && release < RELEASE(6, 2, 0),
		.error = true,
		/* abec749facff ("fs/proc/page.c: allow inspection of last section and fix end
		 * detection"), 5.6. */
		.whole_sections = release >= RELEASE(5, 6, 0),
	};
}

/* ---- what a version does not tell ---- */

static void set_online(struct kpf_rules *rules)
{
	rules->online = true;
}

static void set_type_counts(struct kpf_rules *rules)
{
	rules->type_counts = true;
}

static void set_slab_has_count(struct kpf_rules *rules)
{
	rules->slab_has_count = true;
}

static void set_lru_or_anon(struct kpf_rules *rules)
{
	rules->thp = THP_LRU_OR_ANON;
}

static void set_lru_bits(struct kpf_rules *rules)
{
	rules->thp = THP_LRU_OR_ANON;
	rules->poison_by_bits = false;
}

static void set_types_map(struct kpf_rules *rules)
{
	rules->slab_maps = rules->slab_has_count = rules->type_counts = true;
	rules->type_is_zero = false;
}

static void set_double_map_private_2(struct kpf_rules *rules)
{
	rules->double_map_workingset = false;
}

static void set_idle_own(struct kpf_rules *rules)
{
	rules->idle_of_head = false;
}

static void set_no_page_is_zero(struct kpf_rules *rules)
{
	rules->no_page_is_zero = true;
}

static void set_folio_types(struct kpf_rules *rules)
{
	rules->folio_types = true;
}

static void set_no_ksm_on_anon(struct kpf_rules *rules)
{
	rules->ksm_on_anon = false;
}

/* Changes that a release of @since to @before may have, or not. */
static const struct doubt {
	uint32_t since, before;
	void (*apply)(struct kpf_rules *rules);
} doubts[] = {
	/* When PageSlab() came into kpagecount before 3.6 was not seen. */
	{ 0, RELEASE(3, 6, 0), set_slab_has_count },
	/* Found in a vendor's 3.10. */
	{ RELEASE(3, 11, 0), RELEASE(3, 14, 0), set_lru_or_anon },
	/* Marked for the stable kernels of these. So was the mend of page_mapped(), which
	 * MAPPED_HUGE has in itself. */
	{ RELEASE(4, 13, 0), RELEASE(5, 4, 0), set_online },
	/* Came between the two that were read. */
	{ RELEASE(4, 20, 0), RELEASE(5, 2, 0), set_type_counts },
	/* Posted when 5.8 was about to come out; 5.10 has it. */
	{ RELEASE(5, 9, 0), RELEASE(5, 10, 0), set_double_map_private_2 },
	{ RELEASE(5, 16, 0), RELEASE(6, 1, 0), set_idle_own },
	/* Marked for stable kernels. */
	{ RELEASE(6, 6, 0), RELEASE(6, 10, 0), set_types_map },
	/* Mended before 6.11; a tree of that time has it still broken. */
	{ RELEASE(6, 10, 0), RELEASE(6, 11, 0), set_lru_bits },
	/* 6.12 has PG_large_rmappable; whether 6.11 has was not seen. */
	{ RELEASE(6, 11, 0), RELEASE(6, 12, 0), set_lru_or_anon },
	/* Posted between the two; what was posted for 6.17 rests on it. */
	{ RELEASE(6, 15, 0), RELEASE(6, 17, 0), set_no_page_is_zero },
	/* The snapshot was posted when 6.16 was about to come out. */
	{ RELEASE(6, 16, 0), RELEASE(7, 1, 0), set_folio_types },
	/* 6.12.117 was read, and has KSM as 6.10 has it; what was taken into 6.12 after it was not.
	 */
	{ RELEASE(6, 12, 118), RELEASE(6, 13, 0), set_no_ksm_on_anon },
	/*
	 * The mend of KSM was made when 7.1 and 6.18 were maintained, in July 2026, and applies to
	 * what has FOLIO_MAPPING_KSM (6.17). Which of their releases have it is not known here.
	 */
	{ RELEASE(6, 18, 30), RELEASE(6, 19, 0), set_no_ksm_on_anon },
	{ RELEASE(7, 0, 6), RELEASE(7, 1, 0), set_no_ksm_on_anon },
	{ RELEASE(7, 1, 2), RELEASE(7, 2, 0), set_no_ksm_on_anon },
};

/*
 * Kernels whose number says less than they have: what is newer in them is anything up to @like. Of
 * these fs/proc/page.c was read: 3.10 with the THP of 3.14, 5.14 with the page_mapcount() of 6.10.
 */
static const struct vendor {
	const char *mark; /* in the release */
	uint32_t since, before, like;
} vendors[] = {
	{ ".el7", RELEASE(3, 10, 0), RELEASE(3, 11, 0), RELEASE(3, 17, 0) },
	{ ".el8", RELEASE(4, 18, 0), RELEASE(4, 19, 0), RELEASE(5, 14, 0) },
	{ ".el9", RELEASE(5, 14, 0), RELEASE(5, 15, 0), RELEASE(6, 9, 0) },
	{ ".el10", RELEASE(6, 12, 0), RELEASE(6, 13, 0), RELEASE(7, 2, 0) },
};

static void add(struct kpf_rule_set *set, struct kpf_rules rules)
{
	if (set->count < KPF_RULES_MAX)
		set->rules[set->count++] = rules;
}

/* Add each of the rules so far once more, with what @apply changes. */
static void add_doubt(struct kpf_rule_set *set, void (*apply)(struct kpf_rules *rules))
{
	for (unsigned int i = 0, end = set->count; i < end; i++) {
		struct kpf_rules rules = set->rules[i];

		apply(&rules);
		add(set, rules);
	}
}

/* Add the rules of @release, in all the ways that they may be. */
static void add_release(struct kpf_rule_set *set, uint32_t release)
{
	add(set, rules_of(release));
	for (size_t i = 0; i < sizeof(doubts) / sizeof(doubts[0]); i++) {
		if (release >= doubts[i].since && release < doubts[i].before)
			add_doubt(set, doubts[i].apply);
	}
}

static void add_vendor(struct kpf_rule_set *set, const char *text, uint32_t release)
{
	for (size_t i = 0; i < sizeof(vendors) / sizeof(vendors[0]); i++) {
		if (release >= vendors[i].since && release < vendors[i].before &&
		    strstr(text, vendors[i].mark))
			add(set, rules_of(vendors[i].like));
	}
}

void kpf_rules_init(const struct kernel *kernel, const struct types *types,
		    struct kpf_rule_set *ret)
{
	uint32_t release = release_of(kernel);
	uint64_t offset;
	int64_t width;

	*ret = (struct kpf_rule_set){ .known = false };
	if (release == 0) {
		ret->why = "the kernel's version is not known";
		return;
	}
	if (release < RELEASE(2, 6, 35)) {
		ret->why = "it is older than 2.6.35";
		return;
	}
	/* What the dump tells is held against the number: PAGE_SLAB_MAPCOUNT_VALUE came with the
	 * rewrite (6.10). */
	if (types->has[TYPE_SLAB] != (release >= RELEASE(6, 10, 0))) {
		ret->why = types->has[TYPE_SLAB]
				   ? "its slabs are a page type, which came with 6.10"
				   : "its slabs are no page type, as those of 6.10 and later are";
		return;
	}
	add_release(ret, release);
	/* It has been patched (producer/), perhaps with the mend of KSM, which stands beside. */
	if (vmcoreinfo_number(kernel->vmcoreinfo, "NODES_WIDTH", &width) &&
	    ret->rules[0].ksm_on_anon)
		add_doubt(ret, set_no_ksm_on_anon);
	add_vendor(ret, release_text(kernel), release);
	for (unsigned int i = 0; i < ret->count; i++) {
		struct kpf_rules *rules = &ret->rules[i];

		rules->owner_2 = types->form == TYPES_TOP_BYTE;
		rules->error = !rules->owner_2;
		if (vmcoreinfo_offset(kernel->vmcoreinfo, "page.compound_info", &offset))
			rules->folio_types = true;
	}
	ret->known = true;
}
