/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmw-mkdump: a synthetic dump from words on the command line, for tests of the tool and for
 *bench/.
 *
 *	vmw-mkdump OUT order=big page=64K mmu=hash ram=512M format=kdump codec=zlib parts=3
 *
 * writes OUT, or OUT.1, OUT.2, ... for parts. usage() lists the words; they are the fields of
 * struct fake_kernel_spec and struct fake_dump_spec.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "fake/dump.h"
#include "fake/kernel.h"

enum { RANGES_MAX = 16, PUTS_MAX = 64, SECTION_BYTES = 1 << 24 };

struct range {
	uint64_t start, size;
};

/* A word to write: of a struct page, at a physical address, or the pointer of an entry. */
struct put {
	enum put_kind { PUT_PAGE, PUT_PHYS, PUT_NEXT } kind;
	uint64_t at, word, value;
};

struct args {
	enum order order;
	uint64_t page, ram;
	uint64_t entry_count; /* 0: as many as the RAM needs */
	bool exclude_untouched, no_vmcoreinfo;
	bool has_cycle;
	uint64_t cycle;
	struct range excluded[RANGES_MAX], absent[RANGES_MAX];
	size_t excluded_count, absent_count;
	struct fake_memory_range memory[RANGES_MAX];
	struct put puts[PUTS_MAX];
	size_t put_count;
	const char *show;
	uint64_t cut; /* UINT64_MAX: nothing */
	struct fake_kernel_spec kernel;
	struct fake_dump_spec dump;
};

static void usage(FILE *out)
{
	fputs("usage: vmw-mkdump OUT [KEY=VALUE]...\n"
	      "sizes take K M G T, addresses 0x, switches 1 or 0\n"
	      "  order=big|little page=64K|4K mmu=hash|radix ram=512M\n"
	      "  entries=N            RAM for so many blocks (hash), pages left blank\n"
	      "  block=SIZE base=ADDR stext=ADDR vmemmap=ADDR struct=64 release=TEXT machine=TEXT\n"
	      "  sections=extreme|pointer|static section-size=16|32 max-physmem-bits=51 no-early=1\n"
	      "  memory=START+SIZE[,hotplug][,offline][,device][,map=BITS]  has struct pages;\n"
	      "                       repeated; none: all of the RAM\n"
	      "  empty-list=1 list-on-radix=1 blank=1 cycle=N (entry N points back to the head)\n"
	      "  next=N,ADDR (entry N points to ADDR) head=ADDR\n"
	      "  drop='PREFIX ...' add=LINE (repeated) crashtime=1\n"
	      "  vmcoreinfo=note|memory|text|none  in the headers; as a note, or a bare text, in\n"
	      "                       memory only; nowhere\n"
	      "  put=PFN,WORD,VALUE   of a struct page; poke=PHYS,VALUE  a u64 of memory\n"
	      "  exclude=START+SIZE absent=START+SIZE exclude-untouched=1\n"
	      "  format=elf|kdump flat=1 shuffled=1 record=BYTES no-end=1 foreign=1 qemu=1\n"
	      "  elf: lies=1 headers-last=1 xnum=1 memsz=1 reverse=1 elf-machine=N\n"
	      "  kdump: codec=stored|zlib|lzo|snappy|zstd|mixed version=6 block-size=SIZE parts=N\n"
	      "         status=N max-mapnr=N one-bitmap=1 uts-machine=TEXT\n"
	      "  cut=SIZE             each file\n"
	      "  show=mappings|entries|vmcoreinfo|layout  print what was put into memory\n",
	      out);
}

_Noreturn PRINTF_LIKE(1, 2) static void die(const char *format, ...)
{
	va_list list;

	fputs("vmw-mkdump: ", stderr);
	va_start(list, format);
	vfprintf(stderr, format, list);
	va_end(list);
	fputc('\n', stderr);
	exit(2);
}

/* A number with an optional unit; *@text moves behind it. */
static uint64_t number_at(const char **text)
{
	static const char units[] = "KMGT";
	char *end;

	errno = 0;
	uint64_t value = strtoull(*text, &end, 0);
	if (end == *text || errno != 0)
		die("%s is not a number", *text);
	const char *unit = *end ? strchr(units, *end) : NULL;
	if (unit) {
		unsigned int shift = 10 * (unsigned int)(unit - units + 1);

		if (value > UINT64_MAX >> shift)
			die("%s is too large", *text);
		value <<= shift;
		end++;
	}
	*text = end;
	return value;
}

static uint64_t number(const char *text)
{
	uint64_t value = number_at(&text);

	if (*text)
		die("%s is not part of a number", text);
	return value;
}

static void expect(const char **text, char c)
{
	if (**text != c)
		die("'%c' expected at '%s'", c, *text);
	(*text)++;
}

