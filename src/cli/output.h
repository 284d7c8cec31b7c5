/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the answer goes: standard output, or the file of --output.
 *
 * A file is written under a temporary name in the same folder and renamed when it is finished, so
 * that nobody ever reads half an answer under its name; a signal that ends the program removes it.
 * What is no regular file (a pipe, /dev/full, or /dev/stdout whatever that is) is written to
 * directly.
 */
#pragma once

#include <errno.h>

#include "cli/writer.h"

struct output {
	struct writer writer;
	const char *name; /* for messages; borrowed */
	bool terminal;
	int fd;          /* to be closed; -1 for standard output */
	char *target;    /* the file to become; NULL when written to directly */
	char *temporary; /* its name until then */
};

/* @path is borrowed; NULL for standard output. OS when it cannot be created. */
NODISCARD struct vmw_error *output_open(const char *path, struct output *ret);

/* Whether @path is the file that --output @output_path would replace. */
bool output_would_replace(const char *output_path, const char *path);

/*
 * Whether what is written to @a would take the place of what is written to @b. Not where both are a
 * device or a pipe, which take one after the other.
 */
bool output_is_shared(const char *a, const char *b);

/*
 * Pass on what is written; with @keep give the file its name, else remove it. OS when something
 * could not be written: the disk is full. A pipe whose reader has gone is no error: nobody wants
 * the rest.
 */
NODISCARD struct vmw_error *output_finish(struct output *output, bool keep);

/* Whether it went to a pipe whose reader has gone. */
static inline bool output_reader_gone(const struct output *output)
{
	return output->writer.os_errno == EPIPE;
}

/* Release @output; a file that was not finished is removed. */
void output_deinit(struct output *output);
