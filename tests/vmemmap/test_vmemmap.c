/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmemmap/vmemmap.h"

#include "machine.h"

#define VMEMMAP UINT64_C(0xc00c000000000000)
#define PRESENT (UINT64_C(1) << 63)

static struct machine boot(struct machine_kind kind, const struct fake_kernel_spec *spec)
{
	return machine_boot(64 * MIB, kind.page, kind.order, spec);
}

static struct vmemmap *open_auto(struct machine *m)
{
	struct vmemmap *vmemmap = NULL;

	assert_null(vmemmap_open(m->kernel, m->reader, VMW_SOURCE_AUTO, m->problems, &vmemmap));
	return vmemmap;
}

static void assert_open_fails(struct machine *m, enum vmw_source source, enum vmw_error_kind kind,
			      const char *message)
{
	struct vmemmap *vmemmap = NULL;

	assert_error(vmemmap_open(m->kernel, m->reader, source, m->problems, &vmemmap), kind,
		     message);
	assert_null(vmemmap);
}

static void assert_table_is(const struct table *table, const struct vmw_mapping *blocks,
			    size_t count, enum vmw_source source)
{
	assert_int_equal(table->count, count);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(table->rows[i].virt.value, blocks[i].virt.value);
		assert_int_equal(table->rows[i].phys.value, blocks[i].phys.value);
		assert_int_equal(table->rows[i].size, blocks[i].size);
		assert_int_equal(table->rows[i].source, source);
	}
}

static enum lookup find(const struct machine *m, const struct vmemmap *vmemmap, uint64_t virt,
			struct vmw_mapping *ret)
{
	enum lookup lookup;
	size_t hint = 0;

	assert_null(vmemmap_find(vmemmap, m->reader, virt_at(virt), &hint, &lookup, ret));
	return lookup;
}

/* ---- which record ---- */

static void all_mappings_of_a_healthy_kernel_are_there(void **state)
{
	static const struct {
		enum fake_mmu mmu;
		bool list_on_radix;
		enum vmw_source source;
	} cases[] = {
		{ FAKE_HASH, false, VMW_SOURCE_LIST },
		{ FAKE_RADIX, false, VMW_SOURCE_RADIX },
		{ FAKE_RADIX, true, VMW_SOURCE_RADIX },
	};

	for (size_t i = 0; i < COUNT_OF(cases) * COUNT_OF(kinds); i++) {
		size_t n = i / COUNT_OF(kinds);
		_cleanup_(machine_close) struct machine m = boot(
			kinds[i % COUNT_OF(kinds)],
			&(struct fake_kernel_spec){ .mmu = cases[n].mmu,
						    .list_on_radix = cases[n].list_on_radix });
		machine_open(&m);
		_cleanup_(vmemmap_closep) struct vmemmap *vmemmap = open_auto(&m);
		size_t problems;

		assert_int_equal(vmemmap->source, cases[n].source);
		assert_null(vmemmap_walk(vmemmap, m.reader, m.problems));
		assert_table_is(&vmemmap->table, m.fake.blocks, m.fake.block_count,
				cases[n].source);
		assert_true(vmemmap->complete);
		assert_true(vmemmap->walked);
		assert_int_equal(vmemmap->list_count, m.fake.entry_count);
		assert_true(vmemmap->base.is_known);
		assert_int_equal(vmemmap->base.value, m.fake.vmemmap_base);
		if (m.fake.entry_count)
			assert_int_equal(vmemmap->block_size, m.fake.block_size);
		(void)problems_list(m.problems, &problems);
		assert_int_equal(problems, 0);
	}
}

static void the_list_of_an_older_radix_kernel_serves_when_asked_for(void **state)
{
	_cleanup_(machine_close) struct machine m = boot(
		kinds[0], &(struct fake_kernel_spec){ .mmu = FAKE_RADIX, .list_on_radix = true });
	_cleanup_(vmemmap_closep) struct vmemmap *vmemmap = NULL;

	machine_open(&m);
	assert_null(vmemmap_open(m.kernel, m.reader, VMW_SOURCE_LIST, m.problems, &vmemmap));
	assert_int_equal(vmemmap->source, VMW_SOURCE_LIST);
	assert_table_is(&vmemmap->table, m.fake.blocks, m.fake.block_count, VMW_SOURCE_LIST);
}

