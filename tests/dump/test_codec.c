/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dump/codec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

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

enum { BLOCK_MAX = 65536, GUARD = 64, COMPRESSED_MAX = 2 * BLOCK_MAX };

static const size_t block_sizes[] = { 4096, 65536 };

/* What pages are like. */
static void fill(unsigned char *block, size_t size, int kind)
{
	uint32_t seed = 12345;

	for (size_t i = 0; i < size; i++) {
		seed = seed * 1103515245 + 12345;
		block[i] = kind == 0   ? 0
			   : kind == 1 ? (unsigned char)(i / 64)
			   : kind == 2 ? (unsigned char)(seed >> 16 & (i % 16 < 4 ? 0xff : 0))
				       : (unsigned char)(seed >> 16);
	}
}
enum { FILL_KINDS = 4 };

static size_t compress_with(enum codec codec, const unsigned char *in, size_t size,
			    unsigned char *out)
{
	switch (codec) {
	case CODEC_ZLIB: {
		uLongf out_size = COMPRESSED_MAX;
		assert_int_equal(compress2(out, &out_size, in, size, 6), Z_OK);
		return out_size;
	}
#if HAVE_LZO
	case CODEC_LZO: {
		lzo_uint out_size = COMPRESSED_MAX;
		void *work = malloc(LZO1X_1_MEM_COMPRESS);
		assert_int_equal(lzo1x_1_compress(in, size, out, &out_size, work), LZO_E_OK);
		free(work);
		return out_size;
	}
#endif
#if HAVE_SNAPPY
	case CODEC_SNAPPY: {
		size_t out_size = COMPRESSED_MAX;
		assert_int_equal(snappy_compress((const char *)in, size, (char *)out, &out_size),
				 SNAPPY_OK);
		return out_size;
	}
#endif
#if HAVE_ZSTD
	case CODEC_ZSTD: {
		size_t out_size = ZSTD_compress(out, COMPRESSED_MAX, in, size, 3);
		assert_false(ZSTD_isError(out_size));
		return out_size;
	}
#endif
	default:
		fail();
		return 0;
	}
}

/* One block, what a codec makes of it, and room for a copy with a guard behind it. */
struct bench {
	struct codec_context *context;
	const struct codec_library *libraries;
	size_t library_count;
	unsigned char block[BLOCK_MAX], compressed[COMPRESSED_MAX], out[BLOCK_MAX + GUARD];
};

static struct bench *bench_new(void)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	assert_null(codec_context_new(&b->context));
	b->libraries = codec_library_table(&b->library_count);
	return b;
}

static void bench_free(struct bench *b)
{
	codec_context_free(b->context);
	free(b);
}

/* Decode the first @in_size bytes with @library to @size bytes; whatever happens, nothing is
 * written behind them. A copy of the input on the heap lets the sanitizer see a read past it. */
static bool decode(struct bench *b, const struct codec_library *library, size_t in_size,
		   size_t size)
{
	unsigned char guard[GUARD];
	unsigned char *in = malloc(in_size > 0 ? in_size : 1);

	memcpy(in, b->compressed, in_size);
	memset(b->out, 0x55, sizeof(b->out));
	memset(guard, 0x55, sizeof(guard));
	bool ok = library->decode(b->context, (struct span){ in, in_size }, b->out, size);
	assert_memory_equal(b->out + size, guard, GUARD);
	free(in);
	return ok;
}

static void every_library_gives_back_what_was_compressed(void **state)
{
	struct bench *b = bench_new();

	for (size_t s = 0; s < 2; s++) {
		for (int kind = 0; kind < FILL_KINDS; kind++) {
			fill(b->block, block_sizes[s], kind);
			for (size_t i = 0; i < b->library_count; i++) {
				const struct codec_library *library = &b->libraries[i];
				size_t size = compress_with(library->codec, b->block,
							    block_sizes[s], b->compressed);

				assert_true(decode(b, library, size, block_sizes[s]));
				assert_memory_equal(b->out, b->block, block_sizes[s]);
				assert_true(codec_decode(b->context, library->codec,
							 (struct span){ b->compressed, size },
							 b->out, block_sizes[s]));
				assert_memory_equal(b->out, b->block, block_sizes[s]);
			}
		}
	}
	bench_free(b);
}

static void another_size_is_refused(void **state)
{
	struct bench *b = bench_new();

	for (int kind = 0; kind < FILL_KINDS; kind++) {
		fill(b->block, BLOCK_MAX, kind);
		for (size_t i = 0; i < b->library_count; i++) {
			size_t size = compress_with(b->libraries[i].codec, b->block, 4096,
						    b->compressed);

			assert_false(decode(b, &b->libraries[i], size, 4095));
			assert_false(decode(b, &b->libraries[i], size, 4097));
			assert_false(decode(b, &b->libraries[i], size, BLOCK_MAX));
			assert_false(decode(b, &b->libraries[i], size, 0));
		}
	}
	bench_free(b);
}

