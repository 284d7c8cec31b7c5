/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmemmap/list.h"

#include <inttypes.h>
#include <stdio.h>

#include "machine.h"

/* Where cases put entries of their own: a page that holds nothing else. */
#define ENTRIES (32 * MIB)
#define LINEAR ADDR_LINEAR_BASE

enum { ENTRY = 24 };

/* @count entries in a row, each pointing to the next, the blocks downwards from the vmemmap's end.
 */
static void fill_entries(struct fake_entry *entries, size_t count, uint64_t base, uint64_t block)
{
	for (size_t i = 0; i < count; i++)
		entries[i] = (struct fake_entry){ .address = ENTRIES + i * ENTRY,
						  .phys = 48 * MIB + i * block,
						  .virt = base + (count - 1 - i) * block };
}

static uint64_t base_of(uint32_t page)
{
	return page == 4096 ? UINT64_C(0xc0003f0000000000) : UINT64_C(0xc00c000000000000);
}

static void a_list_is_read_newest_first(void **state)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		_cleanup_(machine_close) struct machine m = machine_boot(
			64 * MIB, kinds[i].page, kinds[i].order, &(struct fake_kernel_spec){ 0 });
		_cleanup_(list_freep) struct list *list = NULL;

		machine_open(&m);
		assert_null(list_read(m.kernel, m.reader, &list));
		assert_true(list->complete);
		assert_int_equal(list->count, m.fake.entry_count);
		for (size_t j = 0; j < list->count; j++) {
			const struct vmw_mapping *block = &m.fake.blocks[list->count - 1 - j];

			assert_int_equal(list->entries[j].address.value,
					 LINEAR + m.fake.entries[j]);
			assert_int_equal(list->entries[j].phys.value, block->phys.value);
			assert_int_equal(list->entries[j].virt.value, block->virt.value);
		}
	}
}

static void an_empty_list_is_whole(void **state)
{
	_cleanup_(machine_close) struct machine m = machine_boot(
		64 * MIB, 65536, ORDER_BIG, &(struct fake_kernel_spec){ .empty_list = true });
	_cleanup_(list_freep) struct list *list = NULL;

	machine_open(&m);
	assert_null(list_read(m.kernel, m.reader, &list));
	assert_true(list->complete);
	assert_int_equal(list->count, 0);
}

static void a_cyclic_list_ends_at_its_first_repeat(void **state)
{
	static const struct {
		size_t count, back; /* the last entry points to entry number back, counted from 1 */
	} cases[] = {
		{ 1, 1 }, { 2, 1 }, { 2, 2 },  { 3, 1 },  { 5, 2 },   { 5, 5 },
		{ 8, 4 }, { 9, 1 }, { 64, 1 }, { 64, 9 }, { 64, 64 }, { 100, 33 },
	};

	for (size_t i = 0; i < 2 * COUNT_OF(cases); i++) {
		size_t count = cases[i / 2].count, back = cases[i / 2].back;
		struct fake_entry entries[100];
		char message[200];

		fill_entries(entries, count, base_of(65536), 65536);
		entries[count - 1].next = LINEAR + entries[back - 1].address;
		entries[count - 1].has_next = true;
		_cleanup_(machine_close) struct machine m = machine_boot(
			64 * MIB, 65536, i % 2 ? ORDER_BIG : ORDER_LITTLE,
			&(struct fake_kernel_spec){ .entries = entries, .entry_count = count });
		_cleanup_(list_freep) struct list *list = NULL;

		machine_open(&m);
		snprintf(message, sizeof(message),
			 "entry %zu points back to entry %zu at 0x%" PRIx64
			 ": the list is a cycle; %zu entries were read",
			 count, back, LINEAR + entries[back - 1].address, count);
		assert_error(list_read(m.kernel, m.reader, &list), VMW_ERROR_BAD_DATA, message);
		assert_false(list->complete);
		assert_int_equal(list->count, count);
		for (size_t j = 0; j < count; j++)
			assert_int_equal(list->entries[j].address.value,
					 LINEAR + entries[j].address);
	}
}

