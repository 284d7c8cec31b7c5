/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dump/probe.h"

#include "fake/check.h"
#include "dump/elf.h"
#include "fake/store.h"
#include "util/checked.h"

enum { EHDR_SIZE = 64 };

static const enum order orders[] = { ORDER_LITTLE, ORDER_BIG };

/* An ELF64 header with what a core for ppc64 has. */
struct header {
	unsigned char bytes[EHDR_SIZE];
};

static struct header elf_header(enum order order)
{
	struct header h = { "\177ELF" };

	h.bytes[4] = 2; /* ELFCLASS64 */
	h.bytes[5] = order == ORDER_BIG ? 2 : 1;
	h.bytes[6] = 1;
	store_u16(h.bytes + 16, 4, order);  /* ET_CORE */
	store_u16(h.bytes + 18, 21, order); /* EM_PPC64 */
	store_u32(h.bytes + 20, 1, order);
	store_u64(h.bytes + 32, 64, order);
	store_u16(h.bytes + 52, 64, order);
	store_u16(h.bytes + 54, 56, order);
	return h;
}

/* Probe a file of @size bytes at @bytes. */
static struct vmw_error *probe(const void *bytes, size_t size, const struct image_format **ret)
{
	_cleanup_(scratch_free) struct scratch scratch = scratch_new(bytes, size);
	_cleanup_(file_closep) struct file *file = NULL;

	TRY(file_open(scratch.path, NULL, &file));
	struct vmw_error *error = probe_file(file, ret);
	if (error)
		assert_string_equal(error->file, scratch.path);
	return error;
}

static void assert_refused(const void *bytes, size_t size, enum vmw_error_kind kind,
			   const char *piece)
{
	const struct image_format *format = NULL;

	assert_error(probe(bytes, size, &format), kind, piece);
	assert_null(format);
}

static void a_core_for_ppc64_is_elf_in_either_order_whatever_ei_data_says(void **state)
{
	for (size_t i = 0; i < 2; i++) {
		for (unsigned char ei_data = 0; ei_data <= 3; ei_data++) {
			struct header h = elf_header(orders[i]);
			const struct image_format *format = NULL;
			h.bytes[5] = ei_data;
			assert_success(probe(h.bytes, sizeof(h.bytes), &format));
			assert_ptr_equal(format, &elf_format);
		}
	}
}

static void a_kdump_signature_is_kdump(void **state)
{
	unsigned char bytes[8192] = "KDUMP   ";
	const struct image_format *format = NULL;

	store_u32(bytes + 8, 6, ORDER_BIG);
	assert_success(probe(bytes, sizeof(bytes), &format));
	assert_ptr_equal(format, &kdump_format);
}

static void other_elf_files_are_refused_by_what_they_are(void **state)
{
	static const struct {
		uint8_t elf_class;
		uint16_t type, machine;
		enum vmw_error_kind kind;
		const char *message;
	} cases[] = {
		{ 2, 4, 62, VMW_ERROR_UNSUPPORTED,
		  "an ELF core for x86-64: vmemwalk reads ppc64 dumps only" },
		{ 2, 4, 183, VMW_ERROR_UNSUPPORTED, "an ELF core for aarch64" },
		{ 2, 4, 22, VMW_ERROR_UNSUPPORTED, "an ELF core for s390x" },
		{ 2, 4, 243, VMW_ERROR_UNSUPPORTED, "an ELF core for riscv" },
		{ 2, 4, 258, VMW_ERROR_UNSUPPORTED, "an ELF core for loongarch" },
		{ 2, 4, 999, VMW_ERROR_UNSUPPORTED, "an ELF core for machine 999" },
		{ 1, 4, 3, VMW_ERROR_UNSUPPORTED, "a 32-bit ELF core for i386" },
		{ 1, 4, 40, VMW_ERROR_UNSUPPORTED, "a 32-bit ELF core for arm" },
		{ 1, 4, 20, VMW_ERROR_UNSUPPORTED, "a 32-bit ELF core for ppc32" },
		{ 1, 4, 21, VMW_ERROR_UNSUPPORTED, "kexec --elf64-core-headers" },
		{ 0, 4, 21, VMW_ERROR_UNSUPPORTED, "an ELF core of class 0" },
		{ 2, 2, 21, VMW_ERROR_NOT_A_DUMP,
		  "a vmlinux or program, not a dump; give it with --vmlinux" },
		{ 2, 3, 21, VMW_ERROR_NOT_A_DUMP,
		  "a vmlinux or program, not a dump; give it with --vmlinux" },
		{ 2, 1, 21, VMW_ERROR_NOT_A_DUMP, "an ELF object file for ppc64" },
		{ 2, 3, 62, VMW_ERROR_NOT_A_DUMP, "an ELF executable for x86-64" },
		{ 2, 0xfe00, 21, VMW_ERROR_NOT_A_DUMP, "an ELF file of type 65024" },
	};

	for (size_t i = 0; i < 2; i++) {
		for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
			struct header h = elf_header(orders[i]);
			h.bytes[4] = cases[k].elf_class;
			store_u16(h.bytes + 16, cases[k].type, orders[i]);
			store_u16(h.bytes + 18, cases[k].machine, orders[i]);
			assert_refused(h.bytes, sizeof(h.bytes), cases[k].kind, cases[k].message);
		}
	}
}

