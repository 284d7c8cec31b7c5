/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is asked of the dump: one struct query for each action or question on the command line, in
 * its order. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/number.h"

enum query_kind {
	QUERY_MAPPINGS,
	QUERY_PFN,
	QUERY_PHYS,
	QUERY_PAGE,
	QUERY_TRANSLATE,
	QUERY_READ,
	QUERY_KPAGEFLAGS,
	QUERY_KPAGECOUNT,
	QUERY_INFO,
	QUERY_VMCOREINFO,
	QUERY_KIND_COUNT,
};

/* The bytes that --read is after. */
struct query_read {
	enum vmw_space space; /* PHYS or VIRT */
	uint64_t address;
	uint64_t size; /* > 0; address + size - 1 fits in 64 bits */
};

struct query {
	enum query_kind kind;
	union {
		struct number_range frames; /* PFN */
		uint64_t address;           /* PHYS, PAGE, TRANSLATE */
		struct query_read read;     /* READ */
		const char *path;           /* KPAGEFLAGS, KPAGECOUNT; borrowed from argv */
	};
};

struct query_list {
	struct query *list;
	size_t count, capacity;
};

/* Whether several queries of @kind, and others for which this is true, go in one call. */
bool query_kind_repeats(enum query_kind kind);

/* A file that is named on the command line, borrowed: not empty, and not "-", which would be
 * standard input or output elsewhere. MISUSE, as of cli/number.h. */
NODISCARD struct vmw_error *file_name_parse(const char *text, const char **ret);

/* Make the query @kind from its option's argument (NULL when it takes none). MISUSE as of
 * cli/number.h. */
NODISCARD struct vmw_error *query_parse(enum query_kind kind, const char *argument,
					struct query *ret);

NODISCARD struct vmw_error *query_add(struct query_list *queries, const struct query *query);

void query_list_deinit(struct query_list *queries);
