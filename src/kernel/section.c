/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/section.h"

#include "kernel/section_word.h"

void sections_free(struct sections *sections)
{
	free(sections);
}

struct vmw_error *section_read_run(struct reader *reader, vmw_virt virt, void *buffer, size_t size,
				   size_t unit, struct run *ret, vmw_phys *ret_phys)
{
	*ret_phys = virt_to_phys(virt);
	TRY(reader_read(reader, *ret_phys, buffer, size, ret));
	if (ret->data != VMW_PRESENT || ret->size >= unit)
		return NULL;

	TRY(reader_read_whole(reader, *ret_phys, buffer, unit, ret));
	if (ret->data == VMW_PRESENT) {
		ret->size = unit;
	} else {
		*ret_phys = phys_at(ret_phys->value + ret->size);
		ret->size = unit - ret->size;
	}
	return NULL;
}

/* A lookup: frames [pfn, pfn + limit), of which @run is found out. */
struct lookup {
	const struct kernel *kernel;
	const struct sections *s;
	struct reader *reader;
	uint64_t pfn, limit;
	struct frame_run *run;
};

/* The run ends where section @end starts, or at the limit. */
static void end_at_section(struct lookup *l, uint64_t end)
{
	/* At most 2^53 frames' worth of sections. */
	uint64_t count = (end << l->s->frames_shift) - l->pfn;

	l->run->count = min_u64(count, l->limit);
}

static void set_missing(struct lookup *l, const struct run *missing, vmw_phys phys, uint64_t end)
{
	*l->run = (struct frame_run){ .state = FRAME_UNKNOWN,
				      .missing = *missing,
				      .missing_phys = phys };
	end_at_section(l, end);
}

/* Section data that the kernel cannot have written; @phys is where. */
static void set_damaged(struct lookup *l, const char *how, vmw_phys phys, uint64_t end)
{
	struct run lost = { .size = 8, .data = VMW_LOST, .reason = REASON_NONE };

	set_missing(l, &lost, phys, end);
	l->run->damage = how;
}

/* The subsection map of @section, which is at @place and whose usage pointer is @usage; false with
 * @l->run set. */
static struct vmw_error *read_subsection_map(struct lookup *l, uint64_t usage, uint64_t section,
					     vmw_phys place, uint64_t *ret, bool *ret_found)
{
	const struct sections *s = l->s;
	/* Where it is unknown: an rcu_head, perhaps, and the map. */
	uint64_t at = s->usage_known ? s->usage_map_offset : 0;
	size_t size = s->usage_known ? 8 : 24;
	unsigned char bytes[24];
	struct run run;

	*ret_found = false;
	if (!section_is_word_place(l->kernel, usage, at + size)) {
		set_damaged(l, "its usage pointer is no address of the linear map", place,
			    section + 1);
		return NULL;
	}
	vmw_phys phys = virt_to_phys(virt_at(usage + at));
	TRY(reader_read_whole(l->reader, phys, bytes, size, &run));
	if (run.data != VMW_PRESENT) {
		set_missing(l, &run, phys_at(phys.value + run.size), section + 1);
		return NULL;
	}
	*ret = load_u64(bytes, l->kernel->order);
	if (!s->usage_known && *ret == 0) {
		*ret = load_u64(bytes + 16, l->kernel->order);
		phys = phys_at(phys.value + 16);
	}
	if (*ret >= UINT64_C(1) << s->subsections) {
		set_damaged(l, "its subsection map has bits behind the section's end", phys,
			    section + 1);
		return NULL;
	}
	*ret_found = true;
	return NULL;
}

/* Let the run go on to the last subsection whose bit in @map is that of the lookup's frame, which
 * is returned. */
static bool run_in_map(struct lookup *l, uint64_t section, uint64_t map)
{
	const struct sections *s = l->s;
	unsigned int frames_shift = SUBSECTION_SHIFT - (unsigned int)l->kernel->page_shift.value;
	uint64_t first = section << s->frames_shift;
	unsigned int subsection = (unsigned int)((l->pfn - first) >> frames_shift);
	bool bit = map >> subsection & 1;
	unsigned int end = subsection + 1;

	while (end < s->subsections && (map >> end & 1) == bit)
		end++;
	l->run->count = min_u64(first + ((uint64_t)end << frames_shift) - l->pfn, l->limit);
	return bit;
}

