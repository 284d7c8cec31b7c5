/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/types.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/btf.h"
#include "kernel/btf_find.h"
#include "kernel/geometry.h"
#include "kernel/kallsyms.h"
#include "kernel/mmu.h"
#include "kernel/section.h"
#include "kernel/vmlinux.h"
#include "util/array.h"
#include "util/checked.h"

/*
 * What is asked of kernel_symbol() and VMCOREINFO may lack. Kernels before 6.0 have no kallsyms
 * that can be found, so what VMCOREINFO has since then is not in it.
 */
static const char *const wanted[] = {
	/* Which MMU. */
	"cur_cpu_spec",
	"swapper_pg_dir",
	"vmemmap_list",
	"mmu_vmemmap_psize",
	"mmu_psize_defs",
	/* What the memmap is of. */
	"max_pfn",
	"node_data",
	"contig_page_data",
	"mem_section",
	"crashk_res",
	/* Pages that are like no others. */
	"zero_pfn",
	"empty_zero_page",
	"huge_zero_pfn",
	"huge_zero_page",
	"huge_zero_folio",
	/* Which kernel. */
	"init_uts_ns",
	"linux_banner",
	"_stext",
	/* Its types. */
	"__start_BTF",
	"__stop_BTF",
	"btf_vmlinux_init",
	".btf_vmlinux_init",
};

enum {
	WANTED_COUNT = sizeof(wanted) / sizeof(wanted[0]),
	/* SYMBOL lines that are compared; a kernel writes some twenty. */
	COMPARED_MAX = 128,
};

struct known_symbols {
	struct kallsyms_query list[WANTED_COUNT];
};

void known_symbols_free(struct known_symbols *symbols)
{
	free(symbols);
}

static const struct kallsyms_query *wanted_find(const struct known_symbols *symbols,
						const char *name)
{
	for (size_t i = 0; symbols && i < WANTED_COUNT; i++) {
		if (strcmp(wanted[i], name) == 0)
			return &symbols->list[i];
	}
	return NULL;
}

bool types_symbol(const struct kernel *kernel, const char *name, uint64_t *ret)
{
	const struct kallsyms_query *known = wanted_find(kernel->known_symbols, name);
	struct kallsyms_query query = { .name = name };

	if (known)
		query = *known;
	else if (kernel->kallsyms)
		kallsyms_find(kernel->kallsyms, &query, 1);
	if (!query.found)
		return false;
	*ret = query.address.value;
	return true;
}

/*
 * Keep in *@ret_from why there is none, and say so aloud if that is odd: types are a help that
 * nothing depends on. NO_MEMORY only.
 */
static struct vmw_error *as_absence(struct kernel *kernel, struct vmw_error *err, const char *code,
				    struct problems *problems, const char **ret_from)
{
	if (!err || err->kind == VMW_ERROR_NO_MEMORY)
		return err;
	if (err->kind != VMW_ERROR_MISSING && err->kind != VMW_ERROR_UNSUPPORTED)
		problem_add(problems, err->kind == VMW_ERROR_OS ? "types-unread" : code,
			    VMW_WARNING, err->where, err->file, "%s; it is not used", err->message);
	*ret_from = kernel_string(kernel, "%s", err->message);
	vmw_error_free(err);
	return NULL;
}

/* ---- kallsyms ---- */

/* The symbols of VMCOREINFO, to be held against kallsyms. */
struct compared {
	size_t count;
	char *names[COMPARED_MAX];
	uint64_t values[COMPARED_MAX];
	bool no_memory;
};

static void compared_deinit(struct compared *compared)
{
	for (size_t i = 0; i < compared->count; i++)
		free(compared->names[i]);
}

static bool compared_add(void *arg, const char *name, uint64_t value)
{
	struct compared *compared = arg;

	if (vmcoreinfo_symbol_is_content(name))
		return true;
	char *copy = strdup(name);
	if (!copy) {
		compared->no_memory = true;
		return false;
	}
	compared->names[compared->count] = copy;
	compared->values[compared->count++] = value;
	return compared->count < COMPARED_MAX;
}

/*
 * Look up what is wanted, and hold what VMCOREINFO has against it: BAD_DATA when they differ. One
 * pass for all.
 */
