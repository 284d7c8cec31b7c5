/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kdump_case.h"

static void a_range_of_nothing_or_past_the_end_of_addresses_is_misuse(void **state)
{
	static const struct {
		uint64_t phys, size;
		const char *message;
	} cases[] = {
		{ 0, 0, "a size of 0" },
		{ UINT64_MAX, 1, "reach 2^64" },
		{ UINT64_MAX, UINT64_MAX, "reach 2^64" },
		{ 4096, UINT64_MAX - 4095, "reach 2^64" },
	};
	struct ram *ram = small_ram(ORDER_LITTLE);
	struct opened o = open_fake(ram, (struct fake_dump_spec){ 0 });

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (int whole = 0; whole < 2; whole++) {
			struct run run;
			unsigned char byte;
			_cleanup_(vmw_error_freep) struct vmw_error *error =
				whole ? reader_read_whole(o.reader, phys_at(cases[i].phys), &byte,
							  cases[i].size, &run)
				      : reader_read(o.reader, phys_at(cases[i].phys), &byte,
						    cases[i].size, &run);

			assert_non_null(error);
			assert_int_equal(error->kind, VMW_ERROR_MISUSE);
			assert_non_null(strstr(error->message, cases[i].message));
			assert_int_equal(error->where.space, VMW_SPACE_PHYS);
		}
	}
	opened_free(&o);
	ram_free(ram);
}

static void a_whole_read_tells_of_the_first_byte_that_is_not_there(void **state)
{
	static const struct {
		uint64_t phys, size;
		struct run run;
	} cases[] = {
		{ 100, 3 * FRAME, { 3 * FRAME, VMW_PRESENT, REASON_NONE } },
		{ 0, 8 * FRAME, { 8 * FRAME, VMW_PRESENT, REASON_NONE } },
		{ 7 * FRAME + 1, FRAME, { FRAME - 1, VMW_EXCLUDED, REASON_FILTERED } },
		{ 8 * FRAME, 10, { 0, VMW_EXCLUDED, REASON_FILTERED } },
		{ 15 * FRAME, 2 * FRAME, { 0, VMW_NOT_DUMPED, REASON_NO_BIT } },
	};

	for (size_t n = 0; n < 2; n++) {
		struct ram *ram = small_ram(both_orders[n]);
		struct opened o = open_fake(ram, (struct fake_dump_spec){ .codec = FAKE_ZLIB });
		unsigned char got[8 * FRAME], want[8 * FRAME];

		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			struct run run;

			assert_null(reader_read_whole(o.reader, phys_at(cases[i].phys), got,
						      cases[i].size, &run));
			assert_int_equal(run.size, cases[i].run.size);
			assert_int_equal(run.data, cases[i].run.data);
			assert_int_equal(run.reason, cases[i].run.reason);
			ram_get(ram, cases[i].phys, want, run.size);
			assert_memory_equal(got, want, run.size);
		}
		opened_free(&o);
		ram_free(ram);
	}
}

static void reads_through_windows_equal_reads_of_the_file(void **state)
{
	enum { SIZE = 300001 };
	static const size_t sizes[] = { 1, 8, 24, 4096, 16383, 16384, 16385, 40000 };
	struct ram *ram = small_ram(ORDER_LITTLE);
	struct opened o = open_fake(ram, (struct fake_dump_spec){ 0 });
	_cleanup_(freep) unsigned char *bytes = fake_alloc(1, SIZE);
	_cleanup_(file_closep) struct file *file = NULL;
	unsigned char got[40000];
	uint32_t seed = 1;

	for (size_t i = 0; i < SIZE; i++)
		bytes[i] = (unsigned char)((seed = seed * 1103515245 + 12345) >> 16);
	fake_file_add(&o.files, "other", bytes, SIZE);
	assert_null(file_open(o.files.paths[1], NULL, &file));

	for (int i = 0; i < 4000; i++) {
		size_t size = sizes[i % 8], done;
		seed = seed * 1103515245 + 12345;
		/* At the borders of windows, and anywhere, also behind the end. */
		uint64_t offset = i % 3 == 0 ? (seed >> 16) % 20 * 16384 + 10 - seed % 20
					     : (seed >> 8) % (SIZE + 1000);
		if (offset > SIZE + 1000)
			offset = 0;
		size_t want = offset >= SIZE ? 0 : SIZE - offset < size ? SIZE - offset : size;

		assert_null(reader_file_read(o.reader, file, offset, got, size, &done));
		assert_int_equal(done, want);
		assert_memory_equal(got, bytes + (want ? offset : 0), want);
	}
	size_t done;
	assert_null(reader_file_read(o.reader, file, UINT64_MAX - 3, got, 8, &done));
	assert_int_equal(done, 0);
	opened_free(&o);
	ram_free(ram);
}

