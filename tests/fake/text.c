/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The VMCOREINFO text of a 6.12 kernel, in its order.
 *
 * Source: Linux kernel/vmcore_info.c crash_save_vmcoreinfo_init(), kernel/kallsyms.c, and
 * arch/powerpc/kernel/vmcore_info.c arch_crash_save_vmcoreinfo(); real texts. What nobody reads has
 * the values of a real kernel, and addresses in the kernel image at which nothing stands.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "fake/builder.h"

struct text {
	char *bytes;
	size_t size, limit;
	const char *drop;
};

/* Whether @line starts with one of the words of @drop. */
static bool dropped(const char *drop, const char *line)
{
	while (drop && *drop) {
		size_t length = strcspn(drop, " ");

		if (length > 0 && strncmp(line, drop, length) == 0)
			return true;
		drop += length + strspn(drop + length, " ");
	}
	return false;
}

/* vmcoreinfo_append_str(): what does not fit into the page is cut, also within a line. */
static void append(struct text *t, const char *bytes, size_t size)
{
	if (size > t->limit - t->size)
		size = t->limit - t->size;
	memcpy(t->bytes + t->size, bytes, size);
	t->size += size;
}

PRINTF_LIKE(2, 3) static void line(struct text *t, const char *format, ...)
{
	char buffer[160];
	va_list args;

	va_start(args, format);
	int size = vsnprintf(buffer, sizeof(buffer), format, args);
	va_end(args);
	if (size < 0 || (size_t)size >= sizeof(buffer))
		fake_fail("a VMCOREINFO line is too long: %s", buffer);
	if (!dropped(t->drop, buffer))
		append(t, buffer, (size_t)size);
}

static void symbol(struct text *t, const char *name, uint64_t address)
{
	line(t, "SYMBOL(%s)=%" PRIx64 "\n", name, address);
}

/* Lines that are the same on all kernels here. */
static void lines(struct text *t, const char *all)
{
	while (*all) {
		size_t length = strcspn(all, "\n") + 1;

		line(t, "%.*s", (int)length, all);
		all += length;
	}
}

/* Where vmalloc starts, beside a vmemmap at @base. */
static uint64_t vmalloc_start(uint64_t base)
{
	switch (base >> 40) {
	case 0xc0003f:
		return UINT64_C(0xc0003d0000000000);
	case 0xc00030:
		return UINT64_C(0xc000100000000000);
	case 0xf00000:
		return UINT64_C(0xd000000000000000);
	default:
		return UINT64_C(0xc008000000000000);
	}
}

static void lines_of_sections(struct text *t, const struct builder *b)
{
	uint64_t per_root = b->spec.sections == FAKE_STATIC
				    ? 1
				    : b->spec.page_size / b->spec.section_size;

	symbol(t, "mem_section", FAKE_LINEAR | b->mem_section_symbol);
	line(t, "LENGTH(mem_section)=%" PRIu64 "\n", (b->max_sections + per_root - 1) / per_root);
	line(t, "SIZE(mem_section)=%" PRIu64 "\n", b->spec.section_size);
	lines(t, "OFFSET(mem_section.section_mem_map)=0\n"
		 "NUMBER(SECTION_SIZE_BITS)=24\n");
	line(t, "NUMBER(MAX_PHYSMEM_BITS)=%" PRIu64 "\n", b->spec.max_physmem_bits);
}