static struct range range_at(const char **text)
{
	struct range range = { .start = number_at(text) };

	expect(text, '+');
	range.size = number_at(text);
	return range;
}

static void add_range(struct range *ranges, size_t *count, const char *text)
{
	if (*count == RANGES_MAX)
		die("too many ranges");
	ranges[(*count)++] = range_at(&text);
	if (*text)
		die("%s is not part of a range", text);
}

static void add_memory(struct args *args, const char *text)
{
	struct fake_memory_range *range = &args->memory[args->kernel.range_count];

	if (args->kernel.range_count++ == RANGES_MAX)
		die("too many ranges");
	struct range where = range_at(&text);
	*range = (struct fake_memory_range){ .start = where.start, .size = where.size };
	while (*text) {
		size_t length = strcspn(++text, ",");

		if (length == 7 && strncmp(text, "hotplug", length) == 0)
			range->hotplugged = true;
		else if (length == 7 && strncmp(text, "offline", length) == 0)
			range->offline = true;
		else if (length == 6 && strncmp(text, "device", length) == 0)
			range->device = true;
		else if (strncmp(text, "map=", 4) == 0)
			range->subsections = (uint8_t)strtoul(text + 4, NULL, 0);
		else
			die("%s is not a kind of memory", text);
		text += length;
	}
	args->kernel.ranges = args->memory;
}

static void add_put(struct args *args, const char *text, enum put_kind kind)
{
	struct put put = { .kind = kind };

	if (args->put_count == PUTS_MAX)
		die("too many words to put");
	put.at = number_at(&text);
	expect(&text, ',');
	if (kind == PUT_PAGE) {
		put.word = number_at(&text);
		expect(&text, ',');
	}
	put.value = number_at(&text);
	args->puts[args->put_count++] = put;
}

static void add_line(struct args *args, const char *text)
{
	const char *before = args->kernel.add ? args->kernel.add : "";
	char *all;

	/* Lives as long as the program. */
	if (asprintf(&all, "%s%s\n", before, text) < 0)
		die("no memory");
	args->kernel.add = all;
}

/* The index of @value among @names, a NULL-terminated list. */
static unsigned int choice(const char *key, const char *value, const char *const *names)
{
	for (unsigned int i = 0; names[i]; i++) {
		if (strcmp(value, names[i]) == 0)
			return i;
	}
	die("%s=%s is not known", key, value);
}

#define CHOICE(...) choice(key, value, (const char *const[]){ __VA_ARGS__, NULL })

static bool set_memory(struct args *args, const char *key, const char *value)
{
	struct fake_kernel_spec *k = &args->kernel;

	if (strcmp(key, "order") == 0)
		args->order = CHOICE("little", "big") == 1 ? ORDER_BIG : ORDER_LITTLE;
	else if (strcmp(key, "page") == 0)
		args->page = number(value);
	else if (strcmp(key, "ram") == 0)
		args->ram = number(value);
	else if (strcmp(key, "entries") == 0)
		args->entry_count = number(value);
	else if (strcmp(key, "mmu") == 0)
		k->mmu = CHOICE("hash", "radix") == 1 ? FAKE_RADIX : FAKE_HASH;
	else if (strcmp(key, "block") == 0)
		k->block_size = number(value);
	else if (strcmp(key, "base") == 0)
		k->base = number(value);
	else if (strcmp(key, "stext") == 0)
		k->stext = number(value);
	else if (strcmp(key, "vmemmap") == 0)
		k->vmemmap_base = number(value);
	else if (strcmp(key, "struct") == 0)
		k->page_struct_size = (uint32_t)number(value);
	else if (strcmp(key, "release") == 0)
		k->release = value;
	else if (strcmp(key, "machine") == 0)
		k->machine = value;
	else if (strcmp(key, "sections") == 0)
		k->sections = (enum fake_sections)CHOICE("extreme", "pointer", "static");
	else if (strcmp(key, "section-size") == 0)
		k->section_size = number(value);
	else if (strcmp(key, "max-physmem-bits") == 0)
		k->max_physmem_bits = number(value);
	else if (strcmp(key, "no-early") == 0)
		k->no_early = number(value);
	else if (strcmp(key, "memory") == 0)
		add_memory(args, value);
	else
		return false;
	return true;
}

