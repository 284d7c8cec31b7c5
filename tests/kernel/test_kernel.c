/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/kernel.h"

#include <inttypes.h>

#include "fake/machine.h"
#include "util/text.h"

#define LINEAR UINT64_C(0xc000000000000000)
#define MIB (UINT64_C(1) << 20)

/* ---- VMCOREINFO ---- */

static void vmcoreinfo_comes_from_the_note_or_the_header(void **state)
{
	FOR_BOTH_ORDERS(order)
	for (int kdump = 0; kdump < 2; kdump++) {
		struct machine m = machine_new(.order = (enum order)order,
					       .dump.format = kdump ? FAKE_KDUMP : FAKE_ELF);
		machine_open(&m);
		assert_non_null(m.kernel->vmcoreinfo);
		assert_has(m.kernel->vmcoreinfo_from, kdump ? "kdump header" : "ELF note");
		assert_string_equal(m.kernel->release, "6.12.0-fake");
		assert_has(m.kernel->release_from, "VMCOREINFO OSRELEASE");
		assert_no_problems(&m);
		machine_close(&m);
	}
}

static void a_file_is_used_instead_whether_text_or_note(void **state)
{
	FOR_BOTH_ORDERS(order)
	for (int note = 0; note < 3; note++) {
		struct machine m = machine_new(.order = (enum order)order, .no_vmcoreinfo = true);
		char bytes[24 + 65536] = { 0 };
		size_t size = strlen(m.fake.vmcoreinfo);

		machine_write(&m);
		if (note) {
			/* The last time padded, as a copied page is. */
			uint32_t head[3] = { 11, (uint32_t)size, 0 };
			for (size_t i = 0; i < 3; i++)
				head[i] = order == ORDER_BIG ? htobe32(head[i]) : htole32(head[i]);
			memcpy(bytes, head, sizeof(head));
			memcpy(bytes + 12, "VMCOREINFO", 10);
			memcpy(bytes + 24, m.fake.vmcoreinfo, size);
			size = note == 1 ? size + 24 : 4096;
		} else {
			memcpy(bytes, m.fake.vmcoreinfo, size);
		}
		_cleanup_(freep) char *path = machine_file(&m, "info.txt", bytes, size);
		m.spec.options.vmcoreinfo_file = path;
		machine_open(&m);
		assert_has(m.kernel->vmcoreinfo_from, "info.txt");
		assert_known(&m.kernel->page_shift, 16, "VMCOREINFO PAGESIZE");
		assert_non_null(m.kernel->sections);
		assert_no_problems(&m);
		machine_close(&m);
	}
}

static void assert_open_fails(struct machine *m, enum vmw_error_kind kind, const char *message,
			      const char *file)
{
	struct vmw_error *err = kernel_open(m->reader, &m->spec.options, m->problems, &m->kernel);

	assert_non_null(err);
	assert_non_null(err->file);
	assert_has(err->file, file);
	assert_error(err, kind, message);
	assert_null(m->kernel);
}

