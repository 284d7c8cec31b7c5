/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Damage dumps at random and ask everything of them: whatever the file holds, the library must come
 * back soon, with an answer that keeps its own rules or with an error. Prints TAP.
 *
 * usage: mutate COUNT [FIRST-CASE]
 *
 * COUNT damaged files of each kind. Cases are numbered and the same in every run, so that a crash
 * (stderr names the case) can be had again under a debugger. A case that takes ten seconds
 * is ended by SIGALRM.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fake/dump.h"
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
};

static const struct kind kinds[] = {
	{ "elf", ORDER_BIG, 65536, FAKE_HASH, false, { .format = FAKE_ELF } },
	{ "elf with PN_XNUM and its headers last",
	  ORDER_LITTLE,
	  4096,
	  FAKE_HASH,
	  false,
	  { .format = FAKE_ELF, .xnum = true, .headers_last = true } },
	{ "elf of a radix kernel",
	  ORDER_LITTLE,
	  65536,
	  FAKE_RADIX,
	  false,
	  { .format = FAKE_ELF, .excluded_as_memsz = true } },
	{ "elf of QEMU",
	  ORDER_LITTLE,
	  65536,
	  FAKE_HASH,
	  true,
	  { .format = FAKE_ELF, .foreign_headers = true } },
	{ "kdump",
	  ORDER_BIG,
	  65536,
	  FAKE_HASH,
	  false,
	  { .format = FAKE_KDUMP, .codec = FAKE_MIXED } },
	{ "kdump version 1",
	  ORDER_LITTLE,
	  4096,
	  FAKE_HASH,
	  true,
	  { .format = FAKE_KDUMP, .codec = FAKE_ZLIB, .header_version = 1 } },
	{ "kdump of a radix kernel",
	  ORDER_BIG,
	  4096,
	  FAKE_RADIX,
	  false,
	  { .format = FAKE_KDUMP, .codec = FAKE_LZO } },
	{ "split kdump",
	  ORDER_LITTLE,
	  65536,
	  FAKE_HASH,
	  false,
	  { .format = FAKE_KDUMP, .codec = FAKE_ZSTD, .parts = 3 } },
	{ "flattened kdump",
	  ORDER_BIG,
	  65536,
	  FAKE_HASH,
	  false,
	  { .format = FAKE_KDUMP,
	    .codec = FAKE_SNAPPY,
	    .flattened = true,
	    .flat_shuffled = true } },
	{ "flattened elf",
	  ORDER_LITTLE,
	  65536,
	  FAKE_HASH,
	  false,
	  { .format = FAKE_ELF, .flattened = true } },
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

static void damage(const char *path)
{
	uint64_t size = fake_file_size(path);

	if (size == 0)
		return;
	if (random_below(8) == 0)
		fake_file_cut(path, random_below(size));
	for (uint64_t times = 1 + random_below(4); times > 0; times--) {
		unsigned char bytes[8];
		uint64_t value = nasty[random_below(sizeof(nasty) / sizeof(nasty[0]))];
		size_t width = (size_t)1 << random_below(4);

		if (random_below(4) == 0)
			value = random_below(UINT64_MAX);
		for (size_t i = 0; i < width; i++)
			bytes[i] = (unsigned char)(value >>
						   8 * (random_below(2) ? i : width - 1 - i));
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
	(void)good(vmw_dump_load(dump));
	if (good(vmw_dump_facts(dump, &facts, &count)))
		RULE(count > 0);
	ask_mappings(dump);
	if (good(vmw_reader_new(dump, &reader))) {
		ask_pages(reader);
		ask_memory(reader);
	}
	vmw_reader_free(reader);
	vmw_dump_close(dump);
}

static void run_kind(const struct kind *kind, uint64_t first, uint64_t count)
{
	struct ram *ram = ram_new(UINT64_C(64) << 20, kind->page_size, kind->order);
	struct fake_kernel kernel = fake_kernel_put(
		ram, &(struct fake_kernel_spec){ .mmu = kind->mmu,
						 .note_in_memory = kind->in_memory,
						 .text_in_memory = kind->in_memory });
	struct fake_dump_spec spec = kind->dump;

	ram_exclude_untouched(ram);
	spec.vmcoreinfo = kind->in_memory ? NULL : kernel.vmcoreinfo;
	for (uint64_t number = first; number < first + count; number++) {
		struct fake_files files = fake_dump_write(ram, &spec);

		random_state = (number + 1) * UINT64_C(0x9e3779b97f4a7c15);
		fprintf(stderr, "%s: case %" PRIu64 "\r", kind->name, number);
		alarm(CASE_SECONDS);
		damage(files.paths[random_below(files.count)]);
		ask_everything(&files);
		alarm(0);
		fake_files_free(&files);
	}
	fake_kernel_free(&kernel);
	ram_free(ram);
}

int main(int argc, char **argv)
{
	uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 10) : 100;
	uint64_t first = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
	size_t total = sizeof(kinds) / sizeof(kinds[0]);

	printf("1..%zu\n", total);
	for (size_t i = 0; i < total; i++) {
		run_kind(&kinds[i], first, count);
		printf("ok %zu - %" PRIu64 " damaged files: %s\n", i + 1, count, kinds[i].name);
	}
	return 0;
}
