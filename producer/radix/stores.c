/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Read the record of the radix vmemmap as dumps would show it that were taken between any two of
 * its stores, on a machine that orders no stores but by barriers: for each stretch between two
 * barriers, with every subset of the words that changed in it. A reader must come to an end, meet
 * no entry that is not one, and no translation that was not true at some moment of that stretch,
 *and must find all that did not change in it.
 *
 * vmemmap_blocks.c of the series is compiled as it is, without its #include lines:
 *
 *	sed '/^#include/d' TREE/arch/powerpc/mm/book3s64/vmemmap_blocks.c >blocks.inc
 *	gcc -O2 -I. -o stores producer/radix/stores.c
 *	./stores 30000 1		30000 changes, seed 1; a barrier between two changes
 *	./stores 30000 1 none		no barrier between two changes
 *
 * To see that it can fail, take a barrier out of blocks.inc.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- as much of a kernel as the file needs ---- */

#define PAGE_SIZE 256UL /* of the entries: small, so that there are many pages of them */
#define __meminit
#define VISIBLE_IF_KUNIT
#define CONFIG_MEMORY_HOTPLUG 1
#define WRITE_ONCE(x, value) ((x) = (value))
#define ENOMEM 12
#define GFP_KERNEL 0
#define __GFP_NOFAIL 0
#define NUMA_NO_NODE (-1)
#define KUNIT_STATIC_STUB_REDIRECT(function, ...) return stub_##function(__VA_ARGS__)
#define smp_wmb()

