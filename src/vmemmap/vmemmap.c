/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmemmap/vmemmap.h"

#include <inttypes.h>
#include <string.h>

#include "kernel/section.h"
#include "util/addr.h"
#include "util/checked.h"
#include "vmemmap/blocks.h"
#include "vmemmap/compare.h"
#include "vmemmap/coverage.h"

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

static bool mmu_is(const struct kernel *kernel, enum mmu mmu)
{
	return kernel->mmu.is_known && kernel->mmu.value == mmu;
}

/* Errors that say something about this process, not about the dump. */
static bool is_fatal(const struct vmw_error *error)
{
	return error && (error->kind == VMW_ERROR_NO_MEMORY || error->kind == VMW_ERROR_OS);
}

/* ---- the list ---- */

NODISCARD static struct vmw_error *list_is_empty(const struct kernel *kernel)
{
	if (mmu_is(kernel, MMU_RADIX))
		return error_new(VMW_ERROR_MISSING, where_none(),
				 "vmemmap_list is empty: radix kernels since 6.6 keep none; use "
				 "--source radix");
	if (kernel->mmu.is_known)
		return error_new(
			VMW_ERROR_MISSING, where_none(),
			"vmemmap_list is empty, and a %s kernel has no other record of its "
			"vmemmap that is read: it may have crashed before it made one",
			mmu_name((enum mmu)kernel->mmu.value));
	return error_new(VMW_ERROR_MISSING, where_none(),
			 "vmemmap_list is empty, as radix kernels since 6.6 leave it");
}

/*
 * The regions that Linux ever gave to the vmemmap start at multiples of 1 TiB
 * (arch/powerpc/include/asm/book3s/64/hash-4k.h, hash-64k.h, radix.h, nohash/64/pgtable.h).
 */
static bool may_be_base(const struct vmemmap *vmemmap, uint64_t virt)
{
	const struct vmw_mapping *last = &vmemmap->table.rows[vmemmap->table.count - 1];

	return virt % (UINT64_C(1) << 40) == 0 &&
	       last->virt.value - virt < vmemmap_span(vmemmap->kernel);
}

/* Hold the base against the lowest entry of the list, or of vmemmap_blocks, or take it from there.
 */
static void base_from_lowest(struct vmemmap *vmemmap, struct problems *problems)
{
	bool list = vmemmap->source == VMW_SOURCE_LIST;
	struct known *base = &vmemmap->base;
	uint64_t lowest = vmemmap->table.rows[0].virt.value;

	if (!vmemmap->complete)
		return;
	if (base->is_known && base->value == lowest) {
		if (!base->note)
			base->note = list ? "the lowest entry of vmemmap_list agrees"
					  : "the lowest entry of vmemmap_blocks agrees";
	} else if (base->is_known) {
		problem_add(problems, "base-differs", VMW_PARTIAL, where_virt(virt_at(lowest)),
			    NULL,
			    "the lowest entry of %s maps 0x%" PRIx64
			    ", but the vmemmap's base is 0x%" PRIx64 " (%s)",
			    source_name(vmemmap->source), lowest, base->value,
			    base->from ? base->from : "source unknown");
	} else if (may_be_base(vmemmap, lowest)) {
		*base = (struct known){ .is_known = true,
					.value = lowest,
					.from = list ? "lowest entry of vmemmap_list"
						     : "lowest entry of vmemmap_blocks" };
	} else {
		base->note = list ? "the lowest entry of vmemmap_list is at no region's start"
				  : "the lowest entry of vmemmap_blocks is at no region's start";
	}
}

NODISCARD static struct vmw_error *list_use(struct vmemmap *vmemmap, struct reader *reader,
					    struct problems *problems)
{
	const struct kernel *kernel = vmemmap->kernel;
	_cleanup_(list_freep) struct list *list = NULL;
	struct table_overlaps overlaps;
	size_t refused;

	_cleanup_(vmw_error_freep) struct vmw_error *broken = list_read(kernel, reader, &list);
	if (is_fatal(broken) || (broken && list->count == 0))
		return TAKE(broken);
	if (list->count == 0)
		return list_is_empty(kernel);

	TRY(list_block_size(kernel, reader, list, &vmemmap->block_size, &vmemmap->block_size_from));
	TRY(list_check(list, kernel, reader, vmemmap->block_size));
	TRY(list_fill(list, kernel, vmemmap->block_size, problems, &vmemmap->table, &refused));
	if (vmemmap->table.count == 0)
		return error_new(VMW_ERROR_BAD_DATA, where_virt(list->entries[0].address),
				 "vmemmap_list: none of its %zu entries can be a block; entry 1 at "
				 "0x%" PRIx64 ": virt 0x%" PRIx64 ", phys 0x%" PRIx64 ": %s",
				 list->count, list->entries[0].address.value,
				 list->entries[0].virt.value, list->entries[0].phys.value,
				 list_entry_fault(&list->entries[0], kernel, vmemmap->block_size));
	TRY(table_finish(&vmemmap->table, problems, &overlaps));

