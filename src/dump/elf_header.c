/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dump/elf.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "util/checked.h"

/* sizeof(Elf64_Ehdr), sizeof(Elf64_Phdr), sizeof(Elf64_Shdr), as the ABI fixes them. */
enum { EHDR_SIZE = 64, PHDR_SIZE = 56, SHDR_SIZE = 64 };

/* Offsets that both classes share. */
enum { OFFSET_TYPE = 16, OFFSET_MACHINE = 18, OFFSET_VERSION = 20 };

/* In ELF64. */
enum { OFFSET_EHSIZE = 52, OFFSET_PHENTSIZE = 54 };

/*
 * More program headers than any dump needs: makedumpfile -E begins a new one after 256 filtered
 * pages at the earliest, 16 MiB with 64K pages, 2^22 times in 64 TiB. A sparse file could claim
 * 2^32 of them for free.
 */
#define SEGMENTS_MAX (UINT64_C(1) << 22)

/* makedumpfile.h, DUMP_ELF_INCOMPLETE, in e_flags. */
enum { FLAG_INCOMPLETE = 1 };

struct machine {
	uint16_t number;
	const char *name;
};

static const struct machine machines[] = {
	{ EM_PPC64, "ppc64" },
	{ EM_PPC, "ppc32" },
	{ EM_X86_64, "x86-64" },
	{ EM_386, "i386" },
	{ EM_AARCH64, "aarch64" },
	{ EM_ARM, "arm" },
	{ EM_S390, "s390x" },
	{ EM_RISCV, "riscv" },
	{ EM_LOONGARCH, "loongarch" },
	{ EM_MIPS, "mips" },
	{ EM_SPARC, "sparc" },
	{ EM_SPARCV9, "sparc64" },
	{ EM_IA_64, "ia64" },
	{ EM_PARISC, "parisc" },
	{ EM_68K, "m68k" },
	{ 0x9026 /* EM_ALPHA */, "alpha" },
};

static const char *machine_name(uint16_t number)
{
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
		if (machines[i].number == number)
			return machines[i].name;
	}
	return NULL;
}

bool elf_signature(struct span head)
{
	return head.size >= SELFMAG && memcmp(head.data, ELFMAG, SELFMAG) == 0;
}

/* How many of the fields make sense in @order; none does in both orders. */
static unsigned int plausible_fields(const unsigned char *head, enum order order)
{
	uint16_t type = load_u16(head + OFFSET_TYPE, order);
	unsigned int count = 0;

	count += load_u32(head + OFFSET_VERSION, order) == EV_CURRENT;
	count += load_u16(head + OFFSET_EHSIZE, order) == EHDR_SIZE;
	count += load_u16(head + OFFSET_PHENTSIZE, order) == PHDR_SIZE;
	count += machine_name(load_u16(head + OFFSET_MACHINE, order)) != NULL;
	count += type >= ET_REL && type <= ET_CORE;
	return count;
}

bool elf_header_order(struct span head, enum order *ret)
{
	if (head.size < EHDR_SIZE || !elf_signature(head))
		return false;
	unsigned int little = plausible_fields(head.data, ORDER_LITTLE);
	unsigned int big = plausible_fields(head.data, ORDER_BIG);

	/* An object file has no program headers, a machine may be unknown: three of five. */
	*ret = big > little ? ORDER_BIG : ORDER_LITTLE;
	return max_u64(big, little) >= 3 && big != little;
}

bool elf_header_is_ours(struct span head)
{
	enum order order;

	return elf_header_order(head, &order) && head.data[EI_CLASS] == ELFCLASS64 &&
	       load_u16(head.data + OFFSET_TYPE, order) == ET_CORE &&
	       load_u16(head.data + OFFSET_MACHINE, order) == EM_PPC64;
}

/* The order of the fields that both classes have. */
static bool short_header_order(struct span head, enum order *ret)
{
	*ret = load_u32(head.data + OFFSET_VERSION, ORDER_BIG) == EV_CURRENT ? ORDER_BIG
									     : ORDER_LITTLE;
	return load_u32(head.data + OFFSET_VERSION, *ret) == EV_CURRENT;
}

