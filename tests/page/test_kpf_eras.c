/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What changed in fs/proc/page.c, and in what it calls, from 2.6.35 on: a test for each change, the
 * versions on both sides of it, both byte orders. */
#include "eras.h"

#define K(name) (UINT64_C(1) << KPF_##name)
#define NO_ONE (-1)
#define ANON UINT64_C(0xc000000001234501)
#define KSM UINT64_C(0xc000000001234503)
#define FILE_MAPPING UINT64_C(0xc000000001234500)

/* The zero page has no symbol here: reserved pages apart, it is told. */
enum { HEAD = 0x200 };

/* A frame by itself, or of a compound page of four at HEAD, and what is expected of it. */
struct era_case {
	const char *release;
	struct era_page page; /* the head */
	bool compound, hugetlb;
	struct era_page tail; /* of each tail; _mapcount 0 for one that is not mapped */
	struct era_counts counts;
	unsigned int at; /* which of the four is looked at */
	uint64_t flags, unknown;
	int64_t count; /* or COUNT_UNKNOWN */
};

#define COUNT_UNKNOWN INT64_MIN

static void assert_era(const struct era_case *c, enum order order, size_t row)
{
	struct machine m = era_machine(order, c->release);

	/* Blank pages look mapped. */
	for (uint64_t pfn = HEAD + 4; pfn < HEAD + 256; pfn++)
		put_era(&m, era_of(c->release), pfn, (struct era_page){ .mapcount = -1 });
	if (c->compound)
		put_folio(&m, c->release, HEAD, 2, c->hugetlb, c->page, c->tail, c->counts);
	else
		put_era(&m, era_of(c->release), HEAD, c->page);
	machine_open(&m);
	struct kpf kpf = kpf_at(&m, HEAD + c->at);
	if (kpf.data != VMW_PRESENT || kpf.flags != c->flags || kpf.unknown != c->unknown)
		fail_msg("row %zu, %s, order %d: 0x%lx, unknown 0x%lx, not 0x%lx, 0x%lx", row,
			 c->release, (int)order, (unsigned long)kpf.flags,
			 (unsigned long)kpf.unknown, (unsigned long)c->flags,
			 (unsigned long)c->unknown);
	if (kpf.mapcount_known != (c->count != COUNT_UNKNOWN) ||
	    (kpf.mapcount_known && kpf.mapcount != c->count))
		fail_msg("row %zu, %s, order %d: count %ld, known %d", row, c->release, (int)order,
			 (long)kpf.mapcount, kpf.mapcount_known);
	machine_free(&m);
}

static void assert_all(const struct era_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		assert_era(&cases[i], ORDER_LITTLE, i);
		assert_era(&cases[i], ORDER_BIG, i);
	}
}

#define ASSERT_ERAS(cases) assert_all(cases, sizeof(cases) / sizeof((cases)[0]))

/* A page that nobody maps, and one that one process maps. */
#define UNMAPPED .mapcount = -1, .refcount = 1
#define MAPPED .mapcount = 0, .refcount = 1

/* ---- where flags come from ---- */

static void since_6_10_the_flags_of_a_tail_are_those_of_its_folio(void **state)
{
	static const struct era_case cases[] = {
		/* dee3d0bef2b0. */
		{ "6.9.0",
		  { P_DIRTY, UNMAPPED },
		  .compound = true,
		  .tail = { .mapcount = -1 },
		  .counts = { NO_ONE, 0, NO_ONE },
		  .at = 2,
		  .flags = K(COMPOUND_TAIL) },
		{ "6.9.0",
		  { P_DIRTY, UNMAPPED },
		  .compound = true,
		  .tail = { P_DIRTY, .mapcount = -1 },
		  .counts = { NO_ONE, 0, NO_ONE },
		  .at = 2,
		  .flags = K(COMPOUND_TAIL) | K(DIRTY) },
		{ "6.12.0",
		  { P_DIRTY, UNMAPPED },
		  .compound = true,
		  .tail = { .mapcount = -1 },
		  .counts = { NO_ONE, 0, NO_ONE },
		  .at = 2,
		  .flags = K(COMPOUND_TAIL) | K(DIRTY) },
	};

	ASSERT_ERAS(cases);
}

static void since_4_5_anonymous_and_ksm_are_asked_of_the_head(void **state)
{
	static const struct era_case cases[] = {
		{ "4.4.0",
		  { .mapping = KSM, UNMAPPED },
		  .compound = true,
		  .tail = { .mapcount = -1 },
		  .at = 2,
		  .flags = K(COMPOUND_TAIL) | K(THP) },
		{ "4.4.0",
		  { UNMAPPED },
		  .compound = true,
		  .tail = { .mapping = ANON, .mapcount = -1 },
		  .at = 2,
		  .flags = K(COMPOUND_TAIL) | K(ANON) },
		{ "4.5.0",
		  { .mapping = KSM, UNMAPPED },
		  .compound = true,
		  .tail = { .mapcount = -1 },
		  .counts = { NO_ONE, 0, 0 },
		  .at = 2,
		  .flags = K(COMPOUND_TAIL) | K(THP) | K(ANON) | K(KSM) },
		{ "4.5.0",
		  { UNMAPPED },
		  .compound = true,
		  .tail = { .mapping = ANON, .mapcount = -1 },
		  .counts = { NO_ONE, 0, 0 },
		  .at = 2,
		  .flags = K(COMPOUND_TAIL) },
	};

	ASSERT_ERAS(cases);
}

/* ---- mapped ---- */

static void until_4_4_a_tail_is_mapped_by_its_own_count(void **state)
{
	static const struct era_case cases[] = {
		/* Tails of that time count their pins there: as the kernel says. */
		{ "2.6.35",
		  { MAPPED },
		  .compound = true,
		  .tail = { .mapcount = -1 },
		  .at = 2,
		  .flags = K(COMPOUND_TAIL),
		  .unknown = K(HUGE) },
		{ "3.10.0",
		  { .bits = P_LRU, MAPPED },
		  .compound = true,
		  .tail = { .mapcount = 2 },
		  .at = 2,
		  .flags = K(COMPOUND_TAIL) | K(MMAP),
		  .count = 3 },
		{ "4.4.0",
		  { MAPPED },
		  .compound = true,
		  .tail = { .mapcount = -1 },
		  .at = 2,
		  .flags = K(COMPOUND_TAIL) },
		/* Now by that of any page, or of the whole. */
		{ "4.5.0",
		  { MAPPED },
		  .compound = true,
		  .tail = { .mapcount = -1 },
		  .counts = { NO_ONE, 0, 0 },
		  .at = 2,
		  .flags = K(COMPOUND_TAIL) | K(MMAP) },
		{ "4.5.0",
		  { UNMAPPED },
		  .compound = true,
		  .tail = { .mapcount = -1 },
		  .counts = { 0, 0, 0 },
		  .at = 2,
		  .flags = K(COMPOUND_TAIL) | K(MMAP),
		  .count = 1 },
	};

	ASSERT_ERAS(cases);
}

