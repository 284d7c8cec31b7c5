/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/options.h"

#include <stdio.h>

#include "cli/capture.h"
#include "cli/help.h"

/* The library is not needed to parse. */
const char *vmw_version(void)
{
	return "1.2.3";
}

const char *vmw_features(void)
{
	return "zlib zstd";
}

enum { WORDS_MAX = 12 };

/* Parse the command line "vmemwalk WORD...". */
static struct vmw_error *parse(const char *const words[], struct arguments *ret)
{
	char *argv[WORDS_MAX + 2] = { (char *)"vmemwalk" };
	int argc = 1;

	for (size_t i = 0; words[i]; i++) {
		assert_true(i < WORDS_MAX);
		argv[argc++] = (char *)words[i];
	}
	return arguments_parse(argc, argv, ret);
}

#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void assert_wrong(const char *const words[], const char *message)
{
	struct arguments args;

	assert_refused(parse(words, &args), VMW_ERROR_MISUSE, message);
	arguments_deinit(&args);
}

static void a_dump_alone_asks_for_the_mappings(void **state)
{
	struct arguments args;

	assert_null(parse(WORDS("a", "b"), &args));
	assert_int_equal(args.dump_count, 2);
	assert_string_equal(args.dumps[0], "a");
	assert_string_equal(args.dumps[1], "b");
	assert_int_equal(args.queries.count, 1);
	assert_int_equal(args.queries.list[0].kind, QUERY_MAPPINGS);
	assert_int_equal(args.format, FORMAT_TEXT);
	assert_int_equal(args.source, VMW_SOURCE_AUTO);
	arguments_deinit(&args);
}

static void an_argument_follows_or_stands_behind_an_equals_sign(void **state)
{
	struct arguments args;

	assert_null(parse(WORDS("--pfn=3", "dump", "--pfn", "0x10-0x1f"), &args));
	assert_int_equal(args.queries.count, 2);
	assert_int_equal(args.queries.list[0].frames.first, 3);
	assert_int_equal(args.queries.list[1].frames.first, 16);
	assert_int_equal(args.queries.list[1].frames.last, 31);
	assert_int_equal(args.dump_count, 1);
	arguments_deinit(&args);
}

static void two_dashes_end_the_options(void **state)
{
	struct arguments args;

	assert_null(parse(WORDS("--json", "--", "--pfn", "-x"), &args));
	assert_int_equal(args.dump_count, 2);
	assert_string_equal(args.dumps[0], "--pfn");
	assert_int_equal(args.format, FORMAT_JSON);
	arguments_deinit(&args);
}

static void queries_keep_their_order(void **state)
{
	struct arguments args;

	assert_null(parse(
		WORDS("--translate", "1", "--pfn", "2", "--page=3", "--phys=4", "--read=5", "dump"),
		&args));
	static const enum query_kind kinds[] = { QUERY_TRANSLATE, QUERY_PFN, QUERY_PAGE, QUERY_PHYS,
						 QUERY_READ };
	assert_int_equal(args.queries.count, 5);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(args.queries.list[i].kind, kinds[i]);
	arguments_deinit(&args);
}

static void an_action_said_twice_is_meant_once(void **state)
{
	struct arguments args;

	assert_null(parse(WORDS("--info", "--info", "dump"), &args));
	assert_int_equal(args.queries.count, 1);
	arguments_deinit(&args);
}

static void every_option_sets_its_own(void **state)
{
	struct arguments args;

	assert_null(parse(WORDS("--format=csv", "--output=o", "--source=radix", "--quiet",
				"--verbose", "--color=never", "--vmcoreinfo-file=v",
				"--system-map=s", "--vmlinux=l", "dump"),
			  &args));
	assert_int_equal(args.format, FORMAT_CSV);
	assert_string_equal(args.output, "o");
	assert_int_equal(args.source, VMW_SOURCE_RADIX);
	assert_true(args.quiet);
	assert_true(args.verbose);
	assert_int_equal(args.colour, COLOUR_NEVER);
	assert_string_equal(args.vmcoreinfo_file, "v");
	assert_string_equal(args.system_map, "s");
	assert_string_equal(args.vmlinux, "l");
	arguments_deinit(&args);
}

