/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmemmap/bound.h"

#include "util/addr.h"
#include "util/checked.h"

/* The largest that known kernels have, for facts that are not known. */
enum {
	PAGE_SHIFT_MIN = 12,
	PAGE_STRUCT_SIZE_MAX = 128,
	MAX_PHYSMEM_BITS_MAX = 53,
};

static uint64_t value_or(const struct known *fact, uint64_t otherwise)
{
	return fact->is_known ? fact->value : otherwise;
}

/* The room between a known vmemmap base and the region behind it, where that is below 512 TiB. */
static uint64_t region_size(const struct kernel *kernel)
{
	static const struct {
		uint64_t base, size;
	} regions[] = {
		/* hash, 4K pages, since 5.8 (7746406baa3b): H_VMEMMAP_START of hash-4k.h */
		{ UINT64_C(0xc0003f0000000000), UINT64_C(1) << 40 },
		/* the same, 5.2 to 5.7 (0034d395f89d) */
		{ UINT64_C(0xc000300000000000), UINT64_C(1) << 44 },
		/* Book3E: VMEMMAP_BASE of nohash/64/pgtable.h; IO_BASE is 4 TiB behind it */
		{ UINT64_C(0xc000140000000000), UINT64_C(1) << 42 },
	};

	for (size_t i = 0; kernel->vmemmap_base.is_known && i < sizeof(regions) / sizeof(*regions);
	     i++) {
		if (kernel->vmemmap_base.value == regions[i].base)
			return regions[i].size;
	}
	return UINT64_C(1) << 49;
}

uint64_t vmemmap_span(const struct kernel *kernel)
{
	uint64_t page_shift = value_or(&kernel->page_shift, PAGE_SHIFT_MIN);
	uint64_t bits = value_or(&kernel->max_physmem_bits, MAX_PHYSMEM_BITS_MAX);
	uint64_t size = value_or(&kernel->page_struct_size, PAGE_STRUCT_SIZE_MAX);

	/* The ranges that kernel/kernel.h states keep this within 2^48. */
	return min_u64((UINT64_C(1) << (bits - page_shift)) * size, region_size(kernel));
}

uint64_t vmemmap_need(const struct kernel *kernel)
{
	uint64_t page_shift = value_or(&kernel->page_shift, PAGE_SHIFT_MIN);
	uint64_t size = value_or(&kernel->page_struct_size, PAGE_STRUCT_SIZE_MAX);
	uint64_t frames = dump_image(kernel->dump)->end >> page_shift;

	/* At most 2^52 frames of 128 bytes. */
	return (frames + 1) * size;
}

uint64_t vmemmap_rows_max(const struct kernel *kernel)
{
	uint64_t page_shift = value_or(&kernel->page_shift, PAGE_SHIFT_MIN);

	return (UINT64_C(1) << 20) + 2 * ((vmemmap_need(kernel) >> page_shift) + 1);
}