/* Until 5.0 the loop ran over as many pages as a huge page has. */
static void until_4_20_the_pages_behind_a_compound_page_may_map_it(void **state)
{
	static const struct {
		const char *release;
		uint64_t unknown;
	} cases[] = { { "4.5.0", K(MMAP) }, { "4.20.0", K(MMAP) }, { "5.0.0", 0 }, { "6.1.0", 0 } };

	for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
		const char *release = cases[i / 2].release;
		struct machine m = era_machine((enum order)(i % 2), release);

		put_folio(&m, release, HEAD, 2, false, (struct era_page){ UNMAPPED },
			  (struct era_page){ .mapcount = -1 }, (struct era_counts){ NO_ONE, 0, 0 });
		for (uint64_t pfn = HEAD + 4; pfn < HEAD + 256; pfn++)
			put_era(&m, era_of(release), pfn, (struct era_page){ .mapcount = -1 });
		put_era(&m, era_of(release), HEAD + 255, (struct era_page){ MAPPED });
		machine_open(&m);
		assert_int_equal(kpf_at(&m, HEAD + 2).flags, K(COMPOUND_TAIL));
		assert_int_equal(kpf_at(&m, HEAD + 2).unknown & K(MMAP), cases[i / 2].unknown);
		machine_free(&m);
	}
}

static void since_6_2_the_mapped_pages_are_counted(void **state)
{
	static const struct era_case cases[] = {
		/* Any page of it. */
		{ "6.1.0",
		  { P_LRU, MAPPED },
		  .compound = true,
		  .tail = { .mapcount = -1 },
		  .counts = { NO_ONE, 0, 0 },
		  .at = 3,
		  .flags = K(COMPOUND_TAIL) | K(MMAP) | K(THP) },
		{ "6.2.0",
		  { P_LRU, MAPPED },
		  .compound = true,
		  .tail = { .mapcount = -1 },
		  .counts = { NO_ONE, 0, 0 },
		  .at = 3,
		  .flags = K(COMPOUND_TAIL) | K(THP) },
		{ "6.2.0",
		  { P_LRU, UNMAPPED },
		  .compound = true,
		  .tail = { .mapcount = -1 },
		  .counts = { NO_ONE, 1, 0 },
		  .at = 3,
		  .flags = K(COMPOUND_TAIL) | K(MMAP) | K(THP) },
		{ "6.5.0",
		  { P_LRU, UNMAPPED },
		  .compound = true,
		  .tail = { .mapcount = -1 },
		  .counts = { 0, 0, 0 },
		  .at = 3,
		  .flags = K(COMPOUND_TAIL) | K(MMAP) | K(THP),
		  .count = 1 },
		/* Where they are moved in 6.6. */
		{ "6.6.0",
		  { P_LRU, UNMAPPED },
		  .compound = true,
		  .tail = { .mapcount = -1 },
		  .counts = { NO_ONE, 1, 0 },
		  .at = 3,
		  .flags = K(COMPOUND_TAIL) | K(MMAP) | K(THP) },
		{ "6.9.0",
		  { P_LRU, UNMAPPED },
		  .compound = true,
		  .tail = { .mapcount = -1 },
		  .counts = { 4, 0, 0 },
		  .at = 3,
		  .flags = K(COMPOUND_TAIL) | K(MMAP) | K(THP),
		  .count = 5 },
		/* 05c5323b2a34: one count for all of them. */
		{ "6.10.0",
		  { P_LRU, UNMAPPED },
		  .compound = true,
		  .tail = { .mapcount = -1 },
		  .counts = { NO_ONE, 1, NO_ONE },
		  .at = 3,
		  .flags = K(COMPOUND_TAIL) | K(LRU),
		  .unknown = K(THP) },
		{ "6.10.0",
		  { P_LRU, UNMAPPED },
		  .compound = true,
		  .tail = { .mapcount = -1 },
		  .counts = { NO_ONE, 1, 0 },
		  .at = 3,
		  .flags = K(COMPOUND_TAIL) | K(LRU) | K(MMAP),
		  .unknown = K(THP) },
	};

	ASSERT_ERAS(cases);
}

/* ---- the count ---- */

static void since_4_5_a_page_counts_the_mappings_of_the_whole(void **state)
{
	static const struct era_case cases[] = {
		{ "4.4.0",
		  { P_LRU, .mapping = ANON, MAPPED },
		  .compound = true,
		  .tail = { .mapcount = -1 },
		  .flags = K(COMPOUND_HEAD) | K(LRU) | K(THP) | K(ANON) | K(MMAP),
		  .count = 1 },
		{ "4.5.0",
		  { P_LRU, .mapping = ANON, MAPPED },
		  .compound = true,
		  .tail = { .mapcount = -1 },
		  .counts = { 1, 0, 0 },
		  .flags = K(COMPOUND_HEAD) | K(LRU) | K(THP) | K(ANON) | K(MMAP),
		  .count = 3 },
		/* PG_double_map, in the second page, takes one away. */
		{ "4.5.0",
		  { P_LRU, .mapping = ANON, MAPPED },
		  .compound = true,
		  .tail = { P_PRIVATE_2, .mapcount = -1 },
		  .counts = { 1, 0, 0 },
		  .at = 2,
		  .flags = K(COMPOUND_TAIL) | K(THP) | K(ANON) | K(MMAP) | K(PRIVATE_2),
		  .count = 1 },
		/* dd78fedde4b9 (4.8): of a file's page _mapcount has it all. */
		{ "4.7.0",
		  { P_LRU, .mapping = FILE_MAPPING, MAPPED },
		  .compound = true,
		  .tail = { .mapcount = -1 },
		  .counts = { 1, 0, 0 },
		  .flags = K(COMPOUND_HEAD) | K(LRU) | K(THP) | K(MMAP),
		  .count = 3 },
		{ "4.8.0",
		  { P_LRU, .mapping = FILE_MAPPING, MAPPED },
		  .compound = true,
		  .tail = { .mapcount = -1 },
		  .counts = { 1, 0, 0 },
		  .flags = K(COMPOUND_HEAD) | K(LRU) | K(THP) | K(MMAP),
		  .count = 1 },
		{ "4.8.0",
		  { P_LRU, .mapping = ANON, MAPPED },
		  .compound = true,
		  .tail = { .mapcount = -1 },
		  .counts = { 1, 0, 0 },
		  .flags = K(COMPOUND_HEAD) | K(LRU) | K(THP) | K(MMAP) | K(ANON),
		  .count = 3 },
		{ "6.1.0",
		  { P_LRU, .mapping = FILE_MAPPING, MAPPED },
		  .compound = true,
		  .tail = { .mapcount = -1 },
		  .counts = { 1, 0, 0 },
		  .flags = K(COMPOUND_HEAD) | K(LRU) | K(THP) | K(MMAP),
		  .count = 1 },
		/* 6.2: whatever it is. */
		{ "6.2.0",
		  { P_LRU, .mapping = FILE_MAPPING, MAPPED },
		  .compound = true,
		  .tail = { .mapcount = -1 },
		  .counts = { 1, 0, 0 },
		  .flags = K(COMPOUND_HEAD) | K(LRU) | K(THP) | K(MMAP),
		  .count = 3 },
	};

	ASSERT_ERAS(cases);
}

