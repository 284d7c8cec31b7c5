/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "meaning.h"

static const enum order orders[] = { ORDER_LITTLE, ORDER_BIG };

#define K(name) (UINT64_C(1) << KPF_##name)

/* Flags of 6.1. */
#define UPTODATE_6_1 (1U << 2)
#define LRU_6_1 (1U << 4)
#define WORKINGSET_6_1 (1U << 6)
#define ERROR_6_1 (1U << 8)
#define SLAB_6_1 (1U << 9)
#define OWNER_PRIV_6_1 (1U << 10)
#define RESERVED_6_1 (1U << 12)
#define HEAD_6_1 (1U << 16)
#define SWAPBACKED_6_1 (1U << 19)
#define HWPOISON_6_1 (1U << 22)
/* Of 6.12. */
#define DIRTY_6_12 (1U << 4)
#define LRU_6_12 (1U << 5)
#define HEAD_6_12 (1U << 6)
#define RMAPPABLE_6_12 (1U << 9)
#define OWNER_2_6_12 (1U << 11)
#define HWPOISON_6_12 (1U << 20)

#define ANON_MAPPING UINT64_C(0xc000000001234501)
#define KSM_MAPPING UINT64_C(0xc000000001234503)

/* What is expected of a frame. */
struct expected {
	uint64_t pfn;
	uint64_t flags;
	int64_t mapcount;
};

static void assert_kpages(struct machine *m, const struct expected *expected, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct kpf kpf = kpf_at(m, expected[i].pfn);

		assert_int_equal(kpf.data, VMW_PRESENT);
		/* The zero page and the huge zero page have no symbols here. */
		uint64_t unknown = kpf.unknown & ~(K(ZERO_PAGE) | K(THP));
		if (kpf.flags != expected[i].flags || unknown != 0)
			fail_msg("pfn 0x%lx: 0x%lx, unknown 0x%lx", (unsigned long)expected[i].pfn,
				 (unsigned long)kpf.flags, (unsigned long)unknown);
		assert_true(kpf.mapcount_known);
		assert_int_equal(kpf.mapcount, expected[i].mapcount);
	}
}

#define ASSERT_KPAGES(m, expected) \
	assert_kpages(m, expected, sizeof(expected) / sizeof((expected)[0]))

/* A compound page of four at @pfn; @second is the second page without its head. */
static void put_compound(struct machine *m, struct fake_page head, struct fake_page second)
{
	put_page(m, head);
	second.pfn = head.pfn + 1;
	second.word_1 = tail_of(m, head.pfn);
	second.mapcount = -1;
	put_page(m, second);
	for (uint64_t i = 2; i < 4; i++)
		put_page(m, (struct fake_page){ .pfn = head.pfn + i,
						.word_1 = tail_of(m, head.pfn),
						.mapcount = -1 });
}

/* The bytes { dtor, order, 0, 0 } of 6.1 as a word. */
static uint32_t dtor_and_order(const struct machine *m, uint32_t dtor, uint32_t order)
{
	return ram_order(m->ram) == ORDER_BIG ? dtor << 24 | order << 16 : order << 8 | dtor;
}

static void a_small_page_in_6_1_and_in_6_12(void **state)
{
	for (size_t i = 0; i < 2; i++) {
		struct machine m = machine_new(orders[i], "6.1.0", LINES_6_1);
		struct machine n = machine_new(orders[i], "6.12.0", LINES_6_12);

		put_page(&m, (struct fake_page){ .pfn = 0x200,
						 .flags = LRU_6_1 | UPTODATE_6_1 | SWAPBACKED_6_1,
						 .mapping = ANON_MAPPING,
						 .mapcount = 1,
						 .refcount = 2 });
		put_page(&n, (struct fake_page){ .pfn = 0x200,
						 .flags = LRU_6_12 | OWNER_2_6_12,
						 .mapping = 0xc000000001234500,
						 .mapcount = 0,
						 .refcount = 2 });
		machine_open(&m);
		machine_open(&n);
		ASSERT_KPAGES(&m, ((struct expected[]){ { 0x200,
							  K(LRU) | K(UPTODATE) | K(SWAPBACKED) |
								  K(ANON) | K(MMAP),
							  2 } }));
		/* Bit 34 is OWNER_2 now. */
		ASSERT_KPAGES(&n, ((struct expected[]){
					  { 0x200, K(LRU) | K(MMAP) | K(MAPPEDTODISK), 1 } }));
		machine_free(&m);
		machine_free(&n);
	}
}

