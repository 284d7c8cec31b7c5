/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Source: Linux Documentation/bpf/btf.rst, include/uapi/linux/btf.h. */
#include "fake/btf.h"

#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "fake/ram.h"
#include "fake/store.h"

enum {
	WORDS_MAX = 1 << 20,
	STRINGS_MAX = 1 << 20,
	HEADER_SIZE = 24,
};

struct fake_btf {
	enum order order;
	uint32_t *words;
	size_t word_count;
	char *strings;
	size_t strings_size;
	uint32_t types;
};

struct fake_btf *fake_btf_new(enum order order)
{
	struct fake_btf *btf = fake_alloc(1, sizeof(*btf));

	btf->order = order;
	btf->words = fake_alloc(WORDS_MAX, sizeof(*btf->words));
	btf->strings = fake_alloc(STRINGS_MAX, 1);
	btf->strings_size = 1; /* the empty one */
	return btf;
}

void fake_btf_free(struct fake_btf *btf)
{
	if (!btf)
		return;
	free(btf->words);
	free(btf->strings);
	free(btf);
}

uint32_t fake_btf_string(struct fake_btf *btf, const char *text)
{
	if (!text)
		return 0;
	for (size_t i = 0; i < btf->strings_size; i += strlen(btf->strings + i) + 1) {
		if (strcmp(btf->strings + i, text) == 0)
			return (uint32_t)i;
	}
	size_t size = strlen(text) + 1, start = btf->strings_size;
	if (size > STRINGS_MAX - start)
		fake_fail("BTF: more than %d bytes of strings", STRINGS_MAX);
	memcpy(btf->strings + start, text, size);
	btf->strings_size += size;
	return (uint32_t)start;
}

void fake_btf_word(struct fake_btf *btf, uint32_t word)
{
	if (btf->word_count == WORDS_MAX)
		fake_fail("BTF: more than %d words of types", WORDS_MAX);
	btf->words[btf->word_count++] = word;
}

static uint32_t type_add(struct fake_btf *btf, const char *name, uint32_t info, uint32_t word)
{
	fake_btf_word(btf, fake_btf_string(btf, name));
	fake_btf_word(btf, info);
	fake_btf_word(btf, word);
	return ++btf->types;
}

uint32_t fake_btf_type(struct fake_btf *btf, const char *name, uint32_t kind, uint32_t vlen,
		       uint32_t word)
{
	return type_add(btf, name, kind << 24 | vlen, word);
}

uint32_t fake_btf_flagged(struct fake_btf *btf, const char *name, uint32_t kind, uint32_t vlen,
			  uint32_t word)
{
	return type_add(btf, name, UINT32_C(1) << 31 | kind << 24 | vlen, word);
}

uint32_t fake_btf_int(struct fake_btf *btf, const char *name, uint32_t size)
{
	uint32_t id = fake_btf_type(btf, name, BTF_KIND_INT, 0, size);

	fake_btf_word(btf, size * 8);
	return id;
}

uint32_t fake_btf_pointer(struct fake_btf *btf, uint32_t type)
{
	return fake_btf_type(btf, NULL, BTF_KIND_PTR, 0, type);
}

uint32_t fake_btf_array(struct fake_btf *btf, uint32_t element, uint32_t index, uint32_t count)
{
	uint32_t id = fake_btf_type(btf, NULL, BTF_KIND_ARRAY, 0, 0);

	fake_btf_word(btf, element);
	fake_btf_word(btf, index);
	fake_btf_word(btf, count);
	return id;
}

uint32_t fake_btf_struct(struct fake_btf *btf, const char *name, uint32_t size, uint32_t members)
{
	return fake_btf_type(btf, name, BTF_KIND_STRUCT, members, size);
}

uint32_t fake_btf_union(struct fake_btf *btf, const char *name, uint32_t size, uint32_t members)
{
	return fake_btf_type(btf, name, BTF_KIND_UNION, members, size);
}

void fake_btf_member(struct fake_btf *btf, const char *name, uint32_t type, uint32_t bit_offset)
{
	fake_btf_word(btf, fake_btf_string(btf, name));
	fake_btf_word(btf, type);
	fake_btf_word(btf, bit_offset);
}

uint32_t fake_btf_enum(struct fake_btf *btf, const char *name, uint32_t values)
{
	return fake_btf_type(btf, name, BTF_KIND_ENUM, values, 4);
}

void fake_btf_value(struct fake_btf *btf, const char *name, int32_t value)
{
	fake_btf_word(btf, fake_btf_string(btf, name));
	fake_btf_word(btf, (uint32_t)value);
}

void fake_btf_parameter(struct fake_btf *btf, const char *name, uint32_t type)
{
	fake_btf_word(btf, fake_btf_string(btf, name));
	fake_btf_word(btf, type);
}

unsigned char *fake_btf_bytes(const struct fake_btf *btf, size_t *ret_size)
{
	uint32_t types_size = (uint32_t)(4 * btf->word_count);
	uint32_t fields[] = { HEADER_SIZE, 0, types_size, types_size, (uint32_t)btf->strings_size };
	size_t size = HEADER_SIZE + types_size + btf->strings_size;
	unsigned char *bytes = fake_alloc(1, size);

	store_u16(bytes, BTF_MAGIC, btf->order);
	bytes[2] = BTF_VERSION;
	for (size_t i = 0; i < 5; i++)
		store_u32(bytes + 4 + 4 * i, fields[i], btf->order);
	for (size_t i = 0; i < btf->word_count; i++)
		store_u32(bytes + HEADER_SIZE + 4 * i, btf->words[i], btf->order);
	memcpy(bytes + HEADER_SIZE + types_size, btf->strings, btf->strings_size);
	*ret_size = size;
	return bytes;
}
