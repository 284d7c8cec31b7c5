/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vmemmap_blocks as a record of its own, beside the page tables, and in their place. */
#include "machine.h"
#include "vmemmap/bound.h"
#include "vmemmap/vmemmap.h"

#define VMEMMAP UINT64_C(0xc00c000000000000)
#define PRESENT (UINT64_C(1) << 63)
#define LEAF (UINT64_C(1) << 62)
/* Memory that holds nothing else. */
#define TABLE UINT64_C(0x2000000)
#define MEMORY UINT64_C(0x3000000)

/* The kernel maps its vmemmap by leaves of @leaf bytes. */
static struct machine boot(struct machine_kind kind, uint64_t leaf)
{
	return machine_boot(64 * MIB, kind.page, kind.order,
			    &(struct fake_kernel_spec){
				    .mmu = FAKE_RADIX, .block_size = leaf, .keeps_blocks = true });
}

static struct vmemmap *open_from(struct machine *m, enum vmw_source source)
{
	struct vmemmap *vmemmap = NULL;

	assert_null(vmemmap_open(m->kernel, m->reader, source, m->problems, &vmemmap));
	return vmemmap;
}

static enum lookup find(const struct machine *m, const struct vmemmap *vmemmap, uint64_t virt,
			struct vmw_mapping *ret)
{
	enum lookup lookup;
	size_t hint = 0;

	assert_null(vmemmap_find(vmemmap, m->reader, virt_at(virt), &hint, &lookup, ret));
	return lookup;
}

static void assert_maps_as_the_kernel(const struct machine *m, const struct vmemmap *vmemmap)
{
	for (size_t i = 0; i < m->fake.block_count; i++) {
		const struct vmw_mapping *block = &m->fake.blocks[i];
		struct vmw_mapping row;

		for (uint64_t at = 0; at < block->size; at += m->fake.page_size) {
			uint64_t virt = block->virt.value + at + 8;

			assert_int_equal(find(m, vmemmap, virt, &row), LOOKUP_MAPPED);
			assert_in_range(virt, row.virt.value, row.virt.value + row.size - 1);
			assert_int_equal(row.phys.value + (virt - row.virt.value),
					 block->phys.value + at + 8);
		}
	}
}

static size_t problem_count(const struct machine *m)
{
	size_t count;

	(void)problems_list(m->problems, &count);
	return count;
}

/* ---- a record of its own ---- */

static void it_serves_alone_when_asked_for(void **state)
{
	for (size_t i = 0; i < 2 * COUNT_OF(kinds); i++) {
		struct machine_kind kind = kinds[i / 2];
		_cleanup_(machine_close) struct machine m = boot(kind, i % 2 ? 2 * MIB : kind.page);

		/* The page tables are gone, and are not missed. */
		ram_set_data(m.ram, m.fake.swapper_pg_dir, 65536, VMW_EXCLUDED);
		machine_open(&m);
		_cleanup_(vmemmap_closep) struct vmemmap *vmemmap = open_from(&m,
									      VMW_SOURCE_BLOCKS);
		assert_int_equal(vmemmap->source, VMW_SOURCE_BLOCKS);
		assert_true(vmemmap->complete);
		assert_int_equal(vmemmap->table.count, m.fake.record_count);
		assert_maps_as_the_kernel(&m, vmemmap);
		assert_null(vmemmap_walk(vmemmap, m.reader, m.problems));
		assert_true(vmemmap->complete);
		assert_int_equal(problem_count(&m), 0);
		struct vmw_mapping row;
		assert_int_equal(find(&m, vmemmap, VMEMMAP + 32 * MIB, &row), LOOKUP_UNMAPPED);
	}
}

