/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Damage dumps at random and ask everything of them: whatever the file holds, the library must come
 * back soon, with an answer that keeps its own rules or with an error. Damage is done to the file,
 * to the kernel's records in the memory that it holds, or to both. Prints TAP.
 *
 * usage: mutate COUNT [FIRST-CASE [KIND]]
 *
 * COUNT damaged files of each kind, or of the KIND-th alone. Cases are numbered and the same in
 * every run, so that a crash (stderr names the case) can be had again under a debugger. A case that
 * takes ten seconds is ended by SIGALRM.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fake/btf.h"
#include "fake/dump.h"
#include "fake/kallsyms.h"
#include "fake/kernel.h"
#include "vmemwalk.h"

enum { CASE_SECONDS = 10 };

/* A kind of file: what is damaged, and how it is made. */
struct kind {
	const char *name;
	enum order order;
	uint32_t page_size;
	enum fake_mmu mmu;
	bool in_memory; /* VMCOREINFO must be searched for */
	struct fake_dump_spec dump;
	bool types;   /* it has kallsyms and BTF */
	bool patched; /* with all that the patches of producer/ export and keep */
};

static const struct kind kinds[] = {
	{ .name = "elf",
	  .order = ORDER_BIG,
	  .page_size = 65536,
	  .mmu = FAKE_HASH,
	  .dump = { .format = FAKE_ELF } },
	{ .name = "elf with PN_XNUM and its headers last",
	  .order = ORDER_LITTLE,
	  .page_size = 4096,
	  .mmu = FAKE_HASH,
	  .dump = { .format = FAKE_ELF, .xnum = true, .headers_last = true } },
	{ .name = "elf of a radix kernel",
	  .order = ORDER_LITTLE,
	  .page_size = 65536,
	  .mmu = FAKE_RADIX,
	  .dump = { .format = FAKE_ELF, .excluded_as_memsz = true } },
	{ .name = "elf of QEMU",
	  .order = ORDER_LITTLE,
	  .page_size = 65536,
	  .mmu = FAKE_HASH,
	  .in_memory = true,
	  .dump = { .format = FAKE_ELF, .foreign_headers = true } },
	{ .name = "kdump",
	  .order = ORDER_BIG,
	  .page_size = 65536,
	  .mmu = FAKE_HASH,
	  .dump = { .format = FAKE_KDUMP, .codec = FAKE_MIXED } },
	{ .name = "kdump version 1",
	  .order = ORDER_LITTLE,
	  .page_size = 4096,
	  .mmu = FAKE_HASH,
	  .in_memory = true,
	  .dump = { .format = FAKE_KDUMP, .codec = FAKE_ZLIB, .header_version = 1 } },
	{ .name = "kdump of a radix kernel",
	  .order = ORDER_BIG,
	  .page_size = 4096,
	  .mmu = FAKE_RADIX,
	  .dump = { .format = FAKE_KDUMP, .codec = FAKE_LZO } },
	{ .name = "split kdump",
	  .order = ORDER_LITTLE,
	  .page_size = 65536,
	  .mmu = FAKE_HASH,
	  .dump = { .format = FAKE_KDUMP, .codec = FAKE_ZSTD, .parts = 3 } },
	{ .name = "flattened kdump",
	  .order = ORDER_BIG,
	  .page_size = 65536,
	  .mmu = FAKE_HASH,
	  .dump = { .format = FAKE_KDUMP,
		    .codec = FAKE_SNAPPY,
		    .flattened = true,
		    .flat_shuffled = true } },
	{ .name = "flattened elf",
	  .order = ORDER_LITTLE,
	  .page_size = 65536,
	  .mmu = FAKE_HASH,
	  .dump = { .format = FAKE_ELF, .flattened = true } },
	{ .name = "elf with kallsyms and BTF",
	  .order = ORDER_LITTLE,
	  .page_size = 4096,
	  .mmu = FAKE_RADIX,
	  .types = true,
	  .dump = { .format = FAKE_ELF } },
	{ .name = "kdump with kallsyms and BTF",
	  .order = ORDER_BIG,
	  .page_size = 65536,
	  .mmu = FAKE_HASH,
	  .types = true,
	  .dump = { .format = FAKE_KDUMP, .codec = FAKE_STORED } },
	{ .name = "elf of a patched radix kernel",
	  .order = ORDER_BIG,
	  .page_size = 4096,
	  .mmu = FAKE_RADIX,
	  .patched = true,
	  .dump = { .format = FAKE_ELF } },
	{ .name = "kdump of a patched radix kernel",
	  .order = ORDER_LITTLE,
	  .page_size = 65536,
	  .mmu = FAKE_RADIX,
	  .in_memory = true,
	  .patched = true,
	  .dump = { .format = FAKE_KDUMP, .codec = FAKE_ZLIB } },
	{ .name = "elf of a patched hash kernel",
	  .order = ORDER_LITTLE,
	  .page_size = 4096,
	  .mmu = FAKE_HASH,
	  .patched = true,
	  .dump = { .format = FAKE_ELF } },
};

