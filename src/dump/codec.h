/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The codecs of kdump-compressed pages, each behind its own library.
 *
 * Source of the flag values: makedumpfile, diskdump_mod.h, DUMP_DH_COMPRESSED_*; they are used both
 * in the page descriptor's flags and in the header's status.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/cursor.h"

enum codec {
	CODEC_STORED,
	CODEC_ZLIB, /* flag 0x1: zlib stream (RFC 1950); libdeflate where it is built in, else zlib
		     */
	CODEC_LZO,  /* flag 0x2: LZO1X */
	CODEC_SNAPPY, /* flag 0x4: raw snappy */
	CODEC_ZSTD,   /* flag 0x20: one zstd frame */
	CODEC_COUNT,
};

/* All flags that name a codec. */
enum { CODEC_FLAGS = 0x1 | 0x2 | 0x4 | 0x20 };

/* "stored", "zlib", "lzo", "snappy", "zstd" */
const char *codec_name(enum codec codec);

/* The codec that the flags of a page descriptor, or of a header's status, name; other flags are not
 * looked at. False for more than one of them. */
bool codec_of_flags(uint32_t flags, enum codec *ret);

/* Whether this build has the library for it. */
bool codec_available(enum codec codec);

/* Scratch memory and library contexts; one for each thread. */
struct codec_context;

/* All memory that decoding needs is taken here: codec_decode() cannot run out of it. */
NODISCARD struct vmw_error *codec_context_new(struct codec_context **ret);
void codec_context_free(struct codec_context *context);
DEFINE_CLEANUP(struct codec_context, codec_context_free)

/*
 * Decode @in to exactly @size bytes at @out; false when it does not decode, or to another size.
 * @out may be written to in either case, never past @size. @codec is available and not
 * CODEC_STORED. Bytes of @in behind the end of a zlib stream or zstd frame are not looked at: a
 * descriptor may count padding.
 */
bool codec_decode(struct codec_context *context, enum codec codec, struct span in, void *out,
		  size_t size);

/*
 * One way to decode. A codec may have several: codec_decode() takes the first of the table, and the
 * tests hold all of them to the same bytes.
 */
struct codec_library {
	const char *name;
	enum codec codec;
	bool (*decode)(struct codec_context *context, struct span in, void *out, size_t size);
};

/* The table of what is built in, the preferred one of a codec first. */
const struct codec_library *codec_library_table(size_t *ret_count);
