/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libvmemwalk: read a ppc64 crash dump, find its vmemmap, resolve struct pages.
 *
 * A dump is opened from one file, or from the parts of a split set. Everything is read with pread()
 * when it is asked for; opening costs the headers only. The library never prints, never exits,
 * never changes a file.
 *
 * Errors: a function that can fail returns NULL for success, else an error that the caller frees
 * with vmw_error_free(). What is merely odd about a dump (overlapping entries, a missing part) is a
 * *problem*: it is collected, and vmw_dump_problems() lists it.
 *
 * Threads: vmw_dump_*() functions that take a struct vmw_dump without const may load facts on first
 * use: call them from one thread, or call vmw_dump_load() first. After that any number of threads
 * may work, each with a reader of its own.
 *
 * Units: sizes are bytes, ranges are start and size. Addresses and page frame numbers are distinct
 * types, so that the compiler refuses to mix them.
 */
#ifndef VMEMWALK_H
#define VMEMWALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Exported, also where the including code is compiled with -fvisibility=hidden. */
#if defined(__GNUC__)
#pragma GCC visibility push(default)
#endif

/* A physical address of the crashed machine. */
typedef struct vmw_phys {
	uint64_t value;
} vmw_phys;

/* A kernel virtual address of the crashed machine. */
typedef struct vmw_virt {
	uint64_t value;
} vmw_virt;

/* The number of a page frame: physical address / page size of the crashed kernel. */
typedef struct vmw_pfn {
	uint64_t value;
} vmw_pfn;

/* ---- errors and problems ---- */

/* What the user can do about an error. */
enum vmw_error_kind {
	VMW_ERROR_NO_MEMORY,   /* this process ran out; the error is a static object */
	VMW_ERROR_OS,          /* a system call failed: os_errno */
	VMW_ERROR_NOT_A_DUMP,  /* no format that is read */
	VMW_ERROR_UNSUPPORTED, /* valid, but outside what is handled */
	VMW_ERROR_TRUNCATED,   /* the file ends before its own headers say */
	VMW_ERROR_BAD_DATA,    /* the dump contradicts itself */
	VMW_ERROR_MISSING,     /* a symbol, member or frame that is needed is absent */
	VMW_ERROR_MISUSE,      /* the caller broke the contract */
};

/* Which address space the address of a vmw_where belongs to. */
enum vmw_space {
	VMW_SPACE_NONE, /* no place: address is meaningless */
	VMW_SPACE_FILE, /* an offset in a file */
	VMW_SPACE_PHYS,
	VMW_SPACE_VIRT,
};

/* The place that an error or a problem is about. */
struct vmw_where {
	enum vmw_space space;
	uint64_t address;
};

struct vmw_error {
	enum vmw_error_kind kind;
	int os_errno; /* for VMW_ERROR_OS, else 0 */
	struct vmw_where where;
	const char *file;    /* the file it is about, or NULL */
	const char *message; /* one line, no period, control bytes escaped */
};

/* Free @error; NULL is fine. */
void vmw_error_free(struct vmw_error *error);

enum vmw_severity {
	VMW_NOTE,    /* worth knowing; the answers are whole */
	VMW_WARNING, /* odd, but the answers are whole and right */
	VMW_PARTIAL, /* something is missing from the answers it concerns */
};

struct vmw_problem {
	const char *code; /* stable, lower case with dashes: docs/json.md lists them */
	enum vmw_severity severity;
	struct vmw_where where;
	const char *file; /* or NULL */
	const char *message;
};

/* ---- opening ---- */

struct vmw_dump;

/* Which record of the vmemmap's mappings is believed. */
enum vmw_source {
	VMW_SOURCE_AUTO,  /* the page tables on a radix kernel, else the list */
	VMW_SOURCE_LIST,  /* vmemmap_list */
	VMW_SOURCE_RADIX, /* the page tables under swapper_pg_dir */
	/* vmemmap_blocks, which patched radix kernels keep. On AUTO it stands in where page tables
	 * are damaged or not in the dump: such mappings say BLOCKS. */
	VMW_SOURCE_BLOCKS,
};

