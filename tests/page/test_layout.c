/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "page/layout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* The lines of 6.1, 6.12 and 7.2 that concern struct page, from recorded dumps. */
#define OFFSETS_4_18                                                                 \
	"OFFSET(page.flags)=0\nOFFSET(page._refcount)=52\nOFFSET(page.mapping)=24\n" \
	"OFFSET(page.lru)=8\nOFFSET(page._mapcount)=48\nOFFSET(page.private)=40\n"
#define FLAGS_6_12                                                                    \
	"NUMBER(PG_lru)=5\nNUMBER(PG_private)=14\nNUMBER(PG_swapcache)=10\n"          \
	"NUMBER(PG_swapbacked)=17\nNUMBER(PG_hwpoison)=20\nNUMBER(PG_head_mask)=64\n" \
	"NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-268435456\n"

/* A layout, and what was told on the way to it. */
struct opened {
	struct kernel kernel;
	struct problems *problems;
	struct layout *layout;
};

static struct opened open_layout(const char *lines, uint64_t size)
{
	struct opened o = { .kernel.page_struct_size = { .is_known = true, .value = size } };
	char text[2048];
	int length = snprintf(text, sizeof(text), "OSRELEASE=6.12.0-fake\n%s", lines);

	assert_in_range(length, 1, sizeof(text) - 1);
	struct span span = { .data = (const unsigned char *)text, .size = (size_t)length };
	assert_null(vmcoreinfo_parse(span, &o.kernel.vmcoreinfo));
	assert_null(problems_new(&o.problems));
	assert_null(layout_open(&o.kernel, o.problems, &o.layout));
	return o;
}

static void close_layout(struct opened *o)
{
	layout_free(o->layout);
	problems_free(o->problems);
	vmcoreinfo_free(o->kernel.vmcoreinfo);
}

static size_t problem_count(const struct opened *o)
{
	size_t count;

	(void)problems_list(o->problems, &count);
	return count;
}

static void assert_one_problem(const struct opened *o, const char *code, const char *piece)
{
	size_t count;
	const struct vmw_problem *list = problems_list(o->problems, &count);

	assert_int_equal(count, 1);
	assert_string_equal(list[0].code, code);
	assert_non_null(strstr(list[0].message, piece));
}

