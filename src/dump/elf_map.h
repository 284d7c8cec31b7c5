/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the segments of an ELF core together say of memory: sorted pieces that do not overlap.
 *
 * Segments may overlap, and need not begin or end at a page: kexec writes the backup region's 64
 * KiB and the RAM around them as segments of their own, other writers join what they find. Bytes in
 * the file win over bytes left out. Where several segments have bytes for the same memory, the
 * reader compares them: only bytes that all agree on are an answer.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "util/cleanup.h"
#include "util/error.h"

enum elf_kind {
	ELF_BYTES,    /* in the file */
	ELF_CUT,      /* of p_filesz, but the file ends before */
	ELF_FILTERED, /* of p_memsz, behind p_filesz */
	ELF_CROWDED,  /* in the file more than ELF_SOURCES_MAX times: not compared */
};

/* As many segments for one byte are compared; a sound dump has one, seldom two. */
enum { ELF_SOURCES_MAX = 8 };

/* One claim of a segment. @size > 0, and @phys + @size does not wrap. */
struct elf_claim {
	uint64_t phys;
	uint64_t size;
	uint64_t shift;     /* ELF_BYTES: file offset - physical address, modulo 2^64 */
	enum elf_kind kind; /* never ELF_CROWDED */
};

struct elf_piece {
	uint64_t phys;
	uint64_t size;
	uint64_t shift; /* ELF_BYTES: as in struct elf_claim */
	enum elf_kind kind;
	uint32_t rival_count; /* ELF_BYTES: shifts of the other claims, in elf_map.rivals */
	size_t first_rival;
};

struct elf_map {
	struct elf_piece *pieces; /* ascending */
	size_t count, capacity;
	uint64_t *rivals;
	size_t rival_count, rival_capacity;
};

/* Fill @ret, which is all zeros, from @count claims, which are put in order. O(n log n). */
NODISCARD struct vmw_error *elf_map_init(struct elf_map *ret, struct elf_claim *claims,
					 size_t count);
void elf_map_deinit(struct elf_map *map);

/* The number of the first piece that ends behind @phys: it holds @phys, or begins behind it.
 * map->count when there is none. */
size_t elf_map_find(const struct elf_map *map, uint64_t phys);
