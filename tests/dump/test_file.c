/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dump/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "fake/check.h"
#include "dump/flat.h"
#include "fake/store.h"
#include "util/checked.h"

enum { SIZE = 10000 };

static unsigned char byte_at(uint64_t offset)
{
	return (unsigned char)(offset * 7 + (offset >> 8));
}

static struct scratch pattern_file(void)
{
	unsigned char bytes[SIZE];

	for (size_t i = 0; i < SIZE; i++)
		bytes[i] = byte_at(i);
	return scratch_new(bytes, SIZE);
}

static void a_plain_file_reads_back_at_any_offset(void **state)
{
	static const struct {
		uint64_t offset;
		size_t size, got;
	} cases[] = {
		{ 0, SIZE, SIZE },     { 0, 1, 1 },
		{ 4095, 2, 2 },        { SIZE - 1, 1, 1 },
		{ SIZE - 1, 2, 1 },    { 0, SIZE + 100, SIZE },
		{ SIZE, 1, 0 },        { SIZE + 1, 1, 0 },
		{ INT64_MAX, 16, 0 },  { (uint64_t)INT64_MAX + 1, 16, 0 },
		{ UINT64_MAX, 16, 0 },
	};
	_cleanup_(scratch_free) struct scratch scratch = pattern_file();
	_cleanup_(file_closep) struct file *file = NULL;
	unsigned char buffer[SIZE + 100];

	assert_success(file_open(scratch.path, NULL, &file));
	assert_string_equal(file_path(file), scratch.path);
	assert_int_equal(file_size(file), SIZE);
	assert_false(file_is_flattened(file));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t got;
		assert_success(file_read(file, cases[i].offset, buffer, cases[i].size, &got));
		assert_int_equal(got, cases[i].got);
		for (size_t k = 0; k < got; k++)
			assert_int_equal(buffer[k], byte_at(cases[i].offset + k));
		assert_int_equal(file_missing(file, cases[i].offset), 0);
	}
}

static void a_read_of_more_than_there_is_is_truncated_when_it_must_be_whole(void **state)
{
	_cleanup_(scratch_free) struct scratch scratch = pattern_file();
	_cleanup_(file_closep) struct file *file = NULL;
	unsigned char buffer[64];

	assert_success(file_open(scratch.path, NULL, &file));
	assert_success(file_read_whole(file, SIZE - 64, buffer, 64, "the table"));
	assert_int_equal(buffer[63], byte_at(SIZE - 1));
	assert_error(file_read_whole(file, SIZE - 63, buffer, 64, "the table"), VMW_ERROR_TRUNCATED,
		     "the table: needs 64 bytes at offset 9937, only 63 of them");
}

static void a_file_that_shrinks_gives_a_short_read(void **state)
{
	_cleanup_(scratch_free) struct scratch scratch = pattern_file();
	_cleanup_(file_closep) struct file *file = NULL;
	unsigned char buffer[SIZE];
	size_t got;

	assert_success(file_open(scratch.path, NULL, &file));
	assert_int_equal(ftruncate(scratch.fd, 5000), 0);
	assert_success(file_read(file, 4000, buffer, 4000, &got));
	assert_int_equal(got, 1000);
	assert_success(file_read(file, 6000, buffer, 4000, &got));
	assert_int_equal(got, 0);
}

static void a_file_that_grows_keeps_the_size_it_had(void **state)
{
	_cleanup_(scratch_free) struct scratch scratch = pattern_file();
	_cleanup_(file_closep) struct file *file = NULL;
	unsigned char buffer[SIZE];
	size_t got;

	assert_success(file_open(scratch.path, NULL, &file));
	assert_int_equal(ftruncate(scratch.fd, 2 * SIZE), 0);
	assert_int_equal(file_size(file), SIZE);
	assert_success(file_read(file, SIZE - 1, buffer, 100, &got));
	assert_int_equal(got, 1);
}

