/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ELF64 cores of EM_PPC64: /proc/vmcore as kexec, kexec_file_load and fadump export it,
 * makedumpfile -E, QEMU.
 *
 * Source: System V ABI and elf(5) for the headers, which libelf converts; Linux kernel/crash_core.c
 * crash_prepare_elf64_headers() for what a vmcore holds; makedumpfile.c write_elf_pages_cyclic()
 * for p_filesz < p_memsz. docs/formats/elf.md.
 *
 * This is the header and the program header table; dump/elf_map.h is what the segments together say
 * of memory, dump/elf_open.c the image made of both, dump/elf.c the reading of it.
 */
#pragma once

#include <libelf.h>

#include "dump/file.h"
#include "dump/image.h"

/*
 * The byte order of an ELF64 header at @head, by the fields that can be checked: e_version 1,
 * e_ehsize 64, e_phentsize 56, a known e_machine and e_type. Not by EI_DATA: kernels up to 7.2
 * write "little" whatever they are. One damaged field is borne. False when neither order fits.
 */
bool elf_header_order(struct span head, enum order *ret);

/* Whether @head begins with the ELF signature. */
bool elf_signature(struct span head);

/* Whether @head is the header of an ELF64 core for ppc64. */
bool elf_header_is_ours(struct span head);

/*
 * Why @head, of a file of @file_size bytes that has the ELF signature but is not ours, is refused:
 * UNSUPPORTED for a core of another machine or class, NOT_A_DUMP for another kind of ELF file,
 * TRUNCATED for less than a header, BAD_DATA for a header of no byte order. Never NULL.
 */
NODISCARD struct vmw_error *elf_refusal(struct span head, uint64_t file_size);

/* What the headers of a core say. */
struct elf_headers {
	enum order order;
	bool ei_data_lies;      /* EI_DATA names the other order */
	bool unfinished;        /* makedumpfile says that it ran out of space */
	uint64_t table;         /* offset of the program headers */
	uint64_t count;         /* program headers, PN_XNUM resolved */
	uint64_t present_count; /* of them, whole ones before the file ends */
};

/*
 * Read the header of @file, which elf_header_is_ours() accepts. BAD_DATA for sizes that cannot be,
 * TRUNCATED when not one program header is in the file.
 */
NODISCARD struct vmw_error *elf_headers_read(const struct file *file, struct elf_headers *ret);

/*
 * Read up to @count program headers from number @first on into @ret, in host order. *@ret_got is
 * less than @count where the table ends or a piece of it is missing.
 */
NODISCARD struct vmw_error *elf_segments_read(const struct file *file,
					      const struct elf_headers *headers, uint64_t first,
					      size_t count, Elf64_Phdr *ret, size_t *ret_got);
