/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "kernel/section.h"
#include "util/addr.h"
#include "util/checked.h"
#include "vmemmap/vmemmap.h"

static bool in_vmemmap(const struct kernel *kernel, const struct known *base, vmw_virt virt)
{
	return base->is_known && virt.value >= base->value &&
	       virt.value - base->value < vmemmap_span(kernel);
}

static bool is_radix(const struct kernel *kernel, const struct vmemmap *vmemmap)
{
	if (kernel->mmu.is_known)
		return kernel->mmu.value == MMU_RADIX;
	return vmemmap && vmemmap->source != VMW_SOURCE_LIST;
}

/* @virt is linear. */
static uint64_t linear_size(const struct kernel *kernel, vmw_virt virt)
{
	uint64_t end = kernel->linear_end ? kernel->linear_end
					  : ADDR_LINEAR_BASE + (UINT64_C(1) << 51);

	return end - virt.value;
}

static void set_block(struct vmw_translation *ret, const struct vmw_mapping *block, vmw_virt virt)
{
	static const enum vmw_via via[] = {
		[VMW_SOURCE_LIST] = VMW_VIA_LIST,
		[VMW_SOURCE_RADIX] = VMW_VIA_RADIX,
		[VMW_SOURCE_BLOCKS] = VMW_VIA_BLOCKS,
	};
	uint64_t offset = virt.value - block->virt.value;

	*ret = (struct vmw_translation){
		.phys = phys_at(block->phys.value + offset),
		.size = block->size - offset,
		.via = via[block->source],
		.block_known = true,
		.block = *block,
	};
}

NODISCARD static struct vmw_error *by_radix(const struct kernel *kernel, struct reader *reader,
					    vmw_virt virt, bool vmemmap,
					    struct vmw_translation *ret, bool *ret_mapped)
{
	struct radix_leaf leaf;

	TRY(radix_find(kernel, reader, virt, &leaf));
	if (leaf.state == RADIX_MISSING) {
		_cleanup_(freep) char *why = dump_explain(reader_dump(reader), leaf.entry,
							  leaf.missing.reason);
		return error_new(
			VMW_ERROR_MISSING, where_phys(leaf.entry),
			"0x%" PRIx64 ": its page table at 0x%" PRIx64 " is not in the dump: %s",
			virt.value, leaf.entry.value, why ? why : reason_text(leaf.missing.reason));
	}
	if (leaf.state == RADIX_BAD)
		return error_new(VMW_ERROR_MISSING, where_phys(leaf.entry),
				 "0x%" PRIx64 ": its page table entry 0x%016" PRIx64
				 " at 0x%" PRIx64 " is damaged: %s",
				 virt.value, leaf.value, leaf.entry.value, leaf.fault);
	*ret_mapped = leaf.state == RADIX_MAPPED;
	if (*ret_mapped) {
		struct vmw_mapping block = { .virt = leaf.virt,
					     .phys = leaf.phys,
					     .size = leaf.size,
					     .source = VMW_SOURCE_RADIX };
		set_block(ret, &block, virt);
		ret->block_known = vmemmap;
		if (!vmemmap)
			ret->block = (struct vmw_mapping){ 0 };
	}
	return NULL;
}

NODISCARD static struct vmw_error *by_vmemmap(const struct vmemmap *vmemmap, struct reader *reader,
					      vmw_virt virt, size_t *hint,
					      struct vmw_translation *ret, bool *ret_mapped)
{
	struct vmw_mapping block;
	enum lookup lookup;

	TRY(vmemmap_find(vmemmap, reader, virt, hint, &lookup, &block));
	/* The page tables say themselves what is missing of them. */
	if (lookup == LOOKUP_UNKNOWN && vmemmap->source == VMW_SOURCE_RADIX)
		return by_radix(vmemmap->kernel, reader, virt, true, ret, ret_mapped);
	if (lookup == LOOKUP_UNKNOWN)
		return error_new(VMW_ERROR_MISSING, where_virt(virt),
				 "0x%" PRIx64
				 " is in the vmemmap, and %s, which would tell of it, is damaged",
				 virt.value, source_name(vmemmap->source));
	*ret_mapped = lookup == LOOKUP_MAPPED;
	if (*ret_mapped)
		set_block(ret, &block, virt);
	return NULL;
}

/* ---- what only tables that are not read would tell ---- */

/*
 * The name of the region of @virt, by the base of the vmemmap, which differs between the eras of
 * the address space: asm/book3s/64/hash.h, hash-4k.h, nohash/64/pgtable.h; 0034d395f89d (5.2),
 * 7746406baa3b (5.8).
 */
