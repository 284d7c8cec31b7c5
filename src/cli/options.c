/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/options.h"

#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "util/checked.h"
#include "util/text.h"

static const char *const format_names[] = { "text", "json", "ndjson", "csv", NULL };
static const char *const source_names[] = { "auto", "list", "radix", "blocks", NULL };
static const char *const colour_names[] = { "auto", "always", "never", NULL };

/* ---- what each option does; the messages get the option and its value put in front ---- */

static struct vmw_error *parse_query(struct arguments *args, const struct option_spec *option,
				     const char *value)
{
	struct query query;

	TRY(query_parse(option->query, value, &query));
	for (size_t i = 0; i < args->queries.count; i++) {
		enum query_kind other = args->queries.list[i].kind;
		if (query_kind_repeats(query.kind) && query_kind_repeats(other))
			continue;
		if (query.kind == other)
			return NULL; /* said twice, meant once */
		for (size_t j = 0; j < option_count; j++) {
			if (options[j].parse == parse_query && options[j].query == other)
				return error_new(VMW_ERROR_MISUSE, where_none(),
						 "cannot go with --%s: one action in a call",
						 options[j].name);
		}
	}
	return query_add(&args->queries, &query);
}

/* The place of @value among the values that @option takes. */
static struct vmw_error *parse_value(const struct option_spec *option, const char *value,
				     unsigned int *ret)
{
	for (unsigned int i = 0; option->values[i]; i++) {
		if (strcmp(option->values[i], value) == 0) {
			*ret = i;
			return NULL;
		}
	}
	_cleanup_(freep) char *known = strdup(option->values[0]);
	for (unsigned int i = 1; known && option->values[i]; i++) {
		const char *glue = option->values[i + 1] ? ", " : " or ";
		char *longer = text_format("%s%s%s", known, glue, option->values[i]);
		free(known);
		known = longer;
	}
	if (!known)
		return error_no_memory();
	return error_new(VMW_ERROR_MISUSE, where_none(), "write %s", known);
}

static struct vmw_error *parse_format(struct arguments *args, const struct option_spec *option,
				      const char *value)
{
	unsigned int format = 0;

	TRY(parse_value(option, value, &format));
	args->format = (enum format)format;
	return NULL;
}

static struct vmw_error *parse_source(struct arguments *args, const struct option_spec *option,
				      const char *value)
{
	unsigned int source = 0;

	TRY(parse_value(option, value, &source));
	args->source = (enum vmw_source)source;
	return NULL;
}

static struct vmw_error *parse_colour(struct arguments *args, const struct option_spec *option,
				      const char *value)
{
	unsigned int colour = 0;

	TRY(parse_value(option, value, &colour));
	args->colour = (enum colour)colour;
	return NULL;
}

static struct vmw_error *parse_raw(struct arguments *args, const struct option_spec *option,
				   const char *value)
{
	args->raw = true;
	return NULL;
}

static struct vmw_error *parse_json(struct arguments *args, const struct option_spec *option,
				    const char *value)
{
	args->format = FORMAT_JSON;
	return NULL;
}

static struct vmw_error *parse_quiet(struct arguments *args, const struct option_spec *option,
				     const char *value)
{
	args->quiet = true;
	return NULL;
}

static struct vmw_error *parse_verbose(struct arguments *args, const struct option_spec *option,
				       const char *value)
{
	args->verbose = true;
	return NULL;
}

static struct vmw_error *parse_output(struct arguments *args, const struct option_spec *option,
				      const char *value)
{
	return file_name_parse(value, &args->output);
}

static struct vmw_error *parse_vmcoreinfo_file(struct arguments *args,
					       const struct option_spec *option, const char *value)
{
	return file_name_parse(value, &args->vmcoreinfo_file);
}

static struct vmw_error *parse_system_map(struct arguments *args, const struct option_spec *option,
					  const char *value)
{
	return file_name_parse(value, &args->system_map);
}

static struct vmw_error *parse_vmlinux(struct arguments *args, const struct option_spec *option,
				       const char *value)
{
	return file_name_parse(value, &args->vmlinux);
}

