/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/btf_find.h"

#include "config.h"
#include "fake/btf.h"
#include "fake/kallsyms.h"
#include "fake/machine.h"

#define LINEAR UINT64_C(0xc000000000000000)

enum {
	ETEXT = 0x1800000,
	BTF = 0x2000004, /* 4-byte aligned, as in 6.12 */
	INIT_BEGIN = 0x2800000,
};

/* A kernel with symbols and BTF; a case adds what is special. */
struct btf_image {
	struct fake_kallsyms symbols;
	struct machine machine;
	struct kallsyms *kallsyms;
	uint64_t size; /* of a blob */
};

/* struct page of @page_size bytes: 64 is what VMCOREINFO says. */
static uint64_t put_btf(struct machine *m, uint64_t phys, uint32_t page_size)
{
	_cleanup_(fake_btf_freep) struct fake_btf *b = fake_btf_new(m->spec.order);
	size_t size;

	uint32_t u64 = fake_btf_int(b, "long unsigned int", 8);
	fake_btf_struct(b, "page", page_size, 1);
	fake_btf_member(b, "flags", u64, 0);
	_cleanup_(freep) unsigned char *bytes = fake_btf_bytes(b, &size);
	ram_put(m->ram, phys, bytes, size);
	return size;
}

static struct btf_image image_new(enum order order, const struct fake_symbol *symbols, size_t count)
{
	struct btf_image image = { 0 };

	image.symbols = fake_kallsyms_new(
		&(struct fake_kallsyms_spec){ .order = order, .symbols = symbols, .count = count });
	image.machine = machine_new(.order = order, .kernel = { .drop = FAKE_KALLSYMS_DROP,
								.add = image.symbols.lines });
	fake_kallsyms_put(image.machine.ram, &image.symbols);
	return image;
}

static void image_open(struct btf_image *image)
{
	machine_open(&image->machine);
	assert_null(kallsyms_open(image->machine.kernel, image->machine.reader, &image->kallsyms));
}

static struct vmw_error *find(struct btf_image *image, struct btf_place *ret)
{
	return btf_find(image->machine.kernel, image->machine.reader, image->kallsyms, ret);
}

static void image_close(struct btf_image *image)
{
	kallsyms_free(image->kallsyms);
	machine_close(&image->machine);
	fake_kallsyms_free(&image->symbols);
}

/* Symbols of a kernel with CONFIG_KALLSYMS_ALL, and of one without. */
static const struct fake_symbol all_symbols[] = {
	{ 'T', "_stext", LINEAR },
	{ 'R', "__start_BTF", LINEAR + BTF },
	{ 'R', "__stop_BTF", LINEAR + BTF + 0x1000 },
};
static const struct fake_symbol text_symbols[] = {
	{ 'T', "_stext", LINEAR },
	{ 'D', "_etext", LINEAR + ETEXT },
	{ 'T', "__init_begin", LINEAR + INIT_BEGIN },
};

static void the_symbols_tell_where_it_is(void **state)
{
	FOR_BOTH_ORDERS(order)
	{
		struct btf_image image = image_new((enum order)order, all_symbols, 3);
		uint64_t size = put_btf(&image.machine, BTF, 64);
		struct btf_place place;

		image_open(&image);
		assert_null(find(&image, &place));
		assert_int_equal(place.start.value, LINEAR + BTF);
		assert_int_equal(place.size, size);
		assert_string_equal(place.from, "kallsyms");
		image_close(&image);
	}
}

static void without_data_symbols_read_only_data_are_searched(void **state)
{
	static const struct {
		uint64_t phys;
		bool found;
	} rows[] = {
		{ ETEXT - 4, false },        { ETEXT, true },          { BTF, true },
		{ BTF + 0x40000 - 8, true }, /* across windows */
		{ BTF - 4 + 0x40000, true }, { INIT_BEGIN - 8, true }, { INIT_BEGIN, false },
		{ BTF + 2, false },
	};

	FOR_BOTH_ORDERS(order)
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct btf_image image = image_new((enum order)order, text_symbols, 3);
		struct btf_place place;

		(void)put_btf(&image.machine, rows[i].phys, 64);
		image_open(&image);
		struct vmw_error *error = find(&image, &place);
		if (rows[i].found) {
			assert_null(error);
			assert_int_equal(place.start.value, LINEAR + rows[i].phys);
			assert_string_equal(place.from, "search of the kernel image");
		} else {
			assert_error(error, VMW_ERROR_MISSING,
				     "none between 0xc000000001800000 and 0xc000000002800000");
		}
		image_close(&image);
	}
}

static void without_kallsyms_64_MiB_are_searched(void **state)
{
	FOR_BOTH_ORDERS(order)
	{
		struct machine m = machine_new(.order = (enum order)order,
					       .kernel.drop = FAKE_KALLSYMS_DROP);
		struct btf_place place;

		(void)put_btf(&m, BTF, 64);
		machine_open(&m);
		assert_null(btf_find(m.kernel, m.reader, NULL, &place));
		assert_int_equal(place.start.value, LINEAR + BTF);
		machine_close(&m);
	}
}

