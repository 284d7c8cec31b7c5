/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dump/dump.h"

#include <stdlib.h>

#include "fake/check.h"
#include "dump/file.h"
#include "fake/dump.h"
#include "util/addr.h"

enum { FRAME = 4096, RAM_SIZE = 0x10000 };

static struct fake_files write_dump(enum fake_format format, unsigned int parts)
{
	_cleanup_(ram_freep) struct ram *ram = ram_new(RAM_SIZE, FRAME, ORDER_BIG);
	struct fake_dump_spec spec = { .format = format, .parts = parts };

	return fake_dump_write(ram, &spec);
}

static void assert_refused(const char *const *paths, size_t count, enum vmw_error_kind kind,
			   const char *file, const char *piece)
{
	struct dump *dump = NULL;
	struct vmw_error *error = dump_open(paths, count, NULL, &dump);

	assert_non_null(error);
	assert_null(dump);
	if (file)
		assert_string_equal(error->file, file);
	assert_error(error, kind, piece);
}

static void a_dump_knows_its_files_and_its_format(void **state)
{
	_cleanup_(fake_files_free) struct fake_files parts = write_dump(FAKE_KDUMP, 2);
	_cleanup_(dump_closep) struct dump *dump = NULL;

	assert_success(dump_open((const char *const *)parts.paths, 2, NULL, &dump));
	assert_int_equal(dump_file_count(dump), 2);
	assert_string_equal(file_path(dump_file(dump, 1)), parts.paths[1]);
	assert_ptr_equal(dump_image(dump)->format, &kdump_format);
}

static void no_files_are_misuse(void **state)
{
	assert_refused(NULL, 0, VMW_ERROR_MISUSE, NULL, "no dump file is given");
}

static void a_file_given_twice_is_misuse_by_whatever_name(void **state)
{
	_cleanup_(fake_files_free) struct fake_files files = write_dump(FAKE_ELF, 0);
	char other[512];

	snprintf(other, sizeof(other), "/proc/self/root%s", files.paths[0]);
	const char *same[] = { files.paths[0], files.paths[0] };
	const char *named[] = { files.paths[0], other };
	assert_refused(same, 2, VMW_ERROR_MISUSE, files.paths[0], "is given twice");
	assert_refused(named, 2, VMW_ERROR_MISUSE, other, "is given twice");
}

static void files_of_two_formats_are_misuse(void **state)
{
	_cleanup_(fake_files_free) struct fake_files elf = write_dump(FAKE_ELF, 0);
	_cleanup_(fake_files_free) struct fake_files kdump = write_dump(FAKE_KDUMP, 0);
	const char *paths[] = { elf.paths[0], kdump.paths[0] };

	assert_refused(paths, 2, VMW_ERROR_MISUSE, kdump.paths[0], "is of format kdump, but");
}

static void two_elf_cores_are_misuse(void **state)
{
	_cleanup_(fake_files_free) struct fake_files one = write_dump(FAKE_ELF, 0);
	_cleanup_(fake_files_free) struct fake_files two = write_dump(FAKE_ELF, 0);
	const char *paths[] = { one.paths[0], two.paths[0] };

	assert_refused(paths, 2, VMW_ERROR_MISUSE, one.paths[0], "an ELF core has no parts");
}

static void the_bad_one_of_several_files_is_named(void **state)
{
	_cleanup_(fake_files_free) struct fake_files good = write_dump(FAKE_KDUMP, 0);
	_cleanup_(scratch_free) struct scratch bad = scratch_new("\x1f\x8b\x08", 3);
	const char *paths[] = { good.paths[0], bad.path };

	assert_refused(paths, 2, VMW_ERROR_NOT_A_DUMP, bad.path, "gzip-compressed");
	paths[1] = "/nowhere/part2";
	assert_refused(paths, 2, VMW_ERROR_OS, "/nowhere/part2", "cannot open");
}

static void every_reason_has_its_own_words(void **state)
{
	for (int i = REASON_NONE; i <= REASON_CONFLICT; i++) {
		assert_string_not_equal(reason_text((enum reason)i), "unknown");
		for (int k = REASON_NONE; k < i; k++)
			assert_string_not_equal(reason_text((enum reason)i),
						reason_text((enum reason)k));
	}
}

static void an_explanation_has_the_reason_and_what_the_format_adds(void **state)
{
	_cleanup_(fake_files_free) struct fake_files files = write_dump(FAKE_ELF, 0);
	_cleanup_(dump_closep) struct dump *dump = NULL;

	fake_file_cut(files.paths[0], fake_file_size(files.paths[0]) - 1);
	assert_success(dump_open((const char *const *)files.paths, 1, NULL, &dump));
	_cleanup_(freep) char *plain = dump_explain(dump, phys_at(RAM_SIZE), REASON_NO_SEGMENT);
	assert_string_equal(plain, "no segment of the dump covers it");
	_cleanup_(freep) char *more = dump_explain(dump, phys_at(RAM_SIZE - 1), REASON_CUT);
	assert_non_null(strstr(more, "the file ends before it: "));
	assert_non_null(strstr(more, files.paths[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_dump_knows_its_files_and_its_format),
		cmocka_unit_test(no_files_are_misuse),
		cmocka_unit_test(a_file_given_twice_is_misuse_by_whatever_name),
		cmocka_unit_test(files_of_two_formats_are_misuse),
		cmocka_unit_test(two_elf_cores_are_misuse),
		cmocka_unit_test(the_bad_one_of_several_files_is_named),
		cmocka_unit_test(every_reason_has_its_own_words),
		cmocka_unit_test(an_explanation_has_the_reason_and_what_the_format_adds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