	if (broken)
		problem_add(problems, "list-broken", VMW_PARTIAL, broken->where, NULL, "%s%s",
			    broken->message,
			    mmu_is(kernel, MMU_RADIX)
				    ? "; the page tables tell the same: use --source radix"
				    : "");
	vmemmap->source = VMW_SOURCE_LIST;
	vmemmap->list_count = list->count;
	vmemmap->list_complete = list->complete;
	vmemmap->complete = list->complete && refused == 0;
	vmemmap->walked = true;
	base_from_lowest(vmemmap, problems);
	return NULL;
}

/* ---- vmemmap_blocks ---- */

NODISCARD static struct vmw_error *blocks_is_empty(const struct kernel *kernel)
{
	if (mmu_is(kernel, MMU_HASH) || mmu_is(kernel, MMU_BOOK3E))
		return error_new(VMW_ERROR_MISSING, where_none(),
				 "vmemmap_blocks is empty: a %s kernel keeps vmemmap_list; use "
				 "--source list",
				 mmu_name((enum mmu)kernel->mmu.value));
	return error_new(VMW_ERROR_MISSING, where_none(),
			 "vmemmap_blocks is empty: the kernel may have crashed before it mapped "
			 "its vmemmap");
}

NODISCARD static struct vmw_error *blocks_use(struct vmemmap *vmemmap, struct reader *reader,
					      struct problems *problems)
{
	const struct kernel *kernel = vmemmap->kernel;
	_cleanup_(blocks_freep) struct blocks *blocks = NULL;
	struct table_overlaps overlaps;
	size_t refused;

	_cleanup_(vmw_error_freep) struct vmw_error *broken = blocks_read(kernel, reader, &blocks);
	if (is_fatal(broken) || (broken && blocks->count == 0))
		return TAKE(broken);
	if (blocks->count == 0)
		return blocks_is_empty(kernel);

	TRY(blocks_check(blocks, kernel, reader));
	TRY(blocks_fill(blocks, kernel, problems, &vmemmap->table, &refused));
	if (vmemmap->table.count == 0)
		return error_new(VMW_ERROR_BAD_DATA, where_virt(blocks->list[0].address),
				 "vmemmap_blocks: none of its %zu entries can be a block; entry 1 "
				 "at 0x%" PRIx64 ": virt 0x%" PRIx64 ", phys 0x%" PRIx64
				 ", size 0x%" PRIx64 ": %s",
				 blocks->count, blocks->list[0].address.value,
				 blocks->list[0].virt.value, blocks->list[0].phys.value,
				 blocks->list[0].size, block_fault(&blocks->list[0], kernel));
	TRY(table_finish(&vmemmap->table, problems, &overlaps));

	if (broken)
		problem_add(problems, "blocks-broken", VMW_PARTIAL, broken->where, NULL, "%s%s",
			    broken->message,
			    mmu_is(kernel, MMU_RADIX)
				    ? "; the page tables tell the same: use --source radix"
				    : "");
	vmemmap->source = VMW_SOURCE_BLOCKS;
	vmemmap->blocks_count = blocks->count;
	vmemmap->blocks_complete = blocks->complete && refused == 0;
	vmemmap->blocks_loaded = true;
	vmemmap->complete = vmemmap->blocks_complete;
	vmemmap->walked = true;
	base_from_lowest(vmemmap, problems);
	return NULL;
}

/* ---- the page tables ---- */

NODISCARD static struct vmw_error *radix_use(struct vmemmap *vmemmap, struct reader *reader)
{
	const struct known *base = &vmemmap->base;
	struct radix_leaf leaf;

	/* Whatever the address: without page size or swapper_pg_dir this fails. */
	TRY(radix_find(vmemmap->kernel, reader,
		       virt_at(base->is_known ? base->value : ADDR_LINEAR_BASE), &leaf));
	vmemmap->source = VMW_SOURCE_RADIX;
	if (!base->is_known)
		return NULL;
	if (leaf.state == RADIX_UNMAPPED)
		return error_new(VMW_ERROR_BAD_DATA, where_phys(leaf.entry),
				 "page tables: nothing is mapped at the vmemmap's base 0x%" PRIx64
				 " (%s), where frame 0 has its struct page",
				 base->value, base->from ? base->from : "source unknown");
	if (leaf.state == RADIX_BAD)
		return error_new(VMW_ERROR_BAD_DATA, where_phys(leaf.entry),
				 "page tables: entry 0x%016" PRIx64 " at 0x%" PRIx64
				 " for the vmemmap's base 0x%" PRIx64 ": %s",
				 leaf.value, leaf.entry.value, base->value, leaf.fault);
	return NULL;
}

NODISCARD static struct vmw_error *radix_require(const struct kernel *kernel)
{
	if (mmu_is(kernel, MMU_HASH))
		return error_new(VMW_ERROR_MISSING, where_none(),
				 "a hash kernel does not keep the vmemmap in page tables; use "
				 "--source list");
	if (mmu_is(kernel, MMU_BOOK3E))
		return error_new(VMW_ERROR_MISSING, where_none(),
				 "the page tables of a Book3E kernel are not read; use --source "
				 "list");
	return NULL;
}

