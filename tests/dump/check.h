/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of this folder ask of errors and problems, and files that exist in memory only. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "util/error.h"
#include "util/problem.h"

/* @message, which is in sight where the test fails, contains @piece. */
static inline void assert_says(const char *message, const char *piece)
{
	if (!message || !strstr(message, piece))
		fail_msg("\"%s\" does not say \"%s\"", message ? message : "", piece);
}

/* @error is of @kind and says @piece; it is freed. */
static inline void assert_error(struct vmw_error *error, enum vmw_error_kind kind,
				const char *piece)
{
	assert_non_null(error);
	assert_says(error->message, piece);
	assert_int_equal(error->kind, kind);
	vmw_error_free(error);
}

static inline void assert_success(struct vmw_error *error)
{
	if (error)
		fail_msg("unexpected error: %s", error->message);
}

static inline const struct vmw_problem *find_problem(const struct problems *problems,
						     const char *code)
{
	size_t count;
	const struct vmw_problem *list = problems_list(problems, &count);

	for (size_t i = 0; i < count; i++) {
		if (strcmp(list[i].code, code) == 0)
			return &list[i];
	}
	return NULL;
}

static inline void assert_problem(const struct problems *problems, const char *code,
				  const char *piece)
{
	const struct vmw_problem *problem = find_problem(problems, code);

	if (!problem)
		fail_msg("no problem \"%s\"", code);
	else
		assert_says(problem->message, piece);
}

static inline void assert_no_problems(const struct problems *problems)
{
	size_t count;
	const struct vmw_problem *list = problems_list(problems, &count);

	if (count > 0)
		fail_msg("unexpected problem: %s", list[0].message);
}

static inline struct problems *new_problems(void)
{
	struct problems *problems;

	assert_success(problems_new(&problems));
	return problems;
}

/* A file without a folder; it goes when the scope ends. */
struct scratch {
	int fd;
	char path[32];
};

static inline struct scratch scratch_new(const void *bytes, size_t size)
{
	struct scratch scratch = { .fd = memfd_create("scratch", MFD_CLOEXEC) };

	assert_true(scratch.fd >= 0);
	snprintf(scratch.path, sizeof(scratch.path), "/proc/self/fd/%d", scratch.fd);
	assert_int_equal(pwrite(scratch.fd, bytes, size, 0), size);
	return scratch;
}

static inline void scratch_free(struct scratch *scratch)
{
	close(scratch->fd);
}
