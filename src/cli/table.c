/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/table.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/checked.h"
#include "util/text.h"

/* ---- CSV ---- */

void csv_text(struct writer *writer, const char *text)
{
	if (!strpbrk(text, ",\"\r\n")) {
		write_text(writer, text);
		return;
	}
	write_char(writer, '"');
	for (; *text; text++) {
		if (*text == '"')
			write_char(writer, '"');
		write_char(writer, *text);
	}
	write_char(writer, '"');
}

static void csv_untrusted(struct writer *writer, const struct cell *cell)
{
	_cleanup_(freep) char *escaped = text_escaped(cell->text, cell->count);

	if (escaped)
		csv_text(writer, escaped);
	else
		writer->os_errno = ENOMEM;
}

static void csv_cell(struct writer *writer, enum column_type type, const struct cell *cell)
{
	switch (type) {
	case COLUMN_TEXT:
		csv_text(writer, cell->text);
		break;
	case COLUMN_UNTRUSTED:
		csv_untrusted(writer, cell);
		break;
	case COLUMN_NUMBER:
	case COLUMN_SIZE:
		write_decimal(writer, cell->number);
		break;
	case COLUMN_SIGNED:
		write_signed(writer, cell->signed_number);
		break;
	case COLUMN_HEX:
		write_hex(writer, cell->number);
		break;
	case COLUMN_WORDS:
		for (size_t i = 0; i < cell->count; i++) {
			if (i)
				write_char(writer, ' ');
			write_hex_padded(writer, cell->words[i], 16);
		}
		break;
	case COLUMN_NAMES:
		for (size_t i = 0; i < cell->count; i++) {
			if (i)
				write_char(writer, ' ');
			write_text(writer, cell->names[i]);
		}
		break;
	case COLUMN_BYTES:
		write_hex_bytes(writer, cell->bytes, cell->count);
		break;
	}
}

void csv_header(struct writer *writer, const struct table *table)
{
	bool first = true;

	for (size_t i = 0; i < table->column_count; i++) {
		if (!(table->columns[i].in & IN_CSV))
			continue;
		if (!first)
			write_char(writer, ',');
		first = false;
		write_text(writer, table->columns[i].name);
	}
	write_char(writer, '\n');
}

void csv_row(struct writer *writer, const struct table *table, const void *row)
{
	bool first = true;

	for (size_t i = 0; i < table->column_count; i++) {
		const struct column *column = &table->columns[i];
		struct cell cell;

		if (!(column->in & IN_CSV))
			continue;
		if (!first)
			write_char(writer, ',');
		first = false;
		if (column->get(row, &cell))
			csv_cell(writer, column->type, &cell);
	}
	write_char(writer, '\n');
}

/* ---- JSON ---- */

static void json_cell(struct json *json, const struct column *column, const struct cell *cell)
{
	const char *key = column->name;

	switch (column->type) {
	case COLUMN_TEXT:
		json_text(json, key, cell->text);
		break;
	case COLUMN_UNTRUSTED:
		json_untrusted(json, key, cell->text, cell->count);
		break;
	case COLUMN_NUMBER:
	case COLUMN_SIZE:
		json_number(json, key, cell->number);
		break;
	case COLUMN_SIGNED:
		json_signed(json, key, cell->signed_number);
		break;
	case COLUMN_HEX:
		json_hex(json, key, cell->number);
		break;
	case COLUMN_WORDS:
		json_array_begin(json, key);
		for (size_t i = 0; i < cell->count; i++) {
			json_string_begin(json, NULL);
			write_hex_padded(json->writer, cell->words[i], 16);
			json_string_end(json);
		}
		json_array_end(json);
		break;
	case COLUMN_NAMES:
		json_array_begin(json, key);
		for (size_t i = 0; i < cell->count; i++)
			json_text(json, NULL, cell->names[i]);
		json_array_end(json);
		break;
	case COLUMN_BYTES:
		json_hex_bytes(json, key, cell->bytes, cell->count);
		break;
	}
}

void json_row(struct json *json, const struct table *table, const void *row)
{
	for (size_t i = 0; i < table->column_count; i++) {
		const struct column *column = &table->columns[i];
		struct cell cell;

		if ((column->in & IN_JSON) && column->get(row, &cell))
			json_cell(json, column, &cell);
	}
}

