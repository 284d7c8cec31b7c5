/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/kallsyms.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "util/checked.h"

enum {
	TOKENS = 256,
	/* Indexed by u16, so no token begins behind this. */
	TOKEN_TABLE_SIZE_MAX = 64 * 1024,
	/* The largest kernels have 200,000. */
	SYMBOLS_MAX = 1 << 21,
	NAMES_SIZE_MAX = 64 * 1024 * 1024,
	/* Read at once. */
	WINDOW_SIZE = 64 * 1024,
	/* No dump has a state for less. */
	FRAME_SIZE_MIN = 4096,
	/* KSYM_NAME_LEN, 512 since 6.1: 511 characters, and the type before them. */
	EXPANSION_MAX = 512,
};

enum form {
	FORM_ADDRESSES,
	FORM_BASE_RELATIVE,
	FORM_PLACE_RELATIVE,
};

/*
 * A name's hash is a polynomial in HASH_FACTOR, modulo 2^32, of its characters. So that of two
 * pieces in a row follows from that of each: no name is expanded to be looked for.
 */
#define HASH_FACTOR UINT32_C(0x01000193)

static uint32_t hash_of(const char *text, size_t length)
{
	uint32_t hash = 0;

	for (size_t i = 0; i < length; i++)
		hash = hash * HASH_FACTOR + (unsigned char)text[i];
	return hash;
}

struct token {
	const char *text; /* in token_table; not empty but for a token that no name uses */
	uint32_t length;
	uint32_t hash;
	uint32_t factor;    /* HASH_FACTOR to the power of length */
	uint32_t tail_hash; /* of the text behind its first character, which is the type */
};

struct entry {
	uint32_t offset; /* of its length, in names */
	uint32_t hash;   /* of its name, without the type */
};

struct kallsyms {
	enum order order;
	enum form form;
	char *token_table;
	struct token tokens[TOKENS];
	unsigned char *names;
	size_t names_size;
	struct entry *entries;
	size_t count, capacity;
	unsigned char *addresses; /* of each symbol, 8 or 4 bytes, as they lie in memory */
	uint64_t addresses_virt;  /* where that is */
	uint64_t relative_base;
};

void kallsyms_free(struct kallsyms *kallsyms)
{
	if (!kallsyms)
		return;
	free(kallsyms->token_table);
	free(kallsyms->names);
	free(kallsyms->entries);
	free(kallsyms->addresses);
	free(kallsyms);
}

/* The tables' addresses, as VMCOREINFO states them. */
struct places {
	uint64_t names, num_syms, token_table, token_index;
	uint64_t addresses; /* kallsyms_addresses or kallsyms_offsets */
	uint64_t relative_base;
	uint64_t stext;
};

static struct vmw_error *place_find(const struct kernel *kernel, const char *name, uint64_t *ret)
{
	if (vmcoreinfo_symbol(kernel->vmcoreinfo, name, ret))
		return NULL;
	return error_new(VMW_ERROR_MISSING, where_none(),
			 "kallsyms: VMCOREINFO has no SYMBOL(%s), as kernels before 6.0", name);
}

static struct vmw_error *places_find(const struct kernel *kernel, struct places *ret,
				     enum form *ret_form)
{
	TRY(place_find(kernel, "_stext", &ret->stext));
	TRY(place_find(kernel, "kallsyms_names", &ret->names));
	TRY(place_find(kernel, "kallsyms_num_syms", &ret->num_syms));
	TRY(place_find(kernel, "kallsyms_token_table", &ret->token_table));
	TRY(place_find(kernel, "kallsyms_token_index", &ret->token_index));
	if (vmcoreinfo_symbol(kernel->vmcoreinfo, "kallsyms_addresses", &ret->addresses)) {
		*ret_form = FORM_ADDRESSES;
		return NULL;
	}
	TRY(place_find(kernel, "kallsyms_offsets", &ret->addresses));
	/* Where the line was lost with the end of the text, _stext will disagree. */
	*ret_form = vmcoreinfo_symbol(kernel->vmcoreinfo, "kallsyms_relative_base",
				      &ret->relative_base)
			    ? FORM_BASE_RELATIVE
			    : FORM_PLACE_RELATIVE;
	return NULL;
}

/* ---- tokens ---- */

