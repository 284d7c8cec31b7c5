/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kdump_case.h"

static void memory_comes_back_with_every_codec_order_and_version(void **state)
{
	static const enum fake_codec codecs[] = { FAKE_STORED, FAKE_ZLIB, FAKE_LZO,
						  FAKE_SNAPPY, FAKE_ZSTD, FAKE_MIXED };

	for (size_t o = 0; o < 2; o++) {
		struct ram *ram = small_ram(both_orders[o]);

		for (size_t i = 0; i < sizeof(codecs) / sizeof(codecs[0]); i++) {
			if (!fake_codec_available(codecs[i]))
				continue;
			for (int version = 1; version <= 6; version++) {
				struct opened opened = open_fake(
					ram, (struct fake_dump_spec){ .codec = codecs[i],
								      .header_version = version });

				assert_int_equal(dump_image(opened.dump)->header_version, version);
				assert_int_equal(dump_image(opened.dump)->order, both_orders[o]);
				/* In blocks, across blocks, and within them. */
				assert_memory(opened.reader, ram, FRAME);
				assert_memory(opened.reader, ram, 3 * FRAME + 100);
				assert_memory(opened.reader, ram, 1000);
				opened_free(&opened);
			}
		}
		ram_free(ram);
	}
}

static void a_flattened_file_reads_as_the_plain_one(void **state)
{
	for (size_t i = 0; i < 2; i++) {
		struct ram *ram = small_ram(both_orders[i]);
		struct opened o = open_fake(ram, (struct fake_dump_spec){ .codec = FAKE_ZLIB,
									  .flattened = true,
									  .flat_record = 1000,
									  .flat_shuffled = true });

		assert_memory(o.reader, ram, FRAME);
		opened_free(&o);
		ram_free(ram);
	}
}

static void qemu_has_large_blocks_and_headers_in_another_order(void **state)
{
	for (size_t i = 0; i < 2; i++) {
		struct ram *ram = ram_new(64 * FRAME, FRAME, both_orders[i]);
		ram_put_u64(ram, 17 * FRAME, 1717);
		struct opened o = open_fake(ram, (struct fake_dump_spec){ .qemu = true,
									  .foreign_headers = true,
									  .codec = FAKE_ZLIB });
		const struct image *image = dump_image(o.dump);

		assert_int_equal(image->block_size, 65536);
		assert_int_equal(image->order, order_other(both_orders[i]));
		assert_null(image->machine);
		assert_null(image->release);
		assert_true(image->notes.size > 0);
		assert_memory(o.reader, ram, FRAME);
		opened_free(&o);
		ram_free(ram);
	}
}

static void the_image_tells_what_the_headers_say(void **state)
{
	static const char vmcoreinfo[] = "OSRELEASE=6.12.0-fake\n";
	struct ram *ram = small_ram(ORDER_LITTLE);
	struct opened o = open_fake(
		ram, (struct fake_dump_spec){ .codec = FAKE_ZLIB, .vmcoreinfo = vmcoreinfo });
	const struct image *image = dump_image(o.dump);

	assert_string_equal(image->format->name, "kdump");
	assert_int_equal(image->block_size, FRAME);
	assert_int_equal(image->end, 32 * FRAME);
	assert_string_equal(image->codec, "zlib");
	assert_string_equal(image->machine, "ppc64le");
	assert_string_equal(image->release, "6.12.0-fake");
	assert_false(image->incomplete);
	assert_int_equal(image->vmcoreinfo.size, strlen(vmcoreinfo));
	assert_memory_equal(image->vmcoreinfo.data, vmcoreinfo, strlen(vmcoreinfo));
	assert_int_equal(image->notes_offset, file_u64(o.files.paths[0], AT_NOTES, ORDER_LITTLE));
	opened_free(&o);
	ram_free(ram);
}

