/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prove a BTF blob: btf_validate() of kernel/btf.h.
 *
 * Source of the rules: Linux Documentation/bpf/btf.rst, "Type Encoding"; kernel/bpf/btf.c,
 * btf_*_check_meta(), which every vmlinux has passed whose kernel loaded a BPF program. Where a
 * rule of the kernel only keeps BPF programs simple (members in ascending order), it is not made
 * here.
 *
 * Three passes, each linear in the blob's size: where each type is; what it says and refers to; how
 * large it is (btf_sizes.c), which finds those that contain themselves.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/btf_check.h"
#include "util/array.h"
#include "util/checked.h"

enum {
	/* KSYM_NAME_LEN: the kernel takes no longer identifiers. */
	NAME_LENGTH_MAX = 511,
	INFO_BITS_KNOWN = (int)0x9f00ffff,
};

enum naming {
	NAME_NONE,
	NAME_MAYBE,
	NAME_NEEDED,
};

/* What follows the struct btf_type of a kind, and what it may say. */
struct kind_rule {
	const char *name;
	uint32_t fixed_size;   /* bytes that follow */
	uint32_t element_size; /* bytes that follow for each of vlen; 0: vlen is 0 */
	enum naming naming;
	bool flag_allowed; /* kind_flag */
};

static const struct kind_rule kind_rules[NR_BTF_KINDS] = {
	[BTF_KIND_INT] = { "INT", 4, 0, NAME_MAYBE, false },
	[BTF_KIND_PTR] = { "PTR", 0, 0, NAME_NONE, false },
	[BTF_KIND_ARRAY] = { "ARRAY", 12, 0, NAME_NONE, false },
	[BTF_KIND_STRUCT] = { "STRUCT", 0, 12, NAME_MAYBE, true },
	[BTF_KIND_UNION] = { "UNION", 0, 12, NAME_MAYBE, true },
	[BTF_KIND_ENUM] = { "ENUM", 0, 8, NAME_MAYBE, true },
	[BTF_KIND_FWD] = { "FWD", 0, 0, NAME_NEEDED, true },
	[BTF_KIND_TYPEDEF] = { "TYPEDEF", 0, 0, NAME_NEEDED, false },
	[BTF_KIND_VOLATILE] = { "VOLATILE", 0, 0, NAME_NONE, false },
	[BTF_KIND_CONST] = { "CONST", 0, 0, NAME_NONE, false },
	[BTF_KIND_RESTRICT] = { "RESTRICT", 0, 0, NAME_NONE, false },
	/* Its vlen is its linkage. */
	[BTF_KIND_FUNC] = { "FUNC", 0, 0, NAME_NEEDED, false },
	[BTF_KIND_FUNC_PROTO] = { "FUNC_PROTO", 0, 8, NAME_NONE, false },
	[BTF_KIND_VAR] = { "VAR", 4, 0, NAME_NEEDED, false },
	[BTF_KIND_DATASEC] = { "DATASEC", 0, 12, NAME_NEEDED, false },
	[BTF_KIND_FLOAT] = { "FLOAT", 0, 0, NAME_NEEDED, false },
	/* With the flag, since 6.15, they are attributes of any name. */
	[BTF_KIND_DECL_TAG] = { "DECL_TAG", 4, 0, NAME_NEEDED, true },
	[BTF_KIND_TYPE_TAG] = { "TYPE_TAG", 0, 0, NAME_NEEDED, true },
	[BTF_KIND_ENUM64] = { "ENUM64", 0, 12, NAME_MAYBE, true },
};

struct vmw_error *btf_bad_type(const struct btf_check *check, uint32_t id, const char *format, ...)
{
	const unsigned char *bytes = check->types.data + check->offsets[id];
	uint32_t name = load_u32(bytes, check->order);
	uint32_t kind = BTF_INFO_KIND(load_u32(bytes + 4, check->order));
	struct vmw_where where = check->where;
	char what[128];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	where.address += check->offsets[id];
	return error_new(VMW_ERROR_BAD_DATA, where, "BTF type %" PRIu32 " (%s %.40s): %s", id,
			 kind < NR_BTF_KINDS && kind_rules[kind].name ? kind_rules[kind].name : "?",
			 name < check->strings.size ? (const char *)check->strings.data + name : "",
			 what);
}

/* ---- the strings ---- */

static struct vmw_error *strings_check(const struct btf_check *check, struct vmw_where where)
{
	const unsigned char *data = check->strings.data;
	size_t size = check->strings.size;

