/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fake/kernel.h"

#define LINEAR UINT64_C(0xc000000000000000)

static const enum order orders[] = { ORDER_BIG, ORDER_LITTLE };
static const uint32_t page_sizes[] = { 4096, 65536 };

/* The value of a VMCOREINFO line. */
static uint64_t value_of(const struct fake_kernel *k, const char *key, int base)
{
	char start[64];

	snprintf(start, sizeof(start), "\n%s=", key);
	const char *found = strstr(k->vmcoreinfo, start);
	assert_non_null(found);
	return strtoull(found + strlen(start), NULL, base);
}

static void the_list_leads_to_every_block_highest_first(void **state)
{
	for (size_t i = 0; i < 4; i++) {
		_cleanup_(ram_freep) struct ram *ram = ram_new(512 << 20, page_sizes[i / 2],
							       orders[i % 2]);
		struct fake_kernel k = fake_kernel_put(ram, &(struct fake_kernel_spec){ 0 });
		uint64_t next = ram_get_u64(ram, value_of(&k, "SYMBOL(vmemmap_list)", 16) ^ LINEAR);
		size_t count = 0;

		assert_int_equal(k.block_count, i / 2 ? 8 : 2048);
		for (; next; next = ram_get_u64(ram, next ^ LINEAR), count++) {
			const struct vmw_mapping *block = &k.blocks[k.block_count - 1 - count];

			assert_int_equal(next >> 60, 0xc);
			assert_int_equal((next & (k.page_size - 1)) % 24, 0);
			assert_int_equal(ram_get_u64(ram, (next ^ LINEAR) + 8), block->phys.value);
			assert_int_equal(ram_get_u64(ram, (next ^ LINEAR) + 16), block->virt.value);
			assert_int_equal(block->phys.value % k.block_size, 0);
		}
		assert_int_equal(count, k.block_count);
		assert_int_equal(k.blocks[0].virt.value, k.vmemmap_base);
		fake_kernel_free(&k);
	}
}

static void the_block_size_is_behind_its_index(void **state)
{
	static const struct {
		uint32_t page;
		uint64_t block;
		uint32_t index, shift;
	} cases[] = {
		{ 4096, 4096, 0, 12 },
		{ 65536, 65536, 2, 16 },
		{ 65536, 1 << 24, 10, 24 },
		{ 4096, 1 << 24, 10, 24 },
	};

	for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
		_cleanup_(ram_freep) struct ram *ram = ram_new(1 << 30, cases[i / 2].page,
							       orders[i % 2]);
		struct fake_kernel k = fake_kernel_put(
			ram, &(struct fake_kernel_spec){ .block_size = cases[i / 2].block });
		uint64_t index_at = value_of(&k, "SYMBOL(mmu_vmemmap_psize)", 16) ^ LINEAR;
		uint64_t defs_at = value_of(&k, "SYMBOL(mmu_psize_defs)", 16) ^ LINEAR;
		uint32_t index = ram_get_u32(ram, index_at);

		assert_int_equal(index, cases[i / 2].index);
		assert_int_equal(ram_get_u32(ram, defs_at + index * UINT64_C(96)),
				 cases[i / 2].shift);
		assert_int_equal(ram_get_u32(ram, defs_at + 15 * 96), 0);
		fake_kernel_free(&k);
	}
}

static void radix_tables_map_what_the_blocks_say(void **state)
{
	static const uint64_t sizes[] = { 0, 1 };

	for (size_t i = 0; i < 8; i++) {
		uint32_t page = page_sizes[i / 2 % 2];
		_cleanup_(ram_freep) struct ram *ram = ram_new(1 << 30, page, orders[i % 2]);
		struct fake_kernel k = fake_kernel_put(
			ram, &(struct fake_kernel_spec){ .mmu = FAKE_RADIX,
							 .block_size = sizes[i / 4] * page });

		assert_int_equal(value_of(&k, "SYMBOL(swapper_pg_dir)", 16) ^ LINEAR,
				 k.swapper_pg_dir);
		assert_int_equal(value_of(&k, "NUMBER(RADIX_MMU)", 10), 1);
		assert_int_equal(ram_get_u64(ram, k.list_head), 0);
		/* 0xc00c... is slot 0x1800 of the page directory. */
		uint64_t entry = ram_get_be64(ram, k.swapper_pg_dir + 0x1800 * 8);
		assert_int_equal(entry >> 62, 2);
		assert_int_equal(entry & 0xff, 9);
		for (size_t n = 0; n < k.block_count; n++) {
			const struct vmw_mapping *block = &k.blocks[n];
			unsigned int level = block->size == 2 << 20 ? 2 : 3;
			uint64_t at = fake_radix_entry(ram, &k, block->virt.value, level);

			assert_int_not_equal(at, 0);
			uint64_t leaf = ram_get_be64(ram, at);
			assert_int_equal(leaf >> 62, 3);
			assert_int_equal(leaf & UINT64_C(0x001ffffffffff000), block->phys.value);
			assert_int_equal(block->source, VMW_SOURCE_RADIX);
		}
		fake_kernel_free(&k);
	}
}