static void double_map_became_workingset_in_5_9(void **state)
{
#define DOUBLE(release, bit, flag, n)                                                             \
	{                                                                                         \
		release, { P_LRU, .mapping = ANON, MAPPED },                                      \
			.compound = true, .tail = { bit, .mapcount = -1 }, .counts = { 1, 0, 0 }, \
			.at = 2, .flags = K(COMPOUND_TAIL) | K(THP) | K(ANON) | K(MMAP) | (flag), \
			.count = n                                                                \
	}
	static const struct era_case cases[] = {
		DOUBLE("5.8.0", P_PRIVATE_2, K(PRIVATE_2), 1),
		DOUBLE("5.8.0", P_WORKINGSET, 0, 2),
		DOUBLE("5.9.0", P_PRIVATE_2, K(PRIVATE_2), COUNT_UNKNOWN),
		DOUBLE("5.9.0", P_WORKINGSET, 0, COUNT_UNKNOWN),
		DOUBLE("5.10.0", P_PRIVATE_2, K(PRIVATE_2), 2),
		DOUBLE("5.10.0", P_WORKINGSET, 0, 1),
		/* Gone in 6.2. */
		{ "6.2.0",
		  { P_LRU, .mapping = ANON, MAPPED },
		  .compound = true,
		  .tail = { P_WORKINGSET, .mapcount = -1 },
		  .counts = { 1, 1, 0 },
		  .at = 2,
		  .flags = K(COMPOUND_TAIL) | K(THP) | K(ANON) | K(MMAP),
		  .count = 2 },
	};

	ASSERT_ERAS(cases);
}

static void slabs_count_as_0_since_3_6(void **state)
{
	static const struct era_case cases[] = {
		/* Since when before 3.6, is not known. */
		{ "2.6.35",
		  { P_SLAB, .mapcount = 7, .refcount = 1 },
		  .flags = K(SLAB),
		  .count = COUNT_UNKNOWN },
		{ "3.5.0",
		  { P_SLAB, .mapcount = 7, .refcount = 1 },
		  .flags = K(SLAB),
		  .count = COUNT_UNKNOWN },
		{ "3.6.0", { P_SLAB, .mapcount = 7, .refcount = 1 }, .flags = K(SLAB) },
		{ "5.4.0", { P_SLAB, .mapcount = 7, .refcount = 1 }, .flags = K(SLAB) },
		/* 53277bcf126d (6.10), and stable kernels of 6.6 on: nothing but types. */
		{ "6.5.0", { P_SLAB, .mapcount = 7, .refcount = 1 }, .flags = K(SLAB) },
		{ "6.6.0",
		  { P_SLAB, .mapcount = 7, .refcount = 1 },
		  .flags = K(SLAB),
		  .unknown = K(MMAP),
		  .count = COUNT_UNKNOWN },
		{ "6.8.0",
		  { P_SLAB, .mapcount = 7, .refcount = 1 },
		  .flags = K(SLAB),
		  .unknown = K(MMAP),
		  .count = COUNT_UNKNOWN },
		{ "6.9.0",
		  { P_SLAB, .mapcount = 7, .refcount = 1 },
		  .flags = K(SLAB),
		  .unknown = K(MMAP),
		  .count = COUNT_UNKNOWN },
		/* What slabs of 6.6 have there really. */
		{ "6.6.0", { P_SLAB, .mapcount = -1, .refcount = 1 }, .flags = K(SLAB) },
		{ "6.10.0", { .mapcount = ~0x1000, .refcount = 1 }, .flags = K(SLAB) },
		{ "6.10.0",
		  { .mapcount = ~0x1000, .refcount = 1 },
		  .compound = true,
		  .tail = { .mapcount = 2 },
		  .counts = { NO_ONE, 0, 0 },
		  .at = 2,
		  .flags = K(SLAB) | K(COMPOUND_TAIL) | K(MMAP),
		  .count = 3 },
	};

	ASSERT_ERAS(cases);
}

/* Until 4.4 PageSlab() of a tail is that of the tail; since 4.5 that of the head. */
static void since_4_5_a_tail_of_a_slab_is_not_mapped(void **state)
{
	static const struct era_case cases[] = {
		{ "4.4.0",
		  { P_SLAB, .mapcount = 7, .refcount = 1 },
		  .compound = true,
		  .tail = { .mapcount = 0 },
		  .at = 2,
		  .flags = K(COMPOUND_TAIL) | K(MMAP),
		  .count = 1 },
		{ "4.5.0",
		  { P_SLAB, .mapcount = 7, .refcount = 1 },
		  .compound = true,
		  .tail = { .mapcount = 0 },
		  .counts = { NO_ONE, 0, 0 },
		  .at = 2,
		  .flags = K(COMPOUND_TAIL) },
	};

	ASSERT_ERAS(cases);
}

static void types_count_as_0_since_5_2(void **state)
{
	static const struct era_case cases[] = {
		{ "4.17.0",
		  { .mapcount = -256, .refcount = 1 },
		  .flags = K(OFFLINE),
		  .count = -255 },
		{ "4.19.0",
		  { .mapcount = -257, .refcount = 1 },
		  .flags = K(OFFLINE),
		  .count = -256 },
		{ "4.20.0",
		  { .mapcount = -257, .refcount = 1 },
		  .flags = K(OFFLINE),
		  .count = COUNT_UNKNOWN },
		{ "5.1.0",
		  { .mapcount = -257, .refcount = 1 },
		  .flags = K(OFFLINE),
		  .count = COUNT_UNKNOWN },
		{ "5.2.0", { .mapcount = -257, .refcount = 1 }, .flags = K(OFFLINE) },
		{ "6.9.0", { .mapcount = -257, .refcount = 1 }, .flags = K(OFFLINE) },
		{ "6.10.0", { .mapcount = -257, .refcount = 1 }, .flags = K(OFFLINE) },
		/* 53277bcf126d (6.10), and perhaps before: what the whole has counts all the same.
		 */
		{ "6.5.0",
		  { .mapcount = -257, .refcount = 1 },
		  .compound = true,
		  .tail = { .mapcount = -1 },
		  .counts = { 1, 0, 1 },
		  .flags = K(OFFLINE) | K(COMPOUND_HEAD) | K(MMAP) },
		{ "6.9.0",
		  { .mapcount = -257, .refcount = 1 },
		  .compound = true,
		  .tail = { .mapcount = -1 },
		  .counts = { 1, 0, 1 },
		  .flags = K(OFFLINE) | K(COMPOUND_HEAD) | K(MMAP),
		  .count = COUNT_UNKNOWN },
		{ "6.10.0",
		  { .mapcount = -257, .refcount = 1 },
		  .compound = true,
		  .tail = { .mapcount = -1 },
		  .counts = { 1, 0, 1 },
		  .flags = K(OFFLINE) | K(COMPOUND_HEAD) | K(MMAP),
		  .count = 2 },
	};

	ASSERT_ERAS(cases);
}