static void a_pointer_that_is_no_entrys_address_ends_the_list(void **state)
{
	static const struct {
		uint32_t page;
		uint64_t next;
		const char *fault;
	} cases[] = {
		{ 65536, 1, "not in the linear map" },
		{ 65536, UINT64_C(0x0000000002000000), "not in the linear map" },
		{ 65536, UINT64_C(0xc00c000000000000), "not in the linear map" },
		{ 65536, UINT64_C(0xd000000002000000), "not in the linear map" },
		{ 65536, UINT64_MAX, "not in the linear map" },
		{ 4096, UINT64_C(0xc0003f0000000000), "not in the linear map" },
		{ 65536, LINEAR + ENTRIES + 8, "not a multiple of an entry's size" },
		{ 65536, LINEAR + ENTRIES + 65520 + 8, "not a multiple of an entry's size" },
		{ 4096, LINEAR + ENTRIES + 4096 + 8, "not a multiple of an entry's size" },
		/* The 171st of a page would end behind it. */
		{ 4096, LINEAR + ENTRIES + 4080, "not a multiple of an entry's size" },
		{ 65536, LINEAR + ENTRIES + 65520, "not a multiple of an entry's size" },
	};

	for (size_t i = 0; i < 2 * COUNT_OF(cases); i++) {
		struct fake_entry entries[2];
		uint32_t page = cases[i / 2].page;

		fill_entries(entries, 2, base_of(page), page);
		entries[1].next = cases[i / 2].next;
		entries[1].has_next = true;
		_cleanup_(machine_close) struct machine m = machine_boot(
			64 * MIB, page, i % 2 ? ORDER_BIG : ORDER_LITTLE,
			&(struct fake_kernel_spec){ .entries = entries, .entry_count = 2 });
		_cleanup_(list_freep) struct list *list = NULL;

		machine_open(&m);
		struct vmw_error *error = list_read(m.kernel, m.reader, &list);
		assert_non_null(error);
		assert_int_equal(error->where.space, VMW_SPACE_VIRT);
		assert_int_equal(error->where.address, cases[i / 2].next);
		assert_non_null(strstr(error->message, "entry 2 at 0xc000000002000018 points to"));
		assert_non_null(strstr(error->message, "2 entries were read"));
		assert_error(error, VMW_ERROR_BAD_DATA, cases[i / 2].fault);
		assert_int_equal(list->count, 2);
		assert_false(list->complete);
	}
}

static void a_head_that_is_no_entrys_address_leaves_no_list(void **state)
{
	_cleanup_(machine_close) struct machine m = machine_boot(
		64 * MIB, 65536, ORDER_BIG,
		&(struct fake_kernel_spec){ .list_head = 0xdead, .has_list_head = true });
	_cleanup_(list_freep) struct list *list = NULL;

	machine_open(&m);
	assert_error(list_read(m.kernel, m.reader, &list), VMW_ERROR_BAD_DATA,
		     "its head 0xdead is no entry's address: not in the linear map; no entry");
	assert_int_equal(list->count, 0);
	assert_false(list->complete);
}

static void an_entry_that_is_not_in_the_dump_ends_the_list(void **state)
{
	static const enum vmw_data states[] = { VMW_EXCLUDED, VMW_NOT_DUMPED };

	for (size_t i = 0; i < COUNT_OF(kinds) * 2; i++) {
		struct machine_kind kind = kinds[i / 2];
		struct fake_entry entries[3];

		fill_entries(entries, 3, base_of(kind.page), kind.page);
		entries[1].address = ENTRIES + MIB;
		_cleanup_(machine_close) struct machine m = machine_boot(
			64 * MIB, kind.page, kind.order,
			&(struct fake_kernel_spec){ .entries = entries, .entry_count = 3 });
		_cleanup_(list_freep) struct list *list = NULL;

		ram_set_data(m.ram, ENTRIES + MIB, kind.page, states[i % 2]);
		machine_open(&m);
		struct vmw_error *error = list_read(m.kernel, m.reader, &list);
		assert_non_null(error);
		assert_int_equal(error->where.space, VMW_SPACE_VIRT);
		assert_int_equal(error->where.address, LINEAR + ENTRIES + MIB);
		assert_error(error, VMW_ERROR_MISSING,
			     "entry 2 at 0xc000000002100000 (phys 0x2100000) is not in the dump");
		assert_int_equal(list->count, 1);
		assert_false(list->complete);
	}
}

