/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/json.h"

#include "cli/capture.h"

static void a_document_has_a_member_a_line(void **state)
{
	struct writer writer = capture_begin();
	struct json json = json_new(&writer, 2);

	json_object_begin(&json, NULL);
	json_text(&json, "name", "value");
	json_array_begin(&json, "rows");
	for (unsigned int i = 0; i < 2; i++) {
		json_object_begin(&json, NULL);
		json_number(&json, "n", i);
		json_hex(&json, "at", UINT64_C(0xc00c000000000000) + i);
		json_object_end(&json);
	}
	json_array_end(&json);
	json_array_begin(&json, "none");
	json_array_end(&json);
	json_null(&json, "where");
	json_object_end(&json);
	assert_written(&writer, "{\n"
				"  \"name\": \"value\",\n"
				"  \"rows\": [\n"
				"    {\"n\": 0, \"at\": \"0xc00c000000000000\"},\n"
				"    {\"n\": 1, \"at\": \"0xc00c000000000001\"}\n"
				"  ],\n"
				"  \"none\": [],\n"
				"  \"where\": null\n"
				"}\n");
}

static void a_line_is_an_object(void **state)
{
	struct writer writer = capture_begin();
	struct json json = json_new(&writer, 0);

	for (int i = -1; i < 1; i++) {
		json_object_begin(&json, NULL);
		json_signed(&json, "i", i);
		json_array_begin(&json, "a");
		json_text(&json, NULL, "x");
		json_text(&json, NULL, "y");
		json_array_end(&json);
		json_object_end(&json);
	}
	assert_written(&writer, "{\"i\": -1, \"a\": [\"x\", \"y\"]}\n"
				"{\"i\": 0, \"a\": [\"x\", \"y\"]}\n");
}

static void text_is_escaped(void **state)
{
	static const struct {
		const char *text, *json;
	} cases[] = {
		{ "", "\"\"" },
		{ "plain", "\"plain\"" },
		{ "a\"b", "\"a\\\"b\"" },
		{ "a\\b", "\"a\\\\b\"" },
		{ "\n", "\"\\u000a\"" },
		{ "\x1f!", "\"\\u001f!\"" },
		{ "\xc3\xa4\xe2\x82\xac", "\"\xc3\xa4\xe2\x82\xac\"" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct writer writer = capture_begin();
		struct json json = json_new(&writer, 0);

		json_text(&json, NULL, cases[i].text);
		assert_written(&writer, cases[i].json);
	}
}

static void text_of_unknown_origin_becomes_utf8(void **state)
{
	struct writer writer = capture_begin();
	struct json json = json_new(&writer, 0);

	json_untrusted(&json, NULL, "a\xff\0\033\"", 5);
	assert_written(&writer, "\"a\\\\xff\\\\x00\\\\x1b\\\"\"");
}

static void a_key_of_unknown_origin_becomes_utf8(void **state)
{
	struct writer writer = capture_begin();
	struct json json = json_new(&writer, 0);

	json_object_begin(&json, NULL);
	json_untrusted_member(&json, "k\"\xff", 3, "v", 1);
	json_object_end(&json);
	assert_written(&writer, "{\"k\\\"\\\\xff\": \"v\"}\n");
}

static void memory_is_a_string_of_digits(void **state)
{
	struct writer writer = capture_begin();
	struct json json = json_new(&writer, 0);

	json_hex_bytes(&json, NULL, (const unsigned char *)"\x01\xfe", 2);
	assert_written(&writer, "\"01fe\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_document_has_a_member_a_line),
		cmocka_unit_test(a_line_is_an_object),
		cmocka_unit_test(text_is_escaped),
		cmocka_unit_test(text_of_unknown_origin_becomes_utf8),
		cmocka_unit_test(a_key_of_unknown_origin_becomes_utf8),
		cmocka_unit_test(memory_is_a_string_of_digits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
