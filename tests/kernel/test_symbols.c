/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/symbols.h"

#include <errno.h>
#include <fcntl.h>
#include <libelf.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fake/check.h"
#include "util/order.h"

/* ---- files ---- */

static char *file_new(const void *bytes, size_t size)
{
	char *path = strdup("/tmp/vmemwalk-symbols-XXXXXX");
	assert_non_null(path);
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, size), (ssize_t)size);
	close(fd);
	return path;
}

static void file_freep(char **path)
{
	if (*path)
		unlink(*path);
	free(*path);
}

static struct symbols *map_of(const char *text)
{
	_cleanup_(file_freep) char *path = file_new(text, strlen(text));
	struct symbols *symbols = NULL;
	assert_null(symbols_read_system_map(path, &symbols));
	return symbols;
}

static void assert_map_refused(const void *bytes, size_t size, const char *message)
{
	_cleanup_(file_freep) char *path = file_new(bytes, size);
	struct symbols *symbols = NULL;
	struct vmw_error *error = symbols_read_system_map(path, &symbols);

	assert_null(symbols);
	assert_non_null(error);
	assert_string_equal(error->file, path);
	assert_error(error, VMW_ERROR_BAD_DATA, message);
}

static struct vmcoreinfo *info_of(const char *lines)
{
	char text[2048];
	int length = snprintf(text, sizeof(text), "OSRELEASE=6.12.0-fake\n%s", lines);
	struct vmcoreinfo *info = NULL;
	struct span span = { .data = (unsigned char *)text, .size = (size_t)length };
	assert_null(vmcoreinfo_parse(span, &info));
	return info;
}

static void assert_found(const struct symbols *symbols, const char *name, uint64_t address)
{
	uint64_t value = 0;

	assert_true(symbols_find(symbols, name, &value));
	assert_true(value == address);
}

static void assert_absent(const struct symbols *symbols, const char *name)
{
	uint64_t value;
	assert_false(symbols_find(symbols, name, &value));
}

/* ---- System.map ---- */

#define MAP                                       \
	"c000000000000000 T _stext\n"             \
	"c0000000007dc4c0 D init_uts_ns\n"        \
	"c0000000008796c8 B vmemmap_list\n"       \
	"c000000000860000 B swapper_pg_dir\n"     \
	"0000000000000100 A an_absolute_symbol\n" \
	"c0000000008b0000 b mem_section\n"

static void a_system_map_is_looked_up_by_name(void **state)
{
	_cleanup_(symbols_freep) struct symbols *symbols = map_of(MAP);

	assert_found(symbols, "_stext", 0xc000000000000000);
	assert_found(symbols, "vmemmap_list", 0xc0000000008796c8);
	assert_found(symbols, "mem_section", 0xc0000000008b0000);
	assert_found(symbols, "an_absolute_symbol", 0x100);
	assert_absent(symbols, "vmemmap_lis");
	assert_absent(symbols, "vmemmap_listt");
	assert_absent(symbols, "");
	assert_absent(NULL, "_stext");
	assert_null(symbols_build_id(symbols));
}

static void lines_that_are_no_symbol_of_the_kernel_are_passed_over(void **state)
{
	_cleanup_(symbols_freep) struct symbols *symbols = map_of(
		"c000000000000000 T _stext\r\n"
		"\n"
		"                 U undefined\n"
		"                 w weak\n"
		"c0003d00002d4024 r of_a_module\t[virtio_blk]\n"
		"c0003d00002d4028 r of_another [bpf]\n"
		"C0000000008796C8 B vmemmap_list\n"
		"c0000000008796d0 ? ._odd$name.0\n"
		"c0000000008796d8 B cut_last_li");

	assert_found(symbols, "_stext", 0xc000000000000000);
	assert_found(symbols, "vmemmap_list", 0xc0000000008796c8);
	assert_found(symbols, "._odd$name.0", 0xc0000000008796d0);
	assert_absent(symbols, "undefined");
	assert_absent(symbols, "weak");
	assert_absent(symbols, "of_a_module");
	assert_absent(symbols, "of_another");
	assert_absent(symbols, "cut_last_li");
}