static bool set_records(struct args *args, const char *key, const char *value)
{
	struct fake_kernel_spec *k = &args->kernel;

	if (strcmp(key, "empty-list") == 0) {
		k->empty_list = number(value);
	} else if (strcmp(key, "list-on-radix") == 0) {
		k->list_on_radix = number(value);
	} else if (strcmp(key, "exports") == 0) {
		k->exports = number(value);
	} else if (strcmp(key, "keeps-blocks") == 0) {
		k->keeps_blocks = number(value);
	} else if (strcmp(key, "blank") == 0) {
		k->blank_pages = number(value);
	} else if (strcmp(key, "cycle") == 0) {
		args->cycle = number(value);
		args->has_cycle = true;
	} else if (strcmp(key, "next") == 0) {
		add_put(args, value, PUT_NEXT);
	} else if (strcmp(key, "head") == 0) {
		k->list_head = number(value);
		k->has_list_head = true;
	} else if (strcmp(key, "drop") == 0) {
		k->drop = value;
	} else if (strcmp(key, "add") == 0) {
		add_line(args, value);
	} else if (strcmp(key, "crashtime") == 0) {
		k->crashtime = number(value);
	} else if (strcmp(key, "vmcoreinfo") == 0) {
		unsigned int where = CHOICE("note", "memory", "text", "none");

		k->note_in_memory = where == 1;
		k->text_in_memory = where == 2;
		args->no_vmcoreinfo = where != 0;
	} else if (strcmp(key, "put") == 0) {
		add_put(args, value, PUT_PAGE);
	} else if (strcmp(key, "poke") == 0) {
		add_put(args, value, PUT_PHYS);
	} else if (strcmp(key, "exclude") == 0) {
		add_range(args->excluded, &args->excluded_count, value);
	} else if (strcmp(key, "absent") == 0) {
		add_range(args->absent, &args->absent_count, value);
	} else if (strcmp(key, "exclude-untouched") == 0) {
		args->exclude_untouched = number(value);
	} else if (strcmp(key, "show") == 0) {
		args->show = value;
	} else {
		return false;
	}
	return true;
}

static bool set_file(struct args *args, const char *key, const char *value)
{
	struct fake_dump_spec *d = &args->dump;

	if (strcmp(key, "format") == 0)
		d->format = CHOICE("elf", "kdump") == 1 ? FAKE_KDUMP : FAKE_ELF;
	else if (strcmp(key, "flat") == 0)
		d->flattened = number(value);
	else if (strcmp(key, "shuffled") == 0)
		d->flattened = d->flat_shuffled = number(value);
	else if (strcmp(key, "record") == 0)
		d->flat_record = number(value);
	else if (strcmp(key, "no-end") == 0)
		d->flat_no_end = number(value);
	else if (strcmp(key, "foreign") == 0)
		d->foreign_headers = number(value);
	else if (strcmp(key, "qemu") == 0)
		d->qemu = number(value);
	else if (strcmp(key, "lies") == 0)
		d->ei_data_lies = number(value);
	else if (strcmp(key, "headers-last") == 0)
		d->headers_last = number(value);
	else if (strcmp(key, "xnum") == 0)
		d->xnum = number(value);
	else if (strcmp(key, "memsz") == 0)
		d->excluded_as_memsz = number(value);
	else if (strcmp(key, "reverse") == 0)
		d->reverse = number(value);
	else if (strcmp(key, "elf-machine") == 0)
		d->machine = (uint16_t)number(value);
	else if (strcmp(key, "codec") == 0)
		d->codec = (enum fake_codec)CHOICE("stored", "zlib", "lzo", "snappy", "zstd",
						   "mixed");
	else if (strcmp(key, "version") == 0)
		d->header_version = (int)number(value);
	else if (strcmp(key, "block-size") == 0)
		d->block_size = (uint32_t)number(value);
	else if (strcmp(key, "parts") == 0)
		d->parts = (unsigned int)number(value);
	else if (strcmp(key, "status") == 0)
		d->status = (uint32_t)number(value);
	else if (strcmp(key, "max-mapnr") == 0)
		d->max_mapnr = number(value);
	else if (strcmp(key, "one-bitmap") == 0)
		d->one_bitmap = number(value);
	else if (strcmp(key, "uts-machine") == 0)
		d->uts_machine = value;
	else if (strcmp(key, "cut") == 0)
		args->cut = number(value);
	else
		return false;
	return true;
}

/* RAM whose memmap takes so many blocks, and room for the records. */
static void size_ram(struct args *args)
{
	struct fake_kernel_spec *k = &args->kernel;
	uint64_t block = k->block_size          ? k->block_size
			 : k->mmu == FAKE_RADIX ? 2 << 20
						: args->page;
	uint64_t page_struct = k->page_struct_size ? k->page_struct_size : 64;
	/* Rounded down to whole sections, so that no further block is begun. */
	uint64_t bytes = args->entry_count * block / page_struct * args->page;
	uint64_t own = bytes / SECTION_BYTES * SECTION_BYTES;

	if (own == 0)
		die("a section of 16M needs more than %" PRIu64 " entries", args->entry_count);
	args->memory[0] = (struct fake_memory_range){ .start = 0, .size = own };
	k->ranges = args->memory;
	k->range_count = 1;
	k->blank_pages = true;
	if (args->ram < own)
		args->ram = own;
}

