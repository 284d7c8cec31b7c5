/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a struct writer writes, as a string. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/writer.h"

static inline struct writer capture_begin(void)
{
	struct writer writer;
	int fd = memfd_create("capture", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_null(writer_init(&writer, fd));
	return writer;
}

/* The caller frees the text. */
static inline char *capture_end(struct writer *writer)
{
	writer_flush(writer);
	assert_int_equal(writer->os_errno, 0);
	off_t size = lseek(writer->fd, 0, SEEK_END);
	char *text = calloc(1, (size_t)size + 1);
	assert_non_null(text);
	assert_int_equal(pread(writer->fd, text, (size_t)size, 0), size);
	close(writer->fd);
	writer_deinit(writer);
	return text;
}

/* Hold what was written against @expected. */
static inline void assert_written(struct writer *writer, const char *expected)
{
	char *text = capture_end(writer);

	assert_string_equal(text, expected);
	free(text);
}

/* Hold an error against its kind and a piece of its message, and free it. */
static inline void assert_refused(struct vmw_error *error, enum vmw_error_kind kind,
				  const char *message)
{
	assert_non_null(error);
	assert_int_equal(error->kind, kind);
	if (!strstr(error->message, message))
		assert_string_equal(error->message, message);
	vmw_error_free(error);
}
