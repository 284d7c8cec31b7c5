/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One file of a dump as the bytes of its format: a plain file, or a flattened one seen as what it
 * would be rearranged.
 *
 * Read with pread() only: a file that shrinks while it is read gives a short read, never a SIGBUS.
 * Immutable once open, so threads share it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/error.h"
#include "util/problem.h"

struct file;

/*
 * Open @path for reading; a flattened file (dump/flat.h) is indexed. OS when it cannot be opened;
 * NOT_A_DUMP for a directory, an empty file, or something that cannot be read at an offset (a
 * pipe): the message says what to do. Every error names the file.
 */
NODISCARD struct vmw_error *file_open(const char *path, struct problems *problems,
				      struct file **ret);
void file_close(struct file *file);
DEFINE_CLEANUP(struct file, file_close)

/* As given to file_open(). */
const char *file_path(const struct file *file);

/* Bytes, rearranged if flattened. */
uint64_t file_size(const struct file *file);

bool file_is_flattened(const struct file *file);

/* Whether both are the same file or device, by whatever name. */
bool file_same(const struct file *a, const struct file *b);

/*
 * Read @size bytes at @offset. *@ret_got is how many there are: fewer only where the file ends, or
 * a flattened file that was cut has none (a whole one reads as zeros where nothing was written, as
 * rearranging it leaves a hole). OS on a read error.
 */
NODISCARD struct vmw_error *file_read(const struct file *file, uint64_t offset, void *buffer,
				      size_t size, size_t *ret_got);

/*
 * How many bytes from @offset on are unknown although they lie before file_size(): what a flattened
 * file that was cut has no record of. 0 where the byte at @offset is there, and behind the end.
 */
uint64_t file_missing(const struct file *file, uint64_t offset);

/*
 * How many bytes from @offset on are zeros, as far as that is known without reading them: a hole of
 * a sparse file, or what a whole flattened file has no record of. 0 where it is not known, and
 * behind the end. For who would read much: a small file can be a large hole.
 */
uint64_t file_hole(const struct file *file, uint64_t offset);

/* The same as file_read(), where fewer bytes are an error: TRUNCATED, naming @what. */
NODISCARD struct vmw_error *file_read_whole(const struct file *file, uint64_t offset, void *buffer,
					    size_t size, const char *what);