static void without_a_record_the_message_says_what_was_found_and_what_helps(void **state)
{
	static const struct {
		struct fake_kernel_spec spec;
		enum vmw_source source;
		const char *message;
	} cases[] = {
		{ { .mmu = FAKE_RADIX },
		  VMW_SOURCE_LIST,
		  "vmemmap_list is empty: radix kernels since 6.6 keep none; use --source radix" },
		{ { .mmu = FAKE_HASH },
		  VMW_SOURCE_RADIX,
		  "a hash kernel does not keep the vmemmap in page tables" },
		{ { .mmu = FAKE_HASH, .empty_list = true },
		  VMW_SOURCE_AUTO,
		  "vmemmap_list is empty, and a hash kernel has no other record" },
		{ { .mmu = FAKE_HASH, .drop = "SYMBOL(vmemmap_list)" },
		  VMW_SOURCE_AUTO,
		  "no SYMBOL(vmemmap_list); --system-map or --vmlinux" },
		{ { .mmu = FAKE_HASH, .drop = "SYMBOL(mmu_psize_defs)" },
		  VMW_SOURCE_AUTO,
		  "the address of mmu_psize_defs is not known; --system-map or --vmlinux" },
		{ { .mmu = FAKE_RADIX, .drop = "SYMBOL(swapper_pg_dir)" },
		  VMW_SOURCE_AUTO,
		  "the address of swapper_pg_dir is not known; --system-map or --vmlinux" },
	};

	for (size_t i = 0; i < COUNT_OF(cases) * COUNT_OF(kinds); i++) {
		size_t n = i / COUNT_OF(kinds);
		_cleanup_(machine_close) struct machine m = boot(kinds[i % COUNT_OF(kinds)],
								 &cases[n].spec);

		machine_open(&m);
		assert_open_fails(&m, cases[n].source, VMW_ERROR_MISSING, cases[n].message);
	}
}

static void page_tables_without_the_vmemmaps_base_are_refused(void **state)
{
	static const struct {
		uint64_t value;
		const char *message;
	} cases[] = {
		{ 0, "nothing is mapped at the vmemmap's base 0xc00c000000000000" },
		{ PRESENT | 0x2000000, "the size of the next table is not the kernel's" },
	};

	for (size_t i = 0; i < COUNT_OF(cases) * COUNT_OF(kinds); i++) {
		size_t n = i / COUNT_OF(kinds);
		_cleanup_(machine_close) struct machine m = boot(
			kinds[i % COUNT_OF(kinds)],
			&(struct fake_kernel_spec){ .mmu = FAKE_RADIX });

		ram_put_be64(m.ram, fake_radix_entry(m.ram, &m.fake, VMEMMAP, 0), cases[n].value);
		machine_open(&m);
		assert_open_fails(&m, VMW_SOURCE_AUTO, VMW_ERROR_BAD_DATA, cases[n].message);
	}
}

static void with_an_unknown_mmu_a_filled_list_is_taken_else_the_page_tables(void **state)
{
	static const struct {
		struct fake_kernel_spec spec;
		enum vmw_source source;
	} cases[] = {
		{ { .mmu = FAKE_HASH }, VMW_SOURCE_LIST },
		{ { .mmu = FAKE_RADIX, .list_on_radix = true }, VMW_SOURCE_LIST },
		{ { .mmu = FAKE_RADIX }, VMW_SOURCE_RADIX },
	};

	for (size_t i = 0; i < COUNT_OF(cases) * COUNT_OF(kinds); i++) {
		size_t n = i / COUNT_OF(kinds);
		_cleanup_(machine_close) struct machine m = boot(kinds[i % COUNT_OF(kinds)],
								 &cases[n].spec);

		machine_open(&m);
		m.kernel->mmu = (struct known){ .from = "nothing tells it" };
		_cleanup_(vmemmap_closep) struct vmemmap *vmemmap = open_auto(&m);
		assert_int_equal(vmemmap->source, cases[n].source);
		assert_null(vmemmap_walk(vmemmap, m.reader, m.problems));
		assert_table_is(&vmemmap->table, m.fake.blocks, m.fake.block_count,
				cases[n].source);
	}
}

static void with_an_unknown_mmu_and_neither_record_both_are_named(void **state)
{
	_cleanup_(machine_close) struct machine m = boot(
		kinds[0], &(struct fake_kernel_spec){ .empty_list = true });

	machine_open(&m);
	m.kernel->mmu = (struct known){ .from = "nothing tells it" };
	assert_open_fails(&m, VMW_SOURCE_AUTO, VMW_ERROR_MISSING,
			  "vmemmap_list is empty, as radix kernels since 6.6 leave it; nor as a "
			  "radix kernel: the page tables do not map the vmemmap's base");
}

/* ---- the base ---- */

static void an_unknown_base_is_the_lowest_entry_of_a_whole_list(void **state)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		_cleanup_(machine_close) struct machine m = boot(kinds[i],
								 &(struct fake_kernel_spec){ 0 });

		machine_open(&m);
		m.kernel->vmemmap_base = (struct known){ .from = "nothing tells it" };
		_cleanup_(vmemmap_closep) struct vmemmap *vmemmap = open_auto(&m);
		assert_true(vmemmap->base.is_known);
		assert_int_equal(vmemmap->base.value, m.fake.vmemmap_base);
		assert_string_equal(vmemmap->base.from, "lowest entry of vmemmap_list");
	}
}

