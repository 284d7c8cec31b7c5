/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/concern.h"

#include <string.h>

enum {
	MAPPINGS = 1U << QUERY_MAPPINGS,
	PAGES = 1U << QUERY_PFN | 1U << QUERY_PHYS | 1U << QUERY_PAGE,
	KPAGES = 1U << QUERY_KPAGEFLAGS | 1U << QUERY_KPAGECOUNT,
	ADDRESSES = 1U << QUERY_TRANSLATE | 1U << QUERY_READ,
};

/* By how a code starts. A code that is not here concerns all that rests on what is known of the
 * kernel. */
static const struct {
	const char *prefix;
	unsigned int kinds;
} concerns[] = {
	/* The record is damaged somewhere. A page or an address there comes back as unknown; the
	   others are right. */
	{ "list-", MAPPINGS },
	{ "table-", MAPPINGS },
	{ "memmap-", MAPPINGS },
	/* Two entries disagree about an address: which one is meant is a choice. */
	{ "mapping-", MAPPINGS | PAGES | KPAGES | ADDRESSES },
	/* Which frames have a struct page, and how large it is. */
	{ "mem-section-", PAGES | KPAGES },
	{ "section-", PAGES | KPAGES },
	{ "sections-", PAGES | KPAGES },
	{ "max-physmem-", PAGES | KPAGES },
	{ "struct-page-", PAGES | KPAGES },
};

bool problem_concerns(const struct vmw_problem *problem, const struct query *query)
{
	unsigned int kinds = MAPPINGS | PAGES | KPAGES | ADDRESSES;

	if (problem->severity != VMW_PARTIAL || problem->file)
		return false;
	if (query->kind == QUERY_READ && query->read.space == VMW_SPACE_PHYS)
		return false;
	for (size_t i = 0; i < sizeof(concerns) / sizeof(concerns[0]); i++) {
		if (strncmp(problem->code, concerns[i].prefix, strlen(concerns[i].prefix)) == 0)
			kinds = concerns[i].kinds;
	}
	return kinds & 1U << query->kind;
}
