/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A dump format as the rest of vmemwalk sees it: ranges of physical memory, and what the file has
 * of each byte.
 *
 * A format is one file in dump/ that fills a struct image_format, and one row in the table of
 * dump/probe.c. An image is immutable; what a read changes is in the struct reader (dump/reader.h)
 * that it is given.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "dump/file.h"
#include "dump/range.h"
#include "util/cursor.h"
#include "util/order.h"
#include "util/problem.h"

struct reader;

/* What every format tells of itself. Each format embeds this at the start of its own struct. */
struct image {
	const struct image_format *format;
	enum order order;    /* of the headers; the kernel's may differ */
	uint64_t end;        /* first physical address behind all memory that the file knows of */
	uint32_t block_size; /* kdump: bytes of a file block; else 0 */
	int header_version;  /* kdump: 1 to 6; else 0 */
	const char *codec;   /* kdump: of the header's status, codec_name(); else NULL */
	const char *machine; /* "ppc64", "ppc64le", or NULL when the headers name none; owned by the
				image */
	const char *release; /* utsname.release in the headers, or NULL; owned by the image */
	bool incomplete;     /* its writer says that it did not finish, or it ends before what its
				headers promise; the pages' bytes are not looked at for this */
	struct span notes;   /* contents of PT_NOTE, or the kdump header's copy; in the order of
				whoever wrote them */
	uint64_t notes_offset;  /* their offset in the file */
	struct span vmcoreinfo; /* the kdump header's copy of the text, or empty */
};

struct image_format {
	const char *name; /* "elf", "kdump" */

	/* Whether @file is of this format, by its signature; @head is the first bytes, up to 64
	 * KiB. */
	bool (*matches)(const struct file *file, struct span head);

	/*
	 * Open the @count files of one dump. They are borrowed until close(). TRUNCATED, BAD_DATA,
	 * UNSUPPORTED or MISUSE (several files where the format has no parts); an error that
	 * concerns one file names it.
	 */
	struct vmw_error *(*open)(const struct file *const *files, size_t count,
				  struct problems *problems, struct image **ret);
	void (*close)(struct image *image);

	/* reader_read() of dump/reader.h. */
	struct vmw_error *(*read)(const struct image *image, struct reader *reader, vmw_phys phys,
				  void *buffer, uint64_t size, struct run *ret);

	/* reader_next() of dump/reader.h. */
	struct vmw_error *(*next)(const struct image *image, struct reader *reader, vmw_phys from,
				  struct phys_range *ret, bool *ret_found);

	/*
	 * Finish the sentence "the bytes are lost: ..." for a place that read() gave @reason for,
	 * with what only the format knows (the missing part's frames, the file offset); the caller
	 * frees it. NULL for nothing to add, or no memory.
	 */
	char *(*explain)(const struct image *image, vmw_phys phys, enum reason reason);
};

extern const struct image_format elf_format;   /* dump/elf.c */
extern const struct image_format kdump_format; /* dump/kdump.c */