static void a_broken_list_or_an_odd_lowest_entry_tell_no_base(void **state)
{
	static const struct {
		struct fake_entry entries[2];
	} cases[] = {
		{ { { .phys = 0x3000000, .virt = VMEMMAP, .next = 1, .has_next = true } } },
		{ { { .phys = 0x3000000, .virt = VMEMMAP + 0x10000 } } },
		/* One of them would be no part of a vmemmap that starts at the other. */
		{ { { .phys = 0x3000000, .virt = UINT64_C(0x8000000000000000) },
		    { .phys = 0x3010000, .virt = VMEMMAP } } },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		_cleanup_(machine_close) struct machine m = boot(
			kinds[0],
			&(struct fake_kernel_spec){ .entries = cases[i].entries,
						    .entry_count = cases[i].entries[1].virt ? 2 : 1,
						    .blank_pages = true });

		machine_open(&m);
		m.kernel->vmemmap_base = (struct known){ .from = "nothing tells it" };
		_cleanup_(vmemmap_closep) struct vmemmap *vmemmap = open_auto(&m);
		assert_false(vmemmap->base.is_known);
	}
}

static void a_base_that_the_lowest_entry_contradicts_is_a_problem(void **state)
{
	_cleanup_(machine_close) struct machine m = boot(
		kinds[0], &(struct fake_kernel_spec){
				  .entries = (struct fake_entry[]){ { .phys = 0x3000000,
								      .virt = VMEMMAP + 0x10000 } },
				  .entry_count = 1,
				  .blank_pages = true });

	machine_open(&m);
	_cleanup_(vmemmap_closep) struct vmemmap *vmemmap = open_auto(&m);
	assert_int_equal(vmemmap->base.value, VMEMMAP);
	assert_int_equal(count_problems(&m, "base-differs", VMW_PARTIAL), 1);
	assert_true(has_problem(&m, "base-differs", "maps 0xc00c000000010000, but"));
}

/* ---- damaged lists ---- */

/* Three blocks of 64 KiB, newest first. */
static void put_three(struct fake_entry entries[3])
{
	for (uint64_t i = 0; i < 3; i++)
		entries[i] = (struct fake_entry){ .phys = 0x3000000 + i * 0x10000,
						  .virt = VMEMMAP + (2 - i) * 0x10000 };
}

static void a_list_that_breaks_answers_for_what_was_read(void **state)
{
	for (size_t i = 0; i < 2; i++) {
		struct fake_entry entries[3];
		struct vmw_mapping mapping;

		put_three(entries);
		entries[1].next = 0xdead;
		entries[1].has_next = true;
		_cleanup_(machine_close) struct machine m = boot(
			kinds[2 * i],
			&(struct fake_kernel_spec){ .entries = entries, .entry_count = 3 });
		machine_open(&m);
		_cleanup_(vmemmap_closep) struct vmemmap *vmemmap = open_auto(&m);
		assert_false(vmemmap->complete);
		assert_false(vmemmap->list_complete);
		assert_int_equal(vmemmap->list_count, 2);
		assert_int_equal(count_problems(&m, "list-broken", VMW_PARTIAL), 1);
		assert_true(has_problem(&m, "list-broken", "points to 0xdead"));

		assert_int_equal(find(&m, vmemmap, VMEMMAP + 0x1ffff, &mapping), LOOKUP_MAPPED);
		assert_int_equal(mapping.virt.value, VMEMMAP + 0x10000);
		assert_int_equal(mapping.phys.value, 0x3010000);
		assert_int_equal(find(&m, vmemmap, VMEMMAP, &mapping), LOOKUP_UNKNOWN);
		assert_int_equal(find(&m, vmemmap, VMEMMAP + 0x30000, &mapping), LOOKUP_UNKNOWN);
		/* What is no vmemmap at all is not made unknown by that. */
		assert_int_equal(find(&m, vmemmap, VMEMMAP - 1, &mapping), LOOKUP_UNMAPPED);
	}
}

static void a_cycle_is_a_broken_list_even_if_all_blocks_are_there(void **state)
{
	struct fake_entry entries[3];

	put_three(entries);
	entries[0].address = 0x2000000;
	entries[2].next = ADDR_LINEAR_BASE + 0x2000000;
	entries[2].has_next = true;
	_cleanup_(machine_close) struct machine m = boot(
		kinds[0], &(struct fake_kernel_spec){ .entries = entries, .entry_count = 3 });
	machine_open(&m);
	_cleanup_(vmemmap_closep) struct vmemmap *vmemmap = open_auto(&m);
	assert_false(vmemmap->complete);
	assert_int_equal(vmemmap->table.count, 3);
	assert_int_equal(count_problems(&m, "list-broken", VMW_PARTIAL), 1);
	assert_true(has_problem(&m, "list-broken", "entry 3 points back to entry 1"));
}

static void a_list_that_breaks_before_its_first_entry_is_an_error(void **state)
{
	_cleanup_(machine_close) struct machine m = boot(
		kinds[0], &(struct fake_kernel_spec){ .list_head = 0xdead, .has_list_head = true });

	machine_open(&m);
	assert_open_fails(&m, VMW_SOURCE_AUTO, VMW_ERROR_BAD_DATA, "its head 0xdead");
}

static void a_list_of_nonsense_only_is_an_error(void **state)
{
	_cleanup_(machine_close) struct machine m = boot(
		kinds[0], &(struct fake_kernel_spec){ .list_head = ADDR_LINEAR_BASE + 0x2000000,
						      .has_list_head = true });

	machine_open(&m);
	assert_open_fails(&m, VMW_SOURCE_AUTO, VMW_ERROR_BAD_DATA,
			  "none of its 1 entries can be a block");
}

