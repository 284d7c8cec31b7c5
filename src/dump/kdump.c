/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dump/kdump.h"

#include <inttypes.h>
#include <string.h>

#include "dump/codec.h"
#include "util/addr.h"
#include "util/checked.h"
#include "util/text.h"

static const struct kdump *kdump_of(const struct image *image)
{
	return (const struct kdump *)image;
}

static bool kdump_matches(const struct file *file, struct span head)
{
	/* Eight bytes padded with spaces, no terminator. */
	return head.size >= 8 && memcmp(head.data, "KDUMP   ", 8) == 0;
}

/* ---- one block ---- */

/* Whether @desc can be the descriptor of a block; what is lost is lost whatever the header's status
 * says. */
static enum reason desc_check(const struct kdump_part *part, struct kdump_page_desc desc,
			      enum codec *ret_codec)
{
	uint32_t block_size = part->header.block_size;

	/* A writer that was stopped leaves zeros; offset 0 would be the file's header. */
	if (desc.offset == 0 || desc.size == 0)
		return REASON_NEVER_WRITTEN;
	if (desc.size > block_size || desc.flags & ~(uint32_t)CODEC_FLAGS ||
	    !codec_of_flags(desc.flags, ret_codec))
		return REASON_BAD_DESCRIPTOR;
	if (*ret_codec == CODEC_STORED && desc.size != block_size)
		return REASON_BAD_DESCRIPTOR;
	/* Headers, bitmaps and descriptors are no page's data. */
	if (desc.offset < part->data)
		return REASON_BAD_DESCRIPTOR;
	if (!range_within(desc.offset, desc.size, file_size(part->file)))
		return REASON_CUT;
	if (!codec_available(*ret_codec))
		return REASON_NO_CODEC;
	return REASON_NONE;
}

static uint64_t desc_offset(const struct kdump_part *part, uint64_t rank)
{
	return part->header.descriptors + rank * KDUMP_PAGE_DESC_SIZE;
}

/* Decode the block whose descriptor is number @rank of @part to @out, of a block's size. Unless
 * *@ret is REASON_NONE, @out holds nothing of use. */
NODISCARD static struct vmw_error *block_decode(const struct kdump_part *part,
						struct reader *reader, uint64_t rank,
						unsigned char *out, enum reason *ret)
{
	unsigned char bytes[KDUMP_PAGE_DESC_SIZE];
	enum codec codec;
	size_t got;

	TRY(reader_file_read(reader, part->file, desc_offset(part, rank), bytes, sizeof(bytes),
			     &got));
	if (got < sizeof(bytes)) {
		*ret = REASON_CUT;
		return NULL;
	}
	struct kdump_page_desc desc = kdump_page_desc_parse(bytes, part->header.order);
	*ret = desc_check(part, desc, &codec);
	if (*ret != REASON_NONE)
		return NULL;

	/* Past the windows: they keep descriptors, and each page's data is wanted once. */
	unsigned char *in = codec == CODEC_STORED ? out : reader_scratch(reader, desc.size);
	if (!in)
		return error_no_memory();
	TRY(file_read(part->file, desc.offset, in, desc.size, &got));
	if (got < desc.size)
		*ret = REASON_CUT;
	else if (codec != CODEC_STORED &&
		 !codec_decode(reader_codecs(reader), codec, (struct span){ in, desc.size }, out,
			       part->header.block_size))
		*ret = REASON_CODEC;
	return NULL;
}

/* Copy @size bytes, @skip into the block @block, to @buffer, if *@ret becomes REASON_NONE. */
NODISCARD static struct vmw_error *
block_read(const struct kdump_part *part, struct reader *reader, uint64_t block, uint64_t rank,
	   uint64_t skip, unsigned char *buffer, uint64_t size, enum reason *ret)
{
	struct page_slot *slot = reader_page_find(reader, block);
	unsigned char *bytes;

	if (slot) {
		*ret = slot->reason;
		bytes = slot->bytes;
	} else if (size == part->header.block_size) {
		/* A long read, most likely. Not into the caller's buffer: it must not see bytes
		 * of a block that then fails to decode. */
		bytes = reader_block_buffer(reader);
		if (!bytes)
			return error_no_memory();
		TRY(block_decode(part, reader, rank, bytes, ret));
	} else {
		slot = reader_page_slot(reader, block);
		if (!slot)
			return error_no_memory();
		bytes = slot->bytes;
		TRY(block_decode(part, reader, rank, bytes, &slot->reason));
		slot->valid = true;
		*ret = slot->reason;
	}
	if (*ret == REASON_NONE)
		memcpy(buffer, bytes + skip, (size_t)size);
	return NULL;
}

