/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kdump_case.h"

static void a_header_that_makes_no_sense_is_refused(void **state)
{
	static const struct {
		uint64_t offset;
		uint32_t value;
		enum vmw_error_kind kind;
		const char *message;
	} cases[] = {
		{ AT_VERSION, 0, VMW_ERROR_BAD_DATA, "neither byte order makes sense" },
		{ AT_VERSION, 7, VMW_ERROR_UNSUPPORTED, "version 7, and versions 1 to 6" },
		{ AT_VERSION, 0x7fffffff, VMW_ERROR_BAD_DATA, "neither byte order" },
		{ AT_BLOCK_SIZE, 0, VMW_ERROR_BAD_DATA, "neither byte order" },
		{ AT_BLOCK_SIZE, 2048, VMW_ERROR_BAD_DATA, "neither byte order" },
		{ AT_BLOCK_SIZE, 5000, VMW_ERROR_BAD_DATA, "neither byte order" },
		{ AT_BLOCK_SIZE, 131072, VMW_ERROR_BAD_DATA, "neither byte order" },
		{ AT_BLOCK_SIZE, 0x80000000, VMW_ERROR_BAD_DATA, "neither byte order" },
		{ AT_SUB_BLOCKS, 0, VMW_ERROR_BAD_DATA, "a sub-header of 0 blocks" },
		{ AT_SUB_BLOCKS, UINT32_MAX, VMW_ERROR_BAD_DATA, "a sub-header of -1 blocks" },
		{ AT_BITMAP_BLOCKS, 0, VMW_ERROR_BAD_DATA, "0 bitmap blocks of 4096 bytes" },
		{ AT_BITMAP_BLOCKS, 3, VMW_ERROR_BAD_DATA, "no two bitmaps of equal size" },
	};

	for (size_t n = 0; n < 2; n++) {
		struct ram *ram = small_ram(both_orders[n]);
		struct opened o = open_fake(ram, (struct fake_dump_spec){ 0 });
		const char *path = o.files.paths[0];

		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			uint32_t was = file_u32(path, cases[i].offset, both_orders[n]);

			opened_close(&o);
			patch_u32(path, cases[i].offset, cases[i].value, both_orders[n]);
			assert_refused(opened_try(&o), cases[i].kind, cases[i].message);
			patch_u32(path, cases[i].offset, was, both_orders[n]);
		}
		opened_free(&o);
		ram_free(ram);
	}
}

static void more_memory_than_can_be_is_refused(void **state)
{
	static const struct {
		uint64_t max_mapnr;
		enum vmw_error_kind kind;
		const char *message;
	} cases[] = {
		{ UINT64_MAX, VMW_ERROR_UNSUPPORTED, "2^51 bytes at most" },
		{ UINT64_C(1) << 52, VMW_ERROR_UNSUPPORTED, "2^51 bytes at most" },
		{ (UINT64_C(1) << 39) + 1, VMW_ERROR_UNSUPPORTED, "2^51 bytes at most" },
		{ UINT64_C(1) << 39, VMW_ERROR_BAD_DATA, "bitmap blocks" },
		{ 4096 * 8 * 2 + 1, VMW_ERROR_BAD_DATA, "0x10001 page frames need 3" },
	};

	for (size_t n = 0; n < 2; n++) {
		struct ram *ram = small_ram(both_orders[n]);
		struct opened o = open_fake(ram, (struct fake_dump_spec){ 0 });

		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			opened_close(&o);
			patch_u64(o.files.paths[0], AT_MAX_MAPNR_64, cases[i].max_mapnr,
				  both_orders[n]);
			assert_refused(opened_try(&o), cases[i].kind, cases[i].message);
		}
		opened_free(&o);
		ram_free(ram);
	}
}

static void without_its_64_bits_max_mapnr_is_that_of_the_header(void **state)
{
	struct ram *ram = small_ram(ORDER_BIG);
	struct opened o = open_fake(ram, (struct fake_dump_spec){ 0 });

	opened_close(&o);
	patch_u64(o.files.paths[0], AT_MAX_MAPNR_64, 0, ORDER_BIG);
	opened_need(&o);
	assert_memory(o.reader, ram, FRAME);
	opened_free(&o);
	ram_free(ram);
}