/* What is worth writing into a field. */
static const uint64_t nasty[] = {
	0,
	1,
	2,
	7,
	8,
	0x3f,
	0x40,
	0xff,
	0xfff,
	0x1000,
	0xffff,
	0x10000,
	0x7fffffff,
	0x80000000,
	0xffffffff,
	0x100000000,
	0x7fffffffffffffff,
	0x8000000000000000,
	0xfffffffffffff000,
	0xffffffffffffffff,
	0xc000000000000000,
	0xc00c000000000000,
};

static uint64_t random_state;

/* xorshift64*. */
static uint64_t random_below(uint64_t limit)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return (random_state * UINT64_C(0x2545f4914f6cdd1d) >> 11) % limit;
}

/* Where damage tells: mostly among the headers, at the start or the end, else anywhere. */
static uint64_t pick_offset(uint64_t size)
{
	switch (random_below(6)) {
	case 0:
		return random_below(size);
	case 1:
		return size - 1 - random_below(size < 4096 ? size : 4096);
	case 2:
		return random_below(size < 262144 ? size : 262144);
	case 3:
		/* The kdump sub-header. */
		return (random_below(2) ? 4096 : 65536) % size + random_below(128) % size;
	default:
		return random_below(size < 1024 ? size : 1024);
	}
}

/* ---- the kernel's records ---- */

enum {
	LINEAR_HEX = 0xc, /* the top digit of addresses in the linear map */
	KALLSYMS_PHYS = 16 << 20,
	BTF_PHYS = (32 << 20) + 4,
};

/* Pieces of memory that are read as something. */
struct records {
	struct record {
		uint64_t start, size;
	} list[64];
	size_t count;
};

static void records_add(struct records *records, uint64_t start, uint64_t size)
{
	if (start != 0 && size != 0 &&
	    records->count < sizeof(records->list) / sizeof(records->list[0]))
		records->list[records->count++] = (struct record){ start, size };
}

static void records_of_kernel(const struct fake_kernel *kernel, struct records *ret)
{
	records_add(ret, kernel->list_head, 8);
	for (size_t i = 0; i < kernel->entry_count && i < 8; i++)
		records_add(ret, kernel->entries[i], 24);
	records_add(ret, kernel->psize_index, 4);
	records_add(ret, kernel->psize_defs, 1536);
	records_add(ret, kernel->cpu_spec, 64);
	records_add(ret, kernel->mem_section, 256);
	records_add(ret, kernel->usage, 256);
	records_add(ret, kernel->swapper_pg_dir, 65536);
	records_add(ret, kernel->uts, 390);
	records_add(ret, kernel->note_page, 4096);
	records_add(ret, kernel->text_page, 4096);
	for (size_t i = 0; i < kernel->block_count && i < 4; i++)
		records_add(ret, kernel->blocks[i].phys.value,
			    kernel->blocks[i].size < 8192 ? kernel->blocks[i].size : 8192);
}

static unsigned char *types_make(enum order order, size_t *ret_size)
{
	struct fake_btf *b = fake_btf_new(order);
	uint32_t u64 = fake_btf_int(b, "unsigned long", 8);
	uint32_t u32 = fake_btf_int(b, "unsigned int", 4);
	uint32_t list_head = fake_btf_struct(b, "list_head", 16, 2);

	fake_btf_member(b, "next", u64, 0);
	fake_btf_member(b, "prev", u64, 64);
	uint32_t array = fake_btf_array(b, list_head, u32, 5);
	uint32_t pointer = fake_btf_pointer(b, u64);
	uint32_t unnamed = fake_btf_union(b, NULL, 16, 2);
	fake_btf_member(b, "lru", list_head, 0);
	fake_btf_member(b, "compound_head", u64, 0);
	fake_btf_struct(b, "page", 64, 4);
	fake_btf_member(b, "flags", u64, 0);
	fake_btf_member(b, NULL, unnamed, 8 * 8);
	fake_btf_member(b, "mapping", u64, 24 * 8);
	fake_btf_member(b, "_refcount", u32, 52 * 8);
	fake_btf_struct(b, "free_area", 88, 1);
	fake_btf_member(b, "free_list", array, 0);
	fake_btf_struct(b, "mem_section", 16, 2);
	fake_btf_member(b, "section_mem_map", u64, 0);
	fake_btf_member(b, "usage", pointer, 64);
	fake_btf_enum(b, "pageflags", 2);
	fake_btf_value(b, "PG_locked", 0);
	fake_btf_value(b, "PG_lru", 5);
	unsigned char *bytes = fake_btf_bytes(b, ret_size);
	fake_btf_free(b);
	return bytes;
}

