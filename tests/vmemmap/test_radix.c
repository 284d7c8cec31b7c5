/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmemmap/radix.h"

#include "machine.h"
#include "vmemmap/bound.h"

#define VMEMMAP UINT64_C(0xc00c000000000000)
#define PRESENT (UINT64_C(1) << 63)
#define LEAF (UINT64_C(1) << 62)
/* Where cases put tables of their own: memory that holds nothing else. */
#define TABLES (32 * MIB)

static struct machine boot(struct machine_kind kind, uint64_t leaf)
{
	return machine_boot(64 * MIB, kind.page, kind.order,
			    &(struct fake_kernel_spec){ .mmu = FAKE_RADIX, .block_size = leaf });
}

static void every_leaf_is_found(void **state)
{
	for (size_t i = 0; i < 2 * COUNT_OF(kinds); i++) {
		struct machine_kind kind = kinds[i / 2];
		_cleanup_(machine_close) struct machine m = boot(kind, i % 2 ? 2 * MIB : kind.page);

		machine_open(&m);
		for (size_t j = 0; j < m.fake.block_count; j++) {
			const struct vmw_mapping *block = &m.fake.blocks[j];
			uint64_t offsets[] = { 0, 8, block->size - 1 };

			for (size_t n = 0; n < COUNT_OF(offsets); n++) {
				vmw_virt virt = virt_at(block->virt.value + offsets[n]);
				struct radix_leaf leaf;

				assert_null(radix_find(m.kernel, m.reader, virt, &leaf));
				assert_int_equal(leaf.state, RADIX_MAPPED);
				assert_int_equal(leaf.virt.value, block->virt.value);
				assert_int_equal(leaf.phys.value, block->phys.value);
				assert_int_equal(leaf.size, block->size);
			}
		}
	}
}

static void a_range_is_filled_with_its_leaves_as_they_are(void **state)
{
	for (size_t i = 0; i < 2 * COUNT_OF(kinds); i++) {
		struct machine_kind kind = kinds[i / 2];
		_cleanup_(machine_close) struct machine m = boot(kind, i % 2 ? 2 * MIB : kind.page);
		_cleanup_(table_deinit) struct table table = { 0 };
		bool complete = false;

		machine_open(&m);
		assert_null(radix_fill(m.kernel, m.reader, virt_at(VMEMMAP), vmemmap_span(m.kernel),
				       m.problems, &table, &complete));
		assert_true(complete);
		assert_int_equal(table.count, m.fake.block_count);
		for (size_t j = 0; j < table.count; j++) {
			assert_int_equal(table.rows[j].virt.value, m.fake.blocks[j].virt.value);
			assert_int_equal(table.rows[j].phys.value, m.fake.blocks[j].phys.value);
			assert_int_equal(table.rows[j].size, m.fake.blocks[j].size);
			assert_int_equal(table.rows[j].source, VMW_SOURCE_RADIX);
		}
	}
}

static void leaves_of_a_gigabyte_and_of_mixed_sizes_are_read(void **state)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		struct machine_kind kind = kinds[i];
		_cleanup_(machine_close) struct machine m = boot(kind, 2 * MIB);
		_cleanup_(table_deinit) struct table table = { 0 };
		struct radix_leaf leaf;
		bool complete = false;

		/* The fake's 2 MiB leaf, base pages in the next 2 MiB, 1 GiB in the next entry. */
		uint64_t pmd = fake_radix_entry(m.ram, &m.fake, VMEMMAP + 2 * MIB, 2);
		uint64_t pud = fake_radix_entry(m.ram, &m.fake, VMEMMAP + 1024 * MIB, 1);
		ram_put_be64(m.ram, pmd, PRESENT | TABLES | (kind.page == 4096 ? 9 : 5));
		ram_put_be64(m.ram, TABLES + 8, PRESENT | LEAF | 0x3450000 | 0x18e);
		ram_put_be64(m.ram, pud, PRESENT | LEAF | UINT64_C(0x140000000) | 0x18e);
		machine_open(&m);
		assert_null(radix_fill(m.kernel, m.reader, virt_at(VMEMMAP), vmemmap_span(m.kernel),
				       m.problems, &table, &complete));
		assert_true(complete);
		assert_int_equal(table.count, 3);
		assert_int_equal(table.rows[1].virt.value, VMEMMAP + 2 * MIB + kind.page);
		assert_int_equal(table.rows[1].phys.value, 0x3450000);
		assert_int_equal(table.rows[1].size, kind.page);
		assert_int_equal(table.rows[2].virt.value, VMEMMAP + 1024 * MIB);
		assert_int_equal(table.rows[2].phys.value, UINT64_C(0x140000000));
		assert_int_equal(table.rows[2].size, 1024 * MIB);
		assert_null(radix_find(m.kernel, m.reader, virt_at(VMEMMAP + 1500 * MIB), &leaf));
		assert_int_equal(leaf.state, RADIX_MAPPED);
		assert_int_equal(leaf.virt.value, VMEMMAP + 1024 * MIB);
		assert_int_equal(leaf.size, 1024 * MIB);
	}
}

