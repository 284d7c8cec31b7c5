/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "page/decode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "util/addr.h"

#define BASE UINT64_C(0xc00c000000000000)

static const enum order orders[] = { ORDER_LITTLE, ORDER_BIG };

/* struct page since 4.18, as 6.12 exports it. */
static const struct layout layout_4_18 = {
	.size = 64,
	.has = { true, true, true, true, true, true, true, true },
	.offset = { 0, 52, 48, 24, 32, 40, 8, 8 },
	.has_head_flag = true,
	.head_flag = 6,
};

/* Decode @words of frame @pfn, of a 64K kernel. */
static struct vmw_page_fields decode(const struct layout *layout, enum order order, uint64_t pfn,
				     const uint64_t words[8])
{
	struct kernel kernel = { .order = order };
	struct page_context context = {
		.kernel = &kernel,
		.layout = layout,
		.base = BASE,
		.frames_end = UINT64_C(1) << 35,
		.page_shift = 16,
	};
	struct vmw_page_fields fields;

	memset(&fields, 0xff, sizeof(fields));
	page_decode(&context, pfn_at(pfn), words, &fields);
	return fields;
}

static struct vmw_page_fields decode_info(uint64_t pfn, uint64_t compound_head, uint64_t flags)
{
	return decode(&layout_4_18, ORDER_LITTLE, pfn, (uint64_t[8]){ flags, compound_head });
}

static void every_field_is_read_from_its_place(void **state)
{
	/* What the second 32-bit number in memory is, as a part of the word. */
	static const uint64_t counts[] = {
		[ORDER_LITTLE] = UINT64_C(0x00000003fffffffe),
		[ORDER_BIG] = UINT64_C(0xfffffffe00000003),
	};

	for (size_t i = 0; i < 2; i++) {
		struct vmw_page_fields f = decode(&layout_4_18, orders[i], 5,
						  (uint64_t[8]){ 0x20, 0x1110, 0x2220,
								 0xc000000012345671, 0x4444, 0x5555,
								 counts[orders[i]], 0x7777 });

		assert_int_equal(f.known, 0xff);
		assert_int_equal(f.flags, 0x20);
		assert_int_equal(f.lru_next, 0x1110);
		assert_int_equal(f.lru_prev, 0x2220);
		assert_int_equal(f.mapping, 0xc000000012345671);
		assert_int_equal(f.mapping_kind, VMW_MAPPING_ANON);
		assert_int_equal(f.index, 0x4444);
		assert_int_equal(f.private_, 0x5555);
		assert_int_equal(f.mapcount, -2);
		assert_int_equal(f.refcount, 3);
		assert_int_equal(f.compound, VMW_COMPOUND_NONE);
		assert_false(f.head_known);
	}
}

/* Before 3.1 _count stood at 8 and _mapcount at 12; behind a word boundary they are the same. */
static void counts_of_the_first_half_are_read_in_both_orders(void **state)
{
	static const struct layout old = {
		.size = 56,
		.has = { [LAYOUT_REFCOUNT] = true, [LAYOUT_MAPCOUNT] = true },
		.offset = { [LAYOUT_REFCOUNT] = 8, [LAYOUT_MAPCOUNT] = 12 },
	};
	static const uint64_t counts[] = {
		[ORDER_LITTLE] = UINT64_C(0xffffffff00000007),
		[ORDER_BIG] = UINT64_C(0x00000007ffffffff),
	};

	for (size_t i = 0; i < 2; i++) {
		struct vmw_page_fields f = decode(&old, orders[i], 0,
						  (uint64_t[8]){ 0, counts[orders[i]] });

		assert_int_equal(f.known, VMW_FIELD_REFCOUNT | VMW_FIELD_MAPCOUNT);
		assert_int_equal(f.refcount, 7);
		assert_int_equal(f.mapcount, -1);
	}
}

