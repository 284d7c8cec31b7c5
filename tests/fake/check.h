/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What tests ask of errors, problems and messages, and files that exist in memory only. */
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
#include "util/order.h"
#include "util/problem.h"

/* @message, which is in sight where the test fails, contains @piece. */
static inline void assert_has(const char *message, const char *piece)
{
	if (!message || !strstr(message, piece))
		fail_msg("\"%s\" does not have \"%s\"", message ? message : "(null)", piece);
}

/* @error is of @kind and has @piece in its message; it is freed. */
static inline void assert_error(struct vmw_error *error, enum vmw_error_kind kind,
				const char *piece)
{
	assert_non_null(error);
	assert_has(error->message, piece);
	if (error->kind != kind)
		print_error("%s\n", error->message);
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
		assert_has(problem->message, piece);
}

static inline void assert_no_problem(const struct problems *problems)
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

/* Run the statement for both byte orders. */
#define FOR_BOTH_ORDERS(order) for (int order = ORDER_LITTLE; order <= ORDER_BIG; order++)

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
