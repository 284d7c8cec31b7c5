/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmemmap/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util/addr.h"

struct row {
	uint64_t virt, phys, size;
};

static void add(struct table *table, struct row row)
{
	struct vmw_mapping mapping = { virt_at(row.virt), phys_at(row.phys), row.size,
				       VMW_SOURCE_LIST };
	assert_null(table_add(table, &mapping));
}

static struct table table_of(const struct row *rows, size_t count)
{
	struct table table = { 0 };

	for (size_t i = 0; i < count; i++)
		add(&table, rows[i]);
	return table;
}

static void assert_rows(const struct table *table, const struct row *rows, size_t count)
{
	assert_int_equal(table->count, count);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(table->rows[i].virt.value, rows[i].virt);
		assert_int_equal(table->rows[i].phys.value, rows[i].phys);
		assert_int_equal(table->rows[i].size, rows[i].size);
		assert_int_equal(table->rows[i].source, VMW_SOURCE_LIST);
	}
}

#define ROWS(...) \
	(struct row[]){ __VA_ARGS__ }, sizeof((struct row[]){ __VA_ARGS__ }) / sizeof(struct row)

static void rows_end_up_sorted(void **state)
{
	_cleanup_(table_deinit) struct table table = table_of(
		ROWS({ 0x30, 1, 0x10 }, { 0x10, 2, 0x10 }, { 0x20, 3, 0x10 }));
	struct table_overlaps overlaps;

	assert_null(table_finish(&table, NULL, &overlaps));
	assert_rows(&table, ROWS({ 0x10, 2, 0x10 }, { 0x20, 3, 0x10 }, { 0x30, 1, 0x10 }));
	assert_int_equal(overlaps.agreeing + overlaps.conflicting, 0);
}

static void an_empty_table_finds_nothing(void **state)
{
	_cleanup_(table_deinit) struct table table = { 0 };
	struct table_overlaps overlaps;
	size_t hint = 0;

	assert_null(table_finish(&table, NULL, &overlaps));
	assert_null(table_find(&table, virt_at(0), &hint));
}

