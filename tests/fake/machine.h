/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A fake machine with a kernel in it, written as a dump and opened again: what tests of the kernel
 * and of all that rests on it start from.
 *
 *	struct machine m = machine_new(.order = ORDER_BIG, .frame = 65536);
 *	... change m.ram ...
 *	machine_open(&m);
 *	... ask m.kernel ...
 *	machine_close(&m);
 */
#pragma once

#include "dump/reader.h"
#include "fake/check.h"
#include "fake/dump.h"
#include "fake/kernel.h"
#include "fake/ram.h"
#include "kernel/kernel.h"
#include "kernel/section.h"
#include "util/problem.h"

struct machine_spec {
	enum order order;
	uint32_t frame; /* 65536 */
	uint64_t size;  /* 64 MiB */
	struct fake_kernel_spec kernel;
	struct fake_dump_spec dump; /* .vmcoreinfo is the kernel's, unless no_vmcoreinfo */
	bool no_vmcoreinfo;
	struct kernel_options options;
};

struct machine {
	struct machine_spec spec;
	struct ram *ram;
	struct fake_kernel fake;
	struct fake_files files;
	struct problems *problems;
	struct dump *dump;
	struct reader *reader;
	struct kernel *kernel;
};

static inline struct machine machine_make(struct machine_spec spec)
{
	struct machine m = { .spec = spec };

	if (!m.spec.frame)
		m.spec.frame = 65536;
	if (!m.spec.size)
		m.spec.size = 64 << 20;
	m.ram = ram_new(m.spec.size, m.spec.frame, m.spec.order);
	m.fake = fake_kernel_put(m.ram, &m.spec.kernel);
	if (!m.spec.no_vmcoreinfo && !m.spec.dump.vmcoreinfo)
		m.spec.dump.vmcoreinfo = m.fake.vmcoreinfo;
	return m;
}
#define machine_new(...) machine_make((struct machine_spec){ __VA_ARGS__ })

/* The dump as a file, for cases that damage that. */
static inline void machine_dump(struct machine *m)
{
	m->files = fake_dump_write(m->ram, &m->spec.dump);
}

/* Everything but kernel_open(). */
static inline void machine_write(struct machine *m)
{
	if (!m->files.paths)
		machine_dump(m);
	assert_null(problems_new(&m->problems));
	assert_null(dump_open((const char *const *)m->files.paths, m->files.count, m->problems,
			      &m->dump));
	assert_null(reader_new(m->dump, &m->reader));
}

static inline void machine_open(struct machine *m)
{
	if (!m->dump)
		machine_write(m);
	struct vmw_error *err = kernel_open(m->reader, &m->spec.options, m->problems, &m->kernel);
	if (err)
		print_error("kernel_open: %s\n", err->message);
	assert_null(err);
}

static inline void machine_close(struct machine *m)
{
	kernel_close(m->kernel);
	reader_free(m->reader);
	dump_close(m->dump);
	problems_free(m->problems);
	fake_files_free(&m->files);
	fake_kernel_free(&m->fake);
	ram_free(m->ram);
}

/* The message of the first problem with @code, or NULL. */
static inline const char *machine_problem(const struct machine *m, const char *code)
{
	const struct vmw_problem *problem = find_problem(m->problems, code);

	return problem ? problem->message : NULL;
}

static inline void assert_no_problems(const struct machine *m)
{
	size_t count;
	const struct vmw_problem *list = problems_list(m->problems, &count);

	for (size_t i = 0; i < count; i++)
		print_error("problem %s: %s\n", list[i].code, list[i].message);
	assert_int_equal(count, 0);
}

static inline void assert_known(const struct known *fact, uint64_t value, const char *from)
{
	if (!fact->is_known)
		print_error("unknown: %s\n", fact->from);
	assert_true(fact->is_known);
	assert_int_equal(fact->value, value);
	assert_has(fact->from, from);
}

static inline void assert_unknown(const struct known *fact, const char *why)
{
	assert_false(fact->is_known);
	assert_has(fact->from, why);
}

/* A file of @text in the folder of @m's dump; the caller frees the path. */
static inline char *machine_file(struct machine *m, const char *name, const void *bytes,
				 size_t size)
{
	size_t before = m->files.count;

	fake_file_add(&m->files, name, bytes, size);
	return strdup(m->files.paths[before]);
}
