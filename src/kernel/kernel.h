/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is known about the crashed kernel: each fact with where it was found.
 *
 * The sources of each fact and their order are those of docs/design.md, "Where each fact comes
 * from". The first source that validates wins; when two disagree, the fact's note says so and a
 * problem is added. Nothing is taken from the kernel's version alone where the dump can tell.
 */
#pragma once

#include "dump/reader.h"
#include "kernel/search.h"
#include "kernel/symbols.h"
#include "kernel/vmcoreinfo.h"
#include "util/addr.h"
#include "util/problem.h"

enum mmu {
	MMU_HASH,
	MMU_RADIX,
	MMU_BOOK3E,
};

/* A fact that is a number. @from is where it was found, or why it is not known; @note is what else
 * agreed or did not. */
struct known {
	bool is_known;
	uint64_t value;
	const char *from;
	const char *note;
};

/* The same of a fact that is words: NULL when not known. */
struct known_text {
	const char *value, *from, *note;
};

struct btf_types;
struct kallsyms;
struct known_symbols;
struct sections;

struct kernel {
	const struct dump *dump; /* borrowed */

	/* Byte order of memory: numbers in it are read with this. */
	enum order order;
	const char *order_from;

	struct vmcoreinfo *vmcoreinfo; /* NULL when there is none */
	const char *vmcoreinfo_from;   /* "ELF note", ..., or why there is none */

	const char *release; /* utsname.release; NULL when unknown */
	const char *release_from;

	struct symbols *system_map; /* NULL unless given */
	struct symbols *vmlinux;    /* NULL unless given */

	/* The kernel's own tables, from kernel_load_types() on: NULL before it and where there are
	 * none. The strings say where they are from, or why there are none. */
	struct kallsyms *kallsyms;
	const char *kallsyms_from;
	struct btf_types *types;
	const char *types_from;
	struct known_symbols *known_symbols; /* kernel/types.h */

	struct known page_shift;        /* 12 or 16 */
	struct known mmu;               /* enum mmu */
	struct known_text index_sizes;  /* of the page tables, the directory's first: "13 9 9 5" */
	struct known vmemmap_base;      /* virtual address of the struct page of frame 0 */
	struct known page_struct_size;  /* sizeof(struct page): 56 to 128, a multiple of 8 */
	struct known section_size_bits; /* 24 */
	struct known max_physmem_bits;  /* 44 to 53 */
	struct known crash_start;       /* the capture kernel's reservation: crashk_res */
	struct known crash_size;

	struct sections
		*sections; /* NULL when mem_section cannot be read: sections_missing says why */
	const char *sections_missing;

	/*
	 * End of the linear map, set once the facts above are known; 0 until then. For as long,
	 * kernel_is_linear() goes by 2^51: a kernel has no RAM behind the end of its own linear
	 * map, so an address that is not linear is found not to be in the dump.
	 */
	uint64_t linear_end;

	char **strings; /* owns what the fields above point at */
	size_t string_count, string_capacity;
};

struct kernel_options {
	const char *vmcoreinfo_file, *system_map, *vmlinux; /* NULL unless given */
	struct search_progress progress;
};

/*
 * Find out what can be found out about the kernel in @reader's dump. What the dump lacks is no
 * error: the fact stays unknown and says why. Errors are those of the files in @options, OS, and
 * NO_MEMORY.
 */
NODISCARD struct vmw_error *kernel_open(struct reader *reader, const struct kernel_options *options,
					struct problems *problems, struct kernel **ret);
void kernel_close(struct kernel *kernel);
DEFINE_CLEANUP(struct kernel, kernel_close)

/*
 * Load what describes the kernel's types: kallsyms and BTF, from --vmlinux (its .BTF section) or
 * from memory. At most once, by one thread, before @kernel is shared. What is missing is no error.
 *
 * Both are held against VMCOREINFO first, and left alone where they disagree: problems
 * "kallsyms-bad", "kallsyms-differs", "types-bad", "types-differ". Then they complete and check the
 * facts: page_struct_size, mmu, crash_start, crash_size, and the layout of sections. kernel_open()
 * does without them, so that the mappings cost no more than their own records: several MB are read
 * here. NO_MEMORY only; then it may be called again.
 */
NODISCARD struct vmw_error *kernel_load_types(struct kernel *kernel, struct reader *reader,
					      struct problems *problems);

/* "hash", "radix", "book3e" */
const char *mmu_name(enum mmu mmu);

/*
 * The address of a kernel symbol: SYMBOL(name) of VMCOREINFO, else --vmlinux, else --system-map,
 * else kallsyms, once it has been loaded. The lines that hold a pointer's content (mem_section,
 * vmemmap, contig_page_data) are passed over: what is returned is the address of that variable.
 * @ret_from, if not NULL, is where it was found. False when no source has it.
 */
bool kernel_symbol(const struct kernel *kernel, const char *name, vmw_virt *ret,
		   const char **ret_from);

/*
 * Whether the kernel's release is at least @major.@minor; true when it is unknown. For what only
 * the version tells: distributions put later changes into their kernels.
 */
bool kernel_is_from(const struct kernel *kernel, unsigned int major, unsigned int minor);

/* MISSING with what @fact says of why, unless it is known. @what is how the message names it. */
NODISCARD struct vmw_error *known_require(const struct known *fact, const char *what,
					  uint64_t *ret);

/* ---- the kernel's memory ---- */

/*
 * Whether @virt is in this kernel's linear map. Its end is where vmalloc starts:
 * NUMBER(VMALLOC_START), else what goes with the base of the vmemmap (kernel/geometry.c), else the
 * lowest that any kernel of this page size and MMU has had.
 */
bool kernel_is_linear(const struct kernel *kernel, vmw_virt virt);

/*
 * Read memory at an address of the linear map: MISSING, with the place and the reason, when it is
 * not all in the dump; BAD_DATA when @virt is not a linear address. @what is how the message names
 * it ("vmemmap_list").
 */
NODISCARD struct vmw_error *kernel_read(const struct kernel *kernel, struct reader *reader,
					vmw_virt virt, void *buffer, size_t size, const char *what);
NODISCARD struct vmw_error *kernel_read_u32(const struct kernel *kernel, struct reader *reader,
					    vmw_virt virt, const char *what, uint32_t *ret);
NODISCARD struct vmw_error *kernel_read_u64(const struct kernel *kernel, struct reader *reader,
					    vmw_virt virt, const char *what, uint64_t *ret);

/*
 * Keep a formatted string as long as @kernel, control bytes escaped; a literal "out of memory" when
 * there is none for it.
 */
const char *kernel_string(struct kernel *kernel, const char *format, ...) PRINTF_LIKE(2, 3);
