/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A fake machine, crashed, dumped and opened up to its kernel: what the tests of this layer start
 * from. machine_boot() puts the kernel's records into memory, the case changes them, machine_open()
 * dumps and opens it.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "fake/dump.h"
#include "fake/kernel.h"
#include "kernel/kernel.h"
#include "util/addr.h"

#define MIB (UINT64_C(1) << 20)

struct machine {
	struct ram *ram;
	struct fake_kernel fake;
	struct fake_files files;
	struct dump *dump;
	struct reader *reader;
	struct problems *problems; /* of this layer; those of the layers below are dropped */
	struct kernel *kernel;
};

static inline struct machine machine_boot(uint64_t size, uint32_t frame, enum order order,
					  const struct fake_kernel_spec *spec)
{
	struct machine m = { .ram = ram_new(size, frame, order) };

	m.fake = fake_kernel_put(m.ram, spec);
	return m;
}

/* The dump as a file, for cases that damage that. */
static inline void machine_dump(struct machine *m)
{
	m->files = fake_dump_write(m->ram,
				   &(struct fake_dump_spec){ .vmcoreinfo = m->fake.vmcoreinfo });
}

/* Cut the file behind what it has of the memory below @phys; all memory must be in it. */
static inline void machine_cut(struct machine *m, uint64_t phys)
{
	uint64_t size = fake_file_size(m->files.paths[0]);

	fake_file_cut(m->files.paths[0], size - ram_size(m->ram) + phys);
}

static inline void machine_open(struct machine *m)
{
	_cleanup_(problems_freep) struct problems *below = NULL;

	if (!m->files.paths)
		machine_dump(m);
	assert_null(problems_new(&below));
	assert_null(problems_new(&m->problems));
	assert_null(
		dump_open((const char *const *)m->files.paths, m->files.count, below, &m->dump));
	assert_null(reader_new(m->dump, &m->reader));
	assert_null(kernel_open(m->reader, NULL, below, &m->kernel));
}

static inline void machine_close(struct machine *m)
{
	kernel_close(m->kernel);
	problems_free(m->problems);
	reader_free(m->reader);
	dump_close(m->dump);
	if (m->files.paths)
		fake_files_free(&m->files);
	fake_kernel_free(&m->fake);
	ram_free(m->ram);
}

static inline void assert_error(struct vmw_error *raised, enum vmw_error_kind kind,
				const char *message)
{
	_cleanup_(vmw_error_freep) struct vmw_error *error = raised;

	assert_non_null(error);
	if (error->kind != kind || !strstr(error->message, message))
		print_error("kind %d: %s\n", error->kind, error->message);
	assert_int_equal(error->kind, kind);
	assert_non_null(strstr(error->message, message));
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