/* dee3d0bef2b0 (6.10) took all of PAGE_MAPPING_KSM for a bit of its own. */
static void every_anonymous_page_of_6_12_is_ksm(void **state)
{
	static const struct {
		const char *release, *lines;
		uint64_t mapping;
		enum tri ksm;
	} cases[] = {
		{ "6.1.0", LINES_6_1, ANON_MAPPING, TRI_NO },
		{ "6.1.0", LINES_6_1, KSM_MAPPING, TRI_YES },
		{ "6.12.0", LINES_6_12, ANON_MAPPING, TRI_YES },
		{ "6.12.117", LINES_6_12, ANON_MAPPING, TRI_YES },
		{ "6.12.0", LINES_6_12, 0, TRI_NO },
		/* Later than what was read; or patched, by the lines that only patches add. */
		{ "6.12.118", LINES_6_12, ANON_MAPPING, TRI_UNKNOWN },
		{ "6.12.117", LINES_6_12 "NUMBER(NODES_WIDTH)=8\n", ANON_MAPPING, TRI_UNKNOWN },
		{ "6.12.117", LINES_6_12 "NUMBER(NODES_WIDTH)=8\n", KSM_MAPPING, TRI_YES },
		{ "6.1.0", LINES_6_1 "NUMBER(NODES_WIDTH)=8\n", ANON_MAPPING, TRI_NO },
		{ "6.18.29", LINES_6_12, ANON_MAPPING, TRI_YES },
		{ "7.0.5", LINES_6_12, ANON_MAPPING, TRI_YES },
		{ "7.1.1", LINES_7_2, ANON_MAPPING, TRI_YES },
		/* A stable release that may have the fix, or not. */
		{ "6.18.30", LINES_6_12, ANON_MAPPING, TRI_UNKNOWN },
		{ "6.19.0", LINES_6_12, ANON_MAPPING, TRI_YES },
		{ "7.0.6", LINES_6_12, ANON_MAPPING, TRI_UNKNOWN },
		{ "7.1.2", LINES_7_2, ANON_MAPPING, TRI_UNKNOWN },
		{ "7.1.9", LINES_7_2, ANON_MAPPING, TRI_UNKNOWN },
		{ "7.1.9", LINES_7_2, KSM_MAPPING, TRI_YES },
		{ "7.2.13", LINES_7_2, ANON_MAPPING, TRI_NO },
		{ "7.2.13", LINES_7_2, KSM_MAPPING, TRI_YES },
	};

	for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
		struct machine m = machine_new(orders[i % 2], cases[i / 2].release,
					       cases[i / 2].lines);

		put_page(&m, (struct fake_page){ .pfn = 0x200,
						 .mapping = cases[i / 2].mapping,
						 .refcount = 1 });
		machine_open(&m);
		struct kpf kpf = kpf_at(&m, 0x200);
		assert_int_equal(kpf.flags & K(KSM), cases[i / 2].ksm == TRI_YES ? K(KSM) : 0);
		assert_int_equal(kpf.unknown & K(KSM),
				 cases[i / 2].ksm == TRI_UNKNOWN ? K(KSM) : 0);
		/* The state is the truth, whatever /proc says. */
		if (cases[i / 2].mapping)
			assert_int_equal(state_at(&m, 0x200).state,
					 cases[i / 2].mapping == KSM_MAPPING ? VMW_STATE_KSM
									     : VMW_STATE_ANON);
		machine_free(&m);
	}
}

