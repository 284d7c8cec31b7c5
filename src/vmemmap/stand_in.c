/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmemmap_blocks beside the page tables: compared with them, and in their place where they are
 * damaged or not in the dump. Where they are there, they are believed.
 */
#include "vmemmap/record.h"

#include <inttypes.h>

#include "util/addr.h"
#include "util/checked.h"
#include "vmemmap/blocks.h"
#include "vmemmap/bound.h"
#include "vmemmap/compare.h"

/* A record that no answer rests on as long as the page tables are whole. */
static void tell_damage(const struct vmw_error *broken, size_t refused, struct problems *problems)
{
	if (broken)
		problem_add(problems, "blocks-broken", VMW_WARNING, broken->where, NULL,
			    "%s; the mappings are those of the page tables", broken->message);
	if (refused)
		problem_add(problems, "block-bad", VMW_WARNING, where_none(), NULL,
			    "%zu entries of vmemmap_blocks cannot be blocks; the mappings are "
			    "those of the page tables",
			    refused);
}

struct vmw_error *vmemmap_load_blocks(struct vmemmap *vmemmap, struct reader *reader,
				      struct problems *problems)
{
	const struct kernel *kernel = vmemmap->kernel;
	_cleanup_(blocks_freep) struct blocks *blocks = NULL;
	_cleanup_(table_deinit) struct table table = { 0 };
	struct table_overlaps overlaps;
	size_t refused = 0;

	if (vmemmap->blocks_loaded || vmemmap->source != VMW_SOURCE_RADIX ||
	    !blocks_exported(kernel))
		return NULL;
	_cleanup_(vmw_error_freep) struct vmw_error *broken = blocks_read(kernel, reader, &blocks);
	if (record_is_fatal(broken))
		return TAKE(broken);
	TRY(blocks_check(blocks, kernel, reader));
	TRY(blocks_fill(blocks, kernel, NULL, &table, &refused));
	TRY(table_finish(&table, NULL, &overlaps));
	tell_damage(broken, refused, problems);

	vmemmap->blocks = table;
	table = (struct table){ 0 };
	vmemmap->blocks_count = blocks->count;
	vmemmap->blocks_complete = blocks->complete && refused == 0;
	vmemmap->blocks_loaded = true;
	return NULL;
}

/* The part of @block from @start on that lies in the range of @leaf. */
static struct vmw_mapping clip(const struct vmw_mapping *block, uint64_t start,
			       const struct radix_leaf *leaf)
{
	uint64_t block_last = block->virt.value + (block->size - 1);
	uint64_t leaf_last = leaf->virt.value + (leaf->size - 1);
	uint64_t last = min_u64(block_last, leaf_last);

	return (struct vmw_mapping){
		.virt = virt_at(start),
		.phys = phys_at(block->phys.value + (start - block->virt.value)),
		.size = last - start + 1,
		.source = VMW_SOURCE_BLOCKS,
	};
}

bool blocks_stand_in(const struct vmemmap *vmemmap, const struct radix_leaf *leaf, vmw_virt virt,
		     struct vmw_mapping *ret)
{
	const struct vmw_mapping *block = table_find(&vmemmap->blocks, virt, &(size_t){ 0 });

	if (!block)
		return false;
	*ret = clip(block, max_u64(block->virt.value, leaf->virt.value), leaf);
	return true;
}

/* ---- the table of all mappings ---- */

/* What is filled in. */
struct fill {
	const struct vmemmap *vmemmap;
	struct reader *reader;
	struct table rows;
	size_t next;         /* rows of the page tables before it end at or before the place */
	uint64_t steps_left; /* lookups in the page tables: tables may be used again and again */
	vmw_virt first;      /* of what was filled */
	uint64_t bytes;
};

/* How many bytes from @at on, at most @size, no row of the page tables holds; 0 if one holds @at,
 * and then *@ret_skip is how many it holds. */
static uint64_t uncovered(struct fill *fill, uint64_t at, uint64_t size, uint64_t *ret_skip)
{
	const struct table *table = &fill->vmemmap->table;

	while (fill->next < table->count &&
	       table->rows[fill->next].virt.value + table->rows[fill->next].size <= at)
		fill->next++;
	if (fill->next == table->count)
		return size;
	const struct vmw_mapping *row = &table->rows[fill->next];
	if (row->virt.value > at)
		return min_u64(size, row->virt.value - at);
	*ret_skip = row->virt.value + row->size - at;
	return 0;
}

/* The pieces of @block that the page tables lost; blocks come in ascending order. */
NODISCARD static struct vmw_error *fill_block(struct fill *fill, const struct vmw_mapping *block)
{
	uint64_t at = block->virt.value, left = block->size;

	while (left > 0 && fill->steps_left > 0) {
		struct radix_leaf leaf;
		uint64_t step = 0;
		uint64_t room = uncovered(fill, at, left, &step);

		if (room > 0) {
			fill->steps_left--;
			TRY(radix_find(fill->vmemmap->kernel, fill->reader, virt_at(at), &leaf));
			step = min_u64(room, leaf.size - (at - leaf.virt.value));
			if (leaf.state == RADIX_MISSING || leaf.state == RADIX_BAD) {
				struct vmw_mapping row = clip(block, at, &leaf);

				row.size = min_u64(row.size, step);
				if (fill->bytes == 0)
					fill->first = row.virt;
				fill->bytes += row.size;
				TRY(table_add(&fill->rows, &row));
			}
		}
		step = min_u64(step, left);
		at += step;
		left -= step;
	}
	return NULL;
}

NODISCARD static struct vmw_error *fill_all(struct vmemmap *vmemmap, struct reader *reader,
					    struct problems *problems)
{
	struct fill fill = {
		.vmemmap = vmemmap,
		.reader = reader,
		.steps_left = vmemmap_rows_max(vmemmap->kernel),
	};
	struct table_overlaps overlaps;
	struct vmw_error *error = NULL;

	for (size_t i = 0; i < vmemmap->blocks.count && !error; i++)
		error = fill_block(&fill, &vmemmap->blocks.rows[i]);
	for (size_t i = 0; i < fill.rows.count && !error; i++)
		error = table_add(&vmemmap->table, &fill.rows.rows[i]);
	table_deinit(&fill.rows);
	if (error)
		return error;
	if (fill.bytes == 0)
		return NULL;
	TRY(table_finish(&vmemmap->table, problems, &overlaps));
	vmemmap->blocks_filled = fill.bytes;
	problem_add(problems, "blocks-used", VMW_WARNING, where_virt(fill.first), NULL,
		    "0x%" PRIx64 " bytes of the vmemmap, from 0x%" PRIx64
		    " on, whose page tables are damaged or not in the dump, are mapped by "
		    "vmemmap_blocks alone",
		    fill.bytes, fill.first.value);
	return NULL;
}

struct vmw_error *blocks_join(struct vmemmap *vmemmap, struct reader *reader,
			      struct problems *problems)
{
	TRY(vmemmap_load_blocks(vmemmap, reader, problems));
	if (!vmemmap->blocks_loaded || vmemmap->blocks_count == 0)
		return NULL;

	struct compared record = { .code = "blocks-radix-differ",
				   .name = "vmemmap_blocks",
				   .table = &vmemmap->blocks,
				   .complete = vmemmap->blocks_complete };
	vmemmap->blocks_differ = compare_tables(&record, &vmemmap->table, vmemmap->complete,
						problems);
	vmemmap->blocks_compared = true;
	return vmemmap->complete ? NULL : fill_all(vmemmap, reader, problems);
}
