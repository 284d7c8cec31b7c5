/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libvmemwalk as its users see it: nothing here includes a header of src/. */
#include "vmemwalk.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake/dump.h"
#include "fake/kernel.h"

#define MIB (UINT64_C(1) << 20)

/* A machine, its dump's files, and the dump when it is open. */
struct machine {
	struct ram *ram;
	struct fake_kernel kernel;
	struct fake_files files;
	struct vmw_dump *dump;
	struct vmw_reader *reader;
};

/* What is there on each machine of a test: both byte orders, page sizes, MMUs. */
static const struct kind {
	enum order order;
	uint32_t page_size;
	enum fake_mmu mmu;
} kinds[] = {
	{ ORDER_LITTLE, 65536, FAKE_HASH }, { ORDER_LITTLE, 65536, FAKE_RADIX },
	{ ORDER_LITTLE, 4096, FAKE_HASH },  { ORDER_LITTLE, 4096, FAKE_RADIX },
	{ ORDER_BIG, 65536, FAKE_HASH },    { ORDER_BIG, 65536, FAKE_RADIX },
	{ ORDER_BIG, 4096, FAKE_HASH },     { ORDER_BIG, 4096, FAKE_RADIX },
};
enum { KIND_COUNT = sizeof(kinds) / sizeof(kinds[0]) };

/* A machine of 64 MiB whose memory a test may still change. */
static struct machine machine_new(const struct kind *kind, const struct fake_kernel_spec *more)
{
	struct fake_kernel_spec spec = more ? *more : (struct fake_kernel_spec){ .mmu = 0 };
	struct machine m = { .ram = ram_new(64 * MIB, kind->page_size, kind->order) };

	spec.mmu = kind->mmu;
	m.kernel = fake_kernel_put(m.ram, &spec);
	return m;
}

/* Write the machine's dump, with its VMCOREINFO unless the spec has one, and open it. */
static void machine_dump(struct machine *m, const struct fake_dump_spec *more,
			 const struct vmw_options *options)
{
	struct fake_dump_spec spec = more ? *more : (struct fake_dump_spec){ .format = FAKE_ELF };

	if (!spec.vmcoreinfo)
		spec.vmcoreinfo = m->kernel.vmcoreinfo;
	m->files = fake_dump_write(m->ram, &spec);
	assert_null(vmw_dump_open((const char *const *)m->files.paths, m->files.count, options,
				  &m->dump));
	assert_null(vmw_reader_new(m->dump, &m->reader));
}

static void machine_free(struct machine *m)
{
	vmw_reader_free(m->reader);
	vmw_dump_close(m->dump);
	fake_files_free(&m->files);
	fake_kernel_free(&m->kernel);
	ram_free(m->ram);
}

static uint64_t frame_count(const struct machine *m)
{
	return ram_size(m->ram) / m->kernel.page_size;
}

static void assert_error(struct vmw_error *error, enum vmw_error_kind kind, const char *piece)
{
	assert_non_null(error);
	assert_non_null(strstr(error->message, piece));
	assert_int_equal(error->kind, kind);
	vmw_error_free(error);
}

static const struct vmw_problem *find_problem(const struct vmw_dump *dump, const char *code)
{
	size_t count;
	const struct vmw_problem *list = vmw_dump_problems(dump, &count);

	for (size_t i = 0; i < count; i++) {
		if (strcmp(list[i].code, code) == 0)
			return &list[i];
	}
	return NULL;
}

static void assert_no_problems(const struct vmw_dump *dump)
{
	size_t count;
	const struct vmw_problem *list = vmw_dump_problems(dump, &count);

	for (size_t i = 0; i < count; i++)
		print_error("problem %s: %s\n", list[i].code, list[i].message);
	assert_int_equal(count, 0);
}

static void assert_mappings_are_the_blocks(const struct machine *m)
{
	const struct vmw_mapping *mappings;
	size_t count;
	bool complete;

	assert_null(vmw_dump_mappings(m->dump, &mappings, &count, &complete));
	assert_true(complete);
	assert_int_equal(count, m->kernel.block_count);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(mappings[i].virt.value, m->kernel.blocks[i].virt.value);
		assert_int_equal(mappings[i].phys.value, m->kernel.blocks[i].phys.value);
		assert_int_equal(mappings[i].size, m->kernel.blocks[i].size);
		assert_int_equal(mappings[i].source, m->kernel.blocks[i].source);
	}
}

/* All pages are as fake_kernel_put() leaves them: word 0 is pfn << 24, the others are 0. */
static void assert_pages_are_untouched(const struct machine *m, struct vmw_reader *reader)
{
	for (uint64_t pfn = 0; pfn < frame_count(m); pfn++) {
		struct vmw_page page;

		assert_null(vmw_page_read(reader, (vmw_pfn){ pfn }, 1, &page));
		assert_int_equal(page.data, VMW_PRESENT);
		assert_int_equal(page.pfn.value, pfn);
		assert_int_equal(page.count, 1);
		assert_int_equal(page.virt.value, m->kernel.vmemmap_base + pfn * 64);
		assert_int_equal(page.word_count, 8);
		assert_int_equal(page.words[0], pfn << 24);
		for (size_t i = 1; i < 8; i++)
			assert_int_equal(page.words[i], 0);
	}
}

/* ---- opening ---- */

static void a_file_that_is_not_there_is_named(void **state)
{
	static const char *const paths[] = { "/nonexistent/vmcore" };
	struct vmw_dump *dump = NULL;
	struct vmw_error *error = vmw_dump_open(paths, 1, NULL, &dump);

	assert_non_null(error);
	assert_int_equal(error->kind, VMW_ERROR_OS);
	assert_string_equal(error->file, "/nonexistent/vmcore");
	assert_null(dump);
	vmw_error_free(error);
}

