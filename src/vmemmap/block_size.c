/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdlib.h>

#include "util/addr.h"
#include "util/checked.h"
#include "util/text.h"
#include "vmemmap/list.h"

enum {
	PSIZE_COUNT_MAX = 16, /* MMU_PAGE_COUNT of asm/mmu.h, the largest so far */
	DEF_SIZE_MAX = 256,   /* struct mmu_psize_def has 96 bytes today, 8 on Book3E */
	SHIFT_MIN = 12,
	SHIFT_MAX = 34, /* 16 GiB, the largest page of any ppc64 MMU but hugepd's */
};

/* The page sizes that have or had a number MMU_PAGE_* (asm/mmu.h), by their shift. */
static bool is_page_shift(uint32_t shift)
{
	static const unsigned char shifts[] = {
		12, 14, 16, 18, 19, 20, 21, 22, 23, 24, 26, 28, 30, 34,
	};

	for (size_t i = 0; i < sizeof(shifts); i++) {
		if (shift == shifts[i])
			return true;
	}
	return false;
}

NODISCARD static struct vmw_error *symbol_require(const struct kernel *kernel, const char *name,
						  vmw_virt *ret)
{
	if (kernel_symbol(kernel, name, ret, NULL))
		return NULL;
	return error_new(VMW_ERROR_MISSING, where_none(),
			 "block size of vmemmap_list: the address of %s is not known; --system-map "
			 "or --vmlinux of this kernel would tell it",
			 name);
}

/*
 * Whether a table of sizes that starts at @defs, with @stride bytes for each, makes sense up to
 * @index: MMU_PAGE_4K is number 0, sizes ascend with their numbers, those that the CPU does not
 * have are 0.
 */
NODISCARD static struct vmw_error *stride_try(const struct kernel *kernel, struct reader *reader,
					      vmw_virt defs, uint64_t stride, uint32_t index,
					      bool *ret_fits, uint32_t *ret_shift)
{
	uint32_t last = 0;

	*ret_fits = false;
	for (uint32_t i = 0; i <= index; i++) {
		uint32_t shift;

		TRY(kernel_read_u32(kernel, reader, virt_at(defs.value + i * stride),
				    "mmu_psize_defs", &shift));
		if (shift == 0 && i != 0 && i != index)
			continue;
		if (shift <= last || !is_page_shift(shift) || (i == 0 && shift != SHIFT_MIN))
			return NULL;
		last = shift;
	}
	*ret_fits = true;
	*ret_shift = last;
	return NULL;
}

/*
 * Kernels before 3.14 do not export the size of struct mmu_psize_def. It grew from 32 bytes to 80
 * when penc became an array of MMU_PAGE_COUNT (3.10), with that count to 88, and by h_rpt_pgsize to
 * 96. Only one of these makes sense of what stands there; else nothing is known.
 */
NODISCARD static struct vmw_error *shift_by_content(const struct kernel *kernel,
						    struct reader *reader, vmw_virt defs,
						    uint32_t index, uint32_t *ret)
{
	static const uint64_t strides[] = { 32, 80, 88, 96 };
	bool found = false;

	for (size_t i = 0; i < sizeof(strides) / sizeof(*strides); i++) {
		uint32_t shift;
		bool fits;

		TRY(stride_try(kernel, reader, defs, strides[i], index, &fits, &shift));
		if (!fits)
			continue;
		if (found && shift != *ret)
			return error_new(VMW_ERROR_MISSING, where_virt(defs),
					 "block size of vmemmap_list: VMCOREINFO has no "
					 "SIZE(mmu_psize_def), and mmu_psize_defs can be read as "
					 "1 << %" PRIu32 " or 1 << %" PRIu32,
					 *ret, shift);
		found = true;
		*ret = shift;
	}
	if (!found)
		return error_new(VMW_ERROR_MISSING, where_virt(defs),
				 "block size of vmemmap_list: VMCOREINFO has no "
				 "SIZE(mmu_psize_def), and no known layout makes sense of "
				 "mmu_psize_defs");
	return NULL;
}

