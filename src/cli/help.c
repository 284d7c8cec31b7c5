/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/help.h"

#include <string.h>

#include "cli/options.h"

enum { HELP_COLUMN = 31 }; /* where the descriptions start */

static void option_line(struct writer *writer, const struct option_spec *option)
{
	size_t width = strlen("  -h, --") + strlen(option->name);

	if (option->letter)
		write_format(writer, "  -%c, --", option->letter);
	else
		write_text(writer, "      --");
	write_text(writer, option->name);
	if (option->argument) {
		write_char(writer, ' ');
		write_text(writer, option->argument);
		width += 1 + strlen(option->argument);
	}
	do {
		write_char(writer, ' ');
	} while (++width < HELP_COLUMN);
	write_text(writer, option->help);
	write_char(writer, '\n');
}

void help_write(struct writer *writer)
{
	write_text(
		writer,
		"Usage: vmemwalk [OPTION]... DUMP...\n"
		"Find the vmemmap and the struct pages in a ppc64 crash dump. Several DUMPs are\n"
		"the parts of a split one, in any order.\n");
	for (unsigned int group = 0; group < GROUP_COUNT; group++) {
		write_char(writer, '\n');
		write_text(writer, option_group_title((enum option_group)group));
		write_text(writer, ":\n");
		for (size_t i = 0; i < option_count; i++) {
			if (options[i].group == group)
				option_line(writer, &options[i]);
		}
	}
	write_text(writer,
		   "\nNumbers are decimal, or hex with 0x; LEN takes K, M, G, T.\n"
		   "Exit status: 0 answered, 1 the answer is \"no\", 2 wrong call, 3 could not,\n"
		   "4 answered in part. More in vmemwalk(1).\n");
}

void version_write(struct writer *writer)
{
	write_format(writer, "vmemwalk %s\nbuilt with: %s\n", vmw_version(), vmw_features());
}

void usage_write(struct writer *writer)
{
	write_text(writer,
		   "vmemwalk: which dump? Type\n"
		   "  vmemwalk DUMP            for the vmemmap's mappings to physical memory\n"
		   "  vmemwalk --pfn N DUMP    for the struct page of page frame N\n"
		   "  vmemwalk --help          for all the rest\n");
}
