/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "meaning.h"

/* Of Debian 6.12, 64K: three zones, 256 nodes. */
#define LINES_NODES                                                                    \
	"SYMBOL(node_data)=c000000003000000\nLENGTH(node_data)=256\nSIZE(zone)=1664\n" \
	"OFFSET(pglist_data.node_zones)=0\nOFFSET(pglist_data.nr_zones)=29600\n"       \
	"OFFSET(pglist_data.node_start_pfn)=29608\n"                                   \
	"OFFSET(pglist_data.node_spanned_pages)=29624\nOFFSET(pglist_data.node_id)=29632\n"

#define NODE_DATA UINT64_C(0x3000000)
#define LINEAR UINT64_C(0xc000000000000000)

static const enum order orders[] = { ORDER_LITTLE, ORDER_BIG };

static void put_node(struct machine *m, uint64_t index, uint64_t start, uint64_t count)
{
	uint64_t node = NODE_DATA + 0x10000 * (index + 1);

	ram_put_u64(m->ram, NODE_DATA + 8 * index, LINEAR + node);
	ram_put_u64(m->ram, node + 29608, start);
	ram_put_u64(m->ram, node + 29624, count);
	ram_put_u32(m->ram, node + 29632, (uint32_t)index);
}

static uint64_t flags_of(uint64_t node, uint64_t zone)
{
	return node << 56 | zone << 54 | 0x20;
}

static void node_and_zone_are_at_the_top_of_the_flags(void **state)
{
	for (size_t i = 0; i < 2; i++) {
		struct machine m = machine_new(orders[i], "6.12.0", LINES_6_12 LINES_NODES);
		unsigned int node, zone;

		put_node(&m, 0, 0, 0x200);
		put_node(&m, 5, 0x200, 0x200);
		machine_open(&m);
		const struct zones *zones = m.model->zones;
		assert_true(zones->has_fields);
		assert_true(zones->has_nodes);
		assert_int_equal(zones->node_count, 2);
		assert_int_equal(zones->frames_end, 0x400);
		assert_int_equal(zones->zone_count, 3);
		assert_true(zones_decode(zones, pfn_at(0x100), flags_of(0, 0), &node, &zone));
		assert_int_equal(node, 0);
		assert_int_equal(zone, 0);
		assert_string_equal(zones->names[0], "Normal");
		assert_true(zones_decode(zones, pfn_at(0x3ff), flags_of(5, 1), &node, &zone));
		assert_int_equal(node, 5);
		assert_int_equal(zone, 1);
		assert_string_equal(zones->names[1], "Movable");
		assert_string_equal(zones->names[2], "Device");
		/* Not in the span of its node; of a node, or a zone, that is not there. */
		assert_false(zones_decode(zones, pfn_at(0x100), flags_of(5, 0), &node, &zone));
		assert_false(zones_decode(zones, pfn_at(0x400), flags_of(5, 0), &node, &zone));
		assert_false(zones_decode(zones, pfn_at(0x100), flags_of(7, 0), &node, &zone));
		assert_false(zones_decode(zones, pfn_at(0x100), flags_of(0, 3), &node, &zone));
		machine_free(&m);
	}
}

/* Without symbols the end of the last node, or of a memory section behind it (never put online, or
 * offline again), is the end of memory, as far as is known. */
static void memory_ends_with_the_last_node_or_section(void **state)
{
	struct machine m = machine_new(ORDER_BIG, "6.12.0", LINES_6_12 LINES_NODES);

	put_node(&m, 0, 0, 0x3f0);
	machine_open(&m);
	assert_null(special_find_end(&m.context, m.reader, m.model->zones, &m.model->special));
	assert_false(m.model->special.end_known);
	assert_int_equal(m.model->special.end, 0x400);
	machine_free(&m);
}

