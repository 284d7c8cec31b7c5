/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmemmap/list.h"

#include <inttypes.h>

#include "util/addr.h"
#include "util/array.h"
#include "util/checked.h"
#include "vmemmap/bound.h"

enum {
	ENTRY_SIZE = 24,       /* struct vmemmap_backing, 2.6.35 to 7.2 */
	ENTRY_SIZE_MAX = 64,   /* room for members that a patched kernel adds */
	ENTRIES_TOLD = 16,     /* bad entries that are told one by one */
	PHYS_BITS_MAX = 53,    /* _PAGE_PA_MAX since 4.11 (2f18d533757d); hash has fewer */
	PAGE_SHIFT_SMALL = 12, /* the two page sizes that ppc64 kernels have */
	PAGE_SHIFT_LARGE = 16,
};

void list_free(struct list *list)
{
	if (!list)
		return;
	free(list->entries);
	free(list);
}

/* Where the members of struct vmemmap_backing are. */
struct entry_form {
	uint64_t size;
	uint64_t next, phys, virt;
};

/* Lines that are not there (a kernel before 3.14, a text that was cut) have had one value since
 * 2.6.35. */
NODISCARD static struct vmw_error *entry_form_read(const struct kernel *kernel,
						   struct entry_form *ret)
{
	struct {
		const char *name;
		uint64_t usual;
		uint64_t *ret;
	} members[] = {
		{ "vmemmap_backing.list", 0, &ret->next },
		{ "vmemmap_backing.phys", 8, &ret->phys },
		{ "vmemmap_backing.virt_addr", 16, &ret->virt },
	};

	if (!vmcoreinfo_size(kernel->vmcoreinfo, "vmemmap_backing", &ret->size))
		ret->size = ENTRY_SIZE;
	if (ret->size < ENTRY_SIZE || ret->size > ENTRY_SIZE_MAX || ret->size % 8 != 0)
		return error_new(VMW_ERROR_BAD_DATA, where_none(),
				 "VMCOREINFO: SIZE(vmemmap_backing) is %" PRIu64
				 ", not a multiple of 8 from %d to %d",
				 ret->size, ENTRY_SIZE, ENTRY_SIZE_MAX);
	for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++) {
		uint64_t *offset = members[i].ret;
		if (!vmcoreinfo_offset(kernel->vmcoreinfo, members[i].name, offset))
			*offset = members[i].usual;
		if (*offset % 8 != 0 || !range_within(*offset, 8, ret->size))
			return error_new(VMW_ERROR_BAD_DATA, where_none(),
					 "VMCOREINFO: OFFSET(%s) is %" PRIu64
					 ", outside the %" PRIu64 " bytes of an entry",
					 members[i].name, *offset, ret->size);
	}
	if (ret->next == ret->phys || ret->next == ret->virt || ret->phys == ret->virt)
		return error_new(VMW_ERROR_BAD_DATA, where_none(),
				 "VMCOREINFO: two members of vmemmap_backing have one offset");
	return NULL;
}

/* vmemmap_list_alloc() carves entries from a page, from its start on. */
static bool is_slot(vmw_virt address, uint64_t size, unsigned int page_shift)
{
	uint64_t page_size = UINT64_C(1) << page_shift;
	uint64_t offset = address.value & (page_size - 1);

	return offset % size == 0 && range_within(offset, size, page_size);
}

/* Why no entry can be at @address, or NULL. */
static const char *address_fault(const struct kernel *kernel, vmw_virt address, uint64_t size)
{
	bool slot;

	if (!kernel_is_linear(kernel, address))
		return "not in the linear map";
	if (kernel->page_shift.is_known)
		slot = is_slot(address, size, (unsigned int)kernel->page_shift.value);
	else
		slot = is_slot(address, size, PAGE_SHIFT_SMALL) ||
		       is_slot(address, size, PAGE_SHIFT_LARGE);
	return slot ? NULL : "not a multiple of an entry's size within its page";
}

/* ---- the walk ---- */

struct walk {
	const struct kernel *kernel;
	struct reader *reader;
	struct entry_form form;
	uint64_t max; /* entries that the memmap can need */
	struct list *list;
	uint64_t steps; /* entries passed; more than list->count beyond max */
	vmw_virt next;  /* what the last one points to */
	/* Brent's search for a cycle: an earlier step's address, moved up at each power of two. */
	vmw_virt mark;
	uint64_t mark_step, power;
};