static void a_piece_that_a_flattened_file_lost_does_not_hide_the_rest(void **state)
{
	struct ram *ram = small_ram(ORDER_LITTLE);
	struct opened o = open_fake(ram, (struct fake_dump_spec){ .flattened = true,
								  .flat_record = 512,
								  .flat_shuffled = true });
	const char *path = o.files.paths[0];

	/* Without its last records it has gaps in the middle. */
	opened_close(&o);
	fake_file_cut(path, fake_file_size(path) / 2);
	struct vmw_error *error = opened_try(&o);
	if (error) {
		vmw_error_free(error);
		skip();
	}
	const struct file *file = dump_file(o.dump, 0);
	for (uint64_t offset = 0; offset < file_size(file); offset += 100) {
		unsigned char got[100], want[100];
		size_t got_size, want_size;

		assert_null(reader_file_read(o.reader, file, offset, got, 100, &got_size));
		assert_null(file_read(file, offset, want, 100, &want_size));
		assert_int_equal(got_size, want_size);
		assert_memory_equal(got, want, want_size);
	}
	opened_free(&o);
	ram_free(ram);
}

static void a_slot_holds_its_block_until_it_is_needed_for_others(void **state)
{
	struct ram *ram = small_ram(ORDER_LITTLE);
	struct opened o = open_fake(ram, (struct fake_dump_spec){ 0 });

	assert_null(reader_page_find(o.reader, 5));
	struct page_slot *slot = reader_page_slot(o.reader, 5);
	assert_non_null(slot);
	assert_int_equal(slot->key, 5);
	assert_false(slot->valid);
	/* One that was not filled is not found. */
	assert_null(reader_page_find(o.reader, 5));

	for (uint64_t key = 0; key < 100000; key++) {
		slot = reader_page_slot(o.reader, key * 7919);
		assert_false(slot->valid && slot->key != key * 7919);
		memset(slot->bytes, (int)(key & 0xff), FRAME);
		slot->reason = REASON_NONE;
		slot->valid = true;

		/* The one before is still there, and is what it was. */
		struct page_slot *before = key ? reader_page_find(o.reader, (key - 1) * 7919)
					       : NULL;
		if (key) {
			assert_non_null(before);
			assert_int_equal(before->bytes[FRAME - 1], (key - 1) & 0xff);
		}
	}
	opened_free(&o);
	ram_free(ram);
}

static void scratch_grows(void **state)
{
	static const size_t sizes[] = { 0, 1, 100, 65536, 10, 100000 };
	struct ram *ram = small_ram(ORDER_LITTLE);
	struct opened o = open_fake(ram, (struct fake_dump_spec){ 0 });

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		unsigned char *bytes = reader_scratch(o.reader, sizes[i]);

		assert_non_null(bytes);
		memset(bytes, 0xff, sizes[i]);
	}
	assert_non_null(reader_codecs(o.reader));
	assert_ptr_equal(reader_dump(o.reader), o.dump);
	opened_free(&o);
	ram_free(ram);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_range_of_nothing_or_past_the_end_of_addresses_is_misuse),
		cmocka_unit_test(a_whole_read_tells_of_the_first_byte_that_is_not_there),
		cmocka_unit_test(reads_through_windows_equal_reads_of_the_file),
		cmocka_unit_test(a_piece_that_a_flattened_file_lost_does_not_hide_the_rest),
		cmocka_unit_test(a_slot_holds_its_block_until_it_is_needed_for_others),
		cmocka_unit_test(scratch_grows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
