/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "page/page.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "fake/dump.h"
#include "fake/kernel.h"
#include "util/addr.h"

#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)

/* A machine, its dump, and all that reading its struct pages takes. */
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
};

static const struct kind {
	enum order order;
	uint32_t page_size;
	enum fake_mmu mmu;
} kinds[] = {
	{ ORDER_LITTLE, 65536, FAKE_HASH }, { ORDER_LITTLE, 65536, FAKE_RADIX },
	{ ORDER_LITTLE, 4096, FAKE_HASH },  { ORDER_LITTLE, 4096, FAKE_RADIX },
	{ ORDER_BIG, 65536, FAKE_HASH },    { ORDER_BIG, 65536, FAKE_RADIX },
	{ ORDER_BIG, 4096, FAKE_HASH },     { ORDER_BIG, 4096, FAKE_RADIX },
};

/* Call a test case for each kind of machine. */
#define FOR_EACH_KIND(kind) \
	for (const struct kind *kind = kinds; kind < kinds + sizeof(kinds) / sizeof(*kinds); kind++)

/* A machine whose memory a test may still change before machine_open(). */
static struct machine machine_new(const struct kind *kind, uint64_t size,
				  struct fake_kernel_spec spec)
{
	struct machine m = { .ram = ram_new(size, kind->page_size, kind->order) };

	spec.mmu = kind->mmu;
	m.fake = fake_kernel_put(m.ram, &spec);
	return m;
}

static void machine_open(struct machine *m)
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
}