static void a_file_that_is_cut_gives_the_entries_before_the_cut(void **state)
{
	enum { COUNT = 3 };

	for (uint64_t cut = 0; cut <= COUNT * ENTRY; cut++) {
		struct fake_entry entries[COUNT];

		fill_entries(entries, COUNT, base_of(65536), 65536);
		_cleanup_(machine_close) struct machine m = machine_boot(
			64 * MIB, 65536, cut % 2 ? ORDER_BIG : ORDER_LITTLE,
			&(struct fake_kernel_spec){ .entries = entries, .entry_count = COUNT });
		_cleanup_(list_freep) struct list *list = NULL;

		machine_dump(&m);
		machine_cut(&m, ENTRIES + cut);
		machine_open(&m);
		struct vmw_error *error = list_read(m.kernel, m.reader, &list);
		assert_int_equal(list->count, cut / ENTRY);
		assert_int_equal(list->complete, cut == COUNT * ENTRY);
		if (cut < COUNT * ENTRY)
			assert_error(error, VMW_ERROR_MISSING, "is not in the dump");
		else
			assert_null(error);
	}
}

/* One entry for each page of struct pages, twice, and 2^20 (vmemmap/bound.h). */
static void a_list_longer_than_the_memory_can_need_is_refused(void **state)
{
	enum { NEED = 65536 + 64, MAX = (1 << 20) + 2 * (NEED / 65536 + 1), PER_PAGE = 2730 };
	_cleanup_(machine_close) struct machine m = machine_boot(
		64 * MIB, 65536, ORDER_BIG,
		&(struct fake_kernel_spec){ .list_head = LINEAR + 16 * MIB,
					    .has_list_head = true });
	_cleanup_(list_freep) struct list *list = NULL, *allowed = NULL;
	uint64_t address = 0, last = 0;

	for (uint64_t i = 0; i <= MAX; i++) {
		uint64_t next = i + 1;

		last = address;
		address = 16 * MIB + i / PER_PAGE * 65536 + i % PER_PAGE * ENTRY;
		next = 16 * MIB + next / PER_PAGE * 65536 + next % PER_PAGE * ENTRY;
		ram_put_u64(m.ram, address, i == MAX ? 0 : LINEAR + next);
	}
	machine_open(&m);
	assert_error(list_read(m.kernel, m.reader, &list), VMW_ERROR_BAD_DATA,
		     "does not end after 1048580 entries, more than the struct pages");
	assert_int_equal(list->count, MAX);
	assert_false(list->complete);

	/* One entry less is allowed. */
	_cleanup_(machine_close) struct machine n = machine_boot(
		64 * MIB, 65536, ORDER_BIG,
		&(struct fake_kernel_spec){ .list_head = LINEAR + 16 * MIB,
					    .has_list_head = true });
	for (uint64_t at = 16 * MIB; at < last + ENTRY; at += 8)
		ram_put_u64(n.ram, at, ram_get_u64(m.ram, at));
	ram_put_u64(n.ram, last, 0);
	machine_open(&n);
	assert_null(list_read(n.kernel, n.reader, &allowed));
	assert_int_equal(allowed->count, MAX);
	assert_true(allowed->complete);
}

static void the_layout_of_entries_is_what_vmcoreinfo_says(void **state)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		_cleanup_(machine_close) struct machine m = machine_boot(
			64 * MIB, kinds[i].page, kinds[i].order,
			&(struct fake_kernel_spec){
				.drop = "SIZE(vmemmap_backing OFFSET(vmemmap_backing",
				.add = "SIZE(vmemmap_backing)=40\n"
				       "OFFSET(vmemmap_backing.list)=32\n"
				       "OFFSET(vmemmap_backing.phys)=16\n"
				       "OFFSET(vmemmap_backing.virt_addr)=0\n",
				.list_head = LINEAR + ENTRIES + 40,
				.has_list_head = true });
		_cleanup_(list_freep) struct list *list = NULL;

		ram_put_u64(m.ram, ENTRIES + 40, UINT64_C(0xc00c000000010000));
		ram_put_u64(m.ram, ENTRIES + 40 + 16, 0x3000000);
		ram_put_u64(m.ram, ENTRIES + 40 + 32, LINEAR + ENTRIES);
		ram_put_u64(m.ram, ENTRIES, UINT64_C(0xc00c000000000000));
		ram_put_u64(m.ram, ENTRIES + 16, 0x3010000);
		machine_open(&m);
		assert_null(list_read(m.kernel, m.reader, &list));
		assert_int_equal(list->count, 2);
		assert_int_equal(list->entries[0].virt.value, UINT64_C(0xc00c000000010000));
		assert_int_equal(list->entries[0].phys.value, 0x3000000);
		assert_int_equal(list->entries[1].virt.value, UINT64_C(0xc00c000000000000));
		assert_int_equal(list->entries[1].phys.value, 0x3010000);
	}
}