static void no_file_is_misuse(void **state)
{
	struct vmw_dump *dump = NULL;

	assert_error(vmw_dump_open(NULL, 0, NULL, &dump), VMW_ERROR_MISUSE, "no file");
}

static void options_may_be_of_a_newer_version_if_they_are_zero(void **state)
{
	struct {
		struct vmw_options options;
		uint64_t newer;
	} longer = { .options.size = sizeof(longer) };
	struct vmw_dump *dump = NULL;
	struct machine m = machine_new(&kinds[0], NULL);

	machine_dump(&m, NULL, &longer.options);
	longer.newer = 1;
	assert_error(vmw_dump_open((const char *const *)m.files.paths, m.files.count,
				   &longer.options, &dump),
		     VMW_ERROR_MISUSE, "does not know");
	longer.options.size = 0;
	assert_error(vmw_dump_open((const char *const *)m.files.paths, m.files.count,
				   &longer.options, &dump),
		     VMW_ERROR_MISUSE, "size is 0");
	longer.options = (struct vmw_options){ .size = sizeof(longer.options),
					       .source = (enum vmw_source)7 };
	assert_error(vmw_dump_open((const char *const *)m.files.paths, m.files.count,
				   &longer.options, &dump),
		     VMW_ERROR_MISUSE, "no source has number 7");
	machine_free(&m);
}

static void closing_and_freeing_nothing_is_fine(void **state)
{
	vmw_dump_close(NULL);
	vmw_reader_free(NULL);
	vmw_error_free(NULL);
}

/* ---- whole dumps ---- */

static void all_is_found_on_every_machine_and_in_every_format(void **state)
{
	static const struct fake_dump_spec formats[] = {
		{ .format = FAKE_ELF },
		{ .format = FAKE_ELF, .flattened = true, .flat_shuffled = true },
		{ .format = FAKE_KDUMP, .codec = FAKE_MIXED },
		{ .format = FAKE_KDUMP, .codec = FAKE_ZLIB, .parts = 3 },
		{ .format = FAKE_KDUMP, .foreign_headers = true },
	};

	for (size_t i = 0; i < KIND_COUNT; i++) {
		for (size_t j = 0; j < sizeof(formats) / sizeof(formats[0]); j++) {
			struct machine m = machine_new(&kinds[i], NULL);
			uint64_t page_size;

			machine_dump(&m, &formats[j], NULL);
			assert_null(vmw_dump_page_size(m.dump, &page_size));
			assert_int_equal(page_size, kinds[i].page_size);
			assert_pages_are_untouched(&m, m.reader);
			assert_mappings_are_the_blocks(&m);
			machine_free(&m);
		}
	}
}

/*
 * QEMU's dump of a guest that its capture kernel runs in: both have a VMCOREINFO note in memory,
 * and all records that a list walk, a page-table walk and mem_section need. The capture kernel's
 * are in the 16 MiB from 32 MiB on, which are all that it knows of.
 */
static void of_two_kernels_in_one_image_the_crashed_one_answers(void **state)
{
	static const struct fake_memory_range reserved = { .start = 32 * MIB, .size = 16 * MIB };

	for (size_t i = 0; i < 2 * KIND_COUNT; i++) {
		const struct kind *kind = &kinds[i / 2];
		struct machine m = { .ram = ram_new(64 * MIB, kind->page_size, kind->order) };
		struct fake_dump_spec spec = { .format = FAKE_ELF, .foreign_headers = true };
		const struct vmw_problem *problem;

		m.kernel = fake_kernel_put(m.ram,
					   &(struct fake_kernel_spec){ .mmu = kind->mmu,
								       .note_in_memory = true,
								       .text_in_memory = true,
								       /* Not written where panic()
									  was cut short. */
								       .crashtime = i % 2 });
		struct fake_kernel capture = fake_kernel_put(
			m.ram, &(struct fake_kernel_spec){ .mmu = kind->mmu,
							   .note_in_memory = true,
							   .text_in_memory = true,
							   .release = "6.12.0-kdump",
							   .stext = 0xc000000000000000 + 32 * MIB,
							   .ranges = &reserved,
							   .range_count = 1,
							   .blocks_end = 48 * MIB });
		assert_int_not_equal(capture.blocks[0].phys.value, m.kernel.blocks[0].phys.value);

		m.files = fake_dump_write(m.ram, &spec);
		assert_null(vmw_dump_open((const char *const *)m.files.paths, m.files.count, NULL,
					  &m.dump));
		assert_null(vmw_reader_new(m.dump, &m.reader));
		assert_mappings_are_the_blocks(&m);
		assert_pages_are_untouched(&m, m.reader);
		problem = find_problem(m.dump, "vmcoreinfo-several");
		assert_non_null(problem);
		assert_non_null(strstr(problem->message, "taken: release 6.12.0-fake, _stext "
							 "0xc000000000000000"));
		assert_non_null(strstr(problem->message, "not: release 6.12.0-kdump, _stext "
							 "0xc000000002000000"));
		fake_kernel_free(&capture);
		machine_free(&m);
	}
}

static void vmcoreinfo_is_given_as_it_stands(void **state)
{
	struct machine m = machine_new(&kinds[0], NULL);
	const char *text;
	size_t size;

	machine_dump(&m, NULL, NULL);
	assert_null(vmw_dump_vmcoreinfo(m.dump, &text, &size));
	assert_int_equal(size, strlen(m.kernel.vmcoreinfo));
	assert_memory_equal(text, m.kernel.vmcoreinfo, size);
	machine_free(&m);
}