static void a_tail_without_its_head_may_be_of_the_huge_zero_page(void **state)
{
	const uint64_t pointer = 0xa00000;

	for (size_t i = 0; i < 2; i++) {
		struct machine m = machine_new(orders[i], "6.12.0",
					       LINES_6_12
					       "SYMBOL(huge_zero_folio)=c000000000a00000\n");

		ram_put_u64(m.ram, pointer, m.fake.vmemmap_base + 0x200 * 64);
		put_page(&m, (struct fake_page){ .pfn = 0x200, .flags = UINT64_C(1) << 6 });
		put_page(&m, (struct fake_page){ .pfn = 0x201, .word_1 = tail_of(&m, 0x200) });
		/* Its head is a tail itself: none that could be believed. */
		put_page(&m, (struct fake_page){ .pfn = 0x211, .word_1 = tail_of(&m, 0x201) });
		machine_open(&m);
		assert_int_equal(kpf_at(&m, 0x201).flags & K(ZERO_PAGE), K(ZERO_PAGE));
		assert_int_equal(kpf_at(&m, 0x201).unknown & K(ZERO_PAGE), 0);
		assert_int_equal(kpf_at(&m, 0x211).flags & K(ZERO_PAGE), 0);
		assert_int_equal(kpf_at(&m, 0x211).unknown & K(ZERO_PAGE), K(ZERO_PAGE));
		machine_free(&m);
	}
}

/* 46df8e73a4a3 (6.10) made PG_slab a type; the tails of a slab are slab in both. */
static void a_slab_is_a_flag_in_6_1_and_a_type_in_6_12(void **state)
{
	for (size_t i = 0; i < 2; i++) {
		struct machine m = machine_new(orders[i], "6.1.0", LINES_6_1);
		struct machine n = machine_new(orders[i], "6.12.0", LINES_6_12);

		put_compound(&m,
			     (struct fake_page){ .pfn = 0x200,
						 .flags = SLAB_6_1 | HEAD_6_1,
						 .mapping = 0xc000000001234501,
						 .mapcount = 77,
						 .refcount = 1 },
			     (struct fake_page){ .at_16 = dtor_and_order(&m, 1, 2),
						 .at_20 = (uint32_t)-1 });
		put_compound(&n,
			     (struct fake_page){ .pfn = 0x200,
						 .flags = HEAD_6_12,
						 .mapcount = (int32_t)0xf5000000,
						 .refcount = 1 },
			     (struct fake_page){
				     .flags = 2, .at_16 = (uint32_t)-1, .at_20 = (uint32_t)-1 });
		machine_open(&m);
		machine_open(&n);
		/* What lies in the place of mapping is called ANON by 6.1, and THP for that. */
		ASSERT_KPAGES(
			&m, ((struct expected[]){
				    { 0x200, K(SLAB) | K(COMPOUND_HEAD) | K(ANON) | K(THP), 0 },
				    { 0x203, K(SLAB) | K(COMPOUND_TAIL) | K(ANON) | K(THP), 0 } }));
		ASSERT_KPAGES(&n,
			      ((struct expected[]){ { 0x200, K(SLAB) | K(COMPOUND_HEAD), 0 },
						    { 0x203, K(SLAB) | K(COMPOUND_TAIL), 0 } }));
		assert_int_equal(state_at(&m, 0x203).state, VMW_STATE_SLAB);
		assert_int_equal(state_at(&n, 0x203).state, VMW_STATE_SLAB);
		assert_int_equal(state_at(&n, 0x203).order, 2);
		assert_int_equal(state_at(&n, 0x203).block.value, 0x200);
		machine_free(&m);
		machine_free(&n);
	}
}

