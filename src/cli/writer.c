/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/writer.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/text.h"

enum {
	BUFFER_SIZE = 64 * 1024,
	NUMBER_MAX = 24, /* "18446744073709551615", "0xffffffffffffffff", with room */
};

static const char hex_digits[] = "0123456789abcdef";

struct vmw_error *writer_init(struct writer *writer, int fd)
{
	*writer = (struct writer){ .fd = fd, .buffer = malloc(BUFFER_SIZE) };
	return writer->buffer ? NULL : error_no_memory();
}

void writer_deinit(struct writer *writer)
{
	free(writer->buffer);
	*writer = (struct writer){ .fd = -1 };
}

/* Pass on @bytes; what a file descriptor takes in pieces is given in pieces. */
static void pass_on(struct writer *writer, const char *bytes, size_t size)
{
	while (size > 0 && !writer_failed(writer)) {
		ssize_t wrote = write(writer->fd, bytes, size);
		if (wrote < 0) {
			if (errno == EINTR)
				continue;
			writer->os_errno = errno;
			return;
		}
		bytes += wrote;
		size -= (size_t)wrote;
	}
}

void writer_flush(struct writer *writer)
{
	pass_on(writer, writer->buffer, writer->used);
	writer->used = 0;
}

/* Room for @size bytes, at most NUMBER_MAX; the caller adds to used what it took. */
static inline char *room(struct writer *writer, size_t size)
{
	if (BUFFER_SIZE - writer->used < size)
		writer_flush(writer);
	return writer->buffer + writer->used;
}

void write_bytes(struct writer *writer, const void *bytes, size_t size)
{
	if (BUFFER_SIZE - writer->used < size) {
		writer_flush(writer);
		if (size >= BUFFER_SIZE) {
			pass_on(writer, bytes, size);
			return;
		}
	}
	memcpy(writer->buffer + writer->used, bytes, size);
	writer->used += size;
}

void write_text(struct writer *writer, const char *text)
{
	write_bytes(writer, text, strlen(text));
}

void write_char(struct writer *writer, char c)
{
	*room(writer, 1) = c;
	writer->used++;
}

void write_decimal(struct writer *writer, uint64_t value)
{
	char digits[NUMBER_MAX];
	char *start = digits + sizeof(digits);

	do {
		*--start = (char)('0' + value % 10);
		value /= 10;
	} while (value != 0);
	write_bytes(writer, start, (size_t)(digits + sizeof(digits) - start));
}

void write_signed(struct writer *writer, int64_t value)
{
	if (value < 0)
		write_char(writer, '-');
	/* The negation of the lowest number is right as unsigned. */
	write_decimal(writer, value < 0 ? -(uint64_t)value : (uint64_t)value);
}

void write_hex_padded(struct writer *writer, uint64_t value, unsigned int digits)
{
	unsigned int needed = value ? (unsigned int)(67 - __builtin_clzll(value)) / 4 : 1;
	unsigned int count = needed > digits ? needed : digits;
	char *out = room(writer, NUMBER_MAX);

	out[0] = '0';
	out[1] = 'x';
	for (unsigned int i = count; i > 0; i--) {
		out[1 + i] = hex_digits[value & 0xf];
		value >>= 4;
	}
	writer->used += 2 + count;
}

void write_hex(struct writer *writer, uint64_t value)
{
	write_hex_padded(writer, value, 1);
}

void write_hex_bytes(struct writer *writer, const unsigned char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		char *out = room(writer, 2);
		out[0] = hex_digits[bytes[i] >> 4];
		out[1] = hex_digits[bytes[i] & 0xf];
		writer->used += 2;
	}
}

void write_size(struct writer *writer, uint64_t size)
{
	char text[TEXT_SIZE_MAX];

	write_text(writer, text_size(size, text));
}

void write_escaped(struct writer *writer, const char *text, size_t size)
{
	_cleanup_(freep) char *escaped = text_escaped(text, size);

	if (escaped)
		write_text(writer, escaped);
	else
		writer->os_errno = ENOMEM;
}

void write_format(struct writer *writer, const char *format, ...)
{
	_cleanup_(freep) char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0) {
		text = NULL;
		writer->os_errno = ENOMEM;
	}
	va_end(args);
	if (text)
		write_text(writer, text);
}

void write_style(struct writer *writer, enum style style)
{
	/* ECMA-48, Select Graphic Rendition: bold; yellow. */
	static const char *const codes[] = {
		[STYLE_PLAIN] = "\033[0m",
		[STYLE_HEADER] = "\033[1m",
		[STYLE_MISSING] = "\033[33m",
	};

	if (writer->colour)
		write_text(writer, codes[style]);
}
