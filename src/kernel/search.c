/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/search.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "dump/image.h"
#include "kernel/candidate.h"
#include "kernel/suspects.h"
#include "util/addr.h"
#include "util/checked.h"

/* Every VMCOREINFO text begins so, behind a note header or not. */
static const char first_key[] = "OSRELEASE=";

enum {
	KEY_SIZE = sizeof(first_key) - 1,
	/* Read at once: large enough for the file, small enough for the processor's cache. */
	PIECE_SIZE = 1024 * 1024,
	/* The end of a piece that the key may have begun in. */
	CARRY_MAX = KEY_SIZE - 1,
	REPORT_STEP = 64 * 1024 * 1024,
	/*
	 * A machine has a handful of texts of some 4 KiB, one that collects dumps perhaps hundreds
	 * in its page cache. What goes beyond is made to keep us busy, and is refused, not cut
	 * short: the one that is right could be among the rest. Each is counted with its bytes and
	 * what it costs to read them and utsname.
	 */
	EXAMINED_MAX = 32 * 1024 * 1024,
	EXAMINED_EACH = 1024,
};

struct search {
	struct reader *reader;
	enum order order;
	const struct search_progress *progress;
	uint64_t reported, total;

	struct suspects suspects;
	uint64_t examined;

	/* The first text that was not proven, and why: worth telling when there is no other. */
	vmw_phys rejected;
	char *rejected_why;
};

static void search_free(struct search *search)
{
	if (!search)
		return;
	suspects_deinit(&search->suspects);
	free(search->rejected_why);
	free(search);
}
DEFINE_CLEANUP(struct search, search_free)

/* Look closely at the text at @phys. */
static struct vmw_error *examine(struct search *search, vmw_phys phys)
{
	_cleanup_(candidate_deinit) struct candidate found = { .info = NULL };
	size_t size;

	if (search->examined > EXAMINED_MAX)
		return error_new(VMW_ERROR_BAD_DATA, where_phys(phys),
				 "VMCOREINFO: memory holds more than 32 MiB of texts that look "
				 "like it: give the right one with --vmcoreinfo-file");
	struct vmw_error *error = candidate_read(search->reader, phys, search->order, &found,
						 &size);
	search->examined += EXAMINED_EACH + size;
	if (error && error->kind != VMW_ERROR_BAD_DATA && error->kind != VMW_ERROR_MISSING)
		return error;
	if (error) {
		if (!search->rejected_why) {
			search->rejected = phys;
			search->rejected_why = strdup(error->message);
		}
		vmw_error_free(error);
		return NULL;
	}

	return suspects_add(&search->suspects, search->reader, &found);
}

/* ---- the scan ---- */

/*
 * Whether what follows at @bytes can be the beginning of VMCOREINFO: a release of at most 64
 * printable bytes, and a line that begins with a key in capitals (BUILD-ID, PAGESIZE). What lies
 * beyond @size may be anything. Saves a closer look at scripts, format strings and the like.
 */
static bool looks_right(const unsigned char *bytes, size_t size)
{
	enum { RELEASE_MAX = 64 };
	size_t i = KEY_SIZE;

	while (i < size && bytes[i] > ' ' && bytes[i] < 0x7f)
		i++;
	if (i == KEY_SIZE && i < size)
		return false;
	if (i - KEY_SIZE > RELEASE_MAX)
		return false;
	if (i < size && bytes[i++] != '\n')
		return false;
	return i >= size || (bytes[i] >= 'A' && bytes[i] <= 'Z');
}

/* @size bytes of memory from @phys on. */
static struct vmw_error *scan_bytes(struct search *search, const unsigned char *bytes, size_t size,
				    vmw_phys phys)
{
	const unsigned char *position = bytes, *end = bytes + size;
	const unsigned char *hit;

	while (!search->suspects.decided &&
	       (hit = memmem(position, (size_t)(end - position), first_key, KEY_SIZE))) {
		uint64_t place = phys.value + (uint64_t)(hit - bytes);
		/* A page, or a note in it; before 4.13 static arrays, aligned to 4. */
		if (place % 4 == 0 && looks_right(hit, (size_t)(end - hit)))
			TRY(examine(search, phys_at(place)));
		position = hit + KEY_SIZE;
	}
	return NULL;
}

