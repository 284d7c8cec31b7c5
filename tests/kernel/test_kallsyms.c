/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/kallsyms.h"

#include "fake/kallsyms.h"
#include "fake/machine.h"

#define STEXT UINT64_C(0xc000000000000000)

static const struct fake_symbol plain_symbols[] = {
	{ 'T', "_stext", STEXT },
	{ 't', "start_here", STEXT + 0x100 },
	{ 'T', ".page_alloc", STEXT + 0x2000 }, /* ELFv1 */
	{ 'D', "page_alloc", STEXT + 0x900000 },
	{ 'B', "max_pfn", STEXT + 0xfffffff8 },
};

enum { PLAIN = sizeof(plain_symbols) / sizeof(plain_symbols[0]) };

struct opened {
	struct fake_kallsyms fake;
	struct machine machine;
	struct kallsyms *kallsyms;
	struct vmw_error *error; /* of kallsyms_open() */
};

static struct opened tables_new(struct fake_kallsyms_spec spec)
{
	struct opened o = { 0 };

	if (!spec.symbols) {
		spec.symbols = plain_symbols;
		spec.count = PLAIN;
	}
	o.fake = fake_kallsyms_new(&spec);
	o.machine = machine_new(.order = spec.order, .frame = 65536,
				.kernel = { .drop = FAKE_KALLSYMS_DROP, .add = o.fake.lines });
	fake_kallsyms_put(o.machine.ram, &o.fake);
	return o;
}

static void tables_open(struct opened *o)
{
	machine_open(&o->machine);
	o->error = kallsyms_open(o->machine.kernel, o->machine.reader, &o->kallsyms);
}

static void tables_close(struct opened *o)
{
	kallsyms_free(o->kallsyms);
	machine_close(&o->machine);
	fake_kallsyms_free(&o->fake);
}

static struct opened tables_healthy(struct fake_kallsyms_spec spec)
{
	struct opened o = tables_new(spec);

	tables_open(&o);
	if (o.error)
		print_error("kallsyms_open: %s\n", o.error->message);
	assert_null(o.error);
	return o;
}

static struct kallsyms_query ask(const struct opened *o, const char *name)
{
	struct kallsyms_query query = { .name = name };

	kallsyms_find(o->kallsyms, &query, 1);
	return query;
}

struct walk {
	const struct fake_symbol *expected;
	size_t seen, stop;
};

static bool compare_symbol(void *arg, char type, const char *name, vmw_virt address)
{
	struct walk *walk = arg;
	const struct fake_symbol *expected = &walk->expected[walk->seen++];

	assert_int_equal(type, expected->type);
	assert_string_equal(name, expected->name);
	assert_int_equal(address.value, expected->address);
	return walk->seen != walk->stop;
}

static void each_form_of_addresses_gives_the_same_symbols(void **state)
{
	static const struct {
		enum fake_kallsyms_form form;
		const char *name;
	} rows[] = {
		{ FAKE_ADDRESSES, "addresses" },
		{ FAKE_BASE_RELATIVE, "offsets from kallsyms_relative_base" },
		{ FAKE_PLACE_RELATIVE, "place-relative offsets" },
	};

	FOR_BOTH_ORDERS(order)
	for (size_t i = 0; i < 3; i++) {
		/* 4 GiB away is too far for the signed offsets of 7.0. */
		size_t count = rows[i].form == FAKE_PLACE_RELATIVE ? PLAIN - 1 : PLAIN;
		struct opened o = tables_healthy(
			(struct fake_kallsyms_spec){ .order = (enum order)order,
						     .form = rows[i].form,
						     .symbols = plain_symbols,
						     .count = count });
		struct walk walk = { .expected = plain_symbols };

		assert_string_equal(kallsyms_form(o.kallsyms), rows[i].name);
		assert_int_equal(kallsyms_count(o.kallsyms), count);
		kallsyms_each(o.kallsyms, compare_symbol, &walk);
		assert_int_equal(walk.seen, count);
		for (size_t n = 0; n < count; n++) {
			struct kallsyms_query query = ask(&o, plain_symbols[n].name);
			assert_true(query.found);
			assert_int_equal(query.type, plain_symbols[n].type);
			assert_int_equal(query.address.value, plain_symbols[n].address);
		}
		tables_close(&o);
	}
}

