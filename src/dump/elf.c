/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dump/elf.h"

#include <inttypes.h>
#include <string.h>

#include "dump/elf_image.h"
#include "dump/reader.h"
#include "util/checked.h"
#include "util/text.h"

/* Reads of this size and more go past the reader's windows. */
enum { DIRECT_READ_MIN = 32 << 10 };

/* Bytes of several segments are compared in pieces: a small one first, as a difference may be near.
 */
enum { COMPARE_MIN = 64, COMPARE_MAX = 4096 };

NODISCARD static struct vmw_error *read_bytes(const struct elf_image *elf, struct reader *reader,
					      uint64_t offset, void *buffer, size_t size,
					      size_t *ret_got)
{
	return size >= DIRECT_READ_MIN
		       ? file_read(elf->file, offset, buffer, size, ret_got)
		       : reader_file_read(reader, elf->file, offset, buffer, size, ret_got);
}

/*
 * The file gave nothing at @offset, though it reached further when the dump was opened: a missing
 * piece of a flattened file, or the file was cut meanwhile, and then all behind it is gone too.
 */
static struct run lost_run(const struct elf_image *elf, uint64_t offset, uint64_t size)
{
	uint64_t missing = file_missing(elf->file, offset);

	return (struct run){ .size = missing ? min_u64(size, missing) : size,
			     .data = VMW_LOST,
			     .reason = REASON_CUT };
}

/*
 * Read one of several copies of the same memory. *@size comes down to how many bytes are there or,
 * if @ret_there is false, are not.
 */
NODISCARD static struct vmw_error *read_copy(const struct elf_image *elf, struct reader *reader,
					     uint64_t offset, unsigned char *bytes, size_t *size,
					     bool *ret_there)
{
	size_t got;

	TRY(read_bytes(elf, reader, offset, bytes, *size, &got));
	*ret_there = got > 0;
	*size = got > 0 ? got : (size_t)lost_run(elf, offset, *size).size;
	return NULL;
}

/* How many of the first @size bytes, at least 1, are all alike or all unlike. */
static size_t compare_bytes(const unsigned char *a, const unsigned char *b, size_t size,
			    bool *ret_alike)
{
	size_t run = 1;

	*ret_alike = a[0] == b[0];
	while (run < size && (a[run] == b[run]) == *ret_alike)
		run++;
	return run;
}

/*
 * Read up to @size bytes, at most COMPARE_MAX, of a piece that several segments have, to @bytes,
 * which are of use if *@ret is PRESENT. Bytes on which all agree are present; bytes on which two
 * differ are lost, as nobody can say which is right. A copy that the file is too short for
 * contradicts nothing.
 */
NODISCARD static struct vmw_error *
read_contested(const struct elf_image *elf, struct reader *reader, const struct elf_piece *piece,
	       uint64_t phys, unsigned char *bytes, size_t size, struct run *ret)
{
	unsigned char other[COMPARE_MAX];
	bool found = false;

	for (uint32_t i = 0; i <= piece->rival_count; i++) {
		uint64_t shift = i == 0 ? piece->shift
					: elf->map.rivals[piece->first_rival + i - 1];
		bool there, alike;
		TRY(read_copy(elf, reader, phys + shift, found ? other : bytes, &size, &there));
		if (!there)
			continue;
		if (!found) {
			found = true;
			continue;
		}
		size = compare_bytes(bytes, other, size, &alike);
		if (!alike) {
			*ret = (struct run){ .size = size,
					     .data = VMW_LOST,
					     .reason = REASON_CONFLICT };
			return NULL;
		}
	}
	if (!found) {
		*ret = (struct run){ .size = size, .data = VMW_LOST, .reason = REASON_CUT };
		return NULL;
	}
	*ret = (struct run){ .size = size, .data = VMW_PRESENT };
	return NULL;
}

/* The same for any @size: small steps first, larger ones as long as all agree. */
NODISCARD static struct vmw_error *
read_all_contested(const struct elf_image *elf, struct reader *reader,
		   const struct elf_piece *piece, uint64_t phys, unsigned char *buffer,
		   uint64_t size, struct run *ret)
{
	unsigned char bytes[COMPARE_MAX];
	size_t step = COMPARE_MIN;
	uint64_t done = 0;

	while (done < size) {
		struct run run;

		TRY(read_contested(elf, reader, piece, phys + done, bytes,
				   (size_t)min_u64(size - done, step), &run));
		if (done > 0 && (run.data != ret->data || run.reason != ret->reason))
			break;
		if (run.data == VMW_PRESENT)
			memcpy(buffer + done, bytes, (size_t)run.size);
		done += run.size;
		*ret = run;
		step = (size_t)min_u64(step * 2, COMPARE_MAX);
	}
	ret->size = done;
	return NULL;
}