static void a_file_that_is_no_vmcoreinfo_is_an_error_that_names_it(void **state)
{
	char *large = malloc(200000);
	assert_non_null(large);
	memset(large, 'x', 200000);
	const struct {
		const char *bytes;
		size_t size;
		const char *message;
	} rows[] = {
		{ "", 0, "OSRELEASE" },
		{ "PAGESIZE=4096\n", 14, "OSRELEASE" },
		{ "\x7f"
		  "ELF",
		  4, "OSRELEASE" },
		{ large, 200000, "more than 65560 bytes" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct machine m = machine_new(.order = ORDER_BIG);
		machine_write(&m);
		_cleanup_(freep) char *path = machine_file(&m, "info.txt", rows[i].bytes,
							   rows[i].size);
		m.spec.options.vmcoreinfo_file = path;
		assert_open_fails(&m, VMW_ERROR_BAD_DATA, rows[i].message, "info.txt");
		machine_close(&m);
	}
	free(large);

	struct machine m = machine_new(.order = ORDER_BIG);
	machine_write(&m);
	m.spec.options.vmcoreinfo_file = "/nonexistent/info.txt";
	assert_open_fails(&m, VMW_ERROR_OS, "cannot open", "/nonexistent/info.txt");
	m.spec.options.vmcoreinfo_file = m.files.folder;
	assert_open_fails(&m, VMW_ERROR_OS, "cannot read", m.files.folder);
	machine_close(&m);
}

static void a_file_of_another_kernel_is_refused(void **state)
{
	FOR_BOTH_ORDERS(order)
	for (int with_uts = 0; with_uts < 2; with_uts++) {
		struct machine m = machine_new(.order = (enum order)order);
		char *other = strdup(m.fake.vmcoreinfo);
		memcpy(strstr(other, "6.12.0-fake"), "6.12.1-fake", 11);
		if (!with_uts)
			ram_set_data(m.ram, m.fake.uts & ~UINT64_C(0xffff), 65536, VMW_EXCLUDED);

		machine_write(&m);
		_cleanup_(freep) char *path = machine_file(&m, "info.txt", other, strlen(other));
		m.spec.options.vmcoreinfo_file = path;
		assert_open_fails(&m, VMW_ERROR_BAD_DATA,
				  with_uts ? "VMCOREINFO is of release 6.12.1-fake, but the dump "
					     "has 6.12.0-fake at init_uts_ns"
					   : "the dump's own is of 6.12.0-fake",
				  "info.txt");
		free(other);
		machine_close(&m);
	}
}

static void vmcoreinfo_of_another_kernel_than_memory_is_a_problem(void **state)
{
	FOR_BOTH_ORDERS(order)
	for (int zeros = 0; zeros < 2; zeros++) {
		struct machine m = machine_new(.order = (enum order)order);
		unsigned char name[65] = "5.10.0";

		if (zeros)
			name[0] = '\0';
		ram_put(m.ram, m.fake.uts + (zeros ? 0 : 130), name, 65);
		machine_open(&m);
		assert_has(machine_problem(&m, "vmcoreinfo-mismatch"),
			   zeros ? "but memory has no kernel's name" : "but memory has 5.10.0");
		machine_close(&m);
	}
}

static void header_and_note_of_different_kernels_are_a_problem(void **state)
{
	/* A kdump header has the text only; the note in an ELF file only. A file in the options is
	 * the second text here. */
	struct machine m = machine_new(.order = ORDER_BIG);
	char *other = strdup(m.fake.vmcoreinfo);
	memcpy(strstr(other, "6.12.0-fake"), "6.12.1-fake", 11);
	m.spec.dump.vmcoreinfo = other;

	machine_write(&m);
	_cleanup_(freep) char *path = machine_file(&m, "info.txt", m.fake.vmcoreinfo,
						   strlen(m.fake.vmcoreinfo));
	m.spec.options.vmcoreinfo_file = path;
	machine_open(&m);
	assert_string_equal(m.kernel->release, "6.12.0-fake");
	assert_has(machine_problem(&m, "vmcoreinfo-differs"),
		   "of release 6.12.0-fake, ELF note of 6.12.1-fake");
	free(other);
	machine_close(&m);
}

static void a_dump_without_vmcoreinfo_opens_and_says_why(void **state)
{
	FOR_BOTH_ORDERS(order)
	{
		struct machine m = machine_new(.order = (enum order)order, .no_vmcoreinfo = true);

		machine_open(&m);
		assert_null(m.kernel->vmcoreinfo);
		assert_non_null(m.kernel->vmcoreinfo_from);
		assert_null(m.kernel->release);
		assert_unknown(&m.kernel->page_shift, "no VMCOREINFO");
		assert_unknown(&m.kernel->page_struct_size, "no VMCOREINFO");
		assert_unknown(&m.kernel->vmemmap_base, "neither SYMBOL(vmemmap) nor mem_section");
		assert_unknown(&m.kernel->mmu, "the address of swapper_pg_dir is unknown");
		assert_unknown(&m.kernel->max_physmem_bits, "neither");
		assert_known(&m.kernel->section_size_bits, 24, "since 2.6.13");
		assert_null(m.kernel->sections);
		assert_has(m.kernel->sections_missing, "no VMCOREINFO");
		machine_close(&m);
	}
}

static void text_that_does_not_parse_is_passed_over(void **state)
{
	struct machine m = machine_new(.order = ORDER_BIG, .dump.vmcoreinfo = "PAGESIZE=65536\n");

	machine_open(&m);
	assert_null(m.kernel->vmcoreinfo);
	assert_has(machine_problem(&m, "vmcoreinfo-bad"), "ELF note: ");
	machine_close(&m);
}

static void vmcoreinfo_is_found_in_memory(void **state)
{
	FOR_BOTH_ORDERS(order)
	for (int foreign = 0; foreign < 2; foreign++) {
		struct machine m = machine_new(.order = (enum order)order, .no_vmcoreinfo = true,
					       .kernel = { .note_in_memory = true,
							   .crashtime = true },
					       .dump = { .format = FAKE_KDUMP,
							 .qemu = true,
							 .foreign_headers = foreign });
		machine_open(&m);
		assert_non_null(m.kernel->vmcoreinfo);
		assert_has(m.kernel->vmcoreinfo_from, "VMCOREINFO note in memory at physical 0x");
		assert_int_equal(m.kernel->order, order);
		assert_known(&m.kernel->page_shift, 16, "VMCOREINFO PAGESIZE");
		machine_close(&m);
	}
}

/* ---- byte order ---- */

static void the_order_is_that_of_the_machine_in_memory(void **state)
{
	FOR_BOTH_ORDERS(order)
	for (int foreign = 0; foreign < 2; foreign++)
		for (uint64_t offset = 0; offset <= 4; offset += 4) {
			struct machine m = machine_new(.order = (enum order)order,
						       .kernel.uts_name_offset = offset,
						       .dump = { .foreign_headers = foreign });
			machine_open(&m);
			assert_int_equal(m.kernel->order, order);
			assert_has(m.kernel->order_from,
				   order == ORDER_BIG ? "utsname.machine ppc64 in memory"
						      : "utsname.machine ppc64le in memory");
			assert_no_problems(&m);
			machine_close(&m);
		}
}

static void the_order_is_that_of_the_note_where_memory_does_not_tell(void **state)
{
	FOR_BOTH_ORDERS(order)
	for (int foreign = 0; foreign < 2; foreign++) {
		struct machine m = machine_new(.order = (enum order)order,
					       .dump = { .foreign_headers = foreign });
		ram_set_data(m.ram, m.fake.uts & ~UINT64_C(0xffff), 65536, VMW_NOT_DUMPED);
		machine_open(&m);
		assert_int_equal(m.kernel->order, order);
		assert_has(m.kernel->order_from, "VMCOREINFO note in the file");
		machine_close(&m);
	}
}

static void the_order_is_that_of_the_header_where_nothing_else_tells(void **state)
{
	FOR_BOTH_ORDERS(order)
	{
		struct machine m = machine_new(.order = (enum order)order, .no_vmcoreinfo = true,
					       .dump.format = FAKE_KDUMP);
		machine_open(&m);
		assert_int_equal(m.kernel->order, order);
		assert_has(m.kernel->order_from, "in the kdump header");
		assert_string_equal(m.kernel->release, "6.12.0-fake");
		assert_has(m.kernel->release_from, "kdump header");
		machine_close(&m);

		m = machine_new(.order = (enum order)order, .no_vmcoreinfo = true);
		machine_open(&m);
		assert_int_equal(m.kernel->order, order);
		assert_has(m.kernel->order_from, "nothing else tells");
		machine_close(&m);
	}
}

static void orders_that_differ_are_a_problem_and_memory_wins(void **state)
{
	FOR_BOTH_ORDERS(order)
	{
		/* A machine name that its note's header denies. */
		struct machine m = machine_new(.order = (enum order)order,
					       .kernel.machine = order == ORDER_BIG ? "ppc64le"
										    : "ppc64");
		machine_open(&m);
		assert_int_equal(m.kernel->order, order_other((enum order)order));
		assert_has(machine_problem(&m, "order-differs"), "init_uts_ns says ppc64");
		machine_close(&m);

		m = machine_new(.order = (enum order)order,
				.dump = { .format = FAKE_KDUMP,
					  .uts_machine = order == ORDER_BIG ? "ppc64le"
									    : "ppc64" });
		machine_open(&m);
		assert_int_equal(m.kernel->order, order);
		assert_has(machine_problem(&m, "order-differs"), "kdump header names the machine");
		machine_close(&m);
	}
}

/* ---- facts ---- */

static void the_page_size_is_that_of_vmcoreinfo(void **state)
{
	static const uint32_t frames[] = { 4096, 65536 };

	FOR_BOTH_ORDERS(order)
	for (size_t i = 0; i < 2; i++) {
		struct machine m = machine_new(.order = (enum order)order, .frame = frames[i],
					       .dump = { .format = FAKE_KDUMP,
							 .block_size = 65536 });
		machine_open(&m);
		assert_known(&m.kernel->page_shift, i ? 16 : 12, "VMCOREINFO PAGESIZE");
		if (i)
			assert_null(m.kernel->page_shift.note);
		else
			assert_has(m.kernel->page_shift.note, "blocks are 64 KiB");
		machine_close(&m);
	}
}

static void block_size_counts_only_where_makedumpfile_wrote_it(void **state)
{
	static const uint32_t frames[] = { 4096, 65536 };

	for (size_t i = 0; i < 4; i++) {
		bool qemu = i & 1;
		struct machine m = machine_new(.order = ORDER_LITTLE, .frame = frames[i / 2],
					       .no_vmcoreinfo = true,
					       .dump = { .format = FAKE_KDUMP, .qemu = qemu });
		machine_open(&m);
		if (qemu)
			assert_unknown(&m.kernel->page_shift, "files that QEMU writes");
		else
			assert_known(&m.kernel->page_shift, i / 2 ? 16 : 12,
				     "kdump block size, nothing else tells");
		machine_close(&m);
	}
}

static void a_value_out_of_its_bounds_is_unknown_and_a_problem(void **state)
{
	static const struct {
		const char *key, *value, *code, *why;
	} rows[] = {
		{ "PAGESIZE", "16384", "page-size-bad", "16384: neither 4096 nor 65536" },
		{ "PAGESIZE", "0", "page-size-bad", "neither" },
		{ "PAGESIZE", "65536x", "page-size-bad", "neither" },
		{ "SIZE(page)", "0", "struct-page-size-bad", "is 0: not a multiple" },
		{ "SIZE(page)", "48", "struct-page-size-bad", "48" },
		{ "SIZE(page)", "60", "struct-page-size-bad", "60" },
		{ "SIZE(page)", "136", "struct-page-size-bad", "136" },
		{ "SIZE(page)", "18446744073709551615", "struct-page-size-bad", "1844" },
		{ "NUMBER(SECTION_SIZE_BITS)", "23", "section-size-bad", "23" },
		{ "NUMBER(SECTION_SIZE_BITS)", "31", "section-size-bad", "31" },
		{ "NUMBER(SECTION_SIZE_BITS)", "-1", "section-size-bad", "-1" },
		{ "NUMBER(MAX_PHYSMEM_BITS)", "64", "max-physmem-bad", "64" },
		{ "NUMBER(MAX_PHYSMEM_BITS)", "-51", "max-physmem-bad", "-51" },
		{ "NUMBER(MAX_PHYSMEM_BITS)", "46", "max-physmem-differs", "room for 51" },
		{ "SYMBOL(vmemmap)", "c000000000001000", "vmemmap-base-bad", "no base" },
		{ "SYMBOL(vmemmap)", "c00a000000000000", "vmemmap-base-differs",
		  "gives 0xc00c000000000000" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		_cleanup_(freep) char *line = text_format("%s=%s\n", rows[i].key, rows[i].value);
		struct machine m = machine_new(.order = ORDER_LITTLE,
					       .kernel = { .drop = rows[i].key, .add = line });
		machine_open(&m);
		assert_has(machine_problem(&m, rows[i].code), rows[i].why);
		machine_close(&m);
	}
}

static void every_size_of_struct_page_within_bounds_is_taken(void **state)
{
	for (uint32_t size = 56; size <= 128; size += 8) {
		struct machine m = machine_new(.order = ORDER_LITTLE,
					       .kernel.page_struct_size = size);
		machine_open(&m);
		assert_known(&m.kernel->page_struct_size, size, "VMCOREINFO SIZE(page)");
		machine_close(&m);
	}
}

static void the_size_of_physical_memory_follows_from_mem_section(void **state)
{
	static const uint32_t frames[] = { 4096, 65536 };

	FOR_BOTH_ORDERS(order)
	for (size_t i = 0; i < 4; i++) {
		struct machine m = machine_new(.order = (enum order)order, .frame = frames[i / 2],
					       .kernel = { .section_size = i & 1 ? 16 : 32,
							   .drop = "NUMBER(" });
		machine_open(&m);
		assert_known(&m.kernel->max_physmem_bits, 51, "size of mem_section");
		assert_known(&m.kernel->section_size_bits, 24, "since 2.6.13");
		machine_close(&m);
	}
}

static void the_base_of_the_vmemmap_has_two_sources(void **state)
{
	struct machine m = machine_new(.order = ORDER_BIG);
	machine_open(&m);
	assert_known(&m.kernel->vmemmap_base, m.fake.vmemmap_base, "VMCOREINFO SYMBOL(vmemmap)");
	assert_has(m.kernel->vmemmap_base.note, "section_mem_map of section 0 agrees");
	machine_close(&m);

	m = machine_new(.order = ORDER_BIG, .kernel.drop = "SYMBOL(mem_section)");
	machine_open(&m);
	assert_known(&m.kernel->vmemmap_base, m.fake.vmemmap_base, "VMCOREINFO SYMBOL(vmemmap)");
	assert_null(m.kernel->vmemmap_base.note);
	machine_close(&m);

	m = machine_new(.order = ORDER_BIG, .kernel.drop = "SYMBOL(vmemmap)");
	machine_open(&m);
	assert_known(&m.kernel->vmemmap_base, m.fake.vmemmap_base, "section_mem_map of section 0");
	machine_close(&m);
}

static void the_linear_map_ends_where_vmalloc_starts(void **state)
{
	static const struct {
		uint32_t frame;
		enum fake_mmu mmu;
		uint64_t base; /* 0: unknown */
		const char *vmalloc;
		uint64_t end;
	} rows[] = {
		{ 65536, FAKE_HASH, UINT64_C(0xc00c000000000000), "0xc008000000000000",
		  UINT64_C(0xc008000000000000) },
		{ 4096, FAKE_HASH, UINT64_C(0xc0003f0000000000), "0xc0003d0000000000",
		  UINT64_C(0xc0003d0000000000) },
		{ 4096, FAKE_HASH, UINT64_C(0xc0003f0000000000), NULL,
		  UINT64_C(0xc0003d0000000000) },
		{ 4096, FAKE_HASH, UINT64_C(0xc000300000000000), NULL,
		  UINT64_C(0xc000100000000000) },
		{ 4096, FAKE_HASH, UINT64_C(0xf000000000000000), NULL,
		  UINT64_C(0xc008000000000000) },
		{ 4096, FAKE_HASH, UINT64_C(0xf000000000000000), "0xd000000000000000",
		  UINT64_C(0xc008000000000000) },
		{ 4096, FAKE_RADIX, UINT64_C(0xc00c000000000000), NULL,
		  UINT64_C(0xc008000000000000) },
		{ 4096, FAKE_HASH, 0, NULL, UINT64_C(0xc000100000000000) },
		{ 4096, FAKE_RADIX, 0, NULL, UINT64_C(0xc008000000000000) },
		{ 65536, FAKE_HASH, 0, NULL, UINT64_C(0xc008000000000000) },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		_cleanup_(freep) char *line = text_format("NUMBER(VMALLOC_START)=%s\n",
							  rows[i].vmalloc ? rows[i].vmalloc : "?");
		struct machine m = machine_new(
				.order = ORDER_LITTLE,
				.frame = rows[i]
				.frame,
				.kernel = {
					.mmu = rows[i].mmu,
					.vmemmap_base = rows[i].base,
					.drop = rows[i].base
							? "NUMBER(VMALLOC_START)"
							: "NUMBER(VMALLOC_START) SYMBOL(vmemmap) "
							  "SYMBOL(mem_section)",
					.add = line });
		machine_open(&m);
		assert_int_equal(m.kernel->linear_end, rows[i].end);
		assert_true(kernel_is_linear(m.kernel, virt_at(LINEAR)));
		assert_true(kernel_is_linear(m.kernel, virt_at(rows[i].end - 1)));
		assert_false(kernel_is_linear(m.kernel, virt_at(rows[i].end)));
		assert_false(kernel_is_linear(m.kernel, virt_at(LINEAR - 1)));
		assert_false(kernel_is_linear(m.kernel, virt_at(0)));
		assert_false(kernel_is_linear(m.kernel, virt_at(UINT64_MAX)));
		machine_close(&m);
	}
}

/* ---- symbols ---- */

/* A System.map of a fake kernel, with @more lines behind. */
static char *system_map(struct machine *m, const char *more)
{
	_cleanup_(freep) char *text = text_format("%016" PRIx64 " T _stext\n"
						  "%016" PRIx64 " B swapper_pg_dir\n"
						  "%016" PRIx64 " D init_uts_ns\n"
						  "%s",
						  LINEAR, LINEAR | m->fake.swapper_pg_dir,
						  LINEAR | m->fake.uts, more);

	return machine_file(m, "System.map", text, strlen(text));
}

static void the_capture_kernels_reservation_is_read_from_crashk_res(void **state)
{
	static const struct {
		uint64_t start, end;
		const char *why; /* NULL: known */
	} rows[] = {
		{ 0x8000000, 0xfffffff, NULL },
		{ 0x10000, 0x1ffff, NULL },
		{ 0, 0, "nothing was reserved" },
		{ 0x20000000, 0x1fffffff, "no reservation" },
		{ 0x20000000, 0x20000000, "no reservation" },
		{ 0x10000000, UINT64_MAX, "no reservation" },
		{ 0x10000001, 0x1fffffff, "no reservation" },
		{ UINT64_MAX - 1, UINT64_MAX, "no reservation" },
	};

	FOR_BOTH_ORDERS(order)
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct machine m = machine_new(.order = (enum order)order);
		uint64_t at = 40 * MIB;

		ram_put_u64(m.ram, at, rows[i].start);
		ram_put_u64(m.ram, at + 8, rows[i].end);
		machine_write(&m);
		_cleanup_(freep) char *more = text_format("%016" PRIx64 " D crashk_res\n",
							  LINEAR | at);
		_cleanup_(freep) char *path = system_map(&m, more);
		m.spec.options.system_map = path;
		machine_open(&m);
		if (rows[i].why) {
			assert_unknown(&m.kernel->crash_start, rows[i].why);
			assert_unknown(&m.kernel->crash_size, rows[i].why);
		} else {
			assert_known(&m.kernel->crash_start, rows[i].start, "System.map");
			assert_known(&m.kernel->crash_size, rows[i].end - rows[i].start + 1,
				     "crashk_res");
		}
		machine_close(&m);
	}
}

static void a_symbol_is_asked_of_vmcoreinfo_first_then_of_the_files(void **state)
{
	struct machine m = machine_new(.order = ORDER_BIG);
	const char *from;
	vmw_virt virt;

	machine_write(&m);
	_cleanup_(freep) char *path = system_map(&m, "c000000000001000 T only_here\n"
						     "c000000000002000 B mem_section\n");
	m.spec.options.system_map = path;
	machine_open(&m);
	assert_true(kernel_symbol(m.kernel, "init_uts_ns", &virt, &from));
	assert_int_equal(virt.value, LINEAR | m.fake.uts);
	assert_string_equal(from, "VMCOREINFO");
	assert_true(kernel_symbol(m.kernel, "only_here", &virt, &from));
	assert_int_equal(virt.value, LINEAR + 0x1000);
	assert_string_equal(from, "System.map");
	assert_true(kernel_symbol(m.kernel, "only_here", &virt, NULL));
	assert_false(kernel_symbol(m.kernel, "nowhere", &virt, &from));
	/* SYMBOL(mem_section) is no address of a variable; the map's is. */
	assert_true(kernel_symbol(m.kernel, "mem_section", &virt, &from));
	assert_int_equal(virt.value, LINEAR + 0x2000);
	assert_false(kernel_symbol(m.kernel, "vmemmap", &virt, &from));
	machine_close(&m);
}

static void a_map_of_another_kernel_is_an_error_that_names_it(void **state)
{
	struct machine m = machine_new(.order = ORDER_BIG);
	static const char text[] = "c000000000000000 T _stext\n"
				   "c000000001234560 D init_uts_ns\n"
				   "c000000001300000 B swapper_pg_dir\n";

	machine_write(&m);
	_cleanup_(freep) char *path = machine_file(&m, "System.map", text, strlen(text));
	m.spec.options.system_map = path;
	assert_open_fails(&m, VMW_ERROR_BAD_DATA, "", "System.map");
	m.spec.options.system_map = NULL;
	m.spec.options.vmlinux = path;
	assert_open_fails(&m, VMW_ERROR_BAD_DATA, "", "System.map");
	machine_close(&m);
}

static void a_map_alone_tells_release_order_and_mmu(void **state)
{
	FOR_BOTH_ORDERS(order)
	for (uint64_t offset = 0; offset <= 4; offset += 4) {
		struct machine m = machine_new(.order = (enum order)order, .no_vmcoreinfo = true,
					       .kernel.uts_name_offset = offset,
					       .dump.foreign_headers = true);
		machine_write(&m);
		_cleanup_(freep) char *path = system_map(&m, "");
		m.spec.options.system_map = path;
		machine_open(&m);
		assert_null(m.kernel->vmcoreinfo);
		assert_string_equal(m.kernel->release, "6.12.0-fake");
		assert_has(m.kernel->release_from, "init_uts_ns");
		assert_int_equal(m.kernel->order, order);
		assert_known(&m.kernel->mmu, MMU_HASH, "swapper_pg_dir");
		machine_close(&m);
	}
}

/* ---- memory ---- */

static void memory_is_read_in_the_kernels_order(void **state)
{
	FOR_BOTH_ORDERS(order)
	{
		struct machine m = machine_new(.order = (enum order)order,
					       .dump.foreign_headers = true);
		uint64_t at = 40 * MIB + 65532, word;
		uint32_t half;

		ram_put_u64(m.ram, at, UINT64_C(0x0123456789abcdef));
		machine_open(&m);
		assert_null(kernel_read_u64(m.kernel, m.reader, virt_at(LINEAR | at), "x", &word));
		assert_int_equal(word, UINT64_C(0x0123456789abcdef));
		assert_null(kernel_read_u32(m.kernel, m.reader, virt_at(LINEAR | at), "x", &half));
		assert_int_equal(half, order == ORDER_BIG ? 0x01234567 : 0x89abcdef);
		machine_close(&m);
	}
}

static void a_missing_byte_is_named_with_its_place_and_reason(void **state)
{
	struct machine m = machine_new(.order = ORDER_BIG, .dump.format = FAKE_KDUMP);
	uint64_t at = 40 * MIB + 65532, word;

	ram_set_data(m.ram, 40 * MIB + 65536, 65536, VMW_EXCLUDED);
	machine_open(&m);
	struct vmw_error *err = kernel_read_u64(m.kernel, m.reader, virt_at(LINEAR | at),
						"vmemmap_list", &word);
	assert_non_null(err);
	assert_int_equal(err->where.space, VMW_SPACE_PHYS);
	assert_int_equal(err->where.address, 40 * MIB + 65536);
	assert_error(err, VMW_ERROR_MISSING,
		     "vmemmap_list at 0xc00000000280fffc: physical 0x2810000: filtered out");
	machine_close(&m);
}

static void an_address_outside_the_linear_map_is_bad_data(void **state)
{
	static const uint64_t addresses[] = {
		0,
		UINT64_C(0x100000),
		UINT64_C(0xbfffffffffffffff),
		UINT64_C(0xbffffffffffffffc), /* ends within it */
		UINT64_C(0xc0003d0000000000),
		UINT64_C(0xc0003cfffffffffc), /* ends behind it */
		UINT64_C(0xc0003f0000000000),
		UINT64_C(0xc00c000000000000),
		UINT64_C(0xfffffffffffffffc),
	};
	struct machine m = machine_new(.order = ORDER_LITTLE, .frame = 4096);
	uint64_t word;

	machine_open(&m);
	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++)
		assert_error(kernel_read_u64(m.kernel, m.reader, virt_at(addresses[i]), "entry 3",
					     &word),
			     VMW_ERROR_BAD_DATA, "not an address of the linear map");
	assert_null(kernel_read(m.kernel, m.reader, virt_at(0), &word, 0, "nothing"));
	machine_close(&m);
}

