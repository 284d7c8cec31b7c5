/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Print the symbols of a dump's kallsyms as /proc/kallsyms does: address, type, name.
 *
 * usage: print_symbols DUMP...
 */
#include <inttypes.h>
#include <stdio.h>

#include "kernel/kallsyms.h"

static bool print_symbol(void *arg, char type, const char *name, vmw_virt address)
{
	printf("%016" PRIx64 " %c %s\n", address.value, type, name);
	return true;
}

static struct vmw_error *print_symbols(const char *const *paths, size_t count)
{
	_cleanup_(problems_freep) struct problems *problems = NULL;
	_cleanup_(dump_closep) struct dump *dump = NULL;
	_cleanup_(reader_freep) struct reader *reader = NULL;
	_cleanup_(kernel_closep) struct kernel *kernel = NULL;

	TRY(problems_new(&problems));
	TRY(dump_open(paths, count, problems, &dump));
	TRY(reader_new(dump, &reader));
	TRY(kernel_open(reader, NULL, problems, &kernel));
	TRY(kernel_load_types(kernel, reader, problems));
	if (!kernel->kallsyms)
		return error_new(VMW_ERROR_MISSING, where_none(), "%s", kernel->kallsyms_from);
	kallsyms_each(kernel->kallsyms, print_symbol, NULL);
	return NULL;
}

int main(int argc, char **argv)
{
	_cleanup_(vmw_error_freep) struct vmw_error *error = print_symbols(
		(const char *const *)argv + 1, argc > 1 ? (size_t)argc - 1 : 0);

	if (error)
		fprintf(stderr, "print_symbols: %s\n", error->message);
	return error ? 1 : 0;
}
