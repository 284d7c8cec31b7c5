/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dump/elf.h"

#include <stdlib.h>

#include "fake/check.h"
#include "dump/dump.h"
#include "dump/elf_map.h"
#include "dump/note.h"
#include "dump/reader.h"
#include "fake/dump.h"
#include "fake/store.h"
#include "util/addr.h"
#include "util/checked.h"

enum { FRAME = 4096, RAM_SIZE = 0x20000 };

/* Offsets in the ELF header and in a program header. */
enum { E_FLAGS = 48, E_PHENTSIZE = 54, E_PHNUM = 56, E_SHENTSIZE = 58, E_PHOFF = 32, E_SHOFF = 40 };
enum { P_TYPE = 0, P_OFFSET = 8, P_PADDR = 24, P_FILESZ = 32, P_MEMSZ = 40, PHDR_SIZE = 56 };

static const enum order orders[] = { ORDER_LITTLE, ORDER_BIG };
#define EACH_ORDER(i) (size_t i = 0; i < 2; i++)

/* Memory in which no two places look alike. */
static struct ram *patterned_ram(enum order order)
{
	struct ram *ram = ram_new(RAM_SIZE, FRAME, order);

	for (uint64_t phys = 0; phys < RAM_SIZE; phys += 8)
		ram_put_u64(ram, phys, phys * UINT64_C(0x9e3779b97f4a7c15) | 1);
	return ram;
}

/* A dump that was written and opened. */
struct opened {
	struct problems *problems;
	struct dump *dump;
	struct reader *reader;
};

static struct opened open_dump(const char *path)
{
	struct opened o = { .problems = new_problems() };

	assert_success(dump_open(&path, 1, o.problems, &o.dump));
	assert_success(reader_new(o.dump, &o.reader));
	return o;
}

static void opened_free(struct opened *o)
{
	reader_free(o->reader);
	dump_close(o->dump);
	problems_free(o->problems);
}

static void assert_open_fails(const char *path, enum vmw_error_kind kind, const char *piece)
{
	struct dump *dump = NULL;
	struct vmw_error *error = dump_open(&path, 1, NULL, &dump);

	assert_non_null(error);
	assert_string_equal(error->file, path);
	assert_error(error, kind, piece);
	assert_null(dump);
}

/* All of [@phys, @phys + @size) is @data for @reason; what is present is as in @ram. */
static void assert_memory(struct opened *o, const struct ram *ram, uint64_t phys, uint64_t size,
			  enum vmw_data data, enum reason reason)
{
	unsigned char bytes[RAM_SIZE], right[RAM_SIZE];

	for (uint64_t done = 0; done < size;) {
		struct run run;
		assert_success(
			reader_read(o->reader, phys_at(phys + done), bytes, size - done, &run));
		if (run.data != data || run.reason != reason)
			fail_msg("0x%lx: data %d, reason %d", (unsigned long)(phys + done),
				 run.data, run.reason);
		assert_in_range(run.size, 1, size - done);
		if (data == VMW_PRESENT) {
			ram_get(ram, phys + done, right, run.size);
			assert_memory_equal(bytes, right, run.size);
		}
		done += run.size;
	}
}

#define assert_present(o, ram, phys, size) \
	assert_memory(o, ram, phys, size, VMW_PRESENT, REASON_NONE)
#define assert_filtered(o, phys, size) \
	assert_memory(o, NULL, phys, size, VMW_EXCLUDED, REASON_FILTERED)
#define assert_no_segment(o, phys, size) \
	assert_memory(o, NULL, phys, size, VMW_NOT_DUMPED, REASON_NO_SEGMENT)

/* Files of one test: the segments are written in @order. */
static struct fake_files write_segments(const struct ram *ram, const struct fake_segment *segments,
					size_t count)
{
	struct fake_dump_spec spec = { .format = FAKE_ELF,
				       .segments = segments,
				       .segment_count = count };

	return fake_dump_write(ram, &spec);
}

/* Where field @field of program header @index lies. */
static uint64_t field_offset(const char *path, size_t index, size_t field, enum order order)
{
	unsigned char bytes[8];

	fake_file_read(path, E_PHOFF, bytes, sizeof(bytes));
	return load_u64(bytes, order) + index * PHDR_SIZE + field;
}

static uint64_t get_field(const char *path, size_t index, size_t field, enum order order)
{
	unsigned char bytes[8];

	fake_file_read(path, field_offset(path, index, field, order), bytes, sizeof(bytes));
	return load_u64(bytes, order);
}

static void put_field(const char *path, size_t index, size_t field, enum order order,
		      uint64_t value)
{
	unsigned char bytes[8];

	store_u64(bytes, value, order);
	fake_file_patch(path, field_offset(path, index, field, order), bytes, sizeof(bytes));
}

static void put_u16(const char *path, uint64_t offset, enum order order, uint16_t value)
{
	unsigned char bytes[2];

	store_u16(bytes, value, order);
	fake_file_patch(path, offset, bytes, sizeof(bytes));
}