NODISCARD static struct vmw_error *walk_bad_pointer(const struct walk *walk, const char *fault)
{
	if (walk->steps == 0)
		return error_new(VMW_ERROR_BAD_DATA, where_virt(walk->next),
				 "vmemmap_list: its head 0x%" PRIx64
				 " is no entry's address: %s; no entry was read",
				 walk->next.value, fault);
	return error_new(VMW_ERROR_BAD_DATA, where_virt(walk->next),
			 "vmemmap_list: entry %zu at 0x%" PRIx64 " points to 0x%" PRIx64
			 ", which is no entry's address: %s; %zu entries were read",
			 walk->list->count,
			 walk->list->entries[walk->list->count - 1].address.value, walk->next.value,
			 fault, walk->list->count);
}

NODISCARD static struct vmw_error *walk_missing(const struct walk *walk, vmw_phys phys,
						enum reason reason)
{
	_cleanup_(freep) char *why = dump_explain(reader_dump(walk->reader), phys, reason);

	return error_new(VMW_ERROR_MISSING, where_virt(walk->next),
			 "vmemmap_list: entry %zu at 0x%" PRIx64 " (phys 0x%" PRIx64
			 ") is not in the dump: %s; %zu entries were read",
			 walk->list->count + 1, walk->next.value, phys.value,
			 why ? why : reason_text(reason), walk->list->count);
}

NODISCARD static struct vmw_error *walk_too_long(struct walk *walk)
{
	walk->list->count = (size_t)min_u64(walk->list->count, walk->max);
	return error_new(VMW_ERROR_BAD_DATA,
			 where_virt(walk->list->entries[walk->list->count - 1].address),
			 "vmemmap_list: does not end after %zu entries, more than the struct pages "
			 "of the dump's memory can need",
			 walk->list->count);
}

/*
 * The entry at hand was met before, @length steps ago. The recorded addresses tell where the cycle
 * begins: the first that stands again @length later.
 */
NODISCARD static struct vmw_error *walk_cycle(struct walk *walk, uint64_t length)
{
	const struct list_entry *entries = walk->list->entries;
	size_t count = walk->list->count;
	size_t first = 0;

	if (length > walk->max)
		return walk_too_long(walk);
	while (first < count - length &&
	       entries[first].address.value != entries[first + length].address.value)
		first++;
	/* Not among those recorded: the one at hand itself, unless they are not all. */
	if (first + length > walk->max)
		return walk_too_long(walk);

	walk->list->count = first + (size_t)length;
	return error_new(VMW_ERROR_BAD_DATA, where_virt(entries[first].address),
			 "vmemmap_list: entry %zu points back to entry %zu at 0x%" PRIx64
			 ": the list is a cycle; %zu entries were read",
			 walk->list->count, first + 1, entries[first].address.value,
			 walk->list->count);
}

/* Read the entry at walk->next and move on to what it points to. One read of memory for each. */
NODISCARD static struct vmw_error *walk_entry(struct walk *walk)
{
	unsigned char bytes[ENTRY_SIZE_MAX];
	enum order order = walk->kernel->order;
	vmw_phys phys = virt_to_phys(walk->next);
	struct run run;

	TRY(reader_read_whole(walk->reader, phys, bytes, walk->form.size, &run));
	if (run.data != VMW_PRESENT)
		return walk_missing(walk, phys_at(phys.value + run.size), run.reason);

	struct list_entry entry = {
		.address = walk->next,
		.phys = phys_at(load_u64(bytes + walk->form.phys, order)),
		.virt = virt_at(load_u64(bytes + walk->form.virt, order)),
	};
	/* One more than the list may have: then it is known to be too long. */
	struct list *list = walk->list;
	if (list->count <= walk->max &&
	    !ARRAY_PUSH(list->entries, list->count, list->capacity, entry))
		return error_no_memory();
	walk->next = virt_at(load_u64(bytes + walk->form.next, order));
	walk->steps++;
	return NULL;
}