static struct vmw_error *tokens_read(const struct kernel *kernel, struct reader *reader,
				     const struct places *places, struct kallsyms *k)
{
	unsigned char index[TOKENS * 2];

	/* scripts/kallsyms.c writes the index right behind the table, aligned to 8. */
	if (places->token_index <= places->token_table ||
	    places->token_index - places->token_table > TOKEN_TABLE_SIZE_MAX)
		return error_new(VMW_ERROR_BAD_DATA, where_virt(virt_at(places->token_table)),
				 "kallsyms_token_table at 0x%" PRIx64
				 ": kallsyms_token_index, at 0x%" PRIx64 ", is not right behind it",
				 places->token_table, places->token_index);
	size_t size = (size_t)(places->token_index - places->token_table);

	TRY(kernel_read(kernel, reader, virt_at(places->token_index), index, sizeof(index),
			"kallsyms_token_index"));
	k->token_table = malloc(size);
	if (!k->token_table)
		return error_no_memory();
	TRY(kernel_read(kernel, reader, virt_at(places->token_table), k->token_table, size,
			"kallsyms_token_table"));

	for (size_t i = 0; i < TOKENS; i++) {
		struct token *token = &k->tokens[i];
		size_t start = load_u16(index + 2 * i, k->order);
		const char *end = start < size ? memchr(k->token_table + start, '\0', size - start)
					       : NULL;
		if (!end)
			return error_new(VMW_ERROR_BAD_DATA,
					 where_virt(virt_at(places->token_index + 2 * i)),
					 "kallsyms token %zu: at byte %zu of a table of %zu, %s", i,
					 start, size,
					 start < size ? "which it runs past" : "behind its end");
		token->text = k->token_table + start;
		token->length = (uint32_t)(end - token->text);
		if (token->length > EXPANSION_MAX)
			return error_new(VMW_ERROR_BAD_DATA,
					 where_virt(virt_at(places->token_table + start)),
					 "kallsyms token %zu: %" PRIu32
					 " characters, a symbol's name has at most %d",
					 i, token->length, EXPANSION_MAX - 1);
		token->hash = hash_of(token->text, token->length);
		token->factor = 1;
		for (size_t n = 0; n < token->length; n++)
			token->factor *= HASH_FACTOR;
		if (token->length > 0)
			token->tail_hash = hash_of(token->text + 1, token->length - 1);
	}
	return NULL;
}

/* ---- names ---- */

/* The names while they are read; how long they are is known at their end only. */
struct names {
	const struct kernel *kernel;
	struct reader *reader;
	uint64_t virt;
	size_t capacity;
};

static struct vmw_error *names_read_piece(struct names *names, struct kallsyms *k, size_t unit)
{
	uint64_t virt = names->virt + k->names_size;
	size_t size = unit - (size_t)(virt % unit);

	if (!array_reserve(&k->names, &names->capacity, k->names_size + size, 1))
		return error_no_memory();
	TRY(kernel_read(names->kernel, names->reader, virt_at(virt), k->names + k->names_size, size,
			"kallsyms_names"));
	k->names_size += size;
	return NULL;
}

static struct vmw_error *names_read_up_to(struct names *names, struct kallsyms *k, size_t size)
{
	if (size > NAMES_SIZE_MAX)
		return error_new(VMW_ERROR_BAD_DATA, where_virt(virt_at(names->virt)),
				 "kallsyms_names at 0x%" PRIx64
				 ": the names go on for more than 64 MiB",
				 names->virt);
	while (size > k->names_size) {
		struct vmw_error *error = names_read_piece(names, k, WINDOW_SIZE);
		/* What lies behind the names need not be in the dump. */
		if (error && error->kind == VMW_ERROR_MISSING) {
			vmw_error_free(error);
			error = names_read_piece(names, k, FRAME_SIZE_MIN);
		}
		if (error)
			return error;
	}
	return NULL;
}

/* Make sure that the first @size bytes of the names have been read: asked several times a name. */
static inline struct vmw_error *names_need(struct names *names, struct kallsyms *k, size_t size)
{
	return size <= k->names_size ? NULL : names_read_up_to(names, k, size);
}

/*
 * The length of the name at *@offset, in tokens, which must have been read; *@offset moves to the
 * first of them. Before 73bbb94466fd (6.1) the length was always one byte, but of at most 128
 * characters, so that only a name that no token made shorter could have had that bit set.
 */
static size_t name_length(const struct kallsyms *k, size_t *offset)
{
	size_t length = k->names[(*offset)++];

	if (length & 0x80)
		length = (length & 0x7f) | (size_t)k->names[(*offset)++] << 7;
	return length;
}

static struct vmw_error *bad_name(const struct names *names, size_t number, size_t offset,
				  const char *what)
{
	return error_new(VMW_ERROR_BAD_DATA, where_virt(virt_at(names->virt + offset)),
			 "kallsyms symbol %zu: its name, at byte %zu of kallsyms_names, %s", number,
			 offset, what);
}

