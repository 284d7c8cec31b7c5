/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmemmap/blocks.h"

#include <stdio.h>

#include "machine.h"
#include "vmemmap/bound.h"
#include "vmemmap/vmemmap.h"

#define VMEMMAP UINT64_C(0xc00c000000000000)
/* Where cases put entries of their own, and what blocks map: memory that holds nothing else. */
#define ENTRIES UINT64_C(0x2000000)
#define MEMORY UINT64_C(0x3000000)

static struct machine boot(struct machine_kind kind, const struct fake_block *record, size_t count)
{
	return machine_boot(64 * MIB, kind.page, kind.order,
			    &(struct fake_kernel_spec){ .mmu = FAKE_RADIX,
							.keeps_blocks = true,
							.record = record,
							.record_count = count });
}

/* @count blocks of 2 MiB, newest first, each in memory of its own. */
static void put_blocks(struct fake_block *list, size_t count)
{
	for (uint64_t i = 0; i < count; i++)
		list[i] = (struct fake_block){ .virt = VMEMMAP + (count - 1 - i) * 2 * MIB,
					       .phys = MEMORY + 2 * i * 2 * MIB,
					       .size = 2 * MIB };
}

static void every_block_of_a_healthy_record_is_read(void **state)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		struct fake_block list[3];
		size_t refused;

		put_blocks(list, 3);
		list[1].size = 8 * (uint64_t)kinds[i].page; /* any number of pages */
		_cleanup_(machine_close) struct machine m = boot(kinds[i], list, 3);
		_cleanup_(blocks_freep) struct blocks *blocks = NULL;
		_cleanup_(table_deinit) struct table table = { 0 };
		struct table_overlaps overlaps;

		machine_open(&m);
		assert_true(blocks_exported(m.kernel));
		assert_null(blocks_read(m.kernel, m.reader, &blocks));
		assert_true(blocks->complete);
		assert_int_equal(blocks->count, 3);
		for (size_t n = 0; n < 3; n++) {
			assert_int_equal(blocks->list[n].address.value,
					 ADDR_LINEAR_BASE + m.fake.record[n]);
			assert_int_equal(blocks->list[n].virt.value, list[n].virt);
			assert_int_equal(blocks->list[n].phys.value, list[n].phys);
			assert_int_equal(blocks->list[n].size, list[n].size);
		}
		assert_null(blocks_check(blocks, m.kernel, m.reader));
		assert_null(blocks_fill(blocks, m.kernel, m.problems, &table, &refused));
		assert_int_equal(refused, 0);
		assert_null(table_finish(&table, m.problems, &overlaps));
		assert_int_equal(table.count, 3);
		for (size_t n = 0; n < 3; n++) {
			assert_int_equal(table.rows[n].virt.value, list[2 - n].virt);
			assert_int_equal(table.rows[n].phys.value, list[2 - n].phys);
			assert_int_equal(table.rows[n].size, list[2 - n].size);
			assert_int_equal(table.rows[n].source, VMW_SOURCE_BLOCKS);
		}
		assert_int_equal(count_problems(&m, "block-bad", VMW_PARTIAL), 0);
	}
}

static void an_empty_record_is_whole(void **state)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		_cleanup_(machine_close) struct machine m = machine_boot(
			64 * MIB, kinds[i].page, kinds[i].order,
			&(struct fake_kernel_spec){ .keeps_blocks = true });
		_cleanup_(blocks_freep) struct blocks *blocks = NULL;

		machine_open(&m);
		assert_null(blocks_read(m.kernel, m.reader, &blocks));
		assert_true(blocks->complete);
		assert_int_equal(blocks->count, 0);
	}
}

