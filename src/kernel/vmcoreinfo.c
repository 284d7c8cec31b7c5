/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/vmcoreinfo.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"

/* Both NUL-terminated, in vmcoreinfo.lines_text. */
struct line {
	const char *key;
	const char *value;
};

struct vmcoreinfo {
	char *text; /* as given */
	size_t size;
	char *lines_text; /* a copy in which keys and values are NUL-terminated */
	struct line *lines;
	size_t line_count, line_capacity;
	/* Sorted by key, the first line of each key only: a lookup is a binary search, also where a
	 * hostile text has thousands of lines. */
	const struct line **index;
	size_t index_count;
};

static int line_compare(const void *a, const void *b)
{
	const struct line *left = *(const struct line *const *)a;
	const struct line *right = *(const struct line *const *)b;
	int order = strcmp(left->key, right->key);

	/* Lines of one key stay in the order of the text: both are of one array. */
	return order ? order : (left > right) - (left < right);
}

static struct vmw_error *lines_split(struct vmcoreinfo *info)
{
	char *position = info->lines_text;
	char *end = position + info->size;

	for (char *newline; (newline = memchr(position, '\n', (size_t)(end - position)));
	     position = newline + 1) {
		*newline = '\0';
		/* A text that came to us as a file may have been through another system's editor.
		 */
		if (newline > position && newline[-1] == '\r')
			newline[-1] = '\0';
		char *equals = strchr(position, '=');
		if (!equals)
			continue;
		*equals = '\0';
		struct line line = { .key = position, .value = equals + 1 };
		if (!ARRAY_PUSH(info->lines, info->line_count, info->line_capacity, line))
			return error_no_memory();
	}
	return NULL;
}

static struct vmw_error *lines_index(struct vmcoreinfo *info)
{
	if (info->line_count == 0)
		return NULL;
	info->index = calloc(info->line_count, sizeof(const struct line *));
	if (!info->index)
		return error_no_memory();
	for (size_t i = 0; i < info->line_count; i++)
		info->index[i] = &info->lines[i];
	qsort(info->index, info->line_count, sizeof(const struct line *), line_compare);

	for (size_t i = 0; i < info->line_count; i++) {
		if (info->index_count == 0 ||
		    strcmp(info->index[i]->key, info->index[info->index_count - 1]->key) != 0)
			info->index[info->index_count++] = info->index[i];
	}
	return NULL;
}

struct vmw_error *vmcoreinfo_parse(struct span text, struct vmcoreinfo **ret)
{
	_cleanup_(vmcoreinfo_freep) struct vmcoreinfo *info = NULL;

	/* An empty span may have no data at all. */
	size_t size = text.size ? strnlen((const char *)text.data, text.size) : 0;
	if (size > VMCOREINFO_SIZE_MAX)
		return error_new(VMW_ERROR_BAD_DATA, where_none(),
				 "VMCOREINFO: more than %d bytes of text", VMCOREINFO_SIZE_MAX);

	info = calloc(1, sizeof(*info));
	if (!info)
		return error_no_memory();
	info->text = malloc(size + 1);
	info->lines_text = malloc(size + 1);
	if (!info->text || !info->lines_text)
		return error_no_memory();
	if (size)
		memcpy(info->text, text.data, size);
	info->text[size] = '\0';
	memcpy(info->lines_text, info->text, size + 1);
	info->size = size;

	TRY(lines_split(info));
	TRY(lines_index(info));
	if (!vmcoreinfo_string(info, "OSRELEASE"))
		return error_new(VMW_ERROR_BAD_DATA, where_none(),
				 "VMCOREINFO: %zu bytes of text without an OSRELEASE line", size);
	*ret = TAKE(info);
	return NULL;
}

void vmcoreinfo_free(struct vmcoreinfo *info)
{
	if (!info)
		return;
	free(info->index);
	free(info->lines);
	free(info->lines_text);
	free(info->text);
	free(info);
}

struct span vmcoreinfo_text(const struct vmcoreinfo *info)
{
	return (struct span){ .data = (const unsigned char *)info->text, .size = info->size };
}

/* The key "KIND(NAME)", or "KIND" alone where name is NULL, in its parts. */
struct key {
	const char *kind;
	const char *name;
};

static int key_compare(const void *wanted, const void *element)
{
	const struct key *key = wanted;
	const char *rest = (*(const struct line *const *)element)->key;
	const char *parts[] = { key->kind, key->name ? "(" : "", key->name ? key->name : "",
				key->name ? ")" : "" };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		size_t length = strlen(parts[i]);
		int order = strncmp(parts[i], rest, length);
		if (order)
			return order;
		rest += length;
	}
	return *rest ? -1 : 0;
}

static const char *value_find(const struct vmcoreinfo *info, struct key key)
{
	if (!info || info->index_count == 0)
		return NULL;
	const struct line **found = bsearch(&key, info->index, info->index_count,
					    sizeof(const struct line *), key_compare);
	return found ? (*found)->value : NULL;
}

const char *vmcoreinfo_string(const struct vmcoreinfo *info, const char *key)
{
	return value_find(info, (struct key){ .kind = key });
}

/* The value of a digit in any base up to 16; more than 15 when it is none. */
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

