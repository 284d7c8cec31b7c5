/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/btf.h"

#include <linux/btf.h>

#include "config.h"
#include "fake/btf.h"
#include "fake/machine.h"
#include "fake/store.h"

/* A blob in memory of just its size, so that a sanitizer sees who reads past it. */
struct blob {
	unsigned char *bytes;
	size_t size;
	enum order order;
};

static struct blob blob_of(struct fake_btf *btf, enum order order)
{
	struct blob blob = { .order = order };

	blob.bytes = fake_btf_bytes(btf, &blob.size);
	fake_btf_free(btf);
	return blob;
}

static struct vmw_error *validate(const struct blob *blob)
{
	return btf_validate((struct span){ blob->bytes, blob->size }, blob->order, where_file(0));
}

static struct vmw_error *parse(const struct blob *blob, struct btf_types **ret)
{
	return btf_types_parse((struct span){ blob->bytes, blob->size }, blob->order, where_file(0),
			       ret);
}

static void assert_valid(struct fake_btf *btf, enum order order)
{
	struct blob blob = blob_of(btf, order);
	_cleanup_(vmw_error_freep) struct vmw_error *error = validate(&blob);

	if (error)
		print_error("%s\n", error->message);
	assert_null(error);
	free(blob.bytes);
}

static void assert_refused(struct fake_btf *btf, enum order order, const char *message)
{
	struct blob blob = blob_of(btf, order);

	assert_error(validate(&blob), VMW_ERROR_BAD_DATA, message);
	free(blob.bytes);
}

/* ---- the whole ---- */

/* A small kernel: each kind of type at least once. */
static struct fake_btf *kernel_types(enum order order)
{
	struct fake_btf *b = fake_btf_new(order);
	uint32_t u64 = fake_btf_int(b, "long unsigned int", 8);
	uint32_t u32 = fake_btf_int(b, "unsigned int", 4);
	uint32_t node = u32 + 1; /* struct list_head, which points to itself */

	fake_btf_struct(b, "list_head", 16, 2);
	fake_btf_member(b, "next", node + 1, 0);
	fake_btf_member(b, "prev", node + 1, 64);
	(void)fake_btf_pointer(b, node);
	uint32_t counter = fake_btf_struct(b, NULL, 4, 1);
	fake_btf_member(b, "counter", u32, 0);
	uint32_t atomic = fake_btf_type(b, "atomic_t", BTF_KIND_TYPEDEF, 0, counter);
	uint32_t fixed = fake_btf_type(b, NULL, BTF_KIND_CONST, 0, u64);
	uint32_t changing = fake_btf_type(b, NULL, BTF_KIND_VOLATILE, 0, fixed);
	uint32_t tagged = fake_btf_type(b, "rcu", BTF_KIND_TYPE_TAG, 0, node);
	uint32_t pointer = fake_btf_pointer(b, tagged);
	(void)fake_btf_type(b, NULL, BTF_KIND_RESTRICT, 0, pointer);
	uint32_t lists = fake_btf_struct(b, NULL, 24, 2);
	fake_btf_member(b, "lru", node, 0);
	fake_btf_member(b, "index", u64, 128);
	uint32_t heads = fake_btf_struct(b, NULL, 8, 1);
	fake_btf_member(b, "compound_head", u64, 0);
	uint32_t unit = fake_btf_union(b, NULL, 24, 2);
	fake_btf_member(b, NULL, lists, 0);
	fake_btf_member(b, NULL, heads, 0);
	uint32_t array = fake_btf_array(b, u64, u32, 3);

	fake_btf_struct(b, "page", 72, 6);
	fake_btf_member(b, "flags", changing, 0);
	fake_btf_member(b, NULL, unit, 64);
	fake_btf_member(b, "_refcount", atomic, 256);
	fake_btf_member(b, "_mapcount", u32, 288);
	fake_btf_member(b, "words", array, 320);
	fake_btf_member(b, "list", pointer, 512);

	fake_btf_flagged(b, "bits", BTF_KIND_STRUCT, 3, 8);
	fake_btf_member(b, "low", u64, UINT32_C(3) << 24);
	fake_btf_member(b, "high", u64, UINT32_C(5) << 24 | 8);
	fake_btf_member(b, "whole", u32, 32);

	fake_btf_enum(b, "pageflags", 3);
	fake_btf_value(b, "PG_locked", 0);
	fake_btf_value(b, "PG_lru", 5);
	fake_btf_value(b, "PG_high", INT32_MIN);
	fake_btf_flagged(b, "state", BTF_KIND_ENUM, 2, 4);
	fake_btf_value(b, "STATE_BAD", -1);
	fake_btf_value(b, "STATE_GOOD", 1);
	fake_btf_type(b, "wide", BTF_KIND_ENUM64, 2, 8);
	fake_btf_value(b, "WIDE_LOW", 1);
	fake_btf_word(b, 2);
	fake_btf_value(b, "WIDE_HIGH", 0);
	fake_btf_word(b, UINT32_C(1) << 31);
	fake_btf_flagged(b, "wide_signed", BTF_KIND_ENUM64, 1, 8);
	fake_btf_value(b, "WIDE_NEGATIVE", -2);
	fake_btf_word(b, UINT32_MAX);

