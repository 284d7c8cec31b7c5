/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmemmap/vmemmap.h"

#include <inttypes.h>
#include <string.h>

#include "kernel/section.h"
#include "util/addr.h"
#include "util/checked.h"
#include "vmemmap/compare.h"
#include "vmemmap/coverage.h"
#include "vmemmap/record.h"

void vmemmap_close(struct vmemmap *vmemmap)
{
	if (!vmemmap)
		return;
	table_deinit(&vmemmap->table);
	table_deinit(&vmemmap->blocks);
	free(vmemmap->owned);
	free(vmemmap);
}

const char *source_name(enum vmw_source source)
{
	static const char *const names[] = {
		[VMW_SOURCE_AUTO] = "the best record",
		[VMW_SOURCE_LIST] = "vmemmap_list",
		[VMW_SOURCE_RADIX] = "the page tables of swapper_pg_dir",
		[VMW_SOURCE_BLOCKS] = "vmemmap_blocks",
	};

	return names[source];
}

struct vmw_error *vmemmap_open(const struct kernel *kernel, struct reader *reader,
			       enum vmw_source source, struct problems *problems,
			       struct vmemmap **ret)
{
	_cleanup_(vmemmap_closep) struct vmemmap *vmemmap = calloc(1, sizeof(*vmemmap));

	*ret = NULL;
	if (!vmemmap)
		return error_no_memory();
	vmemmap->kernel = kernel;
	vmemmap->base = kernel->vmemmap_base;
	TRY(record_use(vmemmap, reader, source, problems));
	*ret = TAKE(vmemmap);
	return NULL;
}

/* ---- all mappings ---- */

/* Why the list cannot be held against the page tables: kept, and told where it is damage. */
NODISCARD static struct vmw_error *
cross_check_off(struct vmemmap *vmemmap, const struct vmw_error *error, struct problems *problems)
{
	vmemmap->owned = strdup(error->message);
	if (!vmemmap->owned)
		return error_no_memory();
	vmemmap->block_size_from = vmemmap->owned;
	problem_add(problems, "list-broken", VMW_WARNING, error->where, NULL,
		    "%s; the mappings are those of the page tables", error->message);
	return NULL;
}

NODISCARD static struct vmw_error *cross_check(struct vmemmap *vmemmap, struct reader *reader,
					       struct problems *problems)
{
	const struct kernel *kernel = vmemmap->kernel;
	_cleanup_(list_freep) struct list *list = NULL;
	_cleanup_(table_deinit) struct table table = { 0 };
	struct table_overlaps overlaps;
	size_t refused;

	/* Nobody asked for the list: that there is none to be found is not worth a remark. */
	if (!kernel_symbol(kernel, "vmemmap_list", &(vmw_virt){ 0 }, NULL))
		return NULL;
	_cleanup_(vmw_error_freep) struct vmw_error *broken = list_read(kernel, reader, &list);
	if (record_is_fatal(broken))
		return TAKE(broken);
	vmemmap->list_count = list->count;
	vmemmap->list_complete = list->complete;
	if (list->count == 0)
		return broken ? cross_check_off(vmemmap, broken, problems) : NULL;

	_cleanup_(vmw_error_freep) struct vmw_error *no_size = list_block_size(
		kernel, reader, list, &vmemmap->block_size, &vmemmap->block_size_from);
	if (record_is_fatal(no_size))
		return TAKE(no_size);
	if (no_size)
		return cross_check_off(vmemmap, no_size, problems);

	TRY(list_check(list, kernel, reader, vmemmap->block_size));
	TRY(list_fill(list, kernel, vmemmap->block_size, NULL, &table, &refused));
	TRY(table_finish(&table, NULL, &overlaps));
	if (broken)
		problem_add(problems, "list-broken", VMW_WARNING, broken->where, NULL,
			    "%s; the mappings are those of the page tables", broken->message);
	if (refused)
		problem_add(problems, "list-entry-bad", VMW_WARNING, where_none(), NULL,
			    "%zu entries of vmemmap_list cannot be blocks; the mappings are those "
			    "of the page tables",
			    refused);
	struct compared record = { .code = "list-radix-differ",
				   .name = "vmemmap_list",
				   .table = &table,
				   .complete = list->complete && refused == 0 };
	(void)compare_tables(&record, &vmemmap->table, vmemmap->complete, problems);
	return NULL;
}