static void no_prefix_of_a_stream_decodes(void **state)
{
	struct bench *b = bench_new();

	fill(b->block, 4096, 2);
	for (size_t i = 0; i < b->library_count; i++) {
		size_t size = compress_with(b->libraries[i].codec, b->block, 4096, b->compressed);

		for (size_t cut = 0; cut < size; cut++)
			assert_false(decode(b, &b->libraries[i], cut, 4096));
		/* A failure leaves nothing behind in the context. */
		assert_true(decode(b, &b->libraries[i], size, 4096));
	}
	bench_free(b);
}

static void padding_behind_a_stream_that_ends_itself_is_ignored(void **state)
{
	struct bench *b = bench_new();

	fill(b->block, 4096, 2);
	for (size_t i = 0; i < b->library_count; i++) {
		enum codec codec = b->libraries[i].codec;

		if (codec != CODEC_ZLIB && codec != CODEC_ZSTD)
			continue;
		size_t size = compress_with(codec, b->block, 4096, b->compressed);
		for (size_t padding = 1; padding < 20; padding++) {
			memset(b->compressed + size, 0xa5, padding);
			assert_true(decode(b, &b->libraries[i], size + padding, 4096));
			assert_memory_equal(b->out, b->block, 4096);
		}
	}
	bench_free(b);
}

static void a_changed_byte_never_crashes_and_zlib_finds_it(void **state)
{
	struct bench *b = bench_new();

	fill(b->block, 4096, 2);
	for (size_t i = 0; i < b->library_count; i++) {
		const struct codec_library *library = &b->libraries[i];
		size_t size = compress_with(library->codec, b->block, 4096, b->compressed);

		for (size_t at = 0; at < size; at++) {
			for (int bit = 0; bit < 8; bit++) {
				b->compressed[at] ^= (unsigned char)(1 << bit);
				/* The stream has a checksum of what it decodes to. */
				if (decode(b, library, size, 4096) && library->codec == CODEC_ZLIB)
					assert_memory_equal(b->out, b->block, 4096);
				b->compressed[at] ^= (unsigned char)(1 << bit);
			}
		}
	}
	bench_free(b);
}

static void libraries_of_one_codec_agree_on_what_is_damaged(void **state)
{
	struct bench *b = bench_new();

	fill(b->block, 4096, 2);
	size_t size = compress_with(CODEC_ZLIB, b->block, 4096, b->compressed);
	for (size_t at = 0; at < size; at++) {
		int decoded = 0, tried = 0;

		b->compressed[at] ^= 0x40;
		for (size_t i = 0; i < b->library_count; i++) {
			if (b->libraries[i].codec != CODEC_ZLIB)
				continue;
			tried++;
			decoded += decode(b, &b->libraries[i], size, 4096);
		}
		b->compressed[at] ^= 0x40;
		assert_true(decoded == 0 || decoded == tried);
	}
	bench_free(b);
}

static void flags_name_one_codec_or_none(void **state)
{
	static const struct {
		uint32_t flags;
		bool found;
		enum codec codec;
	} cases[] = {
		{ 0, true, CODEC_STORED },
		{ 1, true, CODEC_ZLIB },
		{ 2, true, CODEC_LZO },
		{ 4, true, CODEC_SNAPPY },
		{ 0x20, true, CODEC_ZSTD },
		/* "incomplete" and "excluded vmemmap" are no codecs. */
		{ 0x8, true, CODEC_STORED },
		{ 0x39, false, 0 },
		{ 0x3, false, 0 },
		{ 0x18 | 0x20, true, CODEC_ZSTD },
		{ UINT32_MAX, false, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum codec codec = CODEC_STORED;

		assert_int_equal(codec_of_flags(cases[i].flags, &codec), cases[i].found);
		if (cases[i].found)
			assert_int_equal(codec, cases[i].codec);
	}
}

static void what_is_built_in_is_told(void **state)
{
	assert_true(codec_available(CODEC_STORED));
	assert_true(codec_available(CODEC_ZLIB));
	assert_int_equal(codec_available(CODEC_LZO), HAVE_LZO);
	assert_int_equal(codec_available(CODEC_SNAPPY), HAVE_SNAPPY);
	assert_int_equal(codec_available(CODEC_ZSTD), HAVE_ZSTD);
	assert_string_equal(codec_name(CODEC_STORED), "stored");
	assert_string_equal(codec_name(CODEC_ZSTD), "zstd");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_library_gives_back_what_was_compressed),
		cmocka_unit_test(another_size_is_refused),
		cmocka_unit_test(no_prefix_of_a_stream_decodes),
		cmocka_unit_test(padding_behind_a_stream_that_ends_itself_is_ignored),
		cmocka_unit_test(a_changed_byte_never_crashes_and_zlib_finds_it),
		cmocka_unit_test(libraries_of_one_codec_agree_on_what_is_damaged),
		cmocka_unit_test(flags_name_one_codec_or_none),
		cmocka_unit_test(what_is_built_in_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
