/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What goes to standard error: lines `vmemwalk: FILE: what, where, value, and what to do`, and, on
 * a terminal, how far a long job is.
 */
#pragma once

#include "cli/options.h"

struct talk {
	bool quiet, verbose;
	const char *label; /* the file that a line is about unless it names one; borrowed, may be
			      NULL */
	bool terminal;
	bool progress_shown;
	uint64_t started, shown; /* milliseconds of a steady clock; 0: not yet */
};

struct talk talk_new(const struct arguments *args);

/* A line about @file (NULL: the label). @prefix is "", "warning: " or "note: ". */
void talk_line(struct talk *talk, const char *file, const char *prefix, const char *message,
	       struct vmw_where where);

/* The line of an error. */
void talk_error(struct talk *talk, const struct vmw_error *error);

/* A vmw_progress_fn whose argument is the struct talk. */
bool talk_progress(void *talk, const char *what, uint64_t done, uint64_t total);

/* Wipe the progress line off, if there is one. */
void talk_progress_end(struct talk *talk);

/* " (at file offset 0x10)", or "" for no place. The caller frees it; NULL without memory. */
char *where_text(struct vmw_where where);
