/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kallsyms: the kernel's own symbol table, from its memory.
 *
 * Source: Linux kernel/kallsyms.c (kallsyms_expand_symbol(), kallsyms_sym_address()),
 * scripts/kallsyms.c (write_src()). The tables are named by SYMBOL(kallsyms_names, _num_syms,
 * _token_table, _token_index) of VMCOREINFO since 6.0 (5fd8fea935a1, f09bddbd8661). A name is a
 * length (since 6.1, 73bbb94466fd, two bytes where the first has its top bit set) and that many
 * token numbers; the first character of the expansion is the symbol's type. Addresses have one of
 * three forms:
 * - kallsyms_addresses: u64 each (to 6.10, without CONFIG_KALLSYMS_BASE_RELATIVE);
 * - kallsyms_offsets and kallsyms_relative_base: base + u32 (4.6 to 6.x);
 * - kallsyms_offsets alone: the address of the offset + s32 (since 7.0, a081b5789255).
 * All three give addresses as the kernel runs, relocation applied. (The fourth form, absolute
 * per-CPU offsets, was x86's.) Data symbols are there with CONFIG_KALLSYMS_ALL only; symbols of
 * modules never.
 *
 * Under ELFv1, which is to say big-endian, the code of a function is called ".name"; "name" is its
 * descriptor, a data symbol. Labels in assembly (_stext) have no dot.
 */
#pragma once

#include "dump/reader.h"
#include "kernel/kernel.h"

struct kallsyms; /* owned by the caller, freed with kallsyms_free(); borrows nothing */

/*
 * Read the tables, all of them: a few MB. MISSING when VMCOREINFO does not name them or memory
 * lacks them; BAD_DATA when they make no sense: more than 2^21 symbols, names that go on for more
 * than 64 MiB, a name or token of more than 511 characters, and unless one of the symbols is _stext
 * at the address that VMCOREINFO states: that proves the form of the addresses, too.
 */
NODISCARD struct vmw_error *kallsyms_open(const struct kernel *kernel, struct reader *reader,
					  struct kallsyms **ret);
void kallsyms_free(struct kallsyms *kallsyms);
DEFINE_CLEANUP(struct kallsyms, kallsyms_free)

/* A symbol that is asked for: @name goes in, the rest comes out. */
struct kallsyms_query {
	const char *name;
	bool found;
	/* Not found because it stands for several places (static variables of different files),
	 * and not just one of them is global. */
	bool ambiguous;
	char type; /* as nm(1) and /proc/kallsyms print it: capital for a global symbol */
	vmw_virt address;
	uint32_t hash; /* kallsyms_find()'s own */
};

/*
 * Answer @count queries in one pass: ask for all that is needed at once. @kallsyms may be NULL:
 * nothing is found.
 */
void kallsyms_find(const struct kallsyms *kallsyms, struct kallsyms_query *queries, size_t count);

/*
 * Call @callback for each symbol, in the order of the table; it returns false to stop. @name is
 * good for the call only, has 1 to 511 characters, and is as the dump has it: escape what is
 * printed.
 */
void kallsyms_each(const struct kallsyms *kallsyms,
		   bool (*callback)(void *arg, char type, const char *name, vmw_virt address),
		   void *arg);

size_t kallsyms_count(const struct kallsyms *kallsyms);

/* "addresses", "offsets from kallsyms_relative_base", "place-relative offsets" */
const char *kallsyms_form(const struct kallsyms *kallsyms);