static const char *region_name(const struct known *base, vmw_virt virt)
{
	static const struct {
		uint64_t base; /* of the vmemmap */
		uint64_t start, size;
		const char *name;
	} regions[] = {
		{ UINT64_C(0xf000000000000000), UINT64_C(0xd000000000000000), UINT64_C(1) << 60,
		  "the vmalloc and I/O region" },
		{ UINT64_C(0xc00c000000000000), UINT64_C(0xc008000000000000), UINT64_C(1) << 49,
		  "the vmalloc region" },
		{ UINT64_C(0xc00c000000000000), UINT64_C(0xc00a000000000000), UINT64_C(1) << 49,
		  "the I/O region" },
		{ UINT64_C(0xc000300000000000), UINT64_C(0xc000100000000000), UINT64_C(1) << 44,
		  "the vmalloc region" },
		{ UINT64_C(0xc000300000000000), UINT64_C(0xc000200000000000), UINT64_C(1) << 44,
		  "the I/O region" },
		{ UINT64_C(0xc0003f0000000000), UINT64_C(0xc0003d0000000000), UINT64_C(1) << 40,
		  "the vmalloc region" },
		{ UINT64_C(0xc0003f0000000000), UINT64_C(0xc0003e0000000000), UINT64_C(1) << 40,
		  "the I/O region" },
		{ UINT64_C(0xc000140000000000), UINT64_C(0xc000100000000000), UINT64_C(1) << 42,
		  "the vmalloc region" },
		{ UINT64_C(0xc000140000000000), UINT64_C(0xc000180000000000), UINT64_C(1) << 42,
		  "the I/O region" },
	};

	for (size_t i = 0; base->is_known && i < sizeof(regions) / sizeof(*regions); i++) {
		if (base->value == regions[i].base && virt.value >= regions[i].start &&
		    virt.value - regions[i].start < regions[i].size)
			return regions[i].name;
	}
	return "no region that is known";
}

NODISCARD static struct vmw_error *by_none(const struct kernel *kernel, const struct known *base,
					   vmw_virt virt)
{
	const char *region = region_name(base, virt);

	if (!kernel->mmu.is_known)
		return error_new(VMW_ERROR_MISSING, where_virt(virt),
				 "0x%" PRIx64 " is in %s: the kernel's MMU is not known, so its "
				 "page tables are not read",
				 virt.value, region);
	return error_new(VMW_ERROR_MISSING, where_virt(virt),
			 "0x%" PRIx64 " is in %s: the page tables that a %s kernel has for it are "
			 "not read",
			 virt.value, region, mmu_name((enum mmu)kernel->mmu.value));
}

/* Top nibble 0xc and more; the vmalloc region of Book3E kernels was at 0x8... until 5.x. */
static bool is_kernel_address(const struct kernel *kernel, vmw_virt virt)
{
	bool book3e = kernel->mmu.is_known && kernel->mmu.value == MMU_BOOK3E;

	return virt.value >> 60 >= (book3e ? 0x8 : 0xc);
}

/*
 * By the linear map, which holds memory that has struct pages: memory that was removed, or never
 * was, is not mapped there (arch_remove_memory(), arch/powerpc/mm/mem.c).
 */
NODISCARD static struct vmw_error *by_linear(const struct kernel *kernel, struct reader *reader,
					     vmw_virt virt, struct vmw_translation *ret,
					     bool *ret_mapped)
{
	const struct known *shift = &kernel->page_shift;
	vmw_phys phys = virt_to_phys(virt);
	uint64_t size = linear_size(kernel, virt);

	*ret_mapped = true;
	if (kernel->sections && shift->is_known) {
		unsigned int page_shift = (unsigned int)shift->value;
		uint64_t into = phys.value & ((UINT64_C(1) << page_shift) - 1);
		struct frame_run run;

		TRY(sections_find(kernel, reader, phys_to_pfn(phys, page_shift),
				  max_u64(size >> page_shift, 1), &run));
		*ret_mapped = run.state != FRAME_NONE;
		size = min_u64(size, (run.count << page_shift) - into);
	}
	*ret = (struct vmw_translation){ .phys = phys, .size = size, .via = VMW_VIA_LINEAR };
	return NULL;
}

struct vmw_error *vmemmap_translate(const struct kernel *kernel, const struct vmemmap *vmemmap,
				    struct reader *reader, vmw_virt virt, size_t *hint,
				    struct vmw_translation *ret, bool *ret_mapped)
{
	const struct known *base = vmemmap ? &vmemmap->base : &kernel->vmemmap_base;
	bool radix = is_radix(kernel, vmemmap);

	*ret_mapped = false;
	/* First of all: the vmemmap of 4K hash kernels is within the first 2^51 bytes. */
	if (in_vmemmap(kernel, base, virt)) {
		if (vmemmap)
			return by_vmemmap(vmemmap, reader, virt, hint, ret, ret_mapped);
		if (radix)
			return by_radix(kernel, reader, virt, true, ret, ret_mapped);
		return error_new(VMW_ERROR_MISSING, where_virt(virt),
				 "0x%" PRIx64 " is in the vmemmap, of which there is no record",
				 virt.value);
	}
	if (kernel_is_linear(kernel, virt))
		return by_linear(kernel, reader, virt, ret, ret_mapped);
	/* A list without a known base: its entries are right all the same. */
	const struct vmw_mapping *row = vmemmap ? table_find(&vmemmap->table, virt, hint) : NULL;
	if (row) {
		set_block(ret, row, virt);
		*ret_mapped = true;
		return NULL;
	}
	if (!is_kernel_address(kernel, virt))
		return error_new(VMW_ERROR_MISSING, where_virt(virt),
				 "0x%" PRIx64
				 " is not a kernel address: neither user space nor physical "
				 "addresses are translated",
				 virt.value);
	/* Quadrant 3 is translated with 52 bits: nothing else of it can be mapped. */
	if (radix && virt.value >> 60 != 0xc)
		return NULL;
	if (radix)
		return by_radix(kernel, reader, virt, false, ret, ret_mapped);
	return by_none(kernel, base, virt);
}