static void a_refused_entry_leaves_its_block_unknown(void **state)
{
	struct fake_entry entries[8];
	struct vmw_mapping mapping;

	for (uint64_t i = 0; i < 8; i++)
		entries[i] = (struct fake_entry){ .phys = 0x3000000 + i * 0x10000,
						  .virt = VMEMMAP + (7 - i) * 0x10000 };
	_cleanup_(machine_close) struct machine m = boot(
		kinds[0], &(struct fake_kernel_spec){
				  .entries = entries, .entry_count = 8, .blank_pages = true });
	ram_put_u64(m.ram, m.fake.entries[3] + 8, 0x3030001);
	machine_open(&m);
	_cleanup_(vmemmap_closep) struct vmemmap *vmemmap = open_auto(&m);
	assert_true(vmemmap->list_complete);
	assert_false(vmemmap->complete);
	assert_int_equal(vmemmap->table.count, 7);
	assert_int_equal(count_problems(&m, "list-entry-bad", VMW_PARTIAL), 1);
	assert_int_equal(find(&m, vmemmap, entries[3].virt, &mapping), LOOKUP_UNKNOWN);
	assert_int_equal(find(&m, vmemmap, entries[4].virt, &mapping), LOOKUP_MAPPED);
}

/* Which of the two is wrong cannot be told. */
static void two_entries_with_one_phys_are_both_left_out(void **state)
{
	for (size_t i = 0; i < 2; i++) {
		struct fake_entry entries[8];
		struct vmw_mapping mapping;

		for (uint64_t n = 0; n < 8; n++)
			entries[n] = (struct fake_entry){ .phys = 0x3000000 + n * 0x10000,
							  .virt = VMEMMAP + (7 - n) * 0x10000 };
		_cleanup_(machine_close) struct machine m = boot(
			kinds[2 * i], &(struct fake_kernel_spec){ .entries = entries,
								  .entry_count = 8,
								  .blank_pages = true });
		ram_put_u64(m.ram, m.fake.entries[3] + 8, 0x3050000);
		machine_open(&m);
		_cleanup_(vmemmap_closep) struct vmemmap *vmemmap = open_auto(&m);
		assert_false(vmemmap->complete);
		assert_int_equal(vmemmap->table.count, 6);
		assert_true(has_problem(&m, "list-entry-bad", "another entry has the same phys"));
		assert_int_equal(find(&m, vmemmap, entries[3].virt, &mapping), LOOKUP_UNKNOWN);
		assert_int_equal(find(&m, vmemmap, entries[5].virt, &mapping), LOOKUP_UNKNOWN);
		assert_int_equal(find(&m, vmemmap, entries[4].virt, &mapping), LOOKUP_MAPPED);
	}
}

static void an_entry_in_memory_without_struct_pages_is_left_out(void **state)
{
	struct fake_entry entries[8];
	struct vmw_mapping mapping;

	for (uint64_t n = 0; n < 8; n++)
		entries[n] = (struct fake_entry){ .phys = 0x3000000 + n * 0x10000,
						  .virt = VMEMMAP + (7 - n) * 0x10000 };
	_cleanup_(machine_close) struct machine m = boot(
		kinds[0], &(struct fake_kernel_spec){
				  .entries = entries, .entry_count = 8, .blank_pages = true });
	ram_put_u64(m.ram, m.fake.entries[3] + 8, UINT64_C(0x10003030000));
	machine_open(&m);
	_cleanup_(vmemmap_closep) struct vmemmap *vmemmap = open_auto(&m);
	assert_false(vmemmap->complete);
	assert_int_equal(vmemmap->table.count, 7);
	assert_true(has_problem(&m, "list-entry-bad", "there is no memory at its phys"));
	assert_int_equal(find(&m, vmemmap, entries[3].virt, &mapping), LOOKUP_UNKNOWN);
}

static void a_whole_list_knows_what_is_not_mapped(void **state)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		_cleanup_(machine_close) struct machine m = boot(kinds[i],
								 &(struct fake_kernel_spec){ 0 });
		struct vmw_mapping mapping;

		machine_open(&m);
		_cleanup_(vmemmap_closep) struct vmemmap *vmemmap = open_auto(&m);
		const struct vmw_mapping *last = &m.fake.blocks[m.fake.block_count - 1];
		assert_int_equal(find(&m, vmemmap, last->virt.value + last->size - 1, &mapping),
				 LOOKUP_MAPPED);
		assert_int_equal(find(&m, vmemmap, last->virt.value + last->size, &mapping),
				 LOOKUP_UNMAPPED);
	}
}

