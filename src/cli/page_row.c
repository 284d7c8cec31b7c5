/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/page_row.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct vmw_error *flag_names_init(struct flag_names *names, const struct vmw_dump *dump)
{
	*names = (struct flag_names){ 0 };
	for (unsigned int bit = 0; bit < 64; bit++) {
		const char *name = vmw_flag_name(dump, bit);
		names->kpf[bit] = vmw_kpf_name(dump, bit);
		if (!name)
			continue;
		names->names[bit] = strdup(name);
		if (!names->names[bit])
			return error_no_memory();
		/* It is text from the dump: one that is no C name must not break a row, or reach a
		 * terminal. */
		for (char *c = names->names[bit]; *c; c++) {
			if (!isalnum((unsigned char)*c) && *c != '_' && *c != '|')
				*c = '?';
		}
	}
	return NULL;
}

void flag_names_deinit(struct flag_names *names)
{
	for (unsigned int bit = 0; bit < 64; bit++)
		free(names->names[bit]);
	*names = (struct flag_names){ 0 };
}

static const struct vmw_page *page_of(const void *row)
{
	return ((const struct page_row *)row)->page;
}

static bool get_pfn(const void *row, struct cell *ret)
{
	ret->number = page_of(row)->pfn.value;
	return !((const struct page_row *)row)->no_frame;
}

static bool get_data(const void *row, struct cell *ret)
{
	ret->text = vmw_data_name(page_of(row)->data);
	return true;
}

static bool get_virt(const void *row, struct cell *ret)
{
	ret->number = page_of(row)->virt.value;
	return page_of(row)->data != VMW_NO_PAGE;
}

/* What a struct page that straddles two blocks has of its own is that of its first byte. */
static bool get_phys(const void *row, struct cell *ret)
{
	ret->number = page_of(row)->pieces[0].phys.value;
	return page_of(row)->piece_count > 0;
}

static bool get_block_virt(const void *row, struct cell *ret)
{
	ret->number = page_of(row)->pieces[0].block.virt.value;
	return page_of(row)->piece_count > 0;
}

static bool get_block_phys(const void *row, struct cell *ret)
{
	ret->number = page_of(row)->pieces[0].block.phys.value;
	return page_of(row)->piece_count > 0;
}

static bool get_block_size(const void *row, struct cell *ret)
{
	ret->number = page_of(row)->pieces[0].block.size;
	return page_of(row)->piece_count > 0;
}

/* Said only where it is not the record that all others are from. */
static bool get_block_source(const void *row, struct cell *ret)
{
	const struct vmw_page *page = page_of(row);

	for (unsigned int i = 0; i < page->piece_count; i++) {
		if (page->pieces[i].block.source == VMW_SOURCE_BLOCKS) {
			ret->text = "blocks";
			return true;
		}
	}
	return false;
}

static bool get_words(const void *row, struct cell *ret)
{
	ret->words = page_of(row)->words;
	ret->count = page_of(row)->word_count;
	return page_of(row)->data == VMW_PRESENT;
}

static bool get_count(const void *row, struct cell *ret)
{
	ret->number = page_of(row)->count;
	return !((const struct page_row *)row)->no_frame;
}

/* The fields of @row, or NULL when @field is not known of it. */
static const struct vmw_page_fields *fields_with(const void *row, enum vmw_page_field field)
{
	const struct vmw_page *page = page_of(row);

	return page->data == VMW_PRESENT && (page->fields.known & field) ? &page->fields : NULL;
}

static bool get_flags(const void *row, struct cell *ret)
{
	const struct vmw_page_fields *fields = fields_with(row, VMW_FIELD_FLAGS);

	if (fields)
		ret->number = fields->flags;
	return fields;
}

/* Since 6.6 the flags of a folio's second page hold its order and more: names would be wrong there.
 */
bool page_flags_are_named(const struct vmw_page_fields *fields)
{
	return !(fields->known & VMW_FIELD_COMPOUND) || fields->compound != VMW_COMPOUND_TAIL;
}

