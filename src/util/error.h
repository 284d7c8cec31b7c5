/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Make struct vmw_error (include/vmemwalk.h): what went wrong, where, and what the user can do.
 *
 * A message starts with the thing, gives the value and the limit, and has no capital, period or
 * newline. Bytes that came from the dump may be in it: control bytes are escaped when the error is
 * made.
 */
#pragma once

#include "util/cleanup.h"
#include "vmemwalk.h"

static inline struct vmw_where where_none(void)
{
	return (struct vmw_where){ .space = VMW_SPACE_NONE };
}

static inline struct vmw_where where_file(uint64_t offset)
{
	return (struct vmw_where){ .space = VMW_SPACE_FILE, .address = offset };
}

static inline struct vmw_where where_phys(vmw_phys phys)
{
	return (struct vmw_where){ .space = VMW_SPACE_PHYS, .address = phys.value };
}

static inline struct vmw_where where_virt(vmw_virt virt)
{
	return (struct vmw_where){ .space = VMW_SPACE_VIRT, .address = virt.value };
}

/* Never NULL: the static out-of-memory error when there is none to make one. */
RETURNS_NONNULL NODISCARD struct vmw_error *
error_new(enum vmw_error_kind kind, struct vmw_where where, const char *format, ...)
	PRINTF_LIKE(3, 4);

/* The error of a system call that left @os_errno; its text is appended to the message. */
RETURNS_NONNULL NODISCARD struct vmw_error *error_os(int os_errno, struct vmw_where where,
						     const char *format, ...) PRINTF_LIKE(3, 4);

/* A static object: reporting it allocates nothing, freeing it does nothing. */
RETURNS_NONNULL NODISCARD struct vmw_error *error_no_memory(void);

/* Say which file @error is about, unless it says so already; @path is copied. Returns @error; NULL
 * is fine. */
NODISCARD struct vmw_error *error_in_file(struct vmw_error *error, const char *path);

/* A copy of @error, for the next who asks what failed before; the static out-of-memory error
 * without memory. */
NODISCARD struct vmw_error *error_copy(const struct vmw_error *error);

DEFINE_CLEANUP(struct vmw_error, vmw_error_free)

/* Return from the calling function with the error of @expression, if it has one. */
#define TRY(expression)                                \
	do {                                           \
		struct vmw_error *try_ = (expression); \
		if (try_)                              \
			return try_;                   \
	} while (0)
