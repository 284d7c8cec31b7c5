/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ELF notes: { namesz, descsz, type, name padded to 4, desc padded to 4 }.
 *
 * Source: System V ABI, "Note Section"; Linux kernel/crash_core.c append_elf_note(). Notes of a
 * vmcore were written by the crashed kernel (in its byte order) or by QEMU (in the container's):
 * the order is found for each stream from sizes that fit.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "util/cursor.h"

struct note {
	enum order order; /* of this note's header */
	uint32_t type;
	struct span name; /* without its NUL */
	struct span desc;
};

/*
 * The note at @*offset of @notes, which moves behind it. False at the end, or where no order makes
 * sense of a header. @prefer is tried first. A note that runs past the end is cut, not refused: its
 * header is still evidence. Zeros between notes are skipped.
 */
bool note_next(struct span notes, enum order prefer, size_t *offset, struct note *ret);

/* The first note with this name; false when there is none. */
bool note_find(struct span notes, enum order prefer, const char *name, struct note *ret);
