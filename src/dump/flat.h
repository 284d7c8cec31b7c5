/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * makedumpfile's flattened format: a dump as a stream of records { offset, size, bytes }, for
 * writing to a pipe.
 *
 * Source: makedumpfile.h, struct makedumpfile_header and makedumpfile_data_header; makedumpfile.c,
 * write_buffer() and rearrange_dumpdata(). All numbers are big-endian, whatever the dump holds.
 * QEMU writes the same (dump/dump.c). docs/formats/flattened.md.
 *
 * File: header { char signature[16], s64 type, s64 version, padding }; then records { s64 offset,
 * s64 buf_size, bytes }; the end record { -1, -1 }.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/cursor.h"
#include "util/problem.h"

struct flat_index; /* owned by the caller, freed with flat_index_free() */

/* The signature field is 16 bytes of a header that fills 4096. */
enum { FLAT_SIGNATURE_SIZE = 16, FLAT_HEADER_SIZE = 4096 };

/* Whether @head, the first bytes of a file, carries the format's signature. */
bool flat_matches(struct span head);

/*
 * Read the record headers of the @file_size bytes behind @fd, seeking over their contents. Records
 * may come in any order; a later one overwrites an earlier one. A file that ends without its end
 * record, or within a record, gives what stands before, and a problem "flat-cut"; one whose record
 * headers make no sense from some place on, a problem "flat-bad".
 * @path is for the problems. UNSUPPORTED for an unknown type or version.
 */
NODISCARD struct vmw_error *flat_index_read(int fd, uint64_t file_size, const char *path,
					    struct problems *problems, struct flat_index **ret);
void flat_index_free(struct flat_index *index);
DEFINE_CLEANUP(struct flat_index, flat_index_free)

/* Where the rearranged file would end. */
uint64_t flat_index_end(const struct flat_index *index);

/* A run of the rearranged file. */
struct flat_run {
	uint64_t size;     /* at least 1 */
	uint64_t position; /* in the flattened file, when written */
	enum flat_kind {
		FLAT_WRITTEN,
		FLAT_HOLE,    /* never written, in a whole file: zeros */
		FLAT_MISSING, /* never written, in a file that was cut: unknown */
	} kind;
};

/* The run at @offset, which must be below flat_index_end(). */
struct flat_run flat_index_find(const struct flat_index *index, uint64_t offset);