/* ---- BUDDY ---- */

static void buddy_was_a_flag_until_2_6_37(void **state)
{
	static const struct era_case cases[] = {
		{ "2.6.35", { .more_flags = 1 << 19, .mapcount = -1 }, .flags = K(BUDDY) },
		{ "2.6.37", { .more_flags = 1 << 19, .mapcount = -1 }, .flags = K(BUDDY) },
		{ "2.6.37", { .mapcount = -2 }, .count = -1 },
		/* 5f24ce5fd34c: a value of _mapcount; another since 2.6.39. Bit 19 is swapbacked.
		 */
		{ "2.6.38", { .mapcount = -2 }, .flags = K(BUDDY), .count = -1 },
		{ "2.6.38", { .more_flags = 1 << 19, .mapcount = -1 }, .flags = K(SWAPBACKED) },
		{ "2.6.39", { .mapcount = -128 }, .flags = K(BUDDY), .count = -127 },
		{ "2.6.39", { .mapcount = -2 }, .count = -1 },
		{ "3.1.0", { .mapcount = -128 }, .flags = K(BUDDY), .count = -127 },
		{ "4.17.0", { .mapcount = -128 }, .flags = K(BUDDY), .count = -127 },
		{ "4.18.0", { .mapcount = -129 }, .flags = K(BUDDY), .count = -128 },
		{ "6.10.0", { .mapcount = -129 }, .flags = K(BUDDY) },
		{ "6.11.0", { .mapcount = ~0x40000000 }, .flags = K(BUDDY) },
	};

	ASSERT_ERAS(cases);
}

/* 832fc1de01ae. */
static void since_4_6_all_of_a_free_block_is_buddy(void **state)
{
	static const struct {
		const char *release;
		int32_t mapcount;
		uint64_t flags, inside;
	} cases[] = {
		{ "2.6.35", -1, 1 << 19, 0 },
		{ "3.10.0", -128, 0, 0 },
		{ "4.5.0", -128, 0, 0 },
		{ "4.6.0", -128, 0, K(BUDDY) },
		{ "4.18.0", -129, 0, K(BUDDY) },
		{ "6.6.0", -129, 0, K(BUDDY) },
		{ "6.11.0", ~0x40000000, 0, K(BUDDY) },
	};

	for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
		const char *release = cases[i / 2].release;
		const struct era *era = era_of(release);
		struct machine m = era_machine((enum order)(i % 2), release);

		for (uint64_t pfn = HEAD + 1; pfn < HEAD + 8; pfn++)
			put_era(&m, era, pfn, (struct era_page){ .mapcount = -1 });
		put_era(&m, era, HEAD,
			(struct era_page){ .more_flags = cases[i / 2].flags,
					   .mapcount = cases[i / 2].mapcount,
					   .private_ = 3 });
		machine_open(&m);
		assert_int_equal(kpf_at(&m, HEAD + 5).flags, cases[i / 2].inside);
		assert_int_equal(kpf_at(&m, HEAD).flags, K(BUDDY));
		/* What it is does not depend on what the file said of it. */
		assert_int_equal(state_at(&m, HEAD + 5).state, VMW_STATE_FREE);
		assert_int_equal(state_at(&m, HEAD + 5).order, 3);
		machine_free(&m);
	}
}

/* ---- SLAB, types ---- */

static void since_4_6_tails_of_slabs_are_slab(void **state)
{
	static const struct era_case cases[] = {
		{ "3.10.0",
		  { P_SLAB, UNMAPPED },
		  .compound = true,
		  .tail = { .mapcount = -1 },
		  .at = 2,
		  .flags = K(COMPOUND_TAIL) },
		{ "4.5.0",
		  { P_SLAB, UNMAPPED },
		  .compound = true,
		  .tail = { .mapcount = -1 },
		  .counts = { NO_ONE, 0, 0 },
		  .at = 2,
		  .flags = K(COMPOUND_TAIL) },
		{ "4.6.0",
		  { P_SLAB, UNMAPPED },
		  .compound = true,
		  .tail = { .mapcount = -1 },
		  .counts = { NO_ONE, 0, 0 },
		  .at = 2,
		  .flags = K(COMPOUND_TAIL) | K(SLAB) },
		{ "6.9.0",
		  { P_SLAB, UNMAPPED },
		  .compound = true,
		  .tail = { .mapcount = -1 },
		  .counts = { NO_ONE, 0, 0 },
		  .at = 2,
		  .flags = K(COMPOUND_TAIL) | K(SLAB) },
		{ "6.10.0",
		  { .mapcount = ~0x1000, .refcount = 1 },
		  .compound = true,
		  .tail = { .mapcount = -1 },
		  .counts = { NO_ONE, 0, NO_ONE },
		  .at = 2,
		  .flags = K(COMPOUND_TAIL) | K(SLAB) },
	};

	ASSERT_ERAS(cases);
}

/* 09316c09dde3 (3.18); "mm: convert PG_balloon to PG_offline" (5.1). */
static void balloon_came_in_3_18_and_became_offline_in_5_1(void **state)
{
	static const struct era_case cases[] = {
		{ "3.17.0", { .mapcount = -256, .refcount = 1 }, .count = -255 },
		{ "3.18.0",
		  { .mapcount = -256, .refcount = 1 },
		  .flags = K(OFFLINE),
		  .count = -255 },
		{ "4.18.0",
		  { .mapcount = -257, .refcount = 1 },
		  .flags = K(OFFLINE),
		  .count = -256 },
		{ "5.4.0", { .mapcount = -257, .refcount = 1 }, .flags = K(OFFLINE) },
	};
	static const struct {
		const char *release, *name;
	} names[] = { { "5.0.0", "BALLOON" }, { "5.1.0", "OFFLINE" }, { "6.12.0", "OFFLINE" } };

	ASSERT_ERAS(cases);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct machine m = era_machine(ORDER_BIG, names[i].release);

		machine_open(&m);
		assert_string_equal(kpf_name(KPF_OFFLINE, &m.model->rules.rules[0]), names[i].name);
		machine_free(&m);
	}
}

