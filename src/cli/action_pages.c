/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --pfn, --phys and --page: the struct pages of page frames. */
#include <inttypes.h>
#include <string.h>

#include "cli/action.h"
#include "cli/page_row.h"
#include "util/checked.h"

/* What is counted on the way, to be told at the end: a range may have millions of frames. */
struct tally {
	uint64_t asked;
	uint64_t missing;
	struct vmw_page first; /* of those that are missing */
};

struct pages {
	struct context *context;
	unsigned int outcomes;
	bool have_names, all_names;
	struct flag_names names;
	struct tally tally;
};

static void pages_deinit(struct pages *pages)
{
	if (pages->have_names)
		flag_names_deinit(&pages->names);
}

static void json_pieces(struct json *json, const struct vmw_page *page)
{
	json_array_begin(json, "pieces");
	for (unsigned int i = 0; i < page->piece_count; i++) {
		const struct vmw_page_piece *piece = &page->pieces[i];
		json_object_begin(json, NULL);
		json_hex(json, "phys", piece->phys.value);
		json_number(json, "size", piece->size);
		json_hex(json, "block_virt", piece->block.virt.value);
		json_hex(json, "block_phys", piece->block.phys.value);
		json_number(json, "block_size", piece->block.size);
		json_object_end(json);
	}
	json_array_end(json);
}

static void write_row(struct context *context, const struct page_row *row)
{
	struct json *json = context->json;

	switch (context->args->format) {
	case FORMAT_TEXT:
		text_block(context, row->page->data == VMW_PRESENT || row->place);
		page_text(context->out, row);
		break;
	case FORMAT_CSV:
		rows_put(context, row);
		break;
	case FORMAT_JSON:
	case FORMAT_NDJSON:
		rows_begin(context);
		json_object_begin(json, NULL);
		json_row(json, &page_table, row);
		/* One piece is what the other columns say already. */
		if (row->page->piece_count > 1)
			json_pieces(json, row->page);
		json_object_end(json);
		break;
	}
}

static unsigned int outcome_of(enum vmw_data data)
{
	switch (data) {
	case VMW_PRESENT:
		return OUTCOME_WHOLE;
	case VMW_NO_PAGE:
		return OUTCOME_NO;
	case VMW_EXCLUDED:
	case VMW_LOST:
	case VMW_NOT_DUMPED:
		break;
	}
	return OUTCOME_PART;
}

/*
 * The names of flags, once a page has been read. They are complete once one that is in the dump
 * has been described; before there is only that of NOPAGE to be shown.
 */
static struct vmw_error *load_names(struct pages *pages, bool present)
{
	if (pages->have_names && (pages->all_names || !present))
		return NULL;
	pages_deinit(pages);
	pages->have_names = true;
	pages->all_names = present;
	return flag_names_init(&pages->names, pages->context->dump);
}

/* Write one row of the answer. */
static struct vmw_error *put_page(struct pages *pages, const struct vmw_page *page,
				  const struct vmw_page_place *place)
{
	unsigned int outcome = outcome_of(page->data);
	struct vmw_page_state state;

	TRY(vmw_page_describe(pages->context->reader, page, &state));
	TRY(load_names(pages, page->data == VMW_PRESENT));
	write_row(pages->context, &(struct page_row){ .page = page,
						      .flag_names = &pages->names,
						      .state = &state,
						      .place = place });
	pages->outcomes |= outcome;
	pages->tally.asked += page->count;
	if (outcome == OUTCOME_PART && pages->tally.missing++ == 0)
		pages->tally.first = *page;
	return NULL;
}

static struct vmw_error *put_frames(struct pages *pages, const struct number_range *frames)
{
	uint64_t pfn = frames->first;

	for (;;) {
		struct vmw_page page;
		/* All 2^64 frames are one more than a limit can say; the rest comes in the next
		 * turn. */
		uint64_t limit = min_u64(frames->last - pfn, UINT64_MAX - 1) + 1;

		TRY(vmw_page_read(pages->context->reader, (vmw_pfn){ pfn }, limit, &page));
		TRY(put_page(pages, &page, NULL));
		if (page.count > frames->last - pfn || writer_failed(pages->context->out))
			return NULL;
		pfn += page.count;
	}
}

/* ---- --phys ---- */

static struct vmw_error *put_phys(struct pages *pages, uint64_t phys)
{
	uint64_t page_size;

	TRY(vmw_dump_page_size(pages->context->dump, &page_size));
	uint64_t pfn = phys / page_size;
	return put_frames(pages, &(struct number_range){ pfn, pfn });
}

/* ---- --page ---- */