/* Nothing is assumed of a record that no released kernel has. */
static void without_its_lines_it_is_not_read(void **state)
{
	static const struct {
		const char *drop, *message;
	} cases[] = {
		{ "SYMBOL(vmemmap_blocks)", "has no SYMBOL(vmemmap_blocks)" },
		{ "SIZE(vmemmap_block)", "has no SIZE(vmemmap_block)" },
		{ "OFFSET(vmemmap_block.list)", "has no OFFSET(vmemmap_block.list)" },
		{ "OFFSET(vmemmap_block.virt)", "has no OFFSET(vmemmap_block.virt)" },
		{ "OFFSET(vmemmap_block.phys)", "has no OFFSET(vmemmap_block.phys)" },
		{ "OFFSET(vmemmap_block.size)", "has no OFFSET(vmemmap_block.size)" },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct machine_kind kind = kinds[i % COUNT_OF(kinds)];
		_cleanup_(machine_close) struct machine m = machine_boot(
			64 * MIB, kind.page, kind.order,
			&(struct fake_kernel_spec){
				.mmu = FAKE_RADIX, .keeps_blocks = true, .drop = cases[i].drop });
		_cleanup_(blocks_freep) struct blocks *blocks = NULL;

		machine_open(&m);
		assert_int_equal(blocks_exported(m.kernel), i != 0);
		assert_error(blocks_read(m.kernel, m.reader, &blocks), VMW_ERROR_MISSING,
			     cases[i].message);
		assert_int_equal(blocks->count, 0);
		assert_false(blocks->complete);
	}
}

static void lines_that_no_struct_fits_are_refused(void **state)
{
	static const struct {
		const char *drop, *add, *message;
	} cases[] = {
		{ "SIZE(vmemmap_block)", "SIZE(vmemmap_block)=24\n", "is 24, not a multiple" },
		{ "SIZE(vmemmap_block)", "SIZE(vmemmap_block)=36\n", "is 36, not a multiple" },
		{ "SIZE(vmemmap_block)", "SIZE(vmemmap_block)=4096\n", "is 4096, not a multiple" },
		{ "OFFSET(vmemmap_block.size)", "OFFSET(vmemmap_block.size)=32\n",
		  "OFFSET(vmemmap_block.size) is 32, outside the 32 bytes" },
		{ "OFFSET(vmemmap_block.phys)", "OFFSET(vmemmap_block.phys)=20\n",
		  "OFFSET(vmemmap_block.phys) is 20, outside" },
		{ "OFFSET(vmemmap_block.virt)", "OFFSET(vmemmap_block.virt)=0\n",
		  "two members of vmemmap_block have one offset" },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct machine_kind kind = kinds[i % COUNT_OF(kinds)];
		_cleanup_(machine_close) struct machine m = machine_boot(
			64 * MIB, kind.page, kind.order,
			&(struct fake_kernel_spec){ .mmu = FAKE_RADIX,
						    .keeps_blocks = true,
						    .drop = cases[i].drop,
						    .add = cases[i].add });
		_cleanup_(blocks_freep) struct blocks *blocks = NULL;

		machine_open(&m);
		assert_error(blocks_read(m.kernel, m.reader, &blocks), VMW_ERROR_BAD_DATA,
			     cases[i].message);
		assert_int_equal(blocks->count, 0);
	}
}

static void a_pointer_that_leads_nowhere_ends_it_there(void **state)
{
	static const struct {
		uint64_t next;
		enum vmw_error_kind kind;
		const char *message;
	} cases[] = {
		{ 0xdead, VMW_ERROR_BAD_DATA,
		  "entry 2 at 0xc000000002000020 points to 0xdead, which is no entry's address: "
		  "not in the linear map; 2 entries were read" },
		{ ADDR_LINEAR_BASE + ENTRIES + 4, VMW_ERROR_BAD_DATA, "not a multiple of 8" },
		{ VMEMMAP, VMW_ERROR_BAD_DATA, "not in the linear map" },
		{ ADDR_LINEAR_BASE + (UINT64_C(1) << 40), VMW_ERROR_MISSING,
		  "vmemmap_blocks: entry 3 at 0xc000010000000000 (phys 0x10000000000) is not in "
		  "the dump" },
	};

	for (size_t i = 0; i < COUNT_OF(cases) * COUNT_OF(kinds); i++) {
		size_t n = i / COUNT_OF(kinds);
		struct fake_block list[4];

		put_blocks(list, 4);
		list[1].address = ENTRIES + 0x20;
		list[1].next = cases[n].next;
		list[1].has_next = true;
		_cleanup_(machine_close) struct machine m = boot(kinds[i % COUNT_OF(kinds)], list,
								 4);
		_cleanup_(blocks_freep) struct blocks *blocks = NULL;

		machine_open(&m);
		assert_error(blocks_read(m.kernel, m.reader, &blocks), cases[n].kind,
			     cases[n].message);
		assert_false(blocks->complete);
		assert_int_equal(blocks->count, 2);
		assert_int_equal(blocks->list[1].virt.value, list[1].virt);
	}
}

