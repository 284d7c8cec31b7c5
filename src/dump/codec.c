/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dump/codec.h"

#include <limits.h>
/* zlib then takes its input as const. */
#define ZLIB_CONST
#include <zlib.h>

#include "config.h"

#if HAVE_LIBDEFLATE
#include <libdeflate.h>
#endif
#if HAVE_LZO
#include <lzo/lzo1x.h>
#endif
#if HAVE_SNAPPY
#include <snappy-c.h>
#endif
#if HAVE_ZSTD
#include <zstd.h>
#endif

struct codec_context {
	z_stream zlib;
#if HAVE_LIBDEFLATE
	struct libdeflate_decompressor *libdeflate;
#endif
#if HAVE_ZSTD
	ZSTD_DCtx *zstd;
#endif
};

static const struct {
	const char *name;
	uint32_t flag;
} codecs[CODEC_COUNT] = {
	[CODEC_STORED] = { "stored", 0 }, [CODEC_ZLIB] = { "zlib", 0x1 },
	[CODEC_LZO] = { "lzo", 0x2 },     [CODEC_SNAPPY] = { "snappy", 0x4 },
	[CODEC_ZSTD] = { "zstd", 0x20 },
};

const char *codec_name(enum codec codec)
{
	return codecs[codec].name;
}

bool codec_of_flags(uint32_t flags, enum codec *ret)
{
	for (enum codec codec = CODEC_STORED; codec < CODEC_COUNT; codec++) {
		if ((flags & CODEC_FLAGS) == codecs[codec].flag) {
			*ret = codec;
			return true;
		}
	}
	return false;
}

#if HAVE_LIBDEFLATE
static bool libdeflate_decode(struct codec_context *context, struct span in, void *out, size_t size)
{
	/* Without a place for the actual size, a shorter result is an error too. */
	return libdeflate_zlib_decompress(context->libdeflate, in.data, in.size, out, size, NULL) ==
	       LIBDEFLATE_SUCCESS;
}
#endif

static bool zlib_decode(struct codec_context *context, struct span in, void *out, size_t size)
{
	z_stream *stream = &context->zlib;

	if (in.size > UINT_MAX || size > UINT_MAX || inflateReset(stream) != Z_OK)
		return false;
	stream->next_in = in.data;
	stream->avail_in = (uInt)in.size;
	stream->next_out = out;
	stream->avail_out = (uInt)size;
	/* One call with Z_FINISH: zlib then allocates no window. */
	return inflate(stream, Z_FINISH) == Z_STREAM_END && stream->avail_out == 0;
}

#if HAVE_LZO
static bool lzo_decode(struct codec_context *context, struct span in, void *out, size_t size)
{
	lzo_uint decoded = size;

	return lzo1x_decompress_safe(in.data, in.size, out, &decoded, NULL) == LZO_E_OK &&
	       decoded == size;
}
#endif

#if HAVE_SNAPPY
static bool snappy_decode(struct codec_context *context, struct span in, void *out, size_t size)
{
	const char *bytes = (const char *)in.data;
	size_t decoded;

	/* The size is checked first: snappy_uncompress() takes it from the stream. */
	if (snappy_uncompressed_length(bytes, in.size, &decoded) != SNAPPY_OK || decoded != size)
		return false;
	return snappy_uncompress(bytes, in.size, out, &decoded) == SNAPPY_OK && decoded == size;
}
#endif

#if HAVE_ZSTD
static bool zstd_decode(struct codec_context *context, struct span in, void *out, size_t size)
{
	/* Given more than one frame, the library would decode all and refuse what is none. */
	size_t frame = ZSTD_findFrameCompressedSize(in.data, in.size);

	if (ZSTD_isError(frame))
		return false;
	size_t decoded = ZSTD_decompressDCtx(context->zstd, out, size, in.data, frame);
	return !ZSTD_isError(decoded) && decoded == size;
}
#endif

static const struct codec_library libraries[] = {
#if HAVE_LIBDEFLATE
	{ "libdeflate", CODEC_ZLIB, libdeflate_decode },
#endif
	{ "zlib", CODEC_ZLIB, zlib_decode },
#if HAVE_LZO
	{ "lzo", CODEC_LZO, lzo_decode },
#endif
#if HAVE_SNAPPY
	{ "snappy", CODEC_SNAPPY, snappy_decode },
#endif
#if HAVE_ZSTD
	{ "zstd", CODEC_ZSTD, zstd_decode },
#endif
};

const struct codec_library *codec_library_table(size_t *ret_count)
{
	*ret_count = sizeof(libraries) / sizeof(libraries[0]);
	return libraries;
}

static const struct codec_library *codec_library_find(enum codec codec)
{
	for (size_t i = 0; i < sizeof(libraries) / sizeof(libraries[0]); i++) {
		if (libraries[i].codec == codec)
			return &libraries[i];
	}
	return NULL;
}

bool codec_available(enum codec codec)
{
	return codec == CODEC_STORED || codec_library_find(codec);
}

bool codec_decode(struct codec_context *context, enum codec codec, struct span in, void *out,
		  size_t size)
{
	const struct codec_library *library = codec_library_find(codec);

	return library && library->decode(context, in, out, size);
}

struct vmw_error *codec_context_new(struct codec_context **ret)
{
	_cleanup_(codec_context_freep) struct codec_context *context = calloc(1, sizeof(*context));

	if (!context || inflateInit(&context->zlib) != Z_OK)
		return error_no_memory();
#if HAVE_LIBDEFLATE
	context->libdeflate = libdeflate_alloc_decompressor();
	if (!context->libdeflate)
		return error_no_memory();
#endif
#if HAVE_LZO
	if (lzo_init() != LZO_E_OK)
		return error_new(VMW_ERROR_UNSUPPORTED, where_none(),
				 "the LZO library does not fit this program: rebuild it");
#endif
#if HAVE_ZSTD
	context->zstd = ZSTD_createDCtx();
	if (!context->zstd)
		return error_no_memory();
#endif
	*ret = TAKE(context);
	return NULL;
}

void codec_context_free(struct codec_context *context)
{
	if (!context)
		return;
	/* Fine also for a stream that was never begun: its state is NULL. */
	inflateEnd(&context->zlib);
#if HAVE_LIBDEFLATE
	libdeflate_free_decompressor(context->libdeflate);
#endif
#if HAVE_ZSTD
	ZSTD_freeDCtx(context->zstd);
#endif
	free(context);
}
