/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All that it takes to say what a struct page of this kernel means: read once, then shared by all
 * threads.
 */
#pragma once

#include "page/compound.h"
#include "page/kpf_rules.h"
#include "page/special.h"
#include "page/type.h"

struct model {
	const struct page_context *context; /* borrowed */
	const struct flags *flags;          /* of the context's layout */
	struct types types;
	struct compound compound;
	struct zones *zones;
	struct special special;
	unsigned int orders; /* of the buddy system: 0 to orders - 1; 0 when not known */
	struct kpf_rule_set rules;
};

/*
 * Read what is there; @context->kernel's types must have been loaded, or will not be used. What is
 * missing is no error, and what rests on it stays unknown. OS and NO_MEMORY only.
 */
NODISCARD struct vmw_error *model_open(const struct page_context *context, struct reader *reader,
				       struct model **ret);
void model_free(struct model *model);
DEFINE_CLEANUP(struct model, model_free)
