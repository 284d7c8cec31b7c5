/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel/btf.h in a build without libbpf: there are no types. */
#include "kernel/btf.h"

struct vmw_error *btf_types_parse(struct span blob, enum order order, struct vmw_where where,
				  struct btf_types **ret)
{
	return error_new(VMW_ERROR_UNSUPPORTED, where,
			 "BTF: this vmemwalk was built without libbpf, which reads it");
}

void btf_types_free(struct btf_types *types)
{
}

bool btf_available(void)
{
	return false;
}

bool btf_struct_size(const struct btf_types *types, const char *name, uint64_t *ret)
{
	return false;
}

bool btf_member(const struct btf_types *types, const char *name, const char *member,
		uint64_t *ret_offset, uint64_t *ret_size)
{
	return false;
}

bool btf_enumerator(const struct btf_types *types, const char *enumeration, const char *name,
		    int64_t *ret)
{
	return false;
}

void btf_each_enumerator(const struct btf_types *types, const char *enumeration,
			 bool (*callback)(void *arg, const char *name, int64_t value), void *arg)
{
}
