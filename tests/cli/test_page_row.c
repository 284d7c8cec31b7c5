/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/page_row.h"

#include "cli/capture.h"

/* A library that names two bits, one of them as a hostile dump might. */
const char *vmw_flag_name(const struct vmw_dump *dump, unsigned int bit)
{
	switch (bit) {
	case 5:
		return "lru";
	case 6:
		return "he,ad\033\"";
	default:
		return NULL;
	}
}

const char *vmw_kpf_name(const struct vmw_dump *dump, unsigned int bit)
{
	return bit == 5 ? "LRU" : bit == 12 ? "ANON" : bit == 25 ? "IDLE" : NULL;
}

const char *vmw_state_name(enum vmw_state state)
{
	return state == VMW_STATE_FREE ? "free" : "anon";
}

const char *vmw_data_name(enum vmw_data data)
{
	return data == VMW_PRESENT ? "present" : data == VMW_NO_PAGE ? "no-page" : "excluded";
}

/* A struct page of 56 bytes that is all there; every field is known. */
static struct vmw_page whole_page(void)
{
	return (struct vmw_page){
		.pfn = { 0x10 },
		.count = 1,
		.data = VMW_PRESENT,
		.virt = { UINT64_C(0xc00c000000000380) },
		.piece_count = 1,
		.pieces = { { .phys = { 0x50380 },
			      .size = 56,
			      .block = { .virt = { UINT64_C(0xc00c000000000000) },
					 .phys = { 0x50000 },
					 .size = 0x10000,
					 .source = VMW_SOURCE_LIST } } },
		.word_count = 7,
		.words = { UINT64_C(0x8000000000000021), 1, 2, 3, 4, 5, 6 },
		.fields = { .known = VMW_FIELD_FLAGS | VMW_FIELD_REFCOUNT | VMW_FIELD_MAPCOUNT |
				     VMW_FIELD_MAPPING | VMW_FIELD_INDEX | VMW_FIELD_PRIVATE |
				     VMW_FIELD_LRU | VMW_FIELD_COMPOUND,
			    .flags = UINT64_C(0x8000000000000021),
			    .refcount = 2,
			    .mapcount = -1,
			    .mapping = 0x1001,
			    .mapping_kind = VMW_MAPPING_ANON,
			    .index = 7,
			    .private_ = 8,
			    .lru_next = 9,
			    .lru_prev = 10,
			    .compound = VMW_COMPOUND_NONE },
	};
}

static struct page_row row_of(const struct vmw_page *page, const struct flag_names *names)
{
	return (struct page_row){ .page = page, .flag_names = names };
}

static void a_page_in_csv_has_all_its_columns(void **state)
{
	struct vmw_page page = whole_page();
	struct flag_names names;
	struct writer writer = capture_begin();

	assert_null(flag_names_init(&names, NULL));
	struct page_row row = row_of(&page, &names);
	csv_header(&writer, &page_table);
	csv_row(&writer, &page_table, &row);
	flag_names_deinit(&names);
	assert_written(
		&writer,
		"pfn,data,virt,phys,block_virt,block_phys,block_size,words,count,flags,"
		"flag_names,refcount,mapcount,mapping,mapping_kind,index,private,lru_next,"
		"lru_prev,compound,head_pfn,at_field,at_offset,why,state,traits,order,block_pfn,"
		"node,zone,zone_name,kpf,kpf_names,kpf_unknown,map_count\n"
		"16,present,0xc00c000000000380,0x50380,0xc00c000000000000,0x50000,65536,"
		"0x8000000000000021 0x0000000000000001 0x0000000000000002 "
		"0x0000000000000003 0x0000000000000004 0x0000000000000005 "
		"0x0000000000000006,1,0x8000000000000021,lru,2,-1,0x1001,anon,0x7,0x8,0x9,"
		"0xa,none,,,,,,,,,,,,,,,\n");
}

static void what_is_not_there_has_no_words_and_no_fields(void **state)
{
	struct vmw_page page = whole_page();
	const struct flag_names names = { 0 };
	struct writer writer = capture_begin();

	page.data = VMW_EXCLUDED;
	page.why = "filtered, they say";
	struct page_row row = row_of(&page, &names);
	csv_row(&writer, &page_table, &row);
	assert_written(&writer,
		       "16,excluded,0xc00c000000000380,0x50380,0xc00c000000000000,"
		       "0x50000,65536,,1,,,,,,,,,,,,,,,\"filtered, they say\",,,,,,,,,,,\n");
}