static struct vmw_error *parse_help(struct arguments *args, const struct option_spec *option,
				    const char *value)
{
	args->help = true;
	return NULL;
}

static struct vmw_error *parse_version(struct arguments *args, const struct option_spec *option,
				       const char *value)
{
	args->version = true;
	return NULL;
}

/* clang-format off */
const struct option_spec options[] = {
	{ 0, "mappings", NULL, "where the vmemmap lies in physical memory",
	  GROUP_ASK, parse_query, QUERY_MAPPINGS, NULL, false },
	{ 0, "pfn", "N[-M|+COUNT]", "the struct page of a page frame, or of a range",
	  GROUP_ASK, parse_query, QUERY_PFN, NULL, false },
	{ 0, "phys", "ADDR", "the struct page of the frame that holds ADDR",
	  GROUP_ASK, parse_query, QUERY_PHYS, NULL, false },
	{ 0, "page", "ADDR", "the struct page at, or around, a vmemmap address",
	  GROUP_ASK, parse_query, QUERY_PAGE, NULL, false },
	{ 0, "translate", "ADDR", "a kernel virtual address to physical",
	  GROUP_ASK, parse_query, QUERY_TRANSLATE, NULL, false },
	{ 0, "read", "ADDR[,LEN]", "memory at ADDR, virt:ADDR or phys:ADDR",
	  GROUP_ASK, parse_query, QUERY_READ, NULL, false },
	{ 0, "raw", NULL, "with --read: the bytes as they lie in memory",
	  GROUP_ASK, parse_raw, QUERY_KIND_COUNT, NULL, false },
	{ 0, "kpageflags", "FILE", "write what /proc/kpageflags said of all frames",
	  GROUP_ASK, parse_query, QUERY_KPAGEFLAGS, NULL, true },
	{ 0, "kpagecount", "FILE", "write what /proc/kpagecount said of all frames",
	  GROUP_ASK, parse_query, QUERY_KPAGECOUNT, NULL, true },
	{ 0, "info", NULL, "what is known of dump and kernel, and from where",
	  GROUP_ASK, parse_query, QUERY_INFO, NULL, false },
	{ 0, "vmcoreinfo", NULL, "what the kernel says of itself: VMCOREINFO",
	  GROUP_ASK, parse_query, QUERY_VMCOREINFO, NULL, false },

	{ 0, "format", "FORMAT", "text (default), json, ndjson or csv",
	  GROUP_HOW, parse_format, QUERY_KIND_COUNT, format_names, false },
	{ 0, "json", NULL, "the same as --format json",
	  GROUP_HOW, parse_json, QUERY_KIND_COUNT, NULL, false },
	{ 0, "output", "FILE", "write the answer to FILE, once it is finished",
	  GROUP_HOW, parse_output, QUERY_KIND_COUNT, NULL, true },
	{ 0, "source", "RECORD", "mappings of: auto (default), list, radix, blocks",
	  GROUP_HOW, parse_source, QUERY_KIND_COUNT, source_names, false },
	{ 0, "quiet", NULL, "say nothing of what is merely odd",
	  GROUP_HOW, parse_quiet, QUERY_KIND_COUNT, NULL, false },
	{ 0, "verbose", NULL, "say also what was noticed on the way",
	  GROUP_HOW, parse_verbose, QUERY_KIND_COUNT, NULL, false },
	{ 0, "color", "WHEN", "auto (default: on a terminal), always or never",
	  GROUP_HOW, parse_colour, QUERY_KIND_COUNT, colour_names, false },

	{ 0, "vmcoreinfo-file", "FILE", "a VMCOREINFO text to use instead of the dump's",
	  GROUP_HELP_IT, parse_vmcoreinfo_file, QUERY_KIND_COUNT, NULL, true },
	{ 0, "system-map", "FILE", "the System.map of the crashed kernel",
	  GROUP_HELP_IT, parse_system_map, QUERY_KIND_COUNT, NULL, true },
	{ 0, "vmlinux", "FILE", "the vmlinux of the crashed kernel",
	  GROUP_HELP_IT, parse_vmlinux, QUERY_KIND_COUNT, NULL, true },

	{ 'h', "help", NULL, "this text",
	  GROUP_ABOUT, parse_help, QUERY_KIND_COUNT, NULL, false },
	{ 'V', "version", NULL, "the version, and what is built in",
	  GROUP_ABOUT, parse_version, QUERY_KIND_COUNT, NULL, false },
};
/* clang-format on */
const size_t option_count = sizeof(options) / sizeof(options[0]);

