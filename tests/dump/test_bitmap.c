/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dump/bitmap.h"

#include "kdump_case.h"
#include "util/checked.h"

/* A file with a bitmap in it, and what a simple count says of it. */
struct sample {
	struct opened dump; /* for its reader */
	struct file *file;
	unsigned char *bytes;
	size_t size;
};

static struct sample sample_new(const unsigned char *bytes, size_t size)
{
	struct ram *ram = small_ram(ORDER_LITTLE);
	struct sample s = { .dump = open_fake(ram, (struct fake_dump_spec){ 0 }), .size = size };

	s.bytes = fake_alloc(1, size);
	memcpy(s.bytes, bytes, size);
	fake_file_add(&s.dump.files, "bitmap", bytes, size);
	assert_null(file_open(s.dump.files.paths[s.dump.files.count - 1], NULL, &s.file));
	ram_free(ram);
	return s;
}

static void sample_free(struct sample *s)
{
	file_close(s->file);
	free(s->bytes);
	opened_free(&s->dump);
}

static bool bit(const struct sample *s, uint64_t offset, uint64_t index)
{
	return s->bytes[offset + index / 8] >> (index % 8) & 1;
}

/* Runs of all lengths, from a few bits to several chunks, at no particular place. */
static size_t fill_runs(unsigned char *bytes, size_t size)
{
	static const uint32_t lengths[] = { 1,  2,  7,   8,   9,    63,    64,    65,
					    66, 90, 511, 512, 4095, 32768, 32769, 70001 };
	uint64_t n = 0;
	bool set = true;

	for (unsigned int i = 0;; i++, set = !set) {
		uint32_t length = lengths[(i * 7 + i / 16) % 16];

		for (uint32_t k = 0; k < length; k++, n++) {
			if (n == (uint64_t)size * 8)
				return size;
			if (set)
				bytes[n / 8] |= (unsigned char)(1u << (n % 8));
		}
	}
}

static void bits_count_from_the_least_significant(void **state)
{
	static const unsigned char bytes[] = { 0x01, 0x80, 0xfe };
	struct sample s = sample_new(bytes, sizeof(bytes));
	struct bitmap bitmap = { s.file, 0, 24 };
	static const struct {
		uint64_t index, count;
		enum bit_state state;
	} runs[] = { { 0, 1, BIT_SET },    { 1, 14, BIT_CLEAR }, { 15, 1, BIT_SET },
		     { 16, 1, BIT_CLEAR }, { 17, 7, BIT_SET },   { 20, 4, BIT_SET } };

	for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++) {
		enum bit_state found;
		uint64_t count;

		assert_null(bitmap_run(&bitmap, NULL, runs[i].index, 100, &found, &count));
		assert_int_equal(found, runs[i].state);
		assert_int_equal(count, runs[i].count);
	}
	sample_free(&s);
}

static void runs_are_found_with_and_without_a_reader(void **state)
{
	enum { SIZE = 70000, OFFSET = 123 };
	unsigned char *bytes = fake_alloc(1, SIZE);
	struct sample s;

	fill_runs(bytes, SIZE);
	s = sample_new(bytes, SIZE);
	struct bitmap bitmap = { s.file, OFFSET, (SIZE - OFFSET) * 8 - 3 };
	struct reader *readers[] = { NULL, s.dump.reader };

	for (size_t r = 0; r < 2; r++) {
		for (uint64_t index = 0; index < bitmap.count;) {
			enum bit_state found;
			uint64_t count, want = 0;
			bool set = bit(&s, OFFSET, index);

			assert_null(
				bitmap_run(&bitmap, readers[r], index, UINT64_MAX, &found, &count));
			while (index + want < bitmap.count && bit(&s, OFFSET, index + want) == set)
				want++;
			assert_int_equal(found, set ? BIT_SET : BIT_CLEAR);
			assert_int_equal(count, want);
			/* From within a run, and not further than asked. */
			uint64_t limit = want > 3 ? want - 3 : 1;
			assert_null(bitmap_run(&bitmap, readers[r], index, limit, &found, &count));
			assert_int_equal(count, limit);
			if (want > 1) {
				assert_null(bitmap_run(&bitmap, readers[r], index + 1, UINT64_MAX,
						       &found, &count));
				assert_int_equal(count, want - 1);
			}
			index += want;
		}
	}
	sample_free(&s);
	free(bytes);
}