static void of_rows_that_overlap_the_first_added_wins(void **state)
{
	static const struct {
		const char *what;
		struct row in[3], out[5];
		size_t agreeing, conflicting;
	} cases[] = {
		{ "the same twice",
		  { { 0x20, 0x120, 0x10 }, { 0x20, 0x120, 0x10 } },
		  { { 0x20, 0x120, 0x10 } },
		  1,
		  0 },
		{ "the same virt, another phys",
		  { { 0x20, 0x120, 0x10 }, { 0x20, 0x200, 0x10 } },
		  { { 0x20, 0x120, 0x10 } },
		  0,
		  1 },
		{ "the loser's start is cut",
		  { { 0x20, 0x120, 0x10 }, { 0x28, 0x200, 0x10 } },
		  { { 0x20, 0x120, 0x10 }, { 0x30, 0x208, 0x8 } },
		  0,
		  1 },
		{ "the loser's end is cut",
		  { { 0x20, 0x120, 0x10 }, { 0x18, 0x200, 0x10 } },
		  { { 0x18, 0x200, 0x8 }, { 0x20, 0x120, 0x10 } },
		  0,
		  1 },
		{ "the loser is split",
		  { { 0x20, 0x120, 0x10 }, { 0x10, 0x200, 0x40 } },
		  { { 0x10, 0x200, 0x10 }, { 0x20, 0x120, 0x10 }, { 0x30, 0x220, 0x20 } },
		  0,
		  1 },
		{ "split, but it agrees",
		  { { 0x20, 0x120, 0x10 }, { 0x10, 0x110, 0x40 } },
		  { { 0x10, 0x110, 0x10 }, { 0x20, 0x120, 0x10 }, { 0x30, 0x130, 0x20 } },
		  1,
		  0 },
		{ "the winner covers all of the loser",
		  { { 0x10, 0x110, 0x40 }, { 0x20, 0x200, 0x10 } },
		  { { 0x10, 0x110, 0x40 } },
		  0,
		  1 },
		{ "agrees with the first part, conflicts with the second",
		  { { 0x10, 0x110, 0x10 }, { 0x20, 0x200, 0x10 }, { 0x10, 0x110, 0x20 } },
		  { { 0x10, 0x110, 0x10 }, { 0x20, 0x200, 0x10 } },
		  0,
		  1 },
		{ "what the first loser lost does not count against the second",
		  { { 0x10, 0x110, 0x10 }, { 0x10, 0x200, 0x10 }, { 0x10, 0x110, 0x10 } },
		  { { 0x10, 0x110, 0x10 } },
		  1,
		  1 },
		{ "rows that only touch",
		  { { 0x20, 0x120, 0x10 }, { 0x10, 0x400, 0x10 }, { 0x30, 0x300, 0x10 } },
		  { { 0x10, 0x400, 0x10 }, { 0x20, 0x120, 0x10 }, { 0x30, 0x300, 0x10 } },
		  0,
		  0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		_cleanup_(table_deinit) struct table table = { 0 };
		struct table_overlaps overlaps;
		size_t count = 0;

		for (size_t j = 0; j < 3 && cases[i].in[j].size; j++)
			add(&table, cases[i].in[j]);
		while (count < 5 && cases[i].out[count].size)
			count++;
		assert_null(table_finish(&table, NULL, &overlaps));
		assert_rows(&table, cases[i].out, count);
		assert_int_equal(overlaps.agreeing, cases[i].agreeing);
		assert_int_equal(overlaps.conflicting, cases[i].conflicting);
	}
}

static void a_conflict_is_told_with_both_places(void **state)
{
	_cleanup_(problems_freep) struct problems *problems = NULL;
	_cleanup_(table_deinit) struct table table = table_of(
		ROWS({ 0x20, 0x120, 0x10 }, { 0x28, 0x200, 0x10 }));
	struct table_overlaps overlaps;
	size_t count;

	assert_null(problems_new(&problems));
	assert_null(table_finish(&table, problems, &overlaps));
	const struct vmw_problem *list = problems_list(problems, &count);
	assert_int_equal(count, 1);
	assert_string_equal(list[0].code, "mapping-conflict");
	assert_int_equal(list[0].severity, VMW_PARTIAL);
	assert_int_equal(list[0].where.address, 0x28);
	assert_non_null(strstr(list[0].message, "puts 0x28 at 0x200"));
	assert_non_null(strstr(list[0].message, "an earlier one puts it at 0x128"));
}

static void a_duplicate_is_a_warning(void **state)
{
	_cleanup_(problems_freep) struct problems *problems = NULL;
	_cleanup_(table_deinit) struct table table = table_of(
		ROWS({ 0x20, 0x120, 0x10 }, { 0x20, 0x120, 0x10 }));
	struct table_overlaps overlaps;
	size_t count;

	assert_null(problems_new(&problems));
	assert_null(table_finish(&table, problems, &overlaps));
	const struct vmw_problem *list = problems_list(problems, &count);
	assert_int_equal(count, 1);
	assert_string_equal(list[0].code, "mapping-duplicate");
	assert_int_equal(list[0].severity, VMW_WARNING);
}

static void the_first_sixteen_overlaps_are_told_and_then_a_number(void **state)
{
	_cleanup_(problems_freep) struct problems *problems = NULL;
	_cleanup_(table_deinit) struct table table = { 0 };
	struct table_overlaps overlaps;
	size_t count;

	add(&table, (struct row){ 0x1000, 0x5000, 0x1000 });
	for (uint64_t i = 0; i < 100; i++)
		add(&table, (struct row){ 0x1000, 0x9000 + i, 0x10 });
	assert_null(problems_new(&problems));
	assert_null(table_finish(&table, problems, &overlaps));
	assert_int_equal(overlaps.conflicting, 100);
	const struct vmw_problem *list = problems_list(problems, &count);
	assert_int_equal(count, 17);
	assert_non_null(strstr(list[16].message, "84 more mappings conflict"));
}

static void a_row_that_is_empty_or_wraps_is_refused(void **state)
{
	static const struct row rows[] = {
		{ 0x1000, 0x1000, 0 },
		{ UINT64_MAX - 0xf, 0x1000, 0x10 },
		{ 0x1000, UINT64_MAX - 0xf, 0x10 },
		{ 0x1000, 0x1000, UINT64_MAX },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		_cleanup_(table_deinit) struct table table = { 0 };
		struct vmw_mapping mapping = { virt_at(rows[i].virt), phys_at(rows[i].phys),
					       rows[i].size, VMW_SOURCE_LIST };
		_cleanup_(vmw_error_freep) struct vmw_error *error = table_add(&table, &mapping);

		assert_non_null(error);
		assert_int_equal(error->kind, VMW_ERROR_MISUSE);
		assert_non_null(strstr(error->message, "is empty or ends beyond 64 bits"));
		assert_int_equal(table.count, 0);
	}
}

static void a_lookup_finds_the_row_that_holds_the_address_whatever_the_hint(void **state)
{
	_cleanup_(table_deinit) struct table table = table_of(
		ROWS({ 0x10, 1, 0x10 }, { 0x20, 2, 0x10 }, { 0x40, 3, 0x10 }));
	static const struct {
		uint64_t virt, phys; /* 0: none */
	} cases[] = {
		{ 0, 0 },    { 0xf, 0 },  { 0x10, 1 }, { 0x1f, 1 }, { 0x20, 2 },       { 0x2f, 2 },
		{ 0x30, 0 }, { 0x3f, 0 }, { 0x40, 3 }, { 0x4f, 3 }, { UINT64_MAX, 0 },
	};
	struct table_overlaps overlaps;

	assert_null(table_finish(&table, NULL, &overlaps));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (size_t first = 0; first < 5; first++) {
			size_t hint = first;
			const struct vmw_mapping *row = table_find(&table, virt_at(cases[i].virt),
								   &hint);

			assert_int_equal(row ? row->phys.value : 0, cases[i].phys);
			if (row)
				assert_ptr_equal(row, &table.rows[hint]);
		}
	}
}

