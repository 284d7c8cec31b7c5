/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "kernel/section.h"
#include "util/addr.h"
#include "vmemmap/list.h"

static int phys_compare(const void *a, const void *b)
{
	const struct list_entry *left = *(struct list_entry *const *)a;
	const struct list_entry *right = *(struct list_entry *const *)b;

	if (left->phys.value != right->phys.value)
		return left->phys.value < right->phys.value ? -1 : 1;
	return left->virt.value < right->virt.value ? -1 : left->virt.value > right->virt.value;
}

/* Blocks are aligned to their size, so they are the same or apart. */
static void doubt_shared(struct list_entry *const *sorted, size_t count)
{
	size_t end;

	for (size_t first = 0; first < count; first = end) {
		bool shared = false;

		for (end = first + 1;
		     end < count && sorted[end]->phys.value == sorted[first]->phys.value; end++)
			shared |= sorted[end]->virt.value != sorted[first]->virt.value;
		for (size_t i = first; shared && i < end; i++)
			sorted[i]->doubt = "another entry has the same phys";
	}
}

/* Sorted, so that most blocks are in the run of frames that the one before was in. */
NODISCARD static struct vmw_error *doubt_no_memory(struct list_entry *const *sorted, size_t count,
						   const struct kernel *kernel,
						   struct reader *reader)
{
	unsigned int page_shift = (unsigned int)kernel->page_shift.value;
	struct frame_run run = { .count = 0 };
	uint64_t first = 0;

	for (size_t i = 0; i < count; i++) {
		vmw_pfn pfn = phys_to_pfn(sorted[i]->phys, page_shift);

		if (pfn.value - first >= run.count) {
			TRY(sections_find(kernel, reader, pfn, UINT64_MAX >> page_shift, &run));
			first = pfn.value;
		}
		if (run.state == FRAME_NONE && !sorted[i]->doubt)
			sorted[i]->doubt = "by mem_section there is no memory at its phys";
	}
	return NULL;
}

struct vmw_error *list_check(struct list *list, const struct kernel *kernel, struct reader *reader,
			     uint64_t block_size)
{
	_cleanup_(freep) struct list_entry **sorted = calloc(list->count,
							     sizeof(struct list_entry *));
	size_t count = 0;

	if (!sorted)
		return error_no_memory();
	for (size_t i = 0; i < list->count; i++) {
		if (!list_entry_fault(&list->entries[i], kernel, block_size))
			sorted[count++] = &list->entries[i];
	}
	qsort(sorted, count, sizeof(struct list_entry *), phys_compare);
	doubt_shared(sorted, count);
	if (!kernel->sections || !kernel->page_shift.is_known)
		return NULL;
	return doubt_no_memory(sorted, count, kernel, reader);
}