static void what_has_no_place_is_not_known(void **state)
{
	static const struct layout empty = { .size = 64 };
	static const uint64_t words[8] = { ~UINT64_C(0), ~UINT64_C(0), ~UINT64_C(0), ~UINT64_C(0),
					   ~UINT64_C(0), ~UINT64_C(0), ~UINT64_C(0), ~UINT64_C(0) };
	struct vmw_page_fields f = decode(&empty, ORDER_BIG, 5, words);

	assert_int_equal(f.known, 0);
	assert_int_equal(f.flags, 0);
	assert_int_equal(f.lru_next, 0);
	assert_int_equal(f.compound, VMW_COMPOUND_NONE);
	assert_false(f.head_known);
}

static void the_low_bits_of_mapping_tell_its_kind(void **state)
{
	static const struct {
		uint64_t mapping;
		enum vmw_mapping_kind kind;
	} cases[] = {
		{ 0, VMW_MAPPING_NONE },
		{ 0xc000000010000000, VMW_MAPPING_FILE },
		{ 0xc000000010000001, VMW_MAPPING_ANON },
		{ 0xc000000010000002, VMW_MAPPING_MOVABLE },
		{ 0xc000000010000003, VMW_MAPPING_KSM },
		{ 1, VMW_MAPPING_ANON },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct vmw_page_fields f = decode(&layout_4_18, ORDER_LITTLE, 0,
						  (uint64_t[8]){ [3] = cases[i].mapping });

		assert_int_equal(f.mapping, cases[i].mapping);
		assert_int_equal(f.mapping_kind, cases[i].kind);
	}
}

static void a_tail_names_its_head(void **state)
{
	struct vmw_page_fields f = decode_info(0x105, BASE + 0x100 * 64 + 1, 0);

	assert_true(f.known & VMW_FIELD_COMPOUND);
	assert_int_equal(f.compound, VMW_COMPOUND_TAIL);
	assert_int_equal(f.head_virt.value, BASE + 0x100 * 64);
	assert_true(f.head_known);
	assert_int_equal(f.head_pfn.value, 0x100);
}

static void a_tail_is_no_head_whatever_its_flags(void **state)
{
	struct vmw_page_fields f = decode_info(0x105, BASE + 0x100 * 64 + 1, 1 << 6);

	assert_int_equal(f.compound, VMW_COMPOUND_TAIL);
}

/* Before 4.4, 1d798ca3f164: PG_tail, and first_page in the place of private. */
static void a_tail_of_3_10_has_a_flag_and_names_its_first_page(void **state)
{
	static struct flags flags = { .places[FLAG_TAIL] = { true, UINT64_C(1) << 15 } };
	static const struct layout layout_3_10 = {
		.size = 64,
		.has = { [LAYOUT_FLAGS] = true, [LAYOUT_PRIVATE] = true },
		.offset = { [LAYOUT_FLAGS] = 0, [LAYOUT_PRIVATE] = 48 },
		.flags = &flags,
		.has_head_flag = true,
		.head_flag = 14,
	};

	for (size_t i = 0; i < 2; i++) {
		struct vmw_page_fields f = decode(
			&layout_3_10, orders[i], 0x105,
			(uint64_t[8]){ 1 << 15, [6] = BASE + 0x100 * 64 });

		assert_true(f.known & VMW_FIELD_COMPOUND);
		assert_int_equal(f.compound, VMW_COMPOUND_TAIL);
		assert_true(f.head_known);
		assert_int_equal(f.head_pfn.value, 0x100);
		f = decode(&layout_3_10, orders[i], 0x100, (uint64_t[8]){ 1 << 14 });
		assert_int_equal(f.compound, VMW_COMPOUND_HEAD);
		f = decode(&layout_3_10, orders[i], 0x100, (uint64_t[8]){ 0 });
		assert_true(f.known & VMW_FIELD_COMPOUND);
		assert_int_equal(f.compound, VMW_COMPOUND_NONE);
	}
}

static void a_head_has_the_head_flag(void **state)
{
	struct vmw_page_fields f = decode_info(0x100, BASE + 8, 1 << 6);

	assert_true(f.known & VMW_FIELD_COMPOUND);
	assert_int_equal(f.compound, VMW_COMPOUND_HEAD);
	assert_false(f.head_known);
}

