/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files are read back by the shortest reader that can be right: libelf, and offsets from the
 * format's own tables. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <gelf.h>
#include <zlib.h>

#include "config.h"
#if HAVE_LZO
#include <lzo/lzo1x.h>
#endif
#if HAVE_SNAPPY
#include <snappy-c.h>
#endif
#if HAVE_ZSTD
#include <zstd.h>
#endif

#include <cmocka.h>

#include "fake/dump.h"

enum { FRAME = 4096, FRAMES = 2001 };

static const enum order orders[] = { ORDER_BIG, ORDER_LITTLE };

/* 8 MB with something in some frames, and some of every state; no whole number of 64K blocks. */
static struct ram *ram_mixed(enum order order)
{
	struct ram *ram = ram_new((uint64_t)FRAMES * FRAME, FRAME, order);

	for (uint64_t i = 0; i < 60; i++)
		ram_put_u64(ram, i * i * FRAME / 2 + i * 8, i * UINT64_C(0x123456789));
	/* A page that no codec makes smaller. */
	uint64_t random = 1;
	for (uint64_t i = 0; i < FRAME / 8; i++) {
		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		ram_put_u64(ram, (uint64_t)9 * FRAME + i * 8, random);
	}
	ram_exclude_untouched(ram);
	ram_set_data(ram, 0, (uint64_t)3 * FRAME, VMW_PRESENT);
	ram_set_data(ram, (uint64_t)4 * FRAME, (uint64_t)4 * FRAME, VMW_NOT_DUMPED);
	ram_set_data(ram, (uint64_t)(FRAMES - 2) * FRAME, (uint64_t)2 * FRAME, VMW_PRESENT);
	return ram;
}

static uint64_t present_count(const struct ram *ram)
{
	uint64_t count = 0;

	for (uint64_t i = 0; i < FRAMES; i++)
		count += ram_data(ram, i * FRAME) == VMW_PRESENT;
	return count;
}

static void assert_frame(const struct ram *ram, uint64_t frame, const unsigned char *bytes)
{
	unsigned char wanted[FRAME];

	ram_get(ram, frame * FRAME, wanted, FRAME);
	assert_memory_equal(bytes, wanted, FRAME);
}

/* ---- ELF ---- */

static void check_elf(const struct ram *ram, const struct fake_dump_spec *spec)
{
	struct fake_files files = fake_dump_write(ram, spec);
	int fd = open(files.paths[0], O_RDONLY | O_CLOEXEC);
	Elf *elf = elf_begin(fd, ELF_C_READ, NULL);
	GElf_Ehdr head;
	size_t count, frames = 0, excluded = 0;

	assert_non_null(elf);
	assert_non_null(gelf_getehdr(elf, &head));
	assert_int_equal(head.e_type, ET_CORE);
	assert_int_equal(head.e_machine, EM_PPC64);
	assert_int_equal(head.e_ident[EI_DATA],
			 ram_order(ram) == ORDER_BIG ? ELFDATA2MSB : ELFDATA2LSB);
	assert_int_equal(head.e_phnum == PN_XNUM, spec->xnum);
	assert_int_equal(elf_getphdrnum(elf, &count), 0);
	for (size_t i = 0; i < count; i++) {
		GElf_Phdr header;

		assert_non_null(gelf_getphdr(elf, (int)i, &header));
		assert_int_equal(header.p_type, i == 0 ? PT_NOTE : PT_LOAD);
		if (i == 0)
			continue;
		assert_int_equal(header.p_vaddr,
				 spec->qemu ? 0 : UINT64_C(0xc000000000000000) | header.p_paddr);
		assert_true(header.p_filesz <= header.p_memsz);
		for (uint64_t at = 0; at < header.p_memsz; at += FRAME) {
			unsigned char bytes[FRAME];
			bool there = at < header.p_filesz;

			assert_int_equal(ram_data(ram, header.p_paddr + at),
					 there ? VMW_PRESENT : VMW_EXCLUDED);
			if (!there) {
				excluded++;
				continue;
			}
			fake_file_read(files.paths[0], header.p_offset + at, bytes, FRAME);
			assert_frame(ram, (header.p_paddr + at) / FRAME, bytes);
			frames++;
		}
	}
	assert_int_equal(frames, present_count(ram));
	assert_int_equal(excluded, spec->excluded_as_memsz ? FRAMES - 4 - frames : 0);
	elf_end(elf);
	close(fd);
	fake_files_free(&files);
}