	fake_btf_flagged(b, "declared", BTF_KIND_FWD, 0, 0);
	uint32_t prototype = fake_btf_type(b, NULL, BTF_KIND_FUNC_PROTO, 2, 0);
	fake_btf_parameter(b, "format", pointer);
	fake_btf_parameter(b, NULL, 0); /* "..." */
	uint32_t function = fake_btf_type(b, "printk", BTF_KIND_FUNC, 1, prototype);
	uint32_t variable = fake_btf_type(b, "jiffies", BTF_KIND_VAR, 0, u64);
	fake_btf_word(b, 1);
	fake_btf_type(b, ".data..percpu", BTF_KIND_DATASEC, 1, 64);
	fake_btf_word(b, variable);
	fake_btf_word(b, 8);
	fake_btf_word(b, 8);
	fake_btf_type(b, "double", BTF_KIND_FLOAT, 0, 8);
	fake_btf_type(b, "bpf_fastcall", BTF_KIND_DECL_TAG, 0, function);
	fake_btf_word(b, (uint32_t)-1);
	fake_btf_type(b, "user", BTF_KIND_DECL_TAG, 0, function);
	fake_btf_word(b, 1);
	return b;
}

static void every_kind_of_type_is_valid(void **state)
{
	FOR_BOTH_ORDERS(order)
	assert_valid(kernel_types((enum order)order), (enum order)order);
}

static void bytes_behind_the_sections_are_not_looked_at(void **state)
{
	struct blob blob = blob_of(kernel_types(ORDER_BIG), ORDER_BIG);

	blob.bytes = realloc(blob.bytes, blob.size + 3);
	memset(blob.bytes + blob.size, 0xff, 3);
	blob.size += 3;
	assert_null(validate(&blob));
	free(blob.bytes);
}

static void every_shorter_blob_is_cut(void **state)
{
	FOR_BOTH_ORDERS(order)
	{
		struct blob blob = blob_of(kernel_types((enum order)order), (enum order)order);

		for (size_t size = 0; size < blob.size; size++) {
			unsigned char *bytes = malloc(size + 1);
			memcpy(bytes, blob.bytes, size);
			assert_error(btf_validate((struct span){ bytes, size }, blob.order,
						  where_file(0)),
				     VMW_ERROR_TRUNCATED, "BTF");
			free(bytes);
		}
		free(blob.bytes);
	}
}

static void a_header_that_is_none_is_refused(void **state)
{
	static const struct {
		size_t offset;
		uint32_t value; /* 4 bytes; 1 below offset 4 */
		enum vmw_error_kind kind;
		const char *message;
	} rows[] = {
		{ 0, 0x55, VMW_ERROR_BAD_DATA, "not 0xeb9f" },
		{ 2, 2, VMW_ERROR_UNSUPPORTED, "version 2" },
		{ 3, 1, VMW_ERROR_UNSUPPORTED, "flags 0x1" },
		{ 4, 20, VMW_ERROR_BAD_DATA, "header of 20 bytes" },
		{ 4, UINT32_MAX, VMW_ERROR_BAD_DATA, "header of 4294967295 bytes" },
		{ 8, 2, VMW_ERROR_BAD_DATA, "is not aligned" },
		{ 8, UINT32_MAX - 3, VMW_ERROR_BAD_DATA, "reaches into the string section" },
		{ 12, UINT32_MAX - 3, VMW_ERROR_BAD_DATA, "reaches into the string section" },
		{ 16, 0, VMW_ERROR_BAD_DATA, "reaches into the string section" },
		{ 16, UINT32_MAX, VMW_ERROR_BAD_DATA, "larger than 64 MiB" },
		{ 20, UINT32_MAX, VMW_ERROR_BAD_DATA, "larger than 64 MiB" },
		{ 20, 1 << 20, VMW_ERROR_TRUNCATED, "by its header" },
		{ 20, 0, VMW_ERROR_BAD_DATA, "does not begin and end with NUL" },
	};

	FOR_BOTH_ORDERS(order)
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct blob blob = blob_of(kernel_types((enum order)order), (enum order)order);

		if (rows[i].offset < 4)
			blob.bytes[rows[i].offset] = (unsigned char)rows[i].value;
		else
			store_u32(blob.bytes + rows[i].offset, rows[i].value, blob.order);
		assert_error(validate(&blob), rows[i].kind, rows[i].message);
		free(blob.bytes);
	}
}

static void the_wrong_byte_order_is_refused(void **state)
{
	struct blob blob = blob_of(kernel_types(ORDER_BIG), ORDER_LITTLE);

	assert_error(validate(&blob), VMW_ERROR_BAD_DATA, "magic 0x9feb");
	free(blob.bytes);
}

static void strings_end_within_their_section(void **state)
{
	struct blob blob = blob_of(kernel_types(ORDER_LITTLE), ORDER_LITTLE);

	blob.bytes[blob.size - 1] = 'x';
	assert_error(validate(&blob), VMW_ERROR_BAD_DATA, "begin and end with NUL");
	free(blob.bytes);
}

