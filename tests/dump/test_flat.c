/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dump/flat.h"

#include <inttypes.h>
#include <stdlib.h>

#include "fake/check.h"
#include "dump/file.h"
#include "fake/store.h"
#include "util/checked.h"

/* A flattened file as it is built up. */
struct flat {
	unsigned char *bytes;
	size_t size;
};

static void flat_free(struct flat *flat)
{
	free(flat->bytes);
}

static void flat_append(struct flat *flat, const void *bytes, size_t size)
{
	flat->bytes = realloc(flat->bytes, flat->size + size);
	assert_non_null(flat->bytes);
	memcpy(flat->bytes + flat->size, bytes, size);
	flat->size += size;
}

static struct flat flat_new(void)
{
	unsigned char header[FLAT_HEADER_SIZE] = "makedumpfile";
	struct flat flat = { 0 };

	store_u64(header + 16, 1, ORDER_BIG);
	store_u64(header + 24, 1, ORDER_BIG);
	flat_append(&flat, header, sizeof(header));
	return flat;
}

static void flat_record_header(struct flat *flat, int64_t offset, int64_t size)
{
	unsigned char header[16];

	store_u64(header, (uint64_t)offset, ORDER_BIG);
	store_u64(header + 8, (uint64_t)size, ORDER_BIG);
	flat_append(flat, header, sizeof(header));
}

static void flat_record(struct flat *flat, int64_t offset, const char *text)
{
	flat_record_header(flat, offset, (int64_t)strlen(text));
	flat_append(flat, text, strlen(text));
}

static void flat_end(struct flat *flat)
{
	flat_record_header(flat, -1, -1);
}

/* The file opened, and the problems that it has. */
struct opened {
	struct scratch scratch;
	struct problems *problems;
	struct file *file;
};

static struct opened flat_open(const struct flat *flat)
{
	struct opened opened = { .scratch = scratch_new(flat->bytes, flat->size),
				 .problems = new_problems() };

	assert_success(file_open(opened.scratch.path, opened.problems, &opened.file));
	assert_true(file_is_flattened(opened.file));
	return opened;
}

static void opened_free(struct opened *opened)
{
	file_close(opened->file);
	problems_free(opened->problems);
	scratch_free(&opened->scratch);
}

/* The whole file is @text, in which '.' is a zero and '?' unknown. */
static void assert_contents(const struct file *file, const char *text)
{
	char byte;
	size_t got;

	assert_int_equal(file_size(file), strlen(text));
	for (size_t i = 0; text[i]; i++) {
		assert_success(file_read(file, i, &byte, 1, &got));
		assert_int_equal(got, text[i] != '?');
		assert_int_equal(file_missing(file, i) > 0, text[i] == '?');
		if (got)
			assert_int_equal(byte, text[i] == '.' ? 0 : text[i]);
	}
	assert_success(file_read(file, strlen(text), &byte, 1, &got));
	assert_int_equal(got, 0);
}

static void records_of_any_order_and_overlap_give_what_was_written_last(void **state)
{
	static const struct {
		const char *contents;
		struct {
			int64_t offset;
			const char *text;
		} records[6];
	} cases[] = {
		{ "aaabbbccc", { { 0, "aaa" }, { 3, "bbb" }, { 6, "ccc" } } },
		{ "aaabbbccc", { { 6, "ccc" }, { 3, "bbb" }, { 0, "aaa" } } },
		{ "aaa...ccc", { { 6, "ccc" }, { 0, "aaa" } } },
		{ "...aaa", { { 3, "aaa" } } },
		{ "bbb", { { 0, "aaa" }, { 0, "bbb" } } },
		{ "abba", { { 0, "aaaa" }, { 1, "bb" } } },
		{ "aaaa", { { 1, "bb" }, { 0, "aaaa" } } },
		{ "aabbb", { { 0, "aaa" }, { 2, "bbb" } } },
		{ "aaabb", { { 2, "bbb" }, { 0, "aaa" } } },
		{ "cbcac", { { 0, "aaaaa" }, { 0, "bbb" }, { 4, "c" }, { 2, "c" }, { 0, "c" } } },
		{ "abcddddf",
		  { { 4, "eeef" }, { 3, "dddd" }, { 2, "c" }, { 1, "b" }, { 0, "a" } } },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		_cleanup_(flat_free) struct flat flat = flat_new();
		for (size_t k = 0; cases[i].records[k].text; k++)
			flat_record(&flat, cases[i].records[k].offset, cases[i].records[k].text);
		flat_end(&flat);
		_cleanup_(opened_free) struct opened opened = flat_open(&flat);
		assert_contents(opened.file, cases[i].contents);
		assert_no_problem(opened.problems);
	}
}

/* A small generator, so that each run is the same (Knuth, MMIX). */
static uint64_t next_random(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return *seed >> 33;
}

