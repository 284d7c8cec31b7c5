/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What types.c is compiled of, and what test_btf_blobs.c is too: it asks the host's compiler for
 * the sizes and offsets that the blobs must have. All LP64 machines lay these types out alike.
 */
#pragma once

enum pageflags {
	PG_locked,
	PG_writeback,
	PG_referenced,
	PG_lru = 5,
	PG_hwpoison = 21,
	__NR_PAGEFLAGS,
	PG_readahead = PG_writeback,
};

enum sign {
	SIGN_LOWEST = -2147483647 - 1,
	SIGN_MINUS = -1,
	SIGN_PLUS = 1,
};

enum wide {
	WIDE_HIGH = 0x8000000000000000,
	WIDE_LOW = 1,
};

typedef struct {
	int counter;
} atomic_t;

struct list_head {
	struct list_head *next, *prev;
};

struct declared_only;

struct page {
	unsigned long flags;
	union {
		struct {
			union {
				struct list_head lru;
				struct {
					void *__filler;
					unsigned int mlock_count;
				};
			};
			struct declared_only *mapping;
			union {
				const volatile unsigned long index;
				unsigned long share;
			};
			unsigned long private_data;
		};
		struct {
			unsigned long compound_head;
			unsigned char compound_order;
			unsigned int narrow : 5;
			unsigned int wide : 11;
		};
	};
	union {
		atomic_t _mapcount;
		unsigned int page_type;
	};
	atomic_t _refcount;
	unsigned short names[3][5];
	double weight;
	int (*callback)(struct page *restrict page, enum sign sign, ...);
};

union word {
	unsigned char bytes[8];
	unsigned long value;
	struct {
		unsigned int high, low;
	} halves;
};