/* The number of the program header of the first PT_LOAD: PT_NOTE may stand before it. */
static size_t first_load(const char *path, enum order order)
{
	for (size_t i = 0; i < 3; i++) {
		unsigned char bytes[4];
		fake_file_read(path, field_offset(path, i, P_TYPE, order), bytes, sizeof(bytes));
		if (load_u32(bytes, order) == 1)
			return i;
	}
	fail_msg("no PT_LOAD");
	return 0;
}

static void every_way_of_writing_a_core_gives_the_same_memory(void **state)
{
	static const struct fake_dump_spec specs[] = {
		{ .format = FAKE_ELF },
		{ .format = FAKE_ELF, .ei_data_lies = true },
		{ .format = FAKE_ELF, .headers_last = true },
		{ .format = FAKE_ELF, .xnum = true },
		{ .format = FAKE_ELF, .reverse = true },
		{ .format = FAKE_ELF, .qemu = true },
		{ .format = FAKE_ELF, .qemu = true, .foreign_headers = true },
		{ .format = FAKE_ELF, .excluded_as_memsz = true },
		{ .format = FAKE_ELF, .flattened = true, .flat_record = 1000 },
		{ .format = FAKE_ELF,
		  .flattened = true,
		  .flat_record = 777,
		  .flat_shuffled = true,
		  .headers_last = true },
	};

	for
		EACH_ORDER(i)
		{
			_cleanup_(ram_freep) struct ram *ram = patterned_ram(orders[i]);
			ram_set_data(ram, 0x4000, 0x3000, VMW_EXCLUDED);
			ram_set_data(ram, 0x9000, 0x1000, VMW_NOT_DUMPED);
			ram_set_data(ram, 0x1f000, 0x1000, VMW_NOT_DUMPED);
			for (size_t k = 0; k < sizeof(specs) / sizeof(specs[0]); k++) {
				_cleanup_(fake_files_free) struct fake_files files =
					fake_dump_write(ram, &specs[k]);
				_cleanup_(opened_free) struct opened o = open_dump(files.paths[0]);
				const struct image *image = dump_image(o.dump);

				assert_ptr_equal(image->format, &elf_format);
				assert_int_equal(image->order, specs[k].foreign_headers
								       ? order_other(orders[i])
								       : orders[i]);
				assert_int_equal(image->end, 0x1f000);
				assert_false(image->incomplete);
				assert_null(image->machine);
				assert_present(&o, ram, 0, 0x4000);
				if (specs[k].excluded_as_memsz)
					assert_filtered(&o, 0x4000, 0x3000);
				else
					assert_no_segment(&o, 0x4000, 0x3000);
				assert_present(&o, ram, 0x7000, 0x2000);
				assert_no_segment(&o, 0x9000, 0x1000);
				assert_present(&o, ram, 0xa000, 0x15000);
				assert_no_segment(&o, 0x1f000, 0x1000);
				assert_no_segment(&o, UINT64_MAX - 8, 8);
				if (specs[k].ei_data_lies)
					assert_problem(o.problems, "elf-ei-data",
						       "fields are believed");
				else
					assert_no_problem(o.problems);
			}
		}
}

static void a_run_is_as_long_as_its_kind_and_the_question(void **state)
{
	static const struct fake_segment segments[] = {
		{ .phys = 0x1000, .memsz = 0x5000, .filesz = 0x2000 },
		{ .phys = 0x8000, .memsz = 0x1000, .filesz = 0x1000 },
	};
	static const struct {
		uint64_t phys, asked, size;
	} cases[] = {
		{ 0, 0x10000, 0x1000 },       { 0x1000, 0x10000, 0x2000 },
		{ 0x1fff, 0x10000, 0x1001 },  { 0x3000, 0x10000, 0x3000 },
		{ 0x6000, 0x10000, 0x2000 },  { 0x8fff, 0x10000, 1 },
		{ 0x9000, 0x10000, 0x10000 }, { 0x2000, 0x10, 0x10 },
	};

	for
		EACH_ORDER(i)
		{
			_cleanup_(ram_freep) struct ram *ram = patterned_ram(orders[i]);
			_cleanup_(fake_files_free) struct fake_files files = write_segments(
				ram, segments, 2);
			_cleanup_(opened_free) struct opened o = open_dump(files.paths[0]);
			unsigned char bytes[0x10000];
			for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
				struct run run;
				assert_success(reader_read(o.reader, phys_at(cases[k].phys), bytes,
							   cases[k].asked, &run));
				assert_int_equal(run.size, cases[k].size);
			}
		}
}