/* The answer of the kernel's own search: the first row added that holds @virt. */
static const struct row *first_that_holds(const struct row *rows, size_t count, uint64_t virt)
{
	for (size_t i = 0; i < count; i++) {
		if (virt >= rows[i].virt && virt - rows[i].virt < rows[i].size)
			return &rows[i];
	}
	return NULL;
}

static void random_rows_answer_as_a_search_from_the_head_does(void **state)
{
	enum { ROWS_EACH = 24, SPACE = 64 };
	uint32_t seed = 1;

	for (unsigned int round = 0; round < 500; round++) {
		_cleanup_(table_deinit) struct table table = { 0 };
		struct table_overlaps overlaps;
		struct row rows[ROWS_EACH];
		size_t hint = 0;

		for (size_t i = 0; i < ROWS_EACH; i++) {
			uint32_t numbers[3];
			for (size_t j = 0; j < 3; j++) {
				seed = seed * 1103515245 + 12345;
				numbers[j] = seed >> 16;
			}
			rows[i].virt = numbers[0] % SPACE;
			rows[i].size = 1 + numbers[1] % 16;
			/* Two offsets, so that rows agree as often as not. */
			rows[i].phys = rows[i].virt + (numbers[2] % 2 ? 1000 : 2000);
			add(&table, rows[i]);
		}
		assert_null(table_finish(&table, NULL, &overlaps));
		assert_true(table.count < 2 * ROWS_EACH);
		for (uint64_t virt = 0; virt < SPACE + 16; virt++) {
			const struct row *want = first_that_holds(rows, ROWS_EACH, virt);
			const struct vmw_mapping *got = table_find(&table, virt_at(virt), &hint);

			assert_int_equal(got != NULL, want != NULL);
			if (want)
				assert_int_equal(got->phys.value + (virt - got->virt.value),
						 want->phys + (virt - want->virt));
		}
		for (size_t i = 1; i < table.count; i++)
			assert_true(table.rows[i].virt.value >=
				    table.rows[i - 1].virt.value + table.rows[i - 1].size);
	}
}

/* Would take hours if each row were held against each other. */
static void a_hundred_thousand_nested_rows_are_resolved(void **state)
{
	enum { COUNT = 100000 };
	_cleanup_(table_deinit) struct table table = { 0 };
	struct table_overlaps overlaps;

	for (uint64_t i = 0; i < COUNT; i++)
		add(&table, (struct row){ COUNT - i, 7 * i, 2 * i + 1 });
	assert_null(table_finish(&table, NULL, &overlaps));
	assert_int_equal(table.count, 2 * COUNT - 1);
	assert_int_equal(overlaps.conflicting, COUNT - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_end_up_sorted),
		cmocka_unit_test(an_empty_table_finds_nothing),
		cmocka_unit_test(of_rows_that_overlap_the_first_added_wins),
		cmocka_unit_test(a_conflict_is_told_with_both_places),
		cmocka_unit_test(a_duplicate_is_a_warning),
		cmocka_unit_test(the_first_sixteen_overlaps_are_told_and_then_a_number),
		cmocka_unit_test(a_row_that_is_empty_or_wraps_is_refused),
		cmocka_unit_test(a_lookup_finds_the_row_that_holds_the_address_whatever_the_hint),
		cmocka_unit_test(random_rows_answer_as_a_search_from_the_head_does),
		cmocka_unit_test(a_hundred_thousand_nested_rows_are_resolved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
