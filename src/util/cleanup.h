/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Release what a scope owns when the scope ends, on every path out of it. */
#pragma once

#include <stdlib.h>

#define NODISCARD __attribute__((warn_unused_result))
#define RETURNS_NONNULL __attribute__((returns_nonnull))
#define PRINTF_LIKE(text, first) __attribute__((format(printf, text, first)))

/* `_cleanup_(foo_freep) struct foo *x = NULL;`: foo_freep(&x) runs when x goes out of scope. */
#define _cleanup_(function) __attribute__((cleanup(function)))

/* Hand @pointer over to somebody else: its value, and NULL stays behind. */
#define TAKE(pointer)                                     \
	({                                                \
		__typeof__(pointer) *taken_ = &(pointer); \
		__typeof__(pointer) value_ = *taken_;     \
		*taken_ = NULL;                           \
		value_;                                   \
	})

/* Define NAMEp(), the clean-up function of a `type *` that function() frees. */
#define DEFINE_CLEANUP(type, function)                 \
	static inline void function##p(type **pointer) \
	{                                              \
		function(*pointer);                    \
	}

/* For memory that free() releases. */
static inline void freep(void *pointer)
{
	free(*(void **)pointer);
}
