/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BTF as gcc and pahole write it for ppc64, of both byte orders: blobs/. What they must say comes
 * from this host's compiler, which reads the same header.
 */
#include "blobs/types.h"

#include "config.h"
#include "fake/machine.h"
#include "kernel/btf.h"

struct blob {
	unsigned char bytes[8192];
	size_t size;
	enum order order;
};

static void blob_read(const char *name, enum order order, struct blob *ret)
{
	const char *folder = getenv("BLOBS");
	char path[4096];

	assert_non_null(folder);
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *file = fopen(path, "rb");
	assert_non_null(file);
	ret->size = fread(ret->bytes, 1, sizeof(ret->bytes), file);
	ret->order = order;
	fclose(file);
	assert_in_range(ret->size, 1000, sizeof(ret->bytes) - 1);
}

static void each_blob(void (*check)(const struct blob *blob))
{
	struct blob blob;

	blob_read("powerpc64.btf", ORDER_BIG, &blob);
	check(&blob);
	blob_read("powerpc64le.btf", ORDER_LITTLE, &blob);
	check(&blob);
}

static struct span span_of(const struct blob *blob)
{
	return (struct span){ blob->bytes, blob->size };
}

static void check_valid(const struct blob *blob)
{
	assert_null(btf_validate(span_of(blob), blob->order, where_file(0)));
}

static void what_pahole_writes_is_valid(void **state)
{
	each_blob(check_valid);
}

static void check_other_order(const struct blob *blob)
{
	enum order other = blob->order == ORDER_BIG ? ORDER_LITTLE : ORDER_BIG;

	assert_error(btf_validate(span_of(blob), other, where_file(0)), VMW_ERROR_BAD_DATA,
		     "magic 0x9feb");
}

static void the_other_byte_order_is_refused(void **state)
{
	each_blob(check_other_order);
}

static void check_prefixes(const struct blob *blob)
{
	for (size_t size = 0; size < blob->size; size++) {
		/* Of just its size, so that a sanitizer sees who reads past it. */
		unsigned char *bytes = malloc(size + !size);
		memcpy(bytes, blob->bytes, size);
		assert_error(btf_validate((struct span){ bytes, size }, blob->order, where_file(0)),
			     VMW_ERROR_TRUNCATED, "BTF");
		free(bytes);
	}
}

static void every_prefix_is_truncated(void **state)
{
	each_blob(check_prefixes);
}

#if HAVE_LIBBPF
static struct btf_types *types_of(const struct blob *blob)
{
	struct btf_types *types = NULL;

	assert_null(btf_types_parse(span_of(blob), blob->order, where_file(0), &types));
	return types;
}

static void assert_size(const struct btf_types *types, const char *name, uint64_t expected)
{
	uint64_t size;

	assert_true(btf_struct_size(types, name, &size));
	assert_int_equal(size, expected);
}
#define ASSERT_SIZE(types, kind, name) assert_size(types, #name, sizeof(kind name))

static void check_sizes(const struct blob *blob)
{
	_cleanup_(btf_types_freep) struct btf_types *types = types_of(blob);
	uint64_t size;

	ASSERT_SIZE(types, struct, page);
	ASSERT_SIZE(types, struct, list_head);
	ASSERT_SIZE(types, union, word);
	assert_false(btf_struct_size(types, "declared_only", &size));
	assert_false(btf_struct_size(types, "atomic_t", &size));
}

static void sizes_are_those_of_the_compiler(void **state)
{
	each_blob(check_sizes);
}

static void assert_member(const struct btf_types *types, const char *name, const char *member,
			  uint64_t expected_offset, uint64_t expected_size)
{
	uint64_t offset, size;

	assert_true(btf_member(types, name, member, &offset, &size));
	assert_int_equal(offset, expected_offset);
	assert_int_equal(size, expected_size);
}
#define ASSERT_MEMBER(types, kind, name, member)                          \
	assert_member(types, #name, #member, offsetof(kind name, member), \
		      sizeof(((kind name *)NULL)->member))

static void check_members(const struct blob *blob)
{
	_cleanup_(btf_types_freep) struct btf_types *types = types_of(blob);
	uint64_t offset, size;

	ASSERT_MEMBER(types, struct, page, flags);
	ASSERT_MEMBER(types, struct, page, lru);
	ASSERT_MEMBER(types, struct, page, lru.prev);
	ASSERT_MEMBER(types, struct, page, mlock_count);
	ASSERT_MEMBER(types, struct, page, mapping);
	ASSERT_MEMBER(types, struct, page, index);
	ASSERT_MEMBER(types, struct, page, share);
	ASSERT_MEMBER(types, struct, page, private_data);
	ASSERT_MEMBER(types, struct, page, compound_head);
	ASSERT_MEMBER(types, struct, page, compound_order);
	ASSERT_MEMBER(types, struct, page, _mapcount);
	ASSERT_MEMBER(types, struct, page, page_type);
	ASSERT_MEMBER(types, struct, page, _refcount.counter);
	ASSERT_MEMBER(types, struct, page, names);
	ASSERT_MEMBER(types, struct, page, weight);
	ASSERT_MEMBER(types, struct, page, callback);
	ASSERT_MEMBER(types, union, word, bytes);
	ASSERT_MEMBER(types, union, word, halves.low);
	assert_false(btf_member(types, "page", "narrow", &offset, &size));
	assert_false(btf_member(types, "page", "wide", &offset, &size));
	assert_false(btf_member(types, "page", "lru.flags", &offset, &size));
}

static void members_are_where_the_compiler_puts_them(void **state)
{
	each_blob(check_members);
}

static void assert_value(const struct btf_types *types, const char *enumeration, const char *name,
			 int64_t expected)
{
	int64_t value;

	assert_true(btf_enumerator(types, enumeration, name, &value));
	assert_int_equal(value, expected);
}
#define ASSERT_VALUE(types, enumeration, name) assert_value(types, #enumeration, #name, name)

static void check_enumerators(const struct blob *blob)
{
	_cleanup_(btf_types_freep) struct btf_types *types = types_of(blob);
	int64_t value;

	ASSERT_VALUE(types, pageflags, PG_locked);
	ASSERT_VALUE(types, pageflags, PG_writeback);
	ASSERT_VALUE(types, pageflags, PG_lru);
	ASSERT_VALUE(types, pageflags, PG_hwpoison);
	ASSERT_VALUE(types, pageflags, PG_readahead);
	ASSERT_VALUE(types, pageflags, __NR_PAGEFLAGS);
	ASSERT_VALUE(types, sign, SIGN_LOWEST);
	ASSERT_VALUE(types, sign, SIGN_MINUS);
	ASSERT_VALUE(types, sign, SIGN_PLUS);
	ASSERT_VALUE(types, wide, WIDE_LOW);
	/* 2^63 is more than an int64_t holds. */
	assert_false(btf_enumerator(types, "wide", "WIDE_HIGH", &value));
	assert_false(btf_enumerator(types, "pageflags", "SIGN_PLUS", &value));
}

static void enumerators_have_the_values_of_the_compiler(void **state)
{
	each_blob(check_enumerators);
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_pahole_writes_is_valid),
		cmocka_unit_test(the_other_byte_order_is_refused),
		cmocka_unit_test(every_prefix_is_truncated),
#if HAVE_LIBBPF
		cmocka_unit_test(sizes_are_those_of_the_compiler),
		cmocka_unit_test(members_are_where_the_compiler_puts_them),
		cmocka_unit_test(enumerators_have_the_values_of_the_compiler),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