/*
 * Two widely used readers take the directory for 4 KiB where pages are, so that the vmemmap's entry
 * 0x1800 becomes entry 0, the linear map's, and kernel text is shown as struct pages.
 */
static void the_directory_has_64_kib_also_with_4k_pages(void **state)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		_cleanup_(machine_close) struct machine m = boot(kinds[i], 2 * MIB);
		struct radix_leaf leaf;

		uint64_t entry = fake_radix_entry(m.ram, &m.fake, VMEMMAP, 0);
		assert_int_equal(entry, m.fake.swapper_pg_dir + 0x1800 * 8);
		/* The linear map: 1 GiB of memory at 0, as its first entry says. */
		ram_put_be64(m.ram, m.fake.swapper_pg_dir, PRESENT | TABLES | 9);
		ram_put_be64(m.ram, TABLES, PRESENT | LEAF | 0x18e);
		machine_open(&m);
		assert_null(radix_find(m.kernel, m.reader, virt_at(VMEMMAP), &leaf));
		assert_int_equal(leaf.state, RADIX_MAPPED);
		assert_int_equal(leaf.phys.value, m.fake.blocks[0].phys.value);
		assert_null(radix_find(m.kernel, m.reader, virt_at(ADDR_LINEAR_BASE + 5), &leaf));
		assert_int_equal(leaf.state, RADIX_MAPPED);
		assert_int_equal(leaf.phys.value, 0);
		assert_int_equal(leaf.size, 1024 * MIB);
	}
}

static void what_is_not_present_is_unmapped_for_all_of_its_entry(void **state)
{
	static const struct {
		unsigned int level;
		uint64_t value, size;
	} cases[] = {
		{ 0, 0, UINT64_C(1) << 39 },
		{ 1, 0, UINT64_C(1) << 30 },
		{ 2, 0, UINT64_C(1) << 21 },
		/* _PAGE_INVALID: a huge page that was being split. */
		{ 2, (UINT64_C(1) << 61) | LEAF | 0x200000, UINT64_C(1) << 21 },
		{ 2, LEAF | 0x200000, UINT64_C(1) << 21 },
		{ 0, ~PRESENT, UINT64_C(1) << 39 },
	};

	for (size_t i = 0; i < COUNT_OF(cases) * COUNT_OF(kinds); i++) {
		size_t n = i / COUNT_OF(kinds);
		_cleanup_(machine_close) struct machine m = boot(kinds[i % COUNT_OF(kinds)],
								 2 * MIB);
		_cleanup_(table_deinit) struct table table = { 0 };
		uint64_t entry = fake_radix_entry(m.ram, &m.fake, VMEMMAP, cases[n].level);
		struct radix_leaf leaf;
		bool complete = false;

		ram_put_be64(m.ram, entry, cases[n].value);
		machine_open(&m);
		assert_null(radix_find(m.kernel, m.reader, virt_at(VMEMMAP + 0x12345), &leaf));
		assert_int_equal(leaf.state, RADIX_UNMAPPED);
		assert_int_equal(leaf.virt.value, VMEMMAP);
		assert_int_equal(leaf.size, cases[n].size);
		assert_int_equal(leaf.entry.value, entry);
		assert_null(radix_fill(m.kernel, m.reader, virt_at(VMEMMAP), MIB, m.problems,
				       &table, &complete));
		assert_true(complete);
		assert_int_equal(table.count, 0);
	}
}

