/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Write fake memory as an ELF core.
 *
 * Source: elf(5); Linux kernel/crash_core.c crash_prepare_elf64_headers() for which headers a
 * /proc/vmcore has, fs/proc/vmcore.c for PT_NOTE first, fs/binfmt_elf.c for the section header that
 * holds the count of program headers beyond 65534.
 */
#include <inttypes.h>

#include "fake/store.h"
#include "fake/writer.h"

enum {
	EHDR_SIZE = 64,
	PHDR_SIZE = 56,
	SHDR_SIZE = 64,
	PN_XNUM = 0xffff,
};

struct segments {
	struct fake_segment *all;
	size_t count, capacity;
};

static void segment_add(struct segments *segments, const struct fake_segment *segment)
{
	if (segments->count == segments->capacity) {
		segments->capacity = segments->capacity ? segments->capacity * 2 : 16;
		struct fake_segment *all = fake_alloc(segments->capacity, sizeof(*all));

		if (segments->count)
			memcpy(all, segments->all, segments->count * sizeof(*all));
		free(segments->all);
		segments->all = all;
	}
	segments->all[segments->count++] = *segment;
}

/* A segment for each run of present frames, with the excluded ones behind it if the spec wants them
 * so. */
static struct segments segments_of_ram(const struct ram *ram, const struct fake_dump_spec *spec)
{
	struct segments segments = { 0 };
	struct fake_segment *last = NULL;
	uint64_t size;

	for (uint64_t phys = 0; phys < ram_size(ram); phys += size) {
		enum vmw_data data;

		size = ram_run(ram, phys, &data);
		if (data == VMW_NOT_DUMPED || (data == VMW_EXCLUDED && !spec->excluded_as_memsz)) {
			last = NULL;
		} else if (data == VMW_EXCLUDED && last) {
			last->memsz += size;
		} else {
			uint64_t filesz = data == VMW_PRESENT ? size : 0;

			segment_add(&segments, &(struct fake_segment){ .phys = phys,
								       .memsz = size,
								       .filesz = filesz });
			last = &segments.all[segments.count - 1];
		}
	}
	if (spec->reverse) {
		for (size_t i = 0; i < segments.count / 2; i++) {
			struct fake_segment other = segments.all[segments.count - 1 - i];

			segments.all[segments.count - 1 - i] = segments.all[i];
			segments.all[i] = other;
		}
	}
	return segments;
}

/* Put @size bytes of memory at @offset, leaving out those that nobody wrote. */
static void put_ram(struct out *out, uint64_t offset, const struct ram *ram, uint64_t phys,
		    uint64_t size, const uint64_t *written, size_t written_count)
{
	uint64_t frame = ram_frame(ram);
	size_t low = 0, high = written_count;

	if (phys > ram_size(ram) || size > ram_size(ram) - phys)
		fake_fail("a segment of 0x%" PRIx64 " bytes at 0x%" PRIx64 " is outside of RAM",
			  size, phys);
	out_zeros(out, offset, size);

	/* The first frame that ends behind phys. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (written[middle] + frame <= phys)
			low = middle + 1;
		else
			high = middle;
	}
	for (size_t i = low; i < written_count && written[i] < phys + size; i++) {
		const unsigned char *bytes = ram_frame_bytes(ram, written[i]);
		uint64_t start = written[i] < phys ? phys : written[i];
		uint64_t end = written[i] + frame < phys + size ? written[i] + frame : phys + size;

		out_put(out, offset + (start - phys), bytes + (start - written[i]),
			(size_t)(end - start));
	}
}

static void put_program_header(struct out *out, uint64_t at, uint32_t type, uint64_t offset,
			       uint64_t virt, uint64_t phys, uint64_t filesz, uint64_t memsz,
			       enum order order)
{
	unsigned char header[PHDR_SIZE];

	store_u32(header, type, order);
	store_u32(header + 4, 7, order); /* p_flags: RWX */
	store_u64(header + 8, offset, order);
	store_u64(header + 16, virt, order);
	store_u64(header + 24, phys, order);
	store_u64(header + 32, filesz, order);
	store_u64(header + 40, memsz, order);
	store_u64(header + 48, 0, order); /* p_align */
	out_put(out, at, header, sizeof(header));
}