/* 1d40a5ea01d5. */
static void page_tables_are_told_since_4_18(void **state)
{
	static const struct era_case cases[] = {
		{ "4.17.0", { .mapcount = -1025, .refcount = 1 }, .count = -1024 },
		{ "4.18.0",
		  { .mapcount = -1025, .refcount = 1 },
		  .flags = K(PGTABLE),
		  .count = -1024 },
		{ "5.10.0", { .mapcount = -1025, .refcount = 1 }, .flags = K(PGTABLE) },
		/* 18b2db3b0385 (5.11) moved the type. */
		{ "5.11.0", { .mapcount = -513, .refcount = 1 }, .flags = K(PGTABLE) },
		{ "6.9.0", { .mapcount = -513, .refcount = 1 }, .flags = K(PGTABLE) },
		{ "6.11.0", { .mapcount = ~0x10000000, .refcount = 1 }, .flags = K(PGTABLE) },
	};

	ASSERT_ERAS(cases);
}

/* The snapshot of a page: in 7.2, not in 6.12. */
static void types_of_tails_are_those_of_the_folio_in_7_2(void **state)
{
	static const struct era_case cases[] = {
		{ "6.12.0",
		  { .mapcount = (int32_t)0xf2000000, .refcount = 1 },
		  .compound = true,
		  .tail = { .mapcount = -1 },
		  .counts = { NO_ONE, 0, NO_ONE },
		  .at = 2,
		  .flags = K(COMPOUND_TAIL) },
		{ "6.15.0",
		  { .mapcount = (int32_t)0xf2000000, .refcount = 1 },
		  .compound = true,
		  .tail = { .mapcount = -1 },
		  .counts = { NO_ONE, 0, NO_ONE },
		  .at = 2,
		  .flags = K(COMPOUND_TAIL) },
		{ "6.16.0",
		  { .mapcount = (int32_t)0xf2000000, .refcount = 1 },
		  .compound = true,
		  .tail = { .mapcount = -1 },
		  .counts = { NO_ONE, 0, NO_ONE },
		  .at = 2,
		  .flags = K(COMPOUND_TAIL),
		  .unknown = K(PGTABLE) },
		{ "6.17.0",
		  { .mapcount = (int32_t)0xf2000000, .refcount = 1 },
		  .compound = true,
		  .tail = { .mapcount = -1 },
		  .counts = { NO_ONE, 0, NO_ONE },
		  .at = 2,
		  .flags = K(COMPOUND_TAIL),
		  .unknown = K(PGTABLE) },
		{ "7.0.0",
		  { .mapcount = (int32_t)0xf2000000, .refcount = 1 },
		  .compound = true,
		  .tail = { .mapcount = -1 },
		  .counts = { NO_ONE, 0, NO_ONE },
		  .at = 2,
		  .flags = K(COMPOUND_TAIL),
		  .unknown = K(PGTABLE) },
		{ "7.1.0",
		  { .mapcount = (int32_t)0xf2000000, .refcount = 1 },
		  .compound = true,
		  .tail = { .mapcount = -1 },
		  .counts = { NO_ONE, 0, NO_ONE },
		  .at = 2,
		  .flags = K(COMPOUND_TAIL) | K(PGTABLE) },
		{ "7.3.0-rc7",
		  { .mapcount = (int32_t)0xf2000000, .refcount = 1 },
		  .compound = true,
		  .tail = { .mapcount = -1 },
		  .counts = { NO_ONE, 0, NO_ONE },
		  .at = 2,
		  .flags = K(COMPOUND_TAIL) | K(PGTABLE) },
	};

	ASSERT_ERAS(cases);
}

/* ---- THP, HUGE ---- */

static void what_a_thp_is_has_changed(void **state)
{
#define THP_OF(release, head, counted, f, u)                                                     \
	{                                                                                        \
		release, head, .compound = true, .tail = { .mapcount = -1 },                     \
			       .counts = { NO_ONE, 0, NO_ONE }, .flags = K(COMPOUND_HEAD) | (f), \
			       .unknown = (u), .count = counted                                  \
	}
#define ON_LRU                  \
	{                       \
		P_LRU, UNMAPPED \
	}
#define ANONYMOUS                         \
	{                                 \
		.mapping = ANON, UNMAPPED \
	}
#define NEITHER          \
	{                \
		UNMAPPED \
	}
	static const struct era_case cases[] = {
		/* powerpc has none before 3.11. */
		THP_OF("3.10.0", ON_LRU, 0, K(LRU), 0),
		THP_OF("3.11.0", ON_LRU, 0, K(LRU) | K(THP), 0),
		/* PageAnon() came in 3.14: vendors' kernels have it before 3.14. */
		THP_OF("3.11.0", ANONYMOUS, 0, K(ANON), K(THP)),
		THP_OF("3.13.0", ANONYMOUS, 0, K(ANON), K(THP)),
		THP_OF("3.14.0", ANONYMOUS, 0, K(ANON) | K(THP), 0),
		THP_OF("3.14.0", ON_LRU, 0, K(LRU) | K(THP), 0),
		THP_OF("4.4.0", ANONYMOUS, 0, K(ANON) | K(THP), 0),
		THP_OF("6.9.0", ANONYMOUS, 0, K(ANON) | K(THP), 0),
		THP_OF("6.9.0", ON_LRU, 0, K(LRU) | K(THP), 0),
		THP_OF("6.9.0", NEITHER, 0, 0, 0),
		/* dee3d0bef2b0 (6.10) tests bits 0 and 2 for PG_lru, 5; mended before 6.11. */
		THP_OF("6.10.0", ON_LRU, 0, K(LRU), K(THP)),
		THP_OF("6.10.0", ANONYMOUS, 0, K(ANON) | K(KSM) | K(THP), 0),
		THP_OF("6.10.0", ((struct era_page){ P_LOCKED, UNMAPPED }), 0, K(LOCKED), K(THP)),
		THP_OF("6.10.0", ((struct era_page){ P_LOCKED | P_LRU, UNMAPPED }), 0,
		       K(LOCKED) | K(LRU) | K(THP), 0),
		THP_OF("6.10.0", NEITHER, 0, 0, 0),
		/* 6.12 asks for PG_large_rmappable in the second page; 6.11 may. */
		THP_OF("6.11.0", ON_LRU, 0, K(LRU), K(THP)),
		THP_OF("6.11.0", NEITHER, 0, 0, 0),
		THP_OF("6.12.0", ON_LRU, 0, K(LRU), 0),
		{ "6.12.0", NEITHER, .compound = true, .tail = { P_WORKINGSET, .mapcount = -1 },
		  .counts = { NO_ONE, 0, NO_ONE }, .flags = K(COMPOUND_HEAD) | K(THP) },
		{ "6.11.0", ON_LRU, .compound = true, .tail = { P_WORKINGSET, .mapcount = -1 },
		  .counts = { NO_ONE, 0, NO_ONE }, .flags = K(COMPOUND_HEAD) | K(THP) | K(LRU) },
	};

	ASSERT_ERAS(cases);
}

