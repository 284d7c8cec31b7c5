/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"

static const char *const severity_names[] = {
	[REMARK_NOTE] = "note",
	[REMARK_WARNING] = "warning",
	[REMARK_PARTIAL] = "partial",
	[REMARK_ERROR] = "error",
};

static const char *error_code(enum vmw_error_kind kind)
{
	static const char *const codes[] = {
		[VMW_ERROR_NO_MEMORY] = "no-memory",   [VMW_ERROR_OS] = "os",
		[VMW_ERROR_NOT_A_DUMP] = "not-a-dump", [VMW_ERROR_UNSUPPORTED] = "unsupported",
		[VMW_ERROR_TRUNCATED] = "truncated",   [VMW_ERROR_BAD_DATA] = "bad-data",
		[VMW_ERROR_MISSING] = "missing",       [VMW_ERROR_MISUSE] = "misuse",
	};
	return codes[kind];
}

static void remark_deinit(struct remark *remark)
{
	free(remark->file);
	free(remark->message);
}

void report_deinit(struct report *report)
{
	for (size_t i = 0; i < report->count; i++)
		remark_deinit(&report->list[i]);
	free(report->list);
	*report = (struct report){ 0 };
}

/* Without memory the remark is lost, but not its consequence: the exit status does not come from
 * here. */
static void add(struct report *report, struct remark remark)
{
	if (!remark.message || !ARRAY_PUSH(report->list, report->count, report->capacity, remark)) {
		fputs("vmemwalk: out of memory for a message\n", stderr);
		remark_deinit(&remark);
	}
}

/* Several queries can fail for one reason. */
static bool is_told(const struct report *report, const struct vmw_error *error)
{
	for (size_t i = 0; i < report->count; i++) {
		if (strcmp(report->list[i].message, error->message) == 0)
			return true;
	}
	return false;
}

void report_error(struct report *report, struct vmw_error *error)
{
	if (is_told(report, error)) {
		vmw_error_free(error);
		return;
	}
	add(report, (struct remark){
			    .code = error_code(error->kind),
			    .severity = REMARK_ERROR,
			    .where = error->where,
			    .file = error->file ? strdup(error->file) : NULL,
			    .message = strdup(error->message),
		    });
	vmw_error_free(error);
}

void report_missing(struct report *report, const char *code, struct vmw_where where,
		    const char *format, ...)
{
	char *message = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&message, format, args) < 0)
		message = NULL;
	va_end(args);
	add(report,
	    (struct remark){
		    .code = code, .severity = REMARK_PARTIAL, .where = where, .message = message });
}

void report_problems(struct report *report, const struct vmw_dump *dump)
{
	size_t count;
	const struct vmw_problem *problems = vmw_dump_problems(dump, &count);

	for (size_t i = 0; i < count; i++) {
		const struct vmw_problem *problem = &problems[i];
		add(report, (struct remark){
				    .code = problem->code,
				    .severity = (enum remark_severity)problem->severity,
				    .where = problem->where,
				    .file = problem->file ? strdup(problem->file) : NULL,
				    .message = strdup(problem->message),
			    });
	}
}

void report_talk(const struct report *report, struct talk *talk)
{
	for (size_t i = 0; i < report->count; i++) {
		const struct remark *remark = &report->list[i];
		const char *prefix = "";

		if (remark->severity == REMARK_WARNING) {
			if (talk->quiet)
				continue;
			prefix = "warning: ";
		} else if (remark->severity == REMARK_NOTE) {
			if (talk->quiet || !talk->verbose)
				continue;
			prefix = "note: ";
		}
		talk_line(talk, remark->file, prefix, remark->message, remark->where);
	}
}

static void json_where(struct json *json, struct vmw_where where)
{
	static const char *const names[] = {
		[VMW_SPACE_FILE] = "file",
		[VMW_SPACE_PHYS] = "phys",
		[VMW_SPACE_VIRT] = "virt",
	};

	if (where.space == VMW_SPACE_NONE) {
		json_null(json, "where");
		return;
	}
	json_object_begin(json, "where");
	json_text(json, "space", names[where.space]);
	json_hex(json, "address", where.address);
	json_object_end(json);
}

void report_json(const struct report *report, struct json *json)
{
	json_array_begin(json, "problems");
	for (size_t i = 0; i < report->count; i++) {
		const struct remark *remark = &report->list[i];
		json_object_begin(json, NULL);
		json_text(json, "code", remark->code);
		json_text(json, "severity", severity_names[remark->severity]);
		json_where(json, remark->where);
		if (remark->file)
			json_untrusted(json, "file", remark->file, strlen(remark->file));
		json_untrusted(json, "message", remark->message, strlen(remark->message));
		json_object_end(json);
	}
	json_array_end(json);
}