static void what_was_put_into_a_page_is_decoded(void **state)
{
	for (size_t i = 0; i < KIND_COUNT; i++) {
		struct machine m = machine_new(&kinds[i], NULL);
		struct vmw_page page;

		fake_page_put(m.ram, &m.kernel, 100, 0, 1 << 5); /* lru */
		fake_page_put(m.ram, &m.kernel, 100, 3, UINT64_C(0xc000000012345671));
		fake_page_put(m.ram, &m.kernel, 100, 4, 77);
		machine_dump(&m, NULL, NULL);
		assert_null(vmw_page_read(m.reader, (vmw_pfn){ 100 }, 1, &page));
		assert_int_equal(page.fields.known &
					 (VMW_FIELD_FLAGS | VMW_FIELD_MAPPING | VMW_FIELD_INDEX),
				 VMW_FIELD_FLAGS | VMW_FIELD_MAPPING | VMW_FIELD_INDEX);
		assert_int_equal(page.fields.flags, 1 << 5);
		assert_int_equal(page.fields.mapping, 0xc000000012345671);
		assert_int_equal(page.fields.mapping_kind, VMW_MAPPING_ANON);
		assert_int_equal(page.fields.index, 77);
		assert_string_equal(vmw_flag_name(m.dump, 5), "lru");
		assert_null(vmw_flag_name(m.dump, 63));
		assert_null(vmw_flag_name(m.dump, 64));
		machine_free(&m);
	}
}

/* ---- what is missing ---- */

static void a_list_that_breaks_gives_what_stands_before(void **state)
{
	for (size_t i = 0; i < KIND_COUNT; i++) {
		struct machine m;
		const struct vmw_mapping *mappings;
		struct vmw_page page;
		size_t count, kept;
		bool complete;

		if (kinds[i].mmu != FAKE_HASH || kinds[i].page_size != 4096)
			continue;
		m = machine_new(&kinds[i], NULL);
		/* The link out of the tenth entry leads to where no entry can be. */
		ram_put_u64(m.ram, m.kernel.entries[9], UINT64_C(0xdead000000000100));
		machine_dump(&m, NULL, NULL);
		assert_null(vmw_dump_mappings(m.dump, &mappings, &count, &complete));
		assert_false(complete);
		assert_int_equal(count, 10);

		const struct vmw_problem *problems = vmw_dump_problems(m.dump, &kept);
		bool partial = false;
		for (size_t p = 0; p < kept; p++)
			partial = partial || problems[p].severity == VMW_PARTIAL;
		assert_true(partial);

		/* Which half of the blocks the first entries are for is the fake's affair. */
		uint64_t lost = mappings[0].virt.value == m.kernel.vmemmap_base
					? frame_count(&m) - 1
					: 0;
		assert_null(vmw_page_read(m.reader, (vmw_pfn){ lost }, 1, &page));
		assert_int_equal(page.data, VMW_LOST);
		assert_non_null(strstr(page.why, "damaged"));
		assert_int_equal(page.piece_count, 0);
		machine_free(&m);
	}
}

static void a_failure_is_told_again_to_each_who_asks(void **state)
{
	struct machine m = machine_new(
		&kinds[0], &(struct fake_kernel_spec){ .drop = "SYMBOL(vmemmap_list)" });
	const struct vmw_mapping *mappings;
	struct vmw_page page;
	size_t count;
	bool complete;

	machine_dump(&m, NULL, NULL);
	for (int i = 0; i < 3; i++) {
		assert_error(vmw_dump_mappings(m.dump, &mappings, &count, &complete),
			     VMW_ERROR_MISSING, "vmemmap_list");
		assert_error(vmw_page_read(m.reader, (vmw_pfn){ 0 }, 1, &page), VMW_ERROR_MISSING,
			     "vmemmap_list");
	}
	machine_free(&m);
}

static void load_does_not_fail_for_what_the_dump_lacks(void **state)
{
	static const char *const drops[] = {
		"SYMBOL(vmemmap_list)",
		"SYMBOL(mem_section)",
		"SIZE(page)",
		"SYMBOL(",
		"SYMBOL( SIZE( OFFSET( NUMBER( LENGTH( PAGESIZE",
	};

	for (size_t i = 0; i < sizeof(drops) / sizeof(drops[0]); i++) {
		for (size_t j = 0; j < KIND_COUNT; j++) {
			struct machine m = machine_new(
				&kinds[j], &(struct fake_kernel_spec){ .drop = drops[i] });
			const struct vmw_fact *facts;
			size_t count;

			machine_dump(&m, NULL, NULL);
			assert_null(vmw_dump_load(m.dump));
			assert_null(vmw_dump_facts(m.dump, &facts, &count));
			machine_free(&m);
		}
	}
}

static void without_mem_section_the_mappings_tell_and_that_is_told(void **state)
{
	for (size_t i = 0; i < KIND_COUNT; i++) {
		struct machine m = machine_new(
			&kinds[i], &(struct fake_kernel_spec){ .drop = "SYMBOL(mem_section)" });

		machine_dump(&m, NULL, NULL);
		assert_pages_are_untouched(&m, m.reader);
		const struct vmw_problem *problem = find_problem(m.dump, "sections-unknown");
		assert_non_null(problem);
		assert_int_equal(problem->severity, VMW_PARTIAL);
		machine_free(&m);
	}
}