static void a_node_that_makes_no_sense_leaves_nodes_unknown(void **state)
{
	static const struct {
		uint64_t pointer, start, count;
		uint32_t id;
		const char *why;
	} cases[] = {
		{ 0x8000000000000000, 0, 0x400, 0, "not an address of the linear map" },
		{ LINEAR + NODE_DATA + 0x10000, 0, 0x400, 3, "node_id" },
		{ LINEAR + NODE_DATA + 0x10000, UINT64_MAX, 2, 0, "more frames" },
		{ LINEAR + NODE_DATA + 0x10000, 0, UINT64_MAX, 0, "more frames" },
		{ UINT64_MAX - 100, 0, 1, 0, "no address" },
		{ 0, 0, 0, 0, "no node" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct machine m = machine_new(orders[i % 2], "6.12.0", LINES_6_12 LINES_NODES);
		unsigned int node, zone;

		put_node(&m, 0, cases[i].start, cases[i].count);
		ram_put_u32(m.ram, NODE_DATA + 0x10000 + 29632, cases[i].id);
		ram_put_u64(m.ram, NODE_DATA, cases[i].pointer);
		machine_open(&m);
		assert_false(m.model->zones->has_nodes);
		if (!strstr(m.model->zones->nodes_missing, cases[i].why))
			fail_msg("\"%s\" lacks \"%s\"", m.model->zones->nodes_missing,
				 cases[i].why);
		assert_false(zones_decode(m.model->zones, pfn_at(1), 0, &node, &zone));
		machine_free(&m);
	}
}

/* Before 6.1 the first of three may be a DMA zone, with the movable one last. */
static void three_zones_of_an_older_kernel_are_numbers(void **state)
{
	struct machine m = machine_new(ORDER_BIG, "4.18.0", LINES_6_12 LINES_NODES);

	put_node(&m, 0, 0, 0x400);
	machine_open(&m);
	assert_true(m.model->zones->has_fields);
	for (size_t i = 0; i < 3; i++)
		assert_null(m.model->zones->names[i]);
	assert_false(m.model->zones->device_known);
	machine_free(&m);
}

/* NODES_WIDTH and ZONES_WIDTH of patched kernels. */
static void exported_widths_are_used_and_held_against_what_can_be_derived(void **state)
{
	static const struct {
		const char *lines;
		const char *fault; /* NULL: believed */
		unsigned int node_width, zone_width, zone_count;
		const char *note;
	} cases[] = {
		{ LINES_NODES "NUMBER(NODES_WIDTH)=8\nNUMBER(ZONES_WIDTH)=2\n", NULL, 8, 2, 3,
		  "LENGTH(node_data) and OFFSET(pglist_data.nr_zones) agree" },
		/* Nothing to derive them from. */
		{ "NUMBER(NODES_WIDTH)=6\nNUMBER(ZONES_WIDTH)=3\n", NULL, 6, 3, 8, NULL },
		{ "NUMBER(NODES_WIDTH)=0\nNUMBER(ZONES_WIDTH)=0\n", NULL, 0, 0, 1, NULL },
		/* Lines that lie, of themselves or beside the others. */
		{ LINES_NODES "NUMBER(NODES_WIDTH)=7\nNUMBER(ZONES_WIDTH)=2\n",
		  "NODES_WIDTH is 7 and ZONES_WIDTH 2, but LENGTH(node_data) and "
		  "OFFSET(pglist_data.nr_zones) give 8 and 2",
		  0, 0, 0, NULL },
		{ LINES_NODES "NUMBER(NODES_WIDTH)=8\nNUMBER(ZONES_WIDTH)=1\n", "give 8 and 2", 0,
		  0, 0, NULL },
		{ LINES_NODES "NUMBER(NODES_WIDTH)=-8\nNUMBER(ZONES_WIDTH)=2\n", "is -8", 0, 0, 0,
		  NULL },
		{ "NUMBER(NODES_WIDTH)=64\nNUMBER(ZONES_WIDTH)=2\n",
		  "is 64 and ZONES_WIDTH 2, but no kernel has more than 10 and 3", 0, 0, 0, NULL },
		{ "NUMBER(NODES_WIDTH)=8\nNUMBER(ZONES_WIDTH)=4\n", "no kernel has more", 0, 0, 0,
		  NULL },
		{ "NUMBER(NODES_WIDTH)=9223372036854775807\nNUMBER(ZONES_WIDTH)=2\n",
		  "no kernel has more", 0, 0, 0, NULL },
	};

	for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
		char lines[2048];
		size_t n = i / 2;

		snprintf(lines, sizeof(lines), LINES_6_12 "%s", cases[n].lines);
		struct machine m = machine_new(orders[i % 2], "6.12.0", lines);
		machine_open(&m);
		const struct zones *zones = m.model->zones;
		assert_int_equal(zones->has_fields, !cases[n].fault);
		if (cases[n].fault) {
			if (!strstr(zones->fault, cases[n].fault))
				fail_msg("\"%s\" lacks \"%s\"", zones->fault, cases[n].fault);
		} else {
			assert_null(zones->fault);
			assert_string_equal(zones->fields_from,
					    "VMCOREINFO NODES_WIDTH and ZONES_WIDTH");
			if (cases[n].note)
				assert_string_equal(zones->fields_note, cases[n].note);
			else
				assert_null(zones->fields_note);
			assert_int_equal(zones->node_width, cases[n].node_width);
			assert_int_equal(zones->zone_width, cases[n].zone_width);
			assert_int_equal(zones->zone_count, cases[n].zone_count);
			assert_int_equal(zones->zone_shift,
					 64 - cases[n].node_width - cases[n].zone_width);
		}
		machine_free(&m);
	}
}

