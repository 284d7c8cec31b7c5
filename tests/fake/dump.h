/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Write fake memory as a dump file of any format. A case states what differs from a plain, healthy
 * file; every field that is 0 has a default.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "fake/ram.h"

enum fake_format { FAKE_ELF, FAKE_KDUMP };

/* FAKE_MIXED: the pages in turn stored and with each codec that the build has. A page that does not
 * get smaller is stored. */
enum fake_codec { FAKE_STORED, FAKE_ZLIB, FAKE_LZO, FAKE_SNAPPY, FAKE_ZSTD, FAKE_MIXED };

/* Whether this build can write it; FAKE_STORED, FAKE_ZLIB and FAKE_MIXED always. */
bool fake_codec_available(enum fake_codec codec);

/*
 * A program header of an ELF file, when a case wants its own instead of one for each run of present
 * frames. They are written in the order given, each with bytes of its own, right behind those of
 * the one before.
 */
struct fake_segment {
	uint64_t phys, memsz, filesz;
	uint64_t virt;              /* 0: as for all the others */
	const unsigned char *bytes; /* filesz bytes; NULL: those of the ram at phys */
};

struct fake_dump_spec {
	enum fake_format format;
	bool qemu;              /* as QEMU writes it: p_vaddr 0; kdump: block_size 65536, machine
				   "Unknown", no release. Notes are in the order of the headers */
	bool foreign_headers;   /* QEMU's, too, and headers in the other byte order than memory */
	const char *vmcoreinfo; /* text for the ELF note or the kdump header (from version 3 on);
				   NULL: none. Always in the order of memory */
	bool flattened;

	/* ELF */
	bool ei_data_lies;      /* EI_DATA is the other order */
	bool headers_last;      /* e_phoff behind everything */
	bool xnum;              /* PN_XNUM, the count in section header 0 */
	bool excluded_as_memsz; /* excluded frames as p_memsz > p_filesz (makedumpfile -E); else not
				   covered at all */
	bool reverse;           /* PT_LOADs, and their bytes, in descending order */
	uint16_t machine;       /* 21, EM_PPC64 */
	uint8_t elf_class;      /* 2 */
	uint16_t type;          /* 4, ET_CORE */
	const struct fake_segment *segments;
	size_t segment_count;

	/* kdump */
	int header_version; /* 6 */
	enum fake_codec codec;
	/*
	 * The ram's frame. A larger block is in the file if any frame of it is; its other frames
	 * are then, too.
	 */
	uint32_t block_size;
	const char *uts_machine, *uts_release; /* by order; "6.12.0-fake" */
	uint32_t status;                       /* ORed in: 8 is "incomplete" */
	/* Split into that many, PFN ranges of equal size; 0: one file, not split. From header
	 * version 2 on. */
	unsigned int parts;
	uint64_t max_mapnr; /* RAM / block size, which it must not be less than */
	/* As if not filtered: bitmap_blocks for one bitmap only, of what is in the file. */
	bool one_bitmap;

	/* flattened */
	size_t flat_record; /* bytes in a record: 65536. Records of zeros are left out, but for
			       the last: holes */
	bool flat_shuffled; /* records out of order, and some of them overwritten, whole or in
			       part, by a later one with the right bytes */
	bool flat_no_end;   /* no end record */
};

/* The files of a dump. */
struct fake_files {
	char *folder; /* temporary; NULL when the paths were the caller's choice */
	char **paths;
	size_t count;
};

/* Write a dump into a temporary folder, which fake_files_free() removes with all that is in it. */
struct fake_files fake_dump_write(const struct ram *ram, const struct fake_dump_spec *spec);
/* Write it to @path, or its parts to @path.1, @path.2, ...; they stay. */
struct fake_files fake_dump_write_at(const struct ram *ram, const struct fake_dump_spec *spec,
				     const char *path);
void fake_files_free(struct fake_files *files);

/* A new file of @size bytes in the folder of @files, added to them: for what no format is. */
void fake_file_add(struct fake_files *files, const char *name, const void *bytes, size_t size);

/* Change a written file: overwrite bytes, cut it to @size. */
void fake_file_patch(const char *path, uint64_t offset, const void *bytes, size_t size);
void fake_file_cut(const char *path, uint64_t size);
uint64_t fake_file_size(const char *path);
void fake_file_read(const char *path, uint64_t offset, void *bytes, size_t size);