static void a_run_without_pages_is_one_row(void **state)
{
	const struct vmw_page page = { .pfn = { 0x100 }, .count = 0x100, .data = VMW_NO_PAGE };
	const struct flag_names names = { 0 };
	struct page_row row = row_of(&page, &names);
	struct writer writer = capture_begin();

	csv_row(&writer, &page_table, &row);
	page_text(&writer, &row);
	assert_written(&writer, "256,no-page,,,,,,,256,,,,,,,,,,,,,,,,,,,,,,,,,,\n"
				"pfn 0x100-0x1ff: no struct page\n");
}

static void an_unknown_field_is_empty(void **state)
{
	struct vmw_page page = whole_page();
	const struct flag_names names = { 0 };
	struct writer writer = capture_begin();
	struct json json = json_new(&writer, 0);

	page.fields.known = VMW_FIELD_REFCOUNT;
	page.piece_count = 0;
	page.word_count = 0;
	struct page_row row = row_of(&page, &names);
	json_object_begin(&json, NULL);
	json_row(&json, &page_table, &row);
	json_object_end(&json);
	assert_written(&writer, "{\"pfn\": 16, \"data\": \"present\", "
				"\"virt\": \"0xc00c000000000380\", \"words\": [], \"count\": 1, "
				"\"refcount\": 2}\n");
}

static void a_tail_names_its_head_and_no_flags(void **state)
{
	struct vmw_page page = whole_page();
	struct flag_names names;
	struct writer writer = capture_begin();

	assert_null(flag_names_init(&names, NULL));
	page.fields.compound = VMW_COMPOUND_TAIL;
	page.fields.head_known = true;
	page.fields.head_pfn = (vmw_pfn){ 0xf };
	struct page_row row = row_of(&page, &names);
	struct cell cell;
	for (size_t i = 0; i < page_table.column_count; i++) {
		const struct column *column = &page_table.columns[i];
		if (strcmp(column->name, "flag_names") == 0)
			assert_false(column->get(&row, &cell));
		if (strcmp(column->name, "head_pfn") == 0) {
			assert_true(column->get(&row, &cell));
			assert_int_equal(cell.number, 0xf);
		}
	}
	page_text(&writer, &row);
	char *text = capture_end(&writer);
	assert_non_null(strstr(text, "\n  flags     0x8000000000000021\n"));
	assert_non_null(strstr(text, "\n  compound  tail of pfn 0xf\n"));
	free(text);
	flag_names_deinit(&names);
}

static void text_shows_words_and_fields(void **state)
{
	struct vmw_page page = whole_page();
	struct flag_names names;
	struct writer writer = capture_begin();

	assert_null(flag_names_init(&names, NULL));
	struct page_row row = row_of(&page, &names);
	page_text(&writer, &row);
	flag_names_deinit(&names);
	assert_written(&writer,
		       "pfn 0x10: struct page at 0xc00c000000000380 = physical 0x50380 in the "
		       "64 KiB block at 0x50000\n"
		       "  0xc00c000000000380  0x8000000000000021 0x0000000000000001\n"
		       "  0xc00c000000000390  0x0000000000000002 0x0000000000000003\n"
		       "  0xc00c0000000003a0  0x0000000000000004 0x0000000000000005\n"
		       "  0xc00c0000000003b0  0x0000000000000006\n"
		       "  flags     0x8000000000000021 lru (bits 0, 63)\n"
		       "  refcount  2\n"
		       "  mapcount  -1\n"
		       "  mapping   0x1001 anon\n"
		       "  index     0x7\n"
		       "  private   0x8\n"
		       "  lru       next 0x9 prev 0xa\n"
		       "  compound  none\n");
}

