/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

/* The length of the valid UTF-8 sequence at @text, 0 when there is none (Unicode 15, table 3-7). */
static size_t utf8_length(const unsigned char *text, size_t size)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t length;

	if (text[0] < 0x80)
		return 1;
	if (text[0] >= 0xc2 && text[0] <= 0xdf)
		length = 2;
	else if (text[0] >= 0xe0 && text[0] <= 0xef)
		length = 3;
	else if (text[0] >= 0xf0 && text[0] <= 0xf4)
		length = 4;
	else
		return 0;
	if (length > size)
		return 0;

	/* Overlong forms, surrogates and code points past U+10FFFF differ in the second byte only.
	 */
	if (text[0] == 0xe0)
		low = 0xa0;
	else if (text[0] == 0xed)
		high = 0x9f;
	else if (text[0] == 0xf0)
		low = 0x90;
	else if (text[0] == 0xf4)
		high = 0x8f;
	if (text[1] < low || text[1] > high)
		return 0;
	for (size_t i = 2; i < length; i++) {
		if (text[i] < 0x80 || text[i] > 0xbf)
			return 0;
	}
	return length;
}

char *text_escaped(const char *text, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *in = (const unsigned char *)text;

	if (size > (SIZE_MAX - 1) / 4)
		return NULL;
	char *escaped = malloc(size * 4 + 1);
	if (!escaped)
		return NULL;

	char *out = escaped;
	for (size_t i = 0; i < size;) {
		size_t length = utf8_length(in + i, size - i);
		/* U+0080 to U+009F are control characters too: a terminal may obey them. */
		bool control = in[i] < 0x20 || in[i] == 0x7f ||
			       (length == 2 && in[i] == 0xc2 && in[i + 1] < 0xa0);
		if (length == 0 || control) {
			*out++ = '\\';
			*out++ = 'x';
			*out++ = digits[in[i] >> 4];
			*out++ = digits[in[i] & 0xf];
			i++;
			continue;
		}
		for (size_t end = i + length; i < end; i++)
			*out++ = (char)in[i];
	}
	*out = '\0';
	return escaped;
}

char *text_format(const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	return text;
}

const char *text_size(uint64_t size, char buffer[TEXT_SIZE_MAX])
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	size_t unit = 0;

	while (size != 0 && size % 1024 == 0 && unit + 1 < sizeof(units) / sizeof(units[0])) {
		size /= 1024;
		unit++;
	}
	snprintf(buffer, TEXT_SIZE_MAX, "%" PRIu64 " %s", size, units[unit]);
	return buffer;
}