static void of_two_entries_for_one_block_the_newer_wins(void **state)
{
	struct fake_entry entries[2] = {
		{ .phys = 0x3000000, .virt = VMEMMAP },
		{ .phys = 0x3010000, .virt = VMEMMAP },
	};
	_cleanup_(machine_close) struct machine m = boot(
		kinds[0], &(struct fake_kernel_spec){
				  .entries = entries, .entry_count = 2, .blank_pages = true });
	struct vmw_mapping mapping;

	machine_open(&m);
	_cleanup_(vmemmap_closep) struct vmemmap *vmemmap = open_auto(&m);
	assert_int_equal(find(&m, vmemmap, VMEMMAP, &mapping), LOOKUP_MAPPED);
	assert_int_equal(mapping.phys.value, 0x3000000);
	assert_int_equal(count_problems(&m, "mapping-conflict", VMW_PARTIAL), 1);
}

/* ---- page tables ---- */

static void radix_lookups_agree_before_and_after_the_walk(void **state)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		_cleanup_(machine_close) struct machine m = boot(
			kinds[i], &(struct fake_kernel_spec){ .mmu = FAKE_RADIX });
		struct vmw_mapping before, after;

		machine_open(&m);
		_cleanup_(vmemmap_closep) struct vmemmap *vmemmap = open_auto(&m);
		const struct vmw_mapping *last = &m.fake.blocks[m.fake.block_count - 1];
		assert_false(vmemmap->walked);
		assert_int_equal(find(&m, vmemmap, last->virt.value + 5, &before), LOOKUP_MAPPED);
		assert_int_equal(find(&m, vmemmap, last->virt.value + last->size, &before),
				 LOOKUP_UNMAPPED);
		assert_int_equal(find(&m, vmemmap, ADDR_LINEAR_BASE, &before), LOOKUP_UNMAPPED);
		assert_null(vmemmap_walk(vmemmap, m.reader, m.problems));
		assert_null(vmemmap_walk(vmemmap, m.reader, m.problems));
		assert_int_equal(find(&m, vmemmap, last->virt.value + 5, &after), LOOKUP_MAPPED);
		assert_int_equal(before.virt.value, after.virt.value);
		assert_int_equal(before.phys.value, after.phys.value);
		assert_int_equal(before.size, after.size);
		assert_int_equal(before.source, after.source);
		assert_int_equal(find(&m, vmemmap, last->virt.value + last->size, &after),
				 LOOKUP_UNMAPPED);
	}
}

static void a_missing_table_makes_its_range_unknown_not_unmapped(void **state)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		_cleanup_(machine_close) struct machine m = boot(
			kinds[i], &(struct fake_kernel_spec){ .mmu = FAKE_RADIX });
		struct vmw_translation translation;
		bool mapped;
		struct vmw_mapping mapping;

		ram_put_be64(m.ram, fake_radix_entry(m.ram, &m.fake, VMEMMAP + 2 * MIB, 2),
			     PRESENT | 0x2000000 | (kinds[i].page == 4096 ? 9 : 5));
		ram_set_data(m.ram, 0x2000000, kinds[i].page, VMW_EXCLUDED);
		machine_open(&m);
		_cleanup_(vmemmap_closep) struct vmemmap *vmemmap = open_auto(&m);
		for (size_t walked = 0; walked < 2; walked++) {
			assert_int_equal(find(&m, vmemmap, VMEMMAP, &mapping), LOOKUP_MAPPED);
			assert_int_equal(find(&m, vmemmap, VMEMMAP + 2 * MIB, &mapping),
					 LOOKUP_UNKNOWN);
			assert_int_equal(find(&m, vmemmap, VMEMMAP + 4 * MIB, &mapping),
					 LOOKUP_UNMAPPED);
			assert_error(vmemmap_translate(m.kernel, vmemmap, m.reader,
						       virt_at(VMEMMAP + 2 * MIB), &(size_t){ 0 },
						       &translation, &mapped),
				     VMW_ERROR_MISSING,
				     "its page table at 0x2000000 is not in the dump");
			assert_null(vmemmap_walk(vmemmap, m.reader, m.problems));
		}
		assert_false(vmemmap->complete);
	}
}

static void a_walk_needs_the_base(void **state)
{
	_cleanup_(machine_close) struct machine m = boot(
		kinds[0], &(struct fake_kernel_spec){ .mmu = FAKE_RADIX });

	machine_open(&m);
	m.kernel->vmemmap_base = (struct known){ .from = "nothing tells it" };
	_cleanup_(vmemmap_closep) struct vmemmap *vmemmap = open_auto(&m);
	assert_error(vmemmap_walk(vmemmap, m.reader, m.problems), VMW_ERROR_MISSING,
		     "the vmemmap's base is unknown: nothing tells it");
}

