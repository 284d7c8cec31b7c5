/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Symbols by name: what the readers of System.map and vmlinux fill, and symbols.h answers from. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/symbols.h"

struct symbol {
	const char *name; /* in symbols.strings */
	uint64_t address; /* as the file has it */
	bool global;
	bool absolute; /* relocation does not move it */
};

struct symbols {
	char *path;
	char *strings;
	struct symbol *list; /* sorted by name once symbols_sort() has run */
	size_t count, capacity;
	uint64_t relocation; /* to add to what is not absolute */
	char *build_id;      /* or NULL */
};

enum {
	/* KSYM_NAME_LEN, include/linux/kallsyms.h: 512 since 6.1, with its NUL. The kernel's own
	   table leaves out what is longer; nothing that is asked for is. */
	SYMBOL_NAME_SIZE = 512,
	/* Of a System.map, or a symbol table: the largest of any kernel are a tenth of it. */
	SYMBOLS_FILE_SIZE_MAX = 256 * 1024 * 1024,
};

NODISCARD struct vmw_error *symbols_new(const char *path, struct symbols **ret);
void symbols_sort(struct symbols *symbols);