static void a_name_has_at_most_511_characters(void **state)
{
	char name[513];

	for (size_t length = 511; length <= 512; length++) {
		struct fake_btf *b = fake_btf_new(ORDER_LITTLE);
		memset(name, 'n', length);
		name[length] = '\0';
		fake_btf_int(b, name, 4);
		if (length == 511)
			assert_valid(b, ORDER_LITTLE);
		else
			assert_refused(b, ORDER_LITTLE, "string of 512 characters");
	}
}

/* ---- each kind ---- */

/* A type that is wrong, behind those of base_types(): number 5. */
struct bad_type {
	const char *name;
	uint32_t info, word;
	uint32_t rest[6];
	uint32_t rest_count;
	const char *message;
};

#define KIND(kind, vlen) ((uint32_t)(kind) << 24 | (vlen))
#define FLAG (UINT32_C(1) << 31)

/* 1: int, 2: struct point, 3: struct declared, 4: void (int). */
static struct fake_btf *base_types(enum order order)
{
	struct fake_btf *b = fake_btf_new(order);

	fake_btf_int(b, "int", 4);
	fake_btf_struct(b, "point", 8, 2);
	fake_btf_member(b, "x", 1, 0);
	fake_btf_member(b, "y", 1, 32);
	fake_btf_type(b, "declared", BTF_KIND_FWD, 0, 0);
	fake_btf_type(b, NULL, BTF_KIND_FUNC_PROTO, 1, 0);
	fake_btf_parameter(b, "a", 1);
	return b;
}

