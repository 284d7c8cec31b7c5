/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --kpageflags, --kpagecount: the files of /proc as the crashed kernel would have given them, for
 * page-types -F and the like: a 64-bit word for each frame from 0 on, in this host's byte order.
 */
#include <inttypes.h>
#include <string.h>

#include "cli/action.h"
#include "util/checked.h"

/*
 * No kernel has a flag, or a count, of this bit: it marks a word of which something is missing. A
 * word of known bits alone would be taken for the whole.
 */
#define WORD_INCOMPLETE (UINT64_C(1) << 63)

struct file_row {
	const struct query *query;
	uint64_t frames;
	uint64_t no_page;   /* frames without a page */
	uint64_t missing;   /* frames whose struct page is not in the dump */
	uint64_t uncertain; /* frames of which not all can be told */
	uint64_t unknown;   /* the bits that cannot be told of some of them */
	uint64_t first_missing, first_uncertain;
	enum vmw_data missing_data;
	const char *missing_why;
};

static bool is_flags(const struct query *query)
{
	return query->kind == QUERY_KPAGEFLAGS;
}

/* ---- the row ---- */

static bool get_file(const void *row, struct cell *ret)
{
	ret->text = ((const struct file_row *)row)->query->path;
	ret->count = strlen(ret->text);
	return true;
}

static bool get_content(const void *row, struct cell *ret)
{
	ret->text = is_flags(((const struct file_row *)row)->query) ? "kpageflags" : "kpagecount";
	return true;
}

static bool get_frames(const void *row, struct cell *ret)
{
	ret->number = ((const struct file_row *)row)->frames;
	return true;
}

static bool get_no_page(const void *row, struct cell *ret)
{
	ret->number = ((const struct file_row *)row)->no_page;
	return true;
}

static bool get_missing(const void *row, struct cell *ret)
{
	ret->number = ((const struct file_row *)row)->missing;
	return true;
}

static bool get_uncertain(const void *row, struct cell *ret)
{
	ret->number = ((const struct file_row *)row)->uncertain;
	return true;
}

enum { BOTH = IN_CSV | IN_JSON };

/* clang-format off */
static const struct column columns[] = {
	{ "content", COLUMN_TEXT, BOTH, "kpageflags or kpagecount", get_content },
	{ "file", COLUMN_UNTRUSTED, BOTH, "the file that was written", get_file },
	{ "frames", COLUMN_NUMBER, BOTH, "its 64-bit words", get_frames },
	{ "no_page", COLUMN_NUMBER, BOTH, "frames without a page", get_no_page },
	{ "missing", COLUMN_NUMBER, BOTH, "frames whose struct page is not in the dump: bit 63 is set, alone", get_missing },
	{ "uncertain", COLUMN_NUMBER, BOTH, "frames of which not every bit can be told: bit 63 is set, too", get_uncertain },
};
/* clang-format on */
static const struct table table = { columns, sizeof(columns) / sizeof(columns[0]) };

/* ---- the file ---- */

static uint64_t word_of(struct file_row *row, const struct vmw_kpage *page, uint64_t pfn)
{
	bool flags = is_flags(row->query);
	bool certain = flags ? page->unknown == 0 : page->count_known;

	if (page->data == VMW_NO_PAGE && certain) {
		row->no_page += page->count;
		return flags ? page->flags : 0;
	}
	if (page->data != VMW_PRESENT && page->data != VMW_NO_PAGE) {
		if (row->missing++ == 0) {
			row->first_missing = pfn;
			row->missing_data = page->data;
			row->missing_why = page->why;
		}
		return WORD_INCOMPLETE;
	}
	if (!certain) {
		if (row->uncertain == 0)
			row->first_uncertain = pfn;
		row->uncertain += page->count;
		row->unknown |= page->unknown;
		return WORD_INCOMPLETE | (flags ? page->flags : 0);
	}
	return flags ? page->flags : (uint64_t)page->map_count;
}

static struct vmw_error *write_words(struct context *context, struct writer *out, uint64_t end,
				     struct file_row *row)
{
	for (uint64_t pfn = 0; pfn < end && !writer_failed(out);) {
		struct vmw_kpage page;

		TRY(vmw_kpage_read(context->reader, (vmw_pfn){ pfn }, end - pfn, &page));
		uint64_t word = word_of(row, &page, pfn);
		for (uint64_t i = 0; i < page.count && !writer_failed(out); i++)
			write_bytes(out, &word, sizeof(word));
		pfn += page.count;
	}
	return NULL;
}

static struct vmw_error *write_file(struct context *context, struct file_row *row)
{
	_cleanup_(output_deinit) struct output output = { .fd = -1 };
	bool certain;
	vmw_pfn end;

	/* Whether it can be answered at all, before a file is touched. */
	TRY(vmw_kpage_end(context->dump, &end, &certain));
	TRY(output_open(row->query->path, &output));
	row->frames = end.value;
	TRY(write_words(context, &output.writer, end.value, row));
	return output_finish(&output, true);
}

/* ---- what is missing ---- */

static void tell_uncertain(struct context *context, const struct file_row *row)
{
	const struct vmw_where nowhere = { .space = VMW_SPACE_NONE };
	char names[256] = "";
	size_t used = 0;

	for (unsigned int bit = 0; bit < 64 && is_flags(row->query); bit++) {
		const char *name = row->unknown >> bit & 1 ? vmw_kpf_name(context->dump, bit)
							   : NULL;

		if (name && used + strlen(name) + 2 < sizeof(names)) {
			names[used++] = ' ';
			memcpy(names + used, name, strlen(name) + 1);
			used += strlen(name);
		}
	}
	report_missing(context->report, "kpages-uncertain", nowhere,
		       "%" PRIu64 " of %" PRIu64 " frames, from pfn 0x%" PRIx64
		       " on: %s that the dump does not tell%s%s; bit 63 marks them in %s",
		       row->uncertain, row->frames, row->first_uncertain,
		       is_flags(row->query) ? "flags" : "counts", *names ? ":" : "", names,
		       row->query->path);
}

static void tell_missing(struct context *context, const struct file_row *row)
{
	const struct vmw_where nowhere = { .space = VMW_SPACE_NONE };

	report_missing(
		context->report, "kpages-missing", nowhere,
		"%" PRIu64 " of %" PRIu64
		" struct pages are not in the dump; the first, of pfn 0x%" PRIx64
		", is %s: %s; bit 63 stands for them in %s",
		row->missing, row->frames, row->first_missing, vmw_data_name(row->missing_data),
		row->missing_why ? row->missing_why : "no reason is known", row->query->path);
}

/* ---- the action ---- */

static unsigned int run(struct context *context, const struct query *query)
{
	struct file_row row = { .query = query };
	struct vmw_error *err = write_file(context, &row);

	if (err)
		return context_failed(context, err);
	/* In text the file is the answer. */
	if (context->args->format != FORMAT_TEXT)
		rows_put(context, &row);
	if (row.missing)
		tell_missing(context, &row);
	if (row.uncertain)
		tell_uncertain(context, &row);
	return row.missing || row.uncertain ? OUTCOME_PART : OUTCOME_WHOLE;
}

const struct action action_kpages = {
	.kinds = 1U << QUERY_KPAGEFLAGS | 1U << QUERY_KPAGECOUNT,
	.json_name = "kpages",
	.table = &table,
	.run = run,
};
