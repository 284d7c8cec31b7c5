/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers as a user writes them: decimal, or hexadecimal behind 0x. A leading 0 is decimal, since
 * octal surprises. Nothing else is a number: no sign, no blanks, no separators.
 *
 * Errors are MISUSE; the caller puts the option and its argument in front of the message.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "util/error.h"

NODISCARD struct vmw_error *number_parse(const char *text, uint64_t *ret);

/* A size in bytes; K, M, G or T behind the number multiply it by 1024 and its powers. */
NODISCARD struct vmw_error *number_parse_size(const char *text, uint64_t *ret);

/* First and last rather than a count: all 2^64 numbers are a range too. */
struct number_range {
	uint64_t first, last;
};

/* "N", "A-B" with B included, or "A+COUNT". */
NODISCARD struct vmw_error *number_parse_range(const char *text, struct number_range *ret);
