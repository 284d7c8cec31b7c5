/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dump/kdump_header.h"

#include <inttypes.h>
#include <string.h>

#include "util/checked.h"

enum {
	SIGNATURE_SIZE = 8,
	HEADER_SIZE = 464, /* up to nr_cpus; what follows is per CPU and not used */

	/* Offsets of fields that errors are about. */
	AT_VERSION = 8,
	AT_MACHINE = 12 + 4 * KDUMP_UTS_FIELD_SIZE,
	AT_SUB_HEADER_BLOCKS = 432,
	AT_BITMAP_BLOCKS = 436,
	AT_MAX_MAPNR = 440,
	AT_SUB_START_PFN = 16,

	SUB_HEADER_SIZE = 104,
	VERSION_MAX = 6,
	BLOCK_SIZE_MIN = 4096,
	BLOCK_SIZE_MAX = 65536,

	/* MAX_PHYSMEM_BITS of every ppc64 kernel so far: arch/powerpc/include/asm/sparsemem.h,
	 * book3s/64/mmu.h. It bounds the bitmaps, and so the time to count them. */
	PHYS_BITS_MAX = 51,
};

/* struct disk_dump_header, the fields that are used. */
struct raw_header {
	uint32_t version;
	const unsigned char *uts;
	uint32_t status;
	uint32_t block_size;
	uint32_t sub_header_blocks;
	uint32_t bitmap_blocks;
	uint32_t max_mapnr;
};

static struct raw_header raw_header_parse(struct cursor c)
{
	struct raw_header raw;

	cursor_skip(&c, SIGNATURE_SIZE);
	raw.version = cursor_u32(&c);
	raw.uts = cursor_bytes(&c, KDUMP_UTS_SIZE);
	cursor_skip(&c, 6);  /* padding */
	cursor_skip(&c, 16); /* timestamp: struct timeval */
	raw.status = cursor_u32(&c);
	raw.block_size = cursor_u32(&c);
	raw.sub_header_blocks = cursor_u32(&c);
	raw.bitmap_blocks = cursor_u32(&c);
	raw.max_mapnr = cursor_u32(&c);
	return raw;
}

static bool block_size_ok(uint32_t size)
{
	return is_power_of_two(size) && size >= BLOCK_SIZE_MIN && size <= BLOCK_SIZE_MAX;
}

static void uts_field(const unsigned char *uts, unsigned int index,
		      char ret[KDUMP_UTS_FIELD_SIZE + 1])
{
	memcpy(ret, uts + (size_t)index * KDUMP_UTS_FIELD_SIZE, KDUMP_UTS_FIELD_SIZE);
	ret[KDUMP_UTS_FIELD_SIZE] = '\0';
}

bool kdump_machine_is_known(const struct kdump_header *header)
{
	return header->machine[0] && strcmp(header->machine, "Unknown") != 0;
}

/* The byte order in which @bytes are a header: by version and block size, never by the machine's
 * name, which QEMU does not know and which tells of the kernel, not of the file. */
NODISCARD static struct vmw_error *find_order(struct span bytes, enum order *ret)
{
	static const enum order orders[] = { ORDER_BIG, ORDER_LITTLE };

	for (size_t i = 0; i < 2; i++) {
		struct raw_header raw = raw_header_parse(
			cursor_new(bytes, where_file(0), orders[i]));

		if (!block_size_ok(raw.block_size) || raw.version < 1)
			continue;
		if (raw.version <= VERSION_MAX) {
			*ret = orders[i];
			return NULL;
		}
		/* A version of the future is a small number all the same. */
		if (raw.version < 0x10000)
			return error_new(VMW_ERROR_UNSUPPORTED, where_file(AT_VERSION),
					 "kdump header: version %" PRIu32
					 ", and versions 1 to 6 are known",
					 raw.version);
	}
	struct raw_header raw = raw_header_parse(cursor_new(bytes, where_file(0), ORDER_BIG));
	return error_new(VMW_ERROR_BAD_DATA, where_file(AT_VERSION),
			 "kdump header: neither byte order makes sense of version 0x%08" PRIx32
			 " and block size 0x%08" PRIx32,
			 raw.version, raw.block_size);
}

/* struct kdump_sub_header. @header->version says how much of it was there when it was written; the
 * rest is not looked at. */
NODISCARD static struct vmw_error *sub_header_read(const struct file *file,
						   struct kdump_header *header)
{
	/* Of each version: where its last field ends. */
	static const uint8_t sizes[VERSION_MAX + 1] = { 0, 12, 32, 48, 64, 80, SUB_HEADER_SIZE };
	unsigned char bytes[SUB_HEADER_SIZE] = { 0 };
	int version = header->version;

	TRY(file_read_whole(file, header->block_size, bytes, sizes[version], "kdump sub-header"));
	struct cursor c = cursor_new((struct span){ bytes, sizes[version] },
				     where_file(header->block_size), header->order);
	cursor_skip(&c, 8); /* phys_base: of x86_64 */
	cursor_skip(&c, 4); /* dump_level: what was asked for; the bitmaps tell what was done */
	if (version >= 2) {
		header->split = cursor_u32(&c) != 0;
		header->start_pfn = cursor_u64(&c);
		header->end_pfn = cursor_u64(&c);
	}
	if (version >= 3) {
		header->vmcoreinfo.offset = cursor_u64(&c);
		header->vmcoreinfo.size = cursor_u64(&c);
	}
	if (version >= 4) {
		header->notes.offset = cursor_u64(&c);
		header->notes.size = cursor_u64(&c);
	}
	if (version >= 5)
		cursor_skip(&c, 16); /* eraseinfo */
	if (version >= 6) {
		header->start_pfn = cursor_u64(&c);
		header->end_pfn = cursor_u64(&c);
		/* The header's own has 32 bits, and is cut to them. */
		uint64_t max_mapnr = cursor_u64(&c);
		if (max_mapnr != 0)
			header->max_mapnr = max_mapnr;
	}
	return cursor_check(&c, "kdump sub-header");
}

