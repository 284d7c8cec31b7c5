/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "dump/codec.h"
#include "dump/kdump.h"
#include "dump/note.h"
#include "util/checked.h"

enum {
	/* A note for each of some thousand processors; VMCOREINFO is a page, 64 KiB at most. */
	NOTES_MAX = 64 << 20,
	VMCOREINFO_MAX = 64 << 10,

	/* Linux: sizeof(struct elf_prstatus) on ppc64. x86_64 and s390x have 336, arm64 392. */
	NT_PRSTATUS = 1,
	PRSTATUS_SIZE = 504,
};

static void kdump_free(struct kdump *kdump)
{
	if (!kdump)
		return;
	for (size_t i = 0; i < kdump->part_count; i++)
		ranks_free(kdump->parts[i].ranks);
	free(kdump->parts);
	free(kdump->notes);
	free(kdump->vmcoreinfo);
	free(kdump);
}
DEFINE_CLEANUP(struct kdump, kdump_free)

void kdump_close(struct image *image)
{
	kdump_free((struct kdump *)image);
}

struct kdump_extent kdump_extent_find(const struct kdump *kdump, uint64_t block)
{
	struct kdump_extent gap = { .end = kdump->max_mapnr };

	for (size_t i = 0; i < kdump->part_count; i++) {
		const struct kdump_part *part = &kdump->parts[i];
		uint64_t start = part->header.start_pfn, end = part->header.end_pfn;

		if (start == end)
			continue;
		if (block < start) {
			gap.end = start;
			break;
		}
		if (block < end)
			return (struct kdump_extent){ .part = part, .start = start, .end = end };
		gap.start = end;
	}
	return gap;
}

/* ---- the parts of a split dump ---- */

/* What all parts must have in common. */
NODISCARD static struct vmw_error *check_same_dump(const struct kdump_part *a,
						   const struct kdump_part *b)
{
	const struct {
		const char *name;
		bool same;
	} fields[] = {
		{ "byte order", a->header.order == b->header.order },
		{ "header version", a->header.version == b->header.version },
		{ "block_size", a->header.block_size == b->header.block_size },
		{ "max_mapnr", a->header.max_mapnr == b->header.max_mapnr },
		{ "utsname", memcmp(a->header.uts, b->header.uts, KDUMP_UTS_SIZE) == 0 },
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (!fields[i].same)
			return error_new(VMW_ERROR_BAD_DATA, where_none(),
					 "%s differs from that in %s: parts of different dumps",
					 fields[i].name, file_path(b->file));
	}
	return NULL;
}

NODISCARD static struct vmw_error *check_parts(const struct kdump *kdump)
{
	if (kdump->part_count == 1)
		return NULL;
	for (size_t i = 0; i < kdump->part_count; i++) {
		const struct kdump_part *part = &kdump->parts[i];

		if (!part->header.split)
			return error_in_file(
				error_new(VMW_ERROR_MISUSE, where_none(),
					  "a whole dump, not a part of a split one: give it alone"),
				file_path(part->file));
		struct vmw_error *error = check_same_dump(part, &kdump->parts[0]);
		if (error)
			return error_in_file(error, file_path(part->file));
	}
	return NULL;
}

static int compare_parts(const void *a, const void *b)
{
	const struct kdump_header *x = &((const struct kdump_part *)a)->header;
	const struct kdump_header *y = &((const struct kdump_part *)b)->header;

	if (x->start_pfn != y->start_pfn)
		return x->start_pfn < y->start_pfn ? -1 : 1;
	return (x->end_pfn > y->end_pfn) - (x->end_pfn < y->end_pfn);
}

NODISCARD static struct vmw_error *sort_parts(struct kdump *kdump)
{
	const struct kdump_part *last = NULL;

	qsort(kdump->parts, kdump->part_count, sizeof(*kdump->parts), compare_parts);
	for (size_t i = 0; i < kdump->part_count; i++) {
		const struct kdump_part *part = &kdump->parts[i];
		uint64_t start = part->header.start_pfn, end = part->header.end_pfn;

		if (start == end)
			continue;
		if (last && start < last->header.end_pfn)
			return error_in_file(
				error_new(VMW_ERROR_BAD_DATA, where_none(),
					  "page frames 0x%" PRIx64 " to 0x%" PRIx64
					  " are in %s too: the same part twice, or parts of "
					  "different dumps",
					  start, min_u64(end, last->header.end_pfn) - 1,
					  file_path(last->file)),
				file_path(part->file));
		last = part;
	}
	return NULL;
}

