/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmemmap/list.h"

#include <inttypes.h>

#include "util/addr.h"
#include "util/array.h"
#include "util/checked.h"
#include "vmemmap/bound.h"
#include "vmemmap/chain.h"

enum {
	ENTRY_SIZE = 24, /* struct vmemmap_backing, 2.6.35 to 7.2 */
	/* Room for members that a patched kernel adds. */
	ENTRY_SIZE_MAX = CHAIN_ENTRY_SIZE_MAX,
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
		TRY(chain_check_member(members[i].name, *offset, ret->size));
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

static const char *address_fault(const struct kernel *kernel, vmw_virt address, uint64_t size)
{
	bool slot;

	if (kernel->page_shift.is_known)
		slot = is_slot(address, size, (unsigned int)kernel->page_shift.value);
	else
		slot = is_slot(address, size, PAGE_SHIFT_SMALL) ||
		       is_slot(address, size, PAGE_SHIFT_LARGE);
	return slot ? NULL : "not a multiple of an entry's size within its page";
}

/* ---- the walk ---- */

struct walk {
	struct list *list;
	struct entry_form form;
};

static bool walk_add(void *arg, vmw_virt address, const unsigned char *bytes, enum order order)
{
	struct walk *walk = arg;
	struct list *list = walk->list;
	struct list_entry entry = {
		.address = address,
		.phys = phys_at(load_u64(bytes + walk->form.phys, order)),
		.virt = virt_at(load_u64(bytes + walk->form.virt, order)),
	};

	return ARRAY_PUSH(list->entries, list->count, list->capacity, entry);
}

static vmw_virt walk_address(const void *arg, size_t index)
{
	return ((const struct walk *)arg)->list->entries[index].address;
}

struct vmw_error *list_read(const struct kernel *kernel, struct reader *reader, struct list **ret)
{
	struct walk walk = { 0 };
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

	struct chain chain = {
		.name = "vmemmap_list",
		.entry_size = walk.form.size,
		.next = walk.form.next,
		.address_fault = address_fault,
		.add = walk_add,
		.address = walk_address,
		.list = &walk,
	};
	struct vmw_error *broken = chain_walk(&chain, kernel, reader, head);
	walk.list->count = chain.count;
	walk.list->complete = chain.complete;
	return broken;
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