const char *option_group_title(enum option_group group)
{
	static const char *const titles[GROUP_COUNT] = {
		[GROUP_ASK] =
			"Ask (--mappings if nothing is asked; those with an argument repeat and mix)",
		[GROUP_HOW] = "How to answer",
		[GROUP_HELP_IT] = "Tell what the dump lacks",
		[GROUP_ABOUT] = "About vmemwalk",
	};
	return titles[group];
}

/* ---- the nearest option, for a mistyped one ---- */

enum { NAME_MAX_LENGTH = 32 };

/* How many letters must be added, dropped or replaced to make @a of @b. */
static size_t edit_distance(const char *a, const char *b)
{
	size_t a_size = strlen(a), b_size = strlen(b);
	size_t row[NAME_MAX_LENGTH + 1];

	if (a_size > NAME_MAX_LENGTH || b_size > NAME_MAX_LENGTH)
		return SIZE_MAX;
	for (size_t j = 0; j <= b_size; j++)
		row[j] = j;
	for (size_t i = 1; i <= a_size; i++) {
		size_t diagonal = row[0];
		row[0] = i;
		for (size_t j = 1; j <= b_size; j++) {
			size_t replaced = diagonal + (a[i - 1] != b[j - 1]);
			diagonal = row[j];
			size_t dropped = diagonal + 1, added = row[j - 1] + 1;
			row[j] = min_u64(replaced, min_u64(dropped, added));
		}
	}
	return row[b_size];
}

/* The option that was probably meant by @name, or NULL. */
static const struct option_spec *option_nearest(const char *name)
{
	const struct option_spec *nearest = NULL;
	size_t distance = 3; /* more than two mistakes are another word */

	for (size_t i = 0; i < option_count; i++) {
		/* Two letters and more that start an option are meant as an abbreviation. */
		if (strlen(name) >= 2 && strncmp(options[i].name, name, strlen(name)) == 0)
			return &options[i];
		size_t here = edit_distance(name, options[i].name);
		if (here < distance && here < strlen(name)) {
			distance = here;
			nearest = &options[i];
		}
	}
	return nearest;
}

/* ---- the parser ---- */

static struct vmw_error *add_dump(struct arguments *args, const char *path)
{
	if (*path == '\0')
		return error_new(
			VMW_ERROR_MISUSE, where_none(),
			"'': the name of a DUMP is empty: is a variable of the script not set?");
	/* Elsewhere it means standard input, which cannot be read at an offset. */
	if (strcmp(path, "-") == 0)
		return error_new(
			VMW_ERROR_MISUSE, where_none(),
			"-: a dump is not read from standard input: name the file (./- if it has this name)");
	if (!ARRAY_PUSH(args->dumps, args->dump_count, args->dump_capacity, path))
		return error_no_memory();
	return NULL;
}

static const struct option_spec *option_find(const char *name, size_t size)
{
	for (size_t i = 0; i < option_count; i++) {
		if (strlen(options[i].name) == size && memcmp(options[i].name, name, size) == 0)
			return &options[i];
	}
	return NULL;
}

static const struct option_spec *option_find_letter(const char *word)
{
	for (size_t i = 0; i < option_count; i++) {
		if (options[i].letter && word[0] == options[i].letter && word[1] == '\0')
			return &options[i];
	}
	return NULL;
}

static struct vmw_error *unknown_option(const char *word, const char *name)
{
	const struct option_spec *nearest = option_nearest(name);