/* Where bitmaps and descriptors are. */
NODISCARD static struct vmw_error *place_bitmaps(const struct raw_header *raw,
						 struct kdump_header *header)
{
	uint64_t block = header->block_size;
	uint64_t bitmap_size = (uint64_t)raw->bitmap_blocks * block;
	uint64_t blocks_needed = div_round_up(div_round_up(header->max_mapnr, 8), block);

	header->memory_bitmap = (1 + (uint64_t)raw->sub_header_blocks) * block;
	header->descriptors = header->memory_bitmap + bitmap_size;
	if (raw->bitmap_blocks < blocks_needed)
		return error_new(VMW_ERROR_BAD_DATA, where_file(AT_BITMAP_BLOCKS),
				 "kdump header: %" PRIu32 " bitmap blocks of %" PRIu32
				 " bytes, and 0x%" PRIx64 " page frames need %" PRIu64,
				 raw->bitmap_blocks, header->block_size, header->max_mapnr,
				 blocks_needed);
	/*
	 * Without a filter there may be one bitmap for both (crash, diskdump.c, dump_is_partial()).
	 * Two are of the same size, in whole blocks.
	 */
	if (raw->bitmap_blocks / 2 < blocks_needed) {
		header->dumpable_bitmap = header->memory_bitmap;
		return NULL;
	}
	if (raw->bitmap_blocks % 2 != 0)
		return error_new(VMW_ERROR_BAD_DATA, where_file(AT_BITMAP_BLOCKS),
				 "kdump header: %" PRIu32
				 " bitmap blocks are no two bitmaps of equal size",
				 raw->bitmap_blocks);
	header->dumpable_bitmap = header->memory_bitmap + bitmap_size / 2;
	return NULL;
}

struct vmw_error *kdump_header_read(const struct file *file, struct kdump_header *ret)
{
	unsigned char bytes[HEADER_SIZE];
	struct kdump_header header = { 0 };

	TRY(file_read_whole(file, 0, bytes, sizeof(bytes), "kdump header"));
	struct span span = { bytes, sizeof(bytes) };
	memcpy(header.uts, bytes + SIGNATURE_SIZE + 4, sizeof(header.uts));
	uts_field(header.uts, 2, header.release);
	uts_field(header.uts, 4, header.machine);
	/* First, since a 32-bit machine's header has another layout behind the names. */
	if (kdump_machine_is_known(&header) && strcmp(header.machine, "ppc64") != 0 &&
	    strcmp(header.machine, "ppc64le") != 0)
		return error_new(VMW_ERROR_UNSUPPORTED, where_file(AT_MACHINE),
				 "a kdump file of a machine named \"%s\": vmemwalk reads ppc64 "
				 "dumps only",
				 header.machine);

	TRY(find_order(span, &header.order));
	struct raw_header raw = raw_header_parse(cursor_new(span, where_file(0), header.order));
	header.version = (int)raw.version;
	header.block_size = raw.block_size;
	header.status = raw.status;
	header.max_mapnr = raw.max_mapnr;
	/* Signed in the file: a negative size would be one of 4 GiB blocks and more. */
	if (raw.sub_header_blocks == 0 || raw.sub_header_blocks > INT32_MAX)
		return error_new(VMW_ERROR_BAD_DATA, where_file(AT_SUB_HEADER_BLOCKS),
				 "kdump header: a sub-header of %" PRId32 " blocks",
				 (int32_t)raw.sub_header_blocks);
	TRY(sub_header_read(file, &header));
	/* Before version 6 there are 32 bits only, but bitmaps for all: 16 TiB in 4K blocks. What
	 * is more in them than memory is clear. */
	uint64_t bits = (uint64_t)(raw.bitmap_blocks / 2) * header.block_size * 8;
	if (header.version < 6 && bits > UINT32_MAX)
		header.max_mapnr = bits;

	if (header.max_mapnr > UINT64_C(1) << (PHYS_BITS_MAX - log2_of(header.block_size)))
		return error_new(VMW_ERROR_UNSUPPORTED, where_file(AT_MAX_MAPNR),
				 "kdump header: 0x%" PRIx64 " page frames of %" PRIu32
				 " bytes, and a ppc64 kernel has 2^%d bytes at most",
				 header.max_mapnr, header.block_size, PHYS_BITS_MAX);
	TRY(place_bitmaps(&raw, &header));

	if (!header.split) {
		header.start_pfn = 0;
		header.end_pfn = header.max_mapnr;
	}
	if (header.start_pfn > header.end_pfn)
		return error_new(VMW_ERROR_BAD_DATA,
				 where_file(header.block_size + AT_SUB_START_PFN),
				 "kdump sub-header: part of the frames from 0x%" PRIx64
				 " to before 0x%" PRIx64,
				 header.start_pfn, header.end_pfn);
	header.start_pfn = min_u64(header.start_pfn, header.max_mapnr);
	header.end_pfn = min_u64(header.end_pfn, header.max_mapnr);
	*ret = header;
	return NULL;
}

struct kdump_page_desc kdump_page_desc_parse(const unsigned char *bytes, enum order order)
{
	return (struct kdump_page_desc){ .offset = load_u64(bytes, order),
					 .size = load_u32(bytes + 8, order),
					 .flags = load_u32(bytes + 12, order) };
}