static void the_file_of_another_machine_is_refused_by_name(void **state)
{
	static const char *const machines[] = { "x86_64", "aarch64", "s390x", "ppc", "i686" };

	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
		struct ram *ram = small_ram(ORDER_LITTLE);
		struct fake_dump_spec spec = { .format = FAKE_KDUMP, .uts_machine = machines[i] };
		struct opened o = { .files = fake_dump_write(ram, &spec) };
		char message[64];

		snprintf(message, sizeof(message), "machine named \"%s\"", machines[i]);
		assert_refused(opened_try(&o), VMW_ERROR_UNSUPPORTED, message);
		opened_free(&o);
		ram_free(ram);
	}
}

static void a_name_that_fills_its_field_is_bounded(void **state)
{
	struct ram *ram = small_ram(ORDER_LITTLE);
	struct opened o = open_fake(ram, (struct fake_dump_spec){ 0 });
	char name[65];

	opened_close(&o);
	memset(name, 'r', sizeof(name));
	fake_file_patch(o.files.paths[0], AT_UTSNAME + 2 * 65, name, sizeof(name));
	opened_need(&o);
	assert_int_equal(strlen(dump_image(o.dump)->release), sizeof(name));
	opened_close(&o);
	fake_file_patch(o.files.paths[0], AT_MACHINE, name, sizeof(name));
	assert_refused(opened_try(&o), VMW_ERROR_UNSUPPORTED, "rrr\"");
	opened_free(&o);
	ram_free(ram);
}

static void an_unnamed_machine_is_told_by_the_size_of_its_registers(void **state)
{
	static const struct {
		const char *machine;
		uint32_t size;
		bool refused;
	} cases[] = {
		{ "Unknown", 504, false }, { "Unknown", 336, true }, { "Unknown", 392, true },
		{ "", 336, true },         { "ppc64", 336, false },
	};

	for (size_t n = 0; n < 2; n++) {
		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			struct ram *ram = small_ram(both_orders[n]);
			struct opened o = open_fake(ram, (struct fake_dump_spec){ 0 });
			const char *path = o.files.paths[0];
			char machine[65] = "";

			opened_close(&o);
			strcpy(machine, cases[i].machine);
			fake_file_patch(path, AT_MACHINE, machine, sizeof(machine));
			patch_u32(path, file_u64(path, AT_NOTES, both_orders[n]) + 4, cases[i].size,
				  both_orders[n]);
			if (cases[i].refused)
				assert_refused(opened_try(&o), VMW_ERROR_UNSUPPORTED,
					       "those of ppc64 are 504");
			else
				opened_need(&o);
			opened_free(&o);
			ram_free(ram);
		}
	}
}

static void status_flags_are_told(void **state)
{
	static const struct {
		uint32_t status;
		const char *problem;
		enum vmw_severity severity;
	} cases[] = {
		{ 0x8, "kdump-incomplete", VMW_WARNING },
		{ 0x10, "vmemmap-excluded", VMW_PARTIAL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ram *ram = small_ram(ORDER_BIG);
		struct opened o = open_fake(ram,
					    (struct fake_dump_spec){ .status = cases[i].status });
		const struct vmw_problem *problem = find_problem(&o, cases[i].problem);
		size_t count;

		assert_non_null(problem);
		assert_int_equal(problem->severity, cases[i].severity);
		problems_list(o.problems, &count);
		assert_int_equal(count, 1);
		assert_int_equal(dump_image(o.dump)->incomplete, cases[i].status == 0x8);
		assert_memory(o.reader, ram, FRAME);
		opened_free(&o);
		ram_free(ram);
	}
}

static void notes_that_are_not_in_the_file_are_left_out(void **state)
{
	static const struct {
		uint64_t at;
		const char *problem;
	} blobs[] = { { AT_NOTES, "kdump-notes" }, { AT_VMCOREINFO, "kdump-vmcoreinfo" } };
	static const struct {
		uint64_t offset, size;
		bool problem;
	} cases[] = {
		{ 0, 0, false },
		{ 0, 100, false },
		{ FRAME, 0, false },
		{ FRAME, 1 << 30, true },
		{ UINT64_MAX, 2, true },
		{ UINT64_MAX - 1, UINT64_MAX, true },
		{ FRAME, UINT64_MAX, true },
		{ 1 << 30, 8, true },
	};

	for (size_t n = 0; n < 2; n++) {
		for (size_t b = 0; b < 2; b++) {
			for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
				struct ram *ram = small_ram(both_orders[n]);
				struct opened o = open_fake(
					ram, (struct fake_dump_spec){ .vmcoreinfo = "A=1\n" });

				opened_close(&o);
				patch_u64(o.files.paths[0], blobs[b].at, cases[i].offset,
					  both_orders[n]);
				patch_u64(o.files.paths[0], blobs[b].at + 8, cases[i].size,
					  both_orders[n]);
				opened_need(&o);
				const struct image *image = dump_image(o.dump);
				assert_int_equal((b == 0 ? image->notes : image->vmcoreinfo).size,
						 0);
				assert_true((b == 0 ? image->vmcoreinfo : image->notes).size > 0);
				assert_int_equal(find_problem(&o, blobs[b].problem) != NULL,
						 cases[i].problem);
				opened_free(&o);
				ram_free(ram);
			}
		}
	}
}