/* A pointer, a number, a flag, a type. */
static void how_hugetlb_is_told_has_changed(void **state)
{
#define HUGE_OF(release, f)                                                                \
	{                                                                                  \
		release, { UNMAPPED }, .compound = true, .hugetlb = true,                  \
				       .tail = { .mapcount = -1 },                         \
				       .counts = { NO_ONE, 0, NO_ONE }, .at = 2,           \
				       .flags = K(COMPOUND_TAIL) | K(HUGE), .unknown = (f) \
	}
	static const struct era_case cases[] = {
		HUGE_OF("4.4.0", 0),  HUGE_OF("4.5.0", 0),     HUGE_OF("4.18.0", 0),
		HUGE_OF("5.4.0", 0),  HUGE_OF("6.1.0", 0),     HUGE_OF("6.2.0", 0),
		HUGE_OF("6.3.0", 0),  HUGE_OF("6.6.0", 0),     HUGE_OF("6.7.0", 0),
		HUGE_OF("6.9.0", 0),  HUGE_OF("6.10.0", 0),    HUGE_OF("6.11.0", 0),
		HUGE_OF("6.12.0", 0), HUGE_OF("7.3.0-rc7", 0),
	};

	ASSERT_ERAS(cases);
}

/* free_huge_page is in VMCOREINFO since 3.17. */
static void until_4_3_hugetlb_is_told_by_its_destructor(void **state)
{
	static const char *const releases[] = { "3.17.0", "4.3.0" };

	for (size_t i = 0; i < 8; i++) {
		const char *release = releases[i % 2];
		enum order order = (enum order)(i / 2 % 2);
		bool hugetlb = i >= 4;
		struct machine m = era_machine(order, release);

		put_folio(&m, release, HEAD, 2, hugetlb, (struct era_page){ UNMAPPED },
			  (struct era_page){ .mapcount = -1 }, (struct era_counts){ 0 });
		machine_open(&m);
		struct kpf kpf = kpf_at(&m, HEAD + 3);
		assert_int_equal(kpf.flags, K(COMPOUND_TAIL) | (hugetlb ? K(HUGE) : 0));
		assert_int_equal(kpf.unknown, 0);
		struct vmw_page_state page = state_at(&m, HEAD + 3);
		assert_int_equal(page.state, hugetlb ? VMW_STATE_HUGETLB : VMW_STATE_KERNEL);
		assert_int_equal(page.order, 2);
		assert_int_equal(page.block.value, HEAD);
		machine_free(&m);
	}
}

/* ---- the other bits ---- */

/* 56873f43abdc. */
static void the_zero_page_is_told_since_4_0(void **state)
{
	static const struct {
		const char *release;
		uint64_t zero;
	} cases[] = { { "2.6.35", 0 },
		      { "3.19.0", 0 },
		      { "4.0.0", K(ZERO_PAGE) },
		      { "6.6.0", K(ZERO_PAGE) } };

	for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
		struct machine m = era_machine((enum order)(i % 2), cases[i / 2].release);

		put_era(&m, era_of(cases[i / 2].release), HEAD, (struct era_page){ UNMAPPED });
		machine_open(&m);
		m.model->special.zero_known = true;
		m.model->special.zero = pfn_at(HEAD);
		assert_int_equal(kpf_at(&m, HEAD).flags, cases[i / 2].zero);
		assert_int_equal(kpf_at(&m, HEAD).unknown, 0);
		machine_free(&m);
	}
}

/* f074a8f49eb8; since 5.16 or 6.0 of the folio. */
static void idle_is_told_since_4_3(void **state)
{
	static const struct {
		const char *release, *add;
		unsigned int bit; /* PG_idle */
		bool head, own;
		uint64_t flags, unknown;
	} cases[] = {
		{ "4.2.0", LINES_3_9 "NUMBER(PG_hwpoison)=22\n", 24, true, true, 0, 0 },
		/* Which of two bits it is depends on CONFIG_TRANSPARENT_HUGEPAGE then. */
		{ "4.3.0", LINES_3_9 "NUMBER(PG_hwpoison)=22\n", 24, true, true, 0, K(IDLE) },
		{ "5.15.0", LINES_6_1, 24, true, true, K(IDLE), 0 },
		{ "5.15.0", LINES_6_1, 24, true, false, 0, 0 },
		{ "5.16.0", LINES_6_1, 24, true, false, 0, K(IDLE) },
		{ "6.0.0", LINES_6_1, 24, false, true, 0, K(IDLE) },
		{ "6.1.0", LINES_6_1, 24, true, false, K(IDLE), 0 },
		{ "6.1.0", LINES_6_1, 24, false, true, 0, 0 },
	};

	for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
		const char *release = cases[i / 2].release;
		uint64_t bit = UINT64_C(1) << cases[i / 2].bit;
		bool is_old = era_of(release)->layout != PAGE_4_18;
		struct machine m = machine_of((enum order)(i % 2), release, cases[i / 2].add,
					      is_old ? 56 : 64, NULL, 0);

		put_folio(&m, release, HEAD, 2, false,
			  (struct era_page){ P_LRU, cases[i / 2].head ? bit : 0, UNMAPPED },
			  (struct era_page){ .more_flags = cases[i / 2].own ? bit : 0,
					     .mapcount = -1 },
			  (struct era_counts){ NO_ONE, 0, 0 });
		machine_open(&m);
		/* Kernels without PG_idle are of the same numbers: the bit may be another's. */
		struct flag_place *place = &m.layout->flags->places[FLAG_IDLE];
		if (place->mask & bit && !is_old)
			*place = (struct flag_place){ true, bit };
		struct kpf kpf = kpf_at(&m, HEAD + 2);
		if ((kpf.flags & K(IDLE)) != cases[i / 2].flags ||
		    (kpf.unknown & K(IDLE)) != cases[i / 2].unknown)
			fail_msg("row %zu: 0x%lx, unknown 0x%lx", i / 2, (unsigned long)kpf.flags,
				 (unsigned long)kpf.unknown);
		machine_free(&m);
	}
}

