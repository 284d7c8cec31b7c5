/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "page/type.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct types open_types(const char *release, const char *lines)
{
	struct kernel kernel = { .order = ORDER_BIG };
	struct types types;
	char text[1024];
	int length = snprintf(text, sizeof(text), "OSRELEASE=%s\n%s", release, lines);

	struct span span = { .data = (const unsigned char *)text, .size = (size_t)length };
	assert_null(vmcoreinfo_parse(span, &kernel.vmcoreinfo));
	types_init(&kernel, &types);
	vmcoreinfo_free(kernel.vmcoreinfo);
	return types;
}

#define BUDDY(value) "NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=" #value "\n"

static void each_encoding_tells_a_type_and_whether_there_is_one(void **state)
{
	static const struct {
		const char *release, *lines;
		uint32_t word;
		enum page_type type;
		enum tri is, any;
	} cases[] = {
		/* Not exported before 3.9. */
		{ "2.6.37", "", (uint32_t)-2, TYPE_BUDDY, TRI_NO, TRI_NO },
		{ "2.6.38", "", (uint32_t)-2, TYPE_BUDDY, TRI_YES, TRI_NO },
		{ "2.6.38", "", (uint32_t)-128, TYPE_BUDDY, TRI_NO, TRI_NO },
		{ "2.6.39", "", (uint32_t)-128, TYPE_BUDDY, TRI_YES, TRI_NO },
		{ "3.8.0", "", (uint32_t)-128, TYPE_BUDDY, TRI_YES, TRI_NO },
		{ "3.9.0", "", (uint32_t)-128, TYPE_BUDDY, TRI_UNKNOWN, TRI_UNKNOWN },
		{ "strange", "", (uint32_t)-128, TYPE_BUDDY, TRI_UNKNOWN, TRI_UNKNOWN },
		/* 3.18: balloon, later called offline. */
		{ "3.18.0", BUDDY(-128), (uint32_t)-256, TYPE_OFFLINE, TRI_YES, TRI_NO },
		{ "3.18.0", BUDDY(-128), (uint32_t)-512, TYPE_OFFLINE, TRI_NO, TRI_NO },
		{ "4.18.0", BUDDY(-129), 0xfffffeff, TYPE_OFFLINE, TRI_YES, TRI_YES },
		/* 2.6.38, 2.6.39: a value. */
		{ "2.6.38", BUDDY(-2), (uint32_t)-2, TYPE_BUDDY, TRI_YES, TRI_NO },
		{ "3.10.0", BUDDY(-128), (uint32_t)-128, TYPE_BUDDY, TRI_YES, TRI_NO },
		{ "3.10.0", BUDDY(-128), (uint32_t)-129, TYPE_BUDDY, TRI_NO, TRI_NO },
		{ "3.10.0", BUDDY(-128), (uint32_t)-128, TYPE_TABLE, TRI_NO, TRI_NO },
		/* 4.18: bits in 0xf0000000. */
		{ "6.1.0", BUDDY(-129), 0xffffff7f, TYPE_BUDDY, TRI_YES, TRI_YES },
		{ "6.1.0", BUDDY(-129), 0xfffffdff, TYPE_TABLE, TRI_YES, TRI_YES },
		{ "6.1.0", BUDDY(-129), 0xfffffdff, TYPE_BUDDY, TRI_NO, TRI_YES },
		{ "6.1.0", BUDDY(-129), 0xfffffbff, TYPE_GUARD, TRI_YES, TRI_YES },
		{ "6.1.0", BUDDY(-129), 0xffffffff, TYPE_BUDDY, TRI_NO, TRI_NO },
		{ "6.1.0", BUDDY(-129), 0x0000007f, TYPE_BUDDY, TRI_NO, TRI_NO },
		/* An underflow of the count is no type: PAGE_MAPCOUNT_RESERVE. */
		{ "6.1.0", BUDDY(-129), 0xfffffffe, TYPE_GUARD, TRI_NO, TRI_NO },
		/* Before 5.11 kmemcg stood where the table is now. */
		{ "4.18.0", BUDDY(-129), 0xfffffbff, TYPE_TABLE, TRI_YES, TRI_YES },
		{ "4.18.0", BUDDY(-129), 0xfffffdff, TYPE_TABLE, TRI_NO, TRI_YES },
		{ "4.18.0", BUDDY(-129), 0xfffff7ff, TYPE_GUARD, TRI_UNKNOWN, TRI_YES },
		/* 6.11: bits in 0x80000000. */
		{ "6.11.0", BUDDY(-1073741825), 0xbfffffff, TYPE_BUDDY, TRI_YES, TRI_YES },
		{ "6.11.0", BUDDY(-1073741825), 0xefff1234, TYPE_TABLE, TRI_YES, TRI_YES },
		{ "6.11.0", BUDDY(-1073741825), 0xffffff7f, TYPE_BUDDY, TRI_NO, TRI_NO },
		/* 6.12: the top byte; the rest is the owner's. */
		{ "6.12.0", BUDDY(-268435456), 0xf0000000, TYPE_BUDDY, TRI_YES, TRI_YES },
		{ "6.12.0", BUDDY(-268435456), 0xf0123456, TYPE_BUDDY, TRI_YES, TRI_YES },
		{ "6.12.0", BUDDY(-268435456), 0xf2000000, TYPE_TABLE, TRI_YES, TRI_YES },
		{ "6.12.0", BUDDY(-268435456), 0xf2000000, TYPE_BUDDY, TRI_NO, TRI_YES },
		{ "6.12.0", BUDDY(-268435456), 0xfffffffe, TYPE_TABLE, TRI_NO, TRI_NO },
		/* What is not known says so. */
		{ "6.12.0", "", 0xf0000000, TYPE_BUDDY, TRI_UNKNOWN, TRI_UNKNOWN },
		{ "6.12.0", BUDDY(-77), 0xf0000000, TYPE_BUDDY, TRI_UNKNOWN, TRI_UNKNOWN },
		{ "6.12.0", "", 3, TYPE_BUDDY, TRI_NO, TRI_NO },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct types types = open_types(cases[i].release, cases[i].lines);

		if (types_test(&types, cases[i].type, (int32_t)cases[i].word) != cases[i].is ||
		    types_any(&types, (int32_t)cases[i].word) != cases[i].any)
			fail_msg("case %zu: %d, any %d", i,
				 types_test(&types, cases[i].type, (int32_t)cases[i].word),
				 types_any(&types, (int32_t)cases[i].word));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_encoding_tells_a_type_and_whether_there_is_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
