/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --read, --raw: memory. */
#include <inttypes.h>
#include <string.h>

#include "cli/action.h"
#include "cli/memory.h"

struct row {
	const struct query_read *range;
	const struct memory_run *run;
};

static const char *space_name(enum vmw_space space)
{
	return space == VMW_SPACE_VIRT ? "virt" : "phys";
}

static bool get_address(const void *arg, struct cell *ret)
{
	ret->number = ((const struct row *)arg)->run->address;
	return true;
}

static bool get_size(const void *arg, struct cell *ret)
{
	ret->number = ((const struct row *)arg)->run->size;
	return true;
}

static bool get_data(const void *arg, struct cell *ret)
{
	ret->text = memory_run_name(((const struct row *)arg)->run);
	return true;
}

static bool get_bytes(const void *arg, struct cell *ret)
{
	const struct memory_run *run = ((const struct row *)arg)->run;

	ret->bytes = run->bytes;
	ret->count = run->size;
	return run->state == MEMORY_PRESENT;
}

static bool get_space(const void *arg, struct cell *ret)
{
	ret->text = space_name(((const struct row *)arg)->range->space);
	return true;
}

static bool get_why(const void *arg, struct cell *ret)
{
	const struct memory_run *run = ((const struct row *)arg)->run;

	if (run->state == MEMORY_PRESENT || !run->why)
		return false;
	ret->text = run->why;
	ret->count = strlen(run->why);
	return true;
}

/* In JSON the space stands with the range: see run_begin(). */
static const struct column columns[] = {
	{ "address", COLUMN_HEX, IN_CSV | IN_JSON, "where the run starts", get_address },
	{ "size", COLUMN_SIZE, IN_CSV | IN_JSON, "bytes", get_size },
	{ "data", COLUMN_TEXT, IN_CSV | IN_JSON, "present, excluded, lost, not-dumped, or unmapped",
	  get_data },
	{ "bytes", COLUMN_BYTES, IN_CSV | IN_JSON, "two digits each, as they lie in memory",
	  get_bytes },
	{ "space", COLUMN_TEXT, IN_CSV | IN_JSON, "of the address: virt or phys", get_space },
	{ "why", COLUMN_UNTRUSTED, IN_CSV | IN_JSON, "in words, why it is not present", get_why },
};
static const struct table table = { columns, sizeof(columns) / sizeof(columns[0]) };

/* ---- text ---- */

enum { LINE_BYTES = 16, GROUP_BYTES = 4 };

/* Digits that the highest address of @range takes: all lines get as many. */
static unsigned int address_digits(const struct query_read *range)
{
	uint64_t last = range->address + (range->size - 1);

	return last ? (unsigned int)(67 - __builtin_clzll(last)) / 4 : 1;
}

static void dump_line(struct writer *out, const unsigned char *bytes, size_t size)
{
	char text[LINE_BYTES];

	for (size_t i = 0; i < LINE_BYTES; i++) {
		if (i % GROUP_BYTES == 0)
			write_char(out, ' ');
		if (i < size)
			write_hex_bytes(out, bytes + i, 1);
		else
			write_text(out, "  ");
	}
	for (size_t i = 0; i < size; i++)
		text[i] = bytes[i] >= 0x20 && bytes[i] < 0x7f ? (char)bytes[i] : '.';
	write_text(out, "  |");
	write_bytes(out, text, size);
	write_text(out, "|\n");
}

static void text_run(struct writer *out, const struct query_read *range,
		     const struct memory_run *run)
{
	unsigned int digits = address_digits(range);

	if (run->state == MEMORY_PRESENT) {
		for (uint64_t done = 0; done < run->size; done += LINE_BYTES) {
			uint64_t left = run->size - done;
			write_hex_padded(out, run->address + done, digits);
			write_char(out, ' ');
			dump_line(out, run->bytes + done, left < LINE_BYTES ? left : LINE_BYTES);
		}
		return;
	}
	write_hex_padded(out, run->address, digits);
	write_style(out, STYLE_MISSING);
	write_text(out, ": ");
	write_decimal(out, run->size);
	write_text(out, run->size == 1 ? " byte " : " bytes ");
	write_text(out, memory_run_name(run));
	if (run->why) {
		write_text(out, ": ");
		write_escaped(out, run->why, strlen(run->why));
	}
	write_style(out, STYLE_PLAIN);
	write_char(out, '\n');
}