	if (nearest)
		return error_new(VMW_ERROR_MISUSE, where_none(),
				 "%s: no such option: did you mean --%s?", word, nearest->name);
	return error_new(VMW_ERROR_MISUSE, where_none(),
			 "%s: no such option: vmemwalk --help lists them", word);
}

/* Run @option, which stands at argv[*position]; @value is what follows its '=', or NULL. */
static struct vmw_error *parse_option(struct arguments *args, const struct option_spec *option,
				      const char *value, int argc, char *const argv[],
				      int *position)
{
	if (!option->argument) {
		if (value)
			return error_new(VMW_ERROR_MISUSE, where_none(), "--%s: takes no argument",
					 option->name);
		_cleanup_(vmw_error_freep) struct vmw_error *err = option->parse(args, option,
										 NULL);
		if (err && err->kind == VMW_ERROR_MISUSE)
			return error_new(VMW_ERROR_MISUSE, where_none(), "--%s: %s", option->name,
					 err->message);
		return TAKE(err);
	}
	if (!value) {
		if (*position + 1 >= argc)
			return error_new(VMW_ERROR_MISUSE, where_none(),
					 "--%s: needs an argument: %s", option->name,
					 option->argument);
		value = argv[++*position];
	}
	_cleanup_(vmw_error_freep) struct vmw_error *err = option->parse(args, option, value);
	if (err && err->kind == VMW_ERROR_MISUSE)
		return error_new(VMW_ERROR_MISUSE, where_none(), "--%s %s: %s", option->name,
				 *value ? value : "''", err->message);
	return TAKE(err);
}

/* What no single option can see. */
static struct vmw_error *check_together(const struct arguments *args)
{
	if (!args->raw)
		return NULL;
	if (args->format != FORMAT_TEXT)
		return error_new(VMW_ERROR_MISUSE, where_none(),
				 "--raw: writes bare bytes: leave out --format");
	for (size_t i = 0; i < args->queries.count; i++) {
		if (args->queries.list[i].kind != QUERY_READ)
			return error_new(VMW_ERROR_MISUSE, where_none(),
					 "--raw: goes with --read and nothing else");
	}
	if (args->queries.count == 0)
		return error_new(VMW_ERROR_MISUSE, where_none(),
				 "--raw: needs --read ADDR[,LEN]: which bytes?");
	return NULL;
}

struct vmw_error *arguments_parse(int argc, char *const argv[], struct arguments *ret)
{
	bool options_ended = false;

	*ret = (struct arguments){ 0 };
	for (int i = 1; i < argc && !ret->help && !ret->version; i++) {
		const char *word = argv[i];

		if (options_ended || word[0] != '-' || word[1] == '\0') {
			TRY(add_dump(ret, word));
		} else if (strcmp(word, "--") == 0) {
			options_ended = true;
		} else if (word[1] == '-') {
			const char *name = word + 2;
			const char *equals = strchrnul(name, '=');
			size_t size = (size_t)(equals - name);
			const struct option_spec *option = option_find(name, size);
			if (!option) {
				_cleanup_(freep) char *bare = strndup(name, size);
				return bare ? unknown_option(word, bare) : error_no_memory();
			}
			TRY(parse_option(ret, option, *equals ? equals + 1 : NULL, argc, argv, &i));
		} else {
			const struct option_spec *option = option_find_letter(word + 1);
			if (!option)
				return unknown_option(word, word + 1);
			TRY(parse_option(ret, option, NULL, argc, argv, &i));
		}
	}
	if (ret->help || ret->version)
		return NULL;
	if (ret->dump_count == 0)
		return error_new(VMW_ERROR_MISUSE, where_none(),
				 "no DUMP: name the file, as in: vmemwalk DUMP");
	TRY(check_together(ret));
	if (ret->queries.count == 0)
		return query_add(&ret->queries, &(struct query){ .kind = QUERY_MAPPINGS });
	return NULL;
}

void arguments_deinit(struct arguments *args)
{
	query_list_deinit(&args->queries);
	free(args->dumps);
	args->dumps = NULL;
}