/* ---- memory ---- */

/* Read the @count blocks from @block on, whose bits in @part's second bitmap are set. */
NODISCARD static struct vmw_error *
read_blocks(const struct kdump_part *part, struct reader *reader, uint64_t block, uint64_t count,
	    uint64_t skip, unsigned char *buffer, uint64_t size, struct run *ret)
{
	uint64_t block_size = part->header.block_size, done = 0, rank;

	TRY(ranks_find(part->ranks, reader, block, &rank));
	for (uint64_t i = 0; i < count && done < size; i++) {
		uint64_t piece = min_u64(block_size - skip, size - done);
		enum reason reason = REASON_NONE;

		TRY(block_read(part, reader, block + i, rank + i, skip, buffer + done, piece,
			       &reason));
		if (reason != REASON_NONE && done > 0)
			break;
		if (reason != REASON_NONE) {
			*ret = (struct run){ .size = piece, .data = VMW_LOST, .reason = reason };
			return NULL;
		}
		done += piece;
		skip = 0;
	}
	*ret = (struct run){ .size = done, .data = VMW_PRESENT, .reason = REASON_NONE };
	return NULL;
}

/* Why no bytes are there for blocks that are of @state in the second bitmap of @bitmaps; *@count of
 * them are alike, and fewer after the call. */
NODISCARD static struct vmw_error *
absent_run(const struct kdump_part *bitmaps, struct reader *reader, uint64_t block,
	   enum bit_state state, bool part_given, uint64_t *count, struct run *ret)
{
	enum bit_state memory = BIT_CLEAR;

	ret->data = VMW_LOST;
	ret->reason = part_given ? REASON_CUT : REASON_NO_PART;
	if (state != BIT_CLEAR)
		return NULL;

	/* With one bitmap for both, what is not in the file was no memory. */
	if (bitmaps->memory.offset != bitmaps->dumpable.offset)
		TRY(bitmap_run(&bitmaps->memory, reader, block, *count, &memory, count));
	if (memory == BIT_SET) {
		ret->data = VMW_EXCLUDED;
		ret->reason = REASON_FILTERED;
	} else if (memory == BIT_CLEAR) {
		ret->data = VMW_NOT_DUMPED;
		ret->reason = REASON_NO_BIT;
	}
	return NULL;
}

NODISCARD static struct vmw_error *kdump_read(const struct image *image, struct reader *reader,
					      vmw_phys phys, void *buffer, uint64_t size,
					      struct run *ret)
{
	const struct kdump *kdump = kdump_of(image);
	uint64_t block_size = image->block_size;
	uint64_t block = phys.value >> kdump->block_shift;
	uint64_t skip = phys.value & (block_size - 1);
	enum bit_state state;
	uint64_t count;

	if (block >= kdump->max_mapnr) {
		*ret = (struct run){ .size = size,
				     .data = VMW_NOT_DUMPED,
				     .reason = REASON_NO_BIT };
		return NULL;
	}

	/* A walk along a list asks for small pieces of the same blocks: what was decoded before
	 * needs neither bitmap nor descriptor. */
	const struct page_slot *slot = reader_page_find(reader, block);
	if (slot && slot->reason == REASON_NONE && size <= block_size - skip) {
		memcpy(buffer, slot->bytes + skip, (size_t)size);
		*ret = (struct run){ .size = size, .data = VMW_PRESENT, .reason = REASON_NONE };
		return NULL;
	}

	struct kdump_extent extent = kdump_extent_find(kdump, block);
	const struct kdump_part *bitmaps = extent.part ? extent.part : kdump->fullest;
	uint64_t limit = min_u64(div_round_up(skip + size, block_size), extent.end - block);
	TRY(bitmap_run(&bitmaps->dumpable, reader, block, limit, &state, &count));
	if (extent.part && state == BIT_SET) {
		uint64_t known = ranks_known(extent.part->ranks);

		/* Behind a piece of the bitmap that is unknown, no descriptor's number is known. */
		if (block < known)
			return read_blocks(extent.part, reader, block,
					   min_u64(count, known - block), skip, buffer, size, ret);
	}
	TRY(absent_run(bitmaps, reader, block, state, extent.part != NULL, &count, ret));
	ret->size = min_u64(count * block_size - skip, size);
	return NULL;
}