/* Told now and then during long work; @done of @total, both in bytes. Return false to stop it
 * (VMW_ERROR_OS, EINTR). */
typedef bool (*vmw_progress_fn)(void *arg, const char *what, uint64_t done, uint64_t total);

/* All fields but size may be zero. The strings are borrowed until vmw_dump_close(). */
struct vmw_options {
	size_t size; /* sizeof(struct vmw_options): lets the struct grow */
	enum vmw_source source;
	const char *vmcoreinfo_file; /* VMCOREINFO text to use instead of the dump's own */
	const char *system_map;      /* System.map of the crashed kernel */
	const char *vmlinux;         /* its vmlinux; a stripped one adds nothing */
	vmw_progress_fn progress;
	void *progress_arg;
};

/*
 * Open the dump in @paths: one file, or the @count parts of a split set in any order. @options may
 * be NULL. NOT_A_DUMP or UNSUPPORTED when the files are something else: the message says what they
 * are and what to do.
 */
struct vmw_error *vmw_dump_open(const char *const *paths, size_t count,
				const struct vmw_options *options, struct vmw_dump **ret);
void vmw_dump_close(struct vmw_dump *dump);

/*
 * Load all facts and mappings now, so that @dump does not change any more. Never fails for what the
 * dump lacks: the functions that need it report it.
 */
struct vmw_error *vmw_dump_load(struct vmw_dump *dump);

/* All problems met so far, oldest first; borrowed until the next call on @dump that is not const.
 */
const struct vmw_problem *vmw_dump_problems(const struct vmw_dump *dump, size_t *ret_count);

/* ---- facts ---- */

/* Something known, or not known, about the dump or its kernel, in words. */
struct vmw_fact {
	const char *group; /* "file", "kernel", "symbols", "memmap" */
	const char *name;  /* stable: docs/json.md lists them */
	const char *value; /* NULL when unknown */
	const char *from;  /* where it was found, or, when unknown, why it is */
	const char *note;  /* what else agreed or disagreed, or NULL */
	bool number;       /* @value is a decimal number */
};

/* What is known, for --info. Works on every dump that opens. Borrowed until vmw_dump_close(). */
struct vmw_error *vmw_dump_facts(struct vmw_dump *dump, const struct vmw_fact **ret,
				 size_t *ret_count);

/* The VMCOREINFO text, not NUL-terminated; borrowed until vmw_dump_close(). MISSING when there is
 * none. */
struct vmw_error *vmw_dump_vmcoreinfo(struct vmw_dump *dump, const char **ret, size_t *ret_size);

/* The kernel's page size in bytes. MISSING when unknown. */
struct vmw_error *vmw_dump_page_size(struct vmw_dump *dump, uint64_t *ret);

/* ---- mappings ---- */

/* @size bytes of the vmemmap at @virt are the memory at @phys: one list entry, one page-table
 * leaf, or (a piece of) an entry of vmemmap_blocks. */
struct vmw_mapping {
	vmw_virt virt;
	vmw_phys phys;
	uint64_t size;
	enum vmw_source source; /* never AUTO */
};

/*
 * All mappings, sorted by virt, not overlapping; borrowed until vmw_dump_close(). @ret_complete is
 * false where the record of them is damaged: problems say how, and what was read is returned.
 * MISSING or BAD_DATA when there is no record at all.
 */
struct vmw_error *vmw_dump_mappings(struct vmw_dump *dump, const struct vmw_mapping **ret,
				    size_t *ret_count, bool *ret_complete);

/* ---- memory ---- */

/* What the dump has of a piece of memory, or of a struct page. */
enum vmw_data {
	VMW_PRESENT,    /* its bytes are in the dump */
	VMW_EXCLUDED,   /* filtered out when the dump was written */
	VMW_LOST,       /* should be there: the file is cut or damaged, or a part is missing */
	VMW_NOT_DUMPED, /* no segment or bitmap bit covers it */
	VMW_NO_PAGE,    /* struct pages only: the frame has none */
};

/* "present", "excluded", "lost", "not-dumped", "no-page" */
const char *vmw_data_name(enum vmw_data data);

