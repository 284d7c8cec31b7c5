/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/candidate.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/addr.h"
#include "util/checked.h"
#include "util/text.h"

void candidate_deinit(struct candidate *candidate)
{
	vmcoreinfo_free(candidate->info);
	candidate->info = NULL;
}

/* The text at @phys up to its first NUL, the end of what the dump has there, or @limit. */
static struct vmw_error *text_read(struct reader *reader, vmw_phys phys, size_t limit, char *buffer,
				   size_t *ret_size, bool *ret_cut)
{
	enum { STEP = 4096 };
	size_t size = 0;

	*ret_cut = false;
	while (size < limit) {
		struct run run;
		uint64_t start;
		/* Up to the next boundary: whole blocks are what the reader likes to read. */
		if (!checked_add(phys.value, size, &start))
			break;
		size_t step = (size_t)min_u64(STEP - start % STEP, limit - size);
		TRY(reader_read(reader, phys_at(start), buffer + size, step, &run));
		if (run.data != VMW_PRESENT) {
			*ret_cut = true;
			break;
		}
		size_t length = strnlen(buffer + size, (size_t)run.size);
		size += length;
		if (length < run.size)
			break;
	}
	*ret_size = size;
	return NULL;
}

/* Whether a note header stands before the text at @phys, its byte order, and the size it gives. */
static struct vmw_error *note_header_read(struct reader *reader, vmw_phys phys, bool *ret_note,
					  enum order *ret_order, size_t *ret_size)
{
	static const char name[12] = "VMCOREINFO"; /* padded with zeros */
	unsigned char header[CANDIDATE_NOTE_HEADER_SIZE];
	struct run run;

	*ret_note = false;
	if (phys.value < sizeof(header))
		return NULL;
	TRY(reader_read_whole(reader, phys_at(phys.value - sizeof(header)), header, sizeof(header),
			      &run));
	if (run.data != VMW_PRESENT || memcmp(header + 12, name, sizeof(name)) != 0)
		return NULL;

	for (enum order order = ORDER_LITTLE; order <= ORDER_BIG; order++) {
		uint32_t size = load_u32(header + 4, order);
		/* append_elf_note(): the NUL counts in the name's size; the type is 0. */
		if (load_u32(header, order) == strlen(name) + 1 &&
		    load_u32(header + 8, order) == 0 && size > 0 && size <= VMCOREINFO_SIZE_MAX) {
			*ret_note = true;
			*ret_order = order;
			*ret_size = size;
		}
	}
	return NULL;
}

/* struct new_utsname: six strings of 65 bytes, __NEW_UTS_LEN and a NUL. */
enum {
	UTS_FIELD_SIZE = 65,
	UTS_RELEASE = 2 * UTS_FIELD_SIZE,
	UTS_MACHINE = 4 * UTS_FIELD_SIZE,
	UTS_SIZE = 6 * UTS_FIELD_SIZE,
};

static bool uts_field_is(const unsigned char *field, const char *text)
{
	size_t length = strlen(text);
	return length < UTS_FIELD_SIZE && memcmp(field, text, length + 1) == 0;
}

/* Read struct new_utsname at @offset into uts_namespace; it must be of Linux and of @release. */
static struct vmw_error *uts_read(struct reader *reader, vmw_virt namespace, uint64_t offset,
				  const char *release, unsigned char uts[UTS_SIZE])
{
	uint64_t start;
	struct run run;

	if (!virt_is_linear(namespace) || offset >= 4096)
		return error_new(VMW_ERROR_BAD_DATA, where_virt(namespace),
				 "init_uts_ns at 0x%" PRIx64 " is no address of the kernel image",
				 namespace.value);
	if (!checked_add(virt_to_phys(namespace).value, offset, &start))
		return error_new(VMW_ERROR_BAD_DATA, where_virt(namespace),
				 "init_uts_ns at 0x%" PRIx64 " is past the end of memory",
				 namespace.value);
	TRY(reader_read_whole(reader, phys_at(start), uts, UTS_SIZE, &run));
	if (run.data != VMW_PRESENT)
		return error_new(VMW_ERROR_MISSING, where_virt(namespace),
				 "init_uts_ns at 0x%" PRIx64 " is not in the dump: %s",
				 namespace.value, reason_text(run.reason));
	if (!uts_field_is(uts, "Linux") || !uts_field_is(uts + UTS_RELEASE, release))
		return error_new(VMW_ERROR_BAD_DATA, where_virt(namespace),
				 "init_uts_ns at 0x%" PRIx64 " is not of that kernel",
				 namespace.value);
	return NULL;
}

