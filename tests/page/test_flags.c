/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "page/flags.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct opened {
	struct kernel kernel;
	struct problems *problems;
	struct flags *flags;
};

static struct opened open_flags(const char *release, const char *lines)
{
	struct opened o = { .flags = NULL };
	char text[2048];
	int length = snprintf(text, sizeof(text), "OSRELEASE=%s\n%s", release, lines);

	assert_in_range(length, 1, sizeof(text) - 1);
	struct span span = { .data = (const unsigned char *)text, .size = (size_t)length };
	assert_null(vmcoreinfo_parse(span, &o.kernel.vmcoreinfo));
	assert_null(problems_new(&o.problems));
	assert_null(flags_open(&o.kernel, o.problems, &o.flags));
	return o;
}

static void close_flags(struct opened *o)
{
	flags_free(o->flags);
	problems_free(o->problems);
	vmcoreinfo_free(o->kernel.vmcoreinfo);
}

#define NUMBERS(lru, private_, swapcache, swapbacked)            \
	"NUMBER(PG_lru)=" #lru "\nNUMBER(PG_private)=" #private_ \
	"\nNUMBER(PG_swapcache)=" #swapcache "\nNUMBER(PG_swapbacked)=" #swapbacked "\n"

#define FLAGS_6_1 NUMBERS(4, 13, 10, 19) "NUMBER(PG_slab)=9\nNUMBER(PG_head_mask)=65536\n"
#define FLAGS_6_12 NUMBERS(5, 14, 10, 17) "NUMBER(PG_head_mask)=64\n"

/* enum pageflags of each era, as its fingerprint tells it; what depends on the configuration is not
 * named. */
static void each_era_names_its_bits(void **state)
{
	static const struct {
		const char *release, *lines;
		const char *names; /* from bit 0 on; "-" for none */
	} eras[] = {
		{ "2.6.35", NUMBERS(5, 11, 16, 20),
		  "locked error referenced uptodate dirty lru active slab owner_priv_1 arch_1 "
		  "reserved private private_2 writeback head tail swapcache mappedtodisk reclaim "
		  "buddy swapbacked unevictable mlocked -" },
		{ "3.10.0", NUMBERS(5, 11, 16, 19),
		  "locked error referenced uptodate dirty lru active slab owner_priv_1 arch_1 "
		  "reserved private private_2 writeback head tail swapcache mappedtodisk reclaim "
		  "swapbacked unevictable mlocked -" },
		{ "4.4.0", NUMBERS(5, 11, 15, 18),
		  "locked error referenced uptodate dirty lru active slab owner_priv_1 arch_1 "
		  "reserved private private_2 writeback head swapcache mappedtodisk reclaim "
		  "swapbacked unevictable mlocked -" },
		{ "4.14.0", NUMBERS(5, 12, 9, 18),
		  "locked error referenced uptodate dirty lru active waiters slab "
		  "owner_priv_1|swapcache arch_1 reserved private private_2 writeback head "
		  "mappedtodisk reclaim swapbacked unevictable mlocked -" },
		{ "6.1.0", FLAGS_6_1 "NUMBER(PG_hwpoison)=22\n",
		  "locked referenced uptodate dirty lru active workingset waiters error slab "
		  "owner_priv_1|swapcache arch_1 reserved private private_2 writeback head "
		  "mappedtodisk reclaim swapbacked unevictable mlocked hwpoison -" },
		{ "6.6.0", NUMBERS(5, 15, 12, 19),
		  "locked writeback referenced uptodate dirty lru head waiters active workingset "
		  "error slab owner_priv_1|swapcache arch_1 reserved private private_2 "
		  "mappedtodisk reclaim swapbacked unevictable mlocked -" },
		{ "6.10.0", NUMBERS(5, 14, 11, 18),
		  "locked writeback referenced uptodate dirty lru head waiters active workingset "
		  "error owner_priv_1|swapcache arch_1 reserved private private_2 mappedtodisk "
		  "reclaim swapbacked unevictable mlocked -" },
		{ "6.12.0", FLAGS_6_12 "NUMBER(PG_hwpoison)=20\n",
		  "locked writeback referenced uptodate dirty lru head waiters active workingset "
		  "owner_priv_1|swapcache owner_2 arch_1 reserved private private_2 reclaim "
		  "swapbacked unevictable mlocked hwpoison -" },
		{ "7.2.0", FLAGS_6_12 "NUMBER(PG_hwpoison)=21\n",
		  "locked writeback referenced uptodate dirty lru head waiters active workingset "
		  "owner_priv_1|swapcache owner_2 arch_1 reserved private private_2 reclaim "
		  "swapbacked unevictable dropbehind mlocked hwpoison -" },
	};

	for (size_t i = 0; i < sizeof(eras) / sizeof(eras[0]); i++) {
		struct opened o = open_flags(eras[i].release, eras[i].lines);
		const char *at = eras[i].names;

		for (unsigned int bit = 0; *at; bit++) {
			size_t length = strcspn(at, " ");
			char name[64];

			memcpy(name, at, length);
			name[length] = '\0';
			if (strcmp(name, "-") == 0)
				assert_null(o.flags->names[bit]);
			else
				assert_string_equal(o.flags->names[bit], name);
			at += length + (at[length] == ' ');
		}
		close_flags(&o);
	}
}

/* PG_hwpoison alone tells them apart, and not where CONFIG_MEMORY_FAILURE is off: then the version.
 */
