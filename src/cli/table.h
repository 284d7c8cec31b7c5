/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Answers that are rows of columns: one table of columns for CSV, JSON and NDJSON, and for the
 * fields that text shows.
 *
 * CSV: RFC 4180 with LF; a header line; addresses and words in hex with 0x, all other numbers
 * decimal; an absent value is empty, a list is separated by blanks. JSON: an object a row; an
 * absent value is absent.
 */
#pragma once

#include "cli/json.h"

enum column_type {
	COLUMN_TEXT,      /* valid UTF-8 */
	COLUMN_UNTRUSTED, /* text of unknown origin: so many bytes of it */
	COLUMN_NUMBER,    /* counts, frame numbers: decimal */
	COLUMN_SIZE,      /* bytes: decimal; text gives it a unit */
	COLUMN_SIGNED,
	COLUMN_HEX,   /* addresses, flags */
	COLUMN_WORDS, /* a list of 64-bit words in hex, all 16 digits */
	COLUMN_NAMES, /* a list of names */
	COLUMN_BYTES, /* memory, as hexadecimal digits without 0x */
};

enum { CELL_NAMES_MAX = 64 };

/* A value, as the type of its column says. */
struct cell {
	union {
		const char *text;
		uint64_t number; /* NUMBER, SIZE, HEX */
		int64_t signed_number;
		const uint64_t *words;
		const unsigned char *bytes;
	};
	size_t count; /* of words, names, bytes; the bytes of untrusted text */
	const char *names[CELL_NAMES_MAX];
};

enum {
	IN_CSV = 1 << 0,
	IN_JSON = 1 << 1, /* and NDJSON */
	IN_TEXT = 1 << 2,
};

struct column {
	const char *name;
	enum column_type type;
	unsigned int in; /* of IN_* */
	const char *help;
	/* Get the value from a row of the table; false when it has none. */
	bool (*get)(const void *row, struct cell *ret);
};

struct table {
	const struct column *columns;
	size_t column_count;
};

void csv_header(struct writer *writer, const struct table *table);
void csv_row(struct writer *writer, const struct table *table, const void *row);

/* One field, quoted where it must be. */
void csv_text(struct writer *writer, const char *text);

/* The members of a row, without the braces. */
void json_row(struct json *json, const struct table *table, const void *row);

/* A value as people read it: sizes with a unit, lists separated by blanks. */
void text_cell(struct writer *writer, const struct column *column, const struct cell *cell);

/* Rows for text_table(): each call gives the next, NULL behind the last; rewind() starts again. */
struct text_rows {
	const void *(*next)(void *arg);
	void (*rewind)(void *arg);
	void *arg;
};

/*
 * Rows under a header line, each column as wide as its widest value, numbers and addresses to the
 * right. @rows are gone through twice. Not for columns of lists, bytes and untrusted text.
 */
void text_table(struct writer *writer, const struct table *table, const struct text_rows *rows);