/* Kernels before 3.14 export the address at most by a System.map; the layout never changed. */
static void without_lines_for_the_layout_the_usual_one_is_taken(void **state)
{
	_cleanup_(machine_close) struct machine m = machine_boot(
		64 * MIB, 65536, ORDER_LITTLE,
		&(struct fake_kernel_spec){
			.drop = "SIZE(vmemmap_backing OFFSET(vmemmap_backing" });
	_cleanup_(list_freep) struct list *list = NULL;

	machine_open(&m);
	assert_null(list_read(m.kernel, m.reader, &list));
	assert_int_equal(list->count, m.fake.entry_count);
}

static void a_layout_that_no_kernel_has_is_refused(void **state)
{
	static const struct {
		const char *lines, *message;
	} cases[] = {
		{ "SIZE(vmemmap_backing)=16\n",
		  "SIZE(vmemmap_backing) is 16, not a multiple of 8" },
		{ "SIZE(vmemmap_backing)=28\n",
		  "SIZE(vmemmap_backing) is 28, not a multiple of 8" },
		{ "SIZE(vmemmap_backing)=72\n",
		  "SIZE(vmemmap_backing) is 72, not a multiple of 8" },
		{ "OFFSET(vmemmap_backing.phys)=20\n", "OFFSET(vmemmap_backing.phys) is 20" },
		{ "OFFSET(vmemmap_backing.list)=24\n", "OFFSET(vmemmap_backing.list) is 24" },
		{ "OFFSET(vmemmap_backing.virt_addr)=18446744073709551608\n",
		  "OFFSET(vmemmap_backing.virt_addr) is 18446744073709551608" },
		{ "OFFSET(vmemmap_backing.virt_addr)=8\n", "two members" },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		_cleanup_(machine_close) struct machine m = machine_boot(
			64 * MIB, 65536, ORDER_BIG,
			&(struct fake_kernel_spec){
				.drop = "SIZE(vmemmap_backing OFFSET(vmemmap_backing",
				.add = cases[i].lines });
		_cleanup_(list_freep) struct list *list = NULL;

		machine_open(&m);
		assert_error(list_read(m.kernel, m.reader, &list), VMW_ERROR_BAD_DATA,
			     cases[i].message);
		assert_non_null(list);
		assert_int_equal(list->count, 0);
	}
}

static void without_the_heads_address_the_message_says_what_would_help(void **state)
{
	_cleanup_(machine_close) struct machine m = machine_boot(
		64 * MIB, 65536, ORDER_BIG,
		&(struct fake_kernel_spec){ .drop = "SYMBOL(vmemmap_list)" });
	_cleanup_(list_freep) struct list *list = NULL;

	machine_open(&m);
	assert_error(list_read(m.kernel, m.reader, &list), VMW_ERROR_MISSING,
		     "--system-map or --vmlinux of this kernel (6.12.0-fake) would tell it");
	assert_int_equal(list->count, 0);
	assert_false(list->complete);
}

/* ---- entries as mappings ---- */

static void entries_become_blocks_in_the_order_of_the_list(void **state)
{
	_cleanup_(machine_close) struct machine m = machine_boot(64 * MIB, 4096, ORDER_BIG,
								 &(struct fake_kernel_spec){ 0 });
	_cleanup_(list_freep) struct list *list = NULL;
	_cleanup_(table_deinit) struct table table = { 0 };
	size_t refused;

	machine_open(&m);
	assert_null(list_read(m.kernel, m.reader, &list));
	assert_null(list_fill(list, m.kernel, 4096, m.problems, &table, &refused));
	assert_int_equal(refused, 0);
	assert_int_equal(table.count, list->count);
	for (size_t i = 0; i < table.count; i++) {
		assert_int_equal(table.rows[i].virt.value, list->entries[i].virt.value);
		assert_int_equal(table.rows[i].phys.value, list->entries[i].phys.value);
		assert_int_equal(table.rows[i].size, 4096);
		assert_int_equal(table.rows[i].source, VMW_SOURCE_LIST);
	}
}