static void machine_free(struct machine *m)
{
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

static struct vmw_page read_page(struct machine *m, uint64_t pfn, uint64_t limit)
{
	struct vmw_page page;

	memset(&page, 0xff, sizeof(page));
	assert_null(page_read(&m->context, m->reader, pfn_at(pfn), limit, &m->hint, &page));
	assert_int_equal(page.pfn.value, pfn);
	return page;
}

static void assert_no_page(struct machine *m, uint64_t pfn, uint64_t limit, uint64_t count,
			   const char *why)
{
	struct vmw_page page = read_page(m, pfn, limit);

	assert_int_equal(page.data, VMW_NO_PAGE);
	assert_int_equal(page.count, count);
	assert_int_equal(page.virt.value, 0);
	assert_int_equal(page.piece_count, 0);
	assert_int_equal(page.word_count, 0);
	if (!strstr(page.why, why))
		fail_msg("\"%s\" lacks \"%s\"", page.why, why);
}

/* The block that @virt lies in. */
static const struct vmw_mapping *block_of(const struct machine *m, uint64_t virt)
{
	for (size_t i = 0; i < m->fake.block_count; i++) {
		const struct vmw_mapping *block = &m->fake.blocks[i];

		if (virt >= block->virt.value && virt - block->virt.value < block->size)
			return block;
	}
	fail_msg("no block");
	return NULL;
}

/* ---- pages that are there ---- */

static void every_page_is_read_from_behind_its_mapping(void **state)
{
	FOR_EACH_KIND(kind)
	{
		struct machine m = machine_new(kind, 64 * MIB, (struct fake_kernel_spec){ 0 });
		uint64_t count = 64 * MIB / kind->page_size;

		fake_page_put(m.ram, &m.fake, count - 1, 7, UINT64_C(0x0123456789abcdef));
		machine_open(&m);
		for (uint64_t pfn = 0; pfn < count; pfn++) {
			struct vmw_page page = read_page(&m, pfn, 1);
			uint64_t virt = m.fake.vmemmap_base + pfn * 64;
			const struct vmw_mapping *block = block_of(&m, virt);

			assert_int_equal(page.data, VMW_PRESENT);
			assert_null(page.why);
			assert_int_equal(page.count, 1);
			assert_int_equal(page.virt.value, virt);
			assert_int_equal(page.piece_count, 1);
			assert_int_equal(page.pieces[0].phys.value,
					 block->phys.value + (virt - block->virt.value));
			assert_int_equal(page.pieces[0].size, 64);
			assert_int_equal(page.pieces[0].block.virt.value, block->virt.value);
			assert_int_equal(page.pieces[0].block.phys.value, block->phys.value);
			assert_int_equal(page.pieces[0].block.size, block->size);
			assert_int_equal(page.word_count, 8);
			assert_int_equal(page.words[0], pfn << 24);
			assert_int_equal(page.words[7],
					 pfn == count - 1 ? UINT64_C(0x0123456789abcdef) : 0);
			assert_int_equal(page.fields.flags, pfn << 24);
		}
		machine_free(&m);
	}
}

static void a_struct_page_of_56_bytes_may_straddle_two_blocks(void **state)
{
	FOR_EACH_KIND(kind)
	{
		if (kind->mmu != FAKE_HASH)
			continue;
		struct machine m = machine_new(kind, 128 * MIB,
					       (struct fake_kernel_spec){ .page_struct_size = 56 });
		/* The one that the first block ends within. */
		uint64_t pfn = m.fake.block_size / 56;
		uint64_t first = m.fake.block_size % 56;

		assert_true(m.fake.block_count > 1);
		for (unsigned int word = 0; word < 7; word++)
			fake_page_put(m.ram, &m.fake, pfn, word,
				      UINT64_C(0x1111111111111111) * word);
		machine_open(&m);
		struct vmw_page page = read_page(&m, pfn, 1);

		assert_int_equal(page.data, VMW_PRESENT);
		assert_int_equal(page.piece_count, 2);
		assert_int_equal(page.pieces[0].size, first);
		assert_int_equal(page.pieces[0].phys.value,
				 m.fake.blocks[0].phys.value + m.fake.block_size - first);
		assert_int_equal(page.pieces[1].size, 56 - first);
		assert_int_equal(page.pieces[1].phys.value, m.fake.blocks[1].phys.value);
		assert_int_equal(page.word_count, 7);
		for (unsigned int word = 0; word < 7; word++)
			assert_int_equal(page.words[word], UINT64_C(0x1111111111111111) * word);
		assert_int_equal(read_page(&m, pfn - 1, 1).piece_count, 1);
		assert_int_equal(read_page(&m, pfn + 1, 1).piece_count, 1);
		machine_free(&m);
	}
}

static void half_a_struct_page_is_none(void **state)
{
	FOR_EACH_KIND(kind)
	{
		if (kind->mmu != FAKE_HASH)
			continue;
		struct machine m = machine_new(kind, 128 * MIB,
					       (struct fake_kernel_spec){ .page_struct_size = 56 });
		uint64_t pfn = m.fake.block_size / 56;

		ram_set_data(m.ram, m.fake.blocks[1].phys.value, m.fake.block_size, VMW_EXCLUDED);
		machine_open(&m);
		struct vmw_page page = read_page(&m, pfn, 1);

		assert_int_equal(page.data, VMW_EXCLUDED);
		assert_int_equal(page.piece_count, 2);
		assert_int_equal(page.word_count, 0);
		assert_int_equal(page.fields.known, 0);
		assert_int_equal(read_page(&m, pfn - 1, 1).data, VMW_PRESENT);
		machine_free(&m);
	}
}

/* ---- pages that are not in the dump ---- */

static void a_page_that_is_not_in_the_dump_is_located_all_the_same(void **state)
{
	static const struct {
		enum vmw_data data;
		const char *why;
	} cases[] = {
		{ VMW_EXCLUDED, "filtered out" },
		{ VMW_NOT_DUMPED, "crash kernel" },
	};

	FOR_EACH_KIND(kind)
	{
		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			struct machine m = machine_new(kind, 64 * MIB,
						       (struct fake_kernel_spec){ 0 });
			const struct vmw_mapping *block = &m.fake.blocks[0];

			ram_set_data(m.ram, block->phys.value, kind->page_size, cases[i].data);
			machine_open(&m);
			struct vmw_page page = read_page(&m, 5, 100);

			assert_int_equal(page.data, cases[i].data);
			assert_int_equal(page.count, 1);
			assert_non_null(strstr(page.why, cases[i].why));
			assert_int_equal(page.virt.value, m.fake.vmemmap_base + 5 * 64);
			assert_int_equal(page.piece_count, 1);
			assert_int_equal(page.pieces[0].phys.value, block->phys.value + 5 * 64);
			assert_int_equal(page.word_count, 0);
			machine_free(&m);
		}
	}
}

