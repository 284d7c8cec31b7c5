/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An opened dump: its files, and the image of physical memory in them. Immutable, so that threads
 * share it; memory is read through a struct reader (dump/reader.h).
 */
#pragma once

#include <stddef.h>

#include "dump/image.h"
#include "dump/range.h"
#include "util/cursor.h"
#include "util/problem.h"

struct dump; /* owned by the caller, freed with dump_close() */

/*
 * Open the dump in @paths, one file or the @count parts of a split one. What is odd goes to
 * @problems, borrowed for the call only. Errors as of file_open(), probe_file() and
 * image_format.open(); each that concerns one file names it.
 */
NODISCARD struct vmw_error *dump_open(const char *const *paths, size_t count,
				      struct problems *problems, struct dump **ret);
void dump_close(struct dump *dump);
DEFINE_CLEANUP(struct dump, dump_close)

const struct image *dump_image(const struct dump *dump);

size_t dump_file_count(const struct dump *dump);
const struct file *dump_file(const struct dump *dump, size_t index);

/* The reason in a few words: "filtered out when the dump was written". */
const char *reason_text(enum reason reason);

/*
 * The reason why the bytes at @phys are not there, with what the format can add; the caller frees
 * it. NULL without memory.
 */
char *dump_explain(const struct dump *dump, vmw_phys phys, enum reason reason);
