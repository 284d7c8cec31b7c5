/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/geometry.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kernel/btf.h"
#include "kernel/section.h"
#include "util/checked.h"
#include "util/text.h"

#define LINEAR_END_MAX (ADDR_LINEAR_BASE + (UINT64_C(1) << 51))

static struct known known_as(uint64_t value, const char *from)
{
	return (struct known){ .is_known = true, .value = value, .from = from };
}

static struct known unknown_because(const char *from)
{
	return (struct known){ .from = from };
}

/* ---- sizes ---- */

static bool page_shift_of(uint64_t size, uint64_t *ret)
{
	if (size != 4096 && size != 65536)
		return false;
	*ret = log2_of(size);
	return true;
}

/* Without VMCOREINFO. */
static struct known page_shift_of_blocks(struct kernel *kernel)
{
	const struct image *image = dump_image(kernel->dump);
	uint64_t shift;

	/* QEMU's blocks are those of its machine type, whatever the guest's pages are; it does not
	 * name the machine, and makedumpfile does. */
	if (image->machine && page_shift_of(image->block_size, &shift))
		return known_as(shift, "kdump block size, nothing else tells");
	if (image->block_size != 0)
		return unknown_because("no VMCOREINFO, and the file's block size is not that of "
				       "the kernel in files that QEMU writes");
	return unknown_because("no VMCOREINFO");
}

static void find_page_shift(struct kernel *kernel, struct problems *problems)
{
	const struct image *image = dump_image(kernel->dump);
	const char *text = vmcoreinfo_string(kernel->vmcoreinfo, "PAGESIZE");
	uint64_t shift;
	char size[TEXT_SIZE_MAX];

	if (!text) {
		kernel->page_shift = kernel->vmcoreinfo
					     ? unknown_because("VMCOREINFO has no PAGESIZE")
					     : page_shift_of_blocks(kernel);
		return;
	}
	if (strcmp(text, "4096") == 0) {
		shift = 12;
	} else if (strcmp(text, "65536") == 0) {
		shift = 16;
	} else {
		kernel->page_shift = unknown_because(kernel_string(
			kernel, "VMCOREINFO PAGESIZE is %s: neither 4096 nor 65536", text));
		problem_add(problems, "page-size-bad", VMW_PARTIAL, where_none(), NULL, "%s",
			    kernel->page_shift.from);
		return;
	}
	kernel->page_shift = known_as(shift, "VMCOREINFO PAGESIZE");
	if (image->block_size != 0 && image->block_size != UINT64_C(1) << shift)
		kernel->page_shift.note = kernel_string(
			kernel, "the file's blocks are %s, which proves nothing",
			text_size(image->block_size, size));
}

static void find_section_size_bits(struct kernel *kernel, struct problems *problems)
{
	int64_t bits;

	if (!vmcoreinfo_number(kernel->vmcoreinfo, "SECTION_SIZE_BITS", &bits)) {
		kernel->section_size_bits = known_as(24, "24 on ppc64 since 2.6.13");
		return;
	}
	/* From one subsection to what any other architecture has. */
	if (bits < 24 || bits > 30) {
		kernel->section_size_bits = unknown_because(kernel_string(
			kernel, "VMCOREINFO SECTION_SIZE_BITS is %" PRId64 ": not 24 to 30", bits));
		problem_add(problems, "section-size-bad", VMW_PARTIAL, where_none(), NULL, "%s",
			    kernel->section_size_bits.from);
		return;
	}
	kernel->section_size_bits = known_as((uint64_t)bits, "VMCOREINFO SECTION_SIZE_BITS");
}

static void find_page_struct_size(struct kernel *kernel, struct problems *problems)
{
	uint64_t size;

	if (!kernel->vmcoreinfo) {
		kernel->page_struct_size = unknown_because("no VMCOREINFO");
	} else if (!vmcoreinfo_size(kernel->vmcoreinfo, "page", &size)) {
		kernel->page_struct_size = unknown_because("VMCOREINFO has no SIZE(page)");
	} else if (size < 56 || size > 128 || size % 8 != 0) {
		kernel->page_struct_size = unknown_because(kernel_string(
			kernel,
			"VMCOREINFO SIZE(page) is %" PRIu64 ": not a multiple of 8 from 56 to 128",
			size));
		problem_add(problems, "struct-page-size-bad", VMW_PARTIAL, where_none(), NULL, "%s",
			    kernel->page_struct_size.from);
	} else {
		kernel->page_struct_size = known_as(size, "VMCOREINFO SIZE(page)");
	}
}