static void a_real_32_bit_header_is_unsupported(void **state)
{
	for (size_t i = 0; i < 2; i++) {
		unsigned char bytes[256] = "\177ELF\1\1\1";
		store_u16(bytes + 16, 4, orders[i]);
		store_u16(bytes + 18, 20, orders[i]);
		store_u32(bytes + 20, 1, orders[i]);
		store_u16(bytes + 40, 52, orders[i]); /* e_ehsize, where ELF32 has it */
		store_u16(bytes + 42, 32, orders[i]);
		assert_refused(bytes, sizeof(bytes), VMW_ERROR_UNSUPPORTED,
			       "a 32-bit ELF core for ppc32");
	}
}

static void every_prefix_of_an_elf_header_is_truncated(void **state)
{
	for (size_t size = 4; size < EHDR_SIZE; size++) {
		struct header h = elf_header(ORDER_BIG);
		char message[64];
		snprintf(message, sizeof(message), "%zu bytes are there, 64 are needed", size);
		assert_refused(h.bytes, size, VMW_ERROR_TRUNCATED, message);
	}
}

static void one_damaged_field_leaves_the_order_known(void **state)
{
	static const size_t fields[] = { 16, 18, 20, 52, 54 };

	for (size_t i = 0; i < 2; i++) {
		for (size_t k = 0; k < sizeof(fields) / sizeof(fields[0]); k++) {
			struct header h = elf_header(orders[i]);
			enum order order;
			memset(h.bytes + fields[k], 0xee, 2);
			assert_true(elf_header_order((struct span){ h.bytes, EHDR_SIZE }, &order));
			assert_int_equal(order, orders[i]);
		}
	}
}

static void a_header_of_no_order_is_bad_data(void **state)
{
	unsigned char bytes[128] = "\177ELF\2\2\1";
	struct header h = elf_header(ORDER_BIG);

	assert_refused(bytes, sizeof(bytes), VMW_ERROR_BAD_DATA, "in either byte order");

	/* Some fields in one order, some in the other. */
	store_u16(h.bytes + 18, 21, ORDER_LITTLE);
	store_u32(h.bytes + 20, 1, ORDER_LITTLE);
	store_u16(h.bytes + 54, 0, ORDER_LITTLE);
	assert_refused(h.bytes, sizeof(h.bytes), VMW_ERROR_BAD_DATA, "in either byte order");
}

