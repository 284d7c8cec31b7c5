/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Page types: what a page that no process maps says in the place of its _mapcount.
 *
 * Source: Linux include/linux/page-flags.h; NUMBER(PAGE_*_MAPCOUNT_VALUE) of VMCOREINFO, which is
 * that place as the kernel writes it:
 * - 2.6.38 to 4.17: single values, PG_buddy -2, since 2.6.39 -128;
 * - 4.18 (6e292b9be7f4) to 6.10: all bits set but that of the type, in 0xf0000000 + bits; buddy
 * ~0x80;
 * - 6.11 (8db00ad56461): the same from the top, in 0x80000000 + bits; buddy ~0x40000000;
 * - since 6.12 (4ffca5a96678): the top byte, buddy 0xf0; the rest is the owner's.
 */
#pragma once

#include "kernel/kernel.h"
#include "page/flags.h"

enum page_type {
	TYPE_BUDDY,
	TYPE_OFFLINE,
	TYPE_TABLE,
	TYPE_GUARD,
	TYPE_HUGETLB,
	TYPE_SLAB,
	TYPE_ZSMALLOC,
	TYPE_UNACCEPTED,
	TYPE_LARGE_KMALLOC,
	TYPE_COUNT,
};

enum types_form {
	TYPES_UNKNOWN,
	TYPES_VALUES,   /* one value each */
	TYPES_BITS,     /* one bit each, clear */
	TYPES_TOP_BYTE, /* one value of the top byte each */
};

struct types {
	enum types_form form;
	bool has[TYPE_COUNT]; /* this kernel has it, and @value is known */
	/* Of TYPE_OFFLINE and later: whether !has means that this kernel has no such type. */
	bool complete;
	uint32_t value[TYPE_COUNT]; /* the whole word as the kernel sets it */
	uint32_t base;              /* BITS: bits that are set in each */
	int32_t none;               /* BITS, TOP_BYTE: a typed word is smaller than this, signed */
};

/* Find out from VMCOREINFO and, where loaded, kernel->types. */
void types_init(const struct kernel *kernel, struct types *ret);

/* Whether @mapcount, the word as stored, is of @type. */
enum tri types_test(const struct types *types, enum page_type type, int32_t mapcount);

/* Whether it is any type at all, as page_has_type() sees it: never before 4.18. */
enum tri types_any(const struct types *types, int32_t mapcount);
