/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/symbols.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/symbol_table.h"

struct vmw_error *symbols_new(const char *path, struct symbols **ret)
{
	_cleanup_(symbols_freep) struct symbols *symbols = calloc(1, sizeof(*symbols));

	if (!symbols)
		return error_no_memory();
	symbols->path = strdup(path);
	if (!symbols->path)
		return error_no_memory();
	*ret = TAKE(symbols);
	return NULL;
}

void symbols_free(struct symbols *symbols)
{
	if (!symbols)
		return;
	free(symbols->build_id);
	free(symbols->list);
	free(symbols->strings);
	free(symbols->path);
	free(symbols);
}

const char *symbols_path(const struct symbols *symbols)
{
	return symbols->path;
}

const char *symbols_build_id(const struct symbols *symbols)
{
	return symbols->build_id;
}

static int symbol_compare(const void *a, const void *b)
{
	const struct symbol *left = a, *right = b;
	int order = strcmp(left->name, right->name);

	/* Globals first: a lookup sees them even where a name has very many symbols. */
	return order ? order : right->global - left->global;
}

void symbols_sort(struct symbols *symbols)
{
	if (symbols->count)
		qsort(symbols->list, symbols->count, sizeof(*symbols->list), symbol_compare);
}

/*
 * More symbols of one name than this are not looked at: compilers give thousands of statics a name
 * like __func__.0, but none that anybody asks for.
 */
enum { NAMED_MAX = 1024 };

/* All symbols called @name: the first and how many, up to NAMED_MAX; NULL and 0 when there is none.
 */
static const struct symbol *named_find(const struct symbols *symbols, const char *name,
				       size_t *ret_count)
{
	size_t low = 0, high = symbols->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (strcmp(symbols->list[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	size_t end = low;
	while (end < symbols->count && end - low < NAMED_MAX &&
	       strcmp(symbols->list[end].name, name) == 0)
		end++;
	*ret_count = end - low;
	return end > low ? &symbols->list[low] : NULL;
}

/* The one symbol that @name stands for; NULL when absent or ambiguous. */
static const struct symbol *symbol_find(const struct symbols *symbols, const char *name)
{
	size_t count;
	const struct symbol *named = named_find(symbols, name, &count);
	const struct symbol *found = NULL;
	bool ambiguous = count == NAMED_MAX;

	for (size_t i = 0; i < count; i++) {
		if (!found)
			found = &named[i];
		/* What is global hides statics of that name: whoever asks means it. */
		else if (named[i].global == found->global && named[i].address != found->address)
			ambiguous = true;
	}
	return ambiguous ? NULL : found;
}

static uint64_t relocated(const struct symbol *symbol, uint64_t relocation)
{
	return symbol->absolute ? symbol->address : symbol->address + relocation;
}

bool symbols_find(const struct symbols *symbols, const char *name, uint64_t *ret)
{
	const struct symbol *found = symbols ? symbol_find(symbols, name) : NULL;

	if (!found)
		return false;
	*ret = relocated(found, symbols->relocation);
	return true;
}

/* ---- are they of this kernel? ---- */

/*
 * Whether a vmlinux with build id @own can be of the kernel that states @theirs. The kernel prints
 * always 20 bytes (BUILD_ID_SIZE_MAX), zeros behind a shorter id, and zeros for one it could not
 * read (lib/buildid.c, init_vmlinux_build_id()): then, and with a longer id, nothing is proven.
 */
static bool build_id_agrees(const char *own, const char *theirs)
{
	size_t length = strlen(own);

	if (theirs[strspn(theirs, "0")] == '\0' || length > 40)
		return true;
	return strncasecmp(own, theirs, length) == 0 &&
	       theirs[length + strspn(theirs + length, "0")] == '\0';
}

struct check {
	const struct symbols *symbols;
	const char *reference; /* the symbol that gave the relocation, or NULL */
	uint64_t relocation;
	size_t agreed;
	struct vmw_error *error;
};

/* Take the relocation from a symbol that is in both. */
static bool reference_find(void *arg, const char *name, uint64_t value)
{
	struct check *check = arg;
	const struct symbol *own = symbol_find(check->symbols, name);

	if (!own || own->absolute || vmcoreinfo_symbol_is_content(name))
		return true;
	check->reference = own->name;
	check->relocation = value - own->address;
	return false;
}

static bool symbol_check(void *arg, const char *name, uint64_t value)
{
	struct check *check = arg;
	size_t count;
	const struct symbol *named = named_find(check->symbols, name, &count);

	if (!named || count == NAMED_MAX || vmcoreinfo_symbol_is_content(name) ||
	    strcmp(name, check->reference) == 0)
		return true;
	/* Any of that name will do: VMCOREINFO may mean a static one. */
	for (size_t i = 0; i < count; i++) {
		if (relocated(&named[i], check->relocation) == value) {
			check->agreed++;
			return true;
		}
	}
	check->error = error_new(VMW_ERROR_BAD_DATA, where_none(),
				 "symbol %s: VMCOREINFO has 0x%" PRIx64 ", this file 0x%" PRIx64
				 " (relocated by 0x%" PRIx64 "): it is of another kernel",
				 name, value, relocated(named, check->relocation),
				 check->relocation);
	return false;
}

static struct vmw_error *check_against(struct symbols *symbols, const struct vmcoreinfo *info)
{
	const char *build_id = vmcoreinfo_string(info, "BUILD-ID");
	struct check check = { .symbols = symbols };
	uint64_t stext;

	if (symbols->build_id && build_id && !build_id_agrees(symbols->build_id, build_id))
		return error_new(
			VMW_ERROR_BAD_DATA, where_none(),
			"build id %s, but the crashed kernel's is %s: it is of another kernel",
			symbols->build_id, build_id);

	if (vmcoreinfo_symbol(info, "_stext", &stext))
		(void)reference_find(&check, "_stext", stext);
	if (!check.reference)
		vmcoreinfo_each_symbol(info, reference_find, &check);
	if (check.reference)
		vmcoreinfo_each_symbol(info, symbol_check, &check);
	if (check.error)
		return check.error;
	if (check.agreed == 0)
		return error_new(VMW_ERROR_MISSING, where_none(),
				 "no symbol to tell by whether it is of the crashed kernel: "
				 "VMCOREINFO and this file share %s",
				 check.reference ? check.reference : "none");
	symbols->relocation = check.relocation;
	return NULL;
}

struct vmw_error *symbols_check(struct symbols *symbols, const struct vmcoreinfo *info)
{
	if (!info)
		return NULL;
	return error_in_file(check_against(symbols, info), symbols->path);
}
