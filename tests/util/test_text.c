/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "util/text.h"

static void a_terminal_takes_no_orders_from_a_dump(void **state)
{
	static const struct {
		const char *in;
		size_t size;
		const char *out;
	} cases[] = {
		{ "6.12.0", 6, "6.12.0" },
		{ "", 0, "" },
		{ "a\nb", 3, "a\\x0ab" },
		{ "\x1b[2J", 4, "\\x1b[2J" },
		{ "\x7f", 1, "\\x7f" },
		{ "a\0b", 3, "a\\x00b" },
		/* Valid UTF-8 stays. */
		{ "\xc3\xa9", 2, "\xc3\xa9" },
		{ "\xe2\x82\xac", 3, "\xe2\x82\xac" },
		{ "\xf0\x9f\x92\xa5", 4, "\xf0\x9f\x92\xa5" },
		/* U+009B is a control sequence introducer. */
		{ "\xc2\x9b", 2, "\\xc2\\x9b" },
		/* Overlong, surrogate, beyond U+10FFFF, cut, alone. */
		{ "\xc0\x80", 2, "\\xc0\\x80" },
		{ "\xe0\x80\x80", 3, "\\xe0\\x80\\x80" },
		{ "\xed\xa0\x80", 3, "\\xed\\xa0\\x80" },
		{ "\xf4\x90\x80\x80", 4, "\\xf4\\x90\\x80\\x80" },
		{ "\xe2\x82", 2, "\\xe2\\x82" },
		{ "\x80", 1, "\\x80" },
		{ "\xff", 1, "\\xff" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		_cleanup_(freep) char *escaped = text_escaped(cases[i].in, cases[i].size);
		assert_string_equal(escaped, cases[i].out);
	}
}

static void sizes_have_the_largest_unit_that_divides_them(void **state)
{
	static const struct {
		uint64_t size;
		const char *text;
	} cases[] = {
		{ 0, "0 B" },
		{ 1, "1 B" },
		{ 1000, "1000 B" },
		{ 1024, "1 KiB" },
		{ 65536, "64 KiB" },
		{ 1536, "1536 B" },
		{ UINT64_C(16) << 20, "16 MiB" },
		{ UINT64_C(1) << 63, "8 EiB" },
		{ UINT64_MAX, "18446744073709551615 B" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char buffer[TEXT_SIZE_MAX];
		assert_string_equal(text_size(cases[i].size, buffer), cases[i].text);
	}
}

static void formatted_text_is_the_callers(void **state)
{
	_cleanup_(freep) char *text = text_format("%s %d", "entry", 3);
	assert_string_equal(text, "entry 3");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_terminal_takes_no_orders_from_a_dump),
		cmocka_unit_test(sizes_have_the_largest_unit_that_divides_them),
		cmocka_unit_test(formatted_text_is_the_callers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