static void next_gives_the_ranges_with_bytes(void **state)
{
	static const struct fake_segment segments[] = {
		{ .phys = 0x8000, .memsz = 0x1000, .filesz = 0x1000 },
		{ .phys = 0x1000, .memsz = 0x5000, .filesz = 0x2000 },
		{ .phys = 0xa000, .memsz = 0x1000, .filesz = 0 },
	};
	static const struct {
		uint64_t from, start, size;
	} cases[] = {
		{ 0, 0x1000, 0x2000 },      { 0x1000, 0x1000, 0x2000 }, { 0x2fff, 0x1000, 0x2000 },
		{ 0x3000, 0x8000, 0x1000 }, { 0x8fff, 0x8000, 0x1000 }, { 0x9000, 0, 0 },
		{ UINT64_MAX, 0, 0 },
	};

	for
		EACH_ORDER(i)
		{
			_cleanup_(ram_freep) struct ram *ram = patterned_ram(orders[i]);
			_cleanup_(fake_files_free) struct fake_files files = write_segments(
				ram, segments, 3);
			_cleanup_(opened_free) struct opened o = open_dump(files.paths[0]);
			for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
				struct phys_range range;
				bool found;
				assert_success(reader_next(o.reader, phys_at(cases[k].from), &range,
							   &found));
				assert_int_equal(found, cases[k].size > 0);
				if (!found)
					continue;
				assert_int_equal(range.start.value, cases[k].start);
				assert_int_equal(range.size, cases[k].size);
			}
		}
}

static void file_bytes_win_over_the_filtered_tail_of_another_segment(void **state)
{
	static const struct fake_segment segments[] = {
		{ .phys = 0x1000, .memsz = 0x4000, .filesz = 0x1000 },
		{ .phys = 0x3000, .memsz = 0x4000, .filesz = 0 },
		{ .phys = 0xa000, .memsz = 0x8000, .filesz = 0x2000 },
		{ .phys = 0xc000, .memsz = 0x4000, .filesz = 0x2000 },
	};

	for
		EACH_ORDER(i)
		{
			_cleanup_(ram_freep) struct ram *ram = patterned_ram(orders[i]);
			_cleanup_(fake_files_free) struct fake_files files = write_segments(
				ram, segments, 4);
			_cleanup_(opened_free) struct opened o = open_dump(files.paths[0]);
			assert_present(&o, ram, 0x1000, 0x1000);
			assert_filtered(&o, 0x2000, 0x5000);
			assert_no_segment(&o, 0x7000, 0x3000);
			assert_present(&o, ram, 0xa000, 0x4000);
			assert_filtered(&o, 0xe000, 0x4000);
			assert_no_segment(&o, 0x12000, 0x1000);
			assert_int_equal(dump_image(o.dump)->end, 0x12000);
			assert_no_problem(o.problems);
		}
}

static void segments_of_a_part_of_a_page_join(void **state)
{
	static const struct fake_segment segments[] = {
		{ .phys = 0x1000, .memsz = 0x600, .filesz = 0x600, .virt = 0x101000 },
		{ .phys = 0x1000, .memsz = 0x1000, .filesz = 0x1000, .virt = 0x201000 },
		{ .phys = 0x2001, .memsz = 1, .filesz = 1 },
		{ .phys = 0x2003, .memsz = 0x10, .filesz = 0x7 },
	};

	for
		EACH_ORDER(i)
		{
			_cleanup_(ram_freep) struct ram *ram = patterned_ram(orders[i]);
			_cleanup_(fake_files_free) struct fake_files files = write_segments(
				ram, segments, 4);
			_cleanup_(opened_free) struct opened o = open_dump(files.paths[0]);
			assert_present(&o, ram, 0x1000, 0x1000);
			assert_no_segment(&o, 0x2000, 1);
			assert_present(&o, ram, 0x2001, 1);
			assert_no_segment(&o, 0x2002, 1);
			assert_present(&o, ram, 0x2003, 7);
			assert_filtered(&o, 0x200a, 9);
		}
}

/* Two segments for 0x1000 to 0x3000; @places of the second's bytes are wrong. */
static void bytes_that_two_segments_disagree_on_are_neither_of_them(void **state)
{
	static const uint64_t wrong[] = { 0x1000, 0x17ff, 0x1800, 0x1801, 0x2040, 0x2fff };
	static const struct fake_segment segments[] = {
		{ .phys = 0x0, .memsz = 0x3000, .filesz = 0x3000 },
		{ .phys = 0x1000, .memsz = 0x4000, .filesz = 0x2000 },
	};
	enum { WRONG = sizeof(wrong) / sizeof(wrong[0]) };

	for
		EACH_ORDER(i)
		{
			_cleanup_(ram_freep) struct ram *ram = patterned_ram(orders[i]);
			_cleanup_(fake_files_free) struct fake_files files = write_segments(
				ram, segments, 2);
			const char *path = files.paths[0];
			uint64_t offset = get_field(path, first_load(path, orders[i]) + 1, P_OFFSET,
						    orders[i]);
			for (size_t k = 0; k < WRONG; k++) {
				unsigned char byte;
				fake_file_read(path, offset + wrong[k] - 0x1000, &byte, 1);
				byte ^= 0x10;
				fake_file_patch(path, offset + wrong[k] - 0x1000, &byte, 1);
			}

			_cleanup_(opened_free) struct opened o = open_dump(path);
			uint64_t at = 0;
			for (size_t k = 0; k < WRONG; at = wrong[k++] + 1) {
				if (wrong[k] > at)
					assert_present(&o, ram, at, wrong[k] - at);
				assert_memory(&o, ram, wrong[k], 1, VMW_LOST, REASON_CONFLICT);
			}
			assert_filtered(&o, 0x3000, 0x2000);

			/* The same in one go: a read ends where the kind changes. */
			unsigned char bytes[0x3000];
			struct run run;
			assert_success(
				reader_read(o.reader, phys_at(0x1801 + 1), bytes, 0x3000, &run));
			assert_int_equal(run.data, VMW_PRESENT);
			assert_int_equal(run.size, 0x2040 - 0x1802);
			memset(bytes, 0, sizeof(bytes));
			assert_success(reader_read(o.reader, phys_at(0x17ff), bytes, 0x3000, &run));
			assert_int_equal(run.data, VMW_LOST);
			assert_int_equal(run.size, 3);
			/* Nothing is written to the buffer but what the run says. */
			for (size_t k = 0; k < sizeof(bytes); k++)
				assert_int_equal(bytes[k], 0);

			_cleanup_(freep) char *why = dump_explain(o.dump, phys_at(0x1000),
								  REASON_CONFLICT);
			assert_non_null(strstr(
				why, "two segments of the dump give different bytes for it"));
			assert_non_null(strstr(why, "file offsets 0x"));
		}
}

