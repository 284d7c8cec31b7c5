/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Read a vmlinux: its symbol table (symbols_read_vmlinux() of kernel/symbols.h), and sections.
 *
 * Source: System V ABI, "Sections", "Symbol Table", "Note Section". libelf reads the file, and only
 * the sections that are asked for: a vmlinux with debugging information can have gigabytes. It is
 * asked for read(), not mmap(): a file that shrinks must not kill us. What it hands out has been
 * held against the file's size; offsets in it have not.
 */
#include "kernel/vmlinux.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <inttypes.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/symbol_table.h"
#include "kernel/symbols.h"
#include "util/array.h"

static void elf_endp(Elf **elf)
{
	if (*elf)
		elf_end(*elf);
}

static struct vmw_error *damaged(const char *what)
{
	return error_new(VMW_ERROR_BAD_DATA, where_none(), "vmlinux: %s: %s", what, elf_errmsg(-1));
}

static struct vmw_error *header_check(Elf *elf, uint64_t file_size)
{
	size_t size;
	const char *ident = elf_kind(elf) == ELF_K_ELF ? elf_getident(elf, &size) : NULL;

	if (!ident || size < EI_NIDENT)
		return error_new(
			VMW_ERROR_BAD_DATA, where_file(0),
			"vmlinux: not an ELF file: it must be uncompressed and no System.map");
	if (ident[EI_CLASS] != ELFCLASS64)
		return error_new(VMW_ERROR_BAD_DATA, where_file(EI_CLASS),
				 "vmlinux: not a 64-bit ELF file: a boot wrapper (zImage) will not "
				 "do");
	const Elf64_Ehdr *header = elf64_getehdr(elf);
	if (!header)
		return damaged("ELF header");
	if (header->e_machine != EM_PPC64)
		return error_new(VMW_ERROR_BAD_DATA, where_file(offsetof(Elf64_Ehdr, e_machine)),
				 "vmlinux: ELF machine %u, not %d (ppc64)", header->e_machine,
				 EM_PPC64);
	if (header->e_shoff >= file_size)
		return error_new(VMW_ERROR_TRUNCATED, where_file(header->e_shoff),
				 "vmlinux: the section headers are at %" PRIu64
				 ", the file ends at %" PRIu64,
				 header->e_shoff, file_size);
	return NULL;
}

/* The section's data in host order; NULL, with no error, when it is empty. */
static struct vmw_error *section_read(Elf_Scn *section, const char *what, const Elf_Data **ret)
{
	const Elf64_Shdr *header = elf64_getshdr(section);

	*ret = NULL;
	if (!header)
		return damaged(what);
	/* NOBITS: the file has no bytes for it, as in a file made by objcopy --only-keep-debug. */
	if (header->sh_size == 0 || header->sh_type == SHT_NOBITS)
		return NULL;
	if (header->sh_size > SYMBOLS_FILE_SIZE_MAX)
		return error_new(VMW_ERROR_BAD_DATA, where_file(header->sh_offset),
				 "vmlinux: %s: %" PRIu64 " bytes, more than 256 MiB", what,
				 header->sh_size);
	Elf_Data *data = elf_getdata(section, NULL);
	if (!data || !data->d_buf)
		return damaged(what);
	*ret = data;
	return NULL;
}

static bool symbol_is_address(const Elf64_Sym *symbol)
{
	unsigned int type = ELF64_ST_TYPE(symbol->st_info);

	return symbol->st_shndx != SHN_UNDEF && symbol->st_shndx != SHN_COMMON &&
	       type != STT_SECTION && type != STT_FILE && type != STT_TLS;
}

static struct vmw_error *table_read(Elf *elf, Elf_Scn *section, struct symbols *symbols)
{
	const Elf_Data *table, *strings;

