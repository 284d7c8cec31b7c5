/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/mmu.h"

#include "fake/machine.h"

#define BE_DIRECTORY UINT64_C(0x8000000000200009) /* a radix directory entry */

/* A kernel before 6.8, which exports nothing of its MMU. */
#define SILENT "NUMBER(RADIX_MMU) SYMBOL(cur_cpu_spec) OFFSET(cpu_spec"

static void assert_mmu(const struct machine *m, enum mmu mmu, const char *from)
{
	assert_known(&m->kernel->mmu, mmu, from);
}

static void the_exported_number_tells(void **state)
{
	static const struct {
		enum fake_mmu fake;
		enum mmu mmu;
	} rows[] = { { FAKE_HASH, MMU_HASH }, { FAKE_RADIX, MMU_RADIX } };

	FOR_BOTH_ORDERS(order)
	for (size_t i = 0; i < 2; i++) {
		struct machine m = machine_new(.order = (enum order)order,
					       .kernel.mmu = rows[i].fake);
		machine_open(&m);
		assert_mmu(&m, rows[i].mmu, "VMCOREINFO RADIX_MMU");
		assert_has(m.kernel->mmu.note, "agrees: cur_cpu_spec->mmu_features");
		assert_has(m.kernel->mmu.note, "agrees: swapper_pg_dir");
		assert_no_problems(&m);
		machine_close(&m);
	}
}

static void the_cpu_features_tell_where_the_number_is_absent(void **state)
{
	FOR_BOTH_ORDERS(order)
	for (int radix = 0; radix < 2; radix++) {
		struct machine m = machine_new(.order = (enum order)order,
					       .kernel = { .mmu = radix ? FAKE_RADIX : FAKE_HASH,
							   .drop = "NUMBER(RADIX_MMU)" });
		machine_open(&m);
		assert_mmu(&m, radix ? MMU_RADIX : MMU_HASH, "cur_cpu_spec->mmu_features");
		machine_close(&m);
	}
}

static void the_page_directory_tells_for_kernels_that_export_nothing(void **state)
{
	static const uint32_t frames[] = { 4096, 65536 };

	FOR_BOTH_ORDERS(order)
	for (size_t i = 0; i < 4; i++) {
		bool radix = i & 1;
		struct machine m = machine_new(.order = (enum order)order, .frame = frames[i / 2],
					       .kernel = { .mmu = radix ? FAKE_RADIX : FAKE_HASH,
							   .drop = SILENT });
		machine_open(&m);
		assert_mmu(&m, radix ? MMU_RADIX : MMU_HASH, "swapper_pg_dir");
		assert_no_problems(&m);
		machine_close(&m);
	}
}

/* Real values: the entries for 0xc000000000000000 of Debian's 6.1 (64K, radix) and others. */
static void the_entry_of_the_linear_map_is_read_big_endian(void **state)
{
	static const struct {
		uint64_t entry;
		bool is_known;
		enum mmu mmu;
	} rows[] = {
		{ UINT64_C(0x800000003ffe0009), true, MMU_RADIX },
		{ UINT64_C(0x800000001fffd009), true, MMU_RADIX },
		{ 0, true, MMU_HASH },
		{ UINT64_C(0x800000003ffe0000), true, MMU_HASH }, /* no index size */
		{ UINT64_C(0xc00000003ffe0009), false, 0 },       /* a leaf */
		{ UINT64_C(0x800000003ffe000a), false, 0 },       /* of another size */
		{ UINT64_C(0x0900fe3f00000080), false, 0 },       /* of the other byte order */
		{ UINT64_C(0x000000003ffe0009), false, 0 },       /* not present */
	};

	FOR_BOTH_ORDERS(order)
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct machine m = machine_new(.order = (enum order)order,
					       .kernel.drop = SILENT
					       " SYMBOL(vmemmap) SYMBOL(mem_section)");
		ram_put_be64(m.ram, m.fake.swapper_pg_dir, rows[i].entry);
		machine_open(&m);
		if (rows[i].is_known)
			assert_mmu(&m, rows[i].mmu, "entry of the linear map");
		else
			assert_unknown(&m.kernel->mmu, "of neither kind");
		machine_close(&m);
	}
}

static void a_radix_entry_of_the_vmemmap_is_enough(void **state)
{
	struct machine m = machine_new(.order = ORDER_BIG, .kernel.drop = SILENT);
	uint64_t index = (m.fake.vmemmap_base >> 39) % 8192;

	ram_put_be64(m.ram, m.fake.swapper_pg_dir + index * 8, BE_DIRECTORY);
	machine_open(&m);
	assert_mmu(&m, MMU_RADIX, "entry of the vmemmap 0xc00c000000000000");
	machine_close(&m);
}