static void a_search_goes_on_behind_what_is_absent(void **state)
{
	struct btf_image image = image_new(ORDER_BIG, text_symbols, 3);
	struct btf_place place;

	(void)put_btf(&image.machine, BTF, 64);
	ram_set_data(image.machine.ram, ETEXT, 0x400000, VMW_EXCLUDED);
	image_open(&image);
	assert_null(find(&image, &place));
	assert_int_equal(place.start.value, LINEAR + BTF);
	image_close(&image);
}

static void a_search_that_finds_nothing_says_what_is_absent(void **state)
{
	struct btf_image image = image_new(ORDER_LITTLE, text_symbols, 3);
	struct btf_place place;

	(void)put_btf(&image.machine, BTF, 64);
	ram_set_data(image.machine.ram, 0x2000000, 0x100000, VMW_EXCLUDED);
	image_open(&image);
	assert_error(find(&image, &place), VMW_ERROR_MISSING, "1024 KiB of that are not");
	image_close(&image);
}

/* Nothing is searched for: a full dump would be read for no purpose. */
static void a_kernel_with_data_symbols_but_no_btf_has_none(void **state)
{
	static const struct fake_symbol symbols[] = { { 'T', "_stext", LINEAR },
						      { 'D', "init_uts_ns", LINEAR + 0x100000 } };
	struct btf_image image = image_new(ORDER_LITTLE, symbols, 2);
	struct btf_place place;

	(void)put_btf(&image.machine, BTF, 64);
	image_open(&image);
	assert_error(find(&image, &place), VMW_ERROR_MISSING, "the kernel has none");
	image_close(&image);
}

static void symbols_that_lead_to_no_blob_are_refused(void **state)
{
	static const struct {
		uint64_t start, stop;
		enum vmw_error_kind kind;
		const char *message;
	} rows[] = {
		{ BTF, BTF, VMW_ERROR_MISSING, "the kernel has none" },
		{ BTF, BTF - 4, VMW_ERROR_MISSING, "the kernel has none" },
		{ BTF, BTF + 40, VMW_ERROR_BAD_DATA, "__stop_BTF is 40 behind __start_BTF" },
		{ BTF + 4, BTF + 0x1000, VMW_ERROR_BAD_DATA, "magic" },
		{ 0xfff0000000, 0xfff0001000, VMW_ERROR_MISSING, "BTF header" },
	};

	FOR_BOTH_ORDERS(order)
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fake_symbol symbols[] = { { 'T', "_stext", LINEAR },
						 { 'R', "__start_BTF", LINEAR + rows[i].start },
						 { 'R', "__stop_BTF", LINEAR + rows[i].stop } };
		struct fake_kallsyms fake = fake_kallsyms_new(
			&(struct fake_kallsyms_spec){ .order = (enum order)order,
						      .form = FAKE_ADDRESSES,
						      .symbols = symbols,
						      .count = 3 });
		struct btf_image image = { .symbols = fake };
		struct btf_place place;

		image.machine = machine_new(.order = (enum order)order,
					    .kernel = { .drop = FAKE_KALLSYMS_DROP,
							.add = fake.lines });
		fake_kallsyms_put(image.machine.ram, &fake);
		(void)put_btf(&image.machine, BTF, 64);
		image_open(&image);
		assert_error(find(&image, &place), rows[i].kind, rows[i].message);
		image_close(&image);
	}
}

#if HAVE_LIBBPF

static struct vmw_error *types_read(struct btf_image *image, struct btf_types **ret,
				    struct btf_place *ret_place)
{
	return btf_types_read(image->machine.kernel, image->machine.reader, image->kallsyms, ret,
			      ret_place);
}

static void types_are_read(void **state)
{
	FOR_BOTH_ORDERS(order)
	for (int searched = 0; searched < 2; searched++) {
		struct btf_image image = image_new((enum order)order,
						   searched ? text_symbols : all_symbols, 3);
		_cleanup_(btf_types_freep) struct btf_types *types = NULL;
		struct btf_place place;
		uint64_t size;

		(void)put_btf(&image.machine, BTF, 64);
		image_open(&image);
		assert_null(types_read(&image, &types, &place));
		assert_true(btf_struct_size(types, "page", &size));
		assert_int_equal(size, 64);
		image_close(&image);
	}
}

static void types_of_another_kernel_are_refused(void **state)
{
	for (int searched = 0; searched < 2; searched++) {
		struct btf_image image = image_new(ORDER_BIG, searched ? text_symbols : all_symbols,
						   3);
		struct btf_types *types = NULL;
		struct btf_place place;

		(void)put_btf(&image.machine, BTF, 56);
		image_open(&image);
		assert_error(types_read(&image, &types, &place), VMW_ERROR_BAD_DATA,
			     "another kernel");
		assert_null(types);
		image_close(&image);
	}
}

static void a_search_passes_over_what_is_of_another_kernel(void **state)
{
	FOR_BOTH_ORDERS(order)
	{
		struct btf_image image = image_new((enum order)order, text_symbols, 3);
		_cleanup_(btf_types_freep) struct btf_types *types = NULL;
		struct btf_place place;

		(void)put_btf(&image.machine, BTF - 0x10000, 56);
		(void)put_btf(&image.machine, BTF, 64);
		image_open(&image);
		assert_null(types_read(&image, &types, &place));
		assert_int_equal(place.start.value, LINEAR + BTF);
		image_close(&image);
	}
}