static void a_wrong_call_names_what_is_wrong(void **state)
{
	assert_wrong(WORDS("--json"), "no DUMP");
	assert_wrong(WORDS(""), "'': the name of a DUMP is empty");
	assert_wrong(WORDS("-"), "-: a dump is not read from standard input: name the file");
	assert_wrong(WORDS("--", "-"), "-: a dump is not read from standard input");
	assert_wrong(WORDS("--pfn", "banana", "d"),
		     "--pfn banana: not a number: write decimal or 0x hex");
	assert_wrong(WORDS("--pfn=", "d"), "--pfn '': not a number");
	assert_wrong(WORDS("--pfn", "99999999999999999999", "d"),
		     "--pfn 99999999999999999999: does not fit in 64 bits");
	assert_wrong(WORDS("d", "--pfn"), "--pfn: needs an argument: N[-M|+COUNT]");
	assert_wrong(WORDS("--info=3", "d"), "--info: takes no argument");
	assert_wrong(WORDS("--format", "xml", "d"),
		     "--format xml: write text, json, ndjson or csv");
	assert_wrong(WORDS("--source=hash", "d"),
		     "--source hash: write auto, list, radix or blocks");
	assert_wrong(WORDS("--output=", "d"), "--output '': needs the name of a file");
	/* Not a file of that name: it would surprise. */
	assert_wrong(WORDS("--output", "-", "d"), "--output -: is no name for standard");
	assert_wrong(WORDS("--kpageflags", "-", "d"), "--kpageflags -: is no name for standard");
	assert_wrong(WORDS("--vmlinux=-", "d"), "--vmlinux -: is no name for standard");
	assert_wrong(WORDS("--read", "0x10,0", "d"), "a length of 0 is empty");
	assert_wrong(WORDS("--read", "0xffffffffffffff00,257", "d"), "the end does not fit");
	assert_wrong(WORDS("--read", "here:5", "d"), "not a number");
}

static void two_actions_are_refused(void **state)
{
	assert_wrong(WORDS("--info", "--vmcoreinfo", "d"),
		     "--vmcoreinfo: cannot go with --info: one action in a call");
	assert_wrong(WORDS("--mappings", "--pfn=3", "d"),
		     "--pfn 3: cannot go with --mappings: one action in a call");
	assert_wrong(WORDS("--pfn=3", "--mappings", "d"), "--mappings: cannot go with --pfn");
}

static void raw_goes_with_read_only(void **state)
{
	struct arguments args;

	assert_wrong(WORDS("--raw", "d"), "--raw: needs --read");
	assert_wrong(WORDS("--raw", "--pfn=3", "d"), "--raw: goes with --read and nothing else");
	assert_wrong(WORDS("--raw", "--read=3", "--json", "d"), "--raw: writes bare bytes");
	assert_null(parse(WORDS("--read=3", "--raw", "--read=5", "d"), &args));
	assert_true(args.raw);
	arguments_deinit(&args);
}

static void an_unknown_option_names_the_nearest(void **state)
{
	assert_wrong(WORDS("--mapings", "d"),
		     "--mapings: no such option: did you mean --mappings?");
	assert_wrong(WORDS("--pfm=3", "d"), "did you mean --pfn?");
	assert_wrong(WORDS("--colour=never", "d"), "did you mean --color?");
	assert_wrong(WORDS("--transalte", "d"), "did you mean --translate?");
	assert_wrong(WORDS("--elephant", "d"), "--elephant: no such option: vmemwalk --help");
	assert_wrong(WORDS("-x", "d"), "-x: no such option: vmemwalk --help");
	assert_wrong(WORDS("-json", "d"), "-json: no such option: did you mean --json?");
}

static void an_abbreviation_is_refused(void **state)
{
	assert_wrong(WORDS("--map", "d"), "did you mean --mappings?");
	assert_wrong(WORDS("--vmcoreinfo-f=x", "d"), "did you mean --vmcoreinfo-file?");
}

