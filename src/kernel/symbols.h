/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses of kernel symbols, from files that the user has: System.map, or the symbol table of a
 * vmlinux (by libelf).
 *
 * Source: System.map is the output of nm -n, without undefined symbols: "ADDRESS TYPE NAME" (Linux
 * scripts/mksysmap), 16 hex digits on 64-bit kernels; /proc/kallsyms adds the module of a symbol in
 * a fourth column (kernel/kallsyms.c, s_show()).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "kernel/vmcoreinfo.h"

struct symbols; /* owned by the caller, freed with symbols_free() */

/*
 * Read the symbols of @path, once, front to back: a pipe will do. Symbols of modules are left out;
 * a last line without a newline was cut and is passed over. OS when it cannot be read; BAD_DATA,
 * naming the line and what is wrong with it, when it is no System.map of a 64-bit kernel. Every
 * error names the file.
 */
NODISCARD struct vmw_error *symbols_read_system_map(const char *path, struct symbols **ret);

/*
 * The same from the ELF symbol table of a vmlinux, in either byte order. OS when it cannot be read;
 * BAD_DATA when it is no ppc64 ELF file, or a damaged one; TRUNCATED when it ends before its
 * section headers; MISSING when it has been stripped of its symbol table. Every error names the
 * file.
 */
NODISCARD struct vmw_error *symbols_read_vmlinux(const char *path, struct symbols **ret);
void symbols_free(struct symbols *symbols);
DEFINE_CLEANUP(struct symbols, symbols_free)

/*
 * Hold @symbols against the SYMBOL lines of @info, and the build id of a vmlinux against its
 * BUILD-ID, and find by how much the kernel was relocated: by one distance for all symbols that are
 * not absolute, that of _stext. BAD_DATA, naming the file and the first symbol that differs, when
 * they are of different kernels; lines whose value is a pointer's content
 * (vmcoreinfo_symbol_is_content()) are no evidence. MISSING when nothing is in both but the symbol
 * that gave the distance. @info may be NULL: nothing to check.
 */
NODISCARD struct vmw_error *symbols_check(struct symbols *symbols, const struct vmcoreinfo *info);

/*
 * The address of @name in the crashed kernel, relocation applied. False when absent, and when it
 * stands for several places (static variables of different files) of which not just one is global.
 * @symbols may be NULL.
 */
bool symbols_find(const struct symbols *symbols, const char *name, uint64_t *ret);

/* The file they are from; borrowed from @symbols. */
const char *symbols_path(const struct symbols *symbols);

/* The build id of a vmlinux in lower-case hex, NULL when unknown. */
const char *symbols_build_id(const struct symbols *symbols);