/* Whether the address itself is mapped: after an oops that is the question. */
static void text_mapped(struct pages *pages, vmw_virt virt)
{
	struct writer *out = pages->context->out;
	struct vmw_translation translation;
	bool mapped;

	_cleanup_(vmw_error_freep) struct vmw_error *err = vmw_translate(
		pages->context->reader, virt, &translation, &mapped);
	if (err) {
		write_format(out, "whether it is mapped is not known: %s", err->message);
	} else if (!mapped) {
		write_text(out, "it is not mapped: an access to it faults");
	} else {
		write_text(out, "it is mapped to physical ");
		write_hex(out, translation.phys.value);
		if (translation.block_known) {
			write_text(out, " in the ");
			write_size(out, translation.block.size);
			write_text(out, " block at physical ");
			write_hex(out, translation.block.phys.value);
		}
	}
	write_char(out, '\n');
}

static void text_place(struct pages *pages, vmw_virt virt, const struct vmw_page_place *place)
{
	struct writer *out = pages->context->out;

	text_block(pages->context, true);
	write_hex(out, virt.value);
	if (place->field && place->field_offset == 0) {
		write_format(out, " is %s", place->field);
	} else if (place->field) {
		write_text(out, " is ");
		write_decimal(out, place->field_offset);
		write_format(out, " bytes into %s", place->field);
	} else if (place->offset == 0) {
		write_text(out, " is the start");
	} else {
		write_text(out, " is ");
		write_decimal(out, place->offset);
		write_text(out, " bytes into");
	}
	bool inside = !place->field && place->offset != 0;
	write_text(out, inside ? " the struct page of pfn " : " of the struct page of pfn ");
	write_hex(out, place->pfn.value);
	write_text(out, "; ");
	text_mapped(pages, virt);
}

/* An address outside the vmemmap is in no struct page: an answer. */
static void put_no_frame(struct pages *pages, vmw_virt virt, const struct vmw_error *error)
{
	struct context *context = pages->context;
	const struct vmw_page page = { .data = VMW_NO_PAGE, .why = error->message };

	pages->outcomes |= OUTCOME_NO;
	if (context->args->format == FORMAT_TEXT) {
		text_block(context, false);
		write_text(context->out, error->message);
		write_char(context->out, '\n');
		return;
	}
	write_row(context, &(struct page_row){
				   .page = &page, .flag_names = &pages->names, .no_frame = true });
}

static struct vmw_error *put_at(struct pages *pages, uint64_t address)
{
	struct context *context = pages->context;
	const vmw_virt virt = { address };
	struct vmw_page_place place;
	struct vmw_page page;

	_cleanup_(vmw_error_freep) struct vmw_error *err = vmw_page_find(context->dump, virt,
									 &place);
	if (err && err->kind == VMW_ERROR_MISUSE) {
		put_no_frame(pages, virt, err);
		return NULL;
	}
	if (err)
		return TAKE(err);

	TRY(vmw_page_read(context->reader, place.pfn, 1, &page));
	if (context->args->format == FORMAT_TEXT) {
		text_place(pages, virt, &place);
		context->text_begun = false; /* the page belongs to this line */
	}
	return put_page(pages, &page, &place);
}

/* What is located but not there, in a line for the whole query. */
static void tell_missing(struct pages *pages)
{
	const struct tally *tally = &pages->tally;
	const struct vmw_page *first = &tally->first;

	const struct vmw_where where = { VMW_SPACE_VIRT, first->virt.value };
	const char *why = first->why ? first->why : "no reason is known";

	if (tally->missing == 0)
		return;
	if (tally->asked == 1)
		report_missing(pages->context->report, "pages-missing", where,
			       "pfn 0x%" PRIx64 ": its struct page is not in the dump, %s: %s",
			       first->pfn.value, vmw_data_name(first->data), why);
	else
		report_missing(
			pages->context->report, "pages-missing", where,
			"%" PRIu64 " of the %" PRIu64
			" struct pages asked for are not in the dump; the first, of pfn 0x%" PRIx64
			", is %s: %s",
			tally->missing, tally->asked, first->pfn.value, vmw_data_name(first->data),
			why);
}

/* ---- the action ---- */

static unsigned int run(struct context *context, const struct query *query)
{
	_cleanup_(pages_deinit) struct pages pages = { .context = context };
	struct vmw_error *err = NULL;

	switch (query->kind) {
	case QUERY_PFN:
		err = put_frames(&pages, &query->frames);
		break;
	case QUERY_PHYS:
		err = put_phys(&pages, query->address);
		break;
	default:
		err = put_at(&pages, query->address);
		break;
	}
	tell_missing(&pages);
	/* What was answered before the error stays. */
	return pages.outcomes | (err ? context_failed(context, err) : 0);
}

const struct action action_pages = {
	.kinds = 1U << QUERY_PFN | 1U << QUERY_PHYS | 1U << QUERY_PAGE,
	.json_name = "pages",
	.table = &page_table,
	.run = run,
};
