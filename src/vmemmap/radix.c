/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmemmap/radix.h"

#include <inttypes.h>

#include "kernel/geometry.h"
#include "util/addr.h"
#include "util/checked.h"
#include "vmemmap/bound.h"

/* asm/book3s/64/pgtable.h; the masks are those of PGD_MASKED_BITS, PUD_MASKED_BITS, ... */
#define ENTRY_PRESENT (UINT64_C(1) << 63) /* _PAGE_PRESENT */
#define ENTRY_LEAF (UINT64_C(1) << 62)    /* _PAGE_PTE */
#define ENTRY_NEXT_SIZE UINT64_C(0x1f)    /* RADIX_*_VAL_BITS: index bits of the next level */
#define ENTRY_NEXT_MASK (~UINT64_C(0xc0000000000000ff))
/* Between _PAGE_PA_MAX and the lowest of the bits that Linux uses otherwise (_RPAGE_RSV4): of the
 * MMU's real page number, and never set. */
#define LEAF_NOT_RPN (UINT64_C(0xf) << 53)
#define EA_BITS 52 /* of an address; the top nibble chooses the tables */

enum {
	LEVELS = 4,
	PA_BITS = 53, /* _PAGE_PA_MAX, since 4.11 (2f18d533757d); 4.7 to 4.10 wrote no more */
	ENTRY_BYTES = 8,
	CHUNK = 512,      /* entries read at once: 4 KiB, all of a table but the directory */
	FAULTS_TOLD = 16, /* missing tables, and bad entries, that are told one by one */
};

struct level {
	unsigned int shift; /* of what one entry maps */
	unsigned int bits;  /* of the index */
	bool may_be_leaf;
};

/* The directory first. RADIX_PGD_INDEX_SIZE is 13 on both: 64 KiB, also with pages of 4 KiB. */
static const struct level levels_64k[LEVELS] = {
	{ 39, 13, false }, /* PGD */
	{ 30, 9, true },   /* PUD: 1 GiB */
	{ 21, 9, true },   /* PMD: 2 MiB */
	{ 16, 5, true },   /* PTE */
};
static const struct level levels_4k[LEVELS] = {
	{ 39, 13, false },
	{ 30, 9, true },
	{ 21, 9, true },
	{ 12, 9, true },
};

struct tables {
	const struct level *levels;
	vmw_phys root;
	uint64_t rpn_mask; /* RPN_MASK: physical address bits of a leaf */
};

/* A kernel that says that its tables are others is not walked as if they were these. */
NODISCARD static struct vmw_error *check_index_sizes(const struct kernel *kernel)
{
	struct index_sizes stated, usual = { 0 };
	unsigned int levels = geometry_stated_index_sizes(kernel, &stated);

	if (!levels || !geometry_usual_index_sizes(kernel, MMU_RADIX, &usual))
		return NULL;
	for (unsigned int i = 0; i < INDEX_LEVELS; i++) {
		if (levels & 1U << i && stated.bits[i] != usual.bits[i])
			return error_new(VMW_ERROR_BAD_DATA, where_none(),
					 "page tables: VMCOREINFO says that the index of level %u "
					 "has %u bits, but radix kernels with this page size have "
					 "%u: they are not walked",
					 i + 1, stated.bits[i], usual.bits[i]);
	}
	return NULL;
}

NODISCARD static struct vmw_error *tables_init(const struct kernel *kernel, struct tables *ret)
{
	uint64_t page_shift;
	vmw_virt root;

	TRY(known_require(&kernel->page_shift, "the page size", &page_shift));
	TRY(check_index_sizes(kernel));
	if (!kernel_symbol(kernel, "swapper_pg_dir", &root, NULL))
		return error_new(VMW_ERROR_MISSING, where_none(),
				 "page tables: the address of swapper_pg_dir is not known; "
				 "--system-map or --vmlinux of this kernel would tell it");
	if (!kernel_is_linear(kernel, root))
		return error_new(VMW_ERROR_BAD_DATA, where_virt(root),
				 "page tables: swapper_pg_dir at 0x%" PRIx64
				 " is not in the linear map",
				 root.value);
	ret->levels = page_shift == 16 ? levels_64k : levels_4k;
	ret->root = virt_to_phys(root);
	ret->rpn_mask = ((UINT64_C(1) << PA_BITS) - 1) & ~((UINT64_C(1) << page_shift) - 1);
	return NULL;
}