void geometry_find_sizes(struct kernel *kernel, struct problems *problems)
{
	find_page_shift(kernel, problems);
	find_section_size_bits(kernel, problems);
	find_page_struct_size(kernel, problems);
}

/* ---- the memmap ---- */

bool geometry_is_vmemmap_base(const struct kernel *kernel, uint64_t base)
{
	unsigned int region = (unsigned int)(base >> 60);

	if (region != 0x8 && region != 0xc && region != 0xf)
		return false;
	if (base % (UINT64_C(1) << 24) != 0)
		return false;
	return !virt_is_linear(virt_at(base)) ||
	       base - ADDR_LINEAR_BASE >= dump_image(kernel->dump)->end;
}

static void find_vmemmap_base(struct kernel *kernel, struct problems *problems)
{
	const struct sections *sections = kernel->sections;
	const char *note = NULL;
	uint64_t symbol;

	/* Not an address: VMCOREINFO_SYMBOL_ARRAY() gives what the variable holds. */
	bool has_symbol = vmcoreinfo_symbol(kernel->vmcoreinfo, "vmemmap", &symbol);
	if (has_symbol && !geometry_is_vmemmap_base(kernel, symbol)) {
		has_symbol = false;
		note = kernel_string(
			kernel, "VMCOREINFO SYMBOL(vmemmap) is 0x%" PRIx64 ": no base of a vmemmap",
			symbol);
		problem_add(problems, "vmemmap-base-bad", VMW_WARNING, where_none(), NULL, "%s",
			    note);
	}

	if (has_symbol && sections) {
		bool agrees = sections->vmemmap_base == symbol;
		note = kernel_string(
			kernel, "section_mem_map of section %" PRIu64 " %s: 0x%" PRIx64,
			sections->first, agrees ? "agrees" : "differs", sections->vmemmap_base);
		if (!agrees)
			problem_add(problems, "vmemmap-base-differs", VMW_PARTIAL, where_none(),
				    NULL,
				    "base of the vmemmap: VMCOREINFO SYMBOL(vmemmap) is 0x%" PRIx64
				    ", but section_mem_map of section %" PRIu64 " gives 0x%" PRIx64
				    "; the first is believed",
				    symbol, sections->first, sections->vmemmap_base);
	}

	if (has_symbol)
		kernel->vmemmap_base = known_as(symbol, "VMCOREINFO SYMBOL(vmemmap)");
	else if (sections)
		kernel->vmemmap_base = known_as(sections->vmemmap_base,
						kernel_string(kernel,
							      "section_mem_map of section %" PRIu64,
							      sections->first));
	else
		kernel->vmemmap_base = unknown_because(
			"neither SYMBOL(vmemmap) nor mem_section tells");
	kernel->vmemmap_base.note = note;
}

static void find_max_physmem_bits(struct kernel *kernel, struct problems *problems)
{
	const struct sections *sections = kernel->sections;
	struct known *fact = &kernel->max_physmem_bits;
	uint64_t derived = 0;
	int64_t number;

	if (sections && is_power_of_two(sections->count))
		derived = log2_of(sections->count) + kernel->section_size_bits.value;

	if (vmcoreinfo_number(kernel->vmcoreinfo, "MAX_PHYSMEM_BITS", &number)) {
		if (number >= 44 && number <= 53) {
			*fact = known_as((uint64_t)number, "VMCOREINFO MAX_PHYSMEM_BITS");
			if (derived != 0 && derived != fact->value) {
				fact->note = kernel_string(
					kernel, "mem_section has room for %" PRIu64 " bits",
					derived);
				problem_add(problems, "max-physmem-differs", VMW_PARTIAL,
					    where_none(), NULL,
					    "VMCOREINFO MAX_PHYSMEM_BITS is %" PRId64
					    ", but mem_section has room for %" PRIu64 " bits",
					    number, derived);
			} else if (derived != 0) {
				fact->note = "the size of mem_section agrees";
			}
			return;
		}
		problem_add(problems, "max-physmem-bad", VMW_WARNING, where_none(), NULL,
			    "VMCOREINFO MAX_PHYSMEM_BITS is %" PRId64 ": not 44 to 53", number);
	}
	if (derived >= 44 && derived <= 53)
		*fact = known_as(derived, "size of mem_section");
	else
		*fact = unknown_because(
			"neither MAX_PHYSMEM_BITS nor the size of mem_section tells");
}

