/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/mmu.h"

#include <inttypes.h>
#include <string.h>

#include "kernel/btf.h"
#include "kernel/geometry.h"

/* MMU_FTR_HPTE_TABLE, MMU_FTR_TYPE_FSL_E, MMU_FTR_TYPE_RADIX of asm/mmu.h, the same since 4.7. */
#define FEATURE_HPTE_TABLE UINT32_C(0x01)
#define FEATURE_FSL_E UINT32_C(0x10)
#define FEATURE_RADIX UINT32_C(0x40)

enum {
	PGD_SHIFT = 39, /* of a radix page directory: PTE, PMD and PUD below it, on 4K and 64K */
	PGD_ENTRIES = 8192,
	PUD_INDEX_SIZE = 9,
};

/* What one source says. */
struct evidence {
	bool found;
	enum mmu mmu;
	const char *from; /* or why it says nothing; NULL when the dump does not have it */
};

/* What the dump lacks, or holds nonsense for, is no evidence. Other errors are returned. */
static struct vmw_error *as_silence(struct kernel *kernel, struct vmw_error *err,
				    struct evidence *ret)
{
	if (err && err->kind != VMW_ERROR_MISSING && err->kind != VMW_ERROR_BAD_DATA)
		return err;
	if (err)
		ret->from = kernel_string(kernel, "%s", err->message);
	vmw_error_free(err);
	return NULL;
}

/*
 * Book3E kernels fill vmemmap_list as well and export RADIX_MMU=0; only where their regions lie
 * sets them apart (arch/powerpc/include/asm/nohash/64/pgtable.h: 0x8000... at first, since 6.1
 * vmalloc at 0xc000100000000000 and the vmemmap at 0xc000140000000000).
 */
static struct evidence ask_regions(const struct kernel *kernel)
{
	int64_t vmalloc;

	if (kernel->vmemmap_base.is_known &&
	    (kernel->vmemmap_base.value >> 60 == 0x8 ||
	     kernel->vmemmap_base.value == UINT64_C(0xc000140000000000)))
		return (struct evidence){ true, MMU_BOOK3E, "base of the vmemmap" };
	if (vmcoreinfo_number(kernel->vmcoreinfo, "VMALLOC_START", &vmalloc) &&
	    (uint64_t)vmalloc >> 60 == 0x8)
		return (struct evidence){ true, MMU_BOOK3E, "VMCOREINFO VMALLOC_START" };
	return (struct evidence){ 0 };
}

static struct evidence ask_number(const struct kernel *kernel)
{
	int64_t number;

	if (!vmcoreinfo_number(kernel->vmcoreinfo, "RADIX_MMU", &number))
		return (struct evidence){ 0 };
	if (number != 0 && number != 1)
		return (struct evidence){ .from = "VMCOREINFO RADIX_MMU is neither 0 nor 1" };
	return (struct evidence){ true, number == 1 ? MMU_RADIX : MMU_HASH,
				  "VMCOREINFO RADIX_MMU" };
}

static bool index_sizes_are(const struct kernel *kernel, const struct index_sizes *sizes,
			    enum mmu mmu)
{
	struct index_sizes usual;

	return geometry_usual_index_sizes(kernel, mmu, &usual) &&
	       memcmp(&usual, sizes, sizeof(usual)) == 0;
}

/* The MMU sets the index sizes of the page tables (early_init_mmu() in either kind). */
static struct evidence ask_index_sizes(const struct kernel *kernel)
{
	static const char from[] = "VMCOREINFO *_INDEX_SIZE";
	struct index_sizes sizes;

	if (geometry_stated_index_sizes(kernel, &sizes) != (1U << INDEX_LEVELS) - 1)
		return (struct evidence){ 0 };
	if (index_sizes_are(kernel, &sizes, MMU_RADIX))
		return (struct evidence){ true, MMU_RADIX, from };
	if (index_sizes_are(kernel, &sizes, MMU_HASH))
		return (struct evidence){ true, MMU_HASH, from };
	return (struct evidence){ .from = "VMCOREINFO *_INDEX_SIZE fit no kind of MMU" };
}