/* What an entry is. */
struct entry {
	enum { ENTRY_IS_NONE, ENTRY_IS_LEAF, ENTRY_IS_TABLE, ENTRY_IS_BAD } kind;
	vmw_phys phys;     /* of the leaf, or of the next table */
	const char *fault; /* BAD */
};

static struct entry entry_parse(const struct tables *tables, unsigned int depth, uint64_t value)
{
	const struct level *level = &tables->levels[depth];
	uint64_t size = UINT64_C(1) << level->shift;

	/* _PAGE_INVALID without PRESENT (a huge page being split) is not mapped either. */
	if (!(value & ENTRY_PRESENT))
		return (struct entry){ .kind = ENTRY_IS_NONE };
	if (value & ENTRY_LEAF) {
		if (!level->may_be_leaf)
			return (struct entry){ ENTRY_IS_BAD, .fault = "a leaf in the directory" };
		if (value & LEAF_NOT_RPN)
			return (struct entry){ ENTRY_IS_BAD,
					       .fault = "the leaf is beyond any memory" };
		if (value & tables->rpn_mask & (size - 1))
			return (struct entry){ ENTRY_IS_BAD,
					       .fault = "the leaf is not aligned to what it maps" };
		return (struct entry){ ENTRY_IS_LEAF, .phys = phys_at(value & tables->rpn_mask) };
	}
	if (depth + 1 == LEVELS)
		return (struct entry){ ENTRY_IS_BAD, .fault = "no leaf at the lowest level" };

	const struct level *next = level + 1;
	uint64_t phys = value & ENTRY_NEXT_MASK;
	if ((value & ENTRY_NEXT_SIZE) != next->bits)
		return (struct entry){ ENTRY_IS_BAD,
				       .fault = "the size of the next table is not the kernel's" };
	if (phys >> PA_BITS)
		return (struct entry){ ENTRY_IS_BAD,
				       .fault = "the next table is beyond any memory" };
	if (phys & (((uint64_t)ENTRY_BYTES << next->bits) - 1))
		return (struct entry){ ENTRY_IS_BAD, .fault = "the next table is not aligned" };
	return (struct entry){ ENTRY_IS_TABLE, .phys = phys_at(phys) };
}

/* ---- one address ---- */

struct vmw_error *radix_find(const struct kernel *kernel, struct reader *reader, vmw_virt virt,
			     struct radix_leaf *ret)
{
	uint64_t ea = virt.value & ADDR_LINEAR_MASK;
	struct tables tables;

	TRY(tables_init(kernel, &tables));
	*ret = (struct radix_leaf){ .state = RADIX_UNMAPPED };
	if (ea >> EA_BITS) {
		ret->size = UINT64_C(1) << EA_BITS;
		ret->virt = virt_at(align_down(virt.value, ret->size));
		return NULL;
	}