static void libelf_finds_every_frame(void **state)
{
	static const struct fake_dump_spec specs[] = {
		{ 0 },
		{ .vmcoreinfo = "OSRELEASE=6.12.0-fake\n", .headers_last = true },
		{ .xnum = true, .qemu = true },
		{ .xnum = true, .headers_last = true },
		{ .excluded_as_memsz = true },
		{ .excluded_as_memsz = true, .reverse = true },
	};

	assert_int_not_equal(elf_version(EV_CURRENT), EV_NONE);
	for (size_t i = 0; i < 2 * sizeof(specs) / sizeof(specs[0]); i++) {
		_cleanup_(ram_freep) struct ram *ram = ram_mixed(orders[i % 2]);

		check_elf(ram, &specs[i / 2]);
	}
}

static void the_notes_are_in_the_order_of_memory(void **state)
{
	for (size_t i = 0; i < 2; i++) {
		_cleanup_(ram_freep) struct ram *ram = ram_new(65536, 65536, orders[i]);
		const struct fake_dump_spec spec = { .vmcoreinfo = "OSRELEASE=x\n" };
		struct fake_files files = fake_dump_write(ram, &spec);
		unsigned char notes[0x230];

		/* ELF header, two program headers, then { 5, 504, 1, "CORE", ... }. */
		fake_file_read(files.paths[0], 64 + 2 * 56, notes, sizeof(notes));
		assert_int_equal(load_u32(notes, orders[i]), 5);
		assert_int_equal(load_u32(notes + 4, orders[i]), 504);
		assert_int_equal(load_u32(notes + 8, orders[i]), 1);
		assert_string_equal((char *)notes + 12, "CORE");
		assert_int_equal(load_u32(notes + 0x20c, orders[i]), 11);
		assert_int_equal(load_u32(notes + 0x210, orders[i]), 12);
		assert_int_equal(load_u32(notes + 0x214, orders[i]), 0);
		assert_memory_equal(notes + 0x218, "VMCOREINFO\0\0OSRELEASE=x\n", 24);
		fake_files_free(&files);
	}
}

static void a_lie_is_in_ei_data_only(void **state)
{
	for (size_t i = 0; i < 2; i++) {
		_cleanup_(ram_freep) struct ram *ram = ram_mixed(orders[i]);
		struct fake_files honest = fake_dump_write(ram, &(struct fake_dump_spec){ 0 });
		struct fake_files lies = fake_dump_write(
			ram, &(struct fake_dump_spec){ .ei_data_lies = true });
		unsigned char a[4096], b[4096];

		fake_file_read(honest.paths[0], 0, a, sizeof(a));
		fake_file_read(lies.paths[0], 0, b, sizeof(b));
		assert_int_equal(a[5] + b[5], ELFDATA2LSB + ELFDATA2MSB);
		b[5] = a[5];
		assert_memory_equal(a, b, sizeof(a));
		fake_files_free(&honest);
		fake_files_free(&lies);
	}
}

/* ---- kdump ---- */

static void decode(uint32_t flags, const unsigned char *in, size_t size, unsigned char *out,
		   size_t out_size)
{
	switch (flags) {
	case 0:
		assert_int_equal(size, out_size);
		memcpy(out, in, size);
		return;
	case 0x1: {
		uLongf got = out_size;

		assert_int_equal(uncompress(out, &got, in, size), Z_OK);
		assert_int_equal(got, out_size);
		return;
	}
#if HAVE_LZO
	case 0x2: {
		lzo_uint got = out_size;

		assert_int_equal(lzo1x_decompress_safe(in, size, out, &got, NULL), LZO_E_OK);
		assert_int_equal(got, out_size);
		return;
	}
#endif
#if HAVE_SNAPPY
	case 0x4: {
		size_t got = out_size;

		assert_int_equal(snappy_uncompress((const char *)in, size, (char *)out, &got),
				 SNAPPY_OK);
		assert_int_equal(got, out_size);
		return;
	}
#endif
#if HAVE_ZSTD
	case 0x20:
		assert_int_equal(ZSTD_decompress(out, out_size, in, size), out_size);
		return;
#endif
	default:
		fail_msg("flags 0x%x", flags);
	}
}

static bool bit_is_set(const char *path, uint64_t bitmap, uint64_t bit)
{
	unsigned char byte;

	fake_file_read(path, bitmap + bit / 8, &byte, 1);
	return byte >> bit % 8 & 1;
}