NODISCARD static struct vmw_error *walk_list(struct walk *walk)
{
	/* Brent's search finds a cycle of allowed length, with its lead, within this. */
	uint64_t steps_max = 3 * walk->max + 8;

	while (walk->next.value != 0) {
		if (walk->steps == 0) {
			walk->power = 1;
			walk->mark = walk->next;
		} else if (walk->next.value == walk->mark.value) {
			return walk_cycle(walk, walk->steps - walk->mark_step);
		} else if (walk->steps - walk->mark_step == walk->power) {
			walk->mark = walk->next;
			walk->mark_step = walk->steps;
			walk->power *= 2;
		}
		if (walk->steps >= steps_max)
			return walk_too_long(walk);
		const char *fault = address_fault(walk->kernel, walk->next, walk->form.size);
		if (fault)
			return walk->steps > walk->max ? walk_too_long(walk)
						       : walk_bad_pointer(walk, fault);
		TRY(walk_entry(walk));
	}
	if (walk->steps > walk->max)
		return walk_too_long(walk);
	walk->list->complete = true;
	return NULL;
}

struct vmw_error *list_read(const struct kernel *kernel, struct reader *reader, struct list **ret)
{
	struct walk walk = { .kernel = kernel, .reader = reader };
	vmw_virt head;

	*ret = walk.list = calloc(1, sizeof(**ret));
	if (!walk.list)
		return error_no_memory();
	if (!kernel_symbol(kernel, "vmemmap_list", &head, NULL))
		return error_new(VMW_ERROR_MISSING, where_none(),
				 "vmemmap_list: the address of its head is not known: VMCOREINFO "
				 "has no SYMBOL(vmemmap_list); --system-map or --vmlinux of this "
				 "kernel%s%s%s would tell it",
				 kernel->release ? " (" : "",
				 kernel->release ? kernel->release : "",
				 kernel->release ? ")" : "");
	TRY(entry_form_read(kernel, &walk.form));
	TRY(kernel_read_u64(kernel, reader, head, "vmemmap_list", &walk.next.value));
	walk.max = vmemmap_rows_max(kernel);
	return walk_list(&walk);
}

/* ---- entries as mappings ---- */

const char *list_entry_fault(const struct list_entry *entry, const struct kernel *kernel,
			     uint64_t block_size)
{
	uint64_t page_shift = kernel->page_shift.is_known ? kernel->page_shift.value
							  : PAGE_SHIFT_SMALL;
	uint64_t page_mask = (UINT64_C(1) << page_shift) - 1;
	const struct known *base = &kernel->vmemmap_base;

	if ((entry->phys.value | entry->virt.value) & page_mask)
		return "not aligned to a page";
	if (entry->phys.value >> PHYS_BITS_MAX)
		return "phys is beyond any memory";
	if (entry->virt.value >> 63 == 0)
		return "virt is no kernel address";
	if (base->is_known && (entry->virt.value < base->value ||
			       entry->virt.value - base->value >= vmemmap_span(kernel)))
		return "virt is outside the vmemmap";
	if (block_size && (entry->phys.value | entry->virt.value) & (block_size - 1))
		return "not aligned to a block";
	if (block_size && entry->doubt)
		return entry->doubt;
	/* Only where the base is not known: no region reaches the end of the address space. */
	if (block_size && entry->virt.value > UINT64_MAX - block_size)
		return "virt is outside the vmemmap";
	return NULL;
}

struct vmw_error *list_fill(const struct list *list, const struct kernel *kernel,
			    uint64_t block_size, struct problems *problems, struct table *table,
			    size_t *ret_refused)
{
	size_t refused = 0;

	*ret_refused = 0;
	if (!is_power_of_two(block_size))
		return error_new(VMW_ERROR_MISUSE, where_none(),
				 "block size %" PRIu64 " is not a power of two", block_size);
	for (size_t i = 0; i < list->count; i++) {
		const struct list_entry *entry = &list->entries[i];
		const char *fault = list_entry_fault(entry, kernel, block_size);

		if (!fault) {
			TRY(table_add(table, &(struct vmw_mapping){ .virt = entry->virt,
								    .phys = entry->phys,
								    .size = block_size,
								    .source = VMW_SOURCE_LIST }));
		} else if (refused++ < ENTRIES_TOLD) {
			problem_add(problems, "list-entry-bad", VMW_PARTIAL,
				    where_virt(entry->address), NULL,
				    "vmemmap_list: entry %zu at 0x%" PRIx64
				    " is left out: virt 0x%" PRIx64 ", phys 0x%" PRIx64 ": %s",
				    i + 1, entry->address.value, entry->virt.value,
				    entry->phys.value, fault);
		}
	}
	if (refused > ENTRIES_TOLD)
		problem_add(problems, "list-entry-bad", VMW_PARTIAL, where_none(), NULL,
			    "vmemmap_list: %zu more entries are left out", refused - ENTRIES_TOLD);
	*ret_refused = refused;
	return NULL;
}