/* ---- split dumps ---- */

/* Put the files of @o in the order of @order; -1 ends it, and what is left out is not given. */
static void choose_parts(struct opened *o, const char **paths, const int *order)
{
	size_t count = 0;

	for (; order[count] >= 0; count++)
		paths[count] = o->files.paths[order[count]];
	opened_close(o);
	assert_null(problems_new(&o->problems));
	struct vmw_error *error = dump_open(paths, count, o->problems, &o->dump);
	if (error)
		fail_msg("%s", error->message);
	assert_null(reader_new(o->dump, &o->reader));
}

static void parts_come_in_any_order(void **state)
{
	static const int orders[][4] = {
		{ 0, 1, 2, -1 }, { 0, 2, 1, -1 }, { 1, 0, 2, -1 },
		{ 1, 2, 0, -1 }, { 2, 0, 1, -1 }, { 2, 1, 0, -1 },
	};

	for (size_t n = 0; n < 2; n++) {
		for (int version = 2; version <= 6; version++) {
			struct ram *ram = small_ram(both_orders[n]);
			struct opened o = open_fake(
				ram, (struct fake_dump_spec){ .parts = 3,
							      .header_version = version,
							      .codec = FAKE_ZLIB });
			const char *paths[3];
			size_t count;

			for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
				choose_parts(&o, paths, orders[i]);
				assert_memory(o.reader, ram, FRAME);
				assert_memory(o.reader, ram, 32 * FRAME);
				problems_list(o.problems, &count);
				assert_int_equal(count, 0);
			}
			opened_free(&o);
			ram_free(ram);
		}
	}
}

/* Of 4 parts of 8 frames: 0 to 7 present, 8 to 15 excluded and no memory, 16 to 23, 24 to 31. */
static void frames_of_a_missing_part_are_lost_and_the_range_is_named(void **state)
{
	static const struct {
		int given[4];
		int frame;
		struct run run;
		const char *explained;
	} cases[] = {
		{ { 0, 2, 3, -1 }, 1, { 1, VMW_PRESENT, REASON_NONE }, NULL },
		/* The bitmaps of every part are whole. */
		{ { 0, 2, 3, -1 }, 9, { 1, VMW_EXCLUDED, REASON_FILTERED }, NULL },
		{ { 0, 2, 3, -1 }, 13, { 1, VMW_NOT_DUMPED, REASON_NO_BIT }, NULL },
		{ { 1, 2, 3, -1 }, 7, { 1, VMW_LOST, REASON_NO_PART }, "0x0 to 0x7" },
		{ { 0, 3, -1 }, 16, { 1, VMW_LOST, REASON_NO_PART }, "0x8 to 0x17" },
		{ { 0, 3, -1 }, 20, { 1, VMW_EXCLUDED, REASON_FILTERED }, NULL },
		{ { 3, -1 }, 7, { 1, VMW_LOST, REASON_NO_PART }, "0x0 to 0x17" },
		{ { 2, -1 }, 19, { 1, VMW_PRESENT, REASON_NONE }, NULL },
	};

	for (size_t n = 0; n < 2; n++) {
		struct ram *ram = small_ram(both_orders[n]);
		struct opened o = open_fake(ram, (struct fake_dump_spec){ .parts = 4 });

		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			uint64_t phys = (uint64_t)cases[i].frame * FRAME;
			const char *paths[4];

			choose_parts(&o, paths, cases[i].given);
			struct run run = read_byte(&o, phys);
			assert_int_equal(run.data, cases[i].run.data);
			assert_int_equal(run.reason, cases[i].run.reason);
			const struct vmw_problem *problem = find_problem(&o, "part-missing");
			assert_non_null(problem);
			assert_int_equal(problem->severity, VMW_NOTE);
			if (!cases[i].explained)
				continue;
			_cleanup_(freep) char *text = dump_explain(o.dump, phys_at(phys),
								   run.reason);
			assert_non_null(strstr(text, cases[i].explained));
			assert_non_null(strstr(problem->message, cases[i].explained));
		}
		opened_free(&o);
		ram_free(ram);
	}
}