static bool get_flag_names(const void *arg, struct cell *ret)
{
	const struct page_row *row = arg;
	const struct vmw_page_fields *fields = fields_with(row, VMW_FIELD_FLAGS);

	if (!fields || !page_flags_are_named(fields))
		return false;
	ret->count = 0;
	for (uint64_t left = fields->flags; left; left &= left - 1) {
		const char *name = row->flag_names->names[__builtin_ctzll(left)];
		if (name)
			ret->names[ret->count++] = name;
	}
	return true;
}

static bool get_refcount(const void *row, struct cell *ret)
{
	const struct vmw_page_fields *fields = fields_with(row, VMW_FIELD_REFCOUNT);

	if (fields)
		ret->signed_number = fields->refcount;
	return fields;
}

static bool get_mapcount(const void *row, struct cell *ret)
{
	const struct vmw_page_fields *fields = fields_with(row, VMW_FIELD_MAPCOUNT);

	if (fields)
		ret->signed_number = fields->mapcount;
	return fields;
}

static bool get_mapping(const void *row, struct cell *ret)
{
	const struct vmw_page_fields *fields = fields_with(row, VMW_FIELD_MAPPING);

	if (fields)
		ret->number = fields->mapping;
	return fields;
}

const char *mapping_kind_name(enum vmw_mapping_kind kind)
{
	static const char *const names[] = {
		[VMW_MAPPING_NONE] = "none", [VMW_MAPPING_FILE] = "file",
		[VMW_MAPPING_ANON] = "anon", [VMW_MAPPING_MOVABLE] = "movable",
		[VMW_MAPPING_KSM] = "ksm",
	};
	return names[kind];
}

static bool get_mapping_kind(const void *row, struct cell *ret)
{
	const struct vmw_page_fields *fields = fields_with(row, VMW_FIELD_MAPPING);

	if (fields)
		ret->text = mapping_kind_name(fields->mapping_kind);
	return fields;
}

static bool get_index(const void *row, struct cell *ret)
{
	const struct vmw_page_fields *fields = fields_with(row, VMW_FIELD_INDEX);

	if (fields)
		ret->number = fields->index;
	return fields;
}

static bool get_private(const void *row, struct cell *ret)
{
	const struct vmw_page_fields *fields = fields_with(row, VMW_FIELD_PRIVATE);

	if (fields)
		ret->number = fields->private_;
	return fields;
}

static bool get_lru_next(const void *row, struct cell *ret)
{
	const struct vmw_page_fields *fields = fields_with(row, VMW_FIELD_LRU);

	if (fields)
		ret->number = fields->lru_next;
	return fields;
}

static bool get_lru_prev(const void *row, struct cell *ret)
{
	const struct vmw_page_fields *fields = fields_with(row, VMW_FIELD_LRU);

	if (fields)
		ret->number = fields->lru_prev;
	return fields;
}

const char *compound_name(enum vmw_compound compound)
{
	static const char *const names[] = {
		[VMW_COMPOUND_NONE] = "none",
		[VMW_COMPOUND_HEAD] = "head",
		[VMW_COMPOUND_TAIL] = "tail",
	};
	return names[compound];
}

static bool get_compound(const void *row, struct cell *ret)
{
	const struct vmw_page_fields *fields = fields_with(row, VMW_FIELD_COMPOUND);

	if (fields)
		ret->text = compound_name(fields->compound);
	return fields;
}

static bool get_head_pfn(const void *row, struct cell *ret)
{
	const struct vmw_page_fields *fields = fields_with(row, VMW_FIELD_COMPOUND);

	if (!fields || fields->compound != VMW_COMPOUND_TAIL || !fields->head_known)
		return false;
	ret->number = fields->head_pfn.value;
	return true;
}

static bool get_at_field(const void *arg, struct cell *ret)
{
	const struct page_row *row = arg;

	if (!row->place || !row->place->field)
		return false;
	ret->text = row->place->field;
	return true;
}

