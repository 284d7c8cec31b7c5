/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text to a file descriptor, through a buffer, with number formatting of its own: a million struct
 * pages are some thirty million numbers, and printf() would take longer for them than all the rest.
 *
 * A write error is remembered and ends the writing; what comes after goes nowhere. Whoever writes
 * much asks writer_failed() now and then.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/error.h"

struct writer {
	int fd;      /* borrowed */
	bool colour; /* the reader is a terminal that may be sent colours */
	int os_errno;
	char *buffer;
	size_t used;
};

NODISCARD struct vmw_error *writer_init(struct writer *writer, int fd);
/* Frees the buffer; what is in it is lost. */
void writer_deinit(struct writer *writer);

/* Pass on what is in the buffer. */
void writer_flush(struct writer *writer);

static inline bool writer_failed(const struct writer *writer)
{
	return writer->os_errno != 0;
}

void write_bytes(struct writer *writer, const void *bytes, size_t size);
void write_text(struct writer *writer, const char *text);
void write_char(struct writer *writer, char c);
void write_decimal(struct writer *writer, uint64_t value);
void write_signed(struct writer *writer, int64_t value);

/* "0x" and as many digits as it takes; with @digits at least that many. */
void write_hex(struct writer *writer, uint64_t value);
void write_hex_padded(struct writer *writer, uint64_t value, unsigned int digits);

/* Two digits for each byte, nothing between them. */
void write_hex_bytes(struct writer *writer, const unsigned char *bytes, size_t size);

/* "64 KiB" */
void write_size(struct writer *writer, uint64_t size);

/* Text of unknown origin: control bytes and what is not UTF-8 as \xNN. */
void write_escaped(struct writer *writer, const char *text, size_t size);

/* For what is written rarely. */
void write_format(struct writer *writer, const char *format, ...) PRINTF_LIKE(2, 3);

/* What a piece of text is, for a reader with colours. */
enum style {
	STYLE_PLAIN,
	STYLE_HEADER,  /* of a table, of a struct page */
	STYLE_MISSING, /* not in the dump */
};

/* From here on text is @style; nothing happens without colours. */
void write_style(struct writer *writer, enum style style);
