/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fake machines as the tests of this layer want them, and what they ask of problems. */
#pragma once

#include "fake/machine.h"
#include "util/addr.h"

#define MIB (UINT64_C(1) << 20)

/* Of @size bytes in frames of @frame. machine_open() dumps and opens it. */
static inline struct machine machine_boot(uint64_t size, uint32_t frame, enum order order,
					  const struct fake_kernel_spec *spec)
{
	return machine_new(.size = size, .frame = frame, .order = order, .kernel = *spec);
}

/* Cut the file behind what it has of the memory below @phys; all memory must be in it. */
static inline void machine_cut(struct machine *m, uint64_t phys)
{
	uint64_t size = fake_file_size(m->files.paths[0]);

	fake_file_cut(m->files.paths[0], size - ram_size(m->ram) + phys);
}

/* How many problems have @code, all of them of @severity. */
static inline size_t count_problems(const struct machine *m, const char *code,
				    enum vmw_severity severity)
{
	size_t count, found = 0;
	const struct vmw_problem *list = problems_list(m->problems, &count);

	for (size_t i = 0; i < count; i++) {
		if (strcmp(list[i].code, code) != 0)
			continue;
		assert_int_equal(list[i].severity, severity);
		found++;
	}
	return found;
}

/* Whether a problem with @code says @message. */
static inline bool has_problem(const struct machine *m, const char *code, const char *message)
{
	size_t count;
	const struct vmw_problem *list = problems_list(m->problems, &count);

	for (size_t i = 0; i < count; i++) {
		if (strcmp(list[i].code, code) == 0 && strstr(list[i].message, message))
			return true;
	}
	return false;
}

/* Both byte orders and page sizes. */
static const struct machine_kind {
	enum order order;
	uint32_t page;
} kinds[] = {
	{ ORDER_BIG, 65536 },
	{ ORDER_BIG, 4096 },
	{ ORDER_LITTLE, 65536 },
	{ ORDER_LITTLE, 4096 },
};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