static void ranks_are_what_a_plain_count_says(void **state)
{
	enum { SIZE = 30000, OFFSET = 77 };
	static const struct {
		uint64_t first, count;
	} ranges[] = {
		{ 0, (SIZE - OFFSET) * 8 },
		{ 0, 0 },
		{ 5, 0 },
		{ 0, 1 },
		{ 3, 1 },
		{ 3, 100 },
		{ 8, 64 },
		{ 32767, 2 },
		{ 32768, 32768 },
		{ 65535, 70000 },
		{ 100000, 100001 },
		{ 131072, 1 },
	};
	unsigned char *bytes = fake_alloc(1, SIZE);

	fill_runs(bytes, SIZE);
	struct sample s = sample_new(bytes, SIZE);
	struct bitmap bitmap = { s.file, OFFSET, (SIZE - OFFSET) * 8 };

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		_cleanup_(ranks_freep) struct ranks *ranks = NULL;
		uint64_t first = ranges[i].first, end = first + ranges[i].count, want = 0;

		assert_null(ranks_new(&bitmap, first, ranges[i].count, &ranks));
		assert_int_equal(ranks_known(ranks), end);
		for (uint64_t index = first; index < end; index++) {
			/* All of the short ranges, and some of the long ones. */
			if (index < first + 300 || index % 97 == 0 || index % 32768 < 3) {
				uint64_t rank;

				assert_null(ranks_find(ranks, index % 2 ? s.dump.reader : NULL,
						       index, &rank));
				assert_int_equal(rank, want);
			}
			want += bit(&s, OFFSET, index);
		}
		assert_int_equal(ranks_set_count(ranks), want);
	}
	sample_free(&s);
	free(bytes);
}

static void the_next_set_bit_is_found(void **state)
{
	enum { SIZE = 30000 };
	unsigned char *bytes = fake_alloc(1, SIZE);

	fill_runs(bytes, SIZE);
	/* Chunks without any. */
	memset(bytes + 9000, 0, 12000);
	struct sample s = sample_new(bytes, SIZE);
	struct bitmap bitmap = { s.file, 0, SIZE * 8 };
	static const uint64_t firsts[] = { 0, 5, 32768, 100000 };

	for (size_t i = 0; i < sizeof(firsts) / sizeof(firsts[0]); i++) {
		_cleanup_(ranks_freep) struct ranks *ranks = NULL;
		uint64_t end = SIZE * 8 - 9, want = end, got;

		assert_null(ranks_new(&bitmap, firsts[i], end - firsts[i], &ranks));
		assert_null(ranks_next(ranks, s.dump.reader, end, &got));
		assert_int_equal(got, end);
		for (uint64_t index = end; index-- > firsts[i];) {
			if (bit(&s, 0, index))
				want = index;
			if (index % 41 && index % 32768 > 2 && index > firsts[i] + 2)
				continue;
			assert_null(ranks_next(ranks, s.dump.reader, index, &got));
			assert_int_equal(got, want);
		}
	}
	sample_free(&s);
	free(bytes);
}

/* 64 GiB of bitmap in a file of some bytes: it must not be read. */
static void holes_are_counted_without_reading_them(void **state)
{
	enum { PIECE = 10000 };
	uint64_t size = UINT64_C(1) << 36, far = size - PIECE;
	unsigned char *bytes = fake_alloc(1, PIECE);
	_cleanup_(ranks_freep) struct ranks *ranks = NULL;
	enum bit_state found;
	uint64_t count, rank, next;

	bytes[0] = bytes[5000] = 1;
	struct sample s = sample_new(bytes, PIECE);
	fake_file_patch(file_path(s.file), far, bytes, PIECE);
	file_close(s.file);
	assert_null(file_open(s.dump.files.paths[1], NULL, &s.file));
	/* Not every file system keeps holes. */
	if (file_hole(s.file, PIECE * 2) == 0) {
		sample_free(&s);
		free(bytes);
		skip();
	}

	struct bitmap bitmap = { s.file, 0, size * 8 };
	assert_null(ranks_new(&bitmap, 0, bitmap.count, &ranks));
	assert_int_equal(ranks_known(ranks), bitmap.count);
	assert_int_equal(ranks_set_count(ranks), 4);
	assert_null(ranks_find(ranks, s.dump.reader, far * 8, &rank));
	assert_int_equal(rank, 2);
	assert_null(ranks_find(ranks, s.dump.reader, bitmap.count - 1, &rank));
	assert_int_equal(rank, 4);
	assert_null(ranks_next(ranks, s.dump.reader, 5000 * 8 + 1, &next));
	assert_int_equal(next, far * 8);
	assert_null(bitmap_run(&bitmap, s.dump.reader, 5000 * 8 + 1, UINT64_MAX, &found, &count));
	assert_int_equal(found, BIT_CLEAR);
	assert_int_equal(count, far * 8 - 5000 * 8 - 1);
	sample_free(&s);
	free(bytes);
}