static void a_cycle_is_found_wherever_it_leads_back_to(void **state)
{
	for (size_t back = 0; back < 5; back++) {
		struct fake_block list[5];
		char message[64];

		put_blocks(list, 5);
		for (size_t i = 0; i < 5; i++)
			list[i].address = ENTRIES + i * 32;
		list[4].next = ADDR_LINEAR_BASE + ENTRIES + back * 32;
		list[4].has_next = true;
		_cleanup_(machine_close) struct machine m = boot(kinds[back % COUNT_OF(kinds)],
								 list, 5);
		_cleanup_(blocks_freep) struct blocks *blocks = NULL;

		machine_open(&m);
		snprintf(message, sizeof(message), "entry 5 points back to entry %zu at", back + 1);
		assert_error(blocks_read(m.kernel, m.reader, &blocks), VMW_ERROR_BAD_DATA, message);
		assert_false(blocks->complete);
		assert_int_equal(blocks->count, 5);
	}
}

static void an_entry_that_the_file_ends_before_is_missing(void **state)
{
	for (uint64_t cut = 0; cut < 32; cut++) {
		struct fake_block list[2];

		put_blocks(list, 2);
		list[1].address = ENTRIES;
		_cleanup_(machine_close) struct machine m = boot(kinds[cut % COUNT_OF(kinds)], list,
								 2);
		_cleanup_(blocks_freep) struct blocks *blocks = NULL;

		machine_dump(&m);
		machine_cut(&m, ENTRIES + cut);
		machine_open(&m);
		assert_error(blocks_read(m.kernel, m.reader, &blocks), VMW_ERROR_MISSING,
			     "vmemmap_blocks: entry 2 at");
		assert_int_equal(blocks->count, 1);
		assert_false(blocks->complete);
	}
}

/* Refused by themselves: what is wrong is said, and the others stay. */
static void a_block_that_cannot_be_is_left_out(void **state)
{
	static const struct {
		uint64_t virt, phys, size;
		const char *fault;
	} cases[] = {
		{ VMEMMAP + 4 * MIB, MEMORY, 0, "its size is 0" },
		{ VMEMMAP + 4 * MIB, MEMORY, 2 * MIB + 512, "not whole pages" },
		{ VMEMMAP + 4 * MIB + 8, MEMORY, 2 * MIB, "not whole pages" },
		{ VMEMMAP + 4 * MIB, MEMORY + 256, 2 * MIB, "not whole pages" },
		{ VMEMMAP + 4 * MIB, UINT64_C(1) << 53, 2 * MIB, "phys is beyond any memory" },
		{ VMEMMAP + 4 * MIB, (UINT64_C(1) << 53) - MIB, 2 * MIB,
		  "phys is beyond any memory" },
		{ VMEMMAP + 4 * MIB, MEMORY, UINT64_C(0xffffffffffff0000),
		  "phys is beyond any memory" },
		{ VMEMMAP - 2 * MIB, MEMORY, 2 * MIB, "not within the vmemmap" },
		{ VMEMMAP - 2 * MIB, MEMORY, 4 * MIB, "not within the vmemmap" },
		{ VMEMMAP + (UINT64_C(1) << 50), MEMORY, 2 * MIB, "not within the vmemmap" },
		{ UINT64_C(0x4000000), MEMORY, 2 * MIB, "virt is no address of the vmemmap" },
		{ VMEMMAP + 4 * MIB, UINT64_C(0x10000000000), 2 * MIB,
		  "by mem_section there is no memory at its phys" },
		/* It begins in memory, and ends behind it. */
		{ VMEMMAP + 4 * MIB, 63 * MIB, 2 * MIB,
		  "by mem_section there is no memory at its phys" },
	};

	for (size_t i = 0; i < COUNT_OF(cases) * COUNT_OF(kinds); i++) {
		size_t n = i / COUNT_OF(kinds), refused;
		struct fake_block list[2] = {
			{ .virt = cases[n].virt, .phys = cases[n].phys, .size = cases[n].size },
			{ .virt = VMEMMAP, .phys = MEMORY + 8 * MIB, .size = 2 * MIB },
		};
		_cleanup_(machine_close) struct machine m = boot(kinds[i % COUNT_OF(kinds)], list,
								 2);
		_cleanup_(blocks_freep) struct blocks *blocks = NULL;
		_cleanup_(table_deinit) struct table table = { 0 };

		machine_open(&m);
		assert_null(blocks_read(m.kernel, m.reader, &blocks));
		assert_null(blocks_check(blocks, m.kernel, m.reader));
		assert_null(blocks_fill(blocks, m.kernel, m.problems, &table, &refused));
		assert_int_equal(refused, 1);
		assert_int_equal(table.count, 1);
		assert_int_equal(table.rows[0].virt.value, VMEMMAP);
		assert_int_equal(count_problems(&m, "block-bad", VMW_PARTIAL), 1);
		if (!has_problem(&m, "block-bad", cases[n].fault))
			fail_msg("case %zu: not \"%s\"", n, cases[n].fault);
	}
}