/* abec749facff: since 5.6 they go on to the end of the memory section. */
static void the_files_of_proc_end_with_max_pfn_until_5_5(void **state)
{
	static const struct {
		const char *release;
		uint64_t end;
		bool certain;
	} rows[] = {
		{ "2.6.35", 0x3f1, true },
		{ "5.5.0", 0x3f1, true },
		{ "5.6.0", 0x400, true },
		{ "6.9.0", 0x400, true },
		/* It has what is newer than its number, or not. */
		{ "4.18.0-305.el8.ppc64le", 0x3f1, false },
	};

	for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
		struct machine m = machine_new(
			&kinds[i & 1 ? 0 : 4],
			&(struct fake_kernel_spec){ .release = rows[i / 2].release,
						    .drop = "NUMBER(PAGE_SLAB",
						    .add = "SYMBOL(max_pfn)=c000000002800000\n" });
		bool certain;
		vmw_pfn end;

		ram_put_u64(m.ram, 0x2800000, 0x3f1);
		machine_dump(&m, NULL, NULL);
		assert_null(vmw_kpage_end(m.dump, &end, &certain));
		assert_int_equal(end.value, rows[i / 2].end);
		assert_int_equal(certain, rows[i / 2].certain);
		const struct vmw_problem *problem = find_problem(m.dump, "kpages-end-unknown");
		assert_int_equal(problem != NULL, !certain);
		if (problem)
			assert_non_null(strstr(problem->message, "gone on to frame 0x400"));
		machine_free(&m);
	}
}

/* Nothing initialises them as long as it was never put online. */
static void of_pages_of_offline_memory_only_the_words_are_shown(void **state)
{
	static const struct fake_memory_range ranges[] = {
		{ .start = 0, .size = 16 * MIB },
		{ .start = 16 * MIB, .size = 16 * MIB, .hotplugged = true, .offline = true },
		{ .start = 32 * MIB, .size = 32 * MIB },
	};

	for (size_t i = 0; i < KIND_COUNT; i++) {
		struct machine m = machine_new(
			&kinds[i],
			&(struct fake_kernel_spec){ .ranges = ranges, .range_count = 3 });
		uint64_t frames = 16 * MIB / kinds[i].page_size;
		const uint64_t pfns[] = { frames - 1, frames, 2 * frames - 1, 2 * frames };
		struct vmw_page page;
		struct vmw_page_state known;

		for (size_t j = 0; j < 4; j++) {
			/* What a slab's page could look like, with an order and a head. */
			for (unsigned int word = 0; word < 8; word++)
				fake_page_put(m.ram, &m.kernel, pfns[j], word,
					      UINT64_C(0xf5000000f5000021));
		}
		machine_dump(&m, NULL, NULL);
		for (size_t j = 0; j < 4; j++) {
			bool offline = j == 1 || j == 2;

			assert_null(vmw_page_read(m.reader, (vmw_pfn){ pfns[j] }, 1, &page));
			assert_int_equal(page.data, VMW_PRESENT);
			assert_int_equal(page.words[3], UINT64_C(0xf5000000f5000021));
			assert_int_equal(page.fields.known == 0, offline);
			assert_null(vmw_page_describe(m.reader, &page, &known));
			assert_int_equal(known.state == VMW_STATE_OFFLINE, offline);
			if (!offline)
				continue;
			assert_int_equal(
				known.known & ~(unsigned int)(VMW_KNOWN_KPF | VMW_KNOWN_MAP_COUNT),
				VMW_KNOWN_STATE);
			assert_int_equal(known.kpf, 1 << 20);
			assert_int_equal(known.kpf_unknown, 0);
			assert_false(known.thp || known.poisoned);
		}
		machine_free(&m);
	}
}

/* ---- facts ---- */

static const struct vmw_fact *find_fact(struct vmw_dump *dump, const char *group, const char *name)
{
	const struct vmw_fact *facts;
	size_t count;

	assert_null(vmw_dump_facts(dump, &facts, &count));
	for (size_t i = 0; i < count; i++) {
		if (strcmp(facts[i].group, group) == 0 && strcmp(facts[i].name, name) == 0)
			return &facts[i];
	}
	fail_msg("no fact %s %s", group, name);
	return NULL;
}

static void assert_fact(struct vmw_dump *dump, const char *group, const char *name,
			const char *value)
{
	const struct vmw_fact *fact = find_fact(dump, group, name);

	if (value)
		assert_string_equal(fact->value, value);
	else
		assert_null(fact->value);
}

static void each_fact_has_a_name_of_its_own_and_a_source(void **state)
{
	for (size_t i = 0; i < KIND_COUNT; i++) {
		struct machine m = machine_new(&kinds[i], NULL);
		const struct vmw_fact *facts;
		size_t count;

		machine_dump(&m, &(struct fake_dump_spec){ .format = FAKE_KDUMP, .parts = 2 },
			     NULL);
		assert_null(vmw_dump_facts(m.dump, &facts, &count));
		assert_true(count > 20);
		for (size_t j = 0; j < count; j++) {
			assert_non_null(facts[j].from);
			assert_true(facts[j].from[0] != '\0');
			assert_int_equal(
				strspn(facts[j].name, "abcdefghijklmnopqrstuvwxyz0123456789-"),
				strlen(facts[j].name));
			if (facts[j].number && facts[j].value)
				assert_int_equal(strspn(facts[j].value, "0123456789"),
						 strlen(facts[j].value));
			for (size_t k = 0; k < j; k++)
				assert_false(strcmp(facts[j].group, facts[k].group) == 0 &&
					     strcmp(facts[j].name, facts[k].name) == 0);
		}
		machine_free(&m);
	}
}