static void an_entry_that_cannot_be_a_block_is_left_out_and_told(void **state)
{
	static const struct {
		uint64_t virt, phys;
		const char *fault;
	} cases[] = {
		{ UINT64_C(0xc00c000000010008), 0x3000000, "not aligned to a page" },
		{ UINT64_C(0xc00c000000010000), 0x3000001, "not aligned to a page" },
		{ UINT64_C(0xc00c000000010000), UINT64_C(1) << 53, "phys is beyond any memory" },
		{ UINT64_C(0x400c000000010000), 0x3000000, "virt is no kernel address" },
		{ UINT64_C(0xc00bffffffff0000), 0x3000000, "virt is outside the vmemmap" },
		{ UINT64_C(0xc00c020000000000), 0x3000000, "virt is outside the vmemmap" },
		{ UINT64_C(0xffffffffffff0000), 0x3000000, "virt is outside the vmemmap" },
		{ UINT64_C(0xc00c000000010000), 0x3000000, "not aligned to a block" },
		{ UINT64_C(0xc00c000001000000), 0x3010000, "not aligned to a block" },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct fake_entry entries[2] = {
			{ .virt = UINT64_C(0xc00c000000000000), .phys = 0x3000000 },
			{ .virt = cases[i].virt, .phys = cases[i].phys },
		};
		_cleanup_(machine_close) struct machine m = machine_boot(
			64 * MIB, 65536, i % 2 ? ORDER_BIG : ORDER_LITTLE,
			&(struct fake_kernel_spec){ .list_head = LINEAR + ENTRIES,
						    .has_list_head = true });
		_cleanup_(list_freep) struct list *list = NULL;
		_cleanup_(table_deinit) struct table table = { 0 };
		size_t refused;

		for (size_t j = 0; j < 2; j++) {
			ram_put_u64(m.ram, ENTRIES + j * ENTRY,
				    j == 0 ? LINEAR + ENTRIES + ENTRY : 0);
			ram_put_u64(m.ram, ENTRIES + j * ENTRY + 8, entries[j].phys);
			ram_put_u64(m.ram, ENTRIES + j * ENTRY + 16, entries[j].virt);
		}
		machine_open(&m);
		assert_null(list_read(m.kernel, m.reader, &list));
		assert_null(list_fill(list, m.kernel, 16 * MIB, m.problems, &table, &refused));
		assert_int_equal(refused, 1);
		assert_int_equal(table.count, 1);
		assert_int_equal(count_problems(&m, "list-entry-bad", VMW_PARTIAL), 1);
		assert_true(has_problem(&m, "list-entry-bad", cases[i].fault));
		assert_true(has_problem(&m, "list-entry-bad", "entry 2 at 0xc000000002000018"));
	}
}

/* ---- the size of a block ---- */

/* Boot with @count blocks of @block side by side, by entries of our own. */
static struct machine boot_blocks(enum order order, uint32_t page, uint64_t block, size_t count,
				  struct fake_entry *entries, const char *drop)
{
	fill_entries(entries, count, base_of(page), block);
	for (size_t i = 0; i < count; i++)
		entries[i].phys = 64 * MIB + i * block;
	return machine_boot(64 * MIB, page, order,
			    &(struct fake_kernel_spec){ .entries = entries,
							.entry_count = count,
							.block_size = block,
							.drop = drop,
							.blank_pages = true });
}

static void the_block_size_is_what_the_kernel_states(void **state)
{
	static const struct {
		uint32_t page;
		uint64_t block;
	} cases[] = { { 65536, 65536 }, { 65536, 16 * MIB }, { 4096, 4096 }, { 4096, 16 * MIB } };

	for (size_t i = 0; i < 2 * COUNT_OF(cases); i++) {
		struct fake_entry entries[8];
		_cleanup_(machine_close) struct machine m = boot_blocks(
			i % 2 ? ORDER_BIG : ORDER_LITTLE, cases[i / 2].page, cases[i / 2].block, 8,
			entries, NULL);
		_cleanup_(list_freep) struct list *list = NULL;
		const char *from = NULL;
		uint64_t size = 0;

		machine_open(&m);
		assert_null(list_read(m.kernel, m.reader, &list));
		assert_null(list_block_size(m.kernel, m.reader, list, &size, &from));
		assert_int_equal(size, cases[i / 2].block);
		assert_string_equal(from, "mmu_psize_defs[mmu_vmemmap_psize].shift");
	}
}

