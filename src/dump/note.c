/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dump/note.h"

#include <string.h>

#include "util/checked.h"

/* namesz, descsz, type: words of 4 bytes, in ELF64 too. */
enum { NOTE_HEADER_SIZE = 12, NOTE_ALIGN = 4 };

struct sizes {
	uint64_t name, desc;
};

static struct sizes sizes_in(const unsigned char *header, enum order order)
{
	return (struct sizes){ .name = load_u32(header, order),
			       .desc = load_u32(header + 4, order) };
}

static uint64_t padded(uint64_t size)
{
	return align_down(size + NOTE_ALIGN - 1, NOTE_ALIGN);
}

/* Sums of two u32 and a little: no overflow in u64. The last note's padding may be left out. */
static bool fits(struct sizes sizes, uint64_t left)
{
	return padded(sizes.name) + sizes.desc <= left;
}

static bool name_fits(struct sizes sizes, uint64_t left)
{
	return sizes.name <= left;
}

/*
 * The order in which the sizes of @header make sense. A size of less than 16 MiB is more than 16
 * MiB in the other order unless its low byte is 0, so that two fits are rare.
 */
static bool find_order(const unsigned char *header, uint64_t left, enum order prefer,
		       enum order *ret)
{
	const enum order orders[] = { prefer, order_other(prefer) };

	for (unsigned int i = 0; i < 2; i++) {
		*ret = orders[i];
		if (fits(sizes_in(header, orders[i]), left))
			return true;
	}
	/* Cut within the content: the name still has to be there. */
	for (unsigned int i = 0; i < 2; i++) {
		*ret = orders[i];
		if (name_fits(sizes_in(header, orders[i]), left))
			return true;
	}
	return false;
}

bool note_next(struct span notes, enum order prefer, size_t *offset, struct note *ret)
{
	for (;;) {
		if (!range_within(*offset, NOTE_HEADER_SIZE, notes.size))
			return false;
		/* No name is no note (fs/proc/vmcore.c, update_note_header_size_elf64()): padding,
		 * or the zeros behind a processor's notes (kernel/crash_core.c, final_note()). */
		if (load_u32(notes.data + *offset, ORDER_LITTLE) != 0)
			break;
		*offset += NOTE_ALIGN;
	}

	const unsigned char *header = notes.data + *offset;
	const unsigned char *content = header + NOTE_HEADER_SIZE;
	uint64_t left = notes.size - *offset - NOTE_HEADER_SIZE;
	enum order order;

	if (!find_order(header, left, prefer, &order))
		return false;
	struct sizes sizes = sizes_in(header, order);
	uint64_t desc_start = min_u64(padded(sizes.name), left);
	uint64_t desc_size = min_u64(sizes.desc, left - desc_start);

	ret->order = order;
	ret->type = load_u32(header + 8, order);
	ret->name = (struct span){ content, (size_t)sizes.name };
	if (content[ret->name.size - 1] == '\0')
		ret->name.size--;
	ret->desc = (struct span){ content + desc_start, (size_t)desc_size };
	*offset += NOTE_HEADER_SIZE + (size_t)min_u64(desc_start + padded(desc_size), left);
	return true;
}

bool note_find(struct span notes, enum order prefer, const char *name, struct note *ret)
{
	size_t offset = 0, length = strlen(name);

	while (note_next(notes, prefer, &offset, ret)) {
		if (ret->name.size == length && memcmp(ret->name.data, name, length) == 0)
			return true;
	}
	return false;
}