static struct vmw_error *symbols_look_up(const struct kernel *kernel,
					 const struct kallsyms *kallsyms, struct known_symbols *ret)
{
	_cleanup_(compared_deinit) struct compared compared = { 0 };
	struct kallsyms_query queries[WANTED_COUNT + COMPARED_MAX];

	vmcoreinfo_each_symbol(kernel->vmcoreinfo, compared_add, &compared);
	if (compared.no_memory)
		return error_no_memory();
	for (size_t i = 0; i < WANTED_COUNT; i++)
		queries[i] = (struct kallsyms_query){ .name = wanted[i] };
	for (size_t i = 0; i < compared.count; i++)
		queries[WANTED_COUNT + i] = (struct kallsyms_query){ .name = compared.names[i] };
	kallsyms_find(kallsyms, queries, WANTED_COUNT + compared.count);

	for (size_t i = 0; i < compared.count; i++) {
		const struct kallsyms_query *own = &queries[WANTED_COUNT + i];
		if (own->found && own->address.value != compared.values[i])
			return error_new(VMW_ERROR_BAD_DATA, where_virt(own->address),
					 "kallsyms: %s is 0x%" PRIx64
					 ", but SYMBOL(%s) of VMCOREINFO 0x%" PRIx64,
					 own->name, own->address.value, own->name,
					 compared.values[i]);
	}
	memcpy(ret->list, queries, sizeof(ret->list));
	return NULL;
}

static struct vmw_error *load_kallsyms(struct kernel *kernel, struct reader *reader,
				       struct problems *problems)
{
	_cleanup_(kallsyms_freep) struct kallsyms *kallsyms = NULL;
	_cleanup_(known_symbols_freep) struct known_symbols *symbols = malloc(sizeof(*symbols));

	if (!symbols)
		return error_no_memory();
	if (!kernel->vmcoreinfo) {
		kernel->kallsyms_from = kernel->vmcoreinfo_from;
		return NULL;
	}
	struct vmw_error *err = kallsyms_open(kernel, reader, &kallsyms);
	if (err)
		return as_absence(kernel, err, "kallsyms-bad", problems, &kernel->kallsyms_from);
	err = symbols_look_up(kernel, kallsyms, symbols);
	if (err)
		return as_absence(kernel, err, "kallsyms-differs", problems,
				  &kernel->kallsyms_from);
	kernel->kallsyms_from = "memory, where SYMBOL(kallsyms_*) of VMCOREINFO say";
	kernel->kallsyms = TAKE(kallsyms);
	kernel->known_symbols = TAKE(symbols);
	return NULL;
}

/* ---- BTF ---- */

struct line_check {
	const struct btf_types *types;
	const char *line; /* "SIZE", "OFFSET", "NUMBER" */
	size_t agreed;
	struct vmw_error *error;
};

/* Returns whether to go on. */
static bool line_compare(struct line_check *check, const char *name, bool answered, int64_t stated,
			 int64_t own)
{
	if (!answered)
		return true;
	if (stated == own) {
		check->agreed++;
		return true;
	}
	check->error = error_new(VMW_ERROR_BAD_DATA, where_none(),
				 "BTF: %s(%s) is %" PRId64 ", but %" PRId64
				 " by VMCOREINFO: it is of another kernel",
				 check->line, name, own, stated);
	return false;
}

static bool size_check(void *arg, const char *name, uint64_t value)
{
	struct line_check *check = arg;
	uint64_t size = 0;
	bool answered = btf_struct_size(check->types, name, &size);

	return line_compare(check, name, answered, (int64_t)value, (int64_t)size);
}

static bool offset_check(void *arg, const char *name, uint64_t value)
{
	struct line_check *check = arg;
	uint64_t offset = 0, size;
	const char *dot = strchr(name, '.');
	char structure[64];

	if (!dot || (size_t)(dot - name) >= sizeof(structure))
		return true;
	memcpy(structure, name, (size_t)(dot - name));
	structure[dot - name] = '\0';
	bool answered = btf_member(check->types, structure, dot + 1, &offset, &size);
	return line_compare(check, name, answered, (int64_t)value, (int64_t)offset);
}

static bool number_check(void *arg, const char *name, int64_t value)
{
	struct line_check *check = arg;
	int64_t own = 0;
	bool answered = strncmp(name, "PG_", 3) == 0 &&
			btf_enumerator(check->types, "pageflags", name, &own);

	return line_compare(check, name, answered, value, own);
}

struct vmw_error *types_check(const struct btf_types *types, const struct vmcoreinfo *info)
{
	struct line_check check = { .types = types };

	check.line = "SIZE";
	vmcoreinfo_each_size(info, size_check, &check);
	check.line = "OFFSET";
	if (!check.error)
		vmcoreinfo_each_offset(info, offset_check, &check);
	check.line = "NUMBER";
	if (!check.error)
		vmcoreinfo_each_number(info, number_check, &check);
	if (!check.error && check.agreed == 0)
		return error_new(VMW_ERROR_MISSING, where_none(),
				 "BTF: no line of VMCOREINFO tells whether it is of this kernel");
	return check.error;
}

static struct vmw_error *types_read_vmlinux(const struct kernel *kernel, const char *path,
					    struct btf_types **ret)
{
	_cleanup_(freep) unsigned char *bytes = NULL;
	size_t size = 0;

