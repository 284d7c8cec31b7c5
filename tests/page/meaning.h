/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A machine whose struct pages a case writes word by word, and all that it takes to say what they
 * mean. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fake/dump.h"
#include "fake/kernel.h"
#include "page/state.h"
#include "util/addr.h"

#define MIB (UINT64_C(1) << 20)

/* Lines of VMCOREINFO that decide what struct pages mean, as recorded dumps have them. */
#define LINES_4_18                                                                   \
	"OFFSET(page.flags)=0\nOFFSET(page._refcount)=52\nOFFSET(page.mapping)=24\n" \
	"OFFSET(page.lru)=8\nOFFSET(page._mapcount)=48\nOFFSET(page.private)=40\n"   \
	"LENGTH(zone.free_area)=9\n"
#define LINES_6_1                                                                          \
	LINES_4_18 "OFFSET(page.compound_head)=8\nOFFSET(page.compound_dtor)=16\n"         \
		   "OFFSET(page.compound_order)=17\nNUMBER(HUGETLB_PAGE_DTOR)=2\n"         \
		   "NUMBER(PG_lru)=4\nNUMBER(PG_private)=13\nNUMBER(PG_swapcache)=10\n"    \
		   "NUMBER(PG_swapbacked)=19\nNUMBER(PG_slab)=9\nNUMBER(PG_hwpoison)=22\n" \
		   "NUMBER(PG_head_mask)=65536\nNUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-129\n"  \
		   "NUMBER(PAGE_OFFLINE_MAPCOUNT_VALUE)=-257\n"
#define LINES_TYPES_6_12                                   \
	"NUMBER(PAGE_SLAB_MAPCOUNT_VALUE)=-184549376\n"    \
	"NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-268435456\n"   \
	"NUMBER(PAGE_HUGETLB_MAPCOUNT_VALUE)=-201326592\n" \
	"NUMBER(PAGE_OFFLINE_MAPCOUNT_VALUE)=-251658240\n"
#define LINES_FLAGS_6_12                                                     \
	"NUMBER(PG_lru)=5\nNUMBER(PG_private)=14\nNUMBER(PG_swapcache)=10\n" \
	"NUMBER(PG_swapbacked)=17\nNUMBER(PG_head_mask)=64\n"
#define LINES_6_12                                                   \
	LINES_4_18 "OFFSET(page.compound_head)=8\n" LINES_FLAGS_6_12 \
		   "NUMBER(PG_hwpoison)=20\n" LINES_TYPES_6_12
#define LINES_7_2                                                    \
	LINES_4_18 "OFFSET(page.compound_info)=8\n" LINES_FLAGS_6_12 \
		   "NUMBER(PG_hwpoison)=21\n" LINES_TYPES_6_12

struct machine {
	struct ram *ram;
	struct fake_kernel fake;
	struct fake_files files;
	struct problems *problems;
	struct dump *dump;
	struct reader *reader;
	struct kernel *kernel;
	struct vmemmap *vmemmap;
	struct layout *layout;
	struct page_context context;
	struct page_hint hint;
	struct model *model;
	struct folio_reader folios;
};

/* Of 64 MiB with 64K pages, whose VMCOREINFO has @lines; its struct pages are zeros, of @size
 * bytes.
 * @ranges: as struct fake_kernel_spec has them, or none. */
static inline struct machine machine_of(enum order order, const char *release, const char *lines,
					uint32_t size, const struct fake_memory_range *ranges,
					size_t range_count)
{
	struct machine m = { .ram = ram_new(64 * MIB, 65536, order) };
	struct fake_kernel_spec spec = {
		.release = release,
		.page_struct_size = size,
		.ranges = ranges,
		.range_count = range_count,
		.drop = "OFFSET(page. NUMBER(PG_ NUMBER(PAGE_ NUMBER(HUGETLB LENGTH(zone.free_area) "
			"SYMBOL(node_data) LENGTH(node_data) SIZE(zone) OFFSET(pglist_data.",
		.add = lines,
		.blank_pages = true,
	};

	m.fake = fake_kernel_put(m.ram, &spec);
	return m;
}

