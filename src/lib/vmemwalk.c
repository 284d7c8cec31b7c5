/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmemwalk.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "lib/load.h"
#include "page/state.h"
#include "util/checked.h"

struct vmw_reader {
	struct vmw_dump *dump;
	struct reader *reader;
	struct page_hint hint;
	struct folio_reader folios; /* model is NULL until it is needed */
};

/* ---- opening ---- */

/* Take over the options that the caller's version of the struct has; the others are zero. */
static struct vmw_error *take_options(const struct vmw_options *options, struct vmw_options *ret)
{
	const unsigned char *bytes = (const unsigned char *)options;

	*ret = (struct vmw_options){ .size = sizeof(*ret) };
	if (!options)
		return NULL;
	if (options->size < sizeof(options->size))
		return error_new(VMW_ERROR_MISUSE, where_none(),
				 "options: size is %zu, not that of struct vmw_options",
				 options->size);
	for (size_t i = sizeof(*ret); i < options->size; i++) {
		if (bytes[i] != 0)
			return error_new(VMW_ERROR_MISUSE, where_none(),
					 "options: one is set that version %s does not know",
					 VMEMWALK_VERSION);
	}
	memcpy(ret, options, min_u64(options->size, sizeof(*ret)));
	if ((unsigned int)ret->source > VMW_SOURCE_BLOCKS)
		return error_new(VMW_ERROR_MISUSE, where_none(), "options: no source has number %u",
				 (unsigned int)ret->source);
	return NULL;
}

DEFINE_CLEANUP(struct vmw_dump, vmw_dump_close)

struct vmw_error *vmw_dump_open(const char *const *paths, size_t count,
				const struct vmw_options *options, struct vmw_dump **ret)
{
	_cleanup_(vmw_dump_closep) struct vmw_dump *dump = calloc(1, sizeof(*dump));

	if (!dump)
		return error_no_memory();
	if (count == 0)
		return error_new(VMW_ERROR_MISUSE, where_none(), "dump: no file is given");
	TRY(take_options(options, &dump->options));
	TRY(problems_new(&dump->problems));
	TRY(dump_open(paths, count, dump->problems, &dump->dump));
	TRY(reader_new(dump->dump, &dump->reader));
	*ret = TAKE(dump);
	return NULL;
}

void vmw_dump_close(struct vmw_dump *dump)
{
	if (!dump)
		return;
	/* Each borrows from those below it. */
	facts_free(dump->facts);
	model_free(dump->model);
	layout_free(dump->layout);
	vmemmap_close(dump->vmemmap);
	kernel_close(dump->kernel);
	reader_free(dump->reader);
	dump_close(dump->dump);
	for (enum stage stage = 0; stage < STAGE_COUNT; stage++)
		vmw_error_free(dump->stages[stage].error);
	problems_free(dump->problems);
	free(dump);
}

struct vmw_error *vmw_dump_load(struct vmw_dump *dump)
{
	for (enum stage stage = 0; stage < STAGE_COUNT; stage++)
		TRY(load_if_there(dump, stage));
	return NULL;
}

const struct vmw_problem *vmw_dump_problems(const struct vmw_dump *dump, size_t *ret_count)
{
	return problems_list(dump->problems, ret_count);
}

/* ---- facts ---- */

struct vmw_error *vmw_dump_facts(struct vmw_dump *dump, const struct vmw_fact **ret,
				 size_t *ret_count)
{
	TRY(load_stage(dump, STAGE_FACTS));
	*ret = facts_list(dump->facts, ret_count);
	return NULL;
}

struct vmw_error *vmw_dump_vmcoreinfo(struct vmw_dump *dump, const char **ret, size_t *ret_size)
{
	TRY(load_stage(dump, STAGE_KERNEL));
	if (!dump->kernel->vmcoreinfo)
		return error_new(VMW_ERROR_MISSING, where_none(), "VMCOREINFO: %s",
				 dump->kernel->vmcoreinfo_from);
	struct span text = vmcoreinfo_text(dump->kernel->vmcoreinfo);
	*ret = (const char *)text.data;
	*ret_size = text.size;
	return NULL;
}