static void an_index_or_a_shift_out_of_range_is_refused(void **state)
{
	static const struct {
		uint32_t index, shift;
		const char *message;
	} cases[] = {
		{ 16, 16, "mmu_vmemmap_psize is 16, not below 16" },
		{ UINT32_MAX, 16, "mmu_vmemmap_psize is 4294967295" },
		{ 2, 0, "mmu_psize_defs[2].shift is 0, not 12 to 34" },
		{ 2, 11, "mmu_psize_defs[2].shift is 11" },
		{ 2, 35, "mmu_psize_defs[2].shift is 35" },
		{ 2, 64, "mmu_psize_defs[2].shift is 64" },
		{ 2, 12, "mmu_psize_defs[2].shift is 12, smaller than the page size" },
	};

	for (size_t i = 0; i < 2 * COUNT_OF(cases); i++) {
		_cleanup_(machine_close) struct machine m = machine_boot(
			64 * MIB, 65536, i % 2 ? ORDER_BIG : ORDER_LITTLE,
			&(struct fake_kernel_spec){ 0 });
		_cleanup_(list_freep) struct list *list = NULL;
		const char *from;
		uint64_t size;

		ram_put_u32(m.ram, m.fake.psize_index, cases[i / 2].index);
		ram_put_u32(m.ram, m.fake.psize_defs + 2 * 96, cases[i / 2].shift);
		machine_open(&m);
		assert_null(list_read(m.kernel, m.reader, &list));
		assert_error(list_block_size(m.kernel, m.reader, list, &size, &from),
			     VMW_ERROR_BAD_DATA, cases[i / 2].message);
	}
}

static void without_its_symbols_the_block_size_is_not_known(void **state)
{
	static const char *const names[] = { "mmu_vmemmap_psize", "mmu_psize_defs" };

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		char drop[64];
		snprintf(drop, sizeof(drop), "SYMBOL(%s)", names[i]);
		_cleanup_(machine_close) struct machine m = machine_boot(
			64 * MIB, 65536, ORDER_BIG, &(struct fake_kernel_spec){ .drop = drop });
		_cleanup_(list_freep) struct list *list = NULL;
		const char *from;
		uint64_t size;

		machine_open(&m);
		assert_null(list_read(m.kernel, m.reader, &list));
		assert_error(list_block_size(m.kernel, m.reader, list, &size, &from),
			     VMW_ERROR_MISSING, names[i]);
	}
}

static void entries_closer_than_the_stated_size_refuse_it(void **state)
{
	struct fake_entry entries[8];
	_cleanup_(machine_close) struct machine m = boot_blocks(ORDER_BIG, 65536, 65536, 8, entries,
								NULL);
	_cleanup_(list_freep) struct list *list = NULL;
	const char *from;
	uint64_t size;

	ram_put_u32(m.ram, m.fake.psize_index, 10);
	ram_put_u32(m.ram, m.fake.psize_defs + 10 * 96, 24);
	machine_open(&m);
	assert_null(list_read(m.kernel, m.reader, &list));
	struct vmw_error *error = list_block_size(m.kernel, m.reader, list, &size, &from);
	assert_non_null(error);
	assert_non_null(strstr(error->message, "the smallest distance between entries is 64 KiB"));
	assert_error(error, VMW_ERROR_BAD_DATA, "the kernel states 16 MiB");
}

/* Read as 64 KiB blocks, most of each 16 MiB block would seem to be unmapped. */
static void entries_far_larger_than_the_stated_size_refuse_it(void **state)
{
	struct fake_entry entries[4];
	_cleanup_(machine_close) struct machine m = boot_blocks(ORDER_LITTLE, 65536, 16 * MIB, 4,
								entries, NULL);
	_cleanup_(list_freep) struct list *list = NULL;
	const char *from;
	uint64_t size;

	ram_put_u32(m.ram, m.fake.psize_index, 2);
	machine_open(&m);
	assert_null(list_read(m.kernel, m.reader, &list));
	struct vmw_error *error = list_block_size(m.kernel, m.reader, list, &size, &from);
	assert_non_null(error);
	assert_non_null(strstr(error->message, "the smallest distance between entries is 16 MiB"));
	assert_error(error, VMW_ERROR_BAD_DATA, "the kernel states 64 KiB");
}

static void one_damaged_entry_of_many_does_not_refuse_the_size(void **state)
{
	struct fake_entry entries[8];
	_cleanup_(machine_close) struct machine m = boot_blocks(ORDER_BIG, 65536, 16 * MIB, 8,
								entries, NULL);
	_cleanup_(list_freep) struct list *list = NULL;
	const char *from;
	uint64_t size = 0;

	ram_put_u64(m.ram, entries[3].address + 8, 0x3010000);
	machine_open(&m);
	assert_null(list_read(m.kernel, m.reader, &list));
	assert_null(list_block_size(m.kernel, m.reader, list, &size, &from));
	assert_int_equal(size, 16 * MIB);
}

