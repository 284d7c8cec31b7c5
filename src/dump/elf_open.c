/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dump/elf_image.h"

#include <inttypes.h>
#include <string.h>

#include "dump/elf.h"
#include "dump/note.h"
#include "util/array.h"
#include "util/checked.h"
#include "util/text.h"

/* Program headers converted at a time. */
enum { BATCH = 1024 };

/* As much of PT_NOTE is kept: 512 bytes for each of 100000 processors, and VMCOREINFO. */
enum { NOTES_MAX = 64 << 20 };

/* What happened often enough to be said once only. */
struct tally {
	uint64_t count;
	uint64_t first; /* program header */
	uint64_t bytes;
};

/* What is gathered from the program headers. */
struct gathered {
	struct elf_claim *claims;
	size_t count, capacity;
	uint64_t loads;
	struct tally cut, wrapping, oversized, skipped_notes;
	size_t notes_size, notes_capacity;
};

static void tally_add(struct tally *tally, uint64_t index, uint64_t bytes)
{
	if (tally->count++ == 0)
		tally->first = index;
	/* Only said: it may saturate. */
	if (!checked_add(tally->bytes, bytes, &tally->bytes))
		tally->bytes = UINT64_MAX;
}

NODISCARD static bool add_claim(struct gathered *g, uint64_t phys, uint64_t size, uint64_t shift,
				enum elf_kind kind)
{
	struct elf_claim claim = { .phys = phys, .size = size, .shift = shift, .kind = kind };

	return size == 0 || ARRAY_PUSH(g->claims, g->count, g->capacity, claim);
}

NODISCARD static struct vmw_error *add_load(struct gathered *g, struct elf_image *elf,
					    const Elf64_Phdr *segment, uint64_t index)
{
	uint64_t phys = segment->p_paddr;
	uint64_t filesz = segment->p_filesz;
	uint64_t size = file_size(elf->file);
	uint64_t end;

	g->loads++;
	if (!checked_add(phys, segment->p_memsz, &end)) {
		tally_add(&g->wrapping, index, segment->p_memsz);
		return NULL;
	}
	if (filesz > segment->p_memsz) {
		tally_add(&g->oversized, index, filesz - segment->p_memsz);
		filesz = segment->p_memsz;
	}
	uint64_t in_file = segment->p_offset < size ? min_u64(filesz, size - segment->p_offset) : 0;
	if (in_file < filesz)
		tally_add(&g->cut, index, filesz - in_file);
	if (segment->p_memsz > 0)
		elf->image.end = max_u64(elf->image.end, end);

	/* Up to p_filesz the bytes are in the file; behind it makedumpfile -E has left them out,
	 * zeros or not (write_elf_pages_cyclic()). */
	if (!add_claim(g, phys, in_file, segment->p_offset - phys, ELF_BYTES) ||
	    !add_claim(g, phys + in_file, filesz - in_file, 0, ELF_CUT) ||
	    !add_claim(g, phys + filesz, segment->p_memsz - filesz, 0, ELF_FILTERED))
		return error_no_memory();
	return NULL;
}

NODISCARD static struct vmw_error *add_notes(struct gathered *g, struct elf_image *elf,
					     const Elf64_Phdr *segment, uint64_t index)
{
	uint64_t size = file_size(elf->file);
	uint64_t in_file = segment->p_offset < size
				   ? min_u64(segment->p_filesz, size - segment->p_offset)
				   : 0;
	uint64_t want = min_u64(in_file, NOTES_MAX - g->notes_size);
	size_t got;

	if (in_file < segment->p_filesz)
		tally_add(&g->cut, index, segment->p_filesz - in_file);
	if (want < in_file)
		tally_add(&g->skipped_notes, index, in_file - want);
	if (want == 0)
		return NULL;

	/* A stream of notes has a length of whole words, so that the next one may follow. */
	size_t room = (size_t)align_down(want + 3, 4);
	if (!array_reserve(&elf->notes, &g->notes_capacity, g->notes_size + room, 1))
		return error_no_memory();
	unsigned char *end = elf->notes + g->notes_size;
	TRY(file_read(elf->file, segment->p_offset, end, (size_t)want, &got));
	if (got < want)
		tally_add(&g->cut, index, want - got);
	if (g->notes_size == 0)
		elf->image.notes_offset = segment->p_offset;
	/* Not all of @room: a file may have many such segments, of which nothing is there. */
	size_t kept = (size_t)align_down(got + 3, 4);
	memset(end + got, 0, kept - got);
	g->notes_size += kept;
	return NULL;
}

/* Read all program headers; *@ret_count is how many there were in the file. */
NODISCARD static struct vmw_error *gather(struct elf_image *elf, const struct elf_headers *headers,
					  struct gathered *g, uint64_t *ret_count)
{
	_cleanup_(freep) Elf64_Phdr *batch = calloc(BATCH, sizeof(*batch));
	uint64_t first = 0;

	if (!batch)
		return error_no_memory();
	for (;;) {
		size_t got;
		TRY(elf_segments_read(elf->file, headers, first, BATCH, batch, &got));
		for (size_t i = 0; i < got; i++) {
			if (batch[i].p_type == PT_LOAD)
				TRY(add_load(g, elf, &batch[i], first + i));
			else if (batch[i].p_type == PT_NOTE)
				TRY(add_notes(g, elf, &batch[i], first + i));
		}
		first += got;
		if (got < BATCH)
			break;
	}
	elf->image.notes = (struct span){ elf->notes, g->notes_size };
	*ret_count = first;
	return NULL;
}

