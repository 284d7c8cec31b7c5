/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/table.h"

#include "cli/capture.h"

/* A row that is its own cells. */
struct row {
	const char *text;
	uint64_t number;
	bool absent;
};

static const uint64_t words[] = { 1, UINT64_C(0xc00c000000000000) };

static bool get_text(const void *arg, struct cell *ret)
{
	const struct row *row = arg;

	ret->text = row->text;
	ret->count = strlen(row->text);
	return !row->absent;
}

static bool get_number(const void *arg, struct cell *ret)
{
	ret->number = ((const struct row *)arg)->number;
	return true;
}

static bool get_words(const void *arg, struct cell *ret)
{
	ret->words = words;
	ret->count = 2;
	return !((const struct row *)arg)->absent;
}

static bool get_names(const void *arg, struct cell *ret)
{
	ret->names[0] = "lru";
	ret->names[1] = "head";
	ret->count = 2;
	return !((const struct row *)arg)->absent;
}

static const struct column columns[] = {
	{ "text", COLUMN_TEXT, IN_CSV | IN_JSON | IN_TEXT, "", get_text },
	{ "size", COLUMN_SIZE, IN_CSV | IN_JSON | IN_TEXT, "", get_number },
	{ "hex", COLUMN_HEX, IN_CSV | IN_JSON | IN_TEXT, "", get_number },
	{ "words", COLUMN_WORDS, IN_CSV | IN_JSON, "", get_words },
	{ "names", COLUMN_NAMES, IN_CSV | IN_JSON, "", get_names },
	{ "only_json", COLUMN_NUMBER, IN_JSON, "", get_number },
};
static const struct table table = { columns, sizeof(columns) / sizeof(columns[0]) };

static void csv_is_a_header_and_rows(void **state)
{
	struct writer writer = capture_begin();

	csv_header(&writer, &table);
	csv_row(&writer, &table, &(struct row){ "x", 65536, false });
	csv_row(&writer, &table, &(struct row){ "x", 0, true });
	assert_written(&writer, "text,size,hex,words,names\n"
				"x,65536,0x10000,0x0000000000000001 0xc00c000000000000,lru head\n"
				",0,0x0,,\n");
}

static void csv_quotes_what_rfc_4180_says(void **state)
{
	static const struct {
		const char *text, *csv;
	} cases[] = {
		{ "", "" },
		{ "a b", "a b" },
		{ "a,b", "\"a,b\"" },
		{ "a\"b", "\"a\"\"b\"" },
		{ "\"", "\"\"\"\"" },
		{ "a\nb", "\"a\nb\"" },
		{ "a\rb", "\"a\rb\"" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct writer writer = capture_begin();

		csv_text(&writer, cases[i].text);
		assert_written(&writer, cases[i].csv);
	}
}

static void csv_escapes_what_a_stranger_wrote(void **state)
{
	static const struct column untrusted[] = {
		{ "u", COLUMN_UNTRUSTED, IN_CSV, "", get_text },
	};
	static const struct table one = { untrusted, 1 };
	struct writer writer = capture_begin();

	csv_row(&writer, &one, &(struct row){ "a\n,\033", 0, false });
	assert_written(&writer, "\"a\\x0a,\\x1b\"\n");
}

static void json_leaves_out_what_is_absent(void **state)
{
	struct writer writer = capture_begin();
	struct json json = json_new(&writer, 0);

	for (int absent = 0; absent < 2; absent++) {
		json_object_begin(&json, NULL);
		json_row(&json, &table, &(struct row){ "x", 5, absent });
		json_object_end(&json);
	}
	assert_written(&writer, "{\"text\": \"x\", \"size\": 5, \"hex\": \"0x5\", "
				"\"words\": [\"0x0000000000000001\", \"0xc00c000000000000\"], "
				"\"names\": [\"lru\", \"head\"], \"only_json\": 5}\n"
				"{\"size\": 5, \"hex\": \"0x5\", \"only_json\": 5}\n");
}

struct list {
	const struct row *rows;
	size_t count, position;
};

static const void *next_row(void *arg)
{
	struct list *list = arg;

	return list->position < list->count ? &list->rows[list->position++] : NULL;
}

static void rewind_rows(void *arg)
{
	((struct list *)arg)->position = 0;
}

static void text_is_aligned_to_the_widest_value(void **state)
{
	static const struct row rows[] = {
		{ "a", 1, false },
		{ "longest", 1 << 20, false },
		{ "b", 1000, false },
	};
	struct list list = { rows, 3, 0 };
	struct writer writer = capture_begin();

	text_table(&writer, &table, &(struct text_rows){ next_row, rewind_rows, &list });
	assert_written(&writer, "TEXT       SIZE       HEX\n"
				"a           1 B       0x1\n"
				"longest   1 MiB  0x100000\n"
				"b        1000 B     0x3e8\n");
}

static void a_text_table_without_rows_is_its_header(void **state)
{
	struct list list = { NULL, 0, 0 };
	struct writer writer = capture_begin();

	text_table(&writer, &table, &(struct text_rows){ next_row, rewind_rows, &list });
	assert_written(&writer, "TEXT  SIZE  HEX\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(csv_is_a_header_and_rows),
		cmocka_unit_test(csv_quotes_what_rfc_4180_says),
		cmocka_unit_test(csv_escapes_what_a_stranger_wrote),
		cmocka_unit_test(json_leaves_out_what_is_absent),
		cmocka_unit_test(text_is_aligned_to_the_widest_value),
		cmocka_unit_test(a_text_table_without_rows_is_its_header),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
