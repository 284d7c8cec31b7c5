/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arrays that grow by doubling. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "util/cleanup.h"

/*
 * Make room for @count elements of @element_size bytes in the heap array *@data, whose room is
 * *@capacity elements. False without memory, or where the size would overflow; the array is then as
 * it was.
 */
NODISCARD bool array_reserve(void *data, size_t *capacity, size_t count, size_t element_size);

/* Append @element to the typed array at @data; an expression that is false without memory. */
#define ARRAY_PUSH(data, count, capacity, element)                            \
	(array_reserve(&(data), &(capacity), (count) + 1, sizeof(*(data))) && \
	 ((data)[(count)++] = (element), true))