static void text_says_where_a_page_straddles(void **state)
{
	struct vmw_page page = whole_page();
	const struct flag_names names = { 0 };
	struct writer writer = capture_begin();

	page.data = VMW_EXCLUDED;
	page.why = "filtered";
	page.piece_count = 2;
	page.pieces[0].size = 16;
	page.pieces[1] = page.pieces[0];
	page.pieces[1].size = 40;
	page.pieces[1].phys = page.pieces[1].block.phys = (vmw_phys){ 0x90000 };
	struct page_row row = row_of(&page, &names);
	page_text(&writer, &row);
	assert_written(&writer,
		       "pfn 0x10: struct page at 0xc00c000000000380: its first 16 bytes = physical "
		       "0x50380 in the 64 KiB block at 0x50000, the other 40 = physical 0x90000 in "
		       "the 64 KiB block at 0x90000: not in the dump, excluded: filtered\n");
}

static void bits_without_a_name_are_numbers(void **state)
{
	static const struct {
		uint64_t flags;
		const char *text;
	} cases[] = {
		{ 0, "\n  flags     0x0\n" },
		{ 0x20, "\n  flags     0x20 lru\n" },
		{ 0x1, "\n  flags     0x1 (bit 0)\n" },
		{ 0xf20, "\n  flags     0xf20 lru (bits 8-11)\n" },
		{ UINT64_MAX, "\n  flags     0xffffffffffffffff lru he?ad?? (bits 0-4, 7-63)\n" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct vmw_page page = whole_page();
		struct flag_names names;
		struct writer writer = capture_begin();

		assert_null(flag_names_init(&names, NULL));
		page.fields.flags = cases[i].flags;
		struct page_row row = row_of(&page, &names);
		page_text(&writer, &row);
		char *text = capture_end(&writer);
		assert_non_null(strstr(text, cases[i].text));
		free(text);
		flag_names_deinit(&names);
	}
}

static struct vmw_page_state anon_state(void)
{
	return (struct vmw_page_state){
		.known = VMW_KNOWN_STATE | VMW_KNOWN_ORDER | VMW_KNOWN_ZONE | VMW_KNOWN_POISON |
			 VMW_KNOWN_KPF | VMW_KNOWN_MAP_COUNT,
		.state = VMW_STATE_ANON,
		.thp = true,
		.poisoned = true,
		.order = 5,
		.block = { 0x400 },
		.node = 1,
		.zone = 2,
		.zone_name = "Normal",
		.kpf = 0x1020,
		.kpf_unknown = 1 << 25,
		.map_count = -1,
	};
}

static void text_says_what_the_page_is(void **state)
{
	struct vmw_page page = whole_page();
	struct vmw_page_state page_state = anon_state();
	struct flag_names names;
	struct writer writer = capture_begin();

	assert_null(flag_names_init(&names, NULL));
	struct page_row row = row_of(&page, &names);
	row.state = &page_state;
	page_text(&writer, &row);
	char *text = capture_end(&writer);
	assert_non_null(strstr(text,
			       "\n  state     anon thp poisoned, order 5 from pfn 0x400, node 1 "
			       "zone Normal\n  /proc     0x1020 LRU ANON; not known: IDLE; "
			       "mapped -1\n"));
	free(text);
	flag_names_deinit(&names);
}

static void a_row_says_what_the_page_is(void **state)
{
	struct vmw_page page = whole_page();
	struct vmw_page_state page_state = anon_state();
	struct flag_names names;
	struct writer writer = capture_begin();

	assert_null(flag_names_init(&names, NULL));
	struct page_row row = row_of(&page, &names);
	row.state = &page_state;
	csv_row(&writer, &page_table, &row);
	char *text = capture_end(&writer);
	assert_non_null(
		strstr(text, ",anon,thp poisoned,5,1024,1,2,Normal,0x1020,LRU ANON,IDLE,-1\n"));
	free(text);
	flag_names_deinit(&names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_says_what_the_page_is),
		cmocka_unit_test(a_row_says_what_the_page_is),
		cmocka_unit_test(a_page_in_csv_has_all_its_columns),
		cmocka_unit_test(what_is_not_there_has_no_words_and_no_fields),
		cmocka_unit_test(a_run_without_pages_is_one_row),
		cmocka_unit_test(an_unknown_field_is_empty),
		cmocka_unit_test(a_tail_names_its_head_and_no_flags),
		cmocka_unit_test(text_shows_words_and_fields),
		cmocka_unit_test(text_says_where_a_page_straddles),
		cmocka_unit_test(bits_without_a_name_are_numbers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