static void every_section_says_what_its_range_does(void **state)
{
	static const enum fake_sections forms[] = { FAKE_EXTREME, FAKE_EXTREME_POINTER,
						    FAKE_STATIC };

	for (size_t i = 0; i < 12; i++) {
		_cleanup_(ram_freep) struct ram *ram = ram_new(512 << 20, page_sizes[i / 2 % 2],
							       orders[i % 2]);
		const struct fake_memory_range ranges[] = {
			{ .start = 0, .size = 64 << 20 },
			{ .start = 128 << 20,
			  .size = 32 << 20,
			  .hotplugged = true,
			  .subsections = 0x0f },
			{ .start = 96 << 20, .size = 16 << 20, .offline = true },
		};
		struct fake_kernel k = fake_kernel_put(
			ram, &(struct fake_kernel_spec){ .sections = forms[i / 4],
							 .section_size = 32,
							 .ranges = ranges,
							 .range_count = 3 });
		static const unsigned int flags[10] = { 0xf, 0xf, 0xf, 0xf, 0, 0, 0xb, 0, 7, 7 };
		uint64_t symbol = value_of(&k, "SYMBOL(mem_section)", 16) ^ LINEAR;
		uint64_t per_root = k.page_size / 32;

		if (forms[i / 4] == FAKE_EXTREME_POINTER)
			symbol = ram_get_u64(ram, symbol) ^ LINEAR;
		if (forms[i / 4] != FAKE_STATIC)
			symbol = ram_get_u64(ram, symbol) ^ LINEAR;
		assert_int_equal(value_of(&k, "LENGTH(mem_section)", 10),
				 forms[i / 4] == FAKE_STATIC ? 1 << 20 : (1 << 27) / per_root);
		for (uint64_t n = 0; n < 10; n++) {
			uint64_t at = fake_section(ram, &k, n);

			assert_int_equal(at, symbol + n * 32);
			assert_int_equal(ram_get_u64(ram, at),
					 flags[n] ? k.vmemmap_base | flags[n] : 0);
			if (!flags[n])
				continue;
			uint64_t usage = ram_get_u64(ram, at + 8) ^ LINEAR;
			assert_int_equal(ram_get_u64(ram, usage + 16), n < 8 ? 0xff : 0x0f);
		}
		fake_kernel_free(&k);
	}
}

static void struct_pages_say_their_frame_also_across_blocks(void **state)
{
	for (size_t i = 0; i < 4; i++) {
		_cleanup_(ram_freep) struct ram *ram = ram_new(256 << 20, page_sizes[i / 2],
							       orders[i % 2]);
		struct fake_kernel k = fake_kernel_put(
			ram, &(struct fake_kernel_spec){ .page_struct_size = 56 });
		uint64_t frames = ram_size(ram) / k.page_size;

		fake_page_put(ram, &k, frames - 1, 6, 77);
		for (uint64_t pfn = 0; pfn < frames; pfn++) {
			uint64_t phys;

			assert_true(fake_translate(&k, k.vmemmap_base + pfn * 56, &phys));
			assert_int_equal(ram_get_u64(ram, phys), pfn << 24);
			assert_true(fake_translate(&k, k.vmemmap_base + pfn * 56 + 48, &phys));
			assert_int_equal(ram_get_u64(ram, phys), pfn == frames - 1 ? 77 : 0);
		}
		fake_kernel_free(&k);
	}
}