struct vmw_error *vmw_dump_page_size(struct vmw_dump *dump, uint64_t *ret)
{
	uint64_t shift;

	TRY(load_stage(dump, STAGE_KERNEL));
	TRY(known_require(&dump->kernel->page_shift, "the page size", &shift));
	*ret = UINT64_C(1) << shift;
	return NULL;
}

/* ---- mappings ---- */

struct vmw_error *vmw_dump_mappings(struct vmw_dump *dump, const struct vmw_mapping **ret,
				    size_t *ret_count, bool *ret_complete)
{
	TRY(load_stage(dump, STAGE_TABLE));
	*ret = dump->vmemmap->table.rows;
	*ret_count = dump->vmemmap->table.count;
	*ret_complete = dump->vmemmap->complete;
	return NULL;
}

/* ---- memory ---- */

DEFINE_CLEANUP(struct vmw_reader, vmw_reader_free)

struct vmw_error *vmw_reader_new(struct vmw_dump *dump, struct vmw_reader **ret)
{
	_cleanup_(vmw_reader_freep) struct vmw_reader *reader = calloc(1, sizeof(*reader));

	if (!reader)
		return error_no_memory();
	reader->dump = dump;
	TRY(reader_new(dump->dump, &reader->reader));
	*ret = TAKE(reader);
	return NULL;
}

void vmw_reader_free(struct vmw_reader *reader)
{
	if (!reader)
		return;
	reader_free(reader->reader);
	free(reader);
}

struct vmw_error *vmw_read_phys(struct vmw_reader *reader, vmw_phys phys, void *buf, uint64_t size,
				struct vmw_run *ret)
{
	struct run run;

	TRY(reader_read(reader->reader, phys, buf, size, &run));
	*ret = (struct vmw_run){
		.size = run.size,
		.data = run.data,
		.why = run.data == VMW_PRESENT ? NULL : reason_text(run.reason),
	};
	return NULL;
}

struct vmw_error *vmw_phys_next(struct vmw_reader *reader, vmw_phys from, vmw_phys *ret,
				uint64_t *ret_size, bool *ret_found)
{
	struct phys_range range;

	TRY(reader_next(reader->reader, from, &range, ret_found));
	if (!*ret_found)
		return NULL;
	/* It may start before @from. */
	uint64_t before = from.value > range.start.value ? from.value - range.start.value : 0;
	*ret = (vmw_phys){ range.start.value + before };
	*ret_size = range.size - before;
	return NULL;
}

/* Whether @virt is in the piece of address space that the vmemmap may take. */
static bool is_vmemmap(const struct kernel *kernel, vmw_virt virt)
{
	const struct known *base = &kernel->vmemmap_base;

	return base->is_known && virt.value >= base->value &&
	       virt.value - base->value < vmemmap_span(kernel);
}

/*
 * An answer is not whole, and page tables that are damaged or not in the dump may be why: read
 * vmemmap_blocks, once, which no other answer needs. *@ret_again is whether to ask again. After
 * vmw_dump_load() there is nothing left to read.
 */
static struct vmw_error *read_blocks(struct vmw_dump *dump, bool *ret_again)
{
	*ret_again = false;
	if (dump->stages[STAGE_BLOCKS].done || !dump->vmemmap)
		return NULL;
	TRY(load_if_there(dump, STAGE_BLOCKS));
	*ret_again = dump->vmemmap->blocks.count > 0;
	if (*ret_again)
		problem_add(dump->problems, "blocks-used", VMW_WARNING, where_none(), NULL,
			    "vmemmap_blocks was read: what page tables that are damaged, or not in "
			    "the dump, mapped of the vmemmap is told by it alone");
	return NULL;
}

static struct vmw_error *translate(struct vmw_reader *reader, vmw_virt virt,
				   struct vmw_translation *ret, bool *ret_mapped)
{
	return vmemmap_translate(reader->dump->kernel, reader->dump->vmemmap, reader->reader, virt,
				 &reader->hint.row, ret, ret_mapped);
}