static void a_head_that_cannot_be_is_shown_but_not_known(void **state)
{
	static const struct {
		uint64_t pfn, head_virt;
	} cases[] = {
		{ 0x105, BASE + 0x100 * 64 + 8 }, /* within a struct page */
		{ 0x105, BASE + 0x105 * 64 },     /* the tail itself */
		{ 0x105, BASE + 0x106 * 64 },     /* behind it */
		{ 0x105, BASE - 64 },             /* before the vmemmap */
		{ 0x105, 0 },
		{ 0x40000, BASE }, /* 16 GiB before it: one frame too far */
		{ 0x105, 0xc000000000000040 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct vmw_page_fields f = decode_info(cases[i].pfn, cases[i].head_virt + 1, 0);

		assert_int_equal(f.compound, VMW_COMPOUND_TAIL);
		assert_int_equal(f.head_virt.value, cases[i].head_virt);
		assert_false(f.head_known);
	}
}

static void the_last_tail_of_16_gib_has_a_head(void **state)
{
	struct vmw_page_fields f = decode_info(0x3ffff, BASE + 1, 0);

	assert_true(f.head_known);
	assert_int_equal(f.head_pfn.value, 0);
}

static void a_mask_in_compound_info_is_a_tail_of_unknown_head(void **state)
{
	struct vmw_page_fields f = decode_info(0x105, UINT64_C(0xffffffffffffc001), 0);

	assert_true(f.known & VMW_FIELD_COMPOUND);
	assert_int_equal(f.compound, VMW_COMPOUND_TAIL);
	assert_int_equal(f.head_virt.value, 0);
	assert_false(f.head_known);
}

static void what_cannot_be_told_from_none_is_not_known(void **state)
{
	static const struct {
		bool has_compound_head, has_head_flag;
		uint64_t flags, info;
		bool known;
		enum vmw_compound compound;
	} cases[] = {
		/* Before 4.4: a head is known by its flag, a tail is not. */
		{ false, true, 1 << 6, 1, true, VMW_COMPOUND_HEAD },
		{ false, true, 0, 1, false, VMW_COMPOUND_NONE },
		/* Without PG_head_mask the other way round. */
		{ true, false, 1 << 6, 0, false, VMW_COMPOUND_NONE },
		{ true, false, 0, 1, true, VMW_COMPOUND_TAIL },
		{ false, false, 1 << 6, 1, false, VMW_COMPOUND_NONE },
		{ true, true, 0, 0, true, VMW_COMPOUND_NONE },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct layout layout = layout_4_18;

		layout.has[LAYOUT_COMPOUND_HEAD] = cases[i].has_compound_head;
		layout.has_head_flag = cases[i].has_head_flag;
		struct vmw_page_fields f = decode(&layout, ORDER_BIG, 5,
						  (uint64_t[8]){ cases[i].flags, cases[i].info });

		assert_int_equal(!!(f.known & VMW_FIELD_COMPOUND), cases[i].known);
		assert_int_equal(f.compound, cases[i].compound);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_is_read_from_its_place),
		cmocka_unit_test(counts_of_the_first_half_are_read_in_both_orders),
		cmocka_unit_test(what_has_no_place_is_not_known),
		cmocka_unit_test(the_low_bits_of_mapping_tell_its_kind),
		cmocka_unit_test(a_tail_names_its_head),
		cmocka_unit_test(a_tail_is_no_head_whatever_its_flags),
		cmocka_unit_test(a_tail_of_3_10_has_a_flag_and_names_its_first_page),
		cmocka_unit_test(a_head_has_the_head_flag),
		cmocka_unit_test(a_head_that_cannot_be_is_shown_but_not_known),
		cmocka_unit_test(the_last_tail_of_16_gib_has_a_head),
		cmocka_unit_test(a_mask_in_compound_info_is_a_tail_of_unknown_head),
		cmocka_unit_test(what_cannot_be_told_from_none_is_not_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
