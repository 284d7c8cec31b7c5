/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Put the tables of kallsyms into fake memory, compressed by tokens as scripts/kallsyms.c does it.
 *
 *	struct fake_kallsyms s = fake_kallsyms_new(&(struct fake_kallsyms_spec){ ... });
 *	struct machine m = machine_new(.kernel = { .drop = FAKE_KALLSYMS_DROP, .add = s.lines });
 *	fake_kallsyms_put(m.ram, &s);
 */
#pragma once

#include "fake/ram.h"

enum fake_kallsyms_form {
	FAKE_BASE_RELATIVE,  /* kallsyms_offsets and kallsyms_relative_base, 6.0 to 6.x */
	FAKE_ADDRESSES,      /* kallsyms_addresses, to 6.10 */
	FAKE_PLACE_RELATIVE, /* kallsyms_offsets alone, since 7.0 */
};

struct fake_symbol {
	char type;
	const char *name; /* printable ASCII */
	uint64_t address;
};

struct fake_kallsyms_spec {
	enum order order;
	enum fake_kallsyms_form form;
	const struct fake_symbol *symbols;
	size_t count;
	uint64_t phys;          /* of the first table: 16 MiB */
	uint64_t relative_base; /* 0xc000000000000000 */
	bool plain;             /* no tokens of more than one character: names get long */
};

/* Where the tables are to be, physical, and what is in them. */
struct fake_kallsyms {
	char *lines; /* of VMCOREINFO; freed by fake_kallsyms_free() */
	unsigned char *bytes;
	uint64_t start, size; /* of all tables */
	uint64_t num_syms, names, names_end, token_table, token_index, addresses, relative_base;
};

/* For fake_kernel_spec.drop: the lines of the tables that fake_kernel_put() only names. */
#define FAKE_KALLSYMS_DROP "SYMBOL(kallsyms"

struct fake_kallsyms fake_kallsyms_new(const struct fake_kallsyms_spec *spec);
void fake_kallsyms_put(struct ram *ram, const struct fake_kallsyms *kallsyms);
void fake_kallsyms_free(struct fake_kallsyms *kallsyms);
