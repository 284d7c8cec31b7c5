/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/types.h"

#include <fcntl.h>
#include <inttypes.h>
#include <libelf.h>
#include <stdlib.h>

#include "config.h"
#include "fake/btf.h"
#include "fake/kallsyms.h"
#include "fake/machine.h"
#include "kernel/btf.h"
#include "kernel/vmlinux.h"

#define LINEAR UINT64_C(0xc000000000000000)

enum {
	ETEXT = 0x1800000,
	BTF_PHYS = 0x2000004,
	INIT_BEGIN = 0x2800000,
	RESOURCE = 0x1780000,
	FEATURES = 0x1790000, /* a struct cpu_spec of 64 bytes, and the pointer to it behind it */
};

static const struct fake_symbol symbols_all[] = {
	{ 'T', "_stext", LINEAR },
	{ 'D', "crashk_res", LINEAR + RESOURCE },
	{ 'D', "cur_cpu_spec", LINEAR + FEATURES + 64 },
	{ 'D', "_etext", LINEAR + ETEXT },
	{ 'R', "__start_BTF", LINEAR + BTF_PHYS },
	{ 'R', "__stop_BTF", LINEAR + BTF_PHYS + 0x1000 },
	{ 'T', "_sinittext", LINEAR + INIT_BEGIN },
	{ 't', "btf_vmlinux_init", LINEAR + INIT_BEGIN + 64 },
	{ 'B', "max_pfn", LINEAR + 0x2900000 },
	{ 'B', "hstates", LINEAR + 0x2900010 },
};

#define SYMBOLS(list) .symbols = (list), .symbol_count = sizeof(list) / sizeof((list)[0])

/* What differs from the types that go with fake_kernel_put(). */
struct btf_spec {
	uint32_t page_size;         /* 64 */
	uint32_t printk_ringbuffer; /* its size: 88 */
	uint32_t resource_shift;    /* bytes before resource.start */
	uint32_t usage_offset;      /* of mem_section.usage: 8 */
	uint32_t subsection_map;    /* its offset: 16 */
	bool wide_features;         /* cpu_spec.mmu_features is a u64 */
	int32_t pg_lru;             /* 5 */
};

static unsigned char *btf_make(enum order order, struct btf_spec spec, size_t *ret_size)
{
	_cleanup_(fake_btf_freep) struct fake_btf *b = fake_btf_new(order);
	uint32_t shift = spec.resource_shift;
	uint32_t map = spec.subsection_map ? spec.subsection_map : 16;

	uint32_t u64 = fake_btf_int(b, "unsigned long", 8);
	uint32_t u32 = fake_btf_int(b, "unsigned int", 4);
	fake_btf_struct(b, "page", spec.page_size ? spec.page_size : 64, 3);
	fake_btf_member(b, "flags", u64, 0);
	fake_btf_member(b, "mapping", u64, 24 * 8);
	fake_btf_member(b, "_refcount", u32, 52 * 8);
	fake_btf_struct(b, "mem_section", 16, 2);
	fake_btf_member(b, "section_mem_map", u64, 0);
	fake_btf_member(b, "usage", u64, (spec.usage_offset ? spec.usage_offset : 8) * 8);
	fake_btf_struct(b, "mem_section_usage", map + 8, 1);
	fake_btf_member(b, "subsection_map", u64, map * 8);
	fake_btf_struct(b, "vmemmap_backing", 24, 2);
	fake_btf_member(b, "phys", u64, 64);
	fake_btf_member(b, "virt_addr", u64, 128);
	fake_btf_struct(b, "cpu_spec", 64, 1);
	fake_btf_member(b, "mmu_features", spec.wide_features ? u64 : u32, 32 * 8);
	fake_btf_struct(b, "resource", 16 + shift, 2);
	fake_btf_member(b, "start", u64, shift * 8);
	fake_btf_member(b, "end", u64, (8 + shift) * 8);
	fake_btf_struct(b, "printk_ringbuffer",
			spec.printk_ringbuffer ? spec.printk_ringbuffer : 88, 1);
	fake_btf_member(b, "fail", u64, 80 * 8);
	fake_btf_enum(b, "pageflags", 1);
	fake_btf_value(b, "PG_lru", spec.pg_lru ? spec.pg_lru : 5);
	return fake_btf_bytes(b, ret_size);
}