static void a_name_of_several_places_is_found_only_if_one_is_global(void **state)
{
	_cleanup_(symbols_freep) struct symbols *symbols = map_of("c000000000000010 b one\n"
								  "c000000000000020 b two\n"
								  "c000000000000030 b two\n"
								  "c000000000000040 b three\n"
								  "c000000000000050 B three\n"
								  "c000000000000060 b three\n"
								  "c000000000000070 B four\n"
								  "c000000000000080 B four\n"
								  "c000000000000090 b five\n"
								  "c000000000000090 b five\n");

	assert_found(symbols, "one", 0xc000000000000010);
	assert_absent(symbols, "two");
	assert_found(symbols, "three", 0xc000000000000050);
	assert_absent(symbols, "four");
	assert_found(symbols, "five", 0xc000000000000090);
}

static void a_name_that_thousands_have_is_not_found(void **state)
{
	_cleanup_(freep) char *text = malloc(5000 * 40);
	size_t length = 0;
	assert_non_null(text);
	for (unsigned int i = 0; i < 5000; i++)
		length += (size_t)sprintf(text + length, "c00000000000%04x d __func__.0\n", i);
	_cleanup_(symbols_freep) struct symbols *symbols = map_of(text);

	assert_absent(symbols, "__func__.0");
}

static void a_name_longer_than_the_kernels_limit_is_passed_over(void **state)
{
	for (size_t length = 510; length < 515; length++) {
		char name[600], text[1000];
		memset(name, 'n', length);
		name[length] = '\0';
		sprintf(text, MAP "c000000000000010 b %s\n", name);
		_cleanup_(symbols_freep) struct symbols *symbols = map_of(text);
		uint64_t value;
		assert_int_equal(symbols_find(symbols, name, &value), length < 512);
	}
}

static void what_is_no_system_map_is_refused_with_its_line(void **state)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ "", "no symbol in 0 bytes" },
		{ "\n", "no symbol in 1 bytes" },
		{ "c000000000000000 T cut", "no symbol in 22 bytes" },
		{ "\x7f"
		  "ELF\x02\x02\x01",
		  "is an ELF file: give it with --vmlinux" },
		{ "\x1f\x8b\x08\n", "is compressed: decompress it first (gzip -d)" },
		{ "\xfd"
		  "7zXZ",
		  "is compressed: decompress it first (xz -d)" },
		{ "\x28\xb5\x2f\xfd", "is compressed: decompress it first (zstd -d)" },
		{ MAP "Hello\n", "line 7 is not \"ADDRESS TYPE NAME\": 'Hello'" },
		{ "c0000000 T _stext\n", "line 1 has an address of 8 digits" },
		{ "c00000000000000 T _stext\n", "line 1 is not" },
		{ "c0000000000000000 T _stext\n", "line 1 is not" },
		{ "0xc00000000000000 T a\n", "line 1 is not" },
		{ "c000000000000000\n", "line 1 is not" },
		{ "c000000000000000 T\n", "line 1 is not" },
		{ "c000000000000000 T \n", "line 1 is not" },
		{ "c000000000000000 TT a\n", "line 1 is not" },
		{ "c000000000000000  T a\n", "line 1 is not" },
		{ "c000000000000000 T a b\n", "line 1 is not" },
		{ "c000000000000000 T a [b\n", "line 1 is not" },
		{ "c000000000000000 T a \n", "line 1 is not" },
		{ "c000000000000000 T a\x01\n", "line 1 is not" },
		{ "c000000000000000 T \x1b[2J\n", "line 1 is not \"ADDRESS TYPE NAME\": "
						  "'c000000000000000 T \\x1b[2J'" },
		{ "0000000000000000 T _stext\n0000000000000000 D x\n", "all addresses are 0" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_map_refused(cases[i].text, strlen(cases[i].text), cases[i].message);
	assert_map_refused("c000000000000000 T a\0b\n", 23, "line 1 is not");
	assert_map_refused("\0\n", 2, "line 1 is not");
}