	/* So every offset in it is that of a string. */
	if (size == 0 || data[0] != '\0' || data[size - 1] != '\0')
		return error_new(VMW_ERROR_BAD_DATA, where,
				 "BTF: string section of %zu bytes does not begin and end with NUL",
				 size);
	/* A name is a string's end, so it is no longer than the longest. */
	for (size_t start = 0; start < size;) {
		const unsigned char *end = memchr(data + start, '\0', size - start);
		size_t length = (size_t)(end - (data + start));
		if (length > NAME_LENGTH_MAX) {
			where.address += start;
			return error_new(VMW_ERROR_BAD_DATA, where,
					 "BTF: string of %zu characters at %zu, the limit is %d",
					 length, start, NAME_LENGTH_MAX);
		}
		start += length + 1;
	}
	return NULL;
}

/* ---- first pass: where each type is ---- */

static struct vmw_error *types_find(struct btf_check *check)
{
	size_t offset = 0;

	/* void */
	if (!ARRAY_PUSH(check->offsets, check->count, check->capacity, 0))
		return error_no_memory();
	while (offset < check->types.size) {
		size_t left = check->types.size - offset;
		struct vmw_where where = check->where;
		where.address += offset;

		if (left < BTF_TYPE_SIZE)
			return error_new(VMW_ERROR_BAD_DATA, where,
					 "BTF type %zu: only %zu bytes are left for it",
					 check->count, left);
		uint32_t info = load_u32(check->types.data + offset + 4, check->order);
		uint32_t kind = BTF_INFO_KIND(info);
		if (kind >= NR_BTF_KINDS)
			return error_new(VMW_ERROR_UNSUPPORTED, where,
					 "BTF type %zu: kind %" PRIu32 " is not known, the last is "
					 "%d",
					 check->count, kind, BTF_KIND_MAX);
		if (kind == BTF_KIND_UNKN || (info & ~(uint32_t)INFO_BITS_KNOWN))
			return error_new(VMW_ERROR_BAD_DATA, where,
					 "BTF type %zu: info 0x%" PRIx32 " is of no kind of type",
					 check->count, info);
		const struct kind_rule *rule = &kind_rules[kind];
		uint64_t size = BTF_TYPE_SIZE + rule->fixed_size +
				(uint64_t)BTF_INFO_VLEN(info) * rule->element_size;
		if (size > left)
			return error_new(VMW_ERROR_BAD_DATA, where,
					 "BTF type %zu: %" PRIu64 " bytes, but only %zu are left",
					 check->count, size, left);
		if (check->count > BTF_MAX_TYPE)
			return error_new(VMW_ERROR_BAD_DATA, where, "BTF: more than %d types",
					 BTF_MAX_TYPE);
		if (!ARRAY_PUSH(check->offsets, check->count, check->capacity, (uint32_t)offset))
			return error_no_memory();
		offset += (size_t)size;
	}
	return NULL;
}

/* ---- second pass: what each type says and refers to ---- */

static bool name_is_valid(const struct btf_check *check, uint32_t name, enum naming naming)
{
	if (name >= check->strings.size)
		return false;
	if (naming == NAME_NONE)
		return name == 0;
	return naming == NAME_MAYBE || check->strings.data[name] != '\0';
}

/* Whether a variable, a member, a parameter can be of type @id, void included. */
static bool is_plain_type(const struct btf_check *check, uint32_t id)
{
	if (id >= check->count)
		return false;
	switch (btf_kind_of(check, id)) {
	case BTF_KIND_FUNC:
	case BTF_KIND_VAR:
	case BTF_KIND_DATASEC:
	case BTF_KIND_DECL_TAG:
		return false;
	default:
		return true;
	}
}

static struct vmw_error *bad_reference(const struct btf_check *check,
				       const struct btf_checked_type *type, uint32_t target)
{
	if (target >= check->count)
		return btf_bad_type(check, type->id, "refers to type %" PRIu32 ", the last is %zu",
				    target, check->count - 1);
	return btf_bad_type(check, type->id, "refers to type %" PRIu32 ", which cannot be there",
			    target);
}

static struct vmw_error *int_check(const struct btf_check *check,
				   const struct btf_checked_type *type)
{
	uint32_t data = load_u32(type->rest, check->order);
	uint32_t encoding = BTF_INT_ENCODING(data);
	uint32_t bits = BTF_INT_OFFSET(data) + BTF_INT_BITS(data);

	if (type->word == 0 || type->word > 16)
		return btf_bad_type(check, type->id, "size of %" PRIu32 " bytes, not 1 to 16",
				    type->word);
	if (data >> 28 || (encoding & (encoding - 1)) || encoding > BTF_INT_BOOL ||
	    bits > type->word * 8)
		return btf_bad_type(check, type->id, "encoding 0x%" PRIx32 " of %" PRIu32 " bytes",
				    data, type->word);
	return NULL;
}

