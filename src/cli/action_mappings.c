/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --mappings: where the vmemmap lies in physical memory. */
#include "cli/action.h"
#include "cli/merge.h"

static bool get_virt(const void *row, struct cell *ret)
{
	ret->number = ((const struct merged_mapping *)row)->mapping.virt.value;
	return true;
}

static bool get_phys(const void *row, struct cell *ret)
{
	ret->number = ((const struct merged_mapping *)row)->mapping.phys.value;
	return true;
}

static bool get_size(const void *row, struct cell *ret)
{
	ret->number = ((const struct merged_mapping *)row)->mapping.size;
	return true;
}

static bool get_source(const void *row, struct cell *ret)
{
	static const char *const names[] = {
		[VMW_SOURCE_LIST] = "list",
		[VMW_SOURCE_RADIX] = "radix",
		[VMW_SOURCE_BLOCKS] = "blocks",
	};

	ret->text = names[((const struct merged_mapping *)row)->mapping.source];
	return true;
}

static bool get_blocks(const void *row, struct cell *ret)
{
	ret->number = ((const struct merged_mapping *)row)->blocks;
	return true;
}

static const struct column columns[] = {
	{ "virt", COLUMN_HEX, IN_CSV | IN_JSON | IN_TEXT, "virtual address in the vmemmap",
	  get_virt },
	{ "phys", COLUMN_HEX, IN_CSV | IN_JSON | IN_TEXT, "physical address behind it", get_phys },
	{ "size", COLUMN_SIZE, IN_CSV | IN_JSON | IN_TEXT, "bytes", get_size },
	{ "source", COLUMN_TEXT, IN_JSON, "the record that says so: list, radix or blocks",
	  get_source },
	{ "blocks", COLUMN_NUMBER, IN_TEXT, "mappings that the row is made of", get_blocks },
};
static const struct table table = { columns, sizeof(columns) / sizeof(columns[0]) };

/* All mappings, merged one after the other for text. */
struct merged_rows {
	const struct vmw_mapping *mappings;
	size_t count, position;
	struct merged_mapping row;
};

static const void *next_merged(void *arg)
{
	struct merged_rows *rows = arg;

	return merge_next(rows->mappings, rows->count, &rows->position, &rows->row) ? &rows->row
										    : NULL;
}

static void rewind_merged(void *arg)
{
	((struct merged_rows *)arg)->position = 0;
}

static unsigned int run(struct context *context, const struct query *query)
{
	const struct vmw_mapping *mappings;
	size_t count;
	bool complete;

	struct vmw_error *err = vmw_dump_mappings(context->dump, &mappings, &count, &complete);
	if (err)
		return context_failed(context, err);

	if (context->args->format == FORMAT_TEXT) {
		struct merged_rows merged = { .mappings = mappings, .count = count };
		text_table(context->out, &table,
			   &(struct text_rows){ next_merged, rewind_merged, &merged });
	} else {
		rows_begin(context);
		for (size_t i = 0; i < count && !writer_failed(context->out); i++)
			rows_put(context,
				 &(struct merged_mapping){ .mapping = mappings[i], .blocks = 1 });
	}
	return complete ? OUTCOME_WHOLE : OUTCOME_PART;
}

const struct action action_mappings = {
	.kinds = 1U << QUERY_MAPPINGS,
	.json_name = "mappings",
	.table = &table,
	.run = run,
};