static void more_copies_than_are_compared_are_a_conflict(void **state)
{
	for (size_t count = ELF_SOURCES_MAX; count <= ELF_SOURCES_MAX + 1; count++) {
		struct fake_segment segments[ELF_SOURCES_MAX + 1];
		_cleanup_(ram_freep) struct ram *ram = patterned_ram(ORDER_BIG);
		for (size_t i = 0; i < count; i++)
			segments[i] = (struct fake_segment){ .phys = 0x1000,
							     .memsz = 0x1000,
							     .filesz = 0x1000 };
		_cleanup_(fake_files_free) struct fake_files files = write_segments(ram, segments,
										    count);
		_cleanup_(opened_free) struct opened o = open_dump(files.paths[0]);
		if (count <= ELF_SOURCES_MAX)
			assert_present(&o, ram, 0x1000, 0x1000);
		else
			assert_memory(&o, ram, 0x1000, 0x1000, VMW_LOST, REASON_CONFLICT);
	}
}

static void a_segment_that_wraps_is_left_out(void **state)
{
	static const struct fake_segment segments[] = {
		{ .phys = 0x1000, .memsz = 0x1000, .filesz = 0x1000 },
		{ .phys = 0x3000, .memsz = 0x1000, .filesz = 0x1000 },
	};

	for
		EACH_ORDER(i)
		{
			_cleanup_(ram_freep) struct ram *ram = patterned_ram(orders[i]);
			_cleanup_(fake_files_free) struct fake_files files = write_segments(
				ram, segments, 2);
			const char *path = files.paths[0];
			size_t second = first_load(path, orders[i]) + 1;
			put_field(path, second, P_PADDR, orders[i], UINT64_MAX - 0xfff);
			_cleanup_(opened_free) struct opened o = open_dump(path);
			assert_present(&o, ram, 0x1000, 0x1000);
			assert_no_segment(&o, UINT64_MAX - 0xfff, 0xfff);
			assert_int_equal(dump_image(o.dump)->end, 0x2000);
			assert_problem(o.problems, "elf-segment",
				       "past the end of the address space");
		}
}

static void an_empty_segment_is_no_memory(void **state)
{
	static const struct fake_segment segments[] = {
		{ .phys = 0x1000, .memsz = 0x1000, .filesz = 0x1000 },
		{ .phys = 0x3000, .memsz = 0x1000, .filesz = 0x1000 },
	};
	static const size_t sizes[] = { P_FILESZ, P_MEMSZ };

	for
		EACH_ORDER(i)
		{
			_cleanup_(ram_freep) struct ram *ram = patterned_ram(orders[i]);
			_cleanup_(fake_files_free) struct fake_files files = write_segments(
				ram, segments, 2);
			const char *path = files.paths[0];
			size_t second = first_load(path, orders[i]) + 1;
			put_field(path, second, P_PADDR, orders[i], UINT64_C(1) << 60);
			for (size_t k = 0; k < 2; k++)
				put_field(path, second, sizes[k], orders[i], 0);
			_cleanup_(opened_free) struct opened o = open_dump(path);
			assert_int_equal(dump_image(o.dump)->end, 0x2000);
			assert_no_segment(&o, UINT64_C(1) << 60, 1);
		}
}

static void more_in_the_file_than_in_memory_is_clipped(void **state)
{
	static const struct fake_segment segments[] = {
		{ .phys = 0x1000, .memsz = 0x2000, .filesz = 0x2000 },
	};
	static const uint64_t sizes[] = { 0x3000, UINT64_MAX };

	for
		EACH_ORDER(i)
		{
			for (size_t k = 0; k < 2; k++) {
				_cleanup_(ram_freep) struct ram *ram = patterned_ram(orders[i]);
				_cleanup_(fake_files_free) struct fake_files files = write_segments(
					ram, segments, 1);
				const char *path = files.paths[0];
				put_field(path, first_load(path, orders[i]), P_FILESZ, orders[i],
					  sizes[k]);
				_cleanup_(opened_free) struct opened o = open_dump(path);
				assert_present(&o, ram, 0x1000, 0x2000);
				assert_no_segment(&o, 0x3000, 0x2000);
				assert_problem(o.problems, "elf-segment", "more bytes in the file");
			}
		}
}