static bool get_at_offset(const void *arg, struct cell *ret)
{
	const struct page_row *row = arg;

	if (!row->place)
		return false;
	ret->number = row->place->offset;
	return true;
}

static bool get_why(const void *row, struct cell *ret)
{
	const struct vmw_page *page = page_of(row);

	if (page->data == VMW_PRESENT || !page->why)
		return false;
	ret->text = page->why;
	ret->count = strlen(page->why);
	return true;
}

/* What the page is, or NULL when @known is not told of it. */
static const struct vmw_page_state *state_with(const void *arg, unsigned int known)
{
	const struct vmw_page_state *state = ((const struct page_row *)arg)->state;

	return state && (state->known & known) ? state : NULL;
}

static bool get_state(const void *row, struct cell *ret)
{
	const struct vmw_page_state *state = state_with(row, VMW_KNOWN_STATE);

	if (state)
		ret->text = vmw_state_name(state->state);
	return state;
}

static bool get_order(const void *row, struct cell *ret)
{
	const struct vmw_page_state *state = state_with(row, VMW_KNOWN_ORDER);

	if (state)
		ret->number = state->order;
	return state;
}

static bool get_block_pfn(const void *row, struct cell *ret)
{
	const struct vmw_page_state *state = state_with(row, VMW_KNOWN_ORDER);

	if (state)
		ret->number = state->block.value;
	return state;
}

static bool get_traits(const void *row, struct cell *ret)
{
	const struct vmw_page_state *state = state_with(row, VMW_KNOWN_STATE);

	if (!state)
		return false;
	ret->count = 0;
	if (state->thp)
		ret->names[ret->count++] = "thp";
	if ((state->known & VMW_KNOWN_POISON) && state->poisoned)
		ret->names[ret->count++] = "poisoned";
	return true;
}

static bool get_node(const void *row, struct cell *ret)
{
	const struct vmw_page_state *state = state_with(row, VMW_KNOWN_ZONE);

	if (state)
		ret->number = state->node;
	return state;
}

static bool get_zone(const void *row, struct cell *ret)
{
	const struct vmw_page_state *state = state_with(row, VMW_KNOWN_ZONE);

	if (state)
		ret->number = state->zone;
	return state;
}

static bool get_zone_name(const void *row, struct cell *ret)
{
	const struct vmw_page_state *state = state_with(row, VMW_KNOWN_ZONE);

	if (!state || !state->zone_name)
		return false;
	ret->text = state->zone_name;
	return true;
}

static bool get_kpf(const void *row, struct cell *ret)
{
	const struct vmw_page_state *state = state_with(row, VMW_KNOWN_KPF);

	if (state)
		ret->number = state->kpf;
	return state;
}

static void name_bits(const struct page_row *row, uint64_t bits, struct cell *ret)
{
	ret->count = 0;
	for (uint64_t left = bits; left; left &= left - 1) {
		const char *name = row->flag_names->kpf[__builtin_ctzll(left)];
		if (name)
			ret->names[ret->count++] = name;
	}
}

static bool get_kpf_names(const void *row, struct cell *ret)
{
	const struct vmw_page_state *state = state_with(row, VMW_KNOWN_KPF);

	if (state)
		name_bits(row, state->kpf, ret);
	return state;
}

static bool get_kpf_unknown(const void *row, struct cell *ret)
{
	const struct vmw_page_state *state = state_with(row, VMW_KNOWN_KPF);

	if (!state || !state->kpf_unknown)
		return false;
	name_bits(row, state->kpf_unknown, ret);
	return true;
}

static bool get_map_count(const void *row, struct cell *ret)
{
	const struct vmw_page_state *state = state_with(row, VMW_KNOWN_MAP_COUNT);

	if (state)
		ret->signed_number = state->map_count;
	return state;
}

enum { BOTH = IN_CSV | IN_JSON };

