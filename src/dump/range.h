/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs of physical memory and what a dump has of them. */
#pragma once

#include <stdint.h>

#include "vmemwalk.h"

struct phys_range {
	vmw_phys start;
	uint64_t size;
};

/* Why bytes are not there; dump_explain() puts it in words. */
enum reason {
	REASON_NONE,
	REASON_FILTERED,      /* excluded: left out when the dump was written */
	REASON_NO_SEGMENT,    /* not dumped: no ELF segment covers it */
	REASON_NO_BIT,        /* not dumped: the kdump bitmap has no memory there, or ends before */
	REASON_CUT,           /* lost: the file ends before it */
	REASON_NEVER_WRITTEN, /* lost: a page descriptor of zeros: the dump was not finished */
	REASON_BAD_DESCRIPTOR, /* lost: a page descriptor that makes no sense */
	REASON_CODEC,          /* lost: its compressed bytes do not decode */
	REASON_NO_CODEC,       /* lost: compressed with a codec that is not built in */
	REASON_NO_PART,        /* lost: in a part of a split dump that was not given */
	REASON_CONFLICT,       /* lost: two segments give different bytes for it */
};

/* A run of memory, from where the caller asked. */
struct run {
	uint64_t size; /* at least 1 */
	enum vmw_data data;
	enum reason reason; /* REASON_NONE when present */
};