/* Read back one file; how many frames were in it. */
static uint64_t check_kdump(const struct ram *ram, const struct fake_dump_spec *spec,
			    const char *path, unsigned int *ret_flags)
{
	enum order order = spec->foreign_headers ? order_other(ram_order(ram)) : ram_order(ram);
	int version = spec->header_version ? spec->header_version : 6;
	unsigned char head[464];

	fake_file_read(path, 0, head, sizeof(head));
	assert_memory_equal(head, "KDUMP   ", 8);
	assert_int_equal(load_u32(head + 8, order), version);
	uint32_t block_size = load_u32(head + 428, order);
	uint32_t sub_blocks = load_u32(head + 432, order);
	uint32_t bitmap_blocks = load_u32(head + 436, order);
	uint64_t max_mapnr = load_u32(head + 440, order);
	assert_int_equal(max_mapnr, ((uint64_t)FRAMES * FRAME + block_size - 1) / block_size);

	unsigned char sub[104];
	fake_file_read(path, block_size, sub, sizeof(sub));
	uint64_t start = 0, end = max_mapnr;
	assert_int_equal(load_u32(sub + 12, order), spec->parts > 0);
	if (spec->parts > 0) {
		start = load_u64(sub + 16, order);
		end = load_u64(sub + 24, order);
	}
	assert_int_equal(load_u64(sub + 96, order), version >= 6 ? max_mapnr : 0);
	uint64_t text_at = load_u64(sub + 32, order), text_size = load_u64(sub + 40, order);
	assert_int_equal(text_size,
			 version >= 3 && spec->vmcoreinfo ? strlen(spec->vmcoreinfo) : 0);
	if (text_size > 0) {
		char text[64];

		fake_file_read(path, text_at, text, (size_t)text_size);
		assert_memory_equal(text, spec->vmcoreinfo, text_size);
		assert_true(text_at + text_size <= (uint64_t)(1 + sub_blocks) * block_size);
	}
	if (version >= 4 && spec->vmcoreinfo)
		assert_int_equal(load_u64(sub + 48, order) + load_u64(sub + 56, order),
				 text_at + (text_size + 3) / 4 * 4);

	uint64_t first = (uint64_t)(1 + sub_blocks) * block_size;
	uint64_t bitmap_size = (uint64_t)bitmap_blocks * block_size / (spec->one_bitmap ? 1 : 2);
	uint64_t second = spec->one_bitmap ? first : first + bitmap_size;
	uint64_t descs = second + bitmap_size, pages = 0, frames = 0, data = 0;
	for (uint64_t block = 0; block < max_mapnr; block++) {
		bool memory = false, in_file = false;

		for (uint64_t f = block * block_size / FRAME;
		     f < (block + 1) * block_size / FRAME && f < FRAMES; f++) {
			memory |= ram_data(ram, f * FRAME) != VMW_NOT_DUMPED;
			in_file |= ram_data(ram, f * FRAME) == VMW_PRESENT;
		}
		if (!spec->one_bitmap)
			assert_int_equal(bit_is_set(path, first, block), memory);
		assert_int_equal(bit_is_set(path, second, block), in_file);
		if (!in_file || block < start || block >= end)
			continue;

		unsigned char desc[24], in[65536], out[65536];
		fake_file_read(path, descs + pages * 24, desc, sizeof(desc));
		pages++;
		uint64_t offset = load_u64(desc, order);
		uint32_t size = load_u32(desc + 8, order), flags = load_u32(desc + 12, order);
		assert_true(size <= block_size);
		if (pages == 1)
			data = offset;
		fake_file_read(path, offset, in, size);
		decode(flags, in, size, out, block_size);
		*ret_flags |= 1u << (flags & 0x1f ? flags : flags / 8);
		uint64_t frame = block * (block_size / FRAME);
		for (uint64_t f = 0; f < block_size / FRAME && frame + f < FRAMES; f++, frames++)
			assert_frame(ram, frame + f, out + f * FRAME);
	}
	/* The descriptors fill what is between the bitmaps and the first page. */
	if (pages > 0)
		assert_int_equal(descs + pages * 24, data);
	return frames;
}