struct vmw_error *vmw_translate(struct vmw_reader *reader, vmw_virt virt,
				struct vmw_translation *ret, bool *ret_mapped)
{
	struct vmw_dump *dump = reader->dump;

	TRY(load_stage(dump, STAGE_KERNEL));
	TRY(load_if_there(dump, STAGE_VMEMMAP));
	/* Why there is no record says more than that there is none. */
	if (!dump->vmemmap && is_vmemmap(dump->kernel, virt))
		return load_stage(dump, STAGE_VMEMMAP);
	struct vmw_error *error = translate(reader, virt, ret, ret_mapped);
	bool again;

	if (!error || error->kind != VMW_ERROR_MISSING || !is_vmemmap(dump->kernel, virt))
		return error;
	_cleanup_(vmw_error_freep) struct vmw_error *missing = error;
	TRY(read_blocks(dump, &again));
	return again ? translate(reader, virt, ret, ret_mapped) : TAKE(missing);
}

/* ---- struct pages ---- */

struct vmw_error *vmw_page_read(struct vmw_reader *reader, vmw_pfn pfn, uint64_t limit,
				struct vmw_page *ret)
{
	struct vmw_dump *dump = reader->dump;

	if (limit == 0)
		return error_new(VMW_ERROR_MISUSE, where_none(), "page: a limit of no frames");
	TRY(load_stage(dump, STAGE_VMEMMAP));
	TRY(load_stage(dump, STAGE_PAGES));
	TRY(page_read(&dump->pages, reader->reader, pfn, limit, &reader->hint, ret));
	if (ret->data == VMW_LOST) {
		bool again;

		TRY(read_blocks(dump, &again));
		if (again)
			TRY(page_read(&dump->pages, reader->reader, pfn, limit, &reader->hint,
				      ret));
	}
	const struct frame_run *frames = page_hint_frames(&reader->hint, pfn);
	/* As long as its memory was never put online nothing initialises it. */
	if (ret->data == VMW_PRESENT && frames && !frames->online && !frames->online_unknown &&
	    !frames->device)
		ret->fields = (struct vmw_page_fields){ .known = 0 };
	return NULL;
}

struct vmw_error *vmw_page_find(struct vmw_dump *dump, vmw_virt virt, struct vmw_page_place *ret)
{
	TRY(load_stage(dump, STAGE_PAGES));
	return page_find(&dump->pages, virt, ret);
}

const char *vmw_flag_name(const struct vmw_dump *dump, unsigned int bit)
{
	const struct flags *flags = dump->layout ? dump->layout->flags : NULL;

	return flags && bit < 64 ? flags->names[bit] : NULL;
}

/* ---- what a page is ---- */

static struct vmw_error *load_folios(struct vmw_reader *reader)
{
	TRY(load_stage(reader->dump, STAGE_MODEL));
	if (!reader->folios.model)
		folio_reader_init(&reader->folios, reader->dump->model, reader->reader);
	return NULL;
}

/* As read_blocks(); and then what was kept of folios is forgotten. */
static struct vmw_error *read_blocks_of_folios(struct vmw_reader *reader, bool *ret_again)
{
	TRY(read_blocks(reader->dump, ret_again));
	if (*ret_again)
		folio_reader_init(&reader->folios, reader->dump->model, reader->reader);
	return NULL;
}

struct vmw_error *vmw_page_describe(struct vmw_reader *reader, const struct vmw_page *page,
				    struct vmw_page_state *ret)
{
	TRY(load_folios(reader));
	TRY(state_describe(&reader->folios, page, ret));
	if (page->data != VMW_PRESENT || ret->known & VMW_KNOWN_STATE)
		return NULL;
	bool again;
	TRY(read_blocks_of_folios(reader, &again));
	return again ? state_describe(&reader->folios, page, ret) : NULL;
}

static struct vmw_error *require_rules(const struct vmw_dump *dump)
{
	const struct kpf_rule_set *rules = &dump->model->rules;