/* Each prefix either opens, and then what it gives is right, or is truncated. */
static void every_prefix_gives_right_bytes_or_says_that_it_is_cut(void **state)
{
	static const struct fake_segment segments[] = {
		{ .phys = 0x1000, .memsz = 0x180, .filesz = 0x100 },
		{ .phys = 0x2000, .memsz = 0x80, .filesz = 0x80 },
	};

	for
		EACH_ORDER(i)
		{
			_cleanup_(ram_freep) struct ram *ram = patterned_ram(orders[i]);
			_cleanup_(fake_files_free) struct fake_files files = write_segments(
				ram, segments, 2);
			const char *path = files.paths[0];
			size_t load = first_load(path, orders[i]);
			uint64_t offset[2] = { get_field(path, load, P_OFFSET, orders[i]),
					       get_field(path, load + 1, P_OFFSET, orders[i]) };
			uint64_t table_end = field_offset(path, load + 2, 0, orders[i]);

			for (uint64_t size = fake_file_size(path) - 1; size > 0; size--) {
				/* The contents alone are 384 bytes behind padding: look at each
				 * byte of headers and contents. */
				fake_file_cut(path, size);
				if (size < 64 + PHDR_SIZE) {
					struct dump *dump = NULL;
					assert_error(dump_open((const char *const *)&path, 1, NULL,
							       &dump),
						     size < 4 ? VMW_ERROR_NOT_A_DUMP
							      : VMW_ERROR_TRUNCATED,
						     "");
					continue;
				}
				_cleanup_(opened_free) struct opened o = open_dump(path);
				assert_true(dump_image(o.dump)->incomplete);
				assert_problem(o.problems, "elf-cut", "");
				for (size_t k = 0; k < 2; k++) {
					uint64_t phys = segments[k].phys,
						 filesz = segments[k].filesz;
					uint64_t there = size <= offset[k] ? 0
							 : size - offset[k] < filesz
								 ? size - offset[k]
								 : filesz;
					if (there > 0)
						assert_present(&o, ram, phys, there);
					if (there < filesz)
						assert_memory(&o, ram, phys + there, filesz - there,
							      VMW_LOST, REASON_CUT);
				}
				if (size >= table_end)
					assert_no_segment(&o, 0x8000, 0x10);
				else
					assert_memory(&o, ram, 0x8000, 0x10, VMW_LOST, REASON_CUT);
			}
		}
}

static void a_cut_file_explains_what_is_lost(void **state)
{
	static const struct fake_segment segments[] = {
		{ .phys = 0x1000, .memsz = 0x1000, .filesz = 0x1000 },
	};
	_cleanup_(ram_freep) struct ram *ram = patterned_ram(ORDER_BIG);
	_cleanup_(fake_files_free) struct fake_files files = write_segments(ram, segments, 1);

	fake_file_cut(files.paths[0], fake_file_size(files.paths[0]) - 0x800);
	_cleanup_(opened_free) struct opened o = open_dump(files.paths[0]);
	_cleanup_(freep) char *why = dump_explain(o.dump, phys_at(0x1800), REASON_CUT);
	assert_non_null(strstr(why, "the file ends before it: "));
	assert_non_null(strstr(why, "is cut at"));
	_cleanup_(freep) char *other = dump_explain(o.dump, phys_at(0), REASON_NO_SEGMENT);
	assert_string_equal(other, "no segment of the dump covers it");
}

/* Records out of order, and the last of them missing: holes anywhere. */
static void a_cut_flattened_core_gives_right_bytes_or_none(void **state)
{
	static const struct fake_dump_spec spec = { .format = FAKE_ELF,
						    .flattened = true,
						    .flat_record = 1500 };

	for
		EACH_ORDER(i)
		{
			_cleanup_(ram_freep) struct ram *ram = patterned_ram(orders[i]);
			_cleanup_(fake_files_free) struct fake_files files = fake_dump_write(ram,
											     &spec);
			const char *path = files.paths[0];
			uint64_t whole = fake_file_size(path);

			/* The header of a record in the middle is moved far behind: its place is a
			 * gap. */
			unsigned char header[16];
			uint64_t position = FRAME;
			for (int k = 0; k < 10; k++) {
				fake_file_read(path, position, header, sizeof(header));
				if (k < 9)
					position += 16 + load_u64(header + 8, ORDER_BIG);
			}
			store_u64(header, 10 << 20, ORDER_BIG);
			fake_file_patch(path, position, header, sizeof(header));
			fake_file_cut(path, whole - 16);

			_cleanup_(opened_free) struct opened o = open_dump(path);
			unsigned char bytes[RAM_SIZE], right[RAM_SIZE];
			uint64_t lost = 0;
			struct run run;
			for (uint64_t phys = 0; phys < RAM_SIZE; phys += run.size) {
				assert_success(reader_read(o.reader, phys_at(phys), bytes,
							   RAM_SIZE - phys, &run));
				if (run.data == VMW_PRESENT) {
					ram_get(ram, phys, right, run.size);
					assert_memory_equal(bytes, right, run.size);
					continue;
				}
				assert_int_equal(run.data, VMW_LOST);
				assert_int_equal(run.reason, REASON_CUT);
				lost += run.size;
			}
			assert_int_equal(lost, 1500);
			assert_problem(o.problems, "flat-cut", "");
		}
}

