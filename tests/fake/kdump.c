/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Write fake memory as a kdump-compressed file, or as one part of a split one.
 *
 * Source: makedumpfile, diskdump_mod.h (struct disk_dump_header, kdump_sub_header, page_desc, in
 * their 64-bit layout) and IMPLEMENTATION; QEMU, dump/dump.c.
 */
#include <inttypes.h>
#include <stdio.h>

#include <zlib.h>

#include "config.h"
#if HAVE_LZO
#include <lzo/lzo1x.h>
#endif
#if HAVE_SNAPPY
#include <snappy-c.h>
#endif
#if HAVE_ZSTD
#include <zstd.h>
#endif

#include "fake/store.h"
#include "fake/writer.h"

enum {
	SUB_HEADER_SIZE = 104, /* of version 6; what earlier ones do not have stays zero */
	DESC_SIZE = 24,
	CHUNK = 65536,
};

/* DUMP_DH_COMPRESSED_* */
static const uint32_t codec_flags[] = {
	[FAKE_STORED] = 0,   [FAKE_ZLIB] = 0x1,  [FAKE_LZO] = 0x2,
	[FAKE_SNAPPY] = 0x4, [FAKE_ZSTD] = 0x20, [FAKE_MIXED] = 0x1,
};

bool fake_codec_available(enum fake_codec codec)
{
	switch (codec) {
	case FAKE_LZO:
		return HAVE_LZO;
	case FAKE_SNAPPY:
		return HAVE_SNAPPY;
	case FAKE_ZSTD:
		return HAVE_ZSTD;
	default:
		return true;
	}
}

/* Compress @size bytes to @out, which has room for twice as many; the new size, 0 when @codec is
 * not built in. */
static size_t compress_block(enum fake_codec codec, const unsigned char *in, size_t size,
			     unsigned char *out)
{
	switch (codec) {
	case FAKE_ZLIB: {
		uLongf out_size = (uLongf)size * 2;

		if (compress2(out, &out_size, in, size, 1) != Z_OK)
			fake_fail("zlib failed");
		return out_size;
	}
#if HAVE_LZO
	case FAKE_LZO: {
		_cleanup_(freep) void *work = fake_alloc(1, LZO1X_1_MEM_COMPRESS);
		lzo_uint out_size = 0;

		if (lzo_init() != LZO_E_OK ||
		    lzo1x_1_compress(in, size, out, &out_size, work) != LZO_E_OK)
			fake_fail("lzo failed");
		return out_size;
	}
#endif
#if HAVE_SNAPPY
	case FAKE_SNAPPY: {
		size_t out_size = size * 2;

		if (snappy_compress((const char *)in, size, (char *)out, &out_size) != SNAPPY_OK)
			fake_fail("snappy failed");
		return out_size;
	}
#endif
#if HAVE_ZSTD
	case FAKE_ZSTD: {
		size_t out_size = ZSTD_compress(out, size * 2, in, size, 1);

		if (ZSTD_isError(out_size))
			fake_fail("zstd failed");
		return out_size;
	}
#endif
	default:
		return 0;
	}
}

/* Blocks of the file as the bitmaps have them. */
struct block_run {
	uint64_t count;
	bool memory;  /* first bitmap */
	bool in_file; /* second bitmap */
};

/* The run of like blocks from @block on. */
static struct block_run block_run(const struct ram *ram, uint64_t block_size, uint64_t block)
{
	uint64_t phys = block * block_size;
	struct block_run run = { .count = 1 };
	enum vmw_data data;
	uint64_t size = ram_run(ram, phys, &data);

	run.memory = data != VMW_NOT_DUMPED;
	run.in_file = data == VMW_PRESENT;
	if (size >= block_size || phys + size == ram_size(ram)) {
		run.count = (size + (phys + size == ram_size(ram) ? block_size - 1 : 0)) /
			    block_size;
		return run;
	}
	/* Frames of several states: what any of them is. */
	uint64_t end = phys + block_size;
	for (phys += size; phys < end && phys < ram_size(ram); phys += size) {
		size = ram_run(ram, phys, &data);
		run.memory |= data != VMW_NOT_DUMPED;
		run.in_file |= data == VMW_PRESENT;
	}
	return run;
}