/* 2.6.35 to 3.13: struct mmu_psize_def grew, and its size was not exported. */
static void without_its_size_the_table_tells_its_own_layout(void **state)
{
	static const struct {
		uint64_t stride, block;
		uint32_t index;
	} cases[] = {
		{ 32, 65536, 2 },    { 80, 65536, 2 },    { 88, 65536, 2 },     { 96, 65536, 2 },
		{ 32, 16 * MIB, 4 }, { 80, 16 * MIB, 9 }, { 88, 16 * MIB, 10 },
	};

	for (size_t i = 0; i < 2 * COUNT_OF(cases); i++) {
		uint64_t stride = cases[i / 2].stride;
		struct fake_entry entries[8];
		_cleanup_(machine_close) struct machine m = boot_blocks(
			i % 2 ? ORDER_BIG : ORDER_LITTLE, 65536, cases[i / 2].block, 8, entries,
			"SIZE(mmu_psize_def) OFFSET(mmu_psize_def.shift)");
		_cleanup_(list_freep) struct list *list = NULL;
		const char *from = NULL;
		uint64_t size = 0;

		for (uint64_t at = 0; at < 1536; at += 8)
			ram_put_u64(m.ram, m.fake.psize_defs + at, 0);
		for (uint32_t j = 0; j < 1536 / stride; j++) {
			bool is_16m = cases[i / 2].block == 16 * MIB && j == cases[i / 2].index;
			uint64_t at = m.fake.psize_defs + j * stride;

			/* penc of the sizes that are there, and sllp. */
			ram_put_u32(m.ram, at, j == 0 ? 12 : j == 2 ? 16 : is_16m ? 24 : 0);
			ram_put_u32(m.ram, at + 4, j == 2 ? 1 : j == 0 || is_16m ? 0 : UINT32_MAX);
			ram_put_u64(m.ram, at + stride - 8, j == 2 ? 0x110 : is_16m ? 0x100 : 0);
		}
		ram_put_u32(m.ram, m.fake.psize_index, cases[i / 2].index);
		machine_open(&m);
		assert_null(list_read(m.kernel, m.reader, &list));
		assert_null(list_block_size(m.kernel, m.reader, list, &size, &from));
		assert_int_equal(size, cases[i / 2].block);
		assert_non_null(strstr(from, "layout told by its content"));
	}
}

static void a_table_that_makes_no_sense_tells_nothing(void **state)
{
	static const struct {
		uint32_t first, third;
		const char *message;
	} cases[] = {
		{ 12, 13, "no known layout makes sense" },
		{ 12, 0, "no known layout makes sense" },
		{ 16, 16, "no known layout makes sense" },
		{ 12, 12, "no known layout makes sense" },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		_cleanup_(machine_close) struct machine m = machine_boot(
			64 * MIB, 65536, ORDER_BIG,
			&(struct fake_kernel_spec){ .drop = "SIZE(mmu_psize_def)" });
		_cleanup_(list_freep) struct list *list = NULL;
		const char *from;
		uint64_t size;

		ram_put_u32(m.ram, m.fake.psize_defs, cases[i].first);
		ram_put_u32(m.ram, m.fake.psize_defs + 2 * 96, cases[i].third);
		machine_open(&m);
		assert_null(list_read(m.kernel, m.reader, &list));
		assert_error(list_block_size(m.kernel, m.reader, list, &size, &from),
			     VMW_ERROR_MISSING, cases[i].message);
	}
}

static void a_table_that_can_be_read_in_two_ways_tells_nothing(void **state)
{
	_cleanup_(machine_close) struct machine m = machine_boot(
		64 * MIB, 65536, ORDER_BIG,
		&(struct fake_kernel_spec){ .drop = "SIZE(mmu_psize_def)" });
	_cleanup_(list_freep) struct list *list = NULL;
	const char *from;
	uint64_t size;

	for (uint64_t at = 0; at < 1536; at += 8)
		ram_put_u64(m.ram, m.fake.psize_defs + at, 0);
	ram_put_u32(m.ram, m.fake.psize_defs, 12);
	ram_put_u32(m.ram, m.fake.psize_defs + 2 * 32, 16);
	ram_put_u32(m.ram, m.fake.psize_defs + 2 * 96, 24);
	machine_open(&m);
	assert_null(list_read(m.kernel, m.reader, &list));
	assert_error(list_block_size(m.kernel, m.reader, list, &size, &from), VMW_ERROR_MISSING,
		     "can be read as 1 << 16 or 1 << 24");
}

