/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Follow a singly linked list of the kernel's from its head to its NULL, and find out where it
 * breaks: what vmemmap/list.c and vmemmap/blocks.c have in common.
 *
 * No pointer is followed before it was checked, no entry is read twice for long: a cycle is found
 * by Brent's method, in bounded time and no memory, and the list is never longer than the memmap
 * can need.
 */
#pragma once

#include "kernel/kernel.h"

enum { CHAIN_ENTRY_SIZE_MAX = 64 };

struct chain {
	const char *name;    /* of the variable that is the head; the messages begin with it */
	uint64_t entry_size; /* up to CHAIN_ENTRY_SIZE_MAX */
	uint64_t next;       /* offset of the pointer to the next entry */
	/* Why no entry of @size bytes can be at @address, or NULL: not asked of what is not linear.
	 */
	const char *(*address_fault)(const struct kernel *kernel, vmw_virt address, uint64_t size);
	/* Keep the entry, whose @bytes are in the kernel's order; false for want of memory. */
	bool (*add)(void *list, vmw_virt address, const unsigned char *bytes, enum order order);
	/* The address of entry @index that was added. */
	vmw_virt (*address)(const void *list, size_t index);
	void *list;

	/* Set by chain_walk(): how many entries of the list count, the first that were added; there
	 * may be more, which are not to be used. */
	size_t count;
	bool complete; /* NULL was reached */
};

/*
 * Follow the list from the variable at @head. BAD_DATA (a pointer that is no entry's address, a
 * cycle, a list longer than the memmap can need) or MISSING (an entry, or the head, that is not in
 * the dump) where it breaks: the message says which entry (the newest is entry 1), at which
 * address, what was found, after how many. What was read before stays useful.
 */
NODISCARD struct vmw_error *chain_walk(struct chain *chain, const struct kernel *kernel,
				       struct reader *reader, vmw_virt head);

/*
 * BAD_DATA unless a member of 8 bytes can be at @offset of an entry of @size bytes; @name is the
 * line's, without its OFFSET().
 */
NODISCARD struct vmw_error *chain_check_member(const char *name, uint64_t offset, uint64_t size);