static void without_it_the_message_says_what_helps(void **state)
{
	static const struct {
		struct fake_kernel_spec spec;
		const char *message;
	} cases[] = {
		{ { .mmu = FAKE_RADIX }, "the kernel does not keep this record" },
		{ { .mmu = FAKE_HASH, .keeps_blocks = true },
		  "vmemmap_blocks is empty: a hash kernel keeps vmemmap_list; use --source list" },
	};

	for (size_t i = 0; i < COUNT_OF(cases) * COUNT_OF(kinds); i++) {
		struct machine_kind kind = kinds[i % COUNT_OF(kinds)];
		_cleanup_(machine_close) struct machine m = machine_boot(
			64 * MIB, kind.page, kind.order, &cases[i / COUNT_OF(kinds)].spec);
		struct vmemmap *vmemmap = NULL;

		machine_open(&m);
		assert_error(
			vmemmap_open(m.kernel, m.reader, VMW_SOURCE_BLOCKS, m.problems, &vmemmap),
			VMW_ERROR_MISSING, cases[i / COUNT_OF(kinds)].message);
		assert_null(vmemmap);
	}
}

/* The last entry of the chain is that of the lowest blocks. */
static void one_that_breaks_answers_for_what_was_read(void **state)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		_cleanup_(machine_close) struct machine m = machine_boot(
			64 * MIB, kinds[i].page, kinds[i].order,
			&(struct fake_kernel_spec){
				.mmu = FAKE_RADIX,
				.keeps_blocks = true,
				.record = (struct fake_block[]){ { .virt = VMEMMAP,
								   .phys = MEMORY,
								   .size = MIB,
								   .next = 0xdead,
								   .has_next = true } },
				.record_count = 1 });
		struct vmw_translation translation;
		struct vmw_mapping row;
		bool mapped;

		machine_open(&m);
		_cleanup_(vmemmap_closep) struct vmemmap *vmemmap = open_from(&m,
									      VMW_SOURCE_BLOCKS);
		assert_false(vmemmap->complete);
		assert_int_equal(count_problems(&m, "blocks-broken", VMW_PARTIAL), 1);
		assert_int_equal(find(&m, vmemmap, VMEMMAP, &row), LOOKUP_MAPPED);
		assert_int_equal(row.source, VMW_SOURCE_BLOCKS);
		assert_int_equal(find(&m, vmemmap, VMEMMAP + MIB, &row), LOOKUP_UNKNOWN);
		assert_null(vmemmap_translate(m.kernel, vmemmap, m.reader, virt_at(VMEMMAP + 8),
					      &(size_t){ 0 }, &translation, &mapped));
		assert_true(mapped);
		assert_int_equal(translation.via, VMW_VIA_BLOCKS);
		assert_int_equal(translation.phys.value, MEMORY + 8);
		assert_error(vmemmap_translate(m.kernel, vmemmap, m.reader, virt_at(VMEMMAP + MIB),
					       &(size_t){ 0 }, &translation, &mapped),
			     VMW_ERROR_MISSING,
			     "vmemmap_blocks, which would tell of it, is damaged");
	}
}

/* A record that a NULL cuts looks whole, but for mem_section. */
static void one_that_is_cut_is_not_whole(void **state)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		_cleanup_(machine_close) struct machine m = machine_boot(
			64 * MIB, kinds[i].page, kinds[i].order,
			&(struct fake_kernel_spec){
				.mmu = FAKE_RADIX,
				.keeps_blocks = true,
				.record = (struct fake_block[]){ { .virt = VMEMMAP,
								   .phys = MEMORY,
								   .size = kinds[i].page / 4096 *
									   4096 } },
				.record_count = 1 });

		machine_open(&m);
		_cleanup_(vmemmap_closep) struct vmemmap *vmemmap = open_from(&m,
									      VMW_SOURCE_BLOCKS);
		assert_true(vmemmap->complete);
		assert_null(vmemmap_walk(vmemmap, m.reader, m.problems));
		/* 64 MiB of 64K pages have their struct pages in a single one. */
		assert_int_equal(vmemmap->complete, kinds[i].page == 65536);
		assert_int_equal(count_problems(&m, "memmap-unmapped", VMW_PARTIAL),
				 kinds[i].page == 65536 ? 0 : 1);
	}
}

