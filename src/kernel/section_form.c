/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/section.h"

#include <inttypes.h>

#include "kernel/btf.h"
#include "kernel/geometry.h"
#include "kernel/section_word.h"

enum { ROOTS_PROBED = 4096 }; /* that are looked into for the first present section */

enum fit {
	FIT_YES,
	FIT_NO,
	FIT_MISSING, /* what would tell is not in the dump */
};

/* The state of a probe: what is filled in of *sections, and what could not be read. */
struct probe {
	const struct kernel *kernel;
	struct reader *reader;
	struct sections *sections;
	bool missing; /* something was not in the dump: */
	struct run missing_run;
	vmw_phys missing_phys;
	unsigned int roots; /* looked into */
};

static void note_missing(struct probe *p, const struct run *run, vmw_phys phys)
{
	if (p->missing)
		return;
	p->missing = true;
	p->missing_run = *run;
	p->missing_phys = phys;
}

/*
 * Look through @count sections at @virt, of which the first has the number @number, for the first
 * present one. FIT_NO with *@ret_found false: none is there, and nothing speaks against sections.
 */
static struct vmw_error *probe_sections(struct probe *p, uint64_t virt, uint64_t number,
					uint64_t count, enum fit *ret, bool *ret_found)
{
	struct sections *s = p->sections;
	unsigned char chunk[SECTION_CHUNK];

	*ret_found = false;
	*ret = FIT_NO;
	for (uint64_t i = 0; i < count;) {
		uint64_t at = virt + i * s->section_size + s->map_offset;
		uint64_t n = min_u64(count - i, (SECTION_CHUNK - 8) / s->section_size + 1);
		struct run run;
		vmw_phys phys;

		TRY(section_read_run(p->reader, virt_at(at), chunk, (n - 1) * s->section_size + 8,
				     8, &run, &phys));
		if (run.data != VMW_PRESENT) {
			note_missing(p, &run, phys);
			i += div_round_up(run.size, s->section_size);
			continue;
		}
		n = (run.size - 8) / s->section_size + 1;
		for (uint64_t j = 0; j < n; j++) {
			uint64_t word = load_u64(chunk + j * s->section_size, p->kernel->order);
			if (word == 0)
				continue;
			if (!(word & SECTION_PRESENT)) {
				*ret_found = true; /* a word that no section has */
				return NULL;
			}
			if (!(word & SECTION_HAS_MEM_MAP))
				continue;

			uint64_t base = word & ~SECTION_FLAGS;
			if (!*ret_found) {
				*ret_found = true;
				if (!geometry_is_vmemmap_base(p->kernel, base))
					return NULL;
				*ret = FIT_YES;
				s->vmemmap_base = base;
				s->first = number + i + j;
				s->has_early = s->has_online = false;
			}
			/* The neighbours tell of the bits too: some of them may be hotplugged, or
			 * offline. */
			s->has_early |= (word & SECTION_EARLY) != 0;
			s->has_online |= (word & SECTION_ONLINE) != 0;
		}
		if (*ret_found)
			return NULL;
		i += n;
	}
	return NULL;
}

/* Whether @virt is a root array; the first present section is looked for through it. */
static struct vmw_error *probe_roots(struct probe *p, uint64_t virt, uint64_t count, enum fit *ret)
{
	struct sections *s = p->sections;
	unsigned char chunk[SECTION_CHUNK];

	*ret = FIT_NO;
	if (!section_is_word_place(p->kernel, virt, count * 8))
		return NULL;
	for (uint64_t i = 0; i < count && p->roots < ROOTS_PROBED;) {
		struct run run;
		vmw_phys phys;

		TRY(section_read_run(p->reader, virt_at(virt + i * 8), chunk,
				     min_u64(count - i, SECTION_CHUNK / 8) * 8, 8, &run, &phys));
		if (run.data != VMW_PRESENT) {
			note_missing(p, &run, phys);
			i += div_round_up(run.size, 8);
			continue;
		}
		uint64_t n = run.size / 8;
		for (uint64_t j = 0; j < n && p->roots < ROOTS_PROBED; j++) {
			uint64_t root = load_u64(chunk + j * 8, p->kernel->order);
			bool found;

			if (root == 0)
				continue;
			p->roots++;
			if (!section_is_word_place(p->kernel, root, s->per_root * s->section_size))
				return NULL;
			TRY(probe_sections(p, root, (i + j) * s->per_root, s->per_root, ret,
					   &found));
			if (found)
				return NULL;
		}
		i += n;
	}
	if (p->missing)
		*ret = FIT_MISSING;
	return NULL;
}

