/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/vmcoreinfo.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct span text_span(const char *text)
{
	return (struct span){ .data = (const unsigned char *)text, .size = strlen(text) };
}

static struct vmcoreinfo *parse(const char *text)
{
	struct vmcoreinfo *info = NULL;
	assert_null(vmcoreinfo_parse(text_span(text), &info));
	return info;
}

static void assert_refused(struct span text, const char *message)
{
	struct vmcoreinfo *info = NULL;
	_cleanup_(vmw_error_freep) struct vmw_error *error = vmcoreinfo_parse(text, &info);

	assert_non_null(error);
	assert_null(info);
	assert_int_equal(error->kind, VMW_ERROR_BAD_DATA);
	assert_non_null(strstr(error->message, message));
}

static void each_kind_of_line_is_read_in_its_own_base(void **state)
{
	_cleanup_(vmcoreinfo_freep) struct vmcoreinfo *info = parse(
		"OSRELEASE=6.12.107+deb13-powerpc64le\n"
		"BUILD-ID=41e46e81525d10137883e4f2b0b3bcd9a92a1336\n"
		"PAGESIZE=4096\n"
		"SYMBOL(init_uts_ns)=c0000000026e4ca8\n"
		"NUMBER(VMALLOC_START)=0xc008000000000000\n"
		"SIZE(page)=64\n"
		"OFFSET(page._refcount)=52\n"
		"LENGTH(mem_section)=1048576\n"
		"NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-268435456\n"
		"KERNELOFFSET=0\n");
	uint64_t value;
	int64_t number;

	assert_string_equal(vmcoreinfo_string(info, "OSRELEASE"), "6.12.107+deb13-powerpc64le");
	assert_string_equal(vmcoreinfo_string(info, "PAGESIZE"), "4096");
	assert_string_equal(vmcoreinfo_string(info, "SIZE(page)"), "64");
	assert_string_equal(vmcoreinfo_string(info, "KERNELOFFSET"), "0");
	assert_true(vmcoreinfo_symbol(info, "init_uts_ns", &value));
	assert_int_equal(value, 0xc0000000026e4ca8);
	assert_true(vmcoreinfo_size(info, "page", &value));
	assert_int_equal(value, 64);
	assert_true(vmcoreinfo_offset(info, "page._refcount", &value));
	assert_int_equal(value, 52);
	assert_true(vmcoreinfo_length(info, "mem_section", &value));
	assert_int_equal(value, 1048576);
	assert_true(vmcoreinfo_number(info, "PAGE_BUDDY_MAPCOUNT_VALUE", &number));
	assert_int_equal(number, -268435456);
	assert_true(vmcoreinfo_number(info, "VMALLOC_START", &number));
	assert_int_equal((uint64_t)number, 0xc008000000000000);
}

static void a_name_is_matched_whole_and_with_its_kind(void **state)
{
	_cleanup_(vmcoreinfo_freep) struct vmcoreinfo *info = parse(
		"OSRELEASE=6.1\nSIZE(page)=64\nOFFSET(page.flags)=0\n");
	static const char *const others[] = { "pag", "pages", "page.flags", "", "page)", "(page" };
	uint64_t value;

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_false(vmcoreinfo_size(info, others[i], &value));
	assert_false(vmcoreinfo_offset(info, "page", &value));
	assert_false(vmcoreinfo_length(info, "page", &value));
	assert_false(vmcoreinfo_symbol(info, "page", &value));
	assert_null(vmcoreinfo_string(info, "OSRELEAS"));
	assert_null(vmcoreinfo_string(info, "OSRELEASE="));
	assert_null(vmcoreinfo_string(info, "SIZE(page"));
	assert_null(vmcoreinfo_string(info, ""));
}