/* ---- the rest ---- */

static void a_fact_that_is_required_is_there_or_says_why_not(void **state)
{
	const struct known known = { .is_known = true, .value = 42, .from = "somewhere" };
	const struct known unknown = { .from = "no VMCOREINFO" };
	const struct known blank = { 0 };
	uint64_t value = 0;

	assert_null(known_require(&known, "page size", &value));
	assert_int_equal(value, 42);
	assert_error(known_require(&unknown, "page size", &value), VMW_ERROR_MISSING,
		     "page size is unknown: no VMCOREINFO");
	assert_error(known_require(&blank, "page size", &value), VMW_ERROR_MISSING,
		     "page size is unknown: nothing tells it");
}

static void kept_strings_are_escaped(void **state)
{
	struct machine m = machine_new(.order = ORDER_BIG);

	machine_open(&m);
	assert_string_equal(kernel_string(m.kernel, "a %s b", "\x1b[31m"), "a \\x1b[31m b");
	machine_close(&m);
}

/* No byte of VMCOREINFO that is changed makes anything but an answer or an error. */
static void damaged_text_opens_or_fails_cleanly(void **state)
{
	struct machine m = machine_new(.order = ORDER_BIG);
	size_t size = strlen(m.fake.vmcoreinfo);

	for (size_t i = 0; i < size; i += 61) {
		_cleanup_(freep) char *text = strdup(m.fake.vmcoreinfo);
		for (size_t j = i; j < size; j += 300)
			text[j] = (char)('0' + (i + j) % 75);
		m.spec.dump.vmcoreinfo = text;
		machine_write(&m);
		vmw_error_free(kernel_open(m.reader, &m.spec.options, m.problems, &m.kernel));
		kernel_close(TAKE(m.kernel));
		reader_free(TAKE(m.reader));
		dump_close(TAKE(m.dump));
		problems_free(TAKE(m.problems));
		fake_files_free(&m.files);
	}
	machine_close(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vmcoreinfo_comes_from_the_note_or_the_header),
		cmocka_unit_test(a_file_is_used_instead_whether_text_or_note),
		cmocka_unit_test(a_file_that_is_no_vmcoreinfo_is_an_error_that_names_it),
		cmocka_unit_test(a_file_of_another_kernel_is_refused),
		cmocka_unit_test(vmcoreinfo_of_another_kernel_than_memory_is_a_problem),
		cmocka_unit_test(header_and_note_of_different_kernels_are_a_problem),
		cmocka_unit_test(a_dump_without_vmcoreinfo_opens_and_says_why),
		cmocka_unit_test(text_that_does_not_parse_is_passed_over),
		cmocka_unit_test(vmcoreinfo_is_found_in_memory),
		cmocka_unit_test(the_order_is_that_of_the_machine_in_memory),
		cmocka_unit_test(the_order_is_that_of_the_note_where_memory_does_not_tell),
		cmocka_unit_test(the_order_is_that_of_the_header_where_nothing_else_tells),
		cmocka_unit_test(orders_that_differ_are_a_problem_and_memory_wins),
		cmocka_unit_test(the_page_size_is_that_of_vmcoreinfo),
		cmocka_unit_test(block_size_counts_only_where_makedumpfile_wrote_it),
		cmocka_unit_test(a_value_out_of_its_bounds_is_unknown_and_a_problem),
		cmocka_unit_test(every_size_of_struct_page_within_bounds_is_taken),
		cmocka_unit_test(the_size_of_physical_memory_follows_from_mem_section),
		cmocka_unit_test(the_base_of_the_vmemmap_has_two_sources),
		cmocka_unit_test(the_linear_map_ends_where_vmalloc_starts),
		cmocka_unit_test(the_capture_kernels_reservation_is_read_from_crashk_res),
		cmocka_unit_test(a_symbol_is_asked_of_vmcoreinfo_first_then_of_the_files),
		cmocka_unit_test(a_map_of_another_kernel_is_an_error_that_names_it),
		cmocka_unit_test(a_map_alone_tells_release_order_and_mmu),
		cmocka_unit_test(memory_is_read_in_the_kernels_order),
		cmocka_unit_test(a_missing_byte_is_named_with_its_place_and_reason),
		cmocka_unit_test(an_address_outside_the_linear_map_is_bad_data),
		cmocka_unit_test(a_fact_that_is_required_is_there_or_says_why_not),
		cmocka_unit_test(kept_strings_are_escaped),
		cmocka_unit_test(damaged_text_opens_or_fails_cleanly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