void geometry_find_memmap(struct kernel *kernel, struct problems *problems)
{
	find_vmemmap_base(kernel, problems);
	find_max_physmem_bits(kernel, problems);
}

/* ---- page tables ---- */

bool geometry_usual_index_sizes(const struct kernel *kernel, enum mmu mmu, struct index_sizes *ret)
{
	bool large = kernel->page_shift.value == 16;

	if (!kernel->page_shift.is_known)
		return false;
	switch (mmu) {
	case MMU_RADIX:
		*ret = large ? (struct index_sizes){ { 13, 9, 9, 5 } }
			     : (struct index_sizes){ { 13, 9, 9, 9 } };
		return true;
	case MMU_HASH:
		/* 64K: since 4.17, and no older kernel exports them. */
		*ret = large ? (struct index_sizes){ { 8, 10, 10, 8 } }
			     : (struct index_sizes){ { 9, 9, 7, 9 } };
		return true;
	case MMU_BOOK3E:
		*ret = (struct index_sizes){ { 9, 9, 7, 9 } };
		return !large;
	}
	return false;
}

unsigned int geometry_stated_index_sizes(const struct kernel *kernel, struct index_sizes *ret)
{
	static const char *const names[INDEX_LEVELS] = {
		"PGD_INDEX_SIZE",
		"PUD_INDEX_SIZE",
		"PMD_INDEX_SIZE",
		"PTE_INDEX_SIZE",
	};
	unsigned int stated = 0;

	*ret = (struct index_sizes){ 0 };
	for (unsigned int i = 0; i < INDEX_LEVELS; i++) {
		int64_t number;

		if (!vmcoreinfo_number(kernel->vmcoreinfo, names[i], &number))
			continue;
		stated |= 1U << i;
		if (number > 0 && number < 32)
			ret->bits[i] = (unsigned int)number;
	}
	return stated;
}

/* In words, the directory first; what is not @stated as "?". */
static const char *index_sizes_text(struct kernel *kernel, const struct index_sizes *sizes,
				    unsigned int stated)
{
	char words[INDEX_LEVELS][sizeof("4294967295")];

	for (unsigned int i = 0; i < INDEX_LEVELS; i++)
		snprintf(words[i], sizeof(words[i]), stated & 1U << i ? "%u" : "?", sizes->bits[i]);
	return kernel_string(kernel, "%s %s %s %s", words[0], words[1], words[2], words[3]);
}

void geometry_check_index_sizes(struct kernel *kernel, struct problems *problems)
{
	struct known_text *fact = &kernel->index_sizes;
	struct index_sizes stated, usual;
	unsigned int levels = geometry_stated_index_sizes(kernel, &stated);
	enum mmu mmu = (enum mmu)kernel->mmu.value;
	bool has_usual = kernel->mmu.is_known && geometry_usual_index_sizes(kernel, mmu, &usual);
	bool differ = false;

	if (!levels) {
		fact->from = "VMCOREINFO has no PGD_INDEX_SIZE";
		if (has_usual && mmu == MMU_RADIX) {
			fact->value = index_sizes_text(kernel, &usual, 15);
			fact->from = "all radix kernels with this page size";
		}
		return;
	}
	fact->value = index_sizes_text(kernel, &stated, levels);
	fact->from = "VMCOREINFO PGD_, PUD_, PMD_ and PTE_INDEX_SIZE";
	for (unsigned int i = 0; has_usual && i < INDEX_LEVELS; i++)
		differ |= (levels & 1U << i) && stated.bits[i] != usual.bits[i];
	if (has_usual)
		fact->note = kernel_string(
			kernel, "%s kernels with this page size %s %s", mmu_name(mmu),
			differ ? "differ:" : "agree:", index_sizes_text(kernel, &usual, 15));
	if (differ)
		problem_add(
			problems, "index-sizes-differ",
			mmu == MMU_RADIX ? VMW_PARTIAL : VMW_WARNING, where_none(), NULL,
			"index sizes of the page tables: VMCOREINFO has %s, but %s kernels with "
			"this page size %s",
			fact->value, mmu_name(mmu), index_sizes_text(kernel, &usual, 15));
}

