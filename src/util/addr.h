/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Physical addresses, kernel virtual addresses and page frame numbers, and the ways between them.
 *
 * The linear map of every ppc64 kernel: arch/powerpc/include/asm/page.h, __pa() masks the top
 * nibble, __va() sets it to 0xc. Kernel text lies in it too, also in a relocated kernel, so no
 * KERNELOFFSET is needed.
 */
#pragma once

#include <stdbool.h>

#include "vmemwalk.h"

#define ADDR_LINEAR_BASE UINT64_C(0xc000000000000000)
#define ADDR_LINEAR_MASK UINT64_C(0x0fffffffffffffff)

static inline vmw_phys phys_at(uint64_t value)
{
	return (vmw_phys){ value };
}

static inline vmw_virt virt_at(uint64_t value)
{
	return (vmw_virt){ value };
}

static inline vmw_pfn pfn_at(uint64_t value)
{
	return (vmw_pfn){ value };
}

/* @pfn must be below 2^(64 - page_shift). */
static inline vmw_phys pfn_to_phys(vmw_pfn pfn, unsigned int page_shift)
{
	return phys_at(pfn.value << page_shift);
}

static inline vmw_pfn phys_to_pfn(vmw_phys phys, unsigned int page_shift)
{
	return pfn_at(phys.value >> page_shift);
}

/*
 * Whether @virt is in the linear map: top nibble 0xc and within the 2^51 bytes (MAX_PHYSMEM_BITS)
 * that a kernel can have of it at most. vmalloc, I/O and the vmemmap of 64K kernels start at
 * 0xc008...; those of 4K hash kernels at 0xc0001... are below 2^51, so the caller asks for them
 * first.
 */
static inline bool virt_is_linear(vmw_virt virt)
{
	return virt.value >= ADDR_LINEAR_BASE && virt.value - ADDR_LINEAR_BASE < UINT64_C(1) << 51;
}

/* @virt must be linear. */
static inline vmw_phys virt_to_phys(vmw_virt virt)
{
	return phys_at(virt.value & ADDR_LINEAR_MASK);
}