static void an_entry_that_no_kernel_writes_is_bad(void **state)
{
	static const struct {
		unsigned int level;
		uint64_t value;
		const char *fault;
	} cases[] = {
		{ 0, PRESENT | LEAF | 0x3000000, "a leaf in the directory" },
		{ 0, PRESENT | TABLES, "the size of the next table" },
		{ 0, PRESENT | TABLES | 13, "the size of the next table" },
		{ 1, PRESENT | TABLES | 5, "the size of the next table" },
		{ 2, PRESENT | TABLES | 13, "the size of the next table" },
		{ 0, PRESENT | (UINT64_C(1) << 53) | 9, "the next table is beyond any memory" },
		{ 1, PRESENT | (UINT64_C(1) << 61) | 9, "the next table is beyond any memory" },
		{ 1, PRESENT | (TABLES + 256) | 9, "the next table is not aligned" },
		{ 1, PRESENT | LEAF | 0x200000, "the leaf is not aligned" },
		{ 2, PRESENT | LEAF | 0x210000, "the leaf is not aligned" },
		{ 2, PRESENT | LEAF | (UINT64_C(1) << 53), "the leaf is beyond any memory" },
		{ 3, PRESENT | LEAF | (UINT64_C(1) << 56), "the leaf is beyond any memory" },
		{ 3, PRESENT | TABLES | 9, "no leaf at the lowest level" },
		{ 3, PRESENT | TABLES | 5, "no leaf at the lowest level" },
	};

	for (size_t i = 0; i < COUNT_OF(cases) * COUNT_OF(kinds); i++) {
		size_t n = i / COUNT_OF(kinds);
		struct machine_kind kind = kinds[i % COUNT_OF(kinds)];
		_cleanup_(machine_close) struct machine m = boot(kind, kind.page);
		_cleanup_(table_deinit) struct table table = { 0 };
		uint64_t entry = fake_radix_entry(m.ram, &m.fake, VMEMMAP, cases[n].level);
		struct radix_leaf leaf;
		bool complete = true;

		ram_put_be64(m.ram, entry, cases[n].value);
		machine_open(&m);
		assert_null(radix_find(m.kernel, m.reader, virt_at(VMEMMAP), &leaf));
		assert_int_equal(leaf.state, RADIX_BAD);
		assert_int_equal(leaf.value, cases[n].value);
		assert_int_equal(leaf.entry.value, entry);
		assert_non_null(strstr(leaf.fault, cases[n].fault));
		assert_null(radix_fill(m.kernel, m.reader, virt_at(VMEMMAP), kind.page, m.problems,
				       &table, &complete));
		assert_false(complete);
		assert_int_equal(table.count, 0);
		assert_int_equal(count_problems(&m, "table-bad", VMW_PARTIAL), 1);
		assert_true(has_problem(&m, "table-bad", cases[n].fault));
	}
}

static void a_table_that_is_not_in_the_dump_says_so_and_the_rest_is_read(void **state)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		struct machine_kind kind = kinds[i];
		_cleanup_(machine_close) struct machine m = boot(kind, 2 * MIB);
		_cleanup_(table_deinit) struct table table = { 0 };
		struct radix_leaf leaf;
		bool complete = true;

		/* The second 2 MiB are mapped by a table that was filtered out. */
		uint64_t pmd = fake_radix_entry(m.ram, &m.fake, VMEMMAP + 2 * MIB, 2);
		ram_put_be64(m.ram, pmd, PRESENT | TABLES | (kind.page == 4096 ? 9 : 5));
		ram_set_data(m.ram, TABLES, kind.page, VMW_EXCLUDED);
		machine_open(&m);
		assert_null(radix_find(m.kernel, m.reader, virt_at(VMEMMAP + 2 * MIB + kind.page),
				       &leaf));
		assert_int_equal(leaf.state, RADIX_MISSING);
		assert_int_equal(leaf.entry.value, TABLES + 8);
		assert_int_equal(leaf.virt.value, VMEMMAP + 2 * MIB + kind.page);
		assert_int_equal(leaf.size, kind.page);
		assert_int_not_equal(leaf.missing.data, VMW_PRESENT);

		assert_null(radix_fill(m.kernel, m.reader, virt_at(VMEMMAP), vmemmap_span(m.kernel),
				       m.problems, &table, &complete));
		assert_false(complete);
		assert_int_equal(table.count, 1);
		assert_int_equal(count_problems(&m, "table-missing", VMW_PARTIAL), 1);
		assert_true(has_problem(&m, "table-missing",
					"at 0x2000000 for 0xc00c000000200000-0xc00c0000003fffff is "
					"not in the dump"));
	}
}