static void a_missing_page_directory_says_nothing(void **state)
{
	FOR_BOTH_ORDERS(order)
	for (int radix = 0; radix < 2; radix++) {
		struct machine m = machine_new(.order = (enum order)order,
					       .kernel = { .mmu = radix ? FAKE_RADIX : FAKE_HASH,
							   .drop = SILENT });
		ram_set_data(m.ram, m.fake.swapper_pg_dir, 65536, VMW_EXCLUDED);
		machine_open(&m);
		assert_unknown(&m.kernel->mmu, "swapper_pg_dir at 0x");
		machine_close(&m);
	}
}

static void a_kernel_without_any_source_says_so(void **state)
{
	struct machine m = machine_new(.kernel.drop = SILENT " SYMBOL(swapper_pg_dir)");
	machine_open(&m);
	assert_unknown(&m.kernel->mmu, "the address of swapper_pg_dir is unknown");
	machine_close(&m);
}

static void sources_that_differ_are_reported_and_the_best_is_believed(void **state)
{
	FOR_BOTH_ORDERS(order)
	{
		struct machine m = machine_new(.order = (enum order)order);

		ram_put_be64(m.ram, m.fake.swapper_pg_dir, BE_DIRECTORY);
		machine_open(&m);
		assert_mmu(&m, MMU_HASH, "VMCOREINFO RADIX_MMU");
		assert_has(m.kernel->mmu.note, "differs: swapper_pg_dir");
		assert_has(machine_problem(&m, "mmu-differs"),
			   "VMCOREINFO RADIX_MMU says hash, but swapper_pg_dir");
		machine_close(&m);
	}
}

static void a_number_that_is_no_truth_value_is_passed_over(void **state)
{
	struct machine m = machine_new(.kernel = { .drop = "NUMBER(RADIX_MMU)",
						   .add = "NUMBER(RADIX_MMU)=7\n" });
	machine_open(&m);
	assert_mmu(&m, MMU_HASH, "cur_cpu_spec->mmu_features");
	machine_close(&m);
}

static void features_without_a_kind_of_mmu_are_no_evidence(void **state)
{
	FOR_BOTH_ORDERS(order)
	{
		struct machine m = machine_new(.order = (enum order)order,
					       .kernel.drop = "NUMBER(RADIX_MMU) "
							      "SYMBOL(swapper_pg_dir)");
		ram_put_u32(m.ram, m.fake.cpu_spec + 32, 0x7c006e00);
		machine_open(&m);
		assert_false(m.kernel->mmu.is_known);
		machine_close(&m);
	}
}

static void a_book3e_kernel_is_known_by_its_regions(void **state)
{
	static const uint64_t bases[] = { UINT64_C(0x8000040000000000),
					  UINT64_C(0xc000140000000000) };

	FOR_BOTH_ORDERS(order)
	for (size_t i = 0; i < 2; i++) {
		struct machine m = machine_new(.order = (enum order)order,
					       .kernel.vmemmap_base = bases[i]);
		machine_open(&m);
		assert_mmu(&m, MMU_BOOK3E, "base of the vmemmap");
		/* It has no radix tables either: what says "hash" says no more than that. */
		assert_null(machine_problem(&m, "mmu-differs"));
		machine_close(&m);
	}
}

static void every_kind_has_a_name(void **state)
{
	assert_string_equal(mmu_name(MMU_HASH), "hash");
	assert_string_equal(mmu_name(MMU_RADIX), "radix");
	assert_string_equal(mmu_name(MMU_BOOK3E), "book3e");
}

/* The index sizes that patched kernels export: those of either MMU with either page size. */
static void the_index_sizes_of_the_page_tables_tell(void **state)
{
	static const uint32_t frames[] = { 4096, 65536 };

	FOR_BOTH_ORDERS(order)
	for (size_t i = 0; i < 4; i++) {
		bool radix = i & 1;
		struct machine m = machine_new(.order = (enum order)order, .frame = frames[i / 2],
					       .kernel = { .mmu = radix ? FAKE_RADIX : FAKE_HASH,
							   .exports = true,
							   .drop = SILENT });
		machine_open(&m);
		assert_mmu(&m, radix ? MMU_RADIX : MMU_HASH, "VMCOREINFO *_INDEX_SIZE");
		assert_has(m.kernel->mmu.note, "agrees: swapper_pg_dir");
		assert_has(m.kernel->index_sizes.from, "VMCOREINFO PGD_");
		assert_has(m.kernel->index_sizes.note, "kernels with this page size agree:");
		assert_no_problems(&m);
		machine_close(&m);
	}
}

