/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/json.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "util/text.h"

enum { DEPTH_MAX = 63 };

struct json json_new(struct writer *writer, unsigned int line_depth)
{
	return (struct json){ .writer = writer, .line_depth = line_depth };
}

static void new_line(struct json *json)
{
	write_char(json->writer, '\n');
	for (unsigned int i = 0; i < json->depth; i++)
		write_text(json->writer, "  ");
}

static void quoted(struct writer *writer, const char *text)
{
	write_char(writer, '"');
	while (*text) {
		/* Most text has nothing to escape, and goes in one piece. */
		size_t plain = 0;
		while ((unsigned char)text[plain] >= 0x20 && text[plain] != '"' &&
		       text[plain] != '\\')
			plain++;
		write_bytes(writer, text, plain);
		text += plain;
		if (*text == '"' || *text == '\\') {
			write_char(writer, '\\');
			write_char(writer, *text++);
		} else if (*text) {
			write_format(writer, "\\u%04x", (unsigned int)(unsigned char)*text++);
		}
	}
	write_char(writer, '"');
}

/* What stands before a value: a comma behind the one before, the line, the key. */
static void member(struct json *json, const char *key)
{
	uint64_t bit = UINT64_C(1) << json->depth;

	if (json->has_member & bit)
		write_char(json->writer, ',');
	if (json->depth > 0 && json->depth <= json->line_depth)
		new_line(json);
	else if (json->has_member & bit)
		write_char(json->writer, ' ');
	json->has_member |= bit;
	if (key) {
		quoted(json->writer, key);
		write_text(json->writer, ": ");
	}
}

static void begin(struct json *json, const char *key, char bracket)
{
	member(json, key);
	write_char(json->writer, bracket);
	assert(json->depth < DEPTH_MAX);
	json->depth++;
	json->has_member &= ~(UINT64_C(1) << json->depth);
}

static void end(struct json *json, char bracket)
{
	bool empty = (json->has_member & UINT64_C(1) << json->depth) == 0;
	bool lines = json->depth <= json->line_depth;

	json->depth--;
	if (lines && !empty)
		new_line(json);
	write_char(json->writer, bracket);
	/* A document, or a line of NDJSON, is over. */
	if (json->depth == 0) {
		write_char(json->writer, '\n');
		json->has_member = 0;
	}
}

void json_object_begin(struct json *json, const char *key)
{
	begin(json, key, '{');
}

void json_object_end(struct json *json)
{
	end(json, '}');
}

void json_array_begin(struct json *json, const char *key)
{
	begin(json, key, '[');
}

void json_array_end(struct json *json)
{
	end(json, ']');
}

void json_number(struct json *json, const char *key, uint64_t value)
{
	member(json, key);
	write_decimal(json->writer, value);
}

void json_signed(struct json *json, const char *key, int64_t value)
{
	member(json, key);
	write_signed(json->writer, value);
}

void json_hex(struct json *json, const char *key, uint64_t value)
{
	member(json, key);
	write_char(json->writer, '"');
	write_hex(json->writer, value);
	write_char(json->writer, '"');
}

void json_null(struct json *json, const char *key)
{
	member(json, key);
	write_text(json->writer, "null");
}

void json_string_begin(struct json *json, const char *key)
{
	member(json, key);
	write_char(json->writer, '"');
}

void json_string_end(struct json *json)
{
	write_char(json->writer, '"');
}

void json_hex_bytes(struct json *json, const char *key, const unsigned char *bytes, size_t size)
{
	json_string_begin(json, key);
	write_hex_bytes(json->writer, bytes, size);
	json_string_end(json);
}

void json_text(struct json *json, const char *key, const char *text)
{
	member(json, key);
	quoted(json->writer, text);
}

void json_untrusted(struct json *json, const char *key, const char *text, size_t size)
{
	_cleanup_(freep) char *safe = text_escaped(text, size);

	if (safe)
		json_text(json, key, safe);
	else
		json->writer->os_errno = ENOMEM;
}

void json_untrusted_member(struct json *json, const char *key, size_t key_size, const char *text,
			   size_t size)
{
	_cleanup_(freep) char *safe_key = text_escaped(key, key_size);

	if (safe_key)
		json_untrusted(json, safe_key, text, size);
	else
		json->writer->os_errno = ENOMEM;
}
