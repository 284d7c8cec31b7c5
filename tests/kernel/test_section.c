/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/section.h"

#include "fake/machine.h"

#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)
#define FRAMES_MAX (UINT64_C(1) << 39)
#define RANGES(...)                                                                \
	.ranges = (const struct fake_memory_range[]){ __VA_ARGS__ },               \
	.range_count = sizeof((const struct fake_memory_range[]){ __VA_ARGS__ }) / \
		       sizeof(struct fake_memory_range)

static struct frame_run find(const struct machine *m, uint64_t pfn, uint64_t limit)
{
	struct frame_run run;

	assert_null(sections_find(m->kernel, m->reader, pfn_at(pfn), limit, &run));
	assert_in_range(run.count, 1, limit);
	if (run.state == FRAME_UNKNOWN)
		assert_int_not_equal(run.missing.data, VMW_PRESENT);
	return run;
}

/* Each run of equal states from frame 0 to @end, and no other. */
struct expected {
	uint64_t count;
	enum frame_state state;
};

static void assert_frames(const struct machine *m, const struct expected *expected, size_t count)
{
	uint64_t pfn = 0;

	for (size_t i = 0; i < count; i++) {
		uint64_t end = pfn + expected[i].count;

		while (pfn < end) {
			struct frame_run run = find(m, pfn, end - pfn);
			if (run.state != expected[i].state)
				print_error("frame 0x%llx: %s\n", (unsigned long long)pfn,
					    run.damage ? run.damage : "-");
			assert_int_equal(run.state, expected[i].state);
			pfn += run.count;
		}
	}
}
#define ASSERT_FRAMES(m, ...)                                      \
	assert_frames(m, (const struct expected[]){ __VA_ARGS__ }, \
		      sizeof((const struct expected[]){ __VA_ARGS__ }) / sizeof(struct expected))

/* ---- the form ---- */

static void each_form_is_told_by_what_stands_there(void **state)
{
	static const struct {
		enum fake_sections fake;
		enum sections_form form;
	} forms[] = { { FAKE_EXTREME, SECTIONS_EXTREME },
		      { FAKE_EXTREME_POINTER, SECTIONS_EXTREME_POINTER },
		      { FAKE_STATIC, SECTIONS_STATIC } };

	FOR_BOTH_ORDERS(order)
	for (size_t i = 0; i < 12; i++) {
		struct machine m =
			machine_new(.order = (enum order)order, .frame = i & 1 ? 4096 : 65536,
				    .size = 96 * MIB,
				    .kernel = { .sections = forms[i / 4].fake,
						.section_size = i & 2 ? 16 : 32,
						RANGES({ .start = 0, .size = 32 * MIB },
						       { .start = 64 * MIB, .size = 16 * MIB }) });
		machine_open(&m);
		const struct sections *s = m.kernel->sections;
		assert_non_null(s);
		uint64_t frames = 16 * MIB / (i & 1 ? 4096 : 65536);

		assert_int_equal(s->form, forms[i / 4].form);
		assert_int_equal(s->array.value, UINT64_C(0xc000000000000000) | m.fake.mem_section);
		assert_int_equal(s->section_size, i & 2 ? 16 : 32);
		assert_int_equal(s->vmemmap_base, m.fake.vmemmap_base);
		assert_int_equal(s->first, 0);
		assert_int_equal(UINT64_C(1) << s->frames_shift, frames);
		assert_true(s->has_early && s->early_known && s->has_online);
		ASSERT_FRAMES(&m, { 2 * frames, FRAME_VALID }, { 2 * frames, FRAME_NONE },
			      { frames, FRAME_VALID }, { FRAMES_MAX, FRAME_NONE });
		assert_no_problems(&m);
		machine_close(&m);
	}
}

static void the_base_of_every_era_is_accepted(void **state)
{
	static const struct {
		uint32_t frame;
		uint64_t base;
	} rows[] = {
		{ 65536, UINT64_C(0xf000000000000000) }, { 65536, UINT64_C(0xc00a000000000000) },
		{ 65536, UINT64_C(0xc00c000000000000) }, { 4096, UINT64_C(0xc000300000000000) },
		{ 4096, UINT64_C(0xc0003f0000000000) },  { 4096, UINT64_C(0x8000040000000000) },
		{ 4096, UINT64_C(0xc000140000000000) },
	};

	FOR_BOTH_ORDERS(order)
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct machine m = machine_new(.order = (enum order)order, .frame = rows[i].frame,
					       .kernel = { .vmemmap_base = rows[i].base,
							   .drop = "SYMBOL(vmemmap)" });
		machine_open(&m);
		assert_known(&m.kernel->vmemmap_base, rows[i].base, "section_mem_map of section 0");
		machine_close(&m);
	}
}

