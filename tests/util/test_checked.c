/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "util/addr.h"
#include "util/array.h"
#include "util/checked.h"

static void sums_and_products_that_do_not_fit_are_refused(void **state)
{
	uint64_t result;

	assert_true(checked_add(UINT64_MAX - 1, 1, &result));
	assert_int_equal(result, UINT64_MAX);
	assert_false(checked_add(UINT64_MAX, 1, &result));
	assert_true(checked_mul(UINT64_C(1) << 32, (UINT64_C(1) << 32) - 1, &result));
	assert_false(checked_mul(UINT64_C(1) << 32, UINT64_C(1) << 32, &result));
}

static void a_range_is_within_without_wrapping(void **state)
{
	assert_true(range_within(0, 10, 10));
	assert_true(range_within(10, 0, 10));
	assert_false(range_within(11, 0, 10));
	assert_false(range_within(1, 10, 10));
	assert_false(range_within(5, UINT64_MAX, 10));
	assert_false(range_within(UINT64_MAX, 2, UINT64_MAX));
}

static void powers_of_two_and_rounding(void **state)
{
	assert_false(is_power_of_two(0));
	assert_true(is_power_of_two(1));
	assert_true(is_power_of_two(UINT64_C(1) << 63));
	assert_false(is_power_of_two(65535));
	assert_int_equal(log2_of(65536), 16);
	assert_int_equal(align_down(0x12345, 0x1000), 0x12000);
	assert_int_equal(div_round_up(10, 3), 4);
	assert_int_equal(div_round_up(9, 3), 3);
	assert_int_equal(div_round_up(UINT64_MAX, 2), UINT64_C(1) << 63);
	assert_int_equal(min_u64(1, 2), 1);
	assert_int_equal(max_u64(1, 2), 2);
}

static void addresses_of_the_linear_map_lose_their_top_nibble(void **state)
{
	assert_int_equal(virt_to_phys(virt_at(0xc000000012345678)).value, 0x12345678);
	assert_true(virt_is_linear(virt_at(0xc000000000000000)));
	assert_false(virt_is_linear(virt_at(0xc008000000000000)));
	assert_false(virt_is_linear(virt_at(0xbfffffffffffffff)));
	assert_int_equal(pfn_to_phys(pfn_at(3), 16).value, 0x30000);
	assert_int_equal(phys_to_pfn(phys_at(0x3ffff), 16).value, 3);
}

static void an_array_grows_and_refuses_what_cannot_be(void **state)
{
	_cleanup_(freep) uint32_t *numbers = NULL;
	size_t count = 0, capacity = 0;

	for (uint32_t i = 0; i < 1000; i++)
		assert_true(ARRAY_PUSH(numbers, count, capacity, i));
	assert_int_equal(count, 1000);
	for (uint32_t i = 0; i < 1000; i++)
		assert_int_equal(numbers[i], i);
	assert_false(array_reserve(&numbers, &capacity, SIZE_MAX, sizeof(*numbers)));
	assert_false(array_reserve(&numbers, &capacity, SIZE_MAX / 2, sizeof(*numbers)));
	assert_int_equal(numbers[999], 999);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums_and_products_that_do_not_fit_are_refused),
		cmocka_unit_test(a_range_is_within_without_wrapping),
		cmocka_unit_test(powers_of_two_and_rounding),
		cmocka_unit_test(addresses_of_the_linear_map_lose_their_top_nibble),
		cmocka_unit_test(an_array_grows_and_refuses_what_cannot_be),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