static void hugetlb_is_a_destructor_in_6_1_and_a_type_in_6_12(void **state)
{
	for (size_t i = 0; i < 2; i++) {
		struct machine m = machine_new(orders[i], "6.1.0", LINES_6_1);
		struct machine n = machine_new(orders[i], "6.12.0", LINES_6_12);

		put_compound(&m,
			     (struct fake_page){ .pfn = 0x200,
						 .flags = HEAD_6_1 | UPTODATE_6_1,
						 .mapping = ANON_MAPPING,
						 .mapcount = -1,
						 .refcount = 1 },
			     (struct fake_page){ .at_16 = dtor_and_order(&m, 2, 2), .at_20 = 0 });
		put_compound(&n,
			     (struct fake_page){ .pfn = 0x200,
						 .flags = HEAD_6_12 | HWPOISON_6_12,
						 .mapping = 0xc000000001234500,
						 .mapcount = (int32_t)0xf4000000,
						 .refcount = 1 },
			     (struct fake_page){ .flags = 2, .at_16 = 0, .at_20 = 0 });
		machine_open(&m);
		machine_open(&n);
		/* Flags of 6.1 are the page's own, those of 6.12 the folio's. */
		ASSERT_KPAGES(
			&m,
			((struct expected[]){
				{ 0x200,
				  K(HUGE) | K(COMPOUND_HEAD) | K(ANON) | K(MMAP) | K(UPTODATE), 1 },
				{ 0x202, K(HUGE) | K(COMPOUND_TAIL) | K(ANON) | K(MMAP), 1 } }));
		ASSERT_KPAGES(
			&n,
			((struct expected[]){
				{ 0x200, K(HUGE) | K(COMPOUND_HEAD) | K(MMAP) | K(HWPOISON), 1 },
				{ 0x202, K(HUGE) | K(COMPOUND_TAIL) | K(MMAP) | K(HWPOISON),
				  1 } }));
		assert_int_equal(state_at(&m, 0x202).state, VMW_STATE_HUGETLB);
		assert_int_equal(state_at(&n, 0x202).state, VMW_STATE_HUGETLB);
		machine_free(&m);
		machine_free(&n);
	}
}

/* 6.1: a compound page on a list or anonymous; since 6.10 one with PG_large_rmappable. */
static void a_huge_page_is_told_by_its_lists_in_6_1_and_by_its_mark_in_6_12(void **state)
{
	for (size_t i = 0; i < 2; i++) {
		struct machine m = machine_new(orders[i], "6.1.0", LINES_6_1);
		struct machine n = machine_new(orders[i], "6.12.0", LINES_6_12);

		/* Mapped as a whole, and one page of it by itself: PG_double_map takes one away. */
		put_compound(&m,
			     (struct fake_page){ .pfn = 0x200,
						 .flags = HEAD_6_1 | LRU_6_1,
						 .mapping = ANON_MAPPING,
						 .mapcount = 1,
						 .refcount = 1 },
			     (struct fake_page){ .flags = WORKINGSET_6_1 | ERROR_6_1,
						 .at_16 = dtor_and_order(&m, 3, 2),
						 .at_20 = 0 });
		put_compound(
			&n,
			(struct fake_page){ .pfn = 0x200,
					    .flags = HEAD_6_12 | LRU_6_12 | DIRTY_6_12,
					    .mapping = 0xc000000001234500,
					    .mapcount = 0,
					    .refcount = 1 },
			(struct fake_page){ .flags = 2 | RMAPPABLE_6_12, .at_16 = 1, .at_20 = 0 });
		machine_open(&m);
		machine_open(&n);
		uint64_t all_6_1 = K(THP) | K(ANON) | K(MMAP);
		ASSERT_KPAGES(&m, ((struct expected[]){
					  { 0x200, all_6_1 | K(COMPOUND_HEAD) | K(LRU), 2 },
					  /* Its own flags mean something else, and are shown. */
					  { 0x201, all_6_1 | K(COMPOUND_TAIL) | K(ERROR), 0 },
					  { 0x202, all_6_1 | K(COMPOUND_TAIL), 0 } }));
		uint64_t all_6_12 = K(THP) | K(MMAP) | K(LRU) | K(DIRTY);
		ASSERT_KPAGES(&n,
			      ((struct expected[]){ { 0x200, all_6_12 | K(COMPOUND_HEAD), 2 },
						    { 0x201, all_6_12 | K(COMPOUND_TAIL), 1 },
						    { 0x202, all_6_12 | K(COMPOUND_TAIL), 1 } }));
		assert_true(state_at(&n, 0x202).thp);
		assert_int_equal(state_at(&n, 0x202).state, VMW_STATE_FILE);
		machine_free(&m);
		machine_free(&n);
	}
}

/* 7.2 has _nr_pages_mapped between _large_mapcount and _entire_mapcount. */
static void the_whole_count_moved_in_6_15(void **state)
{
	for (size_t i = 0; i < 2; i++) {
		struct machine m = machine_new(orders[i], "7.2.0", LINES_7_2);

		put_compound(
			&m,
			(struct fake_page){
				.pfn = 0x200, .flags = HEAD_6_12, .mapcount = -1, .refcount = 1 },
			(struct fake_page){
				.flags = 2 | RMAPPABLE_6_12, .at_16 = 4, .at_20 = 99, .at_24 = 4 });
		machine_open(&m);
		ASSERT_KPAGES(&m, ((struct expected[]){
					  { 0x202, K(THP) | K(MMAP) | K(COMPOUND_TAIL), 5 } }));
		machine_free(&m);
	}
}