static void note_and_text_stand_in_memory(void **state)
{
	for (size_t i = 0; i < 2; i++) {
		_cleanup_(ram_freep) struct ram *ram = ram_new(512 << 20, 65536, orders[i]);
		struct fake_kernel k = fake_kernel_put(
			ram, &(struct fake_kernel_spec){ .note_in_memory = true,
							 .text_in_memory = true,
							 .crashtime = true,
							 .memory_offset = 1004,
							 .drop = "SYMBOL(vmemmap) NUMBER(RADIX",
							 .add = "NUMBER(NEW)=1\n" });
		size_t size = strlen(k.vmcoreinfo);
		char text[8192] = "";

		assert_true(size < sizeof(text));
		assert_int_equal(k.note_page % 65536, 1004);
		assert_int_equal(ram_get_u32(ram, k.note_page), 11);
		assert_int_equal(ram_get_u32(ram, k.note_page + 4), size);
		assert_int_equal(ram_get_u32(ram, k.note_page + 8), 0);
		ram_get(ram, k.note_page + 12, text, 12);
		assert_memory_equal(text, "VMCOREINFO\0", 12);
		ram_get(ram, k.note_page + 24, text, size + 1);
		assert_string_equal(text, k.vmcoreinfo);
		assert_non_null(strstr(text, "\nNUMBER(NEW)=1\nCRASHTIME="));
		assert_null(strstr(text, "SYMBOL(vmemmap)"));
		assert_null(strstr(text, "RADIX_MMU"));
		assert_non_null(strstr(text, "\nSYMBOL(vmemmap_list)="));

		ram_get(ram, k.text_page, text, sizeof(text));
		assert_int_equal(strncmp(text, "OSRELEASE=6.12.0-fake\n", 22), 0);
		assert_null(strstr(text, "CRASHTIME"));

		ram_get(ram, value_of(&k, "SYMBOL(init_uts_ns)", 16) ^ LINEAR, text, 6 * 65);
		assert_string_equal(text, "Linux");
		assert_string_equal(text + 2 * 65, "6.12.0-fake");
		assert_string_equal(text + 4 * 65, i == 0 ? "ppc64" : "ppc64le");
		fake_kernel_free(&k);
	}
}

static void a_text_longer_than_a_page_is_cut_within_a_line(void **state)
{
	_cleanup_(ram_freep) struct ram *ram = ram_new(64 << 20, 4096, ORDER_LITTLE);
	char add[1024];

	memset(add, 'x', sizeof(add) - 1);
	add[sizeof(add) - 1] = '\0';
	struct fake_kernel k = fake_kernel_put(ram, &(struct fake_kernel_spec){ .add = add });
	assert_int_equal(strlen(k.vmcoreinfo), 4096);
	assert_int_equal(k.vmcoreinfo[4095], 'x');
	fake_kernel_free(&k);
}

static void a_case_can_give_its_own_entries(void **state)
{
	_cleanup_(ram_freep) struct ram *ram = ram_new(512 << 20, 65536, ORDER_BIG);
	const uint64_t base = UINT64_C(0xc00c000000000000);
	const struct fake_entry entries[] = {
		{ .virt = base, .phys = 0x1000000, .address = 0x1800018 },
		{ .virt = base + 0x10000, .phys = 0x1010000, .has_next = true, .next = 0x123 },
		{ .virt = base, .phys = 0x1020000 },
	};
	struct fake_kernel k = fake_kernel_put(
		ram, &(struct fake_kernel_spec){ .entries = entries, .entry_count = 3 });

	assert_int_equal(k.entry_count, 3);
	assert_int_equal(k.entries[0], 0x1800018);
	assert_int_equal(ram_get_u64(ram, k.list_head), LINEAR | 0x1800018);
	assert_int_equal(ram_get_u64(ram, k.entries[0]), LINEAR | k.entries[1]);
	assert_int_equal(ram_get_u64(ram, k.entries[1]), 0x123);
	assert_int_equal(ram_get_u64(ram, k.entries[2]), 0);
	assert_int_equal(ram_get_u64(ram, k.entries[2] + 8), 0x1020000);
	/* The first from the head wins. */
	assert_int_equal(k.block_count, 2);
	assert_int_equal(k.blocks[0].phys.value, 0x1000000);
	fake_kernel_free(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_list_leads_to_every_block_highest_first),
		cmocka_unit_test(the_block_size_is_behind_its_index),
		cmocka_unit_test(radix_tables_map_what_the_blocks_say),
		cmocka_unit_test(every_section_says_what_its_range_does),
		cmocka_unit_test(struct_pages_say_their_frame_also_across_blocks),
		cmocka_unit_test(note_and_text_stand_in_memory),
		cmocka_unit_test(a_text_longer_than_a_page_is_cut_within_a_line),
		cmocka_unit_test(a_case_can_give_its_own_entries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