/* Sets bits in ascending order: bit n is bit n % 8 of byte n / 8. */
struct bit_writer {
	struct out *out;
	uint64_t start, size; /* of the bitmap in the file */
	uint64_t chunk;       /* number of the chunk that is held */
	unsigned char bytes[CHUNK];
	bool dirty;
};

static void bits_flush(struct bit_writer *bits)
{
	uint64_t at = bits->chunk * CHUNK;

	if (bits->dirty)
		out_put(bits->out, bits->start + at, bits->bytes,
			bits->size - at < CHUNK ? (size_t)(bits->size - at) : CHUNK);
	memset(bits->bytes, 0, CHUNK);
	bits->dirty = false;
}

static void bits_set(struct bit_writer *bits, uint64_t first, uint64_t count)
{
	for (uint64_t n = first; n < first + count; n++) {
		if (n / 8 / CHUNK != bits->chunk) {
			bits_flush(bits);
			bits->chunk = n / 8 / CHUNK;
		}
		bits->dirty = true;
		/* Whole bytes at once: a machine may have 2^34 blocks. */
		if (n % 8 == 0 && first + count - n >= 8) {
			bits->bytes[n / 8 % CHUNK] = 0xff;
			n += 7;
		} else {
			bits->bytes[n / 8 % CHUNK] |= (unsigned char)(1u << (n % 8));
		}
	}
}

static void put_bitmap(struct out *out, const struct ram *ram, uint64_t block_size,
		       uint64_t block_count, uint64_t offset, uint64_t size, bool in_file)
{
	struct bit_writer *bits = fake_alloc(1, sizeof(*bits));
	struct block_run run;

	bits->out = out;
	bits->start = offset;
	bits->size = size;
	for (uint64_t block = 0; block < block_count; block += run.count) {
		run = block_run(ram, block_size, block);
		if (in_file ? run.in_file : run.memory)
			bits_set(bits, block, run.count);
	}
	bits_flush(bits);
	out_zeros(out, offset, size);
	free(bits);
}

/* Writes page descriptors and page data. */
struct page_writer {
	struct out *out;
	const struct ram *ram;
	size_t block_size;
	enum fake_codec codec;
	enum order order;
	uint64_t desc_offset, data_offset;
	uint64_t page_count;
	unsigned char *block, *compressed; /* of one and two blocks */
	/* makedumpfile and QEMU write the block of zeros once, and all its descriptors say that. */
	bool has_zero;
	unsigned char zero_desc[DESC_SIZE];
	unsigned char descs[DESC_SIZE * 1024]; /* gathered before they are put */
	size_t descs_size;
};

static void descs_flush(struct page_writer *w)
{
	out_put(w->out, w->desc_offset, w->descs, w->descs_size);
	w->desc_offset += w->descs_size;
	w->descs_size = 0;
}

static enum fake_codec page_codec(const struct page_writer *w)
{
	static const enum fake_codec turns[] = { FAKE_STORED, FAKE_ZLIB, FAKE_LZO, FAKE_SNAPPY,
						 FAKE_ZSTD };

	if (w->codec != FAKE_MIXED)
		return w->codec;
	enum fake_codec codec = turns[w->page_count % (sizeof(turns) / sizeof(turns[0]))];
	return fake_codec_available(codec) ? codec : FAKE_STORED;
}

/* Fetch a block; false when it is only zeros. */
static bool block_fetch(const struct page_writer *w, uint64_t block)
{
	uint64_t start = block * w->block_size, frame = ram_frame(w->ram);
	uint64_t end = start + w->block_size;
	bool written = false;

	if (end > ram_size(w->ram))
		end = ram_size(w->ram);
	for (uint64_t phys = start - start % frame; phys < end; phys += frame)
		written |= ram_frame_bytes(w->ram, phys) != NULL;
	if (!written)
		return false;

	memset(w->block, 0, w->block_size);
	ram_get(w->ram, start, w->block, (size_t)(end - start));
	for (size_t i = 0; i < w->block_size; i++) {
		if (w->block[i] != 0)
			return true;
	}
	return false;
}