/* Reads memory for one thread: page cache, codec contexts. The dump must outlive it. */
struct vmw_reader;

struct vmw_error *vmw_reader_new(struct vmw_dump *dump, struct vmw_reader **ret);
void vmw_reader_free(struct vmw_reader *reader);

/* A run of memory of one kind. */
struct vmw_run {
	uint64_t size;
	enum vmw_data data;
	const char *why; /* when not PRESENT: the reason, for people; borrowed until the dump is
			    closed */
};

/*
 * Read up to @size bytes at @phys, as they lie in memory, and stop where the kind changes:
 * @ret->size bytes, at least 1, are of @ret->data, and only PRESENT ones are written to @buf. @size
 * > 0; a range that would wrap at 2^64 is MISUSE.
 */
struct vmw_error *vmw_read_phys(struct vmw_reader *reader, vmw_phys phys, void *buf, uint64_t size,
				struct vmw_run *ret);

/*
 * The next memory at or after @from that the dump should hold: *@ret_size bytes, at least 1, at
 * *@ret. What lies before is not there, however much it is: this passes over it in one step. What
 * is told may still prove lost when it is read. *@ret_found is false behind the last.
 */
struct vmw_error *vmw_phys_next(struct vmw_reader *reader, vmw_phys from, vmw_phys *ret,
				uint64_t *ret_size, bool *ret_found);

/* How a kernel virtual address was translated. */
enum vmw_via {
	VMW_VIA_LINEAR, /* the linear map */
	VMW_VIA_LIST,   /* an entry of vmemmap_list */
	VMW_VIA_RADIX,  /* the kernel's radix page tables */
	VMW_VIA_BLOCKS, /* an entry of vmemmap_blocks */
};

/* "linear", "list", "radix", "blocks" */
const char *vmw_via_name(enum vmw_via via);

struct vmw_translation {
	vmw_phys phys;
	uint64_t size; /* bytes from there on that run on contiguously, at least 1 */
	enum vmw_via via;
	bool block_known; /* @block is set: a piece of the vmemmap */
	struct vmw_mapping block;
};

/*
 * Translate a kernel virtual address. @ret_mapped is false when the kernel itself had nothing
 * mapped there. MISSING when the dump does not tell: the record is damaged there, or this kind of
 * address is kept in tables that are not in memory.
 */
struct vmw_error *vmw_translate(struct vmw_reader *reader, vmw_virt virt,
				struct vmw_translation *ret, bool *ret_mapped);

/* ---- struct pages ---- */

enum {
	VMW_PAGE_WORDS_MAX = 16, /* struct page is 56 to 128 bytes */
};

/* Which fields of struct vmw_page_fields are known: what VMCOREINFO or the kernel's types locate.
 */
enum vmw_page_field {
	VMW_FIELD_FLAGS = 1 << 0,
	VMW_FIELD_REFCOUNT = 1 << 1,
	VMW_FIELD_MAPCOUNT = 1 << 2,
	VMW_FIELD_MAPPING = 1 << 3,
	VMW_FIELD_INDEX = 1 << 4,
	VMW_FIELD_PRIVATE = 1 << 5,
	VMW_FIELD_LRU = 1 << 6,
	VMW_FIELD_COMPOUND = 1 << 7, /* compound, and head for a tail */
};

enum vmw_compound { VMW_COMPOUND_NONE, VMW_COMPOUND_HEAD, VMW_COMPOUND_TAIL };

/* What the two low bits of page->mapping say it is (include/linux/page-flags.h, PAGE_MAPPING_*). */
enum vmw_mapping_kind {
	VMW_MAPPING_NONE,    /* NULL */
	VMW_MAPPING_FILE,    /* 0: struct address_space */
	VMW_MAPPING_ANON,    /* 1: struct anon_vma */
	VMW_MAPPING_MOVABLE, /* 2: struct movable_operations */
	VMW_MAPPING_KSM,     /* 3: struct ksm_stable_node */
};

