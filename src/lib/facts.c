/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/facts.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "kernel/btf.h"
#include "kernel/kallsyms.h"
#include "kernel/section.h"
#include "lib/load.h"
#include "util/array.h"
#include "util/text.h"
#include "vmemmap/blocks.h"

struct facts {
	struct vmw_fact *list;
	size_t count, capacity;
	char **strings; /* those of them that are in no other object */
	size_t string_count, string_capacity;
	const char *group; /* of the facts that are being added */
	bool no_memory;
};

/* ---- adding one ---- */

/* Keep @string, from the heap, as long as the facts; NULL is a want of memory. */
static const char *keep(struct facts *facts, char *string)
{
	if (string &&
	    ARRAY_PUSH(facts->strings, facts->string_count, facts->string_capacity, string))
		return string;
	free(string);
	facts->no_memory = true;
	return NULL;
}

static void add(struct facts *facts, struct vmw_fact fact)
{
	fact.group = facts->group;
	if (!ARRAY_PUSH(facts->list, facts->count, facts->capacity, fact))
		facts->no_memory = true;
}

static void add_unknown(struct facts *facts, const char *name, const char *why)
{
	add(facts, (struct vmw_fact){ .name = name, .from = why ? why : "not found" });
}

static void add_text(struct facts *facts, const char *name, const char *value, const char *from)
{
	add(facts, (struct vmw_fact){ .name = name, .value = value, .from = from });
}

/* Text from the dump: unknown for the reason @why when it is NULL. */
static void add_foreign(struct facts *facts, const char *name, const char *value, const char *from,
			const char *why)
{
	if (value)
		add_text(facts, name, keep(facts, text_escaped(value, strlen(value))), from);
	else
		add_unknown(facts, name, why);
}

static void add_number(struct facts *facts, const char *name, uint64_t value, const char *from,
		       const char *note)
{
	add(facts, (struct vmw_fact){ .name = name,
				      .value = keep(facts, text_format("%" PRIu64, value)),
				      .from = from,
				      .note = note,
				      .number = true });
}

static void add_address(struct facts *facts, const char *name, uint64_t value, const char *from,
			const char *note)
{
	add(facts, (struct vmw_fact){ .name = name,
				      .value = keep(facts, text_format("0x%" PRIx64, value)),
				      .from = from,
				      .note = note });
}

static void add_yes_no(struct facts *facts, const char *name, bool value, const char *from)
{
	add_text(facts, name, value ? "yes" : "no", from);
}

static void add_known_number(struct facts *facts, const char *name, const struct known *known)
{
	if (known->is_known)
		add_number(facts, name, known->value, known->from, known->note);
	else
		add_unknown(facts, name, known->from);
}

static void add_known_address(struct facts *facts, const char *name, const struct known *known)
{
	if (known->is_known)
		add_address(facts, name, known->value, known->from, known->note);
	else
		add_unknown(facts, name, known->from);
}

/* ---- the file ---- */

static void collect_file(struct facts *facts, const struct dump *dump)
{
	const struct image *image = dump_image(dump);
	bool is_kdump = image->header_version != 0;
	size_t count = dump_file_count(dump);
	bool flattened = false;
	uint64_t size = 0;

	facts->group = "file";
	for (size_t i = 0; i < count; i++) {
		const struct file *file = dump_file(dump, i);
		const char *name = count == 1 ? "file"
					      : keep(facts, text_format("file-%zu", i + 1));

		add_text(facts, name, file_path(file), "as given");
		size += file_size(file);
		flattened = flattened || file_is_flattened(file);
	}
	add_number(facts, "parts", count, "the files given", NULL);
	add_number(facts, "size", size,
		   flattened ? "as rearranged from the flattened form" : "the files", NULL);
	if (is_kdump)
		add_text(facts, "format",
			 keep(facts,
			      text_format("kdump-compressed version %d", image->header_version)),
			 "the signature and header_version");
	else
		add_text(facts, "format", "ELF core", "the signature and e_type");
	add_yes_no(facts, "flattened", flattened, "the signature");
	add_text(facts, "header-byte-order", order_name(image->order),
		 is_kdump ? "header_version and block_size"
			  : "e_machine and e_version, not EI_DATA, which may be wrong");
	if (is_kdump) {
		add_foreign(facts, "compression", image->codec,
			    "the header's status; a page may be compressed otherwise",
			    "the header does not say");
		add_number(facts, "block-size", image->block_size, "block_size of the header",
			   "the unit of the file, not always the kernel's page size");
	} else {
		add_text(facts, "compression", "none", "ELF cores have none");
		add_unknown(facts, "block-size", "an ELF core has no blocks");
	}
	add_foreign(facts, "machine", image->machine, "the headers", "the headers do not say");
	add_foreign(facts, "header-release", image->release, "the headers",
		    "the headers do not say");
	add_address(facts, "memory-end", image->end, "the headers", NULL);
	add_yes_no(facts, "incomplete", image->incomplete, "the headers, the file's size");
}

