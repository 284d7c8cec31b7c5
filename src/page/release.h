/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The version of the crashed kernel, for the few things that nothing else in a dump tells. Whoever
 * asks names the commit or version that made the difference.
 */
#pragma once

#include "kernel/kernel.h"

/* A version as a number that can be compared. */
#define RELEASE(major, minor, patch) \
	((uint32_t)(major) << 24 | (uint32_t)(minor) << 16 | (uint32_t)(patch))

/* utsname.release, else OSRELEASE; NULL when there is neither. Borrowed. */
const char *release_text(const struct kernel *kernel);

/*
 * The number at the start of that: "6.12.107+deb13-powerpc64le" is
 * RELEASE(6, 12, 107). A distribution's kernel may have newer parts than its number says. 0 when
 * there is none.
 */
uint32_t release_of(const struct kernel *kernel);
