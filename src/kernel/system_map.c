/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Read System.map: symbols_read_system_map() of kernel/symbols.h. */
#include "kernel/symbols.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/symbol_table.h"
#include "util/array.h"

/* Read all of @fd, a pipe perhaps, into symbols->strings, and end it with a NUL. */
static struct vmw_error *text_read(struct symbols *symbols, int fd, size_t *ret_size)
{
	size_t size = 0, capacity = 0;
	struct stat status;

	/* Only a hint: what counts is what read() gives. */
	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0 &&
	    status.st_size <= SYMBOLS_FILE_SIZE_MAX &&
	    !array_reserve(&symbols->strings, &capacity, (size_t)status.st_size + 2, 1))
		return error_no_memory();
	for (;;) {
		if (size > SYMBOLS_FILE_SIZE_MAX)
			return error_new(VMW_ERROR_BAD_DATA, where_none(),
					 "System.map: larger than 256 MiB");
		if (!array_reserve(&symbols->strings, &capacity, size + 2, 1))
			return error_no_memory();
		ssize_t got = read(fd, symbols->strings + size, capacity - size - 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_os(errno, where_file(size), "System.map: read");
		if (got == 0)
			break;
		size += (size_t)got;
	}
	symbols->strings[size] = '\0';
	*ret_size = size;
	return NULL;
}

/* What people hand over in place of a System.map, and what to do then. */
static const char *mistake_of(const char *text, size_t size)
{
	static const struct {
		const char *magic;
		size_t size;
		const char *mistake;
	} mistakes[] = {
		{ "\x7f"
		  "ELF",
		  4, "is an ELF file: give it with --vmlinux" },
		{ "\x1f\x8b", 2, "is compressed: decompress it first (gzip -d)" },
		{ "\xfd"
		  "7zXZ",
		  5, "is compressed: decompress it first (xz -d)" },
		{ "\x28\xb5\x2f\xfd", 4, "is compressed: decompress it first (zstd -d)" },
	};

	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		if (size >= mistakes[i].size &&
		    memcmp(text, mistakes[i].magic, mistakes[i].size) == 0)
			return mistakes[i].mistake;
	}
	return NULL;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

enum line_kind { LINE_SYMBOL, LINE_OTHER, LINE_BAD };

/*
 * Parse the line of @length bytes at @line, whose newline at @line[length] may be overwritten. Of
 * LINE_BAD, @ret_mistake says what is wrong.
 */
static enum line_kind line_parse(char *line, size_t length, struct symbol *ret,
				 const char **ret_mistake)
{
	enum { DIGITS = 16, TYPE = 17, NAME = 19 };
	uint64_t address = 0;
	size_t digits = 0;

	if (length && line[length - 1] == '\r')
		length--;
	if (length == 0)
		return LINE_OTHER;
	for (; digits < length && digits <= DIGITS; digits++) {
		char c = line[digits];
		unsigned int digit;
		if (c >= '0' && c <= '9')
			digit = (unsigned int)(c - '0');
		else if (c >= 'a' && c <= 'f')
			digit = (unsigned int)(c - 'a') + 10;
		else if (c >= 'A' && c <= 'F')
			digit = (unsigned int)(c - 'A') + 10;
		else
			break;
		address = address << 4 | digit;
	}

	*ret_mistake = "is not \"ADDRESS TYPE NAME\"";
	/* nm leaves the address of an undefined symbol blank; mksysmap drops such lines. */
	bool undefined = digits == 0 && length > NAME && strspn(line, " ") >= DIGITS;
	if (digits == 8 && length > 10 && is_blank(line[8]) && is_blank(line[10])) {
		*ret_mistake = "has an address of 8 digits: it is of a 32-bit kernel";
		return LINE_BAD;
	}
	if ((digits != DIGITS && !undefined) || length <= NAME || line[DIGITS] != ' ' ||
	    line[TYPE] <= ' ' || line[TYPE] > '~' || line[TYPE + 1] != ' ')
		return LINE_BAD;

	size_t end = NAME;
	while (end < length && (unsigned char)line[end] > ' ' && line[end] != 0x7f)
		end++;
	size_t name_length = end - NAME;
	if (name_length == 0)
		return LINE_BAD;
	if (end < length) {
		size_t module = end;
		while (module < length && is_blank(line[module]))
			module++;
		if (module == end || module == length || line[module] != '[' ||
		    line[length - 1] != ']')
			return LINE_BAD;
		return LINE_OTHER;
	}
	if (undefined || name_length >= SYMBOL_NAME_SIZE)
		return LINE_OTHER;
	line[end] = '\0';
	char type = line[TYPE];
	*ret = (struct symbol){ .name = line + NAME,
				.address = address,
				.global = type >= 'A' && type <= 'Z',
				.absolute = type == 'A' || type == 'a' };
	return LINE_SYMBOL;
}

static struct vmw_error *text_parse(struct symbols *symbols, size_t size)
{
	char *position = symbols->strings, *end = position + size;
	bool any_address = false;
	size_t number = 1;

	for (char *newline; (newline = memchr(position, '\n', (size_t)(end - position)));
	     position = newline + 1, number++) {
		struct symbol symbol;
		const char *mistake;
		size_t length = (size_t)(newline - position);
		switch (line_parse(position, length, &symbol, &mistake)) {
		case LINE_BAD:
			return error_new(VMW_ERROR_BAD_DATA,
					 where_file((uint64_t)(position - symbols->strings)),
					 "System.map: line %zu %s: '%.*s'", number, mistake,
					 length < 60 ? (int)length : 60, position);
		case LINE_OTHER:
			break;
		case LINE_SYMBOL:
			any_address |= symbol.address != 0;
			if (!ARRAY_PUSH(symbols->list, symbols->count, symbols->capacity, symbol))
				return error_no_memory();
		}
	}
	if (symbols->count == 0)
		return error_new(VMW_ERROR_BAD_DATA, where_none(),
				 "System.map: no symbol in %zu bytes", size);
	if (!any_address)
		return error_new(
			VMW_ERROR_BAD_DATA, where_none(),
			"System.map: all addresses are 0: /proc/kallsyms shows them to root "
			"only");
	return NULL;
}

static struct vmw_error *system_map_read(struct symbols *symbols)
{
	size_t size = 0;

	int fd = open(symbols->path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return error_os(errno, where_none(), "System.map: open");
	struct vmw_error *error = text_read(symbols, fd, &size);
	close(fd);
	if (error)
		return error;

	const char *mistake = mistake_of(symbols->strings, size);
	if (mistake)
		return error_new(VMW_ERROR_BAD_DATA, where_file(0), "System.map: %s", mistake);
	TRY(text_parse(symbols, size));
	symbols_sort(symbols);
	return NULL;
}

struct vmw_error *symbols_read_system_map(const char *path, struct symbols **ret)
{
	_cleanup_(symbols_freep) struct symbols *symbols = NULL;

	TRY(symbols_new(path, &symbols));
	TRY(error_in_file(system_map_read(symbols), path));
	*ret = TAKE(symbols);
	return NULL;
}