/* ---- text ---- */

void text_cell(struct writer *writer, const struct column *column, const struct cell *cell)
{
	switch (column->type) {
	case COLUMN_TEXT:
		write_text(writer, cell->text);
		break;
	case COLUMN_SIZE:
		write_size(writer, cell->number);
		break;
	case COLUMN_UNTRUSTED:
		write_escaped(writer, cell->text, cell->count);
		break;
	case COLUMN_NUMBER:
	case COLUMN_SIGNED:
	case COLUMN_HEX:
	case COLUMN_WORDS:
	case COLUMN_NAMES:
	case COLUMN_BYTES:
		csv_cell(writer, column->type, cell);
		break;
	}
}

enum { CELL_MAX = 32, COLUMNS_MAX = 8 };
_Static_assert((int)CELL_MAX >= (int)TEXT_SIZE_MAX, "a size must fit");

/* A value of the types that stand in text tables, as a string. */
static const char *cell_string(const struct column *column, const void *row, char buffer[CELL_MAX])
{
	struct cell cell;

	if (!column->get(row, &cell))
		return "";
	switch (column->type) {
	case COLUMN_SIZE:
		return text_size(cell.number, buffer);
	case COLUMN_NUMBER:
		snprintf(buffer, CELL_MAX, "%" PRIu64, cell.number);
		return buffer;
	case COLUMN_SIGNED:
		snprintf(buffer, CELL_MAX, "%" PRId64, cell.signed_number);
		return buffer;
	case COLUMN_HEX:
		snprintf(buffer, CELL_MAX, "0x%" PRIx64, cell.number);
		return buffer;
	case COLUMN_TEXT:
		return cell.text;
	case COLUMN_UNTRUSTED:
	case COLUMN_WORDS:
	case COLUMN_NAMES:
	case COLUMN_BYTES:
		break;
	}
	return "";
}

static void padded(struct writer *writer, const char *text, size_t width, bool to_the_right)
{
	size_t size = strlen(text);

	if (!to_the_right)
		write_text(writer, text);
	for (; size < width; size++)
		write_char(writer, ' ');
	if (to_the_right)
		write_text(writer, text);
}

/* The columns of @table that text shows, at most COLUMNS_MAX. */
static size_t text_columns(const struct table *table, const struct column *ret[COLUMNS_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < table->column_count && count < COLUMNS_MAX; i++) {
		if (table->columns[i].in & IN_TEXT)
			ret[count++] = &table->columns[i];
	}
	return count;
}

void text_table(struct writer *writer, const struct table *table, const struct text_rows *rows)
{
	const struct column *columns[COLUMNS_MAX];
	size_t count = text_columns(table, columns);
	size_t width[COLUMNS_MAX];
	char buffer[CELL_MAX];
	const void *row;

	for (size_t i = 0; i < count; i++)
		width[i] = strlen(columns[i]->name);
	rows->rewind(rows->arg);
	while ((row = rows->next(rows->arg))) {
		for (size_t i = 0; i < count; i++)
			width[i] = max_u64(width[i], strlen(cell_string(columns[i], row, buffer)));
	}

	write_style(writer, STYLE_HEADER);
	for (size_t i = 0; i < count; i++) {
		char name[CELL_MAX];
		size_t size = 0;
		for (; columns[i]->name[size] && size + 1 < sizeof(name); size++)
			name[size] = (char)toupper((unsigned char)columns[i]->name[size]);
		name[size] = '\0';
		write_text(writer, i ? "  " : "");
		padded(writer, name, width[i], columns[i]->type != COLUMN_TEXT);
	}
	write_style(writer, STYLE_PLAIN);
	write_char(writer, '\n');

	rows->rewind(rows->arg);
	while ((row = rows->next(rows->arg)) && !writer_failed(writer)) {
		for (size_t i = 0; i < count; i++) {
			write_text(writer, i ? "  " : "");
			padded(writer, cell_string(columns[i], row, buffer), width[i],
			       columns[i]->type != COLUMN_TEXT);
		}
		write_char(writer, '\n');
	}
}