static struct vmw_error *names_read(const struct kernel *kernel, struct reader *reader,
				    const struct places *places, size_t count, struct kallsyms *k)
{
	struct names names = { .kernel = kernel, .reader = reader, .virt = places->names };
	size_t next = 0;

	while (k->count < count) {
		size_t start = next, expansion = 0;

		TRY(names_need(&names, k, next + 1));
		TRY(names_need(&names, k, next + (k->names[next] & 0x80 ? 2 : 1)));
		size_t length = name_length(k, &next);
		TRY(names_need(&names, k, next + length));
		if (length == 0)
			return bad_name(&names, k->count, start, "has a length of 0");

		const unsigned char *tokens = k->names + next;
		uint32_t hash = k->tokens[tokens[0]].tail_hash;
		expansion = k->tokens[tokens[0]].length;
		bool whole = expansion > 0;
		for (size_t i = 1; i < length; i++) {
			const struct token *token = &k->tokens[tokens[i]];
			hash = hash * token->factor + token->hash;
			expansion += token->length;
			whole = whole && token->length > 0;
		}
		/* Codes that no name needed have no text. */
		if (!whole)
			return bad_name(&names, k->count, start, "has a token without text");
		if (expansion < 2)
			return bad_name(&names, k->count, start, "is empty");
		if (expansion > EXPANSION_MAX)
			return bad_name(&names, k->count, start, "is longer than 511 characters");

		struct entry entry = { .offset = (uint32_t)start, .hash = hash };
		if (!ARRAY_PUSH(k->entries, k->count, k->capacity, entry))
			return error_no_memory();
		next += length;
	}
	return NULL;
}

static char symbol_type(const struct kallsyms *k, size_t number)
{
	size_t offset = k->entries[number].offset;

	(void)name_length(k, &offset);
	return k->tokens[k->names[offset]].text[0];
}

static bool symbol_is_called(const struct kallsyms *k, size_t number, const char *name)
{
	size_t offset = k->entries[number].offset;
	size_t length = name_length(k, &offset);

	for (size_t i = 0; i < length; i++) {
		const struct token *token = &k->tokens[k->names[offset + i]];
		size_t type = i == 0 ? 1 : 0;
		/* A token has no NUL in it: strncmp() stops at that of the name. */
		if (strncmp(name, token->text + type, token->length - type) != 0)
			return false;
		name += token->length - type;
	}
	return *name == '\0';
}

/* ---- addresses ---- */

static struct vmw_error *addresses_read(const struct kernel *kernel, struct reader *reader,
					const struct places *places, struct kallsyms *k)
{
	size_t width = k->form == FORM_ADDRESSES ? 8 : 4;

	/* As many names have been read, so the count is no mere claim. */
	k->addresses = malloc(k->count * width);
	if (!k->addresses)
		return error_no_memory();
	k->addresses_virt = places->addresses;
	TRY(kernel_read(kernel, reader, virt_at(places->addresses), k->addresses, k->count * width,
			k->form == FORM_ADDRESSES ? "kallsyms_addresses" : "kallsyms_offsets"));
	if (k->form != FORM_BASE_RELATIVE)
		return NULL;
	return kernel_read_u64(kernel, reader, virt_at(places->relative_base),
			       "kallsyms_relative_base", &k->relative_base);
}

static vmw_virt symbol_address(const struct kallsyms *k, size_t number)
{
	const unsigned char *bytes = k->addresses + number * (k->form == FORM_ADDRESSES ? 8 : 4);

	if (k->form == FORM_ADDRESSES)
		return virt_at(load_u64(bytes, k->order));
	uint32_t offset = load_u32(bytes, k->order);
	if (k->form == FORM_BASE_RELATIVE)
		return virt_at(k->relative_base + offset);
	return virt_at(k->addresses_virt + 4 * number + (uint64_t)(int64_t)(int32_t)offset);
}

/* VMCOREINFO has _stext from another source than these tables. */
static struct vmw_error *stext_check(const struct kallsyms *k, const struct places *places)
{
	static const char name[] = "_stext";
	uint32_t hash = hash_of(name, sizeof(name) - 1);
	bool there = false;
	vmw_virt address = virt_at(0);

	for (size_t i = 0; i < k->count; i++) {
		if (k->entries[i].hash != hash || !symbol_is_called(k, i, name))
			continue;
		there = true;
		address = symbol_address(k, i);
		if (address.value == places->stext)
			return NULL;
	}
	if (!there)
		return error_new(VMW_ERROR_BAD_DATA, where_virt(virt_at(places->names)),
				 "kallsyms: no _stext among its %zu symbols", k->count);
	return error_new(VMW_ERROR_BAD_DATA, where_virt(virt_at(places->addresses)),
			 "kallsyms: _stext is at 0x%" PRIx64 " by its %s, at 0x%" PRIx64
			 " by VMCOREINFO",
			 address.value, kallsyms_form(k), places->stext);
}