static void all_of_a_free_block_is_buddy(void **state)
{
	static const struct {
		const char *release, *lines;
		int32_t buddy;
	} cases[] = {
		{ "6.1.0", LINES_6_1, -129 },
		{ "6.12.0", LINES_6_12, (int32_t)0xf0000000 },
	};

	for (size_t i = 0; i < 4; i++) {
		struct machine m = machine_new(orders[i % 2], cases[i / 2].release,
					       cases[i / 2].lines);

		for (uint64_t pfn = 0x200; pfn < 0x20a; pfn++)
			put_page(&m, (struct fake_page){ .pfn = pfn, .mapcount = -1 });
		put_page(&m, (struct fake_page){
				     .pfn = 0x200, .private_ = 3, .mapcount = cases[i / 2].buddy });
		put_page(&m, (struct fake_page){ .pfn = 0x209, .mapcount = -1, .refcount = 1 });
		machine_open(&m);
		/* Asked for from behind, so that the head is not known yet. */
		ASSERT_KPAGES(&m, ((struct expected[]){ { 0x207, K(BUDDY), 0 },
							{ 0x200, K(BUDDY), 0 },
							{ 0x203, K(BUDDY), 0 },
							{ 0x208, 0, 0 },
							{ 0x209, 0, 0 } }));
		struct vmw_page_state inside = state_at(&m, 0x206);
		assert_int_equal(inside.state, VMW_STATE_FREE);
		assert_int_equal(inside.order, 3);
		assert_int_equal(inside.block.value, 0x200);
		assert_int_equal(state_at(&m, 0x208).state, VMW_STATE_UNUSED);
		assert_int_equal(state_at(&m, 0x209).state, VMW_STATE_KERNEL);
		machine_free(&m);
	}
}

static void page_types_have_bits(void **state)
{
	for (size_t i = 0; i < 2; i++) {
		struct machine m = machine_new(orders[i], "6.1.0", LINES_6_1);
		struct machine n = machine_new(orders[i], "6.12.0", LINES_6_12);

		put_page(&m, (struct fake_page){ .pfn = 0x200, .mapcount = -257, .refcount = 1 });
		put_page(&m, (struct fake_page){ .pfn = 0x201, .mapcount = -513, .refcount = 1 });
		put_page(&n, (struct fake_page){ .pfn = 0x200,
						 .mapcount = (int32_t)0xf1000000,
						 .refcount = 1 });
		put_page(&n, (struct fake_page){ .pfn = 0x201,
						 .mapcount = (int32_t)0xf2000000,
						 .refcount = 1 });
		machine_open(&m);
		machine_open(&n);
		static const struct expected expected[] = { { 0x200, K(OFFLINE), 0 },
							    { 0x201, K(PGTABLE), 0 } };
		ASSERT_KPAGES(&m, expected);
		ASSERT_KPAGES(&n, expected);
		assert_int_equal(state_at(&n, 0x200).state, VMW_STATE_OFFLINE);
		assert_int_equal(state_at(&n, 0x201).state, VMW_STATE_TABLE);
		machine_free(&m);
		machine_free(&n);
	}
}

static void poison_in_6_1_is_the_pages_own_flag(void **state)
{
	struct machine m = machine_new(ORDER_BIG, "6.1.0", LINES_6_1);

	put_page(&m, (struct fake_page){ .pfn = 0x200,
					 .flags = HWPOISON_6_1 | OWNER_PRIV_6_1 | SWAPBACKED_6_1,
					 .mapcount = -1,
					 .refcount = 1 });
	machine_open(&m);
	ASSERT_KPAGES(
		&m, ((struct expected[]){
			    { 0x200, K(HWPOISON) | K(OWNER_PRIVATE) | K(SWAPCACHE) | K(SWAPBACKED),
			      0 } }));
	assert_true(state_at(&m, 0x200).poisoned);
	machine_free(&m);
}