/* ---- the kernel ---- */

/* CRASHTIME=%lld, seconds since 1970 UTC (Linux kernel/vmcore_info.c, crash_save_vmcoreinfo()). */
static void collect_crash_time(struct facts *facts, const struct vmcoreinfo *info,
			       const char *missing)
{
	static const char from[] = "CRASHTIME of VMCOREINFO";
	const char *text = info ? vmcoreinfo_string(info, "CRASHTIME") : NULL;
	char iso[sizeof("+292277026596-12-04T15:30:07Z")];
	struct tm utc;
	char *end;

	if (!text) {
		missing = info ? "VMCOREINFO has no CRASHTIME line" : missing;
		add_unknown(facts, "crash-time", missing);
		add_unknown(facts, "crash-time-seconds", missing);
		return;
	}
	errno = 0;
	long long seconds = strtoll(text, &end, 10);
	time_t stamp = (time_t)seconds;
	if (errno || end == text || *end != '\0' || seconds < 0 || !gmtime_r(&stamp, &utc) ||
	    strftime(iso, sizeof(iso), "%Y-%m-%dT%H:%M:%SZ", &utc) == 0) {
		add_unknown(facts, "crash-time", "the CRASHTIME line of VMCOREINFO is no time");
		add_unknown(facts, "crash-time-seconds",
			    "the CRASHTIME line of VMCOREINFO is no time");
		return;
	}
	add_text(facts, "crash-time", keep(facts, strdup(iso)), from);
	add_number(facts, "crash-time-seconds", (uint64_t)seconds, from, NULL);
}

static void collect_kernel(struct facts *facts, const struct kernel *kernel)
{
	const struct vmcoreinfo *info = kernel->vmcoreinfo;
	const char *missing = info ? NULL : kernel->vmcoreinfo_from;

	facts->group = "kernel";
	if (info)
		add_number(facts, "vmcoreinfo", vmcoreinfo_text(info).size, kernel->vmcoreinfo_from,
			   "bytes");
	else
		add_unknown(facts, "vmcoreinfo", missing);
	add_foreign(facts, "release", info ? vmcoreinfo_string(info, "OSRELEASE") : NULL,
		    "OSRELEASE of VMCOREINFO", missing);
	add_foreign(facts, "build-id", info ? vmcoreinfo_string(info, "BUILD-ID") : NULL,
		    "BUILD-ID of VMCOREINFO", info ? "VMCOREINFO has no BUILD-ID line" : missing);
	add_text(facts, "byte-order", order_name(kernel->order), kernel->order_from);
	if (kernel->page_shift.is_known)
		add_number(facts, "page-size", UINT64_C(1) << kernel->page_shift.value,
			   kernel->page_shift.from, kernel->page_shift.note);
	else
		add_unknown(facts, "page-size", kernel->page_shift.from);
	if (kernel->mmu.is_known)
		add(facts, (struct vmw_fact){ .name = "mmu",
					      .value = mmu_name((enum mmu)kernel->mmu.value),
					      .from = kernel->mmu.from,
					      .note = kernel->mmu.note });
	else
		add_unknown(facts, "mmu", kernel->mmu.from);
	collect_crash_time(facts, info, missing);
	add_known_address(facts, "crash-kernel-start", &kernel->crash_start);
	add_known_number(facts, "crash-kernel-size", &kernel->crash_size);
}

/* ---- the memmap ---- */

static void collect_sections(struct facts *facts, const struct kernel *kernel)
{
	static const char *const forms[] = {
		[SECTIONS_EXTREME] = "roots",
		[SECTIONS_EXTREME_POINTER] = "pointer to roots",
		[SECTIONS_STATIC] = "static array",
	};

	if (kernel->sections)
		add_text(facts, "sections", forms[kernel->sections->form],
			 "what stands at SYMBOL(mem_section)");
	else
		add_unknown(facts, "sections", kernel->sections_missing);
	if (kernel->section_size_bits.is_known)
		add_number(facts, "section-size", UINT64_C(1) << kernel->section_size_bits.value,
			   kernel->section_size_bits.from, kernel->section_size_bits.note);
	else
		add_unknown(facts, "section-size", kernel->section_size_bits.from);
	add_known_number(facts, "max-physmem-bits", &kernel->max_physmem_bits);
}