/* Find this kernel's utsname in memory; see candidate_read(). */
static struct vmw_error *uts_find(struct reader *reader, const struct vmcoreinfo *info,
				  unsigned char uts[UTS_SIZE])
{
	/*
	 * The name stood behind a kref (4 bytes) until 9a56493f6942 ("uts: Use generic
	 * ns_common::count", in 5.10), and first since; OFFSET(uts_namespace.name) came with 5.11.
	 */
	static const uint64_t offsets[] = { 4, 0, 8 };
	const char *release = vmcoreinfo_string(info, "OSRELEASE");
	struct vmw_error *error = NULL;
	uint64_t namespace, offset;

	if (!vmcoreinfo_symbol(info, "init_uts_ns", &namespace))
		return error_new(VMW_ERROR_MISSING, where_none(), "it has no SYMBOL(init_uts_ns)");
	if (vmcoreinfo_offset(info, "uts_namespace.name", &offset))
		return uts_read(reader, virt_at(namespace), offset, release, uts);
	for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
		vmw_error_free(error);
		error = uts_read(reader, virt_at(namespace), offsets[i], release, uts);
		if (!error || error->kind != VMW_ERROR_BAD_DATA)
			break;
	}
	return error;
}

/* PAGESIZE, 0 when it is none that a ppc64 kernel has. */
static size_t page_size_of(const struct vmcoreinfo *info)
{
	const char *text = vmcoreinfo_string(info, "PAGESIZE");

	if (text && strcmp(text, "4096") == 0)
		return 4096;
	if (text && strcmp(text, "65536") == 0)
		return 65536;
	return 0;
}

static size_t identity_size_of(struct span text)
{
	static const char crashtime[] = "\nCRASHTIME=";
	const unsigned char *end = memrchr(text.data, '\n', text.size);
	const unsigned char *time = memmem(text.data, text.size, crashtime, sizeof(crashtime) - 1);

	if (time)
		end = time;
	return end ? (size_t)(end + 1 - text.data) : 0;
}

struct vmw_error *candidate_read(struct reader *reader, vmw_phys phys, enum order order,
				 struct candidate *ret, size_t *ret_size)
{
	_cleanup_(candidate_deinit) struct candidate found = { .phys = phys, .order = order };
	_cleanup_(freep) char *buffer = malloc(VMCOREINFO_SIZE_MAX);
	size_t limit = VMCOREINFO_SIZE_MAX, size;

	*ret_size = 0;
	if (!buffer)
		return error_no_memory();
	TRY(note_header_read(reader, phys, &found.note, &found.order, &limit));
	TRY(text_read(reader, phys, limit, buffer, &size, &found.cut));
	*ret_size = size;
	struct span text = { .data = (const unsigned char *)buffer, .size = size };
	TRY(vmcoreinfo_parse(text, &found.info));

	size_t page_size = page_size_of(found.info);
	if (page_size == 0)
		return error_new(VMW_ERROR_BAD_DATA, where_phys(phys),
				 "its PAGESIZE is not 4096 or 65536");
	/*
	 * Nothing but the size of the text page (VMCOREINFO_BYTES) ends a text that fills it; the
	 * next page is somebody else's.
	 */
	if (!found.note && text.size > page_size) {
		candidate_deinit(&found);
		text.size = page_size;
		found.cut = false;
		TRY(vmcoreinfo_parse(text, &found.info));
	}

	unsigned char uts[UTS_SIZE];
	TRY(uts_find(reader, found.info, uts));
	if (!found.note && uts_field_is(uts + UTS_MACHINE, "ppc64"))
		found.order = ORDER_BIG;
	else if (!found.note && uts_field_is(uts + UTS_MACHINE, "ppc64le"))
		found.order = ORDER_LITTLE;