static void place_relative_offsets_are_signed(void **state)
{
	static const struct fake_symbol symbols[] = {
		{ 'T', "_stext", STEXT }, /* below the tables */
		{ 'B', "_end", STEXT + 0x3000000 },
	};

	FOR_BOTH_ORDERS(order)
	{
		struct opened o = tables_healthy(
			(struct fake_kallsyms_spec){ .order = (enum order)order,
						     .form = FAKE_PLACE_RELATIVE,
						     .symbols = symbols,
						     .count = 2,
						     .phys = 0x1000000 });
		assert_int_equal(ask(&o, "_stext").address.value, STEXT);
		assert_int_equal(ask(&o, "_end").address.value, STEXT + 0x3000000);
		tables_close(&o);
	}
}

static void a_walk_stops_where_the_callback_says(void **state)
{
	struct opened o = tables_healthy((struct fake_kallsyms_spec){ 0 });
	struct walk walk = { .expected = plain_symbols, .stop = 2 };

	kallsyms_each(o.kallsyms, compare_symbol, &walk);
	assert_int_equal(walk.seen, 2);
	tables_close(&o);
}

static void names_of_every_length_up_to_511_are_read(void **state)
{
	/* 127 and 128 tokens are the last length of one byte and the first of two. */
	static const size_t lengths[] = { 1, 125, 126, 127, 128, 254, 255, 256, 510, 511 };
	enum { COUNT = sizeof(lengths) / sizeof(lengths[0]) };

	FOR_BOTH_ORDERS(order)
	{
		char names[COUNT][512] = { { 0 } };
		struct fake_symbol symbols[COUNT + 1] = { { 'T', "_stext", STEXT } };

		for (size_t i = 0; i < COUNT; i++) {
			memset(names[i], 'n', lengths[i]);
			symbols[i + 1] = (struct fake_symbol){ 'b', names[i], STEXT + i };
		}
		struct opened o = tables_healthy(
			(struct fake_kallsyms_spec){ .order = (enum order)order,
						     .symbols = symbols,
						     .count = COUNT + 1,
						     .plain = true });
		struct walk walk = { .expected = symbols };

		kallsyms_each(o.kallsyms, compare_symbol, &walk);
		assert_int_equal(walk.seen, COUNT + 1);
		for (size_t i = 0; i < COUNT; i++)
			assert_int_equal(ask(&o, names[i]).address.value, STEXT + i);
		tables_close(&o);
	}
}

static void a_longer_name_is_refused(void **state)
{
	char name[513];
	struct fake_symbol symbols[] = { { 'T', "_stext", STEXT }, { 'b', name, STEXT } };

	memset(name, 'n', 512);
	name[512] = '\0';
	struct opened o = tables_new((struct fake_kallsyms_spec){ .symbols = symbols, .count = 2 });
	tables_open(&o);
	assert_error(o.error, VMW_ERROR_BAD_DATA, "kallsyms symbol 1: its name");
	tables_close(&o);
}

static void what_is_not_there_is_not_found(void **state)
{
	static const char *const names[] = { "",      "_",       "_stex",   "_stext_",
					     "stext", "T_stext", "MAX_PFN", "page_allo" };
	struct opened o = tables_healthy((struct fake_kallsyms_spec){ 0 });

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct kallsyms_query query = ask(&o, names[i]);
		assert_false(query.found);
		assert_false(query.ambiguous);
	}
	tables_close(&o);

	struct kallsyms_query query = { .name = "_stext", .found = true };
	kallsyms_find(NULL, &query, 1);
	assert_false(query.found);
}

static void many_questions_are_answered_in_one_pass(void **state)
{
	struct opened o = tables_healthy((struct fake_kallsyms_spec){ 0 });
	struct kallsyms_query queries[] = { { .name = "max_pfn" },
					    { .name = "absent" },
					    { .name = "_stext" },
					    { .name = "max_pfn" } };

	kallsyms_find(o.kallsyms, queries, 4);
	assert_int_equal(queries[0].address.value, STEXT + 0xfffffff8);
	assert_false(queries[1].found);
	assert_true(queries[2].found);
	assert_int_equal(queries[3].address.value, STEXT + 0xfffffff8);
	tables_close(&o);
}