static void every_kdump_reads_back(void **state)
{
	static const char text[] = "OSRELEASE=6.12.0-fake\n";
	static const struct fake_dump_spec specs[] = {
		{ .format = FAKE_KDUMP },
		{ .format = FAKE_KDUMP, .codec = FAKE_ZLIB, .vmcoreinfo = text },
		{ .format = FAKE_KDUMP, .codec = FAKE_LZO, .header_version = 5 },
		{ .format = FAKE_KDUMP,
		  .codec = FAKE_SNAPPY,
		  .header_version = 4,
		  .vmcoreinfo = text },
		{ .format = FAKE_KDUMP,
		  .codec = FAKE_ZSTD,
		  .header_version = 3,
		  .vmcoreinfo = text },
		{ .format = FAKE_KDUMP,
		  .codec = FAKE_MIXED,
		  .header_version = 2,
		  .vmcoreinfo = text },
		{ .format = FAKE_KDUMP, .codec = FAKE_ZLIB, .header_version = 1 },
		{ .format = FAKE_KDUMP, .codec = FAKE_ZLIB, .one_bitmap = true },
		{ .format = FAKE_KDUMP, .codec = FAKE_MIXED, .parts = 3, .vmcoreinfo = text },
		{ .format = FAKE_KDUMP, .codec = FAKE_ZLIB, .parts = 2, .header_version = 2 },
		{ .format = FAKE_KDUMP, .foreign_headers = true, .block_size = FRAME },
	};

	for (size_t i = 0; i < 2 * sizeof(specs) / sizeof(specs[0]); i++) {
		const struct fake_dump_spec *spec = &specs[i / 2];
		_cleanup_(ram_freep) struct ram *ram = ram_mixed(orders[i % 2]);
		unsigned int flags = 0;
		uint64_t frames = 0;

		if (!fake_codec_available(spec->codec))
			continue;
		struct fake_files files = fake_dump_write(ram, spec);
		assert_int_equal(files.count, spec->parts ? spec->parts : 1);
		for (size_t part = 0; part < files.count; part++)
			frames += check_kdump(ram, spec, files.paths[part], &flags);
		assert_int_equal(frames, present_count(ram));
		fake_files_free(&files);
	}
}

static void qemu_blocks_are_there_if_any_frame_of_them_is(void **state)
{
	for (size_t i = 0; i < 2; i++) {
		_cleanup_(ram_freep) struct ram *ram = ram_mixed(orders[i]);
		const struct fake_dump_spec spec = { .format = FAKE_KDUMP,
						     .codec = FAKE_ZLIB,
						     .foreign_headers = true };
		struct fake_files files = fake_dump_write(ram, &spec);
		unsigned char head[464];
		unsigned int flags = 0;

		fake_file_read(files.paths[0], 0, head, sizeof(head));
		assert_int_equal(load_u32(head + 428, order_other(orders[i])), 65536);
		assert_string_equal((char *)head + 12 + 4 * 65, "Unknown");
		assert_true(check_kdump(ram, &spec, files.paths[0], &flags) > present_count(ram));
		fake_files_free(&files);
	}
}

static void a_mixed_dump_uses_every_codec_that_is_built_in(void **state)
{
	_cleanup_(ram_freep) struct ram *ram = ram_mixed(ORDER_BIG);
	const struct fake_dump_spec spec = { .format = FAKE_KDUMP, .codec = FAKE_MIXED };
	struct fake_files files = fake_dump_write(ram, &spec);
	unsigned int flags = 0, wanted = 1u << 0 | 1u << 1;

	if (fake_codec_available(FAKE_LZO))
		wanted |= 1u << 2;
	if (fake_codec_available(FAKE_SNAPPY))
		wanted |= 1u << 4;
	if (fake_codec_available(FAKE_ZSTD))
		wanted |= 1u << (0x20 / 8);
	check_kdump(ram, &spec, files.paths[0], &flags);
	assert_int_equal(flags, wanted);
	fake_files_free(&files);
}

/* ---- flattened ---- */

/* Rearrange a flattened file; how many bytes were written more than once. */
static unsigned char *rearrange(const char *path, size_t size, bool has_end, size_t *ret_twice)
{
	uint64_t file_size = fake_file_size(path), at = 4096;
	unsigned char *bytes = fake_alloc(1, size), *seen = fake_alloc(1, size);
	unsigned char head[32];

	fake_file_read(path, 0, head, sizeof(head));
	assert_memory_equal(head, "makedumpfile\0\0\0", 16);
	assert_int_equal(load_u64(head + 16, ORDER_BIG), 1);
	assert_int_equal(load_u64(head + 24, ORDER_BIG), 1);
	*ret_twice = 0;
	while (at < file_size) {
		fake_file_read(path, at, head, 16);
		uint64_t offset = load_u64(head, ORDER_BIG), count = load_u64(head + 8, ORDER_BIG);

		at += 16;
		if (offset == UINT64_MAX) {
			assert_int_equal(count, UINT64_MAX);
			assert_int_equal(at, file_size);
			has_end = !has_end;
			break;
		}
		assert_true(count > 0 && offset <= size && count <= size - offset);
		fake_file_read(path, at, bytes + offset, (size_t)count);
		at += count;
		for (uint64_t i = offset; i < offset + count; i++) {
			*ret_twice += seen[i];
			seen[i] = 1;
		}
	}
	assert_false(has_end);
	free(seen);
	return bytes;
}

