/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/query.h"

#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "util/checked.h"

enum { READ_SIZE_DEFAULT = 256 };

bool query_kind_repeats(enum query_kind kind)
{
	switch (kind) {
	case QUERY_PFN:
	case QUERY_PHYS:
	case QUERY_PAGE:
	case QUERY_TRANSLATE:
	case QUERY_READ:
	case QUERY_KPAGEFLAGS:
	case QUERY_KPAGECOUNT:
		return true;
	case QUERY_MAPPINGS:
	case QUERY_INFO:
	case QUERY_VMCOREINFO:
	case QUERY_KIND_COUNT:
		break;
	}
	return false;
}

struct vmw_error *file_name_parse(const char *text, const char **ret)
{
	if (*text == '\0')
		return error_new(VMW_ERROR_MISUSE, where_none(), "needs the name of a file");
	if (strcmp(text, "-") == 0)
		return error_new(
			VMW_ERROR_MISUSE, where_none(),
			"is no name for standard input or output here: write /dev/stdin or "
			"/dev/stdout, or ./- for a file of this name");
	*ret = text;
	return NULL;
}

/*
 * Which space a bare address is in. Kernel addresses of Book3S start at 0xc000000000000000, the
 * vmemmap of Book3E at 0x8000000000000000 (Linux arch/powerpc/include/asm/nohash/64/pgtable.h); no
 * physical address comes near either.
 */
static enum vmw_space space_of(uint64_t address)
{
	uint64_t nibble = address >> 60;

	return nibble >= 0xc || nibble == 0x8 ? VMW_SPACE_VIRT : VMW_SPACE_PHYS;
}

/* "[virt:|phys:]ADDR[,LEN]" */
static struct vmw_error *parse_read(const char *argument, struct query_read *ret)
{
	struct query_read read = { .space = VMW_SPACE_NONE };

	if (strncmp(argument, "virt:", 5) == 0)
		read.space = VMW_SPACE_VIRT;
	else if (strncmp(argument, "phys:", 5) == 0)
		read.space = VMW_SPACE_PHYS;
	if (read.space != VMW_SPACE_NONE)
		argument += 5;

	const char *comma = strchrnul(argument, ',');
	_cleanup_(freep) char *address = strndup(argument, (size_t)(comma - argument));
	if (!address)
		return error_no_memory();
	TRY(number_parse(address, &read.address));
	if (read.space == VMW_SPACE_NONE)
		read.space = space_of(read.address);

	if (*comma == '\0') {
		/* The default is what is likely wanted, so it gives way at the end of the address
		 * space. */
		read.size = min_u64(READ_SIZE_DEFAULT - 1, UINT64_MAX - read.address) + 1;
		*ret = read;
		return NULL;
	}
	TRY(number_parse_size(comma + 1, &read.size));
	if (read.size == 0)
		return error_new(VMW_ERROR_MISUSE, where_none(), "a length of 0 is empty");
	if (read.size - 1 > UINT64_MAX - read.address)
		return error_new(VMW_ERROR_MISUSE, where_none(), "the end does not fit in 64 bits");
	*ret = read;
	return NULL;
}

struct vmw_error *query_parse(enum query_kind kind, const char *argument, struct query *ret)
{
	*ret = (struct query){ .kind = kind };

	switch (kind) {
	case QUERY_PFN:
		return number_parse_range(argument, &ret->frames);
	case QUERY_PHYS:
	case QUERY_PAGE:
	case QUERY_TRANSLATE:
		return number_parse(argument, &ret->address);
	case QUERY_READ:
		return parse_read(argument, &ret->read);
	case QUERY_KPAGEFLAGS:
	case QUERY_KPAGECOUNT:
		return file_name_parse(argument, &ret->path);
	case QUERY_MAPPINGS:
	case QUERY_INFO:
	case QUERY_VMCOREINFO:
	case QUERY_KIND_COUNT:
		break;
	}
	return NULL;
}

struct vmw_error *query_add(struct query_list *queries, const struct query *query)
{
	if (!ARRAY_PUSH(queries->list, queries->count, queries->capacity, *query))
		return error_no_memory();
	return NULL;
}

void query_list_deinit(struct query_list *queries)
{
	free(queries->list);
	*queries = (struct query_list){ 0 };
}