	vmw_phys table = tables.root;
	for (unsigned int depth = 0; depth < LEVELS; depth++) {
		const struct level *level = &tables.levels[depth];
		uint64_t index = (ea >> level->shift) & ((UINT64_C(1) << level->bits) - 1);
		unsigned char bytes[ENTRY_BYTES];

		ret->size = UINT64_C(1) << level->shift;
		ret->virt = virt_at(align_down(virt.value, ret->size));
		ret->entry = phys_at(table.value + index * ENTRY_BYTES);
		TRY(reader_read_whole(reader, ret->entry, bytes, sizeof(bytes), &ret->missing));
		if (ret->missing.data != VMW_PRESENT) {
			ret->state = RADIX_MISSING;
			ret->entry.value += ret->missing.size;
			return NULL;
		}
		ret->value = load_u64(bytes, ORDER_BIG);

		struct entry entry = entry_parse(&tables, depth, ret->value);
		switch (entry.kind) {
		case ENTRY_IS_NONE:
			return NULL;
		case ENTRY_IS_BAD:
			ret->state = RADIX_BAD;
			ret->fault = entry.fault;
			return NULL;
		case ENTRY_IS_LEAF:
			ret->state = RADIX_MAPPED;
			ret->phys = entry.phys;
			return NULL;
		case ENTRY_IS_TABLE:
			table = entry.phys;
			break;
		}
	}
	return NULL; /* not reached: the lowest level has no tables */
}

/* ---- a range ---- */

struct fill {
	struct reader *reader;
	struct problems *problems;
	struct table *table;
	struct tables tables;
	uint64_t nibble;                 /* the top of all addresses */
	uint64_t first, last;            /* of the range; last is its last byte */
	uint64_t rows_left, tables_left; /* what a kernel can need at most */
	bool endless;                    /* one of them was used up */
	size_t missing, bad;             /* counted, the first few told */
};

static void fill_missing(struct fill *fill, unsigned int depth, uint64_t ea, uint64_t count,
			 vmw_phys phys, enum reason reason)
{
	uint64_t size = count << fill->tables.levels[depth].shift;

	if (fill->missing++ >= FAULTS_TOLD)
		return;
	_cleanup_(freep) char *why = dump_explain(reader_dump(fill->reader), phys, reason);
	problem_add(fill->problems, "table-missing", VMW_PARTIAL, where_phys(phys), NULL,
		    "page table at 0x%" PRIx64 " for 0x%" PRIx64 "-0x%" PRIx64
		    " is not in the dump: %s",
		    phys.value, fill->nibble | ea, (fill->nibble | ea) + size - 1,
		    why ? why : reason_text(reason));
}

static void fill_bad(struct fill *fill, uint64_t ea, vmw_phys at, uint64_t value, const char *fault)
{
	if (fill->bad++ >= FAULTS_TOLD)
		return;
	problem_add(fill->problems, "table-bad", VMW_PARTIAL, where_phys(at), NULL,
		    "page table entry 0x%016" PRIx64 " at 0x%" PRIx64 " for 0x%" PRIx64 ": %s",
		    value, at.value, fill->nibble | ea, fault);
}

NODISCARD static struct vmw_error *fill_leaf(struct fill *fill, uint64_t ea, uint64_t size,
					     vmw_phys phys)
{
	if (fill->rows_left == 0) {
		fill->endless = true;
		return NULL;
	}
	fill->rows_left--;
	return table_add(fill->table, &(struct vmw_mapping){ .virt = virt_at(fill->nibble | ea),
							     .phys = phys,
							     .size = size,
							     .source = VMW_SOURCE_RADIX });
}

/*
 * Read the table at @phys, whose first entry maps @ea, as far as it concerns the range. Calls
 * itself, one level down each time.
 */