static void put_page(struct page_writer *w, uint64_t block)
{
	bool zero = !block_fetch(w, block);
	unsigned char *desc = w->descs + w->descs_size;

	if (zero && w->has_zero) {
		memcpy(desc, w->zero_desc, DESC_SIZE);
	} else {
		enum fake_codec codec = page_codec(w);

		if (zero)
			memset(w->block, 0, w->block_size);
		size_t size = compress_block(codec, w->block, w->block_size, w->compressed);
		bool stored = size == 0 || size >= w->block_size;

		if (stored)
			size = w->block_size;
		store_u64(desc, w->data_offset, w->order);
		store_u32(desc + 8, (uint32_t)size, w->order);
		store_u32(desc + 12, stored ? 0 : codec_flags[codec], w->order);
		store_u64(desc + 16, 0, w->order); /* page_flags: always 0 */
		out_put(w->out, w->data_offset, stored ? w->block : w->compressed, size);
		w->data_offset += size;
		if (zero) {
			w->has_zero = true;
			memcpy(w->zero_desc, desc, DESC_SIZE);
		}
	}
	w->page_count++;
	w->descs_size += DESC_SIZE;
	if (w->descs_size == sizeof(w->descs))
		descs_flush(w);
}

/* Numbers that the headers share. */
struct layout {
	enum order order;
	int version;
	uint32_t block_size, sub_blocks, bitmap_blocks;
	uint64_t block_count; /* of the RAM */
	uint64_t max_mapnr;
	uint64_t start, end; /* of the part, or of all */
	struct notes notes;
};

static void put_text(unsigned char *field, const char *text)
{
	/* struct new_utsname: 65 bytes with the NUL. */
	snprintf((char *)field, 65, "%s", text);
}

static void put_headers(struct out *out, const struct ram *ram, const struct fake_dump_spec *spec,
			const struct layout *l)
{
	unsigned char head[464] = "KDUMP   ";
	bool qemu = spec_is_qemu(spec);
	const char *machine = qemu ? "Unknown" : ram_order(ram) == ORDER_BIG ? "ppc64" : "ppc64le";
	const char *release = qemu ? "" : "6.12.0-fake";

	store_u32(head + 8, (uint32_t)l->version, l->order);
	if (!qemu) {
		put_text(head + 12, "Linux");
		put_text(head + 12 + 65, "fake");
		put_text(head + 12 + 3 * 65, "#1 SMP");
		put_text(head + 12 + 5 * 65, "(none)");
	}
	put_text(head + 12 + 2 * 65, spec->uts_release ? spec->uts_release : release);
	put_text(head + 12 + 4 * 65, spec->uts_machine ? spec->uts_machine : machine);
	store_u32(head + 424, codec_flags[spec->codec] | spec->status, l->order);
	store_u32(head + 428, l->block_size, l->order);
	store_u32(head + 432, l->sub_blocks, l->order);
	store_u32(head + 436, l->bitmap_blocks, l->order);
	store_u32(head + 440, l->max_mapnr > UINT32_MAX ? UINT32_MAX : (uint32_t)l->max_mapnr,
		  l->order);
	store_u32(head + 460, 1, l->order); /* nr_cpus */
	out_put(out, 0, head, sizeof(head));

	unsigned char sub[SUB_HEADER_SIZE] = { 0 };
	uint64_t notes_offset = l->block_size + SUB_HEADER_SIZE;

	store_u32(sub + 8, qemu ? 1 : 31, l->order); /* dump_level */
	if (spec->parts > 0) {
		store_u32(sub + 12, 1, l->order);
		store_u64(sub + 16, l->start, l->order);
		store_u64(sub + 24, l->end, l->order);
	}
	if (l->version >= 3 && spec->vmcoreinfo) {
		store_u64(sub + 32, notes_offset + l->notes.text, l->order);
		store_u64(sub + 40, l->notes.text_size, l->order);
	}
	if (l->version >= 4) {
		store_u64(sub + 48, notes_offset, l->order);
		store_u64(sub + 56, l->notes.size, l->order);
	}
	if (l->version >= 6) {
		store_u64(sub + 80, spec->parts > 0 ? l->start : 0, l->order);
		store_u64(sub + 88, spec->parts > 0 ? l->end : 0, l->order);
		store_u64(sub + 96, l->max_mapnr, l->order);
	}
	out_put(out, l->block_size, sub, sizeof(sub));
	if (l->version >= 3)
		out_put(out, notes_offset, l->notes.bytes, l->notes.size);
}