static void random_records_agree_with_a_model(void **state)
{
	enum { SPACE = 400, RECORDS = 60 };
	uint64_t seed = 1;

	for (int round = 0; round < 200; round++) {
		_cleanup_(flat_free) struct flat flat = flat_new();
		char model[SPACE + 1];
		uint64_t end = 0;
		memset(model, '.', sizeof(model));
		for (int i = 0; i < RECORDS; i++) {
			char text[41] = "";
			uint64_t size = next_random(&seed) % 40 + 1;
			uint64_t offset = next_random(&seed) % (SPACE - size + 1);
			memset(text, 'a' + i % 26, size);
			memset(model + offset, 'a' + i % 26, size);
			flat_record(&flat, (int64_t)offset, text);
			end = max_u64(end, offset + size);
		}
		flat_end(&flat);
		model[end] = '\0';
		_cleanup_(opened_free) struct opened opened = flat_open(&flat);
		assert_contents(opened.file, model);

		/* Reads of more than one run. */
		char buffer[SPACE];
		size_t got;
		assert_success(file_read(opened.file, 0, buffer, sizeof(buffer), &got));
		assert_int_equal(got, end);
		for (size_t i = 0; i < end; i++)
			assert_int_equal(buffer[i], model[i] == '.' ? 0 : model[i]);
	}
}

static void every_prefix_of_a_file_gives_the_records_before_the_cut(void **state)
{
	_cleanup_(flat_free) struct flat flat = flat_new();

	flat_record(&flat, 6, "cccc");
	flat_record(&flat, 0, "aaa");
	flat_record(&flat, 7, "dd");
	size_t record[] = { 4096 + 16, 4096 + 16 + 4 + 16, 4096 + 16 + 4 + 16 + 3 + 16 };
	flat_end(&flat);

	for (size_t size = 1; size < flat.size; size++) {
		char model[] = "??????????";
		for (size_t i = 0; i < 4 && record[0] + i < size; i++)
			model[6 + i] = 'c';
		for (size_t i = 0; i < 3 && record[1] + i < size; i++)
			model[i] = 'a';
		for (size_t i = 0; i < 2 && record[2] + i < size; i++)
			model[7 + i] = 'd';
		if (size <= record[0]) {
			_cleanup_(scratch_free) struct scratch scratch = scratch_new(flat.bytes,
										     size);
			struct file *file = NULL;
			/* Shorter than its signature it is a plain file to this layer. */
			if (size < FLAT_SIGNATURE_SIZE) {
				assert_success(file_open(scratch.path, NULL, &file));
				file_close(file);
				continue;
			}
			struct vmw_error *error = file_open(scratch.path, NULL, &file);
			assert_error(error, VMW_ERROR_TRUNCATED, "no record of the dump is in its");
			continue;
		}
		model[size < record[0] + 4 ? 6 + (size - record[0]) : 10] = '\0';
		struct flat prefix = { flat.bytes, size };
		_cleanup_(opened_free) struct opened opened = flat_open(&prefix);
		assert_contents(opened.file, model);
		assert_problem(opened.problems, "flat-cut", "without its end record");
	}
}

static void a_record_header_of_nonsense_ends_the_file_there(void **state)
{
	static const struct {
		int64_t offset, size;
		const char *code;
	} cases[] = {
		{ 10, 0, "flat-bad" },         { 10, -1, "flat-bad" },
		{ 10, INT64_MIN, "flat-bad" }, { -2, 4, "flat-bad" },
		{ INT64_MIN, 4, "flat-bad" },  { INT64_MAX, 1, "flat-bad" },
		{ 1, INT64_MAX, "flat-bad" },  { INT64_MAX - 3, 4, "flat-bad" },
		{ INT64_MAX - 4, 4, NULL },    { 4, INT64_MAX - 4, "flat-cut" },
		{ 4, 1000, "flat-cut" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		_cleanup_(flat_free) struct flat flat = flat_new();
		char bytes[4];
		size_t got;

		flat_record(&flat, 0, "good");
		flat_record_header(&flat, cases[i].offset, cases[i].size);
		flat_append(&flat, "rest", 4);
		flat_end(&flat);
		_cleanup_(opened_free) struct opened opened = flat_open(&flat);
		assert_success(file_read(opened.file, 0, bytes, 4, &got));
		assert_int_equal(got, 4);
		assert_memory_equal(bytes, "good", 4);
		if (cases[i].code)
			assert_problem(opened.problems, cases[i].code, "");
		else
			assert_no_problem(opened.problems);
	}
}

static void bytes_at_the_end_of_the_number_space_are_found(void **state)
{
	_cleanup_(flat_free) struct flat flat = flat_new();
	char bytes[8];
	size_t got;

	flat_record(&flat, INT64_MAX - 4, "last");
	flat_record(&flat, 0, "head");
	flat_end(&flat);
	_cleanup_(opened_free) struct opened opened = flat_open(&flat);
	assert_int_equal(file_size(opened.file), INT64_MAX);
	assert_success(file_read(opened.file, INT64_MAX - 8, bytes, 8, &got));
	assert_int_equal(got, 8);
	assert_memory_equal(bytes, "\0\0\0\0last", 8);
}

static void the_end_record_may_have_any_size(void **state)
{
	static const int64_t sizes[] = { -1, 0, 5 };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		_cleanup_(flat_free) struct flat flat = flat_new();
		flat_record(&flat, 1, "x");
		flat_record_header(&flat, -1, sizes[i]);
		/* A block device goes on behind it. */
		flat_append(&flat, "leftover of something older", 27);
		_cleanup_(opened_free) struct opened opened = flat_open(&flat);
		assert_contents(opened.file, ".x");
		assert_no_problem(opened.problems);
	}
}