static struct vmw_error *probe_form(struct probe *p, enum sections_form form, uint64_t symbol,
				    uint64_t length, enum fit *ret)
{
	const struct kernel *kernel = p->kernel;
	struct sections *s = p->sections;
	uint64_t page_size = UINT64_C(1) << kernel->page_shift.value;

	*ret = FIT_NO;
	p->missing = false;
	p->roots = 0;
	s->form = form;
	s->array = virt_at(symbol);
	s->per_root = 1;
	/* SECTIONS_PER_ROOT; SECTION_ROOT_MASK needs it to be a power of two. */
	if (form != SECTIONS_STATIC) {
		if (!is_power_of_two(s->section_size))
			return NULL;
		s->per_root = page_size / s->section_size;
	}
	/* 2^53: what a physical address can have at most. */
	if (length == 0 || length > (UINT64_C(1) << (53 - kernel->section_size_bits.value)) ||
	    !checked_mul(length, s->per_root, &s->count) ||
	    s->count > UINT64_C(1) << (53 - kernel->section_size_bits.value))
		return NULL;

	if (form == SECTIONS_STATIC) {
		bool found;
		/* 2^47 bytes: more memory than that came with SPARSEMEM_EXTREME (4ffe713b7587). */
		if (length > UINT64_C(1) << (47 - 24))
			return NULL;
		if (!section_is_word_place(kernel, symbol, length * s->section_size))
			return NULL;
		TRY(probe_sections(p, symbol, 0, length, ret, &found));
		if (!found && p->missing)
			*ret = FIT_MISSING;
		return NULL;
	}
	if (form == SECTIONS_EXTREME_POINTER) {
		unsigned char word[8];
		struct run run;
		vmw_phys phys;

		if (!section_is_word_place(kernel, symbol, 8))
			return NULL;
		phys = virt_to_phys(virt_at(symbol));
		TRY(reader_read_whole(p->reader, phys, word, sizeof(word), &run));
		if (run.data != VMW_PRESENT) {
			note_missing(p, &run, phys);
			*ret = FIT_MISSING;
			return NULL;
		}
		s->array = virt_at(load_u64(word, kernel->order));
	}
	return probe_roots(p, s->array.value, length, ret);
}

/*
 * Tell where struct mem_section_usage has its map by the first section, if it was there at boot:
 * its rcu_head was never used, so the first word is 0 where there is one, and where there is none
 * it is the map, which is not empty.
 */
static struct vmw_error *find_usage_map(const struct kernel *kernel, struct reader *reader,
					struct sections *s)
{
	uint64_t section = s->array.value, usage, words[3];
	unsigned char bytes[24];
	struct run run;

	if (!s->has_early || s->section_size < s->usage_offset + 8 || s->subsections >= 64)
		return NULL;
	if (s->form != SECTIONS_STATIC) {
		vmw_virt root = virt_at(s->array.value + s->first / s->per_root * 8);
		TRY(reader_read_whole(reader, virt_to_phys(root), bytes, 8, &run));
		if (run.data != VMW_PRESENT)
			return NULL;
		section = load_u64(bytes, kernel->order);
	}
	section += (s->form == SECTIONS_STATIC ? s->first : s->first % s->per_root) *
		   s->section_size;
	if (!section_is_word_place(kernel, section, s->section_size))
		return NULL;
	TRY(reader_read_whole(reader, virt_to_phys(virt_at(section + s->map_offset)), bytes, 16,
			      &run));
	if (run.data != VMW_PRESENT || !(load_u64(bytes, kernel->order) & SECTION_EARLY))
		return NULL;
	usage = load_u64(bytes + 8, kernel->order);
	if (!section_is_word_place(kernel, usage, sizeof(bytes)))
		return NULL;
	TRY(reader_read_whole(reader, virt_to_phys(virt_at(usage)), bytes, sizeof(bytes), &run));
	if (run.data != VMW_PRESENT)
		return NULL;
	for (size_t i = 0; i < 3; i++)
		words[i] = load_u64(bytes + i * 8, kernel->order);

	uint64_t map_end = UINT64_C(1) << s->subsections;
	if (words[0] != 0 && words[0] < map_end)
		s->usage_known = true, s->usage_map_offset = 0;
	else if (words[0] == 0 && words[1] == 0 && words[2] != 0 && words[2] < map_end)
		s->usage_known = true, s->usage_map_offset = 16;
	return NULL;
}

void sections_use_types(struct sections *s, const struct btf_types *types,
			struct problems *problems)
{
	uint64_t usage, map, size;

