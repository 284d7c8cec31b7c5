/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the linear search of vmemmap_list costs when memory is removed: the list as the kernel
 *builds it (entries of 24 bytes carved upwards from pages of 64K, newest first), the search from
 *the head, and that of vmemmap_tracker_find().
 *
 *	cc -O2 -o list-cost list-cost.c && ./list-cost
 *
 * Memory is removed in ascending order, as __remove_pages() goes, once the oldest and once the
 *newest of the list.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct entry {
	struct entry *list;
	uint64_t phys;
	uint64_t virt_addr;
};

enum { PER_PAGE = 65536 / sizeof(struct entry) };

enum { STRIDE = 64 };

static bool resuming;
static struct entry **resume;
static struct entry *head;
static uint64_t steps;

static void build(uint64_t count)
{
	struct entry *page = NULL;

	head = NULL;
	for (uint64_t i = 0; i < count; i++) {
		if (i % PER_PAGE == 0 && posix_memalign((void **)&page, 65536, 65536))
			exit(1);
		page[i % PER_PAGE] = (struct entry){ head, i, i };
		head = &page[i % PER_PAGE];
	}
}

static struct entry **find(uint64_t virt)
{
	struct entry **mark = NULL, **before = NULL;
	unsigned int near = 0;

	for (struct entry **link = resume; link && *link; link = &(*link)->list) {
		steps++;
		if ((*link)->virt_addr == virt)
			return link;
		if (++near == 2 * STRIDE)
			break;
	}
	near = 0;
	for (struct entry **link = &head; *link; link = &(*link)->list) {
		steps++;
		if ((*link)->virt_addr == virt) {
			resume = resuming ? before : NULL;
			return link;
		}
		if (++near % STRIDE == 0) {
			before = mark;
			mark = &(*link)->list;
		}
	}
	abort();
}

static void del(uint64_t virt)
{
	struct entry **link = find(virt);

	if (resume == &(*link)->list)
		resume = NULL;
	*link = (*link)->list;
}

static void measure(const char *what, uint64_t count, uint64_t first, uint64_t removed)
{
	struct timespec start, end;

	build(count);
	resume = NULL;
	steps = 0;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
	for (uint64_t i = 0; i < removed; i++)
		del(first + i);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
	double seconds = (double)(end.tv_sec - start.tv_sec) +
			 (double)(end.tv_nsec - start.tv_nsec) / 1e9;
	printf("%-44s %8" PRIu64 " of %8" PRIu64 " blocks: %12" PRIu64
	       " steps, %9.3f ms, %8.3f us each\n",
	       what, removed, count, steps, seconds * 1e3, seconds * 1e6 / (double)removed);
}

int main(void)
{
	const uint64_t tib = 64;

	for (int twice = 0; twice < 2; twice++) {
		resuming = twice;
		printf("%s\n", twice ? "from near the last one first:" : "from the head:");
		/* struct page has 64 bytes: a block of 16M is the memmap of 16 GiB with 64K pages,
		 * one of 64K that of 64 MiB. */
		measure("64 TiB, 16M blocks, all of it", tib << 6, 0, tib << 6);
		measure("64 TiB, 16M blocks, the oldest 1 TiB", tib << 6, 0, 1 << 6);
		measure("64 TiB, 64K blocks, the newest 1 TiB", tib << 14, (tib - 1) << 14,
			1 << 14);
		measure("64 TiB, 64K blocks, the oldest 32 GiB", tib << 14, 0, 1 << 9);
	}
	return 0;
}