/* Which of them is wrong cannot be told. */
static void blocks_that_contradict_each_other_are_all_left_out(void **state)
{
	static const struct {
		struct fake_block list[3];
		size_t left;
		const char *fault;
	} cases[] = {
		/* One address at two places. */
		{ { { .virt = VMEMMAP, .phys = MEMORY, .size = 4 * MIB },
		    { .virt = VMEMMAP + 2 * MIB, .phys = MEMORY + 8 * MIB, .size = 2 * MIB },
		    { .virt = VMEMMAP + 4 * MIB, .phys = MEMORY + 6 * MIB, .size = 2 * MIB } },
		  1,
		  "another block maps some of it elsewhere" },
		/* A chain: the first and the last have nothing in common but the one between. */
		{ { { .virt = VMEMMAP, .phys = MEMORY, .size = 4 * MIB },
		    { .virt = VMEMMAP + 2 * MIB, .phys = MEMORY + 8 * MIB, .size = 4 * MIB },
		    { .virt = VMEMMAP + 4 * MIB, .phys = MEMORY + 12 * MIB, .size = 2 * MIB } },
		  0,
		  "another block maps some of it elsewhere" },
		/* Two pieces of the vmemmap in one place. */
		{ { { .virt = VMEMMAP, .phys = MEMORY, .size = 4 * MIB },
		    { .virt = VMEMMAP + 8 * MIB, .phys = MEMORY + 2 * MIB, .size = 4 * MIB },
		    { .virt = VMEMMAP + 4 * MIB, .phys = MEMORY + 8 * MIB, .size = 2 * MIB } },
		  1,
		  "another block is in the same memory" },
	};

	for (size_t i = 0; i < COUNT_OF(cases) * COUNT_OF(kinds); i++) {
		size_t n = i / COUNT_OF(kinds), refused;
		_cleanup_(machine_close) struct machine m = boot(kinds[i % COUNT_OF(kinds)],
								 cases[n].list, 3);
		_cleanup_(blocks_freep) struct blocks *blocks = NULL;
		_cleanup_(table_deinit) struct table table = { 0 };

		machine_open(&m);
		assert_null(blocks_read(m.kernel, m.reader, &blocks));
		assert_null(blocks_check(blocks, m.kernel, m.reader));
		assert_null(blocks_fill(blocks, m.kernel, m.problems, &table, &refused));
		assert_int_equal(table.count, cases[n].left);
		assert_int_equal(refused, 3 - cases[n].left);
		if (!has_problem(&m, "block-bad", cases[n].fault))
			fail_msg("case %zu: not \"%s\"", n, cases[n].fault);
	}
}