static void what_is_in_the_swap_cache_has_changed(void **state)
{
	static const struct era_case cases[] = {
		/* A flag of its own until 6326fec1122c (4.10). */
		{ "3.10.0", { P_SWAPCACHE, UNMAPPED }, .flags = K(SWAPCACHE) },
		{ "4.9.0", { P_SWAPCACHE, UNMAPPED }, .flags = K(SWAPCACHE) },
		{ "4.10.0", { P_SWAPCACHE, UNMAPPED }, .flags = K(OWNER_PRIVATE) },
		{ "4.10.0",
		  { P_SWAPCACHE | P_SWAPBACKED, UNMAPPED },
		  .flags = K(OWNER_PRIVATE) | K(SWAPCACHE) | K(SWAPBACKED) },
		/* The bit is the page's own until 5.15, PG_swapbacked the head's. */
		{ "5.15.0",
		  { P_SWAPCACHE | P_SWAPBACKED | P_LRU, UNMAPPED },
		  .compound = true,
		  .tail = { .mapcount = -1 },
		  .counts = { NO_ONE, 0, 0 },
		  .at = 2,
		  .flags = K(COMPOUND_TAIL) | K(THP) },
		{ "5.15.0",
		  { P_SWAPBACKED | P_LRU, UNMAPPED },
		  .compound = true,
		  .tail = { P_SWAPCACHE, .mapcount = -1 },
		  .counts = { NO_ONE, 0, 0 },
		  .at = 2,
		  .flags = K(COMPOUND_TAIL) | K(THP) | K(OWNER_PRIVATE) | K(SWAPCACHE) },
		{ "5.16.0",
		  { P_SWAPCACHE | P_SWAPBACKED | P_LRU, UNMAPPED },
		  .compound = true,
		  .tail = { .mapcount = -1 },
		  .counts = { NO_ONE, 0, 0 },
		  .at = 2,
		  .flags = K(COMPOUND_TAIL) | K(THP) | K(SWAPCACHE) },
	};

	ASSERT_ERAS(cases);
}

/* 4beba9486abd (5.10) to 6.1: all 64-bit kernels have PG_arch_2. */
static void arch_2_is_told_from_5_10_to_6_1(void **state)
{
	static const struct {
		const char *release;
		uint64_t arch_2;
	} cases[] = {
		{ "5.9.0", 0 }, { "5.10.0", K(ARCH_2) }, { "6.1.0", K(ARCH_2) }, { "6.2.0", 0 }
	};

	for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
		const char *release = cases[i / 2].release;
		struct machine m = era_machine((enum order)(i % 2), release);

		put_era(&m, era_of(release), HEAD,
			(struct era_page){ .more_flags = UINT64_C(1) << 25, UNMAPPED });
		machine_open(&m);
		m.layout->flags->places[FLAG_ARCH_2] = (struct flag_place){ true, UINT64_C(1)
											  << 25 };
		m.layout->flags->places[FLAG_IDLE] = (struct flag_place){ true, 0 };
		assert_int_equal(kpf_at(&m, HEAD).flags, cases[i / 2].arch_2);
		machine_free(&m);
	}
}

/* dee3d0bef2b0 takes KPF_HUGE, 17, for a mask: LOCKED and DIRTY. */
static void poison_in_6_10_may_be_that_of_the_head(void **state)
{
	static const struct era_case cases[] = {
		{ "6.9.0",
		  { P_DIRTY, 1 << 22, UNMAPPED },
		  .compound = true,
		  .tail = { .mapcount = -1 },
		  .counts = { NO_ONE, 0, NO_ONE },
		  .at = 2,
		  .flags = K(COMPOUND_TAIL) },
		{ "6.10.0",
		  { P_DIRTY, 1 << 21, UNMAPPED },
		  .compound = true,
		  .tail = { .mapcount = -1 },
		  .counts = { NO_ONE, 0, NO_ONE },
		  .at = 2,
		  .flags = K(COMPOUND_TAIL) | K(DIRTY),
		  .unknown = K(HWPOISON) },
		{ "6.10.0",
		  { .more_flags = 1 << 21, UNMAPPED },
		  .compound = true,
		  .tail = { .mapcount = -1 },
		  .counts = { NO_ONE, 0, NO_ONE },
		  .at = 2,
		  .flags = K(COMPOUND_TAIL) },
		{ "6.11.0",
		  { P_DIRTY, 1 << 21, UNMAPPED },
		  .compound = true,
		  .tail = { .mapcount = -1 },
		  .counts = { NO_ONE, 0, NO_ONE },
		  .at = 2,
		  .flags = K(COMPOUND_TAIL) | K(DIRTY) },
		{ "6.12.0",
		  { P_DIRTY, 1 << 20, UNMAPPED },
		  .compound = true,
		  .tail = { .mapcount = -1 },
		  .counts = { NO_ONE, 0, NO_ONE },
		  .at = 2,
		  .flags = K(COMPOUND_TAIL) | K(DIRTY) },
	};

	ASSERT_ERAS(cases);
}

/* aad5f69bc161 (5.4), and the stable kernels of 4.13 on. */
static void pages_of_offline_memory_are_shown_until_5_3(void **state)
{
	static const struct fake_memory_range ranges[] = {
		{ .start = 0, .size = 32 * MIB },
		{ .start = 32 * MIB, .size = 16 * MIB, .offline = true },
		{ .start = 48 * MIB, .size = 16 * MIB },
	};
	static const struct {
		const char *release;
		enum vmw_data data;
		uint64_t flags, unknown;
	} cases[] = {
		{ "4.12.0", VMW_PRESENT, K(LRU), 0 },
		{ "4.13.0", VMW_PRESENT, 0, K(NOPAGE) | K(LRU) },
		{ "5.3.0", VMW_PRESENT, 0, K(NOPAGE) | K(LRU) },
		{ "5.4.0", VMW_NO_PAGE, K(NOPAGE), 0 },
		{ "6.12.0", VMW_NO_PAGE, K(NOPAGE), 0 },
	};

	for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
		const char *release = cases[i / 2].release;
		const struct era *era = era_of(release);
		struct machine m = machine_of((enum order)(i % 2), release, era->lines,
					      era->layout == PAGE_4_18 ? 64 : 56, ranges, 3);

		put_era(&m, era, HEAD, (struct era_page){ P_LRU, UNMAPPED });
		machine_open(&m);
		struct kpf kpf = kpf_at(&m, HEAD);
		assert_int_equal(kpf.data, cases[i / 2].data);
		assert_int_equal(kpf.flags, cases[i / 2].flags);
		assert_int_equal(kpf.unknown, cases[i / 2].unknown);
		assert_true(kpf.mapcount_known);
		assert_int_equal(kpf.mapcount, 0);
		machine_free(&m);
	}
}

