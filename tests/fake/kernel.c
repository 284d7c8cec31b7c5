/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The records of a kernel, but for the memmap (memmap.c) and its text (text.c).
 *
 * Source: Linux arch/powerpc/include/asm/book3s/64/pgalloc.h (struct vmemmap_backing), mmu.h
 * (struct mmu_psize_def, MMU_PAGE_*), asm/cputable.h (struct cpu_spec), linux/utsname.h,
 * kernel/vmcore_info.c.
 */
#include "fake/kernel.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "fake/builder.h"
#include "fake/store.h"

uint64_t builder_alloc(struct builder *b, uint64_t size, uint64_t align)
{
	uint64_t start = (b->next + align - 1) / align * align;

	if (start > b->blocks_low || size > b->blocks_low - start)
		fake_fail("the kernel's records do not fit: 0x%" PRIx64 " bytes at 0x%" PRIx64
			  ", blocks from 0x%" PRIx64 " on; give the ram more memory",
			  size, start, b->blocks_low);
	b->next = start + size;
	ram_touch(b->ram, start, size);
	return start;
}

static void fill_defaults(struct builder *b)
{
	struct fake_kernel_spec *s = &b->spec;

	if (!s->page_size)
		s->page_size = ram_frame(b->ram);
	if (!s->page_struct_size)
		s->page_struct_size = 64;
	bool hash_4k = s->page_size == 4096 && s->mmu == FAKE_HASH;
	if (!s->vmemmap_base)
		s->vmemmap_base = hash_4k ? UINT64_C(0xc0003f0000000000)
					  : UINT64_C(0xc00c000000000000);
	if (!s->block_size)
		s->block_size = s->mmu == FAKE_HASH ? s->page_size : 2 << 20;
	if (!s->release)
		s->release = "6.12.0-fake";
	if (!s->machine)
		s->machine = ram_order(b->ram) == ORDER_BIG ? "ppc64" : "ppc64le";
	if (!s->section_size)
		s->section_size = 16;
	if (!s->max_physmem_bits)
		s->max_physmem_bits = s->sections == FAKE_STATIC ? 44 : 51;
	if (!s->blocks_end)
		s->blocks_end = ram_size(b->ram);
	if (!s->stext)
		s->stext = FAKE_LINEAR;
	if (!s->base)
		s->base = (s->stext - FAKE_LINEAR) + (1 << 20);
}

/*
 * mmu_psize_defs, indexed by MMU_PAGE_*: 0 is 4K, 2 is 64K, 7 is 2M, 10 is 16M, 13 is 1G. Sizes
 * that the machine does not have are 0.
 */
static void put_psizes(struct builder *b)
{
	static const unsigned int shifts[16] = { 12, 14, 16, 0,  18, 19, 20, 21,
						 22, 23, 24, 26, 28, 30, 34, 36 };
	const struct fake_kernel_spec *s = &b->spec;
	struct fake_kernel *k = b->kernel;
	unsigned int block_index = 0;

	k->psize_defs = builder_alloc(b, sizeof(shifts) / 4 * FAKE_PSIZE_DEF_SIZE, 8);
	k->psize_index = builder_alloc(b, 4, 8);
	for (unsigned int i = 0; i < 16; i++) {
		uint64_t at = k->psize_defs + i * FAKE_PSIZE_DEF_SIZE;
		unsigned char penc[64];
		bool block = shifts[i] && UINT64_C(1) << shifts[i] == s->block_size;
		bool has = i == 0 || i == 2 || block ||
			   (s->mmu == FAKE_RADIX && (i == 7 || i == 13));

		if (block)
			block_index = i;
		memset(penc, 0xff, sizeof(penc)); /* int penc[MMU_PAGE_COUNT]: -1 */
		ram_put_u32(b->ram, at, has ? shifts[i] : 0);
		ram_put(b->ram, at + 4, penc, sizeof(penc));
	}
	/* Radix kernels since 6.6 never set it: it stays at its initialiser, MMU_PAGE_4K. */
	bool unset = s->mmu == FAKE_RADIX && !s->list_on_radix;
	ram_put_u32(b->ram, k->psize_index, unset ? 0 : block_index);
}

static void put_cpu_spec(struct builder *b)
{
	b->kernel->cpu_spec = builder_alloc(b, 128, 8);
	b->cpu_spec_pointer = builder_alloc(b, 8, 8);
	ram_put_u64(b->ram, b->cpu_spec_pointer, FAKE_LINEAR | b->kernel->cpu_spec);
	ram_put_u64(b->ram, b->kernel->cpu_spec + 16, UINT64_C(0x0003eb8f5f8181a7));
	/* mmu_features is 32 bits wide; what follows, icache_bsize, is not part of it. 0x40 is
	 * MMU_FTR_TYPE_RADIX. */
	ram_put_u32(b->ram, b->kernel->cpu_spec + 32,
		    b->spec.mmu == FAKE_RADIX ? 0xbc000e41 : 0x7c006e01);
	ram_put_u32(b->ram, b->kernel->cpu_spec + 36, 0x7fffffff);
}