	found.crashed = vmcoreinfo_string(found.info, "CRASHTIME");
	found.stext_known = vmcoreinfo_symbol(found.info, "_stext", &found.stext.value);
	found.identity_size = identity_size_of(vmcoreinfo_text(found.info));
	*ret = found;
	found.info = NULL;
	return NULL;
}

char *candidate_describe(const struct candidate *candidate)
{
	char stext[32] = "unknown";

	if (candidate->stext_known)
		snprintf(stext, sizeof(stext), "0x%" PRIx64, candidate->stext.value);
	return text_format("release %s, _stext %s, %sat physical 0x%" PRIx64,
			   vmcoreinfo_string(candidate->info, "OSRELEASE"), stext,
			   candidate->crashed ? "CRASHTIME, " : "", candidate->phys.value);
}

bool candidate_same_kernel(const struct candidate *a, const struct candidate *b)
{
	size_t size = (size_t)min_u64(a->identity_size, b->identity_size);

	return memcmp(vmcoreinfo_text(a->info).data, vmcoreinfo_text(b->info).data, size) == 0;
}

bool candidate_unrelocated(const struct candidate *candidate)
{
	return candidate->stext_known && candidate->stext.value == ADDR_LINEAR_BASE;
}

/* ---- which copies belong to the image ---- */

struct image_end {
	uint64_t start, last;
};

/* No kernel image is larger: 42 MiB are seen. A symbol further off is not of the image. */
#define IMAGE_SIZE_MAX (UINT64_C(1) << 28)

static bool image_end_find(void *arg, const char *name, uint64_t value)
{
	struct image_end *image = arg;

	if (!vmcoreinfo_symbol_is_content(name) && value >= image->start &&
	    value - image->start < IMAGE_SIZE_MAX && value > image->last)
		image->last = value;
	return true;
}

static int compare_u64(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
	return (left > right) - (left < right);
}

/* Whether one of the pointers among @size bytes is the linear address of one of @places. */
static bool words_refer(const unsigned char *bytes, size_t size, enum order order,
			const uint64_t *places, size_t count)
{
	uint64_t first = places[0], distance = places[count - 1] - places[0];

	for (size_t i = 0; i + 8 <= size; i += 8) {
		uint64_t place = load_u64(bytes + i, order) - ADDR_LINEAR_BASE;
		if (place - first <= distance &&
		    bsearch(&place, places, count, sizeof(*places), compare_u64))
			return true;
	}
	return false;
}

struct vmw_error *candidate_image_refers(const struct candidate *candidate, struct reader *reader,
					 const uint64_t *places, size_t count, bool *ret)
{
	/* vmcoreinfo_data and vmcoreinfo_note are in .bss, as is the last symbol of the text: on
	 * the kernels seen they lie at most 1 MiB behind it. */
	enum { SLACK = 4 * 1024 * 1024, PIECE = 256 * 1024 };
	struct image_end image = { .start = candidate->stext.value,
				   .last = candidate->stext.value };
	_cleanup_(freep) unsigned char *buffer = malloc(PIECE);

	*ret = false;
	if (!buffer)
		return error_no_memory();
	if (!candidate->stext_known || !virt_is_linear(candidate->stext) || count == 0)
		return NULL;
	vmcoreinfo_each_symbol(candidate->info, image_end_find, &image);

	uint64_t start = align_down(virt_to_phys(candidate->stext).value, 8);
	uint64_t size = image.last - image.start;
	for (size_t i = 0; i < count; i++) {
		if (places[i] >= start && places[i] - start < size) {
			*ret = true;
			return NULL;
		}
	}
	size += SLACK;
	for (uint64_t done = 0; done < size;) {
		struct run run;
		TRY(reader_read(reader, phys_at(start + done), buffer, min_u64(PIECE, size - done),
				&run));
		/* Runs end at block boundaries, so that words stay whole; 8 bytes at least, so that
		 * what does not still comes to an end. */
		if (run.data == VMW_PRESENT &&
		    words_refer(buffer, (size_t)run.size, candidate->order, places, count)) {
			*ret = true;
			return NULL;
		}
		done += max_u64(align_down(run.size, 8), 8);
	}
	return NULL;
}