static struct vmw_error *array_check(const struct btf_check *check,
				     const struct btf_checked_type *type)
{
	uint32_t element = load_u32(type->rest, check->order);
	uint32_t index = load_u32(type->rest + 4, check->order);

	if (type->word != 0)
		return btf_bad_type(check, type->id, "has a size of its own, %" PRIu32, type->word);
	if (element == 0 || !is_plain_type(check, element))
		return bad_reference(check, type, element);
	if (index == 0 || !is_plain_type(check, index))
		return bad_reference(check, type, index);
	return NULL;
}

/* The third pass checks where members end: their sizes are not known yet. */
static struct vmw_error *members_check(const struct btf_check *check,
				       const struct btf_checked_type *type)
{
	const unsigned char *member = type->rest;

	for (uint32_t i = 0; i < type->vlen; i++, member += 12) {
		uint32_t target = load_u32(member + 4, check->order);

		if (!name_is_valid(check, load_u32(member, check->order), NAME_MAYBE))
			return btf_bad_type(check, type->id,
					    "name of member %" PRIu32 " is at %" PRIu32
					    ", the strings end at %zu",
					    i, load_u32(member, check->order), check->strings.size);
		if (target == 0 || !is_plain_type(check, target))
			return bad_reference(check, type, target);
	}
	return NULL;
}

static struct vmw_error *enumerators_check(const struct btf_check *check,
					   const struct btf_checked_type *type)
{
	uint32_t step = kind_rules[type->kind].element_size;

	if (!is_power_of_two(type->word) || type->word > 8)
		return btf_bad_type(check, type->id, "size of %" PRIu32 " bytes, not 1, 2, 4 or 8",
				    type->word);
	for (uint32_t i = 0; i < type->vlen; i++) {
		uint32_t name = load_u32(type->rest + i * step, check->order);
		if (!name_is_valid(check, name, NAME_NEEDED))
			return btf_bad_type(check, type->id,
					    "enumerator %" PRIu32 " has no name at %" PRIu32, i,
					    name);
	}
	return NULL;
}

static struct vmw_error *parameters_check(const struct btf_check *check,
					  const struct btf_checked_type *type)
{
	const unsigned char *parameter = type->rest;

	if (!is_plain_type(check, type->word))
		return bad_reference(check, type, type->word);
	for (uint32_t i = 0; i < type->vlen; i++, parameter += 8) {
		uint32_t name = load_u32(parameter, check->order);
		uint32_t target = load_u32(parameter + 4, check->order);
		/* "..." is the last, has no type and no name. */
		bool variadic = target == 0 && name == 0 && i == type->vlen - 1;

		if (!name_is_valid(check, name, NAME_MAYBE))
			return btf_bad_type(check, type->id,
					    "name of parameter %" PRIu32 " is at %" PRIu32
					    ", the strings end at %zu",
					    i, name, check->strings.size);
		if (!variadic && (target == 0 || !is_plain_type(check, target)))
			return bad_reference(check, type, target);
	}
	return NULL;
}

static struct vmw_error *section_check(const struct btf_check *check,
				       const struct btf_checked_type *type)
{
	const unsigned char *variable = type->rest;

	for (uint32_t i = 0; i < type->vlen; i++, variable += 12) {
		uint32_t target = load_u32(variable, check->order);
		uint32_t offset = load_u32(variable + 4, check->order);
		uint32_t size = load_u32(variable + 8, check->order);

		if (target >= check->count || btf_kind_of(check, target) != BTF_KIND_VAR)
			return bad_reference(check, type, target);
		if (!range_within(offset, size, type->word))
			return btf_bad_type(check, type->id,
					    "variable %" PRIu32 ": %" PRIu32 " bytes at %" PRIu32
					    " of a section of %" PRIu32,
					    i, size, offset, type->word);
	}
	return NULL;
}

/* What only has a struct btf_type: a reference to another type. */
static struct vmw_error *reference_check(const struct btf_check *check,
					 const struct btf_checked_type *type)
{
	if (type->kind == BTF_KIND_FUNC
		    ? type->word >= check->count ||
			      btf_kind_of(check, type->word) != BTF_KIND_FUNC_PROTO
		    : !is_plain_type(check, type->word))
		return bad_reference(check, type, type->word);
	return NULL;
}

