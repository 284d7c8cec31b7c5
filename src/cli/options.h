/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line. One table of options makes the parser, --help and the completions.
 *
 * Options are long but for -h and -V, are never abbreviated (a script that does so breaks when an
 * option is added), take their argument as --opt=value or --opt value, and may stand anywhere
 * before "--".
 */
#pragma once

#include "cli/query.h"

enum format { FORMAT_TEXT, FORMAT_JSON, FORMAT_NDJSON, FORMAT_CSV };

enum colour { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER };

struct arguments {
	bool help, version; /* asked for: nothing else counts */
	struct query_list queries;
	bool raw;
	enum format format;
	enum vmw_source source;
	enum colour colour;
	bool quiet, verbose;
	/* Borrowed from argv; NULL when not given. */
	const char *output;
	const char *vmcoreinfo_file, *system_map, *vmlinux;
	/* The dump's files. The array is owned, the strings are borrowed from argv. */
	const char **dumps;
	size_t dump_count, dump_capacity;
};

enum option_group {
	GROUP_ASK,
	GROUP_HOW,
	GROUP_HELP_IT,
	GROUP_ABOUT,
	GROUP_COUNT,
};

struct option_spec {
	char letter;          /* 0: none */
	const char *name;     /* without the dashes */
	const char *argument; /* as --help names it; NULL: takes none */
	const char *help;
	enum option_group group;
	struct vmw_error *(*parse)(struct arguments *args, const struct option_spec *option,
				   const char *value);
	enum query_kind query;     /* for the options that ask */
	const char *const *values; /* the only ones it takes, up to a NULL; NULL: any */
	bool takes_file;           /* its argument is a file: for completion */
};

/* All options, in the order of --help. */
extern const struct option_spec options[];
extern const size_t option_count;

/* The title of a group in --help. */
const char *option_group_title(enum option_group group);

/*
 * Parse the command line. MISUSE, naming the option and its value, when it is wrong; @ret is set
 * and must be released with arguments_deinit() either way. Without an action the query is
 * --mappings.
 */
NODISCARD struct vmw_error *arguments_parse(int argc, char *const argv[], struct arguments *ret);
void arguments_deinit(struct arguments *args);
