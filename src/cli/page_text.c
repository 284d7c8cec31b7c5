/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A struct page for people: what cli/page_row.h calls page_text(). */
#include <string.h>

#include "cli/page_row.h"

/* The bits of @bits, as "43-57, 60". */
static void write_bits(struct writer *out, uint64_t bits)
{
	bool first = true;

	while (bits) {
		unsigned int bit = (unsigned int)__builtin_ctzll(bits);
		unsigned int last = bit;

		while (last < 63 && bits >> (last + 1) & 1)
			last++;
		if (!first)
			write_text(out, ", ");
		first = false;
		write_decimal(out, bit);
		if (last > bit) {
			write_char(out, '-');
			write_decimal(out, last);
		}
		bits = last < 63 ? bits >> (last + 1) << (last + 1) : 0;
	}
}

static void text_flags(struct writer *out, const struct page_row *row)
{
	const struct vmw_page_fields *fields = &row->page->fields;
	uint64_t unnamed = 0;

	write_hex(out, fields->flags);
	if (!page_flags_are_named(fields))
		return;
	for (unsigned int bit = 0; bit < 64; bit++) {
		if (!(fields->flags >> bit & 1))
			continue;
		if (row->flag_names->names[bit])
			write_format(out, " %s", row->flag_names->names[bit]);
		else
			unnamed |= UINT64_C(1) << bit;
	}
	if (!unnamed)
		return;
	/* Those at the top are the node and the zone, not flags. */
	write_text(out, (unnamed & (unnamed - 1)) ? " (bits " : " (bit ");
	write_bits(out, unnamed);
	write_char(out, ')');
}

static void text_refcount(struct writer *out, const struct page_row *row)
{
	write_signed(out, row->page->fields.refcount);
}

static void text_mapcount(struct writer *out, const struct page_row *row)
{
	int32_t mapcount = row->page->fields.mapcount;

	write_signed(out, mapcount);
	/* A page type is a pattern of bits. */
	if (mapcount < -1) {
		write_text(out, " (");
		write_hex(out, (uint32_t)mapcount);
		write_char(out, ')');
	}
}

/* Bits of /proc/kpageflags: include/uapi/linux/kernel-page-flags.h,
 * include/linux/kernel-page-flags.h. */
#define KPF_SWAPCACHE (UINT64_C(1) << 13)
#define KPF_PRIVATE (UINT64_C(1) << 35)

/*
 * What the fields mean by what the page is: include/linux/mm_types.h, struct page; page-flags.h,
 * PAGE_MAPPING_*. A page that is not here uses them otherwise, or not at all.
 */
static const struct meaning {
	enum vmw_state state;
	const char *mapping, *index;
	const char *private_;
	uint64_t private_if; /* KPF bits of which one is set, or 0: always */
} meanings[] = {
	{ VMW_STATE_ANON, "struct anon_vma", "its virtual address / page size, as first mapped",
	  "swap entry", KPF_SWAPCACHE },
	{ VMW_STATE_KSM, "struct ksm_stable_node", NULL, "swap entry", KPF_SWAPCACHE },
	{ VMW_STATE_FILE, "struct address_space", "page offset in the file", "of its file system",
	  KPF_PRIVATE },
	{ VMW_STATE_MOVABLE, "struct movable_operations", NULL, NULL, 0 },
	{ VMW_STATE_FREE, NULL, NULL, "order of the free block", 0 },
};

/* What the fields of @row mean; NULL where that is not known. */
static const struct meaning *meaning_of(const struct page_row *row)
{
	const struct vmw_page_state *state = row->state;

	if (!state || !(state->known & VMW_KNOWN_STATE) ||
	    row->page->fields.compound == VMW_COMPOUND_TAIL)
		return NULL;
	/* Of a free block only the first page has the order. */
	if (state->state == VMW_STATE_FREE && state->block.value != row->page->pfn.value)
		return NULL;
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		if (meanings[i].state == state->state)
			return &meanings[i];
	}
	return NULL;
}

