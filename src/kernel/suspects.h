/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernels of which memory holds VMCOREINFO, and which of them crashed: the other half of
 * kernel/search.h.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/candidate.h"
#include "kernel/search.h"

enum { SUSPECTS_MAX = 64 };

/* A kernel of which memory has at least one text. */
struct suspect {
	struct candidate best;
	bool crashed;     /* one of its texts has CRASHTIME */
	uint64_t *places; /* where its texts and notes begin: candidate_image_refers() */
	size_t place_count, place_capacity;
	bool early_checked;
	bool dropped; /* it is not the one */
};

struct suspects {
	struct suspect list[SUSPECTS_MAX];
	size_t count;
	unsigned int early_checks;
	bool decided; /* nothing found later could change the choice */
};

void suspects_deinit(struct suspects *suspects);

/*
 * Put @found to the kernel it is of; what is kept of it is taken away. BAD_DATA for more kernels
 * than SUSPECTS_MAX.
 */
NODISCARD struct vmw_error *suspects_add(struct suspects *suspects, struct reader *reader,
					 struct candidate *found);

/* Choose as search_vmcoreinfo() says; there is at least one. The text goes over to @ret. */
NODISCARD struct vmw_error *suspects_choose(struct suspects *suspects, struct reader *reader,
					    struct problems *problems, struct search_result *ret);