/* What mmu_psize_defs has. */
NODISCARD static struct vmw_error *defined_shift(const struct kernel *kernel, struct reader *reader,
						 uint32_t *ret, const char **ret_from)
{
	vmw_virt psize, defs;
	uint32_t index;
	uint64_t size, offset;

	TRY(symbol_require(kernel, "mmu_vmemmap_psize", &psize));
	TRY(symbol_require(kernel, "mmu_psize_defs", &defs));
	TRY(kernel_read_u32(kernel, reader, psize, "mmu_vmemmap_psize", &index));
	if (index >= PSIZE_COUNT_MAX)
		return error_new(VMW_ERROR_BAD_DATA, where_virt(psize),
				 "mmu_vmemmap_psize is %" PRIu32 ", not below %d", index,
				 PSIZE_COUNT_MAX);

	if (!vmcoreinfo_size(kernel->vmcoreinfo, "mmu_psize_def", &size)) {
		*ret_from =
			"mmu_psize_defs[mmu_vmemmap_psize].shift, its layout told by its content";
		return shift_by_content(kernel, reader, defs, index, ret);
	}
	/* The first member since there is such a struct. */
	if (!vmcoreinfo_offset(kernel->vmcoreinfo, "mmu_psize_def.shift", &offset))
		offset = 0;
	if (size > DEF_SIZE_MAX || !range_within(offset, 4, size))
		return error_new(VMW_ERROR_BAD_DATA, where_none(),
				 "VMCOREINFO: SIZE(mmu_psize_def) is %" PRIu64
				 " and OFFSET(mmu_psize_def.shift) %" PRIu64,
				 size, offset);
	/* A sum that wraps is no linear address: kernel_read_u32() refuses it. */
	vmw_virt shift = virt_at(defs.value + index * size + offset);
	TRY(kernel_read_u32(kernel, reader, shift, "mmu_psize_defs", ret));
	if (*ret < SHIFT_MIN || *ret > SHIFT_MAX)
		return error_new(VMW_ERROR_BAD_DATA, where_virt(shift),
				 "mmu_psize_defs[%" PRIu32 "].shift is %" PRIu32 ", not %d to %d",
				 index, *ret, SHIFT_MIN, SHIFT_MAX);
	if (kernel->page_shift.is_known && *ret < kernel->page_shift.value)
		return error_new(VMW_ERROR_BAD_DATA, where_virt(shift),
				 "mmu_psize_defs[%" PRIu32 "].shift is %" PRIu32
				 ", smaller than the page size, 1 << %" PRIu64,
				 index, *ret, kernel->page_shift.value);
	*ret_from = "mmu_psize_defs[mmu_vmemmap_psize].shift";
	return NULL;
}

/*
 * NUMBER(VMEMMAP_BLOCK_SHIFT), which patched kernels export (producer/) where they keep the list,
 * is that content. Where the variables are in the dump, they must say the same.
 */
NODISCARD static struct vmw_error *stated_shift(const struct kernel *kernel, struct reader *reader,
						uint32_t *ret, const char **ret_from)
{
	uint32_t defined = 0;
	int64_t number;

	if (!vmcoreinfo_number(kernel->vmcoreinfo, "VMEMMAP_BLOCK_SHIFT", &number))
		return defined_shift(kernel, reader, ret, ret_from);
	if (number < SHIFT_MIN || number > SHIFT_MAX ||
	    (kernel->page_shift.is_known && (uint64_t)number < kernel->page_shift.value))
		return error_new(VMW_ERROR_BAD_DATA, where_none(),
				 "block size of vmemmap_list: VMCOREINFO VMEMMAP_BLOCK_SHIFT is "
				 "%" PRId64 ", not from that of a page, 12 or 16, to %d",
				 number, SHIFT_MAX);
	_cleanup_(vmw_error_freep) struct vmw_error *error = defined_shift(kernel, reader, &defined,
									   ret_from);
	if (error && error->kind != VMW_ERROR_MISSING)
		return TAKE(error);
	if (!error && defined != number)
		return error_new(VMW_ERROR_BAD_DATA, where_none(),
				 "block size of vmemmap_list: VMCOREINFO VMEMMAP_BLOCK_SHIFT is "
				 "%" PRId64
				 ", but mmu_psize_defs[mmu_vmemmap_psize].shift %" PRIu32,
				 number, defined);
	*ret = (uint32_t)number;
	*ret_from = error ? "VMCOREINFO VMEMMAP_BLOCK_SHIFT; mmu_psize_defs is not in the dump"
			  : "VMCOREINFO VMEMMAP_BLOCK_SHIFT; mmu_psize_defs agrees";
	return NULL;
}

