/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of kdump files share: a small machine, its file, and where the file's fields are.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dump/dump.h"
#include "dump/reader.h"
#include "fake/dump.h"
#include "fake/store.h"
#include "util/addr.h"

static const enum order both_orders[] = { ORDER_LITTLE, ORDER_BIG };

enum {
	FRAME = 4096,

	/* disk_dump_header */
	AT_VERSION = 8,
	AT_UTSNAME = 12,
	AT_MACHINE = 12 + 4 * 65,
	AT_STATUS = 424,
	AT_BLOCK_SIZE = 428,
	AT_SUB_BLOCKS = 432,
	AT_BITMAP_BLOCKS = 436,
	AT_MAX_MAPNR = 440,
	/* kdump_sub_header of a file with 4 KiB blocks */
	AT_SPLIT = FRAME + 12,
	AT_VMCOREINFO = FRAME + 32,
	AT_NOTES = FRAME + 48,
	AT_START_PFN_64 = FRAME + 80,
	AT_END_PFN_64 = FRAME + 88,
	AT_MAX_MAPNR_64 = FRAME + 96,
};

/* A dump that was written and opened. */
struct opened {
	struct fake_files files;
	struct problems *problems;
	struct dump *dump;
	struct reader *reader;
};

/* Open what is in @o->files. */
static inline struct vmw_error *opened_try(struct opened *o)
{
	assert_null(problems_new(&o->problems));
	struct vmw_error *error = dump_open((const char *const *)o->files.paths, o->files.count,
					    o->problems, &o->dump);
	if (!error)
		assert_null(reader_new(o->dump, &o->reader));
	return error;
}

static inline void opened_need(struct opened *o)
{
	struct vmw_error *error = opened_try(o);

	if (error)
		fail_msg("%s", error->message);
}

static inline void opened_close(struct opened *o)
{
	reader_free(o->reader);
	dump_close(o->dump);
	problems_free(o->problems);
	*o = (struct opened){ .files = o->files };
}

static inline void opened_free(struct opened *o)
{
	opened_close(o);
	fake_files_free(&o->files);
}

static inline void assert_refused(struct vmw_error *error, enum vmw_error_kind kind,
				  const char *piece)
{
	assert_non_null(error);
	if (error->kind != kind || !strstr(error->message, piece))
		fail_msg("kind %d: \"%s\", not %d with \"%s\"", error->kind, error->message, kind,
			 piece);
	assert_non_null(error->file);
	vmw_error_free(error);
}

static inline const struct vmw_problem *find_problem(const struct opened *o, const char *code)
{
	size_t count;
	const struct vmw_problem *list = problems_list(o->problems, &count);

	for (size_t i = 0; i < count; i++) {
		if (strcmp(list[i].code, code) == 0)
			return &list[i];
	}
	return NULL;
}

static inline void patch_u32(const char *path, uint64_t offset, uint32_t value, enum order order)
{
	unsigned char bytes[4];

	store_u32(bytes, value, order);
	fake_file_patch(path, offset, bytes, sizeof(bytes));
}

static inline void patch_u64(const char *path, uint64_t offset, uint64_t value, enum order order)
{
	unsigned char bytes[8];

	store_u64(bytes, value, order);
	fake_file_patch(path, offset, bytes, sizeof(bytes));
}

static inline uint32_t file_u32(const char *path, uint64_t offset, enum order order)
{
	unsigned char bytes[4];

	fake_file_read(path, offset, bytes, sizeof(bytes));
	return load_u32(bytes, order);
}

static inline uint64_t file_u64(const char *path, uint64_t offset, enum order order)
{
	unsigned char bytes[8];

	fake_file_read(path, offset, bytes, sizeof(bytes));
	return load_u64(bytes, order);
}

/* Where the second bitmap of a file with two, and the page descriptors, begin. */
static inline uint64_t bitmaps_offset(const char *path, enum order order)
{
	return (uint64_t)file_u32(path, AT_BLOCK_SIZE, order) *
	       (1 + file_u32(path, AT_SUB_BLOCKS, order));
}