struct vmw_error *elf_refusal(struct span head, uint64_t file_size)
{
	char number[32];
	enum order order;

	if (head.size < EHDR_SIZE)
		return error_new(VMW_ERROR_TRUNCATED, where_file(file_size),
				 "ELF header: %zu bytes are there, %d are needed", head.size,
				 EHDR_SIZE);
	if (!elf_header_order(head, &order) &&
	    (head.data[EI_CLASS] != ELFCLASS32 || !short_header_order(head, &order)))
		return error_new(VMW_ERROR_BAD_DATA, where_file(0),
				 "ELF header: its fields make no sense in either byte order");

	uint16_t type = load_u16(head.data + OFFSET_TYPE, order);
	uint16_t machine = load_u16(head.data + OFFSET_MACHINE, order);
	const char *bits = head.data[EI_CLASS] == ELFCLASS32 ? "a 32-bit ELF" : "an ELF";
	const char *name = machine_name(machine);
	if (!name) {
		snprintf(number, sizeof(number), "machine %u", machine);
		name = number;
	}

	switch (type) {
	case ET_CORE:
		if (machine == EM_PPC64 && head.data[EI_CLASS] == ELFCLASS32)
			return error_new(VMW_ERROR_UNSUPPORTED, where_file(EI_CLASS),
					 "a 32-bit ELF core for ppc64: only 64-bit ones are read; "
					 "load the capture kernel with kexec --elf64-core-headers");
		if (machine != EM_PPC64)
			return error_new(VMW_ERROR_UNSUPPORTED, where_file(OFFSET_MACHINE),
					 "%s core for %s: vmemwalk reads ppc64 dumps only", bits,
					 name);
		return error_new(VMW_ERROR_UNSUPPORTED, where_file(EI_CLASS),
				 "an ELF core of class %u: only class 2 (64-bit) is read",
				 head.data[EI_CLASS]);
	case ET_EXEC:
	case ET_DYN:
		return error_new(VMW_ERROR_NOT_A_DUMP, where_file(OFFSET_TYPE),
				 "%s executable for %s: this is a vmlinux or program, not a dump; "
				 "give it with --vmlinux, beside the dump",
				 bits, name);
	case ET_REL:
		return error_new(VMW_ERROR_NOT_A_DUMP, where_file(OFFSET_TYPE),
				 "%s object file for %s (a kernel module, perhaps), not a dump",
				 bits, name);
	default:
		return error_new(VMW_ERROR_NOT_A_DUMP, where_file(OFFSET_TYPE),
				 "%s file of type %u for %s, not a core: no dump is of that type",
				 bits, type, name);
	}
}

/* libelf's converters never look at the file, only at the whole records that they are given. */
NODISCARD static struct vmw_error *convert(void *out, const void *in, size_t size, Elf_Type type,
					   enum order order)
{
	Elf_Data from = {
		.d_buf = (void *)in, .d_type = type, .d_version = EV_CURRENT, .d_size = size
	};
	Elf_Data to = { .d_buf = out, .d_type = type, .d_version = EV_CURRENT, .d_size = size };

	/* It sets the same value whoever calls it, and libelf wants it said. */
	if (elf_version(EV_CURRENT) == EV_NONE ||
	    !elf64_xlatetom(&to, &from, order == ORDER_BIG ? ELFDATA2MSB : ELFDATA2LSB))
		return error_new(VMW_ERROR_BAD_DATA, where_none(), "ELF headers: %s",
				 elf_errmsg(-1));
	return NULL;
}

/* e_phnum holds at most 0xfffe; PN_XNUM sends to sh_info of section header 0. */
NODISCARD static struct vmw_error *resolve_count(const struct file *file, const Elf64_Ehdr *header,
						 struct elf_headers *headers)
{
	unsigned char bytes[SHDR_SIZE];
	Elf64_Shdr section;