static void next_skips_a_missing_part(void **state)
{
	static const int given[] = { 3, 2, 1, -1 };
	struct ram *ram = small_ram(ORDER_BIG);
	struct opened o = open_fake(ram, (struct fake_dump_spec){ .parts = 4 });
	const char *paths[4];
	struct phys_range range;
	bool found;

	choose_parts(&o, paths, given);
	assert_null(reader_next(o.reader, phys_at(0), &range, &found));
	assert_true(found);
	assert_int_equal(range.start.value, 16 * FRAME);
	assert_int_equal(range.size, 4 * FRAME);
	opened_free(&o);
	ram_free(ram);
}

static void a_part_may_be_empty(void **state)
{
	struct ram *ram = small_ram(ORDER_LITTLE);
	struct opened o = open_fake(ram, (struct fake_dump_spec){ .parts = 5 });
	size_t count;

	/* As makedumpfile leaves it: the file ends with the last bit of its bitmap. */
	opened_close(&o);
	patch_u64(o.files.paths[4], AT_START_PFN_64, 32, ORDER_LITTLE);
	patch_u64(o.files.paths[4], AT_END_PFN_64, 32, ORDER_LITTLE);
	patch_u64(o.files.paths[3], AT_END_PFN_64, 32, ORDER_LITTLE);
	fake_file_cut(o.files.paths[4], bitmaps_offset(o.files.paths[4], ORDER_LITTLE) + FRAME + 4);
	opened_need(&o);
	problems_list(o.problems, &count);
	assert_int_equal(count, 0);
	assert_memory(o.reader, ram, FRAME);

	/* Alone it has bitmaps, and they are believed. */
	static const int given[] = { 4, -1 };
	const char *paths[1];
	choose_parts(&o, paths, given);
	assert_int_equal(read_byte(&o, 0).reason, REASON_NO_PART);
	assert_int_equal(read_byte(&o, 31 * FRAME).reason, REASON_FILTERED);
	opened_free(&o);
	ram_free(ram);
}

static void parts_of_different_dumps_are_refused(void **state)
{
	static const struct {
		uint64_t at;
		unsigned int width;
		uint64_t value;
		const char *message;
	} cases[] = {
		{ AT_MAX_MAPNR_64, 8, 33, "max_mapnr differs" },
		{ AT_VERSION, 4, 5, "header version differs" },
		{ AT_UTSNAME + 2 * 65, 4, 0x41414141, "utsname differs" },
		{ AT_START_PFN_64, 8, 7, "page frames 0x7 to 0x7 are in" },
		{ AT_START_PFN_64, 8, 0, "page frames 0x0 to 0x7 are in" },
		{ AT_START_PFN_64, 8, 17, "part of the frames from 0x11 to before 0x10" },
	};

	for (size_t n = 0; n < 2; n++) {
		struct ram *ram = small_ram(both_orders[n]);

		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			struct opened o = open_fake(ram, (struct fake_dump_spec){ .parts = 4 });
			const char *path = o.files.paths[1];

			opened_close(&o);
			if (cases[i].width == 8)
				patch_u64(path, cases[i].at, cases[i].value, both_orders[n]);
			else
				patch_u32(path, cases[i].at, (uint32_t)cases[i].value,
					  both_orders[n]);
			assert_refused(opened_try(&o), VMW_ERROR_BAD_DATA, cases[i].message);
			opened_free(&o);
		}
		ram_free(ram);
	}
}