static void index_sizes_that_contradict_the_mmu_are_told(void **state)
{
	static const struct {
		enum fake_mmu mmu;
		const char *drop, *add;
		const char *value, *code, *message;
	} rows[] = {
		{ FAKE_RADIX, "NUMBER(PGD_INDEX_SIZE)", "NUMBER(PGD_INDEX_SIZE)=9\n", "9 9 9 5",
		  "index-sizes-differ",
		  "VMCOREINFO has 9 9 9 5, but radix kernels with this page size 13 9 9 5" },
		{ FAKE_RADIX, "NUMBER(PTE_INDEX_SIZE)", "NUMBER(PTE_INDEX_SIZE)=-1\n", "13 9 9 0",
		  "index-sizes-differ", "has 13 9 9 0" },
		{ FAKE_RADIX, "NUMBER(PTE_INDEX_SIZE)", "NUMBER(PTE_INDEX_SIZE)=4294967301\n",
		  "13 9 9 0", "index-sizes-differ", "has 13 9 9 0" },
		/* Cut: what is there is compared. */
		{ FAKE_RADIX,
		  "NUMBER(PGD_INDEX_SIZE) NUMBER(PUD_INDEX_SIZE) NUMBER(PMD_INDEX_SIZE)",
		  "NUMBER(PMD_INDEX_SIZE)=7\n", "? ? 7 5", "index-sizes-differ", "has ? ? 7 5" },
		{ FAKE_HASH, "NUMBER(PMD_INDEX_SIZE)", "NUMBER(PMD_INDEX_SIZE)=9\n", "8 10 9 8",
		  "index-sizes-differ", "hash kernels with this page size 8 10 10 8" },
		/* All four are those of the other MMU. */
		{ FAKE_RADIX,
		  "NUMBER(PGD_INDEX_SIZE) NUMBER(PUD_INDEX_SIZE) NUMBER(PMD_INDEX_SIZE) "
		  "NUMBER(PTE_INDEX_SIZE)",
		  "NUMBER(PGD_INDEX_SIZE)=8\nNUMBER(PUD_INDEX_SIZE)=10\n"
		  "NUMBER(PMD_INDEX_SIZE)=10\nNUMBER(PTE_INDEX_SIZE)=8\n",
		  "8 10 10 8", "mmu-differs",
		  "VMCOREINFO RADIX_MMU says radix, but VMCOREINFO *_INDEX_SIZE says hash" },
	};

	FOR_BOTH_ORDERS(order)
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct machine m = machine_new(.order = (enum order)order, .frame = 65536,
					       .kernel = { .mmu = rows[i].mmu,
							   .exports = true,
							   .drop = rows[i].drop,
							   .add = rows[i].add });
		machine_open(&m);
		assert_string_equal(m.kernel->index_sizes.value, rows[i].value);
		assert_has(m.kernel->index_sizes.note, "differ:");
		assert_has(machine_problem(&m, rows[i].code), rows[i].message);
		machine_close(&m);
	}
}

static void without_the_lines_radix_kernels_have_but_one_geometry(void **state)
{
	FOR_BOTH_ORDERS(order)
	for (int radix = 0; radix < 2; radix++) {
		struct machine m = machine_new(.order = (enum order)order, .frame = 65536,
					       .kernel.mmu = radix ? FAKE_RADIX : FAKE_HASH);
		machine_open(&m);
		if (radix)
			assert_string_equal(m.kernel->index_sizes.value, "13 9 9 5");
		else
			assert_null(m.kernel->index_sizes.value);
		assert_no_problems(&m);
		machine_close(&m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_exported_number_tells),
		cmocka_unit_test(the_cpu_features_tell_where_the_number_is_absent),
		cmocka_unit_test(the_page_directory_tells_for_kernels_that_export_nothing),
		cmocka_unit_test(the_entry_of_the_linear_map_is_read_big_endian),
		cmocka_unit_test(a_radix_entry_of_the_vmemmap_is_enough),
		cmocka_unit_test(a_missing_page_directory_says_nothing),
		cmocka_unit_test(a_kernel_without_any_source_says_so),
		cmocka_unit_test(sources_that_differ_are_reported_and_the_best_is_believed),
		cmocka_unit_test(a_number_that_is_no_truth_value_is_passed_over),
		cmocka_unit_test(features_without_a_kind_of_mmu_are_no_evidence),
		cmocka_unit_test(a_book3e_kernel_is_known_by_its_regions),
		cmocka_unit_test(every_kind_has_a_name),
		cmocka_unit_test(the_index_sizes_of_the_page_tables_tell),
		cmocka_unit_test(index_sizes_that_contradict_the_mmu_are_told),
		cmocka_unit_test(without_the_lines_radix_kernels_have_but_one_geometry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