/* Memory that was removed and came back before its entry was dropped, say: no contradiction. */
static void blocks_that_say_the_same_twice_agree(void **state)
{
	static const struct fake_block list[] = {
		{ .virt = VMEMMAP + 2 * MIB, .phys = MEMORY + 2 * MIB, .size = 2 * MIB },
		{ .virt = VMEMMAP, .phys = MEMORY, .size = 4 * MIB },
	};

	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		_cleanup_(machine_close) struct machine m = boot(kinds[i], list, 2);
		_cleanup_(blocks_freep) struct blocks *blocks = NULL;
		_cleanup_(table_deinit) struct table table = { 0 };
		struct table_overlaps overlaps;
		size_t refused;

		machine_open(&m);
		assert_null(blocks_read(m.kernel, m.reader, &blocks));
		assert_null(blocks_check(blocks, m.kernel, m.reader));
		assert_null(blocks_fill(blocks, m.kernel, m.problems, &table, &refused));
		assert_int_equal(refused, 0);
		assert_null(table_finish(&table, m.problems, &overlaps));
		assert_int_equal(overlaps.conflicting, 0);
		assert_true(overlaps.agreeing > 0);
	}
}

/* vmemmap_populate_compound_pages(): of a huge page's struct pages the tail ones are one page. */
static void single_pages_may_share_their_memory(void **state)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		uint64_t page = kinds[i].page;
		struct fake_block list[4] = {
			{ .virt = VMEMMAP + 4 * page, .phys = MEMORY + page, .size = page },
			{ .virt = VMEMMAP + 3 * page, .phys = MEMORY + page, .size = page },
			{ .virt = VMEMMAP + 2 * page, .phys = MEMORY + page, .size = page },
			{ .virt = VMEMMAP, .phys = MEMORY, .size = 2 * page },
		};
		_cleanup_(machine_close) struct machine m = boot(kinds[i], list, 4);
		_cleanup_(blocks_freep) struct blocks *blocks = NULL;
		_cleanup_(table_deinit) struct table table = { 0 };
		size_t refused;

		machine_open(&m);
		assert_null(blocks_read(m.kernel, m.reader, &blocks));
		assert_null(blocks_check(blocks, m.kernel, m.reader));
		assert_null(blocks_fill(blocks, m.kernel, m.problems, &table, &refused));
		assert_int_equal(refused, 0);
		assert_int_equal(table.count, 4);
	}
}

static void the_first_sixteen_bad_blocks_are_told_and_then_a_number(void **state)
{
	struct fake_block list[20] = { 0 };
	size_t refused;

	_cleanup_(machine_close) struct machine m = boot(kinds[0], list, 20);
	_cleanup_(blocks_freep) struct blocks *blocks = NULL;
	_cleanup_(table_deinit) struct table table = { 0 };

	machine_open(&m);
	assert_null(blocks_read(m.kernel, m.reader, &blocks));
	assert_null(blocks_check(blocks, m.kernel, m.reader));
	assert_null(blocks_fill(blocks, m.kernel, m.problems, &table, &refused));
	assert_int_equal(refused, 20);
	assert_int_equal(count_problems(&m, "block-bad", VMW_PARTIAL), 17);
	assert_true(has_problem(&m, "block-bad", "4 more entries are left out"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_block_of_a_healthy_record_is_read),
		cmocka_unit_test(an_empty_record_is_whole),
		cmocka_unit_test(without_its_lines_it_is_not_read),
		cmocka_unit_test(lines_that_no_struct_fits_are_refused),
		cmocka_unit_test(a_pointer_that_leads_nowhere_ends_it_there),
		cmocka_unit_test(a_cycle_is_found_wherever_it_leads_back_to),
		cmocka_unit_test(an_entry_that_the_file_ends_before_is_missing),
		cmocka_unit_test(a_block_that_cannot_be_is_left_out),
		cmocka_unit_test(blocks_that_contradict_each_other_are_all_left_out),
		cmocka_unit_test(blocks_that_say_the_same_twice_agree),
		cmocka_unit_test(single_pages_may_share_their_memory),
		cmocka_unit_test(the_first_sixteen_bad_blocks_are_told_and_then_a_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