static void write_meaning(struct writer *out, const char *meaning)
{
	if (meaning)
		write_format(out, " (%s)", meaning);
}

static void text_mapping(struct writer *out, const struct page_row *row)
{
	const struct vmw_page_fields *fields = &row->page->fields;
	const struct meaning *meaning = meaning_of(row);
	bool told = row->state && row->state->known & VMW_KNOWN_STATE;

	write_hex(out, fields->mapping);
	if (fields->mapping_kind == VMW_MAPPING_NONE)
		return;
	if (meaning)
		write_meaning(out, meaning->mapping);
	else if (!told)
		write_format(out, " %s", mapping_kind_name(fields->mapping_kind));
}

static void text_index(struct writer *out, const struct page_row *row)
{
	const struct meaning *meaning = meaning_of(row);

	write_hex(out, row->page->fields.index);
	if (meaning)
		write_meaning(out, meaning->index);
}

static void text_private(struct writer *out, const struct page_row *row)
{
	const struct meaning *meaning = meaning_of(row);

	write_hex(out, row->page->fields.private_);
	if (meaning && (meaning->private_if == 0 || row->state->kpf & meaning->private_if))
		write_meaning(out, meaning->private_);
}

static void text_lru(struct writer *out, const struct page_row *row)
{
	write_text(out, "next ");
	write_hex(out, row->page->fields.lru_next);
	write_text(out, " prev ");
	write_hex(out, row->page->fields.lru_prev);
}

static void text_compound(struct writer *out, const struct page_row *row)
{
	const struct vmw_page_fields *fields = &row->page->fields;

	write_text(out, compound_name(fields->compound));
	if (fields->compound != VMW_COMPOUND_TAIL)
		return;
	if (fields->head_known) {
		write_text(out, " of pfn ");
		write_hex(out, fields->head_pfn.value);
	} else {
		write_text(out, "; its head is not a struct page that can be told");
	}
}

/* "anon thp, order 5 from pfn 0x400, node 0 zone Normal" */
static void text_state(struct writer *out, const struct vmw_page_state *state)
{
	write_text(out, vmw_state_name(state->state));
	if (state->thp)
		write_text(out, " thp");
	if ((state->known & VMW_KNOWN_POISON) && state->poisoned)
		write_text(out, " poisoned");
	if ((state->known & VMW_KNOWN_ORDER) && (state->order || state->state == VMW_STATE_FREE)) {
		write_text(out, ", order ");
		write_decimal(out, state->order);
		write_text(out, " from pfn ");
		write_hex(out, state->block.value);
	}
	if (state->known & VMW_KNOWN_ZONE) {
		write_text(out, ", node ");
		write_decimal(out, state->node);
		write_text(out, " zone ");
		if (state->zone_name)
			write_text(out, state->zone_name);
		else
			write_decimal(out, state->zone);
	}
}

static void text_names(struct writer *out, const struct page_row *row, uint64_t bits)
{
	for (uint64_t left = bits; left; left &= left - 1) {
		const char *name = row->flag_names->kpf[__builtin_ctzll(left)];

		if (name)
			write_format(out, " %s", name);
	}
}

static void text_proc(struct writer *out, const struct page_row *row)
{
	const struct vmw_page_state *state = row->state;

	write_hex(out, state->kpf);
	text_names(out, row, state->kpf);
	if (state->kpf_unknown) {
		write_text(out, "; not known:");
		text_names(out, row, state->kpf_unknown);
	}
	if (state->known & VMW_KNOWN_MAP_COUNT) {
		write_text(out, "; mapped ");
		write_signed(out, state->map_count);
	}
}

static void text_meaning(struct writer *out, const struct page_row *row)
{
	if (!row->state)
		return;
	write_text(out, "  state     ");
	text_state(out, row->state);
	write_char(out, '\n');
	if (!(row->state->known & VMW_KNOWN_KPF))
		return;
	write_text(out, "  /proc     ");
	text_proc(out, row);
	write_char(out, '\n');
}