static void the_facts_are_those_of_the_machine(void **state)
{
	for (size_t i = 0; i < KIND_COUNT; i++) {
		const struct kind *kind = &kinds[i];
		struct machine m = machine_new(
			kind, &(struct fake_kernel_spec){ .drop = "BUILD-ID",
							  .add = "CRASHTIME=1795359644\n"
								 "BUILD-ID=0123abcd\n" });
		char base[32], blocks[32];

		snprintf(base, sizeof(base), "0x%llx", (unsigned long long)m.kernel.vmemmap_base);
		snprintf(blocks, sizeof(blocks), "%zu", m.kernel.block_count);
		machine_dump(&m, NULL, NULL);
		assert_fact(m.dump, "file", "file", m.files.paths[0]);
		assert_fact(m.dump, "file", "parts", "1");
		assert_fact(m.dump, "file", "format", "ELF core");
		assert_fact(m.dump, "file", "flattened", "no");
		assert_fact(m.dump, "file", "header-byte-order",
			    kind->order == ORDER_BIG ? "big" : "little");
		assert_fact(m.dump, "file", "compression", "none");
		assert_fact(m.dump, "kernel", "release", "6.12.0-fake");
		assert_fact(m.dump, "kernel", "build-id", "0123abcd");
		assert_fact(m.dump, "kernel", "byte-order",
			    kind->order == ORDER_BIG ? "big" : "little");
		assert_fact(m.dump, "kernel", "page-size",
			    kind->page_size == 4096 ? "4096" : "65536");
		assert_fact(m.dump, "kernel", "mmu", kind->mmu == FAKE_HASH ? "hash" : "radix");
		assert_fact(m.dump, "kernel", "crash-time", "2026-11-22T15:00:44Z");
		assert_fact(m.dump, "kernel", "crash-time-seconds", "1795359644");
		assert_fact(m.dump, "memmap", "vmemmap-base", base);
		assert_fact(m.dump, "memmap", "struct-page-size", "64");
		assert_fact(m.dump, "memmap", "mappings-source",
			    kind->mmu == FAKE_HASH ? "list" : "radix");
		assert_fact(m.dump, "memmap", "mappings", blocks);
		assert_fact(m.dump, "memmap", "mappings-complete", "yes");
		assert_fact(m.dump, "memmap", "section-size", "16777216");
		assert_fact(m.dump, "symbols", "vmlinux", NULL);
		machine_free(&m);
	}
}

static void facts_from_the_dump_are_escaped(void **state)
{
	struct machine m = machine_new(
		&kinds[0],
		&(struct fake_kernel_spec){ .drop = "BUILD-ID", .add = "BUILD-ID=a\033[2Jb\n" });

	machine_dump(&m, NULL, NULL);
	assert_fact(m.dump, "kernel", "build-id", "a\\x1b[2Jb");
	machine_free(&m);
}

static void a_crash_time_that_is_none_is_unknown(void **state)
{
	static const char *const lines[] = {
		"CRASHTIME=\n",
		"CRASHTIME=x\n",
		"CRASHTIME=12x\n",
		"CRASHTIME=-5\n",
		"CRASHTIME=99999999999999999999\n",
		"CRASHTIME=9223372036854775807\n",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct machine m = machine_new(&kinds[0],
					       &(struct fake_kernel_spec){ .add = lines[i] });

		machine_dump(&m, NULL, NULL);
		assert_fact(m.dump, "kernel", "crash-time", NULL);
		assert_fact(m.dump, "kernel", "crash-time-seconds", NULL);
		machine_free(&m);
	}
}

/* ---- memory ---- */

static void memory_is_read_as_it_lies_and_up_to_a_change(void **state)
{
	for (size_t i = 0; i < KIND_COUNT; i++) {
		struct machine m = machine_new(&kinds[i], NULL);
		uint64_t frame = kinds[i].page_size, at = 32 * MIB;
		unsigned char bytes[32];
		struct vmw_run run;

		ram_put(m.ram, at + frame - 16, "0123456789abcdef", 16);
		ram_set_data(m.ram, at + frame, frame, VMW_EXCLUDED);
		machine_dump(&m, &(struct fake_dump_spec){ .format = FAKE_KDUMP }, NULL);
		assert_null(
			vmw_read_phys(m.reader, (vmw_phys){ at + frame - 16 }, bytes, 32, &run));
		assert_int_equal(run.data, VMW_PRESENT);
		assert_int_equal(run.size, 16);
		assert_null(run.why);
		assert_memory_equal(bytes, "0123456789abcdef", 16);
		assert_null(vmw_read_phys(m.reader, (vmw_phys){ at + frame }, bytes, 32, &run));
		assert_int_equal(run.data, VMW_EXCLUDED);
		assert_int_equal(run.size, 32);
		assert_non_null(strstr(run.why, "filtered"));
		machine_free(&m);
	}
}

static void holes_of_any_size_are_passed_over_in_one_step(void **state)
{
	static const enum fake_format formats[] = { FAKE_ELF, FAKE_KDUMP };

	for (size_t i = 0; i < 2 * KIND_COUNT; i++) {
		struct machine m = machine_new(&kinds[i / 2], NULL);
		uint64_t end = 0, size = 0, steps = 0;
		bool found = true;

		ram_exclude_untouched(m.ram);
		machine_dump(&m, &(struct fake_dump_spec){ .format = formats[i % 2] }, NULL);
		for (;;) {
			vmw_phys start;
			enum vmw_data data;

			/* From within a range, too. */
			if (size > 1) {
				vmw_phys middle = { end - size / 2 };
				assert_null(vmw_phys_next(m.reader, middle, &start, &size, &found));
				assert_true(found);
				assert_int_equal(start.value, middle.value);
				assert_int_equal(start.value + size, end);
			}
			assert_null(
				vmw_phys_next(m.reader, (vmw_phys){ end }, &start, &size, &found));
			/* All between is not there. */
			uint64_t next = found ? start.value : ram_size(m.ram);
			assert_true(next >= end);
			for (uint64_t at = end; at < next; at += ram_run(m.ram, at, &data)) {
				(void)ram_run(m.ram, at, &data);
				assert_int_not_equal(data, VMW_PRESENT);
			}
			if (!found)
				break;
			/* All that was told is. */
			assert_true(size > 0);
			end = start.value + size;
			for (uint64_t at = start.value; at < end; at += ram_run(m.ram, at, &data)) {
				(void)ram_run(m.ram, at, &data);
				assert_int_equal(data, VMW_PRESENT);
			}
			assert_true(++steps < 10000);
		}
		assert_true(steps > 1);
		assert_null(vmw_phys_next(m.reader, (vmw_phys){ UINT64_MAX }, &(vmw_phys){ 0 },
					  &size, &found));
		assert_false(found);
		machine_free(&m);
	}
}

