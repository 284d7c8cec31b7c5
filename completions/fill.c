/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fill a shell's completion frame from the table of options, at build time: fill SHELL FRAME.
 *
 * A frame is copied to standard output; a line that is "@OPTIONS@" becomes the lines of all
 * options, "@NAMES@" within a line their names. The table is the one that vmemwalk parses with, so
 * that the two cannot differ.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/options.h"

/* Single quotes around @text, for any of the three shells; @escaped characters get a backslash. */
static void quoted(const char *text, const char *escaped)
{
	for (; *text; text++) {
		if (*text == '\'')
			fputs("'\\''", stdout);
		else if (strchr(escaped, *text))
			printf("\\%c", *text);
		else
			putchar(*text);
	}
}

static void values(const struct option_spec *option)
{
	for (size_t i = 0; option->values[i]; i++)
		printf("%s%s", i ? " " : "", option->values[i]);
}

/* Cases of what stands before the word: an option that takes an argument. */
static void bash_option(const struct option_spec *option)
{
	if (!option->argument)
		return;
	printf("\t--%s)\n", option->name);
	if (option->values) {
		fputs("\t\tmapfile -t COMPREPLY < <(compgen -W '", stdout);
		values(option);
		fputs("' -- \"$word\")\n", stdout);
	} else if (option->takes_file) {
		fputs("\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n", stdout);
	}
	fputs("\t\treturn\n\t\t;;\n", stdout);
}

/* Specifications of _arguments: '*--name=[help]:argument:action'. */
static void zsh_option(const struct option_spec *option)
{
	bool repeats = option->argument && option->query != QUERY_KIND_COUNT;

	fputs("\t", stdout);
	if (option->letter)
		printf("'(-%c --%s)'{-%c,--%s}'", option->letter, option->name, option->letter,
		       option->name);
	else
		printf("'%s--%s%s", repeats ? "*" : "", option->name, option->argument ? "=" : "");
	fputs("[", stdout);
	quoted(option->help, "[]\\");
	fputs("]", stdout);
	if (option->argument) {
		fputs(":", stdout);
		quoted(option->argument, ":\\");
		fputs(":", stdout);
		if (option->values) {
			fputs("(", stdout);
			values(option);
			fputs(")", stdout);
		} else if (option->takes_file) {
			fputs("_files", stdout);
		}
	}
	fputs("' \\\n", stdout);
}

static void fish_option(const struct option_spec *option)
{
	fputs("complete -c vmemwalk", stdout);
	if (option->letter)
		printf(" -s %c", option->letter);
	printf(" -l %s", option->name);
	if (option->values) {
		fputs(" -x -a '", stdout);
		values(option);
		fputs("'", stdout);
	} else if (option->argument) {
		fputs(option->takes_file ? " -r -F" : " -x", stdout);
	}
	fputs(" -d '", stdout);
	/* Single quotes of fish know two escapes of their own. */
	for (const char *c = option->help; *c; c++) {
		if (*c == '\'' || *c == '\\')
			putchar('\\');
		putchar(*c);
	}
	fputs("'\n", stdout);
}

static const struct {
	const char *name;
	void (*option)(const struct option_spec *option);
} shells[] = {
	{ "bash", bash_option },
	{ "zsh", zsh_option },
	{ "fish", fish_option },
};

static void fill_line(const char *line, void (*option)(const struct option_spec *option))
{
	const char *names = strstr(line, "@NAMES@");

	if (strcmp(line, "@OPTIONS@\n") == 0) {
		for (size_t i = 0; i < option_count; i++)
			option(&options[i]);
	} else if (names) {
		printf("%.*s", (int)(names - line), line);
		for (size_t i = 0; i < option_count; i++)
			printf("%s--%s", i ? " " : "", options[i].name);
		fputs(names + strlen("@NAMES@"), stdout);
	} else {
		fputs(line, stdout);
	}
}

int main(int argc, char *argv[])
{
	size_t shell = 0;

	if (argc != 3)
		return EXIT_FAILURE;
	while (shell < sizeof(shells) / sizeof(shells[0]) &&
	       strcmp(shells[shell].name, argv[1]) != 0)
		shell++;
	FILE *frame = fopen(argv[2], "re");
	if (shell == sizeof(shells) / sizeof(shells[0]) || !frame) {
		fprintf(stderr, "fill: cannot fill %s for %s\n", argv[2], argv[1]);
		return EXIT_FAILURE;
	}

	char line[512];
	while (fgets(line, sizeof(line), frame))
		fill_line(line, shells[shell].option);
	bool failed = ferror(frame) || fflush(stdout) != 0;
	fclose(frame);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