/* What the tables of kallsyms name. */
static struct fake_kallsyms symbols_make(enum order order, size_t types_size)
{
	static const uint64_t linear = (uint64_t)LINEAR_HEX << 60;
	const struct fake_symbol symbols[] = {
		{ 'T', "_stext", linear },
		{ 'D', "_etext", linear + (24 << 20) },
		{ 'R', "__start_BTF", linear + BTF_PHYS },
		{ 'R', "__stop_BTF", linear + BTF_PHYS + types_size },
		{ 'T', "__init_begin", linear + (40 << 20) },
		{ 't', "btf_vmlinux_init", linear + (40 << 20) + 64 },
		{ 'B', "max_pfn", linear + (41 << 20) },
		{ 'B', "zero_pfn", linear + (41 << 20) + 8 },
	};

	return fake_kallsyms_new(
		&(struct fake_kallsyms_spec){ .order = order,
					      .symbols = symbols,
					      .count = sizeof(symbols) / sizeof(symbols[0]),
					      .phys = KALLSYMS_PHYS });
}

/* ---- damage ---- */

/* A value that is worth writing, of @width bytes, in either order. */
static void pick_bytes(unsigned char *bytes, size_t width)
{
	uint64_t value = nasty[random_below(sizeof(nasty) / sizeof(nasty[0]))];

	if (random_below(4) == 0)
		value = random_below(UINT64_MAX);
	for (size_t i = 0; i < width; i++)
		bytes[i] = (unsigned char)(value >> 8 * (random_below(2) ? i : width - 1 - i));
}

/* A piece of memory as it was, to be put back. */
struct undo {
	uint64_t phys;
	unsigned char bytes[8];
};

enum { UNDO_MAX = 4 };

static size_t damage_records(struct ram *ram, const struct records *records, struct undo *ret)
{
	size_t count = 1 + random_below(UNDO_MAX);

	for (size_t i = 0; i < count; i++) {
		const struct record *record = &records->list[random_below(records->count)];
		size_t width = (size_t)1 << random_below(4);
		uint64_t offset = random_below(record->size);
		unsigned char bytes[8];

		if (random_below(4))
			offset &= ~(uint64_t)(width - 1);
		ret[i].phys = record->start + offset;
		ram_get(ram, ret[i].phys, ret[i].bytes, sizeof(ret[i].bytes));
		memcpy(bytes, ret[i].bytes, sizeof(bytes));
		pick_bytes(bytes, width);
		/* Half of the time near to what was there: a pointer that is off by one. */
		if (random_below(2))
			for (size_t n = 1; n < width; n++)
				bytes[n] = ret[i].bytes[n];
		ram_put(ram, ret[i].phys, bytes, sizeof(bytes));
	}
	return count;
}

static void undo_all(struct ram *ram, const struct undo *undo, size_t count)
{
	while (count-- > 0)
		ram_put(ram, undo[count].phys, undo[count].bytes, sizeof(undo[count].bytes));
}

static void damage_file(const char *path)
{
	uint64_t size = fake_file_size(path);

	if (size == 0)
		return;
	if (random_below(8) == 0)
		fake_file_cut(path, random_below(size));
	for (uint64_t times = 1 + random_below(4); times > 0; times--) {
		unsigned char bytes[8];
		size_t width = (size_t)1 << random_below(4);

		pick_bytes(bytes, width);
		size = fake_file_size(path);
		if (size < width)
			return;
		uint64_t offset = pick_offset(size);
		if (random_below(2))
			offset &= ~(uint64_t)(width - 1);
		if (offset > size - width)
			offset = size - width;
		fake_file_patch(path, offset, bytes, width);
	}
}