static void each_era_has_its_offsets(void **state)
{
	static const struct {
		const char *lines;
		uint64_t size;
		int64_t offsets[LAYOUT_COUNT]; /* -1: not known */
		const char *refcount, *compound;
	} eras[] = {
		/* flags, refcount, mapcount, mapping, index, private, lru, compound */
		/* Before 3.9 two are not exported: 2.6.35, and 3.1 on. */
		{ "OFFSET(page.flags)=0\nOFFSET(page._count)=8\nOFFSET(page.mapping)=24\n"
		  "OFFSET(page.lru)=40\n",
		  56,
		  { 0, 8, 12, 24, 32, 16, 40, -1 },
		  "_count",
		  NULL },
		{ "OFFSET(page.flags)=0\nOFFSET(page._count)=28\nOFFSET(page.mapping)=8\n"
		  "OFFSET(page.lru)=32\n",
		  56,
		  { 0, 28, 24, 8, 16, 48, 32, -1 },
		  "_count",
		  NULL },
		/* No struct page that is known: nothing is made up. */
		{ "OFFSET(page.flags)=0\nOFFSET(page._count)=16\nOFFSET(page.mapping)=24\n"
		  "OFFSET(page.lru)=40\n",
		  56,
		  { 0, 16, -1, 24, 32, -1, 40, -1 },
		  "_count",
		  NULL },
		{ "OFFSET(page.flags)=0\nOFFSET(page._count)=8\nOFFSET(page.mapping)=24\n"
		  "OFFSET(page.lru)=40\nOFFSET(page._mapcount)=12\nOFFSET(page.private)=16\n",
		  56,
		  { 0, 8, 12, 24, 32, 16, 40, -1 },
		  "_count",
		  NULL },
		{ "OFFSET(page.flags)=0\nOFFSET(page._refcount)=28\nOFFSET(page.mapping)=8\n"
		  "OFFSET(page.lru)=32\nOFFSET(page._mapcount)=24\nOFFSET(page.private)=48\n"
		  "OFFSET(page.compound_head)=32\n",
		  64,
		  { 0, 28, 24, 8, 16, 48, 32, 32 },
		  "_refcount",
		  "compound_head" },
		/* 4.4 to 4.6 do not export compound_head. Their flags have no PG_tail: */
		{ "OFFSET(page.flags)=0\nOFFSET(page._count)=28\nOFFSET(page.mapping)=8\n"
		  "OFFSET(page.lru)=32\nOFFSET(page._mapcount)=24\nOFFSET(page.private)=48\n"
		  "NUMBER(PG_lru)=5\nNUMBER(PG_private)=11\nNUMBER(PG_swapcache)=15\n",
		  64,
		  { 0, 28, 24, 8, 16, 48, 32, 32 },
		  "_count",
		  "compound_head" },
		/* those of 4.3 have. */
		{ "OFFSET(page.flags)=0\nOFFSET(page._count)=28\nOFFSET(page.mapping)=8\n"
		  "OFFSET(page.lru)=32\nOFFSET(page._mapcount)=24\nOFFSET(page.private)=48\n"
		  "NUMBER(PG_lru)=5\nNUMBER(PG_private)=11\nNUMBER(PG_swapcache)=16\n",
		  64,
		  { 0, 28, 24, 8, 16, 48, 32, -1 },
		  "_count",
		  NULL },
		{ OFFSETS_4_18 "OFFSET(page.compound_head)=8\n",
		  64,
		  { 0, 52, 48, 24, 32, 40, 8, 8 },
		  "_refcount",
		  "compound_head" },
		{ OFFSETS_4_18 "OFFSET(page.compound_info)=8\n",
		  64,
		  { 0, 52, 48, 24, 32, 40, 8, 8 },
		  "_refcount",
		  "compound_info" },
	};

	for (size_t i = 0; i < sizeof(eras) / sizeof(eras[0]); i++) {
		struct opened o = open_layout(eras[i].lines, eras[i].size);

		assert_int_equal(o.layout->size, eras[i].size);
		for (enum layout_field field = 0; field < LAYOUT_COUNT; field++) {
			assert_int_equal(o.layout->has[field], eras[i].offsets[field] >= 0);
			if (o.layout->has[field])
				assert_int_equal(o.layout->offset[field], eras[i].offsets[field]);
		}
		assert_string_equal(o.layout->names[LAYOUT_REFCOUNT], eras[i].refcount);
		if (eras[i].compound)
			assert_string_equal(o.layout->names[LAYOUT_COMPOUND_HEAD],
					    eras[i].compound);
		assert_int_equal(problem_count(&o), 0);
		close_layout(&o);
	}
}

static void without_the_size_there_is_no_layout(void **state)
{
	struct kernel kernel = { .page_struct_size = { .from = "VMCOREINFO has no SIZE(page)" } };
	struct layout *layout;
	struct vmw_error *error = layout_open(&kernel, NULL, &layout);

	assert_non_null(error);
	assert_int_equal(error->kind, VMW_ERROR_MISSING);
	assert_non_null(strstr(error->message, "struct page"));
	vmw_error_free(error);
}

static void without_vmcoreinfo_only_the_size_is_known(void **state)
{
	struct kernel kernel = { .page_struct_size = { .is_known = true, .value = 64 } };
	struct layout *layout;

	assert_null(layout_open(&kernel, NULL, &layout));
	for (enum layout_field field = 0; field < LAYOUT_COUNT; field++)
		assert_false(layout->has[field]);
	for (size_t bit = 0; bit < 64; bit++)
		assert_null(layout->flags->names[bit]);
	assert_false(layout->has_head_flag);
	layout_free(layout);
}

