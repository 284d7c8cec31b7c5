/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/merge.h"

#include "cli/capture.h"

#define MAPPING(v, p, s)                                                           \
	{                                                                          \
		.virt = { v }, .phys = { p }, .size = s, .source = VMW_SOURCE_LIST \
	}

static void what_runs_on_in_both_is_one(void **state)
{
	static const struct vmw_mapping mappings[] = {
		MAPPING(0x10000, 0x50000, 0x10000),
		MAPPING(0x20000, 0x60000, 0x10000),
		MAPPING(0x30000, 0x70000, 0x20000),
	};
	struct merged_mapping merged;
	size_t position = 0;

	assert_true(merge_next(mappings, 3, &position, &merged));
	assert_int_equal(merged.mapping.virt.value, 0x10000);
	assert_int_equal(merged.mapping.phys.value, 0x50000);
	assert_int_equal(merged.mapping.size, 0x40000);
	assert_int_equal(merged.blocks, 3);
	assert_false(merge_next(mappings, 3, &position, &merged));
}

static void a_gap_in_either_keeps_two_apart(void **state)
{
	static const struct vmw_mapping cases[][2] = {
		{ MAPPING(0x10000, 0x50000, 0x10000), MAPPING(0x30000, 0x60000, 0x10000) },
		{ MAPPING(0x10000, 0x50000, 0x10000), MAPPING(0x20000, 0x70000, 0x10000) },
		{ MAPPING(0x10000, 0x50000, 0x10000), MAPPING(0x20000, 0x40000, 0x10000) },
		/* No wrap at 2^64. */
		{ MAPPING(0x10000, UINT64_MAX - 0xffff, 0x10000), MAPPING(0x20000, 0, 0x10000) },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct merged_mapping merged;
		size_t position = 0;

		assert_true(merge_next(cases[i], 2, &position, &merged));
		assert_int_equal(merged.blocks, 1);
		assert_int_equal(merged.mapping.size, 0x10000);
		assert_true(merge_next(cases[i], 2, &position, &merged));
		assert_int_equal(merged.mapping.virt.value, cases[i][1].virt.value);
		assert_false(merge_next(cases[i], 2, &position, &merged));
	}
}

static void records_are_not_mixed(void **state)
{
	struct vmw_mapping mappings[] = {
		MAPPING(0x10000, 0x50000, 0x10000),
		MAPPING(0x20000, 0x60000, 0x10000),
	};
	struct merged_mapping merged;
	size_t position = 0;

	mappings[1].source = VMW_SOURCE_RADIX;
	assert_true(merge_next(mappings, 2, &position, &merged));
	assert_int_equal(merged.blocks, 1);
}

static void no_mappings_are_none(void **state)
{
	struct merged_mapping merged;
	size_t position = 0;

	assert_false(merge_next(NULL, 0, &position, &merged));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_runs_on_in_both_is_one),
		cmocka_unit_test(a_gap_in_either_keeps_two_apart),
		cmocka_unit_test(records_are_not_mixed),
		cmocka_unit_test(no_mappings_are_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
