/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "page/layout.h"

#include <inttypes.h>
#include <string.h>

#include "kernel/btf.h"
#include "util/checked.h"

/* A field, and the names that it has had in VMCOREINFO, newest first. */
static const struct field {
	uint64_t size;
	uint64_t alignment;
	const char *members[2];
} fields[LAYOUT_COUNT] = {
	[LAYOUT_FLAGS] = { 8, 8, { "page.flags" } },
	[LAYOUT_REFCOUNT] = { 4, 4, { "page._refcount", "page._count" } },
	[LAYOUT_MAPCOUNT] = { 4, 4, { "page._mapcount" } },
	[LAYOUT_MAPPING] = { 8, 8, { "page.mapping" } },
	[LAYOUT_INDEX] = { 8, 8, { "folio.index", "page.index" } },
	[LAYOUT_PRIVATE] = { 8, 8, { "page.private" } },
	[LAYOUT_LRU] = { 16, 8, { "page.lru" } },
	[LAYOUT_COMPOUND_HEAD] = { 8, 8, { "page.compound_info", "page.compound_head" } },
};

/* Place @field at @offset if it can be there. */
static void place_field(struct layout *layout, enum layout_field field, const char *member,
			uint64_t offset, struct problems *problems)
{
	if (!range_within(offset, fields[field].size, layout->size) ||
	    offset % fields[field].alignment != 0) {
		problem_add(problems, "offset-bad", VMW_WARNING, where_none(), NULL,
			    "OFFSET(%s) of VMCOREINFO: %" PRIu64 " is no place for %" PRIu64
			    " bytes in a struct page of %" PRIu64 "; the field is left out",
			    member, offset, fields[field].size, layout->size);
		return;
	}
	layout->has[field] = true;
	layout->offset[field] = offset;
	layout->names[field] = strchr(member, '.') + 1;
}

static void find_field(struct layout *layout, const struct kernel *kernel, enum layout_field field,
		       struct problems *problems)
{
	const struct field *known = &fields[field];

	for (size_t i = 0; i < sizeof(known->members) / sizeof(known->members[0]); i++) {
		const char *member = known->members[i];
		uint64_t offset;

		if (member && vmcoreinfo_offset(kernel->vmcoreinfo, member, &offset)) {
			place_field(layout, field, member, offset, problems);
			return;
		}
	}
}

/*
 * _mapcount and private are exported since 8d67091ec6ae (3.9). What is says which struct page it
 * is, and where that has them: include/linux/mm_types.h of 2.6.32, and of 3.6 (as since
 * fc9bb8c768ab, 3.1).
 */
static void place_by_others(struct layout *layout, struct problems *problems)
{
	static const struct {
		uint64_t refcount, mapping, mapcount, private_;
	} known[] = { { 8, 24, 12, 16 }, { 28, 8, 24, 48 } };

	if (!layout->has[LAYOUT_REFCOUNT] || !layout->has[LAYOUT_MAPPING])
		return;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (layout->offset[LAYOUT_REFCOUNT] != known[i].refcount ||
		    layout->offset[LAYOUT_MAPPING] != known[i].mapping)
			continue;
		if (!layout->has[LAYOUT_MAPCOUNT])
			place_field(layout, LAYOUT_MAPCOUNT, "page._mapcount", known[i].mapcount,
				    problems);
		if (!layout->has[LAYOUT_PRIVATE])
			place_field(layout, LAYOUT_PRIVATE, "page.private", known[i].private_,
				    problems);
	}
}

/*
 * In all kernels so far these stand apart (include/linux/mm_types.h), and _mapcount next to
 * _refcount: lines that say otherwise were damaged, and which of the two is not to be told.
 */
static void check_fields(struct layout *layout, struct problems *problems)
{
	static const enum layout_field apart[] = {
		LAYOUT_FLAGS,   LAYOUT_REFCOUNT, LAYOUT_MAPCOUNT,
		LAYOUT_MAPPING, LAYOUT_PRIVATE,  LAYOUT_LRU,
	};
	enum { APART_COUNT = sizeof(apart) / sizeof(apart[0]) };
	bool bad[LAYOUT_COUNT] = { 0 };

	for (size_t i = 0; i < APART_COUNT; i++) {
		for (size_t j = 0; j < i; j++) {
			enum layout_field a = apart[i], b = apart[j];
			uint64_t from = layout->offset[a], other = layout->offset[b];

			if (layout->has[a] && layout->has[b] && from < other + fields[b].size &&
			    other < from + fields[a].size)
				bad[a] = bad[b] = true;
		}
	}
	uint64_t mapcount = layout->offset[LAYOUT_MAPCOUNT];
	uint64_t refcount = layout->offset[LAYOUT_REFCOUNT];
	if (layout->has[LAYOUT_MAPCOUNT] && layout->has[LAYOUT_REFCOUNT] &&
	    mapcount + 4 != refcount && refcount + 4 != mapcount)
		bad[LAYOUT_MAPCOUNT] = bad[LAYOUT_REFCOUNT] = true;

	for (size_t i = 0; i < APART_COUNT; i++) {
		enum layout_field field = apart[i];

		if (!bad[field])
			continue;
		layout->has[field] = false;
		problem_add(problems, "offset-bad", VMW_WARNING, where_none(), NULL,
			    "OFFSET(page.%s) of VMCOREINFO: no struct page has it at %" PRIu64
			    " with the others where they are; the field is left out",
			    layout->names[field], layout->offset[field]);
	}
}

