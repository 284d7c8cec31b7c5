/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sections of a vmlinux, by libelf. Its symbol table: symbols_read_vmlinux() of kernel/symbols.h.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "util/error.h"

/*
 * Read section @name of @path (".BTF"), as the file has it; the caller frees *ret. MISSING when it
 * has none, or an empty one; BAD_DATA when it has more than @size_max bytes; the rest as
 * symbols_read_vmlinux(). Every error names the file.
 */
NODISCARD struct vmw_error *vmlinux_read_section(const char *path, const char *name,
						 size_t size_max, unsigned char **ret,
						 size_t *ret_size);
