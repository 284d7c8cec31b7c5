/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmemmap/coverage.h"

#include <inttypes.h>
#include <stdio.h>

#include "machine.h"

#define GIB (UINT64_C(1) << 30)

/* The struct pages of @pfn and of the 63 frames behind it: a 4K block. */
enum { FRAMES_PER_BLOCK = 64 };

/* Two roots of mem_section, at 0 and at 4 GiB, and a hole of 16 MiB in the first. */
static const struct fake_memory_range ranges[] = {
	{ .start = 0, .size = 32 * MIB },
	{ .start = 48 * MIB, .size = 16 * MIB },
	{ .start = 4 * GIB, .size = 16 * MIB },
};

/* A machine with these; if @far_missing, the dump lacks the section of the last. */
static struct machine boot(enum order order, bool far_missing)
{
	struct machine m = machine_boot(
		4 * GIB + 64 * MIB, 4096, order,
		&(struct fake_kernel_spec){ .ranges = ranges, .range_count = COUNT_OF(ranges) });

	if (far_missing)
		ram_set_data(m.ram, fake_section(m.ram, &m.fake, 256) & ~UINT64_C(4095), 4096,
			     VMW_EXCLUDED);
	ram_exclude_untouched(m.ram);
	machine_open(&m);
	assert_non_null(m.kernel->sections);
	return m;
}

static vmw_virt page_at(const struct machine *m, uint64_t phys)
{
	return virt_at(m->fake.vmemmap_base + phys / 4096 * 64);
}

/* The kernel's own blocks, but for those whose struct pages are of memory from @gap on, @gap_size
 * bytes of it. */
static void fill(const struct machine *m, uint64_t gap, uint64_t gap_size, struct table *ret)
{
	for (size_t i = 0; i < m->fake.block_count; i++) {
		const struct vmw_mapping *block = &m->fake.blocks[i];
		if (block->virt.value - page_at(m, gap).value >= gap_size / 64)
			assert_null(table_add(ret, block));
	}
}

/* Another block, of the struct pages of @phys, which no frame may have. */
static void add(const struct machine *m, uint64_t phys, struct table *ret)
{
	assert_null(table_add(ret, &(struct vmw_mapping){ .virt = page_at(m, phys),
							  .phys = phys_at(16 * MIB),
							  .size = 4096 }));
}

static size_t gaps_of(struct machine *m, struct table *table)
{
	struct table_overlaps overlaps;
	size_t gaps;

	assert_null(table_finish(table, m->problems, &overlaps));
	assert_null(coverage_check(m->kernel, m->reader, m->fake.vmemmap_base, table, m->problems,
				   &gaps));
	return gaps;
}

static void assert_told(const struct machine *m, const char *code, uint64_t start, uint64_t end)
{
	char piece[64];

	snprintf(piece, sizeof(piece), "0x%" PRIx64 " to 0x%" PRIx64, start, end - 1);
	assert_true(has_problem(m, code, piece));
}

static const enum order orders[] = { ORDER_LITTLE, ORDER_BIG };

static void what_a_kernel_maps_is_what_its_frames_need(void **state)
{
	for (size_t i = 0; i < COUNT_OF(orders); i++) {
		_cleanup_(machine_close) struct machine m = boot(orders[i], false);
		_cleanup_(table_deinit) struct table table = { 0 };

		fill(&m, 0, 0, &table);
		assert_int_equal(gaps_of(&m, &table), 0);
		assert_int_equal(count_problems(&m, "memmap-unmapped", VMW_PARTIAL), 0);
		assert_int_equal(count_problems(&m, "mapping-idle", VMW_WARNING), 0);
	}
}

static void frames_whose_struct_pages_are_not_mapped_are_told(void **state)
{
	for (size_t i = 0; i < COUNT_OF(orders); i++) {
		_cleanup_(machine_close) struct machine m = boot(orders[i], false);
		_cleanup_(table_deinit) struct table table = { 0 };

		fill(&m, 8 * MIB, 2 * MIB, &table);
		assert_int_equal(gaps_of(&m, &table), 1);
		assert_int_equal(count_problems(&m, "memmap-unmapped", VMW_PARTIAL), 1);
		assert_told(&m, "memmap-unmapped", page_at(&m, 8 * MIB).value,
			    page_at(&m, 10 * MIB).value);
		assert_int_equal(count_problems(&m, "mapping-idle", VMW_WARNING), 0);
	}
}

static void mappings_that_no_frame_needs_are_told_as_ranges(void **state)
{
	for (size_t i = 0; i < COUNT_OF(orders); i++) {
		_cleanup_(machine_close) struct machine m = boot(orders[i], false);
		_cleanup_(table_deinit) struct table table = { 0 };

		fill(&m, 0, 0, &table);
		/* In the hole two that follow each other and one alone; one behind all memory. */
		add(&m, 32 * MIB, &table);
		add(&m, 32 * MIB + FRAMES_PER_BLOCK * 4096, &table);
		add(&m, 40 * MIB, &table);
		add(&m, 5 * GIB, &table);
		assert_int_equal(gaps_of(&m, &table), 0);
		assert_int_equal(count_problems(&m, "memmap-unmapped", VMW_PARTIAL), 0);
		assert_int_equal(count_problems(&m, "mapping-idle", VMW_WARNING), 3);
		assert_told(&m, "mapping-idle", page_at(&m, 32 * MIB).value,
			    page_at(&m, 32 * MIB).value + 2 * 4096);
		assert_told(&m, "mapping-idle", page_at(&m, 40 * MIB).value,
			    page_at(&m, 40 * MIB).value + 4096);
		assert_told(&m, "mapping-idle", page_at(&m, 5 * GIB).value,
			    page_at(&m, 5 * GIB).value + 4096);
	}
}

static void many_of_them_are_told_as_a_number(void **state)
{
	_cleanup_(machine_close) struct machine m = boot(ORDER_BIG, false);
	_cleanup_(table_deinit) struct table table = { 0 };

	fill(&m, 0, 0, &table);
	for (uint64_t i = 0; i < 20; i++)
		add(&m, 5 * GIB + 2 * i * FRAMES_PER_BLOCK * 4096, &table);
	assert_int_equal(gaps_of(&m, &table), 0);
	assert_int_equal(count_problems(&m, "mapping-idle", VMW_WARNING), 8 + 1);
	assert_true(has_problem(&m, "mapping-idle", "12 more ranges"));
}

static void of_frames_that_the_dump_does_not_tell_of_nothing_is_said(void **state)
{
	for (size_t i = 0; i < COUNT_OF(orders); i++) {
		for (int mapped = 0; mapped < 2; mapped++) {
			_cleanup_(machine_close) struct machine m = boot(orders[i], true);
			_cleanup_(table_deinit) struct table table = { 0 };

			fill(&m, 4 * GIB, mapped ? 0 : 16 * MIB, &table);
			assert_int_equal(gaps_of(&m, &table), 0);
			assert_int_equal(count_problems(&m, "memmap-unmapped", VMW_PARTIAL), 0);
			assert_int_equal(count_problems(&m, "mapping-idle", VMW_WARNING), 0);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_kernel_maps_is_what_its_frames_need),
		cmocka_unit_test(frames_whose_struct_pages_are_not_mapped_are_told),
		cmocka_unit_test(mappings_that_no_frame_needs_are_told_as_ranges),
		cmocka_unit_test(many_of_them_are_told_as_a_number),
		cmocka_unit_test(of_frames_that_the_dump_does_not_tell_of_nothing_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