/* ---- beside the page tables ---- */

static void where_both_agree_nothing_is_said(void **state)
{
	for (size_t i = 0; i < 2 * COUNT_OF(kinds); i++) {
		struct machine_kind kind = kinds[i / 2];
		_cleanup_(machine_close) struct machine m = boot(kind, i % 2 ? 2 * MIB : kind.page);

		machine_open(&m);
		_cleanup_(vmemmap_closep) struct vmemmap *vmemmap = open_from(&m, VMW_SOURCE_AUTO);
		assert_int_equal(vmemmap->source, VMW_SOURCE_RADIX);
		/* No lookup needs it. */
		assert_maps_as_the_kernel(&m, vmemmap);
		assert_false(vmemmap->blocks_loaded);
		assert_null(vmemmap_walk(vmemmap, m.reader, m.problems));
		assert_true(vmemmap->blocks_loaded);
		assert_true(vmemmap->blocks_compared);
		assert_true(vmemmap->blocks_complete);
		assert_int_equal(vmemmap->blocks_count, m.fake.record_count);
		assert_int_equal(vmemmap->blocks_differ, 0);
		assert_int_equal(vmemmap->blocks_filled, 0);
		assert_true(vmemmap->complete);
		assert_int_equal(problem_count(&m), 0);
		for (size_t n = 0; n < vmemmap->table.count; n++)
			assert_int_equal(vmemmap->table.rows[n].source, VMW_SOURCE_RADIX);
	}
}

static void a_difference_is_a_problem_and_the_page_tables_are_shown(void **state)
{
	static const struct {
		uint64_t virt, phys, size; /* of the only entry */
		size_t count;
		const char *message;
	} cases[] = {
		{ VMEMMAP, MEMORY, 2 * MIB, 1,
		  "at phys 0x3e00000 by the page tables, at 0x3000000 by vmemmap_blocks" },
		{ VMEMMAP, 0x3e00000, MIB, 1,
		  "at phys 0x3f00000 by the page tables, but not in vmemmap_blocks" },
		{ VMEMMAP + 2 * MIB, MEMORY, MIB, 2,
		  "at phys 0x3000000 by vmemmap_blocks, but not in the page tables" },
	};

	for (size_t i = 0; i < COUNT_OF(cases) * COUNT_OF(kinds); i++) {
		size_t n = i / COUNT_OF(kinds);
		_cleanup_(machine_close) struct machine m = boot(kinds[i % COUNT_OF(kinds)],
								 2 * MIB);
		uint64_t entry = m.fake.record[0];

		assert_int_equal(m.fake.record_count, 1);
		ram_put_u64(m.ram, entry + 8, cases[n].virt);
		ram_put_u64(m.ram, entry + 16, cases[n].phys);
		ram_put_u64(m.ram, entry + 24, cases[n].size);
		machine_open(&m);
		_cleanup_(vmemmap_closep) struct vmemmap *vmemmap = open_from(&m, VMW_SOURCE_AUTO);
		assert_null(vmemmap_walk(vmemmap, m.reader, m.problems));
		assert_int_equal(count_problems(&m, "blocks-radix-differ", VMW_PARTIAL),
				 cases[n].count);
		assert_true(has_problem(&m, "blocks-radix-differ", cases[n].message));
		assert_int_equal(vmemmap->blocks_differ, cases[n].count);
		assert_int_equal(vmemmap->table.count, 1);
		assert_int_equal(vmemmap->table.rows[0].phys.value, 0x3e00000);
		assert_int_equal(vmemmap->blocks_filled, 0);
	}
}

