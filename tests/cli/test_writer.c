/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>

#include "cli/capture.h"

static void numbers_are_those_of_printf(void **state)
{
	static const uint64_t cases[] = { 0,
					  1,
					  9,
					  10,
					  15,
					  16,
					  255,
					  256,
					  UINT64_C(0xc00c000000000000),
					  UINT64_C(0x0fffffffffffffff),
					  UINT64_C(0x8000000000000000),
					  UINT64_MAX };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char expected[256];
		struct writer writer = capture_begin();

		snprintf(expected, sizeof(expected),
			 "%" PRIu64 " %" PRId64 " 0x%" PRIx64 " 0x%016" PRIx64 " 0x%04" PRIx64,
			 cases[i], (int64_t)cases[i], cases[i], cases[i], cases[i]);
		write_decimal(&writer, cases[i]);
		write_char(&writer, ' ');
		write_signed(&writer, (int64_t)cases[i]);
		write_char(&writer, ' ');
		write_hex(&writer, cases[i]);
		write_char(&writer, ' ');
		write_hex_padded(&writer, cases[i], 16);
		write_char(&writer, ' ');
		write_hex_padded(&writer, cases[i], 4);
		assert_written(&writer, expected);
	}
}

static void bytes_are_two_digits_each(void **state)
{
	struct writer writer = capture_begin();

	write_hex_bytes(&writer, (const unsigned char *)"\x00\x0f\xf0\xff", 4);
	assert_written(&writer, "000ff0ff");
}

static void more_than_the_buffer_comes_out_whole(void **state)
{
	enum { COUNT = 100000 };
	struct writer writer = capture_begin();

	for (unsigned int i = 0; i < COUNT; i++)
		write_format(&writer, "%06u", i);
	char *text = capture_end(&writer);
	assert_int_equal(strlen(text), 6 * COUNT);
	for (unsigned int i = 0; i < COUNT; i++) {
		char number[8];
		snprintf(number, sizeof(number), "%06u", i);
		assert_memory_equal(text + 6 * i, number, 6);
	}
	free(text);
}

static void one_piece_larger_than_the_buffer_comes_out_whole(void **state)
{
	enum { SIZE = 300000 };
	struct writer writer = capture_begin();
	char *piece = malloc(SIZE + 1);

	assert_non_null(piece);
	memset(piece, 'x', SIZE);
	piece[SIZE] = '\0';
	write_char(&writer, 'a');
	write_text(&writer, piece);
	write_char(&writer, 'z');
	char *text = capture_end(&writer);
	assert_int_equal(strlen(text), SIZE + 2);
	assert_int_equal(text[0], 'a');
	assert_memory_equal(text + 1, piece, SIZE);
	assert_int_equal(text[SIZE + 1], 'z');
	free(text);
	free(piece);
}

static void a_full_disk_is_remembered(void **state)
{
	struct writer writer;
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_null(writer_init(&writer, fd));
	write_text(&writer, "answer");
	assert_false(writer_failed(&writer));
	writer_flush(&writer);
	assert_true(writer_failed(&writer));
	assert_int_equal(writer.os_errno, ENOSPC);
	write_text(&writer, "more");
	writer_flush(&writer);
	assert_int_equal(writer.os_errno, ENOSPC);
	writer_deinit(&writer);
	close(fd);
}

static void control_bytes_are_escaped(void **state)
{
	struct writer writer = capture_begin();

	write_escaped(&writer, "a\033[2Jb\xff", 7);
	assert_written(&writer, "a\\x1b[2Jb\\xff");
}

static void colours_are_for_those_who_want_them(void **state)
{
	struct writer writer = capture_begin();

	write_style(&writer, STYLE_HEADER);
	write_text(&writer, "plain ");
	writer.colour = true;
	write_style(&writer, STYLE_HEADER);
	write_text(&writer, "bold");
	write_style(&writer, STYLE_PLAIN);
	assert_written(&writer, "plain \033[1mbold\033[0m");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_those_of_printf),
		cmocka_unit_test(bytes_are_two_digits_each),
		cmocka_unit_test(more_than_the_buffer_comes_out_whole),
		cmocka_unit_test(one_piece_larger_than_the_buffer_comes_out_whole),
		cmocka_unit_test(a_full_disk_is_remembered),
		cmocka_unit_test(control_bytes_are_escaped),
		cmocka_unit_test(colours_are_for_those_who_want_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
