/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmemmap/record.h"

#include <inttypes.h>

#include "util/addr.h"
#include "util/checked.h"
#include "vmemmap/blocks.h"

static bool mmu_is(const struct kernel *kernel, enum mmu mmu)
{
	return kernel->mmu.is_known && kernel->mmu.value == mmu;
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

/* What was read of a record that ends at a fault is used; @broken is that, or NULL. */
static void tell_broken(const struct kernel *kernel, const char *code,
			const struct vmw_error *broken, struct problems *problems)
{
	if (broken)
		problem_add(problems, code, VMW_PARTIAL, broken->where, NULL, "%s%s",
			    broken->message,
			    mmu_is(kernel, MMU_RADIX)
				    ? "; the page tables tell the same: use --source radix"
				    : "");
}

NODISCARD static struct vmw_error *list_use(struct vmemmap *vmemmap, struct reader *reader,
					    struct problems *problems)
{
	const struct kernel *kernel = vmemmap->kernel;
	_cleanup_(list_freep) struct list *list = NULL;
	struct table_overlaps overlaps;
	size_t refused;

	_cleanup_(vmw_error_freep) struct vmw_error *broken = list_read(kernel, reader, &list);
	if (record_is_fatal(broken) || (broken && list->count == 0))
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

	tell_broken(kernel, "list-broken", broken, problems);
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
	if (record_is_fatal(broken) || (broken && blocks->count == 0))
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

	tell_broken(kernel, "blocks-broken", broken, problems);
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
	if (!no_radix || record_is_fatal(no_radix) || !blocks_exported(vmemmap->kernel))
		return TAKE(no_radix);
	_cleanup_(vmw_error_freep) struct vmw_error *no_blocks = blocks_use(vmemmap, reader,
									    problems);
	if (record_is_fatal(no_blocks))
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
	if (record_is_fatal(no_list))
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
		if (record_is_fatal(no_radix))
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
		if (record_is_fatal(no_blocks))
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

struct vmw_error *record_use(struct vmemmap *vmemmap, struct reader *reader, enum vmw_source source,
			     struct problems *problems)
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