/*
 * The page tables, or, where they cannot even be entered, vmemmap_blocks, and that said: the two
 * were to agree.
 */
NODISCARD static struct vmw_error *radix_or_blocks(struct vmemmap *vmemmap, struct reader *reader,
						   struct problems *problems)
{
	_cleanup_(vmw_error_freep) struct vmw_error *no_radix = radix_use(vmemmap, reader);
	if (!no_radix || is_fatal(no_radix) || !blocks_exported(vmemmap->kernel))
		return TAKE(no_radix);
	_cleanup_(vmw_error_freep) struct vmw_error *no_blocks = blocks_use(vmemmap, reader,
									    problems);
	if (is_fatal(no_blocks))
		return TAKE(no_blocks);
	if (no_blocks)
		return error_new(no_radix->kind, no_radix->where, "%s; nor by vmemmap_blocks: %s",
				 no_radix->message, no_blocks->message);
	problem_add(problems, "table-bad", VMW_PARTIAL, no_radix->where, NULL,
		    "%s; the mappings are those of vmemmap_blocks", no_radix->message);
	vmemmap->source_from = "the page tables cannot be used, and vmemmap_blocks is there";
	return NULL;
}

/* ---- choosing ---- */

/* The MMU is not known. A filled list is right on all of them, an empty one leaves radix. */
NODISCARD static struct vmw_error *guess_use(struct vmemmap *vmemmap, struct reader *reader,
					     struct problems *problems)
{
	_cleanup_(vmw_error_freep) struct vmw_error *no_list = list_use(vmemmap, reader, problems);
	if (!no_list) {
		vmemmap->source_from = "vmemmap_list is filled";
		return NULL;
	}
	if (is_fatal(no_list))
		return TAKE(no_list);
	table_deinit(&vmemmap->table);
	vmemmap->block_size = 0;
	vmemmap->block_size_from = NULL;

	const char *why = vmemmap->base.from ? vmemmap->base.from
					     : "the vmemmap's base is not known";
	_cleanup_(vmw_error_freep) struct vmw_error *no_radix = NULL;
	if (vmemmap->base.is_known) {
		struct radix_leaf leaf;

		no_radix = radix_find(vmemmap->kernel, reader, virt_at(vmemmap->base.value), &leaf);
		if (is_fatal(no_radix))
			return TAKE(no_radix);
		if (!no_radix && leaf.state == RADIX_MAPPED) {
			vmemmap->source = VMW_SOURCE_RADIX;
			vmemmap->source_from = "the page tables map the vmemmap's base";
			return NULL;
		}
		why = no_radix ? no_radix->message
			       : "the page tables do not map the vmemmap's base";
	}
	_cleanup_(vmw_error_freep) struct vmw_error *no_blocks = NULL;
	if (blocks_exported(vmemmap->kernel)) {
		no_blocks = blocks_use(vmemmap, reader, problems);
		if (is_fatal(no_blocks))
			return TAKE(no_blocks);
		if (!no_blocks) {
			vmemmap->source_from = "vmemmap_blocks is filled";
			return NULL;
		}
	}
	return error_new(no_list->kind, no_list->where,
			 "no record of the vmemmap: %s; nor as a radix kernel: %s%s%s",
			 no_list->message, why, no_blocks ? "; " : "",
			 no_blocks ? no_blocks->message : "");
}

NODISCARD static struct vmw_error *record_use(struct vmemmap *vmemmap, struct reader *reader,
					      enum vmw_source source, struct problems *problems)
{
	const struct kernel *kernel = vmemmap->kernel;

	switch (source) {
	case VMW_SOURCE_LIST:
		vmemmap->source_from = "as asked for";
		return list_use(vmemmap, reader, problems);
	case VMW_SOURCE_RADIX:
		vmemmap->source_from = "as asked for";
		TRY(radix_require(kernel));
		return radix_use(vmemmap, reader);
	case VMW_SOURCE_BLOCKS:
		vmemmap->source_from = "as asked for";
		return blocks_use(vmemmap, reader, problems);
	case VMW_SOURCE_AUTO:
		break;
	}
	if (!kernel->mmu.is_known)
		return guess_use(vmemmap, reader, problems);
	if (kernel->mmu.value == MMU_RADIX) {
		vmemmap->source_from = "a radix kernel maps its vmemmap in its page tables";
		return radix_or_blocks(vmemmap, reader, problems);
	}
	vmemmap->source_from = kernel->mmu.value == MMU_HASH
				       ? "a hash kernel records its vmemmap in vmemmap_list only"
				       : "a Book3E kernel records its vmemmap in vmemmap_list";
	return list_use(vmemmap, reader, problems);
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
	if (is_fatal(broken))
		return TAKE(broken);
	vmemmap->list_count = list->count;
	vmemmap->list_complete = list->complete;
	if (list->count == 0)
		return broken ? cross_check_off(vmemmap, broken, problems) : NULL;

	_cleanup_(vmw_error_freep) struct vmw_error *no_size = list_block_size(
		kernel, reader, list, &vmemmap->block_size, &vmemmap->block_size_from);
	if (is_fatal(no_size))
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