static void damage_to_it_is_a_warning_where_the_page_tables_are_whole(void **state)
{
	static const struct {
		uint64_t next, size;
		const char *code, *message;
	} cases[] = {
		{ 0xdead, 2 * MIB, "blocks-broken", "points to 0xdead" },
		{ 0, 2 * MIB + 1, "block-bad", "1 entries of vmemmap_blocks cannot be blocks" },
	};

	for (size_t i = 0; i < COUNT_OF(cases) * COUNT_OF(kinds); i++) {
		size_t n = i / COUNT_OF(kinds);
		_cleanup_(machine_close) struct machine m = boot(kinds[i % COUNT_OF(kinds)],
								 2 * MIB);

		ram_put_u64(m.ram, m.fake.record[0], cases[n].next);
		ram_put_u64(m.ram, m.fake.record[0] + 24, cases[n].size);
		machine_open(&m);
		_cleanup_(vmemmap_closep) struct vmemmap *vmemmap = open_from(&m, VMW_SOURCE_AUTO);
		assert_null(vmemmap_walk(vmemmap, m.reader, m.problems));
		assert_int_equal(count_problems(&m, cases[n].code, VMW_WARNING), 1);
		assert_true(has_problem(&m, cases[n].code, cases[n].message));
		assert_false(vmemmap->blocks_complete);
		assert_true(vmemmap->complete);
		assert_int_equal(count_problems(&m, "blocks-radix-differ", VMW_PARTIAL), 0);
	}
}

/* ---- in their place ---- */

/* What is done to the page tables of the vmemmap. */
enum loss { LOSE_DIRECTORY, LOSE_PUD, LOSE_PMD, LOSS_COUNT };

static void lose(struct machine *m, enum loss loss)
{
	uint32_t page = m->fake.page_size;

	switch (loss) {
	case LOSE_DIRECTORY:
		ram_set_data(m->ram, m->fake.swapper_pg_dir, 65536, VMW_EXCLUDED);
		break;
	case LOSE_PUD:
		/* A table of its own, that is not there. */
		ram_put_be64(m->ram, fake_radix_entry(m->ram, &m->fake, VMEMMAP, 0),
			     PRESENT | TABLE | 9);
		ram_set_data(m->ram, TABLE, page, VMW_EXCLUDED);
		break;
	case LOSE_PMD:
		ram_put_be64(m->ram, fake_radix_entry(m->ram, &m->fake, VMEMMAP, 1),
			     PRESENT | TABLE | 9);
		ram_set_data(m->ram, TABLE, page, VMW_EXCLUDED);
		break;
	case LOSS_COUNT:
		break;
	}
}

static void lost_page_tables_are_filled_in(void **state)
{
	for (size_t i = 0; i < 2 * COUNT_OF(kinds) * LOSS_COUNT; i++) {
		struct machine_kind kind = kinds[i / 2 % COUNT_OF(kinds)];
		enum loss loss = (enum loss)(i / 2 / COUNT_OF(kinds));
		_cleanup_(machine_close) struct machine m = boot(kind, i % 2 ? 2 * MIB : kind.page);
		uint64_t need = 64 * MIB / kind.page * 64;
		struct vmw_translation translation;
		struct vmw_mapping row;
		bool mapped = false;

		lose(&m, loss);
		machine_open(&m);
		_cleanup_(vmemmap_closep) struct vmemmap *vmemmap = open_from(&m, VMW_SOURCE_RADIX);
		assert_int_equal(vmemmap->source, VMW_SOURCE_RADIX);

		/* Before it is read nothing is known, and then all of it. */
		assert_int_equal(find(&m, vmemmap, VMEMMAP, &row), LOOKUP_UNKNOWN);
		assert_null(vmemmap_load_blocks(vmemmap, m.reader, m.problems));
		assert_maps_as_the_kernel(&m, vmemmap);
		assert_int_equal(find(&m, vmemmap, VMEMMAP, &row), LOOKUP_MAPPED);
		assert_int_equal(row.source, VMW_SOURCE_BLOCKS);
		assert_null(vmemmap_translate(m.kernel, vmemmap, m.reader, virt_at(VMEMMAP + 8),
					      &(size_t){ 0 }, &translation, &mapped));
		assert_true(mapped);
		assert_int_equal(translation.via, VMW_VIA_BLOCKS);

		assert_null(vmemmap_walk(vmemmap, m.reader, m.problems));
		assert_maps_as_the_kernel(&m, vmemmap);
		assert_int_equal(vmemmap->blocks_filled,
				 i % 2 ? 2 * MIB : (need + kind.page - 1) / kind.page * kind.page);
		for (size_t n = 0; n < vmemmap->table.count; n++)
			assert_int_equal(vmemmap->table.rows[n].source, VMW_SOURCE_BLOCKS);
		/* It cannot be held against anything there, so the answer is not called whole. */
		assert_false(vmemmap->complete);
		assert_int_equal(count_problems(&m, "blocks-used", VMW_WARNING), 1);
		assert_int_equal(count_problems(&m, "blocks-radix-differ", VMW_PARTIAL), 0);
		/* What neither maps is unknown, not unmapped. */
		assert_int_equal(find(&m, vmemmap, VMEMMAP + 32 * MIB, &row), LOOKUP_UNKNOWN);
	}
}