static void a_run_goes_on_as_long_as_the_bitmaps_are_alike(void **state)
{
	static const struct {
		uint64_t phys, size;
		struct run run;
	} cases[] = {
		{ 0, 20 * FRAME, { 8 * FRAME, VMW_PRESENT, REASON_NONE } },
		{ 8 * FRAME - 1, 2, { 1, VMW_PRESENT, REASON_NONE } },
		{ 8 * FRAME + 5, 20 * FRAME, { 4 * FRAME - 5, VMW_EXCLUDED, REASON_FILTERED } },
		{ 8 * FRAME + 5, 6, { 6, VMW_EXCLUDED, REASON_FILTERED } },
		{ 12 * FRAME, 20 * FRAME, { 4 * FRAME, VMW_NOT_DUMPED, REASON_NO_BIT } },
		{ 20 * FRAME, 40 * FRAME, { 12 * FRAME, VMW_EXCLUDED, REASON_FILTERED } },
		{ 32 * FRAME, 40 * FRAME, { 40 * FRAME, VMW_NOT_DUMPED, REASON_NO_BIT } },
		{ UINT64_MAX - 10, 10, { 10, VMW_NOT_DUMPED, REASON_NO_BIT } },
	};
	struct ram *ram = small_ram(ORDER_BIG);
	struct opened o = open_fake(ram, (struct fake_dump_spec){ .codec = FAKE_ZLIB });
	unsigned char buffer[40 * FRAME];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct run run;

		assert_null(
			reader_read(o.reader, phys_at(cases[i].phys), buffer, cases[i].size, &run));
		assert_int_equal(run.size, cases[i].run.size);
		assert_int_equal(run.data, cases[i].run.data);
		assert_int_equal(run.reason, cases[i].run.reason);
	}
	opened_free(&o);
	ram_free(ram);
}

static void with_one_bitmap_what_is_not_in_the_file_is_no_memory(void **state)
{
	for (size_t i = 0; i < 2; i++) {
		struct ram *ram = small_ram(both_orders[i]);
		struct opened o = open_fake(ram, (struct fake_dump_spec){ .one_bitmap = true });

		assert_int_equal(read_byte(&o, 0).data, VMW_PRESENT);
		assert_int_equal(read_byte(&o, 8 * FRAME).data, VMW_NOT_DUMPED);
		assert_int_equal(read_byte(&o, 17 * FRAME).data, VMW_PRESENT);
		opened_free(&o);
		ram_free(ram);
	}
}

static void next_lists_what_is_in_the_file(void **state)
{
	struct ram *ram = small_ram(ORDER_LITTLE);
	struct opened o = open_fake(ram, (struct fake_dump_spec){ 0 });
	struct phys_range range;
	bool found;

	assert_null(reader_next(o.reader, phys_at(0), &range, &found));
	assert_true(found);
	assert_int_equal(range.start.value, 0);
	assert_int_equal(range.size, 8 * FRAME);
	assert_null(reader_next(o.reader, phys_at(8 * FRAME), &range, &found));
	assert_true(found);
	assert_int_equal(range.start.value, 16 * FRAME);
	assert_int_equal(range.size, 4 * FRAME);
	assert_null(reader_next(o.reader, phys_at(20 * FRAME), &range, &found));
	assert_false(found);
	assert_null(reader_next(o.reader, phys_at(UINT64_MAX), &range, &found));
	assert_false(found);
	opened_free(&o);
	ram_free(ram);
}