/* Before 6.6 radix kernels kept the list as well. */
static void a_list_that_differs_from_the_page_tables_is_a_problem(void **state)
{
	static const struct {
		uint64_t list_virt, list_phys; /* of the only entry */
		size_t count;
		const char *message;
	} cases[] = {
		{ VMEMMAP, 0x3e00000, 0, NULL },
		{ VMEMMAP, 0x3c00000, 1,
		  "0x200000 bytes at 0xc00c000000000000 are at phys 0x3e00000 by the page tables, at "
		  "0x3c00000 by vmemmap_list" },
		{ VMEMMAP + 2 * MIB, 0x3c00000, 2,
		  "at phys 0x3c00000 by vmemmap_list, but not in the page tables" },
		{ VMEMMAP + 2 * MIB, 0x3c00000, 2,
		  "at phys 0x3e00000 by the page tables, but not in vmemmap_list" },
	};

	for (size_t i = 0; i < COUNT_OF(cases) * COUNT_OF(kinds); i++) {
		size_t n = i / COUNT_OF(kinds);
		struct machine_kind kind = kinds[i % COUNT_OF(kinds)];
		_cleanup_(machine_close) struct machine m = boot(
			kind,
			&(struct fake_kernel_spec){ .mmu = FAKE_RADIX, .list_on_radix = true });

		/* One leaf maps all of it, and one entry stands for that. */
		assert_int_equal(m.fake.entry_count, 1);
		assert_int_equal(m.fake.blocks[0].phys.value, 0x3e00000);
		ram_put_u64(m.ram, m.fake.entries[0] + 8, cases[n].list_phys);
		ram_put_u64(m.ram, m.fake.entries[0] + 16, cases[n].list_virt);
		machine_open(&m);
		_cleanup_(vmemmap_closep) struct vmemmap *vmemmap = open_auto(&m);
		assert_null(vmemmap_walk(vmemmap, m.reader, m.problems));
		assert_int_equal(count_problems(&m, "list-radix-differ", VMW_PARTIAL),
				 cases[n].count);
		if (cases[n].message)
			assert_true(has_problem(&m, "list-radix-differ", cases[n].message));
		assert_int_equal(vmemmap->table.rows[0].phys.value, 0x3e00000);
	}
}

static void a_damaged_list_beside_page_tables_is_a_warning(void **state)
{
	static const struct {
		uint64_t next;
		uint32_t psize;
		const char *message;
	} cases[] = {
		{ 0xdead, 7, "points to 0xdead" },
		{ 0, 16, "mmu_vmemmap_psize is 16" },
	};

	for (size_t i = 0; i < COUNT_OF(cases) * COUNT_OF(kinds); i++) {
		size_t n = i / COUNT_OF(kinds);
		_cleanup_(machine_close) struct machine m = boot(
			kinds[i % COUNT_OF(kinds)],
			&(struct fake_kernel_spec){ .mmu = FAKE_RADIX, .list_on_radix = true });

		ram_put_u64(m.ram, m.fake.entries[0], cases[n].next);
		ram_put_u32(m.ram, m.fake.psize_index, cases[n].psize);
		machine_open(&m);
		_cleanup_(vmemmap_closep) struct vmemmap *vmemmap = open_auto(&m);
		assert_null(vmemmap_walk(vmemmap, m.reader, m.problems));
		assert_true(vmemmap->complete);
		assert_int_equal(vmemmap->table.count, 1);
		assert_int_equal(count_problems(&m, "list-broken", VMW_WARNING), 1);
		assert_true(has_problem(&m, "list-broken", cases[n].message));
		assert_int_equal(count_problems(&m, "list-radix-differ", VMW_PARTIAL), 0);
	}
}

/* ---- translation ---- */

static void a_linear_address_is_its_physical_one(void **state)
{
	for (size_t i = 0; i < COUNT_OF(kinds) * 2; i++) {
		struct machine_kind kind = kinds[i / 2];
		_cleanup_(machine_close) struct machine m = boot(
			kind, &(struct fake_kernel_spec){ .mmu = i % 2 ? FAKE_RADIX : FAKE_HASH });
		struct vmw_translation translation;
		bool mapped = false;
		size_t hint = 0;

		machine_open(&m);
		_cleanup_(vmemmap_closep) struct vmemmap *vmemmap = open_auto(&m);
		assert_null(vmemmap_translate(m.kernel, vmemmap, m.reader,
					      virt_at(ADDR_LINEAR_BASE + 0x1234567), &hint,
					      &translation, &mapped));
		assert_true(mapped);
		assert_int_equal(translation.phys.value, 0x1234567);
		assert_int_equal(translation.via, VMW_VIA_LINEAR);
		assert_false(translation.block_known);
		/* At most to where memory ends. */
		assert_in_range(translation.size, 1, ram_size(m.ram) - 0x1234567);
	}
}

static void memory_that_is_not_there_is_not_in_the_linear_map(void **state)
{
	static const struct fake_memory_range ranges[] = { { .size = 32 * MIB } };

	for (size_t i = 0; i < COUNT_OF(kinds) * 2; i++) {
		struct machine_kind kind = kinds[i / 2];
		_cleanup_(machine_close) struct machine m = boot(
			kind, &(struct fake_kernel_spec){ .mmu = i % 2 ? FAKE_RADIX : FAKE_HASH,
							  .ranges = ranges,
							  .range_count = 1,
							  .blocks_end = 32 * MIB });
		struct vmw_translation translation;
		bool mapped = false;
		size_t hint = 0;

		machine_open(&m);
		_cleanup_(vmemmap_closep) struct vmemmap *vmemmap = open_auto(&m);
		assert_null(vmemmap_translate(m.kernel, vmemmap, m.reader,
					      virt_at(ADDR_LINEAR_BASE + 32 * MIB - 1), &hint,
					      &translation, &mapped));
		assert_true(mapped);
		assert_int_equal(translation.size, 1);
		assert_null(vmemmap_translate(m.kernel, vmemmap, m.reader,
					      virt_at(ADDR_LINEAR_BASE + 32 * MIB), &hint,
					      &translation, &mapped));
		assert_false(mapped);
	}
}