static uint64_t divide_up(uint64_t value, uint64_t by)
{
	return value / by + (value % by != 0);
}

void kdump_write(const struct ram *ram, const struct fake_dump_spec *spec, unsigned int part,
		 const char *path)
{
	struct layout l = {
		.order = spec_header_order(ram, spec),
		.version = spec->header_version ? spec->header_version : 6,
		.block_size = spec->block_size     ? spec->block_size
			      : spec_is_qemu(spec) ? 65536
						   : ram_frame(ram),
		.notes = notes_new(ram, spec),
	};
	struct out out = out_open(path);
	struct block_run run;

	if (l.version < 2 && spec->parts > 0)
		fake_fail("kdump version %d has no parts", l.version);
	l.block_count = divide_up(ram_size(ram), l.block_size);
	l.max_mapnr = spec->max_mapnr ? spec->max_mapnr : l.block_count;
	if (l.max_mapnr < l.block_count)
		fake_fail("max_mapnr %" PRIu64 " for %" PRIu64 " blocks", l.max_mapnr,
			  l.block_count);
	l.sub_blocks = (uint32_t)divide_up(SUB_HEADER_SIZE + (uint64_t)l.notes.size, l.block_size);
	uint32_t one_bitmap = (uint32_t)divide_up(divide_up(l.max_mapnr, 8), l.block_size);
	l.bitmap_blocks = spec->one_bitmap ? one_bitmap : 2 * one_bitmap;
	l.end = l.max_mapnr;
	if (spec->parts > 0) {
		uint64_t each = divide_up(l.max_mapnr, spec->parts);

		l.start = each * part < l.max_mapnr ? each * part : l.max_mapnr;
		l.end = each * (part + 1) < l.max_mapnr ? each * (part + 1) : l.max_mapnr;
	}
	put_headers(&out, ram, spec, &l);

	uint64_t offset = (1 + (uint64_t)l.sub_blocks) * l.block_size;
	uint64_t bitmap_size = (uint64_t)one_bitmap * l.block_size;
	if (!spec->one_bitmap) {
		put_bitmap(&out, ram, l.block_size, l.block_count, offset, bitmap_size, false);
		offset += bitmap_size;
	}
	put_bitmap(&out, ram, l.block_size, l.block_count, offset, bitmap_size, true);
	offset += bitmap_size;

	uint64_t pages = 0, end = l.end < l.block_count ? l.end : l.block_count;
	for (uint64_t block = l.start; block < end; block += run.count) {
		run = block_run(ram, l.block_size, block);
		if (run.in_file)
			pages += (run.count < end - block ? run.count : end - block);
	}

	struct page_writer *w = fake_alloc(1, sizeof(*w));
	*w = (struct page_writer){
		.out = &out,
		.ram = ram,
		.block_size = l.block_size,
		.codec = spec->codec,
		.order = l.order,
		.desc_offset = offset,
		.data_offset = offset + pages * DESC_SIZE,
		.block = fake_alloc(1, l.block_size),
		.compressed = fake_alloc(2, l.block_size),
	};
	for (uint64_t block = l.start; block < end; block += run.count) {
		run = block_run(ram, l.block_size, block);
		for (uint64_t i = 0; run.in_file && i < run.count && block + i < end; i++)
			put_page(w, block + i);
	}
	descs_flush(w);
	out_close(&out);
	free(w->block);
	free(w->compressed);
	free(w);
	free(l.notes.bytes);
}
