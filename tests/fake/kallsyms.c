/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Source: Linux scripts/kallsyms.c write_src(), compress_symbols(); the order of the tables is that
 * of 6.12.
 */
#include "fake/kallsyms.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "fake/store.h"

#define LINEAR UINT64_C(0xc000000000000000)

/* Tokens from number 128 on; those below 128 are the characters themselves, as in a real table. */
static const char *const words[] = {
	"T_", "D__", "start_", "_stext", "page", "__", "init_", "mem"
};

enum { WORDS = sizeof(words) / sizeof(words[0]) };

struct table {
	unsigned char *bytes;
	size_t size, capacity;
	enum order order;
};

static void table_add(struct table *t, const void *bytes, size_t size)
{
	if (size > t->capacity - t->size)
		fake_fail("kallsyms: the tables take more than %zu bytes", t->capacity);
	if (size)
		memcpy(t->bytes + t->size, bytes, size);
	t->size += size;
}

static void table_add_u16(struct table *t, uint16_t value)
{
	unsigned char bytes[2];

	store_u16(bytes, value, t->order);
	table_add(t, bytes, sizeof(bytes));
}

static void table_add_u32(struct table *t, uint32_t value)
{
	unsigned char bytes[4];

	store_u32(bytes, value, t->order);
	table_add(t, bytes, sizeof(bytes));
}

static void table_add_u64(struct table *t, uint64_t value)
{
	unsigned char bytes[8];

	store_u64(bytes, value, t->order);
	table_add(t, bytes, sizeof(bytes));
}

static void table_align(struct table *t)
{
	static const unsigned char zeros[8];

	table_add(t, zeros, -t->size & 7);
}

/* The token that @text begins with, the longest, and how many characters it is. */
static unsigned char token_find(const char *text, bool plain, size_t *ret_length)
{
	unsigned char best = (unsigned char)*text;

	*ret_length = 1;
	for (size_t i = 0; !plain && i < WORDS; i++) {
		size_t length = strlen(words[i]);
		if (length > *ret_length && strncmp(text, words[i], length) == 0) {
			best = (unsigned char)(128 + i);
			*ret_length = length;
		}
	}
	return best;
}

static void name_add(struct table *t, const struct fake_symbol *symbol, bool plain)
{
	char text[4096];
	unsigned char tokens[4096], length[2];
	size_t count = 0, step;

	snprintf(text, sizeof(text), "%c%s", symbol->type, symbol->name);
	for (size_t i = 0; text[i]; i += step)
		tokens[count++] = token_find(text + i, plain, &step);
	length[0] = (unsigned char)(count < 128 ? count : (count & 0x7f) | 0x80);
	length[1] = (unsigned char)(count >> 7);
	table_add(t, length, count < 128 ? 1 : 2);
	table_add(t, tokens, count);
}

static void tokens_add(struct table *t, uint64_t start, struct fake_kallsyms *k)
{
	uint16_t index[256];

	k->token_table = start + t->size;
	for (size_t i = 0; i < 256; i++) {
		char text[16] = { 0 };

		index[i] = (uint16_t)(start + t->size - k->token_table);
		if (i > ' ' && i < 127)
			text[0] = (char)i;
		else if (i >= 128 && i < 128 + WORDS)
			snprintf(text, sizeof(text), "%s", words[i - 128]);
		table_add(t, text, strlen(text) + 1);
	}
	table_align(t);
	k->token_index = start + t->size;
	for (size_t i = 0; i < 256; i++)
		table_add_u16(t, index[i]);
}

static void addresses_add(struct table *t, uint64_t start, const struct fake_kallsyms_spec *spec,
			  struct fake_kallsyms *k)
{
	table_align(t);
	k->addresses = start + t->size;
	for (size_t i = 0; i < spec->count; i++) {
		uint64_t address = spec->symbols[i].address;

		if (spec->form == FAKE_ADDRESSES)
			table_add_u64(t, address);
		else if (spec->form == FAKE_BASE_RELATIVE)
			table_add_u32(t, (uint32_t)(address - spec->relative_base));
		else
			table_add_u32(t, (uint32_t)(address - (LINEAR + start + t->size)));
	}
	if (spec->form != FAKE_BASE_RELATIVE)
		return;
	table_align(t);
	k->relative_base = start + t->size;
	table_add_u64(t, spec->relative_base);
}

static char *lines_new(const struct fake_kallsyms *k, enum fake_kallsyms_form form)
{
	enum { SIZE = 1024 };
	char *lines = fake_alloc(1, SIZE);
	int size = snprintf(lines, SIZE,
			    "SYMBOL(kallsyms_names)=%" PRIx64 "\n"
			    "SYMBOL(kallsyms_num_syms)=%" PRIx64 "\n"
			    "SYMBOL(kallsyms_token_table)=%" PRIx64 "\n"
			    "SYMBOL(kallsyms_token_index)=%" PRIx64 "\n"
			    "SYMBOL(%s)=%" PRIx64 "\n",
			    LINEAR + k->names, LINEAR + k->num_syms, LINEAR + k->token_table,
			    LINEAR + k->token_index,
			    form == FAKE_ADDRESSES ? "kallsyms_addresses" : "kallsyms_offsets",
			    LINEAR + k->addresses);
	if (form == FAKE_BASE_RELATIVE)
		snprintf(lines + size, SIZE - (size_t)size,
			 "SYMBOL(kallsyms_relative_base)=%" PRIx64 "\n", LINEAR + k->relative_base);
	return lines;
}

struct fake_kallsyms fake_kallsyms_new(const struct fake_kallsyms_spec *given)
{
	enum { CAPACITY = 4 << 20 };
	struct fake_kallsyms_spec spec = *given;
	struct table t = { .bytes = fake_alloc(1, CAPACITY),
			   .capacity = CAPACITY,
			   .order = spec.order };

	if (!spec.phys)
		spec.phys = 16 << 20;
	if (!spec.relative_base)
		spec.relative_base = LINEAR;
	struct fake_kallsyms k = { .start = spec.phys, .num_syms = spec.phys };

	table_add_u32(&t, (uint32_t)spec.count);
	table_align(&t);
	k.names = spec.phys + t.size;
	for (size_t i = 0; i < spec.count; i++)
		name_add(&t, &spec.symbols[i], spec.plain);
	k.names_end = spec.phys + t.size;
	table_align(&t);
	tokens_add(&t, spec.phys, &k);
	addresses_add(&t, spec.phys, &spec, &k);
	k.size = t.size;
	k.bytes = t.bytes;
	k.lines = lines_new(&k, spec.form);
	return k;
}

void fake_kallsyms_put(struct ram *ram, const struct fake_kallsyms *kallsyms)
{
	ram_put(ram, kallsyms->start, kallsyms->bytes, kallsyms->size);
}

void fake_kallsyms_free(struct fake_kallsyms *kallsyms)
{
	free(kallsyms->lines);
	free(kallsyms->bytes);
	*kallsyms = (struct fake_kallsyms){ 0 };
}