#define RULE(condition)                                                                 \
	do {                                                                            \
		if (!(condition)) {                                                     \
			printf("# rule broken at line %d: %s\n", __LINE__, #condition); \
			fflush(stdout);                                                 \
			abort();                                                        \
		}                                                                       \
	} while (0)

/* Whether the answer is good; a failure is one too, if it keeps the rules of failures. */
static bool good(struct vmw_error *error)
{
	if (!error)
		return true;
	RULE(error->message && *error->message && !strchr(error->message, '\n'));
	RULE(error->kind <= VMW_ERROR_MISUSE);
	vmw_error_free(error);
	return false;
}

static void ask_mappings(struct vmw_dump *dump)
{
	const struct vmw_mapping *mappings;
	size_t count;
	bool complete;

	if (!good(vmw_dump_mappings(dump, &mappings, &count, &complete)))
		return;
	for (size_t i = 0; i < count; i++) {
		RULE(mappings[i].size > 0);
		RULE(mappings[i].virt.value + mappings[i].size - 1 >= mappings[i].virt.value);
		RULE(i == 0 ||
		     mappings[i - 1].virt.value + mappings[i - 1].size <= mappings[i].virt.value);
	}
}

static void ask_what_it_is(struct vmw_reader *reader, const struct vmw_page *page)
{
	struct vmw_page_state state;

	if (!good(vmw_page_describe(reader, page, &state)))
		return;
	RULE(state.state <= VMW_STATE_KERNEL);
	RULE(page->data != VMW_NO_PAGE || state.state == VMW_STATE_NONE);
	if (state.known & VMW_KNOWN_ORDER) {
		RULE(state.order < 64);
		RULE(state.block.value <= page->pfn.value);
		RULE(page->pfn.value - state.block.value < UINT64_C(1) << state.order);
	}
	if (state.known & VMW_KNOWN_KPF)
		RULE((state.kpf & state.kpf_unknown) == 0);
}

static void ask_pages(struct vmw_reader *reader)
{
	static const uint64_t pfns[] = {
		0, 1, 100, 1023, 4095, 100000, UINT64_MAX >> 16, UINT64_MAX
	};

	for (size_t i = 0; i < sizeof(pfns) / sizeof(pfns[0]); i++) {
		struct vmw_page page;
		uint64_t limit = 1 + random_below(UINT64_C(1) << 40);

		if (!good(vmw_page_read(reader, (vmw_pfn){ pfns[i] }, limit, &page)))
			continue;
		RULE(page.count >= 1 && page.count <= limit);
		RULE(page.count == 1 || page.data == VMW_NO_PAGE);
		RULE(page.data <= VMW_NO_PAGE && page.piece_count <= 2);
		RULE(page.data == VMW_PRESENT || page.why);
		RULE(page.data != VMW_PRESENT || page.word_count >= 7);
		ask_what_it_is(reader, &page);
	}
}

static void ask_kpages(struct vmw_dump *dump, struct vmw_reader *reader)
{
	static const uint64_t pfns[] = { 0, 1, 64, 1000, 4095, 100000 };
	bool certain;
	vmw_pfn end;

	if (!good(vmw_kpage_end(dump, &end, &certain)))
		return;
	for (size_t i = 0; i < sizeof(pfns) / sizeof(pfns[0]); i++) {
		struct vmw_kpage kpage;
		uint64_t limit = 1 + random_below(UINT64_C(1) << 20);

		if (!good(vmw_kpage_read(reader, (vmw_pfn){ pfns[i] }, limit, &kpage)))
			continue;
		RULE(kpage.count >= 1 && kpage.count <= limit);
		RULE((kpage.flags & kpage.unknown) == 0);
		RULE(kpage.data == VMW_PRESENT || kpage.why);
	}
}

static void ask_memory(struct vmw_reader *reader)
{
	static unsigned char buffer[200000];
	static const uint64_t places[] = {
		0, 0x10000, 0x100000, 0x123456, 0x3ff0000, 0x10000000, UINT64_MAX - sizeof(buffer)
	};
	static const uint64_t addresses[] = { 0,
					      0xc000000000100000,
					      0xc00c000000000040,
					      0xc0003f0000000040,
					      0xc008000000000000,
					      0xf000000000000000,
					      UINT64_MAX };

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		uint64_t size = 1 + random_below(sizeof(buffer));
		struct vmw_run run;

		if (!good(vmw_read_phys(reader, (vmw_phys){ places[i] }, buffer, size, &run)))
			continue;
		RULE(run.size >= 1 && run.size <= size);
		RULE(run.data <= VMW_NOT_DUMPED);
		RULE(run.data == VMW_PRESENT || run.why);
	}
	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		struct vmw_translation translation;
		bool mapped;

		if (good(vmw_translate(reader, (vmw_virt){ addresses[i] }, &translation,
				       &mapped)) &&
		    mapped)
			RULE(translation.size >= 1);
	}
}