static inline struct machine machine_new(enum order order, const char *release, const char *lines)
{
	return machine_of(order, release, lines, 64, NULL, 0);
}

static inline void machine_open(struct machine *m)
{
	struct fake_dump_spec spec = { .format = FAKE_KDUMP, .vmcoreinfo = m->fake.vmcoreinfo };
	struct kernel_options options = { .vmlinux = NULL };

	m->files = fake_dump_write(m->ram, &spec);
	assert_null(problems_new(&m->problems));
	assert_null(dump_open((const char *const *)m->files.paths, m->files.count, m->problems,
			      &m->dump));
	assert_null(reader_new(m->dump, &m->reader));
	assert_null(kernel_open(m->reader, &options, m->problems, &m->kernel));
	assert_null(vmemmap_open(m->kernel, m->reader, VMW_SOURCE_AUTO, m->problems, &m->vmemmap));
	assert_null(layout_open(m->kernel, m->problems, &m->layout));
	assert_null(page_context_init(m->kernel, m->vmemmap, m->layout, &m->context));
	assert_null(model_open(&m->context, m->reader, &m->model));
	folio_reader_init(&m->folios, m->model, m->reader);
}

static inline void machine_free(struct machine *m)
{
	model_free(m->model);
	layout_free(m->layout);
	vmemmap_close(m->vmemmap);
	kernel_close(m->kernel);
	reader_free(m->reader);
	dump_close(m->dump);
	problems_free(m->problems);
	fake_files_free(&m->files);
	fake_kernel_free(&m->fake);
	ram_free(m->ram);
}

/* What a case says of a struct page since 4.18; the rest is zeros. */
struct fake_page {
	uint64_t pfn;
	uint64_t flags;
	uint64_t word_1; /* lru.next, compound_head */
	uint64_t mapping;
	uint64_t private_;
	int32_t mapcount, refcount;
	/* Of a second page: 32-bit words at 16, 20 and 24. */
	uint32_t at_16, at_20, at_24;
};

/* Two 32-bit words as the 64-bit word that they are in memory. */
static inline uint64_t pair(const struct machine *m, uint32_t first, uint32_t second)
{
	return ram_order(m->ram) == ORDER_BIG ? (uint64_t)first << 32 | second
					      : (uint64_t)second << 32 | first;
}

static inline void put_page(struct machine *m, struct fake_page page)
{
	uint64_t words[8] = {
		page.flags,
		page.word_1,
		pair(m, page.at_16, page.at_20),
		page.at_24 ? pair(m, page.at_24, 0) : page.mapping,
		0,
		page.private_,
		pair(m, (uint32_t)page.mapcount, (uint32_t)page.refcount),
		0,
	};

	for (unsigned int i = 0; i < 8; i++)
		fake_page_put(m->ram, &m->fake, page.pfn, i, words[i]);
}

/* compound_head of a tail of @head. */
static inline uint64_t tail_of(const struct machine *m, uint64_t head)
{
	return m->fake.vmemmap_base + head * 64 + 1;
}

static inline struct kpf kpf_at(struct machine *m, uint64_t pfn)
{
	struct kpf kpf;

	memset(&kpf, 0xff, sizeof(kpf));
	assert_null(kpf_read(&m->folios, pfn_at(pfn), 1, &kpf));
	return kpf;
}

static inline struct vmw_page_state state_at(struct machine *m, uint64_t pfn)
{
	struct vmw_page page;
	struct vmw_page_state state;

	assert_null(page_read(&m->context, m->reader, pfn_at(pfn), 1, &m->hint, &page));
	assert_null(state_describe(&m->folios, &page, &state));
	return state;
}