/* pfn_section_valid(): a section that was not there at boot goes by its 2 MiB subsections. */
static struct vmw_error *find_in_subsections(struct lookup *l, uint64_t section, uint64_t word,
					     uint64_t usage, vmw_phys phys)
{
	const struct sections *s = l->s;
	uint64_t map;
	bool found;

	if (s->subsections >= 64) {
		set_damaged(l, "sections of more than 64 MiB are not read", phys, section + 1);
		return NULL;
	}
	TRY(read_subsection_map(l, usage, section, phys, &map, &found));
	if (!found)
		return NULL;
	if (!s->early_known && map != (UINT64_C(1) << s->subsections) - 1) {
		/* Before 5.3 these are no subsections but other flags, and the whole is valid. */
		set_missing(l, &s->undecided, s->undecided_phys, section + 1);
		return NULL;
	}

	*l->run = (struct frame_run){ .state = FRAME_NONE };
	if (run_in_map(l, section, map)) {
		l->run->state = FRAME_VALID;
		l->run->online = !s->has_online || (word & SECTION_ONLINE);
		l->run->device = (word & SECTION_DEVICE) != 0;
		l->run->section_mem_map = word;
	}
	return NULL;
}

/*
 * The frames of a section of boot time all count, but those of them are online whose subsections
 * have memory. @chunk has @n sections of one section_mem_map, the first of which, at @phys, is
 * @number and holds the frame; @l->run is filled in but for its count.
 */
static struct vmw_error *find_online(struct lookup *l, const unsigned char *chunk, uint64_t number,
				     uint64_t n, vmw_phys phys)
{
	const struct sections *s = l->s;
	uint64_t i, map = 0;
	struct frame_run online = *l->run;
	bool found = false;

	for (i = 0; i < n; i++) {
		const unsigned char *usage = chunk + i * s->section_size + s->usage_offset;
		TRY(read_subsection_map(l, load_u64(usage, l->kernel->order), number + i, phys,
					&map, &found));
		if (!found || map != (UINT64_C(1) << s->subsections) - 1)
			break;
	}
	*l->run = online;
	if (i > 0) {
		end_at_section(l, number + i);
	} else if (found) {
		l->run->online = run_in_map(l, number, map);
	} else {
		l->run->online = false;
		l->run->online_unknown = true;
		end_at_section(l, number + 1);
	}
	return NULL;
}

/*
 * Whether a kernel writes @word, which lacks SECTION_HAS_MEM_MAP, for section @number: 0; the node
 * of early boot (sparse_encode_early_nid()); what a removal leaves, the base without
 * SECTION_IS_ONLINE or, before 5.6, sparse_encode_mem_map() of NULL.
 */
static bool is_absent_word(const struct lookup *l, uint64_t word, uint64_t number)
{
	enum { NODES_MAX = 1024, NODE_SHIFT = 6 };
	const struct sections *s = l->s;
	uint64_t base = word & ~SECTION_FLAGS;
	uint64_t of_null = 0 - (number << s->frames_shift) * l->kernel->page_struct_size.value;

	if (base >> NODE_SHIFT < NODES_MAX)
		return true;
	if (base == s->vmemmap_base)
		return !(word & SECTION_ONLINE);
	return !l->kernel->page_struct_size.is_known || base == (of_null & ~SECTION_FLAGS);
}

/*
 * The frames of sections without a memmap. @chunk has @n sections, the first of which, at @phys, is
 * @number and holds the frame. One of boot time keeps its usage when it is removed, and its
 * subsection map is empty then; where it is not, the word was lost.
 */
static struct vmw_error *find_absent(struct lookup *l, const unsigned char *chunk, uint64_t number,
				     uint64_t n, vmw_phys phys)
{
	const struct sections *s = l->s;
	bool has_map = s->has_early && s->usage_known && s->subsections < 64 &&
		       s->section_size >= s->usage_offset + 8;
	uint64_t i;

	for (i = 0; i < n; i++) {
		const unsigned char *section = chunk + i * s->section_size;
		uint64_t word = load_u64(section + s->map_offset, l->kernel->order);
		uint64_t map = 0, usage = 0;
		bool found = false;

		if ((word & SECTION_HAS_MEM_MAP) || !is_absent_word(l, word, number + i))
			break;
		if (word == 0 && has_map)
			usage = load_u64(section + s->usage_offset, l->kernel->order);
		if (usage != 0)
			TRY(read_subsection_map(l, usage, number + i, phys, &map, &found));
		if (found && map != 0)
			break;
	}
	if (i == 0) {
		set_damaged(l, "its section_mem_map is none that a kernel leaves it with", phys,
			    number + 1);
		return NULL;
	}
	*l->run = (struct frame_run){ .state = FRAME_NONE };
	end_at_section(l, number + i);
	return NULL;
}

static bool whole_section_counts(const struct sections *s, uint64_t word)
{
	return (word & SECTION_EARLY) || (s->early_known && !s->has_early);
}

/*
 * The run in the @count sections at @virt, the first of which is section @number and holds the
 * frame.
 */