struct typed_spec {
	enum order order;
	const struct fake_symbol *symbols; /* symbols_all */
	size_t symbol_count;
	bool no_kallsyms;
	bool no_btf;
	struct btf_spec btf;
	const char *drop; /* of VMCOREINFO */
	const char *release;
	bool usage_without_rcu;
};

struct typed {
	struct fake_kallsyms symbols;
	struct machine machine;
};

static struct typed typed_make(struct typed_spec spec)
{
	struct typed t = { 0 };
	char drop[256];

	if (!spec.symbols) {
		spec.symbols = symbols_all;
		spec.symbol_count = sizeof(symbols_all) / sizeof(symbols_all[0]);
	}
	t.symbols = fake_kallsyms_new(&(struct fake_kallsyms_spec){
		.order = spec.order, .symbols = spec.symbols, .count = spec.symbol_count });
	/* Where kallsyms has it, instead. */
	snprintf(drop, sizeof(drop), "%s SYMBOL(cur_cpu_spec) %s", FAKE_KALLSYMS_DROP,
		 spec.drop ? spec.drop : "");
	t.machine = machine_new(.order = spec.order,
				.kernel = { .drop = drop,
					    .add = spec.no_kallsyms ? NULL : t.symbols.lines,
					    .release = spec.release,
					    .usage_without_rcu = spec.usage_without_rcu });
	fake_kallsyms_put(t.machine.ram, &t.symbols);
	if (!spec.no_btf) {
		size_t size;
		_cleanup_(freep) unsigned char *bytes = btf_make(spec.order, spec.btf, &size);
		ram_put(t.machine.ram, BTF_PHYS, bytes, size);
	}
	return t;
}
#define typed_new(...) typed_make((struct typed_spec){ __VA_ARGS__ })

static void typed_load(struct typed *t)
{
	struct machine *m = &t->machine;

	machine_open(m);
	assert_null(kernel_load_types(m->kernel, m->reader, m->problems));
}

static void typed_close(struct typed *t)
{
	machine_close(&t->machine);
	fake_kallsyms_free(&t->symbols);
}

static void assert_symbol(const struct typed *t, const char *name, uint64_t address)
{
	const char *from;
	vmw_virt virt;

	assert_true(kernel_symbol(t->machine.kernel, name, &virt, &from));
	assert_int_equal(virt.value, address);
	assert_string_equal(from, "kallsyms");
}

static bool has_symbol(const struct typed *t, const char *name)
{
	return kernel_symbol(t->machine.kernel, name, &(vmw_virt){ 0 }, NULL);
}

/* ---- kallsyms ---- */

static void what_vmcoreinfo_lacks_is_found_in_kallsyms(void **state)
{
	FOR_BOTH_ORDERS(order)
	{
		struct typed t = typed_new(.order = (enum order)order, .no_btf = true);

		machine_open(&t.machine);
		assert_false(has_symbol(&t, "max_pfn"));
		assert_string_equal(t.machine.kernel->kallsyms_from, "not loaded");
		assert_null(kernel_load_types(t.machine.kernel, t.machine.reader, NULL));
		assert_non_null(t.machine.kernel->kallsyms);
		assert_symbol(&t, "max_pfn", LINEAR + 0x2900000);
		/* Of no table, and so looked for each time. */
		assert_symbol(&t, "hstates", LINEAR + 0x2900010);
		assert_false(has_symbol(&t, "zero_pfn"));
		assert_false(has_symbol(&t, "no_such_symbol"));
		typed_close(&t);
	}
}

static void kallsyms_that_disagree_with_vmcoreinfo_are_not_used(void **state)
{
	static const struct fake_symbol wrong[] = {
		{ 'T', "_stext", LINEAR },
		{ 'B', "max_pfn", LINEAR + 0x2900000 },
		{ 'B', "vmemmap_list", LINEAR + 0x2a00000 },
	};
	FOR_BOTH_ORDERS(order)
	{
		struct typed t = typed_new(.order = (enum order)order, SYMBOLS(wrong),
					   .no_btf = true);

		typed_load(&t);
		assert_null(t.machine.kernel->kallsyms);
		assert_has(t.machine.kernel->kallsyms_from, "vmemmap_list is 0xc000000002a00000");
		assert_has(machine_problem(&t.machine, "kallsyms-differs"), "vmemmap_list");
		assert_false(has_symbol(&t, "max_pfn"));
		typed_close(&t);
	}
}