static void a_name_of_several_places_is_ambiguous_unless_one_is_global(void **state)
{
	static const struct fake_symbol symbols[] = {
		{ 'T', "_stext", STEXT },     { 'd', "buf", STEXT + 1 },
		{ 'd', "buf", STEXT + 2 },    { 'b', "state", STEXT + 3 },
		{ 'B', "state", STEXT + 4 },  { 'b', "state", STEXT + 5 },
		{ 't', "twice", STEXT + 6 },  { 't', "twice", STEXT + 6 },
		{ 'W', "global", STEXT + 7 }, { 'D', "global", STEXT + 8 },
	};
	struct opened o = tables_healthy((struct fake_kallsyms_spec){
		.symbols = symbols, .count = sizeof(symbols) / sizeof(symbols[0]) });

	assert_false(ask(&o, "buf").found);
	assert_true(ask(&o, "buf").ambiguous);
	assert_int_equal(ask(&o, "buf").address.value, 0);
	assert_true(ask(&o, "state").found);
	assert_int_equal(ask(&o, "state").address.value, STEXT + 4);
	assert_int_equal(ask(&o, "state").type, 'B');
	assert_int_equal(ask(&o, "twice").address.value, STEXT + 6);
	assert_true(ask(&o, "global").ambiguous);
	tables_close(&o);
}

static void a_relocated_kernel_has_relocated_symbols(void **state)
{
	static const uint64_t base = STEXT + 0x2000000;
	static const struct fake_symbol symbols[] = { { 'T', "_stext", STEXT + 0x2000000 },
						      { 'B', "max_pfn", STEXT + 0x2001000 } };
	struct fake_kallsyms fake = fake_kallsyms_new(&(struct fake_kallsyms_spec){
		.symbols = symbols, .count = 2, .relative_base = base, .phys = 0x3000000 });
	struct opened o = { .fake = fake };

	o.machine = machine_new(.size = 128 << 20, .kernel = { .drop = FAKE_KALLSYMS_DROP,
							       .add = fake.lines,
							       .stext = base });
	fake_kallsyms_put(o.machine.ram, &fake);
	tables_open(&o);
	assert_null(o.error);
	assert_int_equal(ask(&o, "max_pfn").address.value, STEXT + 0x2001000);
	tables_close(&o);
}

static void a_kernel_before_6_0_names_no_tables(void **state)
{
	struct machine m = machine_new(.kernel.drop = FAKE_KALLSYMS_DROP);
	struct kallsyms *kallsyms = NULL;

	machine_open(&m);
	assert_error(kallsyms_open(m.kernel, m.reader, &kallsyms), VMW_ERROR_MISSING,
		     "no SYMBOL(kallsyms_names)");
	assert_null(kallsyms);
	machine_close(&m);
}

static void each_line_that_is_missing_is_named(void **state)
{
	static const char *const names[] = { "kallsyms_names", "kallsyms_num_syms",
					     "kallsyms_token_table", "kallsyms_token_index",
					     "kallsyms_offsets" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct opened o = tables_new((struct fake_kallsyms_spec){ 0 });
		char *line = strstr(o.machine.spec.dump.vmcoreinfo, names[i]);

		*line = 'x';
		tables_open(&o);
		assert_error(o.error, VMW_ERROR_MISSING, names[i]);
		tables_close(&o);
	}
}

/* The line of the base is lost, so that the offsets look like those of 7.0. */
static void offsets_taken_for_the_wrong_form_are_refused(void **state)
{
	struct opened o = tables_new((struct fake_kallsyms_spec){ 0 });

	*strstr(o.machine.spec.dump.vmcoreinfo, "kallsyms_relative_base") = 'x';
	tables_open(&o);
	assert_error(o.error, VMW_ERROR_BAD_DATA,
		     "by its place-relative offsets, at 0xc000000000000000 by VMCOREINFO");
	tables_close(&o);
}

static void tables_without_stext_are_refused(void **state)
{
	static const struct fake_symbol symbols[] = { { 'T', "start_here", STEXT } };
	struct opened o = tables_new((struct fake_kallsyms_spec){ .symbols = symbols, .count = 1 });

	tables_open(&o);
	assert_error(o.error, VMW_ERROR_BAD_DATA, "no _stext among its 1 symbols");
	tables_close(&o);
}