static struct vmw_error *find_in_sections(struct lookup *l, uint64_t virt, uint64_t number,
					  uint64_t count)
{
	const struct sections *s = l->s;
	unsigned char chunk[SECTION_CHUNK];
	uint64_t end_wanted = div_round_up(l->pfn + l->limit, UINT64_C(1) << s->frames_shift);
	uint64_t n = min_u64(count, SECTION_CHUNK / s->section_size);
	struct run run;
	vmw_phys phys;

	n = min_u64(n, max_u64(end_wanted - number, 1));
	TRY(section_read_run(l->reader, virt_at(virt), chunk, n * s->section_size, s->section_size,
			     &run, &phys));
	if (run.data != VMW_PRESENT) {
		set_missing(l, &run, phys,
			    number + min_u64(n, max_u64(run.size / s->section_size, 1)));
		return NULL;
	}
	n = run.size / s->section_size;

	uint64_t word = load_u64(chunk + s->map_offset, l->kernel->order);
	phys = phys_at(phys.value + s->map_offset);
	if (!(word & SECTION_HAS_MEM_MAP))
		return find_absent(l, chunk, number, n, phys);
	if ((word & ~SECTION_FLAGS) != s->vmemmap_base || !(word & SECTION_PRESENT)) {
		set_damaged(l, "its section_mem_map is not that of the other sections", phys,
			    number + 1);
		return NULL;
	}
	bool has_usage = s->section_size >= s->usage_offset + 8;
	if (whole_section_counts(s, word)) {
		uint64_t i = 1;
		while (i < n && load_u64(chunk + i * s->section_size + s->map_offset,
					 l->kernel->order) == word)
			i++;
		*l->run = (struct frame_run){ .state = FRAME_VALID,
					      .online = !s->has_online || (word & SECTION_ONLINE),
					      .device = (word & SECTION_DEVICE) != 0,
					      .section_mem_map = word };
		if ((word & SECTION_EARLY) && (word & SECTION_ONLINE) && has_usage &&
		    s->online_by_subsection && s->subsections < 64)
			return find_online(l, chunk, number, i, phys);
		end_at_section(l, number + i);
		return NULL;
	}
	if (!has_usage) {
		set_damaged(l, "struct mem_section has no room for its usage pointer", phys,
			    number + 1);
		return NULL;
	}
	return find_in_subsections(l, number, word,
				   load_u64(chunk + s->usage_offset, l->kernel->order), phys);
}

/* Pass over roots that are not there, from @root on, as far as the limit. */
static struct vmw_error *find_in_roots(struct lookup *l, uint64_t section)
{
	const struct sections *s = l->s;
	uint64_t roots = s->count / s->per_root;
	uint64_t start = section / s->per_root, root = start;
	uint64_t end_wanted = min_u64(
		roots, div_round_up(l->pfn + l->limit, s->per_root << s->frames_shift));
	unsigned char chunk[SECTION_CHUNK];

	*l->run = (struct frame_run){ .state = FRAME_NONE };
	while (root < end_wanted) {
		if (root != start) {
			end_at_section(l, root * s->per_root);
			if (l->run->count == l->limit)
				return NULL;
		}
		struct run run;
		vmw_phys phys;
		vmw_virt virt = virt_at(s->array.value + root * 8);
		uint64_t wanted = min_u64(end_wanted - root, SECTION_CHUNK / 8);
		TRY(section_read_run(l->reader, virt, chunk, wanted * 8, 8, &run, &phys));
		if (run.data != VMW_PRESENT) {
			/* A run that has begun ends here. */
			if (root == start)
				set_missing(l, &run, phys,
					    (root + div_round_up(run.size, 8)) * s->per_root);
			return NULL;
		}

		uint64_t n = run.size / 8, i = 0, value = 0;
		while (i < n && (value = load_u64(chunk + i * 8, l->kernel->order)) == 0)
			i++;
		if (i == n) {
			root += n;
			continue;
		}
		if (root + i != start) {
			end_at_section(l, (root + i) * s->per_root);
			return NULL;
		}
		if (!section_is_word_place(l->kernel, value, s->per_root * s->section_size)) {
			set_damaged(l, "its root is no address of the linear map", phys,
				    (start + 1) * s->per_root);
			return NULL;
		}
		return find_in_sections(l, value + section % s->per_root * s->section_size, section,
					s->per_root - section % s->per_root);
	}
	/* Behind the last root, no frame has a struct page. */
	l->run->count = l->limit;
	return NULL;
}

struct vmw_error *sections_find(const struct kernel *kernel, struct reader *reader, vmw_pfn pfn,
				uint64_t limit, struct frame_run *ret)
{
	const struct sections *s = kernel->sections;
	uint64_t section = pfn.value >> s->frames_shift;

	/* So that no sum below wraps; runs may be shorter than the state holds on. */
	if (section >= s->count) {
		*ret = (struct frame_run){ .state = FRAME_NONE, .count = limit };
		return NULL;
	}
	struct lookup l = { .kernel = kernel,
			    .s = s,
			    .reader = reader,
			    .pfn = pfn.value,
			    .limit = min_u64(limit, UINT64_C(1) << 53),
			    .run = ret };
	if (s->form != SECTIONS_STATIC)
		return find_in_roots(&l, section);
	return find_in_sections(&l, s->array.value + section * s->section_size, section,
				s->count - section);
}
