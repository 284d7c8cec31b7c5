/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/number.h"

#include "cli/capture.h"

static void decimal_and_hex_are_numbers(void **state)
{
	static const struct {
		const char *text;
		uint64_t value;
	} cases[] = {
		{ "0", 0 },
		{ "7", 7 },
		{ "0x10", 16 },
		{ "0Xff", 255 },
		{ "0xDeadBeef", 0xdeadbeef },
		{ "18446744073709551615", UINT64_MAX },
		{ "0xffffffffffffffff", UINT64_MAX },
		{ "0x00000000000000000001", 1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t value = 99;
		assert_null(number_parse(cases[i].text, &value));
		assert_int_equal(value, cases[i].value);
	}
}

static void a_leading_zero_is_decimal(void **state)
{
	uint64_t value = 0;

	assert_null(number_parse("010", &value));
	assert_int_equal(value, 10);
	assert_null(number_parse("08", &value));
	assert_int_equal(value, 8);
}

static void nothing_else_is_a_number(void **state)
{
	static const char *const cases[] = { "",      "banana", "-1",    "+1",   " 1",
					     "1 ",    "0x",     "x10",   "0b1",  "1e3",
					     "1_000", "1,000",  "12abc", "0x1g", "0x-1",
					     "1K",    "\xff",   "1\n",   "--pfn" };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t value = 99;
		assert_refused(number_parse(cases[i], &value), VMW_ERROR_MISUSE,
			       "not a number: write decimal or 0x hex");
		assert_int_equal(value, 99);
	}
}

static void a_number_beyond_64_bits_says_so(void **state)
{
	static const char *const cases[] = { "18446744073709551616", "99999999999999999999",
					     "0x10000000000000000",
					     "100000000000000000000000000000000000000000" };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t value;
		assert_refused(number_parse(cases[i], &value), VMW_ERROR_MISUSE,
			       "does not fit in 64 bits");
	}
}

static void a_long_word_is_no_number_rather_than_too_large(void **state)
{
	uint64_t value;

	assert_refused(number_parse("99999999999999999999x", &value), VMW_ERROR_MISUSE,
		       "not a number");
}

static void sizes_take_units(void **state)
{
	static const struct {
		const char *text;
		uint64_t value;
	} cases[] = {
		{ "1", 1 },
		{ "0x1000", 4096 },
		{ "64K", 65536 },
		{ "1M", 1 << 20 },
		{ "2G", UINT64_C(2) << 30 },
		{ "3T", UINT64_C(3) << 40 },
		{ "0x10K", 16384 },
		{ "16777215T", UINT64_C(16777215) << 40 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t value = 99;
		assert_null(number_parse_size(cases[i].text, &value));
		assert_int_equal(value, cases[i].value);
	}
}

static void a_wrong_size_is_refused(void **state)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ "16777216T", "does not fit in 64 bits" },
		{ "K", "not a number" },
		{ "1KK", "'1K': not a number" },
		{ "1KB", "not a number" },
		{ "1P", "not a number" },
		{ "", "not a number" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t value;
		assert_refused(number_parse_size(cases[i].text, &value), VMW_ERROR_MISUSE,
			       cases[i].message);
	}
}

static void ranges_are_first_to_last_or_a_count(void **state)
{
	static const struct {
		const char *text;
		uint64_t first, last;
	} cases[] = {
		{ "5", 5, 5 },
		{ "5-5", 5, 5 },
		{ "0x10-0x1f", 16, 31 },
		{ "16+16", 16, 31 },
		{ "5+1", 5, 5 },
		{ "0-18446744073709551615", 0, UINT64_MAX },
		{ "0xffffffffffffffff+1", UINT64_MAX, UINT64_MAX },
		{ "0+0xffffffffffffffff", 0, UINT64_MAX - 1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct number_range range;
		assert_null(number_parse_range(cases[i].text, &range));
		assert_int_equal(range.first, cases[i].first);
		assert_int_equal(range.last, cases[i].last);
	}
}

static void a_wrong_range_is_refused(void **state)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ "6-5", "the range ends before it starts" },
		{ "5+0", "a range of 0 is empty" },
		{ "0xffffffffffffffff+2", "the end does not fit in 64 bits" },
		{ "-5", "not a number" },
		{ "1-2-3", "'2-3': not a number" },
		{ "3-banana", "'banana': not a number" },
		{ "5-", "nothing follows '-': write the last number of the range" },
		{ "5+", "nothing follows '+': write how many there are" },
		{ "banana-3", "'banana': not a number" },
		{ "1-99999999999999999999", "'99999999999999999999': does not fit" },
		{ "", "not a number" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct number_range range;
		assert_refused(number_parse_range(cases[i].text, &range), VMW_ERROR_MISUSE,
			       cases[i].message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decimal_and_hex_are_numbers),
		cmocka_unit_test(a_leading_zero_is_decimal),
		cmocka_unit_test(nothing_else_is_a_number),
		cmocka_unit_test(a_number_beyond_64_bits_says_so),
		cmocka_unit_test(a_long_word_is_no_number_rather_than_too_large),
		cmocka_unit_test(sizes_take_units),
		cmocka_unit_test(a_wrong_size_is_refused),
		cmocka_unit_test(ranges_are_first_to_last_or_a_count),
		cmocka_unit_test(a_wrong_range_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
