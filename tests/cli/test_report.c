/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/report.h"

#include <fcntl.h>
#include <stdio.h>

#include "cli/capture.h"

/* A dump that has something to say of each severity. */
const struct vmw_problem *vmw_dump_problems(const struct vmw_dump *dump, size_t *ret_count)
{
	static const struct vmw_problem problems[] = {
		{ .code = "some-note", .severity = VMW_NOTE, .message = "noticed" },
		{ .code = "some-warning",
		  .severity = VMW_WARNING,
		  .where = { VMW_SPACE_FILE, 0x10 },
		  .file = "part\033",
		  .message = "odd" },
		{ .code = "some-gap",
		  .severity = VMW_PARTIAL,
		  .where = { VMW_SPACE_VIRT, 0xc0 },
		  .message = "gap at 0xc0" },
	};

	*ret_count = 3;
	return problems;
}

/* What report_talk() says on standard error; the caller frees it. */
static char *talked(const struct report *report, struct talk *talk)
{
	struct writer capture = capture_begin();
	int saved = dup(STDERR_FILENO);

	assert_true(saved >= 0);
	fflush(stderr);
	assert_true(dup2(capture.fd, STDERR_FILENO) >= 0);
	report_talk(report, talk);
	fflush(stderr);
	assert_true(dup2(saved, STDERR_FILENO) >= 0);
	close(saved);
	return capture_end(&capture);
}

static void assert_talk(struct talk talk, const char *expected)
{
	struct report report = { 0 };

	report_error(&report,
		     error_new(VMW_ERROR_MISSING, (struct vmw_where){ VMW_SPACE_PHYS, 0x20 },
			       "no such thing"));
	report_problems(&report, NULL);
	char *text = talked(&report, &talk);
	assert_string_equal(text, expected);
	free(text);
	report_deinit(&report);
}

static void each_line_names_the_file_and_the_place(void **state)
{
	assert_talk((struct talk){ .label = "dump" },
		    "vmemwalk: dump: no such thing (physical 0x20)\n"
		    "vmemwalk: part\\x1b: warning: odd (at file offset 0x10)\n"
		    "vmemwalk: dump: gap at 0xc0\n");
}

static void notes_are_for_the_curious(void **state)
{
	assert_talk((struct talk){ .label = "dump", .verbose = true },
		    "vmemwalk: dump: no such thing (physical 0x20)\n"
		    "vmemwalk: dump: note: noticed\n"
		    "vmemwalk: part\\x1b: warning: odd (at file offset 0x10)\n"
		    "vmemwalk: dump: gap at 0xc0\n");
}

static void quiet_keeps_what_is_missing(void **state)
{
	assert_talk((struct talk){ .label = "dump", .quiet = true, .verbose = true },
		    "vmemwalk: dump: no such thing (physical 0x20)\n"
		    "vmemwalk: dump: gap at 0xc0\n");
}

static void one_reason_for_several_queries_is_told_once(void **state)
{
	struct report report = { 0 };

	for (int i = 0; i < 3; i++)
		report_error(&report, error_new(VMW_ERROR_MISSING, where_none(), "no list"));
	report_error(&report, error_new(VMW_ERROR_MISSING, where_none(), "no sections"));
	assert_int_equal(report.count, 2);
	report_deinit(&report);
}

static void json_has_them_all(void **state)
{
	struct report report = { 0 };
	struct writer writer = capture_begin();
	struct json json = json_new(&writer, 0);

	report_missing(&report, "pages-missing", where_none(), "%d of %d", 1, 2);
	report_problems(&report, NULL);
	json_object_begin(&json, NULL);
	report_json(&report, &json);
	json_object_end(&json);
	report_deinit(&report);
	assert_written(&writer,
		       "{\"problems\": ["
		       "{\"code\": \"pages-missing\", \"severity\": \"partial\", \"where\": null, "
		       "\"message\": \"1 of 2\"}, "
		       "{\"code\": \"some-note\", \"severity\": \"note\", \"where\": null, "
		       "\"message\": \"noticed\"}, "
		       "{\"code\": \"some-warning\", \"severity\": \"warning\", "
		       "\"where\": {\"space\": \"file\", \"address\": \"0x10\"}, "
		       "\"file\": \"part\\\\x1b\", \"message\": \"odd\"}, "
		       "{\"code\": \"some-gap\", \"severity\": \"partial\", "
		       "\"where\": {\"space\": \"virt\", \"address\": \"0xc0\"}, "
		       "\"message\": \"gap at 0xc0\"}]}\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_line_names_the_file_and_the_place),
		cmocka_unit_test(notes_are_for_the_curious),
		cmocka_unit_test(quiet_keeps_what_is_missing),
		cmocka_unit_test(one_reason_for_several_queries_is_told_once),
		cmocka_unit_test(json_has_them_all),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
