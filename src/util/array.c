/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/array.h"

#include <stdint.h>
#include <stdlib.h>

bool array_reserve(void *data, size_t *capacity, size_t count, size_t element_size)
{
	void **array = data;

	if (count <= *capacity)
		return true;
	size_t room = *capacity ? *capacity : 8;
	while (room < count) {
		if (room > SIZE_MAX / 2)
			return false;
		room *= 2;
	}
	void *grown = reallocarray(*array, room, element_size);
	if (!grown)
		return false;
	*array = grown;
	*capacity = room;
	return true;
}