/* What cur_cpu_spec says, if its features are @size bytes, 4 or 8, at @offset. */
static struct vmw_error *ask_features(struct kernel *kernel, struct reader *reader, uint64_t offset,
				      uint64_t size, struct evidence *ret)
{
	unsigned char bytes[8];
	uint64_t spec, features;
	vmw_virt variable;

	*ret = (struct evidence){ 0 };
	if (offset > 4096 || !kernel_symbol(kernel, "cur_cpu_spec", &variable, NULL))
		return NULL;

	struct vmw_error *err = kernel_read_u64(kernel, reader, variable, "cur_cpu_spec", &spec);
	if (!err)
		err = kernel_read(kernel, reader, virt_at(spec + offset), bytes, size,
				  "cur_cpu_spec->mmu_features");
	if (err)
		return as_silence(kernel, err, ret);
	features = size == 8 ? load_u64(bytes, kernel->order) : load_u32(bytes, kernel->order);

	/* Every kind of MMU has a bit of its own; a word without any is no such word. */
	if (features & FEATURE_RADIX)
		*ret = (struct evidence){ true, MMU_RADIX, "cur_cpu_spec->mmu_features" };
	else if (features & FEATURE_HPTE_TABLE)
		*ret = (struct evidence){ true, MMU_HASH, "cur_cpu_spec->mmu_features" };
	else if (features & FEATURE_FSL_E)
		*ret = (struct evidence){ true, MMU_BOOK3E, "cur_cpu_spec->mmu_features" };
	else
		ret->from = kernel_string(
			kernel, "cur_cpu_spec->mmu_features is 0x%" PRIx64 ": no kind of MMU",
			features);
	return NULL;
}

static struct vmw_error *ask_cpu_spec(struct kernel *kernel, struct reader *reader,
				      struct evidence *ret)
{
	uint64_t offset;

	*ret = (struct evidence){ 0 };
	/* The offset moved over time, so it is not assumed where only a symbol table is there. */
	if (!vmcoreinfo_offset(kernel->vmcoreinfo, "cpu_spec.mmu_features", &offset))
		return NULL;
	return ask_features(kernel, reader, offset, sizeof(uint32_t), ret);
}

/* Whether @value, big-endian, is an entry that a radix kernel writes to its page directory. */
static bool is_radix_directory(uint64_t value)
{
	/* Present and no leaf; the software bits and those behind the address are 0. */
	return value >> 56 == 0x80 && (value & 0xff) == PUD_INDEX_SIZE;
}

/*
 * The directory's entry for @virt. A radix kernel maps the linear map and the vmemmap there, so the
 * entry is set if @virt is in one of them. A hash kernel has these in its hash table only; what its
 * directory, smaller than the array, holds at the same place is empty, or an entry for vmalloc,
 * which has no index size.
 */
static struct vmw_error *ask_directory_at(struct kernel *kernel, struct reader *reader,
					  vmw_virt directory, vmw_virt virt, const char *what,
					  struct evidence *ret)
{
	uint64_t index = (virt.value >> PGD_SHIFT) % PGD_ENTRIES;
	unsigned char bytes[8];

	*ret = (struct evidence){ 0 };
	struct vmw_error *err = kernel_read(kernel, reader, virt_at(directory.value + index * 8),
					    bytes, sizeof(bytes), "swapper_pg_dir");
	if (err)
		return as_silence(kernel, err, ret);

	/* Radix entries are big-endian on both byte orders (asm/pgtable-be-types.h, since 4.7). */
	uint64_t value = load_u64(bytes, ORDER_BIG);
	uint64_t native = load_u64(bytes, kernel->order);
	const char *from = kernel_string(
		kernel, "swapper_pg_dir, entry of the %s 0x%" PRIx64 ": 0x%016" PRIx64, what,
		virt.value, value);
	if (is_radix_directory(value))
		*ret = (struct evidence){ true, MMU_RADIX, from };
	else if (value == 0 || (value >> 63 && (value & 0xff) == 0) ||
		 /* Before 4.7: the address of the next table, in the kernel's order. */
		 (virt_is_linear(virt_at(native)) && (native & 0xff) == 0))
		*ret = (struct evidence){ true, MMU_HASH, from };
	else
		ret->from = kernel_string(kernel, "%s, of neither kind", from);
	return NULL;
}