/* 64K kernels of 6.1 to 6.12 have it right before swapper_pg_dir. */
static void the_zero_page_is_found_without_symbols(void **state)
{
	struct machine m = machine_new(ORDER_LITTLE, "6.1.0", LINES_6_1);

	machine_open(&m);
	vmw_virt directory;
	if (kernel_symbol(m.kernel, "swapper_pg_dir", &directory, NULL) &&
	    directory.value % 65536 == 0) {
		assert_true(m.model->special.zero_known);
		assert_int_equal(m.model->special.zero.value,
				 virt_to_phys(directory).value / 65536 - 1);
	} else {
		assert_false(m.model->special.zero_known);
	}
	machine_free(&m);
}

/* A reserved page may be the zero page where that is not known; another cannot. */
static void what_may_be_the_zero_page_is_told(void **state)
{
	struct machine m = machine_new(ORDER_LITTLE, "5.10.0", LINES_6_1);

	put_page(&m, (struct fake_page){
			     .pfn = 0x200, .flags = RESERVED_6_1, .mapcount = -1, .refcount = 1 });
	put_page(&m, (struct fake_page){ .pfn = 0x201, .mapcount = -1, .refcount = 1 });
	machine_open(&m);
	assert_int_equal(kpf_at(&m, 0x200).unknown, K(ZERO_PAGE));
	assert_int_equal(kpf_at(&m, 0x201).unknown, 0);
	machine_free(&m);
}

static void a_tail_without_a_head_leaves_its_folio_unknown(void **state)
{
	struct machine m = machine_new(ORDER_BIG, "6.12.0", LINES_6_12);

	/* A head that is behind the tail, and one that is a tail itself. */
	put_page(&m, (struct fake_page){ .pfn = 0x200, .word_1 = tail_of(&m, 0x300) });
	put_page(&m, (struct fake_page){ .pfn = 0x202, .word_1 = tail_of(&m, 0x201) });
	put_page(&m, (struct fake_page){ .pfn = 0x201, .word_1 = tail_of(&m, 0x200) });
	machine_open(&m);
	for (uint64_t pfn = 0x200; pfn < 0x203; pfn++) {
		struct kpf kpf = kpf_at(&m, pfn);

		assert_int_equal(kpf.flags, K(COMPOUND_TAIL));
		assert_int_equal(kpf.unknown & (K(LRU) | K(ANON) | K(SLAB) | K(HUGE) | K(MMAP)),
				 K(LRU) | K(ANON) | K(SLAB) | K(HUGE) | K(MMAP));
		assert_false(kpf.mapcount_known);
		assert_int_equal(state_at(&m, pfn).state, VMW_STATE_UNKNOWN);
	}
	machine_free(&m);
}