/* Frame 1 of the small machine gets a descriptor of its own. */
static void a_descriptor_that_is_wrong_loses_its_page_and_no_other(void **state)
{
	static const struct {
		uint64_t offset; /* 0 with keep: as it was */
		uint32_t size, flags;
		bool keep_offset;
		enum reason reason;
		const char *explained;
	} cases[] = {
		{ 0, 0, 0, false, REASON_NEVER_WRITTEN, "0 bytes at 0x0" },
		{ 0, FRAME, 0, false, REASON_NEVER_WRITTEN, "4096 bytes at 0x0" },
		{ 0, 0, 0, true, REASON_NEVER_WRITTEN, "0 bytes at" },
		{ 0, FRAME - 1, 0, true, REASON_BAD_DESCRIPTOR, "4095 bytes" },
		{ 0, FRAME + 1, 0, true, REASON_BAD_DESCRIPTOR, "4097 bytes" },
		{ 0, UINT32_MAX, 1, true, REASON_BAD_DESCRIPTOR, "4294967295 bytes" },
		{ 0, FRAME, 3, true, REASON_BAD_DESCRIPTOR, "flags 0x3 (of several codecs)" },
		{ 0, FRAME, 0x40, true, REASON_BAD_DESCRIPTOR, "flags 0x40" },
		/* Its header, bitmaps and descriptors are no page. */
		{ 1, FRAME, 0, false, REASON_BAD_DESCRIPTOR, "at 0x1" },
		{ FRAME, FRAME, 0, false, REASON_BAD_DESCRIPTOR, "at 0x1000" },
		{ UINT64_MAX, FRAME, 0, false, REASON_CUT, "at 0xffffffffffffffff" },
		{ UINT64_MAX - FRAME + 1, FRAME, 0, false, REASON_CUT, "0xfffffffffffff000" },
		{ 1 << 30, FRAME, 0, false, REASON_CUT, "at 0x40000000" },
		/* The bytes of a stored page are no zlib stream. */
		{ 0, 100, 1, true, REASON_CODEC, "flags 0x1 (zlib)" },
		{ 0, FRAME, 1, true, REASON_CODEC, "flags 0x1 (zlib)" },
	};

	for (size_t n = 0; n < 2; n++) {
		enum order order = both_orders[n];
		struct ram *ram = small_ram(order);
		struct opened o = open_fake(ram, (struct fake_dump_spec){ 0 });
		const char *path = o.files.paths[0];
		uint64_t desc = descriptors_offset(path, order) + 24;
		uint64_t page = file_u64(path, desc, order);

		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			unsigned char buffer[8 * FRAME], before[8 * FRAME], want[FRAME];
			struct run run;

			opened_close(&o);
			patch_u64(path, desc, cases[i].keep_offset ? page : cases[i].offset, order);
			patch_u32(path, desc + 8, cases[i].size, order);
			patch_u32(path, desc + 12, cases[i].flags, order);
			opened_need(&o);

			/* What stands before it is read, and nothing is written behind that. */
			memset(buffer, 0xee, sizeof(buffer));
			memset(before, 0xee, sizeof(before));
			assert_null(
				reader_read(o.reader, phys_at(0), buffer, sizeof(buffer), &run));
			assert_int_equal(run.size, FRAME);
			assert_int_equal(run.data, VMW_PRESENT);
			assert_memory_equal(buffer + FRAME, before, sizeof(buffer) - FRAME);

			/* Twice: decoded, and from the cache. */
			for (int again = 0; again < 2; again++) {
				assert_null(reader_read(o.reader, phys_at(FRAME + 8), buffer,
							sizeof(buffer), &run));
				assert_int_equal(run.size, FRAME - 8);
				assert_int_equal(run.data, VMW_LOST);
				assert_int_equal(run.reason, cases[i].reason);
			}
			_cleanup_(freep) char *text = dump_explain(o.dump, phys_at(FRAME),
								   cases[i].reason);
			assert_non_null(text);
			if (!strstr(text, cases[i].explained))
				fail_msg("\"%s\" has no \"%s\"", text, cases[i].explained);
			assert_non_null(strstr(text, path));

			assert_null(reader_read(o.reader, phys_at(2 * FRAME), buffer, FRAME, &run));
			assert_int_equal(run.data, VMW_PRESENT);
			ram_get(ram, 2 * FRAME, want, FRAME);
			assert_memory_equal(buffer, want, FRAME);
		}
		opened_free(&o);
		ram_free(ram);
	}
}

static void a_page_whose_codec_is_not_built_in_is_lost_and_the_codec_named(void **state)
{
	static const struct {
		enum codec codec;
		uint32_t flag;
	} cases[] = { { CODEC_LZO, 2 }, { CODEC_SNAPPY, 4 }, { CODEC_ZSTD, 0x20 } };
	struct ram *ram = small_ram(ORDER_BIG);
	struct opened o = open_fake(ram, (struct fake_dump_spec){ 0 });
	const char *path = o.files.paths[0];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (codec_available(cases[i].codec))
			continue;
		opened_close(&o);
		patch_u32(path, descriptors_offset(path, ORDER_BIG) + 12, cases[i].flag, ORDER_BIG);
		opened_need(&o);
		assert_int_equal(read_byte(&o, 0).reason, REASON_NO_CODEC);
		assert_int_equal(read_byte(&o, FRAME).reason, REASON_NONE);
		_cleanup_(freep) char *text = dump_explain(o.dump, phys_at(0), REASON_NO_CODEC);
		assert_non_null(strstr(text, codec_name(cases[i].codec)));
	}
	opened_free(&o);
	ram_free(ram);
}