/* The first 2 MiB are there; the table of the next is lost, or its entry is damaged. */
static void what_the_page_tables_still_have_stays_theirs(void **state)
{
	static const struct fake_entry leaves[] = {
		{ .virt = VMEMMAP, .phys = 0x3000000, .size = 2 << 20 },
		{ .virt = VMEMMAP + (2 << 20), .phys = 0x3400000, .size = 2 << 20 },
	};

	for (size_t i = 0; i < 2 * COUNT_OF(kinds); i++) {
		struct machine_kind kind = kinds[i / 2];
		uint64_t lost = i % 2 ? 2 * MIB : kind.page; /* by one entry */
		_cleanup_(machine_close) struct machine m = machine_boot(
			64 * MIB, kind.page, kind.order,
			&(struct fake_kernel_spec){ .mmu = FAKE_RADIX,
						    .entries = leaves,
						    .entry_count = 2,
						    .keeps_blocks = true });
		struct vmw_mapping row, again;

		ram_put_be64(m.ram, fake_radix_entry(m.ram, &m.fake, VMEMMAP + 2 * MIB, 2),
			     i % 2 ? PRESENT | LEAF | UINT64_C(1) << 55
				   : PRESENT | TABLE | (kind.page == 4096 ? 9 : 5));
		ram_set_data(m.ram, TABLE, kind.page, VMW_EXCLUDED);
		machine_open(&m);
		_cleanup_(vmemmap_closep) struct vmemmap *vmemmap = open_from(&m, VMW_SOURCE_AUTO);
		assert_null(vmemmap_load_blocks(vmemmap, m.reader, m.problems));
		uint64_t inner = VMEMMAP + 2 * MIB + kind.page + 5;
		uint64_t into = i % 2 ? 0 : kind.page;
		assert_int_equal(find(&m, vmemmap, VMEMMAP + 5, &row), LOOKUP_MAPPED);
		assert_int_equal(row.source, VMW_SOURCE_RADIX);
		assert_int_equal(find(&m, vmemmap, inner, &row), LOOKUP_MAPPED);
		assert_int_equal(row.source, VMW_SOURCE_BLOCKS);
		assert_int_equal(row.virt.value, VMEMMAP + 2 * MIB + into);
		assert_int_equal(row.phys.value, 0x3400000 + into);
		assert_int_equal(row.size, lost);

		assert_null(vmemmap_walk(vmemmap, m.reader, m.problems));
		assert_int_equal(vmemmap->table.rows[0].source, VMW_SOURCE_RADIX);
		assert_int_equal(vmemmap->table.count, 1 + 2 * MIB / lost);
		assert_int_equal(vmemmap->blocks_filled, 2 * MIB);
		assert_int_equal(find(&m, vmemmap, inner, &again), LOOKUP_MAPPED);
		assert_int_equal(again.virt.value, row.virt.value);
		assert_int_equal(again.phys.value, row.phys.value);
		assert_int_equal(again.size, row.size);
		assert_int_equal(again.source, row.source);
	}
}