static void report_missing_parts(const struct kdump *kdump, struct problems *problems)
{
	for (uint64_t block = 0; block < kdump->max_mapnr;) {
		struct kdump_extent extent = kdump_extent_find(kdump, block);

		if (!extent.part)
			problem_add(problems, "part-missing", VMW_NOTE, where_none(), NULL,
				    "split dump: page frames 0x%" PRIx64 " to 0x%" PRIx64
				    " are in a part that was not given",
				    extent.start, extent.end - 1);
		block = extent.end;
	}
}

/* ---- the copies of notes and VMCOREINFO ---- */

/*
 * Read @blob of @part. *@ret stays NULL, without an error, when there is none, or it does not fit
 * into the file or @limit: a dump can be read without them.
 */
NODISCARD static struct vmw_error *blob_read(const struct kdump_part *part, struct kdump_blob blob,
					     uint64_t limit, const char *code, const char *what,
					     struct problems *problems, unsigned char **ret)
{
	size_t got = 0;

	if (blob.offset == 0 || blob.size == 0)
		return NULL;
	if (blob.size <= limit && range_within(blob.offset, blob.size, file_size(part->file))) {
		_cleanup_(freep) unsigned char *bytes = malloc((size_t)blob.size);
		if (!bytes)
			return error_no_memory();
		TRY(file_read(part->file, blob.offset, bytes, (size_t)blob.size, &got));
		if (got == blob.size) {
			*ret = TAKE(bytes);
			return NULL;
		}
	}
	problem_add(problems, code, VMW_WARNING, where_file(blob.offset), file_path(part->file),
		    "%s: 0x%" PRIx64 " bytes at offset 0x%" PRIx64
		    " are not in the file, or more than can be: left out",
		    what, blob.size, blob.offset);
	return NULL;
}

/* Two dumps of one kernel agree in all headers, but not in VMCOREINFO's CRASHTIME. */
NODISCARD static struct vmw_error *check_same_crash(const struct kdump *kdump,
						    const struct kdump_part *part,
						    const unsigned char *vmcoreinfo)
{
	uint64_t size = part->header.vmcoreinfo.size;

	if (size == kdump->image.vmcoreinfo.size &&
	    memcmp(vmcoreinfo, kdump->vmcoreinfo, (size_t)size) == 0)
		return NULL;
	return error_in_file(error_new(VMW_ERROR_BAD_DATA,
				       where_file(part->header.vmcoreinfo.offset),
				       "VMCOREINFO differs from that in the other parts: parts of "
				       "different dumps"),
			     file_path(part->file));
}

NODISCARD static struct vmw_error *read_blobs(struct kdump *kdump, struct problems *problems)
{
	for (size_t i = 0; i < kdump->part_count; i++) {
		const struct kdump_part *part = &kdump->parts[i];
		_cleanup_(freep) unsigned char *vmcoreinfo = NULL;

		if (!kdump->notes) {
			TRY(blob_read(part, part->header.notes, NOTES_MAX, "kdump-notes",
				      "copy of the ELF notes", problems, &kdump->notes));
			if (kdump->notes) {
				kdump->image.notes = (struct span){
					kdump->notes, (size_t)part->header.notes.size
				};
				kdump->image.notes_offset = part->header.notes.offset;
			}
		}
		TRY(blob_read(part, part->header.vmcoreinfo, VMCOREINFO_MAX, "kdump-vmcoreinfo",
			      "copy of VMCOREINFO", problems, &vmcoreinfo));
		if (!vmcoreinfo)
			continue;
		if (kdump->vmcoreinfo) {
			TRY(check_same_crash(kdump, part, vmcoreinfo));
			continue;
		}
		kdump->vmcoreinfo = TAKE(vmcoreinfo);
		kdump->image.vmcoreinfo = (struct span){ kdump->vmcoreinfo,
							 (size_t)part->header.vmcoreinfo.size };
	}
	return NULL;
}

/* Where the header does not name the machine, the size of its registers does. */
NODISCARD static struct vmw_error *check_machine(const struct kdump *kdump)
{
	const struct kdump_part *part = &kdump->parts[0];
	struct note note;
	size_t offset = 0;

	if (kdump_machine_is_known(&part->header))
		return NULL;
	while (note_next(kdump->image.notes, kdump->image.order, &offset, &note)) {
		if (note.type != NT_PRSTATUS || note.name.size != 4 ||
		    memcmp(note.name.data, "CORE", 4) != 0)
			continue;
		/* As the note says, and not what a cut left of it: descsz is 8 before the name. */
		uint32_t size = load_u32(note.name.data - 8, note.order);
		if (size != PRSTATUS_SIZE)
			return error_in_file(
				error_new(VMW_ERROR_UNSUPPORTED,
					  where_file(kdump->image.notes_offset),
					  "a kdump file of another machine: its registers are a "
					  "note of %" PRIu32 " bytes, those of ppc64 are %d",
					  size, PRSTATUS_SIZE),
				file_path(part->file));
	}
	return NULL;
}

