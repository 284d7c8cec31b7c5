/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which of a dump's problems take something from the answer to a query, so that it is one in part.
 *
 * A problem of a file (cut, damaged, a part missing) shows in the answer itself, where it says what
 * of its memory is missing. One of the kernel's record or of what is known of the kernel does not:
 * it is told by its code.
 */
#pragma once

#include <stdbool.h>

#include "cli/query.h"

bool problem_concerns(const struct vmw_problem *problem, const struct query *query);