/* An entry of zeros is no lost table: there the two contradict each other, and nothing is filled.
 */
static void where_the_page_tables_say_unmapped_nothing_is_filled_in(void **state)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		_cleanup_(machine_close) struct machine m = boot(kinds[i], 2 * MIB);
		struct vmw_mapping row;

		ram_put_u64(m.ram, m.fake.record[0] + 24, 4 * MIB);
		ram_put_u64(m.ram, m.fake.record[0] + 16, MEMORY);
		/* Something is lost elsewhere. */
		ram_put_be64(m.ram, m.fake.swapper_pg_dir + 0x1801 * 8, PRESENT | TABLE | 9);
		ram_set_data(m.ram, TABLE, kinds[i].page, VMW_EXCLUDED);
		machine_open(&m);
		_cleanup_(vmemmap_closep) struct vmemmap *vmemmap = open_from(&m, VMW_SOURCE_AUTO);
		assert_null(vmemmap_walk(vmemmap, m.reader, m.problems));
		assert_int_equal(vmemmap->blocks_filled, 0);
		assert_int_equal(find(&m, vmemmap, VMEMMAP + 2 * MIB, &row), LOOKUP_UNMAPPED);
		assert_true(count_problems(&m, "blocks-radix-differ", VMW_PARTIAL) >= 1);
		assert_int_equal(find(&m, vmemmap, VMEMMAP, &row), LOOKUP_MAPPED);
		assert_int_equal(row.phys.value, 0x3e00000);
	}
}

/* ---- on auto ---- */

static void it_is_taken_where_the_page_tables_cannot_be_entered(void **state)
{
	static const struct {
		uint64_t entry; /* of the directory */
		const char *drop, *add, *message;
	} cases[] = {
		{ 0, NULL, NULL, "nothing is mapped at the vmemmap's base" },
		{ PRESENT | TABLE, NULL, NULL,
		  "the size of the next table is not the kernel's; the mappings are those of "
		  "vmemmap_blocks" },
		{ 1, "SYMBOL(swapper_pg_dir)", NULL, "the address of swapper_pg_dir is not known" },
		{ 1, NULL, "NUMBER(PGD_INDEX_SIZE)=9\n",
		  "the index of level 1 has 9 bits, but radix kernels with this page size have 13" },
	};

	for (size_t i = 0; i < COUNT_OF(cases) * COUNT_OF(kinds); i++) {
		size_t n = i / COUNT_OF(kinds);
		struct machine_kind kind = kinds[i % COUNT_OF(kinds)];
		_cleanup_(machine_close) struct machine m = machine_boot(
			64 * MIB, kind.page, kind.order,
			&(struct fake_kernel_spec){ .mmu = FAKE_RADIX,
						    .keeps_blocks = true,
						    .drop = cases[n].drop,
						    .add = cases[n].add });

		if (cases[n].entry != 1)
			ram_put_be64(m.ram, fake_radix_entry(m.ram, &m.fake, VMEMMAP, 0),
				     cases[n].entry);
		machine_open(&m);
		_cleanup_(vmemmap_closep) struct vmemmap *vmemmap = open_from(&m, VMW_SOURCE_AUTO);
		assert_int_equal(vmemmap->source, VMW_SOURCE_BLOCKS);
		assert_true(has_problem(&m, "table-bad", cases[n].message));
		assert_int_equal(count_problems(&m, "table-bad", VMW_PARTIAL), 1);
		assert_maps_as_the_kernel(&m, vmemmap);
	}
}

