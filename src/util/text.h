/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text that people will see: what came from a dump is escaped first. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/cleanup.h"

/*
 * A copy of @size bytes at @text in which control characters and bytes that are not valid UTF-8 are
 * written as \xNN, so that a terminal takes no orders from a dump. The caller frees it; NULL
 * without memory.
 */
char *text_escaped(const char *text, size_t size);

/* printf() into a new string that the caller frees; NULL without memory. */
char *text_format(const char *format, ...) PRINTF_LIKE(1, 2);

/*
 * "64 KiB", "1 GiB", "1000 B": @size with the largest binary unit that divides it, in @buffer,
 * which is returned.
 */
enum { TEXT_SIZE_MAX = 32 };
const char *text_size(uint64_t size, char buffer[TEXT_SIZE_MAX]);