static void an_unknown_type_or_version_is_refused(void **state)
{
	static const struct {
		size_t at;
		uint64_t value;
		const char *message;
	} cases[] = {
		{ 16, 2, "type 2, version 1" },
		{ 24, 2, "type 1, version 2" },
		{ 16, UINT64_MAX, "type -1, version 1" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		_cleanup_(flat_free) struct flat flat = flat_new();
		struct file *file = NULL;
		flat_record(&flat, 0, "x");
		flat_end(&flat);
		store_u64(flat.bytes + cases[i].at, cases[i].value, ORDER_BIG);
		_cleanup_(scratch_free) struct scratch scratch = scratch_new(flat.bytes, flat.size);
		assert_error(file_open(scratch.path, NULL, &file), VMW_ERROR_UNSUPPORTED,
			     cases[i].message);
	}
}

static void a_file_without_a_record_is_truncated(void **state)
{
	_cleanup_(flat_free) struct flat flat = flat_new();
	struct file *file = NULL;

	flat_end(&flat);
	_cleanup_(scratch_free) struct scratch scratch = scratch_new(flat.bytes, flat.size);
	assert_error(file_open(scratch.path, NULL, &file), VMW_ERROR_TRUNCATED,
		     "no record of the dump is in its 4112 bytes");
}

/* Each record lies within the one before: as many are open at a time as there are. */
static void a_hundred_thousand_nested_records_are_quick(void **state)
{
	enum { DEPTH = 2000, REST = 100000 };
	_cleanup_(flat_free) struct flat flat = { 0 };
	struct flat start = flat_new();
	unsigned char byte;
	size_t got;

	/* Contents are short where the depth is large: written once, as bytes of one size. */
	flat.bytes = malloc(FLAT_HEADER_SIZE + (size_t)DEPTH * (16 + 2 * DEPTH) +
			    (size_t)REST * 17 + 16);
	assert_non_null(flat.bytes);
	memcpy(flat.bytes, start.bytes, start.size);
	size_t at = start.size;
	free(start.bytes);
	for (uint64_t i = 0; i < DEPTH; i++) {
		store_u64(flat.bytes + at, i, ORDER_BIG);
		store_u64(flat.bytes + at + 8, 2 * (DEPTH - i), ORDER_BIG);
		memset(flat.bytes + at + 16, (int)(i % 251), 2 * (DEPTH - i));
		at += 16 + 2 * (DEPTH - i);
	}
	/* Tiny records behind, downwards. */
	for (uint64_t i = 0; i < REST; i++) {
		store_u64(flat.bytes + at, 2 * DEPTH + REST - 1 - i, ORDER_BIG);
		store_u64(flat.bytes + at + 8, 1, ORDER_BIG);
		flat.bytes[at + 16] = (unsigned char)(i % 249);
		at += 17;
	}
	memset(flat.bytes + at, 0xff, 16);
	flat.size = at + 16;

	_cleanup_(opened_free) struct opened opened = flat_open(&flat);
	assert_no_problem(opened.problems);
	assert_int_equal(file_size(opened.file), 2 * DEPTH + REST);
	for (uint64_t i = 0; i < 2 * DEPTH; i++) {
		uint64_t last = i < DEPTH ? i : 2 * DEPTH - 1 - i;
		assert_success(file_read(opened.file, i, &byte, 1, &got));
		assert_int_equal(byte, last % 251);
	}
	for (uint64_t i = 0; i < REST; i++) {
		assert_success(file_read(opened.file, 2 * DEPTH + REST - 1 - i, &byte, 1, &got));
		assert_int_equal(byte, i % 249);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_of_any_order_and_overlap_give_what_was_written_last),
		cmocka_unit_test(random_records_agree_with_a_model),
		cmocka_unit_test(every_prefix_of_a_file_gives_the_records_before_the_cut),
		cmocka_unit_test(a_record_header_of_nonsense_ends_the_file_there),
		cmocka_unit_test(bytes_at_the_end_of_the_number_space_are_found),
		cmocka_unit_test(the_end_record_may_have_any_size),
		cmocka_unit_test(an_unknown_type_or_version_is_refused),
		cmocka_unit_test(a_file_without_a_record_is_truncated),
		cmocka_unit_test(a_hundred_thousand_nested_records_are_quick),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