static void lines_of_printk(struct text *t, uint64_t image)
{
	symbol(t, "prb", image + 0x4cc0);
	symbol(t, "printk_rb_static", image + 0x4d40);
	symbol(t, "clear_seq", image + 0x5e48);
	lines(t, "SIZE(printk_ringbuffer)=88\n"
		 "OFFSET(printk_ringbuffer.desc_ring)=0\n"
		 "OFFSET(printk_ringbuffer.text_data_ring)=48\n"
		 "OFFSET(printk_ringbuffer.fail)=80\n"
		 "SIZE(prb_desc_ring)=48\n"
		 "OFFSET(prb_desc_ring.count_bits)=0\n"
		 "OFFSET(prb_desc_ring.descs)=8\n"
		 "OFFSET(prb_desc_ring.infos)=16\n"
		 "OFFSET(prb_desc_ring.head_id)=24\n"
		 "OFFSET(prb_desc_ring.tail_id)=32\n"
		 "SIZE(prb_desc)=24\n"
		 "OFFSET(prb_desc.state_var)=0\n"
		 "OFFSET(prb_desc.text_blk_lpos)=8\n"
		 "SIZE(prb_data_blk_lpos)=16\n"
		 "OFFSET(prb_data_blk_lpos.begin)=0\n"
		 "OFFSET(prb_data_blk_lpos.next)=8\n"
		 "SIZE(printk_info)=88\n"
		 "OFFSET(printk_info.seq)=0\n"
		 "OFFSET(printk_info.ts_nsec)=8\n"
		 "OFFSET(printk_info.text_len)=16\n"
		 "OFFSET(printk_info.caller_id)=20\n"
		 "OFFSET(printk_info.dev_info)=24\n"
		 "SIZE(dev_printk_info)=64\n"
		 "OFFSET(dev_printk_info.subsystem)=0\n"
		 "LENGTH(printk_info_subsystem)=16\n"
		 "OFFSET(dev_printk_info.device)=16\n"
		 "LENGTH(printk_info_device)=48\n"
		 "SIZE(prb_data_ring)=32\n"
		 "OFFSET(prb_data_ring.size_bits)=0\n"
		 "OFFSET(prb_data_ring.data)=8\n"
		 "OFFSET(prb_data_ring.head_lpos)=16\n"
		 "OFFSET(prb_data_ring.tail_lpos)=24\n"
		 "SIZE(atomic_long_t)=8\n"
		 "OFFSET(atomic_long_t.counter)=0\n"
		 "SIZE(latched_seq)=24\n"
		 "OFFSET(latched_seq.val)=8\n");
}

static void lines_of_kallsyms(struct text *t, uint64_t image)
{
	symbol(t, "kallsyms_names", image + 0x6b00);
	symbol(t, "kallsyms_num_syms", image + 0x6af8);
	symbol(t, "kallsyms_token_table", image + 0x7ec8);
	symbol(t, "kallsyms_token_index", image + 0x8230);
	symbol(t, "kallsyms_offsets", image + 0x8430);
	symbol(t, "kallsyms_relative_base", image + 0x9880);
}

static void lines_of_arch(struct text *t, const struct builder *b, uint64_t image)
{
	const struct fake_kernel *k = b->kernel;

	symbol(t, "node_data", image + 0x2858);
	lines(t, "LENGTH(node_data)=256\n");
	symbol(t, "vmemmap_list", FAKE_LINEAR | k->list_head);
	symbol(t, "mmu_vmemmap_psize", FAKE_LINEAR | k->psize_index);
	symbol(t, "mmu_psize_defs", FAKE_LINEAR | k->psize_defs);
	lines(t, "SIZE(vmemmap_backing)=24\n"
		 "OFFSET(vmemmap_backing.list)=0\n"
		 "OFFSET(vmemmap_backing.phys)=8\n"
		 "OFFSET(vmemmap_backing.virt_addr)=16\n");
	line(t, "SIZE(mmu_psize_def)=%d\n", FAKE_PSIZE_DEF_SIZE);
	lines(t, "OFFSET(mmu_psize_def.shift)=0\n");
	symbol(t, "cur_cpu_spec", FAKE_LINEAR | b->cpu_spec_pointer);
	lines(t, "OFFSET(cpu_spec.cpu_features)=16\n"
		 "OFFSET(cpu_spec.mmu_features)=32\n");
	line(t, "NUMBER(RADIX_MMU)=%d\n", b->spec.mmu == FAKE_RADIX);
	line(t, "KERNELOFFSET=%" PRIx64 "\n", b->spec.stext - FAKE_LINEAR);
}

/* What the patches of producer/ add, in their order. */
static void lines_of_patches(struct text *t, const struct builder *b)
{
	const struct fake_kernel *k = b->kernel;
	bool large = b->spec.page_size == 65536, radix = b->spec.mmu == FAKE_RADIX;

	if (b->spec.exports) {
		if (!radix || b->spec.list_on_radix)
			line(t, "NUMBER(VMEMMAP_BLOCK_SHIFT)=%d\n",
			     __builtin_ctzll(b->spec.block_size));
		line(t, "NUMBER(PTE_INDEX_SIZE)=%d\n", radix && large ? 5 : large ? 8 : 9);
		line(t, "NUMBER(PMD_INDEX_SIZE)=%d\n", radix ? 9 : large ? 10 : 7);
		line(t, "NUMBER(PUD_INDEX_SIZE)=%d\n", radix ? 9 : large ? 10 : 9);
		line(t, "NUMBER(PGD_INDEX_SIZE)=%d\n", radix ? 13 : large ? 8 : 9);
	}
	if (b->spec.keeps_blocks) {
		symbol(t, "vmemmap_blocks", FAKE_LINEAR | k->record_head);
		lines(t, "SIZE(vmemmap_block)=32\n"
			 "OFFSET(vmemmap_block.list)=0\n"
			 "OFFSET(vmemmap_block.virt)=8\n"
			 "OFFSET(vmemmap_block.phys)=16\n"
			 "OFFSET(vmemmap_block.size)=24\n");
	}
	if (b->spec.exports) {
		lines(t, "NUMBER(NODES_WIDTH)=8\n"
			 "NUMBER(ZONES_WIDTH)=2\n"
			 "OFFSET(folio.index)=32\n");
		symbol(t, "max_pfn", FAKE_LINEAR | k->max_pfn);
	}
}