static void a_file_that_is_cut_gives_the_leaves_before_the_cut(void **state)
{
	for (uint64_t cut = 0; cut <= 32; cut++) {
		struct machine_kind kind = kinds[cut % COUNT_OF(kinds)];
		_cleanup_(machine_close) struct machine m = boot(kind, 2 * MIB);
		_cleanup_(table_deinit) struct table table = { 0 };
		bool complete = true;

		/* A table of the lowest level, where the file ends within. */
		ram_put_be64(m.ram, fake_radix_entry(m.ram, &m.fake, VMEMMAP, 2),
			     PRESENT | TABLES | (kind.page == 4096 ? 9 : 5));
		for (uint64_t i = 0; i < 5; i++)
			ram_put_be64(m.ram, TABLES + i * 8, PRESENT | LEAF | (i + 1) << 16);
		machine_dump(&m);
		machine_cut(&m, TABLES + cut);
		machine_open(&m);
		assert_null(radix_fill(m.kernel, m.reader, virt_at(VMEMMAP), 2 * MIB, m.problems,
				       &table, &complete));
		assert_false(complete);
		assert_int_equal(table.count, cut / 8);
		for (size_t i = 0; i < table.count; i++)
			assert_int_equal(table.rows[i].phys.value, (i + 1) << 16);
		assert_true(count_problems(&m, "table-missing", VMW_PARTIAL) >= 1);

		for (uint64_t i = 0; i < 5; i++) {
			struct radix_leaf leaf;

			assert_null(radix_find(m.kernel, m.reader, virt_at(VMEMMAP + i * kind.page),
					       &leaf));
			assert_int_equal(leaf.state,
					 (i + 1) * 8 <= cut ? RADIX_MAPPED : RADIX_MISSING);
		}
	}
}

static void a_directory_that_is_not_in_the_dump_is_missing(void **state)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		_cleanup_(machine_close) struct machine m = boot(kinds[i], 2 * MIB);
		_cleanup_(table_deinit) struct table table = { 0 };
		struct radix_leaf leaf;
		bool complete = true;

		ram_set_data(m.ram, m.fake.swapper_pg_dir, 65536, VMW_NOT_DUMPED);
		machine_open(&m);
		assert_null(radix_find(m.kernel, m.reader, virt_at(VMEMMAP), &leaf));
		assert_int_equal(leaf.state, RADIX_MISSING);
		assert_int_equal(leaf.missing.data, VMW_NOT_DUMPED);
		assert_null(radix_fill(m.kernel, m.reader, virt_at(VMEMMAP), vmemmap_span(m.kernel),
				       m.problems, &table, &complete));
		assert_false(complete);
		assert_int_equal(table.count, 0);
		assert_true(count_problems(&m, "table-missing", VMW_PARTIAL) >= 1);
	}
}

static void the_first_sixteen_faults_are_told_and_then_a_number(void **state)
{
	_cleanup_(machine_close) struct machine m = boot(kinds[0], 2 * MIB);
	_cleanup_(table_deinit) struct table table = { 0 };
	bool complete = true;

	for (uint64_t i = 1; i < 512; i++)
		ram_put_be64(m.ram, fake_radix_entry(m.ram, &m.fake, VMEMMAP + i * 2 * MIB, 2),
			     PRESENT | ((UINT64_C(1) << 40) + (i << 12)) | (i % 2 ? 5 : 9));
	machine_open(&m);
	assert_null(radix_fill(m.kernel, m.reader, virt_at(VMEMMAP), 1024 * MIB, m.problems, &table,
			       &complete));
	assert_false(complete);
	assert_int_equal(table.count, 1);
	assert_int_equal(count_problems(&m, "table-missing", VMW_PARTIAL), 17);
	assert_true(has_problem(&m, "table-missing", "240 more page tables are not in the dump"));
	assert_int_equal(count_problems(&m, "table-bad", VMW_PARTIAL), 17);
	assert_true(has_problem(&m, "table-bad", "239 more page table entries are bad"));
}