static struct vmw_error *variable_check(const struct btf_check *check,
					const struct btf_checked_type *type)
{
	uint32_t linkage = load_u32(type->rest, check->order);

	if (type->word == 0 || !is_plain_type(check, type->word))
		return bad_reference(check, type, type->word);
	if (linkage > BTF_VAR_GLOBAL_EXTERN)
		return btf_bad_type(check, type->id, "linkage %" PRIu32 " is not known", linkage);
	return NULL;
}

static struct vmw_error *tag_check(const struct btf_check *check,
				   const struct btf_checked_type *type)
{
	int32_t component = (int32_t)load_u32(type->rest, check->order);
	uint32_t components;

	if (type->word == 0 || type->word >= check->count)
		return bad_reference(check, type, type->word);
	struct btf_checked_type target = btf_type_load(check, type->word);
	switch (target.kind) {
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		components = target.vlen;
		break;
	case BTF_KIND_FUNC:
		/* Of its parameters; the FUNC may be wrong itself, and is found out then. */
		components = target.word < check->count &&
					     btf_kind_of(check, target.word) == BTF_KIND_FUNC_PROTO
				     ? btf_type_load(check, target.word).vlen
				     : 0;
		break;
	case BTF_KIND_VAR:
	case BTF_KIND_TYPEDEF:
		components = 0;
		break;
	default:
		return bad_reference(check, type, type->word);
	}
	if (component < -1 || component >= (int64_t)components)
		return btf_bad_type(check, type->id,
				    "tags component %" PRId32 " of %" PRIu32 " in type %" PRIu32,
				    component, components, type->word);
	return NULL;
}

static struct vmw_error *content_check(const struct btf_check *check,
				       const struct btf_checked_type *type)
{
	switch (type->kind) {
	case BTF_KIND_INT:
		return int_check(check, type);
	case BTF_KIND_ARRAY:
		return array_check(check, type);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return members_check(check, type);
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		return enumerators_check(check, type);
	case BTF_KIND_FUNC_PROTO:
		return parameters_check(check, type);
	case BTF_KIND_VAR:
		return variable_check(check, type);
	case BTF_KIND_DATASEC:
		return section_check(check, type);
	case BTF_KIND_DECL_TAG:
		return tag_check(check, type);
	case BTF_KIND_FWD:
		return type->word == 0 ? NULL : bad_reference(check, type, type->word);
	case BTF_KIND_FLOAT:
		if ((!is_power_of_two(type->word) && type->word != 12) || type->word < 2 ||
		    type->word > 16)
			return btf_bad_type(check, type->id, "size of %" PRIu32 " bytes",
					    type->word);
		return NULL;
	default:
		return reference_check(check, type);
	}
}

static struct vmw_error *type_check(const struct btf_check *check,
				    const struct btf_checked_type *type)
{
	const struct kind_rule *rule = &kind_rules[type->kind];

	if (!name_is_valid(check, type->name, rule->naming))
		return btf_bad_type(check, type->id, "name at %" PRIu32 ", %s", type->name,
				    type->name >= check->strings.size
					    ? "behind the end of the strings"
				    : rule->naming == NAME_NONE ? "its kind has none"
								: "its kind needs one");
	if (type->flag && !rule->flag_allowed)
		return btf_bad_type(check, type->id, "has a kind_flag");
	if (type->kind == BTF_KIND_FUNC ? type->vlen > BTF_FUNC_EXTERN
					: rule->element_size == 0 && type->vlen != 0)
		return btf_bad_type(check, type->id, "has a vlen of %" PRIu32, type->vlen);
	return content_check(check, type);
}

static struct vmw_error *types_check(struct btf_check *check)
{
	TRY(types_find(check));
	for (uint32_t id = 1; id < check->count; id++) {
		struct btf_checked_type type = btf_type_load(check, id);
		TRY(type_check(check, &type));
	}
	return btf_sizes_check(check);
}

struct vmw_error *btf_validate(struct span blob, enum order order, struct vmw_where where)
{
	struct btf_layout layout;

	TRY(btf_layout_parse(blob, order, where, &layout));
	if (layout.size > blob.size)
		return error_new(VMW_ERROR_TRUNCATED, where,
				 "BTF: %" PRIu32 " bytes by its header, but only %zu are there",
				 layout.size, blob.size);

	struct btf_check check = {
		.types = { blob.data + layout.type_start, layout.type_size },
		.strings = { blob.data + layout.string_start, layout.string_size },
		.order = order,
		.where = { where.space, where.address + layout.type_start },
	};
	struct vmw_where strings_where = { where.space, where.address + layout.string_start };
	TRY(strings_check(&check, strings_where));
	struct vmw_error *error = types_check(&check);
	free(check.offsets);
	free(check.states);
	free(check.sizes);
	return error;
}