struct vmw_error *kallsyms_open(const struct kernel *kernel, struct reader *reader,
				struct kallsyms **ret)
{
	_cleanup_(kallsyms_freep) struct kallsyms *k = calloc(1, sizeof(*k));
	struct places places = { 0 };
	uint32_t count;

	if (!k)
		return error_no_memory();
	k->order = kernel->order;
	TRY(places_find(kernel, &places, &k->form));
	/* const unsigned int, a .long: on big-endian kernels, too, the count is in the first 4. */
	TRY(kernel_read_u32(kernel, reader, virt_at(places.num_syms), "kallsyms_num_syms", &count));
	if (count == 0 || count > SYMBOLS_MAX)
		return error_new(VMW_ERROR_BAD_DATA, where_virt(virt_at(places.num_syms)),
				 "kallsyms_num_syms at 0x%" PRIx64 ": %" PRIu32
				 " symbols, a kernel has 1 to %d",
				 places.num_syms, count, SYMBOLS_MAX);
	TRY(tokens_read(kernel, reader, &places, k));
	TRY(names_read(kernel, reader, &places, count, k));
	TRY(addresses_read(kernel, reader, &places, k));
	TRY(stext_check(k, &places));
	*ret = TAKE(k);
	return NULL;
}

/* ---- questions ---- */

/* Capitals are global; 'u' is a unique global symbol, which nm(1) writes small. */
static bool type_is_global(char type)
{
	return (type >= 'A' && type <= 'Z') || type == 'u';
}

static void query_note(struct kallsyms_query *query, char type, vmw_virt address)
{
	bool better = type_is_global(type) && !type_is_global(query->type);

	/* What is global hides statics of that name: whoever asks means it. */
	if (!query->found || better) {
		query->found = true;
		query->ambiguous = false;
		query->type = type;
		query->address = address;
	} else if (type_is_global(type) == type_is_global(query->type) &&
		   address.value != query->address.value) {
		query->ambiguous = true;
	}
}

void kallsyms_find(const struct kallsyms *k, struct kallsyms_query *queries, size_t count)
{
	/* One bit for each value of a hash's first 12 bits: most symbols are of no interest. */
	uint64_t wanted[64] = { 0 };

	for (size_t i = 0; i < count; i++) {
		queries[i] = (struct kallsyms_query){ .name = queries[i].name };
		queries[i].hash = hash_of(queries[i].name, strlen(queries[i].name));
		wanted[queries[i].hash >> 26] |= UINT64_C(1) << (queries[i].hash >> 20 & 63);
	}
	for (size_t n = 0; k && n < k->count; n++) {
		uint32_t hash = k->entries[n].hash;
		if (!(wanted[hash >> 26] >> (hash >> 20 & 63) & 1))
			continue;
		for (size_t i = 0; i < count; i++) {
			if (queries[i].hash == hash && symbol_is_called(k, n, queries[i].name))
				query_note(&queries[i], symbol_type(k, n), symbol_address(k, n));
		}
	}
	for (size_t i = 0; i < count; i++) {
		if (!queries[i].ambiguous)
			continue;
		queries[i].found = false;
		queries[i].type = '\0';
		queries[i].address = virt_at(0);
	}
}

void kallsyms_each(const struct kallsyms *k,
		   bool (*callback)(void *arg, char type, const char *name, vmw_virt address),
		   void *arg)
{
	char text[EXPANSION_MAX + 1];

	for (size_t n = 0; n < k->count; n++) {
		size_t offset = k->entries[n].offset, size = 0;
		size_t length = name_length(k, &offset);

		for (size_t i = 0; i < length; i++) {
			const struct token *token = &k->tokens[k->names[offset + i]];
			/* names_read() has seen that the sum fits. */
			memcpy(text + size, token->text, token->length);
			size += token->length;
		}
		text[size] = '\0';
		if (!callback(arg, text[0], text + 1, symbol_address(k, n)))
			return;
	}
}

size_t kallsyms_count(const struct kallsyms *k)
{
	return k->count;
}

const char *kallsyms_form(const struct kallsyms *k)
{
	switch (k->form) {
	case FORM_ADDRESSES:
		return "addresses";
	case FORM_BASE_RELATIVE:
		return "offsets from kallsyms_relative_base";
	case FORM_PLACE_RELATIVE:
		return "place-relative offsets";
	}
	return "?";
}