static void a_pointers_content_in_vmcoreinfo_is_no_disagreement(void **state)
{
	static const struct fake_symbol symbols[] = {
		{ 'T', "_stext", LINEAR },
		{ 'B', "vmemmap", LINEAR + 0x2a00000 },
		{ 'B', "mem_section", LINEAR + 0x2a00008 },
	};
	struct typed t = typed_new(SYMBOLS(symbols), .no_btf = true);

	typed_load(&t);
	assert_no_problems(&t.machine);
	assert_symbol(&t, "vmemmap", LINEAR + 0x2a00000);
	assert_symbol(&t, "mem_section", LINEAR + 0x2a00008);
	typed_close(&t);
}

static void no_kallsyms_is_no_problem(void **state)
{
	struct typed t = typed_new(.no_kallsyms = true, .no_btf = true);

	typed_load(&t);
	assert_null(t.machine.kernel->kallsyms);
	assert_has(t.machine.kernel->kallsyms_from, "VMCOREINFO has no SYMBOL(kallsyms_names)");
	assert_no_problems(&t.machine);
	typed_close(&t);
}

static void the_reservation_is_found_by_kallsyms(void **state)
{
	FOR_BOTH_ORDERS(order)
	{
		struct typed t = typed_new(.order = (enum order)order, .no_btf = true);

		ram_put_u64(t.machine.ram, RESOURCE, 0x1000000);
		ram_put_u64(t.machine.ram, RESOURCE + 8, 0x1ffffff);
		machine_open(&t.machine);
		assert_unknown(&t.machine.kernel->crash_start,
			       "the address of crashk_res is unknown");
		assert_null(kernel_load_types(t.machine.kernel, t.machine.reader, NULL));
		assert_known(&t.machine.kernel->crash_start, 0x1000000, "kallsyms");
		assert_known(&t.machine.kernel->crash_size, 0x1000000, "kallsyms");
		typed_close(&t);
	}
}

/* ---- whether to look for BTF ---- */

static void a_kernel_built_without_btf_is_not_searched(void **state)
{
	static const struct fake_symbol symbols[] = {
		{ 'T', "_stext", LINEAR },
		{ 'D', "_etext", LINEAR + ETEXT },
		{ 'T', "_sinittext", LINEAR + INIT_BEGIN },
	};
	struct typed t = typed_new(SYMBOLS(symbols));

	typed_load(&t);
	assert_null(t.machine.kernel->types);
	assert_has(t.machine.kernel->types_from, "built without BTF");
	assert_no_problems(&t.machine);
	typed_close(&t);
}

static void a_kernel_older_than_btf_is_not_searched(void **state)
{
	struct typed t = typed_new(.no_kallsyms = true, .release = "4.17.19-fake");

	typed_load(&t);
	assert_null(t.machine.kernel->types);
	assert_has(t.machine.kernel->types_from, "before 4.18");
	typed_close(&t);
}

#if HAVE_LIBBPF

/* ---- BTF ---- */

/* A kernel without CONFIG_KALLSYMS_ALL. */
static const struct fake_symbol symbols_text[] = {
	{ 'T', "_stext", LINEAR },
	{ 'D', "_etext", LINEAR + ETEXT },
	{ 'T', "_sinittext", LINEAR + INIT_BEGIN },
	{ 't', "btf_vmlinux_init", LINEAR + INIT_BEGIN + 64 },
};

static void btf_is_found_by_kallsyms_or_by_search(void **state)
{
	static const struct {
		const struct fake_symbol *symbols;
		size_t count;
		bool no_kallsyms;
		const char *from;
	} cases[] = {
		{ NULL, 0, false, "by kallsyms" },
		{ symbols_text, sizeof(symbols_text) / sizeof(symbols_text[0]), false,
		  "by search" },
		{ NULL, 0, true, "by search" },
	};

	FOR_BOTH_ORDERS(order)
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct typed t = typed_new(.order = (enum order)order, .symbols = cases[i].symbols,
					   .symbol_count = cases[i].count,
					   .no_kallsyms = cases[i].no_kallsyms);
		uint64_t size;

		typed_load(&t);
		assert_has(t.machine.kernel->types_from, cases[i].from);
		assert_has(t.machine.kernel->types_from, "0xc000000002000004");
		assert_true(btf_struct_size(t.machine.kernel->types, "page", &size));
		assert_int_equal(size, 64);
		assert_no_problems(&t.machine);
		typed_close(&t);
	}
}

