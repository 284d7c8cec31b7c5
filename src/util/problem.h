/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Collect struct vmw_problem (include/vmemwalk.h): what is odd about a dump and yet no error. */
#pragma once

#include "util/error.h"

struct problems; /* owned by the caller, freed with problems_free(); not safe to share between
		    threads */

NODISCARD struct vmw_error *problems_new(struct problems **ret);
void problems_free(struct problems *problems);
DEFINE_CLEANUP(struct problems, problems_free)

/*
 * Add a problem. @code is borrowed for ever (a literal), @file is copied and may be NULL. Without
 * memory the problem is dropped, and a last problem "problems-dropped", partial, says so: a reader
 * must not fail for want of a remark. @problems may be NULL: nothing happens.
 */
void problem_add(struct problems *problems, const char *code, enum vmw_severity severity,
		 struct vmw_where where, const char *file, const char *format, ...)
	PRINTF_LIKE(6, 7);

/* All problems, oldest first; borrowed until the next problem_add(). */
const struct vmw_problem *problems_list(const struct problems *problems, size_t *ret_count);
