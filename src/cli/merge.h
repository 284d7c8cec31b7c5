/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For people: mappings that run on in both virtual and physical memory as one, with the number of
 * blocks. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "vmemwalk.h"

struct merged_mapping {
	struct vmw_mapping mapping;
	uint64_t blocks; /* that it is made of */
};

/*
 * The mapping at @mappings[*position], with those behind it that continue it from the same source;
 * *@position moves past them. False at the end. @mappings is sorted by virt.
 */
bool merge_next(const struct vmw_mapping *mappings, size_t count, size_t *position,
		struct merged_mapping *ret);