static void types_of_another_kernel_are_not_used(void **state)
{
	static const struct {
		struct btf_spec btf;
		const char *message;
	} cases[] = {
		{ { .page_size = 72 }, "SIZE(page)" },
		{ { .printk_ringbuffer = 96 }, "SIZE(printk_ringbuffer)" },
		{ { .pg_lru = 4 }, "NUMBER(PG_lru)" },
	};

	FOR_BOTH_ORDERS(order)
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct typed t = typed_new(.order = (enum order)order, .btf = cases[i].btf);

		typed_load(&t);
		assert_null(t.machine.kernel->types);
		assert_has(t.machine.kernel->types_from, cases[i].message);
		const char *problem = machine_problem(&t.machine, "types-differ");
		assert_has(problem, cases[i].message);
		assert_has(problem, "not used");
		/* kallsyms is not its fault. */
		assert_symbol(&t, "max_pfn", LINEAR + 0x2900000);
		typed_close(&t);
	}
}

static void types_check_goes_through_all_lines(void **state)
{
	static const struct {
		const char *text;
		const char *message; /* NULL: they agree */
	} cases[] = {
		{ "SIZE(page)=64\n", NULL },
		{ "SIZE(page)=56\n", "SIZE(page) is 64, but 56 by VMCOREINFO" },
		{ "SIZE(page)=64\nOFFSET(page.mapping)=32\n",
		  "OFFSET(page.mapping) is 24, but 32" },
		{ "OFFSET(page.mapping)=24\nNUMBER(PG_lru)=4\n", "NUMBER(PG_lru) is 5, but 4" },
		/* Not in the types: no evidence. */
		{ "SIZE(page)=64\nSIZE(nodemask_t)=32\nOFFSET(zone.vm_stat)=7\nNUMBER(PG_x)=1\n"
		  "NUMBER(SECTION_SIZE_BITS)=24\nOFFSET(page)=3\n",
		  NULL },
	};
	_cleanup_(freep) unsigned char *bytes = NULL;
	_cleanup_(btf_types_freep) struct btf_types *types = NULL;
	size_t size;

	bytes = btf_make(ORDER_BIG, (struct btf_spec){ 0 }, &size);
	assert_null(btf_types_parse((struct span){ bytes, size }, ORDER_BIG, where_none(), &types));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		_cleanup_(vmcoreinfo_freep) struct vmcoreinfo *info = NULL;
		char text[512];

		snprintf(text, sizeof(text), "OSRELEASE=6.12.0\n%s", cases[i].text);
		assert_null(vmcoreinfo_parse((struct span){ (unsigned char *)text, strlen(text) },
					     &info));
		if (cases[i].message)
			assert_error(types_check(types, info), VMW_ERROR_BAD_DATA,
				     cases[i].message);
		else
			assert_null(types_check(types, info));
	}
	assert_error(types_check(types, NULL), VMW_ERROR_MISSING, "no line of VMCOREINFO");

	_cleanup_(vmcoreinfo_freep) struct vmcoreinfo *mute = NULL;
	static const char line[] = "OSRELEASE=6.12.0\n";
	assert_null(vmcoreinfo_parse((struct span){ (const unsigned char *)line, strlen(line) },
				     &mute));
	assert_error(types_check(types, mute), VMW_ERROR_MISSING, "no line of VMCOREINFO");
}

static void types_that_are_not_in_the_dump_are_missing(void **state)
{
	struct typed t = typed_new(.order = ORDER_BIG);

	ram_set_data(t.machine.ram, 0x2000000, 65536, VMW_EXCLUDED);
	typed_load(&t);
	assert_null(t.machine.kernel->types);
	assert_has(t.machine.kernel->types_from, "no segment of the dump covers it");
	assert_no_problems(&t.machine);
	typed_close(&t);
}

static void a_damaged_blob_is_not_used(void **state)
{
	struct typed t = typed_new(.order = ORDER_LITTLE);

	/* The name of the first type. */
	ram_put_u32(t.machine.ram, BTF_PHYS + BTF_HEADER_SIZE, 0x1f000000);
	typed_load(&t);
	assert_null(t.machine.kernel->types);
	assert_has(machine_problem(&t.machine, "types-bad"), "not used");
	typed_close(&t);
}

/* ---- what types tell ---- */

