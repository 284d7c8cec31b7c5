/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "util/addr.h"
#include "util/error.h"
#include "util/problem.h"

static void an_error_has_kind_place_and_message(void **state)
{
	_cleanup_(vmw_error_freep) struct vmw_error *error = error_new(
		VMW_ERROR_BAD_DATA, where_phys(phys_at(0x1000)), "entry %d: %s", 3, "a\033b");

	assert_int_equal(error->kind, VMW_ERROR_BAD_DATA);
	assert_int_equal(error->where.space, VMW_SPACE_PHYS);
	assert_int_equal(error->where.address, 0x1000);
	assert_string_equal(error->message, "entry 3: a\\x1bb");
	assert_null(error->file);
}

static void a_system_calls_error_keeps_errno_and_says_it(void **state)
{
	_cleanup_(vmw_error_freep) struct vmw_error *error = error_os(ENOENT, where_none(),
								      "cannot open");

	assert_int_equal(error->kind, VMW_ERROR_OS);
	assert_int_equal(error->os_errno, ENOENT);
	assert_string_equal(error->message, "cannot open: No such file or directory");
}

static void the_innermost_file_is_the_one(void **state)
{
	_cleanup_(vmw_error_freep) struct vmw_error *error = error_in_file(
		error_new(VMW_ERROR_TRUNCATED, where_file(8), "cut"), "part2");

	error = error_in_file(error, "part1");
	assert_string_equal(error->file, "part2");
	assert_null(error_in_file(NULL, "x"));
}

static void out_of_memory_is_static(void **state)
{
	struct vmw_error *error = error_no_memory();

	assert_int_equal(error->kind, VMW_ERROR_NO_MEMORY);
	vmw_error_free(error);
	vmw_error_free(error_in_file(error, "x"));
	assert_null(error->file);
	vmw_error_free(NULL);
}

static void a_copy_is_free_of_its_original(void **state)
{
	struct vmw_error *error = error_in_file(error_os(EIO, where_file(16), "cannot read"),
						"dump");
	_cleanup_(vmw_error_freep) struct vmw_error *copy = error_copy(error);

	vmw_error_free(error);
	assert_int_equal(copy->kind, VMW_ERROR_OS);
	assert_int_equal(copy->os_errno, EIO);
	assert_int_equal(copy->where.address, 16);
	assert_string_equal(copy->file, "dump");
	assert_non_null(strstr(copy->message, "cannot read"));
}

static void problems_are_kept_in_order(void **state)
{
	_cleanup_(problems_freep) struct problems *problems = NULL;
	size_t count;

	assert_null(problems_new(&problems));
	problem_add(problems, "first", VMW_NOTE, where_none(), NULL, "one %d", 1);
	problem_add(problems, "second", VMW_PARTIAL, where_file(7), "dump", "two\n");
	const struct vmw_problem *list = problems_list(problems, &count);
	assert_int_equal(count, 2);
	assert_string_equal(list[0].code, "first");
	assert_string_equal(list[0].message, "one 1");
	assert_null(list[0].file);
	assert_int_equal(list[1].severity, VMW_PARTIAL);
	assert_string_equal(list[1].file, "dump");
	assert_string_equal(list[1].message, "two\\x0a");
	assert_int_equal(list[1].where.address, 7);
	problem_add(NULL, "nobody", VMW_NOTE, where_none(), NULL, "listens");
}

static void a_flood_of_problems_ends_and_says_that_it_did(void **state)
{
	_cleanup_(problems_freep) struct problems *problems = NULL;
	size_t count;

	assert_null(problems_new(&problems));
	for (int i = 0; i < 5000; i++)
		problem_add(problems, "flood", VMW_WARNING, where_none(), NULL, "%d", i);
	const struct vmw_problem *list = problems_list(problems, &count);
	assert_in_range(count, 1000, 1001);
	/* What was dropped may have been partial. */
	assert_string_equal(list[count - 1].code, "problems-dropped");
	assert_int_equal(list[count - 1].severity, VMW_PARTIAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_error_has_kind_place_and_message),
		cmocka_unit_test(a_system_calls_error_keeps_errno_and_says_it),
		cmocka_unit_test(the_innermost_file_is_the_one),
		cmocka_unit_test(out_of_memory_is_static),
		cmocka_unit_test(a_copy_is_free_of_its_original),
		cmocka_unit_test(problems_are_kept_in_order),
		cmocka_unit_test(a_flood_of_problems_ends_and_says_that_it_did),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
