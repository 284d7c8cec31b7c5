/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VMCOREINFO: what the crashed kernel says of itself, in lines of text.
 *
 * Source: Linux kernel/vmcore_info.c (kernel/crash_core.c before 6.9) and
 * arch/powerpc/kexec/core.c, include/linux/vmcore_info.h: SYMBOL(x)=%lx, SIZE/OFFSET/LENGTH(x)=%lu,
 * NUMBER(x)=%ld (VMALLOC_START: 0x%lx), other lines KEY=text. A line has at most 79 bytes, the text
 * at most one page: on 4K kernels it may be cut within a line, vmcoreinfo_append_str() copies what
 * still fits.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "util/cursor.h"

struct vmcoreinfo; /* owned by the caller, freed with vmcoreinfo_free() */

enum { VMCOREINFO_SIZE_MAX = 64 * 1024 }; /* no kernel has more than a page of it */

/*
 * Parse @text, which is copied. It ends at its first NUL: notes are padded with them. Every line
 * that a kernel writes ends in a newline, CRASHTIME too; a last line without one was cut, perhaps
 * within its number, and is passed over. So are lines without '='. Of two lines with one key the
 * first is taken. BAD_DATA when the text is larger than VMCOREINFO_SIZE_MAX or has no OSRELEASE
 * line.
 */
NODISCARD struct vmw_error *vmcoreinfo_parse(struct span text, struct vmcoreinfo **ret);
void vmcoreinfo_free(struct vmcoreinfo *info);
DEFINE_CLEANUP(struct vmcoreinfo, vmcoreinfo_free)

/* The text as it was given, up to its first NUL; borrowed from @info. */
struct span vmcoreinfo_text(const struct vmcoreinfo *info);

/* The value of a line KEY=value, such as "OSRELEASE"; NULL when absent; borrowed from @info,
 * NUL-terminated. @info may be NULL: nothing is there. */
const char *vmcoreinfo_string(const struct vmcoreinfo *info, const char *key);

/*
 * The value of SYMBOL(name), SIZE(name), OFFSET(name), LENGTH(name) or NUMBER(name). False when
 * absent or not a number: anything but digits in it, or more than 64 bits. A NUMBER in hex is taken
 * as the 64 bits it is: NUMBER(VMALLOC_START) comes out negative. @info may be NULL: nothing is
 * there.
 */
bool vmcoreinfo_symbol(const struct vmcoreinfo *info, const char *name, uint64_t *ret);
bool vmcoreinfo_size(const struct vmcoreinfo *info, const char *name, uint64_t *ret);
bool vmcoreinfo_offset(const struct vmcoreinfo *info, const char *name, uint64_t *ret);
bool vmcoreinfo_length(const struct vmcoreinfo *info, const char *name, uint64_t *ret);
bool vmcoreinfo_number(const struct vmcoreinfo *info, const char *name, int64_t *ret);

/* Whether SYMBOL(@name) is what a pointer variable holds, not an address of the kernel image
 * (VMCOREINFO_SYMBOL_ARRAY): mem_section since 4.15, vmemmap, contig_page_data. */
bool vmcoreinfo_symbol_is_content(const char *name);

/* Call @callback for each SYMBOL(name) line that holds a number, in order, a key once; it returns
 * false to stop. */
void vmcoreinfo_each_symbol(const struct vmcoreinfo *info,
			    bool (*callback)(void *arg, const char *name, uint64_t value),
			    void *arg);
/* The same for each SIZE(name), OFFSET(name) line. */
void vmcoreinfo_each_size(const struct vmcoreinfo *info,
			  bool (*callback)(void *arg, const char *name, uint64_t value), void *arg);
void vmcoreinfo_each_offset(const struct vmcoreinfo *info,
			    bool (*callback)(void *arg, const char *name, uint64_t value),
			    void *arg);
/* The same for each NUMBER(name) line. */
void vmcoreinfo_each_number(const struct vmcoreinfo *info,
			    bool (*callback)(void *arg, const char *name, int64_t value),
			    void *arg);