/* One radix entry proves radix; that there is none proves hash where the kernel would have one. */
static struct vmw_error *ask_directory(struct kernel *kernel, struct reader *reader,
				       struct evidence *ret)
{
	struct evidence linear, vmemmap = { 0 };
	vmw_virt directory;

	*ret = (struct evidence){ .from = "the address of swapper_pg_dir is unknown" };
	if (!kernel_symbol(kernel, "swapper_pg_dir", &directory, NULL))
		return NULL;
	TRY(ask_directory_at(kernel, reader, directory, virt_at(ADDR_LINEAR_BASE), "linear map",
			     &linear));
	if (kernel->vmemmap_base.is_known)
		TRY(ask_directory_at(kernel, reader, directory, virt_at(kernel->vmemmap_base.value),
				     "vmemmap", &vmemmap));
	if (linear.found && (linear.mmu == MMU_RADIX || !vmemmap.found || vmemmap.mmu == MMU_HASH))
		*ret = linear;
	else
		*ret = vmemmap.found ? vmemmap : linear;
	return NULL;
}

/* Hold @source, which says something, against what is believed; returns @note with the outcome. */
static const char *compare(struct kernel *kernel, const struct evidence *best,
			   const struct evidence *source, const char *note,
			   struct problems *problems)
{
	/* On Book3E the others say "no radix", in the form that they have for hash. */
	bool agrees = source->mmu == best->mmu ||
		      (best->mmu == MMU_BOOK3E && source->mmu == MMU_HASH);

	if (!agrees)
		problem_add(problems, "mmu-differs", VMW_PARTIAL, where_none(), NULL,
			    "MMU: %s says %s, but %s says %s; the first is believed", best->from,
			    mmu_name(best->mmu), source->from, mmu_name(source->mmu));
	return kernel_string(kernel, "%s%s%s %s", note ? note : "", note ? "; " : "",
			     agrees ? "agrees:" : "differs:", source->from);
}

struct vmw_error *mmu_find(struct kernel *kernel, struct reader *reader, struct problems *problems)
{
	struct evidence sources[5]; /* best first */
	const struct evidence *best = NULL;
	const char *silent = NULL, *note = NULL;

	sources[0] = ask_regions(kernel);
	sources[1] = ask_number(kernel);
	sources[2] = ask_index_sizes(kernel);
	TRY(ask_cpu_spec(kernel, reader, &sources[3]));
	TRY(ask_directory(kernel, reader, &sources[4]));

	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		const struct evidence *source = &sources[i];
		if (!source->found) {
			if (source->from)
				silent = source->from;
			continue;
		}
		if (!best) {
			best = source;
			continue;
		}
		note = compare(kernel, best, source, note, problems);
	}

	kernel->mmu = (struct known){ .is_known = best != NULL,
				      .value = best ? best->mmu : 0,
				      .from = best ? best->from : silent,
				      .note = note };
	return NULL;
}

struct vmw_error *mmu_use_types(struct kernel *kernel, struct reader *reader,
				struct problems *problems)
{
	uint64_t offset, size, stated;
	struct evidence source;

	if (!btf_member(kernel->types, "cpu_spec", "mmu_features", &offset, &size) ||
	    (size != 4 && size != 8))
		return NULL;
	/* Then it has been asked before. */
	if (size == 4 && vmcoreinfo_offset(kernel->vmcoreinfo, "cpu_spec.mmu_features", &stated) &&
	    vmcoreinfo_symbol(kernel->vmcoreinfo, "cur_cpu_spec", &stated))
		return NULL;
	TRY(ask_features(kernel, reader, offset, size, &source));
	if (!source.found)
		return NULL;
	if (!kernel->mmu.is_known) {
		kernel->mmu = (struct known){ .is_known = true,
					      .value = source.mmu,
					      .from = source.from };
		return NULL;
	}
	struct evidence best = { true, (enum mmu)kernel->mmu.value, kernel->mmu.from };
	kernel->mmu.note = compare(kernel, &best, &source, kernel->mmu.note, problems);
	return NULL;
}