	TRY(vmlinux_read_section(path, ".BTF", BTF_SIZE_MAX, &bytes, &size));
	return btf_types_parse((struct span){ bytes, size }, kernel->order, where_none(), ret);
}

static struct vmw_error *load_types_of_vmlinux(struct kernel *kernel, struct problems *problems)
{
	_cleanup_(btf_types_freep) struct btf_types *types = NULL;
	const char *path = symbols_path(kernel->vmlinux), *code = "types-bad";
	struct vmw_error *err = types_read_vmlinux(kernel, path, &types);

	/* Without VMCOREINFO nothing tells but the user. */
	if (!err && kernel->vmcoreinfo) {
		code = "types-differ";
		err = types_check(types, kernel->vmcoreinfo);
	}
	if (err)
		return as_absence(kernel, error_in_file(err, path), code, problems,
				  &kernel->types_from);
	kernel->types = TAKE(types);
	kernel->types_from = kernel_string(kernel, "section .BTF of %s", path);
	return NULL;
}

/*
 * Why it need not be searched for, or NULL. A search costs more than all else that --pfn reads.
 */
static const char *why_no_types(const struct kernel *kernel)
{
	/* The format came with it: Linux commit 69b693f0aefa ("bpf: btf: Introduce BPF Type Format
	 * (BTF)"); kernels carry their own types since 5.2, or a backport. */
	if (vmcoreinfo_symbol(kernel->vmcoreinfo, "__start_BTF", &(uint64_t){ 0 }))
		return NULL;
	if (!kernel->kallsyms)
		return kernel_is_from(kernel, 4, 18) ? NULL : "kernels before 4.18 have no BTF";

	/*
	 * kernel/bpf/sysfs_btf.c is built with CONFIG_DEBUG_INFO_BTF, and this function is text,
	 * which kallsyms has always.
	 */
	static const char *const signs[] = { "__start_BTF", "btf_vmlinux_init",
					     ".btf_vmlinux_init" };
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		const struct kallsyms_query *query = wanted_find(kernel->known_symbols, signs[i]);
		if (query->found || query->ambiguous)
			return NULL;
	}
	return "the kernel was built without BTF: kallsyms has no btf_vmlinux_init";
}

static struct vmw_error *load_types_of_memory(struct kernel *kernel, struct reader *reader,
					      struct problems *problems)
{
	struct btf_place place = { 0 };
	const char *why = why_no_types(kernel);

	if (why) {
		/* What --vmlinux has against it comes first. */
		if (!kernel->vmlinux)
			kernel->types_from = why;
		return NULL;
	}
	struct vmw_error *err = btf_types_read(kernel, reader, kernel->kallsyms, &kernel->types,
					       &place);
	if (err) {
		/* types_check() names no place: the blob itself is in order. */
		bool differ = err->where.space == VMW_SPACE_NONE;
		return as_absence(kernel, err, differ ? "types-differ" : "types-bad", problems,
				  &kernel->types_from);
	}
	/* Where kallsyms has a symbol of VMCOREINFO, symbols_look_up() has compared it. */
	const struct kallsyms_query *start = wanted_find(kernel->known_symbols, "__start_BTF");
	bool agrees = start && start->found && strcmp(place.from, "VMCOREINFO") == 0;
	kernel->types_from = kernel_string(
		kernel, "memory at 0x%" PRIx64 ", %" PRIu64 " bytes, by %s%s", place.start.value,
		place.size, place.from, agrees ? ", kallsyms agrees" : "");
	return NULL;
}

/* ---- what they tell ---- */

static void find_page_struct_size(struct kernel *kernel)
{
	struct known *fact = &kernel->page_struct_size;
	uint64_t size;

	/* If VMCOREINFO has it, types_check() has compared it. */
	if (fact->is_known || !btf_struct_size(kernel->types, "page", &size) || size < 56 ||
	    size > 128 || size % 8 != 0)
		return;
	*fact = (struct known){
		.is_known = true, .value = size, .from = "BTF", .note = fact->from
	};
}

struct vmw_error *kernel_load_types(struct kernel *kernel, struct reader *reader,
				    struct problems *problems)
{
	const char *ignored;

	/* After NO_MEMORY this is called again. */
	if (!kernel->kallsyms)
		TRY(load_kallsyms(kernel, reader, problems));
	/* The user's file is an override. */
	if (!kernel->types && kernel->vmlinux)
		TRY(load_types_of_vmlinux(kernel, problems));
	if (!kernel->types)
		TRY(load_types_of_memory(kernel, reader, problems));

	find_page_struct_size(kernel);
	sections_use_types(kernel->sections, kernel->types, problems);
	TRY(as_absence(kernel, mmu_use_types(kernel, reader, problems), "types-bad", problems,
		       &ignored));
	return as_absence(kernel, geometry_find_reservation(kernel, reader), "types-bad", problems,
			  &ignored);
}