static void a_blob_of_which_a_frame_is_absent_is_missed(void **state)
{
	struct btf_image image = image_new(ORDER_LITTLE, all_symbols, 3);
	struct btf_types *types = NULL;
	struct btf_place place;

	uint64_t size = put_btf(&image.machine, BTF, 64);
	unsigned char bytes[256];
	assert_true(size < sizeof(bytes));
	ram_get(image.machine.ram, BTF, bytes, size);
	image_close(&image);

	struct fake_symbol symbols[] = { { 'T', "_stext", LINEAR },
					 { 'R', "__start_BTF", LINEAR + 0x2010000 - 32 },
					 { 'R', "__stop_BTF", LINEAR + 0x2020000 } };
	image = image_new(ORDER_LITTLE, symbols, 3);
	ram_put(image.machine.ram, 0x2010000 - 32, bytes, size);
	ram_set_data(image.machine.ram, 0x2010000, 0x10000, VMW_EXCLUDED);
	image_open(&image);
	assert_error(types_read(&image, &types, &place), VMW_ERROR_MISSING, "BTF at");
	image_close(&image);
}

#endif

/* Patched kernels have the bounds in VMCOREINFO: neither kallsyms nor a search is needed. */
static void vmcoreinfo_tells_where_it_is(void **state)
{
	static const char *const lines[] = {
		"SYMBOL(__start_BTF)=c000000002000004\nSYMBOL(__stop_BTF)=c000000002100000\n",
		/* The last line was cut: the header has the size. */
		"SYMBOL(__start_BTF)=c000000002000004\nSYMBOL(__stop_BTF)=c0000",
	};

	FOR_BOTH_ORDERS(order)
	for (size_t i = 0; i < 2; i++) {
		struct machine m = machine_new(.order = (enum order)order,
					       .kernel = { .drop = FAKE_KALLSYMS_DROP,
							   .add = lines[i] });
		uint64_t size = put_btf(&m, BTF, 64);
		struct btf_place place;

		machine_open(&m);
		assert_null(btf_find(m.kernel, m.reader, NULL, &place));
		assert_int_equal(place.start.value, LINEAR + BTF);
		assert_int_equal(place.size, size);
		assert_string_equal(place.from, "VMCOREINFO");
		machine_close(&m);
	}
}

static void bounds_of_vmcoreinfo_that_lie_are_refused(void **state)
{
	static const struct {
		const char *lines, *message;
		enum vmw_error_kind kind;
	} rows[] = {
		{ "SYMBOL(__start_BTF)=c000000002000008\nSYMBOL(__stop_BTF)=c000000002100000\n",
		  "BTF", VMW_ERROR_BAD_DATA },
		{ "SYMBOL(__start_BTF)=c000000002000004\nSYMBOL(__stop_BTF)=c000000002000020\n",
		  "__stop_BTF is 28 behind", VMW_ERROR_BAD_DATA },
		{ "SYMBOL(__start_BTF)=c000000002000004\nSYMBOL(__stop_BTF)=c000000002000004\n",
		  "the kernel has none", VMW_ERROR_MISSING },
		{ "SYMBOL(__start_BTF)=2000004\nSYMBOL(__stop_BTF)=2100000\n",
		  "not an address of the linear map", VMW_ERROR_BAD_DATA },
		{ "SYMBOL(__start_BTF)=ffffffffffffff00\n", "BTF", VMW_ERROR_BAD_DATA },
	};

	FOR_BOTH_ORDERS(order)
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct machine m = machine_new(.order = (enum order)order,
					       .kernel = { .drop = FAKE_KALLSYMS_DROP,
							   .add = rows[i].lines });
		struct btf_place place;

		(void)put_btf(&m, BTF, 64);
		machine_open(&m);
		assert_error(btf_find(m.kernel, m.reader, NULL, &place), rows[i].kind,
			     rows[i].message);
		machine_close(&m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_symbols_tell_where_it_is),
		cmocka_unit_test(without_data_symbols_read_only_data_are_searched),
		cmocka_unit_test(without_kallsyms_64_MiB_are_searched),
		cmocka_unit_test(a_search_goes_on_behind_what_is_absent),
		cmocka_unit_test(a_search_that_finds_nothing_says_what_is_absent),
		cmocka_unit_test(a_kernel_with_data_symbols_but_no_btf_has_none),
		cmocka_unit_test(symbols_that_lead_to_no_blob_are_refused),
		cmocka_unit_test(vmcoreinfo_tells_where_it_is),
		cmocka_unit_test(bounds_of_vmcoreinfo_that_lie_are_refused),
#if HAVE_LIBBPF
		cmocka_unit_test(types_are_read),
		cmocka_unit_test(types_of_another_kernel_are_refused),
		cmocka_unit_test(a_search_passes_over_what_is_of_another_kernel),
		cmocka_unit_test(a_blob_of_which_a_frame_is_absent_is_missed),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