char *text_new(const struct builder *b, bool crashtime)
{
	const struct fake_kernel *k = b->kernel;
	/* VMCOREINFO_BYTES is the page size. */
	struct text t = { .bytes = fake_alloc(1, (size_t)b->spec.page_size + 1),
			  .limit = b->spec.page_size,
			  .drop = b->spec.drop };
	uint64_t image = FAKE_LINEAR | b->image;

	line(&t, "OSRELEASE=%s\n", b->spec.release);
	lines(&t, "BUILD-ID=4bb9ba8acbbb24c55d64956b84a33ad1d630c6e9\n");
	line(&t, "PAGESIZE=%" PRIu32 "\n", b->spec.page_size);
	symbol(&t, "init_uts_ns", FAKE_LINEAR | k->uts);
	line(&t, "OFFSET(uts_namespace.name)=%" PRIu64 "\n", b->spec.uts_name_offset);
	symbol(&t, "node_online_map", image + 0x4d80);
	symbol(&t, "swapper_pg_dir", FAKE_LINEAR | k->swapper_pg_dir);
	symbol(&t, "_stext", b->spec.stext);
	line(&t, "NUMBER(VMALLOC_START)=0x%" PRIx64 "\n", vmalloc_start(k->vmemmap_base));
	symbol(&t, "vmemmap", k->vmemmap_base);
	lines_of_sections(&t, b);
	line(&t, "SIZE(page)=%" PRIu32 "\n", k->page_struct_size);
	lines(&t, "SIZE(pglist_data)=29952\n"
		  "SIZE(zone)=1408\n"
		  "SIZE(free_area)=88\n"
		  "SIZE(list_head)=16\n"
		  "SIZE(nodemask_t)=32\n"
		  "OFFSET(page.flags)=0\n"
		  "OFFSET(page._refcount)=52\n"
		  "OFFSET(page.mapping)=24\n"
		  "OFFSET(page.lru)=8\n"
		  "OFFSET(page._mapcount)=48\n"
		  "OFFSET(page.private)=40\n"
		  "OFFSET(page.compound_head)=8\n"
		  "OFFSET(pglist_data.node_zones)=0\n"
		  "OFFSET(pglist_data.nr_zones)=28832\n"
		  "OFFSET(pglist_data.node_start_pfn)=28840\n"
		  "OFFSET(pglist_data.node_spanned_pages)=28856\n"
		  "OFFSET(pglist_data.node_id)=28864\n"
		  "OFFSET(zone.free_area)=256\n"
		  "OFFSET(zone.vm_stat)=1280\n"
		  "OFFSET(zone.spanned_pages)=144\n"
		  "OFFSET(free_area.free_list)=0\n"
		  "OFFSET(list_head.next)=0\n"
		  "OFFSET(list_head.prev)=8\n");
	line(&t, "LENGTH(zone.free_area)=%d\n", b->spec.page_size == 65536 ? 9 : 13);
	lines_of_printk(&t, image);
	lines(&t, "LENGTH(free_area.free_list)=5\n"
		  "NUMBER(NR_FREE_PAGES)=0\n"
		  "NUMBER(PG_lru)=5\n"
		  "NUMBER(PG_private)=14\n"
		  "NUMBER(PG_swapcache)=10\n"
		  "NUMBER(PG_swapbacked)=17\n"
		  "NUMBER(PAGE_SLAB_MAPCOUNT_VALUE)=-184549376\n"
		  "NUMBER(PG_hwpoison)=20\n"
		  "NUMBER(PG_head_mask)=64\n"
		  "NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-268435456\n"
		  "NUMBER(PAGE_HUGETLB_MAPCOUNT_VALUE)=-201326592\n"
		  "NUMBER(PAGE_OFFLINE_MAPCOUNT_VALUE)=-251658240\n");
	lines_of_kallsyms(&t, image);
	lines_of_arch(&t, b, image);
	lines_of_patches(&t, b);
	if (b->spec.add)
		append(&t, b->spec.add, strlen(b->spec.add));
	if (crashtime)
		line(&t, "CRASHTIME=1795359809\n");
	return t.bytes;
}