static void memory_of_the_crash_kernel_is_named_only_where_it_is(void **state)
{
	static const struct {
		uint64_t start, size; /* from the block's start on */
		const char *why;
	} cases[] = {
		{ 0, 4096, "lies in the memory of the crash kernel" },
		{ 0, 321, "lies in the memory of the crash kernel" },
		{ 0, 320, "bitmap" },
		{ 321, 4096, "bitmap" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct machine m = machine_new(&kinds[0], 64 * MIB, (struct fake_kernel_spec){ 0 });
		uint64_t block = m.fake.blocks[0].phys.value;

		ram_set_data(m.ram, block, 65536, VMW_NOT_DUMPED);
		machine_open(&m);
		m.kernel->crash_start = (struct known){ .is_known = true,
							.value = block + cases[i].start };
		m.kernel->crash_size = (struct known){ .is_known = true, .value = cases[i].size };
		struct vmw_page page = read_page(&m, 5, 1); /* at 320 */

		assert_int_equal(page.data, VMW_NOT_DUMPED);
		assert_non_null(strstr(page.why, cases[i].why));
		machine_free(&m);
	}
}

static void behind_a_broken_list_pages_are_lost(void **state)
{
	FOR_EACH_KIND(kind)
	{
		if (kind->mmu != FAKE_HASH)
			continue;
		/* Two sections of blocks in 4K pages; of 64K ones, RAM for four blocks. */
		struct machine m = machine_new(kind, 256 * MIB, (struct fake_kernel_spec){ 0 });

		/* The chain starts with the highest block and now ends there. */
		ram_put_u64(m.ram, m.fake.entries[0], UINT64_C(0xdead000000000100));
		machine_open(&m);
		assert_int_equal(read_page(&m, 256 * MIB / kind->page_size - 1, 1).data,
				 VMW_PRESENT);
		struct vmw_page page = read_page(&m, 0, 100);

		assert_int_equal(page.data, VMW_LOST);
		assert_int_equal(page.count, 1);
		assert_int_equal(page.virt.value, m.fake.vmemmap_base);
		assert_int_equal(page.piece_count, 0);
		assert_non_null(strstr(page.why, "damaged"));
		machine_free(&m);
	}
}

/* Two roots of mem_section, at 0 and at 4 GiB (4K pages, 16 bytes for each section). */
static const struct fake_memory_range far_ranges[] = {
	{ .start = 0, .size = 64 * MIB },
	{ .start = 4 * GIB, .size = 64 * MIB },
};

static void without_its_section_a_page_may_not_be(void **state)
{
	FOR_EACH_KIND(kind)
	{
		if (kind->page_size != 4096)
			continue;
		struct machine m = machine_new(
			kind, 4 * GIB + 64 * MIB,
			(struct fake_kernel_spec){ .ranges = far_ranges, .range_count = 2 });
		uint64_t section = fake_section(m.ram, &m.fake, 256);

		ram_set_data(m.ram, section / 4096 * 4096, 4096, VMW_EXCLUDED);
		machine_open(&m);
		assert_non_null(m.kernel->sections);
		struct vmw_page page = read_page(&m, 4 * GIB / 4096, 100);

		assert_int_equal(page.data, VMW_LOST);
		assert_int_equal(page.count, 1);
		assert_int_equal(page.virt.value, m.fake.vmemmap_base + 4 * GIB / 4096 * 64);
		assert_non_null(strstr(page.why, "mem_section"));
		assert_int_equal(page.word_count, 0);
		assert_int_equal(read_page(&m, 0, 1).data, VMW_PRESENT);
		machine_free(&m);
	}
}

/* ---- frames without a page ---- */

static void frames_between_sections_are_one_run(void **state)
{
	FOR_EACH_KIND(kind)
	{
		static const struct fake_memory_range ranges[] = {
			{ .start = 0, .size = 32 * MIB },
			{ .start = 160 * MIB, .size = 32 * MIB },
		};
		struct machine m = machine_new(kind, 256 * MIB,
					       (struct fake_kernel_spec){ .ranges = ranges,
									  .range_count = 2,
									  .blocks_end = 32 * MIB });
		uint64_t start = 32 * MIB / kind->page_size, end = 160 * MIB / kind->page_size;

		machine_open(&m);
		assert_int_equal(read_page(&m, start - 1, 1).data, VMW_PRESENT);
		assert_no_page(&m, start, UINT64_MAX, end - start, "no memory section");
		assert_no_page(&m, start, end - start, end - start, "no memory section");
		assert_no_page(&m, start, 17, 17, "no memory section");
		assert_no_page(&m, end - 1, 100, 1, "no memory section");
		assert_int_equal(read_page(&m, end, 100).data, VMW_PRESENT);
		machine_free(&m);
	}
}

static void frames_behind_all_memory_are_one_run(void **state)
{
	FOR_EACH_KIND(kind)
	{
		struct machine m = machine_new(kind, 64 * MIB, (struct fake_kernel_spec){ 0 });
		uint64_t end = 64 * MIB / kind->page_size;

		machine_open(&m);
		assert_no_page(&m, end, UINT64_MAX, m.context.frames_end - end,
			       "no memory section");
		machine_free(&m);
	}
}

static void a_number_that_no_frame_can_have_has_no_page(void **state)
{
	FOR_EACH_KIND(kind)
	{
		struct machine m = machine_new(kind, 64 * MIB, (struct fake_kernel_spec){ 0 });

		machine_open(&m);
		assert_no_page(&m, m.context.frames_end - 1, 2, 1, "no memory section");
		assert_no_page(&m, m.context.frames_end, 5, 5, "beyond");
		assert_no_page(&m, UINT64_C(1) << 63, UINT64_C(1) << 63, UINT64_C(1) << 63,
			       "beyond");
		assert_no_page(&m, UINT64_MAX, UINT64_MAX, 1, "beyond");
		machine_free(&m);
	}
}

static void a_subsection_that_was_removed_has_no_pages(void **state)
{
	FOR_EACH_KIND(kind)
	{
		static const struct fake_memory_range ranges[] = {
			{ .start = 0, .size = 32 * MIB },
			{ .start = 32 * MIB,
			  .size = 16 * MIB,
			  .hotplugged = true,
			  .subsections = 0xf3 },
		};
		struct machine m = machine_new(kind, 64 * MIB,
					       (struct fake_kernel_spec){ .ranges = ranges,
									  .range_count = 2,
									  .blocks_end = 32 * MIB });
		uint64_t start = 36 * MIB / kind->page_size, count = 4 * MIB / kind->page_size;

		machine_open(&m);
		assert_int_equal(read_page(&m, start - 1, 1).data, VMW_PRESENT);
		assert_no_page(&m, start, 1 << 20, count, "no memory section");
		assert_int_equal(read_page(&m, start + count, 1).data, VMW_PRESENT);
		machine_free(&m);
	}
}

/* A list of two blocks, the first and the third of four. */
static struct machine list_with_gaps(const struct kind *kind, const char *drop)
{
	/* Blocks of a page; 4K: 64 frames in a block, 64K: 1024. */
	uint64_t block = kind->page_size;
	uint64_t base = kind->page_size == 4096 ? UINT64_C(0xc0003f0000000000)
						: UINT64_C(0xc00c000000000000);
	const struct fake_entry entries[] = {
		{ .virt = base + 2 * block, .phys = 16 * MIB },
		{ .virt = base, .phys = 17 * MIB },
	};

	return machine_new(
		kind, 256 * MIB,
		(struct fake_kernel_spec){
			.entries = entries, .entry_count = 2, .blank_pages = true, .drop = drop });
}

static void a_present_section_without_a_mapping_is_lost(void **state)
{
	FOR_EACH_KIND(kind)
	{
		if (kind->mmu != FAKE_HASH)
			continue;
		struct machine m = list_with_gaps(kind, NULL);
		uint64_t per_block = kind->page_size / 64;

		machine_open(&m);
		assert_int_equal(read_page(&m, per_block - 1, 1).data, VMW_PRESENT);
		struct vmw_page page = read_page(&m, per_block, 1 << 20);
		assert_int_equal(page.data, VMW_LOST);
		assert_int_equal(page.count, 1);
		assert_non_null(strstr(page.why, "nothing maps it"));
		assert_int_equal(read_page(&m, 2 * per_block, 1).data, VMW_PRESENT);
		machine_free(&m);
	}
}

static void without_sections_the_mappings_tell(void **state)
{
	FOR_EACH_KIND(kind)
	{
		if (kind->mmu != FAKE_HASH)
			continue;
		struct machine m = list_with_gaps(kind, "SYMBOL(mem_section)");
		uint64_t per_block = kind->page_size / 64;

		machine_open(&m);
		assert_null(m.kernel->sections);
		assert_int_equal(read_page(&m, 0, 1).data, VMW_PRESENT);
		assert_no_page(&m, per_block, UINT64_MAX, per_block, "nothing maps");
		assert_int_equal(read_page(&m, 2 * per_block, 1).data, VMW_PRESENT);
		assert_no_page(&m, 3 * per_block, UINT64_MAX, m.context.frames_end - 3 * per_block,
			       "nothing maps");
		machine_free(&m);
	}
}

static void without_sections_the_page_tables_tell(void **state)
{
	FOR_EACH_KIND(kind)
	{
		if (kind->mmu != FAKE_RADIX)
			continue;
		struct machine m = machine_new(
			kind, 64 * MIB, (struct fake_kernel_spec){ .drop = "SYMBOL(mem_section)" });
		/* A leaf of 2 MiB has struct pages for 32768 frames. */
		uint64_t end = 2 * MIB / 64, pfn = end, runs = 0;

		machine_open(&m);
		assert_null(m.kernel->sections);
		assert_int_equal(read_page(&m, 0, 1).data, VMW_PRESENT);
		/* The rest of the vmemmap is a few empty entries of each level. */
		while (pfn < m.context.frames_end) {
			struct vmw_page page = read_page(&m, pfn, UINT64_MAX);

			assert_int_equal(page.data, VMW_NO_PAGE);
			pfn += page.count;
			runs++;
		}
		assert_int_equal(pfn, m.context.frames_end);
		assert_true(runs < 3000);
		machine_free(&m);
	}
}

/* ---- addresses ---- */

static void an_address_is_found_in_its_page(void **state)
{
	FOR_EACH_KIND(kind)
	{
		struct machine m = machine_new(kind, 64 * MIB, (struct fake_kernel_spec){ 0 });

		static const struct {
			uint64_t address, pfn, offset;
			const char *field;
			uint64_t field_offset;
		} cases[] = {
			{ 0, 0, 0, "flags", 0 },  { 7, 0, 7, "flags", 7 },
			{ 8, 0, 8, "lru", 0 },    { 63, 0, 63, NULL, 0 },
			{ 64, 1, 0, "flags", 0 }, { 64 * 1000 + 54, 1000, 54, "_refcount", 2 },
		};
		struct vmw_page_place place;

		machine_open(&m);
		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			assert_null(page_find(&m.context,
					      virt_at(m.fake.vmemmap_base + cases[i].address),
					      &place));
			assert_int_equal(place.pfn.value, cases[i].pfn);
			assert_int_equal(place.offset, cases[i].offset);
			assert_int_equal(place.field_offset, cases[i].field_offset);
			if (cases[i].field)
				assert_string_equal(place.field, cases[i].field);
			else
				assert_null(place.field);
		}
		uint64_t last = m.fake.vmemmap_base + m.context.frames_end * 64 - 1;
		assert_null(page_find(&m.context, virt_at(last), &place));
		assert_int_equal(place.pfn.value, m.context.frames_end - 1);
		machine_free(&m);
	}
}

