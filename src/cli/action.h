/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What can be asked of a dump: one file action_NAME.c for each, and one row in the table of
 * answer.c.
 *
 * An action gets an opened dump and a query, writes the answer in the format that is wanted, and
 * says what became of it.
 */
#pragma once

#include "cli/options.h"
#include "cli/output.h"
#include "cli/report.h"
#include "cli/status.h"
#include "cli/table.h"

struct context {
	const struct arguments *args;
	struct vmw_dump *dump;
	struct vmw_reader *reader;
	struct writer *out;
	struct json *json;     /* JSON: the open document; NDJSON: for a line each */
	struct report *report; /* what is missing goes here */
	const struct action *action;
	bool rows_begun; /* the header of CSV, the array of JSON */
	bool text_begun; /* text has been written, */
	bool text_long;  /* and it was a block of several lines */
};

struct action {
	unsigned int kinds; /* bit n: queries of enum query_kind n */
	/*
	 * The member of JSON's object that its rows make; NULL when run() writes members itself:
	 * those that describe the dump.
	 */
	const char *json_name;
	bool json_object; /* that member is an object, not an array of rows */
	/* Its rows. NULL for a form of its own, where run() writes CSV and JSON itself. */
	const struct table *table;
	/* Returns a set of enum outcome. */
	unsigned int (*run)(struct context *context, const struct query *query);
};

extern const struct action action_mappings;
extern const struct action action_pages;
extern const struct action action_translate;
extern const struct action action_read;
extern const struct action action_kpages;
extern const struct action action_info;
extern const struct action action_vmcoreinfo;

/* For actions whose query failed: what to return. The error is told after the answer. */
static inline unsigned int context_failed(struct context *context, struct vmw_error *error)
{
	report_error(context->report, error);
	return OUTCOME_FAILED;
}

/* The query can be answered: whatever comes before the first row (the header of CSV) is due. Once
 * is enough. */
void rows_begin(struct context *context);

/* A row of the action's table, in CSV, JSON or NDJSON. */
void rows_put(struct context *context, const void *row);

/* A piece of text is to be written: blocks of several lines (@is_long) have a blank line around
 * them. */
void text_block(struct context *context, bool is_long);