static void impossible_headers_are_refused(void **state)
{
	static const struct {
		bool xnum;
		size_t offset;
		uint16_t value;
		enum vmw_error_kind kind;
		const char *message;
	} cases[] = {
		{ false, E_PHENTSIZE, 32, VMW_ERROR_BAD_DATA, "e_phentsize is 32, not 56" },
		{ false, E_PHENTSIZE, 0xffff, VMW_ERROR_BAD_DATA, "e_phentsize is 65535" },
		{ true, E_SHENTSIZE, 0x4000, VMW_ERROR_BAD_DATA, "e_shentsize is 16384, not 64" },
		{ true, E_SHENTSIZE, 0, VMW_ERROR_BAD_DATA, "e_shentsize is 0, not 64" },
	};

	for
		EACH_ORDER(i)
		{
			for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
				_cleanup_(ram_freep) struct ram *ram = patterned_ram(orders[i]);
				struct fake_dump_spec spec = { .format = FAKE_ELF,
							       .xnum = cases[k].xnum };
				_cleanup_(fake_files_free) struct fake_files files =
					fake_dump_write(ram, &spec);
				put_u16(files.paths[0], cases[k].offset, orders[i], cases[k].value);
				assert_open_fails(files.paths[0], cases[k].kind, cases[k].message);
			}
		}
}

static void an_impossible_table_is_refused(void **state)
{
	static const struct {
		bool xnum;
		size_t field; /* u64 in the header; 0: sh_info */
		uint64_t value;
		enum vmw_error_kind kind;
		const char *message;
	} cases[] = {
		{ false, E_PHOFF, UINT64_C(1) << 40, VMW_ERROR_TRUNCATED, "but the file ends at" },
		{ false, E_PHOFF, UINT64_MAX, VMW_ERROR_TRUNCATED, "but the file ends at" },
		{ true, E_SHOFF, UINT64_C(1) << 40, VMW_ERROR_TRUNCATED, "section header 0" },
		{ true, E_SHOFF, UINT64_MAX - 8, VMW_ERROR_TRUNCATED, "section header 0" },
		{ true, 0, 0, VMW_ERROR_BAD_DATA, "sh_info of section header 0 is 0" },
		{ true, 0, 0xffffffff, VMW_ERROR_BAD_DATA, "4294967295 program headers" },
	};

	for
		EACH_ORDER(i)
		{
			for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
				_cleanup_(ram_freep) struct ram *ram = patterned_ram(orders[i]);
				struct fake_dump_spec spec = { .format = FAKE_ELF,
							       .xnum = cases[k].xnum };
				_cleanup_(fake_files_free) struct fake_files files =
					fake_dump_write(ram, &spec);
				const char *path = files.paths[0];
				unsigned char bytes[8];
				if (cases[k].field) {
					store_u64(bytes, cases[k].value, orders[i]);
					fake_file_patch(path, cases[k].field, bytes, 8);
				} else {
					fake_file_read(path, E_SHOFF, bytes, 8);
					uint64_t section = load_u64(bytes, orders[i]);
					store_u32(bytes, (uint32_t)cases[k].value, orders[i]);
					fake_file_patch(path, section + 44, bytes, 4);
				}
				assert_open_fails(path, cases[k].kind, cases[k].message);
			}
		}
}

static void a_core_without_memory_opens_and_says_so(void **state)
{
	for
		EACH_ORDER(i)
		{
			_cleanup_(ram_freep) struct ram *ram = patterned_ram(orders[i]);
			struct fake_dump_spec spec = { .format = FAKE_ELF };
			struct phys_range range;
			bool found;

			ram_set_data(ram, 0, RAM_SIZE, VMW_NOT_DUMPED);
			_cleanup_(fake_files_free) struct fake_files files = fake_dump_write(ram,
											     &spec);
			_cleanup_(opened_free) struct opened o = open_dump(files.paths[0]);
			assert_problem(o.problems, "elf-no-segments", "no PT_LOAD");
			assert_no_segment(&o, 0, 0x1000);
			assert_success(reader_next(o.reader, phys_at(0), &range, &found));
			assert_false(found);
			assert_int_equal(dump_image(o.dump)->end, 0);
		}
}