/* NUMBER(VMEMMAP_BLOCK_SHIFT) of patched kernels. */
static void an_exported_block_size_is_used_and_compared(void **state)
{
	static const struct {
		const char *drop, *add;
		const char *from; /* NULL: refused */
		const char *message;
	} cases[] = {
		{ NULL, "NUMBER(VMEMMAP_BLOCK_SHIFT)=16\n",
		  "VMCOREINFO VMEMMAP_BLOCK_SHIFT; mmu_psize_defs agrees", NULL },
		{ "SYMBOL(mmu_psize_defs)", "NUMBER(VMEMMAP_BLOCK_SHIFT)=16\n",
		  "VMCOREINFO VMEMMAP_BLOCK_SHIFT; mmu_psize_defs is not in the dump", NULL },
		/* Lines that lie. */
		{ NULL, "NUMBER(VMEMMAP_BLOCK_SHIFT)=24\n", NULL,
		  "VMEMMAP_BLOCK_SHIFT is 24, but mmu_psize_defs[mmu_vmemmap_psize].shift 16" },
		{ NULL, "NUMBER(VMEMMAP_BLOCK_SHIFT)=99\n", NULL, "VMEMMAP_BLOCK_SHIFT is 99" },
		{ NULL, "NUMBER(VMEMMAP_BLOCK_SHIFT)=12\n", NULL, "VMEMMAP_BLOCK_SHIFT is 12" },
		{ NULL, "NUMBER(VMEMMAP_BLOCK_SHIFT)=-1\n", NULL, "VMEMMAP_BLOCK_SHIFT is -1" },
		{ "SYMBOL(mmu_psize_defs)", "NUMBER(VMEMMAP_BLOCK_SHIFT)=24\n", NULL,
		  "the kernel states 16 MiB, but its entries are not aligned to that" },
	};

	for (size_t i = 0; i < 2 * COUNT_OF(cases); i++) {
		const char *from = NULL;
		uint64_t size = 0;
		size_t n = i / 2;
		_cleanup_(list_freep) struct list *list = NULL;
		_cleanup_(machine_close) struct machine m = machine_boot(
			512 * MIB, 65536, i % 2 ? ORDER_BIG : ORDER_LITTLE,
			&(struct fake_kernel_spec){
				.block_size = 65536, .drop = cases[n].drop, .add = cases[n].add });

		machine_open(&m);
		assert_null(list_read(m.kernel, m.reader, &list));
		assert_int_equal(list->count, 8);
		struct vmw_error *error = list_block_size(m.kernel, m.reader, list, &size, &from);
		if (cases[n].from) {
			assert_null(error);
			assert_int_equal(size, 65536);
			assert_string_equal(from, cases[n].from);
		} else {
			assert_error(error, VMW_ERROR_BAD_DATA, cases[n].message);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_is_read_newest_first),
		cmocka_unit_test(an_empty_list_is_whole),
		cmocka_unit_test(a_cyclic_list_ends_at_its_first_repeat),
		cmocka_unit_test(a_pointer_that_is_no_entrys_address_ends_the_list),
		cmocka_unit_test(a_head_that_is_no_entrys_address_leaves_no_list),
		cmocka_unit_test(an_entry_that_is_not_in_the_dump_ends_the_list),
		cmocka_unit_test(a_file_that_is_cut_gives_the_entries_before_the_cut),
		cmocka_unit_test(a_list_longer_than_the_memory_can_need_is_refused),
		cmocka_unit_test(the_layout_of_entries_is_what_vmcoreinfo_says),
		cmocka_unit_test(without_lines_for_the_layout_the_usual_one_is_taken),
		cmocka_unit_test(a_layout_that_no_kernel_has_is_refused),
		cmocka_unit_test(without_the_heads_address_the_message_says_what_would_help),
		cmocka_unit_test(entries_become_blocks_in_the_order_of_the_list),
		cmocka_unit_test(an_entry_that_cannot_be_a_block_is_left_out_and_told),
		cmocka_unit_test(the_block_size_is_what_the_kernel_states),
		cmocka_unit_test(an_index_or_a_shift_out_of_range_is_refused),
		cmocka_unit_test(without_its_symbols_the_block_size_is_not_known),
		cmocka_unit_test(entries_closer_than_the_stated_size_refuse_it),
		cmocka_unit_test(entries_far_larger_than_the_stated_size_refuse_it),
		cmocka_unit_test(one_damaged_entry_of_many_does_not_refuse_the_size),
		cmocka_unit_test(without_its_size_the_table_tells_its_own_layout),
		cmocka_unit_test(a_table_that_makes_no_sense_tells_nothing),
		cmocka_unit_test(a_table_that_can_be_read_in_two_ways_tells_nothing),
		cmocka_unit_test(an_exported_block_size_is_used_and_compared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