/* Open the files of two dumps as one. */
static struct vmw_error *open_two(const char *a, const char *b)
{
	const char *paths[] = { a, b };
	struct dump *dump = NULL;
	struct vmw_error *error = dump_open(paths, 2, NULL, &dump);

	dump_close(dump);
	return error;
}

static void parts_in_two_byte_orders_are_refused(void **state)
{
	struct ram *little = small_ram(ORDER_LITTLE), *big = small_ram(ORDER_BIG);
	struct opened a = open_fake(little, (struct fake_dump_spec){ .parts = 2 });
	struct opened b = open_fake(big, (struct fake_dump_spec){ .parts = 2 });

	assert_refused(open_two(a.files.paths[0], b.files.paths[1]), VMW_ERROR_BAD_DATA,
		       "byte order differs");
	opened_free(&a);
	opened_free(&b);
	ram_free(little);
	ram_free(big);
}

static void parts_of_two_crashes_of_one_machine_are_refused(void **state)
{
	struct ram *ram = small_ram(ORDER_LITTLE);
	struct opened a = open_fake(
		ram, (struct fake_dump_spec){ .parts = 2, .vmcoreinfo = "CRASHTIME=1\n" });
	struct opened b = open_fake(
		ram, (struct fake_dump_spec){ .parts = 2, .vmcoreinfo = "CRASHTIME=2\n" });

	assert_refused(open_two(a.files.paths[0], b.files.paths[1]), VMW_ERROR_BAD_DATA,
		       "VMCOREINFO differs");
	opened_free(&a);
	opened_free(&b);
	ram_free(ram);
}

static void a_whole_dump_is_no_part(void **state)
{
	struct ram *ram = small_ram(ORDER_LITTLE);
	struct opened part = open_fake(ram, (struct fake_dump_spec){ .parts = 2 });
	struct opened whole = open_fake(ram, (struct fake_dump_spec){ 0 });

	assert_refused(open_two(part.files.paths[0], whole.files.paths[0]), VMW_ERROR_MISUSE,
		       "a whole dump, not a part of a split one");
	assert_refused(open_two(whole.files.paths[0], part.files.paths[0]), VMW_ERROR_MISUSE,
		       "a whole dump, not a part of a split one");
	opened_free(&part);
	opened_free(&whole);
	ram_free(ram);
}

static void a_copy_of_a_part_is_refused(void **state)
{
	struct ram *ram = small_ram(ORDER_LITTLE);
	struct opened a = open_fake(ram, (struct fake_dump_spec){ .parts = 2 });
	struct opened b = open_fake(ram, (struct fake_dump_spec){ .parts = 2 });

	assert_refused(open_two(a.files.paths[1], b.files.paths[1]), VMW_ERROR_BAD_DATA,
		       "the same part twice");
	opened_free(&a);
	opened_free(&b);
	ram_free(ram);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_header_that_makes_no_sense_is_refused),
		cmocka_unit_test(more_memory_than_can_be_is_refused),
		cmocka_unit_test(without_its_64_bits_max_mapnr_is_that_of_the_header),
		cmocka_unit_test(the_file_of_another_machine_is_refused_by_name),
		cmocka_unit_test(a_name_that_fills_its_field_is_bounded),
		cmocka_unit_test(an_unnamed_machine_is_told_by_the_size_of_its_registers),
		cmocka_unit_test(status_flags_are_told),
		cmocka_unit_test(notes_that_are_not_in_the_file_are_left_out),
		cmocka_unit_test(parts_come_in_any_order),
		cmocka_unit_test(frames_of_a_missing_part_are_lost_and_the_range_is_named),
		cmocka_unit_test(next_skips_a_missing_part),
		cmocka_unit_test(a_part_may_be_empty),
		cmocka_unit_test(parts_of_different_dumps_are_refused),
		cmocka_unit_test(parts_in_two_byte_orders_are_refused),
		cmocka_unit_test(parts_of_two_crashes_of_one_machine_are_refused),
		cmocka_unit_test(a_whole_dump_is_no_part),
		cmocka_unit_test(a_copy_of_a_part_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
