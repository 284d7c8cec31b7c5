/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "util/cursor.h"

static const unsigned char bytes[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13 };

static struct cursor cursor_at(size_t size, enum order order)
{
	return cursor_new((struct span){ bytes, size }, where_file(100), order);
}

static void numbers_are_read_in_either_order(void **state)
{
	struct cursor big = cursor_at(12, ORDER_BIG), little = cursor_at(12, ORDER_LITTLE);

	assert_int_equal(cursor_u32(&big), 0x01020304);
	assert_int_equal(cursor_u64(&big), 0x05060708090a0b0c);
	assert_int_equal(cursor_u32(&little), 0x04030201);
	assert_int_equal(cursor_u64(&little), 0x0c0b0a0908070605);
	assert_int_equal(big.where.address, 112);
	assert_int_equal(cursor_left(&big), 0);
	assert_null(cursor_check(&big, "record"));
}

static void a_read_past_the_end_is_zero_moves_nothing_and_is_remembered(void **state)
{
	for (size_t size = 0; size < 8; size++) {
		struct cursor c = cursor_at(size, ORDER_BIG);

		assert_int_equal(cursor_u64(&c), 0);
		assert_int_equal(cursor_left(&c), size);
		assert_null(cursor_bytes(&c, size + 1));
		struct vmw_error *error = cursor_check(&c, "entry");
		assert_non_null(error);
		assert_int_equal(error->kind, VMW_ERROR_TRUNCATED);
		assert_non_null(strstr(error->message, "entry"));
		assert_int_equal(error->where.address, 100);
		vmw_error_free(error);
	}
}

static void bytes_are_borrowed_and_skipped(void **state)
{
	struct cursor c = cursor_at(13, ORDER_LITTLE);

	cursor_skip(&c, 5);
	assert_ptr_equal(cursor_bytes(&c, 3), bytes + 5);
	assert_int_equal(cursor_left(&c), 5);
	cursor_skip(&c, 6);
	assert_true(c.overrun);
}

static void loads_need_no_alignment(void **state)
{
	assert_int_equal(load_u16(bytes + 1, ORDER_BIG), 0x0203);
	assert_int_equal(load_u16(bytes + 1, ORDER_LITTLE), 0x0302);
	assert_int_equal(load_u32(bytes + 3, ORDER_LITTLE), 0x07060504);
	assert_int_equal(load_u64(bytes + 5, ORDER_BIG), 0x060708090a0b0c0d);
	assert_string_equal(order_name(ORDER_BIG), "big");
	assert_int_equal(order_other(ORDER_BIG), ORDER_LITTLE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_read_in_either_order),
		cmocka_unit_test(a_read_past_the_end_is_zero_moves_nothing_and_is_remembered),
		cmocka_unit_test(bytes_are_borrowed_and_skipped),
		cmocka_unit_test(loads_need_no_alignment),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
