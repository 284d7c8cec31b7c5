/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Go through a range of memory, physical or virtual, in runs of one kind: a virtual range is
 * translated piece by piece. A range may be as long as the address space; what is kept of it is one
 * buffer.
 */
#pragma once

#include "cli/query.h"

enum memory_state {
	MEMORY_PRESENT,
	MEMORY_MISSING,  /* in the machine, but not in the dump: data and why tell */
	MEMORY_UNMAPPED, /* virtual: nothing was mapped there */
};

struct memory_run {
	uint64_t address; /* in the space that was asked for */
	uint64_t size;    /* > 0; of a PRESENT run at most MEMORY_BUFFER_SIZE */
	enum memory_state state;
	enum vmw_data data;         /* unless UNMAPPED */
	const char *why;            /* of a MISSING run; borrowed from the dump, may be NULL */
	const unsigned char *bytes; /* of a PRESENT run; borrowed until the next one is asked for */
};

/* A longer run of memory that is there comes in pieces of this size. */
enum { MEMORY_BUFFER_SIZE = 64 * 1024 };

struct memory {
	struct vmw_reader *reader; /* borrowed */
	enum vmw_space space;
	uint64_t next; /* the address behind what has been fetched */
	uint64_t left; /* bytes from there on */
	/* A stretch of contiguous physical memory that a translation gave, or all of it. */
	uint64_t stretch_phys, stretch_left;
	uint64_t unmapped_steps, missing_steps; /* taken in a row, with nothing found */
	unsigned char *buffer;
	struct memory_run pending; /* fetched, not given out yet; size 0: none */
};

NODISCARD struct vmw_error *memory_init(struct memory *memory, struct vmw_reader *reader,
					const struct query_read *range);
void memory_deinit(struct memory *memory);

/*
 * The next run; *@ret_found is false at the end. MISSING, and the range ends there, when the dump
 * does not tell how an address is mapped, or when nothing is for so long that the rest would take
 * for ever to look at.
 */
NODISCARD struct vmw_error *memory_next(struct memory *memory, struct memory_run *ret,
					bool *ret_found);

/* "present", "excluded", ..., "unmapped" */
const char *memory_run_name(const struct memory_run *run);
