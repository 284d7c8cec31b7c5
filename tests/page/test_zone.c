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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(node_and_zone_are_at_the_top_of_the_flags),
		cmocka_unit_test(memory_ends_with_the_last_node_or_section),
		cmocka_unit_test(a_node_that_makes_no_sense_leaves_nodes_unknown),
		cmocka_unit_test(three_zones_of_an_older_kernel_are_numbers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
