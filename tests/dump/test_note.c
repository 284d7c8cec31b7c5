/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dump/note.h"

#include "fake/check.h"
#include "fake/store.h"

static const enum order orders[] = { ORDER_LITTLE, ORDER_BIG };

struct stream {
	unsigned char bytes[512];
	size_t size;
};

/* Append a note with @name, its NUL included, as kernel and QEMU write it. */
static void put_note(struct stream *s, enum order order, const char *name, uint32_t type,
		     const char *desc)
{
	size_t name_size = strlen(name) + 1, desc_size = strlen(desc);

	store_u32(s->bytes + s->size, (uint32_t)name_size, order);
	store_u32(s->bytes + s->size + 4, (uint32_t)desc_size, order);
	store_u32(s->bytes + s->size + 8, type, order);
	memcpy(s->bytes + s->size + 12, name, name_size);
	memcpy(s->bytes + s->size + 12 + (name_size + 3) / 4 * 4, desc, desc_size);
	s->size += 12 + (name_size + 3) / 4 * 4 + (desc_size + 3) / 4 * 4;
	assert_true(s->size <= sizeof(s->bytes));
}

static struct span stream_span(const struct stream *s)
{
	return (struct span){ s->bytes, s->size };
}

static void assert_span(struct span span, const char *text)
{
	assert_int_equal(span.size, strlen(text));
	assert_memory_equal(span.data, text, span.size);
}

static void notes_are_read_in_either_order_whatever_is_preferred(void **state)
{
	for (size_t i = 0; i < 4; i++) {
		enum order order = orders[i % 2], prefer = orders[i / 2];
		struct stream s = { 0 };
		struct note note;
		size_t offset = 0;

		put_note(&s, order, "CORE", 1, "status");
		put_note(&s, order, "VMCOREINFO", 0, "OSRELEASE=6.12\n");
		assert_true(note_next(stream_span(&s), prefer, &offset, &note));
		assert_int_equal(note.order, order);
		assert_int_equal(note.type, 1);
		assert_span(note.name, "CORE");
		assert_span(note.desc, "status");
		assert_true(note_next(stream_span(&s), prefer, &offset, &note));
		assert_int_equal(note.order, order);
		assert_int_equal(note.type, 0);
		assert_span(note.name, "VMCOREINFO");
		assert_span(note.desc, "OSRELEASE=6.12\n");
		assert_int_equal(offset, s.size);
		assert_false(note_next(stream_span(&s), prefer, &offset, &note));
	}
}

/* QEMU's notes are in the container's order, the kernel's own in the kernel's. */
static void each_note_has_an_order_of_its_own(void **state)
{
	struct stream s = { 0 };
	struct note note;

	put_note(&s, ORDER_BIG, "CORE", 1, "status");
	put_note(&s, ORDER_LITTLE, "VMCOREINFO", 0, "PAGESIZE=65536\n");
	assert_true(note_find(stream_span(&s), ORDER_BIG, "VMCOREINFO", &note));
	assert_int_equal(note.order, ORDER_LITTLE);
	assert_span(note.desc, "PAGESIZE=65536\n");
}

static void the_first_note_of_a_name_is_found(void **state)
{
	struct stream s = { 0 };
	struct note note;

	put_note(&s, ORDER_BIG, "VMCOREINFO_XEN", 0, "another");
	put_note(&s, ORDER_BIG, "VMCOREINF", 0, "shorter");
	put_note(&s, ORDER_BIG, "VMCOREINFO", 0, "first");
	put_note(&s, ORDER_BIG, "VMCOREINFO", 0, "second");
	assert_true(note_find(stream_span(&s), ORDER_BIG, "VMCOREINFO", &note));
	assert_span(note.desc, "first");
	assert_false(note_find(stream_span(&s), ORDER_BIG, "ERASEINFO", &note));
}

static void zeros_between_notes_are_skipped(void **state)
{
	for (size_t gap = 4; gap <= 64; gap += 4) {
		struct stream s = { .size = gap };
		struct note note;

		put_note(&s, ORDER_LITTLE, "CORE", 1, "x");
		s.size += gap;
		put_note(&s, ORDER_LITTLE, "VMCOREINFO", 0, "text");
		s.size += gap;
		assert_true(note_find(stream_span(&s), ORDER_LITTLE, "VMCOREINFO", &note));
		assert_span(note.desc, "text");
		assert_false(note_find(stream_span(&s), ORDER_LITTLE, "LINUX", &note));
	}
}

static void every_prefix_gives_what_is_in_it_and_ends(void **state)
{
	for (size_t i = 0; i < 4; i++) {
		enum order order = orders[i % 2], prefer = orders[i / 2];
		struct stream s = { 0 };

		put_note(&s, order, "CORE", 1, "status");
		put_note(&s, order, "VMCOREINFO", 0, "OSRELEASE=6.12\n");
		for (size_t size = 0; size <= s.size; size++) {
			struct span notes = { s.bytes, size };
			struct note note;
			bool found = note_find(notes, prefer, "VMCOREINFO", &note);
			/* The second header is at 28, its name of 11 bytes ends at 51, the text
			 * begins at 52. */
			assert_int_equal(found, size >= 51);
			if (!found)
				continue;
			assert_int_equal(note.order, order);
			assert_int_equal(note.desc.size, size < 52        ? 0
							 : size - 52 < 15 ? size - 52
									  : 15);
		}
	}
}

static void sizes_of_nonsense_end_the_stream(void **state)
{
	static const struct {
		uint32_t name_size, desc_size;
	} cases[] = {
		{ 0xffffffff, 0xffffffff }, { 0xfffffffd, 8 }, { 0x80000080, 0x80000080 },
		{ 0x7fffff7f, 0 },          { 0, 0xffffffff },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct stream s = { .size = 40 };
		struct note note;
		size_t offset = 0;

		store_u32(s.bytes, cases[i].name_size, ORDER_LITTLE);
		store_u32(s.bytes + 4, cases[i].desc_size, ORDER_LITTLE);
		assert_false(note_next(stream_span(&s), ORDER_LITTLE, &offset, &note));
	}
}

static void a_name_without_its_nul_is_taken_whole(void **state)
{
	struct stream s = { 0 };
	struct note note;
	size_t offset = 0;

	put_note(&s, ORDER_BIG, "ABCD", 9, "desc");
	/* namesz 4: the NUL is only padding, of which there is none then. */
	store_u32(s.bytes, 4, ORDER_BIG);
	memmove(s.bytes + 16, s.bytes + 20, 4);
	s.size -= 4;
	assert_true(note_next(stream_span(&s), ORDER_BIG, &offset, &note));
	assert_span(note.name, "ABCD");
	assert_span(note.desc, "desc");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(notes_are_read_in_either_order_whatever_is_preferred),
		cmocka_unit_test(each_note_has_an_order_of_its_own),
		cmocka_unit_test(the_first_note_of_a_name_is_found),
		cmocka_unit_test(zeros_between_notes_are_skipped),
		cmocka_unit_test(every_prefix_gives_what_is_in_it_and_ends),
		cmocka_unit_test(sizes_of_nonsense_end_the_stream),
		cmocka_unit_test(a_name_without_its_nul_is_taken_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
