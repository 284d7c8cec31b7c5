/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --translate: a kernel virtual address to physical. */
#include "cli/action.h"

struct row {
	vmw_virt virt;
	bool mapped;
	struct vmw_translation translation; /* when mapped */
};

static bool get_virt(const void *arg, struct cell *ret)
{
	ret->number = ((const struct row *)arg)->virt.value;
	return true;
}

static bool get_phys(const void *arg, struct cell *ret)
{
	const struct row *row = arg;

	ret->number = row->translation.phys.value;
	return row->mapped;
}

static bool get_size(const void *arg, struct cell *ret)
{
	const struct row *row = arg;

	ret->number = row->translation.size;
	return row->mapped;
}

static bool get_via(const void *arg, struct cell *ret)
{
	const struct row *row = arg;

	if (row->mapped)
		ret->text = vmw_via_name(row->translation.via);
	return row->mapped;
}

static const struct column columns[] = {
	{ "virt", COLUMN_HEX, IN_CSV | IN_JSON, "the address that was asked for", get_virt },
	{ "phys", COLUMN_HEX, IN_CSV | IN_JSON, "the physical address; absent: not mapped",
	  get_phys },
	{ "size", COLUMN_SIZE, IN_CSV | IN_JSON, "bytes from there that run on", get_size },
	{ "via", COLUMN_TEXT, IN_CSV | IN_JSON, "how it is mapped: linear, list, radix or blocks",
	  get_via },
};
static const struct table table = { columns, sizeof(columns) / sizeof(columns[0]) };

static void write_row(struct writer *out, const struct row *row)
{
	static const char *const via[] = {
		[VMW_VIA_LINEAR] = "by the linear map",
		[VMW_VIA_LIST] = "by vmemmap_list",
		[VMW_VIA_RADIX] = "by the page tables",
		[VMW_VIA_BLOCKS] = "by vmemmap_blocks",
	};
	const struct vmw_translation *translation = &row->translation;

	write_hex(out, row->virt.value);
	if (!row->mapped) {
		write_text(out, " is not mapped\n");
		return;
	}
	write_text(out, " = physical ");
	write_hex(out, translation->phys.value);
	write_text(out, ", ");
	write_text(out, via[translation->via]);
	if (translation->block_known) {
		write_text(out, ", in the ");
		write_size(out, translation->block.size);
		write_text(out, " block at physical ");
		write_hex(out, translation->block.phys.value);
	}
	write_char(out, '\n');
}

static unsigned int run(struct context *context, const struct query *query)
{
	struct row row = { .virt = { query->address } };

	struct vmw_error *err = vmw_translate(context->reader, row.virt, &row.translation,
					      &row.mapped);
	if (err)
		return context_failed(context, err);
	if (context->args->format == FORMAT_TEXT) {
		text_block(context, false);
		write_row(context->out, &row);
	} else {
		rows_put(context, &row);
	}
	return row.mapped ? OUTCOME_WHOLE : OUTCOME_NO;
}

const struct action action_translate = {
	.kinds = 1U << QUERY_TRANSLATE,
	.json_name = "translations",
	.table = &table,
	.run = run,
};
