/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fakes are tested against their own headers, so that a red test elsewhere is not their fault.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fake/ram.h"

static void bytes_come_back_across_frames(void **state)
{
	_cleanup_(ram_freep) struct ram *ram = ram_new(1 << 20, 4096, ORDER_BIG);
	unsigned char in[10000], out[10002];

	for (size_t i = 0; i < sizeof(in); i++)
		in[i] = (unsigned char)(i * 7 + 1);
	ram_put(ram, 4090, in, sizeof(in));
	ram_get(ram, 4089, out, sizeof(out));
	assert_int_equal(out[0], 0);
	assert_memory_equal(out + 1, in, sizeof(in));
	assert_int_equal(out[10001], 0);
}

static void numbers_have_the_order_of_the_machine(void **state)
{
	static const struct {
		enum order order;
		unsigned char u64[8], u32[4];
	} cases[] = {
		{ ORDER_BIG, { 1, 2, 3, 4, 5, 6, 7, 8 }, { 9, 10, 11, 12 } },
		{ ORDER_LITTLE, { 8, 7, 6, 5, 4, 3, 2, 1 }, { 12, 11, 10, 9 } },
	};
	static const unsigned char big[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		_cleanup_(ram_freep) struct ram *ram = ram_new(65536, 65536, cases[i].order);
		unsigned char out[8];

		ram_put_u64(ram, 8, UINT64_C(0x0102030405060708));
		ram_get(ram, 8, out, 8);
		assert_memory_equal(out, cases[i].u64, 8);
		assert_int_equal(ram_get_u64(ram, 8), UINT64_C(0x0102030405060708));
		ram_put_u32(ram, 16, 0x090a0b0c);
		ram_get(ram, 16, out, 4);
		assert_memory_equal(out, cases[i].u32, 4);
		assert_int_equal(ram_get_u32(ram, 16), 0x090a0b0c);
		ram_put_be64(ram, 24, UINT64_C(0x0102030405060708));
		ram_get(ram, 24, out, 8);
		assert_memory_equal(out, big, 8);
		assert_int_equal(ram_get_be64(ram, 24), UINT64_C(0x0102030405060708));
	}
}

/* Against an array with an element for each frame. */
static void states_are_those_last_set(void **state)
{
	enum { FRAMES = 64 };
	static const enum vmw_data kinds[] = { VMW_PRESENT, VMW_EXCLUDED, VMW_NOT_DUMPED };
	_cleanup_(ram_freep) struct ram *ram = ram_new(FRAMES * 4096, 4096, ORDER_BIG);
	enum vmw_data naive[FRAMES] = { VMW_PRESENT };
	uint64_t random = 1;

	for (unsigned int round = 0; round < 2000; round++) {
		random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		uint64_t first = (random >> 33) % FRAMES;
		uint64_t count = (random >> 40) % (FRAMES - first + 1);
		enum vmw_data kind = kinds[(random >> 50) % 3];

		ram_set_data(ram, first * 4096, count * 4096, kind);
		for (uint64_t i = first; i < first + count; i++)
			naive[i] = kind;
		for (uint64_t i = 0; i < FRAMES; i++) {
			enum vmw_data data;
			uint64_t run = 1;

			while (i + run < FRAMES && naive[i + run] == naive[i])
				run++;
			assert_int_equal(ram_run(ram, i * 4096 + 4095, &data), run * 4096 - 4095);
			assert_int_equal(data, naive[i]);
		}
	}
}

static void untouched_frames_can_be_excluded(void **state)
{
	_cleanup_(ram_freep) struct ram *ram = ram_new(8 * 4096, 4096, ORDER_BIG);
	static const enum vmw_data wanted[8] = { VMW_EXCLUDED, VMW_PRESENT,    VMW_PRESENT,
						 VMW_EXCLUDED, VMW_NOT_DUMPED, VMW_NOT_DUMPED,
						 VMW_EXCLUDED, VMW_PRESENT };

	ram_put_u64(ram, 2 * 4096 - 4, 0); /* frames 1 and 2 */
	ram_touch(ram, 7 * 4096 + 5, 1);
	ram_put_u64(ram, 5 * 4096, 1);
	ram_set_data(ram, 4 * 4096, 2 * 4096, VMW_NOT_DUMPED);
	ram_exclude_untouched(ram);
	for (uint64_t i = 0; i < 8; i++)
		assert_int_equal(ram_data(ram, i * 4096), wanted[i]);
}

static void touched_frames_cost_nothing(void **state)
{
	_cleanup_(ram_freep) struct ram *ram = ram_new(UINT64_C(64) << 40, 65536, ORDER_LITTLE);
	size_t count;

	ram_touch(ram, 0, 1 << 30);
	ram_put_u64(ram, (UINT64_C(64) << 40) - 8, 1);
	_cleanup_(freep) uint64_t *written = ram_written(ram, &count);
	assert_int_equal(count, 1);
	assert_int_equal(written[0], (UINT64_C(64) << 40) - 65536);
	assert_null(ram_frame_bytes(ram, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_come_back_across_frames),
		cmocka_unit_test(numbers_have_the_order_of_the_machine),
		cmocka_unit_test(states_are_those_last_set),
		cmocka_unit_test(untouched_frames_can_be_excluded),
		cmocka_unit_test(touched_frames_cost_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