static void a_flattened_file_rearranged_is_the_plain_one(void **state)
{
	static const struct fake_dump_spec specs[] = {
		{ .format = FAKE_ELF },
		{ .format = FAKE_KDUMP, .codec = FAKE_ZLIB },
		{ .format = FAKE_KDUMP, .flat_record = 1000 },
		{ .format = FAKE_KDUMP, .flat_no_end = true },
		{ .format = FAKE_ELF, .flat_shuffled = true, .flat_record = 999 },
		{ .format = FAKE_KDUMP, .flat_shuffled = true, .flat_record = 4096, .parts = 2 },
		{ .format = FAKE_KDUMP, .flat_shuffled = true },
		{ .format = FAKE_KDUMP, .flat_shuffled = true, .flat_record = 100 << 20 },
	};

	for (size_t i = 0; i < 2 * sizeof(specs) / sizeof(specs[0]); i++) {
		_cleanup_(ram_freep) struct ram *ram = ram_mixed(orders[i % 2]);
		struct fake_dump_spec spec = specs[i / 2];
		struct fake_files plain = fake_dump_write(ram, &spec);
		spec.flattened = true;
		struct fake_files flat = fake_dump_write(ram, &spec);

		assert_int_equal(flat.count, plain.count);
		for (size_t part = 0; part < plain.count; part++) {
			size_t size = (size_t)fake_file_size(plain.paths[part]), twice;
			_cleanup_(freep) unsigned char *wanted = fake_alloc(1, size);
			_cleanup_(freep) unsigned char *got = rearrange(flat.paths[part], size,
									!spec.flat_no_end, &twice);

			fake_file_read(plain.paths[part], 0, wanted, size);
			assert_memory_equal(got, wanted, size);
			assert_int_equal(twice > 0, spec.flat_shuffled);
		}
		fake_files_free(&plain);
		fake_files_free(&flat);
	}
}

static void a_huge_machine_makes_a_small_file(void **state)
{
	_cleanup_(ram_freep) struct ram *ram = ram_new(UINT64_C(64) << 40, 65536, ORDER_BIG);

	ram_put_u64(ram, UINT64_C(50) << 40, 1);
	ram_set_data(ram, UINT64_C(1) << 40, UINT64_C(63) << 40, VMW_NOT_DUMPED);
	ram_set_data(ram, UINT64_C(50) << 40, 65536, VMW_PRESENT);
	ram_set_data(ram, 0, UINT64_C(1) << 40, VMW_EXCLUDED);
	struct fake_files files = fake_dump_write(ram,
						  &(struct fake_dump_spec){ .format = FAKE_KDUMP });
	assert_true(bit_is_set(files.paths[0], 2 * 65536 + (UINT64_C(1) << 27),
			       (UINT64_C(50) << 40) / 65536));
	assert_int_equal(fake_file_size(files.paths[0]),
			 2 * 65536 + 2 * (UINT64_C(1) << 27) + 24 + 65536);
	fake_files_free(&files);
}

static void a_file_can_be_patched_and_cut(void **state)
{
	_cleanup_(ram_freep) struct ram *ram = ram_new(65536, 65536, ORDER_BIG);
	struct fake_files files = fake_dump_write(ram, &(struct fake_dump_spec){ 0 });
	char bytes[4];

	fake_file_patch(files.paths[0], 1, "XYZ", 3);
	fake_file_cut(files.paths[0], 4);
	assert_int_equal(fake_file_size(files.paths[0]), 4);
	fake_file_read(files.paths[0], 0, bytes, 4);
	assert_memory_equal(bytes, "\x7fXYZ", 4);
	fake_file_add(&files, "other", "abc", 3);
	assert_int_equal(files.count, 2);
	assert_int_equal(fake_file_size(files.paths[1]), 3);

	char *folder = strdup(files.folder);
	fake_files_free(&files);
	assert_int_equal(access(folder, F_OK), -1);
	free(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(libelf_finds_every_frame),
		cmocka_unit_test(the_notes_are_in_the_order_of_memory),
		cmocka_unit_test(a_lie_is_in_ei_data_only),
		cmocka_unit_test(every_kdump_reads_back),
		cmocka_unit_test(qemu_blocks_are_there_if_any_frame_of_them_is),
		cmocka_unit_test(a_mixed_dump_uses_every_codec_that_is_built_in),
		cmocka_unit_test(a_flattened_file_rearranged_is_the_plain_one),
		cmocka_unit_test(a_huge_machine_makes_a_small_file),
		cmocka_unit_test(a_file_can_be_patched_and_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