static const struct {
	const char *name;
	enum vmw_page_field field;
	void (*write)(struct writer *out, const struct page_row *row);
} text_fields[] = {
	{ "flags", VMW_FIELD_FLAGS, text_flags },
	{ "refcount", VMW_FIELD_REFCOUNT, text_refcount },
	{ "mapcount", VMW_FIELD_MAPCOUNT, text_mapcount },
	{ "mapping", VMW_FIELD_MAPPING, text_mapping },
	{ "index", VMW_FIELD_INDEX, text_index },
	{ "private", VMW_FIELD_PRIVATE, text_private },
	{ "lru", VMW_FIELD_LRU, text_lru },
	{ "compound", VMW_FIELD_COMPOUND, text_compound },
};

static void text_piece(struct writer *out, const struct vmw_page_piece *piece)
{
	write_text(out, "physical ");
	write_hex(out, piece->phys.value);
	write_text(out, " in the ");
	write_size(out, piece->block.size);
	write_text(out, " block at ");
	write_hex(out, piece->block.phys.value);
	if (piece->block.source == VMW_SOURCE_BLOCKS)
		write_text(out, ", by vmemmap_blocks");
}

static void headline(struct writer *out, const struct page_row *row)
{
	const struct vmw_page *page = row->page;

	write_style(out, STYLE_HEADER);
	write_text(out, "pfn ");
	write_hex(out, page->pfn.value);
	if (page->count > 1) {
		write_char(out, '-');
		write_hex(out, page->pfn.value + (page->count - 1));
	}
	write_style(out, STYLE_PLAIN);
	write_text(out, ": ");
	if (page->data == VMW_NO_PAGE) {
		write_text(out, "no struct page");
		return;
	}
	write_text(out, "struct page at ");
	write_hex(out, page->virt.value);
	if (page->piece_count > 0) {
		write_text(out, page->piece_count > 1 ? ": its first " : " = ");
		if (page->piece_count > 1) {
			write_decimal(out, page->pieces[0].size);
			write_text(out, " bytes = ");
		}
		text_piece(out, &page->pieces[0]);
	}
	if (page->piece_count > 1) {
		write_text(out, ", the other ");
		write_decimal(out, page->pieces[1].size);
		write_text(out, " = ");
		text_piece(out, &page->pieces[1]);
	}
}

static void text_words(struct writer *out, const struct vmw_page *page)
{
	for (unsigned int i = 0; i < page->word_count; i++) {
		if (i % 2 == 0) {
			write_text(out, i ? "\n  " : "  ");
			write_hex(out, page->virt.value + UINT64_C(8) * i);
			write_char(out, ' ');
		}
		write_char(out, ' ');
		write_hex_padded(out, page->words[i], 16);
	}
	write_char(out, '\n');
}

void page_text(struct writer *out, const struct page_row *row)
{
	const struct vmw_page *page = row->page;

	headline(out, row);
	if (page->data != VMW_PRESENT) {
		write_style(out, STYLE_MISSING);
		if (page->data != VMW_NO_PAGE) {
			write_text(out, ": not in the dump, ");
			write_text(out, vmw_data_name(page->data));
		}
		if (page->why) {
			write_text(out, ": ");
			write_escaped(out, page->why, strlen(page->why));
		}
		write_style(out, STYLE_PLAIN);
		write_char(out, '\n');
		return;
	}
	write_char(out, '\n');
	text_words(out, page);
	for (size_t i = 0; i < sizeof(text_fields) / sizeof(text_fields[0]); i++) {
		if (!(page->fields.known & text_fields[i].field))
			continue;
		write_format(out, "  %-8s  ", text_fields[i].name);
		text_fields[i].write(out, row);
		write_char(out, '\n');
	}
	text_meaning(out, row);
}
