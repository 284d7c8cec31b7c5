/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The header of a BTF blob: btf_layout_parse() of kernel/btf.h. */
#include <inttypes.h>
#include <linux/btf.h>

#include "kernel/btf.h"
#include "util/checked.h"

static struct vmw_error *bad_section(struct vmw_where where, const char *name, uint32_t offset,
				     uint32_t size, const char *what)
{
	return error_new(VMW_ERROR_BAD_DATA, where,
			 "BTF: %s section of %" PRIu32 " bytes at %" PRIu32 " %s", name, size,
			 offset, what);
}

struct vmw_error *btf_layout_parse(struct span blob, enum order order, struct vmw_where where,
				   struct btf_layout *ret)
{
	struct cursor c = cursor_new(blob, where, order);
	const unsigned char *start = cursor_bytes(&c, 4);
	uint32_t header_size = cursor_u32(&c);
	uint32_t type_offset = cursor_u32(&c);
	uint32_t type_size = cursor_u32(&c);
	uint32_t string_offset = cursor_u32(&c);
	uint32_t string_size = cursor_u32(&c);

	TRY(cursor_check(&c, "BTF header"));
	if (load_u16(start, order) != BTF_MAGIC)
		return error_new(VMW_ERROR_BAD_DATA, where, "BTF: magic 0x%04x, not 0x%04x",
				 load_u16(start, order), BTF_MAGIC);
	if (start[2] != BTF_VERSION || start[3] != 0)
		return error_new(VMW_ERROR_UNSUPPORTED, where,
				 "BTF: version %u, flags 0x%x: only version %d without flags is "
				 "known",
				 start[2], start[3], BTF_VERSION);
	/* A longer header is for newer readers: what this one knows of stays where it was. */
	if (header_size < BTF_HEADER_SIZE || header_size > BTF_SIZE_MAX)
		return error_new(VMW_ERROR_BAD_DATA, where,
				 "BTF: header of %" PRIu32 " bytes, not %d or some more",
				 header_size, BTF_HEADER_SIZE);

	uint64_t end = (uint64_t)header_size + string_offset + string_size;
	if (type_offset % 4 != 0 || type_size % 4 != 0 || header_size % 4 != 0)
		return bad_section(where, "type", type_offset, type_size, "is not aligned to 4");
	if (!range_within(type_offset, type_size, string_offset))
		return bad_section(where, "type", type_offset, type_size,
				   "reaches into the string section");
	if (end > BTF_SIZE_MAX)
		return bad_section(where, "string", string_offset, string_size,
				   "makes it larger than 64 MiB");
	*ret = (struct btf_layout){
		.type_start = header_size + type_offset,
		.type_size = type_size,
		.string_start = header_size + string_offset,
		.string_size = string_size,
		.size = (uint32_t)end,
	};
	return NULL;
}