static void what_a_type_cannot_say_is_refused(void **state)
{
	/* 1 is "int", as a string and as a type. */
	static const struct bad_type rows[] = {
		{ "n", KIND(0, 0), 0, { 0 }, 0, "is of no kind of type" },
		{ "n", KIND(BTF_KIND_INT, 0) | 1 << 16, 4, { 32 }, 1, "is of no kind of type" },
		{ "n", KIND(BTF_KIND_INT, 0) | 1 << 29, 4, { 32 }, 1, "is of no kind of type" },
		{ "n", KIND(BTF_KIND_INT, 1), 4, { 32 }, 1, "has a vlen of 1" },
		{ "n", KIND(BTF_KIND_INT, 0) | FLAG, 4, { 32 }, 1, "has a kind_flag" },
		{ "n", KIND(BTF_KIND_INT, 0), 0, { 0 }, 1, "size of 0 bytes, not 1 to 16" },
		{ "n", KIND(BTF_KIND_INT, 0), 17, { 8 }, 1, "size of 17 bytes" },
		{ "n", KIND(BTF_KIND_INT, 0), 4, { 33 }, 1, "encoding 0x21 of 4 bytes" },
		{ "n", KIND(BTF_KIND_INT, 0), 4, { 1 << 16 | 32 }, 1, "encoding" },
		{ "n", KIND(BTF_KIND_INT, 0), 4, { 3 << 24 | 32 }, 1, "encoding" },
		{ "n", KIND(BTF_KIND_INT, 0), 4, { 8 << 24 | 32 }, 1, "encoding" },
		{ "n", KIND(BTF_KIND_INT, 0), 4, { 1 << 28 | 32 }, 1, "encoding" },
		{ "n", KIND(BTF_KIND_INT, 0), 4, { 0 }, 0, "16 bytes, but only 12 are left" },
		{ "n", KIND(BTF_KIND_PTR, 0), 1, { 0 }, 0, "its kind has none" },
		{ NULL, KIND(BTF_KIND_PTR, 0), 7, { 0 }, 0, "refers to type 7, the last is 5" },
		{ NULL, KIND(BTF_KIND_PTR, 0), UINT32_MAX, { 0 }, 0, "refers to type 4294967295" },
		{ NULL, KIND(BTF_KIND_PTR, 1), 1, { 0 }, 0, "has a vlen" },
		{ NULL, KIND(BTF_KIND_PTR, 0) | FLAG, 1, { 0 }, 0, "has a kind_flag" },
		{ NULL, KIND(BTF_KIND_PTR, 0), 5, { 0 }, 0, "is made of nothing but itself" },
		{ NULL, KIND(BTF_KIND_CONST, 0), 5, { 0 }, 0, "is made of nothing but itself" },
		{ NULL, KIND(BTF_KIND_VOLATILE, 0), 6, { 0 }, 0, "refers to type 6" },
		{ NULL, KIND(BTF_KIND_RESTRICT, 1), 1, { 0 }, 0, "has a vlen" },
		{ NULL, KIND(BTF_KIND_TYPEDEF, 0), 1, { 0 }, 0, "its kind needs one" },
		{ "n", KIND(BTF_KIND_TYPEDEF, 0), 5, { 0 }, 0, "is made of nothing but itself" },
		{ NULL, KIND(BTF_KIND_TYPE_TAG, 0), 1, { 0 }, 0, "its kind needs one" },
		{ NULL, KIND(BTF_KIND_ARRAY, 0), 0, { 0, 1, 1 }, 3, "refers to type 0" },
		{ NULL, KIND(BTF_KIND_ARRAY, 0), 0, { 1, 0, 1 }, 3, "refers to type 0" },
		{ NULL, KIND(BTF_KIND_ARRAY, 0), 0, { 1, 9, 1 }, 3, "refers to type 9" },
		{ NULL, KIND(BTF_KIND_ARRAY, 0), 4, { 1, 1, 1 }, 3, "has a size of its own" },
		{ NULL, KIND(BTF_KIND_ARRAY, 0), 0, { 5, 1, 1 }, 3, "nothing but itself" },
		{ NULL,
		  KIND(BTF_KIND_ARRAY, 0),
		  0,
		  { 1, 1, 1 << 30 },
		  3,
		  "1073741824 elements of 4 bytes" },
		{ NULL, KIND(BTF_KIND_ARRAY, 0), 0, { 3, 1, 1 }, 3, "which has no size" },
		{ "n",
		  KIND(BTF_KIND_STRUCT, 1),
		  4,
		  { 999, 1, 0 },
		  3,
		  "name of member 0 is at 999" },
		{ "n", KIND(BTF_KIND_STRUCT, 1), 4, { 1, 0, 0 }, 3, "refers to type 0" },
		{ "n", KIND(BTF_KIND_STRUCT, 1), 4, { 1, 8, 0 }, 3, "refers to type 8" },
		{ "n", KIND(BTF_KIND_STRUCT, 1), 4, { 1, 3, 0 }, 3, "type 3, which has no size" },
		{ "n", KIND(BTF_KIND_STRUCT, 1), 4, { 1, 4, 0 }, 3, "type 4, which has no size" },
		{ "n", KIND(BTF_KIND_STRUCT, 1), 4, { 1, 5, 0 }, 3, "contains itself" },
		{ "n", KIND(BTF_KIND_STRUCT, 1), 4, { 1, 1, 1 }, 3, "32 bits at 1" },
		{ "n", KIND(BTF_KIND_STRUCT, 1), 4, { 1, 1, UINT32_MAX }, 3, "at 4294967295" },
		{ "n",
		  KIND(BTF_KIND_STRUCT, 1) | FLAG,
		  4,
		  { 1, 1, 2 << 24 | 31 },
		  3,
		  "2 bits at 31, but the size is 4" },
		{ "n", KIND(BTF_KIND_STRUCT, 2), 4, { 1, 1, 0 }, 3, "but only 24 are left" },
		{ "n", KIND(BTF_KIND_STRUCT, 0xffff), 4, { 0 }, 0, "786432 bytes" },
		{ "n", KIND(BTF_KIND_UNION, 1), 4, { 1, 2, 0 }, 3, "64 bits at 0" },
		{ "n", KIND(BTF_KIND_UNION, 1), 4, { 1, 5, 0 }, 3, "contains itself" },
		{ "n", KIND(BTF_KIND_ENUM, 1), 3, { 1, 0 }, 2, "size of 3 bytes" },
		{ "n", KIND(BTF_KIND_ENUM, 1), 16, { 1, 0 }, 2, "size of 16 bytes" },
		{ "n", KIND(BTF_KIND_ENUM, 1), 4, { 0, 0 }, 2, "enumerator 0 has no name" },
		{ "n", KIND(BTF_KIND_ENUM64, 1), 8, { 999, 0, 0 }, 3, "no name at 999" },
		{ "n", KIND(BTF_KIND_ENUM64, 1), 8, { 1, 0 }, 2, "24 bytes, but only 20" },
		{ "n", KIND(BTF_KIND_FWD, 0), 1, { 0 }, 0, "refers to type 1, which cannot" },
		{ NULL, KIND(BTF_KIND_FWD, 0), 0, { 0 }, 0, "its kind needs one" },
		{ "n", KIND(BTF_KIND_FUNC, 3), 4, { 0 }, 0, "has a vlen of 3" },
		{ "n", KIND(BTF_KIND_FUNC, 1), 1, { 0 }, 0, "refers to type 1, which cannot" },
		{ NULL, KIND(BTF_KIND_FUNC, 1), 4, { 0 }, 0, "its kind needs one" },
		{ NULL, KIND(BTF_KIND_FUNC_PROTO, 0), 9, { 0 }, 0, "refers to type 9" },
		{ "n", KIND(BTF_KIND_FUNC_PROTO, 0), 0, { 0 }, 0, "its kind has none" },
		{ NULL, KIND(BTF_KIND_FUNC_PROTO, 2), 0, { 0, 0, 1, 1 }, 4, "refers to type 0" },
		{ NULL, KIND(BTF_KIND_FUNC_PROTO, 1), 0, { 1, 0 }, 2, "refers to type 0" },
		{ NULL, KIND(BTF_KIND_FUNC_PROTO, 1), 0, { 999, 1 }, 2, "name of parameter 0" },
		{ "n", KIND(BTF_KIND_VAR, 0), 0, { 0 }, 1, "refers to type 0" },
		{ "n", KIND(BTF_KIND_VAR, 0), 1, { 3 }, 1, "linkage 3 is not known" },
		{ "n", KIND(BTF_KIND_DATASEC, 1), 8, { 1, 0, 4 }, 3, "type 1, which cannot" },
		{ "n", KIND(BTF_KIND_FLOAT, 0), 3, { 0 }, 0, "size of 3 bytes" },
		{ "n", KIND(BTF_KIND_FLOAT, 0), 32, { 0 }, 0, "size of 32 bytes" },
		{ "n", KIND(BTF_KIND_DECL_TAG, 0), 0, { 0 }, 1, "refers to type 0" },
		{ "n", KIND(BTF_KIND_DECL_TAG, 0), 1, { 0 }, 1, "type 1, which cannot be there" },
		{ "n", KIND(BTF_KIND_DECL_TAG, 0), 2, { 2 }, 1, "component 2 of 2" },
		{ "n", KIND(BTF_KIND_DECL_TAG, 0), 2, { UINT32_MAX - 1 }, 1, "component -2" },
	};

	FOR_BOTH_ORDERS(order)
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fake_btf *b = base_types((enum order)order);

		fake_btf_word(b, fake_btf_string(b, rows[i].name));
		fake_btf_word(b, rows[i].info);
		fake_btf_word(b, rows[i].word);
		for (uint32_t n = 0; n < rows[i].rest_count; n++)
			fake_btf_word(b, rows[i].rest[n]);
		assert_refused(b, (enum order)order, rows[i].message);
	}
}

