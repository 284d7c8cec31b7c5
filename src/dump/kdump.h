/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kdump-compressed format of makedumpfile and QEMU, header versions 1 to 6, one file or the
 * parts of a split dump.
 *
 * Source: makedumpfile, diskdump_mod.h (dump/kdump_header.h has the numbers) and IMPLEMENTATION.
 * docs/formats/kdump.md.
 *
 * File: header (block 0), sub-header (sub_hdr_size blocks), two bitmaps of a bit for each file
 * block (memory exists; its bytes are in the file), page descriptors in the order of the second
 * bitmap's bits, page data. A part of a split dump has the whole bitmaps, and descriptors for its
 * own range [start_pfn, end_pfn) only.
 *
 * This header is for dump/kdump*.c; all others see the format through dump/image.h.
 */
#pragma once

#include <stddef.h>

#include "dump/bitmap.h"
#include "dump/image.h"
#include "dump/kdump_header.h"

struct kdump_part {
	const struct file *file; /* borrowed */
	struct kdump_header header;
	struct bitmap memory, dumpable;
	struct ranks *ranks; /* of dumpable, for the part's own range */
	uint64_t data;       /* page data lies from there on, behind the descriptors */
};

struct kdump {
	struct image image;
	unsigned int block_shift;
	uint64_t max_mapnr;       /* the same in all parts */
	struct kdump_part *parts; /* by start_pfn; their ranges do not overlap, and may be empty */
	size_t part_count;
	const struct kdump_part *fullest; /* the part that has the most of the bitmaps */
	unsigned char *notes, *vmcoreinfo;
};

/* Whose descriptors a run of file blocks has. */
struct kdump_extent {
	const struct kdump_part *part; /* NULL: of a part that was not given */
	uint64_t start, end;           /* of the part, or of the gap; end is not in it */
};

/* The extent of @block, below max_mapnr. */
struct kdump_extent kdump_extent_find(const struct kdump *kdump, uint64_t block);

/*
 * image_format.open() and close().
 *
 * Problems: "part-missing" (a note: the frames asked for may be in the parts that are there),
 * "kdump-cut" (the file ends within bitmaps or descriptors), "kdump-incomplete" (its writer says
 * so), "vmemmap-excluded", "kdump-notes" and "kdump-vmcoreinfo" (they do not fit into the file, and
 * are left out).
 */
NODISCARD struct vmw_error *kdump_open(const struct file *const *files, size_t count,
				       struct problems *problems, struct image **ret);
void kdump_close(struct image *image);
