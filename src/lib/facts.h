/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is known of a dump, in words: vmw_dump_facts() of include/vmemwalk.h. */
#pragma once

#include "util/error.h"

struct facts; /* owned by the caller, freed with facts_free() */
struct vmw_dump;

/*
 * Put what the loaded stages of @dump know into words; STAGE_KERNEL must be there. Text from the
 * dump is escaped. Borrows from @dump until the free. NO_MEMORY only.
 */
NODISCARD struct vmw_error *facts_collect(const struct vmw_dump *dump, struct facts **ret);
void facts_free(struct facts *facts);
DEFINE_CLEANUP(struct facts, facts_free)

/* Borrowed from @facts. */
const struct vmw_fact *facts_list(const struct facts *facts, size_t *ret_count);