static void a_read_of_nothing_or_past_the_end_of_all_is_misuse(void **state)
{
	struct machine m = machine_new(&kinds[0], NULL);
	struct vmw_page page;
	struct vmw_run run;
	char byte;

	machine_dump(&m, NULL, NULL);
	assert_error(vmw_read_phys(m.reader, (vmw_phys){ 0 }, &byte, 0, &run), VMW_ERROR_MISUSE,
		     "size of 0");
	assert_error(vmw_read_phys(m.reader, (vmw_phys){ UINT64_MAX }, &byte, 2, &run),
		     VMW_ERROR_MISUSE, "");
	assert_error(vmw_page_read(m.reader, (vmw_pfn){ 0 }, 0, &page), VMW_ERROR_MISUSE, "limit");
	machine_free(&m);
}

static void addresses_are_translated(void **state)
{
	for (size_t i = 0; i < KIND_COUNT; i++) {
		struct machine m = machine_new(&kinds[i], NULL);
		const struct vmw_mapping *block = &m.kernel.blocks[m.kernel.block_count - 1];
		struct vmw_translation t;
		bool mapped;

		machine_dump(&m, NULL, NULL);
		assert_null(vmw_translate(m.reader, (vmw_virt){ UINT64_C(0xc000000000123456) }, &t,
					  &mapped));
		assert_true(mapped);
		assert_int_equal(t.via, VMW_VIA_LINEAR);
		assert_int_equal(t.phys.value, 0x123456);

		assert_null(
			vmw_translate(m.reader, (vmw_virt){ block->virt.value + 72 }, &t, &mapped));
		assert_true(mapped);
		assert_int_equal(t.phys.value, block->phys.value + 72);
		assert_int_equal(t.size, block->size - 72);
		assert_int_equal(t.via, kinds[i].mmu == FAKE_HASH ? VMW_VIA_LIST : VMW_VIA_RADIX);
		assert_true(t.block_known);
		assert_int_equal(t.block.virt.value, block->virt.value);

		assert_null(vmw_translate(m.reader, (vmw_virt){ block->virt.value + block->size },
					  &t, &mapped));
		assert_false(mapped);
		machine_free(&m);
	}
}

static void a_vmemmap_address_without_a_record_is_missing(void **state)
{
	struct machine m = machine_new(
		&kinds[0], &(struct fake_kernel_spec){ .drop = "SYMBOL(vmemmap_list)" });
	struct vmw_translation t;
	bool mapped;

	machine_dump(&m, NULL, NULL);
	assert_error(vmw_translate(m.reader, (vmw_virt){ m.kernel.vmemmap_base }, &t, &mapped),
		     VMW_ERROR_MISSING, "vmemmap_list");
	assert_null(
		vmw_translate(m.reader, (vmw_virt){ UINT64_C(0xc000000000000010) }, &t, &mapped));
	assert_int_equal(t.phys.value, 0x10);
	machine_free(&m);
}

static void a_vmemmap_address_is_a_place_in_a_page(void **state)
{
	for (size_t i = 0; i < KIND_COUNT; i++) {
		struct machine m = machine_new(
			&kinds[i], &(struct fake_kernel_spec){ .drop = "SYMBOL(vmemmap_list)" });
		struct vmw_page_place place;

		/* Where no mapping is known too: it is arithmetic. */
		machine_dump(&m, NULL, NULL);
		assert_null(vmw_page_find(
			m.dump, (vmw_virt){ m.kernel.vmemmap_base + 100 * 64 + 26 }, &place));
		assert_int_equal(place.pfn.value, 100);
		assert_int_equal(place.offset, 26);
		assert_string_equal(place.field, "mapping");
		assert_int_equal(place.field_offset, 2);
		assert_error(vmw_page_find(m.dump, (vmw_virt){ m.kernel.vmemmap_base - 1 }, &place),
			     VMW_ERROR_MISUSE, "not in the vmemmap");
		machine_free(&m);
	}
}

/* ---- threads ---- */

enum { THREAD_COUNT = 4 };

struct thread {
	pthread_t id;
	const struct machine *machine;
	uint64_t sum;
	bool failed;
};

/* The sum of all first words, in an order of its own; no assertion, since those end one thread
 * only. */
static void *read_all_pages(void *arg)
{
	struct thread *thread = arg;
	uint64_t count = frame_count(thread->machine);
	uint64_t first = (uint64_t)((uintptr_t)thread & 0xfff);
	struct vmw_reader *reader;

	if (vmw_reader_new(thread->machine->dump, &reader)) {
		thread->failed = true;
		return NULL;
	}
	for (uint64_t i = 0; i < count && !thread->failed; i++) {
		struct vmw_page page;
		vmw_pfn pfn = { (first + i) % count };
		struct vmw_error *error = vmw_page_read(reader, pfn, 1, &page);

		thread->failed = error || page.data != VMW_PRESENT;
		vmw_error_free(error);
		if (!thread->failed)
			thread->sum += page.words[0];
	}
	vmw_reader_free(reader);
	return NULL;
}

