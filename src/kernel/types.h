/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kallsyms and BTF of a kernel, held against what is known of it before they are used: the steps of
 * kernel_load_types(), and the addresses that it leaves for kernel_symbol().
 */
#pragma once

#include "kernel/kernel.h"

/* Addresses that were looked up in kallsyms, all in one pass. */
struct known_symbols; /* owned by the caller, freed with known_symbols_free() */
void known_symbols_free(struct known_symbols *symbols);
DEFINE_CLEANUP(struct known_symbols, known_symbols_free)

/*
 * The address of @name by kernel->kallsyms. False when it does not have it, has several, or was not
 * loaded. Names that are not in the table of kernel/types.c cost a pass through kallsyms each: add
 * there what is asked for.
 */
bool types_symbol(const struct kernel *kernel, const char *name, uint64_t *ret);

/*
 * Hold @types against every SIZE, OFFSET and NUMBER(PG_*) line of @info that they can answer.
 * BAD_DATA, naming the first line that differs, and no place, since what is wrong is none: they are
 * of another kernel. MISSING when no line can be compared. @info may be NULL: there is none.
 */
NODISCARD struct vmw_error *types_check(const struct btf_types *types,
					const struct vmcoreinfo *info);
