/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/load.h"

static bool report_search(void *arg, uint64_t done, uint64_t total)
{
	const struct vmw_options *options = arg;

	return options->progress(options->progress_arg, "searching memory for VMCOREINFO", done,
				 total);
}

static struct vmw_error *load_kernel(struct vmw_dump *dump)
{
	struct kernel_options options = {
		.vmcoreinfo_file = dump->options.vmcoreinfo_file,
		.system_map = dump->options.system_map,
		.vmlinux = dump->options.vmlinux,
	};

	if (dump->options.progress)
		options.progress = (struct search_progress){ .report = report_search,
							     .arg = &dump->options };
	return kernel_open(dump->reader, &options, dump->problems, &dump->kernel);
}

static struct vmw_error *load_vmemmap(struct vmw_dump *dump)
{
	TRY(load_stage(dump, STAGE_KERNEL));
	return vmemmap_open(dump->kernel, dump->reader, dump->options.source, dump->problems,
			    &dump->vmemmap);
}

static struct vmw_error *load_blocks(struct vmw_dump *dump)
{
	TRY(load_stage(dump, STAGE_VMEMMAP));
	return vmemmap_load_blocks(dump->vmemmap, dump->reader, dump->problems);
}

static struct vmw_error *load_table(struct vmw_dump *dump)
{
	TRY(load_stage(dump, STAGE_VMEMMAP));
	return vmemmap_walk(dump->vmemmap, dump->reader, dump->problems);
}

static struct vmw_error *load_types(struct vmw_dump *dump)
{
	TRY(load_stage(dump, STAGE_KERNEL));
	return kernel_load_types(dump->kernel, dump->reader, dump->problems);
}

static struct vmw_error *load_pages(struct vmw_dump *dump)
{
	_cleanup_(layout_freep) struct layout *layout = NULL;

	TRY(load_stage(dump, STAGE_KERNEL));
	TRY(load_if_there(dump, STAGE_VMEMMAP));
	TRY(load_if_there(dump, STAGE_TYPES));
	TRY(layout_open(dump->kernel, dump->problems, &layout));
	TRY(page_context_init(dump->kernel, dump->vmemmap, layout, &dump->pages));
	dump->layout = TAKE(layout);
	if (!dump->kernel->sections)
		problem_add(
			dump->problems, "sections-unknown", VMW_PARTIAL, where_none(), NULL,
			"mem_section: %s; which frames have a struct page is told by the mappings "
			"alone, which may be stale",
			dump->kernel->sections_missing ? dump->kernel->sections_missing
						       : "not found");
	return NULL;
}

static struct vmw_error *load_model(struct vmw_dump *dump)
{
	TRY(load_stage(dump, STAGE_VMEMMAP));
	TRY(load_stage(dump, STAGE_PAGES));
	TRY(model_open(&dump->pages, dump->reader, &dump->model));
	if (dump->model->zones->fault)
		problem_add(dump->problems, "zone-width-differs", VMW_PARTIAL, where_none(), NULL,
			    "%s; node and zone of pages are not told", dump->model->zones->fault);
	return NULL;
}

static struct vmw_error *load_end(struct vmw_dump *dump)
{
	TRY(load_stage(dump, STAGE_MODEL));
	return special_find_end(&dump->pages, dump->reader, dump->model->zones,
				&dump->model->special);
}

static struct vmw_error *load_facts(struct vmw_dump *dump)
{
	TRY(load_stage(dump, STAGE_KERNEL));
	TRY(load_if_there(dump, STAGE_TABLE));
	TRY(load_if_there(dump, STAGE_TYPES));
	TRY(load_if_there(dump, STAGE_PAGES));
	TRY(load_if_there(dump, STAGE_END));
	return facts_collect(dump, &dump->facts);
}

static struct vmw_error *(*const loaders[STAGE_COUNT])(struct vmw_dump *dump) = {
	[STAGE_KERNEL] = load_kernel, [STAGE_VMEMMAP] = load_vmemmap, [STAGE_BLOCKS] = load_blocks,
	[STAGE_TABLE] = load_table,   [STAGE_TYPES] = load_types,     [STAGE_PAGES] = load_pages,
	[STAGE_MODEL] = load_model,   [STAGE_END] = load_end,         [STAGE_FACTS] = load_facts,
};

/* Whether another try may end otherwise. */
static bool is_passing(const struct vmw_error *error)
{
	return error->kind == VMW_ERROR_OS || error->kind == VMW_ERROR_NO_MEMORY;
}

/* Recursion ends: a loader asks for earlier stages only. */
struct vmw_error *load_stage(struct vmw_dump *dump, enum stage stage)
{
	if (!dump->stages[stage].done) {
		struct vmw_error *error = loaders[stage](dump);

		if (error && is_passing(error))
			return error;
		dump->stages[stage].done = true;
		dump->stages[stage].error = error;
	}
	return dump->stages[stage].error ? error_copy(dump->stages[stage].error) : NULL;
}

struct vmw_error *load_if_there(struct vmw_dump *dump, enum stage stage)
{
	struct vmw_error *error = load_stage(dump, stage);

	if (!error || is_passing(error))
		return error;
	vmw_error_free(error);
	return NULL;
}

const struct vmw_error *load_failure(const struct vmw_dump *dump, enum stage stage)
{
	return dump->stages[stage].error;
}