/* The first piece that ends behind @phys, or NULL. */
static const struct elf_piece *find_piece(const struct elf_map *map, uint64_t phys)
{
	size_t index = elf_map_find(map, phys);

	return index < map->count ? &map->pieces[index] : NULL;
}

/* What a piece that is not in the file is. */
static struct run absent_run(const struct elf_piece *piece, uint64_t size)
{
	switch (piece->kind) {
	case ELF_CUT:
		return (struct run){ .size = size, .data = VMW_LOST, .reason = REASON_CUT };
	case ELF_FILTERED:
		return (struct run){ .size = size,
				     .data = VMW_EXCLUDED,
				     .reason = REASON_FILTERED };
	case ELF_CROWDED:
	default:
		return (struct run){ .size = size, .data = VMW_LOST, .reason = REASON_CONFLICT };
	}
}

/* The functions of the format begin with "core_", as libelf has an elf_next() too. */
static struct vmw_error *core_read(const struct image *image, struct reader *reader, vmw_phys phys,
				   void *buffer, uint64_t size, struct run *ret)
{
	const struct elf_image *elf = (const struct elf_image *)image;
	const struct elf_piece *piece = find_piece(&elf->map, phys.value);
	size_t got;

	if (!piece || piece->phys > phys.value) {
		uint64_t gap = piece ? piece->phys - phys.value : size;
		*ret = (struct run){ .size = min_u64(size, gap),
				     .data = elf->table_cut ? VMW_LOST : VMW_NOT_DUMPED,
				     .reason = elf->table_cut ? REASON_CUT : REASON_NO_SEGMENT };
		return NULL;
	}
	size = min_u64(size, piece->size - (phys.value - piece->phys));
	if (piece->kind != ELF_BYTES) {
		*ret = absent_run(piece, size);
		return NULL;
	}
	if (piece->rival_count > 0)
		return read_all_contested(elf, reader, piece, phys.value, buffer, size, ret);

	uint64_t offset = phys.value + piece->shift;
	TRY(read_bytes(elf, reader, offset, buffer, (size_t)size, &got));
	*ret = got > 0 ? (struct run){ .size = got, .data = VMW_PRESENT }
		       : lost_run(elf, offset, size);
	return NULL;
}

static struct vmw_error *core_next(const struct image *image, struct reader *reader, vmw_phys from,
				   struct phys_range *ret, bool *ret_found)
{
	const struct elf_image *elf = (const struct elf_image *)image;

	*ret_found = false;
	for (size_t i = elf_map_find(&elf->map, from.value); i < elf->map.count; i++) {
		const struct elf_piece *piece = &elf->map.pieces[i];
		if (piece->kind != ELF_BYTES)
			continue;
		*ret = (struct phys_range){ .start = { piece->phys }, .size = piece->size };
		*ret_found = true;
		return NULL;
	}
	return NULL;
}

static char *core_explain(const struct image *image, vmw_phys phys, enum reason reason)
{
	const struct elf_image *elf = (const struct elf_image *)image;
	const struct elf_piece *piece = find_piece(&elf->map, phys.value);
	const char *path = file_path(elf->file);
	uint64_t size = file_size(elf->file);

	if (!piece || piece->phys > phys.value)
		return reason == REASON_CUT && elf->table_cut
			       ? text_format("%s is cut at %" PRIu64
					     " bytes, within the table of its segments",
					     path, size)
			       : NULL;
	if (reason == REASON_CUT && piece->kind == ELF_CUT)
		return text_format("%s is cut at %" PRIu64 " bytes", path, size);
	if (reason == REASON_CUT && file_is_flattened(elf->file))
		return text_format("%s lacks a record of the flattened file", path);
	if (reason == REASON_CONFLICT && piece->kind == ELF_CROWDED)
		return text_format("more than %d segments have bytes for it", ELF_SOURCES_MAX);
	if (reason == REASON_CONFLICT && piece->rival_count > 0)
		return text_format("file offsets 0x%" PRIx64 " and 0x%" PRIx64,
				   phys.value + piece->shift,
				   phys.value + elf->map.rivals[piece->first_rival]);
	return NULL;
}

static bool core_matches(const struct file *file, struct span head)
{
	return elf_header_is_ours(head);
}

const struct image_format elf_format = {
	.name = "elf",
	.matches = core_matches,
	.open = elf_image_open,
	.close = elf_image_close,
	.read = core_read,
	.next = core_next,
	.explain = core_explain,
};