/* ---- open ---- */

/* How many bytes of its second bitmap @part has. */
static uint64_t bitmap_bytes(const struct kdump_part *part)
{
	uint64_t size = file_size(part->file), offset = part->dumpable.offset;

	return offset < size ? min_u64(size - offset, div_round_up(part->dumpable.count, 8)) : 0;
}

NODISCARD static struct vmw_error *open_part(struct kdump_part *part, struct problems *problems)
{
	const struct kdump_header *header = &part->header;
	uint64_t count = header->end_pfn - header->start_pfn;

	part->memory = (struct bitmap){ part->file, header->memory_bitmap, header->max_mapnr };
	part->dumpable = (struct bitmap){ part->file, header->dumpable_bitmap, header->max_mapnr };
	TRY(ranks_new(&part->dumpable, header->start_pfn, count, &part->ranks));
	part->data = header->descriptors + ranks_set_count(part->ranks) * KDUMP_PAGE_DESC_SIZE;

	if (ranks_known(part->ranks) < header->end_pfn)
		problem_add(problems, "kdump-cut", VMW_PARTIAL, where_file(header->dumpable_bitmap),
			    file_path(part->file),
			    "the file has 0x%" PRIx64 " bytes and ends within its bitmap: "
			    "page frames from 0x%" PRIx64 " on are lost",
			    file_size(part->file), ranks_known(part->ranks));
	else if (count > 0 && part->data > file_size(part->file))
		problem_add(problems, "kdump-cut", VMW_PARTIAL, where_file(header->descriptors),
			    file_path(part->file),
			    "the file has 0x%" PRIx64 " bytes and ends within its page "
			    "descriptors, which go to 0x%" PRIx64 ": page frames are lost",
			    file_size(part->file), part->data);
	if (header->status & KDUMP_STATUS_INCOMPLETE)
		problem_add(problems, "kdump-incomplete", VMW_WARNING, where_none(),
			    file_path(part->file),
			    "its writer did not finish: page frames may be lost");
	if (header->status & KDUMP_STATUS_EXCLUDED_VMEMMAP)
		problem_add(problems, "vmemmap-excluded", VMW_PARTIAL, where_none(),
			    file_path(part->file),
			    "its writer left out pieces of the vmemmap (makedumpfile -e): struct "
			    "pages are missing");
	return NULL;
}

static void describe(struct kdump *kdump)
{
	const struct kdump_header *header = &kdump->parts[0].header;
	struct image *image = &kdump->image;
	enum codec codec;

	kdump->block_shift = log2_of(header->block_size);
	kdump->max_mapnr = header->max_mapnr;
	image->format = &kdump_format;
	image->order = header->order;
	image->end = header->max_mapnr << kdump->block_shift;
	image->block_size = header->block_size;
	image->header_version = header->version;
	if (codec_of_flags(header->status, &codec))
		image->codec = codec_name(codec);
	if (kdump_machine_is_known(header))
		image->machine = header->machine;
	if (header->release[0])
		image->release = header->release;

	kdump->fullest = &kdump->parts[0];
	for (size_t i = 0; i < kdump->part_count; i++) {
		const struct kdump_part *part = &kdump->parts[i];

		if (part->header.status & KDUMP_STATUS_INCOMPLETE ||
		    ranks_known(part->ranks) < part->header.end_pfn ||
		    part->data > file_size(part->file))
			image->incomplete = true;
		if (bitmap_bytes(part) > bitmap_bytes(kdump->fullest))
			kdump->fullest = part;
	}
}

struct vmw_error *kdump_open(const struct file *const *files, size_t count,
			     struct problems *problems, struct image **ret)
{
	_cleanup_(kdump_freep) struct kdump *kdump = calloc(1, sizeof(*kdump));

	if (!kdump)
		return error_no_memory();
	kdump->parts = calloc(count, sizeof(*kdump->parts));
	if (!kdump->parts)
		return error_no_memory();
	kdump->part_count = count;
	for (size_t i = 0; i < count; i++) {
		kdump->parts[i].file = files[i];
		struct vmw_error *error = kdump_header_read(files[i], &kdump->parts[i].header);
		if (error)
			return error_in_file(error, file_path(files[i]));
	}
	TRY(check_parts(kdump));
	TRY(sort_parts(kdump));
	for (size_t i = 0; i < count; i++) {
		struct vmw_error *error = open_part(&kdump->parts[i], problems);
		if (error)
			return error_in_file(error, file_path(kdump->parts[i].file));
	}
	describe(kdump);
	TRY(read_blobs(kdump, problems));
	TRY(check_machine(kdump));
	report_missing_parts(kdump, problems);
	*ret = &TAKE(kdump)->image;
	return NULL;
}