static void report_headers(const struct elf_image *elf, const struct elf_headers *headers,
			   uint64_t table_count, struct problems *problems)
{
	const char *path = file_path(elf->file);

	if (headers->ei_data_lies)
		problem_add(problems, "elf-ei-data", VMW_NOTE, where_file(EI_DATA), path,
			    "ELF header: EI_DATA names another byte order than that of the "
			    "fields, %s-endian; kernels up to 7.2 write it so, the fields are "
			    "believed",
			    order_name(headers->order));
	if (headers->unfinished)
		problem_add(problems, "incomplete", VMW_WARNING, where_file(0), path,
			    "ELF header: makedumpfile says that it did not finish this dump");
	if (table_count < headers->count)
		problem_add(problems, "elf-cut", VMW_PARTIAL, where_file(headers->table), path,
			    "ELF program headers: %" PRIu64 " of %" PRIu64
			    " are in the file, which is cut at %" PRIu64
			    " bytes; memory that none of these covers counts as lost",
			    table_count, headers->count, file_size(elf->file));
}

static void report_segments(const struct elf_image *elf, const struct gathered *g,
			    struct problems *problems)
{
	const char *path = file_path(elf->file);
	char size[TEXT_SIZE_MAX];

	if (g->cut.count > 0)
		problem_add(problems, "elf-cut", VMW_PARTIAL, where_file(file_size(elf->file)),
			    path,
			    "the file ends at %" PRIu64 " bytes, before the contents of %" PRIu64
			    " segments, the first of them number %" PRIu64 ": %s are lost",
			    file_size(elf->file), g->cut.count, g->cut.first,
			    text_size(g->cut.bytes, size));
	if (g->wrapping.count > 0)
		problem_add(problems, "elf-segment", VMW_PARTIAL, where_none(), path,
			    "%" PRIu64 " segments, the first of them number %" PRIu64
			    ", reach past the end of the address space and are left out",
			    g->wrapping.count, g->wrapping.first);
	if (g->oversized.count > 0)
		problem_add(problems, "elf-segment", VMW_PARTIAL, where_none(), path,
			    "%" PRIu64 " segments, the first of them number %" PRIu64
			    ", have more bytes in the file than in memory: p_filesz is taken as "
			    "p_memsz",
			    g->oversized.count, g->oversized.first);
	if (g->skipped_notes.count > 0)
		problem_add(problems, "elf-notes", VMW_PARTIAL, where_none(), path,
			    "PT_NOTE has more than %d MiB: the last %" PRIu64
			    " bytes are not looked at",
			    NOTES_MAX >> 20, g->skipped_notes.bytes);
	if (g->loads == 0)
		problem_add(problems, "elf-no-segments", VMW_PARTIAL, where_none(), path,
			    "the ELF core has no PT_LOAD segment: there is no memory in it");
}

/*
 * Notes that the kernel writes for a process that crashed (fs/binfmt_elf.c, fill_note_info()) and
 * nothing writes into a dump of a machine. /proc/kcore has one of them too, and VMCOREINFO.
 */
NODISCARD static struct vmw_error *refuse_process(const struct elf_image *elf)
{
	struct note note;
	size_t offset = 0;
	bool process = false;

	if (note_find(elf->image.notes, elf->image.order, "VMCOREINFO", &note))
		return NULL;
	while (note_next(elf->image.notes, elf->image.order, &offset, &note)) {
		bool core = note.name.size == 4 && memcmp(note.name.data, "CORE", 4) == 0;
		process = process || (core && (note.type == NT_PRPSINFO || note.type == NT_AUXV ||
					       note.type == NT_FILE));
	}
	if (!process)
		return NULL;
	return error_new(VMW_ERROR_NOT_A_DUMP, where_file(elf->image.notes_offset),
			 "an ELF core of a program (it has notes of a process), not of the "
			 "kernel: open it with gdb");
}

void elf_image_close(struct image *image)
{
	struct elf_image *elf = (struct elf_image *)image;

	if (!elf)
		return;
	elf_map_deinit(&elf->map);
	free(elf->notes);
	free(elf);
}

static void elf_image_freep(struct elf_image **elf)
{
	elf_image_close(*elf ? &(*elf)->image : NULL);
}

NODISCARD static struct vmw_error *open_file(struct elf_image *elf, struct problems *problems)
{
	struct gathered gathered = { 0 };
	struct elf_headers headers;
	uint64_t table_count = 0;

	TRY(elf_headers_read(elf->file, &headers));
	elf->image.order = headers.order;

	struct vmw_error *error = gather(elf, &headers, &gathered, &table_count);
	_cleanup_(freep) struct elf_claim *claims = gathered.claims;
	if (error)
		return error;
	TRY(refuse_process(elf));
	TRY(elf_map_init(&elf->map, claims, gathered.count));

	elf->table_cut = table_count < headers.count;
	elf->image.incomplete = headers.unfinished || elf->table_cut || gathered.cut.count > 0;
	report_headers(elf, &headers, table_count, problems);
	report_segments(elf, &gathered, problems);
	return NULL;
}

struct vmw_error *elf_image_open(const struct file *const *files, size_t count,
				 struct problems *problems, struct image **ret)
{
	if (count != 1)
		return error_in_file(error_new(VMW_ERROR_MISUSE, where_none(),
					       "an ELF core has no parts, but %zu files are "
					       "given: give one dump at a time",
					       count),
				     file_path(files[0]));

	_cleanup_(elf_image_freep) struct elf_image *elf = calloc(1, sizeof(*elf));
	if (!elf)
		return error_no_memory();
	elf->image.format = &elf_format;
	elf->file = files[0];
	struct vmw_error *error = open_file(elf, problems);
	if (error)
		return error_in_file(error, file_path(elf->file));
	*ret = &TAKE(elf)->image;
	return NULL;
}