static void with_neither_both_are_named(void **state)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		_cleanup_(machine_close) struct machine m = boot(kinds[i], 2 * MIB);
		struct vmemmap *vmemmap = NULL;

		ram_put_be64(m.ram, fake_radix_entry(m.ram, &m.fake, VMEMMAP, 0), 0);
		ram_put_u64(m.ram, m.fake.record_head, 0xdead);
		machine_open(&m);
		assert_error(
			vmemmap_open(m.kernel, m.reader, VMW_SOURCE_AUTO, m.problems, &vmemmap),
			VMW_ERROR_BAD_DATA,
			"where frame 0 has its struct page; nor by vmemmap_blocks: "
			"vmemmap_blocks: its head 0xdead");
		assert_null(vmemmap);
	}
}

static void it_is_taken_with_an_unknown_mmu_and_no_other_record(void **state)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		_cleanup_(machine_close) struct machine m = boot(kinds[i], 2 * MIB);

		ram_put_be64(m.ram, fake_radix_entry(m.ram, &m.fake, VMEMMAP, 0), 0);
		machine_open(&m);
		m.kernel->mmu = (struct known){ .from = "nothing tells it" };
		_cleanup_(vmemmap_closep) struct vmemmap *vmemmap = open_from(&m, VMW_SOURCE_AUTO);
		assert_int_equal(vmemmap->source, VMW_SOURCE_BLOCKS);
		assert_string_equal(vmemmap->source_from, "vmemmap_blocks is filled");
		assert_maps_as_the_kernel(&m, vmemmap);
	}
}

/* Three pages that say 2^33 bad entries, and a block over all of them. */
static void filling_in_comes_to_an_end(void **state)
{
	static const struct fake_block record[] = {
		{ .virt = VMEMMAP + (UINT64_C(1) << 39),
		  .phys = MEMORY,
		  .size = UINT64_C(1) << 41 },
	};
	_cleanup_(machine_close) struct machine m = machine_boot(
		64 * MIB, 4096, ORDER_BIG,
		&(struct fake_kernel_spec){ .mmu = FAKE_RADIX,
					    .keeps_blocks = true,
					    .record = record,
					    .record_count = 1,
					    .drop = "SYMBOL(mem_section)" });

	for (uint64_t i = 1; i < 64; i++)
		ram_put_be64(m.ram, m.fake.swapper_pg_dir + (0x1800 + i) * 8, PRESENT | TABLE | 9);
	for (uint64_t i = 0; i < 512; i++) {
		ram_put_be64(m.ram, TABLE + i * 8, PRESENT | (TABLE + 4096) | 9);
		ram_put_be64(m.ram, TABLE + 4096 + i * 8, PRESENT | (TABLE + 8192) | 9);
		ram_put_be64(m.ram, TABLE + 8192 + i * 8, PRESENT | LEAF | UINT64_C(1) << 55);
	}
	machine_open(&m);
	_cleanup_(vmemmap_closep) struct vmemmap *vmemmap = open_from(&m, VMW_SOURCE_AUTO);
	assert_null(vmemmap_walk(vmemmap, m.reader, m.problems));
	assert_false(vmemmap->complete);
	assert_int_equal(vmemmap->table.count, 1 + vmemmap_rows_max(m.kernel));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_serves_alone_when_asked_for),
		cmocka_unit_test(without_it_the_message_says_what_helps),
		cmocka_unit_test(one_that_breaks_answers_for_what_was_read),
		cmocka_unit_test(one_that_is_cut_is_not_whole),
		cmocka_unit_test(where_both_agree_nothing_is_said),
		cmocka_unit_test(a_difference_is_a_problem_and_the_page_tables_are_shown),
		cmocka_unit_test(damage_to_it_is_a_warning_where_the_page_tables_are_whole),
		cmocka_unit_test(lost_page_tables_are_filled_in),
		cmocka_unit_test(what_the_page_tables_still_have_stays_theirs),
		cmocka_unit_test(where_the_page_tables_say_unmapped_nothing_is_filled_in),
		cmocka_unit_test(it_is_taken_where_the_page_tables_cannot_be_entered),
		cmocka_unit_test(with_neither_both_are_named),
		cmocka_unit_test(it_is_taken_with_an_unknown_mmu_and_no_other_record),
		cmocka_unit_test(filling_in_comes_to_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
