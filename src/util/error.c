/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "util/text.h"

static struct vmw_error no_memory = {
	.kind = VMW_ERROR_NO_MEMORY,
	.message = "out of memory",
};

struct vmw_error *error_no_memory(void)
{
	return &no_memory;
}

static struct vmw_error *error_make(enum vmw_error_kind kind, int os_errno, struct vmw_where where,
				    const char *format, va_list args)
{
	_cleanup_(freep) char *raw = NULL;
	if (vasprintf(&raw, format, args) < 0) {
		raw = NULL;
		return error_no_memory();
	}
	if (os_errno) {
		char *with_cause = NULL;
		if (asprintf(&with_cause, "%s: %s", raw, strerror(os_errno)) < 0)
			return error_no_memory();
		free(raw);
		raw = with_cause;
	}

	_cleanup_(freep) char *message = text_escaped(raw, strlen(raw));
	struct vmw_error *error = calloc(1, sizeof(*error));
	if (!error || !message) {
		free(error);
		return error_no_memory();
	}
	error->kind = kind;
	error->os_errno = os_errno;
	error->where = where;
	error->message = TAKE(message);
	return error;
}

struct vmw_error *error_new(enum vmw_error_kind kind, struct vmw_where where, const char *format,
			    ...)
{
	va_list args;

	va_start(args, format);
	struct vmw_error *error = error_make(kind, 0, where, format, args);
	va_end(args);
	return error;
}

struct vmw_error *error_os(int os_errno, struct vmw_where where, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	struct vmw_error *error = error_make(VMW_ERROR_OS, os_errno, where, format, args);
	va_end(args);
	return error;
}

struct vmw_error *error_in_file(struct vmw_error *error, const char *path)
{
	/* Without memory for the name the error is still right. */
	if (error && error != &no_memory && !error->file)
		error->file = strdup(path);
	return error;
}

struct vmw_error *error_copy(const struct vmw_error *error)
{
	_cleanup_(freep) char *message = strdup(error->message);
	struct vmw_error *copy = message ? calloc(1, sizeof(*copy)) : NULL;

	if (!copy)
		return error_no_memory();
	*copy = *error;
	copy->file = NULL;
	copy->message = TAKE(message);
	return error->file ? error_in_file(copy, error->file) : copy;
}

void vmw_error_free(struct vmw_error *error)
{
	if (!error || error == &no_memory)
		return;
	free((char *)error->file);
	free((char *)error->message);
	free(error);
}