static void put_uts(struct builder *b)
{
	const struct fake_kernel_spec *s = &b->spec;
	const char *const fields[6] = {
		"Linux", "fake", s->release, "#1 SMP", s->machine, "(none)"
	};
	char name[6][65] = { { 0 } };

	for (size_t i = 0; i < 6; i++)
		snprintf(name[i], sizeof(name[i]), "%s", fields[i]);
	b->kernel->uts = builder_alloc(b, 512, 8);
	ram_put(b->ram, b->kernel->uts + s->uts_name_offset, name, sizeof(name));
}

/* Entries that the spec does not place stand 24 bytes apart from the start of pages of their own,
 * the oldest, which is the last of the chain, first. */
static void put_list(struct builder *b)
{
	const struct fake_kernel_spec *s = &b->spec;
	struct fake_kernel *k = b->kernel;
	uint64_t per_page = s->page_size / 24, slot = 0, pages = 0;

	k->list_head = builder_alloc(b, 8, 8);
	k->entry_count = s->entries ? s->entry_count : k->block_count;
	if (s->empty_list || (s->mmu == FAKE_RADIX && !s->list_on_radix))
		k->entry_count = 0;
	k->entries = fake_alloc(k->entry_count, sizeof(*k->entries));
	if (k->entry_count > 0)
		pages = builder_alloc(b, (k->entry_count + per_page - 1) / per_page * s->page_size,
				      s->page_size);
	for (size_t i = k->entry_count; i-- > 0;) {
		k->entries[i] = pages + slot / per_page * s->page_size + slot % per_page * 24;
		if (s->entries && s->entries[i].address)
			k->entries[i] = s->entries[i].address;
		else
			slot++;
	}
	for (size_t i = 0; i < k->entry_count; i++) {
		uint64_t next = i + 1 < k->entry_count ? FAKE_LINEAR | k->entries[i + 1] : 0;
		uint64_t phys, virt;

		if (s->entries) {
			phys = s->entries[i].phys;
			virt = s->entries[i].virt;
			if (s->entries[i].has_next)
				next = s->entries[i].next;
		} else {
			/* vmemmap_populate() goes upwards and prepends. */
			phys = k->blocks[k->block_count - 1 - i].phys.value;
			virt = k->blocks[k->block_count - 1 - i].virt.value;
		}
		ram_put_u64(b->ram, k->entries[i], next);
		ram_put_u64(b->ram, k->entries[i] + 8, phys);
		ram_put_u64(b->ram, k->entries[i] + 16, virt);
	}

	uint64_t head = k->entry_count > 0 ? FAKE_LINEAR | k->entries[0] : 0;
	ram_put_u64(b->ram, k->list_head, s->has_list_head ? s->list_head : head);
}

static void put_vmcoreinfo(struct builder *b)
{
	const struct fake_kernel_spec *s = &b->spec;
	struct fake_kernel *k = b->kernel;
	_cleanup_(freep) char *boot_text = text_new(b, false);

	k->vmcoreinfo = text_new(b, s->crashtime);
	/* Each has a page, and another where it does not start at the page's start. */
	if (s->text_in_memory) {
		k->text_page = builder_alloc(b, 2 * (uint64_t)s->page_size, s->page_size) +
			       s->memory_offset;
		ram_put(b->ram, k->text_page, boot_text, strlen(boot_text));
	}
	if (s->note_in_memory) {
		size_t size = strlen(k->vmcoreinfo);

		k->note_page = builder_alloc(b, 2 * (uint64_t)s->page_size, s->page_size) +
			       s->memory_offset;
		ram_put_u32(b->ram, k->note_page, 11); /* namesz */
		ram_put_u32(b->ram, k->note_page + 4, (uint32_t)size);
		ram_put_u32(b->ram, k->note_page + 8, 0); /* type */
		ram_put(b->ram, k->note_page + 12, "VMCOREINFO\0", 12);
		ram_put(b->ram, k->note_page + 24, k->vmcoreinfo, size);
	}
}

struct fake_kernel fake_kernel_put(struct ram *ram, const struct fake_kernel_spec *spec)
{
	struct fake_kernel k = { 0 };
	struct builder b = { .ram = ram, .spec = *spec, .kernel = &k };

	fill_defaults(&b);
	k.vmemmap_base = b.spec.vmemmap_base;
	k.block_size = b.spec.block_size;
	k.page_size = b.spec.page_size;
	k.page_struct_size = b.spec.page_struct_size;
	k.sections = b.spec.sections;
	k.section_size = b.spec.section_size;
	b.next = b.spec.base;
	b.blocks_low = b.spec.blocks_end;
	b.max_sections = UINT64_C(1) << (b.spec.max_physmem_bits - 24);

	memmap_choose_blocks(&b);
	/* swapper_pg_dir[MAX_PTRS_PER_PGD], 8192 entries on every kernel. */
	k.swapper_pg_dir = builder_alloc(&b, 65536, 65536);
	b.image = builder_alloc(&b, 65536, 65536);
	put_uts(&b);
	put_psizes(&b);
	put_cpu_spec(&b);
	put_list(&b);
	memmap_put_sections(&b);
	tables_put(&b);
	record_put(&b);
	put_vmcoreinfo(&b);
	if (!b.spec.blank_pages)
		memmap_put_pages(&b);
	k.end = b.next;
	return k;
}

void fake_kernel_free(struct fake_kernel *kernel)
{
	free(kernel->vmcoreinfo);
	free(kernel->entries);
	free(kernel->record);
	free(kernel->blocks);
	*kernel = (struct fake_kernel){ 0 };
}