/* clang-format off */
static const struct column columns[] = {
	{ "pfn", COLUMN_NUMBER, BOTH, "the frame; the first one of a run without struct pages", get_pfn },
	{ "data", COLUMN_TEXT, BOTH, "present, excluded, lost, not-dumped or no-page", get_data },
	{ "virt", COLUMN_HEX, BOTH, "virtual address of the struct page", get_virt },
	{ "phys", COLUMN_HEX, BOTH, "physical address of its first byte", get_phys },
	{ "block_virt", COLUMN_HEX, BOTH, "where the block of that byte is mapped", get_block_virt },
	{ "block_phys", COLUMN_HEX, BOTH, "where that block lies", get_block_phys },
	{ "block_size", COLUMN_SIZE, BOTH, "bytes of that block", get_block_size },
	{ "words", COLUMN_WORDS, BOTH, "the struct page as 64-bit words in the kernel's byte order", get_words },
	{ "count", COLUMN_NUMBER, BOTH, "frames that the row is about: 1, more for a run without struct pages", get_count },
	{ "flags", COLUMN_HEX, BOTH, "page->flags", get_flags },
	{ "flag_names", COLUMN_NAMES, BOTH, "the names of those flags that have one", get_flag_names },
	{ "refcount", COLUMN_SIGNED, BOTH, "page->_refcount", get_refcount },
	{ "mapcount", COLUMN_SIGNED, BOTH, "page->_mapcount as stored: -1 is not mapped; or the page type", get_mapcount },
	{ "mapping", COLUMN_HEX, BOTH, "page->mapping as stored", get_mapping },
	{ "mapping_kind", COLUMN_TEXT, BOTH, "none, file, anon, movable or ksm, by its low bits", get_mapping_kind },
	{ "index", COLUMN_HEX, BOTH, "page->index", get_index },
	{ "private", COLUMN_HEX, BOTH, "page->private", get_private },
	{ "lru_next", COLUMN_HEX, BOTH, "page->lru.next", get_lru_next },
	{ "lru_prev", COLUMN_HEX, BOTH, "page->lru.prev", get_lru_prev },
	{ "compound", COLUMN_TEXT, BOTH, "none, head or tail", get_compound },
	{ "head_pfn", COLUMN_NUMBER, BOTH, "of a tail: the frame of its head", get_head_pfn },
	{ "at_field", COLUMN_TEXT, BOTH, "for --page: the field that the address is in", get_at_field },
	{ "at_offset", COLUMN_SIZE, BOTH, "for --page: bytes from the start of the struct page", get_at_offset },
	{ "why", COLUMN_UNTRUSTED, BOTH, "in words, why it is not present", get_why },
	{ "state", COLUMN_TEXT, BOTH, "what the page is: free, anon, file, slab, ...", get_state },
	{ "traits", COLUMN_NAMES, BOTH, "thp: part of a large folio; poisoned", get_traits },
	{ "order", COLUMN_NUMBER, BOTH, "log2 of the frames of its free block or compound page", get_order },
	{ "block_pfn", COLUMN_NUMBER, BOTH, "the first frame of that", get_block_pfn },
	{ "node", COLUMN_NUMBER, BOTH, "its NUMA node", get_node },
	{ "zone", COLUMN_NUMBER, BOTH, "the number of its zone", get_zone },
	{ "zone_name", COLUMN_TEXT, BOTH, "its name, where that is certain", get_zone_name },
	{ "kpf", COLUMN_HEX, BOTH, "what /proc/kpageflags said", get_kpf },
	{ "kpf_names", COLUMN_NAMES, BOTH, "the names of those bits, without KPF_", get_kpf_names },
	{ "kpf_unknown", COLUMN_NAMES, BOTH, "bits that cannot be told", get_kpf_unknown },
	{ "map_count", COLUMN_SIGNED, BOTH, "what /proc/kpagecount said", get_map_count },
	{ "block_source", COLUMN_TEXT, IN_JSON, "blocks: mapped by vmemmap_blocks", get_block_source },
};
/* clang-format on */
const struct table page_table = { columns, sizeof(columns) / sizeof(columns[0]) };