static void the_notes_are_kept(void **state)
{
	for
		EACH_ORDER(i)
		{
			_cleanup_(ram_freep) struct ram *ram = patterned_ram(orders[i]);
			struct fake_dump_spec spec = {
				.format = FAKE_ELF, .vmcoreinfo = "OSRELEASE=6.12\nPAGESIZE=4096\n"
			};
			struct note note;
			unsigned char bytes[64];

			_cleanup_(fake_files_free) struct fake_files files = fake_dump_write(ram,
											     &spec);
			_cleanup_(opened_free) struct opened o = open_dump(files.paths[0]);
			const struct image *image = dump_image(o.dump);
			assert_true(note_find(image->notes, image->order, "VMCOREINFO", &note));
			assert_int_equal(note.order, orders[i]);
			assert_memory_equal(note.desc.data, spec.vmcoreinfo, note.desc.size);
			assert_true(image->notes.size >= sizeof(bytes));
			fake_file_read(files.paths[0], image->notes_offset, bytes, sizeof(bytes));
			assert_memory_equal(bytes, image->notes.data, sizeof(bytes));
		}
}

/* 4000 times 64 MiB of a flattened file that has no record of them: nothing to fill or copy. */
static void notes_that_are_missing_cost_nothing(void **state)
{
	enum { COUNT = 4000, FLAT = 4096, RECORD = 16, EHDR = 64 };
	enum { SIZE = FLAT + RECORD + EHDR + COUNT * PHDR_SIZE + RECORD + 1 };

	for
		EACH_ORDER(i)
		{
			_cleanup_(freep) unsigned char *bytes = calloc(1, SIZE);
			assert_non_null(bytes);
			unsigned char *at = bytes + FLAT;
			memcpy(bytes, "makedumpfile", 12);
			store_u64(bytes + 16, 1, ORDER_BIG);
			store_u64(bytes + 24, 1, ORDER_BIG);
			store_u64(at + 8, EHDR + COUNT * PHDR_SIZE, ORDER_BIG);
			at += RECORD;
			memcpy(at, "\177ELF\2\1\1", 7);
			store_u16(at + 16, ET_CORE, orders[i]);
			store_u16(at + 18, EM_PPC64, orders[i]);
			store_u32(at + 20, 1, orders[i]);
			store_u64(at + E_PHOFF, EHDR, orders[i]);
			store_u16(at + 52, EHDR, orders[i]);
			store_u16(at + E_PHENTSIZE, PHDR_SIZE, orders[i]);
			store_u16(at + E_PHNUM, COUNT, orders[i]);
			at += EHDR;
			for (size_t k = 0; k < COUNT; k++, at += PHDR_SIZE) {
				store_u32(at + P_TYPE, PT_NOTE, orders[i]);
				store_u64(at + P_OFFSET, 1 << 20, orders[i]);
				store_u64(at + P_FILESZ, 64 << 20, orders[i]);
			}
			store_u64(at, 1 << 30, ORDER_BIG);
			store_u64(at + 8, 1, ORDER_BIG);

			_cleanup_(scratch_free) struct scratch scratch = scratch_new(bytes, SIZE);
			_cleanup_(opened_free) struct opened o = open_dump(scratch.path);
			assert_int_equal(dump_image(o.dump)->notes.size, 0);
			assert_problem(o.problems, "elf-cut", "contents of 4000 segments");
		}
}

static void the_core_of_a_program_is_refused(void **state)
{
	static const struct {
		uint32_t type;
		const char *name;
		bool refused;
	} cases[] = {
		{ 3, "CORE", true },  { 6, "CORE", true },  { 0x46494c45, "CORE", true },
		{ 1, "CORE", false }, { 2, "CORE", false }, { 6, "QEMU", false },
	};

	for
		EACH_ORDER(i)
		{
			for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
				_cleanup_(ram_freep) struct ram *ram = patterned_ram(orders[i]);
				struct fake_dump_spec spec = {
					.format = FAKE_ELF, .vmcoreinfo = "12345678901234567890"
				};
				_cleanup_(fake_files_free) struct fake_files files =
					fake_dump_write(ram, &spec);
				const char *path = files.paths[0];
				struct dump *dump = NULL;
				unsigned char bytes[20] = { 0 };
				uint64_t notes;
				{
					_cleanup_(opened_free) struct opened o = open_dump(path);
					notes = dump_image(o.dump)->notes_offset;
				}
				store_u32(bytes, 5, orders[i]);
				store_u32(bytes + 4, (uint32_t)0, orders[i]);
				store_u32(bytes + 8, cases[k].type, orders[i]);
				memcpy(bytes + 12, cases[k].name, 5);
				fake_file_patch(path, notes, bytes, sizeof(bytes));
				put_field(path, 0, P_FILESZ, orders[i], sizeof(bytes));
				if (cases[k].refused) {
					assert_open_fails(path, VMW_ERROR_NOT_A_DUMP,
							  "an ELF core of a program");
				} else {
					assert_success(dump_open((const char *const *)&path, 1,
								 NULL, &dump));
					dump_close(dump);
				}
			}
		}
}

