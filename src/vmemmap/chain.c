/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmemmap/chain.h"

#include <inttypes.h>

#include "util/addr.h"
#include "util/checked.h"
#include "vmemmap/bound.h"

struct walk {
	const struct kernel *kernel;
	struct reader *reader;
	struct chain *chain;
	uint64_t max;   /* entries that the memmap can need */
	uint64_t steps; /* entries passed; more than chain->count beyond max */
	vmw_virt next;  /* what the last one points to */
	/* Brent's search for a cycle: an earlier step's address, moved up at each power of two. */
	vmw_virt mark;
	uint64_t mark_step, power;
};

static vmw_virt nth_address(const struct chain *chain, size_t index)
{
	return chain->address(chain->list, index);
}

static vmw_virt last_address(const struct chain *chain)
{
	return nth_address(chain, chain->count - 1);
}

/* Why no entry can be where the walk would go next, or NULL. */
static const char *pointer_fault(const struct walk *walk)
{
	if (!kernel_is_linear(walk->kernel, walk->next))
		return "not in the linear map";
	return walk->chain->address_fault(walk->kernel, walk->next, walk->chain->entry_size);
}

NODISCARD static struct vmw_error *walk_bad_pointer(const struct walk *walk, const char *fault)
{
	const struct chain *chain = walk->chain;

	if (walk->steps == 0)
		return error_new(VMW_ERROR_BAD_DATA, where_virt(walk->next),
				 "%s: its head 0x%" PRIx64
				 " is no entry's address: %s; no entry was read",
				 chain->name, walk->next.value, fault);
	return error_new(VMW_ERROR_BAD_DATA, where_virt(walk->next),
			 "%s: entry %zu at 0x%" PRIx64 " points to 0x%" PRIx64
			 ", which is no entry's address: %s; %zu entries were read",
			 chain->name, chain->count, last_address(chain).value, walk->next.value,
			 fault, chain->count);
}

NODISCARD static struct vmw_error *walk_missing(const struct walk *walk, vmw_phys phys,
						enum reason reason)
{
	_cleanup_(freep) char *why = dump_explain(reader_dump(walk->reader), phys, reason);

	return error_new(VMW_ERROR_MISSING, where_virt(walk->next),
			 "%s: entry %zu at 0x%" PRIx64 " (phys 0x%" PRIx64
			 ") is not in the dump: %s; %zu entries were read",
			 walk->chain->name, walk->chain->count + 1, walk->next.value, phys.value,
			 why ? why : reason_text(reason), walk->chain->count);
}

NODISCARD static struct vmw_error *walk_too_long(struct walk *walk)
{
	struct chain *chain = walk->chain;

	chain->count = (size_t)min_u64(chain->count, walk->max);
	return error_new(VMW_ERROR_BAD_DATA, where_virt(last_address(chain)),
			 "%s: does not end after %zu entries, more than the struct pages of the "
			 "dump's memory can need",
			 chain->name, chain->count);
}

/*
 * The entry at hand was met before, @length steps ago. The recorded addresses tell where the cycle
 * begins: the first that stands again @length later.
 */
NODISCARD static struct vmw_error *walk_cycle(struct walk *walk, uint64_t length)
{
	struct chain *chain = walk->chain;
	size_t count = chain->count;
	size_t first = 0;

	if (length > walk->max)
		return walk_too_long(walk);
	while (first < count - length &&
	       nth_address(chain, first).value != nth_address(chain, first + length).value)
		first++;
	/* Not among those recorded: the one at hand itself, unless they are not all. */
	if (first + length > walk->max)
		return walk_too_long(walk);

	chain->count = first + (size_t)length;
	return error_new(VMW_ERROR_BAD_DATA, where_virt(nth_address(chain, first)),
			 "%s: entry %zu points back to entry %zu at 0x%" PRIx64
			 ": the list is a cycle; %zu entries were read",
			 chain->name, chain->count, first + 1, nth_address(chain, first).value,
			 chain->count);
}

/* Read the entry at walk->next and move on to what it points to. One read of memory for each. */
NODISCARD static struct vmw_error *walk_entry(struct walk *walk)
{
	unsigned char bytes[CHAIN_ENTRY_SIZE_MAX];
	enum order order = walk->kernel->order;
	struct chain *chain = walk->chain;
	vmw_phys phys = virt_to_phys(walk->next);
	struct run run;

	TRY(reader_read_whole(walk->reader, phys, bytes, chain->entry_size, &run));
	if (run.data != VMW_PRESENT)
		return walk_missing(walk, phys_at(phys.value + run.size), run.reason);

	/* One more than the list may have: then it is known to be too long. */
	if (chain->count <= walk->max) {
		if (!chain->add(chain->list, walk->next, bytes, order))
			return error_no_memory();
		chain->count++;
	}
	walk->next = virt_at(load_u64(bytes + chain->next, order));
	walk->steps++;
	return NULL;
}

NODISCARD static struct vmw_error *walk_all(struct walk *walk)
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
		const char *fault = pointer_fault(walk);
		if (fault)
			return walk->steps > walk->max ? walk_too_long(walk)
						       : walk_bad_pointer(walk, fault);
		TRY(walk_entry(walk));
	}
	if (walk->steps > walk->max)
		return walk_too_long(walk);
	walk->chain->complete = true;
	return NULL;
}

struct vmw_error *chain_walk(struct chain *chain, const struct kernel *kernel,
			     struct reader *reader, vmw_virt head)
{
	struct walk walk = {
		.kernel = kernel,
		.reader = reader,
		.chain = chain,
		.max = vmemmap_rows_max(kernel),
	};

	chain->count = 0;
	chain->complete = false;
	TRY(kernel_read_u64(kernel, reader, head, chain->name, &walk.next.value));
	return walk_all(&walk);
}

struct vmw_error *chain_check_member(const char *name, uint64_t offset, uint64_t size)
{
	if (offset % 8 == 0 && range_within(offset, 8, size))
		return NULL;
	return error_new(VMW_ERROR_BAD_DATA, where_none(),
			 "VMCOREINFO: OFFSET(%s) is %" PRIu64 ", outside the %" PRIu64
			 " bytes of an entry",
			 name, offset, size);
}