static void every_prefix_of_a_system_map_has_its_whole_lines(void **state)
{
	for (size_t size = 0; size <= strlen(MAP); size++) {
		_cleanup_(file_freep) char *path = file_new(MAP, size);
		_cleanup_(symbols_freep) struct symbols *symbols = NULL;
		_cleanup_(vmw_error_freep) struct vmw_error *error = symbols_read_system_map(
			path, &symbols);
		/* The first line's address is not 0, so one line makes a map. */
		assert_int_equal(error == NULL, size >= strlen("c000000000000000 T _stext\n"));
		uint64_t value;
		if (symbols && symbols_find(symbols, "vmemmap_list", &value))
			assert_true(value == 0xc0000000008796c8);
		if (symbols)
			assert_absent(symbols, "vmemmap_lis");
	}
}

static void a_file_that_cannot_be_read_is_an_os_error(void **state)
{
	static const struct {
		const char *path;
		int os_errno;
	} cases[] = { { "/nonexistent/System.map", ENOENT }, { "/tmp", EISDIR } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct symbols *symbols = NULL;
		struct vmw_error *error = symbols_read_system_map(cases[i].path, &symbols);
		assert_non_null(error);
		assert_int_equal(error->os_errno, cases[i].os_errno);
		assert_string_equal(error->file, cases[i].path);
		assert_error(error, VMW_ERROR_OS, "System.map: ");
	}
}

/* ---- the check against VMCOREINFO ---- */

static void symbols_of_the_same_kernel_pass(void **state)
{
	_cleanup_(symbols_freep) struct symbols *symbols = map_of(MAP);
	/* mem_section's line holds what the pointer holds. */
	_cleanup_(vmcoreinfo_freep) struct vmcoreinfo *info = info_of(
		"SYMBOL(init_uts_ns)=c0000000007dc4c0\n"
		"SYMBOL(_stext)=c000000000000000\n"
		"SYMBOL(mem_section)=c00000001ff20b00\n"
		"SYMBOL(unknown)=c000000000001234\n");

	assert_null(symbols_check(symbols, info));
	assert_null(symbols_check(symbols, NULL));
	assert_found(symbols, "vmemmap_list", 0xc0000000008796c8);
}

static void a_relocated_kernel_moves_all_but_absolute_symbols(void **state)
{
	_cleanup_(symbols_freep) struct symbols *symbols = map_of(MAP);
	_cleanup_(vmcoreinfo_freep) struct vmcoreinfo *info = info_of(
		"SYMBOL(init_uts_ns)=c0000000087dc4c0\n"
		"SYMBOL(an_absolute_symbol)=100\n"
		"SYMBOL(_stext)=c000000008000000\n");

	assert_null(symbols_check(symbols, info));
	assert_found(symbols, "vmemmap_list", 0xc0000000088796c8);
	assert_found(symbols, "an_absolute_symbol", 0x100);
}

static void without_stext_any_common_symbol_gives_the_distance(void **state)
{
	_cleanup_(symbols_freep) struct symbols *symbols = map_of(MAP);
	_cleanup_(vmcoreinfo_freep) struct vmcoreinfo *info = info_of(
		"SYMBOL(mem_section)=c00000001ff20b00\n"
		"SYMBOL(init_uts_ns)=c0000000087dc4c0\n"
		"SYMBOL(swapper_pg_dir)=c000000008860000\n");

	assert_null(symbols_check(symbols, info));
	assert_found(symbols, "vmemmap_list", 0xc0000000088796c8);
}