static void a_count_that_no_kernel_has_is_refused(void **state)
{
	static const uint32_t counts[] = { 0, (1 << 21) + 1, UINT32_MAX };

	FOR_BOTH_ORDERS(order)
	for (size_t i = 0; i < 3; i++) {
		struct opened o = tables_new(
			(struct fake_kallsyms_spec){ .order = (enum order)order });
		ram_put_u32(o.machine.ram, o.fake.num_syms, counts[i]);
		tables_open(&o);
		assert_error(o.error, VMW_ERROR_BAD_DATA, "a kernel has 1 to 2097152");
		tables_close(&o);
	}
}

/* Behind the tables memory is zeros: a name of no length. */
static void a_count_beyond_the_names_is_refused(void **state)
{
	struct opened o = tables_new((struct fake_kallsyms_spec){ 0 });

	ram_put_u32(o.machine.ram, o.fake.num_syms, 1 << 21);
	tables_open(&o);
	assert_error(o.error, VMW_ERROR_BAD_DATA, "kallsyms symbol");
	tables_close(&o);
}

static void damaged_tables_are_refused(void **state)
{
	enum table { NAMES, TOKEN_INDEX };
	static const struct {
		enum table table;
		uint64_t offset;
		unsigned char bytes[3];
		const char *message;
	} rows[] = {
		{ NAMES, 0, { 0, 0, 0 }, "has a length of 0" },
		{ NAMES, 0, { 1, 0, 0 }, "has a token without text" },
		{ NAMES, 0, { 1, 'T', 0 }, "is empty" },
		{ NAMES, 0, { 0xff, 0xff, 'T' }, "has a token without text" },
		{ TOKEN_INDEX,
		  2 * 'a',
		  { 0xff, 0xff, 0 },
		  "kallsyms token 97: at byte 65535 of a table" },
	};

	FOR_BOTH_ORDERS(order)
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct opened o = tables_new(
			(struct fake_kallsyms_spec){ .order = (enum order)order });
		uint64_t at = rows[i].table == NAMES ? o.fake.names : o.fake.token_index;

		ram_put(o.machine.ram, at + rows[i].offset, rows[i].bytes,
			rows[i].table == NAMES ? 3 : 2);
		tables_open(&o);
		assert_error(o.error, VMW_ERROR_BAD_DATA, rows[i].message);
		tables_close(&o);
	}
}

static void a_token_that_runs_past_the_table_is_refused(void **state)
{
	struct opened o = tables_new((struct fake_kallsyms_spec){ 0 });
	unsigned char text[16];

	memset(text, 'x', sizeof(text));
	ram_put(o.machine.ram, o.fake.token_index - sizeof(text), text, sizeof(text));
	tables_open(&o);
	assert_error(o.error, VMW_ERROR_BAD_DATA, "which it runs past");
	tables_close(&o);
}

static void an_index_that_is_not_behind_its_table_is_refused(void **state)
{
	static const uint64_t places[] = { 0, 0x1000, 0x1000000, 0x3000000 };

	for (size_t i = 0; i < 4; i++) {
		struct opened o = tables_new((struct fake_kallsyms_spec){ 0 });
		char *value = strstr(o.machine.spec.dump.vmcoreinfo, "kallsyms_token_index)=");
		char text[17];

		snprintf(text, sizeof(text), "%016llx", (unsigned long long)(STEXT + places[i]));
		memcpy(strchr(value, '=') + 1, text, 16);
		tables_open(&o);
		assert_error(o.error, VMW_ERROR_BAD_DATA, "is not right behind it");
		tables_close(&o);
	}
}