static void a_field_that_cannot_be_there_is_left_out_and_told(void **state)
{
	static const struct {
		const char *line;
		enum layout_field field;
		const char *piece;
	} cases[] = {
		{ "OFFSET(page.flags)=64\n", LAYOUT_FLAGS, "page.flags" },
		{ "OFFSET(page.flags)=4\n", LAYOUT_FLAGS, "page.flags" },
		{ "OFFSET(page.flags)=18446744073709551608\n", LAYOUT_FLAGS, "page.flags" },
		{ "OFFSET(page._refcount)=64\n", LAYOUT_REFCOUNT, "page._refcount" },
		{ "OFFSET(page._refcount)=50\n", LAYOUT_REFCOUNT, "50 is no place for 4 bytes" },
		{ "OFFSET(page._count)=61\n", LAYOUT_REFCOUNT, "page._count" },
		{ "OFFSET(page._mapcount)=18446744073709551612\n", LAYOUT_MAPCOUNT, "_mapcount" },
		{ "OFFSET(page.mapping)=60\n", LAYOUT_MAPPING, "page.mapping" },
		{ "OFFSET(page.private)=57\n", LAYOUT_PRIVATE, "page.private" },
		{ "OFFSET(page.lru)=56\n", LAYOUT_LRU, "56 is no place for 16 bytes" },
		{ "OFFSET(page.compound_head)=1000\n", LAYOUT_COMPOUND_HEAD, "compound_head" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct opened o = open_layout(cases[i].line, 64);

		assert_false(o.layout->has[cases[i].field]);
		assert_one_problem(&o, "offset-bad", cases[i].piece);
		close_layout(&o);
	}
}

static void a_field_may_end_with_the_struct_page(void **state)
{
	struct opened o = open_layout("OFFSET(page._refcount)=60\n", 64);

	assert_true(o.layout->has[LAYOUT_REFCOUNT]);
	assert_int_equal(problem_count(&o), 0);
	close_layout(&o);
	o = open_layout("OFFSET(page.lru)=48\n", 64);
	assert_true(o.layout->has[LAYOUT_LRU]);
	assert_int_equal(problem_count(&o), 0);
	close_layout(&o);
}

/* Which of two lines was damaged cannot be told. */
static void fields_that_cannot_stand_together_are_left_out(void **state)
{
	static const struct {
		const char *lines;
		enum layout_field a, b;
	} cases[] = {
		{ "OFFSET(page._refcount)=12\nOFFSET(page.lru)=8\n", LAYOUT_REFCOUNT, LAYOUT_LRU },
		{ "OFFSET(page._refcount)=32\nOFFSET(page._mapcount)=48\n", LAYOUT_REFCOUNT,
		  LAYOUT_MAPCOUNT },
		{ "OFFSET(page.flags)=0\nOFFSET(page.private)=0\n", LAYOUT_FLAGS, LAYOUT_PRIVATE },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct opened o = open_layout(cases[i].lines, 64);

		assert_false(o.layout->has[cases[i].a]);
		assert_false(o.layout->has[cases[i].b]);
		assert_int_equal(problem_count(&o), 2);
		close_layout(&o);
	}
}

static void no_index_fits_behind_a_mapping_at_the_end(void **state)
{
	struct opened o = open_layout("OFFSET(page.mapping)=56\n", 64);

	assert_true(o.layout->has[LAYOUT_MAPPING]);
	assert_false(o.layout->has[LAYOUT_INDEX]);
	assert_int_equal(problem_count(&o), 0);
	close_layout(&o);
}

static void the_head_flag_is_that_of_the_flags(void **state)
{
	struct opened o = open_layout(FLAGS_6_12, 64);

	assert_string_equal(o.layout->flags->names[6], "head");
	assert_true(o.layout->has_head_flag);
	assert_int_equal(o.layout->head_flag, 6);
	close_layout(&o);
}

static void a_number_that_is_no_bit_is_left_out_and_told(void **state)
{
	static const char *const lines[] = {
		"NUMBER(PG_lru)=64\n",
		"NUMBER(PG_lru)=-1\n",
		"NUMBER(PG_head_mask)=0\n",
		"NUMBER(PG_head_mask)=96\n",
		"NUMBER(PG_swapcache)=9223372036854775807\n",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct opened o = open_layout(lines[i], 64);

		for (size_t bit = 0; bit < 64; bit++)
			assert_null(o.layout->flags->names[bit]);
		assert_false(o.layout->has_head_flag);
		assert_one_problem(&o, "flag-bad", "VMCOREINFO");
		close_layout(&o);
	}
}

static void the_highest_bit_can_be_the_head(void **state)
{
	struct opened o = open_layout("NUMBER(PG_head_mask)=-9223372036854775808\n", 64);

	assert_true(o.layout->has_head_flag);
	assert_int_equal(o.layout->head_flag, 63);
	close_layout(&o);
}

static void an_offset_is_found_in_the_field_that_holds_it(void **state)
{
	struct opened o = open_layout(OFFSETS_4_18 "OFFSET(page.compound_head)=8\n", 64);
	static const struct {
		uint64_t offset;
		bool found;
		enum layout_field field;
	} cases[] = {
		{ 0, true, LAYOUT_FLAGS },
		{ 7, true, LAYOUT_FLAGS },
		/* Of lru and compound_head, which share their first word, the larger. */
		{ 8, true, LAYOUT_LRU },
		{ 16, true, LAYOUT_LRU },
		{ 23, true, LAYOUT_LRU },
		{ 24, true, LAYOUT_MAPPING },
		{ 32, true, LAYOUT_INDEX },
		{ 47, true, LAYOUT_PRIVATE },
		{ 48, true, LAYOUT_MAPCOUNT },
		{ 51, true, LAYOUT_MAPCOUNT },
		{ 52, true, LAYOUT_REFCOUNT },
		{ 55, true, LAYOUT_REFCOUNT },
		{ 56, false, LAYOUT_COUNT },
		{ 63, false, LAYOUT_COUNT },
		{ UINT64_MAX, false, LAYOUT_COUNT },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum layout_field field = LAYOUT_COUNT;

		assert_int_equal(layout_find(o.layout, cases[i].offset, &field), cases[i].found);
		assert_int_equal(field, cases[i].field);
	}
	close_layout(&o);
}

/* OFFSET(folio.index) of patched kernels. */
static void an_index_that_is_exported_must_be_behind_mapping(void **state)
{
	static const struct {
		const char *lines, *from, *problem;
		bool has;
		uint64_t offset;
	} cases[] = {
		{ OFFSETS_4_18, "index is right behind mapping", NULL, true, 32 },
		{ OFFSETS_4_18 "OFFSET(folio.index)=32\n",
		  "that of index agrees: it is right behind mapping", NULL, true, 32 },
		{ OFFSETS_4_18 "OFFSET(page.index)=32\n",
		  "that of index agrees: it is right behind mapping", NULL, true, 32 },
		/* Without types a line that lies cannot be told from a new layout. */
		{ OFFSETS_4_18 "OFFSET(folio.index)=40\n",
		  "that of index contradicts that of mapping", "right behind mapping, at 32", false,
		  0 },
		{ OFFSETS_4_18 "OFFSET(folio.index)=60\n", "index is right behind mapping",
		  "OFFSET(folio.index) of VMCOREINFO: 60 is no place", true, 32 },
		{ "OFFSET(folio.index)=32\n", "that of index, too", NULL, true, 32 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct opened o = open_layout(cases[i].lines, 64);

		assert_string_equal(o.layout->index_from, cases[i].from);
		assert_int_equal(o.layout->has[LAYOUT_INDEX], cases[i].has);
		if (cases[i].has) {
			assert_int_equal(o.layout->offset[LAYOUT_INDEX], cases[i].offset);
			assert_string_equal(o.layout->names[LAYOUT_INDEX], "index");
		}
		if (cases[i].problem)
			assert_one_problem(&o, "offset-bad", cases[i].problem);
		else
			assert_int_equal(problem_count(&o), 0);
		close_layout(&o);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_era_has_its_offsets),
		cmocka_unit_test(without_the_size_there_is_no_layout),
		cmocka_unit_test(without_vmcoreinfo_only_the_size_is_known),
		cmocka_unit_test(a_field_that_cannot_be_there_is_left_out_and_told),
		cmocka_unit_test(a_field_may_end_with_the_struct_page),
		cmocka_unit_test(fields_that_cannot_stand_together_are_left_out),
		cmocka_unit_test(no_index_fits_behind_a_mapping_at_the_end),
		cmocka_unit_test(the_head_flag_is_that_of_the_flags),
		cmocka_unit_test(a_number_that_is_no_bit_is_left_out_and_told),
		cmocka_unit_test(the_highest_bit_can_be_the_head),
		cmocka_unit_test(an_offset_is_found_in_the_field_that_holds_it),
		cmocka_unit_test(an_index_that_is_exported_must_be_behind_mapping),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