static void symbols_of_another_kernel_are_refused(void **state)
{
	_cleanup_(symbols_freep) struct symbols *symbols = map_of(MAP);
	_cleanup_(vmcoreinfo_freep) struct vmcoreinfo *info = info_of(
		"SYMBOL(init_uts_ns)=c0000000007dc4c0\n"
		"SYMBOL(swapper_pg_dir)=c000000000870000\n"
		"SYMBOL(_stext)=c000000000000000\n");

	struct vmw_error *error = symbols_check(symbols, info);
	assert_non_null(error);
	assert_non_null(strstr(error->file, "vmemwalk-symbols-"));
	assert_error(error, VMW_ERROR_BAD_DATA,
		     "symbol swapper_pg_dir: VMCOREINFO has 0xc000000000870000, "
		     "this file 0xc000000000860000");
}

static void a_static_symbol_may_be_any_of_its_name(void **state)
{
	_cleanup_(symbols_freep) struct symbols *symbols = map_of(MAP "c000000000000010 b prb\n"
								      "c000000000000020 b prb\n");
	_cleanup_(vmcoreinfo_freep) struct vmcoreinfo *same = info_of(
		"SYMBOL(_stext)=c000000000000000\nSYMBOL(prb)=c000000000000020\n");
	_cleanup_(vmcoreinfo_freep) struct vmcoreinfo *other = info_of(
		"SYMBOL(_stext)=c000000000000000\nSYMBOL(prb)=c000000000000030\n");

	assert_null(symbols_check(symbols, same));
	assert_error(symbols_check(symbols, other), VMW_ERROR_BAD_DATA, "symbol prb");
}

