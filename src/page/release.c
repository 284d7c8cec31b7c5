/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "page/release.h"

#include <ctype.h>

/* Up to @limit of the number at *@text; false when there is none. */
static bool take_number(const char **text, uint32_t limit, uint32_t *ret)
{
	uint32_t number = 0;

	if (!isdigit((unsigned char)**text))
		return false;
	for (; isdigit((unsigned char)**text); ++*text) {
		number = number * 10 + (uint32_t)(**text - '0');
		if (number > limit)
			number = limit;
	}
	*ret = number;
	return true;
}

const char *release_text(const struct kernel *kernel)
{
	return kernel->release ? kernel->release
			       : vmcoreinfo_string(kernel->vmcoreinfo, "OSRELEASE");
}

uint32_t release_of(const struct kernel *kernel)
{
	const char *text = release_text(kernel);
	uint32_t major, minor, patch;

	if (!text || !take_number(&text, 0xff, &major) || *text++ != '.' ||
	    !take_number(&text, 0xff, &minor))
		return 0;
	if (*text++ != '.' || !take_number(&text, 0xffff, &patch))
		patch = 0;
	return RELEASE(major, minor, patch);
}
