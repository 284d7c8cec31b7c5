/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dump/elf_map.h"

#include <stdbool.h>
#include <stdlib.h>

#include "fake/check.h"

static uint64_t next_random(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return *seed >> 33;
}

/* What is true of one byte, by asking every claim. */
static bool describe(const struct elf_claim *claims, size_t count, uint64_t phys,
		     enum elf_kind *ret, size_t *ret_sources)
{
	size_t open[3] = { 0 };

	for (size_t i = 0; i < count; i++) {
		if (phys >= claims[i].phys && phys - claims[i].phys < claims[i].size)
			open[claims[i].kind]++;
	}
	*ret_sources = open[ELF_BYTES];
	*ret = open[ELF_BYTES] > ELF_SOURCES_MAX ? ELF_CROWDED
	       : open[ELF_BYTES] > 0             ? ELF_BYTES
	       : open[ELF_CUT] > 0               ? ELF_CUT
						 : ELF_FILTERED;
	return open[ELF_BYTES] + open[ELF_CUT] + open[ELF_FILTERED] > 0;
}

static void random_claims_agree_with_a_model(void **state)
{
	enum { CLAIMS = 24, SPACE = 200 };
	uint64_t seed = 7;

	for (int round = 0; round < 500; round++) {
		struct elf_claim claims[CLAIMS], given[CLAIMS];
		struct elf_map map = { 0 };
		for (size_t i = 0; i < CLAIMS; i++)
			given[i] = claims[i] = (struct elf_claim){
				.phys = next_random(&seed) % SPACE,
				.size = next_random(&seed) % 50 + 1,
				.shift = 1000 * i,
				.kind = (enum elf_kind)(next_random(&seed) % 3),
			};
		assert_success(elf_map_init(&map, claims, CLAIMS));

		for (size_t i = 1; i < map.count; i++)
			assert_true(map.pieces[i - 1].phys + map.pieces[i - 1].size <=
				    map.pieces[i].phys);
		for (uint64_t phys = 0; phys < SPACE + 60; phys++) {
			enum elf_kind kind;
			size_t sources, index = elf_map_find(&map, phys);
			bool covered = describe(given, CLAIMS, phys, &kind, &sources);
			bool found = index < map.count && map.pieces[index].phys <= phys;
			assert_int_equal(found, covered);
			if (!found)
				continue;
			const struct elf_piece *piece = &map.pieces[index];
			assert_true(phys - piece->phys < piece->size);
			assert_int_equal(piece->kind, kind);
			if (kind == ELF_BYTES)
				assert_int_equal(piece->rival_count, sources - 1);
		}
		elf_map_deinit(&map);
	}
}

static void segments_that_go_on_in_memory_and_file_are_one_piece(void **state)
{
	struct elf_claim claims[] = {
		{ .phys = 0x3000, .size = 0x1000, .shift = 0x500, .kind = ELF_BYTES },
		{ .phys = 0x1000, .size = 0x1000, .shift = 0x500, .kind = ELF_BYTES },
		{ .phys = 0x2000, .size = 0x1000, .shift = 0x500, .kind = ELF_BYTES },
		{ .phys = 0x4000, .size = 0x1000, .shift = 0x600, .kind = ELF_BYTES },
		{ .phys = 0x5000, .size = 0x1000, .kind = ELF_FILTERED },
		{ .phys = 0x6000, .size = 0x1000, .kind = ELF_FILTERED },
	};
	struct elf_map map = { 0 };

	assert_success(elf_map_init(&map, claims, sizeof(claims) / sizeof(claims[0])));
	assert_int_equal(map.count, 3);
	assert_int_equal(map.pieces[0].size, 0x3000);
	assert_int_equal(map.pieces[1].size, 0x1000);
	assert_int_equal(map.pieces[2].size, 0x2000);
	elf_map_deinit(&map);
}

/* The same bytes of the file for the same memory cannot differ: nothing to compare. */
static void the_same_place_of_the_file_given_twice_is_no_rival(void **state)
{
	struct elf_claim claims[] = {
		{ .phys = 0x1000, .size = 0x3000, .shift = 0x500, .kind = ELF_BYTES },
		{ .phys = 0x2000, .size = 0x1000, .shift = 0x500, .kind = ELF_BYTES },
	};
	struct elf_map map = { 0 };

	assert_success(elf_map_init(&map, claims, 2));
	assert_int_equal(map.count, 1);
	assert_int_equal(map.pieces[0].size, 0x3000);
	assert_int_equal(map.pieces[0].rival_count, 0);
	elf_map_deinit(&map);
}

static void claims_at_the_end_of_the_address_space_are_found(void **state)
{
	struct elf_claim claims[] = {
		{ .phys = UINT64_MAX - 1, .size = 1, .kind = ELF_FILTERED },
		{ .phys = 0, .size = UINT64_MAX, .kind = ELF_CUT },
	};
	struct elf_map map = { 0 };

	assert_success(elf_map_init(&map, claims, 2));
	assert_int_equal(map.count, 1);
	assert_int_equal(map.pieces[0].kind, ELF_CUT);
	assert_int_equal(elf_map_find(&map, UINT64_MAX - 1), 0);
	assert_int_equal(elf_map_find(&map, UINT64_MAX), 1);
	elf_map_deinit(&map);
}

static void no_claims_are_an_empty_map(void **state)
{
	struct elf_map map = { 0 };

	assert_success(elf_map_init(&map, NULL, 0));
	assert_int_equal(map.count, 0);
	assert_int_equal(elf_map_find(&map, 0), 0);
	elf_map_deinit(&map);
}

/* As many segments open at a time as there are: a walk over them for each would not end. */
static void two_hundred_thousand_nested_claims_are_quick(void **state)
{
	enum { COUNT = 200000 };
	struct elf_claim *claims = calloc(COUNT, sizeof(*claims));
	struct elf_map map = { 0 };

	assert_non_null(claims);
	for (uint64_t i = 0; i < COUNT; i++)
		claims[i] = (struct elf_claim){
			.phys = i, .size = 2 * (COUNT - i), .shift = i % 3, .kind = ELF_BYTES
		};
	assert_success(elf_map_init(&map, claims, COUNT));
	assert_true(map.count <= 2 * COUNT);
	assert_int_equal(map.pieces[0].kind, ELF_BYTES);
	assert_int_equal(map.pieces[map.count / 2].kind, ELF_CROWDED);
	elf_map_deinit(&map);
	free(claims);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_claims_agree_with_a_model),
		cmocka_unit_test(segments_that_go_on_in_memory_and_file_are_one_piece),
		cmocka_unit_test(the_same_place_of_the_file_given_twice_is_no_rival),
		cmocka_unit_test(claims_at_the_end_of_the_address_space_are_found),
		cmocka_unit_test(no_claims_are_an_empty_map),
		cmocka_unit_test(two_hundred_thousand_nested_claims_are_quick),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