#define WARN_ON_ONCE(condition)                        \
	({                                             \
		bool warn = (condition);               \
		if (warn)                              \
			fault("warning: " #condition); \
		warn;                                  \
	})

struct vmemmap_block {
	struct vmemmap_block *list;
	unsigned long virt;
	unsigned long phys;
	unsigned long size;
};

struct vmemmap_record {
	struct vmemmap_block **list;
	struct vmemmap_block *near;
	struct vmemmap_block *freed;
	unsigned long nr_freed;
};

static void fault(const char *what);
static void *stub_vmemmap_record_page(int node, bool must);
static void stub_vmemmap_record_wmb(struct vmemmap_record *record);

static unsigned long __get_free_page(int flags)
{
	return 0;
}

static void *vmemmap_alloc_block(unsigned long size, int node)
{
	return NULL;
}

static bool slab_is_available(void)
{
	return false;
}

static void lockdep_assert_mem_hotplug_held_write(void)
{
}

#include "blocks.inc"

/* ---- memory, as it is and as it may be seen ---- */

enum {
	PAGES = 24, /* of the vmemmap */
	ENTRY_PAGES = 60,
	WORDS = 4 + ENTRY_PAGES * 32,
	CHANGED_MAX = 18, /* 2^18 subsets */
};
#define VIRT 0xc00c000000000000UL
#define PHYS 0x40000000UL
#define SIZE 0x1000UL

/* Word 0 is the head of the list, entries begin at word 4. */
static unsigned long memory[WORDS] __attribute__((aligned(4096)));
static unsigned long before[WORDS]; /* at the last barrier */
static unsigned long shown[WORDS];  /* a dump */
static unsigned int entry_pages;

/* What is mapped to where by page, 0 for not mapped: at the last barrier, and after each change. */
static unsigned long maps[4][PAGES];
static unsigned int map_count = 1;

static unsigned long stretches, stretches_wide, widest, dumps;

static void fault(const char *what)
{
	printf("fault: %s (stretch %lu)\n", what, stretches);
	exit(1);
}

static bool was_true(unsigned int page, unsigned long phys)
{
	for (unsigned int i = 0; i < map_count; i++) {
		if (maps[i][page] == phys)
			return true;
	}
	return false;
}

static bool stays_mapped(unsigned int page)
{
	for (unsigned int i = 0; i < map_count; i++) {
		if (maps[i][page] != maps[0][page])
			return false;
	}
	return maps[0][page] != 0;
}

static void read_dump(void)
{
	bool found[PAGES] = { false };
	unsigned int length = 0;

	for (unsigned long at = shown[0]; at;) {
		unsigned long word = (at - (unsigned long)memory) / sizeof(*memory);

		if (word < 4 || word > WORDS - 4 || at % sizeof(struct vmemmap_block))
			fault("an entry that is not one");
		if (++length > 200)
			fault("no end");
		unsigned long virt = shown[word + 1], phys = shown[word + 2];
		unsigned long size = shown[word + 3];

		if (size == 0 || virt < VIRT || virt + size > VIRT + PAGES * SIZE ||
		    (virt | phys | size) % SIZE)
			fault("a block that is not one");
		for (unsigned long offset = 0; offset < size; offset += SIZE) {
			unsigned int page = (unsigned int)((virt - VIRT + offset) / SIZE);

			if (!was_true(page, phys + offset))
				fault("a translation that was never true");
			found[page] = true;
		}
		at = shown[word];
	}
	for (unsigned int page = 0; page < PAGES; page++) {
		if (stays_mapped(page) && !found[page])
			fault("a mapping that did not change is missing");
	}
	dumps++;
}

/* Show every subset of what changed since the last barrier. */
static void end_stretch(void)
{
	unsigned int changed[CHANGED_MAX], count = 0;

	for (unsigned int i = 0; i < WORDS; i++) {
		if (memory[i] == before[i])
			continue;
		if (count == CHANGED_MAX)
			fault("too many words between two barriers");
		changed[count++] = i;
	}
	for (unsigned long subset = 0; subset < 1UL << count; subset++) {
		memcpy(shown, before, sizeof(shown));
		for (unsigned int i = 0; i < count; i++) {
			if (subset >> i & 1)
				shown[changed[i]] = memory[changed[i]];
		}
		read_dump();
	}
	memcpy(before, memory, sizeof(before));
	stretches++;
	stretches_wide += count > 1;
	if (count > widest)
		widest = count;
}

static void forget_maps(unsigned int kept)
{
	memmove(maps[0], maps[map_count - kept], kept * sizeof(maps[0]));
	map_count = kept;
}

static void *stub_vmemmap_record_page(int node, bool must)
{
	if (entry_pages == ENTRY_PAGES)
		fault("no more pages for entries");
	return memory + 4 + 32 * entry_pages++;
}

static void stub_vmemmap_record_wmb(struct vmemmap_record *record)
{
	end_stretch();
	/* The change that is being made may show from here on, too, and what was before it. */
	if (map_count > 2)
		forget_maps(2);
}

/* ---- changes ---- */

/* No barrier is outstanding: the record must say exactly what is mapped, in as few blocks. */
static void check_settled(const struct vmemmap_record *record, const unsigned long *map)
{
	unsigned int mapped = 0, recorded = 0;

	for (const struct vmemmap_block *block = *record->list; block; block = block->list) {
		const struct vmemmap_block *above = block->list;
		unsigned long first = (block->virt - VIRT) / SIZE;

		for (unsigned long i = 0; i < block->size / SIZE; i++, recorded++) {
			if (map[first + i] != block->phys + i * SIZE)
				fault("settled: wrong");
		}
		if (above && above->virt < block->virt + block->size)
			fault("settled: not ascending");
		if (above && above->virt == block->virt + block->size &&
		    above->phys == block->phys + block->size)
			fault("settled: not merged");
	}
	for (unsigned int page = 0; page < PAGES; page++)
		mapped += map[page] != 0;
	if (mapped != recorded)
		fault("settled: not all");
}

/* Remove a range, or map what of it is not mapped: false if that is nothing. */
static bool change(struct vmemmap_record *record, unsigned long *map)
{
	unsigned long first = (unsigned long)rand() % PAGES, count = 1 + (unsigned long)rand() % 5;
	bool remove = rand() & 1;
	unsigned long phys = rand() % 4 ? PHYS + first * SIZE
					: 2 * PHYS + (unsigned long)(rand() % 8) * SIZE;

	if (count > PAGES - first)
		count = PAGES - first;
	if (!remove) {
		unsigned long room = 0;

		while (room < count && !map[first + room])
			room++;
		count = room;
	}
	if (count == 0)
		return false;
	for (unsigned long i = 0; i < count; i++)
		map[first + i] = remove ? 0 : phys + i * SIZE;
	memcpy(maps[map_count++], map, sizeof(maps[0]));
	if (remove)
		vmemmap_record_del(record, VIRT + first * SIZE, count * SIZE);
	else
		vmemmap_record_add(record, VIRT + first * SIZE, phys, count * SIZE);
	return true;
}

int main(int argc, char **argv)
{
	struct vmemmap_record record = { .list = (struct vmemmap_block **)memory };
	bool barriers = argc < 4;
	unsigned long map[PAGES] = { 0 };

	if (argc < 3) {
		fprintf(stderr, "usage: stores CHANGES SEED [none]\n");
		return 2;
	}
	srand((unsigned int)strtoul(argv[2], NULL, 10));
	for (unsigned long i = 0; i < strtoul(argv[1], NULL, 10); i++) {
		if (vmemmap_record_reserve(&record, 0, false))
			fault("no entries");
		if (!change(&record, map))
			continue;
		if (barriers || map_count == 4) {
			end_stretch();
			forget_maps(1);
		}
		check_settled(&record, map);
	}
	printf("%lu stretches, %lu of more than one word, the widest of %lu; %lu dumps: no fault\n",
	       stretches, stretches_wide, widest, dumps);
	return 0;
}
