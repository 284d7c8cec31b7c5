/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A struct page as --pfn, --phys and --page answer with it: a row of columns, or text. */
#pragma once

#include "cli/table.h"

/* The names of the bits of page->flags, fit to be printed, and of those of /proc/kpageflags; NULL
 * where a bit has none. */
struct flag_names {
	char *names[64];
	const char *kpf[64];
};

/* As @dump has them, which must have located struct pages before. */
NODISCARD struct vmw_error *flag_names_init(struct flag_names *names, const struct vmw_dump *dump);
void flag_names_deinit(struct flag_names *names);

struct page_row {
	const struct vmw_page *page;
	const struct flag_names *flag_names;
	const struct vmw_page_state *state; /* NULL where nothing is known of it */
	/* For --page, else NULL: where in the struct page the address that was asked for is. */
	const struct vmw_page_place *place;
	bool no_frame; /* that address is outside the vmemmap: page->pfn is meaningless */
};

/* "file"; "head" */
const char *mapping_kind_name(enum vmw_mapping_kind kind);
const char *compound_name(enum vmw_compound compound);

/* Whether the bits of fields->flags mean what their names say. */
bool page_flags_are_named(const struct vmw_page_fields *fields);

/* All columns; CSV and JSON. */
extern const struct table page_table;

/* The headline, and, if the struct page is in the dump, its words and fields. */
void page_text(struct writer *out, const struct page_row *row);