static void show(const struct args *args, const struct fake_kernel *k)
{
	if (strcmp(args->show, "mappings") == 0) {
		puts("virt,phys,size");
		for (size_t i = 0; i < k->block_count; i++)
			printf("0x%" PRIx64 ",0x%" PRIx64 ",%" PRIu64 "\n", k->blocks[i].virt.value,
			       k->blocks[i].phys.value, k->blocks[i].size);
	} else if (strcmp(args->show, "entries") == 0) {
		for (size_t i = 0; i < k->entry_count; i++)
			printf("0x%" PRIx64 "\n", k->entries[i]);
	} else if (strcmp(args->show, "vmcoreinfo") == 0) {
		fputs(k->vmcoreinfo, stdout);
	} else if (strcmp(args->show, "layout") == 0) {
		printf("list_head 0x%" PRIx64 "\npsize_index 0x%" PRIx64 "\npsize_defs 0x%" PRIx64
		       "\nmem_section 0x%" PRIx64 "\nswapper_pg_dir 0x%" PRIx64 "\nuts 0x%" PRIx64
		       "\nnote 0x%" PRIx64 "\ntext 0x%" PRIx64 "\nend 0x%" PRIx64 "\n",
		       k->list_head, k->psize_index, k->psize_defs, k->mem_section,
		       k->swapper_pg_dir, k->uts, k->note_page, k->text_page, k->end);
	} else {
		die("show=%s is not known", args->show);
	}
}

static void apply_puts(struct ram *ram, const struct args *args, const struct fake_kernel *k)
{
	for (size_t i = 0; i < args->put_count; i++) {
		const struct put *put = &args->puts[i];

		if (put->kind == PUT_PAGE)
			fake_page_put(ram, k, put->at, (unsigned int)put->word, put->value);
		else if (put->kind == PUT_PHYS)
			ram_put_u64(ram, put->at, put->value);
		else if (put->at < k->entry_count)
			ram_put_u64(ram, k->entries[put->at], put->value);
		else
			die("the list has %zu entries", k->entry_count);
	}
	if (args->has_cycle) {
		if (args->cycle >= k->entry_count)
			die("the list has %zu entries", k->entry_count);
		ram_put_u64(ram, k->entries[args->cycle],
			    UINT64_C(0xc000000000000000) | k->entries[0]);
	}
}

int main(int argc, char **argv)
{
	struct args args = {
		.order = ORDER_BIG, .page = 65536, .ram = 512 << 20, .cut = UINT64_MAX
	};

	if (argc < 2 || strcmp(argv[1], "--help") == 0) {
		usage(argc < 2 ? stderr : stdout);
		return argc < 2 ? 2 : 0;
	}
	for (int i = 2; i < argc; i++) {
		char *equals = strchr(argv[i], '=');

		if (!equals)
			die("%s is not KEY=VALUE", argv[i]);
		*equals = '\0';
		if (!set_memory(&args, argv[i], equals + 1) &&
		    !set_records(&args, argv[i], equals + 1) &&
		    !set_file(&args, argv[i], equals + 1))
			die("%s= is not known; --help lists what is", argv[i]);
	}
	if (args.page != 4096 && args.page != 65536)
		die("page=%" PRIu64 ": 4K and 64K are the kernel's page sizes", args.page);
	if (!fake_codec_available(args.dump.codec))
		die("this codec is not built in");
	if (args.entry_count)
		size_ram(&args);

	struct ram *ram = ram_new(args.ram, (uint32_t)args.page, args.order);
	struct fake_kernel kernel = fake_kernel_put(ram, &args.kernel);

	apply_puts(ram, &args, &kernel);
	if (args.exclude_untouched)
		ram_exclude_untouched(ram);
	for (size_t i = 0; i < args.excluded_count; i++)
		ram_set_data(ram, args.excluded[i].start, args.excluded[i].size, VMW_EXCLUDED);
	for (size_t i = 0; i < args.absent_count; i++)
		ram_set_data(ram, args.absent[i].start, args.absent[i].size, VMW_NOT_DUMPED);
	if (!args.no_vmcoreinfo)
		args.dump.vmcoreinfo = kernel.vmcoreinfo;

	struct fake_files files = fake_dump_write_at(ram, &args.dump, argv[1]);
	for (size_t i = 0; args.cut != UINT64_MAX && i < files.count; i++)
		fake_file_cut(files.paths[i], args.cut);
	if (args.show)
		show(&args, &kernel);
	fake_files_free(&files);
	fake_kernel_free(&kernel);
	ram_free(ram);
	return 0;
}