/* vmemmap_blocks, where the kernel exports it; @vmemmap is NULL for the reason @failure. */
static void collect_blocks(struct facts *facts, const struct kernel *kernel,
			   const struct vmemmap *vmemmap, const struct vmw_error *failure)
{
	const char *note = "not compared with the page tables";

	if (!blocks_exported(kernel))
		return;
	if (!vmemmap || !vmemmap->blocks_loaded) {
		const char *why = failure ? failure->message : "vmemmap_blocks was not read";

		add_unknown(facts, "blocks-entries", why);
		add_unknown(facts, "blocks-complete", why);
		return;
	}
	if (vmemmap->blocks_count == 0 && vmemmap->blocks_complete)
		note = "empty";
	else if (vmemmap->blocks_compared && vmemmap->blocks_differ)
		note = keep(facts, text_format("the page tables differ in %zu ranges",
					       vmemmap->blocks_differ));
	else if (vmemmap->blocks_compared)
		note = vmemmap->complete
			       ? "the page tables agree"
			       : "the page tables agree, as far as both of them were read";
	add_number(facts, "blocks-entries", vmemmap->blocks_count, "vmemmap_blocks", note);
	add_yes_no(facts, "blocks-complete", vmemmap->blocks_complete, "vmemmap_blocks");
}

/* Where the mappings come from; @vmemmap is NULL for the reason @failure. */
static void collect_mappings(struct facts *facts, const struct vmemmap *vmemmap,
			     const struct vmw_error *failure)
{
	if (!vmemmap) {
		const char *why = failure ? failure->message : NULL;

		add_unknown(facts, "mappings-source", why);
		add_unknown(facts, "mappings", why);
		add_unknown(facts, "mappings-complete", why);
		add_unknown(facts, "list-entries", why);
		add_unknown(facts, "list-complete", why);
		add_unknown(facts, "list-block-size", why);
		return;
	}
	static const char *const names[] = {
		[VMW_SOURCE_LIST] = "list",
		[VMW_SOURCE_RADIX] = "radix",
		[VMW_SOURCE_BLOCKS] = "blocks",
	};
	add_text(facts, "mappings-source", names[vmemmap->source], vmemmap->source_from);
	if (vmemmap->walked) {
		const char *from = source_name(vmemmap->source), *note = NULL;

		if (vmemmap->blocks_filled)
			note = keep(facts,
				    text_format("of %" PRIu64 " bytes the page tables are lost: "
						"vmemmap_blocks stands in",
						vmemmap->blocks_filled));
		add_number(facts, "mappings", vmemmap->table.count, from, note);
		add_yes_no(facts, "mappings-complete", vmemmap->complete, from);
	} else {
		add_unknown(facts, "mappings", failure ? failure->message : NULL);
		add_unknown(facts, "mappings-complete", failure ? failure->message : NULL);
	}
	add_number(facts, "list-entries", vmemmap->list_count, "vmemmap_list",
		   vmemmap->list_count || !vmemmap->list_complete
			   ? NULL
			   : "radix kernels keep no list since 6.6");
	add_yes_no(facts, "list-complete", vmemmap->list_complete, "vmemmap_list");
	if (vmemmap->block_size)
		add_number(facts, "list-block-size", vmemmap->block_size, vmemmap->block_size_from,
			   NULL);
	else
		add_unknown(facts, "list-block-size",
			    vmemmap->block_size_from ? vmemmap->block_size_from
						     : "vmemmap_list is empty, or was not read");
}

/* Add those of @names that are there, separated by spaces. */
static void add_joined(struct facts *facts, const char *name, const char *const *names,
		       size_t count, const char *from, const char *why)
{
	_cleanup_(freep) char *text = strdup("");

	for (size_t i = 0; text && i < count; i++) {
		if (!names[i])
			continue;
		char *longer = text_format("%s%s%s", text, *text ? " " : "", names[i]);
		free(text);
		text = longer;
	}
	if (!text)
		facts->no_memory = true;
	else
		add_foreign(facts, name, *text ? text : NULL, from, why);
}

static void collect_layout(struct facts *facts, const struct layout *layout,
			   const struct vmw_error *failure)
{
	if (!layout) {
		const char *why = failure ? failure->message : NULL;

		add_unknown(facts, "page-fields", why);
		add_unknown(facts, "page-flags", why);
		return;
	}
	add_joined(facts, "page-fields", layout->names, LAYOUT_COUNT,
		   layout->index_from ? keep(facts, text_format("OFFSET(page.*) of VMCOREINFO; %s",
								layout->index_from))
				      : "OFFSET(page.*) of VMCOREINFO",
		   "no OFFSET(page.*) line of VMCOREINFO");
	add_joined(facts, "page-flags", (const char *const *)layout->flags->names, 64,
		   layout->flags->from, "no NUMBER(PG_*) line of VMCOREINFO");
}

/* What struct pages say of nodes and zones, and where they end; @model is NULL for the reason
 * @failure. */