static void compressed_bytes_that_changed_do_not_decode_to_other_memory(void **state)
{
	struct ram *ram = small_ram(ORDER_LITTLE);
	struct opened o = open_fake(ram, (struct fake_dump_spec){ .codec = FAKE_ZLIB });
	const char *path = o.files.paths[0];
	uint64_t desc = descriptors_offset(path, ORDER_LITTLE) + 24;
	uint64_t page = file_u64(path, desc, ORDER_LITTLE);
	uint32_t size = file_u32(path, desc + 8, ORDER_LITTLE);

	for (uint32_t i = 0; i < size; i++) {
		unsigned char byte, other, buffer[FRAME], want[FRAME];
		struct run run;

		fake_file_read(path, page + i, &byte, 1);
		other = byte ^ 0x10;
		fake_file_patch(path, page + i, &other, 1);
		opened_close(&o);
		opened_need(&o);
		assert_null(reader_read(o.reader, phys_at(FRAME), buffer, FRAME, &run));
		/* A few bits of the zlib header mean nothing to a decoder. */
		if (run.data == VMW_PRESENT) {
			ram_get(ram, FRAME, want, FRAME);
			assert_memory_equal(buffer, want, FRAME);
		} else {
			assert_int_equal(run.data, VMW_LOST);
			assert_int_equal(run.reason, REASON_CODEC);
		}
		fake_file_patch(path, page + i, &byte, 1);
	}
	opened_free(&o);
	ram_free(ram);
}

/* Present bytes are the right ones, and what is not present is not said to be filtered. */
static void assert_nothing_false(const struct opened *o, const struct ram *ram, bool *ret_lost)
{
	unsigned char got[FRAME], want[FRAME];

	*ret_lost = false;
	for (uint64_t phys = 0; phys < ram_size(ram); phys += FRAME) {
		struct run run;

		assert_null(reader_read(o->reader, phys_at(phys), got, FRAME, &run));
		if (run.data == VMW_LOST) {
			*ret_lost = true;
			continue;
		}
		assert_int_equal(run.data, ram_data(ram, phys));
		if (run.data != VMW_PRESENT)
			continue;
		assert_int_equal(run.size, FRAME);
		ram_get(ram, phys, want, FRAME);
		assert_memory_equal(got, want, FRAME);
	}
}

static void every_prefix_of_a_file_gives_right_bytes_or_none(void **state)
{
	for (size_t n = 0; n < 2; n++) {
		for (int flattened = 0; flattened < 2; flattened++) {
			struct ram *ram = small_ram(both_orders[n]);
			struct fake_dump_spec spec = { .format = FAKE_KDUMP,
						       .codec = FAKE_ZLIB,
						       .vmcoreinfo = "OSRELEASE=6.12.0\n",
						       .flattened = flattened,
						       .flat_record = 4096 };
			struct opened o = { .files = fake_dump_write(ram, &spec) };
			const char *path = o.files.paths[0];
			uint64_t size = fake_file_size(path);
			bool lost;

			opened_need(&o);
			assert_nothing_false(&o, ram, &lost);
			assert_false(lost);
			opened_close(&o);
			/* The last bytes of a flattened file are its end record. */
			uint64_t whole = flattened ? size - 16 : size;
			for (uint64_t cut = size; cut > 0;) {
				cut -= cut > 600 && cut % 61 != 0 ? cut % 61 : cut > 600 ? 61 : 1;
				fake_file_cut(path, cut);
				struct vmw_error *error = opened_try(&o);
				if (error) {
					assert_in_range(cut, 0, 3 * FRAME);
					vmw_error_free(error);
				} else {
					assert_nothing_false(&o, ram, &lost);
					if (cut < whole)
						assert_true(lost);
				}
				opened_close(&o);
			}
			opened_free(&o);
			ram_free(ram);
		}
	}
}

static void a_file_cut_within_its_bitmap_has_lost_what_is_behind(void **state)
{
	for (size_t n = 0; n < 2; n++) {
		struct ram *ram = small_ram(both_orders[n]);
		struct opened o = open_fake(ram, (struct fake_dump_spec){ 0 });
		const char *path = o.files.paths[0];

		opened_close(&o);
		/* One byte of the second bitmap: frames 0 to 7. */
		fake_file_cut(path, bitmaps_offset(path, both_orders[n]) + FRAME + 1);
		opened_need(&o);
		assert_non_null(find_problem(&o, "kdump-cut"));
		assert_int_equal(read_byte(&o, 0).reason, REASON_CUT);
		/* Also where the whole first bitmap says that there is no memory: a lie is none. */
		struct run run = read_byte(&o, 8 * FRAME);
		assert_int_equal(run.data, VMW_LOST);
		assert_int_equal(run.reason, REASON_CUT);
		_cleanup_(freep) char *text = dump_explain(o.dump, phys_at(8 * FRAME), REASON_CUT);
		assert_non_null(strstr(text, "bitmap"));
		opened_free(&o);
		ram_free(ram);
	}
}