/* strtoull() is too kind for this: it takes blanks, signs and prefixes. */
static bool digits_parse(const char *text, unsigned int base, uint64_t *ret)
{
	uint64_t value = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		unsigned int digit = digit_value(*text);
		if (digit >= base || __builtin_mul_overflow(value, base, &value) ||
		    __builtin_add_overflow(value, digit, &value))
			return false;
	}
	*ret = value;
	return true;
}

static bool number_parse(const char *text, int64_t *ret)
{
	uint64_t value;

	if (strncmp(text, "0x", 2) == 0) {
		if (!digits_parse(text + 2, 16, &value))
			return false;
		*ret = (int64_t)value;
		return true;
	}

	bool negative = *text == '-';
	uint64_t limit = negative ? (uint64_t)INT64_MAX + 1 : INT64_MAX;
	if (!digits_parse(text + negative, 10, &value) || value > limit)
		return false;
	*ret = (int64_t)(negative ? -value : value);
	return true;
}

static bool value_parse(const struct vmcoreinfo *info, const char *kind, const char *name,
			unsigned int base, uint64_t *ret)
{
	const char *value = value_find(info, (struct key){ .kind = kind, .name = name });
	return value && digits_parse(value, base, ret);
}

bool vmcoreinfo_symbol(const struct vmcoreinfo *info, const char *name, uint64_t *ret)
{
	return value_parse(info, "SYMBOL", name, 16, ret);
}

bool vmcoreinfo_size(const struct vmcoreinfo *info, const char *name, uint64_t *ret)
{
	return value_parse(info, "SIZE", name, 10, ret);
}

bool vmcoreinfo_offset(const struct vmcoreinfo *info, const char *name, uint64_t *ret)
{
	return value_parse(info, "OFFSET", name, 10, ret);
}

bool vmcoreinfo_length(const struct vmcoreinfo *info, const char *name, uint64_t *ret)
{
	return value_parse(info, "LENGTH", name, 10, ret);
}

bool vmcoreinfo_number(const struct vmcoreinfo *info, const char *name, int64_t *ret)
{
	const char *value = value_find(info, (struct key){ .kind = "NUMBER", .name = name });
	return value && number_parse(value, ret);
}

bool vmcoreinfo_symbol_is_content(const char *name)
{
	return strcmp(name, "mem_section") == 0 || strcmp(name, "vmemmap") == 0 ||
	       strcmp(name, "contig_page_data") == 0;
}

/* A kernel's whole line has 79 bytes; a longer name is not one of its. */
enum { NAME_SIZE_MAX = 256 };

/* Call @callback for the name and value of each line of @kind, in the order of the text. */
static void lines_each(const struct vmcoreinfo *info, const char *kind,
		       bool (*callback)(void *arg, const char *name, const char *value), void *arg)
{
	size_t kind_length = strlen(kind);

	for (size_t i = 0; info && i < info->line_count; i++) {
		const struct line *line = &info->lines[i];
		size_t length = strlen(line->key);
		if (length < kind_length + 2 || memcmp(line->key, kind, kind_length) != 0 ||
		    line->key[kind_length] != '(' || line->key[length - 1] != ')')
			continue;
		size_t name_length = length - kind_length - 2;
		if (name_length >= NAME_SIZE_MAX)
			continue;
		/* A key's first line is the one that counts. */
		if (vmcoreinfo_string(info, line->key) != line->value)
			continue;

		char name[NAME_SIZE_MAX];
		memcpy(name, line->key + kind_length + 1, name_length);
		name[name_length] = '\0';
		if (!callback(arg, name, line->value))
			return;
	}
}

struct value_callback {
	unsigned int base;
	bool (*call)(void *arg, const char *name, uint64_t value);
	void *arg;
};

static bool value_line(void *arg, const char *name, const char *text)
{
	const struct value_callback *callback = arg;
	uint64_t value;

	return !digits_parse(text, callback->base, &value) ||
	       callback->call(callback->arg, name, value);
}

void vmcoreinfo_each_symbol(const struct vmcoreinfo *info,
			    bool (*callback)(void *arg, const char *name, uint64_t value),
			    void *arg)
{
	struct value_callback line = { .base = 16, .call = callback, .arg = arg };
	lines_each(info, "SYMBOL", value_line, &line);
}

void vmcoreinfo_each_size(const struct vmcoreinfo *info,
			  bool (*callback)(void *arg, const char *name, uint64_t value), void *arg)
{
	struct value_callback line = { .base = 10, .call = callback, .arg = arg };
	lines_each(info, "SIZE", value_line, &line);
}

void vmcoreinfo_each_offset(const struct vmcoreinfo *info,
			    bool (*callback)(void *arg, const char *name, uint64_t value),
			    void *arg)
{
	struct value_callback line = { .base = 10, .call = callback, .arg = arg };
	lines_each(info, "OFFSET", value_line, &line);
}

struct number_callback {
	bool (*call)(void *arg, const char *name, int64_t value);
	void *arg;
};

static bool number_line(void *arg, const char *name, const char *value)
{
	const struct number_callback *callback = arg;
	int64_t number;

	return !number_parse(value, &number) || callback->call(callback->arg, name, number);
}

void vmcoreinfo_each_number(const struct vmcoreinfo *info,
			    bool (*callback)(void *arg, const char *name, int64_t value), void *arg)
{
	struct number_callback number = { .call = callback, .arg = arg };
	lines_each(info, "NUMBER", number_line, &number);
}