	TRY(section_read(section, "symbol table", &table));
	Elf_Scn *names = elf_getscn(elf, elf64_getshdr(section)->sh_link);
	if (!names)
		return damaged("names of the symbol table");
	TRY(section_read(names, "names of the symbol table", &strings));
	if (!table || !strings)
		return NULL;
	if (table->d_type != ELF_T_SYM)
		return error_new(VMW_ERROR_BAD_DATA, where_none(),
				 "vmlinux: symbol table: libelf does not take it for one");

	symbols->strings = malloc(strings->d_size + 1);
	if (!symbols->strings)
		return error_no_memory();
	memcpy(symbols->strings, strings->d_buf, strings->d_size);
	symbols->strings[strings->d_size] = '\0';

	const Elf64_Sym *list = table->d_buf;
	size_t count = table->d_size / sizeof(*list);
	for (size_t i = 0; i < count; i++) {
		if (!symbol_is_address(&list[i]))
			continue;
		if (list[i].st_name >= strings->d_size)
			return error_new(VMW_ERROR_BAD_DATA, where_none(),
					 "vmlinux: symbol %zu: its name is at %" PRIu32
					 ", the names end at %zu",
					 i, list[i].st_name, strings->d_size);
		const char *name = symbols->strings + list[i].st_name;
		size_t length = strnlen(name, SYMBOL_NAME_SIZE);
		if (length == 0 || length == SYMBOL_NAME_SIZE)
			continue;
		unsigned int binding = ELF64_ST_BIND(list[i].st_info);
		struct symbol symbol = { .name = name,
					 .address = list[i].st_value,
					 .global = binding == STB_GLOBAL || binding == STB_WEAK,
					 .absolute = list[i].st_shndx == SHN_ABS };
		if (!ARRAY_PUSH(symbols->list, symbols->count, symbols->capacity, symbol))
			return error_no_memory();
	}
	return NULL;
}

static char *hex_of(const unsigned char *bytes, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	char *hex = malloc(size * 2 + 1);

	if (!hex)
		return NULL;
	for (size_t i = 0; i < size; i++) {
		hex[2 * i] = digits[bytes[i] >> 4];
		hex[2 * i + 1] = digits[bytes[i] & 0xf];
	}
	hex[2 * size] = '\0';
	return hex;
}

/* A vmlinux has one section of some hundred bytes of notes; libelf keeps each that it reads. */
enum { NOTES_SIZE_MAX = 1024 * 1024, NOTES_SECTIONS_MAX = 16 };

/* Take the build id from a section of notes, if it is there: { "GNU", NT_GNU_BUILD_ID, id }. */
static struct vmw_error *build_id_read(Elf_Scn *section, struct symbols *symbols)
{
	const Elf64_Shdr *header = elf64_getshdr(section);

	/* A damaged note proves nothing and is no reason to refuse the symbols. */
	if (!header || header->sh_size > NOTES_SIZE_MAX)
		return NULL;
	Elf_Data *data = elf_getdata(section, NULL);
	if (!data || !data->d_buf)
		return NULL;

	size_t offset = 0, name, desc;
	GElf_Nhdr note;
	while ((offset = gelf_getnote(data, offset, &note, &name, &desc)) > 0) {
		if (note.n_type != NT_GNU_BUILD_ID || note.n_namesz != sizeof(ELF_NOTE_GNU) ||
		    memcmp((char *)data->d_buf + name, ELF_NOTE_GNU, sizeof(ELF_NOTE_GNU)) != 0 ||
		    note.n_descsz == 0 || note.n_descsz > 64)
			continue;
		symbols->build_id = hex_of((const unsigned char *)data->d_buf + desc,
					   note.n_descsz);
		return symbols->build_id ? NULL : error_no_memory();
	}
	return NULL;
}

static struct vmw_error *sections_read(Elf *elf, struct symbols *symbols)
{
	size_t notes = 0;
	bool found = false;