/* ---- regions ---- */

/* Where struct resource has its start and its end, the last byte: u64 on ppc64, and its first
 * members in all kernels so far. */
static bool resource_layout(const struct btf_types *types, uint64_t room, uint64_t *ret_start,
			    uint64_t *ret_end)
{
	uint64_t size;

	*ret_start = 0;
	*ret_end = 8;
	if (!btf_struct_size(types, "resource", &size))
		return true;
	return btf_member(types, "resource", "start", ret_start, &size) && size == 8 &&
	       *ret_start <= room - 8 && btf_member(types, "resource", "end", ret_end, &size) &&
	       size == 8 && *ret_end <= room - 8;
}

struct vmw_error *geometry_find_reservation(struct kernel *kernel, struct reader *reader)
{
	struct known *start = &kernel->crash_start, *size = &kernel->crash_size;
	uint64_t first_at, last_at;
	unsigned char bytes[64];
	const char *from;
	vmw_virt virt;

	if (!kernel_symbol(kernel, "crashk_res", &virt, &from)) {
		*start = *size = unknown_because("the address of crashk_res is unknown");
		return NULL;
	}
	if (!resource_layout(kernel->types, sizeof(bytes), &first_at, &last_at)) {
		*start = *size = unknown_because("struct resource is not of a known form");
		return NULL;
	}
	struct vmw_error *err = kernel_read(kernel, reader, virt, bytes,
					    max_u64(first_at, last_at) + 8, "crashk_res");
	if (err && (err->kind == VMW_ERROR_MISSING || err->kind == VMW_ERROR_BAD_DATA)) {
		*start = *size = unknown_because(kernel_string(kernel, "%s", err->message));
		vmw_error_free(err);
		return NULL;
	}
	if (err)
		return err;

	uint64_t first = load_u64(bytes + first_at, kernel->order);
	uint64_t last = load_u64(bytes + last_at, kernel->order);
	if (first == 0 && last == 0) {
		*start = *size = unknown_because("crashk_res is empty: nothing was reserved");
	} else if (first >= last || last >= UINT64_C(1) << 53 || first % 4096 != 0 ||
		   (last + 1) % 4096 != 0) {
		*start = *size = unknown_because(kernel_string(
			kernel, "crashk_res is 0x%" PRIx64 " to 0x%" PRIx64 ": no reservation",
			first, last));
	} else {
		from = kernel_string(kernel, "crashk_res, at the address in %s", from);
		*start = known_as(first, from);
		*size = known_as(last - first + 1, from);
	}
	return NULL;
}

uint64_t geometry_linear_end(const struct kernel *kernel)
{
	int64_t number;

	if (vmcoreinfo_number(kernel->vmcoreinfo, "VMALLOC_START", &number)) {
		uint64_t vmalloc = (uint64_t)number;
		/* Elsewhere it says nothing: up to 5.1 a hash kernel's stood at 0xd000... */
		if (vmalloc > ADDR_LINEAR_BASE && vmalloc >> 60 == 0xc)
			return min_u64(vmalloc, LINEAR_END_MAX);
	}

	/*
	 * Not exported before 6.9. Regions within the first 2^51 bytes behind 0xc000... are those
	 * of 4K hash kernels since 5.2 (0034d395f89d) and of Book3E since 6.1. Before them vmalloc:
	 * since 5.8 (7746406baa3b) at 0xc0003d0000000000, in the others at 0xc000100000000000.
	 */
	static const uint64_t vmalloc_low = UINT64_C(0xc000100000000000);
	static const uint64_t vmalloc_high = UINT64_C(0xc0003d0000000000);

	if (kernel->vmemmap_base.is_known) {
		uint64_t base = kernel->vmemmap_base.value;
		if (base < ADDR_LINEAR_BASE || base >= LINEAR_END_MAX)
			return LINEAR_END_MAX;
		return min_u64(base, base > vmalloc_high ? vmalloc_high : vmalloc_low);
	}
	if ((kernel->page_shift.is_known && kernel->page_shift.value == 16) ||
	    (kernel->mmu.is_known && kernel->mmu.value == MMU_RADIX))
		return LINEAR_END_MAX;
	return vmalloc_low;
}