static void a_kind_that_is_not_known_yet_is_unsupported(void **state)
{
	struct fake_btf *b = base_types(ORDER_LITTLE);

	fake_btf_type(b, "n", 20, 0, 0);
	struct blob blob = blob_of(b, ORDER_LITTLE);
	assert_error(validate(&blob), VMW_ERROR_UNSUPPORTED, "kind 20 is not known");
	free(blob.bytes);
}

static void a_variable_lies_within_its_section(void **state)
{
	static const struct {
		uint32_t offset, size;
		bool valid;
	} rows[] = { { 0, 8, true },
		     { 8, 0, true },
		     { 1, 8, false },
		     { 9, 0, false },
		     { UINT32_MAX, 1, false } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fake_btf *b = base_types(ORDER_BIG);
		uint32_t variable = fake_btf_type(b, "v", BTF_KIND_VAR, 0, 1);
		fake_btf_word(b, 0);
		fake_btf_type(b, ".data", BTF_KIND_DATASEC, 1, 8);
		fake_btf_word(b, variable);
		fake_btf_word(b, rows[i].offset);
		fake_btf_word(b, rows[i].size);
		if (rows[i].valid)
			assert_valid(b, ORDER_BIG);
		else
			assert_refused(b, ORDER_BIG, "of a section of 8");
	}
}

static void a_cycle_of_several_types_is_refused(void **state)
{
	/* struct a { struct b [1]; }; struct b { typedef of const struct a; } */
	struct fake_btf *b = fake_btf_new(ORDER_LITTLE);

	fake_btf_int(b, "int", 4);
	fake_btf_struct(b, "a", 8, 1);
	fake_btf_member(b, "b", 3, 0);
	fake_btf_array(b, 4, 1, 1);
	fake_btf_struct(b, "b", 8, 1);
	fake_btf_member(b, "a", 5, 0);
	fake_btf_type(b, "a_t", BTF_KIND_TYPEDEF, 0, 6);
	fake_btf_type(b, NULL, BTF_KIND_CONST, 0, 2);
	assert_refused(b, ORDER_LITTLE, "contains itself");

	/* const -> pointer -> volatile -> const */
	b = fake_btf_new(ORDER_LITTLE);
	fake_btf_type(b, NULL, BTF_KIND_CONST, 0, 2);
	fake_btf_pointer(b, 3);
	fake_btf_type(b, NULL, BTF_KIND_VOLATILE, 0, 1);
	assert_refused(b, ORDER_LITTLE, "is made of nothing but itself");
}

static void a_struct_may_point_to_itself(void **state)
{
	struct fake_btf *b = fake_btf_new(ORDER_LITTLE);

	fake_btf_struct(b, "node", 8, 1);
	fake_btf_member(b, "next", 2, 0);
	fake_btf_pointer(b, 3);
	fake_btf_type(b, "node_t", BTF_KIND_TYPEDEF, 0, 1);
	assert_valid(b, ORDER_LITTLE);
}

/* As deep as it is long: a walk that calls itself would run out of stack. */
static void a_chain_of_a_hundred_thousand_types_is_no_burden(void **state)
{
	struct fake_btf *b = fake_btf_new(ORDER_LITTLE);

	for (uint32_t i = 1; i < 100000; i++)
		fake_btf_type(b, NULL, BTF_KIND_CONST, 0, i + 1);
	fake_btf_int(b, "int", 4);
	assert_valid(b, ORDER_LITTLE);
}

/* ---- questions ---- */

#if HAVE_LIBBPF

static struct btf_types *types_of(struct fake_btf *btf, enum order order)
{
	struct blob blob = blob_of(btf, order);
	struct btf_types *types = NULL;
	_cleanup_(vmw_error_freep) struct vmw_error *error = parse(&blob, &types);