static void a_vmemmap_address_is_translated_with_its_block(void **state)
{
	for (size_t i = 0; i < COUNT_OF(kinds) * 2; i++) {
		struct machine_kind kind = kinds[i / 2];
		_cleanup_(machine_close) struct machine m = boot(
			kind, &(struct fake_kernel_spec){ .mmu = i % 2 ? FAKE_RADIX : FAKE_HASH });
		struct vmw_translation translation;
		bool mapped = false;
		size_t hint = 0;

		machine_open(&m);
		_cleanup_(vmemmap_closep) struct vmemmap *vmemmap = open_auto(&m);
		const struct vmw_mapping *block = &m.fake.blocks[m.fake.block_count - 1];
		assert_null(vmemmap_translate(m.kernel, vmemmap, m.reader,
					      virt_at(block->virt.value + 0x123), &hint,
					      &translation, &mapped));
		assert_true(mapped);
		assert_int_equal(translation.phys.value, block->phys.value + 0x123);
		assert_int_equal(translation.size, block->size - 0x123);
		assert_int_equal(translation.via, i % 2 ? VMW_VIA_RADIX : VMW_VIA_LIST);
		assert_true(translation.block_known);
		assert_int_equal(translation.block.virt.value, block->virt.value);
		assert_int_equal(translation.block.phys.value, block->phys.value);
		assert_int_equal(translation.block.size, block->size);

		assert_null(vmemmap_translate(m.kernel, vmemmap, m.reader,
					      virt_at(block->virt.value + block->size), &hint,
					      &translation, &mapped));
		assert_false(mapped);
	}
}

static void a_vmalloc_address_is_translated_on_radix(void **state)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		struct machine_kind kind = kinds[i];
		_cleanup_(machine_close) struct machine m = boot(
			kind, &(struct fake_kernel_spec){ .mmu = FAKE_RADIX });
		struct vmw_translation translation;
		bool mapped = false;
		size_t hint = 0;

		/* 0xc008...: one leaf of 2 MiB; the next entry's table is not in the dump. */
		ram_put_be64(m.ram, m.fake.swapper_pg_dir + 0x1000 * 8, PRESENT | 0x2000000 | 9);
		ram_put_be64(m.ram, 0x2000000, PRESENT | 0x2010000 | 9);
		ram_put_be64(m.ram, 0x2010000,
			     PRESENT | (UINT64_C(1) << 62) | UINT64_C(0x12200000) | 0x18e);
		ram_put_be64(m.ram, 0x2010008,
			     PRESENT | (UINT64_C(1) << 40) | (kind.page == 4096 ? 9 : 5));
		machine_open(&m);
		_cleanup_(vmemmap_closep) struct vmemmap *vmemmap = open_auto(&m);
		/* Also where the vmemmap could not be opened. */
		for (size_t j = 0; j < 2; j++) {
			const struct vmemmap *given = j ? vmemmap : NULL;

			assert_null(vmemmap_translate(m.kernel, given, m.reader,
						      virt_at(UINT64_C(0xc008000000012345)), &hint,
						      &translation, &mapped));
			assert_true(mapped);
			assert_int_equal(translation.phys.value, 0x12212345);
			assert_int_equal(translation.size, 2 * MIB - 0x12345);
			assert_int_equal(translation.via, VMW_VIA_RADIX);
			assert_false(translation.block_known);
			assert_error(vmemmap_translate(m.kernel, given, m.reader,
						       virt_at(UINT64_C(0xc008000000200000)), &hint,
						       &translation, &mapped),
				     VMW_ERROR_MISSING,
				     "its page table at 0x10000000000 is not in");
			assert_null(vmemmap_translate(m.kernel, given, m.reader,
						      virt_at(UINT64_C(0xc008000000400000)), &hint,
						      &translation, &mapped));
			assert_false(mapped);
			/* No other region is translated by radix. */
			assert_null(vmemmap_translate(m.kernel, given, m.reader,
						      virt_at(UINT64_C(0xd000000000000000)), &hint,
						      &translation, &mapped));
			assert_false(mapped);
		}
	}
}