static void help_and_version_need_no_dump(void **state)
{
	static const struct {
		const char *word;
		bool help, version;
	} cases[] = {
		{ "-h", true, false },
		{ "--help", true, false },
		{ "-V", false, true },
		{ "--version", false, true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arguments args;
		assert_null(parse(WORDS(cases[i].word), &args));
		assert_int_equal(args.help, cases[i].help);
		assert_int_equal(args.version, cases[i].version);
		arguments_deinit(&args);
	}
}

static void read_takes_a_space_an_address_and_a_length(void **state)
{
	static const struct {
		const char *text;
		enum vmw_space space;
		uint64_t address, size;
	} cases[] = {
		{ "0x1000", VMW_SPACE_PHYS, 0x1000, 256 },
		{ "0x1000,16", VMW_SPACE_PHYS, 0x1000, 16 },
		{ "0,64K", VMW_SPACE_PHYS, 0, 65536 },
		{ "0xc000000000000000", VMW_SPACE_VIRT, UINT64_C(0xc000000000000000), 256 },
		{ "0x8000000000000000,1", VMW_SPACE_VIRT, UINT64_C(0x8000000000000000), 1 },
		{ "0x7000000000000000,1", VMW_SPACE_PHYS, UINT64_C(0x7000000000000000), 1 },
		{ "0x9000000000000000,1", VMW_SPACE_PHYS, UINT64_C(0x9000000000000000), 1 },
		{ "virt:5", VMW_SPACE_VIRT, 5, 256 },
		{ "phys:0xc000000000000000", VMW_SPACE_PHYS, UINT64_C(0xc000000000000000), 256 },
		{ "0xffffffffffffffff", VMW_SPACE_VIRT, UINT64_MAX, 1 },
		{ "0xffffffffffffff00", VMW_SPACE_VIRT, UINT64_MAX - 255, 256 },
		{ "0xfffffffffffffff0,0x10", VMW_SPACE_VIRT, UINT64_MAX - 15, 16 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct query query;
		assert_null(query_parse(QUERY_READ, cases[i].text, &query));
		assert_int_equal(query.read.space, cases[i].space);
		assert_int_equal(query.read.address, cases[i].address);
		assert_int_equal(query.read.size, cases[i].size);
	}
}

static void help_fits_a_screen(void **state)
{
	struct writer writer = capture_begin();
	help_write(&writer);
	char *text = capture_end(&writer);
	size_t lines = 0;

	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		assert_true(strlen(line) <= 80);
		lines++;
	}
	assert_true(lines <= 40);
	free(text);
}

static void help_names_every_option(void **state)
{
	struct writer writer = capture_begin();
	help_write(&writer);
	char *text = capture_end(&writer);

	for (size_t i = 0; i < option_count; i++) {
		char name[64];
		snprintf(name, sizeof(name), "--%s", options[i].name);
		assert_non_null(strstr(text, name));
		assert_non_null(strstr(text, options[i].help));
	}
	free(text);
}

static void version_names_what_is_built_in(void **state)
{
	struct writer writer = capture_begin();

	version_write(&writer);
	assert_written(&writer, "vmemwalk 1.2.3\nbuilt with: zlib zstd\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_dump_alone_asks_for_the_mappings),
		cmocka_unit_test(an_argument_follows_or_stands_behind_an_equals_sign),
		cmocka_unit_test(two_dashes_end_the_options),
		cmocka_unit_test(queries_keep_their_order),
		cmocka_unit_test(an_action_said_twice_is_meant_once),
		cmocka_unit_test(every_option_sets_its_own),
		cmocka_unit_test(a_wrong_call_names_what_is_wrong),
		cmocka_unit_test(two_actions_are_refused),
		cmocka_unit_test(raw_goes_with_read_only),
		cmocka_unit_test(an_unknown_option_names_the_nearest),
		cmocka_unit_test(an_abbreviation_is_refused),
		cmocka_unit_test(help_and_version_need_no_dump),
		cmocka_unit_test(read_takes_a_space_an_address_and_a_length),
		cmocka_unit_test(help_fits_a_screen),
		cmocka_unit_test(help_names_every_option),
		cmocka_unit_test(version_names_what_is_built_in),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