static void collect_model(struct facts *facts, const struct model *model,
			  const struct vmw_error *failure)
{
	if (!model) {
		const char *why = failure ? failure->message : NULL;

		add_unknown(facts, "node-bits", why);
		add_unknown(facts, "zone-bits", why);
		add_unknown(facts, "max-pfn", why);
		return;
	}
	const struct zones *zones = model->zones;
	if (zones->has_fields) {
		add_number(facts, "node-bits", zones->node_width, zones->fields_from,
			   zones->fields_note);
		add_number(facts, "zone-bits", zones->zone_width, zones->fields_from,
			   zones->fields_note);
	} else {
		add_unknown(facts, "node-bits", zones->fields_from);
		add_unknown(facts, "zone-bits", zones->fields_from);
	}
	const struct special *special = &model->special;
	if (special->end_known)
		add_address(facts, "max-pfn", special->end, special->end_from, special->end_note);
	else
		add_unknown(facts, "max-pfn",
			    special->end_fault ? special->end_fault
					       : "no symbol tells it, or it is not in the dump");
}

static void collect_memmap(struct facts *facts, const struct vmw_dump *dump)
{
	const struct vmw_error *failure = load_failure(dump, STAGE_TABLE);

	facts->group = "memmap";
	add_known_address(facts, "vmemmap-base",
			  dump->vmemmap ? &dump->vmemmap->base : &dump->kernel->vmemmap_base);
	add_known_number(facts, "struct-page-size", &dump->kernel->page_struct_size);
	collect_layout(facts, dump->layout, load_failure(dump, STAGE_PAGES));
	collect_mappings(facts, dump->vmemmap, failure);
	collect_blocks(facts, dump->kernel, dump->vmemmap, failure);
	collect_sections(facts, dump->kernel);
	collect_model(facts, dump->model, load_failure(dump, STAGE_MODEL));
	add(facts, (struct vmw_fact){ .name = "index-sizes",
				      .value = dump->kernel->index_sizes.value,
				      .from = dump->kernel->index_sizes.from,
				      .note = dump->kernel->index_sizes.note });
}

/* ---- symbols ---- */

static bool count_symbol(void *arg, const char *name, uint64_t value)
{
	++*(uint64_t *)arg;
	return true;
}

static void collect_types(struct facts *facts, const struct kernel *kernel)
{
	if (kernel->kallsyms)
		add_text(
			facts, "kallsyms",
			keep(facts, text_format("%zu symbols, %s", kallsyms_count(kernel->kallsyms),
						kallsyms_form(kernel->kallsyms))),
			kernel->kallsyms_from);
	else
		add_unknown(facts, "kallsyms", kernel->kallsyms_from);
	if (kernel->types)
		add_text(facts, "types", "BTF", kernel->types_from);
	else
		add_unknown(facts, "types", kernel->types_from);
}

static void collect_symbols(struct facts *facts, const struct vmw_dump *dump)
{
	const struct vmw_options *options = &dump->options;
	uint64_t count = 0;

	facts->group = "symbols";
	if (dump->kernel->vmcoreinfo) {
		vmcoreinfo_each_symbol(dump->kernel->vmcoreinfo, count_symbol, &count);
		add_number(facts, "vmcoreinfo-symbols", count, "SYMBOL lines of VMCOREINFO", NULL);
	} else {
		add_unknown(facts, "vmcoreinfo-symbols", dump->kernel->vmcoreinfo_from);
	}
	if (dump->kernel->vmlinux)
		add_text(facts, "vmlinux", options->vmlinux, "as given");
	else
		add_unknown(facts, "vmlinux", "not given");
	if (dump->kernel->system_map)
		add_text(facts, "system-map", options->system_map, "as given");
	else
		add_unknown(facts, "system-map", "not given");
	collect_types(facts, dump->kernel);
}

struct vmw_error *facts_collect(const struct vmw_dump *dump, struct facts **ret)
{
	_cleanup_(facts_freep) struct facts *facts = calloc(1, sizeof(*facts));

	if (!facts)
		return error_no_memory();
	collect_file(facts, dump->dump);
	collect_kernel(facts, dump->kernel);
	collect_memmap(facts, dump);
	collect_symbols(facts, dump);
	if (facts->no_memory)
		return error_no_memory();
	*ret = TAKE(facts);
	return NULL;
}

void facts_free(struct facts *facts)
{
	if (!facts)
		return;
	for (size_t i = 0; i < facts->string_count; i++)
		free(facts->strings[i]);
	free(facts->strings);
	free(facts->list);
	free(facts);
}

const struct vmw_fact *facts_list(const struct facts *facts, size_t *ret_count)
{
	*ret_count = facts->count;
	return facts->list;
}