static void what_the_dump_does_not_tell_is_an_error_that_says_why(void **state)
{
	static const struct {
		uint32_t page;
		enum fake_mmu mmu;
		uint64_t virt;
		const char *message;
	} cases[] = {
		{ 65536, FAKE_HASH, UINT64_C(0xc008000000000000), "is in the vmalloc region" },
		{ 65536, FAKE_HASH, UINT64_C(0xc00a000000000000), "is in the I/O region" },
		{ 4096, FAKE_HASH, UINT64_C(0xc0003d0000001000), "is in the vmalloc region" },
		{ 4096, FAKE_HASH, UINT64_C(0xc0003effffffffff), "is in the I/O region" },
		{ 4096, FAKE_HASH, UINT64_C(0xc008000000000000), "is in no region that is known" },
		{ 65536, FAKE_HASH, UINT64_C(0xc008000000000000),
		  "the page tables that a hash kernel has for it are not read" },
		{ 65536, FAKE_HASH, 0x10000000, "is not a kernel address" },
		{ 65536, FAKE_RADIX, 0x10000000, "is not a kernel address" },
		{ 4096, FAKE_RADIX, UINT64_C(0x7fffffffffffffff), "is not a kernel address" },
		{ 4096, FAKE_RADIX, UINT64_C(0xb000000000000000), "is not a kernel address" },
	};

	for (size_t i = 0; i < 2 * COUNT_OF(cases); i++) {
		struct machine_kind kind = { i % 2 ? ORDER_BIG : ORDER_LITTLE, cases[i / 2].page };
		_cleanup_(machine_close) struct machine m = boot(
			kind, &(struct fake_kernel_spec){ .mmu = cases[i / 2].mmu });
		struct vmw_translation translation;
		bool mapped = true;
		size_t hint = 0;

		machine_open(&m);
		_cleanup_(vmemmap_closep) struct vmemmap *vmemmap = open_auto(&m);
		assert_error(vmemmap_translate(m.kernel, vmemmap, m.reader,
					       virt_at(cases[i / 2].virt), &hint, &translation,
					       &mapped),
			     VMW_ERROR_MISSING, cases[i / 2].message);
		assert_false(mapped);
	}
}

static void a_vmemmap_address_that_a_broken_list_lacks_is_an_error(void **state)
{
	struct fake_entry entries[3];

	put_three(entries);
	entries[1].next = 0xdead;
	entries[1].has_next = true;
	_cleanup_(machine_close) struct machine m = boot(
		kinds[0], &(struct fake_kernel_spec){ .entries = entries, .entry_count = 3 });
	struct vmw_translation translation;
	bool mapped = true;
	size_t hint = 0;

	machine_open(&m);
	_cleanup_(vmemmap_closep) struct vmemmap *vmemmap = open_auto(&m);
	assert_error(vmemmap_translate(m.kernel, vmemmap, m.reader, virt_at(VMEMMAP), &hint,
				       &translation, &mapped),
		     VMW_ERROR_MISSING, "vmemmap_list, which would tell of it, is damaged");
	assert_error(vmemmap_translate(m.kernel, NULL, m.reader, virt_at(VMEMMAP), &hint,
				       &translation, &mapped),
		     VMW_ERROR_MISSING, "of which there is no record");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_mappings_of_a_healthy_kernel_are_there),
		cmocka_unit_test(the_list_of_an_older_radix_kernel_serves_when_asked_for),
		cmocka_unit_test(without_a_record_the_message_says_what_was_found_and_what_helps),
		cmocka_unit_test(page_tables_without_the_vmemmaps_base_are_refused),
		cmocka_unit_test(with_an_unknown_mmu_a_filled_list_is_taken_else_the_page_tables),
		cmocka_unit_test(with_an_unknown_mmu_and_neither_record_both_are_named),
		cmocka_unit_test(an_unknown_base_is_the_lowest_entry_of_a_whole_list),
		cmocka_unit_test(a_broken_list_or_an_odd_lowest_entry_tell_no_base),
		cmocka_unit_test(a_base_that_the_lowest_entry_contradicts_is_a_problem),
		cmocka_unit_test(a_list_that_breaks_answers_for_what_was_read),
		cmocka_unit_test(a_cycle_is_a_broken_list_even_if_all_blocks_are_there),
		cmocka_unit_test(a_list_that_breaks_before_its_first_entry_is_an_error),
		cmocka_unit_test(a_list_of_nonsense_only_is_an_error),
		cmocka_unit_test(a_refused_entry_leaves_its_block_unknown),
		cmocka_unit_test(two_entries_with_one_phys_are_both_left_out),
		cmocka_unit_test(an_entry_in_memory_without_struct_pages_is_left_out),
		cmocka_unit_test(a_whole_list_knows_what_is_not_mapped),
		cmocka_unit_test(of_two_entries_for_one_block_the_newer_wins),
		cmocka_unit_test(radix_lookups_agree_before_and_after_the_walk),
		cmocka_unit_test(a_missing_table_makes_its_range_unknown_not_unmapped),
		cmocka_unit_test(a_walk_needs_the_base),
		cmocka_unit_test(a_list_that_differs_from_the_page_tables_is_a_problem),
		cmocka_unit_test(a_damaged_list_beside_page_tables_is_a_warning),
		cmocka_unit_test(a_linear_address_is_its_physical_one),
		cmocka_unit_test(memory_that_is_not_there_is_not_in_the_linear_map),
		cmocka_unit_test(a_vmemmap_address_is_translated_with_its_block),
		cmocka_unit_test(a_vmalloc_address_is_translated_on_radix),
		cmocka_unit_test(what_the_dump_does_not_tell_is_an_error_that_says_why),
		cmocka_unit_test(a_vmemmap_address_that_a_broken_list_lacks_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