static struct vmw_error *report(struct search *search, uint64_t done)
{
	if (!search->progress || !search->progress->report || done - search->reported < REPORT_STEP)
		return NULL;
	search->reported = done;
	if (search->progress->report(search->progress->arg, min_u64(done, search->total),
				     search->total))
		return NULL;
	return error_os(EINTR, where_phys(phys_at(done)), "search for VMCOREINFO");
}

/*
 * How much memory the files can describe in good faith, so that headers which claim 2^60 bytes do
 * not keep us reading. A page descriptor (24 bytes) without data of its own stands for at most 64
 * KiB, which is 2731 times its size; ELF has each byte once.
 */
static uint64_t memory_limit(const struct dump *dump)
{
	uint64_t limit = 0;

	for (size_t i = 0; i < dump_file_count(dump); i++) {
		const struct file *file = dump_file(dump, i);
		uint64_t size = file_size(file);
		struct stat status;
		/* Rearranged, a flattened file may have any size, holes included. */
		if (file_is_flattened(file) && stat(file_path(file), &status) == 0)
			size = (uint64_t)status.st_size;
		if (!checked_add(limit, size, &limit))
			return UINT64_MAX;
	}
	return checked_mul(limit, dump_image(dump)->block_size ? 4096 : 16, &limit) ? limit
										    : UINT64_MAX;
}

static struct vmw_error *scan(struct search *search)
{
	uint64_t limit = memory_limit(reader_dump(search->reader)), spent = 0;
	_cleanup_(freep) unsigned char *buffer = malloc(CARRY_MAX + PIECE_SIZE);
	uint64_t from = 0, carry_end = 0;
	size_t carry = 0; /* bytes before @piece that are memory up to @carry_end */
	struct phys_range range;
	bool found;

	if (!buffer)
		return error_no_memory();
	unsigned char *piece = buffer + CARRY_MAX;
	for (;;) {
		TRY(reader_next(search->reader, phys_at(from), &range, &found));
		if (!found)
			return NULL;
		uint64_t position = max_u64(from, range.start.value);
		uint64_t left = range.size - (position - range.start.value);
		while (left > 0 && !search->suspects.decided) {
			struct run run;
			TRY(report(search, position));
			TRY(reader_read(search->reader, phys_at(position), piece,
					min_u64(left, PIECE_SIZE), &run));
			if (run.data == VMW_PRESENT) {
				size_t size = (size_t)run.size;
				if (position != carry_end)
					carry = 0;
				TRY(scan_bytes(search, piece - carry, carry + size,
					       phys_at(position - carry)));
				size_t keep = (size_t)min_u64(CARRY_MAX, carry + size);
				memmove(piece - keep, piece + size - keep, keep);
				carry = keep;
				carry_end = position + size;
			}
			position += run.size;
			left -= run.size;
			/* Skipping what is lost costs less than reading. */
			spent += run.data == VMW_PRESENT ? run.size : run.size / 64;
			if (spent > limit)
				return error_new(
					VMW_ERROR_BAD_DATA, where_phys(phys_at(position)),
					"VMCOREINFO: search given up at physical 0x%" PRIx64
					": a file of this size cannot hold that much memory",
					position);
		}
		/* Memory that ends at 2^64 ends the search. */
		if (search->suspects.decided || position < range.start.value)
			return NULL;
		from = position;
	}
}

static struct vmw_error *none_found(const struct search *search)
{
	if (search->rejected_why)
		return error_new(VMW_ERROR_MISSING, where_phys(search->rejected),
				 "VMCOREINFO: no text in memory is proven; of the one at physical "
				 "0x%" PRIx64 ": %s",
				 search->rejected.value, search->rejected_why);
	return error_new(VMW_ERROR_MISSING, where_none(),
			 "VMCOREINFO: not in the memory that the dump holds");
}

struct vmw_error *search_vmcoreinfo(struct reader *reader, enum order order,
				    const struct search_progress *progress,
				    struct problems *problems, struct search_result *ret)
{
	_cleanup_(search_freep) struct search *search = calloc(1, sizeof(*search));

	if (!search)
		return error_no_memory();
	search->reader = reader;
	search->order = order;
	search->progress = progress;
	search->total = dump_image(reader_dump(reader))->end;
	TRY(scan(search));
	if (search->suspects.count == 0)
		return none_found(search);
	return suspects_choose(&search->suspects, reader, problems, ret);
}
