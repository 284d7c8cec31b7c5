/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/output.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "cli/capture.h"

/* Each test has a folder of its own, gone when it ends. */
struct folder {
	char path[64];
	char answer[96]; /* a file in it */
};

static int set_up(void **state)
{
	struct folder *folder = calloc(1, sizeof(*folder));

	assert_non_null(folder);
	snprintf(folder->path, sizeof(folder->path), "/tmp/test_output.XXXXXX");
	assert_non_null(mkdtemp(folder->path));
	snprintf(folder->answer, sizeof(folder->answer), "%s/answer", folder->path);
	*state = folder;
	return 0;
}

/* Nothing but the answer may be left in the folder. */
static int tear_down(void **state)
{
	struct folder *folder = *state;

	unlink(folder->answer);
	int left = rmdir(folder->path);
	free(folder);
	return left;
}

static void assert_holds(const char *path, const char *expected)
{
	char text[64] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_true(read(fd, text, sizeof(text) - 1) >= 0);
	close(fd);
	assert_string_equal(text, expected);
}

static void write_file(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void the_file_appears_when_it_is_finished(void **state)
{
	struct folder *folder = *state;
	struct output output;

	assert_null(output_open(folder->answer, &output));
	write_text(&output.writer, "whole");
	writer_flush(&output.writer);
	assert_int_equal(access(folder->answer, F_OK), -1);
	assert_null(output_finish(&output, true));
	output_deinit(&output);
	assert_holds(folder->answer, "whole");
}

static void a_file_that_is_not_kept_leaves_the_old_one(void **state)
{
	struct folder *folder = *state;
	struct output output;

	write_file(folder->answer, "old", 0600);
	assert_null(output_open(folder->answer, &output));
	write_text(&output.writer, "new");
	assert_null(output_finish(&output, false));
	output_deinit(&output);
	assert_holds(folder->answer, "old");
}

static void a_file_that_is_replaced_keeps_its_mode(void **state)
{
	struct folder *folder = *state;
	struct output output;
	struct stat status;

	write_file(folder->answer, "a much longer old answer", 0640);
	assert_null(output_open(folder->answer, &output));
	write_text(&output.writer, "new");
	assert_null(output_finish(&output, true));
	output_deinit(&output);
	assert_holds(folder->answer, "new");
	assert_int_equal(stat(folder->answer, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0640);
}

static void a_signal_removes_what_is_unfinished(void **state)
{
	static const int signals[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };
	struct folder *folder = *state;

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		pid_t child = fork();
		assert_true(child >= 0);
		if (child == 0) {
			struct output output;
			if (output_open(folder->answer, &output))
				_exit(99);
			raise(signals[i]);
			_exit(98);
		}
		int status;
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), signals[i]);
	}
	/* tear_down() finds the folder empty. */
}

/* --kpageflags writes its file while that of --output is open. */
static void a_signal_removes_all_that_is_unfinished(void **state)
{
	struct folder *folder = *state;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		struct output answer, first, second;
		char other[128];

		snprintf(other, sizeof(other), "%s/other", folder->path);
		vmw_error_free(output_open(folder->answer, &answer));
		vmw_error_free(output_open(other, &first));
		output_deinit(&first);
		vmw_error_free(output_open(other, &second));
		raise(SIGTERM);
		_exit(1);
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	/* tear_down() sees that the folder is empty. */
}

static void a_link_that_leads_nowhere_is_not_replaced(void **state)
{
	struct folder *folder = *state;
	struct output output;

	assert_int_equal(symlink("nothing", folder->answer), 0);
	assert_refused(output_open(folder->answer, &output), VMW_ERROR_MISSING,
		       "leads to no file: name the file itself");
}

static void two_answers_for_one_file_are_seen(void **state)
{
	struct folder *folder = *state;
	char other[128];

	/* Before there is a file, and after. */
	snprintf(other, sizeof(other), "%s/./answer", folder->path);
	assert_true(output_is_shared(folder->answer, other));
	write_file(folder->answer, "", 0600);
	assert_true(output_is_shared(folder->answer, other));

	snprintf(other, sizeof(other), "%s/other", folder->path);
	assert_false(output_is_shared(folder->answer, other));
	assert_false(output_is_shared("/dev/null", "/dev/null"));
}

static void a_full_disk_is_an_error(void **state)
{
	struct output output;

	assert_null(output_open("/dev/full", &output));
	write_text(&output.writer, "answer");
	assert_refused(output_finish(&output, true), VMW_ERROR_OS, "cannot be written");
	output_deinit(&output);
}

static void a_pipe_without_a_reader_is_none(void **state)
{
	struct output output;
	char path[32];
	int pipe_fds[2];

	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe(pipe_fds), 0);
	snprintf(path, sizeof(path), "/dev/fd/%d", pipe_fds[1]);
	assert_null(output_open(path, &output));
	close(pipe_fds[0]);
	write_text(&output.writer, "answer");
	assert_null(output_finish(&output, true));
	assert_true(output_reader_gone(&output));
	output_deinit(&output);
	close(pipe_fds[1]);
}

static void a_wrong_place_is_named(void **state)
{
	struct folder *folder = *state;
	struct output output;
	char path[128];

	struct vmw_error *err = output_open(folder->path, &output);
	assert_non_null(err);
	assert_string_equal(err->file, folder->path);
	assert_refused(err, VMW_ERROR_OS, "Is a directory");
	snprintf(path, sizeof(path), "%s/none/answer", folder->path);
	assert_refused(output_open(path, &output), VMW_ERROR_OS, "No such file or directory");
}

static void the_same_file_under_another_name_is_seen(void **state)
{
	struct folder *folder = *state;
	char other[192];

	write_file(folder->answer, "dump", 0600);
	snprintf(other, sizeof(other), "%s/../%s/answer", folder->path,
		 strrchr(folder->path, '/') + 1);
	assert_true(output_would_replace(other, folder->answer));
	assert_false(output_would_replace(folder->path, folder->answer));
	assert_false(output_would_replace("/nonexistent", folder->answer));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_file_appears_when_it_is_finished, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_file_that_is_not_kept_leaves_the_old_one, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_file_that_is_replaced_keeps_its_mode, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_signal_removes_what_is_unfinished, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_signal_removes_all_that_is_unfinished, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_link_that_leads_nowhere_is_not_replaced, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(two_answers_for_one_file_are_seen, set_up,
						tear_down),
		cmocka_unit_test(a_full_disk_is_an_error),
		cmocka_unit_test(a_pipe_without_a_reader_is_none),
		cmocka_unit_test_setup_teardown(a_wrong_place_is_named, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_same_file_under_another_name_is_seen, set_up,
						tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