static void makedumpfile_running_out_of_space_is_told_where_it_can_be(void **state)
{
	static const struct {
		enum order order;
		uint32_t flags;
		bool incomplete;
	} cases[] = {
		{ ORDER_LITTLE, 0, false }, { ORDER_LITTLE, 2, false },
		{ ORDER_LITTLE, 1, true },  { ORDER_LITTLE, 3, true },
		{ ORDER_BIG, 0, false },    { ORDER_BIG, 1, false }, /* ELFv1 from fadump */
		{ ORDER_BIG, 2, false },    { ORDER_BIG, 3, true },
	};

	for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
		_cleanup_(ram_freep) struct ram *ram = patterned_ram(cases[k].order);
		struct fake_dump_spec spec = { .format = FAKE_ELF };
		_cleanup_(fake_files_free) struct fake_files files = fake_dump_write(ram, &spec);
		unsigned char bytes[4];
		store_u32(bytes, cases[k].flags, cases[k].order);
		fake_file_patch(files.paths[0], E_FLAGS, bytes, 4);
		_cleanup_(opened_free) struct opened o = open_dump(files.paths[0]);
		assert_int_equal(dump_image(o.dump)->incomplete, cases[k].incomplete);
		if (cases[k].incomplete)
			assert_problem(o.problems, "incomplete", "did not finish");
	}
}

static void random_damage_to_the_headers_never_breaks_the_reader(void **state)
{
	uint64_t seed = 99;

	for
		EACH_ORDER(i)
		{
			_cleanup_(ram_freep) struct ram *ram = patterned_ram(orders[i]);
			struct fake_dump_spec spec = { .format = FAKE_ELF,
						       .xnum = true,
						       .excluded_as_memsz = true,
						       .vmcoreinfo = "OSRELEASE=6.12\n" };
			ram_set_data(ram, 0x4000, 0x3000, VMW_EXCLUDED);
			ram_set_data(ram, 0x9000, 0x1000, VMW_NOT_DUMPED);
			_cleanup_(fake_files_free) struct fake_files files = fake_dump_write(ram,
											     &spec);
			unsigned char head[1024], bytes[256];
			fake_file_read(files.paths[0], 0, head, sizeof(head));

			for (int round = 0; round < 1000; round++) {
				unsigned char damaged[1024];
				memcpy(damaged, head, sizeof(head));
				for (int k = 0; k < 1 + round % 3; k++) {
					seed = seed * UINT64_C(6364136223846793005) +
					       1442695040888963407;
					damaged[(seed >> 33) % sizeof(head)] ^=
						(unsigned char)(1U << (seed >> 60) % 8);
				}
				fake_file_patch(files.paths[0], 0, damaged, sizeof(damaged));
				struct dump *dump = NULL;
				struct vmw_error *error = dump_open(
					(const char *const *)files.paths, 1, NULL, &dump);
				if (error) {
					assert_non_null(error->message);
					vmw_error_free(error);
					continue;
				}
				_cleanup_(reader_freep) struct reader *reader = NULL;
				assert_success(reader_new(dump, &reader));
				for (uint64_t phys = 0; phys < RAM_SIZE;) {
					struct run run;
					assert_success(reader_read(reader, phys_at(phys), bytes,
								   sizeof(bytes), &run));
					assert_in_range(run.size, 1, sizeof(bytes));
					phys += run.size;
				}
				reader_free(TAKE(reader));
				dump_close(dump);
			}
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_way_of_writing_a_core_gives_the_same_memory),
		cmocka_unit_test(a_run_is_as_long_as_its_kind_and_the_question),
		cmocka_unit_test(next_gives_the_ranges_with_bytes),
		cmocka_unit_test(file_bytes_win_over_the_filtered_tail_of_another_segment),
		cmocka_unit_test(segments_of_a_part_of_a_page_join),
		cmocka_unit_test(bytes_that_two_segments_disagree_on_are_neither_of_them),
		cmocka_unit_test(more_copies_than_are_compared_are_a_conflict),
		cmocka_unit_test(a_segment_that_wraps_is_left_out),
		cmocka_unit_test(an_empty_segment_is_no_memory),
		cmocka_unit_test(more_in_the_file_than_in_memory_is_clipped),
		cmocka_unit_test(every_prefix_gives_right_bytes_or_says_that_it_is_cut),
		cmocka_unit_test(a_cut_file_explains_what_is_lost),
		cmocka_unit_test(a_cut_flattened_core_gives_right_bytes_or_none),
		cmocka_unit_test(impossible_headers_are_refused),
		cmocka_unit_test(an_impossible_table_is_refused),
		cmocka_unit_test(a_core_without_memory_opens_and_says_so),
		cmocka_unit_test(the_notes_are_kept),
		cmocka_unit_test(notes_that_are_missing_cost_nothing),
		cmocka_unit_test(the_core_of_a_program_is_refused),
		cmocka_unit_test(makedumpfile_running_out_of_space_is_told_where_it_can_be),
		cmocka_unit_test(random_damage_to_the_headers_never_breaks_the_reader),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