/*
 * Right behind mapping in all layouts so far: they make one pair of address_space and place in it.
 * A line that says otherwise is believed if the kernel's types say the same: then it is a new
 * layout, not a damaged line. They may have the member in struct folio only.
 */
static void find_index(struct layout *layout, const struct kernel *kernel,
		       struct problems *problems)
{
	uint64_t behind = layout->offset[LAYOUT_MAPPING] + 8, offset, size;
	bool has_mapping = layout->has[LAYOUT_MAPPING];

	if (!layout->has[LAYOUT_INDEX]) {
		if (has_mapping && range_within(behind, 8, layout->size)) {
			place_field(layout, LAYOUT_INDEX, "page.index", behind, problems);
			layout->index_from = "index is right behind mapping";
		}
		return;
	}
	layout->index_from = "that of index, too";
	if (!has_mapping)
		return;
	if (layout->offset[LAYOUT_INDEX] == behind) {
		layout->index_from = "that of index agrees: it is right behind mapping";
		return;
	}
	if ((btf_member(kernel->types, "folio", "index", &offset, &size) ||
	     btf_member(kernel->types, "page", "index", &offset, &size)) &&
	    offset == layout->offset[LAYOUT_INDEX])
		return;
	layout->has[LAYOUT_INDEX] = false;
	layout->index_from = "that of index contradicts that of mapping";
	problem_add(problems, "offset-bad", VMW_WARNING, where_none(), NULL,
		    "OFFSET of index in VMCOREINFO: %" PRIu64
		    ", but all kernels so far have it right behind mapping, at %" PRIu64
		    "; the field is left out",
		    layout->offset[LAYOUT_INDEX], behind);
}

/*
 * Where the flags have no PG_tail, compound_head has taken its place, and lru.next's: 1d798ca3f164
 * (4.4). It is exported since 4.7 only, in this struct page of 3.1 to 4.17.
 */
static void place_compound_head(struct layout *layout, struct problems *problems)
{
	const struct flag_place *tail = &layout->flags->places[FLAG_TAIL];

	if (layout->has[LAYOUT_COMPOUND_HEAD] || !tail->known || tail->mask ||
	    !layout->has[LAYOUT_LRU] || !layout->has[LAYOUT_MAPCOUNT] ||
	    layout->offset[LAYOUT_MAPCOUNT] != 24)
		return;
	place_field(layout, LAYOUT_COMPOUND_HEAD, "page.compound_head", layout->offset[LAYOUT_LRU],
		    problems);
}

struct vmw_error *layout_open(const struct kernel *kernel, struct problems *problems,
			      struct layout **ret)
{
	_cleanup_(layout_freep) struct layout *layout = calloc(1, sizeof(*layout));

	if (!layout)
		return error_no_memory();
	TRY(known_require(&kernel->page_struct_size, "the size of struct page", &layout->size));

	for (enum layout_field field = 0; field < LAYOUT_COUNT; field++)
		find_field(layout, kernel, field, problems);
	place_by_others(layout, problems);
	check_fields(layout, problems);
	find_index(layout, kernel, problems);

	TRY(flags_open(kernel, problems, &layout->flags));
	place_compound_head(layout, problems);
	const struct flag_place *head = &layout->flags->places[FLAG_HEAD];
	layout->has_head_flag = head->known && head->mask;
	layout->head_flag = layout->has_head_flag ? log2_of(head->mask) : 0;
	*ret = TAKE(layout);
	return NULL;
}

void layout_free(struct layout *layout)
{
	if (!layout)
		return;
	flags_free(layout->flags);
	free(layout);
}

bool layout_find(const struct layout *layout, uint64_t offset, enum layout_field *ret)
{
	bool found = false;

	for (enum layout_field field = 0; field < LAYOUT_COUNT; field++) {
		uint64_t start = layout->offset[field];

		if (!layout->has[field] || offset < start || offset - start >= fields[field].size)
			continue;
		if (found &&
		    (start < layout->offset[*ret] ||
		     (start == layout->offset[*ret] && fields[field].size <= fields[*ret].size)))
			continue;
		*ret = field;
		found = true;
	}
	return found;
}