static void the_size_of_struct_page_is_told_by_btf(void **state)
{
	FOR_BOTH_ORDERS(order)
	{
		struct typed t = typed_new(.order = (enum order)order, .drop = "SIZE(page)",
					   .btf = { .page_size = 72 });

		typed_load(&t);
		assert_known(&t.machine.kernel->page_struct_size, 72, "BTF");
		typed_close(&t);
	}
}

static void struct_resource_is_read_as_its_type_says(void **state)
{
	FOR_BOTH_ORDERS(order)
	for (uint32_t shift = 0; shift <= 16; shift += 16) {
		struct typed t = typed_new(.order = (enum order)order,
					   .btf = { .resource_shift = shift });

		ram_put_u64(t.machine.ram, RESOURCE + shift, 0x1000000);
		ram_put_u64(t.machine.ram, RESOURCE + shift + 8, 0x13fffff);
		typed_load(&t);
		assert_known(&t.machine.kernel->crash_start, 0x1000000, "crashk_res");
		assert_known(&t.machine.kernel->crash_size, 0x400000, "crashk_res");
		typed_close(&t);
	}
	/* Further away than any kernel has it. */
	struct typed t = typed_new(.btf = { .resource_shift = 4096 });
	typed_load(&t);
	assert_unknown(&t.machine.kernel->crash_start, "struct resource");
	typed_close(&t);
}

static void mmu_features_are_read_as_their_type_says(void **state)
{
	FOR_BOTH_ORDERS(order)
	for (int wide = 0; wide < 2; wide++)
		for (int radix = 0; radix < 2; radix++) {
			struct typed t = typed_new(.order = (enum order)order,
						   .btf = { .wide_features = wide },
						   .drop = "NUMBER(RADIX_MMU) OFFSET(cpu_spec");
			uint64_t features = radix ? 0x40 : 0x01;

			ram_put_u64(t.machine.ram, FEATURES + 64, LINEAR + FEATURES);
			if (wide)
				ram_put_u64(t.machine.ram, FEATURES + 32, features);
			else
				ram_put_u32(t.machine.ram, FEATURES + 32, (uint32_t)features);
			typed_load(&t);
			/* The page directory says hash. */
			assert_known(&t.machine.kernel->mmu, MMU_HASH, "swapper_pg_dir");
			assert_has(t.machine.kernel->mmu.note, radix ? "differs:" : "agrees:");
			assert_has(t.machine.kernel->mmu.note, "cur_cpu_spec->mmu_features");
			assert_int_equal(machine_problem(&t.machine, "mmu-differs") != NULL, radix);
			typed_close(&t);
		}
}

static void the_layout_of_sections_is_compared(void **state)
{
	static const struct {
		struct btf_spec btf;
		bool without_rcu;
		bool agrees;
		uint64_t map;
	} cases[] = {
		{ { .subsection_map = 16 }, false, true, 16 },
		{ { .subsection_map = 24 }, false, false, 16 },
		{ { .subsection_map = 16 }, true, false, 0 },
	};

	FOR_BOTH_ORDERS(order)
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct typed t = typed_new(.order = (enum order)order, .btf = cases[i].btf,
					   .usage_without_rcu = cases[i].without_rcu);

		typed_load(&t);
		const struct sections *sections = t.machine.kernel->sections;
		assert_true(sections->usage_known);
		assert_int_equal(sections->usage_map_offset, cases[i].map);
		assert_int_equal(machine_problem(&t.machine, "section-types-differ") == NULL,
				 cases[i].agrees);
		typed_close(&t);
	}
}

static void the_layout_of_sections_is_told_where_their_content_does_not(void **state)
{
	struct typed t = typed_new(.order = ORDER_BIG, .btf = { .subsection_map = 24 });
	struct frame_run run;

	/* The usage of the first section that is read for it. */
	uint64_t usage = t.machine.fake.usage - 32;
	ram_put_u64(t.machine.ram, usage + 16, 0);
	ram_put_u64(t.machine.ram, usage + 24, 0x0f);
	typed_load(&t);
	assert_int_equal(t.machine.kernel->sections->usage_map_offset, 24);
	assert_null(sections_find(t.machine.kernel, t.machine.reader, pfn_at(0), 256, &run));
	assert_int_equal(run.count, 128);
	assert_true(run.online);
	typed_close(&t);
}

/* ---- vmlinux ---- */