static void frames_past_32_bits_are_found(void **state)
{
	static const int versions[] = { 5, 6 };
	uint64_t frames = (UINT64_C(1) << 32) + 64, high = frames - 32;

	for (size_t i = 0; i < 2; i++) {
		struct ram *ram = ram_new(frames * FRAME, FRAME, ORDER_BIG);
		ram_set_data(ram, 0, frames * FRAME, VMW_NOT_DUMPED);
		ram_set_data(ram, high * FRAME, FRAME, VMW_PRESENT);
		ram_put_u64(ram, high * FRAME, 0x7777);
		struct opened o = open_fake(
			ram, (struct fake_dump_spec){ .header_version = versions[i] });
		struct phys_range range;
		unsigned char bytes[8];
		struct run run;
		bool found;

		assert_null(reader_next(o.reader, phys_at(0), &range, &found));
		assert_true(found);
		assert_int_equal(range.start.value, high * FRAME);
		assert_null(reader_read(o.reader, range.start, bytes, 8, &run));
		assert_int_equal(run.data, VMW_PRESENT);
		assert_int_equal(load_u64(bytes, ORDER_BIG), 0x7777);
		opened_free(&o);
		ram_free(ram);
	}
}

/* Frames 8 to 15 are in no part of the second bitmap: their bytes in the first tell why. */
static void without_the_first_bitmap_what_is_not_there_is_lost(void **state)
{
	for (size_t i = 0; i < 2; i++) {
		enum order order = both_orders[i];
		struct ram *ram = small_ram(order);
		struct opened o = { .files = fake_dump_write(ram, &(struct fake_dump_spec){
									  .format = FAKE_KDUMP }) };
		const char *path = o.files.paths[0];
		uint64_t bitmap = bitmaps_offset(path, order);
		const char *cut = add_flattened_without(&o.files, path, bitmap + 1, bitmap + 2);
		char *paths[] = { (char *)cut };
		struct opened part = { .files = { .paths = paths, .count = 1 } };

		opened_need(&part);
		assert_int_equal(read_byte(&part, 7 * FRAME).data, VMW_PRESENT);
		assert_int_equal(read_byte(&part, 16 * FRAME).data, VMW_PRESENT);
		assert_int_equal(read_byte(&part, 20 * FRAME).data, VMW_EXCLUDED);
		for (uint64_t frame = 8; frame < 16; frame++) {
			struct run run = read_byte(&part, frame * FRAME);
			_cleanup_(freep) char *text = dump_explain(
				part.dump, phys_at(frame * FRAME), run.reason);

			assert_int_equal(run.data, VMW_LOST);
			assert_int_equal(run.reason, REASON_CUT);
			/* It has no page descriptor that could be shown. */
			assert_non_null(strstr(text, "which tells whether it is memory, lacks it"));
		}
		opened_close(&part);
		opened_free(&o);
		ram_free(ram);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_comes_back_with_every_codec_order_and_version),
		cmocka_unit_test(a_flattened_file_reads_as_the_plain_one),
		cmocka_unit_test(qemu_has_large_blocks_and_headers_in_another_order),
		cmocka_unit_test(the_image_tells_what_the_headers_say),
		cmocka_unit_test(a_run_goes_on_as_long_as_the_bitmaps_are_alike),
		cmocka_unit_test(with_one_bitmap_what_is_not_in_the_file_is_no_memory),
		cmocka_unit_test(next_lists_what_is_in_the_file),
		cmocka_unit_test(a_descriptor_that_is_wrong_loses_its_page_and_no_other),
		cmocka_unit_test(a_page_whose_codec_is_not_built_in_is_lost_and_the_codec_named),
		cmocka_unit_test(compressed_bytes_that_changed_do_not_decode_to_other_memory),
		cmocka_unit_test(every_prefix_of_a_file_gives_right_bytes_or_none),
		cmocka_unit_test(a_file_cut_within_its_bitmap_has_lost_what_is_behind),
		cmocka_unit_test(frames_past_32_bits_are_found),
		cmocka_unit_test(without_the_first_bitmap_what_is_not_there_is_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