static void an_address_outside_the_vmemmap_is_misuse(void **state)
{
	FOR_EACH_KIND(kind)
	{
		struct machine m = machine_new(kind, 64 * MIB, (struct fake_kernel_spec){ 0 });

		machine_open(&m);
		const uint64_t outside[] = {
			0,
			m.fake.vmemmap_base - 1,
			m.fake.vmemmap_base + m.context.frames_end * 64,
			UINT64_MAX,
		};
		for (size_t i = 0; i < sizeof(outside) / sizeof(outside[0]); i++) {
			struct vmw_page_place place;
			struct vmw_error *error = page_find(&m.context, virt_at(outside[i]),
							    &place);

			assert_non_null(error);
			assert_int_equal(error->kind, VMW_ERROR_MISUSE);
			assert_non_null(strstr(error->message, "not in the vmemmap"));
			assert_int_equal(error->where.address, outside[i]);
			vmw_error_free(error);
		}
		machine_free(&m);
	}
}

/* ---- what is needed ---- */

static void what_locates_pages_is_needed_and_named(void **state)
{
	struct known known = { .is_known = true, .value = 16 };
	struct known base = { .is_known = true, .value = UINT64_C(0xc00c000000000000) };
	const struct {
		struct kernel kernel;
		const char *piece;
	} cases[] = {
		{ { .vmemmap_base = base }, "page size" },
		{ { .page_shift = known }, "base" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct layout layout = { .size = 64 };
		struct page_context context;
		struct vmw_error *error = page_context_init(&cases[i].kernel, NULL, &layout,
							    &context);

		assert_non_null(error);
		assert_int_equal(error->kind, VMW_ERROR_MISSING);
		assert_non_null(strstr(error->message, cases[i].piece));
		vmw_error_free(error);
	}
}

static void a_base_without_room_behind_it_is_refused(void **state)
{
	struct kernel kernel = {
		.page_shift = { .is_known = true, .value = 16 },
		.page_struct_size = { .is_known = true, .value = 64 },
		.vmemmap_base = { .is_known = true, .value = UINT64_MAX - 65535 },
	};
	struct layout layout = { .size = 64 };
	struct page_context context;
	struct vmw_error *error = page_context_init(&kernel, NULL, &layout, &context);

	assert_non_null(error);
	assert_int_equal(error->kind, VMW_ERROR_BAD_DATA);
	assert_non_null(strstr(error->message, "no room"));
	vmw_error_free(error);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_page_is_read_from_behind_its_mapping),
		cmocka_unit_test(a_struct_page_of_56_bytes_may_straddle_two_blocks),
		cmocka_unit_test(half_a_struct_page_is_none),
		cmocka_unit_test(a_page_that_is_not_in_the_dump_is_located_all_the_same),
		cmocka_unit_test(memory_of_the_crash_kernel_is_named_only_where_it_is),
		cmocka_unit_test(behind_a_broken_list_pages_are_lost),
		cmocka_unit_test(without_its_section_a_page_may_not_be),
		cmocka_unit_test(frames_between_sections_are_one_run),
		cmocka_unit_test(frames_behind_all_memory_are_one_run),
		cmocka_unit_test(a_number_that_no_frame_can_have_has_no_page),
		cmocka_unit_test(a_subsection_that_was_removed_has_no_pages),
		cmocka_unit_test(a_present_section_without_a_mapping_is_lost),
		cmocka_unit_test(without_sections_the_mappings_tell),
		cmocka_unit_test(without_sections_the_page_tables_tell),
		cmocka_unit_test(an_address_is_found_in_its_page),
		cmocka_unit_test(an_address_outside_the_vmemmap_is_misuse),
		cmocka_unit_test(what_locates_pages_is_needed_and_named),
		cmocka_unit_test(a_base_without_room_behind_it_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