static void ask_everything(const struct fake_files *files)
{
	struct vmw_dump *dump = NULL;
	struct vmw_reader *reader = NULL;
	const struct vmw_fact *facts;
	size_t count;

	if (!good(vmw_dump_open((const char *const *)files->paths, files->count, NULL, &dump)))
		return;
	/* What is not loaded at first is when it is needed. */
	if (random_below(2))
		(void)good(vmw_dump_load(dump));
	if (good(vmw_dump_facts(dump, &facts, &count)))
		RULE(count > 0);
	ask_mappings(dump);
	if (good(vmw_reader_new(dump, &reader))) {
		ask_pages(reader);
		ask_memory(reader);
		ask_kpages(dump, reader);
	}
	vmw_reader_free(reader);
	vmw_dump_close(dump);
}

static bool has_fact(const struct vmw_fact *facts, size_t count, const char *name,
		     const char *value)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(facts[i].name, name) == 0)
			return facts[i].value && strstr(facts[i].value, value);
	}
	return false;
}

/* Damage to what is not even read in a healthy file would show nothing. */
static void check_types_are_read(const struct fake_files *files)
{
	struct vmw_dump *dump = NULL;
	const struct vmw_fact *facts;
	size_t count;

	RULE(good(vmw_dump_open((const char *const *)files->paths, files->count, NULL, &dump)));
	RULE(good(vmw_dump_load(dump)));
	RULE(good(vmw_dump_facts(dump, &facts, &count)));
	RULE(has_fact(facts, count, "kallsyms", "8 symbols"));
	RULE(!strstr(vmw_features(), "libbpf") || has_fact(facts, count, "types", "BTF"));
	vmw_dump_close(dump);
}

static void run_kind(const struct kind *kind, uint64_t first, uint64_t count)
{
	struct ram *ram = ram_new(UINT64_C(64) << 20, kind->page_size, kind->order);
	struct fake_kernel_spec kernel_spec = { .mmu = kind->mmu,
						.exports = kind->patched,
						.keeps_blocks = kind->patched,
						.note_in_memory = kind->in_memory,
						.text_in_memory = kind->in_memory };
	struct fake_dump_spec spec = kind->dump;
	struct records records = { .count = 0 };
	struct fake_kallsyms symbols = { .lines = NULL };

	if (kind->types) {
		size_t size;
		unsigned char *types = types_make(kind->order, &size);
		symbols = symbols_make(kind->order, size);
		kernel_spec.drop = FAKE_KALLSYMS_DROP;
		kernel_spec.add = symbols.lines;
		ram_put(ram, BTF_PHYS, types, size);
		fake_kallsyms_put(ram, &symbols);
		free(types);
		/* Several times, as they are what these kinds are about. */
		for (int i = 0; i < 16; i++) {
			records_add(&records, symbols.start, symbols.size);
			records_add(&records, BTF_PHYS, size);
		}
	}
	struct fake_kernel kernel = fake_kernel_put(ram, &kernel_spec);
	records_of_kernel(&kernel, &records);
	ram_exclude_untouched(ram);
	spec.vmcoreinfo = kind->in_memory ? NULL : kernel.vmcoreinfo;
	if (kind->types) {
		struct fake_files files = fake_dump_write(ram, &spec);
		check_types_are_read(&files);
		fake_files_free(&files);
	}
	for (uint64_t number = first; number < first + count; number++) {
		struct undo undo[UNDO_MAX];

		random_state = (number + 1) * UINT64_C(0x9e3779b97f4a7c15);
		fprintf(stderr, "%s: case %" PRIu64 "\r", kind->name, number);
		bool in_records = random_below(2), in_file = !in_records || random_below(4) == 0;
		size_t undo_count = in_records ? damage_records(ram, &records, undo) : 0;
		struct fake_files files = fake_dump_write(ram, &spec);
		undo_all(ram, undo, undo_count);

		alarm(CASE_SECONDS);
		if (in_file)
			damage_file(files.paths[random_below(files.count)]);
		ask_everything(&files);
		alarm(0);
		fake_files_free(&files);
	}
	if (kind->types)
		fake_kallsyms_free(&symbols);
	fake_kernel_free(&kernel);
	ram_free(ram);
}

int main(int argc, char **argv)
{
	uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 10) : 100;
	uint64_t first = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
	uint64_t only = argc > 3 ? strtoull(argv[3], NULL, 10) : 0;
	size_t total = sizeof(kinds) / sizeof(kinds[0]);

	printf("1..%zu\n", total);
	for (size_t i = 0; i < total; i++) {
		if (only != 0 && only != i + 1) {
			printf("ok %zu - # SKIP\n", i + 1);
			continue;
		}
		run_kind(&kinds[i], first, count);
		printf("ok %zu - %" PRIu64 " damaged files: %s\n", i + 1, count, kinds[i].name);
	}
	return 0;
}