	if (rules->known)
		return NULL;
	return error_new(VMW_ERROR_UNSUPPORTED, where_none(),
			 "/proc/kpageflags of release %s: its rules are not known: %s",
			 dump->kernel->release ? dump->kernel->release : "(unknown)", rules->why);
}

/* Tell that the files end at @end, and the kernel's own may have gone on to @limit. */
static void tell_end(struct vmw_dump *dump, uint64_t end, uint64_t limit)
{
	const struct special *special = &dump->model->special;
	char most[80] = "";

	if (special->end_known) {
		problem_add(dump->problems, "kpages-end-unknown", VMW_WARNING, where_none(), NULL,
			    "max_pfn: /proc/kpageflags ends before frame 0x%" PRIx64
			    " here, with it; the kernel's own may have gone on to frame 0x%" PRIx64
			    ", the end of its memory section: the version does not tell",
			    end, limit);
		return;
	}
	if (limit)
		snprintf(most, sizeof(most),
			 ", to frame 0x%" PRIx64 " at most, where mem_section ends", limit);
	problem_add(dump->problems, "max-pfn-unknown", VMW_WARNING, where_none(), NULL,
		    "max_pfn: %s; /proc/kpageflags ends before frame 0x%" PRIx64
		    " here, with %s; where memory behind that was added and removed again, the "
		    "kernel's own went on with frames without a page%s; --system-map or --vmlinux "
		    "would tell",
		    special->end_fault ? special->end_fault : "no symbol tells it", end,
		    special->end_from, most);
}

/* What /proc/kpageflags needs, and other questions do not: told when it is asked for. */
static void tell_special(struct vmw_dump *dump, uint64_t end, uint64_t limit)
{
	const struct special *special = &dump->model->special;

	if (dump->end_told)
		return;
	dump->end_told = true;
	if (limit != end)
		tell_end(dump, end, limit);
	if (!special->zero_known)
		problem_add(dump->problems, "zero-page-unknown", VMW_NOTE, where_none(), NULL,
			    "the zero page: %s; it is not told from other reserved pages",
			    special->zero_from);
}

/* Whether the files go on to the end of a memory section; UNKNOWN where rules differ. */
static enum tri goes_by_sections(const struct kpf_rule_set *set)
{
	enum tri ret = tri_of(set->rules[0].whole_sections);

	for (unsigned int i = 1; i < set->count; i++) {
		if (tri_of(set->rules[i].whole_sections) != ret)
			return TRI_UNKNOWN;
	}
	return ret;
}

struct vmw_error *vmw_kpage_end(struct vmw_dump *dump, vmw_pfn *ret, bool *ret_certain)
{
	TRY(load_stage(dump, STAGE_END));
	TRY(require_rules(dump));
	const struct special *special = &dump->model->special;
	const struct kernel *kernel = dump->kernel;
	uint64_t section_bits;

	if (special->end == 0)
		return error_new(VMW_ERROR_MISSING, where_none(), "max_pfn is unknown: %s",
				 special->end_from ? special->end_from : "nothing tells it");
	TRY(known_require(&kernel->section_size_bits, "the size of a memory section",
			  &section_bits));
	unsigned int shift = (unsigned int)section_bits - dump->pages.page_shift;
	uint64_t end = special->end;
	uint64_t rounded = ((end - 1) >> shift << shift) + (UINT64_C(1) << shift);
	/* No section behind the limit ever had memory: max_pfn is no more than that. */
	uint64_t limit = special->end_known ? end : special->end_limit;
	enum tri by_sections = goes_by_sections(&dump->model->rules);

	/*
	 * Files that end with max_pfn itself: without it, the last section may be longer than the
	 * memory in it, but no node reaches beyond max_pfn.
	 */
	uint64_t nodes_end = dump->model->zones->frames_end;
	if (!special->end_known && by_sections != TRI_YES &&
	    nodes_end > rounded - (UINT64_C(1) << shift))
		end = min_u64(end, nodes_end);

	if (by_sections == TRI_YES)
		end = rounded;
	if (special->end_known && by_sections != TRI_NO)
		limit = rounded;
	*ret = (vmw_pfn){ end };
	*ret_certain = limit == end;
	tell_special(dump, end, limit);
	return NULL;
}