/* Tell of mappings to where there is no memory by mem_section; false where there are any. */
NODISCARD static struct vmw_error *check_memory(const struct vmemmap *vmemmap,
						struct reader *reader, struct problems *problems,
						bool *ret_sound)
{
	enum { TOLD = 8 };
	const struct kernel *kernel = vmemmap->kernel;
	unsigned int page_shift = (unsigned int)kernel->page_shift.value;
	struct frame_run run = { .count = 0 };
	uint64_t first = 0;
	size_t bad = 0;

	for (size_t i = 0; kernel->sections && i < vmemmap->table.count; i++) {
		const struct vmw_mapping *row = &vmemmap->table.rows[i];
		vmw_pfn pfn = phys_to_pfn(row->phys, page_shift);

		if (pfn.value - first >= run.count) {
			TRY(sections_find(kernel, reader, pfn, UINT64_MAX >> page_shift, &run));
			first = pfn.value;
		}
		if (run.state == FRAME_NONE && bad++ < TOLD)
			problem_add(problems, "table-bad", VMW_PARTIAL, where_virt(row->virt), NULL,
				    "0x%" PRIx64 " bytes at 0x%" PRIx64 " are at phys 0x%" PRIx64
				    " by the page tables, where there is no memory by mem_section",
				    row->size, row->virt.value, row->phys.value);
	}
	if (bad > TOLD)
		problem_add(problems, "table-bad", VMW_PARTIAL, where_none(), NULL,
			    "%zu more mappings are to where there is no memory", bad - TOLD);
	*ret_sound = bad == 0;
	return NULL;
}

/* Fill the table from the page tables, and hold it against the list. */
NODISCARD static struct vmw_error *walk_radix(struct vmemmap *vmemmap, struct reader *reader,
					      struct problems *problems, uint64_t base)
{
	_cleanup_(table_deinit) struct table table = { 0 };
	struct table_overlaps overlaps;
	bool complete;

	TRY(radix_fill(vmemmap->kernel, reader, virt_at(base), vmemmap_span(vmemmap->kernel),
		       problems, &table, &complete));
	TRY(table_finish(&table, problems, &overlaps));
	vmemmap->table = table;
	table = (struct table){ 0 };
	vmemmap->walked = true;
	TRY(check_memory(vmemmap, reader, problems, &vmemmap->complete));
	vmemmap->complete &= complete;
	TRY(cross_check(vmemmap, reader, problems));
	return blocks_join(vmemmap, reader, problems);
}

struct vmw_error *vmemmap_walk(struct vmemmap *vmemmap, struct reader *reader,
			       struct problems *problems)
{
	const struct known *base = &vmemmap->base;
	size_t gaps;

	if (vmemmap->checked)
		return NULL;
	if (!vmemmap->walked) {
		TRY(known_require(base, "the vmemmap's base", &(uint64_t){ 0 }));
		TRY(walk_radix(vmemmap, reader, problems, base->value));
	}
	/* Of a record that is known to be damaged, the gaps are no news. */
	if (vmemmap->complete && base->is_known) {
		TRY(coverage_check(vmemmap->kernel, reader, base->value, &vmemmap->table, problems,
				   &gaps));
		vmemmap->complete = gaps == 0;
	}
	vmemmap->checked = true;
	return NULL;
}

/* ---- one address ---- */

struct vmw_error *vmemmap_find(const struct vmemmap *vmemmap, struct reader *reader, vmw_virt virt,
			       size_t *hint, enum lookup *ret, struct vmw_mapping *ret_mapping)
{
	const struct known *base = &vmemmap->base;
	struct radix_leaf leaf;

	const struct vmw_mapping *row = table_find(&vmemmap->table, virt, hint);
	if (row) {
		*ret = LOOKUP_MAPPED;
		*ret_mapping = *row;
		return NULL;
	}
	*ret = LOOKUP_UNMAPPED;
	if (base->is_known &&
	    (virt.value < base->value || virt.value - base->value >= vmemmap_span(vmemmap->kernel)))
		return NULL;
	if (vmemmap->walked && vmemmap->complete)
		return NULL;
	if (vmemmap->source != VMW_SOURCE_RADIX) {
		*ret = LOOKUP_UNKNOWN;
		return NULL;
	}

	TRY(radix_find(vmemmap->kernel, reader, virt, &leaf));
	switch (leaf.state) {
	case RADIX_MAPPED:
		*ret = LOOKUP_MAPPED;
		*ret_mapping = (struct vmw_mapping){ .virt = leaf.virt,
						     .phys = leaf.phys,
						     .size = leaf.size,
						     .source = VMW_SOURCE_RADIX };
		break;
	case RADIX_UNMAPPED:
		break;
	case RADIX_MISSING:
	case RADIX_BAD:
		*ret = blocks_stand_in(vmemmap, &leaf, virt, ret_mapping) ? LOOKUP_MAPPED
									  : LOOKUP_UNKNOWN;
		break;
	}
	return NULL;
}