static inline uint64_t descriptors_offset(const char *path, enum order order)
{
	return bitmaps_offset(path, order) + (uint64_t)file_u32(path, AT_BLOCK_SIZE, order) *
						     file_u32(path, AT_BITMAP_BLOCKS, order);
}

/* Add the bytes of the file at @path to @files as a flattened file that was cut, and lacks those of
 * [@start, @end). */
static inline const char *add_flattened_without(struct fake_files *files, const char *path,
						uint64_t start, uint64_t end)
{
	enum { HEADER = 4096, RECORD = 16 };
	size_t size = (size_t)fake_file_size(path);
	unsigned char *flat = fake_alloc(1, HEADER + size + 2 * RECORD);
	unsigned char *at = flat + HEADER;

	memcpy(flat, "makedumpfile", 12);
	store_u64(flat + 16, 1, ORDER_BIG);
	store_u64(flat + 24, 1, ORDER_BIG);
	const uint64_t pieces[2][2] = { { 0, start }, { end, size } };
	for (size_t i = 0; i < 2; i++) {
		uint64_t from = pieces[i][0], length = pieces[i][1] - from;

		if (length == 0)
			continue;
		store_u64(at, from, ORDER_BIG);
		store_u64(at + 8, length, ORDER_BIG);
		fake_file_read(path, from, at + RECORD, length);
		at += RECORD + length;
	}
	fake_file_add(files, "flattened-cut", flat, (size_t)(at - flat));
	free(flat);
	return files->paths[files->count - 1];
}

/*
 * 32 frames: 0 to 7 present and each different, 8 to 11 excluded, 12 to 15 no memory, 16 to 19
 * present, 20 to 31 excluded.
 */
static inline struct ram *small_ram(enum order order)
{
	struct ram *ram = ram_new(32 * FRAME, FRAME, order);

	for (uint64_t frame = 0; frame < 20; frame++) {
		if (frame >= 8 && frame < 16)
			continue;
		for (uint64_t at = 0; at < FRAME; at += 256)
			ram_put_u64(ram, frame * FRAME + at, 0x1000000 * (frame + 1) + at);
	}
	ram_set_data(ram, 8 * FRAME, 4 * FRAME, VMW_EXCLUDED);
	ram_set_data(ram, 12 * FRAME, 4 * FRAME, VMW_NOT_DUMPED);
	ram_set_data(ram, 20 * FRAME, 12 * FRAME, VMW_EXCLUDED);
	return ram;
}

/* Write @ram by @spec and open it. */
static inline struct opened open_fake(const struct ram *ram, struct fake_dump_spec spec)
{
	spec.format = FAKE_KDUMP;
	struct opened o = { .files = fake_dump_write(ram, &spec) };

	opened_need(&o);
	return o;
}

/* All of @ram reads back through @reader as it is: its bytes where present, else its state. */
static inline void assert_memory(struct reader *reader, const struct ram *ram, uint64_t piece)
{
	_cleanup_(freep) unsigned char *got = fake_alloc(1, piece);
	_cleanup_(freep) unsigned char *want = fake_alloc(1, piece);
	struct run run;

	for (uint64_t phys = 0; phys < ram_size(ram); phys += run.size) {
		uint64_t size = ram_size(ram) - phys < piece ? ram_size(ram) - phys : piece;

		assert_null(reader_read(reader, phys_at(phys), got, size, &run));
		assert_in_range(run.size, 1, size);
		for (uint64_t at = phys; at < phys + run.size; at++)
			assert_int_equal(ram_data(ram, at), run.data);
		if (run.data != VMW_PRESENT)
			continue;
		assert_int_equal(run.reason, REASON_NONE);
		ram_get(ram, phys, want, run.size);
		assert_memory_equal(got, want, run.size);
	}
}

/* One byte at @phys: what the dump has of it. */
static inline struct run read_byte(const struct opened *o, uint64_t phys)
{
	unsigned char byte;
	struct run run;

	assert_null(reader_read(o->reader, phys_at(phys), &byte, 1, &run));
	assert_int_equal(run.size, 1);
	return run;
}
