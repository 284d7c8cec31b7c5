/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "page/model.h"

/* LENGTH(zone.free_area): 9 to 13 on ppc64, and no free block is of 2^32 pages. */
enum { ORDERS_MAX = 32 };

struct vmw_error *model_open(const struct page_context *context, struct reader *reader,
			     struct model **ret)
{
	_cleanup_(model_freep) struct model *model = calloc(1, sizeof(*model));
	const struct kernel *kernel = context->kernel;
	uint64_t orders;

	if (!model)
		return error_no_memory();
	model->context = context;
	model->flags = context->layout->flags;
	types_init(kernel, &model->types);
	compound_init(kernel, context->layout, &model->compound);
	TRY(zones_open(kernel, reader, &model->zones));
	TRY(special_init(context, reader, &model->special));
	if (vmcoreinfo_length(kernel->vmcoreinfo, "zone.free_area", &orders) &&
	    orders <= ORDERS_MAX)
		model->orders = (unsigned int)orders;
	kpf_rules_init(kernel, &model->types, &model->rules);
	*ret = TAKE(model);
	return NULL;
}

void model_free(struct model *model)
{
	if (!model)
		return;
	zones_free(model->zones);
	free(model);
}