static void what_is_not_all_digits_is_not_a_number(void **state)
{
	/* Digits that each base takes, and what it does not. */
	static const struct {
		const char *text;
		bool symbol, size, number;
	} cases[] = {
		{ "0", true, true, true },
		{ "18446744073709551615", false, true, false },
		{ "18446744073709551616", false, false, false },
		{ "9223372036854775807", false, true, true },
		{ "9223372036854775808", false, true, false },
		{ "-9223372036854775808", false, false, true },
		{ "-9223372036854775809", false, false, false },
		{ "ffffffffffffffff", true, false, false },
		{ "FFFFFFFFFFFFFFFF", true, false, false },
		{ "10000000000000000", false, true, true },
		{ "0xffffffffffffffff", false, false, true },
		{ "0x10000000000000000", false, false, false },
		{ "", false, false, false },
		{ "-", false, false, false },
		{ "--1", false, false, false },
		{ "+1", false, false, false },
		{ "0x", false, false, false },
		{ "-0x1", false, false, false },
		{ " 1", false, false, false },
		{ "1 ", false, false, false },
		{ "1SIZE(x)=2", false, false, false },
		{ "c000\x01", false, false, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[256];
		uint64_t value;
		int64_t number;
		snprintf(text, sizeof(text),
			 "OSRELEASE=x\nSYMBOL(a)=%s\nSIZE(a)=%s\nNUMBER(a)=%s\n", cases[i].text,
			 cases[i].text, cases[i].text);
		_cleanup_(vmcoreinfo_freep) struct vmcoreinfo *info = parse(text);
		assert_int_equal(vmcoreinfo_symbol(info, "a", &value), cases[i].symbol);
		assert_int_equal(vmcoreinfo_size(info, "a", &value), cases[i].size);
		assert_int_equal(vmcoreinfo_number(info, "a", &number), cases[i].number);
	}
}

static void the_extreme_numbers_keep_their_value(void **state)
{
	_cleanup_(vmcoreinfo_freep) struct vmcoreinfo *info = parse(
		"OSRELEASE=x\nNUMBER(low)=-9223372036854775808\n"
		"NUMBER(high)=9223372036854775807\nSIZE(max)=18446744073709551615\n");
	uint64_t value;
	int64_t number;

	assert_true(vmcoreinfo_number(info, "low", &number));
	assert_true(number == INT64_MIN);
	assert_true(vmcoreinfo_number(info, "high", &number));
	assert_true(number == INT64_MAX);
	assert_true(vmcoreinfo_size(info, "max", &value));
	assert_true(value == UINT64_MAX);
}

static void a_text_cut_anywhere_gives_right_values_or_none(void **state)
{
	static const char text[] = "OSRELEASE=6.1.192\nSYMBOL(_stext)=c000000000000000\n"
				   "SIZE(page)=64\nNUMBER(VMALLOC_START)=0xc008000000000000\n"
				   "CRASHTIME=1795359809\n";
	size_t release_end = strlen("OSRELEASE=6.1.192\n");

	for (size_t size = 0; size < sizeof(text); size++) {
		/* In memory of just that size, so that a sanitizer sees a read past its end. */
		_cleanup_(freep) char *cut = malloc(size ? size : 1);
		assert_non_null(cut);
		memcpy(cut, text, size);
		struct span span = { .data = (const unsigned char *)cut, .size = size };
		if (size < release_end) {
			assert_refused(span, "without an OSRELEASE line");
			continue;
		}
		_cleanup_(vmcoreinfo_freep) struct vmcoreinfo *info = NULL;
		assert_null(vmcoreinfo_parse(span, &info));
		uint64_t value;
		int64_t number;
		assert_string_equal(vmcoreinfo_string(info, "OSRELEASE"), "6.1.192");
		if (vmcoreinfo_symbol(info, "_stext", &value))
			assert_int_equal(value, 0xc000000000000000);
		if (vmcoreinfo_size(info, "page", &value))
			assert_int_equal(value, 64);
		if (vmcoreinfo_number(info, "VMALLOC_START", &number))
			assert_int_equal((uint64_t)number, 0xc008000000000000);
		const char *time = vmcoreinfo_string(info, "CRASHTIME");
		assert_int_equal(time != NULL, size >= sizeof(text) - 1);
	}
}

static void the_text_ends_at_its_first_nul(void **state)
{
	static const char text[] = "OSRELEASE=6.1\nSIZE(page)=64\n\0\0\0SIZE(zone)=1408\n";
	struct span span = { .data = (const unsigned char *)text, .size = sizeof(text) };
	_cleanup_(vmcoreinfo_freep) struct vmcoreinfo *info = NULL;
	uint64_t value;

	assert_null(vmcoreinfo_parse(span, &info));
	assert_true(vmcoreinfo_size(info, "page", &value));
	assert_false(vmcoreinfo_size(info, "zone", &value));
	assert_int_equal(vmcoreinfo_text(info).size, strlen(text));
	assert_memory_equal(vmcoreinfo_text(info).data, text, strlen(text));
}

static void the_text_is_kept_as_given_with_its_cut_line(void **state)
{
	static const char text[] = "OSRELEASE=6.1\nSIZE(page)=64\nSIZE(zo";
	_cleanup_(vmcoreinfo_freep) struct vmcoreinfo *info = parse(text);

	assert_int_equal(vmcoreinfo_text(info).size, strlen(text));
	assert_memory_equal(vmcoreinfo_text(info).data, text, strlen(text));
}

static void of_two_lines_with_one_key_the_first_is_taken(void **state)
{
	_cleanup_(vmcoreinfo_freep) struct vmcoreinfo *info = parse(
		"OSRELEASE=6.1\nSIZE(b)=1\nSIZE(a)=2\nSIZE(b)=3\nSIZE(c)=4\nSIZE(b)=5\n"
		"OSRELEASE=6.2\n");
	uint64_t value;

	assert_string_equal(vmcoreinfo_string(info, "OSRELEASE"), "6.1");
	assert_true(vmcoreinfo_size(info, "b", &value));
	assert_int_equal(value, 1);
}

static void lines_without_an_equals_sign_are_passed_over(void **state)
{
	_cleanup_(vmcoreinfo_freep) struct vmcoreinfo *info = parse(
		"\n\nnonsense\nOSRELEASE=6.1\n\nSIZE(page)\n=\n=5\nSIZE(page)=64\nKEY=a=b\n");
	uint64_t value;

	assert_true(vmcoreinfo_size(info, "page", &value));
	assert_int_equal(value, 64);
	assert_string_equal(vmcoreinfo_string(info, "KEY"), "a=b");
}

static void lines_may_end_in_cr_lf(void **state)
{
	_cleanup_(vmcoreinfo_freep) struct vmcoreinfo *info = parse(
		"OSRELEASE=6.1\r\nSIZE(page)=64\r\n\r\n");
	uint64_t value;

	assert_string_equal(vmcoreinfo_string(info, "OSRELEASE"), "6.1");
	assert_true(vmcoreinfo_size(info, "page", &value));
	assert_int_equal(value, 64);
}

/* Writes "name=value " for each call into a text; stops behind @limit calls. */
struct log {
	char text[512];
	size_t length, calls, limit;
};

static bool log_symbol(void *arg, const char *name, uint64_t value)
{
	struct log *log = arg;

	log->length += (size_t)snprintf(log->text + log->length, sizeof(log->text) - log->length,
					"%s=%llx ", name, (unsigned long long)value);
	return ++log->calls != log->limit;
}

static bool log_number(void *arg, const char *name, int64_t value)
{
	struct log *log = arg;

	log->length += (size_t)snprintf(log->text + log->length, sizeof(log->text) - log->length,
					"%s=%lld ", name, (long long)value);
	return ++log->calls != log->limit;
}

static void symbols_and_numbers_are_listed_in_order_and_once(void **state)
{
	_cleanup_(vmcoreinfo_freep) struct vmcoreinfo *info = parse(
		"OSRELEASE=6.1\nSYMBOL(z)=c1\nNUMBER(n)=-1\nSYMBOL(a)=c2\nSYMBOL(bad)=xyz\n"
		"SYMBOL(z)=c3\nSYMBOL()=c4\nSYMBOL(b\nSYMBOLS(q)=c5\nNUMBER(m)=0x10\n"
		"SYMBOL(c)=c6\n");
	struct log all = { .calls = 0 }, two = { .limit = 2 }, numbers = { .calls = 0 };

	vmcoreinfo_each_symbol(info, log_symbol, &all);
	assert_string_equal(all.text, "z=c1 a=c2 =c4 c=c6 ");
	vmcoreinfo_each_symbol(info, log_symbol, &two);
	assert_string_equal(two.text, "z=c1 a=c2 ");
	vmcoreinfo_each_number(info, log_number, &numbers);
	assert_string_equal(numbers.text, "n=-1 m=16 ");
}

static void a_name_that_no_kernel_has_is_not_listed(void **state)
{
	char text[2048] = "OSRELEASE=6.1\nSYMBOL(";
	size_t length = strlen(text);
	memset(text + length, 'a', 1000);
	strcpy(text + length + 1000, ")=c1\nSYMBOL(b)=c2\n");
	_cleanup_(vmcoreinfo_freep) struct vmcoreinfo *info = parse(text);
	struct log log = { .calls = 0 };

	vmcoreinfo_each_symbol(info, log_symbol, &log);
	assert_string_equal(log.text, "b=c2 ");
}

static void nothing_is_in_no_vmcoreinfo(void **state)
{
	struct log log = { .calls = 0 };
	uint64_t value;
	int64_t number;

	assert_null(vmcoreinfo_string(NULL, "OSRELEASE"));
	assert_false(vmcoreinfo_symbol(NULL, "_stext", &value));
	assert_false(vmcoreinfo_size(NULL, "page", &value));
	assert_false(vmcoreinfo_offset(NULL, "page.flags", &value));
	assert_false(vmcoreinfo_length(NULL, "mem_section", &value));
	assert_false(vmcoreinfo_number(NULL, "RADIX_MMU", &number));
	vmcoreinfo_each_symbol(NULL, log_symbol, &log);
	vmcoreinfo_each_number(NULL, log_number, &log);
	assert_int_equal(log.calls, 0);
	vmcoreinfo_free(NULL);
}

static void texts_of_no_kernel_are_refused(void **state)
{
	assert_refused((struct span){ .data = NULL, .size = 0 }, "without an OSRELEASE line");
	assert_refused(text_span("PAGESIZE=4096\n"), "without an OSRELEASE line");
	assert_refused(text_span("XOSRELEASE=6.1\n"), "without an OSRELEASE line");

	size_t size = VMCOREINFO_SIZE_MAX + 1;
	_cleanup_(freep) char *large = malloc(size);
	assert_non_null(large);
	memset(large, '\n', size);
	memcpy(large, "OSRELEASE=6.1", 13);
	struct span span = { .data = (const unsigned char *)large, .size = size };
	assert_refused(span, "more than 65536 bytes");

	/* One byte less is a text; so is any amount of padding behind it. */
	_cleanup_(vmcoreinfo_freep) struct vmcoreinfo *info = NULL;
	large[size - 1] = '\0';
	assert_null(vmcoreinfo_parse(span, &info));
	assert_int_equal(vmcoreinfo_text(info).size, VMCOREINFO_SIZE_MAX);
}

static void symbols_that_hold_a_content_are_known(void **state)
{
	assert_true(vmcoreinfo_symbol_is_content("mem_section"));
	assert_true(vmcoreinfo_symbol_is_content("vmemmap"));
	assert_true(vmcoreinfo_symbol_is_content("contig_page_data"));
	assert_false(vmcoreinfo_symbol_is_content("vmemmap_list"));
	assert_false(vmcoreinfo_symbol_is_content("_stext"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_of_line_is_read_in_its_own_base),
		cmocka_unit_test(a_name_is_matched_whole_and_with_its_kind),
		cmocka_unit_test(what_is_not_all_digits_is_not_a_number),
		cmocka_unit_test(the_extreme_numbers_keep_their_value),
		cmocka_unit_test(a_text_cut_anywhere_gives_right_values_or_none),
		cmocka_unit_test(the_text_ends_at_its_first_nul),
		cmocka_unit_test(the_text_is_kept_as_given_with_its_cut_line),
		cmocka_unit_test(of_two_lines_with_one_key_the_first_is_taken),
		cmocka_unit_test(lines_without_an_equals_sign_are_passed_over),
		cmocka_unit_test(lines_may_end_in_cr_lf),
		cmocka_unit_test(symbols_and_numbers_are_listed_in_order_and_once),
		cmocka_unit_test(a_name_that_no_kernel_has_is_not_listed),
		cmocka_unit_test(nothing_is_in_no_vmcoreinfo),
		cmocka_unit_test(texts_of_no_kernel_are_refused),
		cmocka_unit_test(symbols_that_hold_a_content_are_known),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