struct vmw_page_fields {
	unsigned int known; /* of enum vmw_page_field */
	uint64_t flags;
	int32_t refcount;
	int32_t mapcount; /* page->_mapcount as stored: -1 is "not mapped", and it shares its place
			     with the page type */
	uint64_t mapping;
	enum vmw_mapping_kind mapping_kind;
	uint64_t index;
	uint64_t private_;
	uint64_t lru_next, lru_prev;
	enum vmw_compound compound;
	vmw_virt head_virt; /* of a tail: what it names as its head's struct page; 0 when it is no
			       address */
	bool head_known;    /* head_pfn is set: head_virt is a struct page */
	vmw_pfn head_pfn;
};

/* A piece of a struct page: 1, or 2 where it straddles two blocks. */
struct vmw_page_piece {
	vmw_phys phys;
	uint64_t size;
	struct vmw_mapping block;
};

struct vmw_page {
	vmw_pfn pfn;
	uint64_t count; /* frames that this stands for: 1, more only for a run of NO_PAGE */
	enum vmw_data data;
	const char *why; /* when not PRESENT: the reason, for people */
	/* Unless NO_PAGE: */
	vmw_virt virt;
	unsigned int piece_count; /* 0 when no mapping is known for it */
	struct vmw_page_piece pieces[2];
	/* When PRESENT: */
	unsigned int word_count;
	uint64_t words[VMW_PAGE_WORDS_MAX];
	/* None of memory that is offline: nothing initialises its struct pages until it is put
	 * online. */
	struct vmw_page_fields fields;
};

/*
 * Read the struct page of frame @pfn. If the frame has none, @ret stands for the whole run of such
 * frames from @pfn on, at most @limit of them (> 0). MISSING when the dump lacks what locates
 * struct pages at all: message says which.
 */
struct vmw_error *vmw_page_read(struct vmw_reader *reader, vmw_pfn pfn, uint64_t limit,
				struct vmw_page *ret);

/* Which struct page a vmemmap address is in. */
struct vmw_page_place {
	vmw_pfn pfn;
	uint64_t offset;       /* bytes into the struct page */
	const char *field;     /* the field there, or NULL when unknown */
	uint64_t field_offset; /* bytes into the field */
};

/* The frame whose struct page holds @virt. MISSING when the vmemmap's base is unknown, MISUSE when
 * @virt is outside it. */
struct vmw_error *vmw_page_find(struct vmw_dump *dump, vmw_virt virt, struct vmw_page_place *ret);

/*
 * The name of bit @bit of page->flags ("lru"), or NULL when the dump does not tell, or the layout
 * of struct page has not been loaded: vmw_dump_load(), vmw_page_read() and vmw_page_find() do. A
 * bit that means the one or the other has both names: "owner_priv_1|swapcache" (swapcache if
 * swapbacked is set too). Borrowed until vmw_dump_close().
 */
const char *vmw_flag_name(const struct vmw_dump *dump, unsigned int bit);

/* ---- what a page is ---- */

enum vmw_state {
	VMW_STATE_UNKNOWN, /* the dump does not tell */
	VMW_STATE_NONE,    /* the frame has no struct page */
	VMW_STATE_FREE,    /* in the buddy system; order and block are those of the free block */
	VMW_STATE_UNUSED,  /* no references, and not in the buddy system: on a list of a CPU, say */
	VMW_STATE_ANON,    /* anonymous memory of processes */
	VMW_STATE_KSM,     /* the same, merged */
	VMW_STATE_FILE,    /* page cache, shared memory */
	VMW_STATE_HUGETLB, /* a huge page of hugetlbfs, in use or not */
	VMW_STATE_ZERO,    /* the zero page, or the huge zero page */
	VMW_STATE_SLAB,    /* memory of the kernel's object caches */
	VMW_STATE_TABLE,   /* a page table */
	VMW_STATE_MOVABLE, /* of a driver that can move it */
	VMW_STATE_ZSMALLOC,   /* compressed swap */
	VMW_STATE_RESERVED,   /* the kernel image, or reserved at boot */
	VMW_STATE_OFFLINE,    /* logically offline: a balloon, or its section */
	VMW_STATE_GUARD,      /* a guard page of debug_pagealloc */
	VMW_STATE_UNACCEPTED, /* memory that a guest has not accepted yet */
	VMW_STATE_DEVICE,     /* memory of a device: ZONE_DEVICE */
	VMW_STATE_KERNEL,     /* in use by the kernel, for something that has no mark */
};