	headers->count = header->e_phnum;
	if (header->e_phnum != PN_XNUM)
		return NULL;
	if (header->e_shentsize != SHDR_SIZE)
		return error_new(VMW_ERROR_BAD_DATA, where_file(0),
				 "ELF header: e_phnum is PN_XNUM, but e_shentsize is %u, not %d",
				 header->e_shentsize, SHDR_SIZE);
	TRY(file_read_whole(file, header->e_shoff, bytes, sizeof(bytes),
			    "ELF section header 0, which has the number of segments"));
	TRY(convert(&section, bytes, sizeof(bytes), ELF_T_SHDR, headers->order));
	if (section.sh_info == 0)
		return error_new(VMW_ERROR_BAD_DATA, where_file(header->e_shoff),
				 "ELF header: e_phnum is PN_XNUM, but sh_info of section header 0 "
				 "is 0");
	headers->count = section.sh_info;
	return NULL;
}

struct vmw_error *elf_headers_read(const struct file *file, struct elf_headers *ret)
{
	unsigned char bytes[EHDR_SIZE];
	struct span head = { bytes, sizeof(bytes) };
	struct elf_headers headers = { 0 };
	Elf64_Ehdr header;

	TRY(file_read_whole(file, 0, bytes, sizeof(bytes), "ELF header"));
	if (!elf_header_order(head, &headers.order))
		return elf_refusal(head, file_size(file));
	TRY(convert(&header, bytes, sizeof(bytes), ELF_T_EHDR, headers.order));
	headers.ei_data_lies = header.e_ident[EI_DATA] !=
			       (headers.order == ORDER_BIG ? ELFDATA2MSB : ELFDATA2LSB);

	/* Bits 0 and 1 of e_flags are also the ELF ABI's version, 1 or 2, which fadump writes
	 * (arch/powerpc/kernel/fadump.c). Bit 0 alone on big-endian is ELFv1, or it is not: what
	 * the file lacks shows in its segments. */
	headers.unfinished = (header.e_flags & FLAG_INCOMPLETE) != 0 &&
			     (headers.order == ORDER_LITTLE || (header.e_flags & 2) != 0);

	if (header.e_phentsize != PHDR_SIZE && header.e_phnum != 0)
		return error_new(VMW_ERROR_BAD_DATA, where_file(OFFSET_PHENTSIZE),
				 "ELF header: e_phentsize is %u, not %d", header.e_phentsize,
				 PHDR_SIZE);
	TRY(resolve_count(file, &header, &headers));
	if (headers.count > SEGMENTS_MAX)
		return error_new(VMW_ERROR_BAD_DATA, where_file(0),
				 "ELF header: %" PRIu64 " program headers, more than the %" PRIu64
				 " that any dump needs",
				 headers.count, SEGMENTS_MAX);

	uint64_t size = file_size(file);
	uint64_t left = header.e_phoff < size ? size - header.e_phoff : 0;
	headers.table = header.e_phoff;
	headers.present_count = min_u64(headers.count, left / PHDR_SIZE);
	if (headers.count > 0 && headers.present_count == 0)
		return error_new(VMW_ERROR_TRUNCATED, where_file(header.e_phoff),
				 "ELF program headers: %" PRIu64 " of them, %" PRIu64
				 " bytes at offset %" PRIu64 ", but the file ends at %" PRIu64,
				 headers.count, headers.count * PHDR_SIZE, header.e_phoff, size);
	*ret = headers;
	return NULL;
}

struct vmw_error *elf_segments_read(const struct file *file, const struct elf_headers *headers,
				    uint64_t first, size_t count, Elf64_Phdr *ret, size_t *ret_got)
{
	size_t got = 0;

	*ret_got = 0;
	if (first >= headers->present_count)
		return NULL;
	count = (size_t)min_u64(count, headers->present_count - first);
	/* The table is in the file up to present_count: no overflow. */
	TRY(file_read(file, headers->table + first * PHDR_SIZE, ret, count * PHDR_SIZE, &got));
	got /= PHDR_SIZE;
	if (got > 0)
		TRY(convert(ret, ret, got * PHDR_SIZE, ELF_T_PHDR, headers->order));
	*ret_got = got;
	return NULL;
}

_Static_assert(sizeof(Elf64_Ehdr) == EHDR_SIZE && sizeof(Elf64_Phdr) == PHDR_SIZE &&
		       sizeof(Elf64_Shdr) == SHDR_SIZE,
	       "libelf's records have the ABI's sizes");