static void other_files_are_told_by_their_signature(void **state)
{
	static const struct {
		size_t offset;
		const char *bytes;
		size_t size;
		enum vmw_error_kind kind;
		const char *message;
	} cases[] = {
#define BYTES(text) (text), sizeof(text) - 1
		{ 0, BYTES("\x1f\x8b\x08\x00"), VMW_ERROR_NOT_A_DUMP, "first (gzip -d)" },
		{ 0,
		  BYTES("\xfd"
			"7zXZ\0"),
		  VMW_ERROR_NOT_A_DUMP, "first (xz -d)" },
		{ 0, BYTES("\x28\xb5\x2f\xfd"), VMW_ERROR_NOT_A_DUMP, "zstd-compressed data" },
		{ 0, BYTES("BZh91AY"), VMW_ERROR_NOT_A_DUMP, "bzip2-compressed data" },
		{ 0, BYTES("\x04\x22\x4d\x18"), VMW_ERROR_NOT_A_DUMP, "lz4-compressed data" },
		{ 0, BYTES("\x5d\0\0\x80\0"), VMW_ERROR_NOT_A_DUMP, "lzma-compressed data" },
		{ 0, BYTES("\x89LZO\0\r\n\x1a\n"), VMW_ERROR_NOT_A_DUMP, "lzop -d" },
		{ 0, BYTES("PK\3\4"), VMW_ERROR_NOT_A_DUMP, "a zip archive" },
		{ 0, BYTES("7z\xbc\xaf\x27\x1c"), VMW_ERROR_NOT_A_DUMP, "a 7z archive" },
		{ 257, BYTES("ustar\0"), VMW_ERROR_NOT_A_DUMP, "a tar archive" },
		{ 257, BYTES("ustar  "), VMW_ERROR_NOT_A_DUMP, "a tar archive" },
		{ 0, BYTES("!<arch>\n"), VMW_ERROR_NOT_A_DUMP, "an ar archive" },
		{ 0, BYTES("QFI\xfb"), VMW_ERROR_NOT_A_DUMP, "a qcow2 disk image" },
		{ 0, BYTES("\xd2\xbe\xd2\xbe"), VMW_ERROR_UNSUPPORTED, "a VMware snapshot" },
		{ 0, BYTES("LibvirtQemudSave"), VMW_ERROR_UNSUPPORTED, "virsh dump --memory-only" },
		{ 0, BYTES("QEVM\0\0\0\3"), VMW_ERROR_UNSUPPORTED, "a QEMU migration stream" },
		{ 0, BYTES("PAGEDUMP"), VMW_ERROR_UNSUPPORTED, "32-bit Windows" },
		{ 0, BYTES("PAGEDU64"), VMW_ERROR_UNSUPPORTED, "64-bit Windows" },
		{ 0, BYTES("EMiL\1\0\0\0"), VMW_ERROR_UNSUPPORTED, "a LiME memory image" },
		{ 0, BYTES("\xa8\x19\x01\x73\x61\x8f\x23\xfd"), VMW_ERROR_UNSUPPORTED, "s390" },
		{ 0, BYTES("\xa8\x19\x01\x73\x61\x8f\x23\xed"), VMW_ERROR_UNSUPPORTED, "LKCD" },
		{ 0, BYTES("\xed\x23\x8f\x61\x73\x01\x19\xa8"), VMW_ERROR_UNSUPPORTED, "LKCD" },
		{ 0, BYTES("DISKDUMP\0\0\0\1"), VMW_ERROR_UNSUPPORTED, "old diskdump facility" },
		{ 0, BYTES("sadump\0\0"), VMW_ERROR_UNSUPPORTED, "an sadump dump" },
		{ 1080, BYTES("\x53\xef"), VMW_ERROR_NOT_A_DUMP, "ext4 file system" },
		{ 0, BYTES("XFSB"), VMW_ERROR_NOT_A_DUMP, "XFS file system" },
		{ 4086, BYTES("SWAPSPACE2"), VMW_ERROR_NOT_A_DUMP, "a swap device" },
		{ 0, BYTES("KDUMP\0\0\0"), VMW_ERROR_BAD_DATA, "its signature is damaged" },
		{ 0, BYTES("makedumpfilX"), VMW_ERROR_NOT_A_DUMP, "first bytes are 6d 61 6b" },
		{ 0, BYTES("\1\2\3\4\5\6\7\x8\x9"), VMW_ERROR_NOT_A_DUMP,
		  "its first bytes are 01 02 03 04 05 06 07 08" },
		{ 0, BYTES("\0"), VMW_ERROR_NOT_A_DUMP, "starts with 8192 zeros" },
#undef BYTES
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned char bytes[8192] = { 0 };
		memcpy(bytes + cases[i].offset, cases[i].bytes, cases[i].size);
		assert_refused(bytes, sizeof(bytes), cases[i].kind, cases[i].message);
	}
}

static void a_text_is_told_by_its_kind(void **state)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ "[    0.000000] Linux version 6.12.0\n", "plain text" },
		{ "OSRELEASE=6.12.107\nPAGESIZE=65536\n", "--vmcoreinfo-file" },
		{ "c000000000000000 T _stext\nc000000000000010 t foo\n", "--system-map" },
		{ "a na\xc3\xafve file\n", "plain text" },
		{ "x", "plain text" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_refused(cases[i].text, strlen(cases[i].text), VMW_ERROR_NOT_A_DUMP,
			       cases[i].message);
}

static void a_flattened_file_is_what_is_in_it(void **state)
{
	struct header h = elf_header(ORDER_BIG);
	unsigned char bytes[4096 + 16 + EHDR_SIZE + 16] = "makedumpfile";
	const struct image_format *format = NULL;

	store_u64(bytes + 16, 1, ORDER_BIG);
	store_u64(bytes + 24, 1, ORDER_BIG);
	store_u64(bytes + 4096 + 8, EHDR_SIZE, ORDER_BIG);
	memcpy(bytes + 4096 + 16, h.bytes, EHDR_SIZE);
	memset(bytes + 4096 + 16 + EHDR_SIZE, 0xff, 16);
	assert_success(probe(bytes, sizeof(bytes), &format));
	assert_ptr_equal(format, &elf_format);

	memcpy(bytes + 4096 + 16, bytes, EHDR_SIZE);
	assert_refused(bytes, sizeof(bytes), VMW_ERROR_UNSUPPORTED,
		       "a flattened file in a flattened file");

	/* A record for a place far behind, no other, and no end record. */
	store_u64(bytes + 4096, 1 << 20, ORDER_BIG);
	assert_refused(bytes, sizeof(bytes) - 16, VMW_ERROR_TRUNCATED,
		       "the beginning of the dump is not in this flattened file");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_core_for_ppc64_is_elf_in_either_order_whatever_ei_data_says),
		cmocka_unit_test(a_kdump_signature_is_kdump),
		cmocka_unit_test(other_elf_files_are_refused_by_what_they_are),
		cmocka_unit_test(a_real_32_bit_header_is_unsupported),
		cmocka_unit_test(every_prefix_of_an_elf_header_is_truncated),
		cmocka_unit_test(one_damaged_field_leaves_the_order_known),
		cmocka_unit_test(a_header_of_no_order_is_bad_data),
		cmocka_unit_test(other_files_are_told_by_their_signature),
		cmocka_unit_test(a_text_is_told_by_its_kind),
		cmocka_unit_test(a_flattened_file_is_what_is_in_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
