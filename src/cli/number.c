/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/number.h"

#include <string.h>

#include "util/checked.h"

/* The value of a digit, or 16 and more. */
static unsigned int digit_value(char digit)
{
	if (digit >= '0' && digit <= '9')
		return (unsigned int)(digit - '0');
	if (digit >= 'a' && digit <= 'f')
		return (unsigned int)(digit - 'a') + 10;
	if (digit >= 'A' && digit <= 'F')
		return (unsigned int)(digit - 'A') + 10;
	return 16;
}

/* An error about @size bytes at @part, which are named unless they are all of @text: the caller
 * names that. */
static struct vmw_error *number_error(const char *text, const char *part, size_t size,
				      const char *what)
{
	if (size == strlen(text))
		return error_new(VMW_ERROR_MISUSE, where_none(), "%s", what);
	return error_new(VMW_ERROR_MISUSE, where_none(), "'%.*s': %s", (int)size, part, what);
}

/* The @size bytes at @part of @text as a number. */
static struct vmw_error *parse_part(const char *text, const char *part, size_t size, uint64_t *ret)
{
	bool hex = size > 2 && part[0] == '0' && (part[1] == 'x' || part[1] == 'X');
	uint64_t base = hex ? 16 : 10;
	uint64_t value = 0;
	bool fits = true;

	if (size == 0)
		return number_error(text, part, size, "not a number: write decimal or 0x hex");
	/* To the end even after an overflow: "99999999999999999999x" is no number of any size. */
	for (size_t i = hex ? 2 : 0; i < size; i++) {
		unsigned int digit = digit_value(part[i]);
		if (digit >= base)
			return number_error(text, part, size,
					    "not a number: write decimal or 0x hex");
		fits = fits && checked_mul(value, base, &value) &&
		       checked_add(value, digit, &value);
	}
	if (!fits)
		return number_error(text, part, size, "does not fit in 64 bits");
	*ret = value;
	return NULL;
}

struct vmw_error *number_parse(const char *text, uint64_t *ret)
{
	return parse_part(text, text, strlen(text), ret);
}

struct vmw_error *number_parse_size(const char *text, uint64_t *ret)
{
	static const char units[] = "KMGT";
	size_t size = strlen(text);
	const char *unit = size ? strchr(units, text[size - 1]) : NULL;

	if (!unit)
		return number_parse(text, ret);
	uint64_t value = 0;
	TRY(parse_part(text, text, size - 1, &value));
	if (!checked_mul(value, UINT64_C(1) << (10 * (unit - units + 1)), &value))
		return number_error(text, text, size, "does not fit in 64 bits");
	*ret = value;
	return NULL;
}

struct vmw_error *number_parse_range(const char *text, struct number_range *ret)
{
	/* From the second character on: "-5" is no range, but no number. */
	size_t first_size = *text ? 1 + strcspn(text + 1, "-+") : 0;
	struct number_range range = { 0 };

	TRY(parse_part(text, text, first_size, &range.first));
	char separator = text[first_size];
	if (separator == '\0') {
		range.last = range.first;
		*ret = range;
		return NULL;
	}

	const char *second = text + first_size + 1;
	if (*second == '\0')
		return error_new(
			VMW_ERROR_MISUSE, where_none(), "nothing follows '%c': write %s", separator,
			separator == '-' ? "the last number of the range" : "how many there are");
	TRY(parse_part(text, second, strlen(second), &range.last));
	if (separator == '+') {
		uint64_t count = range.last;
		if (count == 0)
			return error_new(VMW_ERROR_MISUSE, where_none(), "a range of 0 is empty");
		if (!checked_add(range.first, count - 1, &range.last))
			return error_new(VMW_ERROR_MISUSE, where_none(),
					 "the end does not fit in 64 bits");
	}
	if (range.last < range.first)
		return error_new(VMW_ERROR_MISUSE, where_none(),
				 "the range ends before it starts: write the lower number first");
	*ret = range;
	return NULL;
}