/* ---- what the entries say ---- */

static int virt_compare(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return left < right ? -1 : left > right;
}

/* The smallest distance between two entries' virt, 0 when there are no two. */
NODISCARD static struct vmw_error *smallest_distance(const struct kernel *kernel,
						     const struct list *list, uint64_t *ret)
{
	_cleanup_(freep) uint64_t *virts = calloc(list->count, sizeof(*virts));
	size_t count = 0;

	if (!virts)
		return error_no_memory();
	for (size_t i = 0; i < list->count; i++) {
		if (!list_entry_fault(&list->entries[i], kernel, 0))
			virts[count++] = list->entries[i].virt.value;
	}
	qsort(virts, count, sizeof(*virts), virt_compare);
	*ret = 0;
	for (size_t i = 1; i < count; i++) {
		uint64_t distance = virts[i] - virts[i - 1];
		if (distance && (*ret == 0 || distance < *ret))
			*ret = distance;
	}
	return NULL;
}

/* The entries speak against blocks of @size: @against is how, @entry an example. */
NODISCARD static struct vmw_error *size_refused(const struct kernel *kernel,
						const struct list *list, uint64_t size,
						const char *against, const struct list_entry *entry)
{
	char stated[TEXT_SIZE_MAX], found[TEXT_SIZE_MAX];
	uint64_t distance = 0;

	TRY(smallest_distance(kernel, list, &distance));
	return error_new(VMW_ERROR_BAD_DATA, where_virt(entry->address),
			 "block size of vmemmap_list: the kernel states %s, but %s (entry at "
			 "0x%" PRIx64 ": virt 0x%" PRIx64 ", phys 0x%" PRIx64 ")%s%s",
			 text_size(size, stated), against, entry->address.value, entry->virt.value,
			 entry->phys.value,
			 distance ? "; the smallest distance between entries is " : "",
			 distance ? text_size(distance, found) : "");
}

/*
 * Blocks are aligned to their size, in both spaces. Where the stated size is too large, half of the
 * entries or more are not: with blocks of half that size, every second virt. A few in a long list
 * are damaged entries, which list_fill() refuses.
 *
 * Too small a size would leave most of the vmemmap unmapped in silence. Then all entries are
 * aligned to the true size, at least 16 times the stated one (4K, 64K, 2M and 16M are all that
 * kernels use), while of true blocks some lie side by side.
 */
NODISCARD static struct vmw_error *check_entries(const struct kernel *kernel,
						 const struct list *list, uint64_t size)
{
	enum { TOO_SMALL = 16, TOO_SMALL_COUNT = 3 };
	const struct list_entry *misfit = NULL, *last = NULL;
	size_t count = 0, misfits = 0;
	uint64_t bits = 0;

	for (size_t i = 0; i < list->count; i++) {
		const struct list_entry *entry = &list->entries[i];
		if (list_entry_fault(entry, kernel, 0))
			continue;
		count++;
		bits |= entry->virt.value | entry->phys.value;
		last = entry;
		if (list_entry_fault(entry, kernel, size)) {
			misfits++;
			misfit = misfit ? misfit : entry;
		}
	}
	if (misfits && misfits >= div_round_up(count, 4))
		return size_refused(kernel, list, size, "its entries are not aligned to that",
				    misfit);
	if (count >= TOO_SMALL_COUNT && (bits & (size * TOO_SMALL - 1)) == 0)
		return size_refused(kernel, list, size, "its entries are aligned to far more",
				    last);
	return NULL;
}

struct vmw_error *list_block_size(const struct kernel *kernel, struct reader *reader,
				  const struct list *list, uint64_t *ret, const char **ret_from)
{
	uint32_t shift = 0;

	if (list->count == 0 && kernel->mmu.is_known && kernel->mmu.value == MMU_RADIX)
		return error_new(VMW_ERROR_MISSING, where_none(),
				 "block size of vmemmap_list: a radix kernel that keeps no list "
				 "does not set mmu_vmemmap_psize");
	TRY(stated_shift(kernel, reader, &shift, ret_from));
	TRY(check_entries(kernel, list, UINT64_C(1) << shift));
	*ret = UINT64_C(1) << shift;
	return NULL;
}