NODISCARD static struct vmw_error *fill_table(struct fill *fill, unsigned int depth, uint64_t ea,
					      vmw_phys phys)
{
	const struct level *level = &fill->tables.levels[depth];
	uint64_t count = UINT64_C(1) << level->bits;
	uint64_t index = fill->first > ea ? (fill->first - ea) >> level->shift : 0;
	uint64_t end = min_u64(count, ((fill->last - ea) >> level->shift) + 1);
	unsigned char bytes[CHUNK * ENTRY_BYTES];

	if (fill->tables_left == 0) {
		fill->endless = true;
		return NULL;
	}
	fill->tables_left--;

	while (index < end && !fill->endless) {
		uint64_t wanted = min_u64(end - index, CHUNK);
		vmw_phys at = phys_at(phys.value + index * ENTRY_BYTES);
		uint64_t at_ea = ea + (index << level->shift);
		struct run run;

		TRY(reader_read(fill->reader, at, bytes, wanted * ENTRY_BYTES, &run));
		uint64_t got = run.data == VMW_PRESENT ? run.size / ENTRY_BYTES : 0;
		if (run.data == VMW_PRESENT && got == 0)
			/* The file ends within an entry: the rest of it tells why. */
			TRY(reader_read_whole(fill->reader, at, bytes, ENTRY_BYTES, &run));
		if (got == 0) {
			uint64_t lost = min_u64(div_round_up(run.size, ENTRY_BYTES), wanted);
			fill_missing(fill, depth, at_ea, max_u64(lost, 1), at, run.reason);
			index += max_u64(lost, 1);
			continue;
		}
		for (uint64_t i = 0; i < got && !fill->endless; i++) {
			uint64_t value = load_u64(bytes + i * ENTRY_BYTES, ORDER_BIG);
			uint64_t entry_ea = at_ea + (i << level->shift);
			struct entry entry = entry_parse(&fill->tables, depth, value);

			if (entry.kind == ENTRY_IS_LEAF)
				TRY(fill_leaf(fill, entry_ea, UINT64_C(1) << level->shift,
					      entry.phys));
			else if (entry.kind == ENTRY_IS_TABLE)
				TRY(fill_table(fill, depth + 1, entry_ea, entry.phys));
			else if (entry.kind == ENTRY_IS_BAD)
				fill_bad(fill, entry_ea, phys_at(at.value + i * ENTRY_BYTES), value,
					 entry.fault);
		}
		index += got;
	}
	return NULL;
}

static void fill_summary(const struct fill *fill, uint64_t rows)
{
	if (fill->missing > FAULTS_TOLD)
		problem_add(fill->problems, "table-missing", VMW_PARTIAL, where_none(), NULL,
			    "%zu more page tables are not in the dump",
			    fill->missing - FAULTS_TOLD);
	if (fill->bad > FAULTS_TOLD)
		problem_add(fill->problems, "table-bad", VMW_PARTIAL, where_none(), NULL,
			    "%zu more page table entries are bad", fill->bad - FAULTS_TOLD);
	if (fill->endless)
		problem_add(fill->problems, "table-endless", VMW_PARTIAL,
			    where_phys(fill->tables.root), NULL,
			    "page tables hold more than the struct pages of the dump's memory can "
			    "need: reading them ended after %" PRIu64 " mappings",
			    rows);
}

struct vmw_error *radix_fill(const struct kernel *kernel, struct reader *reader, vmw_virt start,
			     uint64_t size, struct problems *problems, struct table *table,
			     bool *ret_complete)
{
	uint64_t rows_max = vmemmap_rows_max(kernel);
	struct fill fill = {
		.reader = reader,
		.problems = problems,
		.table = table,
		.nibble = start.value & ~ADDR_LINEAR_MASK,
		.first = start.value & ADDR_LINEAR_MASK,
		.rows_left = rows_max,
		/* One for each 2 MiB of struct pages, twice, and 2^16 for other memory. */
		.tables_left = (UINT64_C(1) << 16) + 2 * (vmemmap_need(kernel) >> 21),
	};

	TRY(tables_init(kernel, &fill.tables));
	*ret_complete = true;
	if (size == 0 || fill.first >> EA_BITS)
		return NULL;
	fill.last = fill.first + min_u64(size, (UINT64_C(1) << EA_BITS) - fill.first) - 1;

	TRY(fill_table(&fill, 0, 0, fill.tables.root));
	fill_summary(&fill, rows_max - fill.rows_left);
	*ret_complete = !fill.missing && !fill.bad && !fill.endless;
	return NULL;
}