/* A flattened file that was cut lacks bytes 1000 to 1009 only. */
static void bits_around_a_missing_piece_are_known(void **state)
{
	enum { SIZE = 5000, START = 1000, END = 1010 };
	static const struct {
		uint64_t index, count;
		enum bit_state state;
	} runs[] = {
		{ 0, START * 8, BIT_SET },
		{ START * 8 - 1, 1, BIT_SET },
		{ START * 8, (END - START) * 8, BIT_UNKNOWN },
		{ END * 8 - 1, 1, BIT_UNKNOWN },
		{ END * 8, (SIZE - END) * 8, BIT_SET },
		{ END * 8 + 9, (SIZE - END) * 8 - 9, BIT_SET },
	};
	unsigned char *bytes = fake_alloc(1, SIZE);
	_cleanup_(file_closep) struct file *file = NULL;

	memset(bytes, 0xff, SIZE);
	struct sample s = sample_new(bytes, SIZE);
	const char *path = add_flattened_without(&s.dump.files, file_path(s.file), START, END);
	assert_null(file_open(path, NULL, &file));
	struct bitmap bitmap = { file, 0, SIZE * 8 };
	for (size_t i = 0; i < 2 * sizeof(runs) / sizeof(runs[0]); i++) {
		struct reader *reader = i % 2 == 0 ? s.dump.reader : NULL;
		enum bit_state found;
		uint64_t index = runs[i / 2].index, told = 0, count;

		/* A run that is there may be told in pieces, since it is read in pieces. */
		do {
			assert_null(bitmap_run(&bitmap, reader, index + told, UINT64_MAX, &found,
					       &count));
			assert_int_equal(found, runs[i / 2].state);
			told += count;
		} while (found != BIT_UNKNOWN && told < runs[i / 2].count);
		assert_int_equal(told, runs[i / 2].count);
	}
	file_close(TAKE(file));
	sample_free(&s);
	free(bytes);
}

static void behind_the_end_of_the_file_bits_are_unknown(void **state)
{
	enum { SIZE = 5000 };
	unsigned char *bytes = fake_alloc(1, SIZE);
	static const uint64_t offsets[] = { 0, 100, SIZE - 1, SIZE, SIZE + 5000 };

	memset(bytes, 0xff, SIZE);
	struct sample s = sample_new(bytes, SIZE);
	for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
		/* As large as a header can make it. */
		struct bitmap bitmap = { s.file, offsets[i], UINT64_C(1) << 39 };
		_cleanup_(ranks_freep) struct ranks *ranks = NULL;
		uint64_t known = offsets[i] < SIZE ? (SIZE - offsets[i]) * 8 : 0;
		enum bit_state found;
		uint64_t count;

		assert_null(ranks_new(&bitmap, 0, bitmap.count, &ranks));
		assert_int_equal(ranks_known(ranks), known);
		assert_int_equal(ranks_set_count(ranks), known);
		if (known > 0) {
			assert_null(
				bitmap_run(&bitmap, s.dump.reader, 0, UINT64_MAX, &found, &count));
			assert_int_equal(found, BIT_SET);
			assert_int_equal(count, known);
		}
		assert_null(bitmap_run(&bitmap, s.dump.reader, known, UINT64_MAX, &found, &count));
		assert_int_equal(found, BIT_UNKNOWN);
		assert_true(count > 0);
		assert_null(
			bitmap_run(&bitmap, s.dump.reader, bitmap.count - 1, 1, &found, &count));
		assert_int_equal(found, BIT_UNKNOWN);
		assert_int_equal(count, 1);

		/* A part of a split dump that begins there has none. */
		_cleanup_(ranks_freep) struct ranks *none = NULL;
		assert_null(ranks_new(&bitmap, known + 100, 1000, &none));
		assert_int_equal(ranks_known(none), known + 100);
		assert_int_equal(ranks_set_count(none), 0);
	}
	sample_free(&s);
	free(bytes);
}

static void a_file_that_shrinks_is_told(void **state)
{
	enum { SIZE = 8192 };
	unsigned char *bytes = fake_alloc(1, SIZE);
	_cleanup_(ranks_freep) struct ranks *ranks = NULL;
	uint64_t rank;

	memset(bytes, 0xff, SIZE);
	struct sample s = sample_new(bytes, SIZE);
	struct bitmap bitmap = { s.file, 0, SIZE * 8 };
	assert_null(ranks_new(&bitmap, 0, bitmap.count, &ranks));
	fake_file_cut(file_path(s.file), 4096);
	_cleanup_(vmw_error_freep) struct vmw_error *error = ranks_find(ranks, NULL, 40000, &rank);
	assert_non_null(error);
	assert_int_equal(error->kind, VMW_ERROR_TRUNCATED);
	assert_non_null(strstr(error->message, "has shrunk"));
	sample_free(&s);
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bits_count_from_the_least_significant),
		cmocka_unit_test(runs_are_found_with_and_without_a_reader),
		cmocka_unit_test(ranks_are_what_a_plain_count_says),
		cmocka_unit_test(the_next_set_bit_is_found),
		cmocka_unit_test(holes_are_counted_without_reading_them),
		cmocka_unit_test(bits_around_a_missing_piece_are_known),
		cmocka_unit_test(behind_the_end_of_the_file_bits_are_unknown),
		cmocka_unit_test(a_file_that_shrinks_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