static void threads_with_readers_of_their_own_agree(void **state)
{
	for (size_t i = 0; i < KIND_COUNT; i++) {
		struct machine m = machine_new(&kinds[i], NULL);
		struct thread threads[THREAD_COUNT] = { 0 };
		uint64_t count = frame_count(&m);

		machine_dump(&m,
			     &(struct fake_dump_spec){ .format = FAKE_KDUMP, .codec = FAKE_MIXED },
			     NULL);
		assert_null(vmw_dump_load(m.dump));
		for (size_t t = 0; t < THREAD_COUNT; t++) {
			threads[t].machine = &m;
			assert_int_equal(
				pthread_create(&threads[t].id, NULL, read_all_pages, &threads[t]),
				0);
		}
		for (size_t t = 0; t < THREAD_COUNT; t++) {
			assert_int_equal(pthread_join(threads[t].id, NULL), 0);
			assert_false(threads[t].failed);
			assert_int_equal(threads[t].sum, (count * (count - 1) / 2) << 24);
		}
		machine_free(&m);
	}
}

/* ---- the library itself ---- */

static void names_are_those_of_the_documents(void **state)
{
	assert_string_equal(vmw_data_name(VMW_PRESENT), "present");
	assert_string_equal(vmw_data_name(VMW_EXCLUDED), "excluded");
	assert_string_equal(vmw_data_name(VMW_LOST), "lost");
	assert_string_equal(vmw_data_name(VMW_NOT_DUMPED), "not-dumped");
	assert_string_equal(vmw_data_name(VMW_NO_PAGE), "no-page");
	assert_string_equal(vmw_data_name((enum vmw_data)99), "unknown");
	assert_string_equal(vmw_via_name(VMW_VIA_LINEAR), "linear");
	assert_string_equal(vmw_via_name(VMW_VIA_LIST), "list");
	assert_string_equal(vmw_via_name(VMW_VIA_RADIX), "radix");
	assert_string_equal(vmw_via_name((enum vmw_via)99), "unknown");
	assert_string_equal(vmw_version(), VMEMWALK_VERSION);
	assert_non_null(strstr(vmw_features(), "zlib"));
}

/* ---- what patched kernels export and keep ---- */

static void exported_lines_are_shown_with_what_agrees(void **state)
{
	for (size_t i = 0; i < KIND_COUNT; i++) {
		const struct kind *kind = &kinds[i];
		struct machine m = machine_new(
			kind,
			&(struct fake_kernel_spec){ .exports = true, .drop = "SYMBOL(kallsyms" });
		bool radix = kind->mmu == FAKE_RADIX;

		machine_dump(&m, NULL, NULL);
		assert_fact(m.dump, "memmap", "node-bits", "8");
		assert_fact(m.dump, "memmap", "zone-bits", "2");
		const struct vmw_fact *fact = find_fact(m.dump, "memmap", "zone-bits");
		assert_string_equal(fact->from, "VMCOREINFO NODES_WIDTH and ZONES_WIDTH");
		assert_string_equal(fact->note,
				    "LENGTH(node_data) and OFFSET(pglist_data.nr_zones) agree");
		assert_fact(m.dump, "memmap", "max-pfn",
			    kind->page_size == 4096 ? "0x4000" : "0x400");
		fact = find_fact(m.dump, "memmap", "max-pfn");
		assert_string_equal(fact->from, "max_pfn, at SYMBOL(max_pfn) of VMCOREINFO");
		fact = find_fact(m.dump, "memmap", "page-fields");
		assert_non_null(strstr(fact->from, "that of index agrees"));
		fact = find_fact(m.dump, "memmap", "index-sizes");
		assert_string_equal(fact->value, radix && kind->page_size == 4096 ? "13 9 9 9"
						 : radix                          ? "13 9 9 5"
						 : kind->page_size == 4096        ? "9 9 7 9"
										  : "8 10 10 8");
		assert_non_null(strstr(fact->note, "agree:"));
		if (!radix) {
			fact = find_fact(m.dump, "memmap", "list-block-size");
			assert_string_equal(
				fact->from,
				"VMCOREINFO VMEMMAP_BLOCK_SHIFT; mmu_psize_defs agrees");
		}
		assert_no_problems(m.dump);
		machine_free(&m);
	}
}

static void a_record_beside_page_tables_is_shown_and_compared(void **state)
{
	for (size_t i = 0; i < KIND_COUNT; i++) {
		struct machine m = machine_new(
			&kinds[i], &(struct fake_kernel_spec){ .keeps_blocks = true,
							       .drop = "SYMBOL(kallsyms" });
		bool radix = kinds[i].mmu == FAKE_RADIX;

		machine_dump(&m, NULL, NULL);
		assert_mappings_are_the_blocks(&m);
		if (radix) {
			assert_fact(m.dump, "memmap", "blocks-entries", "1");
			assert_fact(m.dump, "memmap", "blocks-complete", "yes");
			assert_string_equal(find_fact(m.dump, "memmap", "blocks-entries")->note,
					    "the page tables agree");
		} else {
			assert_fact(m.dump, "memmap", "blocks-entries", NULL);
		}
		assert_no_problems(m.dump);
		machine_free(&m);
	}
}

/* The page directory was filtered out. */
static struct machine machine_without_tables(const struct kind *kind)
{
	struct machine m = machine_new(kind, &(struct fake_kernel_spec){ .keeps_blocks = true });

	ram_set_data(m.ram, m.kernel.swapper_pg_dir, 65536, VMW_EXCLUDED);
	return m;
}