/* ---- the action ---- */

static void range_begin(struct context *context, const struct query_read *range)
{
	struct json *json = context->json;

	switch (context->args->format) {
	case FORMAT_TEXT:
		if (!context->args->raw)
			text_block(context, true);
		break;
	case FORMAT_JSON:
		rows_begin(context);
		json_object_begin(json, NULL);
		json_hex(json, "address", range->address);
		json_text(json, "space", space_name(range->space));
		json_number(json, "size", range->size);
		json_array_begin(json, "runs");
		break;
	case FORMAT_CSV:
	case FORMAT_NDJSON:
		rows_begin(context);
		break;
	}
}

static void range_end(struct context *context)
{
	if (context->args->format != FORMAT_JSON)
		return;
	json_array_end(context->json);
	json_object_end(context->json);
}

static void put_run(struct context *context, const struct query_read *range,
		    const struct memory_run *run)
{
	if (context->args->raw) {
		if (run->state == MEMORY_PRESENT)
			write_bytes(context->out, run->bytes, run->size);
	} else if (context->args->format == FORMAT_TEXT) {
		text_run(context->out, range, run);
	} else {
		rows_put(context, &(struct row){ .range = range, .run = run });
	}
}

/* What is not there of a range, to be told at the end. */
struct gaps {
	uint64_t missing;
	uint64_t first; /* address of the first byte that is */
	enum vmw_data data;
	const char *why;
};

static void tell_gaps(struct context *context, const struct query_read *range,
		      const struct gaps *gaps)
{
	const struct vmw_where where = { range->space, gaps->first };
	const char *name = vmw_data_name(gaps->data);
	const char *why = gaps->why ? gaps->why : "no reason is known";

	if (gaps->missing == 0)
		return;
	if (context->args->raw)
		report_missing(context->report, "memory-missing", where,
			       "the bytes end before 0x%" PRIx64 ", which is %s: %s", gaps->first,
			       name, why);
	else
		report_missing(context->report, "memory-missing", where,
			       "%" PRIu64 " of the %" PRIu64
			       " bytes asked for are not in the dump; the first, 0x%" PRIx64
			       ", is %s: %s",
			       gaps->missing, range->size, gaps->first, name, why);
}

static unsigned int run_outcome(const struct memory_run *run)
{
	switch (run->state) {
	case MEMORY_PRESENT:
		return OUTCOME_WHOLE;
	case MEMORY_UNMAPPED:
		return OUTCOME_NO;
	case MEMORY_MISSING:
		break;
	}
	return OUTCOME_PART;
}

static unsigned int run_read(struct context *context, const struct query *query)
{
	_cleanup_(memory_deinit) struct memory memory = { 0 };
	const struct query_read *range = &query->read;
	struct gaps gaps = { 0 };
	unsigned int outcomes = 0;
	bool found = false;

	struct vmw_error *err = memory_init(&memory, context->reader, range);
	while (!err && !writer_failed(context->out)) {
		struct memory_run run;

		err = memory_next(&memory, &run, &found);
		if (err || !found)
			break;
		if (outcomes == 0)
			range_begin(context, range);
		put_run(context, range, &run);
		/* Bare bytes that end early are a part, whatever ended them. */
		outcomes |= context->args->raw && outcomes && run.state == MEMORY_UNMAPPED
				    ? OUTCOME_PART
				    : run_outcome(&run);
		if (run.state == MEMORY_MISSING) {
			if (gaps.missing == 0)
				gaps = (struct gaps){ .first = run.address,
						      .data = run.data,
						      .why = run.why };
			gaps.missing += run.size;
		}
		if (context->args->raw && run.state != MEMORY_PRESENT)
			break;
	}
	if (outcomes)
		range_end(context);
	tell_gaps(context, range, &gaps);
	/* What was answered before the error stays. */
	return outcomes | (err ? context_failed(context, err) : 0);
}

const struct action action_read = {
	.kinds = 1U << QUERY_READ,
	.json_name = "reads",
	.table = &table,
	.run = run_read,
};
