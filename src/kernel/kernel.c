/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/kernel.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "kernel/btf.h"
#include "kernel/geometry.h"
#include "kernel/identity.h"
#include "kernel/kallsyms.h"
#include "kernel/mmu.h"
#include "kernel/section.h"
#include "kernel/types.h"
#include "util/array.h"
#include "util/text.h"

const char *mmu_name(enum mmu mmu)
{
	switch (mmu) {
	case MMU_HASH:
		return "hash";
	case MMU_RADIX:
		return "radix";
	case MMU_BOOK3E:
		return "book3e";
	}
	return "unknown";
}

static struct vmw_error *read_symbols(struct kernel *kernel, const struct kernel_options *options)
{
	if (options->system_map) {
		TRY(symbols_read_system_map(options->system_map, &kernel->system_map));
		TRY(error_in_file(symbols_check(kernel->system_map, kernel->vmcoreinfo),
				  options->system_map));
	}
	if (options->vmlinux) {
		TRY(symbols_read_vmlinux(options->vmlinux, &kernel->vmlinux));
		TRY(error_in_file(symbols_check(kernel->vmlinux, kernel->vmcoreinfo),
				  options->vmlinux));
	}
	return NULL;
}

/*
 * The kernel's own text is memory of boot time, which has struct pages for ever: mm/sparse.c,
 * memblocks_present() makes a section present for all of memblock.memory, reserved or not, and
 * memory that the kernel is in cannot be removed. A mem_section without them is not the kernel's.
 */
static struct vmw_error *check_text(const struct kernel *kernel, struct reader *reader)
{
	struct frame_run run;
	vmw_virt stext;

	if (!kernel_symbol(kernel, "_stext", &stext, NULL) ||
	    stext.value >> 60 != ADDR_LINEAR_BASE >> 60)
		return NULL;
	vmw_phys phys = virt_to_phys(stext);
	vmw_pfn pfn = phys_to_pfn(phys, (unsigned int)kernel->page_shift.value);
	TRY(sections_find(kernel, reader, pfn, 1, &run));
	if (run.state != FRAME_NONE)
		return NULL;
	return error_new(VMW_ERROR_BAD_DATA, where_phys(phys),
			 "mem_section has no struct page for frame 0x%" PRIx64
			 ", where the kernel's text begins: it is damaged, or not this kernel's",
			 pfn.value);
}

/* Open mem_section, or keep why there is none. */
static struct vmw_error *open_sections(struct kernel *kernel, struct reader *reader,
				       struct problems *problems)
{
	struct vmw_error *err = sections_open(kernel, reader, &kernel->sections);

	if (!err)
		err = check_text(kernel, reader);
	if (!err)
		return NULL;
	sections_free(kernel->sections);
	kernel->sections = NULL;
	if (err->kind != VMW_ERROR_MISSING && err->kind != VMW_ERROR_BAD_DATA)
		return err;
	if (err->kind == VMW_ERROR_BAD_DATA)
		problem_add(problems, "mem-section-bad", VMW_PARTIAL, err->where, err->file, "%s",
			    err->message);
	kernel->sections_missing = kernel_string(kernel, "%s", err->message);
	vmw_error_free(err);
	return NULL;
}

struct vmw_error *kernel_open(struct reader *reader, const struct kernel_options *options,
			      struct problems *problems, struct kernel **ret)
{
	static const struct kernel_options no_options;
	_cleanup_(kernel_closep) struct kernel *kernel = calloc(1, sizeof(*kernel));
	struct identity_evidence evidence = { 0 };

	if (!kernel)
		return error_no_memory();
	if (!options)
		options = &no_options;
	kernel->dump = reader_dump(reader);
	kernel->order = dump_image(kernel->dump)->order;
	kernel->kallsyms_from = kernel->types_from = "not loaded";

	/* The byte order takes text and symbols to find; before it is known, only text is read. */
	TRY(identity_read_vmcoreinfo(kernel, reader, options, problems, &evidence));
	TRY(read_symbols(kernel, options));
	TRY(identity_decide(kernel, reader, options, problems, &evidence));

	geometry_find_sizes(kernel, problems);
	TRY(open_sections(kernel, reader, problems));
	geometry_find_memmap(kernel, problems);
	TRY(mmu_find(kernel, reader, problems));
	geometry_check_index_sizes(kernel, problems);
	TRY(geometry_find_reservation(kernel, reader));
	kernel->linear_end = geometry_linear_end(kernel);

	*ret = TAKE(kernel);
	return NULL;
}

void kernel_close(struct kernel *kernel)
{
	if (!kernel)
		return;
	known_symbols_free(kernel->known_symbols);
	btf_types_free(kernel->types);
	kallsyms_free(kernel->kallsyms);
	sections_free(kernel->sections);
	symbols_free(kernel->vmlinux);
	symbols_free(kernel->system_map);
	vmcoreinfo_free(kernel->vmcoreinfo);
	for (size_t i = 0; i < kernel->string_count; i++)
		free(kernel->strings[i]);
	free(kernel->strings);
	free(kernel);
}

bool kernel_symbol(const struct kernel *kernel, const char *name, vmw_virt *ret,
		   const char **ret_from)
{
	const char *from;
	uint64_t value;

	if (!vmcoreinfo_symbol_is_content(name) &&
	    vmcoreinfo_symbol(kernel->vmcoreinfo, name, &value))
		from = "VMCOREINFO";
	else if (symbols_find(kernel->vmlinux, name, &value))
		from = "vmlinux";
	else if (symbols_find(kernel->system_map, name, &value))
		from = "System.map";
	else if (types_symbol(kernel, name, &value))
		from = "kallsyms";
	else
		return false;
	*ret = virt_at(value);
	if (ret_from)
		*ret_from = from;
	return true;
}

bool kernel_is_from(const struct kernel *kernel, unsigned int major, unsigned int minor)
{
	unsigned int own_major, own_minor;

	if (!kernel->release || sscanf(kernel->release, "%4u.%4u", &own_major, &own_minor) != 2)
		return true;
	return own_major > major || (own_major == major && own_minor >= minor);
}

struct vmw_error *known_require(const struct known *fact, const char *what, uint64_t *ret)
{
	if (!fact->is_known)
		return error_new(VMW_ERROR_MISSING, where_none(), "%s is unknown: %s", what,
				 fact->from ? fact->from : "nothing tells it");
	*ret = fact->value;
	return NULL;
}

const char *kernel_string(struct kernel *kernel, const char *format, ...)
{
	_cleanup_(freep) char *raw = NULL;
	va_list args;

	va_start(args, format);
	int length = vasprintf(&raw, format, args);
	va_end(args);
	if (length < 0) {
		raw = NULL;
		return "out of memory";
	}

	_cleanup_(freep) char *text = text_escaped(raw, strlen(raw));
	if (!text ||
	    !ARRAY_PUSH(kernel->strings, kernel->string_count, kernel->string_capacity, text))
		return "out of memory";
	return TAKE(text);
}
