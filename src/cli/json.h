/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JSON (RFC 8259), written as it comes: nothing is kept, so a document may be larger than memory.
 *
 * A key is valid UTF-8; NULL for an element of an array. Addresses and words go as "0x..." strings,
 * since JSON numbers lose bits past 2^53 in most readers; PFNs, counts and sizes as numbers.
 */
#pragma once

#include "cli/writer.h"

struct json {
	struct writer *writer;
	unsigned int depth;
	unsigned int line_depth; /* members of outer values start on lines of their own: so many
				    levels deep */
	uint64_t has_member;     /* bit n: the value at depth n has a member already */
};

/* @line_depth 0 writes everything on one line. */
struct json json_new(struct writer *writer, unsigned int line_depth);

void json_object_begin(struct json *json, const char *key);
void json_object_end(struct json *json);
void json_array_begin(struct json *json, const char *key);
void json_array_end(struct json *json);

void json_number(struct json *json, const char *key, uint64_t value);
void json_signed(struct json *json, const char *key, int64_t value);
void json_hex(struct json *json, const char *key, uint64_t value);
void json_null(struct json *json, const char *key);

/* A string of @bytes as hexadecimal digits. */
void json_hex_bytes(struct json *json, const char *key, const unsigned char *bytes, size_t size);

/* The same in pieces: what write_hex_bytes() writes between these. */
void json_string_begin(struct json *json, const char *key);
void json_string_end(struct json *json);

/* A string that is valid UTF-8. */
void json_text(struct json *json, const char *key, const char *text);

/* A string of unknown origin; what is no text in it is written as \xNN. */
void json_untrusted(struct json *json, const char *key, const char *text, size_t size);
/* The same where the key is of such origin too. */
void json_untrusted_member(struct json *json, const char *key, size_t key_size, const char *text,
			   size_t size);
