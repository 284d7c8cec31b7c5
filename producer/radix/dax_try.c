// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Not for the series: maps and unmaps a vmemmap for device memory that is not there, the way
 * memremap_pages() and device DAX do, in as many steps as dax_try= on the kernel's command line
 * says.
 *
 * Put it into arch/powerpc/mm/book3s64/, add obj-y += dax_try.o to the Makefile there, and take an
 * image of memory after boot.
 */
#include <linux/ktime.h>
#include <linux/memory_hotplug.h>
#include <linux/memremap.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sizes.h>

#include <mm/book3s64/vmemmap_blocks.h>

#define FIRST (1UL << 40)  /* 1 GiB of 2M compound pages */
#define SECOND (2UL << 40) /* 4 GiB of 1G compound pages */
#define THIRD (3UL << 40)  /* 4 GiB, with an altmap that is too small for all of it */
#define SECTION (1UL << SECTION_SIZE_BITS)

static int steps;
core_param(dax_try, steps, int, 0400);

static struct vmem_altmap altmap = {
	.base_pfn = PHYS_PFN(THIRD),
	.end_pfn = PHYS_PFN(THIRD + 4UL * SZ_1G) - 1,
	.free = PHYS_PFN(SZ_128M),
};

static void say(const char *what, ktime_t start, int rc)
{
	s64 us = ktime_us_delta(ktime_get(), start);
	struct vmemmap_block *block;
	unsigned long nr = 0;

	for (block = vmemmap_blocks; block; block = block->list)
		nr++;
	pr_info("dax_try: %s: %d, %lld us, now %lu blocks\n", what, rc, us, nr);
}

static unsigned long map(unsigned long phys)
{
	return (unsigned long)pfn_to_page(PHYS_PFN(phys));
}

static void add(const char *what, unsigned long phys, unsigned long size, unsigned int shift)
{
	struct dev_pagemap pgmap = {
		.type = MEMORY_DEVICE_GENERIC,
		.vmemmap_shift = shift - PAGE_SHIFT,
	};
	ktime_t start = ktime_get();
	unsigned long at;
	int rc = 0;

	for (at = phys; at < phys + size && !rc; at += SECTION)
		rc = vmemmap_populate_compound_pages(PHYS_PFN(at), map(at), map(at + SECTION), 0,
						     &pgmap);
	say(what, start, rc);
}

static void del(const char *what, unsigned long phys, unsigned long size, struct vmem_altmap *alt)
{
	ktime_t start = ktime_get();
	unsigned long at;

	for (at = phys; at < phys + size; at += SECTION)
		vmemmap_free(map(at), map(at + SECTION), alt);
	say(what, start, 0);
}

static int __init dax_try_init(void)
{
	ktime_t start;
	int rc;

	mem_hotplug_begin();
	if (steps >= 1)
		add("1 GiB of 2M pages", FIRST, SZ_1G, 21);
	if (steps >= 2)
		add("4 GiB of 1G pages", SECOND, 4UL * SZ_1G, 30);
	if (steps >= 3) {
		start = ktime_get();
		rc = vmemmap_populate(map(THIRD + SZ_32M), map(THIRD + 4UL * SZ_1G - 3 * SZ_16M), 0,
				      &altmap);
		say("4 GiB with altmap", start, rc);
	}
	if (steps >= 4) {
		del("1 GiB out of the middle gone", SECOND + SZ_1G + SZ_512M, SZ_1G, NULL);
		del("16 MiB of the first gone", FIRST + SZ_128M, SZ_16M, NULL);
		del("512 MiB with altmap gone", THIRD + SZ_512M, SZ_512M, &altmap);
	}
	if (steps >= 5)
		add("16 MiB come back", FIRST + SZ_128M, SZ_16M, 21);
	if (steps >= 6) {
		del("first gone", FIRST, SZ_1G, NULL);
		del("second gone", SECOND, 4UL * SZ_1G, NULL);
		del("third gone", THIRD, 4UL * SZ_1G, &altmap);
	}
	mem_hotplug_done();
	return 0;
}
late_initcall(dax_try_init);