/* Tables of some frames: each frame in turn is not in the dump. */
static void each_frame_of_the_tables_that_is_absent_is_missed(void **state)
{
	enum { COUNT = 3000, FRAME = 4096 };
	struct fake_symbol *symbols = fake_alloc(COUNT, sizeof(*symbols));

	symbols[0] = plain_symbols[0];
	for (size_t i = 1; i < COUNT; i++)
		symbols[i] = (struct fake_symbol){ 'd', "a_name_of_some_length", STEXT + i };
	struct fake_kallsyms fake = fake_kallsyms_new(
		&(struct fake_kallsyms_spec){ .symbols = symbols, .count = COUNT });
	uint64_t frames = (fake.size + FRAME - 1) / FRAME;

	assert_true(frames > 16);
	for (uint64_t absent = 0; absent <= frames; absent++) {
		struct opened o = { .fake = fake };

		o.machine = machine_new(.frame = FRAME,
					.kernel = { .drop = FAKE_KALLSYMS_DROP " OFFSET(prb",
						    .add = fake.lines });
		fake_kallsyms_put(o.machine.ram, &fake);
		ram_set_data(o.machine.ram, fake.start + absent * FRAME, FRAME, VMW_EXCLUDED);
		tables_open(&o);
		/* What lies behind the last table is not needed. */
		if (absent == frames)
			assert_null(o.error);
		else
			assert_error(o.error, VMW_ERROR_MISSING, "kallsyms_");
		kallsyms_free(o.kallsyms);
		machine_close(&o.machine);
	}
	fake_kallsyms_free(&fake);
	free(symbols);
}

/* Any damage ends in an error, or in answers: never in a read outside of the tables. */
static void flipped_bits_do_no_harm(void **state)
{
	uint32_t random = 1;

	FOR_BOTH_ORDERS(order)
	{
		struct opened o = tables_new(
			(struct fake_kallsyms_spec){ .order = (enum order)order });
		machine_open(&o.machine);
		struct ram *ram = o.machine.ram;
		for (size_t i = 0; i < 300; i++) {
			struct fake_files files;
			struct dump *dump;
			struct reader *reader;
			struct kallsyms *kallsyms = NULL;
			struct kernel kernel = *o.machine.kernel;
			unsigned char old, new;

			random = random * 1664525 + 1013904223;
			uint64_t at = o.fake.start + (random >> 8) % o.fake.size;
			ram_get(ram, at, &old, 1);
			new = (unsigned char)(old ^ 1u << (random & 7));
			ram_put(ram, at, &new, 1);
			files = fake_dump_write(ram, &o.machine.spec.dump);
			assert_null(dump_open((const char *const *)files.paths, files.count,
					      o.machine.problems, &dump));
			assert_null(reader_new(dump, &reader));
			kernel.dump = dump;
			struct vmw_error *error = kallsyms_open(&kernel, reader, &kallsyms);
			struct kallsyms_query query = { .name = "max_pfn" };
			if (!error)
				kallsyms_find(kallsyms, &query, 1);
			vmw_error_free(error);
			kallsyms_free(kallsyms);
			reader_free(reader);
			dump_close(dump);
			fake_files_free(&files);
			ram_put(ram, at, &old, 1);
		}
		tables_close(&o);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_form_of_addresses_gives_the_same_symbols),
		cmocka_unit_test(place_relative_offsets_are_signed),
		cmocka_unit_test(a_walk_stops_where_the_callback_says),
		cmocka_unit_test(names_of_every_length_up_to_511_are_read),
		cmocka_unit_test(a_longer_name_is_refused),
		cmocka_unit_test(what_is_not_there_is_not_found),
		cmocka_unit_test(many_questions_are_answered_in_one_pass),
		cmocka_unit_test(a_name_of_several_places_is_ambiguous_unless_one_is_global),
		cmocka_unit_test(a_relocated_kernel_has_relocated_symbols),
		cmocka_unit_test(a_kernel_before_6_0_names_no_tables),
		cmocka_unit_test(each_line_that_is_missing_is_named),
		cmocka_unit_test(offsets_taken_for_the_wrong_form_are_refused),
		cmocka_unit_test(tables_without_stext_are_refused),
		cmocka_unit_test(a_count_that_no_kernel_has_is_refused),
		cmocka_unit_test(a_count_beyond_the_names_is_refused),
		cmocka_unit_test(damaged_tables_are_refused),
		cmocka_unit_test(a_token_that_runs_past_the_table_is_refused),
		cmocka_unit_test(an_index_that_is_not_behind_its_table_is_refused),
		cmocka_unit_test(each_frame_of_the_tables_that_is_absent_is_missed),
		cmocka_unit_test(flipped_bits_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