/* "free", "anon", ...; docs/json.md lists them. */
const char *vmw_state_name(enum vmw_state state);

/* What of struct vmw_page_state is known. */
enum vmw_page_known {
	VMW_KNOWN_STATE = 1 << 0,
	VMW_KNOWN_ORDER = 1 << 1, /* order and block */
	VMW_KNOWN_ZONE = 1 << 2,  /* node and zone */
	VMW_KNOWN_POISON = 1 << 3,
	VMW_KNOWN_KPF = 1 << 4, /* kpf, but for the bits of kpf_unknown */
	VMW_KNOWN_MAP_COUNT = 1 << 5,
};

/* What a page is. The state is the truth; kpf and map_count are what the crashed kernel's /proc
 * said, its mistakes included. */
struct vmw_page_state {
	unsigned int known; /* of enum vmw_page_known */
	enum vmw_state state;
	bool thp;           /* a part of a transparent huge page, or another large folio */
	bool poisoned;      /* PG_hwpoison */
	unsigned int order; /* log2 of the frames of the compound page, or the free block: 0 for a
			       page by itself */
	vmw_pfn block;      /* the first of them */
	unsigned int node, zone;
	const char *zone_name; /* "Normal"; NULL where only the number is known; a literal */
	uint64_t kpf;          /* vmw_kpf_name() names the bits */
	uint64_t kpf_unknown;  /* bits that cannot be told */
	int64_t map_count;
};

/*
 * Say what @page is, as vmw_page_read() gave it: reads what it is a part of, and, the first time,
 * loads the kernel's types and symbols.
 */
struct vmw_error *vmw_page_describe(struct vmw_reader *reader, const struct vmw_page *page,
				    struct vmw_page_state *ret);

/*
 * The name of bit @bit of /proc/kpageflags without KPF_ ("LRU"), or NULL: as
 * include/uapi/linux/kernel-page-flags.h has it. Bits 23 and 34 have two, by the kernel's version,
 * known after vmw_page_describe() or vmw_kpage_end(); NULL, too, where the version does not tell
 * which.
 */
const char *vmw_kpf_name(const struct vmw_dump *dump, unsigned int bit);

/* What /proc/kpageflags and /proc/kpagecount of the crashed kernel said of a frame. */
struct vmw_kpage {
	uint64_t count;     /* frames that this is true of: 1, or a run without a page */
	enum vmw_data data; /* of the struct page; NO_PAGE: flags are NOPAGE alone, or, since 6.17
			       or before, none */
	const char *why;    /* when not PRESENT: the reason, for people */
	uint64_t flags;     /* bits that are set */
	uint64_t unknown;   /* bits that cannot be told */
	bool count_known;   /* map_count is set */
	int64_t map_count;
};

/*
 * Where the two files end: max_pfn, since 5.6 rounded up to a memory section. @ret_certain is false
 * where max_pfn is not known: then it is where the last node ends, or the last memory section that
 * is or was there, and behind it are frames without a page at most. MISSING when neither is known;
 * UNSUPPORTED when the rules of this kernel are not known: its version is none whose fs/proc/page.c
 * has been read.
 */
struct vmw_error *vmw_kpage_end(struct vmw_dump *dump, vmw_pfn *ret, bool *ret_certain);

/* Of frame @pfn; a run of frames without a page is cut to @limit (> 0). Errors as vmw_kpage_end().
 */
struct vmw_error *vmw_kpage_read(struct vmw_reader *reader, vmw_pfn pfn, uint64_t limit,
				 struct vmw_kpage *ret);

/* ---- the library itself ---- */

/* "0.1.0" */
const char *vmw_version(void);

/* The optional parts that are built in, as "zlib lzo snappy zstd libdeflate libbpf". */
const char *vmw_features(void);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#ifdef __cplusplus
}
#endif
#endif