	if (error)
		print_error("%s\n", error->message);
	assert_null(error);
	free(blob.bytes); /* the types have a copy */
	return types;
}

static void members_are_found_through_unnamed_structs_and_paths(void **state)
{
	static const struct {
		const char *type, *member;
		uint64_t offset, size;
	} rows[] = {
		{ "page", "flags", 0, 8 },
		{ "page", "lru", 8, 16 },
		{ "page", "lru.prev", 16, 8 },
		{ "page", "index", 24, 8 },
		{ "page", "compound_head", 8, 8 },
		{ "page", "_refcount", 32, 4 },
		{ "page", "_refcount.counter", 32, 4 },
		{ "page", "_mapcount", 36, 4 },
		{ "page", "words", 40, 24 },
		{ "page", "list", 64, 8 },
		{ "list_head", "prev", 8, 8 },
		{ "bits", "whole", 4, 4 },
	};

	FOR_BOTH_ORDERS(order)
	{
		_cleanup_(btf_types_freep) struct btf_types *types = types_of(
			kernel_types((enum order)order), (enum order)order);
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			uint64_t offset, size;
			assert_true(
				btf_member(types, rows[i].type, rows[i].member, &offset, &size));
			assert_int_equal(offset, rows[i].offset);
			assert_int_equal(size, rows[i].size);
		}
	}
}

static void what_the_types_lack_is_not_found(void **state)
{
	static const char *const rows[][2] = {
		{ "page", "" },        { "page", "." },
		{ "page", "flag" },    { "page", "flags_" },
		{ "page", "flags." },  { "page", "flags.f" },
		{ "page", "lru." },    { "page", "lru.middle" },
		{ "page", "words.x" }, { "page", "list.next" }, /* a pointer is not followed */
		{ "bits", "low" },     { "bits", "high" },
		{ "pag", "flags" },    { "pageflags", "PG_lru" },
		{ "declared", "x" },   { "atomic_t", "counter" },
		{ "", "counter" },
	};
	_cleanup_(btf_types_freep) struct btf_types *types = types_of(kernel_types(ORDER_LITTLE),
								      ORDER_LITTLE);
	uint64_t offset, size;
	int64_t value;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_false(btf_member(types, rows[i][0], rows[i][1], &offset, &size));
	assert_false(btf_struct_size(types, "pageflags", &size));
	assert_false(btf_struct_size(types, "declared", &size));
	assert_false(btf_struct_size(types, "", &size));
	assert_false(btf_enumerator(types, "pageflags", "PG_", &value));
	assert_false(btf_enumerator(types, "page", "flags", &value));
	assert_false(btf_enumerator(types, "", "PG_lru", &value));
}

static void without_types_nothing_is_found(void **state)
{
	uint64_t offset, size;
	int64_t value;

	assert_false(btf_struct_size(NULL, "page", &size));
	assert_false(btf_member(NULL, "page", "flags", &offset, &size));
	assert_false(btf_enumerator(NULL, "pageflags", "PG_lru", &value));
	btf_each_enumerator(NULL, "pageflags", NULL, NULL);
}

static void sizes_of_structs_are_told(void **state)
{
	FOR_BOTH_ORDERS(order)
	{
		_cleanup_(btf_types_freep) struct btf_types *types = types_of(
			kernel_types((enum order)order), (enum order)order);
		uint64_t size;

		assert_true(btf_struct_size(types, "page", &size));
		assert_int_equal(size, 72);
		assert_true(btf_struct_size(types, "list_head", &size));
		assert_int_equal(size, 16);
	}
}

static void enumerators_have_the_sign_that_their_enum_has(void **state)
{
	static const struct {
		const char *type, *name;
		int64_t value;
	} rows[] = {
		{ "pageflags", "PG_locked", 0 },
		{ "pageflags", "PG_lru", 5 },
		{ "pageflags", "PG_high", INT64_C(0x80000000) },
		{ "state", "STATE_BAD", -1 },
		{ "state", "STATE_GOOD", 1 },
		{ "wide", "WIDE_LOW", INT64_C(0x200000001) },
		{ "wide_signed", "WIDE_NEGATIVE", -2 },
	};

	FOR_BOTH_ORDERS(order)
	{
		_cleanup_(btf_types_freep) struct btf_types *types = types_of(
			kernel_types((enum order)order), (enum order)order);
		int64_t value;

		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			assert_true(btf_enumerator(types, rows[i].type, rows[i].name, &value));
			assert_int_equal(value, rows[i].value);
		}
		/* 2^63 is more than the answer holds. */
		assert_false(btf_enumerator(types, "wide", "WIDE_HIGH", &value));
	}
}

static void before_pahole_1_24_a_large_enumerator_is_unknown(void **state)
{
	struct fake_btf *b = fake_btf_new(ORDER_LITTLE);
	int64_t value;

	fake_btf_enum(b, "e", 2);
	fake_btf_value(b, "MINUS_OR_LARGE", -1);
	fake_btf_value(b, "SMALL", 7);
	_cleanup_(btf_types_freep) struct btf_types *types = types_of(b, ORDER_LITTLE);
	assert_false(btf_enumerator(types, "e", "MINUS_OR_LARGE", &value));
	assert_true(btf_enumerator(types, "e", "SMALL", &value));
	assert_int_equal(value, 7);
}