static Elf_Scn *section_add(Elf *elf, uint32_t name, uint32_t type, Elf_Type data_type, void *bytes,
			    size_t size, uint32_t link)
{
	Elf_Scn *section = elf_newscn(elf);
	Elf_Data *data = elf_newdata(section);
	Elf64_Shdr *header = elf64_getshdr(section);

	data->d_buf = bytes;
	data->d_size = size;
	data->d_type = data_type;
	data->d_align = 1;
	header->sh_name = name;
	header->sh_type = type;
	header->sh_link = link;
	header->sh_entsize = type == SHT_SYMTAB ? sizeof(Elf64_Sym) : 0;
	return section;
}

/* A vmlinux of @m's kernel with @bytes in its .BTF, or, when they are NULL, without; the caller
 * frees its name. */
static char *vmlinux_new(struct machine *m, void *bytes, size_t size)
{
	static char names[] = "\0.text\0.strtab\0.symtab\0.BTF\0_stext\0init_uts_ns";
	char *path = machine_file(m, "vmlinux", "", 0);
	int fd = open(path, O_RDWR);

	assert_true(fd >= 0);
	elf_version(EV_CURRENT);
	Elf *elf = elf_begin(fd, ELF_C_WRITE, NULL);
	Elf64_Ehdr *header = elf64_newehdr(elf);
	header->e_ident[EI_DATA] = m->spec.order == ORDER_BIG ? ELFDATA2MSB : ELFDATA2LSB;
	header->e_machine = EM_PPC64;
	header->e_type = ET_EXEC;
	header->e_shstrndx = 2;
	Elf64_Sym table[3] = {
		{ .st_name = 0 },
		{ .st_name = 28, .st_value = LINEAR, .st_shndx = 1, .st_info = STB_GLOBAL << 4 },
		{ .st_name = 35,
		  .st_value = LINEAR + m->fake.uts,
		  .st_shndx = 1,
		  .st_info = STB_GLOBAL << 4 },
	};
	section_add(elf, 1, SHT_PROGBITS, ELF_T_BYTE, (char[16]){ 0 }, 16, 0);
	section_add(elf, 7, SHT_STRTAB, ELF_T_BYTE, names, sizeof(names), 0);
	section_add(elf, 15, SHT_SYMTAB, ELF_T_SYM, table, sizeof(table), 2);
	if (bytes)
		section_add(elf, 23, SHT_PROGBITS, ELF_T_BYTE, bytes, size, 0);
	assert_true(elf_update(elf, ELF_C_WRITE) > 0);
	elf_end(elf);
	close(fd);
	return path;
}

/* Load types with a --vmlinux that has @btf, or none. */
static char *load_with_vmlinux(struct typed *t, const struct btf_spec *btf)
{
	_cleanup_(freep) unsigned char *bytes = NULL;
	size_t size = 0;

	if (btf)
		bytes = btf_make(t->machine.spec.order, *btf, &size);
	machine_write(&t->machine);
	char *path = vmlinux_new(&t->machine, bytes, size);
	t->machine.spec.options.vmlinux = path;
	typed_load(t);
	return path;
}

static void a_vmlinux_overrides_the_dumps_own_types(void **state)
{
	FOR_BOTH_ORDERS(order)
	{
		struct typed t = typed_new(.order = (enum order)order);
		_cleanup_(freep) char *path = load_with_vmlinux(
			&t, &(struct btf_spec){ .resource_shift = 32 });
		uint64_t offset, size;

		assert_has(t.machine.kernel->types_from, "section .BTF of ");
		assert_has(t.machine.kernel->types_from, path);
		assert_true(
			btf_member(t.machine.kernel->types, "resource", "start", &offset, &size));
		assert_int_equal(offset, 32);
		assert_no_problems(&t.machine);
		typed_close(&t);
	}
}

static void a_vmlinux_without_types_leaves_it_to_the_dump(void **state)
{
	struct typed t = typed_new(.order = ORDER_BIG);
	_cleanup_(freep) char *path = load_with_vmlinux(&t, NULL);

	assert_non_null(path);
	assert_has(t.machine.kernel->types_from, "memory at ");
	assert_no_problems(&t.machine);
	typed_close(&t);

	struct typed none = typed_new(.order = ORDER_BIG, .no_btf = true);
	_cleanup_(freep) char *other = load_with_vmlinux(&none, NULL);
	assert_non_null(other);
	assert_null(none.machine.kernel->types);
	assert_non_null(none.machine.kernel->types_from);
	typed_close(&none);
}