/* A mistake of kpage_read(), which 6.12 has not: 7.2 and 7.3-rc7 have it. */
static void since_6_17_a_frame_without_a_page_reads_0(void **state)
{
	static const struct {
		const char *release;
		uint64_t flags, unknown;
	} cases[] = {
		{ "2.6.35", K(NOPAGE), 0 }, { "6.9.0", K(NOPAGE), 0 },  { "6.14.0", K(NOPAGE), 0 },
		{ "6.15.0", 0, K(NOPAGE) }, { "6.16.0", 0, K(NOPAGE) }, { "6.17.0", 0, 0 },
		{ "7.3.0-rc7", 0, 0 },
	};

	for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
		struct machine m = era_machine((enum order)(i % 2), cases[i / 2].release);

		/* Behind the 64 MiB that there are. */
		machine_open(&m);
		struct kpf kpf = kpf_at(&m, 0x400);
		assert_int_equal(kpf.data, VMW_NO_PAGE);
		assert_int_equal(kpf.flags, cases[i / 2].flags);
		assert_int_equal(kpf.unknown, cases[i / 2].unknown);
		assert_true(kpf.mapcount_known);
		assert_int_equal(kpf.mapcount, 0);
		struct vmw_page_state page = state_at(&m, 0x400);
		assert_int_equal(page.state, VMW_STATE_NONE);
		assert_int_equal(page.kpf, cases[i / 2].flags);
		assert_int_equal(page.kpf_unknown, cases[i / 2].unknown);
		machine_free(&m);
	}
}

/* ---- what a number does not tell ---- */

/* Of these fs/proc/page.c was read, and is newer than the number. */
static void kernels_of_vendors_may_be_newer_than_their_number(void **state)
{
	static const struct era_case cases[] = {
		{ "3.10.0-1160.el7.ppc64", ON_LRU, .compound = true, .tail = { .mapcount = -1 },
		  .flags = K(COMPOUND_HEAD) | K(LRU), .unknown = K(THP) },
		{ "3.10.0-fake", ON_LRU, .compound = true, .tail = { .mapcount = -1 },
		  .flags = K(COMPOUND_HEAD) | K(LRU) },
		{ "4.18.0-80.el8.ppc64le",
		  { .mapcount = -257, .refcount = 1 },
		  .flags = K(OFFLINE),
		  .count = COUNT_UNKNOWN },
		{ "4.18.0-fake",
		  { .mapcount = -257, .refcount = 1 },
		  .flags = K(OFFLINE),
		  .count = -256 },
		{ "5.14.0-427.el9.ppc64le",
		  { P_LRU, .mapping = FILE_MAPPING, MAPPED },
		  .compound = true,
		  .tail = { .mapcount = -1 },
		  .counts = { 1, 0, 0 },
		  .flags = K(COMPOUND_HEAD) | K(LRU) | K(THP) | K(MMAP),
		  .count = COUNT_UNKNOWN },
		{ "6.12.0-55.el10.ppc64le",
		  { .mapping = ANON, UNMAPPED },
		  .flags = K(ANON),
		  .unknown = K(KSM) },
		{ "5.14.0-fake",
		  { P_LRU, .mapping = FILE_MAPPING, MAPPED },
		  .compound = true,
		  .tail = { .mapcount = -1 },
		  .counts = { 1, 0, 0 },
		  .flags = K(COMPOUND_HEAD) | K(LRU) | K(THP) | K(MMAP),
		  .count = 1 },
	};

	ASSERT_ERAS(cases);
}

/* The struct page is that of 6.6 by what VMCOREINFO says of it, whatever the number is. */
static void counts_are_not_looked_for_in_another_versions_page(void **state)
{
	for (size_t i = 0; i < 2; i++) {
		struct machine m = machine_of((enum order)i, "5.14.0-427.el9.ppc64le", LINES_6_6,
					      64, NULL, 0);

		put_folio(&m, "6.6.0", HEAD, 2, false,
			  (struct era_page){ P_LRU, .mapping = ANON, UNMAPPED },
			  (struct era_page){ .mapcount = -1 }, (struct era_counts){ 2, 0, 0 });
		machine_open(&m);
		assert_false(kpf_at(&m, HEAD).mapcount_known);
		assert_int_equal(kpf_at(&m, HEAD).flags,
				 K(COMPOUND_HEAD) | K(LRU) | K(ANON) | K(THP));
		assert_int_equal(kpf_at(&m, HEAD).unknown, K(MMAP));
		machine_free(&m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(since_6_10_the_flags_of_a_tail_are_those_of_its_folio),
		cmocka_unit_test(since_4_5_anonymous_and_ksm_are_asked_of_the_head),
		cmocka_unit_test(until_4_4_a_tail_is_mapped_by_its_own_count),
		cmocka_unit_test(until_4_20_the_pages_behind_a_compound_page_may_map_it),
		cmocka_unit_test(since_6_2_the_mapped_pages_are_counted),
		cmocka_unit_test(since_4_5_a_page_counts_the_mappings_of_the_whole),
		cmocka_unit_test(double_map_became_workingset_in_5_9),
		cmocka_unit_test(slabs_count_as_0_since_3_6),
		cmocka_unit_test(since_4_5_a_tail_of_a_slab_is_not_mapped),
		cmocka_unit_test(types_count_as_0_since_5_2),
		cmocka_unit_test(buddy_was_a_flag_until_2_6_37),
		cmocka_unit_test(since_4_6_all_of_a_free_block_is_buddy),
		cmocka_unit_test(since_4_6_tails_of_slabs_are_slab),
		cmocka_unit_test(balloon_came_in_3_18_and_became_offline_in_5_1),
		cmocka_unit_test(page_tables_are_told_since_4_18),
		cmocka_unit_test(types_of_tails_are_those_of_the_folio_in_7_2),
		cmocka_unit_test(what_a_thp_is_has_changed),
		cmocka_unit_test(how_hugetlb_is_told_has_changed),
		cmocka_unit_test(until_4_3_hugetlb_is_told_by_its_destructor),
		cmocka_unit_test(the_zero_page_is_told_since_4_0),
		cmocka_unit_test(idle_is_told_since_4_3),
		cmocka_unit_test(what_is_in_the_swap_cache_has_changed),
		cmocka_unit_test(arch_2_is_told_from_5_10_to_6_1),
		cmocka_unit_test(poison_in_6_10_may_be_that_of_the_head),
		cmocka_unit_test(pages_of_offline_memory_are_shown_until_5_3),
		cmocka_unit_test(since_6_17_a_frame_without_a_page_reads_0),
		cmocka_unit_test(kernels_of_vendors_may_be_newer_than_their_number),
		cmocka_unit_test(counts_are_not_looked_for_in_another_versions_page),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