/* Three pages that say 2^33 leaves. */
static void tables_that_are_used_again_and_again_come_to_an_end(void **state)
{
	_cleanup_(machine_close) struct machine m = boot(kinds[1], 2 * MIB);
	_cleanup_(table_deinit) struct table table = { 0 };
	bool complete = true;

	for (uint64_t i = 0; i < 64; i++)
		ram_put_be64(m.ram, m.fake.swapper_pg_dir + (0x1800 + i) * 8, PRESENT | TABLES | 9);
	for (uint64_t i = 0; i < 512; i++) {
		ram_put_be64(m.ram, TABLES + i * 8, PRESENT | (TABLES + 4096) | 9);
		ram_put_be64(m.ram, TABLES + 4096 + i * 8, PRESENT | (TABLES + 8192) | 9);
		ram_put_be64(m.ram, TABLES + 8192 + i * 8, PRESENT | LEAF | (i << 12));
	}
	machine_open(&m);
	assert_null(radix_fill(m.kernel, m.reader, virt_at(VMEMMAP), vmemmap_span(m.kernel),
			       m.problems, &table, &complete));
	assert_false(complete);
	assert_int_equal(table.count, vmemmap_rows_max(m.kernel));
	assert_int_equal(count_problems(&m, "table-endless", VMW_PARTIAL), 1);
	assert_true(has_problem(&m, "table-endless", "reading them ended after"));
}

static void a_table_that_points_to_itself_comes_to_an_end(void **state)
{
	_cleanup_(machine_close) struct machine m = boot(kinds[1], 2 * MIB);
	_cleanup_(table_deinit) struct table table = { 0 };
	bool complete = true;

	ram_put_be64(m.ram, m.fake.swapper_pg_dir + 0x1800 * 8, PRESENT | TABLES | 9);
	for (uint64_t i = 0; i < 512; i++)
		ram_put_be64(m.ram, TABLES + i * 8, PRESENT | TABLES | 9);
	machine_open(&m);
	assert_null(radix_fill(m.kernel, m.reader, virt_at(VMEMMAP), vmemmap_span(m.kernel),
			       m.problems, &table, &complete));
	assert_false(complete);
	assert_int_equal(table.count, 0);
	assert_int_equal(count_problems(&m, "table-endless", VMW_PARTIAL), 1);
	assert_int_equal(count_problems(&m, "table-bad", VMW_PARTIAL), 17);
}

static void only_the_range_asked_for_is_walked(void **state)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		struct machine_kind kind = kinds[i];
		_cleanup_(machine_close) struct machine m = boot(kind, kind.page);
		_cleanup_(table_deinit) struct table table = { 0 };
		bool complete = false;

		/* Another region, in tables that are not in the dump. */
		ram_put_be64(m.ram, m.fake.swapper_pg_dir + 0x1000 * 8,
			     PRESENT | (UINT64_C(1) << 40) | 9);
		machine_open(&m);
		assert_null(radix_fill(m.kernel, m.reader, virt_at(VMEMMAP), kind.page, m.problems,
				       &table, &complete));
		assert_true(complete);
		assert_int_equal(table.count, 1);
		assert_int_equal(table.rows[0].virt.value, VMEMMAP);
		assert_null(radix_fill(m.kernel, m.reader, virt_at(VMEMMAP), 0, m.problems, &table,
				       &complete));
		assert_true(complete);
		assert_int_equal(table.count, 1);
	}
}

static void what_is_beyond_52_bits_is_unmapped(void **state)
{
	static const uint64_t virts[] = { UINT64_C(0xc010000000000000),
					  UINT64_C(0xc01c000000000000),
					  UINT64_C(0xcfffffffffffffff) };
	_cleanup_(machine_close) struct machine m = boot(kinds[0], 2 * MIB);

	machine_open(&m);
	for (size_t i = 0; i < COUNT_OF(virts); i++) {
		struct radix_leaf leaf;

		assert_null(radix_find(m.kernel, m.reader, virt_at(virts[i]), &leaf));
		assert_int_equal(leaf.state, RADIX_UNMAPPED);
		assert_int_equal(leaf.virt.value, virts[i] >> 52 << 52);
	}
}

static void without_the_directorys_address_nothing_is_known(void **state)
{
	_cleanup_(machine_close) struct machine m = machine_boot(
		64 * MIB, 65536, ORDER_BIG,
		&(struct fake_kernel_spec){ .mmu = FAKE_RADIX, .drop = "SYMBOL(swapper_pg_dir)" });
	_cleanup_(table_deinit) struct table table = { 0 };
	struct radix_leaf leaf;
	bool complete;

	machine_open(&m);
	assert_error(radix_find(m.kernel, m.reader, virt_at(VMEMMAP), &leaf), VMW_ERROR_MISSING,
		     "swapper_pg_dir is not known; --system-map or --vmlinux");
	assert_error(radix_fill(m.kernel, m.reader, virt_at(VMEMMAP), MIB, m.problems, &table,
				&complete),
		     VMW_ERROR_MISSING, "swapper_pg_dir is not known");
}