	/* Before 5.3 there is no such member, and nothing looks for it. */
	if (!s || !btf_member(types, "mem_section", "usage", &usage, &size) || size != 8 ||
	    !btf_member(types, "mem_section_usage", "subsection_map", &map, &size) || size != 8)
		return;
	if (usage % 8 != 0 || usage > s->section_size - 8 || map % 8 != 0 || map > 4096 ||
	    (s->usage_known && (usage != s->usage_offset || map != s->usage_map_offset))) {
		problem_add(problems, "section-types-differ", VMW_WARNING, where_none(), NULL,
			    "mem_section: usage at %" PRIu64 " and subsection_map at %" PRIu64
			    " by BTF, but at %" PRIu64 " and %" PRIu64
			    " by what stands there; the latter is believed",
			    usage, map, s->usage_offset, s->usage_map_offset);
		return;
	}
	s->usage_known = true;
	s->usage_offset = usage;
	s->usage_map_offset = map;
}

static struct vmw_error *missing_error(const struct kernel *kernel, const struct probe *p,
				       uint64_t symbol)
{
	_cleanup_(freep) char *why = dump_explain(kernel->dump, p->missing_phys,
						  p->missing_run.reason);

	return error_new(VMW_ERROR_MISSING, where_phys(p->missing_phys),
			 "mem_section at 0x%" PRIx64 ": physical 0x%" PRIx64 ": %s", symbol,
			 p->missing_phys.value, why ? why : reason_text(p->missing_run.reason));
}

struct vmw_error *sections_open(const struct kernel *kernel, struct reader *reader,
				struct sections **ret)
{
	static const enum sections_form forms[] = { SECTIONS_EXTREME, SECTIONS_EXTREME_POINTER,
						    SECTIONS_STATIC };
	const struct vmcoreinfo *info = kernel->vmcoreinfo;
	uint64_t symbol, length, size, offset, ignored;

	if (!info)
		return error_new(VMW_ERROR_MISSING, where_none(), "mem_section: no VMCOREINFO");
	if (!vmcoreinfo_symbol(info, "mem_section", &symbol))
		return error_new(VMW_ERROR_MISSING, where_none(),
				 "mem_section: VMCOREINFO has no SYMBOL(mem_section)");
	if (!vmcoreinfo_length(info, "mem_section", &length) ||
	    !vmcoreinfo_size(info, "mem_section", &size) ||
	    !vmcoreinfo_offset(info, "mem_section.section_mem_map", &offset))
		return error_new(VMW_ERROR_MISSING, where_none(),
				 "mem_section: VMCOREINFO lacks its LENGTH, SIZE, or "
				 "OFFSET(mem_section.section_mem_map)");
	TRY(known_require(&kernel->page_shift, "mem_section: page size", &ignored));
	TRY(known_require(&kernel->section_size_bits, "mem_section: section size", &ignored));
	if (size < 16 || size > 64 || size % 8 != 0 || offset % 8 != 0 || offset > size - 8)
		return error_new(VMW_ERROR_BAD_DATA, where_none(),
				 "mem_section: SIZE %" PRIu64 " with section_mem_map at %" PRIu64
				 ": no such struct",
				 size, offset);

	_cleanup_(sections_freep) struct sections *s = calloc(1, sizeof(*s));
	if (!s)
		return error_no_memory();
	s->section_size = size;
	s->map_offset = offset;
	/* Behind section_mem_map in all kernels so far. */
	s->usage_offset = offset + 8;
	s->online_by_subsection = kernel_is_from(kernel, 5, 12);
	s->frames_shift = (unsigned int)(kernel->section_size_bits.value -
					 kernel->page_shift.value);
	s->subsections = 1U << (kernel->section_size_bits.value - SUBSECTION_SHIFT);

	struct probe probe = { .kernel = kernel, .reader = reader, .sections = s };
	struct probe missing = { 0 };
	enum fit fit = FIT_NO;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		TRY(probe_form(&probe, forms[i], symbol, length, &fit));
		if (fit == FIT_YES)
			break;
		if (fit == FIT_MISSING && !missing.missing)
			missing = probe;
	}
	if (fit != FIT_YES && missing.missing)
		return missing_error(kernel, &missing, symbol);
	if (fit != FIT_YES)
		return error_new(VMW_ERROR_BAD_DATA, where_virt(virt_at(symbol)),
				 "mem_section at 0x%" PRIx64 ": neither %" PRIu64
				 " roots nor as many sections of %" PRIu64
				 " bytes with a base of the vmemmap stand there",
				 symbol, length, size);

	s->early_known = s->has_early || s->first == 0;
	if (!s->early_known && !probe.missing) {
		/* All that comes before was read and is empty, so this was the first at boot. */
		s->early_known = true;
	} else if (!s->early_known) {
		s->undecided = probe.missing_run;
		s->undecided_phys = probe.missing_phys;
	}
	/* SECTION_IS_EARLY came after SECTION_IS_ONLINE. */
	s->has_online |= s->has_early || !s->early_known;
	TRY(find_usage_map(kernel, reader, s));
	*ret = TAKE(s);
	return NULL;
}
