/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The page tables of a fake radix kernel, with the vmemmap in them.
 *
 * Source: Linux arch/powerpc/include/asm/book3s/64/radix-4k.h, radix-64k.h (geometry), pgtable.h
 * (_PAGE_*), asm/pgtable-be-types.h (big-endian on both orders), RADIX_PGD_VAL_BITS and its like.
 */
#include <inttypes.h>

#include "fake/builder.h"
#include "fake/kernel.h"

#define ENTRY_PRESENT (UINT64_C(1) << 63)
#define ENTRY_LEAF (UINT64_C(1) << 62)
/* _PAGE_ACCESSED, DIRTY, PRIVILEGED, READ, WRITE */
#define ENTRY_KERNEL_RW UINT64_C(0x18e)
/* The low byte of an entry that points to a table is the table's size, and the top two bits flags.
 */
#define ENTRY_TABLE_MASK UINT64_C(0x3fffffffffffff00)

enum { LEVELS = 4 };

struct level {
	unsigned int shift, bits;
};

static struct level level_of(const struct fake_kernel *kernel, unsigned int level)
{
	static const struct level upper[LEVELS - 1] = { { 39, 13 }, { 30, 9 }, { 21, 9 } };

	if (level < LEVELS - 1)
		return upper[level];
	return kernel->page_size == 65536 ? (struct level){ 16, 5 } : (struct level){ 12, 9 };
}

static uint64_t entry_at(const struct fake_kernel *kernel, uint64_t table, uint64_t virt,
			 unsigned int level)
{
	struct level l = level_of(kernel, level);

	return table + ((virt >> l.shift) & ((UINT64_C(1) << l.bits) - 1)) * 8;
}

uint64_t fake_radix_entry(const struct ram *ram, const struct fake_kernel *kernel, uint64_t virt,
			  unsigned int level)
{
	uint64_t table = kernel->swapper_pg_dir;

	for (unsigned int i = 0; i < level; i++) {
		uint64_t entry = ram_get_be64(ram, entry_at(kernel, table, virt, i));

		if (!(entry & ENTRY_PRESENT) || (entry & ENTRY_LEAF))
			return 0;
		table = entry & ENTRY_TABLE_MASK;
	}
	return entry_at(kernel, table, virt, level);
}

static void put_leaf(struct builder *b, const struct vmw_mapping *leaf)
{
	const struct fake_kernel *k = b->kernel;
	uint64_t virt = leaf->virt.value, table = k->swapper_pg_dir;
	unsigned int level = 0;

	for (; UINT64_C(1) << level_of(k, level).shift != leaf->size; level++) {
		if (level == LEVELS - 1)
			fake_fail("no leaf has 0x%" PRIx64 " bytes", leaf->size);
		uint64_t at = entry_at(k, table, virt, level);
		uint64_t entry = ram_get_be64(b->ram, at);

		if (entry & ENTRY_LEAF)
			fake_fail("leaf 0x%" PRIx64 " is within another", virt);
		if (!entry) {
			unsigned int bits = level_of(k, level + 1).bits;
			uint64_t bytes = UINT64_C(8) << bits;

			entry = ENTRY_PRESENT | builder_alloc(b, bytes, bytes) | bits;
			ram_put_be64(b->ram, at, entry);
		}
		table = entry & ENTRY_TABLE_MASK;
	}
	ram_put_be64(b->ram, entry_at(k, table, virt, level),
		     ENTRY_PRESENT | ENTRY_LEAF | leaf->phys.value | ENTRY_KERNEL_RW);
}

void tables_put(struct builder *b)
{
	if (b->spec.mmu == FAKE_HASH) {
		/* Something for vmalloc, in the slot of 64K kernels; hash entries carry no size. */
		uint64_t table = builder_alloc(b, b->spec.page_size, b->spec.page_size);

		ram_put_be64(b->ram, b->kernel->swapper_pg_dir + 0x80 * 8, ENTRY_PRESENT | table);
		return;
	}
	for (size_t i = 0; i < b->kernel->block_count; i++)
		put_leaf(b, &b->kernel->blocks[i]);
}