struct seen {
	size_t count, stop;
	char names[128];
	int64_t sum;
};

static bool see_enumerator(void *arg, const char *name, int64_t value)
{
	struct seen *seen = arg;

	strcat(seen->names, name);
	strcat(seen->names, " ");
	seen->sum += value;
	return ++seen->count != seen->stop;
}

static void enumerators_come_in_order_until_the_callback_says(void **state)
{
	FOR_BOTH_ORDERS(order)
	{
		_cleanup_(btf_types_freep) struct btf_types *types = types_of(
			kernel_types((enum order)order), (enum order)order);
		struct seen all = { 0 }, some = { .stop = 2 }, none = { 0 }, known = { 0 };

		btf_each_enumerator(types, "pageflags", see_enumerator, &all);
		assert_string_equal(all.names, "PG_locked PG_lru PG_high ");
		assert_int_equal(all.sum, INT64_C(0x80000005));
		btf_each_enumerator(types, "pageflags", see_enumerator, &some);
		assert_string_equal(some.names, "PG_locked PG_lru ");
		btf_each_enumerator(types, "absent", see_enumerator, &none);
		assert_int_equal(none.count, 0);
		btf_each_enumerator(types, "wide", see_enumerator, &known);
		assert_string_equal(known.names, "WIDE_LOW ");
	}
}

/* struct s and enum e twice; the second differs in what is given. */
static struct btf_types *twice(uint32_t second_size, uint32_t second_offset, int32_t second_value)
{
	struct fake_btf *b = fake_btf_new(ORDER_LITTLE);

	fake_btf_int(b, "int", 4);
	fake_btf_struct(b, "s", 16, 1);
	fake_btf_member(b, "m", 1, 32);
	fake_btf_struct(b, "s", second_size, 1);
	fake_btf_member(b, "m", 1, second_offset);
	fake_btf_enum(b, "e", 1);
	fake_btf_value(b, "E", 3);
	fake_btf_enum(b, "e", 1);
	fake_btf_value(b, "E", second_value);
	return types_of(b, ORDER_LITTLE);
}