NODISCARD static struct vmw_error *kdump_next(const struct image *image, struct reader *reader,
					      vmw_phys from, struct phys_range *ret,
					      bool *ret_found)
{
	const struct kdump *kdump = kdump_of(image);
	uint64_t block = from.value >> kdump->block_shift;

	*ret_found = false;
	while (block < kdump->max_mapnr) {
		struct kdump_extent extent = kdump_extent_find(kdump, block);
		enum bit_state state;
		uint64_t count;

		if (!extent.part) {
			block = extent.end;
			continue;
		}
		uint64_t known = ranks_known(extent.part->ranks);
		TRY(ranks_next(extent.part->ranks, reader, block, &block));
		if (block >= known) {
			block = extent.end;
			continue;
		}
		TRY(bitmap_run(&extent.part->dumpable, reader, block, known - block, &state,
			       &count));
		ret->start = phys_at(block << kdump->block_shift);
		ret->size = count << kdump->block_shift;
		*ret_found = true;
		return NULL;
	}
	return NULL;
}

/* ---- reasons ---- */

/* The descriptor of @block in words, without a reader: this is for the few that people read. */
NODISCARD static struct vmw_error *explain_block(const struct kdump_part *part, uint64_t block,
						 char **ret)
{
	unsigned char bytes[KDUMP_PAGE_DESC_SIZE];
	const char *path = file_path(part->file);
	enum bit_state state;
	uint64_t rank, count;
	enum codec codec;
	size_t got;

	if (block >= ranks_known(part->ranks)) {
		*ret = text_format("the bitmap at offset 0x%" PRIx64 " of %s ends before it",
				   part->header.dumpable_bitmap, path);
		return NULL;
	}
	TRY(bitmap_run(&part->dumpable, NULL, block, 1, &state, &count));
	if (state != BIT_SET) {
		*ret = text_format("the bitmap at offset 0x%" PRIx64
				   " of %s, which tells whether it is memory, lacks it",
				   part->header.memory_bitmap, path);
		return NULL;
	}
	TRY(ranks_find(part->ranks, NULL, block, &rank));
	uint64_t offset = desc_offset(part, rank);
	TRY(file_read(part->file, offset, bytes, sizeof(bytes), &got));
	if (got < sizeof(bytes)) {
		*ret = text_format("its page descriptor would be at offset 0x%" PRIx64 " of %s",
				   offset, path);
		return NULL;
	}
	struct kdump_page_desc desc = kdump_page_desc_parse(bytes, part->header.order);
	const char *name = codec_of_flags(desc.flags, &codec) ? codec_name(codec)
							      : "of several codecs";
	*ret = text_format("page descriptor at offset 0x%" PRIx64 " of %s: %" PRIu32
			   " bytes at 0x%" PRIx64 ", flags 0x%" PRIx32 " (%s)",
			   offset, path, desc.size, desc.offset, desc.flags, name);
	return NULL;
}

static char *kdump_explain(const struct image *image, vmw_phys phys, enum reason reason)
{
	const struct kdump *kdump = kdump_of(image);
	uint64_t block = phys.value >> kdump->block_shift;
	char *text = NULL;

	if (block >= kdump->max_mapnr)
		return NULL;
	struct kdump_extent extent = kdump_extent_find(kdump, block);
	if (reason == REASON_NO_PART && !extent.part)
		return text_format("page frames 0x%" PRIx64 " to 0x%" PRIx64, extent.start,
				   extent.end - 1);
	if (!extent.part || reason == REASON_NONE || reason == REASON_FILTERED ||
	    reason == REASON_NO_BIT)
		return NULL;
	vmw_error_free(explain_block(extent.part, block, &text));
	return text;
}

const struct image_format kdump_format = {
	.name = "kdump",
	.matches = kdump_matches,
	.open = kdump_open,
	.close = kdump_close,
	.read = kdump_read,
	.next = kdump_next,
	.explain = kdump_explain,
};