static void a_vmlinux_with_types_of_another_kernel_is_a_problem(void **state)
{
	FOR_BOTH_ORDERS(order)
	{
		struct typed t = typed_new(.order = (enum order)order);
		_cleanup_(freep) char *path = load_with_vmlinux(
			&t, &(struct btf_spec){ .page_size = 72 });

		assert_non_null(path);
		assert_has(machine_problem(&t.machine, "types-differ"), "SIZE(page) is 72");
		assert_has(t.machine.kernel->types_from, "memory at ");
		typed_close(&t);
	}
}

static void a_section_of_a_vmlinux_is_bounded(void **state)
{
	struct typed t = typed_new(.order = ORDER_BIG);
	unsigned char content[64] = { 1, 2, 3 };
	unsigned char *bytes = NULL;
	size_t size = 0;

	machine_write(&t.machine);
	_cleanup_(freep) char *path = vmlinux_new(&t.machine, content, sizeof(content));
	assert_error(vmlinux_read_section(path, ".BTF", 63, &bytes, &size), VMW_ERROR_BAD_DATA,
		     "64 bytes, more than 63");
	assert_error(vmlinux_read_section(path, ".nothing", 64, &bytes, &size), VMW_ERROR_MISSING,
		     "has no section .nothing");
	assert_null(bytes);
	assert_null(vmlinux_read_section(path, ".BTF", 64, &bytes, &size));
	assert_int_equal(size, 64);
	assert_memory_equal(bytes, content, 64);
	free(bytes);

	/* Each cut of it is refused, or has all of the section. */
	off_t whole = 0;
	int fd = open(path, O_RDWR);
	assert_true(fd >= 0 && (whole = lseek(fd, 0, SEEK_END)) > 64);
	for (off_t length = whole - 1; length >= 0; length -= length > 256 ? 8 : 1) {
		bytes = NULL;
		assert_int_equal(ftruncate(fd, length), 0);
		struct vmw_error *error = vmlinux_read_section(path, ".BTF", 64, &bytes, &size);
		if (!error)
			assert_memory_equal(bytes, content, 64);
		vmw_error_free(error);
		free(bytes);
	}
	close(fd);
	typed_close(&t);
}

#else

static void a_build_without_libbpf_says_so(void **state)
{
	struct typed t = typed_new(.order = ORDER_BIG);

	typed_load(&t);
	assert_null(t.machine.kernel->types);
	assert_has(t.machine.kernel->types_from, "built without libbpf");
	assert_no_problems(&t.machine);
	typed_close(&t);
}

#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_vmcoreinfo_lacks_is_found_in_kallsyms),
		cmocka_unit_test(kallsyms_that_disagree_with_vmcoreinfo_are_not_used),
		cmocka_unit_test(a_pointers_content_in_vmcoreinfo_is_no_disagreement),
		cmocka_unit_test(no_kallsyms_is_no_problem),
		cmocka_unit_test(the_reservation_is_found_by_kallsyms),
		cmocka_unit_test(a_kernel_built_without_btf_is_not_searched),
		cmocka_unit_test(a_kernel_older_than_btf_is_not_searched),
#if HAVE_LIBBPF
		cmocka_unit_test(btf_is_found_by_kallsyms_or_by_search),
		cmocka_unit_test(types_of_another_kernel_are_not_used),
		cmocka_unit_test(types_check_goes_through_all_lines),
		cmocka_unit_test(types_that_are_not_in_the_dump_are_missing),
		cmocka_unit_test(a_damaged_blob_is_not_used),
		cmocka_unit_test(the_size_of_struct_page_is_told_by_btf),
		cmocka_unit_test(struct_resource_is_read_as_its_type_says),
		cmocka_unit_test(mmu_features_are_read_as_their_type_says),
		cmocka_unit_test(the_layout_of_sections_is_compared),
		cmocka_unit_test(the_layout_of_sections_is_told_where_their_content_does_not),
		cmocka_unit_test(a_vmlinux_overrides_the_dumps_own_types),
		cmocka_unit_test(a_vmlinux_without_types_leaves_it_to_the_dump),
		cmocka_unit_test(a_vmlinux_with_types_of_another_kernel_is_a_problem),
		cmocka_unit_test(a_section_of_a_vmlinux_is_bounded),
#else
		cmocka_unit_test(a_build_without_libbpf_says_so),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