/* One of the two is no help: a text that was cut between them. */
static void one_width_alone_is_not_used(void **state)
{
	struct machine m = machine_new(ORDER_BIG, "6.12.0",
				       LINES_6_12 LINES_NODES "NUMBER(NODES_WIDTH)=7\n");

	machine_open(&m);
	assert_true(m.model->zones->has_fields);
	assert_int_equal(m.model->zones->node_width, 8);
	machine_free(&m);
}

/* max_pfn at the address that VMCOREINFO has; memory ends with frame 0x400, in section 3. */
static void max_pfn_is_believed_if_nothing_lies_behind_it(void **state)
{
	static const struct {
		uint64_t max_pfn, node_end;
		const char *fault; /* NULL: believed */
	} cases[] = {
		{ 0x400, 0x400, NULL },
		/* Memory was removed at the end. */
		{ 0x10000, 0x400, NULL },
		{ 0x3f1, 0x3f0, NULL },
		{ 0, 0x400, "no number of a frame" },
		{ UINT64_MAX, 0x400, "no number of a frame" },
		{ 0x3ff, 0x400, "a node spans frames beyond" },
		{ 0x300, 0x200, "a memory section lies beyond" },
	};

	for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
		size_t n = i / 2;
		struct machine m = machine_new(orders[i % 2], "6.12.0",
					       LINES_6_12 LINES_NODES
					       "SYMBOL(max_pfn)=c000000002f00000\n");

		put_node(&m, 0, 0, cases[n].node_end);
		ram_put_u64(m.ram, 0x2f00000, cases[n].max_pfn);
		machine_open(&m);
		struct special *special = &m.model->special;
		assert_null(special_find_end(&m.context, m.reader, m.model->zones, special));
		assert_int_equal(special->end_known, !cases[n].fault);
		if (cases[n].fault) {
			if (!special->end_fault || !strstr(special->end_fault, cases[n].fault))
				fail_msg("case %zu: not \"%s\"", n, cases[n].fault);
			assert_string_equal(special->end_from, "the last node or memory section");
			assert_int_equal(special->end, 0x400);
		} else {
			assert_int_equal(special->end, cases[n].max_pfn);
			assert_string_equal(special->end_from,
					    "max_pfn, at SYMBOL(max_pfn) of VMCOREINFO");
			assert_non_null(special->end_note);
		}
		machine_free(&m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(node_and_zone_are_at_the_top_of_the_flags),
		cmocka_unit_test(memory_ends_with_the_last_node_or_section),
		cmocka_unit_test(a_node_that_makes_no_sense_leaves_nodes_unknown),
		cmocka_unit_test(three_zones_of_an_older_kernel_are_numbers),
		cmocka_unit_test(exported_widths_are_used_and_held_against_what_can_be_derived),
		cmocka_unit_test(one_width_alone_is_not_used),
		cmocka_unit_test(max_pfn_is_believed_if_nothing_lies_behind_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