/* What is not a file; a pipe without a writer must not be waited for. */
static void what_cannot_be_a_dump_is_refused_by_what_it_is(void **state)
{
	char folder[] = "/tmp/test-file-XXXXXX";
	char pipe_path[64], socket_path[64];
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	_cleanup_(scratch_free) struct scratch empty = scratch_new("", 0);

	assert_non_null(mkdtemp(folder));
	snprintf(pipe_path, sizeof(pipe_path), "%s/pipe", folder);
	assert_int_equal(mkfifo(pipe_path, 0600), 0);
	snprintf(socket_path, sizeof(socket_path), "%s/socket", folder);
	strcpy(address.sun_path, socket_path);
	int socket_fd = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_true(socket_fd >= 0);
	assert_int_equal(bind(socket_fd, (struct sockaddr *)&address, sizeof(address)), 0);

	const struct {
		const char *path, *message;
	} cases[] = {
		{ folder, "is a directory" },
		{ pipe_path, "is a pipe, which cannot be read at an offset" },
		{ socket_path, "is a socket" },
		{ "/dev/null", "is a character device" },
		{ empty.path, "is empty" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct file *file = NULL;
		struct vmw_error *error = file_open(cases[i].path, NULL, &file);
		assert_non_null(error);
		assert_string_equal(error->file, cases[i].path);
		assert_error(error, VMW_ERROR_NOT_A_DUMP, cases[i].message);
		assert_null(file);
	}
	close(socket_fd);
	unlink(socket_path);
	unlink(pipe_path);
	rmdir(folder);
}

static void a_file_that_is_not_there_is_an_error_of_the_system(void **state)
{
	struct file *file = NULL;
	struct vmw_error *error = file_open("/nowhere/vmcore", NULL, &file);

	assert_non_null(error);
	assert_int_equal(error->os_errno, ENOENT);
	assert_string_equal(error->file, "/nowhere/vmcore");
	assert_error(error, VMW_ERROR_OS, "cannot open");
}

static void two_names_of_one_file_are_the_same_file(void **state)
{
	_cleanup_(scratch_free) struct scratch one = pattern_file();
	_cleanup_(scratch_free) struct scratch two = pattern_file();
	_cleanup_(file_closep) struct file *a = NULL, *again = NULL, *b = NULL;
	char name[64];

	snprintf(name, sizeof(name), "/proc/%d/fd/%d", (int)getpid(), one.fd);
	assert_success(file_open(one.path, NULL, &a));
	assert_success(file_open(name, NULL, &again));
	assert_success(file_open(two.path, NULL, &b));
	assert_true(file_same(a, again));
	assert_false(file_same(a, b));
}

/* 1 TiB of a sparse file within one record: what is not read is known to be zeros. */
static void a_hole_within_a_record_of_a_flattened_file_is_one(void **state)
{
	const uint64_t huge = UINT64_C(1) << 40;
	unsigned char head[FLAT_HEADER_SIZE + 16 + 1] = "makedumpfile", end[16];
	_cleanup_(file_closep) struct file *file = NULL;

	store_u64(head + 16, 1, ORDER_BIG);
	store_u64(head + 24, 1, ORDER_BIG);
	store_u64(head + FLAT_HEADER_SIZE + 8, huge, ORDER_BIG);
	head[sizeof(head) - 1] = 'x';
	memset(end, 0xff, sizeof(end));
	_cleanup_(scratch_free) struct scratch scratch = scratch_new(head, sizeof(head));
	assert_int_equal(
		pwrite(scratch.fd, end, sizeof(end), (off_t)(FLAT_HEADER_SIZE + 16 + huge)),
		sizeof(end));

	assert_success(file_open(scratch.path, NULL, &file));
	assert_int_equal(file_size(file), huge);
	assert_int_equal(file_hole(file, 0), 0);
	/* As far as the file system keeps holes: but for a few of its blocks. */
	uint64_t hole = file_hole(file, 1 << 20);
	if (hole == 0)
		skip();
	assert_in_range(hole, huge - (2 << 20), huge - (1 << 20));
	assert_int_equal(file_hole(file, huge), 0);
	assert_int_equal(file_hole(file, UINT64_MAX), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plain_file_reads_back_at_any_offset),
		cmocka_unit_test(a_read_of_more_than_there_is_is_truncated_when_it_must_be_whole),
		cmocka_unit_test(a_file_that_shrinks_gives_a_short_read),
		cmocka_unit_test(a_file_that_grows_keeps_the_size_it_had),
		cmocka_unit_test(what_cannot_be_a_dump_is_refused_by_what_it_is),
		cmocka_unit_test(a_file_that_is_not_there_is_an_error_of_the_system),
		cmocka_unit_test(two_names_of_one_file_are_the_same_file),
		cmocka_unit_test(a_hole_within_a_record_of_a_flattened_file_is_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