static void types_of_one_name_must_agree(void **state)
{
	static const struct {
		uint32_t size, offset;
		int32_t value;
		bool has_size, has_offset, has_value;
	} rows[] = {
		{ 16, 32, 3, true, true, true },
		{ 24, 32, 3, false, true, true },
		{ 16, 64, 3, true, false, true },
		{ 16, 32, 4, true, true, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		_cleanup_(btf_types_freep) struct btf_types *types = twice(
			rows[i].size, rows[i].offset, rows[i].value);
		struct seen seen = { 0 };
		uint64_t offset, size;
		int64_t value;

		assert_int_equal(btf_struct_size(types, "s", &size), rows[i].has_size);
		assert_int_equal(btf_member(types, "s", "m", &offset, &size), rows[i].has_offset);
		assert_int_equal(btf_enumerator(types, "e", "E", &value), rows[i].has_value);
		btf_each_enumerator(types, "e", see_enumerator, &seen);
		assert_int_equal(seen.count, rows[i].has_value ? 1 : 0);
	}
}

/* Before 4.20 a bit field was a member of an INT of fewer bits than its size has. */
static void an_old_bit_field_is_no_member(void **state)
{
	struct fake_btf *b = fake_btf_new(ORDER_LITTLE);
	uint64_t offset, size;

	fake_btf_type(b, "unsigned int", BTF_KIND_INT, 0, 4);
	fake_btf_word(b, 3);
	fake_btf_struct(b, "s", 4, 1);
	fake_btf_member(b, "m", 1, 0);
	_cleanup_(btf_types_freep) struct btf_types *types = types_of(b, ORDER_LITTLE);
	assert_false(btf_member(types, "s", "m", &offset, &size));
}

/* 60000 ^ 15 members by count: a search that went through them all would not end. */
static void unnamed_structs_that_multiply_end(void **state)
{
	enum { WIDTH = 60000, DEPTH = 15 };
	struct fake_btf *b = fake_btf_new(ORDER_LITTLE);
	uint64_t offset, size;

	fake_btf_struct(b, NULL, 0, 0);
	for (uint32_t depth = 1; depth < DEPTH; depth++) {
		fake_btf_struct(b, depth == DEPTH - 1 ? "s" : NULL, 0, depth > 3 ? 3 : WIDTH);
		for (uint32_t i = 0; i < (depth > 3 ? 3 : WIDTH); i++)
			fake_btf_member(b, NULL, depth, 0);
	}
	_cleanup_(btf_types_freep) struct btf_types *types = types_of(b, ORDER_LITTLE);
	assert_false(btf_member(types, "s", "m", &offset, &size));
}

static void a_longer_header_is_for_newer_readers(void **state)
{
	FOR_BOTH_ORDERS(order)
	{
		struct blob blob = blob_of(kernel_types((enum order)order), (enum order)order);
		unsigned char *longer = calloc(1, blob.size + 8);
		struct btf_types *types = NULL;
		uint64_t size;

		memcpy(longer, blob.bytes, BTF_HEADER_SIZE);
		memset(longer + BTF_HEADER_SIZE, 0xff, 8);
		memcpy(longer + BTF_HEADER_SIZE + 8, blob.bytes + BTF_HEADER_SIZE,
		       blob.size - BTF_HEADER_SIZE);
		store_u32(longer + 4, BTF_HEADER_SIZE + 8, blob.order);
		free(blob.bytes);
		blob.bytes = longer;
		blob.size += 8;
		assert_null(parse(&blob, &types));
		assert_true(btf_struct_size(types, "page", &size));
		assert_int_equal(size, 72);
		btf_types_free(types);
		free(blob.bytes);
	}
}

static void a_blob_that_is_not_valid_is_not_parsed(void **state)
{
	struct blob blob = blob_of(kernel_types(ORDER_LITTLE), ORDER_LITTLE);
	struct btf_types *types = NULL;

	blob.bytes[2] = 9;
	assert_error(parse(&blob, &types), VMW_ERROR_UNSUPPORTED, "version 9");
	assert_null(types);
	free(blob.bytes);
}

static void flipped_bits_do_no_harm(void **state)
{
	static const char *const members[] = { "flags", "lru.prev", "index", "_refcount.counter",
					       "words", "absent" };
	uint32_t random = 1;

	FOR_BOTH_ORDERS(order)
	{
		struct blob blob = blob_of(kernel_types((enum order)order), (enum order)order);

		for (size_t i = 0; i < 20000; i++) {
			struct btf_types *types = NULL;
			size_t at[2];
			unsigned char old[2];

			for (size_t n = 0; n < 2; n++) {
				random = random * 1664525 + 1013904223;
				at[n] = (random >> 8) % blob.size;
				old[n] = blob.bytes[at[n]];
				blob.bytes[at[n]] ^= (unsigned char)(1u << (random & 7));
			}
			struct vmw_error *error = parse(&blob, &types);
			for (size_t n = 0; n < 6; n++) {
				uint64_t offset, size, total;
				/* A member lies in its struct. */
				if (btf_member(types, "page", members[n], &offset, &size) &&
				    btf_struct_size(types, "page", &total))
					assert_true(offset <= total && size <= total - offset);
			}
			struct seen seen = { .stop = 3 };
			btf_each_enumerator(types, "pageflags", see_enumerator, &seen);
			assert_true((error == NULL) == (types != NULL));
			vmw_error_free(error);
			btf_types_free(types);
			blob.bytes[at[1]] = old[1];
			blob.bytes[at[0]] = old[0];
		}
		free(blob.bytes);
	}
}

#else

static void without_libbpf_types_are_unsupported(void **state)
{
	struct blob blob = blob_of(kernel_types(ORDER_LITTLE), ORDER_LITTLE);
	struct btf_types *types = NULL;

	assert_error(parse(&blob, &types), VMW_ERROR_UNSUPPORTED, "built without libbpf");
	assert_null(types);
	free(blob.bytes);
}

#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_type_is_valid),
		cmocka_unit_test(bytes_behind_the_sections_are_not_looked_at),
		cmocka_unit_test(every_shorter_blob_is_cut),
		cmocka_unit_test(a_header_that_is_none_is_refused),
		cmocka_unit_test(the_wrong_byte_order_is_refused),
		cmocka_unit_test(strings_end_within_their_section),
		cmocka_unit_test(a_name_has_at_most_511_characters),
		cmocka_unit_test(what_a_type_cannot_say_is_refused),
		cmocka_unit_test(a_kind_that_is_not_known_yet_is_unsupported),
		cmocka_unit_test(a_variable_lies_within_its_section),
		cmocka_unit_test(a_cycle_of_several_types_is_refused),
		cmocka_unit_test(a_struct_may_point_to_itself),
		cmocka_unit_test(a_chain_of_a_hundred_thousand_types_is_no_burden),
#if HAVE_LIBBPF
		cmocka_unit_test(members_are_found_through_unnamed_structs_and_paths),
		cmocka_unit_test(what_the_types_lack_is_not_found),
		cmocka_unit_test(without_types_nothing_is_found),
		cmocka_unit_test(sizes_of_structs_are_told),
		cmocka_unit_test(enumerators_have_the_sign_that_their_enum_has),
		cmocka_unit_test(before_pahole_1_24_a_large_enumerator_is_unknown),
		cmocka_unit_test(enumerators_come_in_order_until_the_callback_says),
		cmocka_unit_test(types_of_one_name_must_agree),
		cmocka_unit_test(an_old_bit_field_is_no_member),
		cmocka_unit_test(unnamed_structs_that_multiply_end),
		cmocka_unit_test(a_longer_header_is_for_newer_readers),
		cmocka_unit_test(a_blob_that_is_not_valid_is_not_parsed),
		cmocka_unit_test(flipped_bits_do_no_harm),
#else
		cmocka_unit_test(without_libbpf_types_are_unsupported),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
