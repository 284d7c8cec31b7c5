/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --vmcoreinfo: the text in which the crashed kernel says of itself what a dump tool needs. */
#include <stdlib.h>
#include <string.h>

#include "cli/action.h"
#include "util/array.h"

/* A line KEY=value, borrowed from the text. */
struct row {
	const char *key;
	size_t key_size;
	const char *value;
	size_t value_size;
	size_t number; /* of the line */
};

static bool get_key(const void *arg, struct cell *ret)
{
	const struct row *row = arg;

	ret->text = row->key;
	ret->count = row->key_size;
	return true;
}

static bool get_value(const void *arg, struct cell *ret)
{
	const struct row *row = arg;

	ret->text = row->value;
	ret->count = row->value_size;
	return true;
}

static const struct column columns[] = {
	{ "key", COLUMN_UNTRUSTED, IN_CSV | IN_JSON, "of the line: SYMBOL(swapper_pg_dir)",
	  get_key },
	{ "value", COLUMN_UNTRUSTED, IN_CSV | IN_JSON, "as the kernel wrote it", get_value },
};
static const struct table table = { columns, sizeof(columns) / sizeof(columns[0]) };

struct rows {
	struct row *list;
	size_t count, capacity;
};

static void rows_deinit(struct rows *rows)
{
	free(rows->list);
}

/* Call out the lines of a text, without their newlines. */
static bool next_line(const char **position, const char *end, const char **ret, size_t *ret_size)
{
	if (*position == end)
		return false;
	const char *newline = memchr(*position, '\n', (size_t)(end - *position));
	*ret = *position;
	*ret_size = (size_t)((newline ? newline : end) - *position);
	*position = newline ? newline + 1 : end;
	return true;
}

static struct vmw_error *parse_rows(const char *text, size_t size, struct rows *ret)
{
	const char *line;
	size_t line_size;

	for (const char *position = text; next_line(&position, text + size, &line, &line_size);) {
		const char *equals = memchr(line, '=', line_size);
		if (!equals)
			continue;
		size_t key_size = (size_t)(equals - line);
		struct row row = { .key = line,
				   .key_size = key_size,
				   .value = equals + 1,
				   .value_size = line_size - key_size - 1,
				   .number = ret->count };
		if (!ARRAY_PUSH(ret->list, ret->count, ret->capacity, row))
			return error_no_memory();
	}
	return NULL;
}

static int compare_keys(const struct row *a, const struct row *b)
{
	if (a->key_size != b->key_size)
		return a->key_size < b->key_size ? -1 : 1;
	return memcmp(a->key, b->key, a->key_size);
}

static int by_key(const void *a, const void *b)
{
	const struct row *row_a = a, *row_b = b;
	int order = compare_keys(row_a, row_b);

	if (order != 0)
		return order;
	return row_a->number < row_b->number ? -1 : row_a->number > row_b->number;
}

static int by_number(const void *a, const void *b)
{
	const struct row *row_a = a, *row_b = b;

	return row_a->number < row_b->number ? -1 : row_a->number > row_b->number;
}

/* Of the lines with one key the first counts, as for whoever reads the text; JSON has no room for
 * the others. */
static void drop_repeats(struct rows *rows)
{
	size_t kept = 0;

	if (rows->count == 0)
		return;
	qsort(rows->list, rows->count, sizeof(rows->list[0]), by_key);
	for (size_t i = 1; i < rows->count; i++) {
		if (compare_keys(&rows->list[kept], &rows->list[i]) != 0)
			rows->list[++kept] = rows->list[i];
	}
	rows->count = kept + 1;
	qsort(rows->list, rows->count, sizeof(rows->list[0]), by_number);
}

static void write_lines(struct writer *out, const char *text, size_t size)
{
	const char *line;
	size_t line_size;

	for (const char *position = text; next_line(&position, text + size, &line, &line_size);) {
		write_escaped(out, line, line_size);
		write_char(out, '\n');
	}
}

static unsigned int run(struct context *context, const struct query *query)
{
	const char *text;
	size_t size;

	struct vmw_error *err = vmw_dump_vmcoreinfo(context->dump, &text, &size);
	if (err)
		return context_failed(context, err);
	if (context->args->format == FORMAT_TEXT) {
		write_lines(context->out, text, size);
		return OUTCOME_WHOLE;
	}

	_cleanup_(rows_deinit) struct rows rows = { 0 };
	err = parse_rows(text, size, &rows);
	if (err)
		return context_failed(context, err);
	if (context->args->format != FORMAT_JSON) {
		rows_begin(context);
		for (size_t i = 0; i < rows.count; i++)
			rows_put(context, &rows.list[i]);
		return OUTCOME_WHOLE;
	}
	rows_begin(context);
	drop_repeats(&rows);
	for (size_t i = 0; i < rows.count; i++) {
		const struct row *row = &rows.list[i];
		json_untrusted_member(context->json, row->key, row->key_size, row->value,
				      row->value_size);
	}
	return OUTCOME_WHOLE;
}

const struct action action_vmcoreinfo = {
	.kinds = 1U << QUERY_VMCOREINFO,
	.json_name = "vmcoreinfo",
	.json_object = true,
	.table = &table,
	.run = run,
};