/* Fill in the first word of section 0 and try to open. */
static void a_first_section_that_is_no_section_is_refused(void **state)
{
	static const uint64_t words[] = {
		0,                            /* nothing present at all */
		UINT64_C(0xc00c000000000000), /* not even present */
		UINT64_C(0xc00c000000001003), /* no base of a region */
		UINT64_C(0xc00000000100000f), /* RAM: sparsemem without a vmemmap */
		UINT64_C(0x000c00000000000f), /* no kernel address */
		UINT64_C(0xffffffffffffffff),
	};

	FOR_BOTH_ORDERS(order)
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct machine m = machine_new(.order = (enum order)order,
					       .kernel = { RANGES({ 0, .size = 16 * MIB }),
							   .drop = "SYMBOL(vmemmap)" });
		ram_put_u64(m.ram, fake_section(m.ram, &m.fake, 0), words[i]);
		machine_open(&m);
		assert_null(m.kernel->sections);
		assert_has(m.kernel->sections_missing, "neither 32768 roots");
		assert_has(machine_problem(&m, "mem-section-bad"), "mem_section at 0x");
		assert_unknown(&m.kernel->vmemmap_base, "neither SYMBOL(vmemmap) nor mem_section");
		machine_close(&m);
	}
}

static void what_vmcoreinfo_lacks_is_named(void **state)
{
	static const struct {
		const char *drop, *why;
	} rows[] = {
		{ "SYMBOL(mem_section)", "no SYMBOL(mem_section)" },
		{ "LENGTH(mem_section)", "lacks its LENGTH" },
		{ "SIZE(mem_section)", "lacks its LENGTH, SIZE" },
		{ "OFFSET(mem_section.section_mem_map)", "section_mem_map" },
		{ "PAGESIZE", "page size is unknown: VMCOREINFO has no PAGESIZE" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct machine m = machine_new(.kernel.drop = rows[i].drop);
		struct sections *sections = NULL;

		machine_open(&m);
		assert_null(m.kernel->sections);
		assert_has(m.kernel->sections_missing, rows[i].why);
		assert_error(sections_open(m.kernel, m.reader, &sections), VMW_ERROR_MISSING,
			     rows[i].why);
		machine_close(&m);
	}
}

static void impossible_sizes_are_refused(void **state)
{
	static const struct {
		const char *drop, *add, *why;
	} rows[] = {
		{ "SIZE(mem_section)", "SIZE(mem_section)=0\n", "no such struct" },
		{ "SIZE(mem_section)", "SIZE(mem_section)=8\n", "no such struct" },
		{ "SIZE(mem_section)", "SIZE(mem_section)=20\n", "no such struct" },
		{ "SIZE(mem_section)", "SIZE(mem_section)=1099511627776\n", "no such struct" },
		{ "OFFSET(mem_section", "OFFSET(mem_section.section_mem_map)=16\n",
		  "no such struct" },
		{ "OFFSET(mem_section",
		  "OFFSET(mem_section.section_mem_map)=18446744073709551608\n", "no such struct" },
		{ "LENGTH(mem_section)", "LENGTH(mem_section)=0\n", "neither 0 roots" },
		{ "LENGTH(mem_section)", "LENGTH(mem_section)=18446744073709551615\n",
		  "neither 18446744073709551615 roots" },
		{ "LENGTH(mem_section)", "LENGTH(mem_section)=536870913\n", "neither" },
		{ "SYMBOL(mem_section)", "SYMBOL(mem_section)=0\n", "mem_section at 0x0" },
		{ "SYMBOL(mem_section)", "SYMBOL(mem_section)=ffffffffffffffff\n", "neither" },
		{ "SYMBOL(mem_section)", "SYMBOL(mem_section)=c000000000100001\n", "neither" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct machine m = machine_new(.kernel = { .drop = rows[i].drop,
							   .add = rows[i].add });
		struct sections *sections = NULL;

		machine_open(&m);
		assert_error(sections_open(m.kernel, m.reader, &sections), VMW_ERROR_BAD_DATA,
			     rows[i].why);
		machine_close(&m);
	}
}

static void a_root_array_that_is_not_in_the_dump_is_missing(void **state)
{
	FOR_BOTH_ORDERS(order)
	for (int root = 0; root < 2; root++) {
		struct machine m = machine_new(.order = (enum order)order);
		struct sections *sections = NULL;
		uint64_t at = root ? fake_section(m.ram, &m.fake, 0) : m.fake.mem_section;

		ram_set_data(m.ram, at & ~UINT64_C(0xffff), 65536, VMW_EXCLUDED);
		machine_open(&m);
		assert_null(m.kernel->sections);
		assert_error(sections_open(m.kernel, m.reader, &sections), VMW_ERROR_MISSING,
			     "mem_section at 0x");
		/* SYMBOL(vmemmap) still tells. */
		assert_known(&m.kernel->vmemmap_base, m.fake.vmemmap_base, "SYMBOL(vmemmap)");
		machine_close(&m);
	}
}

static void sections_without_the_kernels_own_text_are_refused(void **state)
{
	FOR_BOTH_ORDERS(order)
	for (int relocated = 0; relocated < 2; relocated++) {
		uint64_t text = relocated ? 32 * MIB : 0;
		struct machine m = machine_new(.order = (enum order)order,
					       .kernel = { .stext = UINT64_C(0xc000000000000000) +
								    text });

		uint64_t section = fake_section(m.ram, &m.fake, text / (16 * MIB));
		ram_put_u64(m.ram, section, 0);
		ram_put_u64(m.ram, section + 8, 0);
		machine_open(&m);
		assert_null(m.kernel->sections);
		assert_has(m.kernel->sections_missing, relocated ? "frame 0x200" : "frame 0x0");
		assert_has(machine_problem(&m, "mem-section-bad"),
			   "where the kernel's text begins");
		machine_close(&m);
	}
}

/* ---- frames ---- */

static void a_run_ends_at_the_limit_and_starts_anywhere(void **state)
{
	FOR_BOTH_ORDERS(order)
	{
		struct machine m = machine_new(.order = (enum order)order,
					       .kernel = { RANGES({ 0, .size = 32 * MIB }) });
		machine_open(&m);
		assert_int_equal(find(&m, 0, 1).count, 1);
		assert_int_equal(find(&m, 100, 5).count, 5);
		assert_int_equal(find(&m, 100, 1000).count, 412);
		assert_int_equal(find(&m, 511, 1000).count, 1);
		assert_int_equal(find(&m, 512, 3).state, FRAME_NONE);
		assert_int_equal(find(&m, 512, 3).count, 3);
		machine_close(&m);
	}
}

static void frames_behind_the_last_section_have_no_page(void **state)
{
	struct machine m = machine_new(.order = ORDER_BIG);
	uint64_t end = UINT64_C(1) << (51 - 16);

	machine_open(&m);
	assert_int_equal(find(&m, end, UINT64_MAX).state, FRAME_NONE);
	assert_int_equal(find(&m, end, UINT64_MAX).count, UINT64_MAX);
	assert_int_equal(find(&m, UINT64_MAX, UINT64_MAX).state, FRAME_NONE);
	assert_int_equal(find(&m, end - 1, UINT64_MAX).state, FRAME_NONE);
	machine_close(&m);
}

static void the_whole_of_the_largest_machine_takes_few_runs(void **state)
{
	static const uint32_t frames[] = { 4096, 65536 };

	for (size_t i = 0; i < 2; i++) {
		struct machine m = machine_new(.frame = frames[i]);
		unsigned int runs = 0;

		machine_open(&m);
		for (uint64_t pfn = 0; pfn < FRAMES_MAX; runs++)
			pfn += find(&m, pfn, FRAMES_MAX - pfn).count;
		assert_in_range(runs, 2, 20);
		machine_close(&m);
	}
}

static void a_valid_run_tells_its_word_and_flags(void **state)
{
	FOR_BOTH_ORDERS(order)
	{
		struct machine m = machine_new(.order = (enum order)order,
					       .kernel = { RANGES({ .start = 0, .size = 16 * MIB },
								  { .start = 16 * MIB,
								    .size = 16 * MIB,
								    .offline = true },
								  { .start = 32 * MIB,
								    .size = 16 * MIB,
								    .hotplugged = true,
								    .offline = true,
								    .device = true }) });
		machine_open(&m);
		struct frame_run run = find(&m, 0, 10000);
		assert_int_equal(run.count, 256);
		assert_int_equal(run.section_mem_map, m.fake.vmemmap_base | 0xf);
		assert_true(run.online && !run.device);
		run = find(&m, 256, 10000);
		assert_int_equal(run.count, 256);
		assert_true(run.state == FRAME_VALID && !run.online && !run.device);
		run = find(&m, 512, 10000);
		assert_true(run.state == FRAME_VALID && !run.online && run.device);
		machine_close(&m);
	}
}

static void a_hotplugged_section_goes_by_its_subsections(void **state)
{
	FOR_BOTH_ORDERS(order)
	for (int i = 0; i < 4; i++) {
		/* The layout of mem_section_usage is the same kernel's early sections', or, without
		 * them in the dump, what stands there. */
		struct machine m = machine_new(.order = (enum order)order,
					       .frame = i & 1 ? 4096 : 65536,
					       .kernel = { .usage_without_rcu = i & 2,
							   RANGES({ .start = 0, .size = 16 * MIB },
								  { .start = 16 * MIB,
								    .size = 16 * MIB,
								    .hotplugged = true,
								    .subsections = 0x33 }) });
		machine_open(&m);
		assert_true(m.kernel->sections->usage_known);
		uint64_t sub = 2 * MIB / (i & 1 ? 4096 : 65536);
		ASSERT_FRAMES(&m, { 10 * sub, FRAME_VALID }, { 2 * sub, FRAME_NONE },
			      { 2 * sub, FRAME_VALID }, { 1000 * sub, FRAME_NONE });
		assert_int_equal(find(&m, 8 * sub + 1, 1000 * sub).count, 2 * sub - 1);
		machine_close(&m);
	}
}

static void the_layout_of_the_subsection_map_is_told_by_its_content_alone(void **state)
{
	FOR_BOTH_ORDERS(order)
	for (int without_rcu = 0; without_rcu < 2; without_rcu++) {
		struct machine m = machine_new(.order = (enum order)order,
					       .kernel = { .usage_without_rcu = without_rcu,
							   RANGES({ .start = 0, .size = 16 * MIB },
								  { .start = 16 * MIB,
								    .size = 16 * MIB,
								    .hotplugged = true,
								    .subsections = 0x01 }) });
		/* The early sections' usage is gone. */
		ram_put_u64(m.ram, fake_section(m.ram, &m.fake, 0) + 8, 0);
		machine_open(&m);
		assert_false(m.kernel->sections->usage_known);
		ASSERT_FRAMES(&m, { 256 + 32, FRAME_VALID }, { 1000, FRAME_NONE });
		machine_close(&m);
	}
}

static void before_5_3_a_section_is_valid_as_a_whole(void **state)
{
	FOR_BOTH_ORDERS(order)
	for (int i = 0; i < 2; i++) {
		struct machine m = machine_new(.order = (enum order)order,
					       .kernel = { .no_early = true,
							   RANGES({ 0, .size = 32 * MIB }) });
		uint64_t word = m.fake.vmemmap_base | (i ? 3 : 7);

		/* Before 4.13 there is no online bit either. */
		for (uint64_t section = 0; section < 2; section++)
			ram_put_u64(m.ram, fake_section(m.ram, &m.fake, section), word);
		machine_open(&m);
		assert_false(m.kernel->sections->has_early);
		assert_true(m.kernel->sections->early_known);
		assert_int_equal(m.kernel->sections->has_online, i == 0);
		struct frame_run run = find(&m, 0, 10000);
		assert_true(run.state == FRAME_VALID && run.online);
		assert_int_equal(run.count, 512);
		machine_close(&m);
	}
}

static void a_section_that_is_being_removed_has_no_pages(void **state)
{
	FOR_BOTH_ORDERS(order)
	{
		struct machine m = machine_new(.order = (enum order)order);

		/* It is offline, and section_deactivate() clears SECTION_HAS_MEM_MAP first. */
		ram_put_u64(m.ram, fake_section(m.ram, &m.fake, 1), m.fake.vmemmap_base | 0x9);
		machine_open(&m);
		ASSERT_FRAMES(&m, { 256, FRAME_VALID }, { 256, FRAME_NONE }, { 512, FRAME_VALID },
			      { 256, FRAME_NONE });
		machine_close(&m);
	}
}

static void a_section_that_was_removed_has_no_pages(void **state)
{
	/* 0; the node of early boot; sparse_encode_mem_map() of NULL, before 5.6. */
	static const uint64_t words[] = { 0, 0x40 | 0x5, UINT64_MAX - 256 * 64 + 1 };

	for (size_t i = 0; i < 2 * sizeof(words) / sizeof(words[0]); i++) {
		struct machine m = machine_new(.order = (enum order)(i % 2));

		ram_put_u64(m.ram, fake_section(m.ram, &m.fake, 1), words[i / 2]);
		ram_put_u64(m.ram, fake_section(m.ram, &m.fake, 1) + 8, 0);
		machine_open(&m);
		ASSERT_FRAMES(&m, { 256, FRAME_VALID }, { 256, FRAME_NONE }, { 512, FRAME_VALID },
			      { 256, FRAME_NONE });
		machine_close(&m);
	}
}

/* That the frames have no struct page would be a wrong answer. */
static void a_word_that_lost_its_memmap_bit_is_damage(void **state)
{
	static const uint64_t words[] = {
		UINT64_C(0xc00c00000000000d),          /* online without a memmap */
		UINT64_C(0xf9c1f002f26515f4),          /* anything */
		UINT64_MAX - (UINT64_C(257) * 64) + 1, /* NULL's of another section */
		0,                                     /* but there is its subsection map */
	};

	for (size_t i = 0; i < 2 * sizeof(words) / sizeof(words[0]); i++) {
		struct machine m = machine_new(.order = (enum order)(i % 2));

		ram_put_u64(m.ram, fake_section(m.ram, &m.fake, 1), words[i / 2]);
		machine_open(&m);
		ASSERT_FRAMES(&m, { 256, FRAME_VALID }, { 256, FRAME_UNKNOWN },
			      { 512, FRAME_VALID }, { 256, FRAME_NONE });
		machine_close(&m);
	}
}

/* ---- what is not there ---- */

static void a_missing_piece_is_unknown_and_no_more_than_it(void **state)
{
	FOR_BOTH_ORDERS(order)
	{
		/* 4K frames, 16-byte sections: a root is 256 sections, 4 GiB, a frame of the array
		 * 512 roots, 2 TiB. */
		struct machine m =
			machine_new(.order = (enum order)order, .frame = 4096, .size = 128 * MIB,
				    .kernel = { RANGES({ .start = 0, .size = 16 * MIB },
						       { .start = 4 * GIB, .size = 16 * MIB },
						       { .start = 8 * GIB,
							 .size = 16 * MIB,
							 .hotplugged = true,
							 .subsections = 0xff }) });
		uint64_t frames = GIB / 4096;
		uint64_t root = fake_section(m.ram, &m.fake, 256) & ~UINT64_C(0xfff);

		ram_set_data(m.ram, root, 4096, VMW_EXCLUDED);
		ram_set_data(m.ram, (m.fake.mem_section | 0xfff) + 1, 4096, VMW_EXCLUDED);
		machine_open(&m);

		struct frame_run run = find(&m, 4 * frames, FRAMES_MAX);
		assert_int_equal(run.state, FRAME_UNKNOWN);
		assert_int_equal(run.count, 4 * frames);
		assert_int_equal(run.missing_phys.value, root);
		assert_null(run.damage);
		assert_int_equal(find(&m, 4 * frames - 1, 10).state, FRAME_NONE);
		assert_int_equal(find(&m, 8 * frames, 10).state, FRAME_VALID);

		/* Roots whose pointers stand in the absent frame. */
		uint64_t first = ((m.fake.mem_section | 0xfff) + 1 - m.fake.mem_section) / 8;
		run = find(&m, first * 4 * frames, FRAMES_MAX);
		assert_int_equal(run.state, FRAME_UNKNOWN);
		assert_int_equal(run.count, 512 * 4 * frames);
		assert_int_equal(run.missing_phys.value, (m.fake.mem_section | 0xfff) + 1);
		assert_int_equal(find(&m, first * 4 * frames - 1, 10).state, FRAME_NONE);
		assert_int_equal(find(&m, first * 4 * frames - 1, 10).count, 1);
		assert_int_equal(find(&m, (first + 512) * 4 * frames, 10).state, FRAME_NONE);
		machine_close(&m);
	}
}

static void a_missing_subsection_map_is_unknown(void **state)
{
	struct machine m =
		machine_new(.order = ORDER_BIG,
			    .kernel = { RANGES(
				    { .start = 0, .size = 16 * MIB },
				    { .start = 16 * MIB, .size = 16 * MIB, .hotplugged = true }) });
	uint64_t usage = 48 * MIB;

	ram_put_u64(m.ram, fake_section(m.ram, &m.fake, 1) + 8,
		    UINT64_C(0xc000000000000000) | usage);
	ram_set_data(m.ram, usage, 65536, VMW_NOT_DUMPED);
	machine_open(&m);
	struct frame_run run = find(&m, 256, 10000);
	assert_int_equal(run.state, FRAME_UNKNOWN);
	assert_int_equal(run.count, 256);
	/* Behind the rcu_head. */
	assert_int_equal(run.missing_phys.value, usage + 16);
	assert_int_equal(run.missing.data, VMW_NOT_DUMPED);
	machine_close(&m);
}

/* ---- pfn_to_online_page() ---- */

/* Where the subsection map of all early sections is, physical: 16 behind the start of their usage.
 */
static uint64_t early_map(const struct machine *m)
{
	return m->fake.usage - 32 + 16;
}

static void a_hole_in_an_early_section_is_valid_and_not_online(void **state)
{
	FOR_BOTH_ORDERS(order)
	for (int i = 0; i < 2; i++) {
		struct machine m =
			machine_new(.order = (enum order)order, .frame = i ? 4096 : 65536,
				    .kernel = { RANGES({ .start = 0, .size = 16 * MIB }) });
		uint64_t sub = 2 * MIB / m.spec.frame;

		ram_put_u64(m.ram, early_map(&m), 0xcf);
		machine_open(&m);
		struct frame_run run = find(&m, 0, 100 * sub);
		assert_true(run.state == FRAME_VALID && run.online);
		assert_int_equal(run.count, 4 * sub);
		run = find(&m, 4 * sub + 1, 100 * sub);
		assert_true(run.state == FRAME_VALID && !run.online && !run.online_unknown);
		assert_int_equal(run.count, 2 * sub - 1);
		run = find(&m, 6 * sub, 100 * sub);
		assert_true(run.state == FRAME_VALID && run.online);
		assert_int_equal(run.count, 2 * sub);
		machine_close(&m);
	}
}

static void before_5_12_an_early_section_is_online_as_a_whole(void **state)
{
	struct machine m = machine_new(.kernel = { .release = "5.11.0-fake",
						   RANGES({ .start = 0, .size = 16 * MIB }) });

	ram_put_u64(m.ram, early_map(&m), 0xcf);
	machine_open(&m);
	struct frame_run run = find(&m, 0, 10000);
	assert_true(run.state == FRAME_VALID && run.online);
	assert_int_equal(run.count, 256);
	machine_close(&m);
}

static void without_its_subsection_map_an_early_section_is_valid_and_perhaps_online(void **state)
{
	struct machine m = machine_new(.kernel = { RANGES({ .start = 0, .size = 32 * MIB }) });
	uint64_t usage = 48 * MIB;

	ram_put_u64(m.ram, fake_section(m.ram, &m.fake, 1) + 8,
		    UINT64_C(0xc000000000000000) | usage);
	ram_set_data(m.ram, usage, 65536, VMW_EXCLUDED);
	machine_open(&m);
	struct frame_run run = find(&m, 0, 10000);
	assert_true(run.state == FRAME_VALID && run.online && !run.online_unknown);
	assert_int_equal(run.count, 256);
	run = find(&m, 256, 10000);
	assert_true(run.state == FRAME_VALID && !run.online && run.online_unknown);
	assert_int_equal(run.count, 256);
	machine_close(&m);
}

static void an_offline_early_section_needs_no_subsection_map(void **state)
{
	struct machine m =
		machine_new(.kernel = { RANGES(
				    { .start = 0, .size = 16 * MIB },
				    { .start = 16 * MIB, .size = 16 * MIB, .offline = true }) });

	ram_put_u64(m.ram, fake_section(m.ram, &m.fake, 1) + 8, 0);
	machine_open(&m);
	struct frame_run run = find(&m, 256, 10000);
	assert_true(run.state == FRAME_VALID && !run.online && !run.online_unknown);
	machine_close(&m);
}

/*
 * The sections of boot are gone, so that nobody can tell whether the kernel has subsections: only
 * what both readings agree on is said.
 */
static void without_any_early_section_only_full_maps_are_believed(void **state)
{
	FOR_BOTH_ORDERS(order)
	{
		struct machine m = machine_new(.order = (enum order)order, .frame = 4096,
					       .kernel = { RANGES({ .start = 0, .size = 16 * MIB },
								  { .start = 4 * GIB,
								    .size = 16 * MIB,
								    .hotplugged = true },
								  { .start = 4 * GIB + 16 * MIB,
								    .size = 16 * MIB,
								    .hotplugged = true,
								    .subsections = 0x0f }) });
		uint64_t root = fake_section(m.ram, &m.fake, 0);

		ram_set_data(m.ram, root, 4096, VMW_EXCLUDED);
		machine_open(&m);
		assert_non_null(m.kernel->sections);
		assert_false(m.kernel->sections->early_known);
		assert_int_equal(m.kernel->sections->first, 256);
		uint64_t frames = 16 * MIB / 4096;
		assert_int_equal(find(&m, 256 * frames, 10).state, FRAME_VALID);
		struct frame_run run = find(&m, 257 * frames, 10);
		assert_int_equal(run.state, FRAME_UNKNOWN);
		assert_int_equal(run.missing_phys.value, root);
		machine_close(&m);
	}
}

static void damage_is_named_and_stays_where_it_is(void **state)
{
	FOR_BOTH_ORDERS(order)
	{
		struct machine m =
			machine_new(.order = (enum order)order, .frame = 4096, .size = 128 * MIB,
				    .kernel = { RANGES({ .start = 0, .size = 64 * MIB },
						       { .start = 4 * GIB, .size = 16 * MIB },
						       { .start = 8 * GIB,
							 .size = 16 * MIB,
							 .hotplugged = true },
						       { .start = 8 * GIB + 16 * MIB,
							 .size = 16 * MIB,
							 .hotplugged = true }) });
		uint64_t frames = 16 * MIB / 4096;

		ram_put_u64(m.ram, fake_section(m.ram, &m.fake, 1), UINT64_C(0xc00a00000000000f));
		ram_put_u64(m.ram, m.fake.mem_section + 8, UINT64_C(0xdeadbeefdeadbeef));
		ram_put_u64(m.ram, fake_section(m.ram, &m.fake, 512) + 8, 12345);
		ram_put_u64(m.ram, m.fake.usage + 32 + 16, 0x100);
		machine_open(&m);

		static const struct {
			uint64_t section, sections;
			const char *damage;
		} rows[] = {
			{ 1, 1, "section_mem_map is not that of the other sections" },
			{ 256, 256, "root is no address of the linear map" },
			{ 512, 1, "usage pointer is no address of the linear map" },
			{ 513, 1, "bits behind the section's end" },
		};
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			struct frame_run run = find(&m, rows[i].section * frames, FRAMES_MAX);
			assert_int_equal(run.state, FRAME_UNKNOWN);
			assert_int_equal(run.count, rows[i].sections * frames);
			assert_int_equal(run.missing.data, VMW_LOST);
			assert_has(run.damage, rows[i].damage);
		}
		assert_int_equal(find(&m, 0, FRAMES_MAX).count, frames);
		assert_int_equal(find(&m, 2 * frames, FRAMES_MAX).count, 2 * frames);
		machine_close(&m);
	}
}

/* An array that a cut file ends within: what stands before is told, the rest is unknown. */
static void every_cut_of_the_file_is_unknown_or_right(void **state)
{
	struct machine m = machine_new(.order = ORDER_BIG, .frame = 4096, .size = 16 * MIB,
				       .kernel = { RANGES({ 0, .size = 16 * MIB }) });

	ram_exclude_untouched(m.ram);
	m.files = fake_dump_write(m.ram, &m.spec.dump);
	uint64_t size = fake_file_size(m.files.paths[0]);
	fake_files_free(&m.files);

	for (unsigned int i = 1; i < 40; i++) {
		m.files = fake_dump_write(m.ram, &m.spec.dump);
		fake_file_cut(m.files.paths[0], size / 40 * i + 3);
		struct vmw_error *err = problems_new(&m.problems);
		if (!err)
			err = dump_open((const char *const *)m.files.paths, 1, m.problems, &m.dump);
		if (!err)
			err = reader_new(m.dump, &m.reader);
		if (!err)
			err = kernel_open(m.reader, &m.spec.options, m.problems, &m.kernel);
		if (!err && m.kernel->sections) {
			struct frame_run run = find(&m, 0, FRAMES_MAX);
			assert_true(run.state == FRAME_UNKNOWN ||
				    (run.state == FRAME_VALID && run.count == 4096));
			for (uint64_t pfn = run.count; pfn < FRAMES_MAX; pfn += run.count) {
				run = find(&m, pfn, FRAMES_MAX - pfn);
				assert_int_not_equal(run.state, FRAME_VALID);
			}
		}
		vmw_error_free(err);
		kernel_close(TAKE(m.kernel));
		reader_free(TAKE(m.reader));
		dump_close(TAKE(m.dump));
		problems_free(TAKE(m.problems));
		fake_files_free(&m.files);
	}
	machine_close(&m);
}

/* What max_pfn is at least, and at most, where no symbol tells. */
static void the_extent_is_where_a_trace_and_a_root_end(void **state)
{
	FOR_BOTH_ORDERS(order)
	for (size_t i = 0; i < 12; i++) {
		uint32_t frame = i & 1 ? 4096 : 65536;
		bool is_static = i / 4 == 2, is_removed = i & 2;
		struct machine m =
			machine_new(.order = (enum order)order, .frame = frame, .size = 96 * MIB,
				    .kernel = { .sections = is_static ? FAKE_STATIC : FAKE_EXTREME,
						.section_size = i / 4 == 1 ? 16 : 32,
						RANGES({ .start = 0, .size = 32 * MIB },
						       { .start = 64 * MIB, .size = 16 * MIB }) });
		struct sections_extent extent;

		/* One of boot time that is gone keeps the address of its usage. */
		if (is_removed)
			ram_put_u64(m.ram, fake_section(m.ram, &m.fake, 6) + 8,
				    UINT64_C(0xc000000000123450));
		machine_open(&m);
		uint64_t frames = 16 * MIB / frame;
		uint64_t in_root = frame / m.kernel->sections->section_size;
		assert_null(sections_extent(m.kernel, m.reader, &extent));
		assert_int_equal(extent.used, (is_removed ? 7 : 5) * frames);
		assert_int_equal(extent.room, is_static ? 0 : in_root * frames);
		machine_close(&m);
	}
}

/* Memory that was added far behind and is gone leaves an empty root: max_pfn may be behind it. */
static void an_empty_root_bounds_the_extent(void **state)
{
	FOR_BOTH_ORDERS(order)
	for (size_t i = 0; i < 2; i++) {
		uint32_t frame = i ? 4096 : 65536;
		struct machine m =
			machine_new(.order = (enum order)order, .frame = frame, .size = 96 * MIB,
				    .kernel = { .section_size = 16,
						RANGES({ .start = 0, .size = 64 * MIB }) });
		struct sections_extent extent;

		ram_put_u64(m.ram, m.fake.mem_section + 3 * 8,
			    UINT64_C(0xc000000000000000) | 80 * MIB);
		machine_open(&m);
		uint64_t frames = 16 * MIB / frame;
		assert_null(sections_extent(m.kernel, m.reader, &extent));
		assert_int_equal(extent.used, 4 * frames);
		assert_int_equal(extent.room, 4 * (frame / 16) * frames);
		machine_close(&m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_extent_is_where_a_trace_and_a_root_end),
		cmocka_unit_test(an_empty_root_bounds_the_extent),
		cmocka_unit_test(each_form_is_told_by_what_stands_there),
		cmocka_unit_test(the_base_of_every_era_is_accepted),
		cmocka_unit_test(a_first_section_that_is_no_section_is_refused),
		cmocka_unit_test(what_vmcoreinfo_lacks_is_named),
		cmocka_unit_test(impossible_sizes_are_refused),
		cmocka_unit_test(a_root_array_that_is_not_in_the_dump_is_missing),
		cmocka_unit_test(sections_without_the_kernels_own_text_are_refused),
		cmocka_unit_test(a_run_ends_at_the_limit_and_starts_anywhere),
		cmocka_unit_test(frames_behind_the_last_section_have_no_page),
		cmocka_unit_test(the_whole_of_the_largest_machine_takes_few_runs),
		cmocka_unit_test(a_valid_run_tells_its_word_and_flags),
		cmocka_unit_test(a_hotplugged_section_goes_by_its_subsections),
		cmocka_unit_test(the_layout_of_the_subsection_map_is_told_by_its_content_alone),
		cmocka_unit_test(before_5_3_a_section_is_valid_as_a_whole),
		cmocka_unit_test(a_section_that_is_being_removed_has_no_pages),
		cmocka_unit_test(a_section_that_was_removed_has_no_pages),
		cmocka_unit_test(a_word_that_lost_its_memmap_bit_is_damage),
		cmocka_unit_test(a_missing_piece_is_unknown_and_no_more_than_it),
		cmocka_unit_test(a_missing_subsection_map_is_unknown),
		cmocka_unit_test(a_hole_in_an_early_section_is_valid_and_not_online),
		cmocka_unit_test(before_5_12_an_early_section_is_online_as_a_whole),
		cmocka_unit_test(
			without_its_subsection_map_an_early_section_is_valid_and_perhaps_online),
		cmocka_unit_test(an_offline_early_section_needs_no_subsection_map),
		cmocka_unit_test(without_any_early_section_only_full_maps_are_believed),
		cmocka_unit_test(damage_is_named_and_stays_where_it_is),
		cmocka_unit_test(every_cut_of_the_file_is_unknown_or_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