	for (Elf_Scn *section = NULL; (section = elf_nextscn(elf, section));) {
		const Elf64_Shdr *header = elf64_getshdr(section);
		if (!header)
			return damaged("section header");
		if (header->sh_type == SHT_SYMTAB && !found) {
			found = true;
			TRY(table_read(elf, section, symbols));
		} else if (header->sh_type == SHT_NOTE && !symbols->build_id &&
			   notes++ < NOTES_SECTIONS_MAX) {
			TRY(build_id_read(section, symbols));
		}
	}
	if (symbols->count == 0)
		return error_new(
			VMW_ERROR_MISSING, where_none(),
			"vmlinux: has no symbol table, it was stripped: take the one of the "
			"debugging package, or System.map");
	return NULL;
}

/* What is read from a vmlinux: its symbols, or one section. */
struct task {
	struct symbols *symbols;

	const char *section; /* its name, when symbols is NULL: */
	size_t size_max;
	unsigned char **ret;
	size_t *ret_size;
};

static struct vmw_error *section_copy(Elf *elf, const struct task *task)
{
	size_t names;

	if (elf_getshdrstrndx(elf, &names) < 0)
		return damaged("section names");
	for (Elf_Scn *section = NULL; (section = elf_nextscn(elf, section));) {
		const Elf64_Shdr *header = elf64_getshdr(section);
		if (!header)
			return damaged("section header");
		const char *name = elf_strptr(elf, names, header->sh_name);
		if (!name || strcmp(name, task->section) != 0)
			continue;
		/* NOBITS: as in a file made by objcopy --only-keep-debug. */
		if (header->sh_size == 0 || header->sh_type == SHT_NOBITS)
			break;
		if (header->sh_size > task->size_max)
			return error_new(VMW_ERROR_BAD_DATA, where_file(header->sh_offset),
					 "vmlinux: section %s: %" PRIu64 " bytes, more than %zu",
					 task->section, header->sh_size, task->size_max);
		const Elf_Data *data = elf_rawdata(section, NULL);
		if (!data || !data->d_buf || data->d_size == 0)
			return damaged(task->section);
		*task->ret = malloc(data->d_size);
		if (!*task->ret)
			return error_no_memory();
		memcpy(*task->ret, data->d_buf, data->d_size);
		*task->ret_size = data->d_size;
		return NULL;
	}
	return error_new(VMW_ERROR_MISSING, where_none(), "vmlinux: has no section %s",
			 task->section);
}

static struct vmw_error *file_read(int fd, const struct task *task)
{
	struct stat status;

	if (fstat(fd, &status) < 0)
		return error_os(errno, where_none(), "vmlinux: stat");
	if (!S_ISREG(status.st_mode))
		return error_new(VMW_ERROR_BAD_DATA, where_none(), "vmlinux: not a regular file");
	if (elf_version(EV_CURRENT) == EV_NONE)
		return damaged("libelf");

	_cleanup_(elf_endp) Elf *elf = elf_begin(fd, ELF_C_READ, NULL);
	if (!elf)
		return damaged("ELF header");
	TRY(header_check(elf, (uint64_t)status.st_size));
	if (!task->symbols)
		return section_copy(elf, task);
	TRY(sections_read(elf, task->symbols));
	symbols_sort(task->symbols);
	return NULL;
}

static struct vmw_error *path_read(const char *path, const struct task *task)
{
	/* O_NONBLOCK: a named pipe is refused, not waited for. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return error_in_file(error_os(errno, where_none(), "vmlinux: open"), path);
	struct vmw_error *error = file_read(fd, task);
	close(fd);
	return error_in_file(error, path);
}

struct vmw_error *symbols_read_vmlinux(const char *path, struct symbols **ret)
{
	_cleanup_(symbols_freep) struct symbols *symbols = NULL;

	TRY(symbols_new(path, &symbols));
	TRY(path_read(path, &(struct task){ .symbols = symbols }));
	*ret = TAKE(symbols);
	return NULL;
}

struct vmw_error *vmlinux_read_section(const char *path, const char *name, size_t size_max,
				       unsigned char **ret, size_t *ret_size)
{
	return path_read(path, &(struct task){ .section = name,
					       .size_max = size_max,
					       .ret = ret,
					       .ret_size = ret_size });
}