static void a_directory_outside_the_linear_map_is_refused(void **state)
{
	_cleanup_(machine_close) struct machine m = machine_boot(
		64 * MIB, 65536, ORDER_BIG,
		&(struct fake_kernel_spec){ .mmu = FAKE_RADIX,
					    .drop = "SYMBOL(swapper_pg_dir)",
					    .add = "SYMBOL(swapper_pg_dir)=c00c000000000000\n" });
	struct radix_leaf leaf;

	machine_open(&m);
	assert_error(radix_find(m.kernel, m.reader, virt_at(VMEMMAP), &leaf), VMW_ERROR_BAD_DATA,
		     "swapper_pg_dir at 0xc00c000000000000 is not in the linear map");
}

/* A kernel that says that its tables are others is not walked as if they were these. */
static void index_sizes_that_are_not_those_of_radix_refuse_the_walk(void **state)
{
	static const struct {
		const char *drop, *add;
	} cases[] = {
		{ "NUMBER(PGD_INDEX_SIZE)", "NUMBER(PGD_INDEX_SIZE)=9\n" },
		{ "NUMBER(PUD_INDEX_SIZE)", "NUMBER(PUD_INDEX_SIZE)=7\n" },
		{ "NUMBER(PMD_INDEX_SIZE)", "NUMBER(PMD_INDEX_SIZE)=10\n" },
		{ "NUMBER(PTE_INDEX_SIZE)", "NUMBER(PTE_INDEX_SIZE)=4294967301\n" },
	};

	for (size_t i = 0; i < COUNT_OF(cases) * COUNT_OF(kinds); i++) {
		size_t n = i / COUNT_OF(kinds);
		struct machine_kind kind = kinds[i % COUNT_OF(kinds)];
		_cleanup_(machine_close) struct machine m = machine_boot(
			64 * MIB, kind.page, kind.order,
			&(struct fake_kernel_spec){ .mmu = FAKE_RADIX,
						    .exports = true,
						    .drop = cases[n].drop,
						    .add = cases[n].add });
		_cleanup_(table_deinit) struct table table = { 0 };
		struct radix_leaf leaf;
		bool complete;

		machine_open(&m);
		assert_error(radix_find(m.kernel, m.reader, virt_at(VMEMMAP), &leaf),
			     VMW_ERROR_BAD_DATA, "they are not walked");
		assert_error(radix_fill(m.kernel, m.reader, virt_at(VMEMMAP), MIB, m.problems,
					&table, &complete),
			     VMW_ERROR_BAD_DATA, "they are not walked");
		assert_int_equal(table.count, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_leaf_is_found),
		cmocka_unit_test(a_range_is_filled_with_its_leaves_as_they_are),
		cmocka_unit_test(leaves_of_a_gigabyte_and_of_mixed_sizes_are_read),
		cmocka_unit_test(the_directory_has_64_kib_also_with_4k_pages),
		cmocka_unit_test(what_is_not_present_is_unmapped_for_all_of_its_entry),
		cmocka_unit_test(an_entry_that_no_kernel_writes_is_bad),
		cmocka_unit_test(a_table_that_is_not_in_the_dump_says_so_and_the_rest_is_read),
		cmocka_unit_test(a_file_that_is_cut_gives_the_leaves_before_the_cut),
		cmocka_unit_test(a_directory_that_is_not_in_the_dump_is_missing),
		cmocka_unit_test(the_first_sixteen_faults_are_told_and_then_a_number),
		cmocka_unit_test(tables_that_are_used_again_and_again_come_to_an_end),
		cmocka_unit_test(a_table_that_points_to_itself_comes_to_an_end),
		cmocka_unit_test(only_the_range_asked_for_is_walked),
		cmocka_unit_test(what_is_beyond_52_bits_is_unmapped),
		cmocka_unit_test(without_the_directorys_address_nothing_is_known),
		cmocka_unit_test(a_directory_outside_the_linear_map_is_refused),
		cmocka_unit_test(index_sizes_that_are_not_those_of_radix_refuse_the_walk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
