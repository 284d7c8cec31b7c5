/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What there is to say beside the answer: the errors of queries, what is missing from the answers,
 * and the dump's own problems. It is collected while the answer is written, since it goes last in
 * JSON and follows the answer on standard error.
 */
#pragma once

#include "cli/json.h"
#include "cli/talk.h"

struct report {
	struct remark *list;
	size_t count, capacity;
};

/* A dump's problem keeps its severity; an error is worse than any. */
enum remark_severity {
	REMARK_NOTE = VMW_NOTE,
	REMARK_WARNING = VMW_WARNING,
	REMARK_PARTIAL = VMW_PARTIAL,
	REMARK_ERROR,
};

struct remark {
	const char *code; /* a literal */
	enum remark_severity severity;
	struct vmw_where where;
	char *file; /* or NULL */
	char *message;
};

void report_deinit(struct report *report);

/* Take over @error, which ended a query; one that says what another said is told once. */
void report_error(struct report *report, struct vmw_error *error);

/* Tell what is missing from an answer. */
void report_missing(struct report *report, const char *code, struct vmw_where where,
		    const char *format, ...) PRINTF_LIKE(4, 5);

/* Add the dump's problems. */
void report_problems(struct report *report, const struct vmw_dump *dump);

/* As lines: warnings unless quiet, notes only when verbose. */
void report_talk(const struct report *report, struct talk *talk);

/* As the member "problems" of the object that is open. */
void report_json(const struct report *report, struct json *json);
