/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The header and sub-header of a kdump-compressed file, as numbers that hold together.
 *
 * Source: makedumpfile, diskdump_mod.h: struct disk_dump_header, struct kdump_sub_header, in the
 * layout of a 64-bit machine. QEMU writes the same (include/sysemu/dump.h). Seen in files of both
 * byte orders. docs/formats/kdump.md.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "dump/file.h"
#include "util/cursor.h"

enum {
	/* utsname: sysname, nodename, release, version, machine, domainname; NUL-padded. */
	KDUMP_UTS_FIELD_SIZE = 65,
	KDUMP_UTS_SIZE = 6 * KDUMP_UTS_FIELD_SIZE,

	KDUMP_PAGE_DESC_SIZE = 24,
};

/* disk_dump_header.status; the codecs' flags (dump/codec.h) are in it too. */
enum {
	KDUMP_STATUS_INCOMPLETE = 0x8,
	KDUMP_STATUS_EXCLUDED_VMEMMAP = 0x10,
};

/* Bytes of the file that the sub-header points at; size 0 for none. Not checked against the file.
 */
struct kdump_blob {
	uint64_t offset, size;
};

struct kdump_header {
	enum order order;
	int version;
	uint32_t block_size;
	uint32_t status;
	unsigned char uts[KDUMP_UTS_SIZE]; /* as in the file */
	char release[KDUMP_UTS_FIELD_SIZE + 1], machine[KDUMP_UTS_FIELD_SIZE + 1];

	uint64_t max_mapnr; /* file blocks of memory; all of them end below 2^51 */
	bool split;
	uint64_t start_pfn, end_pfn; /* file blocks with descriptors here; all, unless split */
	struct kdump_blob vmcoreinfo, notes;

	/* Offsets in the file. None can overflow, also with what lies behind it added. */
	uint64_t memory_bitmap;   /* "1st bitmap": the block is memory */
	uint64_t dumpable_bitmap; /* "2nd bitmap": its bytes are in the file; may be the same */
	uint64_t descriptors;
};

/* Whether the header names the machine. QEMU does not know its guest's name and writes "Unknown".
 */
bool kdump_machine_is_known(const struct kdump_header *header);

/*
 * Parse the headers of @file. TRUNCATED when it ends within them; UNSUPPORTED for another machine's
 * file, a header version above 6, or more memory than a ppc64 kernel can have; BAD_DATA when its
 * numbers contradict each other. No error names the file.
 */
NODISCARD struct vmw_error *kdump_header_read(const struct file *file, struct kdump_header *ret);

/* A page descriptor: struct page_desc. Its page_flags, always 0, are left out. */
struct kdump_page_desc {
	uint64_t offset;
	uint32_t size;
	uint32_t flags; /* the codec's, dump/codec.h; 0 is stored */
};

/* Parse KDUMP_PAGE_DESC_SIZE bytes at @bytes. */
struct kdump_page_desc kdump_page_desc_parse(const unsigned char *bytes, enum order order);