struct vmw_error *vmw_kpage_read(struct vmw_reader *reader, vmw_pfn pfn, uint64_t limit,
				 struct vmw_kpage *ret)
{
	struct kpf kpf;

	if (limit == 0)
		return error_new(VMW_ERROR_MISUSE, where_none(), "page: a limit of no frames");
	TRY(load_folios(reader));
	TRY(require_rules(reader->dump));
	TRY(kpf_read(&reader->folios, pfn, limit, &kpf));
	if (kpf.data == VMW_LOST || kpf.unknown || !kpf.mapcount_known) {
		bool again;

		TRY(read_blocks_of_folios(reader, &again));
		if (again)
			TRY(kpf_read(&reader->folios, pfn, limit, &kpf));
	}
	*ret = (struct vmw_kpage){
		.count = kpf.count,
		.data = kpf.data,
		.why = kpf.why,
		.flags = kpf.flags,
		.unknown = kpf.unknown,
		.count_known = kpf.mapcount_known,
		.map_count = kpf.mapcount,
	};
	return NULL;
}

const char *vmw_kpf_name(const struct vmw_dump *dump, unsigned int bit)
{
	static const struct kpf_rules none = { .folio = false };
	const struct kpf_rule_set *set = dump->model ? &dump->model->rules : NULL;

	if (!set || !set->known)
		return kpf_name(bit, &none);
	const char *name = kpf_name(bit, &set->rules[0]);
	for (unsigned int i = 1; name && i < set->count; i++) {
		if (strcmp(name, kpf_name(bit, &set->rules[i])) != 0)
			return NULL;
	}
	return name;
}

/* ---- names ---- */

const char *vmw_state_name(enum vmw_state state)
{
	static const char *const names[] = {
		[VMW_STATE_UNKNOWN] = "unknown",
		[VMW_STATE_NONE] = "none",
		[VMW_STATE_FREE] = "free",
		[VMW_STATE_UNUSED] = "unused",
		[VMW_STATE_ANON] = "anon",
		[VMW_STATE_KSM] = "ksm",
		[VMW_STATE_FILE] = "file",
		[VMW_STATE_HUGETLB] = "hugetlb",
		[VMW_STATE_ZERO] = "zero",
		[VMW_STATE_SLAB] = "slab",
		[VMW_STATE_TABLE] = "table",
		[VMW_STATE_MOVABLE] = "movable",
		[VMW_STATE_ZSMALLOC] = "zsmalloc",
		[VMW_STATE_RESERVED] = "reserved",
		[VMW_STATE_OFFLINE] = "offline",
		[VMW_STATE_GUARD] = "guard",
		[VMW_STATE_UNACCEPTED] = "unaccepted",
		[VMW_STATE_DEVICE] = "device",
		[VMW_STATE_KERNEL] = "kernel",
	};

	return (size_t)state < sizeof(names) / sizeof(names[0]) ? names[state] : "unknown";
}

const char *vmw_data_name(enum vmw_data data)
{
	static const char *const names[] = {
		[VMW_PRESENT] = "present",       [VMW_EXCLUDED] = "excluded", [VMW_LOST] = "lost",
		[VMW_NOT_DUMPED] = "not-dumped", [VMW_NO_PAGE] = "no-page",
	};

	return (size_t)data < sizeof(names) / sizeof(names[0]) ? names[data] : "unknown";
}

const char *vmw_via_name(enum vmw_via via)
{
	static const char *const names[] = {
		[VMW_VIA_LINEAR] = "linear",
		[VMW_VIA_LIST] = "list",
		[VMW_VIA_RADIX] = "radix",
		[VMW_VIA_BLOCKS] = "blocks",
	};

	return (size_t)via < sizeof(names) / sizeof(names[0]) ? names[via] : "unknown";
}

const char *vmw_version(void)
{
	return VMEMWALK_VERSION;
}

const char *vmw_features(void)
{
	return LIBRARIES;
}
