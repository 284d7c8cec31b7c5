/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/problem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "util/array.h"
#include "util/text.h"

/* A hostile dump must not fill memory with remarks about itself. */
enum { PROBLEMS_MAX = 1000 };

static const char DROPPED_MESSAGE[] = "more problems were met than are kept";

struct problems {
	struct vmw_problem *list;
	size_t count, capacity;
	size_t dropped;
};

struct vmw_error *problems_new(struct problems **ret)
{
	_cleanup_(problems_freep) struct problems *problems = calloc(1, sizeof(*problems));

	/* Room for the remark that there were more, also when memory has run out by then. */
	if (!problems || !array_reserve(&problems->list, &problems->capacity, PROBLEMS_MAX + 1,
					sizeof(*problems->list)))
		return error_no_memory();
	*ret = TAKE(problems);
	return NULL;
}

void problems_free(struct problems *problems)
{
	if (!problems)
		return;
	for (size_t i = 0; i < problems->count; i++) {
		free((char *)problems->list[i].file);
		if (problems->list[i].message != DROPPED_MESSAGE)
			free((char *)problems->list[i].message);
	}
	free(problems->list);
	free(problems);
}

/* Count a problem that is not kept. It may have been a partial one, so the first that is dropped
 * leaves that behind; the room for it is there from the start. */
static void drop(struct problems *problems)
{
	if (problems->dropped++ == 0)
		problems->list[problems->count++] = (struct vmw_problem){
			.code = "problems-dropped",
			.severity = VMW_PARTIAL,
			.message = DROPPED_MESSAGE,
		};
}

void problem_add(struct problems *problems, const char *code, enum vmw_severity severity,
		 struct vmw_where where, const char *file, const char *format, ...)
{
	_cleanup_(freep) char *raw = NULL;
	va_list args;

	if (!problems)
		return;
	va_start(args, format);
	int length = vasprintf(&raw, format, args);
	va_end(args);
	if (length < 0)
		raw = NULL;

	_cleanup_(freep) char *message = raw ? text_escaped(raw, strlen(raw)) : NULL;
	_cleanup_(freep) char *name = file ? strdup(file) : NULL;
	struct vmw_problem problem = {
		.code = code, .severity = severity, .where = where, .file = name, .message = message
	};
	if (!message || (file && !name) || problems->count >= PROBLEMS_MAX) {
		drop(problems);
		return;
	}
	problems->list[problems->count++] = problem;
	message = name = NULL;
}

const struct vmw_problem *problems_list(const struct problems *problems, size_t *ret_count)
{
	*ret_count = problems->count;
	return problems->list;
}