static void pages_whose_page_tables_are_lost_are_found_by_the_record(void **state)
{
	for (size_t i = 0; i < 3 * KIND_COUNT; i++) {
		const struct kind *kind = &kinds[i / 3];
		struct vmw_translation translation;
		struct vmw_page_state page_state;
		struct vmw_page page;
		bool mapped;

		if (kind->mmu == FAKE_HASH)
			continue;
		struct machine m = machine_without_tables(kind);
		machine_dump(&m, NULL, NULL);
		/* Whatever is asked first, and also where all is loaded before. */
		if (i % 3 == 1)
			assert_null(vmw_dump_load(m.dump));
		vmw_virt virt = { m.kernel.vmemmap_base + 5 * 64 };
		if (i % 3 == 2) {
			assert_null(vmw_translate(m.reader, virt, &translation, &mapped));
			assert_true(mapped);
		}
		assert_null(vmw_page_read(m.reader, (vmw_pfn){ 5 }, 1, &page));
		assert_int_equal(page.data, VMW_PRESENT);
		assert_int_equal(page.words[0], 5 << 24);
		assert_int_equal(page.pieces[0].block.source, VMW_SOURCE_BLOCKS);
		assert_int_equal(page.pieces[0].phys.value, m.kernel.blocks[0].phys.value + 5 * 64);
		assert_null(vmw_page_describe(m.reader, &page, &page_state));
		assert_null(vmw_translate(m.reader, virt, &translation, &mapped));
		assert_true(mapped);
		assert_int_equal(translation.via, VMW_VIA_BLOCKS);
		assert_int_equal(translation.phys.value, m.kernel.blocks[0].phys.value + 5 * 64);
		assert_string_equal(vmw_via_name(translation.via), "blocks");
		const struct vmw_problem *used = find_problem(m.dump, "blocks-used");
		assert_non_null(used);
		assert_int_equal(used->severity, VMW_WARNING);
		machine_free(&m);
	}
}

static void without_the_record_they_stay_lost(void **state)
{
	for (size_t i = 0; i < KIND_COUNT; i++) {
		struct vmw_translation translation;
		struct vmw_page page;
		bool mapped;

		if (kinds[i].mmu == FAKE_HASH)
			continue;
		struct machine m = machine_without_tables(&kinds[i]);
		/* It is there, and broken at its head. */
		ram_put_u64(m.ram, m.kernel.record_head, 0xdead);
		machine_dump(&m, NULL, NULL);
		assert_null(vmw_page_read(m.reader, (vmw_pfn){ 5 }, 1, &page));
		assert_int_equal(page.data, VMW_LOST);
		assert_error(vmw_translate(m.reader, (vmw_virt){ m.kernel.vmemmap_base },
					   &translation, &mapped),
			     VMW_ERROR_MISSING, "is not in the dump");
		assert_non_null(find_problem(m.dump, "blocks-broken"));
		assert_null(find_problem(m.dump, "blocks-used"));
		machine_free(&m);
	}
}

/* Lookups in page tables that are whole do not touch it: there it may be as broken as it likes. */
static void the_record_is_not_read_where_it_is_not_needed(void **state)
{
	for (size_t i = 0; i < KIND_COUNT; i++) {
		struct machine m = machine_new(
			&kinds[i], &(struct fake_kernel_spec){ .keeps_blocks = true,
							       .drop = "SYMBOL(kallsyms" });

		ram_put_u64(m.ram, m.kernel.record_head, 0xdead);
		machine_dump(&m, NULL, NULL);
		assert_pages_are_untouched(&m, m.reader);
		assert_no_problems(m.dump);
		machine_free(&m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_that_is_not_there_is_named),
		cmocka_unit_test(no_file_is_misuse),
		cmocka_unit_test(options_may_be_of_a_newer_version_if_they_are_zero),
		cmocka_unit_test(closing_and_freeing_nothing_is_fine),
		cmocka_unit_test(all_is_found_on_every_machine_and_in_every_format),
		cmocka_unit_test(of_two_kernels_in_one_image_the_crashed_one_answers),
		cmocka_unit_test(vmcoreinfo_is_given_as_it_stands),
		cmocka_unit_test(what_was_put_into_a_page_is_decoded),
		cmocka_unit_test(a_list_that_breaks_gives_what_stands_before),
		cmocka_unit_test(a_failure_is_told_again_to_each_who_asks),
		cmocka_unit_test(load_does_not_fail_for_what_the_dump_lacks),
		cmocka_unit_test(without_mem_section_the_mappings_tell_and_that_is_told),
		cmocka_unit_test(the_files_of_proc_end_with_max_pfn_until_5_5),
		cmocka_unit_test(of_pages_of_offline_memory_only_the_words_are_shown),
		cmocka_unit_test(each_fact_has_a_name_of_its_own_and_a_source),
		cmocka_unit_test(the_facts_are_those_of_the_machine),
		cmocka_unit_test(facts_from_the_dump_are_escaped),
		cmocka_unit_test(a_crash_time_that_is_none_is_unknown),
		cmocka_unit_test(memory_is_read_as_it_lies_and_up_to_a_change),
		cmocka_unit_test(holes_of_any_size_are_passed_over_in_one_step),
		cmocka_unit_test(a_read_of_nothing_or_past_the_end_of_all_is_misuse),
		cmocka_unit_test(addresses_are_translated),
		cmocka_unit_test(a_vmemmap_address_without_a_record_is_missing),
		cmocka_unit_test(a_vmemmap_address_is_a_place_in_a_page),
		cmocka_unit_test(threads_with_readers_of_their_own_agree),
		cmocka_unit_test(names_are_those_of_the_documents),
		cmocka_unit_test(exported_lines_are_shown_with_what_agrees),
		cmocka_unit_test(a_record_beside_page_tables_is_shown_and_compared),
		cmocka_unit_test(pages_whose_page_tables_are_lost_are_found_by_the_record),
		cmocka_unit_test(without_the_record_they_stay_lost),
		cmocka_unit_test(the_record_is_not_read_where_it_is_not_needed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