static void dropbehind_of_6_14_is_told_by_hwpoison_or_the_version(void **state)
{
	static const struct {
		const char *release, *lines, *name;
	} cases[] = {
		{ "6.12.0", FLAGS_6_12 "NUMBER(PG_hwpoison)=21\n", "dropbehind" },
		{ "7.2.0", FLAGS_6_12 "NUMBER(PG_hwpoison)=20\n", "mlocked" },
		{ "6.12.0", FLAGS_6_12, "mlocked" },
		{ "7.2.0", FLAGS_6_12, "dropbehind" },
		{ "strange", FLAGS_6_12, NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct opened o = open_flags(cases[i].release, cases[i].lines);

		if (cases[i].name)
			assert_string_equal(o.flags->names[19], cases[i].name);
		else
			assert_null(o.flags->names[19]);
		close_flags(&o);
	}
}

static void a_flag_that_may_be_at_two_bits_is_known_only_where_both_are_clear(void **state)
{
	struct opened o = open_flags("6.1.0", FLAGS_6_1 "NUMBER(PG_hwpoison)=22\n");

	/* 23 is young, or arch_2, or nothing; 24 is idle, or nothing. */
	assert_false(o.flags->places[FLAG_IDLE].known);
	assert_int_equal(flag_test(o.flags, FLAG_IDLE, 0), TRI_NO);
	assert_int_equal(flag_test(o.flags, FLAG_IDLE, 1 << 23), TRI_NO);
	assert_int_equal(flag_test(o.flags, FLAG_IDLE, 1 << 24), TRI_UNKNOWN);
	assert_int_equal(flag_test(o.flags, FLAG_HWPOISON, 1 << 22), TRI_YES);
	close_flags(&o);
}

/* The number is exported where the flag is there, before that of the head. */
static void without_its_number_hwpoison_is_not_configured(void **state)
{
	struct opened o = open_flags("6.1.0", FLAGS_6_1);

	assert_true(o.flags->places[FLAG_HWPOISON].known);
	assert_int_equal(flag_test(o.flags, FLAG_HWPOISON, UINT64_MAX), TRI_NO);
	close_flags(&o);
}

static void numbers_that_fit_no_kernel_name_their_own_bits_only(void **state)
{
	struct opened o = open_flags("6.1.0", NUMBERS(4, 13, 10, 18));

	assert_string_equal(o.flags->names[4], "lru");
	assert_string_equal(o.flags->names[10], "owner_priv_1|swapcache");
	assert_string_equal(o.flags->names[13], "private");
	assert_string_equal(o.flags->names[18], "swapbacked");
	assert_null(o.flags->names[0]);
	assert_null(o.flags->names[9]);
	assert_int_equal(flag_test(o.flags, FLAG_DIRTY, 8), TRI_UNKNOWN);
	assert_int_equal(flag_test(o.flags, FLAG_LRU, 0x10), TRI_YES);
	close_flags(&o);
}

static void two_flags_on_one_bit_are_both_named(void **state)
{
	struct opened o = open_flags("6.1.0", "NUMBER(PG_slab)=7\nNUMBER(PG_young)=7\n");

	assert_string_equal(o.flags->names[7], "slab|young");
	close_flags(&o);
}

/* NUMBER(PG_hugetlb), 6.6 to 6.8, is of the second page of a folio. */
static void hugetlb_is_a_flag_of_another_page(void **state)
{
	struct opened o = open_flags("6.6.0", "NUMBER(PG_hugetlb)=8\n");

	assert_null(o.flags->names[8]);
	close_flags(&o);
}

static void nothing_is_known_without_numbers(void **state)
{
	struct opened o = open_flags("6.12.0", "");

	for (unsigned int bit = 0; bit < 64; bit++)
		assert_null(o.flags->names[bit]);
	assert_int_equal(flag_test(o.flags, FLAG_LRU, 0x20), TRI_UNKNOWN);
	assert_non_null(strstr(o.flags->from, "no NUMBER(PG_*)"));
	close_flags(&o);
}

static void no_two_flags_of_a_variant_share_a_bit_but_the_aliases(void **state)
{
	static struct flags_variant variants[FLAGS_VARIANTS_MAX];
	size_t count = flags_variants(variants);

	assert_in_range(count, 20, FLAGS_VARIANTS_MAX - 1);
	for (size_t i = 0; i < count; i++) {
		uint64_t seen = 0;

		for (enum flag flag = 0; flag < FLAG_COUNT; flag++) {
			int bit = variants[i].bits[flag];

			if (bit < 0 ||
			    (flag == FLAG_SWAPCACHE &&
			     bit == variants[i].bits[FLAG_OWNER_PRIV_1]) ||
			    (flag == FLAG_MAPPEDTODISK && bit == variants[i].bits[FLAG_OWNER_2]))
				continue;
			assert_int_equal(seen >> bit & 1, 0);
			seen |= UINT64_C(1) << bit;
		}
		/* Without holes. */
		assert_int_equal(seen & (seen + 1), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_era_names_its_bits),
		cmocka_unit_test(dropbehind_of_6_14_is_told_by_hwpoison_or_the_version),
		cmocka_unit_test(a_flag_that_may_be_at_two_bits_is_known_only_where_both_are_clear),
		cmocka_unit_test(without_its_number_hwpoison_is_not_configured),
		cmocka_unit_test(numbers_that_fit_no_kernel_name_their_own_bits_only),
		cmocka_unit_test(two_flags_on_one_bit_are_both_named),
		cmocka_unit_test(hugetlb_is_a_flag_of_another_page),
		cmocka_unit_test(nothing_is_known_without_numbers),
		cmocka_unit_test(no_two_flags_of_a_variant_share_a_bit_but_the_aliases),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