static void a_kernel_whose_source_was_not_read_has_no_rules(void **state)
{
	static const struct {
		const char *release, *lines;
		bool known;
	} cases[] = {
		{ "2.6.34", LINES_6_1, false },
		{ "2.6.35", LINES_6_1, true },
		{ "5.10.0", LINES_6_1, true },
		{ "6.1.192", LINES_6_1, true },
		{ "6.6.0", LINES_6_1, true },
		{ "6.12.1", LINES_6_12, true },
		{ "7.2.13", LINES_7_2, true },
		{ "7.3.0-rc7", LINES_7_2, true },
		{ "strange", LINES_6_12, false },
		/* What its slabs are belies the number. */
		{ "6.9.0", LINES_6_12, false },
		{ "6.10.0", LINES_6_1, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct machine m = machine_new(ORDER_LITTLE, cases[i].release, cases[i].lines);

		machine_open(&m);
		assert_int_equal(m.model->rules.known, cases[i].known);
		machine_free(&m);
	}
}

static void a_frame_without_a_page_says_so(void **state)
{
	struct machine m = machine_new(ORDER_LITTLE, "6.12.0", LINES_6_12);

	machine_open(&m);
	struct kpf kpf = kpf_at(&m, 0x400);
	assert_int_equal(kpf.data, VMW_NO_PAGE);
	assert_int_equal(kpf.flags, K(NOPAGE));
	assert_int_equal(kpf.unknown, 0);
	assert_true(kpf.mapcount_known);
	assert_int_equal(kpf.mapcount, 0);
	machine_free(&m);
}

/* Not "offline": nothing says so. */
static void without_its_subsection_map_no_page_is_offline(void **state)
{
	for (int order = 0; order < 2; order++) {
		struct machine m = machine_new((enum order)order, "6.12.0", LINES_6_12);

		/* The usage of section 1 is no address. */
		ram_put_u64(m.ram, fake_section(m.ram, &m.fake, 1) + 8, 12345);
		machine_open(&m);
		assert_true(kpf_at(&m, 0x180).unknown & K(NOPAGE));
		assert_int_equal(kpf_at(&m, 0x180).data, VMW_PRESENT);
		assert_int_equal(kpf_at(&m, 0x80).unknown & K(NOPAGE), 0);
		struct vmw_page_state page = state_at(&m, 0x180);
		assert_int_equal(page.state, VMW_STATE_UNKNOWN);
		assert_int_equal(page.known & VMW_KNOWN_STATE, 0);
		machine_free(&m);
	}
}

/* Without a symbol max_pfn is no less than what is there, and no more than mem_section has room
 * for. */
static void where_the_files_end_is_bounded(void **state)
{
	for (size_t i = 0; i < 4; i++) {
		struct machine m = machine_new(orders[i % 2], "6.1.0", LINES_6_1);
		bool removed = i / 2;

		if (removed)
			ram_put_u64(m.ram, fake_section(m.ram, &m.fake, 9) + 8,
				    UINT64_C(0xc000000000123450));
		machine_open(&m);
		m.model->zones->has_nodes = true;
		m.model->zones->frames_end = 0x180;
		assert_null(
			special_find_end(&m.context, m.reader, m.model->zones, &m.model->special));
		assert_false(m.model->special.end_known);
		/* Sections of 16 MiB, 0x100 frames. */
		assert_int_equal(m.model->special.end, removed ? 0xa00 : 0x400);
		assert_int_equal(m.model->special.end_limit,
				 65536 / m.kernel->sections->section_size * 0x100);
		machine_free(&m);
	}
}

static void bits_have_their_names(void **state)
{
	static const struct kpf_rules old = { .balloon = true }, new = { .owner_2 = true };

	assert_string_equal(kpf_name(KPF_LRU, &old), "LRU");
	assert_string_equal(kpf_name(34, &old), "MAPPEDTODISK");
	assert_string_equal(kpf_name(34, &new), "OWNER_2");
	assert_string_equal(kpf_name(23, &old), "BALLOON");
	assert_string_equal(kpf_name(23, &new), "OFFLINE");
	assert_null(kpf_name(27, &new));
	assert_null(kpf_name(64, &new));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_small_page_in_6_1_and_in_6_12),
		cmocka_unit_test(every_anonymous_page_of_6_12_is_ksm),
		cmocka_unit_test(a_tail_without_its_head_may_be_of_the_huge_zero_page),
		cmocka_unit_test(a_slab_is_a_flag_in_6_1_and_a_type_in_6_12),
		cmocka_unit_test(hugetlb_is_a_destructor_in_6_1_and_a_type_in_6_12),
		cmocka_unit_test(a_huge_page_is_told_by_its_lists_in_6_1_and_by_its_mark_in_6_12),
		cmocka_unit_test(the_whole_count_moved_in_6_15),
		cmocka_unit_test(all_of_a_free_block_is_buddy),
		cmocka_unit_test(page_types_have_bits),
		cmocka_unit_test(poison_in_6_1_is_the_pages_own_flag),
		cmocka_unit_test(the_zero_page_is_found_without_symbols),
		cmocka_unit_test(what_may_be_the_zero_page_is_told),
		cmocka_unit_test(a_tail_without_a_head_leaves_its_folio_unknown),
		cmocka_unit_test(a_kernel_whose_source_was_not_read_has_no_rules),
		cmocka_unit_test(a_frame_without_a_page_says_so),
		cmocka_unit_test(without_its_subsection_map_no_page_is_offline),
		cmocka_unit_test(where_the_files_end_is_bounded),
		cmocka_unit_test(bits_have_their_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