static void without_a_second_symbol_nothing_is_proven(void **state)
{
	_cleanup_(symbols_freep) struct symbols *symbols = map_of(MAP);
	static const struct {
		const char *lines, *message;
	} cases[] = {
		{ "", "share none" },
		{ "SYMBOL(_stext)=c000000000000000\n", "share _stext" },
		{ "SYMBOL(_stext)=c000000000000000\nSYMBOL(mem_section)=c0000000008b0000\n",
		  "share _stext" },
		{ "SYMBOL(init_uts_ns)=c0000000007dc4c0\n", "share init_uts_ns" },
		{ "SYMBOL(unknown)=c000000000000000\n", "share none" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		_cleanup_(vmcoreinfo_freep) struct vmcoreinfo *info = info_of(cases[i].lines);
		assert_error(symbols_check(symbols, info), VMW_ERROR_MISSING, cases[i].message);
	}
}

/* ---- vmlinux ---- */

struct elf_symbol {
	const char *name;
	uint64_t address;
	unsigned char bind, type;
	uint16_t section; /* 1 unless given */
};

/* A vmlinux; every field that is 0 has a healthy default. */
struct elf_spec {
	enum order order;
	unsigned char class; /* ELFCLASS64 */
	uint16_t machine;    /* EM_PPC64 */
	bool stripped;
	const struct elf_symbol *symbols;
	size_t symbol_count;
	const unsigned char *build_id;
	size_t build_id_size;
};

static const struct elf_symbol healthy[] = {
	{ .name = "vmlinux.c", .address = 0x77, .type = STT_FILE, .section = SHN_ABS },
	{ .name = "_stext", .address = 0xc000000000000000, .bind = STB_GLOBAL },
	{ .name = "init_uts_ns", .address = 0xc0000000007dc4c0, .bind = STB_GLOBAL },
	{ .name = "vmemmap_list", .address = 0xc0000000008796c8, .bind = STB_GLOBAL },
	{ .name = "crc", .address = 0x1234, .bind = STB_GLOBAL, .section = SHN_ABS },
	{ .name = "tls", .address = 8, .bind = STB_GLOBAL, .type = STT_TLS },
	{ .name = "undefined", .address = 9, .bind = STB_GLOBAL, .section = SHN_XINDEX },
	{ .name = "weak", .address = 0xc000000000000100, .bind = STB_WEAK, .type = STT_FUNC },
};

static const unsigned char build_id[20] = { 0x4b, 0xb9, 0xba, 0x8a, 0xcb, 0xbb, 0x24,
					    0xc5, 0x5d, 0x64, 0x95, 0x6b, 0x84, 0xa3,
					    0x3a, 0xd1, 0xd6, 0x30, 0xc6, 0xe9 };
#define BUILD_ID "4bb9ba8acbbb24c55d64956b84a33ad1d630c6e9"

static Elf_Scn *section_add(Elf *elf, uint32_t name, uint32_t type, Elf_Type data_type, void *bytes,
			    size_t size, uint32_t link, uint64_t entry_size)
{
	Elf_Scn *section = elf_newscn(elf);
	assert_non_null(section);
	Elf_Data *data = elf_newdata(section);
	assert_non_null(data);
	data->d_buf = bytes;
	data->d_size = size;
	data->d_type = data_type;
	data->d_align = 4;
	Elf64_Shdr *header = elf64_getshdr(section);
	header->sh_name = name;
	header->sh_type = type;
	header->sh_link = link;
	header->sh_entsize = entry_size;
	return section;
}

/* Section 1 .text, 2 .strtab (also of section names), 3 .symtab, 4 .notes. */
static char *vmlinux_new(const struct elf_spec *spec)
{
	static char section_names[] = "\0.text\0.strtab\0.symtab\0.notes";
	char *path = file_new("", 0);
	int fd = open(path, O_RDWR);
	assert_true(fd >= 0);
	elf_version(EV_CURRENT);
	Elf *elf = elf_begin(fd, ELF_C_WRITE, NULL);
	assert_non_null(elf);

	Elf64_Ehdr *header = elf64_newehdr(elf);
	header->e_ident[EI_DATA] = spec->order == ORDER_BIG ? ELFDATA2MSB : ELFDATA2LSB;
	header->e_machine = spec->machine ? spec->machine : EM_PPC64;
	header->e_type = ET_EXEC;
	header->e_shstrndx = 2;

	size_t count = spec->symbols ? spec->symbol_count : sizeof(healthy) / sizeof(healthy[0]);
	const struct elf_symbol *symbols = spec->symbols ? spec->symbols : healthy;
	char strings[4096];
	size_t strings_size = sizeof(section_names);
	memcpy(strings, section_names, sizeof(section_names));
	Elf64_Sym table[64] = { { .st_name = 0 } };
	for (size_t i = 0; i < count; i++) {
		uint16_t section = symbols[i].section ? symbols[i].section : 1;
		table[i + 1] = (Elf64_Sym){
			.st_name = (Elf64_Word)strings_size,
			.st_value = symbols[i].address,
			.st_info = (unsigned char)ELF64_ST_INFO(symbols[i].bind, symbols[i].type),
			.st_shndx = section == SHN_XINDEX ? SHN_UNDEF : section,
		};
		strcpy(strings + strings_size, symbols[i].name);
		strings_size += strlen(symbols[i].name) + 1;
	}

	section_add(elf, 1, SHT_PROGBITS, ELF_T_BYTE, (char[16]){ 0 }, 16, 0, 0);
	section_add(elf, 7, SHT_STRTAB, ELF_T_BYTE, strings, strings_size, 0, 0);
	if (!spec->stripped)
		section_add(elf, 15, SHT_SYMTAB, ELF_T_SYM, table, (count + 1) * sizeof(table[0]),
			    2, sizeof(table[0]));
	/* Two notes: one of another owner, as Linux has in .notes, then the build id. */
	uint32_t notes[64];
	Elf64_Nhdr other = { .n_namesz = 6, .n_descsz = 4, .n_type = 3 };
	Elf64_Nhdr own = { .n_namesz = 4,
			   .n_descsz = (Elf64_Word)spec->build_id_size,
			   .n_type = NT_GNU_BUILD_ID };
	memset(notes, 0, sizeof(notes));
	memcpy(notes, &other, 12);
	memcpy(notes + 3, "Linux\0\0\0\1\2\3\4", 12);
	memcpy(notes + 6, &own, 12);
	memcpy(notes + 9, "GNU", 4);
	if (spec->build_id) {
		memcpy(notes + 10, spec->build_id, spec->build_id_size);
		section_add(elf, 23, SHT_NOTE, ELF_T_NHDR, notes, 40 + spec->build_id_size, 0, 0);
	}
	assert_true(elf_update(elf, ELF_C_WRITE) > 0);
	elf_end(elf);
	close(fd);
	if (spec->class) {
		fd = open(path, O_WRONLY);
		assert_int_equal(pwrite(fd, &spec->class, 1, EI_CLASS), 1);
		close(fd);
	}
	return path;
}

static void assert_vmlinux_refused(const char *path, enum vmw_error_kind kind, const char *message)
{
	struct symbols *symbols = NULL;
	struct vmw_error *error = symbols_read_vmlinux(path, &symbols);

	assert_null(symbols);
	assert_non_null(error);
	assert_string_equal(error->file, path);
	assert_error(error, kind, message);
}

static void a_vmlinux_of_either_order_gives_its_symbols_and_build_id(void **state)
{
	for (enum order order = ORDER_LITTLE; order <= ORDER_BIG; order++) {
		_cleanup_(file_freep) char *path = vmlinux_new(&(struct elf_spec){
			.order = order, .build_id = build_id, .build_id_size = sizeof(build_id) });
		_cleanup_(symbols_freep) struct symbols *symbols = NULL;
		_cleanup_(vmcoreinfo_freep) struct vmcoreinfo *info = info_of(
			"BUILD-ID=" BUILD_ID "\n"
			"SYMBOL(_stext)=c000000008000000\n"
			"SYMBOL(init_uts_ns)=c0000000087dc4c0\n");

		assert_null(symbols_read_vmlinux(path, &symbols));
		assert_string_equal(symbols_build_id(symbols), BUILD_ID);
		assert_found(symbols, "vmemmap_list", 0xc0000000008796c8);
		assert_found(symbols, "weak", 0xc000000000000100);
		assert_absent(symbols, "vmlinux.c");
		assert_absent(symbols, "tls");
		assert_absent(symbols, "undefined");
		assert_absent(symbols, "");
		assert_null(symbols_check(symbols, info));
		assert_found(symbols, "vmemmap_list", 0xc0000000088796c8);
		assert_found(symbols, "crc", 0x1234);
	}
}

static void build_ids_are_compared_as_the_kernel_prints_them(void **state)
{
	static const struct {
		size_t size;
		const char *line;
		bool same;
	} cases[] = {
		{ 20, "BUILD-ID=" BUILD_ID "\n", true },
		{ 20, "BUILD-ID=4BB9BA8ACBBB24C55D64956B84A33AD1D630C6E9\n", true },
		{ 20, "", true },
		{ 20, "BUILD-ID=4bb9ba8acbbb24c55d64956b84a33ad1d630c6e8\n", false },
		{ 20, "BUILD-ID=4bb9ba8acbbb24c55d64956b84a33ad1d630c6\n", false },
		{ 20, "BUILD-ID=0000000000000000000000000000000000000000\n", true },
		{ 8, "BUILD-ID=4bb9ba8acbbb24c5000000000000000000000000\n", true },
		{ 8, "BUILD-ID=4bb9ba8acbbb24c5000000000000000000000001\n", false },
		{ 8, "BUILD-ID=" BUILD_ID "\n", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		_cleanup_(file_freep) char *path = vmlinux_new(
			&(struct elf_spec){ .build_id = build_id, .build_id_size = cases[i].size });
		_cleanup_(symbols_freep) struct symbols *symbols = NULL;
		char lines[512];
		snprintf(
			lines, sizeof(lines),
			"%sSYMBOL(_stext)=c000000000000000\nSYMBOL(init_uts_ns)=c0000000007dc4c0\n",
			cases[i].line);
		_cleanup_(vmcoreinfo_freep) struct vmcoreinfo *info = info_of(lines);

		assert_null(symbols_read_vmlinux(path, &symbols));
		struct vmw_error *error = symbols_check(symbols, info);
		if (cases[i].same)
			assert_null(error);
		else
			assert_error(error, VMW_ERROR_BAD_DATA, "but the crashed kernel's is 4bb9");
	}
}

static void a_vmlinux_without_a_build_id_note_has_none(void **state)
{
	_cleanup_(file_freep) char *path = vmlinux_new(&(struct elf_spec){ .order = ORDER_BIG });
	_cleanup_(symbols_freep) struct symbols *symbols = NULL;

	assert_null(symbols_read_vmlinux(path, &symbols));
	assert_null(symbols_build_id(symbols));
}

static void a_stripped_vmlinux_is_missing_its_symbols(void **state)
{
	static const struct elf_symbol none[] = { { .name = "" } };

	for (enum order order = ORDER_LITTLE; order <= ORDER_BIG; order++) {
		_cleanup_(file_freep) char *stripped = vmlinux_new(
			&(struct elf_spec){ .order = order, .stripped = true });
		_cleanup_(file_freep) char *empty = vmlinux_new(
			&(struct elf_spec){ .order = order, .symbols = none, .symbol_count = 1 });
		assert_vmlinux_refused(stripped, VMW_ERROR_MISSING, "was stripped");
		assert_vmlinux_refused(empty, VMW_ERROR_MISSING, "was stripped");
	}
}

static void what_is_no_ppc64_vmlinux_is_refused(void **state)
{
	_cleanup_(file_freep) char *x86 = vmlinux_new(&(struct elf_spec){ .machine = EM_X86_64 });
	_cleanup_(file_freep) char *zimage = vmlinux_new(&(struct elf_spec){ .class = ELFCLASS32 });
	_cleanup_(file_freep) char *map = file_new(MAP, strlen(MAP));
	_cleanup_(file_freep) char *empty = file_new("", 0);

	assert_vmlinux_refused(x86, VMW_ERROR_BAD_DATA, "ELF machine 62, not 21 (ppc64)");
	assert_vmlinux_refused(zimage, VMW_ERROR_BAD_DATA, "not a 64-bit ELF file");
	assert_vmlinux_refused(map, VMW_ERROR_BAD_DATA, "not an ELF file");
	assert_vmlinux_refused(empty, VMW_ERROR_BAD_DATA, "vmlinux: ");
	assert_vmlinux_refused("/tmp", VMW_ERROR_BAD_DATA, "not a regular file");
	assert_vmlinux_refused("/dev/null", VMW_ERROR_BAD_DATA, "not a regular file");
	assert_vmlinux_refused("/nonexistent/vmlinux", VMW_ERROR_OS, "vmlinux: open");
}

/* Read the file; whatever happens, the answer is symbols or an error, and the symbols can be used.
 */
static void read_either_way(const char *path)
{
	_cleanup_(symbols_freep) struct symbols *symbols = NULL;
	_cleanup_(vmw_error_freep) struct vmw_error *error = symbols_read_vmlinux(path, &symbols);
	uint64_t value;

	assert_true((error == NULL) == (symbols != NULL));
	if (!symbols)
		return;
	symbols_find(symbols, "vmemmap_list", &value);
	symbols_find(symbols, "", &value);
	if (symbols_build_id(symbols))
		assert_true(strlen(symbols_build_id(symbols)) <= 128);
}

static char *file_bytes(const char *path, size_t *ret_size)
{
	struct stat status;
	int fd = open(path, O_RDONLY);
	assert_int_equal(fstat(fd, &status), 0);
	*ret_size = (size_t)status.st_size;
	char *bytes = malloc(*ret_size);
	assert_non_null(bytes);
	assert_int_equal(read(fd, bytes, *ret_size), status.st_size);
	close(fd);
	return bytes;
}

static void a_cut_vmlinux_gives_no_symbols(void **state)
{
	for (enum order order = ORDER_LITTLE; order <= ORDER_BIG; order++) {
		_cleanup_(file_freep) char *path = vmlinux_new(&(struct elf_spec){
			.order = order, .build_id = build_id, .build_id_size = sizeof(build_id) });
		struct stat status;
		assert_int_equal(stat(path, &status), 0);
		/* The section headers are last: without all of them there is no way to a table. */
		for (off_t cut = status.st_size; cut-- > 0;) {
			assert_int_equal(truncate(path, cut), 0);
			struct symbols *symbols = NULL;
			_cleanup_(vmw_error_freep) struct vmw_error *error = symbols_read_vmlinux(
				path, &symbols);
			assert_non_null(error);
			assert_null(symbols);
			assert_true(error->kind == VMW_ERROR_BAD_DATA ||
				    error->kind == VMW_ERROR_TRUNCATED ||
				    error->kind == VMW_ERROR_MISSING);
		}
	}
}

static void a_damaged_vmlinux_is_survived(void **state)
{
	static const unsigned char values[] = { 0x00, 0x01, 0x7f, 0x80, 0xff };

	for (enum order order = ORDER_LITTLE; order <= ORDER_BIG; order++) {
		_cleanup_(file_freep) char *path = vmlinux_new(&(struct elf_spec){
			.order = order, .build_id = build_id, .build_id_size = sizeof(build_id) });
		size_t size;
		_cleanup_(freep) char *bytes = file_bytes(path, &size);
		int fd = open(path, O_WRONLY);
		assert_true(fd >= 0);
		for (size_t i = 0; i < size; i++) {
			for (size_t v = 0; v < sizeof(values); v++) {
				assert_int_equal(pwrite(fd, &values[v], 1, (off_t)i), 1);
				read_either_way(path);
			}
			assert_int_equal(pwrite(fd, &bytes[i], 1, (off_t)i), 1);
		}
		/* Whole words too: sizes and offsets near 2^32 and 2^64. */
		for (size_t i = 0; i + 8 <= size; i += 4) {
			assert_int_equal(
				pwrite(fd, "\xff\xff\xff\xff\xff\xff\xff\xff", 8, (off_t)i), 8);
			read_either_way(path);
			assert_int_equal(pwrite(fd, bytes + i, 8, (off_t)i), 8);
		}
		close(fd);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_system_map_is_looked_up_by_name),
		cmocka_unit_test(lines_that_are_no_symbol_of_the_kernel_are_passed_over),
		cmocka_unit_test(a_name_of_several_places_is_found_only_if_one_is_global),
		cmocka_unit_test(a_name_that_thousands_have_is_not_found),
		cmocka_unit_test(a_name_longer_than_the_kernels_limit_is_passed_over),
		cmocka_unit_test(what_is_no_system_map_is_refused_with_its_line),
		cmocka_unit_test(every_prefix_of_a_system_map_has_its_whole_lines),
		cmocka_unit_test(a_file_that_cannot_be_read_is_an_os_error),
		cmocka_unit_test(symbols_of_the_same_kernel_pass),
		cmocka_unit_test(a_relocated_kernel_moves_all_but_absolute_symbols),
		cmocka_unit_test(without_stext_any_common_symbol_gives_the_distance),
		cmocka_unit_test(symbols_of_another_kernel_are_refused),
		cmocka_unit_test(a_static_symbol_may_be_any_of_its_name),
		cmocka_unit_test(without_a_second_symbol_nothing_is_proven),
		cmocka_unit_test(a_vmlinux_of_either_order_gives_its_symbols_and_build_id),
		cmocka_unit_test(build_ids_are_compared_as_the_kernel_prints_them),
		cmocka_unit_test(a_vmlinux_without_a_build_id_note_has_none),
		cmocka_unit_test(a_stripped_vmlinux_is_missing_its_symbols),
		cmocka_unit_test(what_is_no_ppc64_vmlinux_is_refused),
		cmocka_unit_test(a_cut_vmlinux_gives_no_symbols),
		cmocka_unit_test(a_damaged_vmlinux_is_survived),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