void elf_write(const struct ram *ram, const struct fake_dump_spec *spec, const char *path)
{
	enum order order = spec_header_order(ram, spec);
	struct segments segments = { 0 };
	struct notes notes = notes_new(ram, spec);
	size_t written_count;
	_cleanup_(freep) uint64_t *written = ram_written(ram, &written_count);
	struct out out = out_open(path);

	if (spec->segments) {
		for (size_t i = 0; i < spec->segment_count; i++)
			segment_add(&segments, &spec->segments[i]);
	} else {
		segments = segments_of_ram(ram, spec);
	}

	uint64_t header_count = segments.count + 1;
	bool xnum = spec->xnum || header_count >= PN_XNUM;
	uint64_t headers_size = header_count * PHDR_SIZE + (xnum ? SHDR_SIZE : 0);
	uint64_t offset = spec->headers_last ? EHDR_SIZE : EHDR_SIZE + headers_size;
	uint64_t notes_offset = offset;
	_cleanup_(freep) uint64_t *offsets = fake_alloc(segments.count, sizeof(*offsets));

	out_put(&out, offset, notes.bytes, notes.size);
	offset += notes.size;
	for (size_t i = 0; i < segments.count; i++) {
		const struct fake_segment *segment = &segments.all[i];

		offsets[i] = offset;
		if (segment->bytes)
			out_put(&out, offset, segment->bytes, (size_t)segment->filesz);
		else
			put_ram(&out, offset, ram, segment->phys, segment->filesz, written,
				written_count);
		offset += segment->filesz;
	}

	uint64_t headers = spec->headers_last ? offset : EHDR_SIZE;
	/* /proc/vmcore keeps PT_NOTE's addresses 0. */
	put_program_header(&out, headers, 4, notes_offset, 0, 0, notes.size, notes.size, order);
	for (size_t i = 0; i < segments.count; i++) {
		const struct fake_segment *segment = &segments.all[i];
		uint64_t virt = spec_is_qemu(spec) ? 0
						   : UINT64_C(0xc000000000000000) | segment->phys;

		put_program_header(&out, headers + (i + 1) * PHDR_SIZE, 1, offsets[i],
				   segment->virt ? segment->virt : virt, segment->phys,
				   segment->filesz, segment->memsz, order);
	}
	if (xnum) {
		unsigned char section[SHDR_SIZE] = { 0 };

		store_u64(section + 32, 1, order);                      /* sh_size: e_shnum */
		store_u32(section + 44, (uint32_t)header_count, order); /* sh_info */
		out_put(&out, headers + header_count * PHDR_SIZE, section, sizeof(section));
	}

	unsigned char head[EHDR_SIZE] = { 0x7f, 'E', 'L', 'F' };
	enum order said = spec->ei_data_lies ? order_other(order) : order;
	head[4] = spec->elf_class ? spec->elf_class : 2;
	head[5] = said == ORDER_BIG ? 2 : 1;
	head[6] = 1; /* EI_VERSION */
	store_u16(head + 16, spec->type ? spec->type : 4, order);
	store_u16(head + 18, spec->machine ? spec->machine : 21, order);
	store_u32(head + 20, 1, order);                                             /* e_version */
	store_u64(head + 32, headers, order);                                       /* e_phoff */
	store_u64(head + 40, xnum ? headers + header_count * PHDR_SIZE : 0, order); /* e_shoff */
	store_u16(head + 52, EHDR_SIZE, order);
	store_u16(head + 54, PHDR_SIZE, order);
	store_u16(head + 56, xnum ? PN_XNUM : (uint16_t)header_count, order);
	store_u16(head + 58, xnum ? SHDR_SIZE : 0, order); /* e_shentsize */
	store_u16(head + 60, xnum ? 1 : 0, order);         /* e_shnum */
	out_put(&out, 0, head, sizeof(head));

	out_close(&out);
	free(notes.bytes);
	free(segments.all);
}
