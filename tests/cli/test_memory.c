/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/memory.h"

#include "cli/capture.h"
#include "util/checked.h"

/*
 * A library with a small machine: physical memory is there up to 0x10000, excluded up to 0x20000,
 * there again up to 0x100000, and not dumped behind; a byte is its address / 0x1000. Virtual 0x1000
 * to 0x3fff are pages at physical 0x5000, 0xf000 and 0x10000, and of what is at 0x8000 the dump
 * does not tell.
 */
struct vmw_reader {
	uint64_t translations;
};

const char *vmw_data_name(enum vmw_data data)
{
	return data == VMW_EXCLUDED ? "excluded" : "other";
}

struct vmw_error *vmw_read_phys(struct vmw_reader *reader, vmw_phys phys, void *buf, uint64_t size,
				struct vmw_run *ret)
{
	static const struct {
		uint64_t end;
		enum vmw_data data;
		const char *why;
	} map[] = {
		{ 0x10000, VMW_PRESENT, NULL },
		{ 0x20000, VMW_EXCLUDED, "filtered" },
		{ 0x100000, VMW_PRESENT, NULL },
		{ UINT64_MAX, VMW_NOT_DUMPED, "not covered" },
	};
	size_t i = 0;

	assert_true(size > 0);
	while (phys.value >= map[i].end)
		i++;
	*ret = (struct vmw_run){ .size = min_u64(size, map[i].end - phys.value),
				 .data = map[i].data,
				 .why = map[i].why };
	/* A run may be told in pieces. */
	ret->size = min_u64(ret->size, ret->data == VMW_PRESENT ? 0x1800 : UINT64_MAX);
	if (ret->data == VMW_PRESENT) {
		for (uint64_t j = 0; j < ret->size; j++)
			((unsigned char *)buf)[j] = (unsigned char)((phys.value + j) / 0x1000);
	}
	return NULL;
}

struct vmw_error *vmw_translate(struct vmw_reader *reader, vmw_virt virt,
				struct vmw_translation *ret, bool *ret_mapped)
{
	static const uint64_t pages[] = { 0, 0x5000, 0xf000, 0x10000 };
	uint64_t page = virt.value / 0x1000, offset = virt.value % 0x1000;

	reader->translations++;
	if (page == 8)
		return error_new(VMW_ERROR_MISSING, where_none(), "not told");
	*ret_mapped = page >= 1 && page <= 3;
	if (*ret_mapped)
		*ret = (struct vmw_translation){ .phys = { pages[page] + offset },
						 .size = 0x1000 - offset };
	return NULL;
}

struct expected {
	uint64_t address, size;
	enum memory_state state;
	int first, last; /* bytes of a PRESENT run */
};

static void assert_runs(enum vmw_space space, uint64_t address, uint64_t size,
			const struct expected *expected, size_t count)
{
	struct vmw_reader reader = { 0 };
	struct memory memory;
	struct memory_run run;
	bool found;

	assert_null(memory_init(&memory, &reader, &(struct query_read){ space, address, size }));
	for (size_t i = 0; i < count; i++) {
		assert_null(memory_next(&memory, &run, &found));
		assert_true(found);
		assert_int_equal(run.address, expected[i].address);
		assert_int_equal(run.size, expected[i].size);
		assert_int_equal(run.state, expected[i].state);
		if (run.state == MEMORY_PRESENT) {
			assert_int_equal(run.bytes[0], expected[i].first);
			assert_int_equal(run.bytes[run.size - 1], expected[i].last);
		}
	}
	assert_null(memory_next(&memory, &run, &found));
	assert_false(found);
	memory_deinit(&memory);
}

static void physical_memory_comes_in_runs_of_a_kind(void **state)
{
	static const struct expected expected[] = {
		{ 0xe800, 0x1800, MEMORY_PRESENT, 0xe, 0xf },
		{ 0x10000, 0x10000, MEMORY_MISSING, 0, 0 },
		{ 0x20000, 0x10, MEMORY_PRESENT, 0x20, 0x20 },
	};

	assert_runs(VMW_SPACE_PHYS, 0xe800, 0x11810, expected, 3);
}

static void a_long_run_comes_in_buffers(void **state)
{
	static const struct expected expected[] = {
		{ 0x20000, 0x10000, MEMORY_PRESENT, 0x20, 0x2f },
		{ 0x30000, 0x8000, MEMORY_PRESENT, 0x30, 0x37 },
	};

	assert_runs(VMW_SPACE_PHYS, 0x20000, 0x18000, expected, 2);
}

static void virtual_memory_is_translated_piece_by_piece(void **state)
{
	static const struct expected expected[] = {
		{ 0x800, 0x800, MEMORY_UNMAPPED, 0, 0 },
		{ 0x1000, 0x2000, MEMORY_PRESENT, 0x5, 0xf },
		{ 0x3000, 0x1000, MEMORY_MISSING, 0, 0 },
		{ 0x4000, 0x3fff, MEMORY_UNMAPPED, 0, 0 },
	};

	assert_runs(VMW_SPACE_VIRT, 0x800, 0x77ff, expected, 4);
}

static void one_byte_is_a_run(void **state)
{
	static const struct expected present[] = { { 0x5555, 1, MEMORY_PRESENT, 5, 5 } };
	static const struct expected missing[] = { { UINT64_MAX - 1, 1, MEMORY_MISSING, 0, 0 } };

	assert_runs(VMW_SPACE_PHYS, 0x5555, 1, present, 1);
	assert_runs(VMW_SPACE_PHYS, UINT64_MAX - 1, 1, missing, 1);
}

static void what_there_is_comes_before_the_error(void **state)
{
	struct vmw_reader reader = { 0 };
	struct memory memory;
	struct memory_run run;
	bool found;

	assert_null(memory_init(&memory, &reader,
				&(struct query_read){ VMW_SPACE_VIRT, 0x7000, 0x2000 }));
	assert_null(memory_next(&memory, &run, &found));
	assert_int_equal(run.state, MEMORY_UNMAPPED);
	assert_int_equal(run.size, 0x1000);
	assert_refused(memory_next(&memory, &run, &found), VMW_ERROR_MISSING, "not told");
	memory_deinit(&memory);
}

static void half_the_address_space_without_a_mapping_ends(void **state)
{
	struct vmw_reader reader = { 0 };
	struct memory memory;
	struct memory_run run;
	bool found;

	assert_null(memory_init(
		&memory, &reader,
		&(struct query_read){ VMW_SPACE_VIRT, UINT64_C(1) << 62, UINT64_C(1) << 63 }));
	assert_null(memory_next(&memory, &run, &found));
	assert_int_equal(run.state, MEMORY_UNMAPPED);
	assert_int_equal(run.size, UINT64_C(1) << 32);
	assert_refused(memory_next(&memory, &run, &found), VMW_ERROR_MISSING,
		       "nothing is mapped for 4 GiB");
	assert_true(reader.translations <= 1 << 20);
	memory_deinit(&memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(physical_memory_comes_in_runs_of_a_kind),
		cmocka_unit_test(a_long_run_comes_in_buffers),
		cmocka_unit_test(virtual_memory_is_translated_piece_by_piece),
		cmocka_unit_test(one_byte_is_a_run),
		cmocka_unit_test(what_there_is_comes_before_the_error),
		cmocka_unit_test(half_the_address_space_without_a_mapping_ends),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
